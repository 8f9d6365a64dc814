//! How people reach the platform: routes, sessions, OpenAPI, the embedded
//! console.

#![expect(clippy::result_large_err, reason = "a problem is the answer itself, made once a request")]

pub mod problem;
pub mod routes;
pub mod session;
mod web;

use std::sync::Arc;

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

/// The whole service over an [`App`].
pub fn router(app: App) -> Router {
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

/// A page of another site cannot set this header, so it cannot make a signed-in
/// browser write.
async fn require_csrf_header(request: Request, next: Next) -> Response {
    let reading = matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS);
    if !reading && !request.headers().contains_key("x-shouwang-csrf") {
        return problem::Problem::new(400, "csrf_header_missing", "请求缺少来源标记，请刷新页面后重试。").into_response();
    }
    next.run(request).await
}
