//! A statutory procedure: its clocks, its steps in their order, the conditions
//! on them.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use toml::Spanned;

use super::{ClauseId, Item, Provenance, Stated};
use crate::calendar::DayUnit;
use crate::division::Level;

/// `procedures/*.toml`: one statutory procedure.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Procedure {
    pub id: String,
    pub label: String,
    pub clause: Spanned<ClauseId>,
    #[serde(default, rename = "clock")]
    pub clocks: Vec<Clock>,
    /// In the order the document gives.
    #[serde(default, rename = "step")]
    pub steps: Vec<Step>,
    #[serde(default, rename = "guard")]
    pub guards: Vec<Guard>,
    /// What the text leaves open although one would look for it here (办理时限);
    /// shown as 文件未规定.
    #[serde(default)]
    pub left_open: Vec<String>,
}

/// A clock of a procedure.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Clock {
    pub id: String,
    pub label: String,
    /// `earliest_lead`, or the id of the step whose completion starts it.
    pub starts: String,
    /// Id of the step whose completion stops it.
    pub ends: String,
    /// Days from the start; unstated where the text names a date instead.
    #[serde(default = "Stated::nothing")]
    pub limit_days: Stated<u16>,
    #[serde(default = "Stated::nothing")]
    pub unit: Stated<DayUnit>,
    /// A fixed last day, for what was found by then (整治于5月10日前完成); the
    /// clock does not start for a procedure begun after it.
    pub due_on: Option<Stated<Date>>,
    /// True where the text says 一般 or 原则上: overdue asks for a reason.
    #[serde(default)]
    pub in_principle: bool,
}

/// What a step is; decides which record it keeps.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Deserialize,
    Serialize,
    utoipa::ToSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum StepKind {
    HomeVerification,
    CommitmentLetter,
    CrossCheck,
    DemocraticAppraisal,
    PublicNotice,
    TownshipReview,
    TownshipSubmission,
    CountyDecision,
    WrittenNotice,
    Announcement,
    Archive,
    ProjectPlan,
}

impl StepKind {
    /// Every kind, in the order packs usually give.
    pub const ALL: &[Self] = &[
        Self::HomeVerification,
        Self::CommitmentLetter,
        Self::CrossCheck,
        Self::DemocraticAppraisal,
        Self::PublicNotice,
        Self::TownshipReview,
        Self::TownshipSubmission,
        Self::CountyDecision,
        Self::WrittenNotice,
        Self::Announcement,
        Self::Archive,
        Self::ProjectPlan,
    ];

    /// The identifier used in packs, routes and the audit chain.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::HomeVerification => "home_verification",
            Self::CommitmentLetter => "commitment_letter",
            Self::CrossCheck => "cross_check",
            Self::DemocraticAppraisal => "democratic_appraisal",
            Self::PublicNotice => "public_notice",
            Self::TownshipReview => "township_review",
            Self::TownshipSubmission => "township_submission",
            Self::CountyDecision => "county_decision",
            Self::WrittenNotice => "written_notice",
            Self::Announcement => "announcement",
            Self::Archive => "archive",
            Self::ProjectPlan => "project_plan",
        }
    }
}

impl StepKind {
    /// What the step is usually called; a pack has its own words for its own.
    pub fn label(self) -> &'static str {
        match self {
            Self::HomeVerification => "入户核实",
            Self::CommitmentLetter => "签订承诺授权书",
            Self::CrossCheck => "信息比对",
            Self::DemocraticAppraisal => "民主评议",
            Self::PublicNotice => "公示",
            Self::TownshipReview => "乡级审核",
            Self::TownshipSubmission => "镇级人民政府上报",
            Self::CountyDecision => "县级审批",
            Self::WrittenNotice => "书面通知乡镇",
            Self::Announcement => "公告",
            Self::Archive => "录入建档",
            Self::ProjectPlan => "帮扶项目规划",
        }
    }
}

/// A step of a procedure. Steps run in file order; a `parallel` step may run
/// beside its successors, and whoever needs its result says so with a guard.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Step {
    pub kind: StepKind,
    pub label: String,
    /// Level that acts.
    pub level: Level,
    /// Further levels that may record it, where the text shares the work
    /// (乡村两级组织录入).
    #[serde(default)]
    pub shared_with: Vec<Level>,
    /// The clause that says who acts, where the step's own does not.
    pub level_clause: Option<Spanned<ClauseId>>,
    /// Set where no clause says who acts: the level is then practice.
    pub level_source: Option<Provenance>,
    pub clause: Spanned<ClauseId>,
    pub parallel: Option<Stated<bool>>,
    /// Forms and evidence the step needs.
    #[serde(default)]
    pub evidence: Vec<Evidence>,
    /// Advice of when to be done, in days since the clock started; never
    /// shown as statutory (no document gives per-step budgets).
    pub advised_day: Option<u16>,
    /// What the text leaves open about the step (公示天数); shown as 文件未规定.
    #[serde(default)]
    pub left_open: Vec<String>,
}

/// Something a step must or may be supported by.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Evidence {
    pub code: String,
    pub label: String,
    #[serde(default)]
    pub required: bool,
    /// True where the reference typed with the step proves it too.
    #[serde(default)]
    pub by_reference: bool,
    pub clause: Option<Spanned<ClauseId>>,
    pub source: Option<Provenance>,
}

/// A condition that must hold before a step may be recorded.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Guard {
    pub kind: GuardKind,
    pub on: StepKind,
    pub label: String,
    pub clause: Option<Spanned<ClauseId>>,
    pub source: Option<Provenance>,
    /// Days, people: the guard's number where it has one.
    pub number: Option<Spanned<u16>>,
    /// How days are counted; natural days where absent (几天 against 几个工作日).
    pub unit: Option<DayUnit>,
    /// Sources that stand in for the guarded thing (e.g. a reusable
    /// comparison), each with its own clause.
    #[serde(default, rename = "exemption")]
    pub exemptions: Vec<Item>,
}

/// The conditions the engine can check.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize, Serialize, utoipa::ToSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum GuardKind {
    /// All four dimensions are judged, not income alone.
    AllDimensionsAssessed,
    /// At least `number` different named people verified in the home.
    DistinctVerifiers,
    /// The household signed what was written down.
    HouseholdSigned,
    /// Every adult whose assets are queried signed, or a guardian or proxy
    /// with reason.
    EveryQueriedPersonSigned,
    /// The letter carries both statements: truthfulness and authorisation.
    BothStatements,
    /// Only people covered by a letter in force are compared.
    WithinAuthorisation,
    /// The village's request reaches the county through the township.
    ThroughTownship,
    /// The comparison's result is there (or reused) before the decision.
    CrossCheckConcluded,
    /// Every hit has the household's explanation, a verifier, a conclusion.
    DiscrepanciesConcluded,
    /// Relatives of the household did not vote, votes add up to attendance.
    VotesAddUp,
    /// The round has one result; a second vote needs a new round.
    OneResultPerRound,
    /// The notice stood for `number` days, the day of posting not counted.
    NoticeStood,
    /// No objection about this household is open.
    NoOpenObjection,
    /// The decider did not submit the case to himself.
    NotOwnSubmission,
    /// Document number, date and signatory are there.
    DecisionDocumented,
    /// The township acknowledged the county's result.
    DecisionAcknowledged,
    /// Every required piece of the archive's list is on file: scanned, or its
    /// paper's place stated.
    ArchiveComplete,
    /// Every required piece of evidence of the steps before is on file.
    EvidenceComplete,
    /// Every difficulty area of the pack is judged.
    AllDifficultiesAssessed,
    /// The meeting judged the household's situation and risks together
    /// (根据家庭基本情况、返贫致贫风险等因素综合研判).
    SituationAssessed,
    /// Everyone the pack lists as convener called the meeting.
    ConvenersPresent,
    /// 谁核查、谁签字、谁负责: the people who checked are named.
    CheckersSigned,
    /// The township government submits, with document number, date and signatory.
    SubmittedByGovernment,
    /// The township is told in writing: number and date of the letter.
    WrittenNoticeSent,
    /// The plan went to the county department that owns the projects.
    PlanSubmitted,
}
