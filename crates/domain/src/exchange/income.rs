//! 家庭纯收入 and 人均纯收入 as the form computes them.

use super::assemble::{Assembler, Draft};
use super::finding::FindingKind as Kind;
use super::statement::SHARES;

/// The three times a form states income: field prefix.
pub(super) const INCOME_TIMES: [&str; 3] = ["identification", "clearance", "household"];
/// The four incomes and the expenditure, in the order of the form.
pub(super) const INCOME_PARTS: [&str; 5] = [
    "wage_income_yuan",
    "operating_income_yuan",
    "property_income_yuan",
    "transfer_income_yuan",
    "operating_expenditure_yuan",
];

/// Fen of a plain decimal in yuan.
pub(super) fn fen(yuan: &str) -> Option<i64> {
    let value: f64 = yuan.parse().ok()?;
    // Amounts are bounded by the layout; rounding to fen is exact there.
    Some((value * 100.0).round() as i64)
}

/// Plain decimal in yuan of fen.
pub(super) fn yuan(fen: i64) -> String {
    let sign = if fen < 0 { "-" } else { "" };
    let (whole, rest) = (fen.unsigned_abs() / 100, fen.unsigned_abs() % 100);
    match rest {
        0 => format!("{sign}{whole}"),
        r if r % 10 == 0 => format!("{sign}{whole}.{}", r / 10),
        r => format!("{sign}{whole}.{r:02}"),
    }
}

/// How far a total may be from its parts, in fen: offices round to the fen …
const ROUNDED_TO_FEN: i64 = 1;
/// … or to the yuan.
const ROUNDED_TO_YUAN: i64 = 51;

fn rounding_of(fen: i64) -> i64 {
    if fen % 100 == 0 {
        ROUNDED_TO_YUAN
    } else {
        ROUNDED_TO_FEN
    }
}

/// Columns an income statement is written from.
fn written_from(time: &str) -> Vec<String> {
    let shares = SHARES.iter().map(|(share, _)| *share);
    let beside = ["insurance_payout_yuan", "compliant_own_payment_yuan"];
    let all = INCOME_PARTS.into_iter().chain(shares).chain(beside);
    all.map(|part| format!("{time}.{part}")).collect()
}

impl Assembler<'_> {
    /// Checks the income of each time. One of which a cell was rejected or
    /// does not add up with cells left empty is not taken: half an income
    /// would look like poverty.
    pub(super) fn incomes(&self, draft: &mut Draft<'_>) {
        for time in INCOME_TIMES {
            let written = written_from(time);
            let net_field = format!("{time}.net_income_yuan");
            let empty = INCOME_PARTS.iter().any(|part| {
                let field = format!("{time}.{part}");
                draft.form.get(&field).is_empty()
            });
            let unread = written.iter().any(|f| draft.rejected.contains(f))
                || (empty && draft.rejected.contains(&net_field));
            if unread || self.is_incomplete(time, draft) {
                let derived = [net_field, format!("{time}.net_income_per_person_yuan")];
                for field in written.iter().chain(&derived) {
                    draft.form.values.remove(field);
                }
                continue;
            }
            self.per_person(time, draft);
        }
    }

    /// Whether 家庭纯收入 is not what the parts come to and parts are empty.
    /// Where none is, the parts stand and the difference is reported.
    fn is_incomplete(&self, time: &str, draft: &mut Draft<'_>) -> bool {
        let net_field = format!("{time}.net_income_yuan");
        let Some(net) = fen(draft.form.get(&net_field)) else {
            return false;
        };
        let parts = INCOME_PARTS.map(|p| fen(draft.form.get(&format!("{time}.{p}"))));
        if parts.iter().all(Option::is_none) {
            return false;
        }
        let amount = |at: usize| parts[at].unwrap_or(0);
        let computed = (0..4).map(amount).sum::<i64>() - amount(4);
        let Some(row) = draft
            .rows
            .iter()
            .find(|r| !self.value(r, &net_field).is_empty())
        else {
            return false;
        };
        if (computed - net).abs() <= rounding_of(net) {
            return false;
        }
        let (said, sum) = (yuan(net), yuan(computed));
        let missing: Vec<String> = INCOME_PARTS
            .iter()
            .zip(parts)
            .filter(|(_, amount)| amount.is_none())
            .map(|(part, _)| format!("{time}.{part}"))
            .collect();
        let Some(first) = missing.first() else {
            let message = format!("家庭纯收入写的是{said}元，按各项计算应为{sum}元");
            let finding = self.at(Kind::NetIncomeSumMismatch, row, &net_field, &said);
            draft.findings.push(finding.saying(message));
            return false;
        };
        let message = format!(
            "家庭纯收入写的是{said}元，填了的各项算下来是{sum}元，还有{}项空着：这一期收入没有导入",
            missing.len()
        );
        let (field, value) = match draft.present.contains(first.as_str()) {
            true => (first, ""),
            false => (&net_field, said.as_str()),
        };
        let finding = self.at(Kind::IncomeIncomplete, row, field, value);
        draft.findings.push(finding.saying(message));
        draft.form.left_out += 1;
        true
    }

    fn per_person(&self, time: &str, draft: &mut Draft<'_>) {
        let net_field = format!("{time}.net_income_yuan");
        let each_field = format!("{time}.net_income_per_person_yuan");
        let size = draft.form.get("household.size").parse::<i64>().ok();
        let (Some(net), Some(each), Some(size)) = (
            fen(draft.form.get(&net_field)),
            fen(draft.form.get(&each_field)),
            size.filter(|s| *s > 0),
        ) else {
            return;
        };
        let Some(row) = draft
            .rows
            .iter()
            .find(|r| !self.value(r, &net_field).is_empty())
        else {
            return;
        };
        if (net - each * size).abs() > rounding_of(each) * size {
            let message = format!(
                "人均纯收入写的是{}元，{}元除以{size}人应为{}元",
                yuan(each),
                yuan(net),
                yuan(net / size)
            );
            let kind = Kind::NetIncomePerPersonMismatch;
            let finding = self.at(kind, row, &each_field, &yuan(each));
            draft.findings.push(finding.saying(message));
        }
    }
}
