//! Keyset paging: whatever is added between two pages, no row comes twice and
//! none that was there is missed.

use std::collections::BTreeSet;

use domain::exchange::{Finding, FindingKind, Form};
use jiff::civil::date;
use store::account::AccountRow;
use store::audit::AuditFilter;
use store::casefile::CasefileFilter;
use store::exchange::{FindingFilter, StagedHousehold};
use store::household::HouseholdQuery;
use store::lead::LeadFilter;
use store::role_request::RoleRequestRow;
use store::submission_list::ListFilter;
use store::{Page, StoreError, Window};

use crate::fixture::{TestDatabase, on_both};
use crate::people::{
    DAY, VILLAGE, account, casefile, household, lead, meta, name_protection, notice, projection,
    scope,
};
use crate::scope::import_batch;
use crate::submission_list::send;

on_both!(
    no_list_repeats_or_misses_a_row_while_rows_are_added,
    a_cursor_is_sealed_and_of_one_list,
    totals_follow_what_is_added,
);

/// One row in every list. Even numbers are there from the start, odd ones
/// come between the pages: they fall before, between and after what was read.
async fn add(db: &TestDatabase, n: u32) {
    let id = format!("{n:03}");
    let mut tx = db.write().await;
    let file = household(&id, VILLAGE, "张三");
    tx.save_household(&id, &file, &meta(DAY, "new"), None)
        .await
        .expect("saved");
    // Several leads of one day, several casefiles without a deadline.
    let row = lead(
        &tx,
        &id,
        VILLAGE,
        &id,
        &format!("2025-05-{:02}", 1 + n / 4),
        "x",
    );
    tx.add_lead(row).await.expect("added");
    let deadline =
        (!n.is_multiple_of(3)).then(|| date(2025, 6, 1 + i8::try_from(n / 6).expect("small")));
    tx.save_casefile(&casefile(&id, &id, VILLAGE), &projection(deadline), &[], 0)
        .await
        .expect("saved");
    let posted = format!("2025-05-{:02}", 1 + n / 4);
    tx.add_notice(notice(&id, VILLAGE, &posted, "2025-07-01"), Vec::new())
        .await
        .expect("added");
    let division = (!n.is_multiple_of(4)).then_some(VILLAGE);
    let person: AccountRow = account(&id, &format!("clerk{id}"), division);
    tx.add_account(person, &[]).await.expect("added");
    tx.add_import_batch(import_batch(&id, VILLAGE))
        .await
        .expect("added");
    let mut finding = Finding::about(FindingKind::HeadMissing, "户", "户主", "x");
    finding.row = n / 3;
    tx.stage_findings("000", i64::from(n), &[finding])
        .await
        .expect("staged");
    let staged = StagedHousehold {
        seq: i64::from(n),
        verdict: "new".into(),
        household_id: None,
        merged: false,
        form: Form {
            code: id.clone(),
            village: VILLAGE.into(),
            ..Form::default()
        },
    };
    tx.stage_households("000", &[staged]).await.expect("staged");
    send(&mut tx, &id, VILLAGE, &[]).await;
    let asked = i64::from(n / 3);
    let decided = n.is_multiple_of(4).then_some(i64::from(n / 8));
    tx.add_name_protection(name_protection(&tx, &id, asked))
        .await
        .expect("added");
    tx.add_role_request(role_request(&id, asked, decided))
        .await
        .expect("added");
    tx.audit("410327", &format!("test.{id}"), "", "")
        .await
        .expect("audited");
    tx.commit().await.expect("committed");
}

fn role_request(id: &str, asked: i64, decided: Option<i64>) -> RoleRequestRow {
    RoleRequestRow {
        id: id.into(),
        account_id: id.into(),
        role: "grid_worker".into(),
        division: Some(VILLAGE.into()),
        hand_over_to: None,
        reason: String::new(),
        status: if decided.is_some() { "granted" } else { "open" }.into(),
        requested_by: "a".into(),
        requested_at: asked,
        decided_by: None,
        decided_at: decided,
        decision_reason: None,
    }
}

const LISTS: [&str; 12] = [
    "household",
    "lead",
    "casefile",
    "notice",
    "account",
    "import",
    "finding",
    "staged",
    "submission_list",
    "name_protection",
    "role_request",
    "audit",
];

/// A page of a list, by the number its rows were added with.
async fn read(db: &TestDatabase, list: &str, window: &Window) -> Result<Page<u32>, StoreError> {
    let (store, here) = (&db.store, scope(VILLAGE));
    let number = |text: &str| text.trim_start_matches("test.").parse().expect("a number");
    let of_id = |id: String| Ok::<_, StoreError>(number(&id));
    match list {
        "household" => {
            let query = HouseholdQuery::default();
            let page = store.search_households(&here, &query, window).await?;
            page.try_map(|r| of_id(r.id))
        }
        "lead" => {
            let page = store.leads(&here, &LeadFilter::default(), window).await?;
            page.try_map(|r| of_id(r.id))
        }
        "casefile" => {
            let filter = CasefileFilter::default();
            let page = store.casefiles(&here, &filter, window).await?;
            page.try_map(|(r, _)| of_id(r.id))
        }
        "notice" => {
            let page = store.notices(&here, None, window).await?;
            page.try_map(|r| of_id(r.id))
        }
        "account" => {
            let page = store.accounts(None, window).await?;
            page.try_map(|r| of_id(r.id))
        }
        "import" => {
            let page = store.import_batches(&here, window).await?;
            page.try_map(|r| of_id(r.id))
        }
        "finding" => {
            let filter = FindingFilter::default();
            let page = store.import_findings(&here, "000", &filter, window).await?;
            page.try_map(|r| Ok(u32::try_from(r.seq).expect("small")))
        }
        "staged" => {
            let page = store.staged_page(&here, "000", window).await?;
            page.try_map(|r| Ok(u32::try_from(r.seq).expect("small")))
        }
        "submission_list" => {
            let filter = ListFilter::default();
            let page = store.submission_lists(&here, &filter, window).await?;
            page.try_map(|l| of_id(l.row.id))
        }
        "name_protection" => {
            let page = store.name_protections(&here, None, window).await?;
            page.try_map(|r| of_id(r.id))
        }
        "role_request" => {
            let page = store.role_requests(None, window).await?;
            page.try_map(|r| of_id(r.id))
        }
        _ => {
            let page = store.audit_page(&AuditFilter::default(), window).await?;
            page.try_map(|r| Ok(number(&r.record.operation)))
        }
    }
}

async fn no_list_repeats_or_misses_a_row_while_rows_are_added(db: TestDatabase) {
    let there: BTreeSet<u32> = (0..40).filter(|n| n % 2 == 0).collect();
    for n in &there {
        add(&db, *n).await;
    }
    let mut windows: Vec<_> = LISTS
        .iter()
        .map(|list| (*list, Some(Window::first(3)), Vec::new()))
        .collect();
    let mut coming = (0..40).filter(|n| n % 2 == 1);
    while windows.iter().any(|(_, window, _)| window.is_some()) {
        for (list, window, seen) in &mut windows {
            let Some(asked) = window.take() else { continue };
            let page = read(&db, list, &asked).await.expect("a page");
            seen.extend(page.items);
            *window = page.next_cursor.map(|cursor| asked.after(cursor));
        }
        // From both ends, so that every list grows before and after its cursor.
        for n in coming.next().into_iter().chain(coming.next_back()) {
            add(&db, n).await;
        }
    }
    for (list, _, seen) in windows {
        let once: BTreeSet<u32> = seen.iter().copied().collect();
        assert_eq!(once.len(), seen.len(), "{list}: a row came twice: {seen:?}");
        let missed: Vec<_> = there.difference(&once).collect();
        assert!(missed.is_empty(), "{list}: {missed:?} were missed");
    }
}

async fn a_cursor_is_sealed_and_of_one_list(db: TestDatabase) {
    for n in 0..6 {
        add(&db, n).await;
    }
    let page = read(&db, "account", &Window::first(2)).await.expect("read");
    let cursor = page.next_cursor.expect("there is more");
    assert!(cursor.bytes().all(|b| b.is_ascii_hexdigit()));
    let altered = {
        let last = if cursor.ends_with('0') { "1" } else { "0" };
        format!("{}{last}", &cursor[..cursor.len() - 1])
    };
    let shorter = cursor[..cursor.len() - 2].to_owned();
    for wrong in [
        altered,
        shorter,
        "2".into(),
        "20".into(),
        "甲乙".into(),
        "zz".into(),
    ] {
        let answer = read(&db, "account", &Window::first(2).after(wrong.clone())).await;
        assert!(
            matches!(answer, Err(StoreError::Cursor)),
            "{wrong}: {answer:?}"
        );
    }
    let elsewhere = read(&db, "lead", &Window::first(2).after(cursor.clone())).await;
    assert!(
        matches!(elsewhere, Err(StoreError::Cursor)),
        "{elsewhere:?}"
    );
    let next = read(&db, "account", &Window::first(2).after(cursor)).await;
    assert_eq!(next.expect("read").items.len(), 2);
}

async fn totals_follow_what_is_added(db: TestDatabase) {
    for n in 0..4 {
        add(&db, n).await;
    }
    let first = read(&db, "lead", &Window::first(3)).await.expect("read");
    assert_eq!(first.total, 4);
    for n in 4..8 {
        add(&db, n).await;
    }
    // Counted when the list was opened; never less than what was shown.
    let window = Window::first(3).after(first.next_cursor.expect("there is more"));
    let second = read(&db, "lead", &window).await.expect("read");
    assert_eq!((second.items.len(), second.total), (3, 7));
    let window = window.after(second.next_cursor.expect("there is more"));
    let last = read(&db, "lead", &window).await.expect("read");
    assert_eq!((last.items.len(), last.total), (2, 8));
    assert!(last.next_cursor.is_none());
}
