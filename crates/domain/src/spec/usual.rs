//! The data of an act as a row leaves it: everything good, but for what the row
//! says is unusual.

use std::collections::BTreeMap;

use jiff::ToSpan as _;
use jiff::civil::date;

use super::act::Words;
use crate::calendar::plus_days;
use crate::casefile::{
    Appraisal, Archive, CommitmentLetter, CorrectionRequest, CountyDecision, EvidencePiece,
    HomeVerification, HouseholdSignature, IncomeSheet, Judgement, LetterSignature, TownshipReview,
    Verdict,
};
use crate::policy::{Item, Pack, StepKind};

/// The township of the household in every scenario: a 镇 where the text has the
/// 镇级人民政府 submit, else a 乡.
pub(super) fn township(pack: &Pack) -> &'static str {
    let submits = pack
        .identification()
        .is_some_and(|p| p.step(StepKind::TownshipSubmission).is_some());
    if submits { "某镇" } else { "某乡" }
}

/// A form with every dimension judged and nothing wrong, income well inside
/// any line.
pub(super) fn home_verification(pack: &Pack) -> HomeVerification {
    let judged = |items: &[Item]| {
        items
            .iter()
            .map(|i| Judgement {
                code: i.code.clone(),
                problem: false,
                finding: String::new(),
            })
            .collect()
    };
    HomeVerification {
        verifiers: vec!["核实人一".into(), "核实人二".into()],
        income: IncomeSheet {
            wage_fen: 1_500_000,
            operating_fen: 0,
            property_fen: 0,
            transfer_fen: 0,
            operating_expense_fen: 0,
            persons: 3,
            period_from: date(2021, 5, 1),
            period_to: date(2022, 4, 30),
            claims_fen: 0,
            out_of_pocket_fen: 0,
        },
        dimensions: judged(&pack.values.dimensions),
        difficulties: judged(&pack.values.difficulty_areas),
        risks: Vec::new(),
        risk_note: String::new(),
        persons_reason: String::new(),
        opinion: "建议提交评议".into(),
        recommends: true,
        household_signed: HouseholdSignature {
            mode: "signature".into(),
            name: "户主".into(),
            witness: None,
            relation: None,
            reason: None,
        },
        mode: "on_site".into(),
    }
}

/// Yuan in words to fen.
pub(super) fn fen(yuan: &str) -> Option<i64> {
    let (whole, part) = yuan
        .trim_end_matches('元')
        .trim()
        .split_once('.')
        .unwrap_or((yuan.trim_end_matches('元').trim(), "0"));
    let part: i64 = format!("{part:0<2}")
        .parse()
        .ok()
        .filter(|_| part.len() <= 2)?;
    Some(whole.parse::<i64>().ok()? * 100 + part)
}

/// Writes risks, problem dimensions or difficulties, named by label, into a form.
pub(super) fn trouble(form: &mut HomeVerification, words: &str, pack: &Pack) -> Result<(), String> {
    for label in words
        .split('、')
        .map(str::trim)
        .filter(|w| !w.is_empty() && *w != "无")
    {
        let code_of = |items: &[Item]| {
            items
                .iter()
                .find(|i| i.label == label)
                .map(|i| i.code.clone())
        };
        let judged = form.dimensions.iter_mut().chain(&mut form.difficulties);
        if let Some(code) = code_of(&pack.values.risk_types) {
            label.clone_into(&mut form.risk_note);
            form.risks.push(code);
        } else if let Some(code) =
            code_of(&pack.values.dimensions).or_else(|| code_of(&pack.values.difficulty_areas))
        {
            judged.filter(|j| j.code == code).for_each(|j| {
                j.problem = true;
                label.clone_into(&mut j.finding);
            });
        } else {
            return Err(format!("不认识的风险或困难“{label}”"));
        }
    }
    Ok(())
}

pub(super) fn verification(words: &Words<'_>) -> Result<HomeVerification, String> {
    let mut form = home_verification(words.pack);
    form.difficulties.retain(|j| {
        !words
            .pack
            .values
            .difficulty_areas
            .iter()
            .any(|d| d.code == j.code && words.missing(&d.label))
    });
    form.dimensions.retain(|j| {
        !words
            .pack
            .values
            .dimensions
            .iter()
            .any(|d| d.code == j.code && words.missing(&d.label))
    });
    if let Some(names) = words.list("核实人") {
        form.verifiers = names;
    }
    let months = i64::from(words.number("核算几个月", 12)?);
    form.income.period_from = words.occurred_on.saturating_sub(months.months());
    form.income.period_to = plus_days(words.occurred_on, -1);
    if let Some(yuan) = words.get("人均") {
        form.income.wage_fen =
            fen(yuan).ok_or_else(|| format!("“{yuan}”不是金额"))? * i64::from(form.income.persons);
    }
    trouble(
        &mut form,
        words.get("风险或困难").unwrap_or("因病"),
        words.pack,
    )?;
    match words.get("签字") {
        Some("拒签") => form.household_signed.mode = "refused".into(),
        Some("指印无见证") => form.household_signed.mode = "fingerprint".into(),
        Some("未签") => form.household_signed.name.clear(),
        Some(other) => return Err(format!("签字“{other}”不认识：拒签、指印无见证、未签")),
        None => {}
    }
    Ok(form)
}

pub(super) fn letter(words: &Words<'_>) -> CommitmentLetter {
    let stand_in = words.get("代签");
    let signers = words
        .list("签字人")
        .unwrap_or_else(|| words.adults.to_vec());
    CommitmentLetter {
        truthfulness: !words.missing("情况真实承诺"),
        query_authorisation: !words.missing("查询授权"),
        signatures: signers
            .into_iter()
            .map(|member_id| {
                let proxy = stand_in == Some(member_id.as_str());
                LetterSignature {
                    mode: if proxy { "guardian" } else { "signature" }.into(),
                    signer_name: if proxy {
                        "监护人".into()
                    } else {
                        member_id.clone()
                    },
                    reason: words.get("代签原因").filter(|_| proxy).map(str::to_owned),
                    witness: None,
                    member_id,
                }
            })
            .collect(),
        valid_until: words.get("有效至").and_then(|d| d.parse().ok()),
    }
}

pub(super) fn appraisal(words: &Words<'_>) -> Result<Appraisal, String> {
    let failed = words.says("不通过");
    let (usual_for, usual_against) = if failed { (3, 10) } else { (12, 1) };
    let (votes_for, votes_against) = (
        words.number("赞成", usual_for)?,
        words.number("反对", usual_against)?,
    );
    let abstentions = words.number("弃权", 0)?;
    Ok(Appraisal {
        appraisal_id: "评议一".into(),
        round: words.number("轮次", words.next_round)?,
        voters: words.number("到会", votes_for + votes_against + abstentions)?,
        recused: Vec::new(),
        votes_for,
        votes_against,
        abstentions,
        result: if failed { "not_recommend" } else { "recommend" }.into(),
        opinion: String::new(),
        conveners: words
            .pack
            .values
            .conveners
            .iter()
            .filter(|c| !words.missing(&c.label))
            .map(|c| c.code.clone())
            .chain(words.list("另有组织者").unwrap_or_default())
            .collect(),
        chair: "主持人".into(),
        recorder: "记录人".into(),
        findings: super::assessed::findings(words)?,
    })
}

fn ground(words: &Words<'_>, outcome: Verdict) -> Option<String> {
    let label = words.get("依据");
    let forbidden = words
        .pack
        .values
        .forbidden_grounds
        .iter()
        .chain(&words.pack.values.refusal_grounds)
        .find(|g| Some(g.label.as_str()) == label);
    match forbidden {
        Some(forbidden) => Some(forbidden.code.clone()),
        None => label
            .map(str::to_owned)
            .or_else(|| (outcome == Verdict::Refuse).then(|| "no_risk".to_owned())),
    }
}

fn reason(words: &Words<'_>, outcome: Verdict) -> Option<String> {
    words
        .get("理由")
        .map(str::to_owned)
        .or_else(|| (outcome != Verdict::Approve).then(|| "收支证明与走访记录不一致".to_owned()))
}

/// What a refusal says of each dimension, but for those the row says are missing.
fn judgements(words: &Words<'_>, outcome: Verdict) -> Vec<Judgement> {
    let dimensions = words.pack.values.dimensions.iter();
    dimensions
        .filter(|d| outcome == Verdict::Refuse && !words.missing(&d.label))
        .map(|d| Judgement {
            code: d.code.clone(),
            problem: false,
            finding: "看过，没有问题".into(),
        })
        .collect()
}

pub(super) fn review(words: &Words<'_>, outcome: Verdict) -> Result<TownshipReview, String> {
    Ok(TownshipReview {
        outcome,
        checkers: words
            .list("核实人")
            .unwrap_or_else(|| vec![words.unless_missing("核查人", "乡镇核查人")]),
        opinion: "情况属实".into(),
        findings: super::assessed::findings(words)?,
        judgements: judgements(words, outcome),
        send_back_to: words.step("退回到")?,
        ground: ground(words, outcome),
        reason: reason(words, outcome),
    })
}

pub(super) fn decision(words: &Words<'_>, outcome: Verdict) -> Result<CountyDecision, String> {
    let categories = &words.pack.values.categories;
    let category = match words.get("类别") {
        Some(wanted) => categories.iter().find(|c| c.label == wanted),
        None => categories.iter().find(|c| c.lifted == Some(false)),
    };
    let considered = words
        .pack
        .values
        .dimensions
        .iter()
        .filter(|d| !words.missing(&d.label));
    Ok(CountyDecision {
        outcome,
        category: category
            .map(|c| c.code.clone())
            .filter(|_| outcome == Verdict::Approve),
        document_number: if words.missing("文号") {
            String::new()
        } else {
            "某监测〔2022〕1号".into()
        },
        signed_on: (!words.missing("签发日期")).then_some(words.occurred_on),
        signatory: if words.missing("签发人") {
            String::new()
        } else {
            "签发人".into()
        },
        opinion: "同意".into(),
        dimensions_considered: considered.map(|d| d.code.clone()).collect(),
        judgements: judgements(words, outcome),
        send_back_to: words.step("退回到")?,
        ground: ground(words, outcome),
        reason: reason(words, outcome),
    })
}

pub(super) fn archive(words: &Words<'_>) -> Archive {
    let named = |role: &str| {
        if words.missing(role) {
            String::new()
        } else {
            format!("{role}甲")
        }
    };
    let step = words
        .pack
        .identification()
        .and_then(|p| p.step(StepKind::Archive));
    let entered = step
        .into_iter()
        .flat_map(|s| &s.evidence)
        .all(|e| !(e.by_reference && words.missing(&e.label)));
    Archive {
        entry_on: words.occurred_on,
        national_reference: entered.then(|| "8800-1".to_owned()),
        collected_by: named("采集人"),
        entered_by: named("录入人"),
        reviewed_by: named("审核人"),
    }
}

/// The scans of a casefile that lacks none but those a row says with `缺`.
pub(super) fn evidence(pack: &Pack, words: &BTreeMap<String, String>) -> Vec<EvidencePiece> {
    let missing: Vec<&str> = ["缺", "未扫描"]
        .iter()
        .filter_map(|key| words.get(*key))
        .flat_map(|v| v.split('、').map(str::trim))
        .collect();
    let all: Vec<_> = pack
        .identification()
        .into_iter()
        .flat_map(|p| &p.steps)
        .flat_map(|s| &s.evidence)
        .filter(|e| !e.by_reference)
        .collect();
    all.iter()
        .filter(|e| {
            !all.iter()
                .any(|o| o.code == e.code && missing.contains(&o.label.as_str()))
        })
        .map(|e| EvidencePiece {
            code: e.code.clone(),
            round: None,
        })
        .collect()
}

pub(super) fn ending(words: &Words<'_>) -> Result<String, String> {
    let label = words.get("情形").unwrap_or("农户自愿撤回");
    let known = words
        .pack
        .values
        .lawful_ends
        .iter()
        .find(|e| e.label == label);
    known
        .map(|e| e.code.clone())
        .ok_or_else(|| format!("没有终止情形“{label}”"))
}

pub(super) fn correction(words: &Words<'_>) -> Result<CorrectionRequest, String> {
    let step = words.step("环节")?.ok_or("申请更正要写 环节=…")?;
    let value = words.get("改为").unwrap_or_default();
    Ok(CorrectionRequest {
        step,
        field: words.get("项目").unwrap_or_default().to_owned(),
        value: value.into(),
        reason: words.get("理由").unwrap_or("与纸质原件不一致").to_owned(),
        asked_by: words.get("提出人").unwrap_or("经办人甲").to_owned(),
    })
}
