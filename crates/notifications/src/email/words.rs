//! The words of e-mails.

use domain::text::is_line_break;
use domain::{FileId, PropertyId, Timestamp};

use crate::site::MailSite;
use crate::stop::StopLinks;
use crate::template::Template;

const INDIA_OFFSET_SECONDS: i64 = 19_800;

pub use domain::notification::Variables;

/// The values of the variable `decision`, which holds a moderator's decision.
pub const APPROVED: &str = "APPROVED";
/// See [`APPROVED`].
pub const REJECTED: &str = "REJECTED";

/// The words of an e-mail, before they become text or HTML.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Words {
    pub subject: String,
    pub greeting: String,
    pub opening: Vec<String>,
    /// Listings, each with a link to its page.
    pub homes: Vec<Listed>,
    /// A photo of the home that it is about; only HTML shows it.
    pub photo: Option<Photo>,
    pub action: Option<Action>,
    pub closing: Vec<String>,
    /// How to get no more e-mails of this kind.
    pub stop: Option<StopLinks>,
    /// The name that the e-mail is signed with.
    pub site: String,
}

/// The link that an e-mail asks its reader to follow.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Action {
    pub label: &'static str,
    pub link: String,
}

/// A listing in a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed {
    pub words: String,
    pub link: String,
    pub photo: Option<Photo>,
}

/// A photo of a home: a small rendition on the reader's own site, the same for every reader.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Photo {
    pub address: String,
    pub alt: String,
    /// The page of the home.
    pub link: String,
}

impl Photo {
    /// The photo `file` of the home called `title`; `None` if that is no id of a file.
    fn of(site: &MailSite, file: &str, title: &str, link: &str) -> Option<Self> {
        let file: FileId = file.parse().ok()?;
        let address = site.page(&format!("/api/files/{file}?w=320"));
        Some(Self { address, alt: format!("Photo of {title}"), link: link.to_owned() })
    }
}

/// The reader of an e-mail, and their site.
#[derive(Clone, Copy, Debug)]
pub struct Reader<'a> {
    pub site: &'a MailSite,
    pub name: Option<&'a str>,
    /// The secret link, for e-mails that carry one, and when it expires.
    pub link: Option<(&'a str, Timestamp)>,
    /// How to get no more e-mails of this kind, for an e-mail that nobody needs.
    pub stop: Option<&'a StopLinks>,
}

impl Words {
    /// The words of `template` for `reader`. Variables that are missing are left out.
    pub fn of(template: Template, reader: &Reader<'_>, told: &Variables) -> Self {
        let site = reader.site;
        let said = |name: &str| told.get(name).map_or("", String::as_str);
        let title = one_line(told.get("title").map_or("a home", String::as_str));
        let title = title.as_str();
        let mut words = Self {
            subject: one_line(&subject(template, &site.name, title, told)),
            greeting: reader
                .name
                .map_or_else(|| "Hello,".to_owned(), |name| format!("Hello {},", one_line(name))),
            opening: Vec::new(),
            homes: Vec::new(),
            photo: None,
            action: None,
            closing: Vec::new(),
            stop: reader.stop.cloned(),
            site: site.name.clone(),
        };
        let home = |label| {
            let id: PropertyId = said("propertyId").parse().ok()?;
            Some(Action { label, link: site.page(&format!("/homes/{id}")) })
        };
        match template {
            Template::Welcome => words.welcome(site),
            Template::VerifyEmail | Template::PasswordReset => words.secret(template, reader),
            Template::PropertyAlert if told.contains_key("total") => words.digest(site, told),
            Template::PropertyAlert => {
                let facts = [said("occasion"), title, said("area"), said("price")];
                words.opening = vec![format!("a home that fits {}:", search(told)), listed(&facts)];
                words.action = home("See the home");
                let link = words.action.as_ref().map(|action| action.link.as_str());
                words.photo = link.and_then(|link| Photo::of(site, said("photo"), title, link));
            }
            Template::Lead => {
                let wants = told.get("purpose").map_or("is interested in", String::as_str);
                let who = listed(&[said("name"), said("phone"), said("email"), said("when")]);
                // An inbox names nobody.
                let end = if who.is_empty() { '.' } else { ':' };
                words.opening = vec![format!("somebody {wants} {title}{end}"), who];
                words.opening.push(said("message").to_owned());
                words.action = home("See your listing");
            }
            Template::LeadAnswer => {
                words.opening = vec![format!("you asked about {title}. {}", answered(said("status")))];
                words.action = home("See the home");
            }
            Template::Reviewed => words.reviewed(title, told, home("See your listing")),
            Template::Visit => {
                words.opening = vec![format!("a visit to {title}:"), listed(&[said("when"), said("with")])];
                words.opening.push(said("message").to_owned());
                words.action = home("See the home");
            }
            Template::Guessing => words.guessing(site, told),
            Template::Registration => words.registration(site),
            Template::General => words.opening = vec![said("message").to_owned()],
        }
        // A reader without a name has no account.
        let is_news =
            !matches!(template, Template::VerifyEmail | Template::PasswordReset | Template::Welcome);
        if is_news && reader.name.is_some() {
            words.closing.push(format!("You get this e-mail because you have an account at {}.", site.name));
        }
        words.opening.retain(|paragraph| !paragraph.is_empty());
        words
    }

    /// A digest of several listings: the total number, and the first of them.
    fn digest(&mut self, site: &MailSite, told: &Variables) {
        let total = told.get("total").map_or("", String::as_str);
        let home = |line: &str| {
            let (id, words) = line.split_once(' ')?;
            let link = site.page(&format!("/homes/{}", id.parse::<PropertyId>().ok()?));
            let photos = told.get("photos").map_or("", String::as_str).lines();
            let file = photos.filter_map(|line| line.split_once(' ')).find(|(home, _)| *home == id);
            let photo = file.and_then(|(_, file)| Photo::of(site, file, words, &link));
            Some(Listed { words: words.to_owned(), link, photo })
        };
        self.homes =
            told.get("homes").map(|lines| lines.lines().filter_map(home).collect()).unwrap_or_default();
        let homes = if total == "1" { "home fits" } else { "homes fit" };
        self.opening = vec![format!("{total} {homes} {}:", search(told))];
        let more = total.parse::<usize>().unwrap_or_default().saturating_sub(self.homes.len());
        if more > 0 && !self.homes.is_empty() {
            self.closing.push(format!("And {more} more."));
        }
    }

    /// A moderator's decision. If the listing was sent back, an e-mail gives the reason, and an inbox says where to
    /// find it.
    fn reviewed(&mut self, title: &str, told: &Variables, action: Option<Action>) {
        self.opening = if is_rejected(told) {
            let (end, reason) = match told.get("reason") {
                Some(reason) => (':', reason.as_str()),
                None => ('.', "The e-mail about it says why."),
            };
            vec![
                format!("a moderator looked at your listing {title} and sent it back to you{end}"),
                reason.to_owned(),
                "Change what is wrong and hand it in again.".into(),
            ]
        } else {
            vec![format!("a moderator looked at your listing {title}: people can find it now.")]
        };
        self.action = action;
    }

    fn welcome(&mut self, site: &MailSite) {
        let name = &site.name;
        self.opening = vec![
            format!("your e-mail address is confirmed. Welcome to {name}."),
            "You can list a home, save the ones you like, and see everything you ever did here.".into(),
        ];
        self.action = Some(Action { label: "Look at homes", link: site.page("/homes") });
    }

    /// Nothing in this e-mail gives access: its links lead to pages where readers must identify themselves.
    fn guessing(&mut self, site: &MailSite, told: &Variables) {
        let said = |name: &str| told.get(name).map_or("", String::as_str);
        let (tries, networks) = (said("tries"), said("networks"));
        let places = if networks == "1" { "network" } else { "networks" };
        self.opening = vec![
            format!(
                "somebody tries to sign in to your account. There were {tries} wrong passwords so far today, from \
                 {networks} {places}, the first of them on {}.",
                said("since"),
            ),
            "None of them let anybody in, and whoever goes on has to wait between two tries. You can sign in as ever \
             where you did before."
                .into(),
            "If it was you, or if your password is long and used nowhere else, there is nothing to do. If not, \
             choose another one."
                .into(),
        ];
        self.action = Some(Action { label: "Choose another password", link: site.page("/forgot-password") });
        self.closing = vec![
            format!("Where you are signed in, and how to end it: {}", site.page("/account")),
            "You are told of this once a day at most.".into(),
        ];
    }

    fn registration(&mut self, site: &MailSite) {
        self.opening = vec![
            "somebody tried to register with your e-mail address, which has an account here.".into(),
            "If it was you, sign in, or ask for a link to set another password. If it was not, there is nothing to \
             do: nobody was let in."
                .into(),
        ];
        self.action = Some(Action { label: "Sign in", link: site.page("/sign-in") });
    }

    fn secret(&mut self, template: Template, reader: &Reader<'_>) {
        let name = &reader.site.name;
        let (why, label, otherwise) = if template == Template::VerifyEmail {
            (
                format!("thank you for joining {name}. Please confirm that this address is yours:"),
                "Confirm the address",
                "If you did not open an account, somebody mistyped their address, and you need not do anything.",
            )
        } else {
            (
                format!("you asked for a new password at {name}. Choose it here:"),
                "Choose a new password",
                "If you did not ask for it, ignore this e-mail: your password stays what it is.",
            )
        };
        self.opening = vec![why];
        if let Some((link, until)) = reader.link {
            self.action = Some(Action { label, link: link.to_owned() });
            self.closing = vec![format!("The link works once, until {}. {otherwise}", india(until))];
        }
    }
}

fn subject(template: Template, site: &str, title: &str, told: &Variables) -> String {
    match template {
        Template::Welcome => format!("Welcome to {site}"),
        Template::VerifyEmail => "Confirm your e-mail address".into(),
        Template::PasswordReset => "Set a new password".into(),
        Template::PropertyAlert if told.contains_key("total") => match told.get("search") {
            Some(search) => format!("{title}: {search}"),
            None => title.to_owned(),
        },
        Template::PropertyAlert => {
            let occasion = told.get("occasion").map_or("A home for you", String::as_str);
            format!("{occasion}: {title}")
        }
        Template::Lead => format!("Somebody asks about {title}"),
        Template::LeadAnswer => format!("Your enquiry about {title}"),
        Template::Reviewed if is_rejected(told) => format!("Your listing was sent back: {title}"),
        Template::Reviewed => format!("Your listing is on the market: {title}"),
        Template::Visit => format!("A visit to {title}"),
        Template::Guessing => "Somebody tries passwords at your account".into(),
        Template::Registration => "Somebody tried to register with your address".into(),
        Template::General => told.get("subject").cloned().unwrap_or_else(|| format!("A message from {site}")),
    }
}

/// The status of an enquiry, in words for the person who asked.
fn answered(status: &str) -> &'static str {
    match status {
        "CONTACTED" => "The owner has seen it and is in touch with you.",
        "VISIT_PLANNED" => "The owner has planned a visit.",
        "WON" => "The owner marked it as agreed.",
        "LOST" => "The owner marked it as closed.",
        _ => "The owner has looked at it.",
    }
}

fn is_rejected(told: &Variables) -> bool {
    told.get("decision").is_some_and(|decision| decision == REJECTED)
}

/// What a person is looking for, by their own name for it.
fn search(told: &Variables) -> String {
    told.get("search")
        .map_or_else(|| "what you look for".into(), |name| format!("your search \u{201c}{name}\u{201d}"))
}

/// Replaces line breaks and control characters. A header is one line, and so is what people call things: events from
/// before that was checked may hold more.
fn one_line(text: &str) -> String {
    text.chars().map(|c| if c.is_control() || is_line_break(c) { ' ' } else { c }).collect()
}

/// Lists facts, one per line.
fn listed(facts: &[&str]) -> String {
    let facts: Vec<&str> = facts.iter().copied().filter(|fact| !fact.is_empty()).collect();
    facts.iter().map(|fact| one_line(fact)).collect::<Vec<_>>().join("\n")
}

/// Formats a time for people in India.
pub fn india(at: Timestamp) -> String {
    let at = jiff::Timestamp::from_microsecond(at.plus_seconds(INDIA_OFFSET_SECONDS).micros());
    at.unwrap_or_default().strftime("%-d %B %Y, %H:%M Indian time").to_string()
}
