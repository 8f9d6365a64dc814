//! Tables about leads: how one arrives, how one is concluded.

use jiff::civil::date;

use super::{Row, Table, scenario::judge};
use crate::lead::{
    HouseholdStanding, LeadBasis, LeadConclusion, NewLead, Proxy, check_conclusion, check_new_lead,
};
use crate::policy::Pack;

type Found = Vec<(usize, String)>;

/// Code of a label; a label the pack does not know stands for itself and is
/// refused by the rules.
fn code<'a>(label: &'a str, known: impl Iterator<Item = (&'a str, &'a str)>) -> String {
    let mut known = known;
    known
        .find(|(_, l)| *l == label)
        .map_or(label, |(c, _)| c)
        .to_owned()
}

/// What a row says is missing: words under 缺, parted by 、.
fn lacks(table: &Table, row: &Row, item: &str) -> bool {
    table.cell(row, "缺").split('、').any(|m| m.trim() == item)
}

/// `| 渠道 | 发现方式 | 申报方式 | 代办人 | 缺 | 结果 | 依据 |`, 缺 being 农户 or
/// 情况; 依据 the clauses that name the ways it came, in their order.
pub(super) fn received(table: &Table, pack: &Pack) -> Found {
    let values = &pack.values;
    let one = |row: &Row| {
        let means = table.cell(row, "申报方式");
        let proxy = table.cell(row, "代办人");
        let lead = NewLead {
            household_id: (!lacks(table, row, "农户")).then(|| "户一".into()),
            reported_name: String::new(),
            village: None,
            channel: code(
                table.cell(row, "渠道"),
                values
                    .channels
                    .iter()
                    .map(|c| (c.code.as_str(), c.label.as_str())),
            ),
            discovery_mode: code(
                table.cell(row, "发现方式"),
                values
                    .discovery_modes
                    .iter()
                    .map(|m| (m.code.as_str(), m.label.as_str())),
            ),
            received_on: date(2022, 5, 1),
            description: if lacks(table, row, "情况") {
                String::new()
            } else {
                "家中有人住院".into()
            },
            reporter: String::new(),
            means: (!means.is_empty()).then(|| {
                code(
                    means,
                    values
                        .declaration_means
                        .iter()
                        .map(|m| (m.code.as_str(), m.label.as_str())),
                )
            }),
            proxy: (!proxy.is_empty()).then(|| Proxy {
                name: proxy.to_owned(),
                relation: "窗口人员".into(),
            }),
            risks: Vec::new(),
            late_reason: String::new(),
            official: None,
        };
        let refusals = check_new_lead(&lead, pack, date(2022, 5, 1))
            .err()
            .unwrap_or_default();
        judge(table.cell(row, "结果"), &refusals)?;
        let basis = LeadBasis::of(
            pack,
            &lead.channel,
            &lead.discovery_mode,
            lead.means.as_deref(),
        );
        let clauses = [basis.channel, basis.discovery_mode, basis.means];
        let is: Vec<String> = clauses.into_iter().flatten().collect();
        let wanted: Vec<&str> = table.cell(row, "依据").split_whitespace().collect();
        if !table.header.iter().any(|h| h == "依据") || wanted == is {
            Ok(())
        } else {
            Err(format!(
                "依据应“{}”，实为“{}”",
                wanted.join(" "),
                is.join(" ")
            ))
        }
    };
    table
        .rows
        .iter()
        .filter_map(|row| one(row).err().map(|e| (row.line, e)))
        .collect()
}

/// `| 核实结果 | 户 | 户的情况 | 理由 | 缺 | 结果 | 之后 |`, 户的情况 being
/// 未监测, 正在监测 or 曾消除, 缺 being 核实人.
pub(super) fn concluded(table: &Table, pack: &Pack) -> Found {
    let values = &pack.values;
    let one = |row: &Row| {
        let situation = table.cell(row, "户的情况");
        let status = code(
            table.cell(row, "户"),
            values
                .eligible_statuses
                .iter()
                .map(|s| (s.code.as_str(), s.label.as_str())),
        );
        let standing = HouseholdStanding {
            status: &status,
            monitored: situation == "正在监测",
            cleared_before: situation == "曾消除",
            running_casefile: false,
        };
        if !["未监测", "正在监测", "曾消除"].contains(&situation) {
            return Err(format!(
                "户的情况“{situation}”不认识：未监测、正在监测、曾消除"
            ));
        }
        let conclusion = LeadConclusion {
            outcome: code(
                table.cell(row, "核实结果"),
                values
                    .lead_outcomes
                    .iter()
                    .map(|o| (o.code.as_str(), o.label.as_str())),
            ),
            reason: table.cell(row, "理由").to_owned(),
            on: date(2022, 5, 2),
            verified_by: if lacks(table, row, "核实人") {
                Vec::new()
            } else {
                vec!["核实人一".into()]
            },
        };
        let checked = check_conclusion(
            &conclusion,
            date(2022, 5, 1),
            Some(standing),
            pack,
            date(2022, 5, 2),
        );
        let next = match checked.as_deref() {
            Ok("casefile") => "开立识别认定",
            Ok("episode") => "并入现有监测",
            Ok(_) => "办结",
            Err(_) => "",
        };
        let wanted = table.cell(row, "之后");
        judge(
            table.cell(row, "结果"),
            checked.as_ref().err().map_or(&[], Vec::as_slice),
        )?;
        if wanted == next {
            Ok(())
        } else {
            Err(format!("之后应“{wanted}”，实为“{next}”"))
        }
    };
    table
        .rows
        .iter()
        .filter_map(|row| one(row).err().map(|e| (row.line, e)))
        .collect()
}
