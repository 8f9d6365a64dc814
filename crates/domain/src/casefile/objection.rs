//! Who handles an objection: above the village, and above the person in
//! office it complains of.

use super::{Casefile, Facts, Refusal};
use crate::division::Level;

/// The lowest level that may handle an objection: the township, or the level
/// above the person complained of.
pub fn handling_level(official: Option<Level>) -> Level {
    match official {
        None | Some(Level::Village) => Level::Township,
        Some(Level::Township) => Level::County,
        Some(Level::County) => Level::City,
        Some(_) => Level::Province,
    }
}

/// Refuses an answer from below the level that handles the objection.
pub(super) fn answered_above(
    casefile: &Casefile,
    objection_id: &str,
    facts: &Facts<'_>,
    clause: Option<&str>,
) -> Option<Refusal> {
    let notice = casefile.records.public_notice.as_ref()?;
    let handled_at = notice
        .objections
        .iter()
        .find(|o| o.id == objection_id)?
        .handled_at;
    if handled_at == Level::Township || facts.actor.level.is_some_and(|l| l <= handled_at) {
        return None;
    }
    Some(Refusal::new(
        "acting_level",
        format!(
            "这件异议反映的是干部问题，要由{}级以上办理：被反映的人和他所在的一级都不能办理。",
            handled_at.label()
        ),
        clause,
    ))
}
