//! What a row may say of an act beyond the usual words: names of others, and
//! codes nobody knows.

use std::collections::BTreeMap;

use crate::casefile::Action;
use crate::policy::{Pack, StepKind};

/// The township of the household in every scenario: a 镇 where the text has the
/// 镇级人民政府 submit, else a 乡.
pub(super) fn township(pack: &Pack) -> &'static str {
    let submits = pack
        .identification()
        .is_some_and(|p| p.step(StepKind::TownshipSubmission).is_some());
    if submits { "某镇" } else { "某乡" }
}

/// Words taken out of a row before the usual ones are read.
#[derive(Default)]
pub(super) struct Unusual(BTreeMap<String, String>);

impl Unusual {
    /// `上报单位=`, `被通知乡镇=`, `另有组织者=`.
    pub(super) fn take(words: &mut BTreeMap<String, String>) -> Self {
        let keys = ["上报单位", "被通知乡镇", "另有组织者"];
        Self(
            keys.iter()
                .filter_map(|key| words.remove_entry(*key))
                .collect(),
        )
    }

    /// Writes them into the act.
    pub(super) fn put(self, action: &mut Action) {
        for (key, value) in self.0 {
            match (key.as_str(), &mut *action) {
                ("上报单位", Action::SubmitToCounty(s)) => s.government = value,
                ("被通知乡镇", Action::NotifyTownship(n)) => n.township = value,
                ("另有组织者", Action::RecordAppraisal(a)) => a.conveners.push(value),
                _ => {}
            }
        }
    }
}
