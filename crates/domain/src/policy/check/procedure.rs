//! What a procedure may not say.

use std::collections::BTreeSet;

use super::Checker;
use crate::policy::{GuardKind, Procedure, StepKind};

impl Checker<'_> {
    pub(super) fn procedure(&mut self, procedure: &Procedure) {
        let file = format!("procedures/{}.toml", procedure.id);
        let file = file.as_str();
        let text = self
            .source
            .sources
            .iter()
            .find(|s| s.path.ends_with(file))
            .map(|s| s.text.clone());
        let Some(text) = text else {
            let id = format!("id = \"{}\"", procedure.id);
            let holder = self
                .source
                .sources
                .iter()
                .find(|s| s.path.contains("/procedures/") && s.text.contains(&id));
            let (path, at) = holder.map_or(("procedures/", 0), |s| {
                (s.path.as_str(), s.text.find(&id).unwrap_or(0))
            });
            self.problems.push(self.source.problem(
                path,
                at,
                format!(
                    "程序 {} 的文件名必须是 procedures/{}.toml",
                    procedure.id, procedure.id
                ),
            ));
            return;
        };
        self.clause_known(file, &procedure.clause);
        let mut kinds = BTreeSet::new();
        for step in &procedure.steps {
            self.clause_known(file, &step.clause);
            let at = step.clause.span().start;
            if !kinds.insert(step.kind) {
                self.report(file, at, format!("环节 {} 写了两次", step.kind.as_str()));
            }
            if let Some(clause) = &step.level_clause {
                self.clause_known(file, clause);
                if step.level_source.is_some() {
                    let at = clause.span().start;
                    self.report(
                        file,
                        at,
                        format!("环节“{}”的办理层级同时写了条款和 level_source", step.label),
                    );
                }
            }
            for level in std::iter::once(step.level).chain(step.shared_with.iter().copied()) {
                self.level(file, at, &format!("环节“{}”", step.label), level);
            }
            if let Some(parallel) = &step.parallel {
                self.stated(file, "并行", parallel, at, None);
            }
            for evidence in &step.evidence {
                self.entry(
                    file,
                    &format!("材料 {}", evidence.code),
                    evidence.clause.as_ref(),
                    evidence.source,
                    text.find(&format!("code = \"{}\"", evidence.code))
                        .unwrap_or(at),
                );
            }
        }
        for clock in &procedure.clocks {
            let at = text.find(&format!("id = \"{}\"", clock.id)).unwrap_or(0);
            let names: Vec<&str> = kinds.iter().map(|k| k.as_str()).collect();
            for (key, event) in [("starts", &clock.starts), ("ends", &clock.ends)] {
                let known = names.contains(&event.as_str())
                    || (key == "starts" && event == "earliest_lead");
                if !known {
                    let at = text.find(&format!("{key} = \"{event}\"")).unwrap_or(at);
                    self.report(
                        file,
                        at,
                        format!("时钟 {} 的 {key} 指向不存在的环节 {event}", clock.id),
                    );
                }
            }
            let figure = clock
                .limit_days
                .value
                .as_ref()
                .map(|v| v.get_ref().to_string());
            self.stated(file, &clock.label, &clock.limit_days, at, figure);
            self.stated(file, "时钟单位", &clock.unit, at, None);
            if let Some(due) = &clock.due_on {
                // The clause gives month and day; the year is the document's.
                let day = due.value.as_ref().map(|v| {
                    (
                        v.get_ref().month().to_string(),
                        v.get_ref().day().to_string(),
                    )
                });
                let (month, day) = day.unzip();
                self.stated(file, &clock.label, due, at, month);
                if let (Some(day), Some(clause)) = (day, &due.clause) {
                    let at = due.value.as_ref().map_or(at, |v| v.span().start);
                    self.figure_stands(file, &clock.label, (&day, false), clause, at);
                }
            }
            if clock.limit_days.get() == Some(0) {
                self.report(file, at, format!("时钟 {} 的天数不能是 0", clock.id));
            }
        }
        self.decided_once(procedure, file);
        for guard in &procedure.guards {
            let at = guard.clause.as_ref().map_or_else(
                || {
                    text.find(&format!("label = \"{}\"", guard.label))
                        .unwrap_or(0)
                },
                |c| c.span().start,
            );
            if !kinds.contains(&guard.on) {
                self.report(
                    file,
                    at,
                    format!(
                        "条件“{}”所在环节 {} 不在本程序中",
                        guard.label,
                        guard.on.as_str()
                    ),
                );
            }
            self.entry(
                file,
                &format!("条件“{}”", guard.label),
                guard.clause.as_ref(),
                guard.source,
                at,
            );
            if let Some(clause) = &guard.clause {
                let what = format!("条件“{}”的名称", guard.label);
                let label = (guard.label.as_str(), false);
                self.figures_inside(file, &what, label, clause, at);
            }
            let needs = matches!(
                guard.kind,
                GuardKind::NoticeStood | GuardKind::DistinctVerifiers
            );
            match (&guard.number, needs) {
                (None, true) => self.report(file, at, format!("条件“{}”缺 number", guard.label)),
                (Some(number), false) => {
                    self.report(
                        file,
                        number.span().start,
                        format!("条件“{}”不用 number", guard.label),
                    );
                }
                (Some(number), true) => {
                    if let Some(clause) = &guard.clause {
                        self.figure_stands(
                            file,
                            &format!("条件“{}”", guard.label),
                            (&number.get_ref().to_string(), false),
                            clause,
                            number.span().start,
                        );
                    }
                }
                (None, false) => {}
            }
            if guard.unit.is_some() && guard.kind != GuardKind::NoticeStood {
                self.report(file, at, format!("条件“{}”不用 unit", guard.label));
            }
            if guard.kind == GuardKind::ConvenersPresent && self.conveners.is_empty() {
                self.report(
                    file,
                    at,
                    format!("条件“{}”要有 [[convener]]：没有写明由谁组织", guard.label),
                );
            }
            for exemption in &guard.exemptions {
                self.entry(
                    file,
                    &format!("例外 {}", exemption.code),
                    exemption.clause.as_ref(),
                    exemption.source,
                    text.find(&format!("code = \"{}\"", exemption.code))
                        .unwrap_or(at),
                );
            }
        }
    }

    /// The engine turns on the county's decision: what comes before it may be
    /// sent back, what comes after it carries the result out.
    fn decided_once(&mut self, procedure: &Procedure, file: &str) {
        let at = procedure.clause.span().start;
        let Some(decision) = procedure.step(StepKind::CountyDecision) else {
            self.report(
                file,
                at,
                "程序里没有县级审批（county_decision）这一环节".into(),
            );
            return;
        };
        let carried_out = [
            StepKind::WrittenNotice,
            StepKind::Announcement,
            StepKind::Archive,
            StepKind::ProjectPlan,
        ];
        for step in &procedure.steps {
            if carried_out.contains(&step.kind) != procedure.after_decision(step.kind)
                && step.kind != decision.kind
            {
                self.report(
                    file,
                    step.clause.span().start,
                    format!(
                        "环节“{}”的位置不对：执行结果的环节在“{}”之后，其余在之前",
                        step.label, decision.label
                    ),
                );
            }
        }
    }
}
