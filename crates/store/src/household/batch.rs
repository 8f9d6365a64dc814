//! Many new households at once: a few statements for hundreds of rows.

use domain::household::HouseholdFile;
use sea_orm::EntityTrait as _;

use super::{VersionMeta, household_model, member_models, pack, version_model, version_row};
use crate::entity::{household, household_version, member};
use crate::{StoreError, WriteTx};

/// Rows a statement carries: parameters stay far below the limit of both
/// databases (32,766 on SQLite), and the prepared statements the driver keeps
/// stay small.
const ROWS: usize = 200;

impl WriteTx {
    /// Adds households that are not there yet, each with its version 1 and the
    /// same sealing and projections as [`save_household`](Self::save_household).
    /// Whether an id or 户编号 is new is the caller's knowledge: one that is
    /// taken fails the whole batch.
    ///
    /// # Errors
    /// When the database refuses or encryption fails.
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
                .await?;
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
