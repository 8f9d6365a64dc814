//! The declared sizes of a zip file, read from its directory before anything
//! is inflated.

use std::io::{Read, Seek, SeekFrom};

const END_RECORD: u32 = 0x0605_4B50;
const DIRECTORY_ENTRY: u32 = 0x0201_4B50;
/// The end record is followed by a comment of at most 65,535 bytes.
const END_SEARCH_BYTES: u64 = 65_557;

fn u16_at(bytes: &[u8], at: usize) -> Option<u64> {
    Some(u64::from(u16::from_le_bytes(
        bytes.get(at..at + 2)?.try_into().ok()?,
    )))
}

fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_le_bytes(bytes.get(at..at + 4)?.try_into().ok()?))
}

fn u64_at(bytes: &[u8], at: usize) -> Option<u64> {
    Some(u64::from_le_bytes(bytes.get(at..at + 8)?.try_into().ok()?))
}

/// The 8-byte sizes of an entry whose 4-byte fields are full (zip64).
fn long_sizes(extra: &[u8]) -> Option<(u64, u64)> {
    let mut at = 0;
    while let (Some(tag), Some(length)) = (u16_at(extra, at), u16_at(extra, at + 2)) {
        if tag == 1 {
            return Some((
                u64_at(extra, at + 12).unwrap_or(u64::MAX),
                u64_at(extra, at + 4)?,
            ));
        }
        at += 4 + usize::try_from(length).ok()?;
    }
    None
}

/// Packed and inflated bytes of all entries; `None` when this is no zip file.
pub(super) fn inflated_size<F: Read + Seek>(file: &mut F) -> Option<(u64, u64)> {
    let length = file.seek(SeekFrom::End(0)).ok()?;
    let tail_start = length.saturating_sub(END_SEARCH_BYTES);
    file.seek(SeekFrom::Start(tail_start)).ok()?;
    let mut tail = Vec::new();
    file.take(END_SEARCH_BYTES).read_to_end(&mut tail).ok()?;
    let end = (0..tail.len().saturating_sub(21))
        .rev()
        .find(|at| u32_at(&tail, *at) == Some(END_RECORD))?;
    let size = u64::from(u32_at(&tail, end + 12)?);
    let start = u64::from(u32_at(&tail, end + 16)?);
    if size > 64 << 20 || start.checked_add(size)? > length {
        // A directory this long, or a zip64 one, is nothing an office writes.
        return None;
    }
    file.seek(SeekFrom::Start(start)).ok()?;
    let mut directory = Vec::new();
    file.take(size).read_to_end(&mut directory).ok()?;
    let (mut packed, mut inflated, mut at) = (0u64, 0u64, 0usize);
    while u32_at(&directory, at) == Some(DIRECTORY_ENTRY) {
        let mut sizes = (
            u64::from(u32_at(&directory, at + 20)?),
            u64::from(u32_at(&directory, at + 24)?),
        );
        let name = usize::try_from(u16_at(&directory, at + 28)?).ok()?;
        let extra = usize::try_from(u16_at(&directory, at + 30)?).ok()?;
        let comment = usize::try_from(u16_at(&directory, at + 32)?).ok()?;
        if sizes.1 == u64::from(u32::MAX) {
            sizes = long_sizes(directory.get(at + 46 + name..at + 46 + name + extra)?)?;
        }
        packed = packed.saturating_add(sizes.0);
        inflated = inflated.saturating_add(sizes.1);
        at += 46 + name + extra + comment;
    }
    (at > 0).then_some((packed, inflated))
}
