//! A household as the office's form says it: values by field, in stored form.
//! The file of an office and our own register both become forms, so that they
//! can be compared and settled field by field.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// One member of a form.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FormMember {
    /// By field, e.g. `member.name`.
    pub values: BTreeMap<String, String>,
    /// Rows of 已外出务工, oldest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub employment: Vec<BTreeMap<String, String>>,
    /// Rows of 计划外出务工.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub planned: Vec<BTreeMap<String, String>>,
    /// Index of the reading and row the member first stands on in a file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub row: Option<(u16, u32)>,
}

impl FormMember {
    /// A value, empty when it is not stated.
    pub fn get(&self, field: &str) -> &str {
        self.values.get(field).map_or("", String::as_str)
    }

    /// The 18 characters that identify a citizen, or the whole number of
    /// another document; empty where there is none.
    pub fn person_key(&self) -> &str {
        citizen_part(self.get("member.identity_number"))
    }
}

/// The identity number within a disability card; anything else as it is.
pub(super) fn citizen_part(number: &str) -> &str {
    if matches!(number.len(), 20 | 22) && number.as_bytes()[..17].iter().all(u8::is_ascii_digit) {
        number.get(..18).unwrap_or(number)
    } else {
        number
    }
}

/// One household of a file, or ours in the same words.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Form {
    /// 户编号.
    pub code: String,
    /// Village code.
    pub village: String,
    /// Values of the household, by field.
    pub values: BTreeMap<String, String>,
    pub members: Vec<FormMember>,
    /// Layout sheets the household stands on.
    #[serde(default)]
    pub sheets: BTreeSet<String>,
    /// Index of the reading and row of each of its rows.
    #[serde(default)]
    pub rows: Vec<(u16, u32)>,
    /// Codes of the warnings that stay with the household after the merge.
    #[serde(default)]
    pub gaps: Vec<String>,
    /// Cells that were wrong and are left out; the rest is taken over.
    #[serde(default)]
    pub left_out: u32,
    /// An error stands on the household; nothing of it is taken over.
    #[serde(default)]
    pub rejected: bool,
}

impl Form {
    /// A value, empty when it is not stated.
    pub fn get(&self, field: &str) -> &str {
        self.values.get(field).map_or("", String::as_str)
    }

    /// Name of the head, or of the first member.
    pub fn head_name(&self) -> &str {
        self.members
            .iter()
            .find(|m| m.get("member.relation_to_head") == "head")
            .or(self.members.first())
            .map_or("", |m| m.get("member.name"))
    }

    /// Sets a value, or removes it when it is empty.
    pub(super) fn put(&mut self, field: &str, value: impl Into<String>) {
        put(&mut self.values, field, value);
    }
}

pub(super) fn put(values: &mut BTreeMap<String, String>, field: &str, value: impl Into<String>) {
    let value = value.into();
    if value.is_empty() {
        values.remove(field);
    } else {
        values.insert(field.to_owned(), value);
    }
}

/// Whose value stands where file and register differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ConflictRule {
    /// Ours stays; only what we lack is filled in.
    #[default]
    KeepOurs,
    /// What the file states replaces ours. What it leaves blank never erases.
    TakeTheirs,
}

impl ConflictRule {
    /// The identifier in the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::KeepOurs => "keep_ours",
            Self::TakeTheirs => "take_theirs",
        }
    }
}

/// One value in which the file and the register differ.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// Name of the member it is about; `None` for the household.
    pub member: Option<String>,
    pub field: String,
    pub ours: String,
    pub theirs: String,
}

/// Fields that say one thing together: stating one of them states them all.
fn group_of(field: &str) -> Option<&'static str> {
    match field {
        "member.education" | "member.school_stage" => Some("education"),
        "member.document_type" | "member.identity_number" => Some("document"),
        _ if field.starts_with("identification.risk_") => Some("risk"),
        "identification.natural_disaster_kind"
        | "identification.natural_disaster_remark"
        | "identification.other_risk_remark" => Some("risk"),
        "clearance.cleared" | "clearance.cleared_in" | "clearance.way" => Some("cleared"),
        _ => None,
    }
}

/// Members of `theirs` by the index of the member of `ours` they are.
fn pair_members(ours: &Form, theirs: &Form) -> Vec<(usize, Option<usize>)> {
    let mut free: BTreeSet<usize> = (0..ours.members.len()).collect();
    let mut take = |wanted: &dyn Fn(&FormMember) -> bool| {
        let found = free.iter().copied().find(|i| wanted(&ours.members[*i]));
        if let Some(index) = found {
            free.remove(&index);
        }
        found
    };
    let mut pairs: Vec<(usize, Option<usize>)> = Vec::new();
    for (index, member) in theirs.members.iter().enumerate() {
        let key = member.person_key();
        let found = (!key.is_empty())
            .then(|| take(&|m| m.person_key() == key))
            .flatten();
        pairs.push((index, found));
    }
    // People without a number, or whose number came later: by name and birth.
    for (index, found) in &mut pairs {
        let member = &theirs.members[*index];
        if found.is_none() {
            *found = take(&|m| {
                (m.person_key().is_empty() || member.person_key().is_empty())
                    && m.get("member.name") == member.get("member.name")
                    && (m.get("member.born_on").is_empty()
                        || member.get("member.born_on").is_empty()
                        || m.get("member.born_on") == member.get("member.born_on"))
            });
        }
    }
    pairs
}

pub(super) fn compare(
    ours: &BTreeMap<String, String>,
    theirs: &BTreeMap<String, String>,
    member: Option<&str>,
    found: &mut Vec<Difference>,
) {
    let stated: BTreeSet<&str> = theirs.keys().filter_map(|f| group_of(f)).collect();
    let also = ours
        .keys()
        .filter(|f| !theirs.contains_key(*f) && group_of(f).is_some_and(|g| stated.contains(g)));
    for field in theirs.keys().chain(also) {
        let (mine, other) = (ours.get(field), theirs.get(field));
        if mine != other {
            found.push(Difference {
                member: member.map(str::to_owned),
                field: field.clone(),
                ours: mine.cloned().unwrap_or_default(),
                theirs: other.cloned().unwrap_or_default(),
            });
        }
    }
}

fn list_text(rows: &[BTreeMap<String, String>]) -> String {
    let part = |row: &BTreeMap<String, String>| row.values().cloned().collect::<Vec<_>>().join(" ");
    rows.iter().map(part).collect::<Vec<_>>().join("；")
}

/// What taking the file over would change: empty for a household that is
/// already as the file says.
pub fn differences(ours: &Form, theirs: &Form) -> Vec<Difference> {
    let mut found = Vec::new();
    if ours.village != theirs.village {
        let (ours, theirs) = (ours.village.clone(), theirs.village.clone());
        found.push(Difference {
            member: None,
            field: "division.code".into(),
            ours,
            theirs,
        });
    }
    compare(&ours.values, &theirs.values, None, &mut found);
    for (index, known) in pair_members(ours, theirs) {
        let member = &theirs.members[index];
        let name = member.get("member.name");
        let Some(mine) = known.map(|i| &ours.members[i]) else {
            let theirs = member.get("member.relation_to_head").to_owned();
            found.push(Difference {
                member: Some(name.to_owned()),
                field: "member".into(),
                ours: String::new(),
                theirs,
            });
            continue;
        };
        compare(&mine.values, &member.values, Some(name), &mut found);
        for (field, ours, theirs) in [
            ("employment", &mine.employment, &member.employment),
            ("planned_employment", &mine.planned, &member.planned),
        ] {
            if !theirs.is_empty() && ours != theirs {
                found.push(Difference {
                    member: Some(name.to_owned()),
                    field: field.into(),
                    ours: list_text(ours),
                    theirs: list_text(theirs),
                });
            }
        }
    }
    found
}

pub(super) fn settle_values(
    ours: &BTreeMap<String, String>,
    theirs: &BTreeMap<String, String>,
    rule: ConflictRule,
) -> BTreeMap<String, String> {
    let stated = |side: &BTreeMap<String, String>| -> BTreeSet<&'static str> {
        side.keys().filter_map(|f| group_of(f)).collect()
    };
    let (by_them, by_us) = (stated(theirs), stated(ours));
    let mut settled = ours.clone();
    if rule == ConflictRule::TakeTheirs {
        settled.retain(|field, _| group_of(field).is_none_or(|g| !by_them.contains(g)));
    }
    for (field, value) in theirs {
        let lacking =
            !settled.contains_key(field) && group_of(field).is_none_or(|g| !by_us.contains(g));
        if rule == ConflictRule::TakeTheirs || lacking {
            settled.insert(field.clone(), value.clone());
        }
    }
    settled
}

/// Ours with the file taken over under a rule. New members are added; nobody
/// is removed because a file leaves them out.
pub fn settle(ours: &Form, theirs: &Form, rule: ConflictRule) -> Form {
    let mut settled = ours.clone();
    settled.values = settle_values(&ours.values, &theirs.values, rule);
    if rule == ConflictRule::TakeTheirs || ours.village.is_empty() {
        settled.village.clone_from(&theirs.village);
    }
    if settled.code.is_empty() {
        settled.code.clone_from(&theirs.code);
    }
    for (index, known) in pair_members(ours, theirs) {
        let member = &theirs.members[index];
        let Some(mine) = known.map(|i| &mut settled.members[i]) else {
            settled.members.push(member.clone());
            continue;
        };
        mine.values = settle_values(&mine.values, &member.values, rule);
        for (ours, theirs) in [
            (&mut mine.employment, &member.employment),
            (&mut mine.planned, &member.planned),
        ] {
            if !theirs.is_empty() && (rule == ConflictRule::TakeTheirs || ours.is_empty()) {
                ours.clone_from(theirs);
            }
        }
    }
    settled.sheets.extend(theirs.sheets.iter().cloned());
    settled.rows.clone_from(&theirs.rows);
    settled.gaps.clone_from(&theirs.gaps);
    settled.left_out = theirs.left_out;
    settled.rejected = false;
    settled
}
