//! Who handles an objection: above the village, and above the person in
//! office it complains of.

use super::{Casefile, Facts, Refusal, Stage};
use crate::division::Level;
use crate::policy::{GuardKind, Procedure, StepKind};

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

/// Whether an objection to the household proved true.
pub(super) fn proved(casefile: &Casefile) -> bool {
    let notice = casefile.records.public_notice.as_ref();
    notice.is_some_and(|n| {
        let mut answers = n.objections.iter().filter_map(|o| o.answer.as_ref());
        answers.any(|a| a.upheld)
    })
}

/// Whether an objection that proved true stands between the township's check
/// and the submission that waits for objections: the check sends it back.
pub(super) fn proved_after_check(casefile: &Casefile, procedure: &Procedure) -> bool {
    let held = procedure.guard(StepKind::TownshipSubmission, GuardKind::NoOpenObjection);
    held.is_some()
        && casefile.stage == Stage::Running
        && casefile.records.township_review.is_some()
        && casefile.records.township_submission.is_none()
        && proved(casefile)
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
