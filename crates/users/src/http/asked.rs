//! What requests to this service say, for the document of the API: each by the function its handler reads with.

use domain::Fields;
use domain::user::profile::Registration as Joining;
use domain::user::{Profile, Role, UserStatus};
use http_kit::docs::{Body, Reading};
use serde_json::{Value, json};

use super::admin::{asked_choice, asked_page};
use crate::commands::{
    asked_code, asked_credentials, asked_email, asked_password, asked_refresh, asked_reset,
};

/// See [`Registration`].
pub type RegistrationBody = Body<Registration>;

/// The body of a registration.
pub struct Registration;

impl Reading for Registration {
    const NAME: &'static str = "Registration";

    fn read(f: &mut Fields<'_>) {
        Joining::asked(f);
    }

    fn example() -> Value {
        json!({"username": "ravi.k", "email": "ravi@example.com", "password": "a long and private phrase",
            "firstName": "Ravi", "lastName": "Kumar", "phoneNumber": "98765 43210"})
    }
}

/// See [`Credentials`].
pub type CredentialsBody = Body<Credentials>;

/// The body of a sign-in.
pub struct Credentials;

impl Reading for Credentials {
    const NAME: &'static str = "Credentials";
    const EITHER: &'static [&'static str] = &["emailOrUsername"];

    fn read(f: &mut Fields<'_>) {
        asked_credentials(f);
    }

    fn about(member: &str) -> Option<&'static str> {
        ["emailOrUsername", "email", "username"]
            .contains(&member)
            .then_some("One of the three says whose account it is.")
    }

    fn example() -> Value {
        json!({"emailOrUsername": "ravi@example.com", "password": "a long and private phrase"})
    }
}

/// See [`RefreshToken`].
pub type RefreshTokenBody = Body<RefreshToken>;

/// The body of a renewal.
pub struct RefreshToken;

impl Reading for RefreshToken {
    const NAME: &'static str = "RefreshToken";

    fn read(f: &mut Fields<'_>) {
        asked_refresh(f);
    }

    fn example() -> Value {
        json!({"refreshToken": "the one of the last answer"})
    }
}

/// See [`VerificationCode`].
pub type VerificationCodeBody = Body<VerificationCode>;

/// The body of a confirmation.
pub struct VerificationCode;

impl Reading for VerificationCode {
    const NAME: &'static str = "VerificationCode";

    fn read(f: &mut Fields<'_>) {
        asked_code(f);
    }

    fn example() -> Value {
        json!({"userId": "018f4a6e-0000-7000-8000-000000000001", "verificationCode": "as in the mail"})
    }
}

/// The same in the query, as in the link of the mail.
pub struct CodeInQuery;

impl Reading for CodeInQuery {
    const NAME: &'static str = "CodeInQuery";
    const EITHER: &'static [&'static str] = &["userId", "verificationCode"];

    fn read(f: &mut Fields<'_>) {
        asked_code(f);
    }

    fn about(member: &str) -> Option<&'static str> {
        Some(if member == "userId" {
            "With `verificationCode`, instead of a body."
        } else {
            "As in the mail."
        })
    }
}

/// See [`ResetRequest`].
pub type ResetRequestBody = Body<ResetRequest>;

/// The body of a request for a reset.
pub struct ResetRequest;

impl Reading for ResetRequest {
    const NAME: &'static str = "ResetRequest";

    fn read(f: &mut Fields<'_>) {
        asked_email(f);
    }

    fn example() -> Value {
        json!({"email": "ravi@example.com"})
    }
}

/// See [`Reset`].
pub type ResetBody = Body<Reset>;

/// The body of a reset.
pub struct Reset;

impl Reading for Reset {
    const NAME: &'static str = "Reset";

    fn read(f: &mut Fields<'_>) {
        asked_reset(f);
    }

    fn example() -> Value {
        json!({"token": "as in the mail", "newPassword": "another long and private phrase"})
    }
}

/// See [`ProfileChange`].
pub type ProfileChangeBody = Body<ProfileChange>;

/// The body of a change of profile: what is not said stays.
pub struct ProfileChange;

impl Reading for ProfileChange {
    const NAME: &'static str = "ProfileChange";

    fn read(f: &mut Fields<'_>) {
        let _ = Profile::default().asked(f);
    }

    fn example() -> Value {
        json!({"firstName": "Ravi", "city": "Hyderabad", "pincode": "500032"})
    }
}

/// See [`Farewell`].
pub type FarewellBody = Body<Farewell>;

/// The body of closing an account.
pub struct Farewell;

impl Reading for Farewell {
    const NAME: &'static str = "Farewell";

    fn read(f: &mut Fields<'_>) {
        asked_password(f);
    }

    fn about(member: &str) -> Option<&'static str> {
        (member == "password").then_some("Needed when the sign-in is more than five minutes ago.")
    }

    fn example() -> Value {
        json!({"password": "a long and private phrase"})
    }
}

/// See [`RoleChange`].
pub type RoleChangeBody = Body<RoleChange>;

/// The body of a change of role.
pub struct RoleChange;

impl Reading for RoleChange {
    const NAME: &'static str = "RoleChange";

    fn read(f: &mut Fields<'_>) {
        asked_choice::<Role>(f, "role");
    }

    fn example() -> Value {
        json!({"role": "AGENT"})
    }
}

/// See [`UserStatusChange`].
pub type UserStatusChangeBody = Body<UserStatusChange>;

/// The body of a change of status.
pub struct UserStatusChange;

impl Reading for UserStatusChange {
    const NAME: &'static str = "UserStatusChange";

    fn read(f: &mut Fields<'_>) {
        asked_choice::<UserStatus>(f, "status");
    }

    fn example() -> Value {
        json!({"status": "SUSPENDED"})
    }
}

/// The query of the list of accounts.
pub struct UserList;

impl Reading for UserList {
    const NAME: &'static str = "UserList";

    fn read(f: &mut Fields<'_>) {
        asked_page(f, "search");
    }

    fn example() -> Value {
        json!({"size": 5})
    }
}

/// The query of a search for accounts.
pub struct UserSearch;

impl Reading for UserSearch {
    const NAME: &'static str = "UserSearch";

    fn read(f: &mut Fields<'_>) {
        asked_page(f, "query");
    }

    fn example() -> Value {
        json!({"query": "ravi"})
    }
}
