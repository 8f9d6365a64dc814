//! Field encryption and blind indexes behind one trait, so that a certified
//! module can replace the RustCrypto one.

use std::collections::BTreeMap;
use std::path::Path;

use aes_gcm::aead::consts::U12;
use aes_gcm::aead::{Aead as _, KeyInit, Payload};
use aes_gcm::{AesGcm, Nonce};
use domain::audit::hex;
use hmac::{Hmac, Mac as _};
use serde::{Deserialize, Serialize};
use sm3::{Digest as _, Sm3};
use sm4::Sm4;

use crate::StoreError;

type Sm4Gcm = AesGcm<Sm4, U12>;

/// Where a ciphertext lives: bound into it, so that a value moved to another
/// row or column does not open.
#[derive(Debug, Clone, Copy)]
pub struct Place<'a> {
    pub table: &'a str,
    pub column: &'a str,
    pub row: &'a str,
}

impl Place<'_> {
    fn aad(&self) -> Vec<u8> {
        format!("{}|{}|{}", self.table, self.column, self.row).into_bytes()
    }
}

/// The cryptography the platform needs.
pub trait CryptoProvider: Send + Sync + std::fmt::Debug {
    /// Encrypts with the active key: key id, nonce, ciphertext and tag.
    ///
    /// # Errors
    /// When the system gives no randomness.
    fn seal(&self, place: Place<'_>, plain: &[u8]) -> Result<Vec<u8>, StoreError>;

    /// Decrypts what [`seal`](Self::seal) made, under whichever key it names.
    ///
    /// # Errors
    /// When the key is unknown or the bytes were changed or moved.
    fn open(&self, place: Place<'_>, sealed: &[u8]) -> Result<Vec<u8>, StoreError>;

    /// Blind index: equal inputs give equal text, and nothing else is told.
    fn index(&self, purpose: &str, value: &str) -> String;

    /// Signs a checkpoint of the audit chain.
    fn sign(&self, bytes: &[u8]) -> String;

    /// First byte of every ciphertext under the active key, and of no other.
    fn active_mark(&self) -> u8;

    /// Whether a ciphertext is under the active key.
    fn is_current(&self, sealed: &[u8]) -> bool {
        sealed.first() == Some(&self.active_mark())
    }
}

/// Keys of a deployment; they live apart from the database and its backups.
#[derive(Clone, Serialize, Deserialize)]
pub struct Keyring {
    active: u8,
    /// SM4 keys by id, hex.
    data: BTreeMap<String, String>,
    /// HMAC-SM3 key of blind indexes, hex.
    index: String,
    /// HMAC-SM3 key of audit checkpoints, hex.
    audit: String,
}

impl std::fmt::Debug for Keyring {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "Keyring {{ active: {}, keys: {} }}",
            self.active,
            self.data.len()
        )
    }
}

fn random<const N: usize>() -> Result<[u8; N], StoreError> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).map_err(|e| StoreError::Crypto(format!("no randomness: {e}")))?;
    Ok(bytes)
}

/// Random bytes as lower-case hex, for tokens and one-time secrets.
///
/// # Errors
/// When the system gives no randomness.
pub fn random_hex<const N: usize>() -> Result<String, StoreError> {
    Ok(hex(&random::<N>()?))
}

/// SM3 of bytes in lower-case hex.
pub fn digest(bytes: &[u8]) -> String {
    hex(&Sm3::digest(bytes))
}

/// The bytes of a key of `N` bytes written in hex.
fn unhex<const N: usize>(text: &str) -> Result<[u8; N], StoreError> {
    let digit = |b: u8| {
        char::from(b)
            .to_digit(16)
            .and_then(|d| u8::try_from(d).ok())
    };
    let bytes: Option<Vec<u8>> = text
        .as_bytes()
        .chunks(2)
        .map(|pair| Some(16 * digit(pair[0])? + digit(*pair.get(1)?)?))
        .collect();
    bytes
        .and_then(|b| b.try_into().ok())
        .ok_or_else(|| StoreError::Crypto(format!("a key in the keyring is not {N} bytes in hex")))
}

impl Keyring {
    /// Fresh keys.
    ///
    /// # Errors
    /// When the system gives no randomness.
    pub fn generate() -> Result<Self, StoreError> {
        Ok(Self {
            active: 1,
            data: BTreeMap::from([("1".into(), random_hex::<16>()?)]),
            index: random_hex::<32>()?,
            audit: random_hex::<32>()?,
        })
    }

    /// Reads the keyring, or makes one readable by its owner only.
    ///
    /// # Errors
    /// When the file cannot be read, written or understood.
    pub fn load_or_create(path: &Path) -> Result<Self, StoreError> {
        if path.exists() {
            let text = std::fs::read_to_string(path)?;
            return serde_json::from_str(&text)
                .map_err(|e| StoreError::Crypto(format!("keyring: {e}")));
        }
        let ring = Self::generate()?;
        ring.save(path)?;
        Ok(ring)
    }

    /// Writes the keyring beside its old file and renames, so that a crash
    /// leaves one whole keyring.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn save(&self, path: &Path) -> Result<(), StoreError> {
        use std::io::Write as _;
        let text =
            serde_json::to_string_pretty(self).map_err(|e| StoreError::Crypto(e.to_string()))?;
        let partial = path.with_extension("partial");
        let mut options = std::fs::OpenOptions::new();
        options.write(true).create(true).truncate(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let mut file = options.open(&partial)?;
        file.write_all(text.as_bytes())?;
        file.sync_all()?;
        std::fs::rename(&partial, path)?;
        // The rename itself must survive a power cut: data under a key that is
        // lost is lost.
        let folder = path
            .parent()
            .filter(|p| !p.as_os_str().is_empty())
            .unwrap_or(Path::new("."));
        std::fs::File::open(folder)?.sync_all()?;
        Ok(())
    }

    /// Adds a data key and makes it the active one; old keys stay to open what
    /// is not yet re-sealed.
    ///
    /// # Errors
    /// When the system gives no randomness or 255 keys were used.
    pub fn rotate(&mut self) -> Result<u8, StoreError> {
        let highest = self
            .data
            .keys()
            .filter_map(|id| id.parse().ok())
            .fold(self.active, u8::max);
        let next = highest
            .checked_add(1)
            .ok_or_else(|| StoreError::Crypto("no key id left".into()))?;
        self.data.insert(next.to_string(), random_hex::<16>()?);
        self.active = next;
        Ok(next)
    }

    /// Forgets every data key but the active one; returns how many. Only for
    /// after a complete re-seal of the database, the attachments and whatever
    /// else is sealed: what is still under a forgotten key is lost.
    pub fn retire(&mut self) -> usize {
        let before = self.data.len();
        let active = self.active.to_string();
        self.data.retain(|id, _| *id == active);
        before - self.data.len()
    }

    /// Id of the key that seals.
    pub fn active(&self) -> u8 {
        self.active
    }
}

/// SM4-GCM and HMAC-SM3 by RustCrypto.
pub struct RustCrypto {
    ring: Keyring,
    ciphers: BTreeMap<u8, CipherBox>,
    /// Keyed once; each use takes a copy.
    index: Hmac<Sm3>,
    audit: Hmac<Sm3>,
}

impl std::fmt::Debug for RustCrypto {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // Never the keys of the indexes and of the audit chain.
        f.debug_struct("RustCrypto")
            .field("ring", &self.ring)
            .finish_non_exhaustive()
    }
}

struct CipherBox(Sm4Gcm);
impl RustCrypto {
    /// Prepares the ciphers of a keyring.
    ///
    /// # Errors
    /// When a key is malformed.
    pub fn new(ring: Keyring) -> Result<Self, StoreError> {
        let mut ciphers = BTreeMap::new();
        for (id, key) in &ring.data {
            let id: u8 = id
                .parse()
                .map_err(|_| StoreError::Crypto("key id out of range".into()))?;
            let cipher = Sm4Gcm::new(&unhex::<16>(key)?.into());
            ciphers.insert(id, CipherBox(cipher));
        }
        if !ciphers.contains_key(&ring.active) {
            return Err(StoreError::Crypto(format!(
                "the keyring has no key {}, its active one",
                ring.active
            )));
        }
        let (index, audit) = (
            Self::keyed(&unhex::<32>(&ring.index)?),
            Self::keyed(&unhex::<32>(&ring.audit)?),
        );
        Ok(Self {
            ring,
            ciphers,
            index,
            audit,
        })
    }

    fn keyed(key: &[u8]) -> Hmac<Sm3> {
        match <Hmac<Sm3> as KeyInit>::new_from_slice(key) {
            Ok(mac) => mac,
            // HMAC takes keys of any length.
            Err(_) => unreachable!("HMAC accepts every key length"),
        }
    }

    fn hmac(keyed: &Hmac<Sm3>, parts: &[&[u8]]) -> String {
        let mut mac = keyed.clone();
        for part in parts {
            mac.update(part);
        }
        hex(&mac.finalize().into_bytes())
    }
}

impl CryptoProvider for RustCrypto {
    fn seal(&self, place: Place<'_>, plain: &[u8]) -> Result<Vec<u8>, StoreError> {
        let cipher = &self
            .ciphers
            .get(&self.ring.active)
            .ok_or_else(|| StoreError::Crypto("the active key is missing".into()))?
            .0;
        let nonce = random::<12>()?;
        let aad = place.aad();
        let body = cipher
            .encrypt(
                &Nonce::from(nonce),
                Payload {
                    msg: plain,
                    aad: &aad,
                },
            )
            .map_err(|_| StoreError::Crypto("encryption failed".into()))?;
        let mut sealed = Vec::with_capacity(13 + body.len());
        sealed.push(self.ring.active);
        sealed.extend_from_slice(&nonce);
        sealed.extend_from_slice(&body);
        Ok(sealed)
    }

    fn open(&self, place: Place<'_>, sealed: &[u8]) -> Result<Vec<u8>, StoreError> {
        let broken =
            || StoreError::Crypto(format!("{}.{} does not open", place.table, place.column));
        let (&id, rest) = sealed.split_first().ok_or_else(broken)?;
        let (nonce, body) = rest.split_first_chunk::<12>().ok_or_else(broken)?;
        let unknown = || {
            StoreError::Crypto(format!(
                "{}.{} is under key {id}, which the keyring lacks",
                place.table, place.column
            ))
        };
        let cipher = &self.ciphers.get(&id).ok_or_else(unknown)?.0;
        let aad = place.aad();
        cipher
            .decrypt(
                &Nonce::from(*nonce),
                Payload {
                    msg: body,
                    aad: &aad,
                },
            )
            .map_err(|_| broken())
    }

    fn index(&self, purpose: &str, value: &str) -> String {
        Self::hmac(&self.index, &[purpose.as_bytes(), b"|", value.as_bytes()])
    }

    fn sign(&self, bytes: &[u8]) -> String {
        Self::hmac(&self.audit, &[bytes])
    }

    fn active_mark(&self) -> u8 {
        self.ring.active
    }
}

#[cfg(test)]
#[path = "crypto_tests.rs"]
mod tests;
