//! The one way a casefile changes: `apply(casefile, action, day, facts)`.

use jiff::civil::Date;

use super::action::Action;
use super::guard::{self, Attempt};
use super::{Casefile, Event, Facts, Refusal, category, effect, ending, form, rules};

/// Tries an act that happened on `occurred_on`. Either the new casefile with
/// what happened, or every reason why not; the given casefile is untouched.
///
/// # Errors
/// All refusals at once, each naming its guard and clause, so that a person
/// mends everything in one go.
pub fn apply(
    casefile: &Casefile,
    action: &Action,
    occurred_on: Date,
    facts: &Facts<'_>,
) -> Result<(Casefile, Vec<Event>), Vec<Refusal>> {
    let procedure = facts.pack.identification().ok_or_else(|| {
        vec![Refusal::new(
            "no_procedure",
            "所依据的政策文件没有规定识别程序。",
            None,
        )]
    })?;
    let mut refused = Vec::new();
    if occurred_on > facts.today {
        refused.push(Refusal::new(
            "not_in_future",
            "发生日期不能晚于今天。",
            None,
        ));
    }
    rules::stage_allows(casefile, procedure, action, &mut refused);
    rules::after_its_cause(casefile, procedure, action, occurred_on, &mut refused);
    if let Some(kind) = action.step() {
        match procedure.step(kind) {
            None => refused.push(Refusal::new(
                "step_order",
                format!("所依据的文件没有“{}”这一环节，不用办理。", kind.label()),
                None,
            )),
            Some(step) => {
                rules::order(casefile, procedure, kind, action, occurred_on, &mut refused);
                rules::level(action, procedure, step, facts, &mut refused);
            }
        }
        let attempt = Attempt {
            casefile,
            procedure,
            facts,
            action: Some(action),
            occurred_on,
        };
        refused.extend(guard::refusals(kind, &attempt));
    }
    if matches!(action, Action::End { .. }) {
        rules::level_of_end(facts, &mut refused);
    }
    rules::grounds(action, facts, &mut refused);
    rules::judged(action, procedure, facts, &mut refused);
    form::filled(casefile, action, occurred_on, facts, &mut refused);
    ending::borne_out(casefile, action, occurred_on, facts, &mut refused);
    category::fits(casefile, action, facts, &mut refused);
    rules::attribution(action, facts, &mut refused);
    if !refused.is_empty() {
        return Err(refused);
    }
    let mut next = casefile.clone();
    let events = effect::record(&mut next, procedure, action, occurred_on, facts)?;
    Ok((next, events))
}
