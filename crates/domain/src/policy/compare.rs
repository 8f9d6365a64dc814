//! Two packs side by side, provision by provision.

use serde::{Deserialize, Serialize};

use super::pack::Provenance;
use super::provision::{Provision, provisions};
use super::resolve::Pack;

/// How two packs stand to each other in one provision.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = PackContrast)]
pub enum Difference {
    Same,
    Different,
    OnlyLeft,
    OnlyRight,
}

/// What one pack says in a row.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct ProvisionSide {
    /// What this pack calls it; the other may have another name for it.
    pub label: String,
    pub value: String,
    pub clause: Option<String>,
    pub source: Option<Provenance>,
    /// The document says nothing: shown as 文件未规定, `value` is practice.
    pub unstated: bool,
    pub layer: Option<String>,
}

/// One provision of either pack or of both.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct ComparedRow {
    pub key: String,
    pub label: String,
    /// A figure: a side without it is silent. Else an entry of a list, which
    /// that side simply does not have.
    pub figure: bool,
    pub left: Option<ProvisionSide>,
    pub right: Option<ProvisionSide>,
    pub difference: Difference,
}

/// The rows of one table or part of a procedure.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct ComparedGroup {
    pub group: String,
    pub label: String,
    pub rows: Vec<ComparedRow>,
}

/// Lays two packs side by side: the left one's order, what only the right one
/// has after it. Same means the same words, whatever clause or layer says them.
pub fn compare(left: &Pack, right: &Pack) -> Vec<ComparedGroup> {
    let (left, right) = (provisions(left), provisions(right));
    let mut groups: Vec<ComparedGroup> = Vec::new();
    for one in left.iter().chain(&right) {
        let at = groups.iter().position(|g| g.group == one.group);
        let at = at.unwrap_or_else(|| {
            groups.push(ComparedGroup {
                group: one.group.clone(),
                label: one.group_label.clone(),
                rows: Vec::new(),
            });
            groups.len() - 1
        });
        let rows = &mut groups[at].rows;
        if rows.iter().all(|r| r.key != one.key) {
            rows.push(row(one, find(&left, one), find(&right, one)));
        }
    }
    groups
}

fn find<'a>(among: &'a [Provision], one: &Provision) -> Option<&'a Provision> {
    among
        .iter()
        .find(|p| p.group == one.group && p.key == one.key)
}

fn row(one: &Provision, left: Option<&Provision>, right: Option<&Provision>) -> ComparedRow {
    let difference = match (left, right) {
        (Some(l), Some(r)) => {
            let same = l.value == r.value && l.unstated == r.unstated && l.label == r.label;
            if same {
                Difference::Same
            } else {
                Difference::Different
            }
        }
        (Some(one), None) | (None, Some(one)) if one.figure && one.unstated => {
            // Both are silent; at most one has a practice meanwhile.
            if one.value.is_empty() {
                Difference::Same
            } else {
                Difference::Different
            }
        }
        (Some(_), None) => Difference::OnlyLeft,
        _ => Difference::OnlyRight,
    };
    ComparedRow {
        key: one.key.clone(),
        label: one.label.clone(),
        figure: one.figure,
        left: left.map(side),
        right: right.map(side),
        difference,
    }
}

fn side(one: &Provision) -> ProvisionSide {
    ProvisionSide {
        label: one.label.clone(),
        value: one.value.clone(),
        clause: one.clause.clone(),
        source: one.source,
        unstated: one.unstated,
        layer: one.layer.clone(),
    }
}
