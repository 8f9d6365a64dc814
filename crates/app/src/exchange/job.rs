//! The work behind an import: at most one task a batch in this process, its
//! progress in the batch's row, stopped by the cancel flag, picked up again
//! after a restart.

use std::collections::BTreeMap;
use std::sync::atomic::Ordering;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use domain::account::Scope;
use domain::exchange::{Finding, FindingKind, Form, Severity, SheetReading};
use serde::{Deserialize, Serialize};
use store::Actor;
use store::division::VillageValues;
use store::exchange::{ImportBatchChange, ImportBatchRow, StagedHousehold, set};

use super::check::{CheckInput, Output, SheetReport, Stop, check_file};
use super::matching::{Match, Met, departure_finding, match_forms, refusal, verdict};
use super::{merge, vault};
use crate::{App, AppError};

/// The task of a batch.
#[derive(Default)]
struct Task {
    handle: Option<tokio::task::AbortHandle>,
    /// Asked for once more while it was about to end.
    again: bool,
}

/// Tasks of this process, by batch.
static RUNNING: Mutex<BTreeMap<String, Task>> = Mutex::new(BTreeMap::new());

fn running() -> std::sync::MutexGuard<'static, BTreeMap<String, Task>> {
    RUNNING.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Takes the batch off the list however the task ends.
struct Running(String);

impl Running {
    /// Whether to begin once more; if not, the batch is off the list at once,
    /// so that nobody can ask in between.
    fn again(&mut self) -> bool {
        let mut all = running();
        match all.get_mut(&self.0) {
            Some(task) if task.again => {
                task.again = false;
                true
            }
            _ => {
                all.remove(&self.0);
                // What is on the list from now on is another task's.
                self.0.clear();
                false
            }
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        running().remove(&self.0);
    }
}

/// Figures of an import, kept with its batch.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Summary {
    pub rows: u64,
    pub rejected_rows: u64,
    /// Cells left out of rows that are taken.
    pub left_out_cells: u64,
    pub households: u64,
    pub persons: u64,
    pub accepted_households: u64,
    pub accepted_persons: u64,
    pub errors: u64,
    pub warnings: u64,
    pub new_households: u64,
    pub changed: u64,
    pub unchanged: u64,
    /// Villages of the village sheet: all, new, changed.
    pub villages: u64,
    pub new_villages: u64,
    pub changed_villages: u64,
    /// Time of checking and merging, and the process's peak memory.
    pub check_millis: i64,
    pub merge_millis: i64,
    pub peak_kib: u64,
    pub merged: BTreeMap<String, u64>,
}

/// Peak memory of this process in KiB; 0 where the system does not tell.
fn peak_kib() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|l| l.strip_prefix("VmHWM:"));
    line.and_then(|l| l.split_whitespace().next()?.parse().ok())
        .unwrap_or(0)
}

impl App {
    /// Starts the work a batch waits for; if a task is at it, that one looks
    /// once more before it ends.
    pub(super) fn start_work(&self, id: &str) {
        {
            let mut all = running();
            if let Some(task) = all.get_mut(id) {
                task.again = true;
                return;
            }
            all.insert(id.to_owned(), Task::default());
        }
        let mut guard = Running(id.to_owned());
        let app = self.clone();
        let task = tokio::spawn(async move {
            app.work_on_batch(&guard.0).await;
            while guard.again() {
                app.work_on_batch(&guard.0).await;
            }
        });
        if let Some(entry) = running().get_mut(id) {
            entry.handle = Some(task.abort_handle());
        }
    }

    /// Waits until nothing is going on for a batch.
    pub async fn finish_work(&self, id: &str) {
        while running().contains_key(id) {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }

    /// Ends the task of a batch where it stands, as if the process had ended.
    pub fn abandon_work(&self, id: &str) {
        if let Some(handle) = running().get(id).and_then(|t| t.handle.clone()) {
            handle.abort();
        }
    }

    /// Picks up what the last process left unfinished. Called at start-up.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn resume_imports(&self) -> Result<(), AppError> {
        for batch in self.store.unfinished_import_batches().await? {
            self.start_work(&batch.id);
        }
        Ok(())
    }

    async fn work_on_batch(&self, id: &str) {
        if let Err(error) = self.try_work_on_batch(id).await {
            tracing::error!(import = id, %error, "import failed");
            let failure = "处理时出了问题，已经合并的不受影响；可以从停下的地方继续".to_owned();
            self.end_batch(id, "failed", Some(failure)).await;
        }
    }

    async fn end_batch(&self, id: &str, status: &str, failure: Option<String>) {
        let change = ImportBatchChange {
            status: set(status.to_owned()),
            failure: set(failure),
            ..Default::default()
        };
        if let Err(error) = self.change_batch(id, change).await {
            tracing::error!(import = id, %error, "the state of an import could not be saved");
        }
    }

    async fn change_batch(&self, id: &str, change: ImportBatchChange) -> Result<(), AppError> {
        let mut tx = self.store.write(self.system_actor()).await?;
        tx.change_import_batch(id, &[], change).await?;
        tx.commit().await?;
        Ok(())
    }

    async fn batch_unscoped(&self, id: &str) -> Result<ImportBatchRow, AppError> {
        let all = Scope::subtree(domain::division::DivisionCode::NATION);
        self.store
            .import_batch(&all, id)
            .await?
            .ok_or(AppError::NotFound)
    }

    async fn try_work_on_batch(&self, id: &str) -> Result<(), AppError> {
        let batch = self.batch_unscoped(id).await?;
        match batch.status.as_str() {
            "received" | "checking" => self.check_batch(&batch).await,
            "merging" => self.merge_batch(&batch).await,
            _ => Ok(()),
        }
    }

    pub(super) fn import_worker(&self, batch: &ImportBatchRow) -> Actor {
        Actor {
            account_id: batch.account_id.clone(),
            now_millis: self.clock.now_millis(),
        }
    }

    async fn check_batch(&self, batch: &ImportBatchRow) -> Result<(), AppError> {
        let started = self.clock.real_millis();
        let scope = Self::batch_scope(batch)?;
        let mut tx = self.store.write(self.import_worker(batch)).await?;
        tx.clear_staging(&batch.id).await?;
        let change = ImportBatchChange {
            status: set("checking".to_owned()),
            phase: set("reading".to_owned()),
            done: set(0),
            total: set(0),
            failure: set(None),
            ..Default::default()
        };
        tx.change_import_batch(&batch.id, &[], change).await?;
        tx.commit().await?;

        let folder = vault::folder(&self.data_dir, &batch.id);
        let input = CheckInput {
            mappings: serde_json::from_str(&batch.mapping).unwrap_or_default(),
            ..self
                .check_input(&scope, &batch.layout, &batch.file_name, folder)
                .await?
        };
        let (sender, mut receiver) = tokio::sync::mpsc::channel(4);
        let thread = {
            let (input, store, data_dir, id) = (
                input.clone(),
                self.store.clone(),
                self.data_dir.clone(),
                batch.id.clone(),
            );
            tokio::task::spawn_blocking(move || {
                vault::clean(&data_dir, &id);
                let file =
                    vault::open(&store, &data_dir, &id).map_err(|e| Stop::Failed(e.to_string()))?;
                check_file(&input, file, &mut |output| {
                    sender.blocking_send(output).is_ok()
                })
            })
        };
        let mut staging = Staging {
            app: self,
            batch,
            scope,
            readings: Vec::new(),
            findings: 0,
            seq: 0,
            summary: Summary::default(),
            file_failure: None,
            told: 0,
        };
        while let Some(output) = receiver.recv().await {
            if staging.take(output).await? {
                input.cancelled.store(true, Ordering::Relaxed);
            }
        }
        let ended = thread
            .await
            .map_err(|e| AppError::Internal(e.to_string()))?;
        let Staging {
            mut summary,
            file_failure,
            ..
        } = staging;
        summary.check_millis = self.clock.real_millis() - started;
        summary.peak_kib = peak_kib();
        // Asked to stop on the last rows: stopped is what the page then says.
        let asked_to_stop = self.batch_unscoped(&batch.id).await?.cancel_requested;
        let (status, failure) = match (ended, file_failure) {
            (Err(Stop::Cancelled), _) => ("cancelled", None),
            (Ok(()), None) if asked_to_stop => ("cancelled", None),
            (Err(Stop::Failed(error)), _) => return Err(AppError::Internal(error)),
            (Ok(()), Some(failure)) => ("failed", Some(failure)),
            (Ok(()), None) => ("checked", None),
        };
        tracing::info!(
            import = batch.id,
            status,
            rows = summary.rows,
            millis = summary.check_millis,
            peak_kib = summary.peak_kib,
            "import checked"
        );
        let change = ImportBatchChange {
            status: set(status.to_owned()),
            failure: set(failure),
            cancel_requested: set(false),
            summary: set(serde_json::to_string(&summary).unwrap_or_default()),
            ..Default::default()
        };
        self.change_batch(&batch.id, change).await
    }

    async fn merge_batch(&self, batch: &ImportBatchRow) -> Result<(), AppError> {
        let started = self.clock.real_millis();
        let scope = Self::batch_scope(batch)?;
        let mut summary: Summary = serde_json::from_str(&batch.summary).unwrap_or_default();
        let total = i64::try_from(summary.households).unwrap_or(i64::MAX);
        self.change_batch(
            &batch.id,
            ImportBatchChange {
                phase: set("merging".to_owned()),
                total: set(total),
                ..Default::default()
            },
        )
        .await?;
        let mut counts: BTreeMap<&'static str, u64> = BTreeMap::new();
        let mut cancelled = false;
        let mut after = -1;
        while let Some(chunk) = self
            .merge_chunk(batch, &scope, self.import_worker(batch), after)
            .await?
        {
            after = chunk.last;
            merge::add(&mut counts, chunk);
            if self.batch_unscoped(&batch.id).await?.cancel_requested {
                cancelled = true;
                break;
            }
        }
        if !cancelled {
            self.merge_villages(batch, &scope).await?;
        }
        for (name, n) in counts {
            *summary.merged.entry(name.to_owned()).or_default() += n;
        }
        summary.merge_millis += self.clock.real_millis() - started;
        summary.peak_kib = peak_kib();
        tracing::info!(
            import = batch.id,
            millis = summary.merge_millis,
            peak_kib = summary.peak_kib,
            "import merged"
        );
        let mut change = ImportBatchChange {
            status: set(if cancelled { "cancelled" } else { "merged" }.to_owned()),
            cancel_requested: set(false),
            summary: set(serde_json::to_string(&summary).unwrap_or_default()),
            ..Default::default()
        };
        if !cancelled {
            change.done = set(total);
        }
        self.change_batch(&batch.id, change).await
    }
}

/// Saves what checking hands over.
struct Staging<'a> {
    app: &'a App,
    batch: &'a ImportBatchRow,
    scope: Scope,
    readings: Vec<SheetReading>,
    /// How many findings and households are saved.
    findings: i64,
    seq: i64,
    summary: Summary,
    /// What keeps the whole file from being taken.
    file_failure: Option<String>,
    /// When progress was last saved.
    told: i64,
}

impl Staging<'_> {
    /// True when the work is to stop.
    async fn take(&mut self, output: Output) -> Result<bool, AppError> {
        match output {
            Output::Findings(findings) => self.findings(&findings).await?,
            Output::Households(forms) => self.households(forms).await?,
            Output::Villages(villages) => self.villages(villages).await?,
            Output::Progress(phase, done, total) => return self.progress(phase, done, total).await,
            Output::Readings(reports) => self.reports(reports).await?,
            Output::Rows {
                rows,
                rejected,
                left_out,
            } => {
                self.summary.rows = rows;
                // What the register refused is counted with its households.
                self.summary.rejected_rows += rejected;
                self.summary.left_out_cells += left_out;
            }
        }
        Ok(false)
    }

    fn count(&mut self, findings: &[Finding]) {
        for finding in findings {
            match finding.kind.severity() {
                Severity::Error => self.summary.errors += 1,
                Severity::Warning => self.summary.warnings += 1,
            }
            if matches!(
                finding.kind,
                FindingKind::FileNotAWorkbook | FindingKind::FileTooLarge
            ) {
                self.file_failure = Some(finding.message.clone());
            }
        }
    }

    async fn findings(&mut self, findings: &[Finding]) -> Result<(), AppError> {
        if findings.is_empty() {
            return Ok(());
        }
        self.count(findings);
        let actor = self.app.import_worker(self.batch);
        self.app
            .store
            .load_findings(actor, &self.batch.id, self.findings, findings)
            .await?;
        self.findings += i64::try_from(findings.len()).unwrap_or(0);
        Ok(())
    }

    async fn households(&mut self, mut forms: Vec<Form>) -> Result<(), AppError> {
        if forms.is_empty() {
            return Ok(());
        }
        let matches = match_forms(&self.app.store, &self.scope, &mut forms).await?;
        let mut refusals = Vec::new();
        let mut staged = Vec::with_capacity(forms.len());
        for (form, Met { found, departed }) in forms.into_iter().zip(&matches) {
            let gone = departed.iter();
            refusals.extend(gone.map(|d| departure_finding(d, &self.readings)));
            if let Match::Refused(kind, message) = found {
                refusals.push(refusal(*kind, message, &form, &self.readings));
                self.summary.rejected_rows += form.rows.len() as u64;
            } else {
                self.summary.rejected_rows += departed.len() as u64;
            }
            let (verdict, _) = verdict(found, &form);
            let persons = form.members.len() as u64;
            self.summary.households += 1;
            self.summary.persons += persons;
            match verdict {
                "new" => self.summary.new_households += 1,
                "changed" => self.summary.changed += 1,
                "unchanged" => self.summary.unchanged += 1,
                _ => {}
            }
            if verdict != "rejected" {
                self.summary.left_out_cells += u64::from(form.left_out);
                self.summary.accepted_households += 1;
                self.summary.accepted_persons += persons;
            }
            staged.push(StagedHousehold {
                seq: self.seq,
                verdict: verdict.to_owned(),
                household_id: None,
                merged: false,
                form,
            });
            self.seq += 1;
        }
        self.findings(&refusals).await?;
        let actor = self.app.import_worker(self.batch);
        self.app
            .store
            .load_households(actor, &self.batch.id, &staged)
            .await?;
        Ok(())
    }

    async fn villages(
        &mut self,
        villages: BTreeMap<String, VillageValues>,
    ) -> Result<(), AppError> {
        let staged = self.app.stage_villages(self.batch, &self.scope, villages);
        for verdict in staged.await? {
            self.summary.villages += 1;
            match verdict {
                "new" => self.summary.new_villages += 1,
                "changed" => self.summary.changed_villages += 1,
                _ => {}
            }
        }
        Ok(())
    }

    async fn reports(&mut self, reports: Vec<SheetReport>) -> Result<(), AppError> {
        self.readings = reports.iter().filter_map(|r| r.reading.clone()).collect();
        let text =
            serde_json::to_string(&reports).map_err(|e| AppError::Internal(e.to_string()))?;
        self.app
            .change_batch(
                &self.batch.id,
                ImportBatchChange {
                    readings: set(text),
                    ..Default::default()
                },
            )
            .await
    }

    async fn progress(&mut self, phase: &str, done: u64, total: u64) -> Result<bool, AppError> {
        let now = self.app.clock.real_millis();
        if now - self.told < 1000 && self.told != 0 {
            return Ok(false);
        }
        self.told = now;
        let number = |n: u64| i64::try_from(n).unwrap_or(i64::MAX);
        let change = ImportBatchChange {
            phase: set(phase.to_owned()),
            done: set(number(done)),
            total: set(number(total)),
            ..Default::default()
        };
        self.app.change_batch(&self.batch.id, change).await?;
        Ok(self
            .app
            .batch_unscoped(&self.batch.id)
            .await?
            .cancel_requested)
    }
}
