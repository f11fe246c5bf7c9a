use super::*;

fn amounts(paise: &[i64]) -> Vec<Paise> {
    paise.iter().map(|paise| Paise::from_paise(*paise)).collect()
}

fn middle(paise: &[i64]) -> Option<i64> {
    median(amounts(paise)).map(Paise::paise)
}

#[test]
fn a_median_is_exact() {
    assert_eq!(middle(&[]), None);
    assert_eq!(middle(&[7]), Some(7));
    assert_eq!(middle(&[9, 1, 5]), Some(5));
    assert_eq!(middle(&[1, 4]), Some(2), "rounded down");
    let most = 999_999_999_999_999;
    assert_eq!(middle(&[most, most]), Some(most));
    assert_eq!(median_number(vec![3.0, 1.0, 2.0, 10.0]), Some(2.5));
}

#[test]
fn quantiles_follow_the_weights() {
    let quantile = |weighted: &[(i64, f64)], share: f64| {
        let weighted = weighted.iter().map(|(paise, weight)| (Paise::from_paise(*paise), *weight));
        Weighted::new(weighted).quantile(share).map(Paise::paise)
    };
    assert_eq!(quantile(&[], 0.5), None);
    assert_eq!(quantile(&[(5, 0.0)], 0.5), None, "it counts nothing");
    assert_eq!(quantile(&[(5, 0.3)], 0.25), Some(5));
    let equal = [(10, 1.0), (20, 1.0), (30, 1.0), (40, 1.0)];
    assert_eq!([0.25, 0.5, 0.75].map(|share| quantile(&equal, share)), [Some(15), Some(25), Some(35)]);
    assert_eq!(quantile(&[(10, 1.0), (20, 1.0), (30, 5.0)], 0.5), Some(30));
}

#[test]
fn bars_hold_every_home_once() {
    assert!(distribution(&[]).is_empty());
    let same = distribution(&amounts(&[500, 500, 500]));
    assert_eq!(same, [Bar { from: Paise::from_paise(500), to: Paise::from_paise(500), homes: 3 }]);
    for paise in [vec![1, 2], vec![1, 9, 17], (1..=100).collect(), vec![1, 999_999_999_999_999]] {
        let bars = distribution(&amounts(&paise));
        assert!(bars.len() <= 8, "{bars:?}");
        assert_eq!(bars.iter().map(|bar| bar.homes).sum::<u64>(), paise.len() as u64);
        assert_eq!(bars.last().map(|bar| bar.to.paise()), paise.iter().max().copied());
        assert!(bars.windows(2).all(|pair| pair[0].to == pair[1].from), "{bars:?}");
    }
}

#[test]
fn nothing_costs_nothing_a_square_foot() {
    let price = Paise::from_paise(600_000_000);
    assert_eq!(per_sqft(price, 0.0), None);
    assert_eq!(per_sqft(price, f64::NAN), None);
    assert_eq!(per_sqft(price, 1200.0), Some(Paise::from_paise(500_000)));
    assert_eq!(change_percent(Paise::from_paise(100), Paise::from_paise(110)), Some(10.0));
    assert_eq!(change_percent(Paise::from_paise(0), price), None);
}
