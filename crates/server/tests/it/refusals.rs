//! Every refusal with its guard, clause and words; the words are a committed
//! text file, so that a change of them is looked at.

use std::fmt::Write as _;

use jiff::civil::date;
use serde_json::json;

use crate::forms;
use crate::place::{HOME, SIBLING};
use crate::story::Case;
use crate::test_app::{Reply, TestApp};

/// Collects problem bodies for the committed file.
#[derive(Default)]
struct Words(String);

impl Words {
    /// Notes the answer and gives back the refusal of the guard.
    #[track_caller]
    fn note(&mut self, title: &str, reply: Reply, guard: &str, clause: Option<&str>) {
        let _ = writeln!(
            self.0,
            "## {title}\n{} {}\n{:#}\n",
            reply.status,
            reply.headers["content-type"].to_str().unwrap_or_default(),
            reply.json
        );
        let refusal = reply.refusal(guard);
        assert_eq!(refusal["clause"].as_str(), clause, "{title}: {refusal:#}");
    }
}

#[tokio::test]
async fn refusals_name_guard_and_clause() {
    let test = TestApp::sqlite().await;
    let mut words = Words::default();
    cross_check_needs_its_letter(&test, &mut words).await;
    review_waits_for_the_notice(&test, &mut words).await;
    the_county_waits_for_the_result(&test, &mut words).await;
    wrong_level_and_second_vote(&test, &mut words).await;
    grounds_of_a_refusal(&test, &mut words).await;
    own_submission(&test, &mut words).await;
    crate::snapshot::check("refusals.txt", &words.0);
}

async fn cross_check_needs_its_letter(test: &TestApp, words: &mut Words) {
    let day = date(2022, 5, 1);
    test.go_to(day);
    let case = Case::open(test, HOME, 1, day).await;
    case.verify(day).await;
    let ask = |who: &[String]| case.act("village.a1", day, forms::request_cross_check(who));
    words.note(
        "信息比对：还没有承诺授权书",
        ask(&case.adults).await,
        "within_authorisation",
        Some("HN22-052"),
    );
    let half = case
        .act("village.a1", day, forms::sign_letter(&case.adults[..1]))
        .await;
    // Names of members change with the fixture, not with the rule: kept out of the file.
    assert_eq!(
        half.refusal("every_queried_person_signed")["clause"],
        "HN22-051"
    );
    let mut letter = forms::sign_letter(&case.adults);
    letter["query_authorisation"] = json!(false);
    words.note(
        "承诺授权书：少一项",
        case.act("village.a1", day, letter).await,
        "both_statements",
        Some("HN22-051"),
    );
    case.sign(day).await;
    let mut beyond = case.adults.clone();
    beyond.push("somebody-else".into());
    words.note(
        "信息比对：超出授权的人",
        ask(&beyond).await,
        "within_authorisation",
        Some("HN22-052"),
    );
    ask(&case.adults).await.ok();
    let early = case
        .act("county.a1", day, forms::answer_cross_check(HOME, &[]))
        .await;
    words.note(
        "信息比对：没有经乡镇报送",
        early,
        "through_township",
        Some("HN22-052"),
    );
}

async fn review_waits_for_the_notice(test: &TestApp, words: &mut Words) {
    let day = date(2022, 5, 1);
    test.go_to(day);
    let case = Case::open(test, HOME, 2, day).await;
    let other = Case::open(test, SIBLING, 2, day).await;
    for case in [&case, &other] {
        case.up_to_appraisal(day).await;
        case.notice(day).await;
    }
    for early in [date(2022, 5, 1), date(2022, 5, 5), date(2022, 5, 6)] {
        test.go_to(early);
        let reply = case.review(early).await;
        assert_eq!(
            reply.clone().refusal("notice_stood")["earliest_on"],
            "2022-05-07",
            "{early}"
        );
        if early == date(2022, 5, 6) {
            words.note(
                "乡镇审核：公示没有满5天",
                reply,
                "notice_stood",
                Some("HN22-054"),
            );
        }
    }
    let notices = test.village().get("/notices").await.ok();
    let notice = notices["items"]
        .as_array()
        .expect("notices")
        .iter()
        .find(|n| n["items"][0]["casefile_id"] == case.id)
        .expect("ours");
    let id = notice["id"].as_str().expect("an id");
    let filed = test
        .village()
        .post(
            &format!("/notices/{id}/objections"),
            forms::objection(HOME, &case.id, date(2022, 5, 6)),
        )
        .await
        .ok();
    test.go_to(date(2022, 5, 7));
    words.note(
        "乡镇审核：异议没有答复",
        case.review(date(2022, 5, 7)).await,
        "no_open_objection",
        Some("HN22-055"),
    );
    let objection = filed["objections"][0]["id"]
        .as_str()
        .expect("an id")
        .to_owned();
    let answer = format!("/objections/{objection}/answer");
    words.note(
        "异议：村里不能自己答复",
        test.village()
            .post(&answer, forms::objection_answer(false, date(2022, 5, 7)))
            .await,
        "acting_level",
        None,
    );
    test.township()
        .post(&answer, forms::objection_answer(false, date(2022, 5, 7)))
        .await
        .ok();
    case.review(date(2022, 5, 7)).await.ok();
    // The sibling village's household never waited for it.
    other.review(date(2022, 5, 7)).await.ok();
}

async fn the_county_waits_for_the_result(test: &TestApp, words: &mut Words) {
    let day = date(2022, 5, 1);
    test.go_to(day);
    let case = Case::open(test, HOME, 3, day).await;
    case.verify(day).await;
    case.sign(day).await;
    case.appraise(day, 1, true).await.ok();
    case.notice(day).await;
    let day = date(2022, 5, 7);
    test.go_to(day);
    case.review(day).await.ok();
    words.note(
        "县级审批：比对结果没有到",
        case.decide(day).await,
        "cross_check_concluded",
        Some("HN22-056"),
    );
    let mut undocumented = forms::decide(day);
    undocumented["document_number"] = json!("");
    undocumented["dimensions_considered"] = json!(["income_and_expenditure"]);
    let reply = case.act("county.a1", day, undocumented).await;
    assert!(
        reply.json["refusals"]
            .as_array()
            .is_some_and(|r| r.len() == 3),
        "every reason at once: {:#}",
        reply.json
    );
    words.note(
        "县级审批：只看收入，没有文号",
        reply,
        "all_dimensions_assessed",
        Some("HN22-012"),
    );
    // Reused results of another source are no exemption; those of 低保 are.
    words.note(
        "信息比对：共用的不是低保比对",
        case.act(
            "county.a1",
            day,
            forms::reuse_cross_check("something_else", date(2022, 4, 20)),
        )
        .await,
        "cross_check_concluded",
        Some("HN22-056"),
    );

    test.go_to(date(2022, 5, 1));
    let spared = Case::open(test, HOME, 4, date(2022, 5, 1)).await;
    spared.verify(date(2022, 5, 1)).await;
    spared.sign(date(2022, 5, 1)).await;
    spared
        .act(
            "county.a1",
            date(2022, 5, 1),
            forms::reuse_cross_check("subsistence_allowance", date(2022, 4, 20)),
        )
        .await
        .ok();
    spared.appraise(date(2022, 5, 1), 1, true).await.ok();
    spared.notice(date(2022, 5, 1)).await;
    test.go_to(day);
    spared.review(day).await.ok();
    assert_eq!(spared.decide(day).await.ok()["stage"], "determined");
}

async fn wrong_level_and_second_vote(test: &TestApp, words: &mut Words) {
    let day = date(2022, 5, 1);
    test.go_to(day);
    let case = Case::open(test, HOME, 5, day).await;
    case.up_to_appraisal(day).await;
    words.note(
        "同一轮评议再投票",
        case.appraise(day, 1, true).await,
        "one_result_per_round",
        None,
    );
    words.note(
        "一轮通过以后又开一轮",
        case.appraise(day, 2, true).await,
        "one_result_per_round",
        None,
    );
    let wrong = case.act("village.a1", day, forms::review("approve")).await;
    words.note(
        "乡镇审核：村里来办",
        wrong,
        "acting_level",
        Some("HN22-055"),
    );
    let wrong = case.act("township.a1", day, forms::decide(day)).await;
    words.note(
        "县级审批：乡镇来办",
        wrong,
        "acting_level",
        Some("HN22-056"),
    );
    let wrong = case
        .act("county.a1", day, forms::verify_home(HOME, true))
        .await;
    words.note(
        "入户核实：县里来办",
        wrong,
        "acting_level",
        Some("HN22-050"),
    );
    // Ending a case otherwise is the township's word, not the village's.
    let grid = test.person("grid.a1");
    let body = json!({"expected_version": case.version().await, "occurred_on": day, "action": {"type": "end", "ending": "withdrawn", "reason": "农户撤回"}});
    grid.post(&format!("/casefiles/{}/actions", case.id), body)
        .await
        .refusal("acting_level");
    stale_version(test, &case).await;
}

async fn stale_version(test: &TestApp, case: &Case<'_>) {
    let now = case.version().await;
    let body = json!({"expected_version": now - 1, "occurred_on": "2022-05-01", "action": {"type": "end", "ending": "withdrawn", "reason": "农户撤回"}});
    let reply = test
        .village()
        .post(&format!("/casefiles/{}/actions", case.id), body)
        .await;
    let problem = reply.problem(409, "stale_version");
    assert_eq!(problem["current_version"], now);
    assert!(problem["next_step"].is_string());
}

async fn grounds_of_a_refusal(test: &TestApp, words: &mut Words) {
    let day = date(2022, 5, 1);
    test.go_to(day);
    let case = Case::open(test, HOME, 6, day).await;
    case.up_to_decision(day, date(2022, 5, 7)).await;
    let day = date(2022, 5, 7);
    for (ground, clause, title) in [
        ("income_alone", "HN22-064", "不予纳入：只因收入"),
        ("scale_limit", "HN22-066", "不予纳入：名额已满"),
    ] {
        let reply = case
            .act("county.a1", day, forms::decide_refuse(ground))
            .await;
        words.note(title, reply, "forbidden_ground", Some(clause));
    }
    let mut silent = forms::decide_refuse("no_risk");
    silent["reason"] = json!("");
    words.note(
        "不予纳入：没有写理由",
        case.act("county.a1", day, silent).await,
        "reason_given",
        None,
    );
}

async fn own_submission(test: &TestApp, words: &mut Words) {
    let day = date(2022, 5, 1);
    test.go_to(day);
    let case = Case::open(test, HOME, 7, day).await;
    case.up_to_decision(day, date(2022, 5, 7)).await;
    // The reviewer is moved to the county before the decision.
    let reviewer = test.account_id("township.a1").await;
    test.sql(&format!(
        "UPDATE account_role SET role = 'county_decider' WHERE account_id = '{reviewer}'"
    ))
    .await;
    test.sql(&format!(
        "UPDATE account SET division = '410327000000' WHERE id = '{reviewer}'"
    ))
    .await;
    let reply = case
        .act(
            "township.a1",
            date(2022, 5, 7),
            forms::decide(date(2022, 5, 7)),
        )
        .await;
    words.note(
        "县级审批：自己审核的又自己审批",
        reply,
        "not_own_submission",
        None,
    );
    case.decide(date(2022, 5, 7)).await.ok();
}
