//! The uploaded file between its arrival and its refusal or merge: sealed in
//! blocks in the data folder, and opened into a nameless file for reading.

use std::fs::{File, OpenOptions};
use std::io::{BufReader, BufWriter, Read, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};

use store::Store;
use store::crypto::{Place, digest};

use crate::AppError;

const BLOCK_BYTES: usize = 1 << 20;

/// Folder of one import.
pub(super) fn folder(data_dir: &Path, batch: &str) -> PathBuf {
    data_dir.join("imports").join(batch)
}

fn sealed_path(data_dir: &Path, batch: &str) -> PathBuf {
    folder(data_dir, batch).join("file.sealed")
}

fn failed(error: impl std::fmt::Display) -> AppError {
    AppError::Internal(format!("import file: {error}"))
}

/// Seals what `source` gives into the folder of the import; it is on disk
/// when this returns. Returns the digest of its blocks' digests; stops at
/// `most_bytes`.
///
/// # Errors
/// [`AppError::Invalid`] for an empty or too large file.
pub(super) fn put(
    store: &Store,
    data_dir: &Path,
    batch: &str,
    source: &mut dyn Read,
    most_bytes: u64,
) -> Result<String, AppError> {
    let kept = put_blocks(store, data_dir, batch, source, most_bytes);
    if kept.is_err() {
        remove(data_dir, batch);
    }
    kept
}

fn put_blocks(
    store: &Store,
    data_dir: &Path,
    batch: &str,
    source: &mut dyn Read,
    most_bytes: u64,
) -> Result<String, AppError> {
    let path = sealed_path(data_dir, batch);
    std::fs::create_dir_all(folder(data_dir, batch)).map_err(failed)?;
    let file = File::create(&path).map_err(failed)?;
    let mut out = BufWriter::new(file);
    let mut block = vec![0; BLOCK_BYTES];
    let (mut digests, mut bytes) = (String::new(), 0u64);
    for number in 0u64.. {
        let mut filled = 0;
        while filled < BLOCK_BYTES {
            match source.read(&mut block[filled..]).map_err(failed)? {
                0 => break,
                read => filled += read,
            }
        }
        if filled == 0 {
            break;
        }
        bytes += filled as u64;
        if bytes > most_bytes {
            return Err(AppError::invalid(
                "file",
                format!("文件超过{}MB，请分成几个文件上传", most_bytes >> 20),
            ));
        }
        digests.push_str(&digest(&block[..filled]));
        let sealed = store.crypto().seal(
            Place {
                table: "import_file",
                column: batch,
                row: &number.to_string(),
            },
            &block[..filled],
        )?;
        out.write_all(&u32::try_from(sealed.len()).map_err(failed)?.to_le_bytes())
            .map_err(failed)?;
        out.write_all(&sealed).map_err(failed)?;
        if filled < BLOCK_BYTES {
            break;
        }
    }
    if bytes == 0 {
        return Err(AppError::invalid("file", "文件是空的"));
    }
    let file = out.into_inner().map_err(failed)?;
    file.sync_all().map_err(failed)?;
    Ok(digest(digests.as_bytes()))
}

/// Opens the file of an import for reading. What is opened has no name any
/// more: nothing unsealed is left on disk when the process ends.
pub(super) fn open(store: &Store, data_dir: &Path, batch: &str) -> Result<File, AppError> {
    let mut sealed = BufReader::new(File::open(sealed_path(data_dir, batch)).map_err(failed)?);
    let path = folder(data_dir, batch).join(format!("open-{}", crate::new_id()));
    let mut plain = OpenOptions::new()
        .read(true)
        .write(true)
        .create_new(true)
        .open(&path)
        .map_err(failed)?;
    // Where an open file cannot be unlinked, `clean` removes it later.
    let _ = std::fs::remove_file(&path);
    for number in 0u64.. {
        let mut length = [0; 4];
        if sealed.read(&mut length[..1]).map_err(failed)? == 0 {
            break;
        }
        sealed.read_exact(&mut length[1..]).map_err(failed)?;
        let mut block = vec![0; u32::from_le_bytes(length) as usize];
        sealed.read_exact(&mut block).map_err(failed)?;
        let bytes = store.crypto().open(
            Place {
                table: "import_file",
                column: batch,
                row: &number.to_string(),
            },
            &block,
        )?;
        plain.write_all(&bytes).map_err(failed)?;
    }
    plain.seek(SeekFrom::Start(0)).map_err(failed)?;
    Ok(plain)
}

/// Removes everything but the sealed file: what an ended process left.
pub(super) fn clean(data_dir: &Path, batch: &str) {
    let Ok(entries) = std::fs::read_dir(folder(data_dir, batch)) else {
        return;
    };
    for entry in entries.flatten() {
        if entry.file_name() != "file.sealed" {
            let _ = std::fs::remove_file(entry.path());
        }
    }
}

/// Removes the file of an import that was refused or cancelled for good.
pub(super) fn remove(data_dir: &Path, batch: &str) {
    let _ = std::fs::remove_dir_all(folder(data_dir, batch));
}
