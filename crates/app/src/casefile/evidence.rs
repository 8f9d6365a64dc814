//! What is on file for a casefile: its own scans, those of the notice it is
//! on and of the meeting that appraised it.

use std::collections::BTreeMap;

use domain::account::Scope;
use domain::casefile::{Casefile, EvidencePiece, evidence_round};
use store::attachment::AttachmentRow;

use super::AttachmentView;
use crate::{App, AppError};

/// Who else's attachments serve a casefile.
pub(crate) fn evidence_subjects(casefile: &Casefile) -> Vec<String> {
    let records = &casefile.records;
    let notice = records.public_notice.as_ref().map(|n| n.notice_id.clone());
    let meeting = records
        .democratic_appraisal
        .as_ref()
        .map(|a| a.record.appraisal_id.clone());
    [Some(casefile.id.clone()), notice, meeting]
        .into_iter()
        .flatten()
        .collect()
}

fn piece(row: &AttachmentRow) -> EvidencePiece {
    EvidencePiece {
        code: row.code.clone(),
        // On a notice or meeting now in force it counts by itself.
        round: (row.subject_kind == "casefile")
            .then(|| row.round.and_then(|r| u32::try_from(r).ok()).unwrap_or(0)),
    }
}

impl App {
    /// The evidence of one casefile, as the engine wants it.
    pub(crate) async fn evidence_pieces(
        &self,
        scope: &Scope,
        casefile: &Casefile,
    ) -> Result<Vec<EvidencePiece>, AppError> {
        let rows = self
            .store
            .evidence(scope, &evidence_subjects(casefile))
            .await?;
        Ok(rows.iter().map(piece).collect())
    }

    /// The evidence of several casefiles, by casefile id, in one read.
    pub(crate) async fn evidence_of_many(
        &self,
        scope: &Scope,
        casefiles: impl Iterator<Item = &Casefile>,
    ) -> Result<BTreeMap<String, Vec<EvidencePiece>>, AppError> {
        let wanted: Vec<(String, Vec<String>)> = casefiles
            .map(|c| (c.id.clone(), evidence_subjects(c)))
            .collect();
        let all: Vec<String> = wanted.iter().flat_map(|(_, s)| s.clone()).collect();
        let rows = self.store.evidence(scope, &all).await?;
        Ok(wanted
            .into_iter()
            .map(|(id, subjects)| {
                let own = rows.iter().filter(|r| subjects.contains(&r.subject_id));
                (id, own.map(piece).collect())
            })
            .collect())
    }

    /// Every attachment that serves a casefile, old versions included.
    pub(super) async fn casefile_attachments(
        &self,
        scope: &Scope,
        casefile: &Casefile,
    ) -> Result<Vec<AttachmentView>, AppError> {
        let pack = self.pack(&casefile.pack.id)?;
        let records = &casefile.records;
        let mut found = self
            .attachment_views(scope, "casefile", &casefile.id)
            .await?;
        if let Some(procedure) = pack.identification() {
            for view in &mut found {
                let now = evidence_round(casefile, procedure, &view.code);
                view.of_earlier_round = view.round.unwrap_or(0) != now;
            }
        }
        if let Some(notice) = &records.public_notice {
            found.extend(
                self.attachment_views(scope, "notice", &notice.notice_id)
                    .await?,
            );
        }
        if let Some(meeting) = &records.democratic_appraisal {
            let id = &meeting.record.appraisal_id;
            found.extend(self.attachment_views(scope, "appraisal", id).await?);
        }
        Ok(found)
    }
}
