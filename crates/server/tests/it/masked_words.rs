//! No word that people wrote freely reaches a role that sees names masked: a
//! mark stands in every free text, and every door such a role has is opened.

use jiff::civil::{Date, date};
use serde_json::{Value, json};

use crate::forms;
use crate::place::HOME;
use crate::story::Case;
use crate::test_app::{Engine, TestApp};

const FIRST: Date = date(2022, 5, 1);
const DECIDED: Date = date(2022, 5, 7);
const LATE: Date = date(2022, 7, 1);

/// Stands in every text below; the texts of [`forms`] carry the village's too.
const MARK: &str = "李某某9800001";

/// Fields that are filled in freely.
const FREE: &[&str] = &[
    "answer",
    "answered_by",
    "asked_by",
    "chair",
    "collected_by",
    "content",
    "department",
    "description",
    "document_number",
    "entered_by",
    "explanation",
    "finding",
    "handled_by",
    "how",
    "issued_by",
    "minutes",
    "national_reference",
    "note",
    "objector_name",
    "opinion",
    "place",
    "reason",
    "recorder",
    "reporter",
    "reviewed_by",
    "signatory",
    "told_by",
    "value",
    "verified_by",
];

/// The form with the mark in every free text.
fn marked(mut form: Value) -> Value {
    mark(&mut form);
    form
}

fn mark(value: &mut Value) {
    match value {
        Value::Object(fields) => {
            for (name, field) in fields {
                match field {
                    Value::String(text) if FREE.contains(&name.as_str()) => text.push_str(MARK),
                    other => mark(other),
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(mark),
        _ => {}
    }
}

/// A case that stands at the county's desk, the mark in all of it.
async fn up_to_decision(test: &TestApp, number: u16) -> (Case<'_>, String) {
    let case = Case::open(test, HOME, number, FIRST).await;
    let (village, township, county) = (case.village(), case.township(), case.county());
    let did = async |who: &str, on: Date, action: Value| {
        case.act(who, on, marked(action)).await.ok();
    };
    did(&village, FIRST, forms::verify_home(HOME, true)).await;
    did(&village, FIRST, forms::sign_letter(&case.adults)).await;
    did(&village, FIRST, forms::request_cross_check(&case.adults)).await;
    did(&township, FIRST, json!({"type": "forward_cross_check"})).await;
    let hit = [case.adults[0].clone()];
    did(&county, FIRST, forms::answer_cross_check(HOME, &hit)).await;
    did(&village, FIRST, forms::resolve(0)).await;
    let concluded = json!({"type": "conclude_cross_check", "note": "已反馈"});
    did(&county, FIRST, concluded).await;
    let items = [(case.id.clone(), case.version().await)];
    let meeting = marked(forms::appraisal(HOME, FIRST, &items, 1, true));
    test.village().post("/appraisals", meeting).await.ok();
    let items = [(case.id.clone(), case.version().await)];
    let notice = marked(forms::notice(HOME, FIRST, &items));
    let notice = test.village().post("/notices", notice).await.ok();
    (case, notice["id"].as_str().expect("an id").to_owned())
}

/// An objection and a complaint others than the masked roles handle, both answered.
async fn complained(test: &TestApp, case: &Case<'_>, notice: &str) -> String {
    let form = marked(forms::objection(HOME, &case.id, FIRST));
    let path = format!("/notices/{notice}/objections");
    let filed = test.village().post(&path, form).await.ok();
    let objection = filed["objections"][0]["id"].as_str().expect("an id");
    let answer = marked(forms::objection_answer(false, FIRST));
    let path = format!("/objections/{objection}/answer");
    test.township().post(&path, answer).await.ok();

    let mut form = marked(forms::lead(HOME, &case.household, "petition", FIRST));
    form["official"] = json!({"name": "镇a1", "level": "village"});
    test.person("grid.a1").post("/leads", form).await.ok();
    let county = test.person("county.a1");
    let page = county.get("/complaints").await.ok();
    let one = &page["items"][0];
    let id = one["id"].as_str().expect("an id").to_owned();
    let form = json!({
        "expected_version": one["version"], "upheld": true, "answer": format!("约谈{MARK}"),
        "handled_by": format!("县干部{MARK}"), "handled_on": FIRST,
    });
    let path = format!("/complaints/{id}/handle");
    county.post(&path, form).await.ok();
    id
}

/// Every case there is to open, with what else has an id: one archived with
/// corrections that wait, one refused and heard again, one ended, all late.
async fn planted(test: &TestApp) -> (Vec<String>, Vec<String>) {
    let (archived, notice) = up_to_decision(test, 1).await;
    let complaint = complained(test, &archived, &notice).await;
    let (refused, other_notice) = up_to_decision(test, 2).await;
    let (again, _) = up_to_decision(test, 3).await;
    test.go_to(DECIDED);
    for case in [&archived, &refused, &again] {
        case.act(&case.township(), DECIDED, marked(forms::review("approve")))
            .await
            .ok();
    }
    archived.decide(DECIDED).await.ok();
    let township = archived.township();
    for action in [
        json!({"type": "acknowledge_decision"}),
        marked(forms::announce()),
    ] {
        archived.act(&township, DECIDED, action).await.ok();
    }
    for case in [&refused, &again] {
        let refuse = marked(forms::decide_refuse("no_risk"));
        case.act(&case.county(), DECIDED, refuse).await.ok();
        let informed = json!({"type": "inform_household", "how": "上门", "told_by": "村干部"});
        case.act(&township, DECIDED, marked(informed)).await.ok();
    }
    let recheck = json!({"type": "request_recheck", "reason": "还有自付费用"});
    again
        .act(&again.village(), DECIDED, marked(recheck))
        .await
        .ok();
    let ended = Case::open(test, HOME, 4, FIRST).await;
    let end = json!({"type": "end", "ending": "lost_contact", "reason": "多次联系不上"});
    ended.act(&township, DECIDED, marked(end)).await.ok();
    let papers = forms::state_paper(&["investigation_form", "notice_text"], "柜子");
    archived.act(&township, DECIDED, marked(papers)).await.ok();
    for (field, value) in [("opinion", "同意"), ("document_number", "测试〔2022〕2号")] {
        let ask = marked(forms::correction("county_decision", field, value));
        archived.act("county.a1", DECIDED, ask).await.ok();
    }
    test.go_to(LATE);
    let explain = json!({"type": "explain_overdue", "clock": "identification", "reason": "住院"});
    again.act(&township, LATE, marked(explain)).await.ok();
    let cases = [archived.id, refused.id, again.id, ended.id].to_vec();
    let mut ids = cases.clone();
    ids.extend([notice, other_notice, complaint, archived.household]);
    (cases, ids)
}

fn clean(who: &str, door: &str, body: &str) {
    for mark in [MARK, &HOME.canary()] {
        assert!(!body.contains(mark), "{who} {door}: {body}");
    }
}

async fn no_word_reaches_them(engine: Engine) {
    let test = TestApp::on(engine).await;
    let (cases, ids) = planted(&test).await;
    let api = serde_json::to_value(server::openapi()).expect("a description");
    let doors = api["paths"].as_object().expect("paths").iter();
    let doors: Vec<&str> = doors
        .filter(|(_, methods)| methods.get("get").is_some())
        .map(|(path, _)| path.strip_prefix("/api/v1").unwrap_or(path))
        .collect();
    assert!(doors.len() > 30, "{}", doors.len());
    for who in ["city", "province", "analyst", "policy"] {
        let person = test.person(who);
        for door in &doors {
            if !door.contains('{') {
                clean(who, door, &person.get(door).await.text());
                continue;
            }
            for id in &ids {
                let mut parts = door.split('/').collect::<Vec<_>>();
                for part in &mut parts {
                    if part.starts_with('{') {
                        *part = id;
                    }
                }
                let path = parts.join("/");
                clean(who, &path, &person.get(&path).await.text());
            }
        }
        if who == "policy" || who == "analyst" {
            continue;
        }
        for case in &cases {
            let path = format!("/supervision/casefiles/{case}/open");
            let purpose = json!({"purpose": "督查逾期原因"});
            let opened = person.post(&path, purpose).await;
            assert_eq!(opened.status, 200, "{}", opened.text());
            clean(who, &path, &opened.text());
        }
        let overdue = person.get("/supervision/overdue").await.ok();
        assert_eq!(overdue["items"][0]["reason"], "已写明");
    }
    // Whoever decides a correction still sees what it is about.
    let tasks = test.person("city").get("/corrections").await.ok();
    assert_eq!(tasks.as_array().map(Vec::len), Some(2), "{tasks:#}");
    for task in tasks.as_array().expect("a list") {
        assert_eq!(task["reason"], "已写明");
        assert_eq!(task["after"], "已写明");
    }
}

#[tokio::test]
async fn no_free_text_reaches_a_masked_role_on_sqlite() {
    no_word_reaches_them(Engine::Sqlite).await;
}

#[tokio::test]
async fn no_free_text_reaches_a_masked_role_on_postgres() {
    no_word_reaches_them(Engine::Postgres).await;
}
