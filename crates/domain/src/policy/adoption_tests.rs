use jiff::ToSpan as _;
use jiff::civil::date;
use proptest::prelude::*;

use super::*;

const PROVINCE: &str = "410000000000";
const CITY: &str = "410300000000";
const COUNTY: &str = "410327000000";
const VILLAGE: &str = "410327101201";

fn code(text: &str) -> DivisionCode {
    text.parse().expect("a code")
}

fn day(number: i16) -> Date {
    date(2020, 1, 1)
        .checked_add(i32::from(number).days())
        .expect("a day")
}

fn entry(id: &str, place: &str, from: i16, until: Option<i16>) -> Adoption {
    Adoption {
        id: id.into(),
        pack_id: format!("pack-{id}"),
        jurisdiction: code(place),
        period: Period {
            from: day(from),
            until: until.map(day),
        },
    }
}

fn terms() -> PackTerms {
    PackTerms {
        jurisdiction: Some(code(PROVINCE)),
        effective_from: Some(day(0)),
    }
}

fn governs(timeline: &Timeline, at: i16) -> Option<&str> {
    timeline
        .governing(code(VILLAGE), day(at))
        .map(|a| a.id.as_str())
}

#[test]
fn the_nearest_jurisdiction_wins() {
    let timeline = Timeline::new(vec![
        entry("county", COUNTY, 20, Some(30)),
        entry("province", PROVINCE, 0, None),
        entry("city", CITY, 10, Some(40)),
    ]);
    for (at, expected) in [
        (0, "province"),
        (10, "city"),
        (20, "county"),
        (29, "county"),
        (30, "city"),
        (40, "province"),
    ] {
        assert_eq!(governs(&timeline, at), Some(expected), "day {at}");
    }
    assert_eq!(governs(&timeline, -1), None);
    assert_eq!(timeline.governing(code("420000000000"), day(20)), None);
}

#[test]
fn a_period_ends_before_its_last_day() {
    let two = Timeline::new(vec![
        entry("a", CITY, 0, Some(5)),
        entry("b", CITY, 5, None),
    ]);
    assert_eq!((governs(&two, 4), governs(&two, 5)), (Some("a"), Some("b")));
    assert!(two.overlaps(code(CITY)).is_empty());
    assert!(two.gaps(code(CITY)).is_empty());
}

#[test]
fn an_overlap_is_named_and_its_end_is_proposed_never_made() {
    let timeline = Timeline::new(vec![entry("old", CITY, 0, None)]);
    let new = entry("new", CITY, 10, None);
    assert_eq!(
        timeline.check(&new, terms(), false),
        [Finding::Overlap {
            other: "old".into(),
            days: new.period,
            proposed_until: Some(day(10)),
        }]
    );
    assert_eq!(governs(&timeline, 11), Some("old"), "nothing has changed");
    assert!(timeline.check(&new, terms(), true).is_empty());
    let earlier = entry("earlier", CITY, -5, None);
    let unlimited = PackTerms {
        effective_from: None,
        ..terms()
    };
    assert!(
        matches!(
            timeline.check(&earlier, unlimited, true)[..],
            [Finding::Overlap {
                proposed_until: None,
                ..
            }]
        ),
        "one that begins later is not cut from behind"
    );
}

#[test]
fn gaps_lie_between_entries_and_after_the_last() {
    let timeline = Timeline::new(vec![
        entry("a", CITY, 0, Some(5)),
        entry("b", CITY, 8, Some(12)),
        entry("province", PROVINCE, 0, None),
    ]);
    let open = |from: i16, until: Option<i16>| Period {
        from: day(from),
        until: until.map(day),
    };
    assert_eq!(
        timeline.gaps(code(CITY)),
        [open(5, Some(8)), open(12, None)]
    );
    assert!(timeline.gaps(code(PROVINCE)).is_empty());
    assert!(timeline.gaps(code(COUNTY)).is_empty());
    let later = entry("c", CITY, 15, None);
    assert_eq!(
        timeline.check(&later, terms(), false),
        [Finding::Gap {
            days: open(12, Some(15))
        }]
    );
    assert!(
        timeline
            .check(&entry("c", CITY, 12, None), terms(), false)
            .is_empty()
    );
}

#[test]
fn a_pack_stays_inside_its_jurisdiction_and_its_dates() {
    let timeline = Timeline::default();
    let own = Some(code(PROVINCE));
    assert_eq!(
        timeline.check(&entry("x", "440229000000", 1, None), terms(), false),
        [Finding::OutsideJurisdiction { own }]
    );
    assert_eq!(
        timeline.check(&entry("x", CITY, -1, None), terms(), false),
        [Finding::BeforeEffective { earliest: day(0) }]
    );
    assert_eq!(
        timeline.check(&entry("x", CITY, 5, Some(5)), terms(), false),
        [Finding::EmptyPeriod]
    );
    let base = PackTerms {
        jurisdiction: None,
        effective_from: None,
    };
    assert_eq!(
        timeline.check(&entry("x", CITY, 5, None), base, false),
        [Finding::OutsideJurisdiction { own: None }]
    );
}

#[test]
fn what_has_begun_is_ended_not_taken_back() {
    use AdoptionStatus::{Draft, InForce, Withdrawn};
    let (from, before) = (day(5), day(4));
    assert!(InForce.may_withdraw(from, before));
    assert!(!InForce.may_withdraw(from, from));
    assert!(Draft.may_withdraw(before, from));
    assert!(!Withdrawn.may_withdraw(from, before));
    for status in [Draft, InForce, Withdrawn] {
        assert_eq!(AdoptionStatus::parse(status.as_str()), Some(status));
    }
}

#[test]
fn the_entry_that_made_room_is_known() {
    let timeline = Timeline::new(vec![
        entry("old", CITY, 0, Some(10)),
        entry("elsewhere", COUNTY, 0, Some(10)),
        entry("new", CITY, 10, None),
    ]);
    let new = timeline.of(code(CITY))[1].clone();
    assert_eq!(
        timeline.predecessor(&new).map(|a| a.id.as_str()),
        Some("old")
    );
}

fn entries() -> impl Strategy<Value = Vec<Adoption>> {
    let places = prop::sample::select(vec![PROVINCE, CITY, COUNTY]);
    let one = (places, 0_i16..60, prop::option::of(1_i16..30));
    prop::collection::vec(one, 0..12).prop_map(|list| {
        list.into_iter()
            .enumerate()
            .map(|(id, (place, from, length))| {
                entry(&id.to_string(), place, from, length.map(|l| from + l))
            })
            .collect()
    })
}

/// Adds one after the other as an officer would: ends the one before when asked.
fn adopt_all(list: Vec<Adoption>) -> Timeline {
    list.into_iter().fold(Timeline::default(), |mut at, new| {
        let free = at
            .check(&new, terms(), true)
            .iter()
            .all(|f| matches!(f, Finding::Gap { .. }));
        if free {
            at.end_for(&new);
            at.adoptions.push(new);
        }
        at
    })
}

proptest! {
    #[test]
    fn who_governs_covers_the_day_and_nobody_nearer_does(list in entries(), at in 0_i16..100) {
        let timeline = Timeline::new(list.clone());
        let village = code(VILLAGE);
        let covering: Vec<&Adoption> = list
            .iter()
            .filter(|a| a.jurisdiction.contains(village) && a.period.contains(day(at)))
            .collect();
        match timeline.governing(village, day(at)) {
            None => prop_assert!(covering.is_empty()),
            Some(found) => {
                prop_assert!(found.period.contains(day(at)));
                let nearest = covering.iter().map(|a| a.jurisdiction.level()).max();
                prop_assert_eq!(Some(found.jurisdiction.level()), nearest);
            }
        }
    }

    #[test]
    fn whatever_was_let_in_never_overlaps(list in entries()) {
        let timeline = adopt_all(list);
        for place in [PROVINCE, CITY, COUNTY] {
            prop_assert!(timeline.overlaps(code(place)).is_empty());
        }
    }

    #[test]
    fn every_day_after_the_first_is_an_entry_or_a_gap(list in entries(), at in 0_i16..120) {
        let timeline = Timeline::new(list);
        for place in [PROVINCE, CITY, COUNTY] {
            let own = timeline.of(code(place));
            let Some(first) = own.first() else { continue };
            let held = own.iter().any(|a| a.period.contains(day(at)));
            let gap = timeline.gaps(code(place)).iter().any(|g| g.contains(day(at)));
            prop_assert_eq!(held || first.period.from > day(at), !gap);
        }
    }

    #[test]
    fn an_overlap_is_found_from_both_sides(list in entries(), at in 0_i16..60, length in 1_i16..30) {
        let timeline = adopt_all(list);
        let new = entry("new", CITY, at, Some(at + length));
        let found = timeline
            .check(&new, terms(), false)
            .iter()
            .any(|f| matches!(f, Finding::Overlap { .. }));
        let days = (at..at + length).any(|d| {
            timeline.of(code(CITY)).iter().any(|a| a.period.contains(day(d)))
        });
        prop_assert_eq!(found, days);
    }

    #[test]
    fn a_gap_is_told_exactly_where_own_days_end(list in entries(), at in 0_i16..60, length in prop::option::of(1_i16..30), probe in 0_i16..120) {
        let timeline = adopt_all(list);
        let new = entry("new", CITY, at, length.map(|l| at + l));
        let mut after = timeline.clone();
        after.end_for(&new);
        after.adoptions.push(new.clone());
        let told = timeline.check(&new, terms(), true).iter().any(|f| {
            matches!(f, Finding::Gap { days } if days.contains(day(probe)))
        });
        let held = |t: &Timeline| t.of(code(CITY)).iter().any(|a| a.period.contains(day(probe)));
        if held(&timeline) && !held(&after) {
            prop_assert!(told, "an own day is lost untold");
        }
        if told {
            prop_assert!(!held(&after));
        }
    }
}
