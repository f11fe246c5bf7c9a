//! A binary encoding of numbers and strings.

/// Writing.
pub mod put {
    /// Seven bits per byte, lowest first, so that small numbers are short.
    pub fn number(out: &mut Vec<u8>, mut value: u64) {
        while value >= 0x80 {
            out.push(value.to_le_bytes()[0] | 0x80);
            value >>= 7;
        }
        out.push(value.to_le_bytes()[0]);
    }

    /// Zigzag encoding, so that numbers near zero are short whatever their sign.
    pub fn signed(out: &mut Vec<u8>, value: i64) {
        number(out, ((value << 1) ^ (value >> 63)).cast_unsigned());
    }

    pub fn text(out: &mut Vec<u8>, value: &str) {
        number(out, value.len() as u64);
        out.extend(value.as_bytes());
    }
}

/// The remaining bytes to read. Reads return `None` for malformed input.
#[derive(Clone, Copy, Debug)]
pub struct Bytes<'b>(pub &'b [u8]);

impl<'b> Bytes<'b> {
    fn take(&mut self, count: usize) -> Option<&'b [u8]> {
        let (taken, rest) = self.0.split_at_checked(count)?;
        self.0 = rest;
        Some(taken)
    }

    pub fn array<const N: usize>(&mut self) -> Option<[u8; N]> {
        self.take(N)?.try_into().ok()
    }

    pub fn number(&mut self) -> Option<u64> {
        let mut value = 0_u64;
        for shift in (0..64).step_by(7) {
            let [byte] = self.array()?;
            value |= u64::from(byte & 0x7f) << shift;
            if byte < 0x80 {
                return Some(value);
            }
        }
        None
    }

    pub fn signed(&mut self) -> Option<i64> {
        let value = self.number()?;
        Some((value >> 1).cast_signed() ^ -(value & 1).cast_signed())
    }

    pub fn text(&mut self) -> Option<&'b str> {
        let length = self.number()?.try_into().ok()?;
        std::str::from_utf8(self.take(length)?).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_comes_back() {
        let numbers = [0, 1, 127, 128, 300, u64::from(u32::MAX), u64::MAX];
        let signed = [0, -1, 1, 63, -64, 64, i64::MAX, i64::MIN];
        let mut out = Vec::new();
        for number in numbers {
            put::number(&mut out, number);
        }
        for number in signed {
            put::signed(&mut out, number);
        }
        put::text(&mut out, "नमस्ते");
        let mut bytes = Bytes(&out);
        assert!(numbers.iter().all(|number| bytes.number() == Some(*number)));
        assert!(signed.iter().all(|number| bytes.signed() == Some(*number)));
        assert_eq!(bytes.text(), Some("नमस्ते"));
        assert_eq!((bytes.number(), bytes.text(), bytes.array::<1>()), (None, None, None));
        assert_eq!(Bytes(&[9, b'a']).text(), None, "a text is not shorter than it says");
        assert_eq!(Bytes(&[0xff; 11]).number(), None);
    }
}
