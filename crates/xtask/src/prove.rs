//! Proof of clause coverage: a clause counts when spoiling what the packs say
//! under it makes a spec that names it fail.

use std::collections::BTreeMap;
use std::error::Error;

use domain::account::Roles;
use domain::policy::{Library, Problem, layer_unchecked};
use domain::spec::Spec;

use crate::mutation;
use crate::repository::{Policy, listed};

/// What became of one mutation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// This place of a spec failed, `specs/henan-2022/clock.md:12`: the engine
    /// acted otherwise.
    Acted(String),
    /// Only a table that states what the pack says failed.
    Read(String),
    Survived,
    /// The packs cannot even be read afterwards.
    Unreadable,
}

/// One mutation tried.
#[derive(Debug, Clone)]
pub struct Trial {
    pub file: String,
    pub change: String,
    pub outcome: Outcome,
}

/// Trials by clause. The specs must pass on the packs as they are.
///
/// # Errors
/// A failing spec, with file and line.
pub fn prove(policy: &Policy) -> Result<BTreeMap<String, Vec<Trial>>, Box<dyn Error>> {
    let failures: Vec<_> = policy
        .specs
        .iter()
        .flat_map(|s| s.run(&policy.library))
        .collect();
    if !failures.is_empty() {
        return Err(format!(
            "the specs fail on the packs as they are:\n{}",
            listed(&failures)
        )
        .into());
    }
    let mut trials: BTreeMap<String, Vec<Trial>> = BTreeMap::new();
    for (index, file) in policy
        .files
        .iter()
        .enumerate()
        .filter(|(_, f)| !f.path.ends_with("clauses.toml"))
    {
        let mut spoilt = policy.files.clone();
        for mutation in mutation::of_file(&file.text)? {
            spoilt[index].text = mutation.text;
            let outcome = match layer_unchecked(&spoilt) {
                Err(_) => Outcome::Unreadable,
                Ok(library) => tried(&policy.specs, &mutation.clause, &library),
            };
            trials.entry(mutation.clause).or_default().push(Trial {
                file: file.path.clone(),
                change: mutation.change,
                outcome,
            });
        }
    }
    for mutation in mutation::of_file(&policy.roles_file.text)? {
        let outcome = match Roles::parse(&mutation.text) {
            Err(_) => Outcome::Unreadable,
            Ok(roles) => {
                let mut specs = policy.specs.clone();
                for spec in &mut specs {
                    spec.roles = roles.clone();
                }
                tried(&specs, &mutation.clause, &policy.library)
            }
        };
        trials.entry(mutation.clause).or_default().push(Trial {
            file: policy.roles_file.path.clone(),
            change: mutation.change,
            outcome,
        });
    }
    Ok(trials)
}

/// Runs the sections that name the clause against a spoilt library.
fn tried(specs: &[Spec], clause: &str, library: &Library) -> Outcome {
    let sections = || {
        specs
            .iter()
            .flat_map(|spec| spec.sections.iter().map(move |section| (spec, section)))
            .filter(|(_, section)| section.clauses.contains(clause))
    };
    let place = |problem: Problem| format!("{}:{}", problem.file, problem.line);
    if let Some(problem) =
        sections().find_map(|(spec, s)| spec.run_behaviour(s, library).into_iter().next())
    {
        return Outcome::Acted(place(problem));
    }
    let read = sections().find_map(|(spec, s)| spec.run_section(s, library).into_iter().next());
    read.map_or(Outcome::Survived, |problem| Outcome::Read(place(problem)))
}
