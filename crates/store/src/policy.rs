//! Which packs are in force where, and the settings of a deployment.

use sea_orm::{ActiveModelTrait as _, EntityTrait as _, QueryOrder as _};

use crate::entity::{pack_in_force, setting};
use crate::{Store, StoreError, WriteTx};

pub use crate::entity::pack_in_force::Model as PackInForceRow;

impl WriteTx {
    /// Records that a pack is in force from a day on.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn put_pack_in_force(&mut self, row: PackInForceRow) -> Result<(), StoreError> {
        pack_in_force::Entity::insert(pack_in_force::ActiveModel::from(row).reset_all())
            .exec_without_returning(&self.tx)
            .await?;
        Ok(())
    }

    /// Writes a setting of the deployment.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn save_setting(&mut self, name: &str, value: &str) -> Result<(), StoreError> {
        let model = setting::ActiveModel::from(setting::Model {
            name: name.into(),
            value: value.into(),
        })
        .reset_all();
        setting::Entity::insert(model)
            .on_conflict(
                sea_orm::sea_query::OnConflict::column(setting::Column::Name)
                    .update_column(setting::Column::Value)
                    .to_owned(),
            )
            .exec_without_returning(&self.tx)
            .await?;
        Ok(())
    }
}

impl Store {
    /// Every pack ever put in force, newest record first.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn packs_in_force(&self) -> Result<Vec<PackInForceRow>, StoreError> {
        Ok(pack_in_force::Entity::find()
            .order_by_desc(pack_in_force::Column::FromOn)
            .order_by_desc(pack_in_force::Column::RecordedAt)
            .all(&self.connection)
            .await?)
    }

    /// A setting of the deployment.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn setting(&self, name: &str) -> Result<Option<String>, StoreError> {
        Ok(setting::Entity::find_by_id(name)
            .one(&self.connection)
            .await?
            .map(|s| s.value))
    }
}
