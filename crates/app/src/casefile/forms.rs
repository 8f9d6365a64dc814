//! Shapes of casefiles, as the console reads them.

use domain::casefile::{
    ClockStatus, CorrectableField, Correction, Explanation, Held, LeadRef, Records, Stage,
    StepStatus, Superseded, Todo,
};
use domain::division::DivisionCode;
use domain::policy::{GuardKind, StepKind};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A division with its name.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct VillageName {
    pub code: String,
    pub name: String,
}

/// A step that is open, in a list.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct OpenStep {
    pub kind: StepKind,
    pub label: String,
    pub level: String,
    /// What to do, as a verb phrase.
    pub verb: String,
    pub ready: bool,
    pub mine: bool,
}

/// One line of the casefile list.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct CasefileRow {
    pub id: String,
    pub household_id: String,
    pub head_name: String,
    pub village: VillageName,
    pub stage: String,
    pub stage_label: String,
    pub current_steps: Vec<OpenStep>,
    pub clock: Option<ClockStatus>,
    pub category_label: Option<String>,
    pub opened_on: Date,
    /// Round the next appraisal would be.
    pub next_round: usize,
    pub version: i64,
}

/// The household of a casefile.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct CasefileHousehold {
    pub id: String,
    pub head_name: String,
    pub member_count: usize,
    pub household_type: String,
    pub household_type_label: String,
    pub village: VillageName,
    pub path: String,
}

/// A member of the household of a casefile.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct CasefileMember {
    pub id: String,
    pub name: String,
    pub relation_label: String,
    pub age: Option<u16>,
    pub adult: bool,
    /// 共享收支: counts for income per person.
    pub shares_income: bool,
}

/// The pack a casefile runs under.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct CasefilePack {
    pub id: String,
    pub title: String,
    pub version: u32,
}

/// A piece of evidence a step needs.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct EvidenceView {
    pub code: String,
    pub label: String,
    pub required: bool,
    pub clause: Option<String>,
    /// True where the reference typed with the step proves it too.
    pub by_reference: bool,
    pub present: bool,
    /// Whether the reader's level may bring it now.
    pub may_bring: bool,
    /// As a scan, as paper at a stated place, or not at all.
    #[serde(flatten)]
    pub held: Held,
}

/// A condition of the pack and the step it stands on.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Asked {
    pub guard: GuardKind,
    pub on: StepKind,
    /// Codes of what may stand in for the condition, e.g. a comparison made
    /// for another purpose.
    pub exemptions: Vec<String>,
}

/// A step as the timeline shows it.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct StepView {
    pub kind: StepKind,
    pub label: String,
    pub level: String,
    pub level_label: String,
    pub clause: String,
    pub status: StepStatus,
    pub parallel: bool,
    pub occurred_on: Option<Date>,
    pub recorded_on: Option<Date>,
    pub by_name: Option<String>,
    /// Typed in after the day it happened: flagged, never blocked.
    pub late_entry: bool,
    pub evidence: Vec<EvidenceView>,
    pub advised_day: Option<u16>,
    /// What the text leaves open about the step (文件未规定).
    pub left_open: Vec<String>,
    pub my_turn: bool,
}

/// One line of the timeline.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct EventView {
    pub seq: i64,
    pub kind: String,
    pub step: Option<String>,
    pub label: String,
    pub summary: String,
    pub occurred_on: String,
    pub recorded_at: String,
    pub by_name: String,
    pub deputy_of: Option<String>,
    pub late_entry: bool,
}

/// An attachment's line.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct AttachmentView {
    pub id: String,
    pub file_name: String,
    pub media_type: String,
    pub size: i64,
    pub code: String,
    pub created_at: String,
    /// `casefile`, `notice`, `appraisal` or `household`.
    pub subject: String,
    /// The newer version, where there is one; the old stays.
    pub replaced_by: Option<String>,
    /// How often the record it supports had been put aside when it was added.
    pub round: Option<u32>,
    /// It supports a record that was put aside since.
    pub of_earlier_round: bool,
}

/// A casefile, whole.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct CasefileView {
    pub id: String,
    pub version: i64,
    pub household: CasefileHousehold,
    pub members: Vec<CasefileMember>,
    pub pack: CasefilePack,
    pub stage: String,
    pub stage_label: String,
    pub stage_detail: Stage,
    pub category_label: Option<String>,
    pub opened_on: Date,
    pub clocks: Vec<ClockStatus>,
    pub steps: Vec<StepView>,
    pub todo: Vec<Todo>,
    pub records: Records,
    pub superseded: Vec<Superseded>,
    pub timeline: Vec<EventView>,
    pub proposal: Option<Explanation>,
    pub leads: Vec<LeadRef>,
    pub attachments: Vec<AttachmentView>,
    /// What the household is told, in plain words, once there is a result.
    pub household_message: Option<String>,
    /// Round the next appraisal would be.
    pub next_round: usize,
    /// Conditions of the pack, so that forms ask for what they need.
    pub asks: Vec<Asked>,
    /// Title of the layer the procedure is followed from by practice, where the document
    /// itself orders none.
    pub procedure_followed_from: Option<String>,
    /// What the procedure leaves open (文件未规定).
    pub left_open: Vec<String>,
    /// Corrections asked for and decided.
    pub corrections: Vec<Correction>,
    /// Fields of the records that may be put right.
    pub correctable: Vec<CorrectableField>,
}

/// Filters of the casefile list, as the address bar carries them.
#[derive(Debug, Clone, Default, Deserialize, ToSchema, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct CasefileListQuery {
    pub stage: Option<String>,
    #[param(value_type = Option<String>)]
    #[schema(value_type = Option<String>)]
    pub division: Option<DivisionCode>,
    pub step: Option<String>,
    #[serde(default)]
    pub overdue: bool,
    pub household_id: Option<String>,
    pub limit: Option<u64>,
    pub cursor: Option<String>,
}
