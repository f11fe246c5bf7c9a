//! The rows under load: (a) to (c) are the baseline, (d) to (f) and (j) to (m) are the server.

use std::cell::Cell;
use std::net::SocketAddr;
use std::time::Duration;

use anyhow::Context as _;

use super::listing::Bodies;
use super::load::{self, Load};
use super::process::Process;
use super::sample::Figure;
use super::scene::Scene;
use super::shop::{FIRST_SKU, ProductBodies, Shop};
use super::wire::Request;

/// Far above the numbers of the homes in the scene.
const FIRST_TITLE: u64 = 1_000_000;

/// Writes the next request to a buffer.
type Next = Box<dyn Fn(&mut Vec<u8>)>;

pub struct Row {
    pub letter: char,
    pub what: &'static str,
    /// Whether the real server answers it.
    pub ours: bool,
    address: SocketAddr,
    status: u16,
    next: Next,
}

impl Row {
    pub fn run(&self, time: Duration) -> anyhow::Result<Figure> {
        let load = Load { address: self.address, status: self.status, time, next: &*self.next };
        load::run(&load).with_context(|| format!("row {}, {}", self.letter, self.what))
    }
}

/// All rows, in the order of a round.
pub fn all(baseline: &Process, scene: &Scene) -> anyhow::Result<Vec<Row>> {
    let token = baseline.ready.split_once(" token ").context("the baseline gave no token")?.1;
    let theirs = |letter, what, status, next| -> anyhow::Result<Row> {
        Ok(Row { letter, what, ours: false, address: baseline.address("is ready at http://")?, status, next })
    };
    let ours =
        |letter, what, status, next| Row { letter, what, ours: true, address: scene.address, status, next };
    let homes = scene.homes.iter().map(|id| format!("/api/properties/{id}")).collect();
    Ok(vec![
        theirs('a', "bare axum, JSON", 200, read(vec!["/hello".into()], ""))?,
        theirs('b', "+ cached token, decode, validation", 200, post("/checked", token))?,
        theirs('c', "+ durable grouped append", 201, post("/stored", token))?,
        ours('d', "POST /api/properties", 201, post("/api/properties", &scene.seller)),
        ours('e', "GET /api/properties/{id}", 200, read(homes, &scene.visitor)),
        ours('f', "GET /api/user-history/me", 200, read(vec!["/api/user-history/me".into()], &scene.doer)),
    ])
}

/// The rows of the catalogue.
pub fn of_shop(address: SocketAddr, shop: &Shop) -> Vec<Row> {
    let row = |letter, what, status, next| Row { letter, what, ours: true, address, status, next };
    let token = shop.token.as_str();
    let found = ["headphones", "shirt", "garden", "shoes"]
        .map(|word| format!("/api/v1/products/search?q={word}&minPrice=50&categories=Electronics,Fashion"));
    let purchases = shop.products.iter().map(|product| format!("{product}/purchase")).collect();
    vec![
        row('j', "POST /api/v1/products", 201, new_products(token)),
        row('k', "GET /api/v1/products/{id}", 200, read(shop.products.clone(), "")),
        row('l', "GET /api/v1/products/search, with facets", 200, read(found.into(), "")),
        row('m', "POST /api/v1/products/{id}/purchase", 201, buy(purchases, token)),
    ]
}

fn new_products(token: &str) -> Next {
    let token = token.to_owned();
    let bodies = ProductBodies::from(FIRST_SKU);
    Box::new(move |out| {
        let body = bodies.next();
        Request { method: "POST", path: "/api/v1/products", token: &token, body: Some(&body) }.write(out);
    })
}

/// Purchases of one of each product in turn.
fn buy(paths: Vec<String>, token: &str) -> Next {
    let token = token.to_owned();
    let turn = Cell::new(0);
    Box::new(move |out| {
        let path = &paths[turn.get() % paths.len()];
        turn.set(turn.get() + 1);
        Request { method: "POST", path, token: &token, body: Some(r#"{"quantity":1}"#) }.write(out);
    })
}

/// Requests with a unique title each.
fn post(path: &'static str, token: &str) -> Next {
    let token = token.to_owned();
    let bodies = Bodies::from(FIRST_TITLE);
    Box::new(move |out| {
        Request { method: "POST", path, token: &token, body: Some(&bodies.next()) }.write(out);
    })
}

/// Requests for the paths in turn.
fn read(paths: Vec<String>, token: &str) -> Next {
    let token = token.to_owned();
    let turn = Cell::new(0);
    Box::new(move |out| {
        let path = &paths[turn.get() % paths.len()];
        turn.set(turn.get() + 1);
        Request { method: "GET", path, token: &token, body: None }.write(out);
    })
}
