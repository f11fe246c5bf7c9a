//! Confirming an e-mail address, and resetting a password by e-mail.

use axum::extract::State;
use axum::http::StatusCode;
use domain::user::UserStatus;
use domain::user::profile::new_password;
use domain::{Fields, UserId, people};
use http_kit::docs::{IdempotencyKey, IfMatch, Nothing};
use http_kit::{ApiResponse, Body, Caller, Conditions, Failure, Query, Reply, Request, Visitor};
use serde::Serialize;
use serde_json::{Value, json};
use utoipa::ToSchema;

use super::App;

/// A confirmed e-mail address.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = EmailVerified)]
pub struct Confirmed {
    user_id: UserId,
    email_verified: bool,
    status: UserStatus,
}

/// See [`VerificationCode`].
pub type VerificationCodeBody = Body<VerificationCode>;

/// The body of a confirmation.
pub struct VerificationCode {
    user: UserId,
    code: String,
}

impl Request for VerificationCode {
    const NAME: &'static str = "VerificationCode";

    fn read(f: &mut Fields<'_>) -> Option<Self> {
        let user = user(f);
        let user = f.required("userId", user);
        let code = code(f);
        let code = f.required("verificationCode", code);
        Some(Self { user: user?, code: code? })
    }

    fn example() -> Value {
        json!({"userId": "018f4a6e-0000-7000-8000-000000000001", "verificationCode": "as in the mail"})
    }
}

fn user(f: &mut Fields<'_>) -> Option<UserId> {
    f.parsed("userId", |text| text.parse().map_err(|_| "must be the id of a person"))
}

fn code(f: &mut Fields<'_>) -> Option<String> {
    f.text("verificationCode", 1..=500)
}

/// The same values as query parameters, as in the link of the mail; `None` when neither is given.
pub struct CodeInQuery(Option<VerificationCode>);

impl Request for CodeInQuery {
    fn read(f: &mut Fields<'_>) -> Option<Self> {
        let user = user(f);
        let code = code(f);
        if ["userId", "verificationCode"].iter().all(|name| f.raw(name).is_none()) {
            return Some(Self(None));
        }
        let user = f.required("userId", user);
        let code = f.required("verificationCode", code);
        Some(Self(Some(VerificationCode { user: user?, code: code? })))
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

/// The body of a reset request.
pub struct ResetRequest {
    email: String,
}

impl Request for ResetRequest {
    const NAME: &'static str = "ResetRequest";

    fn read(f: &mut Fields<'_>) -> Option<Self> {
        let email = f.parsed("email", people::email);
        f.required("email", email).map(|email| Self { email })
    }

    fn example() -> Value {
        json!({"email": "ravi@example.com"})
    }
}

/// See [`Reset`].
pub type ResetBody = Body<Reset>;

/// The body of a password reset.
pub struct Reset {
    token: String,
    password: String,
}

impl Request for Reset {
    const NAME: &'static str = "Reset";

    fn read(f: &mut Fields<'_>) -> Option<Self> {
        let token = f.text("token", 1..=500);
        let token = f.required("token", token);
        let password = new_password(f, "newPassword");
        Some(Self { token: token?, password: password? })
    }

    fn example() -> Value {
        json!({"token": "as in the mail", "newPassword": "another long and private phrase"})
    }
}

/// Pass the code in the body, or in the query as in the link of the mail.
#[utoipa::path(
    post,
    path = "/api/auth/verify-email",
    summary = "Confirm an e-mail address",
    params(Query<CodeInQuery>, IdempotencyKey),
    request_body = VerificationCodeBody,
    responses((status = 200, description = "It is confirmed", body = ApiResponse<Confirmed>, headers(("ETag" = String, description = "Of the person")))),
)]
pub async fn verify_email(
    State(app): State<App>,
    Visitor(visitor): Visitor,
    Query(query): Query<CodeInQuery>,
    conditions: Conditions,
    body: VerificationCodeBody,
) -> Result<Reply<Confirmed>, Failure> {
    let VerificationCode { user, code } = match query?.0 {
        Some(code) if body.is_empty => code,
        _ => body.value?,
    };
    let options = |user| conditions.options(&app.users.context, &visitor, &body.bytes, &user);
    let (person, version, position) = app.users.verify_email(&visitor, (user, &code), options).await?;
    let data = Confirmed { user_id: person.id, email_verified: person.email_verified, status: person.status };
    let reply = app.users.context.reply("E-mail address confirmed", data).etag(&version.to_string());
    Ok(reply.position(position))
}

#[utoipa::path(
    post,
    path = "/api/auth/verify-email/resend",
    summary = "Have the confirmation mail sent again",
    params(IdempotencyKey, IfMatch),
    responses((status = 202, description = "It is on its way", body = ApiResponse<Nothing>)),
)]
pub async fn resend(
    State(app): State<App>,
    caller: Caller,
    Query(nothing): Query<()>,
    conditions: Conditions,
) -> Result<Reply<()>, Failure> {
    nothing?;
    let options = conditions.options(&app.users.context, &caller, &[], &caller.person()?.user);
    let position = app.users.resend_verification(&caller, options).await?;
    let reply = app.users.context.done(&caller, "A confirmation mail is on its way", (), position);
    Ok(reply.status(StatusCode::ACCEPTED))
}

#[utoipa::path(
    post,
    path = "/api/auth/password-reset",
    summary = "Ask for a mail to set another password",
    params(IdempotencyKey),
    request_body = ResetRequestBody,
    responses((status = 202, description = "On its way, if there is such an account", body = ApiResponse<Nothing>)),
)]
pub async fn request_reset(
    State(app): State<App>,
    Visitor(visitor): Visitor,
    Query(nothing): Query<()>,
    conditions: Conditions,
    body: ResetRequestBody,
) -> Result<Reply<()>, Failure> {
    nothing?;
    app.users.request_reset(&visitor, &body.value?.email, &conditions).await?;
    let message = "If there is an account with that address, a mail is on its way";
    Ok(app.users.context.reply(message, ()).status(StatusCode::ACCEPTED))
}

#[utoipa::path(
    post,
    path = "/api/auth/password-reset/confirm",
    summary = "Set another password",
    params(IdempotencyKey),
    request_body = ResetBody,
    responses((status = 200, description = "It is set; every session is over", body = ApiResponse<Nothing>)),
)]
pub async fn confirm_reset(
    State(app): State<App>,
    Visitor(visitor): Visitor,
    Query(nothing): Query<()>,
    conditions: Conditions,
    body: ResetBody,
) -> Result<Reply<()>, Failure> {
    nothing?;
    let Reset { token, password } = body.value?;
    let options = |user| conditions.options(&app.users.context, &visitor, &body.bytes, &user);
    app.users.reset_password(&visitor, &token, password, options).await?;
    Ok(app.users.context.reply("The password is set; sign in with it", ()))
}
