//! 测算: what the line would be, from documented inputs by the document's own
//! formula; where it names factors only, what each of them suggests.

use num_rational::Ratio;
use serde::Serialize;

use super::decimal::{Exact, decimal_text, exact};
use super::input::{CalculationInput, InputKind, Rounding};
use crate::casefile::Refusal;
use crate::policy::{Line, LineFormula};
use crate::typed_text::is_blank;

/// What the inputs come to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Calculation {
    pub proposals: Vec<Proposal>,
    /// What the document asks for and the inputs do not give.
    pub missing: Vec<Refusal>,
    /// The document names no unit to round to: a person chooses.
    pub rounding_open: bool,
    pub floor_yuan: Option<i64>,
    pub floor_clause: Option<String>,
}

/// One way to an amount, explained.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Proposal {
    /// `formula`, `growth`, `subsistence_allowance` or `price`.
    pub method: String,
    pub label: String,
    /// `6408 × 1.5 = 9612`.
    pub expression: String,
    pub exact_yuan: String,
    /// The result before anything is rounded.
    #[serde(skip)]
    value: Exact,
    /// Whole yuan after rounding and floor; absent until rounding is chosen.
    pub amount_yuan: Option<i64>,
    /// Lifted to the floor.
    pub at_floor: bool,
    /// The document orders this way; the amount of the line must be this one.
    pub binding: bool,
    pub terms: Vec<Term>,
    pub would_change: Vec<String>,
    pub clause: Option<String>,
}

/// One figure of a proposal with where it comes from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Term {
    pub label: String,
    pub value: String,
    /// Document that publishes it, or the pack.
    pub source: String,
    pub clause: Option<String>,
}

/// Computes every proposal the pack's line and the inputs allow for a year.
pub fn calculate(
    line: &Line,
    year: i16,
    inputs: &[CalculationInput],
    rounding: Option<&Rounding>,
) -> Calculation {
    let formula = line.formula.as_ref();
    let ordered = formula.filter(|f| f.multiplier.is_some());
    let mut answer = Calculation {
        proposals: Vec::new(),
        missing: input_faults(inputs),
        rounding_open: ordered.is_some() && line.stated_for(year).is_none(),
        floor_yuan: line.floor_yuan.as_ref().and_then(|f| f.get()),
        floor_clause: line
            .floor_yuan
            .as_ref()
            .and_then(|f| f.clause().map(str::to_owned)),
    };
    if let Some(formula) = formula {
        answer.missing.extend(years(formula, year));
    }
    match ordered {
        Some(formula) => by_formula(formula, year, inputs, &mut answer),
        None => by_factors(formula, year, inputs, &mut answer),
    }
    if answer.rounding_open && rounding.is_none() {
        let clause = formula
            .and_then(|f| f.rounding.as_ref())
            .and_then(|r| r.clause());
        answer.missing.push(Refusal::new(
            "rounding_chosen",
            "文件只说取整数，没有说取到元、十元还是百元：请选择取整方式并写明理由",
            clause,
        ));
    }
    for proposal in &mut answer.proposals {
        settle(proposal, rounding, answer.floor_yuan);
    }
    answer
}

/// Rounds and lifts to the floor.
fn settle(proposal: &mut Proposal, rounding: Option<&Rounding>, floor: Option<i64>) {
    let value = proposal.value;
    let rounded = match rounding {
        Some(rounding) => rounding.apply(value),
        // Nothing to round: the figure is whole already.
        None if value.is_integer() && !proposal.binding => i64::try_from(value.to_integer()).ok(),
        None => None,
    };
    proposal.at_floor = matches!((rounded, floor), (Some(r), Some(f)) if r < f);
    proposal.amount_yuan = match (rounded, floor) {
        (Some(rounded), Some(floor)) => Some(rounded.max(floor)),
        (rounded, _) => rounded,
    };
    if proposal.at_floor {
        proposal
            .would_change
            .push("算得的数低于底线，按底线执行；算得的数超过底线后才会变化。".into());
    }
}

fn input_faults(inputs: &[CalculationInput]) -> Vec<Refusal> {
    let mut faults = Vec::new();
    for input in inputs {
        let name = input.kind.label();
        match exact(&input.value) {
            None => faults.push(Refusal::new(
                "input_value",
                format!("{name}“{}”不是数字", input.value),
                None,
            )),
            Some(value)
                if input.kind != InputKind::RuralDisposableIncomeGrowth
                    && value <= Ratio::from_integer(0) =>
            {
                faults.push(Refusal::new("input_value", format!("{name}应大于零"), None));
            }
            Some(_) if is_blank(&input.source) => faults.push(Refusal::new(
                "input_source",
                format!("请写明{name}（{} 年）的来源文件或公报", input.year),
                None,
            )),
            Some(_) => {}
        }
    }
    faults
}

fn years(formula: &LineFormula, year: i16) -> Option<Refusal> {
    let first = formula.first_year.as_ref().and_then(|y| y.get());
    let last = formula.last_year.as_ref().and_then(|y| y.get());
    let inside = first.is_none_or(|f| year >= f) && last.is_none_or(|l| year <= l);
    if inside {
        return None;
    }
    let clause = formula
        .first_year
        .as_ref()
        .or(formula.last_year.as_ref())
        .and_then(|y| y.clause());
    Some(Refusal::new(
        "formula_years",
        format!(
            "文件的算法只管 {} 至 {} 年，{year} 年的监测范围没有依据",
            first.map_or_else(String::new, |y| y.to_string()),
            last.map_or_else(String::new, |y| y.to_string()),
        ),
        clause,
    ))
}

/// Base × multiplier, as the document orders.
fn by_formula(
    formula: &LineFormula,
    year: i16,
    inputs: &[CalculationInput],
    answer: &mut Calculation,
) {
    let Some(base) = formula.base.get().and_then(|b| InputKind::of_base(&b)) else {
        return;
    };
    let before = formula
        .base_years_before
        .as_ref()
        .and_then(|b| b.get())
        .unwrap_or(0);
    let wanted_year = year - i16::try_from(before).unwrap_or(0);
    let wanted_class = formula
        .area_class
        .as_ref()
        .and_then(|a| a.get())
        .unwrap_or_default();
    let clause = formula.base.clause();
    let of_kind: Vec<&CalculationInput> = inputs.iter().filter(|i| i.kind == base).collect();
    let Some(input) = of_kind.iter().find(|i| {
        i.year == wanted_year && (wanted_class.is_empty() || i.area_class == wanted_class)
    }) else {
        let guard = match of_kind.first() {
            None => "base_given",
            Some(i) if i.year != wanted_year => "base_year",
            Some(_) => "area_class",
        };
        answer.missing.push(Refusal::new(
            guard,
            format!(
                "请填写 {wanted_year} 年公布的{wanted_class}{}",
                base.label()
            ),
            clause,
        ));
        return;
    };
    let (Some(value), Some((times, stated))) = (
        exact(&input.value),
        formula
            .multiplier
            .as_ref()
            .and_then(|m| Some((exact(&m.get()?)?, m))),
    ) else {
        return;
    };
    let product = value * times;
    answer.proposals.push(Proposal {
        method: "formula".into(),
        label: format!(
            "{wanted_year} 年{wanted_class}{} × {}",
            base.label(),
            decimal_text(times)
        ),
        expression: format!(
            "{} × {} = {}",
            decimal_text(value),
            decimal_text(times),
            decimal_text(product)
        ),
        exact_yuan: decimal_text(product),
        value: product,
        amount_yuan: None,
        at_floor: false,
        binding: true,
        terms: vec![
            term(input),
            Term {
                label: "倍数".into(),
                value: decimal_text(times),
                source: "文件规定".into(),
                clause: stated.clause().map(str::to_owned),
            },
        ],
        would_change: vec![format!(
            "{}每增加 1 元，算得的数增加 {} 元。",
            base.label(),
            decimal_text(times)
        )],
        clause: stated.clause().map(str::to_owned),
    });
}

/// The document names factors and leaves the weighing to people: every factor
/// must be on the table, each is shown with what it alone would suggest.
fn by_factors(
    formula: Option<&LineFormula>,
    year: i16,
    inputs: &[CalculationInput],
    answer: &mut Calculation,
) {
    let find = |kind: InputKind, of: Option<i16>| {
        inputs
            .iter()
            .filter(|i| i.kind == kind && of.is_none_or(|y| i.year == y))
            .max_by_key(|i| i.year)
            .and_then(|i| Some((i, exact(&i.value)?)))
    };
    let previous = find(InputKind::PreviousLine, Some(year - 1));
    if let Some(formula) = formula {
        let mut need = |kind: InputKind, given: bool, clause: Option<&str>| {
            let why = match clause {
                Some(_) => "文件要求测算时考虑它",
                None => "测算要有它（文件未规定，按惯例）",
            };
            if !given {
                let of = if kind == InputKind::PreviousLine {
                    format!("{} 年的", year - 1)
                } else {
                    String::new()
                };
                answer.missing.push(Refusal::new(
                    "factor_considered",
                    format!("还没有填写{of}{}：{why}", kind.label()),
                    clause,
                ));
            }
        };
        if formula.base.get().as_deref() == Some("previous_line") {
            need(
                InputKind::PreviousLine,
                previous.is_some(),
                formula.base.clause(),
            );
        }
        for factor in &formula.factors {
            if let Some(kind) = InputKind::ALL
                .into_iter()
                .find(|k| k.as_str() == factor.code)
            {
                let clause = factor.clause.as_ref().map(|c| c.get_ref().as_str());
                need(kind, find(kind, None).is_some(), clause);
            }
        }
    }
    let Some((base, line)) = previous else { return };
    let clause_of = |code: InputKind| {
        formula?
            .factors
            .iter()
            .find(|f| f.code == code.as_str())?
            .clause
            .as_ref()
            .map(|c| c.get_ref().clone())
    };
    let mut push = |method: &str,
                    label: &str,
                    factor: Exact,
                    shown: String,
                    terms: Vec<Term>,
                    change: &str,
                    clause: Option<String>| {
        let product = line * factor;
        answer.proposals.push(Proposal {
            method: method.into(),
            label: label.into(),
            expression: format!(
                "{} × {shown} = {}",
                decimal_text(line),
                decimal_text(product)
            ),
            exact_yuan: decimal_text(product),
            value: product,
            amount_yuan: None,
            at_floor: false,
            binding: false,
            terms: std::iter::once(term(base)).chain(terms).collect(),
            would_change: vec![change.into()],
            clause,
        });
    };
    let hundred = Ratio::from_integer(100);
    let one = Ratio::from_integer(1);
    let growth = InputKind::RuralDisposableIncomeGrowth;
    if let Some((input, rate)) = find(growth, None) {
        push(
            "growth",
            "上一年度监测范围随农村居民人均可支配收入增长",
            one + rate / hundred,
            format!("(1 + {}%)", decimal_text(rate)),
            vec![term(input)],
            "增速每高 1 个百分点，算得的数增加上一年度监测范围的 1%。",
            clause_of(growth),
        );
    }
    let standard = InputKind::RuralSubsistenceAllowanceStandard;
    if let Some((now, latest)) = find(standard, None) {
        let earlier = inputs
            .iter()
            .find(|i| {
                i.kind == standard && i.year == now.year - 1 && i.area_class == now.area_class
            })
            .and_then(|i| Some((i, exact(&i.value)?)))
            .filter(|(_, v)| *v > Ratio::from_integer(0));
        if let Some((before, earlier)) = earlier {
            push(
                "subsistence_allowance",
                "上一年度监测范围随农村低保标准增长",
                latest / earlier,
                format!("({} ÷ {})", decimal_text(latest), decimal_text(earlier)),
                vec![term(now), term(before)],
                "低保标准提得越多，算得的数越高。",
                clause_of(standard),
            );
        }
    }
    if let Some((input, index)) = find(InputKind::PriceIndex, None) {
        push(
            "price",
            "上一年度监测范围随物价变动",
            index / hundred,
            format!("{} ÷ 100", decimal_text(index)),
            vec![term(input)],
            "物价指数每高 1，算得的数增加上一年度监测范围的 1%。",
            clause_of(InputKind::PriceIndex),
        );
    }
}

fn term(input: &CalculationInput) -> Term {
    let class = if input.area_class.is_empty() {
        String::new()
    } else {
        format!("，{}", input.area_class)
    };
    Term {
        label: format!("{}（{} 年{class}）", input.kind.label(), input.year),
        value: format!("{} {}", input.value, input.kind.unit())
            .trim()
            .to_owned(),
        source: input.source.clone(),
        clause: None,
    }
}
