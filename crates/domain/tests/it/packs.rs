//! The packs of `policy/packs` as they ship.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use domain::code_list::CodeList;
use domain::policy::{Library, SourceFile, load_library};

/// The repository's policy folder.
pub fn policy_folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../policy").canonicalize().unwrap()
}

/// Every file below `policy/packs`, in a fixed order.
pub fn pack_files() -> Vec<SourceFile> {
    fn walk(folder: &Path, root: &Path, found: &mut Vec<SourceFile>) {
        let mut entries: Vec<_> = std::fs::read_dir(folder).unwrap().map(|e| e.unwrap().path()).collect();
        entries.sort();
        for path in entries {
            if path.is_dir() {
                walk(&path, root, found);
            } else {
                let name = path.strip_prefix(root).unwrap().to_string_lossy().into_owned();
                found.push(SourceFile { path: name, text: std::fs::read_to_string(&path).unwrap() });
            }
        }
    }
    let root = policy_folder();
    let mut found = Vec::new();
    walk(&root.join("packs"), &root, &mut found);
    found
}

/// The shipped packs, checked and layered.
pub fn library() -> Library {
    load_library(&pack_files()).unwrap_or_else(|problems| {
        let list: Vec<String> = problems.iter().map(ToString::to_string).collect();
        panic!("\n{}", list.join("\n"))
    })
}

#[test]
fn shipped_packs_have_no_problem() {
    let library = library();
    let henan = library.pack("henan-2022").unwrap();
    assert_eq!(henan.layers, ["platform-base", "henan-2022"]);
    assert_eq!(henan.said_by["channel.hotline"], "platform-base");
    assert_eq!(henan.said_by["channel.self_declaration"], "henan-2022");
}

/// Codes that arrive with imported files are the ones the packs speak of.
#[test]
fn pack_codes_are_those_of_the_national_lists() {
    let list = |name: &str| {
        let text = std::fs::read_to_string(policy_folder().join(format!("codes/{name}.csv"))).unwrap();
        let list = CodeList::parse(name, &text).unwrap();
        list.entries().iter().map(|e| e.code.clone()).collect::<BTreeSet<_>>()
    };
    let library = library();
    let values = &library.pack("henan-2022").unwrap().values;
    let statuses: BTreeSet<_> = values.eligible_statuses.iter().map(|s| s.code.clone()).collect();
    assert_eq!(statuses, list("household_type"));
    let risks: BTreeSet<_> = values.risk_types.iter().map(|r| r.code.clone()).collect();
    assert_eq!(risks, list("risk_type"));
}

/// Each clause a pack quotes stands in the register of all clauses.
#[test]
fn quoted_clauses_are_registered() {
    let register = std::fs::read_to_string(policy_folder().join("clauses.csv")).unwrap();
    let ids: BTreeSet<&str> = register.lines().skip(1).filter_map(|l| l.split(',').next()).collect();
    assert_eq!(ids.len(), 284);
    for pack in library().packs() {
        for id in pack.clauses.keys() {
            assert!(ids.contains(id.as_str()), "{id} is not in policy/clauses.csv");
        }
    }
}
