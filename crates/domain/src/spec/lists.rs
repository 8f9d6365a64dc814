//! Tables that state the entries of a pack's lists.

use super::Table;
use super::values::{expect, level_word, origin, stated, yes_no};
use crate::policy::Pack;

type Found = Vec<(usize, String)>;

/// What a list table may say of an entry: label, origin, and further columns.
type Entry = (String, String, String, Vec<(&'static str, String)>);

/// `| 清单 | 编号 | 名称 | 出处 | … |`. Whatever the pack says under a clause
/// the table cites must stand in the table: nothing may be added unnoticed.
pub(super) fn lists(table: &Table, pack: &Pack) -> Found {
    let mut found = Vec::new();
    for row in &table.rows {
        let (list, code) = (table.cell(row, "清单"), table.cell(row, "编号"));
        let Some(entries) = entries(list, pack) else {
            found.push((row.line, format!("不认识的清单“{list}”")));
            continue;
        };
        let Some((_, label, from, more)) = entries.iter().find(|e| e.0 == code) else {
            found.push((row.line, format!("清单“{list}”里没有 {code}")));
            continue;
        };
        expect(
            &mut found,
            row,
            &format!("{code} 的名称"),
            table.cell(row, "名称"),
            label,
        );
        expect(
            &mut found,
            row,
            &format!("{code} 的出处"),
            table.cell(row, "出处"),
            from,
        );
        for column in table.header.iter().skip(4) {
            match more.iter().find(|(name, _)| name == column) {
                Some((_, value)) => expect(
                    &mut found,
                    row,
                    &format!("{code} 的{column}"),
                    table.cell(row, column),
                    value,
                ),
                None => found.push((row.line, format!("清单“{list}”没有“{column}”一栏"))),
            }
        }
    }
    let cited: Vec<(&str, &str)> = table
        .rows
        .iter()
        .map(|r| (table.cell(r, "清单"), table.cell(r, "出处")))
        .collect();
    for (list, clause) in cited
        .iter()
        .filter(|(_, c)| !super::clause_ids(c).is_empty())
    {
        for (code, ..) in entries(list, pack)
            .unwrap_or_default()
            .iter()
            .filter(|e| e.2 == *clause)
        {
            let listed = table
                .rows
                .iter()
                .any(|r| table.cell(r, "清单") == *list && table.cell(r, "编号") == code);
            let missing = (
                table.line,
                format!("清单“{list}”在 {clause} 下还有 {code}，表里没有写"),
            );
            if !listed && !found.contains(&missing) {
                found.push(missing);
            }
        }
    }
    found
}

fn entries(list: &str, pack: &Pack) -> Option<Vec<Entry>> {
    let v = &pack.values;
    macro_rules! plain {
        ($field:ident) => {
            v.$field
                .iter()
                .map(|e| (e.code.clone(), e.label.clone(), origin(e.clause.as_ref(), e.source), vec![]))
                .collect()
        };
        ($field:ident, $e:ident => $($column:literal: $value:expr),+) => {
            v.$field
                .iter()
                .map(|$e| {
                    let more = vec![$(($column, $value)),+];
                    ($e.code.clone(), $e.label.clone(), origin($e.clause.as_ref(), $e.source), more)
                })
                .collect()
        };
    }
    Some(match list {
        "监测对象类别" => plain!(categories, e =>
        "系统提议": yes_no(e.proposed).to_owned(),
        "定义出处": match (e.definition.as_str(), e.definition_source) {
            ("", _) => String::new(),
            (_, None) => origin(e.clause.as_ref(), e.source),
            (_, practice) => origin(None, practice),
        }),
        "纳入情形" => plain!(entry_paths, e =>
        "比例": e.ratio.as_ref().map_or_else(String::new, |r| {
            let (value, from) = stated(r);
            format!("{value} {from}")
        })),
        "原因" => plain!(causes),
        "评议组织者" => plain!(conveners),
        "责任分工" => plain!(responsibilities, e =>
            "层级": e.levels.iter().map(|l| level_word(*l)).collect::<Vec<_>>().join("、")),
        "名单" => plain!(lists, e =>
            "拟定": level_word(e.level).to_owned(),
            "报送": level_word(e.submitted_to).to_owned(),
            "在…之后": e.after.as_str().to_owned(),
            "由…答复": e.answered_by.map_or_else(String::new, |k| k.as_str().to_owned()),
            "周期": e.period.as_ref().map_or_else(String::new, |p| {
                let (value, from) = stated(p);
                let after = e.period_after.as_ref().map(stated);
                let after = after.map(|(day, from)| format!("，{day} 以后 {from}"));
                format!("{value} {from}{}", after.unwrap_or_default())
            }),
            "书面通知": yes_no(e.written_notice).to_owned()),
        "研判方面" => plain!(dimensions),
        "实际困难" => plain!(difficulty_areas),
        "线索渠道" => plain!(channels, e => "启动时钟": yes_no(e.starts_clock).to_owned()),
        "发现方式" => plain!(discovery_modes),
        "申报方式" => plain!(declaration_means, e => "他人代办": yes_no(e.proxy).to_owned()),
        "网格力量" => plain!(grid_staff),
        "线索结果" => plain!(lead_outcomes, e =>
            "去向": match e.leads_to.as_str() { "casefile" => "开立识别认定", "episode" => "并入现有监测", _ => "办结" }.to_owned(),
            "须写理由": yes_no(e.needs_reason).to_owned()),
        "线索阶段" => plain!(lead_stages),
        "可识别的户" => plain!(eligible_statuses),
        "不得作为理由" => plain!(forbidden_grounds),
        "责任人" => plain!(attributions),
        "来源系统" => plain!(exchange_sources, e => "格式": e.layout.clone()),
        "风险类型" => plain!(risk_types),
        "终止情形" => plain!(lawful_ends),
        "表单" => plain!(forms, e => "授权查询": e.authorises.clone()),
        "比对内容" => plain!(comparison_items, e => "反馈部门": e.departments.join("、")),
        "监测范围环节" => v
            .line
            .as_ref()?
            .stated_steps
            .iter()
            .map(|s| {
                let code = serde_json::to_value(s.kind).ok()?.as_str()?.to_owned();
                let from = origin(s.clause.as_ref(), s.source);
                Some((code, s.label.clone(), from, vec![]))
            })
            .collect::<Option<_>>()?,
        "署名" => v
            .offices
            .iter()
            .map(|e| {
                (
                    e.code.as_str().to_owned(),
                    e.label.clone(),
                    origin(e.clause.as_ref(), e.source),
                    vec![],
                )
            })
            .collect(),
        "层级" => v
            .levels
            .iter()
            .map(|e| {
                (
                    e.code.as_str().to_owned(),
                    e.label.clone(),
                    origin(e.clause.as_ref(), e.source),
                    vec![],
                )
            })
            .collect(),
        "任务" => v
            .tasks
            .iter()
            .map(|e| {
                let sections = vec![("负责科室", e.responsible.join("、"))];
                (
                    e.code.clone(),
                    e.label.clone(),
                    origin(e.clause.as_ref(), None),
                    sections,
                )
            })
            .collect(),
        _ => return None,
    })
}
