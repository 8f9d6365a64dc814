//! What a person must do today, nearest deadline first.

use domain::account::{Operation, Principal};
use domain::casefile::{ClockStatus, Facts, Register, Todo, above, clocks, outlook};
use domain::division::Level;
use serde::Serialize;
use store::casefile::CasefileFilter;
use store::lead::LeadFilter;
use utoipa::ToSchema;

use crate::casefile::OPEN_CORRECTION;
use crate::duplicate::DuplicateView;
use crate::{App, AppError, Window, mask_name};

/// One thing to do, or to wait for.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct WorkItem {
    /// `casefile`, `evidence`, `correction`, `objection`, `lead`, `complaint`, `cross_check`,
    /// `submission_list`, `monitoring_line`, `name_protection`, `handover`, `role_request` or `deputy`.
    pub kind: String,
    pub id: String,
    pub household_id: Option<String>,
    pub head_name: String,
    pub village_name: String,
    pub step: Option<String>,
    pub step_label: String,
    /// What to do, e.g. 去入户核实.
    pub verb: String,
    /// Whose turn it is, for things waited for.
    pub waiting_for: Option<String>,
    pub clock: Option<ClockStatus>,
    /// Days left of a lead that has no casefile yet.
    pub days_left: Option<i64>,
    pub missing: Vec<String>,
    pub clause: Option<String>,
}

impl WorkItem {
    /// Something of a kind, with nothing to do about it yet.
    pub(crate) fn about(kind: &str, id: String, head_name: String) -> Self {
        Self {
            kind: kind.into(),
            id,
            household_id: None,
            head_name,
            village_name: String::new(),
            step: None,
            step_label: String::new(),
            verb: String::new(),
            waiting_for: None,
            clock: None,
            days_left: None,
            missing: Vec::new(),
            clause: None,
        }
    }
}

/// A reminder.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Reminder {
    pub message: String,
    pub due_on: Option<String>,
    /// Page of the console it leads to.
    pub link: String,
}

/// Counts at the top of the page.
#[derive(Debug, Clone, Default, Serialize, ToSchema)]
pub struct WorkCounts {
    pub overdue: u64,
    pub due_soon: u64,
    pub open_leads: u64,
    pub running: u64,
}

/// The page every role lands on.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Workbench {
    pub today: jiff::civil::Date,
    pub mine: Vec<WorkItem>,
    pub waiting: Vec<WorkItem>,
    pub reminders: Vec<Reminder>,
    /// Numbers on file twice, for the lowest level above both households.
    pub duplicates: Vec<DuplicateView>,
    pub counts: WorkCounts,
}

const SHOWN: u64 = 200;

impl App {
    /// The workbench of a person.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn workbench(&self, principal: &Principal) -> Result<Workbench, AppError> {
        let mut bench = Workbench {
            today: self.today(),
            mine: Vec::new(),
            waiting: Vec::new(),
            reminders: Vec::new(),
            duplicates: Vec::new(),
            counts: WorkCounts::default(),
        };
        if principal.may(Operation::CasefileRead) {
            self.casefile_work(principal, &mut bench).await?;
        }
        if principal.may(Operation::CasefileCrossCheckCounty)
            && !principal.may(Operation::CasefileRead)
        {
            self.cross_check_work(principal, &mut bench).await?;
        }
        self.above_work(principal, &mut bench).await?;
        if principal.may(Operation::LeadRead) {
            self.lead_work(principal, &mut bench).await?;
        }
        if principal.may(Operation::DuplicateClose) {
            bench.duplicates = self.duplicates(principal).await?;
            let days = |d: &DuplicateView| d.days_left.unwrap_or(i64::MAX);
            bench.duplicates.sort_by_key(days);
            let late = bench.duplicates.iter().filter(|d| days(d) < 0).count();
            if late > 0 {
                bench.reminders.push(Reminder {
                    message: format!("同一证件号登记在两户：{late} 条超期没有核实"),
                    due_on: None,
                    link: "/workbench".into(),
                });
            }
        }
        if principal.may(Operation::SubmissionListRead) {
            self.list_work(principal, &mut bench).await?;
        }
        if principal.may(Operation::ComplaintHandle) {
            self.complaint_work(principal, &mut bench).await?;
        }
        self.account_work(principal, &mut bench).await?;
        self.protection_work(principal, &mut bench).await?;
        self.handover_work(principal, &mut bench).await?;
        self.line_work(principal, &mut bench).await?;
        let left = |i: &WorkItem| {
            i.clock
                .as_ref()
                .map(|c| c.days_left)
                .or(i.days_left)
                .unwrap_or(i64::MAX)
        };
        bench.mine.sort_by_key(left);
        bench.waiting.sort_by_key(left);
        if principal.level.is_none() && self.demo {
            bench.reminders.push(Reminder {
                message: "这是演示环境，人员和数据都是虚构的。".into(),
                due_on: None,
                link: "/accounts".into(),
            });
        }
        Ok(bench)
    }

    async fn casefile_work(
        &self,
        principal: &Principal,
        bench: &mut Workbench,
    ) -> Result<(), AppError> {
        let filter = CasefileFilter {
            stages: vec!["running".into(), "determined".into(), "refused".into()],
            ..Default::default()
        };
        let running = CasefileFilter {
            stages: vec!["running".into()],
            ..Default::default()
        };
        let late = CasefileFilter {
            overdue_on: Some(self.today()),
            ..Default::default()
        };
        bench.counts.running = self
            .store
            .casefiles(&principal.scope, &running, &Window::first(1))
            .await?
            .total;
        bench.counts.overdue = self
            .store
            .casefiles(&principal.scope, &late, &Window::first(1))
            .await?
            .total;
        // Of those that ended, only where the household is still to be told.
        let untold = CasefileFilter {
            stages: vec!["ended".into()],
            level: Some(Level::Township.as_str().into()),
            ..Default::default()
        };
        let mut page = self
            .store
            .casefiles(&principal.scope, &filter, &Window::first(SHOWN))
            .await?;
        let ended = self
            .store
            .casefiles(&principal.scope, &untold, &Window::first(SHOWN))
            .await?;
        page.items.extend(ended.items);
        let households = self
            .store
            .households(
                &principal.scope,
                page.items.iter().map(|(r, _)| r.household_id.clone()),
            )
            .await?;
        let names = self
            .division_names(page.items.iter().map(|(r, _)| r.village.clone()))
            .await?;
        let evidence = self
            .evidence_of_many(&principal.scope, page.items.iter().map(|(_, c)| c))
            .await?;
        for (row, casefile) in page.items {
            let pack = self.pack(&casefile.pack.id)?;
            let household = households.get(&row.household_id);
            let facts = Facts {
                register: Register {
                    merged: household.is_some_and(|h| h.status == "merged"),
                    ..Register::default()
                },
                evidence: evidence.get(&casefile.id).map(Vec::as_slice),
                ..self.facts(
                    pack,
                    &[],
                    household.map_or("", |h| &h.household_type),
                    principal,
                )
            };
            let clock = clocks(&casefile, pack, &self.calendar, self.today())
                .into_iter()
                .next();
            if let Some(c) = &clock
                && c.ended_on.is_none()
                && !c.overdue
                && c.days_left <= 3
            {
                bench.counts.due_soon += 1;
            }
            let todos = outlook(&casefile, &facts);
            if let Some(c) = clock
                .as_ref()
                // A clock that is only marked asks for no reason.
                .filter(|c| {
                    let asked = c.in_principle && c.overdue_reason.is_none();
                    c.overdue && c.ended_on.is_none() && asked
                })
                && todos.iter().any(|t| t.mine)
            {
                bench.reminders.push(Reminder {
                    message: format!(
                        "{}的识别已逾期 {} 天，请写明原因",
                        household.map_or("", |h| &h.head_name),
                        -c.days_left
                    ),
                    due_on: Some(c.deadline_on.to_string()),
                    link: format!("/casefiles/{}", row.id),
                });
            }
            for todo in gathered(todos) {
                if todo.actions.iter().any(|a| a == "decide_correction") {
                    continue;
                }
                let mut item = WorkItem {
                    kind: "casefile".into(),
                    id: row.id.clone(),
                    household_id: Some(row.household_id.clone()),
                    head_name: household.map_or_else(String::new, |h| h.head_name.clone()),
                    village_name: names.get(&row.village).cloned().unwrap_or_default(),
                    step: Some(todo.step.as_str().into()),
                    step_label: todo.step_label,
                    verb: todo.verb,
                    waiting_for: (!todo.mine).then(|| level_words(todo.level)),
                    clock: clock.clone().filter(|c| c.ended_on.is_none()),
                    days_left: None,
                    missing: todo.refusals.into_iter().map(|r| r.message).collect(),
                    clause: todo.clause,
                };
                if !todo.papers.is_empty() {
                    item.kind = "evidence".into();
                }
                if todo.papers.len() > 1 {
                    item.verb = format!("补交材料 {} 份", todo.papers.len());
                    item.step_label = "办理材料".into();
                    item.missing = todo.papers;
                    (item.step, item.clause) = (None, None);
                }
                if todo.mine && todo.ready {
                    bench.mine.push(item);
                } else {
                    bench.waiting.push(item);
                }
            }
        }
        Ok(())
    }

    /// What comes up from below: corrections to decide, and complaints about
    /// people in office that nobody below may answer.
    async fn above_work(
        &self,
        principal: &Principal,
        bench: &mut Workbench,
    ) -> Result<(), AppError> {
        let Some(level) = principal.level else {
            return Ok(());
        };
        let shown = |name: &str| {
            if principal.masked {
                mask_name(name)
            } else {
                name.to_owned()
            }
        };
        let item = |kind: &str, id: String, head_name: String, village_name: String| WorkItem {
            village_name,
            ..WorkItem::about(kind, id, head_name)
        };
        // Who decides finds them as work; the level that typed the record sees
        // that somebody asked, whatever the stage of the case.
        let decides = principal.may(Operation::CasefileApproveCorrection);
        let sees = principal.may(Operation::CasefileRead);
        for (deciding, wanted) in [(level, decides), (above(level), sees)] {
            if !wanted {
                continue;
            }
            let filter = CasefileFilter {
                step: Some(OPEN_CORRECTION.into()),
                level: Some(deciding.as_str().to_owned()),
                ..Default::default()
            };
            let page = self
                .store
                .casefiles(&principal.scope, &filter, &Window::first(SHOWN))
                .await?;
            let households = self
                .store
                .households(
                    &principal.scope,
                    page.items.iter().map(|(r, _)| r.household_id.clone()),
                )
                .await?;
            let names = self
                .division_names(page.items.iter().map(|(r, _)| r.village.clone()))
                .await?;
            for (row, _) in page.items {
                let head = households
                    .get(&row.household_id)
                    .map_or("", |h| h.head_name.as_str());
                let village = names.get(&row.village).cloned().unwrap_or_default();
                let correction = WorkItem {
                    step_label: "更正".into(),
                    verb: "审批更正".into(),
                    ..item("correction", row.id, shown(head), village)
                };
                if deciding == level {
                    bench.mine.push(correction);
                } else {
                    bench.waiting.push(WorkItem {
                        kind: "casefile".into(),
                        step_label: "本级录入的内容有人申请更正".into(),
                        waiting_for: Some(level_words(deciding)),
                        ..correction
                    });
                }
            }
        }
        // Whoever reads casefiles finds objections there.
        if principal.may(Operation::ObjectionAnswer) && !principal.may(Operation::CasefileRead) {
            let open = self
                .store
                .open_objections(&principal.scope, SHOWN)
                .await?
                .into_iter()
                .filter(|o| o.handling_level.as_deref() == Some(level.as_str()));
            let open: Vec<_> = open.collect();
            let names = self
                .division_names(open.iter().map(|o| o.village.clone()))
                .await?;
            for objection in open {
                let village = names.get(&objection.village).cloned().unwrap_or_default();
                bench.mine.push(WorkItem {
                    step_label: "公示异议".into(),
                    verb: "办理反映干部问题的异议".into(),
                    ..item("objection", objection.notice_id, "（一户）".into(), village)
                });
            }
        }
        Ok(())
    }

    /// A department liaison sees comparisons, not cases: no names here.
    async fn cross_check_work(
        &self,
        principal: &Principal,
        bench: &mut Workbench,
    ) -> Result<(), AppError> {
        let filter = CasefileFilter {
            stages: vec!["running".into()],
            step: Some("cross_check".into()),
            level: Some("county".into()),
            ..Default::default()
        };
        let page = self
            .store
            .casefiles(&principal.scope, &filter, &Window::first(SHOWN))
            .await?;
        let names = self
            .division_names(page.items.iter().map(|(r, _)| r.village.clone()))
            .await?;
        for (row, casefile) in page.items {
            let answered = casefile
                .records
                .cross_check
                .as_ref()
                .is_none_or(|c| !c.answers.is_empty());
            if answered {
                continue;
            }
            let pack = self.pack(&casefile.pack.id)?;
            let clock = clocks(&casefile, pack, &self.calendar, self.today())
                .into_iter()
                .next();
            bench.mine.push(WorkItem {
                kind: "cross_check".into(),
                id: row.id,
                household_id: None,
                head_name: "一户待比对".into(),
                village_name: names.get(&row.village).cloned().unwrap_or_default(),
                step: Some("cross_check".into()),
                step_label: "信息比对".into(),
                verb: "反馈比对结果".into(),
                waiting_for: None,
                clock: clock.filter(|c| c.ended_on.is_none()),
                days_left: None,
                missing: Vec::new(),
                clause: None,
            });
        }
        Ok(())
    }

    async fn lead_work(
        &self,
        principal: &Principal,
        bench: &mut Workbench,
    ) -> Result<(), AppError> {
        let filter = LeadFilter {
            status: Some("open".into()),
            ..Default::default()
        };
        let page = self
            .store
            .leads(&principal.scope, &filter, &Window::first(SHOWN))
            .await?;
        bench.counts.open_leads = page.total;
        if !principal.may(Operation::LeadConclude) {
            return Ok(());
        }
        let query = crate::lead::LeadListQuery {
            status: Some("open".into()),
            limit: Some(SHOWN),
            ..Default::default()
        };
        for lead in self.leads(principal, query).await?.items {
            // Sent to the township, because nobody knew the village yet.
            let of_township = lead.village.code.ends_with("000");
            let own = principal.level == Some(Level::Village)
                || (of_township && principal.level == Some(Level::Township));
            let item = WorkItem {
                kind: "lead".into(),
                household_id: lead.household.as_ref().map(|h| h.id.clone()),
                head_name: lead
                    .household
                    .as_ref()
                    .map_or_else(|| lead.reported_name.clone(), |h| h.head_name.clone()),
                village_name: lead.village.name,
                step: None,
                step_label: lead.channel_label,
                verb: if lead.household.is_some() {
                    "核实线索".into()
                } else {
                    "把线索对应到农户".into()
                },
                waiting_for: (!own).then(|| {
                    level_words(if of_township {
                        Level::Township
                    } else {
                        Level::Village
                    })
                }),
                clock: None,
                days_left: lead.days_left,
                missing: Vec::new(),
                clause: None,
                id: lead.id,
            };
            if own {
                bench.mine.push(item)
            } else {
                bench.waiting.push(item)
            }
        }
        Ok(())
    }
}

/// Papers of one case that one desk has to bring are brought in one go.
fn gathered(todos: Vec<Todo>) -> Vec<Todo> {
    let mut gathered: Vec<Todo> = Vec::with_capacity(todos.len());
    for todo in todos {
        let errand = gathered
            .iter_mut()
            .find(|t| !t.papers.is_empty() && !todo.papers.is_empty() && t.level == todo.level);
        match errand {
            Some(errand) => errand.papers.extend(todo.papers),
            None => gathered.push(todo),
        }
    }
    gathered
}

/// A level as the one something waits for.
pub(crate) fn level_words(level: Level) -> String {
    format!("{}级", level.label())
}
