//! Repeatable chance: the same seed makes the same county, on every machine.

use jiff::ToSpan as _;
use jiff::civil::Date;

/// A SplitMix64 generator with a counter for identifiers.
#[derive(Debug)]
pub(super) struct Random {
    state: u64,
    /// Milliseconds since 1970 of the next identifier; each takes one.
    id_millis: u64,
}

impl Random {
    /// Starts from a seed; identifiers count on from `id_millis`.
    pub(super) fn new(seed: u64, id_millis: u64) -> Self {
        Self {
            state: seed,
            id_millis,
        }
    }

    fn next(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.state;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// A number from 0 up to, not including, `limit`.
    pub(super) fn below(&mut self, limit: u64) -> u64 {
        // The bias of the remainder is far below anything a demo could show.
        self.next() % limit.max(1)
    }

    /// A number between two bounds, both included.
    pub(super) fn between(&mut self, low: i64, high: i64) -> i64 {
        low + i64::try_from(self.below((high - low).unsigned_abs() + 1)).unwrap_or(0)
    }

    /// True about `percent` times in a hundred.
    pub(super) fn percent(&mut self, percent: u64) -> bool {
        self.below(100) < percent
    }

    /// True about `per_mille` times in a thousand.
    pub(super) fn per_mille(&mut self, per_mille: u64) -> bool {
        self.below(1000) < per_mille
    }

    /// One of some values.
    pub(super) fn pick<T: Copy>(&mut self, items: &[T]) -> T {
        items[usize::try_from(self.below(items.len() as u64)).unwrap_or(0)]
    }

    /// One of some values, each as often as its weight says.
    pub(super) fn weighted<T: Copy>(&mut self, items: &[(T, u64)]) -> T {
        let mut left = self.below(items.iter().map(|(_, w)| w).sum());
        for (value, weight) in items {
            if left < *weight {
                return *value;
            }
            left -= weight;
        }
        items[0].0
    }

    /// A birth date of somebody who is `age` on `day`.
    pub(super) fn birth(&mut self, age: i64, day: Date) -> Date {
        let days = self.between(0, 364);
        day.saturating_sub(age.years()).saturating_sub(days.days())
    }

    /// The next identifier: a UUIDv7, later ones sort after earlier ones.
    pub(super) fn id(&mut self) -> String {
        let mut bytes = [0; 10];
        bytes[..8].copy_from_slice(&self.next().to_le_bytes());
        self.id_millis += 1;
        uuid::Builder::from_unix_timestamp_millis(self.id_millis, &bytes)
            .into_uuid()
            .to_string()
    }
}
