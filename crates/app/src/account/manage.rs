//! The administrators' work: accounts, one-time passwords, hand-over.

use domain::account::{Operation, Principal, Scope};
use domain::division::DivisionCode;
use domain::typed_text::is_blank;
use store::account::AccountRow;
use store::role_request::{REQUESTED, RoleRequestRow};

use super::secret::{hash_password, one_time_password};
use super::{AccountView, NewAccount, OneTimePassword};
use crate::error::{permit, unreadable};
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
        let page = self.store.accounts(scope.as_ref(), &window).await?;
        let requests = self
            .store
            .latest_role_requests(page.items.iter().map(|a| a.id.clone()))
            .await?;
        let mut items = Vec::new();
        for account in page.items {
            let roles = self.store.account_roles(&account.id).await?;
            let division = account.division.as_deref().and_then(|d| d.parse().ok());
            items.push(AccountView {
                division: self.division_name(division).await?,
                roles: self.role_names(&roles),
                latest_request: requests
                    .get(&account.id)
                    .filter(|_| principal.may(Operation::AccountRead))
                    .map(|r| self.role_request_state(r)),
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

    /// Opens an account and asks for its post; it has none until the security
    /// administrator grants it. The one-time password is shown once and must
    /// be changed at first sign-in.
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
        errors.extend(unreadable(&[
            ("display_name", &form.display_name, "请填写姓名"),
            ("reason", &form.reason, "请写明申请岗位的理由"),
        ]));
        errors.extend(self.post_errors(&form.role, form.division).await?);
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
        let (id, division) = (row.id.clone(), row.division.clone());
        tx.add_account(row, &[]).await?;
        tx.audit("system", "account.created", &format!("account/{id}"), "")
            .await?;
        let request = RoleRequestRow {
            id: new_id(),
            account_id: id.clone(),
            role: form.role,
            division,
            hand_over_to: None,
            reason: form.reason.trim().to_owned(),
            status: REQUESTED.into(),
            requested_by: principal.account_id.clone(),
            requested_at: self.clock.now_millis(),
            decided_by: None,
            decided_at: None,
            decision_reason: None,
        };
        self.file_request(&mut tx, request).await?;
        tx.commit().await?;
        Ok(OneTimePassword {
            id,
            one_time_password: password,
        })
    }

    /// Sets a new one-time password, ends the account's sessions and lets it
    /// enrol a second factor anew (a lost phone). Where the role makes a second
    /// factor compulsory, whoever resets could now act as that person: the
    /// post is asked for again and rests until the security administrator has
    /// granted it. So does what the account was granted as a deputy.
    ///
    /// # Errors
    /// When the account is missing, or is the last administrator of a kind.
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
        reset(&mut account, hash);
        let division = account.division.clone();
        tx.save_account(account).await?;
        tx.end_sessions(id).await?;
        tx.audit(
            "system",
            "account.password_reset",
            &format!("account/{id}"),
            "",
        )
        .await?;
        let present = tx.roles_of(id).await?;
        let strong = |code: &String| self.roles.get(code).is_some_and(|r| r.totp_required);
        if let Some(role) = present.iter().find(|r| strong(r)) {
            self.stays_administered(&tx, id, &present).await?;
            tx.set_roles(id, &[]).await?;
            let request = RoleRequestRow {
                id: new_id(),
                account_id: id.to_owned(),
                role: role.clone(),
                division,
                hand_over_to: None,
                reason: "重置密码和动态口令后恢复岗位".into(),
                status: REQUESTED.into(),
                requested_by: principal.account_id.clone(),
                requested_at: self.clock.now_millis(),
                decided_by: None,
                decided_at: None,
                decision_reason: None,
            };
            self.file_request(&mut tx, request).await?;
        }
        self.rest_deputies(&mut tx, principal, id).await?;
        tx.commit().await?;
        Ok(OneTimePassword {
            id: id.to_owned(),
            one_time_password: password,
        })
    }

    /// A one-time password for an administrator of the platform, from the
    /// command line of the server: when the last of a kind forgot the own one
    /// nobody could grant a post anew. The post stays.
    ///
    /// # Errors
    /// [`AppError::NotFound`] unless the account is an administrator's.
    pub async fn reset_administrator(&self, login_name: &str) -> Result<String, AppError> {
        let password = one_time_password()?;
        let hash = hash_password(password.clone(), self.demo).await?;
        let mut tx = self.store.write(self.system_actor()).await?;
        let mut account = tx
            .account_by_login(login_name)
            .await?
            .ok_or(AppError::NotFound)?;
        let platform = |code: &String| self.roles.get(code).is_some_and(|r| r.level.is_none());
        if !tx.roles_of(&account.id).await?.iter().any(platform) {
            return Err(AppError::NotFound);
        }
        let id = account.id.clone();
        reset(&mut account, hash);
        tx.save_account(account).await?;
        tx.end_sessions(&id).await?;
        let subject = format!("account/{id}");
        tx.audit("system", "account.password_reset", &subject, "command_line")
            .await?;
        tx.commit().await?;
        Ok(password)
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
        if is_blank(reason) {
            return Err(AppError::invalid("reason", "请写明停用原因"));
        }
        let mut tx = self.store.write(self.actor(principal)).await?;
        let mut account = tx.account(id).await?.ok_or(AppError::NotFound)?;
        let present = tx.roles_of(id).await?;
        self.heir(&tx, &account, &present, hand_over_to.as_deref())
            .await?
            .map_err(|e| AppError::Invalid(vec![e]))?;
        self.stays_administered(&tx, id, &present).await?;
        if let Some(heir) = &hand_over_to {
            tx.hand_over_grids(id, heir).await?;
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

    /// The first system and the first security administrator of an empty
    /// deployment, each with a random secret shown once: one alone could give
    /// nobody a post. There is no built-in password. Empty when accounts
    /// exist.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn bootstrap(&self) -> Result<Vec<FirstAccount>, AppError> {
        let mut made = Vec::new();
        if self.store.account_count().await? > 0 {
            return Ok(made);
        }
        let mut tx = self.store.write(self.system_actor()).await?;
        for (login_name, role) in [
            ("system.admin", "system_administrator"),
            ("security.admin", "security_administrator"),
        ] {
            let label = self.role_names(&[role.to_owned()]).remove(0).label;
            let one_time_password = one_time_password()?;
            let row = new_account_row(
                login_name.into(),
                label.clone(),
                None,
                hash_password(one_time_password.clone(), false).await?,
                true,
                self.clock.real_millis(),
            );
            let subject = format!("account/{}", row.id);
            tx.add_account(row, &[role.to_owned()]).await?;
            tx.audit(
                "system",
                "account.bootstrap",
                &subject,
                &format!("role={role}"),
            )
            .await?;
            made.push(FirstAccount {
                label,
                login_name,
                one_time_password,
            });
        }
        tx.commit().await?;
        Ok(made)
    }
}

/// Back to the first day: a password to change, no second factor, no lock.
fn reset(account: &mut AccountRow, hash: String) {
    account.password_hash = hash;
    account.must_change_password = true;
    account.locked_until = 0;
    account.failed_count = 0;
    account.totp_confirmed = false;
    account.totp_sealed = None;
}

/// An account of the first start.
#[derive(Debug)]
pub struct FirstAccount {
    pub label: String,
    pub login_name: &'static str,
    pub one_time_password: String,
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
