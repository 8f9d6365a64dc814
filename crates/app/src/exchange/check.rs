//! Checking a file in three passes with flat memory: read and check each row;
//! meet the rows of one person; put the rows of one household together. Runs
//! on a thread of its own and hands what it finds to the saving side.

use std::collections::BTreeMap;
use std::fs::File;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use domain::exchange::{
    CheckedRow, Finding, FindingKind, Form, HeadRow, PersonPlace, RawCell, RowChecker, RowIs,
    SheetReading, read_header, recognise_sheet, village_values,
};
use store::division::VillageValues;

pub(super) use self::input::CheckInput;
use self::passes::{KEYLESS, ROW, answer, assembler, group, household_key, link, pack, person_key};
use super::corrections::is_explanation;
use super::reader::Event;
use super::sorter::Sorter;
use super::transport::read_file;

mod input;
mod passes;

/// What checking hands over, in order.
#[derive(Debug)]
pub(super) enum Output {
    Findings(Vec<Finding>),
    Households(Vec<Form>),
    /// What the file says of villages, by code.
    Villages(BTreeMap<String, VillageValues>),
    /// Phase, done, total (0 while unknown).
    Progress(&'static str, u64, u64),
    /// All sheets as they are read, once the file is read.
    Readings(Vec<SheetReport>),
    /// Rows in the file, and what cannot be taken.
    Rows {
        rows: u64,
        rejected: u64,
        /// Wrong cells left out of rows of work and of villages.
        left_out: u64,
    },
}

/// A sheet of the file for the console.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize)]
pub(super) struct SheetReport {
    pub tab: String,
    /// Sheet of the layout; absent where it was not recognised.
    pub kind: Option<String>,
    pub rows: u64,
    pub reading: Option<SheetReading>,
}

/// Why checking ended early.
#[derive(Debug)]
pub(super) enum Stop {
    Cancelled,
    Failed(String),
}

impl From<std::io::Error> for Stop {
    fn from(error: std::io::Error) -> Self {
        Self::Failed(error.to_string())
    }
}

type Out<'a> = dyn FnMut(Output) -> bool + 'a;

/// How many of the first rows may hold the header.
const HEAD_ROWS: usize = 30;
const FINDINGS_AT_ONCE: usize = 1000;
const PROGRESS_EVERY_ROWS: u64 = 2000;

/// Checks a file from its first row to its last household.
pub(super) fn check_file(input: &CheckInput, file: File, out: &mut Out<'_>) -> Result<(), Stop> {
    let mut reading = Reading::new(input, out);
    read_file(file, &input.file_name, &mut |event| reading.take(event))?;
    reading.end_sheet();
    if let Some(stop) = reading.stop {
        return Err(stop);
    }
    reading.flush(true);
    let (reports, readings, mut households, persons) = (
        reading.reports,
        reading.readings,
        reading.households,
        reading.persons,
    );
    let (rows, mut rejected, villages) = (reading.rows, reading.rejected, reading.villages);
    let left_out = reading.left_out;
    out(Output::Readings(reports));
    out(Output::Villages(villages));
    link(input, persons, &mut households, &mut rejected, out)?;
    group(input, &readings, households, rows, &mut rejected, out)?;
    out(Output::Rows {
        rows,
        rejected,
        left_out,
    });
    Ok(())
}

/// The sheet being read.
enum Sheet<'a> {
    /// Its header is not found yet: the first rows.
    Head {
        tab: String,
        rows: Vec<(u32, Vec<(u32, RawCell<'static>)>)>,
    },
    Body {
        reading: usize,
        checker: Box<RowChecker<'a>>,
    },
    /// Not recognised or without header: its rows are passed over.
    Skipped,
}

struct Reading<'a, 'o> {
    input: &'a CheckInput,
    out: &'a mut Out<'o>,
    sheet: Option<Sheet<'a>>,
    readings: Vec<SheetReading>,
    reports: Vec<SheetReport>,
    /// Report of each reading.
    report_of: Vec<usize>,
    findings: Vec<Finding>,
    households: Sorter,
    persons: Sorter,
    villages: BTreeMap<String, VillageValues>,
    /// Key of the row above, on the same sheet.
    above: Option<String>,
    rows: u64,
    rejected: u64,
    left_out: u64,
    stop: Option<Stop>,
}

impl<'a, 'o> Reading<'a, 'o> {
    fn new(input: &'a CheckInput, out: &'a mut Out<'o>) -> Self {
        let sorter = |name| Sorter::new(input.store.clone(), input.folder.clone(), name);
        Self {
            input,
            out,
            sheet: None,
            readings: Vec::new(),
            reports: Vec::new(),
            report_of: Vec::new(),
            findings: Vec::new(),
            households: sorter("households"),
            persons: sorter("persons"),
            villages: BTreeMap::new(),
            above: None,
            rows: 0,
            rejected: 0,
            left_out: 0,
            stop: None,
        }
    }

    fn take(&mut self, event: Event<'_>) -> bool {
        match event {
            Event::Sheet(tab) => {
                self.end_sheet();
                self.above = None;
                self.sheet = Some(Sheet::Head {
                    tab,
                    rows: Vec::new(),
                });
            }
            Event::Row(row, cells) => self.row(row, cells),
            Event::Problem(kind, message) => self
                .findings
                .push(Finding::about(kind, "", "", "").saying(message)),
        }
        if self.input.cancelled.load(Ordering::Relaxed) {
            self.stop = Some(Stop::Cancelled);
        }
        self.flush(false);
        self.stop.is_none()
    }

    fn flush(&mut self, all: bool) {
        if self.findings.len() >= FINDINGS_AT_ONCE || (all && !self.findings.is_empty()) {
            let findings = std::mem::take(&mut self.findings);
            if !(self.out)(Output::Findings(findings)) {
                self.stop = Some(Stop::Cancelled);
            }
        }
    }

    fn row(&mut self, row: u32, cells: Vec<(u32, RawCell<'_>)>) {
        match &mut self.sheet {
            Some(Sheet::Head { rows, .. }) => {
                let kept = cells.into_iter().map(|(c, v)| (c, v.into_owned()));
                rows.push((row, kept.collect()));
                if rows.len() >= HEAD_ROWS {
                    self.begin_body();
                }
            }
            Some(Sheet::Body { reading, checker }) => {
                let (reading, said) = (*reading, checker.not_data(&cells));
                match said {
                    Some(text) => self.not_data(reading, row, text),
                    None => {
                        let checked = checker.check(row, &cells);
                        self.body_row(reading, checked);
                    }
                }
            }
            _ => {}
        }
    }

    /// Finds the header among the first rows and reads the rows after it.
    fn begin_body(&mut self) {
        let Some(Sheet::Head { tab, rows }) = self.sheet.replace(Sheet::Skipped) else {
            return;
        };
        let layout = Arc::clone(&self.input.layout);
        let head: Vec<HeadRow> = rows
            .iter()
            .map(|(row, cells)| {
                let texts = cells.iter().map(|(c, v)| (*c, v.shown().into_owned()));
                (*row, texts.collect())
            })
            .collect();
        if is_explanation(&tab, &head) {
            return;
        }
        let Some(index) = recognise_sheet(&layout, &tab, &head) else {
            self.reports.push(SheetReport {
                tab: tab.clone(),
                kind: None,
                rows: 0,
                reading: None,
            });
            let kind = if tab.is_empty() {
                FindingKind::HeaderNotFound
            } else {
                FindingKind::SheetUnknown
            };
            self.findings.push(Finding::about(kind, &tab, "", ""));
            return;
        };
        // A CSV file has no tab name: the form's own stands for it.
        let tab = if tab.is_empty() {
            layout.sheets[index].name.clone()
        } else {
            tab
        };
        let (reading, findings) = read_header(&layout, index, &tab, &head, &self.input.mappings);
        self.findings.extend(findings);
        self.reports.push(SheetReport {
            tab,
            kind: Some(layout.sheets[index].id.clone()),
            rows: 0,
            reading: reading.clone(),
        });
        let Some(reading) = reading else { return };
        let header_row = reading.header_row;
        self.readings.push(reading);
        self.report_of.push(self.reports.len() - 1);
        let number = self.readings.len() - 1;
        let id = u16::try_from(number).unwrap_or(u16::MAX);
        let input = self.input;
        let checker = RowChecker::new(
            &input.layout,
            self.readings[number].clone(),
            id,
            &input.codes,
            input.rules,
        );
        for (row, cells) in rows.into_iter().filter(|(row, _)| *row > header_row) {
            match checker.not_data(&cells) {
                Some(text) => self.not_data(number, row, text),
                None => self.body_row(number, checker.check(row, &cells)),
            }
        }
        self.sheet = Some(Sheet::Body {
            reading: number,
            checker: Box::new(checker),
        });
    }

    fn end_sheet(&mut self) {
        if let Some(Sheet::Head { tab, rows }) = &self.sheet
            && rows.is_empty()
        {
            let tab = tab.clone();
            self.findings
                .push(Finding::about(FindingKind::SheetEmpty, &tab, "", ""));
            self.reports.push(SheetReport {
                tab,
                kind: None,
                rows: 0,
                reading: None,
            });
            self.sheet = None;
            return;
        }
        self.begin_body_if_head();
        if let Some(Sheet::Body { reading, .. }) = self.sheet.take() {
            let report = &self.reports[self.report_of[reading]];
            if report.rows == 0 {
                self.findings.push(Finding::about(
                    FindingKind::SheetEmpty,
                    &report.tab.clone(),
                    "",
                    "",
                ));
            }
        }
    }

    fn begin_body_if_head(&mut self) {
        if matches!(self.sheet, Some(Sheet::Head { .. })) {
            self.begin_body();
        }
    }

    /// Says once that a row is no data, and passes over it.
    fn not_data(&mut self, number: usize, row: u32, text: String) {
        let tab = &self.readings[number].tab;
        let mut finding = Finding::about(FindingKind::RowNotData, tab, "", text);
        finding.row = row;
        self.findings.push(finding);
    }

    fn body_row(&mut self, number: usize, checked: Option<(CheckedRow, Vec<Finding>)>) {
        let input = self.input;
        let reading = &self.readings[number];
        let Some((checked, mut findings)) = checked else {
            return;
        };
        self.rows += 1;
        self.reports[self.report_of[number]].rows += 1;
        if self.rows.is_multiple_of(PROGRESS_EVERY_ROWS)
            && !(self.out)(Output::Progress("reading", self.rows, 0))
        {
            self.stop = Some(Stop::Cancelled);
        }
        if !reading.usable {
            // The missing column is said once; each row's cells add nothing.
            self.rejected += 1;
            return;
        }
        let saved = match input.layout.sheets[reading.sheet].row_is {
            RowIs::Member => self.member_row(checked, &mut findings),
            RowIs::Employment => self.employment_row(checked, &mut findings),
            RowIs::Village => {
                findings.extend(self.village_row(&checked));
                Ok(())
            }
        };
        self.findings.extend(findings);
        if let Err(error) = saved {
            self.stop = Some(error.into());
        }
    }

    fn member_row(&mut self, checked: CheckedRow, findings: &mut [Finding]) -> std::io::Result<()> {
        let reading = &self.readings[checked.reading as usize];
        let sheet = &self.input.layout.sheets[reading.sheet];
        let value = |field: &str| checked.value(sheet.column_of_field(field));
        let Some(code) = value("household.code").map(str::to_owned) else {
            self.rejected += 1;
            let is_somebody = ["member.name", "member.identity_number"]
                .iter()
                .any(|f| value(f).is_some());
            let malformed = checked.is_rejected(sheet.column_of_field("household.code"));
            if malformed || value("member.relation_to_head") == Some("head") {
                self.above = None;
            }
            // Cells merged over a household's rows leave the key to the first.
            if let Some(above) = self.above.as_ref().filter(|_| is_somebody) {
                for finding in findings
                    .iter_mut()
                    .filter(|f| f.kind == FindingKind::HouseholdKeyMissing)
                {
                    finding.suggestion = format!(
                        "和上面是同一户的，补上“{above}”；不是的，补上自己的户编号。补上之前，上面这一户整户不导入"
                    );
                }
                let place = (checked.reading, checked.row);
                let key = household_key(above, KEYLESS, &checked);
                self.households.push(key, pack(&place)?)?;
            }
            return Ok(());
        };
        self.above = Some(code.clone());
        if let (Some(number), Some(place)) = (
            value("member.identity_number"),
            self.place(&checked, "member.identity_number"),
        ) {
            let person = PersonPlace {
                household: Some(code.clone()),
                name: value("member.name").unwrap_or_default().to_owned(),
                value: number.to_owned(),
                ..place
            };
            let key = person_key(number, &checked);
            self.persons.push(key, pack(&person)?)?;
        }
        self.households
            .push(household_key(&code, ROW, &checked), pack(&checked)?)
    }

    fn employment_row(
        &mut self,
        mut checked: CheckedRow,
        findings: &mut Vec<Finding>,
    ) -> std::io::Result<()> {
        if let Some(finding) = self.village_finding(&checked) {
            findings.push(finding);
            checked.broken = true;
        }
        let reading = &self.readings[checked.reading as usize];
        let sheet = &self.input.layout.sheets[reading.sheet];
        let value = |field: &str| checked.value(sheet.column_of_field(field));
        let number = value("member.identity_number").map(str::to_owned);
        let (Some(number), Some(place), false) = (
            number,
            self.place(&checked, "member.identity_number"),
            checked.broken,
        ) else {
            self.rejected += 1;
            return Ok(());
        };
        self.left_out += checked.rejected.len() as u64;
        let employment: BTreeMap<String, String> = checked
            .values
            .iter()
            .map(|(index, value)| (&sheet.columns[*index as usize].field, value))
            .filter(|(field, _)| {
                field.starts_with("employment.") || field.starts_with("planned_employment.")
            })
            .map(|(field, value)| (field.clone(), value.clone()))
            .collect();
        let name_place = sheet
            .column_of_field("member.name")
            .and_then(|i| reading.places.get(&i))
            .cloned();
        let person = PersonPlace {
            name: value("member.name").unwrap_or_default().to_owned(),
            value: number.clone(),
            employment,
            name_place,
            ..place
        };
        self.persons
            .push(person_key(&number, &checked), pack(&person)?)
    }

    /// Keeps what a row says of its village, or says why it cannot.
    fn village_row(&mut self, checked: &CheckedRow) -> Option<Finding> {
        if let Some(finding) = self.village_finding(checked) {
            self.rejected += 1;
            return Some(finding);
        }
        let sheet = &self.input.layout.sheets[self.readings[checked.reading as usize].sheet];
        let code = checked.value(sheet.column_of_field("division.code"));
        let Some(code) = code.filter(|_| !checked.broken) else {
            self.rejected += 1;
            return None;
        };
        if self.villages.contains_key(code) {
            self.rejected += 1;
            return self.finding_at(FindingKind::VillageRepeated, checked, "division.code");
        }
        self.left_out += checked.rejected.len() as u64;
        self.villages
            .insert(code.to_owned(), village_values(sheet, checked));
        None
    }

    fn place(&self, checked: &CheckedRow, field: &str) -> Option<PersonPlace> {
        let reading = &self.readings[checked.reading as usize];
        let index = self.input.layout.sheets[reading.sheet].column_of_field(field)?;
        let (column, header) = reading.places.get(&index)?.clone();
        Some(PersonPlace {
            sheet: reading.tab.clone(),
            row: checked.row,
            column,
            header,
            value: String::new(),
            name: String::new(),
            household: None,
            employment: BTreeMap::new(),
            name_place: None,
        })
    }

    /// What is wrong with the village of a row that belongs to no household.
    fn village_finding(&self, checked: &CheckedRow) -> Option<Finding> {
        let reading = &self.readings[checked.reading as usize];
        let sheet = &self.input.layout.sheets[reading.sheet];
        let value = |field: &str| {
            checked
                .value(sheet.column_of_field(field))
                .unwrap_or_default()
        };
        let code = value("division.code");
        if code.is_empty() {
            return None;
        }
        let villages = |code: &str| answer(self.input, code);
        let assembler = assembler(self.input, &self.readings, &villages);
        let kind = assembler.village_fault(code, value("division.village_name"))?;
        let field = if kind == FindingKind::DivisionNameMismatch {
            "division.village_name"
        } else {
            "division.code"
        };
        self.finding_at(kind, checked, field)
    }

    /// A finding at a field of a row, where the file has that column.
    fn finding_at(&self, kind: FindingKind, checked: &CheckedRow, field: &str) -> Option<Finding> {
        let place = self.place(checked, field)?;
        let sheet = &self.input.layout.sheets[self.readings[checked.reading as usize].sheet];
        let value = checked.value(sheet.column_of_field(field));
        let mut finding =
            Finding::about(kind, &place.sheet, &place.header, value.unwrap_or_default());
        (finding.row, finding.column) = (place.row, Some(place.column));
        Some(finding)
    }
}
