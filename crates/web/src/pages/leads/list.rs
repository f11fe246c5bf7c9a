//! The list of enquiries, of one stage and about one home if the owner likes.

use askama::Template;
use axum::Router;
use axum::response::Response;
use axum::routing::get;

use super::PATH;
use super::export::SHEET;
use super::filter::LeadFilter;
use super::lead::Lead;
use crate::Site;
use crate::api::{Call, Page, Property, ReceivedLead};
use crate::failure::Failure;
use crate::frame::Frame;
use crate::labels::{self, LEAD_STAGES};
use crate::numbers::Count;
use crate::pager::Pager;
use crate::pages::show;
use crate::visit::Visit;

const SIZE: &str = "12";

/// A choice of a filter: code, words, and whether it is chosen.
type Choice = (String, String, bool);

#[derive(Template)]
#[template(path = "leads/list.html")]
struct LeadsPage {
    frame: Frame,
    leads: Vec<Lead>,
    total: Count,
    /// There may be more than `total`.
    are_more: bool,
    stages: Vec<Choice>,
    /// None when the person has no home, or when they could not be loaded.
    homes: Vec<Choice>,
    is_filtered: bool,
    /// Where the same enquiries are as a sheet.
    sheet: String,
    pager: Pager,
}

pub(super) fn router() -> Router<Site> {
    Router::new().route("/dashboard/leads", get(page))
}

async fn page(visit: Visit) -> Result<Response, Failure> {
    visit.must_be_signed_in()?;
    visit.knows(&["stage", "home", "page"]);
    let filter = LeadFilter::of(&visit);
    let number = visit.page_number();
    let list: Page<ReceivedLead> = visit.ask_for_page(number, |page: &str| filter.call(page, SIZE)).await?;
    let homes = homes(&visit, &filter, list.content.first()).await?;
    let title = visit.text("lead-list-title").to_string();
    show(&LeadsPage {
        frame: visit.frame(title),
        leads: list.content.into_iter().filter_map(|lead| Lead::of(visit.language, lead)).collect(),
        total: list.total_elements,
        are_more: list.are_more,
        stages: stages(&visit, &filter),
        homes,
        is_filtered: filter.is_set(),
        sheet: Pager::new(SHEET, 0, 1, filter.kept()).first(),
        pager: Pager::new(PATH, number, list.total_pages, filter.kept()),
    })
}

fn stages(visit: &Visit, filter: &LeadFilter) -> Vec<Choice> {
    let all = labels::told(visit.language, LEAD_STAGES.iter().copied()).into_iter();
    all.map(|(code, words)| (code.to_owned(), words, filter.stage == Some(code))).collect()
}

/// The person's homes, as far as one page of them goes, and the chosen one also if it is not among them. `first` is an
/// enquiry about that one.
async fn homes(
    visit: &Visit,
    filter: &LeadFilter,
    first: Option<&ReceivedLead>,
) -> Result<Vec<Choice>, Failure> {
    let call = Call::get("/api/properties/my-properties").query(&[("page", "0"), ("size", "100")]);
    let own: Option<Page<Property>> = visit.ask_for_part(call).await?;
    let own = own.map(|page| page.content).unwrap_or_default();
    let chosen = filter.home.as_ref().map(ToString::to_string);
    let choice = |home: &Property| {
        let is_chosen = chosen.as_ref() == Some(&home.id);
        (home.id.clone(), home.heading().to_owned(), is_chosen)
    };
    let mut choices: Vec<Choice> = own.iter().map(choice).collect();
    if let Some(id) = chosen.filter(|_| !choices.iter().any(|(_, _, is_chosen)| *is_chosen)) {
        let title = first.map_or_else(|| visit.text("lead-this-home").to_string(), |lead| lead.title.clone());
        choices.push((id, title, true));
    }
    Ok(choices)
}
