//! The pages of the portal: complete HTML from the server, usable without any script.
//!
//! Guarantees: every page is a client of the public API and of nothing else; no form is acted on
//! without its CSRF token; text that people typed reaches a page only through the escaping
//! templates; nothing is loaded from another host.
//!
//! ```text
//! request -> session::guard (CSRF, refresh) -> pages::* -> Api (in process) -> template -> HTML
//! ```

mod api;
mod assets;
mod cookies;
mod csrf;
mod failure;
mod flash;
mod form;
mod frame;
mod key;
mod labels;
mod next_path;
mod pager;
mod pages;
mod session;
mod sheet;
mod visit;
mod when;

use std::sync::Arc;

use axum::{Router, middleware};

pub use api::Api;

/// What the operator decides about the pages.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Mark every cookie `Secure`; only a plain-HTTP development machine says no.
    pub secure_cookies: bool,
    /// The city named in titles and texts.
    pub city: String,
    /// Through whom people may sign in: name in addresses, label.
    pub providers: Vec<(String, String)>,
    /// The tokens of forms are made with it; to be kept from everybody, and the same after a restart.
    pub form_key: [u8; 32],
}

#[derive(Clone)]
pub(crate) struct Site {
    api: Api,
    settings: Arc<Settings>,
    maker: csrf::Maker,
}

/// The page routes and `/assets/…`; every other path gets the 404 page.
pub fn router(api: Api, settings: Settings) -> Router {
    let maker = csrf::Maker::new(&settings.form_key);
    let site = Site { api, settings: Arc::new(settings), maker };
    pages::router()
        .layer(middleware::from_fn_with_state(site.clone(), session::guard))
        .with_state(site)
        .merge(assets::router())
}
