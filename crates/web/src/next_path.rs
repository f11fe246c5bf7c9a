//! Where to go after signing in, as named in the address. It never leads off this site.

use std::fmt;

const LONGEST: usize = 1_000;

/// A path (and query) of this site.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct NextPath(String);

impl NextPath {
    /// Accepts only a path with exactly one leading `/`, without backslashes or anything that a browser strips or
    /// reinterprets.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let local = text.starts_with('/') && !text.starts_with("//");
        let plain = |b: u8| b.is_ascii_graphic() && b != b'\\';
        (local && text.len() <= LONGEST && text.bytes().all(plain)).then(|| Self(text.to_owned()))
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }

    /// The address of the sign-in page that leads back here.
    pub(crate) fn by_way_of_sign_in(&self) -> String {
        let query = form_urlencoded::Serializer::new(String::new()).append_pair("next", &self.0).finish();
        format!("/sign-in?{query}")
    }
}

impl fmt::Display for NextPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::NextPath;

    #[test]
    fn a_local_path_is_kept() {
        for good in ["/", "/homes?page=2&sort=newest", "/homes/0197-a#contact"] {
            assert_eq!(NextPath::parse(good).unwrap().as_str(), good);
        }
    }

    #[test]
    fn every_way_out_is_closed() {
        for bad in [
            "",
            "homes",
            "//evil.example",
            "///evil.example",
            "/\\evil.example",
            "\\/evil.example",
            "https://evil.example",
            "javascript:alert(1)",
            "/\t/evil.example",
            "/\n/evil.example",
            " /homes",
            "/homes x",
            "/hömes",
        ] {
            assert_eq!(NextPath::parse(bad), None, "{bad:?}");
        }
        assert_eq!(NextPath::parse(&format!("/{}", "a".repeat(1_000))), None);
    }

    #[test]
    fn the_way_through_sign_in_keeps_the_whole_query() {
        let next = NextPath::parse("/homes?page=2&sort=newest").unwrap();
        assert_eq!(next.by_way_of_sign_in(), "/sign-in?next=%2Fhomes%3Fpage%3D2%26sort%3Dnewest");
    }
}
