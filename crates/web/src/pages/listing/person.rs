//! Who reads the page of a home, and whether it is theirs.

use crate::api::{Call, Profile, Property};
use crate::failure::Failure;
use crate::visit::Visit;

/// The signed-in person; `None` also when their profile cannot be loaded, so that public pages still work.
pub(in crate::pages) async fn who(visit: &Visit) -> Result<Option<Profile>, Failure> {
    if !visit.signed_in() {
        return Ok(None);
    }
    match visit.ask(Call::get("/api/users/profile")).await.map_err(Failure::from) {
        Ok(profile) => Ok(Some(profile)),
        Err(Failure::SignedOut) => Err(Failure::SignedOut),
        Err(failure) => {
            tracing::warn!(error = %failure, "a page is shown without knowing whose it is");
            Ok(None)
        }
    }
}

pub(in crate::pages) fn owns(person: Option<&Profile>, home: &Property) -> bool {
    person.is_some_and(|person| home.owner_id.as_deref() == Some(person.id.as_str()))
}

#[cfg(test)]
mod tests {
    use super::owns;
    use crate::api::{Profile, Property};

    #[test]
    fn a_home_without_a_known_owner_is_nobody_s() {
        let person = Profile { id: "u1".to_owned(), ..Profile::default() };
        assert!(!owns(Some(&person), &Property::default()));
        assert!(!owns(None, &Property::default()));
        let own = Property { owner_id: Some("u1".to_owned()), ..Property::default() };
        assert!(owns(Some(&person), &own));
    }
}
