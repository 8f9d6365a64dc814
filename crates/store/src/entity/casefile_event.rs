use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "casefile_event")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub casefile_id: String,
    #[sea_orm(primary_key, auto_increment = false)]
    pub seq: i64,
    pub kind: String,
    pub step: Option<String>,
    pub summary: String,
    pub occurred_on: String,
    pub recorded_at: i64,
    pub recorded_on: String,
    pub account_id: String,
    pub by_name: String,
    pub deputy_of: Option<String>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
