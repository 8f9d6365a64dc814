//! The category the rules would propose, and why. A person decides; nothing
//! here refuses anybody.

use serde::Serialize;

use super::Records;
use super::action::{HomeVerification, HouseholdFindings, Judgement};
use crate::monitoring_line::ResolvedLine;
use crate::policy::{Category, EntryCondition, EntryPath, INCOME_ALONE, Pack};

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

/// The published line where the pack states no amount, or only that of an
/// earlier year; else none, and the pack's own amount holds.
fn published<'a>(pack: &Pack, line: Option<&'a ResolvedLine>) -> Option<&'a ResolvedLine> {
    let stated = pack.values.line.as_ref()?;
    line.filter(|l| stated.amount_yuan.get().is_none() || stated.year.is_some_and(|y| l.year > y))
}

/// The amount in force, in yuan: the pack's, or that of the published line.
pub fn line_yuan(pack: &Pack, line: Option<&ResolvedLine>) -> Option<i64> {
    published(pack, line).map_or_else(
        || pack.values.line.as_ref()?.amount_yuan.get(),
        |l| Some(l.amount_yuan),
    )
}

/// The line in force as a paper writes it, with the document that publishes it
/// where the pack itself does not state the amount.
pub fn line_words(pack: &Pack, line: Option<&ResolvedLine>) -> String {
    let Some((amount, stated)) = line_yuan(pack, line).zip(pack.values.line.as_ref()) else {
        return "文件未规定".into();
    };
    let words = match stated.comparator.get().as_deref() {
        Some("<") => format!("低于{amount}元"),
        Some("<=") => format!("{amount}元以内"),
        _ => format!("{amount}元"),
    };
    let basis = published(pack, line).map(basis).unwrap_or_default();
    format!("{words}{basis}")
}

/// What a published amount rests on.
fn basis(line: &ResolvedLine) -> String {
    format!(
        "，依据 {} 年监测范围（{}）",
        line.year, line.document_number
    )
}

/// Whether an income lies inside the line by the pack's comparator; `None`
/// where neither the pack nor a published line gives an amount.
fn inside_line(pack: &Pack, published: Option<&ResolvedLine>, per_capita_fen: i64) -> Option<bool> {
    let line_fen = line_yuan(pack, published)? * 100;
    Some(
        match pack.values.line.as_ref()?.comparator.get()?.as_str() {
            "<" => per_capita_fen < line_fen,
            "<=" => per_capita_fen <= line_fen,
            ">" => per_capita_fen > line_fen,
            ">=" => per_capita_fen >= line_fen,
            _ => return None,
        },
    )
}

/// What is known of a household, whichever step of the pack found it out.
#[derive(Debug, Clone, Copy)]
pub struct Situation<'a> {
    /// Income per person in fen, by the measure the step uses.
    pub per_capita_fen: Option<i64>,
    pub dimensions: &'a [Judgement],
    pub difficulties: &'a [Judgement],
    pub risks: &'a [String],
    /// What a meeting or a township check judged.
    pub findings: Option<&'a HouseholdFindings>,
    /// The line published for the day the household was looked at, if any.
    pub line: Option<&'a ResolvedLine>,
}

impl<'a> Situation<'a> {
    /// The home verification where there is one, else the latest findings.
    pub fn of(records: &'a Records) -> Option<Self> {
        match &records.home_verification {
            Some(home) => Some((&home.record).into()),
            None => records.findings().map(Into::into),
        }
    }

    /// With the line published for the day the household was looked at.
    #[must_use]
    pub fn under(self, line: Option<&'a ResolvedLine>) -> Self {
        Self { line, ..self }
    }
}

impl<'a> From<&'a HomeVerification> for Situation<'a> {
    fn from(form: &'a HomeVerification) -> Self {
        Self {
            per_capita_fen: form.income.per_capita_fen(),
            dimensions: &form.dimensions,
            difficulties: &form.difficulties,
            risks: &form.risks,
            findings: None,
            line: None,
        }
    }
}

impl<'a> From<&'a HouseholdFindings> for Situation<'a> {
    fn from(findings: &'a HouseholdFindings) -> Self {
        Self {
            per_capita_fen: findings.per_capita_income_fen,
            dimensions: &findings.dimensions,
            difficulties: &[],
            risks: &findings.risks,
            findings: Some(findings),
            line: None,
        }
    }
}

/// The word for income under the pack's measure.
fn income_word(pack: &Pack) -> &'static str {
    let measure = pack.values.line.as_ref().and_then(|l| l.measure.get());
    match measure.as_deref() {
        Some("disposable_income_per_capita") => "人均可支配收入",
        _ => "人均纯收入",
    }
}

/// Whether one of the pack's entry paths is open, and the fact that says so.
/// Where the document sets no ratio a person's judgement counts (明显超过).
pub(super) fn path_fact(path: &EntryPath, situation: &Situation<'_>, inside: Option<bool>) -> Fact {
    let findings = situation.findings;
    let judged = |said: bool| (said, if said { "是" } else { "否" }.to_owned());
    let (met, value, threshold) = match path.condition {
        EntryCondition::IncomeInsideLine => (
            inside,
            match inside {
                Some(true) => "在监测范围内".to_owned(),
                Some(false) => "不在监测范围内".to_owned(),
                None => "没有收入数据，或文件未规定金额".to_owned(),
            },
            None,
        ),
        EntryCondition::RigidExpenditureOverIncome => {
            let (said, word) = judged(findings.is_some_and(|f| f.rigid_clearly_exceeds));
            let amounts = findings
                .and_then(|f| f.rigid_expenditure_fen.zip(f.previous_year_income_fen))
                .map(|(e, i)| format!("（刚性支出 {}，上年度收入 {}）", yuan(e), yuan(i)));
            let unset = path.ratio.as_ref().is_none_or(|r| r.get().is_none());
            (
                Some(said),
                format!("{word}{}", amounts.unwrap_or_default()),
                unset.then(|| "文件未规定比例，由承办人判断".to_owned()),
            )
        }
        EntryCondition::RigidExpenditureLarge => {
            let (said, word) = judged(findings.is_some_and(|f| f.rigid_expenditure_large));
            (
                Some(said),
                word,
                Some("文件未规定数额，由承办人判断".to_owned()),
            )
        }
        EntryCondition::IncomeDropped => {
            let (said, word) = judged(findings.is_some_and(|f| f.income_dropped_sharply));
            (
                Some(said),
                word,
                Some("文件未规定幅度，由承办人判断".to_owned()),
            )
        }
    };
    Fact {
        label: path.label.clone(),
        value,
        threshold,
        met,
        clause: path.clause.as_ref().map(|c| c.get_ref().clone()),
    }
}

/// Proposes a category from what was found.
///
/// `household_status` is the household type code (`ordinary_household`,
/// `lifted_household…`).
pub fn propose_category(
    pack: &Pack,
    household_status: &str,
    situation: &Situation<'_>,
) -> Explanation {
    let lifted = household_status.starts_with("lifted");
    let per_capita = situation.per_capita_fen;
    let inside = per_capita.and_then(|fen| inside_line(pack, situation.line, fen));
    let income = income_word(pack);
    let mut facts = Vec::new();
    if let (Some(fen), Some(line)) = (per_capita, &pack.values.line) {
        let reference = line.nature.get().as_deref() == Some("reference");
        let issued = published(pack, situation.line);
        facts.push(Fact {
            label: format!("家庭{income}"),
            value: yuan(fen),
            threshold: Some(line_yuan(pack, situation.line).map_or_else(
                || "文件未规定".to_owned(),
                |y| {
                    format!(
                        "{} {}{}{}",
                        sign(line.comparator.get().as_deref()),
                        yuan(y * 100),
                        if reference {
                            "（参考，不是硬性标准）"
                        } else {
                            ""
                        },
                        issued.map(basis).unwrap_or_default(),
                    )
                },
            )),
            met: inside,
            // A published line has a document number instead of a clause.
            clause: line
                .amount_yuan
                .clause()
                .filter(|_| issued.is_none())
                .map(str::to_owned),
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
    judged(situation.dimensions, &pack.values.dimensions, &mut facts);
    judged(
        situation.difficulties,
        &pack.values.difficulty_areas,
        &mut facts,
    );
    let categories = &pack.values.categories;
    let paths = &pack.values.entry_paths;
    let (mut open, mut by_paths, mut any_open) = (Vec::new(), false, false);
    for path in paths {
        let fact = path_fact(path, situation, inside);
        let met = fact.met == Some(true);
        if met {
            open.push(&path.code);
        }
        // A path that leads into one category only leads into no other.
        if !categories
            .iter()
            .any(|c| c.entry_paths.contains(&path.code))
        {
            by_paths = true;
            any_open |= met;
        }
        facts.push(fact);
    }
    let in_trouble = !situation.risks.is_empty()
        || situation
            .dimensions
            .iter()
            .chain(situation.difficulties)
            .any(|j| j.problem);
    let troubled = if by_paths { any_open } else { in_trouble };
    let fits = |c: &&Category| {
        c.proposed
            && c.lifted.is_none_or(|l| l == lifted)
            && c.inside_line.is_none_or(|i| Some(i) == inside)
            && if c.entry_paths.is_empty() {
                troubled
            } else {
                in_trouble && c.entry_paths.iter().any(|p| open.contains(&p))
            }
    };
    let category = categories.iter().find(fits);
    let mut would_change = Vec::new();
    if let (Some(fen), Some(amount)) = (per_capita, line_yuan(pack, situation.line)) {
        let gap = (amount * 100 - fen).abs();
        would_change.push(match inside {
            _ if gap == 0 => {
                let within = if inside == Some(true) { "包含本数" } else { "不含本数" };
                format!("{income}正好等于监测范围（{within}），差一分结果就不同；收入只是其中一个方面。")
            }
            Some(true) => {
                // Where the amount itself is inside, only more than the gap leads out.
                let inclusive = inside_line(pack, situation.line, amount * 100) == Some(true);
                let far = yuan(gap);
                let step = if inclusive { format!("高出 {far}以上（不含）") } else { format!("再高 {far}以上（含）") };
                format!("{income}{step}，就不在监测范围内，但仍要看刚性支出和实际困难。")
            }
            _ => format!("{income}高出监测范围 {}；只看收入不能排除，刚性支出大、基本生活出现严重困难的仍可纳入。", yuan(gap)),
        });
    }
    if !troubled && by_paths {
        would_change.push("列出的几种情形都不符合；符合任何一种，提议就会改变。".into());
    } else if !troubled {
        would_change.push("没有记录风险或困难；发现任何一项，提议就会改变。".into());
    }
    // What alone would open a further category, where nothing is proposed.
    for further in categories
        .iter()
        .filter(|c| category.is_none() && in_trouble && !c.entry_paths.is_empty())
    {
        let labels: Vec<&str> = paths
            .iter()
            .filter(|p| further.entry_paths.contains(&p.code))
            .map(|p| p.label.as_str())
            .collect();
        would_change.push(format!(
            "有“{}”之一的，提议会改为{}。",
            labels.join("”“"),
            further.label
        ));
    }
    Explanation {
        conclusion: category.map(|c| Conclusion {
            category: c.code.clone(),
            label: c.label.clone(),
        }),
        facts,
        would_change,
        note: note(pack),
    }
}

/// What is always said of a proposal; that income alone decides nothing, where
/// the pack says so.
fn note(pack: &Pack) -> String {
    let forbidden = &pack.values.forbidden_grounds;
    let rest = match forbidden.iter().any(|g| g.code == INCOME_ALONE) {
        true => "；收入只是参考，不能唯收入。",
        false => "。",
    };
    format!("这是按规则给出的提议，由承办人研判决定{rest}")
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
