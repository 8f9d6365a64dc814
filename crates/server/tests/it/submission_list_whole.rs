//! A list goes whole or not at all.

use jiff::civil::{Date, date};
use serde_json::json;

use crate::forms;
use crate::place::HOME;
use crate::story::Case;
use crate::submission_list::{answer, drawable, id_of, list_of, on_list, read, send};
use crate::test_app::{Engine, TestApp};

const FIRST: Date = date(2022, 5, 1);

#[tokio::test]
async fn a_household_that_has_changed_keeps_the_whole_list_here_on_sqlite() {
    a_changed_household(&TestApp::on(Engine::Sqlite).await).await;
}

#[tokio::test]
async fn a_household_that_has_changed_keeps_the_whole_list_here_on_postgres() {
    a_changed_household(&TestApp::on(Engine::Postgres).await).await;
}

async fn a_changed_household(test: &TestApp) {
    let mut cases = Vec::new();
    for number in 1..=3 {
        let case = Case::open(test, HOME, number, FIRST).await;
        case.up_to_appraisal(FIRST).await;
        case.notice(FIRST).await;
        cases.push(case);
    }
    let all: Vec<&Case<'_>> = cases.iter().collect();
    let whole = list_of("henan-2022", "preliminary_list", HOME.village, FIRST, &all).await;
    let mut old = whole.clone();
    old["items"][1]["expected_version"] = json!(cases[1].version().await - 1);
    let problem = send(test, "village.a1", old)
        .await
        .problem(409, "stale_version");
    let named = problem["errors"].as_array().expect("households");
    assert_eq!(named.len(), 1, "{problem:#}");
    assert_eq!(named[0]["field"], cases[1].id.as_str());
    let words = named[0]["message"].as_str().expect("a sentence");
    assert!(words.contains(&forms::head_name(HOME, 2)), "{words}");

    // Nothing is frozen, and everybody is still due.
    let village = test.village();
    assert_eq!(village.get("/submission-lists").await.ok()["total"], 0);
    let due = drawable(test, "village.a1").await;
    assert_eq!(due[0]["candidates"].as_array().map(Vec::len), Some(3));
    let sent = send(test, "village.a1", whole).await.ok();
    assert_eq!(
        (&sent["number"], &sent["households"]),
        (&json!("〔2022〕1号"), &json!(3))
    );
}

#[tokio::test]
async fn neither_a_list_nor_its_answer_is_older_than_what_it_rests_on() {
    let test = TestApp::sqlite().await;
    let case = Case::open(&test, HOME, 1, FIRST).await;
    case.up_to_appraisal(FIRST).await;
    case.notice(FIRST).await;
    let on = async |day| {
        list_of(
            "henan-2022",
            "preliminary_list",
            HOME.village,
            day,
            &[&case],
        )
        .await
    };
    let problem = send(&test, "village.a1", on(date(2022, 4, 1)).await)
        .await
        .refusal("not_before_qualified");
    let words = problem["message"].to_string();
    assert!(words.contains(&forms::head_name(HOME, 1)), "{words}");
    let sent = send(&test, "village.a1", on(FIRST).await).await.ok();
    let id = id_of(&sent);

    let (stood, taken) = (date(2022, 5, 7), date(2022, 5, 9));
    test.go_to(taken);
    on_list(&test, "township.a1", &id, "receive", taken)
        .await
        .ok();
    let approve = [(&case, case.version().await, forms::review("approve"))];
    let early = answer(&test, "township.a1", &id, stood, &approve)
        .await
        .ok();
    assert_eq!(
        early["results"][0]["refusals"][0]["guard"],
        "not_before_previous"
    );
    case.review(stood).await.refusal("not_before_previous");
    answer(&test, "township.a1", &id, taken, &approve)
        .await
        .ok();
    assert_eq!(read(&test, "village.a1", &id).await["stage"], "closed");
}
