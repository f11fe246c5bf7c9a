//! Swagger UI without internet access: its files are in the binary.

use std::sync::Arc;

use axum::extract::Path;
use axum::http::header::{CONTENT_SECURITY_POLICY, CONTENT_TYPE};
use axum::response::{Html, IntoResponse, Response};
use http_kit::Failure;
use utoipa_swagger_ui::Config;

/// For this page only: Swagger UI sets styles in scripts and shows images from `data:` URLs.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; \
    connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

const PAGE: &str = r#"<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>HyderabadInfra API</title>
<link rel="stylesheet" href="/swagger-ui/swagger-ui.css">
<script src="/swagger-ui/swagger-ui-bundle.js" defer></script>
<script src="/swagger-ui/start.js" defer></script>
</head>
<body><main id="swagger-ui"></main><noscript>The document itself: <a href="/v3/api-docs">/v3/api-docs</a></noscript></body>
</html>
"#;

const START: &str = r##"SwaggerUIBundle({url: "/v3/api-docs", dom_id: "#swagger-ui", deepLinking: true, docExpansion: "none"});
"##;

/// The files that the page loads. Nothing else of the package is served.
const ASSETS: [&str; 2] = ["swagger-ui.css", "swagger-ui-bundle.js"];

/// Reads `/v3/api-docs`, and can send requests.
#[utoipa::path(
    get,
    path = "/swagger-ui.html",
    summary = "The API, to read and to try",
    responses((status = 200, description = "A page", body = String, content_type = "text/html")),
)]
pub async fn page() -> Response {
    ([(CONTENT_SECURITY_POLICY, POLICY)], Html(PAGE)).into_response()
}

/// `GET /swagger-ui/{file}`
pub async fn asset(Path(name): Path<String>) -> Result<Response, Failure> {
    if name == "start.js" {
        return Ok(([(CONTENT_TYPE, "text/javascript")], START).into_response());
    }
    let nothing = || Failure::not_found("NO_SUCH_ROUTE", "there is nothing at this address");
    if !ASSETS.contains(&&*name) {
        return Err(nothing());
    }
    let file = utoipa_swagger_ui::serve(&name, Arc::new(Config::from("/v3/api-docs")));
    let file = file.map_err(|error| Failure::unavailable(&error))?.ok_or_else(nothing)?;
    Ok(([(CONTENT_TYPE, file.content_type)], file.bytes.into_owned()).into_response())
}
