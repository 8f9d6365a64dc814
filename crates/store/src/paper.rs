//! Papers: protected names, the counties' templates.

use domain::account::Scope;
use sea_orm::{
    ActiveModelTrait as _, ColumnTrait as _, EntityTrait as _, QueryFilter as _, QueryOrder as _,
};

use crate::database::taken_or;
use crate::entity::{name_protection, paper_template, paper_template_use};
use crate::paging::Sort;
use crate::{Page, Store, StoreError, Window, WriteTx, within};

pub use crate::entity::name_protection::Model as NameProtectionRow;
pub use crate::entity::paper_template::Model as PaperTemplateRow;
pub use crate::entity::paper_template_use::Model as PaperTemplateUseRow;

impl WriteTx {
    /// Adds a request to keep a name off public papers.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn add_name_protection(&mut self, row: NameProtectionRow) -> Result<(), StoreError> {
        name_protection::Entity::insert(name_protection::ActiveModel::from(row).reset_all())
            .exec_without_returning(&self.tx)
            .await?;
        Ok(())
    }

    /// Saves a protection over the version before it.
    ///
    /// # Errors
    /// [`StoreError::Stale`] when somebody was faster.
    pub async fn save_name_protection(&mut self, row: NameProtectionRow) -> Result<(), StoreError> {
        let (id, version) = (row.id.clone(), row.version);
        let done = name_protection::Entity::update_many()
            .set(name_protection::ActiveModel::from(row).reset_all())
            .filter(name_protection::Column::Id.eq(id))
            .filter(name_protection::Column::Version.eq(version - 1))
            .exec(&self.tx)
            .await?;
        if done.rows_affected == 0 {
            return Err(StoreError::Stale { current: version });
        }
        Ok(())
    }

    /// Adds a version of a template.
    ///
    /// # Errors
    /// [`StoreError::Taken`] when somebody uploaded the same version meanwhile.
    pub async fn add_paper_template(&mut self, row: PaperTemplateRow) -> Result<(), StoreError> {
        paper_template::Entity::insert(paper_template::ActiveModel::from(row).reset_all())
            .exec_without_returning(&self.tx)
            .await
            .map_err(|e| taken_or(e, "paper_template.version"))?;
        Ok(())
    }

    /// Records that a version, or the built-in template, is in use from now on.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn put_paper_template_in_use(
        &mut self,
        row: PaperTemplateUseRow,
    ) -> Result<(), StoreError> {
        paper_template_use::Entity::insert(paper_template_use::ActiveModel::from(row).reset_all())
            .exec_without_returning(&self.tx)
            .await?;
        Ok(())
    }

    /// Seals a template's file.
    ///
    /// # Errors
    /// When encryption fails.
    pub fn seal_template(&self, id: &str, bytes: &[u8]) -> Result<Vec<u8>, StoreError> {
        self.seal("paper_template", "content", id, bytes)
    }
}

impl Store {
    /// Protections in scope, newest first, of one status where given.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn name_protections(
        &self,
        scope: &Scope,
        status: Option<&str>,
        window: &Window,
    ) -> Result<Page<NameProtectionRow>, StoreError> {
        let mut find =
            name_protection::Entity::find().filter(within(name_protection::Column::Village, scope));
        if let Some(status) = status {
            find = find.filter(name_protection::Column::Status.eq(status));
        }
        let order = [
            (name_protection::Column::RequestedAt, Sort::Descending),
            (name_protection::Column::Id, Sort::Descending),
        ];
        self.page("name_protection", find, &order, window).await
    }

    /// A protection in scope.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn name_protection(
        &self,
        scope: &Scope,
        id: &str,
    ) -> Result<Option<NameProtectionRow>, StoreError> {
        Ok(name_protection::Entity::find_by_id(id)
            .filter(within(name_protection::Column::Village, scope))
            .one(&self.connection)
            .await?)
    }

    /// The requested and approved protections of households in scope, oldest first.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn open_name_protections(
        &self,
        scope: &Scope,
        household_ids: &[String],
    ) -> Result<Vec<NameProtectionRow>, StoreError> {
        Ok(name_protection::Entity::find()
            .filter(within(name_protection::Column::Village, scope))
            .filter(name_protection::Column::HouseholdId.is_in(household_ids.to_vec()))
            .filter(name_protection::Column::Status.is_in(["requested", "approved"]))
            .order_by_asc(name_protection::Column::RequestedAt)
            .order_by_asc(name_protection::Column::Id)
            .all(&self.connection)
            .await?)
    }

    /// Every version of a county's templates, newest first. Templates hold no
    /// person.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn paper_templates(
        &self,
        jurisdiction: &str,
    ) -> Result<Vec<PaperTemplateRow>, StoreError> {
        Ok(paper_template::Entity::find()
            .filter(paper_template::Column::Jurisdiction.eq(jurisdiction))
            .order_by_desc(paper_template::Column::Version)
            .all(&self.connection)
            .await?)
    }

    /// What a county put in use, oldest first.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn paper_template_uses(
        &self,
        jurisdiction: &str,
    ) -> Result<Vec<PaperTemplateUseRow>, StoreError> {
        Ok(paper_template_use::Entity::find()
            .filter(paper_template_use::Column::Jurisdiction.eq(jurisdiction))
            .order_by_asc(paper_template_use::Column::PutInUseAt)
            .order_by_asc(paper_template_use::Column::Id)
            .all(&self.connection)
            .await?)
    }

    /// A version with its file.
    ///
    /// # Errors
    /// When the ciphertext does not open.
    pub async fn paper_template(
        &self,
        jurisdiction: &str,
        id: &str,
    ) -> Result<Option<(PaperTemplateRow, Vec<u8>)>, StoreError> {
        let row = paper_template::Entity::find_by_id(id)
            .filter(paper_template::Column::Jurisdiction.eq(jurisdiction))
            .one(&self.connection)
            .await?;
        row.map(|row| {
            let bytes = self.crypto().open(
                crate::crypto::Place {
                    table: "paper_template",
                    column: "content",
                    row: &row.id,
                },
                &row.content_sealed,
            )?;
            Ok((row, bytes))
        })
        .transpose()
    }
}
