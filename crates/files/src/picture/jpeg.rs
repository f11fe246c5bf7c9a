//! Decodes JPEGs. Viewers, and decoders, fill what is missing of a picture with grey. A file that is cut off lacks the
//! mark at its end and is refused, because a photo that is half grey must not be published. What comes behind the picture
//! may be untidy: cameras append to it.
//!
//! Programs that download close what they cut off with a mark of their own. That shows by adding noise where the picture
//! ends: a decoder reads no further than it must, so a whole picture stays the same, and one that ends early is continued
//! with the noise. Of a picture in several scans this says nothing, because the noise may be one more scan.

use std::hash::{DefaultHasher, Hasher as _};

use image::metadata::Orientation;
use image::{ColorType, DynamicImage, GrayImage, RgbImage, RgbaImage};
use zune_core::bytestream::ZCursor;
use zune_core::colorspace::ColorSpace;
use zune_core::options::DecoderOptions;
use zune_jpeg::JpegDecoder;
use zune_jpeg::errors::DecodeErrors;

use super::{PictureError, memory};

/// A JPEG whose header has been read.
pub struct Jpeg<'a> {
    bytes: &'a [u8],
    longest: u32,
    decoder: JpegDecoder<ZCursor<&'a [u8]>>,
    colours: ColorSpace,
    pub width: u32,
    pub height: u32,
}

impl From<DecodeErrors> for PictureError {
    fn from(error: DecodeErrors) -> Self {
        match error {
            DecodeErrors::LargeDimensions(_) => Self::TooManyPixels,
            DecodeErrors::ZeroError => Self::Empty,
            _ => Self::Broken,
        }
    }
}

impl<'a> Jpeg<'a> {
    /// Reads everything before the pixels.
    pub fn open(bytes: &'a [u8], longest: u32) -> Result<Self, PictureError> {
        let side = longest as usize;
        let options = DecoderOptions::default().set_strict_mode(false);
        let options = options.set_max_width(side).set_max_height(side);
        let mut decoder = JpegDecoder::new_with_options(ZCursor::new(bytes), options);
        decoder.decode_headers()?;
        // Before it decodes, the decoder takes a mark of Adobe's for the number of channels.
        let channels = decoder.info().map_or(0, |info| info.components);
        let colours = match (channels, decoder.input_colorspace()) {
            (1, _) => ColorSpace::Luma,
            (3, _) => ColorSpace::RGB,
            // Inks stay as they are stored: only a profile tells what they look like.
            (4, Some(ColorSpace::YCCK)) => ColorSpace::YCCK,
            (4, _) => ColorSpace::CMYK,
            _ => return Err(PictureError::Broken),
        };
        let (width, height) = decoder.dimensions().ok_or(PictureError::Broken)?;
        let side = |side: usize| u32::try_from(side).map_err(|_| PictureError::TooManyPixels);
        // From here on, what the decoder cannot read is an error.
        decoder.set_options(options.set_strict_mode(true).jpeg_set_out_colorspace(colours));
        Ok(Self { bytes, longest, width: side(width)?, height: side(height)?, decoder, colours })
    }

    /// Whether its pixels are amounts of ink.
    pub fn is_cmyk(&self) -> bool {
        matches!(self.colours, ColorSpace::CMYK | ColorSpace::YCCK)
    }

    /// How it is held in memory. Four inks take the place of red, green, blue and alpha.
    pub fn color(&self) -> ColorType {
        match self.colours {
            ColorSpace::Luma => ColorType::L8,
            ColorSpace::RGB => ColorType::Rgb8,
            _ => ColorType::Rgba8,
        }
    }

    pub fn profile(&self) -> Option<Vec<u8>> {
        self.decoder.icc_profile()
    }

    pub fn orientation(&self) -> Orientation {
        let exif = self.decoder.exif();
        exif.and_then(|exif| Orientation::from_exif_chunk(exif)).unwrap_or(Orientation::NoTransforms)
    }

    fn pixels(&mut self) -> Result<Vec<u8>, PictureError> {
        let pixels = self.width as usize * self.height as usize;
        let mut bytes = vec![0; pixels * usize::from(self.color().channel_count())];
        self.decoder.decode_into(&mut bytes)?;
        Ok(bytes)
    }

    /// The pixels of the same picture with noise after the first `end` bytes, as a digest.
    fn with_noise(&self, end: usize) -> Result<u64, PictureError> {
        let bytes = [&self.bytes[..end], &NOISE.repeat(16), b"\xFF\xD9"].concat();
        let mut noisy = Jpeg::open(&bytes, self.longest)?;
        let options = noisy.decoder.options().set_strict_mode(false);
        noisy.decoder.set_options(options);
        Ok(digest(&noisy.pixels()?))
    }

    pub fn decode(mut self) -> Result<DynamicImage, PictureError> {
        let (width, height) = (self.width, self.height);
        let end = end_of_picture(self.bytes).ok_or(PictureError::Broken)?;
        let in_one_scan = !memory::is_progressive(self.bytes);
        let noisy = if in_one_scan { Some(self.with_noise(end)?) } else { None };
        let mut bytes = self.pixels()?;
        if noisy.is_some_and(|noisy| noisy != digest(&bytes)) {
            return Err(PictureError::Broken);
        }
        match self.colours {
            ColorSpace::CMYK => bytes.iter_mut().for_each(|stored| *stored = 255 - *stored),
            ColorSpace::YCCK => bytes.as_chunks_mut().0.iter_mut().for_each(|pixel| *pixel = inks(*pixel)),
            _ => {}
        }
        let image = match self.colours {
            ColorSpace::Luma => GrayImage::from_raw(width, height, bytes).map(DynamicImage::ImageLuma8),
            ColorSpace::RGB => RgbImage::from_raw(width, height, bytes).map(DynamicImage::ImageRgb8),
            _ => RgbaImage::from_raw(width, height, bytes).map(DynamicImage::ImageRgba8),
        };
        image.ok_or(PictureError::Broken)
    }
}

/// Bits that a decoder takes for parts of a picture.
const NOISE: [u8; 8] = [0x5A, 0xC3, 0x17, 0xE8, 0x2D, 0x94, 0x6B, 0xB1];

fn digest(pixels: &[u8]) -> u64 {
    let mut hasher = DefaultHasher::new();
    hasher.write(pixels);
    hasher.finish()
}

/// Where the mark at the end of the picture is. Data behind it does not matter.
fn end_of_picture(jpeg: &[u8]) -> Option<usize> {
    let mut at = 2;
    let mut in_scan = false;
    while at + 1 < jpeg.len() {
        match (jpeg[at], jpeg[at + 1]) {
            (0xFF, 0xD9) => return Some(at),
            (0xFF, 0xFF) => at += 1,
            // Data, and marks to resume at.
            (0xFF, 0x00 | 0x01 | 0xD0..=0xD8) => at += 2,
            (0xFF, marker) => {
                let Some(&[high, low]) = jpeg.get(at + 2..at + 4) else { break };
                let length = usize::from(u16::from_be_bytes([high, low]));
                in_scan |= marker == 0xDA;
                at += 2 + length;
            }
            _ if in_scan => at += jpeg[at..].iter().position(|byte| *byte == 0xFF).unwrap_or(jpeg.len() - at),
            // Bytes between segments that are none.
            _ => at += 1,
        }
    }
    None
}

/// The amounts of ink of a pixel that is stored as luminance, two colour differences and black. Programs store them
/// inverted: what is stored as red is the amount of cyan.
fn inks([luminance, blue, red, black]: [u8; 4]) -> [u8; 4] {
    let (luminance, blue, red) = (i32::from(luminance), i32::from(blue) - 128, i32::from(red) - 128);
    let clamped = |scaled: i32| u8::try_from((scaled + 32_768).clamp(0, 255 << 16) >> 16).unwrap_or(255);
    [
        clamped((luminance << 16) + 91_881 * red),
        clamped((luminance << 16) - 22_554 * blue - 46_802 * red),
        clamped((luminance << 16) + 116_130 * blue),
        255 - black,
    ]
}
