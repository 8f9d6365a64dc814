//! Import of what offices have, and the national export.
//!
//! A file is received, checked on a thread of its own in three passes with
//! flat memory (`check`), matched with the register and staged, looked at by a
//! person (preview, findings, corrected copy), and merged in whole chunks
//! (`merge`). Every stage can be cancelled and goes on after a restart.

mod check;
mod corrections;
mod export;
mod export_household;
mod export_job;
mod job;
mod matching;
mod merge;
mod reader;
pub(crate) mod sheet_writer;
mod sorter;
mod transport;
mod vault;
mod view;
mod villages;
mod zip_sizes;

use std::collections::{BTreeMap, BTreeSet};
use std::io::Read;
use std::path::Path;

use domain::account::{Operation, Principal, Scope};
use domain::code_list::CodeLists;
use domain::exchange::{ColumnMapping, ConflictRule, Layout};
use serde::Deserialize;
use store::audit::chain_of;
use store::exchange::{ImportBatchChange, ImportBatchRow, ImportMappingRow, set};
use utoipa::ToSchema;

pub use export::NationalExport;
pub use export_job::{ExportStatus, ExportView, StartExport};
pub use merge::IMPORTED_EVIDENCE;
pub use reader::{Event, Limits, read_office_file};
pub use transport::{read_in_child_process, serve_child};
pub use view::{
    ImportCounts, ImportFinding, ImportFindingCount, ImportPreview, ImportProgress, ImportSheet,
    ImportView, PreviewDifference,
};
pub(crate) use view::{field_label, in_words};

use crate::error::permit;
use crate::{App, AppError, new_id};

/// Largest accepted upload, in bytes.
pub const MAX_UPLOAD_BYTES: u64 = 1 << 30;
/// The layout files are read with when none is named.
pub const DEFAULT_LAYOUT: &str = "national-2022";

/// Imports whose file is still under an old key.
pub(crate) fn files_under_old_keys(app: &App) -> Result<Vec<String>, AppError> {
    vault::under_old_keys(&app.store, &app.data_dir)
}

/// Seals the file of an import again under the active key.
pub(crate) async fn reseal_file(app: &App, batch: &str) -> Result<(), AppError> {
    let (store, data_dir, batch) = (app.store.clone(), app.data_dir.clone(), batch.to_owned());
    tokio::task::spawn_blocking(move || vault::reseal(&store, &data_dir, &batch))
        .await
        .map_err(|e| AppError::Internal(e.to_string()))?
}

/// A file that arrives.
pub struct ImportUpload {
    pub file_name: String,
    pub layout: Option<String>,
    /// Name of a saved column mapping to use.
    pub mapping: Option<String>,
    /// Read on a thread of its own.
    pub content: Box<dyn Read + Send>,
}

impl std::fmt::Debug for ImportUpload {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "ImportUpload({:?})", self.layout)
    }
}

/// What a person says the columns are.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub struct SetMapping {
    pub columns: Vec<ColumnMapping>,
    /// Keeps the mapping under a name for the next file.
    pub save_as: Option<String>,
}

/// The decision to merge.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub struct MergeImport {
    pub on_conflict: ConflictRule,
}

impl App {
    /// A layout of the policy folder with the code lists it needs; the
    /// categories are those of the policy packs.
    pub(crate) fn layout(&self, id: &str) -> Result<(Layout, CodeLists), AppError> {
        let unknown = || AppError::invalid("layout", "没有这种样表");
        let known = id
            .chars()
            .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-');
        let text = Some(())
            .filter(|()| known)
            .and_then(|()| self.files.text(&format!("layouts/{id}.toml")))
            .ok_or_else(unknown)?;
        let mut categories = String::from("# title: 监测对象类别\ncode,label,aliases,note\n");
        let (mut codes, mut labels) = (BTreeSet::new(), BTreeSet::new());
        for category in self.library.packs().flat_map(|p| &p.values.categories) {
            if codes.insert(category.code.clone()) && labels.insert(category.label.clone()) {
                categories.push_str(&format!("{},{},,\n", category.code, category.label));
            }
        }
        let mut lists: Vec<(&str, &str)> = self
            .files
            .paths("codes/", ".csv")
            .filter_map(|p| {
                Some((
                    p.strip_prefix("codes/")?.strip_suffix(".csv")?,
                    self.files.text(p)?,
                ))
            })
            .collect();
        lists.push(("monitored_category", &categories));
        let lists = CodeLists::parse(lists).map_err(|e| AppError::Internal(e.to_string()))?;
        let names: BTreeSet<String> = lists.iter().map(|(name, _)| name.to_owned()).collect();
        let layout = Layout::parse(text, &names).map_err(|e| AppError::Internal(e.to_string()))?;
        Ok((layout, lists))
    }

    /// Whether a category is for lifted households, by code.
    fn category_lifted(&self) -> BTreeMap<String, bool> {
        self.library
            .packs()
            .flat_map(|p| &p.values.categories)
            .filter_map(|c| Some((c.code.clone(), c.lifted?)))
            .collect()
    }

    /// Takes in a file and starts checking it in the background. The same
    /// bytes again are named as a duplicate; checking and merging them changes
    /// nothing.
    ///
    /// # Errors
    /// [`AppError::Invalid`] for an unknown layout or mapping or a file that
    /// is too large.
    pub async fn start_import(
        &self,
        principal: &Principal,
        upload: ImportUpload,
    ) -> Result<ImportView, AppError> {
        permit(principal, Operation::ImportRun)?;
        let division = principal.scope.root().ok_or(AppError::NotFound)?;
        let layout = upload
            .layout
            .filter(|l| !l.is_empty())
            .unwrap_or_else(|| DEFAULT_LAYOUT.to_owned());
        self.layout(&layout)?;
        let mapping = match upload.mapping.filter(|m| !m.is_empty()) {
            None => "[]".to_owned(),
            Some(name) => self
                .store
                .import_mappings(&principal.account_id, &layout)
                .await?
                .into_iter()
                .find(|m| m.name == name)
                .map(|m| m.mapping)
                .ok_or_else(|| AppError::invalid("mapping", "没有这个名称的列对应关系"))?,
        };
        let id = new_id();
        let (store, data_dir, batch, mut content) = (
            self.store.clone(),
            self.data_dir.clone(),
            id.clone(),
            upload.content,
        );
        let kept = tokio::task::spawn_blocking(move || {
            vault::put(&store, &data_dir, &batch, &mut *content, MAX_UPLOAD_BYTES)
        });
        let digest = kept
            .await
            .map_err(|e| AppError::Internal(e.to_string()))??;
        let duplicate_of = self
            .store
            .import_batch_of_digest(&principal.scope, &digest)
            .await?
            .map(|b| b.id);
        let now = self.clock.now_millis();
        let file_name: String = upload
            .file_name
            .chars()
            .filter(|c| !c.is_control())
            .take(120)
            .collect();
        let row = ImportBatchRow {
            id: id.clone(),
            file_name,
            file_digest: digest.clone(),
            layout,
            division: division.to_string(),
            status: "received".into(),
            phase: "receiving".into(),
            done: 0,
            total: 0,
            cancel_requested: false,
            conflict_rule: ConflictRule::KeepOurs.as_str().into(),
            summary: "{}".into(),
            readings: "[]".into(),
            mapping,
            failure: None,
            duplicate_of,
            account_id: principal.account_id.clone(),
            created_by: principal.display_name.clone(),
            merged_by: None,
            created_at: now,
            updated_at: now,
            version: 1,
        };
        let (app, actor, received) = (self.clone(), self.actor(principal), row.clone());
        to_the_end(async move {
            let mut tx = app.store.write(actor).await?;
            tx.add_import_batch(received).await?;
            tx.audit(
                &chain_of(Some(division)),
                "import.receive",
                &format!("import/{id}"),
                &format!("file={digest}"),
            )
            .await?;
            tx.commit().await?;
            app.start_work(&id);
            Ok(())
        })
        .await?;
        Ok(view::of_row(row, &BTreeMap::new()))
    }

    /// A batch the person may see, or not found.
    async fn batch_in_scope(
        &self,
        principal: &Principal,
        id: &str,
    ) -> Result<ImportBatchRow, AppError> {
        permit(principal, Operation::ImportRun)?;
        self.store
            .import_batch(&principal.scope, id)
            .await?
            .ok_or(AppError::NotFound)
    }

    fn batch_scope(batch: &ImportBatchRow) -> Result<Scope, AppError> {
        let division = batch
            .division
            .parse()
            .map_err(|_| AppError::Internal("an import has no division".into()))?;
        Ok(Scope::subtree(division))
    }

    /// Says what the columns are and checks the file again.
    ///
    /// # Errors
    /// [`AppError::Invalid`] for a field that is not in the layout,
    /// [`AppError::Conflict`] when the import is past checking.
    pub async fn map_import(
        &self,
        principal: &Principal,
        id: &str,
        form: SetMapping,
    ) -> Result<ImportView, AppError> {
        let batch = self.batch_in_scope(principal, id).await?;
        let (layout, _) = self.layout(&batch.layout)?;
        if let Some(wrong) = form
            .columns
            .iter()
            .find(|c| !c.field.is_empty() && layout.column(&c.field).is_none())
        {
            return Err(AppError::invalid(
                "field",
                format!("样表里没有“{}”这一栏", wrong.field),
            ));
        }
        let mut mapping: Vec<ColumnMapping> =
            serde_json::from_str(&batch.mapping).unwrap_or_default();
        for column in form.columns {
            mapping.retain(|m| m.sheet != column.sheet || m.header != column.header);
            mapping.push(column);
        }
        let text =
            serde_json::to_string(&mapping).map_err(|e| AppError::Internal(e.to_string()))?;
        let saved_as = form.save_as.map(|n| n.trim().to_owned());
        let saved = saved_as
            .filter(|n| !n.is_empty())
            .map(|name| ImportMappingRow {
                id: new_id(),
                layout: batch.layout.clone(),
                name,
                mapping: text.clone(),
                account_id: principal.account_id.clone(),
                created_at: self.clock.now_millis(),
            });
        let (app, actor) = (self.clone(), self.actor(principal));
        to_the_end(async move {
            let mut tx = app.store.write(actor).await?;
            let change = ImportBatchChange {
                status: set("received".to_owned()),
                phase: set("receiving".to_owned()),
                mapping: set(text),
                ..Default::default()
            };
            let from = ["checked", "in_review", "failed", "cancelled"];
            if !tx.change_import_batch(&batch.id, &from, change).await? {
                return Err(past(&batch));
            }
            if let Some(row) = saved {
                tx.save_import_mapping(row).await?;
            }
            let subject = format!("import/{}", batch.id);
            let chain = chain_of(batch.division.parse().ok());
            tx.audit(&chain, "import.map", &subject, "").await?;
            tx.commit().await?;
            app.start_work(&batch.id);
            Ok(())
        })
        .await?;
        self.import(principal, id).await
    }

    /// Starts merging what was checked.
    ///
    /// # Errors
    /// [`AppError::Conflict`] when the import does not wait for a decision.
    pub async fn merge_import(
        &self,
        principal: &Principal,
        id: &str,
        form: MergeImport,
    ) -> Result<ImportView, AppError> {
        let batch = self.batch_in_scope(principal, id).await?;
        let change = ImportBatchChange {
            status: set("merging".to_owned()),
            phase: set("merging".to_owned()),
            done: set(0),
            cancel_requested: set(false),
            conflict_rule: set(form.on_conflict.as_str().to_owned()),
            merged_by: set(Some(principal.display_name.clone())),
            ..Default::default()
        };
        let detail = form.on_conflict.as_str();
        let from = &["checked", "in_review"];
        self.decide_and_work(
            principal,
            batch,
            from,
            ("import.merge_start", detail),
            change,
        )
        .await?;
        self.import(principal, id).await
    }

    /// Decides and starts the work that follows, both or neither.
    async fn decide_and_work(
        &self,
        principal: &Principal,
        batch: ImportBatchRow,
        from: &'static [&'static str],
        (operation, detail): (&'static str, &'static str),
        change: ImportBatchChange,
    ) -> Result<(), AppError> {
        let (app, principal) = (self.clone(), principal.clone());
        to_the_end(async move {
            app.decide_import(&principal, &batch, from, operation, detail, change)
                .await?;
            app.start_work(&batch.id);
            Ok(())
        })
        .await
    }

    async fn decide_import(
        &self,
        principal: &Principal,
        batch: &ImportBatchRow,
        from: &[&str],
        operation: &str,
        detail: &str,
        change: ImportBatchChange,
    ) -> Result<(), AppError> {
        let mut tx = self.store.write(self.actor(principal)).await?;
        if !tx.change_import_batch(&batch.id, from, change).await? {
            return Err(past(batch));
        }
        tx.audit(
            &chain_of(batch.division.parse().ok()),
            operation,
            &format!("import/{}", batch.id),
            detail,
        )
        .await?;
        tx.commit().await?;
        Ok(())
    }

    /// Asks the work to stop; what was merged stays.
    ///
    /// # Errors
    /// [`AppError::Conflict`] when nothing is going on.
    pub async fn cancel_import(
        &self,
        principal: &Principal,
        id: &str,
    ) -> Result<ImportView, AppError> {
        let batch = self.batch_in_scope(principal, id).await?;
        let change = ImportBatchChange {
            cancel_requested: set(true),
            ..Default::default()
        };
        self.decide_import(
            principal,
            &batch,
            &["received", "checking", "merging"],
            "import.cancel",
            "",
            change,
        )
        .await?;
        self.import(principal, id).await
    }

    /// Goes on where a cancelled or failed import stopped.
    ///
    /// # Errors
    /// [`AppError::Conflict`] when the import is in another state.
    pub async fn resume_import(
        &self,
        principal: &Principal,
        id: &str,
    ) -> Result<ImportView, AppError> {
        let batch = self.batch_in_scope(principal, id).await?;
        let status = if batch.phase == "merging" {
            "merging"
        } else {
            "received"
        };
        let change = ImportBatchChange {
            status: set(status.to_owned()),
            cancel_requested: set(false),
            failure: set(None),
            ..Default::default()
        };
        let from = &["cancelled", "failed"];
        self.decide_and_work(principal, batch, from, ("import.resume", ""), change)
            .await?;
        self.import(principal, id).await
    }

    /// Refuses the file as a whole.
    ///
    /// # Errors
    /// [`AppError::Invalid`] without a reason, [`AppError::Conflict`] when it
    /// was merged already.
    pub async fn refuse_import(
        &self,
        principal: &Principal,
        id: &str,
        reason: &str,
    ) -> Result<ImportView, AppError> {
        let batch = self.batch_in_scope(principal, id).await?;
        let reason: String = reason.trim().chars().take(500).collect();
        if reason.is_empty() {
            return Err(AppError::invalid("reason", "请写明拒收的理由"));
        }
        // What was merged in part cannot be refused any more.
        let from: &[&str] = if batch.phase == "merging" {
            &[]
        } else {
            &["checked", "in_review", "failed", "cancelled"]
        };
        if from.is_empty() {
            return Err(past(&batch));
        }
        let change = ImportBatchChange {
            status: set("refused".to_owned()),
            failure: set(Some(reason)),
            ..Default::default()
        };
        self.decide_import(principal, &batch, from, "import.refuse", "", change)
            .await?;
        vault::remove(&self.data_dir, id);
        self.import(principal, id).await
    }

    /// Names of the saved column mappings of a layout.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn import_mapping_names(
        &self,
        principal: &Principal,
        layout: &str,
    ) -> Result<Vec<String>, AppError> {
        permit(principal, Operation::ImportRun)?;
        Ok(self
            .store
            .import_mappings(&principal.account_id, layout)
            .await?
            .into_iter()
            .map(|m| m.name)
            .collect())
    }

    /// Reads, checks and merges a file in one go, for the command line and the
    /// demonstration: returns when it is merged.
    ///
    /// # Errors
    /// What the single steps return; [`AppError::Conflict`] with the reason
    /// when the file could not be checked.
    pub async fn import_file(
        &self,
        principal: &Principal,
        path: &Path,
        rule: ConflictRule,
    ) -> Result<ImportView, AppError> {
        let name = path
            .file_name()
            .map(|n| n.to_string_lossy().into_owned())
            .unwrap_or_default();
        let file = std::fs::File::open(path).map_err(|e| AppError::Internal(e.to_string()))?;
        let upload = ImportUpload {
            file_name: name,
            layout: None,
            mapping: None,
            content: Box::new(file),
        };
        let started = self.start_import(principal, upload).await?;
        self.finish_work(&started.id).await;
        let checked = self.import(principal, &started.id).await?;
        if checked.status != "checked" {
            return Err(AppError::Conflict(
                checked.failure.unwrap_or(checked.status),
            ));
        }
        self.merge_import(principal, &started.id, MergeImport { on_conflict: rule })
            .await?;
        self.finish_work(&started.id).await;
        self.import(principal, &started.id).await
    }
}

/// Runs to its end also when the person who asked has left the page: a request
/// that is dropped would leave an import decided with nobody working on it.
async fn to_the_end(
    work: impl Future<Output = Result<(), AppError>> + Send + 'static,
) -> Result<(), AppError> {
    let ended = tokio::spawn(work).await;
    ended.map_err(|e| AppError::Internal(e.to_string()))?
}

fn past(batch: &ImportBatchRow) -> AppError {
    let words = match batch.status.as_str() {
        "received" | "checking" => "正在检查，请稍候",
        "checked" | "in_review" => "检查已完成，等待决定",
        "merging" => "正在合并",
        "merged" => "已经合并完成",
        "refused" => "已经拒收",
        "cancelled" => "已经停止",
        _ => "没有完成",
    };
    AppError::Conflict(format!("这个文件{words}，不能这样操作。"))
}
