//! Everything a casefile waits for: its steps, the evidence that is missing,
//! the corrections to decide.

use super::outlook::{Todo, steps_outlook};
use super::{Casefile, Facts, correction, evidence};

/// What may be done now, the procedure's steps first.
pub fn outlook(casefile: &Casefile, facts: &Facts<'_>) -> Vec<Todo> {
    let mut todos = steps_outlook(casefile, facts);
    if let Some(procedure) = facts.pack.identification() {
        evidence::todos(casefile, procedure, facts, &mut todos);
        correction::todos(casefile, procedure, facts, &mut todos);
    }
    todos
}
