//! Accounts: signing in, who am I, and the administrators' work on accounts.

use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher as _, PasswordVerifier as _};
use argon2::{Algorithm, Argon2, Params, Version};
use domain::account::{Operation, Principal, Scope, check_password};
use domain::division::DivisionCode;
use serde::{Deserialize, Serialize};
use store::account::{AccountRow, DeputyRow, SessionRow};
use tokio::sync::{OnceCell, Semaphore};
use totp_rs::{Algorithm as TotpAlgorithm, Builder, Secret, Totp};
use utoipa::ToSchema;

use crate::error::permit;
use crate::{App, AppError, FieldError, PageView, Window, clock, new_id};

const FAILURES_BEFORE_LOCK: i32 = 5;
const LOCK_MILLIS: i64 = 15 * 60_000;
const IDLE_MILLIS: i64 = 15 * 60_000;
const ABSOLUTE_MILLIS: i64 = 12 * 3_600_000;
const PASSWORD_DAYS_MILLIS: i64 = 90 * 86_400_000;
const REMEMBERED_PASSWORDS: usize = 5;
const WEAK: [&str; 10] = [
    "password", "123456", "qwerty", "abc123", "111111", "admin123", "shouwang", "iloveyou",
    "888888", "5201314",
];

/// Hashing is slow on purpose; at most two at a time, so that a storm of
/// sign-ins cannot take the machine.
static HASHING: Semaphore = Semaphore::const_new(2);

/// What the sign-in page sends.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub struct SignIn {
    pub login_name: String,
    pub password: String,
    pub totp_code: Option<String>,
}

/// The signed-in account and what it may do.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Me {
    pub account: MyAccount,
    pub roles: Vec<RoleName>,
    /// `village` … `province`, or `platform` for administrators.
    pub level: String,
    pub division: Option<DivisionName>,
    #[schema(value_type = Vec<String>)]
    pub operations: Vec<Operation>,
    pub today: jiff::civil::Date,
    pub demo: bool,
    pub policy: Option<PolicyName>,
    pub masked: bool,
}

/// The account itself.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct MyAccount {
    pub id: String,
    pub login_name: String,
    pub display_name: String,
    pub must_change_password: bool,
    pub totp_enabled: bool,
    /// Whether one of its roles makes a second factor compulsory.
    pub totp_required: bool,
    pub deputy_of: Option<String>,
}

/// Code and label of a role.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct RoleName {
    pub code: String,
    pub label: String,
}

/// Code, name and path of a division.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct DivisionName {
    pub code: String,
    pub name: String,
    pub path: String,
}

/// Id and title of a pack.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct PolicyName {
    pub id: String,
    pub title: String,
}

/// An account in the administrators' list.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct AccountView {
    pub id: String,
    pub login_name: String,
    pub display_name: String,
    pub disabled: bool,
    pub roles: Vec<RoleName>,
    pub division: Option<DivisionName>,
    pub last_sign_in_at: Option<String>,
    pub totp_enabled: bool,
}

/// A new account.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub struct NewAccount {
    pub login_name: String,
    pub display_name: String,
    pub role: String,
    #[schema(value_type = Option<String>)]
    pub division: Option<DivisionCode>,
}

/// The secret shown once.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct OneTimePassword {
    pub id: String,
    pub one_time_password: String,
}

/// A deputy for a period.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub struct NewDeputy {
    pub deputy_id: String,
    pub from: jiff::civil::Date,
    pub to: jiff::civil::Date,
    pub reason: String,
}

/// A deputy as listed.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct DeputyView {
    pub id: String,
    pub deputy_id: String,
    pub deputy_name: String,
    pub from: String,
    pub to: String,
    pub reason: String,
}

fn hasher(demo: bool) -> Argon2<'static> {
    // OWASP's second recommended setting; invented demo accounts are made by
    // the hundred and get a light one.
    let params = if demo {
        Params::new(256, 1, 1, None)
    } else {
        Params::new(19 * 1024, 2, 1, None)
    };
    Argon2::new(
        Algorithm::Argon2id,
        Version::V0x13,
        params.unwrap_or_default(),
    )
}

/// Hashes a password with a fresh salt.
///
/// # Errors
/// When the hasher fails.
pub async fn hash_password(password: String, demo: bool) -> Result<String, AppError> {
    let _permit = HASHING
        .acquire()
        .await
        .map_err(|e| AppError::Internal(e.to_string()))?;
    tokio::task::spawn_blocking(move || {
        hasher(demo)
            .hash_password(password.as_bytes())
            .map(|h| h.to_string())
            .map_err(|e| AppError::Internal(e.to_string()))
    })
    .await
    .map_err(|e| AppError::Internal(e.to_string()))?
}

/// The hash an unknown account is compared with, made once a process.
async fn nobodys_hash(demo: bool) -> Result<String, AppError> {
    static LIGHT: OnceCell<String> = OnceCell::const_new();
    static FULL: OnceCell<String> = OnceCell::const_new();
    let cell = if demo { &LIGHT } else { &FULL };
    Ok(cell
        .get_or_try_init(|| hash_password("no such account".into(), demo))
        .await?
        .clone())
}

async fn verify_password(password: String, hash: String) -> Result<bool, AppError> {
    let _permit = HASHING
        .acquire()
        .await
        .map_err(|e| AppError::Internal(e.to_string()))?;
    tokio::task::spawn_blocking(move || {
        PasswordHash::new(&hash).is_ok_and(|parsed| {
            Argon2::default()
                .verify_password(password.as_bytes(), &parsed)
                .is_ok()
        })
    })
    .await
    .map_err(|e| AppError::Internal(e.to_string()))
}

fn totp_of(secret: Vec<u8>, account: &str) -> Result<Totp, AppError> {
    Builder::new()
        .with_algorithm(TotpAlgorithm::SHA1)
        .with_digits(6)
        .with_skew(1)
        .with_step_duration(30)
        .with_secret(Secret::new(secret.into_boxed_slice()))
        .with_account_name(account)
        .with_issuer(Some("Shouwang"))
        .build()
        .map_err(|e| AppError::Internal(e.to_string()))
}

impl App {
    /// Signs in; returns the session token. Unknown account, wrong password
    /// and locked account answer alike and take the same time: a lock that told
    /// a right password from a wrong one would invite guessing through it.
    ///
    /// # Errors
    /// [`AppError::SignIn`] with `sign_in_failed` or `totp_required`.
    pub async fn sign_in(&self, form: SignIn) -> Result<String, AppError> {
        let now = self.clock.real_millis();
        // The audit names the account that signs in, or whose name was tried.
        let mut actor = self.system_actor();
        let known = match self.store.account_id_of(form.login_name.trim()).await? {
            Some(id) => self.store.account(&id).await?,
            None => None,
        };
        // Hashed before the transaction: nobody waits for a writer that hashes.
        // A hash nobody has makes an unknown account take as long.
        let hash = match &known {
            Some(account) => account.password_hash.clone(),
            None => nobodys_hash(self.demo).await?,
        };
        let right = verify_password(form.password, hash.clone()).await?;
        let Some(known) = known else {
            return Err(AppError::SignIn("sign_in_failed"));
        };
        actor.account_id.clone_from(&known.id);
        let mut tx = self.store.write(actor).await?;
        let mut account = tx
            .account(&known.id)
            .await?
            .ok_or(AppError::SignIn("sign_in_failed"))?;
        let right = right && account.password_hash == hash;
        if account.locked_until > now {
            return Err(AppError::SignIn("sign_in_failed"));
        }
        let subject = format!("account/{}", account.id);
        if !right || account.disabled {
            account.failed_count += 1;
            if account.failed_count >= FAILURES_BEFORE_LOCK {
                account.failed_count = 0;
                account.locked_until = now + LOCK_MILLIS;
            }
            tx.save_account(account).await?;
            tx.audit("system", "session.refused", &subject, "").await?;
            tx.commit().await?;
            return Err(AppError::SignIn("sign_in_failed"));
        }
        if account.totp_confirmed {
            let step = match (&account.totp_sealed, &form.totp_code) {
                (_, None) => return Err(AppError::SignIn("totp_required")),
                (Some(sealed), Some(code)) => {
                    let secret = self.store.open_secret(&account.id, sealed)?;
                    totp_of(secret, &account.login_name)?
                        .check(code.trim(), u64::try_from(now / 1000).unwrap_or(0))
                        .and_then(|s| i64::try_from(s).ok())
                }
                (None, Some(_)) => None,
            };
            // A code counts once.
            match step.filter(|s| *s > account.totp_last_step) {
                Some(step) => account.totp_last_step = step,
                None => {
                    account.failed_count += 1;
                    if account.failed_count >= FAILURES_BEFORE_LOCK {
                        account.failed_count = 0;
                        account.locked_until = now + LOCK_MILLIS;
                    }
                    tx.save_account(account).await?;
                    tx.audit("system", "session.refused", &subject, "totp")
                        .await?;
                    tx.commit().await?;
                    return Err(AppError::SignIn("sign_in_failed"));
                }
            }
        }
        account.failed_count = 0;
        account.locked_until = 0;
        account.last_sign_in_at = Some(now);
        if now - account.password_changed_at > PASSWORD_DAYS_MILLIS {
            account.must_change_password = true;
        }
        let token = store::crypto::random_hex::<32>()?;
        let account_id = account.id.clone();
        tx.save_account(account).await?;
        tx.start_session(SessionRow {
            token_digest: store::crypto::digest(token.as_bytes()),
            account_id,
            created_at: now,
            last_seen_at: now,
        })
        .await?;
        tx.audit("system", "session.started", &subject, "").await?;
        tx.commit().await?;
        Ok(token)
    }

    /// The person behind a session token; a change of role, scope or a
    /// disabling takes effect with the next request.
    ///
    /// # Errors
    /// [`AppError::NotSignedIn`] when there is none, it is idle for 15 minutes
    /// or older than 12 hours.
    pub async fn principal(&self, token: &str) -> Result<Principal, AppError> {
        let now = self.clock.real_millis();
        let digest = store::crypto::digest(token.as_bytes());
        let session = self
            .store
            .session(&digest)
            .await?
            .ok_or(AppError::NotSignedIn)?;
        if now - session.last_seen_at > IDLE_MILLIS || now - session.created_at > ABSOLUTE_MILLIS {
            return Err(AppError::NotSignedIn);
        }
        let account = self
            .store
            .account(&session.account_id)
            .await?
            .ok_or(AppError::NotSignedIn)?;
        if account.disabled {
            return Err(AppError::NotSignedIn);
        }
        if now - session.last_seen_at > 60_000 {
            let mut tx = self.store.write(self.system_actor()).await?;
            tx.touch_session(&digest, now).await?;
            tx.commit().await?;
        }
        self.principal_of(&account).await
    }

    async fn principal_of(&self, account: &AccountRow) -> Result<Principal, AppError> {
        let mut principal = self.own_principal(account).await?;
        let needs_totp = !self.demo
            && !account.totp_confirmed
            && principal
                .roles
                .iter()
                .filter_map(|r| self.roles.get(r))
                .any(|r| r.totp_required);
        if account.must_change_password || needs_totp {
            // Until then the account can do nothing but put that right.
            principal.operations.clear();
            return Ok(principal);
        }
        for standing in self
            .store
            .standing_in_for(&account.id, self.today())
            .await?
        {
            let Some(other) = self.store.account(&standing.account_id).await? else {
                continue;
            };
            let other = self.own_principal(&other).await?;
            // Named before a role changed: the exclusion holds all the same.
            if self
                .roles
                .conflict(&[&principal.roles[..], &other.roles[..]].concat())
                .is_some()
            {
                continue;
            }
            // A deputy acts at the level and over the area of the one stood in
            // for, which must lie in the deputy's own line.
            if other.level == principal.level && other.division == principal.division {
                let more = other
                    .operations
                    .difference(&principal.operations)
                    .next()
                    .is_some();
                principal.operations.extend(other.operations);
                if more {
                    principal.deputy_of = Some(other.display_name);
                }
            }
        }
        Ok(principal)
    }

    async fn own_principal(&self, account: &AccountRow) -> Result<Principal, AppError> {
        let roles = self.store.account_roles(&account.id).await?;
        let known: Vec<_> = roles.iter().filter_map(|r| self.roles.get(r)).collect();
        let division: Option<DivisionCode> =
            account.division.as_deref().and_then(|d| d.parse().ok());
        let level = known.iter().find_map(|r| r.level);
        Ok(Principal {
            account_id: account.id.clone(),
            display_name: account.display_name.clone(),
            level,
            division,
            scope: match (level, division) {
                (Some(_), Some(division)) => Scope::subtree(division),
                _ => Scope::NOBODY,
            },
            masked: known.iter().any(|r| r.masked),
            operations: known
                .iter()
                .flat_map(|r| r.operations.iter().copied())
                .collect(),
            roles,
            deputy_of: None,
        })
    }

    /// Who is signed in, for the console.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn me(&self, principal: &Principal) -> Result<Me, AppError> {
        let account = self
            .store
            .account(&principal.account_id)
            .await?
            .ok_or(AppError::NotSignedIn)?;
        let policy = match principal.division {
            Some(division) => self
                .pack_in_force(division, self.today())
                .await
                .ok()
                .map(|p| PolicyName {
                    id: p.id().to_owned(),
                    title: p.values.title.clone(),
                }),
            None => None,
        };
        Ok(Me {
            account: MyAccount {
                id: account.id.clone(),
                login_name: account.login_name,
                display_name: account.display_name,
                must_change_password: account.must_change_password,
                totp_enabled: account.totp_confirmed,
                totp_required: !self.demo
                    && principal
                        .roles
                        .iter()
                        .filter_map(|r| self.roles.get(r))
                        .any(|r| r.totp_required),
                deputy_of: principal.deputy_of.clone(),
            },
            roles: self.role_names(&principal.roles),
            level: principal
                .level
                .map_or_else(|| "platform".into(), |l| l.as_str().to_owned()),
            division: self.division_name(principal.division).await?,
            operations: principal.operations.iter().copied().collect(),
            today: self.today(),
            demo: self.demo,
            policy,
            masked: principal.masked,
        })
    }

    fn role_names(&self, codes: &[String]) -> Vec<RoleName> {
        codes
            .iter()
            .map(|c| RoleName {
                code: c.clone(),
                label: self
                    .roles
                    .get(c)
                    .map_or_else(|| c.clone(), |r| r.label.clone()),
            })
            .collect()
    }

    async fn division_name(
        &self,
        division: Option<DivisionCode>,
    ) -> Result<Option<DivisionName>, AppError> {
        let Some(code) = division else {
            return Ok(None);
        };
        let path = self.store.division_path(code).await?;
        Ok(Some(DivisionName {
            code: code.to_string(),
            name: path.last().map_or_else(
                || code.to_string(),
                |d| domain::division::short_name(&d.name),
            ),
            path: path
                .iter()
                .map(|d| domain::division::short_name(&d.name))
                .collect::<Vec<_>>()
                .join("/"),
        }))
    }

    /// Ends the session of a token.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn sign_out(&self, principal: &Principal) -> Result<(), AppError> {
        let mut tx = self.store.write(self.actor(principal)).await?;
        tx.end_sessions(&principal.account_id).await?;
        tx.audit(
            "system",
            "session.ended",
            &format!("account/{}", principal.account_id),
            "",
        )
        .await?;
        tx.commit().await?;
        Ok(())
    }

    /// Changes the own password; every session ends except by signing in anew.
    ///
    /// # Errors
    /// [`AppError::Invalid`] naming the rules not met.
    pub async fn change_password(
        &self,
        principal: &Principal,
        current: String,
        new: String,
    ) -> Result<(), AppError> {
        let account = self
            .store
            .account(&principal.account_id)
            .await?
            .ok_or(AppError::NotSignedIn)?;
        if !verify_password(current, account.password_hash.clone()).await? {
            return Err(AppError::invalid("current", "原密码不对"));
        }
        let mut errors: Vec<FieldError> = check_password(&new, &account.login_name, &WEAK)
            .err()
            .unwrap_or_default()
            .into_iter()
            .map(|m| FieldError::new("new", m))
            .collect();
        let mut history: Vec<String> =
            serde_json::from_str(&account.password_history).unwrap_or_default();
        for old in history.iter().chain([&account.password_hash]) {
            if verify_password(new.clone(), old.clone()).await? {
                errors.push(FieldError::new("new", "不能使用最近 5 次用过的密码"));
                break;
            }
        }
        if !errors.is_empty() {
            return Err(AppError::Invalid(errors));
        }
        let hash = hash_password(new, self.demo).await?;
        let mut tx = self.store.write(self.actor(principal)).await?;
        let mut account = tx
            .account(&principal.account_id)
            .await?
            .ok_or(AppError::NotSignedIn)?;
        history.push(std::mem::replace(&mut account.password_hash, hash));
        let keep = history.len().saturating_sub(REMEMBERED_PASSWORDS - 1);
        account.password_history = serde_json::to_string(&history[keep..]).unwrap_or_default();
        account.password_changed_at = self.clock.real_millis();
        account.must_change_password = false;
        tx.save_account(account).await?;
        tx.audit(
            "system",
            "account.password_changed",
            &format!("account/{}", principal.account_id),
            "",
        )
        .await?;
        tx.commit().await?;
        Ok(())
    }

    /// Starts enrolling a second factor: secret (base32) and otpauth address.
    ///
    /// # Errors
    /// [`AppError::Conflict`] when one is confirmed already.
    pub async fn start_totp(&self, principal: &Principal) -> Result<(String, String), AppError> {
        let bytes: Vec<u8> = store::crypto::random_hex::<10>()?.into_bytes();
        let mut tx = self.store.write(self.actor(principal)).await?;
        let mut account = tx
            .account(&principal.account_id)
            .await?
            .ok_or(AppError::NotSignedIn)?;
        // Enrolling again would switch the second factor off until confirmed.
        if account.totp_confirmed {
            return Err(AppError::Conflict(
                "已经绑定动态码；要更换手机请联系系统管理员重置账号。".into(),
            ));
        }
        let totp = totp_of(bytes.clone(), &account.login_name)?;
        account.totp_sealed = Some(tx.seal_secret(&account.id, &bytes)?);
        account.totp_confirmed = false;
        tx.save_account(account).await?;
        tx.audit(
            "system",
            "account.totp_started",
            &format!("account/{}", principal.account_id),
            "",
        )
        .await?;
        tx.commit().await?;
        let uri = totp
            .to_url()
            .map_err(|e| AppError::Internal(e.to_string()))?;
        Ok((totp.secret().to_base32(), uri))
    }

    /// Confirms the second factor with a first code.
    ///
    /// # Errors
    /// [`AppError::Invalid`] when the code is wrong.
    pub async fn confirm_totp(&self, principal: &Principal, code: &str) -> Result<(), AppError> {
        let mut tx = self.store.write(self.actor(principal)).await?;
        let mut account = tx
            .account(&principal.account_id)
            .await?
            .ok_or(AppError::NotSignedIn)?;
        let sealed = account
            .totp_sealed
            .clone()
            .ok_or_else(|| AppError::invalid("code", "请先获取密钥"))?;
        let secret = self.store.open_secret(&account.id, &sealed)?;
        let now = u64::try_from(self.clock.real_millis() / 1000).unwrap_or(0);
        let step = totp_of(secret, &account.login_name)?
            .check(code.trim(), now)
            .ok_or_else(|| AppError::invalid("code", "动态码不对，请看手机上最新的 6 位数字"))?;
        account.totp_last_step = i64::try_from(step).unwrap_or(0);
        account.totp_confirmed = true;
        tx.save_account(account).await?;
        tx.audit(
            "system",
            "account.totp_confirmed",
            &format!("account/{}", principal.account_id),
            "",
        )
        .await?;
        tx.commit().await?;
        Ok(())
    }

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

/// A secret that meets the password rules and is easy to read aloud.
fn one_time_password() -> Result<String, AppError> {
    let hex = store::crypto::random_hex::<8>()?;
    Ok(format!("Sw-{}-{}", &hex[..8], &hex[8..]))
}
