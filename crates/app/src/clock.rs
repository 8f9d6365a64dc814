//! The injected clock. In a demonstration its date can be moved, so that one
//! case can be walked from lead to archive in five minutes.

use std::sync::atomic::{AtomicI64, Ordering};

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

/// Real time plus an offset of whole days.
#[derive(Debug, Default)]
pub struct Clock {
    offset_days: AtomicI64,
    /// Fixed time for tests, in milliseconds; 0 means the real clock.
    fixed_millis: AtomicI64,
}

impl Clock {
    /// The machine's clock, moved by an offset.
    pub fn system(offset_days: i64) -> Self {
        Self {
            offset_days: AtomicI64::new(offset_days),
            fixed_millis: AtomicI64::new(0),
        }
    }

    /// A clock that stands at 09:00 of a day in Shanghai until it is moved.
    pub fn fixed(day: Date) -> Self {
        let clock = Self::default();
        clock.set_fixed(day);
        clock
    }

    fn set_fixed(&self, day: Date) {
        let millis = day
            .at(9, 0, 0, 0)
            .to_zoned(zone())
            .map_or(0, |z| z.timestamp().as_millisecond());
        self.fixed_millis.store(millis, Ordering::SeqCst);
    }

    /// Now, in milliseconds since 1970 in UTC.
    pub fn now_millis(&self) -> i64 {
        let fixed = self.fixed_millis.load(Ordering::SeqCst);
        if fixed != 0 {
            return fixed;
        }
        self.real_millis() + self.offset_days.load(Ordering::SeqCst) * 86_400_000
    }

    /// The machine's own time: sessions and lock-outs never follow a moved date.
    #[expect(
        clippy::disallowed_methods,
        reason = "the one place that reads the machine's clock"
    )]
    pub fn real_millis(&self) -> i64 {
        let fixed = self.fixed_millis.load(Ordering::SeqCst);
        if fixed != 0 {
            fixed
        } else {
            Timestamp::now().as_millisecond()
        }
    }

    /// Today in Asia/Shanghai.
    pub fn today(&self) -> Date {
        date_of(self.now_millis())
    }

    /// Lets time pass on a fixed clock; a real one passes by itself.
    pub fn advance(&self, time: SignedDuration) {
        let millis = i64::try_from(time.as_millis()).unwrap_or(0);
        if self.fixed_millis.load(Ordering::SeqCst) != 0 {
            self.fixed_millis.fetch_add(millis, Ordering::SeqCst);
        }
    }

    /// Moves the clock so that today is `day`; returns the offset to remember.
    pub fn move_to(&self, day: Date) -> i64 {
        if self.fixed_millis.load(Ordering::SeqCst) != 0 {
            self.set_fixed(day);
            return 0;
        }
        let real_today = date_of(self.real_millis());
        let offset = real_today.duration_until(day).as_hours() / 24;
        self.offset_days.store(offset, Ordering::SeqCst);
        offset
    }
}

fn zone() -> TimeZone {
    TimeZone::fixed(jiff::tz::offset(8))
}

/// The Shanghai date of an instant.
pub fn date_of(millis: i64) -> Date {
    Timestamp::from_millisecond(millis)
        .unwrap_or(Timestamp::UNIX_EPOCH)
        .to_zoned(zone())
        .date()
}

/// The last millisecond of a day in Shanghai.
pub fn end_of_day_millis(day: Date) -> i64 {
    day.at(23, 59, 59, 999_000_000)
        .to_zoned(zone())
        .map_or(i64::MAX, |z| z.timestamp().as_millisecond())
}

/// An instant as RFC 3339 text with the Shanghai offset.
pub fn instant_text(millis: i64) -> String {
    let zoned = Timestamp::from_millisecond(millis)
        .unwrap_or(Timestamp::UNIX_EPOCH)
        .to_zoned(zone());
    let rounded = zoned.round(jiff::Unit::Second).unwrap_or(zoned);
    rounded
        .timestamp()
        .display_with_offset(jiff::tz::offset(8))
        .to_string()
}
