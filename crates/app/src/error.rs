//! Errors as people meet them: a stable code, a Chinese sentence, the next
//! step. Internals stay in the log.

use domain::casefile::Refusal;
use store::StoreError;

/// One field of a form and what is wrong with it.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, utoipa::ToSchema)]
pub struct FieldError {
    pub field: String,
    pub message: String,
}

impl FieldError {
    /// Names a field and its problem.
    pub fn new(field: &str, message: impl Into<String>) -> Self {
        Self {
            field: field.to_owned(),
            message: message.into(),
        }
    }
}

/// Why a use case did not happen.
#[derive(Debug, thiserror::Error)]
pub enum AppError {
    #[error("not signed in")]
    NotSignedIn,
    /// Sign-in failed; the code says what the page asks next.
    #[error("sign-in: {0}")]
    SignIn(&'static str),
    /// Too many failed sign-ins from the address; seconds until the next.
    #[error("too many tries, wait {seconds} s")]
    TooManyTries { seconds: u64 },
    /// The role lacks the operation altogether.
    #[error("not permitted: {0}")]
    NotPermitted(&'static str),
    /// Missing, or outside the scope: the two are never told apart.
    #[error("not found")]
    NotFound,
    #[error("refused: {0:?}")]
    Refused(Vec<Refusal>),
    #[error("invalid: {0:?}")]
    Invalid(Vec<FieldError>),
    #[error("stale, now {current}")]
    Stale { current: i64 },
    /// Households of one act that changed since they were read, by casefile;
    /// nothing was done for any.
    #[error("stale households: {}", .0.len())]
    StaleHouseholds(Vec<FieldError>),
    /// No policy pack is in force for the division and day.
    #[error("no policy pack in force")]
    NoPolicy,
    /// Something of the same name exists.
    #[error("conflict: {0}")]
    Conflict(String),
    #[error("internal: {0}")]
    Internal(String),
}

impl From<StoreError> for AppError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Stale { current } => Self::Stale { current },
            StoreError::Taken(what) if what == "household.code" => {
                Self::Conflict("这个户编号已经属于另一户，请核对。".into())
            }
            StoreError::Taken(what) if what == "account.login_name" => {
                Self::Conflict("这个账号名已经有人使用，请换一个。".into())
            }
            StoreError::Taken(what) if what == "role_request.open" => {
                Self::Conflict("这个账户已有一项岗位申请在等安全管理员办理，办完再提新的。".into())
            }
            StoreError::Taken(what) if what == "household_handover.waiting" => {
                Self::Conflict("这户正在移交，等对方接收；要改的先撤回那次移交。".into())
            }
            StoreError::Taken(what) if what == "submission_list" => {
                Self::Conflict("这份名单刚刚已经报送过，请刷新后查看。".into())
            }
            StoreError::Taken(what) if what == "submission_list_item" => {
                Self::Conflict("有农户刚刚列入了另一份名单，请刷新后再报。".into())
            }
            StoreError::Cursor => Self::invalid("cursor", "翻页的位置不对，请从第一页重新看起"),
            other => Self::Internal(other.to_string()),
        }
    }
}

impl AppError {
    /// A single invalid field.
    pub fn invalid(field: &str, message: impl Into<String>) -> Self {
        Self::Invalid(vec![FieldError::new(field, message)])
    }
}

/// Fails unless the person holds the operation.
pub(crate) fn permit(
    principal: &domain::account::Principal,
    operation: domain::account::Operation,
) -> Result<(), AppError> {
    if principal.may(operation) {
        Ok(())
    } else {
        Err(AppError::NotPermitted(operation.as_str()))
    }
}

/// Those of the texts in which nobody could read anything: field, text, what to
/// write. Every form says so in one way; how long a text may be is measured
/// before ([`crate::limits`]).
pub(crate) fn unreadable(texts: &[(&str, &str, &str)]) -> Vec<FieldError> {
    texts
        .iter()
        .filter(|(_, text, _)| domain::typed_text::is_blank(text))
        .map(|(field, _, message)| FieldError::new(field, *message))
        .collect()
}
