//! The documents' own words.

use domain::account::{Operation, Principal};
use serde::Serialize;
use utoipa::ToSchema;

use crate::error::permit;
use crate::{App, AppError};

/// A clause in its own words.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ClauseView {
    pub id: String,
    pub document: String,
    pub document_title: String,
    pub section: String,
    pub quote: String,
    pub parameters: String,
}

impl App {
    /// Clauses, all or of one document.
    ///
    /// # Errors
    /// When the operation is missing.
    pub fn clauses(
        &self,
        principal: &Principal,
        document: Option<&str>,
    ) -> Result<Vec<ClauseView>, AppError> {
        permit(principal, Operation::PolicyRead)?;
        let mut seen = std::collections::BTreeMap::new();
        for pack in self.library.packs() {
            for clause in pack.clauses.values() {
                if document.is_none_or(|d| d == clause.document) {
                    seen.entry(clause.id.get_ref().clone())
                        .or_insert_with(|| self.clause_view(clause));
                }
            }
        }
        Ok(seen.into_values().collect())
    }

    /// One clause.
    ///
    /// # Errors
    /// [`AppError::NotFound`] for an unknown id.
    pub fn clause(&self, id: &str) -> Result<ClauseView, AppError> {
        self.library
            .clause(id)
            .map(|c| self.clause_view(c))
            .ok_or(AppError::NotFound)
    }

    fn clause_view(&self, clause: &domain::policy::Clause) -> ClauseView {
        let document = self
            .library
            .packs()
            .flat_map(|p| p.values.documents.iter())
            .find(|d| d.id == clause.document);
        ClauseView {
            id: clause.id.get_ref().clone(),
            document: clause.document.clone(),
            document_title: document.map_or_else(|| clause.document.clone(), |d| d.title.clone()),
            section: clause.section.clone(),
            quote: clause.quote.clone(),
            parameters: clause.parameters.clone(),
        }
    }
}
