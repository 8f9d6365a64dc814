//! What checking needs to know, and checking alone, without saving.

use std::collections::BTreeMap;
use std::fs::File;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use domain::account::{Operation, Principal, Scope};
use domain::code_list::CodeLists;
use domain::exchange::{CellRules, ColumnMapping, Layout};
use store::Store;

use super::{Output, Stop, check_file};
use crate::error::permit;
use crate::exchange::DEFAULT_LAYOUT;
use crate::{App, AppError};

/// What checking needs to know.
#[derive(Clone)]
pub(in crate::exchange) struct CheckInput {
    pub layout: Arc<Layout>,
    pub codes: Arc<CodeLists>,
    pub rules: CellRules,
    pub scope: Scope,
    /// Official names of the villages in scope, by code.
    pub villages: Arc<BTreeMap<String, String>>,
    pub category_lifted: Arc<BTreeMap<String, bool>>,
    pub mappings: Vec<ColumnMapping>,
    pub file_name: String,
    pub folder: PathBuf,
    pub store: Store,
    pub cancelled: Arc<AtomicBool>,
}

impl App {
    /// The input for a file, without column mappings; its sorted runs go to
    /// `folder`.
    pub(in crate::exchange) async fn check_input(
        &self,
        scope: &Scope,
        layout: &str,
        file_name: &str,
        folder: PathBuf,
    ) -> Result<CheckInput, AppError> {
        let (layout, codes) = self.layout(layout)?;
        let villages = self.store.villages(scope).await?;
        Ok(CheckInput {
            layout: Arc::new(layout),
            codes: Arc::new(codes),
            rules: CellRules {
                today: self.today(),
                prefixes: self.issuing_prefixes(),
            },
            scope: scope.clone(),
            villages: Arc::new(villages.into_iter().map(|v| (v.code, v.name)).collect()),
            category_lifted: Arc::new(self.category_lifted()),
            mappings: Vec::new(),
            file_name: file_name.to_owned(),
            folder,
            store: self.store.clone(),
            cancelled: Arc::new(AtomicBool::new(false)),
        })
    }

    /// Reads and checks a file as an import does, and saves nothing: what
    /// `./dev bench` measures. `rows_done` is called once every row is read and
    /// its cells are checked; households are put together after that. Returns
    /// how many rows and households there are.
    ///
    /// # Errors
    /// [`AppError::Forbidden`] without the right to import; when the file
    /// cannot be read.
    pub async fn check_alone(
        &self,
        principal: &Principal,
        file: File,
        file_name: &str,
        rows_done: &mut (dyn FnMut() + Send),
    ) -> Result<(u64, u64), AppError> {
        permit(principal, Operation::ImportRun)?;
        let folder = self.data_dir.join("imports").join(crate::new_id());
        let input = self
            .check_input(&principal.scope, DEFAULT_LAYOUT, file_name, folder.clone())
            .await?;
        let (mut rows, mut households) = (0, 0);
        let checked = check_file(&input, file, &mut |output| {
            match output {
                Output::Readings(_) => rows_done(),
                Output::Households(forms) => households += forms.len() as u64,
                Output::Rows { rows: all, .. } => rows = all,
                _ => {}
            }
            true
        });
        let _ = std::fs::remove_dir_all(folder);
        match checked {
            Ok(()) => Ok((rows, households)),
            Err(Stop::Cancelled) => Err(AppError::NotFound),
            Err(Stop::Failed(error)) => Err(AppError::Internal(error)),
        }
    }
}
