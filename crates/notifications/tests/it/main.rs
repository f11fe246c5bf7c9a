//! Tests e-mails and text messages, from the request to their arrival.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod choices;
mod mailbox;
mod site;
mod sms;
mod sms_server;
mod smtp;
mod smtp_server;
mod stop;
