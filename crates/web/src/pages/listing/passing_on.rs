//! `/homes/{id}/share`: the address of a home to pass on; and `GET /homes/{id}/save`, where a person who had to sign in
//! first saves it.

use askama::Template;
use axum::Router;
use axum::response::Response;
use axum::routing::get;
use serde_json::json;

use super::super::show;
use crate::Site;
use crate::api::{Call, Property};
use crate::failure::Failure;
use crate::flash::Flash;
use crate::frame::Frame;
use crate::key::Key;
use crate::visit::Visit;

#[derive(Template)]
#[template(path = "listing/share.html")]
struct SharePage {
    frame: Frame,
    id: Key,
    home: Property,
    address: String,
    /// The address of a letter with the link.
    letter: String,
}

#[derive(Template)]
#[template(path = "listing/save.html")]
struct SavePage {
    frame: Frame,
    id: Key,
    home: Property,
}

pub(super) fn router() -> Router<Site> {
    Router::new()
        .route("/homes/{id}/share", get(share).post(note))
        .route("/homes/{id}/save", get(offer_to_save))
}

async fn share(visit: Visit, id: Key) -> Result<Response, Failure> {
    let home: Property = visit.ask(Call::get(format!("/api/properties/{id}"))).await?;
    let address = visit.complete(&home.path());
    show(&SharePage {
        frame: visit.frame(visit.text("listing-share-title").to_string()),
        id,
        letter: letter(home.heading(), &address),
        home,
        address,
    })
}

/// Records that the person passed the home on.
async fn note(visit: Visit, id: Key) -> Result<Response, Failure> {
    visit.must_be_signed_in()?;
    visit.tell(Call::post(format!("/api/properties/{id}/share"), json!({}))).await?;
    Ok(visit.go(&format!("/homes/{id}"), Some(Flash::Shared)))
}

/// A `mailto:` address. Mail programs read a plus as itself, so a space is `%20`.
fn letter(subject: &str, body: &str) -> String {
    let parts = [("subject", subject), ("body", body)];
    let query = form_urlencoded::Serializer::new(String::new()).extend_pairs(parts).finish();
    format!("mailto:?{}", query.replace('+', "%20"))
}

async fn offer_to_save(visit: Visit, id: Key) -> Result<Response, Failure> {
    visit.must_be_signed_in()?;
    let home: Property = visit.ask(Call::get(format!("/api/properties/{id}?include=favorite"))).await?;
    if home.is_favorited == Some(true) {
        return Ok(visit.go(&home.path(), None));
    }
    show(&SavePage { frame: visit.frame(visit.text("listing-save-title").to_string()), id, home })
}

#[cfg(test)]
mod tests {
    use super::letter;

    #[test]
    fn a_letter_keeps_its_spaces_and_signs() {
        let letter = letter("Flat & more", "https://homes.example/a+b");
        assert_eq!(letter, "mailto:?subject=Flat%20%26%20more&body=https%3A%2F%2Fhomes.example%2Fa%2Bb");
    }
}
