//! What those who received a published line answer: that they follow it, or,
//! where it is a reference, their own amount with their own document.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::surroundings::unusual;
use super::{MonitoringLine, Signature};
use crate::casefile::Refusal;
use crate::division::{DivisionCode, Level};
use crate::policy::{Line, LineBounds};
use crate::typed_text::is_blank;

/// A division's confirmation of a published line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receipt {
    pub division: DivisionCode,
    pub issued_on: Date,
    pub due_on: Date,
    pub effect: ReceiptEffect,
    pub by: Signature,
}

/// What the line means there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum ReceiptEffect {
    /// 参照执行.
    Follow,
    /// An amount of its own, never below the one it received.
    Own {
        amount_yuan: i64,
        #[schema(value_type = String)]
        effective_from: Date,
    },
}

/// What a receiver sends in.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize, utoipa::ToSchema)]
pub struct ReceiptForm {
    #[schema(value_type = String)]
    pub acknowledged_on: Date,
    pub effect: ReceiptEffect,
    /// Number of the receiver's own document: forwarding it, or setting its own.
    #[serde(default)]
    pub document_number: String,
    /// The own amount typed once more, where it is far from the one received.
    #[serde(default)]
    pub confirmed_yuan: Option<i64>,
}

/// A published line as it came to one receiver.
#[derive(Debug, Clone, Copy)]
pub struct Delivery<'a> {
    pub rules: &'a Line,
    pub bounds: Option<&'a LineBounds>,
    pub line: &'a MonitoringLine,
    pub receiver: DivisionCode,
    pub amount_yuan: i64,
    pub issued_on: Date,
    /// The day it confirmed already that it follows it.
    pub followed_on: Option<Date>,
    pub today: Date,
}

/// Checks a receiver's answer. Who follows may set its own amount later, from
/// a day to come; that is an act of its own.
///
/// # Errors
/// Every reason against it, with its clause.
pub fn acknowledge(delivery: &Delivery<'_>, form: &ReceiptForm) -> Result<(), Vec<Refusal>> {
    let Delivery {
        rules,
        line,
        receiver,
        today,
        ..
    } = *delivery;
    let mut against = Vec::new();
    let down = rules.downward.as_ref();
    let clause = down.and_then(|d| d.clause.as_ref().map(|c| c.get_ref().as_str()));
    // A county directly under the province stands beside the cities.
    let direct = receiver.parent() == Some(line.jurisdiction);
    let first = down.map(|d| d.level);
    let due = match (first, receiver.level()) {
        (Some(first), level) if direct => {
            level == first || (first == Level::City && level == Level::County)
        }
        (Some(first), level) => level > first,
        (None, _) => false,
    };
    if !due {
        against.push(Refusal::new(
            "issued_to",
            format!("监测范围没有印发到{}", receiver.level().label()),
            clause,
        ));
    }
    if line.records.published.is_none() {
        against.push(Refusal::new("line_stage", "监测范围还没有印发", clause));
    }
    let earliest = delivery
        .issued_on
        .max(delivery.followed_on.unwrap_or(Date::MIN));
    if form.acknowledged_on > today || form.acknowledged_on < earliest {
        against.push(Refusal::new(
            "occurred_on",
            "回执日期不能早于印发日期，也不能晚于今天",
            None,
        ));
    }
    if let ReceiptEffect::Own {
        amount_yuan,
        effective_from,
    } = form.effect
    {
        if down.is_none_or(|d| d.effect != "reference") {
            against.push(Refusal::new(
                "own_amount",
                "文件没有允许另定监测范围，请按印发的执行",
                clause,
            ));
        }
        let floor = rules.floor_yuan.as_ref().and_then(|f| f.get());
        let received = down
            .filter(|d| !d.may_be_lower())
            .map(|_| delivery.amount_yuan);
        let least = floor.unwrap_or(0).max(received.unwrap_or(0));
        if amount_yuan < least {
            let stated = rules.floor_yuan.as_ref();
            let by_floor = stated
                .filter(|_| floor == Some(least))
                .and_then(|f| f.clause());
            against.push(Refusal::new(
                "floor_kept",
                format!(
                    "自定的监测范围不能低于 {least} 元{}",
                    down.filter(|_| by_floor.is_none())
                        .map_or("", crate::policy::Downward::lower_words)
                ),
                by_floor.or_else(|| down.and_then(crate::policy::Downward::lower_clause)),
            ));
        }
        if is_blank(&form.document_number) {
            against.push(Refusal::new(
                "document_number",
                "自定监测范围要写本级印发文件的文号",
                None,
            ));
        }
        if form.confirmed_yuan != Some(amount_yuan)
            && let Some(words) = unusual(delivery.bounds, Some(delivery.amount_yuan), amount_yuan)
        {
            against.push(Refusal::new(
                "amount_unusual",
                format!("金额 {amount_yuan} 元{words}。请核对有没有多写、少写；确实如此，请再填一次金额确认"),
                None,
            ));
        }
        if delivery.followed_on.is_some() && effective_from < today {
            against.push(Refusal::new(
                "effective_from",
                "已经回执参照执行，改为另定从以后的日期起执行，不能早于今天",
                None,
            ));
        }
        if effective_from < line.draft.effective_from {
            against.push(Refusal::new(
                "effective_from",
                "自定监测范围的生效日期不能早于印发的监测范围",
                None,
            ));
        }
    }
    if against.is_empty() {
        Ok(())
    } else {
        Err(against)
    }
}
