use std::sync::Arc;

use store::StoreError;
use tokio::sync::Barrier;

use crate::fixture::{TestDatabase, on_both};
use crate::people::{
    DAY, VILLAGE, account, add_casefile, add_household, casefile, event, household, meta,
    projection, scope,
};

on_both!(
    of_32_writers_of_one_casefile_version_one_succeeds,
    of_32_writers_of_one_household_version_one_succeeds,
    of_16_writers_of_one_household_code_one_succeeds,
    of_16_writers_of_one_sign_in_name_one_succeeds,
    two_servers_open_one_casefile_for_a_household,
    concurrent_acts_keep_every_chain_whole,
    verification_during_acts_raises_no_alarm,
);

/// What became of writers that started together.
#[derive(Debug, Default, PartialEq, Eq)]
struct Outcomes {
    done: usize,
    stale: usize,
    taken: usize,
}

/// Starts `count` writers at one moment; any other error fails the test.
async fn together<F, W>(db: &TestDatabase, count: usize, write: F) -> Outcomes
where
    F: Fn(TestDatabase, usize) -> W,
    W: Future<Output = Result<(), StoreError>> + Send + 'static,
{
    let barrier = Arc::new(Barrier::new(count));
    let tasks: Vec<_> = (0..count)
        .map(|index| {
            let (barrier, writing) = (Arc::clone(&barrier), write(db.clone(), index));
            tokio::spawn(async move {
                barrier.wait().await;
                writing.await
            })
        })
        .collect();
    let mut outcomes = Outcomes::default();
    for task in tasks {
        match task.await.expect("no panic") {
            Ok(()) => outcomes.done += 1,
            Err(StoreError::Stale { .. }) => outcomes.stale += 1,
            Err(StoreError::Taken(_)) => outcomes.taken += 1,
            Err(other) => panic!("a writer was told {other:?}"),
        }
    }
    outcomes
}

async fn of_32_writers_of_one_casefile_version_one_succeeds(db: TestDatabase) {
    let mut tx = db.write().await;
    add_casefile(&mut tx, "c", "h", VILLAGE).await;
    tx.audit("410327", "test", "", "").await.expect("audited");
    tx.commit().await.expect("committed");
    let outcomes = together(&db, 32, |db, index| async move {
        let mut tx = db.write().await;
        tx.save_casefile(
            &casefile("c", "h", VILLAGE),
            &projection(None),
            &[event(&format!("writer {index}"))],
            1,
        )
        .await?;
        tx.audit("410327", "casefile.decide", "casefile/c", "")
            .await?;
        tx.commit().await
    })
    .await;
    assert_eq!(
        outcomes,
        Outcomes {
            done: 1,
            stale: 31,
            taken: 0
        }
    );
    assert_eq!(
        db.store
            .casefile_events(&scope(VILLAGE), "c")
            .await
            .expect("read")
            .len(),
        2
    );
    assert_eq!(
        db.store
            .casefile(&scope(VILLAGE), "c")
            .await
            .expect("read")
            .expect("there")
            .0
            .version,
        2
    );
    assert_eq!(
        db.store.verify_audit(&[]).await.expect("verified").records,
        2
    );
}

async fn of_32_writers_of_one_household_version_one_succeeds(db: TestDatabase) {
    let mut tx = db.write().await;
    add_household(&mut tx, "h", VILLAGE, "张三").await;
    tx.audit("410327", "test", "", "").await.expect("audited");
    tx.commit().await.expect("committed");
    let outcomes = together(&db, 32, |db, index| async move {
        let mut tx = db.write().await;
        tx.save_household(
            "h",
            &household("h", VILLAGE, "张三"),
            &meta(DAY, &format!("writer {index}")),
            Some(1),
        )
        .await?;
        tx.audit("410327", "household.change", "household/h", "")
            .await?;
        tx.commit().await
    })
    .await;
    assert_eq!(
        outcomes,
        Outcomes {
            done: 1,
            stale: 31,
            taken: 0
        }
    );
    assert_eq!(
        db.store
            .household_versions(&scope(VILLAGE), "h")
            .await
            .expect("read")
            .len(),
        2
    );
}

async fn of_16_writers_of_one_household_code_one_succeeds(db: TestDatabase) {
    let outcomes = together(&db, 16, |db, index| async move {
        let mut file = household(&format!("h{index}"), VILLAGE, "张三");
        file.code = Some("the one".into());
        let mut tx = db.write().await;
        tx.save_household(&format!("h{index}"), &file, &meta(DAY, "new"), None)
            .await?;
        tx.audit("410327", "household.create", "household", "")
            .await?;
        tx.commit().await
    })
    .await;
    assert_eq!(
        outcomes,
        Outcomes {
            done: 1,
            stale: 0,
            taken: 15
        }
    );
}

async fn of_16_writers_of_one_sign_in_name_one_succeeds(db: TestDatabase) {
    let outcomes = together(&db, 16, |db, index| async move {
        let mut tx = db.write().await;
        tx.add_account(
            account(&format!("a{index}"), "zhang", None),
            &["grid_worker".into()],
        )
        .await?;
        tx.audit("system", "account.create", "account", "").await?;
        tx.commit().await
    })
    .await;
    assert_eq!(
        outcomes,
        Outcomes {
            done: 1,
            stale: 0,
            taken: 15
        }
    );
}

/// Also the first record of a chain, which finds no head to wait for.
async fn concurrent_acts_keep_every_chain_whole(db: TestDatabase) {
    let outcomes = together(&db, 48, |db, index| async move {
        for round in 0..4 {
            let mut tx = db.write().await;
            tx.audit(
                ["410327", "410328", "system"][index % 3],
                "test",
                &format!("writer/{index}"),
                &format!("round={round}"),
            )
            .await?;
            if index % 5 == 0 {
                tx.audit(
                    ["410327", "410328", "system"][index % 3],
                    "test",
                    "twice",
                    "",
                )
                .await?;
            }
            tx.commit().await?;
        }
        Ok(())
    })
    .await;
    assert_eq!(outcomes.done, 48);
    let found = db.store.verify_audit(&[]).await.expect("verified");
    assert!(found.problems.is_empty(), "{:?}", found.problems);
    assert_eq!(found.records, 48 * 4 + 10 * 4);
}

async fn verification_during_acts_raises_no_alarm(db: TestDatabase) {
    let writer = {
        let db = db.clone();
        tokio::spawn(async move {
            for round in 0..60 {
                let mut tx = db.write().await;
                tx.audit("410327", "test", "", &format!("round={round}"))
                    .await
                    .expect("audited");
                if round % 7 == 0 {
                    tx.checkpoint_heads().await.expect("signed");
                }
                tx.commit().await.expect("committed");
            }
        })
    };
    while !writer.is_finished() {
        let found = db.store.verify_audit(&[]).await.expect("verified");
        assert!(found.problems.is_empty(), "{:?}", found.problems);
    }
    writer.await.expect("no panic");
    assert_eq!(
        db.store.verify_audit(&[]).await.expect("verified").records,
        60
    );
}

/// Each server looks whether a casefile runs and opens one if not: the act
/// behind a lead. They are two stores over one database, with no memory shared.
async fn two_servers_open_one_casefile_for_a_household(db: TestDatabase) {
    let mut tx = db.write().await;
    add_household(&mut tx, "h", VILLAGE, "张三").await;
    tx.audit("410327", "test", "", "").await.expect("audited");
    tx.commit().await.expect("committed");
    let servers = [
        db.reopen().await.expect("opens"),
        db.reopen().await.expect("opens"),
    ];
    let outcomes = together(&db, 16, |_, index| {
        let server = servers[index % 2].clone();
        async move {
            let mut tx = server.write(crate::fixture::actor()).await?;
            tx.lock_household("h").await?;
            if tx.running_casefile("h").await?.is_some() {
                return Err(StoreError::Taken("casefile".into()));
            }
            // Long enough for the others to look, if they were not kept waiting.
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
            let id = format!("c{index}");
            tx.save_casefile(&casefile(&id, "h", VILLAGE), &projection(Some(DAY)), &[], 0)
                .await?;
            tx.audit("410327", "test", &id, "").await?;
            tx.commit().await
        }
    })
    .await;
    assert_eq!(
        outcomes,
        Outcomes {
            done: 1,
            stale: 0,
            taken: 15
        }
    );
}
