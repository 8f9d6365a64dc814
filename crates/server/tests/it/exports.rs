//! The national export: on record before anything is read, watched while it
//! is written, sent piece by piece, and gone once it is taken.

use std::time::Duration;

use axum::http::header;
use jiff::civil::{Date, date};
use serde_json::{Value, json};

use crate::place::HOME;
use crate::story::Case;
use crate::test_app::{FIRST_DAY as FIRST, Person, TestApp};

const DECIDED: Date = date(2022, 5, 7);

async fn ready(person: &Person<'_>, started: &Value) -> String {
    let id = started["id"].as_str().expect("an id");
    for _ in 0..600 {
        let now = person.get(&format!("/exports/{id}")).await.ok();
        match now["status"].as_str() {
            Some("writing") => tokio::time::sleep(Duration::from_millis(50)).await,
            Some("ready") => return id.to_owned(),
            _ => panic!("{now:#}"),
        }
    }
    panic!("the export does not end");
}

#[tokio::test]
async fn an_export_is_watched_taken_once_and_of_one_person() {
    let test = TestApp::sqlite().await;
    for number in 1..=3 {
        test.village().add_household(HOME, number).await;
    }
    let township = test.township();
    let started = township.post("/exports", json!({})).await.ok();
    assert_eq!(started["total"], 3);
    let id = ready(&township, &started).await;
    let path = format!("/exports/{id}/national.xlsx");
    // Somebody else, of the same rights or none, finds nothing.
    test.county().get(&path).await.problem(404, "not_found");
    let reply = township.get(&path).await;
    assert_eq!(reply.status, 200);
    let length: usize = reply.headers[header::CONTENT_LENGTH]
        .to_str()
        .expect("a length")
        .parse()
        .expect("a number");
    assert_eq!(length, reply.bytes.len());
    assert!(reply.text().contains("行政村信息"));
    township.get(&path).await.problem(404, "not_found");
    // No workbook is left behind.
    let left = std::fs::read_dir(test.app.data_dir.join("exports")).expect("the folder");
    assert_eq!(left.count(), 0);

    let second = township.post("/exports", json!({})).await.ok();
    let id = second["id"].as_str().expect("an id");
    let cancelled = township
        .post(&format!("/exports/{id}/cancel"), json!({}))
        .await;
    assert_eq!(cancelled.status, 204);
    township
        .get(&format!("/exports/{id}"))
        .await
        .problem(404, "not_found");
    township
        .post("/exports", json!({"division": "410328000000"}))
        .await
        .problem(404, "not_found");
}

#[tokio::test]
async fn the_record_of_an_export_comes_first() {
    let test = TestApp::sqlite().await;
    test.village().add_household(HOME, 1).await;
    // The folder cannot be made: nothing can be written, and it is on record.
    std::fs::write(test.app.data_dir.join("exports"), "in the way").expect("written");
    let failed = test.township().get("/exports/national.xlsx").await;
    assert_eq!(failed.status, 500);
    assert_eq!(recorded(&test).await, ["export.national"]);
    std::fs::remove_file(test.app.data_dir.join("exports")).expect("removed");
    assert_eq!(
        test.township().get("/exports/national.xlsx").await.status,
        200
    );
    assert_eq!(
        recorded(&test).await,
        [
            "export.national_written",
            "export.national",
            "export.national"
        ]
    );
}

/// Operations of exports on record, newest first.
async fn recorded(test: &TestApp) -> Vec<String> {
    let filter = store::audit::AuditFilter {
        operation: Some("export".into()),
        ..Default::default()
    };
    let page = test
        .app
        .store
        .audit_page(&filter, &store::Window::first(10))
        .await
        .expect("read");
    page.items.into_iter().map(|r| r.record.operation).collect()
}

#[tokio::test]
async fn what_an_own_procedure_found_stands_in_the_national_columns() {
    let test = TestApp::sqlite().await;
    let case = Case::open(&test, HOME, 1, FIRST).await;
    case.up_to_decision(FIRST, DECIDED).await;
    case.decide(DECIDED).await.ok();
    let county = test.county();
    let started = county.post("/exports", json!({})).await.ok();
    let id = ready(&county, &started).await;
    let book = county.get(&format!("/exports/{id}/national.xlsx")).await;
    let text = book.text();
    let cells: Vec<&str> = text.lines().collect();
    // Of the F2: wages, net income, per person, own payment, and the line of the pack.
    for amount in ["12000", "16000", "5333.33", "25000", "6900"] {
        assert!(cells.contains(&amount), "{amount} is not exported");
    }
}
