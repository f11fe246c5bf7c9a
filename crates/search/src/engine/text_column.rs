//! A column of texts of one segment, by ordinal.

use tantivy::columnar::StrColumn;
use tantivy::{DocId, SegmentReader, TantivyError};

/// Separates the key of a text from its written form.
pub const SHOWN: char = '\u{1f}';

/// A text with the key it is compared by, as it is written to a column.
#[must_use]
pub fn shown(key: &str, text: &str) -> String {
    format!("{key}{SHOWN}{}", text.trim())
}

/// A distinct text of a column.
#[derive(Debug)]
pub struct Text {
    /// The key it is compared by.
    pub key: String,
    /// The text as written.
    pub shown: String,
}

/// The texts of each document of a segment. Every document may have several.
#[derive(Debug, Default)]
pub struct TextColumn {
    /// Where the texts of a document start in `numbers`. They end where those of the next document start.
    from: Vec<u32>,
    numbers: Vec<u32>,
    /// The distinct texts.
    pub texts: Vec<Text>,
}

impl TextColumn {
    /// Reads the column `name`.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn of(segment: &SegmentReader, name: &str) -> tantivy::Result<Self> {
        let column = segment.fast_fields().str(name)?;
        let texts = distinct_texts(column.as_ref())?;
        let mut read =
            Self { from: Vec::with_capacity(segment.max_doc() as usize + 1), numbers: Vec::new(), texts };
        for doc in 0..segment.max_doc() {
            read.from.push(place(&read.numbers));
            read.numbers.extend(ordinals(column.as_ref(), doc));
        }
        read.from.push(place(&read.numbers));
        read.numbers.shrink_to_fit();
        Ok(read)
    }

    /// The texts of a document, as indexes into [`Self::texts`].
    #[must_use]
    pub fn of_document(&self, doc: DocId) -> &[u32] {
        let doc = doc as usize;
        let ends = self.from.get(doc).zip(self.from.get(doc + 1));
        ends.and_then(|(from, to)| self.numbers.get(*from as usize..*to as usize)).unwrap_or_default()
    }

    /// For each text, by ordinal, whether `fits` accepts its key.
    pub fn chosen(&self, fits: impl Fn(&str) -> bool) -> Vec<bool> {
        self.texts.iter().map(|text| fits(&text.key)).collect()
    }
}

fn place(values: &[u32]) -> u32 {
    u32::try_from(values.len()).unwrap_or(u32::MAX)
}

/// The ordinals of a document.
pub fn ordinals(column: Option<&StrColumn>, doc: DocId) -> impl Iterator<Item = u32> + '_ {
    let numbers = column.into_iter().flat_map(move |column| column.ords().values_for_doc(doc));
    numbers.filter_map(|number| u32::try_from(number).ok())
}

/// The distinct texts of a column, by ordinal.
///
/// # Errors
/// When it cannot be read.
pub fn distinct_texts(column: Option<&StrColumn>) -> tantivy::Result<Vec<Text>> {
    let Some(column) = column else { return Ok(Vec::new()) };
    let mut texts = Vec::with_capacity(column.dictionary().num_terms());
    let mut terms = column.dictionary().stream().map_err(TantivyError::from)?;
    while terms.advance() {
        let text = String::from_utf8_lossy(terms.key());
        let (key, shown) = text.split_once(SHOWN).unwrap_or((&text, &text));
        texts.push(Text { key: key.to_owned(), shown: shown.to_owned() });
    }
    Ok(texts)
}
