//! Whatever the order in which changes are recorded, the file of a day is the same.

use jiff::civil::{Date, date};
use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::household::{AssuranceRecord, IncomeStatement, Member, MemberStatus};

fn member(id: &str, relation: &str) -> Member {
    serde_json::from_value(json!({
        "id": id, "name": id, "sex": "female", "birth_on": null, "relation": relation,
        "status_since": null
    }))
    .expect("a member")
}

fn household() -> HouseholdFile {
    let mut file: HouseholdFile = serde_json::from_value(json!({
        "code": null, "village": "410327102207", "grid_id": null,
        "household_type": "ordinary_household", "lifted_year": null
    }))
    .expect("a file");
    file.members = vec![member("head", "head"), member("son", "son")];
    file
}

/// Changes that touch different things.
const INDEPENDENT: [fn(&mut HouseholdFile); 9] = [
    |f| f.phone = "19900000001".into(),
    |f| f.address = "东头".into(),
    |f| f.members.push(member("baby", "grandson")),
    |f| f.members[0].education = "primary_school".into(),
    |f| {
        if let Some(son) = f.members.iter_mut().find(|m| m.id == "son") {
            son.status = MemberStatus::Left;
        }
    },
    |f| f.members[0].health.push("chronic_disease".into()),
    |f| f.tags.push("relocated".into()),
    |f| {
        f.income.push(IncomeStatement {
            period_from: date(2021, 1, 1),
            period_to: date(2021, 12, 31),
            items: Vec::new(),
            claims_fen: 0,
            out_of_pocket_fen: 0,
            counted_persons: 2,
        });
    },
    |f| {
        f.assurances.push(AssuranceRecord {
            recorded_on: date(2022, 5, 1),
            housing_problem: true,
            schooling_problem: false,
            water_problem: false,
            insurance_problem: false,
            note: String::new(),
        });
    },
];

fn day(n: i8) -> Date {
    date(2022, 5, n)
}

/// Versions made by recording changes one after the other on a first file of 1 May.
fn recorded(changes: &[(usize, i8)]) -> Vec<FileVersion> {
    let mut file = household();
    let mut versions = vec![FileVersion {
        number: 1,
        effective_on: day(1),
        file: file.clone(),
    }];
    for (number, (change, on)) in (2..).zip(changes) {
        INDEPENDENT[*change](&mut file);
        versions.push(FileVersion {
            number,
            effective_on: day(*on),
            file: file.clone(),
        });
    }
    versions
}

fn on(versions: &[FileVersion], n: i8) -> Option<HouseholdFile> {
    as_of(versions, day(n)).expect("readable").map(|(_, f)| f)
}

#[test]
fn a_birth_does_not_show_before_its_day_because_of_a_phone_entered_late() {
    let versions = recorded(&[(2, 20), (0, 10)]);
    let before = on(&versions, 15).expect("a file");
    assert_eq!(before.phone, "19900000001");
    assert_eq!(before.members.len(), 2, "no baby yet");
    let after = on(&versions, 20).expect("a file");
    assert_eq!((after.members.len(), after.phone.len()), (3, 11));
    assert_eq!(on(&versions, 9).expect("a file").phone, "");
    assert!(as_of(&versions, date(2022, 4, 30)).expect("read").is_none());
}

#[test]
fn of_two_changes_of_one_field_the_later_in_effect_counts() {
    let mut versions = recorded(&[(0, 20)]);
    let mut file = versions[1].file.clone();
    file.phone = "19900000002".into();
    versions.push(FileVersion {
        number: 3,
        effective_on: day(10),
        file,
    });
    assert_eq!(on(&versions, 12).expect("a file").phone, "19900000002");
    assert_eq!(on(&versions, 21).expect("a file").phone, "19900000001");
}

#[test]
fn what_is_said_of_a_member_before_the_member_came_waits_for_that_day() {
    let mut versions = recorded(&[(2, 20)]);
    let mut file = versions[1].file.clone();
    file.members[2].name = "改名".into();
    versions.push(FileVersion {
        number: 3,
        effective_on: day(10),
        file,
    });
    assert_eq!(on(&versions, 15).expect("a file").members.len(), 2);
    assert_eq!(on(&versions, 25).expect("a file").members[2].name, "改名");
}

#[test]
fn what_was_known_before_a_change_was_entered() {
    let versions = recorded(&[(2, 20), (0, 10)]);
    let known = on(&versions[..2], 25).expect("a file");
    assert_eq!(known.phone, "", "the phone was not recorded yet");
    assert_eq!(known.members.len(), 3);
}

#[test]
fn a_member_who_moved_away_is_there_until_that_day() {
    let mut versions = recorded(&[(0, 10)]);
    let mut file = versions[1].file.clone();
    file.members.retain(|m| m.id != "son");
    versions.push(FileVersion {
        number: 3,
        effective_on: day(5),
        file,
    });
    assert_eq!(on(&versions, 4).expect("a file").members.len(), 2);
    assert_eq!(on(&versions, 30).expect("a file").members.len(), 1);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]
    #[test]
    fn any_order_of_recording_gives_the_same_file(
        order in Just((0..INDEPENDENT.len()).collect::<Vec<_>>()).prop_shuffle(),
        days in prop::collection::vec(2_i8..28, INDEPENDENT.len()),
    ) {
        let shuffled: Vec<_> = order.iter().map(|i| (*i, days[*i])).collect();
        let straight: Vec<_> = days.iter().copied().enumerate().collect();
        let (one, other) = (recorded(&shuffled), recorded(&straight));
        for n in (1..29).step_by(3) {
            let (a, b) = (on(&one, n).expect("a file"), on(&other, n).expect("a file"));
            prop_assert!(same(&a, &b).expect("readable"), "day {n}");
            let mut expected = household();
            for (change, _) in straight.iter().filter(|(_, d)| *d <= n) {
                INDEPENDENT[*change](&mut expected);
            }
            prop_assert!(same(&a, &expected).expect("readable"), "day {n}");
        }
        let last = &one.last().expect("versions").file;
        prop_assert!(same(&on(&one, 28).expect("a file"), last).expect("readable"));
    }
}
