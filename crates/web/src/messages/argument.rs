//! What may stand in a text.

use fluent_bundle::FluentValue;
use serde_json::Number;

use super::Message;
use crate::numbers::{Count, plain};

/// The numbers from here on are no longer exact.
const LARGEST: f64 = 1e15;

/// A value that may be put into a text: a string, or a number.
pub(crate) trait Argument {
    fn value(&self) -> FluentValue<'static>;
}

impl<T: Argument + ?Sized> Argument for &T {
    fn value(&self) -> FluentValue<'static> {
        (**self).value()
    }
}

impl Argument for str {
    fn value(&self) -> FluentValue<'static> {
        FluentValue::from(self.to_owned())
    }
}

impl Argument for String {
    fn value(&self) -> FluentValue<'static> {
        FluentValue::from(self.clone())
    }
}

/// A text within a text.
impl Argument for Message {
    fn value(&self) -> FluentValue<'static> {
        FluentValue::from(self.to_string())
    }
}

impl Argument for Count {
    fn value(&self) -> FluentValue<'static> {
        FluentValue::from(self.0)
    }
}

/// A number of the API, with at most two decimals. One that is too large for a form of the plural is a text.
impl Argument for Number {
    fn value(&self) -> FluentValue<'static> {
        let text = plain(self);
        match text.parse::<f64>() {
            Ok(number) if number.abs() < LARGEST => FluentValue::from(number),
            _ => FluentValue::from(text),
        }
    }
}

impl Argument for u64 {
    fn value(&self) -> FluentValue<'static> {
        FluentValue::from(*self)
    }
}

impl Argument for u32 {
    fn value(&self) -> FluentValue<'static> {
        FluentValue::from(*self)
    }
}

impl Argument for usize {
    fn value(&self) -> FluentValue<'static> {
        FluentValue::from(*self)
    }
}

impl Argument for i64 {
    fn value(&self) -> FluentValue<'static> {
        FluentValue::from(*self)
    }
}

impl Argument for f64 {
    fn value(&self) -> FluentValue<'static> {
        FluentValue::from(*self)
    }
}
