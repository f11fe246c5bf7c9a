//! The products for the rows of the catalogue.

use std::cell::Cell;
use std::net::SocketAddr;

use anyhow::Context as _;
use serde_json::{Value, json};

use super::scene::{PASSWORD, runtime};
use super::wire::{Connection, Request};

/// The administrator of the measured server, who sells the products.
pub const ADMIN: &str = "admin@example.com";
/// The products that are read, found and bought.
const PRODUCTS: u64 = 100;
/// Far above the numbers of the products in the scene.
pub const FIRST_SKU: u64 = 1_000_000;

pub struct Shop {
    pub token: String,
    pub products: Vec<String>,
}

impl Shop {
    /// Signs the administrator in and adds the products.
    pub fn set(address: SocketAddr) -> anyhow::Result<Self> {
        runtime()?.block_on(async {
            let mut connection = Connection::open(address).await?;
            let body = json!({"email": ADMIN, "password": PASSWORD}).to_string();
            let request = Request { method: "POST", path: "/api/auth/login", token: "", body: Some(&body) };
            let answer = connection.send(request).await?.expect(200)?.json()?;
            let token = answer["data"]["accessToken"].as_str().context("no token")?.to_owned();
            let mut products = Vec::new();
            for number in 0..PRODUCTS {
                let body = body_of(number);
                let request =
                    Request { method: "POST", path: "/api/v1/products", token: &token, body: Some(&body) };
                let answer = connection.send(request).await?.expect(201)?.json()?;
                products.push(format!("/api/v1/products/{}", answer["data"]["id"]));
            }
            Ok(Self { token, products })
        })
    }
}

/// A body of `POST /api/v1/products`. `number` makes the SKU unique.
fn body_of(number: u64) -> String {
    const KINDS: [(&str, &str, &str); 4] = [
        ("Wireless headphones", "Electronics", "Audio"),
        ("Cotton shirt", "Fashion", "Clothing"),
        ("Garden tools", "Garden", "Outdoor"),
        ("Running shoes", "Fashion", "Footwear"),
    ];
    let kind = usize::try_from(number % 4).unwrap_or_default();
    let (name, wide, narrow) = KINDS[kind];
    let product: Value = json!({
        "name": format!("{name}, number {number}"),
        "description": "A sample product with a description of about the length that descriptions have.",
        "categories": [wide, narrow],
        "price": 10 + number % 900,
        "sku": format!("SKU-{number}"),
        "attributes": {"color": "black", "size": "medium"},
        "stock": 1_000_000,
    });
    product.to_string()
}

/// Bodies, each with the next number.
pub struct ProductBodies(Cell<u64>);

impl ProductBodies {
    pub fn from(first: u64) -> Self {
        Self(Cell::new(first))
    }

    pub fn next(&self) -> String {
        let number = self.0.get();
        self.0.set(number + 1);
        body_of(number)
    }
}
