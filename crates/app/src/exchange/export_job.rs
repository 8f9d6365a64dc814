//! A large export as work in the background: started, watched, taken once.
//! The workbook has no name on disk; it goes when it is taken, when its time
//! is over, or with the process.

use std::collections::BTreeMap;
use std::fs::File;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use domain::account::{Operation, Principal};
use domain::division::DivisionCode;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::error::permit;
use crate::{App, AppError, new_id};

/// How long a finished workbook waits to be taken.
const KEPT: Duration = Duration::from_secs(15 * 60);

/// Exports of this process, by id; one an account at a time.
static EXPORTS: Mutex<BTreeMap<String, Export>> = Mutex::new(BTreeMap::new());

fn exports() -> MutexGuard<'static, BTreeMap<String, Export>> {
    EXPORTS.lock().unwrap_or_else(PoisonError::into_inner)
}

/// How far an export is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ExportStatus {
    Writing,
    /// The workbook waits to be taken, once.
    Ready,
    Failed,
}

/// What to export.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
pub struct StartExport {
    /// The whole scope when absent.
    #[schema(value_type = Option<String>)]
    pub division: Option<DivisionCode>,
}

/// An export on its way.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ExportView {
    pub id: String,
    pub status: ExportStatus,
    /// Households written, of how many.
    pub done: u64,
    pub total: u64,
    pub members: u64,
}

#[derive(Debug)]
struct Export {
    account_id: String,
    view: ExportView,
    file: Option<File>,
}

impl App {
    /// Starts writing the national workbook in the background. An earlier
    /// export of the account that is not taken yet ends.
    ///
    /// # Errors
    /// [`AppError::NotFound`] outside the scope.
    pub async fn start_export(
        &self,
        principal: &Principal,
        form: StartExport,
    ) -> Result<ExportView, AppError> {
        let task = self.begin_export(principal, form.division).await?;
        let view = ExportView {
            id: new_id(),
            status: ExportStatus::Writing,
            done: 0,
            total: task.total,
            members: 0,
        };
        let id = view.id.clone();
        {
            let mut all = exports();
            all.retain(|_, e| e.account_id != principal.account_id);
            let export = Export {
                account_id: principal.account_id.clone(),
                view: view.clone(),
                file: None,
            };
            all.insert(id.clone(), export);
        }
        let (app, person) = (self.clone(), principal.clone());
        tokio::spawn(async move {
            // Cancelled is taken off the list.
            let told = |done: u64, members: u64| match exports().get_mut(&id) {
                Some(export) => {
                    (export.view.done, export.view.members) = (done, members);
                    true
                }
                None => false,
            };
            let ended = app.write_export(&person, task, &told).await;
            if let Some(export) = exports().get_mut(&id) {
                match ended {
                    Ok(Some(written)) => {
                        export.view.status = ExportStatus::Ready;
                        export.view.total = written.households;
                        export.file = Some(written.file);
                    }
                    Ok(None) => {}
                    Err(error) => {
                        tracing::error!(export = id, %error, "export failed");
                        export.view.status = ExportStatus::Failed;
                    }
                }
            }
            tokio::time::sleep(KEPT).await;
            exports().remove(&id);
        });
        Ok(view)
    }

    /// How far an export of the account is.
    ///
    /// # Errors
    /// [`AppError::NotFound`] for an export that is taken, over or of
    /// somebody else.
    pub fn export(&self, principal: &Principal, id: &str) -> Result<ExportView, AppError> {
        permit(principal, Operation::ExportRun)?;
        let all = exports();
        all.get(id)
            .filter(|e| e.account_id == principal.account_id)
            .map(|e| e.view.clone())
            .ok_or(AppError::NotFound)
    }

    /// The finished workbook; the export is over with it.
    ///
    /// # Errors
    /// As [`App::export`]; [`AppError::Conflict`] while it is being written.
    pub fn take_export(&self, principal: &Principal, id: &str) -> Result<File, AppError> {
        let view = self.export(principal, id)?;
        if view.status == ExportStatus::Writing {
            return Err(AppError::Conflict("还没有写完，请稍候再下载。".into()));
        }
        exports()
            .remove(id)
            .and_then(|e| e.file)
            .ok_or(AppError::NotFound)
    }

    /// Ends an export; what was written goes.
    ///
    /// # Errors
    /// As [`App::export`].
    pub fn cancel_export(&self, principal: &Principal, id: &str) -> Result<(), AppError> {
        self.export(principal, id)?;
        exports().remove(id);
        Ok(())
    }
}
