//! Good packs with one thing spoilt: each is refused, with file, line and what
//! was expected.

use domain::policy::{Problem, SourceFile, load_library};

use crate::packs::pack_files;

const BASE: &str = "packs/platform-base/pack.toml";
const HENAN: &str = "packs/henan-2022/pack.toml";
const CLAUSES: &str = "packs/henan-2022/clauses.toml";
const STEPS: &str = "packs/henan-2022/procedures/identification.toml";

const HENAN_2020: &str = "packs/henan-2020/pack.toml";
const STEPS_2020: &str = "packs/henan-2020/procedures/identification.toml";
const ZHENGZHOU: &str = "packs/zhengzhou-2020/pack.toml";
const WENGYUAN: &str = "packs/wengyuan-2021/pack.toml";
const STEPS_2021: &str = "packs/wengyuan-2021/procedures/identification.toml";
const HENAN_2025: &str = "packs/henan-2025/pack.toml";
const CLAUSES_2025: &str = "packs/henan-2025/clauses.toml";

struct Broken {
    /// What a careless or hurried editor did.
    what: &'static str,
    file: &'static str,
    /// First occurrence is replaced…
    from: &'static str,
    to: &'static str,
    /// …and the problem must stand on the line where the first occurrence of
    /// this ends afterwards.
    at: &'static str,
    message: &'static str,
}

macro_rules! broken {
    ($($what:literal, $file:expr, $from:literal => $to:literal, $at:literal, $message:literal;)*) => {
        &[$(Broken { what: $what, file: $file, from: $from, to: $to, at: $at, message: $message },)*]
    };
}

const TABLE: &[Broken] = broken! {
    "not TOML at all", HENAN,
        "year = 2022" => "year = = 2022", "year = =", "extra `=`";
    "a misspelt key", HENAN,
        "comparator = {" => "comparer = {", "comparer", "unknown field `comparer`";
    "a misspelt guard", STEPS,
        "kind = \"notice_stood\"" => "kind = \"notice_stod\"", "notice_stod", "unknown variant `notice_stod`";
    "an amount the clause does not state", HENAN,
        "value = 6900" => "value = 6950", "6950", "数字 6950 不在条款 HN22-011";
    "a figure worked out and not said to be", ZHENGZHOU,
        "clause = \"HN20-003\", derived = true" => "clause = \"HN20-003\"", "value = 4000", "只在参数里";
    "a category led to by a path nobody listed", WENGYUAN,
        "[\"rigid_expenditure\", \"income_dropped\"]" => "[\"hard_luck\"]", "code = \"sudden_severe_hardship\"", "纳入情形 hard_luck 没有列出";
    "a definition of practice under no clause", HENAN,
        "inside_line = true\nsource" => "inside_line = true\ndefinition_source = \"practice\"\nsource",
        "code = \"lifted_unstable\"", "不用写 definition_source";
    "words on a ground that may be given", BASE,
        "code = \"no_risk\"\nlabel = \"核实后没有返贫致贫风险\"" => "code = \"no_risk\"\nwords = [\"风险\"]\nlabel = \"核实后没有返贫致贫风险\"",
        "code = \"no_risk\"", "no_risk 不用 words";
    "a growth rate the clause does not state", HENAN,
        "value = \"8.8\"" => "value = \"8.6\"", "8.6\"", "数字 8.6 不在条款 HN22-010";
    "a limit the clause does not state", STEPS,
        "value = 15" => "value = 20", "value = 20", "数字 20 不在条款 HN22-060";
    "a notice shortened to three days", STEPS,
        "number = 5" => "number = 3", "number = 3", "数字 3 不在条款 HN22-054";
    "the limit dropped", STEPS,
        "{ value = 15, clause = \"HN22-060\" }" => "{ clause = \"HN22-060\" }", "id = \"identification\"", "缺 value";
    "a limit of no days", STEPS,
        "{ value = 15, clause = \"HN22-060\" }" => "{ unstated = true, default = 0, source = \"practice\" }",
        "id = \"identification\"", "天数不能是 0";
    "a clause nobody has quoted", STEPS,
        "clause = \"HN22-056\"" => "clause = \"HN22-999\"", "HN22-999", "条款 HN22-999 不在本包或其基础包的 clauses.toml 中";
    "a value where the document is silent", HENAN,
        "{ unstated = true, default = \"twelve" => "{ unstated = true, value = \"calendar_year\", default = \"twelve",
        "accounting_period", "标了 unstated 却有 value";
    "a clause where the document is silent", HENAN,
        "{ unstated = true, default = \"twelve" => "{ unstated = true, clause = \"HN22-011\", default = \"twelve",
        "accounting_period", "文件未规定的值没有条款";
    "a default that does not say it is practice", HENAN,
        "verification_month\", source = \"practice\"" => "verification_month\"", "[line]", "没写 source";
    "practice passed off as a clause", HENAN,
        "clause = \"HN22-065\"" => "clause = \"HN22-065\"\nsource = \"practice\"", "clause = \"HN22-065\"", "有条款就不是惯例";
    "an entry without origin", BASE,
        "code = \"illness\"\nlabel = \"因病\"\nsource = \"practice\"" => "code = \"illness\"\nlabel = \"因病\"",
        "code = \"illness\"", "风险类型 illness 没有出处";
    "a comparator of another alphabet", HENAN_2020,
        "value = \"<\"" => "value = \"≤\"", "≤", "比较方式 \"≤\" 不认识";
    "an unknown measure of income", HENAN,
        "net_income_per_capita" => "gross_income", "gross_income", "收入口径 \"gross_income\" 不认识";
    "a line made a hard ceiling by another word", HENAN,
        "value = \"reference\"" => "value = \"absolute\"", "absolute", "监测范围性质 \"absolute\" 不认识";
    "a six-digit jurisdiction", HENAN,
        "\"410000000000\"" => "\"410000\"", "jurisdiction", "应为 12 位区划代码";
    "no day of effect", HENAN,
        "effective_from = \"2022-04-27\"\n" => "", "jurisdiction", "必须写 effective_from";
    "a base that is not there", HENAN,
        "based_on = \"platform-base\"" => "based_on = \"platform-bass\"", "based_on", "找不到 based_on 所指的政策包 platform-bass";
    "packs standing on each other", BASE,
        "version = 1" => "version = 1\nbased_on = \"henan-2022\"", "based_on", "绕成了圈";
    "two packs of one name", BASE,
        "id = \"platform-base\"" => "id = \"henan-2022\"", "id = \"henan-2022\"", "每个包的 id 必须唯一";
    "a code used twice", HENAN,
        "code = \"medical_care\"" => "code = \"schooling\"", "label = \"上学\"\nclause", "编号 schooling 重复";
    "a code with capitals", HENAN,
        "code = \"medical_care\"" => "code = \"MedicalCare\"", "clause = \"HN22-064\"", "只能用小写字母";
    // clause: HN20-032 HN22-066
    "a quota beside its prohibition", HENAN,
        "[line]" => "[scale_reference]\nunstated = true\ndefault = \"5%\"\nsource = \"practice\"\n\n[line]",
        "scale_reference", "严禁规模控制";
    "a clause quoted twice", CLAUSES,
        "id = \"HN22-011\"" => "id = \"HN22-010\"",
        "重新推算\"\n\n[[clause]]\nid = \"HN22-010\"", "条款 HN22-010 写了两次";
    "a clause without its words", CLAUSES,
        "quote = \"十是其他可能存在返贫致贫风险隐患的农户。\"" => "quote = \"\"", "id = \"HN22-040\"", "没有原文";
    "a clause of a document nobody registered", CLAUSES_2025,
        "document = \"HN25\"" => "document = \"HN24\"", "id = \"HN25-001\"", "没有登记在 [[document]]";
    "a document replacing one nobody registered", HENAN,
        "id = \"HN22\"" => "id = \"HN22\"\nsupersedes = \"HN21\"", "supersedes", "被替代的文件 HN21 没有登记";
    "a document resting on one nobody registered", HENAN,
        "\"central-2022-1\", " => "\"central-2022-9\", ", "upstream = [\"central-2022-9\"", "HN22 所依据的 central-2022-9 没有登记";
    "a step at a level the organisation does not have", STEPS,
        "level = \"county\"" => "level = \"nation\"", "clause = \"HN22-052", "组织层级 [[level]] 里没有这一级";
    "a line nobody is responsible for", HENAN_2025,
        "task = \"task_1\"" => "task = \"task_13\"", "[line]", "监测范围的任务 task_13 没有登记";
    "a level both of a clause and of practice", STEPS_2021,
        "level_source = \"practice\"" => "level_source = \"practice\"\nlevel_clause = \"WY21-046\"",
        "level_clause = \"WY21-046\"", "同时写了条款和 level_source";
    "a level by a clause nobody has quoted", STEPS_2021,
        "level_source = \"practice\"" => "level_clause = \"WY21-999\"", "level_clause = \"WY21-999\"", "条款 WY21-999 不在本包";
    "a task nobody is responsible for", HENAN_2025,
        "responsible = [\"数据科\"]" => "responsible = []", "code = \"task_9\"", "没有负责科室";
    "an outcome that leads nowhere", BASE,
        "leads_to = \"episode\"" => "leads_to = \"archive\"", "leads_to = \"archive\"", "只能是 casefile、episode 或 none";
    "two categories the rules cannot tell apart", HENAN,
        "lifted = false" => "lifted = true", "code = \"marginal_at_risk\"", "系统无法区分";
    "a transition period that ends before it begins", HENAN_2025,
        "first_year = { value = 2021, clause = \"HN25-002\", derived = true }\nlast_year = { value = 2025"
            => "first_year = { value = 2025, clause = \"HN25-002\" }\nlast_year = { value = 2021",
        "[transition_period]", "过渡期首年 2025 晚于末年 2021";
    "a step done twice", STEPS,
        "kind = \"announcement\"" => "kind = \"county_decision\"", "clause = \"HN22-057\"", "环节 county_decision 写了两次";
    "a condition on a step that is not there", STEPS,
        "[[step]]\nkind = \"announcement\"\nlabel = \"结果公告\"\nlevel = \"township\"\nclause = \"HN22-057\"\n" => "",
        "由乡镇签收\"\nclause = \"HN22-056\"", "所在环节 announcement 不在本程序中";
    "a clock that ends nowhere", STEPS,
        "ends = \"county_decision\"" => "ends = \"city_decision\"", "ends = \"city_decision\"", "不存在的环节 city_decision";
    "a notice of no stated length", STEPS,
        "number = 5\n" => "", "label = \"公示满 5 天\"\nclause", "缺 number";
    "a number where none is read", STEPS,
        "label = \"档案清单齐全\"" => "label = \"档案清单齐全\"\nnumber = 7", "number = 7", "不用 number";
    "an exemption without origin", STEPS,
        "\nclause = \"HN22-063\"" => "", "code = \"subsistence_allowance\"", "例外 subsistence_allowance 没有出处";
    "parallel without origin", STEPS,
        "{ value = true, clause = \"HN22-061\" }" => "{ value = true }", "parallel", "并行 没有出处";
    "a procedure under another file's name", STEPS,
        "id = \"identification\"" => "id = \"clearance\"", "id = \"clearance\"", "文件名必须是";
    "a last day in another month", STEPS_2020,
        "2020-05-10" => "2020-06-10", "2020-06-10", "数字 6 不在条款 HN20-090";
    "a last day five days later", STEPS_2020,
        "2020-05-10" => "2020-05-15", "2020-05-15", "数字 15 不在条款 HN20-090";
    "a last day that is none", STEPS_2020,
        "2020-05-10" => "2020-05-32", "2020-05-32", "not in the required range";
    "a multiple the clause does not state", HENAN_2020,
        "multiplier = { value = \"1.5\"" => "multiplier = { value = \"1.6\"", "1.6", "数字 1.6 不在条款 HN20-031";
    "a base nobody multiplies", HENAN_2020,
        "value = \"national_standard\"" => "value = \"average_wage\"", "average_wage", "算法的基数 \"average_wage\" 不认识";
    "half the villages", ZHENGZHOU,
        "value = 100" => "value = 50", "village_coverage_percent", "排查村比例 的数字 50 不在条款 HN20-001";
    "a standard the clause does not let one infer", ZHENGZHOU,
        "base_yuan = { value = 4000" => "base_yuan = { value = 4100", "4100", "数字 4100 不在条款 HN20-003";
    "another amount for Zhengzhou", ZHENGZHOU,
        "value = 6000" => "value = 6900", "6900", "数字 6900 不在条款 HN20-003";
    "a floor the clause does not state", WENGYUAN,
        "floor_yuan = { value = 9060" => "floor_yuan = { value = 9000", "value = 9000", "数字 9000 不在条款 WY21-013";
    "a formula for a year too many", WENGYUAN,
        "last_year = { value = 2025" => "last_year = { value = 2026", "value = 2026", "数字 2026 不在条款 WY21-014";
    "a ratio for what only a person judges", HENAN_2020,
        "ratio = { unstated = true }" => "ratio = { value = \"1.2\", clause = \"HN20-031\" }", "ratio = { value = \"1.2\"", "数字 1.2 不在条款 HN20-031";
    "an entry path of no known kind", HENAN_2020,
        "condition = \"income_dropped\"" => "condition = \"looks_poor\"", "looks_poor", "unknown variant `looks_poor`";
    "following by practice with nothing to follow", HENAN_2025,
        "based_on = \"henan-2022\"\n" => "", "inheritance", "没有可沿用的包";
    "below and not above read as at most", HENAN_2020,
        "comparator = { value = \"<\"" => "comparator = { value = \"<=\"", "value = \"<=\"", "比较方式 \"<=\" 不在条款 HN20-031";
    "at most read as below", WENGYUAN,
        "comparator = { value = \"<=\"" => "comparator = { value = \"<\"", "value = \"<\"", "比较方式 \"<\" 不在条款 WY21-014";
    "another measure of income", HENAN,
        "value = \"net_income_per_capita\"" => "value = \"disposable_income_per_capita\"", "disposable_income_per_capita", "收入口径 \"disposable_income_per_capita\" 不在条款 HN22-011";
    "another share in a text", HENAN_2020,
        "人口的 5% 左右" => "人口的 8% 左右", "8% 左右", "规模参考 的数字 8 不在条款 HN20-032";
    "another class of area", WENGYUAN,
        "四类地区\", clause" => "一类地区\", clause", "一类地区", "地区类别 \"一类地区\" 不在条款 WY21-014";
    "another figure in a label", ZHENGZHOU,
        "低于 6000 元" => "低于 6500 元", "低于 6500 元", "数字 6500 不在条款 HN20-003";
    "another term in a label, in Chinese numerals", STEPS,
        "label = \"公示满 5 天\"" => "label = \"公示满六天\"", "公示满六天\"\nnumber = 5\nclause", "的数字 6 不在条款 HN22-054";
    "an amount passed off as the work points'", HENAN_2025,
        "amount_yuan = { unstated = true }" => "amount_yuan = { value = 6900, clause = \"HN25-012\" }", "6900", "数字 6900 不在条款 HN25-012";
    "an entry before the decision", STEPS_2021,
        "kind = \"township_submission\"\nlabel" => "kind = \"announcement\"\nlabel", "label = \"镇级人民政府上报\"\nlevel = \"township\"\nclause", "的位置不对";
    "nobody decides", STEPS_2021,
        "kind = \"county_decision\"" => "kind = \"cross_check\"", "clause", "没有县级审批";
    "a list drawn up after a step there is not", HENAN_2020,
        "after = \"democratic_appraisal\"" => "after = \"public_notice\"", "answered_by = \"township_review\"\nclause", "程序里没有的环节 public_notice";
    "a list answered by a step there is not", WENGYUAN,
        "answered_by = \"county_decision\"" => "answered_by = \"cross_check\"", "answered_by = \"cross_check\"\nclause", "程序里没有的环节 cross_check";
    "a list of the wrong level", HENAN_2020,
        "after = \"democratic_appraisal\"" => "after = \"township_review\"", "answered_by = \"township_review\"\nclause", "与村级不符";
    "a list answered before it is drawn up", HENAN_2020,
        "after = \"democratic_appraisal\"" => "after = \"archive\"", "answered_by = \"township_review\"\nclause", "先有名单，才有答复";
    "a list to one's own level", HENAN_2020,
        "level = \"county\"\nsubmitted_to = \"township\"" => "level = \"county\"\nsubmitted_to = \"county\"",
        "written_notice = true\nclause", "报给同一级";
    "a convener with capitals", HENAN_2020,
        "code = \"village_committees\"" => "code = \"VillageCommittees\"", "label = \"村“两委”\"\nclause", "只能用小写字母";
    "a convener twice", HENAN_2020,
        "code = \"stationed_work_team\"" => "code = \"village_committees\"", "label = \"驻村工作队\"\nclause", "编号 village_committees 重复";
    "a cause twice", HENAN_2020,
        "code = \"disability\"" => "code = \"illness\"", "label = \"因残\"\nclause", "编号 illness 重复";
    "a cause without origin", ZHENGZHOU,
        "label = \"因灾\"\nclause = \"HN20-004\"" => "label = \"因灾\"", "code = \"disaster\"", "原因 disaster 没有出处";
    "a meeting nobody is named to call", STEPS_2021,
        "kind = \"votes_add_up\"" => "kind = \"conveners_present\"", "label = \"票数与到会人数一致，亲属回避\"", "没有写明由谁组织";
    "days counted where none are", STEPS_2021,
        "label = \"档案清单齐全\"" => "label = \"档案清单齐全\"\nunit = \"working\"", "label = \"档案清单齐全\"", "不用 unit";
};

fn problems_of(broken: &Broken) -> (Vec<Problem>, usize) {
    let mut files = pack_files();
    let file = files.iter_mut().find(|f| f.path == broken.file).unwrap();
    assert!(
        file.text.contains(broken.from),
        "{}: {:?} is not in {}",
        broken.what,
        broken.from,
        broken.file
    );
    file.text = file.text.replacen(broken.from, broken.to, 1);
    let offset = file
        .text
        .find(broken.at)
        .unwrap_or_else(|| panic!("{}: no {:?}", broken.what, broken.at));
    let line = file.text[..offset + broken.at.len()].matches('\n').count() + 1;
    (load_library(&files).err().unwrap_or_default(), line)
}

#[test]
fn every_broken_pack_is_refused_on_the_right_line() {
    assert!(TABLE.len() >= 25);
    let mut wrong = Vec::new();
    for broken in TABLE {
        let (problems, line) = problems_of(broken);
        let right = problems
            .iter()
            .any(|p| p.file == broken.file && p.line == line && p.message.contains(broken.message));
        if !right {
            let found: Vec<String> = problems.iter().map(ToString::to_string).collect();
            wrong.push(format!(
                "{}: expected {}:{line}: …{}…\n    found {}",
                broken.what,
                broken.file,
                broken.message,
                if found.is_empty() {
                    "nothing".to_owned()
                } else {
                    found.join("\n          ")
                },
            ));
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

/// A figure must stand in the quote itself: a quote that says another is found,
/// whatever its summary still says.
#[test]
fn a_quote_that_says_another_figure_is_found() {
    let mut files = pack_files();
    let clauses = "packs/wengyuan-2021/clauses.toml";
    let file = files.iter_mut().find(|f| f.path == clauses).unwrap();
    assert!(file.text.contains("取整数为 9600 元"));
    file.text = file
        .text
        .replacen("取整数为 9600 元", "取整数为 9700 元", 1);
    let problems = load_library(&files).err().unwrap_or_default();
    let found = problems
        .iter()
        .any(|p| p.file == WENGYUAN && p.message.contains("数字 9600 不在条款 WY21-015 的原文里"));
    assert!(found, "{problems:?}");
}

#[test]
fn a_file_that_belongs_to_no_pack_is_named() {
    let mut files = pack_files();
    files.push(SourceFile {
        path: "packs/henan-2022/notes.toml".into(),
        text: String::new(),
    });
    let problems = load_library(&files).unwrap_err();
    assert_eq!(problems[0].file, "packs/henan-2022/notes.toml");
    assert!(
        problems[0].message.contains("不认识的文件"),
        "{}",
        problems[0]
    );
}

/// What one document says is not spoken where every document listens.
#[test]
fn the_base_layer_says_nothing_of_a_document_with_its_own_pack() {
    let mut files = pack_files();
    let clauses = "packs/platform-base/clauses.toml";
    files.push(SourceFile {
        path: clauses.into(),
        text: "[[clause]]\nid = \"HN25-124\"\ndocument = \"HN25\"\nsection = \"十二\"\nquote = \"五级\"\n".into(),
    });
    let problems = load_library(&files).unwrap_err();
    let found = problems.iter().any(|p| {
        p.file == clauses && p.line == 2 && p.message.contains("基础层不能写条款 HN25-124")
    });
    assert!(found, "{problems:?}");
}
