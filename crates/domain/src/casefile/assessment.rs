//! Conditions of packs whose meeting or township judges the household without
//! an F2 form, and of the letters between levels.

use super::action::{Action, HouseholdFindings, Verdict};
use super::guard::Attempt;
use crate::policy::{Guard, GuardKind, StepKind};
use crate::typed_text::is_blank;

/// Why a guard of this family refuses, in words; `None` where it is kept or
/// does not look at this act.
pub(super) fn problem(kind: GuardKind, at: &Attempt<'_>) -> Option<String> {
    let blank = is_blank;
    match (kind, at.action?) {
        (GuardKind::SituationAssessed, Action::RecordAppraisal(a)) => {
            situation(a.findings.as_ref(), at)
        }
        // What is sent back is looked at again below: nothing is judged yet.
        (GuardKind::SituationAssessed, Action::Review(r)) if r.outcome == Verdict::SendBack => None,
        (GuardKind::SituationAssessed, Action::Review(r)) => situation(r.findings.as_ref(), at),
        (GuardKind::ConvenersPresent, Action::RecordAppraisal(a)) => {
            let missing: Vec<&str> = at
                .facts
                .pack
                .values
                .conveners
                .iter()
                .filter(|c| !a.conveners.contains(&c.code))
                .map(|c| c.label.as_str())
                .collect();
            (!missing.is_empty())
                .then(|| format!("民主评议会的组织者还缺：{}。", missing.join("、")))
        }
        (GuardKind::CheckersSigned, Action::Review(r)) => {
            r.checkers.iter().all(|c| blank(c)).then(|| {
                match said(kind, at).filter(|g| g.clause.is_some()) {
                    Some(guard) => format!("请写明核查人：{}。", guard.label),
                    None => "请写明核查人。".to_owned(),
                }
            })
        }
        // What makes these papers traceable (number, signatory, day) no document
        // asks for; `form` does, without a clause.
        (GuardKind::SubmittedByGovernment, Action::SubmitToCounty(s)) => {
            let own = crate::division::township_government(at.facts.township);
            missing(&[("上报的镇级人民政府", blank(&s.government))]).or_else(|| {
                other(&s.government, &own).then(|| {
                    format!(
                        "应由本户所在的{own}上报，不能由“{}”上报。",
                        s.government.trim()
                    )
                })
            })
        }
        (GuardKind::WrittenNoticeSent, Action::NotifyTownship(n)) => {
            let own = at.facts.township;
            missing(&[("被通知的乡镇", blank(&n.township))]).or_else(|| {
                let told = n.township.trim();
                (other(told, own) && other(told, &crate::division::township_government(own)))
                    .then(|| format!("书面通知应发给本户所在的{own}，不是“{told}”。"))
            })
        }
        (GuardKind::PlanSubmitted, Action::SubmitPlan(p)) => missing(&[
            ("帮扶项目规划内容", blank(&p.plan)),
            ("县级有关项目主管部门", blank(&p.department)),
        ]),
        _ => None,
    }
}

/// The guard as the pack words it, on the step of the act.
fn said<'a>(kind: GuardKind, at: &Attempt<'a>) -> Option<&'a Guard> {
    let on = match at.action? {
        Action::RecordAppraisal(_) => StepKind::DemocraticAppraisal,
        Action::Review(_) => StepKind::TownshipReview,
        _ => return None,
    };
    at.procedure.guard(on, kind)
}

/// Whether a name is another than the household's own, where that is known.
fn other(name: &str, own: &str) -> bool {
    !own.is_empty() && name.trim() != own
}

fn missing(fields: &[(&str, bool)]) -> Option<String> {
    let names: Vec<&str> = fields.iter().filter(|f| f.1).map(|f| f.0).collect();
    (!names.is_empty()).then(|| format!("还缺：{}。", names.join("、")))
}

/// The household's situation in words, and a judgement of every dimension the
/// pack names.
fn situation(findings: Option<&HouseholdFindings>, at: &Attempt<'_>) -> Option<String> {
    let Some(findings) = findings else {
        let asked = said(GuardKind::SituationAssessed, at).map_or("", |g| g.label.as_str());
        return Some(format!("请先写明家庭情况，再提出意见：{asked}。"));
    };
    let values = &at.facts.pack.values;
    let unjudged: Vec<&str> = values
        .dimensions
        .iter()
        .filter(|d| !findings.dimensions.iter().any(|j| j.code == d.code))
        .map(|d| d.label.as_str())
        .collect();
    if is_blank(&findings.situation) {
        return Some("请写明家庭情况。".into());
    }
    (!unjudged.is_empty()).then(|| format!("还没有研判：{}。", unjudged.join("、")))
}

/// What cannot be true in findings, whatever the pack.
pub(super) fn impossible(findings: &HouseholdFindings, at: &super::Facts<'_>) -> Vec<&'static str> {
    let values = &at.pack.values;
    let mut wrong = Vec::new();
    let amounts = [
        findings.per_capita_income_fen,
        findings.previous_year_income_fen,
        findings.rigid_expenditure_fen,
    ];
    // Running a business at a loss makes income negative; expenditure never is.
    if amounts.iter().flatten().any(|a| a.abs() > 100_000_000_000)
        || findings.rigid_expenditure_fen.is_some_and(|a| a < 0)
    {
        wrong.push("请核对收入和支出的数额。");
    }
    if findings.rigid_clearly_exceeds {
        match (
            findings.rigid_expenditure_fen,
            findings.previous_year_income_fen,
        ) {
            (Some(expenditure), Some(income)) if expenditure > income => {}
            (Some(_), Some(_)) => {
                wrong.push("刚性支出没有超过上年度收入，不能写成“明显超过”。");
            }
            _ => wrong.push("写“刚性支出明显超过上年度收入”的，要填刚性支出和上年度收入。"),
        }
    }
    if findings
        .risks
        .iter()
        .any(|r| !values.risk_types.iter().any(|k| &k.code == r))
        || findings
            .causes
            .iter()
            .any(|c| !values.causes.iter().any(|k| &k.code == c))
        || findings
            .dimensions
            .iter()
            .any(|j| !values.dimensions.iter().any(|k| k.code == j.code))
    {
        wrong.push("研判项目与政策文件列出的不一致，请刷新页面。");
    }
    wrong
}
