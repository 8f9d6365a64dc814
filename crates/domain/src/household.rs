//! The file of a household: who belongs to it, what it lives on, whether the
//! three guarantees hold.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::division::DivisionCode;
use crate::identity_number::age_on;

pub mod check;
pub mod handover;
pub mod history;
pub mod timeline;

/// A household as one document. Every change makes a new version of the whole,
/// so that the file can be shown as it stood on any day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct HouseholdFile {
    /// 户编号 of the national system; ordinary households may lack one.
    pub code: Option<String>,
    #[schema(value_type = String)]
    pub village: DivisionCode,
    pub grid_id: Option<String>,
    #[serde(default)]
    pub address: String,
    /// Contact number; sensitive.
    #[serde(default)]
    pub phone: String,
    /// Code of `household_type`, e.g. `ordinary_household`.
    pub household_type: String,
    /// Year of leaving poverty, where it was lifted.
    pub lifted_year: Option<i16>,
    #[serde(default)]
    pub members: Vec<Member>,
    #[serde(default)]
    pub income: Vec<IncomeStatement>,
    #[serde(default)]
    pub assurances: Vec<AssuranceRecord>,
    /// Free labels such as `relocated` or `safety_net_household`.
    #[serde(default)]
    pub tags: Vec<String>,
    /// Name of the resettlement area, where the household was relocated.
    #[serde(default)]
    pub resettlement_area: String,
    /// The household all members joined; the file takes no more changes.
    #[serde(default)]
    pub merged_into: Option<String>,
    /// Households that members of this one formed of their own.
    #[serde(default)]
    pub split_off: Vec<SplitOff>,
    /// Where the whole household went outside the county; the file takes no
    /// more changes.
    #[serde(default)]
    pub moved_out_to: Option<String>,
}

/// 分户: members formed a household of their own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SplitOff {
    /// The household they formed.
    pub household_id: String,
    /// Day it was entered.
    #[schema(value_type = String)]
    pub recorded_on: Date,
}

/// Whether a member still belongs to the household.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum MemberStatus {
    #[default]
    Active,
    Died,
    Left,
}

/// One person of a household.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Member {
    /// Stable within the platform; the temporary key of people without an ID
    /// number (newborns, unregistered people, foreign spouses).
    pub id: String,
    pub name: String,
    /// Code of `document_type`; empty where there is no document yet.
    #[serde(default)]
    pub document_type: String,
    /// Number of the document; sensitive.
    #[serde(default)]
    pub document_number: String,
    /// `male` or `female`.
    pub sex: String,
    #[schema(value_type = Option<String>)]
    pub birth_on: Option<Date>,
    /// Code of `relation_to_head`; `head` for the head.
    pub relation: String,
    #[serde(default)]
    pub ethnicity: String,
    #[serde(default)]
    pub political_status: String,
    #[serde(default)]
    pub education: String,
    #[serde(default)]
    pub school_stage: String,
    /// Codes of `health_condition`; sensitive.
    #[serde(default)]
    pub health: Vec<String>,
    #[serde(default)]
    pub labour: String,
    #[serde(default)]
    pub phone: String,
    #[serde(default)]
    pub medical_insurance: String,
    #[serde(default)]
    pub pension_insurance: String,
    #[serde(default)]
    pub subsistence_allowance: String,
    /// Day the person came onto 低保, where known.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    pub subsistence_allowance_since: Option<Date>,
    #[serde(default)]
    pub extreme_hardship_support: String,
    #[serde(default)]
    pub disability_card: String,
    /// 户籍在本户.
    #[serde(default = "yes")]
    pub registered: bool,
    /// 实际居住在一起.
    #[serde(default = "yes")]
    pub lives_here: bool,
    /// 共享收支: counts for per-capita income.
    #[serde(default = "yes")]
    pub shares_income: bool,
    #[serde(default)]
    pub status: MemberStatus,
    #[schema(value_type = Option<String>)]
    pub status_since: Option<Date>,
    /// Where the person works, for how many months and at what monthly wage.
    #[serde(default)]
    pub employment: Option<Employment>,
}

/// 务工 of a member.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Employment {
    #[serde(default)]
    pub place: String,
    #[serde(default)]
    pub employer: String,
    pub months: Option<u8>,
    pub monthly_wage_fen: Option<i64>,
}

fn yes() -> bool {
    true
}

/// Income and expenditure of one period, by source.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct IncomeStatement {
    #[schema(value_type = String)]
    pub period_from: Date,
    #[schema(value_type = String)]
    pub period_to: Date,
    pub items: Vec<IncomeItem>,
    /// 理赔收入, outside net income, in fen.
    #[serde(default)]
    pub claims_fen: i64,
    /// 合规自付支出, outside net income, in fen.
    #[serde(default)]
    pub out_of_pocket_fen: i64,
    /// Head count used for the per-capita figure.
    pub counted_persons: u16,
}

/// One source of income or one expense.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct IncomeItem {
    /// Code of `income_source`, e.g. `wage.migrant_work`.
    pub source: String,
    pub amount_fen: i64,
    #[serde(default)]
    pub note: String,
}

/// 三保障 and 饮水安全 as judged on a day; `true` is a problem.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AssuranceRecord {
    #[schema(value_type = String)]
    pub recorded_on: Date,
    pub housing_problem: bool,
    pub schooling_problem: bool,
    pub water_problem: bool,
    pub insurance_problem: bool,
    #[serde(default)]
    pub note: String,
}

impl IncomeStatement {
    /// 家庭纯收入 in fen: what counts as net income less business expenditure.
    /// The code list orders sources by group: `business_expenditure.*` is
    /// subtracted, `outside.*` (理赔, 合规自付) stays out.
    pub fn net_income_fen(&self) -> i64 {
        self.items
            .iter()
            .map(|i| match i.source.split('.').next() {
                Some("business_expenditure") => -i.amount_fen,
                Some("outside") => 0,
                _ => i.amount_fen,
            })
            .sum()
    }

    /// 人均纯收入 in fen, rounded to the nearest fen.
    pub fn per_capita_fen(&self) -> Option<i64> {
        let persons = i64::from(self.counted_persons);
        let net = self.net_income_fen();
        (persons > 0).then(|| (2 * net + persons).div_euclid(2 * persons))
    }
}

impl HouseholdFile {
    /// The head, if exactly one active member is marked so.
    pub fn head(&self) -> Option<&Member> {
        let mut heads = self.active_members().filter(|m| m.relation == "head");
        heads.next().filter(|_| heads.next().is_none())
    }

    /// Members who neither died nor left.
    pub fn active_members(&self) -> impl Iterator<Item = &Member> {
        self.members
            .iter()
            .filter(|m| m.status == MemberStatus::Active)
    }

    /// The accounting set: who counts for per-capita income.
    pub fn counted_members(&self) -> impl Iterator<Item = &Member> {
        self.active_members().filter(|m| m.shares_income)
    }

    /// The latest income statement.
    pub fn latest_income(&self) -> Option<&IncomeStatement> {
        self.income.iter().max_by_key(|s| s.period_to)
    }
}

impl Member {
    /// Age in full years on a day, where the birth date is known.
    pub fn age_on(&self, day: Date) -> Option<u16> {
        self.birth_on.map(|b| age_on(b, day))
    }

    /// Eighteen or older; an unknown birth date counts as adult, so that
    /// nobody's signature is skipped for want of a date.
    pub fn is_adult_on(&self, day: Date) -> bool {
        self.age_on(day).is_none_or(|age| age >= 18)
    }
}
