//! Clocks of a running procedure. They run on the days things happened, not
//! on the days they were typed in, and neither a send-back nor a late entry
//! stops or resets them (traps 2, 20, 26).

use jiff::civil::Date;
use serde::Serialize;

use super::action::Verdict;
use super::{Casefile, Stage};
use crate::calendar::{DayUnit, WorkCalendar, missing_years_warning};
use crate::policy::{Clock, Pack, StepKind};

/// One clock as people see it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct ClockStatus {
    pub id: String,
    pub label: String,
    #[schema(value_type = String)]
    pub started_on: Date,
    /// Days allowed; absent where the document gives a last day instead.
    pub limit_days: Option<u16>,
    pub unit: DayUnit,
    /// The last day on time.
    #[schema(value_type = String)]
    pub deadline_on: Date,
    pub days_used: u32,
    /// Negative once overdue.
    pub days_left: i64,
    #[schema(value_type = Option<String>)]
    pub ended_on: Option<Date>,
    pub overdue: bool,
    pub clause: Option<String>,
    /// 一般 or 原则上: overdue asks for a reason and never blocks.
    pub in_principle: bool,
    pub overdue_reason: Option<String>,
    /// E.g. a holiday table that is missing for a year the clock crosses.
    pub warnings: Vec<String>,
}

/// The clocks of a casefile's procedure that have started, in pack order.
pub fn clocks(
    casefile: &Casefile,
    pack: &Pack,
    calendar: &WorkCalendar,
    today: Date,
) -> Vec<ClockStatus> {
    let Some(procedure) = pack.identification() else {
        return Vec::new();
    };
    procedure
        .clocks
        .iter()
        .filter_map(|clock| status(casefile, pack, clock, calendar, today))
        .collect()
}

fn status(
    casefile: &Casefile,
    pack: &Pack,
    clock: &Clock,
    calendar: &WorkCalendar,
    today: Date,
) -> Option<ClockStatus> {
    let step = |name: &str| {
        pack.identification()?
            .steps
            .iter()
            .map(|s| s.kind)
            .find(|k: &StepKind| k.as_str() == name)
    };
    let started_on = if clock.starts == "earliest_lead" {
        casefile.clock_from(pack)
    } else {
        casefile.records.done_on(step(&clock.starts)?)?
    };
    let due_on = clock.due_on.as_ref().and_then(crate::policy::Stated::get);
    let allowed = match (clock.limit_days.get(), due_on) {
        (Some(days), _) => days,
        (None, Some(due)) => u16::try_from((due - started_on).get_days()).ok()?,
        (None, None) => return None,
    };
    let unit = clock.unit.get().unwrap_or(DayUnit::Natural);
    let stopped_on = match &casefile.stage {
        Stage::Refused { refused_on, .. } => Some(*refused_on),
        Stage::Ended { ended_on, .. } => Some(*ended_on),
        _ => None,
    };
    let ended_on = step(&clock.ends)
        .and_then(|k| casefile.records.done_on(k))
        .or(stopped_on);
    let deadline = calendar.deadline(started_on, allowed, unit);
    let used = calendar.days_used(started_on, ended_on.unwrap_or(today), unit);
    let touched: Vec<StepKind> = [step(&clock.starts), step(&clock.ends)]
        .into_iter()
        .flatten()
        .collect();
    let mut notes = super::correction::clock_notes(casefile, &touched);
    notes.extend(recheck_note(casefile, clock.in_principle));
    let mut missing = deadline.missing_years.clone();
    missing.extend(&used.missing_years);
    missing.sort_unstable();
    missing.dedup();
    Some(ClockStatus {
        id: clock.id.clone(),
        label: clock.label.clone(),
        started_on,
        limit_days: clock.limit_days.get(),
        unit,
        deadline_on: deadline.date,
        days_used: used.days,
        days_left: i64::from(allowed) - i64::from(used.days),
        ended_on,
        overdue: used.days > u32::from(allowed),
        clause: clock
            .limit_days
            .clause()
            .or_else(|| clock.due_on.as_ref()?.clause())
            .map(str::to_owned),
        in_principle: clock.in_principle,
        overdue_reason: casefile
            .overdue_reasons
            .iter()
            .rev()
            .find(|r| r.clock == clock.id)
            .map(|r| r.reason.clone()),
        warnings: missing_years_warning(&missing)
            .into_iter()
            .chain(notes)
            .collect(),
    })
}

/// A refused case that runs again does so on its first clock: say it, for a
/// household asks again after the days are gone.
fn recheck_note(casefile: &Casefile, asks_why: bool) -> Option<String> {
    let refused = |s: &super::Superseded| {
        let review = s.records.township_review.as_ref();
        let decision = s.records.county_decision.as_ref();
        review.is_some_and(|r| r.record.outcome == Verdict::Refuse)
            || decision.is_some_and(|d| d.record.outcome == Verdict::Refuse)
    };
    casefile.superseded.iter().any(refused).then(|| {
        let why = if asks_why {
            "；逾期请写明原因"
        } else {
            ""
        };
        format!("农户申请复核后重新办理：复核不暂停、也不重启时限，仍从最早的线索算起{why}。")
    })
}
