//! The allowed transitions of a pack's procedure, found by trying every act in
//! every state rather than written down by hand.

use std::collections::BTreeMap;

use super::{Table, act, scenario::World};
use crate::account::Operation;
use crate::calendar::WorkCalendar;
use crate::policy::{GuardKind, Pack};

/// Every act tried in every state.
#[derive(Debug, Clone)]
pub struct TransitionTable {
    /// States in words, in the order of the procedure.
    pub states: Vec<String>,
    pub acts: Vec<ActRow>,
}

/// One act and the states in which it is allowed.
#[derive(Debug, Clone)]
pub struct ActRow {
    /// The act in words, as specs write it.
    pub name: &'static str,
    /// 村, 乡 or 县: who usually does it.
    pub level: &'static str,
    pub operation: Operation,
    /// One entry a state.
    pub allowed: Vec<bool>,
}

const ACTS: &[&str] = &[
    "入户核实",
    "签订承诺授权书",
    "提交比对",
    "发起比对",
    "共用比对",
    "乡镇报送",
    "反馈比对",
    "办结比对",
    "核实疑点",
    "判断疑点",
    "民主评议",
    "张贴公示",
    "收到异议",
    "答复异议",
    "审核",
    "审核退回",
    "审核不予纳入",
    "镇政府上报",
    "审批",
    "审批退回",
    "审批不予纳入",
    "书面通知",
    "签收",
    "公告",
    "录入建档",
    "上报项目规划",
    "告知农户",
    "申请复核",
    "终止",
    "说明逾期",
];

/// Side roads: after an act, another act with words of its own is a state too.
const BRANCHES: &[(&str, &str, &str, &str)] = &[
    ("线索", "终止", "", "已终止"),
    ("乡镇报送", "反馈比对", "疑点=户主", "反馈了疑点"),
    ("民主评议", "审核不予纳入", "", "乡镇不予纳入"),
    ("张贴公示", "收到异议", "", "公示期收到异议"),
    ("张贴公示", "审核不予纳入", "", "乡镇不予纳入"),
    ("审核", "收到异议", "", "审核后收到异议"),
    ("审核", "审批不予纳入", "", "县级不予纳入"),
    ("办结比对", "审批不予纳入", "", "县级不予纳入"),
    ("镇政府上报", "审批不予纳入", "", "县级不予纳入"),
];

/// Tries every act with good data, by whoever usually does it, in every state;
/// `None` for a pack without a procedure.
///
/// # Errors
/// An act that good data cannot pass within sixty days.
pub fn transitions(pack: &Pack) -> Result<Option<TransitionTable>, String> {
    let Some(procedure) = pack.identification() else {
        return Ok(None);
    };
    let blank = Table {
        line: 0,
        header: Vec::new(),
        rows: Vec::new(),
        settings: BTreeMap::new(),
    };
    let mut world = World::new(&blank, pack, &WorkCalendar::default())?;
    let mut states = Vec::new();
    let mut day = 0;
    let acts = procedure
        .steps
        .iter()
        .flat_map(|s| act::usual_acts(pack, s.kind));
    for name in std::iter::once(&"线索").chain(acts) {
        if *name != "线索" {
            (day, world) = (day..=60)
                .find_map(|d| {
                    let mut tried = world.clone();
                    let passed = tried
                        .attempt(name, "", &BTreeMap::new(), tried.plus(d))
                        .is_ok_and(|r| r.is_empty());
                    passed.then_some((d, tried))
                })
                .ok_or_else(|| format!("“{name}”六十天内走不过去"))?;
        }
        states.push((format!("{name}之后"), world.clone()));
        for (_, act, words, state) in BRANCHES.iter().filter(|b| b.0 == *name) {
            let mut branch = world.clone();
            let refused = branch.attempt(act, "", &super::pairs(words), branch.plus(day))?;
            if refused.is_empty() {
                states.push(((*state).to_owned(), branch));
            }
        }
    }
    let first = procedure.steps.first().map_or("", |s| s.label.as_str());
    let by_county = !procedure.has_guard(GuardKind::ThroughTownship);
    let acts = ACTS
        .iter()
        // One of the two ways a comparison begins, and no act of a step the pack
        // does not have.
        .filter(|name| {
            **name
                != if by_county {
                    "提交比对"
                } else {
                    "发起比对"
                }
        })
        .filter(|name| {
            let step = states[0].1.step(name);
            step.is_none_or(|kind| procedure.step(kind).is_some())
        })
        .map(|name| {
            let mut words = BTreeMap::new();
            if name.ends_with("退回") {
                words.insert("退回到".to_owned(), first.to_owned());
            }
            let mut allowed = Vec::new();
            for (_, state) in &states {
                let mut tried = state.clone();
                // Late enough for any notice to have stood.
                let day = tried.plus(day.max(30));
                allowed.push(tried.attempt(name, "", &words, day)?.is_empty());
            }
            let operation = states[0].1.clone().operation(name, &words)?;
            Ok(ActRow {
                name,
                level: states[0].1.actor(name),
                operation,
                allowed,
            })
        })
        .collect::<Result<Vec<_>, String>>()?;
    Ok(Some(TransitionTable {
        states: states.into_iter().map(|(s, _)| s).collect(),
        acts,
    }))
}
