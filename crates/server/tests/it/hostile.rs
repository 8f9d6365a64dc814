//! Bad input and hostile use: answers in words, never the inside of the
//! service; texts come back as they went in.

use axum::body::Body;
use axum::http::{Method, Request, header};
use domain::typed_text::{name_fault, readable_name};
use jiff::civil::date;
use serde_json::{Value, json};

use crate::forms;
use crate::place::HOME;
use crate::test_app::{Engine, Reply, TestApp};

/// Words of frameworks, databases and source code.
const INSIDE: [&str; 15] = [
    "serde",
    "deserialize",
    "sqlx",
    "sqlite",
    "postgres",
    "SELECT",
    "INSERT",
    "panicked",
    ".rs:",
    "axum",
    "line 1 column",
    "expected ",
    "invalid type",
    "RUST",
    "unwrap",
];

#[track_caller]
fn in_words(reply: &Reply) {
    let text = reply.text();
    assert!(reply.status < 500, "{} {text}", reply.status);
    if reply.status >= 400 {
        assert_eq!(
            reply.headers[header::CONTENT_TYPE],
            "application/problem+json",
            "{text}"
        );
        assert!(
            reply.json["detail"].as_str().is_some_and(|d| !d.is_empty()),
            "{text}"
        );
        for word in INSIDE {
            assert!(!text.contains(word), "{word} in {text}");
        }
    }
}

#[tokio::test]
async fn malformed_requests_are_answered_in_words() {
    let test = TestApp::sqlite().await;
    let token = test.village().token().await;
    let post = async |path: &str, body: &str| {
        test.send(Method::POST, path, Some(&token), Some(body.into()))
            .await
    };
    for body in [
        "",
        "{",
        "null",
        "[]",
        "\"x\"",
        "{\"channel\": 3}",
        "{\"received_on\": \"secret-value\"}",
        "{\"channel\":\"\\ud800\"}",
    ] {
        for path in [
            "/leads",
            "/households",
            "/appraisals",
            "/notices",
            "/households/search",
            "/casefiles/x/actions",
            "/session",
        ] {
            let reply = post(path, body).await;
            in_words(&reply);
            assert!(!reply.text().contains("secret-value"), "{}", reply.text());
            assert!(
                reply.status == 422 || path == "/households/search",
                "{path} {body}: {}",
                reply.status
            );
        }
    }
    let deep = format!("{}1{}", "[".repeat(5000), "]".repeat(5000));
    in_words(&post("/leads", &deep).await);
    for path in [
        "/leads?limit=abc",
        "/leads?division=12",
        "/leads?cursor=18446744073709551615",
        "/leads?limit=18446744073709551615",
        "/leads?limit=-1",
        "/casefiles?overdue=perhaps",
        "/divisions/xyz",
        "/divisions?parent=%27%20OR%201%3D1",
        "/households/x/versions/abc",
        "/households/x?as_of=2022-13-45",
        "/divisions/search?q=%25",
        "/divisions/search",
        "/casefiles/%00",
        "/casefiles?step=%27%3B--&stage=%27",
        "/no/such/thing",
        "/notices?village=4103",
    ] {
        in_words(&test.send(Method::GET, path, Some(&token), None).await);
    }
    in_words(&test.send(Method::PUT, "/leads", Some(&token), None).await);
    in_words(
        &test
            .send(
                Method::POST,
                "/attachments",
                Some(&token),
                Some("{}".into()),
            )
            .await,
    );
    let no_type = Request::post("/api/v1/leads")
        .header("x-shouwang-csrf", "1")
        .header(header::COOKIE, format!("shouwang_session={token}"))
        .body(Body::from("{}"))
        .expect("request");
    in_words(&test.call(no_type).await);
}

#[tokio::test]
async fn no_answer_about_people_is_cached() {
    let test = TestApp::sqlite().await;
    let reply = test.village().get("/casefiles").await;
    assert_eq!(reply.headers[header::CACHE_CONTROL], "no-store");
    assert_eq!(reply.headers[header::X_CONTENT_TYPE_OPTIONS], "nosniff");
    assert!(reply.headers.contains_key(header::CONTENT_SECURITY_POLICY));
}

const STRANGE: [&str; 9] = [
    "'; DROP TABLE household; --",
    "<script>alert(1)</script><img src=x onerror=alert(1)>",
    "{{7*7}} ${jndi:ldap://x} %s%n",
    "=cmd|' /C calc'!A0",
    "\u{202e}倒着写\u{202c} \u{200b}零宽",
    "𬭊䶮㛃·ᠮᠣᠩᠭᠣᠯ བོད",
    "two\nlines\tand a tab",
    "%' OR '1'='1",
    "\\\"quotes\\\" and \\u0041",
];

#[tokio::test]
async fn strange_texts_come_back_unchanged_on_sqlite() {
    strange_texts_come_back_unchanged(&TestApp::on(Engine::Sqlite).await).await;
}

#[tokio::test]
async fn strange_texts_come_back_unchanged_on_postgres() {
    strange_texts_come_back_unchanged(&TestApp::on(Engine::Postgres).await).await;
}

async fn strange_texts_come_back_unchanged(test: &TestApp) {
    let village = test.village();
    for (number, text) in (1..).zip(STRANGE) {
        let mut form = forms::household(HOME, number);
        form["address"] = json!(text);
        // Nobody is called so: refused by name, as the import refuses it.
        let name = readable_name(text).filter(|name| name == text && name_fault(name).is_none());
        if name.is_none() {
            let mut form = form.clone();
            form["members"][1]["name"] = json!(text);
            let problem = village
                .post("/households", form)
                .await
                .problem(422, "invalid");
            assert_eq!(problem["errors"][0]["field"], "members.1.name");
        }
        let name = name.unwrap_or_else(|| "某人".into());
        form["members"][1]["name"] = json!(name);
        let household = village.post("/households", form).await.ok()["id"]
            .as_str()
            .expect("an id")
            .to_owned();
        let file = village.get(&format!("/households/{household}")).await.ok();
        assert_eq!(
            (&file["address"], &file["members"][1]["name"]),
            (&json!(text), &json!(name))
        );
        let mut lead = forms::lead(HOME, &household, "cadre_visit", date(2022, 5, 1));
        lead["description"] = json!(text);
        let registered = village.post("/leads", lead).await.ok();
        assert_eq!(registered["lead"]["description"], json!(text));
        let found = village
            .post("/households/search", json!({"text": text}))
            .await
            .ok();
        assert!(
            found["total"].as_u64().is_some_and(|n| n <= 1),
            "a search text is a text: {found:#}"
        );
        let odd = village
            .get(&format!("/divisions/search?q={}", percent(text)))
            .await;
        in_words(&odd);
    }
    let all = village.post("/households/search", json!({})).await.ok();
    assert_eq!(all["total"].as_u64(), u64::try_from(STRANGE.len()).ok());
    // A cursor of ours is no text of a person: it comes back whole.
    let mut form = json!({"limit": 1});
    for n in 1..=STRANGE.len() {
        let page = village.post("/households/search", form.clone()).await.ok();
        assert_eq!(page["items"].as_array().map(Vec::len), Some(1));
        assert_eq!(page["next_cursor"].is_null(), n == STRANGE.len());
        form["cursor"] = page["next_cursor"].clone();
    }
    // NUL cannot be stored everywhere: refused in words, on both databases.
    let mut form = forms::household(HOME, 90);
    form["address"] = json!("a\u{0}b");
    in_words(&village.post("/households", form).await);
    village
        .post("/households/search", json!({"text": "a\u{0}b"}))
        .await
        .problem(422, "invalid");
    in_words(&village.get("/divisions/search?q=a%00b").await);
    in_words(&village.get("/casefiles/a%00b").await);
    in_words(&village.get("/leads?channel=a%00b").await);
    in_words(&test.sign_in("a\u{0}b", "x", None).await);
}

fn percent(text: &str) -> String {
    text.bytes().map(|b| format!("%{b:02X}")).collect()
}

#[tokio::test]
async fn texts_and_amounts_have_a_limit() {
    let test = TestApp::sqlite().await;
    let village = test.village();
    let long = "长".repeat(100_000);
    for field in ["address", "reason", "collected_by", "code"] {
        let mut form = forms::household(HOME, 1);
        form[field] = json!(long);
        let problem = village
            .post("/households", form)
            .await
            .problem(422, "invalid");
        assert_eq!(problem["errors"][0]["field"], field);
        assert!(
            problem.to_string().len() < 2_000,
            "the text itself does not come back"
        );
    }
    let mut form = forms::household(HOME, 1);
    form["members"][0]["name"] = json!(long);
    let problem = village
        .post("/households", form)
        .await
        .problem(422, "invalid");
    assert_eq!(problem["errors"][0]["field"], "members.0.name");
    let mut form = forms::household(HOME, 1);
    form["members"] = Value::Array(vec![form["members"][1].clone(); 2_000]);
    village
        .post("/households", form)
        .await
        .problem(422, "invalid");

    let household = village.add_household(HOME, 1).await;
    let mut lead = forms::lead(HOME, &household, "cadre_visit", date(2022, 5, 1));
    lead["description"] = json!("情况".repeat(2_000));
    village.post("/leads", lead.clone()).await.ok();
    lead["description"] = json!(long);
    village.post("/leads", lead).await.problem(422, "invalid");

    let statement = |amount: i64| {
        json!({
            "expected_version": 1, "effective_on": "2022-05-01", "reason": "核算", "collected_by": "采集人",
            "change": {"kind": "income", "statement": {
                "period_from": "2021-05-01", "period_to": "2022-04-30", "counted_persons": 3,
                "items": [{"source": "wage.migrant_work", "amount_fen": amount}, {"source": "wage.other", "amount_fen": amount}],
            }},
        })
    };
    let path = format!("/households/{household}/changes");
    village
        .post(&path, statement(i64::MAX))
        .await
        .problem(422, "invalid");
    village.post(&path, statement(3_000_000)).await.ok();
    assert_eq!(
        village.get(&format!("/households/{household}")).await.ok()["income"][0]["per_capita_fen"],
        2_000_000
    );
}

#[tokio::test]
async fn fields_nobody_asked_for_are_refused_by_name() {
    let test = TestApp::sqlite().await;
    let household = test.village().add_household(HOME, 1).await;
    let lead = forms::lead(HOME, &household, "cadre_visit", date(2022, 5, 1));
    for (key, value) in [
        ("status", "concluded"),
        ("outcome", "no_risk"),
        ("account_id", "somebody"),
        ("id", "chosen"),
    ] {
        let mut more = lead.clone();
        more[key] = json!(value);
        let refused = test.village().post("/leads", more).await;
        let words = refused.problem(422, "malformed").to_string();
        assert!(words.contains(key) && !words.contains(value), "{words}");
    }
    // Also inside an act of several kinds.
    let change = json!({
        "expected_version": 1, "effective_on": "2022-05-01", "reason": "核对", "collected_by": "采集人",
        "change": {"kind": "moved", "village": HOME.village, "verified": true},
    });
    let path = format!("/households/{household}/changes");
    test.village()
        .post(&path, change)
        .await
        .problem(422, "malformed");
    let registered = test.village().post("/leads", lead).await.ok();
    assert_eq!(
        (
            registered["lead"]["status"].as_str(),
            registered["lead"]["outcome"].is_null()
        ),
        (Some("open"), true)
    );
    let mut form = json!({"login_name": "mass", "display_name": "某", "role": "analyst", "division": "410327000000", "reason": "数据分析"});
    let own = form.clone();
    form["roles"] = json!(["system_administrator"]);
    form["must_change_password"] = json!(false);
    test.person("system")
        .post("/accounts", form)
        .await
        .problem(422, "malformed");
    let form = own;
    let opened = test.person("system").post("/accounts", form).await.ok();
    let asked = test.person("security").get("/role-requests").await.ok();
    let request = asked["items"][0]["id"].as_str().expect("a request");
    let decide = format!("/role-requests/{request}/decide");
    test.person("security")
        .post(
            &decide,
            json!({"grant": true, "role": "system_administrator"}),
        )
        .await
        .problem(422, "malformed");
    test.person("security")
        .post(&decide, json!({"grant": true}))
        .await
        .ok();
    let me = test
        .sign_in(
            "mass",
            opened["one_time_password"].as_str().expect("a password"),
            None,
        )
        .await
        .ok();
    assert_eq!(
        (
            me["account"]["must_change_password"].as_bool(),
            me["roles"][0]["code"].as_str()
        ),
        (Some(true), Some("analyst"))
    );
}

#[tokio::test]
async fn only_scans_and_photos_are_attached() {
    let test = TestApp::sqlite().await;
    let household = test.village().add_household(HOME, 1).await;
    let kept = test
        .village()
        .upload(
            "household",
            &household,
            "home_photo",
            "../../etc/户口本\u{202e}.pdf",
        )
        .await
        .ok();
    assert_eq!(kept["media_type"], "application/pdf");
    let read = test
        .village()
        .get(&format!(
            "/attachments/{}",
            kept["id"].as_str().expect("an id")
        ))
        .await;
    assert_eq!(
        (
            read.status,
            read.headers[header::CONTENT_TYPE].to_str().ok()
        ),
        (200, Some("application/pdf"))
    );
    in_words(
        &test
            .village()
            .upload("nothing", &household, "home_photo", "a.pdf")
            .await,
    );
    in_words(
        &test
            .village()
            .upload("household", &household, &"x".repeat(1_000), "a.pdf")
            .await,
    );
    test.village()
        .upload("household", "no-such-household", "home_photo", "a.pdf")
        .await
        .problem(404, "not_found");
}
