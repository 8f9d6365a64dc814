//! The corrected copy: the rows that could not be taken, as they stood, with
//! the wrong cells coloured and explained, to fill in and send back.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use domain::account::Principal;
use domain::exchange::{FindingKind, HeadRow, RawCell, Severity};
use rust_xlsxwriter::{Note, Workbook};
use store::audit::chain_of;
use store::exchange::FindingFilter;

use super::check::SheetReport;
use super::reader::Event;
use super::sheet_writer::{Formats, add_sheet, column, write_cell, write_text};
use super::transport::read_file;
use super::vault;
use crate::{App, AppError, Window};

/// What is said of a cell; the column by its letter.
#[derive(Debug, Clone)]
struct Remark {
    severity: Severity,
    text: String,
}

/// Remarks by tab, row and column letter; findings about a sheet or the file
/// stand apart.
#[derive(Debug, Default)]
struct Remarks {
    cells: BTreeMap<String, BTreeMap<u32, Vec<(String, Remark)>>>,
    general: Vec<(String, Remark)>,
}

/// Rows to send back, by tab.
type Rows = BTreeMap<String, BTreeSet<u32>>;

impl App {
    /// Writes the corrected copy of an import as a workbook.
    ///
    /// # Errors
    /// [`AppError::NotFound`] outside the scope or when its file is gone.
    pub async fn import_corrections(
        &self,
        principal: &Principal,
        id: &str,
    ) -> Result<Vec<u8>, AppError> {
        let batch = self.batch_in_scope(principal, id).await?;
        let reports: Vec<SheetReport> = serde_json::from_str(&batch.readings).unwrap_or_default();
        let remarks = self.import_remarks(principal, id).await?;
        let rows = self
            .rows_to_correct(principal, id, &reports, &remarks)
            .await?;
        let (store, data_dir, batch_id, file_name) = (
            self.store.clone(),
            self.data_dir.clone(),
            id.to_owned(),
            batch.file_name.clone(),
        );
        let written = tokio::task::spawn_blocking(move || -> Result<Vec<u8>, AppError> {
            let file = vault::open(&store, &data_dir, &batch_id).map_err(|_| AppError::NotFound)?;
            write_book(file, &file_name, &reports, &remarks, &rows)
        });
        let bytes = written
            .await
            .map_err(|e| AppError::Internal(e.to_string()))??;
        let mut tx = self.store.write(self.actor(principal)).await?;
        tx.audit(
            &chain_of(batch.division.parse().ok()),
            "import.corrections",
            &format!("import/{id}"),
            &format!("bytes={}", bytes.len()),
        )
        .await?;
        tx.commit().await?;
        Ok(bytes)
    }

    async fn import_remarks(&self, principal: &Principal, id: &str) -> Result<Remarks, AppError> {
        let mut remarks = Remarks::default();
        let mut window = Window::first(2000);
        loop {
            let page = self
                .store
                .import_findings(&principal.scope, id, &FindingFilter::default(), &window)
                .await?;
            for row in page.items {
                let finding = row.finding;
                let remark = Remark {
                    severity: finding.kind.severity(),
                    text: if finding.suggestion.is_empty() {
                        finding.message
                    } else {
                        format!("{}。{}", finding.message, finding.suggestion)
                    },
                };
                if finding.row == 0 {
                    let quiet = matches!(
                        finding.kind,
                        FindingKind::ColumnMoved | FindingKind::HeaderRowShifted
                    );
                    if !quiet {
                        remarks.general.push((finding.sheet, remark));
                    }
                } else {
                    remarks
                        .cells
                        .entry(finding.sheet)
                        .or_default()
                        .entry(finding.row)
                        .or_default()
                        .push((row.column_letter, remark));
                }
            }
            match page.next_cursor {
                Some(cursor) => window = window.after(cursor),
                None => return Ok(remarks),
            }
        }
    }

    /// Rows with an error, and all rows of a household one of whose rows has
    /// one: a household is only understood whole.
    async fn rows_to_correct(
        &self,
        principal: &Principal,
        id: &str,
        reports: &[SheetReport],
        remarks: &Remarks,
    ) -> Result<Rows, AppError> {
        let mut rows = Rows::new();
        for (tab, by_row) in &remarks.cells {
            let wrong = by_row
                .iter()
                .filter(|(_, r)| r.iter().any(|(_, r)| r.severity == Severity::Error))
                .map(|(row, _)| *row);
            rows.entry(tab.clone()).or_default().extend(wrong);
        }
        let tabs: Vec<&str> = reports
            .iter()
            .filter_map(|r| r.reading.as_ref().map(|x| x.tab.as_str()))
            .collect();
        let mut after = -1;
        loop {
            let staged = self
                .store
                .staged_households(&principal.scope, id, after, 500, false)
                .await?;
            let Some(last) = staged.last() else {
                return Ok(rows);
            };
            after = last.seq;
            for household in &staged {
                let own: Vec<(&str, u32)> = household
                    .form
                    .rows
                    .iter()
                    .filter_map(|(reading, row)| Some((*tabs.get(*reading as usize)?, *row)))
                    .collect();
                let wrong = own
                    .iter()
                    .any(|(tab, row)| rows.get(*tab).is_some_and(|r| r.contains(row)));
                if household.verdict == "rejected" || wrong {
                    for (tab, row) in own {
                        rows.entry(tab.to_owned()).or_default().insert(row);
                    }
                }
            }
        }
    }
}

/// One line of the copy and the row of the file it shows.
fn write_book(
    file: std::fs::File,
    file_name: &str,
    reports: &[SheetReport],
    remarks: &Remarks,
    rows: &Rows,
) -> Result<Vec<u8>, AppError> {
    let mut book = Workbook::new();
    let formats = Arc::new(Formats::new());
    write_explanation(&mut book, file_name, remarks, rows, &formats)?;
    let mut failed = None;
    let mut writer = CopyWriter {
        book: &mut book,
        reports,
        remarks,
        rows,
        formats: &formats,
        tab: None,
        line: 0,
    };
    read_file(file, file_name, &mut |event| match writer.take(event) {
        Ok(()) => true,
        Err(error) => {
            failed = Some(error);
            false
        }
    })
    .map_err(|e| AppError::Internal(e.to_string()))?;
    match failed {
        Some(error) => Err(error),
        None => Ok(book.save_to_buffer()?),
    }
}

struct CopyWriter<'a> {
    book: &'a mut Workbook,
    reports: &'a [SheetReport],
    remarks: &'a Remarks,
    rows: &'a Rows,
    formats: &'a Formats,
    /// Tab being copied and its header row.
    tab: Option<(String, u32)>,
    line: u32,
}

impl CopyWriter<'_> {
    fn take(&mut self, event: Event<'_>) -> Result<(), AppError> {
        match event {
            Event::Sheet(name) => {
                let report = self
                    .reports
                    .iter()
                    .find(|r| name.is_empty() || r.tab == name);
                let reading = report.and_then(|r| r.reading.as_ref());
                let wanted =
                    reading.filter(|r| self.rows.get(&r.tab).is_some_and(|rows| !rows.is_empty()));
                self.tab = wanted.map(|r| (r.tab.clone(), r.header_row));
                self.line = 0;
                if let Some((tab, _)) = &self.tab {
                    let sheet = add_sheet(self.book, tab)?;
                    write_text(sheet, 0, 0, &format!("{tab}：需要改正的行"), self.formats)?;
                    write_text(
                        sheet,
                        1,
                        0,
                        "红色必须改，黄色请核对；改好后整本发回即可。不要改动表头；户编号只在标红时填写。",
                        self.formats,
                    )?;
                    self.line = 2;
                }
            }
            Event::Row(row, cells) => {
                let Some((tab, header_row)) = self.tab.clone() else {
                    return Ok(());
                };
                let header = row == header_row;
                let wanted = self.rows.get(&tab).is_some_and(|r| r.contains(&row));
                if header {
                    self.header(&tab, &cells)?;
                } else if wanted {
                    self.row(&tab, row, &cells)?;
                }
            }
            Event::Problem(..) => {}
        }
        Ok(())
    }

    /// The header as it was read, so that a merged one comes back whole.
    fn header(&mut self, tab: &str, cells: &[(u32, RawCell<'_>)]) -> Result<(), AppError> {
        let line = self.line;
        self.line += 1;
        let reading = self
            .reports
            .iter()
            .find(|r| r.tab == tab)
            .and_then(|r| r.reading.as_ref());
        let sheet = self.book.worksheet_from_name(tab)?;
        let mut texts: BTreeMap<u32, String> = cells
            .iter()
            .map(|(c, v)| (*c, v.shown().into_owned()))
            .collect();
        for (at, header) in reading.iter().flat_map(|r| r.places.values()) {
            texts.insert(*at, header.clone());
        }
        for (at, text) in texts {
            if let Some(at) = column(at) {
                sheet.write_string_with_format(line, at, text, &self.formats.header)?;
            }
        }
        Ok(())
    }

    fn row(&mut self, tab: &str, row: u32, cells: &[(u32, RawCell<'_>)]) -> Result<(), AppError> {
        let line = self.line;
        self.line += 1;
        let none = Vec::new();
        let remarks = self
            .remarks
            .cells
            .get(tab)
            .and_then(|rows| rows.get(&row))
            .unwrap_or(&none);
        let sheet = self.book.worksheet_from_name(tab)?;
        let mut marked: BTreeMap<u32, (Severity, String)> = BTreeMap::new();
        for (letter, remark) in remarks {
            let Some(at) = index_of(letter) else { continue };
            let entry = marked.entry(at).or_insert((remark.severity, String::new()));
            entry.0 = entry.0.min(remark.severity);
            if !entry.1.is_empty() {
                entry.1.push('\n');
            }
            entry.1.push_str(&remark.text);
        }
        let mut all: BTreeMap<u32, &RawCell<'_>> = cells.iter().map(|(c, v)| (*c, v)).collect();
        let blank = RawCell::Text("".into());
        for at in marked.keys() {
            all.entry(*at).or_insert(&blank);
        }
        for (at, cell) in all {
            let Some(place) = column(at) else { continue };
            let mark = marked.get(&at);
            let format = mark.map(|(severity, _)| {
                if *severity == Severity::Error {
                    &self.formats.error
                } else {
                    &self.formats.warning
                }
            });
            write_cell(sheet, line, place, cell, format, self.formats)?;
            if let Some((_, text)) = mark {
                let note: String = format!("原表第{row}行：{text}")
                    .chars()
                    .take(2000)
                    .collect();
                sheet.insert_note(line, place, &Note::new(note).add_author_prefix(false))?;
            }
        }
        Ok(())
    }
}

/// 0-based column of a letter.
fn index_of(letter: &str) -> Option<u32> {
    if letter.is_empty() {
        return None;
    }
    let number = letter.bytes().try_fold(0u32, |n, b| {
        Some(n * 26 + u32::from(b.checked_sub(b'A')?) + 1)
    })?;
    number.checked_sub(1)
}

const EXPLANATION_TAB: &str = "说明";
const EXPLANATION_TITLE: &str = "改正说明";

/// Whether a sheet is the explanation of a copy of ours, which comes back with it.
pub(super) fn is_explanation(tab: &str, head: &[HeadRow]) -> bool {
    let first = head.first().and_then(|(_, cells)| cells.first());
    tab == EXPLANATION_TAB && first.is_some_and(|(_, text)| text == EXPLANATION_TITLE)
}

/// Findings listed in words at most; the cells carry them all.
const LISTED: usize = 20_000;

fn write_explanation(
    book: &mut Workbook,
    file_name: &str,
    remarks: &Remarks,
    rows: &Rows,
    formats: &Formats,
) -> Result<(), AppError> {
    let sheet = add_sheet(book, EXPLANATION_TAB)?;
    sheet
        .set_column_width(0, 16)?
        .set_column_width(1, 8)?
        .set_column_width(2, 8)?
        .set_column_width(3, 90)?;
    sheet.write_string_with_format(0, 0, EXPLANATION_TITLE, &formats.title)?;
    let count: usize = rows.values().map(BTreeSet::len).sum();
    let lines = [
        format!("来自文件：{file_name}"),
        format!("共有{count}行需要改正；有错误的一户整户列出，改好后整户重新导入。"),
        "红色单元格必须改正，黄色单元格请核对。把鼠标放在单元格上可以看到原因。".to_owned(),
        "改好后把这个文件作为新文件上传即可；“说明”这张表不会被读取。".to_owned(),
    ];
    let mut line = 1;
    for text in lines {
        write_text(sheet, line, 0, &text, formats)?;
        line += 1;
    }
    line += 1;
    for (at, header) in (0u16..).zip(["工作表", "原行", "列", "问题和改法"]) {
        sheet.write_string_with_format(line, at, header, &formats.header)?;
    }
    line += 1;
    let general = remarks
        .general
        .iter()
        .map(|(tab, r)| (tab.as_str(), 0, "", r));
    let cells = remarks.cells.iter().flat_map(|(tab, rows)| {
        rows.iter().flat_map(move |(row, list)| {
            list.iter()
                .map(move |(letter, r)| (tab.as_str(), *row, letter.as_str(), r))
        })
    });
    for (tab, row, letter, remark) in general.chain(cells).take(LISTED) {
        write_text(sheet, line, 0, tab, formats)?;
        if row > 0 {
            sheet.write_number(line, 1, row)?;
        }
        write_text(sheet, line, 2, letter, formats)?;
        let level = if remark.severity == Severity::Error {
            "【必须改】"
        } else {
            "【请核对】"
        };
        sheet.write_string_with_format(
            line,
            3,
            format!("{level}{}", remark.text),
            &formats.wrapped,
        )?;
        line += 1;
    }
    Ok(())
}
