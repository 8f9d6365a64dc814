//! docs/transitions.md: what each pack orders, and which act is allowed when.

use std::error::Error;

use domain::spec::procedure_page;

use crate::repository::Policy;

/// The page.
///
/// # Errors
/// A procedure that good data cannot pass.
pub fn page(policy: &Policy) -> Result<String, Box<dyn Error>> {
    let roles = policy.roles()?;
    let mut out = String::from(
        "# Procedures and transitions\n\nGenerated from `policy/packs` by `cargo xtask gen`; do not edit. The second table of a \
         pack is found by trying every act in every state with\ngood data. A change here is a change of who may do what, and when.\n",
    );
    for pack in policy.library.packs() {
        out.push_str(&procedure_page(pack, &roles)?);
    }
    Ok(out)
}

#[cfg(test)]
mod tests {
    /// The committed page is the snapshot of the transition table.
    #[test]
    fn the_committed_page_is_current() {
        let policy = crate::repository::Policy::read().unwrap();
        let committed =
            std::fs::read_to_string(crate::repository::root().join("docs/transitions.md")).unwrap();
        assert_eq!(
            committed,
            super::page(&policy).unwrap(),
            "run `cargo xtask gen` and commit the result"
        );
    }
}
