//! What a request carries: JSON, or files as a form.

use bytes::Bytes;
use serde_json::Value;

/// Stands between the parts of a form. No file that the commands send contains it.
const BOUNDARY: &str = "hyderabadinfra-part-7c1f0f9e5d2b4a60";

/// A file of a form.
#[derive(Debug, Clone)]
pub struct FormFile {
    pub name: String,
    pub media: &'static str,
    pub bytes: Vec<u8>,
}

/// The body of a request and its media type. Cheap to clone.
#[derive(Debug, Clone)]
pub(super) struct Content {
    pub media: String,
    pub bytes: Bytes,
}

impl Content {
    pub fn json(value: &Value) -> Self {
        Self { media: "application/json".to_owned(), bytes: value.to_string().into_bytes().into() }
    }

    /// Files in the field `files`.
    pub fn form(files: &[FormFile]) -> Self {
        let mut bytes = Vec::new();
        for FormFile { name, media, bytes: file } in files {
            let head = format!(
                "--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"files\"; filename=\"{name}\"\r\n\
                 Content-Type: {media}\r\n\r\n"
            );
            bytes.extend_from_slice(head.as_bytes());
            bytes.extend_from_slice(file);
            bytes.extend_from_slice(b"\r\n");
        }
        bytes.extend_from_slice(format!("--{BOUNDARY}--\r\n").as_bytes());
        Self { media: format!("multipart/form-data; boundary={BOUNDARY}"), bytes: bytes.into() }
    }
}
