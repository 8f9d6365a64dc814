//! Attachments: scans, photos, signatures. Content-addressed and encrypted in
//! a folder, durable before the row that names them.

mod picture;

pub(crate) use picture::redraw;

use domain::account::{Operation, Principal, Scope};
use domain::casefile::{evidence_round, not_to_bring};
use std::time::Duration;

use store::attachment::{AttachmentRow, Sweep};
use store::audit::chain_of;

use crate::casefile::AttachmentView;
use crate::error::permit;
use crate::lead::village_of;
use crate::{App, AppError, clock, new_id};

/// Largest accepted file, in bytes.
pub const MAX_BYTES: usize = 10 * 1024 * 1024;
/// How long a file may lie there before the row that names it.
const ORPHAN_AGE: Duration = Duration::from_secs(86_400);

/// Kinds of paper that belong to no step of a pack.
const GENERAL_CODES: &[&str] = &[
    "home_photo",
    "id_card",
    "notice_photo",
    "notice_text",
    "withdrawal_statement",
    "other",
];

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

/// Word documents: a zip that holds one and no macros.
const DOCX: &str = "application/vnd.openxmlformats-officedocument.wordprocessingml.document";

/// The media type by the bytes; the name proves nothing.
fn media_type(bytes: &[u8]) -> Option<&'static str> {
    let holds = |name: &[u8]| bytes.windows(name.len()).any(|w| w == name);
    match bytes {
        [0xFF, 0xD8, 0xFF, ..] => Some("image/jpeg"),
        [0x89, b'P', b'N', b'G', 0x0D, 0x0A, 0x1A, 0x0A, ..] => Some("image/png"),
        [b'%', b'P', b'D', b'F', b'-', ..] => Some("application/pdf"),
        [b'P', b'K', 3, 4, ..]
            if holds(b"[Content_Types].xml")
                && holds(b"word/document.xml")
                && !holds(b"vbaProject.bin") =>
        {
            Some(DOCX)
        }
        _ => None,
    }
}

/// Pictures are drawn anew; documents stay as they were signed.
async fn cleaned(bytes: Vec<u8>, media: &str) -> Result<Vec<u8>, AppError> {
    match media {
        "image/jpeg" => picture::redrawn(bytes, image::ImageFormat::Jpeg).await,
        "image/png" => picture::redrawn(bytes, image::ImageFormat::Png).await,
        _ => Ok(bytes),
    }
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
        let media = media_type(&upload.bytes).ok_or_else(|| {
            AppError::invalid(
                "file",
                "只接受 JPG、PNG 照片，PDF 扫描件或 Word 文档（docx）",
            )
        })?;
        if !self.known_code(&upload.code) {
            return Err(AppError::invalid(
                "code",
                "材料类别不在清单里，请从材料清单里选一类再上传",
            ));
        }
        let old = match &upload.replaces {
            Some(old) => Some(self.replaceable(principal, old, &upload).await?),
            None => None,
        };
        let round = self.upload_round(principal, &upload).await?;
        let village = self
            .subject_village(&principal.scope, &upload.subject, &upload.subject_id)
            .await?;
        let bytes = cleaned(upload.bytes, media).await?;
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

    /// Whether some pack asks for evidence of that code, or everybody uses it.
    fn known_code(&self, code: &str) -> bool {
        let mut asked = self
            .library
            .packs()
            .filter_map(|p| p.identification())
            .flat_map(|p| &p.steps)
            .flat_map(|s| &s.evidence);
        GENERAL_CODES.contains(&code) || asked.any(|e| e.code == code)
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
    async fn upload_round(
        &self,
        principal: &Principal,
        upload: &Upload,
    ) -> Result<Option<i32>, AppError> {
        if upload.subject != "casefile" {
            return Ok(None);
        }
        let (_, casefile) = self
            .store
            .casefile(&principal.scope, &upload.subject_id)
            .await?
            .ok_or(AppError::NotFound)?;
        let Some(procedure) = self.pack(&casefile.pack.id)?.identification() else {
            return Ok(None);
        };
        if let Some(not) = not_to_bring(&casefile, procedure, &upload.code, principal.level) {
            return Err(AppError::Refused(vec![not]));
        }
        let round = evidence_round(&casefile, procedure, &upload.code);
        Ok(i32::try_from(round).ok())
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

    /// Removes what uploads without a row left behind more than a day ago, and
    /// names attachments whose file is gone. At start, and for maintenance
    /// with a stopped server.
    ///
    /// # Errors
    /// When the folder or the database cannot be read.
    pub async fn sweep_attachments(&self) -> Result<Sweep, AppError> {
        // Files carry the machine's own time, not the demo's.
        let now = u64::try_from(self.clock.real_millis()).unwrap_or(0);
        let oldest = std::time::UNIX_EPOCH + Duration::from_millis(now) - ORPHAN_AGE;
        let sweep = self
            .store
            .sweep_blobs(&self.data_dir.join("blobs"), oldest)
            .await?;
        Ok(sweep)
    }

    /// The bytes of an attachment in scope. A scan shows what is masked
    /// elsewhere: roles that see names masked get none, and each reading is
    /// audited.
    ///
    /// # Errors
    /// [`AppError::NotPermitted`] for masked roles, [`AppError::NotFound`]
    /// outside the scope.
    pub async fn attachment(
        &self,
        principal: &Principal,
        id: &str,
    ) -> Result<(String, Vec<u8>), AppError> {
        permit(principal, Operation::AttachmentRead)?;
        if principal.masked {
            return Err(AppError::NotPermitted(Operation::AttachmentRead.as_str()));
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
        let mut tx = self.store.write(self.actor(principal)).await?;
        tx.audit(
            &chain_of(Some(village_of(&row.village)?)),
            Operation::AttachmentRead.as_str(),
            &format!("attachment/{id}"),
            &format!("{} of {}/{}", row.code, row.subject_kind, row.subject_id),
        )
        .await?;
        tx.commit().await?;
        Ok((row.media_type, bytes))
    }
}
