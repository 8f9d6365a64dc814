//! Lists taken along as workbooks: the rows, columns and masking of the page,
//! what was filtered, when and by whom, and a record without what was typed.

use calamine::Reader as _;
use jiff::civil::date;
use serde_json::{Value, json};

use crate::forms;
use crate::place::HOME;
use crate::test_app::{Person, Reply, TestApp};

/// Cells of the only sheet, row by row; days are numbers.
fn cells(reply: &Reply) -> Vec<Vec<String>> {
    assert_eq!(reply.status, 200, "{}", reply.text());
    let bytes = std::io::Cursor::new(&reply.bytes[..]);
    let mut book: calamine::Xlsx<_> = calamine::open_workbook_from_rs(bytes).expect("a workbook");
    let (_, range) = book.worksheets().pop().expect("a sheet");
    range
        .rows()
        .map(|row| row.iter().map(ToString::to_string).collect())
        .collect()
}

async fn export(person: &Person<'_>, path: &str, filter: Value, columns: &[&str]) -> Reply {
    person
        .post(path, json!({"filter": filter, "columns": columns}))
        .await
}

async fn last_record(test: &TestApp) -> (String, String, String) {
    let page = test
        .app
        .store
        .audit_page(
            &store::audit::AuditFilter {
                operation: Some("export.list".into()),
                ..Default::default()
            },
            &store::Window::first(1),
        )
        .await
        .expect("read");
    let record = page.items.into_iter().next().expect("a record").record;
    (record.chain, record.subject, record.detail)
}

#[tokio::test]
async fn a_search_is_taken_along_as_the_page_shows_it() {
    let test = TestApp::sqlite().await;
    for number in 1..=3 {
        test.village().add_household(HOME, number).await;
    }
    let township = test.township();
    let name = forms::head_name(HOME, 2);
    let search = json!({"text": name});
    let page = township
        .post("/households/search", search.clone())
        .await
        .ok();
    let reply = export(
        &township,
        "/households/export",
        search,
        &["head", "village", "members"],
    )
    .await;
    assert_eq!(reply.headers["x-shouwang-rows"], "1");
    let rows = cells(&reply);
    assert_eq!(rows[0][0], "农户清单");
    assert_eq!(rows[1][0], format!("筛选条件：查找 {name}"));
    assert!(
        rows[2][0].starts_with("导出时间：2022年5月1日 09:00　导出人："),
        "{rows:?}"
    );
    assert!(rows[2][0].ends_with("共 1 户"), "{rows:?}");
    assert_eq!(rows[3], ["户主", "人口", "村"]);
    let shown = &page["items"][0];
    let expected = [
        shown["head_name"].as_str().expect("a name"),
        "3",
        shown["village"]["name"].as_str().expect("a village"),
    ];
    assert_eq!(rows[4], expected);
    assert_eq!(rows.len(), 5);
    // On record by names of filters and columns; what was typed is not.
    let (chain, subject, detail) = last_record(&test).await;
    assert_eq!(chain, HOME.village[..6]);
    assert_eq!(subject, "list/household");
    assert_eq!(
        detail,
        format!(
            "rows=1 columns=head+members+village filters=text division={}",
            test.app
                .store
                .account(&test.account_id(&township.login).await)
                .await
                .expect("read")
                .expect("an account")
                .division
                .expect("a division")
        )
    );
    export(
        &township,
        "/households/export",
        json!({}),
        &["head", "phone"],
    )
    .await
    .problem(422, "invalid");
}

#[tokio::test]
async fn a_typed_number_does_not_come_back_in_the_head() {
    let test = TestApp::sqlite().await;
    test.village().add_household(HOME, 1).await;
    let number = forms::head_number(HOME, 1);
    let reply = export(
        &test.township(),
        "/households/export",
        json!({"text": number}),
        &[],
    )
    .await;
    assert_eq!(reply.headers["x-shouwang-rows"], "1");
    assert!(!reply.text().contains(&number));
    assert!(reply.text().contains("查找 98"), "{}", reply.text());
}

#[tokio::test]
async fn more_rows_than_a_page_come_in_the_order_of_the_list() {
    let test = TestApp::sqlite().await;
    let village = test.village();
    // Across the bound of one reading.
    for number in 1..=205 {
        let household = village.add_household(HOME, number).await;
        let day = date(2022, 4, 1 + i8::try_from(number % 28).expect("a day"));
        village
            .post("/leads", forms::lead(HOME, &household, "hotline", day))
            .await
            .ok();
    }
    let reply = export(
        &test.township(),
        "/leads/export",
        json!({"status": "open"}),
        &[],
    )
    .await;
    assert_eq!(reply.headers["x-shouwang-rows"], "205");
    let rows = cells(&reply);
    assert_eq!(rows[1][0], "筛选条件：状态 未结");
    let days: Vec<&str> = rows[4..].iter().map(|r| r[5].as_str()).collect();
    assert_eq!(days.len(), 205);
    assert!(days.is_sorted(), "{days:?}");
    let mut names: Vec<&str> = rows[4..].iter().map(|r| r[2].as_str()).collect();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), 205);
    // Nothing is left behind on disk.
    let left = std::fs::read_dir(test.app.data_dir.join("exports")).expect("the folder");
    assert_eq!(left.count(), 0);
}

#[tokio::test]
async fn who_sees_masked_names_takes_masked_names() {
    let test = TestApp::sqlite().await;
    let _case = crate::story::Case::open(&test, HOME, 1, date(2022, 5, 1)).await;
    test.go_to(date(2022, 5, 30));
    let name = forms::head_name(HOME, 1);
    for who in ["city", "province", "analyst"] {
        let reply = export(
            &test.person(who),
            "/supervision/overdue/export",
            json!({}),
            &[],
        )
        .await;
        assert_eq!(reply.headers["x-shouwang-rows"], "1", "{who}");
        assert!(!reply.text().contains(&name), "{who}");
        export(&test.person(who), "/casefiles/export", json!({}), &[])
            .await
            .problem(403, "not_permitted");
    }
    let rows = cells(
        &export(
            &test.county(),
            "/casefiles/export",
            json!({"overdue": true}),
            &[],
        )
        .await,
    );
    assert_eq!(rows[1][0], "筛选条件：期限 只列超期");
    assert_eq!(rows[4][2], name);
    assert!(rows[4][0].starts_with("已超期 "), "{rows:?}");
    // A village prints; taking lists along asks for a second factor.
    export(&test.village(), "/casefiles/export", json!({}), &[])
        .await
        .problem(403, "not_permitted");
}

#[tokio::test]
async fn audit_records_are_taken_along_with_their_digests() {
    let test = TestApp::sqlite().await;
    test.village().add_household(HOME, 1).await;
    let audit = test.person("audit");
    let page = audit.get("/audit?limit=200").await.ok();
    let rows = cells(
        &export(
            &audit,
            "/audit/export",
            json!({"operation": "household.added"}),
            &[],
        )
        .await,
    );
    assert_eq!(rows[1][0], "筛选条件：操作 新建农户档案");
    let found = page["items"]
        .as_array()
        .and_then(|all| all.iter().find(|r| r["operation"] == "household.added"))
        .expect("a record");
    assert_eq!(rows[4][4], "新建农户档案");
    assert_eq!(found["digest"].as_str(), Some(rows[4][7].as_str()));
    assert_eq!(found["subject"].as_str(), Some(rows[4][5].as_str()));
}

/// Whoever takes people's data along has a second factor (等保 defaults).
#[tokio::test]
async fn exporters_have_a_second_factor() {
    use domain::account::Operation as O;
    let test = TestApp::sqlite().await;
    for role in test.app.roles.iter() {
        let exports =
            role.operations.contains(&O::ExportList) || role.operations.contains(&O::ExportRun);
        assert!(!exports || role.totp_required, "{}", role.code);
    }
}
