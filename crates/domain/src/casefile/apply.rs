//! The one way a casefile changes: `apply(casefile, action, day, facts)`.

use jiff::civil::Date;

use super::action::{Action, Verdict};
use super::guard::{self, Attempt};
use super::record::{
    Acknowledgement, Conclusion, CrossCheck, DepartmentAnswer, Discrepancy, Done, Informed, Notice,
    Objection, ObjectionAnswer, OverdueReason, RecheckRequest, Resolution, ReusedCheck, Superseded,
};
use super::{Casefile, Event, Facts, Refusal, Stage};
use crate::division::Level;
use crate::policy::{Procedure, StepKind};

/// Tries an act that happened on `occurred_on`. Either the new casefile with
/// what happened, or every reason why not; the given casefile is untouched.
///
/// # Errors
/// All refusals at once, each naming its guard and clause, so that a person
/// mends everything in one go.
pub fn apply(
    casefile: &Casefile,
    action: &Action,
    occurred_on: Date,
    facts: &Facts<'_>,
) -> Result<(Casefile, Vec<Event>), Vec<Refusal>> {
    let procedure = facts.pack.identification().ok_or_else(|| {
        vec![Refusal::new(
            "no_procedure",
            "所依据的政策文件没有规定识别程序。",
            None,
        )]
    })?;
    let mut refused = Vec::new();
    if occurred_on > facts.today {
        refused.push(Refusal::new(
            "not_in_future",
            "发生日期不能晚于今天。",
            None,
        ));
    }
    stage_allows(casefile, action, &mut refused);
    if let Some(kind) = action.step() {
        match procedure.step(kind) {
            None => refused.push(Refusal::new(
                "step_order",
                format!("本程序没有“{}”这一环节。", kind.as_str()),
                None,
            )),
            Some(step) => {
                order(casefile, procedure, kind, action, occurred_on, &mut refused);
                level(
                    action,
                    step.level,
                    step.clause.get_ref(),
                    facts,
                    &mut refused,
                );
            }
        }
        let attempt = Attempt {
            casefile,
            procedure,
            facts,
            action: Some(action),
            occurred_on,
        };
        refused.extend(guard::refusals(kind, &attempt));
    }
    grounds(action, facts, &mut refused);
    attribution(action, facts, &mut refused);
    if !refused.is_empty() {
        return Err(refused);
    }
    let mut next = casefile.clone();
    let events = record(&mut next, procedure, action, occurred_on, facts)?;
    Ok((next, events))
}

/// Acts that make sense only in one stage.
fn stage_allows(casefile: &Casefile, action: &Action, refused: &mut Vec<Refusal>) {
    let fits = match action {
        Action::InformHousehold { .. } | Action::RequestRecheck { .. } => {
            matches!(casefile.stage, Stage::Refused { .. })
        }
        Action::AcknowledgeDecision {} | Action::Announce(_) | Action::Archive(_) => {
            matches!(casefile.stage, Stage::Determined { .. })
        }
        Action::End { .. } => matches!(casefile.stage, Stage::Running | Stage::Determined { .. }),
        Action::ExplainOverdue { .. } => true,
        _ => matches!(casefile.stage, Stage::Running),
    };
    if !fits {
        let message = match casefile.stage {
            Stage::Running => "县级还没有审批，这一步还不能做。",
            Stage::Determined { .. } => "县级已经审批，这一步不能再改。",
            Stage::Archived { .. } => "这件事项已经归档，不能再改。",
            Stage::Refused { .. } => "这件事项已作出不予纳入的决定；农户可以申请乡镇复核。",
            Stage::Ended { .. } => "这件事项已经终止。",
        };
        refused.push(Refusal::new("stage", message, None));
    }
}

/// Steps run in the pack's order; only a parallel step may be passed.
fn order(
    casefile: &Casefile,
    procedure: &Procedure,
    kind: StepKind,
    action: &Action,
    occurred_on: Date,
    refused: &mut Vec<Refusal>,
) {
    let Some(position) = procedure.position(kind) else {
        return;
    };
    // A case that stops short (no risk found in the home, not recommended by
    // the meeting) is sent back or refused from where it stands: only going
    // on needs every step before it.
    let stopping = matches!(action, Action::Review(r) if r.outcome != Verdict::Approve)
        || matches!(action, Action::Decide(d) if d.outcome != Verdict::Approve);
    for earlier in procedure.steps[..position]
        .iter()
        .filter(|s| !s.is_parallel())
    {
        match casefile.records.done_on(earlier.kind) {
            None if stopping && earlier.kind != StepKind::HomeVerification => {}
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
            Some(_) => {}
        }
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
            records.commitment_letter.is_some() && records.cross_check.is_some()
        }
        Action::PostNotice { .. } => records.public_notice.is_some(),
        Action::Review(_) => records.township_review.is_some(),
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

/// The level an act belongs to: the step's, except where the text shares a
/// step between levels (the comparison runs village → township → county, the
/// township takes note of the county's decision, objections are answered above
/// the village).
fn level(
    action: &Action,
    step_level: Level,
    clause: &str,
    facts: &Facts<'_>,
    refused: &mut Vec<Refusal>,
) {
    let allowed: &[Level] = match action {
        Action::RequestCrossCheck { .. } | Action::ResolveDiscrepancy { .. } => &[Level::Village],
        Action::ForwardCrossCheck {}
        | Action::AcknowledgeDiscrepancy { .. }
        | Action::AcknowledgeDecision {} => &[Level::Township],
        Action::FileObjection { .. } => &[Level::Village, Level::Township, Level::County],
        Action::AnswerObjection { .. } => &[Level::Township, Level::County],
        // 由乡组织村级录入: both may type it.
        Action::Archive(_) => &[Level::Village, Level::Township],
        _ => std::slice::from_ref(match step_level {
            Level::Village => &Level::Village,
            Level::Township => &Level::Township,
            Level::County => &Level::County,
            Level::City => &Level::City,
            Level::Province => &Level::Province,
            Level::Nation => &Level::Nation,
        }),
    };
    if !facts.actor.level.is_some_and(|l| allowed.contains(&l)) {
        let names: Vec<&str> = allowed.iter().map(|l| l.label()).collect();
        refused.push(Refusal::new(
            "acting_level",
            format!("这一步应由{}级办理。", names.join("或")),
            Some(clause),
        ));
    }
}

/// A refusal needs a lawful ground in words; what the pack forbids as a ground
/// (income alone, a size limit) is none.
fn grounds(action: &Action, facts: &Facts<'_>, refused: &mut Vec<Refusal>) {
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
    if reason
        .as_deref()
        .is_none_or(|r| r.trim().chars().count() < 4)
    {
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
    let Some(ground) = ground.as_deref().filter(|g| !g.trim().is_empty()) else {
        refused.push(Refusal::new("ground_given", "请选择不予纳入的依据。", None));
        return;
    };
    if let Some(forbidden) = facts
        .pack
        .values
        .forbidden_grounds
        .iter()
        .find(|g| g.code == ground)
    {
        refused.push(Refusal::new(
            "forbidden_ground",
            format!("“{}”不能作为不予纳入的理由。", forbidden.label),
            forbidden.clause.as_ref().map(|c| c.get_ref().as_str()),
        ));
    }
}

/// 谁采集、谁录入、谁负责: the pack names who must be on record (HN22-131).
fn attribution(action: &Action, facts: &Facts<'_>, refused: &mut Vec<Refusal>) {
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
        if name.trim().is_empty() {
            refused.push(Refusal::new(
                "attribution",
                format!("请写明{}。", item.label),
                item.clause.as_ref().map(|c| c.get_ref().as_str()),
            ));
        }
    }
}

fn record(
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
            summary = format!("{}人签字授权", letter.signatures.len());
            next.records.commitment_letter = Some(done(letter.clone(), occurred_on, facts));
        }
        Action::RequestCrossCheck { member_ids, items } => {
            summary = format!("村级提交{}人的信息比对", member_ids.len());
            next.records.cross_check = Some(CrossCheck {
                member_ids: member_ids.clone(),
                items: items.clone(),
                requested: Some(done(Acknowledgement {}, occurred_on, facts)),
                forwarded: None,
                answers: Vec::new(),
                discrepancies: Vec::new(),
                reused: None,
                concluded: None,
            });
        }
        Action::ReuseCrossCheck {
            source,
            checked_on,
            reference,
        } => {
            if *checked_on > occurred_on {
                return Err(refuse("所用比对结果的日期晚于今天，请核对。"));
            }
            kind = "reuse_cross_check".into();
            next.records.cross_check = Some(CrossCheck {
                member_ids: Vec::new(),
                items: Vec::new(),
                requested: None,
                forwarded: None,
                answers: Vec::new(),
                discrepancies: Vec::new(),
                reused: Some(done(
                    ReusedCheck {
                        source: source.clone(),
                        checked_on: *checked_on,
                        reference: reference.clone(),
                    },
                    occurred_on,
                    facts,
                )),
                concluded: None,
            });
            summary = "共用已有的比对结果，不重复比对".into();
        }
        Action::ForwardCrossCheck {} => {
            let check = next
                .records
                .cross_check
                .as_mut()
                .ok_or_else(|| refuse("村级还没有提交信息比对。"))?;
            check.forwarded = Some(done(Acknowledgement {}, occurred_on, facts));
            summary = "乡镇统一报送县级".into();
        }
        Action::AnswerCrossCheck {
            department,
            answered_by,
            discrepancies,
        } => {
            let late = next.records.democratic_appraisal.is_some();
            let check = next
                .records
                .cross_check
                .as_mut()
                .ok_or_else(|| refuse("村级还没有提交信息比对。"))?;
            if let Some(outside) = discrepancies
                .iter()
                .find(|d| !check.member_ids.contains(&d.member_id))
            {
                let _ = outside;
                return Err(refuse("疑点涉及的人不在比对名单里，请核对。"));
            }
            check.answers.push(done(
                DepartmentAnswer {
                    department: department.clone(),
                    answered_by: answered_by.clone(),
                },
                occurred_on,
                facts,
            ));
            check
                .discrepancies
                .extend(discrepancies.iter().map(|d| Discrepancy {
                    member_id: d.member_id.clone(),
                    item: d.item.clone(),
                    finding: d.finding.clone(),
                    department: department.clone(),
                    found_on: occurred_on,
                    late,
                    resolution: None,
                    township_judgement: None,
                }));
            summary = format!("{department}反馈比对结果，疑点{}个", discrepancies.len());
        }
        Action::ResolveDiscrepancy {
            index,
            explanation,
            verified_by,
            conclusion,
            note,
        } => {
            if explanation.trim().is_empty() || verified_by.trim().is_empty() {
                return Err(refuse("疑点要写明农户说明和核实人。"));
            }
            if !["cleared", "stands", "referred"].contains(&conclusion.as_str()) {
                return Err(refuse("请选择疑点结论：排除、属实或转交。"));
            }
            let hit = discrepancy(next, *index).ok_or_else(|| refuse("没有这个疑点。"))?;
            hit.resolution = Some(Resolution {
                explanation: explanation.clone(),
                verified_by: verified_by.clone(),
                conclusion: conclusion.clone(),
                note: note.clone(),
            });
            summary = format!("疑点{}已核实", index + 1);
        }
        Action::AcknowledgeDiscrepancy { index, note } => {
            let hit = discrepancy(next, *index).ok_or_else(|| refuse("没有这个疑点。"))?;
            hit.township_judgement = Some(note.clone());
            summary = format!("乡镇对迟到疑点{}作出判断", index + 1);
        }
        Action::ConcludeCrossCheck { note } => {
            let check = next
                .records
                .cross_check
                .as_mut()
                .ok_or_else(|| refuse("村级还没有提交信息比对。"))?;
            if check.answers.is_empty() {
                return Err(refuse("还没有部门反馈，不能办结信息比对。"));
            }
            check.concluded = Some(done(Conclusion { note: note.clone() }, occurred_on, facts));
            summary = format!("信息比对办结，疑点{}个", check.discrepancies.len());
        }
        Action::RecordAppraisal(appraisal) => {
            // A further round puts the one that did not recommend aside.
            if let Some(earlier) = next.records.democratic_appraisal.clone() {
                let aside = Superseded {
                    sent_back_to: StepKind::DemocraticAppraisal,
                    by_step: StepKind::DemocraticAppraisal,
                    reason: "上一轮评议不通过，再次评议".into(),
                    on: occurred_on,
                    by_name: facts.actor.display_name.clone(),
                    records: super::Records {
                        democratic_appraisal: Some(earlier),
                        ..Default::default()
                    },
                };
                next.superseded.push(aside);
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
            if next
                .records
                .democratic_appraisal
                .as_ref()
                .is_some_and(|a| a.record.result != "recommend")
            {
                return Err(vec![Refusal::new(
                    "step_order",
                    "民主评议没有通过的户不公示；可以再开一轮评议，或报乡镇作出不予纳入的决定。",
                    Some(step_clause(procedure, StepKind::DemocraticAppraisal)),
                )]);
            }
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
        Action::FileObjection { objection_id } => {
            let notice = next
                .records
                .public_notice
                .as_mut()
                .ok_or_else(|| refuse("还没有公示。"))?;
            notice.objections.push(Objection {
                id: objection_id.clone(),
                received_on: occurred_on,
                answer: None,
            });
            summary = "收到一件异议".into();
        }
        Action::AnswerObjection {
            objection_id,
            upheld,
        } => {
            let notice = next
                .records
                .public_notice
                .as_mut()
                .ok_or_else(|| refuse("还没有公示。"))?;
            let objection = notice
                .objections
                .iter_mut()
                .find(|o| &o.id == objection_id && o.answer.is_none())
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
            if review.checkers.iter().all(|c| c.trim().is_empty()) {
                return Err(vec![Refusal::new(
                    "checker_signs",
                    "请写明核查人：谁核查、谁签字、谁负责。",
                    None,
                )]);
            }
            summary = verdict(review.outcome, "乡镇审核");
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
            summary = verdict(decision.outcome, "县级审批");
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
        Action::AcknowledgeDecision {} => {
            summary = "乡镇签收县级审批结果".into();
            next.records.decision_acknowledged = Some(done(Acknowledgement {}, occurred_on, facts));
        }
        Action::Announce(announcement) => {
            if announcement.issued_by.trim().is_empty() || announcement.place.trim().is_empty() {
                return Err(vec![Refusal::new(
                    "announced_in_township_name",
                    "公告要以乡（镇、街道）名义在所在村张贴，请写明公告单位和地点。",
                    Some(step_clause(procedure, StepKind::Announcement)),
                )]);
            }
            summary = "以乡镇名义在所在村公告".into();
            next.records.announcement = Some(done(announcement.clone(), occurred_on, facts));
        }
        Action::Archive(archive) => {
            let category = match &next.stage {
                Stage::Determined { category, .. } => category.clone(),
                _ => String::new(),
            };
            summary = "已录入全国系统并归档".into();
            next.records.archive = Some(done(archive.clone(), occurred_on, facts));
            next.stage = Stage::Archived {
                category,
                entry_on: archive.entry_on,
            };
        }
        Action::InformHousehold { how, told_by } => {
            if let Stage::Refused { informed, .. } = &mut next.stage {
                *informed = Some(Informed {
                    on: occurred_on,
                    how: how.clone(),
                    told_by: told_by.clone(),
                });
            }
            summary = "已将结果和理由告知农户，并说明可向乡镇申请复核、可拨打12317".into();
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
            // home visit, the refused records stay in the file.
            supersede(
                next,
                procedure,
                StepKind::HomeVerification,
                StepKind::TownshipReview,
                reason,
                occurred_on,
                facts,
            );
            next.stage = Stage::Running;
            summary = "农户申请乡镇复核，重新核实".into();
        }
        Action::End { ending, reason } => {
            if !facts
                .pack
                .values
                .lawful_ends
                .iter()
                .any(|e| &e.code == ending)
            {
                return Err(refuse("请选择终止情形。"));
            }
            if reason.trim().is_empty() {
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
            };
        }
        Action::ExplainOverdue { clock, reason } => {
            if reason.trim().is_empty() {
                return Err(vec![Refusal::new("reason_given", "请写明逾期原因。", None)]);
            }
            let late = super::clocks(next, facts.pack, facts.calendar, facts.today);
            if !late.iter().any(|c| &c.id == clock && c.overdue) {
                return Err(refuse("这个时限没有逾期，不用说明。"));
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

fn done<T>(record: T, occurred_on: Date, facts: &Facts<'_>) -> Done<T> {
    Done {
        record,
        occurred_on,
        recorded_on: facts.today,
        by_account: facts.actor.account_id.clone(),
        by_name: facts.actor.display_name.clone(),
        deputy_of: facts.actor.deputy_of.clone(),
    }
}

fn discrepancy(casefile: &mut Casefile, index: usize) -> Option<&mut Discrepancy> {
    casefile
        .records
        .cross_check
        .as_mut()?
        .discrepancies
        .get_mut(index)
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
