//! Products as they are exported: the members of the request that would create them, as a row of a sheet or as JSON.

use domain::fields::Choice as _;
use domain::personal::Erasable;
use domain::product::ProductDetails;
use http_kit::Failure;
use serde_json::{Map, Value};

use crate::sheet::{PRODUCTS, cells};

/// The first line of a sheet, behind the mark by which spreadsheets know UTF-8. Without it they read `é` as `Ã©`, save that,
/// and the next import gives it to the product.
pub fn csv_header() -> Result<Vec<u8>, Failure> {
    let names = csv_line(PRODUCTS.fields.iter().map(|member| member.name.as_str()))?;
    Ok(["\u{feff}".as_bytes(), &names].concat())
}

/// The row of a product.
pub fn csv_row(product: &ProductDetails) -> Result<Vec<u8>, Failure> {
    let cells: Vec<String> = PRODUCTS.fields.iter().map(|member| cell(product, &member.name)).collect();
    csv_line(cells.iter().map(|cell| sheet::guarded(cell).into_owned()))
}

fn csv_line(cells: impl Iterator<Item: AsRef<[u8]>>) -> Result<Vec<u8>, Failure> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(cells).map_err(|error| Failure::unavailable(&error))?;
    writer.into_inner().map_err(|error| Failure::unavailable(&error))
}

fn cell(product: &ProductDetails, field: &str) -> String {
    let content = &product.content;
    match field {
        "categories" => cells::written_categories(&content.categories),
        "attributes" => cells::written_attributes(content.attributes()),
        "images" => cells::written_images(content.images()),
        _ => match member(product, field) {
            Some(Value::String(text)) => text,
            Some(value) => value.to_string(),
            None => String::new(),
        },
    }
}

/// A product as a line of JSON.
pub fn json_line(product: &ProductDetails) -> Result<Vec<u8>, Failure> {
    let stated =
        PRODUCTS.fields.iter().filter_map(|field| Some((field.name.clone(), member(product, &field.name)?)));
    let members: Map<String, Value> = stated.collect();
    let mut line = serde_json::to_vec(&members).map_err(|error| Failure::unavailable(&error))?;
    line.push(b'\n');
    Ok(line)
}

/// A member of the request that would create the product; `None` if there is nothing to state.
fn member(product: &ProductDetails, field: &str) -> Option<Value> {
    let content = &product.content;
    Some(match field {
        "name" => content.name.text().into(),
        "description" => content.description.as_ref().map(Erasable::text)?.into(),
        "categories" => content.categories.clone().into(),
        "price" => Value::Number(content.price.to_json()),
        "currency" => content.currency.word().into(),
        "sku" => content.sku.as_str().into(),
        "attributes" => {
            let named =
                content.attributes().iter().map(|(name, value)| (name.clone(), value.as_str().into()));
            Value::Object(named.collect())
        }
        "images" => content.images().to_vec().into(),
        "status" => product.status.word().into(),
        "stock" => product.stock.quantity?.into(),
        _ => return None,
    })
}
