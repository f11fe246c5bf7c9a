//! Draws the preview of a home: its photo, with price and place on it.

use std::io::{self, Cursor};

use ab_glyph::{Font as _, FontRef, InvalidFont, Point, PxScale, ScaleFont as _};
use image::codecs::jpeg::JpegEncoder;
use image::imageops::FilterType;
use image::{ImageError, ImageReader, Limits, Rgb, RgbImage};
use thiserror::Error;

/// Inter, of one weight, with the Latin letters, digits and the sign of the rupee.
const FONT: &[u8] = include_bytes!("../../../assets/fonts/inter-preview.ttf");

/// The size that other sites show without cutting anything off.
pub(crate) const WIDTH: u32 = 1200;
pub(crate) const HEIGHT: u32 = 630;

const MARGIN: f32 = 56.0;
const RIGHT: f32 = 1144.0;
const QUALITY: u8 = 82;
/// The longest side of a photo, and the memory that reading it may take.
const LONGEST: u32 = 8192;
const MEMORY: u64 = 64 * 1024 * 1024;
/// Where the shade under the words begins, over how many rows it grows, and what would be black.
const SHADE: u32 = 340;
const DEEPEST: u32 = 120;
const BLACK: u32 = 150;

/// Why a preview could not be drawn.
#[derive(Debug, Error)]
pub(super) enum DrawingError {
    #[error("the photo cannot be read: {0}")]
    Photo(#[from] ImageError),
    #[error("the photo cannot be read: {0}")]
    Bytes(#[from] io::Error),
    #[error("the font cannot be read: {0}")]
    Font(#[from] InvalidFont),
}

/// The preview, as a JPEG.
pub(super) fn draw(photo: &[u8], price: &str, place: &str) -> Result<Vec<u8>, DrawingError> {
    let mut reader = ImageReader::new(Cursor::new(photo)).with_guessed_format()?;
    let mut limits = Limits::default();
    (limits.max_image_width, limits.max_image_height) = (Some(LONGEST), Some(LONGEST));
    limits.max_alloc = Some(MEMORY);
    reader.limits(limits);
    let mut picture = reader.decode()?.resize_to_fill(WIDTH, HEIGHT, FilterType::Triangle).into_rgb8();
    shade(&mut picture);
    let font = FontRef::try_from_slice(FONT)?;
    write(&mut picture, &font, price, (96.0, 540.0));
    write(&mut picture, &font, place, (48.0, 592.0));
    let mut jpeg = Vec::new();
    JpegEncoder::new_with_quality(&mut jpeg, QUALITY).encode_image(&picture)?;
    Ok(jpeg)
}

/// Darkens the foot of the picture, so that white words can be read on any photo.
fn shade(picture: &mut RgbImage) {
    for (_, y, Rgb(channels)) in picture.enumerate_pixels_mut() {
        let left = BLACK - y.saturating_sub(SHADE).min(DEEPEST);
        for channel in channels {
            *channel = u8::try_from(u32::from(*channel) * left / BLACK).unwrap_or(*channel);
        }
    }
}

/// Writes a line in white, as far as it fits. Letters that the font does not have are left out.
fn write(picture: &mut RgbImage, font: &FontRef<'_>, text: &str, (size, baseline): (f32, f32)) {
    let scaled = font.as_scaled(PxScale::from(size));
    let mut at = MARGIN;
    for letter in text.chars() {
        let id = scaled.glyph_id(letter);
        if id.0 == 0 {
            continue;
        }
        let end = at + scaled.h_advance(id);
        if end > RIGHT {
            break;
        }
        let glyph = id.with_scale_and_position(size, Point { x: at, y: baseline });
        if let Some(outline) = font.outline_glyph(glyph) {
            let corner = outline.px_bounds().min;
            outline.draw(|x, y, cover| light(picture, (corner.x, corner.y), (x, y), cover));
        }
        at = end;
    }
}

/// Makes one pixel white, as far as a letter covers it.
fn light(picture: &mut RgbImage, corner: (f32, f32), (x, y): (u32, u32), cover: f32) {
    let (Some(left), Some(top)) = (pixel(corner.0), pixel(corner.1)) else { return };
    let Some(Rgb(channels)) = picture.get_pixel_mut_checked(left + x, top + y) else { return };
    let cover = cover.clamp(0.0, 1.0);
    for channel in channels {
        let was = f32::from(*channel);
        *channel = level(was + (255.0 - was) * cover);
    }
}

/// The number of the pixel at a place; `None` outside every picture.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "between 0 and 4096")]
fn pixel(place: f32) -> Option<u32> {
    (0.0..4096.0).contains(&place).then_some(place as u32)
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "between 0 and 255")]
fn level(value: f32) -> u8 {
    value.clamp(0.0, 255.0) as u8
}

#[cfg(test)]
mod tests {
    use super::*;

    fn photo() -> Vec<u8> {
        let mut png = Cursor::new(Vec::new());
        let plain = RgbImage::from_pixel(1600, 1200, Rgb([200, 180, 160]));
        plain.write_to(&mut png, image::ImageFormat::Png).unwrap();
        png.into_inner()
    }

    /// How many pixels of the foot are white.
    fn white(price: &str, place: &str) -> usize {
        let drawn = draw(&photo(), price, place).unwrap();
        assert!(drawn.len() < 200_000, "{} bytes", drawn.len());
        let drawn = image::load_from_memory(&drawn).unwrap().into_rgb8();
        assert_eq!(drawn.dimensions(), (WIDTH, HEIGHT));
        assert!(drawn.get_pixel(600, 100).0[0] > 190, "the photo stays as it is");
        assert!(drawn.get_pixel(5, 600).0[0] < 60, "its foot is dark");
        drawn.pixels().filter(|pixel| pixel.0.iter().all(|channel| *channel > 230)).count()
    }

    #[test]
    fn price_and_place_are_drawn_on_the_photo() {
        assert_eq!(white("", ""), 0);
        let price = white("₹95 Lakh", "");
        let both = white("₹95 Lakh", "Kondapur, Hyderabad 500084");
        assert!(price > 1000 && both > price, "{price} {both}");
    }

    #[test]
    fn words_that_do_not_fit_or_have_no_letters_here_do_no_harm() {
        assert_eq!(white("కొండాపూర్", "\u{202e}\u{0}"), 0);
        assert!(white(&"9".repeat(500), &"W".repeat(500)) > 1000);
    }

    #[test]
    fn every_letter_of_a_price_is_in_the_font() {
        let font = FontRef::try_from_slice(FONT).unwrap();
        let letters = "₹0123456789., CroeLakhTusndamtPiqu·–";
        let missing: String = letters.chars().filter(|letter| font.glyph_id(*letter).0 == 0).collect();
        assert_eq!(missing, "");
    }

    #[test]
    fn what_is_no_photo_is_refused() {
        for bytes in [&b""[..], b"RIFF....WEBPVP8 ", b"<svg/>"] {
            assert!(draw(bytes, "₹1", "Kondapur").is_err());
        }
    }
}
