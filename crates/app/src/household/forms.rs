//! Shapes of what is posted to change a household, and of the answer.

use std::collections::BTreeMap;

use domain::division::DivisionCode;
use domain::household::{AssuranceRecord, IncomeStatement};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::correction::{HouseholdCorrection, MemberCorrection};

/// What changed.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Change {
    MemberBorn {
        member: Box<NewMember>,
    },
    MemberJoined {
        member: Box<NewMember>,
    },
    MemberDied {
        member_id: String,
        on: Date,
        #[serde(default)]
        note: String,
        /// Who leads the household on, where the head died.
        #[serde(default)]
        new_head_id: Option<String>,
        /// Relation of the others to the new head, by member.
        #[serde(default)]
        relations: BTreeMap<String, String>,
    },
    MemberLeft {
        member_id: String,
        on: Date,
        #[serde(default)]
        note: String,
        /// Who leads the household on, where the head left.
        #[serde(default)]
        new_head_id: Option<String>,
        #[serde(default)]
        relations: BTreeMap<String, String>,
    },
    Head {
        member_id: String,
        #[serde(default)]
        relations: BTreeMap<String, String>,
    },
    /// What was wrong or has changed about a member; absent fields stay.
    MemberCorrected {
        member_id: String,
        correction: Box<MemberCorrection>,
    },
    /// What was wrong or has changed about the household; absent fields stay.
    HouseholdCorrected {
        correction: Box<HouseholdCorrection>,
    },
    Moved {
        #[schema(value_type = String)]
        village: DivisionCode,
    },
    Contact {
        address: Option<String>,
        phone: Option<String>,
    },
    Income {
        statement: IncomeStatement,
    },
    Assurances {
        record: AssuranceRecord,
    },
    /// A member came onto 低保, or left it.
    SubsistenceAllowance {
        member_id: String,
        /// Code of `subsistence_allowance`.
        allowance: String,
        /// Day it began, where known.
        since: Option<Date>,
    },
    /// Members who form a household of their own.
    Split {
        member_ids: Vec<String>,
        new_head_id: String,
        #[schema(value_type = Option<String>)]
        village: Option<DivisionCode>,
        /// Why one of the two has no adult, where that is so.
        #[serde(default)]
        without_adult: String,
    },
    /// All members join another household.
    MergedInto {
        household_id: String,
        /// Relation of each to the head of the other household, by member.
        #[serde(default)]
        relations: BTreeMap<String, String>,
    },
}

/// A person added to a household.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct NewMember {
    pub name: String,
    pub relation: String,
    pub sex: String,
    pub birth_on: Option<Date>,
    #[serde(default)]
    pub document_type: String,
    #[serde(default)]
    pub document_number: String,
    #[serde(default)]
    pub health: Vec<String>,
    #[serde(default)]
    pub labour: String,
    #[serde(default)]
    pub education: String,
    #[serde(default)]
    pub school_stage: String,
    /// 户籍在本户.
    #[serde(default = "yes")]
    pub registered: bool,
    /// 常住.
    #[serde(default = "yes")]
    pub lives_here: bool,
    /// 共享收支: counts when income is divided by persons.
    #[serde(default = "yes")]
    pub shares_income: bool,
}

fn yes() -> bool {
    true
}

/// A change with its circumstances.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub struct ChangeHousehold {
    pub expected_version: i64,
    pub effective_on: Date,
    pub reason: String,
    pub collected_by: String,
    #[serde(default)]
    pub reviewed_by: String,
    #[serde(deserialize_with = "crate::limits::whole")]
    pub change: Change,
}

/// A household typed in by hand.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub struct NewHousehold {
    #[schema(value_type = String)]
    pub village: DivisionCode,
    pub code: Option<String>,
    #[serde(default)]
    pub address: String,
    #[serde(default)]
    pub phone: String,
    pub household_type: String,
    pub members: Vec<NewMember>,
    pub collected_by: String,
    pub reason: String,
}

/// Id and version of a saved household.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct SavedHousehold {
    pub id: String,
    pub version: i64,
    /// The household that was split off.
    pub new_household_id: Option<String>,
}
