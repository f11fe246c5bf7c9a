//! Serves the islands: the scripts in `assets/islands`, which make pages move that work without them. They are built
//! from `web/` and committed, so that this program is built without Node.

use std::sync::{LazyLock, OnceLock};

use axum::Router;
use axum::extract::Path;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::get;

use crate::assets::{self, Asset, FOREVER};

include!(concat!(env!("OUT_DIR"), "/islands.rs"));

/// One script, compressed when it is first asked for.
struct Island {
    name: &'static str,
    plain: &'static [u8],
    asset: OnceLock<Asset>,
}

static ISLANDS: LazyLock<Vec<Island>> = LazyLock::new(|| {
    let island = |&(name, plain)| Island { name, plain, asset: OnceLock::new() };
    EMBEDDED.iter().map(island).collect()
});

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

/// A name changes with its content, so a browser may keep what it has.
async fn serve(Path(file): Path<String>, headers: HeaderMap) -> Response {
    let Some(island) = ISLANDS.iter().find(|island| island.name == file) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let asset = island.asset.get_or_init(|| Asset::of(island.plain));
    assets::answer(asset, "text/javascript; charset=utf-8", FOREVER, &headers)
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
