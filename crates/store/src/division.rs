//! Divisions and grids. The code list is public; pickers still show only what
//! lies in scope.

use domain::account::Scope;
use domain::division::{DivisionCode, DivisionRecord};
use sea_orm::sea_query::{Expr, ExprTrait as _};
use sea_orm::{
    ActiveValue::Set, ColumnTrait as _, EntityTrait as _, PaginatorTrait as _, QueryFilter as _,
    QueryOrder as _, QuerySelect as _,
};

mod village_record;

pub use village_record::{StagedVillage, VillageRecordRow, VillageValues};

use crate::entity::{division, grid};
use crate::scoped::like;
use crate::{Store, StoreError, WriteTx, within};

pub use crate::entity::division::Model as DivisionRow;
pub use crate::entity::grid::Model as GridRow;

impl WriteTx {
    /// Adds divisions that are not there yet.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn add_divisions(&mut self, records: &[DivisionRecord]) -> Result<(), StoreError> {
        for chunk in records.chunks(500) {
            let models = chunk.iter().map(|r| division::ActiveModel {
                code: Set(r.code.to_string()),
                name: Set(r.name.clone()),
                initials: Set(domain::pinyin::initials(&r.name)),
                level: Set(r.level.as_str().to_owned()),
                kind: Set(r.kind.label().to_owned()),
                parent: Set(r.parent.map(|p| p.to_string())),
                valid_from: Set(r.valid_from.map(|d| d.to_string())),
                valid_to: Set(r.valid_to.map(|d| d.to_string())),
                successor: Set(r.successor.map(|s| s.to_string())),
            });
            division::Entity::insert_many(models)
                .on_conflict(
                    sea_orm::sea_query::OnConflict::column(division::Column::Code)
                        .do_nothing()
                        .to_owned(),
                )
                .exec_without_returning(&self.tx)
                .await?;
        }
        Ok(())
    }

    /// Adds a grid.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn add_grid(&mut self, row: GridRow) -> Result<(), StoreError> {
        let model: grid::ActiveModel = row.into();
        grid::Entity::insert(sea_orm::ActiveModelTrait::reset_all(model))
            .exec(&self.tx)
            .await?;
        Ok(())
    }
}

impl Store {
    /// One division.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn division(&self, code: DivisionCode) -> Result<Option<DivisionRow>, StoreError> {
        Ok(division::Entity::find_by_id(code.to_string())
            .one(&self.connection)
            .await?)
    }

    /// Every division on the way from the province down to `code`.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn division_path(&self, code: DivisionCode) -> Result<Vec<DivisionRow>, StoreError> {
        let codes: Vec<String> = code
            .ancestors()
            .chain([code])
            .map(|c| c.to_string())
            .collect();
        Ok(division::Entity::find()
            .filter(division::Column::Code.is_in(codes))
            .order_by_asc(division::Column::Code)
            .all(&self.connection)
            .await?)
    }

    /// Names of many divisions by code.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn division_names(
        &self,
        codes: impl IntoIterator<Item = String>,
    ) -> Result<std::collections::BTreeMap<String, String>, StoreError> {
        let mut codes: Vec<String> = codes.into_iter().collect();
        codes.sort();
        codes.dedup();
        let rows: Vec<(String, String)> = division::Entity::find()
            .select_only()
            .column(division::Column::Code)
            .column(division::Column::Name)
            .filter(division::Column::Code.is_in(codes))
            .into_tuple()
            .all(&self.connection)
            .await?;
        Ok(rows.into_iter().collect())
    }

    /// Direct children in scope, with how many children each has.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn division_children(
        &self,
        scope: &Scope,
        parent: DivisionCode,
    ) -> Result<Vec<(DivisionRow, u64)>, StoreError> {
        let rows = division::Entity::find()
            .filter(within(division::Column::Code, scope))
            .filter(division::Column::Parent.eq(parent.to_string()))
            .order_by_asc(division::Column::Code)
            .all(&self.connection)
            .await?;
        let counts: Vec<(String, i64)> = division::Entity::find()
            .select_only()
            .column(division::Column::Parent)
            .column_as(Expr::col(division::Column::Code).count(), "count")
            .filter(division::Column::Parent.is_in(rows.iter().map(|r| r.code.clone())))
            .group_by(division::Column::Parent)
            .into_tuple()
            .all(&self.connection)
            .await?;
        let counts: std::collections::BTreeMap<String, i64> = counts.into_iter().collect();
        Ok(rows
            .into_iter()
            .map(|r| {
                let n = counts.get(&r.code).copied().unwrap_or(0);
                (r, u64::try_from(n).unwrap_or(0))
            })
            .collect())
    }

    /// Divisions in scope whose name or initials start with or contain `text`.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn search_divisions(
        &self,
        scope: &Scope,
        text: &str,
        limit: u64,
    ) -> Result<Vec<DivisionRow>, StoreError> {
        let text = text.trim();
        Ok(division::Entity::find()
            .filter(within(division::Column::Code, scope))
            .filter(
                Expr::col(division::Column::Name)
                    .like(like("%", text, "%"))
                    .or(Expr::col(division::Column::Initials).like(like(
                        "",
                        &text.to_lowercase(),
                        "%",
                    )))
                    .or(Expr::col(division::Column::Code).like(like("", text, "%"))),
            )
            .order_by_asc(division::Column::Code)
            .limit(limit)
            .all(&self.connection)
            .await?)
    }

    /// Every village-level division code in scope.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn villages(&self, scope: &Scope) -> Result<Vec<DivisionRow>, StoreError> {
        Ok(division::Entity::find()
            .filter(within(division::Column::Code, scope))
            .filter(division::Column::Level.eq("village"))
            .order_by_asc(division::Column::Code)
            .all(&self.connection)
            .await?)
    }

    /// How many divisions are loaded.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn division_count(&self) -> Result<u64, StoreError> {
        Ok(division::Entity::find().count(&self.connection).await?)
    }

    /// Grids of the villages in scope, each with how many households it has.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn grids(&self, scope: &Scope) -> Result<Vec<(GridRow, u64)>, StoreError> {
        use crate::entity::household;
        let rows = grid::Entity::find()
            .filter(within(grid::Column::Village, scope))
            .order_by_asc(grid::Column::Village)
            .order_by_asc(grid::Column::Name)
            .limit(500)
            .all(&self.connection)
            .await?;
        let counts: Vec<(Option<String>, i64)> = household::Entity::find()
            .select_only()
            .column(household::Column::GridId)
            .column_as(Expr::col(household::Column::Id).count(), "count")
            .filter(household::Column::GridId.is_in(rows.iter().map(|r| r.id.clone())))
            .group_by(household::Column::GridId)
            .into_tuple()
            .all(&self.connection)
            .await?;
        Ok(rows
            .into_iter()
            .map(|r| {
                let n = counts
                    .iter()
                    .find(|(g, _)| g.as_deref() == Some(&r.id))
                    .map_or(0, |(_, n)| *n);
                (r, u64::try_from(n).unwrap_or(0))
            })
            .collect())
    }
}
