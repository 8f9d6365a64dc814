//! What the platform must show, by the model: steps, stage and clocks.

use domain::calendar::DayUnit;
use domain::casefile::{Casefile, clocks};
use domain::policy::{Clock, StepKind};
use jiff::ToSpan as _;
use jiff::civil::Date;
use store::casefile::CasefileRow;

use super::model::Model;

/// Days from one date to another; 0 where the other is not later.
fn days_between(from: Date, to: Date) -> i64 {
    i64::from((to - from).get_days()).max(0)
}

impl Model<'_> {
    /// How the platform's casefile differs from what it must be.
    pub(super) fn difference(
        &self,
        row: &CasefileRow,
        casefile: &Casefile,
        today: Date,
    ) -> Option<String> {
        if row.version != self.version {
            return Some(format!("version {}, must be {}", row.version, self.version));
        }
        let stage = casefile.stage.as_str();
        if stage != self.stage || row.stage != self.stage {
            return Some(format!(
                "stage {stage}/{}, must be {}",
                row.stage, self.stage
            ));
        }
        for kind in StepKind::ALL {
            let (is, must) = (
                casefile.records.done_on(*kind),
                self.done.get(kind).copied(),
            );
            if is != must {
                return Some(format!("{} on {is:?}, must be {must:?}", kind.as_str()));
            }
        }
        let acknowledged = casefile.records.decision_acknowledged.as_ref();
        if acknowledged.map(|a| a.occurred_on) != self.acknowledged_on {
            return Some("the acknowledgement differs".into());
        }
        let shown: Vec<String> = clocks(casefile, self.pack, self.calendar, today)
            .into_iter()
            .map(|c| {
                let (id, from, to, used) = (c.id, c.started_on, c.deadline_on, c.days_used);
                let (left, late) = (c.days_left, c.overdue);
                format!(
                    "{id} {from}–{to} used {used} left {left} late {late} end {:?}",
                    c.ended_on
                )
            })
            .collect();
        let must: Vec<String> = self
            .procedure
            .clocks
            .iter()
            .filter_map(|c| self.clock(c, today))
            .collect();
        (shown != must).then(|| format!("clocks {shown:?}, must be {must:?}"))
    }

    /// One clock, counted by subtracting dates.
    fn clock(&self, clock: &Clock, today: Date) -> Option<String> {
        let step = |name: &str| {
            let mut steps = self.procedure.steps.iter();
            let kind = steps.find(|s| s.kind.as_str() == name)?.kind;
            self.done.get(&kind).copied()
        };
        let started = if clock.starts == "earliest_lead" {
            let counted = self.leads.iter().filter(|l| l.0).map(|l| l.1).min();
            counted.or_else(|| self.leads.iter().map(|l| l.1).min())?
        } else {
            step(&clock.starts)?
        };
        let limit = match (clock.limit_days.get(), clock.due_on.as_ref()) {
            (Some(days), _) => i64::from(days),
            (None, Some(due)) => i64::from((due.get()? - started).get_days()),
            (None, None) => return None,
        };
        if limit < 0 {
            return None;
        }
        let ended = step(&clock.ends).or(self.stopped_on);
        let until = ended.unwrap_or(today);
        let (used, deadline) = match clock.unit.get() {
            Some(DayUnit::Working) => {
                let working = |d: &i64| self.calendar.is_working_day(started + d.days());
                let used = (1..=days_between(started, until)).filter(working).count();
                let last = usize::try_from(limit).ok()?.checked_sub(1);
                let nth = last.and_then(|n| (1..).filter(working).nth(n));
                (i64::try_from(used).ok()?, started + nth.unwrap_or(0).days())
            }
            _ => (days_between(started, until), started + limit.days()),
        };
        Some(format!(
            "{} {started}–{deadline} used {used} left {} late {} end {ended:?}",
            clock.id,
            limit - used,
            used > limit
        ))
    }
}
