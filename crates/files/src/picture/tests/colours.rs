//! Colours are converted to sRGB. The leaf is (60, 160, 60) in sRGB.

use image::codecs::jpeg::JpegEncoder;
use image::codecs::png::PngEncoder;
use image::codecs::webp::WebPEncoder;
use image::{ExtendedColorType, ImageBuffer, ImageEncoder, Luma};
use moxcms::ColorProfile;

use super::*;

const LEAF: [u8; 3] = [60, 160, 60];
/// The same leaf in Display P3, the colours of most telephones.
const LEAF_P3: [u8; 3] = [89, 158, 73];

fn flat(colour: [u8; 3]) -> RgbImage {
    RgbImage::from_pixel(64, 48, Rgb(colour))
}

fn encoded_with(mut encoder: impl ImageEncoder, image: &RgbImage, profile: &[u8]) {
    encoder.set_icc_profile(profile.to_vec()).unwrap();
    encoder.write_image(image, 64, 48, ExtendedColorType::Rgb8).unwrap();
}

fn shown(bytes: &[u8], format: ImageFormat) -> [u8; 3] {
    let picture = render(bytes, format)
        .unwrap_or_else(|error| panic!("{error}: {:02x?}", &bytes[..bytes.len().min(80)]));
    let webp = &picture.renditions.last().unwrap().webp;
    assert!(!webp.windows(4).any(|four| four == b"ICCP"), "browsers take it for sRGB");
    let image = image::load_from_memory_with_format(webp, ImageFormat::WebP).unwrap().into_rgb8();
    image.get_pixel(30, 20).0
}

#[track_caller]
fn is_near(shown: [u8; 3], wanted: [u8; 3]) {
    let near = shown.iter().zip(wanted).all(|(shown, wanted)| shown.abs_diff(wanted) <= 5);
    assert!(near, "{shown:?}, not {wanted:?}");
}

#[test]
fn a_profile_is_honoured_in_every_format_that_has_one() {
    let profile = ColorProfile::new_display_p3().encode().unwrap();
    let image = flat(LEAF_P3);
    let (mut jpeg, mut png, mut webp) = (Vec::new(), Vec::new(), Vec::new());
    encoded_with(JpegEncoder::new_with_quality(&mut jpeg, 95), &image, &profile);
    encoded_with(PngEncoder::new(&mut png), &image, &profile);
    encoded_with(WebPEncoder::new_lossless(&mut webp), &image, &profile);
    is_near(shown(&jpeg, ImageFormat::Jpeg), LEAF);
    is_near(shown(&png, ImageFormat::Png), LEAF);
    is_near(shown(&webp, ImageFormat::WebP), LEAF);
    for of_srgb in [ColorProfile::new_srgb().encode().unwrap(), Vec::new()] {
        let mut jpeg = Vec::new();
        encoded_with(JpegEncoder::new_with_quality(&mut jpeg, 95), &flat(LEAF), &of_srgb);
        is_near(shown(&jpeg, ImageFormat::Jpeg), LEAF);
    }
    let mut adobe = Vec::new();
    let profile = ColorProfile::new_adobe_rgb().encode().unwrap();
    encoded_with(JpegEncoder::new_with_quality(&mut adobe, 95), &flat([102, 159, 70]), &profile);
    is_near(shown(&adobe, ImageFormat::Jpeg), LEAF);
}

#[test]
fn a_photo_that_is_turned_and_wide_is_converted_too() {
    let profile = ColorProfile::new_display_p3().encode().unwrap();
    let image = RgbImage::from_pixel(3400, 40, Rgb(LEAF_P3));
    let mut jpeg = Vec::new();
    let mut encoder = JpegEncoder::new_with_quality(&mut jpeg, 95);
    encoder.set_icc_profile(profile).unwrap();
    encoder.write_image(&image, 3400, 40, ExtendedColorType::Rgb8).unwrap();
    let picture = render(&with_exif(&jpeg, 3, b""), ImageFormat::Jpeg).unwrap();
    let webp = &picture.renditions[0].webp;
    let image = image::load_from_memory_with_format(webp, ImageFormat::WebP).unwrap().into_rgb8();
    is_near(image.get_pixel(100, 1).0, LEAF);
}

#[test]
fn a_grey_profile_is_for_grey_pictures() {
    // A quarter of the light of white, in a profile that holds light as it is.
    let linear = ColorProfile::new_gray_with_gamma(1.0).encode().unwrap();
    let mut png = Vec::new();
    let mut encoder = PngEncoder::new(&mut png);
    encoder.set_icc_profile(linear.clone()).unwrap();
    encoder.write_image(&[64; 64 * 48], 64, 48, ExtendedColorType::L8).unwrap();
    is_near(shown(&png, ImageFormat::Png), [137; 3]);
    // With sixteen bits, dark tones do not fall together.
    let deep: ImageBuffer<Luma<u16>, Vec<u16>> = ImageBuffer::from_pixel(64, 48, Luma([400]));
    let mut png = Vec::new();
    let mut encoder = PngEncoder::new(&mut png);
    encoder.set_icc_profile(linear.clone()).unwrap();
    let bytes: Vec<u8> = deep.iter().flat_map(|shade| shade.to_ne_bytes()).collect();
    encoder.write_image(&bytes, 64, 48, ExtendedColorType::L16).unwrap();
    is_near(shown(&png, ImageFormat::Png), [17; 3]);
    // For a picture in colour it says nothing.
    let mut png = Vec::new();
    encoded_with(PngEncoder::new(&mut png), &flat(LEAF), &linear);
    is_near(shown(&png, ImageFormat::Png), LEAF);
    // A grey picture may have a profile of colours.
    let mut png = Vec::new();
    let mut encoder = PngEncoder::new(&mut png);
    encoder.set_icc_profile(ColorProfile::new_adobe_rgb().encode().unwrap()).unwrap();
    encoder.write_image(&[100; 64 * 48], 64, 48, ExtendedColorType::L8).unwrap();
    is_near(shown(&png, ImageFormat::Png), [101; 3]);
}

#[test]
fn transparency_stays() {
    let mut png = Vec::new();
    let mut encoder = PngEncoder::new(&mut png);
    encoder.set_icc_profile(ColorProfile::new_display_p3().encode().unwrap()).unwrap();
    let [red, green, blue] = LEAF_P3;
    let pixels: Vec<u8> = [red, green, blue, 128].repeat(64 * 48);
    encoder.write_image(&pixels, 64, 48, ExtendedColorType::Rgba8).unwrap();
    let picture = render(&png, ImageFormat::Png).unwrap();
    let webp = &picture.renditions[0].webp;
    let image = image::load_from_memory_with_format(webp, ImageFormat::WebP).unwrap().into_rgba8();
    let pixel = image.get_pixel(30, 20).0;
    is_near([pixel[0], pixel[1], pixel[2]], LEAF);
    assert!(pixel[3].abs_diff(128) < 3, "{pixel:?}");
}

/// A PNG of one colour with these chunks before its pixels.
fn png_with(colour: [u8; 3], chunks: &[(&[u8; 4], &[u8])]) -> Vec<u8> {
    let plain = file(&DynamicImage::ImageRgb8(flat(colour)), ImageFormat::Png);
    let added = chunks.iter().flat_map(|(kind, data)| chunk(**kind, data));
    plain[..33].iter().copied().chain(added).chain(plain[33..].iter().copied()).collect()
}

/// A `cHRM` chunk with the primary colours of Display P3.
fn p3_primaries() -> Vec<u8> {
    let points: [u32; 8] = [31_270, 32_900, 68_000, 32_000, 26_500, 69_000, 15_000, 6_000];
    points.iter().flat_map(|coordinate| coordinate.to_be_bytes()).collect()
}

#[test]
fn a_png_says_its_colours_in_several_ways_and_the_first_counts() {
    let shown = |colour, chunks: &[(&[u8; 4], &[u8])]| shown(&png_with(colour, chunks), ImageFormat::Png);
    let p3 = p3_primaries();
    // Primaries 12 and the curve 13: Display P3.
    let signal = (b"cICP", &[12, 13, 0, 1][..]);
    is_near(shown(LEAF_P3, &[signal]), LEAF);
    is_near(shown(LEAF_P3, &[signal, (b"sRGB", &[0])]), LEAF);
    is_near(shown(LEAF, &[(b"sRGB", &[0]), (b"gAMA", &100_000_u32.to_be_bytes())]), LEAF);
    is_near(shown(LEAF, &[(b"gAMA", &45_455_u32.to_be_bytes())]), LEAF);
    is_near(shown(LEAF_P3, &[(b"gAMA", &45_455_u32.to_be_bytes()), (b"cHRM", &p3)]), LEAF);
    // Light as it is.
    is_near(shown([64, 64, 64], &[(b"gAMA", &100_000_u32.to_be_bytes())]), [137; 3]);
    // What is not supported, or cannot be, is left out.
    for chunk in [
        (b"gAMA", &u32::MAX.to_be_bytes()[..]),
        (b"cICP", &[2, 2, 0, 1]),
        (b"cICP", &[255, 255, 0, 1]),
        (b"cICP", &[12, 13, 0, 0]),
        (b"cHRM", &p3),
    ] {
        is_near(shown(LEAF, &[chunk]), LEAF);
    }
    // A chunk that is none may make the file a broken one.
    for chunk in [(b"gAMA", &0_u32.to_be_bytes()[..]), (b"cICP", &[12, 13, 5, 1]), (b"cICP", &[12])] {
        let png = png_with(LEAF, &[chunk]);
        match render(&png, ImageFormat::Png) {
            Ok(_) => is_near(self::shown(&png, ImageFormat::Png), LEAF),
            Err(error) => assert_eq!(error, PictureError::Broken),
        }
    }
    let same_points: Vec<u8> =
        [33_333_u32; 8].iter().flat_map(|coordinate| coordinate.to_be_bytes()).collect();
    is_near(shown(LEAF, &[(b"gAMA", &45_455_u32.to_be_bytes()), (b"cHRM", &same_points)]), LEAF);
}

#[test]
fn an_hdr_picture_is_refused_with_what_to_do() {
    for transfer in [16, 18] {
        let png = png_with(LEAF, &[(b"cICP", &[9, transfer, 0, 1])]);
        assert_eq!(render(&png, ImageFormat::Png).unwrap_err(), PictureError::HighRange);
    }
    assert!(PictureError::HighRange.to_string().contains("SDR"));
}

#[test]
fn a_broken_profile_is_left_out() {
    let whole = ColorProfile::new_display_p3().encode().unwrap();
    let mut seed = 7_u64;
    let mut random = move |below: usize| {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(seed >> 33).unwrap() % below
    };
    for round in 0..200 {
        let mut profile = whole.clone();
        match round % 4 {
            0 => profile.truncate(random(whole.len())),
            1 => profile = vec![u8::try_from(round).unwrap(); random(4000)],
            _ => (0..=random(12))
                .for_each(|_| profile[random(whole.len())] = u8::try_from(random(256)).unwrap()),
        }
        let mut jpeg = Vec::new();
        encoded_with(JpegEncoder::new_with_quality(&mut jpeg, 95), &flat(LEAF), &profile);
        let [red, green, blue] = shown(&jpeg, ImageFormat::Jpeg);
        // A profile may be wrong and yet be one. It must not take the picture away.
        assert!(green > 60 && (red < 250 || blue < 250), "{round}: {red} {green} {blue}");
    }
    let mut jpeg = Vec::new();
    encoded_with(JpegEncoder::new_with_quality(&mut jpeg, 95), &flat(LEAF), b"no profile at all");
    is_near(shown(&jpeg, ImageFormat::Jpeg), LEAF);
}
