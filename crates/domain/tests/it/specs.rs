//! Every literate spec of `policy/specs`, run against the packs as they are.

use std::path::Path;

use domain::account::Roles;
use domain::exchange::Layout;

use crate::packs::{library, policy_folder};

/// Markdown files below `policy/specs`, each with its path inside `policy`.
fn specs(folder: &Path, found: &mut Vec<(String, String)>) {
    let mut entries: Vec<_> = std::fs::read_dir(folder)
        .unwrap()
        .map(|e| e.unwrap().path())
        .collect();
    entries.sort();
    for path in entries {
        if path.is_dir() {
            specs(&path, found);
        } else if path.extension().is_some_and(|e| e == "md") && !path.ends_with("README.md") {
            let name = path
                .strip_prefix(policy_folder())
                .unwrap()
                .to_string_lossy()
                .into_owned();
            found.push((name, std::fs::read_to_string(&path).unwrap()));
        }
    }
}

fn read(inner: &str) -> String {
    std::fs::read_to_string(policy_folder().join(inner)).unwrap()
}

#[test]
fn packs_do_what_the_specs_say() {
    let mut found = Vec::new();
    specs(&policy_folder().join("specs"), &mut found);
    assert!(found.len() >= 6, "only {} specs found", found.len());
    let library = library();
    let roles = Roles::parse(&read("roles.toml")).unwrap();
    let lists = std::fs::read_dir(policy_folder().join("codes")).unwrap();
    let mut lists: std::collections::BTreeSet<String> = lists
        .map(|e| {
            e.unwrap()
                .path()
                .file_stem()
                .unwrap()
                .to_string_lossy()
                .into_owned()
        })
        .collect();
    lists.insert("monitored_category".into());
    let layout = Layout::parse(&read("layouts/national-2022.toml"), &lists).unwrap();
    let mut failures = Vec::new();
    let mut boundaries = 0;
    for (path, text) in found {
        match domain::spec::parse(&path, &text) {
            Ok(mut spec) => {
                spec.roles = roles.clone();
                spec.layouts = vec![layout.clone()];
                boundaries += spec.boundary_rows();
                failures.extend(spec.run(&library));
            }
            Err(problems) => failures.extend(problems),
        }
    }
    let list: Vec<String> = failures.iter().map(ToString::to_string).collect();
    assert!(list.is_empty(), "\n{}", list.join("\n"));
    println!("{boundaries} boundary cases, each with its clause");
    assert!(boundaries >= 120, "only {boundaries} boundary cases");
}

/// A boundary row that names no clause, or another than its section, proves nothing.
#[test]
fn a_boundary_row_must_name_its_clause() {
    let table = |named: &str, result: &str| {
        let text = format!(
            "政策包：`platform-base`\n\n## HN20-034\n\n> HN20-034 由县级扶贫部门确定监测对象\n\n\
             | 包 | 条款 | 先 | 日期 | 谁 | 动作 | 参数 | 结果 |\n|---|---|---|---|---|---|---|---|\n\
             | henan-2020 | {named} | 第1天 办到 县级信息比对 | 第1天 | 市 | 审批 | | {result} |\n"
        );
        let spec = domain::spec::parse("specs/wrong.md", &text).unwrap();
        assert_eq!(spec.boundary_rows(), 1);
        let failures = spec.run(&library());
        failures.into_iter().map(|f| f.message).collect::<Vec<_>>()
    };
    let refused = "拒绝 acting_level HN20-034";
    assert!(table("HN20-034", refused).is_empty());
    assert!(table("", refused)[0].contains("没有写条款"));
    assert!(table("HN20-037", refused)[0].contains("不在标题里"));
    assert!(table("惯例", refused)[0].contains("一栏没有写"));
    assert!(table("HN20-034", "准许")[0].contains("应为“准许”"));
}

/// A runner that never fails would prove nothing.
#[test]
fn a_wrong_spec_fails_with_its_line() {
    let wrong = "政策包：`henan-2022`\n\n## HN22-054\n\n> HN22-054 公示时间不少于5天\n\n\
        | 日期 | 谁 | 动作 | 参数 | 结果 |\n|---|---|---|---|---|\n\
        | 2022-05-01 | | 办到 | 村内公示 | 准许 |\n| 2022-05-06 | 乡 | 审核 | | 准许 |\n";
    let spec = domain::spec::parse("specs/wrong.md", wrong).unwrap();
    let failures = spec.run(&library());
    assert_eq!(failures.len(), 1, "{failures:?}");
    assert_eq!(failures[0].line, 10);
    assert!(
        failures[0]
            .message
            .contains("notice_stood HN22-054 最早 2022-05-07"),
        "{}",
        failures[0]
    );
    let misquoted = wrong.replace("不少于5天", "不少于7天");
    let spec = domain::spec::parse("specs/wrong.md", &misquoted).unwrap();
    assert_eq!(spec.run(&library())[0].line, 5);
}
