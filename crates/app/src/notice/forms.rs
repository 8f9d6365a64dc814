//! What is posted and shown of meetings, notices and objections.

use domain::casefile::{HouseholdFindings, Refusal};
use domain::division::{DivisionCode, Level};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::casefile::{AttachmentView, VillageName};

/// How many people of a role came.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Attendance {
    pub role: String,
    pub count: u16,
}

/// A meeting and what it decided for each household.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub struct NewAppraisal {
    pub held_on: Date,
    pub place: String,
    #[schema(value_type = String)]
    pub village: DivisionCode,
    pub chair: String,
    pub recorder: String,
    pub attendance: Vec<Attendance>,
    pub minutes: String,
    /// Codes of the pack's conveners who called the meeting.
    #[serde(default)]
    pub conveners: Vec<String>,
    pub items: Vec<NewAppraisalItem>,
}

/// One household before the meeting.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub struct NewAppraisalItem {
    pub casefile_id: String,
    pub expected_version: i64,
    pub round: u16,
    #[serde(default)]
    pub recused: Vec<String>,
    pub votes_for: u16,
    pub votes_against: u16,
    pub abstentions: u16,
    /// `recommend` or `not_recommend`.
    pub result: String,
    #[serde(default)]
    pub opinion: String,
    /// The household's situation as judged, where the pack asks the meeting for it.
    #[serde(default)]
    pub findings: Option<HouseholdFindings>,
}

/// How one household of a bulk act fared.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ItemResult {
    pub casefile_id: String,
    pub ok: bool,
    // The version it has now: after the act, or where somebody was faster.
    pub version: Option<i64>,
    pub refusals: Vec<Refusal>,
    /// Plain words where the reason is no refusal (e.g. somebody was faster).
    pub message: Option<String>,
}

/// What a bulk act gave.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct BulkResult {
    pub id: String,
    pub results: Vec<ItemResult>,
}

/// A meeting in the list.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct AppraisalView {
    pub id: String,
    pub village: VillageName,
    pub held_on: String,
    pub place: String,
    pub chair: String,
    pub recorder: String,
    pub attendance: Vec<Attendance>,
    pub minutes: String,
}

/// A notice to post.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub struct NewNotice {
    #[schema(value_type = String)]
    pub village: DivisionCode,
    pub posted_on: Date,
    pub place: String,
    pub items: Vec<NewNoticeItem>,
    /// Photos of the posted notice, uploaded to one of its households; they
    /// move to the notice and serve all of them.
    #[serde(default)]
    pub evidence_attachment_ids: Vec<String>,
}

/// One household on a notice.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub struct NewNoticeItem {
    pub casefile_id: String,
    pub expected_version: i64,
}

/// A notice as shown.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct NoticeView {
    pub id: String,
    pub title: String,
    pub village: VillageName,
    pub posted_on: String,
    pub place: String,
    /// The last day the notice has to hang.
    pub stands_until: String,
    /// From this day the township may review.
    pub may_close_from: String,
    pub days_required: i32,
    pub clause: Option<String>,
    /// `posted` while it has to stand, `closed` afterwards.
    pub status: String,
    pub items: Vec<NoticeItemView>,
    pub evidence: Vec<AttachmentView>,
    pub objections: Vec<ObjectionView>,
    /// Per household, how posting fared; only in the answer to posting.
    pub results: Vec<ItemResult>,
}

/// A notice before it is posted.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct NoticePreview {
    pub title: String,
    /// The A4 page as it would be printed, HTML.
    pub page: String,
    pub results: Vec<ItemResult>,
}

/// One household on a notice: name, category and remark only, never health,
/// income, numbers or phone.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct NoticeItemView {
    pub casefile_id: String,
    pub head_name: String,
    pub category_label: String,
    pub objection_open: bool,
    /// Held by an open or upheld objection; the others go on.
    pub held: bool,
}

/// An objection as shown.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ObjectionView {
    pub id: String,
    pub casefile_id: String,
    pub received_on: String,
    pub content: String,
    /// Hidden from the village.
    pub objector: Option<String>,
    pub anonymous: bool,
    pub about_official: bool,
    /// Level of the person complained of, and who that is; hidden from the
    /// village and from that person's own level.
    pub official_level: Option<String>,
    pub official: Option<String>,
    /// Lowest level that may answer, and whether the signed-in person may.
    pub handling_level: String,
    pub mine: bool,
    pub status: String,
    pub answer: Option<String>,
    pub upheld: Option<bool>,
    pub answered_on: Option<String>,
    pub handled_by: Option<String>,
    pub handled_level: Option<String>,
}

/// An objection as it comes in.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub struct NewObjection {
    pub casefile_id: String,
    pub received_on: Date,
    pub content: String,
    #[serde(default)]
    pub anonymous: bool,
    pub objector_name: Option<String>,
    /// Complains of somebody in office: handled above that person.
    #[serde(default)]
    pub about_official: bool,
    /// Name of that person, where the objector gave it.
    pub official_name: Option<String>,
    /// `village`, `township` or `county`: where that person serves.
    pub official_level: Option<Level>,
}

/// An answer to an objection.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub struct AnswerObjection {
    pub answer: String,
    pub upheld: bool,
    pub answered_on: Date,
    pub handled_by: String,
}

/// Filters of the notice list.
#[derive(Debug, Clone, Default, Deserialize, ToSchema, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct NoticeListQuery {
    #[param(value_type = Option<String>)]
    #[schema(value_type = Option<String>)]
    pub village: Option<DivisionCode>,
    /// `posted` while it has to stand, `closed` afterwards.
    pub status: Option<String>,
    pub limit: Option<u64>,
    pub cursor: Option<String>,
}
