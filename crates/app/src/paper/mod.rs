//! Papers: which there are for a case, a meeting, a notice or a list; the Word
//! file and the print view of each; the counties' templates; names kept off public papers.

mod admin;
mod clean;
mod gather;
mod html;
mod listed;
mod marks;
mod meeting;
mod package;
mod posted;
mod protection;
mod template;
mod work;
mod xml;

pub use admin::{
    PaperFieldView, PaperTemplateKindView, PaperTemplateUseView, PaperTemplateVersionView,
    PutTemplateInUse, TemplateUpload,
};
pub use package::MAX_TEMPLATE_BYTES;
pub use posted::{line_of, protection_of};
pub use protection::{
    DecideNameProtection, EndNameProtection, NameProtectionListQuery, NameProtectionView,
    NewNameProtection,
};
pub use template::Template;

use domain::account::{Operation, Principal};
use domain::casefile::Refusal;
use domain::division::{DivisionCode, Level};
use domain::paper::{Filled, Layout, PaperKind, Unfit};
use domain::policy::Pack;
use serde::{Deserialize, Serialize};
use store::audit::chain_of;
use utoipa::ToSchema;

use crate::error::permit;
use crate::{App, AppError};

/// What a paper is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum PaperSubject {
    Casefile,
    Appraisal,
    Notice,
    /// A list as it was sent.
    SubmissionList,
    /// A blank form for a village, e.g. a sign-in sheet before the meeting.
    Village,
}

impl PaperSubject {
    /// The name in addresses and the audit chain.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Casefile => "casefile",
            Self::Appraisal => "appraisal",
            Self::Notice => "notice",
            Self::SubmissionList => "submission_list",
            Self::Village => "village",
        }
    }

    /// Papers that can be about it.
    fn kinds(self) -> &'static [PaperKind] {
        match self {
            Self::Casefile => &[
                PaperKind::InvestigationForm,
                PaperKind::CommitmentLetter,
                PaperKind::Announcement,
                PaperKind::ResultNotice,
            ],
            Self::Appraisal => &[PaperKind::SignInSheet, PaperKind::AppraisalMinutes],
            Self::Notice => &[PaperKind::PublicNotice],
            // One of them: a list goes with a written notice or without.
            Self::SubmissionList => &[PaperKind::SubmissionList, PaperKind::WrittenNotice],
            Self::Village => &[PaperKind::SignInSheet],
        }
    }
}

/// A paper somebody could take away now, or why not yet.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct PaperOption {
    pub kind: PaperKind,
    pub label: String,
    pub clause: Option<String>,
    pub subject: PaperSubject,
    pub subject_id: String,
    pub ready: bool,
    /// Why it cannot be written yet, and what to do.
    pub message: Option<String>,
    /// Whose template the Word file follows, in words.
    pub template: String,
}

/// Which list of papers.
#[derive(Debug, Clone, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct PaperListQuery {
    #[param(inline)]
    pub subject: PaperSubject,
    pub id: String,
}

/// A file to save. Its name tells the kind and the day, nobody's name.
#[derive(Debug, Clone)]
pub struct PaperFile {
    pub name: String,
    pub bytes: Vec<u8>,
}

/// The data of a paper, where it belongs, and as what.
pub(crate) struct Gathered {
    /// The division it is about: its county's template applies.
    pub area: DivisionCode,
    /// What the documents call it; absent where they have no such paper.
    pub form: Option<PaperForm>,
    pub data: Result<Filled, AppError>,
}

/// A paper as the documents name it.
pub(crate) struct PaperForm {
    pub label: String,
    pub clause: Option<String>,
}

impl PaperForm {
    /// Which papers there are is said by the pack.
    pub fn of(pack: &Pack, kind: PaperKind) -> Option<Self> {
        let forms = &pack.values.forms;
        forms
            .iter()
            .find(|f| f.code == kind.as_str())
            .map(|form| Self {
                label: form.label.clone(),
                clause: form.clause.as_ref().map(|c| c.get_ref().clone()),
            })
    }
}

/// A paper that cannot be written yet, as a refusal with its reason.
fn not_yet(guard: &str, message: impl Into<String>) -> AppError {
    AppError::Refused(vec![Refusal {
        guard: guard.to_owned(),
        message: message.into(),
        clause: None,
        earliest_on: None,
    }])
}

impl From<Unfit> for AppError {
    fn from(unfit: Unfit) -> Self {
        not_yet("public_paper", unfit.0)
    }
}

/// Why the print view does not look like the county's template: a browser
/// cannot set a page the way Word does, and a near copy would be neither.
const OWN_TEMPLATE_HINT: &str = "本县的 Word 模板不用在这一页：浏览器排不出 Word 的版式，这里是平台版式，内容相同。要本县式样的，请下载 Word 再打印。（这行字不会打印）";

/// The media type of a Word file.
pub const DOCX: &str = "application/vnd.openxmlformats-officedocument.wordprocessingml.document";

impl App {
    /// Papers possible for a case, a meeting, a notice, a list or a village.
    ///
    /// # Errors
    /// [`AppError::NotFound`] outside the scope.
    pub async fn papers(
        &self,
        principal: &Principal,
        query: PaperListQuery,
    ) -> Result<Vec<PaperOption>, AppError> {
        permit(principal, Operation::PaperRead)?;
        let mut options = Vec::new();
        for (subject, id) in self.paper_subjects(principal, &query).await? {
            for kind in subject.kinds() {
                let gathered = self.gather(principal, *kind, subject, &id).await?;
                let Some(form) = gathered.form else {
                    continue;
                };
                let message = match gathered.data {
                    Ok(_) => None,
                    Err(AppError::Refused(refusals)) => {
                        Some(refusals.into_iter().map(|r| r.message).collect::<String>())
                    }
                    Err(other) => return Err(other),
                };
                options.push(PaperOption {
                    kind: *kind,
                    label: form.label,
                    clause: form.clause,
                    subject,
                    subject_id: id.clone(),
                    ready: message.is_none(),
                    message,
                    template: match self.template_in_use(gathered.area, *kind).await? {
                        Some((version, _)) => {
                            format!("Word 按本县模板第 {version} 版；打印页是平台版式")
                        }
                        None => "平台自带模板".into(),
                    },
                });
            }
        }
        // In the order of the procedure, whichever subject they belong to.
        options.sort_by_key(|o| o.kind);
        Ok(options)
    }

    /// A case's papers include those of the meeting and the notice it was in.
    async fn paper_subjects(
        &self,
        principal: &Principal,
        query: &PaperListQuery,
    ) -> Result<Vec<(PaperSubject, String)>, AppError> {
        let mut subjects = vec![(query.subject, query.id.clone())];
        if query.subject == PaperSubject::Casefile {
            let (_, casefile) = self
                .store
                .casefile(&principal.scope, &query.id)
                .await?
                .ok_or(AppError::NotFound)?;
            let records = &casefile.records;
            let meeting = records.democratic_appraisal.as_ref();
            let notice = records.public_notice.as_ref();
            subjects
                .extend(meeting.map(|m| (PaperSubject::Appraisal, m.record.appraisal_id.clone())));
            subjects.extend(notice.map(|n| (PaperSubject::Notice, n.notice_id.clone())));
        }
        Ok(subjects)
    }

    /// A paper as a Word file, by the county's template in use.
    ///
    /// # Errors
    /// [`AppError::NotFound`] outside the scope, [`AppError::Refused`] when
    /// something is missing or may not be published.
    pub async fn paper_document(
        &self,
        principal: &Principal,
        subject: PaperSubject,
        id: &str,
        kind: PaperKind,
    ) -> Result<PaperFile, AppError> {
        permit(principal, Operation::PaperRead)?;
        let gathered = self.gather_only(principal, kind, subject, id).await?;
        let data = gathered.data?;
        let used = self.template_in_use(gathered.area, kind).await?;
        let (version, bytes) = match used {
            Some((version, bytes)) => (version.to_string(), bytes),
            None => ("built_in".to_owned(), self.built_in_template(kind)?),
        };
        let file = fill(kind, bytes, data).await?;
        self.paper_taken(
            principal,
            subject,
            id,
            gathered.area,
            kind,
            &format!("docx template={version}"),
        )
        .await?;
        let day = self.today();
        Ok(PaperFile {
            name: format!("{}-{}.docx", kind.label(), day.strftime("%Y%m%d")),
            bytes: file,
        })
    }

    /// A paper as an A4 page for the browser's printer.
    ///
    /// # Errors
    /// As for [`App::paper_document`].
    pub async fn paper_print(
        &self,
        principal: &Principal,
        subject: PaperSubject,
        id: &str,
        kind: PaperKind,
    ) -> Result<String, AppError> {
        permit(principal, Operation::PaperRead)?;
        let gathered = self.gather_only(principal, kind, subject, id).await?;
        let data = gathered.data?;
        let own = self.template_in_use(gathered.area, kind).await?.is_some();
        let hint = if own { OWN_TEMPLATE_HINT } else { "" };
        let page = html::page(&self.paper_layout(kind)?, &data, hint);
        self.paper_taken(principal, subject, id, gathered.area, kind, "print")
            .await?;
        Ok(page)
    }

    async fn gather_only(
        &self,
        principal: &Principal,
        kind: PaperKind,
        subject: PaperSubject,
        id: &str,
    ) -> Result<Gathered, AppError> {
        if !subject.kinds().contains(&kind) {
            return Err(AppError::NotFound);
        }
        let gathered = self.gather(principal, kind, subject, id).await?;
        // A list goes as one of its papers; the other does not exist.
        if subject == PaperSubject::SubmissionList && gathered.form.is_none() {
            return Err(AppError::NotFound);
        }
        Ok(gathered)
    }

    async fn paper_taken(
        &self,
        principal: &Principal,
        subject: PaperSubject,
        id: &str,
        area: DivisionCode,
        kind: PaperKind,
        how: &str,
    ) -> Result<(), AppError> {
        let mut tx = self.store.write(self.actor(principal)).await?;
        tx.audit(
            &chain_of(Some(area)),
            "paper.taken",
            &format!("{}/{id}", subject.as_str()),
            &format!("kind={} as={how}", kind.as_str()),
        )
        .await?;
        tx.commit().await?;
        Ok(())
    }

    /// The layout of a kind, from the policy folder.
    pub(crate) fn paper_layout(&self, kind: PaperKind) -> Result<Layout, AppError> {
        let path = format!("papers/{}.layout.txt", kind.as_str());
        let text = self
            .files
            .text(&path)
            .ok_or_else(|| AppError::Internal(format!("{path} is missing")))?;
        Layout::parse(text).map_err(|e| AppError::Internal(format!("{path}: {e}")))
    }

    /// The template the platform brings along.
    pub(crate) fn built_in_template(&self, kind: PaperKind) -> Result<Vec<u8>, AppError> {
        let path = format!("papers/{}.docx", kind.as_str());
        let bytes = self.files.bytes(&path);
        bytes
            .map(<[u8]>::to_vec)
            .ok_or_else(|| AppError::Internal(format!("{path} is missing")))
    }

    /// Version and file of the county's template in use, if it has one.
    pub(crate) async fn template_in_use(
        &self,
        area: DivisionCode,
        kind: PaperKind,
    ) -> Result<Option<(i64, Vec<u8>)>, AppError> {
        let Some(county) = area.at_level(Level::County) else {
            return Ok(None);
        };
        let county = county.to_string();
        let uses = self.store.paper_template_uses(&county).await?;
        let used = uses
            .into_iter()
            .rfind(|u| u.kind == kind.as_str())
            .and_then(|u| u.template_id);
        let Some(id) = used else { return Ok(None) };
        let found = self.store.paper_template(&county, &id).await?;
        Ok(found.map(|(row, bytes)| (row.version, bytes)))
    }
}

/// Fills a template beside the threads that answer requests.
async fn fill(kind: PaperKind, bytes: Vec<u8>, data: Filled) -> Result<Vec<u8>, AppError> {
    tokio::task::spawn_blocking(move || {
        Template::open(kind, &bytes)
            .map_err(|problems| {
                not_yet(
                    "paper_template",
                    format!("模板用不了：{}", problems.join("；")),
                )
            })?
            .fill(&data)
            .map_err(AppError::Internal)
    })
    .await
    .map_err(|e| AppError::Internal(e.to_string()))?
}

/// A filled paper as the print view shows it; for tests that read everything.
pub fn print_page(layout: &Layout, data: &Filled) -> String {
    html::page(layout, data, "")
}
