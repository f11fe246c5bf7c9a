//! What searches see: the segments as of one commit.

use std::sync::Arc;

use tantivy::{Searcher, SegmentReader};

use super::Indexed;

/// The segments, each with its columns. Holding a view keeps their files.
pub struct View<E: Indexed> {
    searcher: Searcher,
    columns: Vec<Arc<E::Columns>>,
}

impl<E: Indexed> View<E> {
    /// The view of `searcher`. Columns that `before` has already read are reused.
    pub fn of(searcher: Searcher, before: Option<&Self>) -> tantivy::Result<Self> {
        let mut columns = Vec::with_capacity(searcher.segment_readers().len());
        for segment in searcher.segment_readers() {
            let known = before.and_then(|before| before.columns_of(segment));
            columns.push(match known {
                Some(known) => known,
                None => Arc::new(E::columns(segment)?),
            });
        }
        Ok(Self { searcher, columns })
    }

    /// A segment's columns never change; later deletions are recorded separately.
    fn columns_of(&self, wanted: &SegmentReader) -> Option<Arc<E::Columns>> {
        let mut known = self.searcher.segment_readers().iter();
        let at = known.position(|segment| segment.segment_id() == wanted.segment_id())?;
        self.columns.get(at).cloned()
    }

    /// The segments with their columns.
    pub fn segments(&self) -> impl Iterator<Item = (&SegmentReader, &E::Columns)> {
        self.searcher.segment_readers().iter().zip(self.columns.iter().map(Arc::as_ref))
    }
}

impl<E: Indexed> std::fmt::Debug for View<E> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "View({} segments)", self.columns.len())
    }
}
