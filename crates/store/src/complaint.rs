//! Complaints of people in office. Every query takes who reads: nobody at or
//! below the level complained of, and nobody named, meets a row.

use domain::account::Scope;
use domain::division::Level;
use sea_orm::sea_query::{Condition, Expr, ExprTrait as _};
use sea_orm::{
    ActiveModelTrait as _, ColumnTrait as _, ConnectionTrait, EntityTrait as _, QueryFilter as _,
};

use crate::entity::complaint;
use crate::paging::Sort;
use crate::scoped::like;
use crate::{Page, Store, StoreError, Window, WriteTx, within};

pub use crate::entity::complaint::Model as ComplaintRow;

/// Who reads complaints.
#[derive(Debug, Clone, Copy)]
pub struct ComplaintReader<'a> {
    pub account_id: &'a str,
    /// Nobody without a level reads any.
    pub level: Option<Level>,
}

/// Accounts as the column holds them.
pub fn account_list(ids: &[String]) -> String {
    match ids {
        [] => String::new(),
        ids => format!(",{},", ids.join(",")),
    }
}

fn readable(scope: &Scope, reader: ComplaintReader<'_>) -> Condition {
    let levels = [Level::Township, Level::County, Level::City, Level::Province];
    // A higher level orders first.
    let handled_below = levels
        .into_iter()
        .filter(|handling| reader.level.is_some_and(|own| own <= *handling))
        .map(Level::as_str);
    let named =
        Expr::col(complaint::Column::OfficialAccounts).like(like("%,", reader.account_id, ",%"));
    Condition::all()
        .add(within(complaint::Column::Village, scope))
        .add(complaint::Column::HandlingLevel.is_in(handled_below))
        .add(named.not())
}

async fn one<C: ConnectionTrait>(
    connection: &C,
    scope: &Scope,
    reader: ComplaintReader<'_>,
    id: &str,
) -> Result<Option<ComplaintRow>, StoreError> {
    Ok(complaint::Entity::find_by_id(id)
        .filter(readable(scope, reader))
        .one(connection)
        .await?)
}

impl WriteTx {
    /// Adds a complaint.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn add_complaint(&mut self, row: ComplaintRow) -> Result<(), StoreError> {
        complaint::Entity::insert(complaint::ActiveModel::from(row).reset_all())
            .exec_without_returning(&self.tx)
            .await?;
        Ok(())
    }

    /// Saves a handled complaint; `row.version` is the version the writer saw.
    ///
    /// # Errors
    /// [`StoreError::Stale`] when somebody else handled it first.
    pub async fn save_complaint(&mut self, mut row: ComplaintRow) -> Result<(), StoreError> {
        let (id, seen) = (row.id.clone(), row.version);
        row.version += 1;
        let done = complaint::Entity::update_many()
            .set(complaint::ActiveModel::from(row).reset_all())
            .filter(complaint::Column::Id.eq(&id))
            .filter(complaint::Column::Version.eq(seen))
            .exec(&self.tx)
            .await?;
        if done.rows_affected == 0 {
            let current = complaint::Entity::find_by_id(&id).one(&self.tx).await?;
            return Err(StoreError::Stale {
                current: current.map_or(0, |c| c.version),
            });
        }
        Ok(())
    }

    /// A complaint the reader may read, as this transaction sees it.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn complaint(
        &self,
        scope: &Scope,
        reader: ComplaintReader<'_>,
        id: &str,
    ) -> Result<Option<ComplaintRow>, StoreError> {
        one(&self.tx, scope, reader, id).await
    }
}

impl Store {
    /// A complaint the reader may read.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn complaint(
        &self,
        scope: &Scope,
        reader: ComplaintReader<'_>,
        id: &str,
    ) -> Result<Option<ComplaintRow>, StoreError> {
        one(&self.connection, scope, reader, id).await
    }

    /// Complaints the reader may read, earliest received first; of one status
    /// where it is given.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn complaints(
        &self,
        scope: &Scope,
        reader: ComplaintReader<'_>,
        status: Option<&str>,
        window: &Window,
    ) -> Result<Page<ComplaintRow>, StoreError> {
        let mut find = complaint::Entity::find().filter(readable(scope, reader));
        if let Some(status) = status {
            find = find.filter(complaint::Column::Status.eq(status));
        }
        let order = [
            (complaint::Column::ReceivedOn, Sort::Ascending),
            (complaint::Column::Id, Sort::Ascending),
        ];
        self.page("complaint", find, &order, window).await
    }
}
