use super::*;

#[test]
fn what_is_wrong_in_an_object_is_told_by_its_member() {
    let members = serde_json::json!({"hours": {"from": 30, "to": 8}}).as_object().unwrap().clone();
    let mut fields = Fields::new(&members);
    let hours = fields.raw("hours").unwrap().as_object().unwrap();
    let hour = |f: &mut Fields<'_>| f.whole("from", 0..=23).zip(f.whole("to", 0..=23));
    assert_eq!(fields.inside("hours", hours, hour), None);
    assert_eq!(fields.errors().0["hours.from"], "must be between 0 and 23");
}

fn read_text(value: &str) -> Result<String, String> {
    let members = serde_json::json!({"title": value}).as_object().unwrap().clone();
    let read = Fields::read(&members, |f| {
        let title = f.text("title", 5..=20);
        f.required("title", title)
    });
    read.map_err(|errors| errors.0["title"].clone())
}

#[test]
fn a_text_is_one_line_in_nfc_of_something_visible() {
    assert_eq!(read_text("\u{FEFF} Villa\tin Kokapet\u{A0}\n"), Ok("Villa in Kokapet".into()));
    assert_eq!(read_text("Cafe\u{301} Villa"), Ok("Caf\u{E9} Villa".into()));
    assert_eq!(read_text("Ko\u{200B}kapet"), Ok("Kokapet".into()));
    for nothing in
        ["\u{200B}\u{200B}\u{200B}\u{200B}\u{200B}", "\u{3164}\u{3164}\u{3164}\u{3164}\u{3164}", " \u{2800} "]
    {
        assert_eq!(read_text(nothing), Err("is required".into()), "{nothing:?}");
    }
    assert_eq!(read_text("ab\u{200D}\u{200D}\u{200D}"), Err("must be 5 to 20 characters long".into()));
    for lines in ["Villa\nin Kokapet", "Villa\r\nin", "Villa\u{2028}in", "Villa\u{B}in"] {
        assert_eq!(read_text(lines), Err("must be one line, without line breaks".into()), "{lines:?}");
    }
    assert!(read_text("Villa \u{202E}tepakoK").unwrap_err().contains("direction"));
    assert!(read_text("Villa \u{1}").unwrap_err().contains("control"));
}

#[test]
fn prose_keeps_its_lines_and_a_list_has_one_in_each_entry() {
    let members = serde_json::json!({"about": "One\r\ntwo\u{2028}three\n", "extras": ["Li\u{AD}ft", "a\nb", "\u{200B}"],
        "rooms": "\u{A0}2\u{FEFF}", "lift": "true\u{200B}", "name": "http://a.example"});
    let members = members.as_object().unwrap();
    let mut fields = Fields::new(members);
    assert_eq!(fields.prose("about", 1..=100).as_deref(), Some("One\ntwo\nthree"));
    assert_eq!(fields.list("extras", 5), ["Lift"]);
    assert_eq!((fields.whole("rooms", 1..=9), fields.flag("lift")), (Some(2), Some(true)));
    assert_eq!(fields.name("name", 1..=50), None);
    let wrong = fields.errors().0;
    assert_eq!(wrong.keys().collect::<Vec<_>>(), ["extras", "name"]);
}

#[test]
fn a_reading_tells_what_it_asks_for() {
    let asked = Fields::asked_by(|f| {
        let title = f.text("title", 5..=200);
        f.required("title", title);
        f.whole("bedrooms", 0..=50);
    });
    let member = |name: &str, kind, required| Member { name: name.into(), kind, required };
    let title = member("title", MemberKind::Text(5..=200), true);
    assert_eq!(asked, [title, member("bedrooms", MemberKind::Whole(0..=50), false)]);
}
