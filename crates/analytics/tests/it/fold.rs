//! The same numbers by another way: from all events at once, with sets of people.

use std::collections::{BTreeMap, BTreeSet};

use domain::activity::ActivityEvent;
use domain::lead::LeadEvent;
use domain::product::ProductEvent;
use domain::time::day_name;
use domain::{Envelope, Log, UserId};
use serde_json::{Value, json};

use crate::site::{App, Somebody};

const FEWEST: usize = 5;

/// Who did something, and how often it was done.
#[derive(Default)]
struct Done {
    people: BTreeSet<UserId>,
    times: u64,
}

impl Done {
    fn by(&mut self, user: UserId, times: u64) {
        self.people.insert(user);
        self.times += times;
    }

    fn enough(&self) -> bool {
        self.people.len() >= FEWEST
    }
}

/// What happened within a range of days.
#[derive(Default)]
pub struct Fold {
    hours: BTreeMap<(String, i64, i64), Done>,
    active: BTreeMap<i64, BTreeSet<UserId>>,
    steps: BTreeMap<(UserId, i64), Vec<(String, i64)>>,
    /// By kind and name.
    topics: BTreeMap<(&'static str, String), Done>,
}

fn hour_of(event: &Envelope) -> i64 {
    event.timestamp.india_second() / 3600
}

fn compared(area: &str) -> String {
    area.to_lowercase()
}

impl Fold {
    /// Everything of `tenant` on the days `from` to `to`, but for what `gone` people did or wrote.
    pub async fn over(site: &App, tenant: &str, (from, to): (i64, i64), gone: &[Somebody]) -> Self {
        let gone: BTreeSet<UserId> = gone.iter().map(|who| who.user).collect();
        let mut fold = Self::default();
        for log in Log::ALL {
            for event in site.everything(log).await {
                let day = event.timestamp.india_day();
                let left = event.user_id.is_some_and(|user| gone.contains(&user));
                if event.stream.tenant.as_str() == tenant && (from..=to).contains(&day) && !left {
                    fold.add(site, &event, day, &gone);
                }
            }
        }
        fold
    }

    fn add(&mut self, site: &App, event: &Envelope, day: i64, gone: &BTreeSet<UserId>) {
        let kind = event.event_type.to_string();
        let hour = self.hours.entry((kind.clone(), day, hour_of(event))).or_default();
        hour.times += 1;
        let Some(user) = event.user_id else { return };
        hour.people.insert(user);
        self.active.entry(day).or_default().insert(user);
        self.steps.entry((user, day)).or_default().push((kind.clone(), hour_of(event)));
        let aggregates = &site.context.aggregates;
        let mut topic = |kind, name: &str, times| {
            self.topics.entry((kind, name.to_owned())).or_default().by(user, times);
        };
        let mut area = |kind, area: &domain::Erasable<String>, times| {
            if area.subject().is_some_and(|owner| !gone.contains(&owner)) {
                topic(kind, &compared(area.text()), times);
            }
        };
        match kind.as_str() {
            "PROPERTY_VIEWED" => {
                let ActivityEvent::Viewed { snapshot, views, counted, .. } =
                    aggregates.decode(event).unwrap()
                else {
                    panic!("{event:?}")
                };
                if counted {
                    area("views", &snapshot.area, views);
                }
            }
            "LEAD_CREATED" => {
                let LeadEvent::Made { snapshot, .. } = aggregates.decode(event).unwrap() else {
                    panic!("{event:?}")
                };
                area("leads", &snapshot.area, 1);
            }
            "PROPERTY_SEARCHED" => {
                let ActivityEvent::Searched { filters, results_count } = aggregates.decode(event).unwrap()
                else {
                    panic!("{event:?}")
                };
                let filters = filters.into_value().unwrap();
                let mut said = filters["query"].as_str().unwrap().to_owned();
                if let Some(area) = filters.get("location") {
                    let area = compared(area.as_str().unwrap());
                    topic("searches", &area, 1);
                    said = format!("{said}; location={area}");
                }
                if results_count == 0 {
                    topic("nothing", &said, 1);
                }
            }
            "ProductViewed" => {
                let ActivityEvent::ProductViewed { snapshot, views, counted, .. } =
                    aggregates.decode(event).unwrap()
                else {
                    panic!("{event:?}")
                };
                for category in snapshot.categories.iter().filter(|_| counted) {
                    topic("category views", category, views);
                }
            }
            "ProductPurchased" => {
                let ProductEvent::Purchased { categories, .. } = aggregates.decode(event).unwrap() else {
                    panic!("{event:?}")
                };
                for category in &categories {
                    topic("purchases", category, 1);
                }
            }
            _ => {}
        }
    }

    /// The events by type and hour, as in a report.
    pub fn events(&self) -> Value {
        let mut types: BTreeMap<&str, (u64, Vec<Value>, bool)> = BTreeMap::new();
        for ((kind, day, hour), done) in &self.hours {
            let (events, hours, suppressed) = types.entry(kind).or_default();
            if done.people.is_empty() || done.enough() {
                *events += done.times;
                hours.push(json!({"day": day_name(*day), "hour": hour, "events": done.times}));
            } else {
                *suppressed = true;
            }
        }
        let of_type = |(kind, (events, hours, suppressed)): (&&str, &(u64, Vec<Value>, bool))| json!({"eventType": kind, "events": events, "hours": hours, "suppressed": suppressed});
        types.iter().map(of_type).collect()
    }

    /// The active people of each day, and of all days.
    pub fn active_people(&self, (from, to): (i64, i64)) -> Value {
        let all: BTreeSet<UserId> = self.active.values().flatten().copied().collect();
        let day = |day: i64| {
            let mut told = people(self.active.get(&day).map_or(0, BTreeSet::len));
            told["day"] = day_name(day).into();
            told
        };
        json!({"total": people(all.len()), "days": (from..=to).map(day).collect::<Vec<_>>()})
    }

    /// How many people reached each of the steps.
    pub fn funnel(&self, steps: &[(&str, &str)]) -> Value {
        let reached = |length: usize| {
            let kinds: Vec<&str> = steps[..length].iter().map(|(kind, _)| *kind).collect();
            let people: BTreeSet<UserId> = self
                .steps
                .iter()
                .filter(|(_, done)| is_done_in_order(done, &kinds, 0))
                .map(|((user, _), _)| *user)
                .collect();
            people.len()
        };
        let step = |(index, (_, name)): (usize, &(&str, &str))| {
            let mut told = people(reached(index + 1));
            told["step"] = (*name).into();
            told
        };
        steps.iter().enumerate().map(step).collect()
    }

    /// The numbers of the names that have one to give in any of these kinds.
    pub fn busiest(&self, kinds: &[(&'static str, &str)]) -> BTreeMap<String, Value> {
        let names: BTreeSet<&String> = self.topics.keys().map(|(_, name)| name).collect();
        let mut busiest = BTreeMap::new();
        for name in names {
            let mut told = json!({"name": name});
            let mut sum = 0;
            for (kind, member) in kinds {
                let done = self.topics.get(&(*kind, name.clone()));
                let given = done.filter(|done| done.enough()).map(|done| done.times);
                sum += given.unwrap_or_default();
                told[*member] = match done {
                    None => json!({"count": 0, "suppressed": false}),
                    Some(_) => json!({"count": given, "suppressed": given.is_none()}),
                };
            }
            if sum > 0 {
                busiest.insert(name.clone(), told);
            }
        }
        busiest
    }

    /// The searches of enough people that found nothing.
    pub fn nothing_found(&self) -> BTreeMap<String, Value> {
        let nothing = self.topics.iter().filter(|((kind, _), done)| *kind == "nothing" && done.enough());
        let told = |((_, said), done): (&(&str, String), &Done)| {
            let told = json!({"search": said, "people": done.people.len(), "searches": done.times});
            (said.clone(), told)
        };
        nothing.map(told).collect()
    }
}

/// Whether there are hours for all `steps`, none before the one of the step before.
fn is_done_in_order(done: &[(String, i64)], steps: &[&str], since: i64) -> bool {
    let Some((first, rest)) = steps.split_first() else { return true };
    done.iter().any(|(kind, hour)| kind == first && *hour >= since && is_done_in_order(done, rest, *hour))
}

fn people(number: usize) -> Value {
    let few = (1..FEWEST).contains(&number);
    json!({"people": if few { Value::Null } else { number.into() }, "suppressed": few})
}

/// The entries of a list of a report, by the member that names them.
pub fn by_name(list: &Value, member: &str) -> BTreeMap<String, Value> {
    let entries = list.as_array().unwrap().iter();
    entries.map(|entry| (entry[member].as_str().unwrap().to_owned(), entry.clone())).collect()
}
