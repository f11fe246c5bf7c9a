//! A change of credentials ends every session that began before it, even if later steps fail.

use axum::http::{Method, StatusCode};
use domain::session::{Session, SessionCommand};
use domain::user::{Role, User, UserCommand, UserStatus};
use domain::{Actor, Metadata, SessionId, StreamId};
use journal::Options;
use serde_json::{Value, json};

use crate::harness::{Answer, App, PASSWORD, Person};

const NEXT: &str = "quite another phrase";

/// Makes it impossible to end a session in the table, until `MEND`.
const BREAK: &str = "create trigger broken before update of ended_at on sessions
                     begin select raise(abort, 'the disk is broken'); end";
const MEND: &str = "drop trigger broken";

impl App {
    /// Signs in and returns the person and the id of the session.
    async fn enters(&self, password: &str) -> (Person, SessionId) {
        let person = Person::of(&self.login("asha", password).await);
        let session = self.context.tokens.verify(&person.token).unwrap().sid;
        (person, session)
    }

    /// The token of a new reset mail.
    async fn reset_mail(&self, person: &Person) -> String {
        self.post("/api/auth/password-reset").json(&json!({"email": "asha@example.com"})).send().await;
        format!("{}.{}", person.id, self.mailed(person.id, "password-reset").await)
    }

    /// The token hash of a new reset mail, as the journal stores it.
    async fn reset_hash(&self, person: &Person) -> String {
        self.reset_mail(person).await;
        let stream = StreamId::new(&self.tenant, "user", person.id);
        let found = self.context.aggregates.journal().read_stream(&stream, 0).await.unwrap();
        let last: Value = serde_json::from_str(&found.last().unwrap().data).unwrap();
        last["reset"]["tokenHash"].as_str().unwrap().to_owned()
    }

    async fn reset(&self, token: &str, key: &str) -> Answer {
        let call = self.post("/api/auth/password-reset/confirm").header("idempotency-key", key);
        call.json(&json!({"token": token, "newPassword": NEXT})).send().await
    }

    async fn profile(&self, person: &Person) -> StatusCode {
        self.get("/api/users/profile").by(&person.token).send().await.status
    }

    /// Whether the table marks a session as ended.
    fn is_ended(&self, session: SessionId) -> bool {
        let sql = "select ended_at is not null from sessions where id = ?1";
        self.sessions().query_row(sql, [session.to_string()], |row| row.get(0)).unwrap()
    }

    /// Records only the event, as if the service died right after it.
    async fn only(&self, command: UserCommand, person: &Person) {
        let actor = Actor { tenant: self.tenant.clone(), user: None, metadata: Metadata::default() };
        let done =
            self.context.aggregates.execute::<User>(&actor, person.id, command, Options::default()).await;
        assert!(done.unwrap().position.is_some());
    }
}

#[tokio::test]
async fn a_reset_locks_out_whoever_was_in_though_no_session_can_be_ended() {
    let app = App::start().await;
    app.join("asha").await;
    let (thief, session) = app.enters(PASSWORD).await;
    let token = app.reset_mail(&thief).await;
    app.sessions().execute_batch(BREAK).unwrap();
    assert_eq!(app.reset(&token, "one").await.status, StatusCode::OK);
    assert_eq!(app.profile(&thief).await, StatusCode::UNAUTHORIZED);
    let refused = app.refresh(&thief.refresh, "").await;
    assert_eq!((refused.status, refused.code()), (StatusCode::UNAUTHORIZED, "INVALID_REFRESH_TOKEN".into()));
    // A new sign-in is not locked out, and sees no other session.
    let (asha, _) = app.enters(NEXT).await;
    let listed = app.get("/api/auth/sessions").by(&asha.token).send().await;
    assert_eq!(listed.data().as_array().unwrap().len(), 1);
    // The thief's next attempt records the end of the session and ends it.
    app.sessions().execute_batch(MEND).unwrap();
    assert!(!app.is_ended(session));
    assert_eq!(app.refresh(&thief.refresh, "").await.status, StatusCode::UNAUTHORIZED);
    assert!(app.is_ended(session));
    assert_eq!(app.events("session", session).await, ["USER_LOGIN", "SESSION_REVOKED"]);
}

#[tokio::test]
async fn a_repeat_ends_what_the_first_left_and_nothing_that_began_since() {
    let app = App::start().await;
    app.join("asha").await;
    let (thief, old) = app.enters(PASSWORD).await;
    let token = app.reset_mail(&thief).await;
    app.sessions().execute_batch(BREAK).unwrap();
    assert_eq!(app.reset(&token, "one").await.status, StatusCode::OK);
    let (asha, new) = app.enters(NEXT).await;
    app.sessions().execute_batch(MEND).unwrap();
    assert!(!app.is_ended(old));
    assert_eq!(app.reset(&token, "one").await.status, StatusCode::OK);
    assert_eq!((app.is_ended(old), app.is_ended(new)), (true, false));
    assert_eq!(app.events("session", old).await, ["USER_LOGIN", "SESSION_REVOKED"]);
    assert_eq!(app.profile(&asha).await, StatusCode::OK);
    assert_eq!(app.refresh(&asha.refresh, "").await.status, StatusCode::OK);
}

#[tokio::test]
async fn another_role_or_status_does_the_same() {
    let app = App::start().await;
    app.join("asha").await;
    let admin = app.admin().await;
    for (what, body) in [("role", json!({"role": "AGENT"})), ("status", json!({"status": "ACTIVE"}))] {
        let (old, session) = app.enters(PASSWORD).await;
        let path = format!("/api/users/{}/{what}", old.id);
        let change = |body: &Value| app.call(Method::PATCH, &path).by(&admin.token).json(body).send();
        app.sessions().execute_batch(BREAK).unwrap();
        assert_eq!(change(&body).await.status, StatusCode::OK, "{what}");
        assert_eq!(app.profile(&old).await, StatusCode::UNAUTHORIZED, "{what}");
        assert_eq!(app.refresh(&old.refresh, "").await.status, StatusCode::UNAUTHORIZED, "{what}");
        let (new, since) = app.enters(PASSWORD).await;
        app.sessions().execute_batch(MEND).unwrap();
        // The same request again changes nothing and ends what was left open.
        assert_eq!(change(&body).await.status, StatusCode::OK, "{what}");
        assert_eq!((app.is_ended(session), app.is_ended(since)), (true, false), "{what}");
        assert_eq!(app.profile(&new).await, StatusCode::OK, "{what}");
    }
}

#[tokio::test]
async fn a_process_that_dies_behind_the_change_lets_nobody_in_again() {
    for change in ["password", "role", "status", "closed"] {
        let app = App::start().await;
        let asha = app.join("asha").await;
        let (old, session) = app.enters(PASSWORD).await;
        let command = match change {
            "password" => {
                let token_hash = app.reset_hash(&old).await;
                // It is not a valid hash: nobody can sign in with it.
                UserCommand::ResetPassword { token_hash, password_hash: "another".into() }
            }
            "role" => UserCommand::ChangeRole(Role::Agent),
            "status" => UserCommand::ChangeStatus(UserStatus::Active),
            _ => UserCommand::Delete,
        };
        app.only(command, &old).await;
        let app = app.die(|_| {}).await;
        for person in [&asha, &old] {
            assert_eq!(app.profile(person).await, StatusCode::UNAUTHORIZED, "{change}");
            assert!(app.context.tokens.verify(&person.token).is_err(), "{change}");
            let refused = app.refresh(&person.refresh, "").await.status;
            assert_eq!(refused, StatusCode::UNAUTHORIZED, "{change}");
        }
        assert!(app.is_ended(session), "{change}");
        assert_eq!(app.events("session", session).await, ["USER_LOGIN", "SESSION_REVOKED"], "{change}");
        if change == "role" || change == "status" {
            let (new, _) = app.enters(PASSWORD).await;
            assert_eq!(app.profile(&new).await, StatusCode::OK, "{change}");
            // Another start does not process the change again: the new session continues.
            let app = app.die(|_| {}).await;
            assert_eq!(app.profile(&new).await, StatusCode::OK, "{change}");
            assert_eq!(app.refresh(&new.refresh, "").await.status, StatusCode::OK, "{change}");
        }
    }
}

#[tokio::test]
async fn a_session_that_ended_on_record_alone_is_not_renewed() {
    let app = App::start().await;
    app.join("asha").await;
    let (asha, session) = app.enters(PASSWORD).await;
    let actor = Actor { tenant: app.tenant.clone(), user: Some(asha.id), metadata: Metadata::default() };
    let command = SessionCommand::SignOut(session);
    let out = app.context.aggregates.execute::<Session>(&actor, session, command, Options::default()).await;
    assert!(out.unwrap().position.is_some());
    let app = app.die(|_| {}).await;
    assert_eq!(app.refresh(&asha.refresh, "").await.status, StatusCode::UNAUTHORIZED);
    assert!(app.is_ended(session) && app.context.tokens.verify(&asha.token).is_err());
    assert_eq!(app.events("session", session).await, ["USER_LOGIN", "USER_LOGOUT"]);
}

/// The journal did not answer the command, but the change is recorded: the consumer of the journal ends the tokens.
#[tokio::test]
async fn a_change_that_nobody_saw_through_ends_tokens_when_it_is_read() {
    let app = App::start().await;
    let asha = app.join("asha").await;
    app.only(UserCommand::ChangeRole(Role::Agent), &asha).await;
    app.settle().await;
    assert_eq!(app.profile(&asha).await, StatusCode::UNAUTHORIZED);
    assert_eq!(app.refresh(&asha.refresh, "").await.status, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn sessions_of_the_version_before_go_on_unless_credentials_changed_since() {
    let app = App::start().await;
    let asha = app.join("asha").await;
    let ravi = app.join("ravi").await;
    let earlier = |app: &App| {
        let tables = "alter table sessions drop column credentials; drop table steady_time; drop table credentials_read";
        app.sessions().execute_batch(tables).unwrap();
    };
    app.only(UserCommand::ChangeRole(Role::Agent), &ravi).await;
    let app = app.die(earlier).await;
    assert_eq!(app.profile(&asha).await, StatusCode::OK);
    assert_eq!(app.refresh(&asha.refresh, "").await.status, StatusCode::OK);
    assert_eq!(app.profile(&ravi).await, StatusCode::UNAUTHORIZED);
    assert_eq!(app.refresh(&ravi.refresh, "").await.status, StatusCode::UNAUTHORIZED);
}
