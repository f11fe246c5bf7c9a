//! The failures of pages. A handler returns a [`Failure`]; [`crate::session::guard`] turns it into a page.

use askama::Template;
use axum::http::header::RETRY_AFTER;
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use thiserror::Error;

use crate::api::{ApiError, Refusal};
use crate::csrf::Forged;
use crate::frame::Frame;
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
    pub(crate) fn words(&self) -> (&'static str, String) {
        let (title, text) = match self {
            Self::NotFound => {
                ("Page not found", "There is nothing at this address. It may have been mistyped.")
            }
            Self::Gone => ("No longer listed", "This home was listed here once and has been removed."),
            Self::Forbidden => ("Not allowed", "Your account is not allowed to do this."),
            Self::Unconfirmed => (
                "Confirm your e-mail address first",
                "Owners are only told to people, and asked by people, whose e-mail address we know. The link is in the message we sent you when you joined.",
            ),
            Self::SignedOut => ("Sign in first", "This page needs you to be signed in."),
            Self::WrongMethod => {
                ("Page not found", "This address only takes a form. Go back and send it again.")
            }
            Self::TooMany { wait } => return ("Too many requests", wait_words(*wait)),
            Self::Refused(sentence) => return ("This could not be done", sentence.clone()),
            Self::Forged(why) => return ("This form could not be accepted", forged_words(*why).to_owned()),
            Self::TooLarge => ("Too much text", "The form is larger than we take. Go back and shorten it."),
            Self::Unavailable => (
                "Not available just now",
                "Something on our side does not answer. Please try again in a minute.",
            ),
        };
        (title, text.to_owned())
    }
}

/// Renders the failure page, with a link back.
pub(crate) fn page(visit: &Visit, failure: &Failure) -> Response {
    let (title, text) = failure.words();
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

fn forged_words(why: Forged) -> &'static str {
    match why {
        Forged::OtherSite => {
            "It was sent from another site, so nothing was done. If you meant it, do it from our own page."
        }
        Forged::NoToken => {
            "It has been open for too long, so nothing was done. Open the page again and send it once more."
        }
        Forged::NoCookie => {
            "Your browser did not send our cookie, so nothing was done. Allow cookies for this site, open the page again and send it once more."
        }
    }
}

fn wait_words(seconds: Option<u64>) -> String {
    let (n, unit) = match seconds {
        None => {
            return "Too much was asked in a short time. Please wait a minute, then try again.".to_owned();
        }
        Some(seconds) if seconds < 90 => (seconds.max(1), "second"),
        Some(seconds) => (seconds.div_ceil(60), "minute"),
    };
    let plural = if n == 1 { "" } else { "s" };
    format!("Too much was asked in a short time. Please wait {n} {unit}{plural}, then try again.")
}

#[cfg(test)]
mod tests {
    use super::wait_words;

    #[test]
    fn the_wait_is_told_and_never_too_short() {
        assert!(wait_words(Some(1)).contains("wait 1 second,"));
        assert!(wait_words(Some(61)).contains("wait 61 seconds,"));
        assert!(wait_words(Some(121)).contains("wait 3 minutes,"));
    }
}
