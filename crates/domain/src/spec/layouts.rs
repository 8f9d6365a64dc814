//! Tables of source systems: what a file of theirs is taken for.

use super::{Row, Table};
use crate::exchange::{ColumnMapping, ColumnStatus, Layout, read_header};
use crate::policy::Pack;

type Found = Vec<(usize, String)>;

/// `| 来源系统 | 工作表 | 表头 | 对应 | 认作 | 状态 |`: a file with every column of
/// the form, in which the column 认作 is headed 表头 (or left out, where 表头 is
/// empty; an extra column, where 认作 is). 对应 is what a person says the
/// heading means. 状态 is how it was recognised.
pub(super) fn run(table: &Table, pack: &Pack, layouts: &[Layout]) -> Found {
    table
        .rows
        .iter()
        .filter_map(|row| read(table, row, pack, layouts).err().map(|e| (row.line, e)))
        .collect()
}

fn read(table: &Table, row: &Row, pack: &Pack, layouts: &[Layout]) -> Result<(), String> {
    let label = table.cell(row, "来源系统");
    let known = pack.values.exchange_sources.iter();
    let source = known
        .clone()
        .find(|s| s.label.starts_with(label))
        .ok_or_else(|| format!("没有来源系统“{label}”"))?;
    let layout = layouts
        .iter()
        .find(|l| l.id == source.layout || source.layout == "mapped")
        .ok_or_else(|| format!("“{label}”的格式 {} 没有样表", source.layout))?;
    let tab = table.cell(row, "工作表");
    let index = layout
        .sheet_named(tab)
        .ok_or_else(|| format!("样表 {} 没有工作表“{tab}”", layout.id))?;
    let columns = &layout.sheets[index].columns;
    let field = |header: &str| {
        let column = columns.iter().find(|c| c.header == header);
        column
            .map(|c| c.field.clone())
            .ok_or_else(|| format!("“{tab}”没有“{header}”一栏"))
    };
    let (heading, meaning) = (table.cell(row, "表头"), table.cell(row, "认作"));
    let said = table.cell(row, "对应");
    let mut mappings = Vec::new();
    if !said.is_empty() {
        mappings.push(ColumnMapping {
            sheet: tab.into(),
            header: heading.into(),
            field: field(said)?,
        });
    }
    let mut headers: Vec<&str> = columns
        .iter()
        .map(|c| c.header.as_str())
        .filter(|h| !(heading.is_empty() && *h == meaning))
        .map(|h| {
            if h == meaning || h == said {
                heading
            } else {
                h
            }
        })
        .collect();
    if meaning.is_empty() && said.is_empty() {
        headers.push(heading);
    }
    let cells = (0..).zip(headers.into_iter().map(str::to_owned)).collect();
    let (reading, _) = read_header(layout, index, tab, &[(layout.header_row, cells)], &mappings);
    let reading = reading.ok_or("找不到表头")?;
    let found = reading.columns.iter().find(|c| {
        if heading.is_empty() {
            c.field_label.as_deref() == Some(meaning)
        } else {
            c.header == heading
        }
    });
    let found = found.ok_or_else(|| format!("表头“{heading}”没有读到"))?;
    let is = match found.status {
        ColumnStatus::Matched if !said.is_empty() => "由人对应",
        ColumnStatus::Matched => "本名",
        ColumnStatus::Alias => "别名",
        ColumnStatus::Moved => "换了位置",
        ColumnStatus::Unknown => "不认识",
        ColumnStatus::Duplicate => "重复",
        ColumnStatus::Missing if reading.usable => "缺少",
        ColumnStatus::Missing => "缺少，整表不收",
    };
    let label = found.field_label.clone().unwrap_or_default();
    for (what, said, is) in [
        ("认作", meaning, label.as_str()),
        ("状态", table.cell(row, "状态"), is),
    ] {
        if said != is {
            return Err(format!("{what}应为“{said}”，实为“{is}”"));
        }
    }
    Ok(())
}
