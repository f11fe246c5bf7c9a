//! Detects the type of a file from its first bytes, never from its name.

use image::ImageFormat;

/// The accepted types of files.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Media {
    /// Re-encoded before it is stored.
    Image(ImageFormat),
    /// Stored as received.
    Pdf,
}

/// A PDF ends with this mark, possibly followed by a few more bytes.
const PDF_END: &[u8] = b"%%EOF";
pub const PDF_END_WITHIN: u64 = 1024;

impl Media {
    /// The type of `bytes`, or `None` if it is not accepted.
    pub fn of(bytes: &[u8]) -> Option<Self> {
        let image = match bytes {
            [0xFF, 0xD8, 0xFF, ..] => ImageFormat::Jpeg,
            [0x89, b'P', b'N', b'G', b'\r', b'\n', 0x1A, b'\n', ..] => ImageFormat::Png,
            [b'G', b'I', b'F', b'8', b'7' | b'9', b'a', ..] => ImageFormat::Gif,
            [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..] => ImageFormat::WebP,
            [b'%', b'P', b'D', b'F', b'-', ..] => return Some(Self::Pdf),
            _ => return None,
        };
        Some(Self::Image(image))
    }
}

/// Whether a PDF is complete up to its end.
pub fn is_whole_pdf(bytes: &[u8]) -> bool {
    let within = usize::try_from(PDF_END_WITHIN).unwrap_or(bytes.len());
    let tail = &bytes[bytes.len().saturating_sub(within)..];
    tail.windows(PDF_END.len()).any(|window| window == PDF_END)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_are_what_they_begin_with() {
        assert_eq!(Media::of(b"\xFF\xD8\xFF\xE0<html>"), Some(Media::Image(ImageFormat::Jpeg)));
        assert_eq!(Media::of(b"GIF89a=1;alert(1)"), Some(Media::Image(ImageFormat::Gif)));
        assert_eq!(Media::of(b"RIFF\0\0\0\0WEBPVP8 "), Some(Media::Image(ImageFormat::WebP)));
        assert_eq!(Media::of(b"%PDF-1.7"), Some(Media::Pdf));
        for other in [&b""[..], b"<svg/>", b"<html>", b"PK\x03\x04", b" %PDF-1.7", b"MZ", b"RIFF\0\0\0\0WAVE"]
        {
            assert_eq!(Media::of(other), None, "{other:?}");
        }
        assert!(is_whole_pdf(b"%PDF-1.7\n%%EOF\n") && !is_whole_pdf(b"%PDF-1.7\ntrailer"));
    }
}
