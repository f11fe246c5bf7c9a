//! `/design`: every component in every state, in trials only. It shows at once what a change of the styles does.

use std::collections::BTreeMap;

use askama::Template;
use axum::Router;
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::get;
use serde_json::Number;

use super::show;
use crate::Site;
use crate::api::{Property, Refusal};
use crate::failure::Failure;
use crate::frame::Frame;
use crate::icon::{self, Icon};
use crate::messages::key;
use crate::pager::Pager;
use crate::plot::{Sparkline, sparkline};
use crate::sheet::{Field, Group, Kind, Sheet};
use crate::visit::Visit;
use crate::when::Moment;

/// When the page is seen, so that the homes have ages.
const NOW: &str = "2026-01-20T06:30:00Z";
/// The classes of the swatches.
const COLOURS: [&str; 8] =
    ["ground", "raised", "sunken", "action", "action-soft", "highlight", "good", "bad"];

static FIELDS: &[Group] = &[
    Group {
        legend: key("design-fields"),
        folded: false,
        fields: &[
            Field::line("design-line", key("design-field-line"))
                .required()
                .hint(key("design-field-line-hint")),
            Field::line("design-wrong", key("design-field-wrong")).hint(key("design-field-wrong-hint")),
            Field::new("design-choice", key("design-field-choice"), Kind::Choice(crate::labels::FURNISHING)),
            Field::new("design-text", key("design-field-text"), Kind::Text),
        ],
    },
    Group {
        legend: key("design-folded-group"),
        folded: true,
        fields: &[Field::line("design-folded", key("design-field-folded"))],
    },
];

#[derive(Template)]
#[template(path = "design.html")]
struct DesignPage {
    frame: Frame,
    sheet: Sheet,
    homes: Vec<Property>,
    pager: Pager,
    spark: Option<Sparkline>,
    icons: Vec<Icon>,
}

pub(super) fn router() -> Router<Site> {
    Router::new().route("/design", get(design))
}

async fn design(visit: Visit) -> Result<Response, Failure> {
    if !visit.is_demo() {
        return Err(Failure::NotFound);
    }
    let title = visit.text("design-title").to_string();
    show(&DesignPage {
        frame: Frame { now: Moment::parse(NOW), ..visit.frame(title) },
        sheet: wrong_sheet(),
        homes: samples(),
        pager: Pager::new("/design", 1, 5, Vec::new()),
        spark: sparkline(&[6200.0, 6350.0, 6300.0, 6500.0, 6800.0, 6750.0, 7100.0].map(Some)),
        icons: icon::all(),
    })
}

fn wrong_sheet() -> Sheet {
    let errors = BTreeMap::from([("design-wrong".to_owned(), "must be right".to_owned())]);
    Sheet::blank(FIELDS).with("design-line", Some("What was typed")).refused(Refusal {
        status: StatusCode::UNPROCESSABLE_ENTITY,
        code: String::new(),
        sentence: String::new(),
        field_errors: errors,
        retry_after: None,
    })
}

/// Homes of each kind of card.
fn samples() -> Vec<Property> {
    let home = |title: &str, kind: &str, listing: &str, price: u32, area: u32| Property {
        id: "design".to_owned(),
        title: Some(title.to_owned()),
        property_type: Some(kind.to_owned()),
        listing_type: Some(listing.to_owned()),
        price: Some(Number::from(price)),
        area_sqft: Some(Number::from(area)),
        location: Some("Kondapur".to_owned()),
        city: Some("Hyderabad".to_owned()),
        created_at: Some("2026-01-05T06:30:00Z".to_owned()),
        status: Some("ACTIVE".to_owned()),
        ..Property::default()
    };
    vec![
        Property {
            bedrooms: Some(Number::from(2)),
            floor_number: Some(Number::from(4)),
            total_floors: Some(Number::from(9)),
            is_verified: Some(true),
            is_featured: Some(true),
            previous_price: Some(Number::from(8_200_000)),
            price_changed_at: Some("2026-01-09T06:30:00Z".to_owned()),
            ..home("An apartment with all badges", "APARTMENT", "SALE", 7_800_000, 1150)
        },
        Property {
            is_favorited: Some(true),
            ..home(
                "A villa that is saved, with a title that needs two lines",
                "VILLA",
                "SALE",
                32_500_000,
                3400,
            )
        },
        home("A plot", "PLOT", "SALE", 12_000_000, 1800),
        Property { status: Some("SOLD".to_owned()), ..home("A shop, sold", "SHOP", "SALE", 9_000_000, 400) },
        home("A room for paying guests", "PG_HOSTEL", "PG", 11_000, 180),
        home("A house for rent", "HOUSE", "RENT", 42_000, 2100),
    ]
}
