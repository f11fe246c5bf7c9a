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

/// What a file of a kind that is not accepted is, and what to send instead: telephones and cameras make such files.
pub fn advice(bytes: &[u8]) -> Option<&'static str> {
    if let Some(brands) = brands(bytes) {
        let has = |wanted: &[&[u8; 4]]| brands.iter().any(|brand| wanted.contains(brand));
        return Some(if has(&[b"avif", b"avis"]) {
            "is an AVIF image, which is not read here: save it as a JPEG, PNG or WebP, and send that"
        } else if has(&[b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"]) {
            "is a HEIC photo, which most browsers cannot show: send it as a JPEG. An iPhone takes JPEGs with Settings > \
             Camera > Formats > Most Compatible, and turns a photo into a JPEG when you share it by mail or save it to Files"
        } else if has(&[b"crx "]) {
            RAW
        } else {
            "is a video, and only photos and PDFs are taken: send a photo"
        });
    }
    Some(match bytes {
        [0xFF, 0x0A, ..] | [0, 0, 0, 0x0C, b'J', b'X', b'L', b' ', ..] => {
            "is a JPEG XL image, which is not read here: save it as a JPEG, PNG or WebP, and send that"
        }
        [0, 0, 0, 0x0C, b'j', b'P', ..] => {
            "is a JPEG 2000 image, which is not read here: save it as a JPEG, and send that"
        }
        [b'I', b'I', b'*', 0, ..] | [b'M', b'M', 0, b'*', ..] => RAW,
        [b'B', b'M', ..] => "is a BMP image, which is not read here: save it as a JPEG or PNG, and send that",
        [b'8', b'B', b'P', b'S', ..] => "is a Photoshop file: export it as a JPEG, and send that",
        [b'P', b'K', 3, 4, ..] => {
            "is a ZIP file or an office document: send photos one by one, and a document as a PDF"
        }
        _ => return None,
    })
}

const RAW: &str =
    "is a TIFF image or a camera's raw file, which is not read here: export it as a JPEG, and send that";

/// The brands of a file made of boxes, as HEIC, AVIF and videos are, the main one first.
fn brands(bytes: &[u8]) -> Option<Vec<&[u8; 4]>> {
    let size = usize::try_from(u32::from_be_bytes(*bytes.first_chunk()?)).ok()?;
    let rest = bytes.get(4..)?.strip_prefix(b"ftyp")?;
    let brands = &rest[..rest.len().min(size.saturating_sub(8))];
    let compatible = brands.get(8..).unwrap_or_default().as_chunks().0;
    Some(brands.first_chunk().into_iter().chain(compatible).collect())
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
        for (bytes, word) in [
            (&b"\0\0\0\x18ftypheic\0\0\0\0mif1heic"[..], "Most Compatible"),
            (b"\0\0\0\x18ftypmif1\0\0\0\0mif1heic", "Most Compatible"),
            (b"\0\0\0\x1cftypmif1\0\0\0\0mif1avifmiaf", "AVIF"),
            (b"\0\0\0\x1cftypavif", "AVIF"),
            (b"\0\0\0\x18ftypmp42\0\0\0\0isommp42", "video"),
            (b"\0\0\0\x14ftypqt  \0\0\0\0qt  ", "video"),
            (b"\xFF\x0A\x00", "JPEG XL"),
            (b"II*\0\x08\0\0\0", "raw file"),
            (b"PK\x03\x04", "PDF"),
        ] {
            assert!(advice(bytes).is_some_and(|advice| advice.contains(word)), "{bytes:?}");
            assert_eq!(Media::of(bytes), None);
        }
        for bytes in [&b""[..], b"\0", b"\0\0\0\x18ftyp", b"\0\0\0\0ftypx", b"text"] {
            assert!(advice(bytes).is_none_or(|advice| advice.contains("video")), "{bytes:?}");
        }
        assert!(is_whole_pdf(b"%PDF-1.7\n%%EOF\n") && !is_whole_pdf(b"%PDF-1.7\ntrailer"));
    }
}
