//! What is taken in as evidence, and what is kept of it.

use std::io::Cursor;

use axum::http::header;
use image::{DynamicImage, GenericImageView as _, ImageFormat, Rgb, RgbImage};

use crate::place::HOME;
use crate::test_app::{Reply, TestApp};

/// Stands in for what must not be kept: a position, a device, a hidden file.
const CANARY: &[u8] = b"canary34.75N113.62E";

/// Left half dark, right half light.
fn picture(format: ImageFormat) -> Vec<u8> {
    let image = RgbImage::from_fn(60, 40, |x, _| Rgb([if x < 30 { 20 } else { 220 }; 3]));
    let mut bytes = Vec::new();
    DynamicImage::ImageRgb8(image)
        .write_to(&mut Cursor::new(&mut bytes), format)
        .expect("encoded");
    bytes
}

/// A photo as a phone writes it, held upright: EXIF says "turn right", and
/// where it was taken.
fn photo() -> Vec<u8> {
    let jpeg = picture(ImageFormat::Jpeg);
    let mut exif =
        b"Exif\0\0MM\0\x2a\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0".to_vec();
    exif.extend_from_slice(CANARY);
    let length = u16::try_from(exif.len() + 2).expect("short").to_be_bytes();
    let mut bytes = vec![0xFF, 0xD8, 0xFF, 0xE1];
    bytes.extend(length);
    bytes.extend(exif);
    bytes.extend_from_slice(&jpeg[2..]);
    // A second file behind the picture.
    bytes.extend_from_slice(b"PK\x03\x04");
    bytes.extend_from_slice(CANARY);
    bytes
}

fn holds(bytes: &[u8], needle: &[u8]) -> bool {
    bytes.windows(needle.len()).any(|w| w == needle)
}

async fn upload(test: &TestApp, household: &str, file_name: &str, bytes: &[u8]) -> Reply {
    let fields = [
        ("subject", "household"),
        ("subject_id", household),
        ("code", "home_photo"),
    ];
    test.village()
        .multipart("/attachments", &fields, file_name, bytes)
        .await
}

/// What is handed out after an upload.
async fn kept(test: &TestApp, household: &str, bytes: &[u8]) -> Reply {
    let view = upload(test, household, "照片", bytes).await.ok();
    let id = view["id"].as_str().expect("an id").to_owned();
    test.village().get(&format!("/attachments/{id}")).await
}

#[tokio::test]
async fn a_photo_is_drawn_anew() {
    let test = TestApp::sqlite().await;
    let household = test.village().add_household(HOME, 1).await;
    let sent = photo();
    assert!(holds(&sent, CANARY));
    let read = kept(&test, &household, &sent).await;
    assert_eq!(read.headers[header::CONTENT_TYPE], "image/jpeg");
    assert!(!holds(&read.bytes, CANARY) && !holds(&read.bytes, b"Exif"));
    assert!(!holds(&read.bytes, b"PK\x03\x04"));
    let shown = image::load_from_memory(&read.bytes).expect("a picture");
    assert_eq!(shown.dimensions(), (40, 60), "turned as the camera said");
    assert!(shown.get_pixel(20, 5)[0] < 60 && shown.get_pixel(20, 55)[0] > 180);
    // Content is kept once a content: the same photo again adds a row only.
    let again = kept(&test, &household, &sent).await;
    assert_eq!(again.bytes, read.bytes);

    let mut png = picture(ImageFormat::Png);
    png.extend_from_slice(CANARY);
    let read = kept(&test, &household, &png).await;
    assert_eq!(read.headers[header::CONTENT_TYPE], "image/png");
    assert!(!holds(&read.bytes, CANARY));
}

#[tokio::test]
async fn what_is_no_whole_picture_or_too_large_is_refused() {
    let test = TestApp::sqlite().await;
    let household = test.village().add_household(HOME, 1).await;
    let jpeg = picture(ImageFormat::Jpeg);
    // A header that claims 30,000 × 30,000 pixels.
    let mut bomb = picture(ImageFormat::Png);
    bomb[16..20].copy_from_slice(&30_000u32.to_be_bytes());
    bomb[20..24].copy_from_slice(&30_000u32.to_be_bytes());
    let mut macros = word();
    macros.extend_from_slice(b"word/vbaProject.bin");
    for (what, bytes) in [
        ("cut off", jpeg[..60].to_vec()),
        ("claims too many pixels", bomb),
        ("a script", b"<script>alert(1)</script>".to_vec()),
        (
            "an svg",
            b"<svg xmlns='http://www.w3.org/2000/svg'/>".to_vec(),
        ),
        ("a gif", b"GIF89a.........".to_vec()),
        ("a zip", b"PK\x03\x04 readme.txt".to_vec()),
        ("a document with macros", macros),
        ("a page that mentions PDF", b"<html>%PDF-1.4".to_vec()),
        ("nothing", Vec::new()),
    ] {
        let reply = upload(&test, &household, "材料.jpg", &bytes).await;
        assert_eq!(
            (reply.status, reply.json["code"].as_str()),
            (422, Some("invalid")),
            "{what}: {}",
            reply.text()
        );
    }
}

/// The beginning of a Word document, as far as its kind shows.
fn word() -> Vec<u8> {
    b"PK\x03\x04\x14\0[Content_Types].xml....PK\x03\x04\x14\0word/document.xml....".to_vec()
}

#[tokio::test]
async fn documents_stay_as_they_were() {
    let test = TestApp::sqlite().await;
    let household = test.village().add_household(HOME, 1).await;
    for (bytes, media_type, disposition) in [
        (b"%PDF-1.7 signed".to_vec(), "application/pdf", "inline"),
        (
            word(),
            "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
            "attachment",
        ),
    ] {
        let read = kept(&test, &household, &bytes).await;
        assert_eq!(read.headers[header::CONTENT_TYPE], media_type);
        assert_eq!(read.headers[header::CONTENT_DISPOSITION], disposition);
        assert_eq!(read.headers[header::X_CONTENT_TYPE_OPTIONS], "nosniff");
        assert_eq!(read.bytes, bytes);
    }
}

#[tokio::test]
async fn files_without_a_row_go_after_a_day_and_lost_files_are_named() {
    let test = TestApp::sqlite().await;
    let household = test.village().add_household(HOME, 1).await;
    let view = upload(&test, &household, "照片.jpg", &photo()).await.ok();
    let folder = test.app.data_dir.join("blobs");
    let orphan = test
        .app
        .store
        .put_blob(&folder, b"never named".to_vec())
        .await
        .expect("put");
    let path = folder.join(&orphan[..2]).join(&orphan);
    // As old as the clock of the tests, less two days.
    let now = u64::try_from(test.app.clock.real_millis()).expect("a time");
    let old = std::time::UNIX_EPOCH + std::time::Duration::from_millis(now - 2 * 86_400_000);
    std::fs::File::options()
        .write(true)
        .open(&path)
        .and_then(|f| f.set_modified(old))
        .expect("made old");
    let sweep = test.app.sweep_attachments().await.expect("swept");
    assert_eq!((sweep.kept, sweep.removed, sweep.missing.len()), (1, 1, 0));
    assert!(!path.exists());
    std::fs::remove_dir_all(&folder).expect("lost");
    let sweep = test.app.sweep_attachments().await.expect("swept");
    assert_eq!(sweep.missing, [view["id"].as_str().expect("an id")]);
}
