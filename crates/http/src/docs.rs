//! The API document (`OpenAPI` 3.1), generated from the code that answers requests.
//!
//! Request schemas come from the function that reads the request ([`Request`](crate::Request)), response schemas are
//! derived from the serialised types, and everything common to all operations is added in one place ([`complete()`]).

mod api_keys;
mod complete;
mod failures;
mod headers;
mod parts;
mod reading;

pub use api_keys::api_keys;
pub use complete::{EndpointSpec, complete, shape, without_unused_schemas};
pub use headers::{IdempotencyKey, IfMatch, IfNoneMatch};
pub use parts::{Listed, lists};
pub use reading::Nothing;

use axum::routing::MethodRouter;
use utoipa::openapi::RefOr;
use utoipa::openapi::path::{Operation, ParameterIn, PathItem};
use utoipa_axum::router::OpenApiRouter;

/// Serves the GET operation (or else the POST operation) of `of` at `path` too, for an address of the earlier
/// systems.
#[must_use]
pub fn also<S>(router: OpenApiRouter<S>, path: &str, of: &str, handler: MethodRouter<S>) -> OpenApiRouter<S>
where
    S: Clone + Send + Sync + 'static,
{
    twin(router, path, of, handler, |item| match &item.get {
        Some(get) => (Some(get.clone()), None),
        None => (None, item.post.clone()),
    })
}

/// As [`also`], for the POST operation of a path that has a GET operation too.
#[must_use]
pub fn also_posted<S>(
    router: OpenApiRouter<S>,
    path: &str,
    of: &str,
    handler: MethodRouter<S>,
) -> OpenApiRouter<S>
where
    S: Clone + Send + Sync + 'static,
{
    twin(router, path, of, handler, |item| (None, item.post.clone()))
}

fn twin<S>(
    mut router: OpenApiRouter<S>,
    path: &str,
    of: &str,
    handler: MethodRouter<S>,
    chosen: impl FnOnce(&PathItem) -> (Option<Operation>, Option<Operation>),
) -> OpenApiRouter<S>
where
    S: Clone + Send + Sync + 'static,
{
    let paths = &mut router.get_openapi_mut().paths.paths;
    if let Some(item) = paths.get(of) {
        let mut twin = PathItem::default();
        (twin.get, twin.post) = chosen(item);
        // Path parameters are added by name when the document is completed.
        for operation in operations(&mut twin) {
            if let Some(parameters) = &mut operation.parameters {
                parameters
                    .retain(|one| !matches!(one, RefOr::T(one) if one.parameter_in == ParameterIn::Path));
            }
        }
        paths.insert(path.to_owned(), twin);
    }
    router.route(path, handler)
}

fn operations(item: &mut PathItem) -> impl Iterator<Item = &mut Operation> {
    [&mut item.get, &mut item.post].into_iter().flatten()
}
