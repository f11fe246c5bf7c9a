//! Idempotency: a request with a key is done once, however often and whenever it is repeated.

use std::sync::Arc;

use domain::Log::Facts;
use tokio::task::JoinSet;

use super::guest::{Guest, append, taking};
use crate::{Append, AppendError, Expected, Idempotency, Journal, Refused, Replayed};

fn with(once: Idempotency, append: Append) -> Append {
    Append { idempotency: Some(once), ..append }
}

/// Rule 15: a repeated request gets the first one's answer, version and position, whatever happened since and
/// whatever else would refuse it now.
pub async fn rule_15_replay(journal: &Arc<dyn Journal>) {
    let guest = Guest::arrive(journal);
    let stream = guest.stream(Facts, 1);
    let request = || with(guest.once("a", 1, "first"), append(&stream, Expected::Exactly(0), 2));
    let appended = guest.append(request()).await.unwrap();
    guest.append(taking(&stream, &[&guest.unique_key("name", 1)])).await.unwrap();

    let replayed = Err(Refused::Replayed(Replayed { answer: "first".into(), appended }));
    assert_eq!(guest.append(request()).await, replayed);
    let elsewhere = guest.stream(Facts, 2);
    for again in [
        append(&stream, Expected::Any, 5),
        append(&stream, Expected::Any, 0),
        append(&elsewhere, Expected::Exactly(9), 1),
        taking(&elsewhere, &[&guest.unique_key("name", 1)]),
    ] {
        assert_eq!(guest.append(with(guest.once("a", 1, "second"), again)).await, replayed);
    }
    assert_eq!(guest.length(&stream).await, 3);
    assert_eq!(guest.events(&elsewhere).await, []);
}

/// Rule 15: another request with a used key is refused, not answered and not done.
pub async fn rule_15_one_request(journal: &Arc<dyn Journal>) {
    let guest = Guest::arrive(journal);
    let stream = guest.stream(Facts, 1);
    guest.append(with(guest.once("a", 1, "first"), append(&stream, Expected::Any, 1))).await.unwrap();
    let other = with(guest.once("a", 2, "first"), append(&stream, Expected::Any, 1));
    assert_eq!(guest.append(other).await, Err(Refused::KeyReused));
    let nothing = with(guest.once("a", 2, "first"), append(&stream, Expected::Any, 0));
    assert_eq!(guest.append(nothing).await, Err(Refused::KeyReused));
    assert_eq!(guest.length(&stream).await, 1);
}

/// Rule 15: what an earlier request did can be asked for, and asking does nothing.
pub async fn rule_15_earlier(journal: &Arc<dyn Journal>) {
    let guest = Guest::arrive(journal);
    let stream = guest.stream(Facts, 1);
    let ask = async |once| guest.journal.earlier(Facts, &once).await;
    assert_eq!(ask(guest.once("a", 1, "")).await.unwrap(), None);
    let request = with(guest.once("a", 1, "first"), append(&stream, Expected::Any, 2));
    let appended = guest.append(request).await.unwrap();
    let answer = "first".to_owned();
    assert_eq!(ask(guest.once("a", 1, "second")).await.unwrap(), Some(Replayed { answer, appended }));
    let other = ask(guest.once("a", 2, "")).await.unwrap_err();
    assert!(matches!(other, AppendError::Refused(Refused::KeyReused)), "{other}");
    assert_eq!(ask(guest.once("b", 1, "")).await.unwrap(), None);
    assert_eq!(guest.length(&stream).await, 2);
}

/// Rule 15: of many twins at once one is done and all others get its answer, even when each would have made a
/// stream of its own.
pub async fn rule_15_twins(journal: &Arc<dyn Journal>) {
    for apart in [false, true] {
        let guest = Guest::arrive(journal);
        let start = guest.head(Facts).await;
        let mut tasks = JoinSet::new();
        for twin in 0..16 {
            let stream = guest.stream(Facts, if apart { twin } else { 0 });
            let request =
                with(guest.once("a", 1, &format!("by {stream}")), append(&stream, Expected::Exactly(0), 2));
            let guest = guest.clone();
            tasks.spawn(async move { guest.append(request).await });
        }
        let (done, again): (Vec<_>, Vec<_>) = tasks.join_all().await.into_iter().partition(Result::is_ok);
        assert_eq!(done.len(), 1);
        let appended = done[0].clone().unwrap();

        let own = guest.own_after(start, 10).await;
        assert_eq!(own.len(), 2, "one set of events");
        assert_eq!(own[1].position, appended.position);
        let answer = format!("by {}", own[0].stream);
        assert_eq!(again, vec![Err(Refused::Replayed(Replayed { answer, appended })); 15]);
    }
}

/// Rule 15: the same key in another scope, or another key in the same one, is another request.
pub async fn rule_15_scopes(journal: &Arc<dyn Journal>) {
    let (guest, neighbour) = (Guest::arrive(journal), Guest::arrive(journal));
    let stream = guest.stream(Facts, 1);
    for once in [guest.once("a", 1, "1"), neighbour.once("a", 1, "2"), guest.once("b", 1, "3")] {
        guest.append(with(once, append(&stream, Expected::Any, 1))).await.unwrap();
    }
    for (once, answer) in
        [(guest.once("a", 1, ""), "1"), (neighbour.once("a", 1, ""), "2"), (guest.once("b", 1, ""), "3")]
    {
        let again = guest.append(with(once, append(&stream, Expected::Any, 1))).await;
        assert!(matches!(again, Err(Refused::Replayed(replayed)) if replayed.answer == answer));
    }
    assert_eq!(guest.length(&stream).await, 3);
}

/// Rule 15: a refused request leaves its key free, so it can be tried again with it.
pub async fn rule_15_refusal(journal: &Arc<dyn Journal>) {
    let guest = Guest::arrive(journal);
    let (one, two) = (guest.stream(Facts, 1), guest.stream(Facts, 2));
    let name = guest.unique_key("name", 1);
    guest.append(taking(&one, &[&name])).await.unwrap();

    let conflict = with(guest.once("a", 1, ""), append(&two, Expected::Exactly(3), 1));
    assert_eq!(guest.append(conflict).await, Err(Refused::Conflict { expected: 3, actual: 0 }));
    let taken = with(guest.once("a", 2, ""), taking(&two, &[&name]));
    assert_eq!(guest.append(taken).await, Err(Refused::Taken { kind: "name", owner: one }));
    let fits = with(guest.once("a", 3, ""), append(&two, Expected::Exactly(0), 1));
    assert_eq!(guest.append(fits).await.map(|appended| appended.version), Ok(1));
}
