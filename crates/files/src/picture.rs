//! Re-encodes images: decodes them within limits, turns them upright, and encodes them as WebP at a few widths.
//! Metadata, such as where a photo was taken, is dropped.

pub mod memory;

use std::io::Cursor;

use image::imageops::FilterType;
use image::{DynamicImage, ImageDecoder, ImageError, ImageFormat, ImageReader, Limits};
use memory::Header;
use webp::{Encoder, PixelLayout};

/// The widths of renditions; an image is never enlarged.
pub const WIDTHS: [u32; 3] = [320, 800, 1600];

/// The longest side that WebP supports.
const LONGEST: u32 = 16_383;
/// Maximum number of pixels: more than any phone camera makes by default.
const MOST_PIXELS: u64 = 50_000_000;
/// Maximum size of the decoded bytes, plus a decoder's working memory if it accounts for that.
const MOST_BYTES: u64 = 256 * 1024 * 1024;
const QUALITY: f32 = 80.0;

/// A re-encoded image.
#[derive(Debug)]
pub struct Picture {
    /// Its perceptual hash.
    pub look: u64,
    /// The renditions, narrowest first.
    pub renditions: Vec<Rendered>,
}

/// An image at one width.
pub struct Rendered {
    pub width: u32,
    pub height: u32,
    pub webp: Vec<u8>,
}

impl std::fmt::Debug for Rendered {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}x{}, {} bytes", self.width, self.height, self.webp.len())
    }
}

/// Why an image is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PictureError {
    /// It has too many pixels, and would take too much memory.
    #[error("must be at most 16383 pixels wide and high, and have at most 50 million pixels")]
    TooManyPixels,
    /// Its encoding would take too much memory to decode.
    #[error(
        "takes too much memory to be read: send it with fewer pixels, or as a JPEG that is not progressive"
    )]
    TooLarge,
    /// It cannot be decoded.
    #[error("cannot be read as the image it begins as")]
    Broken,
    /// The encoder failed.
    #[error("the image could not be encoded")]
    Encoder,
}

/// The widths of the renditions of an image that is `width` pixels wide, narrowest first.
pub fn widths(width: u32) -> Vec<u32> {
    let mut widths: Vec<u32> = WIDTHS.iter().map(|most| width.min(*most)).collect();
    widths.dedup();
    widths
}

/// Reads the header of an image, which tells how much memory re-encoding it takes. Blocks, but not for long.
pub fn look_at(bytes: &[u8], format: ImageFormat) -> Result<Header, PictureError> {
    opened(bytes, format).map(|(_, header)| header)
}

/// Re-encodes an image. Blocks, and takes up to a second of one core.
pub fn render(bytes: &[u8], format: ImageFormat) -> Result<Picture, PictureError> {
    let (mut image, header) = decode(bytes, format)?;
    if let Some((width, height)) = header.reduced() {
        // Averages whole blocks, before anything makes another copy of the full image.
        image = image.thumbnail_exact(width, height);
    }
    image.apply_orientation(header.orientation);
    image = if image.color().has_alpha() {
        DynamicImage::ImageRgba8(image.into_rgba8())
    } else {
        DynamicImage::ImageRgb8(image.into_rgb8())
    };
    let look = look(&image);
    let widths = widths(image.width());
    let mut renditions = Vec::with_capacity(widths.len());
    for width in widths.into_iter().rev() {
        // A narrower rendition is made from the next wider one.
        image = scaled(image, width);
        renditions.push(encoded(&image)?);
    }
    renditions.reverse();
    Ok(Picture { look, renditions })
}

fn refused(error: &ImageError) -> PictureError {
    match error {
        ImageError::Limits(_) => PictureError::TooManyPixels,
        _ => PictureError::Broken,
    }
}

/// A decoder that has read everything before the pixels.
fn opened(bytes: &[u8], format: ImageFormat) -> Result<(impl ImageDecoder + '_, Header), PictureError> {
    let mut limits = Limits::default();
    limits.max_image_width = Some(LONGEST);
    limits.max_image_height = Some(LONGEST);
    limits.max_alloc = Some(MOST_BYTES);
    let mut reader = ImageReader::with_format(Cursor::new(bytes), format);
    reader.limits(limits);
    let mut decoder = reader.into_decoder().map_err(|error| refused(&error))?;
    let (width, height) = decoder.dimensions();
    if u64::from(width) * u64::from(height) > MOST_PIXELS || decoder.total_bytes() > MOST_BYTES {
        return Err(PictureError::TooManyPixels);
    }
    if width == 0 || height == 0 {
        return Err(PictureError::Broken);
    }
    let header = Header {
        width,
        height,
        color: decoder.color_type(),
        orientation: decoder.orientation().map_err(|error| refused(&error))?,
        format,
        progressive: format == ImageFormat::Jpeg && memory::is_progressive(bytes),
        length: bytes.len() as u64,
    };
    if header.need() > memory::MOST { Err(PictureError::TooLarge) } else { Ok((decoder, header)) }
}

fn decode(bytes: &[u8], format: ImageFormat) -> Result<(DynamicImage, Header), PictureError> {
    let (decoder, header) = opened(bytes, format)?;
    Ok((DynamicImage::from_decoder(decoder).map_err(|error| refused(&error))?, header))
}

/// Scales `image` to `width` in proportion.
fn scaled(image: DynamicImage, width: u32) -> DynamicImage {
    if width == image.width() {
        return image;
    }
    let proportional = |width: u32| {
        let height = u64::from(image.height()) * u64::from(width) / u64::from(image.width());
        u32::try_from(height).unwrap_or(LONGEST).max(1)
    };
    let height = proportional(width);
    let twice = width * 2;
    // Averages whole blocks first, which is fast; the filter then has little left to do.
    let image = if image.width() > twice { image.thumbnail_exact(twice, proportional(twice)) } else { image };
    if memory::filter(image.width(), height) > memory::MOST_FILTER {
        image.thumbnail_exact(width, height)
    } else {
        image.resize_exact(width, height, FilterType::CatmullRom)
    }
}

fn encoded(image: &DynamicImage) -> Result<Rendered, PictureError> {
    let (width, height) = (image.width(), image.height());
    let layout = if image.color().has_alpha() { PixelLayout::Rgba } else { PixelLayout::Rgb };
    let encoder = Encoder::new(image.as_bytes(), layout, width, height);
    let webp = encoder.encode_simple(false, QUALITY).map_err(|_| PictureError::Encoder)?;
    Ok(Rendered { width, height, webp: webp.to_vec() })
}

/// A perceptual hash. Each of its 64 bits says whether a spot is brighter than the one to its right, so images that
/// look alike differ in few bits.
fn look(image: &DynamicImage) -> u64 {
    let small = image.thumbnail_exact(9, 8).into_luma8();
    let spots = (0..8).flat_map(|y| (0..8).map(move |x| (x, y)));
    spots.fold(0, |bits, (x, y)| {
        let brighter = small.get_pixel(x, y).0[0] > small.get_pixel(x + 1, y).0[0];
        bits << 1 | u64::from(brighter)
    })
}

#[cfg(test)]
mod tests;

#[cfg(test)]
mod fuzz {
    use super::*;

    /// A decoder may panic, which is caught where it runs; our own parsing of headers may not.
    #[test]
    fn fuzz_image_header() {
        const BEGINNINGS: [(ImageFormat, &[u8]); 4] = [
            (ImageFormat::Jpeg, b"\xFF\xD8\xFF\xC0\0\x11\x08\0\x10\0\x10\x03"),
            (ImageFormat::Png, b"\x89PNG\r\n\x1A\n\0\0\0\x0DIHDR"),
            (ImageFormat::Gif, b"GIF89a"),
            (ImageFormat::WebP, b"RIFF\x24\0\0\0WEBPVP8 "),
        ];
        bolero::check!().with_type::<(u8, Vec<u8>)>().for_each(|(kind, rest)| {
            let (format, beginning) = BEGINNINGS[usize::from(*kind) % BEGINNINGS.len()];
            let bytes = [beginning, rest].concat();
            if let Ok(header) = look_at(&bytes, format) {
                assert!(header.need() <= memory::MOST, "{} bytes", header.need());
            }
        });
    }
}
