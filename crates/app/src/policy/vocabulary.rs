//! The lists forms are filled from.

use domain::account::Principal;
use domain::policy::{Item, Step};
use jiff::civil::Date;
use serde::Serialize;
use utoipa::ToSchema;

use super::{CodeLabel, clause_of, item};
use crate::{App, AppError};

/// The lists forms are filled from.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Vocabulary {
    pub pack_id: String,
    pub channels: Vec<CodeLabel>,
    pub discovery_modes: Vec<CodeLabel>,
    pub declaration_means: Vec<CodeLabel>,
    pub lead_outcomes: Vec<CodeLabel>,
    pub categories: Vec<CodeLabel>,
    pub dimensions: Vec<CodeLabel>,
    pub difficulty_areas: Vec<CodeLabel>,
    pub risk_types: Vec<CodeLabel>,
    pub lawful_ends: Vec<CodeLabel>,
    pub refusal_grounds: Vec<CodeLabel>,
    pub forbidden_grounds: Vec<CodeLabel>,
    pub grid_staff: Vec<CodeLabel>,
    pub entry_paths: Vec<EntryPathLabel>,
    pub causes: Vec<CodeLabel>,
    pub conveners: Vec<CodeLabel>,
    /// What a comparison may ask about; the note names who answers.
    pub comparison_items: Vec<CodeLabel>,
    /// What the pack's line measures: `disposable_income_per_capita` or
    /// `net_income_per_capita`.
    pub income_measure: Option<String>,
    /// What the pack says of public notices, in a sentence.
    pub notice_rule: String,
    /// Steps of the procedure in its order; where no pack is named, of whatever is
    /// open where the account is, with each name its packs have for it.
    pub steps: Vec<CodeLabel>,
    /// Conditions of the pack, so that forms ask for what they need.
    pub asks: Vec<crate::casefile::Asked>,
    pub code_lists: std::collections::BTreeMap<String, Vec<CodeLabel>>,
}

/// A way into the monitoring range, as forms ask about it.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct EntryPathLabel {
    pub code: String,
    pub label: String,
    pub condition: domain::policy::EntryCondition,
    pub clause: Option<String>,
}

impl App {
    /// The lists forms are filled from, by the pack in force where the account is,
    /// today or on the day of a lead that is typed later; or by a named pack, for
    /// what runs under it.
    ///
    /// # Errors
    /// [`AppError::NoPolicy`] when none is in force, [`AppError::NotFound`] for an
    /// unknown pack.
    pub async fn vocabulary(
        &self,
        principal: &Principal,
        on: Option<Date>,
        pack: Option<&str>,
    ) -> Result<Vocabulary, AppError> {
        let (pack, steps) = match pack {
            Some(id) => {
                let pack = self.library.pack(id).ok_or(AppError::NotFound)?;
                let steps = pack.identification().map_or(&[][..], |p| &p.steps);
                let own = |s: &Step| (s.kind, s.label.clone());
                (pack, steps.iter().map(own).collect())
            }
            None => {
                let division = principal.division.ok_or(AppError::NoPolicy)?;
                let on = on.unwrap_or_else(|| self.today());
                let pack = self.pack_for_lead(division, on).await?;
                (pack, self.step_labels(&principal.scope, division).await?)
            }
        };
        let v = &pack.values;
        let items = |list: &[Item]| list.iter().map(item).collect::<Vec<_>>();
        Ok(Vocabulary {
            pack_id: pack.id().to_owned(),
            channels: v
                .channels
                .iter()
                .map(|c| CodeLabel {
                    code: c.code.clone(),
                    label: c.label.clone(),
                    clause: clause_of(c.clause.as_ref()),
                    flag: c.starts_clock,
                    note: String::new(),
                })
                .collect(),
            discovery_modes: items(&v.discovery_modes),
            declaration_means: v
                .declaration_means
                .iter()
                .map(|m| CodeLabel {
                    code: m.code.clone(),
                    label: m.label.clone(),
                    clause: clause_of(m.clause.as_ref()),
                    flag: m.proxy,
                    note: String::new(),
                })
                .collect(),
            lead_outcomes: v
                .lead_outcomes
                .iter()
                .map(|o| CodeLabel {
                    code: o.code.clone(),
                    label: o.label.clone(),
                    clause: clause_of(o.clause.as_ref()),
                    flag: o.needs_reason,
                    note: if o.forwards { "forwards" } else { "" }.into(),
                })
                .collect(),
            categories: v
                .categories
                .iter()
                .map(|c| CodeLabel {
                    code: c.code.clone(),
                    label: c.label.clone(),
                    clause: clause_of(c.clause.as_ref()),
                    flag: false,
                    note: c.definition.clone(),
                })
                .collect(),
            dimensions: items(&v.dimensions),
            difficulty_areas: items(&v.difficulty_areas),
            risk_types: items(&v.risk_types),
            lawful_ends: items(&v.lawful_ends),
            refusal_grounds: items(&v.refusal_grounds),
            forbidden_grounds: items(&v.forbidden_grounds),
            grid_staff: items(&v.grid_staff),
            entry_paths: v
                .entry_paths
                .iter()
                .map(|p| EntryPathLabel {
                    code: p.code.clone(),
                    label: p.label.clone(),
                    condition: p.condition,
                    clause: clause_of(p.clause.as_ref()),
                })
                .collect(),
            causes: items(&v.causes),
            conveners: items(&v.conveners),
            notice_rule: pack.notice_rule(),
            comparison_items: v
                .comparison_items
                .iter()
                .map(|i| CodeLabel {
                    code: i.code.clone(),
                    label: i.label.clone(),
                    clause: clause_of(i.clause.as_ref()),
                    flag: false,
                    note: i.departments.join("、"),
                })
                .collect(),
            steps: steps
                .into_iter()
                .map(|(kind, label)| CodeLabel {
                    code: kind.as_str().to_owned(),
                    label,
                    clause: None,
                    flag: false,
                    note: String::new(),
                })
                .collect(),
            asks: crate::casefile::asked(pack),
            income_measure: v.line.as_ref().and_then(|l| l.measure.get()),
            code_lists: self
                .codes
                .iter()
                .map(|(name, list)| {
                    let entries = list
                        .entries()
                        .iter()
                        .map(|e| CodeLabel {
                            code: e.code.clone(),
                            label: e.label.clone(),
                            clause: None,
                            flag: false,
                            note: String::new(),
                        })
                        .collect();
                    (name.to_owned(), entries)
                })
                .collect(),
        })
    }
}
