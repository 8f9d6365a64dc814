//! The category the rules would propose, and why. A person decides; nothing
//! here refuses anybody.

use serde::Serialize;

use super::action::{HomeVerification, Judgement};
use crate::policy::Pack;

/// A conclusion with the facts it rests on.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
pub struct Explanation {
    /// Code and label of the proposed category, `None` where no rule proposes one.
    pub conclusion: Option<Conclusion>,
    pub facts: Vec<Fact>,
    /// What would change the proposal, in words.
    pub would_change: Vec<String>,
    /// Always said: the machine proposes, a named person decides.
    pub note: String,
}

/// A proposed category.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Conclusion {
    pub category: String,
    pub label: String,
}

/// One fact against its threshold.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Fact {
    pub label: String,
    pub value: String,
    pub threshold: Option<String>,
    /// Whether the fact speaks for including the household; absent where it
    /// only decides between categories.
    pub met: Option<bool>,
    pub clause: Option<String>,
}

/// Whether an income lies inside the pack's line by the pack's comparator;
/// `None` where the pack states no line.
pub(super) fn inside_line(pack: &Pack, per_capita_fen: i64) -> Option<bool> {
    let line = pack.values.line.as_ref()?;
    let line_fen = line.amount_yuan.get()? * 100;
    Some(match line.comparator.get()?.as_str() {
        "<" => per_capita_fen < line_fen,
        "<=" => per_capita_fen <= line_fen,
        ">" => per_capita_fen > line_fen,
        ">=" => per_capita_fen >= line_fen,
        _ => return None,
    })
}

/// Proposes a category from what was found in the home.
///
/// `household_status` is the household type code (`ordinary_household`,
/// `lifted_household…`).
pub fn propose_category(
    pack: &Pack,
    household_status: &str,
    form: &HomeVerification,
) -> Explanation {
    let lifted = household_status.starts_with("lifted");
    let per_capita = form.income.per_capita_fen();
    let inside = per_capita.and_then(|fen| inside_line(pack, fen));
    let mut facts = Vec::new();
    if let (Some(fen), Some(line)) = (per_capita, &pack.values.line) {
        facts.push(Fact {
            label: "家庭人均纯收入".into(),
            value: yuan(fen),
            threshold: line.amount_yuan.get().map(|y| {
                format!(
                    "{} {}（参考，不是硬性标准）",
                    sign(line.comparator.get().as_deref()),
                    yuan(y * 100)
                )
            }),
            met: inside,
            clause: line.amount_yuan.clause().map(str::to_owned),
        });
    }
    facts.push(Fact {
        label: "户类型".into(),
        value: if lifted {
            "脱贫户".into()
        } else {
            "一般农户".into()
        },
        threshold: None,
        met: None,
        clause: None,
    });
    let judged =
        |judgements: &[Judgement], items: &[crate::policy::Item], facts: &mut Vec<Fact>| {
            for item in items {
                let Some(j) = judgements.iter().find(|j| j.code == item.code) else {
                    continue;
                };
                facts.push(Fact {
                    label: item.label.clone(),
                    value: if j.problem {
                        "有问题".into()
                    } else {
                        "没有问题".into()
                    },
                    threshold: None,
                    met: Some(j.problem),
                    clause: item.clause.as_ref().map(|c| c.get_ref().clone()),
                });
            }
        };
    judged(&form.dimensions, &pack.values.dimensions, &mut facts);
    judged(
        &form.difficulties,
        &pack.values.difficulty_areas,
        &mut facts,
    );
    let troubled = !form.risks.is_empty()
        || form
            .dimensions
            .iter()
            .chain(&form.difficulties)
            .any(|j| j.problem);
    let category = pack.values.categories.iter().find(|c| {
        troubled
            && c.lifted.is_none_or(|l| l == lifted)
            && c.inside_line.is_none_or(|i| Some(i) == inside)
    });
    let mut would_change = Vec::new();
    if let (Some(fen), Some(line)) = (per_capita, &pack.values.line)
        && let Some(amount) = line.amount_yuan.get()
    {
        let gap = (amount * 100 - fen).abs();
        would_change.push(if inside == Some(true) {
            format!("人均纯收入再高 {} 以上，就不在监测范围内，但仍要看刚性支出和实际困难。", yuan(gap))
        } else {
            format!("人均纯收入高出监测范围 {}；只看收入不能排除，刚性支出大、基本生活出现严重困难的仍可纳入。", yuan(gap))
        });
    }
    if !troubled {
        would_change.push("排查表没有记录风险或困难；发现任何一项，提议就会改变。".into());
    }
    Explanation {
        conclusion: category.map(|c| Conclusion {
            category: c.code.clone(),
            label: c.label.clone(),
        }),
        facts,
        would_change,
        note: "这是按规则给出的提议，由承办人研判决定；收入只是参考，不能唯收入。".into(),
    }
}

/// The comparator as print shows it.
fn sign(comparator: Option<&str>) -> &'static str {
    match comparator {
        Some("<=") => "≤",
        Some(">=") => "≥",
        Some("<") => "<",
        Some(">") => ">",
        _ => "",
    }
}

/// `6,900.00 元`.
fn yuan(fen: i64) -> String {
    let digits = (fen.abs() / 100).to_string();
    let grouped: Vec<&str> = digits
        .as_bytes()
        .rchunks(3)
        .rev()
        .filter_map(|chunk| std::str::from_utf8(chunk).ok())
        .collect();
    let minus = if fen < 0 { "−" } else { "" };
    format!("{minus}{}.{:02} 元", grouped.join(","), fen.abs() % 100)
}
