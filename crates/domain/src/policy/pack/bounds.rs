//! How old, how large or how sudden a thing may be before somebody has to say why.

use serde::{Deserialize, Serialize};

use super::Stated;

/// Bounds on what may be typed without saying why; no document states them, so
/// they are practice until one does.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Bounds {
    /// A lead typed in more than this many days after it was received needs a
    /// reason in words.
    pub explain_lead_after_days: Stated<u16>,
    /// 新纳入低保: on it for at most this many days (HN22-063).
    pub newly_on_allowance_within_days: Stated<u16>,
    /// Oldest comparison that may be used again.
    pub reused_check_within_days: Stated<u16>,
    /// Risks a household is entered with; the national form has as many columns.
    pub most_risks: Stated<u16>,
    /// A number on file in two households is looked into within this many days
    /// of being found.
    pub settle_duplicate_within_days: Stated<u16>,
    /// How far back a pack may be ended or put in force over days on which
    /// procedures began.
    pub change_adoption_within_days: Stated<u16>,
    /// What a monitoring line may be without a word why.
    pub line: Option<LineBounds>,
}

/// Bounds on the amount of a monitoring line that needs no further reason.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct LineBounds {
    /// Yuan per person and year.
    pub least_yuan: Stated<i64>,
    pub most_yuan: Stated<i64>,
    /// Furthest it moves, up or down, from the line before.
    pub most_change_percent: Stated<u16>,
}
