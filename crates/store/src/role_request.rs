//! Requests for a post, and roles taking effect or ending.

use sea_orm::{
    ActiveModelTrait as _, ColumnTrait as _, EntityTrait as _, PaginatorTrait as _,
    QueryFilter as _, QueryOrder as _, QuerySelect as _,
};

use crate::entity::{account, account_role, grid, role_request};
use crate::paging::Sort;
use crate::{Page, Store, StoreError, Window, WriteTx};

pub use crate::entity::role_request::Model as RoleRequestRow;

/// Waiting for the security administrator.
pub const REQUESTED: &str = "requested";

impl WriteTx {
    /// Files a request.
    ///
    /// # Errors
    /// [`StoreError::Taken`] when the account has an open one already.
    pub async fn add_role_request(&mut self, row: RoleRequestRow) -> Result<(), StoreError> {
        let open = role_request::Entity::find()
            .filter(role_request::Column::AccountId.eq(&row.account_id))
            .filter(role_request::Column::Status.eq(REQUESTED))
            .count(&self.tx)
            .await?;
        if open > 0 {
            return Err(StoreError::Taken("role_request.open".into()));
        }
        role_request::Entity::insert(role_request::ActiveModel::from(row).reset_all())
            .exec_without_returning(&self.tx)
            .await
            .map_err(|e| crate::database::taken_or(e, "role_request.open"))?;
        Ok(())
    }

    /// A request by id, as this transaction sees it.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn role_request(&self, id: &str) -> Result<Option<RoleRequestRow>, StoreError> {
        Ok(role_request::Entity::find_by_id(id).one(&self.tx).await?)
    }

    /// Saves the decision on a request that is still open. Returns whether it
    /// was: of two deciders one finds it decided.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn decide_role_request(&mut self, row: RoleRequestRow) -> Result<bool, StoreError> {
        let id = row.id.clone();
        let done = role_request::Entity::update_many()
            .set(role_request::ActiveModel::from(row).reset_all())
            .filter(role_request::Column::Id.eq(id))
            .filter(role_request::Column::Status.eq(REQUESTED))
            .exec(&self.tx)
            .await?;
        Ok(done.rows_affected > 0)
    }

    /// Makes `roles` the roles of an account.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn set_roles(&mut self, account_id: &str, roles: &[&str]) -> Result<(), StoreError> {
        account_role::Entity::delete_many()
            .filter(account_role::Column::AccountId.eq(account_id))
            .exec(&self.tx)
            .await?;
        for role in roles {
            let model = account_role::Model {
                account_id: account_id.to_owned(),
                role: (*role).to_owned(),
            };
            account_role::Entity::insert(account_role::ActiveModel::from(model).reset_all())
                .exec_without_returning(&self.tx)
                .await?;
        }
        Ok(())
    }

    /// Roles of an account, as this transaction sees them.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn roles_of(&self, account_id: &str) -> Result<Vec<String>, StoreError> {
        Ok(account_role::Entity::find()
            .select_only()
            .column(account_role::Column::Role)
            .filter(account_role::Column::AccountId.eq(account_id))
            .order_by_asc(account_role::Column::Role)
            .into_tuple()
            .all(&self.tx)
            .await?)
    }

    /// How many accounts in use, other than `except`, hold one of `roles`.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn others_holding(&self, roles: &[&str], except: &str) -> Result<u64, StoreError> {
        let holders: Vec<String> = account_role::Entity::find()
            .select_only()
            .column(account_role::Column::AccountId)
            .filter(account_role::Column::Role.is_in(roles.iter().copied()))
            .filter(account_role::Column::AccountId.ne(except))
            .into_tuple()
            .all(&self.tx)
            .await?;
        Ok(account::Entity::find()
            .filter(account::Column::Id.is_in(holders))
            .filter(account::Column::Disabled.eq(false))
            .count(&self.tx)
            .await?)
    }

    /// Gives the grids of one worker to another; returns how many.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn hand_over_grids(&mut self, from: &str, to: &str) -> Result<u64, StoreError> {
        let done = grid::Entity::update_many()
            .col_expr(
                grid::Column::WorkerAccountId,
                sea_orm::sea_query::Expr::value(to.to_owned()),
            )
            .filter(grid::Column::WorkerAccountId.eq(from))
            .exec(&self.tx)
            .await?;
        Ok(done.rows_affected)
    }
}

impl Store {
    /// Requests, open ones first, then the last decided. They name people in office
    /// and no household; only administrators reach them.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn role_requests(
        &self,
        status: Option<&str>,
        window: &Window,
    ) -> Result<Page<RoleRequestRow>, StoreError> {
        let mut find = role_request::Entity::find();
        if let Some(status) = status {
            find = find.filter(role_request::Column::Status.eq(status));
        }
        let order = [
            (role_request::Column::DecidedAt, Sort::DescendingEmptyFirst),
            (role_request::Column::RequestedAt, Sort::Descending),
            (role_request::Column::Id, Sort::Descending),
        ];
        self.page("role_request", find, &order, window).await
    }

    /// The newest request of each of these accounts.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn latest_role_requests(
        &self,
        accounts: impl IntoIterator<Item = String>,
    ) -> Result<std::collections::BTreeMap<String, RoleRequestRow>, StoreError> {
        let rows = role_request::Entity::find()
            .filter(role_request::Column::AccountId.is_in(accounts))
            .order_by_asc(role_request::Column::RequestedAt)
            .order_by_asc(role_request::Column::Id)
            .all(&self.connection)
            .await?;
        Ok(rows
            .into_iter()
            .map(|r| (r.account_id.clone(), r))
            .collect())
    }
}
