//! What is asked of a simulation and what it gives.

use std::collections::BTreeMap;

use serde::Serialize;

/// Which procedures.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Simulation {
    /// Number of the first.
    pub first: u64,
    pub count: u64,
}

/// Something that must not be, with what led to it.
#[derive(Debug, Clone, Serialize)]
pub struct Violation {
    pub scene: &'static str,
    /// `--first NUMBER --count 1` plays it again.
    pub number: u64,
    pub moves: Vec<String>,
    pub difference: String,
}

/// How a simulation went.
#[derive(Debug, Clone, Default, Serialize)]
pub struct SimulationSummary {
    pub scene: &'static str,
    pub procedures: u64,
    pub accepted: u64,
    pub refused: u64,
    /// Procedures by the stage they ended in.
    pub stages: BTreeMap<String, u64>,
    /// Accepted acts by name.
    pub acts: BTreeMap<String, u64>,
    pub audit_records: u64,
    pub violations: Vec<Violation>,
}

impl std::fmt::Display for SimulationSummary {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "{}: {} procedures, {} moves accepted, {} refused",
            self.scene, self.procedures, self.accepted, self.refused
        )?;
        for (stage, count) in &self.stages {
            write!(f, ", {count} {stage}")?;
        }
        let (records, wrong) = (self.audit_records, self.violations.len());
        write!(f, ", {records} audit records, {wrong} violations")
    }
}
