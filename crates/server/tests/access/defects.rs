//! Defects of the earlier demos, each as a test with its number (`defects-not-to-repeat.md` 4.1).

mod absent;
mod catalogue;
mod catalogue_client;
mod contact;
mod durable;
mod favourites;
mod identity;
mod limits;
mod listings;
mod mails;
mod moderation;
mod notifications;
mod operations;
mod own_history;
mod quotas;
mod review;
mod searching;
mod sessions;
mod settings;
mod source_client;
mod statuses;
mod suggestions;
mod uploads;
mod views;
