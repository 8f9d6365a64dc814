//! Many new households at once: a few statements for hundreds of rows.

use std::collections::{BTreeMap, BTreeSet};

use domain::household::HouseholdFile;
use sea_orm::sea_query::Condition;
use sea_orm::{ColumnTrait as _, EntityTrait as _, QueryFilter as _, QuerySelect as _};

use super::{
    VersionMeta, code_of, county_of, household_model, in_its_county, member_models, pack,
    version_model, version_row,
};
use crate::database::taken_or;
use crate::entity::{household, household_version, member};
use crate::{StoreError, WriteTx};

/// Rows a statement carries: parameters stay far below the limit of both
/// databases (32,766 on SQLite), and the prepared statements the driver keeps
/// stay small.
const ROWS: usize = 200;

impl WriteTx {
    /// Which of these households, by id, cannot be added because their 户编号 is
    /// taken in their county, also by one the writer may not see.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn taken_codes(
        &self,
        batch: &[(String, HouseholdFile)],
    ) -> Result<BTreeSet<String>, StoreError> {
        let mut taken = BTreeSet::new();
        for chunk in batch.chunks(ROWS) {
            let mut counties: BTreeMap<String, (&HouseholdFile, Vec<&str>)> = BTreeMap::new();
            for (_, file) in chunk {
                if let Some(code) = code_of(file) {
                    let codes = counties
                        .entry(county_of(file))
                        .or_insert((file, Vec::new()));
                    codes.1.push(code);
                }
            }
            if counties.is_empty() {
                continue;
            }
            let mut any = Condition::any();
            for (file, codes) in counties.into_values() {
                any = any.add(in_its_county(file).add(household::Column::Code.is_in(codes)));
            }
            let found: Vec<(String, String)> = household::Entity::find()
                .select_only()
                .column(household::Column::Village)
                .column(household::Column::Code)
                .filter(any)
                .into_tuple()
                .all(&self.tx)
                .await?;
            for (id, file) in chunk {
                let county = county_of(file);
                let is_its = |(village, code): &(String, String)| {
                    village.starts_with(&county) && code_of(file) == Some(code)
                };
                if found.iter().any(is_its) {
                    taken.insert(id.clone());
                }
            }
        }
        Ok(taken)
    }

    /// Adds households that are not there yet, each with its version 1 and the
    /// same sealing and projections as [`save_household`](Self::save_household).
    /// Whether an id or 户编号 is new is the caller's knowledge (see
    /// [`taken_codes`](Self::taken_codes)): one that is taken fails the whole
    /// batch.
    ///
    /// # Errors
    /// [`StoreError::Taken`] when a 户编号 belongs to another household of its
    /// county, or when the database refuses or encryption fails.
    pub async fn add_households(
        &mut self,
        batch: &[(String, HouseholdFile)],
        meta: &VersionMeta,
    ) -> Result<(), StoreError> {
        for chunk in batch.chunks(ROWS) {
            let mut versions = Vec::with_capacity(chunk.len());
            let mut households = Vec::with_capacity(chunk.len());
            let mut members = Vec::with_capacity(chunk.len() * 4);
            for (id, file) in chunk {
                let sealed = self.seal(
                    "household_version",
                    "file",
                    &version_row(id, 1),
                    &pack(file)?,
                )?;
                versions.push(version_model(&self.actor, id, 1, meta, sealed));
                households.push(household_model(&self.actor, id, file, 1, None));
                members.extend(member_models(&*self.crypto, id, file));
            }
            household_version::Entity::insert_many(versions)
                .exec_without_returning(&self.tx)
                .await?;
            household::Entity::insert_many(households)
                .exec_without_returning(&self.tx)
                .await
                .map_err(|e| taken_or(e, "household.code"))?;
            let mut members = members.into_iter().peekable();
            while members.peek().is_some() {
                let rows: Vec<_> = members.by_ref().take(ROWS).collect();
                member::Entity::insert_many(rows)
                    .exec_without_returning(&self.tx)
                    .await?;
            }
            let written: Vec<_> = chunk.iter().map(|(id, file)| (id.as_str(), file)).collect();
            self.note_duplicates(&written).await?;
        }
        Ok(())
    }
}
