//! Serves the islands: the scripts in `assets/islands`, which make pages move that work without them. They are built
//! from `web/` and committed, so that this program is built without Node.

use std::sync::LazyLock;

use axum::Router;
use axum::extract::Path;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::get;

use crate::assets::{self, Asset};

include!(concat!(env!("OUT_DIR"), "/islands.rs"));

static ISLANDS: LazyLock<Vec<Asset>> =
    LazyLock::new(|| EMBEDDED.iter().map(|&(name, plain)| Asset::island(name, plain)).collect());

static SCRIPT: LazyLock<Option<String>> = LazyLock::new(|| {
    let (name, _) = EMBEDDED.iter().find(|(name, _)| name.starts_with("main-"))?;
    Some(format!("/assets/islands/{name}"))
});

/// The address of the script that loads all others; `None` if this program was built without islands.
pub(crate) fn script() -> Option<&'static str> {
    SCRIPT.as_deref()
}

pub(crate) fn router() -> Router {
    Router::new().route("/assets/islands/{file}", get(serve))
}

async fn serve(Path(file): Path<String>, headers: HeaderMap) -> Response {
    let path = format!("/assets/islands/{file}");
    ISLANDS
        .iter()
        .find(|island| island.path == path)
        .map_or_else(|| StatusCode::NOT_FOUND.into_response(), |island| assets::answer(island, &headers))
}

#[cfg(test)]
mod tests {
    use super::EMBEDDED;

    fn text(plain: &[u8]) -> String {
        String::from_utf8(plain.to_vec()).unwrap()
    }

    #[test]
    fn one_script_loads_the_others_and_all_of_them_are_there() {
        let entries = EMBEDDED.iter().filter(|(name, _)| name.starts_with("main-"));
        assert_eq!(entries.count(), 1, "build the islands: npm run build in web/");
        let mut loaded = 0;
        for (name, plain) in EMBEDDED {
            for rest in text(plain).split("./").skip(1) {
                let file: String =
                    rest.chars().take_while(|c| c.is_ascii_alphanumeric() || "-_.".contains(*c)).collect();
                assert!(EMBEDDED.iter().any(|(name, _)| *name == file), "{name} loads {file}");
                loaded += 1;
            }
        }
        assert!(loaded > 0, "the map and the gallery are loaded on demand");
    }

    #[test]
    fn scripts_write_texts_and_never_markup() {
        for (name, plain) in EMBEDDED {
            let script = text(plain);
            for never in
                ["innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", "Function("]
            {
                assert!(!script.contains(never), "{never} in {name}");
            }
        }
    }

    #[test]
    fn a_poor_network_is_asked_for_little() {
        let all: usize = EMBEDDED.iter().map(|(_, plain)| plain.len()).sum();
        assert!(all < 60_000, "{all} bytes");
    }
}
