//! Whatever happens to the index or the read model, searches find what the journal says.

use domain::property::PropertyCommand;
use domain::property::content::Contact;
use domain::user::Role;
use domain::{Erasable, Personal, UserId};
use search::{Home, Index, IndexChange, IndexPosition};

use crate::homes::home;
use crate::random::Random;
use crate::site::Site;

async fn site_with_homes(many: usize) -> (Site, UserId) {
    let mut site = Site::new().await;
    let owner = site.somebody();
    for number in 0..many {
        site.list(owner, &format!("Listed home {number:03}")).await;
    }
    (site, owner)
}

fn titles(many: usize) -> Vec<String> {
    (0..many).map(|number| format!("Listed home {number:03}")).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_crash_between_the_rows_and_the_index_loses_nothing() {
    let (mut site, owner) = site_with_homes(20).await;
    let mut running = site.open().await;
    running.catch_up(&site).await;
    assert_eq!(site.found(&running, "").await, titles(20));
    site.list(owner, "Listed home 020").await;
    running.rows(&site).await;
    running.end().await;
    // The rows were committed, the index was not.
    let mut running = site.open().await;
    assert_eq!(site.found(&running, "").await, titles(20));
    running.indexer.catch_up().await.unwrap();
    assert_eq!(site.found(&running, "").await, titles(21));
}

#[test]
fn what_was_written_but_not_committed_is_written_again_and_once() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("index");
    let mut random = Random::new(5);
    let tenant = domain::TenantId::stored("hyderabad");
    let homes: Vec<IndexChange<Home>> =
        (0..10).map(|_| IndexChange::Put(Box::new(home(&mut random, &tenant)))).collect();
    let all = search::query::Query::all(tenant, crate::homes::NOW);
    let place = |changed| IndexPosition { made: "a file".into(), changed };
    let index = Index::open(&path).unwrap();
    index.write(&homes[..4]).unwrap();
    index.commit(&place(4)).unwrap();
    index.write(&homes).unwrap();
    assert_eq!(index.search(&all).unwrap().total, 4);
    drop(index);
    let index = Index::open(&path).unwrap();
    assert_eq!(index.place().unwrap(), Some(place(4)));
    assert_eq!(index.search(&all).unwrap().total, 4);
    index.write(&homes).unwrap();
    index.commit(&place(10)).unwrap();
    assert_eq!(index.search(&all).unwrap().total, 10);
    // Writing the same homes again does not duplicate them.
    index.write(&homes).unwrap();
    index.commit(&place(10)).unwrap();
    assert_eq!(index.search(&all).unwrap().total, 10);
}

#[test]
fn an_index_of_an_earlier_analysis_is_recreated() {
    let directory = tempfile::tempdir().unwrap();
    let mut random = Random::new(5);
    let tenant = domain::TenantId::stored("hyderabad");
    let index = Index::open(directory.path()).unwrap();
    index.write(&[IndexChange::Put(Box::new(home(&mut random, &tenant)))]).unwrap();
    index.commit(&IndexPosition { made: "a file".into(), changed: 1 }).unwrap();
    drop(index);
    let all = search::query::Query::all(tenant, crate::homes::NOW);
    let found = || Index::open(directory.path()).unwrap().search(&all).unwrap().total;
    assert_eq!(found(), 1);
    // Earlier versions wrote the position alone.
    let engine = tantivy::Index::open_in_dir(directory.path()).unwrap();
    let mut writer: tantivy::IndexWriter = engine.writer(15_000_000).unwrap();
    let mut commit = writer.prepare_commit().unwrap();
    commit.set_payload("a file:1");
    commit.commit().unwrap();
    drop((writer, engine));
    assert_eq!(found(), 0);
    assert_eq!(Index::open(directory.path()).unwrap().place().unwrap(), None);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_index_that_is_lost_or_broken_is_made_again() {
    let (site, _) = site_with_homes(15).await;
    let mut running = site.open().await;
    running.catch_up(&site).await;
    running.end().await;
    let index = site.views().join("search");
    std::fs::remove_dir_all(&index).unwrap();
    let mut running = site.open().await;
    assert_eq!(site.found(&running, "").await, titles(0));
    running.catch_up(&site).await;
    assert_eq!(site.found(&running, "").await, titles(15));
    running.end().await;
    std::fs::write(index.join("meta.json"), "{").unwrap();
    let mut running = site.open().await;
    running.catch_up(&site).await;
    assert_eq!(site.found(&running, "").await, titles(15));
}

/// The possible effects of a power cut: bytes that never reached the disk, an outdated list of files, and orphaned
/// files.
#[tokio::test(flavor = "multi_thread")]
async fn an_index_that_did_not_reach_the_disk_whole_is_made_again() {
    let (site, _) = site_with_homes(15).await;
    let mut running = site.open().await;
    running.catch_up(&site).await;
    running.search.index().rest().unwrap();
    running.end().await;
    let index = site.views().join("search");
    let segment = |kind: &str| {
        let mut files = std::fs::read_dir(&index).unwrap().map(|entry| entry.unwrap().path());
        files.find(|path| path.extension().is_some_and(|extension| extension == kind)).unwrap()
    };
    for kind in ["idx", "fast", "term"] {
        let mut bytes = std::fs::read(segment(kind)).unwrap();
        let middle = bytes.len() / 3;
        bytes[middle] ^= 0xff;
        std::fs::write(segment(kind), bytes).unwrap();
        let mut running = site.open().await;
        assert_eq!(site.found(&running, "").await, titles(0), "{kind}");
        running.catch_up(&site).await;
        assert_eq!(site.found(&running, "").await, titles(15), "{kind}");
        running.search.index().rest().unwrap();
        running.end().await;
    }
    std::fs::write(index.join(".managed.json"), "[]").unwrap();
    let mut running = site.open().await;
    running.catch_up(&site).await;
    assert_eq!(site.found(&running, "").await, titles(15));
    running.search.index().rest().unwrap();
    running.end().await;
    let nobodys = index.join("0123456789abcdef0123456789abcdef.term");
    std::fs::write(&nobodys, "what was erased long ago").unwrap();
    let running = site.open().await;
    assert_eq!(site.found(&running, "").await, titles(15));
    assert!(!nobodys.exists());
}

#[tokio::test(flavor = "multi_thread")]
async fn an_index_whose_files_vanish_under_it_is_made_again() {
    let (mut site, owner) = site_with_homes(5).await;
    let mut running = site.open().await;
    running.catch_up(&site).await;
    running.search.index().rest().unwrap();
    std::fs::remove_dir_all(site.views().join("search")).unwrap();
    site.list(owner, "Listed home 005").await;
    running.rows(&site).await;
    assert!(running.indexer.catch_up().await.is_err());
    assert_eq!(site.found(&running, "").await, titles(5));
    running.search.index().mend().unwrap();
    running.catch_up(&site).await;
    assert_eq!(site.found(&running, "").await, titles(6));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rebuilt_read_model_makes_the_index_anew() {
    let (mut site, owner) = site_with_homes(12).await;
    let mut running = site.open().await;
    running.catch_up(&site).await;
    let before = running.search.index().place().unwrap().unwrap();
    let rebuilt = projection::rebuild(running.search.store(), &running.handle, |_| {}).await.unwrap();
    assert!(rebuilt.is_equal(), "{rebuilt:?}");
    // The old index answers until the new one is built.
    assert_eq!(site.found(&running, "").await, titles(12));
    site.list(owner, "Listed home 012").await;
    running.catch_up(&site).await;
    let after = running.search.index().place().unwrap().unwrap();
    assert_ne!(before.made, after.made);
    assert_eq!(site.found(&running, "").await, titles(13));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_index_of_another_read_model_is_not_believed() {
    let (site, owner) = site_with_homes(8).await;
    let mut running = site.open().await;
    running.catch_up(&site).await;
    running.end().await;
    for entry in std::fs::read_dir(site.views()).unwrap() {
        let path = entry.unwrap().path();
        if path.is_file() {
            std::fs::remove_file(path).unwrap();
        }
    }
    let mut running = site.open().await;
    assert_eq!(site.found(&running, "").await, titles(0));
    running.catch_up(&site).await;
    assert_eq!(site.found(&running, "").await, titles(8));
    // Simulates a power cut that loses rows the index has already seen.
    let place = running.search.index().place().unwrap().unwrap();
    running.search.index().commit(&IndexPosition { changed: place.changed + 3, ..place }).unwrap();
    let gone = site.somebody();
    running.end().await;
    site.leave(gone).await;
    let mut running = site.open().await;
    running.catch_up(&site).await;
    assert_eq!(site.found(&running, "").await, titles(8));
    let id = running.search.index().place().unwrap().unwrap();
    assert_eq!(id.changed, 8, "{owner}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_off_the_market_is_not_found_and_comes_back() {
    let (mut site, owner) = site_with_homes(2).await;
    let sold = site.list(owner, "Listed home 002").await;
    let mut running = site.open().await;
    running.catch_up(&site).await;
    assert_eq!(site.found(&running, "listed").await, titles(3));
    site.command(
        owner,
        sold,
        PropertyCommand::ChangeStatus(domain::property::Status::Sold, Site::by(owner, Role::Seller)),
    )
    .await;
    running.catch_up(&site).await;
    assert_eq!(site.found(&running, "listed").await, titles(2));
    site.command(
        owner,
        sold,
        PropertyCommand::ChangeStatus(domain::property::Status::Active, Site::by(owner, Role::Seller)),
    )
    .await;
    running.catch_up(&site).await;
    assert_eq!(site.found(&running, "listed").await, titles(3));
    site.command(owner, sold, PropertyCommand::Remove(Site::by(owner, Role::Seller))).await;
    running.catch_up(&site).await;
    assert_eq!(site.found(&running, "listed").await, titles(2));
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_of_an_erased_owner_stays_in_any_file() {
    const WORDS: [&str; 3] = ["zanzibarish", "quokkaville", "narwhal"];
    let (mut site, _) = site_with_homes(10).await;
    let holding = |site: &Site| WORDS.map(|word| site.holding(word).len());
    let owner = site.somebody();
    let id = site.list(owner, "A home of somebody").await;
    let mut content = home(&mut Random::new(1), &site.tenant).content;
    content.title = Erasable::of(owner, "Zanzibarish bungalow".into());
    content.location.area = Erasable::of(owner, "Quokkaville".into());
    content.amenities = Some(Erasable::of(owner, vec!["Narwhal tank".into()]));
    site.command(owner, id, PropertyCommand::Edit(content, Site::by(owner, Role::Seller))).await;
    let mut running = site.open().await;
    running.catch_up(&site).await;
    assert_eq!(site.found(&running, "zanzibarish quokkaville narwhal").await.len(), 1);
    assert!(holding(&site).iter().all(|files| *files > 0));
    site.leave(owner).await;
    running.catch_up(&site).await;
    assert_eq!(site.found(&running, "zanzibarish").await.len(), 0);
    assert_eq!(site.found(&running, "").await, titles(10));
    running.search.store().scrub().await;
    assert_eq!(holding(&site), [0; 3], "{:?}", WORDS.map(|word| site.holding(word)));
    // A later change by a moderator must not bring anything back.
    let moderator = site.somebody();
    let feature = PropertyCommand::Feature(true, Site::by(moderator, Role::Moderator));
    site.command(moderator, id, feature).await;
    running.catch_up(&site).await;
    assert_eq!(site.found(&running, "").await, titles(10));
    running.end().await;
    let mut running = site.open().await;
    running.catch_up(&site).await;
    assert_eq!(site.found(&running, "").await, titles(10));
    assert_eq!(holding(&site), [0; 3]);
}

#[tokio::test(flavor = "multi_thread")]
async fn whom_to_ask_and_where_exactly_is_never_among_the_rows() {
    let mut site = Site::new().await;
    let owner = site.somebody();
    let id = site.list(owner, "Listed home 000").await;
    let mut content = home(&mut Random::new(1), &site.tenant).content;
    content.title = Erasable::of(owner, "Listed home 000".into());
    content.location.address = Some(Personal::of(owner, "Plot 7, Quarantine Street".into()));
    let name = Some("Xylophonia Owner".to_owned());
    content.contact = Some(Personal::of(owner, Contact { name, phone: None, email: None }));
    site.command(owner, id, PropertyCommand::Edit(content, Site::by(owner, Role::Seller))).await;
    let mut running = site.open().await;
    running.catch_up(&site).await;
    assert_eq!(site.found(&running, "").await, titles(1));
    for word in ["Quarantine", "Xylophonia"] {
        assert_eq!(site.holding(word), Vec::<std::path::PathBuf>::new(), "{word}");
    }
}
