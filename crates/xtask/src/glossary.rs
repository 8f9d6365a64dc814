//! `cargo xtask glossary`: docs/glossary.md keeps one term, one identifier.

use std::collections::{BTreeMap, BTreeSet};
use std::error::Error;
use std::fs;

use crate::repository::root;

const PAGE: &str = "docs/glossary.md";

/// Checks the glossary and says how many terms it has.
///
/// # Errors
/// Every term or identifier that stands twice, and every clause no document has.
pub fn run() -> Result<(), Box<dyn Error>> {
    let text = fs::read_to_string(root().join(PAGE)).map_err(|e| format!("{PAGE}: {e}"))?;
    let register = fs::read_to_string(root().join("policy/clauses.csv"))?;
    let known: BTreeSet<&str> = register
        .lines()
        .skip(1)
        .filter_map(|l| l.split(',').next())
        .collect();
    let (terms, problems) = check(&text, &known);
    if problems.is_empty() {
        println!("{PAGE}: {terms} terms, each with its own identifier");
        Ok(())
    } else {
        Err(problems.join("\n").into())
    }
}

/// Number of terms, and the problems.
fn check(text: &str, known: &BTreeSet<&str>) -> (usize, Vec<String>) {
    let mut problems = Vec::new();
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    let mut terms = 0;
    for (index, line) in text.lines().enumerate() {
        let cells: Vec<&str> = line
            .trim()
            .trim_matches('|')
            .split('|')
            .map(str::trim)
            .collect();
        let row = line.starts_with('|')
            && cells.len() == 5
            && cells[0] != "中文"
            && !cells[0].starts_with("--");
        if !row {
            continue;
        }
        terms += 1;
        let number = index + 1;
        // A dash is a term that has no name in code.
        for name in [cells[0], cells[2]].into_iter().filter(|n| *n != "-") {
            if let Some(before) = seen.insert(name.to_owned(), number) {
                problems.push(format!(
                    "{PAGE}:{number}: {name} stands already on line {before}"
                ));
            }
        }
        let identifier = cells[2].trim_matches('`').trim_start_matches('-');
        let shaped = identifier
            .chars()
            .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_');
        if cells[2].is_empty() || !shaped {
            problems.push(format!(
                "{PAGE}:{number}: identifier {identifier:?} is not snake_case"
            ));
        }
        for clause in domain::spec::clause_ids(cells[4]) {
            if !known.contains(clause.as_str()) {
                problems.push(format!("{PAGE}:{number}: no document has clause {clause}"));
            }
        }
    }
    (terms, problems)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_glossary_keeps_its_rule() {
        run().unwrap();
    }

    #[test]
    fn a_second_identifier_for_a_term_is_named() {
        let text = "| 线索 | lead | `lead` | x | - |\n| 线索 | hint | `hint` | x | HN22-999 |\n";
        let (terms, problems) = check(text, &BTreeSet::new());
        assert_eq!((terms, problems.len()), (2, 2), "{problems:?}");
    }
}
