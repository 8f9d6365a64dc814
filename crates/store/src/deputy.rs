//! Who stands in for whom, and who granted it.

use jiff::civil::Date;
use sea_orm::{
    ActiveModelTrait as _, ColumnTrait as _, Condition, EntityTrait as _, QueryFilter as _,
    QueryOrder as _,
};

use crate::entity::deputy;
use crate::paging::Sort;
use crate::{Page, Store, StoreError, Window, WriteTx};

pub use crate::entity::deputy::Model as DeputyRow;

/// Waiting for the security administrator.
pub const REQUESTED: &str = "requested";
/// In effect on its days.
pub const GRANTED: &str = "granted";
/// Ended, by whom it concerns or by an administrator.
pub const WITHDRAWN: &str = "withdrawn";

impl WriteTx {
    /// Files a proposal.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn add_deputy(&mut self, row: DeputyRow) -> Result<(), StoreError> {
        deputy::Entity::insert(deputy::ActiveModel::from(row).reset_all())
            .exec_without_returning(&self.tx)
            .await?;
        Ok(())
    }

    /// A proposal by id, as this transaction sees it.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn deputy(&self, id: &str) -> Result<Option<DeputyRow>, StoreError> {
        Ok(deputy::Entity::find_by_id(id).one(&self.tx).await?)
    }

    /// Saves a row that still has the status it was read with. Returns
    /// whether it had: of two deciders one finds it decided.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn save_deputy(&mut self, row: DeputyRow, seen: &str) -> Result<bool, StoreError> {
        let id = row.id.clone();
        let done = deputy::Entity::update_many()
            .set(deputy::ActiveModel::from(row).reset_all())
            .filter(deputy::Column::Id.eq(id))
            .filter(deputy::Column::Status.eq(seen))
            .exec(&self.tx)
            .await?;
        Ok(done.rows_affected > 0)
    }

    /// Open and granted rows that share a day with `row` and either of its
    /// two people, on the side they are on there.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn deputies_beside(&self, row: &DeputyRow) -> Result<Vec<DeputyRow>, StoreError> {
        Ok(deputy::Entity::find()
            .filter(deputy::Column::Id.ne(&row.id))
            .filter(deputy::Column::Status.is_in([REQUESTED, GRANTED]))
            .filter(
                Condition::any()
                    .add(deputy::Column::AccountId.eq(&row.account_id))
                    .add(deputy::Column::DeputyId.eq(&row.deputy_id)),
            )
            .filter(deputy::Column::FromOn.lte(&row.to_on))
            .filter(deputy::Column::ToOn.gte(&row.from_on))
            .all(&self.tx)
            .await?)
    }

    /// What is granted to a deputy on a day or later.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn granted_to(
        &self,
        deputy_id: &str,
        day: Date,
    ) -> Result<Vec<DeputyRow>, StoreError> {
        Ok(deputy::Entity::find()
            .filter(deputy::Column::DeputyId.eq(deputy_id))
            .filter(deputy::Column::Status.eq(GRANTED))
            .filter(deputy::Column::ToOn.gte(day.to_string()))
            .all(&self.tx)
            .await?)
    }
}

impl Store {
    /// Deputies of an account, newest first.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn deputies(&self, account_id: &str) -> Result<Vec<DeputyRow>, StoreError> {
        Ok(deputy::Entity::find()
            .filter(deputy::Column::AccountId.eq(account_id))
            .order_by_desc(deputy::Column::FromOn)
            .order_by_desc(deputy::Column::Id)
            .all(&self.connection)
            .await?)
    }

    /// Proposals, open ones first, then the last decided. They name people in
    /// office and no household; only administrators reach them.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn deputy_list(
        &self,
        status: Option<&str>,
        window: &Window,
    ) -> Result<Page<DeputyRow>, StoreError> {
        let mut find = deputy::Entity::find();
        if let Some(status) = status {
            find = find.filter(deputy::Column::Status.eq(status));
        }
        let order = [
            (deputy::Column::DecidedAt, Sort::DescendingEmptyFirst),
            (deputy::Column::RecordedAt, Sort::Descending),
            (deputy::Column::Id, Sort::Descending),
        ];
        self.page("deputy", find, &order, window).await
    }

    /// For whom an account stands in on a day, as granted.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn standing_in_for(
        &self,
        deputy_id: &str,
        day: Date,
    ) -> Result<Vec<DeputyRow>, StoreError> {
        Ok(deputy::Entity::find()
            .filter(deputy::Column::DeputyId.eq(deputy_id))
            .filter(deputy::Column::Status.eq(GRANTED))
            .filter(deputy::Column::FromOn.lte(day.to_string()))
            .filter(deputy::Column::ToOn.gte(day.to_string()))
            .all(&self.connection)
            .await?)
    }
}
