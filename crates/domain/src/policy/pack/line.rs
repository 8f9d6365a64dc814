//! The monitoring line (监测范围) as a document states it.

use serde::{Deserialize, Serialize};
use toml::Spanned;

use super::{ClauseId, Item, Provenance, Stated};
use crate::division::Level;

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
    /// How the amount is arrived at, where the document says it.
    pub formula: Option<LineFormula>,
    /// The line may not fall below this many yuan (底线).
    pub floor_yuan: Option<Stated<i64>>,
    /// Set anew every year (年度动态调整): one line a year, then corrections.
    pub adjusted_yearly: Option<Stated<bool>>,
    /// Code of the task that names who answers for it, e.g. 监测科.
    pub task: Option<String>,
    /// The line's own procedure in its order; see [`Line::steps`].
    #[serde(default, rename = "step")]
    pub stated_steps: Vec<LineStep>,
    /// To whom the published line goes, and what it means there.
    pub downward: Option<Downward>,
}

/// One step on the way to a line.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct LineStep {
    pub kind: LineStepKind,
    pub label: String,
    /// With whom it is filed, for a filing.
    #[serde(default)]
    pub recipient: String,
    pub clause: Option<Spanned<ClauseId>>,
    pub source: Option<Provenance>,
}

/// Kinds of steps on the way to a line.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize, Serialize, utoipa::ToSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum LineStepKind {
    /// 测算: inputs, proposals and a rationale, submitted.
    Calculation,
    /// 研判: reviewed by one person, approved by another.
    Review,
    /// 备案: filed with a higher authority.
    Filing,
    /// 印发: published to the levels below.
    Publication,
}

/// Whom a published line is sent to (印发) and how it binds them.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Downward {
    /// First level that receives it; each passes it on to the level below.
    pub level: Level,
    /// `reference` (参照执行: a receiver may set its own amount with a document
    /// of its own) or `binding`.
    pub effect: String,
    /// Whether a receiver's own amount may be lower than the one it received;
    /// unset: it may not.
    pub own_may_be_lower: Option<Stated<bool>>,
    /// Days within which a receiver confirms.
    pub receipt_days: Stated<u16>,
    pub clause: Option<Spanned<ClauseId>>,
    pub source: Option<Provenance>,
}

impl Downward {
    /// Whether a receiver's own amount may be lower than the one it received.
    pub fn may_be_lower(&self) -> bool {
        self.own_may_be_lower.as_ref().and_then(Stated::get) == Some(true)
    }

    /// Said behind a refusal of a lower amount that no document states.
    pub fn lower_words(&self) -> &'static str {
        match self.lower_clause() {
            Some(_) => "",
            None => "（文件未规定，按惯例）",
        }
    }

    /// The clause that forbids a lower amount; none where that is practice.
    pub fn lower_clause(&self) -> Option<&str> {
        self.own_may_be_lower.as_ref().and_then(Stated::clause)
    }
}

impl Line {
    /// The steps in their order. Where the document names none, review and
    /// approval before publication are a control of the platform.
    pub fn steps(&self) -> Vec<LineStep> {
        if !self.stated_steps.is_empty() {
            return self.stated_steps.clone();
        }
        [
            (LineStepKind::Calculation, "测算"),
            (LineStepKind::Review, "研判"),
            (LineStepKind::Publication, "印发"),
        ]
        .map(|(kind, label)| LineStep {
            kind,
            label: label.into(),
            recipient: String::new(),
            clause: None,
            source: Some(Provenance::Practice),
        })
        .into()
    }

    /// The clause that orders a line of its own for that year; none where the
    /// document sets one amount once.
    pub fn set_anew_in(&self, year: i16) -> Option<&str> {
        let yearly = self.adjusted_yearly.as_ref();
        if yearly.and_then(Stated::get) == Some(true) {
            return yearly.and_then(Stated::clause);
        }
        let formula = self.formula.as_ref()?;
        let (first, last) = (formula.first_year.as_ref()?, formula.last_year.as_ref()?);
        let ordered = first.get()? <= year && year <= last.get()?;
        first.clause().filter(|_| ordered)
    }

    /// How the line comes about and what it means, in a sentence for its page.
    pub fn in_words(&self, year: i16) -> String {
        let labels: Vec<&str> = self.stated_steps.iter().map(|s| s.label.as_str()).collect();
        let yearly = match self.set_anew_in(year) {
            Some(_) => "每年定一次",
            None => "",
        };
        let ordered = self
            .formula
            .as_ref()
            .is_some_and(|f| f.multiplier.is_some());
        let how = match (labels.is_empty(), yearly.is_empty(), ordered) {
            (false, ..) => labels.join("、"),
            (true, false, true) => "按文件的算法测算".into(),
            (true, ..) if self.amount_yuan.value.is_some() => "金额由文件写明".into(),
            _ => "文件没有写明金额".into(),
        };
        let comma = if yearly.is_empty() { "" } else { "，" };
        let nature = match self.nature.get().as_deref() {
            Some("reference") => "它只是参考：",
            _ => "",
        };
        format!("{yearly}{comma}{how}。{nature}在范围内不等于认定，也没有人因此退出。")
    }

    /// The amount the document itself states for a year, with its clause.
    pub fn stated_for(&self, year: i16) -> Option<(i64, Option<&str>)> {
        let stated = self.amount_yuan.value.as_ref()?;
        (self.year == Some(year)).then(|| (*stated.get_ref(), self.amount_yuan.clause()))
    }
}

/// A documented way to arrive at the amount of the line.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct LineFormula {
    /// What is multiplied: `national_standard` (国家扶贫标准),
    /// `subsistence_allowance_standard` (农村低保标准) or `previous_line`.
    pub base: Stated<String>,
    /// Yuan of the base the document's own figure rests on.
    pub base_yuan: Option<Stated<i64>>,
    /// E.g. `1.5`.
    pub multiplier: Option<Stated<String>>,
    /// Which area's standard, e.g. `四类地区`.
    pub area_class: Option<Stated<String>>,
    /// Years between the base's year and the line's, e.g. 1 for 上一年.
    pub base_years_before: Option<Stated<u16>>,
    /// `integer` (取整数); the unit of later years may be unstated.
    pub rounding: Option<Stated<String>>,
    /// First and last year the formula holds for.
    pub first_year: Option<Stated<i16>>,
    pub last_year: Option<Stated<i16>>,
    /// What else is weighed, an open list (综合考虑……等因素).
    #[serde(default, rename = "factor")]
    pub factors: Vec<Item>,
}
