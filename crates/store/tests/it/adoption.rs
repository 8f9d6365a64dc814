use store::StoreError;
use store::policy::AdoptionRow;

use crate::fixture::{TestDatabase, on_both};

on_both!(history_is_kept, two_officers_meet);

fn row(id: &str, recorded_at: i64) -> AdoptionRow {
    AdoptionRow {
        id: id.into(),
        pack_id: "henan-2022".into(),
        pack_version: 1,
        jurisdiction: "410000000000".into(),
        from_on: "2022-04-27".into(),
        until_on: None,
        status: "draft".into(),
        reason: "会议".into(),
        document: String::new(),
        account_id: "a".into(),
        recorded_at,
        version: 1,
    }
}

async fn history_is_kept(db: TestDatabase) {
    let mut tx = db.write().await;
    for (id, at) in [("second", 9), ("first", 5)] {
        tx.add_adoption(row(id, at)).await.expect("added");
    }
    tx.add_adoption_event("first", "drafted", None, "会议")
        .await
        .expect("told");
    tx.add_adoption_event("first", "ended", Some("2023-01-01".into()), "新文件")
        .await
        .expect("told");
    tx.audit("system", "policy.drafted", "", "")
        .await
        .expect("audited");
    tx.commit().await.expect("committed");
    let rows = db.store.adoptions().await.expect("read");
    let ids: Vec<&str> = rows.iter().map(|r| r.id.as_str()).collect();
    assert_eq!(ids, ["first", "second"]);
    let events = db.store.adoption_events().await.expect("read");
    let told: Vec<_> = events.iter().map(|e| (e.seq, e.kind.as_str())).collect();
    assert_eq!(told, [(1, "drafted"), (2, "ended")]);
    assert_eq!(events[1].until_on.as_deref(), Some("2023-01-01"));
}

async fn two_officers_meet(db: TestDatabase) {
    let mut tx = db.write().await;
    tx.add_adoption(row("one", 5)).await.expect("added");
    let held = tx.hold_adoptions().await.expect("held");
    let mut changed = held[0].clone();
    changed.status = "in_force".into();
    tx.save_adoption(changed.clone()).await.expect("saved");
    let late = tx.save_adoption(changed).await;
    assert!(
        matches!(late, Err(StoreError::Stale { current: 2 })),
        "{late:?}"
    );
    tx.audit("system", "policy.put_in_force", "", "")
        .await
        .expect("audited");
    tx.commit().await.expect("committed");
    assert_eq!(
        db.store.adoptions().await.expect("read")[0].status,
        "in_force"
    );
}
