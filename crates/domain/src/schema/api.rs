//! OpenAPI schemas of the types with hand-written serialisation; all others derive theirs.

use std::borrow::Cow;

use utoipa::openapi::{KnownFormat, ObjectBuilder, RefOr, Schema, SchemaFormat, Type};
use utoipa::{PartialSchema, ToSchema};

use crate::date::CalendarDate;
use crate::id::Id;
use crate::money::Paise;
use crate::preferences::TimeOfDay;
use crate::property::Rooms;
use crate::time::Timestamp;

impl<K> PartialSchema for Id<K> {
    fn schema() -> RefOr<Schema> {
        let format = SchemaFormat::Custom("uuid".to_owned());
        let id = ObjectBuilder::new().schema_type(Type::String).format(Some(format));
        id.description(Some("An id: ids sort by the time they were made.")).into()
    }
}

impl<K> ToSchema for Id<K> {
    fn name() -> Cow<'static, str> {
        "Id".into()
    }
}

impl PartialSchema for Timestamp {
    fn schema() -> RefOr<Schema> {
        let format = SchemaFormat::KnownFormat(KnownFormat::DateTime);
        let time = ObjectBuilder::new().schema_type(Type::String).format(Some(format));
        time.description(Some("RFC 3339, in UTC.")).examples(["2026-01-31T10:00:00Z"]).into()
    }
}

impl ToSchema for Timestamp {}

impl PartialSchema for Paise {
    fn schema() -> RefOr<Schema> {
        let amount = ObjectBuilder::new().schema_type(Type::Number).minimum(Some(0));
        amount
            .description(Some("An amount in rupees, with at most two decimals."))
            .examples([8_500_000])
            .into()
    }
}

impl ToSchema for Paise {
    fn name() -> Cow<'static, str> {
        "Rupees".into()
    }
}

impl PartialSchema for TimeOfDay {
    fn schema() -> RefOr<Schema> {
        let time =
            ObjectBuilder::new().schema_type(Type::String).pattern(Some("^([01][0-9]|2[0-3]):[0-5][0-9]$"));
        time.description(Some("A time of the Indian day.")).examples(["22:30"]).into()
    }
}

impl ToSchema for TimeOfDay {}

impl PartialSchema for Rooms {
    fn schema() -> RefOr<Schema> {
        let rooms = ObjectBuilder::new().schema_type(Type::Number).minimum(Some(0)).maximum(Some(50));
        let rooms = rooms.multiple_of(Some(0.5)).description(Some("A number of rooms; half rooms exist."));
        rooms.examples([2.5]).into()
    }
}

impl ToSchema for Rooms {}

impl PartialSchema for CalendarDate {
    fn schema() -> RefOr<Schema> {
        let format = SchemaFormat::KnownFormat(KnownFormat::Date);
        let date = ObjectBuilder::new().schema_type(Type::String).format(Some(format));
        date.description(Some("A day of the calendar.")).examples(["2027-06-01"]).into()
    }
}

impl ToSchema for CalendarDate {}
