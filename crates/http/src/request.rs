//! Typed requests.
//!
//! A body ([`crate::Body`]) and a query ([`crate::Query`]) are parsed in one place by [`Request::read`]. The API
//! document is generated from the same function ([`crate::docs`]). Caller, tenant and time are not part of a request;
//! handlers add them.

use std::any::TypeId;
use std::collections::HashMap;
use std::sync::{Arc, LazyLock, PoisonError, RwLock};

use domain::fields::Member;
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

    /// Members that clients of the earlier systems send and that change nothing here, although their names say that
    /// they would change the meaning of others.
    const IGNORED: &'static [&'static str] = &[];

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
    checked(members, |_| {})
}

/// [`read`] for a body: unknown members are ignored, except those that would change the meaning of others.
///
/// # Errors
/// All errors.
pub fn read_body<T: Request>(members: Map<String, Value>) -> Result<T, Invalid<T>> {
    checked(members, refuse_other_meanings::<T>)
}

fn checked<T: Request>(
    members: Map<String, Value>,
    check: impl FnOnce(&mut Fields<'_>),
) -> Result<T, Invalid<T>> {
    let members = renamed(members);
    let mut fields = Fields::new(&members);
    let value = T::read(&mut fields);
    check(&mut fields);
    let errors = fields.errors();
    match value {
        Some(value) if errors.0.is_empty() => Ok(value),
        None if errors.0.is_empty() => Err(FieldErrors::one("body", "is incomplete").into()),
        partial => Err(Invalid { errors, partial }),
    }
}

/// Words in the name of a member that changes what other members mean, such as `priceUnit`.
const MEANINGS: [&str; 9] =
    ["unit", "units", "currency", "kind", "type", "category", "basis", "period", "frequency"];

/// Reports members that `T` does not read although they would change the meaning of the request. Everything else
/// that is unknown is ignored, as clients of the earlier systems need it.
fn refuse_other_meanings<T: Request>(fields: &mut Fields<'_>) {
    let suspects: Vec<&str> = fields.names().filter(|name| changes_meaning(name)).collect();
    if suspects.is_empty() {
        return;
    }
    let known = members::<T>();
    for name in suspects {
        if !known.iter().any(|known| known == name)
            && !T::IGNORED.contains(&name)
            && fields.raw(name).is_some()
        {
            fields.wrong(name, "is not known here, and would change the meaning; leave it out");
        }
    }
}

/// Whether one of the words of a name in camel or snake case is one of [`MEANINGS`].
fn changes_meaning(name: &str) -> bool {
    let mut words = String::with_capacity(name.len() + 4);
    for c in name.chars() {
        if c.is_uppercase() {
            words.push('_');
        }
        words.extend(c.to_lowercase());
    }
    words.split(['_', '-']).any(|word| MEANINGS.contains(&word))
}

/// The members that `T` reads, with their types and limits, in the order it reads them.
#[must_use]
pub fn described_members<T: Request>() -> Vec<Member> {
    Fields::asked_by(|fields| {
        T::read(fields);
    })
}

/// The names of the members that `T` reads. They are determined once per process by running its `read`.
#[must_use]
pub fn members<T: Request>() -> Arc<[String]> {
    static KNOWN: LazyLock<RwLock<HashMap<TypeId, Arc<[String]>>>> = LazyLock::new(RwLock::default);
    let id = TypeId::of::<T>();
    if let Some(known) = KNOWN.read().unwrap_or_else(PoisonError::into_inner).get(&id) {
        return Arc::clone(known);
    }
    let known: Arc<[String]> = described_members::<T>().into_iter().map(|member| member.name).collect();
    KNOWN.write().unwrap_or_else(PoisonError::into_inner).insert(id, Arc::clone(&known));
    known
}
