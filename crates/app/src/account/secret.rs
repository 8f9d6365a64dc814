//! Passwords, one-time secrets and the second factor.

use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher as _, PasswordVerifier as _};
use argon2::{Algorithm, Argon2, Params, Version};
use tokio::sync::{OnceCell, Semaphore};
use totp_rs::{Algorithm as TotpAlgorithm, Builder, Secret, Totp};

use crate::AppError;

pub(super) const WEAK: [&str; 10] = [
    "password", "123456", "qwerty", "abc123", "111111", "admin123", "shouwang", "iloveyou",
    "888888", "5201314",
];

/// Hashing is slow on purpose; at most two at a time, so that a storm of
/// sign-ins cannot take the machine.
static HASHING: Semaphore = Semaphore::const_new(2);

fn hasher(demo: bool) -> Argon2<'static> {
    // OWASP's second recommended setting; invented demo accounts are made by
    // the hundred and get a light one.
    let params = if demo {
        Params::new(256, 1, 1, None)
    } else {
        Params::new(19 * 1024, 2, 1, None)
    };
    Argon2::new(
        Algorithm::Argon2id,
        Version::V0x13,
        params.unwrap_or_default(),
    )
}

/// Hashes a password with a fresh salt.
///
/// # Errors
/// When the hasher fails.
pub async fn hash_password(password: String, demo: bool) -> Result<String, AppError> {
    let _permit = HASHING
        .acquire()
        .await
        .map_err(|e| AppError::Internal(e.to_string()))?;
    tokio::task::spawn_blocking(move || {
        hasher(demo)
            .hash_password(password.as_bytes())
            .map(|h| h.to_string())
            .map_err(|e| AppError::Internal(e.to_string()))
    })
    .await
    .map_err(|e| AppError::Internal(e.to_string()))?
}

/// The hash an unknown account is compared with, made once a process.
pub(super) async fn nobodys_hash(demo: bool) -> Result<String, AppError> {
    static LIGHT: OnceCell<String> = OnceCell::const_new();
    static FULL: OnceCell<String> = OnceCell::const_new();
    let cell = if demo { &LIGHT } else { &FULL };
    Ok(cell
        .get_or_try_init(|| hash_password("no such account".into(), demo))
        .await?
        .clone())
}

pub(super) async fn verify_password(password: String, hash: String) -> Result<bool, AppError> {
    let _permit = HASHING
        .acquire()
        .await
        .map_err(|e| AppError::Internal(e.to_string()))?;
    tokio::task::spawn_blocking(move || {
        PasswordHash::new(&hash).is_ok_and(|parsed| {
            Argon2::default()
                .verify_password(password.as_bytes(), &parsed)
                .is_ok()
        })
    })
    .await
    .map_err(|e| AppError::Internal(e.to_string()))
}

pub(super) fn totp_of(secret: Vec<u8>, account: &str) -> Result<Totp, AppError> {
    Builder::new()
        .with_algorithm(TotpAlgorithm::SHA1)
        .with_digits(6)
        .with_skew(1)
        .with_step_duration(30)
        .with_secret(Secret::new(secret.into_boxed_slice()))
        .with_account_name(account)
        .with_issuer(Some("Shouwang"))
        .build()
        .map_err(|e| AppError::Internal(e.to_string()))
}

/// An address as a picture for a phone's camera. Drawn here, so that the
/// secret in it goes to no other service.
pub(super) fn qr_svg(address: &str) -> Result<String, AppError> {
    use qrcode::render::svg::Color;
    let code = qrcode::QrCode::new(address).map_err(|e| AppError::Internal(e.to_string()))?;
    Ok(code
        .render()
        .min_dimensions(200, 200)
        .dark_color(Color("#000"))
        .light_color(Color("#fff"))
        .build())
}

/// A secret that meets the password rules and is easy to read aloud.
pub(super) fn one_time_password() -> Result<String, AppError> {
    let hex = store::crypto::random_hex::<8>()?;
    Ok(format!("Sw-{}-{}", &hex[..8], &hex[8..]))
}
