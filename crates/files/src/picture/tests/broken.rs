//! Files that are cut off or damaged. What is refused must be refused with words; what is taken must be whole.

use image::codecs::jpeg::JpegEncoder;

use super::*;

/// A picture with much detail everywhere, so that every byte counts.
fn noise(width: u32, height: u32) -> DynamicImage {
    let mut seed = 99_u32;
    DynamicImage::ImageRgb8(RgbImage::from_fn(width, height, |_, _| {
        seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        let [a, b, c, _] = seed.to_be_bytes();
        Rgb([a, b, c])
    }))
}

fn files() -> Vec<(ImageFormat, Vec<u8>)> {
    let mut jpeg = Vec::new();
    JpegEncoder::new_with_quality(&mut jpeg, 90).encode_image(&noise(64, 48)).unwrap();
    let others = [ImageFormat::Png, ImageFormat::Gif, ImageFormat::WebP];
    let mut files = vec![(ImageFormat::Jpeg, jpeg)];
    files.extend(others.map(|format| (format, file(&noise(64, 48), format))));
    files.push((ImageFormat::WebP, lossy_webp(&noise(64, 48))));
    files
}

fn lossy_webp(image: &DynamicImage) -> Vec<u8> {
    encoded(image).unwrap().webp
}

/// The pixels of the widest rendition.
fn pixels(picture: &Picture) -> Vec<u8> {
    let webp = &picture.renditions.last().unwrap().webp;
    image::load_from_memory_with_format(webp, ImageFormat::WebP).unwrap().into_rgb8().into_raw()
}

#[test]
fn a_file_that_is_cut_off_is_refused_or_shows_all_of_its_picture() {
    for (format, whole) in files() {
        let wanted = pixels(&render(&whole, format).unwrap());
        let mut refused = 0;
        for length in (0..whole.len()).step_by(whole.len() / 150 + 1).chain(whole.len() - 8..whole.len()) {
            match render(&whole[..length], format) {
                Ok(picture) => {
                    assert_eq!(pixels(&picture), wanted, "{format:?}: {length} of {} bytes", whole.len());
                }
                Err(error) => {
                    assert!(matches!(error, PictureError::Broken), "{format:?} {length}: {error}");
                    refused += 1;
                }
            }
        }
        assert!(refused >= 140, "{format:?}: {refused}");
    }
}

/// Programs that download, and cameras whose battery ends, close a file that is not whole.
#[test]
fn a_jpeg_whose_end_was_put_behind_a_part_of_it_is_refused() {
    let (_, whole) = files().remove(0);
    let scan = whole.windows(2).position(|marker| marker == b"\xFF\xDA").unwrap() + 12;
    for length in (scan..whole.len() * 9 / 10).step_by(whole.len() / 80 + 1) {
        let closed = [&whole[..length], b"\xFF\xD9"].concat();
        assert_eq!(render(&closed, ImageFormat::Jpeg).unwrap_err(), PictureError::Broken, "{length}");
    }
}

#[test]
fn what_cameras_put_behind_and_between_is_no_damage() {
    let (_, whole) = files().remove(0);
    let wanted = pixels(&render(&whole, ImageFormat::Jpeg).unwrap());
    let behind = [&whole[..], b"\0\0\0\x18ftypmp42 a short film", &whole].concat();
    let filled = [&whole[..2], b"\xFF\xFF\xFF", &whole[2..]].concat();
    let padded = [&whole[..20], &[0; 40], &whole[20..]].concat();
    for (name, bytes) in [("behind", behind), ("filled", filled), ("padded", padded)] {
        assert_eq!(pixels(&render(&bytes, ImageFormat::Jpeg).unwrap()), wanted, "{name}");
    }
}

#[test]
fn a_png_with_a_wrong_checksum_is_refused() {
    let whole = file(&noise(64, 48), ImageFormat::Png);
    for at in [20, 40, whole.len() / 2, whole.len() - 20] {
        let mut png = whole.clone();
        png[at] ^= 0x10;
        assert_eq!(render(&png, ImageFormat::Png).unwrap_err(), PictureError::Broken, "byte {at}");
    }
}

#[test]
fn an_image_without_pixels_is_refused_as_such() {
    let whole = file(&noise(8, 8), ImageFormat::Png);
    for at in [16, 20] {
        let mut png = whole.clone();
        png[at..at + 4].fill(0);
        let crc = crc(&png[12..29]);
        png[29..33].copy_from_slice(&crc.to_be_bytes());
        assert_eq!(render(&png, ImageFormat::Png).unwrap_err(), PictureError::Empty);
    }
    let mut jpeg = file(&noise(8, 8), ImageFormat::Jpeg);
    let frame = jpeg.windows(2).position(|marker| marker == b"\xFF\xC0").unwrap();
    jpeg[frame + 5..frame + 9].fill(0);
    assert_eq!(render(&jpeg, ImageFormat::Jpeg).unwrap_err(), PictureError::Empty);
    let mut gif = file(&noise(8, 8), ImageFormat::Gif);
    gif[6..10].fill(0);
    assert_eq!(render(&gif, ImageFormat::Gif).unwrap_err(), PictureError::Empty);
    let mut webp = lossy_webp(&noise(8, 8));
    webp[26..30].fill(0);
    assert_eq!(render(&webp, ImageFormat::WebP).unwrap_err(), PictureError::Empty);
}

#[test]
fn of_an_animation_the_first_picture_is_kept() {
    let mut gif = Vec::new();
    let mut encoder = image::codecs::gif::GifEncoder::new(&mut gif);
    let frame =
        |shade: u8| image::Frame::new(image::RgbaImage::from_pixel(40, 30, image::Rgba([shade, 0, 0, 255])));
    encoder.encode_frames([frame(250), frame(0)]).unwrap();
    drop(encoder);
    let shown = pixels(&render(&gif, ImageFormat::Gif).unwrap());
    assert!(shown[0] > 230, "{:?}", &shown[..3]);
}
