//! 材料: what the pack wants a step to be supported by, and what is there. A
//! piece is there as a scan or photo, as paper whose place a named person
//! stated, or as the reference typed with the step itself; nobody ticks it.

use std::fmt::Write as _;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::action::Action;
use super::effect::done;
use super::guard::Attempt;
use super::outlook::{StepStatus, Todo, step_status, todo};
use super::record::Done;
use super::{Casefile, Facts, Records, Refusal, Stage};
use crate::division::Level;
use crate::policy::{Evidence, Procedure, Step, StepKind};
use crate::typed_text::{is_blank, readable_length};

/// A scan or photo on file, as far as the engine needs to know it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EvidencePiece {
    /// Code of the evidence it is, e.g. `investigation_form`.
    pub code: String,
    /// How often the record it supports had been put aside when it was added;
    /// `None` where it hangs on the meeting or notice now in force.
    pub round: Option<u32>,
}

/// Paper that was not scanned: where it is kept, in words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PaperStatement {
    /// Codes of the evidence kept there.
    pub codes: Vec<String>,
    /// E.g. 镇档案室 3 号柜.
    pub place: String,
}

/// One statement about one piece of paper; a later one replaces it, the
/// earlier stays on record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PaperKept {
    pub code: String,
    pub place: String,
    /// As of [`EvidencePiece::round`].
    pub round: u32,
}

/// How a piece of evidence is held.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(tag = "held", rename_all = "snake_case")]
pub enum Held {
    /// As a scan or photo.
    Scanned,
    /// On paper: 纸质件存放于….
    OnPaper {
        place: String,
        stated_by: String,
        #[schema(value_type = String)]
        stated_on: Date,
    },
    /// By the reference typed with the step.
    ByReference,
    Missing,
}

/// The first step that names a piece of evidence: the record it supports.
fn owner<'a>(procedure: &'a Procedure, code: &str) -> Option<&'a Step> {
    procedure
        .steps
        .iter()
        .find(|s| s.evidence.iter().any(|e| e.code == code))
}

/// Why somebody may not bring a piece of evidence now: its step is not reached,
/// or it is a paper of a level above. The level that closes the archive holds
/// copies of what was decided above it. `None` for codes of no step.
pub fn not_to_bring(
    casefile: &Casefile,
    procedure: &Procedure,
    code: &str,
    level: Option<Level>,
) -> Option<Refusal> {
    let step = owner(procedure, code)?;
    let status = step_status(casefile, procedure, step.kind);
    if status == StepStatus::Waiting {
        let message = format!("还没有办到“{}”，现在不能交它的材料。", step.label);
        return Some(Refusal::new("stage", message, None));
    }
    let lowest = step
        .shared_with
        .iter()
        .copied()
        .fold(step.level, Level::max);
    let keeps_copies =
        status == StepStatus::Done && procedure.step(StepKind::Archive).map(|s| s.level) == level;
    if keeps_copies || level.is_some_and(|l| l <= lowest) {
        return None;
    }
    let message = format!(
        "“{}”的材料由{}级提供，请由{}级上传或写明存放处。",
        step.label,
        lowest.label(),
        lowest.label()
    );
    // A document says who does a step, not who files its paper.
    Some(Refusal::new("acting_level", message, None))
}

/// What tells one record of a step from the next: everything in it but what
/// is added while it stands (answers, objections).
fn identity(records: &Records, kind: StepKind) -> Option<serde_json::Value> {
    let all = serde_json::to_value(records).ok()?;
    let mut record = all.get(kind.as_str()).filter(|r| !r.is_null())?.clone();
    if let Some(fields) = record.as_object_mut() {
        for grows in [
            "forwarded",
            "answers",
            "discrepancies",
            "concluded",
            "objections",
        ] {
            fields.remove(grows);
        }
    }
    Some(record)
}

/// How often the record a piece of evidence supports was put aside so far. A
/// scan from before a send-back does not prove the step done again.
pub fn evidence_round(casefile: &Casefile, procedure: &Procedure, code: &str) -> u32 {
    let Some(step) = owner(procedure, code) else {
        return 0;
    };
    let now = identity(&casefile.records, step.kind);
    let mut aside: Vec<serde_json::Value> = Vec::new();
    for record in casefile
        .superseded
        .iter()
        .filter_map(|s| identity(&s.records, step.kind))
    {
        if Some(&record) != now.as_ref() && !aside.contains(&record) {
            aside.push(record);
        }
    }
    u32::try_from(aside.len()).unwrap_or(u32::MAX)
}

/// How one piece of a step's evidence is held; `pieces` are the scans on file.
pub fn held(
    casefile: &Casefile,
    procedure: &Procedure,
    evidence: &Evidence,
    pieces: &[EvidencePiece],
) -> Held {
    let round = evidence_round(casefile, procedure, &evidence.code);
    if pieces
        .iter()
        .any(|p| p.code == evidence.code && p.round.is_none_or(|r| r == round))
    {
        return Held::Scanned;
    }
    let paper = casefile
        .papers
        .iter()
        .rev()
        .find(|p| p.record.code == evidence.code && p.record.round == round);
    if let Some(paper) = paper {
        return Held::OnPaper {
            place: paper.record.place.clone(),
            stated_by: paper.by_name.clone(),
            stated_on: paper.occurred_on,
        };
    }
    let reference = casefile
        .records
        .archive
        .as_ref()
        .and_then(|a| a.record.national_reference.as_deref());
    if evidence.by_reference && reference.is_some_and(|r| !is_blank(r)) {
        return Held::ByReference;
    }
    Held::Missing
}

/// Labels of what a step requires and nobody has.
fn missing<'a>(
    casefile: &Casefile,
    procedure: &Procedure,
    step: &'a Step,
    pieces: &[EvidencePiece],
) -> Vec<&'a Evidence> {
    step.evidence
        .iter()
        .filter(|e| e.required && held(casefile, procedure, e, pieces) == Held::Missing)
        .collect()
}

fn listed(missing: &[&Evidence]) -> String {
    let labels: Vec<&str> = missing.iter().map(|e| e.label.as_str()).collect();
    labels.join("、")
}

/// What stands in the way of closing the archive: the step's own list, and what
/// the steps before it had to leave.
pub(super) fn archive_gap(at: &Attempt<'_>, kind: StepKind) -> Option<String> {
    let typed = match at.action {
        Some(Action::Archive(archive)) => archive.national_reference.as_deref(),
        None => None,
        Some(_) => return None,
    };
    let step = at.procedure.step(kind)?;
    let mut gap = missing(at.casefile, at.procedure, step, at.facts.evidence?);
    // The reference is typed with the act: before it nothing can be said.
    gap.retain(|e| {
        !(e.by_reference && (at.action.is_none() || typed.is_some_and(|r| !is_blank(r))))
    });
    let earlier = gap_before(at, kind)?;
    if gap.is_empty() && earlier.is_empty() {
        return None;
    }
    let by_hand = gap.iter().chain(&earlier).any(|e| !e.by_reference);
    let mut told = String::new();
    if !gap.is_empty() {
        let _ = write!(told, "档案还缺：{}。", listed(&gap));
    }
    if !earlier.is_empty() {
        let _ = write!(told, "前面的环节还缺材料：{}。", listed(&earlier));
    }
    told.push_str(match by_hand {
        true => "请上传扫描件，或写明纸质件存放在哪里。",
        false => "请填写系统里的编号。",
    });
    Some(told)
}

/// Required evidence the steps before `kind` lack; `None` where nobody looked.
fn gap_before<'a>(at: &'a Attempt<'_>, kind: StepKind) -> Option<Vec<&'a Evidence>> {
    let pieces = at.facts.evidence?;
    let position = at.procedure.position(kind)?;
    let steps = at.procedure.steps[..position].iter();
    let done = steps.filter(|s| at.casefile.records.done_on(s.kind).is_some());
    Some(
        done.flat_map(|s| missing(at.casefile, at.procedure, s, pieces))
            .collect(),
    )
}

/// What the steps before `kind` still lack, where a pack makes that a guard.
pub(super) fn earlier_gap(at: &Attempt<'_>, kind: StepKind) -> Option<String> {
    let gap = gap_before(at, kind)?;
    (!gap.is_empty()).then(|| format!("前面的环节还缺材料：{}。", listed(&gap)))
}

/// Steps done whose required evidence nobody has yet, as something to do.
pub(super) fn todos(
    casefile: &Casefile,
    procedure: &Procedure,
    facts: &Facts<'_>,
    todos: &mut Vec<Todo>,
) {
    let Some(pieces) = facts.evidence else {
        return;
    };
    if matches!(
        casefile.stage,
        Stage::Archived { .. } | Stage::Ended { .. } | Stage::Refused { .. }
    ) {
        return;
    }
    for step in &procedure.steps {
        if step_status(casefile, procedure, step.kind) != StepStatus::Done {
            continue;
        }
        let gap = missing(casefile, procedure, step, pieces);
        if gap.is_empty() {
            continue;
        }
        todos.push(Todo {
            papers: gap.iter().map(|e| e.label.clone()).collect(),
            ..todo(
                step,
                step.level,
                &format!("补交材料：{}", listed(&gap)),
                &["state_paper"],
                Vec::new(),
                facts,
            )
        });
    }
}

/// Writes down where paper is kept.
pub(super) fn record(
    next: &mut Casefile,
    procedure: &Procedure,
    statement: &PaperStatement,
    occurred_on: Date,
    facts: &Facts<'_>,
) -> Result<String, Vec<Refusal>> {
    let refuse = |message: &str| vec![Refusal::new("form_filled", message, None)];
    let place = statement.place.trim();
    if readable_length(place) < 2 {
        return Err(refuse("请写明纸质件存放在哪里，例如“镇档案室 3 号柜”。"));
    }
    if statement.codes.is_empty() {
        return Err(refuse("请选择是哪几件材料。"));
    }
    let mut labels = Vec::new();
    for code in &statement.codes {
        let Some(evidence) =
            owner(procedure, code).and_then(|s| s.evidence.iter().find(|e| &e.code == code))
        else {
            return Err(refuse("材料不在这件事项的清单里，请刷新页面。"));
        };
        if let Some(not) = not_to_bring(next, procedure, code, facts.actor.level) {
            return Err(vec![not]);
        }
        labels.push(evidence.label.as_str());
        let round = evidence_round(next, procedure, code);
        let kept = PaperKept {
            code: code.clone(),
            place: place.to_owned(),
            round,
        };
        next.papers.push(done(kept, occurred_on, facts));
    }
    Ok(format!("说明纸质件存放地点：{}", labels.join("、")))
}

/// Statements about paper, oldest first.
pub type Papers = Vec<Done<PaperKept>>;
