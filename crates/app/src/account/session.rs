//! Signing in and out, who is signed in, the own password and second factor.

use std::net::IpAddr;

use domain::account::{Principal, Scope, check_password};
use domain::division::DivisionCode;
use store::account::{AccountRow, SessionRow};

use super::secret::{WEAK, hash_password, nobodys_hash, qr_svg, totp_of, verify_password};
use super::{DivisionName, Me, MyAccount, PolicyName, RoleName, SignIn, TotpSecret};
use crate::{App, AppError, FieldError};

const FAILURES_BEFORE_LOCK: i32 = 5;
const LOCK_MILLIS: i64 = 15 * 60_000;
const IDLE_MILLIS: i64 = 15 * 60_000;
const ABSOLUTE_MILLIS: i64 = 12 * 3_600_000;
const PASSWORD_DAYS_MILLIS: i64 = 90 * 86_400_000;
const REMEMBERED_PASSWORDS: usize = 5;

impl App {
    /// Signs in; returns the session token. An address with too many failures
    /// waits before its next attempt, whoever it names.
    ///
    /// # Errors
    /// [`AppError::SignIn`] with `sign_in_failed` or `totp_required`;
    /// [`AppError::TooManyTries`] with the wait.
    pub async fn sign_in(&self, form: SignIn, address: Option<IpAddr>) -> Result<String, AppError> {
        let now = self.clock.real_millis();
        let attempt = match address {
            Some(address) => Some(self.back_off.attempt(address, now).map_err(|wait| {
                let seconds = u64::try_from(wait).unwrap_or(0).div_ceil(1_000);
                AppError::TooManyTries { seconds }
            })?),
            None => None,
        };
        let result = self.check_sign_in(form).await;
        if let (Some(attempt), Err(AppError::SignIn("sign_in_failed"))) = (attempt, &result) {
            attempt.failed(now);
        }
        result
    }

    /// Unknown account, wrong password and locked account answer alike and take
    /// the same time: a lock that told a right password from a wrong one would
    /// invite guessing through it.
    async fn check_sign_in(&self, form: SignIn) -> Result<String, AppError> {
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

    /// The person of a sign-in name, for the command line: acts on people run
    /// as a named account there too, and are audited under it.
    ///
    /// # Errors
    /// [`AppError::NotFound`] when there is no such account or it is disabled.
    pub async fn principal_of_login(&self, login_name: &str) -> Result<Principal, AppError> {
        let id = self
            .store
            .account_id_of(login_name)
            .await?
            .ok_or(AppError::NotFound)?;
        let account = self.store.account(&id).await?.filter(|a| !a.disabled);
        self.principal_of(&account.ok_or(AppError::NotFound)?).await
    }

    async fn principal_of(&self, account: &AccountRow) -> Result<Principal, AppError> {
        let mut principal = self.own_principal(account).await?;
        let needs_totp = !self.factor_suffices(account, &principal.roles);
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
            let Some(lender) = self.store.account(&standing.account_id).await? else {
                continue;
            };
            let other = self.own_principal(&lender).await?;
            // Granted before something changed: a post that was left, moved or
            // withdrawn lends nothing, an administrator and a masked view are
            // never mixed with another, and the second factor is asked here too.
            if lender.disabled
                || standing.post.as_deref() != Some(&other.roles.join("+"))
                || !self.roles.may_deputise(&principal.roles)
                || !self.roles.may_deputise(&other.roles)
                || !self.factor_suffices(account, &other.roles)
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

    pub(crate) fn role_names(&self, codes: &[String]) -> Vec<RoleName> {
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

    pub(crate) async fn division_name(
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

    /// Starts enrolling a second factor: the secret, and a picture of it that a
    /// phone reads.
    ///
    /// # Errors
    /// [`AppError::Conflict`] when one is confirmed already.
    pub async fn start_totp(&self, principal: &Principal) -> Result<TotpSecret, AppError> {
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
        let otpauth_uri = totp
            .to_url()
            .map_err(|e| AppError::Internal(e.to_string()))?;
        Ok(TotpSecret {
            secret_base32: totp.secret().to_base32(),
            qr_svg: qr_svg(&otpauth_uri)?,
            otpauth_uri,
        })
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
}
