//! What requests to this service say, for the document of the API: each by the function its handler reads with.

use domain::{Fields, UserId};
use http_kit::Paging;
use http_kit::docs::{Body, Reading};
use serde_json::{Value, json};

use super::{change, create, detail, images, leads, lists, looks, moderate, reports};

/// See [`NewListing`].
pub type NewListingBody = Body<NewListing>;

/// The body of `POST /api/properties`.
pub struct NewListing;

impl Reading for NewListing {
    const NAME: &'static str = "NewListing";

    fn read(f: &mut Fields<'_>) {
        create::asked(f, UserId::default(), "");
    }

    fn about(member: &str) -> Option<&'static str> {
        about_listing(member)
    }

    fn example() -> Value {
        json!({"title": "Three bedrooms near the lake", "location": "Miyapur", "price": "85 lakh",
            "propertyType": "APARTMENT", "bedrooms": "3", "bathrooms": 2, "areaSqft": 1650,
            "amenities": "Lift, Power backup", "furnishedStatus": "SEMI_FURNISHED",
            "contactName": "Owner", "contactPhone": "+91 98765-43210"})
    }
}

fn about_listing(member: &str) -> Option<&'static str> {
    Some(match member {
        "location" => "The locality.",
        "city" => "The tenant's own unless given.",
        "area" => "In `areaUnit`; wins over `areaSqft`.",
        "floorNumber" => "Not above `totalFloors`.",
        "plotUse" => "Of plots only.",
        "latitude" | "longitude" => "Both or none.",
        "sourceReference" => "Where the listing comes from: the same one cannot be listed twice by a person.",
        _ => return None,
    })
}

/// See [`ListingEdit`].
pub type ListingEditBody = Body<ListingEdit>;

/// The body of `PUT /api/properties/{id}`.
pub struct ListingEdit;

impl Reading for ListingEdit {
    const NAME: &'static str = "ListingEdit";

    fn read(f: &mut Fields<'_>) {
        domain::property::Content::asked(f, UserId::default(), "");
    }

    fn about(member: &str) -> Option<&'static str> {
        about_listing(member)
    }

    fn example() -> Value {
        json!({"title": "Three bedrooms by the lake", "location": "Miyapur", "price": 8_400_000,
            "propertyType": "APARTMENT", "amenities": ["Lift"]})
    }
}

/// See [`StatusChange`].
pub type StatusChangeBody = Body<StatusChange>;

/// The body of `PATCH /api/properties/{id}/status`.
pub struct StatusChange;

impl Reading for StatusChange {
    const NAME: &'static str = "ListingStatusChange";

    fn read(f: &mut Fields<'_>) {
        change::asked_status(f);
    }

    fn example() -> Value {
        json!({"status": "SOLD"})
    }
}

/// `?status=` instead of a body.
pub struct StatusInQuery;

impl Reading for StatusInQuery {
    const NAME: &'static str = "StatusInQuery";

    fn read(f: &mut Fields<'_>) {
        let _: Option<domain::property::Status> = f.choice("status");
    }

    fn about(_: &str) -> Option<&'static str> {
        Some("Instead of a body.")
    }
}

/// `?include=favorite`
pub struct Include;

impl Reading for Include {
    const NAME: &'static str = "Include";

    fn read(f: &mut Fields<'_>) {
        detail::asked_include(f);
    }

    fn about(_: &str) -> Option<&'static str> {
        Some(
            "`favorite` adds what is the caller's own: `isFavorited`, and `nextStatuses`, which they may move it to.",
        )
    }
}

/// See [`WantedImages`].
pub type WantedImagesBody = Body<WantedImages>;

/// The body of `POST /api/properties/{id}/images`.
pub struct WantedImages;

impl Reading for WantedImages {
    const NAME: &'static str = "WantedImages";

    fn read(f: &mut Fields<'_>) {
        images::asked(f);
    }

    fn about(member: &str) -> Option<&'static str> {
        (member == "primary").then_some("The one that stands for the listing.")
    }

    fn example() -> Value {
        json!({"fileIds": ["018f4a6e-0000-7000-8000-000000000001"]})
    }
}

/// See [`Enquiry`].
pub type EnquiryBody = Body<Enquiry>;

/// The body of `POST /api/properties/{id}/leads`.
pub struct Enquiry;

impl Reading for Enquiry {
    const NAME: &'static str = "Enquiry";

    fn read(f: &mut Fields<'_>) {
        leads::asked_enquiry(f);
    }

    fn about(member: &str) -> Option<&'static str> {
        (member == "visitAt").then_some("In the future, RFC 3339.")
    }

    fn example() -> Value {
        json!({"message": "Is it still there?", "purpose": "VISIT"})
    }
}

/// See [`FollowUp`].
pub type FollowUpBody = Body<FollowUp>;

/// The body of `PATCH /api/leads/{id}`.
pub struct FollowUp;

impl Reading for FollowUp {
    const NAME: &'static str = "LeadFollowUp";

    fn read(f: &mut Fields<'_>) {
        leads::asked_follow_up(f);
    }

    fn about(member: &str) -> Option<&'static str> {
        Some(if member == "note" { "For the owner alone." } else { "This, or a note." })
    }

    fn example() -> Value {
        json!({"status": "CONTACTED", "note": "Comes on Sunday"})
    }
}

/// The query of `GET /api/leads`.
pub struct LeadList;

impl Reading for LeadList {
    const NAME: &'static str = "LeadList";

    fn read(f: &mut Fields<'_>) {
        leads::asked_list(f);
    }

    fn about(member: &str) -> Option<&'static str> {
        match member {
            "box" => Some("What the caller was asked, or asked."),
            "propertyId" => Some("About this listing only."),
            _ => None,
        }
    }
}

/// The query of `GET /api/contact-looks`.
pub struct ContactLookList;

impl Reading for ContactLookList {
    const NAME: &'static str = "ContactLookList";

    fn read(f: &mut Fields<'_>) {
        looks::asked_list(f);
    }

    fn about(member: &str) -> Option<&'static str> {
        (member == "propertyId").then_some("At the contact of this listing only.")
    }
}

/// The query of a list of listings.
pub struct ListingList;

impl Reading for ListingList {
    const NAME: &'static str = "ListingList";

    fn read(f: &mut Fields<'_>) {
        lists::asked(f);
    }

    fn about(member: &str) -> Option<&'static str> {
        (member == "sort")
            .then_some("Instead of `sortBy` and `sortDir`: `price`, or `-price` for the dearest first.")
    }

    fn example() -> Value {
        json!({"size": 5, "sortBy": "price", "sortDir": "asc"})
    }
}

/// How many, where there are no further pages.
pub struct Size;

impl Reading for Size {
    const NAME: &'static str = "Size";
    const NAMES: &'static [&'static str] = &["size"];

    fn read(f: &mut Fields<'_>) {
        Paging::read(f, 10, 2);
    }
}

/// A page.
pub struct PageOf;

impl Reading for PageOf {
    const NAME: &'static str = "PageOf";

    fn read(f: &mut Fields<'_>) {
        Paging::read(f, 10, 2);
    }
}

/// See [`Featured`].
pub type FeaturedBody = Body<Featured>;

/// The body of `POST /api/properties/{id}/feature`.
pub struct Featured;

impl Reading for Featured {
    const NAME: &'static str = "Featured";

    fn read(f: &mut Fields<'_>) {
        f.flag("featured");
    }

    fn about(_: &str) -> Option<&'static str> {
        Some("True unless given.")
    }

    fn example() -> Value {
        json!({"featured": true})
    }
}

/// See [`Verified`].
pub type VerifiedBody = Body<Verified>;

/// The body of `POST /api/properties/{id}/verify`.
pub struct Verified;

impl Reading for Verified {
    const NAME: &'static str = "Verified";

    fn read(f: &mut Fields<'_>) {
        f.flag("verified");
    }

    fn about(_: &str) -> Option<&'static str> {
        Some("True unless given.")
    }

    fn example() -> Value {
        json!({"verified": true})
    }
}

/// See [`Refusal`].
pub type RefusalBody = Body<Refusal>;

/// The body of `POST /api/properties/{id}/reject`.
pub struct Refusal;

impl Reading for Refusal {
    const NAME: &'static str = "Refusal";

    fn read(f: &mut Fields<'_>) {
        moderate::asked_reason(f);
    }

    fn about(_: &str) -> Option<&'static str> {
        Some("For the owner to read.")
    }

    fn example() -> Value {
        json!({"reason": "The photos show another home"})
    }
}

/// See [`Complaint`].
pub type ComplaintBody = Body<Complaint>;

/// The body of `POST /api/properties/{id}/report`.
pub struct Complaint;

impl Reading for Complaint {
    const NAME: &'static str = "Complaint";

    fn read(f: &mut Fields<'_>) {
        reports::asked(f);
    }

    fn example() -> Value {
        json!({"cause": "DUPLICATE", "details": "The same home is listed twice"})
    }
}
