use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "notice_item")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub notice_id: String,
    #[sea_orm(primary_key, auto_increment = false)]
    pub casefile_id: String,
    pub household_id: String,
    pub head_name: String,
    pub category: Option<String>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
