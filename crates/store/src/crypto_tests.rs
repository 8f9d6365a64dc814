use aes_gcm::Nonce;
use aes_gcm::aead::{Aead as _, KeyInit as _, Payload};

use super::*;

const PLACE: Place<'static> = Place {
    table: "lead",
    column: "description",
    row: "one",
};

/// A keyring with known keys.
fn ring(active: u8, ids: &[u8]) -> Keyring {
    let data = ids
        .iter()
        .map(|id| (id.to_string(), format!("{id:02x}").repeat(16)))
        .collect();
    let known = "0102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f20".to_owned();
    Keyring {
        active,
        data,
        index: known.clone(),
        audit: known,
    }
}

fn crypto(active: u8, ids: &[u8]) -> RustCrypto {
    RustCrypto::new(ring(active, ids)).expect("a sound keyring")
}

fn bytes(hex: &str) -> Vec<u8> {
    (0..hex.len())
        .step_by(2)
        .map(|i| u8::from_str_radix(&hex[i..i + 2], 16).expect("hex"))
        .collect()
}

#[test]
fn sm3_gives_the_digests_of_gb_t_32905() {
    assert_eq!(
        digest(b"abc"),
        "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"
    );
    assert_eq!(
        digest("abcd".repeat(16).as_bytes()),
        "debe9ff92275b8a138604889c18e5a4d6fdb70e5387e5765293dcba39c0c5732"
    );
}

#[test]
fn sm4_gives_the_ciphertext_of_gb_t_32907() {
    use sm4::cipher::BlockCipherEncrypt as _;
    let key = <[u8; 16]>::try_from(bytes("0123456789abcdeffedcba9876543210")).expect("16 bytes");
    let mut block = key.into();
    Sm4::new(&key.into()).encrypt_block(&mut block);
    assert_eq!(hex(&block), "681edf34d206965e86b3e94f536e4246");
}

#[test]
fn sm4_gcm_gives_the_ciphertext_and_tag_of_rfc_8998() {
    let cipher = Sm4Gcm::new_from_slice(&bytes("0123456789abcdeffedcba9876543210")).expect("a key");
    let nonce = <[u8; 12]>::try_from(bytes("00001234567800000000abcd")).expect("12 bytes");
    let plain: Vec<u8> = [0xaa, 0xbb, 0xcc, 0xdd, 0xee, 0xff, 0xee, 0xaa]
        .iter()
        .flat_map(|b| [*b; 8])
        .collect();
    let aad = bytes("feedfacedeadbeeffeedfacedeadbeefabaddad2");
    let sealed = cipher
        .encrypt(
            &Nonce::from(nonce),
            Payload {
                msg: &plain,
                aad: &aad,
            },
        )
        .expect("encrypts");
    assert_eq!(
        hex(&sealed),
        concat!(
            "17f399f08c67d5ee19d0dc9969c4bb7d5fd46fd3756489069157b282bb200735",
            "d82710ca5c22f0ccfa7cbf93d496ac15a56834cbcf98c397b4024a2691233b8d",
            "83de3541e4c2b58177e065a9bf7b62ec"
        )
    );
}

#[test]
fn hmac_sm3_gives_the_code_of_gm_t_0042() {
    let key = bytes("0102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f20");
    let text = "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq".repeat(2);
    let expected = "ca05e144ed05d1857840d1f318a4a8669e559fc8391f414485bfdf7bb408963a";
    assert_eq!(
        RustCrypto::hmac(&RustCrypto::keyed(&key), &[text.as_bytes()]),
        expected
    );
    assert_eq!(crypto(1, &[1]).sign(text.as_bytes()), expected);
}

#[test]
fn a_blind_index_is_keyed_and_bound_to_its_purpose() {
    let crypto = crypto(1, &[1]);
    // HMAC-SM3 of "document_number|980101199001010015", by another library.
    assert_eq!(
        crypto.index("document_number", "980101199001010015"),
        "c977f57b87596fdf0d1e8f40c6e1276a0048c6aeeb7ce8fd1c685adf48e5ee0a"
    );
    assert_ne!(
        crypto.index("document_number", "980101199001010015"),
        crypto.index("phone", "980101199001010015")
    );
    let other = RustCrypto::new(Keyring::generate().expect("keys")).expect("sound");
    assert_ne!(
        crypto.index("document_number", "1"),
        other.index("document_number", "1")
    );
}

#[test]
fn what_is_sealed_opens_in_its_place_and_nowhere_else() {
    let crypto = crypto(1, &[1]);
    for plain in [b"".as_slice(), b"x", &[0; 100_000]] {
        let sealed = crypto.seal(PLACE, plain).expect("seals");
        assert_eq!(crypto.open(PLACE, &sealed).expect("opens"), plain);
        for moved in [
            Place {
                table: "casefile",
                ..PLACE
            },
            Place {
                column: "other",
                ..PLACE
            },
            Place {
                row: "two",
                ..PLACE
            },
        ] {
            assert!(crypto.open(moved, &sealed).is_err(), "opened at {moved:?}");
        }
    }
}

#[test]
fn equal_texts_are_never_sealed_alike() {
    let crypto = crypto(1, &[1]);
    let mut sealed: Vec<_> = (0..1000)
        .map(|_| crypto.seal(PLACE, b"same").expect("seals"))
        .collect();
    sealed.sort();
    sealed.dedup();
    assert_eq!(sealed.len(), 1000);
}

#[test]
fn a_flipped_bit_anywhere_and_every_truncation_is_refused() {
    let crypto = crypto(1, &[1, 2]);
    let sealed = crypto.seal(PLACE, "脑梗死".as_bytes()).expect("seals");
    for at in 0..sealed.len() {
        for bit in 0..8 {
            let mut changed = sealed.clone();
            changed[at] ^= 1 << bit;
            assert!(
                crypto.open(PLACE, &changed).is_err(),
                "byte {at}, bit {bit}"
            );
        }
    }
    for length in 0..sealed.len() {
        assert!(
            crypto.open(PLACE, &sealed[..length]).is_err(),
            "{length} bytes"
        );
    }
    let mut longer = sealed.clone();
    longer.push(0);
    assert!(crypto.open(PLACE, &longer).is_err());
}

#[test]
fn an_unknown_key_is_named_in_the_error() {
    let sealed = crypto(7, &[1, 7]).seal(PLACE, b"x").expect("seals");
    let error = crypto(1, &[1])
        .open(PLACE, &sealed)
        .expect_err("key 7 is not there");
    assert!(error.to_string().contains("key 7"), "{error}");
}

#[test]
fn the_active_key_seals_and_older_ones_still_open() {
    let mut keys = ring(1, &[1]);
    let old = RustCrypto::new(keys.clone()).expect("sound");
    let sealed = old.seal(PLACE, b"x").expect("seals");
    assert_eq!(keys.rotate().expect("rotates"), 2);
    let new = RustCrypto::new(keys.clone()).expect("sound");
    assert!(old.is_current(&sealed) && !new.is_current(&sealed));
    assert_eq!(new.open(PLACE, &sealed).expect("opens"), b"x");
    assert!(new.is_current(&new.seal(PLACE, b"x").expect("seals")));
    assert_eq!(keys.retire(), 1);
    assert!(
        RustCrypto::new(keys)
            .expect("sound")
            .open(PLACE, &sealed)
            .is_err()
    );
}

#[test]
fn rotating_never_overwrites_a_key() {
    let mut keys = ring(1, &[1, 2, 9]);
    assert_eq!(keys.rotate().expect("rotates"), 10);
    assert_eq!(keys.data.len(), 4);
    assert!(ring(255, &[255]).rotate().is_err());
}

#[test]
fn a_malformed_keyring_is_refused() {
    let key = "01".repeat(16);
    let broken = [
        "",
        "01",
        &key[..31],
        &format!("{key}0"),
        &format!("{key}01"),
        &format!("+1{}", &key[2..]),
        &format!("密{}", &key[3..]),
    ];
    for text in broken {
        let mut keys = ring(1, &[1]);
        keys.data.insert("1".into(), text.to_owned());
        assert!(RustCrypto::new(keys).is_err(), "{text:?}");
    }
    let mut keys = ring(1, &[1]);
    keys.index.clear();
    assert!(RustCrypto::new(keys).is_err(), "an empty index key");
    assert!(
        RustCrypto::new(ring(2, &[1])).is_err(),
        "the active key is missing"
    );
    let mut keys = ring(1, &[1]);
    keys.data.insert("300".into(), "01".repeat(16));
    assert!(RustCrypto::new(keys).is_err(), "a key id beyond one byte");
}

#[test]
fn no_key_shows_in_debug_output() {
    let keys = ring(1, &[1]);
    let shown = format!(
        "{keys:?} {:?}",
        RustCrypto::new(keys.clone()).expect("sound")
    );
    for secret in keys.data.values().chain([&keys.index, &keys.audit]) {
        assert!(!shown.contains(secret.as_str()));
    }
    assert!(!shown.contains("[1, 2, 3"), "{shown}");
}

#[test]
fn a_keyring_is_kept_whole_and_private() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("keyring.json");
    let mut made = Keyring::load_or_create(&path).expect("made");
    let sealed = RustCrypto::new(made.clone())
        .expect("sound")
        .seal(PLACE, b"x")
        .expect("seals");
    made.rotate().expect("rotates");
    made.save(&path).expect("saved");
    let read = Keyring::load_or_create(&path).expect("read");
    assert_eq!(read.active(), 2);
    assert_eq!(
        RustCrypto::new(read)
            .expect("sound")
            .open(PLACE, &sealed)
            .expect("opens"),
        b"x"
    );
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = std::fs::metadata(&path)
            .expect("there")
            .permissions()
            .mode();
        assert_eq!(mode & 0o777, 0o600);
    }
    std::fs::write(&path, "{").expect("written");
    assert!(
        Keyring::load_or_create(&path).is_err(),
        "a broken keyring is never replaced"
    );
}
