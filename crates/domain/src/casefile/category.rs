//! Whether a household can be determined in the category the county chose.

use super::action::{Action, Verdict};
use super::proposal::{Situation, path_fact};
use super::{Casefile, Facts, Refusal};
use crate::policy::{Category, EntryPath};
use crate::typed_text::readable_length;

/// A category for lifted households is not for others, and the other way
/// round. Where the document itself defines it so, nobody decides otherwise;
/// where only practice does, the decider says why.
pub(super) fn fits(
    casefile: &Casefile,
    action: &Action,
    facts: &Facts<'_>,
    refused: &mut Vec<Refusal>,
) {
    let Action::Decide(decision) = action else {
        return;
    };
    if decision.outcome != Verdict::Approve {
        return;
    }
    let categories = &facts.pack.values.categories;
    let Some(category) = categories
        .iter()
        .find(|c| Some(&c.code) == decision.category.as_ref())
    else {
        return;
    };
    situation(category, casefile, facts, refused);
    let lifted = facts.household_status.starts_with("lifted");
    let Some(wanted) = category.lifted.filter(|wanted| *wanted != lifted) else {
        return;
    };
    let (label, definition) = (&category.label, &category.definition);
    let (whose, is) = match wanted {
        true => ("脱贫户", "不是脱贫户"),
        false => ("未曾脱贫的户", "是脱贫户"),
    };
    let no = match category.defined_by() {
        Some(clause) => Refusal::new(
            "category_fits",
            format!(
                "“{label}”限{whose}（{definition}），本户{is}，不能认定为这一类；请选另一类，或先核对户类型。"
            ),
            Some(clause),
        ),
        None if decision
            .reason
            .as_deref()
            .is_none_or(|r| readable_length(r) < 4) =>
        {
            Refusal::new(
                "category_reason",
                format!("按惯例“{label}”是{whose}，本户{is}。认定为这一类的，请写明理由。"),
                None,
            )
        }
        None => return,
    };
    refused.push(no);
}

/// A category for certain situations is for no household in which each was
/// looked for and not found.
fn situation(
    category: &Category,
    casefile: &Casefile,
    facts: &Facts<'_>,
    refused: &mut Vec<Refusal>,
) {
    let Some(seen) = Situation::of(&casefile.records) else {
        return;
    };
    if category.entry_paths.is_empty() || seen.findings.is_none() {
        return;
    }
    let paths = facts.pack.values.entry_paths.iter();
    let of_it: Vec<&EntryPath> = paths
        .filter(|p| category.entry_paths.contains(&p.code))
        .collect();
    if of_it
        .iter()
        .any(|p| path_fact(p, &seen, None).met != Some(false))
    {
        return;
    }
    let labels: Vec<&str> = of_it.iter().map(|p| p.label.as_str()).collect();
    refused.push(Refusal::new(
        "category_fits",
        format!(
            "“{}”要有“{}”之一，核查记录里都没有；请选另一类，或退回补充核查。",
            category.label,
            labels.join("”“")
        ),
        category.defined_by(),
    ));
}
