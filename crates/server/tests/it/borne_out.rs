//! Records must be borne out by what else is on file: ends, signatures,
//! witnesses, recusals, dates, names in whose name a thing is done.

use jiff::civil::{Date, date};
use serde_json::{Value, json};

use crate::forms;
use crate::household_changes::{change, file};
use crate::place::HOME;
use crate::story::{Case, desk};
use crate::test_app::{Engine, TestApp};

const FIRST: Date = date(2022, 5, 1);

/// The refusal of an act by `form_filled` that says so.
async fn refused(case: &Case<'_>, who: &str, action: Value, says: &str) {
    let reply = case.act(who, FIRST, action).await;
    let body = reply.problem(422, "refused");
    let said = body["refusals"].as_array().is_some_and(|all| {
        all.iter()
            .any(|r| r["message"].as_str().is_some_and(|m| m.contains(says)))
    });
    assert!(said, "{says}: {body:#}");
}

#[tokio::test]
async fn an_end_is_borne_out_and_the_household_is_told() {
    let test = TestApp::sqlite().await;
    let case = Case::open(&test, HOME, 1, FIRST).await;
    let township = case.township();
    let end =
        |ending: &str, reason: &str| json!({"type": "end", "ending": ending, "reason": reason});
    case.act(&township, FIRST, end("withdrawn", "r"))
        .await
        .refusal("reason_given");
    let long = "农户说困难已由子女解决";
    refused(&case, &township, end("moved_out", long), "整户迁出").await;
    refused(&case, &township, end("withdrawn", long), "撤回申请").await;
    let mut signed = end("withdrawn", long);
    signed["withdrawal"] = json!({"signed_by": "路人", "signed_on": FIRST});
    refused(&case, &township, signed.clone(), "成年成员").await;
    refused(&case, &township, signed.clone(), "原件在哪里").await;
    signed["withdrawal"]["signed_by"] = json!(forms::head_name(HOME, 1));
    test.village()
        .upload("casefile", &case.id, "withdrawal_statement", "a.pdf")
        .await
        .ok();
    let ended = case.act(&township, FIRST, signed).await.ok();
    let words = ended["household_message"].as_str().expect("a message");
    for said in ["农户自愿撤回", long, "再次申报", "12317"] {
        assert!(words.contains(said), "{words}");
    }
    assert_eq!(desk(&test, &township, &case.id).await.0.len(), 1);
    let told = json!({"type": "inform_household", "how": "当面告知", "told_by": "镇干部"});
    let view = case.act(&township, FIRST, told).await.ok();
    assert_eq!(view["stage_detail"]["informed"]["told_by"], "镇干部");
    assert!(desk(&test, &township, &case.id).await.0.is_empty());
}

/// 并入他户 and 分户 stand in the register before a case ends by them, and a
/// household that is no more is carried no further.
async fn merged_and_split(engine: Engine) {
    let test = TestApp::on(engine).await;
    let case = Case::open(&test, HOME, 1, FIRST).await;
    let township = case.township();
    let end =
        |ending: &str| json!({"type": "end", "ending": ending, "reason": "入户时发现已并到亲属家"});
    refused(&case, &township, end("merged"), "先在农户档案里登记并户").await;
    let other = test.village().add_household(HOME, 2).await;
    let members = file(&test, &case.household, "").await;
    let id = |index: usize| {
        let id = members["members"][index]["id"].as_str();
        id.expect("an id").to_owned()
    };
    let relations = json!({id(0): "sibling", id(1): "brothers_wife", id(2): "nephew"});
    let merge = json!({"kind": "merged_into", "household_id": other, "relations": relations});
    change(&test, &case.household, merge).await.ok();
    refused(&case, &township, end("lost_contact"), "并入他户").await;
    case.act(&case.village(), FIRST, forms::verify_home(HOME, true))
        .await
        .refusal("household_merged");
    let (mine, _) = desk(&test, &township, &case.id).await;
    assert_eq!(mine.len(), 1, "the township is asked to end it");
    assert!(desk(&test, &case.village(), &case.id).await.0.is_empty());
    let ended = case.act(&township, FIRST, end("merged")).await.ok();
    assert_eq!(ended["stage_detail"]["ending"], "merged");

    // Split before the case was opened: no reason to end it.
    let household = test.village().add_household(HOME, 3).await;
    let members = file(&test, &household, "").await;
    let split = |index: usize| {
        let id = &members["members"][index]["id"];
        json!({
            "kind": "split", "member_ids": [id], "new_head_id": id, "village": null,
            "without_adult": "户口已单列，由祖父监护",
        })
    };
    change(&test, &household, split(1)).await.ok();
    let later = date(2022, 5, 2);
    test.go_to(later);
    let form = forms::lead(HOME, &household, "cadre_visit", later);
    let lead = test.village().post("/leads", form).await.ok();
    let case = Case::of_lead(&test, HOME, household, &lead["lead"], "identification").await;
    let end =
        |ending: &str| json!({"type": "end", "ending": ending, "reason": "儿子成家后已另立门户"});
    let said = case.act(&township, later, end("split")).await;
    assert!(
        said.refusal("form_filled")["message"]
            .to_string()
            .contains("先在农户档案里登记分户")
    );
    change(&test, &case.household, split(2)).await.ok();
    case.act(&township, later, end("split")).await.ok();
}

#[tokio::test]
async fn merged_and_split_are_borne_out_on_sqlite() {
    merged_and_split(Engine::Sqlite).await;
}

#[tokio::test]
async fn merged_and_split_are_borne_out_on_postgres() {
    merged_and_split(Engine::Postgres).await;
}

#[tokio::test]
async fn a_home_verification_by_others_than_the_household() {
    let test = TestApp::sqlite().await;
    let case = Case::open(&test, HOME, 1, FIRST).await;
    let village = case.village();
    let form = || forms::verify_home(HOME, true);
    let head = forms::head_name(HOME, 1);
    for (field, value, says) in [
        ("/verifiers/1", json!(head), "核实人不能是本户"),
        ("/verifiers/1", json!("核实\u{200b}人 甲"), "2 名不同"),
        ("/household_signed/reason", json!("\u{200b}"), "代签原因"),
        ("/household_signed/relation", Value::Null, "代签原因"),
        ("/income/persons", json!(1), "共享收支的有 3 人"),
        ("/dimensions/0/finding", json!("\u{3000}"), "看到了什么情况"),
        ("/risks", json!(["zzz"]), "列出的风险"),
        ("/risks", json!(["other"]), "写明是什么风险"),
        ("/risks", json!(["illness", "illness"]), "只选一次"),
        (
            "/risks",
            json!([
                "illness",
                "schooling",
                "disability",
                "accident",
                "natural_disaster",
                "lack_of_labour"
            ]),
            "最多选 5 种",
        ),
    ] {
        let mut action = form();
        *action.pointer_mut(field).expect("a field") = value;
        refused(&case, &village, action, says).await;
    }
    let mut explained = form();
    explained["income"]["persons"] = json!(2);
    explained["persons_reason"] = json!("孩子随外祖父母生活，支出不在本户");
    explained["household_signed"] = json!({"mode": "signature", "name": head, "witness": null});
    case.act(&village, FIRST, explained).await.ok();
}

#[tokio::test]
async fn a_letter_signed_witnessed_and_typed_by_different_people() {
    let test = TestApp::sqlite().await;
    let case = Case::open(&test, HOME, 1, FIRST).await;
    case.verify(FIRST).await;
    let village = case.village();
    let head = forms::head_name(HOME, 1);
    let typist = format!("村{}", HOME.office_canary());
    let letter = |signer: &str, witness: &str| {
        let mut form = forms::sign_letter(&case.adults);
        form["signatures"][0] = json!({
            "member_id": case.adults[0], "mode": "proxy", "signer_name": signer,
            "reason": "在外务工", "witness": witness,
        });
        form
    };
    let other = "证人";
    refused(&case, &village, letter(&head, other), "不能是本人").await;
    refused(&case, &village, letter("代理人", "代 理人"), "见证人不能").await;
    refused(&case, &village, letter("代理人", &head), "见证人不能").await;
    let mut both = letter(&typist, other);
    both["signatures"][1] = json!({
        "member_id": case.adults[1], "mode": "fingerprint", "signer_name": "本人",
        "reason": null, "witness": typist,
    });
    refused(&case, &village, both, "既代签又见证").await;
    let mut expired = forms::sign_letter(&case.adults);
    expired["valid_until"] = json!("2022-04-30");
    refused(&case, &village, expired, "有效期").await;
    case.act(&village, FIRST, letter("代理人", other))
        .await
        .ok();
}

#[tokio::test]
async fn nobody_leads_the_meeting_on_the_own_household() {
    let test = TestApp::sqlite().await;
    let case = Case::open(&test, HOME, 1, FIRST).await;
    case.verify(FIRST).await;
    case.sign(FIRST).await;
    let items = [(case.id.clone(), case.version().await)];
    let form = || forms::appraisal(HOME, FIRST, &items, 1, true);
    for office in ["chair", "recorder"] {
        let mut meeting = form();
        meeting[office] = json!(forms::head_name(HOME, 1));
        let body = test.village().post("/appraisals", meeting).await;
        let refusal = body.refusal("form_filled");
        assert!(refusal["message"].to_string().contains("回避"));
    }
    let mut empty = form();
    empty["minutes"] = json!("\u{200b} ");
    test.village()
        .post("/appraisals", empty)
        .await
        .problem(422, "invalid");
    test.village().post("/appraisals", form()).await.ok();
}

#[tokio::test]
async fn a_comparison_asks_what_the_pack_lists() {
    let test = TestApp::sqlite().await;
    let case = Case::open(&test, HOME, 1, FIRST).await;
    case.verify(FIRST).await;
    case.sign(FIRST).await;
    let village = case.village();
    let mut asked = forms::request_cross_check(&case.adults);
    for (items, says) in [
        (json!(["车辆", "鱼塘"]), "没有“鱼塘”"),
        (json!(["车辆", "车辆"]), "只选一次"),
    ] {
        asked["items"] = items;
        refused(&case, &village, asked.clone(), says).await;
    }
    let words = test.village().get("/policy/vocabulary").await.ok();
    let offered = words["comparison_items"].as_array().expect("a list");
    assert!(!offered.is_empty());
    asked["items"] = offered.iter().map(|i| i["label"].clone()).collect();
    case.act(&village, FIRST, asked).await.ok();
}

#[tokio::test]
async fn a_hit_is_resolved_after_it_was_found_and_what_may_not_be_reused_is_not_taken_in() {
    let test = TestApp::sqlite().await;
    let case = Case::open(&test, HOME, 1, FIRST).await;
    case.verify(FIRST).await;
    case.sign(FIRST).await;
    let (village, township, county) = (case.village(), case.township(), case.county());
    let reused = forms::reuse_cross_check("something_else", FIRST);
    let refusal = case
        .act(&county, FIRST, reused)
        .await
        .refusal("cross_check_concluded");
    assert_eq!(refusal["clause"], "HN22-056");
    let blank = json!({"type": "request_cross_check", "member_ids": case.adults, "items": ["车辆", "\u{200b}"]});
    refused(&case, &village, blank, "比对的内容").await;
    case.act(&village, FIRST, forms::request_cross_check(&case.adults))
        .await
        .ok();
    case.act(&township, FIRST, json!({"type": "forward_cross_check"}))
        .await
        .ok();
    let found = date(2022, 5, 3);
    test.go_to(found);
    let hits = forms::answer_cross_check(HOME, &case.adults[..1]);
    case.act(&county, found, hits).await.ok();
    case.act(&village, date(2022, 5, 2), forms::resolve(0))
        .await
        .refusal("not_before_previous");
    case.act(&village, found, forms::resolve(0)).await.ok();
    // The same department once more: the timeline tells it from the first time.
    let more = forms::answer_cross_check(HOME, &[]);
    let view = case.act(&county, found, more).await.ok();
    let said = view["timeline"].to_string();
    assert!(said.contains("县公安局反馈比对结果"), "{said}");
    assert!(said.contains("县公安局补充反馈比对结果"), "{said}");
}

#[tokio::test]
async fn an_announcement_in_the_name_of_another_township() {
    let test = TestApp::sqlite().await;
    let case = Case::open(&test, HOME, 1, FIRST).await;
    let day = date(2022, 5, 7);
    case.up_to_decision(FIRST, day).await;
    case.decide(day).await.ok();
    let township = case.township();
    case.act(&township, day, json!({"type": "acknowledge_decision"}))
        .await
        .ok();
    for other in ["韩城镇人民政府", "宜阳县人民政府", "某公司", "\u{200b}"] {
        let mut form = forms::announce();
        form["issued_by"] = json!(other);
        let refusal = case
            .act(&township, day, form)
            .await
            .refusal("announced_in_township_name");
        assert_eq!(refusal["clause"], "HN22-057");
    }
    case.act(&township, day, forms::announce()).await.ok();
}

#[tokio::test]
async fn a_complaint_goes_above_whom_the_accounts_know() {
    let test = TestApp::sqlite().await;
    let case = Case::open(&test, HOME, 1, FIRST).await;
    case.up_to_appraisal(FIRST).await;
    let notice = case.notice(FIRST).await;
    let path = format!("/notices/{}", notice["id"].as_str().expect("an id"));
    let file = async |name: &str, level: Value| {
        let mut form = forms::objection(HOME, &case.id, FIRST);
        form["about_official"] = json!(true);
        form["official_name"] = json!(name);
        form["official_level"] = level;
        let view = test
            .village()
            .post(&format!("{path}/objections"), form)
            .await
            .ok();
        let last = view["objections"].as_array().expect("a list").len() - 1;
        view["objections"][last].clone()
    };
    for (name, level, handled) in [
        ("县a1", Value::Null, "city"),
        ("县 乡村振兴局 县\u{200b}a1", json!("village"), "city"),
        ("镇a1", Value::Null, "county"),
        ("镇a1", json!("county"), "city"),
        ("不知是谁", Value::Null, "city"),
        ("不知是谁", json!("village"), "township"),
    ] {
        let filed = file(name, level).await;
        assert_eq!(filed["handling_level"], handled, "{name}");
    }
    // The city answers, but not with the accused's hand.
    let city = test.person("city");
    let seen = city.get(&path).await.ok();
    let one = seen["objections"]
        .as_array()
        .and_then(|all| all.iter().find(|o| o["official"] == "县a1"))
        .expect("about the county's decider");
    let answer = format!("/objections/{}/answer", one["id"].as_str().expect("an id"));
    let mut form = forms::objection_answer(false, FIRST);
    form["handled_by"] = json!("县\u{200b} a1");
    city.post(&answer, form.clone())
        .await
        .refusal("not_own_submission");
    form["handled_by"] = json!("市监督员");
    city.post(&answer, form).await.ok();
    // What the township or the county handles is not the city's to read.
    let texts: Vec<&Value> = seen["objections"]
        .as_array()
        .expect("a list")
        .iter()
        .filter(|o| o["handling_level"] != "city")
        .collect();
    assert_eq!(texts.len(), 2);
    for other in texts {
        assert!(other["objector"].is_null() && other["official"].is_null());
        assert_eq!(other["content"], "（由下级办理，内容不公开）");
    }
}

/// Who signs, who checks, what a recommendation and a category rest on.
#[tokio::test]
async fn a_home_visit_rests_on_something_and_an_adult_signs() {
    let test = TestApp::sqlite().await;
    let case = Case::open(&test, HOME, 1, FIRST).await;
    let village = case.village();
    let mut nothing = forms::verify_home(HOME, true);
    nothing["risks"] = json!([]);
    for list in ["dimensions", "difficulties"] {
        for judged in nothing[list].as_array_mut().expect("a list") {
            judged["problem"] = json!(false);
        }
    }
    refused(&case, &village, nothing, "至少要写明一项").await;
    let mut child = forms::verify_home(HOME, true);
    child["household_signed"]["name"] = json!(format!("李{}子一", HOME.canary()));
    refused(&case, &village, child, "还没有成年").await;
    case.verify(FIRST).await;
}

#[tokio::test]
async fn nobody_checks_the_own_household_and_somebody_else_reviews_the_entry() {
    let test = TestApp::sqlite().await;
    let case = Case::open(&test, HOME, 1, FIRST).await;
    case.up_to_appraisal(FIRST).await;
    case.notice(FIRST).await;
    let day = date(2022, 5, 7);
    test.go_to(day);
    let township = case.township();
    let mut own = forms::review("approve");
    own["checkers"] = json!([forms::head_name(HOME, 1)]);
    let told = case.act(&township, day, own).await.refusal("form_filled");
    assert!(told["message"].to_string().contains("家庭成员"), "{told:#}");
    case.review(day).await.ok();
    case.decide(day).await.ok();
    case.act(&township, day, json!({"type": "acknowledge_decision"}))
        .await
        .ok();
    case.act(&township, day, forms::announce()).await.ok();
    // The papers of the steps before are asked for too, by name.
    let codes = [
        "investigation_form",
        "commitment_letter",
        "cross_check_result",
    ];
    case.act(&township, day, forms::state_paper(&codes, "镇档案室"))
        .await
        .ok();
    let told = case.act(&township, day, forms::archive(day)).await;
    let told = told.refusal("archive_complete")["message"].to_string();
    assert!(told.contains("前面的环节还缺材料"), "{told}");
    case.papers(day).await;
    let mut alone = forms::archive(day);
    alone["reviewed_by"] = alone["entered_by"].clone();
    case.act(&township, day, alone).await.refusal("attribution");
    case.act(&township, day, forms::archive(day)).await.ok();
}

/// An objection is answered although the household was refused meanwhile, and
/// although it asked the township to look again.
#[tokio::test]
async fn an_objection_outlives_a_refusal() {
    let test = TestApp::sqlite().await;
    let case = Case::open(&test, HOME, 1, FIRST).await;
    case.verify(FIRST).await;
    case.sign(FIRST).await;
    case.cross_check(FIRST).await;
    case.appraise(FIRST, 1, true).await.ok();
    let notice = case.notice(FIRST).await;
    let path = format!("/notices/{}", notice["id"].as_str().expect("an id"));
    let mut ids = Vec::new();
    for day in [2, 3] {
        let on = date(2022, 5, day);
        test.go_to(on);
        let form = forms::objection(HOME, &case.id, on);
        let filed = test
            .village()
            .post(&format!("{path}/objections"), form)
            .await
            .ok();
        let last = filed["objections"].as_array().expect("objections").last();
        ids.push(last.expect("one")["id"].as_str().expect("an id").to_owned());
    }
    let day = date(2022, 5, 9);
    test.go_to(day);
    let township = case.township();
    case.act(&township, day, forms::review_back("home_verification"))
        .await
        .ok();
    let answer = |id: &String| format!("/objections/{id}/answer");
    let form = forms::objection_answer(false, day);
    test.township()
        .post(&answer(&ids[0]), form.clone())
        .await
        .ok();
    case.act(&case.village(), day, forms::verify_home(HOME, false))
        .await
        .ok();
    case.act(&township, day, forms::review_refuse("no_risk"))
        .await
        .ok();
    test.township().post(&answer(&ids[1]), form).await.ok();
    let message = case.view().await["household_message"].to_string();
    assert!(
        message.contains("查到的情况是") && message.contains("饮水安全：看过"),
        "{message}"
    );
}
