//! One household in the national layout, to be handed over with it.

use std::collections::BTreeSet;
use std::fs::File;

use domain::account::{Operation, Principal};
use domain::exchange::{Register, form_of};
use domain::household::HouseholdFile;
use store::audit::chain_of;

use super::DEFAULT_LAYOUT;
use super::export::Exporter;
use super::matching::draft_of;
use crate::error::permit;
use crate::lead::village_of;
use crate::{App, AppError};

impl App {
    /// The national workbook of one household; of one that left the county, as
    /// it was when it left.
    ///
    /// # Errors
    /// [`AppError::NotFound`] outside the scope and for who sees names masked.
    pub async fn export_household(
        &self,
        principal: &Principal,
        id: &str,
    ) -> Result<File, AppError> {
        permit(principal, Operation::ExportRun)?;
        if principal.masked {
            return Err(AppError::NotFound);
        }
        let scope = &principal.scope;
        let (row, now) = self
            .store
            .household_file(scope, id)
            .await?
            .ok_or(AppError::NotFound)?;
        let left = now.moved_out_to.is_some();
        let file = self.before_it_left(principal, id, row.version, now).await?;
        let ids = BTreeSet::from([id.to_owned()]);
        let mut form = if left {
            let episodes = self.store.episodes_of(scope, &ids).await?;
            let offices = self.store.office_forms(scope, &ids).await?;
            let episode = episodes.get(id).and_then(|e| e.first());
            form_of(&Register {
                file: &file,
                episode: episode.and_then(draft_of),
                office: offices.get(id),
            })
        } else {
            let mut forms = self.export_forms(scope, ids.iter().cloned()).await?;
            forms.pop().ok_or(AppError::NotFound)?
        };
        form.village.clone_from(&row.village);
        let (layout, codes) = self.layout(DEFAULT_LAYOUT)?;
        let folder = self.data_dir.join("exports");
        std::fs::create_dir_all(&folder).map_err(|e| AppError::Internal(e.to_string()))?;
        let mut exporter = Exporter::new(&layout, &codes, &folder)?;
        self.export_names(&mut exporter.names, &BTreeSet::from([row.village.clone()]))
            .await?;
        let members = form.members.len();
        exporter.household(form)?;
        let written = exporter.finish(&folder)?;
        let mut tx = self.store.write(self.actor(principal)).await?;
        tx.audit(
            &chain_of(Some(village_of(&row.village)?)),
            "export.household",
            &format!("household/{id}"),
            &format!("members={members}"),
        )
        .await?;
        tx.commit().await?;
        Ok(written)
    }

    /// The last file from before the household left, where it left.
    async fn before_it_left(
        &self,
        principal: &Principal,
        id: &str,
        mut version: i64,
        mut file: HouseholdFile,
    ) -> Result<HouseholdFile, AppError> {
        while file.moved_out_to.is_some() && version > 1 {
            version -= 1;
            let found = self
                .store
                .household_file_version(&principal.scope, id, version)
                .await?;
            (_, file) = found.ok_or(AppError::NotFound)?;
        }
        Ok(file)
    }
}
