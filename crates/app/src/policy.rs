//! Packs and clauses for people, putting a pack in force, comparing two.

mod adoption;
mod clause;
mod compare;
mod preview;
mod view;
mod vocabulary;

pub(crate) use adoption::timeline_of;
pub use adoption::{
    AdoptionEventView, AdoptionTimeline, AdoptionView, ConfirmAdoption, ConfirmEnd, EndAdoption,
    GapView, JurisdictionTimeline, KeepAdoption, NewAdoption, WithdrawAdoption,
};
pub use clause::ClauseView;
pub use compare::{CompareView, ComparedPack};
pub use preview::{
    AdoptionFinding, AdoptionFindingKind, AdoptionPreview, ExceptionView, RunningView,
};
pub(crate) use view::followed_from;
pub use view::*;
pub use vocabulary::{EntryPathLabel, Vocabulary};

use domain::policy::Item;
use serde::Serialize;
use utoipa::ToSchema;

/// A code with its label and where it comes from.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct CodeLabel {
    pub code: String,
    pub label: String,
    pub clause: Option<String>,
    /// Further flag of some lists: needs a reason, is done by a proxy.
    pub flag: bool,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub note: String,
}

fn clause_of(clause: Option<&toml::Spanned<String>>) -> Option<String> {
    clause.map(|c| c.get_ref().clone())
}

fn item(i: &Item) -> CodeLabel {
    CodeLabel {
        code: i.code.clone(),
        label: i.label.clone(),
        clause: clause_of(i.clause.as_ref()),
        flag: false,
        note: i.note.clone(),
    }
}
