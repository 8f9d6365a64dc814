//! The papers of an appraisal meeting: who called it, what it found, how it
//! voted.

use domain::account::Scope;
use domain::casefile::HouseholdFindings;
use domain::division::DivisionCode;
use domain::paper::{
    AppraisalMinutes, AppraisedHousehold, Filled, Paper as _, PaperKind, SignInSheet, yuan,
};
use domain::policy::{EntryCondition, Item, Pack};

use super::gather::Place;
use crate::lead::{parse_date, village_of};
use crate::notice::Attendance;
use crate::{App, AppError};

impl App {
    pub(super) async fn meeting(
        &self,
        scope: &Scope,
        place: &Place,
        id: &str,
        kind: PaperKind,
    ) -> Result<Filled, AppError> {
        let row = self
            .store
            .appraisal(scope, id)
            .await?
            .ok_or(AppError::NotFound)?;
        let attendance: Vec<Attendance> = serde_json::from_str(&row.attendance).unwrap_or_default();
        let held_on = parse_date(&row.held_on)?;
        if kind == PaperKind::SignInSheet {
            let seats = attendance
                .iter()
                .flat_map(|a| std::iter::repeat_n(a.role.clone(), usize::from(a.count)))
                .collect();
            return Ok(SignInSheet {
                county: place.county.clone(),
                township: place.township.clone(),
                village: place.village.clone(),
                held_on: Some(held_on),
                place: row.place,
                seats,
            }
            .filled());
        }
        let minutes =
            self.store
                .open_sealed("appraisal", "minutes", &row.id, &row.minutes_sealed)?;
        let (conveners, households) = self.appraised(scope, village_of(&row.village)?, id).await?;
        Ok(AppraisalMinutes {
            county: place.county.clone(),
            township: place.township.clone(),
            village: place.village.clone(),
            held_on,
            place: row.place,
            chair: row.chair,
            recorder: row.recorder,
            attendance: attendance.into_iter().map(|a| (a.role, a.count)).collect(),
            conveners,
            minutes,
            households,
        }
        .filled())
    }

    /// Who called a meeting, and the households judged at it, those sent back
    /// since included.
    async fn appraised(
        &self,
        scope: &Scope,
        village: DivisionCode,
        appraisal_id: &str,
    ) -> Result<(Vec<String>, Vec<AppraisedHousehold>), AppError> {
        let mut found = Vec::new();
        let mut conveners = Vec::new();
        for (row, casefile) in self.casefiles_of_village(scope, village).await? {
            let aside = casefile.superseded.iter().map(|s| &s.records);
            let appraisal = aside
                .chain([&casefile.records])
                .filter_map(|r| r.democratic_appraisal.as_ref())
                .find(|a| a.record.appraisal_id == appraisal_id);
            if let Some(appraisal) = appraisal {
                let pack = self.pack(&casefile.pack.id)?;
                let record = appraisal.record.clone();
                for convener in &pack.values.conveners {
                    let label = &convener.label;
                    if record.conveners.contains(&convener.code) && !conveners.contains(label) {
                        conveners.push(label.clone());
                    }
                }
                let findings = record.findings.as_ref();
                let findings = findings.map_or_else(String::new, |f| found_in_words(f, pack));
                found.push((row.household_id, record, findings));
            }
        }
        let households = self
            .store
            .households(scope, found.iter().map(|(id, _, _)| id.clone()))
            .await?;
        let households = found
            .into_iter()
            .map(|(id, a, findings)| AppraisedHousehold {
                findings,
                head_name: households
                    .get(&id)
                    .map_or_else(String::new, |h| h.head_name.clone()),
                round: a.round,
                recused: a.recused,
                voters: a.voters,
                votes_for: a.votes_for,
                votes_against: a.votes_against,
                abstentions: a.abstentions,
                result: if a.result == "recommend" {
                    "评议通过".into()
                } else {
                    "评议不通过".into()
                },
                opinion: a.opinion,
            })
            .collect();
        Ok((conveners, households))
    }
}

/// What a meeting found of a household, in the words of its pack.
fn found_in_words(findings: &HouseholdFindings, pack: &Pack) -> String {
    let values = &pack.values;
    let labels = |codes: &[String], known: &[Item]| {
        let label = |c: &String| {
            known
                .iter()
                .find(|k| &k.code == c)
                .map(|k| k.label.as_str())
        };
        codes
            .iter()
            .filter_map(label)
            .collect::<Vec<_>>()
            .join("、")
    };
    let mut parts = Vec::new();
    for (label, fen) in [
        ("人均收入", findings.per_capita_income_fen),
        ("上年收入", findings.previous_year_income_fen),
        ("刚性支出", findings.rigid_expenditure_fen),
    ] {
        if let Some(fen) = fen {
            parts.push(format!("{label}{}元", yuan(fen)));
        }
    }
    for path in &values.entry_paths {
        let judged = match path.condition {
            EntryCondition::RigidExpenditureOverIncome => findings.rigid_clearly_exceeds,
            EntryCondition::RigidExpenditureLarge => findings.rigid_expenditure_large,
            EntryCondition::IncomeDropped => findings.income_dropped_sharply,
            // Said by the income itself.
            EntryCondition::IncomeInsideLine => false,
        };
        if judged {
            parts.push(path.label.clone());
        }
    }
    for (label, words) in [
        ("原因", labels(&findings.causes, &values.causes)),
        ("风险", labels(&findings.risks, &values.risk_types)),
    ] {
        if !words.is_empty() {
            parts.push(format!("{label}：{words}"));
        }
    }
    for judged in &findings.dimensions {
        let known = values.dimensions.iter().find(|d| d.code == judged.code);
        let Some(known) = known else { continue };
        let verdict = if judged.problem {
            "有问题"
        } else {
            "无问题"
        };
        parts.push(match judged.finding.trim() {
            "" => format!("{}：{verdict}", known.label),
            seen => format!("{}：{verdict}，{seen}", known.label),
        });
    }
    if !findings.situation.trim().is_empty() {
        parts.push(format!("情况：{}", findings.situation.trim()));
    }
    parts.join("；") + "。"
}
