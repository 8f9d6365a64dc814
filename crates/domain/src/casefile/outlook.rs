//! What a casefile waits for: whose turn, what is missing, which clause.

use serde::Serialize;

use super::action::Action;
use super::guard::{self, Attempt};
use super::objection::{proved, proved_after_check};
use super::{Casefile, Facts, Refusal, Stage};
use crate::division::Level;
use crate::policy::{Procedure, Step, StepKind};

/// Where one step stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum StepStatus {
    Waiting,
    Open,
    Done,
    SentBack,
}

/// One thing to do next.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
pub struct Todo {
    pub step: StepKind,
    pub step_label: String,
    /// What to do, as a verb phrase a person can act on.
    pub verb: String,
    pub level: Level,
    /// Names of the acts that fit (`Action` types).
    pub actions: Vec<String>,
    /// Whether the signed-in person's level and operations fit.
    pub mine: bool,
    /// Whether nothing stands in the way today.
    pub ready: bool,
    pub refusals: Vec<Refusal>,
    pub clause: Option<String>,
    /// Labels of the papers asked for, where that is what there is to do; the
    /// verb names them too.
    #[serde(skip)]
    pub papers: Vec<String>,
}

/// Where a step stands.
pub fn step_status(casefile: &Casefile, procedure: &Procedure, kind: StepKind) -> StepStatus {
    if casefile.records.done_on(kind).is_some() {
        return StepStatus::Done;
    }
    let reachable = procedure.position(kind).is_some_and(|p| {
        procedure.steps[..p]
            .iter()
            .filter(|s| !s.is_parallel())
            .all(|s| casefile.records.done_on(s.kind).is_some())
    });
    // Sent back to a step nobody has come to yet: the ones before it are first.
    if reachable && casefile.sent_back_to == Some(kind) {
        StepStatus::SentBack
    } else if reachable && !matches!(casefile.stage, Stage::Refused { .. } | Stage::Ended { .. }) {
        StepStatus::Open
    } else {
        StepStatus::Waiting
    }
}

/// What may be done now, nearest the procedure's order first.
pub(super) fn steps_outlook(casefile: &Casefile, facts: &Facts<'_>) -> Vec<Todo> {
    let Some(procedure) = facts.pack.identification() else {
        return Vec::new();
    };
    match &casefile.stage {
        Stage::Archived { .. }
        | Stage::Ended {
            informed: Some(_), ..
        } => return Vec::new(),
        Stage::Ended { ending, .. } => {
            // Nobody of an extinct household can be told.
            let told = ending != "all_members_died";
            let step = procedure.step(StepKind::TownshipReview);
            return step
                .or_else(|| procedure.steps.first())
                .filter(|_| told)
                .map(|s| {
                    let verb = "把终止和理由告诉农户";
                    let does = ["inform_household"];
                    todo(s, Level::Township, verb, &does, Vec::new(), facts)
                })
                .into_iter()
                .collect();
        }
        Stage::Refused {
            informed, by_step, ..
        } => {
            let Some(step) = procedure.step(*by_step) else {
                return Vec::new();
            };
            let (verb, action) = if informed.is_none() {
                ("把结果和理由告诉农户", "inform_household")
            } else {
                return Vec::new();
            };
            return vec![todo(
                step,
                Level::Township,
                verb,
                &[action],
                Vec::new(),
                facts,
            )];
        }
        Stage::Running | Stage::Determined { .. } => {}
    }
    let mut todos = Vec::new();
    for step in &procedure.steps {
        let status = step_status(casefile, procedure, step.kind);
        let settled = status == StepStatus::Done && casefile.sent_back_to != Some(step.kind);
        if step.kind == StepKind::CrossCheck {
            if status != StepStatus::Waiting || casefile.records.cross_check.is_some() {
                let before = todos.len();
                cross_check(casefile, procedure, step, facts, &mut todos);
                // After a send-back a comparison may stand while a step before
                // it is to be done again: its acts wait for that.
                if let Some(missing) = first_missing(casefile, procedure, step.kind) {
                    for todo in &mut todos[before..] {
                        todo.ready = false;
                        todo.refusals.push(Refusal::new(
                            "step_order",
                            format!("要先完成“{}”。", missing.label),
                            Some(missing.clause.get_ref()),
                        ));
                    }
                }
            }
            continue;
        }
        let result_sent = match procedure.step(StepKind::WrittenNotice) {
            Some(_) => step.kind == StepKind::WrittenNotice,
            None => step.kind == StepKind::CountyDecision,
        };
        if result_sent
            && settled
            && procedure.has_guard(crate::policy::GuardKind::DecisionAcknowledged)
            && casefile.records.decision_acknowledged.is_none()
        {
            todos.push(todo(
                step,
                Level::Township,
                &signs_for(procedure),
                &["acknowledge_decision"],
                Vec::new(),
                facts,
            ));
        }
        if step.kind == StepKind::PublicNotice && settled {
            // The first that is open; another level may have one of its own later.
            let open = casefile
                .records
                .public_notice
                .as_ref()
                .and_then(|n| n.objections.iter().find(|o| o.answer.is_none()));
            if let Some(open) = open.filter(|_| matches!(casefile.stage, Stage::Running)) {
                todos.push(todo(
                    step,
                    open.handled_at,
                    "答复公示异议",
                    &["answer_objection"],
                    Vec::new(),
                    facts,
                ));
            }
        }
        let goes_back = match step.kind {
            StepKind::TownshipReview => status == StepStatus::Open && proved(casefile),
            StepKind::TownshipSubmission => proved_after_check(casefile, procedure),
            _ => false,
        };
        if goes_back {
            todos.push(todo(
                step,
                Level::Township,
                "异议属实，退回重新核实或评议",
                &["review"],
                Vec::new(),
                facts,
            ));
            continue;
        }
        let not_recommended = casefile
            .records
            .democratic_appraisal
            .as_ref()
            .is_some_and(|a| a.record.result == "not_recommend");
        let home_says_no = casefile
            .records
            .home_verification
            .as_ref()
            .is_some_and(|h| !h.record.recommends);
        if step.kind == StepKind::DemocraticAppraisal && settled && not_recommended {
            todos.push(todo(
                step,
                Level::Village,
                "再开一轮评议",
                &["record_appraisal"],
                Vec::new(),
                facts,
            ));
            continue;
        }
        if step.kind == StepKind::PublicNotice && not_recommended {
            continue;
        }
        if step.kind == StepKind::TownshipReview
            && status == StepStatus::Waiting
            && (not_recommended || home_says_no)
        {
            todos.push(todo(
                step,
                step.level,
                "作出不予纳入或退回的决定",
                &["review"],
                Vec::new(),
                facts,
            ));
            continue;
        }
        if settled || status == StepStatus::Waiting {
            continue;
        }
        let attempt = Attempt {
            casefile,
            procedure,
            facts,
            action: None,
            occurred_on: facts.today,
        };
        let (verb, actions): (&str, &[&str]) = match step.kind {
            StepKind::HomeVerification => ("去入户核实", &["verify_home"]),
            StepKind::CommitmentLetter => ("到户签承诺授权书", &["sign_letter"]),
            StepKind::DemocraticAppraisal => ("召开民主评议", &["record_appraisal"]),
            StepKind::PublicNotice => ("在村内公示", &["post_notice"]),
            StepKind::TownshipReview => (&step.label, &["review"]),
            StepKind::TownshipSubmission => ("以镇政府名义报县级", &["submit_to_county"]),
            StepKind::CountyDecision => (&step.label, &["decide"]),
            StepKind::WrittenNotice => ("书面通知乡镇", &["notify_township"]),
            StepKind::Announcement => ("在村里公告", &["announce"]),
            StepKind::Archive => ("录入系统并归档", &["archive"]),
            StepKind::ProjectPlan => ("上报帮扶项目规划", &["submit_plan"]),
            StepKind::CrossCheck => continue,
        };
        let refusals = guard::refusals(step.kind, &attempt);
        todos.push(todo(step, step.level, verb, actions, refusals, facts));
    }
    todos
}

/// What the township signs for, in the pack's words.
pub(super) fn signs_for(procedure: &Procedure) -> String {
    let decision = procedure.step(StepKind::CountyDecision);
    match procedure.step(StepKind::WrittenNotice) {
        Some(_) => "签收本户书面通知".into(),
        None => format!("签收{}结果", decision.map_or("", |s| s.label.as_str())),
    }
}

/// The first step before `kind` that is not done and may not be passed.
fn first_missing<'a>(
    casefile: &Casefile,
    procedure: &'a Procedure,
    kind: StepKind,
) -> Option<&'a Step> {
    procedure.steps[..procedure.position(kind)?]
        .iter()
        .find(|s| !s.is_parallel() && casefile.records.done_on(s.kind).is_none())
}

/// The comparison passes village → township → county → village → county, or
/// stays with the county where the pack has it compare by itself.
fn cross_check(
    casefile: &Casefile,
    procedure: &Procedure,
    step: &Step,
    facts: &Facts<'_>,
    todos: &mut Vec<Todo>,
) {
    let attempt = Attempt {
        casefile,
        procedure,
        facts,
        action: None,
        occurred_on: facts.today,
    };
    let from_village = procedure.has_guard(crate::policy::GuardKind::ThroughTownship);
    let decided = casefile.records.county_decision.is_some();
    let Some(check) = &casefile.records.cross_check else {
        let refusals: Vec<Refusal> = guard::refusals(StepKind::CrossCheck, &attempt)
            .into_iter()
            .filter(|r| r.guard == "within_authorisation")
            .collect();
        let (level, verb) = if from_village {
            (Level::Village, "提交信息比对")
        } else {
            (step.level, "开展信息比对")
        };
        todos.push(todo(
            step,
            level,
            verb,
            &["request_cross_check"],
            refusals,
            facts,
        ));
        return;
    };
    if decided {
        return;
    }
    if from_village && check.requested.is_some() && check.forwarded.is_none() {
        todos.push(todo(
            step,
            Level::Township,
            "向县级报送信息比对",
            &["forward_cross_check"],
            Vec::new(),
            facts,
        ));
        return;
    }
    if check.discrepancies.iter().any(|d| d.resolution.is_none()) {
        todos.push(todo(
            step,
            Level::Village,
            "核实比对疑点",
            &["resolve_discrepancy"],
            Vec::new(),
            facts,
        ));
    }
    if check
        .discrepancies
        .iter()
        .any(|d| d.late && d.resolution.is_some() && d.township_judgement.is_none())
    {
        todos.push(todo(
            step,
            Level::Township,
            "对迟到的疑点作出判断",
            &["acknowledge_discrepancy"],
            Vec::new(),
            facts,
        ));
    }
    if check.done_on().is_none() && check.reused.is_none() {
        let mut actions = vec!["answer_cross_check"];
        if !check.answers.is_empty() {
            actions.push("conclude_cross_check");
        }
        let verb = if check.answers.is_empty() {
            "录入比对结果"
        } else {
            "办结信息比对"
        };
        todos.push(todo(step, Level::County, verb, &actions, Vec::new(), facts));
    }
}

pub(super) fn todo(
    step: &Step,
    level: Level,
    verb: &str,
    actions: &[&str],
    refusals: Vec<Refusal>,
    facts: &Facts<'_>,
) -> Todo {
    Todo {
        step: step.kind,
        step_label: step.label.clone(),
        verb: verb.to_owned(),
        level,
        actions: actions.iter().map(|a| (*a).to_owned()).collect(),
        mine: facts.actor.level == Some(level)
            && actions
                .iter()
                .any(|a| Action::operation_of(a).is_some_and(|o| facts.actor.may(o))),
        ready: refusals.is_empty(),
        refusals,
        clause: Some(step.clause.get_ref().clone()),
        papers: Vec::new(),
    }
}
