//! The position of a connection in both logs of one history. Clients treat it as opaque.

use domain::Log;
use http_kit::Cursor;

/// The epoch of a journal that was never restored. Positions in it are encoded without an epoch.
const FIRST: u32 = 1;

/// Everything up to this position was sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RealtimePosition {
    /// The history it belongs to; every restore starts a new epoch.
    epoch: u32,
    seqs: [u64; 2],
}

impl RealtimePosition {
    pub fn new(epoch: u32, seqs: [u64; 2]) -> Self {
        Self { epoch, seqs }
    }

    pub fn at(self, log: Log) -> u64 {
        self.seqs[log.index()]
    }

    pub fn reach(&mut self, log: Log, seq: u64) {
        let at = &mut self.seqs[log.index()];
        *at = seq.max(*at);
    }

    /// Whether a client at this position can resume: it is in this history and not ahead of `now`.
    pub fn is_within(self, now: Self) -> bool {
        self.epoch == now.epoch && Log::ALL.iter().all(|log| self.at(*log) <= now.at(*log))
    }

    pub fn encode(self) -> String {
        let epoch = (self.epoch != FIRST).then_some(self.epoch.into());
        Cursor(self.seqs.into_iter().chain(epoch).map(Into::into).collect()).encode()
    }

    pub fn decode(text: &str) -> Option<Self> {
        let Cursor(parts) = Cursor::decode(text, 2).or_else(|| Cursor::decode(text, 3))?;
        let number = |index: usize| parts.get(index)?.as_u64();
        let epoch = parts.get(2).map_or(Some(FIRST), |epoch| u32::try_from(epoch.as_u64()?).ok())?;
        Some(Self { epoch, seqs: [number(0)?, number(1)?] })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_reads_back_and_nothing_else_does() {
        for epoch in [1, 2, u32::MAX] {
            let mut place = RealtimePosition::new(epoch, [4711, 7]);
            place.reach(Log::Facts, 4700);
            place.reach(Log::Activity, 8);
            assert_eq!(
                RealtimePosition::decode(&place.encode()),
                Some(RealtimePosition::new(epoch, [4711, 8]))
            );
        }
        for wrong in [
            "",
            "4711",
            "bm90IGpzb24",
            &Cursor(vec![1.into(), "x".into()]).encode(),
            &Cursor(vec![1.into(), 1.into(), u64::MAX.into()]).encode(),
        ] {
            assert_eq!(RealtimePosition::decode(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn a_place_of_before_places_had_a_history_is_of_the_first() {
        let old = Cursor(vec![4711.into(), 7.into()]).encode();
        assert_eq!(RealtimePosition::decode(&old), Some(RealtimePosition::new(1, [4711, 7])));
        assert_eq!(RealtimePosition::new(1, [4711, 7]).encode(), old);
    }

    #[test]
    fn nobody_goes_on_in_another_history_or_from_what_is_to_come() {
        let now = RealtimePosition::new(2, [10, 20]);
        assert!(
            RealtimePosition::new(2, [10, 20]).is_within(now)
                && RealtimePosition::new(2, [0, 0]).is_within(now)
        );
        for other in [
            RealtimePosition::new(1, [10, 20]),
            RealtimePosition::new(2, [11, 20]),
            RealtimePosition::new(2, [10, 21]),
        ] {
            assert!(!other.is_within(now), "{other:?}");
        }
    }
}
