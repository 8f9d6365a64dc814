use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "account")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: String,
    pub login_name: String,
    pub display_name: String,
    pub division: Option<String>,
    pub department: Option<String>,
    pub password_hash: String,
    pub password_history: String,
    pub password_changed_at: i64,
    pub must_change_password: bool,
    pub totp_sealed: Option<Vec<u8>>,
    pub totp_confirmed: bool,
    pub totp_last_step: i64,
    pub failed_count: i32,
    pub locked_until: i64,
    pub disabled: bool,
    pub disabled_reason: Option<String>,
    pub last_sign_in_at: Option<i64>,
    pub created_at: i64,
    pub version: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
