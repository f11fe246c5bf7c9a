//! A form about one home, on a page of its own. Whatever the API answers, nothing that was typed is lost.

use askama::Template;
use axum::http::StatusCode;
use axum::response::Response;

use super::super::{show, show_as};
use crate::api::{ApiError, Profile, Property};
use crate::failure::Failure;
use crate::frame::Frame;
use crate::sheet::{Kind, Sheet};
use crate::visit::Visit;

#[derive(Template)]
#[template(path = "listing/form.html")]
struct FormPage {
    frame: Frame,
    home: Property,
    form: HomeForm,
    sheet: Sheet,
    /// Whether the session ended meanwhile.
    signed_out: bool,
    /// Whether the person has yet to confirm their e-mail address before anything can be sent.
    unconfirmed: bool,
}

/// What a form is for.
pub(super) struct HomeForm {
    pub(super) title: String,
    pub(super) intro: String,
    pub(super) action: String,
    pub(super) button: String,
    /// Whether only people with a confirmed e-mail address may send it.
    pub(super) for_confirmed: bool,
}

impl HomeForm {
    fn page(self, visit: &Visit, home: Property, sheet: Sheet) -> FormPage {
        let frame = visit.frame(self.title.clone());
        FormPage { frame, home, form: self, sheet, signed_out: false, unconfirmed: false }
    }

    /// The form as it is filled at first.
    pub(super) fn filled(
        self,
        visit: &Visit,
        home: Property,
        sheet: Sheet,
        person: Option<&Profile>,
    ) -> Result<Response, Failure> {
        let unconfirmed = self.for_confirmed && person.is_some_and(|it| it.email_verified == Some(false));
        show(&FormPage { unconfirmed, ..self.page(visit, home, sheet) })
    }

    /// The form as it was sent, with the API's objection.
    pub(super) fn again(
        self,
        visit: &Visit,
        home: Property,
        sheet: Sheet,
        error: ApiError,
    ) -> Result<Response, Failure> {
        let mut page = self.page(visit, home, sheet);
        let status = match error.about_input() {
            Ok(refusal) => {
                let status = refusal.status;
                page.sheet = page.sheet.refused(refusal);
                status
            }
            Err(Failure::SignedOut) => {
                page.signed_out = true;
                StatusCode::UNAUTHORIZED
            }
            Err(Failure::Unconfirmed) => {
                page.unconfirmed = true;
                StatusCode::FORBIDDEN
            }
            Err(failure @ (Failure::TooMany { .. } | Failure::Unavailable)) => {
                page.sheet.problem = Some(failure.words(visit.language).1);
                failure.status()
            }
            Err(failure) => return Err(failure),
        };
        show_as(status, &page)
    }
}
