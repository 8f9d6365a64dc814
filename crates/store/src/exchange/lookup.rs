//! Bulk look-ups: a few queries for the households of a whole chunk.

use std::collections::{BTreeMap, BTreeSet};

use domain::account::Scope;
use domain::exchange::Form;
use domain::household::HouseholdFile;
use sea_orm::sea_query::{Condition, ExprTrait as _};
use sea_orm::{
    ColumnTrait as _, EntityTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _,
    QueryTrait as _,
};

use crate::entity::{episode, household, household_version, import_household, member};
use crate::household::{EpisodeRow, HouseholdRow, MemberRow};
use crate::packing::unpack;
use crate::{Store, StoreError, within};

impl Store {
    /// Households in scope with any of these 户编号.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn households_by_codes(
        &self,
        scope: &Scope,
        codes: &[String],
    ) -> Result<Vec<HouseholdRow>, StoreError> {
        Ok(household::Entity::find()
            .filter(within(household::Column::Village, scope))
            .filter(household::Column::Code.is_in(codes))
            .all(&self.connection)
            .await?)
    }

    /// Members in scope with any of these document numbers, by number: those
    /// who died or left their household as well, told by their status.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn members_by_numbers(
        &self,
        scope: &Scope,
        numbers: &[String],
    ) -> Result<BTreeMap<String, Vec<MemberRow>>, StoreError> {
        let by_index: BTreeMap<String, &String> = numbers
            .iter()
            .map(|n| (crate::household::number_index(self.crypto(), n), n))
            .collect();
        let indexes: Vec<&String> = by_index.keys().collect();
        let mut found: BTreeMap<String, Vec<MemberRow>> = BTreeMap::new();
        for chunk in indexes.chunks(5000) {
            let rows = member::Entity::find()
                .filter(within(member::Column::Village, scope))
                .filter(member::Column::NumberIndex.is_in(chunk.iter().copied()))
                .all(&self.connection)
                .await?;
            for row in rows {
                if let Some(number) = row.number_index.as_ref().and_then(|i| by_index.get(i)) {
                    found.entry((*number).clone()).or_default().push(row);
                }
            }
        }
        Ok(found)
    }

    /// Current files of many households in scope, by id.
    ///
    /// # Errors
    /// When the database refuses or a document does not open.
    pub async fn household_files(
        &self,
        scope: &Scope,
        ids: &BTreeSet<String>,
    ) -> Result<BTreeMap<String, (HouseholdRow, HouseholdFile)>, StoreError> {
        let mut files = BTreeMap::new();
        let ids: Vec<&String> = ids.iter().collect();
        for chunk in ids.chunks(200) {
            let rows = household::Entity::find()
                .filter(within(household::Column::Village, scope))
                .filter(household::Column::Id.is_in(chunk.iter().copied()))
                .all(&self.connection)
                .await?;
            if rows.is_empty() {
                continue;
            }
            // Pairs only: any other term would make the database scan.
            let mut current = Condition::any();
            for row in &rows {
                current = current.add(
                    household_version::Column::HouseholdId
                        .eq(&row.id)
                        .and(household_version::Column::Version.eq(row.version)),
                );
            }
            let versions = household_version::Entity::find()
                .filter(current)
                .all(&self.connection)
                .await?;
            let mut rows: BTreeMap<String, HouseholdRow> =
                rows.into_iter().map(|r| (r.id.clone(), r)).collect();
            for version in versions {
                let place = format!("{}/{}", version.household_id, version.version);
                let bytes = self.crypto.open(
                    crate::crypto::Place {
                        table: "household_version",
                        column: "file",
                        row: &place,
                    },
                    &version.file_sealed,
                )?;
                if let Some(row) = rows.remove(&version.household_id) {
                    files.insert(version.household_id, (row, unpack(&bytes)?));
                }
            }
        }
        Ok(files)
    }

    /// Episodes of many households in scope, by household, newest first.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn episodes_of(
        &self,
        scope: &Scope,
        ids: &BTreeSet<String>,
    ) -> Result<BTreeMap<String, Vec<EpisodeRow>>, StoreError> {
        let mut found: BTreeMap<String, Vec<EpisodeRow>> = BTreeMap::new();
        let ids: Vec<&String> = ids.iter().collect();
        for chunk in ids.chunks(1000) {
            let rows = episode::Entity::find()
                .filter(within(episode::Column::Village, scope))
                .filter(episode::Column::HouseholdId.is_in(chunk.iter().copied()))
                .order_by_desc(episode::Column::IdentifiedOn)
                .order_by_desc(episode::Column::Id)
                .all(&self.connection)
                .await?;
            for row in rows {
                found.entry(row.household_id.clone()).or_default().push(row);
            }
        }
        Ok(found)
    }

    /// What an office last said about households in scope, by household.
    ///
    /// # Errors
    /// When the database refuses or a document does not open.
    pub async fn office_forms(
        &self,
        scope: &Scope,
        ids: &BTreeSet<String>,
    ) -> Result<BTreeMap<String, Form>, StoreError> {
        let mut found = BTreeMap::new();
        let ids: Vec<&String> = ids.iter().collect();
        for chunk in ids.chunks(500) {
            let seen = household::Entity::find()
                .select_only()
                .column(household::Column::Id)
                .filter(within(household::Column::Village, scope))
                .filter(household::Column::Id.is_in(chunk.iter().copied()))
                .into_query();
            // Sorted here: asked to sort, the database would walk the whole table
            // in the order of its key.
            let mut rows = import_household::Entity::find()
                .filter(import_household::Column::HouseholdId.in_subquery(seen))
                .all(&self.connection)
                .await?;
            rows.sort_by(|a, b| a.batch_id.cmp(&b.batch_id));
            // Identifiers of batches are time-ordered: the later one stays.
            for row in rows {
                let Some(household_id) = row.household_id.clone() else {
                    continue;
                };
                found.insert(household_id, self.staged(row)?.form);
            }
        }
        Ok(found)
    }

    /// Households in scope in the order of village and id, after a place.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn households_by_village_after(
        &self,
        scope: &Scope,
        after: Option<(&str, &str)>,
        limit: u64,
    ) -> Result<Vec<HouseholdRow>, StoreError> {
        let mut find = household::Entity::find()
            .filter(within(household::Column::Village, scope))
            .filter(household::Column::Status.eq("active"));
        if let Some((village, id)) = after {
            find = find.filter(
                Condition::any()
                    .add(household::Column::Village.gt(village))
                    .add(
                        household::Column::Village
                            .eq(village)
                            .and(household::Column::Id.gt(id)),
                    ),
            );
        }
        Ok(find
            .order_by_asc(household::Column::Village)
            .order_by_asc(household::Column::Id)
            .limit(limit)
            .all(&self.connection)
            .await?)
    }
}
