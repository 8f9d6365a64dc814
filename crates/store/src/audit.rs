//! The audit chain in the database: appended in the act's own transaction,
//! with signed checkpoints.

mod whole;

use domain::audit::{AuditRecord, ChainProblem, ChainWalker, Checkpoint, GENESIS};
use domain::division::DivisionCode;
use sea_orm::sea_query::{LockType, OnConflict};
use sea_orm::{
    ActiveValue::Set, ColumnTrait as _, ConnectionTrait, EntityTrait as _, QueryFilter as _,
    QueryOrder as _, QuerySelect as _,
};

use crate::entity::{audit_checkpoint, audit_head, audit_record};
use crate::paging::Sort;
use crate::{Engine, Page, Store, StoreError, Window, WriteTx};

/// How many records lie between two checkpoints at most.
pub const CHECKPOINT_EVERY: i64 = 1000;

/// The chain of acts in a division: one per county, one for the system.
pub fn chain_of(division: Option<DivisionCode>) -> String {
    division
        .filter(|d| d.level() >= domain::division::Level::County)
        .map_or_else(|| "system".to_owned(), |d| d.to_string()[..6].to_owned())
}

impl WriteTx {
    /// Appends a record to a chain. `detail` holds names, counts and digests,
    /// never personal data.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn audit(
        &mut self,
        chain: &str,
        operation: &str,
        subject: &str,
        detail: &str,
    ) -> Result<(), StoreError> {
        self.append(chain, operation, subject, detail).await?;
        Ok(())
    }

    /// The same; returns the number of the record in its chain.
    pub(crate) async fn append(
        &mut self,
        chain: &str,
        operation: &str,
        subject: &str,
        detail: &str,
    ) -> Result<i64, StoreError> {
        let head = match self.locked_head(chain).await? {
            Some(head) => head,
            None => {
                // Of two first acts at once the second waits here and then
                // finds the head of the first.
                audit_head::Entity::insert(audit_head::ActiveModel {
                    chain: Set(chain.to_owned()),
                    seq: Set(0),
                    hash: Set(GENESIS.to_owned()),
                })
                .on_conflict(
                    OnConflict::column(audit_head::Column::Chain)
                        .do_nothing()
                        .to_owned(),
                )
                .exec_without_returning(&self.tx)
                .await?;
                self.locked_head(chain).await?.ok_or_else(|| {
                    StoreError::Unsuitable(format!("audit chain {chain} has no head"))
                })?
            }
        };
        let (seq, previous) = (head.seq, head.hash);
        let record = AuditRecord {
            chain: chain.to_owned(),
            seq: seq + 1,
            at_millis: self.actor.now_millis,
            account_id: self.actor.account_id.clone(),
            operation: operation.to_owned(),
            subject: subject.to_owned(),
            detail: detail.to_owned(),
        };
        let hash = record.hash_after(&previous);
        let model = audit_head::ActiveModel {
            chain: Set(chain.to_owned()),
            seq: Set(record.seq),
            hash: Set(hash.clone()),
        };
        audit_head::Entity::update(model).exec(&self.tx).await?;
        let checkpoint_due = record.seq % CHECKPOINT_EVERY == 0;
        audit_record::Entity::insert(audit_record::ActiveModel {
            chain: Set(record.chain.clone()),
            seq: Set(record.seq),
            at_millis: Set(record.at_millis),
            account_id: Set(record.account_id.clone()),
            operation: Set(record.operation.clone()),
            subject: Set(record.subject.clone()),
            detail: Set(record.detail.clone()),
            hash: Set(hash.clone()),
        })
        .exec(&self.tx)
        .await?;
        if checkpoint_due {
            self.checkpoint(chain, record.seq, &hash).await?;
        }
        self.audited = true;
        Ok(record.seq)
    }

    /// The head of a chain, kept from others until this transaction ends.
    async fn locked_head(&self, chain: &str) -> Result<Option<audit_head::Model>, StoreError> {
        let mut find = audit_head::Entity::find_by_id(chain);
        if self.engine() == Engine::Postgres {
            find = find.lock(LockType::Update);
        }
        Ok(find.one(&self.tx).await?)
    }

    async fn checkpoint(
        &self,
        chain: &str,
        seq: i64,
        hash: &str,
    ) -> Result<Checkpoint, StoreError> {
        let mut checkpoint = Checkpoint {
            chain: chain.to_owned(),
            seq,
            hash: hash.to_owned(),
            at_millis: self.actor.now_millis,
            signature: String::new(),
        };
        checkpoint.signature = self.crypto.sign(&checkpoint.chained_bytes());
        audit_checkpoint::Entity::insert(audit_checkpoint::ActiveModel {
            chain: Set(checkpoint.chain.clone()),
            seq: Set(seq),
            hash: Set(checkpoint.hash.clone()),
            at_millis: Set(checkpoint.at_millis),
            signature: Set(checkpoint.signature.clone()),
        })
        .exec(&self.tx)
        .await?;
        Ok(checkpoint)
    }

    /// Signs the head of every chain that moved since its last checkpoint, and
    /// returns the new checkpoints for the file outside the database. A
    /// checkpoint is itself no act and is not audited.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn checkpoint_heads(&mut self) -> Result<Vec<Checkpoint>, StoreError> {
        let heads = audit_head::Entity::find().all(&self.tx).await?;
        let mut made = Vec::new();
        for head in heads {
            let exists = audit_checkpoint::Entity::find_by_id((head.chain.clone(), head.seq))
                .one(&self.tx)
                .await?;
            if exists.is_none() {
                made.push(self.checkpoint(&head.chain, head.seq, &head.hash).await?);
            }
        }
        self.audited = true;
        Ok(made)
    }
}

/// A record with the name of the account, for reading.
#[derive(Debug, Clone)]
pub struct AuditRow {
    pub record: AuditRecord,
    pub hash: String,
}

/// Filters of the audit list.
#[derive(Debug, Clone, Default)]
pub struct AuditFilter {
    pub from_millis: Option<i64>,
    pub to_millis: Option<i64>,
    pub operation: Option<String>,
    pub account_id: Option<String>,
}

/// What verification found.
#[derive(Debug, Clone)]
pub struct Verification {
    pub records: u64,
    pub checkpoints: u64,
    pub problems: Vec<ChainProblem>,
}

impl Store {
    /// Newest first. Holds no personal data, so it takes no scope; only audit
    /// administrators reach it.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn audit_page(
        &self,
        filter: &AuditFilter,
        window: &Window,
    ) -> Result<Page<AuditRow>, StoreError> {
        let mut find = audit_record::Entity::find();
        if let Some(from) = filter.from_millis {
            find = find.filter(audit_record::Column::AtMillis.gte(from));
        }
        if let Some(to) = filter.to_millis {
            find = find.filter(audit_record::Column::AtMillis.lt(to));
        }
        if let Some(operation) = &filter.operation {
            find = find.filter(audit_record::Column::Operation.starts_with(operation));
        }
        if let Some(account) = &filter.account_id {
            find = find.filter(audit_record::Column::AccountId.eq(account));
        }
        let order = [
            (audit_record::Column::AtMillis, Sort::Descending),
            (audit_record::Column::Seq, Sort::Descending),
            (audit_record::Column::Chain, Sort::Ascending),
        ];
        let page = self.page("audit", find, &order, window).await?;
        page.try_map(|record| Ok(row(record)))
    }

    /// Every checkpoint in the database, by chain and record: what the file
    /// outside should hold, so that one a crash kept from it can be added.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn checkpoints(&self) -> Result<Vec<Checkpoint>, StoreError> {
        checkpoints_of(&self.connection).await
    }

    /// What a line of the file outside the database says of the line before
    /// it: HMAC-SM3 with the audit key, which who writes files does not have.
    pub fn after_line(&self, line: &[u8]) -> String {
        self.crypto().sign(&[b"line|", line].concat())
    }

    /// Whether a checkpoint was signed for a chained line.
    pub fn stands_chained(&self, checkpoint: &Checkpoint) -> bool {
        self.crypto().sign(&checkpoint.chained_bytes()) == checkpoint.signature
    }

    /// Walks every chain as it stands at one moment, and compares it with the
    /// checkpoints in the database and with `outside`, the ones kept in the
    /// append-only file, and with the accounts and households there are. What was done to the tail after the last checkpoint
    /// outside the database, by somebody who also mends the head, is beyond
    /// it: that is the stated limit.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn verify_audit(&self, outside: &[Checkpoint]) -> Result<Verification, StoreError> {
        const BATCH: u64 = 5000;
        let mut records = 0;
        // One moment: acts that commit during the walk would look like breaks.
        let snapshot = self.snapshot().await?;
        let mut problems = whole::emptied(&snapshot).await?;
        let heads = audit_head::Entity::find().all(&snapshot).await?;
        let inside = checkpoints_of(&snapshot).await?;
        let mut checkpoints = inside.clone();
        for c in outside {
            if !checkpoints.contains(c) {
                checkpoints.push(c.clone());
            }
        }
        let mut chains: Vec<String> = heads.iter().map(|h| h.chain.clone()).collect();
        chains.extend(checkpoints.iter().map(|c| c.chain.clone()));
        let stored: Vec<String> = audit_record::Entity::find()
            .select_only()
            .column(audit_record::Column::Chain)
            .distinct()
            .into_tuple()
            .all(&snapshot)
            .await?;
        chains.extend(stored);
        chains.sort();
        chains.dedup();
        for chain in chains {
            let mut walker = ChainWalker::new(&chain);
            let mut after = i64::MIN;
            let mut wanted: std::collections::BTreeMap<i64, Option<String>> = checkpoints
                .iter()
                .filter(|c| c.chain == chain)
                .map(|c| (c.seq, None))
                .collect();
            loop {
                let rows = audit_record::Entity::find()
                    .filter(audit_record::Column::Chain.eq(&chain))
                    .filter(audit_record::Column::Seq.gt(after))
                    .order_by_asc(audit_record::Column::Seq)
                    .limit(BATCH)
                    .all(&snapshot)
                    .await?;
                let Some(last) = rows.last() else { break };
                after = last.seq;
                records += rows.len() as u64;
                for stored in rows.into_iter().map(row) {
                    walker.step(&stored.record, &stored.hash);
                    if let Some(slot) = wanted.get_mut(&stored.record.seq) {
                        *slot = Some(stored.hash);
                    }
                }
            }
            for checkpoint in checkpoints.iter().filter(|c| c.chain == chain) {
                let signed = [checkpoint.chained_bytes(), checkpoint.signed_bytes()]
                    .iter()
                    .any(|bytes| self.crypto.sign(bytes) == checkpoint.signature);
                if !signed {
                    walker.problems.push(ChainProblem {
                        chain: chain.clone(),
                        seq: checkpoint.seq,
                        kind: "bad_signature".into(),
                        message: format!("第{}条的检查点签名不对：检查点被伪造", checkpoint.seq),
                    });
                    continue;
                }
                walker.meets(
                    checkpoint,
                    wanted.get(&checkpoint.seq).and_then(Option::as_deref),
                );
                if !inside
                    .iter()
                    .any(|c| c.chain == chain && c.seq == checkpoint.seq)
                {
                    walker.problems.push(ChainProblem {
                        chain: chain.clone(),
                        seq: checkpoint.seq,
                        kind: "missing".into(),
                        message: format!(
                            "第{}条的检查点库外有、库中没有：检查点被删除",
                            checkpoint.seq
                        ),
                    });
                }
            }
            let (hash, seq) = walker.head();
            let head = heads.iter().find(|h| h.chain == chain);
            if head.is_none_or(|h| h.seq != seq || h.hash != hash) {
                let at = head.map_or(0, |h| h.seq);
                let message = if head.is_some() {
                    format!("链头记为第{at}条，实际走到第{seq}条：有记录被增删")
                } else {
                    format!("链头不见了，实际走到第{seq}条：链头被删除")
                };
                walker.problems.push(ChainProblem {
                    chain: chain.clone(),
                    seq: at,
                    kind: "truncated".into(),
                    message,
                });
            }
            problems.extend(walker.problems);
        }
        Ok(Verification {
            records,
            checkpoints: checkpoints.len() as u64,
            problems,
        })
    }
}

async fn checkpoints_of<C: ConnectionTrait>(connection: &C) -> Result<Vec<Checkpoint>, StoreError> {
    let rows = audit_checkpoint::Entity::find()
        .order_by_asc(audit_checkpoint::Column::Chain)
        .order_by_asc(audit_checkpoint::Column::Seq)
        .all(connection)
        .await?;
    Ok(rows
        .into_iter()
        .map(|c| Checkpoint {
            chain: c.chain,
            seq: c.seq,
            hash: c.hash,
            at_millis: c.at_millis,
            signature: c.signature,
        })
        .collect())
}

fn row(m: audit_record::Model) -> AuditRow {
    AuditRow {
        record: AuditRecord {
            chain: m.chain,
            seq: m.seq,
            at_millis: m.at_millis,
            account_id: m.account_id,
            operation: m.operation,
            subject: m.subject,
            detail: m.detail,
        },
        hash: m.hash,
    }
}
