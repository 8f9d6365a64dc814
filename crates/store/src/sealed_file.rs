//! Files sealed in chunks, so that a large one is neither held in memory
//! whole nor altered in part without notice.
//!
//! Layout: eight bytes [`MAGIC`], then for each chunk its sealed length (four
//! bytes, little end first) and the sealed chunk. A chunk is bound to its
//! file, its number and whether it is the last, as in the STREAM construction
//! (Hoang, Reyhanitabar, Rogaway, Vizár 2015): taken from another file,
//! swapped, dropped, or cut off at the end, it does not open. The binding goes
//! through [`CryptoProvider`], so that a certified module can replace the
//! cipher; a STREAM crate would bind us to its own.

use std::fs::File;
use std::io::{BufReader, BufWriter, ErrorKind, Read, Seek as _, SeekFrom, Write};
use std::path::Path;

use crate::StoreError;
use crate::crypto::{CryptoProvider, Place};

/// No ciphertext begins with a zero byte: key ids start at 1. Read as the
/// length of a block it is larger than any block.
pub const MAGIC: &[u8; 8] = b"\0SWFILE1";

/// Plain bytes of every chunk but the last.
pub const CHUNK_BYTES: usize = 256 * 1024;

/// Key id, nonce and tag add less than this to a chunk.
const MOST_SEALED_BYTES: usize = CHUNK_BYTES + 256;

/// Whose bytes a file holds: bound into every chunk.
#[derive(Debug, Clone, Copy)]
pub struct FilePlace<'a> {
    pub table: &'a str,
    pub row: &'a str,
}

impl FilePlace<'_> {
    fn chunk(&self, number: u64, last: bool) -> String {
        format!(
            "{}/{number}/{}",
            self.row,
            if last { "last" } else { "more" }
        )
    }
}

fn broken(place: FilePlace<'_>, what: &str) -> StoreError {
    StoreError::Crypto(format!("{}/{} {what}", place.table, place.row))
}

/// Fills `buffer` as far as the source goes; returns how far.
fn fill(source: &mut dyn Read, buffer: &mut [u8]) -> std::io::Result<usize> {
    let mut filled = 0;
    while filled < buffer.len() {
        match source.read(&mut buffer[filled..]) {
            Ok(0) => break,
            Ok(read) => filled += read,
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(filled)
}

/// Seals what `source` gives.
///
/// # Errors
/// When reading, writing or the cryptography fails.
pub fn seal(
    crypto: &dyn CryptoProvider,
    place: FilePlace<'_>,
    source: &mut dyn Read,
    out: &mut dyn Write,
) -> Result<(), StoreError> {
    out.write_all(MAGIC)?;
    let (mut chunk, mut next) = (vec![0; CHUNK_BYTES], vec![0; CHUNK_BYTES]);
    let mut filled = fill(source, &mut chunk)?;
    for number in 0u64.. {
        let more = fill(source, &mut next)?;
        let row = place.chunk(number, more == 0);
        let at = Place {
            table: place.table,
            column: "chunk",
            row: &row,
        };
        let sealed = crypto.seal(at, &chunk[..filled])?;
        let length =
            u32::try_from(sealed.len()).map_err(|_| broken(place, "has a chunk too long"))?;
        out.write_all(&length.to_le_bytes())?;
        out.write_all(&sealed)?;
        if more == 0 {
            break;
        }
        std::mem::swap(&mut chunk, &mut next);
        filled = more;
    }
    Ok(())
}

/// The sealed chunks of a file, without opening them.
struct Chunks<R> {
    source: R,
    /// Length of the chunk that comes next, read ahead to know the last.
    length: Option<usize>,
}

impl<R: Read> Chunks<R> {
    /// After the magic.
    fn new(source: R, place: FilePlace<'_>) -> Result<Self, StoreError> {
        let mut chunks = Self {
            source,
            length: None,
        };
        chunks.length = chunks.read_length(place)?;
        if chunks.length.is_none() {
            return Err(broken(place, "is cut off"));
        }
        Ok(chunks)
    }

    fn read_length(&mut self, place: FilePlace<'_>) -> Result<Option<usize>, StoreError> {
        let mut bytes = [0; 4];
        match fill(&mut self.source, &mut bytes)? {
            0 => Ok(None),
            4 => match u32::from_le_bytes(bytes) as usize {
                length if length <= MOST_SEALED_BYTES => Ok(Some(length)),
                _ => Err(broken(place, "is damaged")),
            },
            _ => Err(broken(place, "is cut off")),
        }
    }

    /// The next sealed chunk and whether it is the last.
    fn next(&mut self, place: FilePlace<'_>) -> Result<Option<(Vec<u8>, bool)>, StoreError> {
        let Some(length) = self.length else {
            return Ok(None);
        };
        let mut sealed = vec![0; length];
        if fill(&mut self.source, &mut sealed)? < length {
            return Err(broken(place, "is cut off"));
        }
        self.length = self.read_length(place)?;
        Ok(Some((sealed, self.length.is_none())))
    }
}

/// Whether bytes begin like a file of this layout.
pub fn is_chunked(start: &[u8]) -> bool {
    start.starts_with(MAGIC)
}

/// Opens a sealed file into `out`, after its magic was read from `source`.
/// What was written before an error is to be thrown away.
///
/// # Errors
/// When a chunk was changed, moved, dropped or cut off.
pub fn open(
    crypto: &dyn CryptoProvider,
    place: FilePlace<'_>,
    source: &mut dyn Read,
    out: &mut dyn Write,
) -> Result<(), StoreError> {
    let mut chunks = Chunks::new(source, place)?;
    for number in 0u64.. {
        let Some((sealed, last)) = chunks.next(place)? else {
            break;
        };
        let row = place.chunk(number, last);
        let at = Place {
            table: place.table,
            column: "chunk",
            row: &row,
        };
        out.write_all(&crypto.open(at, &sealed)?)?;
    }
    Ok(())
}

/// How a file was sealed before there were chunks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Before {
    /// One ciphertext.
    Whole,
    /// Lengths and blocks as now, without the magic.
    Blocks,
}

/// Whether a file is wholly under the active key; reads only the beginning of
/// each chunk.
///
/// # Errors
/// When the file cannot be read.
pub fn is_current(
    crypto: &dyn CryptoProvider,
    path: &Path,
    before: Before,
) -> Result<bool, StoreError> {
    let mut source = BufReader::new(File::open(path)?);
    let mut start = [0; MAGIC.len()];
    let read = fill(&mut source, &mut start)?;
    if !is_chunked(&start[..read]) {
        if before == Before::Whole {
            return Ok(crypto.is_current(&start[..read]));
        }
        source.seek(SeekFrom::Start(0))?;
    }
    let mut length = [0; 4];
    while fill(&mut source, &mut length)? == 4 {
        let mut first = [0; 1];
        if fill(&mut source, &mut first)? == 0 || !crypto.is_current(&first) {
            return Ok(false);
        }
        source.seek_relative(i64::from(u32::from_le_bytes(length)) - 1)?;
    }
    Ok(true)
}

/// Writes a file beside its old self and renames: after a crash one of the
/// two is there, whole. It is on disk when this returns.
///
/// # Errors
/// When `write` fails or the folder cannot be written; the old file stays.
pub fn replace(
    path: &Path,
    write: impl FnOnce(&mut dyn Write) -> Result<(), StoreError>,
) -> Result<(), StoreError> {
    let partial = path.with_extension(format!("partial-{}", crate::crypto::random_hex::<4>()?));
    let written = (|| {
        let mut out = BufWriter::new(File::create(&partial)?);
        write(&mut out)?;
        let file = out
            .into_inner()
            .map_err(std::io::IntoInnerError::into_error)?;
        file.sync_all()?;
        std::fs::rename(&partial, path)?;
        Ok(())
    })();
    if written.is_err() {
        let _ = std::fs::remove_file(&partial);
        return written;
    }
    // The rename itself must survive a power cut.
    File::open(path.parent().unwrap_or(Path::new(".")))?.sync_all()?;
    Ok(())
}
