//! Handovers as both sides see them, and as work waiting.

use domain::account::{Operation, Principal, Scope};
use domain::division::{DivisionCode, Level};
use domain::household::handover::HandoverStatus;
use serde::{Deserialize, Serialize};
use store::household::HandoverRow;
use utoipa::ToSchema;

use crate::error::permit;
use crate::lead::village_of;
use crate::workbench::{WorkItem, Workbench, level_words};
use crate::{App, AppError, PageView, Window, clock};

/// A handover as both sides see it.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct HandoverView {
    pub id: String,
    /// Absent where the file is not in the own scope.
    pub household_id: Option<String>,
    pub head_name: String,
    pub member_count: i32,
    /// `running`, `cleared`, `moved_out` or `none`.
    pub monitored: String,
    pub has_running_casefile: bool,
    /// Short names from the province down, joined by `/`.
    pub from: String,
    pub to: String,
    /// The township asked, or the village that took it.
    pub to_division: String,
    pub effective_on: String,
    pub reason: String,
    /// `waiting`, `accepted`, `refused` or `withdrawn`.
    pub status: String,
    pub status_label: String,
    pub handed_by: String,
    pub handed_at: String,
    pub answered_by: Option<String>,
    pub answered_at: Option<String>,
    /// Why it was sent back or taken back.
    pub answer: Option<String>,
    pub version: i64,
    pub can_answer: bool,
    pub can_withdraw: bool,
}

/// Filters of the list.
#[derive(Debug, Clone, Default, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct HandoverListQuery {
    /// Only those that wait for an answer.
    pub waiting: Option<bool>,
    pub limit: Option<u64>,
    pub cursor: Option<String>,
}

impl App {
    /// Handovers out of the scope or into it, the latest first.
    ///
    /// # Errors
    /// When the operation is missing or the database refuses.
    pub async fn handovers(
        &self,
        principal: &Principal,
        query: HandoverListQuery,
    ) -> Result<PageView<HandoverView>, AppError> {
        permit(principal, Operation::HouseholdHandOver)?;
        let window = Window::new(query.limit, query.cursor.as_deref());
        let waiting = query.waiting.unwrap_or(false);
        let page = self
            .store
            .handovers(&principal.scope, waiting, &window)
            .await?;
        let mut items = Vec::with_capacity(page.items.len());
        for row in page.items {
            items.push(self.handover_view_of(principal, row).await?);
        }
        Ok(PageView {
            items,
            next_cursor: page.next_cursor,
            total: page.total,
        })
    }

    pub(super) async fn handover_view(
        &self,
        principal: &Principal,
        id: &str,
    ) -> Result<HandoverView, AppError> {
        let row = self
            .store
            .handover(&principal.scope, id)
            .await?
            .ok_or(AppError::NotFound)?;
        self.handover_view_of(principal, row).await
    }

    async fn handover_view_of(
        &self,
        principal: &Principal,
        row: HandoverRow,
    ) -> Result<HandoverView, AppError> {
        // Both sides are told which household goes; the file opens to whom it
        // belongs only.
        let nation = Scope::subtree(DivisionCode::NATION);
        let household = self.store.household(&nation, &row.household_id).await?;
        let seen = household
            .as_ref()
            .and_then(|h| h.village.parse().ok())
            .is_some_and(|village| principal.scope.contains(village));
        let (from, to) = (
            village_of(&row.from_village)?,
            village_of(&row.to_division)?,
        );
        let waiting = row.status == HandoverStatus::Waiting.as_str();
        let open = |column: &str, sealed: &[u8]| {
            self.store
                .open_sealed("household_handover", column, &row.id, sealed)
        };
        let running = self
            .store
            .households_with_running_casefile(std::slice::from_ref(&row.household_id))
            .await?;
        Ok(HandoverView {
            household_id: seen.then(|| row.household_id.clone()),
            head_name: household
                .as_ref()
                .map_or_else(String::new, |h| h.head_name.clone()),
            member_count: household.as_ref().map_or(0, |h| h.member_count),
            monitored: household.map_or_else(String::new, |h| h.monitored),
            has_running_casefile: running.contains(&row.household_id),
            from: self.division_path(from).await?,
            to: self.division_path(to).await?,
            to_division: row.to_division.clone(),
            reason: open("reason", &row.reason_sealed)?,
            answer: row
                .answer_sealed
                .as_deref()
                .map(|sealed| open("answer", sealed))
                .transpose()?,
            effective_on: row.effective_on,
            status_label: HandoverStatus::label(&row.status).into(),
            status: row.status,
            handed_by: row.handed_by_name,
            handed_at: clock::instant_text(row.handed_at),
            answered_by: row.answered_by_name,
            answered_at: row.answered_at.map(clock::instant_text),
            version: row.version,
            can_answer: waiting && principal.scope.contains(to),
            can_withdraw: waiting && principal.scope.contains(from),
            id: row.id,
        })
    }

    /// What waits for the own township, and what others have to answer. The
    /// county sees both sides and has nothing to do: it waits.
    pub(crate) async fn handover_work(
        &self,
        principal: &Principal,
        bench: &mut Workbench,
    ) -> Result<(), AppError> {
        if !principal.may(Operation::HouseholdHandOver) {
            return Ok(());
        }
        let page = self
            .store
            .handovers(&principal.scope, true, &Window::first(200))
            .await?;
        for row in page.items {
            let view = self.handover_view_of(principal, row).await?;
            let item = WorkItem {
                village_name: short_path(&view.from),
                step_label: format!("{}移交{}", short_path(&view.from), short_path(&view.to)),
                household_id: view.household_id.clone(),
                ..WorkItem::about("handover", view.id, view.head_name)
            };
            if view.can_answer && !view.can_withdraw {
                bench.mine.push(WorkItem {
                    verb: "接收或退回移交的农户".into(),
                    ..item
                });
            } else {
                bench.waiting.push(WorkItem {
                    verb: "接收移交的农户".into(),
                    waiting_for: Some(level_words(Level::Township)),
                    ..item
                });
            }
        }
        Ok(())
    }
}

/// The last name of a path.
fn short_path(path: &str) -> String {
    path.rsplit('/').next().unwrap_or_default().to_owned()
}
