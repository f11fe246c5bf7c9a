//! The pages, one module per concern. Every module defines its own routes.

mod about_data;
mod account;
mod admin;
mod areas;
mod compare;
mod contact_looks;
mod dashboard;
mod design;
mod editing;
mod form_page;
mod home;
mod importing;
mod inbox;
mod leads;
mod listing;
mod listing_actions;
mod listing_sheet;
mod mailbox;
mod moderation;
mod my_homes;
mod password;
mod people;
mod photos;
mod posting;
mod recommended;
mod registering;
mod results;
mod saving;
mod sign_in;
mod tools;
mod unsubscribe;
mod verify_email;

use askama::Template;
use axum::Router;
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Response};

use crate::Site;
use crate::failure::Failure;

pub(crate) fn router() -> Router<Site> {
    Router::new()
        .merge(home::router())
        .merge(results::router())
        .merge(saving::router())
        .merge(recommended::router())
        .merge(listing::router())
        .merge(compare::router())
        .merge(areas::router())
        .merge(tools::router())
        .merge(about_data::router())
        .merge(posting::router())
        .merge(editing::router())
        .merge(photos::router())
        .merge(listing_actions::router())
        .merge(sign_in::router())
        .merge(registering::router())
        .merge(password::router())
        .merge(verify_email::router())
        .merge(unsubscribe::router())
        .merge(dashboard::router())
        .merge(inbox::router())
        .merge(my_homes::router())
        .merge(leads::router())
        .merge(importing::router())
        .merge(contact_looks::router())
        .merge(account::router())
        .merge(mailbox::router())
        .merge(moderation::router())
        .merge(people::router())
        .merge(admin::router())
        .merge(design::router())
        .fallback(async || Failure::NotFound)
        .method_not_allowed_fallback(async || Failure::WrongMethod)
}

fn show(page: &impl Template) -> Result<Response, Failure> {
    show_as(StatusCode::OK, page)
}

fn show_as(status: StatusCode, page: &impl Template) -> Result<Response, Failure> {
    Ok((status, Html(page.render()?)).into_response())
}
