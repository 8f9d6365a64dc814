use store::StoreError;

use crate::fixture::{TestDatabase, on_both};
use crate::people::{
    DAY, VILLAGE, account, add_casefile, add_household, household, lead, meta, scope,
};

on_both!(
    a_write_without_an_audit_record_is_stopped,
    a_dropped_write_leaves_nothing,
    a_failed_write_leaves_nothing,
    readers_do_not_wait_for_the_writer
);

/// Rows in every table but the list of migrations.
async fn rows(db: &TestDatabase) -> Vec<(String, i64)> {
    let behind = db.behind().await;
    let mut counts = Vec::new();
    for table in behind.tables().await {
        let count = behind
            .number(&format!("SELECT COUNT(*) FROM {table}"))
            .await;
        if count > 0 && table != "migration" {
            counts.push((table, count));
        }
    }
    counts
}

async fn fill(db: &TestDatabase) -> store::WriteTx {
    let mut tx = db.write().await;
    add_household(&mut tx, "h", VILLAGE, "张三").await;
    add_casefile(&mut tx, "c", "h", VILLAGE).await;
    let row = lead(&tx, "l", VILLAGE, "h", "2025-05-01", "x");
    tx.add_lead(row).await.expect("added");
    tx.add_account(account("a", "zhang", None), &["grid_worker".into()])
        .await
        .expect("added");
    tx
}

async fn a_write_without_an_audit_record_is_stopped(db: TestDatabase) {
    let tx = fill(&db).await;
    match tx.commit().await {
        Err(StoreError::Unsuitable(message)) => assert!(message.contains("audit"), "{message}"),
        other => panic!("{other:?}"),
    }
    assert_eq!(rows(&db).await, []);
}

async fn a_dropped_write_leaves_nothing(db: TestDatabase) {
    let mut tx = fill(&db).await;
    tx.audit("410327", "test", "", "").await.expect("audited");
    drop(tx);
    // The next writer is let in, so the dropped one has ended.
    let mut tx = db.write().await;
    assert!(
        tx.household_file(&scope(VILLAGE), "h")
            .await
            .expect("read")
            .is_none()
    );
    tx.audit("system", "test", "", "").await.expect("audited");
    tx.commit().await.expect("committed");
    assert_eq!(
        rows(&db).await,
        [("audit_head".into(), 1), ("audit_record".into(), 1)]
    );
}

async fn a_failed_write_leaves_nothing(db: TestDatabase) {
    let mut tx = fill(&db).await;
    tx.audit("410327", "test", "", "").await.expect("audited");
    assert!(matches!(
        tx.save_household(
            "h",
            &household("h", VILLAGE, "张三"),
            &meta(DAY, "stale"),
            Some(9)
        )
        .await,
        Err(StoreError::Stale { current: 1 })
    ));
    drop(tx);
    let tx = db.write().await;
    drop(tx);
    assert_eq!(rows(&db).await, []);
}

async fn readers_do_not_wait_for_the_writer(db: TestDatabase) {
    let mut tx = fill(&db).await;
    tx.audit("410327", "test", "", "").await.expect("audited");
    let read = tokio::time::timeout(
        std::time::Duration::from_secs(5),
        db.store.household(&scope(VILLAGE), "h"),
    )
    .await;
    assert!(
        read.expect("a reader does not wait")
            .expect("read")
            .is_none(),
        "and sees nothing that is not committed"
    );
    tx.commit().await.expect("committed");
    assert!(
        db.store
            .household(&scope(VILLAGE), "h")
            .await
            .expect("read")
            .is_some()
    );
}
