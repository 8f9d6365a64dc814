//! Leads: merging, matching, and each way one is concluded.

use jiff::civil::{Date, date};
use serde_json::{Value, json};

use crate::forms;
use crate::place::HOME;
use crate::story::Case;
use crate::test_app::TestApp;

const FIRST: Date = date(2022, 5, 1);

/// A lead the home village's secretary registers.
pub async fn lead(test: &TestApp, household: &str, channel: &str, received_on: Date) -> Value {
    test.village()
        .post("/leads", forms::lead(HOME, household, channel, received_on))
        .await
        .ok()
}

async fn conclude(test: &TestApp, lead: &Value, outcome: &str) -> crate::test_app::Reply {
    let (id, version) = (
        lead["id"].as_str().expect("an id"),
        lead["version"].as_i64().expect("a version"),
    );
    test.village()
        .post(
            &format!("/leads/{id}/conclude"),
            forms::conclusion(version, outcome, test.app.today()),
        )
        .await
}

/// Gives a household an episode, as an import would.
pub async fn episode(test: &TestApp, household: &str, status: &str) {
    let mut tx = test
        .app
        .store
        .write(test.app.system_actor())
        .await
        .expect("write");
    tx.save_episode(store::household::EpisodeRow {
        id: app::new_id(),
        household_id: household.into(),
        village: HOME.village.into(),
        category: "marginal_at_risk".into(),
        status: status.into(),
        identified_on: "2021-06-01".into(),
        cleared_on: (status == "cleared").then(|| "2022-01-10".into()),
        clearance_way: None,
        origin: "imported".into(),
        casefile_id: None,
        risks: "[]".into(),
        evidence_note: "导入，程序材料不在本系统".into(),
        version: 1,
    })
    .await
    .expect("episode");
    tx.audit("system", "test.episode", "test", "")
        .await
        .expect("audit");
    tx.commit().await.expect("commit");
}

#[tokio::test]
async fn leads_merge_and_keep_the_earliest_date() {
    let test = TestApp::sqlite().await;
    test.go_to(date(2022, 5, 8));
    let household = test.village().add_household(HOME, 1).await;
    let first = lead(&test, &household, "cadre_visit", date(2022, 5, 6)).await;
    let second = lead(&test, &household, "hotline", date(2022, 5, 3)).await;
    assert_eq!(
        (second["merged"].as_bool(), second["earliest_on"].as_str()),
        (Some(true), Some("2022-05-03"))
    );
    let third = lead(&test, &household, "petition", date(2022, 5, 7)).await;
    assert_eq!(
        (third["into"].clone(), third["earliest_on"].as_str()),
        (first["lead"]["id"].clone(), Some("2022-05-03"))
    );
    let list = test.village().get("/leads?status=open").await.ok();
    assert_eq!(list["total"], 1);
    let case = Case::of_lead(&test, HOME, household, &third["lead"], "identification").await;
    assert_eq!(case.view().await["clocks"][0]["started_on"], "2022-05-03");
    // A lead that arrives meanwhile joins; an earlier date moves the clock back, a later one nothing.
    let fourth = lead(&test, &case.household, "media", date(2022, 5, 2)).await;
    assert_eq!(
        (
            fourth["lead"]["status"].as_str(),
            fourth["lead"]["casefile_id"].as_str()
        ),
        (Some("concluded"), Some(case.id.as_str()))
    );
    lead(&test, &case.household, "media", date(2022, 5, 8)).await;
    let view = case.view().await;
    assert_eq!(
        (
            view["clocks"][0]["started_on"].as_str(),
            view["leads"].as_array().map(Vec::len)
        ),
        (Some("2022-05-02"), Some(3))
    );
}

#[tokio::test]
async fn a_lead_found_out_later_is_matched_and_merges() {
    let test = TestApp::sqlite().await;
    let household = test.village().add_household(HOME, 1).await;
    let known = lead(&test, &household, "cadre_visit", FIRST).await;
    let mut unknown = forms::lead(HOME, "", "hotline", date(2022, 4, 28));
    unknown["household_id"] = Value::Null;
    unknown["village"] = json!(HOME.village);
    unknown["reported_name"] = json!("李某");
    let unknown = test.village().post("/leads", unknown).await.ok();
    conclude(&test, &unknown["lead"], "identification")
        .await
        .refusal("household_named");
    let path = format!(
        "/leads/{}/match",
        unknown["lead"]["id"].as_str().expect("an id")
    );
    let matched = test
        .village()
        .post(&path, json!({"household_id": household}))
        .await
        .ok();
    assert_eq!(
        (matched["id"].clone(), matched["received_on"].as_str()),
        (known["lead"]["id"].clone(), Some("2022-04-28"))
    );
}

#[tokio::test]
async fn a_concluded_lead_never_lends_its_date() {
    let test = TestApp::sqlite().await;
    let household = test.village().add_household(HOME, 1).await;
    let earlier = lead(&test, &household, "cadre_visit", date(2022, 4, 28)).await;
    let mut silent = forms::conclusion(1, "no_risk", FIRST);
    silent["reason"] = json!("");
    silent["verified_by"] = json!([]);
    let path = format!(
        "/leads/{}/conclude",
        earlier["lead"]["id"].as_str().expect("an id")
    );
    let refused = test.village().post(&path, silent).await;
    refused.clone().refusal("reason_given");
    refused.refusal("verified_by");
    assert!(conclude(&test, &earlier["lead"], "no_risk").await.ok()["casefile_id"].is_null());
    // Concluded is concluded.
    conclude(&test, &earlier["lead"], "identification")
        .await
        .problem(409, "stale_version");
    test.go_to(date(2022, 5, 20));
    let later = lead(&test, &household, "cadre_visit", date(2022, 5, 20)).await;
    assert_eq!(
        (later["merged"].as_bool(), later["earliest_on"].as_str()),
        (Some(false), Some("2022-05-20"))
    );
    let case = Case::of_lead(&test, HOME, household, &later["lead"], "identification").await;
    assert_eq!(case.view().await["clocks"][0]["started_on"], "2022-05-20");
}

#[tokio::test]
async fn already_monitored_joins_the_running_episode() {
    let test = TestApp::sqlite().await;
    let household = test.village().add_household(HOME, 1).await;
    episode(&test, &household, "running").await;
    let found = lead(&test, &household, "cadre_visit", FIRST).await;
    conclude(&test, &found["lead"], "identification")
        .await
        .refusal("already_monitored");
    assert!(
        conclude(&test, &found["lead"], "already_monitored")
            .await
            .ok()["casefile_id"]
            .is_null()
    );
    let file = test
        .village()
        .get(&format!("/households/{household}"))
        .await
        .ok();
    assert_eq!(file["episodes"].as_array().map(Vec::len), Some(1));
    assert_eq!(file["episodes"][0]["risks"], json!(["因病"]));
    assert!(file["casefiles"].as_array().is_some_and(Vec::is_empty));
}

#[tokio::test]
async fn cleared_earlier_is_identified_anew() {
    let test = TestApp::sqlite().await;
    let household = test.village().add_household(HOME, 1).await;
    episode(&test, &household, "cleared").await;
    let found = lead(&test, &household, "cadre_visit", FIRST).await;
    let refused = conclude(&test, &found["lead"], "identification")
        .await
        .refusal("cleared_before");
    assert_eq!(refused["clause"], "HN22-097");
    let case = Case::of_lead(&test, HOME, household, &found["lead"], "cleared_earlier").await;
    case.up_to_decision(FIRST, date(2022, 5, 7)).await;
    case.decide(date(2022, 5, 7)).await.ok();
    let file = test
        .village()
        .get(&format!("/households/{}", case.household))
        .await
        .ok();
    let episodes: Vec<(&str, &str)> = file["episodes"]
        .as_array()
        .expect("episodes")
        .iter()
        .map(|e| {
            (
                e["status"].as_str().unwrap_or_default(),
                e["origin"].as_str().unwrap_or_default(),
            )
        })
        .collect();
    assert_eq!(episodes, [("running", "casefile"), ("cleared", "imported")]);
}

#[tokio::test]
async fn a_repeated_lead_names_the_other_of_its_household() {
    let test = TestApp::sqlite().await;
    let household = test.village().add_household(HOME, 1).await;
    let neighbour = test.village().add_household(HOME, 2).await;
    let first = lead(&test, &household, "cadre_visit", FIRST).await;
    conclude(&test, &first["lead"], "no_risk").await.ok();
    let elsewhere = lead(&test, &neighbour, "cadre_visit", FIRST).await;
    let again = lead(&test, &household, "hotline", FIRST).await;
    let id = again["lead"]["id"].as_str().expect("an id").to_owned();
    let repeated = async |of: &Value| {
        let mut form = forms::conclusion(1, "duplicate", FIRST);
        form["duplicate_of"] = of.clone();
        test.village()
            .post(&format!("/leads/{id}/conclude"), form)
            .await
    };
    for wrong in [
        &json!(null),
        &json!("nothing"),
        &json!(id),
        &elsewhere["lead"]["id"],
    ] {
        repeated(wrong).await.problem(422, "invalid");
    }
    repeated(&first["lead"]["id"]).await.ok();
    let after = test.village().get(&format!("/leads/{id}")).await.ok();
    assert_eq!(after["merged_into"], first["lead"]["id"]);
    assert_eq!(after["status"], "concluded");
}

#[tokio::test]
async fn a_risk_nobody_knows_is_refused() {
    let test = TestApp::sqlite().await;
    let household = test.village().add_household(HOME, 1).await;
    let mut form = forms::lead(HOME, &household, "cadre_visit", FIRST);
    form["risks"] = json!(["illness", "zz"]);
    test.village()
        .post("/leads", form)
        .await
        .problem(422, "invalid");
}

/// Registered while the case runs, it joins: nobody verified it, and nobody
/// is said to have.
#[tokio::test]
async fn a_lead_on_a_running_case_joins_it_unverified() {
    let test = TestApp::sqlite().await;
    let case = Case::open(&test, HOME, 1, FIRST).await;
    let joined = lead(&test, &case.household, "hotline", FIRST).await;
    let joined = &joined["lead"];
    let path = format!("/leads/{}", joined["id"].as_str().expect("an id"));
    let own = test.village().get(&path).await.ok();
    for seen in [joined, &own] {
        assert_eq!(
            (&seen["status"], &seen["joined"], &seen["casefile_id"]),
            (&json!("concluded"), &json!(true), &json!(case.id))
        );
        assert_eq!(seen["outcome_label"], "并入正在办理的识别认定");
        assert_eq!(seen["registered_by"], "村officea1");
        assert!(seen["concluded_by"].is_null(), "{seen:#}");
    }
    let first = case.view().await["leads"][0]["id"].clone();
    let path = format!("/leads/{}", first.as_str().expect("an id"));
    let verified = test.village().get(&path).await.ok();
    assert_eq!(
        (&verified["joined"], &verified["concluded_by"]),
        (&json!(false), &json!("村officea1"))
    );
}

/// Told in person in the village: no window, no proxy.
#[tokio::test]
async fn a_declaration_told_in_person_needs_no_proxy() {
    let test = TestApp::sqlite().await;
    let household = test.village().add_household(HOME, 1).await;
    let mut form = forms::lead(HOME, &household, "self_declaration", FIRST);
    form["means"] = json!("told_in_person");
    let taken = test.person("grid.a1").post("/leads", form).await.ok();
    assert_eq!(taken["lead"]["means"], "told_in_person");
    assert!(taken["lead"]["proxy"].is_null() && taken["lead"]["basis"]["means"].is_null());
}

/// A case begins on the day its lead was concluded; the day it was typed
/// stands beside it.
#[tokio::test]
async fn a_case_begins_on_the_day_the_lead_was_concluded() {
    let test = TestApp::sqlite().await;
    let household = test.village().add_household(HOME, 1).await;
    let taken = lead(&test, &household, "cadre_visit", FIRST).await;
    test.go_to(date(2022, 5, 20));
    let form = forms::conclusion(1, "identification", date(2022, 5, 13));
    let id = taken["lead"]["id"].as_str().expect("an id");
    let path = format!("/leads/{id}/conclude");
    let opened = test.village().post(&path, form).await.ok();
    let case = opened["casefile_id"].as_str().expect("a casefile");
    let view = test.village().get(&format!("/casefiles/{case}")).await.ok();
    assert_eq!(view["opened_on"], "2022-05-13");
    let event = &view["timeline"][0];
    assert_eq!(
        (&event["occurred_on"], &event["late_entry"]),
        (&json!("2022-05-13"), &json!(true)),
        "{event:#}"
    );
    let recorded = event["recorded_at"].as_str().expect("an instant");
    assert!(recorded.starts_with("2022-05-20"), "{recorded}");
}
