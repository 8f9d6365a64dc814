//! Accounts: signing in, who am I, and the administrators' work on accounts.

mod back_off;
mod deputy;
mod manage;
mod role_request;
mod secret;
mod session;
mod work;

pub use back_off::BackOff;
pub use deputy::{DeputyView, NewDeputy};
pub use manage::FirstAccount;
pub(crate) use manage::new_account_row;
pub use role_request::{NewRoleRequest, RoleDecision, RoleRequestState, RoleRequestView};
pub use secret::hash_password;

use domain::account::Operation;
use domain::division::DivisionCode;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What the sign-in page sends.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub struct SignIn {
    pub login_name: String,
    pub password: String,
    pub totp_code: Option<String>,
}

/// The signed-in account and what it may do.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Me {
    pub account: MyAccount,
    pub roles: Vec<RoleName>,
    /// `village` … `province`, or `platform` for administrators.
    pub level: String,
    pub division: Option<DivisionName>,
    #[schema(value_type = Vec<String>)]
    pub operations: Vec<Operation>,
    pub today: jiff::civil::Date,
    pub demo: bool,
    pub policy: Option<PolicyName>,
    pub masked: bool,
}

/// The account itself.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct MyAccount {
    pub id: String,
    pub login_name: String,
    pub display_name: String,
    pub must_change_password: bool,
    pub totp_enabled: bool,
    /// Whether one of its roles makes a second factor compulsory.
    pub totp_required: bool,
    pub deputy_of: Option<String>,
}

/// Code and label of a role.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct RoleName {
    pub code: String,
    pub label: String,
}

/// Code, name and path of a division.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct DivisionName {
    pub code: String,
    pub name: String,
    pub path: String,
}

/// Id and title of a pack.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct PolicyName {
    pub id: String,
    pub title: String,
}

/// An account in the administrators' list.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct AccountView {
    pub id: String,
    pub login_name: String,
    pub display_name: String,
    pub disabled: bool,
    /// Roles in effect; empty until a first one is granted.
    pub roles: Vec<RoleName>,
    /// The newest request for a post.
    pub latest_request: Option<RoleRequestState>,
    pub division: Option<DivisionName>,
    pub last_sign_in_at: Option<String>,
    pub totp_enabled: bool,
}

/// A new account.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub struct NewAccount {
    pub login_name: String,
    pub display_name: String,
    pub role: String,
    #[schema(value_type = Option<String>)]
    pub division: Option<DivisionCode>,
    /// Why the person needs the post; the security administrator reads it.
    pub reason: String,
}

/// The secret shown once.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct OneTimePassword {
    pub id: String,
    pub one_time_password: String,
}

/// The secret of the second factor, shown once.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct TotpSecret {
    pub secret_base32: String,
    pub otpauth_uri: String,
    /// The address as a QR code, an SVG picture.
    pub qr_svg: String,
}
