//! Three administrators, three hands (三员分立): the system administrator
//! asks for a post, the security administrator grants or refuses, the audit
//! chain keeps both. A post is a role in a division; until it is granted the
//! account keeps the one it had, or none.

use domain::account::{Operation, Principal};
use domain::division::DivisionCode;
use domain::typed_text::is_blank;
use serde::{Deserialize, Serialize};
use store::WriteTx;
use store::account::AccountRow;
use store::role_request::{REQUESTED, RoleRequestRow};
use utoipa::ToSchema;

use super::{DivisionName, RoleName};
use crate::error::permit;
use crate::{App, AppError, FieldError, PageView, Window, clock, new_id};

/// What the system administrator asks for.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub struct NewRoleRequest {
    pub role: String,
    #[schema(value_type = Option<String>)]
    pub division: Option<DivisionCode>,
    /// Who takes over the open work of the present post; needed when the
    /// account has one in a division.
    pub hand_over_to: Option<String>,
    pub reason: String,
}

/// What the security administrator says.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub struct RoleDecision {
    pub grant: bool,
    /// Needed for a refusal.
    #[serde(default)]
    pub reason: String,
}

/// A request for a post.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct RoleRequestView {
    pub id: String,
    pub account_id: String,
    pub login_name: String,
    pub display_name: String,
    /// The post asked for.
    pub role: RoleName,
    pub division: Option<DivisionName>,
    /// The roles the account has today.
    pub present_roles: Vec<RoleName>,
    pub hand_over_to_name: Option<String>,
    pub reason: String,
    /// `requested`, `granted`, `refused`.
    pub status: String,
    pub requested_by_name: String,
    pub requested_at: String,
    pub decided_by_name: Option<String>,
    pub decided_at: Option<String>,
    pub decision_reason: Option<String>,
}

/// The state of a request in the list of accounts.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct RoleRequestState {
    pub role: RoleName,
    /// `requested`, `granted`, `refused`.
    pub status: String,
    pub decision_reason: Option<String>,
}

impl App {
    /// Requests for posts: who asks and who decides both read them.
    ///
    /// # Errors
    /// When the operation is missing or the database refuses.
    pub async fn role_requests(
        &self,
        principal: &Principal,
        status: Option<&str>,
        window: Window,
    ) -> Result<PageView<RoleRequestView>, AppError> {
        permit(principal, Operation::AccountRead)?;
        let page = self.store.role_requests(status, &window).await?;
        let mut items = Vec::new();
        for row in page.items {
            items.push(self.role_request_view(row).await?);
        }
        Ok(PageView {
            items,
            next_cursor: page.next_cursor,
            total: page.total,
        })
    }

    pub(super) async fn role_request_view(
        &self,
        row: RoleRequestRow,
    ) -> Result<RoleRequestView, AppError> {
        let names = self
            .store
            .account_names(
                [&row.requested_by]
                    .into_iter()
                    .chain(&row.decided_by)
                    .chain(&row.hand_over_to)
                    .cloned(),
            )
            .await?;
        let name = |id: &String| names.get(id).cloned().unwrap_or_else(|| "系统".into());
        let account = self.store.account(&row.account_id).await?;
        let present = self.store.account_roles(&row.account_id).await?;
        Ok(RoleRequestView {
            role: self.role_name(&row.role),
            division: self
                .division_name(row.division.as_deref().and_then(|d| d.parse().ok()))
                .await?,
            present_roles: self.role_names(&present),
            hand_over_to_name: row.hand_over_to.as_ref().map(name),
            requested_by_name: name(&row.requested_by),
            decided_by_name: row.decided_by.as_ref().map(name),
            requested_at: clock::instant_text(row.requested_at),
            decided_at: row.decided_at.map(clock::instant_text),
            login_name: account
                .as_ref()
                .map_or_else(String::new, |a| a.login_name.clone()),
            display_name: account.map_or_else(String::new, |a| a.display_name),
            id: row.id,
            account_id: row.account_id,
            reason: row.reason,
            status: row.status,
            decision_reason: row.decision_reason,
        })
    }

    pub(super) fn role_request_state(&self, row: &RoleRequestRow) -> RoleRequestState {
        RoleRequestState {
            role: self.role_name(&row.role),
            status: row.status.clone(),
            decision_reason: row.decision_reason.clone(),
        }
    }

    /// What is wrong with a role in a division, by field.
    pub(super) async fn post_errors(
        &self,
        role: &str,
        division: Option<DivisionCode>,
    ) -> Result<Vec<FieldError>, AppError> {
        let Some(role) = self.roles.get(role) else {
            return Ok(vec![FieldError::new("role", "请选择角色")]);
        };
        let error = match (role.level, division) {
            (Some(level), Some(division)) if division.level() != level => {
                format!("{}应选{}级区划", role.label, level.label())
            }
            (Some(_), None) => "请选择所在区划".into(),
            (None, Some(_)) => format!("{}属于平台，不选区划", role.label),
            (Some(_), Some(division)) if self.store.division(division).await?.is_none() => {
                "没有这个区划".into()
            }
            _ => return Ok(Vec::new()),
        };
        Ok(vec![FieldError::new("division", error)])
    }

    /// Asks for a post for an account: a first one, another one (the person is
    /// moved), or the same again after it was withdrawn. Nothing changes until
    /// it is granted.
    ///
    /// # Errors
    /// [`AppError::Invalid`] for a role that does not fit the division or open
    /// work nobody takes over; [`AppError::Conflict`] when a request is open.
    pub async fn request_role(
        &self,
        principal: &Principal,
        account_id: &str,
        form: NewRoleRequest,
    ) -> Result<RoleRequestView, AppError> {
        permit(principal, Operation::AccountManage)?;
        let mut errors = self.post_errors(&form.role, form.division).await?;
        if is_blank(&form.reason) {
            errors.push(FieldError::new("reason", "请写明申请理由"));
        }
        let mut tx = self.store.write(self.actor(principal)).await?;
        let account = tx.account(account_id).await?.ok_or(AppError::NotFound)?;
        let present = tx.roles_of(account_id).await?;
        let division = form.division.map(|d| d.to_string());
        if present == [form.role.clone()] && account.division == division {
            errors.push(FieldError::new("role", "这个账户现在就是这个岗位"));
        }
        let heir = self
            .heir(&tx, &account, &present, form.hand_over_to.as_deref())
            .await?;
        errors.extend(heir.err());
        if !errors.is_empty() {
            return Err(AppError::Invalid(errors));
        }
        let row = RoleRequestRow {
            id: new_id(),
            account_id: account.id,
            role: form.role,
            division,
            hand_over_to: form.hand_over_to,
            reason: form.reason.trim().to_owned(),
            status: REQUESTED.into(),
            requested_by: principal.account_id.clone(),
            requested_at: self.clock.now_millis(),
            decided_by: None,
            decided_at: None,
            decision_reason: None,
        };
        self.file_request(&mut tx, row.clone()).await?;
        tx.commit().await?;
        self.role_request_view(row).await
    }

    /// Adds a request and its audit record.
    pub(super) async fn file_request(
        &self,
        tx: &mut WriteTx,
        row: RoleRequestRow,
    ) -> Result<(), AppError> {
        let detail = match &row.division {
            Some(division) => format!("role={} jurisdiction={division}", row.role),
            None => format!("role={}", row.role),
        };
        let subject = format!("account/{}", row.account_id);
        tx.add_role_request(row).await?;
        Ok(tx
            .audit("system", "role.requested", &subject, &detail)
            .await?)
    }

    /// Checks who takes over from `account`: somebody in use in the same
    /// division, with a role. An account without a post has nothing to hand
    /// over.
    pub(super) async fn heir(
        &self,
        tx: &WriteTx,
        account: &AccountRow,
        present: &[String],
        heir: Option<&str>,
    ) -> Result<Result<(), FieldError>, AppError> {
        if account.division.is_none() || present.is_empty() {
            return Ok(Ok(()));
        }
        let fits = match heir {
            Some(id) => {
                let other = tx.account(id).await?;
                other.is_some_and(|h| {
                    h.id != account.id && !h.disabled && h.division == account.division
                }) && !tx.roles_of(id).await?.is_empty()
            }
            None => false,
        };
        Ok(if fits {
            Ok(())
        } else {
            Err(FieldError::new(
                "hand_over_to",
                "请选择同一区划的一位在岗同事接手未办事项。这里没有别的在岗同事的：请安全管理员先收回这个岗位（账户管理里的“收回岗位”），再停用或调动；只是暂时离岗的，请指定代办人",
            ))
        })
    }

    /// Grants or refuses a request. Granted, the account has this post and no
    /// other: its sessions end, its grids go to the successor.
    ///
    /// # Errors
    /// [`AppError::Invalid`] for a refusal without reason, an own request or
    /// one that no longer fits; [`AppError::Conflict`] when it is decided.
    pub async fn decide_role(
        &self,
        principal: &Principal,
        id: &str,
        form: RoleDecision,
    ) -> Result<RoleRequestView, AppError> {
        permit(principal, Operation::RoleGrant)?;
        let reason = form.reason.trim();
        if !form.grant && is_blank(reason) {
            return Err(AppError::invalid("reason", "不批准请写明理由"));
        }
        let mut tx = self.store.write(self.actor(principal)).await?;
        let mut row = tx.role_request(id).await?.ok_or(AppError::NotFound)?;
        let subject = format!("account/{}", row.account_id);
        if row.account_id == principal.account_id || row.requested_by == principal.account_id {
            return Err(AppError::invalid(
                "grant",
                "不能批准自己的岗位，也不能批准自己提出的申请",
            ));
        }
        row.status = if form.grant { "granted" } else { "refused" }.into();
        row.decided_by = Some(principal.account_id.clone());
        row.decided_at = Some(self.clock.now_millis());
        row.decision_reason = Some(reason.to_owned()).filter(|r| !r.is_empty());
        if !tx.decide_role_request(row.clone()).await? {
            return Err(AppError::Conflict("这项申请已经办理过了。".into()));
        }
        let mut detail = format!("role={}", row.role);
        if form.grant {
            if let Some(division) = &row.division {
                detail.push_str(&format!(" jurisdiction={division}"));
            }
            if let Some(heir) = &row.hand_over_to {
                detail.push_str(&format!(" handed_over_to={heir}"));
            }
            self.take_post(&mut tx, &row).await?;
        }
        let operation = format!("role.{}", row.status);
        tx.audit("system", &operation, &subject, &detail).await?;
        tx.commit().await?;
        self.role_request_view(row).await
    }

    /// Puts an account into the post of a granted request.
    async fn take_post(&self, tx: &mut WriteTx, row: &RoleRequestRow) -> Result<(), AppError> {
        let division = row.division.as_deref().and_then(|d| d.parse().ok());
        let mut errors = self.post_errors(&row.role, division).await?;
        let mut account = tx
            .account(&row.account_id)
            .await?
            .ok_or(AppError::NotFound)?;
        let present = tx.roles_of(&account.id).await?;
        let heir = self
            .heir(tx, &account, &present, row.hand_over_to.as_deref())
            .await?;
        errors.extend(heir.err());
        if !errors.is_empty() {
            return Err(AppError::Invalid(errors));
        }
        if present != [row.role.clone()] {
            self.stays_administered(tx, &account.id, &present).await?;
        }
        if let Some(heir) = row.hand_over_to.as_deref().filter(|_| !present.is_empty()) {
            tx.hand_over_grids(&account.id, heir).await?;
        }
        tx.set_roles(&account.id, &[&row.role]).await?;
        tx.end_sessions(&account.id).await?;
        account.division.clone_from(&row.division);
        Ok(tx.save_account(account).await?)
    }

    /// Takes every role from an account; it holds with the next request.
    ///
    /// # Errors
    /// [`AppError::Invalid`] without a reason, for the own account or for the
    /// last administrator of a kind.
    pub async fn withdraw_role(
        &self,
        principal: &Principal,
        account_id: &str,
        reason: &str,
    ) -> Result<(), AppError> {
        permit(principal, Operation::RoleGrant)?;
        if is_blank(reason) {
            return Err(AppError::invalid("reason", "请写明收回岗位的理由"));
        }
        if account_id == principal.account_id {
            return Err(AppError::invalid("reason", "不能收回自己的岗位"));
        }
        let mut tx = self.store.write(self.actor(principal)).await?;
        tx.account(account_id).await?.ok_or(AppError::NotFound)?;
        let present = tx.roles_of(account_id).await?;
        if present.is_empty() {
            return Err(AppError::Conflict("这个账户现在没有岗位。".into()));
        }
        self.stays_administered(&tx, account_id, &present).await?;
        tx.set_roles(account_id, &[]).await?;
        tx.end_sessions(account_id).await?;
        tx.audit(
            "system",
            "role.withdrawn",
            &format!("account/{account_id}"),
            &format!("role={}", present.join("+")),
        )
        .await?;
        tx.commit().await?;
        Ok(())
    }

    /// Fails when an account is the last in use that can manage accounts or
    /// grant roles: nobody could undo it from the console.
    pub(super) async fn stays_administered(
        &self,
        tx: &WriteTx,
        account_id: &str,
        present: &[String],
    ) -> Result<(), AppError> {
        for operation in [Operation::AccountManage, Operation::RoleGrant] {
            let holding: Vec<&str> = self
                .roles
                .iter()
                .filter(|r| r.operations.contains(&operation))
                .map(|r| r.code.as_str())
                .collect();
            let holds = present.iter().any(|p| holding.contains(&p.as_str()));
            if holds && tx.others_holding(&holding, account_id).await? == 0 {
                return Err(AppError::invalid(
                    "reason",
                    "这是最后一位能管理账户或批准岗位的管理员，请先让另一位管理员上岗；忘记密码可在服务器上用命令 shouwang accounts reset-password 重置",
                ));
            }
        }
        Ok(())
    }

    fn role_name(&self, code: &str) -> RoleName {
        RoleName {
            code: code.to_owned(),
            label: self
                .roles
                .get(code)
                .map_or_else(|| code.to_owned(), |r| r.label.clone()),
        }
    }
}
