//! `/dashboard`: the person's whole activity; the first page after signing in.

mod summary;
mod timeline;

use askama::Template;
use axum::Router;
use axum::response::Response;
use axum::routing::get;

use self::summary::Month;
use self::timeline::Day;
use super::listing::who;
use super::my_homes::Mine;
use super::show;
use crate::Site;
use crate::api::{Call, History, Page, Profile, Property};
use crate::failure::Failure;
use crate::frame::Frame;
use crate::key::Key;
use crate::labels::{self, ACTIVITIES};
use crate::numbers::Count;
use crate::pager::Pager;
use crate::visit::Visit;

const ACTIVITIES_SHOWN: &str = "20";
const HOMES_SHOWN: u64 = 6;

#[derive(Template)]
#[template(path = "dashboard.html")]
struct DashboardPage {
    frame: Frame,
    /// The person's e-mail address, while it is not confirmed.
    unconfirmed: Option<String>,
    days: Vec<Day>,
    total: Count,
    /// Code, label, and whether it is the selected one.
    kinds: Vec<(String, String, bool)>,
    filtered: bool,
    month: Option<Month>,
    pager: Pager,
    /// `None` when they could not be loaded.
    listings: Option<Page<Property>>,
    saved: Option<Page<Property>>,
}

pub(super) fn router() -> Router<Site> {
    Router::new().route("/dashboard", get(dashboard))
}

async fn dashboard(visit: Visit) -> Result<Response, Failure> {
    visit.must_be_signed_in()?;
    let kind = visit.asked("type").and_then(|kind| Key::parse(&kind));
    visit.knows(&["type", "page"]);
    let number = visit.page_number();
    let path = match &kind {
        Some(kind) => format!("/api/user-history/me/activities/{kind}"),
        None => "/api/user-history/me".to_owned(),
    };
    let call = |page: &str| Call::get(&*path).query(&[("page", page), ("size", ACTIVITIES_SHOWN)]);
    let history: History = visit.ask_for_page(number, call).await?;
    let listings = homes(&visit, Mine::Listings).await?;
    let saved = homes(&visit, Mine::Saved).await?;
    let person = who(&visit).await?.filter(|person| person.email_verified == Some(false));
    let unconfirmed = person.as_ref().and_then(Profile::shown_email).map(str::to_owned);
    let kind = kind.map(|kind| kind.to_string()).unwrap_or_default();
    show(&DashboardPage {
        frame: visit.frame("Your dashboard"),
        unconfirmed,
        days: timeline::by_day(history.activities),
        total: history.total_activities,
        kinds: kinds(&kind),
        filtered: !kind.is_empty(),
        month: history.summary.map(Month::of),
        pager: Pager::new("/dashboard", number, history.total_pages, vec![("type", kind)]),
        listings,
        saved,
    })
}

/// Loads a list of homes; `None` on failure. The timeline is the purpose of the page and is shown even without these
/// lists.
async fn homes(visit: &Visit, mine: Mine) -> Result<Option<Page<Property>>, Failure> {
    match mine.load(visit, 0, HOMES_SHOWN).await.map_err(Failure::from) {
        Ok(page) => Ok(Some(page)),
        Err(Failure::SignedOut) => Err(Failure::SignedOut),
        Err(failure) => {
            tracing::warn!(error = %failure, "a dashboard is shown without a list of homes");
            Ok(None)
        }
    }
}

fn kinds(shown: &str) -> Vec<(String, String, bool)> {
    let known =
        ACTIVITIES.iter().map(|(code, words)| ((*code).to_owned(), (*words).to_owned(), *code == shown));
    let mut kinds: Vec<_> = known.collect();
    if !shown.is_empty() && !kinds.iter().any(|(_, _, is_shown)| *is_shown) {
        kinds.push((shown.to_owned(), labels::of(ACTIVITIES, shown), true));
    }
    kinds
}
