//! 转有关地方: a lead about somebody who belongs elsewhere goes there with its
//! day. Inside the installation a lead is opened there; outside it the place is
//! written down for the paper that goes along.

use domain::account::Principal;
use domain::division::{DivisionCode, Level};
use domain::policy::LeadOutcome;
use domain::typed_text::readable_length;
use serde::{Deserialize, Serialize};
use store::WriteTx;
use store::audit::chain_of;
use store::lead::LeadRow;
use utoipa::ToSchema;

use super::{parse_date, village_of};
use crate::division::DivisionView;
use crate::error::permit;
use crate::{App, AppError, new_id};

/// Longest name of a place, in characters.
const LONGEST_PLACE: usize = 200;

/// Where a lead goes: a division of this installation, or a place outside.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
pub struct ForwardLead {
    #[schema(value_type = Option<String>)]
    pub division: Option<DivisionCode>,
    #[serde(default)]
    pub place: String,
}

/// Where a lead went or came from, as the other end reads it.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ForwardedLead {
    /// Path of the division, or the place outside as written.
    pub place: String,
    /// It stands in this installation at the other end, with the same day.
    pub received: bool,
    /// The lead at the other end, where it is in the own scope.
    pub lead_id: Option<String>,
}

impl App {
    /// Sends a lead where it belongs, inside the transaction that concludes it.
    ///
    /// # Errors
    /// [`AppError::Invalid`] naming what is missing or where nobody takes it.
    pub(super) async fn forward_lead(
        &self,
        tx: &mut WriteTx,
        principal: &Principal,
        lead: &mut LeadRow,
        outcome: &LeadOutcome,
        (forward, reason): (Option<&ForwardLead>, &str),
    ) -> Result<(), AppError> {
        let Some(forward) = forward.filter(|_| outcome.forwards) else {
            if outcome.forwards {
                return Err(AppError::invalid("forward", "请选择或写明转往哪里"));
            }
            return Ok(());
        };
        let Some(division) = forward.division else {
            if readable_length(&forward.place) < 2 || forward.place.chars().count() > LONGEST_PLACE
            {
                return Err(AppError::invalid(
                    "forward",
                    format!("请写明转往哪里（省、市、县、乡镇），{LONGEST_PLACE} 字以内"),
                ));
            }
            lead.forwarded_to_place = Some(forward.place.trim().to_owned());
            return Ok(());
        };
        let there = self
            .lead_there(tx, principal, lead, division, reason)
            .await?;
        lead.forwarded_to_place = Some(self.division_path(division).await?);
        lead.forwarded_to = Some(there.id.clone());
        let id = there.id.clone();
        tx.add_lead(there).await?;
        tx.audit(
            &chain_of(Some(division)),
            "lead.forwarded",
            &format!("lead/{id}"),
            &format!("from=lead/{}", lead.id),
        )
        .await?;
        Ok(())
    }

    /// The lead as it opens at the other end: the same day, because the clock
    /// runs from discovery wherever the household belongs (HN22-060).
    async fn lead_there(
        &self,
        tx: &WriteTx,
        principal: &Principal,
        lead: &LeadRow,
        division: DivisionCode,
        reason: &str,
    ) -> Result<LeadRow, AppError> {
        let refused = |message: &str| Err(AppError::invalid("forward", message));
        let from = village_of(&lead.village)?;
        if !matches!(division.level(), Level::Township | Level::Village)
            || self.store.division(division).await?.is_none()
        {
            return refused("请选到乡镇或村");
        }
        if division.contains(from) {
            return refused("这就是线索所在的地方，请选择另一个乡镇或村");
        }
        let accounts = self.store.accounts_over(division).await?;
        let staffed = accounts.iter().any(|a| {
            let place = a.division.as_deref().and_then(|d| d.parse().ok());
            place.is_some_and(|d: DivisionCode| d.level() >= Level::Township)
        });
        if !staffed {
            return refused("那里还没有人使用本系统，请改选“系统外”，写明去处，另用转送单转去");
        }
        let pack = self
            .pack_for_lead(division, parse_date(&lead.received_on)?)
            .await?;
        if !pack.values.channels.iter().any(|c| c.code == lead.channel) {
            return refused("那里执行的文件没有列出这种线索来源，请改选“系统外”，另用转送单转去");
        }
        let id = new_id();
        let name = match &lead.household_id {
            Some(household) => tx
                .household_file(&principal.scope, household)
                .await?
                .map_or_else(String::new, |(row, _)| row.head_name),
            None => lead.reported_name.clone(),
        };
        let described = self.store.lead_description(lead)?;
        let described = format!("{described}\n转来说明：{}", reason.trim());
        Ok(LeadRow {
            description_sealed: tx.seal_lead_description(&id, &described)?,
            id,
            household_id: None,
            village: division.to_string(),
            reported_name: name,
            recorded_at: self.clock.now_millis(),
            status: "open".into(),
            outcome: None,
            outcome_reason: None,
            concluded_on: None,
            concluded_by: None,
            verified_by: None,
            casefile_id: None,
            merged_into: None,
            account_id: principal.account_id.clone(),
            version: 1,
            late_reason_sealed: None,
            own_received_on: None,
            forwarded_from: Some(lead.id.clone()),
            forwarded_from_place: Some(self.division_path(from).await?),
            forwarded_to: None,
            forwarded_to_place: None,
            ..lead.clone()
        })
    }

    /// Both ends of a forwarded lead: (where it came from, where it went).
    pub(super) async fn forwarded(
        &self,
        principal: &Principal,
        row: &LeadRow,
    ) -> Result<(Option<ForwardedLead>, Option<ForwardedLead>), AppError> {
        let from = (&row.forwarded_from, &row.forwarded_from_place);
        let to = (&row.forwarded_to, &row.forwarded_to_place);
        Ok((
            self.other_end(principal, from).await?,
            self.other_end(principal, to).await?,
        ))
    }

    async fn other_end(
        &self,
        principal: &Principal,
        (lead, place): (&Option<String>, &Option<String>),
    ) -> Result<Option<ForwardedLead>, AppError> {
        let Some(place) = place.clone() else {
            return Ok(None);
        };
        let seen = match lead {
            Some(id) => self.store.lead(&principal.scope, id).await?.map(|l| l.id),
            None => None,
        };
        Ok(Some(ForwardedLead {
            place,
            received: lead.is_some(),
            lead_id: seen,
        }))
    }

    /// Divisions a lead may be sent to: of the whole installation, because
    /// people come from anywhere. Names of places are no one's secret.
    ///
    /// # Errors
    /// When the operation is missing or the database refuses.
    pub async fn forward_places(
        &self,
        principal: &Principal,
        parent: Option<DivisionCode>,
    ) -> Result<Vec<DivisionView>, AppError> {
        permit(principal, domain::account::Operation::LeadConclude)?;
        let everywhere = domain::account::Scope::subtree(DivisionCode::NATION);
        let parent = parent.unwrap_or(DivisionCode::NATION);
        let rows = self.store.division_children(&everywhere, parent).await?;
        Ok(rows
            .into_iter()
            .map(|(row, children)| crate::division::view(row, children, String::new()))
            .collect())
    }
}
