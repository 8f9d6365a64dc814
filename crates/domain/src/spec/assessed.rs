//! What a meeting or a township check judged, from the words of a row; and the
//! category the rules propose from it.

use super::act::Words;
use super::usual;
use super::{Row, Table};
use crate::casefile::{Explanation, HouseholdFindings, Judgement, propose_category};
use crate::policy::{EntryCondition, GuardKind, Pack, StepKind};

type Found = Vec<(usize, String)>;

/// The situation as judged, where the pack asks for it: `人均=`, `刚性支出=`,
/// `上年收入=` in yuan, `研判=明显超过、大幅缩减`, `原因=因病、因残`.
pub(super) fn findings(words: &Words<'_>) -> Result<Option<HouseholdFindings>, String> {
    let asked = words
        .pack
        .identification()
        .is_some_and(|p| p.has_guard(GuardKind::SituationAssessed));
    if !asked || words.missing("综合研判") {
        return Ok(None);
    }
    let yuan = |key: &str| {
        words
            .get(key)
            .map(|v| usual::fen(v).ok_or_else(|| format!("“{key}={v}”不是金额")))
            .transpose()
    };
    let mut found = blank(words.pack);
    found.per_capita_income_fen = yuan("人均")?.or(Some(500_000));
    found.rigid_expenditure_fen = yuan("刚性支出")?;
    found.previous_year_income_fen = yuan("上年收入")?;
    found.situation = words.unless_missing("家庭基本情况", "三口之家，一人常年吃药");
    let labels = |code: &str| {
        let known = words.pack.values.dimensions.iter();
        known
            .filter(|d| d.code == code)
            .any(|d| words.missing(&d.label))
    };
    found.dimensions.retain(|d| !labels(&d.code));
    for judged in words.list("研判").unwrap_or_default() {
        match judged.as_str() {
            "明显超过" => found.rigid_clearly_exceeds = true,
            "支出较大" => found.rigid_expenditure_large = true,
            "大幅缩减" => found.income_dropped_sharply = true,
            other => return Err(format!("研判“{other}”不认识：明显超过、支出较大、大幅缩减")),
        }
    }
    for cause in words.list("原因").unwrap_or_default() {
        let known = words.pack.values.causes.iter().find(|c| c.label == cause);
        // A cause the pack does not know stands for itself and is refused.
        found.causes.push(known.map_or(cause, |c| c.code.clone()));
    }
    for label in words.list("风险或困难").unwrap_or_default() {
        trouble(&mut found, &label, words.pack)?;
    }
    Ok(Some(found))
}

/// Every dimension judged, nothing wrong, no income known.
fn blank(pack: &Pack) -> HouseholdFindings {
    HouseholdFindings {
        dimensions: pack
            .values
            .dimensions
            .iter()
            .map(|d| Judgement {
                code: d.code.clone(),
                problem: false,
                finding: String::new(),
            })
            .collect(),
        ..HouseholdFindings::default()
    }
}

/// Writes one entry path, dimension or risk, named by its label, into findings.
fn trouble(found: &mut HouseholdFindings, label: &str, pack: &Pack) -> Result<(), String> {
    let values = &pack.values;
    let path = values.entry_paths.iter().find(|p| p.label == label);
    if let Some(path) = path {
        match path.condition {
            EntryCondition::RigidExpenditureOverIncome => found.rigid_clearly_exceeds = true,
            EntryCondition::RigidExpenditureLarge => found.rigid_expenditure_large = true,
            EntryCondition::IncomeDropped => found.income_dropped_sharply = true,
            EntryCondition::IncomeInsideLine => {
                return Err(format!("“{label}”由收入决定，不能单写"));
            }
        }
    } else if let Some(risk) = values.risk_types.iter().find(|r| r.label == label) {
        found.risks.push(risk.code.clone());
    } else if let Some(dimension) = values.dimensions.iter().find(|d| d.label == label) {
        let judged = found.dimensions.iter_mut();
        judged
            .filter(|j| j.code == dimension.code)
            .for_each(|j| j.problem = true);
    } else {
        return Err(format!("不认识的情形“{label}”"));
    }
    Ok(())
}

/// What the rules propose for a household of this status and income (`不详`
/// where unknown) with these troubles, from the form or the findings, whichever
/// the pack's procedure keeps.
pub(super) fn proposal(
    pack: &Pack,
    income: &str,
    household: &str,
    troubles: &str,
) -> Result<Explanation, String> {
    let fen = match income {
        "不详" => None,
        yuan => Some(usual::fen(yuan).ok_or_else(|| format!("收入“{yuan}”不是金额（元）"))?),
    };
    let known = pack.values.eligible_statuses.iter();
    let status = known
        .clone()
        .find(|s| s.label == household)
        .ok_or_else(|| format!("政策包没有把“{household}”列为可识别的户"))?;
    let by_form = pack
        .identification()
        .is_some_and(|p| p.step(StepKind::HomeVerification).is_some());
    if by_form {
        let mut form = usual::home_verification(pack);
        let fen = fen.ok_or("有入户核实的程序，收入不能“不详”")?;
        form.income.wage_fen = fen * i64::from(form.income.persons);
        usual::trouble(&mut form, troubles, pack)?;
        return Ok(propose_category(pack, &status.code, &(&form).into()));
    }
    let mut found = blank(pack);
    found.per_capita_income_fen = fen;
    for label in troubles.split('、').map(str::trim) {
        if !label.is_empty() && label != "无" {
            trouble(&mut found, label, pack)?;
        }
    }
    Ok(propose_category(pack, &status.code, &(&found).into()))
}

/// The label of the proposal, or 不提议; every clause and every word asked for
/// must stand in its explanation.
pub(super) fn judge(
    explained: &Explanation,
    expected: &str,
    clauses: &str,
    words: &str,
) -> Result<(), String> {
    let proposed = explained
        .conclusion
        .as_ref()
        .map_or("不提议", |c| c.label.as_str());
    if proposed != expected {
        return Err(format!("提议应为“{expected}”，实为“{proposed}”"));
    }
    for clause in super::clause_ids(clauses) {
        let cited = |f: &&crate::casefile::Fact| f.clause.as_deref() == Some(clause.as_str());
        if !explained.facts.iter().any(|f| cited(&f)) {
            return Err(format!("说明里没有引用条款 {clause}"));
        }
    }
    for word in words.split('；').map(str::trim).filter(|w| !w.is_empty()) {
        let said = explained.facts.iter().any(|f| {
            let threshold = f.threshold.as_deref().unwrap_or_default();
            format!("{}：{}，{threshold}", f.label, f.value).contains(word)
        });
        let changes = explained.would_change.iter().any(|w| w.contains(word));
        if !said && !changes {
            return Err(format!("说明里没有写“{word}”"));
        }
    }
    Ok(())
}

/// `| 人均可支配收入 | 户 | 情形 | 提议 | 依据条款 | 说明 |`: the first column is
/// also the measure the explanation must speak of.
pub(super) fn proposals(table: &Table, pack: &Pack) -> Found {
    let one = |row: &Row| {
        let explained = proposal(
            pack,
            table.cell(row, "人均可支配收入"),
            table.cell(row, "户"),
            table.cell(row, "情形"),
        )?;
        let words = format!("家庭人均可支配收入；{}", table.cell(row, "说明"));
        let words = match table.cell(row, "人均可支配收入") {
            "不详" => table.cell(row, "说明"),
            _ => &words,
        };
        judge(
            &explained,
            table.cell(row, "提议"),
            table.cell(row, "依据条款"),
            words,
        )
    };
    table
        .rows
        .iter()
        .filter_map(|row| one(row).err().map(|e| (row.line, e)))
        .collect()
}
