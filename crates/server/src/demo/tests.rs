use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use rand::SeedableRng;
use rand::rngs::StdRng;

use domain::fields::Choice as _;

use super::*;

/// The part of the API that the sample data needs. A token is `token-` followed by the e-mail.
#[derive(Clone, Default)]
struct Stub {
    /// E-mail to password.
    people: Arc<Mutex<BTreeMap<String, String>>>,
    homes: Arc<Mutex<Vec<(String, Value)>>>,
    /// Token and path of each view and favourite.
    acts: Arc<Mutex<Vec<(String, String)>>>,
}

impl Stub {
    fn client(&self) -> ApiClient {
        let router = Router::new()
            .route("/api/auth/register", post(register))
            .route("/api/auth/login", post(login))
            .route("/api/properties", get(count).post(list))
            .route("/api/properties/{id}/{act}", post(act))
            .route("/api/search/properties", get(|| async { "{}" }))
            .route("/api/search/save", post(|| async { "{}" }));
        ApiClient::local(router.with_state(self.clone()), "anything")
    }
}

fn token_of(headers: &HeaderMap) -> String {
    headers["authorization"].to_str().unwrap().trim_start_matches("Bearer ").to_owned()
}

async fn register(State(stub): State<Stub>, body: String) -> Response {
    let body: Value = serde_json::from_str(&body).unwrap();
    let email = body["email"].as_str().unwrap().to_owned();
    let mut people = stub.people.lock().unwrap();
    if people.contains_key(&email) {
        return (StatusCode::CONFLICT, r#"{"error": {"code": "EMAIL_TAKEN"}}"#).into_response();
    }
    people.insert(email.clone(), body["password"].as_str().unwrap().to_owned());
    (StatusCode::CREATED, json!({"data": {"accessToken": format!("token-{email}")}}).to_string())
        .into_response()
}

async fn login(State(stub): State<Stub>, body: String) -> Response {
    let body: Value = serde_json::from_str(&body).unwrap();
    let email = body["email"].as_str().unwrap();
    let known = stub.people.lock().unwrap().get(email).is_some_and(|password| body["password"] == *password);
    let status = if known { StatusCode::OK } else { StatusCode::UNAUTHORIZED };
    (status, json!({"data": {"accessToken": format!("token-{email}")}}).to_string()).into_response()
}

async fn count(State(stub): State<Stub>) -> String {
    json!({"data": {"totalElements": stub.homes.lock().unwrap().len()}}).to_string()
}

async fn list(State(stub): State<Stub>, headers: HeaderMap, body: String) -> (StatusCode, String) {
    let mut homes = stub.homes.lock().unwrap();
    homes.push((token_of(&headers), serde_json::from_str(&body).unwrap()));
    (StatusCode::CREATED, json!({"data": {"id": format!("home-{}", homes.len())}}).to_string())
}

async fn act(State(stub): State<Stub>, headers: HeaderMap, Path(path): Path<(String, String)>) -> StatusCode {
    stub.acts.lock().unwrap().push((token_of(&headers), format!("{} {}", path.1, path.0)));
    StatusCode::NO_CONTENT
}

fn seeded() -> StdRng {
    StdRng::seed_from_u64(7)
}

#[tokio::test]
async fn a_fresh_instance_is_filled_once() {
    let stub = Stub::default();
    let outcome = fill(&stub.client(), &mut seeded(), async |_| Ok(())).await.unwrap();
    assert_eq!(outcome, Outcome::Filled { people: 3, homes: 32 });
    assert_eq!(fill(&stub.client(), &mut seeded(), async |_| Ok(())).await.unwrap(), Outcome::LeftAlone);
    assert_eq!(stub.homes.lock().unwrap().len(), 32);

    let people = stub.people.lock().unwrap();
    assert_eq!(people[SEEKER], PASSWORD);
    assert_eq!(people[OWNER], PASSWORD);
    assert!(people.keys().all(|email| email.ends_with("@example.com")));
    let passwords: std::collections::BTreeSet<&String> = people.values().collect();
    assert_eq!(passwords.len(), 2, "whom nobody is to be has a password that nobody knows");
}

#[tokio::test]
async fn the_demo_account_looks_at_homes_of_others() {
    let stub = Stub::default();
    fill(&stub.client(), &mut seeded(), async |_| Ok(())).await.unwrap();
    let homes = stub.homes.lock().unwrap();
    let own: Vec<String> = homes
        .iter()
        .enumerate()
        .filter(|(_, (token, _))| *token == "token-demo@example.com")
        .map(|(index, _)| format!("home-{}", index + 1))
        .collect();
    assert_eq!(own.len(), 2);
    let acts = stub.acts.lock().unwrap();
    let count = |kind: &str| acts.iter().filter(|(_, act)| act.starts_with(kind)).count();
    assert_eq!((count("view "), count("favorite "), count("leads ")), (15, 5, 1));
    assert!(
        acts.iter()
            .all(|(token, act)| token == "token-demo@example.com" && !own.iter().any(|id| act.ends_with(id)))
    );
}

#[tokio::test]
async fn every_home_is_marked_as_a_sample_and_has_what_a_listing_needs() {
    let stub = Stub::default();
    fill(&stub.client(), &mut seeded(), async |_| Ok(())).await.unwrap();
    let homes = stub.homes.lock().unwrap();
    let mut references = std::collections::BTreeSet::new();
    for (_, home) in homes.iter() {
        let text = |field: &str| home[field].as_str().unwrap_or_else(|| panic!("{field} of {home}"));
        assert!(text("title").ends_with("(sample)") && text("title").len() <= 200);
        assert!(text("description").contains("made up"));
        assert!(!text("location").is_empty() && home["price"].is_u64());
        assert!(references.insert(text("sourceReference").to_owned()));
    }
    let of_type = |kind: &str| homes.iter().filter(|(_, home)| home["propertyType"] == kind).count();
    assert_eq!(of_type("PLOT"), 6);
    for (kind, _) in domain::property::kinds::PropertyType::ALL {
        assert!(of_type(kind) > 0, "there is no {kind}");
    }
    for (offer, _) in domain::property::kinds::ListingType::ALL {
        assert!(homes.iter().any(|(_, home)| home["listingType"] == *offer), "nothing is for {offer}");
    }
}

#[tokio::test]
async fn a_start_that_was_cut_off_after_registering_can_be_repeated() {
    let stub = Stub::default();
    for email in [SEEKER, "fathima.sample@example.com"] {
        let password = if email == SEEKER { PASSWORD } else { "forgotten" };
        stub.people.lock().unwrap().insert(email.to_owned(), password.to_owned());
    }
    let outcome = fill(&stub.client(), &mut seeded(), async |_| Ok(())).await.unwrap();
    assert_eq!(outcome, Outcome::Filled { people: 3, homes: 32 });
    assert_eq!(stub.people.lock().unwrap().len(), 4);
}

#[tokio::test]
async fn a_refusal_is_told() {
    let router =
        Router::new().fallback(|| async { (StatusCode::INTERNAL_SERVER_ERROR, r#"{"message": "broken"}"#) });
    let error = fill(&ApiClient::local(router, ""), &mut seeded(), async |_| Ok(())).await.unwrap_err();
    assert_eq!(error.to_string(), "the sample data could not be added: the server answered 500: broken");
}
