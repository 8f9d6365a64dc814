use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "monitoring_line_receipt")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: String,
    pub line_id: String,
    pub division: String,
    pub amount_yuan: i64,
    pub issued_on: String,
    pub due_on: String,
    pub acknowledged_on: Option<String>,
    pub own_amount_yuan: Option<i64>,
    pub own_effective_from: Option<String>,
    pub document_number: String,
    pub acknowledged_by: Option<String>,
    pub account_id: Option<String>,
    pub recorded_at: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
