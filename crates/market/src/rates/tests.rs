use super::*;

const DUTY: &str =
    "STAMP_DUTY | 2026-01-01 | 4 | any | Stamp duty | Public guides | https://example.org/duty";
const LATER: &str =
    "STAMP_DUTY | 2026-07-01 | 5.5 % | any | Stamp duty | Public guides | https://example.org/duty";
const TAX: &str =
    "GST | 2019-04-01 | 5 | unfinished > 45 lakh | GST | Public guides | https://example.org/gst";
const SMALL: &str =
    "GST | 2019-04-01 | 1 | unfinished <= 45 lakh | GST | Public guides | https://example.org/gst";

fn rates() -> Vec<Rate> {
    [DUTY, LATER, TAX, SMALL].map(|text| text.parse().unwrap()).to_vec()
}

fn purchase(rupees: i64) -> Purchase {
    let price = Paise::from_paise(rupees * 100);
    Purchase { price, property_type: None, transaction_type: None, possession_status: None }
}

fn unfinished(rupees: i64) -> Purchase {
    Purchase { possession_status: Some(PossessionStatus::UnderConstruction), ..purchase(rupees) }
}

/// The codes and the amounts in rupees.
fn lines(purchase: &Purchase, day: &str) -> Vec<(String, i64)> {
    let day = CalendarDate::from_text(day).unwrap().days();
    let rates = rates();
    let lines = cost_lines(&rates, purchase, day);
    lines.iter().map(|line| (line.code.to_owned(), line.amount.paise() / 100)).collect()
}

fn line(code: &str, rupees: i64) -> (String, i64) {
    (code.to_owned(), rupees)
}

#[test]
fn the_newest_rate_in_force_counts() {
    let home = purchase(10_000_000);
    assert!(lines(&home, "2025-12-31").is_empty());
    assert_eq!(lines(&home, "2026-01-01"), [line("STAMP_DUTY", 400_000)]);
    assert_eq!(lines(&home, "2026-07-01"), [line("STAMP_DUTY", 550_000)]);
}

#[test]
fn only_homes_that_are_not_finished_are_taxed() {
    let day = "2026-02-01";
    let duty = line("STAMP_DUTY", 400_000);
    let tax = line("GST", 500_000);
    assert_eq!(lines(&unfinished(10_000_000), day), [duty.clone(), tax.clone()]);
    let launch = Purchase { possession_status: Some(PossessionStatus::NewLaunch), ..unfinished(10_000_000) };
    assert_eq!(lines(&launch, day), [duty.clone(), tax]);
    for other in [
        Purchase { possession_status: Some(PossessionStatus::ReadyToMove), ..purchase(10_000_000) },
        Purchase { transaction_type: Some(TransactionType::Resale), ..unfinished(10_000_000) },
        Purchase { property_type: Some(PropertyType::Plot), ..unfinished(10_000_000) },
    ] {
        assert_eq!(lines(&other, day), std::slice::from_ref(&duty), "{other:?}");
    }
}

#[test]
fn cheap_homes_have_a_rate_of_their_own() {
    let day = "2026-02-01";
    assert_eq!(lines(&unfinished(4_500_000), day)[1], line("GST", 45_000));
    assert_eq!(lines(&unfinished(4_500_001), day)[1], line("GST", 225_000));
}

#[test]
fn amounts_are_rounded_to_a_paisa() {
    assert_eq!(RatePercent(150).of(Paise::from_paise(33)), Paise::from_paise(0));
    assert_eq!(RatePercent(150).of(Paise::from_paise(34)), Paise::from_paise(1));
    let most = Paise::from_paise(999_999_999_999_999);
    assert_eq!(RatePercent(10_000).of(most), most);
    assert!((RatePercent(150).number() - 1.5).abs() < 1e-9);
}

#[test]
fn what_is_wrong_with_a_rate_is_told() {
    for (wrong, says) in [
        ("STAMP_DUTY", "write CODE"),
        ("duty | 2026-01-01 | 4 | any | Duty | S | https://a.b", "A-Z"),
        ("DUTY | soon | 4 | any | Duty | S | https://a.b", "date"),
        ("DUTY | 2026-01-01 | 4.125 | any | Duty | S | https://a.b", "two decimals"),
        ("DUTY | 2026-01-01 | 101 | any | Duty | S | https://a.b", "0 to 100"),
        ("DUTY | 2026-01-01 | -1 | any | Duty | S | https://a.b", "0 to 100"),
        ("DUTY | 2026-01-01 | 4 | all | Duty | S | https://a.b", "any or unfinished"),
        ("DUTY | 2026-01-01 | 4 | any < 5 | Duty | S | https://a.b", "any or unfinished"),
        ("DUTY | 2026-01-01 | 4 | any > much | Duty | S | https://a.b", "bound"),
        ("DUTY | 2026-01-01 | 4 | any | | S | https://a.b", "label"),
        ("DUTY | 2026-01-01 | 4 | any | Duty | S | nowhere", "https://"),
    ] {
        let told = wrong.parse::<Rate>().unwrap_err().to_string();
        assert!(told.contains(says), "{told}");
    }
}
