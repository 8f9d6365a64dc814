//! One document number in two households that no single office below sees:
//! the lowest level above both looks into it.

use domain::account::{Operation, Principal};
use serde::Serialize;
use utoipa::ToSchema;

use crate::error::permit;
use crate::{App, AppError, clock, mask_name};

/// A number on file twice.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct DuplicateView {
    pub id: String,
    pub found_at: String,
    pub sides: Vec<DuplicateSide>,
}

/// One of the two households.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct DuplicateSide {
    /// Absent for those who see names masked: they hand it down.
    pub household_id: Option<String>,
    /// Path of the village.
    pub path: String,
    pub head_name: String,
    pub member_name: String,
}

impl App {
    /// Duplicates the own division is the lowest above.
    ///
    /// # Errors
    /// When the database refuses.
    pub(crate) async fn duplicates(
        &self,
        principal: &Principal,
    ) -> Result<Vec<DuplicateView>, AppError> {
        let own = principal.scope.root().map(|d| d.to_string());
        let mut views = Vec::new();
        for found in self.store.duplicates(&principal.scope).await? {
            if Some(&found.row.owner) != own.as_ref() {
                continue;
            }
            let mut sides = Vec::new();
            for side in found.sides {
                let name = |name: &str| {
                    if principal.masked {
                        mask_name(name)
                    } else {
                        name.to_owned()
                    }
                };
                sides.push(DuplicateSide {
                    path: match side.village.parse() {
                        Ok(village) => self
                            .division_name(Some(village))
                            .await?
                            .map_or_else(String::new, |d| d.path),
                        Err(_) => String::new(),
                    },
                    head_name: name(&side.head_name),
                    member_name: name(&side.member_name),
                    household_id: (!principal.masked).then_some(side.household_id),
                });
            }
            views.push(DuplicateView {
                id: found.row.id,
                found_at: clock::instant_text(found.row.found_at),
                sides,
            });
        }
        Ok(views)
    }

    /// Closes a duplicate with what was found; one that was put right on
    /// either side needs no closing.
    ///
    /// # Errors
    /// [`AppError::NotFound`] unless it stands open for the own division,
    /// [`AppError::Invalid`] without a reason.
    pub async fn close_duplicate(
        &self,
        principal: &Principal,
        id: &str,
        reason: &str,
    ) -> Result<(), AppError> {
        permit(principal, Operation::DuplicateClose)?;
        let own = self.duplicates(principal).await?;
        if !own.iter().any(|d| d.id == id) {
            return Err(AppError::NotFound);
        }
        if reason.trim().chars().count() < 4 {
            return Err(AppError::invalid("reason", "请写明核实的情况，至少 4 个字"));
        }
        let mut tx = self.store.write(self.actor(principal)).await?;
        if !tx.close_duplicate(id, reason.trim()).await? {
            return Err(AppError::NotFound);
        }
        tx.audit(
            &store::audit::chain_of(principal.division),
            "duplicate.closed",
            &format!("duplicate/{id}"),
            "",
        )
        .await?;
        tx.commit().await?;
        Ok(())
    }
}
