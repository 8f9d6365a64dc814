//! What offices report of villages.

use std::collections::BTreeMap;

use domain::exchange::VillageFigures;
use store::StoreError;

use crate::fixture::{TestDatabase, on_both};
use crate::people::{DAY, FOREIGN, VILLAGE, household, meta, scope};

on_both!(
    every_report_is_a_version_and_the_second_writer_is_told,
    the_register_counts_who_lives_in_the_village,
);

fn values(households: &str) -> BTreeMap<String, String> {
    BTreeMap::from([("village.households".to_owned(), households.to_owned())])
}

async fn every_report_is_a_version_and_the_second_writer_is_told(db: TestDatabase) {
    let village = VILLAGE.parse().expect("a village");
    for (seen, households) in [(0, "410"), (1, "412")] {
        let mut tx = db.write().await;
        let version = tx
            .save_village_record(
                village,
                &values(households),
                ("r", "import/i", "clerk"),
                seen,
            )
            .await
            .expect("saved");
        assert_eq!(version, seen + 1);
        tx.audit("410327", "test", "", "").await.expect("audited");
        tx.commit().await.expect("committed");
    }
    let mut tx = db.write().await;
    let late = tx
        .save_village_record(village, &values("1"), ("r", "import/i", "clerk"), 1)
        .await;
    assert!(
        matches!(late, Err(StoreError::Stale { current: 2 })),
        "{late:?}"
    );
    drop(tx);
    let rows = db
        .store
        .village_record_versions(&scope(VILLAGE), village)
        .await
        .expect("read");
    let read: Vec<_> = rows
        .iter()
        .map(|r| (r.version, r.values().expect("a document")))
        .collect();
    assert_eq!(read, [(2, values("412")), (1, values("410"))]);
    let current = db
        .store
        .village_records(&scope("410327"))
        .await
        .expect("read");
    assert_eq!(current[VILLAGE].version, 2);
}

async fn the_register_counts_who_lives_in_the_village(db: TestDatabase) {
    let mut tx = db.write().await;
    for (id, village, kind) in [
        ("a", VILLAGE, "ordinary_household"),
        ("b", VILLAGE, "lifted_household_with_policies"),
        ("c", FOREIGN, "ordinary_household"),
    ] {
        let mut file = household(id, village, "张三");
        file.household_type = kind.into();
        tx.save_household(id, &file, &meta(DAY, "new"), None)
            .await
            .expect("saved");
    }
    tx.audit("410327", "test", "", "").await.expect("audited");
    tx.commit().await.expect("committed");
    let counted = db
        .store
        .village_figures(&scope(VILLAGE))
        .await
        .expect("read");
    let one = household("x", VILLAGE, "张三").members.len() as u64;
    assert_eq!(
        counted,
        VillageFigures {
            households: 2,
            persons: 2 * one,
            lifted_households: 1,
            lifted_persons: one,
            ..VillageFigures::default()
        }
    );
}
