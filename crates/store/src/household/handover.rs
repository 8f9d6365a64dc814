//! Households on their way to another township, and what goes along with a
//! household that moves.

use domain::account::Scope;
use domain::casefile::Casefile;
use domain::division::DivisionCode;
use jiff::civil::Date;
use sea_orm::sea_query::Condition;
use sea_orm::{
    ActiveModelTrait as _, ColumnTrait as _, EntityTrait as _, QueryFilter as _, QueryOrder as _,
    QuerySelect as _, QueryTrait as _,
};

use crate::casefile::CasefileRow;
use crate::crypto::Place;
use crate::database::taken_or;
use crate::entity::{
    attachment, casefile, episode, household_handover, lead, lead_correction, name_protection,
    notice,
};
use crate::paging::Sort;
use crate::{Page, Store, StoreError, Window, WriteTx, within};

pub use crate::entity::household_handover::Model as HandoverRow;

/// Rows that come from the scope or go into it.
fn touching(scope: &Scope) -> Condition {
    Condition::any()
        .add(within(household_handover::Column::FromVillage, scope))
        .add(within(household_handover::Column::ToDivision, scope))
}

impl WriteTx {
    /// Adds a handover.
    ///
    /// # Errors
    /// [`StoreError::Taken`] when the household waits for a township already.
    pub async fn add_handover(&mut self, row: HandoverRow) -> Result<(), StoreError> {
        household_handover::Entity::insert(household_handover::ActiveModel::from(row).reset_all())
            .exec_without_returning(&self.tx)
            .await
            .map_err(|e| taken_or(e, "household_handover.waiting"))?;
        Ok(())
    }

    /// Saves an answered handover; `row.version` is the version the writer saw.
    ///
    /// # Errors
    /// [`StoreError::Stale`] when somebody else was faster.
    pub async fn save_handover(&mut self, mut row: HandoverRow) -> Result<(), StoreError> {
        let (id, seen) = (row.id.clone(), row.version);
        row.version += 1;
        let done = household_handover::Entity::update_many()
            .set(household_handover::ActiveModel::from(row).reset_all())
            .filter(household_handover::Column::Id.eq(&id))
            .filter(household_handover::Column::Version.eq(seen))
            .exec(&self.tx)
            .await?;
        if done.rows_affected == 0 {
            return Err(StoreError::Stale { current: seen + 1 });
        }
        Ok(())
    }

    /// Whether a household waits for a township to take it.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn is_handed_over(&self, household_id: &str) -> Result<bool, StoreError> {
        Ok(household_handover::Entity::find()
            .filter(household_handover::Column::HouseholdId.eq(household_id))
            .filter(household_handover::Column::Status.eq("waiting"))
            .one(&self.tx)
            .await?
            .is_some())
    }

    /// First day on which a notice has hung long enough.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn notice_stands_until(&self, id: &str) -> Result<Option<Date>, StoreError> {
        let row = notice::Entity::find_by_id(id).one(&self.tx).await?;
        Ok(row.and_then(|n| n.may_close_from.parse().ok()))
    }

    /// Every casefile of a household, for its move.
    ///
    /// # Errors
    /// When the database refuses or a document does not open.
    pub async fn casefiles_of(
        &self,
        household_id: &str,
    ) -> Result<Vec<(CasefileRow, Casefile)>, StoreError> {
        let rows = casefile::Entity::find()
            .filter(casefile::Column::HouseholdId.eq(household_id))
            .order_by_asc(casefile::Column::Id)
            .all(&self.tx)
            .await?;
        rows.into_iter()
            .map(|row| crate::casefile::open(&*self.crypto, &row).map(|c| (row, c)))
            .collect()
    }

    /// Brings along what belongs to a household: its casefiles, leads, episodes,
    /// protections and scans are found in the village it lives in now.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn follow_household(&mut self, id: &str, to: DivisionCode) -> Result<(), StoreError> {
        let village = to.to_string();
        let casefiles = casefile::Entity::find()
            .select_only()
            .column(casefile::Column::Id)
            .filter(casefile::Column::HouseholdId.eq(id))
            .into_query();
        let leads = lead::Entity::find()
            .select_only()
            .column(lead::Column::Id)
            .filter(lead::Column::HouseholdId.eq(id))
            .into_query();
        attachment::Entity::update_many()
            .col_expr(attachment::Column::Village, village.clone().into())
            .filter(
                Condition::any()
                    .add(
                        Condition::all()
                            .add(attachment::Column::SubjectKind.eq("household"))
                            .add(attachment::Column::SubjectId.eq(id)),
                    )
                    .add(
                        Condition::all()
                            .add(attachment::Column::SubjectKind.eq("casefile"))
                            .add(attachment::Column::SubjectId.in_subquery(casefiles)),
                    ),
            )
            .exec(&self.tx)
            .await?;
        lead_correction::Entity::update_many()
            .col_expr(lead_correction::Column::Village, village.clone().into())
            .filter(lead_correction::Column::LeadId.in_subquery(leads))
            .exec(&self.tx)
            .await?;
        lead::Entity::update_many()
            .col_expr(lead::Column::Village, village.clone().into())
            .filter(lead::Column::HouseholdId.eq(id))
            .exec(&self.tx)
            .await?;
        episode::Entity::update_many()
            .col_expr(episode::Column::Village, village.clone().into())
            .filter(episode::Column::HouseholdId.eq(id))
            .exec(&self.tx)
            .await?;
        name_protection::Entity::update_many()
            .col_expr(name_protection::Column::Village, village.clone().into())
            .filter(name_protection::Column::HouseholdId.eq(id))
            .exec(&self.tx)
            .await?;
        casefile::Entity::update_many()
            .col_expr(casefile::Column::Village, village.into())
            .filter(casefile::Column::HouseholdId.eq(id))
            .exec(&self.tx)
            .await?;
        Ok(())
    }

    /// Lets scans of notices and meetings, which stay in the village that held
    /// them, serve a household in the village it moved to as well.
    ///
    /// # Errors
    /// When the database refuses or a name does not open.
    pub async fn lend_attachments(
        &mut self,
        subject_ids: &[String],
        to: DivisionCode,
        new_id: &(dyn Fn() -> String + Sync),
    ) -> Result<(), StoreError> {
        let village = to.to_string();
        let found = attachment::Entity::find()
            .filter(attachment::Column::SubjectId.is_in(subject_ids.to_vec()))
            .filter(attachment::Column::ReplacedBy.is_null())
            .order_by_asc(attachment::Column::CreatedAt)
            .all(&self.tx)
            .await?;
        let there: Vec<(String, String)> = found
            .iter()
            .filter(|row| row.village == village)
            .map(|row| (row.subject_id.clone(), row.digest.clone()))
            .collect();
        for row in found {
            if there.contains(&(row.subject_id.clone(), row.digest.clone())) {
                continue;
            }
            let name = self.crypto.open(
                Place {
                    table: "attachment",
                    column: "file_name",
                    row: &row.id,
                },
                &row.file_name_sealed,
            )?;
            let id = new_id();
            let file_name_sealed = self.seal("attachment", "file_name", &id, &name)?;
            let lent = attachment::Model {
                id,
                village: village.clone(),
                file_name_sealed,
                ..row
            };
            self.add_attachment(lent).await?;
        }
        Ok(())
    }

    /// Marks the running episode of a household as gone with it.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn episodes_move_out(&mut self, household_id: &str) -> Result<(), StoreError> {
        for mut row in self.episodes(household_id).await? {
            if row.status == "running" {
                row.status = "moved_out".into();
                row.version += 1;
                self.save_episode(row).await?;
            }
        }
        Ok(())
    }
}

impl Store {
    /// The division asked to take a household of the scope, while it waits.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn handed_to(
        &self,
        scope: &Scope,
        household_id: &str,
    ) -> Result<Option<String>, StoreError> {
        let row = household_handover::Entity::find()
            .filter(within(household_handover::Column::FromVillage, scope))
            .filter(household_handover::Column::HouseholdId.eq(household_id))
            .filter(household_handover::Column::Status.eq("waiting"))
            .one(&self.connection)
            .await?;
        Ok(row.map(|r| r.to_division))
    }

    /// Handovers out of the scope or into it, the latest first; only those that
    /// wait, where asked.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn handovers(
        &self,
        scope: &Scope,
        waiting: bool,
        window: &Window,
    ) -> Result<Page<HandoverRow>, StoreError> {
        let mut find = household_handover::Entity::find().filter(touching(scope));
        if waiting {
            find = find.filter(household_handover::Column::Status.eq("waiting"));
        }
        let order = [
            (household_handover::Column::HandedAt, Sort::Descending),
            (household_handover::Column::Id, Sort::Descending),
        ];
        self.page("household_handover", find, &order, window).await
    }

    /// A handover out of the scope or into it.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn handover(
        &self,
        scope: &Scope,
        id: &str,
    ) -> Result<Option<HandoverRow>, StoreError> {
        Ok(household_handover::Entity::find_by_id(id)
            .filter(touching(scope))
            .one(&self.connection)
            .await?)
    }
}
