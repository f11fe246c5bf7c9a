//! Re-encodes images: decodes them within limits, converts their colours to sRGB, turns them upright, and encodes them
//! as WebP at a few widths. Metadata, such as where a photo was taken, is dropped. Of an animation, the first picture
//! is kept.

mod colour;
mod jpeg;
pub mod memory;

use std::io::Cursor;

use colour::Colours;
use image::codecs::png::PngDecoder;
use image::imageops::FilterType;
use image::{DynamicImage, ImageDecoder, ImageError, ImageFormat, ImageReader, Limits};
use jpeg::Jpeg;
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
/// Maximum size of what a PNG has compressed besides its pixels, such as a profile.
const MOST_BESIDES: usize = 32 * 1024 * 1024;
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
    /// It cannot be decoded, or not all of it.
    #[error(
        "is damaged or cut off, and cannot be read as the image it begins as: send the original again, or open it in \
         an image program and save it anew"
    )]
    Broken,
    /// It has no pixels.
    #[error("is an image without any pixels")]
    Empty,
    /// It is brighter than a screen's white, in a way that needs a decision of its photographer.
    #[error("is an HDR image (PQ or HLG): export it as an ordinary one, which programs call SDR")]
    HighRange,
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
    opened(bytes, format).map(|(_, header, _)| header)
}

/// Re-encodes an image. Blocks, and takes up to a second of one core.
pub fn render(bytes: &[u8], format: ImageFormat) -> Result<Picture, PictureError> {
    let (mut image, header, colours) = decode(bytes, format)?;
    if let Some((width, height)) = header.reduced() {
        // Averages whole blocks, before anything makes another copy of the full image.
        image = image.thumbnail_exact(width, height);
    }
    image = colour::to_srgb(image, &colours);
    image.apply_orientation(header.orientation);
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

/// An image of which everything before the pixels has been read.
enum Opened<'a> {
    Jpeg(Box<Jpeg<'a>>),
    Other(Box<dyn ImageDecoder + 'a>),
}

impl Opened<'_> {
    fn decode(self) -> Result<DynamicImage, PictureError> {
        match self {
            Self::Jpeg(jpeg) => jpeg.decode(),
            Self::Other(decoder) => DynamicImage::from_decoder(decoder).map_err(|error| refused(&error)),
        }
    }
}

/// Whether a header says that there are no pixels. Decoders take it for damage.
fn has_no_pixels(bytes: &[u8], format: ImageFormat) -> bool {
    let is_zero = |side: std::ops::Range<usize>, mask: u8| {
        let length = side.len();
        let found = bytes.get(side).filter(|side| side.len() == length);
        found.is_some_and(|side| {
            side[..length - 1].iter().all(|byte| *byte == 0) && side[length - 1] & mask == 0
        })
    };
    match format {
        ImageFormat::Png => is_zero(16..20, 0xFF) || is_zero(20..24, 0xFF),
        ImageFormat::Gif => is_zero(6..8, 0xFF) || is_zero(8..10, 0xFF),
        ImageFormat::WebP if bytes.get(12..).is_some_and(|kind| kind.starts_with(b"VP8 ")) => {
            is_zero(26..28, 0x3F) || is_zero(28..30, 0x3F)
        }
        _ => false,
    }
}

fn opened(bytes: &[u8], format: ImageFormat) -> Result<(Opened<'_>, Header, Colours), PictureError> {
    if has_no_pixels(bytes, format) {
        return Err(PictureError::Empty);
    }
    let length = bytes.len() as u64;
    let (opened, header, colours) = if format == ImageFormat::Jpeg {
        let jpeg = Jpeg::open(bytes, LONGEST)?;
        let profile = jpeg.profile();
        let header = Header {
            width: jpeg.width,
            height: jpeg.height,
            color: jpeg.color(),
            orientation: jpeg.orientation(),
            format,
            progressive: memory::is_progressive(bytes),
            length,
            profile: profile.as_ref().map_or(0, Vec::len) as u64,
        };
        let colours = Colours::of_profile(profile.as_deref(), jpeg.is_cmyk())?;
        (Opened::Jpeg(Box::new(jpeg)), header, colours)
    } else {
        let mut decoder = decoder(bytes, format)?;
        let (width, height) = decoder.dimensions();
        // A profile that cannot be read is left out.
        let profile = decoder.icc_profile().ok().flatten();
        let colours = match format {
            ImageFormat::Png => Colours::of_png(&png_info(bytes)?, profile.as_deref())?,
            _ => Colours::of_profile(profile.as_deref(), false)?,
        };
        let header = Header {
            width,
            height,
            color: decoder.color_type(),
            orientation: decoder.orientation().map_err(|error| refused(&error))?,
            format,
            progressive: false,
            length,
            profile: profile.as_ref().map_or(0, Vec::len) as u64,
        };
        (Opened::Other(decoder), header, colours)
    };
    let (width, height) = (header.width, header.height);
    if width == 0 || height == 0 {
        return Err(PictureError::Empty);
    }
    let decoded = u64::from(width) * u64::from(height) * u64::from(header.color.bytes_per_pixel());
    if u64::from(width) * u64::from(height) > MOST_PIXELS || decoded > MOST_BYTES {
        return Err(PictureError::TooManyPixels);
    }
    if header.need() > memory::MOST { Err(PictureError::TooLarge) } else { Ok((opened, header, colours)) }
}

/// A decoder of any format but JPEG.
fn decoder(bytes: &[u8], format: ImageFormat) -> Result<Box<dyn ImageDecoder + '_>, PictureError> {
    let mut limits = Limits::default();
    limits.max_image_width = Some(LONGEST);
    limits.max_image_height = Some(LONGEST);
    limits.max_alloc = Some(MOST_BYTES);
    let cursor = Cursor::new(bytes);
    if format == ImageFormat::Png {
        limits.max_alloc = Some(MOST_BESIDES as u64);
        return Ok(Box::new(PngDecoder::with_limits(cursor, limits).map_err(|error| refused(&error))?));
    }
    if format == ImageFormat::WebP && !is_whole_riff(bytes) {
        return Err(PictureError::Broken);
    }
    let mut reader = ImageReader::with_format(cursor, format);
    reader.limits(limits);
    Ok(Box::new(reader.into_decoder().map_err(|error| refused(&error))?))
}

/// Whether a WebP is as long as it says. Its decoder takes what is missing for zeros.
fn is_whole_riff(bytes: &[u8]) -> bool {
    let Some(size) = bytes.get(4..8).and_then(|size| size.try_into().ok()).map(u32::from_le_bytes) else {
        return false;
    };
    u64::from(size) + 8 <= bytes.len() as u64
}

/// What a PNG says about its colours, apart from a profile.
fn png_info(bytes: &[u8]) -> Result<png::Info<'_>, PictureError> {
    let limits = png::Limits { bytes: MOST_BESIDES };
    let mut decoder = png::Decoder::new_with_limits(Cursor::new(bytes), limits);
    decoder.set_ignore_text_chunk(true);
    decoder.set_ignore_iccp_chunk(true);
    let reader = decoder.read_info().map_err(|_| PictureError::Broken)?;
    Ok(reader.info().clone())
}

fn decode(bytes: &[u8], format: ImageFormat) -> Result<(DynamicImage, Header, Colours), PictureError> {
    let (opened, header, colours) = opened(bytes, format)?;
    Ok((opened.decode()?, header, colours))
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
