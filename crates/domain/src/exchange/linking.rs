//! The same person on several rows: in two households, or on an employment
//! sheet. Rows arrive grouped by identity number.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::finding::{Finding, FindingKind as Kind};
use crate::typed_text::comparison_key;

/// Where an identity number stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PersonPlace {
    /// Tab name.
    pub sheet: String,
    pub row: u32,
    /// File column and header of the number.
    pub column: u32,
    pub header: String,
    /// The number as it stands in the file.
    pub value: String,
    pub name: String,
    /// 户编号 of a member row; `None` for an employment row.
    pub household: Option<String>,
    /// What an employment row says, by field.
    #[serde(default)]
    pub employment: BTreeMap<String, String>,
    /// File column and header of the name, for an employment row.
    #[serde(default)]
    pub name_place: Option<(u32, String)>,
}

/// An employment row that found its person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EmploymentLink {
    /// Identity number (18 characters).
    pub number: String,
    pub values: BTreeMap<String, String>,
}

/// What the rows of one number come to.
#[derive(Debug, Clone, Default)]
pub struct LinkOutcome {
    pub findings: Vec<Finding>,
    /// Employment rows with the household they belong to.
    pub employment: Vec<(String, EmploymentLink)>,
    /// Households that may not be taken over before somebody decides.
    pub disputed: Vec<String>,
}

/// Judges all places of one identity number.
pub fn link_persons(number: &str, places: Vec<PersonPlace>) -> LinkOutcome {
    let mut outcome = LinkOutcome::default();
    let households: BTreeSet<&str> = places
        .iter()
        .filter_map(|p| p.household.as_deref())
        .collect();
    let finding = |kind: Kind, place: &PersonPlace| {
        let mut finding = Finding::about(kind, &place.sheet, &place.header, place.value.clone());
        (finding.row, finding.column) = (place.row, Some(place.column));
        finding
    };
    if households.len() > 1 {
        let mut seen = BTreeSet::new();
        for place in places.iter().filter(|p| p.household.is_some()) {
            if !seen.insert(place.household.as_deref()) {
                continue;
            }
            let other = places
                .iter()
                .find(|p| p.household.is_some() && p.household != place.household);
            let message = other.map_or_else(String::new, |o| {
                format!("同一证件号码出现在两户，另一户在“{}”第{}行", o.sheet, o.row)
            });
            outcome
                .findings
                .push(finding(Kind::IdentityInTwoHouseholds, place).saying(message));
        }
        outcome.disputed = households.iter().map(|h| (*h).to_owned()).collect();
    }
    let member = places.iter().find(|p| p.household.is_some());
    for place in places.iter().filter(|p| p.household.is_none()) {
        let Some((member, household)) = member.and_then(|m| Some((m, m.household.clone()?))) else {
            outcome
                .findings
                .push(finding(Kind::EmploymentPersonUnknown, place));
            continue;
        };
        if comparison_key(&member.name) != comparison_key(&place.name) {
            let mut found = finding(Kind::EmploymentNameMismatch, place);
            if let Some((column, header)) = &place.name_place {
                (found.column, found.header) = (Some(*column), header.clone());
            }
            found.value.clone_from(&place.name);
            outcome.findings.push(found);
        }
        let link = EmploymentLink {
            number: number.to_owned(),
            values: place.employment.clone(),
        };
        outcome.employment.push((household, link));
    }
    outcome
}
