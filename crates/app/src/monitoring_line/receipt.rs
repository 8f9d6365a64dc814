//! Sending a published line down, and what the receivers answer.

use std::collections::BTreeSet;

use domain::account::{Operation, Principal, Scope};
use domain::calendar::plus_days;
use domain::division::{DivisionCode, Level};
use domain::monitoring_line::{Delivery, MonitoringLine, ReceiptEffect, ReceiptForm, acknowledge};
use jiff::civil::Date;
use serde::Serialize;
use store::WriteTx;
use store::audit::chain_of;
use store::monitoring_line::LineReceiptRow;
use utoipa::ToSchema;

use super::{LineView, rules};
use crate::error::permit;
use crate::{App, AppError, new_id};

/// A receiver of a published line.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ReceiptView {
    pub id: String,
    pub line_id: String,
    pub division: String,
    pub division_name: String,
    pub level: String,
    /// What it was sent.
    pub amount_yuan: i64,
    pub issued_on: String,
    pub due_on: String,
    pub overdue: bool,
    pub acknowledged_on: Option<String>,
    pub acknowledged_by: Option<String>,
    /// Its own amount; absent where it follows.
    pub own_amount_yuan: Option<i64>,
    pub own_effective_from: Option<String>,
    pub document_number: String,
    /// This account may answer it.
    pub mine: bool,
    /// This account follows it and may still set an amount of its own.
    pub may_set_own: bool,
}

impl App {
    /// Receipts for the divisions directly below.
    pub(super) async fn send_down(
        &self,
        tx: &mut WriteTx,
        line: &MonitoringLine,
        on: Date,
    ) -> Result<(), AppError> {
        let rules = rules(self.pack(&line.pack.id)?)?;
        if rules.downward.is_none() {
            return Ok(());
        }
        let days = rules.downward.as_ref().and_then(|d| d.receipt_days.get());
        self.send_to_children(
            tx,
            line,
            line.jurisdiction,
            line.draft.amount_yuan,
            on,
            days,
        )
        .await
    }

    async fn send_to_children(
        &self,
        tx: &mut WriteTx,
        line: &MonitoringLine,
        sender: DivisionCode,
        amount_yuan: i64,
        on: Date,
        days: Option<u16>,
    ) -> Result<(), AppError> {
        let below = self
            .store
            .division_children(&Scope::subtree(sender), sender)
            .await?;
        let rows = below
            .into_iter()
            .map(|(division, _)| LineReceiptRow {
                id: new_id(),
                line_id: line.id.clone(),
                division: division.code,
                amount_yuan,
                issued_on: on.to_string(),
                due_on: plus_days(on, days.unwrap_or(0).into()).to_string(),
                acknowledged_on: None,
                own_amount_yuan: None,
                own_effective_from: None,
                document_number: String::new(),
                acknowledged_by: None,
                account_id: None,
                recorded_at: self.clock.now_millis(),
            })
            .collect();
        tx.add_line_receipts(rows).await?;
        Ok(())
    }

    /// A receiver confirms: it follows, or sets its own amount. A city passes
    /// the line on to its counties by this. Who follows may set its own amount
    /// later, from a day to come.
    ///
    /// # Errors
    /// [`AppError::NotFound`] for another division's receipt,
    /// [`AppError::Refused`] with every reason against it.
    pub async fn acknowledge_line(
        &self,
        principal: &Principal,
        id: &str,
        form: ReceiptForm,
    ) -> Result<LineView, AppError> {
        permit(principal, Operation::MonitoringLineAcknowledge)?;
        let mut row = self
            .store
            .line_receipt(&principal.scope, id)
            .await?
            // A division answers for itself, not for those below it.
            .filter(|r| {
                principal
                    .division
                    .is_some_and(|d| d.to_string() == r.division)
            })
            .ok_or(AppError::NotFound)?;
        let line = self
            .store
            .monitoring_line(&row.line_id)
            .await?
            .ok_or(AppError::NotFound)?
            .line()?;
        let rules = rules(self.pack(&line.pack.id)?)?;
        let receiver: DivisionCode = crate::lead::village_of(&row.division)?;
        let issued = crate::lead::parse_date(&row.issued_on)?;
        let followed_on = match (&row.acknowledged_on, row.own_amount_yuan, &form.effect) {
            (Some(day), None, ReceiptEffect::Own { .. }) => Some(crate::lead::parse_date(day)?),
            (Some(_), ..) => return Err(AppError::Stale { current: 0 }),
            (None, ..) => None,
        };
        let pack = self.pack_in_force(receiver, self.today()).await?;
        let delivery = Delivery {
            rules,
            bounds: pack.values.bounds.as_ref().and_then(|b| b.line.as_ref()),
            line: &line,
            receiver,
            amount_yuan: row.amount_yuan,
            issued_on: issued,
            followed_on,
            today: self.today(),
        };
        acknowledge(&delivery, &form).map_err(AppError::Refused)?;
        row.acknowledged_on = Some(form.acknowledged_on.to_string());
        row.acknowledged_by = Some(principal.display_name.clone());
        row.account_id = Some(principal.account_id.clone());
        form.document_number
            .trim()
            .clone_into(&mut row.document_number);
        row.recorded_at = self.clock.now_millis();
        if let ReceiptEffect::Own {
            amount_yuan,
            effective_from,
        } = form.effect
        {
            row.own_amount_yuan = Some(amount_yuan);
            row.own_effective_from = Some(effective_from.to_string());
        }
        let passed_on = row.own_amount_yuan.unwrap_or(row.amount_yuan);
        let mut tx = self.store.write(self.actor(principal)).await?;
        tx.save_line_receipt(row, followed_on).await?;
        if receiver.level() == Level::City {
            let days = rules.downward.as_ref().and_then(|d| d.receipt_days.get());
            let on = form.acknowledged_on;
            if followed_on.is_some() {
                // Those who confirmed the lower amount are told the new one.
                let due = plus_days(on, days.unwrap_or(0).into());
                tx.reissue_line_receipts(&line.id, receiver, passed_on, on, due)
                    .await?;
            }
            self.send_to_children(&mut tx, &line, receiver, passed_on, on, days)
                .await?;
        }
        tx.audit(
            &chain_of(Some(receiver)),
            "monitoring_line.acknowledged",
            &format!("monitoring_line/{}", line.id),
            &format!(
                "division={receiver} amount_yuan={passed_on} on={}",
                form.acknowledged_on
            ),
        )
        .await?;
        tx.commit().await?;
        self.line(principal, &line.id).await
    }

    /// Receipts of these lines in the account's scope.
    pub(super) async fn receipt_views(
        &self,
        principal: &Principal,
        line_ids: &[String],
    ) -> Result<Vec<ReceiptView>, AppError> {
        let rows = self.store.line_receipts(&principal.scope, line_ids).await?;
        let names = self
            .division_names(rows.iter().map(|r| r.division.clone()))
            .await?;
        let today = self.today().to_string();
        let may = principal.may(Operation::MonitoringLineAcknowledge);
        let referential = if may {
            self.referential_lines().await?
        } else {
            BTreeSet::new()
        };
        rows.into_iter()
            .map(|r| {
                let level = crate::lead::village_of(&r.division)?.level();
                let own = principal
                    .division
                    .is_some_and(|d| d.to_string() == r.division);
                Ok(ReceiptView {
                    division_name: names.get(&r.division).cloned().unwrap_or_default(),
                    level: level.as_str().into(),
                    overdue: r.acknowledged_on.is_none() && r.due_on < today,
                    mine: may && own && r.acknowledged_on.is_none(),
                    may_set_own: may
                        && own
                        && r.acknowledged_on.is_some()
                        && r.own_amount_yuan.is_none()
                        && referential.contains(&r.line_id),
                    id: r.id,
                    line_id: r.line_id,
                    division: r.division,
                    amount_yuan: r.amount_yuan,
                    issued_on: r.issued_on,
                    due_on: r.due_on,
                    acknowledged_on: r.acknowledged_on,
                    acknowledged_by: r.acknowledged_by,
                    own_amount_yuan: r.own_amount_yuan,
                    own_effective_from: r.own_effective_from,
                    document_number: r.document_number,
                })
            })
            .collect()
    }

    /// Lines still in force or to come whose receivers may set an amount of
    /// their own (参照执行).
    async fn referential_lines(&self) -> Result<BTreeSet<String>, AppError> {
        let today = self.today().to_string();
        let mut found = BTreeSet::new();
        for row in self.store.monitoring_lines().await? {
            if row.effective_until.as_ref().is_some_and(|u| *u < today) {
                continue;
            }
            let pack = self.pack(&row.line()?.pack.id)?;
            let down = pack.values.line.as_ref().and_then(|l| l.downward.as_ref());
            if down.is_some_and(|d| d.effect == "reference") {
                found.insert(row.id);
            }
        }
        Ok(found)
    }
}
