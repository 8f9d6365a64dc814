use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "adoption")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: String,
    pub pack_id: String,
    pub pack_version: i32,
    pub jurisdiction: String,
    /// First day.
    pub from_on: String,
    /// First day no more; none while the end is open.
    pub until_on: Option<String>,
    /// `draft`, `in_force` or `withdrawn`.
    pub status: String,
    pub reason: String,
    /// Number or name of the paper that orders it.
    pub document: String,
    pub account_id: String,
    pub recorded_at: i64,
    pub version: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
