//! Files sealed in chunks: what is cut off, swapped, moved or changed does not
//! open; what was sealed before there were chunks still does.

use std::path::{Path, PathBuf};
use std::time::Duration;

use store::attachment::AttachmentRow;
use store::crypto::{Place, digest};
use store::sealed_file::{CHUNK_BYTES, MAGIC};

use crate::fixture::{TestDatabase, on_both, on_sqlite, open};
use crate::people::VILLAGE;

on_both!(
    orphans_go_and_lost_files_are_named,
    old_keys_are_named_until_nothing_is_under_them,
);

fn path_of(folder: &Path, name: &str) -> PathBuf {
    folder.join(&name[..2]).join(name)
}

fn bytes_of(length: usize, seed: u8) -> Vec<u8> {
    (0..length)
        .map(|i| (i / 7) as u8 ^ (i as u8).wrapping_mul(seed))
        .collect()
}

/// The sealed chunks of a file, each with its length before it.
fn chunks(sealed: &[u8]) -> Vec<Vec<u8>> {
    let mut rest = sealed.strip_prefix(MAGIC).expect("the layout");
    let mut chunks = Vec::new();
    while !rest.is_empty() {
        let length = u32::from_le_bytes(rest[..4].try_into().expect("four")) as usize;
        chunks.push(rest[..4 + length].to_vec());
        rest = &rest[4 + length..];
    }
    chunks
}

fn file_of(chunks: &[Vec<u8>]) -> Vec<u8> {
    [MAGIC.to_vec(), chunks.concat()].concat()
}

#[tokio::test]
async fn every_length_comes_back() {
    on_sqlite(|db: TestDatabase| async move {
        let folder = tempfile::tempdir().expect("a folder");
        for length in [
            0,
            1,
            CHUNK_BYTES - 1,
            CHUNK_BYTES,
            CHUNK_BYTES + 1,
            3 * CHUNK_BYTES,
        ] {
            let bytes = bytes_of(length, 5);
            let name = db
                .store
                .put_blob(folder.path(), bytes.clone())
                .await
                .expect("put");
            assert_eq!(name, digest(&bytes));
            let back = db.store.get_blob(folder.path(), &name).await.expect("get");
            assert!(back == bytes, "{length} bytes");
            let sealed = std::fs::read(path_of(folder.path(), &name)).expect("read");
            assert_eq!(chunks(&sealed).len(), length.div_ceil(CHUNK_BYTES).max(1));
        }
    })
    .await;
}

#[tokio::test]
async fn an_altered_file_does_not_open() {
    on_sqlite(|db: TestDatabase| async move {
        let folder = tempfile::tempdir().expect("a folder");
        let folder = folder.path();
        let name = db
            .store
            .put_blob(folder, bytes_of(2 * CHUNK_BYTES + 100, 3))
            .await
            .expect("put");
        let other = db
            .store
            .put_blob(folder, bytes_of(2 * CHUNK_BYTES + 100, 9))
            .await
            .expect("put");
        let path = path_of(folder, &name);
        let whole = std::fs::read(&path).expect("read");
        let own = chunks(&whole);
        let foreign = chunks(&std::fs::read(path_of(folder, &other)).expect("read"));
        assert_eq!(own.len(), 3);
        let mut flipped = whole.clone();
        flipped[MAGIC.len() + 4 + 500] ^= 1;
        let mut longer = whole.clone();
        longer.extend_from_slice(&own[2]);
        for (what, altered) in [
            ("the last chunk dropped", file_of(&own[..2])),
            ("the first chunk dropped", file_of(&own[1..])),
            (
                "a middle chunk dropped",
                file_of(&[own[0].clone(), own[2].clone()]),
            ),
            (
                "two chunks swapped",
                file_of(&[own[1].clone(), own[0].clone(), own[2].clone()]),
            ),
            (
                "a chunk of another file",
                file_of(&[own[0].clone(), foreign[1].clone(), own[2].clone()]),
            ),
            (
                "the last chunk first",
                file_of(&[own[2].clone(), own[1].clone(), own[0].clone()]),
            ),
            ("a chunk repeated at the end", longer),
            ("cut inside a chunk", whole[..whole.len() - 30].to_vec()),
            (
                "cut inside a length",
                whole[..MAGIC.len() + own[0].len() + 2].to_vec(),
            ),
            ("only the magic", MAGIC.to_vec()),
            ("empty", Vec::new()),
            ("one bit", flipped),
            ("another file's bytes", file_of(&foreign)),
        ] {
            std::fs::write(&path, altered).expect("written");
            assert!(
                db.store.get_blob(folder, &name).await.is_err(),
                "{what} opened"
            );
        }
        std::fs::write(&path, whole).expect("written");
        assert!(db.store.get_blob(folder, &name).await.is_ok());
    })
    .await;
}

/// Attachments from before there were chunks are one ciphertext.
fn seal_as_before(db: &TestDatabase, folder: &Path, bytes: &[u8]) -> String {
    let name = digest(bytes);
    let place = Place {
        table: "blob",
        column: "bytes",
        row: &name,
    };
    let sealed = db.store.crypto().seal(place, bytes).expect("sealed");
    let path = path_of(folder, &name);
    std::fs::create_dir_all(path.parent().expect("a folder")).expect("made");
    std::fs::write(path, sealed).expect("written");
    name
}

fn row(db_tx: &store::WriteTx, id: &str, name: &str) -> AttachmentRow {
    AttachmentRow {
        id: id.into(),
        subject_kind: "household".into(),
        subject_id: "h".into(),
        village: VILLAGE.into(),
        code: "photo".into(),
        file_name_sealed: db_tx
            .seal_text("attachment", "file_name", id, "照片.jpg")
            .expect("sealed"),
        media_type: "image/jpeg".into(),
        size_bytes: 1,
        digest: name.into(),
        account_id: "clerk".into(),
        created_at: 0,
        replaced_by: None,
        round: None,
    }
}

async fn orphans_go_and_lost_files_are_named(db: TestDatabase) {
    let folder = tempfile::tempdir().expect("a folder");
    let folder = folder.path();
    let kept = db
        .store
        .put_blob(folder, b"kept".to_vec())
        .await
        .expect("put");
    let orphan = db
        .store
        .put_blob(folder, b"orphan".to_vec())
        .await
        .expect("put");
    let partial = path_of(folder, &kept).with_extension("partial-00");
    std::fs::write(&partial, b"half").expect("written");
    let mut tx = db.write().await;
    for (id, name) in [
        ("a", kept.as_str()),
        ("b", &kept),
        ("lost", &digest(b"gone")),
    ] {
        let row = row(&tx, id, name);
        tx.add_attachment(row).await.expect("added");
    }
    tx.audit("410327", "test", "", "").await.expect("audited");
    tx.commit().await.expect("committed");
    // Both are young: an upload may be about to add its row.
    let written = std::fs::metadata(&partial)
        .and_then(|m| m.modified())
        .expect("a time");
    let hour_ago = written - Duration::from_secs(3600);
    let sweep = db.store.sweep_blobs(folder, hour_ago).await.expect("swept");
    assert_eq!((sweep.kept, sweep.removed, sweep.young), (1, 0, 2));
    assert_eq!(sweep.missing, ["lost"]);
    let later = written + Duration::from_secs(60);
    let sweep = db.store.sweep_blobs(folder, later).await.expect("swept");
    assert_eq!((sweep.kept, sweep.removed, sweep.young), (1, 2, 0));
    assert!(!path_of(folder, &orphan).exists() && !partial.exists());
    assert_eq!(
        db.store.get_blob(folder, &kept).await.expect("there"),
        b"kept"
    );
}

async fn old_keys_are_named_until_nothing_is_under_them(mut db: TestDatabase) {
    let folder = tempfile::tempdir().expect("a folder");
    let folder = folder.path();
    let large = bytes_of(2 * CHUNK_BYTES + 1, 7);
    let names = [
        seal_as_before(&db, folder, b"from before"),
        db.store.put_blob(folder, large.clone()).await.expect("put"),
    ];
    assert_eq!(
        db.store.get_blob(folder, &names[0]).await.expect("opens"),
        b"from before"
    );
    let mut tx = db.write().await;
    let attachment = row(&tx, "a", &names[0]);
    tx.add_attachment(attachment).await.expect("added");
    tx.audit_with_purpose("410327", "test", "", "", "核对残疾证")
        .await
        .expect("audited");
    tx.commit().await.expect("committed");
    let under = async |store: &store::Store| store.under_old_keys(folder).await.expect("counted");
    assert_eq!(under(&db.store).await, []);
    db.keyring.rotate().expect("a key more");
    let store = open(&db.place, &db.keyring).await.expect("opens");
    let named = |table: &str, count| (table.to_owned(), count);
    assert_eq!(
        under(&store).await,
        [
            named("attachment.file_name_sealed", 1),
            named("purpose.purpose_sealed", 1),
            named("blob", 2)
        ]
    );
    let actor = crate::fixture::actor();
    store
        .reseal(&actor, 10, |_| ())
        .await
        .expect("sealed again");
    assert_eq!(under(&store).await, [named("blob", 2)]);
    let done = store
        .reseal_blobs(&actor, folder, 10, |_| ())
        .await
        .expect("sealed again");
    assert_eq!((done.resealed, done.is_complete()), (2, true));
    assert_eq!(under(&store).await, []);
    assert_eq!(db.keyring.retire(), 1);
    let store = open(&db.place, &db.keyring).await.expect("opens");
    assert_eq!(
        store.get_blob(folder, &names[0]).await.expect("opens"),
        b"from before"
    );
    assert!(store.get_blob(folder, &names[1]).await.expect("opens") == large);
}
