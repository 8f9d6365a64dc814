//! Why somebody looked at what is closed: the words are sealed beside the
//! audit record, the record itself keeps their keyed digest, and the two can
//! be compared.

use sea_orm::{ActiveModelTrait as _, EntityTrait as _};

use crate::crypto::{CryptoProvider, Place};
use crate::entity::{audit_record, purpose};
use crate::{Store, StoreError, WriteTx};

/// What is known of the purpose of an audit record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum KeptPurpose {
    /// The words, and whether the digest in the chain is theirs.
    Kept { text: String, matches: bool },
    /// The chain has a digest; the words are not kept, or do not open.
    Missing,
    /// The record is of an act that asks for no purpose, or does not exist.
    None,
}

const DIGEST: &str = "purpose_digest=";

fn row_of(chain: &str, seq: i64) -> String {
    format!("{chain}/{seq}")
}

fn digest_of(crypto: &dyn CryptoProvider, text: &str) -> String {
    crypto.index("purpose", text)
}

impl WriteTx {
    /// Appends a record whose act had to say why: the chain gets the keyed
    /// digest of `purpose`, the words are sealed beside it.
    ///
    /// # Errors
    /// When the database or the cryptography refuses.
    pub async fn audit_with_purpose(
        &mut self,
        chain: &str,
        operation: &str,
        subject: &str,
        detail: &str,
        purpose: &str,
    ) -> Result<(), StoreError> {
        let digest = digest_of(&*self.crypto, purpose);
        let detail = format!("{detail} {DIGEST}{digest}");
        let seq = self
            .append(chain, operation, subject, detail.trim_start())
            .await?;
        let sealed = self.seal(
            "purpose",
            "purpose",
            &row_of(chain, seq),
            purpose.as_bytes(),
        )?;
        let model = purpose::Model {
            chain: chain.to_owned(),
            seq,
            purpose_sealed: sealed,
        };
        purpose::Entity::insert(purpose::ActiveModel::from(model).reset_all())
            .exec_without_returning(&self.tx)
            .await?;
        Ok(())
    }
}

impl Store {
    /// The purpose of an audit record, compared with the chain.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn purpose(&self, chain: &str, seq: i64) -> Result<KeptPurpose, StoreError> {
        let record = audit_record::Entity::find_by_id((chain.to_owned(), seq))
            .one(&self.connection)
            .await?;
        let Some(digest) = record.as_ref().and_then(|r| {
            r.detail
                .split(' ')
                .find_map(|part| part.strip_prefix(DIGEST))
        }) else {
            return Ok(KeptPurpose::None);
        };
        let kept = purpose::Entity::find_by_id((chain.to_owned(), seq))
            .one(&self.connection)
            .await?;
        let at = row_of(chain, seq);
        let place = Place {
            table: "purpose",
            column: "purpose",
            row: &at,
        };
        let text = kept
            .and_then(|k| self.crypto.open(place, &k.purpose_sealed).ok())
            .and_then(|bytes| String::from_utf8(bytes).ok());
        Ok(text.map_or(KeptPurpose::Missing, |text| KeptPurpose::Kept {
            matches: digest_of(&*self.crypto, &text) == digest,
            text,
        }))
    }
}
