//! What an accepted act leaves behind.

use jiff::civil::Date;

use super::action::{Action, Verdict};
use super::record::{
    Acknowledgement, Done, Informed, Notice, Objection, ObjectionAnswer, OverdueReason,
    RecheckRequest, Superseded,
};
use super::{Casefile, Event, Facts, Records, Refusal, Stage, cross_check};
use crate::division::Level;
use crate::policy::{Procedure, StepKind};
use crate::typed_text::is_blank;

/// Writes an act that no rule or guard refused.
pub(super) fn record(
    next: &mut Casefile,
    procedure: &Procedure,
    action: &Action,
    occurred_on: Date,
    facts: &Facts<'_>,
) -> Result<Vec<Event>, Vec<Refusal>> {
    let refuse = |message: &str| vec![Refusal::new("not_found", message, None)];
    let summary;
    let mut kind = action.name().to_owned();
    match action {
        Action::VerifyHome(form) => {
            summary = format!(
                "{}人入户核实，初步意见：{}",
                form.verifiers.len(),
                if form.recommends {
                    "建议继续"
                } else {
                    "不建议纳入"
                }
            );
            next.records.home_verification = Some(done(form.clone(), occurred_on, facts));
        }
        Action::SignLetter(letter) => {
            // A letter signed anew puts the earlier one aside with its paper.
            if let Some(earlier) = next.records.commitment_letter.clone() {
                next.superseded.push(Superseded::by_itself(
                    StepKind::CommitmentLetter,
                    Records {
                        commitment_letter: Some(earlier),
                        ..Records::default()
                    },
                    "重新签订承诺授权书",
                    occurred_on,
                    facts,
                ));
            }
            summary = format!("{}人签字授权", letter.signatures.len());
            next.records.commitment_letter = Some(done(letter.clone(), occurred_on, facts));
        }
        Action::RequestCrossCheck { .. }
        | Action::ReuseCrossCheck { .. }
        | Action::ForwardCrossCheck {}
        | Action::AnswerCrossCheck { .. }
        | Action::ResolveDiscrepancy { .. }
        | Action::AcknowledgeDiscrepancy { .. }
        | Action::ConcludeCrossCheck { .. } => {
            summary = cross_check::record(next, procedure, action, occurred_on, facts)?;
        }
        Action::RecordAppraisal(appraisal) => {
            // A further round puts the one that did not recommend aside.
            if let Some(earlier) = next.records.democratic_appraisal.clone() {
                next.superseded.push(Superseded::by_itself(
                    StepKind::DemocraticAppraisal,
                    Records {
                        democratic_appraisal: Some(earlier),
                        ..Records::default()
                    },
                    "上一轮评议不通过，再次评议",
                    occurred_on,
                    facts,
                ));
            }
            let recommended = appraisal.result == "recommend";
            if recommended && appraisal.votes_for <= appraisal.votes_against {
                return Err(vec![Refusal::new(
                    "votes_add_up",
                    "赞成票没有多于反对票，不能写成“评议通过”。",
                    None,
                )]);
            }
            summary = format!(
                "第{}轮民主评议：{}（赞成{}、反对{}、弃权{}）",
                appraisal.round,
                if recommended { "通过" } else { "不通过" },
                appraisal.votes_for,
                appraisal.votes_against,
                appraisal.abstentions
            );
            next.records.democratic_appraisal = Some(done(appraisal.clone(), occurred_on, facts));
        }
        Action::PostNotice { notice_id, place } => {
            summary = "在村内张贴公示".into();
            next.records.public_notice = Some(Notice {
                notice_id: notice_id.clone(),
                posted_on: occurred_on,
                recorded_on: facts.today,
                place: place.clone(),
                by_account: facts.actor.account_id.clone(),
                by_name: facts.actor.display_name.clone(),
                objections: Vec::new(),
            });
        }
        Action::FileObjection {
            objection_id,
            official_level,
        } => {
            let notice = next
                .records
                .public_notice
                .as_mut()
                .ok_or_else(|| refuse("还没有公示。"))?;
            notice.objections.push(Objection {
                id: objection_id.clone(),
                received_on: occurred_on,
                handled_at: super::handling_level(*official_level),
                answer: None,
            });
            summary = "收到一件异议".into();
        }
        Action::AnswerObjection {
            objection_id,
            upheld,
        } => {
            let objection = next
                .objection_mut(objection_id)
                .filter(|o| o.answer.is_none())
                .ok_or_else(|| refuse("没有这件待答复的异议。"))?;
            objection.answer = Some(ObjectionAnswer {
                answered_on: occurred_on,
                upheld: *upheld,
            });
            summary = if *upheld {
                "异议属实".into()
            } else {
                "异议已答复，不属实".into()
            };
        }
        Action::Review(review) => {
            summary = verdict(review.outcome, label(procedure, StepKind::TownshipReview));
            kind = format!("review.{}", verdict_name(review.outcome));
            match review.outcome {
                Verdict::Approve => {
                    next.records.township_review = Some(done(review.clone(), occurred_on, facts));
                }
                Verdict::SendBack => {
                    send_back(
                        next,
                        procedure,
                        review.send_back_to,
                        StepKind::TownshipReview,
                        review.reason.as_ref(),
                        occurred_on,
                        facts,
                    )?;
                }
                Verdict::Refuse => {
                    next.records.township_review = Some(done(review.clone(), occurred_on, facts));
                    refuse_casefile(
                        next,
                        StepKind::TownshipReview,
                        review.ground.as_ref(),
                        review.reason.as_ref(),
                        occurred_on,
                    );
                }
            }
        }
        Action::Decide(decision) => {
            summary = verdict(decision.outcome, label(procedure, StepKind::CountyDecision));
            kind = format!("decide.{}", verdict_name(decision.outcome));
            match decision.outcome {
                Verdict::Approve => {
                    next.records.county_decision = Some(done(decision.clone(), occurred_on, facts));
                    next.stage = Stage::Determined {
                        category: decision.category.clone().unwrap_or_default(),
                        decided_on: occurred_on,
                    };
                }
                Verdict::SendBack => {
                    send_back(
                        next,
                        procedure,
                        decision.send_back_to,
                        StepKind::CountyDecision,
                        decision.reason.as_ref(),
                        occurred_on,
                        facts,
                    )?;
                }
                Verdict::Refuse => {
                    next.records.county_decision = Some(done(decision.clone(), occurred_on, facts));
                    refuse_casefile(
                        next,
                        StepKind::CountyDecision,
                        decision.ground.as_ref(),
                        decision.reason.as_ref(),
                        occurred_on,
                    );
                }
            }
        }
        Action::SubmitToCounty(submission) => {
            summary = "以乡镇人民政府名义报县级".into();
            next.records.township_submission = Some(done(submission.clone(), occurred_on, facts));
        }
        Action::NotifyTownship(notice) => {
            summary = "县级书面通知乡镇".into();
            next.records.written_notice = Some(done(notice.clone(), occurred_on, facts));
        }
        Action::SubmitPlan(plan) => {
            summary = "帮扶项目规划已报县级主管部门".into();
            next.records.project_plan = Some(done(plan.clone(), occurred_on, facts));
        }
        Action::AcknowledgeDecision {} => {
            summary = format!("乡镇{}", super::outlook::signs_for(procedure));
            next.records.decision_acknowledged = Some(done(Acknowledgement {}, occurred_on, facts));
        }
        Action::Announce(announcement) => {
            if is_blank(&announcement.issued_by) || is_blank(&announcement.place) {
                return Err(vec![Refusal::new(
                    "announced_in_township_name",
                    format!(
                        "公告要以{}名义在所在村张贴，请写明公告单位和地点。",
                        announcer(procedure)
                    ),
                    Some(step_clause(procedure, StepKind::Announcement)),
                )]);
            }
            summary = format!("以{}名义在所在村公告", announcer(procedure));
            next.records.announcement = Some(done(announcement.clone(), occurred_on, facts));
        }
        Action::Archive(archive) => {
            summary = "已录入系统并归档".into();
            next.records.archive = Some(done(archive.clone(), occurred_on, facts));
        }
        Action::InformHousehold { how, told_by } => {
            if let Stage::Refused { informed, .. } | Stage::Ended { informed, .. } = &mut next.stage
            {
                *informed = Some(Informed {
                    on: occurred_on,
                    how: how.clone(),
                    told_by: told_by.clone(),
                });
            }
            summary = match next.stage {
                Stage::Ended { .. } => "已将终止和理由告知农户，并说明可再次申报、可拨打12317",
                _ => "已将结果和理由告知农户，并说明可向乡镇申请复核、可拨打12317",
            }
            .into();
        }
        Action::RequestRecheck { reason } => {
            if let Stage::Refused {
                recheck_requested, ..
            } = &mut next.stage
            {
                *recheck_requested = Some(RecheckRequest {
                    on: occurred_on,
                    reason: reason.clone(),
                });
            }
            // The household asks the township again: the case runs on from the
            // first step, the refused records stay in the file.
            supersede(
                next,
                procedure,
                // A letter once signed stays signed.
                procedure
                    .steps
                    .iter()
                    .map(|s| s.kind)
                    .find(|k| *k != StepKind::CommitmentLetter)
                    .unwrap_or(StepKind::HomeVerification),
                StepKind::TownshipReview,
                reason,
                occurred_on,
                facts,
            );
            next.stage = Stage::Running;
            summary = "农户申请乡镇复核，重新核实".into();
        }
        Action::End { ending, reason, .. } => {
            if !facts
                .pack
                .values
                .lawful_ends
                .iter()
                .any(|e| &e.code == ending)
            {
                return Err(refuse("请选择终止情形。"));
            }
            if is_blank(reason) {
                return Err(vec![Refusal::new(
                    "reason_given",
                    "请写明终止的理由和依据。",
                    None,
                )]);
            }
            summary = format!(
                "终止：{}",
                facts
                    .pack
                    .label(crate::policy::LawfulItems::LawfulEnd, ending)
            );
            next.stage = Stage::Ended {
                ending: ending.clone(),
                reason: reason.clone(),
                ended_on: occurred_on,
                informed: None,
            };
        }
        Action::StatePaper(statement) => {
            summary = super::evidence::record(next, procedure, statement, occurred_on, facts)?;
        }
        Action::RequestCorrection(asked) => {
            summary = super::correction::request(next, procedure, asked, occurred_on, facts)?;
        }
        Action::DecideCorrection {
            index,
            approve,
            note,
        } => {
            summary = super::correction::decide(
                next,
                procedure,
                *index,
                *approve,
                note,
                occurred_on,
                facts,
            )?;
        }
        Action::ExplainOverdue { clock, reason } => {
            if is_blank(reason) {
                return Err(vec![Refusal::new("reason_given", "请写明逾期原因。", None)]);
            }
            let late = super::clocks(next, facts.pack, facts.calendar, facts.today);
            let Some(late) = late.iter().find(|c| &c.id == clock && c.overdue) else {
                return Err(refuse("这个时限没有逾期，不用说明。"));
            };
            if !late.in_principle {
                let only = "这个时限过了只作标记，不要求说明原因。";
                return Err(vec![Refusal::new("overdue_asked", only, None)]);
            }
            next.overdue_reasons.push(OverdueReason {
                clock: clock.clone(),
                reason: reason.clone(),
                given_on: occurred_on,
                by_name: facts.actor.display_name.clone(),
            });
            summary = "说明逾期原因".into();
        }
    }
    file_when_complete(next, procedure, occurred_on);
    if next
        .sent_back_to
        .is_some_and(|k| next.records.done_on(k).is_some())
    {
        next.sent_back_to = None;
    }
    Ok(vec![Event {
        kind,
        step: action.step(),
        summary,
        occurred_on,
    }])
}

pub(super) fn done<T>(record: T, occurred_on: Date, facts: &Facts<'_>) -> Done<T> {
    Done {
        record,
        occurred_on,
        recorded_on: facts.today,
        by_account: facts.actor.account_id.clone(),
        by_name: facts.actor.display_name.clone(),
        deputy_of: facts.actor.deputy_of.clone(),
    }
}

/// A determined casefile is filed once every step of its procedure is done.
fn file_when_complete(next: &mut Casefile, procedure: &Procedure, occurred_on: Date) {
    let Stage::Determined { category, .. } = &next.stage else {
        return;
    };
    let complete = procedure
        .steps
        .iter()
        .filter(|s| procedure.after_decision(s.kind))
        .all(|s| next.records.done_on(s.kind).is_some());
    if complete {
        let archive = next.records.archive.as_ref();
        next.stage = Stage::Archived {
            category: category.clone(),
            entry_on: archive.map_or(occurred_on, |a| a.record.entry_on),
        };
    }
}

fn label(procedure: &Procedure, kind: StepKind) -> &str {
    procedure.step(kind).map_or("", |s| s.label.as_str())
}

/// In whose name the result is announced.
fn announcer(procedure: &Procedure) -> &'static str {
    let level = procedure.step(StepKind::Announcement).map(|s| s.level);
    match level {
        Some(Level::County) => "县级",
        Some(Level::Village) => "村级",
        _ => "乡镇",
    }
}

fn step_clause(procedure: &Procedure, kind: StepKind) -> &str {
    procedure.step(kind).map_or("", |s| s.clause.get_ref())
}

fn verdict(outcome: Verdict, who: &str) -> String {
    let what = match outcome {
        Verdict::Approve => "同意",
        Verdict::SendBack => "退回",
        Verdict::Refuse => "不予纳入",
    };
    format!("{who}：{what}")
}

fn verdict_name(outcome: Verdict) -> &'static str {
    match outcome {
        Verdict::Approve => "approved",
        Verdict::SendBack => "sent_back",
        Verdict::Refuse => "refused",
    }
}

fn refuse_casefile(
    next: &mut Casefile,
    by_step: StepKind,
    ground: Option<&String>,
    reason: Option<&String>,
    refused_on: Date,
) {
    next.stage = Stage::Refused {
        by_step,
        ground: ground.cloned().unwrap_or_default(),
        reason: reason.cloned().unwrap_or_default(),
        refused_on,
        informed: None,
        recheck_requested: None,
    };
}

fn send_back(
    next: &mut Casefile,
    procedure: &Procedure,
    to: Option<StepKind>,
    by: StepKind,
    reason: Option<&String>,
    on: Date,
    facts: &Facts<'_>,
) -> Result<(), Vec<Refusal>> {
    let Some(to) = to.filter(|to| {
        procedure.position(*to) < procedure.position(by) && procedure.position(*to).is_some()
    }) else {
        return Err(vec![Refusal::new(
            "send_back_target",
            "只能退回到前面的环节。",
            None,
        )]);
    };
    supersede(
        next,
        procedure,
        to,
        by,
        reason.map_or("", String::as_str),
        on,
        facts,
    );
    Ok(())
}

/// Puts aside the records from `to` on. A comparison made under a letter that
/// stays in force stays too: asking departments again would serve nobody.
fn supersede(
    next: &mut Casefile,
    procedure: &Procedure,
    to: StepKind,
    by: StepKind,
    reason: &str,
    on: Date,
    facts: &Facts<'_>,
) {
    let from = procedure.position(to).unwrap_or(0);
    let aside = Superseded {
        sent_back_to: to,
        by_step: by,
        reason: reason.to_owned(),
        on,
        by_name: facts.actor.display_name.clone(),
        records: next.records.clone(),
    };
    next.superseded.push(aside);
    let letter_stays = procedure
        .position(StepKind::CommitmentLetter)
        .is_some_and(|p| p < from);
    for step in &procedure.steps[from..] {
        if step.is_parallel()
            && (letter_stays || to == StepKind::HomeVerification)
            && step.kind != to
        {
            continue;
        }
        // Verifying the home again does not undo a signed letter.
        if step.kind == StepKind::CommitmentLetter && to == StepKind::HomeVerification {
            continue;
        }
        next.records.clear(step.kind);
    }
    next.sent_back_to = Some(to);
}
