//! Posts: asked for by one administrator, granted by another (三员分立).

use serde_json::{Value, json};

use crate::place::{HOME, NEXT_TOWNSHIP, SIBLING};
use crate::test_app::{Engine, PASSWORD, TestApp};

/// The open request of an account.
async fn open_request(test: &TestApp, login: &str) -> String {
    let page = test
        .person("security")
        .get("/role-requests?status=requested")
        .await
        .ok();
    let items = page["items"].as_array().expect("a list");
    items
        .iter()
        .find(|r| r["login_name"] == login)
        .and_then(|r| r["id"].as_str())
        .unwrap_or_else(|| panic!("no open request of {login}: {page:#}"))
        .to_owned()
}

async fn ask(test: &TestApp, login: &str, form: Value) -> Value {
    let id = test.account_id(login).await;
    test.person("system")
        .post(&format!("/accounts/{id}/role-requests"), form)
        .await
        .ok()
}

/// Operations and subjects of the platform's chain, newest first.
async fn audited(test: &TestApp, operation: &str) -> Vec<Value> {
    let page = test
        .person("audit")
        .get(&format!("/audit?operation={operation}"))
        .await
        .ok();
    page["items"].as_array().cloned().expect("a list")
}

#[tokio::test]
async fn a_post_has_no_effect_until_granted_on_sqlite() {
    no_effect_until_granted(Engine::Sqlite).await;
}

#[tokio::test]
async fn a_post_has_no_effect_until_granted_on_postgres() {
    no_effect_until_granted(Engine::Postgres).await;
}

async fn no_effect_until_granted(engine: Engine) {
    let test = TestApp::on(engine).await;
    let opened = test
        .person("system")
        .post(
            "/accounts",
            json!({"login_name": "fresh", "display_name": "新来的", "role": "township_reviewer", "division": "410327102000", "reason": "新到岗"}),
        )
        .await
        .ok();
    let secret = opened["one_time_password"].as_str().expect("a secret");
    let token = test.sign_in("fresh", secret, None).await.token();
    let me = test
        .send(axum::http::Method::GET, "/session", Some(&token), None)
        .await
        .ok();
    assert_eq!((&me["roles"], &me["operations"]), (&json!([]), &json!([])));
    test.send(axum::http::Method::GET, "/leads", Some(&token), None)
        .await
        .problem(403, "role_not_granted");

    let id = open_request(&test, "fresh").await;
    let decide = format!("/role-requests/{id}/decide");
    // Who asked cannot decide, and no other role can.
    for login in ["system", "audit", "county.a1"] {
        test.person(login)
            .post(&decide, json!({"grant": true}))
            .await
            .problem(403, "not_permitted");
    }
    // A refusal says why.
    let security = test.person("security");
    security
        .post(&decide, json!({"grant": false, "reason": " "}))
        .await
        .problem(422, "invalid");
    let refused = security
        .post(&decide, json!({"grant": false, "reason": "编制已满"}))
        .await
        .ok();
    assert_eq!(refused["status"], "refused");
    security
        .post(&decide, json!({"grant": true}))
        .await
        .problem(409, "conflict");
    let list = test.person("system").get("/accounts?limit=200").await.ok();
    let row = list["items"]
        .as_array()
        .and_then(|all| all.iter().find(|a| a["login_name"] == "fresh"))
        .expect("the account");
    assert_eq!(row["latest_request"]["decision_reason"], "编制已满");
    assert_eq!(row["roles"], json!([]));

    // Asked again and granted, it acts.
    let form =
        json!({"role": "township_reviewer", "division": "410327102000", "reason": "补充编制"});
    ask(&test, "fresh", form.clone()).await;
    let account = test.account_id("fresh").await;
    test.person("system")
        .post(&format!("/accounts/{account}/role-requests"), form)
        .await
        .problem(409, "conflict");
    let id = open_request(&test, "fresh").await;
    security
        .post(
            &format!("/role-requests/{id}/decide"),
            json!({"grant": true}),
        )
        .await
        .ok();
    // The grant ended the session: the new post starts with a new sign-in.
    let token = test.sign_in("fresh", secret, None).await.token();
    test.send(axum::http::Method::GET, "/leads", Some(&token), None)
        .await
        .problem(403, "account_incomplete");
    for (operation, count) in [
        ("role.requested", 2),
        ("role.refused", 1),
        ("role.granted", 1),
    ] {
        let records = audited(&test, operation).await;
        assert_eq!(records.len(), count, "{operation}");
        assert_eq!(records[0]["subject"], format!("account/{account}"));
    }
}

#[tokio::test]
async fn nobody_grants_the_own_post_and_somebody_always_can() {
    let test = TestApp::sqlite().await;
    // The security administrator is to become system administrator, and grants it himself: no.
    ask(
        &test,
        "security",
        json!({"role": "system_administrator", "reason": "轮岗"}),
    )
    .await;
    let id = open_request(&test, "security").await;
    test.person("security")
        .post(
            &format!("/role-requests/{id}/decide"),
            json!({"grant": true}),
        )
        .await
        .problem(422, "invalid");
    // The last of either kind stays.
    for login in ["security", "system"] {
        let account = test.account_id(login).await;
        let who = if login == "security" {
            "system"
        } else {
            "security"
        };
        let path = if login == "security" {
            format!("/accounts/{account}/disable")
        } else {
            format!("/accounts/{account}/withdraw-role")
        };
        test.person(who)
            .post(&path, json!({"reason": "调离"}))
            .await
            .problem(422, "invalid");
    }
    let account = test.account_id("security").await;
    test.person("system")
        .post(&format!("/accounts/{account}/reset-password"), json!({}))
        .await
        .problem(422, "invalid");
    test.sign_in("security", PASSWORD, None).await.token();
}

#[tokio::test]
async fn a_withdrawn_post_ends_at_once() {
    let test = TestApp::sqlite().await;
    let session = test.village().token().await;
    let id = test.account_id("village.a1").await;
    let path = format!("/accounts/{id}/withdraw-role");
    let security = test.person("security");
    security
        .post(&path, json!({"reason": ""}))
        .await
        .problem(422, "invalid");
    assert_eq!(
        security.post(&path, json!({"reason": "停职"})).await.status,
        204
    );
    test.send(axum::http::Method::GET, "/leads", Some(&session), None)
        .await
        .problem(401, "not_signed_in");
    let again = test.sign_in("village.a1", PASSWORD, None).await.token();
    test.send(axum::http::Method::GET, "/leads", Some(&again), None)
        .await
        .problem(403, "role_not_granted");
    security
        .post(&path, json!({"reason": "停职"}))
        .await
        .problem(409, "conflict");
    assert_eq!(audited(&test, "role.withdrawn").await.len(), 1);
}

/// Whoever resets an approver's password could sign in as the approver: the
/// post rests until the security administrator has granted it again.
#[tokio::test]
async fn a_reset_approver_waits_for_the_security_administrator() {
    let test = TestApp::sqlite().await;
    let id = test.account_id("township.a1").await;
    let reset = test
        .person("system")
        .post(&format!("/accounts/{id}/reset-password"), json!({}))
        .await
        .ok();
    let secret = reset["one_time_password"].as_str().expect("a secret");
    let token = test.sign_in("township.a1", secret, None).await.token();
    test.send(axum::http::Method::GET, "/leads", Some(&token), None)
        .await
        .problem(403, "role_not_granted");
    let request = open_request(&test, "township.a1").await;
    test.person("security")
        .post(
            &format!("/role-requests/{request}/decide"),
            json!({"grant": true}),
        )
        .await
        .ok();
    let me = test.sign_in("township.a1", secret, None).await.json;
    assert_eq!(me["roles"][0]["code"], "township_reviewer");
}

#[tokio::test]
async fn moving_to_another_post_hands_the_work_over() {
    let test = TestApp::sqlite().await;
    let id = test.account_id("grid.a1").await;
    let heir = test.account_id("village.a1").await;
    let grid = test
        .village()
        .post(
            "/grids",
            json!({"village": HOME.village, "name": "一组", "staff_kind": "grid_worker", "worker_account_id": id}),
        )
        .await
        .ok();
    let path = format!("/accounts/{id}/role-requests");
    let form = |heir: Value| json!({"role": "village_secretary", "division": SIBLING.village, "hand_over_to": heir, "reason": "换届"});
    let stranger = json!(test.account_id(&NEXT_TOWNSHIP.login("village")).await);
    for wrong in [Value::Null, json!(id), stranger] {
        test.person("system")
            .post(&path, form(wrong))
            .await
            .problem(422, "invalid");
    }
    test.person("system")
        .post(&path, form(json!(heir)))
        .await
        .ok();
    // Until it is granted the present post goes on.
    let session = test.person("grid.a1").token().await;
    test.send(axum::http::Method::GET, "/leads", Some(&session), None)
        .await
        .ok();
    let request = open_request(&test, "grid.a1").await;
    test.person("security")
        .post(
            &format!("/role-requests/{request}/decide"),
            json!({"grant": true}),
        )
        .await
        .ok();
    test.send(axum::http::Method::GET, "/leads", Some(&session), None)
        .await
        .problem(401, "not_signed_in");
    let me = test.sign_in("grid.a1", PASSWORD, None).await.json;
    assert_eq!(
        (&me["roles"][0]["code"], &me["division"]["code"]),
        (&json!("village_secretary"), &json!(SIBLING.village))
    );
    let grids = test
        .village()
        .get(&format!("/grids?village={}", HOME.village))
        .await
        .ok();
    let kept = grids
        .as_array()
        .and_then(|all| all.iter().find(|g| g["id"] == grid[0]["id"]))
        .expect("the grid");
    assert_eq!(kept["worker_account_id"], heir);
    let record = &audited(&test, "role.granted").await[0];
    assert!(
        record["detail"]
            .as_str()
            .is_some_and(|d| d.contains(&format!("handed_over_to={heir}"))),
        "{record}"
    );
}

/// Who must act on a request finds it on the workbench.
#[tokio::test]
async fn a_request_waits_on_the_workbench() {
    let test = TestApp::sqlite().await;
    let bench = async |login: &str| test.person(login).get("/workbench").await.ok();
    assert_eq!(bench("security").await["mine"], json!([]));
    let form = json!({"login_name": "fresh", "display_name": "新来的", "role": "township_reviewer", "division": "410327102000", "reason": "新到岗"});
    test.person("system").post("/accounts", form).await.ok();
    let mine = bench("security").await["mine"].clone();
    assert_eq!(
        (&mine[0]["kind"], &mine[0]["head_name"], &mine[0]["verb"]),
        (
            &json!("role_request"),
            &json!("新来的"),
            &json!("审批岗位申请")
        )
    );
    assert_eq!(mine[0]["step_label"], "职system申请：在柳泉镇乡镇审核员");
    let system = bench("system").await;
    assert_eq!(system["mine"], json!([]));
    assert_eq!(system["waiting"][0]["waiting_for"], "安全管理员");
    assert_eq!(bench("audit").await["waiting"], json!([]));
    // Refused, it is the other's turn again: the account has no post.
    let id = open_request(&test, "fresh").await;
    test.person("security")
        .post(
            &format!("/role-requests/{id}/decide"),
            json!({"grant": false, "reason": "编制已满"}),
        )
        .await
        .ok();
    assert_eq!(bench("security").await["mine"], json!([]));
    let system = bench("system").await;
    assert_eq!(system["mine"][0]["verb"], "重新申请岗位或停用账户");
    assert!(
        system["mine"][0]["step_label"]
            .to_string()
            .contains("编制已满")
    );
}

/// The only holder of a post has no colleague: the refusal says the way out,
/// and it is one.
#[tokio::test]
async fn the_only_holder_is_let_go_after_the_post_is_withdrawn() {
    let test = TestApp::sqlite().await;
    let id = test.account_id("township.b1").await;
    let system = test.person("system");
    let disable = format!("/accounts/{id}/disable");
    let form = json!({"reason": "调离"});
    let refused = system.post(&disable, form.clone()).await;
    let words = refused.problem(422, "invalid").to_string();
    assert!(
        words.contains("收回这个岗位") && words.contains("代办人"),
        "{words}"
    );
    let withdraw = json!({"reason": "调离"});
    test.person("security")
        .post(&format!("/accounts/{id}/withdraw-role"), withdraw)
        .await
        .ok();
    system.post(&disable, form).await.ok();
}
