//! The pages, one module per concern. Every module defines its own routes.

mod account;
mod admin;
mod contact_looks;
mod dashboard;
mod detail;
mod editing;
mod form_page;
mod home;
mod homes;
mod importing;
mod listing_actions;
mod listing_sheet;
mod mailbox;
mod my_homes;
mod password;
mod photos;
mod posting;
mod registering;
mod sign_in;
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
        .merge(homes::router())
        .merge(detail::router())
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
        .merge(my_homes::router())
        .merge(importing::router())
        .merge(contact_looks::router())
        .merge(account::router())
        .merge(mailbox::router())
        .merge(admin::router())
        .fallback(async || Failure::NotFound)
        .method_not_allowed_fallback(async || Failure::WrongMethod)
}

fn show(page: &impl Template) -> Result<Response, Failure> {
    show_as(StatusCode::OK, page)
}

fn show_as(status: StatusCode, page: &impl Template) -> Result<Response, Failure> {
    Ok((status, Html(page.render()?)).into_response())
}
