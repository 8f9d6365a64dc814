//! One person of a household: typed in, gone, head.

use std::collections::BTreeMap;

use domain::account::Principal;
use domain::household::check::Rules;
use domain::household::{HouseholdFile, Member, MemberStatus};
use domain::identity_number::{IdentityNumber, Sex};
use domain::typed_text::{is_blank, readable_name};
use jiff::civil::Date;

use super::change::invalid;
use super::forms::NewMember;
use crate::{App, AppError, FieldError, new_id};

impl App {
    /// One person belongs to one household: a number already on file elsewhere
    /// in scope is refused. What lies outside the scope is noted by the store for
    /// the lowest level above both; nothing shows here.
    pub(super) async fn not_on_file_elsewhere(
        &self,
        principal: &Principal,
        member: &Member,
        household_id: Option<&str>,
    ) -> Result<(), AppError> {
        if member.document_number.is_empty() {
            return Ok(());
        }
        let found = self
            .store
            .members_by_number(&principal.scope, &member.document_number)
            .await?;
        let elsewhere = found
            .iter()
            .any(|m| m.status == "active" && Some(m.household_id.as_str()) != household_id);
        if elsewhere {
            return Err(AppError::invalid(
                "document_number",
                "这个证件号码已经登记在另一户，请先核对；确已分户、并户的请办户变更",
            ));
        }
        Ok(())
    }

    /// Checks a typed-in person; sex and birth follow a valid ID number where
    /// nothing else was typed.
    pub(super) fn member(&self, new: &NewMember) -> Result<Member, Vec<FieldError>> {
        let (mut sex, mut birth_on) = (new.sex.clone(), new.birth_on);
        let mut number = String::new();
        let mut errors = Vec::new();
        if !is_blank(&new.document_number) {
            match IdentityNumber::parse(&new.document_number, self.today(), self.issuing_prefixes())
            {
                Ok(id) => {
                    number = id.reveal().to_owned();
                    birth_on.get_or_insert(id.birth_date());
                    if sex.is_empty() {
                        sex = match id.sex() {
                            Sex::Male => "male".into(),
                            Sex::Female => "female".into(),
                        };
                    }
                }
                Err(error) => errors.push(FieldError::new("document_number", error.to_string())),
            }
        }
        let member = Member {
            id: new_id(),
            name: readable_name(&new.name).unwrap_or_else(|| new.name.clone()),
            document_type: if number.is_empty() {
                new.document_type.clone()
            } else {
                "resident_identity_card".into()
            },
            document_number: number,
            sex,
            birth_on,
            relation: new.relation.clone(),
            ethnicity: String::new(),
            political_status: String::new(),
            education: new.education.clone(),
            school_stage: new.school_stage.clone(),
            health: new.health.clone(),
            labour: new.labour.clone(),
            phone: String::new(),
            medical_insurance: String::new(),
            pension_insurance: String::new(),
            subsistence_allowance: String::new(),
            subsistence_allowance_since: None,
            extreme_hardship_support: String::new(),
            disability_card: String::new(),
            registered: new.registered,
            lives_here: new.lives_here,
            shares_income: new.shares_income,
            status: MemberStatus::Active,
            status_since: None,
            employment: None,
        };
        let rules = self.household_rules();
        for faults in [
            rules.name(&member.name),
            rules.member(&member),
            rules.complete(&member),
        ] {
            let faults = faults.err().unwrap_or_default();
            errors.extend(
                faults
                    .into_iter()
                    .map(|f| FieldError::new(f.field, f.message)),
            );
        }
        if errors.is_empty() {
            Ok(member)
        } else {
            Err(errors)
        }
    }
}

/// An active member to be changed.
pub(super) fn active<'f>(
    file: &'f mut HouseholdFile,
    member_id: &str,
) -> Result<&'f mut Member, AppError> {
    file.members
        .iter_mut()
        .find(|m| m.id == member_id && m.status == MemberStatus::Active)
        .ok_or_else(|| AppError::invalid("member_id", "没有这名成员"))
}

/// Marks a member as gone; `day` is the day it happened and the day it takes effect.
pub(super) fn end_member(
    file: &mut HouseholdFile,
    rules: Rules<'_>,
    member_id: &str,
    (on, effective_on): (Date, Date),
    status: MemberStatus,
) -> Result<(), AppError> {
    let member = active(file, member_id)?;
    rules.ends(member, on, effective_on).map_err(invalid)?;
    member.status = status;
    member.status_since = Some(on);
    Ok(())
}

/// Makes a member the head; a former head, gone or not, no longer is.
pub(super) fn set_head(file: &mut HouseholdFile, member_id: &str) -> Result<(), AppError> {
    if !file.active_members().any(|m| m.id == member_id) {
        return Err(AppError::invalid("member_id", "没有这名成员"));
    }
    for member in &mut file.members {
        if member.id == member_id {
            "head".clone_into(&mut member.relation);
        } else if member.relation == "head" && member.status == MemberStatus::Active {
            "other".clone_into(&mut member.relation);
        }
    }
    Ok(())
}

/// Writes relations to the head, by member; the head keeps its own.
pub(super) fn set_relations(
    members: &mut [Member],
    rules: Rules<'_>,
    relations: &BTreeMap<String, String>,
) -> Result<(), AppError> {
    for member in members.iter_mut().filter(|m| m.relation != "head") {
        let Some(relation) = relations.get(&member.id) else {
            continue;
        };
        if relation == "head" {
            return Err(AppError::invalid(
                "relations",
                "一户只有一名户主，请重新选择关系",
            ));
        }
        relation.clone_into(&mut member.relation);
        let faults = rules.member(member).err().unwrap_or_default();
        if let Some(fault) = faults.into_iter().find(|f| f.field == "relation") {
            return Err(AppError::invalid("relations", fault.message));
        }
    }
    if relations.values().any(|r| rules.is_held_once(r)) {
        rules.relations(members, "relations").map_err(invalid)?;
    }
    Ok(())
}
