//! Keys of the deployment: sealing everything again under the active one, and
//! knowing when the old ones may be given up. Run on a stopped server.

use store::rotation::Resealed;

use crate::{App, AppError, exchange};

/// What one pass did.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ResealedAll {
    pub values: Resealed,
    pub attachments: Resealed,
    pub import_files: Resealed,
}

impl ResealedAll {
    /// Whether everything that was read is under the active key now.
    pub fn is_complete(&self) -> bool {
        [&self.values, &self.attachments, &self.import_files]
            .iter()
            .all(|r| r.is_complete())
    }

    /// What does not open, by table and row; it stays as it is.
    pub fn unopened(&self) -> impl Iterator<Item = &String> {
        [&self.values, &self.attachments, &self.import_files]
            .into_iter()
            .flat_map(|r| &r.unopened)
    }
}

impl App {
    /// Seals every value, attachment and import file that is under an old key
    /// again. It may stop at any moment and run again: what is done is passed
    /// over. `progress` hears what is being read and how many are done.
    ///
    /// # Errors
    /// When the database or the data folder refuses; what was done is kept.
    pub async fn reseal_everything(
        &self,
        mut progress: impl FnMut(&str, u64) + Send,
    ) -> Result<ResealedAll, AppError> {
        let actor = self.system_actor();
        let values = self
            .store
            .reseal(&actor, 500, |p| progress(p.table, p.resealed))
            .await?;
        let blobs = self.data_dir.join("blobs");
        let attachments = self
            .store
            .reseal_blobs(&actor, &blobs, 100, |p| progress(p.table, p.resealed))
            .await?;
        let import_files = self
            .reseal_import_files(|done| progress("import_file", done))
            .await?;
        Ok(ResealedAll {
            values,
            attachments,
            import_files,
        })
    }

    async fn reseal_import_files(
        &self,
        mut progress: impl FnMut(u64),
    ) -> Result<Resealed, AppError> {
        let mut done = Resealed::default();
        for batch in exchange::files_under_old_keys(self)? {
            done.read += 1;
            match exchange::reseal_file(self, &batch).await {
                Ok(()) => done.resealed += 1,
                Err(_) => done.unopened.push(format!("import_file/{batch}")),
            }
            progress(done.resealed);
        }
        if done.resealed > 0 {
            let mut tx = self.store.write(self.system_actor()).await?;
            let values = format!("values={}", done.resealed);
            tx.audit("system", "keys.reseal", "import_file", &values)
                .await?;
            tx.commit().await?;
        }
        Ok(done)
    }

    /// What is still under an old key: `table.column`, `blob` or
    /// `import_file`, with the number of values. While it is not empty the old
    /// keys must stay.
    ///
    /// # Errors
    /// When the database or the data folder cannot be read.
    pub async fn under_old_keys(&self) -> Result<Vec<(String, u64)>, AppError> {
        let mut found = self
            .store
            .under_old_keys(&self.data_dir.join("blobs"))
            .await?;
        let files = exchange::files_under_old_keys(self)?.len() as u64;
        if files > 0 {
            found.push(("import_file".into(), files));
        }
        Ok(found)
    }
}
