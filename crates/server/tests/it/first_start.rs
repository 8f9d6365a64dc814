//! An empty deployment that is no demo: its first two administrators bring it
//! to a county that works.

use axum::http::Method;
use serde_json::{Value, json};

use crate::accounts::code;
use crate::test_app::{Engine, PASSWORD, TestApp};

/// A county in a province the built-in table has no villages of.
const COUNTY: &str = "520203000000";

#[tokio::test]
async fn an_empty_deployment_opens_a_county_on_sqlite() {
    opens_a_county(Engine::Sqlite).await;
}

#[tokio::test]
async fn an_empty_deployment_opens_a_county_on_postgres() {
    opens_a_county(Engine::Postgres).await;
}

/// Signs in with the one-time password, sets an own one and, where the post
/// asks it, a second factor; returns the session and what it may do.
async fn settle(test: &TestApp, login: &str, one_time: &str) -> (String, Value) {
    let first = test.sign_in(login, one_time, None).await.token();
    let changed = json!({"current": one_time, "new": PASSWORD}).to_string();
    let done = test
        .send(
            Method::POST,
            "/session/password",
            Some(&first),
            Some(changed),
        )
        .await;
    assert_eq!(done.status, 204, "{login}");
    let token = test.sign_in(login, PASSWORD, None).await.token();
    let started = test
        .send(Method::POST, "/session/totp", Some(&token), None)
        .await
        .ok();
    let secret = started["secret_base32"].as_str().expect("a secret");
    let now = u64::try_from(test.app.clock.real_millis() / 1000).expect("after 1970");
    let confirm = json!({"code": code(secret, now)}).to_string();
    let done = test
        .send(
            Method::POST,
            "/session/totp/confirm",
            Some(&token),
            Some(confirm),
        )
        .await;
    assert_eq!(done.status, 204, "{login}");
    let me = test.send(Method::GET, "/session", Some(&token), None).await;
    (token, me.ok())
}

async fn opens_a_county(engine: Engine) {
    let test = TestApp::empty(engine).await;
    let began = std::time::Instant::now();
    let loaded = test.app.first_divisions().await.expect("loaded");
    eprintln!("{engine:?}: {loaded:?} in {:?}", began.elapsed());
    assert!(loaded.is_some_and(|l| l.added == l.total && l.total > 100_000));
    // A division that ended keeps its dates, whoever loads the table again.
    test.sql("UPDATE division SET valid_to = '2024-01-01' WHERE code = '520203000000'")
        .await;
    let again = test.app.load_divisions().await.expect("loaded again");
    assert_eq!(again.added, 0);
    let kept = test
        .app
        .store
        .division(COUNTY.parse().expect("a code"))
        .await
        .expect("read")
        .expect("the county");
    assert_eq!(kept.valid_to.as_deref(), Some("2024-01-01"));
    assert_eq!(test.app.first_divisions().await.expect("there"), None);

    let first = test.app.bootstrap().await.expect("two administrators");
    let mut sessions = Vec::new();
    for one in &first {
        sessions.push(
            settle(&test, one.login_name, &one.one_time_password)
                .await
                .0,
        );
    }
    let (system, security) = (&sessions[0], &sessions[1]);
    let found = test
        .send(
            Method::GET,
            &format!("/divisions/{COUNTY}"),
            Some(system),
            None,
        )
        .await
        .ok();
    assert_eq!(found["level"], "county");
    let form = json!({"login_name": "county.first", "display_name": "县里第一位", "role": "county_decider", "division": COUNTY, "reason": "首次启用"});
    let opened = test
        .send(
            Method::POST,
            "/accounts",
            Some(system),
            Some(form.to_string()),
        )
        .await
        .ok();
    let requests = test
        .send(
            Method::GET,
            "/role-requests?status=requested",
            Some(security),
            None,
        )
        .await
        .ok();
    let id = requests["items"][0]["id"].as_str().expect("a request");
    test.send(
        Method::POST,
        &format!("/role-requests/{id}/decide"),
        Some(security),
        Some(json!({"grant": true}).to_string()),
    )
    .await
    .ok();
    let password = opened["one_time_password"].as_str().expect("a password");
    let (_, me) = settle(&test, "county.first", password).await;
    assert_eq!(me["division"]["code"], COUNTY);
    assert!(me["operations"].to_string().contains("casefile.decide"));
}
