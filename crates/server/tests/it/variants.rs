//! The ways a case may go besides the straight one.

use jiff::civil::{Date, date};
use serde_json::json;

use crate::forms;
use crate::leads::lead;
use crate::place::{HOME, SIBLING};
use crate::story::{Case, desk};
use crate::test_app::{TestApp, everywhere};

const FIRST: Date = date(2022, 5, 1);

#[tokio::test]
async fn sent_back_for_a_second_round() {
    let test = TestApp::sqlite().await;
    let case = Case::open(&test, HOME, 1, FIRST).await;
    case.up_to_appraisal(FIRST).await;
    case.notice(FIRST).await;
    test.go_to(date(2022, 5, 3));
    case.act(
        "township.a1",
        date(2022, 5, 3),
        forms::review_back("archive"),
    )
    .await
    .refusal("send_back_target");
    let back = case
        .act(
            "township.a1",
            date(2022, 5, 3),
            forms::review_back("democratic_appraisal"),
        )
        .await
        .ok();
    assert_eq!(
        (
            back["next_round"].as_i64(),
            back["superseded"].as_array().map(Vec::len)
        ),
        (Some(2), Some(1))
    );
    assert!(
        back["records"]["public_notice"].is_null()
            && back["records"]["cross_check"]["concluded"].is_object()
    );
    assert_eq!(
        desk(&test, "village.a1", &case.id).await.0,
        ["democratic_appraisal"]
    );
    case.appraise(date(2022, 5, 3), 1, true)
        .await
        .refusal("one_result_per_round");
    case.appraise(date(2022, 5, 3), 2, true).await.ok();
    case.notice(date(2022, 5, 3)).await;
    test.go_to(date(2022, 5, 9));
    case.review(date(2022, 5, 9)).await.ok();
    // The county sends back too: the township reviews again, the notice stays.
    let mut back = forms::decide_refuse("no_risk");
    back["outcome"] = json!("send_back");
    back["send_back_to"] = json!("township_review");
    case.act("county.a1", date(2022, 5, 9), back).await.ok();
    assert_eq!(
        desk(&test, "township.a1", &case.id).await.0,
        ["township_review"]
    );
    case.review(date(2022, 5, 9)).await.ok();
    let decided = case.decide(date(2022, 5, 9)).await.ok();
    assert_eq!(decided["clocks"][0]["days_used"], 8);
    assert_eq!(decided["superseded"].as_array().map(Vec::len), Some(2));
}

#[tokio::test]
async fn not_recommended_refused_told_and_looked_at_again() {
    let test = TestApp::sqlite().await;
    let case = Case::open(&test, HOME, 1, FIRST).await;
    case.verify(FIRST).await;
    case.sign(FIRST).await;
    case.appraise(FIRST, 1, false).await.ok();
    let items = [(case.id.clone(), case.version().await)];
    test.village()
        .post("/notices", forms::notice(HOME, FIRST, &items))
        .await
        .refusal("step_order");
    assert_eq!(
        desk(&test, "township.a1", &case.id).await.0,
        ["township_review"]
    );
    case.act("township.a1", FIRST, forms::review_refuse("scale_limit"))
        .await
        .refusal("forbidden_ground");
    let refused = case
        .act("township.a1", FIRST, forms::review_refuse("no_risk"))
        .await
        .ok();
    assert_eq!(refused["stage"], "refused");
    assert_eq!(
        desk(&test, "township.a1", &case.id).await.0,
        ["township_review"],
        "the household must be told"
    );
    let told = json!({"type": "inform_household", "how": "当面告知，并说明可申请复核、可拨打12317", "told_by": "镇干部"});
    case.act("township.a1", FIRST, told).await.ok();
    assert!(desk(&test, "township.a1", &case.id).await.0.is_empty());
    let again = json!({"type": "request_recheck", "reason": "住院费用没有算全"});
    let view = case.act("township.a1", FIRST, again).await.ok();
    assert_eq!(
        (view["stage"].as_str(), view["next_round"].as_i64()),
        (Some("running"), Some(2))
    );
    // The second time it is carried through, on the clock of the first.
    case.verify(FIRST).await;
    case.cross_check(FIRST).await;
    case.appraise(FIRST, 2, true).await.ok();
    case.notice(FIRST).await;
    test.go_to(date(2022, 5, 7));
    case.review(date(2022, 5, 7)).await.ok();
    assert_eq!(
        case.decide(date(2022, 5, 7)).await.ok()["clocks"][0]["started_on"],
        "2022-05-01"
    );
}

#[tokio::test]
async fn another_lawful_end() {
    let test = TestApp::sqlite().await;
    let case = Case::open(&test, HOME, 1, FIRST).await;
    let end =
        |ending: &str, reason: &str| json!({"type": "end", "ending": ending, "reason": reason});
    case.act("township.a1", FIRST, end("because", "随便"))
        .await
        .problem(422, "refused");
    case.act("township.a1", FIRST, end("refuses_to_sign", ""))
        .await
        .refusal("reason_given");
    let ended = case
        .act(
            "township.a1",
            FIRST,
            end("refuses_to_sign", "两次上门说明，农户不愿签"),
        )
        .await
        .ok();
    assert_eq!(
        (
            ended["stage"].as_str(),
            ended["clocks"][0]["ended_on"].as_str()
        ),
        (Some("ended"), Some("2022-05-01"))
    );
    case.act("township.a1", FIRST, forms::verify_home(HOME, true))
        .await
        .refusal("stage");
    // A new sign of risk starts a new case.
    let found = lead(&test, &case.household, "hotline", FIRST).await;
    let again = Case::of_lead(
        &test,
        HOME,
        case.household.clone(),
        &found["lead"],
        "identification",
    )
    .await;
    assert_ne!(again.id, case.id);
}

#[tokio::test]
async fn an_objection_holds_one_household_of_two() {
    let test = TestApp::sqlite().await;
    let held = Case::open(&test, HOME, 1, FIRST).await;
    let free = Case::open(&test, HOME, 2, FIRST).await;
    for case in [&held, &free] {
        case.up_to_appraisal(FIRST).await;
    }
    let items = [
        (held.id.clone(), held.version().await),
        (free.id.clone(), free.version().await),
    ];
    let notice = test
        .village()
        .post("/notices", forms::notice(HOME, FIRST, &items))
        .await
        .ok();
    let id = notice["id"].as_str().expect("an id").to_owned();
    test.go_to(date(2022, 5, 3));
    let mut about = forms::objection(HOME, &held.id, date(2022, 5, 3));
    about["about_official"] = json!(true);
    about["official_level"] = json!("village");
    let filed = test
        .village()
        .post(&format!("/notices/{id}/objections"), about)
        .await
        .ok();
    // Village and township see different things.
    assert!(
        filed["objections"][0]["objector"].is_null() && !filed.to_string().contains("家里有车")
    );
    let above = test.township().get(&format!("/notices/{id}")).await.ok();
    assert_eq!(
        above["objections"][0]["objector"],
        format!("异议人{}", HOME.canary())
    );
    let flags = |key: &str| -> Vec<bool> {
        above["items"]
            .as_array()
            .expect("items")
            .iter()
            .map(|i| i[key].as_bool().unwrap_or_default())
            .collect()
    };
    assert_eq!(
        (flags("objection_open"), flags("held")),
        (vec![true, false], vec![true, false])
    );
    test.go_to(date(2022, 5, 7));
    free.review(date(2022, 5, 7)).await.ok();
    held.review(date(2022, 5, 7))
        .await
        .refusal("no_open_objection");
    assert!(
        desk(&test, "township.a1", &held.id)
            .await
            .0
            .contains(&"public_notice".to_owned())
    );
    let objection = above["objections"][0]["id"]
        .as_str()
        .expect("an id")
        .to_owned();
    let path = format!("/objections/{objection}/answer");
    test.township()
        .post(&path, forms::objection_answer(true, date(2022, 5, 7)))
        .await
        .ok();
    // Found true, it holds until the case is sent back.
    held.review(date(2022, 5, 7))
        .await
        .refusal("no_open_objection");
    held.act(
        "township.a1",
        date(2022, 5, 7),
        forms::review_back("home_verification"),
    )
    .await
    .ok();
}

#[tokio::test]
async fn overdue_asks_for_a_reason_and_never_blocks() {
    let test = TestApp::sqlite().await;
    let case = Case::open(&test, HOME, 1, FIRST).await;
    case.up_to_decision(FIRST, date(2022, 5, 8)).await;
    let explain = || json!({"type": "explain_overdue", "clock": "identification", "reason": "户主在外地住院"});
    assert_eq!(
        case.act("county.a1", date(2022, 5, 8), explain())
            .await
            .status,
        422,
        "nothing is overdue yet"
    );
    test.go_to(date(2022, 5, 17));
    let bench = test.county().get("/workbench").await.ok();
    assert_eq!(bench["counts"]["overdue"], 1);
    assert!(
        bench["reminders"][0]["message"]
            .as_str()
            .is_some_and(|m| m.contains("逾期 1 天")),
        "{bench:#}"
    );
    let list = test.person("city").get("/supervision/overdue").await.ok();
    assert_eq!(
        (
            list["total"].as_i64(),
            list["items"][0]["days_overdue"].as_i64()
        ),
        (Some(1), Some(1))
    );
    assert!(!list.to_string().contains(&forms::head_name(HOME, 1)));
    let view = case
        .act("county.a1", date(2022, 5, 17), explain())
        .await
        .ok();
    assert_eq!(view["clocks"][0]["overdue_reason"], "户主在外地住院");
    assert!(
        test.county().get("/workbench").await.ok()["reminders"]
            .as_array()
            .is_some_and(Vec::is_empty)
    );
    assert_eq!(
        case.decide(date(2022, 5, 17)).await.ok()["stage"],
        "determined"
    );
}

#[tokio::test]
async fn a_hit_that_comes_late_is_judged_by_village_and_township() {
    let test = TestApp::sqlite().await;
    let case = Case::open(&test, HOME, 1, FIRST).await;
    case.verify(FIRST).await;
    case.sign(FIRST).await;
    case.act(
        "village.a1",
        FIRST,
        forms::request_cross_check(&case.adults),
    )
    .await
    .ok();
    case.act("township.a1", FIRST, json!({"type": "forward_cross_check"}))
        .await
        .ok();
    case.appraise(FIRST, 1, true).await.ok();
    case.notice(FIRST).await;
    case.act(
        "county.a1",
        FIRST,
        forms::answer_cross_check(HOME, &case.adults[..1]),
    )
    .await
    .ok();
    case.act("county.a1", FIRST, json!({"type": "conclude_cross_check"}))
        .await
        .ok();
    test.go_to(date(2022, 5, 7));
    case.review(date(2022, 5, 7)).await.ok();
    case.decide(date(2022, 5, 7))
        .await
        .refusal("discrepancies_concluded");
    case.act("village.a1", date(2022, 5, 7), forms::resolve(0))
        .await
        .ok();
    case.decide(date(2022, 5, 7))
        .await
        .refusal("discrepancies_concluded");
    let judged = json!({"type": "acknowledge_discrepancy", "index": 0, "note": "不影响原评议意见"});
    case.act("township.a1", date(2022, 5, 7), judged).await.ok();
    case.decide(date(2022, 5, 7)).await.ok();
}

#[tokio::test]
async fn one_meeting_answers_household_by_household() {
    let test = TestApp::sqlite().await;
    let ready = Case::open(&test, HOME, 1, FIRST).await;
    ready.verify(FIRST).await;
    ready.sign(FIRST).await;
    let not_ready = Case::open(&test, HOME, 2, FIRST).await;
    let elsewhere = Case::open(&test, SIBLING, 1, FIRST).await;
    let items: Vec<(String, i64)> = [
        (&ready, ready.version().await),
        (&not_ready, not_ready.version().await),
        (&elsewhere, elsewhere.version().await),
    ]
    .map(|(c, v)| (c.id.clone(), v))
    .into();
    let meeting = test
        .village()
        .post(
            "/appraisals",
            forms::appraisal(HOME, FIRST, &items, 1, true),
        )
        .await
        .ok();
    let ok: Vec<Option<bool>> = meeting["results"]
        .as_array()
        .expect("results")
        .iter()
        .map(|r| r["ok"].as_bool())
        .collect();
    assert_eq!(ok, [Some(true), Some(false), Some(false)]);
    assert!(everywhere().contains(HOME.code()));
    // A hall of sixty-six thousand is a slip of the pen, not a crash.
    let mut crowd = forms::appraisal(HOME, FIRST, &items[1..2], 1, true);
    crowd["attendance"] = json!([{"role": "a", "count": 65535}, {"role": "b", "count": 65535}]);
    test.village()
        .post("/appraisals", crowd)
        .await
        .problem(422, "refused");
}
