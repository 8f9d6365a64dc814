//! Two packs side by side for people.

use domain::account::{Operation, Principal};
use domain::policy::{ComparedGroup, Pack, compare};
use jiff::civil::Date;
use serde::Serialize;
use utoipa::ToSchema;

use super::view::ProcedureView;
use crate::error::permit;
use crate::{App, AppError};

/// Which pack stands on a side.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ComparedPack {
    pub id: String,
    pub title: String,
    pub version: u32,
    pub effective_from: Option<Date>,
    /// Base first.
    pub layers: Vec<String>,
}

impl ComparedPack {
    pub(super) fn of(pack: &Pack) -> Self {
        Self {
            id: pack.id().to_owned(),
            title: pack.values.title.clone(),
            version: pack.values.version,
            effective_from: pack.values.effective_from,
            layers: pack.layers.clone(),
        }
    }
}

/// Two packs, every layer merged, provision by provision.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct CompareView {
    pub left: ComparedPack,
    pub right: ComparedPack,
    pub groups: Vec<ComparedGroup>,
    pub left_procedure: Option<ProcedureView>,
    pub right_procedure: Option<ProcedureView>,
}

impl App {
    /// Compares two packs.
    ///
    /// # Errors
    /// [`AppError::NotFound`] for an unknown id.
    pub fn compare_packs(
        &self,
        principal: &Principal,
        left: &str,
        right: &str,
    ) -> Result<CompareView, AppError> {
        permit(principal, Operation::PolicyRead)?;
        let left = self.library.pack(left).ok_or(AppError::NotFound)?;
        let right = self.library.pack(right).ok_or(AppError::NotFound)?;
        Ok(CompareView {
            left: ComparedPack::of(left),
            right: ComparedPack::of(right),
            groups: compare(left, right),
            left_procedure: ProcedureView::of(left, &self.library),
            right_procedure: ProcedureView::of(right, &self.library),
        })
    }
}
