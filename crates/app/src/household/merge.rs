//! All members of one household join another.

use std::collections::BTreeMap;

use domain::account::Principal;
use domain::casefile::{Event, Facts};
use domain::household::timeline::Timeline;
use domain::household::{HouseholdFile, Member, MemberStatus};
use store::WriteTx;
use store::household::{HouseholdRow, VersionMeta};

use super::change::invalid;
use super::course::{self, Course};
use super::moving::still_here;
use super::person::set_relations;
use crate::casefile::register_of;
use crate::{App, AppError};

impl App {
    /// Moves the members and the open leads; the emptied file says where they
    /// went and takes no more changes. A running casefile waits for its end by
    /// the township. A monitored household does not vanish into another: what
    /// must be done first is said.
    pub(super) async fn merge_household(
        &self,
        tx: &mut WriteTx,
        principal: &Principal,
        (row, file, timeline): (&HouseholdRow, &mut HouseholdFile, &Timeline),
        (household_id, relations): (&str, &BTreeMap<String, String>),
        (meta, course): (&VersionMeta, &mut Course),
    ) -> Result<(), AppError> {
        let refused = |message: &str| Err(AppError::invalid("household_id", message));
        let id = row.id.as_str();
        if household_id == id {
            return refused("不能并入自己");
        }
        let (other_row, mut other) = tx
            .household_file(&principal.scope, household_id)
            .await?
            .ok_or(AppError::NotFound)?;
        if still_here(&other, "household_id").is_err() {
            return refused("选的那户已并入别户、已迁出或没有在户成员，不能再并进去：请另选一户");
        }
        if tx.is_handed_over(household_id).await? {
            return refused("选的那户正在移交，等对方接收：请等对方答复，或由乡镇先撤回移交");
        }
        if other.head().is_none() {
            return refused("并入的户没有户主，请先给那户登记户主变更");
        }
        let mut monitored = Vec::new();
        for household in [id, household_id] {
            let episodes = tx.episodes(household).await?;
            monitored.push(episodes.iter().any(|e| e.status == "running"));
        }
        match monitored.as_slice() {
            [true, true] => {
                return refused("两户都在监测中，请先按程序消除其中一户的风险，再办并户");
            }
            [true, false] => {
                return refused(
                    "这户正在监测中，监测和档案不能断：请改到另一户的档案登记并户，把那户并入这户",
                );
            }
            _ => {}
        }
        // The file ends here: whatever took effect in it came before.
        timeline.may_end(meta.effective_on).map_err(invalid)?;
        let theirs = course::timeline(tx, household_id).await?;
        theirs
            .has_begun("并入的户", meta.effective_on)
            .map_err(invalid)?;
        let ids = file.active_members().map(|m| m.id.as_str());
        theirs.may_take(ids, meta.effective_on).map_err(invalid)?;
        course.persons.also(&other);
        let mut moving: Vec<Member> = file.active_members().cloned().collect();
        for member in &mut moving {
            if !relations.contains_key(&member.id) {
                return Err(AppError::invalid(
                    "relations",
                    "请填写每名成员与并入户户主的关系",
                ));
            }
            member.relation.clear();
        }
        set_relations(&mut moving, self.household_rules(), relations)?;
        self.is_not_handed_over(tx, principal, id).await?;
        file.members.retain(|m| m.status != MemberStatus::Active);
        file.merged_into = Some(household_id.to_owned());
        other.members.extend(moving);
        let rules = self.household_rules();
        if relations.values().any(|r| rules.is_held_once(r)) {
            rules
                .relations(&other.members, "relations")
                .map_err(invalid)?;
        }
        tx.save_household(id, file, meta, Some(row.version)).await?;
        tx.save_household(household_id, &other, meta, Some(other_row.version))
            .await?;
        course.leaves(household_id, &other);
        for lead in tx.open_leads(id).await? {
            self.attach_lead(tx, lead, &other_row).await?;
        }
        if let Some((row, casefile)) = tx.running_casefile(id).await? {
            let pack = self.pack(&casefile.pack.id)?;
            let facts = Facts {
                register: register_of(file),
                ..self.facts(pack, &[], &file.household_type, principal)
            };
            let event = Event {
                kind: "household_merged".into(),
                step: None,
                summary: "这户已并入他户，等乡镇终止".into(),
                occurred_on: meta.effective_on,
            };
            let projection = self.projection(&casefile, &facts);
            let events = [(event, self.author(principal))];
            tx.save_casefile(&casefile, &projection, &events, row.version)
                .await?;
        }
        Ok(())
    }
}
