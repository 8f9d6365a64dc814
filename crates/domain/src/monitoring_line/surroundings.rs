//! What a line is held against besides its own pack: the line it follows, the
//! one above it, and how large or sudden an amount may be without a word why.

use jiff::civil::Date;

use super::{Draft, InputKind, exact};
use crate::casefile::Refusal;
use crate::policy::{Line, LineBounds};
use crate::typed_text::readable_length;

/// Fewest characters that can say why.
const SHORTEST_REASON: usize = 10;

/// What stands around a line on a day.
#[derive(Debug, Clone)]
pub struct Surroundings<'a> {
    pub today: Date,
    /// The published line this one would follow in the same jurisdiction.
    pub in_force: Option<InForce>,
    /// The published line that holds for the jurisdiction from above.
    pub above: Option<LineAbove<'a>>,
    /// Yuan that hold for the jurisdiction just before this line would.
    pub previous_yuan: Option<i64>,
    pub bounds: Option<&'a LineBounds>,
    /// The account acts for the jurisdiction itself, not from above.
    pub own_act: bool,
}

/// The published line of the jurisdiction with the latest first day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InForce {
    pub year: i16,
    pub effective_from: Date,
}

/// A line published further up, as it came to the jurisdiction.
#[derive(Debug, Clone)]
pub struct LineAbove<'a> {
    pub rules: &'a Line,
    pub amount_yuan: i64,
    /// Where it was published, by name.
    pub published_by: String,
    /// The day the jurisdiction confirmed that it follows it.
    pub followed_on: Option<Date>,
}

impl Surroundings<'_> {
    /// Nothing published yet, no bounds.
    pub fn none(today: Date) -> Self {
        Self {
            today,
            in_force: None,
            above: None,
            previous_yuan: None,
            bounds: None,
            own_act: true,
        }
    }

    /// What stands against a draft taking its place among the other lines. It
    /// is asked again at every step, because the others move on.
    pub(super) fn against_place(&self, year: i16, draft: &Draft) -> Vec<Refusal> {
        self.too_early(year, draft)
            .or_else(|| self.before_publication(draft))
            .into_iter()
            .chain(self.against_above(draft))
            .collect()
    }

    /// Lines follow one another and never overlap; a correction of the same
    /// year does not reach back before the day it is recorded, so that what was
    /// decided stays decided.
    fn too_early(&self, year: i16, draft: &Draft) -> Option<Refusal> {
        let now = self.in_force.as_ref()?;
        let from = draft.effective_from;
        let refusal = |message| Some(Refusal::new("effective_from", message, None));
        if from <= now.effective_from {
            refusal(format!(
                "生效日期要晚于现行监测范围的生效日期 {}",
                now.effective_from
            ))
        } else if now.year == year && from < self.today {
            refusal(format!(
                "更正从以后的日期起执行，生效日期不能早于今天 {}",
                self.today
            ))
        } else {
            None
        }
    }

    /// A document may publish a line for its whole year (HN22-011, HN25-012,
    /// WY21-014), so a first day that is over is no fault in itself; but it is
    /// said why, for the line judges nothing from before its publication.
    fn before_publication(&self, draft: &Draft) -> Option<Refusal> {
        let from = draft.effective_from;
        let explained = readable_length(&draft.early_reason) >= SHORTEST_REASON;
        (from < self.today && !explained).then(|| {
            Refusal::new(
                "early_reason",
                format!(
                    "生效日期 {from} 早于今天 {}：请把生效日期改到今天或以后；文件确实写明从那天起执行的，请在草稿里写明依据，至少 {SHORTEST_REASON} 个字。印发以前入户、评议过的仍按原来的，不追溯",
                    self.today
                ),
                None,
            )
        })
    }

    /// Whether a line further up leaves room for this one.
    fn against_above(&self, draft: &Draft) -> Vec<Refusal> {
        let Some((above, down)) = self
            .above
            .as_ref()
            .and_then(|a| Some((a, a.rules.downward.as_ref()?)))
        else {
            return Vec::new();
        };
        let clause = down.clause.as_ref().map(|c| c.get_ref().as_str());
        let mut against = Vec::new();
        if down.effect != "reference" {
            against.push(Refusal::new(
                "own_amount",
                "文件没有允许另定监测范围，请按印发的执行",
                clause,
            ));
        }
        if !down.may_be_lower() && draft.amount_yuan < above.amount_yuan {
            against.push(Refusal::new(
                "floor_kept",
                format!(
                    "不能低于{}印发的 {} 元：可以另定，不能更低{}",
                    above.published_by,
                    above.amount_yuan,
                    down.lower_words()
                ),
                down.lower_clause(),
            ));
        }
        if let Some(day) = above.followed_on.filter(|_| !self.own_act) {
            against.push(Refusal::new(
                "own_act",
                format!("这里已在 {day} 回执参照执行；要另定，由当地在自己的回执上改为另定"),
                clause,
            ));
        }
        against
    }

    /// An amount nobody would expect asks for a word why.
    pub(super) fn unexplained(&self, draft: &Draft) -> Option<Refusal> {
        if readable_length(&draft.unusual_reason) >= SHORTEST_REASON {
            return None;
        }
        let previous = self.previous_yuan.or_else(|| typed_previous(draft));
        let amount = draft.amount_yuan;
        unusual(self.bounds, previous, amount).map(|words| {
            Refusal::new(
                "amount_unusual",
                format!(
                    "金额 {amount} 元{words}。请核对有没有多写、少写；确实如此，请另写明原因，至少 {SHORTEST_REASON} 个字"
                ),
                None,
            )
        })
    }
}

/// In what an amount is unusual, in words; `None` where it is not.
pub(super) fn unusual(
    bounds: Option<&LineBounds>,
    previous: Option<i64>,
    amount: i64,
) -> Option<String> {
    let bounds = bounds?;
    let mut odd = Vec::new();
    if let (Some(least), Some(most)) = (bounds.least_yuan.get(), bounds.most_yuan.get())
        && !(least..=most).contains(&amount)
    {
        odd.push(format!("不在常见的 {least}～{most} 元之间"));
    }
    if let (Some(percent), Some(previous)) = (bounds.most_change_percent.get(), previous)
        && moves_more_than(previous, amount, percent)
    {
        odd.push(format!("比 {previous} 元变动超过 {percent}%"));
    }
    (!odd.is_empty()).then(|| odd.join("，"))
}

/// The previous line as the drafter gives it.
fn typed_previous(draft: &Draft) -> Option<i64> {
    let given = draft
        .inputs
        .iter()
        .filter(|i| i.kind == InputKind::PreviousLine)
        .max_by_key(|i| i.year)?;
    i64::try_from(exact(&given.value)?.to_integer()).ok()
}

fn moves_more_than(previous: i64, amount: i64, percent: u16) -> bool {
    let (previous, amount) = (i128::from(previous), i128::from(amount));
    (amount - previous).abs() * 100 > previous.abs() * i128::from(percent)
}
