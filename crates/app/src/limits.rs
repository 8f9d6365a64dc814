//! How long a text and how large an amount may be. Every posted form is
//! measured before a use case sees it, so that nobody fills the registry with
//! a novel, and so that money can be added up without overflow.

use serde::de::DeserializeOwned;
use serde::{Deserialize as _, Deserializer, Serialize};
use serde_json::Value;

use crate::FieldError;

/// Reads an act of several kinds, and nothing beside it: a tagged act is read
/// from a copy in which unknown fields would be lost unseen, so what was read
/// is compared with what came.
///
/// # Errors
/// As serde says a field is unknown; its value is not repeated.
pub fn whole<'de, D, T>(deserializer: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: DeserializeOwned + Serialize,
{
    use serde::de::Error as _;
    let came = Value::deserialize(deserializer)?;
    let read: T = serde_json::from_value(came.clone()).map_err(D::Error::custom)?;
    let known = serde_json::to_value(&read).map_err(D::Error::custom)?;
    match unread(&came, &known) {
        Some(field) => Err(D::Error::custom(format!("unknown field `{field}`"))),
        None => Ok(read),
    }
}

/// The first field that came and was not read.
fn unread(came: &Value, read: &Value) -> Option<String> {
    match (came, read) {
        (Value::Object(came), Value::Object(read)) => {
            came.iter().find_map(|(name, value)| match read.get(name) {
                None => Some(name.clone()),
                Some(known) => unread(value, known).map(|below| format!("{name}.{below}")),
            })
        }
        (Value::Array(came), Value::Array(read)) => came
            .iter()
            .zip(read)
            .find_map(|(value, known)| unread(value, known)),
        _ => None,
    }
}

/// Longest name, title or code, in characters.
const SHORT_CHARS: usize = 200;
/// Longest free text, in characters.
const LONG_CHARS: usize = 5_000;
/// Longest minutes of a meeting, in characters.
const MINUTES_CHARS: usize = 20_000;
/// Largest amount of a household, in fen: one hundred million yuan.
const LARGEST_FEN: i64 = 10_000_000_000;
/// Most entries of one list.
const MOST_ENTRIES: usize = 1_000;

/// Fields that hold sentences rather than names.
const LONG_FIELDS: [&str; 17] = [
    // Of our own making, longer than a name.
    "cursor",
    "description",
    "reason",
    "opinion",
    "finding",
    "explanation",
    "note",
    "risk_note",
    "content",
    "answer",
    "how",
    "comment",
    "purpose",
    "outcome_reason",
    "overdue_reason",
    "evidence_note",
    "reference",
];

/// Measures a form; empty when everything fits.
pub fn check_form(form: &Value) -> Vec<FieldError> {
    let mut errors = Vec::new();
    walk(form, "", "", &mut errors);
    errors
}

fn walk(value: &Value, path: &str, key: &str, errors: &mut Vec<FieldError>) {
    match value {
        Value::String(text) => {
            let most = match key {
                "minutes" => MINUTES_CHARS,
                _ if LONG_FIELDS.contains(&key) => LONG_CHARS,
                _ => SHORT_CHARS,
            };
            // Bytes bound characters from above: the count runs only when it may matter.
            if text.len() > most && text.chars().count() > most {
                errors.push(FieldError::new(path, format!("文字太长，最多 {most} 个字")));
            } else if text
                .chars()
                .any(|c| c.is_control() && !matches!(c, '\n' | '\r' | '\t'))
            {
                errors.push(FieldError::new(
                    path,
                    "文字里有不能保存的控制字符，请删除后再提交",
                ));
            }
        }
        Value::Number(number) if key.ends_with("_fen") => {
            let fits = number
                .as_i64()
                .is_none_or(|n| n.checked_abs().is_some_and(|n| n <= LARGEST_FEN));
            if !fits {
                errors.push(FieldError::new(path, "金额超出范围，请核对单位是不是元"));
            }
        }
        Value::Array(entries) => {
            if entries.len() > MOST_ENTRIES {
                errors.push(FieldError::new(path, format!("一次最多 {MOST_ENTRIES} 条")));
                return;
            }
            for (index, entry) in entries.iter().enumerate() {
                walk(entry, &join(path, &index.to_string()), key, errors);
            }
        }
        Value::Object(fields) => {
            for (name, field) in fields {
                walk(field, &join(path, name), name, errors);
            }
        }
        _ => {}
    }
}

fn join(path: &str, name: &str) -> String {
    if path.is_empty() {
        name.to_owned()
    } else {
        format!("{path}.{name}")
    }
}
