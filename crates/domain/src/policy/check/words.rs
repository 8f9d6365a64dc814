//! Values that are no number and still stand in the clause's words: how a
//! comparison is worded, what is measured, which area's standard is meant.

use toml::Spanned;

use super::Checker;
use super::figures::figures;
use crate::policy::Stated;

/// What a document writes for each comparator. The longer words go first: 不低于
/// is not 低于.
const COMPARISONS: [(&str, &str); 15] = [
    ("不低于", ">="),
    ("不少于", ">="),
    ("不小于", ">="),
    ("以上", ">="),
    ("不超过", "<="),
    ("不高于", "<="),
    ("不大于", "<="),
    ("以下", "<="),
    ("以内", "<="),
    ("低于", "<"),
    ("少于", "<"),
    ("不足", "<"),
    ("超过", ">"),
    ("高于", ">"),
    ("大于", ">"),
];

/// What a document writes for each measure of income.
const MEASURES: [(&str, &str); 2] = [
    ("net_income_per_capita", "纯收入"),
    ("disposable_income_per_capita", "可支配收入"),
];

/// The comparators worded in a text.
fn comparisons(text: &str) -> Vec<&'static str> {
    let mut rest = text.to_owned();
    let mut found = Vec::new();
    for (words, comparator) in COMPARISONS {
        if rest.contains(words) {
            found.push(comparator);
            rest = rest.replace(words, "　");
        }
    }
    found
}

/// Chinese numerals before one of these are a term or an amount.
const UNITS: [&str; 8] = [
    "天",
    "日",
    "工作日",
    "个工作日",
    "个月",
    "小时",
    "元",
    "万元",
];

/// A text with its Chinese numerals blanked where they count something listed.
fn without_counts(text: &str) -> String {
    let numeral = |c: char| "一二两三四五六七八九十".contains(c);
    let mut kept = String::new();
    let mut rest = text;
    while let Some(start) = rest.find(numeral) {
        let (before, from) = rest.split_at(start);
        let (number, after) = from.split_at(from.find(|c| !numeral(c)).unwrap_or(from.len()));
        kept.push_str(before);
        kept.push_str(match UNITS.iter().any(|unit| after.starts_with(unit)) {
            true => number,
            false => " ",
        });
        rest = after;
    }
    kept + rest
}

impl Checker<'_> {
    /// The clause words the comparison that way.
    pub(super) fn comparator_stands(&mut self, file: &str, stated: &Stated<String>) {
        let worded = |value: &str, quote: &str| comparisons(quote).contains(&value);
        self.words_stand(file, "比较方式", stated, worded);
    }

    /// The clause names that measure.
    pub(super) fn measure_stands(&mut self, file: &str, stated: &Stated<String>) {
        let worded = |value: &str, quote: &str| {
            MEASURES
                .iter()
                .any(|(code, words)| *code == value && quote.contains(words))
        };
        self.words_stand(file, "收入口径", stated, worded);
    }

    /// The clause holds the very words, e.g. 四类地区.
    pub(super) fn text_stands(&mut self, file: &str, what: &str, stated: &Stated<String>) {
        self.words_stand(file, what, stated, |value, quote| quote.contains(value));
    }

    /// Every figure inside a text stands in its clause: arabic ones, and 十五日 or
    /// 三个月; 两项 or 四个方面 count what the text itself lists.
    pub(super) fn figures_inside(
        &mut self,
        file: &str,
        what: &str,
        (text, derived): (&str, bool),
        clause: &Spanned<String>,
        at: usize,
    ) {
        for figure in figures(&without_counts(text)) {
            self.figure_stands(file, what, (&figure, derived), clause, at);
        }
    }

    fn words_stand(
        &mut self,
        file: &str,
        what: &str,
        stated: &Stated<String>,
        worded: impl Fn(&str, &str) -> bool,
    ) {
        let (Some(value), Some(clause)) = (&stated.value, &stated.clause) else {
            return;
        };
        let Some(found) = self.clauses.get(clause.get_ref().as_str()) else {
            return;
        };
        let says = |text: &str| worded(value.get_ref(), text);
        if says(&found.quote) || (stated.derived && says(&found.parameters)) {
            return;
        }
        let message = format!(
            "{what} {:?} 不在条款 {} 的原文里：原文没有这样写",
            value.get_ref(),
            clause.get_ref()
        );
        self.report(file, value.span().start, message);
    }
}

#[cfg(test)]
mod tests {
    use super::{comparisons, without_counts};

    #[test]
    fn terms_are_figures_and_counts_are_not() {
        assert_eq!(
            without_counts("两项材料，十五日内，三个月"),
            " 项材料，十五日内，三个月"
        );
        assert_eq!(without_counts("四个方面，一次"), " 个方面， 次");
    }

    #[test]
    fn a_negated_word_is_not_the_word() {
        assert_eq!(comparisons("不低于 9060 元"), [">="]);
        assert_eq!(comparisons("低于国家扶贫标准"), ["<"]);
        assert_eq!(comparisons("低保标准的 1.5 倍以下"), ["<="]);
        assert_eq!(comparisons("明显超过上年度收入，且不超过 10%"), ["<=", ">"]);
    }
}
