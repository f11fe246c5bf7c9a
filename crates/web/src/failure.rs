//! The failures of pages. A handler returns a [`Failure`]; [`crate::session::guard`] turns it into a page.

use askama::Template;
use axum::http::header::RETRY_AFTER;
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use thiserror::Error;

use crate::api::{ApiError, Refusal};
use crate::csrf::Forged;
use crate::frame::Frame;
use crate::messages::{Language, key};
use crate::visit::Visit;

/// A failure, named by what the person can do about it.
#[derive(Debug, Clone, Error)]
pub(crate) enum Failure {
    #[error("not found")]
    NotFound,
    #[error("removed for good")]
    Gone,
    #[error("not allowed")]
    Forbidden,
    #[error("the e-mail address is not confirmed")]
    Unconfirmed,
    #[error("signing in is needed")]
    SignedOut,
    #[error("no such method here")]
    WrongMethod,
    #[error("refused: {0}")]
    Refused(String),
    #[error("too many requests")]
    TooMany { wait: Option<u64> },
    #[error("a forged form: {0}")]
    Forged(Forged),
    #[error("the form is too large")]
    TooLarge,
    #[error("the service does not answer")]
    Unavailable,
}

#[derive(Template)]
#[template(path = "failure.html")]
struct FailurePage {
    frame: Frame,
    text: String,
    back: String,
    /// Whether to show a button that sends the confirmation message again.
    unconfirmed: bool,
}

impl From<ApiError> for Failure {
    fn from(error: ApiError) -> Self {
        let ApiError::Refused(refusal) = error else {
            tracing::error!(%error, "the API could not be used");
            return Self::Unavailable;
        };
        match refusal.status {
            StatusCode::UNAUTHORIZED => Self::SignedOut,
            StatusCode::FORBIDDEN if refusal.code == "EMAIL_NOT_CONFIRMED" => Self::Unconfirmed,
            StatusCode::FORBIDDEN => Self::Forbidden,
            StatusCode::NOT_FOUND => Self::NotFound,
            StatusCode::GONE => Self::Gone,
            StatusCode::TOO_MANY_REQUESTS => Self::TooMany { wait: refusal.retry_after },
            _ if refusal.blames_input() => Self::Refused(refusal.sentence),
            status => {
                tracing::warn!(
                    http.status = status.as_u16(),
                    api.code = refusal.code,
                    "the API refused a page"
                );
                Self::Unavailable
            }
        }
    }
}

impl ApiError {
    /// The API's refusal of the form just sent; an `Err` when the form is not to blame.
    pub(crate) fn about_input(self) -> Result<Refusal, Failure> {
        match self {
            Self::Refused(refusal) if refusal.blames_input() => Ok(*refusal),
            error => Err(error.into()),
        }
    }
}

impl From<askama::Error> for Failure {
    fn from(error: askama::Error) -> Self {
        tracing::error!(%error, "a page could not be rendered");
        Self::Unavailable
    }
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        let mut response = self.status().into_response();
        response.extensions_mut().insert(self);
        response
    }
}

impl Failure {
    pub(crate) fn status(&self) -> StatusCode {
        match self {
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::Gone => StatusCode::GONE,
            Self::Forbidden | Self::Unconfirmed | Self::Forged(_) => StatusCode::FORBIDDEN,
            Self::SignedOut => StatusCode::UNAUTHORIZED,
            Self::WrongMethod => StatusCode::METHOD_NOT_ALLOWED,
            Self::Refused(_) => StatusCode::BAD_REQUEST,
            Self::TooMany { .. } => StatusCode::TOO_MANY_REQUESTS,
            Self::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
        }
    }

    /// The title and text of the failure page.
    pub(crate) fn words(&self, language: Language) -> (String, String) {
        let (title, text) = match self {
            Self::NotFound => (key("failure-not-found"), key("failure-not-found-text")),
            Self::Gone => (key("failure-gone"), key("failure-gone-text")),
            Self::Forbidden => (key("failure-forbidden"), key("failure-forbidden-text")),
            Self::Unconfirmed => (key("failure-unconfirmed"), key("failure-unconfirmed-text")),
            Self::SignedOut => (key("failure-signed-out"), key("failure-signed-out-text")),
            Self::WrongMethod => (key("failure-not-found"), key("failure-wrong-method-text")),
            Self::TooMany { wait } => {
                return (language.text("failure-too-many").to_string(), wait_words(*wait, language));
            }
            Self::Refused(sentence) => {
                return (language.text("failure-refused").to_string(), sentence.clone());
            }
            Self::Forged(why) => (key("failure-forged"), forged_words(*why)),
            Self::TooLarge => (key("failure-too-large"), key("failure-too-large-text")),
            Self::Unavailable => (key("failure-unavailable"), key("failure-unavailable-text")),
        };
        (language.text(title).to_string(), language.text(text).to_string())
    }
}

/// Renders the failure page, with a link back.
pub(crate) fn page(visit: &Visit, failure: &Failure) -> Response {
    let (title, text) = failure.words(visit.language);
    let back = visit.came_from().map_or("/", |page| page.as_str()).to_owned();
    let page = FailurePage {
        frame: visit.frame(title),
        text,
        back,
        unconfirmed: matches!(failure, Failure::Unconfirmed),
    };
    let status = failure.status();
    let mut response = match page.render() {
        Ok(html) => (status, axum::response::Html(html)).into_response(),
        Err(error) => {
            tracing::error!(%error, "the failure page could not be rendered");
            status.into_response()
        }
    };
    if let Failure::TooMany { wait: Some(seconds) } = failure {
        response.headers_mut().insert(RETRY_AFTER, HeaderValue::from(*seconds));
    }
    response
}

/// The key of the reason.
fn forged_words(why: Forged) -> &'static str {
    match why {
        Forged::OtherSite => key("failure-forged-other-site"),
        Forged::NoToken => key("failure-forged-no-token"),
        Forged::NoCookie => key("failure-forged-no-cookie"),
    }
}

fn wait_words(seconds: Option<u64>, language: Language) -> String {
    let (text, n) = match seconds {
        None => return language.text("failure-too-many-text").to_string(),
        Some(seconds) if seconds < 90 => (key("failure-wait-seconds"), seconds.max(1)),
        Some(seconds) => (key("failure-wait-minutes"), seconds.div_ceil(60)),
    };
    language.text(text).arg("count", n).to_string()
}

#[cfg(test)]
mod tests {
    use super::{Language, wait_words};

    #[test]
    fn the_wait_is_told_and_never_too_short() {
        let told = |seconds| wait_words(Some(seconds), Language::English);
        assert!(told(1).contains("wait 1 second,"));
        assert!(told(61).contains("wait 61 seconds,"));
        assert!(told(121).contains("wait 3 minutes,"));
    }
}
