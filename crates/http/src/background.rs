//! Runs expensive operations in the background, so that they do not delay other requests.

use axum::body::{Body, Bytes, HttpBody};
use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use futures_util::stream;
use http_body::Frame;
use http_body_util::{BodyExt as _, StreamBody};
use supervisor::Background;
use tokio::sync::mpsc;
use tokio::task::JoinSet;

use crate::failure::Failure;

type Piece = Result<Frame<Bytes>, axum::Error>;

/// A layer that handles the request in the background, including reading its body and producing the response body.
pub async fn in_background(State(background): State<Background>, request: Request, next: Next) -> Response {
    match background.run(next.run(request)).await {
        Ok(response) => response.map(|body| made_there(&background, body)),
        Err(stopped) => Failure::unavailable(&stopped).into_response(),
    }
}

/// Produces a streamed `body` in the background. A body that is already complete is returned unchanged.
fn made_there(background: &Background, mut body: Body) -> Body {
    if body.size_hint().exact().is_some() {
        return body;
    }
    let (give, pieces) = mpsc::channel::<Piece>(1);
    let mut making = JoinSet::new();
    background.spawn_in(&mut making, async move {
        while let Some(piece) = body.frame().await {
            if give.send(piece).await.is_err() {
                return;
            }
        }
    });
    // The producer is dropped together with the response body, so nothing is produced after the client disconnects.
    let taken = stream::unfold((pieces, making), async |(mut pieces, mut making)| {
        let piece = match pieces.recv().await {
            Some(piece) => piece,
            // The body is complete only if its producer finished without an error.
            None => Err(axum::Error::new(making.join_next().await?.err()?)),
        };
        Some((piece, (pieces, making)))
    });
    Body::new(StreamBody::new(taken))
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;

    use axum::Router;
    use axum::middleware::from_fn_with_state;
    use axum::routing::{get, post};
    use futures_util::StreamExt as _;
    use tower::ServiceExt as _;

    use super::*;

    fn thread() -> String {
        std::thread::current().name().unwrap_or("without a name").to_owned()
    }

    fn pieces(last: impl Fn() -> Bytes + Send + 'static) -> Body {
        let pieces =
            stream::iter(0..3).map(move |nth| if nth == 2 { last() } else { Bytes::from(thread() + " ") });
        Body::from_stream(pieces.map(Ok::<_, Infallible>))
    }

    fn router(background: &Background) -> Router {
        let router = Router::new()
            .route("/short", post(async |body: Bytes| format!("{}: {}", thread(), body.len())))
            .route("/long", get(async || pieces(|| "end".into())))
            .route("/broken", get(async || pieces(|| panic!("as it does"))));
        router.layer(from_fn_with_state(background.clone(), in_background))
    }

    async fn answer(request: Request) -> Result<Bytes, axum::Error> {
        let background = Background::start().unwrap();
        let response = router(&background).oneshot(request).await.unwrap();
        response.into_body().collect().await.map(http_body_util::Collected::to_bytes)
    }

    #[tokio::test]
    async fn answers_and_their_bodies_are_made_there() {
        assert_eq!(
            answer(Request::post("/short").body("abc".into()).unwrap()).await.unwrap(),
            "background: 3"
        );
        let long = answer(Request::get("/long").body(Body::empty()).unwrap()).await.unwrap();
        assert_eq!(long, "background background end");
    }

    #[tokio::test]
    async fn a_body_whose_maker_breaks_off_is_not_whole() {
        assert!(answer(Request::get("/broken").body(Body::empty()).unwrap()).await.is_err());
    }
}
