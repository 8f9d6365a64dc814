//! The village sheet of an import: staged beside the record we hold, merged
//! after the households under the same rule, each chunk with its audit record.

use std::collections::BTreeMap;

use domain::account::Scope;
use domain::exchange::{settle_village, village_differences};
use store::audit::chain_of;
use store::division::{StagedVillage, VillageRecordRow, VillageValues};
use store::exchange::ImportBatchRow;

use super::merge::rule_of;
use crate::lead::village_of;
use crate::{App, AppError};

/// Villages of one transaction.
const CHUNK: usize = 200;

fn verdict(
    known: Option<&VillageRecordRow>,
    theirs: &VillageValues,
) -> Result<&'static str, AppError> {
    Ok(match known {
        None => "new",
        Some(row) if village_differences(&row.values()?, theirs).is_empty() => "unchanged",
        Some(_) => "changed",
    })
}

impl App {
    /// Stages what a file says of villages; returns the verdict of each.
    pub(super) async fn stage_villages(
        &self,
        batch: &ImportBatchRow,
        scope: &Scope,
        villages: BTreeMap<String, VillageValues>,
    ) -> Result<Vec<&'static str>, AppError> {
        if villages.is_empty() {
            return Ok(Vec::new());
        }
        let known = self.store.village_records(scope).await?;
        let (mut staged, mut verdicts) = (Vec::new(), Vec::new());
        for (seq, (village, values)) in (0..).zip(villages) {
            let verdict = verdict(known.get(&village), &values)?;
            verdicts.push(verdict);
            staged.push(StagedVillage {
                seq,
                village,
                verdict: verdict.to_owned(),
                values,
            });
        }
        let mut tx = self.store.write(self.import_worker(batch)).await?;
        tx.stage_villages(&batch.id, &staged).await?;
        tx.commit().await?;
        Ok(verdicts)
    }

    /// Merges the villages of a batch that are not merged yet.
    pub(super) async fn merge_villages(
        &self,
        batch: &ImportBatchRow,
        scope: &Scope,
    ) -> Result<(), AppError> {
        let staged = self.store.staged_villages(scope, &batch.id).await?;
        for chunk in staged.chunks(CHUNK) {
            // Somebody may save one of these records meanwhile.
            let mut attempts_left = 3;
            loop {
                match self.merge_village_chunk(batch, scope, chunk).await {
                    Err(AppError::Stale { .. }) if attempts_left > 0 => attempts_left -= 1,
                    other => break other?,
                }
            }
        }
        Ok(())
    }

    async fn merge_village_chunk(
        &self,
        batch: &ImportBatchRow,
        scope: &Scope,
        chunk: &[StagedVillage],
    ) -> Result<(), AppError> {
        let rule = rule_of(batch);
        let mut tx = self.store.write(self.import_worker(batch)).await?;
        let known = self.store.village_records(scope).await?;
        let source = format!("import/{}", batch.id);
        let (mut created, mut changed) = (0, 0);
        for row in chunk {
            let ours = known.get(&row.village);
            let values = ours.map(VillageRecordRow::values).transpose()?;
            let values = values.unwrap_or_default();
            let settled = settle_village(&values, &row.values, rule);
            let became = match ours {
                Some(_) if settled == values => "unchanged",
                Some(_) => "changed",
                None => "new",
            };
            if became != "unchanged" {
                created += u64::from(ours.is_none());
                changed += u64::from(ours.is_some());
                tx.save_village_record(
                    village_of(&row.village)?,
                    &settled,
                    ("导入行政村信息", &source, &batch.created_by),
                    ours.map_or(0, |r| r.version),
                )
                .await?;
            }
            tx.mark_village_merged(&batch.id, row.seq, became).await?;
        }
        let detail = format!(
            "villages={} created={created} changed={changed}",
            chunk.len()
        );
        let chain = chain_of(batch.division.parse().ok());
        tx.audit(&chain, "import.merge_villages", &source, &detail)
            .await?;
        tx.commit().await?;
        Ok(())
    }
}
