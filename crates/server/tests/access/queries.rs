//! Every operation refuses unknown parameters, for any caller.

use crate::authorisation::requests;
use crate::authorisation::rules::Who;
use crate::authorisation::world::World;
use crate::commands::sender;
use crate::rows;

/// Monitoring tools, caches and sign-in providers may add parameters of their own to these.
const TAKE_ANY: [&str; 9] = [
    "GET /actuator/health",
    "GET /actuator/health/liveness",
    "GET /actuator/health/readiness",
    "GET /actuator/info",
    "GET /actuator/prometheus",
    "GET /api/auth/oidc/{provider}/callback",
    "GET /asyncapi.yaml",
    "GET /swagger-ui.html",
    "GET /v3/api-docs",
];

const UNKNOWN: &str = "unheardOf";

#[tokio::test(flavor = "multi_thread")]
async fn every_operation_refuses_a_parameter_it_does_not_know() {
    let world = World::new().await;
    let mut wrong = Vec::new();
    let asked = |row: &rows::Row| row.service != "gateway" && !TAKE_ANY.contains(&&*row.name());
    for row in rows::built().iter().filter(|row| asked(row)) {
        let mut request = requests::prepare(&world, row, sender(row)).await;
        let more = if request.path.contains('?') { '&' } else { '?' };
        request.path = format!("{}{more}{UNKNOWN}=1", request.path);
        let answer = request.send(&[]).await;
        if answer.status != 400 || !answer.text.contains(&format!("\"{UNKNOWN}\"")) {
            wrong.push(format!("{}: {} {}", row.name(), answer.status, answer.text));
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_is_not_signed_in_is_told_that_and_not_what_is_wrong() {
    let world = World::new().await;
    let mut told = Vec::new();
    // The users service checks the parameters first, as it always has.
    let asked = |row: &rows::Row| !["gateway", "users"].contains(&&*row.service) && row.who != "P";
    let mut refused = 0;
    for row in rows::built().iter().filter(|row| asked(row)) {
        let mut request = requests::prepare(&world, row, Who::Anonymous).await;
        // Public things, such as a photo, are not part of this.
        if request.send(&[]).await.status != 401 {
            continue;
        }
        refused += 1;
        let more = if request.path.contains('?') { '&' } else { '?' };
        request.path = format!("{}{more}{UNKNOWN}=1", request.path);
        if request.body.is_some() {
            request.body = Some(serde_json::json!({"title": 7, "status": {}, "reason": [], "name": false}));
        }
        let answer = request.send(&[]).await;
        if answer.status != 401 {
            told.push(format!("{}: {} {}", row.name(), answer.status, answer.text));
        }
    }
    assert!(refused > 40, "{refused}");
    assert!(told.is_empty(), "\n{}", told.join("\n"));
}
