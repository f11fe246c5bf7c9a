//! `/register`: creates an account and signs in at once.

use axum::Router;
use axum::response::Response;
use axum::routing::get;

use super::form_page::FormPage;
use super::{show, show_as};
use crate::Site;
use crate::api::{Call, Tokens};
use crate::failure::Failure;
use crate::flash::Flash;
use crate::form::Form;
use crate::messages::key;
use crate::sheet::{Field, Group, Kind, Sheet};
use crate::visit::Visit;

static REGISTER: &[Group] = &[Group {
    legend: "",
    folded: false,
    fields: &[
        Field::line("firstName", key("account-field-first-name")).autocomplete("given-name"),
        Field::line("lastName", key("account-field-last-name")).autocomplete("family-name"),
        Field::new("email", key("account-field-email"), Kind::Line("email")).required().autocomplete("email"),
        Field::line("username", key("account-field-username"))
            .required()
            .autocomplete("username")
            .hint(key("account-field-username-hint")),
        Field::new("phoneNumber", key("account-field-phone-number"), Kind::Line("tel"))
            .autocomplete("tel")
            .hint(key("account-field-phone-number-hint")),
        Field::new("password", key("account-field-password"), Kind::Password)
            .required()
            .autocomplete("new-password")
            .hint(key("account-field-password-hint")),
    ],
}];

pub(super) fn router() -> Router<Site> {
    Router::new().route("/register", get(blank).post(submit))
}

fn page(visit: &Visit, sheet: Sheet) -> FormPage {
    FormPage {
        frame: visit.frame(visit.text("account-register").to_string()),
        intro: key("account-register-intro"),
        action: "/register",
        button: key("account-create"),
        sheet,
        hidden: vec![],
        links: const { &[("/sign-in", key("account-have"))] },
    }
}

async fn blank(visit: Visit) -> Result<Response, Failure> {
    if visit.signed_in() {
        return Ok(visit.go("/dashboard", None));
    }
    show(&page(&visit, Sheet::blank(REGISTER)))
}

async fn submit(visit: Visit, form: Form) -> Result<Response, Failure> {
    let sheet = Sheet::typed(REGISTER, &form);
    match visit.ask::<Tokens>(Call::post("/api/auth/register", sheet.json())).await {
        Ok(tokens) => Ok(visit.go_signed_in(&tokens, "/dashboard", Flash::Welcome)),
        Err(error) => {
            let refusal = error.about_input()?;
            show_as(refusal.status, &page(&visit, sheet.refused(refusal)))
        }
    }
}
