//! `/dashboard/timeline`: everything that the person did, by day, of some days and one kind if they like.

use askama::Template;
use axum::Router;
use axum::response::Response;
use axum::routing::{get, post};
use jiff::civil::Date;
use serde_json::json;

use super::days::{Day, by_day};
use crate::Site;
use crate::api::{Call, Timeline};
use crate::failure::Failure;
use crate::flash::Flash;
use crate::form::Form;
use crate::frame::Frame;
use crate::key::Key;
use crate::labels::{self, ACTIVITIES};
use crate::messages::Language;
use crate::next_path::NextPath;
use crate::pages::show;
use crate::visit::{Visit, shortened};

const PATH: &str = "/dashboard/timeline";
const SHOWN: &str = "30";
/// How many are hidden at once: as many as are shown.
const MOST_HIDDEN: usize = 30;
/// The longest cursor that is passed on.
const LONGEST_CURSOR: usize = 400;

#[derive(Template)]
#[template(path = "dashboard/timeline.html")]
struct TimelinePage {
    frame: Frame,
    days: Vec<Day>,
    /// Code, label, and whether it is the selected one.
    kinds: Vec<(String, String, bool)>,
    from: String,
    to: String,
    filtered: bool,
    /// The same list further down.
    older: Option<String>,
    /// Whether this is a part further down.
    is_later_part: bool,
    /// The same list from its beginning.
    first: String,
    here: String,
}

/// What the reader asks for.
#[derive(Default)]
struct TimelineFilter {
    kind: Option<Key>,
    from: Option<Date>,
    to: Option<Date>,
    cursor: Option<String>,
}

pub(super) fn router() -> Router<Site> {
    Router::new().route(PATH, get(timeline)).route("/dashboard/timeline/hide", post(hide))
}

async fn timeline(visit: Visit) -> Result<Response, Failure> {
    visit.must_be_signed_in()?;
    let asked = TimelineFilter::of(&visit);
    let found: Timeline = visit.ask(asked.call()).await?;
    let kind = asked.kind.as_ref().map(Key::to_string).unwrap_or_default();
    let day = |day: Option<Date>| day.map(|day| day.to_string()).unwrap_or_default();
    let activities = found.timeline.into_iter().flat_map(|day| day.activities).collect();
    let next = found.next.as_deref().map(|next| asked.address(Some(next)));
    let title = visit.text("personal-timeline-title").to_string();
    show(&TimelinePage {
        frame: visit.frame(title),
        days: by_day(visit.language, activities),
        kinds: kinds(visit.language, &kind),
        from: day(asked.from),
        to: day(asked.to),
        filtered: !kind.is_empty() || asked.from.is_some() || asked.to.is_some(),
        older: next,
        is_later_part: asked.cursor.is_some(),
        first: asked.address(None),
        here: asked.address(asked.cursor.as_deref()),
    })
}

async fn hide(visit: Visit, form: Form) -> Result<Response, Failure> {
    visit.must_be_signed_in()?;
    let ids: Vec<Key> =
        form.pairs().filter(|(name, _)| *name == "activityId").filter_map(|(_, id)| Key::parse(id)).collect();
    if ids.is_empty() {
        return Err(Failure::NotFound);
    }
    for id in ids.iter().take(MOST_HIDDEN) {
        let call = Call::post("/api/user-history/me/hide", json!({ "activityId": id.to_string() }));
        visit.tell(call).await?;
    }
    let back = form.get("next").and_then(NextPath::parse);
    Ok(visit.go(back.as_ref().map_or(PATH, NextPath::as_str), Some(Flash::EntryHidden)))
}

impl TimelineFilter {
    fn of(visit: &Visit) -> Self {
        visit.knows(&["type", "from", "to", "cursor"]);
        let day = |name: &str| {
            let text = visit.asked(name)?;
            let day = text.parse::<Date>().ok();
            if day.is_none() {
                visit.remark(visit.text("personal-timeline-no-day").arg("day", shortened(&text)).to_string());
            }
            day
        };
        let (from, mut to) = (day("from"), day("to"));
        if from.zip(to).is_some_and(|(from, to)| from > to) {
            visit.remark(visit.text("personal-timeline-backwards").to_string());
            to = None;
        }
        let is_cursor = |text: &String| text.len() <= LONGEST_CURSOR && Key::is_plain(text);
        Self {
            kind: visit.asked("type").and_then(|kind| Key::parse(&kind)),
            from,
            to,
            cursor: visit.asked("cursor").filter(is_cursor),
        }
    }

    /// The filters as parameters, which have the same names in the API and in the address.
    fn filters(&self) -> Vec<(&'static str, String)> {
        let filters = [
            ("type", self.kind.as_ref().map(Key::to_string)),
            ("from", self.from.map(|day| day.to_string())),
            ("to", self.to.map(|day| day.to_string())),
        ];
        filters.into_iter().filter_map(|(name, value)| Some((name, value?))).collect()
    }

    fn call(&self) -> Call {
        let filters = self.filters();
        let mut query = vec![("size", SHOWN)];
        query.extend(filters.iter().map(|(name, value)| (*name, value.as_str())));
        query.extend(self.cursor.as_deref().map(|cursor| ("cursor", cursor)));
        Call::get("/api/user-history/me/timeline").query(&query)
    }

    /// The address of this list from a cursor on.
    fn address(&self, cursor: Option<&str>) -> String {
        let mut query = form_urlencoded::Serializer::new(String::new());
        query.extend_pairs(self.filters());
        if let Some(cursor) = cursor {
            query.append_pair("cursor", cursor);
        }
        let query = query.finish();
        if query.is_empty() { PATH.to_owned() } else { format!("{PATH}?{query}") }
    }
}

fn kinds(language: Language, shown: &str) -> Vec<(String, String, bool)> {
    let known = labels::told(language, ACTIVITIES.iter().copied()).into_iter();
    let mut kinds: Vec<_> = known.map(|(code, words)| (code.to_owned(), words, code == shown)).collect();
    if !shown.is_empty() && !kinds.iter().any(|(_, _, is_shown)| *is_shown) {
        kinds.push((shown.to_owned(), labels::of(language, ACTIVITIES, shown), true));
    }
    kinds
}

#[cfg(test)]
mod tests {
    use super::TimelineFilter;
    use crate::key::Key;

    #[test]
    fn the_address_says_everything_that_was_asked_for() {
        let asked = TimelineFilter {
            kind: Key::parse("USER_LOGIN"),
            from: "2026-11-01".parse().ok(),
            ..TimelineFilter::default()
        };
        assert_eq!(
            asked.address(Some("WzE")),
            "/dashboard/timeline?type=USER_LOGIN&from=2026-11-01&cursor=WzE"
        );
        assert_eq!(TimelineFilter::default().address(None), "/dashboard/timeline");
    }
}
