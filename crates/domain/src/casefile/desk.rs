//! Everything a casefile waits for: its steps, the evidence that is missing,
//! the corrections to decide.

use super::outlook::{Todo, steps_outlook, todo};
use super::{Casefile, Facts, Stage, correction, evidence};
use crate::division::Level;

/// What may be done now, the procedure's steps first.
pub fn outlook(casefile: &Casefile, facts: &Facts<'_>) -> Vec<Todo> {
    if facts.register.merged && casefile.stage == Stage::Running {
        return end_of_merged(casefile, facts).into_iter().collect();
    }
    let mut todos = steps_outlook(casefile, facts);
    if let Some(procedure) = facts.pack.identification() {
        evidence::todos(casefile, procedure, facts, &mut todos);
        correction::todos(casefile, procedure, facts, &mut todos);
    }
    todos
}

/// All that is left to do for a household that is no more.
fn end_of_merged(casefile: &Casefile, facts: &Facts<'_>) -> Option<Todo> {
    let procedure = facts.pack.identification()?;
    let done = |kind| casefile.records.done_on(kind).is_some();
    let step = procedure.steps.iter().find(|s| !done(s.kind))?;
    let verb = "按“并入他户”终止事项";
    Some(todo(
        step,
        Level::Township,
        verb,
        &["end"],
        Vec::new(),
        facts,
    ))
}
