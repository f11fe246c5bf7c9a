//! Loads the panel for the first page after signing in.

use super::Welcome;
use crate::api::{Activity, Call, History};
use crate::flash::Flash;
use crate::since::{Entry, Since};
use crate::visit::Visit;
use crate::when::Moment;

/// How many of the last activities are told.
const TOLD: &str = "4";

impl Welcome {
    /// Loads it for the first page after signing in. Whatever cannot be had is left out: the page is about
    /// something else.
    pub(crate) async fn load(visit: &Visit) -> Option<Self> {
        if visit.flash != Some(Flash::SignedIn) || !visit.signed_in() {
            return None;
        }
        let since = Since::load(visit).await.ok()??;
        let call = Call::get("/api/user-history/me").query(&[("page", "0"), ("size", TOLD)]);
        let history: History = visit.ask(call).await.unwrap_or_default();
        let before = |activity: &Activity| activity.activity_type != "USER_LOGIN";
        let last = history.activities.into_iter().filter(before);
        let mut last: Vec<Entry> = last.map(|activity| deed(visit, activity)).collect();
        last.dedup_by(|next, kept| next.text == kept.text && next.home == kept.home);
        let close = visit.here().map_or_else(|| "/dashboard".to_owned(), |here| here.to_string());
        Some(Self { since, last, close })
    }
}

fn deed(visit: &Visit, activity: Activity) -> Entry {
    let home = activity.home();
    Entry { when: Moment::parse(&activity.timestamp), home, text: activity.words(visit.language) }
}
