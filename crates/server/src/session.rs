//! The session cookie, and typed bodies that fail in words.

use app::AppError;
use axum::Json;
use axum::extract::rejection::JsonRejection;
use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode, header};
use domain::account::Principal;

use crate::State;
use crate::problem::Problem;
use crate::transport::Transport;

/// The cookie that starts a session.
pub fn start_cookie(token: &str, transport: &Transport) -> String {
    cookie(token, 43_200, transport)
}

/// The cookie that ends one.
pub fn end_cookie(transport: &Transport) -> String {
    cookie("", 0, transport)
}

fn cookie(value: &str, seconds: u32, transport: &Transport) -> String {
    let name = transport.cookie_name();
    let secure = if transport.is_secure() {
        "; Secure"
    } else {
        ""
    };
    format!("{name}={value}; Path=/; HttpOnly; SameSite=Strict; Max-Age={seconds}{secure}")
}

fn token(headers: &HeaderMap, transport: &Transport) -> Option<String> {
    let wanted = transport.cookie_name();
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|v| v.to_str().ok())
        .flat_map(|v| v.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(name, _)| *name == wanted)
        .map(|(_, value)| value.to_owned())
        .filter(|value| !value.is_empty())
}

/// The signed-in person; a handler without it is public.
#[derive(Debug)]
pub struct Signed(pub Principal);

impl FromRequestParts<State> for Signed {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &State) -> Result<Self, Problem> {
        let transport = parts.extensions.get().cloned().unwrap_or_default();
        let token = token(&parts.headers, &transport).ok_or(AppError::NotSignedIn)?;
        let principal = state.principal(&token).await?;
        // No role is without operations: they are withheld until the account
        // has its own password and second factor.
        if principal.roles.is_empty()
            && !parts
                .uri
                .path()
                .trim_start_matches("/api/v1")
                .starts_with("/session")
        {
            return Err(Problem::new(
                403,
                "role_not_granted",
                "您的岗位还没有批准，或已被收回，暂时不能办理业务。",
            )
            .next("请联系本单位的系统管理员提出岗位申请，由安全管理员批准。"));
        }
        if principal.operations.is_empty()
            && !parts
                .uri
                .path()
                .trim_start_matches("/api/v1")
                .starts_with("/session")
        {
            return Err(Problem::new(
                403,
                "account_incomplete",
                "请先修改初始密码并按要求绑定动态码，再办理其他事情。",
            ));
        }
        Ok(Self(principal))
    }
}

/// A JSON body whose mistakes are answered as a problem; a field nobody reads
/// is one, in whichever body.
#[derive(Debug)]
pub struct Body<T>(pub T);

impl<S: Send + Sync, T: serde::de::DeserializeOwned> FromRequest<S> for Body<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        let malformed = |what: &str| {
            Problem::new(
                422,
                "malformed",
                &format!("提交的内容格式不对，请刷新页面后重试。{what}"),
            )
        };
        let form = match Json::<serde_json::Value>::from_request(request, state).await {
            Ok(Json(form)) => form,
            Err(JsonRejection::BytesRejection(rejection))
                if rejection.status() == StatusCode::PAYLOAD_TOO_LARGE =>
            {
                return Err(Problem::new(413, "too_large", "提交的内容太大。"));
            }
            Err(_) => return Err(malformed("")),
        };
        let too_long = app::limits::check_form(&form);
        if !too_long.is_empty() {
            return Err(AppError::Invalid(too_long).into());
        }
        // Names of fields only: the values stay out.
        let mut unknown = Vec::new();
        let read = serde_ignored::deserialize(form, |path| unknown.push(path.to_string()));
        let read = read.map_err(|e: serde_json::Error| malformed(&path_of(&e.to_string())))?;
        // A misspelt field would be read as one left empty.
        if unknown.is_empty() {
            Ok(Self(read))
        } else {
            let named: Vec<&str> = unknown.iter().take(5).map(String::as_str).collect();
            Err(malformed(&format!("（不认识的字段 {}）", named.join("、"))))
        }
    }
}

/// The field path of a deserialisation error, without its value.
fn path_of(text: &str) -> String {
    let named = |before: &str| text.split(before).nth(1)?.split('`').next();
    if let Some(field) = named("missing field `") {
        return format!("（缺少 {field}）");
    }
    named("unknown field `").map_or_else(String::new, |field| format!("（不认识的字段 {field}）"))
}
