//! What an invented family lives on and whether the guarantees hold.

use domain::household::{AssuranceRecord, HouseholdFile, IncomeItem, IncomeStatement, Member};
use jiff::civil::{Date, date};

use super::place::Village;
use super::random::Random;

/// Most households stay above this per head and year, in fen.
const USUAL_FLOOR_FEN: i64 = 780_000;
/// 人均纯收入 the leanest of the others may have.
const LEAN_FLOOR_FEN: i64 = 560_000;

/// A household's file as the yearly collection at the end of 2021 left it.
///
/// `ordinal` counts from 1 within the village.
pub(super) fn file(
    random: &mut Random,
    members: Vec<Member>,
    village: &Village,
    grids: &[String],
    ordinal: u64,
    today: Date,
) -> HouseholdFile {
    let mut members = members;
    let lifted = random.percent(20);
    let relocated = lifted && random.percent(8);
    let household_type = match lifted {
        false => "ordinary_household",
        true if random.percent(70) => "lifted_household_with_policies",
        true => "lifted_household_without_policies",
    };
    let support = support(random, &mut members, today);
    let statement = income(random, &members, support, today);
    let uninsured = members.iter().any(|m| m.medical_insurance == "none");
    let group = ordinal % 8 + 1;
    HouseholdFile {
        code: (lifted || random.percent(95))
            .then(|| format!("98{:04}{ordinal:06}", village.ordinal)),
        village: village.code,
        grid_id: grids
            .get(usize::try_from(ordinal).unwrap_or(0) % grids.len().max(1))
            .cloned(),
        address: format!("{}{}{group}组{ordinal}号", village.township, village.name),
        phone: format!("199{:04}{ordinal:04}", village.ordinal),
        household_type: household_type.into(),
        lifted_year: lifted.then(|| {
            random.weighted(&[(2016, 15), (2017, 20), (2018, 30), (2019, 25), (2020, 10)])
        }),
        members,
        income: vec![statement],
        assurances: vec![AssuranceRecord {
            recorded_on: date(2021, 11, 20),
            housing_problem: random.per_mille(3),
            schooling_problem: false,
            water_problem: random.per_mille(2),
            insurance_problem: uninsured,
            note: String::new(),
        }],
        tags: if relocated {
            vec!["relocated".into()]
        } else {
            Vec::new()
        },
        resettlement_area: if relocated {
            format!("{}安置区", village.township)
        } else {
            String::new()
        },
        merged_into: None,
        split_off: Vec::new(),
        moved_out_to: None,
    }
}

/// Marks 低保 and 特困 on the members; returns the yearly amount in fen.
fn support(random: &mut Random, members: &mut [Member], today: Date) -> (&'static str, i64) {
    let age = |m: &Member| m.age_on(today).unwrap_or(0);
    let alone = members.len() == 1 && members.iter().all(|m| age(m) >= 60);
    if alone && random.percent(22) {
        members
            .iter_mut()
            .for_each(|m| m.extreme_hardship_support = "rural".into());
        return ("transfer.extreme_hardship_support", 680_000);
    }
    let frail = members.iter().any(|m| {
        m.health
            .iter()
            .any(|h| h == "disabled" || h == "serious_illness")
    });
    if random.per_mille(if frail { 220 } else { 12 }) {
        members
            .iter_mut()
            .for_each(|m| m.subsistence_allowance = "rural".into());
        return (
            "transfer.subsistence_allowance",
            290_000 * i64::try_from(members.len()).unwrap_or(1),
        );
    }
    ("", 0)
}

fn income(
    random: &mut Random,
    members: &[Member],
    support: (&str, i64),
    today: Date,
) -> IncomeStatement {
    let mut items: Vec<IncomeItem> = Vec::new();
    let mut add = |source: &str, yuan_fen: i64| {
        if yuan_fen > 0 {
            items.push(IncomeItem {
                source: source.into(),
                amount_fen: yuan_fen,
                note: String::new(),
            });
        }
    };
    let wages = members
        .iter()
        .filter_map(|m| m.employment.as_ref())
        .map(|e| i64::from(e.months.unwrap_or(0)) * e.monthly_wage_fen.unwrap_or(0))
        .sum();
    add("wage.migrant_work", wages);
    let crops = random.between(15, 95) * 10_000;
    add("business.crops", crops);
    let crops_cost = crops * random.between(25, 40) / 100;
    let livestock = if random.percent(14) {
        random.between(30, 160) * 10_000
    } else {
        0
    };
    add("business.livestock", livestock);
    let livestock_cost = livestock * 45 / 100;
    let land = if random.percent(20) {
        random.between(6, 30) * 10_000
    } else {
        0
    };
    add("property.land_transfer", land);
    let subsidy = random.between(3, 9) * 10_000;
    add("transfer.grain_and_soil_subsidy", subsidy);
    let older = |from: u16| {
        members
            .iter()
            .filter(|m| m.age_on(today).is_some_and(|a| a >= from))
            .count()
    };
    let pension = i64::try_from(older(60)).unwrap_or(0) * 154_800;
    add("transfer.pension", pension);
    let aged = i64::try_from(older(80)).unwrap_or(0) * 60_000;
    add("transfer.advanced_age", aged);
    let cards = members
        .iter()
        .filter(|m| !m.disability_card.is_empty())
        .count();
    let disability = i64::try_from(cards).unwrap_or(0) * 72_000;
    add("transfer.disability", disability);
    add(support.0, support.1);
    let persons = i64::try_from(members.len()).unwrap_or(1);
    let earned = wages + crops - crops_cost + livestock - livestock_cost
        + land
        + subsidy
        + pension
        + aged
        + disability
        + support.1;
    // What is still missing comes from odd jobs or, where nobody can work, from
    // children elsewhere; some households stay lean, and they are what the
    // work is about.
    let floor = if random.percent(4) {
        LEAN_FLOOR_FEN
    } else {
        USUAL_FLOOR_FEN
    } + random.between(0, 40) * 10_000;
    let able = members
        .iter()
        .any(|m| matches!(m.labour.as_str(), "ordinary" | "skilled"));
    add(
        if able {
            "wage.other"
        } else {
            "transfer.family_support"
        },
        (floor * persons - earned).max(0),
    );
    add("business_expenditure.crops", crops_cost);
    add("business_expenditure.livestock", livestock_cost);
    let ill = members
        .iter()
        .any(|m| m.health.iter().any(|h| h == "serious_illness"));
    let own = if ill {
        random.between(30, 240) * 10_000
    } else {
        random.between(0, 14) * 10_000
    };
    IncomeStatement {
        period_from: date(2021, 1, 1),
        period_to: date(2021, 12, 31),
        items,
        claims_fen: 0,
        out_of_pocket_fen: own,
        counted_persons: u16::try_from(members.len()).unwrap_or(1),
    }
}

/// The risks that fit what the file says of a household, at least one.
pub(super) fn risks(file: &HouseholdFile, today: Date) -> Vec<&'static str> {
    let has = |condition: &str| {
        file.active_members()
            .any(|m| m.health.iter().any(|h| h == condition))
    };
    let mut risks = Vec::new();
    if has("serious_illness") || has("long_term_chronic_illness") {
        risks.push("illness");
    }
    if has("disabled") {
        risks.push("disability");
    }
    if file
        .active_members()
        .any(|m| m.school_stage.starts_with("bachelor") || m.school_stage.starts_with("higher"))
    {
        risks.push("schooling");
    }
    let able = file
        .active_members()
        .filter(|m| matches!(m.labour.as_str(), "ordinary" | "skilled"))
        .count();
    if able == 0 || (file.active_members().count() >= 5 && able == 1) {
        risks.push("lack_of_labour");
    }
    if risks.is_empty() {
        let working = file
            .active_members()
            .any(|m| m.employment.is_some() && m.age_on(today).is_some_and(|a| a >= 16));
        risks.push(if working {
            "unstable_employment"
        } else {
            "other"
        });
    }
    risks
}
