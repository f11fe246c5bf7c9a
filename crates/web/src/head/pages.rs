//! The heads of the pages that are to be found.

use super::{Head, Preview};
use crate::api::{Image, Property};
use crate::failure::Failure;
use crate::findable::{HEIGHT, WIDTH};
use crate::pager::Pager;
use crate::structured_data::{BreadcrumbList, ItemList, JsonLd, Organization, RealEstateListing, WebSite};
use crate::visit::Visit;

/// The width of photos in structured data.
const SHARED: u32 = 1600;

/// The head of the first page.
pub(crate) fn front(visit: &Visit) -> Result<Head, Failure> {
    let site = visit.complete("");
    let description = visit.text("home-description").arg("city", visit.city()).to_string();
    let head = Head::new(visit.complete("/"), description);
    Ok(head.with_data(JsonLd::of(&WebSite::at(&site))?).with_data(JsonLd::of(&Organization::at(&site))?))
}

/// The head of a page that is the same for everybody, at its own path.
pub(crate) fn plain(visit: &Visit, description: impl Into<String>) -> Head {
    Head::new(visit.complete(visit.path()), description)
}

/// The head of a home's page. Only what is on the market is listed.
pub(crate) fn listing(visit: &Visit, home: &Property) -> Result<Head, Failure> {
    let url = visit.complete(&home.path());
    let description = format!("{}, {}, {}", home.in_short(), home.place(), home.price_words());
    let photo = |image: &Image| visit.complete(&image.at(SHARED));
    // A name that changes with the home: other sites keep what they read once.
    let changed = home.updated_at.iter().flat_map(|at| at.chars()).filter(char::is_ascii_digit);
    let version: String = changed.collect();
    let preview = home.primary_image().map(|_| Preview {
        url: visit.complete(&format!("/previews/{}.jpg?v={version}", home.id)),
        alt: description.clone(),
        width: WIDTH,
        height: HEIGHT,
    });
    let steps = [
        (visit.text("search-homes-in").arg("city", visit.city()).to_string(), visit.complete("/homes")),
        (home.heading().to_owned(), url.clone()),
    ];
    let photos = home.images.iter().map(photo).collect();
    let listing = JsonLd::of(&RealEstateListing::of(home, &url, photos))?;
    let data = [listing, JsonLd::of(&BreadcrumbList::of(steps))?];
    let head = Head::new(url, description).with_image(preview).unlisted_if(!home.takes_enquiries());
    Ok(data.into_iter().fold(head, Head::with_data))
}

/// The head of one page of a list. Its order is no page of its own: `list` must be without it.
pub(crate) fn results(visit: &Visit, title: &str, list: &Pager, homes: &[Property]) -> Result<Head, Failure> {
    let entries = homes.iter().map(|home| (home.heading().to_owned(), visit.complete(&home.path())));
    let steps = [
        (visit.text("search-homes-in").arg("city", visit.city()).to_string(), visit.complete("/")),
        (title.to_owned(), visit.complete(&list.first())),
    ];
    let data = [JsonLd::of(&ItemList::of(entries))?, JsonLd::of(&BreadcrumbList::of(steps))?];
    let description = visit.text("results-description").arg("heading", title).to_string();
    let head = Head {
        prev: list.previous().map(|path| visit.complete(&path)),
        next: list.next().map(|path| visit.complete(&path)),
        ..Head::new(visit.complete(&list.here()), description)
    };
    Ok(data.into_iter().fold(head.unlisted_if(homes.is_empty()), Head::with_data))
}
