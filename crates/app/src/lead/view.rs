//! Leads as the console shows them.

use std::collections::BTreeMap;

use domain::account::{Operation, Principal};
use domain::division::DivisionCode;
use domain::lead::{LeadBasis, Proxy};
use domain::paper::spoken;
use domain::policy::{Pack, StepKind};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use store::household::HouseholdRow;
use store::lead::{LeadFilter, LeadRow};
use utoipa::ToSchema;

use super::{ForwardedLead, LeadCorrectionView, parse_date, village_of};
use crate::casefile::VillageName;
use crate::error::permit;
use crate::{App, AppError, PageView, Window, clock};

/// What became of a lead on a household whose casefile runs.
const JOINED: &str = "并入正在办理的识别认定";

/// A lead as the console shows it.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct LeadView {
    pub id: String,
    pub household: Option<LeadHousehold>,
    pub reported_name: String,
    pub village: VillageName,
    pub channel: String,
    pub channel_label: String,
    pub discovery_mode: String,
    /// The clauses that name these ways; none where the document in force does not.
    pub basis: LeadBasis,
    pub received_on: String,
    pub recorded_at: String,
    pub description: String,
    pub reporter: String,
    pub means: Option<String>,
    pub proxy: Option<Proxy>,
    pub risks: Vec<String>,
    pub status: String,
    pub outcome: Option<String>,
    pub outcome_label: Option<String>,
    pub outcome_reason: Option<String>,
    pub concluded_on: Option<String>,
    pub concluded_by: Option<String>,
    /// It joined a running casefile when it was registered: nobody verified it.
    pub joined: bool,
    /// Who registered it; on the lead's own page only.
    pub registered_by: Option<String>,
    pub casefile_id: Option<String>,
    pub merged_into: Option<String>,
    /// Where it came from; on the lead's own page only.
    pub forwarded_from: Option<ForwardedLead>,
    /// Where it went; on the lead's own page only.
    pub forwarded_to: Option<ForwardedLead>,
    /// Last day on which the step named in `deadline_step` would be on time.
    pub deadline_on: Option<Date>,
    /// What the pack calls the step its clock ends with.
    pub deadline_step: Option<String>,
    pub days_left: Option<i64>,
    /// Why it was registered so late, where it was.
    pub late_reason: Option<String>,
    /// Days put right, oldest first; on the lead's own page only.
    pub corrections: Vec<LeadCorrectionView>,
    /// Its day may still be put right; on the lead's own page only.
    pub correctable: bool,
    /// What the household may be told while the lead is open; on the lead's own
    /// page only, for whoever takes leads in.
    pub household_message: Option<String>,
    pub version: i64,
}

/// The household a lead is about.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct LeadHousehold {
    pub id: String,
    pub head_name: String,
    pub village_name: String,
    pub monitored: String,
}

/// Filters of the lead list.
#[derive(Debug, Clone, Default, Deserialize, ToSchema, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct LeadListQuery {
    pub status: Option<String>,
    pub channel: Option<String>,
    #[param(value_type = Option<String>)]
    #[schema(value_type = Option<String>)]
    pub division: Option<DivisionCode>,
    pub household_id: Option<String>,
    pub limit: Option<u64>,
    pub cursor: Option<String>,
}

/// The clock of an open lead.
struct Deadline {
    on: Date,
    /// What the pack calls the step it ends with.
    step: String,
    days_left: i64,
}

impl App {
    /// Leads in scope, earliest received first.
    ///
    /// # Errors
    /// When the operation is missing or the database refuses.
    pub async fn leads(
        &self,
        principal: &Principal,
        query: LeadListQuery,
    ) -> Result<PageView<LeadView>, AppError> {
        permit(principal, Operation::LeadRead)?;
        let window = Window::new(query.limit, query.cursor.as_deref());
        let scope = query
            .division
            .map_or_else(|| principal.scope.clone(), |d| principal.scope.narrowed(d));
        let filter = LeadFilter {
            status: query.status,
            channel: query.channel,
            household_id: query.household_id,
        };
        let page = self.store.leads(&scope, &filter, &window).await?;
        let mut items = Vec::with_capacity(page.items.len());
        let households = self
            .store
            .households(
                &principal.scope,
                page.items.iter().filter_map(|l| l.household_id.clone()),
            )
            .await?;
        let names = self
            .division_names(page.items.iter().map(|l| l.village.clone()))
            .await?;
        for row in page.items {
            items.push(self.lead_view_of(row, &households, &names).await?);
        }
        Ok(PageView {
            items,
            next_cursor: page.next_cursor,
            total: page.total,
        })
    }

    /// One lead.
    ///
    /// # Errors
    /// [`AppError::NotFound`] outside the scope.
    pub async fn lead_view(&self, principal: &Principal, id: &str) -> Result<LeadView, AppError> {
        // Whoever may register sees what was registered; reading others' leads
        // is an operation of its own.
        if !principal.may(Operation::LeadRegister) {
            permit(principal, Operation::LeadRead)?;
        }
        let row = self
            .store
            .lead(&principal.scope, id)
            .await?
            .ok_or(AppError::NotFound)?;
        if !principal.may(Operation::LeadRead) && row.account_id != principal.account_id {
            return Err(AppError::NotFound);
        }
        let households = self
            .store
            .households(&principal.scope, row.household_id.clone())
            .await?;
        let names = self.division_names([row.village.clone()]).await?;
        let corrections = self.lead_corrections(principal, &row).await?;
        let account = row.account_id.clone();
        let registered_by = self.store.account_names([account.clone()]).await?;
        let correctable = self.lead_is_correctable(principal, &row).await?;
        let (forwarded_from, forwarded_to) = self.forwarded(principal, &row).await?;
        let view = self.lead_view_of(row, &households, &names).await?;
        let household_message = if principal.may(Operation::LeadRegister) {
            self.received_message(&view).await
        } else {
            None
        };
        Ok(LeadView {
            corrections,
            correctable,
            household_message,
            forwarded_from,
            forwarded_to,
            registered_by: registered_by.get(&account).cloned(),
            ..view
        })
    }

    /// The pack's words for a household whose sign of risk was taken in; none
    /// where they name a last day and this lead has none.
    async fn received_message(&self, lead: &LeadView) -> Option<String> {
        let received_on: Date = lead.received_on.parse().ok()?;
        let village = village_of(&lead.village.code).ok()?;
        let pack = self.pack_for_lead(village, received_on).await.ok()?;
        let name = lead
            .household
            .as_ref()
            .map_or(&lead.reported_name, |h| &h.head_name);
        let deadline_on = lead.deadline_on.map(spoken);
        let mut fill = vec![("head_name", name.as_str())];
        let received_on = spoken(received_on);
        fill.push(("received_on", &received_on));
        if let Some(deadline_on) = &deadline_on {
            fill.push(("deadline_on", deadline_on));
        }
        let open = lead.status == "open";
        let message = pack.message("lead_received", &fill);
        message.filter(|text| open && !text.contains("{deadline_on}"))
    }

    pub(super) async fn lead_view_of(
        &self,
        row: LeadRow,
        households: &BTreeMap<String, HouseholdRow>,
        names: &BTreeMap<String, String>,
    ) -> Result<LeadView, AppError> {
        let village = village_of(&row.village)?;
        let received_on = parse_date(&row.received_on)?;
        let pack = self.pack_for_lead(village, received_on).await.ok();
        let description = self.store.lead_description(&row)?;
        let late_reason = match &row.late_reason_sealed {
            Some(sealed) => Some(
                self.store
                    .open_sealed("lead", "late_reason", &row.id, sealed)?,
            ),
            None => None,
        };
        let deadline = match (pack, row.status.as_str()) {
            (Some(pack), "open") => self.lead_deadline(pack, &row)?,
            _ => None,
        };
        let village_name = names.get(&row.village).cloned().unwrap_or_default();
        let label = |list: &[(String, String)], code: &str| {
            list.iter()
                .find(|(c, _)| c == code)
                .map_or_else(|| code.to_owned(), |(_, l)| l.clone())
        };
        let channels: Vec<(String, String)> = pack
            .map(|p| {
                p.values
                    .channels
                    .iter()
                    .map(|c| (c.code.clone(), c.label.clone()))
                    .collect()
            })
            .unwrap_or_default();
        let outcomes: Vec<(String, String)> = pack
            .map(|p| {
                p.values
                    .lead_outcomes
                    .iter()
                    .map(|c| (c.code.clone(), c.label.clone()))
                    .collect()
            })
            .unwrap_or_default();
        // Whoever concludes a lead names who verified it.
        let joined =
            row.status == "concluded" && row.casefile_id.is_some() && row.verified_by.is_none();
        Ok(LeadView {
            joined,
            registered_by: None,
            household: row
                .household_id
                .as_ref()
                .and_then(|id| households.get(id))
                .map(|h| LeadHousehold {
                    id: h.id.clone(),
                    head_name: h.head_name.clone(),
                    village_name: village_name.clone(),
                    monitored: h.monitored.clone(),
                }),
            village: VillageName {
                code: row.village,
                name: village_name,
            },
            channel_label: label(&channels, &row.channel),
            outcome_label: if joined {
                Some(JOINED.into())
            } else {
                row.outcome.as_ref().map(|o| label(&outcomes, o))
            },
            id: row.id,
            reported_name: row.reported_name,
            basis: pack.map_or_else(LeadBasis::default, |p| {
                LeadBasis::of(p, &row.channel, &row.discovery_mode, row.means.as_deref())
            }),
            channel: row.channel,
            discovery_mode: row.discovery_mode,
            received_on: row.received_on,
            recorded_at: clock::instant_text(row.recorded_at),
            description,
            reporter: row.reporter,
            means: row.means,
            proxy: row.proxy.and_then(|p| serde_json::from_str(&p).ok()),
            risks: serde_json::from_str(&row.risks).unwrap_or_default(),
            status: row.status,
            outcome: row.outcome,
            outcome_reason: row.outcome_reason.filter(|_| !joined),
            concluded_on: row.concluded_on,
            concluded_by: row.concluded_by.filter(|_| !joined),
            casefile_id: row.casefile_id,
            merged_into: row.merged_into,
            deadline_on: deadline.as_ref().map(|d| d.on),
            deadline_step: deadline.as_ref().map(|d| d.step.clone()),
            days_left: deadline.map(|d| d.days_left),
            late_reason,
            forwarded_from: None,
            forwarded_to: None,
            corrections: Vec::new(),
            correctable: false,
            household_message: None,
            version: row.version,
        })
    }

    fn lead_deadline(&self, pack: &Pack, row: &LeadRow) -> Result<Option<Deadline>, AppError> {
        let starts = pack
            .values
            .channels
            .iter()
            .any(|c| c.code == row.channel && c.starts_clock);
        let clock = pack
            .identification()
            .and_then(|p| p.clocks.iter().find(|c| c.starts == "earliest_lead"));
        let (Some(clock), true) = (clock, starts) else {
            return Ok(None);
        };
        let (Some(limit), Some(unit)) = (clock.limit_days.get(), clock.unit.get()) else {
            return Ok(None);
        };
        let received = parse_date(&row.received_on)?;
        let used = self.calendar.days_used(received, self.today(), unit).days;
        let ends = StepKind::ALL.iter().find(|k| k.as_str() == clock.ends);
        Ok(Some(Deadline {
            on: self.calendar.deadline(received, limit, unit).date,
            step: ends.map_or_else(|| clock.label.clone(), |k| pack.step_label(*k).to_owned()),
            days_left: i64::from(limit) - i64::from(used),
        }))
    }
}
