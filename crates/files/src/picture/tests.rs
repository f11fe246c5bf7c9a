mod broken;
mod colours;
mod inks;

use image::{Rgb, RgbImage};

use super::*;

/// Dark on the left, bright on the right, with a bright spot on top.
fn photo(width: u32, height: u32) -> DynamicImage {
    DynamicImage::ImageRgb8(RgbImage::from_fn(width, height, |x, y| {
        let shade = u8::try_from(x * 200 / width).unwrap();
        if y < height / 4 && x < width / 4 { Rgb([255, 255, 0]) } else { Rgb([shade, shade / 2, 40]) }
    }))
}

fn file(image: &DynamicImage, format: ImageFormat) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    image.write_to(&mut bytes, format).unwrap();
    bytes.into_inner()
}

fn sides(bytes: &[u8], format: ImageFormat) -> Vec<(u32, u32)> {
    let picture = render(bytes, format).unwrap();
    picture.renditions.iter().map(|rendition| (rendition.width, rendition.height)).collect()
}

#[test]
fn an_image_is_made_at_three_widths_and_never_wider_than_it_is() {
    let jpeg = |width, height| file(&photo(width, height), ImageFormat::Jpeg);
    assert_eq!(sides(&jpeg(2000, 1000), ImageFormat::Jpeg), [(320, 160), (800, 400), (1600, 800)]);
    assert_eq!(sides(&jpeg(1000, 500), ImageFormat::Jpeg), [(320, 160), (800, 400), (1000, 500)]);
    assert_eq!(sides(&jpeg(90, 60), ImageFormat::Jpeg), [(90, 60)]);
    for format in [ImageFormat::Png, ImageFormat::Gif, ImageFormat::WebP] {
        assert_eq!(sides(&file(&photo(400, 300), format), format), [(320, 240), (400, 300)], "{format:?}");
    }
}

#[test]
fn what_is_kept_is_a_webp_that_looks_the_same() {
    let picture = render(&file(&photo(640, 480), ImageFormat::Jpeg), ImageFormat::Jpeg).unwrap();
    let webp = &picture.renditions[1].webp;
    let again = image::load_from_memory_with_format(webp, ImageFormat::WebP).unwrap().into_rgb8();
    let near = |a: Rgb<u8>, b: [u8; 3]| a.0.iter().zip(b).all(|(a, b)| a.abs_diff(b) < 24);
    assert!(near(*again.get_pixel(40, 40), [255, 255, 0]), "{:?}", again.get_pixel(40, 40));
    assert!(near(*again.get_pixel(600, 400), [187, 93, 40]), "{:?}", again.get_pixel(600, 400));
    let smaller = render(&file(&photo(320, 240), ImageFormat::Png), ImageFormat::Png).unwrap();
    assert!((picture.look ^ smaller.look).count_ones() <= 4, "they look alike");
    let turned = render(&file(&photo(640, 480).rotate180(), ImageFormat::Png), ImageFormat::Png).unwrap();
    assert!((picture.look ^ turned.look).count_ones() > 16, "they do not");
}

/// A JPEG with an EXIF segment: its orientation, and where it was taken.
fn with_exif(jpeg: &[u8], orientation: u8, place: &[u8]) -> Vec<u8> {
    let mut tiff = b"MM\0\x2A\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0".to_vec();
    tiff.extend([orientation, 0, 0, 0, 0, 0, 0]);
    tiff.extend(place);
    let length = u16::try_from(tiff.len() + 8).unwrap();
    let mut bytes = jpeg[..2].to_vec();
    bytes.extend(b"\xFF\xE1");
    bytes.extend(length.to_be_bytes());
    bytes.extend(b"Exif\0\0");
    bytes.extend(tiff);
    bytes.extend(&jpeg[2..]);
    bytes
}

#[test]
fn an_image_stands_upright_and_does_not_tell_where_it_was_taken() {
    let jpeg = with_exif(&file(&photo(400, 200), ImageFormat::Jpeg), 6, b"GPS 17.4435 N 78.3772 E");
    let picture = render(&jpeg, ImageFormat::Jpeg).unwrap();
    let widest = picture.renditions.last().unwrap();
    assert_eq!((widest.width, widest.height), (200, 400));
    for rendition in &picture.renditions {
        for told in [&b"17.4435"[..], b"EXIF", b"Exif", b"GPS"] {
            assert!(!rendition.webp.windows(told.len()).any(|window| window == told));
        }
    }
}

#[test]
fn bombs_are_refused() {
    let mut png = file(&photo(64, 64), ImageFormat::Png);
    for side in [65_000_u32, 20_000, 10_000] {
        png[16..20].copy_from_slice(&side.to_be_bytes());
        png[20..24].copy_from_slice(&side.to_be_bytes());
        let crc = crc(&png[12..29]);
        png[29..33].copy_from_slice(&crc.to_be_bytes());
        assert_eq!(render(&png, ImageFormat::Png).unwrap_err(), PictureError::TooManyPixels, "{side}");
    }
}

/// The checksum of a PNG chunk.
fn crc(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(!0, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| (crc >> 1) ^ (0xEDB8_8320 & (crc & 1).wrapping_neg()))
    })
}

/// A PNG chunk with its checksum.
fn chunk(kind: [u8; 4], data: &[u8]) -> Vec<u8> {
    let named = [&kind[..], data].concat();
    let length = u32::try_from(data.len()).unwrap().to_be_bytes();
    [&length[..], &named, &crc(&named).to_be_bytes()].concat()
}
