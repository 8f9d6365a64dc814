//! 信息比对 as departments see it: who is to be compared under which letter,
//! and nothing else of the case.

use domain::account::{Operation, Principal};
use domain::casefile::{Action, Casefile, DiscrepancyReport};
use domain::household::HouseholdFile;
use domain::policy::GuardKind;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use store::audit::chain_of;
use store::casefile::CasefileFilter;
use utoipa::ToSchema;

use super::{Act, VillageName};
use crate::error::permit;
use crate::{App, AppError, Window};

/// A comparison waiting for departments' answers.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct CrossCheckTask {
    pub casefile_id: String,
    pub version: i64,
    pub village: VillageName,
    pub people: Vec<ComparedPerson>,
    pub items: Vec<String>,
    /// Day it was sent to the county, by the township or by the county itself.
    pub forwarded_on: Option<Date>,
    /// Day the authorisation letter was signed; the request is bound to it.
    pub authorised_on: Option<Date>,
    /// Departments that answered already.
    pub answered: Vec<String>,
}

/// A person who signed to be compared.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ComparedPerson {
    pub member_id: String,
    pub name: String,
    pub id_number: String,
}

/// A department's answer.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub struct CrossCheckAnswer {
    pub expected_version: i64,
    pub answered_on: Date,
    pub department: String,
    pub answered_by: String,
    #[serde(default)]
    pub discrepancies: Vec<DiscrepancyReport>,
}

impl App {
    /// Comparisons in scope that were sent to the departments and are not
    /// concluded. ID numbers are needed to compare, so each listing is audited.
    ///
    /// # Errors
    /// When the operation is missing or the database refuses.
    pub async fn cross_check_tasks(
        &self,
        principal: &Principal,
    ) -> Result<Vec<CrossCheckTask>, AppError> {
        permit(principal, Operation::CasefileCrossCheckCounty)?;
        let filter = CasefileFilter {
            stages: vec!["running".into()],
            step: Some("cross_check".into()),
            ..Default::default()
        };
        let page = self
            .store
            .casefiles(&principal.scope, &filter, &Window::first(200))
            .await?;
        let names = self
            .division_names(page.items.iter().map(|(r, _)| r.village.clone()))
            .await?;
        let mut tasks = Vec::new();
        for (row, casefile) in page.items {
            let pack = self.pack(&casefile.pack.id)?;
            // Sent by the township where the document says so, else by the county itself.
            let by_township = pack
                .identification()
                .is_some_and(|p| p.has_guard(GuardKind::ThroughTownship));
            let waiting = casefile.records.cross_check.as_ref().is_some_and(|c| {
                let sent = if by_township {
                    &c.forwarded
                } else {
                    &c.requested
                };
                sent.is_some() && c.concluded.is_none()
            });
            if !waiting {
                continue;
            }
            let Some((_, file)) = self
                .store
                .household_file(&principal.scope, &row.household_id)
                .await?
            else {
                continue;
            };
            let village = VillageName {
                name: names.get(&row.village).cloned().unwrap_or_default(),
                code: row.village,
            };
            tasks.push(task(&casefile, &file, village, row.version));
        }
        let people: usize = tasks.iter().map(|t| t.people.len()).sum();
        if people > 0 {
            let mut tx = self.store.write(self.actor(principal)).await?;
            let chain = chain_of(principal.division);
            tx.audit(
                &chain,
                "cross_check.listed",
                "cross_check",
                &format!("cases={} people={people}", tasks.len()),
            )
            .await?;
            tx.commit().await?;
        }
        Ok(tasks)
    }

    /// Records a department's answer; hits are 疑点 for a person to judge.
    ///
    /// # Errors
    /// [`AppError::Refused`] with every guard, [`AppError::NotFound`] outside
    /// the scope.
    pub async fn answer_cross_check(
        &self,
        principal: &Principal,
        id: &str,
        form: CrossCheckAnswer,
    ) -> Result<Vec<CrossCheckTask>, AppError> {
        permit(principal, Operation::CasefileCrossCheckCounty)?;
        let mut tx = self.store.write(self.actor(principal)).await?;
        let (row, casefile) = tx
            .casefile(&principal.scope, id)
            .await?
            .ok_or(AppError::NotFound)?;
        let act = Act {
            expected_version: form.expected_version,
            occurred_on: form.answered_on,
            action: Action::AnswerCrossCheck {
                department: form.department,
                answered_by: form.answered_by,
                discrepancies: form.discrepancies,
            },
        };
        self.act_in(&mut tx, principal, &row, &casefile, &act)
            .await?;
        tx.commit().await?;
        self.cross_check_tasks(principal).await
    }
}

fn task(
    casefile: &Casefile,
    file: &HouseholdFile,
    village: VillageName,
    version: i64,
) -> CrossCheckTask {
    let check = casefile.records.cross_check.as_ref();
    let asked = check.map(|c| c.member_ids.as_slice()).unwrap_or_default();
    CrossCheckTask {
        casefile_id: casefile.id.clone(),
        version,
        village,
        people: file
            .members
            .iter()
            .filter(|m| asked.contains(&m.id))
            .map(|m| ComparedPerson {
                member_id: m.id.clone(),
                name: m.name.clone(),
                id_number: m.document_number.clone(),
            })
            .collect(),
        items: check.map(|c| c.items.clone()).unwrap_or_default(),
        forwarded_on: check
            .and_then(|c| c.forwarded.as_ref().or(c.requested.as_ref()))
            .map(|f| f.occurred_on),
        authorised_on: casefile
            .records
            .commitment_letter
            .as_ref()
            .map(|l| l.occurred_on),
        answered: check
            .map(|c| {
                c.answers
                    .iter()
                    .map(|a| a.record.department.clone())
                    .collect()
            })
            .unwrap_or_default(),
    }
}
