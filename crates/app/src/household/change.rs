//! Changes of a household: births, deaths, moves, splits, merges, contact,
//! income, assurances. Each makes a new version that says who, when and why.

use std::collections::BTreeMap;

use domain::account::{Operation, Principal};
use domain::household::check::{Fault, Rules, is_phone};
use domain::household::{HouseholdFile, MemberStatus};
use domain::typed_text::{is_blank, readable};
use jiff::civil::Date;
use store::audit::chain_of;
use store::household::VersionMeta;

use super::course::{Course, holds_from, lock, timeline};
use super::forms::{Change, ChangeHousehold, NewHousehold, SavedHousehold};
use super::moving::still_here;
use super::person::{end_member, set_head, set_relations};
use super::split::Split;
use crate::error::{permit, unreadable};
use crate::{App, AppError, FieldError, new_id};

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
        errors.extend(unreadable(&[
            ("collected_by", &form.collected_by, "请写明谁采集"),
            ("reason", &form.reason, "请写明为什么新建档案"),
        ]));
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
        let mut file = HouseholdFile {
            code: form.code.filter(|c| !is_blank(c)),
            village: form.village,
            grid_id: None,
            address: readable(&form.address),
            phone: form.phone,
            household_type: form.household_type,
            lifted_year: None,
            members: Vec::new(),
            income: Vec::new(),
            assurances: Vec::new(),
            tags: Vec::new(),
            resettlement_area: String::new(),
            merged_into: None,
            split_off: Vec::new(),
            moved_out_to: None,
        };
        let rules = self.household_rules();
        for (index, member) in members.into_iter().enumerate() {
            rules.joins(&file, &member).map_err(|found| {
                AppError::Invalid(
                    found
                        .into_iter()
                        .map(|f| {
                            FieldError::new(&format!("members.{index}.{}", f.field), f.message)
                        })
                        .collect(),
                )
            })?;
            file.members.push(member);
        }
        rules.household(&file).map_err(invalid)?;
        rules.head(&file, "members").map_err(invalid)?;
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
        errors.extend(unreadable(&[
            ("reason", &form.reason, "请写明变更原因"),
            ("collected_by", &form.collected_by, "请写明谁采集"),
        ]));
        if form.effective_on > self.today() {
            errors.push(FieldError::new("effective_on", "生效日期不能晚于今天"));
        }
        if !errors.is_empty() {
            return Err(AppError::Invalid(errors));
        }
        let mut tx = self.store.write(self.actor(principal)).await?;
        lock(&tx, id, &form.change).await?;
        let (row, mut file) = tx
            .household_file(&principal.scope, id)
            .await?
            .ok_or(AppError::NotFound)?;
        if row.version != form.expected_version {
            return Err(AppError::Stale {
                current: row.version,
            });
        }
        let mut meta = self.meta(
            principal,
            form.effective_on,
            &form.reason,
            &form.collected_by,
            &form.reviewed_by,
        );
        still_here(&file, "change")?;
        let timeline = timeline(&tx, id).await?;
        timeline
            .has_begun("这户", form.effective_on)
            .map_err(invalid)?;
        let mut course = Course::of(&file);
        let rules = self.household_rules();
        let village = file.village;
        let mut new_household_id = None;
        let mut moved_version = None;
        let kind = match form.change {
            Change::MemberBorn { member } => {
                let member = self.member(&member).map_err(AppError::Invalid)?;
                rules.newborn(&member, form.effective_on).map_err(invalid)?;
                rules.joins(&file, &member).map_err(invalid)?;
                self.not_on_file_elsewhere(principal, &member, Some(id))
                    .await?;
                course.persons.came(&member.id);
                file.members.push(member);
                "member_born"
            }
            Change::MemberJoined { member } => {
                let member = self.member(&member).map_err(AppError::Invalid)?;
                rules.joins(&file, &member).map_err(invalid)?;
                self.not_on_file_elsewhere(principal, &member, Some(id))
                    .await?;
                course.persons.came(&member.id);
                file.members.push(member);
                rules.head(&file, "relation").map_err(invalid)?;
                "member_joined"
            }
            Change::MemberDied {
                member_id,
                on,
                new_head_id,
                relations,
                ..
            } => {
                let day = (on, form.effective_on);
                end_member(&mut file, rules, &member_id, day, MemberStatus::Died)?;
                holds_from(&timeline, &member_id, on, form.effective_on)?;
                course.persons.went(&member_id);
                succeed(&mut file, rules, new_head_id, &relations)?;
                "member_died"
            }
            Change::MemberLeft {
                member_id,
                on,
                new_head_id,
                relations,
                ..
            } => {
                let day = (on, form.effective_on);
                end_member(&mut file, rules, &member_id, day, MemberStatus::Left)?;
                holds_from(&timeline, &member_id, on, form.effective_on)?;
                course.persons.went(&member_id);
                succeed(&mut file, rules, new_head_id, &relations)?;
                "member_left"
            }
            Change::Head {
                member_id,
                relations,
            } => {
                set_head(&mut file, &member_id)?;
                set_relations(&mut file.members, rules, &relations)?;
                rules.head(&file, "member_id").map_err(invalid)?;
                "head"
            }
            Change::MemberCorrected {
                member_id,
                correction,
            } => {
                let member = self.corrected_member(&mut file, &member_id, &correction)?;
                self.not_on_file_elsewhere(principal, &member, Some(id))
                    .await?;
                "member_corrected"
            }
            Change::HouseholdCorrected { correction } => {
                self.correct_household(&mut file, &correction)?;
                "household_corrected"
            }
            Change::Moved { village } => {
                self.village_in_scope(principal, village).await?;
                if village == file.village {
                    return Err(AppError::invalid(
                        "village",
                        "这户已经在这个村：请选择迁往的另一个村",
                    ));
                }
                self.is_not_handed_over(&tx, principal, id).await?;
                let (version, _) = self
                    .move_household(&mut tx, principal, (&row, &mut file), village, &meta)
                    .await?;
                moved_version = Some(version);
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
                    file.address = readable(&address);
                }
                "contact"
            }
            Change::Income { statement } => {
                rules.income(&file, &statement).map_err(invalid)?;
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
                rules.assurances(&record).map_err(invalid)?;
                file.assurances
                    .retain(|r| r.recorded_on != record.recorded_on);
                file.assurances.push(record);
                "assurances"
            }
            Change::Split {
                member_ids,
                new_head_id,
                village,
                without_adult,
            } => {
                let split = Split {
                    member_ids: &member_ids,
                    new_head_id: &new_head_id,
                    village,
                    without_adult: &without_adult,
                };
                let own_id = self
                    .split_household(
                        &mut tx,
                        principal,
                        (&row, &mut file, &timeline),
                        split,
                        (&mut meta, &mut course),
                    )
                    .await?;
                new_household_id = Some(own_id);
                "split"
            }
            Change::MergedInto {
                household_id,
                relations,
            } => {
                self.merge_household(
                    &mut tx,
                    principal,
                    (&row, &mut file, &timeline),
                    (&household_id, &relations),
                    (&meta, &mut course),
                )
                .await?;
                "merged_into"
            }
        };
        let version = if let Some(version) = moved_version {
            version
        } else if matches!(kind, "split" | "merged_into") {
            row.version + 1
        } else {
            tx.save_household(id, &file, &meta, Some(row.version))
                .await?
        };
        if file.active_members().next().is_none() {
            self.is_not_handed_over(&tx, principal, id).await?;
        }
        course.leaves(id, &file);
        course.is_kept(&tx).await?;
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

    pub(super) fn household_rules(&self) -> Rules<'_> {
        Rules {
            today: self.today(),
            prefixes: self.issuing_prefixes(),
            codes: &self.codes,
        }
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
            reviewed_by: readable(reviewed_by),
        }
    }

    fn not_later_than_today(&self, field: &str, day: Date) -> Result<(), AppError> {
        if day > self.today() {
            return Err(AppError::invalid(field, "日期不能晚于今天"));
        }
        Ok(())
    }
}

/// Refusals of the domain as refusals of fields.
pub(super) fn invalid(faults: Vec<Fault>) -> AppError {
    AppError::Invalid(
        faults
            .into_iter()
            .map(|f| FieldError::new(f.field, f.message))
            .collect(),
    )
}

/// Who leads a household on when its head has died or left.
fn succeed(
    file: &mut HouseholdFile,
    rules: Rules<'_>,
    new_head_id: Option<String>,
    relations: &BTreeMap<String, String>,
) -> Result<(), AppError> {
    if file.head().is_some() || file.active_members().next().is_none() {
        return Ok(());
    }
    let Some(new_head_id) = new_head_id.filter(|id| !id.is_empty()) else {
        return Err(AppError::invalid(
            "new_head_id",
            "走的是户主：请从其他成员中选出新户主",
        ));
    };
    if set_head(file, &new_head_id).is_err() {
        return Err(AppError::invalid("new_head_id", "新户主应是在户的成员"));
    }
    set_relations(&mut file.members, rules, relations)?;
    rules.head(file, "new_head_id").map_err(invalid)
}
