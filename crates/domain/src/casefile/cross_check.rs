//! The acts of the information comparison (信息比对): village → township →
//! county → village → county, or by the county alone where the pack says so.

use jiff::civil::Date;

use super::action::Action;
use super::effect::done;
use super::record::{
    Acknowledgement, Conclusion, CrossCheck, DepartmentAnswer, Discrepancy, Resolution, ReusedCheck,
};
use super::{Casefile, Facts, Refusal};
use crate::calendar::plus_days;
use crate::policy::{GuardKind, Procedure, StepKind};
use crate::typed_text::is_blank;

/// Writes one act of the comparison; returns its sentence for the timeline.
pub(super) fn record(
    next: &mut Casefile,
    procedure: &Procedure,
    action: &Action,
    occurred_on: Date,
    facts: &Facts<'_>,
) -> Result<String, Vec<Refusal>> {
    let refuse = |message: &str| vec![Refusal::new("not_found", message, None)];
    let summary;
    match action {
        Action::RequestCrossCheck { member_ids, items } => {
            let by_village = procedure.has_guard(GuardKind::ThroughTownship);
            let who = if by_village {
                "村级提交"
            } else {
                "县级发起"
            };
            summary = format!("{who}{}人的信息比对", member_ids.len());
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
            confirmed_by,
        } => {
            if *checked_on > occurred_on {
                return Err(refuse("所用比对结果的日期晚于今天，请核对。"));
            }
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
                        confirmed_by: confirmed_by
                            .clone()
                            .filter(|n| !is_blank(n))
                            .filter(|_| !newly_on_allowance(facts)),
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
                .ok_or_else(|| refuse("还没有提交信息比对。"))?;
            check.forwarded = Some(done(Acknowledgement {}, occurred_on, facts));
            summary = "乡镇统一报送县级".into();
        }
        Action::AnswerCrossCheck {
            department,
            answered_by,
            discrepancies,
        } => {
            // A comparison the order puts after the meeting is never late for it.
            let late = next.records.democratic_appraisal.is_some()
                && procedure.comes_before(StepKind::CrossCheck, StepKind::DemocraticAppraisal);
            let check = next
                .records
                .cross_check
                .as_mut()
                .ok_or_else(|| refuse("还没有提交信息比对。"))?;
            if discrepancies
                .iter()
                .any(|d| !check.member_ids.contains(&d.member_id))
            {
                return Err(refuse("疑点涉及的人不在比对名单里，请核对。"));
            }
            let again = check
                .answers
                .iter()
                .any(|a| a.record.department.trim() == department.trim());
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
            // A department may find more later; the timeline says it spoke before.
            let verb = if again { "补充反馈" } else { "反馈" };
            summary = format!("{department}{verb}比对结果，疑点{}个", discrepancies.len());
        }
        Action::ResolveDiscrepancy {
            index,
            explanation,
            verified_by,
            conclusion,
            note,
        } => {
            if is_blank(explanation) || is_blank(verified_by) {
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
                .ok_or_else(|| refuse("还没有提交信息比对。"))?;
            if check.answers.is_empty() {
                return Err(refuse("还没有部门反馈，不能办结信息比对。"));
            }
            check.concluded = Some(done(Conclusion { note: note.clone() }, occurred_on, facts));
            summary = format!("信息比对办结，疑点{}个", check.discrepancies.len());
        }
        _ => return Err(refuse("这不是信息比对的环节。")),
    }
    Ok(summary)
}

/// Whether the household's file shows a 低保 that began recently enough, by
/// the pack, for its comparison to be used again (HN22-063).
pub(super) fn newly_on_allowance(facts: &Facts<'_>) -> bool {
    let Some(days) = facts
        .pack
        .values
        .bounds
        .as_ref()
        .and_then(|b| b.newly_on_allowance_within_days.get())
    else {
        return facts
            .members
            .iter()
            .any(|m| m.active && m.subsistence_allowance.is_some());
    };
    let oldest = plus_days(facts.today, -i64::from(days));
    facts
        .members
        .iter()
        .filter(|m| m.active)
        .filter_map(|m| m.subsistence_allowance.flatten())
        .any(|since| since >= oldest)
}

fn discrepancy(casefile: &mut Casefile, index: usize) -> Option<&mut Discrepancy> {
    casefile
        .records
        .cross_check
        .as_mut()?
        .discrepancies
        .get_mut(index)
}
