//! What topics there are.

/// What a topic is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum TopicKind {
    /// Anything a person does.
    Active,
    /// A step of [`crate::projection::funnels::HOMES`].
    HomeFunnel,
    /// A step of [`crate::projection::funnels::PRODUCTS`].
    ProductFunnel,
    /// The locality of a viewed listing.
    LocalityViews,
    /// A locality that was searched for.
    LocalitySearches,
    /// The locality of a listing that somebody enquired about.
    LocalityLeads,
    /// A category of a viewed product.
    CategoryViews,
    /// A category of a product that was bought.
    CategoryPurchases,
    /// A search that found nothing.
    NothingFound,
}

impl TopicKind {
    const ALL: [Self; 9] = [
        Self::Active,
        Self::HomeFunnel,
        Self::ProductFunnel,
        Self::LocalityViews,
        Self::LocalitySearches,
        Self::LocalityLeads,
        Self::CategoryViews,
        Self::CategoryPurchases,
        Self::NothingFound,
    ];

    /// The kind with this name in the read model.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == name)
    }

    /// Its name in the read model.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::HomeFunnel => "home-funnel",
            Self::ProductFunnel => "product-funnel",
            Self::LocalityViews => "locality-views",
            Self::LocalitySearches => "locality-searches",
            Self::LocalityLeads => "locality-leads",
            Self::CategoryViews => "category-views",
            Self::CategoryPurchases => "category-purchases",
            Self::NothingFound => "nothing-found",
        }
    }

    /// For topics that people wrote: the kinds that are told side by side. If the words of a topic are there in one of them,
    /// the report also says whether there is something to suppress in the others.
    #[must_use]
    pub const fn told_together(self) -> Option<[Self; 3]> {
        match self {
            Self::LocalityViews | Self::LocalitySearches | Self::LocalityLeads => {
                Some([Self::LocalityViews, Self::LocalitySearches, Self::LocalityLeads])
            }
            Self::NothingFound => Some([Self::NothingFound; 3]),
            Self::Active
            | Self::HomeFunnel
            | Self::ProductFunnel
            | Self::CategoryViews
            | Self::CategoryPurchases => None,
        }
    }

    /// Whether the topic is what somebody wrote. It is kept as a digest then, and its words only once enough people had
    /// it.
    #[must_use]
    pub const fn is_written_by_people(self) -> bool {
        self.told_together().is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_has_a_name_of_its_own() {
        for kind in TopicKind::ALL {
            assert_eq!(TopicKind::named(kind.as_str()), Some(kind));
        }
        assert_eq!(TopicKind::named("other"), None);
    }
}
