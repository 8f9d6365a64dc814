use jiff::civil::date;
use serde_json::json;

use super::*;
use crate::household::MemberStatus;

fn file(members: &[&str]) -> HouseholdFile {
    let member = |(index, id): (usize, &&str)| {
        json!({"id": id, "name": id, "sex": "female", "birth_on": null, "status_since": null,
            "relation": if index == 0 { "head" } else { "other" }})
    };
    serde_json::from_value(json!({
        "code": null, "village": "410327102207", "grid_id": null, "lifted_year": null,
        "household_type": "ordinary_household",
        "members": members.iter().enumerate().map(member).collect::<Vec<_>>(),
    }))
    .expect("a file")
}

fn day(n: i8) -> Date {
    date(2022, 5, n)
}

/// A file of 1 May; the son came on the 10th, the daughter left the file on the 20th.
fn timeline() -> Timeline {
    let files = [
        (1, file(&["head", "daughter"])),
        (10, file(&["head", "daughter", "son"])),
        (20, file(&["head", "son"])),
        (5, {
            let mut named = file(&["head", "son"]);
            named.members[0].name = "改名".into();
            named
        }),
    ];
    let versions: Vec<FileVersion> = (1..)
        .zip(files)
        .map(|(number, (on, file))| FileVersion {
            number,
            effective_on: day(on),
            file,
        })
        .collect();
    Timeline::of(&versions).expect("a timeline")
}

#[test]
fn nothing_is_dated_before_the_file_or_before_what_it_says_of_the_people() {
    let t = timeline();
    assert_eq!((t.first_day, t.last_day), (day(1), day(20)));
    assert!(t.has_begun("这户", day(1)).is_ok() && t.has_begun("这户", date(2022, 4, 30)).is_err());
    assert!(t.may_take(["son"], day(10)).is_ok());
    let faults = t
        .may_take(["head", "son"], day(9))
        .expect_err("the son came later");
    assert!(faults[0].message.contains("2022年5月10日"), "{faults:?}");
    assert!(t.may_take(["daughter"], day(19)).is_err(), "she left later");
    assert!(t.may_take(["head"], day(5)).is_ok() && t.may_take(["head"], day(4)).is_err());
    assert!(t.may_end(day(20)).is_ok() && t.may_end(day(19)).is_err());
}

#[test]
fn a_death_holds_from_its_day_but_not_before_the_file() {
    let t = timeline();
    assert_eq!(t.ended_on("head", day(7)), Ok(day(7)));
    assert_eq!(t.ended_on("head", date(2022, 4, 1)), Ok(day(1)));
    assert_eq!(t.ended_on("son", day(10)), Ok(day(10)));
    assert!(t.ended_on("son", day(9)).is_err(), "he was not there");
}

#[test]
fn everybody_is_in_one_file_afterwards() {
    let mut persons = Persons::of(&file(&["head", "son"]));
    persons.also(&file(&["other"]));
    persons.came("baby");
    persons.went("son");
    let (one, two) = (file(&["head", "baby"]), file(&["other"]));
    let stands =
        |is: &HouseholdFile| persons.are_conserved(&[(is.clone(), &one), (two.clone(), &two)]);
    assert!(stands(&one).is_ok());
    assert!(stands(&file(&["head"])).is_err(), "the baby is nowhere");
    assert!(stands(&file(&["head", "baby", "other"])).is_err(), "in two");
    assert!(
        stands(&file(&["head", "baby", "son"])).is_err(),
        "came back"
    );
    let mut two_heads = one.clone();
    two_heads.members[1].relation = "head".into();
    assert!(stands(&two_heads).is_err());
    let mut dead = one.clone();
    dead.members[1].status = MemberStatus::Died;
    assert!(stands(&dead).is_err());
}
