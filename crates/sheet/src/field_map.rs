//! A map says which column of a sheet is which field. It is a small TOML file:
//!
//! ```toml
//! location = "Village"                                  # a column
//! price = { column = "Rate", unit = "lakh" }            # with the unit of its numbers
//! sku = { column = "Number", prefix = "AB-" }           # with what stands in front of each
//! city = { value = "Hyderabad" }                        # the same for every row
//! listingType = { column = "For", words = { Let = "RENT" } }
//! amenities = { flags = { "Lift Y/N" = "Lift" } }       # columns that say yes or no
//! categories = { columns = ["Group", "Subgroup"] }      # the entries of a list
//! attributes = { columns = { "Made by" = "brand" } }    # values, each with its name
//! ```

mod source;

use std::collections::BTreeMap;

use super::names::similar;
use super::table::MOST_COLUMNS;
use super::{SheetError, SheetKind};
pub(super) use source::FieldSource;

/// Which columns are which fields.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FieldMap {
    pub(super) fields: BTreeMap<String, FieldSource>,
    /// Columns to leave out.
    pub(super) ignore: Vec<String>,
}

const IGNORE: &str = "ignore";

impl FieldMap {
    /// Reads a map.
    ///
    /// # Errors
    /// What is wrong with it, with its field.
    pub fn read(text: &str, kind: &'static SheetKind) -> Result<Self, SheetError> {
        let table: toml::Table = text
            .trim_start_matches('\u{feff}')
            .parse()
            .map_err(|error| wrong(format!("is not valid TOML: {error}")))?;
        let mut map = Self::default();
        for (name, value) in table {
            if name == IGNORE {
                map.ignore = value.try_into().map_err(|_| wrong("ignore must be a list of columns"))?;
                continue;
            }
            let member = kind.field(&name).ok_or_else(|| unknown_field(kind, &name))?;
            let told = |problem: String| wrong(format!("{name} {problem}"));
            let source = FieldSource::read(value, &member.kind).map_err(told)?;
            map.fields.insert(name, source);
        }
        // All of them are read in every row.
        if map.columns().count() > MOST_COLUMNS {
            return Err(wrong(format!("names more than {MOST_COLUMNS} columns")));
        }
        Ok(map)
    }

    /// All columns that the map names.
    pub(super) fn columns(&self) -> impl Iterator<Item = &str> {
        let sources = self.fields.values();
        let named = sources.flat_map(|source| {
            let several = source.flags.iter().chain(&source.columns).map(|(column, _)| column.as_str());
            source.column.as_deref().into_iter().chain(several)
        });
        named.chain(self.ignore.iter().map(String::as_str))
    }
}

fn wrong(problem: impl Into<String>) -> SheetError {
    SheetError::Map(problem.into())
}

fn unknown_field(kind: &SheetKind, name: &str) -> SheetError {
    let names = kind.fields.iter().map(|member| member.name.as_str());
    let advice = match similar(name, names) {
        Some(near) => format!("did you mean {near}?"),
        None => format!("`import template {}s --fields` lists the fields", kind.thing),
    };
    wrong(format!("names the field {name}, which does not exist; {advice}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample::SAMPLE;
    use crate::units::Unit;

    fn told(map: &str) -> String {
        FieldMap::read(map, &SAMPLE).unwrap_err().to_string()
    }

    #[test]
    fn a_map_is_read_as_it_is_documented() {
        let map = FieldMap::read(
            "location = \"Village\"\n\
             price = { column = \"Rate\", unit = \"lakhs\" }\n\
             city = { value = \"Hyderabad\" }\n\
             bedrooms = { value = 2 }\n\
             listingType = { column = \"For\", words = { Let = \"rent\", 0 = \"SALE\" } }\n\
             sourceReference = { column = \"No\", prefix = \"AB-\" }\n\
             attributes = { columns = { \"Made by\" = \"brand\" } }\n\
             ignore = [\"Remark\"]\n\
             [amenities.flags]\n\
             Lift = \"Lift\"\n",
            &SAMPLE,
        )
        .unwrap();
        let of = |name: &str| &map.fields[name];
        assert_eq!(of("price").unit, Some(Unit::Money("lakh")));
        assert_eq!(of("city").value.as_deref(), Some("Hyderabad"));
        assert_eq!(of("bedrooms").value.as_deref(), Some("2"));
        let words = [("0", "SALE"), ("let", "RENT")].map(|(cell, word)| (cell.to_owned(), word.to_owned()));
        let mut found = of("listingType").words.clone();
        found.sort();
        assert_eq!(found, words);
        assert_eq!(of("amenities").flags, [("Lift".to_owned(), "Lift".to_owned())]);
        assert_eq!(of("sourceReference").prefix, "AB-");
        assert_eq!(of("attributes").columns, [("Made by".to_owned(), "brand".to_owned())]);
        let mut columns: Vec<&str> = map.columns().collect();
        columns.sort_unstable();
        assert_eq!(columns, ["For", "Lift", "Made by", "No", "Rate", "Remark", "Village"]);
    }

    #[test]
    fn what_is_wrong_with_a_map_is_told_with_what_to_write() {
        for (map, wanted) in [
            ("prise = \"Rate\"", "the field prise, which does not exist; did you mean price?"),
            ("zzz = \"Rate\"", "`import template listings --fields` lists the fields"),
            ("price = 3", "price must be a column's name, or a table"),
            ("price = { colum = \"Rate\" }", "price must be a column's name, or a table"),
            ("price = { unit = \"lakh\" }", "price needs exactly one of column, columns, value and flags"),
            ("price = { column = \"Rate\", prefix = \"x\" }", "price is no text, so it takes no prefix"),
            ("city = { value = \"x\", prefix = \"x\" }", "city has a prefix without a column"),
            ("price = { columns = [\"a\"] }", "price is no list and has no names, so it takes no columns"),
            ("price = { column = \"Rate\", unit = \"acre\" }", "price is not measured in acre"),
            ("price = { column = \"Rate\", unit = \"pound\" }", "which is none of rupee, thousand, lakh"),
            (
                "propertyType = { value = \"castle\" }",
                "propertyType cannot be \"castle\": it is one of APARTMENT",
            ),
            (
                "listingType = { column = \"For\", words = { Let = \"LET\" } }",
                "listingType cannot be \"LET\"",
            ),
            ("price = { flags = [\"a\"] }", "price is no list of words"),
            ("price = ", "is not valid TOML"),
            ("ignore = 3", "ignore must be a list"),
        ] {
            let text = told(map);
            assert!(text.contains(wanted), "{map}: {text}");
        }
    }

    #[test]
    fn a_map_names_a_bounded_number_of_columns() {
        let flags = |count: usize| format!("amenities = {{ flags = [{}] }}", "\"a\",".repeat(count));
        assert!(FieldMap::read(&flags(MOST_COLUMNS), &SAMPLE).is_ok());
        assert!(told(&flags(MOST_COLUMNS + 1)).contains("names more than 1000 columns"));
    }

    #[test]
    fn fuzz_map() {
        bolero::check!().with_type::<String>().for_each(|text| {
            let _ = FieldMap::read(text, &SAMPLE);
        });
    }
}
