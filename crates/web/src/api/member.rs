//! Accounts of others, as the API sends them to those who look after people.

use serde::Deserialize;

use crate::numbers::Count;

/// The account of a person. Names are absent when the person left.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct Member {
    pub(crate) id: String,
    pub(crate) username: Option<String>,
    pub(crate) email: Option<String>,
    /// The e-mail address as people read it, if it differs.
    pub(crate) display_email: Option<String>,
    pub(crate) first_name: Option<String>,
    pub(crate) last_name: Option<String>,
    pub(crate) phone_number: Option<String>,
    pub(crate) role: String,
    pub(crate) status: String,
    pub(crate) email_verified: bool,
    /// How many listings they own.
    pub(crate) property_count: Count,
    pub(crate) created_at: Option<String>,
    pub(crate) last_login: Option<String>,
}

impl Member {
    /// The e-mail address as people read it.
    pub(crate) fn shown_email(&self) -> Option<&str> {
        self.display_email.as_deref().or(self.email.as_deref())
    }

    /// The full name; the user name of somebody without one.
    pub(crate) fn name(&self) -> Option<String> {
        let names = [&self.first_name, &self.last_name].into_iter().flatten();
        let full = names.map(String::as_str).collect::<Vec<_>>().join(" ");
        Some(full).filter(|full| !full.is_empty()).or_else(|| self.username.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::Member;

    #[test]
    fn somebody_without_a_name_is_called_by_the_user_name() {
        let named = |first: Option<&str>, user: Option<&str>| {
            let (first_name, username) = (first.map(str::to_owned), user.map(str::to_owned));
            Member { username, first_name, ..Member::default() }.name()
        };
        assert_eq!(named(Some("Asha"), Some("asha1")).as_deref(), Some("Asha"));
        assert_eq!(named(None, Some("asha1")).as_deref(), Some("asha1"));
        assert_eq!(named(None, None), None);
    }
}
