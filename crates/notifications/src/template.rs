//! The e-mails there are, and what is told in each.

use domain::notification::Variables;
use domain::preferences::Kind;

/// Something that a template tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TemplateVariable {
    pub name: &'static str,
    pub required: bool,
    /// In characters.
    pub longest: usize,
}

const fn must(name: &'static str, longest: usize) -> TemplateVariable {
    TemplateVariable { name, required: true, longest }
}

const fn may(name: &'static str, longest: usize) -> TemplateVariable {
    TemplateVariable { name, required: false, longest }
}

/// In a notification of a warning: the name of its template.
pub const WARNING: &str = "warning";

/// What is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Template {
    /// The address is confirmed: what to do next.
    Welcome,
    /// Confirm the e-mail address.
    VerifyEmail,
    /// Set a new password.
    PasswordReset,
    /// A home that somebody looks for.
    PropertyAlert,
    /// Somebody asks about a home.
    Lead,
    /// An owner followed an enquiry up.
    LeadAnswer,
    /// A moderator decided about a listing.
    Reviewed,
    /// A visit to a home.
    Visit,
    /// Somebody tries passwords at the account.
    Guessing,
    /// Somebody tried to register with the account's address.
    Registration,
    /// Anything else.
    General,
}

impl Template {
    /// All of them.
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

    /// Its name, which is also the purpose of the token it carries.
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

    /// The template of a kind that people choose.
    pub fn of(kind: Kind) -> Self {
        match kind {
            Kind::Welcome => Self::Welcome,
            Kind::PropertyAlert => Self::PropertyAlert,
            Kind::Lead => Self::Lead,
            Kind::Visit => Self::Visit,
            Kind::General => Self::General,
        }
    }

    /// The template of a notification, by its kind and by what it tells: what nobody can ask for by name comes of one
    /// event only, and only that tells it.
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

    /// What people choose it by; nothing for what keeps an account safe.
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

    /// What an inbox files it under; nothing for what is in none, as it lets somebody in.
    pub fn filed_under(self) -> Option<Kind> {
        if self.warns() { Some(Kind::General) } else { self.kind() }
    }

    /// Whether it goes to an address that nobody confirmed: it shows whose it is.
    pub fn confirms(self) -> bool {
        matches!(self, Self::VerifyEmail | Self::PasswordReset)
    }

    /// Whether it warns that somebody is at the account.
    pub fn warns(self) -> bool {
        matches!(self, Self::Guessing | Self::Registration)
    }

    /// What whoever asks for it by name tells in it.
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
                        // Of saved searches: what happened, and what the search is called.
                        may("occasion", 50),
                        may("search", 100),
                        // Of several homes: how many, and the first of them, a line each that begins with the id.
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
