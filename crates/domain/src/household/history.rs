//! The file of a household on any day. Each version holds the whole file as it
//! was known when written; what the version changed is the difference from the
//! one before. The file of a day is made by following those changes in the
//! order they took effect, so that a change entered late shows from its day and
//! brings nothing along that came about later.

use std::collections::BTreeMap;

use jiff::civil::Date;
use serde_json::{Map, Value};

use super::HouseholdFile;

/// A version: from which day its change holds, and the file it left.
#[derive(Debug, Clone)]
pub struct FileVersion {
    /// Ascending in the order of recording.
    pub number: i64,
    pub effective_on: Date,
    pub file: HouseholdFile,
}

/// One thing a version changed: a field, an entry of a list, a field of a
/// member. No value means it went.
type Step = (Vec<String>, Option<Value>);

/// Lists whose entries are told apart by these fields.
const LISTS: [(&str, &[&str]); 5] = [
    ("members", &["id"]),
    ("income", &["period_from", "period_to"]),
    ("assurances", &["recorded_on"]),
    ("tags", &[]),
    ("split_off", &["household_id"]),
];

/// The file as it stood on a day, with the number of the version that took
/// effect last; `versions` in the order of recording. To see what was known at
/// an earlier time, give the versions recorded until then.
///
/// # Errors
/// When a file cannot be written as JSON or read back.
pub fn as_of(
    versions: &[FileVersion],
    day: Date,
) -> Result<Option<(i64, HouseholdFile)>, serde_json::Error> {
    let mut changes = Vec::new();
    let mut before = Map::new();
    let mut places: BTreeMap<String, usize> = BTreeMap::new();
    for version in versions {
        let after = keyed(&version.file, &mut places)?;
        changes.push((
            version.effective_on,
            version.number,
            difference(&before, &after),
        ));
        before = after;
    }
    // The first version is the file itself: what is dated before it was entered
    // with it in sight, and changes it from that day.
    let first = (!changes.is_empty()).then(|| changes.remove(0));
    let base = first
        .as_ref()
        .filter(|(effective_on, ..)| *effective_on <= day);
    changes.retain(|(effective_on, ..)| *effective_on <= day);
    changes.sort_by_key(|(effective_on, number, _)| (*effective_on, *number));
    let last = changes.last().or(base).map(|(_, number, _)| *number);
    let (Some(last), Some(first)) = (last, first) else {
        return Ok(None);
    };
    let mut file = Map::new();
    let mut waiting = Vec::new();
    for (_, _, steps) in std::iter::once(first).chain(changes) {
        for step in steps {
            take(&mut file, step, &mut waiting);
        }
    }
    Ok(Some((last, unkeyed(file, &places)?)))
}

/// Whether two files say the same, whatever the order of their lists.
///
/// # Errors
/// When a file cannot be written as JSON.
pub fn same(one: &HouseholdFile, other: &HouseholdFile) -> Result<bool, serde_json::Error> {
    let mut places = BTreeMap::new();
    Ok(keyed(one, &mut places)? == keyed(other, &mut places)?)
}

/// The file with its lists as maps; `places` remembers where an entry first stood.
fn keyed(
    file: &HouseholdFile,
    places: &mut BTreeMap<String, usize>,
) -> Result<Map<String, Value>, serde_json::Error> {
    let Value::Object(mut map) = serde_json::to_value(file)? else {
        return Ok(Map::new());
    };
    for (list, fields) in LISTS {
        let Some(Value::Array(entries)) = map.remove(list) else {
            continue;
        };
        let mut by_key = Map::new();
        for entry in entries {
            let mut key = fields.iter().fold(String::new(), |key, field| {
                key + entry.get(field).and_then(Value::as_str).unwrap_or_default() + "/"
            });
            if fields.is_empty() {
                key = entry.as_str().unwrap_or_default().to_owned();
            }
            while by_key.contains_key(&key) {
                key.push('+');
            }
            let place = places.len();
            places.entry(format!("{list}/{key}")).or_insert(place);
            by_key.insert(key, entry);
        }
        map.insert(list.to_owned(), Value::Object(by_key));
    }
    Ok(map)
}

fn unkeyed(
    mut map: Map<String, Value>,
    places: &BTreeMap<String, usize>,
) -> Result<HouseholdFile, serde_json::Error> {
    for (list, _) in LISTS {
        let Some(Value::Object(by_key)) = map.remove(list) else {
            continue;
        };
        let mut entries: Vec<(String, Value)> = by_key.into_iter().collect();
        entries.sort_by_key(|(key, _)| places.get(&format!("{list}/{key}")).copied());
        let entries = entries.into_iter().map(|(_, entry)| entry).collect();
        map.insert(list.to_owned(), Value::Array(entries));
    }
    serde_json::from_value(Value::Object(map))
}

fn difference(before: &Map<String, Value>, after: &Map<String, Value>) -> Vec<Step> {
    let mut steps = Vec::new();
    differ(before, after, &[], &mut steps);
    steps
}

/// Members are compared field by field; other entries as wholes.
fn differ(
    before: &Map<String, Value>,
    after: &Map<String, Value>,
    path: &[String],
    steps: &mut Vec<Step>,
) {
    let below = |key: &String| {
        path.iter()
            .cloned()
            .chain([key.clone()])
            .collect::<Vec<_>>()
    };
    let empty = Map::new();
    for (key, value) in after {
        let opened = match path {
            [] => LISTS.iter().any(|(list, _)| list == key),
            [list] => list == "members" && before.contains_key(key),
            _ => false,
        };
        match (opened, value, before.get(key)) {
            (_, _, Some(old)) if old == value => {}
            (true, Value::Object(new), old) => {
                let old = old.and_then(Value::as_object).unwrap_or(&empty);
                differ(old, new, &below(key), steps);
            }
            _ => steps.push((below(key), Some(value.clone()))),
        }
    }
    for key in before.keys().filter(|k| !after.contains_key(*k)) {
        steps.push((below(key), None));
    }
}

/// Takes one step. What is said of a member before the day the member came was
/// entered with the member in sight: it waits for that day.
fn take(file: &mut Map<String, Value>, step: Step, waiting: &mut Vec<Step>) {
    let (path, value) = step;
    if let [field] = path.as_slice() {
        match value {
            Some(value) => file.insert(field.clone(), value),
            None => file.remove(field),
        };
        return;
    }
    let Value::Object(list) = file
        .entry(path[0].clone())
        .or_insert_with(|| Value::Object(Map::new()))
    else {
        return;
    };
    match (path.as_slice(), value) {
        ([_, key], Some(entry)) => {
            list.insert(key.clone(), entry);
            let (mine, others) = std::mem::take(waiting)
                .into_iter()
                .partition(|(p, _): &Step| p[..2] == path[..2]);
            *waiting = others;
            for step in mine {
                take(file, step, waiting);
            }
        }
        ([_, key], None) => {
            list.remove(key);
        }
        ([_, key, field], value) => match list.get_mut(key).and_then(Value::as_object_mut) {
            Some(member) => {
                match value {
                    Some(value) => member.insert(field.clone(), value),
                    None => member.remove(field),
                };
            }
            None => waiting.push((path, value)),
        },
        _ => {}
    }
}

#[cfg(test)]
#[path = "history_tests.rs"]
mod tests;
