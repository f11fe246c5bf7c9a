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
mod cookies;
mod csrf;
mod failure;
mod flash;
mod form;
mod frame;
mod key;
mod labels;
mod next_path;
mod numbers;
mod pager;
mod pages;
mod search_address;
mod sent_files;
mod session;
mod sheet;
mod since;
mod visit;
mod welcome;
mod when;

use std::sync::Arc;

use axum::{Router, middleware};

pub use api::Api;

/// The operator's settings for the pages.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Whether every cookie is marked `Secure`. Only a plain-HTTP development machine turns this off.
    pub secure_cookies: bool,
    /// The city named in titles and texts.
    pub city: String,
    /// Whether people read their e-mails on a page here, because this server sends none.
    pub mailbox: bool,
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
