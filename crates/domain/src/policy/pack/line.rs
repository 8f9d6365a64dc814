//! The monitoring line (监测范围) as a document states it.

use serde::{Deserialize, Serialize};

use super::{Item, Stated};

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
