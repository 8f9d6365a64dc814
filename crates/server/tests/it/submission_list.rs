//! Lists between village, township and county: what is sent stays as it was,
//! every household gets its answer.

use jiff::civil::{Date, date};
use serde_json::{Value, json};

use crate::forms;
use crate::place::{HOME, SIBLING};
use crate::story::Case;
use crate::test_app::{Engine, Reply, TestApp};

pub const FIRST: Date = date(2022, 5, 1);
const STOOD: Date = date(2022, 5, 7);

/// A list of the pack in force, with everybody given on it.
pub async fn list_of(pack: &str, code: &str, area: &str, on: Date, cases: &[&Case<'_>]) -> Value {
    let mut items = Vec::new();
    for case in cases {
        items.push(json!({"casefile_id": case.id, "expected_version": case.version().await}));
    }
    json!({"pack_id": pack, "code": code, "area": area, "submitted_on": on, "items": items})
}

pub async fn send(test: &TestApp, who: &str, form: Value) -> Reply {
    test.person(who).post("/submission-lists", form).await
}

/// An act on a list as it stands for the person.
pub async fn on_list(test: &TestApp, who: &str, id: &str, act: &str, on: Date) -> Reply {
    let person = test.person(who);
    let version = person.get(&format!("/submission-lists/{id}")).await.json["version"].clone();
    let form =
        json!({"expected_version": version, "on": on, "reason": "名单里有重名，请核对后再报"});
    person
        .post(&format!("/submission-lists/{id}/{act}"), form)
        .await
}

pub async fn read(test: &TestApp, who: &str, id: &str) -> Value {
    test.person(who)
        .get(&format!("/submission-lists/{id}"))
        .await
        .ok()
}

pub async fn drawable(test: &TestApp, who: &str) -> Value {
    test.person(who)
        .get("/submission-lists/drawable")
        .await
        .ok()
}

pub fn id_of(list: &Value) -> String {
    list["id"].as_str().expect("an id").to_owned()
}

pub async fn answer(
    test: &TestApp,
    who: &str,
    id: &str,
    on: Date,
    answers: &[(&Case<'_>, i64, Value)],
) -> Reply {
    let answers: Vec<Value> = answers
        .iter()
        .map(|(case, version, action)| {
            json!({"casefile_id": case.id, "expected_version": version, "action": action})
        })
        .collect();
    test.person(who)
        .post(
            &format!("/submission-lists/{id}/answers"),
            json!({"occurred_on": on, "answers": answers}),
        )
        .await
}

/// Cases of the home village with their notices posted.
pub async fn posted(test: &TestApp, count: u16) -> Vec<Case<'_>> {
    let mut cases = Vec::new();
    for number in 1..=count {
        let case = Case::open(test, HOME, number, FIRST).await;
        case.up_to_appraisal(FIRST).await;
        case.notice(FIRST).await;
        cases.push(case);
    }
    cases
}

#[tokio::test]
async fn village_to_township_to_county_and_back_on_sqlite() {
    village_to_township_to_county_and_back(&TestApp::on(Engine::Sqlite).await).await;
}

#[tokio::test]
async fn village_to_township_to_county_and_back_on_postgres() {
    village_to_township_to_county_and_back(&TestApp::on(Engine::Postgres).await).await;
}

async fn village_to_township_to_county_and_back(test: &TestApp) {
    let cases = posted(test, 4).await;
    let [one, two, three, four] = &cases[..] else {
        panic!("four cases")
    };
    let all: Vec<&Case<'_>> = cases.iter().collect();
    let due = drawable(test, "village.a1").await;
    assert_eq!(due.as_array().map(Vec::len), Some(1), "{due:#}");
    assert_eq!(due[0]["terms"]["clause"], "HN22-053");
    assert_eq!(due[0]["candidates"].as_array().map(Vec::len), Some(4));
    assert_eq!(
        due[0]["candidates"][0]["refusals"][0]["guard"], "notice_stood",
        "what the township would say today"
    );
    let form = list_of("henan-2022", "preliminary_list", HOME.village, FIRST, &all).await;
    let sent = send(test, "village.a1", form).await.ok();
    assert_eq!(
        (&sent["stage"], &sent["number"], &sent["households"]),
        (&json!("submitted"), &json!("〔2022〕1号"), &json!(4))
    );
    let id = id_of(&sent);
    assert!(
        drawable(test, "village.a1")
            .await
            .as_array()
            .expect("a list")
            .is_empty()
    );

    let bench = test.township().get("/workbench").await.ok();
    let desk = bench["mine"].as_array().expect("a desk");
    assert!(
        desk.iter().any(|i| i["kind"] == "submission_list"
            && i["id"] == id.as_str()
            && i["verb"] == "接收名单"),
        "{desk:#?}"
    );
    let early = [(one, one.version().await, forms::review("approve"))];
    answer(test, "township.a1", &id, FIRST, &early)
        .await
        .refusal("stage");
    on_list(test, "township.a1", &id, "receive", FIRST)
        .await
        .ok();

    // Before the notice has stood nothing is answered, and nothing is lost.
    answer(test, "township.a1", &id, FIRST, &early).await.ok();
    let seen = read(test, "township.a1", &id).await;
    assert_eq!(seen["rows"][0]["refusals"][0]["guard"], "notice_stood");
    assert_eq!(
        (&seen["rows"][0]["ready"], &seen["counts"]["open"]),
        (&json!(false), &json!(4))
    );

    test.go_to(STOOD);
    let versions = [
        one.version().await,
        two.version().await,
        three.version().await,
        four.version().await,
    ];
    let mixed = [
        (one, versions[0], forms::review("approve")),
        (two, versions[1], forms::review_back("democratic_appraisal")),
        (three, versions[2], forms::review_refuse("no_risk")),
        (four, versions[3] - 1, forms::review("approve")),
    ];
    let outcome = answer(test, "township.a1", &id, STOOD, &mixed).await.ok();
    let ok: Vec<bool> = outcome["results"]
        .as_array()
        .expect("results")
        .iter()
        .map(|r| r["ok"].as_bool().expect("a truth"))
        .collect();
    assert_eq!(ok, [true, true, true, false], "{outcome:#}");
    assert_eq!(
        outcome["results"][3]["version"], versions[3],
        "somebody was faster: the version it has"
    );
    let seen = read(test, "village.a1", &id).await;
    let verdicts: Vec<&Value> = seen["rows"]
        .as_array()
        .expect("rows")
        .iter()
        .map(|r| &r["answer"]["verdict"])
        .collect();
    assert_eq!(
        verdicts,
        [
            &json!("approved"),
            &json!("sent_back"),
            &json!("refused"),
            &Value::Null
        ]
    );
    assert_eq!(seen["rows"][1]["answer"]["reason"], "支出没有票据，请补充");
    assert!(seen["rows"][2]["answer"]["ground"].is_string());
    assert_eq!(
        (&seen["stage"], &seen["counts"]["open"]),
        (&json!("received"), &json!(1))
    );

    // The last answer is given on the casefile itself: the list shows it and closes.
    four.review(STOOD).await.ok();
    let seen = read(test, "village.a1", &id).await;
    assert_eq!(seen["stage"], "closed");
    assert_eq!(seen["rows"][3]["answer"]["verdict"], "approved");
    assert_eq!(seen["intact"], true);

    // Up to the county, and its results down again.
    let due = drawable(test, "township.a1").await;
    assert_eq!(due[0]["terms"]["code"], "proposed_inclusion_list");
    assert_eq!(due[0]["candidates"].as_array().map(Vec::len), Some(2));
    let township = due[0]["area"]["code"].as_str().expect("a code").to_owned();
    let form = list_of(
        "henan-2022",
        "proposed_inclusion_list",
        &township,
        STOOD,
        &[one, four],
    )
    .await;
    let up = id_of(&send(test, "township.a1", form).await.ok());
    on_list(test, "county.a1", &up, "receive", STOOD).await.ok();
    let decisions = [
        (one, one.version().await, forms::decide(STOOD)),
        (four, four.version().await, forms::decide(STOOD)),
    ];
    answer(test, "county.a1", &up, STOOD, &decisions).await.ok();
    assert_eq!(read(test, "township.a1", &up).await["stage"], "closed");
    // It was on its lists: nobody is told to send one afterwards.
    let decided = one.view().await.to_string();
    assert!(!decided.contains("not_on_list"), "{decided}");

    let form = list_of(
        "henan-2022",
        "decision_result_list",
        &township,
        STOOD,
        &[one, four],
    )
    .await;
    let mut urgent = form.clone();
    urgent["acknowledge_by"] = json!("2022-05-09");
    let down = id_of(&send(test, "county.a1", urgent).await.ok());
    test.go_to(date(2022, 5, 10));
    let late = test
        .county()
        .get("/submission-lists?folder=unacknowledged")
        .await
        .ok();
    assert_eq!(late["items"][0]["overdue"], true);
    let taken = on_list(test, "township.a1", &down, "receive", date(2022, 5, 10))
        .await
        .ok();
    assert_eq!(taken["stage"], "closed", "{taken:#}");
    for case in [one, four] {
        assert!(case.view().await["records"]["decision_acknowledged"].is_object());
    }
    // Told once is told.
    assert!(
        drawable(test, "county.a1")
            .await
            .as_array()
            .expect("a list")
            .is_empty()
    );
}

#[tokio::test]
async fn nobody_is_skipped_in_silence() {
    let test = TestApp::sqlite().await;
    let cases = posted(&test, 2).await;
    let short = list_of(
        "henan-2022",
        "preliminary_list",
        HOME.village,
        FIRST,
        &[&cases[0]],
    )
    .await;
    send(&test, "village.a1", short.clone())
        .await
        .refusal("no_silent_skip");
    let mut said = short.clone();
    said["left_out"] = json!([{"casefile_id": cases[1].id, "reason": "户主外出，下次再报"}]);
    let sent = send(&test, "village.a1", said).await.ok();
    assert_eq!(sent["left_out"][0]["reason"], "户主外出，下次再报");
    // Left out is still due; on the list is not.
    let due = drawable(&test, "village.a1").await;
    assert_eq!(due[0]["candidates"].as_array().map(Vec::len), Some(1));
    assert_eq!(due[0]["candidates"][0]["casefile_id"], cases[1].id.as_str());
    let again = list_of(
        "henan-2022",
        "preliminary_list",
        HOME.village,
        FIRST,
        &[&cases[0], &cases[1]],
    )
    .await;
    send(&test, "village.a1", again).await.refusal("qualified");
    // The wrong level draws up nothing, and no empty list is sent.
    let township = send(&test, "township.a1", short).await;
    township.refusal("acting_level");
    let mut empty = list_of("henan-2022", "preliminary_list", HOME.village, FIRST, &[]).await;
    empty["left_out"] = json!([{"casefile_id": cases[1].id, "reason": "户主外出，下次再报"}]);
    send(&test, "village.a1", empty).await.refusal("rows");
}

#[tokio::test]
async fn taken_back_and_sent_back() {
    let test = TestApp::sqlite().await;
    let cases = posted(&test, 1).await;
    let form = || list_of("henan-2022", "preliminary_list", HOME.village, FIRST, &[]);
    let mut first = form().await;
    first["items"] =
        json!([{"casefile_id": cases[0].id, "expected_version": cases[0].version().await}]);
    let id = id_of(&send(&test, "village.a1", first.clone()).await.ok());
    on_list(&test, "township.a1", &id, "withdraw", FIRST)
        .await
        .refusal("acting_level");
    let back = on_list(&test, "village.a1", &id, "withdraw", FIRST)
        .await
        .ok();
    assert_eq!(back["stage"], "withdrawn");
    let sent = send(&test, "village.a1", first.clone()).await.ok();
    assert_eq!(sent["number"], "〔2022〕2号");
    let id = id_of(&sent);
    on_list(&test, "township.a1", &id, "receive", FIRST)
        .await
        .ok();
    on_list(&test, "village.a1", &id, "withdraw", FIRST)
        .await
        .refusal("stage");
    // Two people at once: the slower one is told.
    let stale = json!({"expected_version": 1, "on": FIRST, "reason": "名单里有重名"});
    test.township()
        .post(&format!("/submission-lists/{id}/return"), stale)
        .await
        .problem(409, "stale_version");
    let returned = on_list(&test, "township.a1", &id, "return", FIRST)
        .await
        .ok();
    assert_eq!(returned["stage"], "returned");
    assert!(
        !returned["stage_detail"]["reason"]
            .as_str()
            .expect("a reason")
            .is_empty()
    );
    let id = id_of(&send(&test, "village.a1", first).await.ok());
    on_list(&test, "township.a1", &id, "receive", FIRST)
        .await
        .ok();
    test.go_to(STOOD);
    cases[0].review(STOOD).await.ok();
    on_list(&test, "township.a1", &id, "return", STOOD)
        .await
        .refusal("stage");
}

#[tokio::test]
async fn a_sibling_village_has_its_own_list() {
    let test = TestApp::sqlite().await;
    let home = posted(&test, 1).await;
    let other = Case::open(&test, SIBLING, 1, FIRST).await;
    other.up_to_appraisal(FIRST).await;
    other.notice(FIRST).await;
    let mixed = list_of(
        "henan-2022",
        "preliminary_list",
        HOME.village,
        FIRST,
        &[&home[0], &other],
    )
    .await;
    send(&test, "village.a1", mixed)
        .await
        .problem(404, "not_found");
    let form = list_of(
        "henan-2022",
        "preliminary_list",
        SIBLING.village,
        FIRST,
        &[&other],
    )
    .await;
    let id = id_of(&send(&test, "village.a2", form).await.ok());
    let unseen = test.village().get(&format!("/submission-lists/{id}")).await;
    unseen.problem(404, "not_found");
    assert_eq!(
        test.village().get("/submission-lists").await.ok()["total"],
        0
    );
    assert_eq!(
        test.township()
            .get("/submission-lists?folder=to_answer")
            .await
            .ok()["total"],
        1
    );
    // A household that is not on the list is not answered through it.
    on_list(&test, "township.a1", &id, "receive", FIRST)
        .await
        .ok();
    let wrong = [(&home[0], home[0].version().await, forms::review("approve"))];
    let outcome = answer(&test, "township.a1", &id, FIRST, &wrong).await.ok();
    assert_eq!(outcome["results"][0]["message"], "这一户不在这份名单上");
    let odd = [(
        &other,
        other.version().await,
        json!({"type": "acknowledge_decision"}),
    )];
    answer(&test, "township.a1", &id, FIRST, &odd)
        .await
        .problem(422, "invalid");
}
