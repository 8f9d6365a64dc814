//! The line from draft to receipt, through HTTP on both databases.

use jiff::civil::{Date, date};
use serde_json::{Value, json};

use crate::forms;
use crate::place::HOME;
use crate::story::Case;
use crate::test_app::{Engine, Person, Reply, TestApp};

const PROVINCE: &str = "410000000000";

/// Henan in 2025, under the work points.
pub async fn henan_2025(engine: Engine) -> TestApp {
    let test = TestApp::on(engine).await;
    test.adopt("henan-2025", PROVINCE, "2025-01-01").await;
    test.go_to(date(2025, 3, 3));
    test
}

fn input(kind: &str, value: &str, year: i16) -> Value {
    json!({"kind": kind, "value": value, "year": year, "area_class": "", "source": "统计公报（编）"})
}

pub fn draft(amount_yuan: i64, from: &str) -> Value {
    json!({
        "amount_yuan": amount_yuan,
        "effective_from": from,
        "inputs": [
            input("previous_line", "7000", 2024),
            input("rural_disposable_income_growth", "6.5", 2024),
            input("rural_subsistence_allowance_standard", "5200", 2024),
        ],
        "rounding": null,
        "rationale": "综合考虑收入增速和低保标准，取整确定",
    })
}

pub fn begin(amount_yuan: i64, from: &str) -> Value {
    json!({"jurisdiction": PROVINCE, "year": 2025, "draft": draft(amount_yuan, from)})
}

pub async fn act(person: &Person<'_>, line: &Value, on: &str, action: Value) -> Reply {
    let path = format!(
        "/monitoring-lines/{}/actions",
        line["id"].as_str().expect("id")
    );
    let form = json!({"expected_version": line["version"], "occurred_on": on, "action": action});
    person.post(&path, form).await
}

pub fn guards(problem: &Value) -> Vec<&str> {
    problem["refusals"]
        .as_array()
        .expect("refusals")
        .iter()
        .filter_map(|r| r["guard"].as_str())
        .collect()
}

/// Drafted, reviewed, approved, filed and published by four officers.
pub async fn publish(test: &TestApp, amount_yuan: i64, from: &str, corrects: bool) -> Value {
    let today = test.app.today().to_string();
    let mut form = begin(amount_yuan, from);
    form["corrects"] = json!(corrects);
    let line = test
        .person("policy")
        .post("/monitoring-lines", form)
        .await
        .ok();
    let steps = [
        ("policy", json!({"type": "submit"})),
        ("policy2", json!({"type": "review", "opinion": "测算稳妥"})),
        (
            "policy3",
            json!({"type": "approve", "document_number": "纪要〔2025〕4号"}),
        ),
        (
            "policy",
            json!({"type": "file", "document_number": "豫备〔2025〕1号"}),
        ),
        (
            "policy",
            json!({"type": "publish", "document_number": "豫防返〔2025〕2号"}),
        ),
    ];
    let mut line = line;
    for (who, action) in steps {
        line = act(&test.person(who), &line, &today, action).await.ok();
    }
    assert_eq!(line["stage"], "published");
    line
}

#[tokio::test]
async fn from_draft_to_receipt_on_sqlite() {
    from_draft_to_receipt(Engine::Sqlite).await;
}

#[tokio::test]
async fn from_draft_to_receipt_on_postgres() {
    from_draft_to_receipt(Engine::Postgres).await;
}

async fn from_draft_to_receipt(engine: Engine) {
    let test = henan_2025(engine).await;
    let [first, second, third] = ["policy", "policy2", "policy3"].map(|l| test.person(l));

    // Live computation explains itself; nothing is saved.
    let tried = first
        .post("/monitoring-lines/calculation", begin(7400, "2025-03-10"))
        .await
        .ok();
    let growth = &tried["calculation"]["proposals"][0];
    assert_eq!(growth["amount_yuan"], 7455);
    assert_eq!(growth["expression"], "7000 × (1 + 6.5%) = 7455");
    assert_eq!(growth["clause"], "HN25-011");
    assert_eq!(tried["faults"], json!([]));
    assert_eq!(tried["rules"]["responsible"], json!(["监测科"]));

    // A draft without a factor the document names cannot be submitted.
    let mut poor = begin(7400, "2025-03-10");
    poor["draft"]["inputs"]
        .as_array_mut()
        .expect("inputs")
        .truncate(2);
    let line = first.post("/monitoring-lines", poor).await.ok();
    let problem = act(&first, &line, "2025-03-03", json!({"type": "submit"}))
        .await
        .problem(422, "refused");
    assert_eq!(guards(&problem), ["factor_considered"]);
    assert_eq!(problem["refusals"][0]["clause"], "HN25-011");
    let again = first
        .post("/monitoring-lines", begin(7300, "2025-03-10"))
        .await
        .problem(422, "refused");
    assert_eq!(guards(&again), ["one_draft_at_a_time"]);

    let revise = json!({"type": "revise", "draft": draft(7400, "2025-03-10")});
    let line = act(&first, &line, "2025-03-03", revise).await.ok();
    let line = act(&first, &line, "2025-03-03", json!({"type": "submit"}))
        .await
        .ok();
    assert_eq!(line["stage"], "in_review");

    // Nobody judges what he wrote; an opinion comes before the signature.
    let opinion = json!({"type": "review", "opinion": "同意"});
    let problem = act(&first, &line, "2025-03-03", opinion.clone())
        .await
        .problem(422, "refused");
    assert_eq!(guards(&problem), ["not_the_drafter"]);
    let sign = json!({"type": "approve", "document_number": "纪要〔2025〕4号"});
    let problem = act(&third, &line, "2025-03-03", sign.clone())
        .await
        .problem(422, "refused");
    assert_eq!(guards(&problem), ["reviewed_first"]);
    let line = act(&second, &line, "2025-03-03", opinion).await.ok();
    let problem = act(&second, &line, "2025-03-03", sign.clone())
        .await
        .problem(422, "refused");
    assert_eq!(guards(&problem), ["not_the_reviewer"]);
    let stale = line.clone();
    let line = act(&third, &line, "2025-03-03", sign.clone()).await.ok();
    act(&third, &stale, "2025-03-03", sign)
        .await
        .problem(409, "stale_version");

    // Publication waits for the filing (HN25-013), and a returned one counts as none.
    let publish = json!({"type": "publish", "document_number": "豫防返〔2025〕2号"});
    let problem = act(&first, &line, "2025-03-03", publish.clone())
        .await
        .problem(422, "refused");
    assert_eq!(problem["refusals"][0]["clause"], "HN25-013");
    let file = |number: &str| json!({"type": "file", "document_number": number});
    let line = act(&first, &line, "2025-03-03", file("豫备〔2025〕1号"))
        .await
        .ok();
    assert_eq!(line["records"]["filings"][0]["recipient"], "农业农村部");
    let returned = json!({"type": "answer_filing", "acknowledged": false, "remarks": "请补充依据"});
    let line = act(&first, &line, "2025-03-03", returned).await.ok();
    assert_eq!(line["stage"], "approved");
    act(&first, &line, "2025-03-03", publish.clone())
        .await
        .problem(422, "refused");
    let line = act(&first, &line, "2025-03-03", file("豫备〔2025〕2号"))
        .await
        .ok();

    // Before publication nobody outside the office sees it.
    let path = format!("/monitoring-lines/{}", line["id"].as_str().expect("id"));
    for outsider in ["city", "province", "county.a1"] {
        test.person(outsider)
            .get(&path)
            .await
            .problem(404, "not_found");
    }
    let line = act(&first, &line, "2025-03-03", publish).await.ok();
    assert_eq!(line["stage"], "published");
    let receivers: Vec<&str> = line["receipts"]
        .as_array()
        .expect("receipts")
        .iter()
        .filter_map(|r| r["division"].as_str())
        .collect();
    assert_eq!(receivers, ["410300000000", "410400000000"]);

    // The county reads it without the names of those who made it.
    let seen = test.person("county.a1").get(&path).await.ok();
    assert_eq!(seen["records"]["approved"]["name"], "");
    assert_eq!(seen["receipts"], json!([]));
    let revise = json!({"type": "revise", "draft": draft(1, "2025-03-10")});
    act(&first, &line, "2025-03-03", revise)
        .await
        .problem(422, "refused");
}

/// What published lines put on a desk: the act, who is waited for, days left.
async fn line_desk(person: &Person<'_>, list: &str) -> Vec<(String, String, i64)> {
    let bench = person.get("/workbench").await.ok();
    let text = |v: &Value| v.as_str().unwrap_or_default().to_owned();
    bench[list]
        .as_array()
        .expect("a desk")
        .iter()
        .filter(|i| i["kind"] == "monitoring_line")
        .map(|i| {
            (
                text(&i["verb"]),
                text(&i["waiting_for"]),
                i["days_left"].as_i64().expect("days"),
            )
        })
        .collect()
}

#[tokio::test]
async fn receipts_go_down_level_by_level_on_sqlite() {
    receipts_go_down(Engine::Sqlite).await;
}

#[tokio::test]
async fn receipts_go_down_level_by_level_on_postgres() {
    receipts_go_down(Engine::Postgres).await;
}

async fn receipts_go_down(engine: Engine) {
    let test = henan_2025(engine).await;
    let line = publish(&test, 7400, "2025-03-10", false).await;
    let city = test.person("city");
    let mine = city.get("/monitoring-lines").await.ok();
    let receipt = &mine["to_acknowledge"][0];
    assert_eq!(receipt["division"], "410300000000");
    assert_eq!(receipt["due_on"], "2025-03-13");
    // Who must answer has it on the desk; who sent it sees who is waited for.
    assert_eq!(
        line_desk(&city, "mine").await,
        [("填写回执".to_owned(), String::new(), 10)]
    );
    assert_eq!(
        line_desk(&test.person("policy"), "waiting").await,
        [("填写回执".to_owned(), "洛阳市等 2 个单位".to_owned(), 10)]
    );
    let path = format!(
        "/monitoring-line-receipts/{}/acknowledge",
        receipt["id"].as_str().expect("id")
    );
    let own = |amount: i64, number: &str| {
        json!({
            "acknowledged_on": "2025-03-03",
            "effect": {"type": "own", "amount_yuan": amount, "effective_from": "2025-03-15"},
            "document_number": number,
        })
    };
    let problem = city
        .post(&path, own(7399, ""))
        .await
        .problem(422, "refused");
    assert_eq!(guards(&problem), ["floor_kept", "document_number"]);
    // Another division's receipt does not exist for it.
    test.person("county.a1")
        .post(&path, own(7500, "x"))
        .await
        .problem(404, "not_found");
    let told = city.post(&path, own(7500, "洛防返〔2025〕1号")).await.ok();
    let counties: Vec<&str> = told["receipts"]
        .as_array()
        .expect("receipts")
        .iter()
        .filter_map(|r| r["division"].as_str())
        .collect();
    assert_eq!(counties, ["410300000000", "410327000000", "410328000000"]);
    city.post(&path, own(7500, "洛防返〔2025〕1号"))
        .await
        .problem(409, "stale_version");

    // The county answers what its city sent; the other city is overdue.
    test.go_to(date(2025, 3, 20));
    let county = test.person("county.a1");
    assert_eq!(
        line_desk(&county, "mine").await,
        [("填写回执".to_owned(), String::new(), -7)]
    );
    assert_eq!(line_desk(&city, "mine").await, []);
    assert_eq!(
        line_desk(&city, "waiting").await,
        [("填写回执".to_owned(), "宜阳县等 2 个单位".to_owned(), -7)]
    );
    let mine = county.get("/monitoring-lines").await.ok();
    assert_eq!(mine["current"]["amount_yuan"], 7500);
    let receipt = &mine["to_acknowledge"][0];
    assert_eq!(receipt["amount_yuan"], 7500);
    let path = format!(
        "/monitoring-line-receipts/{}/acknowledge",
        receipt["id"].as_str().expect("id")
    );
    let follow = json!({"acknowledged_on": "2025-03-20", "effect": {"type": "follow"}});
    county.post(&path, follow).await.ok();
    assert_eq!(line_desk(&county, "mine").await, []);
    let office = test.person("policy").get("/monitoring-lines").await.ok();
    let late: Vec<&str> = office["overdue"]
        .as_array()
        .expect("overdue")
        .iter()
        .filter_map(|r| r["division"].as_str())
        .collect();
    assert_eq!(late, ["410328000000", "410400000000"]);

    // A correction is a further edition from a later day; the first stays.
    let problem = test
        .person("policy")
        .post("/monitoring-lines", begin(7600, "2025-04-01"))
        .await
        .problem(422, "refused");
    assert_eq!(problem["refusals"][0]["clause"], "HN25-010");
    let corrected = publish(&test, 7600, "2025-04-01", true).await;
    assert_eq!(corrected["edition"], 2);
    let first = test
        .person("policy")
        .get(&format!(
            "/monitoring-lines/{}",
            line["id"].as_str().expect("id")
        ))
        .await
        .ok();
    assert_eq!(first["draft"]["amount_yuan"], 7400);
    assert_eq!(first["effective_until"], "2025-03-31");
    let today = test.person("county.c1").get("/monitoring-lines").await.ok();
    assert_eq!(today["current"]["amount_yuan"], 7400, "until the day comes");
    test.go_to(date(2025, 4, 1));
    let later = test.person("county.c1").get("/monitoring-lines").await.ok();
    assert_eq!(later["current"]["amount_yuan"], 7600);
}

#[tokio::test]
async fn counts_say_nothing_about_anybody_on_sqlite() {
    counts(Engine::Sqlite).await;
}

#[tokio::test]
async fn counts_say_nothing_about_anybody_on_postgres() {
    counts(Engine::Postgres).await;
}

async fn counts(engine: Engine) {
    let test = henan_2025(engine).await;
    let township = test.township();
    let mut ids = Vec::new();
    for number in 1..=3 {
        ids.push(township.add_household(HOME, number).await);
    }
    // What an older version wrote is taken over at the start.
    test.sql("UPDATE household SET income_per_capita_fen = NULL, income_version = 0")
        .await;
    assert_eq!(test.app.project_incomes().await.expect("projected"), 3);
    assert_eq!(test.app.project_incomes().await.expect("nothing left"), 0);
    // Exactly at the amount is inside (以下含本数, followed from 2022).
    for (id, income) in ids.iter().zip(["700000", "700001"]) {
        test.sql(&format!(
            "UPDATE household SET income_per_capita_fen = {income} WHERE id = '{id}'"
        ))
        .await;
    }
    test.sql(&format!(
        "UPDATE household SET income_per_capita_fen = NULL WHERE id = '{}'",
        ids[2]
    ))
    .await;
    let ask = |amount: i64| json!({"division": null, "amount_yuan": amount});
    let before = test
        .person("policy")
        .post("/monitoring-lines/what-if", ask(7000))
        .await
        .ok();
    let sum = &before["sum"];
    assert_eq!(before["now_yuan"], Value::Null, "nothing is published yet");
    assert_eq!(
        (&sum["households"], &sum["unknown"], &sum["inside_tried"]),
        (&json!(3), &json!(1), &json!(1))
    );
    assert!(
        before["notes"][0]
            .as_str()
            .expect("a note")
            .contains("不等于认定")
    );
    publish(&test, 7400, "2025-03-10", false).await;
    test.go_to(date(2025, 3, 10));
    let after = test
        .person("city")
        .post("/monitoring-lines/what-if", ask(7000))
        .await
        .ok();
    assert_eq!(
        (&after["now_yuan"], &after["sum"]["inside_now"]),
        (&json!(7400), &json!(2))
    );
    let county = json!({"division": "420106000000", "amount_yuan": 7000});
    test.person("city")
        .post("/monitoring-lines/what-if", county)
        .await
        .problem(404, "not_found");
    test.village()
        .post("/monitoring-lines/what-if", ask(7000))
        .await
        .problem(403, "not_permitted");
}

#[tokio::test]
async fn a_proposal_rests_on_the_line_of_its_day_on_sqlite() {
    proposals(Engine::Sqlite).await;
}

#[tokio::test]
async fn a_proposal_rests_on_the_line_of_its_day_on_postgres() {
    proposals(Engine::Postgres).await;
}

/// The threshold a casefile's proposal compares income with.
pub async fn threshold(case: &Case<'_>) -> String {
    let view = case.view().await;
    let fact = &view["proposal"]["facts"][0];
    fact["threshold"].as_str().expect("a threshold").to_owned()
}

/// A home visit in March 2025, with the twelve months before it.
pub async fn visit(case: &Case<'_>, on: Date) {
    let mut form = forms::verify_home(case.place, true);
    form["income"]["period_from"] = json!("2024-03-01");
    form["income"]["period_to"] = json!("2025-02-28");
    case.act(&case.village(), on, form).await.ok();
}

async fn proposals(engine: Engine) {
    let test = henan_2025(engine).await;
    let before = Case::open(&test, HOME, 1, date(2025, 3, 3)).await;
    visit(&before, date(2025, 3, 3)).await;
    assert_eq!(threshold(&before).await, "文件未规定");
    publish(&test, 7400, "2025-03-10", false).await;
    test.go_to(date(2025, 3, 12));
    let after = Case::open(&test, HOME, 2, date(2025, 3, 11)).await;
    visit(&after, date(2025, 3, 12)).await;
    let said = "≤ 7,400.00 元（参考，不是硬性标准），依据 2025 年监测范围（豫防返〔2025〕2号）";
    assert_eq!(threshold(&after).await, said);
    assert_eq!(
        threshold(&before).await,
        "文件未规定",
        "its day was earlier"
    );
    // The printed form says what the casefile says, each of its own day.
    for (case, line) in [
        (&before, "文件未规定"),
        (
            &after,
            "7400元以内，依据 2025 年监测范围（豫防返〔2025〕2号）",
        ),
    ] {
        let path = format!("/papers/casefile/{}/investigation_form", case.id);
        for form in ["print", "document"] {
            let paper = test.village().get(&format!("{path}/{form}")).await.text();
            assert!(paper.contains(line), "{form} lacks {line}: {paper}");
        }
    }
    // A correction holds from a later day: what runs keeps its line.
    publish(&test, 7600, "2025-04-01", true).await;
    test.go_to(date(2025, 4, 2));
    assert_eq!(threshold(&after).await, said);
}
