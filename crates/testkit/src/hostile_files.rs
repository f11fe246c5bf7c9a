//! Generates hostile files, each with a file name and a claimed media type.

use std::path::Path;

use image::ImageFormat;

use crate::{Answer, images};

/// A marker that must not appear in anything stored.
pub const PAYLOAD: &str = "PAYLOAD-7f3a9c";

pub struct Case {
    pub name: String,
    pub file_name: String,
    pub media: String,
    pub bytes: Vec<u8>,
    /// Whether it must be accepted; `None` when either is allowed.
    pub taken: Option<bool>,
}

fn case(name: &str, file_name: &str, media: &str, bytes: Vec<u8>, taken: Option<bool>) -> Case {
    Case { name: name.into(), file_name: file_name.into(), media: media.into(), bytes, taken }
}

const FORMATS: [(ImageFormat, &str); 4] = [
    (ImageFormat::Jpeg, "jpeg"),
    (ImageFormat::Png, "png"),
    (ImageFormat::Gif, "gif"),
    (ImageFormat::WebP, "webp"),
];

#[must_use]
pub fn cases() -> Vec<Case> {
    [polyglots(), of_other_kinds(), path_tricks(), fragments(), damaged(), bombs()]
        .into_iter()
        .flatten()
        .collect()
}

fn payloads() -> [(&'static str, String); 5] {
    [
        ("html", format!("<html><script>alert('{PAYLOAD}')</script></html>")),
        ("svg", format!("<svg xmlns='http://www.w3.org/2000/svg' onload='{PAYLOAD}'/>")),
        ("js", format!("*/=1;alert('{PAYLOAD}');/*")),
        ("zip", format!("PK\x03\x04{PAYLOAD}PK\x05\x06")),
        ("php", format!("<?php system('{PAYLOAD}'); ?>")),
    ]
}

/// Images with other content appended or inside.
fn polyglots() -> Vec<Case> {
    let mut cases = Vec::new();
    for (format, word) in FORMATS {
        let whole = images::encoded(40, 30, format);
        for (kind, payload) in payloads() {
            let behind = [&whole[..], payload.as_bytes()].concat();
            let name = format!("{word} with {kind} behind it");
            cases.push(case(&name, &format!("a.{kind}"), "text/html", behind, Some(true)));
            let inside = commented(format, &whole, payload.as_bytes());
            let name = format!("{word} with {kind} inside");
            cases.push(case(
                &name,
                &format!("a.{word}.{kind}"),
                &format!("image/{word}"),
                inside,
                Some(true),
            ));
        }
    }
    let script = format!("GIF89a=1;alert('{PAYLOAD}')//");
    cases.push(case("a script that begins as a GIF", "a.gif", "image/gif", script.into_bytes(), Some(false)));
    cases
}

/// `whole` with `payload` in a comment of its format.
fn commented(format: ImageFormat, whole: &[u8], payload: &[u8]) -> Vec<u8> {
    let length = payload.len();
    match format {
        ImageFormat::Jpeg => {
            let size = u16::try_from(length + 2).unwrap().to_be_bytes();
            [&whole[..2], b"\xFF\xFE", &size, payload, &whole[2..]].concat()
        }
        ImageFormat::Png => {
            [&whole[..33], &chunk(*b"tEXt", &[&b"Comment\0"[..], payload].concat()), &whole[33..]].concat()
        }
        ImageFormat::Gif => {
            // After the header and the global palette.
            let palette = if whole[10] & 0x80 == 0 { 0 } else { 3 << ((whole[10] & 7) + 1) };
            let at = 13 + palette;
            let size = [u8::try_from(length).unwrap()];
            [&whole[..at], b"\x21\xFE", &size, payload, b"\0", &whole[at..]].concat()
        }
        _ => {
            let even = [payload, &b" "[..length % 2]].concat();
            let size = u32::try_from(even.len()).unwrap().to_le_bytes();
            let mut all = [whole, b"XMP ", &size, &even].concat();
            let riff = u32::try_from(all.len() - 8).unwrap().to_le_bytes();
            all[4..8].copy_from_slice(&riff);
            all
        }
    }
}

/// A PNG chunk with its CRC.
fn chunk(kind: [u8; 4], data: &[u8]) -> Vec<u8> {
    let named = [&kind[..], data].concat();
    let crc = !named.iter().fold(!0_u32, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| (crc >> 1) ^ (0xEDB8_8320 & (crc & 1).wrapping_neg()))
    });
    [&u32::try_from(data.len()).unwrap().to_be_bytes()[..], &named, &crc.to_be_bytes()].concat()
}

/// Files that are neither images nor PDFs, whatever they claim.
fn of_other_kinds() -> Vec<Case> {
    let mut kinds: Vec<(String, Vec<u8>)> =
        payloads().into_iter().map(|(kind, payload)| (kind.to_owned(), payload.into_bytes())).collect();
    let others: [(&str, &[u8]); 13] = [
        ("text", b"PAYLOAD-7f3a9c"),
        ("bmp", b"BM\x46\0\0\0\0\0\0\0\x36\0\0\0\x28\0\0\0\x02\0\0\0"),
        ("tiff", b"II*\0\x08\0\0\0\0\0"),
        ("ico", b"\0\0\x01\0\x01\0\x10\x10"),
        ("exe", b"MZ\x90\0PAYLOAD-7f3a9c"),
        ("elf", b"\x7fELF\x02\x01\x01"),
        ("mp4", b"\0\0\0\x18ftypmp42"),
        ("avif", b"\0\0\0\x1cftypavif"),
        ("wav", b"RIFF\x24\0\0\0WAVEfmt "),
        ("pdf behind a blank", b" %PDF-1.7\n%%EOF"),
        ("pdf without its end", b"%PDF-1.7\nPAYLOAD-7f3a9c"),
        ("one byte", b"\xFF"),
        ("nothing", b""),
    ];
    for (kind, bytes) in others {
        kinds.push((kind.to_owned(), bytes.to_vec()));
    }
    let claims = [("a.png", "image/png"), ("a.svg", "image/svg+xml"), ("a.pdf", "application/pdf")];
    let each = kinds.iter().flat_map(|kind| claims.iter().map(move |claim| (kind, claim)));
    each.map(|((kind, bytes), (file, media))| {
        case(&format!("{kind} as {media}"), file, media, bytes.clone(), Some(false))
    })
    .collect()
}

/// Names with a meaning for a file system, a shell or a page.
fn path_tricks() -> Vec<Case> {
    let long = "a".repeat(3000);
    let names = [
        "../../../../etc/passwd",
        "..\\..\\windows\\system.ini",
        "/etc/cron.d/x",
        "C:\\boot.ini",
        "....//....//x",
        "%2e%2e%2fx",
        "x.php",
        "x.php%00.png",
        ".htaccess",
        "..",
        ".",
        "~root",
        "CON",
        "a;rm -rf",
        "$(id)",
        "`id`",
        "<script>alert(1)</script>.png",
        "' or 1=1 --",
        "x\tb.png",
        "\u{202e}gnp.exe",
        "फोटो.jpg",
        long.as_str(),
    ];
    let photo = images::jpeg(20, 20);
    names
        .iter()
        .map(|name| case(&format!("called {name:.40}"), name, "image/jpeg", photo.clone(), Some(true)))
        .collect()
}

/// Files truncated at twelve places.
fn fragments() -> Vec<Case> {
    let mut cases = Vec::new();
    for (format, word) in FORMATS {
        let whole = images::encoded(60, 50, format);
        for part in 1..=12 {
            let bytes = whole[..whole.len() * part / 13].to_vec();
            cases.push(case(&format!("{part}/13 of a {word}"), "a", "image/png", bytes, None));
        }
    }
    cases
}

/// Files with a few changed bytes.
fn damaged() -> Vec<Case> {
    let mut seed = 0x2545_F491_4F6C_DD1D_u64;
    let mut random = move |below: usize| {
        seed ^= seed << 13;
        seed ^= seed >> 7;
        seed ^= seed << 17;
        usize::try_from(seed % below as u64).unwrap()
    };
    let mut cases = Vec::new();
    for (format, word) in FORMATS {
        for round in 0..12 {
            let mut bytes = images::encoded(48, 36, format);
            for _ in 0..=round {
                let at = random(bytes.len());
                bytes[at] = u8::try_from(random(256)).unwrap();
            }
            cases.push(case(&format!("damaged {word} {round}"), "a", "image/gif", bytes, None));
        }
    }
    cases
}

/// Decompression bombs: small files that would become large.
fn bombs() -> Vec<Case> {
    let mut cases = Vec::new();
    let png = images::encoded(8, 8, ImageFormat::Png);
    for side in [65_535_u32, 30_000, 16_384, 8_000] {
        let sides = [side.to_be_bytes(), side.to_be_bytes()].concat();
        let header = chunk(*b"IHDR", &[&sides[..], &png[24..29]].concat());
        let bomb = [&png[..8], &header, &png[33..]].concat();
        cases.push(case(&format!("png of {side} pixels"), "a.png", "image/png", bomb, Some(false)));
    }
    let mut jpeg = images::jpeg(8, 8);
    let frame = jpeg.windows(2).position(|marker| marker == b"\xFF\xC0").unwrap();
    jpeg[frame + 5..frame + 9].copy_from_slice(&[0xFF; 4]);
    cases.push(case("jpeg of 65535 pixels", "a.jpg", "image/jpeg", jpeg, Some(false)));
    let mut gif = images::encoded(8, 8, ImageFormat::Gif);
    gif[6..10].copy_from_slice(&[0xFF; 4]);
    cases.push(case("gif of 65535 pixels", "a.gif", "image/gif", gif, Some(false)));
    // Deflated data of 36 million pixels, where only eight lines are expected, and as a profile.
    let idat = deflated();
    let front = &png[..33];
    let end = chunk(*b"IEND", b"");
    let image = [front, &chunk(*b"IDAT", &idat), &end].concat();
    cases.push(case("png with too much in it", "a.png", "image/png", image, None));
    let profile = [&b"icc\0\0"[..], &idat].concat();
    let image = [front, &chunk(*b"iCCP", &profile), &png[33..]].concat();
    cases.push(case("png with a profile without end", "a.png", "image/png", image, None));
    let text = [&b"Comment\0\0"[..], &idat].concat();
    let image = [front, &chunk(*b"zTXt", &text), &png[33..]].concat();
    cases.push(case("png with a text without end", "a.png", "image/png", image, None));
    cases
}

/// The data of a large PNG of one colour.
fn deflated() -> Vec<u8> {
    let mut bytes = std::io::Cursor::new(Vec::new());
    image::GrayImage::new(6000, 6000).write_to(&mut bytes, ImageFormat::Png).unwrap();
    let bytes = bytes.into_inner();
    let mut at = 8;
    let mut data = Vec::new();
    while at + 8 <= bytes.len() {
        let length = u32::from_be_bytes(bytes[at..at + 4].try_into().unwrap()) as usize;
        if &bytes[at + 4..at + 8] == b"IDAT" {
            data.extend(&bytes[at + 8..at + 8 + length]);
        }
        at += length + 12;
    }
    data
}

/// A photo with an orientation of 90 degrees.
#[must_use]
pub fn turned(jpeg: &[u8]) -> Vec<u8> {
    let exif = b"\xFF\xE1\0\x22Exif\0\0MM\0\x2A\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0";
    [&jpeg[..2], exif, &jpeg[2..]].concat()
}

/// A photo that contains its location, in EXIF and XMP.
#[must_use]
pub fn with_place(jpeg: &[u8]) -> Vec<u8> {
    let exif = b"Exif\0\0MM\0\x2A\0\0\0\x08\0\x01\x88\x25\0\x04\0\0\0\x01\0\0\0\x1a\0\0\0\0GPS 17.4435 N";
    let xmp = b"http://ns.adobe.com/xap/1.0/\0<x:xmpmeta exif:GPSLatitude='17.4435N'/>";
    let part = |data: &[u8]| {
        [&b"\xFF\xE1"[..], &u16::try_from(data.len() + 2).unwrap().to_be_bytes(), data].concat()
    };
    [&jpeg[..2], &part(exif), &part(xmp), &jpeg[2..]].concat()
}

/// The number of objects that the response says were stored. A refusal names a field.
#[track_caller]
pub fn count_stored(case: &str, answer: &Answer) -> usize {
    match answer.status {
        201 => answer.data()["renditions"].as_array().map_or(1, Vec::len),
        400 | 413 | 415 => {
            let fields = answer.body["error"]["fieldErrors"].as_object();
            assert!(fields.is_some_and(|fields| !fields.is_empty()), "{case}: {}", answer.text);
            assert!(!answer.text.contains(PAYLOAD), "{case}: {}", answer.text);
            0
        }
        status => panic!("{case}: {status} {}", answer.text),
    }
}

/// Every object has a name that the server chose, and every image is one that the server encoded.
pub fn check_store(data_dir: &Path, expected: usize) {
    let stored = images::stored(data_dir);
    assert_eq!(stored.len(), expected, "{stored:?}");
    for path in stored {
        let place = path.strip_prefix(data_dir.join("files")).unwrap();
        let parts: Vec<&str> = place.iter().map(|part| part.to_str().unwrap()).collect();
        let place = place.display();
        let [tenant, file, key] = parts[..] else { panic!("{place}") };
        let (random, kind) = key.split_once('.').unwrap();
        assert!(tenant == "hyderabad" && file.parse::<uuid::Uuid>().is_ok(), "{place}");
        assert!(random.len() == 32 && random.bytes().all(|byte| byte.is_ascii_hexdigit()), "{place}");
        let bytes = std::fs::read(&path).unwrap();
        assert!(!bytes.windows(PAYLOAD.len()).any(|window| window == PAYLOAD.as_bytes()), "{place}");
        assert!(["webp", "pdf"].contains(&kind), "{place}");
        if kind == "webp" {
            image::load_from_memory_with_format(&bytes, ImageFormat::WebP).unwrap();
        }
    }
}
