use std::io::Cursor;

use serde_json::{Value, json};
use sheet::{FieldMap, RowContent, Sheet, SheetOptions, SheetRow, StatedRow, field_list, template};

use super::*;

fn open(text: &str, map: Option<&str>) -> Result<Sheet<Cursor<Vec<u8>>>, String> {
    let map = map.map(|map| FieldMap::read(map, &HOMES).unwrap());
    let options = SheetOptions { map, preset: None };
    Sheet::open(&HOMES, Cursor::new(text.as_bytes().to_vec()), &options).map_err(|error| error.to_string())
}

fn rows(text: &str, map: Option<&str>) -> Vec<SheetRow> {
    let sheet = open(text, map).unwrap();
    let total = sheet.total();
    let mut rows = sheet.rows().unwrap();
    let found: Vec<SheetRow> = std::iter::from_fn(|| rows.next_row().unwrap()).collect();
    assert_eq!(found.len() as u64, total);
    found
}

fn listings(text: &str, map: Option<&str>) -> Vec<StatedRow> {
    let told = |row: SheetRow| match row.content {
        RowContent::Stated(listing) => *listing,
        other => panic!("line {}: {other:?}", row.line),
    };
    rows(text, map).into_iter().map(told).collect()
}

fn members(text: &str, map: Option<&str>) -> Value {
    Value::Object(listings(text, map).remove(0).members)
}

fn mistakes(text: &str) -> Vec<(u64, String)> {
    let told = |row: SheetRow| match row.content {
        RowContent::Invalid(text) => Some((row.line, text)),
        _ => None,
    };
    rows(text, None).into_iter().filter_map(told).collect()
}

/// As an agent keeps it: other columns, rent, lakhs, acres.
const AGENTS: &str = "\
Our homes;;;;;;;
File;What;Village;Lakhs;Extent;Let or sell;Lift?;Since
K-1;Flat;Kondapur;0.35;1,150 sft;Let;Y;5-2-26
K-2;Farm;Mokila;240;3.5;Sell;;
";

const AGENTS_MAP: &str = "\
sourceReference = \"File\"
location = \"Village\"
price = { column = \"Lakhs\", unit = \"lakh\" }
area = { column = \"Extent\", unit = \"acre\" }
listingType = { column = \"Let or sell\", words = { Let = \"RENT\", Sell = \"SALE\" } }
propertyType = { column = \"What\", words = { Farm = \"PLOT\" } }
amenities = { flags = { \"Lift?\" = \"Lift\" } }
city = { value = \"Hyderabad\" }
ignore = [\"Since\"]
";

#[test]
fn an_agents_own_sheet_is_read_by_a_map() {
    let found = listings(AGENTS, Some(AGENTS_MAP));
    assert_eq!(found.iter().map(|row| &*row.reference).collect::<Vec<_>>(), ["K-1", "K-2"]);
    let wanted = json!({"price": "0.35 lakh", "location": "Kondapur", "city": "Hyderabad",
        "propertyType": "APARTMENT", "listingType": "RENT", "area": "1150", "areaUnit": "SQFT", "amenities": ["Lift"]});
    assert_eq!(Value::Object(found[0].members.clone()), wanted);
    let wanted = json!({"price": "240 lakh", "location": "Mokila", "city": "Hyderabad", "propertyType": "PLOT",
        "listingType": "SALE", "area": "3.5", "areaUnit": "ACRE"});
    assert_eq!(Value::Object(found[1].members.clone()), wanted);
    assert_eq!(found[1].explain("price", "is odd"), "Lakhs \"240\" is odd");
    assert_eq!(found[1].explain("title", "is odd"), "title is odd");
}

#[test]
fn the_kind_holds_together() {
    assert_eq!(HOMES.inconsistencies(), [""; 0]);
}

#[test]
fn names_of_columns_carry_units() {
    let text = "Locality,Property Type,Price (in Lakhs),Size (sq yds),BHK\nKokapet,Independent House,95.5,\"1,200.0\",3 BHK\n";
    let wanted = json!({"price": "95.5 lakh", "location": "Kokapet", "propertyType": "HOUSE", "bedrooms": "3",
        "area": "1200", "areaUnit": "SQYD"});
    assert_eq!(members(text, None), wanted);
    let text = "location,type,price,area,unit\nMokila,Land,1.2 cr,2,Acres\n";
    let wanted = json!({"price": "1.2 cr", "location": "Mokila", "propertyType": "PLOT", "area": "2", "areaUnit": "ACRE"});
    assert_eq!(members(text, None), wanted);
    let text = "location,type,price,sqft\nMokila,Shop,90 lakh,200 sq m\n";
    assert_eq!(members(text, None)["areaUnit"], "SQM");
}

#[test]
fn a_currency_in_the_cell_does_not_take_the_place_of_the_columns_unit() {
    let price = |column: &str, cell: &str| {
        let text = format!("location,type,for,{column}\nKokapet,Flat,Rent,{cell}\n");
        let price = members(&text, None)["price"].as_str().unwrap().to_owned();
        Paise::from_text(&price).map(|price| price.to_string())
    };
    for (column, cell, wanted) in [
        ("Price (in Lakhs)", "Rs. 0.5", "50000"),
        ("Price (in Lakhs)", "₹0.5", "50000"),
        ("Rent (thousand)", "INR 45", "45000"),
        ("Rent (thousand)", "0.45 lakh", "45000"),
        ("Rent (Rs)", "Rs. 45000", "45000"),
    ] {
        assert_eq!(price(column, cell).unwrap(), wanted, "{column}: {cell}");
    }
    assert!(price("Rent (thousand)", "45 Rs").is_err(), "refused, and not read as 45");
}

#[test]
fn the_template_is_a_sheet_with_every_field() {
    let text = template(&HOMES);
    let found = listings(&text, None);
    assert_eq!(found.len(), 4);
    let header = text.lines().next().unwrap();
    for member in HOMES.fields.iter() {
        assert!(header.split(',').any(|column| column == member.name), "{}", member.name);
        assert!(
            field_list(&HOMES).contains(&format!("\n{}", member.name))
                || field_list(&HOMES).starts_with(&member.name)
        );
    }
    for row in found {
        let mut members = row.members;
        members.entry("title").or_insert_with(|| "A home that is long enough".into());
        let read = http_kit::read::<crate::http::create::NewListing>(members);
        assert!(read.is_ok(), "{:?}", read.err().map(|wrong| wrong.errors));
    }
}

/// The header of the published set, and a row with the given start and nothing stated about amenities.
fn published(start: &str) -> String {
    let preset = include_str!("presets/metropolitan.toml");
    let flags: Vec<&str> = preset
        .lines()
        .filter_map(|line| line.strip_prefix('"')?.split_once("\" = ").map(|(name, _)| name))
        .collect();
    assert_eq!(flags.len(), 35);
    format!("Price,Area,Location,No. of Bedrooms,Resale,{}\n{start}{}\n", flags.join(","), ",9".repeat(35))
}

#[test]
fn the_published_set_is_known_by_its_header() {
    let text = published("9500000.0,1340.0,Nizampet,2.0,1").replacen(",9,9,", ",1,0,", 1);
    let sheet = open(&text, None).unwrap();
    assert_eq!(sheet.notes(), ["read by the preset metropolitan"]);
    let wanted = json!({"price": "9500000.0", "location": "Nizampet", "propertyType": "APARTMENT",
        "listingType": "SALE", "transactionType": "RESALE", "bedrooms": "2", "area": "1340", "areaUnit": "SQFT",
        "amenities": ["Maintenance staff"]});
    assert_eq!(members(&text, None), wanted);
    let plain = listings(&published("9500000,1340,Nizampet,2,1"), None).remove(0);
    let cheaper = listings(&published("\"91,00,000\",1340,Nizampet,2,1"), None).remove(0);
    let other = listings(&published("9500000,1341,Nizampet,2,1"), None).remove(0);
    assert_eq!(plain.reference, cheaper.reference, "the price does not identify a home");
    assert_eq!(plain.reference, listings(&text, None)[0].reference);
    assert_ne!(plain.reference, other.reference);
}

#[test]
fn a_lost_tail_is_nothing_stated_unless_a_home_needs_it() {
    let whole = "price,location,type,bedrooms,area,remark,note\n90 lakh,Uppal,Flat,2,1000";
    for row in ["", ",", ",,", ",,,,"] {
        assert_eq!(listings(&format!("{whole}{row}\n"), None).len(), 1, "{row}");
    }
    let lost =
        mistakes("price,location,type,bedrooms,area\n90 lakh,Uppal,Flat,2\n90 lakh,Uppal,Flat,2,1000,,x\n");
    let wanted =
        [(2, "the row has 4 fields, the header has 5"), (3, "the row has 7 fields, the header has 5")];
    assert_eq!(lost, wanted.map(|(line, text)| (line, text.to_owned())));
    let open = mistakes("price,location,type\n90 lakh,\"Uppal,Flat\n80 lakh,Uppal,Flat\n");
    assert_eq!(open[0].1, "the row has 2 fields, the header has 3; a quotation mark may not be closed");
}

#[test]
fn rows_that_repeat_others_are_found() {
    let text = "price,location,type,bedrooms\n\
        90 lakh,Uppal,Flat,2\n\
        90 lakh,Uppal,Flat,2\n\
        95 lakh,uppal ,Flat,2\n\
        95 lakh,uppal ,Flat,2\n\
        90 lakh,Uppal,Flat,3\n";
    let found = rows(text, None);
    let references: Vec<Option<&str>> = found
        .iter()
        .map(|row| match &row.content {
            RowContent::Stated(listing) => Some(&*listing.reference),
            RowContent::Repeats(_) => None,
            RowContent::Invalid(text) => panic!("{text}"),
        })
        .collect();
    let first = references[0].unwrap();
    assert_eq!(references[2], Some(&*format!("{first}-2")), "the same home at another price");
    assert!(references[4].is_some_and(|other| !other.starts_with(first)));
    assert!(
        matches!(found[1].content, RowContent::Repeats(2))
            && matches!(found[3].content, RowContent::Repeats(4))
    );
    let named = mistakes(
        "id,price,location,type\n1,90 lakh,Uppal,Flat\n1,90 lakh,Uppal,Flat\n1,95 lakh,Uppal,Flat\n",
    );
    assert_eq!(named, [(4, "the id \"1\" is that of line 2, which says something else".to_owned())]);
}

#[test]
fn references_do_not_depend_on_how_letters_are_written() {
    let reference = |id: &str, place: &str| {
        listings(&format!("id,price,location,type\n{id},90 lakh,{place},Flat\n"), None).remove(0).reference
    };
    assert_eq!(reference("", "K\u{101}chigu\u{1e0d}a"), reference("", "Ka\u{304}chigud\u{323}a"));
    assert_ne!(reference("", "K\u{101}chigu\u{1e0d}a"), reference("", "Kachiguda"));
    assert_eq!(reference("\u{200b}Re\u{301}f\t1", "Uppal"), "R\u{e9}f 1", "as it is kept");
    assert_eq!(reference("\u{200b}", "Uppal"), reference("", "Uppal"), "nobody sees an id");
    let long = "x".repeat(101);
    let told = mistakes(&format!(
        "id,price,location,type\n{long},90 lakh,Uppal,Flat\n\"a\nb\",90 lakh,Uppal,Flat\n...,90 lakh,Uppal,Flat\n"
    ));
    let wanted = [
        (2, "the id must be 1 to 100 characters long"),
        (3, "the id must be one line, without line breaks"),
        (5, "an id needs a letter or a digit"),
    ];
    assert_eq!(told, wanted.map(|(line, text)| (line, text.to_owned())));
}

#[test]
fn a_price_in_the_wrong_unit_is_told() {
    let found =
        mistakes("price,location,type,for\n85,Uppal,Flat,Sale\n85,Uppal,Flat,\n8500,Uppal,Flat,Rent\n");
    assert_eq!(found.iter().map(|(line, _)| *line).collect::<Vec<_>>(), [2, 3]);
    assert!(found[0].1.starts_with("price \"85\" cannot be right"), "{found:?}");
    let found = mistakes(
        "price,priceUnit,location,type\n85,Lakhs,Uppal,Flat\n1.2,CR,Uppal,Flat\n85,,Uppal,Flat\n85,rupees,Uppal,Flat\n",
    );
    assert_eq!(found.iter().map(|(line, _)| *line).collect::<Vec<_>>(), [4, 5], "{found:?}");
}

#[test]
fn a_sheet_that_is_none_is_one_error() {
    for (text, wanted) in [
        ("", "has no header"),
        ("a,b\n1,2\n", "no column for price, location, propertyType; the sheet has: a, b"),
        ("Price,Place\n1,2\n", "no column for propertyType; the sheet has: Price, Place"),
    ] {
        let told = open(text, None).unwrap_err();
        assert!(told.contains(wanted), "{told}");
    }
}

#[test]
fn fuzz_sheet() {
    let header = "price,location,type,area,availableFrom,amenities\r\n";
    bolero::check!().with_type::<(Vec<u8>, bool)>().for_each(|(rest, with_header)| {
        let mut bytes = if *with_header { header.as_bytes().to_vec() } else { Vec::new() };
        bytes.extend_from_slice(rest);
        let Ok(sheet) = Sheet::open(&HOMES, Cursor::new(bytes), &SheetOptions::default()) else { return };
        let (total, mut count, mut last) = (sheet.total(), 0, 0);
        let mut rows = sheet.rows().unwrap();
        while let Some(row) = rows.next_row().unwrap() {
            count += 1;
            assert!(row.line > last, "lines go on");
            last = row.line;
        }
        assert_eq!(count, total);
    });
}
