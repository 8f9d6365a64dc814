use std::collections::BTreeSet;

use store::StoreError;
use store::lead::LeadFilter;

use crate::fixture::{TestDatabase, all_pages, on_both};
use crate::people::{NEIGHBOUR, VILLAGE, lead, scope};

on_both!(
    a_lead_is_saved_with_its_version,
    open_leads_come_earliest_first,
    lead_pages_are_complete_under_ties
);

async fn a_lead_is_saved_with_its_version(db: TestDatabase) {
    let mut tx = db.write().await;
    let mut row = lead(&tx, "l", VILLAGE, "h", "2025-05-01", "父亲住院");
    tx.add_lead(row.clone()).await.expect("added");
    row.status = "concluded".into();
    row.outcome = Some("no_risk".into());
    assert_eq!(tx.save_lead(row.clone()).await.expect("saved"), 2);
    match tx.save_lead(row.clone()).await {
        Err(StoreError::Stale { current: 2 }) => {}
        other => panic!("{other:?}"),
    }
    let mut nobody = row.clone();
    nobody.id = "nobody".into();
    assert!(matches!(
        tx.save_lead(nobody).await,
        Err(StoreError::Stale { current: 0 })
    ));
    tx.audit("410327", "lead.conclude", "lead/l", "")
        .await
        .expect("audited");
    tx.commit().await.expect("committed");
    let read = db
        .store
        .lead(&scope(VILLAGE), "l")
        .await
        .expect("read")
        .expect("there");
    assert_eq!(
        (read.version, read.status.as_str(), read.outcome.as_deref()),
        (2, "concluded", Some("no_risk"))
    );
    assert_eq!(db.store.lead_description(&read).expect("opens"), "父亲住院");
}

async fn open_leads_come_earliest_first(db: TestDatabase) {
    let mut tx = db.write().await;
    for (id, day, household, open) in [
        ("a", "2025-05-03", "h", true),
        ("b", "2025-05-01", "h", true),
        ("c", "2025-04-01", "h", false),
        ("d", "2025-01-01", "other", true),
    ] {
        let mut row = lead(&tx, id, VILLAGE, household, day, "x");
        if !open {
            row.status = "concluded".into();
        }
        tx.add_lead(row).await.expect("added");
    }
    let ids: Vec<String> = tx
        .open_leads("h")
        .await
        .expect("read")
        .into_iter()
        .map(|l| l.id)
        .collect();
    assert_eq!(ids, ["b", "a"], "a concluded lead lends no date");
}

async fn lead_pages_are_complete_under_ties(db: TestDatabase) {
    let mut tx = db.write().await;
    for i in 0..53 {
        let village = if i % 10 == 9 { NEIGHBOUR } else { VILLAGE };
        let mut row = lead(
            &tx,
            &format!("{:02}", (i * 31) % 53),
            village,
            "h",
            "2025-05-01",
            "x",
        );
        row.channel = if i % 2 == 0 {
            "hotline_12317"
        } else {
            "cadre_visit"
        }
        .into();
        tx.add_lead(row).await.expect("added");
    }
    tx.audit("system", "test", "", "").await.expect("audited");
    tx.commit().await.expect("committed");
    for (filter, expected) in [
        (LeadFilter::default(), 48),
        (
            LeadFilter {
                channel: Some("hotline_12317".into()),
                ..LeadFilter::default()
            },
            27,
        ),
        (
            LeadFilter {
                status: Some("concluded".into()),
                ..LeadFilter::default()
            },
            0,
        ),
        (
            LeadFilter {
                household_id: Some("h".into()),
                status: Some("open".into()),
                ..LeadFilter::default()
            },
            48,
        ),
    ] {
        let here = scope(VILLAGE);
        let seen: Vec<_> = all_pages!(5, |window| db.store.leads(&here, &filter, window))
            .into_iter()
            .map(|l| l.id)
            .collect();
        assert_eq!(seen.len() as u64, expected);
        assert_eq!(
            seen.iter().collect::<BTreeSet<_>>().len(),
            seen.len(),
            "each once"
        );
    }
}
