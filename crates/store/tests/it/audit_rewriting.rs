//! An intruder with the database in hand, without the keys, who cuts or
//! rewrites whole chains: found back to the last checkpoint outside the
//! database, which is the stated limit.

use crate::audit_tampering::{COUNTY, chains, found, records, rewrite};
use crate::fixture::{Behind, TestDatabase, on_both};

on_both!(
    a_tail_cut_off_is_found_by_the_head,
    a_tail_cut_off_with_the_head_mended_is_found_back_to_the_last_checkpoint_outside,
    limit_a_tail_cut_off_after_the_last_checkpoint_with_the_head_mended_is_not_found,
    limit_a_tail_rewritten_after_the_last_checkpoint_with_the_head_mended_is_not_found,
    a_rewritten_chain_is_found_by_checkpoints_inside,
    a_rewritten_chain_without_checkpoints_inside_is_found_by_those_outside,
    a_forged_checkpoint_is_found,
    a_deleted_checkpoint_is_found,
    a_deleted_head_is_found,
    a_deleted_chain_is_found,
);

/// Cuts the county's chain after a record; mends the head when asked.
async fn cut(behind: &Behind, after: usize, mend: bool) {
    if mend {
        let kept = records(behind).await;
        rewrite(behind, &kept[..after]).await;
    } else {
        behind
            .run(&format!(
                "DELETE FROM audit_record WHERE chain = '{COUNTY}' AND seq > {after}"
            ))
            .await;
    }
}

async fn a_tail_cut_off_is_found_by_the_head(db: TestDatabase) {
    let outside = chains(&db).await;
    let behind = db.behind().await;
    cut(&behind, 79, false).await;
    assert_eq!(found(&db, &[]).await, ["truncated 80"]);
    cut(&behind, 50, false).await;
    assert_eq!(found(&db, &outside).await, ["truncated 60", "truncated 80"]);
}

async fn a_tail_cut_off_with_the_head_mended_is_found_back_to_the_last_checkpoint_outside(
    db: TestDatabase,
) {
    let outside = chains(&db).await;
    let behind = db.behind().await;
    behind.run("DELETE FROM audit_checkpoint").await;
    let kinds = |problems: Vec<String>| {
        problems
            .into_iter()
            .filter(|p| !p.starts_with("missing"))
            .collect::<Vec<_>>()
    };
    cut(&behind, 59, true).await;
    let all = db
        .store
        .verify_audit(&outside)
        .await
        .expect("verified")
        .problems;
    let county: Vec<_> = all
        .iter()
        .filter(|p| p.chain == COUNTY)
        .map(|p| format!("{} {}", p.kind, p.seq))
        .collect();
    assert_eq!(
        kinds(county),
        ["truncated 60"],
        "the checkpoint outside tells of record 60"
    );
    cut(&behind, 10, true).await;
    let all = db
        .store
        .verify_audit(&outside)
        .await
        .expect("verified")
        .problems;
    let county: Vec<_> = all
        .iter()
        .filter(|p| p.chain == COUNTY)
        .map(|p| format!("{} {}", p.kind, p.seq))
        .collect();
    assert_eq!(kinds(county), ["truncated 40", "truncated 60"]);
}

async fn limit_a_tail_cut_off_after_the_last_checkpoint_with_the_head_mended_is_not_found(
    db: TestDatabase,
) {
    let outside = chains(&db).await;
    cut(&db.behind().await, 60, true).await;
    assert_eq!(found(&db, &outside).await, [""; 0]);
}

async fn limit_a_tail_rewritten_after_the_last_checkpoint_with_the_head_mended_is_not_found(
    db: TestDatabase,
) {
    let outside = chains(&db).await;
    let behind = db.behind().await;
    let mut forged = records(&behind).await;
    forged[60].detail = "forged".into();
    rewrite(&behind, &forged).await;
    assert_eq!(found(&db, &outside).await, [""; 0]);
    // One record earlier lies within the checkpoint.
    forged[59].detail = "forged".into();
    rewrite(&behind, &forged).await;
    assert_eq!(found(&db, &outside).await, ["forked 60"]);
}

async fn a_rewritten_chain_is_found_by_checkpoints_inside(db: TestDatabase) {
    chains(&db).await;
    let behind = db.behind().await;
    let mut forged = records(&behind).await;
    forged[4].account_id = "somebody else".into();
    rewrite(&behind, &forged).await;
    assert_eq!(found(&db, &[]).await, ["forked 40", "forked 60"]);
}

async fn a_rewritten_chain_without_checkpoints_inside_is_found_by_those_outside(db: TestDatabase) {
    let outside = chains(&db).await;
    let behind = db.behind().await;
    let mut forged = records(&behind).await;
    forged[44].account_id = "somebody else".into();
    rewrite(&behind, &forged).await;
    behind
        .run(&format!(
            "DELETE FROM audit_checkpoint WHERE chain = '{COUNTY}'"
        ))
        .await;
    assert_eq!(
        found(&db, &[]).await,
        [""; 0],
        "without the file outside nothing tells"
    );
    assert_eq!(
        found(&db, &outside).await,
        ["missing 40", "forked 60", "missing 60"]
    );
}

async fn a_forged_checkpoint_is_found(db: TestDatabase) {
    let outside = chains(&db).await;
    let behind = db.behind().await;
    let mut forged = records(&behind).await;
    forged[4].account_id = "somebody else".into();
    rewrite(&behind, &forged).await;
    // The checkpoints fitted to the rewritten chain: only the key is missing.
    behind
        .run(&format!(
            "UPDATE audit_checkpoint SET hash = (SELECT r.hash FROM audit_record r WHERE r.chain = audit_checkpoint.chain AND r.seq = audit_checkpoint.seq) \
             WHERE chain = '{COUNTY}'"
        ))
        .await;
    assert_eq!(
        found(&db, &[]).await,
        ["bad_signature 40", "bad_signature 60"]
    );
    assert_eq!(
        found(&db, &outside).await,
        [
            "bad_signature 40",
            "bad_signature 60",
            "forked 40",
            "forked 60"
        ]
    );
    behind
        .run(&format!(
            "UPDATE audit_checkpoint SET signature = '' WHERE chain = '{COUNTY}' AND seq = 40"
        ))
        .await;
    assert_eq!(
        found(&db, &[]).await,
        ["bad_signature 40", "bad_signature 60"]
    );
    // One forged in the file outside.
    let mut fake = outside;
    fake.retain(|c| c.chain == COUNTY);
    fake[0].seq = 41;
    let problems = found(&db, &fake[..1]).await;
    assert!(
        problems.contains(&"bad_signature 41".to_owned()),
        "{problems:?}"
    );
}

async fn a_deleted_checkpoint_is_found(db: TestDatabase) {
    let outside = chains(&db).await;
    db.behind()
        .await
        .run(&format!(
            "DELETE FROM audit_checkpoint WHERE chain = '{COUNTY}' AND seq = 60"
        ))
        .await;
    assert_eq!(found(&db, &outside).await, ["missing 60"]);
}

async fn a_deleted_head_is_found(db: TestDatabase) {
    let outside = chains(&db).await;
    let behind = db.behind().await;
    behind
        .run(&format!("DELETE FROM audit_head WHERE chain = '{COUNTY}'"))
        .await;
    assert_eq!(found(&db, &outside).await, ["truncated 0"]);
    // Nobody can act on past it: the chain does not begin anew.
    let mut tx = db.write().await;
    assert!(tx.audit(COUNTY, "test", "", "").await.is_err());
}

async fn a_deleted_chain_is_found(db: TestDatabase) {
    let outside = chains(&db).await;
    let behind = db.behind().await;
    for table in ["audit_record", "audit_head"] {
        behind
            .run(&format!("DELETE FROM {table} WHERE chain = '{COUNTY}'"))
            .await;
    }
    assert_eq!(
        found(&db, &[]).await,
        ["truncated 40", "truncated 60", "truncated 0"]
    );
    behind
        .run(&format!(
            "DELETE FROM audit_checkpoint WHERE chain = '{COUNTY}'"
        ))
        .await;
    let problems = found(&db, &outside).await;
    assert!(
        problems.contains(&"truncated 40".to_owned())
            && problems.contains(&"truncated 60".to_owned()),
        "{problems:?}"
    );
}
