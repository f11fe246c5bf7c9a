//! One embedded file as it is served.

use std::borrow::Cow;
use std::io::Write as _;
use std::sync::OnceLock;

const FOREVER: &str = "public, max-age=31536000, immutable";
const A_WEEK: &str = "public, max-age=604800";
/// The best that Brotli can do, which takes a moment.
const BEST: i32 = 11;

pub(crate) struct Asset {
    /// Where it is served.
    pub(crate) path: String,
    pub(crate) media: &'static str,
    pub(crate) lifetime: &'static str,
    plain: Cow<'static, [u8]>,
    packed: OnceLock<Packed>,
}

/// The compressed forms of a file. A coding that fails, or gains nothing, is empty and is not used.
struct Packed {
    brotli: Vec<u8>,
    gzip: Vec<u8>,
}

impl Asset {
    /// A file whose name changes with its content.
    pub(crate) fn hashed(
        stem: &str,
        extension: &str,
        media: &'static str,
        content: impl Into<Cow<'static, [u8]>>,
    ) -> Self {
        let plain = content.into();
        let path = format!("/assets/{stem}-{:016x}.{extension}", fingerprint(&plain));
        Self { path, media, lifetime: FOREVER, plain, packed: OnceLock::new() }
    }

    /// A file whose name stays.
    pub(crate) fn named(name: &str, media: &'static str, content: &'static [u8]) -> Self {
        let path = format!("/assets/{name}");
        Self { path, media, lifetime: A_WEEK, plain: Cow::Borrowed(content), packed: OnceLock::new() }
    }

    /// An island, whose name changes with its content.
    pub(crate) fn island(name: &str, content: &'static [u8]) -> Self {
        let path = format!("/assets/islands/{name}");
        let media = "text/javascript; charset=utf-8";
        Self { path, media, lifetime: FOREVER, plain: Cow::Borrowed(content), packed: OnceLock::new() }
    }

    pub(crate) fn is_at(&self, file: &str) -> bool {
        self.path.strip_prefix("/assets/") == Some(file)
    }

    #[cfg(test)]
    pub(crate) fn plain(&self) -> &[u8] {
        &self.plain
    }

    /// The bytes for a client that accepts this, and their coding.
    pub(crate) fn for_client(&self, accepts: &str) -> (&[u8], Option<&'static str>) {
        if self.media.starts_with("font/") {
            // Compressed in itself.
            return (&self.plain, None);
        }
        let packed = self.packed.get_or_init(|| Packed::of(&self.plain));
        let wants = |coding| accepts.split(',').any(|one| one.trim() == coding);
        match (wants("br") && !packed.brotli.is_empty(), wants("gzip") && !packed.gzip.is_empty()) {
            (true, _) => (&packed.brotli, Some("br")),
            (_, true) => (&packed.gzip, Some("gzip")),
            _ => (&self.plain, None),
        }
    }
}

impl Packed {
    fn of(plain: &[u8]) -> Self {
        let mut brotli = Vec::new();
        let parameters = brotli::enc::BrotliEncoderParams { quality: BEST, ..Default::default() };
        if brotli::BrotliCompress(&mut { plain }, &mut brotli, &parameters).is_err() {
            brotli.clear();
        }
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
        let gzip = encoder.write_all(plain).and_then(|()| encoder.finish()).unwrap_or_default();
        let gains = |bytes: Vec<u8>| if bytes.len() < plain.len() { bytes } else { Vec::new() };
        Self { brotli: gains(brotli), gzip: gains(gzip) }
    }
}

/// An FNV-1a hash. It identifies a version and has no security purpose.
fn fingerprint(content: &[u8]) -> u64 {
    let add = |hash: u64, byte: &u8| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
    content.iter().fold(0xcbf2_9ce4_8422_2325, add)
}
