//! What was wrong in the file, or has changed without an event of its own:
//! name, number, health, schooling, insurance, who counts; type and tags of the
//! household. The old value stays in the version before.

use domain::household::check::Fault;
use domain::household::{HouseholdFile, Member};
use domain::identity_number::{IdentityNumber, check_document_number};
use domain::typed_text::{readable, readable_name};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::change::invalid;
use super::person::active;
use crate::{App, AppError};

/// Fields of a member put right; absent ones stay as they are.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
pub struct MemberCorrection {
    pub name: Option<String>,
    pub document_type: Option<String>,
    pub document_number: Option<String>,
    pub sex: Option<String>,
    #[schema(value_type = Option<String>)]
    pub birth_on: Option<Date>,
    pub relation: Option<String>,
    pub ethnicity: Option<String>,
    pub political_status: Option<String>,
    /// Given alone, it ends the school stage: the person left school.
    pub education: Option<String>,
    /// Given alone, it takes the place of the education.
    pub school_stage: Option<String>,
    pub health: Option<Vec<String>>,
    pub labour: Option<String>,
    pub phone: Option<String>,
    pub medical_insurance: Option<String>,
    pub pension_insurance: Option<String>,
    /// 户籍在本户.
    pub registered: Option<bool>,
    /// 常住.
    pub lives_here: Option<bool>,
    /// 共享收支.
    pub shares_income: Option<bool>,
}

/// Fields of a household put right; absent ones stay as they are.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
pub struct HouseholdCorrection {
    /// 户编号.
    pub code: Option<String>,
    pub household_type: Option<String>,
    /// 0 says it was never lifted.
    pub lifted_year: Option<i16>,
    pub tags: Option<Vec<String>>,
    pub resettlement_area: Option<String>,
}

fn put<T: Clone>(value: Option<&T>, into: &mut T) {
    if let Some(value) = value {
        into.clone_from(value);
    }
}

fn unchanged() -> AppError {
    AppError::invalid("correction", "没有要更正的内容：请改动至少一项")
}

impl App {
    /// Puts a member right in the file; returns the member as it now is.
    pub(super) fn corrected_member(
        &self,
        file: &mut HouseholdFile,
        member_id: &str,
        correction: &MemberCorrection,
    ) -> Result<Member, AppError> {
        let before = active(file, member_id)?.clone();
        let known = self.faults(file, &before);
        let member = active(file, member_id)?;
        let c = correction;
        if c.relation.as_ref().is_some_and(|r| *r != before.relation)
            && (before.relation == "head" || c.relation.as_deref() == Some("head"))
        {
            return Err(AppError::invalid("relation", "换户主请用“登记户主变更”"));
        }
        for (value, into) in [
            (&c.name, &mut member.name),
            (&c.document_type, &mut member.document_type),
            (&c.document_number, &mut member.document_number),
            (&c.sex, &mut member.sex),
            (&c.relation, &mut member.relation),
            (&c.ethnicity, &mut member.ethnicity),
            (&c.political_status, &mut member.political_status),
            (&c.education, &mut member.education),
            (&c.school_stage, &mut member.school_stage),
            (&c.labour, &mut member.labour),
            (&c.phone, &mut member.phone),
            (&c.medical_insurance, &mut member.medical_insurance),
            (&c.pension_insurance, &mut member.pension_insurance),
        ] {
            if let Some(value) = value {
                *into = readable(value);
            }
        }
        match (&c.education, &c.school_stage) {
            (Some(_), None) => member.school_stage.clear(),
            (None, Some(stage)) if !stage.is_empty() => member.education.clear(),
            _ => {}
        }
        member.birth_on = c.birth_on.or(member.birth_on);
        put(c.health.as_ref(), &mut member.health);
        put(c.registered.as_ref(), &mut member.registered);
        put(c.lives_here.as_ref(), &mut member.lives_here);
        put(c.shares_income.as_ref(), &mut member.shares_income);
        if c.document_number.is_some() {
            self.number_fits(member)?;
        }
        if *member == before {
            return Err(unchanged());
        }
        if let Some(name) = readable_name(&member.name) {
            member.name = name;
        }
        let member = member.clone();
        let touched =
            serde_json::to_value(correction).map_err(|e| AppError::Internal(e.to_string()))?;
        let found: Vec<Fault> = self
            .faults(file, &member)
            .into_iter()
            .filter(|f| !known.contains(f) || !touched[f.field].is_null())
            .collect();
        if found.is_empty() {
            Ok(member)
        } else {
            Err(invalid(found))
        }
    }

    /// What cannot be said of a member of the household. What an old file says
    /// already does not stand in the way of putting something else right.
    fn faults(&self, file: &HouseholdFile, member: &Member) -> Vec<Fault> {
        let rules = self.household_rules();
        [
            rules.name(&member.name),
            rules.member(member),
            rules.complete(member),
            rules.joins(file, member),
        ]
        .into_iter()
        .flat_map(|found| found.err().unwrap_or_default())
        .collect()
    }

    /// The number as its document writes it.
    fn number_fits(&self, member: &mut Member) -> Result<(), AppError> {
        let refused = |message: String| AppError::invalid("document_number", message);
        let (typed, today) = (member.document_number.clone(), self.today());
        if typed.is_empty() {
            return Ok(());
        }
        if ["", "resident_identity_card"].contains(&member.document_type.as_str()) {
            let number = IdentityNumber::parse(&typed, today, self.issuing_prefixes())
                .map_err(|e| refused(e.to_string()))?;
            number.reveal().clone_into(&mut member.document_number);
            "resident_identity_card".clone_into(&mut member.document_type);
            return Ok(());
        }
        check_document_number(
            &member.document_type,
            &typed,
            today,
            self.issuing_prefixes(),
        )
        .map_err(|e| refused(e.to_string()))
    }

    /// Puts the household's own words right.
    pub(super) fn correct_household(
        &self,
        file: &mut HouseholdFile,
        correction: &HouseholdCorrection,
    ) -> Result<(), AppError> {
        let before = file.clone();
        if let Some(code) = &correction.code {
            file.code = Some(readable(code)).filter(|c| !c.is_empty());
        }
        put(correction.household_type.as_ref(), &mut file.household_type);
        put(correction.tags.as_ref(), &mut file.tags);
        put(
            correction.resettlement_area.as_ref(),
            &mut file.resettlement_area,
        );
        if let Some(year) = correction.lifted_year {
            file.lifted_year = Some(year).filter(|y| *y > 0);
        }
        if file.lifted_year.is_some_and(|y| y > self.today().year()) {
            return Err(AppError::invalid("lifted_year", "脱贫年度不能晚于今年"));
        }
        if *file == before {
            return Err(unchanged());
        }
        self.household_rules().household(file).map_err(invalid)
    }
}
