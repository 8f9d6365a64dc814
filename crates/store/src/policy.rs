//! Which packs are in force where, and the settings of a deployment.

use domain::account::Scope;
use jiff::civil::Date;
use sea_orm::sea_query::{Expr, ExprTrait as _};
use sea_orm::{
    ActiveModelTrait as _, ColumnTrait as _, EntityTrait as _, QueryFilter as _, QueryOrder as _,
    QuerySelect as _,
};

use crate::entity::{adoption, adoption_event, casefile, setting};
use crate::{Store, StoreError, WriteTx, within};

pub use crate::entity::adoption::Model as AdoptionRow;
pub use crate::entity::adoption_event::Model as AdoptionEventRow;

/// Casefiles that run under one version of a pack.
#[derive(Debug, Clone, PartialEq, Eq, sea_orm::FromQueryResult)]
pub struct RunningUnderPack {
    pub pack_id: String,
    pub pack_version: i32,
    pub count: i64,
}

/// Casefiles of a village whose clock began on one day under one pack.
#[derive(Debug, Clone, PartialEq, Eq, sea_orm::FromQueryResult)]
pub struct CasefilesOfDay {
    pub village: String,
    pub pack_id: String,
    pub clock_from: String,
    pub stage: String,
    pub count: i64,
}

impl WriteTx {
    /// Writes down a pack in force, or a draft of it.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn add_adoption(&mut self, row: AdoptionRow) -> Result<(), StoreError> {
        adoption::Entity::insert(adoption::ActiveModel::from(row).reset_all())
            .exec_without_returning(&self.tx)
            .await?;
        Ok(())
    }

    /// Saves a changed entry; `row.version` is the version the writer saw.
    ///
    /// # Errors
    /// [`StoreError::Stale`] when somebody else saved first.
    pub async fn save_adoption(&mut self, mut row: AdoptionRow) -> Result<(), StoreError> {
        let seen = row.version;
        row.version += 1;
        let id = row.id.clone();
        let saved = adoption::Entity::update_many()
            .set(adoption::ActiveModel::from(row).reset_all())
            .filter(adoption::Column::Id.eq(&id))
            .filter(adoption::Column::Version.eq(seen))
            .exec(&self.tx)
            .await?;
        if saved.rows_affected == 0 {
            let now = adoption::Entity::find_by_id(&id).one(&self.tx).await?;
            let current = now.map_or(0, |a| a.version);
            return Err(StoreError::Stale { current });
        }
        Ok(())
    }

    /// Adds an act to the history of an entry, stamped with who writes and when.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn add_adoption_event(
        &mut self,
        adoption_id: &str,
        kind: &str,
        until_on: Option<String>,
        reason: &str,
    ) -> Result<(), StoreError> {
        let last: Option<Option<i64>> = adoption_event::Entity::find()
            .select_only()
            .column_as(adoption_event::Column::Seq.max(), "last")
            .filter(adoption_event::Column::AdoptionId.eq(adoption_id))
            .into_tuple()
            .one(&self.tx)
            .await?;
        let event = adoption_event::Model {
            adoption_id: adoption_id.to_owned(),
            seq: last.flatten().unwrap_or(0) + 1,
            kind: kind.to_owned(),
            until_on,
            reason: reason.to_owned(),
            account_id: self.actor.account_id.clone(),
            recorded_at: self.actor.now_millis,
        };
        adoption_event::Entity::insert(adoption_event::ActiveModel::from(event).reset_all())
            .exec_without_returning(&self.tx)
            .await?;
        Ok(())
    }

    /// The last act of an entry's history, as this transaction sees it.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn last_adoption_event(
        &self,
        adoption_id: &str,
    ) -> Result<Option<AdoptionEventRow>, StoreError> {
        Ok(adoption_event::Entity::find()
            .filter(adoption_event::Column::AdoptionId.eq(adoption_id))
            .order_by_desc(adoption_event::Column::Seq)
            .one(&self.tx)
            .await?)
    }

    /// Every entry, oldest record first, held until this transaction ends: of
    /// two people who change the timeline at once the second sees what the
    /// first has done.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn hold_adoptions(&mut self) -> Result<Vec<AdoptionRow>, StoreError> {
        Ok(adoption::Entity::find()
            .order_by_asc(adoption::Column::RecordedAt)
            .order_by_asc(adoption::Column::Id)
            .lock_exclusive()
            .all(&self.tx)
            .await?)
    }

    /// Writes a setting of the deployment.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn save_setting(&mut self, name: &str, value: &str) -> Result<(), StoreError> {
        let model = setting::ActiveModel::from(setting::Model {
            name: name.into(),
            value: value.into(),
        })
        .reset_all();
        setting::Entity::insert(model)
            .on_conflict(
                sea_orm::sea_query::OnConflict::column(setting::Column::Name)
                    .update_column(setting::Column::Value)
                    .to_owned(),
            )
            .exec_without_returning(&self.tx)
            .await?;
        Ok(())
    }
}

impl Store {
    /// Every entry ever written, withdrawn ones too, oldest record first.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn adoptions(&self) -> Result<Vec<AdoptionRow>, StoreError> {
        Ok(adoption::Entity::find()
            .order_by_asc(adoption::Column::RecordedAt)
            .order_by_asc(adoption::Column::Id)
            .all(&self.connection)
            .await?)
    }

    /// What was done to the entries, in order.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn adoption_events(&self) -> Result<Vec<AdoptionEventRow>, StoreError> {
        Ok(adoption_event::Entity::find()
            .order_by_asc(adoption_event::Column::AdoptionId)
            .order_by_asc(adoption_event::Column::Seq)
            .all(&self.connection)
            .await?)
    }

    /// Running casefiles in scope by the pack they started under.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn running_by_pack(
        &self,
        scope: &Scope,
    ) -> Result<Vec<RunningUnderPack>, StoreError> {
        Ok(casefile::Entity::find()
            .select_only()
            .column(casefile::Column::PackId)
            .column(casefile::Column::PackVersion)
            .expr_as(Expr::col(casefile::Column::Id).count(), "count")
            .filter(within(casefile::Column::Village, scope))
            .filter(casefile::Column::Stage.eq("running"))
            .group_by(casefile::Column::PackId)
            .group_by(casefile::Column::PackVersion)
            .order_by_asc(casefile::Column::PackId)
            .order_by_asc(casefile::Column::PackVersion)
            .into_model::<RunningUnderPack>()
            .all(&self.connection)
            .await?)
    }

    /// Casefiles in scope whose clock began on a day or later, counted by
    /// village, pack, day and stage.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn casefiles_of_days(
        &self,
        scope: &Scope,
        since: Date,
    ) -> Result<Vec<CasefilesOfDay>, StoreError> {
        Ok(casefile::Entity::find()
            .select_only()
            .column(casefile::Column::Village)
            .column(casefile::Column::PackId)
            .column(casefile::Column::ClockFrom)
            .column(casefile::Column::Stage)
            .expr_as(Expr::col(casefile::Column::Id).count(), "count")
            .filter(within(casefile::Column::Village, scope))
            .filter(casefile::Column::ClockFrom.gte(since.to_string()))
            .group_by(casefile::Column::Village)
            .group_by(casefile::Column::PackId)
            .group_by(casefile::Column::ClockFrom)
            .group_by(casefile::Column::Stage)
            .into_model::<CasefilesOfDay>()
            .all(&self.connection)
            .await?)
    }

    /// A setting of the deployment.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn setting(&self, name: &str) -> Result<Option<String>, StoreError> {
        Ok(setting::Entity::find_by_id(name)
            .one(&self.connection)
            .await?
            .map(|s| s.value))
    }
}
