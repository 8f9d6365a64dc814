//! A document nobody had seen when the engine was written: its pack is a folder
//! of files beside the shipped ones, read the way a running installation reads
//! a folder it is given.

use domain::calendar::WorkCalendar;
use domain::policy::{Library, SourceFile, load_library};
use std::path::Path;

use crate::packs::{pack_files, policy_folder};

const FILES: &[&str] = &[
    "pack.toml",
    "clauses.toml",
    "procedures/identification.toml",
];

fn read(inner: &str) -> String {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/packs");
    std::fs::read_to_string(folder.join(inner)).unwrap()
}

fn with_invented() -> Vec<SourceFile> {
    let mut files = pack_files();
    files.extend(FILES.iter().map(|inner| SourceFile {
        path: format!("packs/invented-2026/{inner}"),
        text: read(&format!("invented-2026/{inner}")),
    }));
    files
}

fn library() -> Library {
    load_library(&with_invented()).unwrap_or_else(|problems| {
        let list: Vec<String> = problems.iter().map(ToString::to_string).collect();
        panic!("\n{}", list.join("\n"))
    })
}

#[test]
fn terms_of_2026_run_from_lead_to_archive_without_a_line_of_code() {
    let mut spec =
        domain::spec::parse("packs/invented-2026.md", &read("invented-2026.md")).unwrap();
    let days = std::fs::read_to_string(policy_folder().join("calendars/cn-workdays.csv")).unwrap();
    spec.calendar = WorkCalendar::parse(&days).unwrap();
    let failures: Vec<String> = spec
        .run(&library())
        .iter()
        .map(ToString::to_string)
        .collect();
    assert!(failures.is_empty(), "\n{}", failures.join("\n"));
}

/// The check holds for a given folder as it does for the shipped ones, and the
/// page of transitions can be drawn.
#[test]
fn the_folder_is_checked_and_drawn_like_any_other() {
    let mut files = with_invented();
    let notice = files.last_mut().unwrap();
    assert!(notice.text.contains("number = 7"));
    notice.text = notice.text.replace("number = 7", "number = 6");
    let problems = load_library(&files).unwrap_err();
    assert!(problems[0].message.contains("数字 6 不在条款 IV26-005"));
    let library = library();
    let pack = library.pack("invented-2026").unwrap();
    let table = domain::spec::transitions(pack).unwrap().unwrap();
    assert!(table.acts.iter().all(|a| a.name != "审核"));
    assert!(table.acts.iter().any(|a| a.name == "镇政府上报"));
}

/// Whoever is to act must be able to: a step that no role of its level may
/// carry out is named before anybody is turned away.
#[test]
fn every_step_has_a_role_that_may_carry_it_out() {
    let text = std::fs::read_to_string(policy_folder().join("roles.toml")).unwrap();
    let roles = |text: &str| domain::account::Roles::parse(text).unwrap();
    let library = library();
    assert_eq!(domain::policy::unstaffed(&library, &roles(&text)), [""; 0]);
    let fewer = text.replace(
        "\"casefile.announce\", \"casefile.archive\", \"casefile.end\", \"casefile.request",
        "\"casefile.end\", \"casefile.request",
    );
    let found = domain::policy::unstaffed(&library, &roles(&fewer));
    assert!(
        found.iter().any(|s| s.contains("invented-2026")
            && s.contains("县级公告")
            && s.contains("casefile.announce")),
        "{found:?}"
    );
}
