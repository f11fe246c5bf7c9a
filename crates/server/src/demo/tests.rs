use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, patch, post, put};
use rand::SeedableRng;
use rand::rngs::StdRng;
use serde_json::json;

use domain::fields::Choice as _;

use super::*;

/// The part of the API that the sample data needs. A token is `token-` followed by the e-mail.
#[derive(Clone, Default)]
struct Stub {
    /// E-mail to password.
    people: Arc<Mutex<BTreeMap<String, String>>>,
    homes: Arc<Mutex<Vec<(String, Value)>>>,
    /// Token and path of everything that is done with homes and enquiries.
    acts: Arc<Mutex<Vec<(String, String)>>>,
    /// To how many seconds ago the clock was moved.
    moved: Arc<Mutex<Vec<i64>>>,
}

impl Stub {
    fn client(&self) -> ApiClient {
        let router = Router::new()
            .route("/api/auth/register", post(register))
            .route("/api/auth/login", post(login))
            .route("/api/properties", get(count).post(list))
            .route("/api/auth/refresh", post(refresh))
            .route("/api/properties/{id}", put(edit))
            .route("/api/properties/{id}/{act}", post(act).patch(act))
            .route("/api/leads/{id}", patch(answer))
            .route("/api/search/properties", get(|| async { "{}" }))
            .route("/api/search/save", post(|| async { "{}" }));
        ApiClient::local(router.with_state(self.clone()), "anything")
    }

    async fn fill(&self) -> Outcome {
        let at = async |ago: i64| self.moved.lock().unwrap().push(ago);
        super::fill(&self.client(), &mut seeded(), async |_| Ok(()), at).await.unwrap()
    }

    fn note(&self, headers: &HeaderMap, act: &str, id: &str) {
        self.acts.lock().unwrap().push((token_of(headers), format!("{act} {id}")));
    }
}

/// How many people and homes were added.
fn counts(outcome: &Outcome) -> Option<(usize, usize)> {
    match outcome {
        Outcome::Filled { people, homes, .. } => Some((*people, *homes)),
        Outcome::LeftAlone => None,
    }
}

fn tokens(email: &str) -> String {
    json!({"data": {"accessToken": format!("token-{email}"), "refreshToken": email}}).to_string()
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
    (StatusCode::CREATED, tokens(&email)).into_response()
}

async fn refresh(body: String) -> String {
    let body: Value = serde_json::from_str(&body).unwrap();
    tokens(body["refreshToken"].as_str().unwrap())
}

async fn login(State(stub): State<Stub>, body: String) -> Response {
    let body: Value = serde_json::from_str(&body).unwrap();
    let email = body["email"].as_str().unwrap();
    let known = stub.people.lock().unwrap().get(email).is_some_and(|password| body["password"] == *password);
    let status = if known { StatusCode::OK } else { StatusCode::UNAUTHORIZED };
    (status, tokens(email)).into_response()
}

async fn count(State(stub): State<Stub>) -> String {
    json!({"data": {"totalElements": stub.homes.lock().unwrap().len()}}).to_string()
}

async fn list(State(stub): State<Stub>, headers: HeaderMap, body: String) -> (StatusCode, String) {
    let mut homes = stub.homes.lock().unwrap();
    homes.push((token_of(&headers), serde_json::from_str(&body).unwrap()));
    (StatusCode::CREATED, json!({"data": {"id": format!("home-{}", homes.len())}}).to_string())
}

async fn act(
    State(stub): State<Stub>,
    headers: HeaderMap,
    Path((id, act)): Path<(String, String)>,
) -> String {
    stub.note(&headers, &act, &id);
    json!({"data": {"id": format!("of-{id}")}}).to_string()
}

async fn edit(
    State(stub): State<Stub>,
    headers: HeaderMap,
    Path(id): Path<String>,
    body: String,
) -> &'static str {
    let body: Value = serde_json::from_str(&body).unwrap();
    stub.note(&headers, &format!("price {}", body["price"]), &id);
    "{}"
}

async fn answer(State(stub): State<Stub>, headers: HeaderMap, Path(id): Path<String>) -> &'static str {
    stub.note(&headers, "answer", &id);
    "{}"
}

fn seeded() -> StdRng {
    StdRng::seed_from_u64(7)
}

#[tokio::test]
async fn a_fresh_instance_is_filled_once() {
    let stub = Stub::default();
    assert_eq!(counts(&stub.fill().await), Some((7, 61)));
    assert_eq!(counts(&stub.fill().await), None);
    assert_eq!(stub.homes.lock().unwrap().len(), 61);

    let people = stub.people.lock().unwrap();
    assert_eq!(people[SEEKER], PASSWORD);
    assert_eq!(people[OWNER], PASSWORD);
    assert!(people.keys().all(|email| email.ends_with("@example.com")));
    let passwords: BTreeSet<&String> = people.values().collect();
    assert_eq!(passwords.len(), 6, "whom nobody is to be has a password that nobody knows");
}

#[tokio::test]
async fn the_demo_account_looks_at_homes_of_others() {
    let stub = Stub::default();
    stub.fill().await;
    let homes = stub.homes.lock().unwrap();
    let own: Vec<String> = homes
        .iter()
        .enumerate()
        .filter(|(_, (token, _))| *token == "token-demo@example.com")
        .map(|(index, _)| format!("home-{}", index + 1))
        .collect();
    assert_eq!(own.len(), 2);
    let acts = stub.acts.lock().unwrap();
    let by_demo = || acts.iter().filter(|(token, _)| token == "token-demo@example.com").map(|(_, act)| act);
    let count = |kind: &str| by_demo().filter(|act| act.starts_with(kind)).count();
    assert!(count("view ") > 20 && count("favorite ") > 7, "{} {}", count("view "), count("favorite "));
    assert_eq!(count("leads "), 3);
    let looks = |act: &&String| ["view ", "favorite ", "leads "].iter().any(|kind| act.starts_with(kind));
    assert!(by_demo().filter(looks).all(|act| !own.iter().any(|id| act.ends_with(&format!(" {id}")))));
}

#[tokio::test]
async fn a_year_passes_in_order_and_nobodys_session_ends_meanwhile() {
    let stub = Stub::default();
    stub.fill().await;
    let moved = stub.moved.lock().unwrap();
    assert_eq!((moved.first(), moved.last()), (Some(&PAST_SECONDS), Some(&0)));
    for pair in moved.windows(2) {
        // A session that is not used for 30 days is over.
        assert!(pair[0] > pair[1] && pair[0] - pair[1] < 30 * DAY_SECONDS, "{pair:?}");
    }
    assert!(moved.len() < 30, "each step of the clock delays the start: {}", moved.len());
}

#[tokio::test]
async fn prices_went_up_and_down_and_a_home_was_sold() {
    let stub = Stub::default();
    stub.fill().await;
    let (homes, acts) = (stub.homes.lock().unwrap(), stub.acts.lock().unwrap());
    let first = |id: &str| {
        let number: usize = id.trim_start_matches("home-").parse().unwrap();
        homes[number - 1].1["price"].as_u64().unwrap()
    };
    let changes: Vec<(u64, u64)> = acts
        .iter()
        .filter_map(|(_, act)| act.strip_prefix("price ")?.split_once(' '))
        .map(|(price, id)| (first(id), price.parse().unwrap()))
        .collect();
    assert!(changes.iter().any(|(before, after)| after < before), "{changes:?}");
    assert!(changes.iter().any(|(before, after)| after > before), "{changes:?}");
    let count = |kind: &str| acts.iter().filter(|(_, act)| act.starts_with(kind)).count();
    assert_eq!((count("status "), count("leads "), count("answer ")), (1, 8, 5));
}

#[tokio::test]
async fn every_home_is_marked_as_a_sample_and_has_what_a_listing_needs() {
    let stub = Stub::default();
    stub.fill().await;
    let homes = stub.homes.lock().unwrap();
    let mut references = BTreeSet::new();
    for (_, home) in homes.iter() {
        let text = |field: &str| home[field].as_str().unwrap_or_else(|| panic!("{field} of {home}"));
        assert!(text("title").ends_with("(sample)") && text("title").len() <= 200);
        assert!(text("description").contains("made up"));
        assert!(!text("location").is_empty() && home["price"].is_u64());
        assert!(references.insert(text("sourceReference").to_owned()));
        assert_eq!((text("contactPhone"), home.get("reraId")), (homes::CONTACT_PHONE, None));
        let near = |field: &str, middle: f64| (home[field].as_f64().unwrap() - middle).abs() < 0.5;
        assert!(near("latitude", 17.4) && near("longitude", 78.4), "{home}");
    }
    let of_type = |kind: &str| homes.iter().filter(|(_, home)| home["propertyType"] == kind).count();
    assert_eq!(of_type("PLOT"), 6);
    for (kind, _) in domain::property::kinds::PropertyType::ALL {
        assert!(of_type(kind) > 0, "there is no {kind}");
    }
    for (offer, _) in domain::property::kinds::ListingType::ALL {
        assert!(homes.iter().any(|(_, home)| home["listingType"] == *offer), "nothing is for {offer}");
    }
    for (status, _) in domain::property::kinds::PossessionStatus::ALL {
        assert!(homes.iter().any(|(_, home)| home["possessionStatus"] == *status), "nothing is {status}");
    }
}

/// Medians of an area need homes of one kind.
#[tokio::test]
async fn areas_have_homes_enough_to_compare() {
    let stub = Stub::default();
    stub.fill().await;
    let homes = stub.homes.lock().unwrap();
    let localities: BTreeSet<&str> = homes.iter().filter_map(|(_, home)| home["location"].as_str()).collect();
    assert!(localities.len() >= 20, "{localities:?}");
    for (locality, least) in
        [("Gachibowli", 5), ("Kondapur", 5), ("Madhapur", 3), ("Miyapur", 3), ("Kukatpally", 3)]
    {
        let flats = homes.iter().filter(|(_, home)| {
            (&home["location"], &home["propertyType"], &home["listingType"])
                == (&json!(locality), &json!("APARTMENT"), &json!("SALE"))
        });
        assert!(flats.count() >= least, "{locality}");
    }
    // What `quotas.user` allows by default.
    let mut by_owner: BTreeMap<&str, usize> = BTreeMap::new();
    homes.iter().for_each(|(token, _)| *by_owner.entry(token).or_default() += 1);
    assert!(by_owner.values().all(|count| *count <= 20), "{by_owner:?}");
}

#[tokio::test]
async fn the_owners_of_all_homes_upload_their_photos() {
    let stub = Stub::default();
    let Outcome::Filled { mut album, .. } = stub.fill().await else { panic!("nothing was added") };
    assert!((3 * 61..=6 * 61).contains(&album.len()), "{}", album.len());
    album.keep(2);
    album.upload(supervisor::Background::default()).await.unwrap();
    let (homes, acts) = (stub.homes.lock().unwrap(), stub.acts.lock().unwrap());
    let pictured: Vec<_> = acts.iter().filter(|(_, act)| act.starts_with("images ")).collect();
    assert_eq!(pictured.len(), 2);
    for (token, act) in pictured {
        let number: usize = act.trim_start_matches("images home-").parse().unwrap();
        assert_eq!(homes[number - 1].0, *token);
    }
}

#[tokio::test]
async fn a_start_that_was_cut_off_after_registering_can_be_repeated() {
    let stub = Stub::default();
    for email in [SEEKER, "fathima.sample@example.com"] {
        let password = if email == SEEKER { PASSWORD } else { "forgotten" };
        stub.people.lock().unwrap().insert(email.to_owned(), password.to_owned());
    }
    assert_eq!(counts(&stub.fill().await), Some((7, 61)));
    assert_eq!(stub.people.lock().unwrap().len(), 8);
}

#[tokio::test]
async fn a_refusal_is_told() {
    let router =
        Router::new().fallback(|| async { (StatusCode::INTERNAL_SERVER_ERROR, r#"{"message": "broken"}"#) });
    let client = ApiClient::local(router, "");
    let filled = fill(&client, &mut seeded(), async |_| Ok(()), async |_| ()).await;
    let Err(error) = filled else { panic!("a refusal was ignored") };
    assert_eq!(error.to_string(), "the sample data could not be added: the server answered 500: broken");
}
