use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "import_household")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub batch_id: String,
    #[sea_orm(primary_key, auto_increment = false)]
    pub seq: i64,
    pub household_code: Option<String>,
    pub village: String,
    pub head_name: String,
    pub persons: i32,
    pub verdict: String,
    pub household_id: Option<String>,
    pub content_sealed: Vec<u8>,
    pub merged: bool,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
