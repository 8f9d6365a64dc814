//! What each step leaves behind. A record is kept as it was written: a
//! send-back moves it to [`Superseded`], nothing edits it.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::Facts;
use super::action::{
    Announcement, Appraisal, Archive, CommitmentLetter, CountyDecision, HomeVerification,
    HouseholdFindings, ProjectPlan, TownshipReview, TownshipSubmission, WrittenNotice,
};
use crate::division::Level;
use crate::policy::StepKind;

/// When a thing happened and who wrote it down: villages act on paper and
/// type later, so both dates stand (trap 26).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Done<T> {
    #[serde(flatten)]
    pub record: T,
    #[schema(value_type = String)]
    pub occurred_on: Date,
    /// Day on which it was typed in.
    #[schema(value_type = String)]
    pub recorded_on: Date,
    pub by_account: String,
    pub by_name: String,
    /// The colleague stood in for, if a deputy acted.
    pub deputy_of: Option<String>,
}

/// The records in force.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Records {
    pub home_verification: Option<Done<HomeVerification>>,
    pub commitment_letter: Option<Done<CommitmentLetter>>,
    pub cross_check: Option<CrossCheck>,
    pub democratic_appraisal: Option<Done<Appraisal>>,
    pub public_notice: Option<Notice>,
    pub township_review: Option<Done<TownshipReview>>,
    #[serde(default)]
    pub township_submission: Option<Done<TownshipSubmission>>,
    pub county_decision: Option<Done<CountyDecision>>,
    #[serde(default)]
    pub written_notice: Option<Done<WrittenNotice>>,
    pub decision_acknowledged: Option<Done<Acknowledgement>>,
    pub announcement: Option<Done<Announcement>>,
    pub archive: Option<Done<Archive>>,
    #[serde(default)]
    pub project_plan: Option<Done<ProjectPlan>>,
}

/// The township took note of the county's result.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Acknowledgement {}

/// The information comparison (信息比对), from request to conclusion.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct CrossCheck {
    /// Members compared; empty when a result was reused.
    pub member_ids: Vec<String>,
    pub items: Vec<String>,
    pub requested: Option<Done<Acknowledgement>>,
    pub forwarded: Option<Done<Acknowledgement>>,
    pub answers: Vec<Done<DepartmentAnswer>>,
    pub discrepancies: Vec<Discrepancy>,
    pub reused: Option<Done<ReusedCheck>>,
    pub concluded: Option<Done<Conclusion>>,
}

/// One department's answer, recorded by a person or from its file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct DepartmentAnswer {
    pub department: String,
    pub answered_by: String,
}

/// A result of civil affairs taken over instead of asking again (HN22-063).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ReusedCheck {
    pub source: String,
    #[schema(value_type = String)]
    pub checked_on: Date,
    pub reference: String,
    /// Set where the household's file shows no new 低保: who confirmed it.
    #[serde(default)]
    pub confirmed_by: Option<String>,
}

/// A closing remark.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Conclusion {
    pub note: String,
}

/// A hit (疑点): something for a person to judge, never a refusal by itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Discrepancy {
    pub member_id: String,
    pub item: String,
    pub finding: String,
    pub department: String,
    #[schema(value_type = String)]
    pub found_on: Date,
    /// True when it arrived after the appraisal: village and township must
    /// each judge it on record (trap 25).
    pub late: bool,
    pub resolution: Option<Resolution>,
    /// The township's recorded judgement of a late hit.
    pub township_judgement: Option<String>,
}

/// What the household said, who verified it, what was concluded.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Resolution {
    pub explanation: String,
    pub verified_by: String,
    /// `cleared`, `stands` or `referred`.
    pub conclusion: String,
    pub note: String,
}

impl Discrepancy {
    /// Whether everything a hit needs is on record.
    pub fn concluded(&self) -> bool {
        self.resolution.is_some() && (!self.late || self.township_judgement.is_some())
    }
}

/// The public notice as far as this household is concerned.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Notice {
    pub notice_id: String,
    #[schema(value_type = String)]
    pub posted_on: Date,
    #[schema(value_type = String)]
    pub recorded_on: Date,
    pub place: String,
    pub by_account: String,
    pub by_name: String,
    pub objections: Vec<Objection>,
}

/// An objection that holds this household only.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Objection {
    pub id: String,
    #[schema(value_type = String)]
    pub received_on: Date,
    /// Lowest level that may answer it.
    #[serde(default = "township")]
    pub handled_at: Level,
    pub answer: Option<ObjectionAnswer>,
}

fn township() -> Level {
    Level::Township
}

/// How an objection was answered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ObjectionAnswer {
    #[schema(value_type = String)]
    pub answered_on: Date,
    pub upheld: bool,
}

/// Records put aside, and why.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Superseded {
    pub sent_back_to: StepKind,
    pub by_step: StepKind,
    pub reason: String,
    #[schema(value_type = String)]
    pub on: Date,
    pub by_name: String,
    pub records: Records,
}

impl Superseded {
    /// A step's own earlier record, put aside because the step is done anew.
    pub(super) fn by_itself(
        step: StepKind,
        records: Records,
        reason: &str,
        on: Date,
        facts: &Facts<'_>,
    ) -> Self {
        Self {
            sent_back_to: step,
            by_step: step,
            reason: reason.to_owned(),
            on,
            by_name: facts.actor.display_name.clone(),
            records,
        }
    }

    /// Whether somebody sent the case back, and not the step replaced its own.
    pub fn is_send_back(&self) -> bool {
        self.by_step != self.sent_back_to
    }
}

/// Why a clock ran over.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct OverdueReason {
    pub clock: String,
    pub reason: String,
    #[schema(value_type = String)]
    pub given_on: Date,
    pub by_name: String,
}

/// The household was told of a refusal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Informed {
    #[schema(value_type = String)]
    pub on: Date,
    pub how: String,
    pub told_by: String,
}

/// The household asked the township to look again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RecheckRequest {
    #[schema(value_type = String)]
    pub on: Date,
    pub reason: String,
}

impl Records {
    /// The day a step was done, if it is.
    pub fn done_on(&self, kind: StepKind) -> Option<Date> {
        match kind {
            StepKind::HomeVerification => self.home_verification.as_ref().map(|d| d.occurred_on),
            StepKind::CommitmentLetter => self.commitment_letter.as_ref().map(|d| d.occurred_on),
            StepKind::CrossCheck => self.cross_check.as_ref().and_then(CrossCheck::done_on),
            StepKind::DemocraticAppraisal => {
                self.democratic_appraisal.as_ref().map(|d| d.occurred_on)
            }
            StepKind::PublicNotice => self.public_notice.as_ref().map(|d| d.posted_on),
            StepKind::TownshipReview => self.township_review.as_ref().map(|d| d.occurred_on),
            StepKind::TownshipSubmission => {
                self.township_submission.as_ref().map(|d| d.occurred_on)
            }
            StepKind::CountyDecision => self.county_decision.as_ref().map(|d| d.occurred_on),
            StepKind::Announcement => self.announcement.as_ref().map(|d| d.occurred_on),
            StepKind::WrittenNotice => self.written_notice.as_ref().map(|d| d.occurred_on),
            StepKind::Archive => self.archive.as_ref().map(|d| d.occurred_on),
            StepKind::ProjectPlan => self.project_plan.as_ref().map(|d| d.occurred_on),
        }
    }

    /// What a meeting or a township check found, the latest first.
    pub fn findings(&self) -> Option<&HouseholdFindings> {
        let review = self.township_review.as_ref();
        review.and_then(|r| r.record.findings.as_ref()).or_else(|| {
            self.democratic_appraisal
                .as_ref()
                .and_then(|a| a.record.findings.as_ref())
        })
    }

    /// The day the household was looked at; the line of that day counts.
    pub fn looked_at_on(&self) -> Option<Date> {
        if let Some(home) = &self.home_verification {
            return Some(home.occurred_on);
        }
        let review = self.township_review.as_ref();
        review
            .filter(|r| r.record.findings.is_some())
            .map(|r| r.occurred_on)
            .or_else(|| self.democratic_appraisal.as_ref().map(|a| a.occurred_on))
    }

    /// Who did a step, and on which day it was typed in.
    pub fn entered(&self, kind: StepKind) -> Option<(String, Date)> {
        fn of<T>(done: &Done<T>) -> (String, Date) {
            (done.by_name.clone(), done.recorded_on)
        }
        match kind {
            StepKind::HomeVerification => self.home_verification.as_ref().map(of),
            StepKind::CommitmentLetter => self.commitment_letter.as_ref().map(of),
            StepKind::CrossCheck => self.cross_check.as_ref().and_then(|c| {
                c.concluded
                    .as_ref()
                    .map(of)
                    .or_else(|| c.reused.as_ref().map(of))
            }),
            StepKind::DemocraticAppraisal => self.democratic_appraisal.as_ref().map(of),
            StepKind::PublicNotice => self
                .public_notice
                .as_ref()
                .map(|n| (n.by_name.clone(), n.recorded_on)),
            StepKind::TownshipReview => self.township_review.as_ref().map(of),
            StepKind::TownshipSubmission => self.township_submission.as_ref().map(of),
            StepKind::CountyDecision => self.county_decision.as_ref().map(of),
            StepKind::Announcement => self.announcement.as_ref().map(of),
            StepKind::WrittenNotice => self.written_notice.as_ref().map(of),
            StepKind::Archive => self.archive.as_ref().map(of),
            StepKind::ProjectPlan => self.project_plan.as_ref().map(of),
        }
    }

    /// Puts the record of a step aside.
    pub(super) fn clear(&mut self, kind: StepKind) {
        match kind {
            StepKind::HomeVerification => self.home_verification = None,
            StepKind::CommitmentLetter => self.commitment_letter = None,
            StepKind::CrossCheck => self.cross_check = None,
            StepKind::DemocraticAppraisal => self.democratic_appraisal = None,
            StepKind::PublicNotice => self.public_notice = None,
            StepKind::TownshipReview => self.township_review = None,
            StepKind::TownshipSubmission => self.township_submission = None,
            StepKind::CountyDecision => {
                self.county_decision = None;
                self.decision_acknowledged = None;
            }
            StepKind::Announcement => self.announcement = None,
            StepKind::WrittenNotice => self.written_notice = None,
            StepKind::Archive => self.archive = None,
            StepKind::ProjectPlan => self.project_plan = None,
        }
    }
}

impl CrossCheck {
    /// The day the comparison came to its end, by conclusion or reuse.
    pub fn done_on(&self) -> Option<Date> {
        self.concluded
            .as_ref()
            .map(|c| c.occurred_on)
            .or_else(|| self.reused.as_ref().map(|r| r.occurred_on))
    }
}
