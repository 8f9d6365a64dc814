//! Accounts, roles and sessions.

use domain::account::Scope;
use domain::division::DivisionCode;
use sea_orm::{
    ActiveModelTrait as _, ColumnTrait as _, EntityTrait as _, PaginatorTrait as _,
    QueryFilter as _, QueryOrder as _, QuerySelect as _,
};

use crate::entity::{account, account_role, session};
use crate::paging::Sort;
use crate::{Page, Store, StoreError, Window, WriteTx, within};

pub use crate::entity::account::Model as AccountRow;
pub use crate::entity::session::Model as SessionRow;

impl WriteTx {
    /// Adds an account with its roles.
    ///
    /// # Errors
    /// [`StoreError::Taken`] when the sign-in name is taken.
    pub async fn add_account(
        &mut self,
        row: AccountRow,
        roles: &[String],
    ) -> Result<(), StoreError> {
        let taken = account::Entity::find()
            .filter(account::Column::LoginName.eq(&row.login_name))
            .count(&self.tx)
            .await?;
        if taken > 0 {
            return Err(StoreError::Taken("account.login_name".into()));
        }
        let id = row.id.clone();
        account::Entity::insert(account::ActiveModel::from(row).reset_all())
            .exec_without_returning(&self.tx)
            .await
            .map_err(|e| crate::database::taken_or(e, "account.login_name"))?;
        for role in roles {
            let model = account_role::Model {
                account_id: id.clone(),
                role: role.clone(),
            };
            account_role::Entity::insert(account_role::ActiveModel::from(model).reset_all())
                .exec_without_returning(&self.tx)
                .await?;
        }
        Ok(())
    }

    /// Saves a changed account.
    ///
    /// # Errors
    /// [`StoreError::Stale`] when somebody else saved first.
    pub async fn save_account(&mut self, mut row: AccountRow) -> Result<(), StoreError> {
        let (id, seen) = (row.id.clone(), row.version);
        row.version += 1;
        let done = account::Entity::update_many()
            .set(account::ActiveModel::from(row).reset_all())
            .filter(account::Column::Id.eq(&id))
            .filter(account::Column::Version.eq(seen))
            .exec(&self.tx)
            .await?;
        if done.rows_affected == 0 {
            let current = account::Entity::find_by_id(&id)
                .one(&self.tx)
                .await?
                .map_or(0, |a| a.version);
            return Err(StoreError::Stale { current });
        }
        Ok(())
    }

    /// An account by sign-in name, as this transaction sees it.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn account_by_login(
        &self,
        login_name: &str,
    ) -> Result<Option<AccountRow>, StoreError> {
        Ok(account::Entity::find()
            .filter(account::Column::LoginName.eq(login_name))
            .one(&self.tx)
            .await?)
    }

    /// An account by id, as this transaction sees it.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn account(&self, id: &str) -> Result<Option<AccountRow>, StoreError> {
        Ok(account::Entity::find_by_id(id).one(&self.tx).await?)
    }

    /// Starts a session and ends the account's others (one session a person).
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn start_session(&mut self, row: SessionRow) -> Result<(), StoreError> {
        self.end_sessions(&row.account_id.clone()).await?;
        session::Entity::insert(session::ActiveModel::from(row).reset_all())
            .exec_without_returning(&self.tx)
            .await?;
        Ok(())
    }

    /// Ends every session of an account at once.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn end_sessions(&mut self, account_id: &str) -> Result<(), StoreError> {
        session::Entity::delete_many()
            .filter(session::Column::AccountId.eq(account_id))
            .exec(&self.tx)
            .await?;
        Ok(())
    }

    /// Notes that a session was used.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn touch_session(
        &mut self,
        token_digest: &str,
        now_millis: i64,
    ) -> Result<(), StoreError> {
        session::Entity::update_many()
            .col_expr(session::Column::LastSeenAt, now_millis.into())
            .filter(session::Column::TokenDigest.eq(token_digest))
            .exec(&self.tx)
            .await?;
        self.audited = true;
        Ok(())
    }
}

impl Store {
    /// A session by the digest of its token.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn session(&self, token_digest: &str) -> Result<Option<SessionRow>, StoreError> {
        Ok(session::Entity::find_by_id(token_digest)
            .one(&self.connection)
            .await?)
    }

    /// An account by id.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn account(&self, id: &str) -> Result<Option<AccountRow>, StoreError> {
        Ok(account::Entity::find_by_id(id)
            .one(&self.connection)
            .await?)
    }

    /// Roles of an account.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn account_roles(&self, id: &str) -> Result<Vec<String>, StoreError> {
        Ok(account_role::Entity::find()
            .select_only()
            .column(account_role::Column::Role)
            .filter(account_role::Column::AccountId.eq(id))
            .order_by_asc(account_role::Column::Role)
            .into_tuple()
            .all(&self.connection)
            .await?)
    }

    /// Accounts, by division then name. Accounts are no household data:
    /// administrators, whose scope over people is empty, list them all.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn accounts(
        &self,
        division: Option<&Scope>,
        window: &Window,
    ) -> Result<Page<AccountRow>, StoreError> {
        let mut find = account::Entity::find();
        if let Some(scope) = division {
            find = find.filter(within(account::Column::Division, scope));
        }
        let order = [
            (account::Column::Division, Sort::AscendingEmptyLast),
            (account::Column::LoginName, Sort::Ascending),
        ];
        self.page("account", find, &order, window).await
    }

    /// Accounts in use of a division and of those above it. Accounts are no
    /// household data.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn accounts_over(
        &self,
        division: DivisionCode,
    ) -> Result<Vec<AccountRow>, StoreError> {
        let chain = division.ancestors().chain([division]);
        Ok(account::Entity::find()
            .filter(account::Column::Division.is_in(chain.map(|c| c.to_string())))
            .filter(account::Column::Disabled.eq(false))
            .all(&self.connection)
            .await?)
    }

    /// Id of the account with a sign-in name.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn account_id_of(&self, login_name: &str) -> Result<Option<String>, StoreError> {
        let row = account::Entity::find()
            .filter(account::Column::LoginName.eq(login_name))
            .one(&self.connection)
            .await?;
        Ok(row.map(|a| a.id))
    }

    /// How many accounts there are.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn account_count(&self) -> Result<u64, StoreError> {
        Ok(account::Entity::find().count(&self.connection).await?)
    }

    /// Names of accounts by id.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn account_names(
        &self,
        ids: impl IntoIterator<Item = String>,
    ) -> Result<std::collections::BTreeMap<String, String>, StoreError> {
        let rows: Vec<(String, String)> = account::Entity::find()
            .select_only()
            .column(account::Column::Id)
            .column(account::Column::DisplayName)
            .filter(account::Column::Id.is_in(ids))
            .into_tuple()
            .all(&self.connection)
            .await?;
        Ok(rows.into_iter().collect())
    }
}

impl WriteTx {
    /// Seals the secret of an account's second factor.
    ///
    /// # Errors
    /// When encryption fails.
    pub fn seal_secret(&self, account_id: &str, secret: &[u8]) -> Result<Vec<u8>, StoreError> {
        self.seal("account", "totp", account_id, secret)
    }
}

impl Store {
    /// Opens the secret of an account's second factor.
    ///
    /// # Errors
    /// When the ciphertext does not open.
    pub fn open_secret(&self, account_id: &str, sealed: &[u8]) -> Result<Vec<u8>, StoreError> {
        self.crypto().open(
            crate::crypto::Place {
                table: "account",
                column: "totp",
                row: account_id,
            },
            sealed,
        )
    }
}
