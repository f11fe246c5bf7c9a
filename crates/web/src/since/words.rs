//! The sentences about what is new.

use super::{Entry, News};
use crate::api::{HomeNews, LeadAnswer, NewLead, Property, SavedHomeChange, SearchMatches};
use crate::icon::icon;
use crate::key::Key;
use crate::labels;
use crate::search_address::search_address;
use crate::visit::Visit;
use crate::when::{Moment, day_words};

/// Everything that is new, in the order in which it is told.
pub(super) fn all(visit: &Visit, homes: &HomeNews, searches: &[SearchMatches]) -> Vec<News> {
    let mut news: Vec<News> = searches.iter().filter_map(|search| matches(visit, search)).collect();
    news.extend(saved_homes(visit, homes));
    news.extend(answers(visit, homes));
    news.extend(leads(visit, homes));
    news.extend(views(visit, homes));
    news.extend(saves(visit, homes));
    news
}

fn matches(visit: &Visit, found: &SearchMatches) -> Option<News> {
    let count = found.new_homes.filter(|count| count.0 > 0)?;
    let entry = |home: &Property| Entry {
        text: format!("{}, {}", home.heading(), home.price_words()),
        home: Key::parse(&home.id),
        when: Moment::parse_some(home.created_at.as_ref()),
    };
    let name = found.search.name.as_str();
    Some(News {
        icon: icon("search"),
        text: visit.text("personal-since-matches").arg("count", count.0).arg("search", name).to_string(),
        href: search_address(&found.search.filters),
        entries: found.homes.iter().map(entry).collect(),
    })
}

fn saved_homes(visit: &Visit, homes: &HomeNews) -> Option<News> {
    let count = homes.saved_homes.count.0;
    (count > 0).then(|| News {
        icon: icon("heart"),
        text: visit.text("personal-since-saved-homes").arg("count", count).to_string(),
        href: "/dashboard/saved".to_owned(),
        entries: homes.saved_homes.entries.iter().map(|change| changed(visit, change)).collect(),
    })
}

fn changed(visit: &Visit, change: &SavedHomeChange) -> Entry {
    let title = match &change.title {
        Some(title) => title.clone(),
        None => visit.text("personal-home-unnamed").to_string(),
    };
    let prices = change.previous_price_text.as_deref().zip(change.price_text.as_deref());
    let is_cheaper = change.price.as_ref().and_then(serde_json::Number::as_f64)
        < change.previous_price.as_ref().and_then(serde_json::Number::as_f64);
    let text = match (prices, change.availability.as_deref()) {
        (Some((before, price)), _) => {
            let text = if is_cheaper {
                visit.text("personal-change-cheaper")
            } else {
                visit.text("personal-change-dearer")
            };
            text.arg("title", title).arg("before", before).arg("price", price)
        }
        (None, Some("SOLD")) => visit.text("personal-change-sold").arg("title", title),
        (None, Some("RENTED")) => visit.text("personal-change-rented").arg("title", title),
        (None, Some("ON_THE_MARKET")) => visit.text("personal-change-back").arg("title", title),
        (None, _) => visit.text("personal-change-withdrawn").arg("title", title),
    };
    Entry { text: text.to_string(), home: Key::parse(&change.property_id), when: Moment::parse(&change.at) }
}

fn answers(visit: &Visit, homes: &HomeNews) -> Option<News> {
    let count = homes.answers.count.0;
    let entry = |answer: &LeadAnswer| Entry {
        text: format!(
            "{}: {}",
            answer.title,
            labels::of(visit.language, labels::ENQUIRY_STATUSES, &answer.status)
        ),
        home: Key::parse(&answer.property_id),
        when: Moment::parse(&answer.at),
    };
    (count > 0).then(|| News {
        icon: icon("mail"),
        text: visit.text("personal-since-answers").arg("count", count).to_string(),
        href: "/dashboard/enquiries".to_owned(),
        entries: homes.answers.entries.iter().map(entry).collect(),
    })
}

fn leads(visit: &Visit, homes: &HomeNews) -> Option<News> {
    let count = homes.leads.count.0;
    let entry = |lead: &NewLead| Entry {
        text: format!("{}: {}", labels::of(visit.language, labels::PURPOSES, &lead.purpose), lead.title),
        home: Key::parse(&lead.property_id),
        when: Moment::parse(&lead.at),
    };
    (count > 0).then(|| News {
        icon: icon("bell"),
        text: visit.text("personal-since-leads").arg("count", count).to_string(),
        href: "/dashboard/leads".to_owned(),
        entries: homes.leads.entries.iter().map(entry).collect(),
    })
}

fn views(visit: &Visit, homes: &HomeNews) -> Option<News> {
    let own = &homes.own_homes;
    let day = day_words(&own.views_from);
    (own.homes.0 > 0 && own.views.0 > 0).then(|| News {
        icon: icon("eye"),
        text: visit.text("personal-since-views").arg("count", own.views.0).arg("day", day).to_string(),
        href: "/dashboard/listings".to_owned(),
        entries: Vec::new(),
    })
}

fn saves(visit: &Visit, homes: &HomeNews) -> Option<News> {
    let own = &homes.own_homes;
    (own.saves.0 > 0).then(|| News {
        icon: icon("star"),
        text: visit.text("personal-since-saves").arg("count", own.saves.0).to_string(),
        href: "/dashboard/listings".to_owned(),
        entries: Vec::new(),
    })
}
