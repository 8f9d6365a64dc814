//! The file format of a pack. Every struct here is what a TOML table may
//! hold; unknown keys are refused so that a misspelt guard never passes as an
//! absent one.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use toml::Spanned;

use crate::calendar::DayUnit;
use crate::division::Level;

/// Identifier of a clause, for example `HN22-054`.
pub type ClauseId = String;

/// `pack.toml`: identity of the pack and its values.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct PackFile {
    /// Folder name and identifier, e.g. `henan-2022`.
    pub id: Spanned<String>,
    /// Title shown to people.
    pub title: String,
    /// Version of the pack's content; running procedures keep theirs.
    pub version: u32,
    /// 12-digit code of the division whose subtree the pack governs; empty for
    /// a base layer that governs nothing by itself.
    #[serde(default)]
    pub jurisdiction: String,
    /// First day on which the pack may be in force.
    pub effective_from: Option<Date>,
    /// Layer below: its values hold wherever this pack is silent.
    pub based_on: Option<Spanned<String>>,
    #[serde(default, rename = "document")]
    pub documents: Vec<Document>,
    pub line: Option<Line>,
    pub transition_period: Option<TransitionPeriod>,
    #[serde(default, rename = "category")]
    pub categories: Vec<Category>,
    #[serde(default, rename = "dimension")]
    pub dimensions: Vec<Item>,
    #[serde(default, rename = "difficulty_area")]
    pub difficulty_areas: Vec<Item>,
    #[serde(default, rename = "channel")]
    pub channels: Vec<Channel>,
    #[serde(default, rename = "discovery_mode")]
    pub discovery_modes: Vec<Item>,
    #[serde(default, rename = "declaration_means")]
    pub declaration_means: Vec<DeclarationMeans>,
    #[serde(default, rename = "grid_staff")]
    pub grid_staff: Vec<Item>,
    #[serde(default, rename = "lead_outcome")]
    pub lead_outcomes: Vec<LeadOutcome>,
    #[serde(default, rename = "lead_stage")]
    pub lead_stages: Vec<Item>,
    #[serde(default, rename = "eligible_status")]
    pub eligible_statuses: Vec<Item>,
    /// Grounds on which a named person may refuse; a ground outside is none.
    #[serde(default, rename = "refusal_ground")]
    pub refusal_grounds: Vec<Item>,
    #[serde(default, rename = "forbidden_ground")]
    pub forbidden_grounds: Vec<Item>,
    #[serde(default, rename = "attribution")]
    pub attributions: Vec<Item>,
    #[serde(default, rename = "level")]
    pub levels: Vec<LevelItem>,
    #[serde(default, rename = "task")]
    pub tasks: Vec<Task>,
    #[serde(default, rename = "exchange_source")]
    pub exchange_sources: Vec<ExchangeSource>,
    #[serde(default, rename = "risk_type")]
    pub risk_types: Vec<Item>,
    #[serde(default, rename = "lawful_end")]
    pub lawful_ends: Vec<Item>,
    #[serde(default, rename = "form")]
    pub forms: Vec<Form>,
    #[serde(default, rename = "message")]
    pub messages: Vec<Message>,
    /// Present only where a document gives a size reference; a pack that
    /// forbids size control may not carry one (HN22-066).
    pub scale_reference: Option<Stated<String>>,
}

/// `clauses.toml`: the documents' own words.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct ClausesFile {
    #[serde(default, rename = "clause")]
    pub clauses: Vec<Clause>,
}

/// One clause of a document.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Clause {
    pub id: Spanned<ClauseId>,
    /// Identifier of the document it stands in.
    pub document: String,
    /// Where it stands, e.g. `二(一)3(3)`.
    pub section: String,
    /// The clause's own words.
    pub quote: String,
    /// Figures the clause fixes, in words.
    #[serde(default)]
    pub parameters: String,
}

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
}

/// Where a value comes from when no clause states it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Provenance {
    /// Settled practice or an internal control of the platform; shown as 文件未规定.
    Practice,
    /// Followed although the document does not say so.
    InheritedByPractice,
}

/// A value with its clause, or a value the document leaves unstated.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Stated<T> {
    pub value: Option<Spanned<T>>,
    pub clause: Option<Spanned<ClauseId>>,
    /// True where the document says nothing: `value` must then be absent.
    #[serde(default)]
    pub unstated: bool,
    /// What the platform does meanwhile; never carries a clause.
    pub default: Option<T>,
    pub source: Option<Provenance>,
}

impl<T: Clone> Stated<T> {
    /// The value in use: the stated one, else the default of practice.
    pub fn get(&self) -> Option<T> {
        self.value
            .as_ref()
            .map(|v| v.get_ref().clone())
            .or_else(|| self.default.clone())
    }

    /// The clause that states the value, if one does.
    pub fn clause(&self) -> Option<&str> {
        self.clause.as_ref().map(|c| c.get_ref().as_str())
    }
}

/// A policy document in the registry (HN25-001).
#[derive(Debug, Clone, Deserialize, Serialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Document {
    pub id: String,
    /// Document number such as `豫农监测〔2025〕3号`; empty where it has none.
    #[serde(default)]
    pub number: String,
    pub title: String,
    pub issuer: String,
    #[schema(value_type = Option<String>)]
    pub issued_on: Option<Date>,
    /// Where it applies, in words.
    #[serde(default)]
    pub scope: String,
    /// Identifier of the document it replaces.
    pub supersedes: Option<String>,
    #[schema(value_type = Option<String>)]
    pub clause: Option<Spanned<ClauseId>>,
}

/// The monitoring line (监测范围) and how it is compared.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Line {
    /// Yuan per person and year.
    pub amount_yuan: Stated<i64>,
    /// `net_income_per_capita` or `disposable_income_per_capita`.
    pub measure: Stated<String>,
    /// `<` (低于) or `<=` (以下, 以内).
    pub comparator: Stated<String>,
    /// `reference` (参考) or `ceiling`.
    pub nature: Stated<String>,
    /// Documented basis of the amount; the amount is never recomputed from it.
    pub growth_rate_percent: Option<Stated<String>>,
    pub year: Option<i16>,
    /// Which twelve months income is counted over.
    pub accounting_period: Option<Stated<String>>,
}

/// First and last year of the transition period (HN25-002).
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct TransitionPeriod {
    pub first_year: Stated<i16>,
    pub last_year: Stated<i16>,
}

/// A category a household may be determined in, and when it is proposed.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Category {
    pub code: String,
    pub label: String,
    #[serde(default)]
    pub definition: String,
    /// Proposed when the household was lifted out of poverty (true), never was
    /// (false), or either (absent).
    pub lifted: Option<bool>,
    /// Proposed when income is inside the line (true), above it (false), or
    /// either (absent).
    pub inside_line: Option<bool>,
    pub clause: Option<Spanned<ClauseId>>,
    pub source: Option<Provenance>,
}

/// A named entry of a list the document enumerates.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Item {
    pub code: String,
    pub label: String,
    #[serde(default)]
    pub note: String,
    pub clause: Option<Spanned<ClauseId>>,
    pub source: Option<Provenance>,
}

/// A channel through which a lead arrives.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Channel {
    pub code: String,
    pub label: String,
    /// Whether a lead of this channel starts the statutory clock (HN22-060).
    #[serde(default)]
    pub starts_clock: bool,
    pub clause: Option<Spanned<ClauseId>>,
    pub source: Option<Provenance>,
}

/// How a farmer's own declaration reaches us (WY21-034).
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct DeclarationMeans {
    pub code: String,
    pub label: String,
    /// Somebody else types: that person's name must be recorded.
    #[serde(default)]
    pub proxy: bool,
    pub clause: Option<Spanned<ClauseId>>,
    pub source: Option<Provenance>,
}

/// How a verified lead may end.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct LeadOutcome {
    pub code: String,
    pub label: String,
    /// `casefile` opens an identification, `episode` joins the running one,
    /// `none` ends the lead.
    pub leads_to: String,
    #[serde(default)]
    pub needs_reason: bool,
    pub clause: Option<Spanned<ClauseId>>,
    pub source: Option<Provenance>,
}

/// A level of the organisation (HN25-124).
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct LevelItem {
    pub code: Level,
    pub label: String,
    pub clause: Option<Spanned<ClauseId>>,
    pub source: Option<Provenance>,
}

/// A task and the section responsible for it (HN25-015).
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Task {
    pub code: String,
    pub label: String,
    /// Sections of the centre, e.g. 监测科.
    pub responsible: Vec<String>,
    pub clause: Option<Spanned<ClauseId>>,
}

/// A system whose files we take in and give back without re-keying (HN20-104).
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct ExchangeSource {
    pub code: String,
    pub label: String,
    /// Identifier of the layout file.
    pub layout: String,
    pub clause: Option<Spanned<ClauseId>>,
    pub source: Option<Provenance>,
}

/// A form the document names.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Form {
    pub code: String,
    pub label: String,
    pub clause: Option<Spanned<ClauseId>>,
    pub source: Option<Provenance>,
}

/// A sentence people receive; `{name}` marks a placeholder.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Message {
    pub code: String,
    pub text: String,
    pub clause: Option<Spanned<ClauseId>>,
    pub source: Option<Provenance>,
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
    pub limit_days: Stated<u16>,
    pub unit: Stated<DayUnit>,
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
    CountyDecision,
    Announcement,
    Archive,
}

impl StepKind {
    /// The identifier used in packs, routes and the audit chain.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::HomeVerification => "home_verification",
            Self::CommitmentLetter => "commitment_letter",
            Self::CrossCheck => "cross_check",
            Self::DemocraticAppraisal => "democratic_appraisal",
            Self::PublicNotice => "public_notice",
            Self::TownshipReview => "township_review",
            Self::CountyDecision => "county_decision",
            Self::Announcement => "announcement",
            Self::Archive => "archive",
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
    pub clause: Spanned<ClauseId>,
    pub parallel: Option<Stated<bool>>,
    /// Forms and evidence the step needs.
    #[serde(default)]
    pub evidence: Vec<Evidence>,
    /// Advice of when to be done, in days since the clock started; never
    /// shown as statutory (no document gives per-step budgets).
    pub advised_day: Option<u16>,
}

/// Something a step must or may be supported by.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Evidence {
    pub code: String,
    pub label: String,
    #[serde(default)]
    pub required: bool,
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
    /// Every checklist item is in the archive.
    ArchiveComplete,
}

/// Lists of [`Item`]s whose labels screens look up.
#[derive(Debug, Clone, Copy)]
pub enum LawfulItems {
    Dimension,
    DifficultyArea,
    RiskType,
    LawfulEnd,
}
