//! The lists a document enumerates: categories, channels, means, outcomes,
//! tasks, forms, messages.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use toml::Spanned;

use crate::typed_text::is_blank;

use super::{ClauseId, Provenance, Stated, StepKind};
use crate::division::Level;

/// A category a household may be determined in, and when it is proposed.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Category {
    pub code: String,
    pub label: String,
    #[serde(default)]
    pub definition: String,
    /// Set where the clause names the category only: the definition, and the
    /// conditions below, are then the platform's.
    pub definition_source: Option<Provenance>,
    /// Proposed when the household was lifted out of poverty (true), never was
    /// (false), or either (absent).
    pub lifted: Option<bool>,
    /// Proposed when income is inside the line (true), above it (false), or
    /// either (absent).
    pub inside_line: Option<bool>,
    /// Codes of the entry paths of which one must be open for this category to
    /// be proposed; they then open no other.
    #[serde(default)]
    pub entry_paths: Vec<String>,
    /// False where nothing in the text tells it from the others: a person may
    /// choose it, no rule proposes it.
    #[serde(default = "yes")]
    pub proposed: bool,
    pub clause: Option<Spanned<ClauseId>>,
    pub source: Option<Provenance>,
}

impl Category {
    /// The clause that itself says which households the category is for; none
    /// where the definition is practice.
    pub fn defined_by(&self) -> Option<&str> {
        let clause = self.clause.as_ref().map(|c| c.get_ref().as_str());
        clause.filter(|_| self.definition_source.is_none())
    }
}

/// Code of the forbidden ground that a size or quota is full: what a reference of
/// size (一般为…左右) is read against, and what a pack that forbids sizes names.
pub const SCALE_LIMIT: &str = "scale_limit";

/// Code of the forbidden ground that only income speaks against a household.
pub const INCOME_ALONE: &str = "income_alone";

/// A named entry of a list the document enumerates.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Item {
    pub code: String,
    pub label: String,
    #[serde(default)]
    pub note: String,
    /// Of a forbidden ground: a reason that holds one of these words gives it.
    #[serde(default)]
    pub words: Vec<String>,
    /// Of a forbidden ground: so does a reason that speaks of these alone.
    #[serde(default)]
    pub only_about: Vec<String>,
    pub clause: Option<Spanned<ClauseId>>,
    pub source: Option<Provenance>,
}

impl Item {
    /// Whether a typed reason gives this forbidden ground: by one of its words,
    /// or because no part of it speaks of anything else.
    pub fn is_given_by(&self, reason: &str) -> bool {
        let mut parts = reason
            .split(|c: char| c.is_whitespace() || "，。；、！,;!".contains(c))
            .filter(|part| !is_blank(part))
            .peekable();
        let about = |part: &str| self.only_about.iter().any(|word| part.contains(word));
        self.words.iter().any(|word| reason.contains(word))
            || (parts.peek().is_some() && parts.all(about))
    }
}

/// Who answers for what (县负总责、镇村主体).
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Responsibility {
    pub code: String,
    pub label: String,
    /// Levels it rests on; none where it rests on departments.
    #[serde(default)]
    pub levels: Vec<Level>,
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
    /// It says where the lead goes instead.
    #[serde(default)]
    pub forwards: bool,
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

/// How a level signs its papers and is addressed: 翁源县 as 翁源县乡村振兴局.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Office {
    pub code: Level,
    /// What follows the name of the division.
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

/// What 信息比对 may ask about, and which departments know.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct ComparisonItem {
    pub code: String,
    pub label: String,
    #[serde(default)]
    pub departments: Vec<String>,
    pub clause: Option<Spanned<ClauseId>>,
    pub source: Option<Provenance>,
}

/// A form the document names.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Form {
    pub code: String,
    pub label: String,
    /// What a signature on it lets be queried, in the document's own words;
    /// where it has none, the items of the comparison.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub authorises: String,
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

/// Lists of [`Item`]s whose labels screens look up.
#[derive(Debug, Clone, Copy)]
pub enum LawfulItems {
    Dimension,
    DifficultyArea,
    RiskType,
    LawfulEnd,
}

fn yes() -> bool {
    true
}

/// One way into the monitoring range; any one suffices (HN20-003, HN20-004).
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct EntryPath {
    pub code: String,
    pub label: String,
    pub condition: EntryCondition,
    /// How much more than the previous year's income rigid expenditure must
    /// be; a text that says only 明显超过 leaves the judgement to a person.
    pub ratio: Option<Stated<String>>,
    pub clause: Option<Spanned<ClauseId>>,
    pub source: Option<Provenance>,
}

/// What an entry path looks at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum EntryCondition {
    /// Income per person inside the line, by the line's comparator.
    IncomeInsideLine,
    /// Rigid expenditure clearly above the previous year's income.
    RigidExpenditureOverIncome,
    /// Rigid expenditure large (刚性支出较大), compared with nothing.
    RigidExpenditureLarge,
    /// Income fell sharply.
    IncomeDropped,
}

/// A list of households that one level draws up and another answers
/// (初选名单, 建议名单, 拟纳入名单, 最终名单).
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct ListDefinition {
    pub code: String,
    pub label: String,
    /// Level that draws it up.
    pub level: Level,
    /// Level it goes to.
    pub submitted_to: Level,
    /// A household qualifies once this step is done.
    pub after: StepKind,
    /// The step of the receiving level that answers each household; absent
    /// where the list only informs.
    pub answered_by: Option<StepKind>,
    /// `month` where the document adjusts by batches.
    pub period: Option<Stated<String>>,
    /// The last day without that rhythm; unset where it holds from the start.
    pub period_after: Option<Stated<Date>>,
    /// Whether it goes down with a written notice to acknowledge (书面通知).
    #[serde(default)]
    pub written_notice: bool,
    pub clause: Option<Spanned<ClauseId>>,
    pub source: Option<Provenance>,
}

impl ListDefinition {
    /// Whether the list goes month by month on a day.
    pub fn monthly_on(&self, day: Date) -> bool {
        let rhythm = self.period.as_ref().and_then(Stated::get);
        let after = self.period_after.as_ref().and_then(Stated::get);
        rhythm.is_some_and(|p| p == "month") && after.is_none_or(|last| day > last)
    }
}
