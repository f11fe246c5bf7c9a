//! The routes of the files service.

pub mod find;
mod optimize;
mod photos;
mod range;
mod remove;
mod serve;
mod upload;

use axum::Router;
use axum::extract::Path;
use domain::FileId;
use http_kit::Failure;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::App;

pub fn router(app: App) -> Router {
    routes().with_state(app).into()
}

/// The operations, documented where they are answered.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(upload::one))
        .routes(routes!(upload::several))
        .routes(routes!(upload::each))
        .routes(routes!(optimize::start))
        .routes(routes!(photos::of_listing))
        .routes(routes!(serve::download))
        .routes(routes!(serve::get, remove::remove))
}

fn no_such_file() -> Failure {
    Failure::not_found("FILE_NOT_FOUND", "there is no such file")
}

/// The id in the path; whatever is no id names no file.
fn file_id(Path(id): Path<String>) -> Result<FileId, Failure> {
    id.parse().map_err(|_| no_such_file())
}
