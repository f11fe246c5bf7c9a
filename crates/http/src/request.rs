//! Typed requests.
//!
//! A body ([`crate::Body`]) and a query ([`crate::Query`]) are parsed in one place by [`Request::read`]. The API
//! document is generated from the same function ([`crate::docs`]). Caller, tenant and time are not part of a request;
//! handlers add them.

use std::any::TypeId;
use std::collections::HashMap;
use std::sync::{Arc, LazyLock, PoisonError, RwLock};

use domain::{FieldErrors, Fields};
use serde_json::{Map, Value, json};

use crate::failure::Failure;

/// Parameter names used by clients of the earlier systems, and their names here.
pub(crate) const ALIASES: [(&str, &str); 3] =
    [("limit", "size"), ("sortOrder", "sortDir"), ("sortDirection", "sortDir")];

/// The contents of a body or a query.
pub trait Request: Sized + 'static {
    /// The name of its schema. Required for bodies, not for queries.
    const NAME: &'static str = "";

    /// Required members that another member can replace.
    const EITHER: &'static [&'static str] = &[];

    /// Parses the request and reports all errors to `fields`. A value built from invalid fields is never used.
    ///
    /// It must read every member even if the member is absent, because the API document and the check for unknown
    /// parameters rely on it. Members read with [`Fields::raw`], or only conditionally, must be announced with
    /// [`Fields::asks`] first.
    fn read(fields: &mut Fields<'_>) -> Option<Self>;

    /// A description of a member, if its name and limits are not clear enough.
    #[must_use]
    fn about(_member: &str) -> Option<&'static str> {
        None
    }

    /// An example of a valid request; for a query, the parameters worth showing.
    #[must_use]
    fn example() -> Value {
        json!({})
    }
}

/// A query without parameters.
impl Request for () {
    fn read(_: &mut Fields<'_>) -> Option<Self> {
        Some(())
    }
}

/// An invalid request.
#[derive(Clone, Debug)]
pub struct Invalid<T> {
    /// Error messages by field.
    pub errors: FieldErrors,
    /// The value as far as it could be read, for further checks that need more than the request.
    pub partial: Option<T>,
}

impl<T> Invalid<T> {
    /// Returns `read`, or its errors together with those of `check`, which may use more than the request, such as the
    /// time. A field that already has an error keeps its first message.
    ///
    /// # Errors
    /// All errors.
    pub fn or_wrong(
        read: Result<T, Self>,
        check: impl FnOnce(&T) -> Result<(), FieldErrors>,
    ) -> Result<T, Self> {
        let (value, mut errors) = match read {
            Ok(value) => (Some(value), FieldErrors::default()),
            Err(invalid) => (invalid.partial, invalid.errors),
        };
        if let Some(Err(found)) = value.as_ref().map(check) {
            for (field, message) in found.0 {
                errors.0.entry(field).or_insert(message);
            }
        }
        match value {
            Some(value) if errors.0.is_empty() => Ok(value),
            partial => Err(Self { errors, partial }),
        }
    }
}

impl<T> From<FieldErrors> for Invalid<T> {
    fn from(errors: FieldErrors) -> Self {
        Self { errors, partial: None }
    }
}

impl<T> From<Invalid<T>> for Failure {
    fn from(invalid: Invalid<T>) -> Self {
        invalid.errors.into()
    }
}

/// `members` with aliases replaced by their names here.
#[must_use]
pub fn renamed(mut members: Map<String, Value>) -> Map<String, Value> {
    for (alias, name) in ALIASES {
        if let Some(value) = members.remove(alias) {
            members.entry(name).or_insert(value);
        }
    }
    members
}

/// Parses `members` into a `T`, after replacing aliases.
///
/// # Errors
/// All errors.
pub fn read<T: Request>(members: Map<String, Value>) -> Result<T, Invalid<T>> {
    let members = renamed(members);
    let mut fields = Fields::new(&members);
    let value = T::read(&mut fields);
    let errors = fields.errors();
    match value {
        Some(value) if errors.0.is_empty() => Ok(value),
        None if errors.0.is_empty() => Err(FieldErrors::one("body", "is incomplete").into()),
        partial => Err(Invalid { errors, partial }),
    }
}

/// The members that `T` reads. They are determined once per process by running its `read`.
#[must_use]
pub fn members<T: Request>() -> Arc<[String]> {
    static KNOWN: LazyLock<RwLock<HashMap<TypeId, Arc<[String]>>>> = LazyLock::new(RwLock::default);
    let id = TypeId::of::<T>();
    if let Some(known) = KNOWN.read().unwrap_or_else(PoisonError::into_inner).get(&id) {
        return Arc::clone(known);
    }
    let asked = Fields::asked_by(|fields| {
        T::read(fields);
    });
    let known: Arc<[String]> = asked.into_iter().map(|member| member.name).collect();
    KNOWN.write().unwrap_or_else(PoisonError::into_inner).insert(id, Arc::clone(&known));
    known
}
