//! A lead's day put right: with a reason and on record, only while its clock
//! runs, and the clock follows (HN22-060).

use jiff::civil::{Date, date};
use serde_json::{Value, json};

use crate::forms;
use crate::leads::lead;
use crate::place::HOME;
use crate::story::Case;
use crate::test_app::{Engine, Reply, TestApp};

const TODAY: Date = date(2022, 5, 1);

fn id(lead: &Value) -> String {
    lead["id"].as_str().expect("an id").to_owned()
}

async fn read(test: &TestApp, id: &str) -> Value {
    test.village().get(&format!("/leads/{id}")).await.ok()
}

/// Asks for another day, at the version the lead has.
async fn correct(test: &TestApp, who: &str, id: &str, day: Date, reason: &str) -> Reply {
    let version = read(test, id).await["version"].clone();
    let form = json!({"expected_version": version, "received_on": day, "reason": reason});
    test.person(who)
        .post(&format!("/leads/{id}/correct"), form)
        .await
}

const WHY: &str = "登记时把四月看成了五月";

#[tokio::test]
async fn an_open_leads_day_is_put_right_on_sqlite() {
    an_open_leads_day_is_put_right(Engine::Sqlite).await;
}

#[tokio::test]
async fn an_open_leads_day_is_put_right_on_postgres() {
    an_open_leads_day_is_put_right(Engine::Postgres).await;
}

async fn an_open_leads_day_is_put_right(engine: Engine) {
    let test = TestApp::on(engine).await;
    let household = test.village().add_household(HOME, 1).await;
    let found = lead(&test, &household, "cadre_visit", TODAY).await;
    let id = id(&found["lead"]);
    assert_eq!(found["lead"]["deadline_on"], "2022-05-16");
    assert_eq!(read(&test, &id).await["correctable"], true);
    for (day, reason, guard) in [
        (TODAY, WHY, "day_changed"),
        (date(2022, 5, 2), WHY, "not_in_future"),
        (date(2022, 4, 28), "错", "reason_given"),
    ] {
        correct(&test, "village.a1", &id, day, reason)
            .await
            .refusal(guard);
    }
    correct(&test, "grid.a1", &id, date(2022, 4, 28), WHY)
        .await
        .problem(403, "not_permitted");
    let right = correct(&test, "village.a1", &id, date(2022, 4, 28), WHY)
        .await
        .ok();
    assert_eq!(
        (&right["received_on"], &right["deadline_on"]),
        (&json!("2022-04-28"), &json!("2022-05-13"))
    );
    let history = &right["corrections"];
    assert_eq!(history.as_array().map(Vec::len), Some(1));
    assert_eq!(history[0]["old_received_on"], "2022-05-01");
    assert_eq!(history[0]["new_received_on"], "2022-04-28");
    assert_eq!(history[0]["reason"], WHY);
    assert!(
        history[0]["by_name"]
            .as_str()
            .is_some_and(|n| !n.is_empty())
    );
    // On record without the words of the reason.
    let filter = store::audit::AuditFilter {
        operation: Some("lead.corrected".into()),
        ..Default::default()
    };
    let page = test
        .app
        .store
        .audit_page(&filter, &store::Window::first(2))
        .await
        .expect("read");
    assert_eq!(page.items.len(), 1);
    assert_eq!(page.items[0].record.detail, "old=2022-05-01 new=2022-04-28");
    // Of two who correct at once, one comes too late.
    let stale = json!({"expected_version": 1, "received_on": "2022-04-27", "reason": WHY});
    test.village()
        .post(&format!("/leads/{id}/correct"), stale)
        .await
        .problem(409, "stale_version");
}

#[tokio::test]
async fn a_merged_lead_takes_back_the_day_it_lent() {
    let test = TestApp::sqlite().await;
    let household = test.village().add_household(HOME, 1).await;
    let first = lead(&test, &household, "cadre_visit", date(2022, 4, 28)).await;
    let first = id(&first["lead"]);
    let form = forms::lead(HOME, &household, "hotline", date(2022, 4, 8));
    let merged = test.village().post("/leads", form).await.ok();
    assert_eq!(merged["earliest_on"], "2022-04-08");
    let all = test
        .village()
        .get(&format!("/leads?household_id={household}"))
        .await
        .ok();
    let second = all["items"]
        .as_array()
        .and_then(|a| a.iter().find(|l| l["status"] == "merged"))
        .map(id)
        .expect("the merged lead");
    let day = async |of: &str| read(&test, of).await["received_on"].clone();
    // The mistyped day was the one that moved the clock.
    correct(&test, "village.a1", &second, date(2022, 4, 18), WHY)
        .await
        .ok();
    assert_eq!(day(&first).await, "2022-04-18");
    correct(&test, "village.a1", &second, date(2022, 4, 30), WHY)
        .await
        .ok();
    assert_eq!(day(&first).await, "2022-04-28", "its own day again");
    // Its own day put right gives way to an earlier one that was lent.
    correct(&test, "village.a1", &second, date(2022, 4, 20), WHY)
        .await
        .ok();
    let right = correct(&test, "village.a1", &first, date(2022, 4, 25), WHY)
        .await
        .ok();
    assert_eq!(right["received_on"], "2022-04-20");
    assert_eq!(right["corrections"][0]["old_received_on"], "2022-04-28");
    assert_eq!(right["corrections"][0]["new_received_on"], "2022-04-25");
    correct(&test, "village.a1", &second, date(2022, 5, 1), WHY)
        .await
        .ok();
    assert_eq!(day(&first).await, "2022-04-25");
}

#[tokio::test]
async fn the_clock_of_the_running_case_follows_until_it_has_ended() {
    let test = TestApp::sqlite().await;
    let household = test.village().add_household(HOME, 1).await;
    let found = lead(&test, &household, "cadre_visit", date(2022, 4, 28)).await;
    let id = id(&found["lead"]);
    let case = Case::of_lead(&test, HOME, household, &found["lead"], "identification").await;
    assert_eq!(case.view().await["clocks"][0]["started_on"], "2022-04-28");
    correct(&test, "township.a1", &id, date(2022, 4, 25), WHY)
        .await
        .ok();
    let view = case.view().await;
    assert_eq!(view["clocks"][0]["started_on"], "2022-04-25");
    assert_eq!(view["clocks"][0]["deadline_on"], "2022-05-10");
    let told = view["timeline"]
        .as_array()
        .and_then(|t| t.iter().find(|e| e["kind"] == "lead_corrected"))
        .expect("an event");
    assert_eq!(
        told["summary"],
        "线索发现日期由 2022年4月28日 更正为 2022年4月25日"
    );
    // The list's deadline is the new one.
    let list = test.village().get("/casefiles").await.ok();
    assert_eq!(list["items"][0]["clock"]["deadline_on"], "2022-05-10");
    // Not past what was done on the strength of it.
    test.go_to(date(2022, 5, 3));
    case.up_to_appraisal(date(2022, 5, 2)).await;
    let refused = correct(&test, "village.a1", &id, date(2022, 5, 3), WHY)
        .await
        .refusal("not_after_next");
    assert_eq!(refused["clause"], "HN22-060");
    correct(&test, "village.a1", &id, date(2022, 4, 30), WHY)
        .await
        .ok();
    assert_eq!(case.view().await["clocks"][0]["started_on"], "2022-04-30");
}

#[tokio::test]
async fn a_clock_that_has_ended_is_not_moved() {
    let test = TestApp::sqlite().await;
    let household = test.village().add_household(HOME, 1).await;
    let found = lead(&test, &household, "cadre_visit", TODAY).await;
    let decided = id(&found["lead"]);
    let case = Case::of_lead(&test, HOME, household, &found["lead"], "identification").await;
    case.up_to_decision(TODAY, date(2022, 5, 7)).await;
    correct(&test, "village.a1", &decided, date(2022, 4, 30), WHY)
        .await
        .ok();
    case.decide(date(2022, 5, 7)).await.ok();
    let refused = correct(&test, "village.a1", &decided, date(2022, 4, 29), WHY)
        .await
        .refusal("clock_running");
    assert_eq!(refused["clause"], "HN22-060");
    assert_eq!(read(&test, &decided).await["correctable"], false);
    assert_eq!(case.view().await["clocks"][0]["started_on"], "2022-04-30");

    // Concluded without a casefile: nothing runs from its day.
    let other = test.village().add_household(HOME, 2).await;
    let found = lead(&test, &other, "hotline", date(2022, 5, 2)).await;
    let quiet = id(&found["lead"]);
    let form = forms::conclusion(1, "no_risk", date(2022, 5, 7));
    test.village()
        .post(&format!("/leads/{quiet}/conclude"), form)
        .await
        .ok();
    let refused = correct(&test, "village.a1", &quiet, TODAY, WHY)
        .await
        .refusal("clock_running");
    assert_eq!(refused["clause"], "HN22-060");
}

#[tokio::test]
async fn a_day_under_a_document_without_the_channel_is_refused() {
    let test = TestApp::sqlite().await;
    let household = test.village().add_household(HOME, 1).await;
    let found = lead(&test, &household, "cadre_visit", TODAY).await;
    // A channel the pack of the day does not list, as after a change of packs.
    test.sql("UPDATE lead SET channel = 'unheard_of'").await;
    correct(
        &test,
        "village.a1",
        &id(&found["lead"]),
        date(2022, 4, 28),
        WHY,
    )
    .await
    .refusal("channel");
}
