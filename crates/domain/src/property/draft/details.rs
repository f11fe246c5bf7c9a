//! Reads what only some kinds of listing have.

use crate::date::CalendarDate;
use crate::fields::Fields;
use crate::id::UserId;
use crate::personal::Erasable;
use crate::property::details::{Details, MOST_SHARING, PlotDetails, Project, SharedLiving, Terms};
use crate::property::kinds::{ListingType, PropertyType, ReraStatus};
use crate::property::rooms::Rooms;

/// The members of each part that belong to some kinds of listing only.
const OF_RENTS: [&str; 4] = ["deposit", "lockInMonths", "preferredTenants", "petsAllowed"];
const OF_SHARED: [&str; 3] = ["sharing", "meals", "forWhom"];
const OF_PLOTS: [&str; 5] = ["plotLength", "plotWidth", "roadWidth", "cornerPlot", "boundaryWall"];

/// Reads the details of a listing of this kind. What does not go with the kind is an error.
pub(super) fn read(f: &mut Fields<'_>, property: Option<PropertyType>, listing: ListingType) -> Details {
    let details = Details {
        terms: some(terms(f)),
        shared_living: some(shared_living(f)),
        plot: some(plot(f)),
        project: some(project(f)),
        approvals: f.choices("approvals"),
        gated_community: f.flag("gatedCommunity"),
    };
    let shared = matches!(listing, ListingType::Pg | ListingType::Flatmate)
        || property == Some(PropertyType::PgHostel);
    let is_plot = property.is_none_or(|property| property == PropertyType::Plot);
    let rules: [(&[&str], bool, &str); 3] = [
        (
            &OF_RENTS,
            listing != ListingType::Sale || shared,
            "goes with listingType RENT, LEASE, PG or FLATMATE only",
        ),
        (&OF_SHARED, shared, "goes with listingType PG or FLATMATE, or propertyType PG_HOSTEL, only"),
        (&OF_PLOTS, is_plot, "goes with propertyType PLOT only"),
    ];
    for (members, allowed, message) in rules {
        for member in members {
            let stated =
                f.raw(member).is_some_and(|value| value.as_array().is_none_or(|all| !all.is_empty()));
            if !allowed && stated {
                f.wrong(member, message);
            }
        }
    }
    details
}

fn some<T: Default + PartialEq>(part: T) -> Option<T> {
    Some(part).filter(|part| *part != T::default())
}

fn terms(f: &mut Fields<'_>) -> Terms {
    Terms {
        negotiable: f.flag("negotiable"),
        maintenance: f.money("maintenance"),
        available_from: f.parsed("availableFrom", CalendarDate::from_text),
        deposit: f.money("deposit"),
        lock_in_months: f.whole("lockInMonths", 0..=120),
        preferred_tenants: f.choices("preferredTenants"),
        pets_allowed: f.flag("petsAllowed"),
    }
}

fn shared_living(f: &mut Fields<'_>) -> SharedLiving {
    SharedLiving {
        sharing: f.wholes("sharing", 1..=MOST_SHARING, 20),
        meals: f.choices("meals"),
        for_whom: f.choice("forWhom"),
    }
}

fn plot(f: &mut Fields<'_>) -> PlotDetails {
    PlotDetails {
        plot_length: f.number("plotLength", 1.0..=100_000.0),
        plot_width: f.number("plotWidth", 1.0..=100_000.0),
        road_width: f.number("roadWidth", 1.0..=1_000.0),
        corner_plot: f.flag("cornerPlot"),
        boundary_wall: f.flag("boundaryWall"),
    }
}

fn project(f: &mut Fields<'_>) -> Project {
    // The owner is not known yet: see `Content::owned_by`.
    let said = |text: Option<String>| text.map(|text| Erasable::of(UserId::default(), text));
    let project = Project {
        name: said(f.text("projectName", 2..=120)),
        builder: said(f.text("builderName", 2..=120)),
        configurations: f.values("configurations", 20, Rooms::from_text),
        possession_status: f.choice("possessionStatus"),
        possession_date: f.parsed("possessionDate", CalendarDate::from_text),
        rera_id: said(f.parsed("reraId", rera_id)),
        rera_status: f.choice("reraStatus"),
        units: f.whole("totalUnits", 1..=100_000),
        towers: f.whole("totalTowers", 1..=1_000),
    };
    if project.rera_status == Some(ReraStatus::Registered) && f.raw("reraId").is_none() {
        f.wrong("reraId", "is required with reraStatus REGISTERED");
    }
    project
}

/// States write their numbers in several forms, so only the characters are checked.
fn rera_id(text: &str) -> Result<String, &'static str> {
    let id = text.to_uppercase();
    let fits = (5..=60).contains(&id.chars().count());
    let plain = id.chars().all(|c| c.is_ascii_alphanumeric() || "/-. ".contains(c));
    if fits && plain && id.bytes().any(|b| b.is_ascii_digit()) {
        Ok(id)
    } else {
        Err("must be a registration number of 5 to 60 letters, digits, dashes and slashes")
    }
}
