//! The monthly instalment of a loan, and what is repaid and paid as interest year by year.
//!
//! Amounts are whole rupees. Sums since the first month are computed exactly and then rounded, and a year is the
//! difference of two such sums: so the years add up to the totals, and no rounding grows from month to month.

/// The longest loan, in months.
pub(crate) const LONGEST: u32 = 480;
/// The largest amount of a loan in rupees, 10,000 crore: a double holds its sums to the rupee.
pub(crate) const LARGEST: i64 = 100_000_000_000;

/// A loan that is repaid in equal monthly instalments.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Loan {
    /// In rupees.
    pub(crate) principal: i64,
    pub(crate) annual_percent: f64,
    pub(crate) months: u32,
}

/// What is paid in one year, in rupees.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Year {
    /// From 1.
    pub(crate) number: u32,
    pub(crate) principal: i64,
    pub(crate) interest: i64,
    /// What is owed at its end.
    pub(crate) left: i64,
}

impl Loan {
    /// The instalment, rounded to the rupee.
    pub(crate) fn instalment(&self) -> i64 {
        nearest(monthly_instalment(from_whole(self.principal), self.annual_percent, self.months))
    }

    /// The interest of all years.
    pub(crate) fn interest(&self) -> i64 {
        self.interest_until(self.months)
    }

    /// What is paid in all.
    pub(crate) fn total(&self) -> i64 {
        self.principal.saturating_add(self.interest())
    }

    /// The years, of which the last may be shorter.
    pub(crate) fn years(&self) -> Vec<Year> {
        let mut years = Vec::new();
        let (mut repaid, mut interest) = (0, 0);
        for number in 1..=self.months.div_ceil(12) {
            let end = number.saturating_mul(12).min(self.months);
            let (repaid_then, interest_then) = (self.repaid_until(end), self.interest_until(end));
            years.push(Year {
                number,
                principal: repaid_then - repaid,
                interest: interest_then - interest,
                left: self.principal - repaid_then,
            });
            (repaid, interest) = (repaid_then, interest_then);
        }
        years
    }

    fn repaid_until(&self, month: u32) -> i64 {
        nearest(self.exactly_repaid(month))
    }

    fn interest_until(&self, month: u32) -> i64 {
        let paid = monthly_instalment(from_whole(self.principal), self.annual_percent, self.months);
        // A double may be off by less than a paisa, and interest is never negative.
        nearest((paid * f64::from(month) - self.exactly_repaid(month)).max(0.0))
    }

    fn exactly_repaid(&self, month: u32) -> f64 {
        let principal = from_whole(self.principal);
        if month >= self.months {
            return principal;
        }
        let share = match growth(self.annual_percent, self.months) {
            whole if whole > 0.0 => growth(self.annual_percent, month) / whole,
            _ => f64::from(month) / f64::from(self.months),
        };
        principal * share
    }
}

/// The instalment of a loan of `principal` for so many months, not rounded: `P·r·(1+r)^n / ((1+r)^n − 1)`.
/// Without interest, it is an equal share. A loan for no month is paid back at once.
pub(crate) fn monthly_instalment(principal: f64, annual_percent: f64, months: u32) -> f64 {
    match growth(annual_percent, months) {
        growth if growth > 0.0 => principal * monthly_rate(annual_percent) * (1.0 + growth.recip()),
        _ => principal / f64::from(months.max(1)),
    }
}

/// `(1+r)^n − 1`, exact for small rates, too; 0 without interest.
fn growth(annual_percent: f64, months: u32) -> f64 {
    if annual_percent > 0.0 {
        (monthly_rate(annual_percent).ln_1p() * f64::from(months)).exp_m1()
    } else {
        0.0
    }
}

fn monthly_rate(annual_percent: f64) -> f64 {
    annual_percent / 1_200.0
}

/// A number of whole rupees as a length or a factor.
#[expect(clippy::cast_precision_loss, reason = "amounts are far below 2^53")]
pub(crate) fn from_whole(rupees: i64) -> f64 {
    rupees as f64
}

/// To the rupee.
#[expect(
    clippy::cast_possible_truncation,
    reason = "rounded; a cast of what is too large stays at the limit"
)]
pub(crate) fn nearest(rupees: f64) -> i64 {
    rupees.round() as i64
}

#[cfg(test)]
mod tests {
    use super::*;

    fn loan(principal: i64, annual_percent: f64, months: u32) -> Loan {
        Loan { principal, annual_percent, months }
    }

    #[test]
    fn instalments_are_those_of_the_banks() {
        for (principal, percent, months, instalment) in [
            (9_600_000, 8.5, 240, 83_311),
            (7_680_000, 8.5, 240, 66_649),
            (20_000_000, 8.5, 240, 173_565),
            (9_600_000, 8.0, 240, 80_298),
            (2_500_000, 9.0, 180, 25_357),
            (5_000_000, 7.25, 360, 34_109),
            (1_000_000, 12.0, 12, 88_849),
        ] {
            let instalment_now = loan(principal, percent, months).instalment();
            assert_eq!(instalment_now, instalment, "{principal} {percent} {months}");
        }
    }

    #[test]
    fn the_edges_are_what_they_must_be() {
        let free = loan(100_000, 0.0, 7);
        assert_eq!((free.instalment(), free.interest(), free.total()), (14_286, 0, 100_000));
        let short = loan(1_000_000, 12.0, 1);
        assert_eq!((short.instalment(), short.interest()), (1_010_000, 10_000));
        assert_eq!(short.years(), [Year { number: 1, principal: 1_000_000, interest: 10_000, left: 0 }]);
        assert!((monthly_instalment(500.0, 8.5, 0) - 500.0).abs() < 1e-9);
        assert!((monthly_instalment(500.0, f64::NAN, 10) - 50.0).abs() < 1e-9);
        // A rate that doubles would round away is still interest.
        assert_eq!(loan(LARGEST, 0.000_01, 12).interest(), 5_417);
        assert!(loan(LARGEST, 1e9, LONGEST).instalment() > LARGEST);
        assert_eq!(loan(0, 8.5, 240).years().last().map(|year| year.interest), Some(0));
    }

    #[test]
    fn the_years_add_up_to_the_totals() {
        for percent in [0.0, 0.000_1, 0.1, 6.75, 8.5, 30.0] {
            for months in [1, 11, 12, 13, 239, 240, LONGEST] {
                for principal in [1, 999, 9_600_000, 12_345_677, LARGEST] {
                    let loan = loan(principal, percent, months);
                    let years = loan.years();
                    let sum = |part: fn(&Year) -> i64| years.iter().map(part).sum::<i64>();
                    assert_eq!(sum(|year| year.principal), principal, "{loan:?}");
                    assert_eq!(sum(|year| year.interest), loan.interest(), "{loan:?}");
                    assert!(years.iter().all(|year| year.principal >= 0 && year.interest >= 0), "{loan:?}");
                    assert_eq!(years.last().map(|year| year.left), Some(0), "{loan:?}");
                    assert_eq!(years.len(), months.div_ceil(12) as usize);
                }
            }
        }
    }

    #[test]
    fn interest_falls_and_repayment_rises_from_year_to_year() {
        let years = loan(9_600_000, 8.5, 240).years();
        for pair in years.windows(2) {
            assert!(pair[0].interest > pair[1].interest && pair[0].principal < pair[1].principal);
        }
    }
}
