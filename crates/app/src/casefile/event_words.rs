//! What an event of the timeline was, in words.

/// A headline for an event by its kind; `None` where the step's own label
/// says it.
pub(super) fn headline(kind: &str) -> Option<&'static str> {
    Some(match kind {
        "opened" => "立案",
        "lead_joined" => "又一条线索并入",
        "lead_corrected" => "更正线索发现日期",
        "verify_home" => "入户核实",
        "sign_letter" => "签订承诺授权书",
        "request_cross_check" => "村级提请信息比对",
        "forward_cross_check" => "乡镇报送信息比对",
        "answer_cross_check" => "部门反馈比对结果",
        "reuse_cross_check" => "共用已有比对结果",
        "resolve_discrepancy" => "疑点核实",
        "acknowledge_discrepancy" => "乡镇判断迟到的疑点",
        "conclude_cross_check" => "办结信息比对",
        "record_appraisal" => "民主评议",
        "post_notice" => "张贴公示",
        "file_objection" => "收到异议",
        "answer_objection" => "答复异议",
        "review.approved" => "乡镇审核通过",
        "review.sent_back" => "乡镇审核退回",
        "review.refused" => "乡镇审核不予纳入",
        "decide.approved" => "县级审批同意",
        "decide.sent_back" => "县级审批退回",
        "decide.refused" => "县级审批不予纳入",
        "submit_to_county" => "镇政府上报县级",
        "notify_township" => "县级书面通知乡镇",
        "submit_plan" => "上报帮扶项目规划",
        "acknowledge_decision" => "乡镇签收审批结果",
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
