//! Whether the roles of a deployment can carry out what its packs order.

use crate::account::Roles;
use crate::casefile::operation_of_step;

use super::Library;

/// Steps of the packs that no role of the step's level may carry out, a
/// sentence each. A pack is files; whom its steps fall to must not come out on
/// the day somebody is turned away.
pub fn unstaffed(library: &Library, roles: &Roles) -> Vec<String> {
    let mut found = Vec::new();
    for pack in library.packs() {
        let steps = pack.identification().map(|p| p.steps.as_slice());
        for step in steps.unwrap_or_default() {
            let operation = operation_of_step(step.kind);
            let staffed = roles
                .iter()
                .any(|r| r.level == Some(step.level) && r.operations.contains(&operation));
            if !staffed {
                found.push(format!(
                    "{}：环节“{}”由{}级办理，roles.toml 里没有一个{}级角色有 {}，请加上",
                    pack.id(),
                    step.label,
                    step.level.label(),
                    step.level.label(),
                    operation.as_str(),
                ));
            }
        }
    }
    found
}
