//! The photos of a home: five on its page, and each on a page of its own that fills the screen. Links lead from one to
//! the next, so that the keyboard is enough.

use askama::Template;
use axum::Router;
use axum::extract::Path;
use axum::response::Response;
use axum::routing::get;

use super::super::show;
use crate::Site;
use crate::api::{Call, Image, Property};
use crate::failure::Failure;
use crate::frame::Frame;
use crate::key::Key;
use crate::visit::Visit;

/// The photos on the page of the home: one large, four small.
const SHOWN: usize = 5;
/// The widths in which there is each photo.
const WIDTHS: [u32; 3] = [320, 800, 1600];

/// The photos as the page of the home shows them.
pub(super) struct Gallery {
    pub(super) photos: Vec<Photo>,
    /// How many there are in all.
    pub(super) count: usize,
}

/// A photo with its words.
pub(super) struct Photo {
    pub(super) image: Image,
    /// Its place, from 1.
    pub(super) number: usize,
    /// What it is, for those who do not see it.
    pub(super) alt: String,
}

impl Gallery {
    pub(super) fn of(visit: &Visit, home: &Property) -> Self {
        let images = home.images.iter().zip(1..);
        let shown = images.filter(|(image, _)| !image.at(320).is_empty()).take(SHOWN);
        let photo = |(image, number): (&Image, usize)| Photo {
            image: image.clone(),
            number,
            alt: alt(visit, home, number),
        };
        Self { photos: shown.map(photo).collect(), count: home.images.len() }
    }
}

impl Photo {
    /// Its addresses by width, for `srcset`.
    pub(super) fn widths(&self) -> String {
        WIDTHS.map(|width| format!("{} {width}w", self.image.at(width))).join(", ")
    }
}

fn alt(visit: &Visit, home: &Property, number: usize) -> String {
    let words = visit.text("listing-photo-alt").arg("number", number).arg("count", home.images.len());
    words.arg("home", home.heading().to_owned()).to_string()
}

#[derive(Template)]
#[template(path = "listing/photo.html")]
struct PhotoPage {
    frame: Frame,
    /// The page of the home.
    path: String,
    heading: String,
    photo: Photo,
    /// Which of how many it is.
    place: String,
    previous: Option<String>,
    next: Option<String>,
}

pub(super) fn router() -> Router<Site> {
    Router::new().route("/homes/{id}/photos/{number}", get(photo))
}

async fn photo(visit: Visit, Path((id, number)): Path<(String, String)>) -> Result<Response, Failure> {
    let id = Key::parse(&id).ok_or(Failure::NotFound)?;
    let number: usize = number.parse().map_err(|_| Failure::NotFound)?;
    let home: Property = visit.ask(Call::get(format!("/api/properties/{id}"))).await?;
    let place = number.checked_sub(1).ok_or(Failure::NotFound)?;
    let image = home.images.get(place).ok_or(Failure::NotFound)?.clone();
    let count = home.images.len();
    let address = |number: usize| format!("/homes/{id}/photos/{number}");
    let words = visit.text("listing-photo-place").arg("number", number).arg("count", count).to_string();
    show(&PhotoPage {
        frame: visit.frame(format!("{words}: {}", home.heading())),
        path: home.path(),
        heading: home.heading().to_owned(),
        photo: Photo { image, number, alt: alt(&visit, &home, number) },
        place: words,
        previous: (number > 1).then(|| address(number - 1)),
        next: (number < count).then(|| address(number + 1)),
    })
}
