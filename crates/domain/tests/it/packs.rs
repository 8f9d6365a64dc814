//! The packs of `policy/packs` as they ship.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use domain::code_list::CodeList;
use domain::policy::{Library, SourceFile, load_library};

/// The repository's policy folder.
pub fn policy_folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../policy")
        .canonicalize()
        .unwrap()
}

/// Every file below `policy/packs`, in a fixed order.
pub fn pack_files() -> Vec<SourceFile> {
    fn walk(folder: &Path, root: &Path, found: &mut Vec<SourceFile>) {
        let mut entries: Vec<_> = std::fs::read_dir(folder)
            .unwrap()
            .map(|e| e.unwrap().path())
            .collect();
        entries.sort();
        for path in entries {
            if path.is_dir() {
                walk(&path, root, found);
            } else {
                let name = path
                    .strip_prefix(root)
                    .unwrap()
                    .to_string_lossy()
                    .into_owned();
                found.push(SourceFile {
                    path: name,
                    text: std::fs::read_to_string(&path).unwrap(),
                });
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
    assert_eq!(henan.said_by["discovery_mode.sweep"], "platform-base");
    assert_eq!(henan.said_by["channel.self_declaration"], "henan-2022");
}

/// Codes that arrive with imported files are the ones the packs speak of.
#[test]
fn pack_codes_are_those_of_the_national_lists() {
    let list = |name: &str| {
        let text =
            std::fs::read_to_string(policy_folder().join(format!("codes/{name}.csv"))).unwrap();
        let list = CodeList::parse(name, &text).unwrap();
        list.entries()
            .iter()
            .map(|e| e.code.clone())
            .collect::<BTreeSet<_>>()
    };
    let library = library();
    let values = &library.pack("henan-2022").unwrap().values;
    let statuses: BTreeSet<_> = values
        .eligible_statuses
        .iter()
        .map(|s| s.code.clone())
        .collect();
    assert_eq!(statuses, list("household_type"));
    let risks: BTreeSet<_> = values.risk_types.iter().map(|r| r.code.clone()).collect();
    assert_eq!(risks, list("risk_type"));
}

/// Each clause a pack quotes stands in the register of all clauses.
#[test]
fn quoted_clauses_are_registered() {
    let register = std::fs::read_to_string(policy_folder().join("clauses.csv")).unwrap();
    let ids: BTreeSet<&str> = register
        .lines()
        .skip(1)
        .filter_map(|l| l.split(',').next())
        .collect();
    assert_eq!(ids.len(), 284);
    for pack in library().packs() {
        for id in pack.clauses.keys() {
            assert!(
                ids.contains(id.as_str()),
                "{id} is not in policy/clauses.csv"
            );
        }
    }
}

// clause: HN20-104
#[test]
fn every_source_system_has_a_layout_or_a_saved_mapping() {
    for source in &library()
        .pack("henan-2020")
        .unwrap()
        .values
        .exchange_sources
    {
        let file = policy_folder().join(format!("layouts/{}.toml", source.layout));
        assert!(
            source.layout == "mapped" || file.is_file(),
            "{} has no layout {}",
            source.code,
            source.layout
        );
    }
}

// clause: HN25-124
#[test]
fn roles_act_at_the_five_levels() {
    let levels: BTreeSet<_> = library()
        .pack("henan-2025")
        .unwrap()
        .values
        .levels
        .iter()
        .map(|l| l.code)
        .collect();
    assert_eq!(levels.len(), 5);
    let text = std::fs::read_to_string(policy_folder().join("roles.toml")).unwrap();
    for role in domain::account::Roles::parse(&text).unwrap().iter() {
        if let Some(level) = role.level {
            assert!(
                levels.contains(&level),
                "{} acts at {}",
                role.code,
                level.as_str()
            );
        }
    }
}

/// Every sentence a household may receive tells where to turn.
#[test]
fn messages_name_the_hotline() {
    let library = library();
    let henan = library.pack("henan-2022").unwrap();
    for message in &henan.values.messages {
        assert!(message.text.contains("12317"), "{}", message.code);
    }
    let filled = henan
        .message(
            "household_refused",
            &[("head_name", "甲"), ("reason", "乙"), ("township", "丙")],
        )
        .unwrap();
    assert!(!filled.contains('{'), "{filled}");
}

/// What a household is told of its way names the steps of its own document.
#[test]
fn messages_name_only_steps_the_document_has() {
    let library = library();
    for (id, steps, never) in [
        (
            "henan-2020",
            "村级初选（民主评议）、乡镇审核、县级信息比对",
            vec!["公示", "帮扶责任人", "前办结", "两名"],
        ),
        (
            "wengyuan-2021",
            "村级民主评议、村级公示、镇级核查、镇级人民政府上报",
            vec!["入户核实", "帮扶责任人", "前办结", "两名"],
        ),
        (
            "henan-2022",
            "入户核实、村级初选（民主评议）、村内公示、乡级审核",
            vec!["书面通知"],
        ),
    ] {
        let pack = library.pack(id).unwrap();
        let procedure = pack.identification().unwrap();
        let judged = procedure.judged_before(domain::policy::StepKind::CountyDecision);
        assert_eq!(judged.join("、"), steps);
        for message in &pack.values.messages {
            for word in &never {
                assert!(
                    !message.text.contains(word),
                    "{id} {}: {word}",
                    message.code
                );
            }
        }
        let approved = pack.message("household_approved", &[("steps", steps)]);
        assert!(approved.unwrap().contains(steps), "{id}");
    }
    // The notice of Wengyuan follows the meeting alone: it orders no home verification.
    let wengyuan = library.pack("wengyuan-2021").unwrap();
    let before = wengyuan
        .identification()
        .unwrap()
        .judged_before(domain::policy::StepKind::PublicNotice);
    assert_eq!(before, ["村级民主评议"]);
}

/// Nobody ends a case for want of a letter the document does not have.
#[test]
fn endings_fit_the_procedure() {
    for pack in library().packs().filter(|p| p.identification().is_some()) {
        let letter = pack
            .identification()
            .is_some_and(|p| p.step(domain::policy::StepKind::CommitmentLetter).is_some());
        let offered = pack.values.lawful_ends.iter();
        assert_eq!(
            offered.clone().any(|e| e.code == "refuses_to_sign"),
            letter,
            "{}",
            pack.id()
        );
    }
}

/// A document of one county says nothing in another's: what its packs do not
/// name is practice, never a clause from elsewhere, and no clock starts where
/// the document has none that runs from the lead.
#[test]
fn no_pack_cites_a_document_from_elsewhere() {
    let library = library();
    for pack in library.packs() {
        let elsewhere: Vec<&str> = match pack.id() {
            "wengyuan-2021" => vec!["HN20-", "HN22-", "HN25-"],
            "henan-2020" | "zhengzhou-2020" => vec!["WY21-", "HN22-", "HN25-"],
            "henan-2022" => vec!["WY21-", "HN20-", "HN25-"],
            "henan-2025" => vec!["WY21-", "HN20-"],
            _ => vec!["WY21-", "HN20-", "HN22-", "HN25-"],
        };
        let counts = pack
            .identification()
            .is_some_and(|p| p.clocks.iter().any(|c| c.limit_days.get().is_some()));
        for provision in domain::policy::provisions(pack) {
            let clause = provision.clause.unwrap_or_default();
            assert!(
                !elsewhere.iter().any(|p| clause.starts_with(p)),
                "{}: {} under {clause}",
                pack.id(),
                provision.label
            );
            assert!(
                counts || !provision.value.contains("从发现之日起计时"),
                "{}: {} starts a clock that the document does not have",
                pack.id(),
                provision.label
            );
        }
    }
}
