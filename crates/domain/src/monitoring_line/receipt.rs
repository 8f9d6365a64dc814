//! What those who received a published line answer: that they follow it, or,
//! where it is a reference, their own amount with their own document.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::{MonitoringLine, Signature};
use crate::casefile::Refusal;
use crate::division::{DivisionCode, Level};
use crate::policy::Line;

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
}

/// Checks a receiver's answer.
///
/// # Errors
/// Every reason against it, with its clause.
pub fn acknowledge(
    rules: &Line,
    line: &MonitoringLine,
    receiver: DivisionCode,
    received_amount_yuan: i64,
    issued_on: Date,
    form: &ReceiptForm,
    today: Date,
) -> Result<(), Vec<Refusal>> {
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
    if form.acknowledged_on > today || form.acknowledged_on < issued_on {
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
        let least = floor.unwrap_or(0).max(received_amount_yuan);
        if amount_yuan < least {
            against.push(Refusal::new(
                "floor_kept",
                format!("自定的监测范围不能低于 {least} 元"),
                rules
                    .floor_yuan
                    .as_ref()
                    .filter(|_| floor == Some(least))
                    .and_then(|f| f.clause()),
            ));
        }
        if form.document_number.trim().is_empty() {
            against.push(Refusal::new(
                "document_number",
                "自定监测范围要写本级印发文件的文号",
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
