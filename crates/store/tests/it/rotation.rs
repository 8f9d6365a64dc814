use store::Store;
use store::Window;
use store::rotation::{ResealProgress, Resealed};

use crate::fixture::{TestDatabase, actor, on_both, open};
use crate::people::{VILLAGE, add_household, lead, number, scope};

on_both!(
    everything_opens_after_the_old_key_is_gone,
    a_stopped_rotation_goes_on_where_it_was,
    what_does_not_open_is_named_and_left,
    attachments_are_sealed_again,
    a_rotation_during_writes_loses_none,
);

/// The store under a keyring with one key more.
async fn rotated(db: &mut TestDatabase) -> Store {
    db.keyring.rotate().expect("a key more");
    open(&db.place, &db.keyring).await.expect("opens")
}

async fn all(store: &Store, batch: u64) -> Resealed {
    store
        .reseal(&actor(), batch, |_| {})
        .await
        .expect("sealed again")
}

/// Key ids that sealed columns are under, by how many values.
async fn keys(db: &TestDatabase) -> std::collections::BTreeMap<u8, usize> {
    let behind = db.behind().await;
    let mut keys = std::collections::BTreeMap::new();
    for (table, column) in store::rotation::sealed_columns() {
        for row in behind
            .rows(&format!(
                "SELECT {column} FROM {table} WHERE {column} IS NOT NULL"
            ))
            .await
        {
            let sealed: Vec<u8> = row.try_get_by_index(0).expect("bytes");
            *keys.entry(sealed[0]).or_insert(0) += 1;
        }
    }
    keys
}

/// Everything that is chained or indexed.
async fn untouchable(db: &TestDatabase) -> Vec<String> {
    let behind = db.behind().await;
    let mut texts = behind.texts("SELECT chain || seq || hash || detail FROM audit_record WHERE operation <> 'keys.reseal' ORDER BY chain, seq").await;
    texts.extend(
        behind
            .texts("SELECT id || COALESCE(number_index, '') FROM member ORDER BY id")
            .await,
    );
    texts
}

async fn everything_opens_after_the_old_key_is_gone(mut db: TestDatabase) {
    crate::concealment::fill(&db).await;
    let before = untouchable(&db).await;
    let sealed: usize = keys(&db).await.values().sum();
    assert_eq!(sealed, 20, "every sealed column holds something");

    let store = rotated(&mut db).await;
    let mut told: Vec<ResealProgress> = Vec::new();
    let done = store
        .reseal(&actor(), 2, |p| told.push(p.clone()))
        .await
        .expect("sealed again");
    assert_eq!((done.resealed, done.is_complete()), (20, true));
    assert_eq!(keys(&db).await.into_iter().collect::<Vec<_>>(), [(2, 20)]);
    assert_eq!(
        untouchable(&db).await,
        before,
        "no chained byte and no index is rewritten"
    );
    assert!(
        told.windows(2)
            .all(|w| w[0].read < w[1].read && w[0].resealed <= w[1].resealed)
    );
    let audited = db
        .behind()
        .await
        .number("SELECT COUNT(*) FROM audit_record WHERE operation = 'keys.reseal'")
        .await;
    assert!(audited >= 9, "each batch is audited");

    assert_eq!(db.keyring.retire(), 1);
    let store = open(&db.place, &db.keyring).await.expect("opens");
    let here = scope(VILLAGE);
    for version in [1, 2] {
        let (_, file) = store
            .household_file_version(&here, "h", version)
            .await
            .expect("opens")
            .expect("there");
        assert_eq!(file.phone, "19900001111");
    }
    assert_eq!(
        store
            .household_file(&here, "b")
            .await
            .expect("opens")
            .expect("there")
            .1
            .members
            .len(),
        1
    );
    assert_eq!(
        store
            .members_by_number(&here, &number(13))
            .await
            .expect("found")
            .len(),
        1,
        "the index is as it was"
    );
    let row = store.lead(&here, "l").await.expect("read").expect("there");
    assert_eq!(store.lead_description(&row).expect("opens"), "尿毒症透析");
    assert_eq!(
        store
            .casefile(&here, "c")
            .await
            .expect("opens")
            .expect("there")
            .1
            .id,
        "c"
    );
    let row = store
        .objection(&here, "o")
        .await
        .expect("read")
        .expect("there");
    assert_eq!(
        store
            .open_sealed("objection", "content", "o", &row.content_sealed)
            .expect("opens"),
        "他家新买轿车"
    );
    assert_eq!(
        store
            .open_sealed(
                "objection",
                "objector",
                "o",
                &row.objector_sealed.expect("named")
            )
            .expect("opens"),
        "举报人钱七娘"
    );
    assert_eq!(
        store
            .open_sealed(
                "objection",
                "answer",
                "o",
                &row.answer_sealed.expect("answered")
            )
            .expect("opens"),
        "核实为借用车辆"
    );
    let row = store.appraisals(&here, 1).await.expect("read").remove(0);
    assert_eq!(
        store
            .open_sealed("appraisal", "minutes", "a", &row.minutes_sealed)
            .expect("opens"),
        "会议上有争议"
    );
    let list = store
        .submission_list(&here, "s")
        .await
        .expect("opens")
        .expect("there");
    assert!(list.intact);
    assert_eq!(list.list.answers["c"].reason, "退回原因涉及透析");
    let row = store.account("u").await.expect("read").expect("there");
    assert_eq!(
        store
            .open_secret("u", &row.totp_sealed.expect("set"))
            .expect("opens"),
        b"JBSWY3DPEHPK3PXP"
    );
    let row = store
        .attachment(&here, "t")
        .await
        .expect("read")
        .expect("there");
    assert_eq!(
        store
            .open_sealed("attachment", "file_name", "t", &row.file_name_sealed)
            .expect("opens"),
        "张三户口本.jpg"
    );
    assert_eq!(
        store
            .staged_households(&here, "i", 0, 10, false)
            .await
            .expect("opens")
            .len(),
        1
    );
    let findings = store
        .import_findings(&here, "i", &Default::default(), &Window::first(10))
        .await
        .expect("opens");
    assert_eq!(findings.items[0].finding.value, "980101198002030999");
    assert!(
        store
            .verify_audit(&[])
            .await
            .expect("verified")
            .problems
            .is_empty()
    );
    assert!(
        db.store.household_file(&here, "h").await.is_err(),
        "the old keyring opens nothing any more"
    );
}

async fn a_stopped_rotation_goes_on_where_it_was(mut db: TestDatabase) {
    let mut tx = db.write().await;
    for i in 0..50 {
        add_household(&mut tx, &format!("h{i:02}"), VILLAGE, "张三").await;
    }
    tx.audit("410327", "test", "", "").await.expect("audited");
    tx.commit().await.expect("committed");
    let store = rotated(&mut db).await;
    // Killed after the second batch: what was committed stays.
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let mut stop = Some(stop);
    let running = {
        let store = store.clone();
        tokio::spawn(async move {
            let _ = store
                .reseal(&actor(), 10, move |p| {
                    if p.resealed == 20 {
                        let _ = stop.take().map(|s| s.send(()));
                        std::thread::sleep(std::time::Duration::from_millis(200));
                    }
                })
                .await;
        })
    };
    stopped.await.expect("two batches are done");
    running.abort();
    let _ = running.await;
    let after = keys(&db).await;
    assert!(
        after[&2] >= 20 && after.values().sum::<usize>() == 50,
        "{after:?}"
    );
    let left = after.get(&1).copied().unwrap_or(0);
    let done = all(&store, 10).await;
    // A commit under way when the task ended may still have come through.
    assert!(
        done.read == 50 && done.resealed <= left as u64,
        "{done:?}: what was done is passed over"
    );
    assert_eq!(keys(&db).await.into_iter().collect::<Vec<_>>(), [(2, 50)]);
    let again = all(&store, 7).await;
    assert_eq!(
        again,
        Resealed {
            read: 50,
            ..Resealed::default()
        },
        "a third run does nothing"
    );
    assert!(
        store
            .verify_audit(&[])
            .await
            .expect("verified")
            .problems
            .is_empty()
    );
}

async fn what_does_not_open_is_named_and_left(mut db: TestDatabase) {
    let mut tx = db.write().await;
    for id in ["a", "b", "c"] {
        let row = lead(&tx, id, VILLAGE, "h", "2025-05-01", "x");
        tx.add_lead(row).await.expect("added");
    }
    tx.audit("410327", "test", "", "").await.expect("audited");
    tx.commit().await.expect("committed");
    // The description of one moved to another.
    db.behind().await.run("UPDATE lead SET description_sealed = (SELECT l.description_sealed FROM lead l WHERE l.id = 'a') WHERE id = 'b'").await;
    let store = rotated(&mut db).await;
    let done = all(&store, 10).await;
    assert_eq!(
        (done.resealed, done.unopened.as_slice()),
        (2, ["lead/b".to_owned()].as_slice())
    );
    assert!(!done.is_complete(), "the old key must stay");
    assert_eq!(
        keys(&db).await.into_iter().collect::<Vec<_>>(),
        [(1, 1), (2, 2)]
    );
}

async fn attachments_are_sealed_again(mut db: TestDatabase) {
    let folder = tempfile::tempdir().expect("a folder");
    let folder = folder.path();
    let mut names = Vec::new();
    for i in 0..7u8 {
        names.push(
            db.store
                .put_blob(folder, vec![i; 1000 + usize::from(i)])
                .await
                .expect("put"),
        );
    }
    assert_eq!(
        db.store
            .put_blob(folder, vec![3; 1003])
            .await
            .expect("put again"),
        names[3],
        "the same bytes are kept once"
    );
    // What a crash left half-written, and a file that was changed.
    std::fs::write(
        folder
            .join(&names[0][..2])
            .join(format!("{}.partial-0", names[0])),
        b"x",
    )
    .expect("written");
    let broken = folder.join(&names[6][..2]).join(&names[6]);
    let mut bytes = std::fs::read(&broken).expect("read");
    *bytes.last_mut().expect("not empty") ^= 1;
    std::fs::write(&broken, &bytes).expect("written");

    let store = rotated(&mut db).await;
    let done = store
        .reseal_blobs(&actor(), folder, 3, |_| {})
        .await
        .expect("sealed again");
    assert_eq!((done.read, done.resealed), (7, 6));
    assert_eq!(done.unopened, [format!("blob/{}", names[6])]);
    assert_eq!(
        std::fs::read(&broken).expect("read"),
        bytes,
        "left as it was"
    );
    let again = store
        .reseal_blobs(&actor(), folder, 3, |_| {})
        .await
        .expect("nothing to do");
    assert_eq!((again.read, again.resealed), (7, 0));
    db.keyring.retire();
    let store = open(&db.place, &db.keyring).await.expect("opens");
    for (i, name) in (0..6u8).zip(&names) {
        assert_eq!(
            store.get_blob(folder, name).await.expect("opens"),
            vec![i; 1000 + usize::from(i)]
        );
    }
    assert!(store.get_blob(folder, &names[6]).await.is_err());
    assert_eq!(
        store
            .reseal_blobs(&actor(), &folder.join("none"), 3, |_| {})
            .await
            .expect("no folder")
            .read,
        0
    );
}

/// A writer under the new keyring works on while the rotation runs.
async fn a_rotation_during_writes_loses_none(mut db: TestDatabase) {
    let mut tx = db.write().await;
    for i in 0..40 {
        let row = lead(
            &tx,
            &format!("l{i:02}"),
            VILLAGE,
            "h",
            "2025-05-01",
            "before",
        );
        tx.add_lead(row).await.expect("added");
    }
    tx.audit("410327", "test", "", "").await.expect("audited");
    tx.commit().await.expect("committed");
    let store = rotated(&mut db).await;
    let writer = {
        let store = store.clone();
        tokio::spawn(async move {
            for i in (0..40).rev() {
                let mut tx = store.write(actor()).await.expect("starts");
                let id = format!("l{i:02}");
                let mut row = tx
                    .lead(&scope(VILLAGE), &id)
                    .await
                    .expect("read")
                    .expect("there");
                row.description_sealed = tx.seal_lead_description(&id, "after").expect("seals");
                tx.save_lead(row).await.expect("saved");
                tx.audit("410327", "test", "", "").await.expect("audited");
                tx.commit().await.expect("committed");
            }
        })
    };
    let done = all(&store, 5).await;
    writer.await.expect("no panic");
    assert!(done.unopened.is_empty());
    all(&store, 5).await;
    for i in 0..40 {
        let row = store
            .lead(&scope(VILLAGE), &format!("l{i:02}"))
            .await
            .expect("read")
            .expect("there");
        assert_eq!(store.lead_description(&row).expect("opens"), "after");
    }
    assert_eq!(keys(&db).await.into_keys().collect::<Vec<_>>(), [2]);
}
