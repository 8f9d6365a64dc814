//! 识别认定事项: one household carried through the identification procedure
//! its pack orders.
//!
//! The state is the typed records of the steps done; what may come next
//! follows from the records and the pack, never from a stored flag. The one
//! way to change it is [`apply`].

mod act;
mod action;
mod apply;
mod assessment;
mod category;
mod clock;
mod correction;
mod cross_check;
mod desk;
mod effect;
mod ending;
mod evidence;
mod form;
mod guard;
mod objection;
mod outlook;
mod proposal;
mod record;
mod rules;

pub use act::operation_of_step;
pub use action::*;
pub use apply::apply;
pub use clock::{ClockStatus, clocks};
pub use correction::{
    CorrectableField, Correction, CorrectionRequest, above, correctable, correctable_by,
};
pub use desk::outlook;
pub use evidence::{
    EvidencePiece, Held, PaperKept, PaperStatement, Papers, evidence_round, held, not_to_bring,
};
pub use objection::handling_level;
pub use outlook::{StepStatus, Todo, step_status};
pub use proposal::{Explanation, Fact, Situation, line_words, line_yuan, propose_category};
pub use record::*;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::account::Principal;
use crate::calendar::WorkCalendar;
use crate::division::DivisionCode;
use crate::paper::spoken;
use crate::policy::{Pack, StepKind};

/// Which pack a procedure started under; it keeps it to the end.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct PackRef {
    pub id: String,
    pub version: u32,
}

/// A lead whose date the clock may run from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct LeadRef {
    pub id: String,
    pub channel: String,
    #[schema(value_type = String)]
    pub received_on: Date,
}

/// Where a casefile stands. A stage carries what only it has.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(tag = "stage", rename_all = "snake_case")]
pub enum Stage {
    /// Steps are being done.
    Running,
    /// The county approved; announcement and archive remain.
    Determined {
        category: String,
        #[schema(value_type = String)]
        decided_on: Date,
    },
    /// Everything is done and filed.
    Archived {
        category: String,
        #[schema(value_type = String)]
        entry_on: Date,
    },
    /// A named person refused, with a reason.
    Refused {
        by_step: StepKind,
        ground: String,
        reason: String,
        #[schema(value_type = String)]
        refused_on: Date,
        informed: Option<Informed>,
        recheck_requested: Option<RecheckRequest>,
    },
    /// Another lawful end.
    Ended {
        ending: String,
        reason: String,
        #[schema(value_type = String)]
        ended_on: Date,
        #[serde(default)]
        informed: Option<Informed>,
    },
}

impl Stage {
    /// The name used in lists and filters.
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Running => "running",
            Self::Determined { .. } => "determined",
            Self::Archived { .. } => "archived",
            Self::Refused { .. } => "refused",
            Self::Ended { .. } => "ended",
        }
    }
}

/// One casefile: its leads, its stage and what was recorded.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Casefile {
    pub id: String,
    pub household_id: String,
    pub village: DivisionCode,
    pub pack: PackRef,
    pub opened_on: Date,
    /// Leads the clock may run from.
    pub leads: Vec<LeadRef>,
    /// Leads that came when the household was determined already: their risk
    /// is followed here, but a clock that has ended takes no other start.
    #[serde(default)]
    pub later_leads: Vec<LeadRef>,
    pub stage: Stage,
    pub records: Records,
    /// Records put aside by a send-back, oldest first.
    #[serde(default)]
    pub superseded: Vec<Superseded>,
    /// Set by a send-back until the step is done again.
    #[serde(default)]
    pub sent_back_to: Option<StepKind>,
    /// Why a clock ran over, by clock id (一般, 原则上: asked for, never blocking).
    #[serde(default)]
    pub overdue_reasons: Vec<OverdueReason>,
    /// Where paper is kept that nobody scanned.
    #[serde(default)]
    pub papers: Papers,
    /// Corrections asked for and decided, oldest first.
    #[serde(default)]
    pub corrections: Vec<Correction>,
}

impl Casefile {
    /// Why the household was refused, as it is told: the reason and what was
    /// found in each dimension of the pack; `None` where it was not.
    pub fn refusal_words(&self, pack: &Pack) -> Option<String> {
        let Stage::Refused {
            by_step, reason, ..
        } = &self.stage
        else {
            return None;
        };
        let judgements = match by_step {
            StepKind::CountyDecision => self
                .records
                .county_decision
                .as_ref()
                .map(|d| &d.record.judgements),
            _ => self
                .records
                .township_review
                .as_ref()
                .map(|r| &r.record.judgements),
        };
        let mut words = reason.trim().trim_end_matches('。').to_owned();
        let found: Vec<String> = judgements
            .into_iter()
            .flatten()
            .filter_map(|j| {
                let label = &pack
                    .values
                    .dimensions
                    .iter()
                    .find(|d| d.code == j.code)?
                    .label;
                Some(format!(
                    "{label}：{}",
                    j.finding.trim().trim_end_matches('。')
                ))
            })
            .collect();
        if !found.is_empty() {
            words.push_str("。查到的情况是：");
            words.push_str(&found.join("；"));
        }
        Some(words)
    }

    /// Opens a casefile from its first lead.
    pub fn open(
        id: String,
        household_id: String,
        village: DivisionCode,
        pack: PackRef,
        lead: LeadRef,
        opened_on: Date,
    ) -> Self {
        Self {
            id,
            household_id,
            village,
            pack,
            opened_on,
            leads: vec![lead],
            later_leads: Vec::new(),
            stage: Stage::Running,
            records: Records::default(),
            superseded: Vec::new(),
            sent_back_to: None,
            overdue_reasons: Vec::new(),
            papers: Papers::new(),
            corrections: Vec::new(),
        }
    }

    /// The date the statutory clock runs from: the earliest lead of a channel
    /// that starts it, else the earliest lead (HN22-060).
    pub fn clock_from(&self, pack: &Pack) -> Date {
        let starts = |lead: &&LeadRef| {
            pack.values
                .channels
                .iter()
                .any(|c| c.code == lead.channel && c.starts_clock)
        };
        self.leads
            .iter()
            .filter(starts)
            .map(|l| l.received_on)
            .min()
            .or_else(|| self.leads.iter().map(|l| l.received_on).min())
            .unwrap_or(self.opened_on)
    }

    /// Rounds of 民主评议 held so far, those put aside too. A record that
    /// outlived a send-back stands in several copies and is one round.
    pub fn rounds_held(&self) -> u16 {
        self.superseded
            .iter()
            .map(|s| &s.records)
            .chain([&self.records])
            .filter_map(|r| r.democratic_appraisal.as_ref())
            .map(|a| a.record.round)
            .max()
            .unwrap_or(0)
    }

    /// Lets a further open lead on the same household join; the earliest date
    /// counts while the procedure runs, and a lead already concluded elsewhere
    /// never comes here.
    pub fn join_lead(&mut self, lead: LeadRef) {
        if self.all_leads().any(|l| l.id == lead.id) {
            return;
        }
        match self.stage {
            Stage::Running => self.leads.push(lead),
            _ => self.later_leads.push(lead),
        }
    }

    /// Puts the day of a lead right; the clock follows. `None` where the lead is
    /// not of this case, or the day is its own already.
    pub fn correct_lead(&mut self, id: &str, received_on: Date, today: Date) -> Option<Event> {
        let lead = self.leads.iter_mut().find(|l| l.id == id)?;
        if lead.received_on == received_on {
            return None;
        }
        let before = std::mem::replace(&mut lead.received_on, received_on);
        Some(Event {
            kind: "lead_corrected".into(),
            step: None,
            summary: format!(
                "线索发现日期由 {} 更正为 {}",
                spoken(before),
                spoken(received_on)
            ),
            occurred_on: today,
        })
    }

    /// Every lead of the case, those after its determination last.
    pub fn all_leads(&self) -> impl Iterator<Item = &LeadRef> {
        self.leads.iter().chain(&self.later_leads)
    }
}

/// A member as the engine needs to know one.
#[derive(Debug, Clone)]
pub struct MemberFact {
    pub id: String,
    pub name: String,
    /// Eighteen or older today.
    pub adult: bool,
    /// Still a member (neither dead nor moved away).
    pub active: bool,
    /// Moved away, by the file.
    pub left: bool,
    /// 共享收支: counts for income per person.
    pub shares_income: bool,
    /// On 低保 by the file, with the day it began where the file has it.
    pub subsistence_allowance: Option<Option<Date>>,
}

/// What the register says of the household as a whole.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Register {
    /// All its members joined another household.
    pub merged: bool,
    /// Day on which 分户 was last entered, where it was.
    pub last_split_recorded_on: Option<Date>,
}

/// What `apply` may look at besides the casefile itself.
#[derive(Debug, Clone, Copy)]
pub struct Facts<'a> {
    pub pack: &'a Pack,
    pub calendar: &'a WorkCalendar,
    pub members: &'a [MemberFact],
    /// Merges and splits; nothing where nobody looked them up, as in a list.
    pub register: Register,
    /// Code of `household_type`, e.g. `ordinary_household`.
    pub household_status: &'a str,
    /// Name of the household's township; empty where nobody looked it up, as in
    /// a list.
    pub township: &'a str,
    /// Scans and photos on file; `None` where nobody looked them up, as in a
    /// list, and nothing is said of evidence.
    pub evidence: Option<&'a [EvidencePiece]>,
    pub actor: &'a Principal,
    /// Today in Asia/Shanghai, from the injected clock.
    pub today: Date,
}

/// Why a step may not be done, and under which clause.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Refusal {
    /// Stable name of the guard.
    pub guard: String,
    /// What is missing, in words, and what to do.
    pub message: String,
    pub clause: Option<String>,
    /// The first day on which it may be tried again, where time is the reason.
    #[schema(value_type = Option<String>)]
    pub earliest_on: Option<Date>,
}

impl Refusal {
    pub(crate) fn new(guard: &str, message: impl Into<String>, clause: Option<&str>) -> Self {
        Self {
            guard: guard.to_owned(),
            message: message.into(),
            clause: clause.map(str::to_owned),
            earliest_on: None,
        }
    }
}

/// What happened: one line of the household's file and of the audit chain.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Event {
    /// Name of the act, e.g. `county_decision.approved`.
    pub kind: String,
    pub step: Option<StepKind>,
    /// One sentence for the timeline, without personal data.
    pub summary: String,
    #[schema(value_type = String)]
    pub occurred_on: Date,
}
