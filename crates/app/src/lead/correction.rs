//! A lead's day typed wrongly is put right, with a reason and on record; the
//! clock that runs from it follows.

use domain::account::{Operation, Principal};
use domain::casefile::{Casefile, Stage};
use domain::lead::{DayCorrection, LeadMatter, check_received_on};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use store::WriteTx;
use store::audit::chain_of;
use store::casefile::CasefileRow;
use store::lead::{LeadCorrectionRow, LeadRow};
use utoipa::ToSchema;

use super::{LeadView, parse_date, village_of};
use crate::casefile::member_facts;
use crate::error::permit;
use crate::{App, AppError, clock, new_id};

/// How often a lead may have been merged on; more is a defect.
const MOST_MERGERS: usize = 20;

/// The right day, and why.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub struct CorrectLead {
    pub expected_version: i64,
    #[schema(value_type = String)]
    pub received_on: Date,
    pub reason: String,
}

/// A day put right.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct LeadCorrectionView {
    pub old_received_on: String,
    pub new_received_on: String,
    pub reason: String,
    pub by_name: String,
    pub recorded_at: String,
}

/// An earlier lead that merges into this one lends it its day; the own day is
/// kept beside.
pub(super) fn lend_day(lead: &mut LeadRow, earlier: &str) {
    let own = std::mem::replace(&mut lead.received_on, earlier.to_owned());
    lead.own_received_on.get_or_insert(own);
}

fn own_day(lead: &LeadRow) -> &str {
    lead.own_received_on.as_ref().unwrap_or(&lead.received_on)
}

/// The day that counts: the own one, or an earlier one that was lent.
fn settle_day(lead: &mut LeadRow, own: String, lent: Option<String>) {
    match lent.filter(|lent| *lent < own) {
        Some(lent) => {
            lead.received_on = lent;
            lead.own_received_on = Some(own);
        }
        None => {
            lead.received_on = own;
            lead.own_received_on = None;
        }
    }
}

fn matter_of<'a>(lead: &LeadRow, casefile: Option<&'a Casefile>) -> LeadMatter<'a> {
    match (lead.status.as_str(), casefile) {
        ("open", _) => LeadMatter::Open,
        (_, Some(casefile)) => LeadMatter::Casefile(casefile),
        (_, None) => LeadMatter::Concluded,
    }
}

impl App {
    /// Puts the day of a lead right. What it merged into, and the running
    /// casefile it was concluded into, follow in the same transaction.
    ///
    /// # Errors
    /// [`AppError::Refused`] once the clock has ended or does not run, and with
    /// every other rule not met; [`AppError::NotFound`] outside the scope.
    pub async fn correct_lead(
        &self,
        principal: &Principal,
        id: &str,
        form: CorrectLead,
    ) -> Result<LeadView, AppError> {
        permit(principal, Operation::LeadCorrect)?;
        permit(principal, Operation::LeadRead)?;
        let mut tx = self.store.write(self.actor(principal)).await?;
        let mut lead = tx
            .lead(&principal.scope, id)
            .await?
            .ok_or(AppError::NotFound)?;
        if lead.version != form.expected_version {
            return Err(AppError::Stale {
                current: lead.version,
            });
        }
        if let Some(household) = &lead.household_id {
            // Merging and concluding wait for the same lock.
            tx.lock_household(household).await?;
        }
        let above = self.leads_above(&tx, principal, &lead).await?;
        let last = above.last().unwrap_or(&lead);
        let found = match &last.casefile_id {
            Some(casefile) => tx.casefile(&principal.scope, casefile).await?,
            None => None,
        };
        let old = own_day(&lead).to_owned();
        let village = village_of(&lead.village)?;
        let pack = match &found {
            Some((_, casefile)) => self.pack(&casefile.pack.id)?,
            None => self.pack_for_lead(village, form.received_on).await?,
        };
        let concluded_on = last.concluded_on.as_deref().map(parse_date).transpose()?;
        let correction = DayCorrection {
            channel: &lead.channel,
            before: parse_date(&old)?,
            after: form.received_on,
            reason: &form.reason,
            concluded_on,
        };
        check_received_on(
            &correction,
            matter_of(last, found.as_ref().map(|(_, c)| c)),
            pack,
            self.today(),
        )
        .map_err(AppError::Refused)?;

        let day = form.received_on.to_string();
        let lent = lent_to(&tx, &lead.id, None).await?;
        settle_day(&mut lead, day.clone(), lent);
        let last = self.save_upwards(&mut tx, lead, above).await?;
        if let Some((row, casefile)) = found {
            let day = parse_date(&last.received_on)?;
            self.casefile_follows(&mut tx, principal, (row, casefile), &last.id, day)
                .await?;
        }
        let correction_id = new_id();
        tx.add_lead_correction(LeadCorrectionRow {
            lead_id: id.to_owned(),
            village: village.to_string(),
            old_received_on: old.clone(),
            new_received_on: day.clone(),
            reason_sealed: tx.seal_correction_reason(&correction_id, form.reason.trim())?,
            id: correction_id,
            account_id: principal.account_id.clone(),
            by_name: principal.display_name.clone(),
            recorded_at: self.clock.now_millis(),
        })
        .await?;
        tx.audit(
            &chain_of(Some(village)),
            "lead.corrected",
            &format!("lead/{id}"),
            &format!("old={old} new={day}"),
        )
        .await?;
        tx.commit().await?;
        self.lead_view(principal, id).await
    }

    /// The leads a lead merged into, one after another.
    async fn leads_above(
        &self,
        tx: &WriteTx,
        principal: &Principal,
        lead: &LeadRow,
    ) -> Result<Vec<LeadRow>, AppError> {
        let mut above: Vec<LeadRow> = Vec::new();
        while let Some(next) = &above.last().unwrap_or(lead).merged_into {
            if above.len() >= MOST_MERGERS {
                return Err(AppError::Internal(format!(
                    "lead {} merges in a circle",
                    lead.id
                )));
            }
            let next = tx.lead(&principal.scope, next).await?;
            above.push(next.ok_or(AppError::NotFound)?);
        }
        Ok(above)
    }

    /// Saves a lead and those above it, each with the earliest day it has;
    /// answers the last one.
    async fn save_upwards(
        &self,
        tx: &mut WriteTx,
        lead: LeadRow,
        above: Vec<LeadRow>,
    ) -> Result<LeadRow, AppError> {
        let mut below = lead;
        tx.save_lead(below.clone()).await?;
        for mut next in above {
            let lent = lent_to(tx, &next.id, Some(&below)).await?;
            let (own, before) = (own_day(&next).to_owned(), next.received_on.clone());
            settle_day(&mut next, own, lent);
            if next.received_on != before {
                tx.save_lead(next.clone()).await?;
            }
            below = next;
        }
        Ok(below)
    }

    /// The clock of the running casefile runs from the day put right.
    async fn casefile_follows(
        &self,
        tx: &mut WriteTx,
        principal: &Principal,
        (row, mut casefile): (CasefileRow, Casefile),
        lead_id: &str,
        day: Date,
    ) -> Result<(), AppError> {
        let Some(event) = casefile.correct_lead(lead_id, day, self.today()) else {
            return Ok(());
        };
        let pack = self.pack(&casefile.pack.id)?;
        let (_, file) = tx
            .household_file(&principal.scope, &casefile.household_id)
            .await?
            .ok_or(AppError::NotFound)?;
        let members = member_facts(&file, self.today());
        let facts = self.facts(pack, &members, &file.household_type, principal);
        let projection = self.projection(&casefile, &facts);
        let events = [(event, self.author(principal))];
        tx.save_casefile(&casefile, &projection, &events, row.version)
            .await?;
        Ok(())
    }

    /// Days put right before, oldest first.
    pub(super) async fn lead_corrections(
        &self,
        principal: &Principal,
        lead: &LeadRow,
    ) -> Result<Vec<LeadCorrectionView>, AppError> {
        let rows = self
            .store
            .lead_corrections(&principal.scope, &lead.id)
            .await?;
        Ok(rows
            .into_iter()
            .map(|(row, reason)| LeadCorrectionView {
                old_received_on: row.old_received_on,
                new_received_on: row.new_received_on,
                reason,
                by_name: row.by_name,
                recorded_at: clock::instant_text(row.recorded_at),
            })
            .collect())
    }

    /// Whether the signed-in person could put its day right now.
    pub(super) async fn lead_is_correctable(
        &self,
        principal: &Principal,
        lead: &LeadRow,
    ) -> Result<bool, AppError> {
        if !principal.may(Operation::LeadCorrect) {
            return Ok(false);
        }
        let mut last = lead.clone();
        for _ in 0..MOST_MERGERS {
            let Some(into) = &last.merged_into else { break };
            match self.store.lead(&principal.scope, into).await? {
                Some(next) => last = next,
                None => return Ok(false),
            }
        }
        let casefile = match &last.casefile_id {
            Some(id) => self.store.casefile(&principal.scope, id).await?,
            None => None,
        };
        Ok(match matter_of(&last, casefile.as_ref().map(|(_, c)| c)) {
            LeadMatter::Open => true,
            LeadMatter::Casefile(casefile) => casefile.stage == Stage::Running,
            LeadMatter::Concluded => false,
        })
    }
}

/// The earliest day of the leads that merged into one; `changed` is one of
/// them as it will be.
async fn lent_to(
    tx: &WriteTx,
    id: &str,
    changed: Option<&LeadRow>,
) -> Result<Option<String>, AppError> {
    let merged = tx.leads_merged_into(id).await?;
    let days = merged
        .into_iter()
        .filter(|m| changed.is_none_or(|c| c.id != m.id))
        .map(|m| m.received_on)
        .chain(changed.map(|c| c.received_on.clone()));
    Ok(days.min())
}
