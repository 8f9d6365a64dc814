//! Changes of a household: births, deaths, moves, splits, merges, contact,
//! income, assurances. Each makes a new version that says who, when and why.

use domain::account::{Operation, Principal};
use domain::division::DivisionCode;
use domain::household::{AssuranceRecord, HouseholdFile, IncomeStatement, Member, MemberStatus};
use domain::identity_number::{IdentityNumber, Sex};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use store::audit::chain_of;
use store::household::VersionMeta;
use utoipa::ToSchema;

use crate::error::permit;
use crate::{App, AppError, FieldError, new_id};

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
    },
    MemberLeft {
        member_id: String,
        on: Date,
        #[serde(default)]
        note: String,
    },
    Head {
        member_id: String,
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
    },
    /// All members join another household.
    MergedInto {
        household_id: String,
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

impl App {
    /// Adds a household by hand.
    ///
    /// # Errors
    /// [`AppError::Invalid`] naming each field.
    pub async fn add_household(
        &self,
        principal: &Principal,
        form: NewHousehold,
    ) -> Result<SavedHousehold, AppError> {
        permit(principal, Operation::HouseholdChange)?;
        self.village_in_scope(principal, form.village).await?;
        let mut errors = Vec::new();
        if form.collected_by.trim().is_empty() {
            errors.push(FieldError::new("collected_by", "请写明谁采集"));
        }
        if form.members.iter().filter(|m| m.relation == "head").count() != 1 {
            errors.push(FieldError::new("members", "应有且只有一名户主"));
        }
        let mut members = Vec::new();
        for (index, new) in form.members.iter().enumerate() {
            match self.member(new) {
                Ok(member) => members.push(member),
                Err(found) => {
                    errors.extend(found.into_iter().map(|e| {
                        FieldError::new(&format!("members.{index}.{}", e.field), e.message)
                    }))
                }
            }
        }
        if !errors.is_empty() {
            return Err(AppError::Invalid(errors));
        }
        for member in &members {
            self.not_on_file_elsewhere(principal, member, None).await?;
        }
        let file = HouseholdFile {
            code: form.code.filter(|c| !c.trim().is_empty()),
            village: form.village,
            grid_id: None,
            address: form.address,
            phone: form.phone,
            household_type: form.household_type,
            lifted_year: None,
            members,
            income: Vec::new(),
            assurances: Vec::new(),
            tags: Vec::new(),
            resettlement_area: String::new(),
        };
        let id = new_id();
        let meta = self.meta(
            principal,
            self.today(),
            &form.reason,
            &form.collected_by,
            "",
        );
        let mut tx = self.store.write(self.actor(principal)).await?;
        let version = tx.save_household(&id, &file, &meta, None).await?;
        tx.audit(
            &chain_of(Some(form.village)),
            "household.added",
            &format!("household/{id}"),
            "",
        )
        .await?;
        tx.commit().await?;
        Ok(SavedHousehold {
            id,
            version,
            new_household_id: None,
        })
    }

    /// Changes a household.
    ///
    /// # Errors
    /// [`AppError::Invalid`] naming each field, [`AppError::Stale`] when
    /// somebody else saved first, [`AppError::NotFound`] outside the scope.
    pub async fn change_household(
        &self,
        principal: &Principal,
        id: &str,
        form: ChangeHousehold,
    ) -> Result<SavedHousehold, AppError> {
        permit(principal, Operation::HouseholdChange)?;
        let mut errors = Vec::new();
        for (field, value, message) in [
            ("reason", &form.reason, "请写明变更原因"),
            ("collected_by", &form.collected_by, "请写明谁采集"),
        ] {
            if value.trim().is_empty() {
                errors.push(FieldError::new(field, message));
            }
        }
        if form.effective_on > self.today() {
            errors.push(FieldError::new("effective_on", "生效日期不能晚于今天"));
        }
        if !errors.is_empty() {
            return Err(AppError::Invalid(errors));
        }
        let mut tx = self.store.write(self.actor(principal)).await?;
        let (row, mut file) = tx
            .household_file(&principal.scope, id)
            .await?
            .ok_or(AppError::NotFound)?;
        if row.version != form.expected_version {
            return Err(AppError::Stale {
                current: row.version,
            });
        }
        let meta = self.meta(
            principal,
            form.effective_on,
            &form.reason,
            &form.collected_by,
            &form.reviewed_by,
        );
        let village = file.village;
        let mut new_household_id = None;
        let kind = match form.change {
            Change::MemberBorn { member } => {
                let mut member = self.member(&member).map_err(AppError::Invalid)?;
                self.not_on_file_elsewhere(principal, &member, Some(id))
                    .await?;
                member.birth_on.get_or_insert(form.effective_on);
                file.members.push(member);
                "member_born"
            }
            Change::MemberJoined { member } => {
                let member = self.member(&member).map_err(AppError::Invalid)?;
                self.not_on_file_elsewhere(principal, &member, Some(id))
                    .await?;
                file.members.push(member);
                "member_joined"
            }
            Change::MemberDied { member_id, on, .. } => {
                self.not_later_than_today("on", on)?;
                end_member(&mut file, &member_id, on, MemberStatus::Died)?;
                "member_died"
            }
            Change::MemberLeft { member_id, on, .. } => {
                self.not_later_than_today("on", on)?;
                end_member(&mut file, &member_id, on, MemberStatus::Left)?;
                "member_left"
            }
            Change::Head { member_id } => {
                set_head(&mut file, &member_id)?;
                "head"
            }
            Change::Moved { village } => {
                self.village_in_scope(principal, village).await?;
                file.village = village;
                file.grid_id = None;
                "moved"
            }
            Change::Contact { address, phone } => {
                if let Some(phone) = phone {
                    if !phone.is_empty() && !is_phone(&phone) {
                        return Err(AppError::invalid("phone", "手机号应为 1 开头的 11 位数字"));
                    }
                    file.phone = phone;
                }
                if let Some(address) = address {
                    file.address = address;
                }
                "contact"
            }
            Change::Income { statement } => {
                if statement.counted_persons == 0 {
                    return Err(AppError::invalid("counted_persons", "请填写共享收支的人数"));
                }
                if statement.period_to < statement.period_from {
                    return Err(AppError::invalid(
                        "period_to",
                        "核算期的截止日期早于开始日期",
                    ));
                }
                file.income.retain(|s| {
                    (s.period_from, s.period_to) != (statement.period_from, statement.period_to)
                });
                file.income.push(statement);
                "income"
            }
            Change::SubsistenceAllowance {
                member_id,
                allowance,
                since,
            } => {
                if let Some(since) = since {
                    self.not_later_than_today("since", since)?;
                }
                let known = self.codes.get("subsistence_allowance");
                if known.is_none_or(|l| l.get(&allowance).is_none()) {
                    return Err(AppError::invalid("allowance", "请选择低保情况"));
                }
                let member = file
                    .members
                    .iter_mut()
                    .find(|m| m.id == member_id && m.status == MemberStatus::Active)
                    .ok_or_else(|| AppError::invalid("member_id", "没有这名成员"))?;
                member.subsistence_allowance_since = since.filter(|_| allowance != "none");
                member.subsistence_allowance = allowance;
                "subsistence_allowance"
            }
            Change::Assurances { record } => {
                file.assurances.push(record);
                "assurances"
            }
            Change::Split {
                member_ids,
                new_head_id,
                village,
            } => {
                let moved: Vec<Member> = file
                    .active_members()
                    .filter(|m| member_ids.contains(&m.id))
                    .cloned()
                    .collect();
                if moved.len() != member_ids.len()
                    || moved.is_empty()
                    || !member_ids.contains(&new_head_id)
                {
                    return Err(AppError::invalid(
                        "member_ids",
                        "请选择分出去的成员，并从中指定新户主",
                    ));
                }
                if moved.len() == file.active_members().count() {
                    return Err(AppError::invalid("member_ids", "不能把全部成员都分出去"));
                }
                if moved.iter().any(|m| m.relation == "head") {
                    return Err(AppError::invalid(
                        "member_ids",
                        "户主不能分出去，请先变更户主",
                    ));
                }
                let village = village.unwrap_or(file.village);
                self.village_in_scope(principal, village).await?;
                file.members.retain(|m| !member_ids.contains(&m.id));
                let mut own = HouseholdFile {
                    code: None,
                    village,
                    members: moved,
                    income: Vec::new(),
                    tags: Vec::new(),
                    lifted_year: file.lifted_year,
                    ..file.clone()
                };
                set_head(&mut own, &new_head_id)?;
                let own_id = new_id();
                // The old household gives its members up first: a member row
                // belongs to one household.
                tx.save_household(id, &file, &meta, Some(row.version))
                    .await?;
                tx.save_household(&own_id, &own, &meta, None).await?;
                new_household_id = Some(own_id);
                "split"
            }
            Change::MergedInto { household_id } => {
                if household_id == id {
                    return Err(AppError::invalid("household_id", "不能并入自己"));
                }
                let (other_row, mut other) = tx
                    .household_file(&principal.scope, &household_id)
                    .await?
                    .ok_or(AppError::NotFound)?;
                if tx.running_casefile(id).await?.is_some() {
                    return Err(AppError::invalid(
                        "household_id",
                        "这户正在办理识别，请先由乡镇按“并户”终止事项，再办并户",
                    ));
                }
                let mut moving: Vec<Member> = file.active_members().cloned().collect();
                file.members.retain(|m| m.status != MemberStatus::Active);
                for member in &mut moving {
                    if member.relation == "head" {
                        "other".clone_into(&mut member.relation);
                    }
                }
                other.members.extend(moving);
                tx.save_household(id, &file, &meta, Some(row.version))
                    .await?;
                tx.save_household(&household_id, &other, &meta, Some(other_row.version))
                    .await?;
                "merged_into"
            }
        };
        let version = if matches!(kind, "split" | "merged_into") {
            row.version + 1
        } else {
            tx.save_household(id, &file, &meta, Some(row.version))
                .await?
        };
        tx.audit(
            &chain_of(Some(village)),
            "household.changed",
            &format!("household/{id}"),
            &format!("kind={kind} version={version}"),
        )
        .await?;
        tx.commit().await?;
        Ok(SavedHousehold {
            id: id.to_owned(),
            version,
            new_household_id,
        })
    }

    fn meta(
        &self,
        principal: &Principal,
        effective_on: Date,
        reason: &str,
        collected_by: &str,
        reviewed_by: &str,
    ) -> VersionMeta {
        VersionMeta {
            effective_on,
            reason: reason.trim().to_owned(),
            source: "console".into(),
            collected_by: collected_by.trim().to_owned(),
            entered_by: principal.display_name.clone(),
            reviewed_by: reviewed_by.trim().to_owned(),
        }
    }

    fn not_later_than_today(&self, field: &str, day: Date) -> Result<(), AppError> {
        if day > self.today() {
            return Err(AppError::invalid(field, "日期不能晚于今天"));
        }
        Ok(())
    }

    /// One person belongs to one household: a number already on file elsewhere
    /// in scope is refused. What lies outside the scope is noted by the store for
    /// the lowest level above both; nothing shows here.
    async fn not_on_file_elsewhere(
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

    /// Checks a typed-in person; sex and birth follow a valid ID number.
    fn member(&self, new: &NewMember) -> Result<Member, Vec<FieldError>> {
        let mut errors = Vec::new();
        if new.name.trim().is_empty() {
            errors.push(FieldError::new("name", "请填写姓名"));
        }
        if self
            .codes
            .get("relation_to_head")
            .is_some_and(|l| l.get(&new.relation).is_none())
        {
            errors.push(FieldError::new("relation", "请选择与户主关系"));
        }
        let (mut sex, mut birth_on) = (new.sex.clone(), new.birth_on);
        let mut number = String::new();
        if !new.document_number.trim().is_empty() {
            match IdentityNumber::parse(&new.document_number, self.today(), self.issuing_prefixes())
            {
                Ok(id) => {
                    number = id.reveal().to_owned();
                    birth_on = Some(id.birth_date());
                    sex = match id.sex() {
                        Sex::Male => "male".into(),
                        Sex::Female => "female".into(),
                    };
                }
                Err(error) => errors.push(FieldError::new("document_number", error.to_string())),
            }
        }
        if !["male", "female"].contains(&sex.as_str()) {
            errors.push(FieldError::new("sex", "请选择性别"));
        }
        if !errors.is_empty() {
            return Err(errors);
        }
        Ok(Member {
            id: new_id(),
            name: new.name.trim().to_owned(),
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
        })
    }
}

fn is_phone(phone: &str) -> bool {
    phone.len() == 11 && phone.starts_with('1') && phone.bytes().all(|b| b.is_ascii_digit())
}

fn end_member(
    file: &mut HouseholdFile,
    member_id: &str,
    on: Date,
    status: MemberStatus,
) -> Result<(), AppError> {
    let member = file
        .members
        .iter_mut()
        .find(|m| m.id == member_id && m.status == MemberStatus::Active)
        .ok_or_else(|| AppError::invalid("member_id", "没有这名成员"))?;
    member.status = status;
    member.status_since = Some(on);
    Ok(())
}

fn set_head(file: &mut HouseholdFile, member_id: &str) -> Result<(), AppError> {
    if !file.active_members().any(|m| m.id == member_id) {
        return Err(AppError::invalid("member_id", "没有这名成员"));
    }
    for member in &mut file.members {
        if member.id == member_id {
            "head".clone_into(&mut member.relation);
        } else if member.relation == "head" {
            "other".clone_into(&mut member.relation);
        }
    }
    Ok(())
}
