//! 不属本地，转有关地方: the lead goes where the household belongs, with its day.

use jiff::civil::date;
use serde_json::{Value, json};

use crate::forms;
use crate::place::{HOME, NEXT_COUNTY, NEXT_PROVINCE, SIBLING};
use crate::test_app::{Engine, Reply, TestApp};

#[tokio::test]
async fn a_lead_opens_where_it_belongs_with_its_day_on_sqlite() {
    a_lead_opens_where_it_belongs_with_its_day(Engine::Sqlite).await;
}

#[tokio::test]
async fn a_lead_opens_where_it_belongs_with_its_day_on_postgres() {
    a_lead_opens_where_it_belongs_with_its_day(Engine::Postgres).await;
}

/// Concludes a lead of the home village as belonging elsewhere.
async fn forward(test: &TestApp, lead: &Value, to: Value) -> Reply {
    let id = lead["id"].as_str().expect("an id");
    let version = lead["version"].as_i64().expect("a version");
    let mut form = forms::conclusion(version, "another_area", test.app.today());
    form["forward"] = to;
    test.village()
        .post(&format!("/leads/{id}/conclude"), form)
        .await
}

async fn registered(test: &TestApp, number: u16) -> Value {
    let household = test.village().add_household(HOME, number).await;
    let lead = forms::lead(HOME, &household, "hotline", date(2022, 5, 1));
    test.village().post("/leads", lead).await.ok()["lead"].clone()
}

#[track_caller]
fn refused(reply: Reply) {
    let text = reply.text();
    let body = reply.problem(422, "invalid");
    assert!(body.to_string().contains("\"forward"), "{text}");
}

async fn a_lead_opens_where_it_belongs_with_its_day(engine: Engine) {
    let test = TestApp::on(engine).await;
    test.go_to(date(2022, 5, 4));
    let lead = registered(&test, 1).await;
    for nowhere in [
        Value::Null,
        json!({"division": null, "place": " \u{200b}\u{3000}\u{202e}"}),
        json!({"place": "字".repeat(100_000)}),
        json!({"division": HOME.village}),
        json!({"division": "410327102000"}),
        json!({"division": "410328000000"}),
        json!({"division": "410328999000"}),
    ] {
        refused(forward(&test, &lead, nowhere).await);
    }
    forward(&test, &lead, json!({"division": "410328102000"}))
        .await
        .ok();

    // The sender reads that it arrived, and nothing of what is done with it.
    let path = format!("/leads/{}", lead["id"].as_str().expect("an id"));
    let sent = test.village().get(&path).await.ok();
    let to = &sent["forwarded_to"];
    assert_eq!(to["received"], true, "{sent:#}");
    assert!(
        to["place"].as_str().is_some_and(|p| p.contains("洛宁县")),
        "{to}"
    );
    assert!(to["lead_id"].is_null(), "{to}");

    // The other township has it on its desk, its clock running from discovery.
    let bench = test.person("township.b1").get("/workbench").await.ok();
    let item = bench["mine"]
        .as_array()
        .expect("a list")
        .iter()
        .find(|i| i["kind"] == "lead")
        .cloned()
        .expect("the lead");
    let there = format!("/leads/{}", item["id"].as_str().expect("an id"));
    let received = test.person("township.b1").get(&there).await.ok();
    assert_eq!(received["received_on"], "2022-05-01");
    assert_eq!(received["deadline_on"], lead["deadline_on"]);
    assert_eq!(received["days_left"], lead["days_left"]);
    assert_eq!(received["reported_name"], forms::head_name(HOME, 1));
    let from = &received["forwarded_from"];
    assert!(
        from["place"].as_str().is_some_and(|p| p.contains("宜阳县")),
        "{from}"
    );
    assert!(from["lead_id"].is_null(), "not theirs to read: {from}");
    for login in ["village.a1", "township.a1", "village.b1", "village.c1"] {
        assert_eq!(test.person(login).get(&there).await.status, 404, "{login}");
    }
    // Who sees both follows the link; then it goes its way there.
    let city = test.person("province").get(&there).await;
    assert_eq!(city.status, 403);
    let household = test
        .person("village.b1")
        .add_household(NEXT_COUNTY, 1)
        .await;
    test.person("township.b1")
        .post(
            &format!("{there}/match"),
            json!({"household_id": household}),
        )
        .await
        .ok();
    let matched = test.person("village.b1").get(&there).await.ok();
    let version = matched["version"].as_i64().expect("a version");
    let form = forms::conclusion(version, "identification", test.app.today());
    let opened = test
        .person("village.b1")
        .post(&format!("{there}/conclude"), form)
        .await
        .ok();
    let casefile = opened["casefile_id"].as_str().expect("a casefile");
    let casefile = test
        .person("village.b1")
        .get(&format!("/casefiles/{casefile}"))
        .await
        .ok();
    assert!(
        casefile["clocks"].to_string().contains("2022-05-01"),
        "{}",
        casefile["clocks"]
    );

    // Within one township both ends are in sight of it.
    let second = registered(&test, 2).await;
    forward(&test, &second, json!({"division": SIBLING.village}))
        .await
        .ok();
    let path = format!("/leads/{}", second["id"].as_str().expect("an id"));
    let sent = test.person("township.a1").get(&path).await.ok();
    assert!(sent["forwarded_to"]["lead_id"].is_string(), "{sent:#}");

    // Nobody works there, or it lies outside: the place is written down.
    let third = registered(&test, 3).await;
    forward(&test, &third, json!({"place": "某省某市某县某镇"}))
        .await
        .ok();
    let path = format!("/leads/{}", third["id"].as_str().expect("an id"));
    let sent = test.village().get(&path).await.ok();
    assert_eq!(
        (
            &sent["forwarded_to"]["place"],
            &sent["forwarded_to"]["received"]
        ),
        (&json!("某省某市某县某镇"), &json!(false))
    );
    let places = test.village().get("/lead-places").await.ok();
    assert!(
        places.to_string().contains(&NEXT_PROVINCE.village[..2]),
        "{places}"
    );
}
