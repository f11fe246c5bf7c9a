//! Phrasings of real searches, each with what it must be understood as.

use super::*;
use crate::query::Filters;

/// The filters as `parameter=value`, then the demanded words.
fn read(text: &str) -> String {
    let understanding = understand(text);
    let told = understanding.told(&Filters::default()).unwrap();
    let filters = told.filters.iter().flat_map(|filter| &filter.parameters);
    let mut parts: Vec<String> = filters.map(|(name, value)| format!("{name}={value}")).collect();
    parts.sort();
    if !told.text.is_empty() {
        parts.push(format!("+ {}", told.text.join(" ")));
    }
    parts.join(" ")
}

const FLAT: &str = "propertyType=APARTMENT";

#[test]
#[expect(clippy::too_many_lines, reason = "a table of what people type")]
fn what_people_type_is_understood() {
    let phrasings = [
        ("2 bhk flat kondapur", "bedrooms=2 location=Kondapur propertyType=APARTMENT"),
        ("2 bhk flat in kondapur", "bedrooms=2 location=Kondapur propertyType=APARTMENT"),
        ("2BHK apartment near Kondapur", "bedrooms=2 location=Kondapur propertyType=APARTMENT"),
        ("flat for rent in kondapur", "listingType=RENT location=Kondapur propertyType=APARTMENT"),
        (
            "3 bhk villa for sale in gachibowli",
            "bedrooms=3 listingType=SALE location=Gachibowli propertyType=VILLA",
        ),
        ("the villa", "propertyType=VILLA"),
        ("villa at gachibowli", "location=Gachibowli propertyType=VILLA"),
        ("buy villa", "listingType=SALE propertyType=VILLA"),
        (
            "flat for rent near hitech city under 30k",
            "listingType=RENT location=HITEC City maxPrice=30000 propertyType=APARTMENT",
        ),
        (
            "3bhk ready to move gachibowli 1.5 cr",
            "bedrooms=3 location=Gachibowli maxPrice=15000000 possessionStatus=READY_TO_MOVE",
        ),
        ("plot 200 sq yards shamshabad", "location=Shamshabad maxArea=1980 minArea=1620 propertyType=PLOT"),
        ("pg for girls madhapur", "forWhom=WOMEN listingType=PG location=Madhapur"),
        ("gachibowli mein 2 bhk", "bedrooms=2 location=Gachibowli"),
        ("kondapur lo flat", "location=Kondapur propertyType=APARTMENT"),
        ("kondapurlo 2 bedroom flat kavali", "bedrooms=2 location=Kondapur propertyType=APARTMENT"),
        ("independent house uppal", "location=Uppal propertyType=HOUSE"),
        ("2 bhk gachibolwi", "bedrooms=2 location=Gachibowli"),
        (
            "appartment for rent banjra hills",
            "listingType=RENT location=Banjara Hills propertyType=APARTMENT",
        ),
        ("two bedroom flat jubilee hills", "bedrooms=2 location=Jubilee Hills propertyType=APARTMENT"),
        ("double bedroom house for rent", "bedrooms=2 listingType=RENT propertyType=HOUSE,VILLA"),
        ("2 or 3 bhk in miyapur", "bedrooms=2,3 location=Miyapur"),
        ("2/3bhk", "bedrooms=2,3"),
        ("2-4 bhk", "bedrooms=2,2.5,3,3.5,4"),
        ("2-bhk", "bedrooms=2"),
        ("3+ bhk", "bedrooms=3+"),
        ("at least 3 bedrooms", "bedrooms=3+"),
        ("2.5 bhk", "bedrooms=2.5"),
        ("1rk in ameerpet", "location=Ameerpet propertyType=STUDIO"),
        ("3 bhk with 2 bathrooms", "bathrooms=2 bedrooms=3"),
        ("flat under 60 lakh", "maxPrice=6000000 propertyType=APARTMENT"),
        ("flat below 1.5 cr", "maxPrice=15000000 propertyType=APARTMENT"),
        ("between 50 and 80 lakh", "maxPrice=8000000 minPrice=5000000"),
        ("50-80 lakhs flat", "maxPrice=8000000 minPrice=5000000 propertyType=APARTMENT"),
        ("50 lakh to 1 cr", "maxPrice=10000000 minPrice=5000000"),
        ("villa above 2 crore", "minPrice=20000000 propertyType=VILLA"),
        ("above 50 lakh below 80 lakh", "maxPrice=8000000 minPrice=5000000"),
        ("25k rent", "listingType=RENT maxPrice=25000"),
        ("rent 15000 kukatpally", "listingType=RENT location=Kukatpally maxPrice=15000"),
        ("budget of Rs. 85,00,000/-", "maxPrice=8500000"),
        ("1 cr 20 lakh flat", "maxPrice=12000000 propertyType=APARTMENT"),
        ("60 lakh tak flat", "maxPrice=6000000 propertyType=APARTMENT"),
        ("50 lakh lopu villa", "maxPrice=5000000 propertyType=VILLA"),
        ("around 1 cr", "maxPrice=11000000 minPrice=9000000"),
        ("1200 sqft flat", "maxArea=1320 minArea=1080 propertyType=APARTMENT"),
        ("1000-1500 sq ft", "maxArea=1500 minArea=1000"),
        ("above 1500 sft", "minArea=1500"),
        ("2 acres farm land chevella", "location=Chevella maxArea=95832 minArea=78408 propertyType=PLOT"),
        ("semi-furnished flat", "furnishedStatus=SEMI_FURNISHED propertyType=APARTMENT"),
        ("fully furnished 2bhk on rent", "bedrooms=2 furnishedStatus=FURNISHED listingType=RENT"),
        ("unfurnished flat", "furnishedStatus=UNFURNISHED propertyType=APARTMENT"),
        ("verified 2 bhk from owner", "bedrooms=2 verified=true"),
        ("flat or villa", "propertyType=APARTMENT propertyType=VILLA"),
        (
            "office space on lease in financial district",
            "listingType=LEASE location=Financial District propertyType=OFFICE",
        ),
        ("shop for rent abids", "listingType=RENT location=Abids propertyType=SHOP"),
        ("roommate wanted lb nagar", "listingType=FLATMATE location=LB Nagar + wanted"),
        ("gated community villa with lake view", "gatedCommunity=true propertyType=VILLA + lake view"),
        ("lakdi ka pul", "location=Lakdi Ka Pul"),
        ("east facing plot", "propertyType=PLOT + east facing"),
        ("flat near metro station", "propertyType=APARTMENT + metro station"),
        ("flat within 2 km", "propertyType=APARTMENT + 2 km"),
        ("road no 12 banjara hills", "location=Banjara Hills + road no 12"),
        ("rent 500084", "listingType=RENT + 500084"),
        ("kirayeki flat kukatpally mein chahiye", "location=Kukatpally propertyType=APARTMENT + kirayeki"),
        ("kiraye par ghar", "listingType=RENT"),
        ("addeku illu", "listingType=RENT"),
        ("कोंडापुर में २ बीएचके फ्लैट किराये पर", "bedrooms=2 listingType=RENT propertyType=APARTMENT + कोंडापुर"),
        ("కొండాపూర్ లో విల్లా 2 కోట్లు", "maxPrice=20000000 propertyType=VILLA + కొండాపూర్"),
        ("1 करो\u{95c} तक", "maxPrice=10000000"),
        ("peacock 3", "+ peacock 3"),
        ("24x7 security", "+ 24x7 security"),
    ];
    let read = phrasings.map(|(text, _)| (text, read(text)));
    assert_eq!(read, phrasings.map(|(text, expected)| (text, expected.to_owned())));
}

#[test]
fn a_query_of_little_words_and_wishes_asks_for_them() {
    assert_eq!(read("in"), "+ in");
    assert_eq!(read("ready to move"), "possessionStatus=READY_TO_MOVE");
    assert_eq!(read("the home"), "+ home");
    assert_eq!(read("nice flat"), FLAT);
    assert!(understand("").told(&Filters::default()).is_none());
    assert!(understand("* - \"").told(&Filters::default()).is_none());
}

#[test]
fn quoted_words_are_text() {
    assert_eq!(read("\"villa\" kondapur"), "location=Kondapur + villa");
    assert_eq!(read("\"2 bhk flat\""), "+ 2 bhk apartment");
    assert_eq!(read("“in”"), "+ in");
}

#[test]
fn words_that_are_not_demanded_rank() {
    let understanding = understand("family flat in gachibolwi for sale under 90 lakh");
    assert_eq!(understanding.preferred(), ["family", "apartment", "gachibowli"]);
    assert_eq!(understanding.literal(), ["apartment", "gachibolwi", "for", "sale", "under", "90", "lakh"]);
}

#[test]
fn each_filter_can_be_taken_away() {
    let told = understand("2 bhk flat in Kondapur").told(&Filters::default()).unwrap();
    let without: Vec<_> = told.filters.iter().map(|filter| (&*filter.label, &*filter.without)).collect();
    let expected =
        [("2 BHK", "flat in Kondapur"), ("Apartment", "2 bhk in Kondapur"), ("Kondapur", "2 bhk flat in")];
    assert_eq!(without, expected);
    assert_eq!(told.ignored, ["in"]);
    for (text, label) in [
        ("under 60 lakh", "Up to ₹60 Lakh"),
        ("above 1 cr", "From ₹1 Cr"),
        ("20k to 30k", "₹20,000 to ₹30,000"),
        ("3+ bhk", "3+ BHK"),
        ("1 bathroom", "1 bathroom"),
        ("1000 sqft", "900 sq ft to 1100 sq ft"),
    ] {
        assert_eq!(understand(text).told(&Filters::default()).unwrap().filters[0].label, label);
    }
}

#[test]
fn a_parameter_wins_over_a_word() {
    let given = Filters { min_price: Some(100), localities: vec!["miyapur".into()], ..Filters::default() };
    let understanding = understand("flat in kondapur between 50 and 80 lakh");
    let Joined { filters, understood } = understanding.joined(&given);
    assert_eq!(filters.localities, ["miyapur"]);
    assert_eq!((filters.min_price, filters.max_price), (Some(100), Some(800_000_000)));
    assert_eq!(filters.property_types, [PropertyType::Apartment]);
    // What a parameter says is never left out.
    assert_eq!(understood, crate::query::Facet::PropertyType.bit());
    let told = understanding.told(&given).unwrap();
    let overridden: Vec<bool> = told.filters.iter().map(|filter| filter.is_overridden).collect();
    assert_eq!(overridden, [false, true, false]);
}

#[test]
fn fuzz_any_query_is_understood() {
    bolero::check!().with_type::<String>().for_each(|text| {
        let understanding = understand(text);
        let told = understanding.told(&Filters::default());
        assert_eq!(told.is_none(), understanding.is_empty());
        assert!(understanding.joined(&Filters::default()).filters.min_price.is_none_or(|price| price > 0));
        for filter in told.iter().flat_map(|told| &told.filters) {
            assert!(filter.without.len() <= text.len());
        }
    });
}

/// Words of the tables in any order, which random letters seldom hit.
#[test]
fn fuzz_any_order_of_known_words_is_understood() {
    const WORDS: [&str; 24] = [
        "2",
        "bhk",
        "50",
        "lakh",
        "1,20",
        "cr",
        "-",
        "to",
        "under",
        "above",
        "+",
        "/",
        "sqft",
        "rent",
        "flat",
        "in",
        "\"",
        "kondapur",
        "jubilee",
        "hills",
        "tak",
        "or",
        "20000000000",
        "and",
    ];
    bolero::check!().with_type::<Vec<u8>>().for_each(|picks| {
        let words: Vec<&str> = picks.iter().map(|pick| WORDS[usize::from(*pick) % WORDS.len()]).collect();
        let understanding = understand(&words.join(" "));
        let Joined { filters, .. } = understanding.joined(&Filters::default());
        assert!(filters.max_price.is_none_or(|most| most > 0), "{words:?}");
    });
}

#[test]
fn a_budget_is_read_as_earlier_forms_write_it() {
    let lakh = |number: i64| Some(number * 10_000_000);
    for (text, least, most) in [
        ("50 L - 1 Cr", lakh(50), lakh(100)),
        ("50L-1Cr", lakh(50), lakh(100)),
        ("under 60 lakh", None, lakh(60)),
        ("above 2 crore", lakh(200), None),
        ("80 lakh", None, lakh(80)),
    ] {
        assert_eq!(budget(text), Some((least, most)), "{text}");
    }
    assert_eq!(budget("cheap"), None);
}
