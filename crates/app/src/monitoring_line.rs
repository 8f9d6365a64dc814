//! 监测范围: drafting, review, filing, publication and receipts of the yearly
//! line, and how many households it would hold.

mod receipt;
mod unset;
mod view;
mod what_if;
mod work;

pub use receipt::ReceiptView;
pub use unset::UnsetLine;
pub use view::*;
pub use what_if::{WhatIf, WhatIfCounts, WhatIfForm};

use domain::account::{Operation, Principal};
use domain::casefile::{Casefile, PackRef};
use domain::division::DivisionCode;
use domain::monitoring_line::{
    Calculation, Draft, InForce, LineAbove, LineAction, LineFacts, LineRecords, LineStage,
    MonitoringLine, ResolvedLine, Surroundings, apply, calculate, draft_faults, open_for,
};
use domain::policy::{Line, Pack};
use jiff::civil::Date;
use serde::Deserialize;
use store::WriteTx;
use store::audit::chain_of;
use store::monitoring_line::LineRow;
use utoipa::ToSchema;

use crate::error::permit;
use crate::{App, AppError, new_id};

/// A line to be begun, or a correction of a published one.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub struct NewLine {
    #[schema(value_type = String)]
    pub jurisdiction: DivisionCode,
    pub year: i16,
    pub draft: Draft,
    /// A further edition of a published year, from a later day.
    #[serde(default)]
    pub corrects: bool,
}

/// What is tried out before anything is saved.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub struct CalculationForm {
    #[schema(value_type = String)]
    pub jurisdiction: DivisionCode,
    pub year: i16,
    pub draft: Draft,
}

/// An act on a line.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub struct LineAct {
    /// The version the person saw.
    pub expected_version: i64,
    #[schema(value_type = String)]
    pub occurred_on: Date,
    #[serde(deserialize_with = "crate::limits::whole")]
    pub action: LineAction,
}

/// Files opened in one transaction: short enough that nobody waits for it.
const PROJECTED_AT_ONCE: u64 = 200;

/// The pack's rules for a line.
fn rules(pack: &Pack) -> Result<&Line, AppError> {
    pack.values.line.as_ref().ok_or(AppError::NoPolicy)
}

impl App {
    /// The pack and rules for a line of a jurisdiction on a day.
    async fn line_rules(
        &self,
        jurisdiction: DivisionCode,
        day: Date,
    ) -> Result<(&Pack, &Line), AppError> {
        let pack = self.pack_in_force(jurisdiction, day).await?;
        Ok((pack, rules(pack)?))
    }

    /// What the inputs come to and what still stands against submitting,
    /// without saving anything.
    ///
    /// # Errors
    /// [`AppError::NotFound`] outside the scope, [`AppError::NoPolicy`] where no
    /// pack has a line.
    pub async fn line_calculation(
        &self,
        principal: &Principal,
        form: CalculationForm,
    ) -> Result<CalculationView, AppError> {
        permit(principal, Operation::MonitoringLineDraft)?;
        if !principal.scope.contains(form.jurisdiction) {
            return Err(AppError::NotFound);
        }
        let (pack, rules) = self
            .line_rules(form.jurisdiction, form.draft.effective_from)
            .await?;
        let calculation: Calculation = calculate(
            rules,
            form.year,
            &form.draft.inputs,
            form.draft.rounding.as_ref(),
        );
        let others = self.store.monitoring_lines().await?;
        let around = self
            .surroundings(principal, form.jurisdiction, &form.draft, "", &others)
            .await?;
        Ok(CalculationView {
            rules: LineRulesView::of(pack, rules),
            stated_yuan: rules.stated_for(form.year).map(|(yuan, _)| yuan),
            faults: draft_faults(rules, form.year, &form.draft, &around),
            calculation,
        })
    }

    /// Begins a line, or a correction of one.
    ///
    /// # Errors
    /// [`AppError::NotFound`] outside the scope, [`AppError::Refused`] when the
    /// year has its line already.
    pub async fn new_line(
        &self,
        principal: &Principal,
        form: NewLine,
    ) -> Result<LineView, AppError> {
        permit(principal, Operation::MonitoringLineDraft)?;
        if !principal.scope.contains(form.jurisdiction) {
            return Err(AppError::NotFound);
        }
        let (pack, rules) = self
            .line_rules(form.jurisdiction, form.draft.effective_from)
            .await?;
        let mut tx = self.store.write(self.actor(principal)).await?;
        let others = tx
            .monitoring_lines_of(&form.jurisdiction.to_string())
            .await?;
        let lines = others
            .iter()
            .map(LineRow::line)
            .collect::<Result<Vec<_>, _>>()?;
        let stages: Vec<(i16, LineStage)> = lines.iter().map(|l| (l.year, l.stage())).collect();
        open_for(rules, form.year, form.corrects, &stages).map_err(AppError::Refused)?;
        let edition = lines
            .iter()
            .filter(|l| l.year == form.year)
            .map(|l| l.edition)
            .max()
            .unwrap_or(0)
            + 1;
        let blank = MonitoringLine {
            id: new_id(),
            jurisdiction: form.jurisdiction,
            year: form.year,
            edition,
            pack: PackRef {
                id: pack.id().to_owned(),
                version: pack.values.version,
            },
            draft: form.draft.clone(),
            authors: Vec::new(),
            records: LineRecords::default(),
        };
        let facts = line_facts(rules, principal, Surroundings::none(self.today()));
        let action = LineAction::Revise { draft: form.draft };
        let line = apply(&blank, &action, self.today(), &facts).map_err(AppError::Refused)?;
        tx.add_monitoring_line(&line).await.map_err(|e| match e {
            store::StoreError::Taken(_) => {
                AppError::Conflict("这一年的监测范围刚有人起草，请刷新后再办。".into())
            }
            other => other.into(),
        })?;
        self.audit_line(&mut tx, &line, "drafted", 1).await?;
        tx.commit().await?;
        self.line(principal, &line.id).await
    }

    /// Puts an act before a line; publishing sends it to the level below and
    /// ends the one before.
    ///
    /// # Errors
    /// [`AppError::Refused`] with every guard in the way, [`AppError::Stale`]
    /// when somebody was faster, [`AppError::NotFound`] where it is not seen.
    pub async fn act_on_line(
        &self,
        principal: &Principal,
        id: &str,
        act: LineAct,
    ) -> Result<LineView, AppError> {
        permit(principal, Operation::MonitoringLineRead)?;
        let row = self.line_seen(principal, id).await?;
        let line = row.line()?;
        if !principal.scope.contains(line.jurisdiction) {
            return Err(AppError::NotPermitted(act.action.operation().as_str()));
        }
        let mut tx = self.store.write(self.actor(principal)).await?;
        let others = tx.monitoring_lines_of(&row.jurisdiction).await?;
        // Read again inside the transaction: the version decides.
        let row = others
            .iter()
            .find(|r| r.id == id)
            .ok_or(AppError::NotFound)?;
        if row.version != act.expected_version {
            return Err(AppError::Stale {
                current: row.version,
            });
        }
        let line = row.line()?;
        let pack = self.pack(&line.pack.id)?;
        let around = self
            .surroundings(principal, line.jurisdiction, &line.draft, id, &others)
            .await?;
        let facts = line_facts(rules(pack)?, principal, around);
        let next = apply(&line, &act.action, act.occurred_on, &facts).map_err(AppError::Refused)?;
        permit(principal, act.action.operation())?;
        let version = tx.save_monitoring_line(&next, row.version).await?;
        if matches!(act.action, LineAction::Publish { .. }) {
            let last_day = domain::calendar::plus_days(next.holds_from(), -1);
            tx.end_monitoring_lines(&row.jurisdiction, id, last_day)
                .await?;
            self.send_down(&mut tx, &next, act.occurred_on).await?;
        }
        self.audit_line(&mut tx, &next, act.action.name(), version)
            .await?;
        tx.commit().await?;
        self.line(principal, id).await
    }

    /// Takes incomes into the rows of households whose files were written
    /// before the rows held them, in steps; answers how many.
    ///
    /// # Errors
    /// When the database refuses or a file does not open.
    pub async fn project_incomes(&self) -> Result<usize, AppError> {
        let mut done = 0;
        loop {
            let mut tx = self.store.write(self.system_actor()).await?;
            let step = tx.project_incomes(PROJECTED_AT_ONCE).await?;
            if step == 0 {
                return Ok(done);
            }
            done += step;
            let detail = format!("households={step}");
            tx.audit(
                "system",
                "household.incomes_projected",
                "household",
                &detail,
            )
            .await?;
            tx.commit().await?;
        }
    }

    /// What a draft stands beside, the line `id` itself left out.
    async fn surroundings(
        &self,
        principal: &Principal,
        jurisdiction: DivisionCode,
        draft: &Draft,
        id: &str,
        others: &[LineRow],
    ) -> Result<Surroundings<'_>, AppError> {
        let code = jurisdiction.to_string();
        let in_force = others
            .iter()
            .filter(|r| r.jurisdiction == code && r.id != id)
            .filter(|r| r.stage == LineStage::Published.as_str())
            .max_by(|a, b| a.effective_from.cmp(&b.effective_from))
            .map(LineRow::line)
            .transpose()?
            .map(|l| InForce {
                year: l.year,
                effective_from: l.holds_from(),
            });
        let today = self.today();
        // What it stands under is asked for the day it is to hold from, and not before today.
        let day = draft.effective_from.max(today);
        // Without a pack on that day there are no bounds; the way back stays open.
        let pack = self.pack_in_force(jurisdiction, day).await.ok();
        Ok(Surroundings {
            today,
            in_force,
            above: self.line_above(jurisdiction, day).await?,
            previous_yuan: self
                .published_line(jurisdiction, draft.effective_from)
                .await?
                .map(|l| l.amount_yuan),
            bounds: pack
                .and_then(|p| p.values.bounds.as_ref())
                .and_then(|b| b.line.as_ref()),
            own_act: principal.division == Some(jurisdiction),
        })
    }

    /// The published line that comes to a jurisdiction from further up, and
    /// what it answered.
    async fn line_above(
        &self,
        jurisdiction: DivisionCode,
        day: Date,
    ) -> Result<Option<LineAbove<'_>>, AppError> {
        let above: Vec<String> = jurisdiction.ancestors().map(|d| d.to_string()).collect();
        let Some((row, resolved)) = self.nearest_line(&above, day).await? else {
            return Ok(None);
        };
        let own = domain::account::Scope::subtree(jurisdiction);
        let code = jurisdiction.to_string();
        let followed_on = self
            .store
            .line_receipts(&own, std::slice::from_ref(&row.id))
            .await?
            .into_iter()
            .find(|r| r.division == code && r.own_amount_yuan.is_none())
            .and_then(|r| r.acknowledged_on)
            .map(|day| crate::lead::parse_date(&day))
            .transpose()?;
        Ok(Some(LineAbove {
            rules: rules(self.pack(&row.line()?.pack.id)?)?,
            amount_yuan: resolved.amount_yuan,
            published_by: resolved.published_by,
            followed_on,
        }))
    }

    async fn audit_line(
        &self,
        tx: &mut WriteTx,
        line: &MonitoringLine,
        act: &str,
        version: i64,
    ) -> Result<(), AppError> {
        tx.audit(
            &chain_of(Some(line.jurisdiction)),
            &format!("monitoring_line.{act}"),
            &format!("monitoring_line/{}", line.id),
            &format!(
                "jurisdiction={} year={} edition={} amount_yuan={} version={version}",
                line.jurisdiction, line.year, line.edition, line.draft.amount_yuan
            ),
        )
        .await?;
        Ok(())
    }

    /// The published line that holds for a division on a day: the nearest
    /// jurisdiction's, and under it the nearest receiver's own amount.
    pub(crate) async fn published_line(
        &self,
        division: DivisionCode,
        day: Date,
    ) -> Result<Option<ResolvedLine>, AppError> {
        let codes: Vec<String> = std::iter::once(division)
            .chain(division.ancestors())
            .map(|d| d.to_string())
            .collect();
        let found = self.nearest_line(&codes, day).await?;
        Ok(found.map(|(_, resolved)| resolved))
    }

    /// The published line of the first of these divisions that has one on a
    /// day, and the amount it comes to for the first of them.
    async fn nearest_line(
        &self,
        codes: &[String],
        day: Date,
    ) -> Result<Option<(LineRow, ResolvedLine)>, AppError> {
        let rows = self.store.monitoring_lines_on(codes, day).await?;
        // Nearest first; of one jurisdiction the latest start comes first already.
        let mut outward = codes
            .iter()
            .filter_map(|code| rows.iter().find(|r| &r.jurisdiction == code));
        let Some(mut row) = outward.next() else {
            return Ok(None);
        };
        // A later line from above goes before an older one that is lower.
        for above in outward {
            let later = above.effective_from > row.effective_from;
            if later && above.amount_yuan > row.amount_yuan && self.forbids_lower(above)? {
                row = above;
            }
        }
        let own = self.store.own_amounts(&row.id, codes).await?;
        let day = day.to_string();
        let nearest = codes.iter().find_map(|code| {
            own.iter().find(|r| {
                // Like the line itself, it judges nothing from before it was answered.
                let holds = [&r.own_effective_from, &r.acknowledged_on];
                &r.division == code
                    && holds
                        .iter()
                        .all(|from| from.as_deref().is_none_or(|from| from <= day.as_str()))
            })
        });
        let (amount, number, place) = nearest.map_or(
            (row.amount_yuan, &row.document_number, &row.jurisdiction),
            |r| {
                let amount = r.own_amount_yuan.unwrap_or(row.amount_yuan);
                (amount, &r.document_number, &r.division)
            },
        );
        let names = self.division_names([place.clone()]).await?;
        let resolved = ResolvedLine {
            year: i16::try_from(row.year).unwrap_or(i16::MAX),
            amount_yuan: amount,
            document_number: number.clone(),
            published_by: names.get(place).cloned().unwrap_or_default(),
        };
        Ok(Some((row.clone(), resolved)))
    }

    /// Whether those a line went to may not stay below it.
    fn forbids_lower(&self, row: &LineRow) -> Result<bool, AppError> {
        let rules = rules(self.pack(&row.line()?.pack.id)?)?;
        let down = rules.downward.as_ref();
        Ok(down.is_some_and(|d| !d.may_be_lower()))
    }

    /// The line that counts for a casefile: that of the day the household was
    /// looked at.
    pub(crate) async fn line_of(
        &self,
        casefile: &Casefile,
    ) -> Result<Option<ResolvedLine>, AppError> {
        let day = casefile
            .records
            .looked_at_on()
            .unwrap_or_else(|| self.today());
        self.published_line(casefile.village, day).await
    }
}

fn line_facts<'a>(
    rules: &'a Line,
    principal: &'a Principal,
    around: Surroundings<'a>,
) -> LineFacts<'a> {
    LineFacts {
        rules,
        account_id: &principal.account_id,
        account_name: &principal.display_name,
        around,
    }
}
