//! Paging: by page number, or by cursor to continue after an entry.

use axum::http::Uri;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64URL;
use domain::{Fields, Timestamp};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use crate::links::Links;
use crate::request::Request;

/// The maximum page size.
const LARGEST: i64 = 100;
/// Page numbers reach up to this entry; beyond it clients must use the cursor.
const DEEPEST: i64 = 10_000;

/// The requested part of a list.
#[derive(Clone, Debug, PartialEq)]
pub struct Paging {
    /// Page number, starting at 0.
    pub page: u64,
    /// Page size, 1–100.
    pub size: u64,
    /// Continue after this entry instead of using the page number.
    pub cursor: Option<Cursor>,
}

/// The sort key of a page's last entry, opaque to clients.
#[derive(Clone, Debug, PartialEq)]
pub struct Cursor(pub Vec<Value>);

impl Cursor {
    /// The encoded form for clients.
    #[must_use]
    pub fn encode(&self) -> String {
        BASE64URL.encode(Value::from(self.0.clone()).to_string())
    }

    /// The key of an entry in a list with the newest first.
    #[must_use]
    pub fn at(time: Timestamp, id: &(impl ToString + ?Sized)) -> Self {
        Self(vec![time.micros().into(), id.to_string().into()])
    }

    /// The time and id of [`Self::at`]. Without a key, starts before everything: no entry is later than the maximum
    /// time.
    #[must_use]
    pub fn newest_after(key: Option<&Self>) -> (i64, String) {
        let read = |key: &Self| Some((key.0.first()?.as_i64()?, key.0.get(1)?.as_str()?.to_owned()));
        key.and_then(read).unwrap_or((i64::MAX, String::new()))
    }

    /// Decodes one of our cursors with `parts` values.
    #[must_use]
    pub fn decode(text: &str, parts: usize) -> Option<Self> {
        let bytes = BASE64URL.decode(text).ok()?;
        let values: Vec<Value> = serde_json::from_slice(&bytes).ok()?;
        (values.len() == parts).then_some(Self(values))
    }
}

impl Paging {
    /// Reads `page`, `size` (default `default_size`) and `cursor`, whose sort key has `parts` values.
    pub fn read(f: &mut Fields<'_>, default_size: i64, parts: usize) -> Option<Self> {
        let page = number(f);
        let size = size(f, default_size);
        let cursor = cursor(f, parts)?;
        Self::reached(f, page, size, "go on with cursor instead").map(|page| Self { cursor, ..page })
    }

    /// As [`Self::read`], without a cursor.
    pub fn by_number(f: &mut Fields<'_>, default_size: i64) -> Option<Self> {
        let page = number(f);
        let size = size(f, default_size);
        Self::reached(f, page, size, "narrow it down with filters instead")
    }

    /// As [`Self::read`], without a page number: starts at the beginning or continues after the cursor.
    pub fn onward(f: &mut Fields<'_>, default_size: i64, parts: usize) -> Option<Self> {
        let size = size(f, default_size);
        Some(Self { page: 0, size: size.unsigned_abs(), cursor: cursor(f, parts)? })
    }

    /// The first entries of a list without further pages.
    pub fn first(f: &mut Fields<'_>, default_size: i64) -> Self {
        Self { page: 0, size: size(f, default_size).unsigned_abs(), cursor: None }
    }

    /// A page within the reach of page numbers. `advice` is for those who want to go further.
    fn reached(f: &mut Fields<'_>, page: i64, size: i64, advice: &str) -> Option<Self> {
        if page * size > DEEPEST {
            f.wrong("page", format!("reaches past entry {DEEPEST}; {advice}"));
            return None;
        }
        Some(Self { page: page.unsigned_abs(), size: size.unsigned_abs(), cursor: None })
    }

    /// The number of entries to skip.
    #[must_use]
    pub fn offset(&self) -> u64 {
        if self.cursor.is_some() { 0 } else { self.page * self.size }
    }
}

fn number(f: &mut Fields<'_>) -> i64 {
    f.whole("page", 0..=i64::from(u32::MAX)).unwrap_or(0)
}

fn size(f: &mut Fields<'_>, default_size: i64) -> i64 {
    f.whole("size", 1..=i64::MAX).unwrap_or(default_size).min(LARGEST)
}

/// The outer `None` means that the cursor is invalid.
#[expect(clippy::option_option, reason = "absent is one thing, wrong another")]
fn cursor(f: &mut Fields<'_>, parts: usize) -> Option<Option<Cursor>> {
    let Some(text) = f.text("cursor", 1..=2000) else { return Some(None) };
    let cursor = Cursor::decode(&text, parts);
    if cursor.is_none() {
        f.wrong("cursor", "is not one of ours; take it from the page before");
    }
    cursor.map(Some)
}

/// `Query<PageOf<20>>`: a page of a list with cursors of time and id, with this default page size.
#[derive(Clone, Debug, PartialEq)]
pub struct PageOf<const SIZE: i64>(pub Paging);

impl<const SIZE: i64> Request for PageOf<SIZE> {
    fn read(f: &mut Fields<'_>) -> Option<Self> {
        Paging::read(f, SIZE, 2).map(Self)
    }
}

/// `Query<First<10>>`: the first entries of a list without further pages, with this default size.
#[derive(Clone, Debug, PartialEq)]
pub struct First<const SIZE: i64>(pub Paging);

impl<const SIZE: i64> Request for First<SIZE> {
    fn read(f: &mut Fields<'_>) -> Option<Self> {
        Some(Self(Paging::first(f, SIZE)))
    }
}

/// How far entries are counted beyond a page, where no length is kept.
const COUNTED_BEYOND: u64 = 1_000;

/// How many entries a list has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Total {
    /// Exactly so many.
    Exactly(u64),
    /// So many were counted, and then the counting stopped.
    AtLeast(u64),
}

impl From<u64> for Total {
    fn from(total: u64) -> Self {
        Self::Exactly(total)
    }
}

impl Total {
    /// The total of a list of which `counted` entries were found by a count that stops at [`Paging::count_up_to`].
    #[must_use]
    pub fn counted(paging: &Paging, counted: u64) -> Self {
        if counted < paging.count_up_to() { Self::Exactly(counted) } else { Self::AtLeast(counted) }
    }

    /// The total of a list that nobody counts, whose page holds `here` entries: a full page may have another after it.
    #[must_use]
    pub fn of_portion(paging: &Paging, here: u64) -> Self {
        let seen = paging.offset() + here;
        if here < paging.size { Self::Exactly(seen) } else { Self::AtLeast(seen + 1) }
    }
}

impl Paging {
    /// Where the counting of a list stops whose length is not kept.
    #[must_use]
    pub fn count_up_to(&self) -> u64 {
        self.offset() + self.size + COUNTED_BEYOND
    }
}

/// Whether `totalElements` is exact; it is, unless the page says otherwise.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum TotalRelation {
    /// There are at least so many.
    Gte,
}

/// A page of a list.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[expect(
    clippy::struct_field_names,
    clippy::struct_excessive_bools,
    reason = "clients of the earlier systems read these names"
)]
pub struct Page<T> {
    content: Vec<T>,
    page: u64,
    number: u64,
    size: u64,
    number_of_elements: u64,
    total_elements: u64,
    /// `gte`: there are at least `totalElements`. They are not counted any further.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    total_relation: Option<TotalRelation>,
    total_pages: u64,
    first: bool,
    last: bool,
    empty: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    next: Option<String>,
    #[serde(skip)]
    by_number: bool,
    #[serde(skip)]
    after: Option<Cursor>,
}

impl<T> Page<T> {
    /// The entries.
    #[must_use]
    pub fn content(&self) -> &[T] {
        &self.content
    }

    /// The entries, to change them.
    pub fn content_mut(&mut self) -> &mut [T] {
        &mut self.content
    }

    /// The number of entries of the whole list, as far as they were counted.
    #[must_use]
    pub fn total(&self) -> u64 {
        self.total_elements
    }

    /// The entries alone.
    #[must_use]
    pub fn into_content(self) -> Vec<T> {
        self.content
    }

    /// The entries, and the cursor of the next page.
    #[must_use]
    pub fn into_content_and_next(self) -> (Vec<T>, Option<Cursor>) {
        (self.content, self.after)
    }

    /// The page `content` of a list with `total` entries; `next` is the cursor of its last entry.
    pub fn new(paging: &Paging, content: Vec<T>, total: impl Into<Total>, next: Option<&Cursor>) -> Self {
        let (total, total_relation) = match total.into() {
            Total::Exactly(total) => (total, None),
            Total::AtLeast(total) => (total, Some(TotalRelation::Gte)),
        };
        let here = content.len() as u64;
        let by_number = paging.cursor.is_none();
        let last = if by_number { paging.offset() + here >= total } else { here < paging.size };
        Self {
            page: paging.page,
            number: paging.page,
            size: paging.size,
            number_of_elements: here,
            total_elements: total,
            total_relation,
            total_pages: total.div_ceil(paging.size),
            first: by_number && paging.page == 0,
            last,
            empty: content.is_empty(),
            next: if last { None } else { next.map(Cursor::encode) },
            after: next.filter(|_| !last).cloned(),
            content,
            by_number,
        }
    }

    /// Links to the pages around this one, which is at `uri`. Page numbers are linked only as far as they reach.
    #[must_use]
    pub fn links<'a>(&self, uri: &'a Uri) -> Links<'a> {
        let mut links = Links::on(uri).add("first", None);
        let near = |page: u64| {
            let reached = page.saturating_mul(self.size) <= DEEPEST.unsigned_abs();
            reached.then(|| page.to_string())
        };
        if self.by_number && self.page > 0 {
            links = links.add("prev", Some(("page", &(self.page - 1).to_string())));
        }
        if let Some(cursor) = &self.next {
            links = links.add("next", Some(("cursor", cursor)));
        } else if let (false, Some(page)) = (self.last, near(self.page + 1)) {
            links = links.add("next", Some(("page", &page)));
        }
        let last = near(self.total_pages.saturating_sub(1)).filter(|_| self.total_relation.is_none());
        match last {
            Some(page) => links.add("last", Some(("page", &page))),
            None => links,
        }
    }
}

#[cfg(test)]
mod fuzz {
    use super::*;

    #[test]
    fn fuzz_cursor() {
        bolero::check!().with_type::<(Vec<u8>, u8)>().for_each(|(bytes, parts)| {
            let parts = usize::from(parts % 4);
            for text in [String::from_utf8_lossy(bytes).into_owned(), BASE64URL.encode(bytes)] {
                let Some(cursor) = Cursor::decode(&text, parts) else { continue };
                assert_eq!(cursor.0.len(), parts);
                assert_eq!(Cursor::decode(&cursor.encode(), parts).as_ref(), Some(&cursor));
                let _ = Cursor::newest_after(Some(&cursor));
            }
        });
    }
}
