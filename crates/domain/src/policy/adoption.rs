//! Which pack governs where and when: packs put in force by jurisdiction over
//! periods that begin on a day and end before another.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::division::DivisionCode;

/// Days from `from` on; up to, not including, `until` where there is one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Period {
    pub from: Date,
    pub until: Option<Date>,
}

impl Period {
    /// Whether the day lies inside.
    pub fn contains(self, day: Date) -> bool {
        self.from <= day && self.until.is_none_or(|until| day < until)
    }

    /// Whether no day lies inside.
    pub fn is_empty(self) -> bool {
        self.until.is_some_and(|until| until <= self.from)
    }

    /// The days of both, if there are any.
    pub fn overlap(self, other: Period) -> Option<Period> {
        let both = Period {
            from: self.from.max(other.from),
            until: match (self.until, other.until) {
                (Some(a), Some(b)) => Some(a.min(b)),
                (a, b) => a.or(b),
            },
        };
        (!both.is_empty()).then_some(both)
    }
}

/// How far an entry has come. Entries are never deleted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum AdoptionStatus {
    /// Written down, governs nothing.
    Draft,
    /// Put in force for its period.
    InForce,
    /// Taken back before its first day; stays visible, governs nothing.
    Withdrawn,
}

impl AdoptionStatus {
    /// As stored.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::InForce => "in_force",
            Self::Withdrawn => "withdrawn",
        }
    }

    /// From its stored name.
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Draft, Self::InForce, Self::Withdrawn]
            .into_iter()
            .find(|status| status.as_str() == text)
    }

    /// Whether an entry beginning on `from` may be taken back on `today`: what
    /// has begun is ended by a date instead, because people acted on it.
    pub fn may_withdraw(self, from: Date, today: Date) -> bool {
        match self {
            Self::Draft => true,
            Self::InForce => today < from,
            Self::Withdrawn => false,
        }
    }
}

/// A pack put in force in one jurisdiction for a period.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Adoption {
    pub id: String,
    pub pack_id: String,
    pub jurisdiction: DivisionCode,
    pub period: Period,
}

/// What a pack says of its own use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PackTerms {
    /// The division whose subtree it may govern; `None` for a base layer.
    pub jurisdiction: Option<DivisionCode>,
    /// First day on which it may be in force.
    pub effective_from: Option<Date>,
}

/// What stands against a change of the timeline, or must be known before it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Finding {
    /// The pack does not reach this jurisdiction; `own` is what it governs.
    OutsideJurisdiction { own: Option<DivisionCode> },
    /// Earlier than the pack's first day.
    BeforeEffective { earliest: Date },
    /// The period ends before it begins.
    EmptyPeriod,
    /// Another entry of the same jurisdiction holds days of the period. Where
    /// it began earlier, ending it on `proposed_until` makes room.
    Overlap {
        other: String,
        days: Period,
        proposed_until: Option<Date>,
    },
    /// Days on which the jurisdiction will have no pack of its own any more
    /// while it had one before.
    Gap { days: Period },
}

/// Everything in force, in all jurisdictions.
#[derive(Debug, Clone, Default)]
pub struct Timeline {
    adoptions: Vec<Adoption>,
}

impl Timeline {
    /// Of entries in force, the oldest record first: of two that begin on the
    /// same day the later record governs.
    pub fn new(adoptions: Vec<Adoption>) -> Self {
        Self { adoptions }
    }

    /// The pack that governs a division on a day: the nearest jurisdiction that
    /// has one wins, a county's own over its city's over its province's.
    pub fn governing(&self, division: DivisionCode, day: Date) -> Option<&Adoption> {
        self.adoptions
            .iter()
            .filter(|a| a.jurisdiction.contains(division) && a.period.contains(day))
            .max_by_key(|a| (a.jurisdiction.level(), a.period.from))
    }

    /// Whether the pack is in force somewhere on a day.
    pub fn in_use(&self, pack_id: &str, day: Date) -> bool {
        self.adoptions
            .iter()
            .any(|a| a.pack_id == pack_id && a.period.contains(day))
    }

    /// Entries of exactly this jurisdiction, by first day.
    pub fn of(&self, jurisdiction: DivisionCode) -> Vec<&Adoption> {
        let mut own: Vec<&Adoption> = self
            .adoptions
            .iter()
            .filter(|a| a.jurisdiction == jurisdiction)
            .collect();
        own.sort_by_key(|a| a.period.from);
        own
    }

    /// Jurisdictions below `division` with a pack of their own on days of the
    /// period: there the division's pack does not reach.
    pub fn exceptions(&self, division: DivisionCode, period: Period) -> Vec<&Adoption> {
        self.adoptions
            .iter()
            .filter(|a| a.jurisdiction != division && division.contains(a.jurisdiction))
            .filter(|a| a.period.overlap(period).is_some())
            .collect()
    }

    /// Pairs of entries of a jurisdiction that hold the same days.
    pub fn overlaps(&self, jurisdiction: DivisionCode) -> Vec<(&Adoption, &Adoption, Period)> {
        let own = self.of(jurisdiction);
        own.iter()
            .enumerate()
            .flat_map(|(at, first)| own[at + 1..].iter().map(move |second| (*first, *second)))
            .filter_map(|(first, second)| {
                let days = first.period.overlap(second.period)?;
                Some((first, second, days))
            })
            .collect()
    }

    /// Days after a jurisdiction's first entry on which it has none of its own;
    /// the last gap is open where the last entry ends.
    pub fn gaps(&self, jurisdiction: DivisionCode) -> Vec<Period> {
        let mut gaps = Vec::new();
        // End of the days covered so far; `None` before the first entry.
        let mut covered: Option<Option<Date>> = None;
        for entry in self.of(jurisdiction) {
            if let Some(Some(until)) = covered
                && until < entry.period.from
            {
                gaps.push(Period {
                    from: until,
                    until: Some(entry.period.from),
                });
            }
            covered = Some(match (covered, entry.period.until) {
                (Some(Some(before)), Some(until)) => Some(before.max(until)),
                (None, until) => until,
                _ => None,
            });
        }
        if let Some(Some(until)) = covered {
            gaps.push(Period {
                from: until,
                until: None,
            });
        }
        gaps
    }

    /// What stands against adding `new`; with `end_previous`, entries in its way
    /// that began earlier end on its first day.
    pub fn check(&self, new: &Adoption, terms: PackTerms, end_previous: bool) -> Vec<Finding> {
        let mut findings = Vec::new();
        if !terms
            .jurisdiction
            .is_some_and(|own| own.contains(new.jurisdiction))
        {
            findings.push(Finding::OutsideJurisdiction {
                own: terms.jurisdiction,
            });
        }
        if let Some(earliest) = terms.effective_from.filter(|day| new.period.from < *day) {
            findings.push(Finding::BeforeEffective { earliest });
        }
        if new.period.is_empty() {
            findings.push(Finding::EmptyPeriod);
            return findings;
        }
        let mut after = self.clone();
        if end_previous {
            after.end_for(new);
        }
        findings.extend(after.of(new.jurisdiction).into_iter().filter_map(|other| {
            let days = other.period.overlap(new.period)?;
            Some(Finding::Overlap {
                other: other.id.clone(),
                days,
                proposed_until: (other.period.from < new.period.from).then_some(new.period.from),
            })
        }));
        // Before anything was ended, room for the new entry is not yet made:
        // gaps are those of the timeline as it is meant to become.
        findings.extend(self.new_gaps(&self.with(new), new.jurisdiction));
        findings
    }

    /// Gaps that a change opens: those of `after` that are not ours already.
    pub fn new_gaps(&self, after: &Timeline, jurisdiction: DivisionCode) -> Vec<Finding> {
        let before = self.gaps(jurisdiction);
        after
            .gaps(jurisdiction)
            .into_iter()
            .filter(|days| !before.contains(days))
            .map(|days| Finding::Gap { days })
            .collect()
    }

    /// Entries that would have to end on the new one's first day to make room.
    pub fn in_the_way(&self, new: &Adoption) -> Vec<&Adoption> {
        self.of(new.jurisdiction)
            .into_iter()
            .filter(|a| a.period.from < new.period.from)
            .filter(|a| a.period.overlap(new.period).is_some())
            .collect()
    }

    /// As it becomes with `new`, which makes room for itself.
    #[must_use]
    pub fn with(&self, new: &Adoption) -> Self {
        let mut after = self.clone();
        after.end_for(new);
        after.adoptions.push(new.clone());
        after
    }

    fn end_for(&mut self, new: &Adoption) {
        let ids: Vec<String> = self.in_the_way(new).iter().map(|a| a.id.clone()).collect();
        for id in ids {
            self.set_until(&id, Some(new.period.from));
        }
    }

    /// Moves the end of an entry; unknown ids change nothing.
    pub fn set_until(&mut self, id: &str, until: Option<Date>) {
        if let Some(entry) = self.adoptions.iter_mut().find(|a| a.id == id) {
            entry.period.until = until;
        }
    }

    /// Takes an entry out.
    pub fn remove(&mut self, id: &str) {
        self.adoptions.retain(|a| a.id != id);
    }

    /// The entry that ended on the very day this one begins, in the same
    /// jurisdiction: the one that made room for it.
    pub fn predecessor(&self, of: &Adoption) -> Option<&Adoption> {
        self.adoptions
            .iter()
            .filter(|a| a.id != of.id && a.jurisdiction == of.jurisdiction)
            .find(|a| a.period.until == Some(of.period.from))
    }
}

#[cfg(test)]
#[path = "adoption_tests.rs"]
mod tests;
