//! Meetings of democratic appraisal.

use domain::account::{Operation, Principal};
use domain::casefile::{Action, Appraisal};
use domain::division::DivisionCode;
use store::audit::chain_of;
use store::notice::AppraisalRow;

use crate::casefile::{Act, VillageName};
use crate::error::permit;
use crate::{App, AppError, new_id};

use super::{AppraisalView, BulkResult, NewAppraisal, none_went};
use domain::typed_text::is_blank;

impl App {
    /// Records a meeting of democratic appraisal and its result for each
    /// household; a household that is refused leaves the others untouched.
    ///
    /// # Errors
    /// [`AppError::Invalid`] when the meeting itself is incomplete,
    /// [`AppError::Refused`] when every household is refused.
    pub async fn record_appraisal(
        &self,
        principal: &Principal,
        form: NewAppraisal,
    ) -> Result<BulkResult, AppError> {
        permit(principal, Operation::CasefileRead)?;
        if !principal.scope.contains(form.village) {
            return Err(AppError::NotFound);
        }
        let mut errors = Vec::new();
        for (field, value, label) in [
            ("place", &form.place, "地点"),
            ("chair", &form.chair, "主持人"),
            ("recorder", &form.recorder, "记录人"),
            ("minutes", &form.minutes, "会议记录"),
        ] {
            if is_blank(value) {
                errors.push(crate::FieldError::new(field, format!("请填写{label}")));
            }
        }
        if form
            .attendance
            .iter()
            .map(|a| u32::from(a.count))
            .sum::<u32>()
            == 0
        {
            errors.push(crate::FieldError::new("attendance", "请按身份填写到会人数"));
        }
        if form.items.is_empty() {
            errors.push(crate::FieldError::new("items", "请选择要评议的农户"));
        }
        if !errors.is_empty() {
            return Err(AppError::Invalid(errors));
        }
        let present = form
            .attendance
            .iter()
            .map(|a| a.count)
            .fold(0, u16::saturating_add);
        let id = new_id();
        let mut tx = self.store.write(self.actor(principal)).await?;
        let mut results = Vec::new();
        for item in &form.items {
            let recused = u16::try_from(item.recused.len()).unwrap_or(u16::MAX);
            let action = Action::RecordAppraisal(Appraisal {
                appraisal_id: id.clone(),
                round: item.round,
                voters: present.saturating_sub(recused),
                recused: item.recused.clone(),
                votes_for: item.votes_for,
                votes_against: item.votes_against,
                abstentions: item.abstentions,
                result: item.result.clone(),
                opinion: item.opinion.clone(),
                conveners: form.conveners.clone(),
                chair: form.chair.clone(),
                recorder: form.recorder.clone(),
                findings: item.findings.clone(),
            });
            let act = Act {
                expected_version: item.expected_version,
                occurred_on: form.held_on,
                action,
            };
            results.push(
                self.one_of_many(&mut tx, principal, &item.casefile_id, &act, form.village)
                    .await?,
            );
        }
        none_went(&results)?;
        tx.add_appraisal(AppraisalRow {
            minutes_sealed: tx.seal_text("appraisal", "minutes", &id, &form.minutes)?,
            id: id.clone(),
            village: form.village.to_string(),
            held_on: form.held_on.to_string(),
            place: form.place,
            chair: form.chair,
            recorder: form.recorder,
            attendance: serde_json::to_string(&form.attendance).unwrap_or_default(),
            recorded_at: self.clock.now_millis(),
            account_id: principal.account_id.clone(),
        })
        .await?;
        tx.audit(
            &chain_of(Some(form.village)),
            "appraisal.recorded",
            &format!("appraisal/{id}"),
            &format!("households={}", results.len()),
        )
        .await?;
        tx.commit().await?;
        Ok(BulkResult { id, results })
    }

    /// Meetings in scope, newest first.
    ///
    /// # Errors
    /// When the operation is missing or the database refuses.
    pub async fn appraisals(
        &self,
        principal: &Principal,
        village: Option<DivisionCode>,
    ) -> Result<Vec<AppraisalView>, AppError> {
        permit(principal, Operation::CasefileRead)?;
        let scope =
            village.map_or_else(|| principal.scope.clone(), |v| principal.scope.narrowed(v));
        let rows = self.store.appraisals(&scope, 100).await?;
        let names = self
            .division_names(rows.iter().map(|r| r.village.clone()))
            .await?;
        rows.into_iter()
            .map(|r| {
                Ok(AppraisalView {
                    minutes: self.store.open_sealed(
                        "appraisal",
                        "minutes",
                        &r.id,
                        &r.minutes_sealed,
                    )?,
                    attendance: serde_json::from_str(&r.attendance).unwrap_or_default(),
                    village: VillageName {
                        name: names.get(&r.village).cloned().unwrap_or_default(),
                        code: r.village,
                    },
                    id: r.id,
                    held_on: r.held_on,
                    place: r.place,
                    chair: r.chair,
                    recorder: r.recorder,
                })
            })
            .collect()
    }
}
