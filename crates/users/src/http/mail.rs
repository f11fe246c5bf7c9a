//! Confirming an e-mail address, and setting another password by mail.

use axum::extract::State;
use axum::http::{StatusCode, Uri};
use domain::Fields;
use http_kit::{Caller, Conditions, Failure, JsonObject, Params, Reply, Visitor};
use serde_json::{Value, json};

use super::{App, NoParams};

/// The code comes in the body, or in the query as in the link of the mail.
pub async fn verify_email(
    State(app): State<App>,
    Visitor(visitor): Visitor,
    uri: Uri,
    conditions: Conditions,
    body: JsonObject,
) -> Result<Reply<Value>, Failure> {
    let params = Params::read(&uri, &["userId", "verificationCode"])?;
    let fields = if body.members.is_empty() { params.fields() } else { Fields::new(&body.members) };
    let asked = |user| conditions.options(&app.users.kit, &visitor, &body.bytes, &user);
    let (person, version, position) = app.users.verify_email(&visitor, fields, asked).await?;
    let data = json!({"userId": person.id, "emailVerified": person.email_verified, "status": person.status});
    let reply = app.users.kit.reply("E-mail address confirmed", data).etag(&version.to_string());
    Ok(reply.position(position))
}

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
