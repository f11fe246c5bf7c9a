//! Computes from an image's header how much memory re-encoding it takes, without decoding anything.

use image::metadata::Orientation;
use image::{ColorType, ImageFormat};

use super::WIDTHS;

/// All images being processed stay below this limit together. An image that exceeds it alone is refused.
pub const MOST: u64 = 192 * 1024 * 1024;
/// A filter needs 16 bytes a pixel. Where that would exceed this limit, blocks are averaged instead.
pub const MOST_FILTER: u64 = 64 * 1024 * 1024;

/// What is known of an image before it is decoded.
#[derive(Clone, Copy, Debug)]
pub struct Header {
    pub width: u32,
    pub height: u32,
    pub color: ColorType,
    pub orientation: Orientation,
    pub format: ImageFormat,
    /// Whether it is a progressive JPEG, all of whose coefficients are kept until the last pass.
    pub progressive: bool,
    /// The size of the file itself, in bytes.
    pub length: u64,
    /// The size of its colour profile, in bytes.
    pub profile: u64,
}

/// A profile is kept as read, and its tables as numbers of four bytes each, twice.
const OF_A_PROFILE: u64 = 10;

impl Header {
    fn is_on_its_side(&self) -> bool {
        use Orientation::{Rotate90, Rotate90FlipH, Rotate270, Rotate270FlipH};
        matches!(self.orientation, Rotate90 | Rotate270 | Rotate90FlipH | Rotate270FlipH)
    }

    /// Its width once it is turned upright.
    fn upright_width(&self) -> u32 {
        if self.is_on_its_side() { self.height } else { self.width }
    }

    /// The size it is first averaged down to: twice as wide as the widest rendition. `None` if it is not wider than
    /// that.
    pub fn reduced(&self) -> Option<(u32, u32)> {
        let twice = WIDTHS[WIDTHS.len() - 1] * 2;
        let upright = self.upright_width();
        let side = |side: u32| {
            let side = u64::from(side) * u64::from(twice) / u64::from(upright);
            u32::try_from(side).unwrap_or(u32::MAX).max(1)
        };
        (upright > twice).then(|| (side(self.width), side(self.height)))
    }

    /// An upper bound on the bytes it takes at its peak.
    pub fn need(&self) -> u64 {
        let pixels = u64::from(self.width) * u64::from(self.height);
        let bytes = u64::from(self.color.bytes_per_pixel());
        let decoded = pixels * bytes;
        let channels = u64::from(self.color.channel_count());
        let working = match self.format {
            // Two bytes a coefficient.
            ImageFormat::Jpeg if self.progressive => pixels * channels.max(3) * 2,
            // A few rows.
            ImageFormat::Jpeg | ImageFormat::Png => 64 * u64::from(self.width) * bytes,
            // A frame in addition to the picture.
            _ => pixels * 4,
        };
        let (width, height) = self.reduced().unwrap_or((self.width, self.height));
        let left = u64::from(width) * u64::from(height);
        let reducing = if self.reduced().is_some() { decoded + left * bytes } else { decoded };
        let plain = if self.color.has_alpha() { 4 } else { 3 };
        // A JPEG of four channels holds inks.
        let is_ink = self.format == ImageFormat::Jpeg && self.color == ColorType::Rgba8;
        let is_plain =
            matches!(self.color, ColorType::Rgb8 | ColorType::Rgba8) && self.profile == 0 && !is_ink;
        let is_deep = u16::from(self.color.bytes_per_pixel()) > u16::from(self.color.channel_count());
        // Deep colours are copied once more if they have a profile.
        let copies = if is_deep { 2 } else { 1 };
        let converting = if is_plain { 0 } else { left * bytes.max(plain) * copies };
        let turning = if self.orientation == Orientation::NoTransforms { 0 } else { left * plain };
        let filtering = filter(width.max(height), width.max(height)).min(MOST_FILTER);
        // The encoder keeps its own planes of the widest rendition.
        let widest = u64::from(WIDTHS[WIDTHS.len() - 1].min(width));
        let encoding = left * widest * widest / u64::from(width).pow(2) * 6;
        let shaping = left * plain + converting.max(turning).max(filtering + left * plain / 4).max(encoding);
        // A JPEG in one scan is copied while it is decoded the first time, to see whether it is whole.
        let copy = if self.format == ImageFormat::Jpeg && !self.progressive { self.length } else { 0 };
        let decoding = copy + decoded + working;
        self.length + self.profile * OF_A_PROFILE + decoding.max(reducing).max(shaping)
    }
}

/// The bytes that a filter needs to scale an image of this width to this height.
pub fn filter(width: u32, height: u32) -> u64 {
    u64::from(width) * u64::from(height) * 16
}

/// Whether a decoder keeps all coefficients of a JPEG until the end: it is progressive, or comes in several scans. One
/// whose frame or scan is not found counts as such.
pub fn is_progressive(jpeg: &[u8]) -> bool {
    let mut at = 2;
    let mut components = None;
    while let Some(&[0xFF, marker]) = jpeg.get(at..at + 2) {
        if marker == 0xFF {
            at += 1;
            continue;
        }
        let Some(&[high, low]) = jpeg.get(at + 2..at + 4) else { return true };
        match marker {
            0xC2 | 0xC6 | 0xCA | 0xCE => return true,
            0xC4 | 0xC8 | 0xCC => {}
            0xC0..=0xCF => components = jpeg.get(at + 9),
            // The first scan has all components, or others follow.
            0xDA => return components.is_none() || components != jpeg.get(at + 4),
            _ => {}
        }
        at += 2 + usize::from(u16::from_be_bytes([high, low]));
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    fn header(width: u32, height: u32) -> Header {
        Header {
            width,
            height,
            color: ColorType::Rgb8,
            orientation: Orientation::NoTransforms,
            format: ImageFormat::Jpeg,
            progressive: false,
            length: 8_000_000,
            profile: 0,
        }
    }

    #[test]
    fn photos_of_telephones_are_taken_and_what_could_fill_the_memory_is_not() {
        let photo = header(8160, 6120);
        assert!(photo.need() < MOST, "{}", photo.need());
        let turned = Header { orientation: Orientation::Rotate90, ..photo };
        assert!(turned.need() < MOST, "{}", turned.need());
        let progressive = |width, height| Header { progressive: true, ..header(width, height) };
        assert!(progressive(4000, 3000).need() < MOST);
        assert!(progressive(7000, 7000).need() > MOST);
        let drawing = Header { color: ColorType::Rgba8, format: ImageFormat::Png, ..header(6000, 6000) };
        assert!(drawing.need() < MOST && Header { color: ColorType::Rgba16, ..drawing }.need() > MOST);
        let screen = header(1080, 16_000);
        assert!(screen.need() < MOST, "{}", screen.need());
    }

    #[test]
    fn a_jpeg_says_in_its_head_whether_it_comes_in_passes() {
        let head = |marker: u8, scanned: u8| {
            let frame = b"\x00\x0B\x08\0\x01\0\x01\x03abc";
            [&b"\xFF\xD8\xFF\xE0\x00\x04ab\xFF"[..], &[marker], frame, b"\xFF\xDA\x00\x0C", &[scanned]]
                .concat()
        };
        assert!(!is_progressive(&head(0xC0, 3)) && !is_progressive(&head(0xC1, 3)));
        assert!(is_progressive(&head(0xC2, 3)) && is_progressive(&head(0xCA, 3)));
        assert!(is_progressive(&head(0xC0, 1)), "one component after the other");
        for broken in [&b"\xFF\xD8"[..], b"\xFF\xD8\xFF", b"\xFF\xD8\xFF\xE0", b"\xFF\xD8\xFF\xDA\x00\x02"] {
            assert!(is_progressive(broken), "{broken:?}");
        }
    }
}
