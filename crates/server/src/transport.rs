//! How people reach the service: plainly on this machine, or behind a proxy
//! that ends TLS.

use std::convert::Infallible;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use axum::extract::{ConnectInfo, FromRequestParts, Request};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, header};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};

use crate::problem::Problem;

/// Plain, or behind TLS with the proxies whose word on it counts.
#[derive(Debug, Clone, Default)]
pub struct Transport(Option<Arc<[IpAddr]>>);

impl Transport {
    /// Without TLS: for this machine and for tests.
    pub fn plain() -> Self {
        Self(None)
    }

    /// Behind one of these proxies, which end TLS.
    pub fn behind_tls(proxies: Vec<IpAddr>) -> Self {
        Self(Some(proxies.into()))
    }

    /// Whether cookies may travel by https only.
    pub fn is_secure(&self) -> bool {
        self.0.is_some()
    }

    /// Name of the session cookie; `__Host-` binds it to https, to this host
    /// and to the whole of it.
    pub(crate) fn cookie_name(&self) -> &'static str {
        if self.is_secure() {
            "__Host-shouwang_session"
        } else {
            "shouwang_session"
        }
    }

    /// Whether a request came by https, as a named proxy says.
    fn came_by_tls(&self, request: &Request) -> bool {
        let Some(proxies) = &self.0 else {
            return false;
        };
        let peer = request
            .extensions()
            .get::<ConnectInfo<SocketAddr>>()
            .map(|ConnectInfo(peer)| peer.ip().to_canonical());
        let said = request.headers().get("x-forwarded-proto");
        peer.is_some_and(|peer| proxies.contains(&peer))
            && said.is_some_and(|scheme| scheme.as_bytes().eq_ignore_ascii_case(b"https"))
    }
}

impl Transport {
    /// The address a request came from. A named proxy speaks for others: the
    /// last address in `X-Forwarded-For` that is no proxy. Without that header
    /// it is unknown, because the proxy stands for everybody.
    fn came_from(&self, peer: IpAddr, headers: &HeaderMap) -> Option<IpAddr> {
        let proxies = self.0.as_deref().unwrap_or_default();
        if !proxies.contains(&peer) {
            return Some(peer);
        }
        let named: Vec<Option<IpAddr>> = headers
            .get_all("x-forwarded-for")
            .iter()
            .flat_map(|value| value.to_str().unwrap_or_default().split(','))
            .map(|text| address(text.trim()))
            .collect();
        // A word that is no address ends what can be believed.
        named
            .into_iter()
            .rev()
            .map_while(|address| address)
            .find(|address| !proxies.contains(address))
    }
}

/// An address, with or without a port.
fn address(text: &str) -> Option<IpAddr> {
    let plain = text.parse::<IpAddr>();
    let found = plain.or_else(|_| text.parse::<SocketAddr>().map(|s| s.ip()));
    found.ok().map(|ip| ip.to_canonical())
}

/// The address a request came from, where it is known.
#[derive(Debug, Clone, Copy)]
pub(crate) struct CameFrom(pub Option<IpAddr>);

impl<S: Send + Sync> FromRequestParts<S> for CameFrom {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        let transport: Transport = parts.extensions.get().cloned().unwrap_or_default();
        let peer = parts
            .extensions
            .get::<ConnectInfo<SocketAddr>>()
            .map(|ConnectInfo(peer)| peer.ip().to_canonical());
        Ok(Self(peer.and_then(|peer| {
            transport.came_from(peer, &parts.headers)
        })))
    }
}

/// Behind TLS, refuses what came without: a password sent in clear would be
/// known already, but no session starts on it. Browsers are told to come by
/// https from now on.
pub(crate) async fn require_tls(request: Request, next: Next) -> Response {
    let transport: Transport = request.extensions().get().cloned().unwrap_or_default();
    if !transport.is_secure() {
        return next.run(request).await;
    }
    if !transport.came_by_tls(&request) {
        return Problem::new(403, "https_required", "请用 https:// 开头的地址访问。")
            .next("如果已经是 https，请系统管理员核对 --proxy 是不是反向代理的地址，以及代理有没有传 X-Forwarded-Proto。")
            .into_response();
    }
    let mut response = next.run(request).await;
    response.headers_mut().insert(
        header::STRICT_TRANSPORT_SECURITY,
        HeaderValue::from_static("max-age=31536000"),
    );
    response
}
