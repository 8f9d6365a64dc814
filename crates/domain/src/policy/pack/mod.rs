//! The file format of a pack. Every struct here is what a TOML table may
//! hold; unknown keys are refused so that a misspelt guard never passes as an
//! absent one.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use toml::Spanned;

mod bounds;
mod entry;
mod line;
mod procedure;

pub use bounds::*;
pub use entry::*;
pub use line::*;
pub use procedure::*;

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
    /// Set where the document itself does not say that it stands on
    /// `based_on`: what comes from there is then shown as followed by practice
    /// (trap 19).
    pub inheritance: Option<Provenance>,
    #[serde(default, rename = "document")]
    pub documents: Vec<Document>,
    pub line: Option<Line>,
    pub transition_period: Option<TransitionPeriod>,
    pub bounds: Option<Bounds>,
    #[serde(default, rename = "category")]
    pub categories: Vec<Category>,
    #[serde(default, rename = "entry_path")]
    pub entry_paths: Vec<EntryPath>,
    /// Causes the document names (病、残、灾……).
    #[serde(default, rename = "cause")]
    pub causes: Vec<Item>,
    /// Who calls the appraisal meeting.
    #[serde(default, rename = "convener")]
    pub conveners: Vec<Item>,
    #[serde(default, rename = "list")]
    pub lists: Vec<ListDefinition>,
    /// Who answers for what (县负总责……).
    #[serde(default, rename = "responsibility")]
    pub responsibilities: Vec<Responsibility>,
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
    /// Who signs for a level; without an entry, as practice has it.
    #[serde(default, rename = "office")]
    pub offices: Vec<Office>,
    #[serde(default, rename = "task")]
    pub tasks: Vec<Task>,
    #[serde(default, rename = "exchange_source")]
    pub exchange_sources: Vec<ExchangeSource>,
    #[serde(default, rename = "comparison_item")]
    pub comparison_items: Vec<ComparisonItem>,
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
    /// What is monitored: `household` (以家庭为单位).
    pub monitoring_unit: Option<Stated<String>>,
    /// Share of villages that must be looked at, in percent.
    pub village_coverage_percent: Option<Stated<u16>>,
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
    /// True where the value follows from the clause and does not stand in its
    /// words (推算): it then stands in the clause's parameters.
    #[serde(default)]
    pub derived: bool,
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

    /// A value the document does not mention and nothing stands in for.
    fn nothing() -> Self {
        Self {
            value: None,
            clause: None,
            unstated: true,
            derived: false,
            default: None,
            source: None,
        }
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
    /// Identifiers of the documents it says it rests on.
    #[serde(default, skip_serializing)]
    #[schema(ignore)]
    pub upstream: Vec<String>,
    #[schema(value_type = Option<String>)]
    pub clause: Option<Spanned<ClauseId>>,
}

/// First and last year of the transition period (HN25-002).
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct TransitionPeriod {
    pub first_year: Stated<i16>,
    pub last_year: Stated<i16>,
}
