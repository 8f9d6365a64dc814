//! The audit chain: `h_n = SM3(h_{n-1} ‖ seq ‖ canonical record)`. Records
//! hold names of fields, keyed digests and references, never plaintext, so
//! that rotating a key rewrites no chained byte.

use serde::{Deserialize, Serialize};
use sm3::{Digest as _, Sm3};

/// One record of a chain, as hashed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct AuditRecord {
    /// `system`, or the six digits of a county.
    pub chain: String,
    /// 1 for the first record of the chain.
    pub seq: i64,
    /// Milliseconds since 1970-01-01T00:00:00Z.
    pub at_millis: i64,
    pub account_id: String,
    /// Operation or event name, e.g. `casefile.decide`.
    pub operation: String,
    /// Reference to what was acted on, e.g. `casefile/0190…`.
    pub subject: String,
    /// Field names, digests, counts; never personal data.
    pub detail: String,
}

/// The head before the first record.
pub const GENESIS: &str = "0000000000000000000000000000000000000000000000000000000000000000";

impl AuditRecord {
    /// The bytes that are hashed: each field prefixed by its length, so that
    /// no two different records give the same bytes.
    fn canonical(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        for field in [
            self.chain.as_str(),
            &self.seq.to_string(),
            &self.at_millis.to_string(),
            &self.account_id,
            &self.operation,
            &self.subject,
            &self.detail,
        ] {
            bytes.extend_from_slice(field.len().to_string().as_bytes());
            bytes.push(b':');
            bytes.extend_from_slice(field.as_bytes());
        }
        bytes
    }

    /// Hash of this record on top of `previous`, in lower-case hex.
    pub fn hash_after(&self, previous: &str) -> String {
        let mut sm3 = Sm3::new();
        sm3.update(previous.as_bytes());
        sm3.update(self.canonical());
        hex(&sm3.finalize())
    }
}

/// Lower-case hex.
pub fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes
        .iter()
        .fold(String::with_capacity(bytes.len() * 2), |mut out, b| {
            let _ = write!(out, "{b:02x}");
            out
        })
}

/// A signed statement of a chain's head, kept outside the database too.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Checkpoint {
    pub chain: String,
    pub seq: i64,
    pub hash: String,
    pub at_millis: i64,
    /// HMAC-SM3 over the other fields with the deployment's audit key.
    pub signature: String,
}

impl Checkpoint {
    /// The bytes that are signed.
    pub fn signed_bytes(&self) -> Vec<u8> {
        format!(
            "{}|{}|{}|{}",
            self.chain, self.seq, self.hash, self.at_millis
        )
        .into_bytes()
    }

    /// The bytes signed since the lines of the file outside the database hang
    /// together: such a checkpoint stands there in a chained line only, so
    /// that nobody can pass its line off as one of an older file.
    pub fn chained_bytes(&self) -> Vec<u8> {
        [&self.signed_bytes()[..], b"|chained"].concat()
    }
}

/// What is wrong with a chain.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct ChainProblem {
    pub chain: String,
    pub seq: i64,
    /// `edited`, `missing`, `out_of_order`, `truncated`, `forked`, `bad_signature`, `emptied`;
    /// `unreadable` for a line (`seq`) of the file outside the database.
    pub kind: String,
    pub message: String,
}

/// Walks one chain record by record.
#[derive(Debug)]
pub struct ChainWalker {
    chain: String,
    next_seq: i64,
    head: String,
    pub problems: Vec<ChainProblem>,
}

impl ChainWalker {
    /// Starts before the first record of `chain`.
    pub fn new(chain: &str) -> Self {
        Self {
            chain: chain.to_owned(),
            next_seq: 1,
            head: GENESIS.to_owned(),
            problems: Vec::new(),
        }
    }

    /// Takes the next stored record with the hash stored beside it.
    pub fn step(&mut self, record: &AuditRecord, stored_hash: &str) {
        if record.seq != self.next_seq {
            let message = format!(
                "应为第{}条，实为第{}条：中间有记录被删除或插入",
                self.next_seq, record.seq
            );
            self.report(
                record.seq,
                if record.seq > self.next_seq {
                    "missing"
                } else {
                    "out_of_order"
                },
                message,
            );
        }
        let expected = record.hash_after(&self.head);
        if expected != stored_hash {
            self.report(
                record.seq,
                "edited",
                format!("第{}条的内容与链上的摘要不符", record.seq),
            );
        }
        // Going on from the stored hash keeps one edit from colouring every
        // later record.
        stored_hash.clone_into(&mut self.head);
        self.next_seq = record.seq + 1;
    }

    /// Compares a checkpoint of the record just walked.
    pub fn meets(&mut self, checkpoint: &Checkpoint, hash_at_seq: Option<&str>) {
        match hash_at_seq {
            None => self.report(
                checkpoint.seq,
                "truncated",
                format!("检查点记有第{}条，库中已没有：链尾被截断", checkpoint.seq),
            ),
            Some(hash) if hash != checkpoint.hash => self.report(
                checkpoint.seq,
                "forked",
                format!("第{}条与检查点不同：链被重写", checkpoint.seq),
            ),
            Some(_) => {}
        }
    }

    /// The head reached and how many records led there.
    pub fn head(&self) -> (&str, i64) {
        (&self.head, self.next_seq - 1)
    }

    fn report(&mut self, seq: i64, kind: &str, message: String) {
        self.problems.push(ChainProblem {
            chain: self.chain.clone(),
            seq,
            kind: kind.to_owned(),
            message,
        });
    }
}
