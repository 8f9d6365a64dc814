//! Spoiling a pack in one place at a time: every value, guard, step and entry
//! that a clause stands behind.

use toml::Value;

/// One way to spoil a file, and the clause it spoils.
#[derive(Debug, Clone)]
pub struct Mutation {
    pub clause: String,
    /// What was changed, in words.
    pub change: String,
    /// The whole file afterwards.
    pub text: String,
}

enum Key {
    Name(String),
    Index(usize),
}

/// Every mutation of a pack or procedure file.
///
/// # Errors
/// The file is no TOML.
pub fn of_file(text: &str) -> Result<Vec<Mutation>, toml::de::Error> {
    let root: Value = toml::from_str(text)?;
    let mut found = Vec::new();
    visit(&root, &root, &mut Vec::new(), &mut found);
    Ok(found)
}

fn visit(root: &Value, node: &Value, path: &mut Vec<Key>, found: &mut Vec<Mutation>) {
    match node {
        Value::Table(table) => {
            match clause_of(node) {
                Some(clause) if path.is_empty() => empty(root, clause, found),
                Some(clause) => spoil(root, node, &clause, path, found),
                None => {}
            }
            for (name, child) in table {
                path.push(Key::Name(name.clone()));
                visit(root, child, path, found);
                path.pop();
            }
        }
        Value::Array(items) => {
            for (index, child) in items.iter().enumerate() {
                path.push(Key::Index(index));
                visit(root, child, path, found);
                path.pop();
            }
        }
        _ => {}
    }
}

/// A procedure stands on its clause as a whole: without it, no steps.
fn empty(root: &Value, clause: String, found: &mut Vec<Mutation>) {
    let mut spoilt = root.clone();
    let steps = spoilt.as_table_mut().and_then(|t| t.remove("step"));
    if let (Some(_), Ok(text)) = (steps, toml::to_string(&spoilt)) {
        found.push(Mutation {
            clause,
            change: "every step removed".into(),
            text,
        });
    }
}

/// The clause behind a table: its own, or that of a clock's limit.
fn clause_of(node: &Value) -> Option<String> {
    let own = node
        .get("clause")
        .or_else(|| node.get("limit_days")?.get("clause"))
        .or_else(|| node.get("due_on")?.get("clause"));
    own.and_then(Value::as_str).map(str::to_owned)
}

fn spoil(root: &Value, node: &Value, clause: &str, path: &[Key], found: &mut Vec<Mutation>) {
    let name = spoken(root, path);
    let mut push = |change: String, spoilt: &Value| {
        if let Ok(text) = toml::to_string(spoilt) {
            found.push(Mutation {
                clause: clause.to_owned(),
                change: format!("{name}{change}"),
                text,
            });
        }
    };
    if let Some(Key::Index(index)) = path.last() {
        let above = &path[..path.len() - 1];
        let list = at(root, above)
            .and_then(Value::as_array)
            .map_or(0, Vec::len);
        let edit = |change: &dyn Fn(&mut Vec<Value>)| {
            let mut spoilt = root.clone();
            if let Some(Value::Array(items)) = at_mut(&mut spoilt, above) {
                change(items);
            }
            spoilt
        };
        push(
            " removed".into(),
            &edit(&|items| drop(items.remove(*index))),
        );
        // Only the order of steps means something.
        if matches!(above.last(), Some(Key::Name(list)) if list == "step") {
            if index + 1 < list {
                push(
                    " swapped with the next".into(),
                    &edit(&|items| items.swap(*index, index + 1)),
                );
            }
            if *index > 0 {
                push(
                    " moved to the front".into(),
                    &edit(&|items| items[..=*index].rotate_right(1)),
                );
            }
            if index + 1 < list {
                push(
                    " moved to the end".into(),
                    &edit(&|items| items[*index..].rotate_left(1)),
                );
            }
        }
    }
    let Some(table) = node.as_table() else { return };
    for (key, value) in table {
        for other in others(key, value) {
            let mut spoilt = root.clone();
            if let Some(Value::Table(target)) = at_mut(&mut spoilt, path) {
                target.insert(key.clone(), other.clone());
            }
            push(
                format!(".{key}: {} → {}", shown(value), shown(&other)),
                &spoilt,
            );
        }
    }
}

/// Neighbouring values of a field; none for names, labels and advice.
fn others(key: &str, value: &Value) -> Vec<Value> {
    let among = |all: &[&str]| -> Vec<Value> {
        let now = value.as_str().unwrap_or_default();
        if all.contains(&now) {
            all.iter()
                .filter(|v| **v != now)
                .map(|v| Value::from(*v))
                .collect()
        } else {
            vec![]
        }
    };
    match (key, value) {
        ("advised_day" | "clause" | "code" | "id" | "label" | "text" | "note", _) => vec![],
        // A rule of account security, not of the clause.
        ("totp_required", _) => vec![],
        (_, Value::Integer(n)) => vec![Value::from(n + 1), Value::from(n - 1)],
        (_, Value::Boolean(b)) => vec![Value::from(!b)],
        ("value", Value::String(text)) => {
            if let Ok(day) = text.parse::<jiff::civil::Date>() {
                let beside = [day.tomorrow(), day.yesterday()];
                return beside
                    .into_iter()
                    .flatten()
                    .map(|d| Value::from(d.to_string()))
                    .collect();
            }
            if let Ok(number) = text.parse::<f64>() {
                let places = text.split_once('.').map_or(0, |(_, part)| part.len());
                return [1.0, -1.0]
                    .iter()
                    .map(|by| Value::from(format!("{:.places$}", number + by)))
                    .collect();
            }
            let known: Vec<Value> = [
                &["<", "<=", ">", ">="][..],
                &["net_income_per_capita", "disposable_income_per_capita"],
                &["reference", "ceiling"],
                &["natural", "working"],
            ]
            .iter()
            .flat_map(|all| among(all))
            .collect();
            if known.is_empty() {
                vec![Value::from(format!("{text} changed"))]
            } else {
                known
            }
        }
        ("unit", _) => among(&["natural", "working"]),
        ("condition", _) => among(&[
            "income_inside_line",
            "rigid_expenditure_over_income",
            "rigid_expenditure_large",
            "income_dropped",
        ]),
        ("after" | "answered_by", _) => among(&[
            "democratic_appraisal",
            "public_notice",
            "township_review",
            "township_submission",
            "county_decision",
        ]),
        ("shared_with", Value::Array(levels)) if !levels.is_empty() => {
            vec![Value::Array(Vec::new())]
        }
        ("levels", Value::Array(_)) => vec![Value::Array(vec![Value::from("city")])],
        ("level" | "submitted_to", _) => {
            among(&["village", "township", "county", "city", "province"])
        }
        ("leads_to", _) => among(&["casefile", "episode", "none"]),
        ("starts", _) => vec![Value::from("home_verification")],
        ("ends", _) => vec![Value::from("township_review"), Value::from("announcement")],
        // Each document it rests on is another that nobody registered.
        ("upstream", Value::Array(above)) if !above.is_empty() => (0..above.len())
            .map(|index| {
                let mut above = above.clone();
                above[index] = Value::from("another");
                Value::Array(above)
            })
            .collect(),
        ("number" | "issuer" | "layout" | "issued_on", Value::String(text)) => {
            // A date must stay a date, or the file no longer loads.
            vec![if key == "issued_on" {
                Value::from("1999-01-01")
            } else {
                Value::from(format!("{text} changed"))
            }]
        }
        ("responsible", Value::Array(sections)) => {
            vec![Value::Array(
                sections
                    .iter()
                    .skip(1)
                    .cloned()
                    .chain([Value::from("another")])
                    .collect(),
            )]
        }
        _ => vec![],
    }
}

fn at<'a>(mut node: &'a Value, path: &[Key]) -> Option<&'a Value> {
    for key in path {
        node = match key {
            Key::Name(name) => node.get(name.as_str())?,
            Key::Index(index) => node.get(*index)?,
        };
    }
    Some(node)
}

fn at_mut<'a>(mut node: &'a mut Value, path: &[Key]) -> Option<&'a mut Value> {
    for key in path {
        node = match key {
            Key::Name(name) => node.get_mut(name.as_str())?,
            Key::Index(index) => node.get_mut(*index)?,
        };
    }
    Some(node)
}

/// `step home_verification, evidence home_photo`: a path people can follow.
fn spoken(root: &Value, path: &[Key]) -> String {
    let mut words = String::new();
    for (depth, key) in path.iter().enumerate() {
        match key {
            Key::Name(name) => {
                if !words.is_empty() {
                    words.push_str(", ");
                }
                words.push_str(name);
            }
            Key::Index(_) => {
                let node = at(root, &path[..=depth]);
                let text = |key: &str| node.and_then(|n| n.get(key)).and_then(Value::as_str);
                let name = text("code")
                    .or_else(|| text("kind"))
                    .or_else(|| text("id"))
                    .unwrap_or("?");
                words.push(' ');
                words.push_str(name);
                if let Some(on) = text("on") {
                    words.push_str(&format!(" on {on}"));
                }
            }
        }
    }
    words
}

fn shown(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Array(items) => items.iter().map(shown).collect::<Vec<_>>().join("、"),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::of_file;

    #[test]
    fn values_entries_and_steps_are_spoilt_and_advice_is_not() {
        let text = "[line]\namount = { value = 5, clause = \"A\" }\n\n[[step]]\nkind = \"x\"\nlevel = \"village\"\nclause = \"B\"\nadvised_day = 2\n\n[[step]]\nkind = \"y\"\nlevel = \"county\"\nclause = \"C\"\n";
        let changes: Vec<String> = of_file(text)
            .unwrap()
            .into_iter()
            .map(|m| format!("{} {}", m.clause, m.change))
            .collect();
        for expected in [
            "A line, amount.value: 5 → 6",
            "B step x removed",
            "B step x swapped with the next",
            "C step y moved to the front",
        ] {
            assert!(
                changes.iter().any(|c| c == expected),
                "{expected} is not in {changes:#?}"
            );
        }
        assert!(
            !changes.iter().any(|c| c.contains("advised_day")),
            "{changes:#?}"
        );
    }
}
