//! Reading and verifying the audit chain; checkpoints outside the database.

mod checkpoint_file;

use domain::account::{Operation, Principal};
use domain::audit::ChainProblem;
use serde::{Deserialize, Serialize};
use store::audit::AuditFilter;
use store::purpose::KeptPurpose;
use utoipa::ToSchema;

use self::checkpoint_file::{CheckpointFile, Outside};
use crate::error::permit;
use crate::{App, AppError, PageView, Window, clock};

/// How often checkpoints are written to the file outside the database, in
/// milliseconds.
pub const EXPORT_EVERY_MILLIS: i64 = 60_000;

/// One record as the audit administrator sees it.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct AuditView {
    pub chain: String,
    pub seq: i64,
    pub at: String,
    pub actor_name: String,
    pub operation: String,
    /// The operation in words.
    pub operation_label: String,
    pub subject: String,
    pub detail: String,
    pub digest: String,
    /// Whether the act had to say why; the words are read one by one, and that
    /// is audited too.
    pub has_purpose: bool,
}

/// Why somebody looked, as compared with the chain.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct PurposeView {
    /// Absent when the words are not kept or do not open.
    pub text: Option<String>,
    /// Whether the keyed digest in the chain is that of these words.
    pub matches: bool,
}

/// What verification found.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct VerificationView {
    pub ok: bool,
    pub records: u64,
    pub checkpoints: u64,
    pub problems: Vec<ChainProblem>,
    /// How far back a cut-off tail can be noticed, in words.
    pub limit: String,
}

/// Filters of the audit list.
#[derive(Debug, Clone, Default, Deserialize, ToSchema, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct AuditListQuery {
    /// First day, in Shanghai.
    #[schema(value_type = Option<String>)]
    pub from: Option<jiff::civil::Date>,
    /// Last day, in Shanghai.
    #[schema(value_type = Option<String>)]
    pub to: Option<jiff::civil::Date>,
    pub operation: Option<String>,
    /// Sign-in name of the account.
    pub actor: Option<String>,
    pub limit: Option<u64>,
    pub cursor: Option<String>,
}

fn start_of(day: jiff::civil::Date) -> Option<i64> {
    let zone = jiff::tz::TimeZone::fixed(jiff::tz::offset(8));
    day.at(0, 0, 0, 0)
        .to_zoned(zone)
        .ok()
        .map(|z| z.timestamp().as_millisecond())
}

impl App {
    /// Records, newest first.
    ///
    /// # Errors
    /// When the operation is missing.
    pub async fn audit(
        &self,
        principal: &Principal,
        query: AuditListQuery,
    ) -> Result<PageView<AuditView>, AppError> {
        permit(principal, Operation::AuditRead)?;
        let window = Window::new(query.limit, query.cursor.as_deref());
        let filter = AuditFilter {
            from_millis: query.from.and_then(start_of),
            to_millis: query
                .to
                .map(|d| domain::calendar::plus_days(d, 1))
                .and_then(start_of),
            operation: query.operation,
            account_id: match query.actor.filter(|a| !a.is_empty()) {
                Some(login) => Some(self.store.account_id_of(&login).await?.unwrap_or_default()),
                None => None,
            },
        };
        let page = self.store.audit_page(&filter, &window).await?;
        let names = self
            .store
            .account_names(page.items.iter().map(|r| r.record.account_id.clone()))
            .await?;
        Ok(PageView {
            items: page
                .items
                .into_iter()
                .map(|r| AuditView {
                    actor_name: names.get(&r.record.account_id).cloned().unwrap_or_else(|| {
                        if r.record.account_id == "system" {
                            "系统".into()
                        } else {
                            "—".into()
                        }
                    }),
                    at: clock::instant_text(r.record.at_millis),
                    chain: r.record.chain,
                    seq: r.record.seq,
                    operation_label: self.label("audit_operation", &r.record.operation),
                    operation: r.record.operation,
                    subject: r.record.subject,
                    has_purpose: r.record.detail.contains("purpose_digest="),
                    detail: r.record.detail,
                    digest: r.hash,
                })
                .collect(),
            next_cursor: page.next_cursor,
            total: page.total,
        })
    }

    /// The purpose of an audit record in words.
    ///
    /// # Errors
    /// [`AppError::NotFound`] for a record that needs none or does not exist.
    pub async fn audit_purpose(
        &self,
        principal: &Principal,
        chain: &str,
        seq: i64,
    ) -> Result<PurposeView, AppError> {
        permit(principal, Operation::AuditRead)?;
        let view = match self.store.purpose(chain, seq).await? {
            KeptPurpose::None => return Err(AppError::NotFound),
            KeptPurpose::Missing => PurposeView {
                text: None,
                matches: false,
            },
            KeptPurpose::Kept { text, matches } => PurposeView {
                text: Some(text),
                matches,
            },
        };
        let mut tx = self.store.write(self.actor(principal)).await?;
        let subject = format!("purpose/{chain}/{seq}");
        tx.audit("system", "audit.purpose_read", &subject, "")
            .await?;
        tx.commit().await?;
        Ok(view)
    }

    /// Verifies every chain against the checkpoints in and outside the database.
    ///
    /// # Errors
    /// When the operation is missing.
    pub async fn verify_audit(&self, principal: &Principal) -> Result<VerificationView, AppError> {
        permit(principal, Operation::AuditVerify)?;
        self.verify_audit_offline().await
    }

    /// The same, for the command line with a stopped server.
    ///
    /// # Errors
    /// When the database or the checkpoint file cannot be read.
    pub async fn verify_audit_offline(&self) -> Result<VerificationView, AppError> {
        let outside = self.read_outside().await?;
        let found = self.store.verify_audit(&outside.checkpoints).await?;
        let inside = self.store.checkpoints().await?;
        let mut problems: Vec<ChainProblem> = outside.problems().collect();
        problems.extend(outside.cut(&inside, self.clock.now_millis()));
        problems.extend(found.problems);
        Ok(VerificationView {
            ok: problems.is_empty(),
            records: found.records,
            checkpoints: found.checkpoints,
            problems,
            limit: "改、删、插、换都能发现；整条链被清空、库外检查点文件缺失、缺行（行行相扣，删中间的行也算）也能发现；链尾被截断，能发现到库外最近一个检查点（每 60 秒或每 1000 条一个）。如果库里最近的记录和检查点、库外文件的最后几行被同一个人一起删去，或者文件是加上这道相扣以前写的行，只有另外保管的文件副本能发现；掌握密钥文件的人不受此限。请把文件定期抄送到数据库管理员改不到的地方".into(),
        })
    }

    async fn read_outside(&self) -> Result<Outside, AppError> {
        let file = CheckpointFile::of(&self.data_dir, &self.store);
        tokio::task::spawn_blocking(move || file.read())
            .await
            .map_err(|e| AppError::Internal(e.to_string()))?
            .map_err(|e| AppError::Internal(format!("checkpoint file: {e}")))
    }

    /// Signs the heads of the chains that moved, then brings the file outside
    /// the database up to what the database holds, so that a checkpoint a
    /// crash kept from it is added with the next one; run at start, every
    /// minute and at stop. Returns how many lines were added.
    ///
    /// # Errors
    /// When the database or the file refuses.
    pub async fn checkpoint_audit(&self) -> Result<usize, AppError> {
        /// One export at a time: two would each add what both found missing.
        static EXPORT: tokio::sync::Mutex<()> = tokio::sync::Mutex::const_new(());
        let _turn = EXPORT.lock().await;
        let mut tx = self.store.write(self.system_actor()).await?;
        tx.checkpoint_heads().await?;
        tx.commit().await?;
        let inside = self.store.checkpoints().await?;
        let cut = self
            .read_outside()
            .await?
            .cut(&inside, self.clock.now_millis());
        if !cut.is_empty() {
            // The lines are written again below; that they were gone stays on record.
            let mut tx = self.store.write(self.system_actor()).await?;
            let detail = format!("gaps={}", cut.len());
            tx.audit(
                "system",
                "audit.checkpoints_restored",
                "checkpoints",
                &detail,
            )
            .await?;
            tx.commit().await?;
        }
        let file = CheckpointFile::of(&self.data_dir, &self.store);
        tokio::task::spawn_blocking(move || file.complete(&inside))
            .await
            .map_err(|e| AppError::Internal(e.to_string()))?
            .map_err(|e| AppError::Internal(format!("checkpoint file: {e}")))
    }
}
