//! Tables of roles: who may do what, over whom, at which level.

use std::collections::BTreeMap;

use super::{Row, Table, scenario::World};
use crate::account::{Operation, Role, Roles, Scope};
use crate::calendar::WorkCalendar;
use crate::division::{DivisionCode, Level};
use crate::policy::Pack;

type Found = Vec<(usize, String)>;

/// Places as seen from the village whose people act.
const PLACES: [(&str, &str); 6] = [
    ("本村", "410327101201"),
    ("邻村", "410327101202"),
    ("外乡", "410327102201"),
    ("外县", "410328101201"),
    ("外市", "410122101201"),
    ("外省", "440229101201"),
];

/// What is no act of a casefile.
const BESIDE: [(&str, Operation); 7] = [
    ("查看农户", Operation::HouseholdRead),
    ("登记线索", Operation::LeadRegister),
    ("办结线索", Operation::LeadConclude),
    ("查看事项", Operation::CasefileRead),
    ("看进度汇总", Operation::SupervisionRead),
    ("看卡在哪一步", Operation::SupervisionOpen),
    ("拟定监测范围", Operation::MonitoringLineDraft),
];

/// `| 角色 | 操作 | 地方 | 姓名 | 结果 |`: an account of that role sits at the
/// role's level above 本村. 结果 is 准许, 无权 or 看不到; 姓名 明文 or 隐去.
pub(super) fn run(table: &Table, pack: &Pack, roles: &Roles) -> Found {
    let one = |row: &Row| {
        let label = table.cell(row, "角色");
        let role = roles
            .iter()
            .find(|r| r.label == label)
            .ok_or_else(|| format!("没有角色“{label}”"))?;
        let operation = operation(table.cell(row, "操作"), pack)?;
        let is = outcome(role, operation, place(table.cell(row, "地方"))?, pack)?;
        let names = if role.masked { "隐去" } else { "明文" };
        for (column, is) in [("结果", is), ("姓名", names)] {
            let said = table.cell(row, column);
            if said != is && !(column == "姓名" && said.is_empty()) {
                return Err(format!("{column}应为“{said}”，实为“{is}”"));
            }
        }
        Ok(())
    };
    table
        .rows
        .iter()
        .filter_map(|row| one(row).err().map(|e| (row.line, e)))
        .collect()
}

/// As a request is answered: unseen before forbidden.
fn outcome(
    role: &Role,
    operation: Operation,
    place: DivisionCode,
    pack: &Pack,
) -> Result<&'static str, String> {
    let level = role.level.filter(|l| known(pack, *l));
    let level = level.ok_or_else(|| format!("角色“{}”不在五级里", role.label))?;
    let sits = self::place("本村")?.at_level(level);
    let scope = sits.map_or(Scope::NOBODY, Scope::subtree);
    Ok(if !scope.contains(place) {
        "看不到"
    } else if role.operations.contains(&operation) {
        "准许"
    } else {
        "无权"
    })
}

fn known(pack: &Pack, level: Level) -> bool {
    pack.values.levels.iter().any(|l| l.code == level)
}

fn place(name: &str) -> Result<DivisionCode, String> {
    let known = PLACES.iter().find(|(word, _)| *word == name);
    known
        .and_then(|(_, code)| code.parse().ok())
        .ok_or_else(|| format!("地方“{name}”不认识：本村、邻村、外乡、外县、外市、外省"))
}

fn operation(name: &str, pack: &Pack) -> Result<Operation, String> {
    if let Some((_, operation)) = BESIDE.iter().find(|(word, _)| *word == name) {
        return Ok(*operation);
    }
    let blank = Table {
        line: 0,
        header: Vec::new(),
        rows: Vec::new(),
        settings: BTreeMap::new(),
    };
    World::new(&blank, pack, &WorkCalendar::default())?.operation(name, &BTreeMap::new())
}
