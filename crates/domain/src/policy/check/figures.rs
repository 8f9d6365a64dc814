//! The figures standing in a text.

use std::collections::BTreeSet;

/// The figures standing in a text, arabic ones as written; Chinese numerals up
/// to ninety-nine as arabic.
pub(super) fn figures(text: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let mut arabic = String::new();
    let mut chinese = String::new();
    for c in text.chars().chain([' ']) {
        if c.is_ascii_digit() || (c == '.' && !arabic.is_empty()) {
            arabic.push(c);
        } else if !arabic.is_empty() {
            found.insert(arabic.trim_end_matches('.').to_owned());
            arabic.clear();
        }
        if "一二两三四五六七八九十".contains(c) {
            chinese.push(c);
        } else if !chinese.is_empty() {
            if let Some(n) = chinese_number(&chinese) {
                found.insert(n.to_string());
            }
            chinese.clear();
        }
    }
    found
}

fn chinese_number(text: &str) -> Option<u32> {
    let digit = |c: char| {
        "零一二三四五六七八九"
            .chars()
            .position(|d| d == c)
            .map(|p| p as u32)
    };
    let digit = |c: char| if c == '两' { Some(2) } else { digit(c) };
    match text.split_once('十') {
        None => text
            .chars()
            .next()
            .filter(|_| text.chars().count() == 1)
            .and_then(digit),
        Some((tens, ones)) => {
            let tens = if tens.is_empty() {
                1
            } else {
                digit(tens.chars().next()?)?
            };
            let ones = if ones.is_empty() {
                0
            } else {
                digit(ones.chars().next()?)?
            };
            Some(tens * 10 + ones)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::figures;

    #[test]
    fn figures_of_both_scripts() {
        let found = figures("公示时间不少于5天，6900元、8.8%，一名国家公职人员，二十五个");
        for n in ["5", "6900", "8.8", "1", "25"] {
            assert!(found.contains(n), "{n} in {found:?}");
        }
        assert!(!found.contains("6"));
    }
}
