//! 更正 as the level above sees it: what is asked, with nothing else of the
//! case, and the decision.

use domain::account::{Operation, Principal};
use domain::casefile::{Action, Casefile, Stage};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use store::WriteTx;
use store::audit::chain_of;
use store::casefile::CasefileFilter;
use utoipa::ToSchema;

use super::{Act, VillageName};
use crate::error::permit;
use crate::{App, AppError, Window, mask_name, mask_text};

/// Name under which a pending correction stands among a casefile's open steps.
pub(crate) const OPEN_CORRECTION: &str = "correction";

/// A correction that waits for a decision.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct CorrectionTask {
    pub casefile_id: String,
    pub version: i64,
    /// Its place among the casefile's corrections.
    pub index: usize,
    pub village: VillageName,
    pub head_name: String,
    pub step_label: String,
    pub label: String,
    #[schema(value_type = serde_json::Value)]
    pub before: serde_json::Value,
    #[schema(value_type = serde_json::Value)]
    pub after: serde_json::Value,
    pub reason: String,
    pub asked_by: String,
    pub requested_by: String,
    pub requested_on: Date,
    /// Asked for by the signed-in person: another one decides.
    pub own: bool,
}

/// A decision on a correction.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub struct CorrectionDecision {
    pub expected_version: i64,
    pub decided_on: Date,
    pub approve: bool,
    #[serde(default)]
    pub note: String,
}

impl App {
    /// Corrections in scope that wait for the signed-in person's level. They
    /// quote records, so each listing is audited.
    ///
    /// # Errors
    /// When the operation is missing or the database refuses.
    pub async fn correction_tasks(
        &self,
        principal: &Principal,
    ) -> Result<Vec<CorrectionTask>, AppError> {
        permit(principal, Operation::CasefileApproveCorrection)?;
        let filter = CasefileFilter {
            step: Some(OPEN_CORRECTION.into()),
            level: principal.level.map(|l| l.as_str().to_owned()),
            ..Default::default()
        };
        let page = self
            .store
            .casefiles(&principal.scope, &filter, &Window::first(200))
            .await?;
        let households = self
            .store
            .households(
                &principal.scope,
                page.items.iter().map(|(r, _)| r.household_id.clone()),
            )
            .await?;
        let names = self
            .division_names(page.items.iter().map(|(r, _)| r.village.clone()))
            .await?;
        let text = |text: &str| {
            if principal.masked {
                mask_text(text)
            } else {
                text.to_owned()
            }
        };
        let value = |value: &Value| match value {
            Value::String(typed) if principal.masked && !names_nobody(typed) => {
                mask_text(typed).into()
            }
            _ => value.clone(),
        };
        let mut tasks = Vec::new();
        for (row, casefile) in page.items {
            let pack = self.pack(&casefile.pack.id)?;
            let head = households
                .get(&row.household_id)
                .map_or_else(String::new, |h| h.head_name.clone());
            let waiting = casefile.corrections.iter().enumerate();
            for (index, correction) in waiting.filter(|(_, c)| c.decision.is_none()) {
                if principal.level.is_none_or(|l| l >= correction.typed_at) {
                    continue;
                }
                let step = pack
                    .identification()
                    .and_then(|p| p.step(correction.step))
                    .map_or_else(String::new, |s| s.label.clone());
                tasks.push(CorrectionTask {
                    casefile_id: row.id.clone(),
                    version: row.version,
                    index,
                    village: VillageName {
                        name: names.get(&row.village).cloned().unwrap_or_default(),
                        code: row.village.clone(),
                    },
                    head_name: if principal.masked {
                        mask_name(&head)
                    } else {
                        head.clone()
                    },
                    step_label: step,
                    label: correction.label.clone(),
                    before: value(&correction.before),
                    after: value(&correction.after),
                    reason: text(&correction.reason),
                    asked_by: text(&correction.asked_by),
                    requested_by: correction.request.by_name.clone(),
                    requested_on: correction.request.occurred_on,
                    own: correction.request.by_account == principal.account_id,
                });
            }
        }
        let mut tx = self.store.write(self.actor(principal)).await?;
        tx.audit(
            &chain_of(principal.division),
            "correction.listed",
            "corrections",
            &format!("tasks={}", tasks.len()),
        )
        .await?;
        tx.commit().await?;
        Ok(tasks)
    }

    /// Decides a correction; returns what still waits.
    ///
    /// # Errors
    /// [`AppError::Refused`] below the level above, [`AppError::Stale`] when
    /// somebody was faster, [`AppError::NotFound`] outside the scope.
    pub async fn decide_correction(
        &self,
        principal: &Principal,
        id: &str,
        index: usize,
        form: CorrectionDecision,
    ) -> Result<Vec<CorrectionTask>, AppError> {
        permit(principal, Operation::CasefileApproveCorrection)?;
        let mut tx = self.store.write(self.actor(principal)).await?;
        let (row, casefile) = tx
            .casefile(&principal.scope, id)
            .await?
            .ok_or(AppError::NotFound)?;
        let act = Act {
            expected_version: form.expected_version,
            occurred_on: form.decided_on,
            action: Action::DecideCorrection {
                index,
                approve: form.approve,
                note: form.note,
            },
        };
        self.act_in(&mut tx, principal, &row, &casefile, &act)
            .await?;
        tx.commit().await?;
        self.correction_tasks(principal).await
    }

    /// An episode repeats the day of the county's decision.
    pub(super) async fn episode_follows(
        &self,
        tx: &mut WriteTx,
        before: &Casefile,
        after: &Casefile,
    ) -> Result<(), AppError> {
        let decided = |c: &Casefile| c.records.county_decision.as_ref().map(|d| d.occurred_on);
        let (Some(was), Some(is)) = (decided(before), decided(after)) else {
            return Ok(());
        };
        if was == is || matches!(after.stage, Stage::Refused { .. }) {
            return Ok(());
        }
        let episodes = tx.episodes(&after.household_id).await?;
        for mut episode in episodes {
            if episode.casefile_id.as_deref() == Some(after.id.as_str()) {
                episode.identified_on = is.to_string();
                episode.version += 1;
                tx.save_episode(episode).await?;
            }
        }
        Ok(())
    }
}

/// Whether a corrected value says what it is about and no more: a day, or a
/// number of a document (文号), as in 某政〔2022〕17号.
fn names_nobody(typed: &str) -> bool {
    typed.parse::<Date>().is_ok() || is_document_number(typed)
}

fn is_document_number(typed: &str) -> bool {
    /// Letters before the year: an issuing office in short.
    const MOST: usize = 8;
    let Some((office, rest)) = typed.trim().split_once('〔') else {
        return false;
    };
    let Some((year, number)) = rest.split_once('〕') else {
        return false;
    };
    let digits = |text: &str, most: usize| {
        (1..=most).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit())
    };
    (1..=MOST).contains(&office.chars().count())
        && office.chars().all(char::is_alphabetic)
        && digits(year, 4)
        && number.strip_suffix('号').is_some_and(|n| digits(n, 5))
}
