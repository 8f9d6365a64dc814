//! What an event of the timeline was, in words.

use domain::policy::{GuardKind, Pack, StepKind};

/// A headline for an event by its kind; `None` where the step's own label
/// says it.
pub(super) fn headline(kind: &str, pack: &Pack) -> Option<String> {
    if let Some(own) = of_step(kind, pack) {
        return Some(own);
    }
    Some(fixed(kind)?.to_owned())
}

/// An event that the pack's own word for the step names.
fn of_step(kind: &str, pack: &Pack) -> Option<String> {
    let procedure = pack.identification()?;
    let label = |step| Some(procedure.step(step)?.label.as_str());
    let (act, outcome) = kind.split_once('.').unwrap_or((kind, ""));
    let said = match outcome {
        "sent_back" => "退回",
        "refused" => "不予纳入",
        _ if act == "review" => "通过",
        _ => "同意",
    };
    Some(match act {
        "review" => format!("{}{said}", label(StepKind::TownshipReview)?),
        "decide" => format!("{}{said}", label(StepKind::CountyDecision)?),
        "request_cross_check" => {
            let check = label(StepKind::CrossCheck)?;
            match procedure.has_guard(GuardKind::ThroughTownship) {
                true => format!("村级提请{check}"),
                false => format!("开展{check}"),
            }
        }
        "conclude_cross_check" => format!("办结{}", label(StepKind::CrossCheck)?),
        "acknowledge_decision" => match label(StepKind::WrittenNotice) {
            Some(_) => "乡镇签收书面通知".into(),
            None => format!("乡镇签收{}结果", label(StepKind::CountyDecision)?),
        },
        _ => return None,
    })
}

fn fixed(kind: &str) -> Option<&'static str> {
    Some(match kind {
        "opened" => "立案",
        "lead_joined" => "又一条线索并入",
        "household_merged" => "登记并户",
        "household_moved" => "整户搬迁",
        "lead_corrected" => "更正线索发现日期",
        "verify_home" => "入户核实",
        "sign_letter" => "签订承诺授权书",
        "forward_cross_check" => "乡镇报送信息比对",
        "answer_cross_check" => "部门反馈比对结果",
        "reuse_cross_check" => "共用已有比对结果",
        "resolve_discrepancy" => "疑点核实",
        "acknowledge_discrepancy" => "乡镇判断迟到的疑点",
        "record_appraisal" => "民主评议",
        "post_notice" => "张贴公示",
        "file_objection" => "收到异议",
        "answer_objection" => "答复异议",
        "submit_to_county" => "镇政府上报县级",
        "notify_township" => "县级书面通知乡镇",
        "submit_plan" => "上报帮扶项目规划",
        "announce" => "张贴公告",
        "archive" => "录入系统并归档",
        "inform_household" => "告知农户",
        "request_recheck" => "农户申请复核",
        "end" => "终止",
        "explain_overdue" => "说明逾期原因",
        "state_paper" => "说明纸质件存放地点",
        "request_correction" => "申请更正",
        "decide_correction" => "审批更正",
        _ => return None,
    })
}
