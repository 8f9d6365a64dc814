//! One form for what people type: full-width letters, odd spaces and brackets
//! come from input methods and spreadsheets and mean nothing.

use std::borrow::Cow;

use unicode_normalization::UnicodeNormalization as _;
use unicode_normalization::char::is_combining_mark;

/// Turns full-width ASCII (`１`, `Ｘ`, `（`) into its ordinary form, the
/// ideographic and no-break spaces into a plain space, and drops zero-width
/// characters and the tab or line break a spreadsheet cell may carry at its
/// ends. Everything else stays as typed.
pub fn to_half_width(text: &str) -> String {
    half_width(text).into_owned()
}

/// The same, without a copy where nothing has to change.
pub fn half_width(text: &str) -> Cow<'_, str> {
    // The first bytes of every character that is turned or dropped below.
    if !text.bytes().any(|b| matches!(b, 0xC2 | 0xE2 | 0xE3 | 0xEF)) {
        return Cow::Borrowed(text.trim());
    }
    let converted: String = text
        .chars()
        .filter(|c| !matches!(c, '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{FEFF}'))
        .map(|c| match c {
            '\u{FF01}'..='\u{FF5E}' => char::from_u32(u32::from(c) - 0xFEE0).unwrap_or(c),
            '\u{3000}' | '\u{00A0}' => ' ',
            _ => c,
        })
        .collect();
    Cow::Owned(converted.trim().to_owned())
}

/// The key under which two spellings of one label meet: half-width, without
/// any space, lower case.
pub fn comparison_key(text: &str) -> String {
    half_width(text)
        .chars()
        .filter(|c| !c.is_whitespace())
        .flat_map(char::to_lowercase)
        .collect()
}

/// Characters that leave no mark on paper: spaces of every width, control
/// and formatting characters, fillers.
fn invisible(c: char) -> bool {
    c.is_whitespace()
        || c.is_control()
        || matches!(c,
            '\u{00AD}' | '\u{034F}' | '\u{061C}' | '\u{115F}' | '\u{1160}' | '\u{17B4}' | '\u{17B5}'
            | '\u{180B}'..='\u{180F}' | '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}'
            | '\u{2060}'..='\u{206F}' | '\u{2800}' | '\u{3164}' | '\u{FE00}'..='\u{FE0F}'
            | '\u{FEFF}' | '\u{FFA0}' | '\u{E0000}'..='\u{E0FFF}')
}

/// Whether nobody could read anything in it: forms take such a text for an
/// empty one.
pub fn is_blank(text: &str) -> bool {
    text.chars().all(invisible)
}

/// The text without spaces around it; one in which nobody could read anything
/// is an empty one.
pub fn readable(text: &str) -> String {
    if is_blank(text) {
        String::new()
    } else {
        text.trim().to_owned()
    }
}

/// How many readable characters a text has.
pub fn readable_length(text: &str) -> usize {
    text.chars().filter(|c| !invisible(*c)).count()
}

/// Whether a purpose or reason tells anybody something: at least four readable
/// characters, and three different letters among them, so that a row of
/// digits, dots or one repeated character is none.
pub fn tells_why(text: &str) -> bool {
    let letters: std::collections::BTreeSet<char> = text
        .nfkc()
        .filter(|c| c.is_alphabetic() && !invisible(*c))
        .collect();
    readable_length(text) >= 4 && letters.len() >= 3
}

/// A person's name as the register writes it: no spaces around it, one kind of
/// dot between its parts. `None` where it holds what no name has: digits,
/// control and invisible characters, angle brackets, or not one letter.
pub fn readable_name(text: &str) -> Option<String> {
    let trimmed = text.trim_matches([' ', '\u{3000}', '\u{00A0}']);
    let no_name_has = |c: char| {
        c.is_control()
            || (invisible(c) && !c.is_whitespace())
            || c.is_ascii_digit()
            || ('０'..='９').contains(&c)
            || matches!(c, '<' | '>' | '＜' | '＞' | '\u{FFFD}')
    };
    if trimmed.contains(no_name_has) || !trimmed.contains(char::is_alphabetic) {
        return None;
    }
    // The dot between the parts of a name has many look-alikes.
    let one_dot = |c| match c {
        '•' | '‧' | '・' | '･' | '．' | '∙' => '·',
        _ => c,
    };
    Some(trimmed.chars().map(one_dot).collect())
}

/// The most digits a name may have; every number of a person has more.
pub const DIGITS_OF_A_NAME: usize = 5;
/// The longest name there is room for.
pub const LONGEST_NAME: usize = 40;

/// Digits in any script that could spell a number: 3, ３, ③, 〇, 三.
pub fn digits(text: &str) -> usize {
    text.chars()
        .filter(|c| c.is_numeric() || "零一二三四五六七八九".contains(*c))
        .count()
}

/// Whether a text holds what no name of a person, place or office is written
/// with: control and zero-width characters, signs.
pub fn has_foreign_sign(text: &str) -> bool {
    let written = |c: char| {
        // Tibetan and Uyghur names are written with marks, too.
        c.is_alphanumeric() || is_combining_mark(c) || "·•・ 〔〕（）()[]-—号第".contains(c)
    };
    text.chars().any(|c| c.is_control() || !written(c))
}

/// What is wrong with the name of a person as typed, with the way out; the
/// sentence does not repeat it. A name no public paper could print is not
/// taken into the register either.
pub fn name_fault(name: &str) -> Option<&'static str> {
    let name = name.trim();
    if digits(name) > DIGITS_OF_A_NAME {
        Some("姓名里有像证件号、电话或卡号的数字，请只写姓名")
    } else if has_foreign_sign(name) {
        Some("姓名里有不该出现的符号或看不见的字符，请删去重新输入；只写汉字、字母和间隔号“·”")
    } else if name.chars().count() > LONGEST_NAME {
        Some("姓名太长，请核对")
    } else {
        None
    }
}

/// The key under which two spellings of one person's name meet: compatibility
/// forms unified (NFKC), letters and digits only.
pub fn person_key(name: &str) -> String {
    name.nfkc()
        .filter(|c| c.is_alphanumeric() && !invisible(*c))
        .flat_map(char::to_lowercase)
        .collect()
}

/// Whether two names mean the same person as far as writing goes; an empty
/// name is nobody's.
pub fn same_person(one: &str, other: &str) -> bool {
    let key = person_key(one);
    !key.is_empty() && key == person_key(other)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_to_read_is_blank() {
        for text in [
            "",
            " \u{3000}\t",
            "\u{200b}\u{2060}",
            "\u{3164}",
            "\u{feff}\n",
        ] {
            assert!(is_blank(text), "{text:?}");
        }
        assert!(!is_blank("。") && readable_length("四\u{200b} 字") == 2);
    }

    #[test]
    fn a_purpose_tells_something() {
        for text in [
            "11111111",
            "看看看看",
            "……！！",
            "a1a1a1",
            "核实",
            "核\u{200b}实情",
        ] {
            assert!(!tells_why(text), "{text:?}");
        }
        for text in ["电话核实", "核对2024年收入", "督查逾期原因"] {
            assert!(tells_why(text), "{text:?}");
        }
    }

    #[test]
    fn what_no_name_has() {
        for name in [
            "12345",
            "<img src=x onerror=alert(x)>",
            "张\u{202e}三",
            "张\u{200b}三",
            "张３",
            "张\n三",
            "·",
            "",
        ] {
            assert_eq!(readable_name(name), None, "{name:?}");
        }
        for (name, kept) in [
            (" 张三\u{3000}", "张三"),
            ("买买提•艾力", "买买提·艾力"),
            ("沈𬭊䶮", "沈𬭊䶮"),
            ("Anna Li", "Anna Li"),
        ] {
            assert_eq!(readable_name(name).as_deref(), Some(kept));
        }
    }

    #[test]
    fn one_person_however_written() {
        for other in ["张\u{200b}三", " 张 三", "张\u{3000}三", "张三\u{2060}"] {
            assert!(same_person("张三", other), "{other:?}");
        }
        assert!(same_person("买买提·艾力", "买买提•艾力") && same_person("Ａli", "ali"));
        assert!(!same_person("张三", "张四") && !same_person("\u{200b}", ""));
    }

    #[test]
    fn a_name_is_what_a_paper_can_print() {
        for name in [
            "张三",
            "买买提·艾力",
            "欧阳 娜娜",
            "Li Hua",
            "张三（大）",
            "བོད",
            "ئەلى",
        ] {
            assert_eq!(name_fault(name), None, "{name}");
        }
        for name in [
            "13800138000",
            "张\u{200b}三",
            "张三<b>",
            "张三，李四",
            &"长".repeat(41),
        ] {
            let fault = name_fault(name).expect(name);
            assert!(!fault.contains(name));
        }
    }

    #[test]
    fn full_width_and_spaces_disappear() {
        assert_eq!(to_half_width("\u{FEFF}　１２Ｘ（一）\t"), "12X(一)");
        assert_eq!(comparison_key(" 丧失 劳动力\u{00A0}Ａ"), "丧失劳动力a");
        assert!(matches!(half_width(" 户主\n"), Cow::Borrowed("户主")));
    }
}
