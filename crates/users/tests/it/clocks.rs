//! A clock that is set forward or back: it revives nothing that ended or expired, and keeps nobody out for longer
//! than it is wrong.

use axum::http::StatusCode;

use crate::harness::{App, PASSWORD, Person};

const HOUR: i64 = 3600;
const YEAR: i64 = 400 * 86_400;

async fn works(app: &App, person: &Person) -> bool {
    app.get("/api/users/profile").by(&person.token).send().await.status == StatusCode::OK
}

async fn renews(app: &App, person: &Person) -> bool {
    app.refresh(&person.refresh, "").await.status == StatusCode::OK
}

async fn enter(app: &App) -> Person {
    let answer = app.login("asha", PASSWORD).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
    Person::of(&answer)
}

/// Sets the clock while the process runs, or between two processes.
async fn set(app: App, seconds: i64, restart: bool) -> App {
    if restart {
        return app.die(|app| app.clock.advance(seconds)).await;
    }
    app.clock.advance(seconds);
    app
}

#[tokio::test]
async fn a_clock_set_back_revives_no_token_and_no_session() {
    for (back, restart) in [300, HOUR, YEAR].into_iter().flat_map(|back| [(back, false), (back, true)]) {
        let app = App::start().await;
        let expired = app.join("asha").await;
        app.clock.advance(601);
        assert!(!works(&app, &expired).await);
        let (ended, open) = (enter(&app).await, enter(&app).await);
        app.post("/api/auth/logout").by(&ended.token).send().await;
        let app = set(app, -back, restart).await;
        let said = format!("{back} s back, restart: {restart}");
        assert!(!works(&app, &expired).await && !works(&app, &ended).await, "{said}");
        assert!(!renews(&app, &ended).await, "{said}");
        // Sessions that were active continue, and new sign-ins work.
        let again = Person::of(&app.refresh(&open.refresh, "").await);
        assert!(works(&app, &again).await && works(&app, &enter(&app).await).await, "{said}");
        // From here on, ten minutes last ten minutes.
        app.clock.advance(590);
        assert!(works(&app, &again).await, "{said}");
        app.clock.advance(11);
        assert!(!works(&app, &again).await && renews(&app, &again).await, "{said}");
    }
}

#[tokio::test]
async fn a_session_that_expired_stays_over_when_the_clock_is_set_back() {
    for restart in [false, true] {
        let app = App::start().await;
        let asha = app.join("asha").await;
        app.clock.advance(30 * 86_400);
        assert!(!renews(&app, &asha).await);
        app.users.keep_time().await;
        let app = set(app, -5 * 86_400, restart).await;
        assert!(!renews(&app, &asha).await, "restart: {restart}");
    }
}

#[tokio::test]
async fn a_clock_set_far_ahead_signs_people_out_and_set_right_lets_them_in_at_once() {
    for restart in [false, true] {
        let app = App::start().await;
        let before = app.join("asha").await;
        let app = set(app, YEAR, restart).await;
        assert!(!works(&app, &before).await && !renews(&app, &before).await, "restart: {restart}");
        let ahead = enter(&app).await;
        assert!(works(&app, &ahead).await);
        let app = set(app, -YEAR, restart).await;
        assert!(!works(&app, &before).await && !renews(&app, &before).await, "restart: {restart}");
        let right = enter(&app).await;
        assert!(works(&app, &right).await && renews(&app, &right).await, "restart: {restart}");
        // A session begun while the clock was ahead lasts no longer because of it.
        app.clock.advance(601);
        assert!(!works(&app, &ahead).await, "restart: {restart}");
        app.clock.advance(31 * 86_400);
        assert!(!renews(&app, &ahead).await, "restart: {restart}");
    }
}

#[tokio::test]
async fn the_change_of_credentials_is_known_whatever_the_clock_did_meanwhile() {
    for step in [-HOUR, HOUR, -YEAR, YEAR] {
        let app = App::start().await;
        let asha = app.join("asha").await;
        // Changed while the clock was wrong; it is set right while no process runs.
        app.clock.advance(step);
        app.users.create_admin(&app.tenant, "asha@example.com", "asha", PASSWORD).await.unwrap();
        let app = app.die(|app| app.clock.advance(-step)).await;
        assert!(!works(&app, &asha).await && !renews(&app, &asha).await, "{step}");
        let new = enter(&app).await;
        assert!(works(&app, &new).await && renews(&app, &new).await, "{step}");
    }
}
