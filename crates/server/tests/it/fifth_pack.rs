//! A document nobody had seen when the engine was written, on a real database
//! through HTTP: its pack is files in the folder of the installation, put in
//! force by two policy officers, and carries a household from lead to archive.

use jiff::civil::{Date, date};
use serde_json::{Value, json};

use crate::forms;
use crate::place::HOME;
use crate::story::Case;
use crate::test_app::{Engine, TestApp};

const PACK: &str = "invented-2026";
const COUNTY: &str = "410327000000";

/// The folder an installation is given; the engine's own tests read the same files.
const FILES: &[(&str, &str)] = &[
    (
        "packs/invented-2026/pack.toml",
        include_str!("../../../domain/tests/packs/invented-2026/pack.toml"),
    ),
    (
        "packs/invented-2026/clauses.toml",
        include_str!("../../../domain/tests/packs/invented-2026/clauses.toml"),
    ),
    (
        "packs/invented-2026/procedures/identification.toml",
        include_str!("../../../domain/tests/packs/invented-2026/procedures/identification.toml"),
    ),
];

#[tokio::test]
async fn lead_to_archive_on_sqlite() {
    lead_to_archive(Engine::Sqlite).await;
}

#[tokio::test]
async fn lead_to_archive_on_postgres() {
    lead_to_archive(Engine::Postgres).await;
}

/// Drafted by one officer, confirmed by another, before its first day.
async fn put_in_force(test: &TestApp) {
    test.go_to(date(2026, 9, 1));
    let form = json!({
        "pack_id": PACK, "jurisdiction": COUNTY, "from": "2026-09-15",
        "reason": "新办法施行", "document": "某监测〔2026〕1号",
    });
    let officer = test.person("policy");
    let entry = officer.post("/policy/adoptions", form).await.ok();
    let confirm = format!(
        "/policy/adoptions/{}/confirm",
        entry["id"].as_str().expect("an id")
    );
    let body = json!({"expected_version": entry["version"]});
    let second = test.person("policy2");
    second.post(&confirm, body).await.ok();
    test.go_to(date(2026, 9, 22));
}

/// A lead through a channel only this document names.
async fn open(test: &TestApp) -> Case<'_> {
    let village = test.village();
    let household = village.add_household(HOME, 1).await;
    let form = forms::lead(HOME, &household, "one_button_call", date(2026, 9, 22));
    let lead = village.post("/leads", form).await.ok();
    assert_eq!(lead["lead"]["basis"]["channel"], "IV26-004");
    Case::of_lead(test, HOME, household, &lead["lead"], "identification").await
}

fn judged(code: &str, problem: bool) -> Value {
    json!({"code": code, "problem": problem, "finding": "看到的情况"})
}

fn verified() -> Value {
    let mut form = forms::verify_home(HOME, true);
    form["dimensions"] = json!([judged("livelihood", true), judged("care", false)]);
    form["difficulties"] = json!([]);
    form["income"]["period_from"] = json!("2025-09-01");
    form["income"]["period_to"] = json!("2026-08-31");
    form
}

async fn appraise(case: &Case<'_>, on: Date, conveners: &[&str]) -> crate::test_app::Reply {
    let items = [(case.id.clone(), case.version().await)];
    let mut form = forms::appraisal(HOME, on, &items, 1, true);
    form["conveners"] = json!(conveners);
    let village = case.test.person(&case.village());
    village.post("/appraisals", form).await
}

fn decided(on: Date) -> Value {
    let mut form = forms::decide(on);
    form["category"] = json!("ordinary_watch");
    form["dimensions_considered"] = json!(["livelihood", "care"]);
    form
}

fn refused(problem: &Value, guard: &str, clause: Option<&str>) {
    let refusals = problem["refusals"].as_array().expect("refusals");
    let found = refusals.iter().find(|r| r["guard"] == guard);
    let found = found.unwrap_or_else(|| panic!("no {guard} in {problem:#}"));
    assert_eq!(found["clause"].as_str(), clause, "{problem:#}");
}

async fn lead_to_archive(engine: Engine) {
    let test = TestApp::with_packs(engine, FILES).await;
    put_in_force(&test).await;
    let case = open(&test).await;
    let (village, township, county) = (case.village(), case.township(), case.county());
    let view = case.view().await;
    assert_eq!(view["pack"]["id"], PACK);
    assert_eq!(view["clocks"][0]["deadline_on"], "2026-10-27");
    assert_eq!(view["clocks"][0]["unit"], "working");

    // Its own dimensions, not another document's.
    let day = date(2026, 9, 23);
    test.go_to(day);
    let foreign = case
        .act(&village, day, forms::verify_home(HOME, true))
        .await;
    refused(
        &foreign.problem(422, "refused"),
        "all_dimensions_assessed",
        Some("IV26-003"),
    );
    case.act(&village, day, verified()).await.ok();
    let letter = forms::sign_letter(&case.adults);
    refused(
        &case
            .act(&village, day, letter)
            .await
            .problem(422, "refused"),
        "step_order",
        None,
    );

    // The notice stands before the meeting: seven working days over two holidays.
    let posted = date(2026, 9, 24);
    test.go_to(posted);
    case.notice(posted).await;
    let asked = forms::request_cross_check(&case.adults);
    case.act(&county, posted, asked).await.ok();
    let early = date(2026, 10, 12);
    test.go_to(early);
    let both = ["party_branch", "villagers_committee"];
    let problem = appraise(&case, early, &both).await.problem(422, "refused");
    refused(&problem, "notice_stood", Some("IV26-005"));
    assert!(problem.to_string().contains("2026-10-13"), "{problem:#}");
    let held = date(2026, 10, 13);
    test.go_to(held);
    let alone = appraise(&case, held, &both[..1]).await;
    refused(
        &alone.problem(422, "refused"),
        "conveners_present",
        Some("IV26-006"),
    );
    appraise(&case, held, &both).await.ok();

    // No township review in this document; the government submits after the comparison.
    let reviewed = case.review(held).await.problem(422, "refused");
    refused(&reviewed, "step_order", None);
    let submit = json!({
        "type": "submit_to_county", "government": "柳泉镇人民政府",
        "document_number": "柳政报〔2026〕3号", "signatory": "签发人",
    });
    let waits = case.act(&township, held, submit.clone()).await;
    refused(
        &waits.problem(422, "refused"),
        "cross_check_concluded",
        None,
    );
    let answered = forms::answer_cross_check(HOME, &[]);
    case.act(&county, held, answered).await.ok();
    let concluded = json!({"type": "conclude_cross_check", "note": "已反馈"});
    case.act(&county, held, concluded).await.ok();
    case.act(&township, held, submit).await.ok();

    // On the twentieth working day the county decides: on time.
    let last = date(2026, 10, 27);
    test.go_to(last);
    let incomplete = case.act(&county, last, decided(last)).await;
    refused(
        &incomplete.problem(422, "refused"),
        "evidence_complete",
        None,
    );
    let papers = forms::state_paper(&["home_form", "notice_photo"], "村档案柜");
    case.act(&village, last, papers).await.ok();
    let wrong_level = case.act(&township, last, decided(last)).await;
    refused(
        &wrong_level.problem(422, "refused"),
        "acting_level",
        Some("IV26-007"),
    );
    case.act(&county, last, decided(last)).await.ok();
    let view = case.view().await;
    assert_eq!(view["clocks"][0]["overdue"], false);
    assert_eq!(view["category_label"], "一般关注户");
    let message = view["household_message"].as_str().expect("a message");
    assert!(
        message.contains("经入户核实、先行公示、民主评议、乡镇政府上报、县级认定"),
        "{message}"
    );

    // Notified, announced by the county, entered by the village, planned by the township.
    let notice = json!({
        "type": "notify_township", "document_number": "某监测〔2026〕9号", "township": "柳泉镇",
    });
    case.act(&county, last, notice).await.ok();
    let mut announced = forms::announce();
    announced["issued_by"] = json!("宜阳县");
    case.act(&county, last, announced).await.ok();
    let plan = json!({
        "type": "submit_plan", "plan": "发展养殖并介绍就业", "department": "县农业农村局",
        "submitted_on": last,
    });
    case.act(&township, last, plan).await.ok();
    let unproven = case.act(&village, last, forms::archive(last)).await;
    refused(
        &unproven.problem(422, "refused"),
        "archive_complete",
        Some("IV26-009"),
    );
    let printout = forms::state_paper(&["national_entry"], "村档案柜");
    case.act(&village, last, printout).await.ok();
    case.act(&village, last, forms::archive(last)).await.ok();
    let view = case.view().await;
    assert_eq!(view["stage"], "archived", "{view:#}");
    let chain = test.app.verify_audit_offline().await.expect("audit");
    assert!(chain.ok, "{:?}", chain.problems);
}
