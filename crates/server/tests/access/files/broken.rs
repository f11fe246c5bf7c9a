//! What is wrong with a file is said to whoever sends it, by field and in words, and nothing of it is published. Colours
//! are converted.

use image::codecs::jpeg::JpegEncoder;
use image::{ExtendedColorType, ImageEncoder, ImageFormat, Rgb, RgbImage};
use moxcms::ColorProfile;
use reqwest::Method;
use testkit::{Form, Person, TestApp};

use crate::images;

/// A leaf that is (60, 160, 60) in sRGB, in the colours of a telephone and with their profile.
fn leaf_in_display_p3() -> Vec<u8> {
    let image = RgbImage::from_pixel(200, 150, Rgb([89, 158, 73]));
    let mut jpeg = Vec::new();
    let mut encoder = JpegEncoder::new_with_quality(&mut jpeg, 95);
    encoder.set_icc_profile(ColorProfile::new_display_p3().encode().unwrap()).unwrap();
    encoder.write_image(&image, 200, 150, ExtendedColorType::Rgb8).unwrap();
    jpeg
}

#[tokio::test(flavor = "multi_thread")]
async fn a_photo_of_a_telephone_keeps_its_colours() {
    let app = TestApp::start().await;
    let owner = Person::register(&app.client, "owner").await;
    let id = images::send(&owner.client, "leaf.jpg", &leaf_in_display_p3()).await;
    let (_, _, webp) = app.client.bytes(&format!("/api/files/{id}"), &[]).await;
    let shown = image::load_from_memory_with_format(&webp, ImageFormat::WebP).unwrap().into_rgb8();
    let shown = shown.get_pixel(100, 75).0;
    assert!(
        shown.iter().zip([60_u8, 160, 60]).all(|(shown, wanted)| shown.abs_diff(wanted) <= 5),
        "{shown:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_is_broken_is_refused_with_what_to_do() {
    let app = TestApp::start().await;
    let owner = Person::register(&app.client, "owner").await;
    let jpeg = images::jpeg(200, 150);
    let png = images::encoded(64, 48, ImageFormat::Png);
    let mut wrong = png.clone();
    let middle = wrong.len() / 2;
    wrong[middle] ^= 1;
    let mut empty = jpeg.clone();
    let frame = empty.windows(2).position(|marker| marker == b"\xFF\xC0").unwrap();
    empty[frame + 5..frame + 9].fill(0);
    let heic = b"\0\0\0\x18ftypheic\0\0\0\0mif1heic\0\0\0\x08mdat".to_vec();
    let avif = b"\0\0\0\x1cftypavif\0\0\0\0mif1avifmiaf\0\0\0\x08mdat".to_vec();
    let cases: [(&str, Vec<u8>, u16, &str); 8] = [
        ("cut off", jpeg[..jpeg.len() / 2].to_vec(), 400, "send the original again"),
        ("png cut off", png[..png.len() / 2].to_vec(), 400, "damaged or cut off"),
        ("wrong checksum", wrong, 400, "damaged or cut off"),
        ("no pixels", empty, 400, "without any pixels"),
        ("HEIC", heic, 415, "Settings > Camera > Formats > Most Compatible"),
        ("AVIF", avif, 415, "save it as a JPEG, PNG or WebP"),
        ("video", b"\0\0\0\x18ftypmp42\0\0\0\0isommp42".to_vec(), 415, "video"),
        ("nothing", Vec::new(), 400, "is empty"),
    ];
    for (name, bytes, status, words) in cases {
        let form = Form::default().part("file", Some("IMG_0001.jpg"), "image/jpeg", &bytes).finish();
        let answer =
            owner.client.send_bytes(Method::POST, "/api/files/upload", form, &[]).await.expect(status);
        let told = answer.body["error"]["fieldErrors"]["file"].as_str().unwrap();
        assert!(told.contains(words), "{name}: {told}");
    }
    assert_eq!(images::stored(app.data_dir()), Vec::<std::path::PathBuf>::new());
}
