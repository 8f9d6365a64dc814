use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "household")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: String,
    pub code: Option<String>,
    pub village: String,
    pub head_name: String,
    pub head_initials: String,
    pub member_count: i32,
    pub household_type: String,
    pub grid_id: Option<String>,
    pub status: String,
    pub monitored: String,
    pub category: Option<String>,
    pub identified_on: Option<String>,
    pub version: i64,
    pub updated_at: i64,
    pub income_per_capita_fen: Option<i64>,
    pub income_until: Option<String>,
    pub income_version: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
