//! 更正: a wrongly typed field of a record is put right by name and with a
//! reason, approved above the level that typed it. Nothing is edited: what
//! stood before stays in the correction, and a clock that runs on a corrected
//! day says so.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use super::action::Action;
use super::effect::done;
use super::guard::{self, Attempt};
use super::outlook::{Todo, todo};
use super::record::Done;
use super::{Casefile, Facts, Records, Refusal, Stage};
use crate::division::Level;
use crate::policy::{Procedure, StepKind};
use crate::typed_text::{is_blank, readable_length};

/// What is asked: one field of one record.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct CorrectionRequest {
    pub step: StepKind,
    /// Field of the record, e.g. `document_number`; see [`CORRECTABLE`].
    pub field: String,
    /// The right value: text, a date as `2022-05-12`, or a number.
    #[schema(value_type = Value)]
    pub value: Value,
    pub reason: String,
    /// Who found the mistake and asked.
    pub asked_by: String,
}

/// A correction, from request to decision.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Correction {
    pub step: StepKind,
    pub field: String,
    pub label: String,
    #[schema(value_type = Value)]
    pub before: Value,
    #[schema(value_type = Value)]
    pub after: Value,
    pub reason: String,
    pub asked_by: String,
    /// Level that typed the record; it is approved above.
    pub typed_at: Level,
    pub request: Done<Requested>,
    pub decision: Option<Done<Decided>>,
}

/// The request was made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Requested {}

/// How the level above decided.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Decided {
    pub approved: bool,
    pub note: String,
}

impl Correction {
    /// Whether it is in force.
    pub fn approved(&self) -> bool {
        self.decision.as_ref().is_some_and(|d| d.record.approved)
    }
    /// Whether it put the day of its step right.
    fn moved_day(&self) -> bool {
        matches!(self.field.as_str(), "occurred_on" | "posted_on")
    }
}

/// Fields that may be put right, by step: slips of the pen and wrong days.
/// Votes, verdicts, categories and signatures are acts, not typing.
const CORRECTABLE: &[(StepKind, &str, &str)] = &[
    (StepKind::HomeVerification, "occurred_on", "入户日期"),
    (StepKind::HomeVerification, "opinion", "核实意见"),
    (StepKind::HomeVerification, "risk_note", "风险说明"),
    (StepKind::CommitmentLetter, "occurred_on", "签订日期"),
    (StepKind::CommitmentLetter, "valid_until", "授权有效期"),
    (StepKind::DemocraticAppraisal, "occurred_on", "评议日期"),
    (StepKind::DemocraticAppraisal, "opinion", "评议意见"),
    (StepKind::PublicNotice, "posted_on", "张贴日期"),
    (StepKind::PublicNotice, "place", "张贴地点"),
    (StepKind::TownshipReview, "occurred_on", "审核日期"),
    (StepKind::TownshipReview, "opinion", "审核意见"),
    (StepKind::CountyDecision, "occurred_on", "认定日期"),
    (StepKind::CountyDecision, "document_number", "批准文号"),
    (StepKind::CountyDecision, "signed_on", "签发日期"),
    (StepKind::CountyDecision, "signatory", "签发人"),
    (StepKind::CountyDecision, "opinion", "认定意见"),
    (StepKind::TownshipSubmission, "occurred_on", "上报日期"),
    (StepKind::TownshipSubmission, "document_number", "上报文号"),
    (StepKind::TownshipSubmission, "signatory", "签发人"),
    (StepKind::WrittenNotice, "occurred_on", "书面通知日期"),
    (StepKind::WrittenNotice, "document_number", "书面通知文号"),
    (StepKind::ProjectPlan, "plan", "帮扶项目规划内容"),
    (StepKind::ProjectPlan, "department", "项目主管部门"),
    (StepKind::Announcement, "occurred_on", "公告日期"),
    (StepKind::Announcement, "place", "公告地点"),
    (StepKind::Archive, "entry_on", "录入系统日期"),
    (StepKind::Archive, "national_reference", "系统编号"),
    (StepKind::Archive, "collected_by", "采集人"),
    (StepKind::Archive, "entered_by", "录入人"),
    (StepKind::Archive, "reviewed_by", "审核人"),
];

/// A field that may be put right, with its value as it stands.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct CorrectableField {
    pub step: StepKind,
    pub field: String,
    pub label: String,
    #[schema(value_type = Value)]
    pub value: Value,
}

/// The fields of the records in force that may be put right.
pub fn correctable(records: &Records) -> Vec<CorrectableField> {
    let all = serde_json::to_value(records).unwrap_or_default();
    CORRECTABLE
        .iter()
        .filter_map(|(step, field, label)| {
            let record = all.get(step.as_str()).filter(|r| !r.is_null())?;
            Some(CorrectableField {
                step: *step,
                field: (*field).to_owned(),
                label: (*label).to_owned(),
                value: record.get(*field).cloned().unwrap_or_default(),
            })
        })
        .collect()
}

fn no(guard: &str, message: impl Into<String>) -> Vec<Refusal> {
    vec![Refusal::new(guard, message, None)]
}

/// The fields somebody may ask to put right: those that level or one below
/// it typed.
pub fn correctable_by(
    records: &Records,
    procedure: &Procedure,
    level: Option<Level>,
) -> Vec<CorrectableField> {
    let mut fields = correctable(records);
    fields.retain(|f| may_ask(level, typed_at(procedure, f.step)));
    fields
}

/// Nobody asks past those who typed it: they know the original, and would
/// never hear of it. A higher level orders first.
fn may_ask(level: Option<Level>, typed_at: Level) -> bool {
    level.is_some_and(|l| l <= typed_at)
}

fn typed_at(procedure: &Procedure, step: StepKind) -> Level {
    procedure.step(step).map_or(Level::Village, |s| s.level)
}

/// Takes a request down; nothing changes until it is approved.
pub(super) fn request(
    next: &mut Casefile,
    procedure: &Procedure,
    asked: &CorrectionRequest,
    occurred_on: Date,
    facts: &Facts<'_>,
) -> Result<String, Vec<Refusal>> {
    if asked.field == "category" {
        return Err(no(
            "not_by_correction",
            "认定的类别不是录入差错，不能用更正改变；类别或对象认定错误的，按清退、回退程序办理。",
        ));
    }
    let fields = correctable(&next.records);
    let Some(field) = fields
        .iter()
        .find(|f| f.step == asked.step && f.field == asked.field)
    else {
        return Err(no(
            "not_by_correction",
            "这一项不能更正：评议票数、审核审批结论、认定对象和签字都不是录入差错；\
             办理中的请退回重办，认定错误的按清退、回退程序办理。",
        ));
    };
    let typed_at = typed_at(procedure, asked.step);
    let mut refused = Vec::new();
    if !may_ask(facts.actor.level, typed_at) {
        refused.push(Refusal::new(
            "acting_level",
            format!(
                "“{}”由{level}级录入，更正由{level}级或上级提出：请把要改的地方和依据告诉{level}级。",
                field.label,
                level = typed_at.label()
            ),
            None,
        ));
    }
    if readable_length(&asked.reason) < 4 {
        refused.push(Refusal::new(
            "reason_given",
            "请写明错在哪里、依据什么更正。",
            None,
        ));
    }
    if is_blank(&asked.asked_by) {
        refused.push(Refusal::new("form_filled", "请写明是谁提出更正的。", None));
    }
    if field.value == asked.value {
        refused.push(Refusal::new(
            "form_filled",
            "更正后的内容和原来一样。",
            None,
        ));
    }
    let waiting =
        |c: &&Correction| c.decision.is_none() && c.step == asked.step && c.field == asked.field;
    if next.corrections.iter().any(|c| waiting(&c)) {
        refused.push(Refusal::new(
            "already_done",
            "这一项已有一件更正在等上级审批。",
            None,
        ));
    }
    if let Err(mut impossible) = corrected(
        next,
        procedure,
        asked.step,
        &asked.field,
        &asked.value,
        facts,
    ) {
        refused.append(&mut impossible);
    }
    if !refused.is_empty() {
        return Err(refused);
    }
    let summary = format!(
        "申请更正{}，等{}级以上审批",
        field.label,
        above(typed_at).label()
    );
    next.corrections.push(Correction {
        step: asked.step,
        field: asked.field.clone(),
        label: field.label.clone(),
        before: field.value.clone(),
        after: asked.value.clone(),
        reason: asked.reason.trim().to_owned(),
        asked_by: asked.asked_by.trim().to_owned(),
        typed_at,
        request: done(Requested {}, occurred_on, facts),
        decision: None,
    });
    Ok(summary)
}

/// Decides a request; an approved one takes effect.
pub(super) fn decide(
    next: &mut Casefile,
    procedure: &Procedure,
    index: usize,
    approve: bool,
    note: &str,
    occurred_on: Date,
    facts: &Facts<'_>,
) -> Result<String, Vec<Refusal>> {
    let Some(correction) = next
        .corrections
        .get(index)
        .filter(|c| c.decision.is_none())
        .cloned()
    else {
        return Err(no("not_found", "没有这件待审批的更正。"));
    };
    let mut refused = Vec::new();
    let level = facts.actor.level;
    if level.is_none_or(|l| l >= correction.typed_at) {
        refused.push(Refusal::new(
            "acting_level",
            format!(
                "{}级录入的内容，更正要由{}级以上审批。",
                correction.typed_at.label(),
                above(correction.typed_at).label()
            ),
            None,
        ));
    }
    if correction.request.by_account == facts.actor.account_id {
        refused.push(Refusal::new(
            "not_own_submission",
            "更正是您自己申请的，请由另一位同事审批。",
            None,
        ));
    }
    if !approve && is_blank(note) {
        refused.push(Refusal::new(
            "reason_given",
            "请写明为什么不同意更正。",
            None,
        ));
    }
    if !refused.is_empty() {
        return Err(refused);
    }
    if approve {
        // What was possible when it was asked may have become impossible.
        let records = corrected(
            next,
            procedure,
            correction.step,
            &correction.field,
            &correction.after,
            facts,
        )?;
        next.records = records;
        stage_follows(next);
    }
    next.corrections[index].decision = Some(done(
        Decided {
            approved: approve,
            note: note.trim().to_owned(),
        },
        occurred_on,
        facts,
    ));
    Ok(format!(
        "{}更正{}",
        if approve { "同意" } else { "不同意" },
        correction.label
    ))
}

/// The level that approves what a level typed.
pub fn above(level: Level) -> Level {
    match level {
        Level::Village => Level::Township,
        Level::Township => Level::County,
        Level::County => Level::City,
        _ => Level::Province,
    }
}

/// The records with one field put right.
///
/// # Errors
/// When the value is none for the field, or the days would contradict the
/// order of steps or a notice's standing.
fn corrected(
    casefile: &Casefile,
    procedure: &Procedure,
    step: StepKind,
    field: &str,
    value: &Value,
    facts: &Facts<'_>,
) -> Result<Records, Vec<Refusal>> {
    let wrong = || no("form_filled", "更正后的内容格式不对，请核对日期或文字。");
    let mut all = serde_json::to_value(&casefile.records).map_err(|_| wrong())?;
    let slot = all
        .get_mut(step.as_str())
        .and_then(Value::as_object_mut)
        .ok_or_else(wrong)?;
    if value.as_str().is_some_and(is_blank) {
        return Err(wrong());
    }
    slot.insert(field.to_owned(), value.clone());
    let records: Records = serde_json::from_value(all).map_err(|_| wrong())?;
    days_fit(casefile, &records, procedure, step, facts)?;
    Ok(records)
}

/// Whether the day of `step` still follows the steps before it and comes
/// before those after, and a notice stood as long as its guard says.
fn days_fit(
    casefile: &Casefile,
    records: &Records,
    procedure: &Procedure,
    step: StepKind,
    facts: &Facts<'_>,
) -> Result<(), Vec<Refusal>> {
    let Some(day) = records.done_on(step) else {
        return Ok(());
    };
    let mut refused = Vec::new();
    if day > facts.today {
        refused.push(Refusal::new(
            "not_in_future",
            "更正后的日期不能晚于今天。",
            None,
        ));
    }
    if casefile.leads.iter().any(|l| l.received_on > day)
        && casefile.leads.iter().all(|l| l.received_on > day)
    {
        refused.push(Refusal::new(
            "not_before_previous",
            "更正后的日期早于发现线索的日期。",
            None,
        ));
    }
    let position = procedure.position(step);
    for other in procedure
        .steps
        .iter()
        .filter(|s| s.kind != step && !s.is_parallel())
    {
        let Some(then) = records.done_on(other.kind) else {
            continue;
        };
        let follows = procedure.position(other.kind) > position;
        if (follows && then < day) || (!follows && then > day) {
            refused.push(Refusal::new(
                "not_before_previous",
                format!(
                    "更正后的日期与“{}”的 {} 前后颠倒。",
                    other.label,
                    guard::spoken(then)
                ),
                None,
            ));
        }
    }
    if let Some(review) = &records.township_review {
        let mut as_corrected = casefile.clone();
        as_corrected.records = records.clone();
        let attempt = Attempt {
            casefile: &as_corrected,
            procedure,
            facts,
            action: Some(&Action::Review(review.record.clone())),
            occurred_on: review.occurred_on,
        };
        refused.extend(
            guard::refusals(StepKind::TownshipReview, &attempt)
                .into_iter()
                .filter(|r| r.guard == "notice_stood"),
        );
    }
    if refused.is_empty() {
        Ok(())
    } else {
        Err(refused)
    }
}

/// The stage repeats two days of the records.
fn stage_follows(next: &mut Casefile) {
    match &mut next.stage {
        Stage::Determined { decided_on, .. } => {
            if let Some(decision) = &next.records.county_decision {
                *decided_on = decision.occurred_on;
            }
        }
        Stage::Archived { entry_on, .. } => {
            if let Some(archive) = &next.records.archive {
                *entry_on = archive.record.entry_on;
            }
        }
        _ => {}
    }
}

/// What a clock that starts or ends with these steps must say.
pub(super) fn clock_notes(casefile: &Casefile, steps: &[StepKind]) -> Vec<String> {
    casefile
        .corrections
        .iter()
        .filter(|c| c.approved() && c.moved_day() && steps.contains(&c.step))
        .map(|c| {
            let text = |v: &Value| v.as_str().unwrap_or_default().to_owned();
            format!(
                "更正后：{}原为 {}，经批准更正为 {}。",
                c.label,
                text(&c.before),
                text(&c.after)
            )
        })
        .collect()
}

/// Requests that wait for the level above.
pub(super) fn todos(
    casefile: &Casefile,
    procedure: &Procedure,
    facts: &Facts<'_>,
    todos: &mut Vec<Todo>,
) {
    for correction in casefile.corrections.iter().filter(|c| c.decision.is_none()) {
        let Some(step) = procedure.step(correction.step) else {
            continue;
        };
        todos.push(todo(
            step,
            above(correction.typed_at),
            &format!("审批更正：{}", correction.label),
            &["decide_correction"],
            Vec::new(),
            facts,
        ));
    }
}
