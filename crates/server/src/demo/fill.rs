//! Lets the sample people act through the API, in the order of their story.

use std::collections::BTreeMap;

use http::Method;
use serde_json::{Value, json};

use super::DemoError;
use super::homes::Home;
use super::people::{Account, text};
use super::story::{ASKED, Act};

/// The people and what they have made so far.
pub struct Scene {
    pub people: BTreeMap<&'static str, Account>,
    pub homes: Vec<Home>,
    /// The ids of the listings by their place in `homes`, and of the enquiries by theirs in [`ASKED`].
    pub listed: BTreeMap<usize, String>,
    asked: BTreeMap<usize, String>,
}

impl Scene {
    pub fn new(people: BTreeMap<&'static str, Account>, homes: Vec<Home>) -> Self {
        Self { people, homes, listed: BTreeMap::new(), asked: BTreeMap::new() }
    }

    /// Everybody's token is renewed, because time has passed.
    pub async fn renew(&mut self) -> Result<(), DemoError> {
        for account in self.people.values_mut() {
            account.renew().await?;
        }
        Ok(())
    }

    pub async fn play(&mut self, act: &Act) -> Result<(), DemoError> {
        match act {
            Act::List(number) => self.list(*number).await,
            Act::Reprice(number, price) => self.reprice(*number, *price).await,
            Act::Sell(number) => self.sell(*number).await,
            Act::View(who, number) => self.touch(who, *number, "view").await,
            Act::Save(who, number) => self.touch(who, *number, "favorite").await,
            Act::Search(who, query) => {
                let path = format!("/api/search/properties?{query}");
                self.call(who, Method::GET, &path, None).await.map(drop)
            }
            Act::SaveSearch(who, search) => {
                self.call(who, Method::POST, "/api/search/save", Some(search.clone())).await.map(drop)
            }
            Act::Ask(number) => self.ask(*number).await,
            Act::Answer(number) => self.answer(*number).await,
        }
    }

    fn account(&self, who: &str) -> Result<&Account, DemoError> {
        self.people.get(who).ok_or_else(|| DemoError::Unknown(who.to_owned()))
    }

    fn home(&self, number: usize) -> Result<&Home, DemoError> {
        self.homes.get(number).ok_or_else(|| DemoError::Unknown(format!("home {number}")))
    }

    fn path_of(&self, number: usize) -> Result<String, DemoError> {
        let id = self.listed.get(&number).ok_or_else(|| DemoError::Unknown(format!("listing {number}")))?;
        Ok(format!("/api/properties/{id}"))
    }

    async fn call(
        &self,
        who: &str,
        method: Method,
        path: &str,
        body: Option<Value>,
    ) -> Result<Value, DemoError> {
        let answer = self.account(who)?.client.call(method, path, body, &[]).await?;
        Ok(answer.data()?)
    }

    async fn list(&mut self, number: usize) -> Result<(), DemoError> {
        let home = self.home(number)?;
        let listing = home.listing(self.account(&home.owner)?.person, None);
        let made = self.call(&home.owner, Method::POST, "/api/properties", Some(listing)).await?;
        let id = text("POST /api/properties", &made, "id")?.to_owned();
        self.listed.insert(number, id);
        Ok(())
    }

    async fn reprice(&self, number: usize, price: u64) -> Result<(), DemoError> {
        let home = self.home(number)?;
        let listing = home.listing(self.account(&home.owner)?.person, Some(price));
        self.call(&home.owner, Method::PUT, &self.path_of(number)?, Some(listing)).await.map(drop)
    }

    async fn sell(&self, number: usize) -> Result<(), DemoError> {
        let path = format!("{}/status", self.path_of(number)?);
        let owner = &self.home(number)?.owner;
        self.call(owner, Method::PATCH, &path, Some(json!({"status": "SOLD"}))).await.map(drop)
    }

    async fn touch(&self, who: &str, number: usize, how: &str) -> Result<(), DemoError> {
        let path = format!("{}/{how}", self.path_of(number)?);
        self.call(who, Method::POST, &path, None).await.map(drop)
    }

    async fn ask(&mut self, number: usize) -> Result<(), DemoError> {
        let Some(asked) = ASKED.get(number) else { return Ok(()) };
        let place = self.homes.iter().position(|home| home.reference() == asked.home);
        let place = place.ok_or_else(|| DemoError::Unknown(asked.home.to_owned()))?;
        let path = format!("{}/leads", self.path_of(place)?);
        let body = json!({"purpose": asked.purpose, "message": asked.message});
        let made = self.call(asked.who, Method::POST, &path, Some(body)).await?;
        let id = text("POST /api/properties/{id}/leads", &made, "id")?.to_owned();
        self.asked.insert(number, id);
        Ok(())
    }

    async fn answer(&self, number: usize) -> Result<(), DemoError> {
        let Some((asked, answer)) =
            ASKED.get(number).and_then(|asked| asked.answered.as_ref().map(|answer| (asked, answer)))
        else {
            return Ok(());
        };
        let owner =
            self.homes.iter().find(|home| home.reference() == asked.home).map(|home| home.owner.as_str());
        let id = self.asked.get(&number).ok_or_else(|| DemoError::Unknown(format!("enquiry {number}")))?;
        let body = json!({"status": answer.status, "note": answer.note});
        let path = format!("/api/leads/{id}");
        self.call(owner.unwrap_or_default(), Method::PATCH, &path, Some(body)).await.map(drop)
    }
}
