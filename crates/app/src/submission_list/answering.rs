//! What the receiving level does with a list, and what casefiles do to it.

use domain::account::{Operation, Principal};
use domain::casefile::{Action, Casefile, Refusal};
use domain::division::DivisionCode;
use domain::policy::GuardKind;
use domain::submission_list::{
    ItemAnswer, ItemVerdict, ListAct, ListStage, SubmissionList, answer_in,
};
use store::WriteTx;
use store::audit::chain_of;
use store::submission_list::StoredList;

use super::{ListActForm, ListAnswers, SubmissionListView};
use crate::casefile::Act;
use crate::error::permit;
use crate::lead::village_of;
use crate::notice::{BulkResult, ItemResult};
use crate::{App, AppError};

/// Most households answered in one request; a console sends more in portions
/// and shows how far it is.
const PORTION: usize = 50;

impl App {
    /// Takes a list in. A list that only informs is acknowledged with it, for
    /// every household on it.
    ///
    /// # Errors
    /// [`AppError::Refused`] at another level or stage, [`AppError::Stale`]
    /// when somebody was faster.
    pub async fn receive_list(
        &self,
        principal: &Principal,
        id: &str,
        form: ListActForm,
    ) -> Result<SubmissionListView, AppError> {
        permit(principal, Operation::SubmissionListReceive)?;
        self.act_on_list(principal, id, form, &ListAct::Receive, "received")
            .await
    }

    /// Sends a list back whole, before any answer.
    ///
    /// # Errors
    /// As for [`App::receive_list`].
    pub async fn return_list(
        &self,
        principal: &Principal,
        id: &str,
        form: ListActForm,
    ) -> Result<SubmissionListView, AppError> {
        permit(principal, Operation::SubmissionListReceive)?;
        let act = ListAct::Return {
            reason: form.reason.clone(),
        };
        self.act_on_list(principal, id, form, &act, "returned")
            .await
    }

    /// Takes a list back that nobody has received.
    ///
    /// # Errors
    /// As for [`App::receive_list`].
    pub async fn withdraw_list(
        &self,
        principal: &Principal,
        id: &str,
        form: ListActForm,
    ) -> Result<SubmissionListView, AppError> {
        permit(principal, Operation::SubmissionListSubmit)?;
        let act = ListAct::Withdraw {
            reason: form.reason.clone(),
        };
        self.act_on_list(principal, id, form, &act, "withdrawn")
            .await
    }

    async fn act_on_list(
        &self,
        principal: &Principal,
        id: &str,
        form: ListActForm,
        act: &ListAct,
        name: &str,
    ) -> Result<SubmissionListView, AppError> {
        let mut tx = self.store.write(self.actor(principal)).await?;
        let stored = tx
            .submission_list(&principal.scope, id)
            .await?
            .ok_or(AppError::NotFound)?;
        if stored.row.version != form.expected_version {
            return Err(AppError::Stale {
                current: stored.row.version,
            });
        }
        let next = stored
            .list
            .apply(act, form.on, principal, self.today())
            .map_err(AppError::Refused)?;
        tx.save_list_stage(&stored, &next, None).await?;
        let area = village_of(&stored.row.area)?;
        let mut results = Vec::new();
        if *act == ListAct::Receive && next.content.terms.informs() {
            let open: Vec<String> = next.open_rows().map(|r| r.casefile_id.clone()).collect();
            // Where the document knows no acknowledgement of the decision, taking
            // the list in is the whole of it: no casefile has anything to record.
            let recorded = self
                .pack(&next.content.pack.id)?
                .identification()
                .is_some_and(|p| p.has_guard(GuardKind::DecisionAcknowledged));
            for casefile in open {
                results.push(if recorded {
                    self.acknowledge_one(&mut tx, principal, &casefile, &form, area)
                        .await?
                } else {
                    taken_note(&mut tx, principal, id, &casefile, &form).await?
                });
            }
        }
        let detail = format!("households={}", next.content.rows.len());
        tx.audit(
            &chain_of(Some(area)),
            &format!("submission_list.{name}"),
            &format!("submission_list/{id}"),
            &detail,
        )
        .await?;
        tx.commit().await?;
        let mut view = self.submission_list(principal, id).await?;
        view.results = results;
        Ok(view)
    }

    /// The township takes note of the list, not of a version of each casefile.
    async fn acknowledge_one(
        &self,
        tx: &mut WriteTx,
        principal: &Principal,
        casefile: &str,
        form: &ListActForm,
        area: DivisionCode,
    ) -> Result<ItemResult, AppError> {
        let version = tx
            .casefile(&principal.scope, casefile)
            .await?
            .map_or(0, |(row, _)| row.version);
        let act = Act {
            expected_version: version,
            occurred_on: form.on,
            action: Action::AcknowledgeDecision {},
        };
        self.one_of_many(tx, principal, casefile, &act, area).await
    }

    /// Answers households of a list, each in its own transaction: what is
    /// refused stays open with its reasons, the others are done.
    ///
    /// # Errors
    /// [`AppError::Invalid`] when an act is no answer to this list,
    /// [`AppError::Refused`] when the list is not taken in.
    pub async fn answer_list(
        &self,
        principal: &Principal,
        id: &str,
        form: ListAnswers,
    ) -> Result<BulkResult, AppError> {
        permit(principal, Operation::SubmissionListReceive)?;
        let stored = self.stored_list(principal, id).await?;
        let terms = &stored.list.content.terms;
        if form.answers.is_empty() {
            return Err(AppError::invalid("answers", "请选择要答复的农户"));
        }
        if form.answers.len() > PORTION {
            return Err(AppError::invalid(
                "answers",
                "一次最多答复 50 户，请分批办理",
            ));
        }
        let fits = |action: &Action| match terms.answered_by {
            Some(step) => action.step() == Some(step),
            None => matches!(action, Action::AcknowledgeDecision {}),
        };
        if form.answers.iter().any(|a| !fits(&a.action)) {
            return Err(AppError::invalid("answers", "这不是对这份名单的答复"));
        }
        let words = match &stored.list.stage {
            ListStage::Received(_) => None,
            ListStage::Submitted => Some("请先接收名单，再逐户答复。"),
            ListStage::Closed { .. } => Some("这份名单已经逐户办结。"),
            _ => Some("这份名单已经退回或撤回，不能答复。"),
        };
        if let Some(words) = words {
            return Err(AppError::Refused(vec![Refusal {
                guard: "stage".into(),
                message: words.into(),
                clause: terms.clause.clone(),
                earliest_on: None,
            }]));
        }
        let area = village_of(&stored.row.area)?;
        let mut results = Vec::new();
        for answer in form.answers {
            if !stored
                .list
                .content
                .rows
                .iter()
                .any(|r| r.casefile_id == answer.casefile_id)
            {
                results.push(ItemResult {
                    casefile_id: answer.casefile_id,
                    ok: false,
                    version: None,
                    refusals: Vec::new(),
                    message: Some("这一户不在这份名单上".into()),
                });
                continue;
            }
            let act = Act {
                expected_version: answer.expected_version,
                occurred_on: form.occurred_on,
                action: answer.action,
            };
            let mut tx = self.store.write(self.actor(principal)).await?;
            let result = self
                .one_of_many(&mut tx, principal, &answer.casefile_id, &act, area)
                .await?;
            if result.ok {
                tx.commit().await?;
            }
            results.push(result);
        }
        Ok(BulkResult {
            id: id.to_owned(),
            results,
        })
    }

    /// The lists that wait for a casefile, each with its answer as the
    /// casefile's new state gives it: the same wherever it was given.
    ///
    /// # Errors
    /// [`AppError::Refused`] when the answer is older than the list. Asked
    /// before anything is saved: others of the same act may go through.
    pub(crate) async fn answered_lists(
        &self,
        tx: &mut WriteTx,
        casefile: &Casefile,
    ) -> Result<Vec<(StoredList, SubmissionList)>, AppError> {
        let pack = self.pack(&casefile.pack.id)?;
        let mut answered = Vec::new();
        for id in tx.lists_awaiting(&casefile.id).await? {
            let stored = tx.lock_submission_list(&id).await?;
            let content = &stored.list.content;
            let answer = stored
                .list
                .open_rows()
                .find(|r| r.casefile_id == casefile.id)
                .and_then(|row| answer_in(&content.terms, row, casefile, pack));
            if let Some(answer) = answer {
                stored
                    .list
                    .answer_dated(&answer)
                    .map_err(|refusal| AppError::Refused(vec![refusal]))?;
                let next = stored.list.answered(&casefile.id, answer);
                answered.push((stored, next));
            }
        }
        Ok(answered)
    }

    /// Writes the answers down, inside the transaction that saved the casefile.
    pub(crate) async fn settle_lists(
        &self,
        tx: &mut WriteTx,
        casefile: &Casefile,
        answered: Vec<(StoredList, SubmissionList)>,
    ) -> Result<(), AppError> {
        for (stored, next) in answered {
            tx.save_list_stage(&stored, &next, Some(&casefile.id))
                .await?;
        }
        Ok(())
    }
}

/// Writes on the list itself that the township has taken note of a household.
async fn taken_note(
    tx: &mut WriteTx,
    principal: &Principal,
    list: &str,
    casefile: &str,
    form: &ListActForm,
) -> Result<ItemResult, AppError> {
    let stored = tx.lock_submission_list(list).await?;
    let answer = ItemAnswer {
        verdict: ItemVerdict::Acknowledged,
        on: form.on,
        by_name: principal.display_name.clone(),
        reason: "随名单签收".into(),
        ground: None,
        clause: None,
    };
    let next = stored.list.answered(casefile, answer);
    tx.save_list_stage(&stored, &next, Some(casefile)).await?;
    Ok(ItemResult {
        casefile_id: casefile.to_owned(),
        ok: true,
        version: None,
        refusals: Vec::new(),
        message: None,
    })
}
