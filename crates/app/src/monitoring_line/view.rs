//! Lines as people see them.

use domain::account::{Operation, Principal};
use domain::casefile::Refusal;
use domain::division::{DivisionCode, Level};
use domain::monitoring_line::{
    Calculation, Draft, InputKind, LineRecords, LineStage, MonitoringLine, Signature, calculate,
};
use domain::policy::{Line, LineStep, LineStepKind, Pack, Provenance};
use serde::Serialize;
use store::monitoring_line::LineRow;
use utoipa::ToSchema;

use super::receipt::ReceiptView;
use super::rules;
use super::unset::UnsetLine;
use super::what_if::measure_label;
use crate::error::permit;
use crate::{App, AppError};

/// What the pack in force says about the line.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct LineRulesView {
    pub pack_id: String,
    pub pack_title: String,
    pub measure_label: String,
    pub measure_clause: Option<String>,
    pub comparator: String,
    pub comparator_clause: Option<String>,
    /// A reference, not a hard cut.
    pub reference: bool,
    pub floor_yuan: Option<i64>,
    pub floor_clause: Option<String>,
    /// The formula in words; absent where only factors are named.
    pub formula: Option<String>,
    pub formula_clause: Option<String>,
    pub factors: Vec<FactorView>,
    pub steps: Vec<LineStepView>,
    /// Sections that answer for it.
    pub responsible: Vec<String>,
    /// `reference`: a receiver may set its own amount.
    pub downward_effect: Option<String>,
    pub downward_clause: Option<String>,
}

/// A factor to be weighed.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct FactorView {
    pub code: String,
    pub label: String,
    pub clause: Option<String>,
}

/// A step on the way to a line.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct LineStepView {
    pub kind: LineStepKind,
    pub label: String,
    pub recipient: String,
    pub clause: Option<String>,
    pub source: Option<Provenance>,
    pub done: bool,
}

/// A kind of input a form offers.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct InputKindView {
    pub kind: InputKind,
    pub label: String,
    pub unit: String,
}

/// A calculation tried out.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct CalculationView {
    pub rules: LineRulesView,
    /// The document itself states the amount of the year.
    pub stated_yuan: Option<i64>,
    pub calculation: Calculation,
    /// What stands against submitting the draft as it is.
    pub faults: Vec<Refusal>,
}

/// A line in the list.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct LineSummary {
    /// Absent where the document of the pack states the amount itself.
    pub id: Option<String>,
    pub jurisdiction: String,
    pub jurisdiction_name: String,
    pub year: i16,
    pub edition: u16,
    pub amount_yuan: i64,
    /// `stated` for a pack's own, else the stage.
    pub stage: String,
    pub stage_label: String,
    pub effective_from: Option<String>,
    pub effective_until: Option<String>,
    pub document_number: String,
    pub clause: Option<String>,
    /// Holds there today.
    pub in_force: bool,
    pub receipts: u64,
    pub acknowledged: u64,
    pub overdue: u64,
}

/// The page 监测范围.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct LinesView {
    pub lines: Vec<LineSummary>,
    /// The amount that holds for the account's division today.
    pub current: Option<CurrentLine>,
    /// How the line comes about by the document in force there, in a sentence.
    pub rule: Option<String>,
    /// A line of this year is ordered and not yet there.
    pub unset: Option<UnsetLine>,
    /// Receipts this account should answer.
    pub to_acknowledge: Vec<ReceiptView>,
    /// Overdue receipts in scope.
    pub overdue: Vec<ReceiptView>,
    pub input_kinds: Vec<InputKindView>,
    /// Where this account may draft, by default.
    pub own_division: Option<String>,
    pub own_division_name: String,
}

/// The amount in force and where it comes from.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct CurrentLine {
    pub amount_yuan: i64,
    pub year: Option<i16>,
    pub comparator: String,
    pub measure_label: String,
    pub reference: bool,
    pub document: String,
    pub clause: Option<String>,
}

/// One line, whole.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct LineView {
    pub id: String,
    pub jurisdiction: String,
    pub jurisdiction_name: String,
    pub year: i16,
    pub edition: u16,
    pub version: i64,
    pub stage: LineStage,
    pub stage_label: String,
    pub draft: Draft,
    pub records: LineRecords,
    pub effective_until: Option<String>,
    pub rules: LineRulesView,
    pub calculation: Calculation,
    /// What stands against submitting it; only while it is a draft.
    pub faults: Vec<Refusal>,
    pub receipts: Vec<ReceiptView>,
    /// This account wrote on it.
    pub mine: bool,
    /// This account gave the opinion.
    pub reviewed_by_me: bool,
    /// The account's scope holds the jurisdiction: names are shown, acts offered.
    pub inside: bool,
}

fn text(clause: Option<&str>) -> Option<String> {
    clause.map(str::to_owned)
}

impl LineRulesView {
    pub(super) fn of(pack: &Pack, line: &Line) -> Self {
        let formula = line.formula.as_ref();
        let ordered = formula.filter(|f| f.multiplier.is_some());
        let down = line.downward.as_ref();
        Self {
            pack_id: pack.id().to_owned(),
            pack_title: pack.values.title.clone(),
            measure_label: measure_label(line.measure.get().as_deref()).into(),
            measure_clause: text(line.measure.clause()),
            comparator: line.comparator.get().unwrap_or_default(),
            comparator_clause: text(line.comparator.clause()),
            reference: line.nature.get().as_deref() == Some("reference"),
            floor_yuan: line.floor_yuan.as_ref().and_then(|f| f.get()),
            floor_clause: line.floor_yuan.as_ref().and_then(|f| text(f.clause())),
            formula: ordered.map(|f| {
                let part = |s: &Option<domain::policy::Stated<String>>| {
                    s.as_ref().and_then(|s| s.get()).unwrap_or_default()
                };
                let base = match f.base.get().as_deref() {
                    Some("subsistence_allowance_standard") => "农村低保标准",
                    Some("national_standard") => "国家扶贫标准",
                    _ => "上一年度监测范围",
                };
                let before = match f.base_years_before.as_ref().and_then(|b| b.get()) {
                    Some(1) => "上一年".to_owned(),
                    Some(n) if n > 1 => format!("{n} 年前"),
                    _ => "当年".to_owned(),
                };
                format!(
                    "{before}{}{base} × {}",
                    part(&f.area_class),
                    part(&f.multiplier)
                )
            }),
            formula_clause: ordered
                .and_then(|f| f.multiplier.as_ref())
                .and_then(|m| text(m.clause())),
            factors: formula
                .iter()
                .flat_map(|f| &f.factors)
                .map(|f| FactorView {
                    code: f.code.clone(),
                    label: f.label.clone(),
                    clause: f.clause.as_ref().map(|c| c.get_ref().clone()),
                })
                .collect(),
            steps: line
                .steps()
                .into_iter()
                .map(|s| step_view(s, None))
                .collect(),
            responsible: pack
                .values
                .tasks
                .iter()
                .find(|t| line.task.as_ref() == Some(&t.code))
                .map(|t| t.responsible.clone())
                .unwrap_or_default(),
            downward_effect: down.map(|d| d.effect.clone()),
            downward_clause: down.and_then(|d| d.clause.as_ref().map(|c| c.get_ref().clone())),
        }
    }
}

fn step_view(step: LineStep, line: Option<&MonitoringLine>) -> LineStepView {
    let done = line.is_some_and(|l| match step.kind {
        LineStepKind::Calculation => l.records.submitted.is_some(),
        LineStepKind::Review => l.records.approved.is_some(),
        LineStepKind::Filing => l.filed(),
        LineStepKind::Publication => l.records.published.is_some(),
    });
    LineStepView {
        kind: step.kind,
        label: step.label,
        recipient: step.recipient,
        clause: step.clause.map(toml::Spanned::into_inner),
        source: step.source,
        done,
    }
}

/// Published lines are everybody's above and below; the rest is seen by those
/// who work on it, inside their scope.
fn seen(principal: &Principal, row: &LineRow) -> bool {
    let Ok(jurisdiction) = row.jurisdiction.parse::<DivisionCode>() else {
        return false;
    };
    let inside = principal.scope.contains(jurisdiction);
    if row.stage == LineStage::Published.as_str() {
        return inside || principal.division.is_some_and(|d| jurisdiction.contains(d));
    }
    let works = [
        Operation::MonitoringLineDraft,
        Operation::MonitoringLineReview,
        Operation::MonitoringLineApprove,
        Operation::MonitoringLinePublish,
    ];
    inside && works.into_iter().any(|o| principal.may(o))
}

/// Names of the people who worked on it stay with their own office.
fn without_names(records: &mut LineRecords) {
    let hide = |s: &mut Signature| {
        s.account_id.clear();
        s.name.clear();
        s.note.clear();
    };
    [
        &mut records.drafted,
        &mut records.submitted,
        &mut records.reviewed,
        &mut records.approved,
        &mut records.published,
        &mut records.withdrawn,
    ]
    .into_iter()
    .flatten()
    .for_each(hide);
    // What went back before is the office's own business, like the reasons.
    records.earlier.clear();
    for filing in &mut records.filings {
        hide(&mut filing.sent);
        if let Some(answer) = &mut filing.answer {
            hide(&mut answer.by);
        }
    }
    records.sent_back.clear();
}

impl App {
    pub(super) async fn line_seen(
        &self,
        principal: &Principal,
        id: &str,
    ) -> Result<LineRow, AppError> {
        self.store
            .monitoring_line(id)
            .await?
            .filter(|row| seen(principal, row))
            .ok_or(AppError::NotFound)
    }

    /// One line.
    ///
    /// # Errors
    /// [`AppError::NotFound`] where it is not seen.
    pub async fn line(&self, principal: &Principal, id: &str) -> Result<LineView, AppError> {
        permit(principal, Operation::MonitoringLineRead)?;
        let row = self.line_seen(principal, id).await?;
        let line = row.line()?;
        let pack = self.pack(&line.pack.id)?;
        let rules = rules(pack)?;
        let inside = principal.scope.contains(line.jurisdiction);
        let names = self.division_names([row.jurisdiction.clone()]).await?;
        let receipts = self
            .receipt_views(principal, std::slice::from_ref(&row.id))
            .await?;
        let stage = line.stage();
        let mut rules_view = LineRulesView::of(pack, rules);
        rules_view.steps = rules
            .steps()
            .into_iter()
            .map(|s| step_view(s, Some(&line)))
            .collect();
        let mut records = line.records.clone();
        let mut draft = line.draft.clone();
        if !inside {
            without_names(&mut records);
            draft.rationale.clear();
            draft.unusual_reason.clear();
        }
        let me = &principal.account_id;
        Ok(LineView {
            calculation: calculate(rules, line.year, &draft.inputs, draft.rounding.as_ref()),
            faults: if stage == LineStage::Draft {
                let others = self.store.monitoring_lines().await?;
                let around = self
                    .surroundings(principal, line.jurisdiction, &draft, &row.id, &others)
                    .await?;
                domain::monitoring_line::draft_faults(rules, line.year, &draft, &around)
            } else {
                Vec::new()
            },
            jurisdiction_name: names.get(&row.jurisdiction).cloned().unwrap_or_default(),
            mine: line.authors.contains(me),
            reviewed_by_me: line
                .records
                .reviewed
                .as_ref()
                .is_some_and(|r| &r.account_id == me),
            inside,
            stage,
            stage_label: stage.label().into(),
            rules: rules_view,
            receipts,
            records,
            draft,
            id: row.id,
            jurisdiction: row.jurisdiction,
            year: line.year,
            edition: line.edition,
            version: row.version,
            effective_until: row.effective_until,
        })
    }

    /// The line in force for a division today: published, or stated by its
    /// pack.
    pub(super) async fn line_in_force(
        &self,
        division: DivisionCode,
    ) -> Result<Option<CurrentLine>, AppError> {
        let today = self.today();
        match self.pack_in_force(division, today).await {
            Ok(pack) => self.line_under(pack, division).await,
            Err(_) => Ok(None),
        }
    }

    /// The line that holds today in a division under a pack.
    pub(super) async fn line_under(
        &self,
        pack: &Pack,
        division: DivisionCode,
    ) -> Result<Option<CurrentLine>, AppError> {
        let today = self.today();
        let Some(line) = &pack.values.line else {
            return Ok(None);
        };
        let published = self
            .published_line(division, today)
            .await?
            .filter(|p| line.amount_yuan.get().is_none() || line.year.is_some_and(|y| p.year > y));
        let (amount_yuan, year, document, clause) = match (published, line.amount_yuan.get()) {
            (Some(p), _) => (
                p.amount_yuan,
                Some(p.year),
                format!("{}（{}）", p.published_by, p.document_number),
                None,
            ),
            (None, Some(yuan)) => (
                yuan,
                line.year,
                pack.values.title.clone(),
                text(line.amount_yuan.clause()),
            ),
            (None, None) => return Ok(None),
        };
        Ok(Some(CurrentLine {
            amount_yuan,
            year,
            comparator: line.comparator.get().unwrap_or_default(),
            measure_label: measure_label(line.measure.get().as_deref()).into(),
            reference: line.nature.get().as_deref() == Some("reference"),
            document,
            clause,
        }))
    }

    /// Lines the account sees, with those its packs state themselves.
    ///
    /// # Errors
    /// When the operation is missing.
    pub async fn lines(&self, principal: &Principal) -> Result<LinesView, AppError> {
        permit(principal, Operation::MonitoringLineRead)?;
        let rows: Vec<LineRow> = self
            .store
            .monitoring_lines()
            .await?
            .into_iter()
            .filter(|row| seen(principal, row))
            .collect();
        let ids: Vec<String> = rows.iter().map(|r| r.id.clone()).collect();
        let receipts = self.receipt_views(principal, &ids).await?;
        let names = self
            .division_names(
                rows.iter()
                    .map(|r| r.jurisdiction.clone())
                    .chain(self.library.packs().map(|p| p.values.jurisdiction.clone()))
                    .chain(principal.division.map(|d| d.to_string())),
            )
            .await?;
        let today = self.today().to_string();
        let mut lines = Vec::new();
        for row in rows {
            let stage = row.line()?.stage();
            let own: Vec<&ReceiptView> = receipts.iter().filter(|r| r.line_id == row.id).collect();
            let in_force = stage == LineStage::Published
                && row.effective_from <= today
                && row.effective_until.as_ref().is_none_or(|u| *u >= today);
            lines.push(LineSummary {
                jurisdiction_name: names.get(&row.jurisdiction).cloned().unwrap_or_default(),
                year: i16::try_from(row.year).unwrap_or(i16::MAX),
                edition: u16::try_from(row.edition).unwrap_or(u16::MAX),
                amount_yuan: row.amount_yuan,
                stage: stage.as_str().into(),
                stage_label: stage.label().into(),
                effective_from: Some(row.effective_from),
                effective_until: row.effective_until,
                document_number: row.document_number,
                clause: None,
                in_force,
                receipts: own.len() as u64,
                acknowledged: own.iter().filter(|r| r.acknowledged_on.is_some()).count() as u64,
                overdue: own.iter().filter(|r| r.overdue).count() as u64,
                id: Some(row.id),
                jurisdiction: row.jurisdiction,
            });
        }
        lines.extend(self.stated_lines(principal, &names).await?);
        lines.sort_by(|a, b| {
            (b.year, &a.jurisdiction, b.edition).cmp(&(a.year, &b.jurisdiction, a.edition))
        });
        let current = match principal.division {
            Some(division) => self.line_in_force(division).await?,
            None => None,
        };
        let in_force = match principal.division {
            Some(division) => self.pack_in_force(division, self.today()).await.ok(),
            None => None,
        };
        let unset = match (principal.division, in_force) {
            (Some(division), Some(pack)) => self.unset_line(pack, division).await?,
            _ => None,
        };
        let year = self.today().year();
        let rule = in_force.and_then(|p| p.values.line.as_ref());
        let own = principal.division.map(|d| d.to_string());
        Ok(LinesView {
            rule: rule.map(|l| l.in_words(year)),
            unset,
            lines,
            current,
            to_acknowledge: receipts.iter().filter(|r| r.mine).cloned().collect(),
            overdue: receipts
                .into_iter()
                .filter(|r| r.overdue && principal.level < Some(Level::Township))
                .collect(),
            input_kinds: InputKind::ALL
                .into_iter()
                .map(|kind| InputKindView {
                    kind,
                    label: kind.label().into(),
                    unit: kind.unit().into(),
                })
                .collect(),
            own_division_name: own
                .as_ref()
                .and_then(|d| names.get(d).cloned())
                .unwrap_or_default(),
            own_division: own,
        })
    }

    /// Amounts that packs in force state themselves.
    async fn stated_lines(
        &self,
        principal: &Principal,
        names: &std::collections::BTreeMap<String, String>,
    ) -> Result<Vec<LineSummary>, AppError> {
        let mut in_force = self.store.adoptions().await?;
        in_force.retain(|a| a.status == "in_force");
        let mut found: Vec<LineSummary> = Vec::new();
        for row in &in_force {
            let Some(pack) = self.library.pack(&row.pack_id) else {
                continue;
            };
            let Some((line, year)) = pack.values.line.as_ref().and_then(|l| Some((l, l.year?)))
            else {
                continue;
            };
            let Some((amount_yuan, clause)) = line.stated_for(year) else {
                continue;
            };
            let Ok(jurisdiction) = row.jurisdiction.parse::<DivisionCode>() else {
                continue;
            };
            let near = principal.scope.contains(jurisdiction)
                || principal.division.is_some_and(|d| jurisdiction.contains(d));
            let known = found
                .iter()
                .any(|f| f.jurisdiction == row.jurisdiction && f.year == year);
            if !near || known {
                continue;
            }
            found.push(LineSummary {
                id: None,
                jurisdiction_name: names.get(&row.jurisdiction).cloned().unwrap_or_default(),
                jurisdiction: row.jurisdiction.clone(),
                year,
                edition: 0,
                amount_yuan,
                stage: "stated".into(),
                stage_label: "文件规定".into(),
                effective_from: Some(row.from_on.clone()),
                effective_until: None,
                document_number: clause
                    .and_then(|c| pack.clauses.get(c))
                    .and_then(|c| pack.values.documents.iter().find(|d| d.id == c.document))
                    .map(|d| d.number.clone())
                    .unwrap_or_default(),
                clause: text(clause),
                in_force: false,
                receipts: 0,
                acknowledged: 0,
                overdue: 0,
            });
        }
        Ok(found)
    }
}
