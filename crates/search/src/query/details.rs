//! Filters on what only some kinds of listing have. A home's details are packed into one number, so that the index
//! holds one column of them; the same check serves the index and saved searches.

use domain::date::CalendarDate;
use domain::fields::Choice;
use domain::property::details::{Details, MOST_SHARING};
use domain::property::kinds::{Approval, ForWhom, Meal, PossessionStatus, PreferredTenant, ReraStatus};

/// The details of a home: flags of single values, then the day from which it is available.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct DetailBits(pub u64);

/// The first bit of each group, and of the day.
const FOR_WHOM: u32 = 0;
const POSSESSION: u32 = 3;
const RERA: u32 = 6;
const PETS: u32 = 9;
const GATED: u32 = 11;
const APPROVALS: u32 = 13;
const TENANTS: u32 = 20;
const MEALS: u32 = 23;
const SHARING: u32 = 26;
const DAY: u32 = 46;

fn bit<T: Choice>(value: T) -> u64 {
    T::ALL.iter().position(|(_, other)| *other == value).map_or(0, |place| 1 << place)
}

fn bits<T: Choice>(values: &[T]) -> u64 {
    values.iter().fold(0, |bits, value| bits | bit(*value))
}

/// One bit for true, another for false; none when not stated.
fn flag(value: Option<bool>) -> u64 {
    value.map_or(0, |value| if value { 1 } else { 2 })
}

fn people(sharing: &[i64]) -> u64 {
    let fits = sharing.iter().filter(|people| (1..=MOST_SHARING).contains(*people));
    fits.fold(0, |bits, people| bits | 1 << (people - 1))
}

/// The day as a number above zero.
fn day(date: CalendarDate) -> u64 {
    u64::try_from(date.days().max(0)).unwrap_or_default() + 1
}

impl DetailBits {
    /// The details of a listing.
    #[must_use]
    pub fn of(details: &Details) -> Self {
        let (terms, shared) = (details.terms.as_ref(), details.shared_living.as_ref());
        let project = details.project.as_ref();
        let groups = [
            (FOR_WHOM, shared.and_then(|shared| shared.for_whom).map_or(0, bit)),
            (POSSESSION, project.and_then(|project| project.possession_status).map_or(0, bit)),
            (RERA, project.and_then(|project| project.rera_status).map_or(0, bit)),
            (PETS, flag(terms.and_then(|terms| terms.pets_allowed))),
            (GATED, flag(details.gated_community)),
            (APPROVALS, bits(&details.approvals)),
            (TENANTS, terms.map_or(0, |terms| bits(&terms.preferred_tenants))),
            (MEALS, shared.map_or(0, |shared| bits(&shared.meals))),
            (SHARING, shared.map_or(0, |shared| people(&shared.sharing))),
            (DAY, terms.and_then(|terms| terms.available_from).map_or(0, day)),
        ];
        Self(groups.iter().fold(0, |all, (from, group)| all | group << from))
    }
}

/// What a listing may state about itself, and people name in the words of a search.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Detail {
    /// In a gated community.
    Gated,
    /// Pets are welcome.
    Pets,
    /// When people can move in.
    Possession(PossessionStatus),
    /// Whom the owner of a rented home prefers.
    Tenant(PreferredTenant),
    /// For whom a shared home is.
    ForWhom(ForWhom),
}

impl Detail {
    /// The parameter that asks for it, and its value. It is stricter: it leaves out homes that state nothing.
    #[must_use]
    pub fn parameter(self) -> (&'static str, &'static str) {
        match self {
            Self::Gated => ("gatedCommunity", "true"),
            Self::Pets => ("petsAllowed", "true"),
            Self::Possession(status) => ("possessionStatus", status.word()),
            Self::Tenant(tenant) => ("preferredTenants", tenant.word()),
            Self::ForWhom(whom) => ("forWhom", whom.word()),
        }
    }

    /// The words with which the texts of a home state it.
    #[must_use]
    pub fn stated(self) -> &'static str {
        match self {
            Self::Gated => "gated community",
            Self::Pets => "pets allowed",
            other => other.parameter().1,
        }
    }

    /// Its bits among those of a home.
    fn bits(self) -> u64 {
        match self {
            Self::Gated => flag(Some(true)) << GATED,
            Self::Pets => flag(Some(true)) << PETS,
            Self::Possession(status) => bit(status) << POSSESSION,
            Self::Tenant(tenant) => bit(tenant) << TENANTS,
            Self::ForWhom(whom) => (bit(whom) | bit(ForWhom::Anyone)) << FOR_WHOM,
        }
    }
}

/// Details that the words of a search name, any of each kind. A home that states otherwise does not fit; one that states
/// nothing does, because most homes state little.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct NamedDetails(u64);

impl NamedDetails {
    /// Adds a detail.
    pub fn add(&mut self, detail: Detail) {
        self.0 |= detail.bits();
    }

    /// Whether a home fits.
    #[must_use]
    pub fn fit(self, home: DetailBits) -> bool {
        let kinds =
            [(FOR_WHOM, POSSESSION), (POSSESSION, RERA), (PETS, GATED), (GATED, APPROVALS), (TENANTS, MEALS)];
        self.0 == 0
            || kinds.iter().all(|(from, to)| {
                let kind = (1_u64 << to) - (1 << from);
                let (named, stated) = (self.0 & kind, home.0 & kind);
                named == 0 || stated == 0 || named & stated != 0
            })
    }
}

impl DetailFilters {
    /// Whether a filter on the same as `detail` is set.
    #[must_use]
    pub fn is_about(&self, detail: Detail) -> bool {
        match detail {
            Detail::Gated => self.gated_community.is_some(),
            Detail::Pets => self.pets_allowed.is_some(),
            Detail::Possession(_) => !self.possession.is_empty(),
            Detail::Tenant(_) => !self.tenants.is_empty(),
            Detail::ForWhom(_) => !self.for_whom.is_empty(),
        }
    }
}

/// Filters on details. One that is not set lets everything through; a home that does not state the detail passes
/// only then.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct DetailFilters {
    /// Any of these; a home for anyone is for each of them.
    pub for_whom: Vec<ForWhom>,
    /// Any of these.
    pub possession: Vec<PossessionStatus>,
    /// Any of these.
    pub rera: Vec<ReraStatus>,
    /// Pets are welcome, or not.
    pub pets_allowed: Option<bool>,
    /// In a gated community, or not.
    pub gated_community: Option<bool>,
    /// Any of these.
    pub approvals: Vec<Approval>,
    /// Any of these.
    pub tenants: Vec<PreferredTenant>,
    /// All of these.
    pub meals: Vec<Meal>,
    /// Any of these numbers of people in a room.
    pub sharing: Vec<i64>,
    /// Available on this day or before.
    pub available_by: Option<CalendarDate>,
    /// The highest deposit, in paise.
    pub max_deposit: Option<i64>,
}

impl DetailFilters {
    /// Whether any is set.
    #[must_use]
    pub fn is_asked(&self) -> bool {
        *self != Self::default()
    }

    /// Whether a home passes. `deposit` is read only when it is asked for; `None` means not stated.
    #[must_use]
    pub fn hold(&self, home: DetailBits, deposit: impl FnOnce() -> Option<i64>) -> bool {
        let any = |from: u32, asked: u64| asked == 0 || home.0 >> from & asked != 0;
        let for_whom = match bits(&self.for_whom) {
            0 => 0,
            asked => asked | bit(ForWhom::Anyone),
        };
        let meals = bits(&self.meals);
        let available = home.0 >> DAY;
        any(FOR_WHOM, for_whom)
            && any(POSSESSION, bits(&self.possession))
            && any(RERA, bits(&self.rera))
            && any(PETS, flag(self.pets_allowed))
            && any(GATED, flag(self.gated_community))
            && any(APPROVALS, bits(&self.approvals))
            && any(TENANTS, bits(&self.tenants))
            && home.0 >> MEALS & meals == meals
            && any(SHARING, people(&self.sharing))
            && self.available_by.is_none_or(|by| available != 0 && available <= day(by))
            && self.max_deposit.is_none_or(|most| deposit().is_some_and(|deposit| deposit <= most))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The groups do not overlap, and the last leaves room for days until the year 2200.
    #[test]
    fn every_value_has_a_bit_of_its_own() {
        let groups = [
            (FOR_WHOM, ForWhom::ALL.len()),
            (POSSESSION, PossessionStatus::ALL.len()),
            (RERA, ReraStatus::ALL.len()),
            (PETS, 2),
            (GATED, 2),
            (APPROVALS, Approval::ALL.len()),
            (TENANTS, PreferredTenant::ALL.len()),
            (MEALS, Meal::ALL.len()),
            (SHARING, usize::try_from(MOST_SHARING).unwrap()),
            (DAY, 18),
        ];
        let mut next = 0;
        for (from, size) in groups {
            assert_eq!(from, next);
            next += u32::try_from(size).unwrap();
        }
        assert!(next <= 64);
        let last = CalendarDate::from_text("2200-12-31").unwrap();
        assert!(day(last) < 1 << 18);
    }

    #[test]
    fn what_is_not_stated_passes_only_where_nothing_is_asked() {
        let nothing = DetailBits::default();
        assert!(DetailFilters::default().hold(nothing, || None));
        let asked = DetailFilters { pets_allowed: Some(true), ..DetailFilters::default() };
        assert!(!asked.hold(nothing, || None));
        let by = CalendarDate::from_text("2026-12-31").ok();
        assert!(!DetailFilters { available_by: by, ..DetailFilters::default() }.hold(nothing, || None));
        assert!(!DetailFilters { max_deposit: Some(1), ..DetailFilters::default() }.hold(nothing, || None));
    }

    #[test]
    fn a_named_detail_leaves_out_what_states_otherwise() {
        let named = |details: &[Detail]| {
            let mut named = NamedDetails::default();
            for detail in details {
                named.add(*detail);
            }
            named
        };
        let (ready, building) = (PossessionStatus::ReadyToMove, PossessionStatus::UnderConstruction);
        let home = DetailBits(bit(ready) << POSSESSION | 2 << GATED | bit(ForWhom::Anyone) << FOR_WHOM);
        let nothing = DetailBits::default();
        for (details, fits) in [
            (vec![], true),
            (vec![Detail::Possession(ready)], true),
            (vec![Detail::Possession(building)], false),
            (vec![Detail::Possession(ready), Detail::Possession(building)], true),
            (vec![Detail::Gated], false),
            (vec![Detail::Possession(ready), Detail::Gated], false),
            (vec![Detail::ForWhom(ForWhom::Women)], true),
            (vec![Detail::Tenant(PreferredTenant::Family), Detail::Pets], true),
        ] {
            assert_eq!(named(&details).fit(home), fits, "{details:?}");
            assert!(named(&details).fit(nothing), "{details:?}");
        }
    }

    #[test]
    fn a_home_for_anyone_is_for_women() {
        let home = DetailBits(bit(ForWhom::Anyone) << FOR_WHOM);
        let women = DetailFilters { for_whom: vec![ForWhom::Women], ..DetailFilters::default() };
        assert!(women.hold(home, || None));
        assert!(!women.hold(DetailBits(bit(ForWhom::Men) << FOR_WHOM), || None));
    }
}
