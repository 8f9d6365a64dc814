//! Committed text that a test compares with; `SHOUWANG_UPDATE_SNAPSHOTS=1`
//! writes it anew.

use std::path::Path;

/// Compares with `snapshots/<name>`.
#[track_caller]
pub fn check(name: &str, text: &str) {
    let file = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/it/snapshots")
        .join(name);
    if std::env::var_os("SHOUWANG_UPDATE_SNAPSHOTS").is_some() {
        std::fs::create_dir_all(file.parent().expect("a folder")).expect("folder");
        std::fs::write(&file, text).expect("snapshot");
        return;
    }
    let kept = std::fs::read_to_string(&file).unwrap_or_default();
    assert!(
        kept == text,
        "{name} differs; look at the change, then run with SHOUWANG_UPDATE_SNAPSHOTS=1\n--- kept\n{kept}\n--- now\n{text}"
    );
}
