//! `/dev/mailbox`: the messages that a machine without a mail server would have sent. Administrators see all of them;
//! others see their own, where the operator lets them.

use askama::Template;
use axum::Router;
use axum::response::Response;
use axum::routing::get;

use super::listing::who;
use super::show;
use crate::Site;
use crate::api::{Call, MailboxEmail, Page};
use crate::failure::Failure;
use crate::frame::Frame;
use crate::next_path::NextPath;
use crate::visit::Visit;
use crate::when::Moment;

struct MailboxItem {
    letter: MailboxEmail,
    sent: Option<Moment>,
    /// The pages of this site that the text links to.
    links: Vec<NextPath>,
}

#[derive(Template)]
#[template(path = "mailbox.html")]
struct MailboxPage {
    frame: Frame,
    of_all: bool,
    /// Whether the person waits for the message with which they confirm their address.
    unconfirmed: bool,
    letters: Vec<MailboxItem>,
}

pub(super) fn router() -> Router<Site> {
    Router::new().route("/dev/mailbox", get(mailbox))
}

async fn mailbox(visit: Visit) -> Result<Response, Failure> {
    visit.must_be_signed_in()?;
    let of_all = visit.operates();
    let path = if of_all { "/api/v1/admin/mailbox" } else { "/api/mailbox" };
    let letters: Page<MailboxEmail> = visit.ask(Call::get(path)).await?;
    let person = if of_all { None } else { who(&visit).await? };
    let letters = letters.content.into_iter().map(|letter| MailboxItem {
        sent: Moment::parse_some(letter.sent_at.as_ref()),
        links: links(letter.body.as_deref().unwrap_or_default()),
        letter,
    });
    let unconfirmed = person.is_some_and(|person| person.email_verified == Some(false));
    let frame = visit.frame(visit.text("account-mailbox-title").to_string());
    show(&MailboxPage { frame, of_all, unconfirmed, letters: letters.collect() })
}

/// The links in a message. Only this site's verification and password-reset pages are accepted, and only as paths, so
/// an e-mail cannot lead anywhere else.
fn links(body: &str) -> Vec<NextPath> {
    let ours = |word: &str| {
        let starts = ["/verify-email?", "/reset-password?"];
        let at = starts.iter().find_map(|start| word.find(start))?;
        NextPath::parse(word[at..].trim_end_matches(['.', ',', ')', '>', '"']))
    };
    body.split_whitespace().filter_map(ours).collect()
}

#[cfg(test)]
mod tests {
    use super::links;

    #[test]
    fn a_letter_leads_to_our_own_pages_only() {
        let body = "Open http://homes.example/verify-email?userId=u&code=c.\nOr https://evil.example/x";
        let found: Vec<_> = links(body).iter().map(ToString::to_string).collect();
        assert_eq!(found, ["/verify-email?userId=u&code=c"]);
    }
}
