//! An intruder who empties the audit tables, or the file beside them, leaves
//! no broken chain; what is missing is told all the same.

use jiff::civil::date;
use serde_json::Value;

use crate::place::HOME;
use crate::test_app::{Engine, TestApp};

/// `kind` of every problem the audit administrator reads, with its words.
async fn told(test: &TestApp) -> Vec<(String, String)> {
    let found = test.person("audit").get("/audit/verify").await.ok();
    let problems = found["problems"].as_array().expect("a list");
    assert_eq!(found["ok"], Value::Bool(problems.is_empty()));
    let text = |v: &Value| v.as_str().unwrap_or_default().to_owned();
    problems
        .iter()
        .map(|p| (text(&p["kind"]), text(&p["message"])))
        .collect()
}

fn file(test: &TestApp) -> std::path::PathBuf {
    test.app.data_dir.join("audit-checkpoints.jsonl")
}

/// Acts on two days, each exported.
async fn exported(test: &TestApp) {
    for (number, day) in [(1, date(2022, 5, 2)), (2, date(2022, 5, 3))] {
        test.go_to(day);
        test.village().add_household(HOME, number).await;
        test.app.checkpoint_audit().await.expect("export");
    }
    test.go_to(date(2022, 5, 4));
}

async fn emptied(engine: Engine) {
    let test = TestApp::on(engine).await;
    exported(&test).await;
    assert_eq!(told(&test).await, []);
    for table in ["audit_record", "audit_head", "audit_checkpoint"] {
        test.sql(&format!("DELETE FROM {table}")).await;
    }
    std::fs::remove_file(file(&test)).expect("removed");
    let empty = test.app.verify_audit_offline().await.expect("verified");
    assert!(!empty.ok && empty.records == 0, "{empty:?}");
    // Signing in begins the chain anew: that hides nothing.
    test.forget("audit");
    let told = told(&test).await;
    assert!(told.iter().all(|(kind, _)| kind == "emptied"), "{told:?}");
    let words: Vec<&str> = told.iter().map(|(_, words)| words.as_str()).collect();
    assert!(
        words.iter().any(|w| w.contains("晚于库中最早的账号")),
        "{words:?}"
    );
    assert!(
        words.iter().any(|w| w.contains("有这个县的农户")),
        "{words:?}"
    );
}

async fn file_gone(engine: Engine) {
    let test = TestApp::on(engine).await;
    exported(&test).await;
    let whole = std::fs::read_to_string(file(&test)).expect("the file");
    let lines: Vec<&str> = whole.lines().collect();
    assert!(lines.len() >= 3, "{whole}");
    // A line out of the middle, the last lines, everything.
    let without_first = lines[1..].join("\n") + "\n";
    let only_first = lines[..1].join("\n") + "\n";
    for cut in [without_first, only_first] {
        std::fs::write(file(&test), cut).expect("written");
        let told = told(&test).await;
        assert!(!told.is_empty());
        for (kind, words) in told {
            assert_eq!(kind, "missing");
            assert!(words.contains("被删去"), "{words}");
        }
    }
    std::fs::remove_file(file(&test)).expect("removed");
    let told_now = told(&test).await;
    assert_eq!(told_now.len(), 1, "{told_now:?}");
    assert!(told_now[0].1.contains("库外检查点文件不见了"));
    // The next export makes the file good and puts it on record.
    test.app.checkpoint_audit().await.expect("export");
    assert_eq!(told(&test).await, []);
    let trail = "/audit?operation=audit.checkpoints_restored";
    let trail = test.person("audit").get(trail).await.ok();
    assert_eq!(trail["total"], 1);
    // What a crash keeps from the file is among the newest: no problem.
    test.village().add_household(HOME, 3).await;
    let mut tx = test
        .app
        .store
        .write(test.app.system_actor())
        .await
        .expect("write");
    assert!(!tx.checkpoint_heads().await.expect("heads").is_empty());
    tx.commit().await.expect("commit");
    assert_eq!(told(&test).await, []);
}

#[tokio::test]
async fn an_emptied_chain_is_told_on_sqlite() {
    emptied(Engine::Sqlite).await;
}

#[tokio::test]
async fn an_emptied_chain_is_told_on_postgres() {
    emptied(Engine::Postgres).await;
}

#[tokio::test]
async fn a_cut_file_is_told_on_sqlite() {
    file_gone(Engine::Sqlite).await;
}

#[tokio::test]
async fn a_cut_file_is_told_on_postgres() {
    file_gone(Engine::Postgres).await;
}
