//! Income and guarantees: the form states each up to three times (at
//! identification, after clearance, now); the file keeps dated records. The
//! note of an imported record says which of the three it is.

use jiff::civil::Date;

use super::form::Form;
use super::income::{INCOME_PARTS, INCOME_TIMES, fen, yuan};
use super::register::{first_of, twelve_months_before};
use crate::household::{AssuranceRecord, HouseholdFile, IncomeItem, IncomeStatement};

/// Note of an imported record, by the time it speaks of. The form names no
/// period, so the twelve months before the month are assumed and said here.
fn note_of(time: &str) -> &'static str {
    match time {
        "identification" => "导入：识别时，期间按前12个月记",
        "clearance" => "导入：消除后，期间按前12个月记",
        _ => "导入：现状，期间按前12个月记",
    }
}

fn month_of_time(time: &str, form: &Form, today: Date) -> Option<Date> {
    match time {
        "identification" => first_of(form.get("identification.identified_in")),
        "clearance" => first_of(form.get("clearance.cleared_in")),
        _ => Some(today),
    }
}

/// Code group of each part of [`INCOME_PARTS`].
const GROUPS: [&str; 5] = [
    "wage",
    "business",
    "property",
    "transfer",
    "business_expenditure",
];

/// "其中" columns and the income source they are.
pub(super) const SHARES: [(&str, &str); 13] = [
    ("migrant_work_income_yuan", "wage.migrant_work"),
    ("public_post_income_yuan", "wage.public_welfare_post"),
    ("planting_income_yuan", "business.crops"),
    ("breeding_income_yuan", "business.livestock"),
    ("asset_dividend_yuan", "property.asset_dividend"),
    ("land_transfer_income_yuan", "property.land_transfer"),
    ("family_planning_payment_yuan", "transfer.family_planning"),
    (
        "subsistence_allowance_payment_yuan",
        "transfer.subsistence_allowance",
    ),
    (
        "extreme_hardship_payment_yuan",
        "transfer.extreme_hardship_support",
    ),
    ("pension_payment_yuan", "transfer.pension"),
    (
        "ecological_payment_yuan",
        "transfer.ecological_compensation",
    ),
    (
        "grain_and_land_subsidy_yuan",
        "transfer.grain_and_soil_subsidy",
    ),
    ("other_transfer_income_yuan", "transfer.other"),
];

/// Totals of a statement in fen: the five parts, claims and own payment.
fn totals(statement: &IncomeStatement) -> [i64; 7] {
    let mut totals = [0; 7];
    for item in &statement.items {
        let group = match item.source.split('.').next().unwrap_or_default() {
            "operating_expense" => "business_expenditure",
            group => group,
        };
        if let Some(index) = GROUPS.iter().position(|g| *g == group) {
            totals[index] += item.amount_fen;
        }
    }
    totals[5] = statement.claims_fen;
    totals[6] = statement.out_of_pocket_fen;
    totals
}

fn total_fields(time: &str) -> [String; 7] {
    let field = |part: &str| format!("{time}.{part}");
    let [wage, operating, property, transfer, expenditure] = INCOME_PARTS;
    [
        field(wage),
        field(operating),
        field(property),
        field(transfer),
        field(expenditure),
        field("insurance_payout_yuan"),
        field("compliant_own_payment_yuan"),
    ]
}

fn is_of_time(note: &str, time: &str) -> bool {
    let imported = INCOME_TIMES.iter().find(|t| note_of(t) == note);
    match imported {
        Some(other) => *other == time,
        // What was not imported is the present.
        None => time == "household",
    }
}

fn statement_of<'f>(file: &'f HouseholdFile, time: &str) -> Option<&'f IncomeStatement> {
    let note = |s: &IncomeStatement| s.items.first().map(|i| i.note.clone()).unwrap_or_default();
    file.income
        .iter()
        .filter(|s| is_of_time(&note(s), time))
        .max_by_key(|s| s.period_to)
}

/// Brings the form up to date with the statements of the file.
pub(super) fn read_incomes(file: &HouseholdFile, form: &mut Form) {
    for time in INCOME_TIMES {
        let Some(statement) = statement_of(file, time) else {
            continue;
        };
        let known = totals(statement);
        let fields = total_fields(time);
        if fields
            .iter()
            .zip(known)
            .all(|(field, total)| fen(form.get(field)).unwrap_or(0) == total)
        {
            continue;
        }
        for (field, total) in fields.iter().zip(known) {
            form.put(field, yuan(total));
        }
        for (share, _) in SHARES {
            form.put(&format!("{time}.{share}"), "");
        }
        form.put(
            &format!("{time}.net_income_yuan"),
            yuan(known[..4].iter().sum::<i64>() - known[4]),
        );
        let each = statement.counted_persons;
        let net = known[..4].iter().sum::<i64>() - known[4];
        let per_person =
            (each > 0).then(|| yuan((2 * net + i64::from(each)).div_euclid(2 * i64::from(each))));
        form.put(
            &format!("{time}.net_income_per_person_yuan"),
            per_person.unwrap_or_default(),
        );
    }
}

fn items_of(form: &Form, time: &str) -> Vec<IncomeItem> {
    let mut items = Vec::new();
    for (part, group) in INCOME_PARTS.iter().zip(GROUPS) {
        let Some(total) = fen(form.get(&format!("{time}.{part}"))) else {
            continue;
        };
        let mut shares: Vec<(&str, i64)> = SHARES
            .iter()
            .filter(|(_, source)| source.split('.').next() == Some(group))
            .filter_map(|(field, source)| {
                Some((*source, fen(form.get(&format!("{time}.{field}")))?))
            })
            .filter(|(_, amount)| *amount != 0)
            .collect();
        let stated: i64 = shares.iter().map(|(_, a)| a).sum();
        if stated > total {
            // Shares beyond their total tell nothing certain.
            shares.clear();
        }
        let rest = total - shares.iter().map(|(_, a)| a).sum::<i64>();
        let other = format!("{group}.other");
        let none_shared = shares.is_empty();
        match shares.iter_mut().find(|(source, _)| *source == other) {
            Some((_, amount)) => *amount += rest,
            None if rest != 0 || none_shared => items.push((other, rest)),
            None => {}
        }
        items.extend(
            shares
                .into_iter()
                .map(|(source, amount)| (source.to_owned(), amount)),
        );
    }
    let note = note_of(time);
    items
        .into_iter()
        .map(|(source, amount_fen)| IncomeItem {
            source,
            amount_fen,
            note: note.to_owned(),
        })
        .collect()
}

/// The twelve months an income of a form is for; `None` where it states none.
fn period_of(time: &str, form: &Form, today: Date) -> Option<(Date, Date)> {
    let stated = total_fields(time)[..5]
        .iter()
        .any(|f| !form.get(f).is_empty());
    month_of_time(time, form, today)
        .filter(|_| stated)
        .and_then(twelve_months_before)
}

/// Adds or replaces the statements a settled form speaks of, where they
/// differ. A period has one statement, as where it is entered by hand: what is
/// said later in the form stands, and so does what is new.
pub(super) fn write_incomes(file: &mut HouseholdFile, form: &Form, today: Date) {
    for (at, time) in INCOME_TIMES.into_iter().enumerate() {
        let Some((period_from, period_to)) = period_of(time, form, today) else {
            continue;
        };
        let mut later = INCOME_TIMES[at + 1..].iter();
        if later.any(|l| period_of(l, form, today) == Some((period_from, period_to))) {
            continue;
        }
        let same = |s: &IncomeStatement| (s.period_from, s.period_to) == (period_from, period_to);
        // What the form says of back then replaces nothing said otherwise.
        let other = |s: &IncomeStatement| {
            let note = s.items.first().map_or("", |i| &i.note);
            same(s) && !is_of_time(note, time)
        };
        if time != "household" && file.income.iter().any(other) {
            continue;
        }
        let fields = total_fields(time);
        let wanted = fields.each_ref().map(|f| fen(form.get(f)).unwrap_or(0));
        if statement_of(file, time).is_some_and(|s| totals(s) == wanted) {
            continue;
        }
        let statement = IncomeStatement {
            period_from,
            period_to,
            items: items_of(form, time),
            claims_fen: wanted[5],
            out_of_pocket_fen: wanted[6],
            counted_persons: u16::try_from(file.counted_members().count()).unwrap_or(u16::MAX),
        };
        file.income.retain(|s| !same(s));
        file.income.push(statement);
    }
}

/// The four guarantees in the order of [`AssuranceRecord`].
pub(super) const GUARANTEES: [&str; 4] = [
    "unsafe_housing",
    "school_dropout",
    "unsafe_drinking_water",
    "uninsured_member",
];

pub(super) fn flags(record: &AssuranceRecord) -> [bool; 4] {
    [
        record.housing_problem,
        record.schooling_problem,
        record.water_problem,
        record.insurance_problem,
    ]
}

fn record_of<'f>(file: &'f HouseholdFile, time: &str) -> Option<&'f AssuranceRecord> {
    file.assurances
        .iter()
        .filter(|r| is_of_time(&r.note, time))
        .max_by_key(|r| r.recorded_on)
}

/// Brings the form up to date with the guarantees of the file.
pub(super) fn read_assurances(file: &HouseholdFile, form: &mut Form) {
    for time in INCOME_TIMES {
        let Some(record) = record_of(file, time) else {
            continue;
        };
        for (guarantee, problem) in GUARANTEES.iter().zip(flags(record)) {
            let field = format!("{time}.{guarantee}");
            if (form.get(&field) == "yes") != problem {
                form.put(&field, if problem { "yes" } else { "no" });
            }
        }
    }
}

/// Adds the records a settled form speaks of, where they differ.
pub(super) fn write_assurances(file: &mut HouseholdFile, form: &Form, today: Date) {
    for time in INCOME_TIMES {
        let said = GUARANTEES.map(|g| form.get(&format!("{time}.{g}")).to_owned());
        if said.iter().all(String::is_empty) {
            continue;
        }
        let [
            housing_problem,
            schooling_problem,
            water_problem,
            insurance_problem,
        ] = said.map(|s| s == "yes");
        let wanted = [
            housing_problem,
            schooling_problem,
            water_problem,
            insurance_problem,
        ];
        if record_of(file, time).is_some_and(|r| flags(r) == wanted) {
            continue;
        }
        let Some(recorded_on) = month_of_time(time, form, today) else {
            continue;
        };
        let note = note_of(time);
        file.assurances
            .retain(|r| r.recorded_on != recorded_on || r.note != note);
        file.assurances.push(AssuranceRecord {
            recorded_on,
            housing_problem,
            schooling_problem,
            water_problem,
            insurance_problem,
            note: note.to_owned(),
        });
    }
}
