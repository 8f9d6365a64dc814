use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "casefile")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: String,
    pub household_id: String,
    pub village: String,
    pub pack_id: String,
    pub pack_version: i32,
    pub stage: String,
    pub category: Option<String>,
    pub clock_from: String,
    pub deadline_on: Option<String>,
    pub decided_on: Option<String>,
    pub opened_on: String,
    pub open_steps: String,
    pub document_sealed: Vec<u8>,
    pub version: i64,
    pub updated_at: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
