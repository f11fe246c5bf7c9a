//! `/dashboard/contact-looks`: who was shown the contact of the reader's homes, or of one of them (`?home=`).

use askama::Template;
use axum::Router;
use axum::response::Response;
use axum::routing::get;

use super::show;
use crate::Site;
use crate::api::{ApiError, Call, ContactLook, Page};
use crate::failure::Failure;
use crate::frame::Frame;
use crate::key::Key;
use crate::numbers::Count;
use crate::pager::Pager;
use crate::visit::Visit;

const SIZE: u64 = 20;
/// The number shown on the page of a home.
const NEWEST: u64 = 5;
const PATH: &str = "/dashboard/contact-looks";

#[derive(Template)]
#[template(path = "contact_looks.html")]
struct ContactLooksPage {
    frame: Frame,
    looks: Vec<ContactLook>,
    total: Count,
    /// The home to which the list is restricted, if any.
    of_home: Option<Key>,
    pager: Pager,
}

pub(super) fn router() -> Router<Site> {
    Router::new().route(PATH, get(page))
}

async fn load(
    visit: &Visit,
    home: Option<&Key>,
    page: u64,
    size: u64,
) -> Result<Page<ContactLook>, ApiError> {
    let home = home.map(Key::to_string);
    let size = size.to_string();
    let call = |page: &str| {
        let mut query = vec![("page", page), ("size", &*size)];
        query.extend(home.as_deref().map(|id| ("propertyId", id)));
        Call::get("/api/contact-looks").query(&query)
    };
    visit.ask_for_page(page, call).await
}

async fn page(visit: Visit) -> Result<Response, Failure> {
    visit.must_be_signed_in()?;
    let of_home = visit.asked("home").and_then(|id| Key::parse(&id));
    visit.knows(&["home", "page"]);
    let number = visit.page_number();
    let looks = load(&visit, of_home.as_ref(), number, SIZE).await?;
    let kept = vec![("home", of_home.as_ref().map(Key::to_string).unwrap_or_default())];
    let title = visit.text("looks-title").to_string();
    show(&ContactLooksPage {
        frame: visit.frame(title),
        looks: looks.content,
        total: looks.total_elements,
        of_home,
        pager: Pager::new(PATH, number, looks.total_pages, kept),
    })
}

/// The newest entries for one home, shown to its owner; `None` when they cannot be loaded, so that the page of the
/// home is shown without them.
pub(super) async fn newest(visit: &Visit, home: &Key) -> Result<Option<Page<ContactLook>>, Failure> {
    match load(visit, Some(home), 0, NEWEST).await.map_err(Failure::from) {
        Ok(page) => Ok(Some(page)),
        Err(Failure::SignedOut) => Err(Failure::SignedOut),
        Err(failure) => {
            tracing::warn!(error = %failure, "a home is shown without who was shown its contact");
            Ok(None)
        }
    }
}
