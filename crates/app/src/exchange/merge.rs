//! Merging what was checked, in chunks that are each whole: households,
//! episodes, the staged rows' marks and one audit record commit together.

use std::collections::BTreeMap;

use domain::account::Scope;
use domain::exchange::{
    ConflictRule, EpisodeDraft, Finding, FindingKind, Form, SheetReading, apply_to_file,
    episode_of, settle,
};
use store::audit::chain_of;
use store::crypto::digest;
use store::exchange::ImportBatchRow;
use store::household::{EpisodeRow, VersionMeta};
use store::{Actor, WriteTx};

use super::check::SheetReport;
use super::matching::{
    Known, Match, Met, departure_finding, draft_of, is_ours, match_forms, refusal, verdict,
};
use crate::{App, AppError, new_id};

/// Households of one transaction.
const CHUNK: u64 = 200;

/// Findings made while merging are numbered from here, after all of the check.
const FOUND_AT_MERGE: i64 = 1 << 40;

/// Numbers kept for the findings of one household; it has fewer members.
const FINDINGS_OF_A_HOUSEHOLD: i64 = 256;

fn by_household(findings: Vec<(i64, Finding)>) -> BTreeMap<i64, Vec<Finding>> {
    let mut found: BTreeMap<i64, Vec<Finding>> = BTreeMap::new();
    for (seq, finding) in findings {
        found.entry(seq).or_default().push(finding);
    }
    found
}

/// What one chunk did.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Merged {
    pub households: u64,
    pub created: u64,
    pub changed: u64,
    pub unchanged: u64,
    /// Left out because the register moved on since the check.
    pub refused: u64,
    /// The last staged household it looked at.
    pub last: i64,
}

/// What is said of an imported episode instead of evidence.
pub const IMPORTED_EVIDENCE: &str = "导入，识别程序材料不在本系统";

impl App {
    /// Merges the chunk after a staged household (-1 to begin); `None` when
    /// nothing is left.
    pub(super) async fn merge_chunk(
        &self,
        batch: &ImportBatchRow,
        scope: &Scope,
        actor: Actor,
        after: i64,
    ) -> Result<Option<Merged>, AppError> {
        // Somebody may save one of these households meanwhile (PostgreSQL has
        // many writers): the chunk is then matched again.
        for _ in 0..3 {
            match self
                .try_merge_chunk(batch, scope, actor.clone(), after)
                .await
            {
                Err(AppError::Stale { .. }) => {}
                other => return other,
            }
        }
        self.try_merge_chunk(batch, scope, actor, after).await
    }

    async fn try_merge_chunk(
        &self,
        batch: &ImportBatchRow,
        scope: &Scope,
        actor: Actor,
        after: i64,
    ) -> Result<Option<Merged>, AppError> {
        let mut tx = self.store.write(actor).await?;
        let staged = self
            .store
            .staged_households(scope, &batch.id, after, CHUNK, true)
            .await?;
        let Some(last) = staged.last().map(|s| s.seq) else {
            return Ok(None);
        };
        let reports: Vec<SheetReport> = serde_json::from_str(&batch.readings).unwrap_or_default();
        let readings: Vec<SheetReading> = reports.into_iter().filter_map(|r| r.reading).collect();
        let rule = rule_of(batch);
        let mut forms: Vec<Form> = staged.iter().map(|s| s.form.clone()).collect();
        let matches = match_forms(&self.store, scope, &mut forms).await?;
        let mut merged = Merged {
            households: staged.len() as u64,
            last,
            ..Merged::default()
        };
        let (mut written, mut refusals) = (Vec::new(), Vec::new());
        let new = staged.iter().zip(&forms).zip(&matches);
        let new = new
            .filter(|(_, met)| matches!(met.found, Match::New))
            .map(|((row, form), _)| (row.seq, form));
        let added = self.merge_new(&mut tx, batch, new).await?;
        for ((row, form), Met { found, departed }) in staged.iter().zip(&forms).zip(&matches) {
            // Those who are gone since the check.
            let gone = departed.iter();
            refusals.extend(gone.map(|d| (row.seq, departure_finding(d, &readings))));
            let became = match found {
                Match::Refused(kind, message) => {
                    merged.refused += 1;
                    refusals.push((row.seq, refusal(*kind, message, form, &readings)));
                    tx.mark_merged(&batch.id, row.seq, "rejected", None).await?;
                    continue;
                }
                Match::New => {
                    merged.created += 1;
                    let added = added.get(&row.seq).cloned();
                    Some(added.map(|id| (id, None)).ok_or_else(code_taken))
                }
                Match::Known(_) if verdict(found, form).0 == "unchanged" => None,
                Match::Known(known) => self
                    .merge_known(&mut tx, batch, known, form, rule)
                    .await
                    .transpose()
                    .map(|became| became.map(|(id, settled)| (id, Some(settled)))),
            };
            match became.transpose() {
                Ok(Some((id, settled))) => {
                    written.push(id.clone());
                    merged.changed += u64::from(matches!(found, Match::Known(_)));
                    let became = Some((id.as_str(), settled.as_ref()));
                    tx.mark_merged(&batch.id, row.seq, &row.verdict, became)
                        .await?;
                }
                Ok(None) => {
                    merged.unchanged += 1;
                    tx.mark_merged(&batch.id, row.seq, "unchanged", None)
                        .await?;
                }
                // The 户编号 belongs to a household outside the importer's scope.
                Err(AppError::Conflict(_)) => {
                    merged.refused += 1;
                    merged.created -= u64::from(matches!(found, Match::New));
                    let kind = FindingKind::HouseholdCodeUnusable;
                    refusals.push((row.seq, refusal(kind, kind.label(), form, &readings)));
                    tx.mark_merged(&batch.id, row.seq, "rejected", None).await?;
                }
                Err(error) => return Err(error),
            }
        }
        for (seq, findings) in by_household(refusals) {
            let first = FOUND_AT_MERGE + seq * FINDINGS_OF_A_HOUSEHOLD;
            tx.stage_findings(&batch.id, first, &findings).await?;
        }
        let detail = format!(
            "households={} created={} changed={} unchanged={} refused={} written={}",
            merged.households,
            merged.created,
            merged.changed,
            merged.unchanged,
            merged.refused,
            digest(written.join(",").as_bytes())
        );
        let chain = chain_of(batch.division.parse().ok());
        tx.audit(
            &chain,
            "import.merge",
            &format!("import/{}", batch.id),
            &detail,
        )
        .await?;
        self.note_merge_progress(&mut tx, batch, last).await?;
        tx.commit().await?;
        Ok(Some(merged))
    }

    async fn note_merge_progress(
        &self,
        tx: &mut WriteTx,
        batch: &ImportBatchRow,
        last: i64,
    ) -> Result<(), AppError> {
        let change = store::exchange::ImportBatchChange {
            done: store::exchange::set(last + 1),
            ..Default::default()
        };
        tx.change_import_batch(&batch.id, &[], change).await?;
        Ok(())
    }

    fn import_meta(&self, batch: &ImportBatchRow, reason: &str) -> VersionMeta {
        VersionMeta {
            effective_on: self.today(),
            reason: reason.to_owned(),
            source: format!("import/{}", batch.id),
            // The file does not say who collected its values.
            collected_by: format!("原系统导出（{}）", batch.file_name),
            entered_by: batch.created_by.clone(),
            reviewed_by: batch.merged_by.clone().unwrap_or_default(),
        }
    }

    /// Adds the households we do not know; returns their ids by the number of
    /// the staged household. One whose 户编号 is taken is not among them.
    async fn merge_new(
        &self,
        tx: &mut WriteTx,
        batch: &ImportBatchRow,
        staged: impl Iterator<Item = (i64, &Form)>,
    ) -> Result<BTreeMap<i64, String>, AppError> {
        let (mut files, mut origins) = (Vec::new(), Vec::new());
        for (seq, form) in staged {
            let file = apply_to_file(None, form, self.today(), &mut new_id)
                .ok_or_else(|| AppError::Internal("a staged household has no village".into()))?;
            files.push((new_id(), file));
            origins.push((seq, form));
        }
        let taken = tx.taken_codes(&files).await?;
        let mut added = BTreeMap::new();
        let mut episodes = Vec::new();
        for ((id, _), (seq, form)) in files.iter().zip(origins) {
            if !taken.contains(id) {
                added.insert(seq, id.clone());
                episodes.extend(episode_of(form).map(|d| episode_row(id, &form.village, None, &d)));
            }
        }
        files.retain(|(id, _)| !taken.contains(id));
        let meta = self.import_meta(batch, "导入新户");
        match tx
            .add_households(&files, &meta)
            .await
            .map_err(AppError::from)
        {
            // Taken since it was asked: the chunk is matched again.
            Err(AppError::Conflict(_)) => return Err(AppError::Stale { current: 0 }),
            other => other?,
        }
        for episode in episodes {
            tx.save_episode(episode).await?;
        }
        Ok(added)
    }

    /// `None` when the rule leaves everything as it is.
    async fn merge_known(
        &self,
        tx: &mut WriteTx,
        batch: &ImportBatchRow,
        known: &Known,
        theirs: &Form,
        rule: ConflictRule,
    ) -> Result<Option<(String, Form)>, AppError> {
        let settled = settle(&known.form, theirs, rule);
        let file = apply_to_file(Some(&known.file), &settled, self.today(), &mut new_id)
            .ok_or_else(|| AppError::Internal("a staged household has no village".into()))?;
        let mut changed =
            settled.values != known.form.values || settled.members != known.form.members;
        if file != known.file {
            tx.save_household(
                &known.row.id,
                &file,
                &self.import_meta(batch, "导入更新"),
                Some(known.row.version),
            )
            .await?;
            changed = true;
        }
        let ours = known.episode.as_ref();
        if let Some(draft) = episode_of(&settled).filter(|_| !ours.is_some_and(is_ours))
            && ours.and_then(draft_of).as_ref() != Some(&draft)
        {
            tx.save_episode(episode_row(&known.row.id, &settled.village, ours, &draft))
                .await?;
            changed = true;
        }
        Ok(changed.then(|| (known.row.id.clone(), settled)))
    }
}

/// Refuses a household whose 户编号 is taken.
fn code_taken() -> AppError {
    store::StoreError::Taken("household.code".into()).into()
}

/// An imported episode: running or cleared, without a casefile. The clock of
/// no procedure starts.
fn episode_row(
    household_id: &str,
    village: &str,
    known: Option<&EpisodeRow>,
    draft: &EpisodeDraft,
) -> EpisodeRow {
    EpisodeRow {
        id: known.map_or_else(new_id, |e| e.id.clone()),
        household_id: household_id.to_owned(),
        village: village.to_owned(),
        category: draft.category.clone(),
        status: if draft.cleared { "cleared" } else { "running" }.to_owned(),
        identified_on: draft.identified_on.to_string(),
        cleared_on: draft.cleared_on.map(|d| d.to_string()),
        clearance_way: draft.clearance_way.clone(),
        origin: "imported".to_owned(),
        casefile_id: None,
        risks: serde_json::to_string(&draft.risks).unwrap_or_else(|_| "[]".into()),
        evidence_note: IMPORTED_EVIDENCE.to_owned(),
        version: known.map_or(1, |e| e.version + 1),
    }
}

/// The rule a person merged under.
pub(super) fn rule_of(batch: &ImportBatchRow) -> ConflictRule {
    if batch.conflict_rule == ConflictRule::TakeTheirs.as_str() {
        ConflictRule::TakeTheirs
    } else {
        ConflictRule::KeepOurs
    }
}

/// Totals over chunks.
pub(super) fn add(total: &mut BTreeMap<&'static str, u64>, chunk: Merged) {
    for (name, n) in [
        ("created", chunk.created),
        ("changed", chunk.changed),
        ("unchanged", chunk.unchanged),
        ("refused", chunk.refused),
    ] {
        *total.entry(name).or_default() += n;
    }
}
