//! Failed sign-ins from one address: after a few, the next has to wait, longer
//! each time. The lock of an account stops guessing one password; this stops
//! trying one password on many accounts. Kept in memory: a restart forgives.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Failures an address may have open before it waits. Generous, because an
/// office shares one address.
const FREE: i64 = 20;
/// One failure is forgiven each five minutes.
const FORGIVEN_EACH_MILLIS: i64 = 5 * 60_000;
/// The longest wait.
const LONGEST_MILLIS: i64 = 15 * 60_000;
/// Sign-ins of one address being checked at once: what fails is counted when
/// it has failed, so this bounds what slips through together.
const MOST_AT_ONCE: u32 = 100;
/// The wait where there are more.
const AT_ONCE_MILLIS: i64 = 1_000;
/// Addresses kept at most: what is forgiven soonest gives way.
const MOST_ADDRESSES: usize = 10_000;

#[derive(Debug, Clone, Copy)]
struct Failures {
    /// When the last one is forgiven; each failure moves it on.
    forgiven_at: i64,
    /// Nothing is tried before.
    open_from: i64,
    /// Attempts being checked.
    checking: u32,
}

/// The failures of every address that has any.
#[derive(Debug, Default)]
pub struct BackOff(Mutex<HashMap<IpAddr, Failures>>);

/// An attempt being checked; it counts nothing unless it has failed.
#[derive(Debug)]
pub(super) struct Attempt<'a> {
    back_off: &'a BackOff,
    address: IpAddr,
}

impl BackOff {
    fn all(&self) -> MutexGuard<'_, HashMap<IpAddr, Failures>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Begins an attempt.
    ///
    /// # Errors
    /// Milliseconds to wait, when nothing may be tried yet.
    pub(super) fn attempt(&self, address: IpAddr, now: i64) -> Result<Attempt<'_>, i64> {
        let address = neighbourhood(address);
        let mut all = self.all();
        if all.len() >= MOST_ADDRESSES && !all.contains_key(&address) {
            all.retain(|_, f| f.forgiven_at > now || f.checking > 0);
            let soonest = all.iter().min_by_key(|(_, f)| f.forgiven_at);
            if let Some(soonest) = soonest.map(|(a, _)| *a)
                && all.len() >= MOST_ADDRESSES
            {
                all.remove(&soonest);
            }
        }
        let failures = all.entry(address).or_insert(Failures {
            forgiven_at: now,
            open_from: now,
            checking: 0,
        });
        if failures.open_from > now {
            return Err(failures.open_from - now);
        }
        if failures.checking >= MOST_AT_ONCE {
            return Err(AT_ONCE_MILLIS);
        }
        failures.checking += 1;
        Ok(Attempt {
            back_off: self,
            address,
        })
    }
}

impl Attempt<'_> {
    /// Counts a failure.
    pub(super) fn failed(self, now: i64) {
        if let Some(failures) = self.back_off.all().get_mut(&self.address) {
            failures.forgiven_at = failures.forgiven_at.max(now) + FORGIVEN_EACH_MILLIS;
            let left = failures.forgiven_at - now;
            let open = (left + FORGIVEN_EACH_MILLIS - 1) / FORGIVEN_EACH_MILLIS;
            if open > FREE {
                let doublings = u32::try_from(open - FREE).unwrap_or(u32::MAX).min(20);
                failures.open_from = now + (1_000_i64 << doublings).min(LONGEST_MILLIS);
            }
        }
    }
}

impl Drop for Attempt<'_> {
    fn drop(&mut self) {
        let mut all = self.back_off.all();
        if let Some(failures) = all.get_mut(&self.address) {
            failures.checking = failures.checking.saturating_sub(1);
            // An address without failures is not remembered.
            if failures.checking == 0 && failures.forgiven_at <= failures.open_from {
                all.remove(&self.address);
            }
        }
    }
}

/// One subscriber has a whole IPv6 network of 64 bits.
fn neighbourhood(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(v6) => {
            let [a, b, c, d, ..] = v6.segments();
            Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0).into()
        }
        v4 => v4,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(text: &str) -> IpAddr {
        text.parse().expect("an address")
    }

    fn fail(back_off: &BackOff, from: IpAddr, now: i64) {
        back_off.attempt(from, now).expect("open").failed(now);
    }

    #[test]
    fn waits_double_up_to_a_quarter_of_an_hour_and_are_forgiven() {
        let back_off = BackOff::default();
        let office = address("10.0.0.7");
        for _ in 0..FREE {
            fail(&back_off, office, 0);
        }
        let (mut now, mut waits) = (0, Vec::new());
        for _ in 0..12 {
            fail(&back_off, office, now);
            let wait = back_off.attempt(office, now).expect_err("closed");
            waits.push(wait / 1_000);
            now += wait;
        }
        assert_eq!(waits[..6], [2, 4, 8, 16, 32, 64]);
        assert!(waits.iter().all(|w| *w <= 900), "{waits:?}");
        // Another address is another matter.
        fail(&back_off, address("10.0.0.8"), now);
        now += FORGIVEN_EACH_MILLIS * 40;
        for _ in 0..FREE {
            fail(&back_off, office, now);
        }
    }

    #[test]
    fn success_counts_nothing_and_is_not_remembered() {
        let back_off = BackOff::default();
        let office = address("10.0.0.7");
        for _ in 0..1_000 {
            drop(back_off.attempt(office, 0).expect("open"));
        }
        assert!(back_off.all().is_empty());
        let at_once: Vec<_> = (0..MOST_AT_ONCE)
            .map(|_| back_off.attempt(office, 0).expect("open"))
            .collect();
        assert_eq!(back_off.attempt(office, 0).err(), Some(AT_ONCE_MILLIS));
        drop(at_once);
        drop(back_off.attempt(office, 0).expect("open"));
    }

    #[test]
    fn one_ipv6_network_is_one_address_and_memory_is_bounded() {
        let back_off = BackOff::default();
        for host in 0..=FREE {
            fail(&back_off, address(&format!("2001:db8::{host:x}")), 0);
        }
        assert!(back_off.attempt(address("2001:db8::ffff"), 0).is_err());
        for many in 0..20_000_u32 {
            fail(&back_off, IpAddr::V4(many.into()), 1);
        }
        assert_eq!(back_off.all().len(), MOST_ADDRESSES);
    }
}
