//! What is posted and shown of lists.

use domain::casefile::{Action, Refusal};
use domain::division::DivisionCode;
use domain::policy::StepKind;
use domain::submission_list::{
    Difference, ItemAnswer, LeftOut, ListContent, ListStage, ListTerms, Month, Party,
};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::casefile::VillageName;
use crate::notice::ItemResult;
use crate::policy::CodeLabel;

/// A list that may be drawn up now.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct DrawableList {
    pub pack_id: String,
    pub pack_title: String,
    pub terms: ListTerms,
    /// The division whose households stand on it.
    pub area: Party,
    pub recipient: Party,
    /// Months a list may be given for, oldest first; empty where it does not go by months.
    pub periods: Vec<DrawablePeriod>,
    /// Sending records a step that needs document number and signatory.
    pub documented: bool,
    pub candidates: Vec<CandidateView>,
}

/// A month that has no list yet.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct DrawablePeriod {
    pub month: Month,
    /// How many of the candidates belong to it.
    pub candidates: usize,
    /// It has its list: what is sent now adds to it (补充).
    pub supplements: bool,
}

/// A household that qualifies.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct CandidateView {
    pub casefile_id: String,
    pub version: i64,
    pub head_name: String,
    pub village: VillageName,
    pub category_label: Option<String>,
    pub qualified_on: Date,
    /// Lists it never stood on, though the document goes by them; keeps it from nothing.
    pub notes: Vec<Refusal>,
    /// What would keep the receiving level from answering today.
    pub refusals: Vec<Refusal>,
}

/// A list to send.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub struct NewSubmissionList {
    pub pack_id: String,
    /// Code of the list in the pack.
    pub code: String,
    #[schema(value_type = String)]
    pub area: DivisionCode,
    #[serde(default)]
    pub period: Option<Month>,
    pub submitted_on: Date,
    #[serde(default)]
    pub document_number: String,
    #[serde(default)]
    pub signatory: String,
    /// Day by which the acknowledgement is asked for.
    #[serde(default)]
    pub acknowledge_by: Option<Date>,
    /// Empty for a month without adjustment.
    pub items: Vec<NewListItem>,
    /// Who qualifies and is left out this time, each with its reason.
    #[serde(default)]
    pub left_out: Vec<NewLeftOut>,
    /// A remark on a month without adjustment.
    #[serde(default)]
    pub note: String,
}

/// One household to put on a list.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub struct NewListItem {
    pub casefile_id: String,
    pub expected_version: i64,
}

/// One household to leave out.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub struct NewLeftOut {
    pub casefile_id: String,
    pub reason: String,
}

/// An act on a list as a whole.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub struct ListActForm {
    /// The version the person saw; another version means somebody was faster.
    pub expected_version: i64,
    pub on: Date,
    /// Why, for sending back and taking back.
    #[serde(default)]
    pub reason: String,
}

/// Answers to households of a list; each is recorded by itself.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub struct ListAnswers {
    pub occurred_on: Date,
    pub answers: Vec<ListAnswer>,
}

/// The answer to one household, as the act on its casefile.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub struct ListAnswer {
    pub casefile_id: String,
    pub expected_version: i64,
    #[serde(deserialize_with = "crate::limits::whole")]
    pub action: Action,
}

/// Filters of the list of lists.
#[derive(Debug, Clone, Default, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct SubmissionListQuery {
    /// `to_answer`, `sent` or `unacknowledged`; all in scope when absent.
    pub folder: Option<String>,
    #[param(value_type = Option<String>)]
    pub area: Option<DivisionCode>,
    pub stage: Option<String>,
    pub code: Option<String>,
    #[param(value_type = Option<String>)]
    pub period: Option<Month>,
    /// Only lists that go by months.
    #[serde(default)]
    pub monthly: bool,
    pub limit: Option<u64>,
    pub cursor: Option<String>,
}

/// How many households have which answer.
#[derive(Debug, Clone, Default, Serialize, ToSchema)]
pub struct AnswerCounts {
    pub open: usize,
    pub approved: usize,
    pub sent_back: usize,
    pub refused: usize,
    pub ended: usize,
    pub acknowledged: usize,
}

/// A list in the list of lists.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct SubmissionListSummary {
    pub id: String,
    pub version: i64,
    pub title: String,
    pub number: String,
    pub label: String,
    pub maker: Party,
    pub recipient: Party,
    pub period: Option<Month>,
    pub stage: String,
    pub stage_label: String,
    pub submitted_on: Date,
    pub acknowledge_by: Option<Date>,
    /// Past the day by which the acknowledgement was asked for.
    pub overdue: bool,
    pub households: usize,
    pub counts: AnswerCounts,
    /// What the signed-in person's office has to do with it next; empty when nothing.
    pub my_turn: String,
}

/// A list, whole.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct SubmissionListView {
    #[serde(flatten)]
    pub summary: SubmissionListSummary,
    pub terms: ListTerms,
    pub pack_id: String,
    pub pack_title: String,
    pub submitted_by: String,
    pub deputy_of: Option<String>,
    pub document_number: String,
    pub signatory: String,
    pub note: String,
    pub stage_detail: ListStage,
    /// SM3 of the content as it was sent; the audit chain holds the same.
    pub digest: String,
    /// Whether the content still has that digest.
    pub intact: bool,
    pub rows: Vec<ListItemView>,
    pub left_out: Vec<LeftOut>,
    /// The step that answers, where it is one of the signed-in person's level.
    pub answer_step: Option<StepKind>,
    /// What an answer may say under the list's own document.
    pub choices: Option<AnswerChoices>,
    pub can_receive: bool,
    pub can_return: bool,
    pub can_withdraw: bool,
    /// Per household, how sending or taking note fared; only in the answer to it.
    pub results: Vec<ItemResult>,
}

/// Choices of the document a list stands under.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct AnswerChoices {
    pub categories: Vec<CodeLabel>,
    pub dimensions: Vec<CodeLabel>,
    pub refusal_grounds: Vec<CodeLabel>,
    /// What is no ground, shown so that nobody looks for it.
    pub forbidden_grounds: Vec<CodeLabel>,
    /// What the pack calls the step that answers.
    pub step_label: String,
    /// What the pack calls the step that follows an approval.
    pub next_step_label: Option<String>,
    /// Steps a household may be sent back to.
    pub earlier_steps: Vec<CodeLabel>,
    /// What a verdict asks of each household by itself, as the document says it
    /// (镇级核查农户家庭情况): many cannot be approved or refused at once then.
    pub each_assessed: Option<CodeLabel>,
    /// What a refusal has to say of each household by itself: many cannot be
    /// refused at once then.
    pub each_refused: Option<CodeLabel>,
}

/// One household of a list: as sent, what it was answered, what is different now.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ListItemView {
    pub seq: u32,
    pub casefile_id: String,
    pub village_name: String,
    pub head_name: String,
    pub household_code: Option<String>,
    pub member_count: u32,
    pub household_type_label: String,
    pub category_label: Option<String>,
    pub qualified_on: Date,
    /// Version of the casefile now, for answering it.
    pub version: Option<i64>,
    /// Code of the category the rules propose now, for approving it.
    pub proposed_category: Option<String>,
    pub answer: Option<ItemAnswer>,
    /// Whether it may be answered today.
    pub ready: bool,
    /// What the receiving level has to do, e.g. 异议属实，退回重新核实或评议.
    pub turn: String,
    /// What stands in the way of an answer.
    pub refusals: Vec<Refusal>,
    /// Lists it never stood on, though the document goes by them; keeps it from nothing.
    pub notes: Vec<Refusal>,
    /// 报送后有变化.
    pub differences: Vec<Difference>,
}

/// A list as other areas may take it: exactly the frozen content.
#[derive(Debug, Clone)]
pub struct FrozenList {
    pub id: String,
    pub area: DivisionCode,
    pub digest: String,
    pub content: ListContent,
}
