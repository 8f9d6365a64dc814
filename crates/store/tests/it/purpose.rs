//! Purposes: the words beside the record, the digest in the chain.

use store::purpose::KeptPurpose;

use crate::fixture::{TestDatabase, on_both};

on_both!(words_are_kept_beside_their_digest);

const WORDS: &str = "核对张三的残疾证";

async fn words_are_kept_beside_their_digest(db: TestDatabase) {
    let mut tx = db.write().await;
    for (chain, words) in [("410327", WORDS), ("410327", "核对李四的电话")] {
        tx.audit_with_purpose(
            chain,
            "household.revealed",
            "household/h",
            "fields=phone",
            words,
        )
        .await
        .expect("audited");
    }
    tx.audit("410327", "lead.registered", "lead/l", "")
        .await
        .expect("audited");
    tx.commit().await.expect("committed");
    let purpose = async |seq| db.store.purpose("410327", seq).await.expect("read");
    assert_eq!(
        purpose(1).await,
        KeptPurpose::Kept {
            text: WORDS.into(),
            matches: true
        }
    );
    assert_eq!(purpose(3).await, KeptPurpose::None);
    assert_eq!(purpose(4).await, KeptPurpose::None);
    // The digest is keyed: who knows the words cannot find them in the chain.
    let behind = db.behind().await;
    let detail = &behind
        .texts("SELECT detail FROM audit_record WHERE seq = 1")
        .await[0];
    assert!(
        detail.starts_with("fields=phone purpose_digest="),
        "{detail}"
    );
    assert!(!detail.contains(&store::crypto::digest(WORDS.as_bytes())));
    // Words moved from another record do not open here.
    behind
        .run("UPDATE purpose SET purpose_sealed = (SELECT p.purpose_sealed FROM purpose p WHERE p.seq = 2) WHERE seq = 1")
        .await;
    assert_eq!(purpose(1).await, KeptPurpose::Missing);
    // Somebody who has the keys seals other words; the chain knows better.
    let other = db
        .store
        .crypto()
        .seal(
            store::crypto::Place {
                table: "purpose",
                column: "purpose",
                row: "410327/1",
            },
            "例行核对".as_bytes(),
        )
        .expect("sealed");
    let hex: String = other.iter().map(|b| format!("{b:02x}")).collect();
    let value = match behind.backend {
        sea_orm::DatabaseBackend::Sqlite => format!("x'{hex}'"),
        _ => format!("'\\x{hex}'::bytea"),
    };
    behind
        .run(&format!(
            "UPDATE purpose SET purpose_sealed = {value} WHERE seq = 1"
        ))
        .await;
    assert_eq!(
        purpose(1).await,
        KeptPurpose::Kept {
            text: "例行核对".into(),
            matches: false
        }
    );
    behind.run("DELETE FROM purpose WHERE seq = 1").await;
    assert_eq!(purpose(1).await, KeptPurpose::Missing);
    assert!(
        db.store
            .verify_audit(&[])
            .await
            .expect("verified")
            .problems
            .is_empty(),
        "the chain itself is whole"
    );
}
