//! RFC 9457 problem+json: a stable code, a Chinese sentence, the next step.

use app::{AppError, FieldError};
use axum::Json;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use domain::casefile::Refusal;
use serde::Serialize;
use utoipa::ToSchema;

/// An error as people and programs meet it.
#[derive(Debug, Serialize, ToSchema)]
pub struct Problem {
    /// `urn:shouwang:problem:<code>`.
    #[serde(rename = "type")]
    pub kind: String,
    pub title: String,
    pub status: u16,
    /// Stable; programs branch on it.
    pub code: String,
    /// What happened, in words.
    pub detail: String,
    /// What to do next.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_step: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub refusals: Vec<Refusal>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<FieldError>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub current_version: Option<i64>,
    /// Seconds until it may be tried again, as the header `Retry-After` says.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub retry_after_seconds: Option<u64>,
}

impl Problem {
    /// A problem without particulars.
    pub fn new(status: u16, code: &str, detail: &str) -> Self {
        Self {
            kind: format!("urn:shouwang:problem:{code}"),
            title: title(status).to_owned(),
            status,
            code: code.to_owned(),
            detail: detail.to_owned(),
            next_step: None,
            refusals: Vec::new(),
            errors: Vec::new(),
            current_version: None,
            retry_after_seconds: None,
        }
    }

    /// Adds what to do next.
    #[must_use]
    pub fn next(mut self, step: &str) -> Self {
        self.next_step = Some(step.to_owned());
        self
    }
}

fn title(status: u16) -> &'static str {
    match status {
        400 => "请求不完整",
        401 => "需要登录",
        403 => "没有权限",
        404 => "没有找到",
        405 => "不支持这种操作",
        409 => "已被别人修改",
        413 => "文件太大",
        422 => "不能办理",
        429 => "请稍后再试",
        _ => "系统出错",
    }
}

impl From<AppError> for Problem {
    fn from(error: AppError) -> Self {
        match error {
            AppError::NotSignedIn => {
                Self::new(401, "not_signed_in", "您还没有登录，或登录已过期。")
                    .next("请重新登录；填写的内容已保留在本机。")
            }
            AppError::SignIn(code) => {
                let detail = match code {
                    "totp_required" => "请输入手机上的 6 位动态码。",
                    _ => "账号或密码不对。连续输错 5 次，账号会锁定 15 分钟。",
                };
                Self::new(401, code, detail)
            }
            AppError::TooManyTries { seconds } => {
                let wait = if seconds < 60 {
                    format!("{seconds} 秒")
                } else {
                    format!("{} 分钟", seconds.div_ceil(60))
                };
                let detail = format!("这个网络地址登录失败的次数太多，请过 {wait}再试。");
                let mut problem = Self::new(429, "too_many_tries", &detail)
                    .next("忘记密码的，请联系本单位的系统管理员重置；不要反复试。");
                problem.retry_after_seconds = Some(seconds);
                problem
            }
            AppError::NotPermitted(_) => Self::new(403, "not_permitted", "您的角色不能做这件事。")
                .next("如确需办理，请联系本单位的系统管理员。"),
            AppError::NotFound => Self::new(404, "not_found", "没有找到，或不在您负责的范围内。"),
            AppError::Refused(refusals) => {
                let detail = refusals
                    .first()
                    .map_or_else(|| "现在还不能办理。".to_owned(), |r| r.message.clone());
                let mut problem = Self::new(422, "refused", &detail);
                problem.refusals = refusals;
                problem
            }
            AppError::Invalid(errors) => {
                let detail = errors
                    .first()
                    .map_or_else(|| "填写有误。".to_owned(), |e| e.message.clone());
                let mut problem = Self::new(422, "invalid", &detail).next("请按提示修改后再提交。");
                problem.errors = errors;
                problem
            }
            AppError::Stale { current } => {
                let mut problem =
                    Self::new(409, "stale_version", "您打开之后，别人已经先办理或修改了。")
                        .next("请刷新看最新情况；您填写的内容还在。");
                problem.current_version = Some(current);
                problem
            }
            AppError::StaleHouseholds(households) => {
                let detail = format!(
                    "没有报出：您打开之后，有 {} 户已经有了改动。",
                    households.len()
                );
                let mut problem = Self::new(409, "stale_version", &detail)
                    .next("请核对这几户的最新情况，再报送整份名单；您填写的内容还在。");
                problem.errors = households;
                problem
            }
            AppError::NoPolicy => {
                Self::new(422, "no_policy", "这里还没有生效的政策文件，不能办理。")
                    .next("请联系政策管理员发布政策文件。")
            }
            AppError::Conflict(detail) => Self::new(409, "conflict", &detail),
            AppError::Internal(cause) => {
                tracing::error!(%cause, "internal error");
                Self::new(500, "internal", "系统出了问题，您的数据没有改动。")
                    .next("请稍后重试；多次出现请告诉系统管理员。")
            }
        }
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let wait = self.retry_after_seconds;
        let mut response = (status, Json(self)).into_response();
        if let Some(seconds) = wait {
            response
                .headers_mut()
                .insert(header::RETRY_AFTER, seconds.into());
        }
        response.headers_mut().insert(
            header::CONTENT_TYPE,
            header::HeaderValue::from_static("application/problem+json"),
        );
        response
    }
}

/// What handlers return.
pub type Answer<T> = Result<Json<T>, Problem>;

/// A use case's result as an answer.
pub fn answer<T>(result: Result<T, AppError>) -> Answer<T> {
    result.map(Json).map_err(Problem::from)
}
