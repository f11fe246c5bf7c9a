//! Describes history entries in words, when they are read: what was done, and to which home, but never a person's
//! name.

use domain::Paise;
use domain::search_text::fold;
use serde_json::{Map, Value};

/// An entry to be described.
#[derive(Clone, Copy, Debug)]
pub struct DescribedEntry<'a> {
    /// The activity type.
    pub kind: &'a str,
    /// The activity data.
    pub data: &'a Map<String, Value>,
    /// Whether it was done to another person's account.
    pub to_another: bool,
    /// The number of repeats folded into the entry.
    pub count: u64,
}

impl DescribedEntry<'_> {
    fn text(&self, name: &str) -> Option<&str> {
        self.data.get(name)?.as_str()
    }

    fn title(&self) -> &str {
        self.text("title").unwrap_or("a home")
    }

    fn flag(&self, name: &str) -> bool {
        self.data.get(name).and_then(Value::as_bool).unwrap_or(true)
    }

    fn money(&self, name: &str) -> Option<String> {
        Paise::parse(self.data.get(name)?).ok().map(Paise::in_words)
    }

    /// A word such as `PENDING_REVIEW`, in lower case and with spaces.
    fn word(&self, name: &str) -> String {
        self.text(name).unwrap_or("something else").to_lowercase().replace('_', " ")
    }

    /// The sentence for its type; `None` if the type has none.
    fn known(&self) -> Option<String> {
        let homes_and_products = self.about_homes().or_else(|| self.about_products());
        homes_and_products
            .or_else(|| self.about_accounts())
            .or_else(|| self.about_operations())
            .or_else(|| self.about_partners())
    }

    fn about_products(&self) -> Option<String> {
        let name = self.text("name").filter(|name| !name.is_empty()).unwrap_or("a product");
        let number = |member: &str| self.data.get(member).and_then(Value::as_u64);
        Some(match self.kind {
            "PRODUCT_CREATED" => format!("You added {name} to the catalogue"),
            "PRODUCT_UPDATED" => format!("You changed {name} in the catalogue"),
            "PRODUCT_DELETED" => format!("You took {name} out of the catalogue"),
            "PRODUCT_VIEWED" if self.count > 1 => format!("You looked at {name} ({} times)", self.count),
            "PRODUCT_VIEWED" => format!("You looked at {name}"),
            "PRODUCT_PURCHASED" => {
                let price = match self.text("currency") {
                    None | Some("INR") => self.money("totalPrice"),
                    Some(currency) => self.data.get("totalPrice").map(|price| format!("{currency} {price}")),
                };
                let price = price.map(|price| format!(" for {price}")).unwrap_or_default();
                match number("quantity").unwrap_or(1) {
                    1 => format!("You bought {name}{price}"),
                    quantity => format!("You bought {quantity} of {name}{price}"),
                }
            }
            "PRODUCT_INVENTORY_CHANGED" => match number("newQuantity") {
                Some(quantity) => format!("The stock of a product became {quantity}"),
                None => "The stock of a product is not counted any more".into(),
            },
            "PRODUCT_RESERVED" => match number("quantity").unwrap_or(1) {
                1 => format!("You reserved {name}"),
                quantity => format!("You reserved {quantity} of {name}"),
            },
            "PRODUCT_RESERVATION_RELEASED" => format!("You gave back your reservation of {name}"),
            "PRODUCT_VIEWS_COUNTED" | "PRODUCT_VIEWS_SYNCED" => "Visits to products were counted".into(),
            _ => return None,
        })
    }

    fn about_homes(&self) -> Option<String> {
        let title = self.title();
        Some(match self.kind {
            "PROPERTY_CREATED" => self.listed(),
            "PROPERTY_UPDATED" => self.edited(),
            "PROPERTY_STATUS_CHANGED" => format!("You marked {title} as {}", self.word("to")),
            "PROPERTY_DELETED" => format!("You removed {title}"),
            "PROPERTY_FEATURED" if self.flag("featured") => {
                format!("You put {title} among the featured homes")
            }
            "PROPERTY_FEATURED" => format!("You took {title} out of the featured homes"),
            "PROPERTY_VERIFIED" if self.flag("verified") => format!("You confirmed that {title} is genuine"),
            "PROPERTY_VERIFIED" => format!("You took back the confirmation of {title}"),
            "PROPERTY_APPROVED" => format!("You approved {title}"),
            "PROPERTY_REPORTED" => format!("You told the moderators that something is wrong with {title}"),
            "LEAD_CREATED" => match self.text("purpose") {
                Some("VISIT") => format!("You asked to visit {title}"),
                Some("CALLBACK") => format!("You asked to be called back about {title}"),
                _ => format!("You asked about {title}"),
            },
            "LEAD_UPDATED" => format!("You marked an enquiry about {title} as {}", self.word("to")),
            "PROPERTY_REJECTED" => format!("You sent {title} back to its owner"),
            "PROPERTY_FAVORITED" => format!("You saved {title}"),
            "PROPERTY_UNFAVORITED" => format!("You unsaved {title}"),
            "PROPERTY_VIEWED" if self.count > 1 => format!("You looked at {title} ({} times)", self.count),
            "PROPERTY_VIEWED" => format!("You looked at {title}"),
            "PROPERTY_SHARED" => format!("You shared {title}"),
            "PROPERTY_IMAGES_ADDED" => self.pictured(),
            "FILE_UPLOADED" => self.uploaded(),
            "FILE_OPTIMIZED" => "A photo was made anew".into(),
            "FILE_DELETED" => "You deleted a file".into(),
            "CONTACT_REVEALED" => format!("You were shown the contact of {title}"),
            "VIEWS_COUNTED" => "Visits to homes were counted".into(),
            _ => return None,
        })
    }

    fn about_accounts(&self) -> Option<String> {
        let whose = if self.to_another { "another person's" } else { "your" };
        Some(match self.kind {
            "USER_REGISTERED" => "You joined HyderabadInfra".into(),
            "PROFILE_UPDATED" => format!("You updated {whose} profile"),
            "NOTIFICATION_REQUESTED" if self.text("template").is_none_or(|name| name == "verify-email") => {
                "You asked for another confirmation e-mail".into()
            }
            "NOTIFICATION_REQUESTED" => {
                format!("You sent a notification ({})", self.word("template"))
            }
            "NOTIFICATION_READ" => "You read a notification".into(),
            "NOTIFICATION_DELETED" => "You deleted a notification".into(),
            "NOTIFICATION_PREFERENCES_UPDATED" => "You chose how to be notified".into(),
            "USER_EMAIL_VERIFIED" => "You confirmed your e-mail address".into(),
            "USER_IDENTITY_LINKED" => {
                format!("You opened your account to your sign-in at {}", self.word("provider"))
            }
            "PASSWORD_RESET_REQUESTED" => "You asked for a password reset".into(),
            "PASSWORD_CHANGED" => "You changed your password".into(),
            "USER_ROLE_CHANGED" => format!("You changed {whose} role to {}", self.word("to")),
            "USER_STATUS_CHANGED" => format!("You changed {whose} account to {}", self.word("to")),
            "USER_PROPERTY_COUNT_CHANGED" => {
                let count = self.data.get("propertyCount").and_then(Value::as_u64).unwrap_or_default();
                format!("You had {whose} listings counted again: {count}")
            }
            "USER_DELETED" => format!("You closed {whose} account"),
            "USER_LOGIN" => "You signed in".into(),
            "USER_LOGOUT" => "You signed out".into(),
            "SESSION_REVOKED" => match self.text("reason") {
                Some(reason) => format!("You ended a session ({reason})"),
                None => "You ended a session".into(),
            },
            "REFRESH_REUSED" => "A session was ended because its key was used twice".into(),
            "PERSONAL_DATA_VIEWED" => match self.text("operation") {
                Some(operation) => format!("You looked at {whose} data ({operation})"),
                None => format!("You looked at {whose} data"),
            },
            "PERSONAL_DATA_LISTED" => match self.text("operation") {
                Some(operation) => format!("You looked at the data of several people ({operation})"),
                None => "You looked at the data of several people".into(),
            },
            "PERSONAL_DATA_EXPORTED" => format!("You exported {whose} data"),
            "UNUSUAL_CONTACT_LOOKS" => "You looked up unusually many contacts".to_owned(),
            "PASSWORD_GUESSING_NOTICED" => format!("Somebody tried passwords at {whose} account"),
            "REGISTRATION_ATTEMPTED" => format!("Somebody tried to register with {whose} e-mail address"),
            "PERSONAL_DATA_ERASED" => format!("You had {whose} data erased"),
            "HISTORY_ENTRY_HIDDEN" => "You hid an entry of a history".into(),
            _ => return None,
        })
    }

    fn about_operations(&self) -> Option<String> {
        let group = self.text("group").unwrap_or("a consumer group");
        Some(match self.kind {
            "DEAD_LETTER_REDRIVEN" => format!("You put parked events of {group} to work again"),
            "DEAD_LETTER_DISCARDED" => format!("You gave up an event that {group} could not apply"),
            "CONSUMER_PAUSED" => format!("You paused {group}"),
            "CONSUMER_RESUMED" => format!("You resumed {group}"),
            "LOG_LEVEL_CHANGED" => {
                format!("You changed how much {} logs", self.text("logger").unwrap_or("a part"))
            }
            "REPLAY_STARTED" => format!("You started to rebuild the read model of {group}"),
            "REPLAY_FINISHED" => format!("The read model of {group} was rebuilt"),
            "REPLAY_FAILED" => format!("The read model of {group} could not be rebuilt"),
            "OPTIMIZE_STARTED" if self.data.get("all").and_then(Value::as_bool) == Some(true) => {
                "You had everybody's photos looked over".into()
            }
            "OPTIMIZE_STARTED" => "You had your photos looked over".into(),
            "OPTIMIZE_FINISHED" => "The photos were looked over".into(),
            "OPTIMIZE_FAILED" => "The photos could not all be looked over".into(),
            "BACKUP_STARTED" => "You started a backup".into(),
            "BACKUP_FINISHED" => "The backup is complete".into(),
            "IMPORT_STARTED" if self.data.get("check").and_then(Value::as_bool) == Some(true) => {
                "You had a sheet checked".into()
            }
            "IMPORT_STARTED" => "You started to import a sheet".into(),
            "IMPORT_FINISHED" if self.data.get("check").and_then(Value::as_bool) == Some(true) => {
                "The sheet was checked".into()
            }
            "IMPORT_FINISHED" => "The sheet was imported".into(),
            "IMPORT_FAILED" => "The sheet could not all be imported".into(),
            "BACKUP_FAILED" => "The backup could not be made".into(),
            "PROPERTY_SEARCHED" => "You searched for homes".into(),
            "SEARCH_SAVED" => "You saved a search".into(),
            "SAVED_SEARCH_UPDATED" => "You changed a saved search".into(),
            "SAVED_SEARCH_DELETED" => "You deleted a saved search".into(),
            _ => return None,
        })
    }

    fn about_partners(&self) -> Option<String> {
        Some(match self.kind {
            "WEBHOOK_CREATED" => "You created a webhook".into(),
            "WEBHOOK_UPDATED" => "You changed a webhook".into(),
            "WEBHOOK_DELETED" => "You deleted a webhook".into(),
            "WEBHOOK_SECRET_ROTATED" => "You gave a webhook a new secret".into(),
            "WEBHOOK_DISABLED" => "You disabled a webhook".into(),
            "WEBHOOK_ENABLED" => "You enabled a webhook".into(),
            "WEBHOOK_TESTED" => "You tested a webhook".into(),
            "API_KEY_CREATED" => "You created an API key".into(),
            "API_KEY_REVOKED" => "You revoked an API key".into(),
            _ => return None,
        })
    }

    fn pictured(&self) -> String {
        let title = self.title();
        match self.data.get("added").and_then(Value::as_array).map_or(0, Vec::len) {
            0 => format!("You rearranged the photos of {title}"),
            1 => format!("You added a photo to {title}"),
            count => format!("You added {count} photos to {title}"),
        }
    }

    fn uploaded(&self) -> String {
        let kind = self.data.get("content").and_then(|content| content.get("kind"));
        if kind.and_then(Value::as_str) == Some("DOCUMENT") {
            "You uploaded a document".into()
        } else {
            "You uploaded a photo".into()
        }
    }

    fn listed(&self) -> String {
        let title = self.title();
        let told = |area: &&str| !fold(title).contains(&fold(area));
        let area = self.text("area").filter(told).map(|area| format!(" in {area}"));
        let price = self.money("price").map(|price| format!(" for {price}"));
        format!("You listed {title}{}{}", area.unwrap_or_default(), price.unwrap_or_default())
    }

    fn edited(&self) -> String {
        let title = self.title();
        let changed = self.data.get("changed").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
        let names: Vec<String> = changed.iter().filter_map(Value::as_str).map(spaced).collect();
        let others: Vec<&str> = names.iter().map(String::as_str).filter(|name| *name != "price").collect();
        match self.money("previousPrice").zip(self.money("price")) {
            Some((from, to)) if others.is_empty() => {
                format!("You changed the price of {title} from {from} to {to}")
            }
            Some((from, to)) => {
                let others = others.join(", ");
                format!("You changed the price of {title} from {from} to {to} and edited its {others}")
            }
            None if names.is_empty() => format!("You edited {title}"),
            None => format!("You edited {title}: {}", names.join(", ")),
        }
    }
}

/// The description that people read; for an unknown type, made from the name of the type.
#[must_use]
pub fn sentence(told: DescribedEntry<'_>) -> String {
    told.known().unwrap_or_else(|| capitalised(&told.kind.to_lowercase().replace('_', " ")))
}

/// Turns `totalFloors` into `total floors`.
fn spaced(name: &str) -> String {
    let mut out = String::with_capacity(name.len() + 4);
    for c in name.chars() {
        if c.is_ascii_uppercase() {
            out.push(' ');
        }
        out.push(c.to_ascii_lowercase());
    }
    out
}

fn capitalised(words: &str) -> String {
    let mut letters = words.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

#[cfg(test)]
mod tests;
