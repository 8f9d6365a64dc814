//! What offices report of a village as a whole, in versions; and what the
//! register itself counts there, to be held beside it.

use std::collections::BTreeMap;

use domain::account::Scope;
use domain::division::DivisionCode;
use domain::exchange::VillageFigures;
use sea_orm::sea_query::{Expr, ExprTrait as _};
use sea_orm::{
    ActiveModelTrait as _, ActiveValue::Set, ColumnTrait as _, EntityTrait as _, QueryFilter as _,
    QueryOrder as _, QuerySelect as _,
};

use crate::entity::{household, import_village, village_record};
use crate::{Store, StoreError, WriteTx, within};

pub use crate::entity::village_record::Model as VillageRecordRow;

/// Reported values by field of the layout, e.g. `village.households`.
pub type VillageValues = BTreeMap<String, String>;

/// A row of the village sheet of an import.
#[derive(Debug, Clone)]
pub struct StagedVillage {
    pub seq: i64,
    pub village: String,
    /// `new`, `changed`, `unchanged`.
    pub verdict: String,
    pub values: VillageValues,
}

impl VillageRecordRow {
    /// The reported values.
    ///
    /// # Errors
    /// When the stored document does not parse.
    pub fn values(&self) -> Result<VillageValues, StoreError> {
        Ok(serde_json::from_str(&self.content)?)
    }
}

impl WriteTx {
    /// Adds the version after `seen` (0 for the first) of a village's record.
    ///
    /// # Errors
    /// [`StoreError::Stale`] when somebody else saved first.
    pub async fn save_village_record(
        &mut self,
        village: DivisionCode,
        values: &VillageValues,
        origin: (&str, &str, &str),
        seen: i64,
    ) -> Result<i64, StoreError> {
        let (reason, source, entered_by) = origin;
        let current = village_record::Entity::find()
            .filter(village_record::Column::Village.eq(village.to_string()))
            .order_by_desc(village_record::Column::Version)
            .one(&self.tx)
            .await?
            .map_or(0, |r| r.version);
        if current != seen {
            return Err(StoreError::Stale { current });
        }
        let row = village_record::ActiveModel {
            village: Set(village.to_string()),
            version: Set(current + 1),
            recorded_at: Set(self.actor.now_millis),
            reason: Set(reason.to_owned()),
            source: Set(source.to_owned()),
            entered_by: Set(entered_by.to_owned()),
            account_id: Set(self.actor.account_id.clone()),
            content: Set(serde_json::to_string(values)?),
        };
        village_record::Entity::insert(row)
            .exec_without_returning(&self.tx)
            .await
            .map_err(|e| match crate::database::taken_or(e, "village") {
                StoreError::Taken(_) => StoreError::Stale {
                    current: current + 1,
                },
                other => other,
            })?;
        Ok(current + 1)
    }

    /// Adds rows of the village sheet of a batch.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn stage_villages(
        &mut self,
        batch: &str,
        rows: &[StagedVillage],
    ) -> Result<(), StoreError> {
        for chunk in rows.chunks(500) {
            let mut models = Vec::with_capacity(chunk.len());
            for row in chunk {
                models.push(import_village::ActiveModel {
                    batch_id: Set(batch.to_owned()),
                    seq: Set(row.seq),
                    village: Set(row.village.clone()),
                    verdict: Set(row.verdict.clone()),
                    content: Set(serde_json::to_string(&row.values)?),
                    merged: Set(false),
                });
            }
            import_village::Entity::insert_many(models)
                .exec_without_returning(&self.tx)
                .await?;
        }
        self.audited = true;
        Ok(())
    }

    /// Removes staged villages that are not merged, to check the file again.
    pub(crate) async fn clear_staged_villages(&mut self, batch: &str) -> Result<(), StoreError> {
        import_village::Entity::delete_many()
            .filter(import_village::Column::BatchId.eq(batch))
            .filter(import_village::Column::Merged.eq(false))
            .exec(&self.tx)
            .await?;
        Ok(())
    }

    /// Marks a staged village as done, with what became of it.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn mark_village_merged(
        &mut self,
        batch: &str,
        seq: i64,
        verdict: &str,
    ) -> Result<(), StoreError> {
        let change = import_village::ActiveModel {
            batch_id: Set(batch.to_owned()),
            seq: Set(seq),
            verdict: Set(verdict.to_owned()),
            merged: Set(true),
            ..Default::default()
        };
        change.update(&self.tx).await?;
        Ok(())
    }
}

impl Store {
    /// The versions of a village's record in scope, newest first.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn village_record_versions(
        &self,
        scope: &Scope,
        village: DivisionCode,
    ) -> Result<Vec<VillageRecordRow>, StoreError> {
        Ok(village_record::Entity::find()
            .filter(within(village_record::Column::Village, scope))
            .filter(village_record::Column::Village.eq(village.to_string()))
            .order_by_desc(village_record::Column::Version)
            .limit(500)
            .all(&self.connection)
            .await?)
    }

    /// The records in force of all villages in scope that have one, by village.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn village_records(
        &self,
        scope: &Scope,
    ) -> Result<BTreeMap<String, VillageRecordRow>, StoreError> {
        let latest: Vec<(String, i64)> = village_record::Entity::find()
            .select_only()
            .column(village_record::Column::Village)
            .column_as(Expr::col(village_record::Column::Version).max(), "version")
            .filter(within(village_record::Column::Village, scope))
            .group_by(village_record::Column::Village)
            .into_tuple()
            .all(&self.connection)
            .await?;
        let mut found = BTreeMap::new();
        for chunk in latest.chunks(500) {
            let mut current = sea_orm::Condition::any();
            for (village, version) in chunk {
                current = current.add(
                    village_record::Column::Village
                        .eq(village)
                        .and(village_record::Column::Version.eq(*version)),
                );
            }
            let rows = village_record::Entity::find()
                .filter(current)
                .all(&self.connection)
                .await?;
            found.extend(rows.into_iter().map(|r| (r.village.clone(), r)));
        }
        Ok(found)
    }

    /// Staged villages of a batch in scope that are not merged yet.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn staged_villages(
        &self,
        scope: &Scope,
        batch: &str,
    ) -> Result<Vec<StagedVillage>, StoreError> {
        let rows = import_village::Entity::find()
            .filter(within(import_village::Column::Village, scope))
            .filter(import_village::Column::BatchId.eq(batch))
            .filter(import_village::Column::Merged.eq(false))
            .order_by_asc(import_village::Column::Seq)
            .all(&self.connection)
            .await?;
        rows.into_iter()
            .map(|r| {
                Ok(StagedVillage {
                    seq: r.seq,
                    village: r.village,
                    verdict: r.verdict,
                    values: serde_json::from_str(&r.content)?,
                })
            })
            .collect()
    }

    /// What the register counts in the villages in scope: active households
    /// and their members, lifted ones, those being monitored now.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn village_figures(&self, scope: &Scope) -> Result<VillageFigures, StoreError> {
        let mut all = VillageFigures::default();
        for figures in self.figures_of_villages(scope).await?.values() {
            all += *figures;
        }
        Ok(all)
    }

    /// The same for each village in scope where a household lives.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn figures_of_villages(
        &self,
        scope: &Scope,
    ) -> Result<BTreeMap<String, VillageFigures>, StoreError> {
        let rows: Vec<(String, String, String, i64, i64)> = household::Entity::find()
            .select_only()
            .column(household::Column::Village)
            .column(household::Column::HouseholdType)
            .column(household::Column::Monitored)
            .column_as(Expr::col(household::Column::Id).count(), "households")
            .column_as(
                Expr::col(household::Column::MemberCount)
                    .sum()
                    .cast_as("BIGINT"),
                "persons",
            )
            .filter(within(household::Column::Village, scope))
            .filter(household::Column::Status.eq("active"))
            .group_by(household::Column::Village)
            .group_by(household::Column::HouseholdType)
            .group_by(household::Column::Monitored)
            .into_tuple()
            .all(&self.connection)
            .await?;
        let mut villages: BTreeMap<String, VillageFigures> = BTreeMap::new();
        for (village, household_type, monitored, households, persons) in rows {
            villages.entry(village).or_default().add(
                household_type.starts_with("lifted"),
                monitored == "running",
                u64::try_from(households).unwrap_or(0),
                u64::try_from(persons).unwrap_or(0),
            );
        }
        Ok(villages)
    }
}
