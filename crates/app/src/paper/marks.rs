//! `{{字段}}` inside a text.

use domain::paper::{Value, value_of};

/// Longest field name; a longer one is a pair of brackets never closed.
const LONGEST_NAME: usize = 30;

/// A stretch of text or a field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Mark {
    Text(String),
    Field(String),
}

/// Chinese keyboards write ｛｛…｝｝; the length in characters stays.
pub(super) fn ascii_brackets(text: &str) -> String {
    text.replace("｛｛", "{{").replace("｝｝", "}}")
}

/// Splits a text at its fields.
///
/// # Errors
/// A sentence when brackets do not pair.
pub(super) fn marks(text: &str) -> Result<Vec<Mark>, String> {
    let mut found = Vec::new();
    let mut rest = text;
    let unpaired = || {
        let near: String = rest_words(text);
        Err(format!("“{{{{”和“}}}}”没有成对：“{near}”附近"))
    };
    while let Some(start) = rest.find("{{") {
        if rest[..start].contains("}}") {
            return unpaired();
        }
        let Some(length) = rest[start..].find("}}") else {
            return unpaired();
        };
        let name: String = rest[start + 2..start + length]
            .chars()
            .filter(|c| !c.is_whitespace())
            .collect();
        if name.is_empty() || name.contains('{') || name.chars().count() > LONGEST_NAME {
            return unpaired();
        }
        if start > 0 {
            found.push(Mark::Text(rest[..start].to_owned()));
        }
        found.push(Mark::Field(name));
        rest = &rest[start + length + 2..];
    }
    if rest.contains("}}") {
        return unpaired();
    }
    if !rest.is_empty() {
        found.push(Mark::Text(rest.to_owned()));
    }
    Ok(found)
}

/// What is written in single brackets, or a bracket that stands alone: meant as
/// a field, and printed as it is. Nothing where the double ones do not pair.
pub(super) fn single_marks(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    for mark in marks(text).unwrap_or_default() {
        let Mark::Text(text) = mark else { continue };
        let mut rest = text.as_str();
        while let Some(start) = rest.find(BRACKETS) {
            let inside = rest[start..].char_indices().skip(1);
            let end = inside
                .take(LONGEST_NAME)
                .find(|(_, c)| matches!(c, '}' | '｝'))
                .map_or_else(
                    || rest[start..].chars().next().map_or(1, char::len_utf8),
                    |(at, c)| at + c.len_utf8(),
                );
            found.push(rest[start..start + end].to_owned());
            rest = &rest[start + end..];
        }
    }
    found
}

const BRACKETS: [char; 4] = ['{', '}', '｛', '｝'];

/// The first characters of a text, for a message.
fn rest_words(text: &str) -> String {
    text.chars().take(20).collect()
}

/// The names of the fields of a text; none where brackets do not pair.
pub(super) fn names(text: &str) -> Vec<String> {
    marks(text)
        .unwrap_or_default()
        .into_iter()
        .filter_map(|m| match m {
            Mark::Field(name) => Some(name),
            Mark::Text(_) => None,
        })
        .collect()
}

/// The text with its fields filled; what is given is never read again, so a
/// value holding brackets stays a value.
pub(super) fn filled(text: &str, fields: &[Value], row: Option<&[Value]>) -> String {
    marks(text)
        .unwrap_or_default()
        .into_iter()
        .map(|mark| match mark {
            Mark::Text(text) => text,
            Mark::Field(name) => row
                .and_then(|row| value_of(row, &name))
                .or_else(|| value_of(fields, &name))
                .unwrap_or_default()
                .chars()
                .filter(|c| !c.is_control() || *c == '\n')
                .collect(),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn single_brackets_are_no_field() {
        assert_eq!(
            single_marks("{{户主}}的{id_number}和｛姓名｝、{"),
            ["{id_number}", "｛姓名｝", "{"]
        );
        assert!(single_marks("{{户主}}，（甲）").is_empty());
    }

    #[test]
    fn fields_are_found_and_filled_once() {
        let text = ascii_brackets("甲｛｛ 户 主 ｝｝乙{{类别}}");
        assert_eq!(names(&text), ["户主", "类别"]);
        let fields = [("户主", "{{类别}}".to_owned()), ("类别", "丁".to_owned())];
        assert_eq!(filled(&text, &fields, None), "甲{{类别}}乙丁");
        for bad in ["{{户主", "户主}}", "{{}}", "{{户{{主}}"] {
            assert!(marks(bad).is_err(), "{bad}");
        }
    }
}
