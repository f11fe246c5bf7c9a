//! How far a connection is: a place in both logs, opaque to clients.

use domain::Log;
use http_kit::Cursor;

/// Everything up to here was sent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Place(pub [u64; 2]);

impl Place {
    pub fn at(self, log: Log) -> u64 {
        self.0[log.index()]
    }

    pub fn reach(&mut self, log: Log, seq: u64) {
        let at = &mut self.0[log.index()];
        *at = seq.max(*at);
    }

    pub fn encode(self) -> String {
        Cursor(self.0.map(Into::into).into()).encode()
    }

    pub fn decode(text: &str) -> Option<Self> {
        let Cursor(parts) = Cursor::decode(text, 2)?;
        Some(Self([parts.first()?.as_u64()?, parts.get(1)?.as_u64()?]))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_reads_back_and_nothing_else_does() {
        let mut place = Place([4711, 7]);
        place.reach(Log::Facts, 4700);
        place.reach(Log::Activity, 8);
        assert_eq!(Place::decode(&place.encode()), Some(Place([4711, 8])));
        for wrong in ["", "4711", "bm90IGpzb24", &Cursor(vec![1.into(), "x".into()]).encode()] {
            assert_eq!(Place::decode(wrong), None, "{wrong}");
        }
    }
}
