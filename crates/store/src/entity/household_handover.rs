use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "household_handover")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: String,
    pub household_id: String,
    pub from_village: String,
    pub to_division: String,
    pub effective_on: String,
    pub reason_sealed: Vec<u8>,
    pub status: String,
    pub handed_by: String,
    pub handed_by_name: String,
    pub handed_at: i64,
    pub answered_by: Option<String>,
    pub answered_by_name: Option<String>,
    pub answered_at: Option<i64>,
    pub answer_sealed: Option<Vec<u8>>,
    pub version: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
