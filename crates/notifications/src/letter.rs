//! Letters in words, and as RFC 5322 files.

use std::fmt::Write;

use domain::Timestamp;
use domain::user::IssuedToken;

/// The one channel there is so far.
pub const CHANNEL: &str = "email";
const INDIA_OFFSET_SECONDS: i64 = 19_800;

/// What is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Template {
    /// Confirm the e-mail address.
    VerifyEmail,
    /// Set a new password.
    PasswordReset,
}

impl Template {
    /// The template of that name.
    pub fn named(name: &str) -> Option<Self> {
        [Self::VerifyEmail, Self::PasswordReset].into_iter().find(|template| template.name() == name)
    }

    /// Its name, which is also the purpose of the token it carries.
    pub fn name(self) -> &'static str {
        match self {
            Self::VerifyEmail => "verify-email",
            Self::PasswordReset => "password-reset",
        }
    }

    fn subject(self) -> &'static str {
        match self {
            Self::VerifyEmail => "Confirm your e-mail address",
            Self::PasswordReset => "Set a new password",
        }
    }

    /// The text for somebody called `name`.
    fn body(self, name: Option<&str>, link: &str, token: &IssuedToken) -> String {
        let greeting = name.map_or_else(|| "Hello,".to_owned(), |name| format!("Hello {name},"));
        let until = india(token.expires_at);
        let (why, otherwise) = match self {
            Self::VerifyEmail => (
                "thank you for joining HyderabadInfra. Please confirm that this address is yours:",
                "If you did not open an account, somebody mistyped their address, and you need not do anything.",
            ),
            Self::PasswordReset => (
                "you asked for a new password at HyderabadInfra. Choose it here:",
                "If you did not ask for it, leave this letter alone: your password stays what it is.",
            ),
        };
        format!(
            "{greeting}\n\n{why}\n\n{link}\n\nThe link works once, until {until}. {otherwise}\n\nHyderabadInfra\n"
        )
    }
}

/// A letter to be written.
#[derive(Debug)]
pub struct Draft<'a> {
    pub template: Template,
    pub from: &'a str,
    pub to: &'a str,
    pub name: Option<&'a str>,
    pub link: &'a str,
    pub token: &'a IssuedToken,
    pub at: Timestamp,
}

impl Draft<'_> {
    /// The file.
    pub fn render(&self, id: &str) -> String {
        let domain = self.from.rsplit_once('@').map_or("localhost", |(_, host)| host.trim_end_matches('>'));
        let headers = [
            ("Date", utc(self.at)),
            ("From", self.from.to_owned()),
            ("To", self.to.to_owned()),
            ("Subject", self.template.subject().to_owned()),
            ("Message-ID", format!("<{id}@{domain}>")),
            ("Auto-Submitted", "auto-generated".to_owned()),
            ("MIME-Version", "1.0".to_owned()),
            ("Content-Type", "text/plain; charset=utf-8".to_owned()),
            ("Content-Transfer-Encoding", "8bit".to_owned()),
        ];
        let mut text = String::new();
        for (name, value) in headers {
            let value: String = value.chars().filter(|c| !c.is_control()).collect();
            let _ = write!(text, "{name}: {value}\r\n");
        }
        text.push_str("\r\n");
        text.push_str(&self.template.body(self.name, self.link, self.token).replace('\n', "\r\n"));
        text
    }
}

/// A letter read back.
#[derive(Debug)]
pub struct Shown {
    pub to: String,
    pub subject: String,
    pub body: String,
}

/// Reads a file of ours.
pub fn read(text: &str) -> Option<Shown> {
    let (headers, body) = text.split_once("\r\n\r\n")?;
    let header = |name: &str| {
        let found = headers.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(": "));
        found.unwrap_or_default().to_owned()
    };
    Some(Shown { to: header("To"), subject: header("Subject"), body: body.replace("\r\n", "\n") })
}

fn jiff(at: Timestamp) -> jiff::Timestamp {
    jiff::Timestamp::from_microsecond(at.micros()).unwrap_or_default()
}

fn utc(at: Timestamp) -> String {
    jiff(at).strftime("%a, %d %b %Y %H:%M:%S +0000").to_string()
}

fn india(at: Timestamp) -> String {
    jiff(at.plus_seconds(INDIA_OFFSET_SECONDS)).strftime("%-d %B %Y, %H:%M Indian time").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_letter_reads_back_and_no_value_becomes_a_header() {
        let at: Timestamp = "2026-11-21T05:00:00Z".parse().unwrap();
        let token = IssuedToken { nonce: String::new(), token_hash: String::new(), expires_at: at };
        let draft = Draft {
            template: Template::VerifyEmail,
            from: "HyderabadInfra <no-reply@homes.example>",
            to: "asha@example.com\r\nBcc: eve@example.com",
            name: Some("Ashà"),
            link: "https://homes.example/verify-email?userId=u&code=c",
            token: &token,
            at,
        };
        let text = draft.render("id");
        assert!(
            text.starts_with("Date: Sat, 21 Nov 2026 05:00:00 +0000\r\nFrom: HyderabadInfra <"),
            "{text}"
        );
        assert!(text.contains("Message-ID: <id@homes.example>\r\n") && !text.contains("\r\nBcc"), "{text}");
        let shown = read(&text).unwrap();
        assert_eq!(shown.subject, "Confirm your e-mail address");
        assert!(shown.body.starts_with("Hello Ashà,\n\n"), "{}", shown.body);
        assert!(shown.body.contains("until 21 November 2026, 10:30 Indian time"), "{}", shown.body);
    }
}
