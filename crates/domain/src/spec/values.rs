//! Tables that state values of a pack: single items, steps, evidence,
//! documents, proposed categories.

use toml::Spanned;

use super::{Row, Table};
use crate::calendar::DayUnit;
use crate::casefile::propose_category;
use crate::division::Level;
use crate::policy::{Pack, Provenance, Stated};

type Found = Vec<(usize, String)>;

pub(super) fn yes_no(value: bool) -> &'static str {
    if value { "是" } else { "否" }
}

/// `HN22-011`, `惯例`, or `文件未规定`.
pub(super) fn origin(clause: Option<&Spanned<String>>, source: Option<Provenance>) -> String {
    match (clause, source) {
        (Some(clause), _) => clause.get_ref().clone(),
        (None, Some(Provenance::Practice)) => "惯例".into(),
        (None, Some(Provenance::InheritedByPractice)) => "沿用".into(),
        (None, None) => String::new(),
    }
}

pub(super) fn stated<T: Clone + ToString>(stated: &Stated<T>) -> (String, String) {
    let value = stated
        .get()
        .map_or_else(|| "未设".to_owned(), |v| v.to_string());
    let from = if stated.unstated {
        "文件未规定".to_owned()
    } else {
        let derived = if stated.derived { "（推算）" } else { "" };
        origin(stated.clause.as_ref(), stated.source) + derived
    };
    (value, from)
}

pub(super) fn expect(found: &mut Found, row: &Row, what: &str, said: &str, is: &str) {
    if said != is {
        found.push((row.line, format!("{what}：文中写“{said}”，政策包是“{is}”")));
    }
}

/// `| 项目 | 值 | 出处 |`
pub(super) fn items(table: &Table, pack: &Pack) -> Found {
    let mut found = Vec::new();
    for row in &table.rows {
        let name = table.cell(row, "项目");
        match item(name, pack) {
            Some((value, from)) => {
                expect(&mut found, row, name, table.cell(row, "值"), &value);
                expect(
                    &mut found,
                    row,
                    &format!("{name}的出处"),
                    table.cell(row, "出处"),
                    &from,
                );
            }
            None => found.push((row.line, format!("政策包里没有“{name}”"))),
        }
    }
    found
}

fn item(name: &str, pack: &Pack) -> Option<(String, String)> {
    if let Some(silent) = super::silence::item(name, pack) {
        return Some(silent);
    }
    let values = &pack.values;
    if name == "规模限制" {
        return Some(
            values
                .scale_reference
                .as_ref()
                .map_or(("没有".into(), String::new()), stated),
        );
    }
    if let Some(rest) = name.strip_prefix("时钟") {
        let (id, key) = rest.split_once('：')?;
        let clock = pack
            .identification()?
            .clocks
            .iter()
            .find(|c| c.label == id)?;
        let limit_clause = clock.limit_days.clause().unwrap_or_default().to_owned();
        return Some(match key {
            "天数" => stated(&clock.limit_days),
            "单位" => {
                let unit = match clock.unit.get() {
                    Some(DayUnit::Natural) => "自然日",
                    Some(DayUnit::Working) => "工作日",
                    None => "未设",
                }
                .to_owned();
                (unit, origin(clock.unit.clause.as_ref(), clock.unit.source))
            }
            "截止日期" => stated(clock.due_on.as_ref()?),
            "起" => (clock.starts.clone(), limit_clause),
            "止" => (clock.ends.clone(), limit_clause),
            "一般" => (yes_no(clock.in_principle).to_owned(), limit_clause),
            _ => return None,
        });
    }
    if let Some(year) = name.strip_prefix("过渡期") {
        let period = values.transition_period.as_ref()?;
        return Some(stated(if year == "首年" {
            &period.first_year
        } else {
            &period.last_year
        }));
    }
    if let Some(value) = match name {
        "监测单位" => values.monitoring_unit.as_ref().map(stated),
        "排查村比例" => values.village_coverage_percent.as_ref().map(stated),
        _ => None,
    } {
        return Some(value);
    }
    let line = values.line.as_ref()?;
    if let Some(key) = name.strip_prefix("监测范围算法：") {
        let formula = line.formula.as_ref()?;
        return Some(match key {
            "基数" => stated(&formula.base),
            "基数金额" => stated(formula.base_yuan.as_ref()?),
            "倍数" => stated(formula.multiplier.as_ref()?),
            "地区类别" => stated(formula.area_class.as_ref()?),
            "早几年" => stated(formula.base_years_before.as_ref()?),
            "取整" => stated(formula.rounding.as_ref()?),
            "首年" => stated(formula.first_year.as_ref()?),
            "末年" => stated(formula.last_year.as_ref()?),
            "因素" => {
                let names: Vec<&str> = formula.factors.iter().map(|f| f.label.as_str()).collect();
                let first = formula.factors.first()?;
                (
                    names.join("、"),
                    origin(first.clause.as_ref(), first.source),
                )
            }
            _ => return None,
        });
    }
    Some(match name {
        "备案机关" => {
            let step = line.stated_steps.iter().find(|s| !s.recipient.is_empty())?;
            (
                step.recipient.clone(),
                origin(step.clause.as_ref(), step.source),
            )
        }
        "监测范围底线" => stated(line.floor_yuan.as_ref()?),
        "监测范围" => stated(&line.amount_yuan),
        "收入口径" => stated(&line.measure),
        "比较方式" => stated(&line.comparator),
        "监测范围性质" => stated(&line.nature),
        "调整依据增长率" => stated(line.growth_rate_percent.as_ref()?),
        "年度调整" => stated(line.adjusted_yearly.as_ref()?),
        "印发到" => {
            let down = line.downward.as_ref()?;
            let from = origin(down.clause.as_ref(), down.source);
            (down.level.label().to_owned(), from)
        }
        "印发效力" => {
            let down = line.downward.as_ref()?;
            (
                down.effect.clone(),
                origin(down.clause.as_ref(), down.source),
            )
        }
        "另定可以更低" => stated(line.downward.as_ref()?.own_may_be_lower.as_ref()?),
        "回执天数" => stated(&line.downward.as_ref()?.receipt_days),
        "收入核算期" => stated(line.accounting_period.as_ref()?),
        _ => return None,
    })
}

/// `| 序 | 环节 | 办理层级 | 出处 | 可同步 |`: the whole procedure in its order.
pub(super) fn steps(table: &Table, pack: &Pack) -> Found {
    let mut found = Vec::new();
    let Some(procedure) = pack.identification() else {
        return vec![(table.line, "政策包没有识别程序".into())];
    };
    if procedure.steps.len() != table.rows.len() {
        found.push((
            table.line,
            format!(
                "文中有 {} 个环节，政策包有 {} 个",
                table.rows.len(),
                procedure.steps.len()
            ),
        ));
    }
    for (row, step) in table.rows.iter().zip(&procedure.steps) {
        expect(
            &mut found,
            row,
            "环节",
            table.cell(row, "环节"),
            &step.label,
        );
        expect(
            &mut found,
            row,
            "办理层级",
            table.cell(row, "办理层级"),
            level_word(step.level),
        );
        expect(
            &mut found,
            row,
            "出处",
            table.cell(row, "出处"),
            step.clause.get_ref(),
        );
        let parallel = match step.parallel.as_ref() {
            Some(p) if p.get() == Some(true) => {
                format!("是 {}", origin(p.clause.as_ref(), p.source))
            }
            _ => "否".to_owned(),
        };
        expect(
            &mut found,
            row,
            "可同步",
            table.cell(row, "可同步"),
            parallel.trim(),
        );
    }
    found
}

pub(super) fn level_word(level: Level) -> &'static str {
    match level {
        Level::Nation => "国家",
        Level::Province => "省",
        Level::City => "市",
        Level::County => "县",
        Level::Township => "乡",
        Level::Village => "村",
    }
}

/// `| 环节 | 编号 | 材料 | 必需 | 出处 |`
pub(super) fn evidence(table: &Table, pack: &Pack) -> Found {
    let mut found = Vec::new();
    for row in &table.rows {
        let (label, code) = (table.cell(row, "环节"), table.cell(row, "编号"));
        let evidence = pack
            .identification()
            .and_then(|p| p.steps.iter().find(|s| s.label == label))
            .and_then(|s| s.evidence.iter().find(|e| e.code == code));
        let Some(evidence) = evidence else {
            found.push((row.line, format!("环节“{label}”没有材料 {code}")));
            continue;
        };
        expect(
            &mut found,
            row,
            "材料",
            table.cell(row, "材料"),
            &evidence.label,
        );
        expect(
            &mut found,
            row,
            "必需",
            table.cell(row, "必需"),
            yes_no(evidence.required),
        );
        let from = origin(evidence.clause.as_ref(), evidence.source);
        expect(&mut found, row, "出处", table.cell(row, "出处"), &from);
    }
    found
}

/// `| 文件 | 文号 | 标题 | 发文单位 | 日期 | 登记依据 |`
pub(super) fn documents(table: &Table, pack: &Pack) -> Found {
    let mut found = Vec::new();
    for row in &table.rows {
        let id = table.cell(row, "文件");
        let Some(document) = pack.values.documents.iter().find(|d| d.id == id) else {
            found.push((row.line, format!("文件 {id} 没有登记")));
            continue;
        };
        let issued = document
            .issued_on
            .map_or_else(|| "未载明".to_owned(), |d| d.to_string());
        let number = if document.number.is_empty() {
            "未载明"
        } else {
            &document.number
        };
        expect(&mut found, row, "文号", table.cell(row, "文号"), number);
        expect(
            &mut found,
            row,
            "标题",
            table.cell(row, "标题"),
            &document.title,
        );
        expect(
            &mut found,
            row,
            "发文单位",
            table.cell(row, "发文单位"),
            &document.issuer,
        );
        expect(&mut found, row, "日期", table.cell(row, "日期"), &issued);
    }
    found
}

/// `| 人均纯收入 | 户 | 风险或困难 | 提议 | 依据条款 |`
pub(super) fn proposals(table: &Table, pack: &Pack) -> Found {
    let mut found = Vec::new();
    for row in &table.rows {
        let mut form = super::usual::home_verification(pack);
        let words = table.cell(row, "人均纯收入");
        let Some(fen) = super::usual::fen(words) else {
            found.push((row.line, format!("人均纯收入“{words}”不是金额（元）")));
            continue;
        };
        form.income.wage_fen = fen * i64::from(form.income.persons);
        let trouble = table.cell(row, "风险或困难");
        if let Err(unknown) = super::usual::trouble(&mut form, trouble, pack) {
            found.push((row.line, unknown));
            continue;
        }
        let household = table.cell(row, "户");
        let Some(status) = pack
            .values
            .eligible_statuses
            .iter()
            .find(|s| s.label == household)
        else {
            found.push((row.line, format!("政策包没有把“{household}”列为可识别的户")));
            continue;
        };
        let explained = propose_category(pack, &status.code, &(&form).into());
        let proposed = explained
            .conclusion
            .as_ref()
            .map_or("不提议", |c| c.label.as_str());
        expect(&mut found, row, "提议", table.cell(row, "提议"), proposed);
        for clause in super::clause_ids(table.cell(row, "依据条款")) {
            if !explained
                .facts
                .iter()
                .any(|f| f.clause.as_deref() == Some(clause.as_str()))
            {
                found.push((row.line, format!("说明里没有引用条款 {clause}")));
            }
        }
    }
    found
}
