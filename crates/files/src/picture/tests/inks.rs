//! JPEGs of four inks, as programs for printing make them. No encoder at hand writes them, so this one does: flat
//! pictures of 16 x 16 pixels.

use std::fmt::Write as _;

use moxcms::{
    ColorProfile, DataColorSpace, LutDataType, LutStore, LutType, LutWarehouse, Matrix3d, ProfileClass,
};

use super::*;

/// What the number of an Adobe segment says about the four channels.
const CMYK: u8 = 0;
const YCCK: u8 = 2;

fn segment(marker: u8, data: &[u8]) -> Vec<u8> {
    let length = u16::try_from(data.len() + 2).unwrap().to_be_bytes();
    [&[0xFF, marker][..], &length, data].concat()
}

/// A flat JPEG whose four channels hold these values.
fn four_channels(stored: [u8; 4], transform: u8, profile: Option<&[u8]>) -> Vec<u8> {
    let mut jpeg = b"\xFF\xD8".to_vec();
    jpeg.extend(segment(0xEE, &[&b"Adobe\0\x64\0\0\0\0"[..], &[transform]].concat()));
    if let Some(part) = profile {
        jpeg.extend(segment(0xE2, &[&b"ICC_PROFILE\0\x01\x01"[..], part].concat()));
    }
    // Every value as it is.
    jpeg.extend(segment(0xDB, &[&[0][..], &[1; 64]].concat()));
    jpeg.extend(segment(0xC0, &[8, 0, 16, 0, 16, 4, 1, 0x11, 0, 2, 0x11, 0, 3, 0x11, 0, 4, 0x11, 0]));
    // Sizes 0 to 11 of a first coefficient, in codes of four bits; of the others, only that there are none.
    let mut sizes = vec![0; 17];
    sizes[4] = 12;
    sizes.extend(0..12);
    jpeg.extend(segment(0xC4, &sizes));
    let mut none = vec![0x10; 1];
    none.extend([1; 1].iter().chain(&[0; 15]));
    none.push(0);
    jpeg.extend(segment(0xC4, &none));
    jpeg.extend(segment(0xDA, &[4, 1, 0, 2, 0, 3, 0, 4, 0, 0, 63, 0]));
    let mut bits = String::new();
    for block in 0..4 {
        for value in stored {
            let coefficient = if block == 0 { 8 * (i32::from(value) - 128) } else { 0 };
            let size = 32 - coefficient.unsigned_abs().leading_zeros();
            write!(bits, "{size:04b}").unwrap();
            let written = if coefficient < 0 { coefficient + (1 << size) - 1 } else { coefficient };
            if size > 0 {
                write!(bits, "{written:0width$b}", width = size as usize).unwrap();
            }
            bits.push('0');
        }
    }
    while !bits.len().is_multiple_of(8) {
        bits.push('1');
    }
    for byte in bits.as_bytes().chunks(8) {
        let byte = u8::from_str_radix(std::str::from_utf8(byte).unwrap(), 2).unwrap();
        jpeg.push(byte);
        if byte == 0xFF {
            jpeg.push(0);
        }
    }
    jpeg.extend(b"\xFF\xD9");
    jpeg
}

fn shown(jpeg: &[u8]) -> [u8; 3] {
    let picture = render(jpeg, ImageFormat::Jpeg).unwrap();
    let image = image::load_from_memory_with_format(&picture.renditions[0].webp, ImageFormat::WebP).unwrap();
    image.into_rgb8().get_pixel(8, 8).0
}

#[track_caller]
fn is_near(shown: [u8; 3], wanted: [u8; 3]) {
    let near = shown.iter().zip(wanted).all(|(shown, wanted)| shown.abs_diff(wanted) <= 6);
    assert!(near, "{shown:?}, not {wanted:?}");
}

/// A printer whose inks are weak: full cyan is a light blue, and black is a dark grey.
fn weak_inks() -> Vec<u8> {
    // The corners of the inks' cube, in Lab with sixteen bits: what is printed with all combinations of full inks.
    let lab = |lightness: f64, a: f64, b: f64| {
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "between 0 and 65280")]
        let coded = |value: f64| value.round() as u16;
        [coded(lightness * 652.8), coded((a + 128.0) * 256.0), coded((b + 128.0) * 256.0)]
    };
    let mut corners = Vec::new();
    for combination in 0..16_u32 {
        let ink = |nth: u32| f64::from(combination >> (3 - nth) & 1);
        let (cyan, magenta, yellow, black) = (ink(0), ink(1), ink(2), ink(3));
        let lightness = 100.0 - 25.0 * cyan - 25.0 * magenta - 5.0 * yellow - 35.0 * black;
        corners.extend(lab(lightness, 40.0 * magenta - 20.0 * cyan, 40.0 * yellow - 30.0 * cyan));
    }
    let straight = |channels: usize| LutStore::Store16([0, 65_535].repeat(channels));
    let lut = LutDataType {
        num_input_channels: 4,
        num_output_channels: 3,
        num_clut_grid_points: 2,
        matrix: Matrix3d::IDENTITY,
        num_input_table_entries: 2,
        num_output_table_entries: 2,
        input_table: straight(4),
        clut_table: LutStore::Store16(corners),
        output_table: straight(3),
        lut_type: LutType::Lut16,
    };
    let mut profile = ColorProfile::new_srgb();
    profile.color_space = DataColorSpace::Cmyk;
    profile.pcs = DataColorSpace::Lab;
    profile.profile_class = ProfileClass::OutputDevice;
    (profile.red_trc, profile.green_trc, profile.blue_trc, profile.cicp) = (None, None, None, None);
    profile.lut_a_to_b_perceptual = Some(LutWarehouse::Lut(lut));
    profile.encode().unwrap()
}

#[test]
fn inks_without_a_profile_are_taken_for_pure_ones() {
    // Stored inverted, as every program does.
    is_near(shown(&four_channels([0, 255, 255, 255], CMYK, None)), [0, 255, 255]);
    is_near(shown(&four_channels([255, 255, 0, 128], CMYK, None)), [128, 128, 0]);
    is_near(shown(&four_channels([255, 255, 255, 255], CMYK, Some(b"broken"))), [255; 3]);
    // Full luminance and no colour: stored as red, green and blue of 255, which is full ink.
    is_near(shown(&four_channels([255, 128, 128, 255], YCCK, None)), [0; 3]);
    is_near(shown(&four_channels([0, 128, 128, 255], YCCK, None)), [255; 3]);
}

#[test]
fn a_profile_says_what_inks_look_like() {
    let profile = weak_inks();
    let with = |stored, transform| shown(&four_channels(stored, transform, Some(&profile)));
    is_near(with([255, 255, 255, 255], CMYK), [255; 3]);
    is_near(with([0, 128, 128, 255], YCCK), [255; 3]);
    let cyan = with([0, 255, 255, 255], CMYK);
    assert!(cyan[0] > 90 && cyan[2] > cyan[0] + 60, "a light blue: {cyan:?}");
    let black = with([255, 255, 255, 0], CMYK);
    assert!(black.iter().all(|light| (120..190).contains(light)), "a dark grey: {black:?}");
    // A profile of screens says nothing about inks.
    let screens = ColorProfile::new_display_p3().encode().unwrap();
    is_near(shown(&four_channels([0, 255, 255, 255], CMYK, Some(&screens))), [0, 255, 255]);
}

#[test]
fn three_channels_are_no_inks_whatever_a_mark_says() {
    let white =
        file(&DynamicImage::ImageRgb8(RgbImage::from_pixel(16, 16, Rgb([255; 3]))), ImageFormat::Jpeg);
    let marked = |transform: u8| {
        let mark = segment(0xEE, &[&b"Adobe\0\x64\0\0\0\0"[..], &[transform]].concat());
        [&white[..2], &mark, &white[2..]].concat()
    };
    is_near(shown(&marked(1)), [255; 3]);
    is_near(shown(&marked(YCCK)), [255; 3]);
    // Luminance and two colour differences, taken for red, green and blue.
    is_near(shown(&marked(CMYK)), [255, 128, 128]);
}
