//! What every act must keep, whatever the step: stage, order, level, lawful
//! grounds, who answers for an entry.

use std::fmt::Write as _;

use jiff::civil::Date;

use super::action::{Action, Verdict};
use super::{Casefile, Facts, Refusal, Stage, guard, objection};
use crate::division::Level;
use crate::policy::{GuardKind, Item, Procedure, SCALE_LIMIT, Step, StepKind};
use crate::typed_text::{is_blank, readable_length, same_person};

/// Acts that make sense only in one stage.
pub(super) fn stage_allows(
    casefile: &Casefile,
    procedure: &Procedure,
    action: &Action,
    refused: &mut Vec<Refusal>,
) {
    // A step the procedure does not have is never on time; `apply` says so.
    if action.step().is_some_and(|k| procedure.step(k).is_none()) {
        return;
    }
    let after_decision = matches!(action, Action::AcknowledgeDecision {})
        || action
            .step()
            .is_some_and(|step| procedure.after_decision(step));
    let fits = match action {
        Action::InformHousehold { .. } => {
            matches!(casefile.stage, Stage::Refused { .. } | Stage::Ended { .. })
        }
        Action::RequestRecheck { .. } => matches!(casefile.stage, Stage::Refused { .. }),
        Action::ExplainOverdue { .. }
        | Action::AnswerObjection { .. }
        | Action::StatePaper(_)
        | Action::RequestCorrection(_)
        | Action::DecideCorrection { .. } => true,
        _ if after_decision => matches!(casefile.stage, Stage::Determined { .. }),
        _ => matches!(casefile.stage, Stage::Running),
    };
    if !fits {
        let message = match casefile.stage {
            Stage::Running => "县级还没有认定，这一步还不能做。",
            Stage::Determined { .. } => "县级已经认定，这一步不能再改。",
            Stage::Archived { .. } => "这件事项已经归档，不能再改。",
            Stage::Refused { .. } => "这件事项已作出不予纳入的决定；农户可以申请乡镇复核。",
            Stage::Ended { .. } => "这件事项已经终止。",
        };
        refused.push(Refusal::new("stage", message, None));
    }
}

/// Steps run in the pack's order; only a parallel step may be passed.
pub(super) fn order(
    casefile: &Casefile,
    procedure: &Procedure,
    kind: StepKind,
    action: &Action,
    occurred_on: Date,
    refused: &mut Vec<Refusal>,
) {
    // Whoever objected is answered, however the case went on since.
    if matches!(action, Action::AnswerObjection { .. }) {
        return;
    }
    let Some(position) = procedure.position(kind) else {
        return;
    };
    // The township sends a case back from wherever it stands, and refuses one
    // that stopped short: no risk found in the home, or not recommended by the
    // meeting. Everything else needs every step before it.
    let not_recommended = casefile
        .records
        .democratic_appraisal
        .as_ref()
        .is_some_and(|a| a.record.result != "recommend");
    let stopped_short = not_recommended
        || casefile
            .records
            .home_verification
            .as_ref()
            .is_some_and(|h| !h.record.recommends);
    let stopping = match action {
        Action::Review(r) => {
            r.outcome == Verdict::SendBack || (r.outcome == Verdict::Refuse && stopped_short)
        }
        // Where no township reviews, that falls to the county.
        Action::Decide(d) if procedure.step(StepKind::TownshipReview).is_none() => {
            d.outcome == Verdict::SendBack || (d.outcome == Verdict::Refuse && stopped_short)
        }
        _ => false,
    };
    for earlier in procedure.steps[..position]
        .iter()
        .filter(|s| !s.is_parallel())
    {
        match casefile.records.done_on(earlier.kind) {
            None if stopping && Some(earlier.kind) != procedure.first() => {}
            None => refused.push(Refusal::new(
                "step_order",
                format!("要先完成“{}”。", earlier.label),
                Some(earlier.clause.get_ref()),
            )),
            Some(done) if occurred_on < done => refused.push(Refusal::new(
                "not_before_previous",
                format!(
                    "发生日期不能早于“{}”的 {}。",
                    earlier.label,
                    guard::spoken(done)
                ),
                None,
            )),
            // Whom the meeting did not recommend is on no list that goes on.
            Some(_)
                if not_recommended
                    && !stopping
                    && earlier.kind == StepKind::DemocraticAppraisal =>
            {
                refused.push(Refusal::new(
                    "step_order",
                    "民主评议没有通过的户不再往下办；可以再开一轮评议，或作出不予纳入的决定。",
                    Some(earlier.clause.get_ref()),
                ));
            }
            Some(_) => {}
        }
    }
    // Acts that belong to a condition of the pack, not to a step of its own.
    let not_here = match action {
        Action::AcknowledgeDecision {} => !procedure.has_guard(GuardKind::DecisionAcknowledged),
        Action::ForwardCrossCheck {} => !procedure.has_guard(GuardKind::ThroughTownship),
        _ => false,
    };
    if not_here {
        refused.push(Refusal::new(
            "step_order",
            "本程序没有这一环节，不用办理。",
            None,
        ));
    }
    if matches!(action, Action::AcknowledgeDecision {})
        && records_missing(casefile, procedure, StepKind::WrittenNotice)
    {
        let step = procedure.step(StepKind::WrittenNotice);
        refused.push(Refusal::new(
            "step_order",
            "县级还没有书面通知乡镇，收到后再签收。",
            step.map(|s| s.clause.get_ref().as_str()),
        ));
    }
    if occurred_on
        < casefile
            .leads
            .iter()
            .map(|l| l.received_on)
            .min()
            .unwrap_or(casefile.opened_on)
    {
        refused.push(Refusal::new(
            "not_before_previous",
            "发生日期不能早于发现线索的日期。",
            None,
        ));
    }
    let records = &casefile.records;
    let repeated = match action {
        Action::VerifyHome(_) => records.home_verification.is_some(),
        Action::SignLetter(_) => {
            // A new letter may replace one that was too narrow or has expired,
            // as long as nothing was asked under it.
            let relied_on = procedure.step(StepKind::CrossCheck).is_none()
                && procedure.steps[position + 1..]
                    .iter()
                    .any(|s| records.done_on(s.kind).is_some());
            records.commitment_letter.is_some() && (records.cross_check.is_some() || relied_on)
        }
        Action::PostNotice { .. } => records.public_notice.is_some(),
        // What an objection proved after the check goes back all the same.
        Action::Review(r) => {
            records.township_review.is_some()
                && !(r.outcome == Verdict::SendBack
                    && objection::proved_after_check(casefile, procedure))
        }
        Action::SubmitToCounty(_) => records.township_submission.is_some(),
        Action::NotifyTownship(_) => records.written_notice.is_some(),
        Action::SubmitPlan(_) => records.project_plan.is_some(),
        Action::Decide(_) => records.county_decision.is_some(),
        Action::AcknowledgeDecision {} => records.decision_acknowledged.is_some(),
        Action::Announce(_) => records.announcement.is_some(),
        Action::Archive(_) => records.archive.is_some(),
        Action::RequestCrossCheck { .. } | Action::ReuseCrossCheck { .. } => {
            records.cross_check.is_some()
        }
        Action::ForwardCrossCheck {} => records
            .cross_check
            .as_ref()
            .is_some_and(|c| c.forwarded.is_some()),
        Action::ConcludeCrossCheck { .. } => records
            .cross_check
            .as_ref()
            .is_some_and(|c| c.concluded.is_some()),
        _ => false,
    };
    if repeated {
        refused.push(Refusal::new(
            "already_done",
            "这一步已经办过了，不能重复办理；要改请先退回。",
            None,
        ));
    }
}

/// What answers something is no older than what it answers: a department's
/// reply, an objection to a notice, word to the household.
pub(super) fn after_its_cause(
    casefile: &Casefile,
    procedure: &Procedure,
    action: &Action,
    occurred_on: Date,
    refused: &mut Vec<Refusal>,
) {
    let records = &casefile.records;
    let check = records.cross_check.as_ref();
    let objections = records.public_notice.iter().flat_map(|n| &n.objections);
    let acknowledged = |step| {
        procedure.guard(step, GuardKind::DecisionAcknowledged)?;
        records
            .decision_acknowledged
            .as_ref()
            .map(|a| a.occurred_on)
    };
    let answered = objections
        .clone()
        .filter_map(|o| o.answer.as_ref().map(|a| a.answered_on))
        .max()
        .map(|on| (on, "异议答复"));
    let cause = match action {
        Action::ForwardCrossCheck {} => check
            .and_then(|c| c.requested.as_ref())
            .map(|r| (r.occurred_on, "提请信息比对")),
        Action::AnswerCrossCheck { .. } => check
            .and_then(|c| c.forwarded.as_ref().or(c.requested.as_ref()))
            .map(|f| (f.occurred_on, "报送信息比对")),
        Action::ConcludeCrossCheck { .. } => check
            .and_then(|c| c.answers.iter().map(|a| a.occurred_on).max())
            .map(|on| (on, "部门反馈")),
        Action::ResolveDiscrepancy { index, .. } | Action::AcknowledgeDiscrepancy { index, .. } => {
            check
                .and_then(|c| c.discrepancies.get(*index))
                .map(|d| (d.found_on, "发现疑点"))
        }
        Action::FileObjection { .. } => records
            .public_notice
            .as_ref()
            .map(|n| (n.posted_on, "张贴公示")),
        Action::AnswerObjection { objection_id, .. } => casefile
            .objection(objection_id)
            .map(|o| (o.received_on, "收到异议")),
        Action::Review(r) if r.outcome == Verdict::Approve => answered,
        Action::SubmitToCounty(_) => procedure
            .guard(StepKind::TownshipSubmission, GuardKind::NoOpenObjection)
            .and(answered),
        Action::Decide(d) if d.outcome == Verdict::Approve => procedure
            .guard(StepKind::CountyDecision, GuardKind::CrossCheckConcluded)
            .and_then(|_| records.done_on(StepKind::CrossCheck))
            .map(|on| (on, "信息比对办结"))
            .max(answered),
        Action::AcknowledgeDecision {} => records
            .done_on(StepKind::WrittenNotice)
            .or_else(|| records.done_on(StepKind::CountyDecision))
            .map(|on| (on, "县级通知结果")),
        Action::Announce(_) => acknowledged(StepKind::Announcement).map(|on| (on, "乡镇签收")),
        Action::Archive(_) => acknowledged(StepKind::Archive).map(|on| (on, "乡镇签收")),
        Action::InformHousehold { .. } => match &casefile.stage {
            Stage::Refused { refused_on, .. } => Some((*refused_on, "不予纳入决定")),
            Stage::Ended { ended_on, .. } => Some((*ended_on, "终止")),
            _ => None,
        },
        Action::RequestRecheck { .. } => match &casefile.stage {
            Stage::Refused { informed, .. } => informed.as_ref().map(|i| (i.on, "告知农户")),
            _ => None,
        },
        Action::End { .. } => StepKind::ALL
            .iter()
            .filter_map(|k| records.done_on(*k))
            .chain(casefile.leads.iter().map(|l| l.received_on).min())
            .max()
            .map(|on| (on, "已办环节和发现线索")),
        _ => None,
    };
    let Some((on, what)) = cause.filter(|(on, _)| occurred_on < *on) else {
        return;
    };
    refused.push(Refusal::new(
        "not_before_previous",
        format!("发生日期不能早于{what}的 {}。", guard::spoken(on)),
        None,
    ));
}

/// Whether the procedure has the step and it is not done.
fn records_missing(casefile: &Casefile, procedure: &Procedure, kind: StepKind) -> bool {
    procedure.step(kind).is_some() && casefile.records.done_on(kind).is_none()
}

/// The level an act belongs to: the step's, except where the text shares a
/// step between levels (the comparison runs village → township → county, the
/// township takes note of the county's decision, objections are answered above
/// the village).
pub(super) fn level(
    action: &Action,
    procedure: &Procedure,
    step: &Step,
    facts: &Facts<'_>,
    refused: &mut Vec<Refusal>,
) {
    let mut clause = Some(step.clause.get_ref().as_str());
    let from_village = procedure.has_guard(GuardKind::ThroughTownship);
    let allowed = match action {
        // Where the pack sends the request up through the township, it is the
        // village's; where the county compares by itself, the county's.
        Action::RequestCrossCheck { .. } if from_village => vec![Level::Village],
        Action::ResolveDiscrepancy { .. } if from_village => vec![Level::Village],
        Action::ResolveDiscrepancy { .. } => vec![Level::Village, Level::Township, step.level],
        Action::ForwardCrossCheck {}
        | Action::AcknowledgeDiscrepancy { .. }
        | Action::AcknowledgeDecision {} => vec![Level::Township],
        // No document says who takes objections and who answers them.
        Action::FileObjection { .. } => {
            clause = None;
            vec![Level::Village, Level::Township, Level::County]
        }
        // Above the person complained of: see `objection`.
        Action::AnswerObjection { .. } => {
            clause = None;
            [Level::Township, Level::County]
                .into_iter()
                .chain(facts.actor.level.filter(|l| *l < Level::County))
                .collect()
        }
        _ => {
            clause = step.clause_of_level();
            std::iter::once(step.level)
                .chain(step.shared_with.iter().copied())
                .collect()
        }
    };
    acting(&allowed, clause, facts, refused);
}

/// Ending a case otherwise belongs to no step, and is no village's word alone.
pub(super) fn level_of_end(facts: &Facts<'_>, refused: &mut Vec<Refusal>) {
    acting(&[Level::Township, Level::County], None, facts, refused);
}

fn acting(allowed: &[Level], clause: Option<&str>, facts: &Facts<'_>, refused: &mut Vec<Refusal>) {
    if !facts.actor.level.is_some_and(|l| allowed.contains(&l)) {
        let names: Vec<&str> = allowed.iter().map(|l| l.label()).collect();
        let answering: Vec<&str> = facts
            .pack
            .values
            .responsibilities
            .iter()
            .filter(|r| r.levels.iter().any(|l| allowed.contains(l)))
            .map(|r| r.label.as_str())
            .collect();
        let why = if answering.is_empty() {
            String::new()
        } else {
            format!("（{}）", answering.join("、"))
        };
        refused.push(Refusal::new(
            "acting_level",
            format!("这一步应由{}级办理{why}。", names.join("或")),
            clause,
        ));
    }
}

/// A refusal needs a lawful ground in words; what the pack forbids as a ground
/// (income alone, a size limit) is none.
pub(super) fn grounds(action: &Action, facts: &Facts<'_>, refused: &mut Vec<Refusal>) {
    let (ground, reason, category) = match action {
        Action::Review(r) if r.outcome == Verdict::Refuse => (&r.ground, &r.reason, None),
        Action::Decide(d) if d.outcome == Verdict::Refuse => (&d.ground, &d.reason, None),
        Action::Review(r) if r.outcome == Verdict::SendBack => (&None, &r.reason, r.send_back_to),
        Action::Decide(d) if d.outcome == Verdict::SendBack => (&None, &d.reason, d.send_back_to),
        _ => return,
    };
    let sending_back = matches!(action,
        Action::Review(r) if r.outcome == Verdict::SendBack)
        || matches!(action, Action::Decide(d) if d.outcome == Verdict::SendBack);
    if reason.as_deref().is_none_or(|r| readable_length(r) < 4) {
        refused.push(Refusal::new(
            "reason_given",
            "请写明理由，让农户和村里看得懂。",
            None,
        ));
    }
    if sending_back {
        if category.is_none() {
            refused.push(Refusal::new(
                "send_back_target",
                "请选择退回到哪一步。",
                None,
            ));
        }
        return;
    }
    // What may be no ground may be none in other words either: the household
    // is told the reason.
    let forbidden = &facts.pack.values.forbidden_grounds;
    let given = reason.as_deref().unwrap_or_default();
    let worded = |g: &&Item| g.is_given_by(given);
    if let Some(item) = forbidden
        .iter()
        .filter(|g| Some(g.code.as_str()) != ground.as_deref())
        .find(worded)
    {
        let told = "不能作为不予纳入的理由，请写明本户的情况。";
        refused.push(forbids(
            item,
            format!("理由里写的“{}”{told}", item.label),
            facts,
        ));
    }
    let Some(ground) = ground.as_deref().filter(|g| !is_blank(g)) else {
        refused.push(Refusal::new("ground_given", "请选择不予纳入的依据。", None));
        return;
    };
    let lawful = &facts.pack.values.refusal_grounds;
    if let Some(item) = forbidden.iter().find(|g| g.code == ground) {
        let told = format!("“{}”不能作为不予纳入的理由。", item.label);
        refused.push(forbids(item, told, facts));
    } else if !lawful.iter().any(|g| g.code == ground) {
        refused.push(Refusal::new(
            "ground_given",
            "请从列出的依据里选择；收入高于监测范围、名额已满都不是依据。",
            None,
        ));
    }
}

/// Where the pack has every dimension assessed, a refusal says what was found in
/// each: nobody is refused by one figure, and the household learns why.
pub(super) fn judged(
    action: &Action,
    procedure: &Procedure,
    facts: &Facts<'_>,
    refused: &mut Vec<Refusal>,
) {
    let judgements = match action {
        Action::Review(r) if r.outcome == Verdict::Refuse => &r.judgements,
        Action::Decide(d) if d.outcome == Verdict::Refuse => &d.judgements,
        _ => return,
    };
    // The clause is that of the decision, whoever refuses before it.
    let Some(guard) = procedure
        .guards
        .iter()
        .filter(|g| g.kind == GuardKind::AllDimensionsAssessed)
        .max_by_key(|g| g.on == StepKind::CountyDecision)
    else {
        return;
    };
    let said = |code: &str| {
        let mut all = judgements.iter();
        all.any(|j| j.code == code && readable_length(&j.finding) >= 2)
    };
    let missing: Vec<&str> = facts
        .pack
        .values
        .dimensions
        .iter()
        .filter(|d| !said(&d.code))
        .map(|d| d.label.as_str())
        .collect();
    if !missing.is_empty() {
        refused.push(Refusal::new(
            "all_dimensions_assessed",
            format!(
                "不予纳入要逐项写明查到的情况，还没有写：{}。不能只看收入；这些会告诉农户。",
                missing.join("、")
            ),
            guard.clause.as_ref().map(|c| c.get_ref().as_str()),
        ));
    }
}

/// A reference of size (一般为…左右) is shown for what it is: no ground either.
fn forbids(item: &Item, mut told: String, facts: &Facts<'_>) -> Refusal {
    let reference = facts.pack.values.scale_reference.as_ref();
    if let Some(reference) = reference.and_then(|r| r.get())
        && item.code == SCALE_LIMIT
    {
        let _ = write!(told, "文件里的规模“{reference}”只供参考，也不是依据。");
    }
    let clause = item.clause.as_ref().map(|c| c.get_ref().as_str());
    Refusal::new("forbidden_ground", told, clause)
}

/// 谁采集、谁录入、谁负责: the pack names who must be on record (HN22-131).
pub(super) fn attribution(action: &Action, facts: &Facts<'_>, refused: &mut Vec<Refusal>) {
    let Action::Archive(archive) = action else {
        return;
    };
    for item in &facts.pack.values.attributions {
        let name = match item.code.as_str() {
            "collected_by" => &archive.collected_by,
            "entered_by" => &archive.entered_by,
            "reviewed_by" => &archive.reviewed_by,
            _ => continue,
        };
        if is_blank(name) {
            refused.push(Refusal::new(
                "attribution",
                format!("请写明{}。", item.label),
                item.clause.as_ref().map(|c| c.get_ref().as_str()),
            ));
        }
    }
    // 把关 is somebody else's look; no document says whose.
    let asked = |code| {
        facts
            .pack
            .values
            .attributions
            .iter()
            .any(|a| a.code == code)
    };
    let reviewer = &archive.reviewed_by;
    if asked("reviewed_by")
        && asked("entered_by")
        && !is_blank(reviewer)
        && same_person(reviewer, &archive.entered_by)
    {
        refused.push(Refusal::new(
            "attribution",
            "审核人不能就是录入人：请由另一人核对录入的信息后签名。",
            None,
        ));
    }
}
