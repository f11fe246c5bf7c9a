//! One request of one person: their session, their calls to the API, and where they go next.

use axum::extract::FromRequestParts;
use axum::http::header::{LOCATION, REFERER, SET_COOKIE};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::de::DeserializeOwned;
use serde_json::Value;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use crate::Site;
use crate::api::{ApiError, Call, Caller, Listed, Tokens};
use crate::assets;
use crate::cookies::{self, ACCESS, FLASH, REFRESH};
use crate::csrf::{self, Maker, Token};
use crate::failure::Failure;
use crate::flash::Flash;
use crate::form::Form;
use crate::frame::Frame;
use crate::islands;
use crate::messages::{Language, Message};
use crate::next_path::NextPath;
use crate::session;
use crate::since::Since;
use crate::welcome::Welcome;
use crate::when::Moment;

/// Parameters that other sites add to links.
const OF_OTHERS: [&str; 2] = ["fbclid", "gclid"];
/// The most unknown parameters that are named.
const REMARKED: usize = 5;
/// The most characters of a text that is repeated to whoever typed it.
const LONGEST_REPEATED: usize = 40;

/// A visit, made by [`crate::session::guard`] once per request. Clones share its state.
#[derive(Clone)]
pub(crate) struct Visit {
    site: Site,
    /// The language of the pages. It is the same for everybody so far.
    pub(crate) language: Language,
    pub(crate) access: Option<String>,
    pub(crate) refresh: Option<String>,
    pub(crate) flash: Option<Flash>,
    pub(crate) csrf: Option<Token>,
    /// The token as the forms of this response carry it.
    pub(crate) csrf_field: String,
    uri: Uri,
    came_from: Option<NextPath>,
    caller: Caller,
    stale: Arc<AtomicBool>,
    out_of_reach: Arc<AtomicBool>,
    remarks: Arc<Mutex<Vec<String>>>,
    device: Arc<OnceLock<HeaderValue>>,
    /// When the API first answered.
    now: Arc<OnceLock<Moment>>,
    /// What is new, once it is loaded.
    pub(crate) since: Arc<OnceLock<Arc<Since>>>,
    /// The panel of the first page after signing in.
    pub(crate) welcome: Option<Arc<Welcome>>,
}

impl Visit {
    pub(crate) fn arriving(site: Site, parts: &Parts) -> Self {
        let caller = Caller::of(parts, site.settings.secure_cookies);
        let secure = caller.is_encrypted();
        let cookie = |name| cookies::read(&parts.headers, name, secure);
        Self {
            site,
            language: Language::default(),
            access: cookie(ACCESS).map(str::to_owned),
            refresh: cookie(REFRESH).map(str::to_owned),
            flash: cookie(FLASH).and_then(Flash::of_code),
            csrf: None,
            csrf_field: String::new(),
            uri: parts.uri.clone(),
            came_from: referring_page(&parts.headers),
            caller,
            stale: Arc::default(),
            out_of_reach: Arc::default(),
            remarks: Arc::default(),
            device: Arc::default(),
            now: Arc::default(),
            since: Arc::default(),
            welcome: None,
        }
    }

    pub(crate) fn signed_in(&self) -> bool {
        self.access.is_some()
    }

    /// The session whose forms this browser may send; empty when nobody is signed in. `None` when the sign-in had to
    /// be renewed and could not be: nothing can then be done as that person.
    ///
    /// It is read from the access token without verification. The API verifies the token on every call, and only the
    /// person has a token of theirs.
    pub(crate) fn session(&self) -> Option<String> {
        match (&self.access, &self.refresh) {
            (Some(access), _) => Some(claim(access, "sid").unwrap_or_default()),
            (None, Some(_)) => None,
            (None, None) => Some(String::new()),
        }
    }

    pub(crate) fn maker(&self) -> &Maker {
        &self.site.maker
    }

    /// The id of the person, as their unverified token says. It only decides what is offered.
    pub(crate) fn person(&self) -> Option<String> {
        self.access.as_deref().and_then(|access| claim(access, "sub"))
    }

    /// Whether the person is an administrator, as their unverified token says. The API decides who may do what.
    pub(crate) fn operates(&self) -> bool {
        self.access.as_deref().and_then(role).is_some_and(|role| role == "ADMIN")
    }

    /// The same, whether they judge listings: a moderator or an administrator.
    pub(crate) fn moderates(&self) -> bool {
        self.operates() || self.access.as_deref().and_then(role).is_some_and(|role| role == "MODERATOR")
    }

    /// The same, whether they may see the accounts of others: an administrator or support.
    pub(crate) fn sees_people(&self) -> bool {
        self.operates() || self.access.as_deref().and_then(role).is_some_and(|role| role == "SUPPORT")
    }

    pub(crate) fn must_be_signed_in(&self) -> Result<(), Failure> {
        if self.signed_in() { Ok(()) } else { Err(Failure::SignedOut) }
    }

    /// A text of the catalogue.
    pub(crate) fn text(&self, key: &str) -> Message {
        self.language.text(key)
    }

    /// Whether this is a trial with sample data.
    pub(crate) fn is_demo(&self) -> bool {
        self.site.settings.demo
    }

    pub(crate) fn city(&self) -> &str {
        &self.site.settings.city
    }

    /// The complete address of a path of this site, for what other sites read.
    pub(crate) fn complete(&self, path: &str) -> String {
        format!("{}{path}", self.site.addresses.of(self.caller.host()))
    }

    /// The identity providers for sign-in: name in addresses, and label.
    pub(crate) fn providers(&self) -> &[(String, String)] {
        &self.site.settings.providers
    }

    pub(crate) fn secure(&self) -> bool {
        self.caller.is_encrypted()
    }

    /// Calls the API and returns the `data` of the answer.
    pub(crate) async fn ask<T: DeserializeOwned>(&self, call: Call) -> Result<T, ApiError> {
        self.ask_with_version(call).await.map(|(data, _)| data)
    }

    /// The same, with the version of the resource, for [`Call::if_version`].
    pub(crate) async fn ask_with_version<T: DeserializeOwned>(
        &self,
        call: Call,
    ) -> Result<(T, Option<String>), ApiError> {
        let answer = self.site.api.send(&self.caller, self.access.as_deref(), call).await?;
        self.stale.fetch_or(answer.stale, Ordering::Relaxed);
        if let Some(device) = &answer.device {
            let _ = self.device.set(device.clone());
        }
        if let Some(at) = answer.at {
            let _ = self.now.set(at);
        }
        let version = answer.version.clone();
        Ok((answer.data()?, version))
    }

    /// Makes a list of homes say which of them the person saved, so that their cards show it.
    pub(crate) fn marked(&self, call: Call) -> Call {
        if self.signed_in() { call.query(&[("include", "favorite")]) } else { call }
    }

    /// Calls the API for a command whose answer is not shown.
    pub(crate) async fn tell(&self, call: Call) -> Result<(), ApiError> {
        self.site.api.send(&self.caller, self.access.as_deref(), call).await.map(|_| ())
    }

    /// Calls the API for a file, and passes it on.
    pub(crate) async fn file(&self, call: Call) -> Result<Response, ApiError> {
        self.site.api.file(&self.caller, self.access.as_deref(), call).await
    }

    /// A query parameter of the page's address. An empty one counts as absent.
    pub(crate) fn asked(&self, name: &str) -> Option<String> {
        Form::parse(self.uri.query()?.as_bytes()).filled(name).map(str::to_owned)
    }

    /// The path of the page.
    pub(crate) fn path(&self) -> &str {
        self.uri.path()
    }

    /// All query parameters of the page's address.
    pub(crate) fn query(&self) -> Form {
        Form::parse(self.uri.query().unwrap_or_default().as_bytes())
    }

    /// All values of a query parameter, without the empty ones.
    pub(crate) fn asked_all(&self, name: &str) -> Vec<String> {
        let query = form_urlencoded::parse(self.uri.query().unwrap_or_default().as_bytes());
        let values = query.filter(|(key, _)| key == name).map(|(_, value)| value.trim().to_owned());
        values.filter(|value| !value.is_empty()).collect()
    }

    /// Calls the API for a part that the page can be without; `None` when there is no such part now.
    pub(crate) async fn ask_for_part<T: DeserializeOwned>(&self, call: Call) -> Result<Option<T>, Failure> {
        match self.ask(call).await.map_err(Failure::from) {
            Ok(part) => Ok(Some(part)),
            Err(Failure::SignedOut) => Err(Failure::SignedOut),
            Err(failure) => {
                tracing::debug!(error = %failure, "a page is shown without a part of it");
                Ok(None)
            }
        }
    }

    fn remarks(&self) -> MutexGuard<'_, Vec<String>> {
        self.remarks.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Tells the person something about the address of the page.
    pub(crate) fn remark(&self, text: String) {
        self.remarks().push(text);
    }

    /// Says which parameters of the address are none of these: a filter that is silently ignored would show homes that
    /// were not asked for.
    pub(crate) fn knows(&self, known: &[&str]) {
        let query = self.uri.query().unwrap_or_default();
        let mut unknown: Vec<String> = Vec::new();
        for (name, _) in form_urlencoded::parse(query.as_bytes()) {
            let ours = known.contains(&&*name) || OF_OTHERS.contains(&&*name) || name.starts_with("utm_");
            let name = shortened(&name);
            if !ours && !unknown.contains(&name) && unknown.len() < REMARKED {
                unknown.push(name);
            }
        }
        if !unknown.is_empty() {
            let names = unknown.iter().map(|name| format!("“{name}”")).collect::<Vec<_>>().join(", ");
            self.remark(self.text("frame-unknown-parameters").arg("names", names).to_string());
        }
    }

    /// The page number of a list, from 0; `?page=` counts from 1.
    pub(crate) fn page_number(&self) -> u64 {
        let Some(asked) = self.asked("page") else { return 0 };
        if let Ok(page @ 1..) = asked.parse::<u32>() {
            return u64::from(page) - 1;
        }
        self.remark(self.text("frame-no-page-number").arg("page", shortened(&asked)).to_string());
        0
    }

    /// Asks the API for the page `number` of a list. The API lists by number only so far; beyond that, the page is
    /// empty, with the totals of the list.
    pub(crate) async fn ask_for_page<T: DeserializeOwned + Listed>(
        &self,
        number: u64,
        call: impl Fn(&str) -> Call,
    ) -> Result<T, ApiError> {
        match self.ask(call(&number.to_string())).await {
            Err(ApiError::Refused(refusal)) if number > 0 && refusal.field_errors.contains_key("page") => {
                self.out_of_reach.store(true, Ordering::Relaxed);
                self.ask::<T>(call("0")).await.map(T::without_entries)
            }
            answer => answer,
        }
    }

    /// The address of this page, for coming back.
    pub(crate) fn here(&self) -> Option<NextPath> {
        NextPath::parse(self.uri.path_and_query()?.as_str())
    }

    /// Whether the page is at this path.
    pub(crate) fn is_at(&self, path: &str) -> bool {
        self.uri.path() == path
    }

    /// Redirects for good with 301, and keeps the query.
    pub(crate) fn moved_to(&self, path: &str) -> Response {
        let to = self.uri.query().map_or_else(|| path.to_owned(), |query| format!("{path}?{query}"));
        (StatusCode::MOVED_PERMANENTLY, see_other(&to).headers().clone()).into_response()
    }

    /// The page of this site that led the person here.
    pub(crate) fn came_from(&self) -> Option<&NextPath> {
        self.came_from.as_ref()
    }

    /// The layout of the page. It must be made last, after all API calls, because it shows whether any answer was
    /// stale.
    pub(crate) fn frame(&self, title: impl Into<String>) -> Frame {
        Frame {
            title: title.into(),
            city: self.site.settings.city.clone(),
            language: self.language,
            signed_in: self.signed_in(),
            person: self.person(),
            operates: self.operates(),
            moderates: self.moderates(),
            sees_people: self.sees_people(),
            mailbox: self.site.settings.mailbox,
            stylesheet: assets::stylesheet_path(),
            font: assets::font_path(),
            script: islands::script(),
            csrf: self.csrf_field.clone(),
            flash: self.flash,
            stale: self.stale.load(Ordering::Relaxed),
            remarks: self.remarks().clone(),
            out_of_reach: self.out_of_reach.load(Ordering::Relaxed),
            path: self.uri.path().to_owned(),
            here: self.here().map_or_else(|| "/".to_owned(), |here| here.to_string()),
            now: self.now.get().copied(),
            head: None,
            welcome: self.welcome.clone(),
        }
    }

    /// Redirects with 303, with an optional message for the next page.
    pub(crate) fn go(&self, to: &str, flash: Option<Flash>) -> Response {
        let mut response = see_other(to);
        if let Some(flash) = flash {
            flash.cookie().set(response.headers_mut(), self.secure());
        }
        response
    }

    pub(crate) fn go_signed_in(&self, tokens: &Tokens, to: &str, flash: Flash) -> Response {
        let mut response = self.go(to, Some(flash));
        session::keep(response.headers_mut(), tokens, self.secure());
        if let Some(device) = self.device.get() {
            response.headers_mut().append(SET_COOKIE, device.clone());
        }
        response
    }

    pub(crate) fn go_signed_out(&self, to: &str, flash: Flash) -> Response {
        let mut response = self.go(to, Some(flash));
        session::forget(response.headers_mut(), self.secure());
        response
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Visit {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Failure> {
        parts.extensions.get::<Self>().cloned().ok_or(Failure::Unavailable)
    }
}

/// What a person typed, short enough to be repeated to them.
pub(crate) fn shortened(text: &str) -> String {
    let mut short: String = text.chars().take(LONGEST_REPEATED).collect();
    if short.len() < text.len() {
        short.push('…');
    }
    short
}

/// Redirects with 303. `to` must be a path of this site: a literal with keys in it, or a [`NextPath`].
pub(crate) fn see_other(to: &str) -> Response {
    let location = HeaderValue::try_from(to).unwrap_or_else(|_| HeaderValue::from_static("/"));
    (StatusCode::SEE_OTHER, [(LOCATION, location)]).into_response()
}

/// The role in an access token. It only decides which links are shown: the token is not verified here.
fn role(access: &str) -> Option<String> {
    claim(access, "role")
}

/// A claim of an access token, without verification.
fn claim(access: &str, name: &str) -> Option<String> {
    let claims = URL_SAFE_NO_PAD.decode(access.split('.').nth(1)?).ok()?;
    let claims: Value = serde_json::from_slice(&claims).ok()?;
    claims[name].as_str().map(str::to_owned)
}

fn referring_page(headers: &HeaderMap) -> Option<NextPath> {
    let referer = headers.get(REFERER)?.to_str().ok()?;
    if !csrf::is_host(referer, headers) {
        return None;
    }
    let (_, rest) = referer.split_once("://")?;
    NextPath::parse(&rest[rest.find('/')?..])
}
