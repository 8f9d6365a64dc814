//! Initials of Chinese names, so that a worker finds 张三 by typing `zs`.

use ::pinyin::ToPinyin;

use crate::typed_text::to_half_width;

/// Surnames whose reading differs in its first letter from the character's
/// usual one.
const SURNAMES: [(char, char); 22] = [
    ('单', 's'),
    ('曾', 'z'),
    ('解', 'x'),
    ('仇', 'q'),
    ('区', 'o'),
    ('查', 'z'),
    ('朴', 'p'),
    ('翟', 'z'),
    ('乐', 'y'),
    ('种', 'c'),
    ('召', 's'),
    ('重', 'c'),
    ('祭', 'z'),
    ('缪', 'm'),
    ('秘', 'b'),
    ('句', 'g'),
    ('繁', 'p'),
    ('覃', 'q'),
    ('郗', 'x'),
    ('隗', 'w'),
    ('洗', 'x'),
    ('盖', 'g'),
];
/// Two-character surnames that read differently from their characters.
const COMPOUND_SURNAMES: [(&str, &str); 6] = [
    ("尉迟", "yc"),
    ("单于", "cy"),
    ("万俟", "mq"),
    ("长孙", "zs"),
    ("澹台", "tt"),
    ("令狐", "lh"),
];

/// The lower-case initials of a name. Letters and digits stay (in lower case),
/// spaces and the dot of minority names (`·`) are dropped, and a character
/// without a known reading stands for itself.
pub fn initials(name: &str) -> String {
    let name: Vec<char> = to_half_width(name)
        .chars()
        .filter(|c| !c.is_whitespace() && !matches!(c, '·' | '•' | '‧' | '・' | '･' | '.'))
        .collect();
    let mut result = String::with_capacity(name.len());
    let mut rest = name.as_slice();
    for (surname, reading) in COMPOUND_SURNAMES {
        if name.len() > 2 && surname.chars().eq(name[..2].iter().copied()) {
            result.push_str(reading);
            rest = &name[2..];
        }
    }
    for (index, character) in rest.iter().enumerate() {
        let at_surname = result.is_empty() && index == 0;
        let surname = SURNAMES
            .iter()
            .find(|(c, _)| at_surname && c == character)
            .map(|(_, initial)| *initial);
        match surname.or_else(|| initial(*character)) {
            Some(initial) => result.push(initial),
            None => result.extend(character.to_lowercase()),
        }
    }
    result
}

fn initial(character: char) -> Option<char> {
    character.to_pinyin()?.plain().chars().next()
}

#[cfg(test)]
mod tests {
    use super::initials;

    #[test]
    fn ordinary_names() {
        assert_eq!(initials("张三"), "zs");
        assert_eq!(initials(" 欧阳 小　红 "), "oyxh");
        assert_eq!(initials("吕安"), "la");
        assert_eq!(initials(""), "");
    }

    #[test]
    fn surnames_with_their_own_reading() {
        for (name, expected) in [
            ("单小平", "sxp"),
            ("曾强", "zq"),
            ("解放", "xf"),
            ("仇英", "qy"),
            ("区明", "om"),
            ("查平", "zp"),
            ("朴正", "pz"),
            ("乐天", "yt"),
            ("尉迟山", "ycs"),
            ("单于春", "cyc"),
            ("万俟平", "mqp"),
            ("长孙林", "zsl"),
        ] {
            assert_eq!(initials(name), expected, "{name}");
        }
        // Inside a name the usual reading holds.
        assert_eq!(initials("王解"), "wj");
        assert_eq!(initials("尉迟"), "wc");
    }

    #[test]
    fn dots_letters_and_rare_characters() {
        assert_eq!(initials("买买提·艾力"), "mmtal");
        assert_eq!(initials("李Ａb1"), "lab1");
        assert_eq!(initials("王䶮"), "wy");
        // A private-use character, as old systems print for names they cannot write.
        assert_eq!(initials("王\u{E000}"), "w\u{E000}");
    }
}
