use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "household_version")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub household_id: String,
    #[sea_orm(primary_key, auto_increment = false)]
    pub version: i64,
    pub effective_on: String,
    pub recorded_at: i64,
    pub reason: String,
    pub source: String,
    pub collected_by: String,
    pub entered_by: String,
    pub reviewed_by: String,
    pub account_id: String,
    pub file_sealed: Vec<u8>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
