//! The templates of e-mails, and the variables of each.

use domain::notification::Variables;
use domain::preferences::Kind;

/// A variable of a template.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TemplateVariable {
    pub name: &'static str,
    pub required: bool,
    /// The maximum length in characters.
    pub longest: usize,
}

const fn must(name: &'static str, longest: usize) -> TemplateVariable {
    TemplateVariable { name, required: true, longest }
}

const fn may(name: &'static str, longest: usize) -> TemplateVariable {
    TemplateVariable { name, required: false, longest }
}

/// The variable that holds the template's name in the notification of a warning.
pub const WARNING: &str = "warning";

/// A template of an e-mail or text message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Template {
    /// The address was confirmed: what to do next.
    Welcome,
    /// A request to confirm the e-mail address.
    VerifyEmail,
    /// A link to set a new password.
    PasswordReset,
    /// A listing that fits what a person looks for.
    PropertyAlert,
    /// Somebody sent an enquiry about a listing.
    Lead,
    /// An owner followed up an enquiry.
    LeadAnswer,
    /// A moderator decided about a listing.
    Reviewed,
    /// A visit to a home.
    Visit,
    /// Somebody tries to guess the account's password.
    Guessing,
    /// Somebody tried to register with the account's address.
    Registration,
    /// Anything else.
    General,
}

impl Template {
    /// All templates.
    pub const ALL: [Self; 11] = [
        Self::Welcome,
        Self::VerifyEmail,
        Self::PasswordReset,
        Self::PropertyAlert,
        Self::Lead,
        Self::LeadAnswer,
        Self::Reviewed,
        Self::Visit,
        Self::Guessing,
        Self::Registration,
        Self::General,
    ];

    /// The template of that name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|template| template.name() == name)
    }

    /// The template's name, which is also the purpose of the token it carries.
    pub fn name(self) -> &'static str {
        match self {
            Self::Welcome => "welcome",
            Self::VerifyEmail => "verify-email",
            Self::PasswordReset => "password-reset",
            Self::PropertyAlert => "property-alert",
            Self::Lead => "lead",
            Self::LeadAnswer => "lead-answer",
            Self::Reviewed => "listing-reviewed",
            Self::Visit => "visit",
            Self::Guessing => "password-guessing",
            Self::Registration => "registration-attempt",
            Self::General => "general",
        }
    }

    /// The template of a kind that people can choose.
    pub fn of(kind: Kind) -> Self {
        match kind {
            Kind::Welcome => Self::Welcome,
            Kind::PropertyAlert => Self::PropertyAlert,
            Kind::Lead => Self::Lead,
            Kind::Visit => Self::Visit,
            Kind::General => Self::General,
        }
    }

    /// The template of a notification, by its kind and its variables. A template that nobody can request by name is
    /// used by one event only, and only that event sets the variable that identifies it.
    pub fn telling(kind: Kind, told: &Variables) -> Self {
        match kind {
            Kind::Lead if told.contains_key("status") => Self::LeadAnswer,
            Kind::General if told.contains_key("decision") => Self::Reviewed,
            Kind::General => {
                let warning = told.get(WARNING).and_then(|name| Self::named(name));
                warning.filter(|template| template.warns()).unwrap_or(Self::General)
            }
            _ => Self::of(kind),
        }
    }

    /// The kind by which people choose it; `None` for templates that keep an account safe.
    pub fn kind(self) -> Option<Kind> {
        match self {
            Self::VerifyEmail | Self::PasswordReset | Self::Guessing | Self::Registration => None,
            Self::Welcome => Some(Kind::Welcome),
            Self::PropertyAlert => Some(Kind::PropertyAlert),
            Self::Lead | Self::LeadAnswer => Some(Kind::Lead),
            Self::Visit => Some(Kind::Visit),
            Self::Reviewed | Self::General => Some(Kind::General),
        }
    }

    /// The kind under which an inbox files it; `None` for templates that an inbox never shows, because they give
    /// access.
    pub fn filed_under(self) -> Option<Kind> {
        if self.warns() { Some(Kind::General) } else { self.kind() }
    }

    /// Whether it may go to an address that is not confirmed, because it proves whose address it is.
    pub fn confirms(self) -> bool {
        matches!(self, Self::VerifyEmail | Self::PasswordReset)
    }

    /// Whether it warns of an attempt on the account.
    pub fn warns(self) -> bool {
        matches!(self, Self::Guessing | Self::Registration)
    }

    /// The variables that a request by name can set.
    pub fn told(self) -> &'static [TemplateVariable] {
        match self {
            Self::Welcome
            | Self::VerifyEmail
            | Self::PasswordReset
            | Self::LeadAnswer
            | Self::Reviewed
            | Self::Guessing
            | Self::Registration => &[],
            Self::PropertyAlert => {
                const {
                    &[
                        must("title", 200),
                        may("area", 100),
                        may("price", 50),
                        may("propertyId", 36),
                        // For saved searches: what happened, and the name of the search.
                        may("occasion", 50),
                        may("search", 100),
                        // For several listings: how many, and the first of them, one per line, each starting with its
                        // id.
                        may("total", 10),
                        may("homes", 10_000),
                    ]
                }
            }
            Self::Lead => {
                const {
                    &[
                        must("title", 200),
                        must("name", 100),
                        may("phone", 20),
                        may("email", 254),
                        may("message", 2000),
                        may("propertyId", 36),
                    ]
                }
            }
            Self::Visit => {
                const {
                    &[
                        must("title", 200),
                        must("when", 100),
                        may("with", 100),
                        may("message", 2000),
                        may("propertyId", 36),
                    ]
                }
            }
            Self::General => const { &[may("subject", 200), must("message", 5000)] },
        }
    }
}
