use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "objection")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: String,
    pub notice_id: String,
    pub casefile_id: String,
    pub village: String,
    pub received_on: String,
    pub content_sealed: Vec<u8>,
    pub anonymous: bool,
    pub objector_sealed: Option<Vec<u8>>,
    pub about_official: bool,
    pub status: String,
    pub answer_sealed: Option<Vec<u8>>,
    pub upheld: Option<bool>,
    pub answered_on: Option<String>,
    pub handled_by: Option<String>,
    pub handled_level: Option<String>,
    pub account_id: String,
    pub recorded_at: i64,
    pub official_sealed: Option<Vec<u8>>,
    pub official_level: Option<String>,
    pub handling_level: Option<String>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
