//! A pack's procedure and its allowed transitions as Markdown, for
//! docs/transitions.md and `shouwang policy check`.

use std::fmt::Write as _;

use super::{TransitionTable, transitions};
use crate::account::{Operation, Roles};
use crate::policy::{Guard, Pack, Procedure, Provenance, Step};

/// Every procedure of a pack, and which act is allowed when.
///
/// # Errors
/// A procedure that good data cannot pass.
pub fn procedure_page(pack: &Pack, roles: &Roles) -> Result<String, String> {
    let mut out = String::new();
    for procedure in pack.procedures.values() {
        section(&mut out, pack, procedure).map_err(|e| e.to_string())?;
    }
    if let Some(table) = transitions(pack)? {
        matrix(&mut out, pack, &table, roles).map_err(|e| e.to_string())?;
    }
    Ok(out)
}

fn origin(clause: Option<&str>, source: Option<Provenance>) -> String {
    match (clause, source) {
        (Some(clause), _) => clause.to_owned(),
        (None, Some(Provenance::Practice)) => "practice".into(),
        (None, Some(Provenance::InheritedByPractice)) => "inherited by practice".into(),
        (None, None) => String::new(),
    }
}

fn section(out: &mut String, pack: &Pack, procedure: &Procedure) -> std::fmt::Result {
    writeln!(
        out,
        "\n## {} · {} ({})\n\nPack version {}, layers {}, ordered by {}.\n",
        pack.id(),
        procedure.label,
        procedure.id,
        pack.values.version,
        pack.layers.join(" → "),
        procedure.clause.get_ref()
    )?;
    if let Some(layer) = pack.followed_from(&format!("procedure.{}", procedure.id)) {
        writeln!(
            out,
            "The document orders no procedure: this one is followed from {layer} by practice.\n"
        )?;
    }
    if !procedure.left_open.is_empty() {
        writeln!(out, "文件未规定: {}.\n", procedure.left_open.join("、"))?;
    }
    writeln!(
        out,
        "| clock | starts | ends | limit | overdue | clause |\n|---|---|---|---|---|---|"
    )?;
    for clock in &procedure.clocks {
        let limit = clock
            .limit_days
            .get()
            .map_or("not stated".to_owned(), |d| d.to_string());
        let unit = clock.unit.get().map_or("", |u| match u {
            crate::calendar::DayUnit::Natural => "natural days",
            crate::calendar::DayUnit::Working => "working days",
        });
        let overdue = if clock.in_principle {
            "asks for a reason, never blocks"
        } else {
            "is marked, no reason asked"
        };
        let due = clock.due_on.as_ref();
        let limit = due.and_then(|d| d.get()).map_or_else(
            || format!("{limit} {unit}").trim_end().to_owned(),
            |on| format!("by {on}"),
        );
        let clause = match due {
            Some(due) => origin(due.clause(), due.source),
            None => origin(clock.limit_days.clause(), clock.limit_days.source),
        };
        writeln!(
            out,
            "| {} | {} | {} | {limit} | {overdue} | {clause} |",
            clock.label, clock.starts, clock.ends
        )?;
    }
    writeln!(
        out,
        "\n| # | step | level | after | clause | required evidence | guards |\n|---|---|---|---|---|---|---|"
    )?;
    for (index, step) in procedure.steps.iter().enumerate() {
        let guards: Vec<String> = procedure
            .guards
            .iter()
            .filter(|g| g.on == step.kind)
            .map(guard_words)
            .collect();
        writeln!(
            out,
            "| {} | {} `{}` | {} | {} | {} | {} | {} |",
            index + 1,
            step.label,
            step.kind.as_str(),
            std::iter::once(&step.level)
                .chain(&step.shared_with)
                .map(|l| l.as_str())
                .collect::<Vec<_>>()
                .join(", "),
            predecessor(procedure, index),
            step.clause.get_ref(),
            evidence_words(step),
            guards
                .into_iter()
                .chain(step.left_open.iter().map(|l| format!("{l}: 文件未规定")))
                .collect::<Vec<_>>()
                .join("<br>")
        )?;
    }
    Ok(())
}

/// The last step before that is not parallel: the one that must be done.
fn predecessor(procedure: &Procedure, index: usize) -> String {
    let before = procedure.steps[..index]
        .iter()
        .rev()
        .find(|s| !s.is_parallel());
    let mut words = before.map_or("a lead".to_owned(), |s| s.label.clone());
    if let Some(parallel) = procedure.steps[index]
        .parallel
        .as_ref()
        .filter(|p| p.get() == Some(true))
    {
        let _ = write!(
            words,
            "; beside what follows ({})",
            origin(parallel.clause(), parallel.source)
        );
    }
    words
}

fn evidence_words(step: &Step) -> String {
    let required = step.evidence.iter().filter(|e| e.required);
    let words: Vec<String> = required
        .map(|e| {
            format!(
                "{} ({})",
                e.label,
                origin(e.clause.as_ref().map(|c| c.get_ref().as_str()), e.source)
            )
        })
        .collect();
    words.join("<br>")
}

fn guard_words(guard: &Guard) -> String {
    let mut words = format!(
        "{} ({})",
        guard.label,
        origin(
            guard.clause.as_ref().map(|c| c.get_ref().as_str()),
            guard.source
        )
    );
    for exemption in &guard.exemptions {
        let from = origin(
            exemption.clause.as_ref().map(|c| c.get_ref().as_str()),
            exemption.source,
        );
        let _ = write!(words, "; except {} ({from})", exemption.label);
    }
    words
}

fn matrix(
    out: &mut String,
    pack: &Pack,
    table: &TransitionTable,
    roles: &Roles,
) -> std::fmt::Result {
    writeln!(
        out,
        "\n### {}: which act is allowed when\n\nStates:\n",
        pack.id()
    )?;
    for (index, state) in table.states.iter().enumerate() {
        writeln!(out, "{}. {state}", index + 1)?;
    }
    write!(out, "\n| act | operation | roles |")?;
    for index in 1..=table.states.len() {
        write!(out, " {index} |")?;
    }
    writeln!(out, "\n|---|---|---|{}", ":-:|".repeat(table.states.len()))?;
    for act in &table.acts {
        write!(
            out,
            "| {} | {} | {} |",
            act.name,
            act.operation.as_str(),
            who(act.operation, roles)
        )?;
        for allowed in &act.allowed {
            out.push_str(if *allowed { " ✓ |" } else { "  |" });
        }
        out.push('\n');
    }
    Ok(())
}

/// Roles that hold an operation.
fn who(operation: Operation, roles: &Roles) -> String {
    let holders: Vec<&str> = roles
        .iter()
        .filter(|r| r.operations.contains(&operation))
        .map(|r| r.code.as_str())
        .collect();
    holders.join(", ")
}
