//! What would change if a pack were put in force: shown before anybody confirms.

use std::collections::BTreeMap;

use domain::account::Principal;
use domain::policy::{
    Adoption, ComparedGroup, Difference, Finding, Pack, Period, Timeline, compare,
};
use jiff::civil::Date;
use serde::Serialize;
use utoipa::ToSchema;

use super::adoption::{NewAdoption, terms, timeline_of};
use super::compare::ComparedPack;
use crate::{App, AppError, FieldError};

/// What putting a pack in force would change.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct AdoptionPreview {
    pub pack: ComparedPack,
    /// The pack in force there today: its own, or one from above.
    pub current: Option<ComparedPack>,
    pub findings: Vec<AdoptionFinding>,
    /// What to see to, though nothing stands against it.
    pub warnings: Vec<String>,
    /// Provisions that differ from today's; left is today's, right the new one.
    pub changes: Vec<ComparedGroup>,
    /// Provisions that stay the same.
    pub same_count: usize,
    /// Running procedures, each of which keeps the pack it started under.
    pub running: Vec<RunningView>,
    pub running_total: i64,
    /// Leads that arrive from this day on fall under the new pack.
    pub new_leads: Period,
    /// Places below with a pack of their own in these days: not reached.
    pub exceptions: Vec<ExceptionView>,
}

/// Running procedures under one pack.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct RunningView {
    pub pack_id: String,
    pub pack_title: String,
    pub pack_version: i32,
    pub count: i64,
}

/// A place below with a pack of its own.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ExceptionView {
    pub jurisdiction: String,
    pub name: String,
    pub pack_title: String,
}

/// What stands against it, or has to be agreed to.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct AdoptionFinding {
    pub kind: AdoptionFindingKind,
    pub message: String,
    pub days: Option<Period>,
    /// An overlap that ends by ending the other entry on this day.
    pub proposed_until: Option<Date>,
}

/// Kinds of findings.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum AdoptionFindingKind {
    /// Never possible.
    OutsideJurisdiction,
    BeforeEffective,
    EmptyPeriod,
    /// Possible once the other entry ends.
    Overlap,
    /// Possible when meant.
    Gap,
}

fn chinese(day: Date) -> String {
    format!("{}年{}月{}日", day.year(), day.month(), day.day())
}

/// One error for each finding that was not agreed to. Overlaps that were agreed
/// to are no findings any more.
pub(super) fn field_errors(findings: &[AdoptionFinding], accept_gap: bool) -> Vec<FieldError> {
    findings
        .iter()
        .filter_map(|finding| {
            let field = match finding.kind {
                AdoptionFindingKind::OutsideJurisdiction => "jurisdiction",
                AdoptionFindingKind::BeforeEffective => "from",
                AdoptionFindingKind::EmptyPeriod => "until",
                AdoptionFindingKind::Overlap if finding.proposed_until.is_some() => "end_previous",
                AdoptionFindingKind::Overlap => "from",
                AdoptionFindingKind::Gap if accept_gap => return None,
                AdoptionFindingKind::Gap => "accept_gap",
            };
            Some(FieldError::new(field, finding.message.clone()))
        })
        .collect()
}

impl App {
    /// What would change, without changing it.
    ///
    /// # Errors
    /// [`AppError::NotFound`] for an unknown pack, or a jurisdiction outside
    /// the scope.
    pub async fn preview_adoption(
        &self,
        principal: &Principal,
        form: &NewAdoption,
    ) -> Result<AdoptionPreview, AppError> {
        let (pack, adoption) = self.meant(principal, form).await?;
        let timeline = timeline_of(&self.store.adoptions().await?)?;
        let findings = timeline.check(&adoption, terms(pack), false);
        let findings = self.finding_views(&adoption, &timeline, &findings).await?;
        let current = timeline
            .governing(adoption.jurisdiction, self.today())
            .and_then(|a| self.library.pack(&a.pack_id));
        let mut changes = current.map_or_else(Vec::new, |now| compare(now, pack));
        let rows: usize = changes.iter().map(|g| g.rows.len()).sum();
        for group in &mut changes {
            group.rows.retain(|r| r.difference != Difference::Same);
        }
        changes.retain(|g| !g.rows.is_empty());
        let changed: usize = changes.iter().map(|g| g.rows.len()).sum();
        let scope = principal.scope.narrowed(adoption.jurisdiction);
        let running: Vec<RunningView> = self
            .store
            .running_by_pack(&scope)
            .await?
            .into_iter()
            .map(|r| RunningView {
                pack_title: self.pack_title(&r.pack_id),
                pack_id: r.pack_id,
                pack_version: r.pack_version,
                count: r.count,
            })
            .collect();
        let below = timeline.exceptions(adoption.jurisdiction, adoption.period);
        let names = self
            .division_names(below.iter().map(|a| a.jurisdiction.to_string()))
            .await?;
        Ok(AdoptionPreview {
            pack: ComparedPack::of(pack),
            current: current.map(ComparedPack::of),
            findings,
            warnings: self
                .without_line(pack, &adoption)
                .await?
                .into_iter()
                .collect(),
            changes,
            same_count: rows - changed,
            running_total: running.iter().map(|r| r.count).sum(),
            running,
            new_leads: adoption.period,
            exceptions: below
                .into_iter()
                .map(|a| ExceptionView {
                    jurisdiction: a.jurisdiction.to_string(),
                    name: names
                        .get(&a.jurisdiction.to_string())
                        .cloned()
                        .unwrap_or_default(),
                    pack_title: self.pack_title(&a.pack_id),
                })
                .collect(),
        })
    }

    /// The new pack states no amount of the line, and none published holds
    /// there on its first day: incomes would be compared with nothing.
    async fn without_line(
        &self,
        pack: &Pack,
        adoption: &Adoption,
    ) -> Result<Option<String>, AppError> {
        let stated = pack.values.line.as_ref().and_then(|l| l.amount_yuan.get());
        let (place, from) = (adoption.jurisdiction, adoption.period.from);
        if stated.is_some() || self.published_line(place, from).await?.is_some() {
            return Ok(None);
        }
        let code = place.to_string();
        let names = self.division_names([code.clone()]).await?;
        Ok(Some(format!(
            "《{}》没有写明监测范围的数额，{}从{}起也没有公布的监测范围：在公布以前，识别时没有数可比",
            pack.values.title,
            names.get(&code).unwrap_or(&code),
            chinese(from)
        )))
    }

    pub(super) fn finding_view(
        &self,
        adoption: &Adoption,
        timeline: &Timeline,
        finding: &Finding,
        names: &BTreeMap<String, String>,
    ) -> AdoptionFinding {
        let name = |code: &domain::division::DivisionCode| {
            let code = code.to_string();
            names.get(&code).cloned().unwrap_or(code)
        };
        let place = name(&adoption.jurisdiction);
        let title = self.pack_title(&adoption.pack_id);
        let view = |kind, message, days, proposed_until| AdoptionFinding {
            kind,
            message,
            days,
            proposed_until,
        };
        match finding {
            Finding::OutsideJurisdiction { own: Some(own) } => view(
                AdoptionFindingKind::OutsideJurisdiction,
                format!(
                    "《{title}》只适用于{}（{own}），不能在{place}启用",
                    self.files.division_path(*own)
                ),
                None,
                None,
            ),
            Finding::OutsideJurisdiction { own: None } => view(
                AdoptionFindingKind::OutsideJurisdiction,
                format!("《{title}》是基础层，随上层启用，不单独启用"),
                None,
                None,
            ),
            Finding::BeforeEffective { earliest } => view(
                AdoptionFindingKind::BeforeEffective,
                format!("《{title}》最早从{}起适用", chinese(*earliest)),
                None,
                None,
            ),
            Finding::EmptyPeriod => view(
                AdoptionFindingKind::EmptyPeriod,
                "停用日期要晚于启用日期".into(),
                None,
                None,
            ),
            Finding::Overlap {
                other,
                days,
                proposed_until,
            } => {
                let mut own = timeline.of(adoption.jurisdiction).into_iter();
                let other = own.find(|a| &a.id == other);
                let other_title = other.map_or_else(String::new, |a| self.pack_title(&a.pack_id));
                let from = other.map_or_else(String::new, |a| chinese(a.period.from));
                let message = match proposed_until {
                    Some(until) => format!(
                        "{place}从{from}起执行《{other_title}》，与新的重叠；要启用新的，须同意它到{}为止（当日起不再执行）",
                        chinese(*until)
                    ),
                    None => format!(
                        "{place}从{from}起已安排执行《{other_title}》，与新的重叠；请另选日期，或先撤回它"
                    ),
                };
                view(
                    AdoptionFindingKind::Overlap,
                    message,
                    Some(*days),
                    *proposed_until,
                )
            }
            Finding::Gap { days } => {
                let until = days.until.map_or_else(
                    || "以后".to_owned(),
                    |until| format!("到{}之前", chinese(until)),
                );
                let above = adoption
                    .jurisdiction
                    .ancestors()
                    .find_map(|above| self.title_governing(timeline, above, days.from));
                let meanwhile = match above {
                    Some(pack) => format!("按上级启用的《{pack}》办理"),
                    None => "没有政策包可用，新线索不能办理".to_owned(),
                };
                let from = chinese(days.from);
                let message = format!("{place}从{from}起{until}没有自己的政策包，{meanwhile}");
                view(AdoptionFindingKind::Gap, message, Some(*days), None)
            }
        }
    }
}
