//! Packs as people read them.

use domain::account::{Operation, Principal};
use domain::policy::{AdoptionStatus, Library, Pack, Provenance, Stated, provisions};
use serde::Serialize;
use utoipa::ToSchema;

use super::adoption::{adoption_of, shown_to};
use super::{CodeLabel, clause_of, item};
use crate::error::permit;
use crate::{App, AppError};

/// A pack in the list.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct PackSummary {
    pub id: String,
    pub title: String,
    pub version: u32,
    pub jurisdiction: Option<String>,
    pub jurisdiction_name: Option<String>,
    pub based_on: Option<String>,
    pub effective_from: Option<jiff::civil::Date>,
    pub in_force: Vec<InForce>,
}

/// Where and over which days a pack is in force.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct InForce {
    pub jurisdiction: String,
    pub jurisdiction_name: String,
    pub from: jiff::civil::Date,
    pub until: Option<jiff::civil::Date>,
    pub reason: String,
}

/// One value of a pack with where it comes from.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ValueView {
    pub group: String,
    pub group_label: String,
    pub key: String,
    pub label: String,
    pub value: String,
    pub clause: Option<String>,
    pub source: Option<Provenance>,
    /// The document says nothing; the page shows 文件未规定.
    pub unstated: bool,
    /// A figure of its own, not a named entry of a list.
    pub figure: bool,
    pub layer: Option<String>,
}

/// A pack, whole.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct PackView {
    pub id: String,
    pub title: String,
    pub version: u32,
    pub layers: Vec<String>,
    pub documents: Vec<domain::policy::Document>,
    pub values: Vec<ValueView>,
    pub procedure: Option<ProcedureView>,
}

/// A procedure to be drawn.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ProcedureView {
    pub label: String,
    pub clause: String,
    pub clocks: Vec<ClockView>,
    pub steps: Vec<ProcedureStepView>,
    pub guards: Vec<GuardView>,
    /// What the text leaves open; shown as 文件未规定.
    pub left_open: Vec<String>,
    /// Title of the document it is followed from by practice, where the pack's
    /// own orders no procedure and no days; the clauses are then that one's.
    pub followed_from: Option<String>,
}

/// A clock of a procedure.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ClockView {
    pub id: String,
    pub label: String,
    pub starts: String,
    pub ends: String,
    pub limit_days: Option<u16>,
    pub unit: Option<domain::calendar::DayUnit>,
    /// A fixed last day instead of a number of days.
    pub due_on: Option<jiff::civil::Date>,
    pub in_principle: bool,
    pub clause: Option<String>,
}

/// A step of a procedure.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ProcedureStepView {
    pub kind: domain::policy::StepKind,
    pub label: String,
    pub level: String,
    pub level_label: String,
    pub clause: String,
    pub parallel: bool,
    /// Further levels that may record it, in words.
    pub shared_with: Vec<String>,
    pub evidence: Vec<String>,
    /// What the text leaves open about it; shown as 文件未规定.
    pub left_open: Vec<String>,
}

/// A guard of a procedure.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct GuardView {
    pub kind: domain::policy::GuardKind,
    pub on: domain::policy::StepKind,
    pub label: String,
    pub number: Option<u16>,
    pub clause: Option<String>,
    pub source: Option<Provenance>,
    pub exemptions: Vec<CodeLabel>,
}

impl App {
    /// All packs.
    ///
    /// # Errors
    /// When the operation is missing.
    pub async fn packs(&self, principal: &Principal) -> Result<Vec<PackSummary>, AppError> {
        permit(principal, Operation::PolicyRead)?;
        let rows = self.store.adoptions().await?;
        let names = self
            .division_names(
                rows.iter()
                    .map(|r| r.jurisdiction.clone())
                    .chain(self.library.packs().map(|p| p.values.jurisdiction.clone())),
            )
            .await?;
        let mut in_force = Vec::new();
        for row in rows
            .iter()
            .filter(|r| r.status == AdoptionStatus::InForce.as_str())
        {
            let adoption = adoption_of(row)?;
            let over = adoption.period.until.is_some_and(|u| u <= self.today());
            if !over && shown_to(principal, adoption.jurisdiction) {
                in_force.push((adoption, row.reason.clone()));
            }
        }
        Ok(self
            .library
            .packs()
            .map(|p| PackSummary {
                id: p.id().to_owned(),
                title: p.values.title.clone(),
                version: p.values.version,
                jurisdiction: Some(p.values.jurisdiction.clone()).filter(|j| !j.is_empty()),
                jurisdiction_name: names.get(&p.values.jurisdiction).cloned(),
                based_on: p.values.based_on.as_ref().map(|b| b.get_ref().clone()),
                effective_from: p.values.effective_from,
                in_force: in_force
                    .iter()
                    .filter(|(adoption, _)| adoption.pack_id == p.id())
                    .map(|(adoption, reason)| {
                        let jurisdiction = adoption.jurisdiction.to_string();
                        InForce {
                            jurisdiction_name: names
                                .get(&jurisdiction)
                                .cloned()
                                .unwrap_or_default(),
                            jurisdiction,
                            from: adoption.period.from,
                            until: adoption.period.until,
                            reason: reason.clone(),
                        }
                    })
                    .collect(),
            })
            .collect())
    }

    /// One pack, whole.
    ///
    /// # Errors
    /// [`AppError::NotFound`] for an unknown id.
    pub fn pack_view(&self, principal: &Principal, id: &str) -> Result<PackView, AppError> {
        permit(principal, Operation::PolicyRead)?;
        let pack = self.library.pack(id).ok_or(AppError::NotFound)?;
        Ok(PackView {
            id: pack.id().to_owned(),
            title: pack.values.title.clone(),
            version: pack.values.version,
            layers: pack.layers.clone(),
            documents: pack.values.documents.clone(),
            values: values(pack),
            procedure: ProcedureView::of(pack, &self.library),
        })
    }
}

impl ProcedureView {
    /// The identification of a pack, if it has one.
    pub(super) fn of(pack: &Pack, library: &Library) -> Option<Self> {
        pack.identification().map(|p| ProcedureView {
            followed_from: followed_from(pack, library),
            label: p.label.clone(),
            clause: p.clause.get_ref().clone(),
            clocks: p
                .clocks
                .iter()
                .map(|c| ClockView {
                    id: c.id.clone(),
                    label: c.label.clone(),
                    starts: c.starts.clone(),
                    ends: c.ends.clone(),
                    limit_days: c.limit_days.get(),
                    unit: c.unit.get(),
                    in_principle: c.in_principle,
                    due_on: c.due_on.as_ref().and_then(Stated::get),
                    clause: c
                        .limit_days
                        .clause()
                        .or_else(|| c.due_on.as_ref().and_then(Stated::clause))
                        .map(str::to_owned),
                })
                .collect(),
            steps: p
                .steps
                .iter()
                .map(|s| ProcedureStepView {
                    kind: s.kind,
                    label: s.label.clone(),
                    level: s.level.as_str().into(),
                    level_label: s.level.label().into(),
                    clause: s.clause.get_ref().clone(),
                    parallel: s.is_parallel(),
                    shared_with: s.shared_with.iter().map(|l| l.label().to_owned()).collect(),
                    left_open: s.left_open.clone(),
                    evidence: s.evidence.iter().map(|e| e.label.clone()).collect(),
                })
                .collect(),
            left_open: p.left_open.clone(),
            guards: p
                .guards
                .iter()
                .map(|g| GuardView {
                    kind: g.kind,
                    on: g.on,
                    label: g.label.clone(),
                    number: g.number.as_ref().map(|n| *n.get_ref()),
                    clause: clause_of(g.clause.as_ref()),
                    source: g.source,
                    exemptions: g.exemptions.iter().map(item).collect(),
                })
                .collect(),
        })
    }
}

/// Title of the layer the procedure is followed from by mere practice.
pub(crate) fn followed_from(pack: &Pack, library: &Library) -> Option<String> {
    pack.followed_from("procedure.identification").map(|id| {
        let layer = library.pack(id);
        layer.map_or_else(|| id.to_owned(), |p| p.values.title.clone())
    })
}

/// Every value of a pack as one flat list with provenance.
fn values(pack: &Pack) -> Vec<ValueView> {
    provisions(pack)
        .into_iter()
        // The procedure is drawn.
        .filter(|p| !p.group.contains('.'))
        .map(|p| ValueView {
            group: p.group,
            group_label: p.group_label,
            key: p.key,
            label: p.label,
            value: if p.unstated && p.value.is_empty() {
                "文件未规定".into()
            } else {
                p.value
            },
            clause: p.clause,
            source: p.source,
            unstated: p.unstated,
            figure: p.figure,
            layer: p.layer,
        })
        .collect()
}
