//! Multipart bodies, valid and invalid.

/// The boundary between parts.
const BOUNDARY: &str = "----between-the-parts";

/// A multipart body.
#[derive(Clone, Debug, Default)]
pub struct Form(Vec<u8>);

impl Form {
    /// A body with one file, in the field `file`.
    #[must_use]
    pub fn file(name: &str, bytes: &[u8]) -> Self {
        Self::default().part("file", Some(name), "application/octet-stream", bytes)
    }

    /// Adds a part, with its names unchanged.
    #[must_use]
    pub fn part(mut self, field: &str, name: Option<&str>, media: &str, bytes: &[u8]) -> Self {
        let name = name.map(|name| format!("; filename=\"{name}\"")).unwrap_or_default();
        let head = format!(
            "--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"{field}\"{name}\r\nContent-Type: {media}\r\n\r\n"
        );
        self.0.extend(head.into_bytes());
        self.0.extend(bytes);
        self.0.extend(b"\r\n");
        self
    }

    /// The media type and the bytes.
    #[must_use]
    pub fn finish(mut self) -> (&'static str, Vec<u8>) {
        self.0.extend(format!("--{BOUNDARY}--\r\n").into_bytes());
        ("multipart/form-data; boundary=----between-the-parts", self.0)
    }

    /// The same without the closing boundary.
    #[must_use]
    pub fn cut(self) -> (&'static str, Vec<u8>) {
        ("multipart/form-data; boundary=----between-the-parts", self.0)
    }
}
