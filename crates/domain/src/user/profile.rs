//! A person's account names, profile and registration.

use jiff::civil::Date;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::fields::{FieldErrors, Fields, MemberKind};
use crate::people;
use crate::text::is_invisible;
use crate::time::{Timestamp, day_name};

/// The greatest age of anybody, in years.
const OLDEST: i32 = 130;

/// The names that are unique per tenant. They are reserved as unique keys when the account is created.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema, ToSchema)]
pub struct Account {
    /// As entered; unique regardless of case.
    pub username: String,
    /// In lower case, with its domain as A-labels.
    pub email: String,
}

impl Account {
    /// Checks that a password is not one of the person's names: those of this account, the first name and the
    /// last name.
    ///
    /// # Errors
    /// With a message for the person that says which name it is.
    pub fn allows(&self, password: &str, [first, last]: [&str; 2]) -> Result<(), String> {
        let (local, _) = self.email.rsplit_once('@').unwrap_or((&self.email, ""));
        let whole = format!("{first}{last}");
        let names = [
            ("user name", &*self.username),
            ("e-mail address", &self.email),
            ("e-mail address", local),
            ("first name", first),
            ("last name", last),
            ("name", &whole),
        ];
        people::not_a_name(password, &names)
    }
}

/// The rest of an account's data.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema, ToSchema)]
#[serde(rename_all = "camelCase")]
#[expect(missing_docs, reason = "the names say it")]
pub struct Profile {
    /// Empty if the person told none.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub first_name: String,
    /// Empty if the person told none.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub last_name: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phone_number: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub city: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub state: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pincode: Option<String>,
    /// `YYYY-MM-DD`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub date_of_birth: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub profile_image_url: Option<String>,
}

/// A registration request. Any role in it is ignored: only an admin gives roles.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Registration {
    /// The unique names.
    pub account: Account,
    /// The rest of the data.
    pub profile: Profile,
    /// In clear; it is hashed later.
    pub password: String,
}

impl Registration {
    /// Reads a registration from a request.
    pub fn read(f: &mut Fields<'_>) -> Option<Self> {
        f.asks("username", || MemberKind::Text(3..=50));
        let username = f.parsed("username", people::username);
        let username = f.required("username", username);
        let email = f.parsed("email", people::email);
        let email = f.required("email", email);
        let password = new_password(f, "password");
        let first_name = f.name("firstName", 1..=50);
        let last_name = f.name("lastName", 1..=50);
        let phone_number = phone_number(f);
        if let Some(password) = &password {
            let of = |name: &Option<String>| name.clone().unwrap_or_default();
            let account = Account { username: of(&username), email: of(&email) };
            if let Err(message) = account.allows(password, [&of(&first_name), &of(&last_name)]) {
                f.wrong("password", message);
            }
        }
        Some(Self {
            account: Account { username: username?, email: email? },
            profile: Profile {
                first_name: first_name.unwrap_or_default(),
                last_name: last_name.unwrap_or_default(),
                phone_number,
                ..Profile::default()
            },
            password: password?,
        })
    }
}

/// Reads the name of a sign-in: an e-mail address or a user name, under any of its three members.
pub fn sign_in_name(f: &mut Fields<'_>) -> Option<String> {
    ["emailOrUsername", "email", "username"].into_iter().find_map(|field| f.typed(field, 1..=254))
}

/// The telephone number under either of its names. Clients of the earlier systems call it `phone`.
fn phone_number(f: &mut Fields<'_>) -> Option<String> {
    let short = f.parsed("phone", people::phone);
    f.parsed("phoneNumber", people::phone).or(short)
}

/// A new password, never trimmed.
pub fn new_password(f: &mut Fields<'_>, field: &str) -> Option<String> {
    f.asks(field, || MemberKind::Secret(8..=128));
    let password = match f.raw(field).map(|value| value.as_str().map(people::password)) {
        None => None,
        Some(Some(Ok(password))) => Some(password),
        Some(Some(Err(message))) => {
            f.wrong(field, message);
            None
        }
        Some(None) => {
            f.wrong(field, "must be a text");
            None
        }
    };
    f.required(field, password)
}

/// A change to a profile. Absent fields stay as they are.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names say it")]
pub struct ProfileChange {
    pub first_name: Option<String>,
    pub last_name: Option<String>,
    pub phone_number: Option<String>,
    pub address: Option<String>,
    pub city: Option<String>,
    pub state: Option<String>,
    pub pincode: Option<String>,
    pub date_of_birth: Option<String>,
    pub profile_image_url: Option<String>,
}

impl ProfileChange {
    /// Reads a profile change from a request.
    #[must_use]
    pub fn read(f: &mut Fields<'_>) -> Self {
        Self {
            first_name: f.name("firstName", 1..=50),
            last_name: f.name("lastName", 1..=50),
            phone_number: phone_number(f),
            address: f.text("address", 3..=500),
            city: f.text("city", 2..=100),
            state: f.text("state", 2..=100),
            pincode: f.parsed("pincode", people::pincode),
            date_of_birth: f.parsed("dateOfBirth", date),
            profile_image_url: f.parsed("profileImageUrl", https),
        }
    }

    /// Checks that the date of birth can be that of somebody alive at `now`, in India.
    ///
    /// # Errors
    /// With a message for the person.
    pub fn is_of_this_time(&self, now: Timestamp) -> Result<(), FieldErrors> {
        let born: Option<Date> = self.date_of_birth.as_deref().and_then(|date| date.parse().ok());
        let (Some(born), Ok(today)) = (born, day_name(now.india_day()).parse::<Date>()) else {
            return Ok(());
        };
        let wrong = if born > today {
            "must not be in the future"
        } else if i32::from(today.year()) - i32::from(born.year()) > OLDEST {
            "must not be more than 130 years ago"
        } else {
            return Ok(());
        };
        Err(FieldErrors::one("dateOfBirth", wrong))
    }
}

impl Profile {
    /// This profile with the fields of `change` replaced.
    #[must_use]
    pub fn with(&self, change: &ProfileChange) -> Self {
        let old = self;
        let new = change.clone();
        Self {
            first_name: new.first_name.unwrap_or_else(|| old.first_name.clone()),
            last_name: new.last_name.unwrap_or_else(|| old.last_name.clone()),
            phone_number: new.phone_number.or_else(|| old.phone_number.clone()),
            address: new.address.or_else(|| old.address.clone()),
            city: new.city.or_else(|| old.city.clone()),
            state: new.state.or_else(|| old.state.clone()),
            pincode: new.pincode.or_else(|| old.pincode.clone()),
            date_of_birth: new.date_of_birth.or_else(|| old.date_of_birth.clone()),
            profile_image_url: new.profile_image_url.or_else(|| old.profile_image_url.clone()),
        }
    }

    /// The names of the fields that differ in `other`.
    #[must_use]
    pub fn differences(&self, other: &Self) -> Vec<String> {
        [
            ("firstName", self.first_name == other.first_name),
            ("lastName", self.last_name == other.last_name),
            ("phoneNumber", self.phone_number == other.phone_number),
            ("address", self.address == other.address),
            ("city", self.city == other.city),
            ("state", self.state == other.state),
            ("pincode", self.pincode == other.pincode),
            ("dateOfBirth", self.date_of_birth == other.date_of_birth),
            ("profileImageUrl", self.profile_image_url == other.profile_image_url),
        ]
        .into_iter()
        .filter(|(_, same)| !same)
        .map(|(name, _)| name.to_owned())
        .collect()
    }
}

fn date(text: &str) -> Result<String, &'static str> {
    let date: Date = text.parse().map_err(|_| "must be a date such as 1990-05-31")?;
    Ok(date.to_string())
}

fn https(text: &str) -> Result<String, &'static str> {
    if text.starts_with("https://") && !text.chars().any(|c| c.is_whitespace() || is_invisible(c)) {
        Ok(text.to_owned())
    } else {
        Err("must be an address that starts with https://")
    }
}
