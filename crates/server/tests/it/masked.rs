//! What roles that see names masked must not get by another door.

use jiff::civil::{Date, date};

use crate::place::HOME;
use crate::story::Case;
use crate::test_app::TestApp;

const FIRST: Date = date(2022, 5, 1);

#[tokio::test]
async fn scans_are_not_for_masked_roles_and_each_reading_is_audited() {
    let test = TestApp::sqlite().await;
    let case = Case::open(&test, HOME, 1, FIRST).await;
    let village = test.village();
    case.up_to_appraisal(FIRST).await;
    let notice = case.notice(FIRST).await;
    let notice = notice["id"].as_str().expect("an id").to_owned();
    let mut ids = Vec::new();
    for (subject, subject_id, code) in [
        ("casefile", case.id.as_str(), "investigation_form"),
        ("household", case.household.as_str(), "id_card"),
        ("notice", notice.as_str(), "notice_photo"),
    ] {
        let kept = village
            .upload(subject, subject_id, code, "李某某身份证.pdf")
            .await
            .ok();
        ids.push(kept["id"].as_str().expect("an id").to_owned());
    }
    let (city, auditor) = (test.person("city"), test.person("audit"));
    for id in &ids {
        for masked in ["city", "province", "analyst", "policy"] {
            test.person(masked)
                .get(&format!("/attachments/{id}"))
                .await
                .problem(403, "not_permitted");
        }
    }
    let path = format!("/supervision/casefiles/{}/open", case.id);
    for nothing in ["11111111", "……！！", "看看看看"] {
        city.post(&path, serde_json::json!({"purpose": nothing}))
            .await
            .problem(422, "invalid");
    }
    let opened = city
        .post(&path, serde_json::json!({"purpose": "督查逾期原因"}))
        .await;
    assert_eq!(opened.status, 200, "{}", opened.text());
    let seen = city.get(&format!("/notices/{notice}")).await;
    assert_eq!(seen.status, 200, "{}", seen.text());
    for id in &ids {
        assert!(!opened.text().contains(id) && !seen.text().contains(id));
    }
    let read = "/audit?operation=attachment.read";
    assert_eq!(auditor.get(read).await.ok()["total"], 0);
    for id in &ids {
        let reply = village.get(&format!("/attachments/{id}")).await;
        assert_eq!(reply.status, 200);
    }
    let trail = auditor.get(read).await;
    let text = trail.text();
    assert!(!text.contains("李某某"), "{text}");
    let trail = trail.ok();
    assert_eq!(trail["total"], 3);
    for id in &ids {
        assert!(text.contains(&format!("attachment/{id}")), "{text}");
    }
}

#[tokio::test]
async fn evidence_of_no_known_kind_is_refused() {
    let test = TestApp::sqlite().await;
    let household = test.village().add_household(HOME, 1).await;
    for code in ["zzz", "", "\u{200b}"] {
        test.village()
            .upload("household", &household, code, "a.pdf")
            .await
            .problem(422, "invalid");
    }
}

#[tokio::test]
async fn why_a_case_is_overdue_is_told_without_its_words() {
    let test = TestApp::sqlite().await;
    let case = Case::open(&test, HOME, 1, FIRST).await;
    let late = date(2022, 7, 1);
    test.go_to(late);
    let words = "户主李某某住院，入户推迟";
    let explain =
        serde_json::json!({"type": "explain_overdue", "clock": "identification", "reason": words});
    case.act(&case.township(), late, explain).await.ok();
    let seen = test.person("city").get("/supervision/overdue").await;
    assert!(!seen.text().contains(words), "{}", seen.text());
    assert_eq!(seen.ok()["items"][0]["reason"], "已写明");
    let own = test.township().get("/supervision/overdue").await.ok();
    assert_eq!(own["items"][0]["reason"], words);
}
