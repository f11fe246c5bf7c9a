//! Query parameters: an empty one counts as absent, an unknown one is refused with a suggestion.

use std::convert::Infallible;

use axum::extract::FromRequestParts;
use axum::http::Uri;
use axum::http::request::Parts;
use domain::FieldErrors;
use serde_json::{Map, Value};

use crate::request::{ALIASES, Invalid, Request, members, read};

/// The query of a request, parsed into a `T`, or all validation errors, which become a 400 for authorised callers. A
/// parameter that `T` does not read is an error; `Query<()>` accepts none.
///
/// The extractor itself does not reject, because authorisation must be checked before validation.
#[derive(Clone, Debug)]
pub struct Query<T>(pub Result<T, Invalid<T>>);

impl<T: Request> Query<T> {
    /// Parses the query of `uri`.
    #[must_use]
    pub fn of(uri: &Uri) -> Self {
        let parameters = match uri.query() {
            None | Some("") => Ok(Map::new()),
            Some(text) => known_parameters(text, &members::<T>()),
        };
        Self(parameters.map_err(Invalid::from).and_then(read))
    }
}

impl<S: Sync, T: Request> FromRequestParts<S> for Query<T> {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(Self::of(&parts.uri))
    }
}

/// The parameters of `query`, which may only be `known` ones or their aliases. A repeated parameter becomes a list.
fn known_parameters(query: &str, known: &[String]) -> Result<Map<String, Value>, FieldErrors> {
    let mut found = Map::new();
    for (name, value) in form_urlencoded::parse(query.as_bytes()) {
        let name = ALIASES.iter().find(|(alias, _)| *alias == name).map_or(&*name, |(_, real)| real);
        if is_of_advertising(name) {
            continue;
        }
        if !known.iter().any(|known| is_called(name, known)) {
            return Err(unknown(name, known));
        }
        if value.trim().is_empty() {
            continue;
        }
        let value = Value::String(value.into_owned());
        match found.get_mut(name) {
            Some(Value::Array(values)) => values.push(value),
            Some(first) => *first = Value::Array(vec![first.take(), value]),
            None => {
                found.insert(name.to_owned(), value);
            }
        }
    }
    Ok(found)
}

/// Whether a parameter has this name. A name that ends in `*` stands for all that begin alike: `attr.*`.
fn is_called(name: &str, known: &str) -> bool {
    let begins = |start: &str| name.len() > start.len() && name.starts_with(start);
    name == known || known.strip_suffix('*').is_some_and(begins)
}

/// Whether it is a parameter that advertisements and letters of others add to any address. It means nothing here.
fn is_of_advertising(name: &str) -> bool {
    name.starts_with("utm_") || ["fbclid", "gclid"].contains(&name)
}

fn unknown(name: &str, known: &[String]) -> FieldErrors {
    let nearest =
        known.iter().max_by(|a, b| strsim::jaro_winkler(a, name).total_cmp(&strsim::jaro_winkler(b, name)));
    let message = match nearest {
        Some(nearest) if strsim::jaro_winkler(nearest, name) > 0.6 => {
            format!("is not a parameter here; did you mean {nearest}?")
        }
        Some(_) => format!("is not a parameter here; known are {}", known.join(", ")),
        None => "is not a parameter here; there are none".to_owned(),
    };
    let shown: String = name.chars().take(60).collect();
    FieldErrors::one(&shown, message)
}

#[cfg(test)]
mod tests {
    use domain::Fields;

    use super::*;

    /// Homes by number of rooms, maximum price and page size.
    #[derive(Debug)]
    struct Homes {
        rooms: Option<i64>,
        price: Option<i64>,
        size: Option<i64>,
    }

    impl Request for Homes {
        fn read(f: &mut Fields<'_>) -> Option<Self> {
            let price = f.money("price").map(domain::Paise::paise);
            Some(Self { rooms: f.whole("rooms", 1..=9), price, size: f.whole("size", 1..=100) })
        }
    }

    fn read<T: Request>(uri: &str) -> Result<T, FieldErrors> {
        Query::of(&uri.parse().unwrap()).0.map_err(|invalid| invalid.errors)
    }

    #[test]
    fn a_query_is_a_value_of_its_type() {
        let homes: Homes = read("/homes?rooms=2&price=85+lakh&limit=5").unwrap();
        assert_eq!((homes.rooms, homes.price, homes.size), (Some(2), Some(850_000_000), Some(5)));
        let homes: Homes = read("/homes?rooms=&price=%20").unwrap();
        assert_eq!((homes.rooms, homes.price, homes.size), (None, None, None), "blank is absent");
        assert!(read::<Homes>("/homes").is_ok() && read::<Homes>("/homes?").is_ok());
    }

    #[test]
    fn a_name_may_stand_for_all_that_begin_alike() {
        assert!(is_called("attr.color", "attr.*") && is_called("color", "color"));
        assert!(
            !is_called("attr.", "attr.*") && !is_called("attr", "attr.*") && !is_called("colors", "color")
        );
    }

    #[test]
    fn everything_wrong_with_a_query_is_told_at_once() {
        let errors = read::<Homes>("/homes?rooms=many&price=cheap&size=0").unwrap_err();
        let fields: Vec<&str> = errors.0.keys().map(String::as_str).collect();
        assert_eq!(fields, ["price", "rooms", "size"]);
        let twice = read::<Homes>("/homes?rooms=2&rooms=3").unwrap_err();
        assert_eq!(twice.0["rooms"], "must be a whole number", "none of two is chosen");
    }

    #[test]
    fn an_unknown_parameter_is_refused_with_the_nearest_one() {
        let refused = |uri: &str, name: &str| read::<Homes>(uri).unwrap_err().0[name].clone();
        assert_eq!(refused("/homes?room=2", "room"), "is not a parameter here; did you mean rooms?");
        let known = "is not a parameter here; known are price, rooms, size";
        assert_eq!(refused("/homes?rooms=many&q=", "q"), known, "before what is wrong with the others");
        let none = read::<()>("/homes?rooms=2").unwrap_err();
        assert_eq!(none.0["rooms"], "is not a parameter here; there are none");
        assert!(read::<()>("/homes?").is_ok());
    }
}
