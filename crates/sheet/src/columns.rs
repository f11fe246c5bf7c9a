//! Which column of a sheet is which field: by the map, and otherwise by the columns' names.

use domain::fields::Member;

use super::field_map::{FieldMap, FieldSource};
use super::names::{column_key, recognised, similar};
use super::units::Unit;
use super::{SheetError, SheetKind};

/// Where each field of a row comes from.
#[derive(Clone, Debug)]
pub(super) struct ColumnPlan {
    pub(super) fields: Vec<PlannedField>,
    /// Columns that no field is read from.
    pub(super) left_out: Vec<String>,
    /// Places of the columns that every row must have.
    pub(super) needed: Vec<usize>,
}

#[derive(Clone, Debug)]
pub(super) struct PlannedField {
    pub(super) member: &'static Member,
    pub(super) from: FieldOrigin,
}

#[derive(Clone, Debug)]
pub(super) enum FieldOrigin {
    Column {
        place: usize,
        unit: Option<Unit>,
        prefix: String,
        words: Vec<(String, String)>,
    },
    Value(String),
    /// Columns of yes and no, each with the word to list.
    Flags(Vec<(usize, String)>),
    /// Columns that each hold an entry of a list, or the value of this name.
    Several(Vec<(usize, String)>),
}

impl ColumnPlan {
    /// # Errors
    /// When the map names a column that the sheet does not have, or a needed field has no column.
    pub(super) fn of(
        kind: &'static SheetKind,
        header: &[String],
        map: &FieldMap,
    ) -> Result<Self, SheetError> {
        let mut used = vec![false; header.len()];
        let mut found = Vec::new();
        for (name, source) in &map.fields {
            let Some(member) = kind.field(name) else { continue };
            found.push(PlannedField { member, from: mapped(header, name, source)? });
        }
        for column in map.columns() {
            used[place_of(header, column).ok_or_else(|| no_such_column("ignore", column, header))?] = true;
        }
        let mut by_name = by_name(kind, header, &used, |name| map.fields.contains_key(name));
        found.append(&mut by_name);
        found.sort_by_key(|planned| kind.fields.iter().position(|other| other.name == planned.member.name));

        let has = |name: &str| found.iter().any(|planned| planned.member.name == name);
        let required =
            kind.fields.iter().filter(|member| member.required && kind.made(&member.name).is_none());
        let missing: Vec<&'static str> =
            required.map(|member| member.name.as_str()).filter(|name| !has(name)).collect();
        if !missing.is_empty() {
            let example = kind.example_value;
            return Err(SheetError::Missing { missing, found: header.to_vec(), example });
        }
        let read: Vec<usize> = found.iter().flat_map(|planned| planned.from.places()).collect();
        let unread =
            header.iter().enumerate().filter(|(place, name)| !read.contains(place) && !name.is_empty());
        let left_out = unread.map(|(_, name)| name.clone()).collect();
        let needed = found.iter().filter(|planned| kind.needs(planned.member));
        let needed = needed.flat_map(|planned| planned.from.places()).collect();
        Ok(Self { fields: found, left_out, needed })
    }

    /// How much a header lacks; 0 if it can be used.
    pub(super) fn lacks(kind: &'static SheetKind, header: &[String], map: &FieldMap) -> usize {
        match Self::of(kind, header, map) {
            Ok(_) => 0,
            Err(SheetError::Missing { missing, .. }) => missing.len(),
            Err(_) => {
                let lost = map.columns().filter(|column| place_of(header, column).is_none()).count();
                lost + kind.fields.len()
            }
        }
    }
}

impl FieldOrigin {
    fn places(&self) -> Vec<usize> {
        match self {
            Self::Column { place, .. } => vec![*place],
            Self::Value(_) => Vec::new(),
            Self::Flags(columns) | Self::Several(columns) => {
                columns.iter().map(|(place, _)| *place).collect()
            }
        }
    }
}

fn mapped(header: &[String], name: &str, source: &FieldSource) -> Result<FieldOrigin, SheetError> {
    let place = |column: &str| place_of(header, column).ok_or_else(|| no_such_column(name, column, header));
    if let Some(value) = &source.value {
        return Ok(FieldOrigin::Value(value.clone()));
    }
    if let Some(column) = &source.column {
        let place = place(column)?;
        let unit = source.unit.or_else(|| column_key(&header[place]).1);
        let (prefix, words) = (source.prefix.clone(), source.words.clone());
        return Ok(FieldOrigin::Column { place, unit, prefix, words });
    }
    let places = |columns: &[(String, String)]| {
        let places = columns.iter().map(|(column, word)| Ok((place(column)?, word.clone())));
        places.collect::<Result<Vec<_>, SheetError>>()
    };
    Ok(if source.columns.is_empty() {
        FieldOrigin::Flags(places(&source.flags)?)
    } else {
        FieldOrigin::Several(places(&source.columns)?)
    })
}

/// The columns whose names say what they are. Of several columns for one field the most certain one is taken.
fn by_name(
    kind: &'static SheetKind,
    header: &[String],
    used: &[bool],
    is_mapped: impl Fn(&str) -> bool,
) -> Vec<PlannedField> {
    let mut found: Vec<(usize, PlannedField)> = Vec::new();
    let named = header.iter().enumerate().filter(|(place, column)| !used[*place] && !column.is_empty());
    for (place, column) in named {
        let Some((member, rank, unit)) =
            recognised(kind, column).filter(|(member, ..)| !is_mapped(&member.name))
        else {
            continue;
        };
        let from = FieldOrigin::Column { place, unit, prefix: String::new(), words: Vec::new() };
        let planned = PlannedField { member, from };
        match found.iter_mut().find(|(_, other)| other.member.name == member.name) {
            Some((best, other)) if rank < *best => (*best, *other) = (rank, planned),
            Some(_) => {}
            None => found.push((rank, planned)),
        }
    }
    found.into_iter().map(|(_, planned)| planned).collect()
}

/// The place of a column. Case, spaces and punctuation need not agree if no other column is nearer.
pub(super) fn place_of(header: &[String], column: &str) -> Option<usize> {
    let column = column.trim();
    header
        .iter()
        .position(|name| name == column)
        .or_else(|| header.iter().position(|name| name.eq_ignore_ascii_case(column)))
        .or_else(|| {
            let wanted: Vec<char> = letters(column).collect();
            let is_wanted = |name: &String| letters(name).eq(wanted.iter().copied());
            (!wanted.is_empty()).then(|| header.iter().position(is_wanted)).flatten()
        })
}

/// The letters and digits of a name. They are compared one by one, because a map may name many columns of many.
fn letters(name: &str) -> impl Iterator<Item = char> {
    name.chars().flat_map(char::to_lowercase).filter(|c| c.is_alphanumeric())
}

fn no_such_column(field: &str, column: &str, header: &[String]) -> SheetError {
    let names = header.iter().map(String::as_str).filter(|name| !name.is_empty());
    let advice = match similar(column, names) {
        Some(near) => format!("did you mean {near:?}?"),
        None => format!("the sheet has: {}", super::named(header)),
    };
    SheetError::Map(format!("{field} names the column {column:?}, which the sheet does not have; {advice}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample::SAMPLE;

    fn header(columns: &str) -> Vec<String> {
        columns.split(',').map(str::to_owned).collect()
    }

    fn plan(columns: &str, map: &str) -> Result<ColumnPlan, String> {
        let map = FieldMap::read(map, &SAMPLE).unwrap();
        ColumnPlan::of(&SAMPLE, &header(columns), &map).map_err(|error| error.to_string())
    }

    fn read_from(plan: &ColumnPlan) -> Vec<(&str, Vec<usize>)> {
        plan.fields.iter().map(|planned| (&*planned.member.name, planned.from.places())).collect()
    }

    #[test]
    fn columns_may_stand_in_any_order_and_have_other_names() {
        let plan = plan("Remark,BHK,Property Type,Locality,Price (Lakhs)", "").unwrap();
        let wanted =
            [("price", vec![4]), ("location", vec![3]), ("propertyType", vec![2]), ("bedrooms", vec![1])];
        assert_eq!(read_from(&plan), wanted);
        assert_eq!(plan.left_out, ["Remark"]);
    }

    #[test]
    fn of_two_columns_for_a_field_the_nearer_one_is_read() {
        let plan = plan("Rent,Price,Type,Location,,", "").unwrap();
        assert!(read_from(&plan).contains(&("price", vec![1])), "{plan:?}");
        assert_eq!(plan.left_out, ["Rent"]);
    }

    #[test]
    fn a_map_goes_before_names_and_adds_to_them() {
        let map = "price = \"cost in full\"\npropertyType = { value = \"plot\" }\nignore = [\"area\"]";
        let plan = plan("Price,Area,Location,Cost (in full)", map).unwrap();
        assert_eq!(read_from(&plan)[0], ("price", vec![3]));
        assert_eq!(plan.left_out, ["Price", "Area"]);
        assert_eq!(plan.needed, [3, 2]);
    }

    #[test]
    fn what_is_missing_is_named() {
        let text = plan("Price,Location", "").unwrap_err();
        assert!(
            text.contains("no column for propertyType") && text.contains("the sheet has: Price, Location"),
            "{text}"
        );
        let text = plan("Rates,Location,Type", "price = \"Rate\"").unwrap_err();
        assert!(
            text.contains("price names the column \"Rate\"") && text.contains("did you mean \"Rates\"?"),
            "{text}"
        );
        let text = plan("Price,Location,Type", "price = \"Zzz\"").unwrap_err();
        assert!(text.contains("the sheet has: Price, Location, Type"), "{text}");
        let text = plan("Price,Location,Type", "ignore = [\"Remark\"]").unwrap_err();
        assert!(text.contains("ignore names the column \"Remark\""), "{text}");
    }
}
