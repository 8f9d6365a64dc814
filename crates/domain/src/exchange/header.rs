//! Finding the header row of a sheet and telling which column is which.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::finding::{Finding, FindingKind as Kind, column_letter};
use super::layout::{Layout, RowIs, Sheet};
use crate::typed_text::comparison_key;

/// One of the first rows of a sheet: 1-based row number, and text by 0-based column.
pub type HeadRow = (u32, Vec<(u32, String)>);

/// How a column of the file was recognised.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ColumnStatus {
    Matched,
    Alias,
    Moved,
    Unknown,
    Duplicate,
    Missing,
}

/// A column of the file, or one the file lacks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ColumnMatch {
    /// As it stands in the file; two of the same name carry their letter.
    pub header: String,
    /// 0-based; absent where the file lacks the column.
    pub column: Option<u32>,
    pub field: Option<String>,
    /// The form's own header.
    pub field_label: Option<String>,
    pub status: ColumnStatus,
    pub required: bool,
}

/// What a person says a column is; an empty field leaves the column out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ColumnMapping {
    pub sheet: String,
    pub header: String,
    pub field: String,
}

/// How one sheet of the file is read.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct SheetReading {
    /// Tab name; for a CSV file the name in the layout.
    pub tab: String,
    /// Index in the layout.
    pub sheet: usize,
    pub header_row: u32,
    pub columns: Vec<ColumnMatch>,
    /// 0-based file column and header of each layout column, by its index.
    pub places: BTreeMap<usize, (u32, String)>,
    /// False where a needed column is missing: no row is taken.
    pub usable: bool,
}

impl SheetReading {
    /// Layout column index by file column.
    pub fn by_column(&self) -> BTreeMap<u32, usize> {
        self.places
            .iter()
            .map(|(index, (column, _))| (*column, *index))
            .collect()
    }
}

struct Header {
    row: u32,
    /// Set where the texts of two rows were read as one.
    merged_from: Option<u32>,
    cells: Vec<(u32, String)>,
    score: usize,
}

fn known(sheet: &Sheet, text: &str) -> bool {
    sheet.column_of_header(text).is_some()
}

/// The header among the first rows: the row most of whose texts are headers
/// of this sheet; texts merged downwards from the row above are added.
fn find_header(sheet: &Sheet, rows: &[HeadRow]) -> Option<Header> {
    let score =
        |cells: &[(u32, String)]| cells.iter().filter(|(_, text)| known(sheet, text)).count();
    let best = rows
        .iter()
        .enumerate()
        .map(|(index, (_, cells))| (score(cells), index))
        // The upper row wins a tie.
        .max_by_key(|(score, index)| (*score, std::cmp::Reverse(*index)))?;
    let (row, own) = &rows[best.1];
    let mut header = Header {
        row: *row,
        merged_from: None,
        cells: own.clone(),
        score: best.0,
    };
    if let Some((above, cells)) = best
        .1
        .checked_sub(1)
        .map(|i| &rows[i])
        .filter(|(above, _)| above + 1 == *row)
    {
        let added: Vec<(u32, String)> = cells
            .iter()
            .filter(|(column, text)| {
                known(sheet, text) && !own.iter().any(|(c, t)| c == column && !t.trim().is_empty())
            })
            .cloned()
            .collect();
        if !added.is_empty() {
            header.score += added.len();
            header.merged_from = Some(*above);
            header
                .cells
                .retain(|(c, _)| !added.iter().any(|(a, _)| a == c));
            header.cells.extend(added);
            header.cells.sort_by_key(|(column, _)| *column);
        }
    }
    header.cells.retain(|(_, text)| !text.trim().is_empty());
    // One column alone may be chance, the title of the sheet for example.
    (header.score >= 3).then_some(header)
}

/// Which sheet of the layout a tab is: by its name, else by its headers when
/// most of the form's columns are there.
pub fn recognise_sheet(layout: &Layout, tab: &str, rows: &[HeadRow]) -> Option<usize> {
    if let Some(index) = layout.sheet_named(tab) {
        return Some(index);
    }
    layout
        .sheets
        .iter()
        .enumerate()
        .filter_map(|(index, sheet)| {
            let header = find_header(sheet, rows)?;
            let extra = header.cells.len() - header.score.min(header.cells.len());
            let missing = sheet.columns.len() - header.score.min(sheet.columns.len());
            let close = header.score * 2 > sheet.columns.len() && header.score > extra;
            close.then_some((header.score as i64 - extra as i64 - missing as i64, index))
        })
        .max_by_key(|(likeness, index)| (*likeness, std::cmp::Reverse(*index)))
        .map(|(_, index)| index)
}

/// Reads the header of a recognised sheet and reports what differs from the
/// form. `None` with a finding when no header is found.
pub fn read_header(
    layout: &Layout,
    index: usize,
    tab: &str,
    rows: &[HeadRow],
    mappings: &[ColumnMapping],
) -> (Option<SheetReading>, Vec<Finding>) {
    let sheet = &layout.sheets[index];
    let Some(header) = find_header(sheet, rows) else {
        return (
            None,
            vec![Finding::about(Kind::HeaderNotFound, tab, "", "")],
        );
    };
    let mut findings = Vec::new();
    if let Some(above) = header.merged_from {
        findings.push(Finding::about(
            Kind::HeaderMerged,
            tab,
            "",
            format!("{above}-{}", header.row),
        ));
    }
    if header.row != layout.header_row {
        let message = format!(
            "表头不在第{}行而在第{}行，已按找到的行读取",
            layout.header_row, header.row
        );
        findings.push(
            Finding::about(Kind::HeaderRowShifted, tab, "", header.row.to_string()).saying(message),
        );
    }
    let columns = match_columns(sheet, tab, &header, mappings);
    let (columns, places) = report_columns(sheet, tab, columns, &mut findings);
    let usable = !findings.iter().any(|f| {
        f.kind == Kind::ColumnMissingRequired
            || (f.kind == Kind::ColumnRepeated
                && sheet
                    .column_of_header(&f.header)
                    .is_some_and(|(i, _)| sheet.columns[i].is_needed() && !places.contains_key(&i)))
    });
    let reading = SheetReading {
        tab: tab.to_owned(),
        sheet: index,
        header_row: header.row,
        columns,
        places,
        usable,
    };
    (Some(reading), findings)
}

/// A column of the file and the layout column it is, before moved and missing
/// ones are told.
struct Found {
    column: u32,
    header: String,
    shown: String,
    target: Option<usize>,
    status: ColumnStatus,
}

fn match_columns(
    sheet: &Sheet,
    tab: &str,
    header: &Header,
    mappings: &[ColumnMapping],
) -> Vec<Found> {
    let mut times: BTreeMap<String, usize> = BTreeMap::new();
    for (_, text) in &header.cells {
        *times.entry(comparison_key(text)).or_default() += 1;
    }
    let same_header = |text: &str| times.get(&comparison_key(text)).copied().unwrap_or(0);
    let mut found: Vec<Found> = Vec::new();
    for (column, text) in &header.cells {
        let text = text.trim().replace(['\n', '\r'], "");
        let shown = if same_header(&text) > 1 {
            format!("{text}（{}列）", column_letter(*column))
        } else {
            text.clone()
        };
        let said = mappings.iter().find(|m| {
            m.sheet == tab
                && (comparison_key(&m.header) == comparison_key(&shown)
                    || comparison_key(&m.header) == comparison_key(&text))
        });
        let (target, status) = match said {
            Some(mapping) => match sheet.column_of_field(&mapping.field) {
                Some(index) => (Some(index), ColumnStatus::Matched),
                None => (None, ColumnStatus::Unknown),
            },
            None => match sheet.column_of_header(&text) {
                Some((index, true)) => (Some(index), ColumnStatus::Matched),
                Some((index, false)) => (Some(index), ColumnStatus::Alias),
                None => (None, ColumnStatus::Unknown),
            },
        };
        let said = said.is_some();
        found.push(Found {
            column: *column,
            header: text,
            shown,
            target,
            status,
        });
        // What a person said outweighs a name that looks alike.
        if let (true, Some(target)) = (said, target) {
            let last = found.len() - 1;
            for other in found[..last]
                .iter_mut()
                .filter(|f| f.target == Some(target))
            {
                (other.target, other.status) = (None, ColumnStatus::Unknown);
            }
        }
    }
    let mapped: Vec<usize> = mappings
        .iter()
        .filter(|m| m.sheet == tab)
        .filter_map(|m| sheet.column_of_field(&m.field))
        .collect();
    for index in 0..found.len() {
        let Some(target) = found[index].target else {
            continue;
        };
        let same: Vec<usize> = (0..found.len())
            .filter(|i| found[*i].target == Some(target))
            .collect();
        if same.len() < 2 {
            continue;
        }
        let exact: Vec<usize> = same
            .iter()
            .copied()
            .filter(|i| found[*i].status == ColumnStatus::Matched)
            .collect();
        let keep = (exact.len() == 1).then(|| exact[0]);
        for i in same {
            if Some(i) != keep {
                let chosen = keep.is_some() || mapped.contains(&target);
                found[i].status = if chosen {
                    ColumnStatus::Unknown
                } else {
                    ColumnStatus::Duplicate
                };
                found[i].target = None;
            }
        }
    }
    found
}

type Places = BTreeMap<usize, (u32, String)>;

fn report_columns(
    sheet: &Sheet,
    tab: &str,
    mut found: Vec<Found>,
    findings: &mut Vec<Finding>,
) -> (Vec<ColumnMatch>, Places) {
    let in_order = longest_rising(&found.iter().filter_map(|f| f.target).collect::<Vec<_>>());
    let mut repeated: Vec<String> = Vec::new();
    let mut report = |kind: Kind, f: &Found, message: Option<String>| {
        let mut finding = Finding::about(kind, tab, &f.header, f.header.clone());
        finding.column = Some(f.column);
        findings.push(match message {
            Some(message) => finding.saying(message),
            None => finding,
        });
    };
    for f in &mut found {
        match (f.status, f.target) {
            (ColumnStatus::Unknown, _) => report(
                Kind::ColumnUnknown,
                f,
                Some(format!(
                    "不认识的列“{}”，没有读取，可以指定对应的栏目",
                    f.header
                )),
            ),
            (ColumnStatus::Duplicate, _) if !repeated.contains(&f.header) => {
                repeated.push(f.header.clone());
                let message = format!("“{}”有两列，指定用哪一列之前不收这一栏", f.header);
                report(Kind::ColumnRepeated, f, Some(message));
            }
            (ColumnStatus::Alias, Some(index)) => {
                let label = &sheet.columns[index].header;
                report(
                    Kind::ColumnMatchedByAlias,
                    f,
                    Some(format!(
                        "列名“{}”与样表不同，已认作“{label}”，请核对",
                        f.header
                    )),
                );
            }
            (ColumnStatus::Matched, Some(index)) if !in_order.contains(&index) => {
                f.status = ColumnStatus::Moved;
                report(Kind::ColumnMoved, f, None);
            }
            _ => {}
        }
    }
    let places: Places = found
        .iter()
        .filter_map(|f| Some((f.target?, (f.column, f.header.clone()))))
        .collect();
    let mut columns: Vec<ColumnMatch> = found
        .iter()
        .map(|f| ColumnMatch {
            header: f.shown.clone(),
            column: Some(f.column),
            field: f.target.map(|i| sheet.columns[i].field.clone()),
            field_label: f.target.map(|i| sheet.columns[i].header.clone()),
            status: f.status,
            required: f.target.is_some_and(|i| sheet.columns[i].is_needed()),
        })
        .collect();
    for (index, column) in sheet.columns.iter().enumerate() {
        let doubled = repeated
            .iter()
            .any(|h| sheet.column_of_header(h).is_some_and(|(i, _)| i == index));
        if places.contains_key(&index) || doubled {
            continue;
        }
        let kind = if column.is_needed() {
            Kind::ColumnMissingRequired
        } else {
            Kind::ColumnMissing
        };
        let what = if column.is_needed() {
            "缺少必需的列"
        } else {
            "缺少一列"
        };
        let tail = if column.is_needed() {
            "，这张表不能收"
        } else {
            "（可以不填的栏目）"
        };
        findings.push(
            Finding::about(kind, tab, &column.header, column.header.clone())
                .saying(format!("{what}“{}”{tail}", column.header)),
        );
        columns.push(ColumnMatch {
            header: column.header.clone(),
            column: None,
            field: Some(column.field.clone()),
            field_label: Some(column.header.clone()),
            status: ColumnStatus::Missing,
            required: column.is_needed(),
        });
    }
    (columns, places)
}

/// The members of a longest rising subsequence: columns that kept their order.
fn longest_rising(values: &[usize]) -> Vec<usize> {
    let mut best: Vec<(usize, Option<usize>)> = Vec::with_capacity(values.len());
    for (i, value) in values.iter().enumerate() {
        let before = (0..i)
            .filter(|j| values[*j] < *value)
            .max_by_key(|j| best[*j].0);
        best.push((before.map_or(1, |j| best[j].0 + 1), before));
    }
    let mut at = (0..values.len()).max_by_key(|i| best[*i].0);
    let mut kept = Vec::new();
    while let Some(i) = at {
        kept.push(values[i]);
        at = best[i].1;
    }
    kept
}

impl SheetReading {
    /// Whether rows of this sheet describe household members.
    pub fn has_members(&self, layout: &Layout) -> bool {
        layout.sheets[self.sheet].row_is == RowIs::Member
    }
}
