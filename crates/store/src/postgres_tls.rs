//! The way to a PostgreSQL server: encrypted, or said to be not.

use sea_orm::DbErr;

use crate::StoreError;

/// Whether what goes to the database of this address may travel readable: a
/// server elsewhere, without an `sslmode` that insists on TLS.
pub fn may_be_in_clear(url: &str) -> bool {
    let (address, options) = url.split_once('?').unwrap_or((url, ""));
    let insists = options.split('&').any(|o| {
        o.strip_prefix("sslmode=")
            .is_some_and(|mode| matches!(mode, "require" | "verify-ca" | "verify-full"))
    });
    let host = address
        .split_once("://")
        .map_or(address, |(_, rest)| rest)
        .split('/')
        .next()
        .and_then(|authority| authority.rsplit('@').next())
        .unwrap_or_default();
    let here = ["127.", "localhost", "[::1]"]
        .iter()
        .any(|own| host.starts_with(own));
    !insists && !here && !host.is_empty()
}

/// A refused connection; a server without TLS is named as what it is.
pub(crate) fn in_words(error: DbErr) -> StoreError {
    let text = error.to_string();
    if text.contains("server does not support TLS") {
        return StoreError::Unsuitable(
            "数据库服务器没有开启 TLS，而地址里的 sslmode 要求加密：请在 PostgreSQL 上设置 ssl = on 和证书，\
             或确认网络可信后把 sslmode 改为 prefer"
                .into(),
        );
    }
    error.into()
}

#[cfg(test)]
mod tests {
    use super::may_be_in_clear;

    #[test]
    fn only_a_server_elsewhere_without_tls_is_in_clear() {
        for (url, clear) in [
            ("postgres://u:p@db.example:5432/sw", true),
            ("postgres://u:p@10.1.2.3/sw?sslmode=prefer", true),
            ("postgres://u:p@10.1.2.3/sw?sslmode=disable", true),
            ("postgres://u:p@10.1.2.3/sw?sslmode=require", false),
            (
                "postgres://u:p@db.example/sw?application_name=sw&sslmode=verify-full",
                false,
            ),
            ("postgres://u:p@127.0.0.1:5432/sw", false),
            ("postgres://u:p@localhost/sw", false),
            ("postgres://u:p@[::1]:5432/sw", false),
            // A socket of the own machine.
            ("postgres:///sw?host=/run/postgresql", false),
        ] {
            assert_eq!(may_be_in_clear(url), clear, "{url}");
        }
    }
}
