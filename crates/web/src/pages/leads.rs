//! `/dashboard/leads`: what people ask about the reader's homes, and how far each enquiry is.

mod export;
mod filter;
mod lead;
mod list;
mod one;
mod steps;

use axum::Router;

use self::filter::LeadFilter;
use crate::Site;
use crate::api::{Page, ReceivedLead};
use crate::failure::Failure;
use crate::key::Key;
use crate::visit::Visit;

const PATH: &str = "/dashboard/leads";
/// The most enquiries that the API sends at once.
const LARGEST_PAGE: &str = "100";
/// As far as the API counts pages of that size.
const MOST_PAGES: u64 = 100;

pub(super) fn router() -> Router<Site> {
    Router::new().merge(list::router()).merge(one::router()).merge(export::router())
}

/// One enquiry of the list, which is the only way to one, and whether its home has no other. `home` is where to look.
async fn find(visit: &Visit, id: &Key, home: Option<Key>) -> Result<(ReceivedLead, bool), Failure> {
    let filter = LeadFilter { stage: None, home };
    let id = id.to_string();
    for page in 0..MOST_PAGES {
        let list: Page<ReceivedLead> = visit.ask(filter.call(&page.to_string(), LARGEST_PAGE)).await?;
        let is_only = filter.home.is_some() && list.total_elements == 1;
        if let Some(lead) = list.content.into_iter().find(|lead| lead.id == id) {
            return Ok((lead, is_only));
        }
        if page + 1 >= list.total_pages {
            break;
        }
    }
    Err(Failure::NotFound)
}
