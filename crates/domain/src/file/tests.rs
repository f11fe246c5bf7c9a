use super::*;

const LOOK: &str = "00ff00ff00ff00ff";
const NOW: Timestamp = Timestamp::from_micros(1_700_000_000_000_000);

fn id<K>(last: u8) -> crate::Id<K> {
    format!("0197c000-0000-7000-8000-0000000000{last:02x}").parse().unwrap()
}

fn stored(key: &str) -> StoredBytes {
    StoredBytes { key: key.into(), size: 7, sha256: "ab".repeat(32) }
}

fn image(key: &str) -> FileContent {
    let renditions = vec![Rendition { width: 320, height: 200, bytes: stored(key) }];
    FileContent::Image { look: LOOK.into(), renditions, edition: None }
}

fn document() -> FileContent {
    FileContent::Document { bytes: stored("a") }
}

fn sent(content: FileContent) -> FileEvent {
    let name = Some(Personal::of(id(1), "plan.pdf".into()));
    FileEvent::Uploaded { file_id: id(2), owner_id: id(1), name, content }
}

fn upload(content: FileContent) -> FileCommand {
    FileCommand::Upload { id: id(2), owner: id(1), name: Some("plan.pdf".into()), content }
}

fn given(events: &[FileEvent]) -> File {
    let mut state = File::default();
    for event in events {
        state.evolve(event, NOW);
    }
    state
}

#[test]
fn a_file_is_sent_once_and_what_it_is_called_is_its_owners() {
    assert_eq!(File::default().decide(upload(document()), NOW), Ok(vec![sent(document())]));
    assert_eq!(given(&[sent(document())]).decide(upload(document()), NOW), Err(FileRejection::Exists));
    assert_eq!(File::default().decide(FileCommand::Delete, NOW), Err(FileRejection::Unknown));
}

#[test]
fn deleting_is_final_and_can_be_asked_twice() {
    let deleted = FileEvent::Deleted { file_id: id(2) };
    assert_eq!(given(&[sent(image("a"))]).decide(FileCommand::Delete, NOW), Ok(vec![deleted.clone()]));
    let state = given(&[sent(image("a")), deleted]);
    assert!(state.0.as_ref().unwrap().deleted);
    assert_eq!(state.decide(FileCommand::Delete, NOW), Ok(vec![]));
    assert_eq!(state.decide(upload(image("a")), NOW), Err(FileRejection::Exists));
}

#[test]
fn what_is_stored_is_every_rendition_or_the_document() {
    assert_eq!(image("a").stored(), [&stored("a")]);
    assert_eq!(document().stored(), [&stored("a")]);
    assert!(given(&[sent(image("a"))]).0.unwrap().is_image());
}

#[test]
fn an_image_made_anew_has_another_edition_and_nothing_else_can_be_made_anew() {
    let optimize = |key: &str| {
        let renditions = vec![Rendition { width: 320, height: 200, bytes: stored(key) }];
        FileCommand::Optimize { look: LOOK.into(), renditions }
    };
    let file = given(&[sent(image("a"))]);
    assert_eq!(file.decide(optimize("a"), NOW), Ok(vec![]), "it is so already");
    let first = file.decide(optimize("b"), NOW).unwrap();
    let file = given(&[sent(image("a")), first[0].clone()]);
    let known = file.0.as_ref().unwrap();
    assert_eq!((known.content.stored(), known.content.edition()), (vec![&stored("b")], Some(1)));
    let second =
        given(&[sent(image("a")), first[0].clone(), file.decide(optimize("c"), NOW).unwrap()[0].clone()]);
    assert_eq!(second.0.unwrap().content.edition(), Some(2));
    assert_eq!(given(&[sent(document())]).decide(optimize("b"), NOW), Err(FileRejection::NoImage));
    assert_eq!(File::default().decide(optimize("b"), NOW), Err(FileRejection::Unknown));
    let gone = given(&[sent(image("a")), FileEvent::Deleted { file_id: id(2) }]);
    assert_eq!(gone.decide(optimize("b"), NOW), Err(FileRejection::Unknown));
}
