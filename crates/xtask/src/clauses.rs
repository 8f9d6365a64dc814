//! `cargo xtask clauses`: which of the documents' clauses the repository
//! proves, names, or leaves for later, and why.

use std::collections::{BTreeMap, BTreeSet};
use std::error::Error;
use std::fmt::Write as _;
use std::fs;

use serde::Deserialize;

use crate::prove::{Outcome, Trial, prove};
use crate::repository::{Policy, files, root, write};

const PAGE: &str = "docs/clause-coverage.md";

#[derive(Debug, Default, clap::Args)]
pub struct ClausesArgs {
    /// Fail when docs/clause-coverage.md is not what would be written
    #[arg(long)]
    check: bool,
    /// Print every mutation and what became of it
    #[arg(long)]
    prove: bool,
}

/// A row of `policy/clauses.csv`.
#[derive(Debug, Deserialize)]
struct ClauseRow {
    id: String,
    section: String,
}

/// A row of `policy/specs/pending.csv`: why a range of clauses waits.
#[derive(Debug, Deserialize)]
struct PendingRow {
    first: String,
    last: String,
    reason: String,
}

/// A row of `policy/specs/held.csv`: why nothing acts on what a spec holds.
#[derive(Debug, Deserialize)]
struct HeldRow {
    clause: String,
    reason: String,
}

/// Proves, then writes or compares the page.
///
/// # Errors
/// A failing spec, an unexplained clause, a stale page.
pub fn run(args: &ClausesArgs) -> Result<(), Box<dyn Error>> {
    let policy = Policy::read()?;
    let trials = prove(&policy)?;
    if args.prove {
        for (clause, list) in &trials {
            for trial in list {
                println!(
                    "{clause} {} {} — {}",
                    trial.file,
                    trial.change,
                    outcome_words(&trial.outcome)
                );
            }
        }
    }
    let (page, summary) = page(&policy, &trials)?;
    println!("{summary}");
    if !args.check {
        return write(PAGE, &page);
    }
    let committed = fs::read_to_string(root().join(PAGE)).unwrap_or_default();
    if committed == page {
        return Ok(());
    }
    let line = committed
        .lines()
        .zip(page.lines())
        .position(|(a, b)| a != b)
        .map_or(1, |l| l + 1);
    Err(format!("{PAGE}:{line} is stale: run `cargo xtask clauses` and commit the result").into())
}

fn rows<T: serde::de::DeserializeOwned>(path: &str) -> Result<Vec<T>, Box<dyn Error>> {
    let mut reader =
        csv::Reader::from_path(root().join(path)).map_err(|e| format!("{path}: {e}"))?;
    reader
        .deserialize()
        .map(|row| row.map_err(|e| format!("{path}: {e}").into()))
        .collect()
}

/// Clauses named by tests: `clause: HN22-054` in a comment of a file that has
/// tests.
fn named_by_tests() -> Result<BTreeMap<String, BTreeSet<String>>, Box<dyn Error>> {
    let mut named: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let source = |path: &str| {
        [".rs", ".ts", ".py"].iter().any(|e| path.ends_with(e)) && !path.contains("xtask")
    };
    for folder in ["crates", "web/src", "e2e"] {
        for file in files(folder, &source)? {
            let tests = ["tests/", "_tests.", ".test.", "e2e/"]
                .iter()
                .any(|t| file.path.contains(t));
            if !tests && !file.text.contains("#[cfg(test)]") {
                continue;
            }
            let comments = file.text.lines().filter(|l| {
                let line = l.trim_start();
                (line.starts_with("//") || line.starts_with('#')) && line.contains("clause: ")
            });
            for id in comments.flat_map(domain::spec::clause_ids) {
                named.entry(id).or_default().insert(file.path.clone());
            }
        }
    }
    Ok(named)
}

fn page(
    policy: &Policy,
    trials: &BTreeMap<String, Vec<Trial>>,
) -> Result<(String, String), Box<dyn Error>> {
    let clauses: Vec<ClauseRow> = rows("policy/clauses.csv")?;
    let pending: Vec<PendingRow> = rows("policy/specs/pending.csv")?;
    let held: Vec<HeldRow> = rows("policy/specs/held.csv")?;
    let tests = named_by_tests()?;
    let mut specs: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
    for spec in &policy.specs {
        for section in &spec.sections {
            for clause in &section.clauses {
                specs
                    .entry(clause)
                    .or_default()
                    .insert(format!("policy/{}", spec.path));
            }
        }
    }
    let mut table = String::new();
    let mut counted: BTreeMap<&str, [usize; 4]> = BTreeMap::new();
    let mut unexplained = Vec::new();
    for clause in &clauses {
        let list = trials.get(&clause.id).map_or(&[][..], Vec::as_slice);
        let tried = list
            .iter()
            .filter(|t| t.outcome != Outcome::Unreadable)
            .count();
        let acted = list
            .iter()
            .filter(|t| matches!(t.outcome, Outcome::Acted(_)))
            .count();
        let killed = acted
            + list
                .iter()
                .filter(|t| matches!(t.outcome, Outcome::Read(_)))
                .count();
        let mut by: BTreeSet<String> = specs.get(clause.id.as_str()).cloned().unwrap_or_default();
        by.extend(tests.get(&clause.id).cloned().unwrap_or_default());
        let by: Vec<String> = by.into_iter().collect();
        let reason = pending
            .iter()
            .find(|p| p.first <= clause.id && clause.id <= p.last)
            .map(|p| p.reason.as_str());
        let only_held = held.iter().find(|h| h.clause == clause.id);
        if acted > 0 && only_held.is_some() {
            return Err(format!(
                "policy/specs/held.csv: {} is acted on now, take its row out",
                clause.id
            )
            .into());
        }
        let (status, column, words) = if acted > 0 {
            ("**proved**", 0, by.join(", "))
        } else if let (true, Some(held)) = (killed > 0, only_held) {
            ("held", 1, format!("{}: {}", by.join(", "), held.reason))
        } else if killed == 0 && !by.is_empty() {
            ("named", 2, by.join(", "))
        } else if let (0, Some(reason)) = (killed, reason) {
            ("pending", 3, reason.to_owned())
        } else {
            unexplained.push(clause.id.as_str());
            continue;
        };
        counted.entry(&clause.id[..4]).or_default()[column] += 1;
        let mutations = if tried == 0 {
            String::new()
        } else {
            format!("{killed} of {tried} ({acted})")
        };
        writeln!(
            table,
            "| {} | {} | {status} | {mutations} | {words} |",
            clause.id, clause.section
        )?;
    }
    if !unexplained.is_empty() {
        return Err(format!(
            "neither proved, nor named by a spec or test, nor explained in policy/specs/held.csv or pending.csv: {}",
            unexplained.join(", ")
        )
        .into());
    }
    let known: BTreeSet<&str> = clauses.iter().map(|c| c.id.as_str()).collect();
    if let Some((id, by)) = tests.iter().find(|(id, _)| !known.contains(id.as_str())) {
        return Err(format!(
            "{} names clause {id}, which no document has",
            by.iter().next().map_or("", String::as_str)
        )
        .into());
    }
    let sum = |column: usize| counted.values().map(|c| c[column]).sum::<usize>();
    let summary = format!(
        "{} of {} clauses proved, {} held, {} named, {} pending",
        sum(0),
        clauses.len(),
        sum(1),
        sum(2),
        sum(3)
    );
    let mut out = format!(
        "# Clause coverage\n\nGenerated by `cargo xtask clauses`; do not edit.\n\n**{} of {}** clauses are proved, {} more are \
         held, {} named, {} are pending.\n\nA clause is *proved* when changing what the packs say under it (a number by one, a comparator, \
         level or switch swapped, an entry,\nguard or step removed or moved) makes a literate spec that names the clause fail, and at \
         least one\nof these changes makes the platform act or answer otherwise. In brackets: how many; the others show only where a \
         spec states the pack's content, as it must for\nregisters and lists. A clause is *held* when a spec states what the packs say under it and nothing acts on it, with the reason \
         from `policy/specs/held.csv`.\nA clause is *named* when a spec or a test names it but no change of pack data shows it. Everything else is *pending*, with the \
         reason\nfrom `policy/specs/pending.csv`. Tests name a clause in a comment: `clause: HN22-054`.\n\n| document | proved | held | named | \
         pending | clauses |\n|---|---:|---:|---:|---:|---:|\n",
        sum(0),
        clauses.len(),
        sum(1),
        sum(2),
        sum(3)
    );
    for (document, [proved, held, named, waiting]) in &counted {
        writeln!(
            out,
            "| {document} | {proved} | {held} | {named} | {waiting} | {} |",
            proved + held + named + waiting
        )?;
    }
    write!(
        out,
        "\n## Every clause\n\n| clause | section | status | mutations noticed | by, or why not |\n|---|---|---|---|---|\n{table}"
    )?;
    write_trials(&mut out, trials)?;
    Ok((out, summary))
}

fn write_trials(out: &mut String, trials: &BTreeMap<String, Vec<Trial>>) -> std::fmt::Result {
    let survivors: Vec<(&String, &Trial)> = trials
        .iter()
        .flat_map(|(clause, list)| list.iter().map(move |t| (clause, t)))
        .filter(|(_, t)| t.outcome == Outcome::Survived)
        .collect();
    write!(out, "\n## Mutations nobody noticed\n\n")?;
    if survivors.is_empty() {
        writeln!(out, "None.")?;
    }
    for (clause, trial) in survivors {
        writeln!(out, "- {clause}: `{}` {}", trial.file, trial.change)?;
    }
    write!(
        out,
        "\n## Every mutation\n\n| clause | file | change | outcome |\n|---|---|---|---|\n"
    )?;
    for (clause, list) in trials {
        for trial in list {
            // The pipe would end the cell.
            let change = trial.change.replace('|', "\\|");
            writeln!(
                out,
                "| {clause} | {} | {change} | {} |",
                trial.file.trim_start_matches("packs/"),
                outcome_words(&trial.outcome)
            )?;
        }
    }
    Ok(())
}

fn outcome_words(outcome: &Outcome) -> String {
    match outcome {
        Outcome::Acted(by) => format!("noticed by {by}"),
        Outcome::Read(by) => format!("read at {by}"),
        Outcome::Survived => "**survived**".into(),
        Outcome::Unreadable => "no longer readable".into(),
    }
}
