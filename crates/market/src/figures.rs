//! The figures of an area, from its homes. All of it is pure.

use std::collections::BTreeMap;

use domain::property::kinds::ListingType;
use domain::{Paise, Timestamp};
use serde::Serialize;
use utoipa::ToSchema;

use crate::home::{Home, Kind, KindWords};
use crate::month::Month;
use crate::queries::Prices;
use crate::statistics::{Bar, change_percent, distribution, median, per_sqft};

/// The fewest homes that a median is about. One of two prices is no figure of an area.
pub const FEWEST: usize = 3;
/// The most months of a series.
const MONTHS: usize = 24;
/// A change is told over a year, or over as much as there is, but not over less than this many months.
const SHORTEST_CHANGE: usize = 3;
const YEAR: usize = 12;

/// The median of enough amounts.
pub fn enough(amounts: Vec<Paise>) -> Option<Paise> {
    if amounts.len() < FEWEST { None } else { median(amounts) }
}

/// A month of an area.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = MarketMonth)]
pub struct MonthFigures {
    /// In India.
    #[schema(examples("2026-11"))]
    pub month: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub median_price_per_sqft: Option<Paise>,
    /// Homes for sale that were on the market in this month.
    pub homes: u64,
}

/// The homes of a kind in an area.
#[derive(Clone, Debug, PartialEq)]
pub struct KindFigures {
    pub kind: Kind,
    pub homes: u64,
    pub median_price: Paise,
    pub lowest: Paise,
    pub highest: Paise,
    pub median_price_per_sqft: Option<Paise>,
    pub distribution: Vec<Bar>,
}

/// What is known about an area.
#[derive(Clone, Debug, PartialEq)]
pub struct AreaFigures {
    pub homes_for_sale: u64,
    pub homes_for_rent: u64,
    /// Of homes for sale, without land and commerce.
    pub median_price_per_sqft: Option<Paise>,
    pub median_rent: Option<Paise>,
    pub change_percent: Option<f64>,
    /// The oldest first.
    pub series: Vec<MonthFigures>,
    /// Those of which there are enough, the most homes first.
    pub kinds: Vec<KindFigures>,
    pub computed_at: Timestamp,
}

impl AreaFigures {
    /// The figures from the homes of an area that are, or were, on the market.
    pub fn of(homes: &[Home], prices: &Prices, now: Timestamp) -> Self {
        let listed: Vec<&Home> = homes.iter().filter(|home| home.ended_at.is_none()).collect();
        let of_type = |listing_type: ListingType| {
            listed.iter().copied().filter(move |home| home.kind.listing_type == listing_type)
        };
        let series = series(homes, prices, now);
        let for_sale = listed.iter().filter(|home| home.kind.is_home_for_sale());
        Self {
            homes_for_sale: of_type(ListingType::Sale).count() as u64,
            homes_for_rent: of_type(ListingType::Rent).count() as u64,
            median_price_per_sqft: enough(for_sale.filter_map(|home| home.price_per_sqft()).collect()),
            median_rent: enough(of_type(ListingType::Rent).map(|home| home.price).collect()),
            change_percent: change(&series),
            series,
            kinds: kinds(&listed),
            computed_at: now,
        }
    }
}

/// The asking price of a home at the end of a month: the last one before `end`.
fn price_before(home: &Home, prices: &Prices, end: Timestamp) -> Paise {
    let Some(own) = prices.get(&home.id) else { return home.price };
    let last = own.iter().rev().find(|(at, _)| *at < end).or(own.first());
    last.map_or(home.price, |(_, price)| *price)
}

fn series(homes: &[Home], prices: &Prices, now: Timestamp) -> Vec<MonthFigures> {
    let for_sale: Vec<&Home> =
        homes.iter().filter(|home| home.kind.is_home_for_sale() && home.price_per_sqft().is_some()).collect();
    let Some(first) = for_sale.iter().map(|home| home.listed_at).min() else { return Vec::new() };
    let (first, last) = (Month::of(first), Month::of(now));
    let back = std::iter::successors(Some(last), |month| Some(month.before()));
    let mut months: Vec<Month> = back.take(MONTHS).take_while(|month| *month >= first).collect();
    months.reverse();
    let of_month = |month: Month| {
        let was_there = |home: &&&Home| {
            home.listed_at < month.ends() && home.ended_at.is_none_or(|ended| ended >= month.begins())
        };
        let there = for_sale.iter().filter(was_there);
        let asked = there.filter_map(|home| per_sqft(price_before(home, prices, month.ends()), home.sqft));
        let asked: Vec<Paise> = asked.collect();
        let homes = asked.len() as u64;
        MonthFigures { month: month.name(), median_price_per_sqft: enough(asked), homes }
    };
    months.into_iter().map(of_month).collect()
}

/// How the last month's median differs from that of a year before, or else from the oldest one there is.
fn change(series: &[MonthFigures]) -> Option<f64> {
    let last = series.len().checked_sub(1)?;
    let latest = series.get(last)?.median_price_per_sqft?;
    let oldest = last.saturating_sub(YEAR);
    let newest = last.checked_sub(SHORTEST_CHANGE)?;
    let base = series.get(oldest..=newest)?.iter().find_map(|month| month.median_price_per_sqft)?;
    change_percent(base, latest)
}

fn kinds(listed: &[&Home]) -> Vec<KindFigures> {
    let mut by_kind: BTreeMap<KindWords, Vec<&Home>> = BTreeMap::new();
    for home in listed {
        by_kind.entry(home.kind.words()).or_default().push(*home);
    }
    let mut kinds: Vec<KindFigures> = by_kind.values().filter_map(|homes| kind_figures(homes)).collect();
    // Kinds with as many homes stay in the order of their words.
    kinds.sort_by_key(|kind| std::cmp::Reverse(kind.homes));
    kinds
}

fn kind_figures(homes: &[&Home]) -> Option<KindFigures> {
    let prices: Vec<Paise> = homes.iter().map(|home| home.price).collect();
    Some(KindFigures {
        kind: homes.first()?.kind,
        homes: homes.len() as u64,
        lowest: *prices.iter().min()?,
        highest: *prices.iter().max()?,
        distribution: distribution(&prices),
        median_price_per_sqft: enough(homes.iter().filter_map(|home| home.price_per_sqft()).collect()),
        median_price: enough(prices)?,
    })
}

#[cfg(test)]
mod tests;
