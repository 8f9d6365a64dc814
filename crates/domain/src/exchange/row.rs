//! One row of a sheet: each cell by its column, then what the cells of one
//! person must say together.

use std::borrow::Cow;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::cell::{CellFault, CellRules, RawCell, check_cell};
use super::finding::{Finding, FindingKind as Kind};
use super::header::SheetReading;
use super::layout::{Column, Key, Layout, RowIs, Sheet};
use crate::code_list::{CodeList, CodeLists};
use crate::identity_number::check_document_number;
use crate::typed_text::{comparison_key, half_width};

/// A row after its cells were checked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CheckedRow {
    /// Index of the sheet's reading.
    pub reading: u16,
    /// 1-based row in the file.
    pub row: u32,
    /// Stored form by layout column index, in their order; blank and rejected
    /// cells are absent.
    pub values: Vec<(u16, String)>,
    /// Columns whose cell was rejected.
    pub rejected: Vec<u16>,
    /// Something the row cannot do without was rejected.
    pub broken: bool,
}

impl CheckedRow {
    /// The value of a layout column.
    pub fn value(&self, column: Option<usize>) -> Option<&str> {
        let column = u16::try_from(column?).ok()?;
        let at = self.values.binary_search_by_key(&column, |(c, _)| *c);
        at.ok().map(|at| self.values[at].1.as_str())
    }

    /// Whether the cell of a layout column was rejected.
    pub fn is_rejected(&self, column: Option<usize>) -> bool {
        column
            .and_then(|c| u16::try_from(c).ok())
            .is_some_and(|c| self.rejected.contains(&c))
    }

    fn drop_value(&mut self, column: usize) {
        if let Ok(column) = u16::try_from(column) {
            self.values.retain(|(c, _)| *c != column);
            self.rejected.push(column);
        }
    }
}

/// Checks the rows of one sheet.
#[derive(Debug)]
pub struct RowChecker<'a> {
    sheet: &'a Sheet,
    reading: SheetReading,
    number: u16,
    rules: CellRules,
    lists: Vec<Option<&'a CodeList>>,
    /// Layout column by file column.
    by_column: Vec<Option<usize>>,
    /// Layout columns the file has, in their order.
    present: Vec<usize>,
    fields: Fields,
    /// How a row begins that is no data.
    not_data: &'a [String],
}

/// Columns of the file that are read together.
#[derive(Debug)]
struct Fields {
    number: Option<usize>,
    document: Option<usize>,
    sex: Option<usize>,
    born: Option<usize>,
    education: Option<usize>,
    school_stage: Option<usize>,
    employed_from: Option<usize>,
    employed_to: Option<usize>,
}

impl Fields {
    fn of(sheet: &Sheet, reading: &SheetReading) -> Self {
        let column = |field: &str| {
            sheet
                .column_of_field(field)
                .filter(|index| reading.places.contains_key(index))
        };
        Self {
            number: column("member.identity_number"),
            document: column("member.document_type"),
            sex: column("member.sex"),
            born: column("member.born_on"),
            education: column("member.education"),
            school_stage: column("member.school_stage"),
            employed_from: column("employment.started_in"),
            employed_to: column("employment.ended_in"),
        }
    }
}

/// Fields whose rejection leaves nobody to take over.
const IDENTIFYING: [&str; 3] = ["member.identity_number", "member.name", "member.sex"];

impl<'a> RowChecker<'a> {
    /// A checker for the sheet of a reading; `number` is the reading's index.
    pub fn new(
        layout: &'a Layout,
        reading: SheetReading,
        number: u16,
        codes: &'a CodeLists,
        rules: CellRules,
    ) -> Self {
        let sheet = &layout.sheets[reading.sheet];
        let lists = sheet
            .columns
            .iter()
            .map(|c| c.list.as_deref().and_then(|l| codes.get(l)))
            .collect();
        let mut by_column = Vec::new();
        for (column, index) in reading.by_column() {
            let column = column as usize;
            if by_column.len() <= column {
                by_column.resize(column + 1, None);
            }
            by_column[column] = Some(index);
        }
        Self {
            present: reading.places.keys().copied().collect(),
            fields: Fields::of(sheet, &reading),
            not_data: &layout.not_data,
            sheet,
            reading,
            number,
            rules,
            lists,
            by_column,
        }
    }

    /// Checks a row; `None` when it is blank under every column that is read.
    pub fn check(
        &self,
        row: u32,
        cells: &[(u32, RawCell<'_>)],
    ) -> Option<(CheckedRow, Vec<Finding>)> {
        let mut by_index: Vec<Option<&RawCell<'_>>> = vec![None; self.sheet.columns.len()];
        let mut any = false;
        for (column, cell) in cells {
            if let Some(Some(index)) = self.by_column.get(*column as usize)
                && !cell.is_blank()
            {
                by_index[*index] = Some(cell);
                any = true;
            }
        }
        if !any {
            return None;
        }
        let mut checked = CheckedRow {
            reading: self.number,
            row,
            values: Vec::with_capacity(cells.len()),
            rejected: Vec::new(),
            broken: false,
        };
        let mut findings = Vec::new();
        for &index in &self.present {
            let column = &self.sheet.columns[index];
            match by_index[index] {
                None => {
                    if let Some(kind) = self.blank(column) {
                        findings.push(self.finding(kind.into(), row, index, String::new()));
                        let stays = kind == Kind::RequiredEmpty && !column.holds_back;
                        checked.broken |= kind != Kind::IdentityMissing && !stays;
                    }
                }
                Some(raw) => match self.cell(column, index, raw, &by_index) {
                    Ok(value) => checked.values.push((index_u16(index), value)),
                    Err(fault) => {
                        let kept = column.key.is_none()
                            && !column.required
                            && !IDENTIFYING.contains(&column.field.as_str());
                        checked.broken |= !kept;
                        checked.rejected.push(index_u16(index));
                        findings.push(self.finding(fault, row, index, raw.shown().into_owned()));
                    }
                },
            }
        }
        match self.sheet.row_is {
            RowIs::Member => self.person(&mut checked, &mut findings, &by_index),
            RowIs::Employment => self.employment(&mut checked, &mut findings, &by_index),
            RowIs::Village => {}
        }
        Some((checked, findings))
    }

    /// What a row is that holds no data: a header once more, a total, a
    /// signature. Its first text, or `None` for a row of data.
    pub fn not_data(&self, cells: &[(u32, RawCell<'_>)]) -> Option<String> {
        let index_of = |column: u32| self.by_column.get(column as usize).copied().flatten();
        // Nearly every row ends here: it names a household, a person or a village.
        let names_somebody = |(at, cell): &(u32, RawCell<'_>)| {
            let column = index_of(*at).map(|i| &self.sheet.columns[i]);
            let names = column.is_some_and(|c| c.key.is_some() || c.field == "division.code");
            names && half_width(&cell.shown()).contains(|c: char| c.is_ascii_digit())
        };
        if cells.iter().any(names_somebody) {
            return None;
        }
        let filled: Vec<(u32, Cow<'_, str>)> = cells
            .iter()
            .filter(|(_, cell)| !cell.is_blank())
            .map(|(at, cell)| (*at, cell.shown()))
            .collect();
        let begins = |text: &str| self.not_data.iter().any(|w| text.trim().starts_with(w));
        let headers = filled.iter().filter(|(at, text)| {
            let place = index_of(*at).and_then(|i| self.reading.places.get(&i));
            place.is_some_and(|(_, header)| comparison_key(header) == comparison_key(text))
        });
        let headers = headers.count();
        let is_header = headers >= 3 && headers * 2 > filled.len();
        let named = filled.iter().any(|(at, text)| {
            let field = index_of(*at).map(|i| self.sheet.columns[i].field.as_str());
            field == Some("member.name") && !begins(text)
        });
        let is_note = !named && filled.iter().any(|(_, text)| begins(text));
        let first = filled.first().map(|(_, text)| text.to_string());
        first.filter(|_| is_header || is_note)
    }

    fn blank(&self, column: &Column) -> Option<Kind> {
        match (column.key, self.sheet.row_is) {
            (Some(Key::Household), _) => Some(Kind::HouseholdKeyMissing),
            (Some(Key::Person), RowIs::Member) => Some(Kind::IdentityMissing),
            _ if column.required => Some(Kind::RequiredEmpty),
            _ => None,
        }
    }

    fn cell(
        &self,
        column: &Column,
        index: usize,
        raw: &RawCell<'_>,
        row: &[Option<&RawCell<'_>>],
    ) -> Result<String, CellFault> {
        if self.fields.number == Some(index)
            && let Some(document) = self.other_document(row)
        {
            let shown = half_width(&raw.shown()).to_uppercase();
            if check_document_number(&document, &shown, self.rules.today, self.rules.prefixes)
                .is_ok()
            {
                return Ok(shown);
            }
        }
        check_cell(column, self.lists[index], raw, self.rules)
    }

    /// The document type, where it is one that has no citizen identity number.
    fn other_document(&self, row: &[Option<&RawCell<'_>>]) -> Option<String> {
        let index = self.fields.document?;
        let entry = self.lists[index]?.lookup(&row[index]?.shown()).ok()?;
        let other = !matches!(
            entry.code.as_str(),
            "resident_identity_card" | "disability_card" | "none"
        );
        other.then(|| entry.code.clone())
    }

    fn finding(&self, fault: CellFault, row: u32, index: usize, value: String) -> Finding {
        let place = self.reading.places.get(&index);
        let mut finding = Finding::about(
            fault.kind,
            &self.reading.tab,
            place.map_or("", |(_, h)| h),
            value,
        );
        finding.row = row;
        finding.column = place.map(|(c, _)| *c);
        if let Some(message) = fault.message {
            finding.message = message;
        }
        if let Some(suggestion) = fault.suggestion {
            finding.suggestion = suggestion;
        }
        finding
    }

    fn report(
        &self,
        findings: &mut Vec<Finding>,
        kind: Kind,
        row: u32,
        index: usize,
        raw: &[Option<&RawCell<'_>>],
    ) {
        let value = raw[index].map_or_else(String::new, |cell| cell.shown().into_owned());
        findings.push(self.finding(kind.into(), row, index, value));
    }

    fn person(
        &self,
        row: &mut CheckedRow,
        findings: &mut Vec<Finding>,
        raw: &[Option<&RawCell<'_>>],
    ) {
        let (number, document) = (self.fields.number, self.fields.document);
        let digits = number.and_then(|i| raw[i]).map(|c| {
            half_width(&c.shown())
                .chars()
                .filter(|c| !c.is_whitespace())
                .count()
        });
        if let (Some(index), Some(said), Some(length @ (18 | 20 | 22))) =
            (document, row.value(document), digits)
            && matches!(said, "disability_card" | "resident_identity_card")
            && (said == "disability_card") != (length > 18)
        {
            self.report(findings, Kind::DocumentTypeMismatch, row.row, index, raw);
            row.drop_value(index);
        }
        // The first 18 characters of a disability card are the identity number.
        let citizen = row
            .value(number)
            .filter(|n| n.len() >= 18 && n.is_char_boundary(18))
            .map(|n| n[..18].to_owned());
        if let Some(citizen) = citizen.filter(|c| c.as_bytes()[..17].iter().all(u8::is_ascii_digit))
        {
            let male = (citizen.as_bytes()[16] - b'0') % 2 == 1;
            let (sex, born) = (self.fields.sex, self.fields.born);
            if let (Some(index), Some(said)) = (sex, row.value(sex))
                && (said == "male") != male
            {
                self.report(findings, Kind::SexContradictsIdentity, row.row, index, raw);
                row.broken = true;
            }
            if let (Some(index), Some(said)) = (born, row.value(born))
                && said.parse::<Date>().is_ok()
                && said
                    .bytes()
                    .filter(|b| *b != b'-')
                    .ne(citizen[6..14].bytes())
            {
                self.report(
                    findings,
                    Kind::BirthDateContradictsIdentity,
                    row.row,
                    index,
                    raw,
                );
                row.broken = true;
            }
        }
        let (education, stage) = (self.fields.education, self.fields.school_stage);
        if let (Some(left), Some(right)) = (education, stage) {
            match (raw[left].is_some(), raw[right].is_some()) {
                (true, true) => self.report(
                    findings,
                    Kind::EducationAndSchoolStageBoth,
                    row.row,
                    right,
                    raw,
                ),
                (false, false) => self.report(
                    findings,
                    Kind::EducationAndSchoolStageNeither,
                    row.row,
                    left,
                    raw,
                ),
                _ => {}
            }
        }
    }

    fn employment(
        &self,
        row: &mut CheckedRow,
        findings: &mut Vec<Finding>,
        raw: &[Option<&RawCell<'_>>],
    ) {
        let (start, end) = (self.fields.employed_from, self.fields.employed_to);
        if let (Some(from), Some(to), Some(index)) = (row.value(start), row.value(end), end)
            && to < from
        {
            self.report(
                findings,
                Kind::EmploymentEndBeforeStart,
                row.row,
                index,
                raw,
            );
            row.broken = true;
        }
    }
}

fn index_u16(index: usize) -> u16 {
    u16::try_from(index).unwrap_or(u16::MAX)
}
