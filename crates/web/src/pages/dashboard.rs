//! `/dashboard`: what is new for the person, and the start of every list of theirs; the first page after signing in.

mod days;
mod enquiries;
mod live;
mod saved_homes;
mod saved_searches;
mod summary;
mod timeline;
mod viewed;

use std::sync::Arc;

use askama::Template;
use axum::Router;
use axum::response::Response;
use axum::routing::get;

use self::days::{Day, by_day};
use self::enquiries::SentEnquiry;
use self::summary::Month;
use self::viewed::{Viewed, each_once};
use super::inbox;
use super::listing::who;
use super::my_homes;
use super::show;
use crate::Site;
use crate::api::{ApiError, Call, History, Page, Profile, Property};
use crate::failure::Failure;
use crate::frame::Frame;
use crate::numbers::Count;
use crate::since::Since;
use crate::visit::Visit;

const ACTIVITIES_SHOWN: &str = "8";
const HOMES_SHOWN: u64 = 4;
const SEARCHES_SHOWN: usize = 5;
const VIEWED_SHOWN: u64 = 8;

#[derive(Template)]
#[template(path = "dashboard/dashboard.html")]
struct DashboardPage {
    frame: Frame,
    /// The person's e-mail address, while it is not confirmed.
    unconfirmed: Option<String>,
    since: Option<Arc<Since>>,
    /// How much is unread in the inbox; `None` when that could not be loaded.
    unread: Option<Count>,
    days: Vec<Day>,
    month: Option<Month>,
    /// `None` when they could not be loaded, as with all lists here.
    saved: Option<Start<saved_homes::Kept>>,
    searches: Option<Start<saved_searches::Kept>>,
    viewed: Option<Vec<Viewed>>,
    enquiries: Option<Start<SentEnquiry>>,
    listings: Option<Page<Property>>,
}

/// The start of a list, and its length.
struct Start<T> {
    first: Vec<T>,
    total: Count,
}

pub(super) fn router() -> Router<Site> {
    Router::new()
        .route("/dashboard", get(dashboard))
        .merge(timeline::router())
        .merge(live::router())
        .merge(saved_homes::router())
        .merge(saved_searches::router())
        .merge(enquiries::router())
        .merge(viewed::router())
}

async fn dashboard(visit: Visit) -> Result<Response, Failure> {
    visit.must_be_signed_in()?;
    visit.knows(&[]);
    let history = Call::get("/api/user-history/me").query(&[("page", "0"), ("size", ACTIVITIES_SHOWN)]);
    let history: History = visit.ask(history).await?;
    let since = Since::load(&visit).await?;
    let saved = beside(saved_homes::load(&visit, 0, HOMES_SHOWN).await)?;
    let viewed = beside(viewed::load(&visit, 0, VIEWED_SHOWN).await)?;
    let enquiries = beside(enquiries::load(&visit, 0, HOMES_SHOWN).await)?;
    let unread = beside(inbox::unread(&visit).await)?;
    let listings = beside(my_homes::load(&visit, 0, HOMES_SHOWN).await)?;
    let person = who(&visit).await?.filter(|person| person.email_verified == Some(false));
    let title = visit.text("personal-dashboard-title").to_string();
    show(&DashboardPage {
        frame: visit.frame(title),
        unconfirmed: person.as_ref().and_then(Profile::shown_email).map(str::to_owned),
        days: by_day(visit.language, history.activities),
        month: history.summary.map(|summary| Month::of(visit.language, summary)),
        saved: saved.map(|page| Start::of(page, saved_homes::Kept::of)),
        searches: since.as_deref().map(|since| searches(&visit, since)),
        viewed: viewed.map(|history| each_once(visit.language, history.activities)),
        enquiries: enquiries.map(|page| Start::of(page, |lead| Some(SentEnquiry::of(visit.language, lead)))),
        listings,
        unread,
        since,
    })
}

/// The part of a page that is shown without it when it cannot be loaded.
fn beside<T>(loaded: Result<T, ApiError>) -> Result<Option<T>, Failure> {
    match loaded.map_err(Failure::from) {
        Ok(part) => Ok(Some(part)),
        Err(Failure::SignedOut) => Err(Failure::SignedOut),
        Err(failure) => {
            tracing::warn!(error = %failure, "a dashboard is shown without one of its lists");
            Ok(None)
        }
    }
}

fn searches(visit: &Visit, since: &Since) -> Start<saved_searches::Kept> {
    let all = since.searches.iter().filter_map(|search| saved_searches::Kept::of(visit.language, search));
    Start { first: all.take(SEARCHES_SHOWN).collect(), total: Count(since.searches.len() as u64) }
}

impl<T> Start<T> {
    fn of<S>(page: Page<S>, entry: impl Fn(S) -> Option<T>) -> Self {
        Self { first: page.content.into_iter().filter_map(entry).collect(), total: page.total_elements }
    }
}
