//! Saved filters: one's own, sealed, limited, and at most one a page that
//! opens first.

use axum::http::Method;
use serde_json::{Value, json};

use crate::test_app::{Engine, Person, TestApp};

async fn save(person: &Person<'_>, name: &str, opens_first: bool) -> Value {
    let form = json!({"page": "lead", "name": name, "query": {"status": "open", "channel": "hotline"}, "opens_first": opens_first});
    person.post("/saved-views", form).await.ok()
}

fn id(view: &Value) -> String {
    view["id"].as_str().expect("an id").to_owned()
}

async fn names(person: &Person<'_>) -> Vec<(String, bool)> {
    let all = person.get("/saved-views").await.ok();
    all.as_array()
        .expect("views")
        .iter()
        .map(|v| {
            (
                v["name"].as_str().expect("a name").to_owned(),
                v["opens_first"] == true,
            )
        })
        .collect()
}

fn said(list: &[(&str, bool)]) -> Vec<(String, bool)> {
    list.iter().map(|(n, f)| ((*n).to_owned(), *f)).collect()
}

#[tokio::test]
async fn saved_renamed_and_removed_on_sqlite() {
    saved_renamed_and_removed(Engine::Sqlite).await;
}

#[tokio::test]
async fn saved_renamed_and_removed_on_postgres() {
    saved_renamed_and_removed(Engine::Postgres).await;
}

async fn saved_renamed_and_removed(engine: Engine) {
    let test = TestApp::on(engine).await;
    let village = test.village();
    let first = save(&village, "热线线索", true).await;
    assert_eq!(
        first["query"],
        json!({"status": "open", "channel": "hotline"})
    );
    let second = save(&village, "热线线索二", true).await;
    // One page opens with one view.
    assert_eq!(
        names(&village).await,
        said(&[("热线线索", false), ("热线线索二", true)])
    );
    let again = json!({"page": "lead", "name": " 热线线索 ", "query": {}});
    village
        .post("/saved-views", again.clone())
        .await
        .problem(422, "invalid");
    // On another page the name is free.
    let mut elsewhere = again;
    elsewhere["page"] = json!("casefile");
    let elsewhere = village.post("/saved-views", elsewhere).await.ok();
    assert_eq!(elsewhere["name"], "热线线索");
    let path = format!("/saved-views/{}", id(&second));
    village
        .post(&path, json!({"name": "热线线索"}))
        .await
        .problem(422, "invalid");
    let changed = village
        .post(
            &path,
            json!({"name": "信访", "opens_first": false, "query": {"channel": "petition"}}),
        )
        .await
        .ok();
    assert_eq!(
        (&changed["name"], &changed["query"]),
        (&json!("信访"), &json!({"channel": "petition"}))
    );
    for (query, name) in [
        (json!({"Bad Key": "x"}), "甲"),
        (json!({}), ""),
        (json!({}), "一二三四五六七八九十一二三四五六七八九十一"),
    ] {
        village
            .post(
                "/saved-views",
                json!({"page": "lead", "name": name, "query": query}),
            )
            .await
            .problem(422, "invalid");
    }
    // Nobody else has them, not even to know of.
    let township = test.township();
    assert_eq!(names(&township).await, said(&[]));
    township
        .post(&path, json!({"name": "x"}))
        .await
        .problem(404, "not_found");
    township
        .send(Method::DELETE, &path, None)
        .await
        .problem(404, "not_found");
    assert_eq!(village.send(Method::DELETE, &path, None).await.status, 204);
    village
        .send(Method::DELETE, &path, None)
        .await
        .problem(404, "not_found");
    assert_eq!(
        names(&village).await,
        said(&[("热线线索", false), ("热线线索", false)])
    );
}

#[tokio::test]
async fn thirty_are_enough() {
    let test = TestApp::sqlite().await;
    let village = test.village();
    for number in 0..30 {
        save(&village, &format!("第{number}个"), false).await;
    }
    let form = json!({"page": "lead", "name": "多一个", "query": {}});
    let full = village
        .post("/saved-views", form.clone())
        .await
        .problem(409, "conflict");
    assert!(
        full["detail"]
            .as_str()
            .is_some_and(|d| d.contains("先删掉"))
    );
    let all = village.get("/saved-views").await.ok();
    let path = format!("/saved-views/{}", id(&all[0]));
    village.send(Method::DELETE, &path, None).await;
    village.post("/saved-views", form).await.ok();
}

#[tokio::test]
async fn what_was_searched_for_is_sealed_and_not_audited() {
    let test = TestApp::sqlite().await;
    let village = test.village();
    let form = json!({"page": "household", "name": "王某某家", "query": {"text": "王某某"}});
    village.post("/saved-views", form).await.ok();
    let page = test
        .app
        .store
        .audit_page(
            &store::audit::AuditFilter::default(),
            &store::Window::first(50),
        )
        .await
        .expect("read");
    assert!(
        page.items
            .iter()
            .any(|r| r.record.operation == "saved_view.saved")
    );
    assert!(!format!("{:?}", page.items).contains("王某某"));
}
