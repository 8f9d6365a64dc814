//! Scenario tables: `| 日期 | 谁 | 动作 | 参数 | 结果 |`, one casefile a table.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::{Date, date};

use super::act::{self, Words};
use super::usual;
use super::{Row, Table, clock, pairs};
use crate::account::{Operation, Principal, Scope};
use crate::calendar::{WorkCalendar, plus_days};
use crate::casefile::{
    Action, Casefile, Facts, LeadRef, MemberFact, PackRef, Refusal, Register, Stage, apply, clocks,
};
use crate::division::{DivisionCode, Level};
use crate::policy::{Pack, StepKind};

type Found = Vec<(usize, String)>;

#[derive(Clone)]
pub(super) struct World<'a> {
    pack: &'a Pack,
    calendar: WorkCalendar,
    members: Vec<MemberFact>,
    status: String,
    /// 第0天.
    day_zero: Date,
    /// Date of the row before.
    last: Date,
    /// The latest day anything was done: "today".
    today: Date,
    casefile: Option<Casefile>,
}

/// Runs the table; rows after a broken one are not run, for they would only
/// repeat its failure.
pub(super) fn run(table: &Table, pack: &Pack, calendar: &WorkCalendar) -> Found {
    let mut world = match World::new(table, pack, calendar) {
        Ok(world) => world,
        Err(message) => return vec![(table.line, message)],
    };
    for row in &table.rows {
        if let Err(message) = world.row(table, row) {
            return vec![(row.line, message)];
        }
    }
    Vec::new()
}

impl<'a> World<'a> {
    pub(super) fn new(
        table: &Table,
        pack: &'a Pack,
        calendar: &WorkCalendar,
    ) -> Result<Self, String> {
        let settings = &table.settings;
        let allowance = match settings.get("低保起始") {
            Some(text) => Some(Some(
                text.parse()
                    .map_err(|_| format!("低保起始“{text}”不是日期"))?,
            )),
            None => None,
        };
        let day_zero = match settings.get("第0天") {
            Some(text) => text.parse().map_err(|_| format!("第0天“{text}”不是日期"))?,
            None => date(2022, 5, 1),
        };
        let status = match settings.get("户") {
            None => "ordinary_household".to_owned(),
            Some(label) => {
                let known = pack
                    .values
                    .eligible_statuses
                    .iter()
                    .find(|s| &s.label == label);
                known
                    .map(|s| s.code.clone())
                    .ok_or_else(|| format!("政策包没有把“{label}”列为可识别的户"))?
            }
        };
        let member = |name: &str, adult: bool| MemberFact {
            id: name.into(),
            name: name.into(),
            adult,
            active: true,
            left: false,
            shares_income: true,
            subsistence_allowance: allowance,
        };
        Ok(Self {
            pack,
            calendar: calendar.clone(),
            members: vec![
                member("户主", true),
                member("配偶", true),
                member("孩子", false),
            ],
            status,
            day_zero,
            last: day_zero,
            today: day_zero,
            casefile: None,
        })
    }

    fn row(&mut self, table: &Table, row: &Row) -> Result<(), String> {
        self.act(
            table.cell(row, "日期"),
            table.cell(row, "谁"),
            table.cell(row, "动作"),
            table.cell(row, "参数"),
            table.cell(row, "结果"),
        )
    }

    /// One act in the words of a row.
    pub(super) fn act(
        &mut self,
        day: &str,
        who: &str,
        name: &str,
        parameters: &str,
        result: &str,
    ) -> Result<(), String> {
        let day = self.day(day)?;
        self.last = day;
        self.today = self.today.max(day);
        let words = pairs(parameters);
        match name {
            "线索" => self.lead(parameters, day),
            "办到" => self.carry_on(parameters, day),
            "查看时钟" => {
                let all = clocks(&self.casefile().clone(), self.pack, &self.calendar, day);
                clock::look(&all, words.keys().next(), result, |text| self.day(text))
            }
            "查看状态" => {
                let is = self.stage();
                if is == result {
                    Ok(())
                } else {
                    Err(format!("状态应为“{result}”，实为“{is}”"))
                }
            }
            _ => {
                let outcome = self.attempt(name, who, &words, day)?;
                judge(result, &outcome)
            }
        }
    }

    fn day(&self, text: &str) -> Result<Date, String> {
        if text.is_empty() {
            return Ok(self.last);
        }
        let number = text.strip_prefix('第').and_then(|t| t.strip_suffix('天'));
        if let Some(days) = number {
            return days
                .parse()
                .map(|n| plus_days(self.day_zero, n))
                .map_err(|_| format!("日期“{text}”不认识"));
        }
        text.parse()
            .map_err(|_| format!("日期“{text}”不认识：写“第3天”或 2022-05-01"))
    }

    /// A lead opens the casefile, or joins the open one.
    fn lead(&mut self, channel: &str, day: Date) -> Result<(), String> {
        let known = self
            .pack
            .values
            .channels
            .iter()
            .find(|c| c.label == channel);
        let code = known
            .map(|c| c.code.clone())
            .ok_or_else(|| format!("没有线索渠道“{channel}”"))?;
        let number = self
            .casefile
            .as_ref()
            .map_or(1, |c| c.all_leads().count() + 1);
        let lead = LeadRef {
            id: format!("线索{number}"),
            channel: code,
            received_on: day,
        };
        match &mut self.casefile {
            Some(casefile) => casefile.join_lead(lead),
            None => self.casefile = Some(self.opened(lead, day)),
        }
        Ok(())
    }

    fn opened(&self, lead: LeadRef, day: Date) -> Casefile {
        let pack = PackRef {
            id: self.pack.id().to_owned(),
            version: self.pack.values.version,
        };
        Casefile::open("事项一".into(), "户一".into(), village(), pack, lead, day)
    }

    /// The casefile; without a lead row, one from a farmer's own declaration on
    /// day 0.
    fn casefile(&mut self) -> &Casefile {
        if self.casefile.is_none() {
            let lead = LeadRef {
                id: "线索1".into(),
                channel: "self_declaration".into(),
                received_on: self.day_zero,
            };
            self.casefile = Some(self.opened(lead, self.day_zero));
        }
        self.casefile.as_ref().expect("set just above")
    }

    /// Does every step up to and with the named one, each with good data and
    /// by the level that usually does it.
    fn carry_on(&mut self, label: &str, day: Date) -> Result<(), String> {
        let procedure = self.pack.identification().ok_or("政策包没有识别程序")?;
        let last = procedure
            .steps
            .iter()
            .position(|s| s.label == label)
            .ok_or_else(|| format!("没有环节“{label}”"))?;
        for step in &procedure.steps[..=last] {
            if self.casefile().records.done_on(step.kind).is_some() {
                continue;
            }
            for name in act::usual_acts(self.pack, step.kind) {
                let records = &self.casefile().records;
                let check = records.cross_check.as_ref();
                let done = match *name {
                    "提交比对" | "发起比对" => check.is_some(),
                    "乡镇报送" => check.is_some_and(|c| c.forwarded.is_some()),
                    "反馈比对" => check.is_some_and(|c| !c.answers.is_empty()),
                    "签收" => records.decision_acknowledged.is_some(),
                    _ => false,
                };
                if done {
                    continue;
                }
                let outcome = self.attempt(name, "", &BTreeMap::new(), day)?;
                judge("准许", &outcome).map_err(|e| format!("办到“{label}”时，{name}：{e}"))?;
            }
        }
        Ok(())
    }

    /// Tries an act; the casefile moves on when nothing refuses it.
    pub(super) fn attempt(
        &mut self,
        name: &str,
        who: &str,
        words: &BTreeMap<String, String>,
        day: Date,
    ) -> Result<Vec<Refusal>, String> {
        let actor = principal(if who.is_empty() {
            self.actor(name)
        } else {
            who
        })?;
        let casefile = self.casefile().clone();
        let mut words = words.clone();
        let today = match words.remove("录入") {
            Some(text) => self.day(&text)?,
            None => self.today.max(day),
        };
        let action = self.action(name, &words, day)?;
        let pieces = usual::evidence(self.pack, &words);
        let facts = Facts {
            pack: self.pack,
            calendar: &self.calendar,
            members: &self.members,
            register: Register::default(),
            household_status: &self.status,
            township: usual::township(self.pack),
            evidence: Some(&pieces),
            actor: &actor,
            today,
        };
        match apply(&casefile, &action, day, &facts) {
            Ok((next, _)) => {
                self.casefile = Some(next);
                self.today = self.today.max(today);
                Ok(Vec::new())
            }
            Err(refusals) => Ok(refusals),
        }
    }

    /// The act a name and its words describe, in the casefile as it stands.
    fn action(
        &self,
        name: &str,
        words: &BTreeMap<String, String>,
        day: Date,
    ) -> Result<Action, String> {
        let adults: Vec<String> = self
            .members
            .iter()
            .filter(|m| m.adult)
            .map(|m| m.id.clone())
            .collect();
        let held = self.casefile.iter().flat_map(|c| &c.superseded);
        let held = held
            .filter(|s| s.records.democratic_appraisal.is_some())
            .count();
        let mut words = words.clone();
        if let Some(until) = words.get("有效至") {
            let until = self.day(until)?.to_string();
            words.insert("有效至".into(), until);
        }
        let words = Words {
            map: &words,
            pack: self.pack,
            adults: &adults,
            occurred_on: day,
            next_round: u16::try_from(held + 1).unwrap_or(u16::MAX),
        };
        act::action(name, &words)
    }

    /// The operation a role must hold for an act.
    pub(super) fn operation(
        &self,
        name: &str,
        words: &BTreeMap<String, String>,
    ) -> Result<Operation, String> {
        Ok(self.action(name, words, self.today)?.operation())
    }

    /// The step an act belongs to.
    pub(super) fn step(&self, name: &str) -> Option<StepKind> {
        let action = self.action(name, &BTreeMap::new(), self.today).ok()?;
        action.step()
    }

    /// Who usually does an act: the level of its step, unless the act is
    /// another level's part in it.
    pub(super) fn actor(&self, name: &str) -> &'static str {
        if act::has_own_actor(name) {
            return act::usual_actor(name);
        }
        let procedure = self.pack.identification();
        self.step(name)
            .and_then(|kind| procedure?.step(kind))
            .map_or_else(
                || act::usual_actor(name),
                |step| super::values::level_word(step.level),
            )
    }

    /// A day counted from day 0.
    pub(super) fn plus(&self, days: i64) -> Date {
        plus_days(self.day_zero, days)
    }

    fn stage(&mut self) -> String {
        let pack = self.pack;
        match &self.casefile().stage {
            Stage::Running => "进行中".into(),
            Stage::Determined { category, .. } => {
                format!("已认定 {}", pack.category_label(category))
            }
            Stage::Archived { .. } => "已归档".into(),
            Stage::Refused { by_step, .. } => match by_step {
                StepKind::TownshipReview => "不予纳入（乡）".into(),
                _ => "不予纳入（县）".into(),
            },
            Stage::Ended { .. } => "已终止".into(),
        }
    }
}

fn village() -> DivisionCode {
    "410327101201".parse().expect("twelve digits")
}

/// `村`, `乡`, `县`, `市`, `省`; `县·某人` where the person matters.
fn principal(who: &str) -> Result<Principal, String> {
    let (word, _) = who.split_once('·').unwrap_or((who, ""));
    let level = match word {
        "村" => Level::Village,
        "乡" => Level::Township,
        "县" => Level::County,
        "市" => Level::City,
        "省" => Level::Province,
        _ => {
            return Err(format!(
                "不认识的办理人“{who}”：村、乡、县、市、省，或“县·某人”"
            ));
        }
    };
    // A person who acts at two levels keeps one account.
    let account_id = who.split_once('·').map_or(who, |(_, name)| name);
    Ok(Principal {
        account_id: account_id.to_owned(),
        display_name: account_id.to_owned(),
        roles: Vec::new(),
        level: Some(level),
        division: village().at_level(level),
        scope: Scope::NOBODY,
        masked: false,
        operations: BTreeSet::new(),
        deputy_of: None,
    })
}

/// `准许`, or `拒绝 <条件> <条款>` parted by `；`; exactly these refusals, each
/// under exactly this clause (none for settled practice). `最早 <日期>` adds
/// the first day on which it may be tried again; `写明 <词>、<词>` what the
/// person is told, in the refusal's own sentence.
pub(super) fn judge(expected: &str, refusals: &[Refusal]) -> Result<(), String> {
    let said = |r: &Refusal| {
        let mut text = r.guard.clone();
        if let Some(clause) = &r.clause {
            text = format!("{text} {clause}");
        }
        if let Some(earliest) = r.earliest_on {
            text = format!("{text} 最早 {earliest}");
        }
        text
    };
    let is: BTreeSet<String> = refusals.iter().map(said).collect();
    let shown = if is.is_empty() {
        "准许".to_owned()
    } else {
        format!("拒绝 {}", is.iter().cloned().collect::<Vec<_>>().join("；"))
    };
    let why: Vec<&str> = refusals.iter().map(|r| r.message.as_str()).collect();
    let why = why.join(" ");
    let wanted: BTreeSet<String> = match expected.strip_prefix("拒绝") {
        Some(rest) => {
            let parts = rest.split('；').map(str::trim);
            let told = parts.clone().filter_map(|p| p.strip_prefix("写明 "));
            if let Some(word) = told
                .flat_map(|p| p.split('、'))
                .find(|w| !why.contains(w.trim()))
            {
                return Err(format!("拒绝时没有写明“{word}”：{why}"));
            }
            parts
                .filter(|p| !p.is_empty() && !p.starts_with("写明 "))
                .map(str::to_owned)
                .collect()
        }
        None if expected == "准许" => BTreeSet::new(),
        None => return Err(format!("结果“{expected}”不认识：写“准许”或“拒绝 …”")),
    };
    if wanted == is && expected.starts_with("拒绝") != is.is_empty() {
        Ok(())
    } else {
        Err(format!("应为“{expected}”，实为“{shown}”{why}"))
    }
}
