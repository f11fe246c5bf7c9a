//! Verifies ID tokens: signature, issuer, audience, time and nonce.

use std::str::FromStr as _;

use aws_lc_rs::constant_time::verify_slices_are_equal;
use domain::Timestamp;
use domain::user::{Identity, Profile};
use domain::{people, text};
use jsonwebtoken::jwk::{AlgorithmParameters, Jwk, KeyAlgorithm, PublicKeyUse};
use jsonwebtoken::{Algorithm, DecodingKey, Validation};
use serde::Deserialize;
use serde_json::Value;

use super::OidcError;

/// Allowed clock difference in seconds.
const LEEWAY: i64 = 60;
/// The longest subject that the specification allows.
const LONGEST_SUBJECT: usize = 255;

/// The accepted signature algorithms, all with a key of the provider. Algorithms with a shared secret and `none` are
/// not accepted.
pub const ALGORITHMS: [Algorithm; 9] = [
    Algorithm::RS256,
    Algorithm::RS384,
    Algorithm::RS512,
    Algorithm::PS256,
    Algorithm::PS384,
    Algorithm::PS512,
    Algorithm::ES256,
    Algorithm::ES384,
    Algorithm::EdDSA,
];

/// A person whose identity the provider confirms.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proven {
    /// The identity.
    pub identity: Identity,
    /// The e-mail address, if the provider has verified it.
    pub email: Option<String>,
    /// The names at the provider.
    pub profile: Profile,
}

#[derive(Deserialize)]
struct Claims {
    sub: String,
    exp: i64,
    iat: i64,
    aud: Value,
    nonce: Option<String>,
    azp: Option<String>,
    email: Option<String>,
    email_verified: Option<Value>,
    given_name: Option<String>,
    family_name: Option<String>,
    name: Option<String>,
}

/// What a token must match.
pub struct Expected<'a> {
    pub issuer: &'a str,
    pub client_id: &'a str,
    pub nonce: &'a str,
    pub now: Timestamp,
}

/// The algorithm and key id in a token's header, if the provider may use that algorithm.
pub fn header(token: &str, used: &[Algorithm]) -> Result<(Algorithm, Option<String>), OidcError> {
    let header = jsonwebtoken::decode_header(token).map_err(|_| OidcError::Token("its header"))?;
    if used.contains(&header.alg) && ALGORITHMS.contains(&header.alg) {
        Ok((header.alg, header.kid))
    } else {
        Err(OidcError::Token("its algorithm"))
    }
}

/// Whether a key can verify signatures of `algorithm`, and has the id `kid` if one is given.
pub fn fits(key: &Jwk, algorithm: Algorithm, kid: Option<&str>) -> bool {
    let family = match (&key.algorithm, algorithm) {
        (AlgorithmParameters::EllipticCurve(_), Algorithm::ES256 | Algorithm::ES384)
        | (AlgorithmParameters::OctetKeyPair(_), Algorithm::EdDSA) => true,
        (AlgorithmParameters::RSA(_), other) => {
            !matches!(other, Algorithm::ES256 | Algorithm::ES384 | Algorithm::EdDSA)
        }
        _ => false,
    };
    let named = kid.is_none_or(|kid| key.common.key_id.as_deref() == Some(kid));
    let signs = key.common.public_key_use.as_ref().is_none_or(|of| *of == PublicKeyUse::Signature);
    let own = key.common.key_algorithm.is_none_or(|own| is(own, algorithm));
    family && named && signs && own
}

fn is(key: KeyAlgorithm, algorithm: Algorithm) -> bool {
    Algorithm::from_str(&key.to_string()).is_ok_and(|own| own == algorithm)
}

/// Verifies the token and returns the person.
pub fn verify(
    token: &str,
    key: &Jwk,
    algorithm: Algorithm,
    expected: &Expected<'_>,
) -> Result<Proven, OidcError> {
    let key = DecodingKey::from_jwk(key).map_err(|_| OidcError::Token("its key"))?;
    let mut rules = Validation::new(algorithm);
    rules.validate_exp = false; // checked below, with our own clock
    rules.set_required_spec_claims(&["iss", "aud", "exp", "sub"]);
    rules.set_issuer(&[expected.issuer]);
    rules.set_audience(&[expected.client_id]);
    let decoded = jsonwebtoken::decode::<Claims>(token, &key, &rules);
    let claims = decoded.map_err(|_| OidcError::Token("its signature, issuer or audience"))?.claims;
    let now = expected.now.seconds();
    if claims.exp.saturating_add(LEEWAY) <= now || claims.iat > now.saturating_add(LEEWAY) {
        return Err(OidcError::Token("its time"));
    }
    let nonce = claims.nonce.as_deref().unwrap_or_default();
    if verify_slices_are_equal(nonce.as_bytes(), expected.nonce.as_bytes()).is_err() {
        return Err(OidcError::Token("its nonce"));
    }
    // A token for several audiences must name us as the authorized party.
    let several = claims.aud.as_array().is_some_and(|all| all.len() > 1);
    let party = claims.azp.as_deref();
    if party.is_some_and(|party| party != expected.client_id) || (several && party.is_none()) {
        return Err(OidcError::Token("its authorized party"));
    }
    if claims.sub.is_empty() || claims.sub.len() > LONGEST_SUBJECT {
        return Err(OidcError::Token("its subject"));
    }
    Ok(proven(claims, expected.issuer))
}

fn proven(claims: Claims, issuer: &str) -> Proven {
    // Some providers send it as a string.
    let seen = matches!(&claims.email_verified, Some(Value::Bool(true)))
        || claims.email_verified.as_ref().and_then(Value::as_str) == Some("true");
    let email = claims.email.as_deref().filter(|_| seen).and_then(|email| people::email(email).ok());
    let named = claims.given_name.as_deref().or(claims.name.as_deref()).and_then(short);
    let first_name = named.or_else(|| email.as_deref()?.split('@').next().and_then(short));
    let profile = Profile {
        first_name: first_name.unwrap_or_default(),
        last_name: claims.family_name.as_deref().and_then(short).unwrap_or_default(),
        ..Profile::default()
    };
    let identity = Identity { issuer: issuer.to_owned(), subject: claims.sub };
    Proven { identity, email, profile }
}

/// At most 50 characters of a name, the limit of profiles; none if it is not valid here.
fn short(name: &str) -> Option<String> {
    let visible = |c: &char| !c.is_control() && !text::is_line_break(*c);
    let name: String = text::cleaned(name).chars().filter(visible).take(50).collect();
    let name = text::trimmed(&name).to_owned();
    (!text::is_blank(&name) && people::name(&name).is_ok()).then_some(name)
}
