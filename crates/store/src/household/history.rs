//! The versions of a household in the order they took effect.

use domain::household::HouseholdFile;
use domain::household::history::{FileVersion, as_of, same};
use jiff::civil::Date;
use sea_orm::{
    ColumnTrait as _, ConnectionTrait, EntityTrait as _, QueryFilter as _, QueryOrder as _,
    QuerySelect as _,
};

use super::opened;
use crate::crypto::CryptoProvider;
use crate::entity::household_version;
use crate::{StoreError, WriteTx};

pub(super) fn day(text: &str) -> Result<Date, StoreError> {
    text.parse()
        .map_err(|_| StoreError::Unsuitable("household_version.effective_on is no day".into()))
}

/// Every version of a household already found in scope, in the order of recording.
pub(super) async fn versions_of<C: ConnectionTrait>(
    connection: &C,
    crypto: &dyn CryptoProvider,
    id: &str,
    known_until: Option<i64>,
) -> Result<Vec<FileVersion>, StoreError> {
    let mut find =
        household_version::Entity::find().filter(household_version::Column::HouseholdId.eq(id));
    if let Some(millis) = known_until {
        find = find.filter(household_version::Column::RecordedAt.lte(millis));
    }
    let rows = find
        .order_by_asc(household_version::Column::Version)
        .all(connection)
        .await?;
    rows.iter()
        .map(|row| {
            Ok(FileVersion {
                number: row.version,
                effective_on: day(&row.effective_on)?,
                file: opened(crypto, row)?,
            })
        })
        .collect()
}

impl WriteTx {
    /// Every version of a household as this transaction sees them, in the order
    /// of recording.
    ///
    /// # Errors
    /// When the database refuses or a document does not open.
    pub async fn household_history(&self, id: &str) -> Result<Vec<FileVersion>, StoreError> {
        versions_of(&self.tx, &*self.crypto, id, None).await
    }

    /// Where changes that took effect after `effective_on` say otherwise than
    /// the file just written: the file they leave, and the day the latest of
    /// them took effect.
    pub(super) async fn overtaking(
        &self,
        id: &str,
        file: &HouseholdFile,
        effective_on: Date,
    ) -> Result<Option<(HouseholdFile, Date)>, StoreError> {
        let latest: Option<String> = household_version::Entity::find()
            .select_only()
            .column(household_version::Column::EffectiveOn)
            .filter(household_version::Column::HouseholdId.eq(id))
            .filter(household_version::Column::EffectiveOn.gt(effective_on.to_string()))
            .order_by_desc(household_version::Column::EffectiveOn)
            .into_tuple()
            .one(&self.tx)
            .await?;
        let Some(latest) = latest else {
            return Ok(None);
        };
        let latest = day(&latest)?;
        let versions = versions_of(&self.tx, &*self.crypto, id, None).await?;
        match as_of(&versions, latest)? {
            Some((_, stands)) if !same(&stands, file)? => Ok(Some((stands, latest))),
            _ => Ok(None),
        }
    }
}
