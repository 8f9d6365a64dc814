//! The national code list into a deployment.

use domain::division::parse_division_csv;

use crate::{App, AppError};

/// What was loaded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LoadedDivisions {
    /// Divisions that were not there before.
    pub added: u64,
    /// Divisions there are now.
    pub total: u64,
}

impl App {
    /// Adds the divisions of the policy folder's table that are missing. What
    /// is there stays as it is: a code is never reused, and a division that
    /// ended keeps its dates and its successor.
    ///
    /// # Errors
    /// When the table cannot be read or the database refuses.
    pub async fn load_divisions(&self) -> Result<LoadedDivisions, AppError> {
        let text = self.files.divisions().map_err(AppError::Internal)?;
        let records = parse_division_csv(&text).map_err(|e| AppError::Internal(e.to_string()))?;
        let before = self.store.division_count().await?;
        let mut tx = self.store.write(self.system_actor()).await?;
        tx.add_divisions(&records).await?;
        tx.audit(
            "system",
            "divisions.loaded",
            "division",
            &format!("count={}", records.len()),
        )
        .await?;
        tx.commit().await?;
        let total = self.store.division_count().await?;
        Ok(LoadedDivisions {
            added: total - before,
            total,
        })
    }

    /// The same where there is none yet, so that the first administrators can
    /// place accounts; `None` where there are some.
    ///
    /// # Errors
    /// As [`App::load_divisions`].
    pub async fn first_divisions(&self) -> Result<Option<LoadedDivisions>, AppError> {
        if self.store.division_count().await? > 0 {
            return Ok(None);
        }
        self.load_divisions().await.map(Some)
    }
}
