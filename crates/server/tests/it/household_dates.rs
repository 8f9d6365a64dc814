//! The date of a change: nothing before the file begins or before what it says
//! of the people; whoever goes from one file is in exactly one other.

use jiff::civil::date;
use serde_json::{Map, Value, json};

use crate::household_changes::{change_on, file, id, refused};
use crate::place::{HOME, SIBLING};
use crate::test_app::{Engine, Reply, TestApp};

/// Two households of 1 January, on 20 May.
async fn two(engine: Engine) -> (TestApp, String, String) {
    let test = TestApp::on(engine).await;
    test.go_to(date(2022, 1, 1));
    let one = test.village().add_household(HOME, 1).await;
    let other = test.village().add_household(HOME, 2).await;
    test.go_to(date(2022, 5, 30));
    (test, one, other)
}

async fn split(test: &TestApp, household: &str, member: &Value, on: &str) -> Reply {
    let form = json!({"kind": "split", "member_ids": [member], "new_head_id": member});
    change_on(test, household, on, form).await
}

async fn merge(test: &TestApp, household: &str, into: &str, on: &str) -> Reply {
    let now = file(test, household, "").await;
    let relations: Map<String, Value> = now["members"]
        .as_array()
        .expect("members")
        .iter()
        .map(|m| (m["id"].as_str().expect("an id").to_owned(), json!("other")))
        .collect();
    let form = json!({"kind": "merged_into", "household_id": into, "relations": relations});
    change_on(test, household, on, form).await
}

async fn join(test: &TestApp, household: &str, on: &str) -> Value {
    let member = json!({"name": "甲乙丙", "relation": "other", "sex": "male", "birth_on": "1980-01-01",
        "health": ["healthy"], "labour": "ordinary", "education": "primary_school"});
    change_on(
        test,
        household,
        on,
        json!({"kind": "member_joined", "member": member}),
    )
    .await
    .ok();
    let now = file(test, household, "").await;
    let members = now["members"].as_array().expect("members");
    members.last().expect("the joiner")["id"].clone()
}

/// In how many households the search finds a name.
async fn found(test: &TestApp, name: &Value) -> Value {
    let form = json!({"text": name});
    test.village().post("/households/search", form).await.ok()["total"].clone()
}

/// Refused, saying the day to take instead.
#[track_caller]
fn says(reply: Reply, field: &str, day: &str) {
    assert!(reply.text().contains(day), "{}", reply.text());
    refused(reply, field);
}

async fn nobody_vanishes(engine: Engine) {
    let (test, one, _) = two(engine).await;
    let before = file(&test, &one, "").await;
    let wife = id(&before, 1);
    let own = split(&test, &one, &wife, "2022-05-25").await.ok();
    let own = own["new_household_id"].as_str().expect("an id").to_owned();
    says(
        merge(&test, &own, &one, "2022-05-20").await,
        "effective_on",
        "2022年5月25日",
    );
    says(
        merge(&test, &one, &own, "2022-05-20").await,
        "effective_on",
        "2022年5月25日",
    );
    merge(&test, &own, &one, "2022-05-25").await.ok();
    let now = file(&test, &one, "").await;
    assert_eq!(now["members"].as_array().map(Vec::len), Some(3));
    assert_eq!(found(&test, &before["members"][1]["name"]).await, 1);
}

#[tokio::test]
async fn nobody_vanishes_between_split_and_merge_on_sqlite() {
    nobody_vanishes(Engine::Sqlite).await;
}

#[tokio::test]
async fn nobody_vanishes_between_split_and_merge_on_postgres() {
    nobody_vanishes(Engine::Postgres).await;
}

async fn late_joiners(engine: Engine) {
    let (test, one, other) = two(engine).await;
    let joiner = join(&test, &one, "2022-05-10").await;
    says(
        split(&test, &one, &joiner, "2022-03-01").await,
        "effective_on",
        "2022年5月10日",
    );
    says(
        merge(&test, &one, &other, "2022-05-01").await,
        "effective_on",
        "2022年5月10日",
    );
    // He cannot have gone before he came.
    for kind in ["member_left", "member_died"] {
        let gone = json!({"kind": kind, "member_id": joiner, "on": "2022-03-01"});
        says(
            change_on(&test, &one, "2022-03-01", gone).await,
            "on",
            "2022年5月10日",
        );
    }
    // Nor led the household; the head it has by then would be a second one.
    let now = file(&test, &one, "").await;
    let head = |member: &Value| json!({"kind": "head", "member_id": member});
    change_on(&test, &one, "2022-05-15", head(&joiner))
        .await
        .ok();
    refused(
        change_on(&test, &one, "2022-05-12", head(&id(&now, 1))).await,
        "effective_on",
    );
    merge(&test, &one, &other, "2022-05-15").await.ok();
    let joined = file(&test, &other, "").await;
    assert_eq!(joined["members"].as_array().map(Vec::len), Some(7));
}

#[tokio::test]
async fn a_split_or_merge_before_a_member_came_is_refused_on_sqlite() {
    late_joiners(Engine::Sqlite).await;
}

#[tokio::test]
async fn a_split_or_merge_before_a_member_came_is_refused_on_postgres() {
    late_joiners(Engine::Postgres).await;
}

#[tokio::test]
async fn nothing_is_dated_before_the_file_begins() {
    let (test, one, other) = two(Engine::Sqlite).await;
    let now = file(&test, &one, "").await;
    for change in [
        json!({"kind": "contact", "address": "新址", "phone": null}),
        json!({"kind": "head", "member_id": id(&now, 1)}),
        json!({"kind": "subsistence_allowance", "member_id": id(&now, 1), "allowance": "rural", "since": null}),
    ] {
        says(
            change_on(&test, &one, "2000-01-01", change).await,
            "effective_on",
            "2022年1月1日",
        );
    }
    says(
        merge(&test, &one, &other, "2021-12-31").await,
        "effective_on",
        "2022年1月1日",
    );
    for (path, mut form) in [
        ("handovers", json!({"to": "410327103000"})),
        ("move-out", json!({"to_place": "某省某市某县某镇"})),
    ] {
        form["expected_version"] = now["version"].clone();
        form["effective_on"] = json!("1990-01-01");
        form["reason"] = json!("户口已迁");
        let path = format!("/households/{one}/{path}");
        says(
            test.township().post(&path, form).await,
            "effective_on",
            "2022年1月1日",
        );
    }
    for (query, field) in [
        ("as_of=2010-01-01", "as_of"),
        ("known_on=2021-12-31", "known_on"),
    ] {
        let path = format!("/households/{one}?{query}");
        let reply = test.village().get(&path).await;
        assert!(
            reply.text().contains("从2022年1月1日开始") || field == "known_on",
            "{}",
            reply.text()
        );
        refused(reply, field);
    }
    file(&test, &one, "?as_of=2022-01-01").await;
}

#[tokio::test]
async fn a_death_holds_from_its_day() {
    let (test, one, _) = two(Engine::Sqlite).await;
    let now = file(&test, &one, "").await;
    let died = |on: &str| json!({"kind": "member_died", "member_id": id(&now, 2), "on": on});
    says(
        change_on(&test, &one, "2022-05-12", died("2022-05-10")).await,
        "effective_on",
        "2022年5月10日",
    );
    // Died before the file began, unknown then: from its first day.
    says(
        change_on(&test, &one, "2022-05-12", died("2021-05-10")).await,
        "effective_on",
        "2022年1月1日",
    );
    change_on(&test, &one, "2022-05-10", died("2022-05-10"))
        .await
        .ok();
    let then = file(&test, &one, "?as_of=2022-05-11").await;
    assert_eq!(then["members"][2]["status"], "died");
}

#[tokio::test]
async fn a_move_to_the_same_village_is_none() {
    let (test, one, _) = two(Engine::Sqlite).await;
    let moved = json!({"kind": "moved", "village": HOME.village});
    refused(change_on(&test, &one, "2022-05-12", moved).await, "village");
}

#[tokio::test]
async fn a_household_without_anybody_takes_no_changes() {
    let (test, one, other) = two(Engine::Sqlite).await;
    let now = file(&test, &one, "").await;
    for index in [2, 1, 0] {
        let died = json!({"kind": "member_died", "member_id": id(&now, index), "on": "2022-05-10"});
        change_on(&test, &one, "2022-05-10", died).await.ok();
    }
    let born = json!({"name": "李小满", "relation": "daughter", "sex": "female", "birth_on": "2022-05-15",
        "health": ["healthy"], "labour": "none"});
    for change in [
        json!({"kind": "member_born", "member": born}),
        json!({"kind": "contact", "address": null, "phone": "19900005678"}),
    ] {
        refused(change_on(&test, &one, "2022-05-20", change).await, "change");
    }
    refused(
        merge(&test, &other, &one, "2022-05-20").await,
        "household_id",
    );
}

async fn waits_for_a_township(engine: Engine) {
    let (test, one, other) = two(engine).await;
    let now = file(&test, &one, "").await;
    let form = json!({
        "expected_version": now["version"], "to": "410327103000",
        "effective_on": "2022-05-20", "reason": "投靠女儿，户口已迁",
    });
    let path = format!("/households/{one}/handovers");
    let handed = test.township().post(&path, form).await.ok();
    for index in [2, 1] {
        let died = json!({"kind": "member_died", "member_id": id(&now, index), "on": "2022-05-10"});
        change_on(&test, &one, "2022-05-10", died).await.ok();
    }
    let last = json!({"kind": "member_died", "member_id": id(&now, 0), "on": "2022-05-10"});
    let moved = json!({"kind": "moved", "village": SIBLING.village});
    let version = file(&test, &one, "").await["version"].clone();
    let moved = json!({"expected_version": version, "effective_on": "2022-05-20", "reason": "搬迁",
        "collected_by": "某人", "change": moved});
    let moved = test
        .township()
        .post(&format!("/households/{one}/changes"), moved)
        .await;
    for reply in [
        merge(&test, &one, &other, "2022-05-20").await,
        change_on(&test, &one, "2022-05-10", last.clone()).await,
        moved,
    ] {
        assert!(reply.text().contains("撤回"), "{}", reply.text());
        reply.problem(409, "conflict");
    }
    refused(
        merge(&test, &other, &one, "2022-05-20").await,
        "household_id",
    );
    let path = format!("/handovers/{}/withdraw", handed["id"].as_str().expect("id"));
    let form = json!({"expected_version": handed["version"], "reason": "已经去世"});
    test.township().post(&path, form).await.ok();
    change_on(&test, &one, "2022-05-10", last).await.ok();
}

#[tokio::test]
async fn a_household_that_waits_for_a_township_does_not_end_on_sqlite() {
    waits_for_a_township(Engine::Sqlite).await;
}

#[tokio::test]
async fn a_household_that_waits_for_a_township_does_not_end_on_postgres() {
    waits_for_a_township(Engine::Postgres).await;
}
