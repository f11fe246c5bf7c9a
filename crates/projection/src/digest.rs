//! SHA-256 as hexadecimal text: the same on every machine and in every version.

use std::fmt::Write as _;

use aws_lc_rs::digest::{SHA256, digest};

pub fn hex(text: &str) -> String {
    digest(&SHA256, text.as_bytes()).as_ref().iter().fold(String::new(), |mut hex, byte| {
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}
