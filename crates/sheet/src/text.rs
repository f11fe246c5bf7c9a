//! The text of a sheet, whatever wrote it: UTF-8, UTF-16 or Windows-1252, with any line ends.

use std::collections::VecDeque;
use std::io::{self, Read, Seek, SeekFrom};

use encoding_rs::{CoderResult, Decoder, DecoderResult, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252};

/// How many bytes are read at once.
const PIECE: usize = 64 * 1024;
/// The most bytes of one row. Without a bound, a quotation mark that is not closed takes the rest of the file into memory.
pub(super) const MOST_OF_A_ROW: usize = 1024 * 1024;
/// How many bytes from the beginning tell UTF-16 without a byte-order mark.
const BEGINNING: usize = 1024;

/// How a sheet's characters are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SheetEncoding {
    /// UTF-8.
    Utf8,
    /// UTF-16, the low byte first.
    Utf16Le,
    /// UTF-16, the high byte first.
    Utf16Be,
    /// What is not UTF-8 and not UTF-16.
    Windows1252,
}

impl SheetEncoding {
    /// Determines the encoding, and goes back to the beginning.
    pub(super) fn of(source: &mut (impl Read + Seek)) -> io::Result<Self> {
        source.rewind()?;
        let mut head = vec![0; BEGINNING];
        let read = fill(source, &mut head)?;
        head.truncate(read);
        let found = match head.as_slice() {
            [0xEF, 0xBB, 0xBF, ..] => Self::Utf8,
            [0xFF, 0xFE, ..] => Self::Utf16Le,
            [0xFE, 0xFF, ..] => Self::Utf16Be,
            other => match zeros(other) {
                Some(big_endian) => {
                    if big_endian {
                        Self::Utf16Be
                    } else {
                        Self::Utf16Le
                    }
                }
                None => Self::without_zeros(source)?,
            },
        };
        source.rewind()?;
        Ok(found)
    }

    /// UTF-8 may be damaged, such as by a cut in its last letter. It stays UTF-8 then, and the rows with such letters are
    /// refused: all others would be garbled as Windows-1252.
    fn without_zeros(source: &mut (impl Read + Seek)) -> io::Result<Self> {
        source.seek(SeekFrom::Start(0))?;
        let mut decoder = UTF_8.new_decoder_without_bom_handling();
        let (mut piece, mut text) = (vec![0; PIECE], String::with_capacity(4 * PIECE));
        let (mut letters, mut damaged) = (0, 0);
        loop {
            let read = source.read(&mut piece)?;
            let mut rest = &piece[..read];
            loop {
                text.clear();
                let (result, taken) =
                    decoder.decode_to_string_without_replacement(rest, &mut text, read == 0);
                letters += text.chars().filter(|c| !c.is_ascii()).count();
                rest = &rest[taken..];
                if !matches!(result, DecoderResult::Malformed(..)) {
                    break;
                }
                damaged += 1;
            }
            if read == 0 {
                return Ok(if damaged == 0 || letters > damaged { Self::Utf8 } else { Self::Windows1252 });
            }
        }
    }

    fn decoder(self) -> Decoder {
        let encoding = match self {
            Self::Utf8 => UTF_8,
            Self::Utf16Le => UTF_16LE,
            Self::Utf16Be => UTF_16BE,
            Self::Windows1252 => WINDOWS_1252,
        };
        encoding.new_decoder_with_bom_removal()
    }

    /// What people should know about it.
    #[must_use]
    pub fn note(self) -> Option<&'static str> {
        (self == Self::Windows1252).then_some(
            "the file is not UTF-8 and was read as Windows-1252; check letters such as é, or save it as \"CSV UTF-8\"",
        )
    }
}

fn fill(source: &mut impl Read, buffer: &mut [u8]) -> io::Result<usize> {
    let mut filled = 0;
    while filled < buffer.len() {
        match source.read(&mut buffer[filled..])? {
            0 => break,
            read => filled += read,
        }
    }
    Ok(filled)
}

/// Whether text without a byte-order mark is UTF-16, because every second byte of plain letters is zero: big-endian or
/// not.
fn zeros(head: &[u8]) -> Option<bool> {
    let pairs = head.len() / 2;
    let zeros = |from: usize| head.iter().skip(from).step_by(2).filter(|byte| **byte == 0).count();
    let most = |zeros: usize| pairs >= 4 && zeros * 4 > pairs * 3;
    match (most(zeros(0)), most(zeros(1))) {
        (true, false) => Some(true),
        (false, true) => Some(false),
        _ => None,
    }
}

/// UTF-8 text with `\n` as its only line end. It remembers on which line each place is.
pub(super) struct SheetText<R> {
    source: R,
    decoder: Decoder,
    raw: Vec<u8>,
    decoded: String,
    /// Text that nobody has read yet.
    ready: VecDeque<u8>,
    ended: bool,
    after_return: bool,
    lines: Lines,
    /// The bytes given out since a row ended.
    of_row: usize,
}

/// Where the lines begin that are not blank.
#[derive(Default)]
struct Lines {
    /// The bytes given out so far.
    at: u64,
    line: u64,
    is_open: bool,
    begun: VecDeque<(u64, u64)>,
    last: u64,
}

impl Lines {
    fn count(&mut self, byte: u8) {
        if byte == b'\n' {
            self.line += 1;
            self.is_open = false;
        } else if !self.is_open {
            self.is_open = true;
            self.begun.push_back((self.at, self.line));
        }
        self.at += 1;
    }
}

impl<R: Read + Seek> SheetText<R> {
    /// Starts at the beginning of `source`.
    pub(super) fn new(mut source: R, encoding: SheetEncoding) -> io::Result<Self> {
        source.rewind()?;
        let lines = Lines { line: 1, ..Lines::default() };
        Ok(Self {
            source,
            decoder: encoding.decoder(),
            raw: vec![0; PIECE],
            decoded: String::with_capacity(4 * PIECE),
            ready: VecDeque::new(),
            ended: false,
            after_return: false,
            lines,
            of_row: 0,
        })
    }

    /// A row has ended: the next one may be long again.
    pub(super) fn row_ended(&mut self) {
        self.of_row = 0;
    }

    /// The number of the first line that is not blank at `place` or behind it. Places must never decrease.
    pub(super) fn line_at(&mut self, place: u64) -> u64 {
        while let Some((start, line)) = self.lines.begun.front().copied() {
            if start >= place {
                self.lines.last = line;
                return line;
            }
            self.lines.begun.pop_front();
        }
        self.lines.last
    }

    /// How many beginnings of lines are remembered.
    #[cfg(test)]
    pub(super) fn lines_kept(&self) -> usize {
        self.lines.begun.capacity()
    }

    /// Gives the source back.
    pub(super) fn into_source(self) -> R {
        self.source
    }

    fn decode_more(&mut self) -> io::Result<()> {
        let read = self.source.read(&mut self.raw)?;
        self.decoded.clear();
        let (result, _, _) = self.decoder.decode_to_string(&self.raw[..read], &mut self.decoded, read == 0);
        debug_assert_eq!(result, CoderResult::InputEmpty, "a byte gives at most three bytes of UTF-8");
        self.ended = read == 0;
        for byte in self.decoded.bytes() {
            let byte = match byte {
                b'\n' if std::mem::take(&mut self.after_return) => continue,
                b'\r' => {
                    self.after_return = true;
                    b'\n'
                }
                other => {
                    self.after_return = false;
                    other
                }
            };
            self.lines.count(byte);
            self.ready.push_back(byte);
        }
        Ok(())
    }
}

impl<R: Read + Seek> Read for SheetText<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.ready.is_empty() && !self.ended {
            self.decode_more()?;
        }
        let read = self.ready.read(buffer)?;
        self.of_row += read;
        if self.of_row > MOST_OF_A_ROW {
            let line = self.lines.last + 1;
            return Err(io::Error::other(format!(
                "from line {line} on, more than 1 MB is one row; a quotation mark may not be closed"
            )));
        }
        Ok(read)
    }
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use super::*;

    fn read(bytes: &[u8]) -> (SheetEncoding, String) {
        let mut source = Cursor::new(bytes.to_vec());
        let encoding = SheetEncoding::of(&mut source).unwrap();
        let mut text = String::new();
        SheetText::new(source, encoding).unwrap().read_to_string(&mut text).unwrap();
        (encoding, text)
    }

    fn utf16(text: &str, bytes: fn(u16) -> [u8; 2]) -> Vec<u8> {
        text.encode_utf16().flat_map(bytes).collect()
    }

    #[test]
    fn every_way_to_write_letters_gives_the_same_text() {
        let text = "Price,Location\n1,Kāchiguḍa ₹";
        let le = |text: &str| utf16(text, u16::to_le_bytes);
        let be = |text: &str| utf16(text, u16::to_be_bytes);
        let marked = format!("\u{feff}{text}");
        for (bytes, encoding) in [
            (text.as_bytes().to_vec(), SheetEncoding::Utf8),
            (marked.clone().into_bytes(), SheetEncoding::Utf8),
            (le(&marked), SheetEncoding::Utf16Le),
            (be(&marked), SheetEncoding::Utf16Be),
            (le(text), SheetEncoding::Utf16Le),
            (be(text), SheetEncoding::Utf16Be),
        ] {
            assert_eq!(read(&bytes), (encoding, text.to_owned()));
        }
        let (encoding, text) = read(b"Price,Location\n1,Caf\xe9 Road \x96 old");
        assert_eq!((encoding, &*text), (SheetEncoding::Windows1252, "Price,Location\n1,Café Road – old"));
        assert!(encoding.note().is_some());
        assert_eq!(read(b""), (SheetEncoding::Utf8, String::new()));
    }

    #[test]
    fn damaged_utf8_is_not_taken_for_another_encoding() {
        let whole = "Price,Location\n1,Kāchiguḍa ₹\n2,";
        for damaged in [&b"\xe9"[..], b"\xe2\x82"] {
            let bytes = [whole.as_bytes(), damaged].concat();
            assert_eq!(read(&bytes), (SheetEncoding::Utf8, format!("{whole}\u{fffd}")));
            let bytes = [&b"1,"[..], damaged, b" old\n", whole.as_bytes()].concat();
            assert_eq!(read(&bytes), (SheetEncoding::Utf8, format!("1,\u{fffd} old\n{whole}")));
        }
    }

    #[test]
    fn line_ends_are_one_and_lines_are_counted() {
        let mut text =
            SheetText::new(Cursor::new(b"a\r\n\r\nb\rc\n\n\nd".to_vec()), SheetEncoding::Utf8).unwrap();
        let mut all = String::new();
        text.read_to_string(&mut all).unwrap();
        assert_eq!(all, "a\n\nb\nc\n\n\nd");
        assert_eq!([0, 2, 5, 7].map(|place| text.line_at(place)), [1, 3, 4, 7]);
    }
}
