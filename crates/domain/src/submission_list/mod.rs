//! 名单: a list of households one level draws up and another answers
//! (初选名单, 建议名单, 拟纳入名单, 最终名单, as the pack names them).
//!
//! Submitting freezes the content. After that only the stage moves, and each
//! household gets one answer, read from its casefile. No household is skipped
//! in silence: left out with a reason, or open with what stands in the way.

mod content;
mod month;
mod qualify;

pub use content::*;
pub use month::Month;
pub use qualify::*;

use std::collections::BTreeMap;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::account::Principal;
use crate::casefile::Refusal;
use crate::division::DivisionCode;
use crate::paper::spoken;
use crate::typed_text::{is_blank, readable_length};

/// Where a list stands. A stage carries what only it has.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "stage", rename_all = "snake_case")]
pub enum ListStage {
    /// Sent; the recipient has not taken it in.
    Submitted,
    /// Taken in; answers are given one by one.
    Received(Signed),
    /// Every household has its answer.
    Closed {
        received: Signed,
        #[schema(value_type = String)]
        closed_on: Date,
    },
    /// Sent back whole before any answer.
    Returned { signed: Signed, reason: String },
    /// Taken back by its maker before it was received.
    Withdrawn { signed: Signed, reason: String },
    /// A month without a household to report (本月无调整).
    NoAdjustment,
}

/// Who did it and on which day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Signed {
    #[schema(value_type = String)]
    pub on: Date,
    pub by_name: String,
    /// The colleague stood in for, if a deputy acted.
    pub deputy_of: Option<String>,
}

impl Signed {
    /// The person signed in, on a day.
    pub fn by(actor: &Principal, on: Date) -> Self {
        Self {
            on,
            by_name: actor.display_name.clone(),
            deputy_of: actor.deputy_of.clone(),
        }
    }
}

impl ListStage {
    /// The name used in columns and filters.
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Submitted => "submitted",
            Self::Received(_) => "received",
            Self::Closed { .. } => "closed",
            Self::Returned { .. } => "returned",
            Self::Withdrawn { .. } => "withdrawn",
            Self::NoAdjustment => "no_adjustment",
        }
    }

    /// Whether households on it still wait for an answer.
    pub fn is_open(&self) -> bool {
        matches!(self, Self::Submitted | Self::Received(_))
    }
}

/// An act on a list as a whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ListAct {
    /// 接收, or 签收 of a list that informs.
    Receive,
    /// 整份退回, with what to mend.
    Return { reason: String },
    /// 撤回.
    Withdraw { reason: String },
}

/// A list: frozen content, a stage, the answers so far by casefile.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SubmissionList {
    pub content: ListContent,
    pub stage: ListStage,
    pub answers: BTreeMap<String, ItemAnswer>,
}

impl SubmissionList {
    /// A list as it is sent: from here on its content stays as it is.
    pub fn submitted(content: ListContent) -> Self {
        let stage = if content.rows.is_empty() {
            ListStage::NoAdjustment
        } else {
            ListStage::Submitted
        };
        Self {
            content,
            stage,
            answers: BTreeMap::new(),
        }
    }

    /// Households that wait for their answer, in the order of the list.
    pub fn open_rows(&self) -> impl Iterator<Item = &ListRow> {
        self.content
            .rows
            .iter()
            .filter(|r| self.stage.is_open() && !self.answers.contains_key(&r.casefile_id))
    }

    /// An act on the whole list.
    ///
    /// # Errors
    /// Every reason why not; the list is untouched.
    pub fn apply(
        &self,
        act: &ListAct,
        on: Date,
        actor: &Principal,
        today: Date,
    ) -> Result<Self, Vec<Refusal>> {
        let content = &self.content;
        let clause = content.terms.clause.as_deref();
        let mut refused = dated(on, content.submitted_on, today);
        if let (ListAct::Receive, ListStage::Submitted) = (act, &self.stage) {
            refused.extend(after_qualified(on, &content.rows, clause));
        }
        let mut no = |guard: &str, message: String| {
            refused.push(Refusal::new(guard, message, clause));
        };
        let (party, level) = match act {
            ListAct::Withdraw { .. } => (&content.maker, content.terms.level),
            _ => (&content.recipient, content.terms.submitted_to),
        };
        if actor.level != Some(level) || actor.division != Some(party.code) {
            no("acting_level", format!("这一步由{}办理。", party.name));
        }
        let stage_words = match (act, &self.stage) {
            (ListAct::Receive, ListStage::Submitted) => None,
            (ListAct::Receive, ListStage::Received(_)) => Some("这份名单已经接收。"),
            (ListAct::Withdraw { .. }, ListStage::Submitted) if content.terms.written_notice => {
                Some("书面通知已经发出，不能撤回；写错的另发更正通知。")
            }
            (ListAct::Withdraw { .. }, ListStage::Submitted) => None,
            (ListAct::Withdraw { .. }, ListStage::Received(_)) => {
                Some("对方已经接收，不能撤回；可请对方整份退回。")
            }
            (ListAct::Return { .. }, ListStage::Submitted | ListStage::Received(_)) => {
                if content.terms.informs() {
                    Some("通知结果的名单不退回；有疑问请与县级核对。")
                } else if self.answers.is_empty() {
                    None
                } else {
                    Some("已经答复了一部分农户，不能整份退回；其余的请逐户答复。")
                }
            }
            (_, ListStage::Closed { .. }) => Some("这份名单已经逐户办结。"),
            (_, ListStage::Returned { .. }) => Some("这份名单已经退回。"),
            (_, ListStage::Withdrawn { .. }) => Some("这份名单已经撤回。"),
            (_, ListStage::NoAdjustment) => Some("这是“本月无调整”的记录，不用办理。"),
        };
        if let Some(words) = stage_words {
            no("stage", words.into());
        }
        if let (ListAct::Return { .. }, ListStage::Received(received)) = (act, &self.stage)
            && on < received.on
        {
            no(
                "not_before_previous",
                format!("退回日期不能早于接收日期{}。", spoken(received.on)),
            );
        }
        if let ListAct::Return { reason } | ListAct::Withdraw { reason } = act
            && readable_length(reason) < SHORTEST_REASON
        {
            no("reason_given", "请写明原因，让对方看得懂。".into());
        }
        if !refused.is_empty() {
            return Err(refused);
        }
        let signed = Signed::by(actor, on);
        let stage = match act {
            ListAct::Receive => ListStage::Received(signed),
            ListAct::Return { reason } => ListStage::Returned {
                signed,
                reason: reason.trim().to_owned(),
            },
            ListAct::Withdraw { reason } => ListStage::Withdrawn {
                signed,
                reason: reason.trim().to_owned(),
            },
        };
        Ok(Self {
            stage,
            ..self.clone()
        })
    }

    /// Whether an answer may bear its day: an opinion on a household is not
    /// older than the list it answers, nor than the day the list was taken in.
    /// A lawful end comes when it comes.
    ///
    /// # Errors
    /// The day it must wait for, in words.
    pub fn answer_dated(&self, answer: &ItemAnswer) -> Result<(), Refusal> {
        let (since, verb) = match &self.stage {
            ListStage::Received(received) => (received.on, "接收"),
            _ => (self.content.submitted_on, "报送"),
        };
        if answer.verdict == ItemVerdict::Ended || answer.on >= since {
            return Ok(());
        }
        Err(Refusal {
            earliest_on: Some(since),
            ..Refusal::new(
                "not_before_previous",
                format!(
                    "这一户在{}“{}{}”上，名单是{}{verb}的，答复的日期不能早于这一天。",
                    self.content.maker.name,
                    self.content.terms.label,
                    self.content.number,
                    spoken(since)
                ),
                self.content.terms.clause.as_deref(),
            )
        })
    }

    /// The list with one more answer. An answer given before the list was
    /// taken in means that it was; the last one closes it. Unchanged where the
    /// household is not on it or has its answer.
    #[must_use]
    pub fn answered(&self, casefile_id: &str, answer: ItemAnswer) -> Self {
        let mut next = self.clone();
        if !self.open_rows().any(|r| r.casefile_id == casefile_id) {
            return next;
        }
        let on = answer.on.max(self.content.submitted_on);
        let received = match &self.stage {
            ListStage::Received(signed) => signed.clone(),
            _ => Signed {
                on,
                by_name: answer.by_name.clone(),
                deputy_of: None,
            },
        };
        next.answers.insert(casefile_id.to_owned(), answer);
        next.stage = if next.answers.len() == next.content.rows.len() {
            ListStage::Closed {
                received,
                closed_on: on,
            }
        } else {
            ListStage::Received(received)
        };
        next
    }
}

/// Fewest characters that can say why.
const SHORTEST_REASON: usize = 4;

fn dated(on: Date, not_before: Date, today: Date) -> Vec<Refusal> {
    let mut refused = Vec::new();
    if on > today {
        refused.push(Refusal::new(
            "not_in_future",
            "办理日期不能晚于今天。",
            None,
        ));
    }
    if on < not_before {
        refused.push(Refusal::new(
            "not_before_previous",
            "办理日期不能早于报送日期。",
            None,
        ));
    }
    refused
}

/// A paper is not older than what stands on it: who is on a list qualified by
/// its date. The households are named.
fn after_qualified(on: Date, households: &[impl Listed], clause: Option<&str>) -> Option<Refusal> {
    let later: Vec<(&str, Date)> = households
        .iter()
        .map(Listed::qualified)
        .filter(|(_, qualified_on)| *qualified_on > on)
        .collect();
    let earliest = later.iter().map(|(_, day)| *day).max()?;
    let named: Vec<String> = later
        .iter()
        .take(NAMED_AT_MOST)
        .map(|(head, day)| format!("{head}户（{}）", spoken(*day)))
        .collect();
    let more = match later.len() {
        count if count > NAMED_AT_MOST => format!("等 {count} 户"),
        _ => String::new(),
    };
    Some(Refusal {
        earliest_on: Some(earliest),
        ..Refusal::new(
            "not_before_qualified",
            format!(
                "{}{more}在{}还不符合列入这份名单的条件：名单的日期不能早于农户符合条件的那一天。请核对日期，或把日期改到{}以后（含当日）。",
                named.join("、"),
                spoken(on),
                spoken(earliest)
            ),
            clause,
        )
    })
}

/// Households named in one sentence.
const NAMED_AT_MOST: usize = 5;

/// A household with the day it qualified.
trait Listed {
    /// Name of its head, and that day.
    fn qualified(&self) -> (&str, Date);
}

impl Listed for ListRow {
    fn qualified(&self) -> (&str, Date) {
        (&self.head_name, self.qualified_on)
    }
}

impl Listed for &Candidate {
    fn qualified(&self) -> (&str, Date) {
        (&self.head_name, self.qualified_on)
    }
}

/// A household that may go on a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Candidate {
    pub casefile_id: String,
    pub head_name: String,
    pub qualified_on: Date,
}

/// What a person wants to send.
#[derive(Debug)]
pub struct Drawing<'a> {
    pub terms: &'a ListTerms,
    pub area: DivisionCode,
    pub period: Option<Month>,
    /// The month has its list already: this one adds to it (补充).
    pub supplements: bool,
    pub submitted_on: Date,
    pub document_number: &'a str,
    pub signatory: &'a str,
    pub acknowledge_by: Option<Date>,
    /// Whether sending records a step that asks for number and signatory.
    pub documented: bool,
    /// Casefiles put on the list.
    pub chosen: &'a [String],
    /// Casefiles left out, each with its reason.
    pub left_out: &'a [(String, String)],
    /// Everybody who qualifies.
    pub candidates: &'a [Candidate],
    pub actor: &'a Principal,
    pub today: Date,
}

impl Drawing<'_> {
    /// Whether the list may be sent; with nobody chosen, whether the month may
    /// be recorded as one without adjustment.
    ///
    /// # Errors
    /// Every reason why not, so that a person mends everything in one go.
    pub fn check(&self) -> Result<(), Vec<Refusal>> {
        let terms = self.terms;
        let clause = terms.clause.as_deref();
        let mut refused = dated(self.submitted_on, Date::MIN, self.today);
        let chosen: Vec<&Candidate> = self
            .candidates
            .iter()
            .filter(|c| self.chosen.contains(&c.casefile_id))
            .collect();
        refused.extend(after_qualified(self.submitted_on, &chosen, clause));
        let mut no = |guard: &str, message: String| {
            refused.push(Refusal::new(guard, message, clause));
        };
        let maker = terms.parties(self.area).map(|(maker, _)| maker);
        if maker.is_none() || self.actor.level != Some(terms.level) || self.actor.division != maker
        {
            no(
                "acting_level",
                format!(
                    "“{}”由{}级拟定，报送到{}级。",
                    terms.label,
                    terms.level.label(),
                    terms.submitted_to.label()
                ),
            );
        }
        match (terms.monthly, self.period) {
            (true, None) => no("period", "请选择是哪个月的名单。".into()),
            (false, Some(_)) => no("period", "这份名单不按月报送。".into()),
            (true, Some(period)) if period > Month::of(self.today) => {
                no("period", "下月的名单到下月再报。".into());
            }
            (true, Some(period)) if self.supplements && self.chosen.is_empty() => {
                no(
                    "month_given",
                    format!(
                        "{}的{}已经报送，或已经登记“本月无调整”，不用再登记；又有农户符合条件的，可以补充报送。",
                        period.spoken(),
                        terms.label
                    ),
                );
            }
            (true, Some(period)) if self.supplements && period < Month::of(self.today) => {
                no(
                    "month_given",
                    format!(
                        "{}的{}已经报送，补充只在当月；没有列入的按月动态调整，列入{}的名单，那份名单可在{}前报送。",
                        period.spoken(),
                        terms.label,
                        Month::of(self.today).spoken(),
                        spoken(Month::of(self.today).last_day())
                    ),
                );
            }
            _ => {}
        }
        if self.documented {
            if is_blank(self.document_number) {
                no("documented", "请填写文号。".into());
            }
            if is_blank(self.signatory) {
                no("documented", "请填写签发人。".into());
            }
        }
        if self.acknowledge_by.is_some_and(|by| by < self.submitted_on) {
            no("acknowledge_by", "要求签收的日期不能早于报送日期。".into());
        }
        let due = self.due();
        let unknown = self
            .chosen
            .iter()
            .filter(|id| !due.iter().any(|c| &&c.casefile_id == id))
            .count();
        if unknown > 0 {
            no(
                "qualified",
                format!(
                    "有 {unknown} 户现在不在可报送的范围里（已在别的名单上，或情况变了），请刷新后再报。"
                ),
            );
        }
        let silent = due
            .iter()
            .filter(|c| {
                !self.chosen.contains(&c.casefile_id)
                    && !self.left_out.iter().any(|(id, reason)| {
                        id == &c.casefile_id && readable_length(reason) >= SHORTEST_REASON
                    })
            })
            .count();
        if silent > 0 {
            no(
                "no_silent_skip",
                format!(
                    "还有 {silent} 户符合条件，没有列入名单，也没有写明原因。应报的要报；这次不报的，请逐户写明原因。"
                ),
            );
        }
        if self.chosen.is_empty() && !(terms.monthly && due.is_empty()) {
            no("rows", "名单上还没有农户。".into());
        }
        if refused.is_empty() {
            Ok(())
        } else {
            Err(refused)
        }
    }

    /// Who is due on this list: what qualified after the month's last day
    /// waits for the next month's.
    pub fn due(&self) -> Vec<&Candidate> {
        self.candidates
            .iter()
            .filter(|c| self.period.is_none_or(|m| c.qualified_on <= m.last_day()))
            .collect()
    }
}
