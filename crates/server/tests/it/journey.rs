//! One household from the lead to the archive, each step by the one whose turn
//! it is; and what every desk shows meanwhile.

use jiff::civil::date;
use serde_json::{Value, json};

use crate::forms;
use crate::place::HOME;
use crate::story::{Case, desk};
use crate::test_app::{Engine, TestApp};

#[tokio::test]
async fn lead_to_archive_on_sqlite() {
    lead_to_archive(&TestApp::on(Engine::Sqlite).await).await;
}

#[tokio::test]
async fn lead_to_archive_on_postgres() {
    lead_to_archive(&TestApp::on(Engine::Postgres).await).await;
}

/// On whose desk the case must lie, step by step; nobody else may act.
async fn turn(case: &Case<'_>, village: &[&str], township: &[&str], county: &[&str]) {
    for (login, expected) in [
        (case.village(), village),
        (case.township(), township),
        (case.county(), county),
    ] {
        let (mine, _) = desk(case.test, &login, &case.id).await;
        assert_eq!(mine, expected, "on the desk of {login}");
    }
}

async fn timeline(case: &Case<'_>) -> Vec<String> {
    let view = case.view().await;
    let events = view["timeline"].as_array().expect("a timeline");
    events
        .iter()
        .map(|e| e["kind"].as_str().unwrap_or_default().to_owned())
        .collect()
}

fn statuses(view: &Value) -> Vec<(String, String)> {
    let steps = view["steps"].as_array().expect("steps");
    let text = |v: &Value| v.as_str().unwrap_or_default().to_owned();
    steps
        .iter()
        .map(|s| (text(&s["kind"]), text(&s["status"])))
        .collect()
}

async fn lead_to_archive(test: &TestApp) {
    let village = test.village();
    let household = village.add_household(HOME, 1).await;
    let registered = village
        .post(
            "/leads",
            forms::lead(HOME, &household, "self_declaration", date(2022, 5, 1)),
        )
        .await;
    let body = registered.refusal("declaration_means");
    assert_eq!(body["guard"], "declaration_means");
    let mut lead = forms::lead(HOME, &household, "self_declaration", date(2022, 5, 1));
    lead["means"] = json!("phone_app");
    let registered = village.post("/leads", lead).await.ok();
    assert_eq!(
        (
            registered["merged"].clone(),
            registered["earliest_on"].clone()
        ),
        (json!(false), json!("2022-05-01"))
    );
    assert_eq!(registered["lead"]["deadline_on"], "2022-05-16");
    let bench = village.get("/workbench").await.ok();
    assert_eq!(bench["mine"][0]["verb"], "核实线索");

    let case = Case::of_lead(test, HOME, household, &registered["lead"], "identification").await;
    turn(&case, &["home_verification"], &[], &[]).await;
    home_and_letter(&case).await;
    comparison(&case).await;
    appraisal_and_notice(&case).await;
    above_the_village(&case).await;
    what_remains(&case).await;
}

async fn home_and_letter(case: &Case<'_>) {
    case.test.go_to(date(2022, 5, 2));
    case.verify(date(2022, 5, 2)).await;
    let view = case.view().await;
    assert_eq!(
        view["proposal"]["conclusion"]["category"],
        "marginal_at_risk"
    );
    assert_eq!(view["clocks"][0]["days_used"], 1);
    turn(case, &["commitment_letter"], &[], &[]).await;
    case.sign(date(2022, 5, 2)).await;
    turn(case, &["cross_check", "democratic_appraisal"], &[], &[]).await;
}

async fn comparison(case: &Case<'_>) {
    let day = date(2022, 5, 3);
    case.test.go_to(day);
    case.act(
        &case.village(),
        day,
        forms::request_cross_check(&case.adults),
    )
    .await
    .ok();
    turn(case, &["democratic_appraisal"], &["cross_check"], &[]).await;
    case.act(
        &case.township(),
        day,
        json!({"type": "forward_cross_check"}),
    )
    .await
    .ok();
    turn(case, &["democratic_appraisal"], &[], &["cross_check"]).await;
    let hits = forms::answer_cross_check(HOME, &case.adults[..1]);
    case.act(&case.county(), date(2022, 5, 3), hits).await.ok();
    turn(
        case,
        &["cross_check", "democratic_appraisal"],
        &[],
        &["cross_check"],
    )
    .await;
    case.act(&case.village(), day, forms::resolve(0)).await.ok();
    case.act(
        &case.county(),
        day,
        json!({"type": "conclude_cross_check", "note": "疑点已核实"}),
    )
    .await
    .ok();
    turn(case, &["democratic_appraisal"], &[], &[]).await;
}

async fn appraisal_and_notice(case: &Case<'_>) {
    case.test.go_to(date(2022, 5, 4));
    let meeting = case.appraise(date(2022, 5, 4), 1, true).await.ok();
    assert_eq!(meeting["results"][0]["ok"], true);
    turn(case, &["public_notice"], &[], &[]).await;
    let notice = case.notice(date(2022, 5, 4)).await;
    assert_eq!(
        (
            notice["stands_until"].as_str(),
            notice["may_close_from"].as_str(),
            notice["clause"].as_str()
        ),
        (Some("2022-05-09"), Some("2022-05-10"), Some("HN22-054"))
    );
    // Known to the township, which cannot act before the notice has stood.
    let (mine, waiting) = desk(case.test, &case.township(), &case.id).await;
    assert_eq!(
        (mine, waiting),
        (vec![], vec!["township_review".to_owned()])
    );
}

async fn above_the_village(case: &Case<'_>) {
    case.test.go_to(date(2022, 5, 10));
    turn(case, &[], &["township_review"], &[]).await;
    case.review(date(2022, 5, 10)).await.ok();
    case.test.go_to(date(2022, 5, 12));
    turn(case, &[], &[], &["county_decision"]).await;
    let decided = case.decide(date(2022, 5, 12)).await.ok();
    assert_eq!(
        (
            decided["stage"].as_str(),
            decided["category_label"].as_str()
        ),
        (Some("determined"), Some("边缘易致贫户"))
    );
    let clock = &decided["clocks"][0];
    assert_eq!(
        (
            clock["days_used"].as_i64(),
            clock["ended_on"].as_str(),
            clock["overdue"].as_bool(),
            clock["clause"].as_str()
        ),
        (Some(11), Some("2022-05-12"), Some(false), Some("HN22-060"))
    );
    let file = case
        .test
        .village()
        .get(&format!("/households/{}", case.household))
        .await
        .ok();
    let episode = &file["episodes"][0];
    assert_eq!(
        (
            episode["status"].as_str(),
            episode["identified_on"].as_str(),
            episode["origin"].as_str()
        ),
        (Some("running"), Some("2022-05-12"), Some("casefile"))
    );
    let found = case
        .test
        .village()
        .post(
            "/households/search",
            json!({"text": forms::head_number(HOME, 1)}),
        )
        .await
        .ok();
    assert_eq!(
        found["items"][0]["monitored"]["category_label"],
        "边缘易致贫户"
    );
}

async fn what_remains(case: &Case<'_>) {
    // Announcing waits for the township's acknowledgement.
    let refused = case
        .act(&case.township(), date(2022, 5, 12), forms::announce())
        .await
        .refusal("decision_acknowledged");
    assert_eq!(refused["clause"], "HN22-056");
    turn(case, &[], &["county_decision"], &[]).await;
    case.act(
        &case.township(),
        date(2022, 5, 12),
        json!({"type": "acknowledge_decision"}),
    )
    .await
    .ok();
    turn(case, &[], &["announcement"], &[]).await;
    case.test.go_to(date(2022, 5, 13));
    case.act(&case.township(), date(2022, 5, 13), forms::announce())
        .await
        .ok();
    // Without the papers nobody closes the archive.
    turn(case, &[], &[], &[]).await;
    let mut incomplete = forms::archive(date(2022, 5, 13));
    incomplete["entered_by"] = json!("");
    let refused = case
        .act(&case.township(), date(2022, 5, 13), incomplete)
        .await;
    assert_eq!(
        refused.clone().refusal("archive_complete")["clause"],
        "HN22-058"
    );
    assert_eq!(refused.refusal("attribution")["clause"], "HN22-131");
    case.papers(date(2022, 5, 13)).await;
    turn(case, &[], &["archive"], &[]).await;
    let filed = case
        .act(
            &case.village(),
            date(2022, 5, 13),
            forms::archive(date(2022, 5, 13)),
        )
        .await
        .ok();
    assert_eq!(filed["stage"], "archived");
    turn(case, &[], &[], &[]).await;
    assert!(
        statuses(&filed).iter().all(|(_, status)| status == "done"),
        "{:?}",
        statuses(&filed)
    );
    assert_eq!(
        timeline(case).await,
        [
            "opened",
            "verify_home",
            "sign_letter",
            "request_cross_check",
            "forward_cross_check",
            "answer_cross_check",
            "resolve_discrepancy",
            "conclude_cross_check",
            "record_appraisal",
            "post_notice",
            "review.approved",
            "decide.approved",
            "acknowledge_decision",
            "announce",
            "state_paper",
            "archive",
        ]
    );
    let names: Vec<&str> = filed["timeline"]
        .as_array()
        .expect("events")
        .iter()
        .map(|e| e["by_name"].as_str().unwrap_or_default())
        .collect();
    assert!(
        names.contains(&"镇a1") && names.contains(&"县a1"),
        "{names:?}"
    );
    // The chain of all this verifies.
    let verified = case.test.person("audit").get("/audit/verify").await.ok();
    assert_eq!(verified["ok"], true, "{verified:#}");
}
