//! Who handles an objection: above the village, and above the person in
//! office it complains of.

use super::{Casefile, Facts, Objection, Refusal, Stage};
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

impl Casefile {
    /// An objection by id: to the notice that counts, or to one put aside by a
    /// refusal or a send-back; whoever objected is answered all the same.
    pub fn objection(&self, id: &str) -> Option<&Objection> {
        let aside = self.superseded.iter().map(|s| &s.records);
        std::iter::once(&self.records)
            .chain(aside)
            .filter_map(|r| r.public_notice.as_ref())
            .flat_map(|n| &n.objections)
            .find(|o| o.id == id)
    }

    pub(super) fn objection_mut(&mut self, id: &str) -> Option<&mut Objection> {
        let aside = self.superseded.iter_mut().map(|s| &mut s.records);
        std::iter::once(&mut self.records)
            .chain(aside)
            .filter_map(|r| r.public_notice.as_mut())
            .flat_map(|n| &mut n.objections)
            .find(|o| o.id == id)
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

/// Refuses an answer from below the level that handles the objection, and from
/// a supervisor where nobody in office is complained of.
pub(super) fn answered_above(
    casefile: &Casefile,
    objection_id: &str,
    facts: &Facts<'_>,
) -> Option<Refusal> {
    let handled_at = casefile.objection(objection_id)?.handled_at;
    let supervises = facts.actor.level.is_some_and(|l| l < Level::County);
    if handled_at == Level::Township && supervises {
        return Some(Refusal::new(
            "acting_level",
            "这件异议由乡镇或县级办理，请督促下级。",
            None,
        ));
    }
    if handled_at == Level::Township || facts.actor.level.is_some_and(|l| l <= handled_at) {
        return None;
    }
    Some(Refusal::new(
        "acting_level",
        format!(
            "这件异议反映的是干部问题，要由{}级以上办理：被反映的人和他所在的一级都不能办理。",
            handled_at.label()
        ),
        // No document says who answers.
        None,
    ))
}
