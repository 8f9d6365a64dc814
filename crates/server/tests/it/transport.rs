//! Behind a proxy that ends TLS, and without.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::{Request, header};
use serde_json::json;

use crate::test_app::{PASSWORD, Reply, TestApp};

const PROXY: IpAddr = IpAddr::V4(Ipv4Addr::new(10, 1, 2, 3));
const STRANGER: IpAddr = IpAddr::V4(Ipv4Addr::new(10, 1, 2, 4));

async fn sign_in(test: &TestApp, peer: IpAddr, scheme: Option<&str>) -> Reply {
    let form = json!({"login_name": "village.a1", "password": PASSWORD});
    let mut request = Request::post("/api/v1/session")
        .header("x-shouwang-csrf", "1")
        .header(header::CONTENT_TYPE, "application/json")
        .extension(ConnectInfo(SocketAddr::new(peer, 40_000)));
    if let Some(scheme) = scheme {
        request = request.header("x-forwarded-proto", scheme);
    }
    test.call(request.body(Body::from(form.to_string())).expect("request"))
        .await
}

#[tokio::test]
async fn behind_tls_the_cookie_is_bound_to_https() {
    let test = TestApp::behind_tls(PROXY).await;
    let reply = sign_in(&test, PROXY, Some("https")).await;
    let cookie = reply.headers[header::SET_COOKIE].to_str().expect("text");
    for part in [
        "__Host-shouwang_session=",
        "; Secure",
        "; Path=/;",
        "HttpOnly",
    ] {
        assert!(cookie.contains(part), "{cookie}");
    }
    assert!(!cookie.contains("Domain"), "{cookie}");
    assert_eq!(
        reply.headers[header::STRICT_TRANSPORT_SECURITY],
        "max-age=31536000"
    );
    let token = reply.token();
    let who = async |name: &str| {
        let request = Request::get("/api/v1/session")
            .header(header::COOKIE, format!("{name}={token}"))
            .header("x-forwarded-proto", "https")
            .extension(ConnectInfo(SocketAddr::new(PROXY, 40_000)));
        test.call(request.body(Body::empty()).expect("request"))
            .await
    };
    who("__Host-shouwang_session").await.ok();
    // The name a page of a neighbouring host could set counts nothing.
    who("shouwang_session").await.problem(401, "not_signed_in");
}

#[tokio::test]
async fn only_the_named_proxy_is_believed() {
    let test = TestApp::behind_tls(PROXY).await;
    for (peer, scheme) in [
        (PROXY, Some("http")),
        (PROXY, None),
        (PROXY, Some("https, http")),
        (STRANGER, Some("https")),
        (STRANGER, None),
    ] {
        let reply = sign_in(&test, peer, scheme).await;
        assert!(!reply.headers.contains_key(header::SET_COOKIE));
        reply.problem(403, "https_required");
    }
    // The same proxy as an IPv6 socket sees it.
    let mapped = IpAddr::V6(Ipv4Addr::new(10, 1, 2, 3).to_ipv6_mapped());
    sign_in(&test, mapped, Some("HTTPS")).await.ok();
}

#[tokio::test]
async fn without_tls_the_header_changes_nothing() {
    let test = TestApp::sqlite().await;
    let reply = sign_in(&test, STRANGER, Some("https")).await;
    let cookie = reply.headers[header::SET_COOKIE].to_str().expect("text");
    assert!(
        cookie.starts_with("shouwang_session=") && !cookie.contains("Secure"),
        "{cookie}"
    );
    assert!(
        !reply
            .headers
            .contains_key(header::STRICT_TRANSPORT_SECURITY)
    );
}

/// A wrong password for some account, from an address as a proxy names it.
async fn guess(test: &TestApp, number: usize, peer: IpAddr, forwarded: Option<&str>) -> Reply {
    let form = json!({"login_name": format!("nobody.{number}"), "password": "Wrong-Word-1"});
    let mut request = Request::post("/api/v1/session")
        .header("x-shouwang-csrf", "1")
        .header(header::CONTENT_TYPE, "application/json")
        .header("x-forwarded-proto", "https")
        .extension(ConnectInfo(SocketAddr::new(peer, 40_000)));
    if let Some(address) = forwarded {
        request = request.header("x-forwarded-for", address);
    }
    test.call(request.body(Body::from(form.to_string())).expect("request"))
        .await
}

fn seconds(reply: &Reply) -> i64 {
    let said = reply.headers[header::RETRY_AFTER].to_str().expect("text");
    assert_eq!(reply.json["retry_after_seconds"].to_string(), said);
    said.parse().expect("seconds")
}

#[tokio::test]
async fn an_address_that_keeps_failing_has_to_wait_longer_each_time() {
    let test = TestApp::sqlite().await;
    // Each guess names another account, so that no lock-out stops it.
    for number in 0..21 {
        guess(&test, number, STRANGER, None)
            .await
            .problem(401, "sign_in_failed");
    }
    let reply = guess(&test, 21, STRANGER, None).await;
    let first = seconds(&reply);
    reply.problem(429, "too_many_tries");
    // The right password waits too; from elsewhere it does not.
    let reply = sign_in(&test, STRANGER, None).await;
    reply.problem(429, "too_many_tries");
    sign_in(&test, PROXY, None).await.ok();
    test.app
        .clock
        .advance(jiff::SignedDuration::from_secs(first));
    guess(&test, 22, STRANGER, None)
        .await
        .problem(401, "sign_in_failed");
    assert!(seconds(&guess(&test, 23, STRANGER, None).await) > first);
    // Forgiven with time.
    test.app.clock.advance(jiff::SignedDuration::from_hours(2));
    sign_in(&test, STRANGER, None).await.ok();
}

#[tokio::test]
async fn behind_a_proxy_it_is_the_address_the_proxy_names() {
    let test = TestApp::behind_tls(PROXY).await;
    for number in 0..21 {
        // What the guesser wrote in front changes nothing.
        let forwarded = format!("192.0.2.{number}, 10.9.9.9, {PROXY}");
        guess(&test, number, PROXY, Some(&forwarded))
            .await
            .problem(401, "sign_in_failed");
    }
    guess(&test, 21, PROXY, Some("10.9.9.9:5000"))
        .await
        .problem(429, "too_many_tries");
    guess(&test, 22, PROXY, Some("10.9.9.10"))
        .await
        .problem(401, "sign_in_failed");
    // A proxy that names nobody stands for everybody: nobody is shut out.
    for number in 23..50 {
        guess(&test, number, PROXY, None)
            .await
            .problem(401, "sign_in_failed");
    }
}
