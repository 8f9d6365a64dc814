//! Every read over people, with every scope it must not answer to.

use std::collections::{BTreeMap, BTreeSet};

use domain::account::Scope;
use domain::division::{DivisionCode, DivisionRecord, Level};
use domain::exchange::{Finding, FindingKind, Form};
use domain::submission_list::Month;
use jiff::civil::date;
use store::Window;
use store::attachment::AttachmentRow;
use store::casefile::CasefileFilter;
use store::complaint::ComplaintReader;
use store::division::{GridRow, StagedVillage};
use store::exchange::{FindingFilter, ImportBatchRow, StagedHousehold};
use store::household::{HandoverRow, HouseholdQuery};
use store::lead::LeadFilter;
use store::monitoring_line::LineReceiptRow;
use store::notice::AppraisalRow;
use store::paper::NameProtectionRow;
use store::submission_list::ListFilter;

use crate::fixture::{TestDatabase, on_both};
use crate::people::{
    DAY, FOREIGN, NEIGHBOUR, VILLAGE, account, casefile, complaint, episode, event, household,
    lead, lead_correction, meta, name_protection, notice, notice_item, number, objection,
    projection, scope, scopes_above,
};

on_both!(
    every_read_answers_its_scope_only,
    a_complaint_is_read_above_and_by_nobody_named,
);

/// One of everything in the village.
async fn fill(db: &TestDatabase) {
    let mut tx = db.write().await;
    let divisions: Vec<DivisionRecord> = scopes_above(VILLAGE)
        .into_iter()
        .filter_map(|s| s.root())
        .map(|code: DivisionCode| {
            serde_json::from_value(serde_json::json!({
                "code": code, "name": "某地", "level": code.level(), "kind": "county", "parent": code.parent(),
                "valid_from": null, "valid_to": null, "successor": null,
            }))
            .expect("a division")
        })
        .collect();
    tx.add_divisions(&divisions).await.expect("added");
    tx.add_grid(GridRow {
        id: "g".into(),
        village: VILLAGE.into(),
        name: "一格".into(),
        staff_kind: "full_time".into(),
        worker_account_id: None,
    })
    .await
    .expect("added");
    let mut file = household("h", VILLAGE, "张三");
    file.members[0].document_number = number(11);
    tx.save_household("h", &file, &meta(DAY, "new"), None)
        .await
        .expect("saved");
    let mut twice = household("h2", VILLAGE, "李四");
    twice.members[0].document_number = number(11);
    tx.save_household("h2", &twice, &meta(DAY, "new"), None)
        .await
        .expect("saved");
    tx.save_episode(episode("e", "h", VILLAGE, "running", "2025-01-01"))
        .await
        .expect("saved");
    let row = lead(&tx, "l", VILLAGE, "h", "2025-05-01", "x");
    tx.add_lead(row).await.expect("added");
    let reason = tx.seal_correction_reason("k", "x").expect("seals");
    tx.add_lead_correction(lead_correction("k", "l", reason))
        .await
        .expect("added");
    let mut seen = projection(Some(DAY));
    seen.decided_on = Some(DAY);
    tx.save_casefile(&casefile("c", "h", VILLAGE), &seen, &[event("opened")], 0)
        .await
        .expect("saved");
    tx.add_notice(
        notice("n", VILLAGE, "2025-05-01", "2025-05-07"),
        vec![notice_item("n", "c")],
    )
    .await
    .expect("added");
    let row = objection(&tx, "o", "n", VILLAGE, "x", "y");
    tx.add_objection(row).await.expect("added");
    tx.add_complaint(complaint(&tx, "p", VILLAGE))
        .await
        .expect("added");
    let minutes_sealed = tx
        .seal_text("appraisal", "minutes", "a", "x")
        .expect("seals");
    tx.add_appraisal(AppraisalRow {
        id: "a".into(),
        village: VILLAGE.into(),
        held_on: "2025-05-01".into(),
        place: String::new(),
        chair: String::new(),
        recorder: String::new(),
        attendance: "[]".into(),
        minutes_sealed,
        recorded_at: 0,
        account_id: "clerk".into(),
    })
    .await
    .expect("added");
    let file_name_sealed = tx
        .seal_text("attachment", "file_name", "t", "x.jpg")
        .expect("seals");
    tx.add_attachment(AttachmentRow {
        id: "t".into(),
        subject_kind: "casefile".into(),
        subject_id: "c".into(),
        village: VILLAGE.into(),
        code: "photo".into(),
        file_name_sealed,
        media_type: "image/jpeg".into(),
        size_bytes: 1,
        digest: "0".repeat(64),
        account_id: "clerk".into(),
        created_at: 0,
        round: None,
        replaced_by: None,
    })
    .await
    .expect("added");
    crate::submission_list::send(&mut tx, "s", VILLAGE, &["c"]).await;
    crate::submission_list::send_month(&mut tx, "month", VILLAGE, "2022-05").await;
    tx.add_name_protection(NameProtectionRow {
        household_id: "h".into(),
        ..name_protection(&tx, "np", 0)
    })
    .await
    .expect("added");
    let reason_sealed = tx
        .seal_text("household_handover", "reason", "ho", "x")
        .expect("seals");
    tx.add_handover(HandoverRow {
        id: "ho".into(),
        household_id: "h".into(),
        from_village: VILLAGE.into(),
        to_division: VILLAGE.into(),
        effective_on: "2025-05-01".into(),
        reason_sealed,
        status: "waiting".into(),
        handed_by: "clerk".into(),
        handed_by_name: "clerk".into(),
        handed_at: 0,
        answered_by: None,
        answered_by_name: None,
        answered_at: None,
        answer_sealed: None,
        version: 1,
    })
    .await
    .expect("added");
    tx.add_account(account("u", "zhang", Some(VILLAGE)), &[])
        .await
        .expect("added");
    tx.add_import_batch(import_batch("i", VILLAGE))
        .await
        .expect("added");
    let form = Form {
        code: "Ch".into(),
        village: VILLAGE.into(),
        ..Form::default()
    };
    let staged = StagedHousehold {
        seq: 1,
        verdict: "new".into(),
        household_id: Some("h".into()),
        merged: false,
        form,
    };
    tx.stage_households("i", &[staged]).await.expect("staged");
    tx.stage_findings(
        "i",
        1,
        &[Finding::about(FindingKind::HeadMissing, "户", "户主", "x")],
    )
    .await
    .expect("staged");
    tx.add_line_receipts(vec![LineReceiptRow {
        id: "r".into(),
        line_id: "m".into(),
        division: VILLAGE.into(),
        amount_yuan: 1,
        issued_on: "2025-05-01".into(),
        due_on: "2025-05-11".into(),
        acknowledged_on: None,
        own_amount_yuan: None,
        own_effective_from: None,
        document_number: String::new(),
        acknowledged_by: None,
        account_id: None,
        recorded_at: 0,
    }])
    .await
    .expect("added");
    let values = BTreeMap::from([("village.clinics".to_owned(), "1".to_owned())]);
    let village = VILLAGE.parse().expect("a village");
    tx.save_village_record(village, &values, ("new", "test", "clerk"), 0)
        .await
        .expect("saved");
    let staged = StagedVillage {
        seq: 0,
        village: VILLAGE.into(),
        verdict: "new".into(),
        values,
    };
    tx.stage_villages("i", &[staged]).await.expect("staged");
    tx.audit("410327", "test", "", "").await.expect("audited");
    tx.audit("system", "account.created", "account/u", "")
        .await
        .expect("audited");
    tx.commit().await.expect("committed");
}

pub fn import_batch(id: &str, division: &str) -> ImportBatchRow {
    ImportBatchRow {
        id: id.into(),
        file_name: "f.xlsx".into(),
        file_digest: "digest".into(),
        layout: "national".into(),
        division: division.into(),
        status: "in_review".into(),
        phase: String::new(),
        done: 0,
        total: 0,
        cancel_requested: false,
        conflict_rule: "keep_ours".into(),
        summary: "{}".into(),
        readings: "[]".into(),
        mapping: "[]".into(),
        failure: None,
        duplicate_of: None,
        account_id: "clerk".into(),
        created_by: "clerk".into(),
        merged_by: None,
        created_at: 0,
        updated_at: 0,
        version: 1,
    }
}

/// How many things each read gives a scope, counts and totals included.
async fn answers(db: &TestDatabase, s: &Scope) -> BTreeMap<&'static str, usize> {
    let store = &db.store;
    let ids = BTreeSet::from(["h".to_owned()]);
    let ten = Window::first(10);
    let query = |text: &str| HouseholdQuery {
        text: text.into(),
        ..HouseholdQuery::default()
    };
    let mut found = BTreeMap::new();
    macro_rules! ask {
        ($name:ident ($($argument:expr),*) $answer:ident => $count:expr) => {{
            let $answer = store.$name($($argument),*).await.expect(stringify!($name));
            *found.entry(stringify!($name)).or_insert(0) += $count;
        }};
    }
    macro_rules! page {
        ($page:ident) => {
            $page.items.len()
                + usize::try_from($page.total).expect("small")
                + usize::from($page.next_cursor.is_some())
        };
    }
    ask!(household(s, "h") a => usize::from(a.is_some()));
    ask!(households(s, ids.clone()) a => a.len());
    ask!(household_file(s, "h") a => usize::from(a.is_some()));
    ask!(household_begins(s, "h") a => usize::from(a.is_some()));
    ask!(household_file_as_of(s, "h", date(2030, 1, 1), None) a => usize::from(a.is_some()));
    ask!(household_file_version(s, "h", 1) a => usize::from(a.is_some()));
    ask!(household_versions(s, "h") a => a.len());
    ask!(household_by_code(s, "Ch") a => usize::from(a.is_some()));
    ask!(households_by_codes(s, &["Ch".to_owned()]) a => a.len());
    ask!(household_files(s, &ids) a => a.len());
    ask!(members_by_number(s, &number(11)) a => a.len());
    ask!(members_by_numbers(s, &[number(11)]) a => a.len());
    for text in ["", "张三", "zs", "Ch", &number(11)] {
        ask!(search_households(s, &query(text), &ten) a => page!(a));
    }
    ask!(households_by_village_after(s, None, 10) a => a.len());
    ask!(handover(s, "ho") a => usize::from(a.is_some()));
    ask!(handovers(s, true, &ten) a => page!(a));
    ask!(handed_to(s, "h") a => usize::from(a.is_some()));
    ask!(duplicates(s) a => a.len());
    ask!(episodes(s, "h") a => a.len());
    ask!(episodes_of(s, &ids) a => a.len());
    ask!(office_forms(s, &ids) a => a.len());
    ask!(lead(s, "l") a => usize::from(a.is_some()));
    ask!(leads(s, &LeadFilter::default(), &ten) a => page!(a));
    ask!(leads(s, &LeadFilter { household_id: Some("h".into()), ..LeadFilter::default() }, &ten) a => page!(a));
    ask!(lead_corrections(s, "l") a => a.len());
    ask!(casefile(s, "c") a => usize::from(a.is_some()));
    ask!(every_casefile(s, &CasefileFilter::default()) a => a.len());
    ask!(casefiles_by_ids(s, &["c".to_owned()]) a => a.len());
    ask!(casefiles(s, &CasefileFilter::default(), &ten) a => page!(a));
    ask!(casefiles(s, &CasefileFilter { household_id: Some("h".into()), ..CasefileFilter::default() }, &ten) a => page!(a));
    ask!(casefile_events(s, "c") a => a.len());
    ask!(submission_list(s, "s") a => usize::from(a.is_some()));
    ask!(submission_lists(s, &ListFilter::default(), &ten) a => page!(a));
    ask!(given_months(s, VILLAGE.parse().expect("a village"), Month::of(date(2022, 1, 1))) a => a.len());
    ask!(ever_listed(s, &["c".to_owned()]) a => a.len());
    ask!(listed_casefiles(s, &["c".to_owned()]) a => a.len());
    ask!(running_by_pack(s) a => a.iter().map(|r| usize::try_from(r.count).expect("small")).sum::<usize>());
    ask!(casefiles_of_days(s, date(2020, 1, 1)) a => a.len());
    ask!(count_casefiles(s, 6, DAY) a => a.len());
    ask!(packs_with_open_steps(s) a => a.len());
    ask!(count_leads(s, 6) a => a.len());
    ask!(decided_spans(s) a => a.len());
    ask!(notice(s, "n") a => usize::from(a.is_some()));
    ask!(notices(s, None, &ten) a => page!(a));
    ask!(objection(s, "o") a => usize::from(a.is_some()));
    ask!(notice_items(s, &["n".to_owned()]) a => a.len());
    ask!(objections(s, &["n".to_owned()]) a => a.len());
    ask!(open_objections(s, 10) a => a.len());
    let above = ComplaintReader {
        account_id: "a",
        level: Some(Level::Township),
    };
    ask!(complaint(s, above, "p") a => usize::from(a.is_some()));
    ask!(complaints(s, above, None, &ten) a => page!(a));
    ask!(appraisals(s, 10) a => a.len());
    ask!(appraisal(s, "a") a => usize::from(a.is_some()));
    ask!(name_protection(s, "np") a => usize::from(a.is_some()));
    ask!(name_protections(s, None, &ten) a => page!(a));
    ask!(open_name_protections(s, &["h".to_owned()]) a => a.len());
    ask!(attachment(s, "t") a => usize::from(a.is_some()));
    ask!(attachments(s, "casefile", "c") a => a.len());
    ask!(evidence(s, &["c".to_owned()]) a => a.len());
    ask!(accounts(Some(s), &ten) a => page!(a));
    ask!(import_batch(s, "i") a => usize::from(a.is_some()));
    ask!(import_batches(s, &ten) a => page!(a));
    ask!(import_batch_of_digest(s, "digest") a => usize::from(a.is_some()));
    ask!(import_findings(s, "i", &FindingFilter::default(), &ten) a => page!(a));
    ask!(import_finding_counts(s, "i") a => a.len());
    ask!(staged_households(s, "i", 0, 10, false) a => a.len());
    ask!(staged_page(s, "i", &ten) a => page!(a));
    ask!(staged_counts(s, "i") a => a.len());
    ask!(division_children(s, VILLAGE[..9].parse().expect("a township")) a => a.len());
    ask!(search_divisions(s, VILLAGE, 10) a => a.len());
    ask!(villages(s) a => a.len());
    ask!(grids(s) a => a.len());
    ask!(line_receipts(s, &["m".to_owned()]) a => a.len());
    ask!(line_receipt(s, "r") a => usize::from(a.is_some()));
    ask!(count_incomes(s, 6, true, None, 1) a => a.len());
    ask!(village_record_versions(s, VILLAGE.parse().expect("a village")) a => a.len());
    ask!(village_records(s) a => a.len());
    ask!(staged_villages(s, "i") a => a.len());
    ask!(figures_of_villages(s) a => a.len());
    ask!(village_figures(s) a => usize::try_from(a.persons).expect("small"));

    // What a write sees on its way is scoped as well.
    let tx = db.write().await;
    let inside = [
        tx.household_file(s, "h").await.expect("read").is_some(),
        tx.lead(s, "l").await.expect("read").is_some(),
        tx.casefile(s, "c").await.expect("read").is_some(),
        tx.submission_list(s, "s").await.expect("read").is_some(),
    ];
    found.insert(
        "in a write",
        inside.into_iter().filter(|seen| *seen).count(),
    );
    found
}

async fn every_read_answers_its_scope_only(db: TestDatabase) {
    fill(&db).await;
    let foreign = [
        Scope::NOBODY,
        scope(NEIGHBOUR),
        scope(FOREIGN),
        scope("410327102"),
        scope("410328"),
        scope("4104"),
        scope("42"),
        scope("410327101202").narrowed(VILLAGE.parse().expect("a code")),
    ];
    for foreign in &foreign {
        for (read, count) in answers(&db, foreign).await {
            assert_eq!(count, 0, "{read} answered {foreign:?}");
        }
    }
    for own in scopes_above(VILLAGE) {
        for (read, count) in answers(&db, &own).await {
            assert!(
                count > 0,
                "{read} gave nothing to {own:?}: the probe shows nothing"
            );
        }
    }
}

async fn a_complaint_is_read_above_and_by_nobody_named(db: TestDatabase) {
    fill(&db).await;
    let here = scope(VILLAGE);
    for (account_id, level, found) in [
        ("a", Some(Level::Village), false),
        ("a", None, false),
        ("a", Some(Level::Township), true),
        ("x", Some(Level::Township), false),
        ("a", Some(Level::City), true),
        ("x", Some(Level::Province), false),
        // Part of an id, or what stands for anything, is nobody's name.
        ("%", Some(Level::Township), true),
        ("", Some(Level::Township), true),
    ] {
        let reader = ComplaintReader { account_id, level };
        let read = db.store.complaint(&here, reader, "p").await.expect("query");
        assert_eq!(read.is_some(), found, "{account_id} {level:?}");
    }
}

/// No read with a scope is missing above.
#[test]
fn every_function_with_a_scope_is_probed() {
    let mut named = BTreeSet::new();
    let mut folders = vec![std::path::PathBuf::from(concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/src"
    ))];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).expect("sources") {
            let path = entry.expect("a source").path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let text = std::fs::read_to_string(&path).expect("a source");
            for function in text.split("pub async fn ").skip(1) {
                let signature = function.split('{').next().unwrap_or_default();
                if signature.contains("&Scope") {
                    named.insert(
                        signature
                            .split(['(', '<'])
                            .next()
                            .unwrap_or_default()
                            .to_owned(),
                    );
                }
            }
        }
    }
    let probes = include_str!("scope.rs");
    for name in &named {
        assert!(
            probes.contains(&format!("ask!({name}(")),
            "{name} takes a scope and is not probed"
        );
    }
    assert!(named.len() >= 43, "{} functions", named.len());
}
