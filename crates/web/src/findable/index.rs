//! `/sitemap.xml`: the index of the sitemaps, and where in the list of homes each of them begins.
//!
//! The list is read from its oldest home to its newest, so that a file keeps its homes while new ones are added behind.
//! Whoever comes first in an hour has it walked through once; only where files begin is kept.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::sync::Arc;

use futures_util::lock::Mutex;
use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;
use tokio::sync::Semaphore;

use super::Reader;
use super::entries::Xml;
use crate::api::{ApiError, Call, Caller, Property};

/// The pages of the API's list in one file: ten thousand homes. A file may hold fifty thousand.
pub(super) const PAGES: usize = 100;
const SIZE: &str = "100";
const KEPT: SignedDuration = SignedDuration::from_hours(1);

/// One file of homes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct HomeFile {
    /// Where it begins in the list; `None` is the beginning of the list.
    pub(super) start: Option<String>,
    /// When one of its homes last changed.
    changed: Option<String>,
}

/// The files as they were found at a time.
type Walk = (Timestamp, Arc<[HomeFile]>);

/// How many files are sent at a time: each takes a hundred calls.
const SENDING: usize = 2;

/// The files of each site.
pub(crate) struct Sitemaps {
    walks: Mutex<HashMap<String, Walk>>,
    pub(super) sending: Arc<Semaphore>,
}

impl Default for Sitemaps {
    fn default() -> Self {
        Self { walks: Mutex::default(), sending: Arc::new(Semaphore::new(SENDING)) }
    }
}

/// A page of the list, with where it goes on.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct HomePage {
    pub(super) content: Vec<Property>,
    pub(super) next: Option<String>,
}

/// The index, in XML.
pub(super) async fn index(reader: &Reader) -> Result<String, ApiError> {
    let files = files(reader).await?;
    let mut text = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
        <sitemapindex xmlns=\"http://www.sitemaps.org/schemas/sitemap/0.9\">\n"
        .to_owned();
    let places = reader.complete("/sitemaps/areas.xml");
    let _ = writeln!(text, "<sitemap><loc>{}</loc></sitemap>", Xml(&places));
    for (number, file) in (1..).zip(files.iter()) {
        let url = reader.complete(&format!("/sitemaps/homes-{number}.xml"));
        let _ = write!(text, "<sitemap><loc>{}</loc>", Xml(&url));
        if let Some(changed) = &file.changed {
            let _ = write!(text, "<lastmod>{}</lastmod>", Xml(changed));
        }
        text.push_str("</sitemap>\n");
    }
    text.push_str("</sitemapindex>\n");
    Ok(text)
}

/// The files of homes. The reader pays for one call; the walk is ours, and there is one at a time.
pub(super) async fn files(reader: &Reader) -> Result<Arc<[HomeFile]>, ApiError> {
    let (first, now) = page(reader, &reader.caller, None).await?;
    let mut walks = reader.site.sitemaps.walks.lock().await;
    let site = reader.complete("");
    if let Some((made, files)) = walks.get(&site)
        && now.duration_since(*made) < KEPT
    {
        return Ok(Arc::clone(files));
    }
    let files: Arc<[HomeFile]> = walk(reader, first).await?.into();
    walks.insert(site, (now, Arc::clone(&files)));
    Ok(files)
}

async fn walk(reader: &Reader, first: HomePage) -> Result<Vec<HomeFile>, ApiError> {
    let ourselves = reader.caller.ourselves();
    let mut files = Vec::new();
    let (mut start, mut here) = (None, first);
    for at in 0_usize.. {
        let changed = here.content.iter().filter_map(|home| home.updated_at.clone()).max();
        match files.last_mut() {
            Some(HomeFile { changed: latest, .. }) if !at.is_multiple_of(PAGES) => {
                *latest = changed.max(latest.take());
            }
            _ => files.push(HomeFile { start, changed }),
        }
        let Some(next) = here.next else { break };
        (here, _) = page(reader, &ourselves, Some(&next)).await?;
        start = Some(next);
    }
    Ok(files)
}

/// One page of the list that begins after `start`, and the time of the API.
pub(super) async fn page(
    reader: &Reader,
    caller: &Caller,
    start: Option<&str>,
) -> Result<(HomePage, Timestamp), ApiError> {
    let mut query = vec![("sortBy", "createdAt"), ("sortDir", "asc"), ("size", SIZE)];
    query.extend(start.map(|start| ("cursor", start)));
    let answer = reader.site.api.send(caller, None, Call::get("/api/properties").query(&query)).await?;
    let at = answer.at.map_or(Timestamp::UNIX_EPOCH, |at| at.timestamp());
    Ok((answer.data()?, at))
}
