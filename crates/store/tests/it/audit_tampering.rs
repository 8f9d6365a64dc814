//! An intruder with the database in hand, without the keys: what was done to
//! the audit chain is found, and named rightly.

use domain::audit::{AuditRecord, Checkpoint, GENESIS};

use crate::fixture::{Behind, TestDatabase, on_both};

on_both!(
    an_untouched_database_verifies,
    an_edit_of_any_field_is_found,
    a_deleted_first_record_is_found,
    a_deleted_record_in_the_middle_is_found,
    an_inserted_record_is_found,
    two_swapped_records_are_found,
    a_record_moved_to_another_chain_is_found,
);

pub const COUNTY: &str = "410327";

/// 320 records over four chains; checkpoints of all heads at 100 and 200
/// rounds, the second also outside. Returns those outside.
pub async fn chains(db: &TestDatabase) -> Vec<Checkpoint> {
    let mut outside = Vec::new();
    let mut tx = db.write().await;
    for round in 0..80 {
        for chain in [COUNTY, "410328", "410329", "system"] {
            tx.audit(
                chain,
                "casefile.review",
                &format!("casefile/{round}"),
                &format!("round={round}"),
            )
            .await
            .expect("audited");
        }
        if round == 39 || round == 59 {
            let made = tx.checkpoint_heads().await.expect("signed");
            outside.extend(made);
        }
    }
    tx.commit().await.expect("committed");
    let found = db.store.verify_audit(&outside).await.expect("verified");
    assert_eq!((found.records, found.checkpoints), (320, 8));
    assert!(found.problems.is_empty());
    outside
}

/// `kind at seq` of everything found; all of it in the county's chain.
pub async fn found(db: &TestDatabase, outside: &[Checkpoint]) -> Vec<String> {
    let found = db.store.verify_audit(outside).await.expect("verified");
    assert!(
        found
            .problems
            .iter()
            .all(|p| p.chain == COUNTY && !p.message.is_empty()),
        "{:?}",
        found.problems
    );
    found
        .problems
        .into_iter()
        .map(|p| format!("{} {}", p.kind, p.seq))
        .collect()
}

/// The county's records as they are stored.
pub async fn records(behind: &Behind) -> Vec<AuditRecord> {
    let sql = format!(
        "SELECT chain, seq, at_millis, account_id, operation, subject, detail FROM audit_record WHERE chain = '{COUNTY}' ORDER BY seq"
    );
    let row = |r: &sea_orm::QueryResult| AuditRecord {
        chain: r.try_get_by_index(0).expect("text"),
        seq: r.try_get_by_index(1).expect("a number"),
        at_millis: r.try_get_by_index(2).expect("a number"),
        account_id: r.try_get_by_index(3).expect("text"),
        operation: r.try_get_by_index(4).expect("text"),
        subject: r.try_get_by_index(5).expect("text"),
        detail: r.try_get_by_index(6).expect("text"),
    };
    behind.rows(&sql).await.iter().map(row).collect()
}

/// Writes the county's chain anew with every hash recomputed and the head
/// mended: the best an intruder without the audit key can do.
pub async fn rewrite(behind: &Behind, records: &[AuditRecord]) {
    behind
        .run(&format!(
            "DELETE FROM audit_record WHERE chain = '{COUNTY}'"
        ))
        .await;
    let mut hash = GENESIS.to_owned();
    for r in records {
        hash = r.hash_after(&hash);
        behind
            .run(&format!(
                "INSERT INTO audit_record (chain, seq, at_millis, account_id, operation, subject, detail, hash) \
                 VALUES ('{}', {}, {}, '{}', '{}', '{}', '{}', '{hash}')",
                r.chain, r.seq, r.at_millis, r.account_id, r.operation, r.subject, r.detail
            ))
            .await;
    }
    behind
        .run(&format!(
            "UPDATE audit_head SET seq = {}, hash = '{hash}' WHERE chain = '{COUNTY}'",
            records.len()
        ))
        .await;
}

async fn an_untouched_database_verifies(db: TestDatabase) {
    let outside = chains(&db).await;
    assert_eq!(found(&db, &outside).await, [""; 0]);
    assert_eq!(
        found(&db, &[]).await,
        [""; 0],
        "also without the file outside"
    );
}

async fn an_edit_of_any_field_is_found(db: TestDatabase) {
    let outside = chains(&db).await;
    let behind = db.behind().await;
    for seq in [1, 17, 40, 80] {
        for change in [
            "at_millis = at_millis + 1",
            "account_id = 'x'",
            "operation = 'x'",
            "subject = ''",
            "detail = detail || ' '",
        ] {
            let column = change.split(' ').next().expect("a column");
            let quote = |row: &sea_orm::QueryResult| -> String {
                row.try_get_by_index::<String>(0).map_or_else(
                    |_| row.try_get_by_index::<i64>(0).expect("a value").to_string(),
                    |t| format!("'{t}'"),
                )
            };
            let at = format!("WHERE chain = '{COUNTY}' AND seq = {seq}");
            let before = quote(
                &behind
                    .rows(&format!("SELECT {column} FROM audit_record {at}"))
                    .await[0],
            );
            assert_eq!(
                behind
                    .run(&format!("UPDATE audit_record SET {change} {at}"))
                    .await,
                1
            );
            assert_eq!(
                found(&db, &outside).await,
                [format!("edited {seq}")],
                "{change}"
            );
            behind
                .run(&format!("UPDATE audit_record SET {column} = {before} {at}"))
                .await;
        }
    }
    assert_eq!(found(&db, &outside).await, [""; 0], "all put back");
    behind
        .run(&format!(
            "UPDATE audit_record SET hash = '{}' WHERE chain = '{COUNTY}' AND seq = 17",
            "0".repeat(64)
        ))
        .await;
    assert_eq!(
        found(&db, &outside).await,
        ["edited 17", "edited 18"],
        "the hash itself breaks both sides"
    );
}

async fn a_deleted_first_record_is_found(db: TestDatabase) {
    let outside = chains(&db).await;
    db.behind()
        .await
        .run(&format!(
            "DELETE FROM audit_record WHERE chain = '{COUNTY}' AND seq = 1"
        ))
        .await;
    assert_eq!(found(&db, &outside).await, ["missing 2", "edited 2"]);
    assert_eq!(found(&db, &[]).await, ["missing 2", "edited 2"]);
}

async fn a_deleted_record_in_the_middle_is_found(db: TestDatabase) {
    let outside = chains(&db).await;
    let behind = db.behind().await;
    behind
        .run(&format!(
            "DELETE FROM audit_record WHERE chain = '{COUNTY}' AND seq IN (50, 51)"
        ))
        .await;
    assert_eq!(found(&db, &outside).await, ["missing 52", "edited 52"]);
    // The record of a checkpoint as well.
    behind
        .run(&format!(
            "DELETE FROM audit_record WHERE chain = '{COUNTY}' AND seq = 60"
        ))
        .await;
    assert_eq!(
        found(&db, &outside).await,
        [
            "missing 52",
            "edited 52",
            "missing 61",
            "edited 61",
            "truncated 60"
        ]
    );
}

async fn an_inserted_record_is_found(db: TestDatabase) {
    let outside = chains(&db).await;
    let behind = db.behind().await;
    let insert = |seq: i64| {
        format!(
            "INSERT INTO audit_record (chain, seq, at_millis, account_id, operation, subject, detail, hash) \
             VALUES ('{COUNTY}', {seq}, 1, 'x', 'casefile.decide', '', '', '{}')",
            "0".repeat(64)
        )
    };
    for seq in [0, -5] {
        behind.run(&insert(seq)).await;
        let problems = found(&db, &outside).await;
        assert_eq!(
            problems[..2],
            [format!("out_of_order {seq}"), format!("edited {seq}")]
        );
        behind
            .run(&format!(
                "DELETE FROM audit_record WHERE chain = '{COUNTY}' AND seq = {seq}"
            ))
            .await;
    }
    behind.run(&insert(81)).await;
    assert_eq!(
        found(&db, &outside).await,
        ["edited 81", "truncated 80"],
        "the head knows the last record"
    );
    behind
        .run(&format!(
            "DELETE FROM audit_record WHERE chain = '{COUNTY}' AND seq = 81"
        ))
        .await;
    // Room made in the middle, later records renumbered, hashes as they were.
    behind
        .run(&format!(
            "UPDATE audit_record SET seq = -seq - 1 WHERE chain = '{COUNTY}' AND seq > 70"
        ))
        .await;
    behind
        .run(&format!(
            "UPDATE audit_record SET seq = -seq WHERE chain = '{COUNTY}' AND seq < 0"
        ))
        .await;
    behind.run(&insert(71)).await;
    behind
        .run(&format!(
            "UPDATE audit_head SET seq = 81 WHERE chain = '{COUNTY}'"
        ))
        .await;
    let problems = found(&db, &outside).await;
    assert_eq!(problems.len(), 11);
    assert_eq!(
        (problems[0].as_str(), problems[10].as_str()),
        ("edited 71", "edited 81")
    );
}

async fn two_swapped_records_are_found(db: TestDatabase) {
    let outside = chains(&db).await;
    let behind = db.behind().await;
    for [from, to] in [[30, 99_999], [31, 30], [99_999, 31]] {
        behind
            .run(&format!(
                "UPDATE audit_record SET seq = {to} WHERE chain = '{COUNTY}' AND seq = {from}"
            ))
            .await;
    }
    // Both, and the one after, which no longer follows its predecessor.
    assert_eq!(
        found(&db, &outside).await,
        ["edited 30", "edited 31", "edited 32"]
    );
}

async fn a_record_moved_to_another_chain_is_found(db: TestDatabase) {
    let outside = chains(&db).await;
    db.behind()
        .await
        .run(&format!(
            "UPDATE audit_record SET chain = '999999' WHERE chain = '{COUNTY}' AND seq = 30"
        ))
        .await;
    let found = db.store.verify_audit(&outside).await.expect("verified");
    let named: Vec<_> = found
        .problems
        .iter()
        .map(|p| format!("{} {} {}", p.chain, p.kind, p.seq))
        .collect();
    assert_eq!(
        named,
        [
            "410327 missing 31",
            "410327 edited 31",
            "999999 missing 30",
            "999999 edited 30",
            "999999 truncated 0"
        ]
    );
}
