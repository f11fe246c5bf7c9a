//! The document of the API (`OpenAPI` 3.1), made of the code that answers.
//!
//! What a request may say is asked of the very function that reads it ([`Request`](crate::Request)); what an answer says
//! is derived on the type that is written; what is the same for all operations is added in one place ([`complete()`]).

mod complete;
mod failures;
mod headers;
mod parts;
mod reading;

pub use complete::{EndpointSpec, complete};
pub use headers::{IdempotencyKey, IfMatch, IfNoneMatch};
pub use parts::{Listed, lists};
pub use reading::Nothing;

use axum::routing::MethodRouter;
use utoipa::openapi::RefOr;
use utoipa::openapi::path::{Operation, ParameterIn, PathItem};
use utoipa_axum::router::OpenApiRouter;

/// Serves at `path`, too, what answers GET (else POST) at `of`: an address of the earlier systems.
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

/// The same of what answers POST where GET is answered, too.
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
        // Parameters of the path are added by name when the document is completed.
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
