//! What was sent stays as it was: on the page, in the workbook, on paper.

use serde_json::json;

use crate::forms;
use crate::place::HOME;
use crate::submission_list::{FIRST, id_of, list_of, posted, read, send};
use crate::test_app::{TestApp, everywhere};

#[tokio::test]
async fn what_was_sent_stays_as_it_was() {
    let test = TestApp::sqlite().await;
    let cases = posted(&test, 1).await;
    let form = list_of(
        "henan-2022",
        "preliminary_list",
        HOME.village,
        FIRST,
        &[&cases[0]],
    )
    .await;
    let sent = send(&test, "village.a1", form).await.ok();
    let id = id_of(&sent);
    let (row, file) = test
        .app
        .store
        .household_file(&everywhere(), &cases[0].household)
        .await
        .expect("query")
        .expect("file");
    let child = &file.members[2].id;
    let change = json!({
        "expected_version": row.version, "effective_on": FIRST, "reason": "户口迁出", "collected_by": "采集人",
        "change": {"kind": "member_left", "member_id": child, "on": FIRST},
    });
    let changed = test
        .village()
        .post(
            &format!("/households/{}/changes", cases[0].household),
            change,
        )
        .await;
    changed.ok();
    let seen = read(&test, "township.a1", &id).await;
    assert_eq!(seen["rows"][0]["member_count"], 3, "as sent");
    assert_eq!(
        seen["rows"][0]["differences"],
        json!([{"label": "家庭人口", "then": "3", "now": "2"}])
    );
    assert_eq!(
        (&seen["digest"], &seen["intact"]),
        (&sent["digest"], &json!(true))
    );
    let book = test
        .township()
        .get(&format!("/submission-lists/{id}/list.xlsx"))
        .await;
    let digest = sent["digest"].as_str().expect("a digest");
    let paper = format!("/papers/submission_list/{id}/submission_list");
    let page = test.township().get(&format!("{paper}/print")).await;
    let letter = test.township().get(&format!("{paper}/document")).await;
    for text in [book.text(), page.text(), letter.text()] {
        assert!(
            text.contains(&forms::head_name(HOME, 1)) && text.contains(digest),
            "{text}"
        );
        assert!(
            !text.contains(&forms::head_number(HOME, 1)),
            "no identity number leaves on a list"
        );
    }
    // The person by name, the family as it was, who sends and who receives.
    for words in ["初选监测对象名单", "现将名单报上，共1户3人", "经办人："] {
        assert!(page.text().contains(words), "{}", page.text());
    }
    // It goes without a written notice: there is none to print.
    test.township()
        .get(&format!(
            "/papers/submission_list/{id}/written_notice/print"
        ))
        .await
        .problem(404, "not_found");
    let papers = test
        .township()
        .get(&format!("/papers?subject=submission_list&id={id}"))
        .await
        .ok();
    assert_eq!(papers.as_array().map(Vec::len), Some(1), "{papers:#}");
    assert_eq!(
        (
            &papers[0]["label"],
            &papers[0]["clause"],
            &papers[0]["ready"]
        ),
        (&json!("初选监测对象名单"), &json!("HN22-053"), &json!(true))
    );
    // Taking it away is on record; somebody who edits the row is found out, and
    // nothing leaves any more that calls itself the list.
    test.sql(&format!(
        "UPDATE submission_list SET digest = 'x' WHERE id = '{id}'"
    ))
    .await;
    assert_eq!(read(&test, "township.a1", &id).await["intact"], false);
    for path in [
        format!("{paper}/print"),
        format!("{paper}/document"),
        format!("/submission-lists/{id}/list.xlsx"),
    ] {
        test.township().get(&path).await.refusal("content_intact");
    }
    let records = test.person("audit").get("/audit?limit=20").await.ok();
    let taken: Vec<&str> = records["items"]
        .as_array()
        .expect("records")
        .iter()
        .filter_map(|r| r["operation"].as_str())
        .filter(|o| o.starts_with("submission_list.") || *o == "paper.taken")
        .collect();
    assert_eq!(
        taken,
        [
            "paper.taken",
            "paper.taken",
            "submission_list.exported",
            "submission_list.submitted"
        ]
    );
}
