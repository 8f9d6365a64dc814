//! Reading households: files, versions, lists and searches, always in a scope.

use domain::account::Scope;
use domain::household::HouseholdFile;
use jiff::civil::Date;
use sea_orm::sea_query::{Condition, Expr, ExprTrait as _};
use sea_orm::{
    ColumnTrait as _, EntityTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _,
    QueryTrait as _,
};

use super::history::{day, versions_of};
use super::{
    EpisodeRow, HouseholdQuery, HouseholdRow, MemberRow, VersionRow, file_of, number_index,
};
use crate::entity::{episode, household, household_version, member};
use crate::paging::Sort;
use crate::scoped::like;
use crate::{Page, Store, StoreError, Window, within};

impl Store {
    /// The current file of a household in scope.
    ///
    /// # Errors
    /// When the database refuses or the document does not open.
    pub async fn household_file(
        &self,
        scope: &Scope,
        id: &str,
    ) -> Result<Option<(HouseholdRow, HouseholdFile)>, StoreError> {
        file_of(&self.connection, self.crypto(), scope, id, None).await
    }

    /// The file as it stood on a day, by the changes in effect by then in the
    /// order they took effect (see [`history`]); the row carries the version that
    /// took effect last. `known_until` leaves out what was recorded later
    /// (milliseconds): the file as it was then believed to be.
    ///
    /// # Errors
    /// When the database refuses or a document does not open.
    pub async fn household_file_as_of(
        &self,
        scope: &Scope,
        id: &str,
        day: Date,
        known_until: Option<i64>,
    ) -> Result<Option<(HouseholdRow, HouseholdFile)>, StoreError> {
        let Some(mut row) = self.household(scope, id).await? else {
            return Ok(None);
        };
        let versions = versions_of(&self.connection, self.crypto(), id, known_until).await?;
        let found = domain::household::history::as_of(&versions, day)?;
        Ok(found.map(|(version, file)| {
            row.version = version;
            (row, file)
        }))
    }

    /// The day the file of a household in scope begins, with the moment it was
    /// recorded (milliseconds).
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn household_begins(
        &self,
        scope: &Scope,
        id: &str,
    ) -> Result<Option<(Date, i64)>, StoreError> {
        if self.household(scope, id).await?.is_none() {
            return Ok(None);
        }
        let first = household_version::Entity::find()
            .filter(household_version::Column::HouseholdId.eq(id))
            .order_by_asc(household_version::Column::Version)
            .one(&self.connection)
            .await?;
        first
            .map(|v| Ok((day(&v.effective_on)?, v.recorded_at)))
            .transpose()
    }

    /// One version of the file.
    ///
    /// # Errors
    /// When the database refuses or the document does not open.
    pub async fn household_file_version(
        &self,
        scope: &Scope,
        id: &str,
        version: i64,
    ) -> Result<Option<(HouseholdRow, HouseholdFile)>, StoreError> {
        file_of(&self.connection, self.crypto(), scope, id, Some(version)).await
    }

    /// All versions of a household in scope, newest first.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn household_versions(
        &self,
        scope: &Scope,
        id: &str,
    ) -> Result<Vec<VersionRow>, StoreError> {
        if self.household(scope, id).await?.is_none() {
            return Ok(Vec::new());
        }
        let rows = household_version::Entity::find()
            .filter(household_version::Column::HouseholdId.eq(id))
            .order_by_desc(household_version::Column::Version)
            .limit(500)
            .all(&self.connection)
            .await?;
        Ok(rows
            .into_iter()
            .map(|v| VersionRow {
                version: v.version,
                effective_on: v.effective_on,
                recorded_at: v.recorded_at,
                reason: v.reason,
                source: v.source,
                collected_by: v.collected_by,
                entered_by: v.entered_by,
                reviewed_by: v.reviewed_by,
                account_id: v.account_id,
            })
            .collect())
    }

    /// The row of a household in scope.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn household(
        &self,
        scope: &Scope,
        id: &str,
    ) -> Result<Option<HouseholdRow>, StoreError> {
        Ok(household::Entity::find_by_id(id)
            .filter(within(household::Column::Village, scope))
            .one(&self.connection)
            .await?)
    }

    /// Rows of many households in scope, by id.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn households(
        &self,
        scope: &Scope,
        ids: impl IntoIterator<Item = String>,
    ) -> Result<std::collections::BTreeMap<String, HouseholdRow>, StoreError> {
        let rows = household::Entity::find()
            .filter(within(household::Column::Village, scope))
            .filter(household::Column::Id.is_in(ids))
            .all(&self.connection)
            .await?;
        Ok(rows.into_iter().map(|r| (r.id.clone(), r)).collect())
    }

    /// The household of a 户编号 in scope.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn household_by_code(
        &self,
        scope: &Scope,
        code: &str,
    ) -> Result<Option<HouseholdRow>, StoreError> {
        Ok(household::Entity::find()
            .filter(within(household::Column::Village, scope))
            .filter(household::Column::Code.eq(code))
            .one(&self.connection)
            .await?)
    }

    /// Members in scope with this document number.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn members_by_number(
        &self,
        scope: &Scope,
        number: &str,
    ) -> Result<Vec<MemberRow>, StoreError> {
        let index = number_index(self.crypto(), number);
        Ok(member::Entity::find()
            .filter(within(member::Column::Village, scope))
            .filter(member::Column::NumberIndex.eq(index))
            .all(&self.connection)
            .await?)
    }

    /// Episodes of a household in scope, newest first.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn episodes(
        &self,
        scope: &Scope,
        household_id: &str,
    ) -> Result<Vec<EpisodeRow>, StoreError> {
        Ok(episode::Entity::find()
            .filter(within(episode::Column::Village, scope))
            .filter(episode::Column::HouseholdId.eq(household_id))
            .order_by_desc(episode::Column::IdentifiedOn)
            .all(&self.connection)
            .await?)
    }

    /// Searches households in scope by name, initials, 户编号 or document
    /// number; any member's name or number finds the household.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn search_households(
        &self,
        scope: &Scope,
        query: &HouseholdQuery,
        window: &Window,
    ) -> Result<Page<HouseholdRow>, StoreError> {
        let mut find = household::Entity::find().filter(within(household::Column::Village, scope));
        let text = query.text.trim();
        if !text.is_empty() {
            let number = domain::typed_text::to_half_width(text).to_uppercase();
            let by_member = |condition: Condition| {
                member::Entity::find()
                    .select_only()
                    .column(member::Column::HouseholdId)
                    .filter(within(member::Column::Village, scope))
                    .filter(condition)
                    .into_query()
            };
            let long_number =
                number.len() >= 15 && number.chars().all(|c| c.is_ascii_alphanumeric());
            find = if long_number {
                let index = number_index(self.crypto(), &number);
                find.filter(
                    Condition::any()
                        .add(household::Column::Code.eq(&number))
                        .add(household::Column::Id.in_subquery(by_member(
                            Condition::all().add(member::Column::NumberIndex.eq(index)),
                        ))),
                )
            } else if text.is_ascii() {
                // Passports and permits are shorter than an identity number.
                let index = number_index(self.crypto(), &number);
                let initials =
                    Expr::col(member::Column::Initials).like(like("", &text.to_lowercase(), "%"));
                find.filter(
                    Condition::any()
                        .add(
                            Expr::col((household::Entity, household::Column::Code))
                                .like(like("", text, "%")),
                        )
                        .add(
                            household::Column::Id.in_subquery(by_member(
                                Condition::any()
                                    .add(initials)
                                    .add(member::Column::NumberIndex.eq(index)),
                            )),
                        ),
                )
            } else {
                find.filter(
                    household::Column::Id.in_subquery(by_member(
                        Condition::all()
                            .add(Expr::col(member::Column::Name).like(like("%", text, "%"))),
                    )),
                )
            };
        }
        if let Some(monitored) = &query.monitored {
            find = find.filter(household::Column::Monitored.eq(monitored));
        }
        if let Some(kind) = &query.household_type {
            find = find.filter(household::Column::HouseholdType.eq(kind));
        }
        let order = [
            (household::Column::Village, Sort::Ascending),
            (household::Column::Id, Sort::Ascending),
        ];
        self.page("household", find, &order, window).await
    }
}
