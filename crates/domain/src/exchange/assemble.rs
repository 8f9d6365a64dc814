//! Rows that carry the same 户编号 become one household, or are refused as one.

use std::collections::{BTreeMap, BTreeSet};

use super::cell::CellRules;
use super::finding::{Finding, FindingKind as Kind, Severity};
use super::form::{Form, FormMember, citizen_part, put};
use super::header::SheetReading;
use super::layout::{Column, ColumnScope, Layout, Sheet};
use super::linking::EmploymentLink;
use super::row::CheckedRow;
use crate::division::{DivisionCode, Level, short_name};

/// A row of a member sheet, checked.
pub type RawMemberRow = CheckedRow;

/// More rows than this under one key are no family.
const MOST_ROWS_OF_A_HOUSEHOLD: usize = 120;

/// Everything the file says under one 户编号.
#[derive(Debug, Clone, Default)]
pub struct HouseholdRows {
    pub code: String,
    /// In the order of sheets and rows.
    pub rows: Vec<RawMemberRow>,
    pub employment: Vec<EmploymentLink>,
    /// A person of it also stands in another household.
    pub disputed: bool,
    /// Reading and row of rows without key that stand below its own: who they
    /// are is not certain, and without them it may not be whole.
    pub keyless: Vec<(u16, u32)>,
}

/// What a village code is to the person importing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum VillageAnswer {
    Unknown,
    /// Outside the scope; never told whether it exists.
    Outside,
    /// Official name.
    Known(String),
}

/// Makes households out of rows.
pub struct Assembler<'a> {
    pub layout: &'a Layout,
    pub readings: &'a [SheetReading],
    pub rules: CellRules,
    pub villages: &'a (dyn Fn(&str) -> VillageAnswer + Send + Sync),
    /// Whether a category is for lifted households, by its code; absent where
    /// it is for both.
    pub category_lifted: &'a BTreeMap<String, bool>,
}

impl std::fmt::Debug for Assembler<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Assembler({})", self.layout.id)
    }
}

/// A household while it is being put together.
pub(super) struct Draft<'a> {
    pub form: Form,
    pub findings: Vec<Finding>,
    pub rows: &'a [CheckedRow],
    /// Household fields whose cell was rejected on some row.
    pub rejected: BTreeSet<String>,
    /// Household fields that have a column in some sheet of this household.
    pub present: BTreeSet<&'a str>,
}

impl<'a> Assembler<'a> {
    pub(super) fn reading(&self, row: &CheckedRow) -> &SheetReading {
        &self.readings[row.reading as usize]
    }

    pub(super) fn sheet(&self, row: &CheckedRow) -> &'a Sheet {
        &self.layout.sheets[self.reading(row).sheet]
    }

    /// The value of a field on a row.
    pub(super) fn value<'r>(&self, row: &'r CheckedRow, field: &str) -> &'r str {
        row.value(self.sheet(row).column_of_field(field))
            .unwrap_or("")
    }

    /// A finding at a field of a row.
    pub(super) fn at(&self, kind: Kind, row: &CheckedRow, field: &str, value: &str) -> Finding {
        let reading = self.reading(row);
        let place = self
            .sheet(row)
            .column_of_field(field)
            .and_then(|i| reading.places.get(&i));
        let mut finding = Finding::about(kind, &reading.tab, place.map_or("", |(_, h)| h), value);
        finding.row = row.row;
        finding.column = place.map(|(c, _)| *c);
        finding
    }

    /// Puts the rows of one key together. A rejected household keeps its rows,
    /// so that they can be sent back for correction.
    pub fn assemble(&self, household: &HouseholdRows) -> (Form, Vec<Finding>) {
        let mut draft = Draft {
            form: Form {
                code: household.code.clone(),
                ..Form::default()
            },
            findings: Vec::new(),
            rows: &household.rows,
            rejected: BTreeSet::new(),
            present: BTreeSet::new(),
        };
        draft.form.rejected = household.disputed
            || !household.keyless.is_empty()
            || household.rows.iter().any(|r| r.broken);
        for row in &household.rows {
            draft.form.rows.push((row.reading, row.row));
            draft.form.sheets.insert(self.sheet(row).id.clone());
            draft.form.left_out += u32::try_from(row.rejected.len()).unwrap_or(u32::MAX);
        }
        draft.form.rows.extend(&household.keyless);
        if self.collides(&mut draft) {
            draft.form.rejected = true;
            let first = &household.rows[0];
            draft.form.village = self.value(first, "division.code").to_owned();
            draft.form.members = vec![self.member(first)];
            return (draft.form, draft.findings);
        }
        self.household_values(&mut draft);
        self.members(&mut draft);
        self.place(&mut draft);
        self.heads(&mut draft);
        if household.keyless.is_empty() {
            self.sizes(&mut draft);
        }
        self.incomes(&mut draft);
        self.monitoring(&mut draft);
        for link in &household.employment {
            self.employ(&mut draft.form, link);
        }
        let Draft {
            mut form, findings, ..
        } = draft;
        form.rejected |= findings
            .iter()
            .any(|f| f.kind.severity() == Severity::Error && self.rejects(f));
        form.gaps = findings
            .iter()
            .filter(|f| f.kind.severity() == Severity::Warning)
            .map(|f| f.kind.code().to_owned())
            .collect();
        if form.left_out > 0 {
            form.gaps.push(Kind::CellsLeftOut.code().to_owned());
        }
        if household.rows.iter().any(|r| self.lacks(r)) {
            form.gaps.push(Kind::RequiredEmpty.code().to_owned());
        }
        form.gaps.dedup();
        if self.layout.is_temporary_key(&form.code) {
            form.code.clear();
        }
        // Said by the code, by the rows, or computed: not kept as values.
        for derived in [
            "division.province_name",
            "division.city_name",
            "division.county_name",
            "division.township_name",
            "division.village_name",
            "division.code",
            "household.code",
            "household.size",
        ] {
            form.values.remove(derived);
        }
        (form, findings)
    }

    /// Whether a row is empty under a required column that holds nothing back.
    fn lacks(&self, row: &CheckedRow) -> bool {
        let (sheet, reading) = (self.sheet(row), self.reading(row));
        reading.places.keys().any(|&index| {
            let column = &sheet.columns[index];
            column.required && !column.holds_back && row.value(Some(index)).is_none()
        })
    }

    /// A contradiction about a household's value drops that value only, unless
    /// the household cannot do without it.
    fn rejects(&self, finding: &Finding) -> bool {
        match finding.kind {
            Kind::HouseholdValueConflict => {}
            // The income alone is not taken.
            Kind::IncomeIncomplete => return false,
            _ => return true,
        }
        let column = self.layout.sheets.iter().find_map(|s| {
            s.column_of_header(&finding.header)
                .map(|(i, _)| &s.columns[i])
        });
        column.is_none_or(Column::is_needed)
    }

    /// Two families under one key: heads in different villages, or more rows
    /// than any family has.
    fn collides(&self, draft: &mut Draft<'_>) -> bool {
        let heads: Vec<&CheckedRow> = draft
            .rows
            .iter()
            .filter(|r| self.value(r, "member.relation_to_head") == "head")
            .collect();
        let villages: BTreeSet<&str> = heads
            .iter()
            .map(|r| self.value(r, "division.code"))
            .filter(|v| !v.is_empty())
            .collect();
        if villages.len() > 1 {
            for head in heads {
                draft.findings.push(self.at(
                    Kind::HouseholdKeyCollision,
                    head,
                    "household.code",
                    &draft.form.code,
                ));
            }
            return true;
        }
        if draft.rows.len() > MOST_ROWS_OF_A_HOUSEHOLD {
            let message = format!("同一个户编号有{}行，不可能是一户：不收", draft.rows.len());
            draft.findings.push(
                self.at(
                    Kind::HouseholdKeyCollision,
                    &draft.rows[0],
                    "household.code",
                    &draft.form.code,
                )
                .saying(message),
            );
            return true;
        }
        false
    }

    fn household_values(&self, draft: &mut Draft<'a>) {
        let mut doubtful: BTreeSet<&str> = BTreeSet::new();
        for row in draft.rows {
            let (sheet, reading) = (self.sheet(row), self.reading(row));
            for &index in reading.places.keys() {
                let column = &sheet.columns[index];
                if column.scope != ColumnScope::Household {
                    continue;
                }
                draft.present.insert(&column.field);
                if row.is_rejected(Some(index)) {
                    draft.rejected.insert(column.field.clone());
                }
                let Some(value) = row.value(Some(index)) else {
                    continue;
                };
                match draft.form.values.get(&column.field) {
                    None => draft.form.put(&column.field, value),
                    Some(first) if first != value => {
                        doubtful.insert(&column.field);
                        let message = format!("“{}”在这一户的各行上写得不一样", column.header);
                        draft.findings.push(
                            self.at(Kind::HouseholdValueConflict, row, &column.field, value)
                                .saying(message),
                        );
                    }
                    Some(_) => {}
                }
            }
        }
        for field in doubtful {
            draft.form.values.remove(field);
            draft.rejected.insert(field.to_owned());
        }
    }

    fn member(&self, row: &CheckedRow) -> FormMember {
        let sheet = self.sheet(row);
        let mut member = FormMember {
            row: Some((row.reading, row.row)),
            ..FormMember::default()
        };
        for (index, value) in &row.values {
            let column = &sheet.columns[*index as usize];
            if column.scope == ColumnScope::Member {
                put(&mut member.values, &column.field, value.clone());
            }
        }
        // The number says which document it is, where the file does not.
        let number = member.get("member.identity_number").to_owned();
        if member.get("member.document_type").is_empty() && !number.is_empty() {
            let kind = if number.len() > 18 {
                "disability_card"
            } else {
                "resident_identity_card"
            };
            put(&mut member.values, "member.document_type", kind);
        }
        // A citizen's number tells the birth date, where the column is blank.
        let citizen = citizen_part(&number);
        if member.get("member.born_on").is_empty()
            && citizen.len() == 18
            && citizen.as_bytes()[6..14].iter().all(u8::is_ascii_digit)
        {
            let born = format!(
                "{}-{}-{}",
                &citizen[6..10],
                &citizen[10..12],
                &citizen[12..14]
            );
            put(&mut member.values, "member.born_on", born);
        }
        member
    }

    /// Members of all sheets, each person once.
    fn members(&self, draft: &mut Draft<'_>) {
        // Person to index, and the sheets the person was seen on.
        let mut known: BTreeMap<(String, String), (usize, Vec<u16>)> = BTreeMap::new();
        for row in draft.rows {
            let member = self.member(row);
            let number = member.person_key().to_owned();
            let birth = if number.is_empty() {
                member.get("member.born_on")
            } else {
                ""
            };
            // A rejected number tells nothing: such a row stands for itself.
            let key = match (
                number.is_empty(),
                row.is_rejected(self.sheet(row).column_of_field("member.identity_number")),
            ) {
                (true, true) => (format!("{}:{}", row.reading, row.row), String::new()),
                (true, false) => (
                    format!("{}|{birth}", member.get("member.name")),
                    "name".to_owned(),
                ),
                _ => (number.clone(), "number".to_owned()),
            };
            let Some((index, sheets)) = known.get_mut(&key) else {
                known.insert(key, (draft.form.members.len(), vec![row.reading]));
                draft.form.members.push(member);
                continue;
            };
            if sheets.contains(&row.reading) {
                if !number.is_empty() {
                    let value = self.value(row, "member.identity_number");
                    draft.findings.push(self.at(
                        Kind::IdentityRepeatedInHousehold,
                        row,
                        "member.identity_number",
                        value,
                    ));
                } else {
                    // Two people of one name without numbers are two people.
                    draft.form.members.push(member);
                }
                continue;
            }
            sheets.push(row.reading);
            let earlier = &mut draft.form.members[*index];
            for (field, value) in member.values {
                match earlier.values.get(&field) {
                    None => put(&mut earlier.values, &field, value),
                    Some(first) if *first != value => {
                        let message = "同一个人在两张表上写得不一样".to_owned();
                        draft.findings.push(
                            self.at(Kind::HouseholdValueConflict, row, &field, &value)
                                .saying(message),
                        );
                    }
                    Some(_) => {}
                }
            }
        }
    }

    fn place(&self, draft: &mut Draft<'_>) {
        let code = draft.form.get("division.code").to_owned();
        draft.form.village.clone_from(&code);
        let first = &draft.rows[0];
        if code.is_empty() || draft.rejected.contains("division.code") {
            return;
        }
        if let Some(kind) = self.village_fault(&code, draft.form.get("division.village_name")) {
            let (field, value) = match kind {
                Kind::DivisionNameMismatch => (
                    "division.village_name",
                    draft.form.get("division.village_name").to_owned(),
                ),
                _ => ("division.code", code),
            };
            draft.findings.push(self.at(kind, first, field, &value));
        }
    }

    /// What is wrong with a village code and the name beside it.
    pub fn village_fault(&self, code: &str, name: &str) -> Option<Kind> {
        let parsed: Result<DivisionCode, _> = code.parse();
        if parsed.is_ok_and(|c| c.level() != Level::Village) {
            return Some(Kind::DivisionUnknown);
        }
        match (self.villages)(code) {
            VillageAnswer::Unknown => Some(Kind::DivisionUnknown),
            VillageAnswer::Outside => Some(Kind::OutsideScope),
            VillageAnswer::Known(official) => (!name.is_empty()
                && short_name(name) != short_name(&official))
            .then_some(Kind::DivisionNameMismatch),
        }
    }

    fn heads(&self, draft: &mut Draft<'_>) {
        let relation = "member.relation_to_head";
        let unknown = draft
            .rows
            .iter()
            .any(|r| self.value(r, relation).is_empty());
        let mut by_sheet: BTreeMap<u16, (usize, usize)> = BTreeMap::new();
        let mut found = Vec::new();
        for row in draft.rows {
            let (heads, spouses) = by_sheet.entry(row.reading).or_default();
            let (count, kind) = match self.value(row, relation) {
                "head" => (heads, Kind::HeadRepeated),
                "spouse" => (spouses, Kind::SpouseRepeated),
                _ => continue,
            };
            *count += 1;
            if *count > 1 {
                let label = if kind == Kind::HeadRepeated {
                    "户主"
                } else {
                    "配偶"
                };
                found.push(self.at(kind, row, relation, label));
            }
        }
        let headless = by_sheet.values().all(|(heads, _)| *heads == 0);
        if headless && !unknown {
            found.push(self.at(Kind::HeadMissing, &draft.rows[0], relation, ""));
        }
        draft.findings.extend(found);
    }

    fn sizes(&self, draft: &mut Draft<'_>) {
        let Ok(size) = draft.form.get("household.size").parse::<usize>() else {
            return;
        };
        let mut by_sheet: BTreeMap<u16, Vec<&CheckedRow>> = BTreeMap::new();
        for row in draft.rows {
            by_sheet.entry(row.reading).or_default().push(row);
        }
        // On one sheet the household must stand whole.
        if !by_sheet.values().any(|rows| rows.len() == size)
            && let Some(rows) = by_sheet.values().max_by_key(|rows| rows.len())
        {
            let message = format!("家庭人口写的是{size}人，表中这一户有{}行", rows.len());
            draft.findings.push(
                self.at(
                    Kind::HouseholdSizeMismatch,
                    rows[0],
                    "household.size",
                    &size.to_string(),
                )
                .saying(message),
            );
        }
    }

    fn employ(&self, form: &mut Form, link: &EmploymentLink) {
        let Some(member) = form
            .members
            .iter_mut()
            .find(|m| m.person_key() == link.number)
        else {
            return;
        };
        let planned = link
            .values
            .keys()
            .any(|f| f.starts_with("planned_employment."));
        let rows = if planned {
            &mut member.planned
        } else {
            &mut member.employment
        };
        rows.push(link.values.clone());
        rows.sort_by(|a, b| {
            let start = |r: &BTreeMap<String, String>| {
                r.get("employment.started_in")
                    .or(r.get("planned_employment.starts_in"))
                    .cloned()
            };
            start(a).cmp(&start(b)).then_with(|| a.cmp(b))
        });
        rows.dedup();
    }
}
