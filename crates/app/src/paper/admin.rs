//! A county's own templates: upload and check, preview with invented data, put
//! in use, go back. Versions are kept; nothing is overwritten.

use domain::account::{Operation, Principal};
use domain::division::{DivisionCode, Level};
use domain::paper::{Filled, NeverPublic, PaperKind, SampleWords, sample, unfit_to_post};
use domain::policy::Pack;
use serde::{Deserialize, Serialize};
use store::audit::chain_of;
use store::paper::{PaperTemplateRow, PaperTemplateUseRow};
use utoipa::ToSchema;

use super::{PaperFile, PaperForm, Template, fill};
use crate::error::permit;
use crate::{App, AppError, FieldError, clock, new_id};

/// A template as it comes in.
#[derive(Debug, Clone)]
pub struct TemplateUpload {
    pub kind: PaperKind,
    /// What changed, for the colleagues.
    pub note: String,
    pub bytes: Vec<u8>,
}

/// Which version to use; none means the built-in one.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub struct PutTemplateInUse {
    pub kind: PaperKind,
    pub template_id: Option<String>,
}

/// A field a template may use.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct PaperFieldView {
    pub name: String,
    /// What the preview puts there.
    pub sample: String,
}

/// One uploaded version.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct PaperTemplateVersionView {
    pub id: String,
    pub version: i64,
    pub note: String,
    pub size_bytes: i64,
    pub uploaded_by: String,
    pub uploaded_at: String,
    pub in_use: bool,
}

/// When which version was put in use.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct PaperTemplateUseView {
    /// Absent for the built-in template.
    pub version: Option<i64>,
    pub by: String,
    pub at: String,
}

/// A kind of paper and its templates in the county.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct PaperTemplateKindView {
    pub kind: PaperKind,
    pub label: String,
    /// Posted in public: its fields hold nothing sensitive.
    pub public: bool,
    pub fields: Vec<PaperFieldView>,
    /// Fields of the row that repeats.
    pub row_fields: Vec<PaperFieldView>,
    /// Version in use; absent while the built-in template is.
    pub version_in_use: Option<i64>,
    pub versions: Vec<PaperTemplateVersionView>,
    pub history: Vec<PaperTemplateUseView>,
}

/// The name of the built-in template of a kind in addresses.
const BUILT_IN: &str = "built_in.";

impl App {
    fn own_county(principal: &Principal) -> Result<DivisionCode, AppError> {
        permit(principal, Operation::PaperTemplateManage)?;
        principal
            .division
            .filter(|_| principal.level == Some(Level::County))
            .and_then(|d| d.at_level(Level::County))
            .ok_or(AppError::NotFound)
    }

    /// The papers of the pack in force, and whatever else the county has put its
    /// own template in use for, each with its fields, versions and history.
    ///
    /// # Errors
    /// When the operation is missing or the database refuses.
    pub async fn paper_templates(
        &self,
        principal: &Principal,
    ) -> Result<Vec<PaperTemplateKindView>, AppError> {
        let county = Self::own_county(principal)?;
        let pack = self.pack_of_papers(county).await?;
        let rows = self.store.paper_templates(&county.to_string()).await?;
        let uses = self.store.paper_template_uses(&county.to_string()).await?;
        let views = PaperKind::ALL.iter().filter_map(|kind| {
            let view = self.kind_view(*kind, pack, &rows, &uses);
            let in_force = pack.is_none_or(|p| has_paper(p, *kind));
            (in_force || view.version_in_use.is_some()).then_some(view)
        });
        Ok(views.collect())
    }

    /// Takes in a version: checked, kept, not yet in use. The same file again
    /// is the version it already is.
    ///
    /// # Errors
    /// [`AppError::Invalid`] with everything that stands against the file.
    pub async fn upload_paper_template(
        &self,
        principal: &Principal,
        upload: TemplateUpload,
    ) -> Result<PaperTemplateKindView, AppError> {
        let county = Self::own_county(principal)?;
        if upload.note.chars().count() > 200 {
            return Err(AppError::invalid("note", "说明请在 200 字以内"));
        }
        let (kind, bytes, never) = (upload.kind, upload.bytes, self.never_public()?);
        let bytes =
            tokio::task::spawn_blocking(move || checked(kind, &bytes, &never).map(|()| bytes))
                .await
                .map_err(|e| AppError::Internal(e.to_string()))??;
        let digest = store::crypto::digest(&bytes);
        let rows = self.store.paper_templates(&county.to_string()).await?;
        let own = || rows.iter().filter(|r| r.kind == kind.as_str());
        if !own().any(|r| r.digest == digest) {
            let id = new_id();
            let version = own().map(|r| r.version).max().unwrap_or_default() + 1;
            let mut tx = self.store.write(self.actor(principal)).await?;
            tx.add_paper_template(PaperTemplateRow {
                content_sealed: tx.seal_template(&id, &bytes)?,
                id: id.clone(),
                jurisdiction: county.to_string(),
                kind: kind.as_str().into(),
                version,
                note: upload.note.trim().to_owned(),
                digest,
                size_bytes: i64::try_from(bytes.len()).unwrap_or(i64::MAX),
                account_id: principal.account_id.clone(),
                account_name: principal.display_name.clone(),
                uploaded_at: self.clock.now_millis(),
            })
            .await?;
            tx.audit(
                &chain_of(Some(county)),
                "paper_template.uploaded",
                &format!("paper_template/{id}"),
                &format!("kind={} version={version}", kind.as_str()),
            )
            .await?;
            tx.commit().await?;
        }
        self.template_kind(county, kind).await
    }

    /// Puts a version in use from now on, an earlier one or the built-in one
    /// included.
    ///
    /// # Errors
    /// [`AppError::NotFound`] for a version of another county or kind.
    pub async fn put_paper_template_in_use(
        &self,
        principal: &Principal,
        form: PutTemplateInUse,
    ) -> Result<PaperTemplateKindView, AppError> {
        let county = Self::own_county(principal)?;
        let kind = form.kind;
        if let Some(id) = &form.template_id {
            let (_, bytes) = self.county_template(county, id, Some(kind)).await?;
            // The platform may have learned since what a template may hold.
            checked(kind, &bytes, &self.never_public()?)?;
        }
        let mut tx = self.store.write(self.actor(principal)).await?;
        let subject = form
            .template_id
            .clone()
            .unwrap_or_else(|| format!("{BUILT_IN}{}", kind.as_str()));
        tx.put_paper_template_in_use(PaperTemplateUseRow {
            id: new_id(),
            jurisdiction: county.to_string(),
            kind: kind.as_str().into(),
            template_id: form.template_id,
            account_id: principal.account_id.clone(),
            account_name: principal.display_name.clone(),
            put_in_use_at: self.clock.now_millis(),
        })
        .await?;
        tx.audit(
            &chain_of(Some(county)),
            "paper_template.put_in_use",
            &format!("paper_template/{subject}"),
            &format!("kind={}", kind.as_str()),
        )
        .await?;
        tx.commit().await?;
        self.template_kind(county, kind).await
    }

    /// A version filled with invented data.
    ///
    /// # Errors
    /// [`AppError::NotFound`] for a version of another county.
    pub async fn preview_paper_template(
        &self,
        principal: &Principal,
        id: &str,
    ) -> Result<PaperFile, AppError> {
        let county = Self::own_county(principal)?;
        let (kind, bytes) = self.county_template(county, id, None).await?;
        Ok(PaperFile {
            name: format!("{}-样例.docx", kind.label()),
            bytes: fill(
                kind,
                bytes,
                self.sample(self.pack_of_papers(county).await?, kind),
            )
            .await?,
        })
    }

    /// A version as uploaded, to change and upload again.
    ///
    /// # Errors
    /// [`AppError::NotFound`] for a version of another county.
    pub async fn paper_template_file(
        &self,
        principal: &Principal,
        id: &str,
    ) -> Result<PaperFile, AppError> {
        let county = Self::own_county(principal)?;
        let (kind, bytes) = self.county_template(county, id, None).await?;
        Ok(PaperFile {
            name: format!("{}-模板.docx", kind.label()),
            bytes,
        })
    }

    /// The pack whose papers a county has; `None` where none is in force.
    async fn pack_of_papers(&self, county: DivisionCode) -> Result<Option<&Pack>, AppError> {
        match self.pack_in_force(county, self.today()).await {
            Ok(pack) => Ok(Some(pack)),
            Err(AppError::NoPolicy) => Ok(None),
            Err(other) => Err(other),
        }
    }

    fn sample(&self, pack: Option<&Pack>, kind: PaperKind) -> Filled {
        let words = pack.map_or_else(SampleWords::default, |p| SampleWords::of(p, self.today()));
        sample(kind, &words)
    }

    async fn county_template(
        &self,
        county: DivisionCode,
        id: &str,
        kind: Option<PaperKind>,
    ) -> Result<(PaperKind, Vec<u8>), AppError> {
        if let Some(built_in) = id.strip_prefix(BUILT_IN) {
            let kind = built_in.parse().map_err(|_| AppError::NotFound)?;
            return Ok((kind, self.built_in_template(kind)?));
        }
        let (row, bytes) = self
            .store
            .paper_template(&county.to_string(), id)
            .await?
            .ok_or(AppError::NotFound)?;
        let found: PaperKind = row.kind.parse().map_err(AppError::Internal)?;
        if kind.is_some_and(|k| k != found) {
            return Err(AppError::NotFound);
        }
        Ok((found, bytes))
    }

    async fn template_kind(
        &self,
        county: DivisionCode,
        kind: PaperKind,
    ) -> Result<PaperTemplateKindView, AppError> {
        let pack = self.pack_of_papers(county).await?;
        let county = county.to_string();
        let rows = self.store.paper_templates(&county).await?;
        let uses = self.store.paper_template_uses(&county).await?;
        Ok(self.kind_view(kind, pack, &rows, &uses))
    }

    fn kind_view(
        &self,
        kind: PaperKind,
        pack: Option<&Pack>,
        rows: &[PaperTemplateRow],
        uses: &[PaperTemplateUseRow],
    ) -> PaperTemplateKindView {
        let fields = |values: &[domain::paper::Value]| {
            values
                .iter()
                .map(|(name, sample)| PaperFieldView {
                    name: (*name).to_owned(),
                    sample: sample.clone(),
                })
                .collect()
        };
        let invented = self.sample(pack, kind);
        let version_of = |id: &Option<String>| {
            let id = id.as_ref()?;
            rows.iter().find(|r| &r.id == id).map(|r| r.version)
        };
        let uses: Vec<_> = uses.iter().filter(|u| u.kind == kind.as_str()).collect();
        let in_use = uses.last().and_then(|u| u.template_id.clone());
        PaperTemplateKindView {
            kind,
            label: pack
                .and_then(|p| PaperForm::of(p, kind))
                .map_or_else(|| kind.label().to_owned(), |form| form.label),
            public: kind.is_public(),
            fields: fields(&invented.fields),
            row_fields: invented.rows.first().map_or_else(Vec::new, |r| fields(r)),
            version_in_use: version_of(&in_use),
            versions: rows
                .iter()
                .filter(|r| r.kind == kind.as_str())
                .map(|r| PaperTemplateVersionView {
                    in_use: in_use.as_ref() == Some(&r.id),
                    id: r.id.clone(),
                    version: r.version,
                    note: r.note.clone(),
                    size_bytes: r.size_bytes,
                    uploaded_by: r.account_name.clone(),
                    uploaded_at: clock::instant_text(r.uploaded_at),
                })
                .collect(),
            history: uses
                .into_iter()
                .rev()
                .map(|u| PaperTemplateUseView {
                    version: version_of(&u.template_id),
                    by: u.account_name.clone(),
                    at: clock::instant_text(u.put_in_use_at),
                })
                .collect(),
        }
    }
}

/// Whether the procedure of a pack has that paper.
fn has_paper(pack: &Pack, kind: PaperKind) -> bool {
    let list = |by_letter| {
        let mut lists = pack.values.lists.iter();
        lists.any(|l| l.written_notice == by_letter)
    };
    PaperForm::of(pack, kind).is_some()
        || match kind {
            PaperKind::SubmissionList => list(false),
            PaperKind::WrittenNotice => list(true),
            _ => false,
        }
}

/// Opens a template and fills it once: what passes can be used.
fn checked(kind: PaperKind, bytes: &[u8], never: &NeverPublic) -> Result<(), AppError> {
    let problems = match Template::open(kind, bytes) {
        Ok(template) => {
            let mut problems = typed_problems(kind, &template, never);
            problems.extend(template.fill(&sample(kind, &SampleWords::default())).err());
            problems
        }
        Err(problems) => problems,
    };
    if problems.is_empty() {
        return Ok(());
    }
    Err(AppError::Invalid(
        problems
            .into_iter()
            .enumerate()
            .map(|(index, problem)| FieldError::new(&format!("file_{}", index + 1), problem))
            .collect(),
    ))
}

/// What a county typed that everybody would read.
fn typed_problems(kind: PaperKind, template: &Template, never: &NeverPublic) -> Vec<String> {
    if !kind.is_public() {
        return Vec::new();
    }
    let typed = template.typed();
    let mut problems: Vec<String> = typed
        .iter()
        .filter_map(|text| unfit_to_post(text, never))
        .map(|unfit| unfit.0)
        .collect();
    problems.dedup();
    problems
}
