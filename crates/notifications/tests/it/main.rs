//! E-mails and messages, from what asks for them to where they arrive.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod choices;
mod mailbox;
mod site;
mod sms;
mod sms_server;
mod smtp;
mod smtp_server;
