//! Evidence: scanned or stated, counted for the record it supports, old
//! versions kept; several households on one notice.

use jiff::civil::{Date, date};
use serde_json::{Value, json};

use crate::forms;
use crate::place::HOME;
use crate::story::Case;
use crate::test_app::TestApp;

const FIRST: Date = date(2022, 5, 1);

/// How a piece of evidence of a step is held.
fn held(view: &Value, step: &str, code: &str) -> String {
    let steps = view["steps"].as_array().expect("steps");
    let step = steps.iter().find(|s| s["kind"] == step).expect("the step");
    let evidence = step["evidence"].as_array().expect("evidence");
    let one = evidence
        .iter()
        .find(|e| e["code"] == code)
        .expect("the evidence");
    assert_eq!(one["present"], json!(one["held"] != "missing"));
    one["held"].as_str().unwrap_or_default().to_owned()
}

/// Verbs on a person's desk that ask for evidence of the casefile.
async fn asked_for(case: &Case<'_>, login: &str) -> Vec<String> {
    let bench = case.test.person(login).get("/workbench").await.ok();
    let items = bench["mine"].as_array().expect("a list");
    items
        .iter()
        .filter(|i| i["id"] == case.id && i["kind"] == "evidence")
        .map(|i| i["verb"].as_str().unwrap_or_default().to_owned())
        .collect()
}

#[tokio::test]
async fn what_is_missing_is_asked_for_and_named_when_the_archive_is_refused() {
    let test = TestApp::sqlite().await;
    let case = Case::open(&test, HOME, 1, FIRST).await;
    case.verify(FIRST).await;
    // Asked for, but it stops no step: only the archive has that guard.
    assert_eq!(
        asked_for(&case, "village.a1").await,
        ["补交材料：防止返贫动态监测排查表"]
    );
    let village = test.village();
    let scan = village
        .upload("casefile", &case.id, "investigation_form", "a.pdf")
        .await
        .ok();
    assert!(asked_for(&case, "village.a1").await.is_empty());
    let view = case.view().await;
    for step in ["home_verification", "archive"] {
        assert_eq!(held(&view, step, "investigation_form"), "scanned");
    }
    // A newer version takes its place; the old stays and says so.
    let old = scan["id"].as_str().expect("an id");
    let newer = village
        .upload_again(("casefile", &case.id), "investigation_form", old)
        .await
        .ok();
    let view = case.view().await;
    let first = &view["attachments"][0];
    assert_eq!(first["replaced_by"], newer["id"]);
    assert_eq!(held(&view, "archive", "investigation_form"), "scanned");
    village
        .upload_again(("casefile", &case.id), "investigation_form", old)
        .await
        .problem(409, "conflict");

    case.sign(FIRST).await;
    case.cross_check(FIRST).await;
    case.appraise(FIRST, 1, true).await.ok();
    // Sent back to the visit: the scan proves the visit that was put aside.
    case.act(
        "township.a1",
        FIRST,
        forms::review_back("home_verification"),
    )
    .await
    .ok();
    let view = case.view().await;
    assert_eq!(held(&view, "archive", "investigation_form"), "missing");
    assert_eq!(view["attachments"][1]["of_earlier_round"], true);
    case.verify(FIRST).await;
    case.appraise(FIRST, 2, true).await.ok();
    village
        .upload("casefile", &case.id, "investigation_form", "b.pdf")
        .await
        .ok();
    case.notice(FIRST).await;
    let day = date(2022, 5, 7);
    test.go_to(day);
    case.review(day).await.ok();
    case.decide(day).await.ok();
    case.act("township.a1", day, json!({"type": "acknowledge_decision"}))
        .await
        .ok();
    case.act("township.a1", day, forms::announce()).await.ok();
    let refused = case.act("township.a1", day, forms::archive(day)).await;
    let refused = refused.refusal("archive_complete");
    assert_eq!(refused["clause"], "HN22-058");
    let words = refused["message"].as_str().expect("words");
    for label in [
        "承诺授权书",
        "比对结果",
        "民主评议记录",
        "公示及公告",
        "县级审批文件",
    ] {
        assert!(words.contains(label), "{words}");
    }
    assert!(!words.contains("排查表"), "{words}");
    // A ticked list proves nothing any more: nobody reads one.
    let mut ticked = forms::archive(day);
    ticked["checklist"] = json!(["commitment_letter", "decision_document"]);
    let ticked = case.act("township.a1", day, ticked).await;
    let words = ticked.problem(422, "malformed").to_string();
    assert!(words.contains("checklist"), "{words}");
    case.act("township.a1", day, forms::archive(day))
        .await
        .refusal("archive_complete");
    case.act(
        "township.a1",
        day,
        forms::state_paper(&["commitment_letter"], " "),
    )
    .await
    .refusal("form_filled");
    case.papers(day).await;
    let view = case.view().await;
    assert_eq!(held(&view, "archive", "commitment_letter"), "on_paper");
    let filed = case.act("village.a1", day, forms::archive(day)).await.ok();
    assert_eq!(filed["stage"], "archived");
    assert_eq!(held(&filed, "archive", "national_entry"), "by_reference");
}

#[tokio::test]
async fn one_notice_for_several_households_with_its_photo() {
    let test = TestApp::sqlite().await;
    let (one, two) = (
        Case::open(&test, HOME, 1, FIRST).await,
        Case::open(&test, HOME, 2, FIRST).await,
    );
    let idle = Case::open(&test, HOME, 3, FIRST).await;
    for case in [&one, &two] {
        case.up_to_appraisal(FIRST).await;
    }
    let village = test.village();
    let photo = village
        .upload("casefile", &one.id, "notice_photo", "wall.pdf")
        .await
        .ok();
    let items = [
        (one.id.clone(), one.version().await),
        (two.id.clone(), two.version().await),
        (idle.id.clone(), idle.version().await),
    ];
    let mut form = forms::notice(HOME, FIRST, &items);
    let draft = village.post("/notices/preview", form.clone()).await.ok();
    let ok = |answer: &Value| -> Vec<bool> {
        let results = answer["results"].as_array().expect("results");
        results
            .iter()
            .map(|r| r["ok"].as_bool().unwrap_or_default())
            .collect()
    };
    assert_eq!(ok(&draft), [true, true, false]);
    assert!(
        draft["page"]
            .as_str()
            .expect("a page")
            .contains("公示时间不少于5天")
    );
    let posted = village.get("/notices").await.ok();
    assert_eq!(posted["total"], 0, "a preview posts nothing");

    form["evidence_attachment_ids"] = json!([photo["id"]]);
    let notice = village.post("/notices", form).await.ok();
    assert_eq!(ok(&notice), [true, true, false]);
    let title = notice["title"].as_str().expect("a title");
    assert!(title.contains("2022年5月1日，2户"), "{title}");
    assert_eq!(notice["evidence"][0]["id"], photo["id"]);
    for case in [&one, &two] {
        let view = case.view().await;
        assert_eq!(held(&view, "public_notice", "notice_photo"), "scanned");
    }
    // Somebody else's attachment is not taken for a photo of this notice.
    let alien = village
        .upload("casefile", &two.id, "home_photo", "x.pdf")
        .await
        .ok();
    idle.up_to_appraisal(FIRST).await;
    let mut form = forms::notice(HOME, FIRST, &[(idle.id.clone(), idle.version().await)]);
    form["evidence_attachment_ids"] = json!([alien["id"]]);
    assert_eq!(village.post("/notices", form).await.status, 422);
}

#[tokio::test]
async fn minutes_of_a_meeting_serve_every_household() {
    let test = TestApp::sqlite().await;
    let case = Case::open(&test, HOME, 1, FIRST).await;
    case.up_to_appraisal(FIRST).await;
    let meeting = case.view().await["records"]["democratic_appraisal"]["appraisal_id"].clone();
    let id = meeting.as_str().expect("an id");
    test.village()
        .upload("appraisal", id, "appraisal_minutes", "m.pdf")
        .await
        .ok();
    let view = case.view().await;
    assert_eq!(held(&view, "archive", "appraisal_minutes"), "scanned");
}

#[tokio::test]
async fn a_complaint_about_an_official_is_answered_above_him() {
    let test = TestApp::sqlite().await;
    let case = Case::open(&test, HOME, 1, FIRST).await;
    case.up_to_appraisal(FIRST).await;
    let notice = case.notice(FIRST).await;
    let path = format!(
        "/notices/{}/objections",
        notice["id"].as_str().expect("an id")
    );
    let mut about = forms::objection(HOME, &case.id, FIRST);
    about["about_official"] = json!(true);
    // Who or at which level must be said.
    assert_eq!(test.village().post(&path, about.clone()).await.status, 422);
    about["official_level"] = json!("village");
    about["official_name"] = json!("镇a1");
    let filed = test.village().post(&path, about).await.ok();
    let seen = |view: &Value| view["objections"][0].clone();
    // Neither the village nor the township he serves at sees who and what.
    for below in [
        seen(&filed),
        seen(
            &test
                .township()
                .get(&path.replace("/objections", ""))
                .await
                .ok(),
        ),
    ] {
        assert!(
            below["official"].is_null() && below["objector"].is_null(),
            "{below:#}"
        );
        assert_eq!(below["content"], "（反映干部问题，由上级办理）");
        assert_eq!(
            (&below["handling_level"], &below["mine"]),
            (&json!("county"), &json!(false))
        );
    }
    let id = seen(&filed)["id"].as_str().expect("an id").to_owned();
    let answer = format!("/objections/{id}/answer");
    let form = forms::objection_answer(false, FIRST);
    for below in ["village.a1", "township2"] {
        let refused = test.person(below).post(&answer, form.clone()).await;
        assert_eq!(refused.refusal("acting_level")["clause"], Value::Null);
    }
    // Nobody answers by the hand of the person complained of.
    let mut by_himself = form.clone();
    by_himself["handled_by"] = json!(" 镇\u{200b}a1");
    test.person("county.a1")
        .post(&answer, by_himself)
        .await
        .refusal("not_own_submission");
    let county = test.person("county2");
    let bench = county.get("/workbench").await.ok();
    let mine = bench["mine"].as_array().expect("a list");
    assert!(
        mine.iter()
            .any(|i| i["id"] == case.id && i["step"] == "public_notice"),
        "{mine:#?}"
    );
    let read = county.get(&path.replace("/objections", "")).await.ok();
    assert_eq!(seen(&read)["official"], "镇a1");
    let mut form = form;
    let objector = seen(&read)["objector"].as_str().expect("named").to_owned();
    form["answer"] = json!(format!("经查，{objector}反映的情况不属实。"));
    county.post(&answer, form).await.ok();
    // What was found is not for those below who handled it.
    for below in [test.village(), test.township()] {
        let read = below.get(&path.replace("/objections", "")).await.ok();
        assert_eq!(seen(&read)["answer"], "（由上级办理并答复）");
        assert!(seen(&read)["handled_by"].is_null());
        assert!(!read.to_string().contains(&objector));
    }
}

/// An ordinary objection: the name hidden beside it is hidden inside it, who is
/// complained of takes none in, and supervisors leave it to township and county.
#[tokio::test]
async fn an_objection_names_nobody_to_the_village() {
    let test = TestApp::sqlite().await;
    let case = Case::open(&test, HOME, 1, FIRST).await;
    case.up_to_appraisal(FIRST).await;
    let notice = case.notice(FIRST).await;
    let path = format!("/notices/{}", notice["id"].as_str().expect("an id"));
    let objections = format!("{path}/objections");
    let mut himself = forms::objection(HOME, &case.id, FIRST);
    himself["about_official"] = json!(true);
    himself["official_name"] =
        test.village().get("/session").await.ok()["account"]["display_name"].clone();
    let refused = test.person("village.a1").post(&objections, himself).await;
    assert_eq!(refused.status, 422, "{refused:?}");
    let mut form = forms::objection(HOME, &case.id, FIRST);
    form["anonymous"] = json!(false);
    form["objector_name"] = json!("宋作证");
    form["content"] = json!("我宋作证亲眼见他家有车。");
    let filed = test.township().post(&objections, form).await.ok();
    assert_eq!(filed["objections"][0]["objector"], "宋作证");
    let answer = format!(
        "/objections/{}/answer",
        filed["objections"][0]["id"].as_str().expect("an id")
    );
    let mut found = forms::objection_answer(false, FIRST);
    found["answer"] = json!("宋作证所说的车是他侄子的。");
    test.person("city")
        .post(&answer, found.clone())
        .await
        .refusal("acting_level");
    test.township().post(&answer, found).await.ok();
    let read = test.village().get(&path).await.ok();
    assert_eq!(read["objections"][0]["content"], "我××亲眼见他家有车。");
    assert!(!read.to_string().contains("宋作证"), "{read:#}");
}

#[tokio::test]
async fn a_complaint_about_the_county_goes_to_the_city() {
    let test = TestApp::sqlite().await;
    let case = Case::open(&test, HOME, 1, FIRST).await;
    case.up_to_appraisal(FIRST).await;
    let notice = case.notice(FIRST).await;
    let path = format!("/notices/{}", notice["id"].as_str().expect("an id"));
    let mut about = forms::objection(HOME, &case.id, FIRST);
    about["about_official"] = json!(true);
    about["official_level"] = json!("county");
    let filed = test
        .township()
        .post(&format!("{path}/objections"), about)
        .await
        .ok();
    let id = filed["objections"][0]["id"].as_str().expect("an id");
    let answer = format!("/objections/{id}/answer");
    let form = forms::objection_answer(false, FIRST);
    test.person("county.a1")
        .post(&answer, form.clone())
        .await
        .refusal("acting_level");
    let city = test.person("city");
    let bench = city.get("/workbench").await.ok();
    assert_eq!(bench["mine"][0]["kind"], "objection");
    let read = city.get(&path).await.ok();
    assert_eq!(read["objections"][0]["mine"], true);
    city.post(&answer, form).await.ok();
}

#[tokio::test]
async fn an_old_lead_says_why_it_comes_so_late() {
    let test = TestApp::sqlite().await;
    let village = test.village();
    let household = village.add_household(HOME, 1).await;
    let mut lead = forms::lead(HOME, &household, "cadre_visit", date(2019, 5, 1));
    village
        .post("/leads", lead.clone())
        .await
        .refusal("late_reason");
    lead["late_reason"] = json!("清理旧台账时发现，当时没有登记");
    let kept = village.post("/leads", lead).await.ok();
    assert_eq!(
        kept["lead"]["late_reason"],
        "清理旧台账时发现，当时没有登记"
    );
}

#[tokio::test]
async fn a_comparison_is_used_again_only_for_a_new_allowance_on_record() {
    let test = TestApp::sqlite().await;
    let case = Case::open(&test, HOME, 1, FIRST).await;
    case.verify(FIRST).await;
    case.sign(FIRST).await;
    let mut reuse = forms::reuse_cross_check("subsistence_allowance", date(2022, 4, 20));
    reuse["confirmed_by"] = Value::Null;
    let refused = case.act("county.a1", FIRST, reuse.clone()).await;
    assert_eq!(refused.refusal("newly_on_allowance")["clause"], "HN22-063");
    let file = test
        .village()
        .get(&format!("/households/{}", case.household))
        .await
        .ok();
    let change = json!({
        "expected_version": file["version"], "effective_on": FIRST, "reason": "民政已批准", "collected_by": "采集人",
        "change": {"kind": "subsistence_allowance", "member_id": case.adults[0], "allowance": "rural", "since": "2022-03-01"},
    });
    test.village()
        .post(&format!("/households/{}/changes", case.household), change)
        .await
        .ok();
    let view = case.act("county.a1", FIRST, reuse).await.ok();
    assert!(view["records"]["cross_check"]["reused"]["confirmed_by"].is_null());

    let named = Case::open(&test, HOME, 2, FIRST).await;
    named.verify(FIRST).await;
    named.sign(FIRST).await;
    let reuse = forms::reuse_cross_check("subsistence_allowance", date(2022, 4, 20));
    let view = named.act("county.a1", FIRST, reuse).await.ok();
    assert_eq!(
        view["records"]["cross_check"]["reused"]["confirmed_by"],
        "民政所甲"
    );
}

#[tokio::test]
async fn papers_of_one_case_are_asked_for_in_one_go() {
    let test = TestApp::sqlite().await;
    let case = Case::open(&test, HOME, 1, FIRST).await;
    case.verify(FIRST).await;
    case.sign(FIRST).await;
    let bench = test.person("village.a1").get("/workbench").await.ok();
    let asked: Vec<_> = bench["mine"]
        .as_array()
        .expect("a list")
        .iter()
        .filter(|i| i["id"] == case.id && i["kind"] == "evidence")
        .collect();
    let [one] = asked[..] else {
        panic!("one line for all papers: {asked:?}");
    };
    assert_eq!(one["verb"], "补交材料 2 份");
    assert_eq!(
        one["missing"],
        serde_json::json!(["防止返贫动态监测排查表", "承诺授权书签字件"])
    );
}
