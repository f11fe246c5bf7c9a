//! Confirming an e-mail address, and setting another password by mail.

use super::asked::{CodeInQuery, ResetBody, ResetRequestBody, VerificationCodeBody};
use axum::extract::State;
use axum::http::{StatusCode, Uri};
use domain::user::UserStatus;
use domain::{Fields, UserId};
use http_kit::Envelope;
use http_kit::docs::{IdempotencyKey, IfMatch, Nothing, Query};
use http_kit::{Caller, Conditions, Failure, JsonObject, Params, Reply, Visitor};
use serde::Serialize;
use utoipa::ToSchema;

use super::{App, NoParams};

/// An address that was confirmed.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = EmailVerified)]
pub struct Confirmed {
    user_id: UserId,
    email_verified: bool,
    status: UserStatus,
}

/// The code comes in the body, or in the query as in the link of the mail.
#[utoipa::path(
    post,
    path = "/api/auth/verify-email",
    summary = "Confirm an e-mail address",
    params(Query<CodeInQuery>, IdempotencyKey),
    request_body = VerificationCodeBody,
    responses((status = 200, description = "It is confirmed", body = Envelope<Confirmed>, headers(("ETag" = String, description = "Of the person")))),
)]
pub async fn verify_email(
    State(app): State<App>,
    Visitor(visitor): Visitor,
    uri: Uri,
    conditions: Conditions,
    body: JsonObject,
) -> Result<Reply<Confirmed>, Failure> {
    let params = Params::read(&uri, &["userId", "verificationCode"])?;
    let fields = if body.members.is_empty() { params.fields() } else { Fields::new(&body.members) };
    let asked = |user| conditions.options(&app.users.kit, &visitor, &body.bytes, &user);
    let (person, version, position) = app.users.verify_email(&visitor, fields, asked).await?;
    let data = Confirmed { user_id: person.id, email_verified: person.email_verified, status: person.status };
    let reply = app.users.kit.reply("E-mail address confirmed", data).etag(&version.to_string());
    Ok(reply.position(position))
}

#[utoipa::path(
    post,
    path = "/api/auth/verify-email/resend",
    summary = "Have the confirmation mail sent again",
    params(IdempotencyKey, IfMatch),
    responses((status = 202, description = "It is on its way", body = Envelope<Nothing>)),
)]
pub async fn resend(
    State(app): State<App>,
    caller: Caller,
    _: NoParams,
    conditions: Conditions,
) -> Result<Reply<()>, Failure> {
    let options = conditions.options(&app.users.kit, &caller, &[], &caller.person()?.user);
    let position = app.users.resend_verification(&caller, options).await?;
    let reply = app.users.kit.done(&caller, "A confirmation mail is on its way", (), position);
    Ok(reply.status(StatusCode::ACCEPTED))
}

#[utoipa::path(
    post,
    path = "/api/auth/password-reset",
    summary = "Ask for a mail to set another password",
    params(IdempotencyKey),
    request_body = ResetRequestBody,
    responses((status = 202, description = "On its way, if there is such an account", body = Envelope<Nothing>)),
)]
pub async fn request_reset(
    State(app): State<App>,
    Visitor(visitor): Visitor,
    _: NoParams,
    conditions: Conditions,
    body: JsonObject,
) -> Result<Reply<()>, Failure> {
    app.users.request_reset(&visitor, &body.members, &conditions).await?;
    let message = "If there is an account with that address, a mail is on its way";
    Ok(app.users.kit.reply(message, ()).status(StatusCode::ACCEPTED))
}

#[utoipa::path(
    post,
    path = "/api/auth/password-reset/confirm",
    summary = "Set another password",
    params(IdempotencyKey),
    request_body = ResetBody,
    responses((status = 200, description = "It is set; every session is over", body = Envelope<Nothing>)),
)]
pub async fn confirm_reset(
    State(app): State<App>,
    Visitor(visitor): Visitor,
    _: NoParams,
    conditions: Conditions,
    body: JsonObject,
) -> Result<Reply<()>, Failure> {
    let asked = |user| conditions.options(&app.users.kit, &visitor, &body.bytes, &user);
    app.users.reset_password(&visitor, &body.members, asked).await?;
    Ok(app.users.kit.reply("The password is set; sign in with it", ()))
}
