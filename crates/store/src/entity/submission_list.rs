use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "submission_list")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: String,
    pub area: String,
    pub maker: String,
    pub recipient: String,
    pub pack_id: String,
    pub code: String,
    pub year: i32,
    pub number: i32,
    pub period: Option<String>,
    pub supplement: i32,
    pub stage: String,
    pub submitted_on: String,
    pub acknowledge_by: Option<String>,
    pub item_count: i32,
    pub digest: String,
    pub content_sealed: Vec<u8>,
    pub stage_sealed: Vec<u8>,
    pub account_id: String,
    pub recorded_at: i64,
    pub version: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
