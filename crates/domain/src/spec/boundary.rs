//! Boundary tables: every row stands for itself, on the pack it names and under
//! the clauses it names.

use std::collections::BTreeSet;

use super::{Row, Table, assessed, clause_ids, scenario::World};
use crate::calendar::WorkCalendar;
use crate::policy::{ClauseId, Library, Pack};

type Found = Vec<(usize, String)>;

/// `| 包 | 条款 | 先 | 日期 | 谁 | 动作 | 参数 | 结果 |`, an act after what went
/// before, or `| 包 | 条款 | 人均收入 | 户 | 情形 | 提议 | 说明 |`, a proposal.
pub(super) fn run(
    table: &Table,
    clauses: &BTreeSet<ClauseId>,
    library: &Library,
    calendar: &WorkCalendar,
) -> Found {
    let acting = table.header.iter().any(|h| h == "动作");
    let one = |row: &Row| {
        let pack = library
            .pack(table.cell(row, "包"))
            .ok_or_else(|| format!("没有政策包 {}", table.cell(row, "包")))?;
        let named = table.cell(row, "条款");
        grounded(named, table.cell(row, "结果"), clauses)?;
        if acting {
            return act(table, row, pack, calendar);
        }
        let explained = assessed::proposal(
            pack,
            table.cell(row, "人均收入"),
            table.cell(row, "户"),
            table.cell(row, "情形"),
        )?;
        let words = table.cell(row, "说明");
        assessed::judge(&explained, table.cell(row, "提议"), "", words)
    };
    table
        .rows
        .iter()
        .filter_map(|row| one(row).err().map(|e| (row.line, e)))
        .collect()
}

/// A row names its clauses, all of the section's; or says that it is practice
/// or that no document says it. A refusal cites no other.
fn grounded(named: &str, result: &str, clauses: &BTreeSet<ClauseId>) -> Result<(), String> {
    let ids = clause_ids(named);
    if ids.is_empty() && !["惯例", "文件未规定"].contains(&named) {
        return Err("没有写条款；没有条款的写“惯例”或“文件未规定”".into());
    }
    if let Some(other) = ids.iter().find(|id| !clauses.contains(*id)) {
        return Err(format!("条款 {other} 不在标题里"));
    }
    match clause_ids(result).into_iter().find(|id| !ids.contains(id)) {
        Some(other) => Err(format!("结果引用了 {other}，“条款”一栏没有写")),
        None => Ok(()),
    }
}

/// 先: `第0天 线索 农户申报；第6天 办到 村内公示`, all of it allowed.
fn act(table: &Table, row: &Row, pack: &Pack, calendar: &WorkCalendar) -> Result<(), String> {
    let mut world = World::new(table, pack, calendar)?;
    for before in table.cell(row, "先").split('；').map(str::trim) {
        let mut words = before.splitn(3, ' ');
        let mut next = || words.next().unwrap_or_default();
        let (day, name, rest) = (next(), next(), next());
        if !day.is_empty() {
            let done = world.act(day, "", name, rest, "准许");
            done.map_err(|e| format!("先“{before}”：{e}"))?;
        }
    }
    world.act(
        table.cell(row, "日期"),
        table.cell(row, "谁"),
        table.cell(row, "动作"),
        table.cell(row, "参数"),
        table.cell(row, "结果"),
    )
}
