//! Ending a pack that has begun: a whole place changes its rules that day, so
//! one officer proposes it and another confirms, as when it was put in force.
//! The open proposal is the last event of the entry's history.

use domain::account::{Operation, Principal};
use domain::casefile::Refusal;
use domain::policy::{Adoption, AdoptionStatus};
use jiff::civil::Date;
use serde::Deserialize;
use store::policy::{AdoptionEventRow, AdoptionRow};
use utoipa::ToSchema;

use super::{AdoptionView, adoption_of, reason_given, record, status_of, timeline_of};
use crate::error::permit;
use crate::{App, AppError};

/// Proposes to end what has begun.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub struct EndAdoption {
    pub expected_version: i64,
    /// First day on which it no longer governs.
    pub until: Date,
    pub reason: String,
    /// Yes, days without an own pack are meant.
    #[serde(default)]
    pub accept_gap: bool,
    /// Yes, although procedures began under it on days gone by.
    #[serde(default)]
    pub accept_procedures: bool,
}

/// Confirms another officer's proposal to end.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub struct ConfirmEnd {
    pub expected_version: i64,
    /// Yes, days without an own pack are meant.
    #[serde(default)]
    pub accept_gap: bool,
    /// Yes, although procedures began under it on days gone by.
    #[serde(default)]
    pub accept_procedures: bool,
}

/// Drops a proposal to end.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub struct KeepAdoption {
    pub expected_version: i64,
    pub reason: String,
}

/// The proposal still open, where the last event is one.
pub(super) fn proposed(last: Option<&AdoptionEventRow>) -> Option<&AdoptionEventRow> {
    last.filter(|e| e.kind == "end_proposed")
}

impl App {
    /// Whether an entry may end on a day: it has begun, something of it is
    /// left, it meets no next one, and gaps and procedures are agreed to.
    async fn may_end_on(
        &self,
        (row, rows): (&AdoptionRow, &[AdoptionRow]),
        until: Date,
        (accept_gap, accept_procedures): (bool, bool),
    ) -> Result<Adoption, AppError> {
        let adoption = adoption_of(row)?;
        let in_force = status_of(row)? == AdoptionStatus::InForce;
        if !in_force || self.today() < adoption.period.from {
            return Err(AppError::Conflict(
                "只有已经开始执行的才能停用；还没有开始的请撤回。".into(),
            ));
        }
        if until <= adoption.period.from {
            return Err(AppError::invalid("until", "停用日期要晚于启用日期"));
        }
        let timeline = timeline_of(rows)?;
        let mut after = timeline.clone();
        after.set_until(&row.id, Some(until));
        if after.overlaps(adoption.jurisdiction).len()
            > timeline.overlaps(adoption.jurisdiction).len()
        {
            return Err(AppError::invalid(
                "until",
                "停用日期晚于下一个政策包的启用日期，两者会重叠",
            ));
        }
        let gaps = timeline.new_gaps(&after, adoption.jurisdiction);
        self.refuse(&adoption, &after, &gaps, accept_gap).await?;
        let since = adoption.period.until.map_or(until, |u| u.min(until));
        self.procedures_agreed(
            &adoption,
            (&timeline, &after),
            (since, "until"),
            accept_procedures,
        )
        .await?;
        Ok(adoption)
    }

    /// Proposes to end an entry that has begun; it goes on unchanged until
    /// another officer confirms.
    ///
    /// # Errors
    /// [`AppError::Invalid`] for a day that leaves nothing, overlaps the next
    /// entry, or opens a gap not agreed to; [`AppError::Conflict`] while a
    /// proposal is open; [`AppError::NotFound`] outside the scope.
    pub async fn end_adoption(
        &self,
        principal: &Principal,
        id: &str,
        form: EndAdoption,
    ) -> Result<AdoptionView, AppError> {
        permit(principal, Operation::PolicyPutInForce)?;
        let mut tx = self.store.write(self.actor(principal)).await?;
        let (row, rows) = self
            .held(&mut tx, principal, id, form.expected_version)
            .await?;
        reason_given(&form.reason)?;
        if proposed(tx.last_adoption_event(id).await?.as_ref()).is_some() {
            return Err(AppError::Conflict(
                "已经有人提出停用，等另一名政策管理员确认；要改日期请先不再停用，再重新提出。"
                    .into(),
            ));
        }
        let agreed = (form.accept_gap, form.accept_procedures);
        let adoption = self.may_end_on((&row, &rows), form.until, agreed).await?;
        // Saved unchanged, with a new version: two who propose at once meet here.
        tx.save_adoption(row).await?;
        let until = Some(form.until.to_string());
        let reason = form.reason.trim();
        record(&mut tx, &adoption, "end_proposed", until, reason).await?;
        tx.commit().await?;
        self.adoption_view(principal, id).await
    }

    /// Ends an entry as another officer proposed.
    ///
    /// # Errors
    /// As [`App::end_adoption`]; [`AppError::Refused`] for the own proposal,
    /// [`AppError::Conflict`] where none is open.
    pub async fn confirm_end(
        &self,
        principal: &Principal,
        id: &str,
        form: ConfirmEnd,
    ) -> Result<AdoptionView, AppError> {
        permit(principal, Operation::PolicyPutInForce)?;
        let mut tx = self.store.write(self.actor(principal)).await?;
        let (mut row, rows) = self
            .held(&mut tx, principal, id, form.expected_version)
            .await?;
        let last = tx.last_adoption_event(id).await?;
        let proposal = proposed(last.as_ref())
            .ok_or_else(|| AppError::Conflict("没有等待确认的停用。".into()))?;
        if proposal.account_id == principal.account_id {
            return Err(AppError::Refused(vec![Refusal {
                guard: "not_the_proposer".into(),
                message: "提出停用的人不能自己确认，请另一名政策管理员确认。".into(),
                clause: None,
                earliest_on: None,
            }]));
        }
        let until: Date = (proposal.until_on.as_deref())
            .and_then(|d| d.parse().ok())
            .ok_or_else(|| AppError::Internal(format!("adoption {id}: proposal without a day")))?;
        let agreed = (form.accept_gap, form.accept_procedures);
        let adoption = self.may_end_on((&row, &rows), until, agreed).await?;
        row.until_on = Some(until.to_string());
        let until = row.until_on.clone();
        tx.save_adoption(row).await?;
        record(&mut tx, &adoption, "ended", until, &proposal.reason).await?;
        tx.commit().await?;
        self.adoption_view(principal, id).await
    }

    /// Drops an open proposal to end: the own one, or another's.
    ///
    /// # Errors
    /// [`AppError::Conflict`] where none is open, [`AppError::NotFound`]
    /// outside the scope.
    pub async fn keep_adoption(
        &self,
        principal: &Principal,
        id: &str,
        form: KeepAdoption,
    ) -> Result<AdoptionView, AppError> {
        permit(principal, Operation::PolicyPutInForce)?;
        let mut tx = self.store.write(self.actor(principal)).await?;
        let (row, _) = self
            .held(&mut tx, principal, id, form.expected_version)
            .await?;
        reason_given(&form.reason)?;
        if proposed(tx.last_adoption_event(id).await?.as_ref()).is_none() {
            return Err(AppError::Conflict("没有等待确认的停用。".into()));
        }
        let adoption = adoption_of(&row)?;
        let until = row.until_on.clone();
        tx.save_adoption(row).await?;
        record(&mut tx, &adoption, "kept", until, form.reason.trim()).await?;
        tx.commit().await?;
        self.adoption_view(principal, id).await
    }
}
