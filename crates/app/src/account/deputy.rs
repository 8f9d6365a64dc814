//! Standing in for a colleague: proposed by one, granted by a security
//! administrator, for days that end. A deputy lends a person the operations of
//! another post, so it takes two hands as a post does.

use domain::account::{Operation, Principal};
use domain::typed_text::is_blank;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use store::WriteTx;
use store::account::AccountRow;
use store::deputy::{DeputyRow, GRANTED, REQUESTED, WITHDRAWN};
use utoipa::ToSchema;

use super::{RoleDecision, RoleName};
use crate::error::permit;
use crate::{App, AppError, FieldError, PageView, Window, clock, new_id};

/// A deputy proposed for a period, first and last day included.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub struct NewDeputy {
    pub deputy_id: String,
    pub from: Date,
    pub to: Date,
    pub reason: String,
}

/// A deputy as listed.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct DeputyView {
    pub id: String,
    /// Whose post it is.
    pub account_id: String,
    pub account_name: String,
    /// The roles lent, as the account holds them.
    pub account_roles: Vec<RoleName>,
    pub place_name: String,
    pub deputy_id: String,
    pub deputy_name: String,
    pub deputy_roles: Vec<RoleName>,
    pub from: String,
    pub to: String,
    pub reason: String,
    /// `requested`, `granted`, `refused`, `withdrawn`.
    pub status: String,
    pub proposed_by_name: String,
    pub proposed_at: String,
    pub decided_by_name: Option<String>,
    pub decided_at: Option<String>,
    pub decision_reason: Option<String>,
}

impl App {
    /// Proposes a deputy with dates, for the own post or, for whoever manages
    /// accounts, for another; nothing changes until it is granted. Deadlines
    /// stay.
    ///
    /// # Errors
    /// [`AppError::Invalid`] when the dates or the person do not fit.
    pub async fn propose_deputy(
        &self,
        principal: &Principal,
        id: &str,
        form: NewDeputy,
    ) -> Result<DeputyView, AppError> {
        if principal.account_id != id {
            permit(principal, Operation::AccountManage)?;
        }
        let mut tx = self.store.write(self.actor(principal)).await?;
        let account = tx.account(id).await?.ok_or(AppError::NotFound)?;
        let row = DeputyRow {
            id: new_id(),
            account_id: id.to_owned(),
            deputy_id: form.deputy_id,
            from_on: form.from.to_string(),
            to_on: form.to.to_string(),
            reason: form.reason.trim().to_owned(),
            recorded_at: self.clock.now_millis(),
            status: REQUESTED.into(),
            proposed_by: principal.account_id.clone(),
            post: None,
            decided_by: None,
            decided_at: None,
            decision_reason: None,
        };
        let mut errors = self.deputy_errors(&tx, &account, &row).await?;
        if is_blank(&row.reason) {
            errors.push(FieldError::new("reason", "请写明需要代理的原因"));
        }
        if !errors.is_empty() {
            return Err(AppError::Invalid(errors));
        }
        tx.add_deputy(row.clone()).await?;
        self.record_deputy(&mut tx, "requested", &row).await?;
        tx.commit().await?;
        self.deputy_view(row).await
    }

    /// What stands against a deputy, by field.
    async fn deputy_errors(
        &self,
        tx: &WriteTx,
        account: &AccountRow,
        row: &DeputyRow,
    ) -> Result<Vec<FieldError>, AppError> {
        let mut errors = Vec::new();
        let (from, to): (Date, Date) = (day(&row.from_on)?, day(&row.to_on)?);
        if to < from || to < self.today() {
            errors.push(FieldError::new("to", "截止日期不能早于开始日期或今天"));
        }
        let longest = self.roles.deputy().longest_days;
        if (to - from).get_days() >= longest {
            errors.push(FieldError::new(
                "to",
                format!("一次代理最长 {longest} 天；离岗更久的，请为接手的同事申请这个岗位"),
            ));
        }
        let deputy = tx.account(&row.deputy_id).await?.filter(|d| {
            d.id != account.id
                && !d.disabled
                && d.division.is_some()
                && d.division == account.division
        });
        let post = tx.roles_of(&account.id).await?;
        let Some(deputy) = deputy else {
            let words = if account.division.is_none() {
                "系统、安全、审计三员互不兼任，也不能代理；请另设一名同岗位的管理员"
            } else {
                "请选择同一区划的另一位同事"
            };
            errors.push(FieldError::new("deputy_id", words));
            return Ok(errors);
        };
        let own = tx.roles_of(&deputy.id).await?;
        if !self.roles.may_deputise(&post) || !self.roles.may_deputise(&own) {
            errors.push(FieldError::new(
                "deputy_id",
                "没有岗位的、只看隐去姓名资料的（监督、分析、政策）和管理员，不能代理别人，也不能由别人代理",
            ));
        }
        for beside in tx.deputies_beside(row).await? {
            errors.push(if beside.account_id == row.account_id {
                FieldError::new("from", "这几天已经有代理人或待批的代理，一个岗位同时只能有一名代理人；要换人请先结束原来的代理")
            } else {
                FieldError::new("deputy_id", "这位同事这几天已经代理或待批代理别的岗位")
            });
        }
        Ok(errors)
    }

    /// Grants or refuses a proposal. Granted, the deputy holds the operations
    /// of the post on its days, as long as the post stays what it is today.
    ///
    /// # Errors
    /// [`AppError::Invalid`] for a refusal without reason, an own proposal,
    /// one that no longer fits, or a post with a second factor the deputy
    /// lacks; [`AppError::Conflict`] when it is decided.
    pub async fn decide_deputy(
        &self,
        principal: &Principal,
        id: &str,
        form: RoleDecision,
    ) -> Result<DeputyView, AppError> {
        permit(principal, Operation::RoleGrant)?;
        let reason = form.reason.trim();
        if !form.grant && is_blank(reason) {
            return Err(AppError::invalid("reason", "不批准请写明理由"));
        }
        let mut tx = self.store.write(self.actor(principal)).await?;
        let mut row = tx.deputy(id).await?.ok_or(AppError::NotFound)?;
        if involved(principal, &row) || row.proposed_by == principal.account_id {
            return Err(AppError::invalid(
                "grant",
                "不能批准自己的代理，也不能批准自己提出的代理",
            ));
        }
        if row.status != REQUESTED {
            return Err(AppError::Conflict("这项代理已经办理过了。".into()));
        }
        if form.grant {
            let account = tx
                .account(&row.account_id)
                .await?
                .ok_or(AppError::NotFound)?;
            let mut errors = self.deputy_errors(&tx, &account, &row).await?;
            let post = tx.roles_of(&account.id).await?;
            if let Some(deputy) = tx.account(&row.deputy_id).await?
                && !self.factor_suffices(&deputy, &post)
            {
                errors.push(FieldError::new(
                    "grant",
                    "这个岗位必须用动态口令登录，代理人还没有绑定：请本人先在“我的账户”里绑定，再批准",
                ));
            }
            if !errors.is_empty() {
                return Err(AppError::Invalid(errors));
            }
            // Its version makes two grants for one post meet here.
            tx.save_account(account).await?;
            row.post = Some(post.join("+"));
        }
        row.status = if form.grant { GRANTED } else { "refused" }.into();
        self.decided(tx, principal, row, REQUESTED, reason).await
    }

    /// Ends a deputy, or takes a proposal back: whom it concerns, or an
    /// administrator. It holds with the next request.
    ///
    /// # Errors
    /// [`AppError::Invalid`] without a reason; [`AppError::Conflict`] when it
    /// is over already.
    pub async fn withdraw_deputy(
        &self,
        principal: &Principal,
        id: &str,
        reason: &str,
    ) -> Result<DeputyView, AppError> {
        let tx = self.store.write(self.actor(principal)).await?;
        let found = tx.deputy(id).await?;
        if !found.as_ref().is_some_and(|r| involved(principal, r))
            && !principal.may(Operation::RoleGrant)
        {
            permit(principal, Operation::AccountManage)?;
        }
        let mut row = found.ok_or(AppError::NotFound)?;
        if is_blank(reason) {
            return Err(AppError::invalid("reason", "请写明结束代理的原因"));
        }
        if row.status != REQUESTED && row.status != GRANTED {
            return Err(AppError::Conflict("这项代理已经结束了。".into()));
        }
        let seen = std::mem::replace(&mut row.status, WITHDRAWN.into());
        self.decided(tx, principal, row, &seen, reason.trim()).await
    }

    /// Saves a decision with its audit record.
    async fn decided(
        &self,
        mut tx: WriteTx,
        principal: &Principal,
        mut row: DeputyRow,
        seen: &str,
        reason: &str,
    ) -> Result<DeputyView, AppError> {
        row.decided_by = Some(principal.account_id.clone());
        row.decided_at = Some(self.clock.now_millis());
        row.decision_reason = Some(reason.to_owned()).filter(|r| !r.is_empty());
        if !tx.save_deputy(row.clone(), seen).await? {
            return Err(AppError::Conflict("这项代理已经办理过了。".into()));
        }
        let kind = row.status.clone();
        self.record_deputy(&mut tx, &kind, &row).await?;
        tx.commit().await?;
        self.deputy_view(row).await
    }

    /// Writes who stands in for whom, when, and who proposed it; the actor of
    /// the record is who did this act.
    async fn record_deputy(
        &self,
        tx: &mut WriteTx,
        kind: &str,
        row: &DeputyRow,
    ) -> Result<(), AppError> {
        let mut detail = format!(
            "deputy={} from={} last_day={}",
            row.deputy_id, row.from_on, row.to_on
        );
        if kind != REQUESTED && !row.proposed_by.is_empty() {
            detail.push_str(&format!(" proposed_by={}", row.proposed_by));
        }
        if let Some(post) = &row.post {
            detail.push_str(&format!(" role={post}"));
        }
        let subject = format!("account/{}", row.account_id);
        Ok(tx
            .audit("system", &format!("deputy.{kind}"), &subject, &detail)
            .await?)
    }

    /// What an account was granted as a deputy waits for a grant anew: whoever
    /// set its password could now act as that person.
    pub(super) async fn rest_deputies(
        &self,
        tx: &mut WriteTx,
        principal: &Principal,
        deputy_id: &str,
    ) -> Result<(), AppError> {
        for mut row in tx.granted_to(deputy_id, self.today()).await? {
            row.status = REQUESTED.into();
            row.proposed_by.clone_from(&principal.account_id);
            row.post = None;
            row.decided_by = None;
            row.decided_at = None;
            row.decision_reason = None;
            if tx.save_deputy(row.clone(), GRANTED).await? {
                self.record_deputy(tx, REQUESTED, &row).await?;
            }
        }
        Ok(())
    }

    /// Whether an account may hold these roles as far as the second factor
    /// goes; in a demo none is asked.
    pub(super) fn factor_suffices(&self, account: &AccountRow, roles: &[String]) -> bool {
        let strong = |code: &String| self.roles.get(code).is_some_and(|r| r.totp_required);
        self.demo || account.totp_confirmed || !roles.iter().any(strong)
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
        let mut views = Vec::new();
        for row in self.store.deputies(id).await? {
            views.push(self.deputy_view(row).await?);
        }
        Ok(views)
    }

    /// Every proposal: who proposes and who decides both read them.
    ///
    /// # Errors
    /// When the operation is missing or the database refuses.
    pub async fn deputy_list(
        &self,
        principal: &Principal,
        status: Option<&str>,
        window: Window,
    ) -> Result<PageView<DeputyView>, AppError> {
        permit(principal, Operation::AccountRead)?;
        let page = self.store.deputy_list(status, &window).await?;
        let mut items = Vec::new();
        for row in page.items {
            items.push(self.deputy_view(row).await?);
        }
        Ok(PageView {
            items,
            next_cursor: page.next_cursor,
            total: page.total,
        })
    }

    pub(super) async fn deputy_view(&self, row: DeputyRow) -> Result<DeputyView, AppError> {
        let names = self
            .store
            .account_names(
                [&row.account_id, &row.deputy_id, &row.proposed_by]
                    .into_iter()
                    .chain(&row.decided_by)
                    .cloned(),
            )
            .await?;
        let name = |id: &String| names.get(id).cloned().unwrap_or_else(|| "系统".into());
        let place = (self.store.account(&row.account_id).await?)
            .and_then(|a| a.division)
            .and_then(|d| d.parse().ok());
        let place = self.division_name(place).await?;
        Ok(DeputyView {
            account_name: name(&row.account_id),
            account_roles: self.role_names(&self.store.account_roles(&row.account_id).await?),
            place_name: place.map(|p| p.name).unwrap_or_default(),
            deputy_name: name(&row.deputy_id),
            deputy_roles: self.role_names(&self.store.account_roles(&row.deputy_id).await?),
            proposed_by_name: name(&row.proposed_by),
            proposed_at: clock::instant_text(row.recorded_at),
            decided_by_name: row.decided_by.as_ref().map(name),
            decided_at: row.decided_at.map(clock::instant_text),
            id: row.id,
            account_id: row.account_id,
            deputy_id: row.deputy_id,
            from: row.from_on,
            to: row.to_on,
            reason: row.reason,
            status: row.status,
            decision_reason: row.decision_reason,
        })
    }
}

/// Whether a person is one of the two.
fn involved(principal: &Principal, row: &DeputyRow) -> bool {
    [&row.account_id, &row.deputy_id].contains(&&principal.account_id)
}

fn day(text: &str) -> Result<Date, AppError> {
    text.parse()
        .map_err(|_| AppError::Internal(format!("deputy with the day {text}")))
}
