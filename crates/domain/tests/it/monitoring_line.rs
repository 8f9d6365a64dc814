//! The line's arithmetic for any figures: exact at the boundary, never below
//! its floor, never lower for higher figures.

use std::sync::LazyLock;

use domain::casefile::{Situation, propose_category};
use domain::monitoring_line::{
    CalculationInput, InputKind, ResolvedLine, Rounding, RoundingDirection, calculate, exact,
};
use domain::policy::{Library, Line, Pack};
use proptest::prelude::*;
use toml::Spanned;

use crate::packs::library;

const FLOOR: i64 = 9060;

static PACKS: LazyLock<Library> = LazyLock::new(library);

fn rules(pack: &str) -> &'static Line {
    PACKS.pack(pack).unwrap().values.line.as_ref().unwrap()
}

fn standard(fen: i64) -> Vec<CalculationInput> {
    vec![CalculationInput {
        kind: InputKind::RuralSubsistenceAllowanceStandard,
        value: format!("{}.{:02}", fen / 100, fen % 100),
        year: 2022,
        area_class: "四类地区".into(),
        source: "公报".into(),
    }]
}

fn rounding() -> impl Strategy<Value = Rounding> {
    let direction = prop_oneof![
        Just(RoundingDirection::Nearest),
        Just(RoundingDirection::Down),
        Just(RoundingDirection::Up)
    ];
    (prop::sample::select(&Rounding::UNITS[..]), direction).prop_map(|(unit_yuan, direction)| {
        Rounding {
            unit_yuan,
            direction,
            reason: "惯例".into(),
        }
    })
}

/// Whole yuan of the formula of Wengyuan in 2023, from a standard in fen.
fn amount(fen: i64, rounding: &Rounding) -> i64 {
    let answer = calculate(rules("wengyuan-2021"), 2023, &standard(fen), Some(rounding));
    assert!(answer.missing.is_empty(), "{:?}", answer.missing);
    answer.proposals[0].amount_yuan.unwrap()
}

/// The category proposed for a household that is ill, under a published line.
fn category(pack: &Pack, line: &ResolvedLine, fen: i64) -> Option<String> {
    let risks = ["illness".to_owned()];
    let situation = Situation {
        per_capita_fen: Some(fen),
        dimensions: &[],
        difficulties: &[],
        risks: &risks,
        findings: None,
        line: Some(line),
    };
    propose_category(pack, "ordinary_household", &situation)
        .conclusion
        .map(|c| c.category)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn never_below_the_floor_and_never_lower_for_more(
        fen in 1_00_i64..2_000_000, more in 0_i64..500_000, rounding in rounding()
    ) {
        let first = amount(fen, &rounding);
        prop_assert!(first >= FLOOR);
        prop_assert!(amount(fen + more, &rounding) >= first);
    }

    #[test]
    fn rounding_moves_less_than_its_unit_to_its_side(fen in 700_000_i64..2_000_000, rounding in rounding()) {
        // In hundredths of a fen, so that 1.5 times a fen is whole.
        let product = fen * 150;
        let unit = i64::from(rounding.unit_yuan) * 10_000;
        let off = amount(fen, &rounding) * 10_000 - product;
        prop_assert_eq!(amount(fen, &rounding) % i64::from(rounding.unit_yuan), 0);
        match rounding.direction {
            RoundingDirection::Nearest => prop_assert!(off.abs() * 2 <= unit),
            RoundingDirection::Down => prop_assert!(off <= 0 && off > -unit),
            RoundingDirection::Up => prop_assert!(off >= 0 && off < unit),
        }
    }

    #[test]
    fn the_comparator_decides_at_the_amount_itself(yuan in 1_i64..100_000, inclusive: bool) {
        let mut pack = PACKS.pack("henan-2025").unwrap().clone();
        let sign = if inclusive { "<=" } else { "<" };
        let line = pack.values.line.as_mut().unwrap();
        line.comparator.unstated = false;
        line.comparator.value = Some(Spanned::new(0..0, sign.to_owned()));
        let published = ResolvedLine {
            year: 2025,
            amount_yuan: yuan,
            document_number: "x".into(),
            published_by: "省".into(),
        };
        let at = |fen| category(&pack, &published, fen);
        let inside = Some("marginal_at_risk".to_owned());
        prop_assert_eq!(at(yuan * 100 - 1), inside.clone());
        prop_assert_eq!(at(yuan * 100) == inside, inclusive);
        prop_assert!(at(yuan * 100 + 1) != inside);
    }

    #[test]
    fn growth_is_exact(yuan in 1_i64..100_000, tenths in 0_i64..500) {
        let input = |kind, value: String| CalculationInput {
            kind, value, year: 2024, area_class: String::new(), source: "公报".into(),
        };
        let inputs = [
            input(InputKind::PreviousLine, yuan.to_string()),
            input(InputKind::RuralDisposableIncomeGrowth, format!("{}.{}", tenths / 10, tenths % 10)),
        ];
        let answer = calculate(rules("henan-2025"), 2025, &inputs, None);
        let shown = exact(&answer.proposals[0].exact_yuan).unwrap();
        prop_assert_eq!(shown * 1000, (i128::from(yuan) * (1000 + i128::from(tenths))).into());
    }
}
