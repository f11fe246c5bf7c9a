//! `imageUrls` of a listing: the addresses of files that were uploaded here. Files of other servers are refused, because a
//! page that shows them would tell their server who looks, and would lose them with it.

use axum::http::HeaderMap;
use domain::fields::MemberKind;
use domain::property::images::{MOST, PhotoSelection};
use domain::property::{Listing, PropertyCommand};
use domain::{FieldErrors, Fields, FileId, PropertyId};
use http_kit::{Caller, Failure, Host};
use journal::Options;
use serde_json::Value;

use super::wrong_files::URLS;
use crate::AppParts;

pub const FIELD: &str = "imageUrls";
/// The most characters of an address.
const LONGEST: usize = 500;

/// The addresses in a request, in order.
#[derive(Clone, Debug, Default)]
pub struct ImageUrls(Vec<String>);

impl ImageUrls {
    /// Reads the addresses: an array, or one text.
    pub fn read(f: &mut Fields<'_>) -> Self {
        f.asks(FIELD, || MemberKind::Values(MOST, LONGEST));
        let given = match f.raw(FIELD) {
            None => return Self::default(),
            Some(Value::Array(given)) => given.as_slice(),
            Some(given) => std::slice::from_ref(given),
        };
        if given.len() > MOST {
            f.wrong(FIELD, format!("must hold at most {MOST} addresses: a listing has no more photos"));
        }
        let mut urls = Vec::new();
        for (index, url) in given.iter().take(MOST).enumerate() {
            match url.as_str().map(str::trim) {
                Some(url) if url.chars().count() <= LONGEST => urls.push(url.to_owned()),
                _ => f.wrong(
                    &format!("{FIELD}[{index}]"),
                    format!("must be an address of at most {LONGEST} characters"),
                ),
            }
        }
        Self(urls)
    }
}

impl AppParts {
    /// `command`, with the files at these addresses as photos. `listing` is the one there is already.
    pub async fn with_images(
        &self,
        caller: &Caller,
        (id, listing): (PropertyId, Option<&Listing>),
        (urls, headers): (&ImageUrls, &HeaderMap),
        command: PropertyCommand,
        options: &Options,
    ) -> Result<PropertyCommand, Failure> {
        if urls.0.is_empty() || self.is_repeated(caller, id, options).await? {
            return Ok(command);
        }
        let host = Host::of(headers);
        let base_url = self.context.photos.base_url();
        let files: Vec<_> = urls.0.iter().map(|url| file_at(url, host.as_ref(), base_url)).collect();
        self.wrong_files(caller, listing, &files, &URLS).await?.none()?;
        let gone = match listing {
            Some(listing) => self.gone(&caller.tenant, listing).await?,
            None => Vec::new(),
        };
        let wanted = PhotoSelection { files: files.into_iter().flatten().collect(), primary: None, gone };
        Ok(PropertyCommand::WithImages(Box::new(command), wanted, self.by(caller)?))
    }
}

/// A failure about too many photos, under the name of the field that brought them.
pub fn too_many(field: &str, failure: Failure) -> Failure {
    if failure.code == "TOO_MANY_IMAGES" {
        return Failure { fields: FieldErrors::one(field, failure.message.clone()), ..failure };
    }
    failure
}

/// The file at an address of this server: as in the answer to its upload, with a width, or as a download.
fn file_at(url: &str, host: Option<&Host>, base_url: &str) -> Option<FileId> {
    let path = match url.strip_prefix(base_url) {
        Some(path) if !base_url.is_empty() => path,
        _ => match url.split_once("://") {
            None => url,
            Some((scheme, rest)) if ["http", "https"].iter().any(|web| scheme.eq_ignore_ascii_case(web)) => {
                host.filter(|host| host.is_origin(url))?;
                &rest[rest.find('/')?..]
            }
            Some(_) => return None,
        },
    };
    let path = path.split(['?', '#']).next()?.strip_prefix("/api/files/")?;
    let id = match path.strip_prefix("download/") {
        Some(rest) => rest.split_once('/')?.1.strip_suffix(".webp")?,
        None => path,
    };
    id.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_of_ours_names_a_file_and_no_other_does() {
        let id = "0197c000-0000-7000-8000-000000000001";
        let host = Host::parse("homes.example:8080");
        let found =
            |url: &str| file_at(url, host.as_ref(), "https://images.example.com").map(|id| id.to_string());
        for url in [
            format!("/api/files/{id}"),
            format!("/api/files/{id}?w=320&v=2#top"),
            format!("/api/files/download/0197c000-0000-7000-8000-000000000009/{id}.webp"),
            format!("http://homes.example:8080/api/files/{id}"),
            format!("HTTP://HOMES.example:8080/api/files/{id}?w=800"),
            format!("https://images.example.com/api/files/{id}"),
        ] {
            assert_eq!(found(&url).as_deref(), Some(id), "{url}");
        }
        for url in [
            "",
            "photo.jpg",
            "/api/files/",
            "/api/files/photo.jpg",
            &format!("//evil.example/api/files/{id}"),
            &format!("https://evil.example/api/files/{id}"),
            &format!("https://images.example.com.evil.example/api/files/{id}"),
            &format!("https://homes.example:8080@evil.example/api/files/{id}"),
            &format!("http://homes.example:9090/api/files/{id}"),
            &format!("javascript://homes.example:8080/api/files/{id}"),
            &format!("/other/api/files/{id}"),
            &format!("/api/files/{id}/x"),
            "http://homes.example:8080",
            "://",
        ] {
            assert_eq!(found(url), None, "{url}");
        }
    }

    struct Urls(Vec<String>);

    impl http_kit::Request for Urls {
        fn read(f: &mut Fields<'_>) -> Option<Self> {
            Some(Self(ImageUrls::read(f).0))
        }
    }

    #[test]
    fn addresses_are_read_from_an_array_or_one_text() {
        let read = |given: Value| {
            let members = serde_json::Map::from_iter([(FIELD.to_owned(), given)]);
            match http_kit::read::<Urls>(members) {
                Ok(Urls(urls)) => (urls, vec![]),
                Err(invalid) => {
                    let urls = invalid.partial.map(|Urls(urls)| urls).unwrap_or_default();
                    (urls, invalid.errors.0.into_keys().collect::<Vec<_>>())
                }
            }
        };
        assert_eq!(read(serde_json::json!([" /a ", "/b"])), (vec!["/a".to_owned(), "/b".to_owned()], vec![]));
        assert_eq!(read("/a".into()).0, ["/a"]);
        assert_eq!(read(Value::Null), (vec![], vec![]));
        assert_eq!(read(serde_json::json!([7, "x".repeat(501)])).1, ["imageUrls[0]", "imageUrls[1]"]);
        assert_eq!(read(serde_json::json!(vec!["/a"; 11])).1, ["imageUrls"]);
    }
}
