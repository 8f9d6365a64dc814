//! The uploaded file between its arrival and its refusal or merge: sealed in
//! chunks in the data folder, and opened into a nameless file for reading.

use std::fs::{File, OpenOptions};
use std::io::{BufReader, Read, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};

use store::Store;
use store::crypto::{Place, digest};
use store::sealed_file::{self, Before, FilePlace};

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

/// What is read of an upload, measured and digested on its way.
struct Measured<'a> {
    source: &'a mut dyn Read,
    block: Vec<u8>,
    digests: String,
    bytes: u64,
    most_bytes: u64,
}

impl Measured<'_> {
    fn close_block(&mut self) {
        if !self.block.is_empty() {
            self.digests.push_str(&digest(&self.block));
            self.block.clear();
        }
    }
}

impl Read for Measured<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let room = buffer.len().min(BLOCK_BYTES - self.block.len());
        let read = self.source.read(&mut buffer[..room])?;
        self.bytes += read as u64;
        if self.bytes > self.most_bytes {
            return Err(std::io::Error::other("too large"));
        }
        self.block.extend_from_slice(&buffer[..read]);
        if self.block.len() == BLOCK_BYTES {
            self.close_block();
        }
        Ok(read)
    }
}

fn put_blocks(
    store: &Store,
    data_dir: &Path,
    batch: &str,
    source: &mut dyn Read,
    most_bytes: u64,
) -> Result<String, AppError> {
    std::fs::create_dir_all(folder(data_dir, batch)).map_err(failed)?;
    let mut source = Measured {
        source,
        block: Vec::with_capacity(BLOCK_BYTES),
        digests: String::new(),
        bytes: 0,
        most_bytes,
    };
    let sealed = sealed_file::replace(&sealed_path(data_dir, batch), |out| {
        sealed_file::seal(store.crypto(), place(batch), &mut source, out)
    });
    if source.bytes > most_bytes {
        return Err(AppError::invalid(
            "file",
            format!("文件超过{}MB，请分成几个文件上传", most_bytes >> 20),
        ));
    }
    sealed?;
    if source.bytes == 0 {
        return Err(AppError::invalid("file", "文件是空的"));
    }
    source.close_block();
    Ok(digest(source.digests.as_bytes()))
}

fn place(batch: &str) -> FilePlace<'_> {
    FilePlace {
        table: "import_file",
        row: batch,
    }
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
    let mut start = [0; sealed_file::MAGIC.len()];
    let long_enough = sealed.read_exact(&mut start).is_ok();
    if long_enough && sealed_file::is_chunked(&start) {
        sealed_file::open(store.crypto(), place(batch), &mut sealed, &mut plain)?;
    } else {
        sealed.seek(SeekFrom::Start(0)).map_err(failed)?;
        open_blocks(store, batch, &mut sealed, &mut plain)?;
    }
    plain.seek(SeekFrom::Start(0)).map_err(failed)?;
    Ok(plain)
}

/// Opens a file from before there were chunks: bare blocks.
fn open_blocks(
    store: &Store,
    batch: &str,
    sealed: &mut dyn Read,
    plain: &mut File,
) -> Result<(), AppError> {
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
    Ok(())
}

/// Imports whose file is there, by id.
fn batches(data_dir: &Path) -> std::io::Result<Vec<String>> {
    let mut batches = Vec::new();
    match std::fs::read_dir(data_dir.join("imports")) {
        Ok(entries) => {
            for entry in entries {
                let batch = entry?.file_name().to_string_lossy().into_owned();
                if sealed_path(data_dir, &batch).exists() {
                    batches.push(batch);
                }
            }
        }
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
        Err(error) => return Err(error),
    }
    batches.sort();
    Ok(batches)
}

/// Imports whose file is not wholly under the active key.
pub(super) fn under_old_keys(store: &Store, data_dir: &Path) -> Result<Vec<String>, AppError> {
    let mut old = Vec::new();
    for batch in batches(data_dir).map_err(failed)? {
        let path = sealed_path(data_dir, &batch);
        if !sealed_file::is_current(store.crypto(), &path, Before::Blocks)? {
            old.push(batch);
        }
    }
    Ok(old)
}

/// Seals the file of an import again under the active key; it is replaced
/// whole or not at all.
pub(super) fn reseal(store: &Store, data_dir: &Path, batch: &str) -> Result<(), AppError> {
    let mut plain = open(store, data_dir, batch)?;
    sealed_file::replace(&sealed_path(data_dir, batch), |out| {
        sealed_file::seal(store.crypto(), place(batch), &mut plain, out)
    })?;
    Ok(())
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
