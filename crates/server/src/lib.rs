//! How people reach the platform: routes, sessions, OpenAPI, the embedded
//! console.

#![expect(
    clippy::result_large_err,
    reason = "a problem is the answer itself, made once a request"
)]

pub mod problem;
pub mod routes;
pub mod session;
pub mod transport;
mod web;

use std::sync::Arc;

use crate::transport::Transport;
use app::App;
use axum::Router;
use axum::extract::{DefaultBodyLimit, Request};
use axum::http::{HeaderValue, Method, header};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse as _, Response};
use tower_http::compression::CompressionLayer;
use tower_http::set_header::SetResponseHeaderLayer;
use utoipa::OpenApi;
use utoipa_axum::router::OpenApiRouter;

/// What handlers share.
pub type State = Arc<App>;

#[derive(Debug, OpenApi)]
#[openapi(info(
    title = "守望 Shouwang",
    description = "防止返贫致贫动态监测和帮扶. Errors are application/problem+json; every write needs the header X-Shouwang-Csrf.",
    license(name = "Apache-2.0", identifier = "Apache-2.0")
))]
struct Api;

/// Every API route, with its OpenAPI description.
fn api() -> OpenApiRouter<State> {
    OpenApiRouter::with_openapi(Api::openapi()).nest("/api/v1", routes::all())
}

/// The OpenAPI 3.1 description as committed to `docs/openapi.json`.
pub fn openapi() -> utoipa::openapi::OpenApi {
    api().split_for_parts().1
}

/// The whole service over an [`App`], reached as `transport` says.
pub fn router(app: App, transport: Transport) -> Router {
    let (routes, description) = api().split_for_parts();
    let description = Arc::new(description.to_json().unwrap_or_default());
    let served = Arc::clone(&description);
    routes
        .route(
            "/api/v1/openapi.json",
            axum::routing::get(move || {
                let text = served.as_str().to_owned();
                async move { ([(header::CONTENT_TYPE, "application/json")], text) }
            }),
        )
        .fallback(web::serve)
        .layer(middleware::from_fn(require_csrf_header))
        .layer(middleware::from_fn(transport::require_tls))
        .layer(axum::Extension(transport))
        .layer(middleware::from_fn(answer_in_words))
        .layer(DefaultBodyLimit::max(64 * 1024 * 1024))
        .layer(CompressionLayer::new().gzip(true))
        .layer(fixed(header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .layer(fixed(header::REFERRER_POLICY, "no-referrer"))
        .layer(fixed(header::X_FRAME_OPTIONS, "DENY"))
        .layer(fixed(
            header::CONTENT_SECURITY_POLICY,
            "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; font-src 'self' data:; \
             object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
        ))
        .with_state(Arc::new(app))
}

fn fixed(name: header::HeaderName, value: &'static str) -> SetResponseHeaderLayer<HeaderValue> {
    SetResponseHeaderLayer::if_not_present(name, HeaderValue::from_static(value))
}

/// What the framework itself refuses (a query that does not parse, a method
/// that does not exist) becomes a problem too, without its internals; and no
/// answer about people stays in a cache.
async fn answer_in_words(request: Request, next: Next) -> Response {
    let of_api = request.uri().path().starts_with("/api/");
    // No text of ours holds a NUL, and PostgreSQL could not even look for one.
    if of_api && request.uri().to_string().contains("%00") {
        return problem::Problem::new(400, "malformed", "请求的地址或参数不对，请刷新页面后重试。")
            .into_response();
    }
    let mut response = next.run(request).await;
    if !of_api {
        return response;
    }
    let plain = response
        .headers()
        .get(header::CONTENT_TYPE)
        .is_none_or(|t| t.to_str().is_ok_and(|t| t.starts_with("text/plain")));
    let status = response.status();
    if plain && (status.is_client_error() || status.is_server_error()) {
        let (code, detail) = match status.as_u16() {
            405 => ("method_not_allowed", "这个接口不支持这种操作。"),
            413 => ("too_large", "提交的内容太大。"),
            500.. => ("internal", "系统出了问题，您的数据没有改动。"),
            _ => ("malformed", "请求的地址或参数不对，请刷新页面后重试。"),
        };
        response = problem::Problem::new(status.as_u16(), code, detail).into_response();
    }
    response
        .headers_mut()
        .entry(header::CACHE_CONTROL)
        .or_insert(HeaderValue::from_static("no-store"));
    response
}

/// A page of another site cannot set this header, so it cannot make a signed-in
/// browser write.
async fn require_csrf_header(request: Request, next: Next) -> Response {
    let reading = matches!(
        *request.method(),
        Method::GET | Method::HEAD | Method::OPTIONS
    );
    if !reading && !request.headers().contains_key("x-shouwang-csrf") {
        return problem::Problem::new(
            400,
            "csrf_header_missing",
            "请求缺少来源标记，请刷新页面后重试。",
        )
        .into_response();
    }
    next.run(request).await
}
