//! Import and export of the spreadsheets offices have: what a layout is, how
//! columns are recognised, what each cell must hold, how rows become
//! households, and how a household of the file meets the one we know. Pure:
//! reading, staging and saving live in `store` and `app`.

mod assemble;
mod cell;
mod departed;
mod finding;
mod form;
mod header;
mod identified;
mod income;
mod layout;
mod linking;
mod monitoring;
mod register;
mod row;
mod statement;
mod village;

pub use assemble::{Assembler, HouseholdRows, RawMemberRow, VillageAnswer};
pub use cell::{CellFault, CellRules, RawCell, check_cell};
pub use departed::departed;
pub use finding::{Finding, FindingKind, Severity, column_letter};
pub use form::{ConflictRule, Difference, Form, FormMember, differences, settle};
pub use header::{
    ColumnMapping, ColumnMatch, ColumnStatus, HeadRow, SheetReading, read_header, recognise_sheet,
};
pub use identified::{Identified, identified_into};
pub use layout::{Column, ColumnScope, ColumnType, Key, Layout, LayoutError, RowIs, Sheet};
pub use linking::{EmploymentLink, LinkOutcome, PersonPlace, link_persons};
pub use register::{EpisodeDraft, Register, apply_to_file, episode_of, form_of};
pub use row::{CheckedRow, RowChecker};
pub use village::{VillageFigures, settle_village, village_differences, village_values};

#[cfg(test)]
mod tests;
