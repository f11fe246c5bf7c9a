//! The loan that pages reckon with until a person states their own. A page that uses it names its terms.

use crate::emi::monthly_instalment;

pub(crate) const RATE_PERCENT: f64 = 8.5;
pub(crate) const YEARS: u32 = 20;
/// The part of the price that is paid at once.
pub(crate) const DOWN_PERCENT: f64 = 20.0;

/// The monthly instalment for a home of that price.
pub(crate) fn instalment(price: f64) -> f64 {
    monthly_instalment(price * (1.0 - DOWN_PERCENT / 100.0), RATE_PERCENT, YEARS * 12)
}

#[cfg(test)]
mod tests {
    use super::instalment;

    #[test]
    fn a_fifth_is_paid_at_once() {
        assert_eq!(format!("{:.0}", instalment(12_000_000.0)), "83311");
    }
}
