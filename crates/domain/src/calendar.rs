//! Days and deadlines. The day of the event is day 0; day n ends at 24:00 in
//! Asia/Shanghai. Working days need the yearly table of statutory holidays and
//! make-up workdays (调休); a year without a table is named in the answer,
//! because "weekends only" would be a wrong date that looks right.

use std::collections::{BTreeMap, BTreeSet};

use jiff::ToSpan;
use jiff::civil::{Date, Weekday};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What a clock counts. A value of the policy pack: HN22 says 天 and means
/// natural days, other provinces say 工作日.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum DayUnit {
    /// 自然日
    Natural,
    /// 工作日
    Working,
}

impl DayUnit {
    /// 天 or 个工作日, to follow a number.
    pub fn label(self) -> &'static str {
        match self {
            DayUnit::Natural => "天",
            DayUnit::Working => "个工作日",
        }
    }
}

/// A date that was counted out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CountedDate {
    /// The date. For a deadline: the last day on time, until 24:00.
    #[schema(value_type = String, format = Date)]
    pub date: Date,
    /// Years the count touched for which no holiday table is loaded: there only
    /// weekends were skipped and the date may be wrong. Show it, never hide it.
    pub missing_years: Vec<i16>,
}

/// A number of days that was counted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CountedDays {
    /// Whole days after day 0.
    pub days: u32,
    /// As in [`CountedDate::missing_years`].
    pub missing_years: Vec<i16>,
}

/// The Chinese sentence to show beside a date with missing years, if any.
pub fn missing_years_warning(missing_years: &[i16]) -> Option<String> {
    if missing_years.is_empty() {
        return None;
    }
    let years: Vec<String> = missing_years
        .iter()
        .map(|year| format!("{year}年"))
        .collect();
    Some(format!(
        "缺少{}的节假日安排，只扣除了周末，日期可能不准；请管理员更新工作日历",
        years.join("、")
    ))
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum DayKind {
    Holiday,
    Workday,
}

/// Why a calendar table cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("工作日历第{line}行：{reason}")]
pub struct CalendarError {
    /// 1-based line of the file.
    pub line: u64,
    /// What was expected.
    pub reason: String,
}

/// Holidays and make-up workdays of the years loaded.
#[derive(Debug, Clone, Default)]
pub struct WorkCalendar {
    exceptions: BTreeMap<Date, (DayKind, String)>,
    years: BTreeSet<i16>,
}

#[derive(Deserialize)]
struct CalendarRow<'a> {
    date: &'a str,
    kind: &'a str,
    name: &'a str,
}

impl WorkCalendar {
    /// Reads `date,kind,name` with kind `holiday` or `workday`, one row per day
    /// that differs from the plain week. A year counts as loaded when its
    /// 1 October is a holiday: a January row alone may come from the notice of
    /// the year before.
    pub fn parse(csv_text: &str) -> Result<Self, CalendarError> {
        let mut calendar = Self::default();
        let mut reader = csv::ReaderBuilder::new()
            .comment(Some(b'#'))
            .trim(csv::Trim::All)
            .from_reader(csv_text.trim_start_matches('\u{FEFF}').as_bytes());
        let faulty = |error: csv::Error| CalendarError {
            line: error.position().map_or(1, csv::Position::line),
            reason: error.to_string(),
        };
        let headers = reader.headers().map_err(faulty)?.clone();
        for record in reader.records() {
            let record = record.map_err(faulty)?;
            let line = record.position().map_or(1, csv::Position::line);
            let fail = |reason: String| CalendarError { line, reason };
            let row = record
                .deserialize(Some(&headers))
                .map_err(|error| fail(error.to_string()))?;
            calendar.insert(row).map_err(fail)?;
        }
        calendar.years = calendar
            .exceptions
            .iter()
            .filter(|(day, (kind, _))| {
                (day.month(), day.day()) == (10, 1) && *kind == DayKind::Holiday
            })
            .map(|(day, _)| day.year())
            .collect();
        Ok(calendar)
    }

    fn insert(&mut self, row: CalendarRow<'_>) -> Result<(), String> {
        let Ok(date) = row.date.parse::<Date>() else {
            return Err(format!("“{}”不是日期，应为2026-05-01的形式", row.date));
        };
        let kind = match row.kind {
            "holiday" => DayKind::Holiday,
            "workday" => DayKind::Workday,
            other => return Err(format!("{date}：“{other}”应为holiday或workday")),
        };
        if self
            .exceptions
            .insert(date, (kind, row.name.to_owned()))
            .is_some()
        {
            return Err(format!("{date}出现了两次"));
        }
        Ok(())
    }

    /// Years with a complete table.
    pub fn years(&self) -> impl Iterator<Item = i16> + '_ {
        self.years.iter().copied()
    }

    /// Whether people work on this day. In a year without a table: Monday to
    /// Friday; the counting functions name such years.
    pub fn is_working_day(&self, day: Date) -> bool {
        match self.exceptions.get(&day) {
            Some((kind, _)) => *kind == DayKind::Workday,
            None => !matches!(day.weekday(), Weekday::Saturday | Weekday::Sunday),
        }
    }

    /// Name of the holiday, or of the holiday a make-up workday belongs to.
    pub fn name_of(&self, day: Date) -> Option<&str> {
        self.exceptions.get(&day).map(|(_, name)| name.as_str())
    }

    /// The last day on time when `limit` days are given and the event was on
    /// `start` (day 0). A limit of 0 is the same day.
    pub fn deadline(&self, start: Date, limit: u16, unit: DayUnit) -> CountedDate {
        if unit == DayUnit::Natural {
            return CountedDate {
                date: plus_days(start, limit.into()),
                missing_years: Vec::new(),
            };
        }
        let mut missing = BTreeSet::new();
        let mut date = start;
        let mut counted = 0;
        while counted < limit {
            let Ok(next) = date.tomorrow() else { break };
            date = next;
            self.note_missing(date, &mut missing);
            if self.is_working_day(date) {
                counted += 1;
            }
        }
        CountedDate {
            date,
            missing_years: missing.into_iter().collect(),
        }
    }

    /// Moves a last day that is no working day to the next one. A switch of the
    /// pack (`shift_last_day_off_holiday`), off unless a document says so.
    pub fn shift_last_day_off_holiday(&self, deadline: CountedDate) -> CountedDate {
        let mut missing: BTreeSet<i16> = deadline.missing_years.into_iter().collect();
        let mut date = deadline.date;
        self.note_missing(date, &mut missing);
        while !self.is_working_day(date) {
            let Ok(next) = date.tomorrow() else { break };
            date = next;
            self.note_missing(date, &mut missing);
        }
        CountedDate {
            date,
            missing_years: missing.into_iter().collect(),
        }
    }

    /// Days used from `start` (day 0) up to and including `today`; 0 when
    /// `today` is not after `start`. On time means `days <= limit`.
    pub fn days_used(&self, start: Date, today: Date, unit: DayUnit) -> CountedDays {
        let natural = u32::try_from(start.duration_until(today).as_hours() / 24).unwrap_or(0);
        if unit == DayUnit::Natural {
            return CountedDays {
                days: natural,
                missing_years: Vec::new(),
            };
        }
        let mut missing = BTreeSet::new();
        let mut days = 0;
        let mut date = start;
        while date < today {
            let Ok(next) = date.tomorrow() else { break };
            date = next;
            self.note_missing(date, &mut missing);
            days += u32::from(self.is_working_day(date));
        }
        CountedDays {
            days,
            missing_years: missing.into_iter().collect(),
        }
    }

    /// The first day on which one may act after something had to stand for
    /// `days` full days: posted on 1 May for 5 days it stands 2 to 6 May, and
    /// the next step may be taken from 00:00 of 7 May.
    pub fn earliest_after_standing(
        &self,
        posted_on: Date,
        days: u16,
        unit: DayUnit,
    ) -> CountedDate {
        let last = self.deadline(posted_on, days, unit);
        CountedDate {
            date: plus_days(last.date, 1),
            missing_years: last.missing_years,
        }
    }

    fn note_missing(&self, day: Date, missing: &mut BTreeSet<i16>) {
        if !self.years.contains(&day.year()) {
            missing.insert(day.year());
        }
    }
}

/// A date some natural days later; stops at the last date there is.
pub fn plus_days(day: Date, days: i64) -> Date {
    day.saturating_add(days.days())
}

#[cfg(test)]
mod tests {
    use DayUnit::{Natural, Working};
    use jiff::civil::date;
    use proptest::prelude::*;

    use super::*;

    fn national() -> WorkCalendar {
        WorkCalendar::parse(include_str!("../../../policy/calendars/cn-workdays.csv")).unwrap()
    }

    #[test]
    fn the_national_table_is_complete_for_2020_to_2026() {
        let calendar = national();
        assert_eq!(
            calendar.years().collect::<Vec<_>>(),
            (2020..=2026).collect::<Vec<_>>()
        );
        // Working days of 2026 by the yearly notice.
        let of_2026 = calendar.days_used(date(2025, 12, 31), date(2026, 12, 31), Working);
        assert_eq!(
            of_2026,
            CountedDays {
                days: 248,
                missing_years: vec![]
            }
        );
        assert!(!calendar.is_working_day(date(2022, 5, 4)));
        assert!(
            calendar.is_working_day(date(2022, 5, 7)),
            "Saturday made up"
        );
        assert_eq!(calendar.name_of(date(2022, 5, 7)), Some("劳动节"));
    }

    #[test]
    fn the_day_of_the_event_is_day_zero() {
        let calendar = national();
        assert_eq!(
            calendar.deadline(date(2022, 5, 1), 15, Natural).date,
            date(2022, 5, 16)
        );
        assert_eq!(
            calendar
                .days_used(date(2022, 5, 1), date(2022, 5, 16), Natural)
                .days,
            15
        );
        assert_eq!(
            calendar.deadline(date(2022, 5, 1), 0, Working).date,
            date(2022, 5, 1)
        );
        assert_eq!(
            calendar
                .days_used(date(2022, 5, 9), date(2022, 5, 1), Natural)
                .days,
            0
        );
        assert_eq!(
            calendar
                .days_used(date(2022, 5, 9), date(2022, 5, 1), Working)
                .days,
            0
        );
    }

    #[test]
    fn a_notice_of_1_may_for_five_days_frees_7_may() {
        let calendar = national();
        let free = calendar.earliest_after_standing(date(2022, 5, 1), 5, Natural);
        assert_eq!(free.date, date(2022, 5, 7));
        // Working days: 5, 6, 7 (made up), 9, 10 May.
        let free = calendar.earliest_after_standing(date(2022, 5, 1), 5, Working);
        assert_eq!(free.date, date(2022, 5, 11));
    }

    #[test]
    fn a_missing_year_is_named() {
        let calendar = national();
        let deadline = calendar.deadline(date(2026, 12, 30), 5, Working);
        assert_eq!(deadline.missing_years, vec![2027]);
        assert!(
            missing_years_warning(&deadline.missing_years)
                .unwrap()
                .contains("2027年")
        );
        assert_eq!(missing_years_warning(&[]), None);
        assert!(
            calendar
                .deadline(date(2026, 12, 30), 5, Natural)
                .missing_years
                .is_empty()
        );
        assert_eq!(
            calendar
                .days_used(date(2019, 12, 30), date(2020, 1, 2), Working)
                .missing_years,
            vec![2019]
        );
        let january = WorkCalendar::parse("date,kind,name\n2027-01-01,holiday,元旦\n").unwrap();
        assert_eq!(january.years().count(), 0);
    }

    #[test]
    fn the_last_day_moves_off_a_holiday_only_when_asked() {
        let calendar = national();
        let deadline = calendar.deadline(date(2022, 9, 23), 10, Natural);
        assert_eq!(deadline.date, date(2022, 10, 3));
        assert_eq!(
            calendar.shift_last_day_off_holiday(deadline).date,
            date(2022, 10, 8)
        );
    }

    #[test]
    fn year_ends_and_leap_days_count() {
        let calendar = national();
        assert_eq!(
            calendar.deadline(date(2024, 2, 28), 2, Natural).date,
            date(2024, 3, 1)
        );
        assert_eq!(
            calendar.deadline(date(2023, 2, 28), 2, Natural).date,
            date(2023, 3, 2)
        );
        assert_eq!(
            calendar.deadline(date(2025, 12, 31), 1, Working).date,
            date(2026, 1, 4)
        );
        assert_eq!(calendar.deadline(Date::MAX, 9, Working).date, Date::MAX);
        assert_eq!(calendar.deadline(Date::MAX, 9, Natural).date, Date::MAX);
    }

    #[test]
    fn a_faulty_table_is_refused_with_its_line() {
        let fail = |text: &str| WorkCalendar::parse(text).unwrap_err();
        assert_eq!(
            fail("date,kind,name\n2026-01-01,holiday,元旦\n2026-13-01,holiday,x\n").line,
            3
        );
        assert!(
            fail("date,kind,name\n2026-01-01,rest,元旦\n")
                .reason
                .contains("holiday")
        );
        assert!(
            fail("date,kind,name\n2026-01-01,holiday,a\n2026-01-01,holiday,a\n")
                .reason
                .contains("两次")
        );
        assert_eq!(fail("date,kind\n2026-01-01,holiday\n").line, 2);
    }

    fn any_day() -> impl Strategy<Value = Date> {
        (0i64..2900).prop_map(|days| plus_days(date(2019, 6, 1), days))
    }

    fn any_unit() -> impl Strategy<Value = DayUnit> {
        prop_oneof![Just(Natural), Just(Working)]
    }

    proptest! {
        #[test]
        fn deadlines_are_monotonic(start in any_day(), limit in 0u16..120, unit in any_unit()) {
            let calendar = national();
            let deadline = calendar.deadline(start, limit, unit).date;
            prop_assert!(calendar.deadline(start, limit + 1, unit).date > deadline);
            prop_assert!(calendar.deadline(plus_days(start, 1), limit, unit).date >= deadline);
            prop_assert!(calendar.deadline(start, limit, Working).date
                >= calendar.deadline(start, limit, Natural).date);
        }

        #[test]
        fn counting_and_deadline_agree(start in any_day(), limit in 1u16..120, unit in any_unit()) {
            let calendar = national();
            let deadline = calendar.deadline(start, limit, unit).date;
            prop_assert_eq!(calendar.days_used(start, deadline, unit).days, u32::from(limit));
            let before = calendar.days_used(start, plus_days(deadline, -1), unit).days;
            prop_assert_eq!(before, u32::from(limit) - 1);
            prop_assert!(calendar.earliest_after_standing(start, limit, unit).date > deadline);
        }

        #[test]
        fn a_shifted_last_day_is_a_working_day(start in any_day(), limit in 0u16..60) {
            let calendar = national();
            let plain = calendar.deadline(start, limit, Natural);
            let shifted = calendar.shift_last_day_off_holiday(plain.clone());
            prop_assert!(shifted.date >= plain.date && calendar.is_working_day(shifted.date));
        }
    }
}
