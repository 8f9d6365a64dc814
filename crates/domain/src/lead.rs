//! 线索: every sign of risk, from whichever channel, until it is concluded.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use toml::Spanned;

use crate::calendar::plus_days;
use crate::casefile::{Casefile, Refusal, Stage};
use crate::division::{DivisionCode, Level};
use crate::paper::spoken;
use crate::policy::{ClauseId, Pack, StepKind};
use crate::typed_text::{is_blank, readable_length};

/// A lead as it arrives.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct NewLead {
    /// Household where it is already known.
    pub household_id: Option<String>,
    /// Name as reported, where no household was chosen yet.
    #[serde(default)]
    pub reported_name: String,
    #[schema(value_type = Option<String>)]
    pub village: Option<DivisionCode>,
    pub channel: String,
    /// `sweep` (定期全面排查) or `real_time` (实时重点发现), WY21-032.
    pub discovery_mode: String,
    #[schema(value_type = String)]
    pub received_on: Date,
    pub description: String,
    #[serde(default)]
    pub reporter: String,
    /// How a self-declaration reached us (WY21-034).
    pub means: Option<String>,
    pub proxy: Option<Proxy>,
    #[serde(default)]
    pub risks: Vec<String>,
    /// Why an old lead is registered only now.
    #[serde(default)]
    pub late_reason: String,
    /// Who in office it complains of; it is then handled above that person
    /// and shown to nobody else.
    #[serde(default)]
    pub official: Option<Official>,
}

/// Somebody in office who is complained of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Official {
    #[serde(default)]
    pub name: String,
    /// Level at which the person is in office, where it is known.
    pub level: Option<Level>,
}

/// Who declared for the household, and what they are to it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Proxy {
    pub name: String,
    pub relation: String,
}

/// The clause of a stage the pack follows a lead through (申报, 核实, 处置):
/// each must leave on record what whoever supervises it looks for (HN25-030).
fn stage_clause<'p>(pack: &'p Pack, stage: &str) -> Option<&'p str> {
    let stage = pack.values.lead_stages.iter().find(|s| s.code == stage)?;
    stage.clause.as_ref().map(|c| c.get_ref().as_str())
}

/// The clauses that name the way a lead came; none where the document in force
/// does not (文件未规定) and the way is taken in by practice.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct LeadBasis {
    pub channel: Option<String>,
    pub discovery_mode: Option<String>,
    pub means: Option<String>,
}

impl LeadBasis {
    /// What `pack` says of a channel, a discovery mode and a way of declaring, by code.
    pub fn of(pack: &Pack, channel: &str, discovery_mode: &str, means: Option<&str>) -> Self {
        let clause =
            |clause: &Option<Spanned<ClauseId>>| clause.as_ref().map(|c| c.get_ref().to_string());
        let values = &pack.values;
        let channel = values.channels.iter().find(|c| c.code == channel);
        let mode = values
            .discovery_modes
            .iter()
            .find(|m| m.code == discovery_mode);
        let means = values
            .declaration_means
            .iter()
            .find(|m| Some(m.code.as_str()) == means);
        Self {
            channel: channel.and_then(|c| clause(&c.clause)),
            discovery_mode: mode.and_then(|m| clause(&m.clause)),
            means: means.and_then(|m| clause(&m.clause)),
        }
    }
}

/// Checks a lead against the pack in force.
///
/// # Errors
/// Every refusal, with the clause that lists what is allowed.
pub fn check_new_lead(lead: &NewLead, pack: &Pack, today: Date) -> Result<(), Vec<Refusal>> {
    let mut refused = Vec::new();
    let values = &pack.values;
    if !values.channels.iter().any(|c| c.code == lead.channel) {
        refused.push(Refusal::new(
            "channel",
            "政策文件没有列出这个线索来源，请重新选择。",
            None,
        ));
    }
    if !values
        .discovery_modes
        .iter()
        .any(|m| m.code == lead.discovery_mode)
    {
        refused.push(Refusal::new(
            "discovery_mode",
            "请选择发现方式：定期排查或实时发现。",
            None,
        ));
    }
    if lead.channel == "self_declaration" && !values.declaration_means.is_empty() {
        match values
            .declaration_means
            .iter()
            .find(|m| Some(&m.code) == lead.means.as_ref())
        {
            None => refused.push(Refusal::new(
                "declaration_means",
                "请选择农户是怎样申报的。",
                None,
            )),
            Some(means) if means.proxy => {
                let named = lead
                    .proxy
                    .as_ref()
                    .is_some_and(|p| !is_blank(&p.name) && !is_blank(&p.relation));
                if !named {
                    refused.push(Refusal::new(
                        "proxy_named",
                        "由他人代为申报的，请写明代办人姓名和与农户的关系。",
                        means.clause.as_ref().map(|c| c.get_ref().as_str()),
                    ));
                }
            }
            Some(_) => {}
        }
    }
    if lead.received_on > today {
        refused.push(Refusal::new(
            "not_in_future",
            "发现日期不能晚于今天。",
            None,
        ));
    }
    let bound = values
        .bounds
        .as_ref()
        .and_then(|b| b.explain_lead_after_days.get());
    if bound.is_some_and(|d| plus_days(lead.received_on, i64::from(d)) < today)
        && readable_length(&lead.late_reason) < 4
    {
        refused.push(Refusal::new(
            "late_reason",
            format!(
                "发现日期在 {} 天以前：请核对日期；确实如此的，写明为什么现在才登记。",
                bound.unwrap_or_default()
            ),
            None,
        ));
    }
    if lead.household_id.is_none() && (is_blank(&lead.reported_name) || lead.village.is_none()) {
        refused.push(Refusal::new(
            "household_named",
            "请选择农户；找不到时写明姓名和所在村。",
            stage_clause(pack, "declared"),
        ));
    }
    if lead
        .official
        .as_ref()
        .is_some_and(|o| is_blank(&o.name) && o.level.is_none())
    {
        refused.push(Refusal::new(
            "official_named",
            "反映干部问题的，请写明是谁，或他在哪一级任职。",
            None,
        ));
    }
    if is_blank(&lead.description) {
        refused.push(Refusal::new(
            "described",
            "请写明发现了什么情况。",
            stage_clause(pack, "declared"),
        ));
    }
    if refused.is_empty() {
        Ok(())
    } else {
        Err(refused)
    }
}

/// How a lead is concluded.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct LeadConclusion {
    pub outcome: String,
    #[serde(default)]
    pub reason: String,
    #[schema(value_type = String)]
    pub on: Date,
    #[serde(default)]
    pub verified_by: Vec<String>,
}

/// What the registry knows of the household when a lead is concluded.
#[derive(Debug, Clone, Copy)]
pub struct HouseholdStanding<'a> {
    /// Household type and lifted status code.
    pub status: &'a str,
    /// Whether an episode is running (monitored now).
    pub monitored: bool,
    /// Whether an episode was cleared earlier.
    pub cleared_before: bool,
    /// Whether an identification is under way.
    pub running_casefile: bool,
}

/// Checks a conclusion; returns what it leads to (`casefile`, `episode`,
/// `none`).
///
/// # Errors
/// Every refusal with its clause.
pub fn check_conclusion(
    conclusion: &LeadConclusion,
    received_on: Date,
    standing: Option<HouseholdStanding<'_>>,
    pack: &Pack,
    today: Date,
) -> Result<String, Vec<Refusal>> {
    let mut refused = Vec::new();
    let outcome = pack
        .values
        .lead_outcomes
        .iter()
        .find(|o| o.code == conclusion.outcome);
    let Some(outcome) = outcome else {
        return Err(vec![Refusal::new(
            "lead_outcome",
            "请选择核实结果。",
            stage_clause(pack, "disposed"),
        )]);
    };
    let clause = outcome.clause.as_ref().map(|c| c.get_ref().as_str());
    if outcome.needs_reason && is_blank(&conclusion.reason) {
        refused.push(Refusal::new(
            "reason_given",
            "请写明理由。",
            clause.or_else(|| stage_clause(pack, "disposed")),
        ));
    }
    // A household is not left out for what could not refuse it (HN22-012, -064).
    if outcome.leads_to == "none" && outcome.needs_reason {
        let mut forbidden = pack.values.forbidden_grounds.iter();
        if let Some(ground) = forbidden.find(|g| g.is_given_by(&conclusion.reason)) {
            refused.push(Refusal::new(
                "forbidden_ground",
                format!(
                    "“{}”不能作为无风险的理由，请写明本户其他方面的情况。",
                    ground.label
                ),
                ground.clause.as_ref().map(|c| c.get_ref().as_str()),
            ));
        }
    }
    if outcome.needs_reason && conclusion.verified_by.iter().all(|n| is_blank(n)) {
        refused.push(Refusal::new(
            "verified_by",
            "请写明是谁核实的。",
            clause.or_else(|| stage_clause(pack, "verified")),
        ));
    }
    if conclusion.on > today {
        refused.push(Refusal::new(
            "not_in_future",
            "核实日期不能晚于今天。",
            None,
        ));
    }
    if conclusion.on < received_on {
        refused.push(Refusal::new(
            "not_before_previous",
            "核实日期不能早于发现日期。",
            None,
        ));
    }
    match (outcome.leads_to.as_str(), standing) {
        ("casefile" | "episode", None) => {
            refused.push(Refusal::new(
                "household_named",
                "请先把线索对应到农户。",
                None,
            ));
        }
        ("casefile", Some(h)) => {
            let eligible = &pack.values.eligible_statuses;
            if !eligible.is_empty() && !eligible.iter().any(|e| e.code == h.status) {
                refused.push(Refusal::new(
                    "eligible_status",
                    "政策文件没有列出这种户类型可以识别，请先核对户类型。",
                    None,
                ));
            }
            if h.monitored {
                refused.push(Refusal::new(
                    "already_monitored",
                    "这户已是监测对象：新风险并入正在进行的监测，不重复识别。",
                    None,
                ));
            }
            if outcome.code == "cleared_earlier" && !h.cleared_before {
                refused.push(Refusal::new(
                    "cleared_before",
                    "这户没有风险消除的记录，请选“进入识别程序”。",
                    clause,
                ));
            }
            if outcome.code != "cleared_earlier" && h.cleared_before {
                let mut outcomes = pack.values.lead_outcomes.iter();
                let again = outcomes.find(|o| o.code == "cleared_earlier");
                refused.push(Refusal::new(
                    "cleared_before",
                    format!(
                        "这户曾标注风险消除，请选“{}”。",
                        again.map_or("重新识别认定", |o| o.label.as_str())
                    ),
                    again
                        .and_then(|o| o.clause.as_ref())
                        .map(|c| c.get_ref().as_str()),
                ));
            }
        }
        ("episode", Some(h)) if !h.monitored => {
            refused.push(Refusal::new(
                "already_monitored",
                "这户现在不是监测对象，请选其他结果。",
                None,
            ));
        }
        _ => {}
    }
    if refused.is_empty() {
        Ok(outcome.leads_to.clone())
    } else {
        Err(refused)
    }
}

/// What a lead whose day is to be put right has come to.
#[derive(Debug, Clone, Copy)]
pub enum LeadMatter<'a> {
    /// Waiting to be verified.
    Open,
    /// Concluded into a casefile.
    Casefile(&'a Casefile),
    /// Concluded without one: no clock runs.
    Concluded,
}

/// Another day for a lead, and why.
#[derive(Debug, Clone, Copy)]
pub struct DayCorrection<'a> {
    pub channel: &'a str,
    pub before: Date,
    pub after: Date,
    pub reason: &'a str,
    /// When the lead was concluded, if it is.
    pub concluded_on: Option<Date>,
}

/// Checks that a lead's day may be put right. The statutory clock runs from it
/// (HN22-060), so it moves only while that clock runs, and never past what was
/// done on the strength of the lead. `pack` is the one it falls under with the
/// new day, or the one its casefile keeps.
///
/// # Errors
/// Every refusal; those about the clock with its clause.
pub fn check_received_on(
    correction: &DayCorrection<'_>,
    matter: LeadMatter<'_>,
    pack: &Pack,
    today: Date,
) -> Result<(), Vec<Refusal>> {
    let clause = clause_of_clock(pack);
    let DayCorrection { before, after, .. } = *correction;
    let mut refused = Vec::new();
    match matter {
        LeadMatter::Casefile(casefile) if casefile.stage != Stage::Running => {
            refused.push(Refusal::new(
                "clock_running",
                "这户的识别已有结果，期限从发现线索之日算到审批为止，不能再改发现日期。",
                clause,
            ));
        }
        LeadMatter::Concluded => refused.push(Refusal::new(
            "clock_running",
            "线索已经办结，没有正在走的期限，不能再改发现日期。",
            clause,
        )),
        LeadMatter::Open
            if !pack
                .values
                .channels
                .iter()
                .any(|c| c.code == correction.channel) =>
        {
            refused.push(Refusal::new(
                "channel",
                "那一天执行的政策文件没有列出这个线索来源，请核对日期。",
                None,
            ));
        }
        LeadMatter::Open | LeadMatter::Casefile(_) => {}
    }
    if after == before {
        refused.push(Refusal::new(
            "day_changed",
            "更正后的日期与原来相同。",
            None,
        ));
    }
    if readable_length(correction.reason) < 4 {
        refused.push(Refusal::new(
            "reason_given",
            "请写明为什么更正、以什么为准，至少 4 个字。",
            None,
        ));
    }
    if after > today {
        refused.push(Refusal::new(
            "not_in_future",
            "发现日期不能晚于今天。",
            None,
        ));
    }
    let first_step = match matter {
        LeadMatter::Casefile(casefile) => StepKind::ALL
            .iter()
            .filter_map(|kind| casefile.records.done_on(*kind))
            .min(),
        _ => None,
    };
    if let Some(on) = [correction.concluded_on, first_step]
        .into_iter()
        .flatten()
        .min()
        && after > on
    {
        refused.push(Refusal::new(
            "not_after_next",
            format!(
                "发现日期不能晚于核实线索和已办环节的日期（最早 {}）。",
                spoken(on)
            ),
            clause,
        ));
    }
    if refused.is_empty() {
        Ok(())
    } else {
        Err(refused)
    }
}

/// The clause of the clock that runs from the earliest lead, if one does.
fn clause_of_clock(pack: &Pack) -> Option<&str> {
    pack.identification()?
        .clocks
        .iter()
        .find(|c| c.starts == "earliest_lead")?
        .limit_days
        .clause()
}
