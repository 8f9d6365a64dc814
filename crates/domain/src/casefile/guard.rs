//! The conditions a pack can put on a step. A guard absent from the pack is
//! not checked; its number and clause are the pack's.

use jiff::civil::Date;

use super::action::{Action, HomeVerification, Verdict};
use super::{Casefile, Facts, Refusal, assessment, evidence, objection};
use crate::calendar::{DayUnit, plus_days};
use crate::policy::{Guard, GuardKind, Procedure, StepKind};
use crate::typed_text::{is_blank, person_key};

/// What the guards look at: the casefile as it stands and the act, where one
/// is being tried; without an act only standing conditions are judged.
pub(super) struct Attempt<'a> {
    pub casefile: &'a Casefile,
    pub procedure: &'a Procedure,
    pub facts: &'a Facts<'a>,
    pub action: Option<&'a Action>,
    pub occurred_on: Date,
}

/// Every guard on `step` that refuses.
pub(super) fn refusals(step: StepKind, attempt: &Attempt<'_>) -> Vec<Refusal> {
    attempt
        .procedure
        .guards
        .iter()
        .filter(|g| g.on == step)
        .filter_map(|g| refuse(g, attempt))
        .collect()
}

fn refuse(guard: &Guard, at: &Attempt<'_>) -> Option<Refusal> {
    let name = guard_name(guard.kind);
    let clause = guard.clause.as_ref().map(|c| c.get_ref().as_str());
    let no = |message: String| Some(Refusal::new(name, message, clause));
    let records = &at.casefile.records;
    match guard.kind {
        GuardKind::AllDimensionsAssessed => {
            let judged: Vec<&str> = match at.action {
                Some(Action::VerifyHome(form)) => {
                    form.dimensions.iter().map(|d| d.code.as_str()).collect()
                }
                // A refusal says more than which were looked at: see `rules::judged`.
                Some(Action::Decide(decision)) if decision.outcome == Verdict::Approve => decision
                    .dimensions_considered
                    .iter()
                    .map(String::as_str)
                    .collect(),
                _ => return None,
            };
            let missing: Vec<&str> = at
                .facts
                .pack
                .values
                .dimensions
                .iter()
                .filter(|d| !judged.contains(&d.code.as_str()))
                .map(|d| d.label.as_str())
                .collect();
            if missing.is_empty() {
                return None;
            }
            no(format!(
                "还没有研判：{}。不能只看收入，请逐项写明。",
                missing.join("、")
            ))
        }
        GuardKind::DistinctVerifiers => {
            let Some(Action::VerifyHome(form)) = at.action else {
                return None;
            };
            let needed = usize::from(*guard.number.as_ref()?.get_ref());
            let mut names: Vec<String> = form
                .verifiers
                .iter()
                .map(|n| person_key(n))
                .filter(|n| !n.is_empty())
                .collect();
            names.sort_unstable();
            names.dedup();
            if names.len() >= needed {
                return None;
            }
            no(format!(
                "入户核实要有 {needed} 名不同的核实人签名，现在只有 {} 名。",
                names.len()
            ))
        }
        GuardKind::HouseholdSigned => {
            let Some(Action::VerifyHome(form)) = at.action else {
                return None;
            };
            no(signature_problem(form)?)
        }
        GuardKind::BothStatements => {
            let Some(Action::SignLetter(letter)) = at.action else {
                return None;
            };
            if letter.truthfulness && letter.query_authorisation {
                return None;
            }
            no("承诺授权书要同时有“情况真实承诺”和“授权查询家庭资产”两项。".into())
        }
        GuardKind::EveryQueriedPersonSigned => {
            let Some(Action::SignLetter(letter)) = at.action else {
                return None;
            };
            for s in &letter.signatures {
                let Some(member) = at.facts.members.iter().find(|m| m.id == s.member_id) else {
                    return no("签字人不是本户成员，请核对成员名单。".into());
                };
                let stand_in = matches!(s.mode.as_str(), "guardian" | "proxy");
                if stand_in && s.reason.as_deref().is_none_or(is_blank) {
                    return no(format!("{} 由他人代签，请写明代签原因。", member.name));
                }
                let witnessed = s.witness.as_deref().is_some_and(|w| !is_blank(w));
                if matches!(s.mode.as_str(), "fingerprint" | "proxy") && !witnessed {
                    return no(format!("{} 按指印或由人代签，要有见证人。", member.name));
                }
                if is_blank(&s.signer_name) {
                    return no(format!("{} 的签字人姓名没有填写。", member.name));
                }
            }
            let unsigned: Vec<&str> = at
                .facts
                .members
                .iter()
                .filter(|m| m.active && m.adult)
                .filter(|m| !letter.signatures.iter().any(|s| s.member_id == m.id))
                .map(|m| m.name.as_str())
                .collect();
            if unsigned.is_empty() {
                return None;
            }
            no(format!(
                "还没有签字的成年成员：{}。资产要查询到的每名成年人都要本人签字；确有困难的由监护人或代理人签并写明原因。",
                unsigned.join("、")
            ))
        }
        GuardKind::WithinAuthorisation => {
            let member_ids: &[String] = match at.action {
                None => &[],
                Some(Action::RequestCrossCheck { member_ids, .. }) => member_ids,
                Some(_) => return None,
            };
            let Some(letter) = &records.commitment_letter else {
                return no("还没有签订承诺授权书，不能查询家庭资产信息。请先到户签订。".into());
            };
            if letter
                .record
                .valid_until
                .is_some_and(|until| until < at.occurred_on)
            {
                return no("承诺授权书已过有效期，请重新签订。".into());
            }
            at.action?;
            let covered = |id: &String| letter.record.signatures.iter().any(|s| &s.member_id == id);
            if member_ids.is_empty() {
                return no("请选择要比对的家庭成员。".into());
            }
            if member_ids.iter().all(covered) {
                return None;
            }
            no("比对名单超出了承诺授权书的授权范围：只能查询已签字授权的成员。".into())
        }
        GuardKind::ThroughTownship => {
            let Some(Action::AnswerCrossCheck { .. } | Action::ConcludeCrossCheck { .. }) =
                at.action
            else {
                return None;
            };
            let check = records.cross_check.as_ref()?;
            if check.forwarded.is_some() {
                return None;
            }
            no("信息比对要由乡（镇、街道）统一报送县级，请乡镇先报送。".into())
        }
        GuardKind::CrossCheckConcluded => {
            if !deciding(at) {
                return None;
            }
            // What may not be used again was never taken in: see `form`.
            let check = records.cross_check.as_ref();
            if check.is_some_and(|c| c.concluded.is_some() || c.reused.is_some()) {
                return None;
            }
            let or_reuse = match guard.exemptions.is_empty() {
                true => "请催办比对。",
                false => "可以催办比对，或在符合条件时共用低保比对结果。",
            };
            let decision = at.facts.pack.step_label(StepKind::CountyDecision);
            no(format!(
                "信息比对结果还没有反馈，不能办“{decision}”。{or_reuse}"
            ))
        }
        GuardKind::DiscrepanciesConcluded => {
            if !deciding(at) {
                return None;
            }
            let open = records.cross_check.as_ref().map_or(0, |c| {
                c.discrepancies.iter().filter(|d| !d.concluded()).count()
            });
            if open == 0 {
                return None;
            }
            no(format!(
                "还有 {open} 个比对疑点没有结论：要有农户说明、核实人和结论。"
            ))
        }
        GuardKind::VotesAddUp => {
            let Some(Action::RecordAppraisal(a)) = at.action else {
                return None;
            };
            let cast =
                u32::from(a.votes_for) + u32::from(a.votes_against) + u32::from(a.abstentions);
            if a.voters > 0 && cast == u32::from(a.voters) {
                return None;
            }
            no(format!(
                "票数与到会人数对不上：有表决权的 {} 人，赞成、反对、弃权合计 {cast} 票。",
                a.voters
            ))
        }
        GuardKind::OneResultPerRound => {
            let Some(Action::RecordAppraisal(a)) = at.action else {
                return None;
            };
            let held = at.casefile.rounds_held();
            // A round that did not recommend may be followed by another; one that
            // did may not be voted on again.
            let open = records
                .democratic_appraisal
                .as_ref()
                .is_none_or(|d| d.record.result == "not_recommend");
            if open && a.round == held.saturating_add(1) {
                return None;
            }
            if a.round > held.saturating_add(1) {
                return no(format!(
                    "这一户接下来是第 {} 轮民主评议。",
                    held.saturating_add(1)
                ));
            }
            no(format!(
                "第 {} 轮民主评议已有结果，同一轮不能再投票；退回后要开新一轮（第 {} 轮）。",
                a.round.min(held).max(1),
                held.saturating_add(1)
            ))
        }
        GuardKind::NoticeStood => {
            if !deciding(at) {
                return None;
            }
            let days = *guard.number.as_ref()?.get_ref();
            let notice = records.public_notice.as_ref()?;
            let unit = guard.unit.unwrap_or(DayUnit::Natural);
            let earliest = at
                .facts
                .calendar
                .earliest_after_standing(notice.posted_on, days, unit)
                .date;
            if at.occurred_on >= earliest {
                return None;
            }
            let mut refusal = Refusal::new(
                name,
                format!(
                    "公示不少于 {days} {}：{} 张贴（当天不算），公示到 {}，{} 起才可以{}。",
                    unit.label(),
                    spoken(notice.posted_on),
                    spoken(plus_days(earliest, -1)),
                    spoken(earliest),
                    match guard.on {
                        StepKind::TownshipReview => "审核",
                        _ => "办理下一步",
                    }
                ),
                clause,
            );
            refusal.earliest_on = Some(earliest);
            Some(refusal)
        }
        GuardKind::NoOpenObjection => {
            if !deciding(at) {
                return None;
            }
            let notice = records.public_notice.as_ref()?;
            let open = notice
                .objections
                .iter()
                .filter(|o| o.answer.is_none())
                .count();
            if open > 0 {
                let does = match guard.on {
                    StepKind::TownshipSubmission => "上报",
                    _ => "审核",
                };
                return no(format!(
                    "对本户有 {open} 件异议还没有答复，答复后才可以{does}。其他户不受影响。"
                ));
            }
            if objection::proved(at.casefile) {
                return no("对本户的异议已经查实，应退回重新核实或评议。".into());
            }
            None
        }
        GuardKind::NotOwnSubmission => {
            let own = |account: &str| account == at.facts.actor.account_id;
            let review = records.township_review.as_ref();
            let submitted = match at.action {
                Some(Action::Review(_)) => {
                    records
                        .democratic_appraisal
                        .as_ref()
                        .is_some_and(|a| own(&a.by_account))
                        || records
                            .public_notice
                            .as_ref()
                            .is_some_and(|n| own(&n.by_account))
                        || records
                            .home_verification
                            .as_ref()
                            .is_some_and(|h| own(&h.by_account))
                }
                Some(Action::Decide(_)) => review.is_some_and(|r| own(&r.by_account)),
                _ => false,
            };
            if !submitted {
                return None;
            }
            no("这件事是您自己报上来的，请由另一位同事审核或审批。".into())
        }
        GuardKind::DecisionDocumented => {
            let Some(Action::Decide(decision)) = at.action else {
                return None;
            };
            if decision.outcome != Verdict::Approve {
                return None;
            }
            let mut missing = Vec::new();
            if is_blank(&decision.document_number) {
                missing.push("批准文号");
            }
            if decision.signed_on.is_none() {
                missing.push("签发日期");
            }
            if is_blank(&decision.signatory) {
                missing.push("签发人");
            }
            if decision.category.as_deref().is_none_or(|c| {
                !at.facts
                    .pack
                    .values
                    .categories
                    .iter()
                    .any(|known| known.code == c)
            }) {
                missing.push("监测对象类别");
            }
            if missing.is_empty() {
                return None;
            }
            let decision = at.facts.pack.step_label(StepKind::CountyDecision);
            no(format!("“{decision}”还缺：{}。", missing.join("、")))
        }
        GuardKind::DecisionAcknowledged => {
            if records.county_decision.is_none() || records.decision_acknowledged.is_some() {
                return None;
            }
            let next = at.procedure.step(guard.on).map_or("", |s| &s.label);
            let notice = at.procedure.step(StepKind::WrittenNotice);
            match notice.filter(|_| records.written_notice.is_none()) {
                Some(notice) => no(format!(
                    "县级还没有办“{}”：乡（镇、街道）收到并签收以后，再办“{next}”。",
                    notice.label
                )),
                None => no(format!(
                    "县级结果已经送达，请乡（镇、街道）先签收，再办“{next}”。"
                )),
            }
        }
        GuardKind::ArchiveComplete => no(evidence::archive_gap(at, guard.on)?),
        GuardKind::EvidenceComplete => {
            if !deciding(at) {
                return None;
            }
            no(evidence::earlier_gap(at, guard.on)?)
        }
        GuardKind::AllDifficultiesAssessed => {
            let Some(Action::VerifyHome(form)) = at.action else {
                return None;
            };
            let missing: Vec<&str> = at
                .facts
                .pack
                .values
                .difficulty_areas
                .iter()
                .filter(|d| !form.difficulties.iter().any(|j| j.code == d.code))
                .map(|d| d.label.as_str())
                .collect();
            if missing.is_empty() {
                return None;
            }
            no(format!(
                "还没有研判实际困难：{}。没有困难的也要写明。",
                missing.join("、")
            ))
        }
        GuardKind::SituationAssessed
        | GuardKind::ConvenersPresent
        | GuardKind::CheckersSigned
        | GuardKind::SubmittedByGovernment
        | GuardKind::WrittenNoticeSent
        | GuardKind::PlanSubmitted => no(assessment::problem(guard.kind, at)?),
    }
}

/// Whether the act carries its step through: a verdict that sends back or
/// refuses needs none of what an approval needs, and acts beside the step
/// (a request, an objection, an acknowledgement) need nothing of it.
fn deciding(at: &Attempt<'_>) -> bool {
    match at.action {
        Some(Action::Review(review)) => review.outcome == Verdict::Approve,
        Some(Action::Decide(decision)) => decision.outcome == Verdict::Approve,
        None
        | Some(
            Action::VerifyHome(_)
            | Action::SignLetter(_)
            | Action::RecordAppraisal(_)
            | Action::PostNotice { .. }
            | Action::SubmitToCounty(_)
            | Action::NotifyTownship(_)
            | Action::Announce(_)
            | Action::Archive(_)
            | Action::SubmitPlan(_),
        ) => true,
        Some(_) => false,
    }
}

fn signature_problem(form: &HomeVerification) -> Option<String> {
    let signature = &form.household_signed;
    let witnessed = signature.witness.as_deref().is_some_and(|w| !is_blank(w));
    match signature.mode.as_str() {
        "signature" if !is_blank(&signature.name) => None,
        "fingerprint" if !is_blank(&signature.name) && witnessed => None,
        "fingerprint" => Some("按指印要写明姓名和见证人。".into()),
        "refused" => Some("农户没有在排查表上签字。请说明后让农户确认；农户不愿签的，按“不愿签字”终止并写明原因。".into()),
        _ => Some("排查表要由农户签字或按指印确认所写内容。".into()),
    }
}

pub(super) fn spoken(day: Date) -> String {
    format!("{}月{}日", day.month(), day.day())
}

pub(super) fn guard_name(kind: GuardKind) -> &'static str {
    match kind {
        GuardKind::AllDimensionsAssessed => "all_dimensions_assessed",
        GuardKind::DistinctVerifiers => "distinct_verifiers",
        GuardKind::HouseholdSigned => "household_signed",
        GuardKind::EveryQueriedPersonSigned => "every_queried_person_signed",
        GuardKind::BothStatements => "both_statements",
        GuardKind::WithinAuthorisation => "within_authorisation",
        GuardKind::ThroughTownship => "through_township",
        GuardKind::CrossCheckConcluded => "cross_check_concluded",
        GuardKind::DiscrepanciesConcluded => "discrepancies_concluded",
        GuardKind::VotesAddUp => "votes_add_up",
        GuardKind::OneResultPerRound => "one_result_per_round",
        GuardKind::NoticeStood => "notice_stood",
        GuardKind::NoOpenObjection => "no_open_objection",
        GuardKind::NotOwnSubmission => "not_own_submission",
        GuardKind::DecisionDocumented => "decision_documented",
        GuardKind::DecisionAcknowledged => "decision_acknowledged",
        GuardKind::ArchiveComplete => "archive_complete",
        GuardKind::SituationAssessed => "situation_assessed",
        GuardKind::ConvenersPresent => "conveners_present",
        GuardKind::CheckersSigned => "checker_signs",
        GuardKind::SubmittedByGovernment => "submitted_by_government",
        GuardKind::WrittenNoticeSent => "written_notice_sent",
        GuardKind::PlanSubmitted => "plan_submitted",
        GuardKind::EvidenceComplete => "evidence_complete",
        GuardKind::AllDifficultiesAssessed => "all_difficulties_assessed",
    }
}
