//! Chinese names of what the pack format writes in identifiers. A table, field
//! or code without a row shows its identifier; a test names the missing row.

/// Tables of a pack and parts of a procedure, in the order they are shown.
pub(super) const GROUPS: &[(&str, &str)] = &[
    ("monitoring_unit", "监测单位"),
    ("village_coverage_percent", "覆盖的村"),
    ("line", "监测范围"),
    ("transition_period", "过渡期"),
    ("scale_reference", "规模参考"),
    ("category", "监测对象类别"),
    ("entry_path", "纳入情形"),
    ("cause", "刚性支出和收入骤减的原因"),
    ("dimension", "研判维度"),
    ("difficulty_area", "实际困难"),
    ("eligible_status", "可以识别的户"),
    ("channel", "线索渠道"),
    ("discovery_mode", "发现方式"),
    ("declaration_means", "申报方式"),
    ("grid_staff", "网格力量"),
    ("lead_outcome", "线索结果"),
    ("lead_stage", "线索阶段"),
    ("step", "程序与环节"),
    ("guard", "前置条件"),
    ("clock", "时限"),
    ("convener", "评议由谁组织"),
    ("list", "名单"),
    ("refusal_ground", "不予纳入的依据"),
    ("forbidden_ground", "不得作为不予纳入的理由"),
    ("lawful_end", "其他终止情形"),
    ("risk_type", "风险类型"),
    ("responsibility", "责任"),
    ("attribution", "谁采集、谁录入、谁负责"),
    ("bounds", "要说明原因的界限"),
    ("level", "层级"),
    ("office", "由谁署名、称呼谁"),
    ("task", "任务分工"),
    ("exchange_source", "数据来源系统"),
    ("comparison_item", "信息比对内容"),
    ("form", "文书和表单"),
    ("message", "告知文字"),
];

/// Tables that say who the pack is, not what it provides.
pub(super) const SILENT: &[&str] = &[
    "id",
    "title",
    "version",
    "jurisdiction",
    "effective_from",
    "based_on",
    "document",
];

/// Fields. An empty name: the words speak for themselves.
const FIELDS: &[(&str, &str)] = &[
    ("amount_yuan", "监测范围（元/人·年）"),
    ("measure", "收入口径"),
    ("comparator", "比较方式"),
    ("nature", "性质"),
    ("growth_rate_percent", "调整依据：人均可支配收入增长率"),
    ("floor_yuan", "底线（元/人·年）"),
    ("year", "年度"),
    ("formula", "计算办法"),
    ("base", "以什么为基数"),
    ("base_yuan", "基数（元）"),
    ("base_years_before", "取几年前的标准"),
    ("multiplier", "倍数"),
    ("area_class", "地区类别"),
    ("rounding", "取整"),
    ("condition", ""),
    ("ratio", "超过多少"),
    ("proposed", ""),
    ("accounting_period", "收入核算期"),
    ("adjusted_yearly", "每年调整"),
    ("task", "属于哪项任务"),
    ("recipient", "报给"),
    ("downward", "向下印发"),
    ("effect", "效力"),
    ("own_may_be_lower", "下级另定可以更低"),
    ("receipt_days", "几天内回执"),
    ("line", "监测范围"),
    ("least_yuan", "金额低于多少元要写明原因"),
    ("most_yuan", "金额高于多少元要写明原因"),
    (
        "most_change_percent",
        "比上一个数变动超过百分之几要写明原因",
    ),
    ("first_year", "过渡期首年"),
    ("last_year", "过渡期末年"),
    ("definition", ""),
    ("definition_source", ""),
    ("lifted", ""),
    ("inside_line", ""),
    ("entry_paths", "要有其中一种情形"),
    ("note", ""),
    ("words", "理由里不得写"),
    ("only_about", "理由里不得只谈"),
    ("text", ""),
    ("layout", ""),
    ("departments", "由哪些部门反馈"),
    ("authorises", "授权查询"),
    ("starts_clock", "从发现之日起计时"),
    ("proxy", "代办，要写明代办人"),
    ("leads_to", "办结后"),
    ("needs_reason", "要写明理由和核实人"),
    ("forwards", "要写明转往哪里"),
    ("responsible", "负责"),
    ("level", "办理级别"),
    ("shared_with", "也可由"),
    ("levels", "哪几级"),
    ("after", "在哪一步之后"),
    ("submitted_to", "报送"),
    ("answered_by", "由哪一步逐户答复"),
    ("period", "周期"),
    ("period_after", "周期从哪天以后开始"),
    ("written_notice", "书面通知，要回执"),
    ("left_open", ""),
    ("due_on", "最后一天"),
    ("parallel", "可与其他环节同步进行"),
    ("required", "必备"),
    ("by_reference", "填了编号就可作为材料"),
    ("explain_lead_after_days", "线索收到多少天后才录入要说明"),
    (
        "newly_on_allowance_within_days",
        "纳入低保多少天以内算新纳入",
    ),
    ("reused_check_within_days", "多少天内的比对结果可以共用"),
    ("most_risks", "最多登记几种风险"),
    ("settle_duplicate_within_days", "重复证件号多少天内核实"),
    (
        "change_adoption_within_days",
        "已有事项照办的政策包最多往前改多少天",
    ),
    ("advised_day", "建议第几天前办结（不是规定）"),
    ("number", "数"),
    ("starts", "起算"),
    ("ends", "截止"),
    ("limit_days", "天数"),
    ("unit", "天的算法"),
    ("in_principle", "原文用“一般”“原则上”"),
    ("evidence", "材料"),
    ("exemption", "例外"),
];

/// Codes and flags that have words of their own.
const WORDS: &[(&str, &str, &str)] = &[
    ("measure", "net_income_per_capita", "家庭年人均纯收入"),
    ("measure", "disposable_income_per_capita", "人均可支配收入"),
    ("comparator", "<", "低于（不含本数）"),
    ("comparator", "<=", "以下（含本数）"),
    ("comparator", ">", "超过（不含本数）"),
    ("nature", "reference", "参考，不是硬性标准"),
    ("nature", "ceiling", "上限"),
    (
        "accounting_period",
        "twelve_months_before_verification_month",
        "核实当月之前的 12 个月",
    ),
    ("accounting_period", "previous_year", "上一年度"),
    ("monitoring_unit", "household", "以家庭为单位"),
    ("base", "national_standard", "国家扶贫标准"),
    ("base", "subsistence_allowance_standard", "农村低保标准"),
    ("base", "previous_line", "上一年监测范围"),
    ("rounding", "integer", "取整数"),
    ("adjusted_yearly", "adjusted_yearly", "是"),
    ("task", "task_1", "合理调整年度监测范围"),
    ("effect", "reference", "参照执行"),
    ("condition", "income_inside_line", "收入在监测范围内"),
    (
        "condition",
        "rigid_expenditure_over_income",
        "刚性支出超过收入",
    ),
    ("condition", "rigid_expenditure_large", "刚性支出较大"),
    ("condition", "income_dropped", "收入大幅下降"),
    ("proposed", "true", ""),
    ("proposed", "false", "只由人选定，系统不建议"),
    ("period", "month", "每月"),
    ("lifted", "true", "限脱贫户"),
    ("lifted", "false", "限未曾脱贫的户"),
    (
        "definition_source",
        "practice",
        "以上条件是惯例，文件未规定",
    ),
    (
        "definition_source",
        "inherited_by_practice",
        "以上条件是沿用，文件未规定",
    ),
    ("inside_line", "true", "收入在监测范围内"),
    ("inside_line", "false", "收入超过监测范围"),
    ("leads_to", "casefile", "进入识别认定"),
    ("leads_to", "episode", "并入正在进行的监测"),
    ("leads_to", "none", "线索到此为止"),
    ("parallel", "true", "是"),
    ("unit", "natural", "自然日"),
    ("unit", "working", "工作日"),
    ("step", "earliest_lead", "最早一条线索"),
];

/// What people call a table.
pub(super) fn group_label(name: &str) -> &str {
    GROUPS
        .iter()
        .find(|(n, _)| *n == name)
        .map_or(name, |(_, label)| label)
}

/// What people call a field.
pub(super) fn field_label(name: &str) -> &str {
    FIELDS
        .iter()
        .find(|(n, _)| *n == name)
        .map_or(name, |(_, label)| label)
}

/// A value in words, or as it stands.
pub(super) fn words(field: &str, value: &str) -> String {
    let found = WORDS.iter().find(|(f, v, _)| *f == field && *v == value);
    match (found, field) {
        (Some((_, _, words)), _) => (*words).to_owned(),
        (None, "growth_rate_percent" | "village_coverage_percent") => format!("{value}%"),
        (None, _) => value.to_owned(),
    }
}

/// Where a field stands among its neighbours.
pub(super) fn rank(name: &str) -> usize {
    FIELDS
        .iter()
        .position(|(n, _)| *n == name)
        .unwrap_or(FIELDS.len())
}
