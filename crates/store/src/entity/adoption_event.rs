use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "adoption_event")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub adoption_id: String,
    #[sea_orm(primary_key, auto_increment = false)]
    pub seq: i64,
    /// `drafted`, `put_in_force`, `ended`, `reopened` or `withdrawn`.
    pub kind: String,
    /// The end as this act left it.
    pub until_on: Option<String>,
    pub reason: String,
    pub account_id: String,
    pub recorded_at: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
