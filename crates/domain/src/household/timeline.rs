//! Which day a change of a household may be dated: not before its file begins,
//! and not before what the file already says of the people it takes along.
//! Whoever is taken out of one file is in exactly one other afterwards.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;

use super::check::Fault;
use super::history::FileVersion;
use super::{HouseholdFile, Member};
use crate::paper::spoken;

/// What the versions of a file say of its days.
#[derive(Debug, Clone)]
pub struct Timeline {
    /// The first day of the file.
    pub first_day: Date,
    /// The latest day anything in it took effect.
    pub last_day: Date,
    /// By member: when the entry came into the file, and the latest day
    /// anything of it changed; those who left the file stay here.
    members: BTreeMap<String, (Date, Date)>,
}

fn fault(field: &'static str, message: String) -> Result<(), Vec<Fault>> {
    Err(vec![Fault { field, message }])
}

impl Timeline {
    /// Of the versions of a file in the order of recording; `None` where there
    /// is none.
    pub fn of(versions: &[FileVersion]) -> Option<Self> {
        let first_day = versions.first()?.effective_on;
        let last_day = versions.iter().map(|v| v.effective_on).max()?;
        let mut members: BTreeMap<String, (Date, Date)> = BTreeMap::new();
        let mut before: BTreeMap<&str, &Member> = BTreeMap::new();
        for version in versions {
            let on = version.effective_on;
            let after: BTreeMap<&str, &Member> = version
                .file
                .members
                .iter()
                .map(|m| (m.id.as_str(), m))
                .collect();
            for id in before.keys().chain(after.keys()) {
                let (was, is) = (before.get(id), after.get(id));
                if was == is {
                    continue;
                }
                let (came, last) = members.entry((*id).to_owned()).or_insert((on, on));
                if was.is_none() {
                    *came = on;
                }
                *last = on.max(*last);
            }
            before = after;
        }
        Some(Self {
            first_day,
            last_day,
            members,
        })
    }

    /// Whether a change may take effect on a day in the file of a household,
    /// named as the form knows it.
    ///
    /// # Errors
    /// When the file begins later.
    pub fn has_begun(&self, whose: &str, on: Date) -> Result<(), Vec<Fault>> {
        if on >= self.first_day {
            return Ok(());
        }
        let first = spoken(self.first_day);
        fault(
            "effective_on",
            format!(
                "{whose}的档案从{first}开始：生效日期请填这一天或以后，更早发生的写在变动原因里"
            ),
        )
    }

    /// Whether members may go to another file on a day: nothing is said of them
    /// here for a later one.
    ///
    /// # Errors
    /// When something is.
    pub fn may_take<'m>(
        &self,
        members: impl IntoIterator<Item = &'m str>,
        on: Date,
    ) -> Result<(), Vec<Fault>> {
        let last = members
            .into_iter()
            .filter_map(|id| self.members.get(id))
            .map(|(_, last)| *last)
            .max();
        let Some(last) = last.filter(|last| on < *last) else {
            return Ok(());
        };
        let last = spoken(last);
        fault(
            "effective_on",
            format!("所选成员{last}还登记过变动：生效日期请填这一天或以后，日期不对的先核对"),
        )
    }

    /// Whether the file may end on a day: nothing in it took effect later.
    ///
    /// # Errors
    /// When something did.
    pub fn may_end(&self, on: Date) -> Result<(), Vec<Fault>> {
        if on >= self.last_day {
            return Ok(());
        }
        let last = spoken(self.last_day);
        fault(
            "effective_on",
            format!("这户{last}还登记过变动：生效日期请填这一天或以后，日期不对的先核对"),
        )
    }

    /// From which day a death or departure that happened `on` holds in this
    /// file: from that day, or from the first day of the file.
    ///
    /// # Errors
    /// When the member came into the file later, other than with it.
    pub fn ended_on(&self, member_id: &str, on: Date) -> Result<Date, Vec<Fault>> {
        let came = self.members.get(member_id).map(|(came, _)| *came);
        let came = came.unwrap_or(self.first_day);
        if on < came && came > self.first_day {
            let came = spoken(came);
            fault("on", format!("这名成员{came}才登记到本户，请核对日期"))?;
        }
        Ok(on.max(came))
    }
}

/// The people a change found in the files it touches, and who came or went by it.
#[derive(Debug, Clone, Default)]
pub struct Persons {
    expected: BTreeSet<String>,
}

impl Persons {
    /// Those active in a file before the change.
    pub fn of(file: &HouseholdFile) -> Self {
        let mut persons = Self::default();
        persons.also(file);
        persons
    }

    /// And those active in another file it touches.
    pub fn also(&mut self, file: &HouseholdFile) {
        self.expected
            .extend(file.active_members().map(|m| m.id.clone()));
    }

    /// Born or joined.
    pub fn came(&mut self, member_id: &str) {
        self.expected.insert(member_id.to_owned());
    }

    /// Died or left.
    pub fn went(&mut self, member_id: &str) {
        self.expected.remove(member_id);
    }

    /// Whether each of them is in exactly one of the files that stand after the
    /// change, nobody else is, and each file has the head it was given.
    ///
    /// # Errors
    /// When not: the date contradicts what is on file for later days.
    pub fn are_conserved(
        &self,
        stand: &[(HouseholdFile, &HouseholdFile)],
    ) -> Result<(), Vec<Fault>> {
        let mut found: Vec<&str> = stand
            .iter()
            .flat_map(|(file, _)| file.active_members())
            .map(|m| m.id.as_str())
            .collect();
        found.sort_unstable();
        let each_once = found
            .into_iter()
            .eq(self.expected.iter().map(String::as_str));
        let head = |file: &HouseholdFile| file.head().map(|m| m.id.clone());
        if each_once && stand.iter().all(|(is, given)| head(is) == head(given)) {
            return Ok(());
        }
        fault(
            "effective_on",
            "这一天以后档案里还登记过成员或户主的变动，按这个日期会对不上：请查看变更记录，把生效日期填在最后一次变动的当天或以后"
                .into(),
        )
    }
}

#[cfg(test)]
#[path = "timeline_tests.rs"]
mod tests;
