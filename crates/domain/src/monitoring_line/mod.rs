//! 监测范围: the yearly line of a jurisdiction, from the figures it rests on to
//! the confirmation of those who received it.
//!
//! A line is never overwritten: a correction is a further edition that holds
//! from a later day. Being inside the line is no determination, and nobody
//! leaves by it.

mod calculation;
mod decimal;
mod input;
mod procedure;
mod receipt;
mod surroundings;

pub use calculation::*;
pub use decimal::{Exact, decimal_text, exact};
pub use input::*;
pub use procedure::{LineFacts, apply, draft_faults, open_for};
pub use receipt::{Delivery, Receipt, ReceiptEffect, ReceiptForm, acknowledge};
pub use surroundings::{InForce, LineAbove, Surroundings};

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::casefile::PackRef;
use crate::division::DivisionCode;

/// One edition of the line of a jurisdiction and year.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MonitoringLine {
    pub id: String,
    pub jurisdiction: DivisionCode,
    pub year: i16,
    /// 1 for the first of the year; a correction is the next.
    pub edition: u16,
    pub pack: PackRef,
    pub draft: Draft,
    /// Accounts that wrote on the draft: none of them reviews or approves it.
    pub authors: Vec<String>,
    pub records: LineRecords,
}

/// What a drafter proposes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Draft {
    /// Yuan per person and year.
    pub amount_yuan: i64,
    #[schema(value_type = String)]
    pub effective_from: Date,
    #[serde(default)]
    pub inputs: Vec<CalculationInput>,
    pub rounding: Option<Rounding>,
    /// Why this amount (稳慎研判): kept with the line.
    #[serde(default)]
    pub rationale: String,
    /// Why the amount lies outside the usual bounds, or moves further than
    /// usual from the one before; empty where it does not.
    #[serde(default)]
    pub unusual_reason: String,
    /// Why the document lets it begin before the day it is published (a line
    /// for the year); empty where it does not.
    #[serde(default)]
    pub early_reason: String,
}

/// A person's act on a day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Signature {
    pub account_id: String,
    pub name: String,
    #[schema(value_type = String)]
    pub on: Date,
    /// Number of the document that carries it; empty where it has none.
    #[serde(default)]
    pub document_number: String,
    /// Opinion, reason or remark.
    #[serde(default)]
    pub note: String,
}

/// A filing with a higher authority (备案) and its answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Filing {
    pub sent: Signature,
    /// With whom, e.g. 农业农村部.
    pub recipient: String,
    pub answer: Option<FilingAnswer>,
}

/// What the higher authority said.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct FilingAnswer {
    /// Acknowledged, or returned with remarks.
    pub acknowledged: bool,
    pub by: Signature,
}

/// What was done so far; the stage follows from it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct LineRecords {
    pub drafted: Option<Signature>,
    pub submitted: Option<Signature>,
    pub reviewed: Option<Signature>,
    pub approved: Option<Signature>,
    #[serde(default)]
    pub filings: Vec<Filing>,
    pub published: Option<Signature>,
    /// The first day whose households it judges: that of the document, but not
    /// before the day the publication was recorded. Absent before publication,
    /// and on lines published before this was kept.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    pub holds_from: Option<Date>,
    pub withdrawn: Option<Signature>,
    #[serde(default)]
    pub sent_back: Vec<Signature>,
    /// What was done before each time it went back, oldest first.
    #[serde(default)]
    pub earlier: Vec<EarlierRound>,
}

/// The acts on a draft that went back, with what it proposed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct EarlierRound {
    pub amount_yuan: i64,
    #[schema(value_type = String)]
    pub effective_from: Date,
    pub drafted: Option<Signature>,
    pub submitted: Option<Signature>,
    pub reviewed: Option<Signature>,
    pub approved: Option<Signature>,
    #[serde(default)]
    pub filings: Vec<Filing>,
}

/// Where a line stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum LineStage {
    Draft,
    InReview,
    Approved,
    Filed,
    Published,
    Withdrawn,
}

impl LineStage {
    /// The name in tables and in the API.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::InReview => "in_review",
            Self::Approved => "approved",
            Self::Filed => "filed",
            Self::Published => "published",
            Self::Withdrawn => "withdrawn",
        }
    }

    /// The word people read.
    pub fn label(self) -> &'static str {
        match self {
            Self::Draft => "起草中",
            Self::InReview => "研判中",
            Self::Approved => "已批准",
            Self::Filed => "已备案",
            Self::Published => "已印发",
            Self::Withdrawn => "已撤回",
        }
    }
}

impl MonitoringLine {
    /// Where it stands.
    pub fn stage(&self) -> LineStage {
        let records = &self.records;
        if records.withdrawn.is_some() {
            LineStage::Withdrawn
        } else if records.published.is_some() {
            LineStage::Published
        } else if self.filed() {
            LineStage::Filed
        } else if records.approved.is_some() {
            LineStage::Approved
        } else if records.submitted.is_some() {
            LineStage::InReview
        } else {
            LineStage::Draft
        }
    }

    /// The first day whose households it judges: what was decided before the
    /// publication stays decided, whatever day the document names.
    pub fn holds_from(&self) -> Date {
        self.records.holds_from.unwrap_or(self.draft.effective_from)
    }

    /// The last filing was returned by the higher authority.
    pub fn filing_returned(&self) -> bool {
        let last = self.records.filings.last().and_then(|f| f.answer.as_ref());
        last.is_some_and(|a| !a.acknowledged)
    }

    /// Sent for filing and not returned.
    pub fn filed(&self) -> bool {
        let last = self.records.filings.last();
        last.is_some_and(|f| f.answer.as_ref().is_none_or(|a| a.acknowledged))
    }
}

/// What may be done with a line.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize, utoipa::ToSchema)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum LineAction {
    /// Writes the draft anew.
    Revise { draft: Draft },
    /// 送审.
    Submit,
    /// A second person's opinion (研判).
    Review { opinion: String },
    /// Back to the drafter with a reason, at any stage before publication.
    SendBack { reason: String },
    /// A third person signs (签发).
    Approve { document_number: String },
    /// 备案.
    File {
        document_number: String,
        #[serde(default)]
        note: String,
    },
    /// What the higher authority answered.
    AnswerFiling {
        acknowledged: bool,
        #[serde(default)]
        remarks: String,
    },
    /// 印发.
    Publish { document_number: String },
    /// Given up before publication.
    Withdraw { reason: String },
}

impl LineAction {
    /// The name in the audit chain.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Revise { .. } => "revised",
            Self::Submit => "submitted",
            Self::Review { .. } => "reviewed",
            Self::SendBack { .. } => "sent_back",
            Self::Approve { .. } => "approved",
            Self::File { .. } => "filed",
            Self::AnswerFiling { .. } => "filing_answered",
            Self::Publish { .. } => "published",
            Self::Withdraw { .. } => "withdrawn",
        }
    }

    /// The operation a role needs for it.
    pub fn operation(&self) -> crate::account::Operation {
        use crate::account::Operation as O;
        match self {
            Self::Revise { .. } | Self::Submit | Self::Withdraw { .. } => O::MonitoringLineDraft,
            Self::Review { .. } | Self::SendBack { .. } => O::MonitoringLineReview,
            Self::Approve { .. } => O::MonitoringLineApprove,
            Self::File { .. } | Self::AnswerFiling { .. } | Self::Publish { .. } => {
                O::MonitoringLinePublish
            }
        }
    }
}

/// The published amount that holds for a division on a day, for explanations.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct ResolvedLine {
    pub year: i16,
    pub amount_yuan: i64,
    /// Number of the document that publishes it.
    pub document_number: String,
    /// Where it was published, by name.
    pub published_by: String,
}
