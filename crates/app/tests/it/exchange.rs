//! Import and export on workbooks written by an independent script
//! (`e2e/fixtures`), never by our own exporter.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use app::clock::Clock;
use app::exchange::{ImportFinding, ImportUpload, ImportView, MergeImport};
use app::{App, PolicyFiles, Window};
use domain::account::{DivisionCode, Level, Operation, Principal, Scope};
use domain::division::parse_division_csv;
use domain::exchange::{ConflictRule, FindingKind};
use jiff::civil::date;
use serde_json::Value;
use store::Store;
use store::crypto::{Keyring, RustCrypto};
use store::exchange::FindingFilter;

pub const COUNTY: &str = "410327000000";

fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../e2e/fixtures")
}

fn expected(name: &str) -> Value {
    let text = std::fs::read_to_string(fixtures().join("national").join(name)).expect("fixture");
    serde_json::from_str(&text).expect("JSON")
}

pub async fn app_in(folder: &tempfile::TempDir) -> App {
    let crypto = Arc::new(RustCrypto::new(Keyring::generate().expect("randomness")).expect("keys"));
    let store = Store::open_sqlite(&folder.path().join("shouwang.db"), crypto)
        .await
        .expect("database");
    let files = PolicyFiles::load(None).expect("policy folder");
    let app = App {
        store,
        library: Arc::new(files.library().expect("packs")),
        roles: Arc::new(files.roles().expect("roles")),
        codes: Arc::new(files.codes().expect("codes")),
        calendar: Arc::new(files.calendar().expect("calendar")),
        clock: Arc::new(Clock::fixed(date(2024, 5, 1))),
        files: Arc::new(files),
        data_dir: folder.path().to_path_buf(),
        back_off: std::sync::Arc::default(),
        demo: true,
    };
    let county: DivisionCode = COUNTY.parse().expect("code");
    let table = app.files.divisions().expect("division table");
    let records: Vec<_> = parse_division_csv(&table)
        .expect("divisions")
        .into_iter()
        .filter(|r| county.contains(r.code) || r.code.contains(county))
        .collect();
    let mut tx = app.store.write(app.system_actor()).await.expect("write");
    tx.add_divisions(&records).await.expect("divisions");
    tx.audit("system", "test.setup", "divisions", "")
        .await
        .expect("audit");
    tx.commit().await.expect("commit");
    app
}

pub fn clerk_of(division: &str) -> Principal {
    let division: DivisionCode = division.parse().expect("code");
    Principal {
        account_id: "clerk".into(),
        display_name: "邵望秋".into(),
        roles: vec!["county_decider".into()],
        level: Some(Level::County),
        division: Some(division),
        scope: Scope::subtree(division),
        masked: false,
        operations: BTreeSet::from([
            Operation::ImportRun,
            Operation::ExportRun,
            Operation::HouseholdRead,
        ]),
        deputy_of: None,
    }
}

pub async fn check(app: &App, clerk: &Principal, path: &Path) -> ImportView {
    let file = std::fs::File::open(path).expect("fixture");
    let name = path
        .file_name()
        .expect("name")
        .to_string_lossy()
        .into_owned();
    let upload = ImportUpload {
        file_name: name,
        layout: None,
        mapping: None,
        content: Box::new(file),
    };
    let started = app
        .start_import(clerk, upload)
        .await
        .expect("import starts");
    app.finish_work(&started.id).await;
    app.import(clerk, &started.id).await.expect("import")
}

pub async fn merge(
    app: &App,
    clerk: &Principal,
    id: &str,
    on_conflict: ConflictRule,
) -> ImportView {
    app.merge_import(clerk, id, MergeImport { on_conflict })
        .await
        .expect("merge starts");
    app.finish_work(id).await;
    app.import(clerk, id).await.expect("import")
}

pub async fn findings(app: &App, clerk: &Principal, id: &str) -> Vec<ImportFinding> {
    let mut all = Vec::new();
    let mut cursor: Option<String> = None;
    loop {
        let window = Window::new(Some(200), cursor.as_deref());
        let page = app
            .import_findings(clerk, id, FindingFilter::default(), window)
            .await
            .expect("findings");
        all.extend(page.items);
        cursor = page.next_cursor;
        if cursor.is_none() {
            return all;
        }
    }
}

pub fn gb18030_text(path: &Path) -> String {
    encoding_rs::GB18030
        .decode(&std::fs::read(path).expect("fixture"))
        .0
        .into_owned()
}

pub fn fixture(name: &str) -> PathBuf {
    fixtures().join("national").join(name)
}

#[test]
fn finding_kinds_are_those_of_the_contract() {
    let text = std::fs::read_to_string(fixtures().join("kinds.csv")).expect("kinds.csv");
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let mut named = BTreeSet::new();
    for row in reader.records() {
        let row = row.expect("row");
        let kind =
            FindingKind::of_code(&row[0]).unwrap_or_else(|| panic!("{} is unknown", &row[0]));
        assert_eq!(
            (kind.label(), kind.severity().as_str()),
            (&row[1], &row[2]),
            "{}",
            &row[0]
        );
        named.insert(kind);
    }
    let beyond: Vec<&str> = FindingKind::ALL
        .iter()
        .filter(|k| !named.contains(k))
        .map(|k| k.code())
        .collect();
    // What only a deployment with scopes and a register can find.
    assert_eq!(
        beyond,
        [
            "identity_issuing_prefix",
            "outside_scope",
            "village_repeated",
            "household_code_unusable",
            "household_closed",
            "member_departed",
            "cells_left_out"
        ]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn clean_file_gives_no_finding_and_merges_once() {
    let folder = tempfile::tempdir().expect("folder");
    let (app, clerk) = (app_in(&folder).await, clerk_of(COUNTY));
    let first = check(&app, &clerk, &fixture("clean.xlsx")).await;
    assert_eq!(first.status, "checked");
    let found: Vec<_> = findings(&app, &clerk, &first.id)
        .await
        .into_iter()
        .map(|f| (f.code, f.sheet, f.row, f.header, f.value))
        .collect();
    assert_eq!(found, []);
    assert_eq!(
        (
            first.counts.households,
            first.counts.persons,
            first.counts.new_households
        ),
        (146, 478, 146)
    );
    assert_eq!(
        (first.counts.rejected_rows, first.counts.accepted),
        (0, first.counts.rows)
    );

    let merged = merge(&app, &clerk, &first.id, ConflictRule::KeepOurs).await;
    assert_eq!(
        (merged.status.as_str(), merged.counts.new_households),
        ("merged", 146)
    );
    let monitored = |status: &'static str| {
        let (app, scope) = (app.clone(), clerk.scope.clone());
        async move {
            let query = store::household::HouseholdQuery {
                monitored: Some(status.into()),
                ..Default::default()
            };
            app.store
                .search_households(&scope, &query, &Window::first(200))
                .await
                .expect("households")
                .total
        }
    };
    assert_eq!(
        (monitored("running").await, monitored("cleared").await),
        (40, 20)
    );
    let casefiles = app
        .store
        .casefiles(&clerk.scope, &Default::default(), &Window::first(10))
        .await
        .expect("casefiles");
    assert_eq!(casefiles.total, 0, "an import invents no case");

    // The same bytes again: named as a duplicate, and nothing changes.
    let again = check(&app, &clerk, &fixture("clean.xlsx")).await;
    assert_eq!(again.duplicate_of.as_deref(), Some(first.id.as_str()));
    assert_eq!(
        (
            again.counts.new_households,
            again.counts.changed,
            again.counts.unchanged
        ),
        (0, 0, 146)
    );
    merge(&app, &clerk, &again.id, ConflictRule::TakeTheirs).await;
    assert_eq!(
        versions(&app, &clerk).await,
        BTreeSet::from([1]),
        "no household got a second version"
    );
    assert!(
        app.store
            .verify_audit(&[])
            .await
            .expect("audit")
            .problems
            .is_empty()
    );
}

pub async fn versions(app: &App, clerk: &Principal) -> BTreeSet<i64> {
    let rows = app
        .store
        .households_by_village_after(&clerk.scope, None, 1000)
        .await
        .expect("households");
    rows.into_iter().map(|r| r.version).collect()
}

/// Kind, sheet, row and header of a finding.
type Place = (String, String, u32, String);

#[tokio::test(flavor = "multi_thread")]
async fn planted_errors_are_all_found_and_none_invented() {
    let folder = tempfile::tempdir().expect("folder");
    let (app, clerk) = (app_in(&folder).await, clerk_of(COUNTY));
    let import = check(&app, &clerk, &fixture("planted.xlsx")).await;
    let found: Vec<ImportFinding> = findings(&app, &clerk, &import.id).await;
    let found: BTreeSet<Place> = found
        .into_iter()
        .map(|f| (f.code, f.sheet, f.row, f.header.unwrap_or_default()))
        .collect();
    let expected = expected("planted.expected.json");
    let mut explained: BTreeSet<Place> = BTreeSet::new();
    let mut missed = Vec::new();
    let mut kinds = BTreeSet::new();
    for entry in expected["findings"].as_array().expect("findings") {
        let text = |v: &Value| v.as_str().unwrap_or_default().to_owned();
        let number = |v: &Value| u32::try_from(v.as_u64().unwrap_or(0)).unwrap_or(0);
        let (kind, sheet, header) = (
            text(&entry["kind"]),
            text(&entry["sheet"]),
            text(&entry["column_header"]),
        );
        let mut places: BTreeSet<(String, u32)> = BTreeSet::new();
        match entry["rows"].as_array() {
            Some(rows) => places.extend(rows.iter().map(|r| (sheet.clone(), number(r)))),
            None => {
                places.insert((sheet.clone(), number(&entry["row"])));
            }
        }
        if entry["or_at"].is_object() {
            places.insert((
                text(&entry["or_at"]["sheet"]),
                number(&entry["or_at"]["row"]),
            ));
        }
        let at = |f: &&Place| places.contains(&(f.1.clone(), f.2));
        let hits: Vec<Place> = found
            .iter()
            .filter(at)
            .filter(|f| f.0 == kind && f.3 == header)
            .cloned()
            .collect();
        if hits.is_empty() {
            missed.push((
                kind.clone(),
                sheet.clone(),
                number(&entry["row"]),
                header.clone(),
            ));
        }
        kinds.insert(kind);
        explained.extend(hits);
        let also: BTreeSet<String> = entry["may_also"]
            .as_array()
            .into_iter()
            .flatten()
            .map(text)
            .collect();
        explained.extend(
            found
                .iter()
                .filter(at)
                .filter(|f| also.contains(&f.0))
                .cloned(),
        );
    }
    let invented: Vec<&Place> = found.difference(&explained).collect();
    assert_eq!((missed, invented), (Vec::new(), Vec::new()));
    assert_eq!(kinds.len(), 60);

    // What looks odd and is right is read as it was meant, and whole.
    let clean: BTreeSet<String> = expected["households_without_finding"]
        .as_array()
        .expect("list")
        .iter()
        .filter_map(|v| v.as_str().map(str::to_owned))
        .collect();
    let staged = app
        .store
        .staged_households(&clerk.scope, &import.id, -1, 1000, false)
        .await
        .expect("staged");
    let taken: BTreeSet<String> = staged
        .iter()
        .filter(|s| !s.form.rejected)
        .map(|s| s.form.code.clone())
        .collect();
    let held_back: Vec<&String> = clean.difference(&taken).collect();
    assert_eq!(held_back, Vec::<&String>::new());
    let names: BTreeSet<&str> = staged
        .iter()
        .flat_map(|s| &s.form.members)
        .map(|m| m.get("member.name"))
        .collect();
    let trimmed = expected["tolerated"]
        .as_array()
        .expect("list")
        .iter()
        .find(|t| t["what"] == "首尾空格")
        .and_then(|t| t["read_as"].as_str())
        .expect("a name between spaces");
    for rare in ["王䶮", "李㛃", "张𬭊", "阿依古丽·买买提", trimmed] {
        assert!(names.contains(rare), "{rare}");
    }
    merge(&app, &clerk, &import.id, ConflictRule::KeepOurs).await;

    // The corrected copy opens again, and the same errors stand in it. (An
    // employment row comes back without its person, whose household was right.)
    let copy = app
        .import_corrections(&clerk, &import.id)
        .await
        .expect("copy");
    let path = folder.path().join("corrections.xlsx");
    std::fs::write(&path, copy).expect("written");
    let back = check(&app, &clerk, &path).await;
    assert_eq!(back.status, "checked");
    let by_code = |list: Vec<app::exchange::ImportFindingCount>| -> Vec<(String, u64)> {
        let mut list = list;
        list.sort_by(|a, b| a.code.cmp(&b.code));
        list.into_iter()
            .filter(|c| {
                c.severity == domain::exchange::Severity::Error
                    && c.code != "employment_person_unknown"
            })
            .map(|c| (c.code, c.count))
            .collect()
    };
    let before = by_code(
        app.import_finding_summary(&clerk, &import.id)
            .await
            .expect("summary"),
    );
    let after = by_code(
        app.import_finding_summary(&clerk, &back.id)
            .await
            .expect("summary"),
    );
    assert_eq!(after, before);
}

#[tokio::test(flavor = "multi_thread")]
async fn variants_are_read_as_their_script_says() {
    let folder = tempfile::tempdir().expect("folder");
    let (app, clerk) = (app_in(&folder).await, clerk_of(COUNTY));
    let mut wrong: Vec<String> = Vec::new();
    for (name, say) in expected("variants.expected.json")
        .as_object()
        .expect("variants")
    {
        let import = check(&app, &clerk, &fixture(name)).await;
        let found = findings(&app, &clerk, &import.id).await;
        let number = |v: &Value| v.as_u64().unwrap_or(0);
        let counts = (
            import.counts.accepted_households,
            import.counts.accepted_persons,
        );
        if counts
            != (
                number(&say["households_accepted"]),
                number(&say["persons_accepted"]),
            )
        {
            wrong.push(format!("{name}: accepted {counts:?}"));
        }
        let matches = |f: &ImportFinding, want: &Value| {
            let text = |key: &str| want[key].as_str().unwrap_or_default().to_owned();
            let detail = text("detail");
            f.code == text("kind")
                && (text("sheet").is_empty() || f.sheet == text("sheet") || f.sheet.is_empty())
                && (detail.is_empty()
                    || detail.ends_with("rows")
                    || f.header.as_deref() == Some(detail.as_str())
                    || f.value == detail)
        };
        for want in say["must_report"].as_array().expect("list") {
            let hits = found.iter().filter(|f| matches(f, want)).count();
            let rows = want["detail"]
                .as_str()
                .and_then(|d| d.strip_suffix(" rows"))
                .and_then(|d| d.parse().ok());
            if rows.map_or(hits == 0, |rows: usize| hits != rows) {
                wrong.push(format!("{name}: not reported {want}"));
            }
        }
        let allowed: Vec<&Value> = [&say["must_report"], &say["may_report"]]
            .into_iter()
            .filter_map(Value::as_array)
            .flatten()
            .collect();
        for f in &found {
            if !allowed.iter().any(|want| matches(f, want)) {
                wrong.push(format!(
                    "{name}: invented {} {} {} {:?} {:?}",
                    f.code, f.sheet, f.row, f.header, f.value
                ));
            }
        }
    }
    assert_eq!(wrong, Vec::<String>::new());
}
