//! A sheet as a request brings it: a form with the file and perhaps a map, or the CSV text itself.

use axum::body::Body;
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderMap, StatusCode};
use bytes::{Bytes, BytesMut};
use domain::FieldErrors;
use futures_util::StreamExt as _;
use http_kit::Failure;
use multer::{Constraints, Multipart, SizeLimit};

use crate::{FieldMap, SheetError, SheetKind, SheetOptions};

/// The largest sheet: about 25,000 rows, more than any quota of homes.
const MOST: u64 = 5 * 1024 * 1024;
/// The largest form, with everything around the sheet.
const MOST_OF_A_FORM: u64 = MOST + 256 * 1024;
/// The largest map.
const MOST_OF_A_MAP: u64 = 64 * 1024;
/// The field of the sheet, and what forms also call it.
const FILE: [&str; 4] = ["file", "files", "files[]", "sheet"];
const TEXT: [&str; 4] = ["text/csv", "text/plain", "text/tab-separated-values", "application/csv"];

/// What a request brought.
pub struct ReceivedSheet {
    /// The bytes of the sheet.
    pub sheet: Bytes,
    map: Option<Bytes>,
}

impl ReceivedSheet {
    /// Reads a request's body.
    ///
    /// # Errors
    /// 413 for a body that is too large, 415 for one of another kind, 400 for one that is cut off.
    pub async fn of(headers: &HeaderMap, body: Body) -> Result<Self, Failure> {
        let media = headers.get(CONTENT_TYPE).and_then(|media| media.to_str().ok()).unwrap_or("");
        let kind = media.split(';').next().unwrap_or("").trim().to_lowercase();
        if kind == "multipart/form-data" {
            return form(media, body).await;
        }
        if !TEXT.contains(&kind.as_str()) {
            let message = "send the sheet as text/csv, or as the file of a multipart/form-data form";
            let failure = Failure::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "UNSUPPORTED_MEDIA_TYPE", message);
            return Err(Failure { fields: FieldErrors::one("Content-Type", message), ..failure });
        }
        let mut sheet = BytesMut::new();
        let mut pieces = body.into_data_stream();
        while let Some(piece) = pieces.next().await {
            let piece = piece.map_err(|_| wrong("body", "could not be received"))?;
            if sheet.len() as u64 + piece.len() as u64 > MOST {
                return Err(too_large());
            }
            sheet.extend_from_slice(&piece);
        }
        Ok(Self { sheet: sheet.freeze(), map: None })
    }

    /// What an idempotency key is bound to.
    #[must_use]
    pub fn said(&self) -> Vec<u8> {
        let map = self.map.as_deref().unwrap_or_default();
        [&(self.sheet.len() as u64).to_be_bytes()[..], &self.sheet, map].concat()
    }

    /// How to read the sheet.
    ///
    /// # Errors
    /// 400 if the map is wrong.
    pub fn options(&self, kind: &'static SheetKind) -> Result<SheetOptions, Failure> {
        let text = self.map.as_deref().map(std::str::from_utf8).transpose();
        let text = text.map_err(|_| wrong("map", "must be UTF-8"))?.filter(|text| !text.trim().is_empty());
        let map =
            text.map(|text| FieldMap::read(text, kind)).transpose().map_err(|error| unreadable(&error))?;
        Ok(SheetOptions { map, preset: None })
    }
}

/// 400 for a sheet or a map that cannot be read.
pub fn unreadable(error: &SheetError) -> Failure {
    let field = if matches!(error, SheetError::Map(_)) { "map" } else { "file" };
    wrong(field, &error.to_string())
}

async fn form(media: &str, body: Body) -> Result<ReceivedSheet, Failure> {
    let boundary =
        multer::parse_boundary(media).map_err(|_| wrong("Content-Type", "must name a boundary"))?;
    let limits =
        SizeLimit::new().whole_stream(MOST_OF_A_FORM).per_field(MOST).for_field("map", MOST_OF_A_MAP);
    let constraints = Constraints::new().size_limit(limits);
    let mut parts = Multipart::with_constraints(body.into_data_stream(), boundary, constraints);
    let (mut sheet, mut map) = (None, None);
    while let Some(part) = parts.next_field().await.map_err(|error| broken(&error))? {
        let name = part.name().unwrap_or("").to_owned();
        let bytes = part.bytes().await.map_err(|error| broken(&error))?;
        match name.as_str() {
            "map" => map = Some(bytes),
            name if FILE.contains(&name) && sheet.is_some() => {
                return Err(wrong("file", "must be one sheet"));
            }
            name if FILE.contains(&name) => sheet = Some(bytes),
            // A form may have other fields, too.
            _ => {}
        }
    }
    let sheet = sheet.filter(|sheet| !sheet.is_empty()).ok_or_else(|| wrong("file", "is required"))?;
    Ok(ReceivedSheet { sheet, map })
}

fn broken(error: &multer::Error) -> Failure {
    match error {
        multer::Error::FieldSizeExceeded { .. } | multer::Error::StreamSizeExceeded { .. } => too_large(),
        _ => wrong("body", "is not a whole multipart body"),
    }
}

fn wrong(field: &str, message: &str) -> Failure {
    Failure::invalid(FieldErrors::one(field, message))
}

fn too_large() -> Failure {
    let message = "must be at most 5 MB; split the sheet, or ask an administrator to import it on the server";
    let failure =
        Failure::new(StatusCode::PAYLOAD_TOO_LARGE, "PAYLOAD_TOO_LARGE", format!("the sheet {message}"));
    Failure { fields: FieldErrors::one("file", message), ..failure }
}
