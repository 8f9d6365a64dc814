//! Documents as they are kept: JSON, compressed.

use std::cell::RefCell;

use serde::Serialize;
use serde::de::DeserializeOwned;
use zstd::bulk::{Compressor, Decompressor};

use crate::StoreError;

thread_local! {
    // Setting one up costs more than packing the document of a household.
    static COMPRESSOR: RefCell<Option<Compressor<'static>>> = const { RefCell::new(None) };
    static DECOMPRESSOR: RefCell<Option<Decompressor<'static>>> = const { RefCell::new(None) };
}

/// A document packed at a zstd level.
///
/// # Errors
/// When it is no JSON.
pub(crate) fn pack(document: &impl Serialize, level: i32) -> Result<Vec<u8>, StoreError> {
    let json = serde_json::to_vec(document)?;
    COMPRESSOR.with_borrow_mut(|kept| {
        let compressor = match kept {
            Some(compressor) => compressor,
            None => kept.insert(Compressor::new(level)?),
        };
        compressor.set_compression_level(level)?;
        Ok(compressor.compress(&json)?)
    })
}

/// The document of packed bytes.
///
/// # Errors
/// When they hold something else.
pub(crate) fn unpack<T: DeserializeOwned>(packed: &[u8]) -> Result<T, StoreError> {
    let size = zstd::zstd_safe::get_frame_content_size(packed)
        .ok()
        .flatten();
    let Some(size) = size.and_then(|size| usize::try_from(size).ok()) else {
        return Ok(serde_json::from_slice(&zstd::stream::decode_all(packed)?)?);
    };
    let json = DECOMPRESSOR.with_borrow_mut(|kept| {
        let decompressor = match kept {
            Some(decompressor) => decompressor,
            None => kept.insert(Decompressor::new()?),
        };
        decompressor.decompress(packed, size)
    })?;
    Ok(serde_json::from_slice(&json)?)
}
