//! Self-documenting bodies and queries: members, their types and whether they are required come from
//! [`Request::read`], so the document always agrees with the code.

use std::borrow::Cow;

use domain::Fields;
use domain::fields::{Member, MemberKind};
use utoipa::openapi::path::{Parameter, ParameterBuilder, ParameterIn, ParameterStyle};
use utoipa::openapi::schema::{AdditionalProperties, SchemaType};
use utoipa::openapi::{
    ArrayBuilder, Deprecated, ObjectBuilder, Ref, RefOr, Required, Schema, SchemaFormat, Type,
};
use utoipa::{IntoParams, PartialSchema, ToSchema};

use crate::body::Body;
use crate::query::Query;
use crate::request::{ALIASES, Request};

/// The `data` of a response without data.
#[derive(Debug)]
pub struct Nothing;

impl PartialSchema for Nothing {
    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new().schema_type(Type::Null).into()
    }
}

impl ToSchema for Nothing {}

impl<T: Request> PartialSchema for Body<T> {
    fn schema() -> RefOr<Schema> {
        const { assert!(!T::NAME.is_empty(), "the schema of a body has a name") };
        let example = T::example();
        let mut object = ObjectBuilder::new().examples([example]);
        // Unknown members are ignored, so that no client of the earlier systems is refused.
        object = object.additional_properties(Some(AdditionalProperties::FreeForm(true)));
        for mut member in asked::<T>() {
            member.required &= !T::EITHER.contains(&&*member.name);
            if member.required {
                object = object.required(&*member.name);
            }
            object = object.property(&*member.name, in_body(&member, T::about(&member.name)));
        }
        object.into()
    }
}

impl<T: Request> ToSchema for Body<T> {
    fn name() -> Cow<'static, str> {
        T::NAME.into()
    }
}

impl<T: Request> IntoParams for Query<T> {
    fn into_params(_: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
        let example = T::example();
        let parameter = |member: Member| {
            let required = if member.required { Required::True } else { Required::False };
            let parameter = ParameterBuilder::new()
                .name(&*member.name)
                .parameter_in(ParameterIn::Query)
                .required(required)
                .description(T::about(&member.name).or_else(|| known(&member.name)))
                .example(example.get(&member.name).cloned())
                .schema(Some(in_query(&member.kind)));
            match member.kind {
                MemberKind::List(_)
                | MemberKind::Values(..)
                | MemberKind::Choices(_)
                | MemberKind::Wholes(..) => {
                    parameter.style(Some(ParameterStyle::Form)).explode(Some(true)).build()
                }
                _ => parameter.build(),
            }
        };
        let mut parameters: Vec<Parameter> = asked::<T>().into_iter().map(parameter).collect();
        for (alias, name) in ALIASES {
            if let Some(known) = parameters.iter().find(|known| known.name == name) {
                let about = format!("The same as `{name}`, for clients of the earlier systems.");
                let other = ParameterBuilder::from(known.clone()).name(alias).example(None);
                let other = other.description(Some(about)).deprecated(Some(Deprecated::True)).build();
                parameters.push(other);
            }
        }
        parameters
    }
}

/// The members that `T` reads.
fn asked<T: Request>() -> Vec<Member> {
    Fields::asked_by(|fields| {
        T::read(fields);
    })
}

/// Descriptions of members that mean the same everywhere.
fn known(name: &str) -> Option<&'static str> {
    Some(match name {
        "page" => "The number of the page, from 0. Past entry 10,000 go on with `cursor`.",
        "size" => "Entries on a page; more than 100 are 100. `limit` is the same.",
        "cursor" => "`next` of the page before: goes on behind its last entry.",
        "sortBy" => "What to sort by.",
        "sortDir" => "Which way; `sortOrder` and `sortDirection` are the same.",
        "price" | "minPrice" | "maxPrice" => "In rupees; `85 lakh` and `1.2 cr` are understood.",
        "amenities" | "nearbyFacilities" => "As an array, or as text with commas.",
        "phone" | "phoneNumber" | "contactPhone" => {
            "An Indian mobile number, with or without +91 and dashes."
        }
        "email" | "contactEmail" => "An e-mail address.",
        _ => return None,
    })
}

/// A member of a body. The document shows the strict form: requests may be more lenient, but what follows the document
/// is always understood.
fn in_body(member: &Member, about: Option<&'static str>) -> RefOr<Schema> {
    let about = about.or_else(|| known(&member.name)).map(str::to_owned);
    match schema(&member.kind) {
        RefOr::T(Schema::Object(mut object)) => {
            object.description = about;
            object.into()
        }
        RefOr::T(Schema::Array(mut array)) => {
            array.description = about;
            array.into()
        }
        other => other,
    }
}

fn schema(kind: &MemberKind) -> RefOr<Schema> {
    let object = ObjectBuilder::new();
    let words = |words: &[&'static str]| {
        ObjectBuilder::new().schema_type(Type::String).enum_values(Some(words.iter().copied()))
    };
    let texts = |longest: usize| ObjectBuilder::new().schema_type(Type::String).max_length(Some(longest));
    match kind {
        MemberKind::Text(length) => object
            .schema_type(Type::String)
            .min_length(Some(*length.start()))
            .max_length(Some(*length.end()))
            .into(),
        MemberKind::Whole(range) => whole(range).into(),
        MemberKind::Number(range) => {
            object.schema_type(Type::Number).minimum(Some(*range.start())).maximum(Some(*range.end())).into()
        }
        MemberKind::Money => object
            .schema_type(Type::Number)
            .exclusive_minimum(Some(0))
            .maximum(Some(9_999_999_999_999.99))
            .into(),
        MemberKind::Choice(choices) => words(choices).into(),
        MemberKind::Flag => object.schema_type(Type::Boolean).into(),
        MemberKind::List(most) => ArrayBuilder::new().items(texts(60)).max_items(Some(*most)).into(),
        MemberKind::Values(most, longest) => {
            ArrayBuilder::new().items(texts(*longest)).max_items(Some(*most)).into()
        }
        MemberKind::Choices(choices) => {
            ArrayBuilder::new().items(words(choices)).max_items(Some(choices.len())).into()
        }
        MemberKind::Wholes(range, most) => {
            ArrayBuilder::new().items(whole(range)).max_items(Some(*most)).into()
        }
        MemberKind::Secret(length) => object
            .schema_type(Type::String)
            .format(Some(SchemaFormat::Custom("password".to_owned())))
            .min_length(Some(*length.start()))
            .max_length(Some(*length.end()))
            .into(),
        MemberKind::Numbers(many) => {
            let number = ObjectBuilder::new().schema_type(Type::Number);
            ArrayBuilder::new().items(number).min_items(Some(*many)).max_items(Some(*many)).into()
        }
        MemberKind::Ids(most) => {
            let id = Ref::from_schema_name("Id");
            ArrayBuilder::new().items(id).min_items(Some(1)).max_items(Some(*most)).into()
        }
        MemberKind::Object(members) => {
            let mut object = object.schema_type(Type::Object);
            for member in members {
                if member.required {
                    object = object.required(&*member.name);
                }
                object = object.property(&*member.name, in_body(member, None));
            }
            object.into()
        }
        MemberKind::Map(kind) => {
            let each = AdditionalProperties::RefOr(schema(kind));
            object.schema_type(Type::Object).additional_properties(Some(each)).into()
        }
        MemberKind::Polygon => polygon().into(),
        MemberKind::OrNull(kind) => match schema(kind) {
            RefOr::T(Schema::Object(mut object)) => {
                object.schema_type = SchemaType::from_iter([Type::Object, Type::Null]);
                object.into()
            }
            other => other,
        },
    }
}

fn whole(range: &std::ops::RangeInclusive<i64>) -> ObjectBuilder {
    let object = ObjectBuilder::new().schema_type(Type::Integer).minimum(Some(*range.start()));
    if *range.end() == i64::MAX { object } else { object.maximum(Some(*range.end())) }
}

/// A polygon as `GeoJSON` (RFC 7946): rings of corners, each a longitude and a latitude.
fn polygon() -> ObjectBuilder {
    let degrees = ObjectBuilder::new().schema_type(Type::Number);
    let corner = ArrayBuilder::new().items(degrees).min_items(Some(2)).max_items(Some(3));
    let ring = ArrayBuilder::new().items(corner).min_items(Some(4)).max_items(Some(1000));
    let rings = ArrayBuilder::new().items(ring).min_items(Some(1)).max_items(Some(1000));
    let kind = ObjectBuilder::new().schema_type(Type::String).enum_values(Some(["Polygon"]));
    let object = ObjectBuilder::new().schema_type(Type::Object);
    object.property("type", kind).property("coordinates", rings).required("type").required("coordinates")
}

/// A query parameter. What a query cannot hold as it is, is JSON text or text with commas.
fn in_query(kind: &MemberKind) -> RefOr<Schema> {
    match kind {
        MemberKind::Numbers(many) => {
            let others = format!(r"(\s*,\s*-?[0-9]+(\.[0-9]+)?){{{}}}", many - 1);
            let pattern = format!(r"^\s*-?[0-9]+(\.[0-9]+)?{others}\s*$");
            ObjectBuilder::new().schema_type(Type::String).pattern(Some(pattern)).into()
        }
        MemberKind::Ids(_)
        | MemberKind::Object(_)
        | MemberKind::Map(_)
        | MemberKind::Polygon
        | MemberKind::OrNull(_)
        | MemberKind::Secret(_) => ObjectBuilder::new().schema_type(Type::String).into(),
        MemberKind::Text(_)
        | MemberKind::Whole(_)
        | MemberKind::Number(_)
        | MemberKind::Money
        | MemberKind::Choice(_)
        | MemberKind::Flag
        | MemberKind::List(_)
        | MemberKind::Values(..)
        | MemberKind::Choices(_)
        | MemberKind::Wholes(..) => schema(kind),
    }
}
