//! What the values of a pack may not say.

use std::collections::BTreeSet;

use super::Checker;
use crate::division::{DivisionCode, Level};
use crate::policy::{Line, LineBounds, SCALE_LIMIT, pack};

const MEASURES: [&str; 2] = ["net_income_per_capita", "disposable_income_per_capita"];
const COMPARATORS: [&str; 4] = ["<", "<=", ">", ">="];
const NATURES: [&str; 2] = ["reference", "ceiling"];
const FORMULA_BASES: [&str; 3] = [
    "national_standard",
    "subsistence_allowance_standard",
    "previous_line",
];

impl Checker<'_> {
    pub(super) fn pack(&mut self) {
        const FILE: &str = "pack.toml";
        let file = &self.source.file;
        let text = self
            .source
            .sources
            .iter()
            .find(|s| s.path.ends_with(FILE))
            .map_or("", |s| s.text.as_str());
        // Entries without a clause have no span of their own; their `code` or
        // `id` line is found by its text.
        let find = |key: &str, code: &str| text.find(&format!("{key} = \"{code}\"")).unwrap_or(0);

        let clause_ids: Vec<(String, usize)> = self
            .source
            .clauses
            .clauses
            .iter()
            .map(|c| (c.id.get_ref().clone(), c.id.span().start))
            .collect();
        let mut seen = BTreeSet::new();
        for (id, at) in clause_ids {
            if !seen.insert(id.clone()) {
                self.report("clauses.toml", at, format!("条款 {id} 写了两次"));
            }
        }
        for clause in &self.source.clauses.clauses {
            let at = clause.id.span().start;
            if clause.quote.trim().is_empty() {
                self.report(
                    "clauses.toml",
                    at,
                    format!("条款 {} 没有原文 quote", clause.id.get_ref()),
                );
            }
            if !self.documents.contains(clause.document.as_str()) {
                self.report(
                    "clauses.toml",
                    at,
                    format!(
                        "条款 {} 所在文件 {} 没有登记在 [[document]]",
                        clause.id.get_ref(),
                        clause.document
                    ),
                );
            }
        }

        let jurisdiction = &file.jurisdiction;
        if !jurisdiction.is_empty()
            && (jurisdiction.len() != 12 || !jurisdiction.bytes().all(|b| b.is_ascii_digit()))
        {
            self.report(
                FILE,
                find("jurisdiction", jurisdiction),
                "jurisdiction 应为 12 位区划代码".into(),
            );
        }
        let own = jurisdiction
            .parse::<DivisionCode>()
            .map(DivisionCode::level);
        if let Ok(level) = own
            && level != Level::Nation
        {
            self.level(FILE, find("jurisdiction", jurisdiction), "管辖区", level);
        }
        if !jurisdiction.is_empty() && file.effective_from.is_none() {
            self.report(
                FILE,
                find("jurisdiction", jurisdiction),
                "有管辖区的政策包必须写 effective_from（何日起可生效）".into(),
            );
        }
        if let Some(line) = &file.line {
            self.line(line, text.find("[line]").unwrap_or(0));
        }
        if let Some(bounds) = &file.bounds {
            let at = text.find("[bounds]").unwrap_or(0);
            for (what, days) in [
                ("线索迟报说明天数", &bounds.explain_lead_after_days),
                ("新纳入低保天数", &bounds.newly_on_allowance_within_days),
                ("共用比对有效天数", &bounds.reused_check_within_days),
                ("风险种数上限", &bounds.most_risks),
                ("重复证件号核实天数", &bounds.settle_duplicate_within_days),
                ("政策包往前改的天数", &bounds.change_adoption_within_days),
            ] {
                let figure = days.value.as_ref().map(|v| v.get_ref().to_string());
                self.stated(FILE, what, days, at, figure);
            }
            if let Some(line) = &bounds.line {
                self.line_bounds(line, text.find("[bounds.line]").unwrap_or(at));
            }
        }
        if let Some(period) = &file.transition_period {
            let at = text.find("[transition_period]").unwrap_or(0);
            for (what, year) in [
                ("过渡期首年", &period.first_year),
                ("过渡期末年", &period.last_year),
            ] {
                let figure = year.value.as_ref().map(|v| v.get_ref().to_string());
                self.stated(FILE, what, year, at, figure);
            }
            if let (Some(first), Some(last)) = (period.first_year.get(), period.last_year.get())
                && first > last
            {
                self.report(FILE, at, format!("过渡期首年 {first} 晚于末年 {last}"));
            }
        }
        if let Some(scale) = &file.scale_reference {
            let at = text.find("scale_reference").unwrap_or(0);
            self.stated(FILE, "规模参考", scale, at, None);
            if let (Some(said), Some(clause)) = (&scale.value, &scale.clause) {
                let text = (said.get_ref().as_str(), scale.derived);
                self.figures_inside(FILE, "规模参考", text, clause, at);
            }
            if file
                .forbidden_grounds
                .iter()
                .any(|g| g.code == SCALE_LIMIT && g.clause.is_some())
            {
                self.report(
                    FILE,
                    at,
                    "严禁规模控制的政策包不能写规模参考 scale_reference（HN22-066）".into(),
                );
            }
        }

        if let Some(unit) = &file.monitoring_unit {
            self.stated(
                FILE,
                "监测单位",
                unit,
                text.find("[monitoring_unit]").unwrap_or(0),
                None,
            );
        }
        if let Some(coverage) = &file.village_coverage_percent {
            let at = text.find("[village_coverage_percent]").unwrap_or(0);
            let figure = coverage.value.as_ref().map(|v| v.get_ref().to_string());
            self.stated(FILE, "排查村比例", coverage, at, figure);
        }
        if file.inheritance.is_some() && file.based_on.is_none() {
            let at = text.find("inheritance").unwrap_or(0);
            self.report(
                FILE,
                at,
                "写了 inheritance 却没有 based_on：没有可沿用的包".into(),
            );
        }

        macro_rules! entries {
            ($($field:ident $group:literal $key:literal $code:expr;)*) => {$(
                let found: Vec<_> = file.$field.iter().map(|e| {
                    let code: String = $code(e);
                    let at = e.clause.as_ref().map_or_else(|| find($key, &code), |c| c.span().start);
                    (code, at, e)
                }).collect();
                self.unique(FILE, $group, found.iter().map(|(c, at, _)| (c.as_str(), *at)));
                for (code, at, e) in &found {
                    self.entry(FILE, &format!("{} {code}", $group), e.clause.as_ref(), e.source, *at);
                }
            )*};
        }
        entries! {
            categories "类别" "code" |e: &pack::Category| e.code.clone();
            dimensions "研判维度" "code" |e: &pack::Item| e.code.clone();
            difficulty_areas "实际困难" "code" |e: &pack::Item| e.code.clone();
            channels "线索渠道" "code" |e: &pack::Channel| e.code.clone();
            discovery_modes "发现方式" "code" |e: &pack::Item| e.code.clone();
            declaration_means "申报方式" "code" |e: &pack::DeclarationMeans| e.code.clone();
            grid_staff "网格力量" "code" |e: &pack::Item| e.code.clone();
            lead_outcomes "线索结果" "code" |e: &pack::LeadOutcome| e.code.clone();
            lead_stages "线索阶段" "code" |e: &pack::Item| e.code.clone();
            eligible_statuses "可识别的户" "code" |e: &pack::Item| e.code.clone();
            refusal_grounds "不予纳入的依据" "code" |e: &pack::Item| e.code.clone();
            forbidden_grounds "不得作为理由" "code" |e: &pack::Item| e.code.clone();
            attributions "责任人" "code" |e: &pack::Item| e.code.clone();
            exchange_sources "来源系统" "code" |e: &pack::ExchangeSource| e.code.clone();
            comparison_items "比对内容" "code" |e: &pack::ComparisonItem| e.code.clone();
            risk_types "风险类型" "code" |e: &pack::Item| e.code.clone();
            lawful_ends "其他终止情形" "code" |e: &pack::Item| e.code.clone();
            forms "表单" "code" |e: &pack::Form| e.code.clone();
            messages "告知文字" "code" |e: &pack::Message| e.code.clone();
            entry_paths "纳入情形" "code" |e: &pack::EntryPath| e.code.clone();
            causes "原因" "code" |e: &pack::Item| e.code.clone();
            conveners "评议组织者" "code" |e: &pack::Item| e.code.clone();
            lists "名单" "code" |e: &pack::ListDefinition| e.code.clone();
            responsibilities "责任分工" "code" |e: &pack::Responsibility| e.code.clone();
            offices "署名" "code" |e: &pack::Office| e.code.as_str().to_owned();
            levels "层级" "code" |e: &pack::LevelItem| e.code.as_str().to_owned();
        }
        for item in [
            &file.dimensions,
            &file.difficulty_areas,
            &file.refusal_grounds,
            &file.risk_types,
            &file.lawful_ends,
            &file.causes,
            &file.conveners,
        ]
        .into_iter()
        .flatten()
        .filter(|item| !item.words.is_empty() || !item.only_about.is_empty())
        {
            self.report(
                FILE,
                find("code", &item.code),
                format!("{} 不用 words：只有 forbidden_ground 才写", item.code),
            );
        }
        for path in &file.entry_paths {
            let at = find("code", &path.code);
            if let Some(clause) = &path.clause {
                let what = format!("纳入情形 {} 的名称", path.code);
                let label = (path.label.as_str(), false);
                self.figures_inside(FILE, &what, label, clause, find("label", &path.label));
            }
            if let Some(ratio) = &path.ratio {
                let figure = ratio.value.as_ref().map(|v| v.get_ref().to_string());
                self.stated(
                    FILE,
                    &format!("纳入情形 {} 的比例", path.code),
                    ratio,
                    at,
                    figure,
                );
            }
        }
        for responsibility in &file.responsibilities {
            let at = find("code", &responsibility.code);
            for level in &responsibility.levels {
                self.level(
                    FILE,
                    at,
                    &format!("责任分工“{}”", responsibility.label),
                    *level,
                );
            }
        }
        for task in &file.tasks {
            if let Some(clause) = &task.clause {
                self.clause_known(FILE, clause);
            }
            if task.responsible.is_empty() {
                self.report(
                    FILE,
                    find("code", &task.code),
                    format!("任务 {} 没有负责科室", task.code),
                );
            }
        }
        for document in &file.documents {
            if let Some(clause) = &document.clause {
                self.clause_known(FILE, clause);
            }
            if let Some(old) = &document.supersedes
                && !self.documents.contains(old.as_str())
            {
                self.report(
                    FILE,
                    find("supersedes", old),
                    format!("被替代的文件 {old} 没有登记"),
                );
            }
            for above in &document.upstream {
                if !self.documents.contains(above.as_str()) {
                    self.report(
                        FILE,
                        text.find(&format!("\"{above}\"")).unwrap_or(0),
                        format!("文件 {} 所依据的 {above} 没有登记", document.id),
                    );
                }
            }
        }
        for outcome in &file.lead_outcomes {
            if !["casefile", "episode", "none"].contains(&outcome.leads_to.as_str()) {
                self.report(
                    FILE,
                    find("leads_to", &outcome.leads_to),
                    format!(
                        "线索结果 {} 的 leads_to 只能是 casefile、episode 或 none",
                        outcome.code
                    ),
                );
            }
        }
        for category in &file.categories {
            for path in &category.entry_paths {
                if !self.entry_paths.contains(path.as_str()) {
                    self.report(
                        FILE,
                        find("code", &category.code),
                        format!("类别 {} 的纳入情形 {path} 没有列出", category.code),
                    );
                }
            }
            if category.definition_source.is_some() && category.clause.is_none() {
                self.report(
                    FILE,
                    find("code", &category.code),
                    format!(
                        "类别 {} 没有条款，不用写 definition_source：写 source 即可",
                        category.code
                    ),
                );
            }
        }
        for (index, a) in file.categories.iter().enumerate() {
            if let Some(b) = file.categories[index + 1..].iter().find(|b| {
                a.proposed
                    && b.proposed
                    && a.lifted.is_some()
                    && a.lifted == b.lifted
                    && a.inside_line == b.inside_line
            }) {
                self.report(
                    FILE,
                    find("code", &b.code),
                    format!("类别 {} 与 {} 的提议条件相同，系统无法区分", a.code, b.code),
                );
            }
        }
    }

    fn line_bounds(&mut self, bounds: &LineBounds, at: usize) {
        const FILE: &str = "pack.toml";
        for (what, yuan) in [
            ("监测范围常见的最低数", &bounds.least_yuan),
            ("监测范围常见的最高数", &bounds.most_yuan),
        ] {
            let figure = yuan.value.as_ref().map(|v| v.get_ref().to_string());
            self.stated(FILE, what, yuan, at, figure);
        }
        let change = &bounds.most_change_percent;
        let figure = change.value.as_ref().map(|v| v.get_ref().to_string());
        self.stated(FILE, "监测范围变动百分比", change, at, figure);
    }

    fn line(&mut self, line: &Line, at: usize) {
        const FILE: &str = "pack.toml";
        macro_rules! figure {
            ($stated:expr) => {
                $stated.value.as_ref().map(|v| v.get_ref().to_string())
            };
        }
        self.stated(
            FILE,
            "监测范围金额",
            &line.amount_yuan,
            at,
            figure!(line.amount_yuan),
        );
        for (what, stated, allowed) in [
            ("收入口径", &line.measure, &MEASURES[..]),
            ("比较方式", &line.comparator, &COMPARATORS[..]),
            ("监测范围性质", &line.nature, &NATURES[..]),
        ] {
            self.stated(FILE, what, stated, at, None);
            self.one_of(FILE, what, stated, allowed);
        }
        self.measure_stands(FILE, &line.measure);
        self.comparator_stands(FILE, &line.comparator);
        if let Some(growth) = &line.growth_rate_percent {
            self.stated(FILE, "收入增长率", growth, at, figure!(growth));
        }
        if let Some(period) = &line.accounting_period {
            self.stated(FILE, "收入核算期", period, at, None);
        }
        if let Some(floor) = &line.floor_yuan {
            self.stated(FILE, "监测范围底线", floor, at, figure!(floor));
        }
        if let Some(yearly) = &line.adjusted_yearly {
            self.stated(FILE, "年度调整", yearly, at, None);
        }
        for step in &line.stated_steps {
            let at = step.clause.as_ref().map_or(at, |c| c.span().start);
            let what = format!("监测范围的环节“{}”", step.label);
            self.entry(FILE, &what, step.clause.as_ref(), step.source, at);
        }
        if let Some(down) = &line.downward {
            self.entry(
                FILE,
                "监测范围的印发",
                down.clause.as_ref(),
                down.source,
                at,
            );
            self.level(FILE, at, "监测范围的印发", down.level);
            let days = &down.receipt_days;
            self.stated(FILE, "回执天数", days, at, figure!(days));
            if let Some(lower) = &down.own_may_be_lower {
                self.stated(FILE, "另定可否更低", lower, at, None);
            }
            if !["reference", "binding"].contains(&down.effect.as_str()) {
                self.report(
                    FILE,
                    at,
                    "effect 只能是 reference（参照执行）或 binding".into(),
                );
            }
        }
        if let Some(task) = &line.task
            && !self.tasks.contains(task.as_str())
        {
            self.report(
                FILE,
                at,
                format!("监测范围的任务 {task} 没有登记在 [[task]]：不知道由谁负责"),
            );
        }
        let Some(formula) = &line.formula else { return };
        self.stated(FILE, "算法的基数", &formula.base, at, None);
        self.one_of(FILE, "算法的基数", &formula.base, &FORMULA_BASES);
        if let Some(base) = &formula.base_yuan {
            self.stated(FILE, "基数金额", base, at, figure!(base));
        }
        if let Some(multiplier) = &formula.multiplier {
            self.stated(FILE, "倍数", multiplier, at, figure!(multiplier));
        }
        for (what, year) in [
            ("算法首年", &formula.first_year),
            ("算法末年", &formula.last_year),
        ] {
            if let Some(year) = year {
                self.stated(FILE, what, year, at, figure!(year));
            }
        }
        if let Some(before) = &formula.base_years_before {
            self.stated(FILE, "基数所属年份", before, at, figure!(before));
        }
        for (what, words) in [
            ("地区类别", &formula.area_class),
            ("取整", &formula.rounding),
        ] {
            if let Some(words) = words {
                self.stated(FILE, what, words, at, None);
            }
        }
        if let Some(area) = &formula.area_class {
            self.text_stands(FILE, "地区类别", area);
        }
        for factor in &formula.factors {
            self.entry(
                FILE,
                &format!("因素 {}", factor.code),
                factor.clause.as_ref(),
                factor.source,
                at,
            );
        }
    }
}
