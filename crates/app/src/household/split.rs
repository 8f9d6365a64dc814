//! 分户: members of a household form one of their own.

use domain::account::Principal;
use domain::division::DivisionCode;
use domain::household::timeline::Timeline;
use domain::household::{HouseholdFile, Member, SplitOff};
use domain::typed_text::readable_length;
use store::WriteTx;
use store::household::{HouseholdRow, VersionMeta};

use super::change::invalid;
use super::course::Course;
use super::person::set_head;
use crate::{App, AppError, new_id};

/// Who goes, and under which head.
#[derive(Debug)]
pub(super) struct Split<'a> {
    pub member_ids: &'a [String],
    pub new_head_id: &'a str,
    pub village: Option<DivisionCode>,
    pub without_adult: &'a str,
}

impl App {
    /// Writes both files; returns the id of the new household. A household
    /// without an adult says why in its reason.
    pub(super) async fn split_household(
        &self,
        tx: &mut WriteTx,
        principal: &Principal,
        (row, file, timeline): (&HouseholdRow, &mut HouseholdFile, &Timeline),
        split: Split<'_>,
        (meta, course): (&mut VersionMeta, &mut Course),
    ) -> Result<String, AppError> {
        let rules = self.household_rules();
        let refused = |message: &str| Err(AppError::invalid("member_ids", message));
        let goes = |m: &Member| split.member_ids.contains(&m.id);
        let moved: Vec<Member> = file.active_members().filter(|m| goes(m)).cloned().collect();
        if moved.len() != split.member_ids.len()
            || moved.is_empty()
            || !moved.iter().any(|m| m.id == split.new_head_id)
        {
            return refused("请选择分出去的成员，并从中指定新户主");
        }
        if moved.len() == file.active_members().count() {
            return refused("不能把全部成员都分出去");
        }
        if moved.iter().any(|m| m.relation == "head") {
            return refused("户主不能分出去，请先变更户主");
        }
        let ids = moved.iter().map(|m| m.id.as_str());
        timeline.may_take(ids, meta.effective_on).map_err(invalid)?;
        let village = split.village.unwrap_or(file.village);
        self.village_in_scope(principal, village).await?;
        file.members.retain(|m| !goes(m));
        let mut own = HouseholdFile {
            code: None,
            village,
            members: moved,
            income: Vec::new(),
            tags: Vec::new(),
            split_off: Vec::new(),
            lifted_year: file.lifted_year,
            ..file.clone()
        };
        set_head(&mut own, split.new_head_id)?;
        rules.head(&own, "new_head_id").map_err(invalid)?;
        if !rules.has_adult(&own) || !rules.has_adult(file) {
            let why = split.without_adult.trim();
            if readable_length(why) < 4 {
                return Err(AppError::invalid(
                    "without_adult",
                    "分户后有一户没有成年人：孩子应随监护人同户；确需单独立户的，请写明原因和由谁监护，至少 4 个字",
                ));
            }
            meta.reason = format!("{}（一户没有成年人：{why}）", meta.reason);
        }
        let own_id = new_id();
        file.split_off.push(SplitOff {
            household_id: own_id.clone(),
            recorded_on: self.today(),
        });
        // The old household gives its members up first: a member row belongs
        // to one household.
        tx.save_household(&row.id, file, meta, Some(row.version))
            .await?;
        tx.save_household(&own_id, &own, meta, None).await?;
        course.leaves(&own_id, &own);
        Ok(own_id)
    }
}
