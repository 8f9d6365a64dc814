//! Changes of a household: what cannot be true is refused with its field, what
//! was wrong is put right, and the file of a day follows the day of effect.

use domain::identity_number::IdentityNumber;
use jiff::civil::date;
use serde_json::{Value, json};

use crate::forms;
use crate::leads::episode;
use crate::place::HOME;
use crate::test_app::{Reply, TestApp};

pub async fn file(test: &TestApp, household: &str, query: &str) -> Value {
    test.village()
        .get(&format!("/households/{household}{query}"))
        .await
        .ok()
}

/// Registers a change taking effect on a day.
pub async fn change_on(test: &TestApp, household: &str, on: &str, change: Value) -> Reply {
    let version = file(test, household, "").await["version"].clone();
    let form = json!({
        "expected_version": version, "effective_on": on, "reason": "入户核实",
        "collected_by": "采集人", "change": change,
    });
    test.village()
        .post(&format!("/households/{household}/changes"), form)
        .await
}

pub async fn change(test: &TestApp, household: &str, change: Value) -> Reply {
    change_on(test, household, "2022-05-01", change).await
}

/// Refused, naming the field.
#[track_caller]
pub fn refused(reply: Reply, field: &str) {
    let text = reply.text();
    let body = reply.problem(422, "invalid");
    assert!(body.to_string().contains(&format!("\"{field}\"")), "{text}");
}

/// A household of 20 April, on 1 May.
async fn started(number: u16) -> (TestApp, String) {
    let test = TestApp::sqlite().await;
    test.go_to(date(2022, 4, 20));
    let household = test.village().add_household(HOME, number).await;
    test.go_to(date(2022, 5, 1));
    (test, household)
}

fn baby(birth_on: &str) -> Value {
    json!({"name": "李小满", "relation": "daughter", "sex": "female", "birth_on": birth_on,
        "health": ["healthy"], "labour": "none"})
}

pub fn id(file: &Value, index: usize) -> Value {
    file["members"][index]["id"].clone()
}

#[tokio::test]
async fn a_change_entered_late_brings_nothing_later_along() {
    let (test, household) = started(1).await;
    test.go_to(date(2022, 5, 21));
    let born = json!({"kind": "member_born", "member": baby("2022-05-20")});
    change_on(&test, &household, "2022-05-20", born).await.ok();
    test.go_to(date(2022, 5, 25));
    let moved = json!({"kind": "contact", "address": "新址", "phone": null});
    change_on(&test, &household, "2022-05-10", moved).await.ok();
    let count = |file: &Value| file["members"].as_array().map(Vec::len);
    let before = file(&test, &household, "?as_of=2022-05-15").await;
    assert_eq!(
        (count(&before), before["address"].as_str()),
        (Some(3), Some("新址"))
    );
    let after = file(&test, &household, "?as_of=2022-05-20").await;
    assert_eq!(
        (count(&after), after["address"].as_str()),
        (Some(4), Some("新址"))
    );
    let known = file(&test, &household, "?as_of=2022-05-20&known_on=2022-05-22").await;
    assert_eq!(count(&known), Some(4));
    assert_ne!(known["address"], "新址", "not recorded yet");
}

#[tokio::test]
async fn what_cannot_be_true_of_a_person_is_refused() {
    let (test, household) = started(1).await;
    let born = |member: Value| json!({"kind": "member_born", "member": member});
    let joined = |member: Value| json!({"kind": "member_joined", "member": member});
    let with = |base: &str, key: &str, value: Value| {
        let mut member = baby(base);
        member[key] = value;
        member
    };
    for (change_form, field) in [
        (born(baby("2022-06-01")), "birth_on"),
        (born(baby("1950-01-01")), "birth_on"),
        (
            born(with("2022-04-25", "relation", json!("son"))),
            "relation",
        ),
        (
            joined(with("2001-01-01", "relation", json!("head"))),
            "relation",
        ),
        // A child is nobody's spouse or mother; nobody has two.
        (
            born(with("2022-04-25", "relation", json!("spouse"))),
            "relation",
        ),
        (
            joined(with("2010-01-01", "relation", json!("mother"))),
            "relation",
        ),
        (
            joined(with("1990-01-01", "relation", json!("spouse"))),
            "relation",
        ),
        (
            born(with("2022-04-25", "birth_on", json!(null))),
            "birth_on",
        ),
        (joined(with("2001-01-01", "health", json!([]))), "health"),
        (joined(with("2001-01-01", "labour", json!(""))), "labour"),
        (joined(with("2001-01-01", "name", json!("12345"))), "name"),
        (
            joined(with("2001-01-01", "name", json!("<img src=x>"))),
            "name",
        ),
        (
            joined(with("2001-01-01", "name", json!("李\u{202e}满"))),
            "name",
        ),
        (
            joined(with("2001-01-01", "name", json!("李\u{200b}满"))),
            "name",
        ),
        (
            joined(with("2001-01-01", "relation", json!("zz"))),
            "relation",
        ),
        (
            joined(with("2001-01-01", "health", json!(["zz"]))),
            "health",
        ),
        (joined(with("2001-01-01", "labour", json!("zz"))), "labour"),
    ] {
        refused(change(&test, &household, change_form).await, field);
    }
    let mut both = with("2001-01-01", "education", json!("primary_school"));
    both["school_stage"] = json!("grade_7");
    refused(
        change(&test, &household, joined(both)).await,
        "school_stage",
    );
    // The number says a woman born on 5 March 1990.
    let number = IdentityNumber::invent(1, date(1990, 3, 5), 700).expect("a number");
    let numbered = |birth_on: &str, sex: &str| {
        joined(
            json!({"name": "某人", "relation": "other", "sex": sex, "birth_on": birth_on,
            "health": ["healthy"], "labour": "ordinary", "document_number": number.reveal()}),
        )
    };
    refused(
        change(&test, &household, numbered("1991-03-05", "female")).await,
        "birth_on",
    );
    refused(
        change(&test, &household, numbered("1990-03-05", "male")).await,
        "sex",
    );
    change(&test, &household, numbered("1990-03-05", "female"))
        .await
        .ok();
    refused(
        change(&test, &household, numbered("1990-03-05", "female")).await,
        "document_number",
    );
    let now = file(&test, &household, "").await;
    let died = json!({"kind": "member_died", "member_id": id(&now, 2), "on": "2010-01-01"});
    refused(change(&test, &household, died).await, "on");
    let child = json!({"kind": "head", "member_id": id(&now, 2)});
    refused(change(&test, &household, child).await, "member_id");

    let mut form = forms::household(HOME, 7);
    form["household_type"] = json!("zz");
    refused(
        test.village().post("/households", form).await,
        "household_type",
    );
    let mut twice = forms::household(HOME, 8);
    let number = IdentityNumber::invent(1, date(1990, 3, 5), 702).expect("a number");
    twice["members"][1]["document_number"] = json!(number.reveal());
    twice["members"][1]["birth_on"] = json!("1990-03-05");
    twice["members"][2] = twice["members"][1].clone();
    twice["members"][2]["relation"] = json!("other");
    test.village()
        .post("/households", twice)
        .await
        .problem(422, "invalid");
}

#[tokio::test]
async fn what_cannot_be_true_of_money_and_guarantees_is_refused() {
    let (test, household) = started(1).await;
    let statement = |to: &str, persons: u16, items: Value| {
        json!({"kind": "income", "statement": {"period_from": "2021-05-01", "period_to": to,
            "counted_persons": persons, "items": items}})
    };
    let wage = |amount: i64| json!({"source": "wage.migrant_work", "amount_fen": amount});
    for (form, field) in [
        (statement("2030-04-30", 3, json!([wage(1)])), "period_to"),
        (
            statement("2022-04-30", 99, json!([wage(1)])),
            "counted_persons",
        ),
        (statement("2022-04-30", 3, json!([wage(-1)])), "items"),
        (
            statement("2022-04-30", 3, json!([wage(1), wage(2)])),
            "items",
        ),
        (
            statement("2022-04-30", 3, json!([{"source": "zz", "amount_fen": 1}])),
            "items",
        ),
        (
            json!({"kind": "assurances", "record": {"recorded_on": "2022-05-02", "housing_problem": true,
                "schooling_problem": false, "water_problem": false, "insurance_problem": false}}),
            "recorded_on",
        ),
    ] {
        refused(change(&test, &household, form).await, field);
    }
}

#[tokio::test]
async fn a_household_whose_head_died_has_a_new_one() {
    let (test, household) = started(1).await;
    let now = file(&test, &household, "").await;
    let died = |new_head: Value| {
        json!({"kind": "member_died", "member_id": id(&now, 0), "on": "2022-05-01",
            "new_head_id": new_head, "relations": {id(&now, 2).as_str().expect("an id"): "son"}})
    };
    refused(
        change(&test, &household, died(json!(null))).await,
        "new_head_id",
    );
    refused(
        change(&test, &household, died(id(&now, 2))).await,
        "new_head_id",
    );
    change(&test, &household, died(id(&now, 1))).await.ok();
    let after = file(&test, &household, "").await;
    assert_eq!(after["head_name"], now["members"][1]["name"]);
    assert_eq!(after["members"][1]["relation"], "head");
}

#[tokio::test]
async fn a_correction_keeps_the_old_value_in_the_version_before() {
    let (test, household) = started(1).await;
    let now = file(&test, &household, "").await;
    let correct = |correction: Value| json!({"kind": "member_corrected", "member_id": id(&now, 1), "correction": correction});
    refused(
        change(&test, &household, correct(json!({}))).await,
        "correction",
    );
    refused(
        change(
            &test,
            &household,
            correct(json!({"document_number": "123"})),
        )
        .await,
        "document_number",
    );
    for (correction, field) in [
        (json!({"relation": "head"}), "relation"),
        (json!({"name": "王2"}), "name"),
        (json!({"health": []}), "health"),
        (json!({"labour": ""}), "labour"),
        (json!({"birth_on": "2015-01-01"}), "relation"),
    ] {
        refused(change(&test, &household, correct(correction)).await, field);
    }
    let right = json!({
        "name": "王改名", "education": "junior_secondary", "health": ["healthy"], "labour": "ordinary",
        "lives_here": false, "medical_insurance": "none",
    });
    change(&test, &household, correct(right)).await.ok();
    let after = file(&test, &household, "").await;
    assert_eq!(after["members"][1]["name"], "王改名");
    assert_eq!(
        after["members"][1]["codes"]["education"],
        "junior_secondary"
    );
    assert_eq!(after["members"][1]["lives_here"], false);
    let old = file(&test, &household, "/versions/1").await;
    assert_eq!(old["members"][1]["name"], now["members"][1]["name"]);
    // In school now: the schooling takes the place of the education.
    change(
        &test,
        &household,
        correct(json!({"school_stage": "grade_9"})),
    )
    .await
    .ok();
    let after = file(&test, &household, "").await;
    assert_eq!(after["members"][1]["codes"]["education"], "");

    let type_of = |code: &str| json!({"kind": "household_corrected", "correction": {"household_type": code, "tags": ["relocated"]}});
    refused(
        change(&test, &household, type_of("zz")).await,
        "household_type",
    );
    change(&test, &household, type_of("lifted_household"))
        .await
        .ok();
    let after = file(&test, &household, "").await;
    assert_eq!(
        (after["household_type"].as_str(), after["tags"][0].as_str()),
        (Some("lifted_household"), Some("relocated"))
    );
}

#[tokio::test]
async fn a_merge_asks_relations_and_leaves_no_monitored_household_behind() {
    let (test, household) = started(1).await;
    let other = test.village().add_household(HOME, 2).await;
    let now = file(&test, &household, "").await;
    let merge = |into: &str, relations: Value| json!({"kind": "merged_into", "household_id": into, "relations": relations});
    let key = |index| id(&now, index).as_str().expect("an id").to_owned();
    let relations = json!({key(0): "sibling", key(1): "brothers_wife", key(2): "nephew"});
    refused(
        change(&test, &household, merge(&other, json!({}))).await,
        "relations",
    );

    let two_wives = json!({key(0): "sibling", key(1): "spouse", key(2): "nephew"});
    refused(
        change(&test, &household, merge(&other, two_wives)).await,
        "relations",
    );

    // A lead waiting on the household goes along.
    let lead = forms::lead(HOME, &household, "cadre_visit", date(2022, 5, 1));
    let lead = test.village().post("/leads", lead).await.ok();
    change(&test, &household, merge(&other, relations))
        .await
        .ok();
    let emptied = file(&test, &household, "").await;
    assert_eq!(emptied["merged_into"], other.as_str());
    let contact = json!({"kind": "contact", "address": "某处", "phone": null});
    refused(change(&test, &household, contact).await, "change");
    let joined = file(&test, &other, "").await;
    assert_eq!(joined["members"].as_array().map(Vec::len), Some(6));
    let followed = lead["lead"]["id"].as_str().expect("an id");
    let followed = test.village().get(&format!("/leads/{followed}")).await.ok();
    assert_eq!(followed["household"]["id"], other.as_str());

    // A monitored household is not merged away; the other way round it may.
    let monitored = test.village().add_household(HOME, 3).await;
    episode(&test, &monitored, "running").await;
    let file_of = file(&test, &monitored, "").await;
    let key = |index| id(&file_of, index).as_str().expect("an id").to_owned();
    let relations = json!({key(0): "sibling", key(1): "brothers_wife", key(2): "nephew"});
    let reply = change(&test, &monitored, merge(&other, relations)).await;
    refused(reply, "household_id");
}

#[tokio::test]
async fn a_household_without_an_adult_says_why() {
    let (test, household) = started(1).await;
    let child = id(&file(&test, &household, "").await, 2);
    let split = |why: &str| json!({"kind": "split", "member_ids": [child], "new_head_id": child, "without_adult": why});
    refused(change(&test, &household, split("")).await, "without_adult");
    let why = "户口已单列，由祖父监护";
    let saved = change(&test, &household, split(why)).await.ok();
    let own = saved["new_household_id"].as_str().expect("an id");
    let versions = format!("/households/{own}/versions");
    let versions = test.village().get(&versions).await.ok();
    assert!(
        versions[0]["reason"].to_string().contains(why),
        "{versions}"
    );
}

#[tokio::test]
async fn a_file_of_tomorrow_is_refused() {
    let (test, household) = started(1).await;
    for query in [
        "as_of=2022-05-02",
        "known_on=2022-05-02",
        "as_of=2022-05-01&known_on=2099-01-01",
    ] {
        let path = format!("/households/{household}?{query}");
        let reply = test.village().get(&path).await;
        assert!(
            reply.text().contains("只能查今天和今天以前"),
            "{}",
            reply.text()
        );
        reply.problem(422, "invalid");
    }
    file(&test, &household, "?as_of=2022-05-01").await;
}
