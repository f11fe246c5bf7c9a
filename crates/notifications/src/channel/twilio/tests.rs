use super::*;

#[test]
fn an_accounts_secret_goes_to_this_machine_or_over_https() {
    let account = |url: &str| TwilioAccount {
        url: url.into(),
        sid: "AC1".into(),
        token: "secret".into(),
        sender: "HYDINF".into(),
        templates: BTreeMap::new(),
    };
    for url in ["https://api.twilio.com", "http://127.0.0.1:9000/", "http://[::1]:9000", "http://localhost:1"]
    {
        assert!(Twilio::of(account(url)).is_ok(), "{url}");
    }
    for url in ["http://api.twilio.com", "ftp://localhost", "api.twilio.com", ""] {
        assert_eq!(Twilio::of(account(url)).unwrap_err(), TwilioAccountError::Address, "{url}");
    }
    assert!(!format!("{:?}", account("https://api.twilio.com")).contains("secret"));
}
