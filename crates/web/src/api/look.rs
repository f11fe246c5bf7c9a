//! Who was shown the contact of a home, as the API reports it to the owner.

use serde::Deserialize;

use crate::when::Moment;

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct ContactLook {
    pub(crate) property_id: String,
    pub(crate) title: Option<String>,
    pub(crate) looked_at: Option<String>,
    pub(crate) looked_by: Looker,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct Looker {
    kind: String,
    first_name: Option<String>,
    pub(crate) email_confirmed: bool,
}

impl ContactLook {
    pub(crate) fn who(&self) -> &str {
        match (&*self.looked_by.kind, &self.looked_by.first_name) {
            ("STAFF", _) => "Somebody who looks after this site",
            ("LEFT", _) => "Somebody who has closed their account since",
            (_, Some(name)) => name,
            (_, None) => "Somebody",
        }
    }

    /// Whether the viewer is a person with a confirmed e-mail address, from whom the owner may hear.
    pub(crate) fn is_confirmed(&self) -> bool {
        self.looked_by.kind == "PERSON" && self.looked_by.email_confirmed
    }

    pub(crate) fn when(&self) -> Option<Moment> {
        Moment::parse_some(self.looked_at.as_ref())
    }

    pub(crate) fn home(&self) -> &str {
        self.title.as_deref().unwrap_or("Home without a title")
    }
}

#[cfg(test)]
mod tests {
    use super::ContactLook;
    use serde_json::json;

    #[test]
    fn whoever_looked_is_named_as_far_as_the_api_does() {
        let who = |looked_by| {
            let look: ContactLook = serde_json::from_value(json!({ "lookedBy": looked_by })).unwrap();
            (look.who().to_owned(), look.is_confirmed())
        };
        let person = json!({"kind": "PERSON", "firstName": "Ravi", "emailConfirmed": true});
        assert_eq!(who(person), ("Ravi".to_owned(), true));
        let staff = json!({"kind": "STAFF", "emailConfirmed": true});
        assert_eq!(who(staff), ("Somebody who looks after this site".to_owned(), false));
        let left = json!({"kind": "LEFT", "emailConfirmed": false});
        assert_eq!(who(left), ("Somebody who has closed their account since".to_owned(), false));
    }
}
