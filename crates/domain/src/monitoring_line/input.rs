//! What a calculation rests on: figures as their sources print them, and how a
//! result becomes whole yuan.

use serde::{Deserialize, Serialize};

use super::decimal::Exact;

/// One figure a calculation rests on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct CalculationInput {
    pub kind: InputKind,
    /// As its source prints it: yuan a year, percent, or an index with 上年=100.
    pub value: String,
    /// The year the figure is of.
    pub year: i16,
    /// Area class of a standard, e.g. `四类地区`; empty where there is none.
    #[serde(default)]
    pub area_class: String,
    /// Document or bulletin that publishes it, with its number.
    #[serde(default)]
    pub source: String,
}

/// What a figure is. The names are the codes of the pack's factors.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, utoipa::ToSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum InputKind {
    PreviousLine,
    /// 农村居民人均可支配收入增速, percent.
    RuralDisposableIncomeGrowth,
    /// 农村低保标准, yuan a year.
    RuralSubsistenceAllowanceStandard,
    /// 居民消费价格指数, 上年=100.
    PriceIndex,
    /// 国家扶贫标准, yuan a year.
    NationalStandard,
}

impl InputKind {
    /// Every kind, in the order forms show them.
    pub const ALL: [Self; 5] = [
        Self::PreviousLine,
        Self::RuralDisposableIncomeGrowth,
        Self::RuralSubsistenceAllowanceStandard,
        Self::PriceIndex,
        Self::NationalStandard,
    ];

    /// The code in packs and in the API.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::PreviousLine => "previous_line",
            Self::RuralDisposableIncomeGrowth => "rural_disposable_income_growth",
            Self::RuralSubsistenceAllowanceStandard => "rural_subsistence_allowance_standard",
            Self::PriceIndex => "price_index",
            Self::NationalStandard => "national_standard",
        }
    }

    /// The name people know it by.
    pub fn label(self) -> &'static str {
        match self {
            Self::PreviousLine => "上一年度监测范围",
            Self::RuralDisposableIncomeGrowth => "农村居民人均可支配收入增速",
            Self::RuralSubsistenceAllowanceStandard => "农村低保标准",
            Self::PriceIndex => "居民消费价格指数（上年=100）",
            Self::NationalStandard => "国家扶贫标准",
        }
    }

    /// The unit its figure is in.
    pub fn unit(self) -> &'static str {
        match self {
            Self::RuralDisposableIncomeGrowth => "%",
            Self::PriceIndex => "",
            _ => "元/年",
        }
    }

    /// The kind a formula's base names.
    pub(super) fn of_base(base: &str) -> Option<Self> {
        match base {
            "previous_line" => Some(Self::PreviousLine),
            "subsistence_allowance_standard" => Some(Self::RuralSubsistenceAllowanceStandard),
            "national_standard" => Some(Self::NationalStandard),
            _ => None,
        }
    }
}

/// How a result becomes whole yuan; chosen by a person wherever the document
/// does not say to which unit (取整数 names none).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Rounding {
    /// 1, 10 or 100 yuan.
    pub unit_yuan: u32,
    pub direction: RoundingDirection,
    /// Why so; kept as practice.
    #[serde(default)]
    pub reason: String,
}

/// Towards which side.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum RoundingDirection {
    /// Half goes up.
    Nearest,
    Down,
    Up,
}

impl Rounding {
    /// The units a person may choose.
    pub const UNITS: [u32; 3] = [1, 10, 100];

    /// Whole yuan.
    pub fn apply(&self, yuan: Exact) -> Option<i64> {
        let unit = i128::from(self.unit_yuan.max(1));
        let steps = yuan / unit;
        let steps = match self.direction {
            RoundingDirection::Nearest => steps.round(),
            RoundingDirection::Down => steps.floor(),
            RoundingDirection::Up => steps.ceil(),
        };
        i64::try_from(steps.to_integer().checked_mul(unit)?).ok()
    }

    /// `取到百元，舍去`.
    pub fn label(&self) -> String {
        let unit = match self.unit_yuan {
            10 => "十元",
            100 => "百元",
            _ => "元",
        };
        let way = match self.direction {
            RoundingDirection::Nearest => "四舍五入",
            RoundingDirection::Down => "舍去",
            RoundingDirection::Up => "进一",
        };
        format!("取到{unit}，{way}")
    }
}
