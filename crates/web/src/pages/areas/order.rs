//! Which areas are listed, and in what order, as the address of the list says.

use std::cmp::Ordering;

use crate::api::Area;

/// From this median price per sq ft on, an area counts as premium; below it, as affordable.
pub(super) const PREMIUM: f64 = 8_000.0;
/// From this change in percent on, an area counts as rising.
pub(super) const RISING: f64 = 10.0;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Order {
    Homes,
    Name,
    Price,
    Change,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum AreaFilter {
    All,
    Premium,
    Rising,
    Affordable,
}

impl Order {
    pub(super) const ALL: [Self; 4] = [Self::Homes, Self::Name, Self::Price, Self::Change];

    pub(super) fn code(self) -> &'static str {
        match self {
            Self::Homes => "homes",
            Self::Name => "name",
            Self::Price => "price",
            Self::Change => "change",
        }
    }

    /// Sorts the areas. Those without the figure come last, and equal ones by their names.
    pub(super) fn sort(self, areas: &mut [Area]) {
        areas.sort_by(|one, other| {
            let order = match self {
                Self::Homes => other.homes().cmp(&one.homes()),
                Self::Name => Ordering::Equal,
                Self::Price => falling(one.median_price_per_sqft, other.median_price_per_sqft),
                Self::Change => falling(one.change_percent, other.change_percent),
            };
            order.then_with(|| one.name.cmp(&other.name))
        });
    }
}

impl AreaFilter {
    pub(super) const ALL: [Self; 4] = [Self::All, Self::Premium, Self::Rising, Self::Affordable];

    pub(super) fn code(self) -> &'static str {
        match self {
            Self::All => "all",
            Self::Premium => "premium",
            Self::Rising => "rising",
            Self::Affordable => "affordable",
        }
    }

    /// Whether the figures of an area say so. Without the figure, nothing is said.
    pub(super) fn has(self, area: &Area) -> bool {
        match self {
            Self::All => true,
            Self::Premium => area.median_price_per_sqft.is_some_and(|price| price >= PREMIUM),
            Self::Rising => area.change_percent.is_some_and(|change| change >= RISING),
            Self::Affordable => area.median_price_per_sqft.is_some_and(|price| price < PREMIUM),
        }
    }
}

fn falling(one: Option<f64>, other: Option<f64>) -> Ordering {
    match (one, other) {
        (Some(one), Some(other)) => other.total_cmp(&one),
        (one, other) => other.is_some().cmp(&one.is_some()),
    }
}

/// The address of the list. What is usual is not said.
pub(super) fn address(shown: AreaFilter, order: Order) -> String {
    let shown = (shown != AreaFilter::All).then(|| format!("show={}", shown.code()));
    let order = (order != Order::Homes).then(|| format!("sort={}", order.code()));
    let query: Vec<String> = [shown, order].into_iter().flatten().collect();
    if query.is_empty() { "/areas".to_owned() } else { format!("/areas?{}", query.join("&")) }
}

#[cfg(test)]
mod tests {
    use super::{AreaFilter, Order, address};
    use crate::api::Area;
    use crate::numbers::Count;

    fn area(name: &str, homes: u64, price: Option<f64>, change_percent: Option<f64>) -> Area {
        let homes_for_sale = Count(homes);
        Area {
            name: name.to_owned(),
            homes_for_sale,
            median_price_per_sqft: price,
            change_percent,
            ..Area::default()
        }
    }

    fn names(order: Order) -> String {
        let mut areas = [
            area("Narsingi", 2, None, None),
            area("Kokapet", 9, Some(7_000.0), Some(-1.0)),
            area("Banjara Hills", 2, Some(14_000.0), Some(12.0)),
        ];
        order.sort(&mut areas);
        areas.map(|area| area.name.chars().take(1).collect::<String>()).concat()
    }

    #[test]
    fn areas_without_the_figure_come_last() {
        assert_eq!(Order::ALL.map(names), ["KBN", "BKN", "BKN", "BKN"]);
    }

    #[test]
    fn what_an_area_is_called_follows_from_its_figures() {
        let shown = |area: &Area| AreaFilter::ALL.map(|shown| shown.has(area));
        assert_eq!(shown(&area("A", 1, Some(8_000.0), Some(10.0))), [true, true, true, false]);
        assert_eq!(shown(&area("A", 1, Some(7_999.0), Some(9.9))), [true, false, false, true]);
        assert_eq!(shown(&area("A", 1, None, None)), [true, false, false, false]);
    }

    #[test]
    fn what_is_usual_is_not_in_the_address() {
        assert_eq!(address(AreaFilter::All, Order::Homes), "/areas");
        assert_eq!(address(AreaFilter::Rising, Order::Price), "/areas?show=rising&sort=price");
    }
}
