use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "episode")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: String,
    pub household_id: String,
    pub village: String,
    pub category: String,
    pub status: String,
    pub identified_on: String,
    pub cleared_on: Option<String>,
    pub clearance_way: Option<String>,
    pub origin: String,
    pub casefile_id: Option<String>,
    pub risks: String,
    pub evidence_note: String,
    pub version: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
