//! A sign-in provider for tests: OpenID Connect over HTTP on loopback, with real keys. It misbehaves on request.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _};
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse as _, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD as BASE64URL};
use hyderabadinfra::settings::{OidcProvider, Secret, Settings};
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::task::JoinSet;

/// The application's client id at the provider.
const CLIENT: &str = "portal";
const SECRET: &str = "a secret of the portal";

/// How the provider misbehaves from now on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Misdeed {
    /// It behaves correctly.
    #[default]
    None,
    /// The token has no signature.
    Unsigned,
    /// The token is signed with the application's own secret.
    SharedSecret,
    /// The token is signed with the bytes of the public key as an HMAC secret.
    PublicKeyAsSecret,
    /// The token is signed with a key that is not published.
    ForeignKey,
    /// The token was changed after it was signed.
    Tampered,
    /// The response to the code never ends.
    Endless,
    /// The response to the code never comes.
    Silent,
    /// Its configuration names another issuer.
    AnotherIssuer,
    /// Every response is an error.
    Broken,
}

struct Key {
    name: String,
    pkcs8: Vec<u8>,
    public: Vec<u8>,
}

impl Key {
    fn fresh(name: String) -> Self {
        let pair = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).unwrap();
        let pkcs8 = pair.to_pkcs8v1().unwrap();
        Self { name, pkcs8: pkcs8.as_ref().to_vec(), public: pair.public_key().as_ref().to_vec() }
    }

    fn sign(&self, claims: &Value) -> String {
        let header = Header { kid: Some(self.name.clone()), ..Header::new(Algorithm::ES256) };
        jsonwebtoken::encode(&header, claims, &EncodingKey::from_ec_der(&self.pkcs8)).unwrap()
    }

    fn published(&self) -> Value {
        let (x, y) = (BASE64URL.encode(&self.public[1..33]), BASE64URL.encode(&self.public[33..]));
        json!({"kty": "EC", "crv": "P-256", "alg": "ES256", "use": "sig", "kid": self.name, "x": x, "y": y})
    }
}

/// The request that a code belongs to.
struct Ticket {
    nonce: String,
    challenge: String,
    redirect: String,
    claims: Value,
}

struct Desk {
    url: String,
    keys: Vec<Key>,
    tickets: HashMap<String, Ticket>,
    issued: usize,
    misdeed: Misdeed,
    now: i64,
    asked: BTreeMap<&'static str, usize>,
}

type Shared = Arc<Mutex<Desk>>;

/// The provider. Dropping it stops it.
pub struct Issuer {
    desk: Shared,
    _server: JoinSet<()>,
}

fn open(desk: &Shared) -> MutexGuard<'_, Desk> {
    desk.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Issuer {
    /// Starts it on a free port, with one key.
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let desk = Desk {
            url: format!("http://{}", listener.local_addr().unwrap()),
            keys: vec![Key::fresh("key-1".into())],
            tickets: HashMap::new(),
            issued: 0,
            misdeed: Misdeed::None,
            now: crate::START.seconds(),
            asked: BTreeMap::new(),
        };
        let desk = Arc::new(Mutex::new(desk));
        let router = Router::new()
            .route("/.well-known/openid-configuration", get(configuration))
            .route("/keys", get(keys))
            .route("/token", post(token))
            .with_state(Arc::clone(&desk));
        let mut server = JoinSet::new();
        server.spawn(async move { axum::serve(listener, router).await.unwrap() });
        Self { desk, _server: server }
    }

    /// The issuer URL, as its tokens name it.
    #[must_use]
    pub fn url(&self) -> String {
        open(&self.desk).url.clone()
    }

    /// Configures an application to trust this provider, under `name`.
    pub fn trusted_by(&self, settings: &mut Settings, name: &str) {
        let provider = OidcProvider {
            label: "Sample".into(),
            issuer: self.url(),
            client_id: CLIENT.into(),
            client_secret: Some(Secret::from(SECRET.to_owned())),
            client_secret_file: None,
            timeout_ms: 500.try_into().unwrap(),
        };
        settings.oidc.insert(name.to_owned(), provider);
    }

    /// Sets the misbehaviour from now on.
    pub fn does(&self, misdeed: Misdeed) {
        open(&self.desk).misdeed = misdeed;
    }

    /// Signs with a new key from now on. The earlier keys are no longer published.
    pub fn rotate(&self) {
        let mut desk = open(&self.desk);
        let name = format!("key-{}", desk.issued + 100);
        desk.keys = vec![Key::fresh(name)];
    }

    /// How often the keys were requested.
    #[must_use]
    pub fn asked_for_keys(&self) -> usize {
        open(&self.desk).asked.get("keys").copied().unwrap_or_default()
    }

    /// Approves the person that the application sent to `door`, with `claims` about them. Returns the callback
    /// address without its host, including the code.
    #[must_use]
    pub fn approve(&self, door: &str, claims: Value) -> String {
        let url = reqwest::Url::parse(door).unwrap();
        let asked: HashMap<String, String> = url.query_pairs().into_owned().collect();
        assert_eq!((&*asked["client_id"], &*asked["response_type"]), (CLIENT, "code"));
        assert_eq!((&*asked["code_challenge_method"], &*asked["scope"]), ("S256", "openid email profile"));
        let mut desk = open(&self.desk);
        desk.issued += 1;
        let code = format!("code-{}", desk.issued);
        let nonce = asked["nonce"].clone();
        let challenge = asked["code_challenge"].clone();
        let redirect = asked["redirect_uri"].clone();
        let path = reqwest::Url::parse(&redirect).unwrap().path().to_owned();
        let back = format!("{path}?code={code}&state={}&session_state=its.own", asked["state"]);
        desk.tickets.insert(code, Ticket { nonce, challenge, redirect, claims });
        back
    }
}

async fn configuration(State(desk): State<Shared>) -> Response {
    let desk = open(&desk);
    let (url, misdeed) = (&desk.url, desk.misdeed);
    let issuer = if misdeed == Misdeed::AnotherIssuer { "https://another.example" } else { url };
    if misdeed == Misdeed::Broken {
        return StatusCode::BAD_GATEWAY.into_response();
    }
    let about = json!({
        "issuer": issuer, "authorization_endpoint": format!("{url}/authorize"),
        "token_endpoint": format!("{url}/token"), "jwks_uri": format!("{url}/keys"),
        "response_types_supported": ["code"], "subject_types_supported": ["public"],
        // Some providers advertise algorithms that no client should accept.
        "id_token_signing_alg_values_supported": ["ES256", "HS256", "none"],
    });
    Json(about).into_response()
}

async fn keys(State(desk): State<Shared>) -> Json<Value> {
    let mut desk = open(&desk);
    *desk.asked.entry("keys").or_default() += 1;
    let mut all: Vec<Value> = desk.keys.iter().map(Key::published).collect();
    all.push(json!({"kty": "of another time", "kid": "unknown"}));
    Json(json!({"keys": all}))
}

async fn token(State(desk): State<Shared>, headers: HeaderMap, body: String) -> Response {
    let misdeed = open(&desk).misdeed;
    match misdeed {
        Misdeed::Silent => std::future::pending::<()>().await,
        Misdeed::Endless => return format!("{{\"id_token\": \"{}", "a".repeat(4_000_000)).into_response(),
        Misdeed::Broken => return StatusCode::BAD_GATEWAY.into_response(),
        _ => {}
    }
    let basic = format!("Basic {}", STANDARD.encode(format!("{CLIENT}:{}", SECRET.replace(' ', "+"))));
    let known = headers.get("authorization").is_some_and(|given| given.as_bytes() == basic.as_bytes());
    if !known {
        return StatusCode::UNAUTHORIZED.into_response();
    }
    let form = reqwest::Url::parse(&format!("http://form/?{body}")).unwrap();
    let form: HashMap<String, String> = form.query_pairs().into_owned().collect();
    let mut desk = open(&desk);
    let refused = || (StatusCode::BAD_REQUEST, Json(json!({"error": "invalid_grant"}))).into_response();
    let Some(ticket) = desk.tickets.remove(&form["code"]) else { return refused() };
    let challenge = BASE64URL.encode(digest(&SHA256, form["code_verifier"].as_bytes()));
    if challenge != ticket.challenge || form["redirect_uri"] != ticket.redirect {
        return refused();
    }
    let id_token = desk.id_token(&ticket);
    Json(json!({"access_token": "unused", "token_type": "Bearer", "id_token": id_token})).into_response()
}

impl Desk {
    fn id_token(&self, ticket: &Ticket) -> String {
        let mut claims = json!({
            "iss": self.url, "aud": CLIENT, "sub": "sample-1", "nonce": ticket.nonce, "iat": self.now,
            "exp": self.now + 300, "email_verified": true,
        });
        for (name, value) in ticket.claims.as_object().into_iter().flatten() {
            claims[name] = value.clone();
        }
        let key = &self.keys[0];
        let with_secret = |secret: &[u8]| {
            let header = Header { kid: Some(key.name.clone()), ..Header::new(Algorithm::HS256) };
            jsonwebtoken::encode(&header, &claims, &EncodingKey::from_secret(secret)).unwrap()
        };
        match self.misdeed {
            Misdeed::Unsigned => {
                let part = |value: &Value| BASE64URL.encode(value.to_string());
                format!("{}.{}.", part(&json!({"alg": "none", "typ": "JWT"})), part(&claims))
            }
            Misdeed::SharedSecret => with_secret(SECRET.as_bytes()),
            Misdeed::PublicKeyAsSecret => with_secret(&key.public),
            Misdeed::ForeignKey => Key::fresh(key.name.clone()).sign(&claims),
            Misdeed::Tampered => {
                let token = key.sign(&claims);
                let parts: Vec<&str> = token.split('.').collect();
                claims["sub"] = json!("somebody-else");
                format!("{}.{}.{}", parts[0], BASE64URL.encode(claims.to_string()), parts[2])
            }
            _ => key.sign(&claims),
        }
    }
}
