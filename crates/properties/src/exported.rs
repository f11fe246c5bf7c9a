//! The data export of a person's listings, what others did with them, the listings they saved, and their enquiries.

use std::sync::Arc;

use async_trait::async_trait;
use domain::Log;
use http_kit::docs::Listed;
use http_kit::export::{ExportPart, ExportedEvent, Portion, Subject};
use http_kit::{Category, Cursor, Failure, Freshness, Paging};

use crate::App;
use crate::document::Document;
use crate::leads::{LeadDocument, Side};
use crate::looks::ContactLook;
use crate::queries::favourites::Favorite;
use crate::queries::leads::LeadFilter;

#[derive(Clone, Copy, Debug)]
enum List {
    Homes,
    HomeEvents,
    Favorites,
    Enquiries(Side),
    ContactLooks,
}

impl List {
    const ALL: [Self; 6] = [
        Self::Homes,
        Self::HomeEvents,
        Self::Favorites,
        Self::Enquiries(Side::Owner),
        Self::Enquiries(Side::Seeker),
        Self::ContactLooks,
    ];

    fn name(self) -> &'static str {
        match self {
            Self::Homes => "homes",
            Self::HomeEvents => "homeEvents",
            Self::Favorites => "favorites",
            Self::Enquiries(Side::Owner) => "enquiriesReceived",
            Self::Enquiries(Side::Seeker) => "enquiriesSent",
            Self::ContactLooks => "contactLooks",
        }
    }

    fn documented(self) -> Listed {
        match self {
            Self::Homes => Listed::of::<Document<'static>>(self.name()),
            Self::HomeEvents => Listed::of::<ExportedEvent>(self.name()),
            Self::Favorites => Listed::of::<Favorite>(self.name()),
            Self::Enquiries(_) => Listed::of::<LeadDocument>(self.name()),
            Self::ContactLooks => Listed::of::<ContactLook>(self.name()),
        }
    }
}

struct Exported {
    app: App,
    list: List,
}

pub fn parts(app: &App) -> Vec<Arc<dyn ExportPart>> {
    let part = |list| -> Arc<dyn ExportPart> { Arc::new(Exported { app: app.clone(), list }) };
    List::ALL.map(part).into()
}

pub fn lists() -> Vec<Listed> {
    List::ALL.map(List::documented).into()
}

#[async_trait]
impl ExportPart for Exported {
    fn name(&self) -> &'static str {
        self.list.name()
    }

    fn category(&self) -> Category {
        match self.list {
            List::Homes | List::HomeEvents => Category::Listings,
            List::Favorites => Category::Favourites,
            // These lists also name other people.
            List::Enquiries(_) | List::ContactLooks => Category::Enquiries,
        }
    }

    async fn wait_for(&self, reader: &Subject) -> Freshness {
        self.app.context.wait_for(&self.app.status, &reader.tenant, reader.user, &[Log::Facts]).await
    }

    async fn portion(&self, subject: &Subject, after: Option<Cursor>) -> Result<Portion, Failure> {
        match self.list {
            List::Homes => self.app.own_homes(subject, after).await,
            List::HomeEvents => self.app.home_events(subject, after).await,
            List::Favorites => Portion::keyed(self.app.saved(subject, after.as_ref()).await?),
            List::Enquiries(side) => {
                let wanted = LeadFilter { person: subject.user, side, status: None, property: None };
                self.app.leads(&subject.tenant, &wanted, &Paging::portion(after)).await?.try_into()
            }
            List::ContactLooks => {
                let which = (subject.user, None);
                self.app.contact_looks(&subject.tenant, which, &Paging::portion(after)).await?.try_into()
            }
        }
    }
}
