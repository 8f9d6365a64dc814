//! Casefiles: the state as one sealed document, projected columns for lists,
//! and the event log.

use domain::account::Scope;
use domain::casefile::{Casefile, Event};
use jiff::civil::Date;
use sea_orm::{
    ActiveValue::Set, ColumnTrait as _, ConnectionTrait, EntityTrait as _, PaginatorTrait as _,
    QueryFilter as _, QueryOrder as _, QuerySelect as _,
};

use crate::crypto::{CryptoProvider, Place};
use crate::entity::{casefile, casefile_event};
use crate::paging::Sort;
use crate::{Page, Store, StoreError, Window, WriteTx, within};

pub use crate::entity::casefile::Model as CasefileRow;
pub use crate::entity::casefile_event::Model as EventRow;

/// What lists and deadlines need beside the document.
#[derive(Debug, Clone)]
pub struct CasefileProjection {
    pub category: Option<String>,
    pub clock_from: Date,
    pub deadline_on: Option<Date>,
    pub decided_on: Option<Date>,
    /// `step:level` of everything that may be done next.
    pub open_steps: Vec<String>,
}

/// Filters of the casefile list.
#[derive(Debug, Clone, Default)]
pub struct CasefileFilter {
    pub stages: Vec<String>,
    pub step: Option<String>,
    /// Only cases whose deadline lies before this day and are undecided.
    pub overdue_on: Option<Date>,
    pub household_id: Option<String>,
    /// Only cases with something open at this level.
    pub level: Option<String>,
}

pub(crate) fn open(crypto: &dyn CryptoProvider, row: &CasefileRow) -> Result<Casefile, StoreError> {
    let bytes = crypto.open(
        Place {
            table: "casefile",
            column: "document",
            row: &row.id,
        },
        &row.document_sealed,
    )?;
    Ok(serde_json::from_slice(&bytes)?)
}

impl WriteTx {
    /// Writes a casefile and its new events. `expected` is the version the
    /// writer saw, 0 for a new one.
    ///
    /// # Errors
    /// [`StoreError::Stale`] when somebody else saved first.
    pub async fn save_casefile(
        &mut self,
        document: &Casefile,
        projection: &CasefileProjection,
        events: &[(Event, Author)],
        expected: i64,
    ) -> Result<i64, StoreError> {
        let version = expected + 1;
        let sealed = self.seal(
            "casefile",
            "document",
            &document.id,
            &serde_json::to_vec(document)?,
        )?;
        let model = casefile::ActiveModel {
            id: Set(document.id.clone()),
            household_id: Set(document.household_id.clone()),
            village: Set(document.village.to_string()),
            pack_id: Set(document.pack.id.clone()),
            pack_version: Set(i32::try_from(document.pack.version).unwrap_or(i32::MAX)),
            stage: Set(document.stage.as_str().to_owned()),
            category: Set(projection.category.clone()),
            clock_from: Set(projection.clock_from.to_string()),
            deadline_on: Set(projection.deadline_on.map(|d| d.to_string())),
            decided_on: Set(projection.decided_on.map(|d| d.to_string())),
            opened_on: Set(document.opened_on.to_string()),
            open_steps: Set(format!(" {} ", projection.open_steps.join(" "))),
            document_sealed: Set(sealed),
            version: Set(version),
            updated_at: Set(self.actor.now_millis),
        };
        if expected == 0 {
            casefile::Entity::insert(model)
                .exec_without_returning(&self.tx)
                .await?;
        } else {
            let done = casefile::Entity::update_many()
                .set(model)
                .filter(casefile::Column::Id.eq(&document.id))
                .filter(casefile::Column::Version.eq(expected))
                .exec(&self.tx)
                .await?;
            if done.rows_affected == 0 {
                let current = casefile::Entity::find_by_id(&document.id)
                    .one(&self.tx)
                    .await?
                    .map_or(0, |c| c.version);
                return Err(StoreError::Stale { current });
            }
        }
        let last = casefile_event::Entity::find()
            .filter(casefile_event::Column::CasefileId.eq(&document.id))
            .order_by_desc(casefile_event::Column::Seq)
            .one(&self.tx)
            .await?
            .map_or(0, |e| e.seq);
        for (index, (event, author)) in events.iter().enumerate() {
            casefile_event::Entity::insert(casefile_event::ActiveModel {
                casefile_id: Set(document.id.clone()),
                seq: Set(last + 1 + i64::try_from(index).unwrap_or(0)),
                kind: Set(event.kind.clone()),
                step: Set(event.step.map(|s| s.as_str().to_owned())),
                summary: Set(event.summary.clone()),
                occurred_on: Set(event.occurred_on.to_string()),
                recorded_at: Set(self.actor.now_millis),
                recorded_on: Set(author.recorded_on.to_string()),
                account_id: Set(self.actor.account_id.clone()),
                by_name: Set(author.name.clone()),
                deputy_of: Set(author.deputy_of.clone()),
            })
            .exec_without_returning(&self.tx)
            .await?;
        }
        Ok(version)
    }

    /// A casefile in scope as this transaction sees it.
    ///
    /// # Errors
    /// When the database refuses or the document does not open.
    pub async fn casefile(
        &self,
        scope: &Scope,
        id: &str,
    ) -> Result<Option<(CasefileRow, Casefile)>, StoreError> {
        one(&self.tx, &*self.crypto, scope, id).await
    }

    /// The household's running or determined casefile, if it has one.
    ///
    /// # Errors
    /// When the database refuses or the document does not open.
    pub async fn running_casefile(
        &self,
        household_id: &str,
    ) -> Result<Option<(CasefileRow, Casefile)>, StoreError> {
        let row = casefile::Entity::find()
            .filter(casefile::Column::HouseholdId.eq(household_id))
            .filter(casefile::Column::Stage.is_in(["running", "determined"]))
            .one(&self.tx)
            .await?;
        row.map(|r| open(&*self.crypto, &r).map(|c| (r, c)))
            .transpose()
    }
}

/// Who is named beside an event.
#[derive(Debug, Clone)]
pub struct Author {
    pub name: String,
    pub deputy_of: Option<String>,
    pub recorded_on: Date,
}

async fn one<C: ConnectionTrait>(
    connection: &C,
    crypto: &dyn CryptoProvider,
    scope: &Scope,
    id: &str,
) -> Result<Option<(CasefileRow, Casefile)>, StoreError> {
    let row = casefile::Entity::find_by_id(id)
        .filter(within(casefile::Column::Village, scope))
        .one(connection)
        .await?;
    row.map(|r| open(crypto, &r).map(|c| (r, c))).transpose()
}

impl Store {
    /// A casefile in scope.
    ///
    /// # Errors
    /// When the database refuses or the document does not open.
    pub async fn casefile(
        &self,
        scope: &Scope,
        id: &str,
    ) -> Result<Option<(CasefileRow, Casefile)>, StoreError> {
        one(&self.connection, self.crypto(), scope, id).await
    }

    /// Which of these households, already loaded in scope, are being identified.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn households_with_running_casefile(
        &self,
        ids: &[String],
    ) -> Result<std::collections::BTreeSet<String>, StoreError> {
        let found: Vec<String> = casefile::Entity::find()
            .select_only()
            .column(casefile::Column::HouseholdId)
            .filter(casefile::Column::HouseholdId.is_in(ids.to_vec()))
            .filter(casefile::Column::Stage.is_in(["running", "determined"]))
            .into_tuple()
            .all(&self.connection)
            .await?;
        Ok(found.into_iter().collect())
    }

    /// Casefiles in scope, nearest deadline first.
    ///
    /// # Errors
    /// When the database refuses or a document does not open.
    pub async fn casefiles(
        &self,
        scope: &Scope,
        filter: &CasefileFilter,
        window: &Window,
    ) -> Result<Page<(CasefileRow, Casefile)>, StoreError> {
        let mut find = casefile::Entity::find().filter(within(casefile::Column::Village, scope));
        if !filter.stages.is_empty() {
            find = find.filter(casefile::Column::Stage.is_in(filter.stages.clone()));
        }
        if let Some(step) = &filter.step {
            find = find.filter(casefile::Column::OpenSteps.contains(format!(" {step}:")));
        }
        if let Some(level) = &filter.level {
            find = find.filter(casefile::Column::OpenSteps.contains(format!(":{level} ")));
        }
        if let Some(day) = filter.overdue_on {
            find = find
                .filter(casefile::Column::Stage.eq("running"))
                .filter(casefile::Column::DeadlineOn.lt(day.to_string()));
        }
        if let Some(household) = &filter.household_id {
            find = find.filter(casefile::Column::HouseholdId.eq(household));
        }
        let order = [
            (casefile::Column::DeadlineOn, Sort::AscendingEmptyLast),
            (casefile::Column::Id, Sort::Ascending),
        ];
        let page = self.page("casefile", find, &order, window).await?;
        page.try_map(|row| open(self.crypto(), &row).map(|casefile| (row, casefile)))
    }

    /// Every casefile in scope that the filter finds, nearest deadline first:
    /// for work over a village or a stage, where a page would leave some out.
    ///
    /// # Errors
    /// When the database refuses or a document does not open.
    pub async fn every_casefile(
        &self,
        scope: &Scope,
        filter: &CasefileFilter,
    ) -> Result<Vec<(CasefileRow, Casefile)>, StoreError> {
        let mut window = Window::first(200);
        let mut all = Vec::new();
        loop {
            let page = self.casefiles(scope, filter, &window).await?;
            all.extend(page.items);
            match page.next_cursor {
                Some(cursor) => window = window.after(cursor),
                None => return Ok(all),
            }
        }
    }

    /// Casefiles in scope, by id.
    ///
    /// # Errors
    /// When the database refuses or a document does not open.
    pub async fn casefiles_by_ids(
        &self,
        scope: &Scope,
        ids: &[String],
    ) -> Result<std::collections::BTreeMap<String, (CasefileRow, Casefile)>, StoreError> {
        let mut found = std::collections::BTreeMap::new();
        for ids in ids.chunks(500) {
            let rows = casefile::Entity::find()
                .filter(within(casefile::Column::Village, scope))
                .filter(casefile::Column::Id.is_in(ids.to_vec()))
                .all(&self.connection)
                .await?;
            for row in rows {
                let document = open(self.crypto(), &row)?;
                found.insert(row.id.clone(), (row, document));
            }
        }
        Ok(found)
    }

    /// The event log of a casefile the caller has already loaded in scope.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn casefile_events(
        &self,
        scope: &Scope,
        id: &str,
    ) -> Result<Vec<EventRow>, StoreError> {
        if casefile::Entity::find_by_id(id)
            .filter(within(casefile::Column::Village, scope))
            .count(&self.connection)
            .await?
            == 0
        {
            return Ok(Vec::new());
        }
        Ok(casefile_event::Entity::find()
            .filter(casefile_event::Column::CasefileId.eq(id))
            .order_by_asc(casefile_event::Column::Seq)
            .all(&self.connection)
            .await?)
    }
}
