//! Appraisal meetings, public notices and objections.

use domain::account::Scope;
use jiff::civil::Date;
use sea_orm::{
    ActiveModelTrait as _, ColumnTrait as _, EntityTrait as _, QueryFilter as _, QueryOrder as _,
    QuerySelect as _, QueryTrait as _,
};

use crate::entity::{appraisal, notice, notice_item, objection};
use crate::paging::Sort;
use crate::{Page, Store, StoreError, Window, WriteTx, within};

pub use crate::entity::appraisal::Model as AppraisalRow;
pub use crate::entity::notice::Model as NoticeRow;
pub use crate::entity::notice_item::Model as NoticeItemRow;
pub use crate::entity::objection::Model as ObjectionRow;

impl WriteTx {
    /// Seals a text for a column of a row of these tables.
    ///
    /// # Errors
    /// When encryption fails.
    pub fn seal_text(
        &self,
        table: &str,
        column: &str,
        row: &str,
        text: &str,
    ) -> Result<Vec<u8>, StoreError> {
        self.seal(table, column, row, text.as_bytes())
    }

    /// Adds an appraisal meeting.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn add_appraisal(&mut self, row: AppraisalRow) -> Result<(), StoreError> {
        appraisal::Entity::insert(appraisal::ActiveModel::from(row).reset_all())
            .exec_without_returning(&self.tx)
            .await?;
        Ok(())
    }

    /// Adds a notice with its items.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn add_notice(
        &mut self,
        row: NoticeRow,
        items: Vec<NoticeItemRow>,
    ) -> Result<(), StoreError> {
        notice::Entity::insert(notice::ActiveModel::from(row).reset_all())
            .exec_without_returning(&self.tx)
            .await?;
        let items: Vec<_> = items
            .into_iter()
            .map(|i| notice_item::ActiveModel::from(i).reset_all())
            .collect();
        if !items.is_empty() {
            notice_item::Entity::insert_many(items)
                .exec_without_returning(&self.tx)
                .await?;
        }
        Ok(())
    }

    /// Adds an objection.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn add_objection(&mut self, row: ObjectionRow) -> Result<(), StoreError> {
        objection::Entity::insert(objection::ActiveModel::from(row).reset_all())
            .exec_without_returning(&self.tx)
            .await?;
        Ok(())
    }

    /// Saves an answered objection; only an open one can be answered.
    ///
    /// # Errors
    /// [`StoreError::Stale`] when it was answered already.
    pub async fn save_answer(&mut self, row: ObjectionRow) -> Result<(), StoreError> {
        let id = row.id.clone();
        let done = objection::Entity::update_many()
            .set(objection::ActiveModel::from(row).reset_all())
            .filter(objection::Column::Id.eq(id))
            .filter(objection::Column::Status.eq("open"))
            .exec(&self.tx)
            .await?;
        if done.rows_affected == 0 {
            return Err(StoreError::Stale { current: 0 });
        }
        Ok(())
    }
}

impl Store {
    /// Notices in scope, newest posting first; `stood` keeps those that have
    /// (true) or have not (false) hung long enough on a day.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn notices(
        &self,
        scope: &Scope,
        stood: Option<(bool, Date)>,
        window: &Window,
    ) -> Result<Page<NoticeRow>, StoreError> {
        let mut find = notice::Entity::find().filter(within(notice::Column::Village, scope));
        if let Some((closed, today)) = stood {
            let column = notice::Column::MayCloseFrom;
            let today = today.to_string();
            find = find.filter(if closed {
                column.lte(today)
            } else {
                column.gt(today)
            });
        }
        let order = [
            (notice::Column::PostedOn, Sort::Descending),
            (notice::Column::Id, Sort::Descending),
        ];
        self.page("notice", find, &order, window).await
    }

    /// A notice in scope.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn notice(&self, scope: &Scope, id: &str) -> Result<Option<NoticeRow>, StoreError> {
        Ok(notice::Entity::find_by_id(id)
            .filter(within(notice::Column::Village, scope))
            .one(&self.connection)
            .await?)
    }

    /// The households on notices in scope.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn notice_items(
        &self,
        scope: &Scope,
        notice_ids: &[String],
    ) -> Result<Vec<NoticeItemRow>, StoreError> {
        let seen = notice::Entity::find()
            .select_only()
            .column(notice::Column::Id)
            .filter(within(notice::Column::Village, scope))
            .filter(notice::Column::Id.is_in(notice_ids.to_vec()))
            .into_query();
        Ok(notice_item::Entity::find()
            .filter(notice_item::Column::NoticeId.in_subquery(seen))
            .order_by_asc(notice_item::Column::CasefileId)
            .all(&self.connection)
            .await?)
    }

    /// Objections of notices in scope, oldest first.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn objections(
        &self,
        scope: &Scope,
        notice_ids: &[String],
    ) -> Result<Vec<ObjectionRow>, StoreError> {
        Ok(objection::Entity::find()
            .filter(within(objection::Column::Village, scope))
            .filter(objection::Column::NoticeId.is_in(notice_ids.to_vec()))
            .order_by_asc(objection::Column::ReceivedOn)
            .all(&self.connection)
            .await?)
    }

    /// Open objections in scope.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn open_objections(
        &self,
        scope: &Scope,
        limit: u64,
    ) -> Result<Vec<ObjectionRow>, StoreError> {
        Ok(objection::Entity::find()
            .filter(within(objection::Column::Village, scope))
            .filter(objection::Column::Status.eq("open"))
            .order_by_asc(objection::Column::ReceivedOn)
            .limit(limit)
            .all(&self.connection)
            .await?)
    }

    /// An objection in scope.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn objection(
        &self,
        scope: &Scope,
        id: &str,
    ) -> Result<Option<ObjectionRow>, StoreError> {
        Ok(objection::Entity::find_by_id(id)
            .filter(within(objection::Column::Village, scope))
            .one(&self.connection)
            .await?)
    }

    /// Opens a sealed text of these tables.
    ///
    /// # Errors
    /// When the ciphertext does not open.
    pub fn open_sealed(
        &self,
        table: &str,
        column: &str,
        row: &str,
        sealed: &[u8],
    ) -> Result<String, StoreError> {
        self.open_text(table, column, row, sealed)
    }

    /// Appraisal meetings in scope, newest first.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn appraisals(
        &self,
        scope: &Scope,
        limit: u64,
    ) -> Result<Vec<AppraisalRow>, StoreError> {
        Ok(appraisal::Entity::find()
            .filter(within(appraisal::Column::Village, scope))
            .order_by_desc(appraisal::Column::HeldOn)
            .limit(limit)
            .all(&self.connection)
            .await?)
    }

    /// An appraisal meeting in scope.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn appraisal(
        &self,
        scope: &Scope,
        id: &str,
    ) -> Result<Option<AppraisalRow>, StoreError> {
        Ok(appraisal::Entity::find_by_id(id)
            .filter(within(appraisal::Column::Village, scope))
            .one(&self.connection)
            .await?)
    }
}
