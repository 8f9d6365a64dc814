use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "monitoring_line")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: String,
    pub jurisdiction: String,
    pub year: i32,
    pub edition: i32,
    pub stage: String,
    pub amount_yuan: i64,
    pub effective_from: String,
    pub effective_until: Option<String>,
    pub document_number: String,
    pub document: String,
    pub version: i64,
    pub recorded_at: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
