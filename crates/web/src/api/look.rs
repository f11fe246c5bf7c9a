//! Who was shown the contact of a home, as the API reports it to the owner.

use serde::Deserialize;

use crate::messages::key;
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
    /// The first name of whoever looked, if the API tells it.
    pub(crate) fn name(&self) -> Option<&str> {
        let is_told = !matches!(&*self.looked_by.kind, "STAFF" | "LEFT");
        self.looked_by.first_name.as_deref().filter(|_| is_told)
    }

    /// The key of what is told in place of a name.
    pub(crate) fn nameless(&self) -> &'static str {
        match &*self.looked_by.kind {
            "STAFF" => key("looks-staff"),
            "LEFT" => key("looks-left"),
            _ => key("looks-somebody"),
        }
    }

    /// Whether the viewer is a person with a confirmed e-mail address, from whom the owner may hear.
    pub(crate) fn is_confirmed(&self) -> bool {
        self.looked_by.kind == "PERSON" && self.looked_by.email_confirmed
    }

    pub(crate) fn when(&self) -> Option<Moment> {
        Moment::parse_some(self.looked_at.as_ref())
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
            (look.name().unwrap_or_else(|| look.nameless()).to_owned(), look.is_confirmed())
        };
        let person = json!({"kind": "PERSON", "firstName": "Ravi", "emailConfirmed": true});
        assert_eq!(who(person), ("Ravi".to_owned(), true));
        let staff = json!({"kind": "STAFF", "emailConfirmed": true});
        assert_eq!(who(staff), ("looks-staff".to_owned(), false));
        let left = json!({"kind": "LEFT", "emailConfirmed": false});
        assert_eq!(who(left), ("looks-left".to_owned(), false));
    }
}
