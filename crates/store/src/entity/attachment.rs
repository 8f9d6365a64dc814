use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "attachment")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: String,
    pub subject_kind: String,
    pub subject_id: String,
    pub village: String,
    pub code: String,
    pub file_name_sealed: Vec<u8>,
    pub media_type: String,
    pub size_bytes: i64,
    pub digest: String,
    pub account_id: String,
    pub created_at: i64,
    pub round: Option<i32>,
    pub replaced_by: Option<String>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
