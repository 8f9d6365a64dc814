use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "village_record")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub village: String,
    #[sea_orm(primary_key, auto_increment = false)]
    pub version: i64,
    pub recorded_at: i64,
    pub reason: String,
    pub source: String,
    pub entered_by: String,
    pub account_id: String,
    pub content: String,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
