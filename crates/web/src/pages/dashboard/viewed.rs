//! `/dashboard/viewed`: the homes that the person looked at, each once.

use askama::Template;
use axum::Router;
use axum::response::Response;
use axum::routing::get;

use crate::Site;
use crate::api::{Activity, ApiError, Call, History};
use crate::failure::Failure;
use crate::frame::Frame;
use crate::key::Key;
use crate::messages::Language;
use crate::pager::Pager;
use crate::pages::show;
use crate::visit::Visit;
use crate::when::Moment;

const PATH: &str = "/dashboard/viewed";
const SIZE: u64 = 24;

/// A home that was looked at.
pub(super) struct Viewed {
    pub(super) id: Key,
    pub(super) title: String,
    pub(super) when: Option<Moment>,
}

#[derive(Template)]
#[template(path = "dashboard/viewed.html")]
struct ViewedPage {
    frame: Frame,
    homes: Vec<Viewed>,
    pager: Pager,
}

pub(super) fn router() -> Router<Site> {
    Router::new().route(PATH, get(page))
}

pub(super) async fn load(visit: &Visit, page: u64, size: u64) -> Result<History, ApiError> {
    let size = size.to_string();
    let call = |page: &str| {
        Call::get("/api/user-history/me/activities/PROPERTY_VIEWED").query(&[("page", page), ("size", &size)])
    };
    visit.ask_for_page(page, call).await
}

async fn page(visit: Visit) -> Result<Response, Failure> {
    visit.must_be_signed_in()?;
    visit.knows(&["page"]);
    let number = visit.page_number();
    let history = load(&visit, number, SIZE).await?;
    let title = visit.text("personal-viewed-title").to_string();
    show(&ViewedPage {
        frame: visit.frame(title),
        homes: each_once(visit.language, history.activities),
        pager: Pager::new(PATH, number, history.total_pages, vec![]),
    })
}

/// The homes in the order in which they were looked at last.
pub(super) fn each_once(language: Language, activities: Vec<Activity>) -> Vec<Viewed> {
    let mut homes: Vec<Viewed> = Vec::new();
    for activity in activities {
        let Some(id) = activity.home().filter(|id| homes.iter().all(|home| home.id != *id)) else { continue };
        let when = Moment::parse(&activity.timestamp);
        let title = activity.title().map(str::to_owned);
        homes.push(Viewed { id, title: title.unwrap_or_else(|| activity.words(language)), when });
    }
    homes
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::each_once;
    use crate::api::Activity;
    use crate::messages::Language::English;

    #[test]
    fn a_home_that_was_looked_at_again_is_there_once_at_its_last_place() {
        let viewed = |id: &str, title: &str| -> Activity {
            let activity = json!({"activityType": "PROPERTY_VIEWED", "relatedEntityId": id,
                "relatedEntityType": "property", "activityData": {"title": title}});
            serde_json::from_value(activity).unwrap()
        };
        let all = vec![viewed("h2", "Villa"), viewed("h1", "Flat"), viewed("h2", "Villa, then")];
        let homes = each_once(English, all);
        let titles: Vec<_> = homes.iter().map(|home| home.title.as_str()).collect();
        assert_eq!(titles, ["Villa", "Flat"]);
    }
}
