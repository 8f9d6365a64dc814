//! The village sheet (行政村信息): what an office says of a village as a whole,
//! beside what the register counts there. No household, no person.

use std::collections::BTreeMap;

use super::form::{ConflictRule, Difference, compare, settle_values};
use super::layout::Sheet;
use super::row::CheckedRow;

/// Where the village lies is said by its code and the code list.
fn is_place(field: &str) -> bool {
    field.starts_with("division.")
}

/// The reported values of a row, by field, without the names of its place.
pub fn village_values(sheet: &Sheet, row: &CheckedRow) -> BTreeMap<String, String> {
    row.values
        .iter()
        .map(|(index, value)| (&sheet.columns[*index as usize].field, value))
        .filter(|(field, _)| !is_place(field))
        .map(|(field, value)| (field.clone(), value.clone()))
        .collect()
}

/// What taking the sheet's row over would change.
pub fn village_differences(
    ours: &BTreeMap<String, String>,
    theirs: &BTreeMap<String, String>,
) -> Vec<Difference> {
    let mut found = Vec::new();
    compare(ours, theirs, None, &mut found);
    found
}

/// The record after the merge. What the sheet leaves blank never erases.
pub fn settle_village(
    ours: &BTreeMap<String, String>,
    theirs: &BTreeMap<String, String>,
    rule: ConflictRule,
) -> BTreeMap<String, String> {
    settle_values(ours, theirs, rule)
}

/// What the register counts in a village.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct VillageFigures {
    pub households: u64,
    pub persons: u64,
    pub lifted_households: u64,
    pub lifted_persons: u64,
    pub monitored_households: u64,
    pub monitored_persons: u64,
}

impl VillageFigures {
    /// Counts households of one kind with their members.
    pub fn add(&mut self, lifted: bool, monitored: bool, households: u64, persons: u64) {
        self.households += households;
        self.persons += persons;
        if lifted {
            self.lifted_households += households;
            self.lifted_persons += persons;
        }
        if monitored {
            self.monitored_households += households;
            self.monitored_persons += persons;
        }
    }

    /// The figure a field of the sheet asks for; `None` for what the register
    /// does not count.
    pub fn of_field(&self, field: &str) -> Option<u64> {
        Some(match field {
            "village.households" => self.households,
            "village.persons" => self.persons,
            "village.lifted_households" => self.lifted_households,
            "village.lifted_persons" => self.lifted_persons,
            "village.monitored_households" => self.monitored_households,
            "village.monitored_persons" => self.monitored_persons,
            _ => return None,
        })
    }
}

impl std::ops::AddAssign for VillageFigures {
    fn add_assign(&mut self, other: Self) {
        self.households += other.households;
        self.persons += other.persons;
        self.lifted_households += other.lifted_households;
        self.lifted_persons += other.lifted_persons;
        self.monitored_households += other.monitored_households;
        self.monitored_persons += other.monitored_persons;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn values(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
        pairs
            .iter()
            .map(|(f, v)| ((*f).to_owned(), (*v).to_owned()))
            .collect()
    }

    #[test]
    fn a_village_is_settled_by_the_declared_rule_and_blanks_never_erase() {
        let ours = values(&[("village.households", "410"), ("village.clinics", "1")]);
        let theirs = values(&[("village.households", "412"), ("village.doctors", "2")]);
        assert_eq!(
            settle_village(&ours, &theirs, ConflictRule::KeepOurs),
            values(&[
                ("village.households", "410"),
                ("village.clinics", "1"),
                ("village.doctors", "2"),
            ])
        );
        assert_eq!(
            settle_village(&ours, &theirs, ConflictRule::TakeTheirs),
            values(&[
                ("village.households", "412"),
                ("village.clinics", "1"),
                ("village.doctors", "2"),
            ])
        );
        let fields: Vec<String> = village_differences(&ours, &theirs)
            .into_iter()
            .map(|d| d.field)
            .collect();
        assert_eq!(fields, ["village.doctors", "village.households"]);
    }
}
