//! One document number in two households that no single office below sees:
//! the lowest level above both looks into it.

use std::collections::BTreeMap;

use domain::account::{Operation, Principal, Scope};
use domain::calendar::plus_days;
use domain::typed_text::readable_length;
use jiff::civil::Date;
use serde::Serialize;
use store::duplicate::Duplicate;
use utoipa::ToSchema;

use crate::error::permit;
use crate::lead::village_of;
use crate::policy::timeline_of;
use crate::{App, AppError, clock, mask_name};

/// A number on file twice.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct DuplicateView {
    pub id: String,
    pub found_at: String,
    /// Last day to have it looked into; absent where no pack governs.
    pub due_on: Option<Date>,
    pub days_left: Option<i64>,
    pub sides: Vec<DuplicateSide>,
}

/// A number on file twice that nobody looked into in time, for who supervises:
/// whose turn it is and since when, no names.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct LateDuplicate {
    pub id: String,
    /// Path of the division whose turn it is.
    pub owner: String,
    pub found_at: String,
    pub due_on: Date,
    pub days_overdue: i64,
}

/// One of the two households.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct DuplicateSide {
    /// Absent for those who see names masked: they hand it down.
    pub household_id: Option<String>,
    /// Path of the village.
    pub path: String,
    pub head_name: String,
    pub member_name: String,
}

impl App {
    /// Duplicates the own division is the lowest above.
    ///
    /// # Errors
    /// When the database refuses.
    pub(crate) async fn duplicates(
        &self,
        principal: &Principal,
    ) -> Result<Vec<DuplicateView>, AppError> {
        let own = principal.scope.root().map(|d| d.to_string());
        let mut views = Vec::new();
        let all = self.store.duplicates(&principal.scope).await?;
        let due = self.duplicates_due(&all).await?;
        for found in all {
            if Some(&found.row.owner) != own.as_ref() {
                continue;
            }
            let mut sides = Vec::new();
            for side in found.sides {
                let name = |name: &str| {
                    if principal.masked {
                        mask_name(name)
                    } else {
                        name.to_owned()
                    }
                };
                sides.push(DuplicateSide {
                    path: match side.village.parse() {
                        Ok(village) => self
                            .division_name(Some(village))
                            .await?
                            .map_or_else(String::new, |d| d.path),
                        Err(_) => String::new(),
                    },
                    head_name: name(&side.head_name),
                    member_name: name(&side.member_name),
                    household_id: (!principal.masked).then_some(side.household_id),
                });
            }
            let due = due.get(&found.row.id).copied();
            views.push(DuplicateView {
                id: found.row.id,
                found_at: clock::instant_text(found.row.found_at),
                due_on: due,
                days_left: due.map(|due| self.days_until(due)),
                sides,
            });
        }
        Ok(views)
    }

    fn days_until(&self, due: Date) -> i64 {
        (due - self.today()).get_days().into()
    }

    /// Last day of each, by id: the days of the pack that governs where it was
    /// found, from the day it was found.
    async fn duplicates_due(&self, all: &[Duplicate]) -> Result<BTreeMap<String, Date>, AppError> {
        let timeline = timeline_of(&self.store.adoptions().await?)?;
        let mut due = BTreeMap::new();
        for found in all {
            let day = clock::date_of(found.row.found_at);
            let days = found.sides.iter().find_map(|side| {
                let pack = timeline.governing(side.village.parse().ok()?, day)?;
                let bounds = self.library.pack(&pack.pack_id)?.values.bounds.as_ref()?;
                bounds.settle_duplicate_within_days.get()
            });
            if let Some(days) = days {
                due.insert(found.row.id.clone(), plus_days(day, i64::from(days)));
            }
        }
        Ok(due)
    }

    /// Duplicates in scope that are late, the longest first.
    ///
    /// # Errors
    /// When the database refuses.
    pub(crate) async fn late_duplicates(
        &self,
        scope: &Scope,
    ) -> Result<Vec<LateDuplicate>, AppError> {
        let all = self.store.duplicates(scope).await?;
        let due = self.duplicates_due(&all).await?;
        let mut late = Vec::new();
        for found in all {
            let Some(due_on) = due.get(&found.row.id).copied() else {
                continue;
            };
            if due_on < self.today() {
                late.push(LateDuplicate {
                    owner: self.division_path(village_of(&found.row.owner)?).await?,
                    found_at: clock::instant_text(found.row.found_at),
                    due_on,
                    days_overdue: -self.days_until(due_on),
                    id: found.row.id,
                });
            }
        }
        late.sort_by_key(|d| d.due_on);
        Ok(late)
    }

    /// Closes a duplicate with what was found; one that was put right on
    /// either side needs no closing.
    ///
    /// # Errors
    /// [`AppError::NotFound`] unless it stands open for the own division,
    /// [`AppError::Invalid`] without a reason.
    pub async fn close_duplicate(
        &self,
        principal: &Principal,
        id: &str,
        reason: &str,
    ) -> Result<(), AppError> {
        permit(principal, Operation::DuplicateClose)?;
        let own = self.duplicates(principal).await?;
        if !own.iter().any(|d| d.id == id) {
            return Err(AppError::NotFound);
        }
        if readable_length(reason) < 4 {
            return Err(AppError::invalid("reason", "请写明核实的情况，至少 4 个字"));
        }
        let mut tx = self.store.write(self.actor(principal)).await?;
        if !tx.close_duplicate(id, reason.trim()).await? {
            return Err(AppError::NotFound);
        }
        tx.audit(
            &store::audit::chain_of(principal.division),
            "duplicate.closed",
            &format!("duplicate/{id}"),
            "",
        )
        .await?;
        tx.commit().await?;
        Ok(())
    }
}
