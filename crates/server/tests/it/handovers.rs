//! A household passes to another township of the county, or leaves the county:
//! what belongs to it goes along, both sides see what waits.

use jiff::civil::date;
use serde_json::{Value, json};

use crate::forms;
use crate::leads::episode;
use crate::place::{HOME, NEXT_COUNTY, NEXT_TOWNSHIP, SIBLING};
use crate::story::Case;
use crate::test_app::{Engine, Reply, TestApp};

/// The township of [`NEXT_TOWNSHIP`].
const OTHER: &str = "410327103000";

#[tokio::test]
async fn a_household_changes_its_township_with_all_that_is_its_on_sqlite() {
    a_household_changes_its_township_with_all_that_is_its(Engine::Sqlite).await;
}

#[tokio::test]
async fn a_household_changes_its_township_with_all_that_is_its_on_postgres() {
    a_household_changes_its_township_with_all_that_is_its(Engine::Postgres).await;
}

async fn version(test: &TestApp, login: &str, household: &str) -> Value {
    let path = format!("/households/{household}");
    test.person(login).get(&path).await.ok()["version"].clone()
}

/// Hands a household to a division.
async fn hand_over(test: &TestApp, login: &str, household: &str, to: &str) -> Reply {
    let form = json!({
        "expected_version": version(test, login, household).await, "to": to,
        "effective_on": test.app.today(), "reason": "投靠女儿，户口已迁",
    });
    let path = format!("/households/{household}/handovers");
    test.person(login).post(&path, form).await
}

/// Answers a handover; `how` is the end of its address.
async fn answer(test: &TestApp, login: &str, handover: &Value, how: &str, more: Value) -> Reply {
    let id = handover["id"].as_str().expect("an id");
    let mut form = json!({"expected_version": handover["version"]});
    for (key, value) in more.as_object().expect("fields") {
        form[key] = value.clone();
    }
    test.person(login)
        .post(&format!("/handovers/{id}/{how}"), form)
        .await
}

/// Heads of the handovers on a desk: (mine, waiting).
async fn desk(test: &TestApp, login: &str) -> (usize, usize) {
    let bench = test.person(login).get("/workbench").await.ok();
    let count = |list: &str| {
        let items = bench[list].as_array().expect("a list");
        items.iter().filter(|i| i["kind"] == "handover").count()
    };
    (count("mine"), count("waiting"))
}

#[track_caller]
fn refused(reply: Reply, field: &str) {
    let text = reply.text();
    let body = reply.problem(422, "invalid");
    assert!(body.to_string().contains(&format!("\"{field}\"")), "{text}");
}

async fn a_household_changes_its_township_with_all_that_is_its(engine: Engine) {
    let test = TestApp::on(engine).await;
    let case = Case::open(&test, HOME, 1, date(2022, 5, 1)).await;
    let household = case.household.clone();
    let photo = test
        .village()
        .upload("casefile", &case.id, "home_photo", "photo.pdf")
        .await
        .ok();
    let photo = format!("/attachments/{}", photo["id"].as_str().expect("an id"));
    let view = case.view().await;
    let lead = format!(
        "/leads/{}",
        view["leads"][0]["id"].as_str().expect("a lead")
    );

    // The village has no such act; the township chooses another of its county.
    hand_over(&test, "village.a1", &household, OTHER)
        .await
        .problem(403, "not_permitted");
    for to in [
        NEXT_TOWNSHIP.village,
        NEXT_COUNTY.village,
        "410328102000",
        "410327102000",
        HOME.village,
    ] {
        refused(hand_over(&test, "township.a1", &household, to).await, "to");
    }
    let townships = test
        .person("township.a1")
        .get("/handovers/townships")
        .await
        .ok();
    assert!(townships.to_string().contains(OTHER), "{townships:#}");
    assert!(!townships.to_string().contains("410328"), "{townships:#}");
    let handed = hand_over(&test, "township.a1", &household, OTHER)
        .await
        .ok();
    assert_eq!(handed["status"], "waiting");
    hand_over(&test, "township.a1", &household, OTHER)
        .await
        .problem(409, "conflict");

    // Both sides see that it waits; the file opens to whom it still belongs.
    assert_eq!(desk(&test, "township.a1").await, (0, 1));
    assert_eq!(desk(&test, "township.a3").await, (1, 0));
    assert_eq!(desk(&test, "county.a1").await, (0, 1));
    assert_eq!(desk(&test, "county.b1").await, (0, 0));
    let file = format!("/households/{household}");
    let own = test.village().get(&file).await.ok();
    assert!(own["handed_to"].is_string(), "{own:#}");
    test.person("township.a3")
        .get(&file)
        .await
        .problem(404, "not_found");
    let seen = test.person("township.a3").get("/handovers").await.ok();
    assert_eq!(seen["total"], 1);
    assert_eq!(seen["items"][0]["head_name"], forms::head_name(HOME, 1));
    assert!(seen["items"][0]["household_id"].is_null());
    for login in ["township.b1", "county.b1"] {
        let others = test.person(login).get("/handovers").await.ok();
        assert_eq!(others["total"], 0, "{login}");
        answer(
            &test,
            login,
            &handed,
            "refuse",
            json!({"reason": "不是这里"}),
        )
        .await
        .problem(404, "not_found");
    }

    // Who asked cannot answer; sent back with a reason that the sender reads.
    answer(
        &test,
        "township.a1",
        &handed,
        "refuse",
        json!({"reason": "不收"}),
    )
    .await
    .problem(409, "conflict");
    refused(
        answer(
            &test,
            "township.a3",
            &handed,
            "refuse",
            json!({"reason": "\u{200b}\u{3000}"}),
        )
        .await,
        "reason",
    );
    answer(
        &test,
        "township.a3",
        &handed,
        "refuse",
        json!({"reason": "户口还没有迁来"}),
    )
    .await
    .ok();
    let back = test.person("township.a1").get("/handovers").await.ok();
    assert_eq!(
        (
            back["items"][0]["status"].as_str(),
            back["items"][0]["answer"].as_str()
        ),
        (Some("refused"), Some("户口还没有迁来"))
    );
    // Taken back before it is answered, and handed over again.
    let again = hand_over(&test, "township.a1", &household, OTHER)
        .await
        .ok();
    answer(
        &test,
        "township.a3",
        &again,
        "withdraw",
        json!({"reason": "不收"}),
    )
    .await
    .problem(409, "conflict");
    answer(
        &test,
        "township.a1",
        &again,
        "withdraw",
        json!({"reason": "选错了乡镇"}),
    )
    .await
    .ok();
    let handed = hand_over(&test, "township.a1", &household, OTHER)
        .await
        .ok();
    refused(
        answer(
            &test,
            "township.a3",
            &handed,
            "accept",
            json!({"village": HOME.village}),
        )
        .await,
        "village",
    );
    let taken = answer(
        &test,
        "township.a3",
        &handed,
        "accept",
        json!({"village": NEXT_TOWNSHIP.village}),
    )
    .await
    .ok();
    assert_eq!(taken["status"], "accepted");
    assert_eq!(taken["household_id"], household.as_str());
    answer(
        &test,
        "township.a3",
        &handed,
        "accept",
        json!({"village": NEXT_TOWNSHIP.village}),
    )
    .await
    .problem(409, "conflict");

    // File, case, lead and scan are there now and no longer here.
    for path in [&file, &format!("/casefiles/{}", case.id), &lead, &photo] {
        assert_eq!(
            test.person("village.a3").get(path).await.status,
            200,
            "{path}"
        );
        for login in ["village.a1", "township.a1"] {
            assert_eq!(
                test.person(login).get(path).await.status,
                404,
                "{login} {path}"
            );
        }
    }
    let moved = Case {
        place: NEXT_TOWNSHIP,
        ..case.clone()
    };
    let view = moved.view().await;
    assert!(view.to_string().contains("household_moved"), "{view:#}");
    moved.up_to_appraisal(date(2022, 5, 1)).await;
    moved.notice(date(2022, 5, 1)).await;

    // While its notice hangs it goes nowhere; then the county moves it in one act.
    let reply = hand_over(&test, "county.a1", &household, SIBLING.village).await;
    refused(reply, "household");
    test.go_to(date(2022, 5, 20));
    let moved = hand_over(&test, "county.a1", &household, SIBLING.village)
        .await
        .ok();
    assert_eq!(moved["status"], "accepted");
    let now = test.person("village.a2").get(&file).await.ok();
    assert_eq!(now["village"]["code"], SIBLING.village);
    assert_eq!(test.person("village.a3").get(&file).await.status, 404);
    let here = Case {
        place: SIBLING,
        ..case.clone()
    };
    here.review(date(2022, 5, 20)).await.ok();
}

async fn move_out(test: &TestApp, login: &str, household: &str, to_place: &str) -> Reply {
    let form = json!({
        "expected_version": version(test, login, household).await, "to_place": to_place,
        "effective_on": test.app.today(), "reason": "举家迁往子女处，户口已迁出",
    });
    let path = format!("/households/{household}/move-out");
    test.person(login).post(&path, form).await
}

#[tokio::test]
async fn a_household_leaves_the_county_on_sqlite() {
    a_household_leaves_the_county(Engine::Sqlite).await;
}

#[tokio::test]
async fn a_household_leaves_the_county_on_postgres() {
    a_household_leaves_the_county(Engine::Postgres).await;
}

async fn a_household_leaves_the_county(engine: Engine) {
    let test = TestApp::on(engine).await;
    let household = test.village().add_household(HOME, 1).await;
    episode(&test, &household, "running").await;
    let lead = forms::lead(HOME, &household, "cadre_visit", date(2022, 5, 1));
    let lead = test.village().post("/leads", lead).await.ok();
    let place = "某省某市某县某镇";
    move_out(&test, "village.a1", &household, place)
        .await
        .problem(403, "not_permitted");
    refused(
        move_out(&test, "township.a1", &household, "\u{2060}").await,
        "to_place",
    );
    refused(
        move_out(&test, "township.a1", &household, place).await,
        "household",
    );
    let id = lead["lead"]["id"].as_str().expect("an id");
    let version = lead["lead"]["version"].as_i64().expect("a version");
    let form = forms::conclusion(version, "no_risk", test.app.today());
    test.village()
        .post(&format!("/leads/{id}/conclude"), form)
        .await
        .ok();
    move_out(&test, "township.a1", &household, place).await.ok();

    let path = format!("/households/{household}");
    let file = test.village().get(&path).await.ok();
    assert_eq!(file["moved_out_to"], place);
    assert_eq!(file["episodes"][0]["status"], "moved_out");
    let change = json!({
        "expected_version": file["version"], "effective_on": "2022-05-01", "reason": "核对", "collected_by": "某人",
        "change": {"kind": "contact", "address": "某处", "phone": null},
    });
    refused(
        test.village()
            .post(&format!("{path}/changes"), change)
            .await,
        "change",
    );
    refused(
        hand_over(&test, "township.a1", &household, OTHER).await,
        "household",
    );
    // What is handed over with it: the household as it left.
    let sheet = test
        .person("township.a1")
        .get(&format!("{path}/national.xlsx"))
        .await;
    assert_eq!(sheet.status, 200);
    for head in [forms::head_name(HOME, 1), forms::head_number(HOME, 1)] {
        assert!(sheet.text().contains(&head), "{}", sheet.text());
    }
    test.person("township.b1")
        .get(&format!("{path}/national.xlsx"))
        .await
        .problem(404, "not_found");
    // The county they came to may enter the same people; nobody is on file twice.
    let mut there = forms::household(NEXT_COUNTY, 1);
    there["members"][0]["document_number"] = json!(forms::head_number(HOME, 1));
    test.person("village.b1")
        .post("/households", there)
        .await
        .ok();
    let city = test.person("city").get("/workbench").await.ok();
    assert_eq!(city["duplicates"].as_array().map(Vec::len), Some(0));
}
