//! `/areas`: every area with homes on offer, and a page for each. All figures are computed from the homes that are listed
//! here, or absent.

mod list;
mod offers;
mod one;
mod order;
mod timeline;

use axum::Router;

use super::show;
use crate::Site;
use crate::api::{Area, Call, Page};
use crate::failure::Failure;
use crate::numbers::figure;
use crate::visit::Visit;

const API: &str = "/api/market/areas";
/// The most areas on a page of the API.
const SIZE: u64 = 100;
/// The most pages that are read: a city has fewer areas.
const PAGES: u64 = 5;

pub(super) fn router() -> Router<Site> {
    Router::new().merge(list::router()).merge(one::router())
}

/// All areas with homes.
pub(super) async fn all(visit: &Visit) -> Result<Vec<Area>, Failure> {
    let mut areas = Vec::new();
    for page in 0..PAGES {
        let (number, size) = (page.to_string(), SIZE.to_string());
        let found: Page<Area> =
            visit.ask(Call::get(API).query(&[("page", &*number), ("size", &*size)])).await?;
        areas.extend(found.content);
        if page + 1 >= found.total_pages {
            break;
        }
    }
    Ok(areas)
}

/// A change of a price: `+12.5 %`, `−3 %`.
struct Change {
    words: String,
    is_up: bool,
}

impl Change {
    fn of(percent: f64) -> Self {
        let tenths = (percent.abs() * 10.0).round() / 10.0;
        let sign = match percent {
            _ if tenths <= 0.0 => "",
            percent if percent > 0.0 => "+",
            _ => "−",
        };
        Self { words: format!("{sign}{} %", figure(tenths)), is_up: percent >= 0.0 }
    }
}

#[cfg(test)]
mod tests {
    use super::Change;

    #[test]
    fn a_change_is_told_by_its_sign_too() {
        for (percent, words) in
            [(12.54, "+12.5 %"), (-3.0, "−3 %"), (0.04, "0 %"), (0.0, "0 %"), (-0.04, "0 %")]
        {
            assert_eq!(Change::of(percent).words, words);
        }
    }
}
