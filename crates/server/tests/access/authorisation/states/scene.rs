//! People in every state, and enough listings in every state.

use serde_json::json;
use testkit::{Client, Person, TestApp, WITH_ADMIN};

use super::{Asker, State};
use crate::people;

/// No state uses up more listings.
const ENOUGH: usize = 40;

pub struct Scene {
    app: TestApp,
    admin: Person,
    moderator: Person,
    support: Person,
    confirmed: Person,
    unconfirmed: Person,
    suspended: Person,
    deleted: Person,
}

/// Listings in one state, and their owner.
pub struct Stock {
    /// `None` when the owner can no longer act.
    owner: Option<Person>,
    listings: Vec<String>,
}

impl Stock {
    pub fn listing(&self) -> &str {
        self.listings.last().expect("enough listings")
    }

    pub fn used(&mut self) {
        self.listings.pop();
    }
}

impl Scene {
    pub async fn open() -> Self {
        let mut settings = WITH_ADMIN.to_vec();
        settings.push(("tenants.hyderabad.moderation", "true"));
        let app = TestApp::with(|_| {}, &settings).await;
        let admin = people::admin(&app).await;
        let with_role = async |name: &str, role| {
            let person = people::with_role(&app.client, &admin, name, role).await;
            confirm(&app, &person).await;
            person
        };
        let scene = Self {
            moderator: with_role("moderator", "MODERATOR").await,
            support: with_role("support", "SUPPORT").await,
            confirmed: with_role("confirmed", "SELLER").await,
            unconfirmed: Person::register(&app.client, "unconfirmed").await,
            suspended: with_role("suspended", "SELLER").await,
            deleted: with_role("deleted", "SELLER").await,
            admin,
            app,
        };
        scene.suspend(&scene.suspended).await;
        scene.delete(&scene.deleted).await;
        scene
    }

    async fn suspend(&self, person: &Person) {
        let path = format!("/api/users/{}/status", person.id);
        self.admin.client.patch(&path, &json!({"status": "SUSPENDED"})).await.expect(200);
    }

    async fn delete(&self, person: &Person) {
        self.admin.client.delete(&format!("/api/users/{}", person.id)).await.expect(204);
    }

    pub fn somebody(&self) -> &Client {
        &self.confirmed.client
    }

    pub fn has_files(asker: Asker) -> bool {
        !matches!(asker, Asker::Anonymous | Asker::Suspended | Asker::Deleted)
    }

    /// The client of a caller. `None` for a suspended or deleted owner, because those states are separate
    /// callers.
    pub fn client<'s>(&'s self, asker: Asker, stock: &'s Stock) -> Option<&'s Client> {
        Some(match asker {
            Asker::Anonymous => &self.app.client,
            Asker::Confirmed => &self.confirmed.client,
            Asker::Unconfirmed => &self.unconfirmed.client,
            Asker::Suspended => &self.suspended.client,
            Asker::Deleted => &self.deleted.client,
            Asker::Support => &self.support.client,
            Asker::Moderator => &self.moderator.client,
            Asker::Admin => &self.admin.client,
            Asker::Owner => &stock.owner.as_ref()?.client,
        })
    }

    pub async fn stock(&self, state: State) -> Stock {
        let owner = Person::register(&self.app.client, &format!("owner-{state:?}").to_lowercase()).await;
        if state != State::OwnerUnconfirmed {
            confirm(&self.app, &owner).await;
        }
        let mut listings = Vec::with_capacity(ENOUGH);
        for _ in 0..ENOUGH {
            let id = owner.list_home("A home", 4_500_000).await["id"].as_str().unwrap().to_owned();
            self.bring(&owner, &id, state).await;
            listings.push(id);
        }
        match state {
            State::OwnerSuspended => self.suspend(&owner).await,
            State::OwnerDeleted => self.delete(&owner).await,
            _ => {}
        }
        self.app.drain().await;
        let gone = matches!(state, State::OwnerSuspended | State::OwnerDeleted);
        Stock { owner: Some(owner).filter(|_| !gone), listings }
    }

    async fn bring(&self, owner: &Person, id: &str, state: State) {
        let path = format!("/api/properties/{id}");
        let reason = json!({"reason": "The photos show another home"});
        let moderator = &self.moderator.client;
        let reject = async || moderator.post(&format!("{path}/reject"), &reason).await.expect(200);
        let moved = async |status: &str| {
            owner.client.patch(&format!("{path}/status"), &json!({"status": status})).await.expect(200)
        };
        match state {
            State::Pending => return,
            State::Rejected | State::Draft => {
                reject().await;
                if state == State::Draft {
                    moved("DRAFT").await;
                }
                return;
            }
            _ => {}
        }
        moderator.post(&format!("{path}/approve"), &json!({})).await.expect(200);
        match state {
            State::Withdrawn => {
                moved("INACTIVE").await;
            }
            State::TakenDown => {
                reject().await;
            }
            State::Removed => {
                owner.client.delete(&path).await.expect(204);
            }
            _ => {}
        }
    }
}

async fn confirm(app: &TestApp, person: &Person) {
    let code = people::code(app, person, "verify-email").await;
    let body = json!({"userId": person.id, "verificationCode": code});
    app.client.post("/api/auth/verify-email", &body).await.expect(200);
}
