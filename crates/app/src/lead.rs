//! Leads: registering, matching to a household, concluding, putting a day right.

mod complaint;
mod correction;
mod forward;

pub use complaint::{ComplaintListQuery, ComplaintView, HandleComplaint};
pub(crate) use complaint::{highest, level_complained_of, not_by_the_accused};
use correction::lend_day;
pub use correction::{CorrectLead, LeadCorrectionView};
pub use forward::{ForwardLead, ForwardedLead};

mod repeated;
mod view;

pub use view::{LeadHousehold, LeadListQuery, LeadView};

use domain::account::{Operation, Principal};
use domain::casefile::LeadRef;
use domain::division::{DivisionCode, Level};
use domain::lead::{HouseholdStanding, LeadConclusion, NewLead, check_conclusion, check_new_lead};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use store::WriteTx;
use store::audit::chain_of;
use store::household::{EpisodeRow, HouseholdRow};
use store::lead::LeadRow;
use utoipa::ToSchema;

use crate::error::permit;
use crate::{App, AppError, new_id};

/// What registering gave.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct RegisteredLead {
    /// None for a complaint of somebody in office: whoever took it in does not
    /// read on.
    pub lead: Option<LeadView>,
    /// The level that handles a complaint of somebody in office.
    #[schema(value_type = Option<String>)]
    pub handled_at: Option<Level>,
    /// True when an open lead on the household took this one in.
    pub merged: bool,
    pub into: Option<String>,
    /// The earliest date of the household's open leads: the clock runs from it.
    pub earliest_on: Option<String>,
}

/// A conclusion, with the version the person saw.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub struct ConcludeLead {
    pub expected_version: i64,
    #[serde(flatten)]
    pub conclusion: LeadConclusion,
    /// The lead of the same household that this one repeats.
    #[serde(default)]
    pub duplicate_of: Option<String>,
    /// Where it goes, for an outcome that sends it elsewhere.
    #[serde(default)]
    pub forward: Option<ForwardLead>,
}

/// What a conclusion led to.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ConcludedLead {
    pub casefile_id: Option<String>,
}

impl App {
    /// Registers a lead. Open leads on one household merge and keep the
    /// earliest date.
    ///
    /// # Errors
    /// [`AppError::Refused`] with every rule not met; [`AppError::NotFound`]
    /// for a household outside the scope.
    pub async fn register_lead(
        &self,
        principal: &Principal,
        form: NewLead,
    ) -> Result<RegisteredLead, AppError> {
        permit(principal, Operation::LeadRegister)?;
        let mut tx = self.store.write(self.actor(principal)).await?;
        let household = match &form.household_id {
            Some(id) => {
                // Leads of one household merge: no two arrive in the same instant.
                tx.lock_household(id).await?;
                let found = tx.household_file(&principal.scope, id).await?;
                Some(found.ok_or(AppError::NotFound)?)
            }
            None => None,
        };
        if household
            .as_ref()
            .is_some_and(|(_, file)| file.active_members().next().is_none())
        {
            return Err(AppError::invalid(
                "household_id",
                "这户已经没有成员（已并户或销户），请选择现在的户",
            ));
        }
        let village = match (&household, form.village) {
            (Some((row, _)), _) => village_of(&row.village)?,
            (None, Some(village)) => {
                self.village_in_scope(principal, village).await?;
                village
            }
            (None, None) => {
                return Err(AppError::invalid(
                    "village",
                    "请选择农户，或写明姓名和所在村",
                ));
            }
        };
        let pack = self.pack_for_lead(village, form.received_on).await?;
        check_new_lead(&form, pack, self.today()).map_err(AppError::Refused)?;
        let known = self.codes.get("risk_type");
        if form
            .risks
            .iter()
            .any(|r| known.is_none_or(|l| l.get(r).is_none()))
        {
            return Err(AppError::invalid(
                "risks",
                "有一项风险不在名单里，请重新选择",
            ));
        }
        if let Some(official) = &form.official {
            let handled_at = self
                .take_in_complaint(&mut tx, principal, (&form, official), village)
                .await?;
            tx.commit().await?;
            return Ok(RegisteredLead {
                lead: None,
                handled_at: Some(handled_at),
                merged: false,
                into: None,
                earliest_on: None,
            });
        }
        let open = match &form.household_id {
            Some(id) => tx.open_leads(id).await?,
            None => Vec::new(),
        };
        let row = self.lead_row(&tx, principal, &form, village)?;
        let id = row.id.clone();
        let (into, earliest) = match open.into_iter().next() {
            Some(mut first) => {
                let earliest = first.received_on.clone().min(row.received_on.clone());
                let first_id = first.id.clone();
                let mut merged = row;
                merged.status = "merged".into();
                merged.merged_into = Some(first_id.clone());
                tx.add_lead(merged).await?;
                if earliest < first.received_on {
                    lend_day(&mut first, &earliest);
                    tx.save_lead(first).await?;
                }
                (Some(first_id), Some(earliest))
            }
            None => {
                let received = row.received_on.clone();
                tx.add_lead(row).await?;
                (None, Some(received))
            }
        };
        // A running casefile hears of it too: an earlier date moves its clock.
        let mut joined = None;
        if let (Some((household_row, file)), None) = (&household, &into)
            && tx.running_casefile(&household_row.id).await?.is_some()
        {
            let lead = LeadRef {
                id: id.clone(),
                channel: form.channel.clone(),
                received_on: form.received_on,
            };
            let casefile_id = self
                .open_casefile(
                    &mut tx,
                    principal,
                    &household_row.id,
                    file,
                    vec![lead],
                    self.today(),
                )
                .await?;
            let mut own = tx
                .lead(&principal.scope, &id)
                .await?
                .ok_or(AppError::NotFound)?;
            own.status = "concluded".into();
            own.outcome = Some("identification".into());
            // Nobody verified anything: no reason, and nobody who concluded.
            own.casefile_id = Some(casefile_id.clone());
            own.concluded_on = Some(self.today().to_string());
            tx.save_lead(own).await?;
            joined = Some(casefile_id);
        }
        tx.audit(
            &chain_of(Some(village)),
            "lead.registered",
            &format!("lead/{id}"),
            &format!(
                "channel={} merged={} joined={}",
                form.channel,
                into.is_some(),
                joined.is_some()
            ),
        )
        .await?;
        tx.commit().await?;
        // Who may not read leads is shown the one just registered only.
        let shown = into
            .clone()
            .filter(|_| principal.may(Operation::LeadRead))
            .unwrap_or_else(|| id.clone());
        Ok(RegisteredLead {
            lead: Some(self.lead_view(principal, &shown).await?),
            handled_at: None,
            merged: into.is_some(),
            into,
            earliest_on: earliest,
        })
    }

    fn lead_row(
        &self,
        tx: &WriteTx,
        principal: &Principal,
        form: &NewLead,
        village: DivisionCode,
    ) -> Result<LeadRow, AppError> {
        let id = new_id();
        Ok(LeadRow {
            description_sealed: tx.seal_lead_description(&id, form.description.trim())?,
            household_id: form.household_id.clone(),
            village: village.to_string(),
            reported_name: form.reported_name.trim().to_owned(),
            channel: form.channel.clone(),
            discovery_mode: form.discovery_mode.clone(),
            received_on: form.received_on.to_string(),
            recorded_at: self.clock.now_millis(),
            reporter: form.reporter.trim().to_owned(),
            means: form.means.clone(),
            proxy: form
                .proxy
                .as_ref()
                .and_then(|p| serde_json::to_string(p).ok()),
            risks: serde_json::to_string(&form.risks).unwrap_or_else(|_| "[]".into()),
            status: "open".into(),
            outcome: None,
            outcome_reason: None,
            concluded_on: None,
            concluded_by: None,
            verified_by: None,
            casefile_id: None,
            merged_into: None,
            own_received_on: None,
            forwarded_from: None,
            forwarded_from_place: None,
            forwarded_to: None,
            forwarded_to_place: None,
            account_id: principal.account_id.clone(),
            version: 1,
            late_reason_sealed: match form.late_reason.trim() {
                "" => None,
                reason => Some(tx.seal_late_reason(&id, reason)?),
            },
            id,
        })
    }

    /// Points a lead at the household it is about.
    ///
    /// # Errors
    /// [`AppError::NotFound`] for a lead or household outside the scope.
    pub async fn match_lead(
        &self,
        principal: &Principal,
        id: &str,
        household_id: &str,
    ) -> Result<LeadView, AppError> {
        permit(principal, Operation::LeadRegister)?;
        permit(principal, Operation::LeadRead)?;
        let mut tx = self.store.write(self.actor(principal)).await?;
        let lead = tx
            .lead(&principal.scope, id)
            .await?
            .ok_or(AppError::NotFound)?;
        if lead.status != "open" {
            return Err(AppError::Stale {
                current: lead.version,
            });
        }
        tx.lock_household(household_id).await?;
        let (household, _) = tx
            .household_file(&principal.scope, household_id)
            .await?
            .ok_or(AppError::NotFound)?;
        let shown = self.attach_lead(&mut tx, lead, &household).await?;
        tx.audit(
            &chain_of(Some(village_of(&household.village)?)),
            "lead.matched",
            &format!("lead/{id}"),
            "",
        )
        .await?;
        tx.commit().await?;
        self.lead_view(principal, &shown).await
    }

    /// Points an open lead at a household; an open lead already there takes it
    /// in. Returns the one to be worked on.
    pub(crate) async fn attach_lead(
        &self,
        tx: &mut WriteTx,
        mut lead: LeadRow,
        household: &HouseholdRow,
    ) -> Result<String, AppError> {
        let others = tx.open_leads(&household.id).await?;
        lead.household_id = Some(household.id.clone());
        lead.village.clone_from(&household.village);
        if let Some(mut first) = others.into_iter().find(|o| o.id != lead.id) {
            if lead.received_on < first.received_on {
                lend_day(&mut first, &lead.received_on);
                tx.save_lead(first.clone()).await?;
            }
            lead.status = "merged".into();
            lead.merged_into = Some(first.id);
        }
        let shown = lead.merged_into.clone().unwrap_or_else(|| lead.id.clone());
        tx.save_lead(lead).await?;
        Ok(shown)
    }

    /// Concludes a verified lead. It may open an identification, join the
    /// running episode, or end; its date goes nowhere else.
    ///
    /// # Errors
    /// [`AppError::Refused`] with every rule not met.
    pub async fn conclude_lead(
        &self,
        principal: &Principal,
        id: &str,
        form: ConcludeLead,
    ) -> Result<ConcludedLead, AppError> {
        permit(principal, Operation::LeadConclude)?;
        let mut tx = self.store.write(self.actor(principal)).await?;
        let mut lead = tx
            .lead(&principal.scope, id)
            .await?
            .ok_or(AppError::NotFound)?;
        if lead.version != form.expected_version || lead.status != "open" {
            return Err(AppError::Stale {
                current: lead.version,
            });
        }
        let village = village_of(&lead.village)?;
        let pack = self
            .pack_for_lead(village, parse_date(&lead.received_on)?)
            .await?;
        let household = match &lead.household_id {
            Some(household_id) => {
                // One household, one casefile: whoever comes second sees the first's.
                tx.lock_household(household_id).await?;
                tx.household_file(&principal.scope, household_id).await?
            }
            None => None,
        };
        let episodes = match &lead.household_id {
            Some(household_id) => tx.episodes(household_id).await?,
            None => Vec::new(),
        };
        let running = match &lead.household_id {
            Some(household_id) => tx.running_casefile(household_id).await?.is_some(),
            None => false,
        };
        let standing = household.as_ref().map(|(_, file)| HouseholdStanding {
            status: &file.household_type,
            monitored: episodes.iter().any(|e| e.status == "running"),
            cleared_before: episodes.iter().any(|e| e.status == "cleared"),
            running_casefile: running,
        });
        let received_on = parse_date(&lead.received_on)?;
        let leads_to =
            check_conclusion(&form.conclusion, received_on, standing, pack, self.today())
                .map_err(AppError::Refused)?;
        if form.conclusion.outcome == "duplicate" {
            let named = form.duplicate_of.as_deref();
            let other = self.repeated_lead(&tx, principal, &lead, named).await?;
            lead.merged_into = Some(other);
        }
        let mut outcomes = pack.values.lead_outcomes.iter();
        if let Some(outcome) = outcomes.find(|o| o.code == form.conclusion.outcome) {
            let forward = (form.forward.as_ref(), form.conclusion.reason.as_str());
            self.forward_lead(&mut tx, principal, &mut lead, outcome, forward)
                .await?;
        }
        let mut casefile_id = None;
        match (leads_to.as_str(), &household) {
            ("casefile", Some((row, file))) => {
                let reference = LeadRef {
                    id: lead.id.clone(),
                    channel: lead.channel.clone(),
                    received_on,
                };
                casefile_id = Some(
                    self.open_casefile(
                        &mut tx,
                        principal,
                        &row.id,
                        file,
                        vec![reference],
                        form.conclusion.on,
                    )
                    .await?,
                );
            }
            ("episode", Some(_)) => self.join_episode(&mut tx, &lead, episodes).await?,
            _ => {}
        }
        lead.status = "concluded".into();
        lead.outcome = Some(form.conclusion.outcome.clone());
        lead.outcome_reason = Some(form.conclusion.reason.trim().to_owned());
        lead.concluded_on = Some(form.conclusion.on.to_string());
        lead.concluded_by = Some(principal.display_name.clone());
        lead.verified_by = serde_json::to_string(&form.conclusion.verified_by).ok();
        lead.casefile_id.clone_from(&casefile_id);
        tx.save_lead(lead).await?;
        tx.audit(
            &chain_of(Some(village)),
            "lead.concluded",
            &format!("lead/{id}"),
            &form.conclusion.outcome,
        )
        .await?;
        tx.commit().await?;
        Ok(ConcludedLead { casefile_id })
    }

    /// The risk joins the running episode instead of a second identification.
    async fn join_episode(
        &self,
        tx: &mut WriteTx,
        lead: &LeadRow,
        episodes: Vec<EpisodeRow>,
    ) -> Result<(), AppError> {
        let Some(mut episode) = episodes.into_iter().find(|e| e.status == "running") else {
            return Ok(());
        };
        let mut risks: Vec<String> = serde_json::from_str(&episode.risks).unwrap_or_default();
        // What merged into the lead told of risks too.
        let merged = tx.leads_merged_into(&lead.id).await?;
        for told in std::iter::once(lead).chain(&merged) {
            let new: Vec<String> = serde_json::from_str(&told.risks).unwrap_or_default();
            for risk in new {
                if !risks.contains(&risk) {
                    risks.push(risk);
                }
            }
        }
        episode.risks = serde_json::to_string(&risks).unwrap_or_default();
        episode.version += 1;
        tx.save_episode(episode).await?;
        Ok(())
    }
}

/// Parses a stored date.
pub(crate) fn parse_date(text: &str) -> Result<Date, AppError> {
    text.parse()
        .map_err(|_| AppError::Internal("a stored date is malformed".into()))
}

/// Parses a stored division code.
pub(crate) fn village_of(text: &str) -> Result<DivisionCode, AppError> {
    text.parse()
        .map_err(|_| AppError::Internal("a stored division code is malformed".into()))
}
