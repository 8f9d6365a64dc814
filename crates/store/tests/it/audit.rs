use domain::audit::GENESIS;
use store::Window;
use store::audit::{AuditFilter, chain_of};

use crate::fixture::{TestDatabase, actor, all_pages, on_both};

on_both!(
    records_are_chained,
    a_checkpoint_is_signed_every_thousand_records,
    heads_are_signed_once,
    records_are_listed_newest_first
);

async fn records_are_chained(db: TestDatabase) {
    let mut tx = db.write().await;
    tx.audit(
        "410327",
        "casefile.decide",
        "casefile/c",
        "category=marginal_at_risk",
    )
    .await
    .expect("audited");
    tx.audit("system", "account.create", "account/a", "")
        .await
        .expect("audited");
    tx.audit("410327", "casefile.announce", "casefile/c", "")
        .await
        .expect("audited");
    tx.commit().await.expect("committed");
    let page = db
        .store
        .audit_page(&AuditFilter::default(), &Window::first(10))
        .await
        .expect("read");
    let mut county: Vec<_> = page
        .items
        .iter()
        .filter(|r| r.record.chain == "410327")
        .collect();
    county.sort_by_key(|r| r.record.seq);
    assert_eq!(county[0].hash, county[0].record.hash_after(GENESIS));
    assert_eq!(county[1].hash, county[1].record.hash_after(&county[0].hash));
    assert_eq!(
        (
            county[0].record.account_id.as_str(),
            county[0].record.at_millis
        ),
        ("account-clerk", actor().now_millis)
    );
    let found = db.store.verify_audit(&[]).await.expect("verified");
    assert_eq!(
        (found.records, found.checkpoints, found.problems.len()),
        (3, 0, 0)
    );
}

async fn a_checkpoint_is_signed_every_thousand_records(db: TestDatabase) {
    let mut tx = db.write().await;
    for round in 0..2001 {
        tx.audit("410327", "test", "", &format!("round={round}"))
            .await
            .expect("audited");
    }
    tx.commit().await.expect("committed");
    let checkpoints = db.store.checkpoints().await.expect("read");
    assert_eq!(
        checkpoints.iter().map(|c| c.seq).collect::<Vec<_>>(),
        [1000, 2000]
    );
    let found = db.store.verify_audit(&checkpoints).await.expect("verified");
    assert_eq!(
        (found.records, found.checkpoints, found.problems.len()),
        (2001, 2, 0)
    );
}

async fn heads_are_signed_once(db: TestDatabase) {
    let mut tx = db.write().await;
    assert!(
        tx.checkpoint_heads()
            .await
            .expect("nothing to sign")
            .is_empty()
    );
    tx.audit("410327", "test", "", "").await.expect("audited");
    tx.audit("system", "test", "", "").await.expect("audited");
    assert_eq!(tx.checkpoint_heads().await.expect("signed").len(), 2);
    assert!(
        tx.checkpoint_heads()
            .await
            .expect("signed already")
            .is_empty()
    );
    tx.audit("system", "test", "", "").await.expect("audited");
    let moved = tx.checkpoint_heads().await.expect("signed");
    assert_eq!(
        moved
            .iter()
            .map(|c| (c.chain.as_str(), c.seq))
            .collect::<Vec<_>>(),
        [("system", 2)]
    );
    tx.commit().await.expect("committed");
    assert_eq!(db.store.checkpoints().await.expect("read").len(), 3);
}

async fn records_are_listed_newest_first(db: TestDatabase) {
    for (account, operation, at) in [
        ("a", "casefile.decide", 1),
        ("b", "casefile.announce", 2),
        ("a", "lead.register", 3),
    ] {
        let mut tx = db
            .store
            .write(store::Actor {
                account_id: account.into(),
                now_millis: at,
            })
            .await
            .expect("starts");
        tx.audit("410327", operation, "", "")
            .await
            .expect("audited");
        tx.audit("system", operation, "", "")
            .await
            .expect("audited");
        tx.commit().await.expect("committed");
    }
    let listed = async |filter: AuditFilter, limit| {
        let records = all_pages!(limit, |window| db.store.audit_page(&filter, window));
        records
            .into_iter()
            .map(|r| {
                format!(
                    "{} {} {}",
                    r.record.at_millis, r.record.chain, r.record.operation
                )
            })
            .collect::<Vec<_>>()
    };
    let all = listed(AuditFilter::default(), 10).await;
    assert_eq!(all.len(), 6);
    assert!(all[0].starts_with("3 ") && all[5].starts_with("1 "));
    let paged = listed(AuditFilter::default(), 1).await;
    assert_eq!(paged, all, "each once, also where instants tie");
    assert_eq!(
        listed(
            AuditFilter {
                operation: Some("casefile".into()),
                ..AuditFilter::default()
            },
            10
        )
        .await
        .len(),
        4
    );
    assert_eq!(
        listed(
            AuditFilter {
                account_id: Some("b".into()),
                ..AuditFilter::default()
            },
            10
        )
        .await
        .len(),
        2
    );
    let window = AuditFilter {
        from_millis: Some(2),
        to_millis: Some(3),
        ..AuditFilter::default()
    };
    assert_eq!(listed(window, 10).await.len(), 2);
}

#[test]
fn a_chain_is_a_county_or_the_system() {
    for (division, chain) in [
        (Some("410327101201"), "410327"),
        (Some("410327101"), "410327"),
        (Some("410327"), "410327"),
        (Some("4103"), "system"),
        (Some("41"), "system"),
        (None, "system"),
    ] {
        assert_eq!(
            chain_of(division.map(|d| d.parse().expect("a code"))),
            chain,
            "{division:?}"
        );
    }
}
