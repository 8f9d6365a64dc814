//! Where it sticks: counts by division, the overdue list, and opening a case
//! with a purpose. Names are masked throughout.

use std::collections::BTreeMap;

use domain::account::{Operation, Principal, Scope};
use domain::calendar::DayUnit;
use domain::division::{DivisionCode, Level, short_name};
use domain::policy::StepKind;
use serde::{Deserialize, Serialize};
use store::audit::chain_of;
use store::casefile::CasefileFilter;
use store::division::DivisionRow;
use utoipa::ToSchema;

use crate::casefile::{CasefileView, hide_reasons};
use crate::duplicate::LateDuplicate;
use crate::error::permit;
use crate::{App, AppError, PageView, Window, clock, mask_name};

/// A division with its level.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct SupervisedDivision {
    pub code: String,
    pub name: String,
    pub level: String,
}

/// The step where most undecided cases wait.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct StickingStep {
    pub kind: String,
    pub label: String,
    pub count: i64,
}

/// Counts of one child division.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct DivisionCounts {
    pub division: SupervisedDivision,
    pub open_leads: i64,
    pub running: i64,
    pub overdue: i64,
    pub due_soon: i64,
    pub determined: i64,
    pub refused: i64,
    pub ended: i64,
    /// From the earliest lead to the county's decision, natural days.
    pub average_days: Option<f64>,
    pub sticking_step: Option<StickingStep>,
}

/// Counts of one step.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct StepCounts {
    pub kind: String,
    pub label: String,
    pub count: i64,
    pub overdue: i64,
}

/// The supervision page of a division.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct SupervisionView {
    pub division: SupervisedDivision,
    pub path: Vec<SupervisedDivision>,
    pub children: Vec<DivisionCounts>,
    pub steps: Vec<StepCounts>,
    /// Numbers on file twice that were not looked into in time.
    pub late_duplicates: Vec<LateDuplicate>,
    pub refreshed_at: String,
}

/// One overdue case.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct OverdueRow {
    pub casefile_id: String,
    pub village_name: String,
    pub head_name_masked: String,
    pub step_label: String,
    pub waiting_for: String,
    pub days_overdue: i64,
    pub reason: Option<String>,
    pub clock: domain::casefile::ClockStatus,
}

/// Filters of the overdue list.
#[derive(Debug, Clone, Default, Deserialize, ToSchema, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct OverdueListQuery {
    #[param(value_type = Option<String>)]
    #[schema(value_type = Option<String>)]
    pub division: Option<DivisionCode>,
    pub limit: Option<u64>,
    pub cursor: Option<String>,
}

/// Why a supervisor opens a case.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub struct OpenPurpose {
    pub purpose: String,
}

impl App {
    /// Counts by child division and by step.
    ///
    /// # Errors
    /// [`AppError::NotFound`] outside the scope.
    pub async fn supervision(
        &self,
        principal: &Principal,
        division: Option<DivisionCode>,
    ) -> Result<SupervisionView, AppError> {
        permit(principal, Operation::SupervisionRead)?;
        let root = principal.scope.root().ok_or(AppError::NotFound)?;
        let division = division.unwrap_or(root);
        if !principal.scope.contains(division) {
            return Err(AppError::NotFound);
        }
        let scope = principal.scope.narrowed(division);
        let own = self
            .store
            .division(division)
            .await?
            .ok_or(AppError::NotFound)?;
        let children = self.store.division_children(&scope, division).await?;
        let child_level = children
            .iter()
            .filter_map(|(c, _)| c.code.parse::<DivisionCode>().ok())
            .map(DivisionCode::level)
            .max();
        let digits = child_level.map_or(12, Level::digits);
        let digits = u8::try_from(digits).unwrap_or(12);
        let counts = self
            .store
            .count_casefiles(&scope, digits, self.today())
            .await?;
        let leads = self.store.count_leads(&scope, digits).await?;
        let spans = self.store.decided_spans(&scope).await?;
        let labels: BTreeMap<&str, String> = self
            .step_labels(&scope, division)
            .await?
            .into_iter()
            .map(|(kind, label)| (kind.as_str(), label))
            .collect();

        let mut rows = Vec::new();
        let mut by_step: BTreeMap<String, (i64, i64)> = BTreeMap::new();
        for count in counts.iter().filter(|c| c.stage == "running") {
            for (step, _) in open_steps(&count.open_steps) {
                let slot = by_step.entry(step.to_owned()).or_default();
                slot.0 += count.count;
                slot.1 += count.overdue;
            }
        }
        for (child, _) in children {
            let Ok(code) = child.code.parse::<DivisionCode>() else {
                continue;
            };
            let inside = |prefix: &str| {
                format!("{prefix:0<12}")
                    .parse::<DivisionCode>()
                    .is_ok_and(|p| code.contains(p))
            };
            let mine: Vec<_> = counts.iter().filter(|c| inside(&c.prefix)).collect();
            let sum = |stages: &[&str]| {
                mine.iter()
                    .filter(|c| stages.contains(&c.stage.as_str()))
                    .map(|c| c.count)
                    .sum::<i64>()
            };
            let mut steps: BTreeMap<&str, i64> = BTreeMap::new();
            for count in mine.iter().filter(|c| c.stage == "running") {
                for (step, _) in open_steps(&count.open_steps) {
                    *steps.entry(step).or_default() += count.count;
                }
            }
            let sticking = steps.into_iter().max_by_key(|(_, n)| *n);
            let days: Vec<i64> = spans
                .iter()
                .filter(|(village, _, _)| village.parse().is_ok_and(|v| code.contains(v)))
                .filter_map(|(_, from, to)| {
                    let (from, to) = (from.parse().ok()?, to.parse().ok()?);
                    Some(i64::from(
                        self.calendar.days_used(from, to, DayUnit::Natural).days,
                    ))
                })
                .collect();
            #[expect(
                clippy::cast_precision_loss,
                reason = "an average of day counts, shown with one decimal"
            )]
            let average = (!days.is_empty()).then(|| {
                (days.iter().sum::<i64>() as f64 / days.len() as f64 * 10.0).round() / 10.0
            });
            rows.push(DivisionCounts {
                open_leads: leads
                    .iter()
                    .filter(|l| l.status == "open" && inside(&l.prefix))
                    .map(|l| l.count)
                    .sum(),
                running: sum(&["running"]),
                overdue: mine.iter().map(|c| c.overdue).sum(),
                due_soon: mine.iter().map(|c| c.due_soon).sum(),
                determined: sum(&["determined", "archived"]),
                refused: sum(&["refused"]),
                ended: sum(&["ended"]),
                average_days: average,
                sticking_step: sticking.map(|(kind, count)| StickingStep {
                    label: labels.get(kind).cloned().unwrap_or_else(|| kind.to_owned()),
                    kind: kind.to_owned(),
                    count,
                }),
                division: supervised(child),
            });
        }
        let path = self.store.division_path(division).await?;
        Ok(SupervisionView {
            division: supervised(own),
            path: path
                .into_iter()
                .filter(|d| d.code.parse().is_ok_and(|c| principal.scope.contains(c)))
                .map(supervised)
                .collect(),
            children: rows,
            steps: StepKind::ALL
                .iter()
                .filter_map(|kind| {
                    let (count, overdue) = by_step.get(kind.as_str()).copied()?;
                    Some(StepCounts {
                        label: labels
                            .get(kind.as_str())
                            .cloned()
                            .unwrap_or_else(|| kind.as_str().to_owned()),
                        kind: kind.as_str().into(),
                        count,
                        overdue,
                    })
                })
                .collect(),
            late_duplicates: self.late_duplicates(&scope).await?,
            refreshed_at: clock::instant_text(self.clock.now_millis()),
        })
    }

    /// The steps whatever is open in a division may stand at, with what its packs
    /// call them: of the pack in force first, then of those it was opened under.
    /// A step with several names has all of them.
    pub(crate) async fn step_labels(
        &self,
        scope: &Scope,
        division: DivisionCode,
    ) -> Result<Vec<(StepKind, String)>, AppError> {
        let mut packs = Vec::new();
        match self.pack_in_force(division, self.today()).await {
            Ok(pack) => packs.push(pack),
            Err(AppError::NoPolicy) => {}
            Err(error) => return Err(error),
        }
        for id in self.store.packs_with_open_steps(scope).await? {
            packs.push(self.pack(&id)?);
        }
        let mut steps: Vec<(StepKind, Vec<&str>)> = Vec::new();
        let procedures = packs.iter().filter_map(|p| p.identification());
        for step in procedures.flat_map(|p| &p.steps) {
            match steps.iter_mut().find(|(kind, _)| *kind == step.kind) {
                Some((_, names)) if names.contains(&step.label.as_str()) => {}
                Some((_, names)) => names.push(&step.label),
                None => steps.push((step.kind, vec![&step.label])),
            }
        }
        Ok(steps
            .into_iter()
            .map(|(kind, names)| (kind, names.join("／")))
            .collect())
    }

    /// Overdue cases in scope, longest first, masked.
    ///
    /// # Errors
    /// When the operation is missing.
    pub async fn overdue(
        &self,
        principal: &Principal,
        query: OverdueListQuery,
    ) -> Result<PageView<OverdueRow>, AppError> {
        permit(principal, Operation::SupervisionRead)?;
        let window = Window::new(query.limit, query.cursor.as_deref());
        let scope = query
            .division
            .map_or_else(|| principal.scope.clone(), |d| principal.scope.narrowed(d));
        let filter = CasefileFilter {
            overdue_on: Some(self.today()),
            ..Default::default()
        };
        let page = self.store.casefiles(&scope, &filter, &window).await?;
        let households = self
            .store
            .households(
                &scope,
                page.items.iter().map(|(r, _)| r.household_id.clone()),
            )
            .await?;
        let names = self
            .division_names(page.items.iter().map(|(r, _)| r.village.clone()))
            .await?;
        let mut items = Vec::new();
        for (row, casefile) in page.items {
            let pack = self.pack(&casefile.pack.id)?;
            let facts = self.facts(pack, &[], "", principal);
            let todo = domain::casefile::outlook(&casefile, &facts);
            let Some(mut status) =
                domain::casefile::clocks(&casefile, pack, &self.calendar, self.today())
                    .into_iter()
                    .next()
            else {
                continue;
            };
            if principal.masked {
                hide_reasons([&mut status]);
            }
            items.push(OverdueRow {
                head_name_masked: households
                    .get(&row.household_id)
                    .map(|h| mask_name(&h.head_name))
                    .unwrap_or_default(),
                village_name: names.get(&row.village).cloned().unwrap_or_default(),
                step_label: todo
                    .iter()
                    .map(|t| t.step_label.clone())
                    .collect::<Vec<_>>()
                    .join("、"),
                waiting_for: todo
                    .first()
                    .map(|t| format!("{}级", t.level.label()))
                    .unwrap_or_default(),
                days_overdue: -status.days_left,
                reason: status.overdue_reason.clone(),
                clock: status,
                casefile_id: row.id,
            });
        }
        Ok(PageView {
            items,
            next_cursor: page.next_cursor,
            total: page.total,
        })
    }

    /// Opens a case for supervision: masked, with a purpose that is audited.
    ///
    /// # Errors
    /// [`AppError::Invalid`] without a purpose, [`AppError::NotFound`] outside
    /// the scope.
    pub async fn open_for_supervision(
        &self,
        principal: &Principal,
        id: &str,
        form: OpenPurpose,
    ) -> Result<CasefileView, AppError> {
        permit(principal, Operation::SupervisionOpen)?;
        if !domain::typed_text::tells_why(&form.purpose) {
            return Err(AppError::invalid(
                "purpose",
                "请用文字写明查看的用途，至少 4 个字，不能只是数字、符号或同一个字",
            ));
        }
        let (_, casefile) = self
            .store
            .casefile(&principal.scope, id)
            .await?
            .ok_or(AppError::NotFound)?;
        let mut tx = self.store.write(self.actor(principal)).await?;
        tx.audit_with_purpose(
            &chain_of(Some(casefile.village)),
            "supervision.opened",
            &format!("casefile/{id}"),
            "",
            form.purpose.trim(),
        )
        .await?;
        tx.commit().await?;
        self.casefile_view_in(principal, &principal.scope, id, true)
            .await
    }
}

/// A division under its everyday name.
fn supervised(row: DivisionRow) -> SupervisedDivision {
    SupervisedDivision {
        name: short_name(&row.name),
        code: row.code,
        level: row.level,
    }
}

fn open_steps(text: &str) -> impl Iterator<Item = (&str, &str)> {
    text.split_whitespace().filter_map(|s| s.split_once(':'))
}
