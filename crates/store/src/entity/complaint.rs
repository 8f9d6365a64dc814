use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "complaint")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: String,
    pub household_id: Option<String>,
    pub village: String,
    pub reported_name: String,
    pub channel: String,
    pub received_on: String,
    pub recorded_at: i64,
    pub content_sealed: Vec<u8>,
    pub reporter_sealed: Option<Vec<u8>>,
    pub official_sealed: Option<Vec<u8>>,
    pub official_level: String,
    pub official_accounts: String,
    pub handling_level: String,
    pub status: String,
    pub answer_sealed: Option<Vec<u8>>,
    pub upheld: Option<bool>,
    pub handled_on: Option<String>,
    pub handled_by: Option<String>,
    pub account_id: String,
    pub version: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
