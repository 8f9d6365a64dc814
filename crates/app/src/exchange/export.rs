//! The national export: the same form offices import from, written row by row
//! with constant memory (HN22-058, HN20-104).

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::str::FromStr as _;

use domain::account::{Operation, Principal, Scope};
use domain::casefile::{Casefile, line_yuan};
use domain::code_list::CodeLists;
use domain::division::{DivisionCode, Level, short_name};
use domain::exchange::{
    Column, ColumnType, Form, FormMember, Identified, Layout, Register, RowIs, VillageFigures,
    form_of, identified_into,
};
use domain::household::HouseholdFile;
use rust_xlsxwriter::Workbook;
use store::audit::chain_of;
use store::division::VillageValues;

use super::DEFAULT_LAYOUT;
use super::matching::draft_of;
use super::sheet_writer::{Formats, MOST_ROWS, add_sheet, save_unnamed, write_text};
use crate::error::permit;
use crate::{App, AppError};

const CHUNK: u64 = 200;

/// What was written.
#[derive(Debug)]
pub struct NationalExport {
    /// The workbook, at its beginning; the file has no name.
    pub file: File,
    pub households: u64,
    pub members: u64,
}

pub(super) struct Exporter<'a> {
    layout: &'a Layout,
    codes: &'a CodeLists,
    book: Workbook,
    formats: Formats,
    /// Next row and number of the part, by sheet.
    next: Vec<(u32, u32)>,
    pub(super) names: BTreeMap<String, String>,
    villages: BTreeMap<String, VillageFigures>,
    /// Households without 户编号 so far.
    codeless: u64,
}

/// An export that may be written: permitted, in scope, on record.
pub(super) struct ExportTask {
    scope: Scope,
    root: DivisionCode,
    /// Households there are to write.
    pub total: u64,
}

impl App {
    /// Writes the households of a division (of the whole scope when absent) as
    /// the national workbook, from beginning to end.
    ///
    /// # Errors
    /// [`AppError::NotFound`] outside the scope.
    pub async fn export_national(
        &self,
        principal: &Principal,
        division: Option<DivisionCode>,
    ) -> Result<NationalExport, AppError> {
        let task = self.begin_export(principal, division).await?;
        let written = self.write_export(principal, task, &|_, _| true).await?;
        written.ok_or(AppError::NotFound)
    }

    /// Permits an export and puts it on record, before anything is read.
    ///
    /// # Errors
    /// [`AppError::NotFound`] outside the scope.
    pub(super) async fn begin_export(
        &self,
        principal: &Principal,
        division: Option<DivisionCode>,
    ) -> Result<ExportTask, AppError> {
        permit(principal, Operation::ExportRun)?;
        let scope =
            division.map_or_else(|| principal.scope.clone(), |d| principal.scope.narrowed(d));
        let root = scope.root().ok_or(AppError::NotFound)?;
        if principal.masked {
            // Whoever sees masked names gets no list of numbers.
            return Err(AppError::NotFound);
        }
        let total = self.store.village_figures(&scope).await?.households;
        let detail = format!("division={root} households={total}");
        self.note_export(principal, root, "export.national", &detail)
            .await?;
        Ok(ExportTask { scope, root, total })
    }

    async fn note_export(
        &self,
        principal: &Principal,
        root: DivisionCode,
        operation: &str,
        detail: &str,
    ) -> Result<(), AppError> {
        let mut tx = self.store.write(self.actor(principal)).await?;
        let subject = format!("division/{root}");
        tx.audit(&chain_of(Some(root)), operation, &subject, detail)
            .await?;
        tx.commit().await?;
        Ok(())
    }

    /// Writes an export; `told` hears of households and members written and
    /// says whether to go on. `None` when it said no.
    pub(super) async fn write_export(
        &self,
        principal: &Principal,
        task: ExportTask,
        told: &(dyn Fn(u64, u64) -> bool + Send + Sync),
    ) -> Result<Option<NationalExport>, AppError> {
        let ExportTask { scope, root, .. } = task;
        let (layout, codes) = self.layout(DEFAULT_LAYOUT)?;
        let folder = self.data_dir.join("exports");
        std::fs::create_dir_all(&folder).map_err(|e| AppError::Internal(e.to_string()))?;
        let mut exporter = Exporter::new(&layout, &codes, &folder)?;
        let (mut households, mut members) = (0u64, 0u64);
        let mut after: Option<(String, String)> = None;
        loop {
            let place = after.as_ref().map(|(v, i)| (v.as_str(), i.as_str()));
            let rows = self
                .store
                .households_by_village_after(&scope, place, CHUNK)
                .await?;
            let Some(last) = rows.last() else { break };
            after = Some((last.village.clone(), last.id.clone()));
            let forms = self
                .export_forms(&scope, rows.iter().map(|r| r.id.clone()))
                .await?;
            let villages: BTreeSet<String> = forms.iter().map(|f| f.village.clone()).collect();
            self.export_names(&mut exporter.names, &villages).await?;
            for form in forms {
                households += 1;
                members += form.members.len() as u64;
                exporter.household(form)?;
            }
            if !told(households, members) {
                return Ok(None);
            }
        }
        let mut reported = BTreeMap::new();
        for (village, row) in self.store.village_records(&scope).await? {
            reported.insert(village, row.values()?);
        }
        let villages = reported.keys().cloned().collect();
        self.export_names(&mut exporter.names, &villages).await?;
        exporter.villages(&reported)?;
        let file = exporter.finish(&folder)?;
        let detail = format!("division={root} households={households} members={members}");
        self.note_export(principal, root, "export.national_written", &detail)
            .await?;
        Ok(Some(NationalExport {
            file,
            households,
            members,
        }))
    }

    /// Households of ours in the words of the form, in the order of `ids`.
    pub(super) async fn export_forms(
        &self,
        scope: &Scope,
        ids: impl Iterator<Item = String>,
    ) -> Result<Vec<Form>, AppError> {
        let order: Vec<String> = ids.collect();
        let ids: BTreeSet<String> = order.iter().cloned().collect();
        let files = self.store.household_files(scope, &ids).await?;
        let episodes = self.store.episodes_of(scope, &ids).await?;
        let offices = self.store.office_forms(scope, &ids).await?;
        let running: Vec<String> = episodes
            .values()
            .filter_map(|e| e.first()?.casefile_id.clone())
            .collect();
        let casefiles = self.store.casefiles_by_ids(scope, &running).await?;
        let mut forms = Vec::with_capacity(order.len());
        for id in &order {
            let Some((_, file)) = files.get(id) else {
                continue;
            };
            let episode = episodes.get(id).and_then(|e| e.first());
            let mut form = form_of(&Register {
                file,
                episode: episode.and_then(draft_of),
                office: offices.get(id),
            });
            let casefile = episode.and_then(|e| casefiles.get(e.casefile_id.as_ref()?));
            if let Some((_, casefile)) = casefile {
                self.identified(casefile, file, &mut form).await?;
            }
            forms.push(form);
        }
        Ok(forms)
    }

    /// What the form says of an identification that ran here.
    async fn identified(
        &self,
        casefile: &Casefile,
        file: &HouseholdFile,
        form: &mut Form,
    ) -> Result<(), AppError> {
        let Some(done) = &casefile.records.home_verification else {
            return Ok(());
        };
        let line = self.line_of(casefile).await?;
        let pack = self.pack(&casefile.pack.id)?;
        let identified = Identified {
            verification: &done.record,
            verified_on: done.occurred_on,
            line_yuan: line_yuan(pack, line.as_ref()),
        };
        identified_into(&identified, file, form);
        Ok(())
    }

    pub(super) async fn export_names(
        &self,
        names: &mut BTreeMap<String, String>,
        villages: &BTreeSet<String>,
    ) -> Result<(), AppError> {
        let mut unknown = BTreeSet::new();
        for village in villages.iter().filter(|v| !names.contains_key(*v)) {
            if let Ok(code) = DivisionCode::from_str(village) {
                unknown.extend(code.ancestors().chain([code]).map(|c| c.to_string()));
            }
        }
        names.extend(self.store.division_names(unknown).await?);
        Ok(())
    }
}

impl<'a> Exporter<'a> {
    pub(super) fn new(
        layout: &'a Layout,
        codes: &'a CodeLists,
        folder: &std::path::Path,
    ) -> Result<Self, AppError> {
        let mut book = Workbook::new();
        book.set_tempdir(folder)?;
        let mut exporter = Self {
            layout,
            codes,
            book,
            formats: Formats::new(),
            next: vec![(0, 1); layout.sheets.len()],
            names: BTreeMap::new(),
            villages: BTreeMap::new(),
            codeless: 0,
        };
        for sheet in 0..layout.sheets.len() {
            exporter.begin(sheet)?;
        }
        Ok(exporter)
    }

    fn tab(&self, sheet: usize) -> String {
        let name = &self.layout.sheets[sheet].name;
        match self.next[sheet].1 {
            1 => name.clone(),
            part => format!("{name}（{part}）"),
        }
    }

    /// Title, note and header of a sheet or of its next part.
    fn begin(&mut self, sheet: usize) -> Result<(), AppError> {
        let tab = self.tab(sheet);
        let header_row = self.layout.header_row.max(3) - 1;
        let columns = &self.layout.sheets[sheet].columns;
        let page = add_sheet(&mut self.book, &tab)?;
        page.write_string_with_format(0, 0, &tab, &self.formats.title)?;
        write_text(
            page,
            1,
            0,
            "由守望导出；样式据公开资料，未与现行系统核对",
            &self.formats,
        )?;
        for (at, column) in (0u16..).zip(columns) {
            page.write_string_with_format(header_row, at, &column.header, &self.formats.header)?;
        }
        self.next[sheet].0 = header_row + 1;
        Ok(())
    }

    fn row(&mut self, sheet: usize, value: &dyn Fn(&Column) -> String) -> Result<(), AppError> {
        if self.next[sheet].0 >= MOST_ROWS {
            self.next[sheet].1 += 1;
            self.begin(sheet)?;
        }
        let line = self.next[sheet].0;
        self.next[sheet].0 += 1;
        let tab = self.tab(sheet);
        let page = self.book.worksheet_from_name(&tab)?;
        for (at, column) in (0u16..).zip(&self.layout.sheets[sheet].columns) {
            let stored = value(column);
            if stored.is_empty() {
                continue;
            }
            let numeric = matches!(
                column.kind,
                ColumnType::Integer
                    | ColumnType::Decimal
                    | ColumnType::MoneyYuan
                    | ColumnType::AreaMu
                    | ColumnType::Km
            );
            match stored.parse::<f64>() {
                Ok(number) if numeric => {
                    page.write_number(line, at, number)?;
                }
                _ => write_text(
                    page,
                    line,
                    at,
                    &shown(self.codes, column, &stored),
                    &self.formats,
                )?,
            }
        }
        Ok(())
    }

    fn division_value(&self, village: &str, field: &str) -> String {
        let Ok(code) = DivisionCode::from_str(village) else {
            return String::new();
        };
        let level = match field {
            "division.code" => return village.to_owned(),
            "division.province_name" => Level::Province,
            "division.city_name" => Level::City,
            "division.county_name" => Level::County,
            "division.township_name" => Level::Township,
            "division.village_name" => Level::Village,
            _ => return String::new(),
        };
        // A skipped level repeats the one above it, as the form's columns do.
        let place = code
            .at_level(level)
            .or_else(|| code.ancestors().find(|c| c.level() < level));
        let name = place
            .and_then(|c| self.names.get(&c.to_string()))
            .cloned()
            .unwrap_or_default();
        if level == Level::Village {
            short_name(&name)
        } else {
            name
        }
    }

    pub(super) fn household(&mut self, mut form: Form) -> Result<(), AppError> {
        if form.code.is_empty() {
            self.codeless += 1;
            form.code = format!("{}{}", self.layout.temporary_key, self.codeless);
        }
        let form = &form;
        let monitored = !form.get("identification.monitored_category").is_empty();
        let lifted = form.get("household.household_type").starts_with("lifted");
        let figures = self.villages.entry(form.village.clone()).or_default();
        figures.add(lifted, monitored, 1, form.members.len() as u64);
        let mut sheets: BTreeSet<&str> = form.sheets.iter().map(String::as_str).collect();
        if monitored {
            sheets.insert("monitored");
        }
        if sheets.is_empty() {
            sheets.insert(if lifted { "lifted" } else { "household" });
        }
        for index in 0..self.layout.sheets.len() {
            let sheet = &self.layout.sheets[index];
            match sheet.row_is {
                RowIs::Member if sheets.contains(sheet.id.as_str()) => self.members(index, form)?,
                RowIs::Employment => self.employment(index, form)?,
                _ => {}
            }
        }
        Ok(())
    }

    fn common(&self, form: &Form, field: &str) -> String {
        match field {
            "household.code" => form.code.clone(),
            "household.size" => form.members.len().to_string(),
            _ if field.starts_with("division.") => self.division_value(&form.village, field),
            _ => form.get(field).to_owned(),
        }
    }

    fn members(&mut self, sheet: usize, form: &Form) -> Result<(), AppError> {
        let fields: BTreeMap<String, String> = self.layout.sheets[sheet]
            .columns
            .iter()
            .map(|c| (c.field.clone(), self.common(form, &c.field)))
            .collect();
        for member in ordered(&form.members) {
            self.row(sheet, &|column| {
                if column.field.starts_with("member.") {
                    member.get(&column.field).to_owned()
                } else {
                    fields[&column.field].clone()
                }
            })?;
        }
        Ok(())
    }

    fn employment(&mut self, sheet: usize, form: &Form) -> Result<(), AppError> {
        let planned = self.layout.sheets[sheet]
            .columns
            .iter()
            .any(|c| c.field.starts_with("planned_employment."));
        for member in &form.members {
            for row in if planned {
                &member.planned
            } else {
                &member.employment
            } {
                let fields: BTreeMap<String, String> = self.layout.sheets[sheet]
                    .columns
                    .iter()
                    .map(|c| (c.field.clone(), self.common(form, &c.field)))
                    .collect();
                self.row(sheet, &|column| match row.get(&column.field) {
                    Some(value) => value.clone(),
                    None if column.field.starts_with("member.") => {
                        member.get(&column.field).to_owned()
                    }
                    None => fields[&column.field].clone(),
                })?;
            }
        }
        Ok(())
    }

    /// One row a village: what the office reported, and the register's own
    /// figure where nothing was reported.
    fn villages(&mut self, reported: &BTreeMap<String, VillageValues>) -> Result<(), AppError> {
        let Some(sheet) = self
            .layout
            .sheets
            .iter()
            .position(|s| s.row_is == RowIs::Village)
        else {
            return Ok(());
        };
        let mut villages = std::mem::take(&mut self.villages);
        for village in reported.keys() {
            villages.entry(village.clone()).or_default();
        }
        for (village, figures) in villages {
            let reported = reported.get(&village);
            let names: BTreeMap<String, String> = self.layout.sheets[sheet]
                .columns
                .iter()
                .map(|c| (c.field.clone(), self.division_value(&village, &c.field)))
                .collect();
            self.row(sheet, &|column| {
                let field = &column.field;
                reported
                    .and_then(|r| r.get(field).cloned())
                    .or_else(|| figures.of_field(field).map(|n| n.to_string()))
                    .unwrap_or_else(|| names[field].clone())
            })?;
        }
        Ok(())
    }

    pub(super) fn finish(self, folder: &std::path::Path) -> Result<File, AppError> {
        save_unnamed(self.book, folder)
    }
}

/// The head first, the others as they stand.
fn ordered(members: &[FormMember]) -> impl Iterator<Item = &FormMember> {
    let is_head = |m: &&FormMember| m.get("member.relation_to_head") == "head";
    members
        .iter()
        .filter(is_head)
        .chain(members.iter().filter(move |m| !is_head(m)))
}

fn shown(codes: &CodeLists, column: &Column, stored: &str) -> String {
    match column.kind {
        ColumnType::Code | ColumnType::Codes => {
            let list = column.list.as_deref().unwrap_or_default();
            stored
                .split(',')
                .map(|c| codes.label(list, c).unwrap_or(c))
                .collect::<Vec<_>>()
                .join("、")
        }
        ColumnType::YesNo => if stored == "yes" { "是" } else { "否" }.to_owned(),
        ColumnType::YearMonth => stored.replace('-', ""),
        _ => stored.to_owned(),
    }
}
