//! Signing in, staying in, and the administrators' work on accounts.

use axum::body::Body;
use axum::http::{Method, Request, header};
use jiff::SignedDuration;
use jiff::civil::date;
use serde_json::{Value, json};
use totp_rs::{Algorithm, Builder, Secret};

use crate::forms;
use crate::place::HOME;
use crate::test_app::{PASSWORD, TestApp};

const VILLAGE: &str = "village.a1";

fn minutes(count: i64) -> SignedDuration {
    SignedDuration::from_mins(count)
}

#[tokio::test]
async fn five_failures_lock_for_fifteen_minutes() {
    let test = TestApp::sqlite().await;
    let wrong = test
        .sign_in(VILLAGE, "Wrong-Word-1", None)
        .await
        .problem(401, "sign_in_failed");
    let nobody = test
        .sign_in("no.such.person", "Wrong-Word-1", None)
        .await
        .problem(401, "sign_in_failed");
    assert_eq!(wrong, nobody, "an unknown account answers alike");
    for _ in 0..4 {
        test.sign_in(VILLAGE, "Wrong-Word-1", None)
            .await
            .problem(401, "sign_in_failed");
    }
    // Locked: the right password fails with the very same words, so that a
    // lock never tells which guess was right.
    assert_eq!(
        test.sign_in(VILLAGE, PASSWORD, None)
            .await
            .problem(401, "sign_in_failed"),
        wrong
    );
    test.app.clock.advance(minutes(14));
    test.sign_in(VILLAGE, PASSWORD, None)
        .await
        .problem(401, "sign_in_failed");
    test.app.clock.advance(minutes(2));
    test.sign_in(VILLAGE, PASSWORD, None).await.token();
    // Four failures and a success start the count anew.
    for _ in 0..2 {
        for _ in 0..4 {
            test.sign_in(VILLAGE, "Wrong-Word-1", None)
                .await
                .problem(401, "sign_in_failed");
        }
        test.sign_in(VILLAGE, PASSWORD, None).await.token();
    }
}

#[tokio::test]
async fn a_session_is_one_idle_fifteen_minutes_and_twelve_hours_at_most() {
    let test = TestApp::sqlite().await;
    let first = test.sign_in(VILLAGE, PASSWORD, None).await.token();
    let second = test.sign_in(VILLAGE, PASSWORD, None).await.token();
    let me = |token: String| {
        let test = &test;
        async move { test.send(Method::GET, "/session", Some(&token), None).await }
    };
    me(first).await.problem(401, "not_signed_in");
    assert_eq!(
        me(second.clone()).await.ok()["account"]["login_name"],
        VILLAGE
    );
    test.app.clock.advance(minutes(14));
    me(second.clone()).await.ok();
    test.app.clock.advance(minutes(14));
    me(second.clone()).await.ok();
    test.app.clock.advance(minutes(16));
    me(second).await.problem(401, "not_signed_in");
    // Used every ten minutes it still ends after twelve hours.
    let third = test.sign_in(VILLAGE, PASSWORD, None).await.token();
    for _ in 0..72 {
        test.app.clock.advance(minutes(10));
        me(third.clone()).await.ok();
    }
    test.app.clock.advance(minutes(1));
    me(third).await.problem(401, "not_signed_in");
}

#[tokio::test]
async fn after_signing_out_the_token_is_worth_nothing() {
    let test = TestApp::sqlite().await;
    let token = test.sign_in(VILLAGE, PASSWORD, None).await.token();
    let out = test
        .send(Method::DELETE, "/session", Some(&token), None)
        .await;
    assert_eq!(out.status, 204);
    assert!(
        out.headers[header::SET_COOKIE]
            .to_str()
            .is_ok_and(|c| c.contains("Max-Age=0"))
    );
    test.send(Method::GET, "/session", Some(&token), None)
        .await
        .problem(401, "not_signed_in");
    // A token nobody was given starts nothing (fixation).
    test.send(
        Method::GET,
        "/session",
        Some("chosen-by-somebody-else"),
        None,
    )
    .await
    .problem(401, "not_signed_in");
}

#[tokio::test]
async fn a_write_needs_the_header_of_our_own_pages() {
    let test = TestApp::sqlite().await;
    let token = test.village().token().await;
    for (method, path) in [
        ("POST", "/api/v1/leads"),
        ("DELETE", "/api/v1/session"),
        ("POST", "/api/v1/session"),
    ] {
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header(header::COOKIE, format!("shouwang_session={token}"))
            .header(header::CONTENT_TYPE, "application/json")
            .body(Body::from("{}"))
            .expect("request");
        test.call(request).await.problem(400, "csrf_header_missing");
    }
    test.village().get("/session").await.ok();
}

/// What the security administrator says to the open request of an account.
async fn decide(test: &TestApp, login: &str, grant: bool, reason: &str) -> Value {
    let open = test
        .person("security")
        .get("/role-requests?status=requested")
        .await
        .ok();
    let request = open["items"]
        .as_array()
        .and_then(|all| all.iter().find(|r| r["login_name"] == login))
        .unwrap_or_else(|| panic!("no open request of {login}: {open:#}"))["id"]
        .as_str()
        .expect("an id")
        .to_owned();
    test.person("security")
        .post(
            &format!("/role-requests/{request}/decide"),
            json!({"grant": grant, "reason": reason}),
        )
        .await
        .ok()
}

/// A system administrator opens an account; the holder must change its password first.
#[tokio::test]
async fn the_first_password_opens_nothing_but_its_change() {
    let test = TestApp::sqlite().await;
    let system = test.person("system");
    let form = json!({"login_name": "new.one", "display_name": "新同事", "role": "village_secretary", "division": HOME.village, "reason": "新到岗"});
    let opened = system.post("/accounts", form.clone()).await.ok();
    system
        .post("/accounts", form)
        .await
        .problem(409, "conflict");
    let secret = opened["one_time_password"]
        .as_str()
        .expect("a password")
        .to_owned();
    decide(&test, "new.one", true, "").await;
    let token = test.sign_in("new.one", &secret, None).await.token();
    let call = |method: Method, path: &'static str, body: Option<Value>| {
        let (test, token) = (&test, token.clone());
        async move {
            test.send(method, path, Some(&token), body.map(|b| b.to_string()))
                .await
        }
    };
    let me = call(Method::GET, "/session", None).await.ok();
    assert_eq!(
        (
            me["account"]["must_change_password"].as_bool(),
            me["operations"].as_array().map(Vec::len)
        ),
        (Some(true), Some(0))
    );
    for path in [
        "/leads",
        "/casefiles",
        "/workbench",
        "/divisions",
        "/policy/clauses/HN22-050",
        "/accounts",
    ] {
        call(Method::GET, path, None)
            .await
            .problem(403, "account_incomplete");
    }
    call(Method::POST, "/households/search", Some(json!({})))
        .await
        .problem(403, "account_incomplete");
    let own = opened["id"].as_str().expect("an id");
    let deputy = json!({"deputy_id": test.account_id(VILLAGE).await, "from": "2022-05-01", "to": "2022-05-09", "reason": "出差"});
    test.send(
        Method::POST,
        &format!("/accounts/{own}/deputies"),
        Some(&token),
        Some(deputy.to_string()),
    )
    .await
    .problem(403, "account_incomplete");
    let change = |new: &str, current: &str| {
        let body = json!({"current": current, "new": new});
        call(Method::POST, "/session/password", Some(body))
    };
    for weak in ["short", "alllowercase", "Shouwang-123456", "New.One-12345"] {
        change(weak, &secret).await.problem(422, "invalid");
    }
    change("Yueliang-Wan-3", "not-the-current")
        .await
        .problem(422, "invalid");
    change(&secret, &secret).await.problem(422, "invalid");
    assert_eq!(change("Yueliang-Wan-3", &secret).await.status, 204);
    call(Method::GET, "/workbench", None).await.ok();
    // The old ones stay refused.
    change(&secret, "Yueliang-Wan-3")
        .await
        .problem(422, "invalid");
}

#[tokio::test]
async fn a_password_of_ninety_days_must_be_changed() {
    let test = TestApp::sqlite().await;
    test.sql(
        "UPDATE account SET password_changed_at = 1651366800000 WHERE login_name = 'village.a1'",
    )
    .await;
    test.go_to(date(2022, 8, 1));
    assert_eq!(
        test.sign_in(VILLAGE, PASSWORD, None).await.json["account"]["must_change_password"],
        true
    );
}

pub fn code(secret_base32: &str, at_seconds: u64) -> String {
    let secret = Secret::try_from_base32(secret_base32).expect("a secret");
    let totp = Builder::new()
        .with_algorithm(Algorithm::SHA1)
        .with_digits(6)
        .with_step_duration(30)
        .with_secret(secret);
    totp.build().expect("totp").generate(at_seconds).to_string()
}

#[tokio::test]
async fn the_second_factor_is_compulsory_and_counts_once() {
    let test = TestApp::strict().await;
    // A decider without it may enrol and do nothing else.
    let token = test.sign_in("county.a1", PASSWORD, None).await.token();
    test.send(Method::GET, "/casefiles", Some(&token), None)
        .await
        .problem(403, "account_incomplete");
    let started = test
        .send(Method::POST, "/session/totp", Some(&token), None)
        .await
        .ok();
    let secret = started["secret_base32"]
        .as_str()
        .expect("a secret")
        .to_owned();
    let picture = started["qr_svg"].as_str().expect("a picture");
    assert!(
        picture.starts_with("<?xml") && picture.contains("<svg") && !picture.contains("href"),
        "{picture}"
    );
    let now = || u64::try_from(test.app.clock.real_millis() / 1000).expect("a time");
    let confirm = |code: String| {
        test.send(
            Method::POST,
            "/session/totp/confirm",
            Some(&token),
            Some(json!({"code": code}).to_string()),
        )
    };
    confirm("000000".into()).await.problem(422, "invalid");
    let first = code(&secret, now());
    assert_eq!(confirm(first.clone()).await.status, 204);
    test.send(Method::GET, "/casefiles", Some(&token), None)
        .await
        .ok();
    // Starting again would switch it off: refused.
    test.send(Method::POST, "/session/totp", Some(&token), None)
        .await
        .problem(409, "conflict");

    test.sign_in("county.a1", PASSWORD, None)
        .await
        .problem(401, "totp_required");
    test.sign_in("county.a1", PASSWORD, Some(&first))
        .await
        .problem(401, "sign_in_failed");
    test.app.clock.advance(SignedDuration::from_secs(60));
    let next = code(&secret, now());
    test.sign_in("county.a1", PASSWORD, Some(&next))
        .await
        .token();
    test.sign_in("county.a1", PASSWORD, Some(&next))
        .await
        .problem(401, "sign_in_failed");
    // A role that does not need it works without.
    let village = test.sign_in(VILLAGE, PASSWORD, None).await.token();
    test.send(Method::GET, "/casefiles", Some(&village), None)
        .await
        .ok();
}

#[tokio::test]
async fn disabling_ends_the_session_and_asks_who_takes_over() {
    let test = TestApp::sqlite().await;
    let system = test.person("system");
    let id = test.account_id("township.a1").await;
    let path = format!("/accounts/{id}/disable");
    let session = test.township().token().await;
    for heir in [
        Value::Null,
        json!(test.account_id("township.b1").await),
        json!(id),
    ] {
        system
            .post(&path, json!({"hand_over_to": heir, "reason": "调离"}))
            .await
            .problem(422, "invalid");
    }
    let heir = test.account_id("township2").await;
    assert_eq!(
        system
            .post(&path, json!({"hand_over_to": heir, "reason": "调离"}))
            .await
            .status,
        204
    );
    test.send(Method::GET, "/casefiles", Some(&session), None)
        .await
        .problem(401, "not_signed_in");
    test.sign_in("township.a1", PASSWORD, None)
        .await
        .problem(401, "sign_in_failed");
    assert_eq!(
        system
            .send(Method::POST, &format!("/accounts/{id}/enable"), None)
            .await
            .status,
        204
    );
    test.sign_in("township.a1", PASSWORD, None).await.token();
    let own = test.account_id("system").await;
    system
        .post(
            &format!("/accounts/{own}/disable"),
            json!({"reason": "误操作"}),
        )
        .await
        .problem(422, "invalid");
}

#[tokio::test]
async fn a_reset_lets_in_by_the_new_secret_only() {
    let test = TestApp::sqlite().await;
    let session = test.village().token().await;
    let id = test.account_id(VILLAGE).await;
    let reset = test
        .person("system")
        .send(
            Method::POST,
            &format!("/accounts/{id}/reset-password"),
            None,
        )
        .await
        .ok();
    test.send(Method::GET, "/session", Some(&session), None)
        .await
        .problem(401, "not_signed_in");
    test.sign_in(VILLAGE, PASSWORD, None)
        .await
        .problem(401, "sign_in_failed");
    let again = test
        .sign_in(
            VILLAGE,
            reset["one_time_password"].as_str().expect("a password"),
            None,
        )
        .await;
    assert_eq!(again.json["account"]["must_change_password"], true);
}

#[tokio::test]
async fn three_administrators_exclude_one_another() {
    let test = TestApp::sqlite().await;
    let all = [
        "system_administrator",
        "security_administrator",
        "audit_administrator",
    ];
    for (a, b) in [(0, 1), (0, 2), (1, 2)] {
        let pair = [all[a].to_owned(), all[b].to_owned()];
        assert!(test.app.roles.conflict(&pair).is_some(), "{pair:?}");
    }
    // One account, one role: there is no way to ask for two.
    let form = json!({"login_name": "double", "display_name": "双员", "role": "system_administrator,audit_administrator", "division": null, "reason": "试一试"});
    test.person("system")
        .post("/accounts", form)
        .await
        .problem(422, "invalid");
    // Nor does standing in for one another get round it.
    let (system, audit) = (
        test.account_id("system").await,
        test.account_id("audit").await,
    );
    let deputy =
        json!({"deputy_id": audit, "from": "2022-05-01", "to": "2022-05-31", "reason": "出差"});
    test.person("system")
        .post(&format!("/accounts/{system}/deputies"), deputy)
        .await
        .problem(422, "invalid");
    test.sql(&format!(
        "INSERT INTO deputy (id, account_id, deputy_id, from_on, to_on, reason, recorded_at, status, post) \
         VALUES ('d', '{system}', '{audit}', '2022-05-01', '2022-05-31', '', 0, 'granted', 'system_administrator')"
    ))
    .await;
    let me = test.person("audit").get("/session").await.ok();
    assert_eq!(
        me["operations"],
        json!(["export.list", "role.read", "audit.read", "audit.verify"])
    );
}

#[tokio::test]
async fn the_demo_is_nowhere_else() {
    let test = TestApp::strict().await;
    test.send(Method::GET, "/demo", None, None)
        .await
        .problem(404, "not_found");
    let token = test.sign_in(VILLAGE, PASSWORD, None).await.token();
    let moved = test
        .send(
            Method::POST,
            "/demo/clock",
            Some(&token),
            Some(json!({"advance_days": 1}).to_string()),
        )
        .await;
    moved.problem(404, "not_found");
    // Invented identity numbers are for demonstrations.
    let refused = test
        .send(
            Method::POST,
            "/households",
            Some(&token),
            Some(forms::household(HOME, 1).to_string()),
        )
        .await;
    assert_eq!(
        refused.problem(422, "invalid")["errors"][0]["field"],
        "members.0.document_number"
    );
}
