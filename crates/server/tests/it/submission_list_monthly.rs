//! Lists that go month by month and come down with a written notice (HN20).

use jiff::civil::{Date, date};
use serde_json::{Value, json};

use crate::forms;
use crate::place::HOME;
use crate::story::Case;
use crate::submission_list::{drawable, id_of, list_of, on_list, send};
use crate::test_app::TestApp;

const MAY: Date = date(2022, 5, 20);
const PACK: &str = "henan-2020";
const TOWNSHIP: &str = "410327102000";

/// The county under the 2020 document, long after its campaign.
async fn under_2020() -> TestApp {
    adopted("2022-05-01").await
}

async fn adopted(from_on: &str) -> TestApp {
    let test = TestApp::sqlite().await;
    test.adopt(PACK, "410327000000", from_on).await;
    test
}

async fn appraised(test: &TestApp, number: u16, on: Date) -> Case<'_> {
    let case = Case::open(test, HOME, number, on).await;
    let items = [(case.id.clone(), case.version().await)];
    let mut form = forms::appraisal(HOME, on, &items, 1, true);
    form["conveners"] = json!([
        "village_committees",
        "stationed_work_team",
        "responsibility_team"
    ]);
    form["items"][0]["findings"] = json!({
        "situation": "家庭三口，户主患病",
        "dimensions": [{"code": "household_situation", "problem": true}, {"code": "risk", "problem": true}],
        "income_dropped_sharply": true,
    });
    test.village().post("/appraisals", form).await.ok();
    case
}

async fn checked(test: &TestApp, number: u16, on: Date) -> Case<'_> {
    let case = appraised(test, number, on).await;
    case.review(on).await.ok();
    case
}

fn month_of(mut form: Value, month: &str) -> Value {
    form["period"] = json!(month);
    form
}

/// Three conveners call the meeting, and what it judged stands in its minutes
/// (HN20-035).
#[tokio::test]
async fn the_minutes_name_conveners_and_findings() {
    let test = under_2020().await;
    test.go_to(MAY);
    appraised(&test, 1, MAY).await;
    let village = test.village();
    let meetings = village.get("/appraisals").await.ok();
    let path = format!(
        "/papers/appraisal/{}/appraisal_minutes",
        meetings[0]["id"].as_str().expect("an id")
    );
    for form in ["print", "document"] {
        let text = village.get(&format!("{path}/{form}")).await.text();
        for said in [
            "由村“两委”、驻村工作队、脱贫责任组共同组织",
            "驻村工作队（签名）",
            "家庭三口，户主患病",
            "收入大幅缩减",
            "返贫致贫风险：有问题",
        ] {
            assert!(text.contains(said), "{form} lacks {said}: {text}");
        }
    }
}

#[tokio::test]
async fn what_came_after_the_list_of_the_month_supplements_it() {
    let test = under_2020().await;
    test.go_to(MAY);
    let early = checked(&test, 1, MAY).await;
    let bench = test.township().get("/workbench").await.ok();
    let reminders = bench["reminders"].to_string();
    assert!(
        reminders.contains("有 1 户可以报送2022年5月监测对象建议名单"),
        "{reminders}"
    );
    let plain = list_of(PACK, "recommended_list", TOWNSHIP, MAY, &[&early]).await;
    send(&test, "township.a1", plain.clone())
        .await
        .refusal("period");
    send(&test, "township.a1", month_of(plain.clone(), "2022-06"))
        .await
        .refusal("period");
    let sent = send(&test, "township.a1", month_of(plain, "2022-05"))
        .await
        .ok();
    assert_eq!(
        (&sent["period"], &sent["title"]),
        (&json!("2022-05"), &json!("柳泉镇2022年5月监测对象建议名单"))
    );
    // The month has its list and nobody came since: it is not given again.
    assert_eq!(
        drawable(&test, "township.a1").await[0]["periods"],
        json!([])
    );
    let none = list_of(PACK, "recommended_list", TOWNSHIP, MAY, &[]).await;
    let problem = send(&test, "township.a1", month_of(none, "2022-05"))
        .await
        .refusal("month_given");
    assert_eq!(problem["clause"], "HN20-036", "{problem:#}");

    // Whoever comes now supplements May's list, or is left to June's.
    let late = checked(&test, 2, MAY).await;
    let waiting = checked(&test, 3, MAY).await;
    let due = drawable(&test, "township.a1").await;
    assert_eq!(
        due[0]["periods"],
        json!([{"month": "2022-05", "candidates": 2, "supplements": true}])
    );
    let bench = test.township().get("/workbench").await.ok();
    let reminders = bench["reminders"].to_string();
    assert!(
        reminders.contains("有 2 户可以报送2022年5月补充监测对象建议名单"),
        "{reminders}"
    );
    let both = list_of(PACK, "recommended_list", TOWNSHIP, MAY, &[&early, &late]).await;
    send(&test, "township.a1", month_of(both, "2022-05"))
        .await
        .refusal("qualified");
    let mut more = list_of(PACK, "recommended_list", TOWNSHIP, MAY, &[&late]).await;
    more["left_out"] = json!([{"casefile_id": waiting.id, "reason": "材料还没有补齐"}]);
    let sent = send(&test, "township.a1", month_of(more, "2022-05"))
        .await
        .ok();
    assert_eq!(sent["title"], "柳泉镇2022年5月监测对象建议名单（补充）");
    let june = date(2022, 6, 8);
    test.go_to(june);
    let newest = checked(&test, 4, june).await;
    let due = drawable(&test, "township.a1").await;
    assert_eq!(
        due[0]["periods"],
        json!([{"month": "2022-06", "candidates": 2, "supplements": false}])
    );
    // May is over: what is left goes into June's, and the refusal says so.
    let form = list_of(PACK, "recommended_list", TOWNSHIP, june, &[&waiting]).await;
    let said = send(&test, "township.a1", month_of(form, "2022-05"))
        .await
        .refusal("month_given");
    let words = said["message"].as_str().expect("a sentence");
    assert!(words.contains("列入2022年6月的名单"), "{words}");
    let both = list_of(
        PACK,
        "recommended_list",
        TOWNSHIP,
        june,
        &[&waiting, &newest],
    )
    .await;
    send(&test, "township.a1", month_of(both, "2022-06"))
        .await
        .ok();
    let months = test
        .county()
        .get("/submission-lists?monthly=true")
        .await
        .ok();
    assert_eq!(months["total"], 3);
}

/// A month never given stays missing however long ago it was.
#[tokio::test]
async fn every_month_without_its_list_is_said() {
    let test = under_2020().await;
    test.go_to(date(2022, 10, 8));
    let bench = test.township().get("/workbench").await.ok();
    let reminders = bench["reminders"].to_string();
    assert!(
        reminders
            .contains("2022年5月、2022年6月、2022年7月（另有 2 个月）监测对象建议名单没有报送"),
        "{reminders}"
    );
    let none = list_of(PACK, "recommended_list", TOWNSHIP, date(2022, 10, 8), &[]).await;
    send(&test, "township.a1", month_of(none, "2022-05"))
        .await
        .ok();
    let bench = test.township().get("/workbench").await.ok();
    let reminders = bench["reminders"].to_string();
    assert!(
        reminders
            .contains("2022年6月、2022年7月、2022年8月（另有 1 个月）监测对象建议名单没有报送"),
        "{reminders}"
    );
}

/// 集中整治 until 10 May 2020, month by month after it (HN20-090).
#[tokio::test]
async fn before_the_rhythm_begins_one_list_follows_another() {
    let test = adopted("2020-04-24").await;
    let day = date(2020, 5, 10);
    test.go_to(day);
    let first = checked(&test, 1, day).await;
    let due = drawable(&test, "township.a1").await;
    assert_eq!(
        (&due[0]["terms"]["monthly"], &due[0]["periods"]),
        (&json!(false), &json!([]))
    );
    let plain = list_of(PACK, "recommended_list", TOWNSHIP, day, &[&first]).await;
    send(&test, "township.a1", month_of(plain.clone(), "2020-05"))
        .await
        .refusal("period");
    send(&test, "township.a1", plain).await.ok();
    let second = checked(&test, 2, day).await;
    let again = list_of(PACK, "recommended_list", TOWNSHIP, day, &[&second]).await;
    let sent = send(&test, "township.a1", again).await.ok();
    assert_eq!(
        (&sent["number"], &sent["period"]),
        (&json!("〔2020〕2号"), &Value::Null)
    );

    let after = date(2020, 5, 11);
    test.go_to(after);
    let bench = test.township().get("/workbench").await.ok();
    assert!(
        !bench["reminders"].to_string().contains("2020年4月"),
        "no month before the rhythm asks for a list: {bench:#}"
    );
    let third = checked(&test, 3, after).await;
    let plain = list_of(PACK, "recommended_list", TOWNSHIP, after, &[&third]).await;
    send(&test, "township.a1", plain.clone())
        .await
        .refusal("period");
    send(&test, "township.a1", month_of(plain, "2020-05"))
        .await
        .ok();
}

/// What the township is told before it reviews, and the county before it determines.
#[tokio::test]
async fn a_step_says_when_its_list_is_missing() {
    let test = under_2020().await;
    test.go_to(MAY);
    let case = appraised(&test, 1, MAY).await;
    let note = |view: &Value, step: &str| -> Value {
        let mut todo = view["todo"].as_array().expect("what to do").iter();
        let mine = todo.find(|t| t["step"] == step).expect("a turn");
        assert_eq!(mine["ready"], true, "{mine:#}");
        mine["refusals"].clone()
    };
    let told = note(&case.view().await, "township_review");
    assert_eq!(
        (&told[0]["guard"], &told[0]["clause"]),
        (&json!("not_on_list"), &json!("HN20-035"))
    );
    let form = list_of(PACK, "preliminary_list", HOME.village, MAY, &[&case]).await;
    send(&test, "village.a1", form).await.ok();
    assert_eq!(note(&case.view().await, "township_review"), json!([]));
    // One household by itself stays possible.
    case.review(MAY).await.ok();
    let ask = json!({"type": "request_cross_check", "member_ids": case.adults, "items": ["车辆"]});
    case.act("county.a1", MAY, ask).await.ok();
    case.act("county.a1", MAY, forms::answer_cross_check(HOME, &[]))
        .await
        .ok();
    let done = json!({"type": "conclude_cross_check", "note": ""});
    case.act("county.a1", MAY, done).await.ok();
    let told = note(&case.view().await, "county_decision");
    assert_eq!(told[0]["clause"], "HN20-036");
    // Determined by itself, it stands on the final list as one that passed by the other.
    let mut decide = forms::decide(MAY);
    decide["category"] = json!("marginal_2020");
    decide["dimensions_considered"] = json!(["household_situation", "risk"]);
    case.act("county.a1", MAY, decide).await.ok();
    let due = drawable(&test, "county.a1").await;
    let row = &due[0]["candidates"][0];
    assert_eq!(row["notes"].as_array().map(Vec::len), Some(1), "{due:#}");
    let mut form = list_of(PACK, "final_list", TOWNSHIP, MAY, &[&case]).await;
    form["document_number"] = json!("宜扶组〔2022〕9号");
    form["signatory"] = json!("签发人");
    let sent = send(&test, "county.a1", form).await.ok();
    let row = &sent["rows"][0];
    assert_eq!(row["notes"][0]["guard"], "not_on_list", "{row:#}");
    let words = row["notes"][0]["message"].as_str().expect("a sentence");
    assert!(words.contains("没有列入过“监测对象建议名单”"), "{words}");
    assert!(
        told[0]["message"]
            .as_str()
            .expect("a sentence")
            .contains("监测对象建议名单"),
        "{told:#}"
    );
}

#[tokio::test]
async fn a_month_without_adjustment_is_said() {
    let test = under_2020().await;
    let june = date(2022, 6, 8);
    test.go_to(june);
    let bench = test.township().get("/workbench").await.ok();
    assert!(
        bench["reminders"]
            .to_string()
            .contains("2022年5月监测对象建议名单没有报送"),
        "{bench:#}"
    );
    let none = month_of(
        list_of(PACK, "recommended_list", TOWNSHIP, june, &[]).await,
        "2022-05",
    );
    let said = send(&test, "township.a1", none.clone()).await.ok();
    let paper = format!(
        "/papers/submission_list/{}/submission_list/print",
        id_of(&said)
    );
    let page = test.township().get(&paper).await.text();
    assert!(page.contains("2022年5月无调整。"), "{page}");
    assert_eq!(
        (&said["stage"], &said["stage_label"]),
        (&json!("no_adjustment"), &json!("本月无调整"))
    );
    send(&test, "township.a1", none)
        .await
        .refusal("month_given");
    // Somebody is due in June: the month cannot be said to be empty.
    checked(&test, 1, june).await;
    let empty = month_of(
        list_of(PACK, "recommended_list", TOWNSHIP, june, &[]).await,
        "2022-06",
    );
    send(&test, "township.a1", empty)
        .await
        .refusal("no_silent_skip");
}

#[tokio::test]
async fn the_final_list_is_a_written_notice() {
    let test = under_2020().await;
    test.go_to(MAY);
    let case = checked(&test, 1, MAY).await;
    let ask = json!({"type": "request_cross_check", "member_ids": case.adults, "items": ["车辆"]});
    case.act("county.a1", MAY, ask).await.ok();
    case.act("county.a1", MAY, forms::answer_cross_check(HOME, &[]))
        .await
        .ok();
    case.act(
        "county.a1",
        MAY,
        json!({"type": "conclude_cross_check", "note": ""}),
    )
    .await
    .ok();
    let mut decide = forms::decide(MAY);
    decide["category"] = json!("marginal_2020");
    decide["dimensions_considered"] = json!(["household_situation", "risk"]);
    case.act("county.a1", MAY, decide).await.ok();

    let mut form = list_of(PACK, "final_list", TOWNSHIP, MAY, &[&case]).await;
    send(&test, "county.a1", form.clone())
        .await
        .refusal("documented");
    form["document_number"] = json!("宜扶组〔2022〕8号");
    form["signatory"] = json!("签发人");
    form["acknowledge_by"] = json!("2022-05-25");
    let sent = send(&test, "county.a1", form).await.ok();
    assert_eq!(sent["results"][0]["ok"], true);
    let id = id_of(&sent);
    let notice = &case.view().await["records"]["written_notice"];
    assert_eq!(notice["document_number"], "宜扶组〔2022〕8号");
    assert_eq!(notice["township"], "柳泉镇");
    on_list(&test, "county.a1", &id, "withdraw", MAY)
        .await
        .refusal("stage");
    // County and township take the notice itself away: paper and Word.
    let paper = format!("/papers/submission_list/{id}/written_notice");
    let print = test.township().get(&format!("{paper}/print")).await.text();
    let word = test.county().get(&format!("{paper}/document")).await.text();
    for text in [&print, &word] {
        for words in [
            "关于柳泉镇监测对象最终名单的通知",
            "宜扶组〔2022〕8号",
            "柳泉镇人民政府：",
            "宜阳县扶贫部门（盖章）",
            "签发人",
            "请于2022年5月25日前签收。",
            &forms::head_name(HOME, 1),
        ] {
            assert!(text.contains(words), "{words}: {text}");
        }
        assert!(!text.contains(&forms::head_number(HOME, 1)));
    }
    let papers = test
        .township()
        .get(&format!("/papers?subject=submission_list&id={id}"))
        .await
        .ok();
    assert_eq!(papers.as_array().map(Vec::len), Some(1), "{papers:#}");
    assert_eq!(
        (&papers[0]["kind"], &papers[0]["clause"]),
        (&json!("written_notice"), &json!("HN20-037"))
    );
    test.village()
        .get(&format!("{paper}/print"))
        .await
        .problem(404, "not_found");
    let bench = test.township().get("/workbench").await.ok();
    assert!(
        bench["mine"].to_string().contains("签收书面通知"),
        "{bench:#}"
    );
    test.go_to(date(2022, 5, 26));
    let reminders = test.county().get("/workbench").await.ok()["reminders"].to_string();
    assert!(reminders.contains("柳泉镇还没有签收"), "{reminders}");
    let taken = on_list(&test, "township.a1", &id, "receive", date(2022, 5, 26))
        .await
        .ok();
    assert_eq!(taken["stage"], "closed", "{taken:#}");
    // No document orders the acknowledgement: practice, and not the clause of the decision.
    let answer = &taken["rows"][0]["answer"];
    assert_eq!(
        (&answer["verdict"], &answer["clause"]),
        (&json!("acknowledged"), &Value::Null)
    );
    assert!(case.view().await["records"]["decision_acknowledged"].is_object());
}
