//! The Wengyuan plan through HTTP: its line (WY21-013…015) and its lists
//! (WY21-047). The tests' county borrows the plan.

use jiff::civil::{Date, date};
use serde_json::{Value, json};

use crate::forms;
use crate::monitoring_line::{act, guards};
use crate::place::HOME;
use crate::story::Case;
use crate::submission_list::{answer, drawable, id_of, list_of, on_list, read, send};
use crate::test_app::{Engine, TestApp};

const PACK: &str = "wengyuan-2021";
const COUNTY: &str = "410327000000";
const TOWNSHIP: &str = "410327102000";
const MAY: Date = date(2022, 5, 1);

async fn under_the_plan(engine: Engine) -> TestApp {
    let test = TestApp::on(engine).await;
    test.adopt(PACK, COUNTY, "2021-01-01").await;
    test
}

/// A line of the county from the class-4 standard of 2021 (invented).
fn line(year: i16, amount_yuan: i64, area_class: &str, standard: &str, rounding: Value) -> Value {
    json!({
        "jurisdiction": COUNTY,
        "year": year,
        "draft": {
            "amount_yuan": amount_yuan,
            "effective_from": format!("{year}-05-10"),
            "inputs": [{
                "kind": "rural_subsistence_allowance_standard", "value": standard, "year": year - 1,
                "area_class": area_class, "source": "省公布的标准（编）",
            }],
            "rounding": rounding,
            "rationale": "按上一年四类地区低保标准的一点五倍取整数",
            "early_reason": "方案写明从 2021 年开始，每年定一次，全年执行",
        },
    })
}

fn rounded(unit_yuan: i64, direction: &str, reason: &str) -> Value {
    json!({"unit_yuan": unit_yuan, "direction": direction, "reason": reason})
}

#[tokio::test]
async fn the_line_on_sqlite() {
    the_line(Engine::Sqlite).await;
}

#[tokio::test]
async fn the_line_on_postgres() {
    the_line(Engine::Postgres).await;
}

async fn the_line(engine: Engine) {
    let test = under_the_plan(engine).await;
    let [first, second, third] = ["policy", "policy2", "policy3"].map(|l| test.person(l));
    let faults = async |form: Value| -> Vec<(String, String)> {
        let tried = first.post("/monitoring-lines/calculation", form).await.ok();
        let text = |v: &Value| v.as_str().unwrap_or_default().to_owned();
        tried["faults"]
            .as_array()
            .expect("faults")
            .iter()
            .map(|f| (text(&f["guard"]), text(&f["clause"])))
            .collect()
    };
    let said = |guard: &str, clause: &str| (guard.to_owned(), clause.to_owned());
    let class_4 = "四类地区";
    // 2021 stands in the text: nothing computed goes against it.
    let stated = line(2021, 9612, class_4, "6408", rounded(1, "nearest", "取到元"));
    assert_eq!(faults(stated).await, [said("amount_stated", "WY21-015")]);
    // Later years: half as much again as class 4, rounded as a person says and why.
    let open = line(2022, 9828, class_4, "6552", Value::Null);
    assert_eq!(faults(open).await, [said("rounding_chosen", "WY21-015")]);
    let unreasoned = line(2022, 9800, class_4, "6552", rounded(100, "down", ""));
    assert_eq!(faults(unreasoned).await, [said("rounding_reason", "")]);
    let other_class = line(
        2022,
        10800,
        "三类地区",
        "7200",
        rounded(1, "nearest", "取到元"),
    );
    assert_eq!(faults(other_class).await, [said("area_class", "WY21-014")]);
    let below = line(2022, 9000, class_4, "6000", rounded(1, "nearest", "取到元"));
    let below = faults(below).await;
    assert!(below.contains(&said("floor_kept", "WY21-013")), "{below:?}");

    // From draft to publication: three people, and no filing, for the plan has none.
    let today = test.app.today().to_string();
    let hundreds = rounded(100, "down", "2021 年取到百元，照此办理");
    let form = line(2022, 9800, class_4, "6552", hundreds);
    let drafted = first.post("/monitoring-lines", form).await.ok();
    assert_eq!(drafted["calculation"]["proposals"][0]["clause"], "WY21-014");
    let drafted = act(&first, &drafted, &today, json!({"type": "submit"}))
        .await
        .ok();
    let opinion = json!({"type": "review", "opinion": "测算无误，取整有先例"});
    let problem = act(&first, &drafted, &today, opinion.clone())
        .await
        .problem(422, "refused");
    assert_eq!(guards(&problem), ["not_the_drafter"]);
    let reviewed = act(&second, &drafted, &today, opinion).await.ok();
    let sign = json!({"type": "approve", "document_number": "纪要〔2022〕6号"});
    let approved = act(&third, &reviewed, &today, sign).await.ok();
    let filing = json!({"type": "file", "document_number": "备〔2022〕1号"});
    let problem = act(&first, &approved, &today, filing)
        .await
        .problem(422, "refused");
    assert_eq!(guards(&problem), ["step_not_stated"]);
    let publish = json!({"type": "publish", "document_number": "翁防〔2022〕2号"});
    let published = act(&first, &approved, &today, publish).await.ok();
    assert_eq!(published["stage"], "published");
    assert_eq!(
        published["draft"]["rounding"]["reason"],
        "2021 年取到百元，照此办理"
    );

    // The plan orders no passing on: nobody owes a receipt, nobody waits for one.
    assert_eq!(published["receipts"], json!([]));
    for who in ["policy", "city", "county.a1"] {
        let bench = test.person(who).get("/workbench").await.ok();
        let desk = format!("{}{}", bench["mine"], bench["waiting"]);
        assert!(!desk.contains("monitoring_line"), "{who}: {desk}");
    }
    // Until its day the year 2021 holds as the text states it; then the new one.
    let county = test.county();
    let now = county.get("/monitoring-lines").await.ok();
    assert_eq!(
        (&now["current"]["amount_yuan"], &now["current"]["clause"]),
        (&json!(9600), &json!("WY21-015"))
    );
    test.go_to(date(2022, 5, 10));
    let then = county.get("/monitoring-lines").await.ok();
    assert_eq!(then["current"]["amount_yuan"], 9800);
    assert_eq!(then["current"]["comparator"], "<=");
    let id = published["id"].as_str().expect("id");
    let path = format!("/monitoring-lines/{id}");
    let seen = test.township().get(&path).await.ok();
    assert_eq!(
        (
            &seen["draft"]["amount_yuan"],
            &seen["records"]["approved"]["name"]
        ),
        (&json!(9800), &json!("")),
        "the amount goes down, names stay with their office"
    );
}

/// What the township found in a household, as the plan's dimensions ask.
fn findings(situation: &str) -> Value {
    let judged = |code: &str, problem: bool| json!({"code": code, "problem": problem});
    json!({
        "per_capita_income_fen": 900_000,
        "situation": situation,
        "dimensions": [
            judged("income_and_expenditure", true),
            judged("two_assurances_three_guarantees", false),
            judged("drinking_water_safety", false),
        ],
    })
}

fn checked(situation: &str) -> Value {
    let mut review = forms::review("approve");
    review["findings"] = findings(situation);
    review
}

#[tokio::test]
async fn lists_on_sqlite() {
    lists(Engine::Sqlite).await;
}

#[tokio::test]
async fn lists_on_postgres() {
    lists(Engine::Postgres).await;
}

async fn lists(engine: Engine) {
    let test = under_the_plan(engine).await;
    let mut cases = Vec::new();
    for number in 1..=3 {
        let case = Case::open(&test, HOME, number, MAY).await;
        case.sign(MAY).await;
        case.appraise(MAY, 1, true).await.ok();
        case.notice(MAY).await;
        cases.push(case);
    }
    // The plan states no days for the notice: nobody is told of a period.
    let notices = test.village().get("/notices").await.ok();
    let notice = notices["items"][0]["id"].as_str().expect("an id");
    let page = test
        .village()
        .get(&format!("/notices/{notice}/print"))
        .await;
    let page = page.text();
    assert!(page.contains("如有异议，请向花庄村村民委员会或"), "{page}");
    assert!(!page.contains("公示期内"), "{page}");
    let [one, two, three] = &cases[..] else {
        panic!("three cases")
    };
    let form = list_of(
        PACK,
        "preliminary_list",
        HOME.village,
        MAY,
        &[one, two, three],
    )
    .await;
    let id = id_of(&send(&test, "village.a1", form).await.ok());
    let taken = on_list(&test, "township.a1", &id, "receive", MAY)
        .await
        .ok();
    assert_eq!(
        taken["choices"]["each_assessed"]["clause"], "WY21-047",
        "{taken:#}"
    );

    // One opinion for all is none: the plan has each household checked.
    let versions = [
        one.version().await,
        two.version().await,
        three.version().await,
    ];
    let alike: Vec<_> = cases
        .iter()
        .zip(versions)
        .map(|(case, version)| (case, version, forms::review("approve")))
        .collect();
    let outcome = answer(&test, "township.a1", &id, MAY, &alike).await.ok();
    for result in outcome["results"].as_array().expect("results") {
        assert_eq!(result["ok"], false, "{outcome:#}");
        assert_eq!(result["refusals"][0]["guard"], "situation_assessed");
        assert_eq!(result["refusals"][0]["clause"], "WY21-047");
    }
    assert_eq!(read(&test, "township.a1", &id).await["counts"]["open"], 3);
    // With its own finding a household passes, without one it stays; sending back needs none.
    let each = [
        (one, versions[0], checked("三口之家，户主住院，家里停工")),
        (two, versions[1], forms::review("approve")),
        (
            three,
            versions[2],
            forms::review_back("democratic_appraisal"),
        ),
    ];
    let outcome = answer(&test, "township.a1", &id, MAY, &each).await.ok();
    let ok: Vec<bool> = outcome["results"]
        .as_array()
        .expect("results")
        .iter()
        .map(|r| r["ok"] == true)
        .collect();
    assert_eq!(ok, [true, false, true], "{outcome:#}");
    let last = [(two, versions[1], checked("两位老人，一人长期吃药"))];
    answer(&test, "township.a1", &id, MAY, &last).await.ok();
    let closed = read(&test, "village.a1", &id).await;
    assert_eq!(closed["stage"], "closed");
    assert_eq!(
        one.view().await["records"]["township_review"]["findings"]["situation"],
        "三口之家，户主住院，家里停工"
    );

    // Sending up is the township government's submission, for each household on it.
    let mut form = list_of(PACK, "proposed_inclusion_list", TOWNSHIP, MAY, &[one, two]).await;
    send(&test, "township.a1", form.clone())
        .await
        .refusal("documented");
    form["document_number"] = json!("柳府报〔2022〕9号");
    form["signatory"] = json!("签发人");
    let sent = send(&test, "township.a1", form).await.ok();
    let up = id_of(&sent);
    let submission = &two.view().await["records"]["township_submission"];
    assert_eq!(submission["government"], "柳泉镇人民政府");
    let page = test
        .county()
        .get(&format!(
            "/papers/submission_list/{up}/submission_list/print"
        ))
        .await
        .text();
    for words in [
        "柳府报〔2022〕9号",
        ">柳泉镇人民政府上报名单<",
        "宜阳县乡村振兴局：",
        "柳泉镇人民政府（盖章）",
        "共2户6人",
    ] {
        assert!(page.contains(words), "{words}: {page}");
    }
    // The letter's number is the paper's only one.
    assert!(!page.contains("〔2022〕1号"), "{page}");
    on_list(&test, "county.a1", &up, "receive", MAY).await.ok();
    let mut decide = forms::decide(MAY);
    decide["dimensions_considered"] = json!([]);
    let decisions = [
        (one, one.version().await, decide.clone()),
        (two, two.version().await, decide),
    ];
    let outcome = answer(&test, "county.a1", &up, MAY, &decisions).await.ok();
    assert_eq!(
        read(&test, "township.a1", &up).await["stage"],
        "closed",
        "{outcome:#}"
    );

    // Down again, and taken note of.
    let due = drawable(&test, "county.a1").await;
    assert_eq!(due[0]["terms"]["code"], "final_list");
    let form = list_of(PACK, "final_list", TOWNSHIP, MAY, &[one, two]).await;
    let down = id_of(&send(&test, "county.a1", form).await.ok());
    let page = test
        .township()
        .get(&format!(
            "/papers/submission_list/{down}/submission_list/print"
        ))
        .await
        .text();
    assert!(page.contains("现将名单发给你们，共2户6人。"), "{page}");
    let taken = on_list(&test, "township.a1", &down, "receive", MAY)
        .await
        .ok();
    // The plan knows no step for it: the list is signed, the casefiles go on as they are.
    assert_eq!(taken["stage"], "closed", "{:#}", taken["results"]);
    assert_eq!(taken["rows"][1]["answer"]["verdict"], "acknowledged");
    assert!(two.view().await["records"]["decision_acknowledged"].is_null());
    let due = drawable(&test, "county.a1").await;
    assert_eq!(due, json!([]), "told once is told");
}

/// The county's templates: the papers of the plan, in its words.
#[tokio::test]
async fn templates_are_those_of_the_plan() {
    let test = under_the_plan(Engine::Sqlite).await;
    let all = test.county().get("/paper-templates").await.ok();
    let kinds: Vec<&str> = all
        .as_array()
        .expect("kinds")
        .iter()
        .filter_map(|k| k["kind"].as_str())
        .collect();
    assert_eq!(
        kinds,
        [
            "commitment_letter",
            "sign_in_sheet",
            "appraisal_minutes",
            "public_notice",
            "submission_list",
            "result_notice"
        ]
    );
    assert_eq!(all[3]["label"], "民主评议结果公示");
    let words = all.to_string();
    assert!(!words.contains("不少于"), "no days the plan does not state");
    assert!(words.contains("样例县乡村振兴局") && words.contains("样例镇人民政府上报名单"));
}

/// The letter says what may be queried in the plan's own words (WY21-046), and
/// an objection after the check holds the government's submission.
async fn objected_after_the_check(engine: Engine) {
    let test = under_the_plan(engine).await;
    let case = Case::open(&test, HOME, 1, MAY).await;
    let path = format!("/papers/casefile/{}/commitment_letter", case.id);
    for form in ["print", "document"] {
        let text = test.village().get(&format!("{path}/{form}")).await.text();
        assert!(text.contains("查询家庭资产信息。"), "{form}: {text}");
        assert!(!text.contains("股票"), "{form}");
    }
    case.sign(MAY).await;
    case.appraise(MAY, 1, true).await.ok();
    let notice = case.notice(MAY).await;
    let township = case.township();
    case.act(&township, MAY, checked("三口之家")).await.ok();
    let drawn = async || {
        drawable(&test, &township)
            .await
            .to_string()
            .contains(&case.id)
    };
    assert!(drawn().await, "ready for the list");
    let path = format!(
        "/notices/{}/objections",
        notice["id"].as_str().expect("an id")
    );
    let form = forms::objection(HOME, &case.id, MAY);
    let filed = test.village().post(&path, form).await.ok();
    assert!(!drawn().await, "held back from the list");
    let submit = json!({
        "type": "submit_to_county", "document_number": "柳政〔2022〕1号", "signatory": "签发人",
        "government": "柳泉镇人民政府",
    });
    let reply = case.act(&township, MAY, submit.clone()).await;
    let refusal = reply.refusal("no_open_objection");
    assert!(refusal["message"].to_string().contains("才可以上报"));
    let id = filed["objections"][0]["id"].as_str().expect("an id");
    let form = forms::objection_answer(false, MAY);
    let answer = format!("/objections/{id}/answer");
    test.person(&township).post(&answer, form).await.ok();
    assert!(drawn().await, "answered");
    case.act(&township, MAY, submit).await.ok();
}

#[tokio::test]
async fn an_objection_after_the_check_holds_on_sqlite() {
    objected_after_the_check(Engine::Sqlite).await;
}

#[tokio::test]
async fn an_objection_after_the_check_holds_on_postgres() {
    objected_after_the_check(Engine::Postgres).await;
}

/// Steps by the names somebody chooses them by, as (kind, name).
async fn step_names(test: &TestApp, query: &str) -> Vec<(String, String)> {
    let path = format!("/policy/vocabulary{query}");
    let words = test.village().get(&path).await.ok();
    let text = |v: &Value| v.as_str().expect("text").to_owned();
    let steps = words["steps"].as_array().expect("steps");
    let names = steps.iter().map(|s| (text(&s["code"]), text(&s["label"])));
    names.collect()
}

#[tokio::test]
async fn a_step_is_called_what_the_packs_of_open_matters_call_it() {
    let test = TestApp::on(Engine::Sqlite).await;
    let decision = |names: &[(String, String)]| {
        let found = names.iter().find(|(kind, _)| kind == "county_decision");
        found.expect("a decision").1.clone()
    };
    let has = |names: &[(String, String)], kind: &str| names.iter().any(|(k, _)| k == kind);
    let before = Case::open(&test, HOME, 1, MAY).await;
    let names = step_names(&test, "").await;
    assert_eq!(decision(&names), "县级审批");
    assert!(!has(&names, "township_submission"));
    let household = test.village().add_household(HOME, 2).await;
    let lead = forms::lead(HOME, &household, "cadre_visit", MAY);
    let taken = test.village().post("/leads", lead).await.ok();
    assert_eq!(taken["lead"]["deadline_step"], "县级审批");

    // What runs keeps its words beside those of the plan now in force.
    test.adopt(PACK, COUNTY, "2022-05-10").await;
    test.go_to(date(2022, 5, 12));
    let names = step_names(&test, "").await;
    assert_eq!(decision(&names), "县级审核认定／县级审批");
    assert!(has(&names, "township_submission") && has(&names, "home_verification"));
    let own = step_names(&test, "?pack=wengyuan-2021").await;
    assert_eq!(decision(&own), "县级审核认定");
    assert!(!has(&own, "home_verification") && !has(&own, "cross_check"));

    let seen = test.person("city").get("/supervision").await.ok();
    let waiting = seen["steps"].as_array().expect("steps");
    let home = waiting.iter().find(|s| s["kind"] == "home_verification");
    assert_eq!(home.expect("where it waits")["label"], "入户核实");
    assert_eq!(before.view().await["pack"]["id"], "henan-2022");
}
