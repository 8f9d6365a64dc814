//! The console, embedded. Unknown paths give its page: the router is inside.

use axum::http::{StatusCode, Uri, header};
use axum::response::{Html, IntoResponse, Response};

use crate::problem::Problem;

include!(concat!(env!("OUT_DIR"), "/assets.rs"));

fn media_type(path: &str) -> &'static str {
    match path.rsplit('.').next().unwrap_or_default() {
        "html" => "text/html; charset=utf-8",
        "js" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "ico" => "image/x-icon",
        "json" | "webmanifest" => "application/json",
        "woff2" => "font/woff2",
        _ => "application/octet-stream",
    }
}

/// Serves a file of the console, or its page.
pub async fn serve(uri: Uri) -> Response {
    let path = uri.path().trim_start_matches('/');
    if path.starts_with("api/") {
        return Problem::new(404, "not_found", "没有这个接口。").into_response();
    }
    let find = |name: &str| ASSETS.iter().find(|(n, _)| *n == name);
    if let Some((name, bytes)) = find(path) {
        // File names carry a digest, so they never change.
        let cache = if name.starts_with("assets/") {
            "public, max-age=31536000, immutable"
        } else {
            "no-cache"
        };
        return (
            [
                (header::CONTENT_TYPE, media_type(name)),
                (header::CACHE_CONTROL, cache),
            ],
            *bytes,
        )
            .into_response();
    }
    if path.starts_with("assets/") {
        return StatusCode::NOT_FOUND.into_response();
    }
    match find("index.html") {
        Some((_, bytes)) => {
            ([(header::CONTENT_TYPE, "text/html; charset=utf-8"), (header::CACHE_CONTROL, "no-cache")], *bytes).into_response()
        }
        None => Html("<!doctype html><meta charset=utf-8><title>守望</title><p>网页尚未构建：请用 <code>./dev run</code> 启动。</p>")
            .into_response(),
    }
}
