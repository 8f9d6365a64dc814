//! A lead that complains of somebody in office: that person and the own level
//! meet no trace of it, the level above handles it.

use jiff::civil::{Date, date};
use serde_json::{Value, json};

use crate::forms;
use crate::place::HOME;
use crate::test_app::{Engine, TestApp};

const FIRST: Date = date(2022, 5, 1);

/// What somebody sees of the leads of the home village, wherever leads show.
async fn seen(test: &TestApp, login: &str, household: &str) -> Vec<(String, Value)> {
    let person = test.person(login);
    let mut seen = Vec::new();
    for path in [
        "/workbench",
        "/leads",
        "/leads?channel=petition",
        &format!("/households/{household}"),
        "/supervision",
        "/complaints",
    ] {
        let reply = person.get(path).await;
        seen.push((path.to_owned(), reply.json));
    }
    let found = person.post("/households/search", json!({})).await;
    seen.push(("search".into(), found.json));
    let taken = person.post("/leads/export", json!({"filter": {}})).await;
    let rows = taken.headers.get("x-shouwang-rows");
    let rows = rows.map(|r| r.to_str().expect("a number").to_owned());
    seen.push(("export".into(), json!(rows)));
    seen
}

fn complaint(household: &str, official: &Value) -> Value {
    let mut form = forms::lead(HOME, household, "petition", FIRST);
    form["official"] = official.clone();
    form
}

/// The one complaint somebody reads.
async fn only(test: &TestApp, login: &str) -> Value {
    let page = test.person(login).get("/complaints").await.ok();
    assert_eq!(page["total"], 1, "{login}: {page:#}");
    page["items"][0].clone()
}

async fn met_only_above(engine: Engine) {
    let test = TestApp::on(engine).await;
    let household = test.village().add_household(HOME, 1).await;
    test.village()
        .post("/leads", forms::lead(HOME, &household, "hotline", FIRST))
        .await
        .ok();
    let below = ["village.a1", "township.a1", "township2"];
    let mut before = Vec::new();
    for login in below {
        before.push(seen(&test, login, &household).await);
    }
    let grid = test.person("grid.a1");
    let nobody = complaint(&household, &json!({"name": " ", "level": null}));
    grid.post("/leads", nobody).await.refusal("official_named");
    let form = complaint(
        &household,
        &json!({"name": "镇政府 镇\u{200b}a1", "level": "village"}),
    );
    test.township()
        .post("/leads", form.clone())
        .await
        .problem(422, "invalid");
    let taken = grid.post("/leads", form).await.ok();
    assert!(taken["lead"].is_null(), "{taken:#}");
    assert_eq!(
        (&taken["handled_at"], &taken["merged"]),
        (&json!("county"), &json!(false))
    );
    for (login, before) in below.into_iter().zip(before) {
        assert_eq!(seen(&test, login, &household).await, before, "{login}");
    }

    let county = test.person("county.a1");
    let one = only(&test, "county.a1").await;
    assert_eq!(one["official"], "镇政府 镇\u{200b}a1");
    let path = format!("/complaints/{}", one["id"].as_str().expect("an id"));
    for login in ["township.a1", "township2"] {
        let person = test.person(login);
        person.get(&path).await.problem(404, "not_found");
        let handled = handled(&one, "镇干部");
        let reply = person.post(&format!("{path}/handle"), handled).await;
        reply.problem(404, "not_found");
    }
    // The city reads that there is one, not what it says.
    let above = only(&test, "city").await;
    assert!(above["official"].is_null() && above["mine"] == json!(false));
    assert_eq!(above["content"], "（由下级办理，内容不公开）");
    let handle = format!("{path}/handle");
    test.person("city")
        .post(&handle, handled(&one, "市监督员"))
        .await
        .refusal("acting_level");
    let bench = county.get("/workbench").await.ok();
    assert!(bench["mine"].to_string().contains("\"complaint\""));
    county
        .post(&handle, handled(&one, "镇 a1"))
        .await
        .refusal("not_own_submission");
    county
        .post(&handle, handled(&one, " "))
        .await
        .problem(422, "invalid");
    let done = county.post(&handle, handled(&one, "县干部")).await.ok();
    assert_eq!(done["status"], "handled");
    county
        .post(&handle, handled(&one, "县干部"))
        .await
        .problem(409, "stale_version");

    // Somebody nobody knows may be of the county: the city's to handle.
    let form = complaint(&household, &json!({"name": "不知是谁", "level": null}));
    let taken = test.village().post("/leads", form).await.ok();
    assert_eq!(taken["handled_at"], "city");
    assert_eq!(only(&test, "county.a1").await["id"], one["id"]);
    let page = test
        .person("city")
        .get("/complaints?status=open")
        .await
        .ok();
    assert_eq!(page["items"][0]["official"], "不知是谁");
}

fn handled(one: &Value, by: &str) -> Value {
    json!({
        "expected_version": one["version"], "upheld": true, "answer": "约谈后已整改",
        "handled_by": by, "handled_on": FIRST,
    })
}

#[tokio::test]
async fn a_complaint_is_met_only_above_on_sqlite() {
    met_only_above(Engine::Sqlite).await;
}

#[tokio::test]
async fn a_complaint_is_met_only_above_on_postgres() {
    met_only_above(Engine::Postgres).await;
}
