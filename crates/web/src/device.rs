//! A device in words, from what its browser calls itself.

use crate::messages::Language;

/// Names of browsers and the mark of each. Most browsers carry the marks of older ones, too: the first mark decides.
const BROWSERS: [(&str, &str); 9] = [
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser/", "Samsung Internet"),
    ("Firefox/", "Firefox"),
    ("FxiOS/", "Firefox"),
    ("CriOS/", "Chrome"),
    ("Chromium/", "Chromium"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
];

const SYSTEMS: [(&str, &str); 7] = [
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Windows", "Windows"),
    ("CrOS", "ChromeOS"),
    ("Macintosh", "Mac"),
    ("Linux", "Linux"),
];

/// The longest name that is shown as the device gave it.
const LONGEST: usize = 80;

/// Such as `Chrome on Android`. A device that names neither browser nor system is called what it calls itself.
pub(crate) fn in_words(language: Language, user_agent: Option<&str>) -> String {
    let Some(name) = user_agent.map(str::trim).filter(|name| !name.is_empty()) else {
        return language.text("account-device-unknown").to_string();
    };
    let named = |marks: &[(&str, &'static str)]| {
        marks.iter().find(|(mark, _)| name.contains(*mark)).map(|&(_, words)| words)
    };
    match (named(&BROWSERS), named(&SYSTEMS)) {
        (Some(browser), Some(system)) => {
            language.text("account-device-of").arg("browser", browser).arg("system", system).to_string()
        }
        (Some(one), None) | (None, Some(one)) => one.to_owned(),
        (None, None) => name.chars().take(LONGEST).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::in_words;
    use crate::messages::Language::English;

    #[test]
    fn browsers_are_told_apart_though_they_carry_the_marks_of_others() {
        let webkit = "AppleWebKit/537.36 (KHTML, like Gecko)";
        for (user_agent, words) in [
            (
                format!("Mozilla/5.0 (Linux; Android 15) {webkit} Chrome/140.0 Mobile Safari/537.36"),
                "Chrome on Android",
            ),
            (
                format!("Mozilla/5.0 (Windows NT 10.0) {webkit} Chrome/140.0 Safari/537.36 Edg/140.0"),
                "Edge on Windows",
            ),
            (
                format!("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) {webkit} Safari/604.1"),
                "Safari on iPhone",
            ),
            (
                "Mozilla/5.0 (Macintosh; Intel Mac OS X 15.0; rv:140.0) Firefox/140.0".to_owned(),
                "Firefox on Mac",
            ),
            ("SampleApp (Android)".to_owned(), "Android"),
            ("curl/8.0".to_owned(), "curl/8.0"),
            (" ".to_owned(), "Unknown device"),
        ] {
            assert_eq!(in_words(English, Some(&user_agent)), words, "{user_agent}");
        }
        assert_eq!(in_words(English, None), "Unknown device");
        assert_eq!(in_words(English, Some(&"x".repeat(500))).len(), 80);
    }
}
