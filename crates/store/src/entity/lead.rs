use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "lead")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: String,
    pub household_id: Option<String>,
    pub village: String,
    pub reported_name: String,
    pub channel: String,
    pub discovery_mode: String,
    pub received_on: String,
    pub recorded_at: i64,
    pub description_sealed: Vec<u8>,
    pub reporter: String,
    pub means: Option<String>,
    pub proxy: Option<String>,
    pub risks: String,
    pub status: String,
    pub outcome: Option<String>,
    pub outcome_reason: Option<String>,
    pub concluded_on: Option<String>,
    pub concluded_by: Option<String>,
    pub verified_by: Option<String>,
    pub casefile_id: Option<String>,
    pub merged_into: Option<String>,
    pub account_id: String,
    pub version: i64,
    pub late_reason_sealed: Option<Vec<u8>>,
    pub own_received_on: Option<String>,
    pub forwarded_from: Option<String>,
    pub forwarded_from_place: Option<String>,
    pub forwarded_to: Option<String>,
    pub forwarded_to_place: Option<String>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
