//! A village as a whole: what its office reported (行政村信息), beside what the
//! register counts, with every earlier report.

use std::collections::BTreeMap;

use domain::account::{Operation, Principal, Scope};
use domain::division::{DivisionCode, Level, short_name};
use domain::exchange::{RowIs, village_differences};
use serde::Serialize;
use store::division::VillageRecordRow;
use utoipa::ToSchema;

use crate::casefile::VillageName;
use crate::error::permit;
use crate::exchange::{DEFAULT_LAYOUT, PreviewDifference, field_label, in_words};
use crate::{App, AppError, clock};

/// One line of a village's record.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct VillageFigure {
    pub field: String,
    /// Header of the office's form, with its unit.
    pub label: String,
    /// What the office reported, in words; absent where it said nothing.
    pub reported: Option<String>,
    /// What the register counts; absent for what it does not count.
    pub counted: Option<u64>,
}

/// One report of a village, newest first in the list.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct VillageReport {
    pub version: i64,
    pub recorded_at: String,
    pub reason: String,
    pub entered_by: String,
    /// The import it came with.
    pub import_id: Option<String>,
    /// What it changed against the report before it.
    pub differences: Vec<PreviewDifference>,
}

/// A village as a whole.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct VillageRecordView {
    pub village: VillageName,
    /// From the province down, short names joined by `/`.
    pub path: String,
    /// Version in force; 0 where nothing was reported yet.
    pub version: i64,
    pub figures: Vec<VillageFigure>,
    pub reports: Vec<VillageReport>,
}

/// A village in the list of its township or county.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct VillageRecordSummary {
    pub village: VillageName,
    pub township_name: String,
    /// Version in force; 0 where nothing was reported yet.
    pub version: i64,
    /// What the register counts.
    pub households: u64,
    pub persons: u64,
    pub monitored_households: u64,
    /// Reported figures that are not what the register counts.
    pub differing: u32,
}

impl App {
    /// The villages of a township or county: what the register counts there,
    /// and how much of what was reported differs from it.
    ///
    /// # Errors
    /// [`AppError::NotFound`] outside the scope, [`AppError::Invalid`] above
    /// the county: a province is looked at county by county.
    pub async fn village_record_list(
        &self,
        principal: &Principal,
        division: DivisionCode,
    ) -> Result<Vec<VillageRecordSummary>, AppError> {
        permit(principal, Operation::HouseholdRead)?;
        if !principal.scope.contains(division) {
            return Err(AppError::NotFound);
        }
        if matches!(
            division.level(),
            Level::Nation | Level::Province | Level::City
        ) {
            return Err(AppError::invalid("code", "请先选到一个县或乡镇"));
        }
        let scope = principal.scope.narrowed(division);
        let villages = self.store.villages(&scope).await?;
        let figures = self.store.figures_of_villages(&scope).await?;
        let records = self.store.village_records(&scope).await?;
        let townships = villages.iter().filter_map(|v| v.parent.clone());
        let names = self.division_names(townships).await?;
        let mut list = Vec::with_capacity(villages.len());
        for row in villages {
            let counted = figures.get(&row.code).copied().unwrap_or_default();
            let record = records.get(&row.code);
            let reported = record.map(VillageRecordRow::values).transpose()?;
            let differs = |(field, said): &(&String, &String)| {
                let counted = counted.of_field(field);
                counted.is_some_and(|c| said.parse::<u64>().is_ok_and(|s| s != c))
            };
            list.push(VillageRecordSummary {
                township_name: (row.parent.as_ref())
                    .and_then(|p| names.get(p).cloned())
                    .unwrap_or_default(),
                version: record.map_or(0, |r| r.version),
                households: counted.households,
                persons: counted.persons,
                monitored_households: counted.monitored_households,
                differing: u32::try_from(reported.iter().flatten().filter(differs).count())
                    .unwrap_or(u32::MAX),
                village: VillageName {
                    code: row.code,
                    name: short_name(&row.name),
                },
            });
        }
        Ok(list)
    }

    /// The record of a village in scope.
    ///
    /// # Errors
    /// [`AppError::NotFound`] outside the scope and for what is no village.
    pub async fn village_record(
        &self,
        principal: &Principal,
        village: DivisionCode,
    ) -> Result<VillageRecordView, AppError> {
        permit(principal, Operation::HouseholdRead)?;
        self.village_in_scope(principal, village).await?;
        let rows = self
            .store
            .village_record_versions(&principal.scope, village)
            .await?;
        let figures = self.store.village_figures(&Scope::subtree(village)).await?;
        let (layout, codes) = self.layout(DEFAULT_LAYOUT)?;
        let reported = match rows.first() {
            Some(row) => row.values()?,
            None => BTreeMap::new(),
        };
        let words = |field: &str, values: &BTreeMap<String, String>| {
            in_words(
                &layout,
                &codes,
                field,
                values.get(field).map_or("", String::as_str),
            )
        };
        let lines = layout
            .sheets
            .iter()
            .filter(|s| s.row_is == RowIs::Village)
            .flat_map(|s| &s.columns)
            .filter(|c| !c.field.starts_with("division."))
            .map(|column| VillageFigure {
                field: column.field.clone(),
                label: column.header.clone(),
                reported: words(&column.field, &reported),
                counted: figures.of_field(&column.field),
            })
            .collect();
        let mut reports = Vec::with_capacity(rows.len());
        for (index, row) in rows.iter().enumerate() {
            let before = rows.get(index + 1).map(VillageRecordRow::values);
            let differences = match before.transpose()? {
                // The first report changes nothing: it begins the record.
                None => Vec::new(),
                Some(before) => village_differences(&before, &row.values()?)
                    .into_iter()
                    .map(|d| PreviewDifference {
                        field_label: field_label(&layout, &d.field),
                        ours: in_words(&layout, &codes, &d.field, &d.ours),
                        theirs: in_words(&layout, &codes, &d.field, &d.theirs),
                    })
                    .collect(),
            };
            reports.push(VillageReport {
                version: row.version,
                recorded_at: clock::instant_text(row.recorded_at),
                reason: row.reason.clone(),
                entered_by: row.entered_by.clone(),
                import_id: row.source.strip_prefix("import/").map(str::to_owned),
                differences,
            });
        }
        let name = self.division_names([village.to_string()]).await?;
        Ok(VillageRecordView {
            village: VillageName {
                name: name.into_values().next().unwrap_or_default(),
                code: village.to_string(),
            },
            path: self.division_path(village).await?,
            version: rows.first().map_or(0, |r| r.version),
            figures: lines,
            reports,
        })
    }
}
