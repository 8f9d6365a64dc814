//! 更正: asked for by name, approved above, nothing edited.

use jiff::civil::{Date, date};
use serde_json::{Value, json};

use crate::forms;
use crate::place::HOME;
use crate::story::Case;
use crate::test_app::{Engine, TestApp};

const FIRST: Date = date(2022, 5, 1);
const DECIDED: Date = date(2022, 5, 7);

/// An archived case.
async fn archived(test: &TestApp) -> Case<'_> {
    let case = Case::open(test, HOME, 1, FIRST).await;
    case.up_to_decision(FIRST, DECIDED).await;
    case.decide(DECIDED).await.ok();
    case.act(
        "township.a1",
        DECIDED,
        json!({"type": "acknowledge_decision"}),
    )
    .await
    .ok();
    case.act("township.a1", DECIDED, forms::announce())
        .await
        .ok();
    case.papers(DECIDED).await;
    case.act("township.a1", DECIDED, forms::archive(DECIDED))
        .await
        .ok();
    test.go_to(date(2022, 5, 9));
    case
}

async fn decide(case: &Case<'_>, who: &str, index: usize, approve: bool) -> crate::test_app::Reply {
    let form = json!({
        "expected_version": case.version().await, "decided_on": "2022-05-09", "approve": approve,
        "note": if approve { "" } else { "原件就是这样写的" },
    });
    case.test
        .person(who)
        .post(
            &format!("/casefiles/{}/corrections/{index}/decision", case.id),
            form,
        )
        .await
}

#[tokio::test]
async fn corrected_by_name_on_sqlite() {
    corrected_by_name(&TestApp::on(Engine::Sqlite).await).await;
}

#[tokio::test]
async fn corrected_by_name_on_postgres() {
    corrected_by_name(&TestApp::on(Engine::Postgres).await).await;
}

async fn corrected_by_name(test: &TestApp) {
    let case = archived(test).await;
    let on = date(2022, 5, 9);
    let ask = |field: &str, value: &str| forms::correction("county_decision", field, value);
    // What is no slip of the pen goes another way, and says which.
    let refused = case
        .act("county.a1", on, ask("category", "lifted_unstable"))
        .await;
    assert!(
        refused.refusal("not_by_correction")["message"]
            .as_str()
            .expect("words")
            .contains("清退")
    );
    // A day that would turn the order round is refused.
    case.act("county.a1", on, ask("occurred_on", "2022-05-02"))
        .await
        .refusal("not_before_previous");
    let asked = case
        .act("county.a1", on, ask("document_number", "测试〔2022〕17号"))
        .await
        .ok();
    assert_eq!(
        asked["records"]["county_decision"]["document_number"],
        "测试〔2022〕1号"
    );
    assert_eq!(asked["stage"], "archived");
    // The county typed it: the city decides, nobody of the county.
    decide(&case, "county2", 0, true)
        .await
        .refusal("acting_level");
    let city = test.person("city");
    let bench = city.get("/workbench").await.ok();
    assert_eq!(bench["mine"][0]["kind"], "correction");
    let tasks = city.get("/corrections").await.ok();
    assert_eq!(
        (&tasks[0]["before"], &tasks[0]["after"], &tasks[0]["label"]),
        (
            &json!("测试〔2022〕1号"),
            &json!("测试〔2022〕17号"),
            &json!("批准文号")
        )
    );
    let left = decide(&case, "city", 0, true).await.ok();
    assert_eq!(left, json!([]));
    let view = case.view().await;
    assert_eq!(
        view["records"]["county_decision"]["document_number"],
        "测试〔2022〕17号"
    );
    // The old stays visible, with who asked and who approved.
    assert_eq!(view["corrections"][0]["before"], "测试〔2022〕1号");
    assert_eq!(view["corrections"][0]["decision"]["by_name"], "职city");

    // A day on which the clock ends: recomputed, and it says so.
    case.act(
        "township.a1",
        on,
        forms::correction("archive", "entry_on", "2022-05-08"),
    )
    .await
    .ok();
    // Refused by the level above, it leaves everything as it was.
    decide(&case, "county.a1", 1, false).await.ok();
    let view = case.view().await;
    assert_eq!(view["records"]["archive"]["entry_on"], "2022-05-07");
    assert_eq!(view["stage_detail"]["entry_on"], "2022-05-07");
    let verified = test.person("audit").get("/audit/verify").await.ok();
    assert_eq!(verified["ok"], true);
}

#[tokio::test]
async fn a_clock_that_runs_on_a_corrected_day_says_so() {
    let test = TestApp::sqlite().await;
    let case = Case::open(&test, HOME, 1, FIRST).await;
    case.up_to_decision(FIRST, DECIDED).await;
    case.decide(DECIDED).await.ok();
    let on = date(2022, 5, 17);
    test.go_to(on);
    let ask = forms::correction("county_decision", "occurred_on", "2022-05-17");
    case.act("county.a1", on, ask).await.ok();
    let before = case.view().await;
    assert_eq!(before["clocks"][0]["overdue"], false);
    let form = json!({"expected_version": case.version().await, "decided_on": on, "approve": true});
    test.person("city")
        .post(
            &format!("/casefiles/{}/corrections/0/decision", case.id),
            form,
        )
        .await
        .ok();
    let view = case.view().await;
    let clock = &view["clocks"][0];
    assert_eq!(
        (&clock["overdue"], &clock["ended_on"]),
        (&json!(true), &json!("2022-05-17"))
    );
    let notes: Vec<&Value> = clock["warnings"]
        .as_array()
        .expect("notes")
        .iter()
        .collect();
    assert!(
        notes[0]
            .as_str()
            .expect("words")
            .starts_with("更正后：认定日期原为 2022-05-07"),
        "{notes:?}"
    );
    let file = test
        .village()
        .get(&format!("/households/{}", case.household))
        .await
        .ok();
    assert_eq!(file["episodes"][0]["identified_on"], "2022-05-17");
}

/// Nobody asks past the level that typed a record, which sees what is asked.
#[tokio::test]
async fn a_record_is_corrected_by_its_own_level_or_above() {
    let test = TestApp::sqlite().await;
    let case = archived(&test).await;
    let on = date(2022, 5, 9);
    let ask = forms::correction("county_decision", "document_number", "测试〔2022〕17号");
    for below in ["village.a1", "township.a1"] {
        let refused = case.act(below, on, ask.clone()).await;
        let words = refused.refusal("acting_level")["message"].to_string();
        assert!(
            words.contains("县级录入") && words.contains("告诉县级"),
            "{words}"
        );
    }
    let offered = async |who: &str| {
        let path = format!("/casefiles/{}", case.id);
        let view = test.person(who).get(&path).await.ok();
        let fields = view["correctable"].as_array().expect("a list").clone();
        let asked = |f: &&Value| f["step"] == "county_decision";
        (!fields.is_empty(), fields.iter().any(|f| asked(&f)))
    };
    assert_eq!(offered("village.a1").await, (true, false));
    assert_eq!(offered("county.a1").await, (true, true));
    // The county asks about what the township typed: it sees that it did.
    let ask = forms::correction("township_review", "opinion", "同意");
    case.act("county2", on, ask).await.ok();
    let bench = test.township().get("/workbench").await.ok();
    let waiting = bench["waiting"].as_array().expect("a list");
    assert!(
        waiting
            .iter()
            .any(|i| i["id"] == case.id && i["verb"] == "审批更正"),
        "{waiting:#?}"
    );
    let tasks = test.county().get("/corrections").await.ok();
    assert_eq!(tasks[0]["label"], "审核意见");
}
