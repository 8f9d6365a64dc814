//! A household moves: its casefiles, leads, episodes and scans are found in the
//! village it lives in now.

use domain::account::{Principal, Scope};
use domain::casefile::{Casefile, Event, Stage};
use domain::division::DivisionCode;
use domain::household::HouseholdFile;
use domain::household::handover::Attached;
use store::WriteTx;
use store::casefile::CasefileRow;
use store::household::{HouseholdRow, VersionMeta};

use super::change::invalid;
use crate::casefile::{evidence_subjects, member_facts};
use crate::{App, AppError, new_id};

/// Fails where a file takes no more changes.
pub(super) fn still_here(file: &HouseholdFile, field: &str) -> Result<(), AppError> {
    let message = if file.merged_into.is_some() {
        "这户已并入另一户，档案只供查阅；请到并入的户登记变动"
    } else if file.moved_out_to.is_some() {
        "这户已整户迁出本县，档案只供查阅"
    } else if file.active_members().next().is_none() {
        "这户的成员都已去世或迁出，档案只供查阅：有孩子出生、有人迁入的，请登记到实际生活的户，或新建一户的档案"
    } else {
        return Ok(());
    };
    Err(AppError::invalid(field, message))
}

impl App {
    /// What would have to come along, or comes first.
    pub(super) async fn attached<'c>(
        &self,
        tx: &WriteTx,
        household_id: &str,
        casefiles: &'c [(CasefileRow, Casefile)],
    ) -> Result<Attached<'c>, AppError> {
        let running = casefiles
            .iter()
            .map(|(_, casefile)| casefile)
            .find(|c| matches!(c.stage, Stage::Running | Stage::Determined { .. }));
        let mut attached = Attached {
            casefile: running,
            open_leads: !tx.open_leads(household_id).await?.is_empty(),
            ..Attached::default()
        };
        let Some(casefile) = running else {
            return Ok(attached);
        };
        attached.listed = !tx.lists_awaiting(&casefile.id).await?.is_empty();
        if let Some(notice) = &casefile.records.public_notice {
            attached.notice_stands_until = tx.notice_stands_until(&notice.notice_id).await?;
        }
        Ok(attached)
    }

    /// Moves a household with all that belongs to it. Returns the version and
    /// the village it lives in now: where a move was entered late, a later one
    /// stands.
    pub(super) async fn move_household(
        &self,
        tx: &mut WriteTx,
        principal: &Principal,
        (row, file): (&HouseholdRow, &mut HouseholdFile),
        to: DivisionCode,
        meta: &VersionMeta,
    ) -> Result<(i64, DivisionCode), AppError> {
        let casefiles = tx.casefiles_of(&row.id).await?;
        let attached = self.attached(tx, &row.id, &casefiles).await?;
        attached.may_move(self.today()).map_err(invalid)?;
        file.village = to;
        file.grid_id = None;
        let version = tx
            .save_household(&row.id, file, meta, Some(row.version))
            .await?;
        let nation = Scope::subtree(DivisionCode::NATION);
        let (_, now) = tx
            .household_file(&nation, &row.id)
            .await?
            .ok_or(AppError::NotFound)?;
        let village = now.village;
        tx.follow_household(&row.id, village).await?;
        let members = member_facts(&now, self.today());
        for (stored, mut casefile) in casefiles {
            let subjects = evidence_subjects(&casefile);
            tx.lend_attachments(&subjects, village, &new_id).await?;
            // What is filed says where it was done.
            if matches!(casefile.stage, Stage::Archived { .. }) || casefile.village == village {
                continue;
            }
            casefile.village = village;
            let pack = self.pack(&casefile.pack.id)?;
            let facts = self.facts(pack, &members, &now.household_type, principal);
            let event = Event {
                kind: "household_moved".into(),
                step: None,
                summary: "整户搬迁，事项随户转到现在的村".into(),
                occurred_on: meta.effective_on,
            };
            let projection = self.projection(&casefile, &facts);
            let events = [(event, self.author(principal))];
            tx.save_casefile(&casefile, &projection, &events, stored.version)
                .await?;
        }
        Ok((version, village))
    }

    /// Moves a household where no later move stands in the way.
    pub(super) async fn moved_to(
        &self,
        tx: &mut WriteTx,
        principal: &Principal,
        (row, file): (&HouseholdRow, &mut HouseholdFile),
        to: DivisionCode,
        meta: &VersionMeta,
    ) -> Result<(), AppError> {
        let (_, village) = self
            .move_household(tx, principal, (row, file), to, meta)
            .await?;
        if village == to {
            return Ok(());
        }
        Err(AppError::invalid(
            "effective_on",
            "这一天以后档案里还登记过搬迁，请核对搬迁日期",
        ))
    }
}
