//! Reading and verifying the audit chain; checkpoints outside the database.

use std::io::Write as _;

use domain::account::{Operation, Principal};
use domain::audit::{ChainProblem, Checkpoint};
use serde::{Deserialize, Serialize};
use store::audit::AuditFilter;
use utoipa::ToSchema;

use crate::error::permit;
use crate::{App, AppError, PageView, Window, clock};

/// One record as the audit administrator sees it.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct AuditView {
    pub chain: String,
    pub seq: i64,
    pub at: String,
    pub actor_name: String,
    pub operation: String,
    pub subject: String,
    pub detail: String,
    pub digest: String,
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
#[derive(Debug, Clone, Default, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct AuditListQuery {
    /// First day, in Shanghai.
    pub from: Option<jiff::civil::Date>,
    /// Last day, in Shanghai.
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
        let page = self
            .store
            .audit_page(&filter, window.limit, window.offset)
            .await?;
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
                    operation: r.record.operation,
                    subject: r.record.subject,
                    detail: r.record.detail,
                    digest: r.hash,
                })
                .collect(),
            next_cursor: page.next_cursor,
            total: page.total,
        })
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
        let outside = self.outside_checkpoints()?;
        let found = self.store.verify_audit(&outside).await?;
        Ok(VerificationView {
            ok: found.problems.is_empty(),
            records: found.records,
            checkpoints: found.checkpoints,
            problems: found.problems,
            limit: "改、删、插、换都能发现；链尾被截断，能发现到库外最近一个检查点（每 60 秒或每 1000 条一个）".into(),
        })
    }

    fn checkpoint_file(&self) -> std::path::PathBuf {
        self.data_dir.join("audit-checkpoints.jsonl")
    }

    fn outside_checkpoints(&self) -> Result<Vec<Checkpoint>, AppError> {
        let path = self.checkpoint_file();
        if !path.exists() {
            return Ok(Vec::new());
        }
        let text = std::fs::read_to_string(&path).map_err(|e| AppError::Internal(e.to_string()))?;
        Ok(text
            .lines()
            .filter_map(|l| serde_json::from_str(l).ok())
            .collect())
    }

    /// Signs the heads of the chains and appends them to the file outside the
    /// database; run every minute and at stop.
    ///
    /// # Errors
    /// When the database or the file refuses.
    pub async fn checkpoint_audit(&self) -> Result<usize, AppError> {
        let mut tx = self.store.write(self.system_actor()).await?;
        let made = tx.checkpoint_heads().await?;
        tx.commit().await?;
        if made.is_empty() {
            return Ok(0);
        }
        let internal = |e: std::io::Error| AppError::Internal(e.to_string());
        let mut file = std::fs::OpenOptions::new()
            .create(true)
            .append(true)
            .open(self.checkpoint_file())
            .map_err(internal)?;
        for checkpoint in &made {
            let line =
                serde_json::to_string(checkpoint).map_err(|e| AppError::Internal(e.to_string()))?;
            writeln!(file, "{line}").map_err(internal)?;
        }
        file.sync_all().map_err(internal)?;
        Ok(made.len())
    }
}
