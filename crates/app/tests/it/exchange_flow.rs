//! What happens around an import: encodings, export and back, a killed
//! process, conflicts, scope, hostile files.

use std::collections::BTreeSet;

use app::Window;
use app::exchange::{ImportUpload, MergeImport, SetMapping};
use domain::exchange::{ColumnMapping, ConflictRule};
use store::exchange::{ImportBatchChange, set};

use crate::exchange::{
    COUNTY, app_in, check, clerk_of, findings, fixture, gb18030_text, merge, versions,
};
use crate::exchange_county::write_county;

#[tokio::test(flavor = "multi_thread")]
async fn gb18030_keeps_rare_characters() {
    let folder = tempfile::tempdir().expect("folder");
    let (app, clerk) = (app_in(&folder).await, clerk_of(COUNTY));
    for name in ["households_gb18030.csv", "households_utf8_bom.csv"] {
        let import = check(&app, &clerk, &fixture(name)).await;
        merge(&app, &clerk, &import.id, ConflictRule::KeepOurs).await;
    }
    for rare in ["王䶮", "李㛃", "张𬭊"] {
        let query = store::household::HouseholdQuery {
            text: rare.into(),
            ..Default::default()
        };
        let page = app
            .store
            .search_households(&clerk.scope, &query, &Window::first(10))
            .await
            .expect("search");
        assert_eq!(page.total, 2, "{rare}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn export_comes_back_without_difference() {
    let folder = tempfile::tempdir().expect("folder");
    let (app, clerk) = (app_in(&folder).await, clerk_of(COUNTY));
    let import = check(&app, &clerk, &fixture("clean.xlsx")).await;
    merge(&app, &clerk, &import.id, ConflictRule::KeepOurs).await;
    let mut export = app.export_national(&clerk, None).await.expect("export");
    assert_eq!((export.households, export.members), (146, 478));
    let path = folder.path().join("national.xlsx");
    std::io::copy(
        &mut export.file,
        &mut std::fs::File::create(&path).expect("file"),
    )
    .expect("copied");
    let back = check(&app, &clerk, &path).await;
    let found: Vec<_> = findings(&app, &clerk, &back.id)
        .await
        .into_iter()
        .map(|f| (f.code, f.sheet, f.row, f.header, f.value))
        .collect();
    assert_eq!(found, []);
    let preview = app
        .import_preview(&clerk, &back.id, Window::new(Some(200), None))
        .await
        .expect("preview");
    let differing: Vec<_> = preview
        .items
        .iter()
        .filter(|p| p.verdict != "unchanged")
        .collect();
    assert!(differing.is_empty(), "{differing:#?}");
    assert_eq!(back.counts.unchanged, 146);
    let villages = (import.counts.villages, back.counts.villages);
    assert!(villages.0 > 0 && villages.0 == villages.1, "{villages:?}");
    assert_eq!(import.counts.new_villages, villages.0);
    assert_eq!(
        (back.counts.new_villages, back.counts.changed_villages),
        (0, 0),
        "every village comes back as it was reported"
    );
    // A village outside the scope exports nobody, and is not told apart.
    let other = clerk_of("410328000000");
    assert_eq!(
        app.export_national(&other, None)
            .await
            .expect("export")
            .households,
        0
    );
    assert!(
        app.export_national(&other, Some(COUNTY.parse().expect("code")))
            .await
            .is_err()
    );
}

/// A workbook with the village sheet only: village, households, clinics.
fn write_villages(path: &std::path::Path, rows: &[(&str, &str, &str, &str)]) {
    let mut book = rust_xlsxwriter::Workbook::new();
    let sheet = book.add_worksheet().set_name("行政村信息").expect("name");
    let headers = [
        "县（市、区、旗）",
        "乡（镇、街道）",
        "行政村",
        "行政区划代码",
        "总户数（户）",
        "总人口（人）",
        "卫生室（个）",
        "是否通客车",
    ];
    for (column, header) in (0..).zip(headers) {
        sheet.write_string(2, column, header).expect("header");
    }
    for (line, (village, name, households, clinics)) in (3..).zip(rows) {
        let cells = [
            "某县",
            "某乡",
            *name,
            *village,
            *households,
            "900",
            *clinics,
            "是",
        ];
        for (column, cell) in (0..).zip(cells) {
            sheet.write_string(line, column, cell).expect("cell");
        }
    }
    book.save(path).expect("saved");
}

#[tokio::test(flavor = "multi_thread")]
async fn village_reports_are_kept_compared_and_shown() {
    let folder = tempfile::tempdir().expect("folder");
    let (app, clerk) = (app_in(&folder).await, clerk_of(COUNTY));
    let villages = app.store.villages(&clerk.scope).await.expect("villages");
    let (code, name) = (villages[0].code.as_str(), villages[0].name.as_str());
    let village = code.parse().expect("a code");
    let nothing = app.village_record(&clerk, village).await.expect("shown");
    assert_eq!((nothing.version, nothing.reports.len()), (0, 0));

    let import = async |file: &str, rows: &[(&str, &str, &str, &str)], rule| {
        let path = folder.path().join(file);
        write_villages(&path, rows);
        let checked = check(&app, &clerk, &path).await;
        let found: Vec<String> = findings(&app, &clerk, &checked.id)
            .await
            .into_iter()
            .filter(|f| f.severity == domain::exchange::Severity::Error)
            .map(|f| f.code)
            .collect();
        let merged = merge(&app, &clerk, &checked.id, rule).await;
        (found, merged)
    };
    // A second row for the village and a village of another county are refused.
    let rows = [
        (code, name, "410", "1"),
        (code, name, "999", "9"),
        ("410328101201", "别处", "1", "1"),
    ];
    let (found, first) = import("first.xlsx", &rows, ConflictRule::KeepOurs).await;
    assert_eq!(found, ["village_repeated", "outside_scope"]);
    assert_eq!(
        (
            first.status.as_str(),
            first.counts.villages,
            first.counts.rejected_rows
        ),
        ("merged", 1, 2)
    );
    // Ours stays unless the merging person says otherwise.
    let changed = [(code, name, "412", "1")];
    for (file, rule, version) in [
        ("second.xlsx", ConflictRule::KeepOurs, 1),
        ("third.xlsx", ConflictRule::TakeTheirs, 2),
    ] {
        let (_, merged) = import(file, &changed, rule).await;
        assert_eq!(merged.counts.changed_villages, 1, "{file}");
        let shown = app.village_record(&clerk, village).await.expect("shown");
        assert_eq!(shown.version, version, "{file}");
    }
    let shown = app.village_record(&clerk, village).await.expect("shown");
    let figure = |field: &str| {
        let found = shown.figures.iter().find(|f| f.field == field);
        found.map(|f| (f.reported.clone(), f.counted)).expect(field)
    };
    assert_eq!(
        figure("village.households"),
        (Some("412".to_owned()), Some(0))
    );
    assert_eq!(figure("village.bus_service"), (Some("是".to_owned()), None));
    assert_eq!(figure("village.doctors"), (None, None));
    let change = &shown.reports[0].differences[0];
    assert_eq!(
        (
            change.field_label.as_str(),
            change.ours.as_deref(),
            change.theirs.as_deref()
        ),
        ("总户数（户）", Some("410"), Some("412"))
    );
    let elsewhere = app.village_record(&clerk_of("410328000000"), village).await;
    assert!(matches!(elsewhere, Err(app::AppError::NotFound)));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_import_killed_half_way_goes_on() {
    let folder = tempfile::tempdir().expect("folder");
    let (app, clerk) = (app_in(&folder).await, clerk_of(COUNTY));
    let villages = app.store.villages(&clerk.scope).await.expect("villages");
    let villages: Vec<_> = villages.into_iter().map(|v| (v.code, v.name)).collect();
    let path = folder.path().join("several_chunks.xlsx");
    write_county(&path, 700, &villages);
    let import = check(&app, &clerk, &path).await;
    assert_eq!(import.counts.new_households, 700);
    // Part of the households are merged when the process ends.
    app.merge_import(
        &clerk,
        &import.id,
        MergeImport {
            on_conflict: ConflictRule::KeepOurs,
        },
    )
    .await
    .expect("merge");
    while app
        .import(&clerk, &import.id)
        .await
        .expect("import")
        .progress
        .is_some_and(|p| p.done == 0)
    {
        tokio::time::sleep(std::time::Duration::from_millis(1)).await;
    }
    app.abandon_work(&import.id);
    app.finish_work(&import.id).await;
    let counts = app
        .store
        .staged_counts(&clerk.scope, &import.id)
        .await
        .expect("counts");
    let done: u64 = counts
        .iter()
        .filter(|(_, merged, ..)| *merged)
        .map(|(_, _, n, _)| n)
        .sum();
    let households = app
        .store
        .households_by_village_after(&clerk.scope, None, 1000)
        .await
        .expect("households");
    assert!(
        [200, 400, 600].contains(&done),
        "half-way, chunks whole: {done}"
    );
    assert_eq!(
        households.len() as u64,
        done,
        "what is marked is what is there"
    );
    app.resume_imports().await.expect("resume");
    app.finish_work(&import.id).await;
    let merged = app.import(&clerk, &import.id).await.expect("import");
    assert_eq!(
        (merged.status.as_str(), merged.counts.new_households),
        ("merged", 700)
    );
    assert_eq!(versions(&app, &clerk).await, BTreeSet::from([1]));

    // Cancelled by a person: what is merged stays, and it goes on when asked.
    let other = folder.path().join("other.xlsx");
    write_county(&other, 701, &villages);
    let again = check(&app, &clerk, &other).await;
    assert_eq!(
        (again.counts.new_households, again.counts.unchanged),
        (1, 700)
    );
    let form = MergeImport {
        on_conflict: ConflictRule::KeepOurs,
    };
    app.merge_import(&clerk, &again.id, form)
        .await
        .expect("merge");
    app.cancel_import(&clerk, &again.id).await.expect("cancel");
    app.finish_work(&again.id).await;
    let stopped = app.import(&clerk, &again.id).await.expect("import");
    assert_eq!(stopped.status, "cancelled");
    app.resume_import(&clerk, &again.id).await.expect("resume");
    app.finish_work(&again.id).await;
    let merged = app.import(&clerk, &again.id).await.expect("import");
    assert_eq!(
        (merged.status.as_str(), merged.counts.new_households),
        ("merged", 1)
    );

    // Ended while checking: the check starts over and comes to the same.
    let file = std::fs::File::open(fixture("planted.xlsx")).expect("fixture");
    let upload = ImportUpload {
        file_name: "planted.xlsx".into(),
        layout: None,
        mapping: None,
        content: Box::new(file),
    };
    let second = app.start_import(&clerk, upload).await.expect("import");
    app.abandon_work(&second.id);
    app.finish_work(&second.id).await;
    app.resume_imports().await.expect("resume");
    app.finish_work(&second.id).await;
    let checked = app.import(&clerk, &second.id).await.expect("import");
    assert_eq!(checked.status, "checked");
    let stored = app
        .import_finding_summary(&clerk, &second.id)
        .await
        .expect("summary");
    let total: u64 = stored.iter().map(|s| s.count).sum();
    assert_eq!(total, checked.counts.errors + checked.counts.warnings);
}

/// Whoever asks may leave the page at any moment: the request is dropped
/// wherever it stands. Either nothing was decided, or the work is done.
#[tokio::test(flavor = "multi_thread")]
async fn a_request_dropped_half_way_leaves_no_import_without_work() {
    let folder = tempfile::tempdir().expect("folder");
    let (app, clerk) = (app_in(&folder).await, clerk_of(COUNTY));
    let import = check(&app, &clerk, &fixture("households_gb18030.csv")).await;
    let status = async || app.import(&clerk, &import.id).await.expect("import").status;
    let mut decided = 0;
    for polls in 0..40 {
        app.finish_work(&import.id).await;
        let mut tx = app.store.write(app.system_actor()).await.expect("write");
        let stopped = ImportBatchChange {
            status: set("cancelled".to_owned()),
            phase: set("reading".to_owned()),
            ..Default::default()
        };
        tx.change_import_batch(&import.id, &[], stopped)
            .await
            .expect("stopped");
        tx.commit().await.expect("commit");
        {
            let mut asking = std::pin::pin!(app.resume_import(&clerk, &import.id));
            for _ in 0..polls {
                let turn = std::future::poll_fn(|context| {
                    std::task::Poll::Ready(asking.as_mut().poll(context).is_ready())
                });
                if turn.await {
                    break;
                }
                tokio::time::sleep(std::time::Duration::from_millis(1)).await;
            }
        }
        for _ in 0..500 {
            tokio::time::sleep(std::time::Duration::from_millis(10)).await;
            if matches!(status().await.as_str(), "cancelled" | "checked") {
                break;
            }
        }
        let ended = status().await;
        assert!(
            matches!(ended.as_str(), "cancelled" | "checked"),
            "dropped after {polls} polls: {ended}"
        );
        decided += u32::from(ended == "checked");
    }
    assert!(decided > 0, "some requests came far enough");
}

#[tokio::test(flavor = "multi_thread")]
async fn conflicts_follow_the_declared_rule() {
    let folder = tempfile::tempdir().expect("folder");
    let (app, clerk) = (app_in(&folder).await, clerk_of(COUNTY));
    let path = fixture("households_gb18030.csv");
    let import = check(&app, &clerk, &path).await;
    merge(&app, &clerk, &import.id, ConflictRule::KeepOurs).await;
    // The office sends the file again with another address for one household.
    let text = gb18030_text(&path);
    let changed = folder.path().join("changed.csv");
    std::fs::write(
        &changed,
        text.replace("鱼泉村\"\"老街\"\"\n12号", "鱼泉村新街3号"),
    )
    .expect("written");
    let second = check(&app, &clerk, &changed).await;
    assert_eq!((second.counts.changed, second.counts.unchanged), (1, 7));
    let preview = app
        .import_preview(&clerk, &second.id, Window::new(None, None))
        .await
        .expect("preview");
    let shown: Vec<_> = preview
        .items
        .iter()
        .flat_map(|p| &p.differences)
        .map(|d| d.field_label.as_str())
        .collect();
    assert_eq!(shown, ["家庭住址"]);
    let kept = merge(&app, &clerk, &second.id, ConflictRule::KeepOurs).await;
    assert_eq!(
        (kept.counts.changed, versions(&app, &clerk).await),
        (0, BTreeSet::from([1]))
    );
    let third = check(&app, &clerk, &changed).await;
    let taken = merge(&app, &clerk, &third.id, ConflictRule::TakeTheirs).await;
    assert_eq!(
        (taken.counts.changed, versions(&app, &clerk).await),
        (1, BTreeSet::from([1, 2]))
    );
    let fourth = check(&app, &clerk, &changed).await;
    assert_eq!(fourth.counts.unchanged, 8);
}

#[tokio::test(flavor = "multi_thread")]
async fn another_village_is_rejected_and_columns_can_be_mapped() {
    let folder = tempfile::tempdir().expect("folder");
    let app = app_in(&folder).await;
    // A clerk of another county may import none of these households.
    let stranger = clerk_of("410328000000");
    let import = check(&app, &stranger, &fixture("clean.xlsx")).await;
    assert_eq!(
        (import.counts.accepted_households, import.counts.households),
        (0, 146)
    );
    let codes: BTreeSet<String> = findings(&app, &stranger, &import.id)
        .await
        .into_iter()
        .map(|f| f.code)
        .collect();
    assert_eq!(codes, BTreeSet::from(["outside_scope".to_owned()]));
    assert!(
        app.import(&clerk_of(COUNTY), &import.id).await.is_err(),
        "unseen means not found"
    );

    let clerk = clerk_of(COUNTY);
    let doubled = check(&app, &clerk, &fixture("column_duplicate.xlsx")).await;
    let column = doubled.sheets[0]
        .columns
        .iter()
        .find(|c| c.header.starts_with("联系电话（"))
        .expect("both are shown")
        .header
        .clone();
    let form = SetMapping {
        columns: vec![ColumnMapping {
            sheet: "监测对象信息".into(),
            header: column,
            field: "household.phone".into(),
        }],
        save_as: Some("宜阳".into()),
    };
    app.map_import(&clerk, &doubled.id, form)
        .await
        .expect("mapped");
    app.finish_work(&doubled.id).await;
    let codes: BTreeSet<String> = findings(&app, &clerk, &doubled.id)
        .await
        .into_iter()
        .map(|f| f.code)
        .collect();
    assert!(!codes.contains("column_repeated"), "{codes:?}");
    assert_eq!(
        app.import_mapping_names(&clerk, "national-2022")
            .await
            .expect("names"),
        ["宜阳"]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn formulas_stay_text() {
    let folder = tempfile::tempdir().expect("folder");
    let (app, clerk) = (app_in(&folder).await, clerk_of(COUNTY));
    let text = gb18030_text(&fixture("households_gb18030.csv"));
    let path = folder.path().join("formula.csv");
    let formula = "=HYPERLINK(1)+cmd";
    std::fs::write(
        &path,
        text.replace("柳泉镇,鱼泉村\"\"老街\"\"\n12号", formula),
    )
    .expect("written");
    let import = check(&app, &clerk, &path).await;
    merge(&app, &clerk, &import.id, ConflictRule::KeepOurs).await;
    let export = app.export_national(&clerk, None).await.expect("export");
    let mut seen = Vec::new();
    app::exchange::read_office_file(
        export.file,
        "national.xlsx",
        app::exchange::Limits::default(),
        &mut |event| {
            if let app::exchange::Event::Row(_, cells) = event {
                seen.extend(cells.iter().map(|(_, cell)| cell.shown().into_owned()));
            }
            true
        },
    );
    assert!(seen.iter().any(|s| s == formula));
}

#[tokio::test(flavor = "multi_thread")]
async fn hostile_files_are_answered_in_words() {
    let folder = tempfile::tempdir().expect("folder");
    let (app, clerk) = (app_in(&folder).await, clerk_of(COUNTY));
    let text = gb18030_text(&fixture("households_gb18030.csv"));
    let utf16: Vec<u8> = [0xFF, 0xFE]
        .into_iter()
        .chain(text.encode_utf16().flat_map(u16::to_le_bytes))
        .collect();
    let header = text.lines().nth(2).expect("header").to_owned();
    let cut = std::fs::read(fixture("clean.xlsx")).expect("fixture");
    let cases: [(&str, Vec<u8>, &str, u64); 9] = [
        ("utf16.csv", utf16, "", 8),
        (
            "old_mac.csv",
            text.replace("\r\n", "\r").into_bytes(),
            "",
            8,
        ),
        (
            "nul.csv",
            text.replace("柳泉镇", "柳\0泉镇").into_bytes(),
            "",
            8,
        ),
        (
            "columns.csv",
            [b"x,".repeat(5000), b"\n".to_vec()].concat(),
            "file_too_large",
            0,
        ),
        (
            "field.csv",
            format!("{header}\n{}", "长".repeat(4 << 20)).into_bytes(),
            "file_too_large",
            0,
        ),
        (
            "noise.csv",
            (0u32..40_000)
                .map(|n| (n.wrapping_mul(2_654_435_761) >> 13) as u8 | 1)
                .collect(),
            "header_not_found",
            0,
        ),
        (
            "old.xls",
            vec![0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1, 0, 0],
            "file_not_a_workbook",
            0,
        ),
        (
            "cut.xlsx",
            cut[..cut.len() / 2].to_vec(),
            "file_not_a_workbook",
            0,
        ),
        (
            "slip.xlsx",
            b"PK\x03\x04../../etc/passwd".to_vec(),
            "file_not_a_workbook",
            0,
        ),
    ];
    for (name, bytes, code, households) in cases {
        let path = folder.path().join(name);
        std::fs::write(&path, bytes).expect("written");
        let import = check(&app, &clerk, &path).await;
        let codes: BTreeSet<String> = findings(&app, &clerk, &import.id)
            .await
            .into_iter()
            .map(|f| f.code)
            .collect();
        assert_eq!(
            import.counts.accepted_households, households,
            "{name}: {codes:?} {:?}",
            import.failure
        );
        assert!(
            if code.is_empty() {
                codes.is_empty()
            } else {
                codes.contains(code)
            },
            "{name}: {codes:?}"
        );
        if code.starts_with("file_") {
            assert_eq!(import.status, "failed", "{name}");
            assert!(
                app.merge_import(
                    &clerk,
                    &import.id,
                    MergeImport {
                        on_conflict: ConflictRule::KeepOurs
                    }
                )
                .await
                .is_err()
            );
        }
    }
    let empty = ImportUpload {
        file_name: "空.xlsx".into(),
        layout: None,
        mapping: None,
        content: Box::new(std::io::empty()),
    };
    assert!(app.start_import(&clerk, empty).await.is_err());
}
