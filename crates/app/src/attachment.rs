//! Attachments: scans, photos, signatures. Content-addressed and encrypted in
//! a folder, durable before the row that names them.

use domain::account::{Operation, Principal, Scope};
use store::attachment::AttachmentRow;
use store::audit::chain_of;

use crate::casefile::AttachmentView;
use crate::error::permit;
use crate::lead::village_of;
use crate::{App, AppError, clock, new_id};

/// Largest accepted file, in bytes.
pub const MAX_BYTES: usize = 10 * 1024 * 1024;

/// What is uploaded, and to what it belongs.
#[derive(Debug, Clone)]
pub struct Upload {
    pub file_name: String,
    /// `casefile`, `notice`, `appraisal` or `household`.
    pub subject: String,
    pub subject_id: String,
    /// Code of the evidence it is, e.g. `investigation_form`.
    pub code: String,
    /// The attachment it takes the place of; the old one stays on file.
    pub replaces: Option<String>,
    pub bytes: Vec<u8>,
}

/// The media type by the first bytes; the name proves nothing.
fn media_type(bytes: &[u8]) -> Option<&'static str> {
    match bytes {
        [0xFF, 0xD8, 0xFF, ..] => Some("image/jpeg"),
        [0x89, b'P', b'N', b'G', ..] => Some("image/png"),
        [b'%', b'P', b'D', b'F', ..] => Some("application/pdf"),
        _ => None,
    }
}

/// Drops what a camera adds to a JPEG beside the picture (EXIF with position,
/// comments): every APPn and COM segment except the colour profile markers a
/// decoder needs.
fn without_metadata(bytes: Vec<u8>) -> Vec<u8> {
    if !bytes.starts_with(&[0xFF, 0xD8]) {
        return bytes;
    }
    let mut out = vec![0xFF, 0xD8];
    let mut at = 2;
    while let [0xFF, marker, high, low] = bytes.get(at..at + 4).unwrap_or_default() {
        let length = usize::from(*high) * 256 + usize::from(*low);
        let end = at + 2 + length;
        if *marker == 0xDA || end > bytes.len() {
            break;
        }
        let dropped = (0xE1..=0xEF).contains(marker) || *marker == 0xFE;
        if !dropped {
            out.extend_from_slice(&bytes[at..end]);
        }
        at = end;
    }
    out.extend_from_slice(&bytes[at..]);
    out
}

impl App {
    /// Takes in a file.
    ///
    /// # Errors
    /// [`AppError::Invalid`] for a type or size that is not accepted,
    /// [`AppError::NotFound`] for a subject outside the scope.
    pub async fn add_attachment(
        &self,
        principal: &Principal,
        upload: Upload,
    ) -> Result<AttachmentView, AppError> {
        permit(principal, Operation::AttachmentAdd)?;
        if upload.bytes.len() > MAX_BYTES {
            return Err(AppError::invalid(
                "file",
                "文件超过 10 MB，请压缩或拍小一些再传",
            ));
        }
        let media = media_type(&upload.bytes)
            .ok_or_else(|| AppError::invalid("file", "只接受 JPG、PNG 照片或 PDF 扫描件"))?;
        if upload.code.chars().count() > 60 {
            return Err(AppError::invalid("code", "材料类别太长"));
        }
        let old = match &upload.replaces {
            Some(old) => Some(self.replaceable(principal, old, &upload).await?),
            None => None,
        };
        let round = self.upload_round(&principal.scope, &upload).await?;
        let village = self
            .subject_village(&principal.scope, &upload.subject, &upload.subject_id)
            .await?;
        let bytes = without_metadata(upload.bytes);
        let size = i64::try_from(bytes.len()).unwrap_or(i64::MAX);
        let digest = self
            .store
            .put_blob(&self.data_dir.join("blobs"), bytes)
            .await?;
        let id = new_id();
        let mut tx = self.store.write(self.actor(principal)).await?;
        let name: String = upload
            .file_name
            .chars()
            .filter(|c| !c.is_control())
            .take(120)
            .collect();
        let row = AttachmentRow {
            file_name_sealed: tx.seal_text("attachment", "file_name", &id, &name)?,
            id: id.clone(),
            subject_kind: upload.subject,
            subject_id: upload.subject_id,
            village: village.clone(),
            code: upload.code,
            media_type: media.into(),
            size_bytes: size,
            digest,
            account_id: principal.account_id.clone(),
            created_at: self.clock.now_millis(),
            round,
            replaced_by: None,
        };
        tx.add_attachment(row.clone()).await?;
        if let Some(old) = &old {
            tx.replace_attachment(old, &row.id).await?;
        }
        tx.audit(
            &chain_of(Some(village_of(&village)?)),
            "attachment.added",
            &format!("attachment/{id}"),
            &row.code,
        )
        .await?;
        tx.commit().await?;
        self.attachment_view(row)
    }

    /// The older version, if it is one of the same thing and in force.
    async fn replaceable(
        &self,
        principal: &Principal,
        id: &str,
        upload: &Upload,
    ) -> Result<AttachmentRow, AppError> {
        let old = self
            .store
            .attachment(&principal.scope, id)
            .await?
            .filter(|o| o.subject_id == upload.subject_id && o.code == upload.code)
            .ok_or(AppError::NotFound)?;
        if old.replaced_by.is_some() {
            return Err(AppError::Conflict(
                "这份材料已被更新的版本替换，请刷新".into(),
            ));
        }
        Ok(old)
    }

    /// How often the record a piece of a casefile's evidence supports was put
    /// aside: a scan from before a send-back does not count for the step again.
    async fn upload_round(&self, scope: &Scope, upload: &Upload) -> Result<Option<i32>, AppError> {
        if upload.subject != "casefile" {
            return Ok(None);
        }
        let (_, casefile) = self
            .store
            .casefile(scope, &upload.subject_id)
            .await?
            .ok_or(AppError::NotFound)?;
        let pack = self.pack(&casefile.pack.id)?;
        Ok(pack
            .identification()
            .map(|p| domain::casefile::evidence_round(&casefile, p, &upload.code))
            .and_then(|r| i32::try_from(r).ok()))
    }

    async fn subject_village(
        &self,
        scope: &Scope,
        subject: &str,
        id: &str,
    ) -> Result<String, AppError> {
        match subject {
            "casefile" => self
                .store
                .casefile(scope, id)
                .await?
                .map(|(r, _)| r.village),
            "notice" => self.store.notice(scope, id).await?.map(|r| r.village),
            "appraisal" => self.store.appraisal(scope, id).await?.map(|r| r.village),
            "household" => self.store.household(scope, id).await?.map(|r| r.village),
            _ => {
                return Err(AppError::invalid(
                    "subject",
                    "附件要属于一件事项、一份公示或一户",
                ));
            }
        }
        .ok_or(AppError::NotFound)
    }

    fn attachment_view(&self, row: AttachmentRow) -> Result<AttachmentView, AppError> {
        Ok(AttachmentView {
            file_name: self.store.open_sealed(
                "attachment",
                "file_name",
                &row.id,
                &row.file_name_sealed,
            )?,
            id: row.id,
            media_type: row.media_type,
            size: row.size_bytes,
            code: row.code,
            created_at: clock::instant_text(row.created_at),
            subject: row.subject_kind,
            replaced_by: row.replaced_by,
            round: row.round.and_then(|r| u32::try_from(r).ok()),
            of_earlier_round: false,
        })
    }

    pub(crate) async fn attachment_views(
        &self,
        scope: &Scope,
        subject: &str,
        id: &str,
    ) -> Result<Vec<AttachmentView>, AppError> {
        self.store
            .attachments(scope, subject, id)
            .await?
            .into_iter()
            .map(|row| self.attachment_view(row))
            .collect()
    }

    /// The bytes of an attachment in scope.
    ///
    /// # Errors
    /// [`AppError::NotFound`] outside the scope.
    pub async fn attachment(
        &self,
        principal: &Principal,
        id: &str,
    ) -> Result<(String, Vec<u8>), AppError> {
        if !principal.may(Operation::CasefileRead) {
            permit(principal, Operation::NoticeRead)?;
        }
        let row = self
            .store
            .attachment(&principal.scope, id)
            .await?
            .ok_or(AppError::NotFound)?;
        let bytes = self
            .store
            .get_blob(&self.data_dir.join("blobs"), &row.digest)
            .await?;
        Ok((row.media_type, bytes))
    }
}
