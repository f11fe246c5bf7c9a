//! The routes of the files service.

mod find;
mod photos;
mod range;
mod remove;
mod serve;
mod upload;

use axum::Router;
use axum::extract::Path;
use axum::routing::{get, post};
use domain::FileId;
use http_kit::Failure;

use crate::App;

pub fn router(app: App) -> Router {
    Router::new()
        .route("/api/files/upload", post(upload::one))
        .route("/api/files/upload/multiple", post(upload::several))
        .route("/api/files/bulk", post(upload::each))
        .route("/api/files/property/{id}", get(photos::of_listing))
        .route("/api/files/download/{userId}/{fileName}", get(serve::download))
        .route("/api/files/{id}", get(serve::get).delete(remove::remove))
        .with_state(app)
}

fn no_such_file() -> Failure {
    Failure::not_found("FILE_NOT_FOUND", "there is no such file")
}

/// The id in the path; whatever is no id names no file.
fn file_id(Path(id): Path<String>) -> Result<FileId, Failure> {
    id.parse().map_err(|_| no_such_file())
}
