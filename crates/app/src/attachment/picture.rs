//! Pictures are drawn anew: decoded and encoded again, so that nothing but the
//! picture is kept. What a camera adds (position, time, device), a second file
//! hidden behind the first, and whatever a decoder elsewhere might stumble
//! over stay outside.

use std::io::Cursor;

use image::codecs::jpeg::JpegEncoder;
use image::{DynamicImage, ImageDecoder as _, ImageFormat, ImageReader, Limits};
use tokio::sync::Semaphore;

use crate::AppError;

/// Largest accepted picture, in pixels: a phone's largest camera.
const MOST_PIXELS: u64 = 50_000_000;
/// Longest side, in pixels.
const LONGEST_SIDE: u32 = 20_000;
/// JPEG quality at which print on a form stays legible.
const QUALITY: u8 = 88;

/// A large picture takes some hundred megabytes while it is drawn.
static DRAWING: Semaphore = Semaphore::const_new(1);

/// Draws a picture anew in its own format.
///
/// # Errors
/// [`AppError::Invalid`] for one that does not decode or is too large.
pub(super) async fn redrawn(bytes: Vec<u8>, format: ImageFormat) -> Result<Vec<u8>, AppError> {
    let _turn = DRAWING
        .acquire()
        .await
        .map_err(|e| AppError::Internal(e.to_string()))?;
    tokio::task::spawn_blocking(move || redraw(&bytes, format))
        .await
        .map_err(|e| AppError::Internal(e.to_string()))?
}

/// As [`redrawn`], on this thread.
pub(crate) fn redraw(bytes: &[u8], format: ImageFormat) -> Result<Vec<u8>, AppError> {
    let unreadable =
        |_| AppError::invalid("file", "照片打不开，可能没有传完整，请重新拍摄或另存后再传");
    let mut limits = Limits::default();
    limits.max_image_width = Some(LONGEST_SIDE);
    limits.max_image_height = Some(LONGEST_SIDE);
    let mut reader = ImageReader::with_format(Cursor::new(bytes), format);
    reader.limits(limits);
    let mut decoder = reader.into_decoder().map_err(unreadable)?;
    let (width, height) = decoder.dimensions();
    if u64::from(width) * u64::from(height) > MOST_PIXELS {
        return Err(AppError::invalid(
            "file",
            "照片超过5000万像素，请在手机上把照片尺寸调小后再传",
        ));
    }
    // What the camera said about up and down goes into the picture itself.
    let orientation = decoder.orientation().map_err(unreadable)?;
    let mut picture = DynamicImage::from_decoder(decoder).map_err(unreadable)?;
    picture.apply_orientation(orientation);
    let mut out = Vec::new();
    let drawn = match format {
        ImageFormat::Jpeg => {
            let flat = match picture {
                DynamicImage::ImageLuma8(_) => picture,
                other => DynamicImage::ImageRgb8(other.into_rgb8()),
            };
            flat.write_with_encoder(JpegEncoder::new_with_quality(&mut out, QUALITY))
        }
        other => picture.write_to(&mut Cursor::new(&mut out), other),
    };
    drawn.map_err(|e| AppError::Internal(format!("a picture was not encoded: {e}")))?;
    Ok(out)
}
