//! Many hands on one thing at once: one wins, the others are told so.

use jiff::civil::date;
use serde_json::json;

use crate::forms;
use crate::place::HOME;
use crate::story::Case;
use crate::test_app::{Engine, TestApp};

const HANDS: usize = 16;

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn sixteen_decisions_are_one_on_sqlite() {
    sixteen_decisions_are_one(TestApp::on(Engine::Sqlite).await).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn sixteen_decisions_are_one_on_postgres() {
    sixteen_decisions_are_one(TestApp::on(Engine::Postgres).await).await;
}

async fn sixteen_decisions_are_one(test: TestApp) {
    let case = Case::open(&test, HOME, 1, date(2022, 5, 1)).await;
    case.up_to_decision(date(2022, 5, 1), date(2022, 5, 7))
        .await;
    let (id, household, version) = (
        case.id.clone(),
        case.household.clone(),
        case.version().await,
    );
    let tokens = [
        test.county().token().await,
        test.person("county2").token().await,
    ];
    let test = std::sync::Arc::new(test);
    let mut hands = Vec::new();
    for hand in 0..HANDS {
        let (test, id, token) = (
            std::sync::Arc::clone(&test),
            id.clone(),
            tokens[hand % 2].clone(),
        );
        let action = if hand % 4 == 3 {
            forms::decide_refuse("no_risk")
        } else {
            forms::decide(date(2022, 5, 7))
        };
        let body =
            json!({"expected_version": version, "occurred_on": "2022-05-07", "action": action})
                .to_string();
        hands.push(tokio::spawn(async move {
            test.send(
                axum::http::Method::POST,
                &format!("/casefiles/{id}/actions"),
                Some(&token),
                Some(body),
            )
            .await
        }));
    }
    let mut answers = Vec::new();
    for hand in hands {
        answers.push(hand.await.expect("an answer").status);
    }
    answers.sort_unstable();
    let won = answers.iter().filter(|s| **s == 200).count();
    assert_eq!(won, 1, "{answers:?}");
    assert!(
        answers.iter().all(|s| matches!(s, 200 | 409 | 422)),
        "{answers:?}"
    );
    // One decision on the timeline, one step of the version, at most one episode.
    assert_eq!(test.version(&id).await, version + 1);
    let view = test.county().get(&format!("/casefiles/{id}")).await.ok();
    let decided = view["timeline"]
        .as_array()
        .expect("events")
        .iter()
        .filter(|e| e["step"] == "county_decision")
        .count();
    assert_eq!(decided, 1);
    let file = test
        .county()
        .get(&format!("/households/{household}"))
        .await
        .ok();
    assert!(file["episodes"].as_array().is_some_and(|e| e.len() <= 1));
    assert_eq!(
        test.person("audit").get("/audit/verify").await.ok()["ok"],
        true
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn leads_at_once_merge_into_one_on_sqlite() {
    leads_at_once_merge_into_one(TestApp::on(Engine::Sqlite).await).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn leads_at_once_merge_into_one_on_postgres() {
    leads_at_once_merge_into_one(TestApp::on(Engine::Postgres).await).await;
}

async fn leads_at_once_merge_into_one(test: TestApp) {
    let household = test.village().add_household(HOME, 1).await;
    let token = test.village().token().await;
    let test = std::sync::Arc::new(test);
    let mut hands = Vec::new();
    for hand in 0..8_u8 {
        let (test, token) = (std::sync::Arc::clone(&test), token.clone());
        let received = date(2022, 4, 20)
            .checked_add(jiff::Span::new().days(i64::from(hand)))
            .expect("a day");
        let body = forms::lead(HOME, &household, "cadre_visit", received).to_string();
        hands.push(tokio::spawn(async move {
            test.send(axum::http::Method::POST, "/leads", Some(&token), Some(body))
                .await
        }));
    }
    for hand in hands {
        hand.await.expect("an answer").ok();
    }
    let open = test.village().get("/leads?status=open").await.ok();
    assert_eq!(open["total"], 1, "{open:#}");
    assert_eq!(open["items"][0]["received_on"], "2022-04-20");
}
