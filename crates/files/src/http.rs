//! The routes of the files service.

pub mod find;
mod intake;
mod optimize;
mod photos;
mod range;
mod remove;
mod serve;
mod upload;

use axum::Router;
use axum::extract::Path;
use axum::middleware::from_fn_with_state;
use domain::FileId;
use http_kit::{Failure, in_background};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::App;

pub fn router(app: App) -> Router {
    let background = app.files.context.jobs.background().clone();
    let costly = uploading().route_layer(from_fn_with_state(background, in_background));
    answering().merge(costly).with_state(app).into()
}

/// All operations; each is documented at its handler.
pub fn routes() -> OpenApiRouter<App> {
    answering().merge(uploading())
}

/// The operations that receive many bytes and make them durable.
fn uploading() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(upload::one))
        .routes(routes!(upload::several))
        .routes(routes!(upload::each))
}

fn answering() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(optimize::start))
        .routes(routes!(photos::of_listing))
        .routes(routes!(serve::download))
        .routes(routes!(serve::get, remove::remove))
}

fn no_such_file() -> Failure {
    Failure::not_found("FILE_NOT_FOUND", "there is no such file")
}

/// Parses the id in the path. A malformed id names no file.
fn file_id(Path(id): Path<String>) -> Result<FileId, Failure> {
    id.parse().map_err(|_| no_such_file())
}
