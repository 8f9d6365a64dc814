//! Putting packs in force: draft, confirm, withdraw; ending them is in `ending`. Nothing is deleted;
//! what has begun is ended by a date, and nothing ends another silently.

mod concerned;
mod ending;
mod view;

pub use ending::{ConfirmEnd, EndAdoption, KeepAdoption};
pub use view::{AdoptionEventView, AdoptionTimeline, AdoptionView, GapView, JurisdictionTimeline};

use domain::account::{Operation, Principal};
use domain::casefile::Refusal;
use domain::division::DivisionCode;
use domain::policy::{Adoption, AdoptionStatus, Finding, Pack, PackTerms, Period, Timeline};
use jiff::civil::Date;
use serde::Deserialize;
use store::WriteTx;
use store::policy::AdoptionRow;
use utoipa::ToSchema;

use super::preview::{AdoptionFinding, field_errors};
use crate::error::permit;
use crate::{App, AppError, FieldError, new_id};

/// A pack to be put in force in a jurisdiction.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub struct NewAdoption {
    pub pack_id: String,
    #[schema(value_type = String)]
    pub jurisdiction: DivisionCode,
    pub from: Date,
    /// First day no more; usually open.
    pub until: Option<Date>,
    /// Why; a preview needs none.
    #[serde(default)]
    pub reason: String,
    /// Number or name of the paper that orders it.
    #[serde(default)]
    pub document: String,
}

/// Puts a draft in force.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub struct ConfirmAdoption {
    pub expected_version: i64,
    /// Yes, the entry before ends on this one's first day.
    #[serde(default)]
    pub end_previous: bool,
    /// Yes, days without an own pack are meant.
    #[serde(default)]
    pub accept_gap: bool,
    /// Yes, although procedures began under another pack on days gone by.
    #[serde(default)]
    pub accept_procedures: bool,
}

/// Takes back what has not begun.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub struct WithdrawAdoption {
    pub expected_version: i64,
    pub reason: String,
    /// Yes, the entry that had made room goes on instead.
    #[serde(default)]
    pub reopen_previous: bool,
    /// Yes, days without an own pack are meant.
    #[serde(default)]
    pub accept_gap: bool,
}

/// An entry as the domain sees it.
pub(super) fn adoption_of(row: &AdoptionRow) -> Result<Adoption, AppError> {
    let broken = || AppError::Internal(format!("adoption {} does not parse", row.id));
    let until = row.until_on.as_deref().map(str::parse).transpose();
    Ok(Adoption {
        id: row.id.clone(),
        pack_id: row.pack_id.clone(),
        jurisdiction: row.jurisdiction.parse().map_err(|_| broken())?,
        period: Period {
            from: row.from_on.parse().map_err(|_| broken())?,
            until: until.map_err(|_| broken())?,
        },
    })
}

fn status_of(row: &AdoptionRow) -> Result<AdoptionStatus, AppError> {
    AdoptionStatus::parse(&row.status)
        .ok_or_else(|| AppError::Internal(format!("adoption {} has no known status", row.id)))
}

/// The entries in force.
pub(crate) fn timeline_of(rows: &[AdoptionRow]) -> Result<Timeline, AppError> {
    let mut adoptions = Vec::new();
    for row in rows {
        if status_of(row)? == AdoptionStatus::InForce {
            adoptions.push(adoption_of(row)?);
        }
    }
    Ok(Timeline::new(adoptions))
}

/// What a pack says of its own use.
pub(super) fn terms(pack: &Pack) -> PackTerms {
    PackTerms {
        jurisdiction: pack.values.jurisdiction.parse().ok(),
        effective_from: pack.values.effective_from,
    }
}

/// Entries are law: people see those that govern them and those below them.
pub(super) fn shown_to(principal: &Principal, jurisdiction: DivisionCode) -> bool {
    principal.scope.contains(jurisdiction)
        || principal.division.is_some_and(|d| jurisdiction.contains(d))
}

fn reason_given(reason: &str) -> Result<(), AppError> {
    if domain::typed_text::is_blank(reason) {
        return Err(AppError::invalid("reason", "请写明理由"));
    }
    Ok(())
}

impl App {
    pub(super) fn title_governing(
        &self,
        timeline: &Timeline,
        place: DivisionCode,
        day: Date,
    ) -> Option<String> {
        let pack_id = &timeline.governing(place, day)?.pack_id;
        Some(self.pack_title(pack_id))
    }

    /// Title of a pack, or its id where the deployment no longer has it.
    pub(crate) fn pack_title(&self, id: &str) -> String {
        self.library
            .pack(id)
            .map_or_else(|| id.to_owned(), |p| p.values.title.clone())
    }

    /// Writes a draft. It governs nothing until it is confirmed; overlaps and
    /// gaps are settled then.
    ///
    /// # Errors
    /// [`AppError::Invalid`] when the pack may not govern there or then;
    /// [`AppError::NotFound`] for a jurisdiction outside the scope.
    pub async fn draft_adoption(
        &self,
        principal: &Principal,
        form: NewAdoption,
    ) -> Result<AdoptionView, AppError> {
        let (pack, adoption) = self.meant(principal, &form).await?;
        reason_given(&form.reason)?;
        if domain::typed_text::is_blank(&form.document) {
            return Err(AppError::invalid(
                "document",
                "请写明依据的文件（文号或名称）",
            ));
        }
        let alone = Timeline::default().check(&adoption, terms(pack), false);
        self.refuse(&adoption, &Timeline::default(), &alone, true)
            .await?;
        let mut tx = self.store.write(self.actor(principal)).await?;
        tx.add_adoption(AdoptionRow {
            id: adoption.id.clone(),
            pack_id: form.pack_id,
            pack_version: i32::try_from(pack.values.version).unwrap_or(i32::MAX),
            jurisdiction: form.jurisdiction.to_string(),
            from_on: form.from.to_string(),
            until_on: form.until.map(|d| d.to_string()),
            status: AdoptionStatus::Draft.as_str().into(),
            reason: form.reason.trim().to_owned(),
            document: form.document.trim().to_owned(),
            account_id: principal.account_id.clone(),
            recorded_at: self.clock.now_millis(),
            version: 1,
        })
        .await?;
        let until = form.until.map(|d| d.to_string());
        record(&mut tx, &adoption, "drafted", until, form.reason.trim()).await?;
        tx.commit().await?;
        self.adoption_view(principal, &adoption.id).await
    }

    /// The pack and the entry a form means.
    pub(super) async fn meant(
        &self,
        principal: &Principal,
        form: &NewAdoption,
    ) -> Result<(&Pack, Adoption), AppError> {
        permit(principal, Operation::PolicyPutInForce)?;
        let known = self.store.division(form.jurisdiction).await?.is_some();
        if !known || !principal.scope.contains(form.jurisdiction) {
            return Err(AppError::NotFound);
        }
        let pack = self.library.pack(&form.pack_id).ok_or(AppError::NotFound)?;
        let adoption = Adoption {
            id: new_id(),
            pack_id: form.pack_id.clone(),
            jurisdiction: form.jurisdiction,
            period: Period {
                from: form.from,
                until: form.until,
            },
        };
        Ok((pack, adoption))
    }

    /// Fails with a sentence for each finding not agreed to.
    async fn refuse(
        &self,
        adoption: &Adoption,
        timeline: &Timeline,
        findings: &[Finding],
        accept_gap: bool,
    ) -> Result<(), AppError> {
        let views = self.finding_views(adoption, timeline, findings).await?;
        let errors: Vec<FieldError> = field_errors(&views, accept_gap);
        if errors.is_empty() {
            return Ok(());
        }
        Err(AppError::Invalid(errors))
    }

    /// The entry to be changed, and all entries, held.
    async fn held(
        &self,
        tx: &mut WriteTx,
        principal: &Principal,
        id: &str,
        expected_version: i64,
    ) -> Result<(AdoptionRow, Vec<AdoptionRow>), AppError> {
        let rows = tx.hold_adoptions().await?;
        let row = rows.iter().find(|r| r.id == id).cloned();
        let row = row.ok_or(AppError::NotFound)?;
        if !principal.scope.contains(adoption_of(&row)?.jurisdiction) {
            return Err(AppError::NotFound);
        }
        if row.version != expected_version {
            let current = row.version;
            return Err(AppError::Stale { current });
        }
        Ok((row, rows))
    }

    /// Puts another person's draft in force. Running casefiles keep their pack;
    /// leads that arrive from the first day on fall under this one.
    ///
    /// # Errors
    /// [`AppError::Refused`] for whoever drafted it: what governs everybody is
    /// read by a second person, as the line is;
    /// [`AppError::Invalid`] naming each overlap and gap not agreed to;
    /// [`AppError::NotFound`] outside the scope.
    pub async fn confirm_adoption(
        &self,
        principal: &Principal,
        id: &str,
        form: ConfirmAdoption,
    ) -> Result<AdoptionView, AppError> {
        permit(principal, Operation::PolicyPutInForce)?;
        let mut tx = self.store.write(self.actor(principal)).await?;
        let (mut row, rows) = self
            .held(&mut tx, principal, id, form.expected_version)
            .await?;
        if status_of(&row)? != AdoptionStatus::Draft {
            return Err(AppError::Conflict("这一条不是草稿，不能再启用。".into()));
        }
        if row.account_id == principal.account_id {
            return Err(AppError::Refused(vec![Refusal {
                guard: "not_the_drafter".into(),
                message: "起草的人不能启用自己的稿子，请另一名政策管理员看过变化后启用。".into(),
                clause: None,
                earliest_on: None,
            }]));
        }
        let adoption = adoption_of(&row)?;
        let pack = self.library.pack(&row.pack_id).ok_or(AppError::NotFound)?;
        let timeline = timeline_of(&rows)?;
        let findings = timeline.check(&adoption, terms(pack), form.end_previous);
        self.refuse(&adoption, &timeline, &findings, form.accept_gap)
            .await?;
        let after = timeline.with(&adoption);
        self.procedures_agreed(
            &adoption,
            (&timeline, &after),
            (adoption.period.from, "from"),
            form.accept_procedures,
        )
        .await?;
        let title = &pack.values.title;
        for before in timeline.in_the_way(&adoption) {
            let other = rows.iter().find(|r| r.id == before.id).cloned();
            let mut other = other.ok_or(AppError::NotFound)?;
            other.until_on = Some(row.from_on.clone());
            let until = other.until_on.clone();
            tx.save_adoption(other).await?;
            let reason = format!("由《{title}》接替");
            record(&mut tx, before, "ended", until, &reason).await?;
        }
        row.status = AdoptionStatus::InForce.as_str().into();
        row.pack_version = i32::try_from(pack.values.version).unwrap_or(i32::MAX);
        let (until, reason) = (row.until_on.clone(), row.reason.clone());
        tx.save_adoption(row).await?;
        record(&mut tx, &adoption, "put_in_force", until, &reason).await?;
        tx.commit().await?;
        self.adoption_view(principal, id).await
    }

    /// Takes back a draft, or an entry whose first day has not come.
    ///
    /// # Errors
    /// [`AppError::Conflict`] for one that has begun, [`AppError::Invalid`] for
    /// a gap not agreed to, [`AppError::NotFound`] outside the scope.
    pub async fn withdraw_adoption(
        &self,
        principal: &Principal,
        id: &str,
        form: WithdrawAdoption,
    ) -> Result<AdoptionView, AppError> {
        permit(principal, Operation::PolicyPutInForce)?;
        let mut tx = self.store.write(self.actor(principal)).await?;
        let (mut row, rows) = self
            .held(&mut tx, principal, id, form.expected_version)
            .await?;
        reason_given(&form.reason)?;
        let (adoption, status) = (adoption_of(&row)?, status_of(&row)?);
        if !status.may_withdraw(adoption.period.from, self.today()) {
            return Err(AppError::Conflict(
                "已经开始执行或已经撤回的不能撤回；要停止执行，请写明停用日期。".into(),
            ));
        }
        let timeline = timeline_of(&rows)?;
        let previous = timeline
            .predecessor(&adoption)
            .filter(|_| form.reopen_previous && status == AdoptionStatus::InForce)
            .cloned();
        let mut after = timeline.clone();
        after.remove(id);
        if let Some(previous) = &previous {
            after.set_until(&previous.id, adoption.period.until);
        }
        let gaps = timeline.new_gaps(&after, adoption.jurisdiction);
        self.refuse(&adoption, &after, &gaps, form.accept_gap)
            .await?;
        if let Some(previous) = previous {
            let other = rows.iter().find(|r| r.id == previous.id).cloned();
            let mut other = other.ok_or(AppError::NotFound)?;
            other.until_on.clone_from(&row.until_on);
            let until = other.until_on.clone();
            tx.save_adoption(other).await?;
            let reason = format!("《{}》撤回，继续执行", self.pack_title(&row.pack_id));
            record(&mut tx, &previous, "reopened", until, &reason).await?;
        }
        row.status = AdoptionStatus::Withdrawn.as_str().into();
        let until = row.until_on.clone();
        tx.save_adoption(row).await?;
        record(&mut tx, &adoption, "withdrawn", until, form.reason.trim()).await?;
        tx.commit().await?;
        self.adoption_view(principal, id).await
    }

    /// Whether and why a change of the timeline is refused, for people.
    pub(super) async fn finding_views(
        &self,
        adoption: &Adoption,
        timeline: &Timeline,
        findings: &[Finding],
    ) -> Result<Vec<AdoptionFinding>, AppError> {
        let names = self
            .division_names([adoption.jurisdiction.to_string()])
            .await?;
        Ok(findings
            .iter()
            .map(|f| self.finding_view(adoption, timeline, f, &names))
            .collect())
    }
}

/// Writes an act into the entry's history and the audit chain.
async fn record(
    tx: &mut WriteTx,
    adoption: &Adoption,
    kind: &str,
    until_on: Option<String>,
    reason: &str,
) -> Result<(), AppError> {
    let detail = format!(
        "pack={} jurisdiction={} from={} until={}",
        adoption.pack_id,
        adoption.jurisdiction,
        adoption.period.from,
        until_on.as_deref().unwrap_or("open"),
    );
    tx.add_adoption_event(&adoption.id, kind, until_on, reason)
        .await?;
    tx.audit(
        "system",
        &format!("policy.{kind}"),
        &format!("adoption/{}", adoption.id),
        &detail,
    )
    .await?;
    Ok(())
}
