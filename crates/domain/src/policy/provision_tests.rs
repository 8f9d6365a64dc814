use super::super::{Difference, Library, SourceFile, compare, layer_unchecked};
use super::*;

fn embedded() -> Library {
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/../../policy");
    let mut files = Vec::new();
    let mut open = vec![std::path::PathBuf::from(root).join("packs")];
    while let Some(folder) = open.pop() {
        for entry in std::fs::read_dir(folder).expect("the policy folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                open.push(path);
            } else if path.extension().is_some_and(|e| e == "toml") {
                let inner = path.strip_prefix(root).expect("inside");
                files.push(SourceFile {
                    path: inner.to_string_lossy().into_owned(),
                    text: std::fs::read_to_string(&path).expect("text"),
                });
            }
        }
    }
    layer_unchecked(&files).expect("packs")
}

fn small(id: &str, body: &str, procedure: &str) -> Vec<SourceFile> {
    let head = format!("id = \"{id}\"\ntitle = \"小包\"\nversion = 1\n");
    let mut files = vec![SourceFile {
        path: format!("packs/{id}/pack.toml"),
        text: head + body,
    }];
    if !procedure.is_empty() {
        files.push(SourceFile {
            path: format!("packs/{id}/procedures/identification.toml"),
            text: procedure.to_owned(),
        });
    }
    files
}

const OLD: &str = r#"
[line]
amount_yuan = { value = 6000, clause = "ZZ-001" }
measure = { value = "disposable_income_per_capita", clause = "ZZ-001" }
comparator = { value = "<", clause = "ZZ-001" }
nature = { unstated = true, default = "reference", source = "practice" }
[[channel]]
code = "visit"
label = "走访"
starts_clock = true
clause = "ZZ-002"
[[form]]
code = "minutes"
label = "会议记录"
source = "practice"
"#;
const NEW: &str = r#"
[line]
amount_yuan = { value = 6900, clause = "YY-001" }
measure = { value = "disposable_income_per_capita", clause = "YY-001" }
comparator = { value = "<=", clause = "YY-001" }
nature = { value = "reference", clause = "YY-001" }
accounting_period = { unstated = true }
[[channel]]
code = "visit"
label = "走访"
starts_clock = true
clause = "YY-009"
[[channel]]
code = "hotline"
label = "热线"
clause = "YY-010"
"#;
const PROCEDURE: &str = r#"
id = "identification"
label = "识别认定"
clause = "YY-020"
[[clock]]
id = "all"
label = "全程"
starts = "earliest_lead"
ends = "county_decision"
limit_days = { value = 15, clause = "YY-021" }
unit = { unstated = true, default = "natural", source = "practice" }
[[step]]
kind = "public_notice"
label = "公示"
level = "village"
clause = "YY-022"
[[step.evidence]]
code = "notice_text"
label = "公示文本"
required = true
clause = "YY-023"
[[step]]
kind = "cross_check"
label = "比对"
level = "county"
clause = "YY-024"
parallel = { value = true, clause = "YY-025" }
[[step]]
kind = "county_decision"
label = "审批"
level = "county"
clause = "YY-026"
[[guard]]
kind = "notice_stood"
on = "county_decision"
label = "公示满五天"
number = 5
clause = "YY-027"
[[guard.exemption]]
code = "none_left"
label = "已无人居住"
clause = "YY-028"
"#;

fn two() -> Library {
    let mut files = small("old", OLD, "");
    files.extend(small("new", NEW, PROCEDURE));
    layer_unchecked(&files).expect("packs")
}

fn rows() -> Vec<(String, Difference, String, String)> {
    let library = two();
    let (left, right) = (
        library.pack("old").expect("old"),
        library.pack("new").expect("new"),
    );
    let words = |side: &Option<super::super::ProvisionSide>| match side {
        None => "-".to_owned(),
        Some(s) if s.unstated => format!("文件未规定（{}）", s.value),
        Some(s) => format!("{}@{}", s.value, s.clause.as_deref().unwrap_or("practice")),
    };
    compare(left, right)
        .into_iter()
        .flat_map(|g| {
            g.rows.into_iter().map(move |r| {
                let key = format!("{} {}", g.group, r.key);
                (key, r.difference, words(&r.left), words(&r.right))
            })
        })
        .collect()
}

#[test]
fn packs_stand_side_by_side_each_value_with_its_clause() {
    use Difference::{Different, OnlyLeft, OnlyRight, Same};
    let found = rows();
    for (key, difference, left, right) in [
        ("line amount_yuan", Different, "6000@ZZ-001", "6900@YY-001"),
        (
            "line measure",
            Same,
            "人均可支配收入@ZZ-001",
            "人均可支配收入@YY-001",
        ),
        (
            "line comparator",
            Different,
            "低于（不含本数）@ZZ-001",
            "以下（含本数）@YY-001",
        ),
        (
            "line nature",
            Different,
            "文件未规定（参考，不是硬性标准）",
            "参考，不是硬性标准@YY-001",
        ),
        ("line accounting_period", Same, "-", "文件未规定（）"),
        (
            "channel visit",
            Same,
            "从发现之日起计时@ZZ-002",
            "从发现之日起计时@YY-009",
        ),
        ("channel hotline", OnlyRight, "-", "@YY-010"),
        ("form minutes", OnlyLeft, "@practice", "-"),
        (
            "identification.step order",
            OnlyRight,
            "-",
            "公示（同步：比对） → 审批@YY-020",
        ),
        (
            "identification.step public_notice",
            OnlyRight,
            "-",
            "办理级别：村@YY-022",
        ),
        (
            "identification.step public_notice/notice_text",
            OnlyRight,
            "-",
            "必备@YY-023",
        ),
        (
            "identification.step cross_check/parallel",
            OnlyRight,
            "-",
            "是@YY-025",
        ),
        (
            "identification.guard county_decision.notice_stood",
            OnlyRight,
            "-",
            "公示满五天；数：5@YY-027",
        ),
        (
            "identification.guard county_decision.notice_stood/none_left",
            OnlyRight,
            "-",
            "@YY-028",
        ),
        (
            "identification.clock all",
            OnlyRight,
            "-",
            "起算：最早一条线索；截止：审批@practice",
        ),
        (
            "identification.clock all/limit_days",
            OnlyRight,
            "-",
            "15@YY-021",
        ),
        (
            "identification.clock all/unit",
            Different,
            "-",
            "文件未规定（自然日）",
        ),
    ] {
        let expected = (
            key.to_owned(),
            difference,
            left.to_owned(),
            right.to_owned(),
        );
        assert!(found.contains(&expected), "{expected:?}\n{found:#?}");
    }
}

#[test]
fn a_pack_compared_with_itself_differs_nowhere_and_repeats_nothing() {
    for pack in embedded().packs() {
        let mut keys = std::collections::BTreeSet::new();
        for p in provisions(pack) {
            assert!(
                keys.insert((p.group.clone(), p.key.clone())),
                "twice: {p:?}"
            );
        }
        let rows = compare(pack, pack).into_iter().flat_map(|g| g.rows);
        let rows: Vec<_> = rows.collect();
        assert_eq!(rows.len(), keys.len());
        assert!(rows.iter().all(|r| r.difference == Difference::Same));
    }
}

#[test]
fn every_table_field_and_code_of_the_packs_has_chinese_words() {
    let mut missing = std::collections::BTreeSet::new();
    for pack in embedded().packs() {
        for p in provisions(pack) {
            let named = |text: &str| !text.contains(|c: char| c.is_ascii_lowercase() || c == '_');
            // Messages and layouts are named by code; the console has their words.
            let coded = ["message", "exchange_source"].contains(&p.group.as_str());
            if !named(&p.group_label) || !(coded || named(&p.label) && named(&p.value)) {
                missing.insert(format!("{} {}: {} = {}", p.group, p.key, p.label, p.value));
            }
        }
    }
    assert!(
        missing.is_empty(),
        "add rows to provision_words.rs for\n{missing:#?}"
    );
}

#[test]
fn every_clause_of_the_packs_values_is_carried_over() {
    for pack in embedded().packs() {
        let shown: std::collections::BTreeSet<String> = provisions(pack)
            .into_iter()
            .filter_map(|p| p.clause)
            .collect();
        let text = serde_json::to_string(&(&pack.values, &pack.procedures)).expect("JSON");
        for id in pack.clauses.keys() {
            let named = text.contains(&format!("\"{id}\""));
            let documents = serde_json::to_string(&pack.values.documents).expect("JSON");
            if named && !documents.contains(id.as_str()) {
                assert!(shown.contains(id), "{}: {id} is lost", pack.id());
            }
        }
    }
}
