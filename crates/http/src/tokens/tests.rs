use domain::Timestamp;

use super::*;

const START: Timestamp = Timestamp::from_micros(1_700_000_000_000_000);
const HOUR: i64 = 3600;
const YEAR: i64 = 400 * 24 * HOUR;

fn tokens(clock: &Clock) -> Tokens {
    Tokens::new(&Tokens::generate_key().unwrap(), clock.clone(), 600).unwrap()
}

fn user() -> UserId {
    uuid::Uuid::from_u128(1).into()
}

fn session(number: u128) -> SessionId {
    uuid::Uuid::from_u128(number).into()
}

fn issue(tokens: &Tokens, number: u128, credentials: Version) -> String {
    tokens.issue(&TenantId::stored("hyderabad"), user(), session(number), Role::User, credentials).unwrap()
}

#[test]
fn h05_a_token_holds_ten_minutes_for_its_own_key_and_session_only() {
    let clock = Clock::manual(START);
    let (ours, theirs) = (tokens(&clock), tokens(&clock));
    let token = issue(&ours, 2, 0);
    assert_eq!(ours.verify(&token).unwrap().sub, user());
    assert_eq!(theirs.verify(&token), Err(TokenError::Invalid));
    let mut changed = token.clone().into_bytes();
    let middle = changed.len() / 2;
    changed[middle] = if changed[middle] == b'A' { b'B' } else { b'A' };
    assert_eq!(ours.verify(&String::from_utf8(changed).unwrap()), Err(TokenError::Invalid));
    clock.advance(599);
    assert!(ours.verify(&token).is_ok());
    clock.advance(1);
    assert_eq!(ours.verify(&token), Err(TokenError::Expired));
    let other = issue(&ours, 2, 0);
    ours.end(session(2));
    assert_eq!(ours.verify(&other), Err(TokenError::Revoked));
}

#[test]
fn h05_a_token_signed_with_a_shared_secret_is_refused() {
    let ours = tokens(&Clock::manual(START));
    let claims = ours.claims(PUBLIC, &TenantId::stored("hyderabad"), user(), session(2), Role::Admin);
    let secret = jsonwebtoken::EncodingKey::from_secret(b"hyderabadinfra-secret-key");
    let forged = jsonwebtoken::encode(&jsonwebtoken::Header::default(), &claims, &secret).unwrap();
    assert_eq!(ours.verify(&forged), Err(TokenError::Invalid));
}

#[test]
fn tokens_of_sessions_that_began_under_earlier_credentials_do_not_hold() {
    let ours = tokens(&Clock::manual(START));
    let (older, newer) = (issue(&ours, 2, 3), issue(&ours, 3, 7));
    assert!(ours.verify(&older).is_ok());
    ours.require(user(), 7);
    // A late call with older credentials changes nothing.
    ours.require(user(), 5);
    assert_eq!(ours.verify(&older), Err(TokenError::Revoked));
    assert!(ours.verify(&newer).is_ok());
}

#[test]
fn a_clock_set_back_gives_no_token_back() {
    let clock = Clock::manual(START);
    let ours = tokens(&clock);
    let (expired, ended) = (issue(&ours, 2, 0), issue(&ours, 3, 0));
    ours.end(session(3));
    clock.advance(600);
    assert_eq!(ours.verify(&expired), Err(TokenError::Expired));
    let open = issue(&ours, 4, 0);
    clock.advance(-HOUR);
    assert_eq!(ours.verify(&expired), Err(TokenError::Expired));
    assert!(ours.verify(&ended).is_err());
    // A valid token stays valid for its remaining lifetime, and no longer.
    assert!(ours.verify(&open).is_ok());
    let fresh = issue(&ours, 5, 0);
    clock.advance(601);
    assert_eq!(ours.verify(&open), Err(TokenError::Expired));
    assert_eq!(ours.verify(&fresh), Err(TokenError::Expired));
}

#[test]
fn a_clock_set_far_ahead_and_right_again_lets_new_tokens_hold_at_once() {
    let clock = Clock::manual(START);
    let ours = tokens(&clock);
    let before = issue(&ours, 2, 0);
    clock.advance(YEAR);
    assert_eq!(ours.verify(&before), Err(TokenError::Expired));
    let ahead = issue(&ours, 3, 0);
    clock.advance(-YEAR);
    assert_eq!(ours.verify(&before), Err(TokenError::Expired));
    let after = issue(&ours, 4, 0);
    let claims = ours.verify(&after).unwrap();
    assert_eq!((claims.iat, claims.exp), (START.seconds(), START.seconds() + 600), "others go by the clock");
    clock.advance(601);
    // Its expiry lies a year ahead, but we do not rely on it.
    assert_eq!(ours.verify(&ahead), Err(TokenError::Expired));
    assert_eq!(ours.verify(&after), Err(TokenError::Expired));
}

#[test]
fn another_process_gives_no_token_back_either() {
    let clock = Clock::manual(START);
    let key = Tokens::generate_key().unwrap();
    let process = || Tokens::new(&key, clock.clone(), 600).unwrap();
    let first = process();
    let expired = issue(&first, 2, 0);
    clock.advance(600);
    assert_eq!(first.verify(&expired), Err(TokenError::Expired));
    let mark = first.monotonic_clock().mark();
    for back in [HOUR, YEAR] {
        clock.advance(-back);
        let next = process();
        next.monotonic_clock().resume(mark);
        assert_eq!(next.verify(&expired), Err(TokenError::Expired), "{back}");
        assert!(next.verify(&issue(&next, 3, 0)).is_ok());
    }
    // Without the mark, a token from the future is invalid.
    clock.advance(-YEAR);
    assert_eq!(process().verify(&expired), Err(TokenError::Expired));
}

#[test]
fn a_token_of_an_earlier_version_holds_until_it_expires() {
    let clock = Clock::manual(START);
    let ours = tokens(&clock);
    let mut claims = ours.claims(PUBLIC, &TenantId::stored("hyderabad"), user(), session(2), Role::User);
    claims.issued = None;
    let mut claims = serde_json::to_value(claims).unwrap();
    for member in ["issued", "credentials"] {
        claims.as_object_mut().unwrap().remove(member);
    }
    let token = jsonwebtoken::encode(&ours.header, &claims, &ours.encoding).unwrap();
    assert_eq!(ours.verify(&token).unwrap().credentials, 0);
    clock.advance(600);
    assert_eq!(ours.verify(&token), Err(TokenError::Expired));
}

#[test]
fn a_shorter_life_holds_for_tokens_of_before() {
    let clock = Clock::manual(START);
    let key = Tokens::generate_key().unwrap();
    let long = Tokens::new(&key, clock.clone(), 86_400).unwrap();
    let token = issue(&long, 2, 0);
    clock.advance(601);
    assert!(long.verify(&token).is_ok());
    let short = Tokens::new(&key, clock.clone(), 600).unwrap();
    assert_eq!(short.verify(&token), Err(TokenError::Expired));
}
