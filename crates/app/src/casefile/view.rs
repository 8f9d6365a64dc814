//! Casefiles as the console shows them.

use domain::account::{Operation, Principal};
use domain::casefile::{
    Casefile, ClockStatus, EvidencePiece, Facts, Held, Informed, RecheckRequest, Records, Refusal,
    Situation, Stage, Todo, clocks, correctable_by, held, not_to_bring, outlook, propose_category,
    step_status,
};
use domain::household::HouseholdFile;
use domain::policy::{Pack, StepKind};
use jiff::civil::Date;
use store::casefile::{CasefileFilter, CasefileRow as StoredRow};

use super::forms::{
    Asked, CasefileHousehold, CasefileListQuery, CasefileMember, CasefilePack, CasefileRow,
    CasefileView, EventView, EvidenceView, OpenStep, StepView, VillageName,
};
use super::{member_facts, register_of};
use crate::error::permit;
use crate::policy::followed_from;
use crate::{App, AppError, PageView, WRITTEN, Window, clock, mask_name};

/// The conditions of a pack's procedure.
pub(crate) fn asked(pack: &Pack) -> Vec<Asked> {
    let asked = |g: &domain::policy::Guard| Asked {
        guard: g.kind,
        on: g.on,
        exemptions: g.exemptions.iter().map(|e| e.code.clone()).collect(),
    };
    pack.identification()
        .map_or_else(Vec::new, |p| p.guards.iter().map(asked).collect())
}

/// The stage in the words of the pack the casefile runs under: 县级审批 leaves it
/// 已审批, 县级确定 已确定.
pub fn stage_words(pack: &Pack, stage: &str) -> String {
    let decision = pack
        .identification()
        .and_then(|p| p.step(StepKind::CountyDecision))
        .and_then(|s| s.label.strip_prefix("县级"))
        .filter(|_| stage == "determined");
    decision.map_or_else(|| stage_label(stage).into(), |word| format!("已{word}"))
}

/// The stage in plain words, whichever pack it is under.
pub fn stage_label(stage: &str) -> &'static str {
    match stage {
        "running" => "办理中",
        "determined" => "已认定",
        "archived" => "已归档",
        "refused" => "不予纳入",
        "ended" => "已终止",
        _ => "未知",
    }
}

impl App {
    /// Casefiles in scope, nearest deadline first.
    ///
    /// # Errors
    /// When the operation is missing or the database refuses.
    pub async fn casefiles(
        &self,
        principal: &Principal,
        query: CasefileListQuery,
    ) -> Result<PageView<CasefileRow>, AppError> {
        permit(principal, Operation::CasefileRead)?;
        let window = Window::new(query.limit, query.cursor.as_deref());
        let scope = query
            .division
            .map_or_else(|| principal.scope.clone(), |d| principal.scope.narrowed(d));
        let filter = CasefileFilter {
            stages: query
                .stage
                .map(|s| s.split(',').map(str::to_owned).collect())
                .unwrap_or_default(),
            step: query.step,
            overdue_on: query.overdue.then(|| self.today()),
            household_id: query.household_id,
            level: None,
        };
        let page = self.store.casefiles(&scope, &filter, &window).await?;
        let items = self.casefile_rows(principal, page.items).await?;
        Ok(PageView {
            items,
            next_cursor: page.next_cursor,
            total: page.total,
        })
    }

    pub(crate) async fn casefile_rows(
        &self,
        principal: &Principal,
        found: Vec<(StoredRow, Casefile)>,
    ) -> Result<Vec<CasefileRow>, AppError> {
        let households = self
            .store
            .households(
                &principal.scope,
                found.iter().map(|(r, _)| r.household_id.clone()),
            )
            .await?;
        let names = self
            .division_names(found.iter().map(|(r, _)| r.village.clone()))
            .await?;
        found
            .into_iter()
            .map(|(row, casefile)| {
                let pack = self.pack(&casefile.pack.id)?;
                let household = households.get(&row.household_id);
                let kind = household.map_or("", |h| h.household_type.as_str());
                let facts = self.facts(pack, &[], kind, principal);
                let name = household.map_or_else(String::new, |h| h.head_name.clone());
                Ok(CasefileRow {
                    head_name: if principal.masked {
                        mask_name(&name)
                    } else {
                        name
                    },
                    village: VillageName {
                        name: names.get(&row.village).cloned().unwrap_or_default(),
                        code: row.village,
                    },
                    stage_label: stage_words(pack, &row.stage),
                    stage: row.stage,
                    current_steps: outlook(&casefile, &facts)
                        .into_iter()
                        .map(|t| OpenStep {
                            kind: t.step,
                            label: t.step_label,
                            level: t.level.as_str().into(),
                            verb: t.verb,
                            ready: t.ready,
                            mine: t.mine,
                        })
                        .collect(),
                    clock: {
                        let mut clocks = clocks(&casefile, pack, &self.calendar, self.today());
                        if principal.masked {
                            hide_reasons(&mut clocks);
                        }
                        clocks.into_iter().next()
                    },
                    category_label: row.category.as_deref().map(|c| pack.category_label(c)),
                    opened_on: casefile.opened_on,
                    next_round: usize::from(casefile.rounds_held()) + 1,
                    version: row.version,
                    id: row.id,
                    household_id: row.household_id,
                })
            })
            .collect()
    }

    /// One casefile, whole.
    ///
    /// # Errors
    /// [`AppError::NotFound`] outside the scope.
    pub async fn casefile_view(
        &self,
        principal: &Principal,
        id: &str,
    ) -> Result<CasefileView, AppError> {
        permit(principal, Operation::CasefileRead)?;
        self.casefile_view_in(principal, &principal.scope, id, principal.masked)
            .await
    }

    pub(crate) async fn casefile_view_in(
        &self,
        principal: &Principal,
        scope: &domain::account::Scope,
        id: &str,
        masked: bool,
    ) -> Result<CasefileView, AppError> {
        let (row, casefile) = self
            .store
            .casefile(scope, id)
            .await?
            .ok_or(AppError::NotFound)?;
        let (_, file) = self
            .store
            .household_file(scope, &casefile.household_id)
            .await?
            .ok_or(AppError::NotFound)?;
        let events = self.store.casefile_events(scope, id).await?;
        let mut attachments = self.casefile_attachments(scope, &casefile).await?;
        let pieces = self.evidence_pieces(scope, &casefile).await?;
        let path = self.store.division_path(casefile.village).await?;
        let pack = self.pack(&casefile.pack.id)?;
        let members = member_facts(&file, self.today());
        let facts = Facts {
            register: register_of(&file),
            evidence: Some(&pieces),
            ..self.facts(pack, &members, &file.household_type, principal)
        };
        let line = self.line_of(&casefile).await?;
        let mut todo = outlook(&casefile, &facts);
        self.note_missing_lists(scope, &casefile, pack, &mut todo)
            .await?;
        let mut steps = steps(&casefile, pack, &todo, &pieces, principal.level);
        let mut corrections = casefile.corrections.clone();
        let name = |n: &str| if masked { mask_name(n) } else { n.to_owned() };
        let mut records = casefile.records.clone();
        let mut superseded = casefile.superseded.clone();
        let mut stage_detail = casefile.stage.clone();
        let mut clocks = clocks(&casefile, pack, &self.calendar, self.today());
        if masked {
            // What people wrote freely may name somebody.
            records = Records::default();
            superseded.clear();
            corrections.clear();
            attachments.clear();
            hide_texts(&mut stage_detail);
            hide_places(&mut steps);
            hide_reasons(&mut clocks);
        }
        Ok(CasefileView {
            household: household_view(&casefile, &file, &path, &name, self),
            members: file
                .active_members()
                .map(|m| CasefileMember {
                    id: m.id.clone(),
                    name: name(&m.name),
                    relation_label: self
                        .codes
                        .label("relation_to_head", &m.relation)
                        .unwrap_or(&m.relation)
                        .to_owned(),
                    age: m.age_on(self.today()),
                    adult: m.is_adult_on(self.today()),
                    shares_income: m.shares_income,
                })
                .collect(),
            pack: CasefilePack {
                id: pack.id().to_owned(),
                title: pack.values.title.clone(),
                version: casefile.pack.version,
            },
            stage: casefile.stage.as_str().into(),
            stage_label: stage_words(pack, casefile.stage.as_str()),
            category_label: match &casefile.stage {
                Stage::Determined { category, .. } | Stage::Archived { category, .. } => {
                    Some(pack.category_label(category))
                }
                _ => None,
            },
            stage_detail,
            opened_on: casefile.opened_on,
            clocks,
            steps,
            todo,
            proposal: Situation::of(&casefile.records)
                .filter(|_| !masked)
                .map(|s| propose_category(pack, &file.household_type, &s.under(line.as_ref()))),
            household_message: household_message(&casefile, &file, pack, &path).filter(|_| !masked),
            next_round: usize::from(casefile.rounds_held()) + 1,
            asks: asked(pack),
            procedure_followed_from: followed_from(pack, &self.library),
            left_open: pack
                .identification()
                .map_or_else(Vec::new, |p| p.left_open.clone()),
            correctable: pack
                .identification()
                .filter(|_| !masked)
                .map_or_else(Vec::new, |procedure| {
                    correctable_by(&records, procedure, principal.level)
                }),
            corrections,
            records,
            superseded,
            timeline: events
                .into_iter()
                .map(|e| EventView {
                    seq: e.seq,
                    label: super::event_words::headline(&e.kind, pack)
                        .unwrap_or_else(|| event_label(pack, e.step.as_deref())),
                    late_entry: e.recorded_on > e.occurred_on,
                    summary: if masked {
                        without_department(&e.kind, e.summary)
                    } else {
                        e.summary
                    },
                    kind: e.kind,
                    step: e.step,
                    occurred_on: e.occurred_on,
                    recorded_at: clock::instant_text(e.recorded_at),
                    by_name: e.by_name,
                    deputy_of: e.deputy_of,
                })
                .collect(),
            leads: casefile.all_leads().cloned().collect(),
            attachments,
            id: row.id,
            version: row.version,
        })
    }

    /// What would stop a step today.
    ///
    /// # Errors
    /// [`AppError::NotFound`] outside the scope.
    pub async fn preview_step(
        &self,
        principal: &Principal,
        id: &str,
        step: &str,
    ) -> Result<Vec<Refusal>, AppError> {
        let view = self.casefile_view(principal, id).await?;
        Ok(view
            .todo
            .into_iter()
            .filter(|t| t.step.as_str() == step)
            .flat_map(|t| t.refusals)
            .collect())
    }
}

/// That a reason was given stays, its words do not.
pub(crate) fn hide_reasons<'a>(clocks: impl IntoIterator<Item = &'a mut ClockStatus>) {
    for reason in clocks.into_iter().filter_map(|c| c.overdue_reason.as_mut()) {
        WRITTEN.clone_into(reason);
    }
}

/// Who answered a comparison is typed, and opens its line of the timeline.
fn without_department(kind: &str, summary: String) -> String {
    match summary.rfind("反馈比对结果") {
        Some(at) if kind == "answer_cross_check" => format!("部门{}", &summary[at..]),
        _ => summary,
    }
}

/// Leaves the facts of a masked view and hides the texts.
fn hide_texts(stage: &mut Stage) {
    match stage {
        Stage::Refused {
            reason,
            informed,
            recheck_requested,
            ..
        } => {
            WRITTEN.clone_into(reason);
            *informed = informed.take().map(|i| Informed {
                how: WRITTEN.into(),
                told_by: WRITTEN.into(),
                ..i
            });
            *recheck_requested = recheck_requested.take().map(|r| RecheckRequest {
                reason: WRITTEN.into(),
                ..r
            });
        }
        Stage::Ended {
            reason, informed, ..
        } => {
            WRITTEN.clone_into(reason);
            *informed = informed.take().map(|i| Informed {
                how: WRITTEN.into(),
                told_by: WRITTEN.into(),
                ..i
            });
        }
        _ => {}
    }
}

/// Where paper is kept was written freely too.
fn hide_places(steps: &mut [StepView]) {
    for evidence in steps.iter_mut().flat_map(|s| &mut s.evidence) {
        if let Held::OnPaper { place, .. } = &mut evidence.held {
            WRITTEN.clone_into(place);
        }
    }
}

fn household_view(
    casefile: &Casefile,
    file: &HouseholdFile,
    path: &[store::division::DivisionRow],
    name: &dyn Fn(&str) -> String,
    app: &App,
) -> CasefileHousehold {
    let short = |d: &store::division::DivisionRow| domain::division::short_name(&d.name);
    CasefileHousehold {
        id: casefile.household_id.clone(),
        head_name: file
            .head()
            .or_else(|| file.members.first())
            .map_or_else(String::new, |m| name(&m.name)),
        member_count: file.active_members().count(),
        household_type_label: app
            .codes
            .label("household_type", &file.household_type)
            .unwrap_or(&file.household_type)
            .to_owned(),
        household_type: file.household_type.clone(),
        village: VillageName {
            code: casefile.village.to_string(),
            name: path.last().map(short).unwrap_or_default(),
        },
        path: path.iter().map(short).collect::<Vec<_>>().join("/"),
    }
}

/// The pack's own sentence for the household.
fn household_message(
    casefile: &Casefile,
    file: &HouseholdFile,
    pack: &Pack,
    path: &[store::division::DivisionRow],
) -> Option<String> {
    let head = file.head().map_or("", |h| h.name.as_str());
    let township = path
        .iter()
        .find(|d| d.level == "township")
        .map(|d| domain::division::short_name(&d.name))
        .unwrap_or_default();
    let spoken = |d: Date| format!("{}年{}月{}日", d.year(), d.month(), d.day());
    match &casefile.stage {
        Stage::Refused { refused_on, .. } => pack.message(
            "household_refused",
            &[
                ("head_name", head),
                ("reason", &casefile.refusal_words(pack).unwrap_or_default()),
                ("township", &township),
                ("decided_on", &spoken(*refused_on)),
            ],
        ),
        Stage::Determined {
            category,
            decided_on,
        } => pack.message(
            "household_approved",
            &[
                ("steps", &pack.steps_to_decision()),
                ("head_name", head),
                ("category", &pack.category_label(category)),
                ("township", &township),
                ("decided_on", &spoken(*decided_on)),
            ],
        ),
        Stage::Ended {
            ending,
            reason,
            ended_on,
            ..
        } if file.active_members().next().is_some() => pack.message(
            "household_ended",
            &[
                ("head_name", head),
                (
                    "ending",
                    &pack.label(domain::policy::LawfulItems::LawfulEnd, ending),
                ),
                ("reason", reason.trim().trim_end_matches('。')),
                ("township", &township),
                ("ended_on", &spoken(*ended_on)),
            ],
        ),
        _ => None,
    }
}

fn event_label(pack: &Pack, step: Option<&str>) -> String {
    pack.identification()
        .and_then(|p| p.steps.iter().find(|s| Some(s.kind.as_str()) == step))
        .map_or_else(|| "事项".into(), |s| s.label.clone())
}

fn steps(
    casefile: &Casefile,
    pack: &Pack,
    todo: &[Todo],
    pieces: &[EvidencePiece],
    level: Option<domain::division::Level>,
) -> Vec<StepView> {
    let Some(procedure) = pack.identification() else {
        return Vec::new();
    };
    procedure
        .steps
        .iter()
        .map(|step| {
            let occurred_on = casefile.records.done_on(step.kind);
            let entered = casefile.records.entered(step.kind);
            StepView {
                kind: step.kind,
                label: step.label.clone(),
                level: step.level.as_str().into(),
                level_label: step.level.label().into(),
                clause: step.clause.get_ref().clone(),
                status: step_status(casefile, procedure, step.kind),
                parallel: step.is_parallel(),
                occurred_on,
                recorded_on: entered.as_ref().map(|(_, on)| *on),
                late_entry: entered
                    .as_ref()
                    .is_some_and(|(_, on)| Some(*on) > occurred_on),
                by_name: entered.map(|(name, _)| name),
                evidence: step
                    .evidence
                    .iter()
                    .map(|e| (e, held(casefile, procedure, e, pieces)))
                    .map(|(e, held)| EvidenceView {
                        code: e.code.clone(),
                        label: e.label.clone(),
                        required: e.required,
                        by_reference: e.by_reference,
                        clause: e.clause.as_ref().map(|c| c.get_ref().clone()),
                        present: held != Held::Missing,
                        may_bring: not_to_bring(casefile, procedure, &e.code, level).is_none(),
                        held,
                    })
                    .collect(),
                advised_day: step.advised_day,
                left_open: step.left_open.clone(),
                my_turn: todo.iter().any(|t| t.step == step.kind && t.mine),
            }
        })
        .collect()
}
