//! Packs in force, their gaps and their history, as people see them.

use std::collections::BTreeMap;

use domain::account::{Operation, Principal};
use domain::division::DivisionCode;
use domain::policy::{AdoptionStatus, Period};
use jiff::civil::Date;
use serde::Serialize;
use store::policy::{AdoptionEventRow, AdoptionRow};
use utoipa::ToSchema;

use super::ending::proposed;
use super::{adoption_of, shown_to, status_of, timeline_of};
use crate::error::permit;
use crate::{App, AppError, clock};

/// Which packs are in force, jurisdiction by jurisdiction.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct AdoptionTimeline {
    pub today: Date,
    /// From the province down.
    pub jurisdictions: Vec<JurisdictionTimeline>,
}

/// The entries of one jurisdiction.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct JurisdictionTimeline {
    pub jurisdiction: String,
    pub name: String,
    pub level_label: String,
    /// By first day, drafts and withdrawn ones included.
    pub entries: Vec<AdoptionView>,
    /// Days without a pack of its own after the first.
    pub gaps: Vec<GapView>,
    /// Days two entries claim: left from before entries had an end.
    pub overlaps: Vec<Period>,
}

/// Days without an own pack.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct GapView {
    pub from: Date,
    pub until: Option<Date>,
    /// Title of the pack from above that holds meanwhile.
    pub covered_by: Option<String>,
}

/// One entry with its history.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct AdoptionView {
    pub id: String,
    pub pack_id: String,
    pub pack_title: String,
    pub pack_version: u32,
    pub jurisdiction: String,
    pub jurisdiction_name: String,
    pub from: Date,
    pub until: Option<Date>,
    pub status: AdoptionStatus,
    /// `draft`, `upcoming`, `running`, `past` or `withdrawn`.
    pub phase: String,
    pub reason: String,
    pub document: String,
    pub version: i64,
    /// A draft of another person's that this one may put in force.
    pub may_confirm: bool,
    /// The own draft, which another policy officer puts in force.
    pub awaits_another: bool,
    pub may_withdraw: bool,
    pub may_end: bool,
    /// Day on which another officer's confirmation would end it.
    pub end_proposed: Option<String>,
    /// Another officer's proposal to end it, which this one may confirm.
    pub may_confirm_end: bool,
    /// An open proposal, own or another's, that may be dropped.
    pub may_keep: bool,
    /// The entry that made room for this one, by title.
    pub previous: Option<String>,
    pub history: Vec<AdoptionEventView>,
}

/// Who did what to an entry, when and why.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct AdoptionEventView {
    /// `drafted`, `put_in_force`, `end_proposed`, `kept`, `ended`, `reopened` or `withdrawn`.
    pub kind: String,
    pub until: Option<String>,
    pub reason: String,
    pub by_name: String,
    pub recorded_at: String,
}

impl App {
    /// Which packs are in force where, with gaps, overlaps and history.
    ///
    /// # Errors
    /// When the operation is missing.
    pub async fn adoption_timeline(
        &self,
        principal: &Principal,
    ) -> Result<AdoptionTimeline, AppError> {
        permit(principal, Operation::PolicyRead)?;
        let rows = self.store.adoptions().await?;
        let timeline = timeline_of(&rows)?;
        let mut by_place: BTreeMap<DivisionCode, Vec<AdoptionView>> = BTreeMap::new();
        for view in self.adoption_views(principal, &rows).await? {
            let place = view.jurisdiction.parse().map_err(|_| AppError::NotFound)?;
            by_place.entry(place).or_default().push(view);
        }
        let jurisdictions = by_place.into_iter().map(|(place, mut entries)| {
            entries.sort_by_key(|e| e.from);
            let gaps = timeline.gaps(place).into_iter().map(|days| GapView {
                from: days.from,
                until: days.until,
                covered_by: self.title_governing(&timeline, place, days.from),
            });
            let overlaps = timeline.overlaps(place).into_iter().map(|(.., days)| days);
            JurisdictionTimeline {
                jurisdiction: place.to_string(),
                name: entries[0].jurisdiction_name.clone(),
                level_label: place.level().label().into(),
                gaps: gaps.collect(),
                overlaps: overlaps.collect(),
                entries,
            }
        });
        Ok(AdoptionTimeline {
            today: self.today(),
            jurisdictions: jurisdictions.collect(),
        })
    }

    async fn adoption_views(
        &self,
        principal: &Principal,
        rows: &[AdoptionRow],
    ) -> Result<Vec<AdoptionView>, AppError> {
        let timeline = timeline_of(rows)?;
        let officer = principal.may(Operation::PolicyPutInForce);
        let mut events: BTreeMap<String, Vec<AdoptionEventRow>> = BTreeMap::new();
        for event in self.store.adoption_events().await? {
            let of = event.adoption_id.clone();
            events.entry(of).or_default().push(event);
        }
        let people = events.values().flatten().map(|e| e.account_id.clone());
        let people = self.store.account_names(people).await?;
        let codes = rows.iter().map(|r| r.jurisdiction.clone());
        let names = self.division_names(codes).await?;
        let mut views = Vec::new();
        for row in rows {
            let (adoption, status) = (adoption_of(row)?, status_of(row)?);
            let shown = shown_to(principal, adoption.jurisdiction);
            if !shown || (status == AdoptionStatus::Draft && !officer) {
                continue;
            }
            let may_act = officer && principal.scope.contains(adoption.jurisdiction);
            let period = adoption.period;
            let begun = period.from <= self.today();
            let phase = match status {
                AdoptionStatus::Draft => "draft",
                AdoptionStatus::Withdrawn => "withdrawn",
                AdoptionStatus::InForce if !begun => "upcoming",
                AdoptionStatus::InForce if period.contains(self.today()) => "running",
                AdoptionStatus::InForce => "past",
            };
            let events = events.remove(&row.id).unwrap_or_default();
            let proposal = proposed(events.last()).cloned();
            let history = events.into_iter();
            views.push(AdoptionView {
                id: row.id.clone(),
                pack_title: self.pack_title(&row.pack_id),
                pack_id: row.pack_id.clone(),
                pack_version: u32::try_from(row.pack_version).unwrap_or_default(),
                jurisdiction: row.jurisdiction.clone(),
                jurisdiction_name: names
                    .get(&row.jurisdiction)
                    .cloned()
                    .unwrap_or_else(|| row.jurisdiction.clone()),
                from: period.from,
                until: period.until,
                phase: phase.into(),
                reason: row.reason.clone(),
                document: row.document.clone(),
                version: row.version,
                may_confirm: may_act
                    && status == AdoptionStatus::Draft
                    && row.account_id != principal.account_id,
                awaits_another: status == AdoptionStatus::Draft
                    && row.account_id == principal.account_id,
                may_withdraw: may_act && status.may_withdraw(period.from, self.today()),
                may_end: may_act
                    && status == AdoptionStatus::InForce
                    && begun
                    && proposal.is_none(),
                may_confirm_end: may_act
                    && (proposal.as_ref()).is_some_and(|p| p.account_id != principal.account_id),
                may_keep: may_act && proposal.is_some(),
                end_proposed: proposal.and_then(|p| p.until_on),
                previous: timeline
                    .predecessor(&adoption)
                    .filter(|_| phase == "upcoming")
                    .map(|before| self.pack_title(&before.pack_id)),
                status,
                history: history
                    .map(|e| AdoptionEventView {
                        kind: e.kind,
                        until: e.until_on,
                        reason: e.reason,
                        by_name: people
                            .get(&e.account_id)
                            .cloned()
                            .unwrap_or_else(|| "系统".into()),
                        recorded_at: clock::instant_text(e.recorded_at),
                    })
                    .collect(),
            });
        }
        Ok(views)
    }

    pub(super) async fn adoption_view(
        &self,
        principal: &Principal,
        id: &str,
    ) -> Result<AdoptionView, AppError> {
        let rows = self.store.adoptions().await?;
        self.adoption_views(principal, &rows)
            .await?
            .into_iter()
            .find(|view| view.id == id)
            .ok_or(AppError::NotFound)
    }
}
