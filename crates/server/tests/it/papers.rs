//! Papers through HTTP: what is ready when, what is printed, who approves a
//! substitute for a name, the county's own templates.

use axum::http::header;
use jiff::civil::{Date, date};
use serde_json::{Value, json};

use crate::forms;
use crate::place::HOME;
use crate::story::Case;
use crate::test_app::{Engine, Reply, TestApp};

const FIRST: Date = date(2022, 5, 1);

#[tokio::test]
async fn papers_on_sqlite() {
    papers(&TestApp::on(Engine::Sqlite).await).await;
}

#[tokio::test]
async fn papers_on_postgres() {
    papers(&TestApp::on(Engine::Postgres).await).await;
}

async fn options(case: &Case<'_>) -> Vec<(String, bool)> {
    let path = format!("/papers?subject=casefile&id={}", case.id);
    let list = case.test.village().get(&path).await.ok();
    let text = |v: &Value| v.as_str().unwrap_or_default().to_owned();
    list.as_array()
        .expect("a list")
        .iter()
        .map(|o| (text(&o["kind"]), o["ready"] == true))
        .collect()
}

async fn both(case: &Case<'_>, subject: &str, id: &str, kind: &str) -> (String, String) {
    let path = format!("/papers/{subject}/{id}/{kind}");
    let print = case.test.village().get(&format!("{path}/print")).await;
    assert_eq!(print.status, 200, "{}", print.text());
    let document = case.test.village().get(&format!("{path}/document")).await;
    assert_eq!(document.status, 200, "{}", document.text());
    let name = document.headers[header::CONTENT_DISPOSITION]
        .to_str()
        .expect("ascii");
    assert!(
        name.contains("paper.docx") && name.contains("UTF-8''"),
        "{name}"
    );
    (print.text(), document.text())
}

async fn papers(test: &TestApp) {
    let day = date(2022, 5, 1);
    let case = Case::open(test, HOME, 1, day).await;
    let named = |all: &[(String, bool)], ready: bool| -> Vec<String> {
        all.iter()
            .filter(|(_, r)| *r == ready)
            .map(|(k, _)| k.clone())
            .collect()
    };
    let all = options(&case).await;
    assert_eq!(
        named(&all, true),
        ["investigation_form", "commitment_letter"]
    );
    assert_eq!(named(&all, false), ["announcement", "result_notice"]);
    let early = test
        .village()
        .get(&format!("/papers/casefile/{}/announcement/print", case.id))
        .await;
    assert!(
        early.refusal("announcement")["message"]
            .as_str()
            .expect("words")
            .contains("审批")
    );

    case.up_to_appraisal(day).await;
    let notice = case.notice(day).await;
    let notice = notice["id"].as_str().expect("an id").to_owned();
    test.go_to(date(2022, 5, 7));
    case.review(date(2022, 5, 7)).await.ok();
    case.decide(date(2022, 5, 7)).await.ok();
    case.act(
        &case.township(),
        date(2022, 5, 7),
        json!({"type": "acknowledge_decision"}),
    )
    .await
    .ok();
    let all = options(&case).await;
    assert_eq!(named(&all, false), Vec::<String>::new());
    assert_eq!(all.len(), 7, "{all:?}");

    let head = forms::head_name(HOME, 1);
    let number = forms::head_number(HOME, 1);
    let canary = HOME.canary();
    for kind in ["investigation_form", "commitment_letter", "result_notice"] {
        let (print, document) = both(&case, "casefile", &case.id, kind).await;
        assert!(print.contains(&head) && document.contains(&head), "{kind}");
        assert!(
            !print.contains(&number) && !document.contains(&number),
            "{kind}"
        );
    }
    let meetings = test.village().get("/appraisals").await.ok();
    let meeting = meetings[0]["id"].as_str().expect("an id").to_owned();
    let (minutes, _) = both(&case, "appraisal", &meeting, "appraisal_minutes").await;
    assert!(minutes.contains(&head) && minutes.contains(&format!("{canary}会议记录")));
    let (seats, _) = both(&case, "appraisal", &meeting, "sign_in_sheet").await;
    assert_eq!(seats.matches("villager_representative").count(), 9);
    let blank = test
        .village()
        .get(&format!(
            "/papers/village/{}/sign_in_sheet/print",
            HOME.village
        ))
        .await;
    assert_eq!(blank.status, 200);

    // Public: the name and the category, and nothing that was written anywhere else.
    for (subject, id, kind) in [
        ("notice", &notice, "public_notice"),
        ("casefile", &case.id, "announcement"),
    ] {
        let (print, document) = both(&case, subject, id, kind).await;
        for text in [&print, &document] {
            assert!(
                text.contains(&head) && text.contains("边缘易致贫户"),
                "{kind}"
            );
            for secret in [
                &number,
                "19900001234",
                "住院",
                &format!("{canary}组"),
                &format!("{canary}看到"),
                &format!("{canary}公开栏"),
                "2012",
                "illness",
                "因病",
            ] {
                assert!(!text.contains(secret), "{kind} tells {secret}");
            }
        }
    }
    // The old address gives the same paper.
    let old = test
        .village()
        .get(&format!("/notices/{notice}/print"))
        .await;
    assert!(old.text().contains("初选对象公示"));
    name_protection(&case, &notice).await;
    templates(&case, &notice).await;
    let verified = test.person("audit").get("/audit/verify").await.ok();
    assert_eq!(verified["ok"], true);
    let trail = test.person("audit").get("/audit?limit=200").await.text();
    assert!(trail.contains("paper.taken") && trail.contains("name_protection.approved"));
    assert!(!trail.contains("监护人"), "the trail names nobody");
}

async fn name_protection(case: &Case<'_>, notice: &str) {
    let test = case.test;
    let form = forms::name_protection(HOME, &case.household);
    let print = async || -> Reply {
        test.village()
            .get(&format!("/notices/{notice}/print"))
            .await
    };
    let mut minor = form.clone();
    minor["ground"] = json!("minor_head");
    let refused = test.village().post("/name-protections", minor).await;
    assert_eq!(refused.status, 422, "the head is of age");
    let mut child = form.clone();
    child["guardian_name"] = json!(format!("李{}子一", HOME.canary()));
    assert_eq!(
        test.village().post("/name-protections", child).await.status,
        422
    );
    let mut telling = form.clone();
    telling["guardian_name"] = json!("王某19900001234");
    assert_eq!(
        test.village()
            .post("/name-protections", telling)
            .await
            .status,
        422
    );

    let asked = test.village().post("/name-protections", form).await.ok();
    let id = asked["id"].as_str().expect("an id").to_owned();
    let waiting = print().await.refusal("public_paper");
    assert!(
        waiting["message"]
            .as_str()
            .expect("words")
            .contains("乡镇批准")
    );
    // On the township's desk to decide, on the village's to wait for.
    let desk = async |who: &str, list: &str| -> Vec<String> {
        let bench = test.person(who).get("/workbench").await.ok();
        let items = bench[list].as_array().expect("a desk").clone();
        let own = items.iter().filter(|i| i["kind"] == "name_protection");
        own.map(|i| {
            assert_eq!(
                (&i["id"], &i["head_name"], &i["verb"]),
                (
                    &json!(id),
                    &json!(forms::head_name(HOME, 1)),
                    &json!("批准公示用名")
                )
            );
            i["waiting_for"].as_str().unwrap_or_default().to_owned()
        })
        .collect()
    };
    assert_eq!(desk("township.a1", "mine").await, [""]);
    assert_eq!(desk("village.a1", "waiting").await, ["乡镇级"]);
    for stranger in ["grid.a1", "county.a1", "village.a2", "township.a3"] {
        for list in ["mine", "waiting"] {
            assert!(desk(stranger, list).await.is_empty(), "{stranger} {list}");
        }
    }
    let decide = json!({"expected_version": 1, "approve": true});
    let path = format!("/name-protections/{id}/decide");
    assert_eq!(test.village().post(&path, decide.clone()).await.status, 403);
    let approved = test.township().post(&path, decide.clone()).await.ok();
    assert_eq!(
        (approved["status"].as_str(), approved["decided_by"].as_str()),
        (Some("approved"), Some("镇a1"))
    );
    assert_eq!(test.township().post(&path, decide).await.status, 409);
    assert!(desk("township.a1", "mine").await.is_empty(), "done is done");
    let page = print().await.text();
    assert!(page.contains(&format!("{}监护人（监护人）", HOME.canary())));
    assert!(!page.contains(&forms::head_name(HOME, 1)));
    let end = json!({"expected_version": 2, "note": "本人要求公开"});
    test.township()
        .post(&format!("/name-protections/{id}/end"), end)
        .await
        .ok();
    assert!(print().await.text().contains(&forms::head_name(HOME, 1)));
}

/// Nothing is posted while the township has not decided by which name, and a
/// household without a code whose only adult is protected has a lawful line.
#[tokio::test]
async fn a_notice_waits_for_the_name_protection() {
    for engine in [Engine::Sqlite, Engine::Postgres] {
        let test = TestApp::on(engine).await;
        let mut form = forms::household(HOME, 5);
        form["code"] = Value::Null;
        form["members"].as_array_mut().expect("members").drain(1..2);
        let village = test.village();
        let saved = village.post("/households", form).await.ok();
        let household = saved["id"].as_str().expect("an id").to_owned();
        let lead = forms::lead(HOME, &household, "cadre_visit", FIRST);
        let lead = village.post("/leads", lead).await.ok();
        let case = Case::of_lead(
            &test,
            HOME,
            household.clone(),
            &lead["lead"],
            "identification",
        )
        .await;
        let mut visit = forms::verify_home(HOME, true);
        visit["income"]["persons"] = json!(2);
        case.act(&case.village(), FIRST, visit).await.ok();
        case.sign(FIRST).await;
        case.cross_check(FIRST).await;
        case.appraise(FIRST, 1, true).await.ok();

        let mut asking = forms::name_protection(HOME, &household);
        for (substitute, guardian) in [
            ("code_tail", String::new()),
            ("guardian", forms::head_name(HOME, 5)),
        ] {
            asking["substitute"] = json!(substitute);
            asking["guardian_name"] = json!(guardian);
            let reply = village.post("/name-protections", asking.clone()).await;
            reply.problem(422, "invalid");
        }
        asking["substitute"] = json!("withheld");
        let asked = village.post("/name-protections", asking).await.ok();
        let items = [(case.id.clone(), case.version().await)];
        let notice = forms::notice(HOME, FIRST, &items);
        let reply = village.post("/notices", notice.clone()).await;
        let refusal = reply.refusal("name_protection");
        let says = refusal["message"].as_str().expect("words");
        assert!(says.contains("正等柳泉镇决定"), "{says}");
        let decide = format!(
            "/name-protections/{}/decide",
            asked["id"].as_str().expect("an id")
        );
        let yes = json!({"expected_version": 1, "approve": true});
        test.township().post(&decide, yes).await.ok();
        let posted = village.post("/notices", notice).await.ok();
        let path = format!("/notices/{}/print", posted["id"].as_str().expect("an id"));
        let page = village.get(&path).await.text();
        assert!(page.contains("本村一户（姓名不公开）"), "{page}");
        assert!(!page.contains(&forms::head_name(HOME, 5)));
    }
}

/// A household nobody could print is refused by itself, before its posting is
/// recorded; the others' notice is posted and printed.
#[tokio::test]
async fn a_name_no_paper_prints_keeps_only_its_own_household() {
    let test = TestApp::on(Engine::Sqlite).await;
    let village = test.village();
    // Typed, a number or an unseen sign is no name.
    for name in ["13800138000", "李\u{2060}四", "李四<b>"] {
        let mut form = forms::household(HOME, 6);
        form["members"][0]["name"] = json!(name);
        let problem = village
            .post("/households", form)
            .await
            .problem(422, "invalid");
        let errors = problem["errors"].to_string();
        assert!(errors.contains("members.0.name"), "{problem:#}");
        assert!(!errors.contains(name), "the sentence repeats the name");
    }
    let good = Case::open(&test, HOME, 1, FIRST).await;
    let mut form = forms::household(HOME, 5);
    form["members"][0]["name"] = json!("李肺癌");
    let saved = village.post("/households", form).await.ok();
    let household = saved["id"].as_str().expect("an id").to_owned();
    let lead = forms::lead(HOME, &household, "cadre_visit", FIRST);
    let lead = village.post("/leads", lead).await.ok();
    let bad = Case::of_lead(&test, HOME, household, &lead["lead"], "identification").await;
    for case in [&good, &bad] {
        case.up_to_appraisal(FIRST).await;
    }
    let items = [
        (good.id.clone(), good.version().await),
        (bad.id.clone(), bad.version().await),
    ];
    let notice = forms::notice(HOME, FIRST, &items);
    let posted = village.post("/notices", notice).await.ok();
    assert_eq!(posted["results"][0]["ok"], true, "{posted:#}");
    let refusal = &posted["results"][1]["refusals"][0];
    assert_eq!(refusal["guard"], "name_printable", "{posted:#}");
    let says = refusal["message"].as_str().expect("words");
    assert!(
        says.contains("农户档案里更正") && !says.contains("肺癌"),
        "{says}"
    );
    assert!(bad.view().await["records"]["public_notice"].is_null());
    let path = format!("/notices/{}/print", posted["id"].as_str().expect("an id"));
    let page = village.get(&path).await.text();
    assert!(page.contains(&forms::head_name(HOME, 1)), "{page}");
}

/// A built-in template with another heading.
fn renamed(bytes: &[u8], from: &str, to: &str) -> Vec<u8> {
    use std::io::{Cursor, Read as _, Write as _};
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).expect("a zip file");
    let mut out = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for index in 0..archive.len() {
        let mut part = archive.by_index(index).expect("a part");
        let name = part.name().expect("a name").into_owned();
        let mut text = String::new();
        part.read_to_string(&mut text).expect("text");
        out.start_file(name, zip::write::SimpleFileOptions::default())
            .expect("started");
        out.write_all(text.replace(from, to).as_bytes())
            .expect("written");
    }
    out.finish().expect("finished").into_inner()
}

async fn templates(case: &Case<'_>, notice: &str) {
    let test = case.test;
    let county = test.county();
    let built_in = county
        .get("/paper-templates/built_in.public_notice/file")
        .await
        .bytes;
    let bad = county
        .template(
            "public_notice",
            &renamed(&built_in, "{{类别}}", "{{身份证号}}"),
        )
        .await;
    assert_eq!(bad.status, 422);
    assert_eq!(bad.json["errors"][0]["message"], "不认识的字段“身份证号”");
    // Single brackets would be printed as they are; the marks there are are named.
    let single = county
        .template(
            "public_notice",
            &renamed(&built_in, "{{类别}}", "{{类别}}{id_number}"),
        )
        .await;
    assert_eq!(single.status, 422);
    let said = single.json["errors"].to_string();
    assert!(
        said.contains("{id_number}") && said.contains("{{公示期限}}") && said.contains("{{户主}}"),
        "{said}"
    );
    // A misspelt field is no wish for the built-in template.
    let misspelt = json!({"kind": "public_notice", "templateId": "built_in.public_notice"});
    let refused = county.post("/paper-templates/in-use", misspelt).await;
    let words = refused.problem(422, "malformed").to_string();
    assert!(words.contains("templateId"), "{words}");
    // What is typed into a public template is read by everybody.
    for (typed, words) in [
        ("公示 980122199001011234", "像证件号"),
        ("公示 尿毒症", "病情"),
        (
            "公示</w:t></w:r><w:r><w:rPr><w:vanish/></w:rPr><w:t>x",
            "隐藏的文字",
        ),
    ] {
        let typed = renamed(&built_in, "防止返贫监测初选对象公示", typed);
        let bad = county.template("public_notice", &typed).await;
        assert_eq!(bad.status, 422);
        let problems = bad.json["errors"].to_string();
        assert!(problems.contains(words), "{words}: {problems}");
    }
    let ours = renamed(&built_in, "防止返贫监测初选对象公示", "公示（本县式样）");
    let kept = county.template("public_notice", &ours).await.ok();
    assert_eq!(
        (
            kept["versions"][0]["version"].clone(),
            kept["version_in_use"].clone()
        ),
        (json!(1), Value::Null)
    );
    let again = county.template("public_notice", &ours).await.ok();
    assert_eq!(
        again["versions"].as_array().map(Vec::len),
        Some(1),
        "the same file is one version"
    );
    let id = kept["versions"][0]["id"]
        .as_str()
        .expect("an id")
        .to_owned();
    let preview = county
        .get(&format!("/paper-templates/{id}/preview"))
        .await
        .text();
    assert!(preview.contains("公示（本县式样）") && preview.contains("样例甲"));
    let document = async || -> String {
        test.village()
            .get(&format!("/papers/notice/{notice}/public_notice/document"))
            .await
            .text()
    };
    let print = async || -> String {
        test.village()
            .get(&format!("/papers/notice/{notice}/public_notice/print"))
            .await
            .text()
    };
    let hint = "本县的 Word 模板不用在这一页";
    assert!(!document().await.contains("本县式样"), "not yet in use");
    assert!(!print().await.contains(hint));
    let put = |id: Option<&str>| json!({"kind": "public_notice", "template_id": id});
    county
        .post("/paper-templates/in-use", put(Some(&id)))
        .await
        .ok();
    assert!(document().await.contains("本县式样"));
    // The print view keeps its own layout and says so.
    let page = print().await;
    assert!(page.contains(hint) && !page.contains("公示（本县式样）"));
    let papers = test
        .village()
        .get(&format!("/papers?subject=notice&id={notice}"))
        .await
        .ok();
    assert_eq!(
        papers[0]["template"],
        "Word 按本县模板第 1 版；打印页是平台版式"
    );
    // Another county neither sees nor uses it.
    let other = test.person("county.b1");
    assert_eq!(
        other
            .get(&format!("/paper-templates/{id}/file"))
            .await
            .status,
        404
    );
    assert_eq!(
        other
            .post("/paper-templates/in-use", put(Some(&id)))
            .await
            .status,
        404
    );
    let back = county.post("/paper-templates/in-use", put(None)).await.ok();
    assert_eq!(back["history"].as_array().map(Vec::len), Some(2));
    assert!(!document().await.contains("本县式样"));
}

/// The form says what the visit found, the letter names whom it queries.
#[tokio::test]
async fn a_paper_never_gainsays_itself() {
    let test = TestApp::sqlite().await;
    let case = Case::open(&test, HOME, 1, FIRST).await;
    let print = async |kind: &str| -> String {
        let path = format!("/papers/casefile/{}/{kind}/print", case.id);
        test.village().get(&path).await.text()
    };
    assert!(!print("investigation_form").await.contains("无问题"));
    let mut visit = forms::verify_home(HOME, true);
    visit["dimensions"][1]["problem"] = json!(true);
    case.act(&case.village(), FIRST, visit).await.ok();
    let form = print("investigation_form").await;
    assert_eq!(form.matches("见下“三保障”研判").count(), 3, "{form}");
    assert!(form.contains("“三保障”：有问题"), "{form}");

    let child = format!("李{}子一", HOME.canary());
    assert!(form.contains(&child), "the form lists the household");
    let blank = print("commitment_letter").await;
    assert!(
        !blank.contains(&child),
        "the letter queries adults: {blank}"
    );
    case.sign(FIRST).await;
    let signed = print("commitment_letter").await;
    assert!(!signed.contains(&child) && signed.contains(&forms::head_name(HOME, 1)));
}
