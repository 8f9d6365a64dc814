//! 常用筛选 in the database: sealed, and of one account each.

use sea_orm::sea_query::Expr;
use sea_orm::{
    ActiveModelTrait as _, ColumnTrait as _, EntityTrait as _, QueryFilter as _, QueryOrder as _,
};

use crate::entity::saved_view;
use crate::{Store, StoreError, WriteTx};

const TABLE: &str = "saved_view";

/// A saved view, opened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SavedView {
    pub id: String,
    pub account_id: String,
    pub page: String,
    pub name: String,
    /// JSON: filter by name.
    pub query: String,
    pub opens_first: bool,
    pub saved_at: i64,
}

impl WriteTx {
    /// Adds a view, or replaces the one of its id.
    ///
    /// # Errors
    /// When the database or the cryptography refuses.
    pub async fn save_view(&mut self, view: SavedView) -> Result<(), StoreError> {
        let model = saved_view::Model {
            name_sealed: self.seal(TABLE, "name", &view.id, view.name.as_bytes())?,
            query_sealed: self.seal(TABLE, "query", &view.id, view.query.as_bytes())?,
            id: view.id,
            account_id: view.account_id,
            page: view.page,
            opens_first: view.opens_first,
            saved_at: view.saved_at,
        };
        saved_view::Entity::delete_by_id(&model.id)
            .exec(&self.tx)
            .await?;
        saved_view::Entity::insert(saved_view::ActiveModel::from(model).reset_all())
            .exec_without_returning(&self.tx)
            .await?;
        Ok(())
    }

    /// No view of the page opens first any more.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn open_none_first(
        &mut self,
        account_id: &str,
        page: &str,
    ) -> Result<(), StoreError> {
        saved_view::Entity::update_many()
            .col_expr(saved_view::Column::OpensFirst, Expr::value(false))
            .filter(saved_view::Column::AccountId.eq(account_id))
            .filter(saved_view::Column::Page.eq(page))
            .exec(&self.tx)
            .await?;
        Ok(())
    }

    /// Removes a view of the account; whether there was one.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn remove_view(&mut self, account_id: &str, id: &str) -> Result<bool, StoreError> {
        let done = saved_view::Entity::delete_many()
            .filter(saved_view::Column::AccountId.eq(account_id))
            .filter(saved_view::Column::Id.eq(id))
            .exec(&self.tx)
            .await?;
        Ok(done.rows_affected > 0)
    }
}

impl Store {
    /// Views of an account, oldest first.
    ///
    /// # Errors
    /// When the database refuses or a value does not open.
    pub async fn saved_views(&self, account_id: &str) -> Result<Vec<SavedView>, StoreError> {
        let rows = saved_view::Entity::find()
            .filter(saved_view::Column::AccountId.eq(account_id))
            .order_by_asc(saved_view::Column::SavedAt)
            .order_by_asc(saved_view::Column::Id)
            .all(&self.connection)
            .await?;
        rows.into_iter()
            .map(|row| {
                Ok(SavedView {
                    name: self.open_text(TABLE, "name", &row.id, &row.name_sealed)?,
                    query: self.open_text(TABLE, "query", &row.id, &row.query_sealed)?,
                    id: row.id,
                    account_id: row.account_id,
                    page: row.page,
                    opens_first: row.opens_first,
                    saved_at: row.saved_at,
                })
            })
            .collect()
    }
}
