//! The file of audit checkpoints outside the database, after crashes and
//! tampering.

use std::io::Write as _;

use app::App;

use crate::exchange::app_in;

async fn act(app: &App, operation: &str) {
    let mut tx = app.store.write(app.system_actor()).await.expect("write");
    tx.audit("410327", operation, "", "").await.expect("audit");
    tx.commit().await.expect("commit");
}

fn lines(folder: &tempfile::TempDir) -> Vec<String> {
    std::fs::read_to_string(folder.path().join("audit-checkpoints.jsonl"))
        .expect("the file")
        .lines()
        .map(str::to_owned)
        .collect()
}

async fn problems(app: &App) -> Vec<(String, i64, String)> {
    let found = app.verify_audit_offline().await.expect("verified");
    assert_eq!(found.ok, found.problems.is_empty());
    found
        .problems
        .into_iter()
        .map(|p| (p.chain, p.seq, p.kind))
        .collect()
}

/// The process dies between the commit and the file: the next start adds it.
#[tokio::test]
async fn a_checkpoint_the_crash_kept_back_is_added() {
    let folder = tempfile::tempdir().expect("folder");
    let app = app_in(&folder).await;
    act(&app, "one").await;
    let added = app.checkpoint_audit().await.expect("export");
    assert_eq!((added, lines(&folder).len()), (2, 2), "two chains moved");
    act(&app, "two").await;
    // Committed, never exported.
    let mut tx = app.store.write(app.system_actor()).await.expect("write");
    assert_eq!(tx.checkpoint_heads().await.expect("heads").len(), 1);
    tx.commit().await.expect("commit");
    assert_eq!(app.checkpoint_audit().await.expect("export"), 1);
    assert_eq!(app.checkpoint_audit().await.expect("export"), 0);
    assert_eq!(lines(&folder).len(), 3);
    assert_eq!(problems(&app).await, []);
    // With it the cut tail is noticed.
    let before = lines(&folder);
    assert!(before[2].contains("\"seq\":2"), "{}", before[2]);
}

/// A power cut tears a line; somebody writes garbage: both are told, with
/// their line, and nothing that can be read is lost.
#[tokio::test]
async fn torn_and_strange_lines_are_reported_and_made_good() {
    let folder = tempfile::tempdir().expect("folder");
    let app = app_in(&folder).await;
    act(&app, "one").await;
    app.checkpoint_audit().await.expect("export");
    let path = folder.path().join("audit-checkpoints.jsonl");
    let whole = std::fs::read_to_string(&path).expect("the file");
    let last = whole.lines().last().expect("a line").to_owned();
    // The last line is torn in the middle.
    let torn = &whole[..whole.len() - last.len() / 2];
    std::fs::write(&path, torn).expect("torn");
    assert_eq!(
        problems(&app).await,
        [("file".into(), 2, "unreadable".into())]
    );
    act(&app, "two").await;
    assert_eq!(app.checkpoint_audit().await.expect("export"), 2);
    let now = lines(&folder);
    let signature = |line: &String| {
        let value: serde_json::Value = serde_json::from_str(line).unwrap_or_default();
        value["signature"].clone()
    };
    let again = now.iter().any(|line| signature(line) == signature(&last));
    assert!(again, "the torn checkpoint is there again");
    assert!(torn.ends_with(&now[1]), "the torn line stays as evidence");
    let mut file = std::fs::OpenOptions::new()
        .append(true)
        .open(&path)
        .expect("open");
    file.write_all(b"\xff\xfe not a checkpoint\n{\"chain\":\"410327\"}\n")
        .expect("garbage");
    let count = i64::try_from(now.len()).expect("few");
    assert_eq!(
        problems(&app).await,
        [2, count + 1, count + 2].map(|line| ("file".into(), line, "unreadable".into()))
    );
}

/// Somebody deletes the end of one chain, its checkpoints in the database and
/// their lines in the middle of the file, where lines of other chains follow:
/// the line after the gap shows it, and cannot be mended without the key.
#[tokio::test]
async fn a_line_out_of_the_middle_shows() {
    let folder = tempfile::tempdir().expect("folder");
    let app = app_in(&folder).await;
    for operation in ["one", "two", "three"] {
        act(&app, operation).await;
        app.checkpoint_audit().await.expect("export");
    }
    let mut tx = app.store.write(app.system_actor()).await.expect("write");
    tx.audit("system", "last", "", "").await.expect("audit");
    tx.commit().await.expect("commit");
    app.checkpoint_audit().await.expect("export");
    assert_eq!(problems(&app).await, []);

    let path = folder.path().join("audit-checkpoints.jsonl");
    let whole = lines(&folder);
    let gone = |line: &String| line.contains("\"410327\"") && !line.contains("\"seq\":1,");
    let left: Vec<String> = whole.iter().filter(|l| !gone(l)).cloned().collect();
    assert!(left.len() + 2 == whole.len() && left.last() == whole.last());
    std::fs::write(&path, left.join("\n") + "\n").expect("cut");
    let database = format!("sqlite://{}", folder.path().join("shouwang.db").display());
    let database = sea_orm::Database::connect(database).await.expect("open");
    for statement in [
        "DELETE FROM audit_record WHERE chain = '410327' AND seq > 1",
        "DELETE FROM audit_checkpoint WHERE chain = '410327' AND seq > 1",
        "UPDATE audit_head SET seq = 1, hash = (SELECT hash FROM audit_record WHERE chain = '410327') WHERE chain = '410327'",
    ] {
        sea_orm::ConnectionTrait::execute_unprepared(&database, statement)
            .await
            .expect("tampered");
    }
    let line = i64::try_from(left.len()).expect("few");
    assert_eq!(
        problems(&app).await,
        [("file".into(), line, "missing".into())]
    );
    // Nor does it help to pass the lines off as those of an older file.
    let bare: Vec<String> = left
        .iter()
        .map(|l| {
            let mut value: serde_json::Value = serde_json::from_str(l).expect("a line");
            value.as_object_mut().expect("an object").remove("after");
            value.to_string()
        })
        .collect();
    std::fs::write(&path, bare.join("\n") + "\n").expect("stripped");
    assert_eq!(problems(&app).await.len(), bare.len());
}
