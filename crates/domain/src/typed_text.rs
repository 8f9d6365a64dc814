//! One form for what people type: full-width letters, odd spaces and brackets
//! come from input methods and spreadsheets and mean nothing.

/// Turns full-width ASCII (`１`, `Ｘ`, `（`) into its ordinary form, the
/// ideographic and no-break spaces into a plain space, and drops zero-width
/// characters and the tab or line break a spreadsheet cell may carry at its
/// ends. Everything else stays as typed.
pub fn to_half_width(text: &str) -> String {
    let converted: String = text
        .chars()
        .filter(|c| !matches!(c, '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{FEFF}'))
        .map(|c| match c {
            '\u{FF01}'..='\u{FF5E}' => char::from_u32(u32::from(c) - 0xFEE0).unwrap_or(c),
            '\u{3000}' | '\u{00A0}' => ' ',
            _ => c,
        })
        .collect();
    converted.trim().to_owned()
}

/// The key under which two spellings of one label meet: half-width, without
/// any space, lower case.
pub fn comparison_key(text: &str) -> String {
    to_half_width(text)
        .chars()
        .filter(|c| !c.is_whitespace())
        .flat_map(char::to_lowercase)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn full_width_and_spaces_disappear() {
        assert_eq!(to_half_width("\u{FEFF}　１２Ｘ（一）\t"), "12X(一)");
        assert_eq!(comparison_key(" 丧失 劳动力\u{00A0}Ａ"), "丧失劳动力a");
    }
}
