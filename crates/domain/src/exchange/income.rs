//! 家庭纯收入 and 人均纯收入 as the form computes them.

use super::assemble::{Assembler, Draft};
use super::finding::FindingKind as Kind;

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

impl Assembler<'_> {
    pub(super) fn incomes(&self, draft: &mut Draft<'_>) {
        for time in INCOME_TIMES {
            let amount = |part: &str| fen(draft.form.get(&format!("{time}.{part}")));
            let net_field = format!("{time}.net_income_yuan");
            let each_field = format!("{time}.net_income_per_person_yuan");
            let Some(net) = fen(draft.form.get(&net_field)) else {
                continue;
            };
            let Some(row) = draft
                .rows
                .iter()
                .find(|r| !self.value(r, &net_field).is_empty())
            else {
                continue;
            };
            let parts: Option<Vec<i64>> = INCOME_PARTS.iter().map(|p| amount(p)).collect();
            if let Some(parts) = parts {
                let computed = parts[..4].iter().sum::<i64>() - parts[4];
                if (computed - net).abs() > 1 {
                    let message = format!(
                        "家庭纯收入写的是{}元，按各项计算应为{}元",
                        yuan(net),
                        yuan(computed)
                    );
                    draft.findings.push(
                        self.at(Kind::NetIncomeSumMismatch, row, &net_field, &yuan(net))
                            .saying(message),
                    );
                }
            }
            let size = draft
                .form
                .get("household.size")
                .parse::<i64>()
                .ok()
                .filter(|s| *s > 0);
            if let (Some(each), Some(size)) = (fen(draft.form.get(&each_field)), size) {
                // Offices round to the fen or to the yuan.
                let allowed = if each % 100 == 0 { 51 } else { 1 };
                if (net - each * size).abs() > allowed * size {
                    let message = format!(
                        "人均纯收入写的是{}元，{}元除以{size}人应为{}元",
                        yuan(each),
                        yuan(net),
                        yuan(net / size)
                    );
                    draft.findings.push(
                        self.at(
                            Kind::NetIncomePerPersonMismatch,
                            row,
                            &each_field,
                            &yuan(each),
                        )
                        .saying(message),
                    );
                }
            }
        }
    }
}
