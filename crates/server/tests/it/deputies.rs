//! Standing in for a colleague: proposed by one, granted by another, for days
//! that end, and never past a mask.

use axum::http::Method;
use jiff::civil::date;
use serde_json::{Value, json};

use crate::forms;
use crate::place::HOME;
use crate::story::Case;
use crate::test_app::{Engine, PASSWORD, TestApp};

const VILLAGE: &str = "village.a1";
const DECIDER: &str = "county.a1";

async fn form(test: &TestApp, deputy: &str, to: &str) -> Value {
    json!({"deputy_id": test.account_id(deputy).await, "from": "2022-05-01", "to": to, "reason": "住院"})
}

async fn path(test: &TestApp, login: &str) -> String {
    format!("/accounts/{}/deputies", test.account_id(login).await)
}

/// The system administrator proposes; returns the id.
async fn propose(test: &TestApp, post: &str, deputy: &str, to: &str) -> String {
    let view = test
        .person("system")
        .post(&path(test, post).await, form(test, deputy, to).await)
        .await
        .ok();
    view["id"].as_str().expect("an id").to_owned()
}

async fn grant(test: &TestApp, id: &str) -> Value {
    test.person("security")
        .post(&format!("/deputies/{id}/decide"), json!({"grant": true}))
        .await
        .ok()
}

async fn holds(test: &TestApp, login: &str, operation: &str) -> bool {
    let me = test.person(login).get("/session").await.ok();
    me["operations"]
        .as_array()
        .is_some_and(|o| o.iter().any(|o| o == operation))
}

#[tokio::test]
async fn a_deputy_acts_for_a_time_and_both_names_show() {
    let test = TestApp::sqlite().await;
    let day = date(2022, 5, 1);
    let case = Case::open(&test, HOME, 1, day).await;
    case.verify(day).await;
    case.sign(day).await;
    let ask = || forms::request_cross_check(&case.adults);
    case.act("grid.a1", day, ask())
        .await
        .problem(403, "not_permitted");
    let path = path(&test, VILLAGE).await;
    let refused = test
        .village()
        .post(&path, form(&test, "village.b1", "2022-05-09").await)
        .await
        .problem(422, "invalid");
    assert_eq!(
        refused,
        test.village()
            .post(
                &path,
                json!({"deputy_id": "nobody", "from": "2022-05-01", "to": "2022-05-09", "reason": "住院"})
            )
            .await
            .problem(422, "invalid")
    );
    test.village()
        .post(&path, form(&test, "grid.a1", "2022-04-30").await)
        .await
        .problem(422, "invalid");
    test.person("village.a2")
        .post(&path, form(&test, "grid.a1", "2022-05-09").await)
        .await
        .problem(403, "not_permitted");
    let view = test
        .village()
        .post(&path, form(&test, "grid.a1", "2022-05-03").await)
        .await
        .ok();
    assert_eq!(view["status"], "requested");
    case.act("grid.a1", day, ask())
        .await
        .problem(403, "not_permitted");
    grant(&test, view["id"].as_str().expect("an id")).await;
    let view = case.act("grid.a1", day, ask()).await.ok();
    let event = view["timeline"]
        .as_array()
        .and_then(|t| t.last())
        .expect("an event");
    assert_eq!(
        (event["by_name"].as_str(), event["deputy_of"].as_str()),
        (Some("网officea1"), Some("村officea1"))
    );
    // The clock goes on as if nothing happened; after its last day the deputy is none.
    test.go_to(date(2022, 5, 4));
    assert_eq!(case.view().await["clocks"][0]["days_used"], 3);
    assert!(!holds(&test, "grid.a1", "casefile.cross_check_request").await);
}

#[tokio::test]
async fn a_deputy_takes_two_hands_on_sqlite() {
    takes_two_hands(Engine::Sqlite).await;
}

#[tokio::test]
async fn a_deputy_takes_two_hands_on_postgres() {
    takes_two_hands(Engine::Postgres).await;
}

async fn takes_two_hands(engine: Engine) {
    let test = TestApp::on(engine).await;
    let id = propose(&test, DECIDER, "liaison", "2022-05-09").await;
    assert!(!holds(&test, "liaison", "casefile.decide").await);
    // The one who proposed cannot grant, nor can the two, nor anybody else.
    let decide = format!("/deputies/{id}/decide");
    for login in ["system", "audit", DECIDER, "liaison"] {
        test.person(login)
            .post(&decide, json!({"grant": true}))
            .await
            .problem(403, "not_permitted");
    }
    let bench = test.person("security").get("/workbench").await.ok();
    assert_eq!(
        (&bench["mine"][0]["kind"], &bench["mine"][0]["verb"]),
        (&json!("deputy"), &json!("审批代理"))
    );
    let waiting = test.person("system").get("/workbench").await.ok()["waiting"].clone();
    assert_eq!(waiting[0]["waiting_for"], "安全管理员");
    let security = test.person("security");
    security
        .post(&decide, json!({"grant": false}))
        .await
        .problem(422, "invalid");
    assert_eq!(grant(&test, &id).await["status"], "granted");
    security
        .post(&decide, json!({"grant": true}))
        .await
        .problem(409, "conflict");
    assert!(holds(&test, "liaison", "casefile.decide").await);
    // The record names who proposed, who granted and both people.
    let page = test
        .person("audit")
        .get("/audit?operation=deputy.granted")
        .await
        .ok();
    let record = &page["items"][0];
    assert_eq!(
        record["subject"],
        format!("account/{}", test.account_id(DECIDER).await)
    );
    let detail = record["detail"].as_str().unwrap_or_default();
    for named in ["liaison", "system"] {
        assert!(detail.contains(&test.account_id(named).await), "{detail}");
    }
    // Ended by one hand, at once.
    test.person("liaison")
        .post(&format!("/deputies/{id}/withdraw"), json!({"reason": ""}))
        .await
        .problem(422, "invalid");
    test.person("liaison")
        .post(
            &format!("/deputies/{id}/withdraw"),
            json!({"reason": "提前返岗"}),
        )
        .await
        .ok();
    assert!(!holds(&test, "liaison", "casefile.decide").await);
    security
        .post(&decide, json!({"grant": true}))
        .await
        .problem(409, "conflict");
}

/// An administrator who also is the proposer, e.g. of the own post.
#[tokio::test]
async fn nobody_grants_the_own_proposal() {
    let test = TestApp::sqlite().await;
    let id = propose(&test, DECIDER, "liaison", "2022-05-09").await;
    let security = test.account_id("security").await;
    test.sql(&format!(
        "UPDATE deputy SET proposed_by = '{security}' WHERE id = '{id}'"
    ))
    .await;
    test.person("security")
        .post(&format!("/deputies/{id}/decide"), json!({"grant": true}))
        .await
        .problem(422, "invalid");
}

#[tokio::test]
async fn a_masked_view_is_never_mixed_with_another() {
    let test = TestApp::sqlite().await;
    let system = test.person("system");
    for (post, deputy) in [(DECIDER, "analyst"), ("analyst", DECIDER)] {
        let refused = system
            .post(
                &path(&test, post).await,
                form(&test, deputy, "2022-05-09").await,
            )
            .await
            .problem(422, "invalid");
        assert_eq!(refused["errors"][0]["field"], "deputy_id");
    }
    // Granted before the role became one: it lends nothing all the same.
    let (decider, analyst) = (
        test.account_id(DECIDER).await,
        test.account_id("analyst").await,
    );
    test.sql(&format!(
        "INSERT INTO deputy (id, account_id, deputy_id, from_on, to_on, reason, recorded_at, status, post) \
         VALUES ('d', '{decider}', '{analyst}', '2022-05-01', '2022-05-31', '', 0, 'granted', 'county_decider')"
    ))
    .await;
    assert!(!holds(&test, "analyst", "household.reveal").await);
}

#[tokio::test]
async fn one_deputy_a_post_and_not_for_ever() {
    let test = TestApp::sqlite().await;
    let system = test.person("system");
    let post = path(&test, DECIDER).await;
    // Ninety days are the longest: 1 May to 29 July.
    for (to, fits) in [("2022-07-30", false), ("2022-07-29", true)] {
        let answer = system.post(&post, form(&test, "liaison", to).await).await;
        if fits {
            answer.ok();
        } else {
            let refused = answer.problem(422, "invalid");
            assert!(refused.to_string().contains("90 天"), "{refused}");
        }
    }
    // A second one on the same days waits for the first to end.
    let refused = system
        .post(&post, form(&test, "liaison", "2022-05-02").await)
        .await
        .problem(422, "invalid");
    assert_eq!(refused["errors"][0]["field"], "from");
}

/// Whoever set the password could act as the deputy: it is granted anew.
#[tokio::test]
async fn a_new_password_rests_the_deputy() {
    let test = TestApp::sqlite().await;
    let id = propose(&test, DECIDER, "liaison", "2022-05-09").await;
    grant(&test, &id).await;
    let account = test.account_id("liaison").await;
    test.person("system")
        .post(&format!("/accounts/{account}/reset-password"), json!({}))
        .await
        .ok();
    let open = test
        .person("security")
        .get("/deputies?status=requested")
        .await
        .ok();
    assert_eq!(
        (&open["items"][0]["id"], open["total"].as_u64()),
        (&json!(id), Some(1))
    );
}

/// A post left lends nothing, whatever the account holds afterwards.
#[tokio::test]
async fn a_post_that_changed_lends_nothing() {
    let test = TestApp::sqlite().await;
    let id = propose(&test, VILLAGE, "grid.a1", "2022-05-09").await;
    grant(&test, &id).await;
    assert!(holds(&test, "grid.a1", "casefile.appraise").await);
    let secretary = test.account_id(VILLAGE).await;
    test.sql(&format!(
        "UPDATE account SET disabled = true WHERE id = '{secretary}'"
    ))
    .await;
    assert!(!holds(&test, "grid.a1", "casefile.appraise").await);
}

/// Outside a demo a post with a second factor asks it of its deputy too.
#[tokio::test]
async fn the_second_factor_binds_the_deputy() {
    let test = TestApp::strict().await;
    let (decider, liaison) = (
        test.account_id(DECIDER).await,
        test.account_id("liaison").await,
    );
    test.sql(&format!(
        "INSERT INTO deputy (id, account_id, deputy_id, from_on, to_on, reason, recorded_at, status, post) \
         VALUES ('d', '{decider}', '{liaison}', '2022-05-01', '2022-05-31', '', 0, 'granted', 'county_decider')"
    ))
    .await;
    let decides = async || {
        let token = test.sign_in("liaison", PASSWORD, None).await.token();
        let me = test
            .send(Method::GET, "/session", Some(&token), None)
            .await
            .ok();
        me["operations"].to_string().contains("casefile.decide")
    };
    assert!(!decides().await);
}
