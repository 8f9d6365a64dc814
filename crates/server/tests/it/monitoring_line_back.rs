//! The way back before publication, and what a line may not be.

use jiff::civil::date;
use serde_json::{Value, json};

use crate::monitoring_line::{act, begin, draft, guards, henan_2025, publish, threshold, visit};
use crate::place::HOME;
use crate::story::Case;
use crate::test_app::{Engine, TestApp};

const CITY: &str = "410300000000";
const COUNTY: &str = "410327000000";

/// A line or correction, submitted by its drafter.
async fn submitted(test: &TestApp, form: Value) -> Value {
    let person = test.person("policy");
    let today = test.app.today().to_string();
    let line = person.post("/monitoring-lines", form).await.ok();
    act(&person, &line, &today, json!({"type": "submit"}))
        .await
        .ok()
}

/// Reviewed, approved and filed by the others.
async fn filed(test: &TestApp, line: Value) -> Value {
    let today = test.app.today().to_string();
    let mut line = line;
    for (who, action) in [
        ("policy2", json!({"type": "review", "opinion": "同意"})),
        (
            "policy3",
            json!({"type": "approve", "document_number": "纪要〔2025〕5号"}),
        ),
        (
            "policy",
            json!({"type": "file", "document_number": "豫备〔2025〕5号"}),
        ),
    ] {
        line = act(&test.person(who), &line, &today, action).await.ok();
    }
    line
}

fn correction(amount_yuan: i64, from: &str) -> Value {
    let mut form = begin(amount_yuan, from);
    form["corrects"] = json!(true);
    form
}

#[tokio::test]
async fn a_correction_never_locks_the_year_on_sqlite() {
    a_correction_never_locks_the_year(Engine::Sqlite).await;
}

#[tokio::test]
async fn a_correction_never_locks_the_year_on_postgres() {
    a_correction_never_locks_the_year(Engine::Postgres).await;
}

async fn a_correction_never_locks_the_year(engine: Engine) {
    let test = henan_2025(engine).await;
    publish(&test, 7400, "2025-03-10", false).await;
    let person = test.person("policy");

    // A day before the line in force is said at once, and stops at the first step.
    let line = person
        .post("/monitoring-lines", correction(7600, "2025-03-05"))
        .await
        .ok();
    assert_eq!(line["faults"][0]["guard"], "effective_from", "{line:#}");
    let problem = act(&person, &line, "2025-03-03", json!({"type": "submit"}))
        .await
        .problem(422, "refused");
    assert_eq!(guards(&problem), ["effective_from"]);
    let better = json!({"type": "revise", "draft": draft(7600, "2025-03-20")});
    let line = act(&person, &line, "2025-03-03", better).await.ok();
    assert_eq!(line["faults"], json!([]));
    let line = act(&person, &line, "2025-03-03", json!({"type": "submit"}))
        .await
        .ok();
    let line = filed(&test, line).await;

    // The day has passed meanwhile: not published any more, but mended.
    test.go_to(date(2025, 3, 25));
    let publish_it = json!({"type": "publish", "document_number": "豫防返〔2025〕6号"});
    let problem = act(&person, &line, "2025-03-25", publish_it.clone())
        .await
        .problem(422, "refused");
    assert_eq!(guards(&problem), ["effective_from"]);
    let back = json!({"type": "send_back", "reason": "日期已过"});
    let problem = act(&person, &line, "2025-03-25", back.clone())
        .await
        .problem(422, "refused");
    assert_eq!(guards(&problem), ["not_the_drafter"]);
    let line = act(&test.person("policy2"), &line, "2025-03-25", back)
        .await
        .ok();
    assert_eq!(line["stage"], "draft");
    let earlier = &line["records"]["earlier"][0];
    assert_eq!(
        (
            &earlier["amount_yuan"],
            &earlier["filings"][0]["sent"]["document_number"]
        ),
        (&json!(7600), &json!("豫备〔2025〕5号"))
    );
    let later = json!({"type": "revise", "draft": draft(7600, "2025-04-01")});
    let line = act(&person, &line, "2025-03-25", later).await.ok();
    let line = act(&person, &line, "2025-03-25", json!({"type": "submit"}))
        .await
        .ok();
    let line = filed(&test, line).await;

    // Or given up altogether, even when filed; the year stays open to another.
    let give_up = json!({"type": "withdraw", "reason": "本年不再更正"});
    let line = act(&person, &line, "2025-03-25", give_up).await.ok();
    assert_eq!(line["stage"], "withdrawn");
    act(&person, &line, "2025-03-25", publish_it)
        .await
        .problem(422, "refused");
    publish(&test, 7500, "2025-04-02", true).await;
}

#[tokio::test]
async fn a_returned_filing_is_calculated_again() {
    let test = henan_2025(Engine::Sqlite).await;
    let line = filed(&test, submitted(&test, begin(7800, "2025-03-10")).await).await;
    let person = test.person("policy");
    let returned = json!({
        "type": "answer_filing", "acknowledged": false, "remarks": "金额偏高，请重新测算",
    });
    let line = act(&person, &line, "2025-03-03", returned).await.ok();
    // Its drafter may take it back by himself: the ministry has judged it.
    let back = json!({"type": "send_back", "reason": "按部里意见重新测算"});
    let line = act(&person, &line, "2025-03-03", back).await.ok();
    assert_eq!(line["stage"], "draft");
    let lower = json!({"type": "revise", "draft": draft(7400, "2025-03-10")});
    let line = act(&person, &line, "2025-03-03", lower).await.ok();
    let line = act(&person, &line, "2025-03-03", json!({"type": "submit"}))
        .await
        .ok();
    // What was reviewed and approved was the other amount.
    let file = json!({"type": "file", "document_number": "豫备〔2025〕6号"});
    let problem = act(&person, &line, "2025-03-03", file)
        .await
        .problem(422, "refused");
    assert_eq!(guards(&problem), ["steps_in_order"]);
    let line = filed(&test, line).await;
    let publish_it = json!({"type": "publish", "document_number": "豫防返〔2025〕2号"});
    let line = act(&person, &line, "2025-03-03", publish_it).await.ok();
    assert_eq!(line["draft"]["amount_yuan"], 7400);
    let earlier = &line["records"]["earlier"][0];
    assert_eq!(
        earlier["filings"][0]["answer"]["by"]["note"],
        "金额偏高，请重新测算"
    );
    assert_eq!(earlier["amount_yuan"], 7800);
    // Elsewhere only what was published is read.
    let path = format!("/monitoring-lines/{}", line["id"].as_str().expect("id"));
    let seen = test.person("county.a1").get(&path).await.ok();
    assert_eq!(seen["records"]["earlier"], json!([]));
}

#[tokio::test]
async fn an_own_line_is_never_below_the_one_above_on_sqlite() {
    an_own_line_is_never_below(Engine::Sqlite).await;
}

#[tokio::test]
async fn an_own_line_is_never_below_the_one_above_on_postgres() {
    an_own_line_is_never_below(Engine::Postgres).await;
}

fn of_the_city(amount_yuan: i64) -> Value {
    let mut form = begin(amount_yuan, "2025-04-01");
    form["jurisdiction"] = json!(CITY);
    form
}

async fn an_own_line_is_never_below(engine: Engine) {
    let test = henan_2025(engine).await;
    let person = test.person("policy");
    // Begun before there is a line of the province: allowed, and held against it later.
    let early = filed(&test, submitted(&test, of_the_city(7300)).await).await;
    publish(&test, 7400, "2025-03-10", false).await;
    let publish_it = json!({"type": "publish", "document_number": "豫防返〔2025〕7号"});
    let problem = act(&person, &early, "2025-03-03", publish_it.clone())
        .await
        .problem(422, "refused");
    assert_eq!(guards(&problem), ["floor_kept"]);
    // 参照执行 says nothing of lower: practice, and said so.
    assert_eq!(problem["refusals"][0]["clause"], Value::Null);
    let give_up = json!({"type": "withdraw", "reason": "低于省里印发的数"});
    act(&person, &early, "2025-03-03", give_up).await.ok();

    let low = person
        .post("/monitoring-lines", of_the_city(7399))
        .await
        .ok();
    let problem = act(&person, &low, "2025-03-03", json!({"type": "submit"}))
        .await
        .problem(422, "refused");
    assert_eq!(guards(&problem), ["floor_kept"]);
    let mut higher = draft(7500, "2025-04-01");
    higher["inputs"] = low["draft"]["inputs"].clone();
    let revise = json!({"type": "revise", "draft": higher});
    let line = act(&person, &low, "2025-03-03", revise).await.ok();
    let line = act(&person, &line, "2025-03-03", json!({"type": "submit"}))
        .await
        .ok();
    let line = filed(&test, line).await;

    // The city has said that it follows: what changes that is its own act.
    let city = test.person("city");
    let receipt = city.get("/monitoring-lines").await.ok()["to_acknowledge"][0].clone();
    let path = format!(
        "/monitoring-line-receipts/{}/acknowledge",
        receipt["id"].as_str().expect("id")
    );
    let follow = json!({"acknowledged_on": "2025-03-03", "effect": {"type": "follow"}});
    let told = city.post(&path, follow.clone()).await.ok();
    assert_eq!(told["receipts"][0]["may_set_own"], true);
    let problem = act(&person, &line, "2025-03-03", publish_it)
        .await
        .problem(422, "refused");
    assert_eq!(guards(&problem), ["own_act"]);
    let county = test.person("county.a1");
    let receipt = county.get("/monitoring-lines").await.ok()["to_acknowledge"][0].clone();
    let county_path = format!(
        "/monitoring-line-receipts/{}/acknowledge",
        receipt["id"].as_str().expect("id")
    );
    county.post(&county_path, follow.clone()).await.ok();

    test.go_to(date(2025, 3, 12));
    let own = |amount: i64, from: &str| {
        json!({
            "acknowledged_on": "2025-03-12",
            "effect": {"type": "own", "amount_yuan": amount, "effective_from": from},
            "document_number": "洛防返〔2025〕3号",
        })
    };
    let problem = city
        .post(&path, own(7500, "2025-03-11"))
        .await
        .problem(422, "refused");
    assert_eq!(guards(&problem), ["effective_from"]);
    let problem = city
        .post(&path, own(1_000_000_000_000, "2025-04-01"))
        .await
        .problem(422, "refused");
    assert_eq!(guards(&problem), ["amount_unusual"]);
    city.post(&path, own(7500, "2025-04-01")).await.ok();
    city.post(&path, own(7600, "2025-04-01"))
        .await
        .problem(409, "stale_version");
    // Its counties are told the new amount and confirm anew.
    let receipt = county.get("/monitoring-lines").await.ok()["to_acknowledge"][0].clone();
    assert_eq!(receipt["amount_yuan"], 7500);
    assert_eq!(receipt["due_on"], "2025-03-22");
    test.go_to(date(2025, 4, 1));
    let now = county.get("/monitoring-lines").await.ok();
    assert_eq!(now["current"]["amount_yuan"], 7500);
}

#[tokio::test]
async fn a_later_line_from_above_goes_before_a_lower_one() {
    let test = henan_2025(Engine::Sqlite).await;
    let mut own = of_the_city(7300);
    own["draft"]["effective_from"] = json!("2025-03-05");
    let line = filed(&test, submitted(&test, own).await).await;
    let publish_it = json!({"type": "publish", "document_number": "洛防返〔2025〕1号"});
    act(&test.person("policy"), &line, "2025-03-03", publish_it)
        .await
        .ok();
    publish(&test, 7400, "2025-03-10", false).await;
    let county = test.person("county.a1");
    test.go_to(date(2025, 3, 9));
    let before = county.get("/monitoring-lines").await.ok();
    assert_eq!(before["current"]["amount_yuan"], 7300);
    test.go_to(date(2025, 3, 10));
    let after = county.get("/monitoring-lines").await.ok();
    assert_eq!(after["current"]["amount_yuan"], 7400);
}

/// A line for the year may be published when the year is under way, with a
/// word why; it judges nothing from before its publication (HN25-012).
#[tokio::test]
async fn a_line_that_begins_before_its_publication_reaches_back_to_nothing() {
    let test = henan_2025(Engine::Sqlite).await;
    let before = Case::open(&test, HOME, 1, date(2025, 3, 3)).await;
    visit(&before, date(2025, 3, 3)).await;
    test.go_to(date(2025, 3, 12));
    let person = test.person("policy");
    let line = person
        .post("/monitoring-lines", begin(7400, "2025-03-01"))
        .await
        .ok();
    assert_eq!(line["faults"][0]["guard"], "early_reason", "{line:#}");
    let problem = act(&person, &line, "2025-03-12", json!({"type": "submit"}))
        .await
        .problem(422, "refused");
    assert_eq!(guards(&problem), ["early_reason"]);
    let mut of_the_year = draft(7400, "2025-03-01");
    of_the_year["early_reason"] = json!("文件写明 2025 年度从三月一日起执行");
    let revise = json!({"type": "revise", "draft": of_the_year});
    let line = act(&person, &line, "2025-03-12", revise).await.ok();
    let line = act(&person, &line, "2025-03-12", json!({"type": "submit"}))
        .await
        .ok();
    let line = filed(&test, line).await;
    let publish_it = json!({"type": "publish", "document_number": "豫防返〔2025〕2号"});
    let line = act(&person, &line, "2025-03-12", publish_it).await.ok();
    // Both days are shown, with the word why.
    assert_eq!(line["draft"]["effective_from"], "2025-03-01");
    assert_eq!(line["records"]["holds_from"], "2025-03-12");
    assert_eq!(
        line["draft"]["early_reason"],
        "文件写明 2025 年度从三月一日起执行"
    );
    let listed = test.person("county.a1").get("/monitoring-lines").await.ok();
    assert_eq!(listed["lines"][0]["effective_from"], "2025-03-12");
    assert_eq!(listed["current"]["amount_yuan"], 7400);
    assert_eq!(threshold(&before).await, "文件未规定");
    let after = Case::open(&test, HOME, 2, date(2025, 3, 12)).await;
    visit(&after, date(2025, 3, 12)).await;
    assert!(threshold(&after).await.contains("7,400.00"));
}

#[tokio::test]
async fn an_absurd_amount_asks_why() {
    let test = henan_2025(Engine::Sqlite).await;
    let person = test.person("policy");
    let line = person
        .post("/monitoring-lines", begin(1_000_000_000_000, "2025-03-10"))
        .await
        .ok();
    let problem = act(&person, &line, "2025-03-03", json!({"type": "submit"}))
        .await
        .problem(422, "refused");
    assert_eq!(guards(&problem), ["amount_unusual"]);
    let mut sudden = draft(9200, "2025-03-10");
    let revise = json!({"type": "revise", "draft": sudden});
    let line = act(&person, &line, "2025-03-03", revise).await.ok();
    assert_eq!(line["faults"][0]["guard"], "amount_unusual");
    sudden["unusual_reason"] = json!("收入口径改变，与上年的数不能直接相比");
    let revise = json!({"type": "revise", "draft": sudden});
    let line = act(&person, &line, "2025-03-03", revise).await.ok();
    let line = act(&person, &line, "2025-03-03", json!({"type": "submit"}))
        .await
        .ok();
    assert_eq!(line["stage"], "in_review");
}

#[tokio::test]
async fn a_year_without_its_line_is_said_on_sqlite() {
    a_year_without_its_line_is_said(Engine::Sqlite).await;
}

#[tokio::test]
async fn a_year_without_its_line_is_said_on_postgres() {
    a_year_without_its_line_is_said(Engine::Postgres).await;
}

// clause: HN25-010 WY21-014
async fn a_year_without_its_line_is_said(engine: Engine) {
    let test = henan_2025(engine).await;
    let drafter = test.person("policy");
    let to_draft = async || {
        let bench = drafter.get("/workbench").await.ok();
        let mine = bench["mine"].as_array().expect("mine").clone();
        mine.iter()
            .filter(|i| i["id"] == "new?year=2025&jurisdiction=410000000000")
            .count()
    };
    let said = drafter.get("/monitoring-lines").await.ok();
    assert_eq!(said["unset"]["year"], 2025);
    assert_eq!(said["unset"]["clause"], "HN25-010");
    assert_eq!(said["unset"]["in_work"], false);
    assert_eq!(to_draft().await, 1);

    drafter
        .post("/monitoring-lines", begin(7000, "2025-03-10"))
        .await
        .ok();
    let begun = drafter.get("/monitoring-lines").await.ok();
    assert_eq!(begun["unset"]["in_work"], true);
    assert_eq!(to_draft().await, 0);

    // The amount of 2021 goes on in 2022, and the page says so.
    let test = TestApp::on(engine).await;
    test.adopt("wengyuan-2021", COUNTY, "2021-01-01").await;
    test.go_to(date(2022, 6, 1));
    let said = test.person("county.a1").get("/monitoring-lines").await.ok();
    assert_eq!(said["current"]["amount_yuan"], 9600);
    assert_eq!(said["unset"]["clause"], "WY21-014");
    let words = said["unset"]["message"].as_str().expect("words");
    assert!(words.contains("2022 年的监测范围还没有定"), "{words}");
    assert!(words.contains("暂按 2021 年的 9600 元执行"), "{words}");
}
