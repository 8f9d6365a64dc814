use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "import_batch")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: String,
    pub file_name: String,
    pub file_digest: String,
    pub layout: String,
    pub division: String,
    pub status: String,
    pub phase: String,
    pub done: i64,
    pub total: i64,
    pub cancel_requested: bool,
    pub conflict_rule: String,
    pub summary: String,
    pub readings: String,
    pub mapping: String,
    pub failure: Option<String>,
    pub duplicate_of: Option<String>,
    pub account_id: String,
    pub created_by: String,
    pub merged_by: Option<String>,
    pub created_at: i64,
    pub updated_at: i64,
    pub version: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
