//! The administrators' work: accounts, one-time passwords, hand-over, deputies.

use domain::account::{Operation, Principal, Scope};
use domain::division::DivisionCode;
use store::account::{AccountRow, DeputyRow};

use super::secret::{hash_password, one_time_password};
use super::{AccountView, DeputyView, NewAccount, NewDeputy, OneTimePassword};
use crate::error::permit;
use crate::{App, AppError, FieldError, PageView, Window, clock, new_id};

impl App {
    /// Accounts, for administrators; who manages grids sees those of the own
    /// divisions, to name a worker.
    ///
    /// # Errors
    /// When the operation is missing or the database refuses.
    pub async fn accounts(
        &self,
        principal: &Principal,
        division: Option<DivisionCode>,
        window: Window,
    ) -> Result<PageView<AccountView>, AppError> {
        let scope = if principal.may(Operation::AccountRead) {
            division.map(Scope::subtree)
        } else {
            permit(principal, Operation::GridManage)?;
            Some(division.map_or_else(|| principal.scope.clone(), |d| principal.scope.narrowed(d)))
        };
        let page = self
            .store
            .accounts(scope.as_ref(), window.limit, window.offset)
            .await?;
        let mut items = Vec::new();
        for account in page.items {
            let roles = self.store.account_roles(&account.id).await?;
            let division = account.division.as_deref().and_then(|d| d.parse().ok());
            items.push(AccountView {
                division: self.division_name(division).await?,
                roles: self.role_names(&roles),
                last_sign_in_at: account.last_sign_in_at.map(clock::instant_text),
                totp_enabled: account.totp_confirmed,
                disabled: account.disabled,
                id: account.id,
                login_name: account.login_name,
                display_name: account.display_name,
            });
        }
        Ok(PageView {
            items,
            next_cursor: page.next_cursor,
            total: page.total,
        })
    }

    /// Opens an account; the one-time password is shown once and must be
    /// changed at first sign-in.
    ///
    /// # Errors
    /// [`AppError::Invalid`] for an unknown role, a level that does not fit
    /// the division, or roles that exclude one another.
    pub async fn create_account(
        &self,
        principal: &Principal,
        form: NewAccount,
    ) -> Result<OneTimePassword, AppError> {
        permit(principal, Operation::AccountManage)?;
        let mut errors = Vec::new();
        let login = form.login_name.trim().to_owned();
        if login.len() < 3
            || !login
                .chars()
                .all(|c| c.is_ascii_alphanumeric() || "._-".contains(c))
        {
            errors.push(FieldError::new(
                "login_name",
                "账号名至少 3 位，只用字母、数字、点、横线",
            ));
        }
        if form.display_name.trim().is_empty() {
            errors.push(FieldError::new("display_name", "请填写姓名"));
        }
        match self.roles.get(&form.role) {
            None => errors.push(FieldError::new("role", "请选择角色")),
            Some(role) => match (role.level, form.division) {
                (Some(level), Some(division)) if division.level() != level => {
                    errors.push(FieldError::new(
                        "division",
                        format!("{}应选{}级区划", role.label, level.label()),
                    ))
                }
                (Some(_), None) => errors.push(FieldError::new("division", "请选择所在区划")),
                (Some(_), Some(division)) if self.store.division(division).await?.is_none() => {
                    errors.push(FieldError::new("division", "没有这个区划"));
                }
                _ => {}
            },
        }
        if !errors.is_empty() {
            return Err(AppError::Invalid(errors));
        }
        let password = one_time_password()?;
        let hash = hash_password(password.clone(), self.demo).await?;
        let mut tx = self.store.write(self.actor(principal)).await?;
        let row = new_account_row(
            login,
            form.display_name.trim().to_owned(),
            form.division,
            hash,
            true,
            self.clock.real_millis(),
        );
        let id = row.id.clone();
        tx.add_account(row, std::slice::from_ref(&form.role))
            .await?;
        tx.audit(
            "system",
            "account.created",
            &format!("account/{id}"),
            &form.role,
        )
        .await?;
        tx.commit().await?;
        Ok(OneTimePassword {
            id,
            one_time_password: password,
        })
    }

    /// Sets a new one-time password, ends the account's sessions and lets it
    /// enrol a second factor anew (a lost phone).
    ///
    /// # Errors
    /// When the account is missing.
    pub async fn reset_password(
        &self,
        principal: &Principal,
        id: &str,
    ) -> Result<OneTimePassword, AppError> {
        permit(principal, Operation::AccountManage)?;
        let password = one_time_password()?;
        let hash = hash_password(password.clone(), self.demo).await?;
        let mut tx = self.store.write(self.actor(principal)).await?;
        let mut account = tx.account(id).await?.ok_or(AppError::NotFound)?;
        account.password_hash = hash;
        account.must_change_password = true;
        account.locked_until = 0;
        account.failed_count = 0;
        account.totp_confirmed = false;
        account.totp_sealed = None;
        tx.save_account(account).await?;
        tx.end_sessions(id).await?;
        tx.audit(
            "system",
            "account.password_reset",
            &format!("account/{id}"),
            "",
        )
        .await?;
        tx.commit().await?;
        Ok(OneTimePassword {
            id: id.to_owned(),
            one_time_password: password,
        })
    }

    /// Disables an account, at once, handing its place to a colleague of the
    /// same division so that no open task is left without a person.
    ///
    /// # Errors
    /// [`AppError::Invalid`] when nobody takes over.
    pub async fn disable_account(
        &self,
        principal: &Principal,
        id: &str,
        hand_over_to: Option<String>,
        reason: &str,
    ) -> Result<(), AppError> {
        permit(principal, Operation::AccountManage)?;
        if id == principal.account_id {
            return Err(AppError::invalid("reason", "不能停用自己的账号"));
        }
        if reason.trim().is_empty() {
            return Err(AppError::invalid("reason", "请写明停用原因"));
        }
        let mut tx = self.store.write(self.actor(principal)).await?;
        let mut account = tx.account(id).await?.ok_or(AppError::NotFound)?;
        if account.division.is_some() {
            let heir = match &hand_over_to {
                Some(heir) => tx.account(heir).await?,
                None => None,
            };
            let fits = heir.as_ref().is_some_and(|h| {
                h.id != account.id && !h.disabled && h.division == account.division
            });
            if !fits {
                return Err(AppError::invalid(
                    "hand_over_to",
                    "请选择同一区划的一位同事接手未办事项",
                ));
            }
        }
        account.disabled = true;
        account.disabled_reason = Some(reason.trim().to_owned());
        tx.save_account(account).await?;
        tx.end_sessions(id).await?;
        let detail = hand_over_to.map_or_else(String::new, |h| format!("handed_over_to={h}"));
        tx.audit(
            "system",
            "account.disabled",
            &format!("account/{id}"),
            &detail,
        )
        .await?;
        tx.commit().await?;
        Ok(())
    }

    /// Lets a disabled account in again.
    ///
    /// # Errors
    /// When the account is missing.
    pub async fn enable_account(&self, principal: &Principal, id: &str) -> Result<(), AppError> {
        permit(principal, Operation::AccountManage)?;
        let mut tx = self.store.write(self.actor(principal)).await?;
        let mut account = tx.account(id).await?.ok_or(AppError::NotFound)?;
        account.disabled = false;
        account.disabled_reason = None;
        tx.save_account(account).await?;
        tx.audit("system", "account.enabled", &format!("account/{id}"), "")
            .await?;
        tx.commit().await?;
        Ok(())
    }

    /// Names a deputy with dates; deadlines stay, both names show.
    ///
    /// # Errors
    /// [`AppError::Invalid`] when the dates or the person do not fit.
    pub async fn add_deputy(
        &self,
        principal: &Principal,
        id: &str,
        form: NewDeputy,
    ) -> Result<(), AppError> {
        let own = principal.account_id == id;
        if !own {
            permit(principal, Operation::AccountManage)?;
        }
        let mut tx = self.store.write(self.actor(principal)).await?;
        let account = tx.account(id).await?.ok_or(AppError::NotFound)?;
        let deputy = tx.account(&form.deputy_id).await?;
        let mut errors = Vec::new();
        if form.to < form.from || form.to < self.today() {
            errors.push(FieldError::new("to", "截止日期不能早于开始日期或今天"));
        }
        if !deputy
            .is_some_and(|d| d.id != account.id && !d.disabled && d.division == account.division)
        {
            errors.push(FieldError::new("deputy_id", "请选择同一区划的另一位同事"));
        }
        let both = [
            self.store.account_roles(id).await?,
            self.store.account_roles(&form.deputy_id).await?,
        ]
        .concat();
        if self.roles.conflict(&both).is_some() {
            errors.push(FieldError::new(
                "deputy_id",
                "系统、安全、审计三员互不兼任，也不能互相代理",
            ));
        }
        if !errors.is_empty() {
            return Err(AppError::Invalid(errors));
        }
        tx.add_deputy(DeputyRow {
            id: new_id(),
            account_id: id.to_owned(),
            deputy_id: form.deputy_id.clone(),
            from_on: form.from.to_string(),
            to_on: form.to.to_string(),
            reason: form.reason,
            recorded_at: self.clock.now_millis(),
        })
        .await?;
        tx.audit(
            "system",
            "account.deputy_named",
            &format!("account/{id}"),
            &format!("deputy={}", form.deputy_id),
        )
        .await?;
        tx.commit().await?;
        Ok(())
    }

    /// Deputies of an account.
    ///
    /// # Errors
    /// When the operation is missing.
    pub async fn deputies(
        &self,
        principal: &Principal,
        id: &str,
    ) -> Result<Vec<DeputyView>, AppError> {
        if principal.account_id != id {
            permit(principal, Operation::AccountRead)?;
        }
        let rows = self.store.deputies(id).await?;
        let names = self
            .store
            .account_names(rows.iter().map(|r| r.deputy_id.clone()))
            .await?;
        Ok(rows
            .into_iter()
            .map(|r| DeputyView {
                deputy_name: names.get(&r.deputy_id).cloned().unwrap_or_default(),
                id: r.id,
                deputy_id: r.deputy_id,
                from: r.from_on,
                to: r.to_on,
                reason: r.reason,
            })
            .collect())
    }

    /// The first administrator of an empty deployment, with a random secret
    /// shown once; there is no built-in password.
    ///
    /// # Errors
    /// [`AppError::Conflict`] when accounts exist.
    pub async fn bootstrap(&self) -> Result<Option<(String, String)>, AppError> {
        if self.store.account_count().await? > 0 {
            return Ok(None);
        }
        let password = one_time_password()?;
        let hash = hash_password(password.clone(), false).await?;
        let mut tx = self.store.write(self.system_actor()).await?;
        let row = new_account_row(
            "system.admin".into(),
            "系统管理员".into(),
            None,
            hash,
            true,
            self.clock.real_millis(),
        );
        let id = row.id.clone();
        tx.add_account(row, &["system_administrator".to_owned()])
            .await?;
        tx.audit("system", "account.bootstrap", &format!("account/{id}"), "")
            .await?;
        tx.commit().await?;
        Ok(Some(("system.admin".into(), password)))
    }
}

/// A row for a new account.
pub(crate) fn new_account_row(
    login_name: String,
    display_name: String,
    division: Option<DivisionCode>,
    password_hash: String,
    must_change_password: bool,
    now_millis: i64,
) -> AccountRow {
    AccountRow {
        id: new_id(),
        login_name,
        display_name,
        division: division.map(|d| d.to_string()),
        department: None,
        password_hash,
        password_history: "[]".into(),
        password_changed_at: now_millis,
        must_change_password,
        totp_sealed: None,
        totp_confirmed: false,
        totp_last_step: 0,
        failed_count: 0,
        locked_until: 0,
        disabled: false,
        disabled_reason: None,
        last_sign_in_at: None,
        created_at: now_millis,
        version: 1,
    }
}
