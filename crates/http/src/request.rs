//! What a request says, as a type.
//!
//! A body ([`crate::Body`]) and a query ([`crate::Query`]) are read in one place, once, by [`Request::read`]; the document
//! of the API asks the same function ([`crate::docs`]). Who asks, in which tenant and when is no part of a request: handlers
//! add that.

use std::any::TypeId;
use std::collections::HashMap;
use std::sync::{Arc, LazyLock, PoisonError, RwLock};

use domain::{FieldErrors, Fields};
use serde_json::{Map, Value, json};

use crate::failure::Failure;

/// Names of the earlier systems' clients, and what they are called here.
pub(crate) const ALIASES: [(&str, &str); 3] =
    [("limit", "size"), ("sortOrder", "sortDir"), ("sortDirection", "sortDir")];

/// What a body or a query says.
pub trait Request: Sized + 'static {
    /// The name of its schema. Bodies have one, queries need none.
    const NAME: &'static str = "";

    /// Required members that another one can stand for.
    const EITHER: &'static [&'static str] = &[];

    /// Reads it, and reports everything wrong to `fields`. What it makes of fields that are wrong is never used.
    ///
    /// It asks for every member also when there is none: that is how the document and the refusal of unknown parameters
    /// know them. What it reads with [`Fields::raw`], or only sometimes, it announces with [`Fields::asks`] before.
    fn read(fields: &mut Fields<'_>) -> Option<Self>;

    /// What a person should know of a member, if its name and its limits do not say it.
    #[must_use]
    fn about(_member: &str) -> Option<&'static str> {
        None
    }

    /// A request that is right; of a query, the parameters worth an example.
    #[must_use]
    fn example() -> Value {
        json!({})
    }
}

/// Nothing: a query without parameters.
impl Request for () {
    fn read(_: &mut Fields<'_>) -> Option<Self> {
        Some(())
    }
}

/// A request that is wrong.
#[derive(Clone, Debug)]
pub struct Invalid<T> {
    /// What is wrong, by field.
    pub errors: FieldErrors,
    /// What there is of it all the same, for checks that need more than the request.
    pub partial: Option<T>,
}

impl<T> Invalid<T> {
    /// `read`, or what is wrong with it together with what `check` finds, which knows more than the request: such as the
    /// time. A field that is wrong already keeps its first complaint.
    ///
    /// # Errors
    /// Everything that is wrong.
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

/// `members` under the names they have here.
#[must_use]
pub fn renamed(mut members: Map<String, Value>) -> Map<String, Value> {
    for (alias, name) in ALIASES {
        if let Some(value) = members.remove(alias) {
            members.entry(name).or_insert(value);
        }
    }
    members
}

/// Reads `members` as a `T`, under the names they have here.
///
/// # Errors
/// Everything that is wrong.
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

/// The members that `T` asks for. Its reading says them, once a process.
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
