//! What the form says of the time of identification, where the procedure ran
//! here: from the investigation form (F2), not from an import.

use jiff::civil::Date;

use super::form::Form;
use super::income::yuan;
use super::statement::{GUARANTEES, flags};
use crate::casefile::HomeVerification;
use crate::household::HouseholdFile;

/// Dimension of the packs that speaks of drinking water alone.
const WATER: &str = "drinking_water_safety";
/// Dimension of the packs that joins housing, schooling and insurance.
const THREE_GUARANTEES: &str = "three_guarantees";

/// What an own procedure found when it identified a household.
#[derive(Debug, Clone, Copy)]
pub struct Identified<'a> {
    pub verification: &'a HomeVerification,
    pub verified_on: Date,
    /// The line it was held against, in yuan a person and year.
    pub line_yuan: Option<i64>,
}

/// Writes the columns 识别时… of a form.
pub fn identified_into(identified: &Identified<'_>, file: &HouseholdFile, form: &mut Form) {
    let (sheet, verification) = (&identified.verification.income, identified.verification);
    let amounts = [
        ("wage_income_yuan", sheet.wage_fen),
        ("operating_income_yuan", sheet.operating_fen),
        ("property_income_yuan", sheet.property_fen),
        ("transfer_income_yuan", sheet.transfer_fen),
        ("operating_expenditure_yuan", sheet.operating_expense_fen),
        ("net_income_yuan", sheet.net_income_fen()),
        ("insurance_payout_yuan", sheet.claims_fen),
        ("compliant_own_payment_yuan", sheet.out_of_pocket_fen),
    ];
    for (field, fen) in amounts {
        form.put(&format!("identification.{field}"), yuan(fen));
    }
    let per_person = sheet.per_capita_fen().map_or_else(String::new, yuan);
    form.put("identification.net_income_per_person_yuan", per_person);
    let line = identified
        .line_yuan
        .map_or_else(String::new, |y| y.to_string());
    form.put("identification.monitoring_line_yuan", line);

    // The file says which guarantee; the investigation form whether any is wanting.
    let record = file
        .assurances
        .iter()
        .filter(|r| r.recorded_on <= identified.verified_on)
        .max_by_key(|r| r.recorded_on)
        .map(flags);
    let judged = |code: &str| {
        let found = verification.dimensions.iter().find(|d| d.code == code);
        found.map(|d| d.problem)
    };
    for (index, guarantee) in GUARANTEES.iter().enumerate() {
        let said = match *guarantee {
            "unsafe_drinking_water" => judged(WATER).or(record.map(|r| r[index])),
            _ if judged(THREE_GUARANTEES) == Some(false) => Some(false),
            _ => record.map(|r| r[index]),
        };
        let word = said.map_or("", |problem| if problem { "yes" } else { "no" });
        form.put(&format!("identification.{guarantee}"), word);
    }
    if verification.risks.iter().any(|r| r == "other") {
        form.put(
            "identification.other_risk_remark",
            verification.risk_note.as_str(),
        );
    }
}
