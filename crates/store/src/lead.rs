//! Leads in the database.

use domain::account::Scope;
use sea_orm::{
    ActiveModelTrait as _, ColumnTrait as _, EntityTrait as _, QueryFilter as _, QueryOrder as _,
    QuerySelect as _,
};

use crate::entity::{lead, lead_correction};
use crate::paging::Sort;
use crate::{Page, Store, StoreError, Window, WriteTx, within};

pub use crate::entity::lead::Model as LeadRow;
pub use crate::entity::lead_correction::Model as LeadCorrectionRow;

/// Filters of the lead list.
#[derive(Debug, Clone, Default)]
pub struct LeadFilter {
    pub status: Option<String>,
    pub channel: Option<String>,
    pub household_id: Option<String>,
}

impl WriteTx {
    /// Seals a lead's description for the row it belongs to.
    ///
    /// # Errors
    /// When encryption fails.
    pub fn seal_lead_description(&self, id: &str, text: &str) -> Result<Vec<u8>, StoreError> {
        self.seal("lead", "description", id, text.as_bytes())
    }

    /// Seals why a lead is registered late.
    ///
    /// # Errors
    /// When encryption fails.
    pub fn seal_late_reason(&self, id: &str, text: &str) -> Result<Vec<u8>, StoreError> {
        self.seal("lead", "late_reason", id, text.as_bytes())
    }

    /// Seals why a lead's day is put right.
    ///
    /// # Errors
    /// When encryption fails.
    pub fn seal_correction_reason(&self, id: &str, text: &str) -> Result<Vec<u8>, StoreError> {
        self.seal("lead_correction", "reason", id, text.as_bytes())
    }

    /// Keeps a correction.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn add_lead_correction(&mut self, row: LeadCorrectionRow) -> Result<(), StoreError> {
        lead_correction::Entity::insert(lead_correction::ActiveModel::from(row).reset_all())
            .exec_without_returning(&self.tx)
            .await?;
        Ok(())
    }

    /// Leads that merged into another, as this transaction sees them.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn leads_merged_into(&self, id: &str) -> Result<Vec<LeadRow>, StoreError> {
        Ok(lead::Entity::find()
            .filter(lead::Column::MergedInto.eq(id))
            .all(&self.tx)
            .await?)
    }

    /// Adds a lead.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn add_lead(&mut self, row: LeadRow) -> Result<(), StoreError> {
        lead::Entity::insert(lead::ActiveModel::from(row).reset_all())
            .exec_without_returning(&self.tx)
            .await?;
        Ok(())
    }

    /// Saves a changed lead; `row.version` is the version the writer saw.
    ///
    /// # Errors
    /// [`StoreError::Stale`] when somebody else saved first.
    pub async fn save_lead(&mut self, mut row: LeadRow) -> Result<i64, StoreError> {
        let seen = row.version;
        row.version += 1;
        let (id, version) = (row.id.clone(), row.version);
        let done = lead::Entity::update_many()
            .set(lead::ActiveModel::from(row).reset_all())
            .filter(lead::Column::Id.eq(&id))
            .filter(lead::Column::Version.eq(seen))
            .exec(&self.tx)
            .await?;
        if done.rows_affected == 0 {
            let current = lead::Entity::find_by_id(&id)
                .one(&self.tx)
                .await?
                .map_or(0, |l| l.version);
            return Err(StoreError::Stale { current });
        }
        Ok(version)
    }

    /// Open leads of a household, earliest first, as this transaction sees them.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn open_leads(&self, household_id: &str) -> Result<Vec<LeadRow>, StoreError> {
        Ok(lead::Entity::find()
            .filter(lead::Column::HouseholdId.eq(household_id))
            .filter(lead::Column::Status.eq("open"))
            .order_by_asc(lead::Column::ReceivedOn)
            .all(&self.tx)
            .await?)
    }

    /// A lead in scope as this transaction sees it.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn lead(&self, scope: &Scope, id: &str) -> Result<Option<LeadRow>, StoreError> {
        Ok(lead::Entity::find_by_id(id)
            .filter(within(lead::Column::Village, scope))
            .one(&self.tx)
            .await?)
    }
}

impl Store {
    /// A lead in scope.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn lead(&self, scope: &Scope, id: &str) -> Result<Option<LeadRow>, StoreError> {
        Ok(lead::Entity::find_by_id(id)
            .filter(within(lead::Column::Village, scope))
            .one(&self.connection)
            .await?)
    }

    /// The words of a lead's description.
    ///
    /// # Errors
    /// When the ciphertext does not open.
    pub fn lead_description(&self, row: &LeadRow) -> Result<String, StoreError> {
        self.open_text("lead", "description", &row.id, &row.description_sealed)
    }

    /// Corrections of a lead in scope, oldest first, with their reasons.
    ///
    /// # Errors
    /// When the database refuses or a reason does not open.
    pub async fn lead_corrections(
        &self,
        scope: &Scope,
        lead_id: &str,
    ) -> Result<Vec<(LeadCorrectionRow, String)>, StoreError> {
        let rows = lead_correction::Entity::find()
            .filter(within(lead_correction::Column::Village, scope))
            .filter(lead_correction::Column::LeadId.eq(lead_id))
            .order_by_asc(lead_correction::Column::RecordedAt)
            .order_by_asc(lead_correction::Column::Id)
            .all(&self.connection)
            .await?;
        rows.into_iter()
            .map(|row| {
                let reason =
                    self.open_text("lead_correction", "reason", &row.id, &row.reason_sealed)?;
                Ok((row, reason))
            })
            .collect()
    }

    /// Open leads of each of these households, already loaded in scope.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn open_lead_counts(
        &self,
        ids: &[String],
    ) -> Result<std::collections::BTreeMap<String, u64>, StoreError> {
        let rows: Vec<Option<String>> = lead::Entity::find()
            .select_only()
            .column(lead::Column::HouseholdId)
            .filter(lead::Column::HouseholdId.is_in(ids.to_vec()))
            .filter(lead::Column::Status.eq("open"))
            .into_tuple()
            .all(&self.connection)
            .await?;
        let mut counts = std::collections::BTreeMap::new();
        for id in rows.into_iter().flatten() {
            *counts.entry(id).or_insert(0) += 1;
        }
        Ok(counts)
    }

    /// Leads in scope, earliest received first.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn leads(
        &self,
        scope: &Scope,
        filter: &LeadFilter,
        window: &Window,
    ) -> Result<Page<LeadRow>, StoreError> {
        let mut find = lead::Entity::find().filter(within(lead::Column::Village, scope));
        if let Some(status) = &filter.status {
            find = find.filter(lead::Column::Status.eq(status));
        }
        if let Some(channel) = &filter.channel {
            find = find.filter(lead::Column::Channel.eq(channel));
        }
        if let Some(household) = &filter.household_id {
            find = find.filter(lead::Column::HouseholdId.eq(household));
        }
        let order = [
            (lead::Column::ReceivedOn, Sort::Ascending),
            (lead::Column::Id, Sort::Ascending),
        ];
        self.page("lead", find, &order, window).await
    }
}
