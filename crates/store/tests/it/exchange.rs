use std::collections::BTreeSet;

use domain::exchange::{Finding, FindingKind, Form};
use store::Window;
use store::exchange::{FindingFilter, ImportBatchChange, ImportMappingRow, StagedHousehold, set};

use crate::fixture::{TestDatabase, all_pages, on_both};
use crate::people::{FOREIGN, VILLAGE, add_household, scope};
use crate::scope::import_batch;

on_both!(
    a_batch_changes_only_from_its_state,
    staging_can_be_cleared_and_done_again,
    findings_are_paged_in_the_order_of_the_sheet,
    the_same_file_is_known_by_its_digest,
    the_last_office_form_counts,
    a_mapping_is_saved_over_its_name,
    a_chunk_loaded_in_bulk_is_whole_and_opens,
);

fn staged(seq: i64, verdict: &str, address: &str) -> StagedHousehold {
    let mut form = Form {
        code: format!("C{seq}"),
        village: VILLAGE.into(),
        ..Form::default()
    };
    form.values
        .insert("household.address".into(), address.into());
    StagedHousehold {
        seq,
        verdict: verdict.into(),
        household_id: None,
        merged: false,
        form,
    }
}

async fn a_batch_changes_only_from_its_state(db: TestDatabase) {
    let mut tx = db.write().await;
    tx.add_import_batch(import_batch("i", VILLAGE))
        .await
        .expect("added");
    let change = |status: &str| ImportBatchChange {
        status: set(status.to_owned()),
        ..Default::default()
    };
    assert!(
        !tx.change_import_batch("i", &["received", "checking"], change("refused"))
            .await
            .expect("asked")
    );
    assert!(
        tx.change_import_batch("i", &["in_review"], change("merging"))
            .await
            .expect("asked")
    );
    assert!(
        !tx.change_import_batch("i", &["in_review"], change("merging"))
            .await
            .expect("asked"),
        "merged once"
    );
    assert!(
        !tx.change_import_batch("nobody", &[], change("merging"))
            .await
            .expect("asked")
    );
    tx.commit().await.expect("staging needs no audit record");
    let read = db
        .store
        .import_batch(&scope(VILLAGE), "i")
        .await
        .expect("read")
        .expect("there");
    assert_eq!(
        (read.status.as_str(), read.file_name.as_str()),
        ("merging", "f.xlsx"),
        "the rest stays"
    );
    assert_eq!(
        db.store
            .unfinished_import_batches()
            .await
            .expect("read")
            .len(),
        1
    );
}

async fn staging_can_be_cleared_and_done_again(db: TestDatabase) {
    let here = scope(VILLAGE);
    let mut tx = db.write().await;
    tx.add_import_batch(import_batch("i", VILLAGE))
        .await
        .expect("added");
    let rows: Vec<_> = (1..=1203)
        .map(|seq| staged(seq, if seq % 2 == 0 { "new" } else { "rejected" }, "一组"))
        .collect();
    tx.stage_households("i", &rows).await.expect("staged");
    tx.mark_merged("i", 2, "new", Some(("h", Some(&rows[1].form))))
        .await
        .expect("marked");
    tx.mark_merged("i", 4, "unchanged", None)
        .await
        .expect("marked");
    tx.commit().await.expect("committed");
    let pending = db
        .store
        .staged_households(&here, "i", 0, 5000, true)
        .await
        .expect("read");
    assert_eq!(pending.len(), 599);
    assert!(
        pending
            .iter()
            .all(|s| !s.merged && s.verdict == "new" && s.form.get("household.address") == "一组")
    );
    let (mut after, mut seen) = (0, Vec::new());
    loop {
        let rows = db
            .store
            .staged_households(&here, "i", after, 100, false)
            .await
            .expect("read");
        let Some(last) = rows.last() else { break };
        after = last.seq;
        seen.extend(rows.iter().map(|s| s.seq));
    }
    assert_eq!(seen, (1..=1203).collect::<Vec<_>>());
    let mut counts = db.store.staged_counts(&here, "i").await.expect("read");
    counts.sort();
    assert_eq!(
        counts
            .iter()
            .map(|(v, merged, n, _)| (v.as_str(), *merged, *n))
            .collect::<Vec<_>>(),
        [
            ("new", false, 599),
            ("new", true, 1),
            ("rejected", false, 602),
            ("unchanged", true, 1)
        ]
    );
    let mut tx = db.write().await;
    tx.clear_staging("i").await.expect("cleared");
    tx.stage_households("i", &[staged(1, "new", "二组")])
        .await
        .expect("staged again");
    tx.commit().await.expect("committed");
    let left = db
        .store
        .staged_households(&here, "i", 0, 10, false)
        .await
        .expect("read");
    assert_eq!(
        left.iter().map(|s| s.seq).collect::<Vec<_>>(),
        [1, 2, 4],
        "what was merged stays"
    );
}

async fn findings_are_paged_in_the_order_of_the_sheet(db: TestDatabase) {
    let here = scope(VILLAGE);
    let mut findings: Vec<Finding> = (0..25)
        .map(|i| Finding {
            row: (i * 7) % 25,
            ..Finding::about(
                FindingKind::IdentityCheckDigit,
                "户",
                "证件号码",
                format!("值{i}"),
            )
        })
        .collect();
    findings.push(Finding::about(
        FindingKind::SpouseRepeated,
        "户",
        "关系",
        "x",
    ));
    let mut tx = db.write().await;
    tx.add_import_batch(import_batch("i", VILLAGE))
        .await
        .expect("added");
    tx.stage_findings("i", 1, &findings).await.expect("staged");
    tx.commit().await.expect("committed");
    let everything = FindingFilter::default();
    let rows: Vec<_> = all_pages!(4, |window| db.store.import_findings(
        &here,
        "i",
        &everything,
        window
    ))
    .into_iter()
    .map(|f| (f.finding.row, f.seq))
    .collect();
    let sorted: Vec<_> = rows
        .iter()
        .copied()
        .collect::<BTreeSet<_>>()
        .into_iter()
        .collect();
    assert_eq!(rows, sorted);
    assert_eq!(rows.len(), 26);
    let counts = db
        .store
        .import_finding_counts(&here, "i")
        .await
        .expect("read");
    assert_eq!(
        counts.into_iter().collect::<Vec<_>>(),
        [
            ("identity_check_digit".to_owned(), 25),
            ("spouse_repeated".to_owned(), 1)
        ]
    );
    let warnings = FindingFilter {
        severity: Some("warning".into()),
        ..FindingFilter::default()
    };
    assert_eq!(
        db.store
            .import_findings(&here, "i", &warnings, &Window::first(10))
            .await
            .expect("read")
            .total,
        1
    );
}

async fn the_same_file_is_known_by_its_digest(db: TestDatabase) {
    let mut tx = db.write().await;
    for (id, division, status) in [
        ("1", VILLAGE, "refused"),
        ("2", FOREIGN, "merged"),
        ("3", VILLAGE, "merged"),
        ("4", VILLAGE, "in_review"),
    ] {
        let mut row = import_batch(id, division);
        row.status = status.into();
        tx.add_import_batch(row).await.expect("added");
    }
    tx.audit("system", "test", "", "").await.expect("audited");
    tx.commit().await.expect("committed");
    let known = db
        .store
        .import_batch_of_digest(&scope(VILLAGE), "digest")
        .await
        .expect("read")
        .expect("known");
    assert_eq!(known.id, "3", "the earliest that counts, in scope");
    assert!(
        db.store
            .import_batch_of_digest(&scope(VILLAGE), "other")
            .await
            .expect("read")
            .is_none()
    );
    let page = db
        .store
        .import_batches(&scope("41"), &Window::first(10))
        .await
        .expect("read");
    assert_eq!(
        page.items.iter().map(|b| b.id.as_str()).collect::<Vec<_>>(),
        ["4", "3", "2", "1"]
    );
}

async fn the_last_office_form_counts(db: TestDatabase) {
    let mut tx = db.write().await;
    add_household(&mut tx, "h", VILLAGE, "张三").await;
    for (batch, address) in [("2", "二组"), ("3", "三组"), ("1", "一组")] {
        tx.add_import_batch(import_batch(batch, VILLAGE))
            .await
            .expect("added");
        let row = staged(1, "changed", address);
        tx.stage_households(batch, std::slice::from_ref(&row))
            .await
            .expect("staged");
        tx.mark_merged(batch, 1, "changed", Some(("h", Some(&row.form))))
            .await
            .expect("marked");
    }
    tx.commit().await.expect("committed");
    let forms = db
        .store
        .office_forms(&scope(VILLAGE), &BTreeSet::from(["h".to_owned()]))
        .await
        .expect("read");
    assert_eq!(forms["h"].get("household.address"), "三组");
}

async fn a_mapping_is_saved_over_its_name(db: TestDatabase) {
    let mut tx = db.write().await;
    for (id, name, account, mapping) in [
        ("1", "县表", "a", "[1]"),
        ("2", "县表", "b", "[2]"),
        ("3", "县表", "a", "[3]"),
    ] {
        tx.save_import_mapping(ImportMappingRow {
            id: id.into(),
            layout: "national".into(),
            name: name.into(),
            mapping: mapping.into(),
            account_id: account.into(),
            created_at: 0,
        })
        .await
        .expect("saved");
    }
    tx.audit("system", "test", "", "").await.expect("audited");
    tx.commit().await.expect("committed");
    let mine = db
        .store
        .import_mappings("a", "national")
        .await
        .expect("read");
    assert_eq!(
        mine.iter().map(|m| m.mapping.as_str()).collect::<Vec<_>>(),
        ["[3]"]
    );
    assert_eq!(
        db.store
            .import_mappings("b", "national")
            .await
            .expect("read")
            .len(),
        1
    );
    assert!(
        db.store
            .import_mappings("a", "other")
            .await
            .expect("read")
            .is_empty()
    );
}

/// The same rows whichever way the database takes them; on PostgreSQL a chunk
/// may come twice, as after a connection that broke before the answer.
async fn a_chunk_loaded_in_bulk_is_whole_and_opens(db: TestDatabase) {
    let mut tx = db.write().await;
    tx.add_import_batch(import_batch("i", VILLAGE))
        .await
        .expect("added");
    tx.audit("410327", "test", "", "").await.expect("audited");
    tx.commit().await.expect("committed");
    let rows: Vec<StagedHousehold> = (0..1200)
        .map(|seq| StagedHousehold {
            seq,
            verdict: ["new", "changed"][usize::try_from(seq % 2).expect("small")].into(),
            household_id: (seq % 3 == 0).then(|| format!("h{seq}")),
            merged: seq % 5 == 0,
            form: Form {
                code: format!("C{seq}"),
                village: VILLAGE.into(),
                gaps: vec!["名\t\n\\N".into()],
                ..Form::default()
            },
        })
        .collect();
    let mut finding = Finding::about(FindingKind::HeadMissing, "户\t信息", "户主\\", "值\n");
    finding.column = Some(3);
    let findings = vec![finding; 30];
    let twice = db.store.engine() == store::Engine::Postgres;
    for _ in 0..=usize::from(twice) {
        db.store
            .load_households(crate::fixture::actor(), "i", &rows)
            .await
            .expect("loaded");
        db.store
            .load_findings(crate::fixture::actor(), "i", 7, &findings)
            .await
            .expect("loaded");
    }
    let here = scope(VILLAGE);
    let read = db
        .store
        .staged_households(&here, "i", -1, 5000, false)
        .await
        .expect("read");
    let tell = |r: &StagedHousehold| {
        let (verdict, household) = (r.verdict.clone(), r.household_id.clone());
        (r.seq, verdict, household, r.merged, r.form.clone())
    };
    assert_eq!(
        read.iter().map(tell).collect::<Vec<_>>(),
        rows.iter().map(tell).collect::<Vec<_>>()
    );
    let everything = FindingFilter::default();
    let read = all_pages!(200, |window| db.store.import_findings(
        &here,
        "i",
        &everything,
        window
    ));
    assert_eq!(read.len(), 30);
    let (first, told) = (&read[0], &findings[0]);
    assert_eq!((first.seq, first.column_letter.as_str()), (7, "D"));
    assert_eq!(
        (
            &first.finding.sheet,
            &first.finding.header,
            &first.finding.value
        ),
        (&told.sheet, &told.header, &told.value)
    );
}
