//! Doing a move through the use case a person would call.

use domain::account::Principal;
use domain::casefile::{Action, Casefile};
use store::casefile::CasefileRow;

use super::Run;
use super::moves::Move;
use crate::AppError;
use crate::casefile::Act;
use crate::notice::{
    AnswerObjection, Attendance, NewAppraisal, NewAppraisalItem, NewNotice, NewNoticeItem,
    NewObjection,
};

impl Run<'_> {
    /// The use case a person would call.
    pub(super) async fn perform(
        &self,
        actor: &Principal,
        action: &Action,
        next: &Move,
        row: &CasefileRow,
        casefile: &Casefile,
    ) -> Result<(), AppError> {
        let notice = casefile
            .records
            .public_notice
            .as_ref()
            .map(|n| n.notice_id.clone());
        match action {
            Action::RecordAppraisal(a) => {
                let form = NewAppraisal {
                    held_on: next.day,
                    place: "村委会会议室".into(),
                    village: self.village.code,
                    chair: actor.display_name.clone(),
                    recorder: "记录员".into(),
                    attendance: vec![Attendance {
                        role: "村民代表".into(),
                        count: a.voters,
                    }],
                    minutes: "逐户讨论表决。".into(),
                    conveners: a.conveners.clone(),
                    items: vec![NewAppraisalItem {
                        casefile_id: row.id.clone(),
                        expected_version: next.version,
                        round: a.round,
                        recused: a.recused.clone(),
                        votes_for: a.votes_for,
                        votes_against: a.votes_against,
                        abstentions: a.abstentions,
                        result: a.result.clone(),
                        opinion: a.opinion.clone(),
                        findings: a.findings.clone(),
                    }],
                };
                self.app.record_appraisal(actor, form).await.map(drop)
            }
            Action::PostNotice { place, .. } => {
                let form = NewNotice {
                    village: self.village.code,
                    posted_on: next.day,
                    place: place.clone(),
                    items: vec![NewNoticeItem {
                        casefile_id: row.id.clone(),
                        expected_version: next.version,
                    }],
                    evidence_attachment_ids: Vec::new(),
                };
                self.app.post_notice(actor, form).await.map(drop)
            }
            Action::FileObjection { official_level, .. } => {
                let form = NewObjection {
                    casefile_id: row.id.clone(),
                    received_on: next.day,
                    content: "听说这户在县城有房。".into(),
                    anonymous: true,
                    objector_name: None,
                    about_official: official_level.is_some(),
                    official_name: None,
                    official_level: *official_level,
                };
                let notice = notice.unwrap_or_default();
                self.app
                    .file_objection(actor, &notice, form)
                    .await
                    .map(drop)
            }
            Action::AnswerObjection {
                objection_id,
                upheld,
            } => {
                let form = AnswerObjection {
                    answer: "已经查实并说明。".into(),
                    upheld: *upheld,
                    answered_on: next.day,
                    handled_by: actor.display_name.clone(),
                };
                self.app
                    .answer_objection(actor, objection_id, form)
                    .await
                    .map(drop)
            }
            _ => {
                let act = Act {
                    expected_version: next.version,
                    occurred_on: next.day,
                    action: action.clone(),
                };
                self.app.act(actor, &row.id, act).await.map(drop)
            }
        }
    }
}
