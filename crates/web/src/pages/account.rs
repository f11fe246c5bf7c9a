//! `/account`: the profile, the signed-in devices, and account deletion.

mod deletion;
mod emails;
mod privacy;
mod sessions;

use askama::Template;
use axum::Router;
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::get;

use self::sessions::Device;
use super::show_as;
use crate::Site;
use crate::api::{Call, Profile};
use crate::failure::Failure;
use crate::flash::Flash;
use crate::form::Form;
use crate::frame::Frame;
use crate::messages::key;
use crate::sheet::{Field, Group, Kind, Sheet};
use crate::visit::Visit;

static PROFILE: &[Group] = &[Group {
    legend: "",
    folded: false,
    fields: &[
        Field::line("firstName", key("account-field-first-name")).autocomplete("given-name"),
        Field::line("lastName", key("account-field-last-name")).autocomplete("family-name"),
        Field::new("phoneNumber", key("account-field-phone-number"), Kind::Line("tel")).autocomplete("tel"),
        Field::new("dateOfBirth", key("account-field-date-of-birth"), Kind::Line("date"))
            .autocomplete("bday"),
        Field::line("address", key("account-field-address")).autocomplete("street-address"),
        Field::line("city", key("account-field-city")).autocomplete("address-level2"),
        Field::line("state", key("account-field-state")).autocomplete("address-level1"),
        Field::line("pincode", key("account-field-pincode")).autocomplete("postal-code").inputmode("numeric"),
    ],
}];

#[derive(Template)]
#[template(path = "account.html")]
struct AccountPage {
    frame: Frame,
    profile: Profile,
    sheet: Sheet,
    devices: Vec<Device>,
}

impl AccountPage {
    /// Whether the person is signed in anywhere else.
    fn has_others(&self) -> bool {
        self.devices.iter().any(|device| device.end.is_some())
    }
}

pub(super) fn router() -> Router<Site> {
    Router::new()
        .route("/account", get(account).post(save))
        .merge(deletion::router())
        .merge(emails::router())
        .merge(privacy::router())
        .merge(sessions::router())
}

async fn account(visit: Visit) -> Result<Response, Failure> {
    visit.must_be_signed_in()?;
    let profile = load(&visit).await?;
    let sheet = sheet_of(&profile);
    render(&visit, StatusCode::OK, profile, sheet).await
}

async fn save(visit: Visit, form: Form) -> Result<Response, Failure> {
    visit.must_be_signed_in()?;
    let sheet = Sheet::typed(PROFILE, &form);
    match visit.tell(Call::put("/api/users/profile", sheet.json())).await {
        Ok(()) => Ok(visit.go("/account", Some(Flash::ProfileSaved))),
        Err(error) => {
            let refusal = error.about_input()?;
            let profile = load(&visit).await?;
            render(&visit, refusal.status, profile, sheet.refused(refusal)).await
        }
    }
}

async fn load(visit: &Visit) -> Result<Profile, Failure> {
    Ok(visit.ask(Call::get("/api/users/profile")).await?)
}

async fn render(
    visit: &Visit,
    status: StatusCode,
    profile: Profile,
    sheet: Sheet,
) -> Result<Response, Failure> {
    let devices = sessions::devices(visit).await?;
    let title = visit.text("account-title").to_string();
    show_as(status, &AccountPage { frame: visit.frame(title), profile, sheet, devices })
}

fn sheet_of(profile: &Profile) -> Sheet {
    Sheet::blank(PROFILE)
        .with("firstName", profile.first_name.as_ref())
        .with("lastName", profile.last_name.as_ref())
        .with("phoneNumber", profile.phone_number.as_ref())
        .with("dateOfBirth", profile.date_of_birth.as_ref())
        .with("address", profile.address.as_ref())
        .with("city", profile.city.as_ref())
        .with("state", profile.state.as_ref())
        .with("pincode", profile.pincode.as_ref())
}
