//! Responses that are too large to hold in memory.

use std::time::Duration;

use axum::body::Body;
use http::Method;
use http_body_util::BodyExt as _;
use tower::ServiceExt as _;

use super::{Answer, ApiClient, ClientError, root_cause};

/// The longest wait for the next piece is that of the server; the whole may take this long.
const WHOLE_TIMEOUT: Duration = Duration::from_hours(1);

impl ApiClient {
    /// Gives each piece of a response to `take` as it comes.
    ///
    /// # Errors
    /// When the server is not reached or refuses, the response is cut off, or `take` fails.
    pub async fn download(
        &self,
        path: &str,
        take: &mut (dyn FnMut(&[u8]) -> std::io::Result<()> + Send),
    ) -> Result<(), ClientError> {
        let method = Method::GET;
        let request = self.request(&method, path, None, &[])?;
        match self {
            Self::Local { router, .. } => {
                let answer = router.clone().oneshot(request.map(Body::from)).await;
                let (parts, mut body) = answer.unwrap_or_else(|never| match never {}).into_parts();
                if !parts.status.is_success() {
                    let bytes =
                        body.collect().await.map(http_body_util::Collected::to_bytes).unwrap_or_default();
                    Answer::new(parts.status, parts.headers, &bytes).data()?;
                    return Ok(());
                }
                while let Some(frame) = body.frame().await {
                    let frame = frame.map_err(|error| self.cut_off(path, error.to_string()))?;
                    take(frame.data_ref().map_or(&[][..], |data| data)).map_err(ClientError::Output)?;
                }
            }
            Self::Remote { http, .. } => {
                let failed = |error: reqwest::Error| self.cut_off(path, root_cause(&error));
                let mut request = reqwest::Request::try_from(request).map_err(failed)?;
                *request.timeout_mut() = Some(WHOLE_TIMEOUT);
                let mut answer = http.execute(request).await.map_err(failed)?;
                if !answer.status().is_success() {
                    let (status, headers) = (answer.status(), answer.headers().clone());
                    Answer::new(status, headers, &answer.bytes().await.map_err(failed)?).data()?;
                    return Ok(());
                }
                while let Some(piece) = answer.chunk().await.map_err(failed)? {
                    take(&piece).map_err(ClientError::Output)?;
                }
            }
        }
        Ok(())
    }

    fn cut_off(&self, path: &str, cause: String) -> ClientError {
        let base = match self {
            Self::Remote { base, .. } => base.clone(),
            Self::Local { .. } => String::new(),
        };
        ClientError::CutOff { method: Method::GET, base, path: path.to_owned(), cause }
    }
}

#[cfg(test)]
mod tests {
    use axum::Router;
    use axum::routing::get;
    use http::StatusCode;

    use super::*;

    #[tokio::test]
    async fn pieces_are_given_on_and_a_refusal_is_told() {
        let refused =
            async || (StatusCode::FORBIDDEN, r#"{"message": "No", "error": {"code": "FORBIDDEN"}}"#);
        let router = Router::new().route("/x", get(async || "a,b\n1,2\n")).route("/y", get(refused));
        let client = ApiClient::local(router, "token");
        let mut all = Vec::new();
        let mut take = |piece: &[u8]| {
            all.extend_from_slice(piece);
            Ok(())
        };
        client.download("/x", &mut take).await.unwrap();
        let error = client.download("/y", &mut take).await.unwrap_err();
        assert!(matches!(error, ClientError::Refused(_)), "{error}");
        assert_eq!(all, b"a,b\n1,2\n");
    }
}
