//! The index from search terms to blocks: a sorted list of (hash of a term, block), split into pages. Terms with the
//! same hash share their entries, so the events of a listed block must still be compared.

use domain::{Envelope, UserId};

use super::Extent;
use super::bytes::{Bytes, put};

/// A search term, always within one tenant.
#[derive(Clone, Copy, Debug)]
pub enum Term<'a> {
    Tenant,
    User(UserId),
    Id(&'a str),
    Kind(&'a str),
    EventType(&'a str),
}

/// Entries per page, so that a look-up reads one page of about 4 KiB.
const ENTRIES: usize = 1024;

/// FNV-1a, folded to 32 bits. The hashes are stored in files, so this function must never change.
pub fn hash(tenant: &str, term: Term<'_>) -> u32 {
    let user;
    let (tag, value): (u8, &[u8]) = match term {
        Term::Tenant => (b't', &[]),
        Term::User(id) => {
            user = id.uuid().into_bytes();
            (b'u', &user)
        }
        Term::Id(id) => (b'i', id.as_bytes()),
        Term::Kind(kind) => (b'k', kind.as_bytes()),
        Term::EventType(name) => (b'e', name.as_bytes()),
    };
    let bytes = [tag].into_iter().chain(tenant.bytes()).chain([0]).chain(value.iter().copied());
    let step = |hash: u64, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    let hash = bytes.fold(0xcbf2_9ce4_8422_2325, step);
    u32::try_from((hash ^ (hash >> 32)) & u64::from(u32::MAX)).unwrap_or_default()
}

/// The hashes of all terms of an event.
pub fn of(event: &Envelope) -> impl Iterator<Item = u32> {
    let stream = &event.stream;
    let named =
        [Term::Tenant, Term::Id(&stream.id), Term::Kind(&stream.kind), Term::EventType(&event.event_type)];
    named.into_iter().chain(event.user_id.map(Term::User)).map(|term| hash(stream.tenant.as_str(), term))
}

/// The index entry of a page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TermsPage {
    pub place: Extent,
    /// The hash of the page's first entry.
    pub first: u32,
}

impl TermsPage {
    pub fn put(&self, out: &mut Vec<u8>) {
        self.place.put(out);
        put::number(out, self.first.into());
    }

    pub fn read(bytes: &mut Bytes<'_>) -> Option<Self> {
        Some(Self { place: Extent::read(bytes)?, first: bytes.number()?.try_into().ok()? })
    }
}

/// Splits sorted entries into pages: the hash of each page's first entry, and its bytes.
pub fn pages(entries: &[(u32, u32)]) -> impl Iterator<Item = (u32, Vec<u8>)> {
    entries.chunks(ENTRIES).map(|chunk| {
        let first = chunk[0].0;
        let mut out = Vec::new();
        let mut before = first;
        for (hash, block) in chunk {
            put::number(&mut out, u64::from(hash - before));
            put::number(&mut out, u64::from(*block));
            before = *hash;
        }
        (first, out)
    })
}

/// The pages that may contain entries with `hash`.
pub fn candidates(pages: &[TermsPage], hash: u32) -> &[TermsPage] {
    // Entries with this hash may already begin on the page before the first one that starts with it.
    let begin = pages.partition_point(|page| page.first < hash).saturating_sub(1);
    let end = pages.partition_point(|page| page.first <= hash);
    &pages[begin..end.max(begin)]
}

/// Adds the blocks that a page lists for `hash`; `None` if the page cannot be read.
pub fn look_up(page: &[u8], first: u32, hash: u32, blocks: &mut Vec<u32>) -> Option<()> {
    let mut bytes = Bytes(page);
    let mut at = u64::from(first);
    while !bytes.0.is_empty() {
        at = at.checked_add(bytes.number()?)?;
        let block = bytes.number()?.try_into().ok()?;
        if at == u64::from(hash) {
            blocks.push(block);
        } else if at > u64::from(hash) {
            break;
        }
    }
    Some(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_entry_is_found_on_its_pages_and_no_other() {
        let mut entries: Vec<(u32, u32)> = (0..5000).map(|n| (n * 37 % 1009, n % 600)).collect();
        entries.extend((0..3000).map(|block| (500, block)));
        entries.sort_unstable();
        entries.dedup();
        let place = Extent { at: 0, bytes: 0, checksum: 0 };
        let (firsts, bytes): (Vec<_>, Vec<_>) = pages(&entries).unzip();
        let pages: Vec<_> = firsts.into_iter().map(|first| TermsPage { place, first }).collect();
        let found = |hash| {
            let mut blocks = Vec::new();
            let begin = pages.partition_point(|page| page.first < hash).saturating_sub(1);
            for (page, bytes) in candidates(&pages, hash).iter().zip(&bytes[begin..]) {
                look_up(bytes, page.first, hash, &mut blocks).unwrap();
            }
            blocks
        };
        for hash in [0, 1, 499, 500, 501, 1008, 1009, u32::MAX] {
            let wanted: Vec<_> =
                entries.iter().filter(|(h, _)| *h == hash).map(|(_, block)| *block).collect();
            assert_eq!(found(hash), wanted, "{hash}");
        }
        assert!(candidates(&[], 7).is_empty());
    }

    #[test]
    fn hashes_are_the_same_for_ever() {
        let user = uuid::Uuid::from_u128(1).into();
        let all = [Term::Tenant, Term::User(user), Term::Id("a"), Term::Kind("a"), Term::EventType("a")];
        assert_eq!(
            all.map(|term| hash("t", term)),
            [0x139b_f776, 0x9cd1_ea10, 0xbeab_ee06, 0x7c9e_046a, 0xbe3b_6aef]
        );
    }
}
