//! Finds the documents that match the words of a search, and scores them. The score depends only on the document and
//! the words, so it is the same on every page and after every merge.

use std::io;

use tantivy::postings::{BlockSegmentPostings, TermInfo};
use tantivy::query::{DfaWrapper, FuzzyTermQuery};
use tantivy::schema::{Field, IndexRecordOption};
use tantivy::{DocId, InvertedIndexReader, SegmentReader, Term};

use crate::words::{Match, edits, may_begin};

/// The texts of a document, each with what a word in it is worth.
#[derive(Clone, Copy, Debug)]
pub struct WeightedFields<'a> {
    /// The fields; at most four.
    pub fields: &'a [Field],
    /// Their weights.
    pub weights: &'a [f32],
}

/// The words of a search, ready to be looked up in any segment.
pub struct WordMatches<'a> {
    texts: WeightedFields<'a>,
    demanded: Vec<Word>,
    preferred: Vec<Word>,
    /// The score of a document for one word, indexed by how each of its texts matches: two bits per text.
    worths: Box<[f32; 256]>,
}

struct Word {
    text: String,
    /// Words that mean the same. A document that has one of them matches as if it went on after the word.
    synonyms: &'static [&'static str],
    /// Whether it may be the prefix of a longer word.
    begins: bool,
    /// Accepts words that differ by a few letters.
    alike: Option<DfaWrapper>,
}

/// How a text matches a word, as two bits: 0 for no match, else its index here plus one.
const MATCHES: [Match; 3] = [Match::Alike, Match::Begins, Match::Exact];

impl<'a> WordMatches<'a> {
    /// All `demanded` words, of which the last may be unfinished, and `preferred` ones, which only add to the score.
    ///
    /// # Errors
    /// When a word cannot be looked up.
    pub fn of(texts: WeightedFields<'a>, demanded: &[String], preferred: &[String]) -> tantivy::Result<Self> {
        let last = demanded.len();
        let word = |(at, text): (usize, &String)| Word::of(text, at + 1 == last);
        let demanded = demanded.iter().enumerate().map(word).collect::<tantivy::Result<_>>()?;
        let preferred = preferred.iter().map(|text| Word::of(text, false));
        let preferred = preferred.collect::<tantivy::Result<_>>()?;
        let mut worths = Box::new([0.0; 256]);
        for (bits, worth) in worths.iter_mut().enumerate() {
            for (text, weight) in texts.weights.iter().enumerate() {
                let matched = MATCHES.get((bits >> (2 * text) & 3).wrapping_sub(1));
                *worth += matched.map_or(0.0, |matched| weight * matched.worth());
            }
        }
        Ok(Self { texts, demanded, preferred, worths })
    }

    /// The same, where documents with a synonym of a demanded word match, too.
    #[must_use]
    pub fn with_synonyms(mut self, synonyms: impl Fn(&str) -> &'static [&'static str]) -> Self {
        for word in &mut self.demanded {
            word.synonyms = synonyms(&word.text);
        }
        self
    }

    /// The same for somebody who is typing: a few letters of the last word may differ while it is unfinished.
    ///
    /// # Errors
    /// When the word cannot be looked up.
    pub fn while_typing(mut self) -> tantivy::Result<Self> {
        if let Some(last) = self.demanded.last_mut().filter(|last| edits(&last.text) > 0) {
            last.alike =
                Some(FuzzyTermQuery::new_prefix(term_of(&last.text), edits(&last.text), true).automaton()?);
        }
        Ok(self)
    }

    /// How the documents of a segment match each word.
    ///
    /// # Errors
    /// When its files cannot be read.
    pub fn met(&self, segment: &SegmentReader) -> tantivy::Result<DocumentWords<'_>> {
        type OfWords = tantivy::Result<Vec<Vec<u8>>>;
        let fields = self.texts.fields;
        let met =
            |words: &[Word]| -> OfWords { words.iter().map(|word| word.met(segment, fields)).collect() };
        let demanded = met(&self.demanded);
        let preferred = met(&self.preferred);
        Ok(DocumentWords { demanded: demanded?, preferred: preferred?, worths: &self.worths })
    }
}

/// Keeps the better match of a text.
fn raise(bits: &mut u8, text: usize, matched: Match) {
    let shift = 2 * text;
    let new = matched as u8 + 1;
    if *bits >> shift & 3 < new {
        *bits = *bits & !(3 << shift) | new << shift;
    }
}

/// A term for an automaton, which looks at its text only.
fn term_of(text: &str) -> Term {
    Term::from_field_text(Field::from_field_id(0), text)
}

/// Accepts `text`, and words that differ by as many letters as may differ.
///
/// # Errors
/// When the text is too long.
pub fn alike(text: &str) -> tantivy::Result<DfaWrapper> {
    FuzzyTermQuery::new(term_of(text), edits(text), true).automaton()
}

impl Word {
    fn of(text: &str, last: bool) -> tantivy::Result<Self> {
        let alike = (edits(text) > 0).then(|| alike(text));
        let begins = last && may_begin(text);
        Ok(Self { text: text.to_owned(), synonyms: &[], begins, alike: alike.transpose()? })
    }

    /// How each document of a segment matches the word: two bits per text.
    fn met(&self, segment: &SegmentReader, fields: &[Field]) -> tantivy::Result<Vec<u8>> {
        let mut met = vec![0; segment.max_doc() as usize];
        for (text, field) in fields.iter().enumerate() {
            self.look_up(&*segment.inverted_index(*field)?, |doc, matched| {
                if let Some(bits) = met.get_mut(doc as usize) {
                    raise(bits, text, matched);
                }
            })?;
        }
        Ok(met)
    }

    /// Calls `met` for every document whose text in `index` has a word that matches this one.
    fn look_up(&self, index: &InvertedIndexReader, mut met: impl FnMut(DocId, Match)) -> io::Result<()> {
        let terms = index.terms();
        if let Some(alike) = &self.alike {
            let mut found = terms.search(alike).into_stream()?;
            while found.advance() {
                each(index, found.value(), |doc| met(doc, Match::Alike))?;
            }
        }
        if self.begins {
            let mut found = terms.range().ge(&self.text).into_stream()?;
            while found.advance() && found.key().starts_with(self.text.as_bytes()) {
                each(index, found.value(), |doc| met(doc, Match::Begins))?;
            }
        }
        for synonym in self.synonyms {
            if let Some(term) = terms.get(synonym)? {
                each(index, &term, |doc| met(doc, Match::Begins))?;
            }
        }
        match terms.get(&self.text)? {
            Some(term) => each(index, &term, |doc| met(doc, Match::Exact)),
            None => Ok(()),
        }
    }
}

/// Calls `seen` for every document with the term, in order.
pub fn each(index: &InvertedIndexReader, term: &TermInfo, mut seen: impl FnMut(DocId)) -> io::Result<()> {
    let postings = index.read_block_postings_from_terminfo(term, IndexRecordOption::Basic)?;
    blocks(postings, |docs| docs.iter().for_each(|doc| seen(*doc)));
    Ok(())
}

/// Calls `seen` with the documents of the postings, in order, one block at a time.
fn blocks(mut postings: BlockSegmentPostings, mut seen: impl FnMut(&[DocId])) {
    while !postings.docs().is_empty() {
        seen(postings.docs());
        postings.advance();
    }
}

/// Calls `seen` with the documents of a segment that have `text` in `field`, in order, one block at a time.
pub fn with(
    segment: &SegmentReader,
    field: Field,
    text: &str,
    seen: impl FnMut(&[DocId]),
) -> tantivy::Result<()> {
    let index = segment.inverted_index(field)?;
    let term = Term::from_field_text(field, text);
    if let Some(postings) = index.read_block_postings(&term, IndexRecordOption::Basic)? {
        blocks(postings, seen);
    }
    Ok(())
}

/// How the documents of one segment match the words.
pub struct DocumentWords<'a> {
    /// For each demanded word, by document: two bits per text.
    demanded: Vec<Vec<u8>>,
    /// The same for the preferred words.
    preferred: Vec<Vec<u8>>,
    worths: &'a [f32; 256],
}

impl DocumentWords<'_> {
    /// The sums over the demanded and the preferred words; `None` when a demanded word does not match.
    #[must_use]
    pub fn sums(&self, doc: DocId) -> Option<(f32, f32)> {
        let mut demanded = 0.0;
        for met in &self.demanded {
            match met.get(doc as usize) {
                None | Some(0) => return None,
                Some(bits) => demanded += self.worths[usize::from(*bits)],
            }
        }
        let mut preferred = 0.0;
        for met in &self.preferred {
            preferred += met.get(doc as usize).map_or(0.0, |bits| self.worths[usize::from(*bits)]);
        }
        Some((demanded, preferred))
    }

    /// The demanded words that the document lacks, one bit each.
    pub fn missed(&self, doc: DocId) -> u32 {
        let lacks = |met: &Vec<u8>| met.get(doc as usize).is_none_or(|bits| *bits == 0);
        let words = self.demanded.iter().enumerate().filter(|(_, met)| lacks(met));
        words.fold(0, |bits, (place, _)| bits | 1 << place)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_better_match_of_a_text_counts() {
        let mut bits = 0;
        raise(&mut bits, 2, Match::Begins);
        raise(&mut bits, 2, Match::Alike);
        raise(&mut bits, 0, Match::Alike);
        raise(&mut bits, 0, Match::Exact);
        assert_eq!(bits, 0b10_00_11);
        assert_eq!(MATCHES.map(|matched| matched as u8), [0, 1, 2]);
    }
}
