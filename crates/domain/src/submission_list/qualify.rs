//! Which casefiles belong on a list, and when one on it has its answer.

use std::collections::BTreeSet;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{ListRow, ListTerms};
use crate::casefile::{Casefile, Refusal, Stage};
use crate::policy::{GuardKind, Pack, Procedure, StepKind};

/// The day a casefile qualified for a list, `None` while it does not: the
/// step before is done and spoke for the household, and what the list asks
/// for has not been given yet.
pub fn qualified_on(terms: &ListTerms, casefile: &Casefile) -> Option<Date> {
    if !matches!(casefile.stage, Stage::Running | Stage::Determined { .. }) {
        return None;
    }
    let records = &casefile.records;
    let on = records.done_on(terms.after)?;
    let not_recommended = records
        .democratic_appraisal
        .as_ref()
        .is_some_and(|a| a.record.result != "recommend");
    let answered = match terms.answered_by {
        Some(step) => records.done_on(step).is_some(),
        None => records.decision_acknowledged.is_some(),
    };
    (!not_recommended && !answered).then_some(on)
}

/// Whether an objection holds the household back from the list whose sending
/// is the submission that waits for objections.
pub fn held_by_objection(terms: &ListTerms, procedure: &Procedure, casefile: &Casefile) -> bool {
    let waits = sending_step(terms, procedure).is_some_and(|step| {
        casefile.records.done_on(step).is_none()
            && procedure.guard(step, GuardKind::NoOpenObjection).is_some()
    });
    let notice = casefile.records.public_notice.as_ref();
    waits
        && notice.is_some_and(|n| {
            let holds = |a: Option<bool>| a.is_none_or(|upheld| upheld);
            n.objections
                .iter()
                .any(|o| holds(o.answer.as_ref().map(|a| a.upheld)))
        })
}

/// What to say before a step that answers a list where the household stands
/// on none of its kind. It keeps nobody from the step: a household may be
/// dealt with by itself, but then it is on no list any more.
pub fn not_on_list(pack: &Pack, step: StepKind, listed: &BTreeSet<String>) -> Option<Refusal> {
    let list = pack
        .values
        .lists
        .iter()
        .find(|l| l.answered_by == Some(step))?;
    if listed.contains(&list.code) {
        return None;
    }
    Some(Refusal::new(
        "not_on_list",
        format!(
            "这一户还不在“{}”上。文件是按名单办的，先请{}级报送名单；现在单独办了，就不再列入名单。",
            list.label,
            list.level.label()
        ),
        list.clause.as_ref().map(|c| c.get_ref().as_str()),
    ))
}

/// The lists of the pack a household passed by on its way to one: it was dealt
/// with by itself. Said beside its row; it keeps it from nothing.
pub fn passed_by(pack: &Pack, terms: &ListTerms, stood: &BTreeSet<String>) -> Vec<Refusal> {
    let before = |step| {
        let earlier = |p: &Procedure| p.comes_before(step, terms.after);
        step == terms.after || pack.identification().is_some_and(earlier)
    };
    pack.values
        .lists
        .iter()
        .filter(|l| l.code != terms.code && l.answered_by.is_some_and(before))
        .filter(|l| !stood.contains(&l.code))
        .map(|l| {
            Refusal::new(
                "not_on_list",
                format!("这一户没有列入过“{}”，是单独办理的。", l.label),
                l.clause.as_ref().map(|c| c.get_ref().as_str()),
            )
        })
        .collect()
}

/// The step that sending the list records on each casefile: the written
/// notice (HN20-037), or the township government's submission (WY21-047).
pub fn sending_step(terms: &ListTerms, procedure: &Procedure) -> Option<StepKind> {
    if terms.written_notice {
        return procedure
            .step(StepKind::WrittenNotice)
            .map(|_| StepKind::WrittenNotice);
    }
    procedure
        .step(StepKind::TownshipSubmission)
        .filter(|s| {
            s.level == terms.level
                && procedure.comes_before(terms.after, StepKind::TownshipSubmission)
        })
        .map(|s| s.kind)
}

/// What the receiving level said about one household.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ItemVerdict {
    Approved,
    SentBack,
    Refused,
    /// Another lawful end came first.
    Ended,
    /// Taken note of, on lists that only inform.
    Acknowledged,
}

impl ItemVerdict {
    /// The name used in columns and filters.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Approved => "approved",
            Self::SentBack => "sent_back",
            Self::Refused => "refused",
            Self::Ended => "ended",
            Self::Acknowledged => "acknowledged",
        }
    }
}

/// The answer to one household on a list. It is read from the casefile, so it
/// is the same wherever it was given.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ItemAnswer {
    pub verdict: ItemVerdict,
    #[schema(value_type = String)]
    pub on: Date,
    pub by_name: String,
    /// The reason in words: of a refusal, a send-back, an end; the opinion of
    /// an approval.
    #[serde(default)]
    pub reason: String,
    /// Label of the ground of a refusal or an end.
    #[serde(default)]
    pub ground: Option<String>,
    pub clause: Option<String>,
}

/// The answer a casefile holds to its row of a list, `None` while it is open.
pub fn answer_in(
    terms: &ListTerms,
    row: &ListRow,
    casefile: &Casefile,
    pack: &Pack,
) -> Option<ItemAnswer> {
    let records = &casefile.records;
    let procedure = pack.identification();
    let clause_of = |step: StepKind| {
        procedure
            .and_then(|p| p.step(step))
            .map(|s| s.clause.get_ref().clone())
    };
    let entered = |step: StepKind| records.entered(step).map_or_else(String::new, |(n, _)| n);
    // A send-back puts records aside: the first one since the list was sent.
    // A step done anew puts only its own aside, and sends nobody back.
    let mut since = casefile.superseded.iter().skip(row.superseded);
    if let Some(back) = since.find(|s| s.is_send_back()) {
        return Some(ItemAnswer {
            verdict: ItemVerdict::SentBack,
            on: back.on,
            by_name: back.by_name.clone(),
            reason: back.reason.clone(),
            ground: None,
            clause: clause_of(back.by_step),
        });
    }
    match &casefile.stage {
        Stage::Refused {
            by_step,
            ground,
            reason,
            refused_on,
            ..
        } => {
            let lawful = pack
                .values
                .refusal_grounds
                .iter()
                .find(|g| &g.code == ground);
            return Some(ItemAnswer {
                verdict: ItemVerdict::Refused,
                on: *refused_on,
                by_name: entered(*by_step),
                reason: reason.clone(),
                ground: Some(lawful.map_or_else(|| ground.clone(), |g| g.label.clone())),
                clause: lawful
                    .and_then(|g| g.clause.as_ref())
                    .map(|c| c.get_ref().clone())
                    .or_else(|| clause_of(*by_step)),
            });
        }
        Stage::Ended {
            ending,
            reason,
            ended_on,
            ..
        } => {
            return Some(ItemAnswer {
                verdict: ItemVerdict::Ended,
                on: *ended_on,
                by_name: String::new(),
                reason: reason.clone(),
                ground: Some(pack.label(crate::policy::LawfulItems::LawfulEnd, ending)),
                clause: None,
            });
        }
        Stage::Running | Stage::Determined { .. } | Stage::Archived { .. } => {}
    }
    let Some(step) = terms.answered_by else {
        return acknowledged(casefile, acknowledgement_clause(procedure));
    };
    let opinion = match step {
        StepKind::TownshipReview => records.township_review.as_ref().map(|r| &r.record.opinion),
        StepKind::CountyDecision => records.county_decision.as_ref().map(|d| &d.record.opinion),
        _ => None,
    };
    Some(ItemAnswer {
        verdict: ItemVerdict::Approved,
        on: records.done_on(step)?,
        by_name: entered(step),
        reason: opinion.cloned().unwrap_or_default(),
        ground: None,
        clause: clause_of(step),
    })
}

/// The clause that orders the acknowledgement; none where it is practice.
fn acknowledgement_clause(procedure: Option<&Procedure>) -> Option<String> {
    let mut guards = procedure?.guards.iter();
    let ordered = guards.find(|g| g.kind == GuardKind::DecisionAcknowledged)?;
    ordered.clause.as_ref().map(|c| c.get_ref().clone())
}

/// Taken note of by itself, or shown by what the township did with it since.
fn acknowledged(casefile: &Casefile, clause: Option<String>) -> Option<ItemAnswer> {
    let note = |on, by_name: &str, reason: &str| ItemAnswer {
        verdict: ItemVerdict::Acknowledged,
        on,
        by_name: by_name.to_owned(),
        reason: reason.to_owned(),
        ground: None,
        clause: clause.clone(),
    };
    if let Some(done) = &casefile.records.decision_acknowledged {
        return Some(note(done.occurred_on, &done.by_name, ""));
    }
    match (&casefile.stage, &casefile.records.archive) {
        (Stage::Archived { .. }, Some(archive)) => {
            Some(note(archive.occurred_on, &archive.by_name, "已录入建档"))
        }
        _ => None,
    }
}
