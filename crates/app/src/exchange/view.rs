//! What the console sees of an import.

use std::collections::{BTreeMap, BTreeSet};

use domain::account::{Operation, Principal, Scope};
use domain::code_list::CodeLists;
use domain::exchange::{ColumnStatus, FindingKind, Layout};
use serde::Serialize;
use store::exchange::{FindingFilter, ImportBatchRow};
use utoipa::ToSchema;

use super::check::SheetReport;
use super::job::Summary;
use super::matching::{match_forms, verdict};
use crate::error::permit;
use crate::{App, AppError, PageView, Window, clock};

/// How far the work is.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ImportProgress {
    pub phase: String,
    pub done: i64,
    /// 0 while unknown.
    pub total: i64,
}

/// A column of the file.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ImportColumn {
    pub header: String,
    pub field: Option<String>,
    pub field_label: Option<String>,
    pub status: ColumnStatus,
    pub required: bool,
}

/// A sheet of the file.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ImportSheet {
    pub name: String,
    pub kind: Option<String>,
    pub header_row: Option<u32>,
    pub rows: u64,
    pub columns: Vec<ImportColumn>,
}

/// Figures of an import.
#[derive(Debug, Clone, Default, Serialize, ToSchema)]
pub struct ImportCounts {
    pub rows: u64,
    pub households: u64,
    pub persons: u64,
    /// Rows that are or will be taken over.
    pub accepted: u64,
    pub accepted_households: u64,
    pub accepted_persons: u64,
    pub rejected_rows: u64,
    /// Wrong cells left out of rows that are taken.
    pub left_out_cells: u64,
    pub errors: u64,
    pub warnings: u64,
    pub new_households: u64,
    pub changed: u64,
    pub unchanged: u64,
    /// Villages of the village sheet that can be taken: all, those without a
    /// record yet, those it would change.
    pub villages: u64,
    pub new_villages: u64,
    pub changed_villages: u64,
}

/// An import.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ImportView {
    pub id: String,
    pub file_name: String,
    pub layout: String,
    pub status: String,
    pub progress: Option<ImportProgress>,
    pub sheets: Vec<ImportSheet>,
    pub counts: ImportCounts,
    pub duplicate_of: Option<String>,
    /// Why it was refused or did not end.
    pub failure: Option<String>,
    pub created_at: String,
    pub created_by: String,
    pub merged_by: Option<String>,
}

/// A finding in the list.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ImportFinding {
    pub sheet: String,
    pub row: u32,
    /// Letter of the column.
    pub column: String,
    pub header: Option<String>,
    pub value: String,
    pub code: String,
    pub message: String,
    pub severity: domain::exchange::Severity,
    pub suggestion: Option<String>,
}

/// How often a kind of finding occurs.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ImportFindingCount {
    pub code: String,
    pub label: String,
    pub severity: domain::exchange::Severity,
    pub count: u64,
}

/// One value in which file and register differ, in words.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct PreviewDifference {
    pub field_label: String,
    pub ours: Option<String>,
    pub theirs: Option<String>,
}

/// A household of the file beside ours.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ImportPreview {
    pub household_code: Option<String>,
    pub head_name: String,
    pub persons: usize,
    pub verdict: String,
    pub differences: Vec<PreviewDifference>,
}

fn sheet(report: SheetReport) -> ImportSheet {
    let reading = report.reading;
    ImportSheet {
        name: report.tab,
        kind: report.kind,
        header_row: reading.as_ref().map(|r| r.header_row),
        rows: report.rows,
        columns: reading
            .into_iter()
            .flat_map(|r| r.columns)
            .map(|c| ImportColumn {
                header: c.header,
                field: c.field,
                field_label: c.field_label,
                status: c.status,
                required: c.required,
            })
            .collect(),
    }
}

/// The view of a row; `merged` counts what is merged by verdict.
pub(super) fn of_row(row: ImportBatchRow, merged: &BTreeMap<String, u64>) -> ImportView {
    let summary: Summary = serde_json::from_str(&row.summary).unwrap_or_default();
    let reports: Vec<SheetReport> = serde_json::from_str(&row.readings).unwrap_or_default();
    let busy = matches!(row.status.as_str(), "received" | "checking" | "merging");
    let of = |verdict: &str, planned: u64| merged.get(verdict).copied().unwrap_or(planned);
    ImportView {
        progress: busy.then_some(ImportProgress {
            phase: row.phase,
            done: row.done,
            total: row.total,
        }),
        id: row.id,
        file_name: row.file_name,
        layout: row.layout,
        status: row.status,
        sheets: reports.into_iter().map(sheet).collect(),
        counts: ImportCounts {
            rows: summary.rows,
            households: summary.households,
            persons: summary.persons,
            accepted: summary.rows.saturating_sub(summary.rejected_rows),
            accepted_households: summary.accepted_households,
            accepted_persons: summary.accepted_persons,
            rejected_rows: summary.rejected_rows,
            left_out_cells: summary.left_out_cells,
            errors: summary.errors,
            warnings: summary.warnings,
            new_households: of("new", summary.new_households),
            changed: of("changed", summary.changed),
            unchanged: of("unchanged", summary.unchanged),
            villages: summary.villages,
            new_villages: summary.new_villages,
            changed_villages: summary.changed_villages,
        },
        duplicate_of: row.duplicate_of,
        failure: row.failure,
        created_at: clock::instant_text(row.created_at),
        created_by: row.created_by,
        merged_by: row.merged_by,
    }
}

/// A stored value in words: labels for codes, 是 and 否, masked numbers.
pub(crate) fn in_words(
    layout: &Layout,
    codes: &CodeLists,
    field: &str,
    value: &str,
) -> Option<String> {
    if value.is_empty() {
        return None;
    }
    if field == "member" {
        return codes.label("relation_to_head", value).map(str::to_owned);
    }
    let Some(column) = layout.column(field) else {
        return Some(value.to_owned());
    };
    use domain::exchange::ColumnType as T;
    Some(match column.kind {
        T::Code | T::Codes => {
            let list = column.list.as_deref().unwrap_or_default();
            value
                .split(',')
                .map(|c| codes.label(list, c).unwrap_or(c))
                .collect::<Vec<_>>()
                .join("、")
        }
        T::YesNo => if value == "yes" { "是" } else { "否" }.to_owned(),
        T::IdentityNumber => masked(value, 6, 4),
        T::Phone => masked(value, 3, 4),
        _ => value.to_owned(),
    })
}

fn masked(value: &str, head: usize, tail: usize) -> String {
    let characters: Vec<char> = value.chars().collect();
    if characters.len() <= head + tail {
        return "*".repeat(characters.len());
    }
    let middle = characters.len() - head - tail;
    characters[..head].iter().collect::<String>()
        + &"*".repeat(middle)
        + &characters[head + middle..].iter().collect::<String>()
}

pub(crate) fn field_label(layout: &Layout, field: &str) -> String {
    match field {
        "member" => "新增成员".to_owned(),
        "employment" => "外出务工".to_owned(),
        "planned_employment" => "计划外出务工".to_owned(),
        _ => layout
            .column(field)
            .map_or_else(|| field.to_owned(), |c| c.label().to_owned()),
    }
}

impl App {
    /// What the last import left open about a household: code and sentence.
    /// They stay with the household until a later import brings what was
    /// missing.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn import_gaps(
        &self,
        scope: &Scope,
        household_id: &str,
    ) -> Result<Vec<(String, String)>, AppError> {
        let ids = BTreeSet::from([household_id.to_owned()]);
        let forms = self.store.office_forms(scope, &ids).await?;
        let gaps = forms
            .get(household_id)
            .map(|f| f.gaps.clone())
            .unwrap_or_default();
        let in_words =
            |code: String| FindingKind::of_code(&code).map(|kind| (code, kind.label().to_owned()));
        Ok(gaps.into_iter().filter_map(in_words).collect())
    }

    /// One import.
    ///
    /// # Errors
    /// [`AppError::NotFound`] outside the scope.
    pub async fn import(&self, principal: &Principal, id: &str) -> Result<ImportView, AppError> {
        let row = self.batch_in_scope(principal, id).await?;
        let merging = matches!(row.phase.as_str(), "merging");
        let mut merged = BTreeMap::new();
        if merging && row.status == "merged" {
            for (verdict, done, households, _) in
                self.store.staged_counts(&principal.scope, id).await?
            {
                if done {
                    *merged.entry(verdict).or_default() += households;
                }
            }
            for verdict in ["new", "changed", "unchanged"] {
                merged.entry(verdict.to_owned()).or_default();
            }
        }
        Ok(of_row(row, &merged))
    }

    /// Imports in scope, newest first.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn imports(
        &self,
        principal: &Principal,
        window: Window,
    ) -> Result<PageView<ImportView>, AppError> {
        permit(principal, Operation::ImportRun)?;
        let page = self.store.import_batches(&principal.scope, &window).await?;
        let none = BTreeMap::new();
        let items = page
            .items
            .into_iter()
            .map(|row| of_row(row, &none))
            .collect();
        Ok(PageView {
            items,
            next_cursor: page.next_cursor,
            total: page.total,
        })
    }

    /// Findings of an import, in the order of sheet and row.
    ///
    /// # Errors
    /// [`AppError::NotFound`] outside the scope.
    pub async fn import_findings(
        &self,
        principal: &Principal,
        id: &str,
        filter: FindingFilter,
        window: Window,
    ) -> Result<PageView<ImportFinding>, AppError> {
        self.batch_in_scope(principal, id).await?;
        let page = self
            .store
            .import_findings(&principal.scope, id, &filter, &window)
            .await?;
        let items = page
            .items
            .into_iter()
            .map(|row| {
                let finding = row.finding;
                ImportFinding {
                    sheet: finding.sheet,
                    row: finding.row,
                    column: row.column_letter,
                    header: Some(finding.header).filter(|h| !h.is_empty()),
                    value: finding.value.chars().take(200).collect(),
                    code: finding.kind.code().to_owned(),
                    message: finding.message,
                    severity: finding.kind.severity(),
                    suggestion: Some(finding.suggestion).filter(|s| !s.is_empty()),
                }
            })
            .collect();
        Ok(PageView {
            items,
            next_cursor: page.next_cursor,
            total: page.total,
        })
    }

    /// Kinds of findings of an import with their number, errors first.
    ///
    /// # Errors
    /// [`AppError::NotFound`] outside the scope.
    pub async fn import_finding_summary(
        &self,
        principal: &Principal,
        id: &str,
    ) -> Result<Vec<ImportFindingCount>, AppError> {
        self.batch_in_scope(principal, id).await?;
        let counts = self
            .store
            .import_finding_counts(&principal.scope, id)
            .await?;
        let mut summary: Vec<ImportFindingCount> = counts
            .into_iter()
            .filter_map(|(code, count)| {
                let kind = FindingKind::of_code(&code)?;
                Some(ImportFindingCount {
                    code,
                    label: kind.label().to_owned(),
                    severity: kind.severity(),
                    count,
                })
            })
            .collect();
        summary.sort_by_key(|s| (s.severity, std::cmp::Reverse(s.count)));
        Ok(summary)
    }

    /// Households of the file beside ours, with what merging would change.
    ///
    /// # Errors
    /// [`AppError::NotFound`] outside the scope.
    pub async fn import_preview(
        &self,
        principal: &Principal,
        id: &str,
        window: Window,
    ) -> Result<PageView<ImportPreview>, AppError> {
        let batch = self.batch_in_scope(principal, id).await?;
        let (layout, codes) = self.layout(&batch.layout)?;
        let staged = self
            .store
            .staged_page(&principal.scope, id, &window)
            .await?;
        let mut forms: Vec<_> = staged.items.iter().map(|s| s.form.clone()).collect();
        let matches = match_forms(&self.store, &principal.scope, &mut forms).await?;
        let mut items = Vec::with_capacity(staged.items.len());
        for ((staged, form), met) in staged.items.iter().zip(&forms).zip(&matches) {
            let (now, differences) = verdict(&met.found, form);
            let differences = differences
                .into_iter()
                .filter(|_| !staged.merged)
                .map(|d| {
                    let label = field_label(&layout, &d.field);
                    PreviewDifference {
                        field_label: d
                            .member
                            .map_or_else(|| label.clone(), |m| format!("{m}：{label}")),
                        ours: in_words(&layout, &codes, &d.field, &d.ours),
                        theirs: in_words(&layout, &codes, &d.field, &d.theirs),
                    }
                })
                .collect();
            items.push(ImportPreview {
                household_code: Some(form.code.clone()).filter(|c| !c.is_empty()),
                head_name: form.head_name().to_owned(),
                persons: form.members.len(),
                verdict: if staged.merged {
                    staged.verdict.clone()
                } else {
                    now.to_owned()
                },
                differences,
            });
        }
        Ok(PageView {
            items,
            next_cursor: staged.next_cursor,
            total: staged.total,
        })
    }
}
