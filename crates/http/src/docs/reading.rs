//! Self-documenting bodies and queries: members, their types and whether they are required come from
//! [`Request::read`], so the document always agrees with the code.

use std::borrow::Cow;

use domain::Fields;
use domain::fields::{Member, MemberKind};
use serde_json::{Value, json};
use utoipa::openapi::path::{Parameter, ParameterBuilder, ParameterIn, ParameterStyle};
use utoipa::openapi::schema::{AdditionalProperties, AnyOfBuilder, SchemaType};
use utoipa::openapi::{ArrayBuilder, ObjectBuilder, Ref, RefOr, Required, Schema, SchemaFormat, Type};
use utoipa::{IntoParams, PartialSchema, ToSchema};

use crate::body::Body;
use crate::query::Query;
use crate::request::Request;

/// The `data` of a response without data.
#[derive(Debug)]
pub struct Nothing;

impl PartialSchema for Nothing {
    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new().schema_type(Type::Null).into()
    }
}

impl ToSchema for Nothing {}

/// The pattern of a blank value, which counts as absent for an optional member.
const BLANK: &str = "^\\s*$";

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
                MemberKind::List(_) | MemberKind::Values(..) | MemberKind::Choices(_) => {
                    parameter.style(Some(ParameterStyle::Form)).explode(Some(true)).build()
                }
                _ => parameter.build(),
            }
        };
        asked::<T>().into_iter().map(parameter).collect()
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

fn types(some: &[Type], optional: bool) -> SchemaType {
    let null = optional.then_some(Type::Null);
    some.iter().cloned().chain(null).collect()
}

fn in_body(member: &Member, about: Option<&'static str>) -> RefOr<Schema> {
    let optional = !member.required;
    let about = about.or_else(|| known(&member.name)).map(str::to_owned);
    let object = ObjectBuilder::new().description(about.clone());
    let blank = || ObjectBuilder::new().schema_type(types(&[Type::String], true)).pattern(Some(BLANK));
    let any_of = |one: RefOr<Schema>| {
        let any = AnyOfBuilder::new().description(about.clone()).item(one);
        if optional { any.item(blank().description(Some("nothing"))).into() } else { any.into() }
    };
    match &member.kind {
        MemberKind::Text(length) => any_of(text(length).into()),
        MemberKind::Whole(range) => {
            let pattern = if optional { r"^\s*([+-]?[0-9]+)?\s*$" } else { r"^\s*[+-]?[0-9]+\s*$" };
            let object = object.schema_type(types(&[Type::Integer, Type::String], optional));
            object.minimum(Some(*range.start())).maximum(Some(*range.end())).pattern(Some(pattern)).into()
        }
        MemberKind::Number(range) => {
            let object = object.schema_type(types(&[Type::Number, Type::String], optional));
            object.minimum(Some(*range.start())).maximum(Some(*range.end())).into()
        }
        MemberKind::Money => object
            .schema_type(types(&[Type::Number, Type::String], optional))
            .exclusive_minimum(Some(0))
            .maximum(Some(9_999_999_999_999.99))
            .into(),
        MemberKind::Choice(words) => object
            .schema_type(types(&[Type::String], optional))
            .enum_values(Some(with_nothing(words.iter().map(|word| json!(word)), optional)))
            .into(),
        MemberKind::Flag => {
            let flags = [json!(true), json!(false), json!("true"), json!("false")];
            object
                .enum_values(Some(with_nothing(flags.into_iter(), optional)))
                .schema_type(SchemaType::AnyValue)
                .into()
        }
        MemberKind::List(most) => {
            let entry = ObjectBuilder::new().schema_type(Type::String).max_length(Some(60));
            let array = ArrayBuilder::new().items(entry).max_items(Some(*most));
            let text = ObjectBuilder::new().schema_type(types(&[Type::String], optional));
            AnyOfBuilder::new().description(about).item(array).item(text).into()
        }
        MemberKind::Values(most, longest) => {
            let value =
                || ObjectBuilder::new().schema_type(SchemaType::from_iter([Type::String, Type::Number]));
            let array = ArrayBuilder::new().items(value().max_length(Some(*longest))).max_items(Some(*most));
            let one = ObjectBuilder::new().schema_type(types(&[Type::String, Type::Number], optional));
            AnyOfBuilder::new().description(about).item(array).item(one).into()
        }
        MemberKind::Choices(words) => {
            let word =
                ObjectBuilder::new().schema_type(Type::String).enum_values(Some(words.iter().copied()));
            let array = ArrayBuilder::new().items(word).max_items(Some(words.len()));
            let text = ObjectBuilder::new().schema_type(types(&[Type::String], optional));
            AnyOfBuilder::new().description(about).item(array).item(text).into()
        }
        MemberKind::Secret(length) => object
            .schema_type(types(&[Type::String], optional))
            .format(Some(SchemaFormat::Custom("password".to_owned())))
            .min_length(Some(*length.start()))
            .max_length(Some(*length.end()))
            .into(),
        MemberKind::Numbers(many) => {
            let number =
                ObjectBuilder::new().schema_type(SchemaType::from_iter([Type::Number, Type::String]));
            let array = ArrayBuilder::new().items(number).min_items(Some(*many)).max_items(Some(*many));
            let text = ObjectBuilder::new().schema_type(types(&[Type::String], optional));
            AnyOfBuilder::new().description(about).item(array).item(text).into()
        }
        MemberKind::Ids(most) => {
            let id = Ref::from_schema_name("Id");
            ArrayBuilder::new().items(id).min_items(Some(1)).max_items(Some(*most)).description(about).into()
        }
        MemberKind::Object => object.schema_type(types(&[Type::Object], optional)).into(),
    }
}

/// A number is accepted and read as text.
fn text(length: &std::ops::RangeInclusive<usize>) -> ObjectBuilder {
    let kinds = SchemaType::from_iter([Type::String, Type::Number]);
    ObjectBuilder::new().schema_type(kinds).min_length(Some(*length.start())).max_length(Some(*length.end()))
}

fn with_nothing(words: impl Iterator<Item = Value>, optional: bool) -> Vec<Value> {
    let nothing = [json!(""), Value::Null];
    words.chain(optional.then_some(nothing).into_iter().flatten()).collect()
}

fn in_query(kind: &MemberKind) -> RefOr<Schema> {
    let object = ObjectBuilder::new();
    match kind {
        MemberKind::Text(length) => object
            .schema_type(Type::String)
            .min_length(Some(*length.start()))
            .max_length(Some(*length.end()))
            .into(),
        MemberKind::Whole(range) => {
            let object = object.schema_type(Type::Integer).minimum(Some(*range.start()));
            if *range.end() == i64::MAX { object.into() } else { object.maximum(Some(*range.end())).into() }
        }
        MemberKind::Number(range) => {
            object.schema_type(Type::Number).minimum(Some(*range.start())).maximum(Some(*range.end())).into()
        }
        MemberKind::Money => object
            .schema_type(SchemaType::from_iter([Type::Number, Type::String]))
            .exclusive_minimum(Some(0))
            .into(),
        MemberKind::Choice(words) => {
            object.schema_type(Type::String).enum_values(Some(words.iter().copied())).into()
        }
        MemberKind::Flag => object.schema_type(Type::Boolean).into(),
        MemberKind::List(most) => {
            let entry = ObjectBuilder::new().schema_type(Type::String).max_length(Some(60));
            ArrayBuilder::new().items(entry).max_items(Some(*most)).into()
        }
        MemberKind::Values(most, longest) => {
            let entry = ObjectBuilder::new().schema_type(Type::String).max_length(Some(*longest));
            ArrayBuilder::new().items(entry).max_items(Some(*most)).into()
        }
        MemberKind::Choices(words) => {
            let word =
                ObjectBuilder::new().schema_type(Type::String).enum_values(Some(words.iter().copied()));
            ArrayBuilder::new().items(word).max_items(Some(words.len())).into()
        }
        MemberKind::Numbers(many) => {
            let others = format!(r"(\s*,\s*-?[0-9]+(\.[0-9]+)?){{{}}}", many - 1);
            let pattern = format!(r"^\s*-?[0-9]+(\.[0-9]+)?{others}\s*$");
            object.schema_type(Type::String).pattern(Some(pattern)).into()
        }
        MemberKind::Ids(_) | MemberKind::Object | MemberKind::Secret(_) => {
            object.schema_type(Type::String).into()
        }
    }
}
