//! The pages of the portal: complete HTML from the server, usable without any script.
//!
//! Guarantees: every page is a client of the public API and of nothing else; no form is acted on without its CSRF
//! token; user-supplied text reaches a page only through the escaping templates; nothing is loaded from another host.
//!
//! ```text
//! request -> session::guard (CSRF, refresh) -> pages::* -> Api (in process) -> template -> HTML
//! ```

mod api;
mod assets;
mod calendar;
mod cookies;
mod csrf;
mod csv;
mod device;
mod emi;
mod failure;
mod findable;
mod flash;
mod form;
mod frame;
mod head;
mod home_search;
mod icon;
mod islands;
mod key;
mod labels;
mod listing_path;
mod localities;
mod messages;
mod next_path;
mod numbers;
mod pager;
mod pages;
mod place_path;
mod plot;
mod rupees;
mod search_address;
mod sent_files;
mod session;
mod sheet;
mod since;
mod site_address;
mod structured_data;
mod typed;
mod usual_loan;
mod visit;
mod welcome;
mod when;
#[cfg(test)]
mod written;

use std::sync::Arc;

use axum::{Router, middleware};

pub use api::Api;
use findable::{Previews, Sitemaps};
pub use localities::known_localities;
use site_address::SiteAddresses;

/// The operator's settings for the pages.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The addresses under which people and search engines reach the portal and its tenants, the portal's first.
    pub addresses: Vec<String>,
    /// Whether every cookie is marked `Secure`. Only a plain-HTTP development machine turns this off.
    pub secure_cookies: bool,
    /// The city named in titles and texts.
    pub city: String,
    /// Whether people read their e-mails on a page here, because this server sends none.
    pub mailbox: bool,
    /// Whether this is a trial with sample data, which shows `/design`.
    pub demo: bool,
    /// The identity providers for sign-in: name in addresses, and label.
    pub providers: Vec<(String, String)>,
    /// The secret key for CSRF tokens. It must stay the same across restarts.
    pub form_key: [u8; 32],
}

#[derive(Clone)]
pub(crate) struct Site {
    api: Api,
    settings: Arc<Settings>,
    maker: csrf::Maker,
    addresses: Arc<SiteAddresses>,
    sitemaps: Arc<Sitemaps>,
    previews: Arc<Previews>,
}

/// The page routes and `/assets/…`; every other path gets the 404 page.
pub fn router(api: Api, settings: Settings) -> Router {
    let maker = csrf::Maker::new(&settings.form_key);
    let addresses = Arc::new(SiteAddresses::new(&settings.addresses));
    let site = Site {
        api,
        settings: Arc::new(settings),
        maker,
        addresses,
        sitemaps: Arc::default(),
        previews: Arc::default(),
    };
    pages::router()
        .layer(middleware::from_fn_with_state(site.clone(), session::guard))
        .with_state(site.clone())
        .merge(findable::router().with_state(site))
        .merge(assets::router())
        .merge(islands::router())
}
