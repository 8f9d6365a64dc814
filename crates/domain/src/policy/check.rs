//! `shouwang policy check`: what a pack may not say. Every problem names file
//! and line, so that a policy officer can mend it without an engineer.

use std::collections::{BTreeMap, BTreeSet};

use toml::Spanned;

use super::Problem;
use super::load::PackSource;
use super::pack::{Clause, GuardKind, Procedure, Provenance, Stated};

const MEASURES: [&str; 2] = ["net_income_per_capita", "disposable_income_per_capita"];
const COMPARATORS: [&str; 4] = ["<", "<=", ">", ">="];
const NATURES: [&str; 2] = ["reference", "ceiling"];

/// Checks packs against each other and against their clauses; an empty list
/// means they may be loaded.
pub fn check(sources: &[PackSource]) -> Vec<Problem> {
    let mut problems = Vec::new();
    let mut ids = BTreeMap::new();
    for source in sources {
        let id = &source.file.id;
        if ids.insert(id.get_ref().as_str(), source).is_some() {
            problems.push(source.problem(
                "pack.toml",
                id.span().start,
                format!("政策包编号 {} 重复：每个包的 id 必须唯一", id.get_ref()),
            ));
        }
    }
    for source in sources {
        let mut checker = Checker {
            source,
            clauses: BTreeMap::new(),
            documents: BTreeSet::new(),
            problems: &mut problems,
        };
        if checker.collect_layers(&ids) {
            checker.pack();
            for procedure in &source.procedures {
                checker.procedure(procedure);
            }
        }
    }
    problems
}

struct Checker<'a> {
    source: &'a PackSource,
    /// Clauses this pack may cite: its own and its bases'.
    clauses: BTreeMap<&'a str, &'a Clause>,
    documents: BTreeSet<&'a str>,
    problems: &'a mut Vec<Problem>,
}

impl<'a> Checker<'a> {
    fn report(&mut self, file: &str, offset: usize, message: String) {
        let problem = self.source.problem(file, offset, message);
        self.problems.push(problem);
    }

    /// Walks the bases; false where one is missing or the chain is a circle.
    fn collect_layers(&mut self, ids: &BTreeMap<&str, &'a PackSource>) -> bool {
        let mut seen = BTreeSet::new();
        let mut layer = self.source;
        loop {
            if !seen.insert(layer.file.id.get_ref().as_str()) {
                let at = self
                    .source
                    .file
                    .based_on
                    .as_ref()
                    .map_or(0, |b| b.span().start);
                self.report(
                    "pack.toml",
                    at,
                    "based_on 绕成了圈：一个包不能以自己为基础".into(),
                );
                return false;
            }
            for clause in &layer.clauses.clauses {
                self.clauses.entry(clause.id.get_ref()).or_insert(clause);
            }
            self.documents
                .extend(layer.file.documents.iter().map(|d| d.id.as_str()));
            let Some(base) = &layer.file.based_on else {
                return true;
            };
            let Some(next) = ids.get(base.get_ref().as_str()) else {
                let (at, name) = (base.span().start, base.get_ref().clone());
                self.report(
                    "pack.toml",
                    at,
                    format!("找不到 based_on 所指的政策包 {name}"),
                );
                return false;
            };
            layer = next;
        }
    }

    fn clause_known(&mut self, file: &str, clause: &Spanned<String>) -> bool {
        let known = self.clauses.contains_key(clause.get_ref().as_str());
        if !known {
            self.report(
                file,
                clause.span().start,
                format!(
                    "条款 {} 不在本包或其基础包的 clauses.toml 中",
                    clause.get_ref()
                ),
            );
        }
        known
    }

    /// An entry of a list carries a clause, or says that it is practice.
    fn entry(
        &mut self,
        file: &str,
        what: &str,
        clause: Option<&Spanned<String>>,
        source: Option<Provenance>,
        fallback: usize,
    ) {
        match (clause, source) {
            (Some(clause), None) => {
                self.clause_known(file, clause);
            }
            (Some(clause), Some(_)) => self.report(
                file,
                clause.span().start,
                format!("{what} 同时写了 clause 和 source：有条款就不是惯例，二者只能有一个"),
            ),
            (None, Some(_)) => {}
            (None, None) => self.report(
                file,
                fallback,
                format!("{what} 没有出处：请写 clause，或写 source = \"practice\"（文件未规定）"),
            ),
        }
    }

    fn stated<T: Clone>(
        &mut self,
        file: &str,
        what: &str,
        stated: &Stated<T>,
        fallback: usize,
        figure: Option<String>,
    ) {
        let at = stated.value.as_ref().map_or(fallback, |v| v.span().start);
        if stated.unstated {
            if let Some(value) = &stated.value {
                self.report(
                    file,
                    value.span().start,
                    format!("{what} 标了 unstated 却有 value：文件未规定的值只能写 default"),
                );
            }
            if let Some(clause) = &stated.clause {
                self.report(
                    file,
                    clause.span().start,
                    format!("{what} 标了 unstated 却写了条款：文件未规定的值没有条款"),
                );
            }
            if stated.default.is_some() && stated.source.is_none() {
                self.report(
                    file,
                    at,
                    format!("{what} 有 default 却没写 source = \"practice\""),
                );
            }
            return;
        }
        if stated.value.is_none() {
            self.report(
                file,
                at,
                format!("{what} 缺 value；文件没有规定时请写 unstated = true"),
            );
            return;
        }
        if stated.default.is_some() {
            self.report(file, at, format!("{what} 已有 value，不能再写 default"));
        }
        self.entry(file, what, stated.clause.as_ref(), stated.source, at);
        if let (Some(figure), Some(clause)) = (figure, &stated.clause) {
            self.figure_stands(file, what, &figure, clause, at);
        }
    }

    /// A clause-bearing number must stand in the clause's words or parameters.
    fn figure_stands(
        &mut self,
        file: &str,
        what: &str,
        figure: &str,
        clause: &Spanned<String>,
        at: usize,
    ) {
        let Some(found) = self.clauses.get(clause.get_ref().as_str()) else {
            return;
        };
        if !figures(&format!("{} {}", found.quote, found.parameters)).contains(figure) {
            self.report(
                file,
                at,
                format!(
                    "{what} 的数字 {figure} 不在条款 {} 的原文或参数里",
                    clause.get_ref()
                ),
            );
        }
    }

    fn unique<'b>(
        &mut self,
        file: &str,
        group: &str,
        codes: impl Iterator<Item = (&'b str, usize)>,
    ) {
        let mut seen = BTreeSet::new();
        for (code, at) in codes {
            if !seen.insert(code.to_owned()) {
                self.report(file, at, format!("{group} 的编号 {code} 重复"));
            }
            if code.is_empty()
                || !code
                    .chars()
                    .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
            {
                self.report(
                    file,
                    at,
                    format!("{group} 的编号 {code:?} 只能用小写字母、数字和下划线"),
                );
            }
        }
    }

    fn pack(&mut self) {
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
        if !jurisdiction.is_empty() && file.effective_from.is_none() {
            self.report(
                FILE,
                find("jurisdiction", jurisdiction),
                "有管辖区的政策包必须写 effective_from（何日起可生效）".into(),
            );
        }
        if let Some(line) = &file.line {
            let at = text.find("[line]").unwrap_or(0);
            let amount = line
                .amount_yuan
                .value
                .as_ref()
                .map(|v| v.get_ref().to_string());
            self.stated(FILE, "监测范围金额", &line.amount_yuan, at, amount);
            self.stated(FILE, "收入口径", &line.measure, at, None);
            self.stated(FILE, "比较方式", &line.comparator, at, None);
            self.stated(FILE, "监测范围性质", &line.nature, at, None);
            self.one_of(FILE, "收入口径", &line.measure, &MEASURES);
            self.one_of(FILE, "比较方式", &line.comparator, &COMPARATORS);
            self.one_of(FILE, "监测范围性质", &line.nature, &NATURES);
            if let Some(growth) = &line.growth_rate_percent {
                let figure = growth.value.as_ref().map(|v| v.get_ref().clone());
                self.stated(FILE, "收入增长率", growth, at, figure);
            }
            if let Some(period) = &line.accounting_period {
                self.stated(FILE, "收入核算期", period, at, None);
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
            if file
                .forbidden_grounds
                .iter()
                .any(|g| g.code == "scale_limit")
            {
                self.report(
                    FILE,
                    at,
                    "严禁规模控制的政策包不能写规模参考 scale_reference（HN22-066）".into(),
                );
            }
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
            categories "类别" "code" |e: &super::pack::Category| e.code.clone();
            dimensions "研判维度" "code" |e: &super::pack::Item| e.code.clone();
            difficulty_areas "实际困难" "code" |e: &super::pack::Item| e.code.clone();
            channels "线索渠道" "code" |e: &super::pack::Channel| e.code.clone();
            discovery_modes "发现方式" "code" |e: &super::pack::Item| e.code.clone();
            declaration_means "申报方式" "code" |e: &super::pack::DeclarationMeans| e.code.clone();
            grid_staff "网格力量" "code" |e: &super::pack::Item| e.code.clone();
            lead_outcomes "线索结果" "code" |e: &super::pack::LeadOutcome| e.code.clone();
            lead_stages "线索阶段" "code" |e: &super::pack::Item| e.code.clone();
            eligible_statuses "可识别的户" "code" |e: &super::pack::Item| e.code.clone();
            refusal_grounds "不予纳入的依据" "code" |e: &super::pack::Item| e.code.clone();
            forbidden_grounds "不得作为理由" "code" |e: &super::pack::Item| e.code.clone();
            attributions "责任人" "code" |e: &super::pack::Item| e.code.clone();
            exchange_sources "来源系统" "code" |e: &super::pack::ExchangeSource| e.code.clone();
            risk_types "风险类型" "code" |e: &super::pack::Item| e.code.clone();
            lawful_ends "其他终止情形" "code" |e: &super::pack::Item| e.code.clone();
            forms "表单" "code" |e: &super::pack::Form| e.code.clone();
            messages "告知文字" "code" |e: &super::pack::Message| e.code.clone();
            levels "层级" "code" |e: &super::pack::LevelItem| e.code.as_str().to_owned();
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
        for (index, a) in file.categories.iter().enumerate() {
            if let Some(b) = file.categories[index + 1..].iter().find(|b| {
                a.lifted.is_some() && a.lifted == b.lifted && a.inside_line == b.inside_line
            }) {
                self.report(
                    FILE,
                    find("code", &b.code),
                    format!("类别 {} 与 {} 的提议条件相同，系统无法区分", a.code, b.code),
                );
            }
        }
    }

    fn one_of(&mut self, file: &str, what: &str, stated: &Stated<String>, allowed: &[&str]) {
        if let Some(value) = &stated.value
            && !allowed.contains(&value.get_ref().as_str())
        {
            self.report(
                file,
                value.span().start,
                format!(
                    "{what} {:?} 不认识，只能是 {}",
                    value.get_ref(),
                    allowed.join("、")
                ),
            );
        }
    }

    fn procedure(&mut self, procedure: &Procedure) {
        let file = format!("procedures/{}.toml", procedure.id);
        let file = file.as_str();
        let text = self
            .source
            .sources
            .iter()
            .find(|s| s.path.ends_with(file))
            .map(|s| s.text.clone());
        let Some(text) = text else {
            let id = format!("id = \"{}\"", procedure.id);
            let holder = self
                .source
                .sources
                .iter()
                .find(|s| s.path.contains("/procedures/") && s.text.contains(&id));
            let (path, at) = holder.map_or(("procedures/", 0), |s| {
                (s.path.as_str(), s.text.find(&id).unwrap_or(0))
            });
            self.problems.push(self.source.problem(
                path,
                at,
                format!(
                    "程序 {} 的文件名必须是 procedures/{}.toml",
                    procedure.id, procedure.id
                ),
            ));
            return;
        };
        self.clause_known(file, &procedure.clause);
        let mut kinds = BTreeSet::new();
        for step in &procedure.steps {
            self.clause_known(file, &step.clause);
            let at = step.clause.span().start;
            if !kinds.insert(step.kind) {
                self.report(file, at, format!("环节 {} 写了两次", step.kind.as_str()));
            }
            if let Some(parallel) = &step.parallel {
                self.stated(file, "并行", parallel, at, None);
            }
            for evidence in &step.evidence {
                self.entry(
                    file,
                    &format!("材料 {}", evidence.code),
                    evidence.clause.as_ref(),
                    evidence.source,
                    text.find(&format!("code = \"{}\"", evidence.code))
                        .unwrap_or(at),
                );
            }
        }
        for clock in &procedure.clocks {
            let at = text.find(&format!("id = \"{}\"", clock.id)).unwrap_or(0);
            let names: Vec<&str> = kinds.iter().map(|k| k.as_str()).collect();
            for (key, event) in [("starts", &clock.starts), ("ends", &clock.ends)] {
                let known = names.contains(&event.as_str())
                    || (key == "starts" && event == "earliest_lead");
                if !known {
                    let at = text.find(&format!("{key} = \"{event}\"")).unwrap_or(at);
                    self.report(
                        file,
                        at,
                        format!("时钟 {} 的 {key} 指向不存在的环节 {event}", clock.id),
                    );
                }
            }
            let figure = clock
                .limit_days
                .value
                .as_ref()
                .map(|v| v.get_ref().to_string());
            self.stated(file, &clock.label, &clock.limit_days, at, figure);
            self.stated(file, "时钟单位", &clock.unit, at, None);
            if clock.limit_days.get() == Some(0) {
                self.report(file, at, format!("时钟 {} 的天数不能是 0", clock.id));
            }
        }
        for guard in &procedure.guards {
            let at = guard.clause.as_ref().map_or_else(
                || {
                    text.find(&format!("label = \"{}\"", guard.label))
                        .unwrap_or(0)
                },
                |c| c.span().start,
            );
            if !kinds.contains(&guard.on) {
                self.report(
                    file,
                    at,
                    format!(
                        "条件“{}”所在环节 {} 不在本程序中",
                        guard.label,
                        guard.on.as_str()
                    ),
                );
            }
            self.entry(
                file,
                &format!("条件“{}”", guard.label),
                guard.clause.as_ref(),
                guard.source,
                at,
            );
            let needs = matches!(
                guard.kind,
                GuardKind::NoticeStood | GuardKind::DistinctVerifiers
            );
            match (&guard.number, needs) {
                (None, true) => self.report(file, at, format!("条件“{}”缺 number", guard.label)),
                (Some(number), false) => {
                    self.report(
                        file,
                        number.span().start,
                        format!("条件“{}”不用 number", guard.label),
                    );
                }
                (Some(number), true) => {
                    if let Some(clause) = &guard.clause {
                        self.figure_stands(
                            file,
                            &format!("条件“{}”", guard.label),
                            &number.get_ref().to_string(),
                            clause,
                            number.span().start,
                        );
                    }
                }
                (None, false) => {}
            }
            for exemption in &guard.exemptions {
                self.entry(
                    file,
                    &format!("例外 {}", exemption.code),
                    exemption.clause.as_ref(),
                    exemption.source,
                    text.find(&format!("code = \"{}\"", exemption.code))
                        .unwrap_or(at),
                );
            }
        }
    }
}

/// The figures standing in a text, arabic ones as written; Chinese numerals up
/// to ninety-nine as arabic.
fn figures(text: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let mut arabic = String::new();
    let mut chinese = String::new();
    for c in text.chars().chain([' ']) {
        if c.is_ascii_digit() || (c == '.' && !arabic.is_empty()) {
            arabic.push(c);
        } else if !arabic.is_empty() {
            found.insert(arabic.trim_end_matches('.').to_owned());
            arabic.clear();
        }
        if "一二两三四五六七八九十".contains(c) {
            chinese.push(c);
        } else if !chinese.is_empty() {
            if let Some(n) = chinese_number(&chinese) {
                found.insert(n.to_string());
            }
            chinese.clear();
        }
    }
    found
}

fn chinese_number(text: &str) -> Option<u32> {
    let digit = |c: char| {
        "零一二三四五六七八九"
            .chars()
            .position(|d| d == c)
            .map(|p| p as u32)
    };
    let digit = |c: char| if c == '两' { Some(2) } else { digit(c) };
    match text.split_once('十') {
        None => text
            .chars()
            .next()
            .filter(|_| text.chars().count() == 1)
            .and_then(digit),
        Some((tens, ones)) => {
            let tens = if tens.is_empty() {
                1
            } else {
                digit(tens.chars().next()?)?
            };
            let ones = if ones.is_empty() {
                0
            } else {
                digit(ones.chars().next()?)?
            };
            Some(tens * 10 + ones)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::figures;

    #[test]
    fn figures_of_both_scripts() {
        let found = figures("公示时间不少于5天，6900元、8.8%，一名国家公职人员，二十五个");
        for n in ["5", "6900", "8.8", "1", "25"] {
            assert!(found.contains(n), "{n} in {found:?}");
        }
        assert!(!found.contains("6"));
    }
}
