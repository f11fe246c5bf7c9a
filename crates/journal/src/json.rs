//! Replaces marked objects in JSON text, because parsing and serialising the whole text would cost more than the
//! change.

use std::borrow::Cow;
use std::fmt::Write as _;

/// Returns `json` with every object whose only member is `marker` replaced. `change` gets the path of the object and
/// the member's text, and returns the replacement. Paths are member names and indexes below `root`: `data/lines/2`.
///
/// # Errors
/// If text with a marker is not the compact JSON that `serde_json` writes, or if `change` fails.
pub fn replace<'j, E>(
    json: &'j str,
    root: &str,
    marker: &str,
    change: impl FnMut(&str, &str) -> Result<String, E>,
) -> Result<Cow<'j, str>, Stop<E>> {
    let opening = format!("{{\"{marker}\":");
    if !json.contains(&opening) {
        return Ok(Cow::Borrowed(json));
    }
    let path = root.to_owned();
    let mut walk =
        Walk { json, at: 0, copied: 0, out: String::with_capacity(json.len()), path, opening, change };
    walk.value()?;
    if walk.at != json.len() {
        return Err(Stop::Malformed);
    }
    walk.out.push_str(&json[walk.copied..]);
    Ok(Cow::Owned(walk.out))
}

/// Why [`replace`] stopped.
#[derive(Debug)]
pub enum Stop<E> {
    /// The text is not compact JSON.
    Malformed,
    /// `change` returned an error.
    Refused(E),
}

struct Walk<'j, F> {
    json: &'j str,
    at: usize,
    /// Everything before this offset has been copied to `out`.
    copied: usize,
    out: String,
    path: String,
    opening: String,
    change: F,
}

impl<E, F: FnMut(&str, &str) -> Result<String, E>> Walk<'_, F> {
    fn peek(&self) -> Option<u8> {
        self.json.as_bytes().get(self.at).copied()
    }

    fn take(&mut self, byte: u8) -> Result<(), Stop<E>> {
        if self.peek() != Some(byte) {
            return Err(Stop::Malformed);
        }
        self.at += 1;
        Ok(())
    }

    fn value(&mut self) -> Result<(), Stop<E>> {
        match self.peek() {
            Some(b'{') if self.json[self.at..].starts_with(&self.opening) => self.marked(),
            Some(b'{') => self.object(),
            Some(b'[') => self.members(b']', |walk, index| {
                let _ = write!(walk.path, "{index}");
                Ok(())
            }),
            _ => self.leaf(),
        }
    }

    fn object(&mut self) -> Result<(), Stop<E>> {
        self.members(b'}', |walk, _| {
            let start = walk.at + 1;
            walk.string()?;
            walk.path.push_str(&walk.json[start..walk.at - 1]);
            walk.take(b':')
        })
    }

    /// Walks all members between brackets; `name` adds a member's name to the path.
    fn members(
        &mut self,
        end: u8,
        name: impl Fn(&mut Self, usize) -> Result<(), Stop<E>>,
    ) -> Result<(), Stop<E>> {
        self.at += 1;
        let mut index = 0;
        while self.peek() != Some(end) {
            if index > 0 {
                self.take(b',')?;
            }
            let length = self.path.len();
            self.path.push('/');
            name(self, index)?;
            self.value()?;
            self.path.truncate(length);
            index += 1;
        }
        self.take(end)
    }

    fn marked(&mut self) -> Result<(), Stop<E>> {
        let start = self.at;
        self.at += self.opening.len();
        let inner = self.at;
        self.skip()?;
        let end = self.at;
        // With other members beside the marker, this is an ordinary object.
        if self.peek() == Some(b',') {
            self.at = start;
            return self.object();
        }
        self.take(b'}')?;
        let changed = (self.change)(&self.path, &self.json[inner..end]).map_err(Stop::Refused)?;
        self.out.push_str(&self.json[self.copied..start]);
        self.out.push_str(&changed);
        self.copied = self.at;
        Ok(())
    }

    /// Skips a value of any kind.
    fn skip(&mut self) -> Result<(), Stop<E>> {
        let mut depth = 0_usize;
        loop {
            match self.peek().ok_or(Stop::Malformed)? {
                b'{' | b'[' => {
                    depth += 1;
                    self.at += 1;
                }
                b'}' | b']' => {
                    depth = depth.checked_sub(1).ok_or(Stop::Malformed)?;
                    self.at += 1;
                }
                b',' | b':' if depth > 0 => self.at += 1,
                _ => self.leaf()?,
            }
            if depth == 0 {
                return Ok(());
            }
        }
    }

    /// A string, a number or a keyword.
    fn leaf(&mut self) -> Result<(), Stop<E>> {
        if self.peek() == Some(b'"') {
            return self.string();
        }
        let rest = &self.json.as_bytes()[self.at..];
        let length = rest.iter().take_while(|b| b.is_ascii_alphanumeric() || b"+-.".contains(b)).count();
        self.at += length;
        if length == 0 { Err(Stop::Malformed) } else { Ok(()) }
    }

    fn string(&mut self) -> Result<(), Stop<E>> {
        self.take(b'"')?;
        loop {
            match self.peek().ok_or(Stop::Malformed)? {
                b'"' => {
                    self.at += 1;
                    return Ok(());
                }
                b'\\' => self.at += 2,
                _ => self.at += 1,
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;

    use serde_json::{Value, json};

    use super::*;

    fn seen(json: &str) -> (Vec<(String, String)>, String) {
        let mut seen = Vec::new();
        let changed = replace(json, "data", "$m", |path, inner| {
            seen.push((path.to_owned(), inner.to_owned()));
            Ok::<_, Infallible>("\"!\"".into())
        });
        let changed = changed.unwrap().into_owned();
        (seen, changed)
    }

    #[test]
    fn marked_objects_are_replaced_where_they_stand() {
        let json = json!({
            "a": {"$m": {"x": [1, {"y": "}]\\\""}], "z": -1.5e9}},
            "b": ["\"$m\":", {"$m": 7}, [{"$m": null}], {}, []],
            "c": {"deep": {"er": {"$m": "text"}}, "true": true},
            "not one": {"$n": {"$m": "in another"}},
            "not alone": {"$m": {"$m": 1}, "z": {"$m": 2}},
        })
        .to_string();
        let (seen, changed) = seen(&json);
        let paths: Vec<&str> = seen.iter().map(|(path, _)| path.as_str()).collect();
        let in_one = ["data/a", "data/b/1", "data/b/2/0", "data/c/deep/er"];
        assert_eq!(
            paths,
            [&in_one[..], &["data/not alone/$m", "data/not alone/z", "data/not one/$n"]].concat()
        );
        assert_eq!(
            serde_json::from_str::<Value>(&seen[0].1).unwrap(),
            json!({"x": [1, {"y": "}]\\\""}], "z": -1.5e9})
        );
        let changed: Value = serde_json::from_str(&changed).unwrap();
        let expected = json!({"a": "!", "b": ["\"$m\":", "!", ["!"], {}, []], "c": {"deep": {"er": "!"}, "true": true},
            "not one": {"$n": "!"}, "not alone": {"$m": "!", "z": "!"}});
        assert_eq!(changed, expected);
    }

    #[test]
    fn text_cannot_pass_for_a_marker() {
        let json = json!({"title": "{\"$m\":1}", "\"$m\"": "{\"$m\":"}).to_string();
        assert_eq!(seen(&json), (vec![], json));
    }

    #[test]
    fn what_is_not_json_is_told() {
        for json in
            ["{\"$m\":", "{\"$m\":}", "{\"a\":[{\"$m\":1}", "{\"$m\":\"\\", "[{\"$m\":1}}", "{\"$m\":1} "]
        {
            let changed = replace(json, "data", "$m", |_, _| Ok::<_, Infallible>("0".into()));
            assert!(matches!(changed, Err(Stop::Malformed)), "{json}: {changed:?}");
        }
    }
}

#[cfg(test)]
mod fuzz {
    use std::convert::Infallible;

    use bolero::{TypeGenerator, check};
    use serde_json::{Value, json};

    use super::*;

    #[derive(Clone, Debug, TypeGenerator)]
    enum Leaf {
        Null,
        Whole(i64),
        Text(String),
        Marked(String),
        Nearly(String),
    }

    fn leaf(leaf: &Leaf) -> Value {
        match leaf {
            Leaf::Null => Value::Null,
            Leaf::Whole(number) => json!(number),
            Leaf::Text(text) => json!(text),
            Leaf::Marked(text) => json!({"$personal": text}),
            Leaf::Nearly(text) => json!({"a": 1, "$personal": {"$personal": text}}),
        }
    }

    /// The expected result of the walk.
    fn expected(value: &Value) -> Value {
        match value {
            Value::Object(members) if members.len() == 1 && members.contains_key("$personal") => {
                json!("here")
            }
            Value::Object(members) => {
                members.iter().map(|(name, value)| (name.clone(), expected(value))).collect()
            }
            Value::Array(items) => items.iter().map(expected).collect(),
            other => other.clone(),
        }
    }

    fn walked(json: &str) -> Result<Cow<'_, str>, Stop<Infallible>> {
        replace(json, "data", "$personal", |_, _| Ok("\"here\"".to_owned()))
    }

    #[test]
    fn fuzz_json_walk() {
        check!().with_type::<(Vec<(String, Leaf, Vec<Leaf>)>, Vec<u8>)>().for_each(|(members, bytes)| {
            let value: Value = members
                .iter()
                .map(|(name, one, many)| {
                    (name.clone(), json!([leaf(one), many.iter().map(leaf).collect::<Value>()]))
                })
                .collect::<serde_json::Map<_, _>>()
                .into();
            let text = value.to_string();
            assert_eq!(serde_json::from_str::<Value>(&walked(&text).unwrap()).unwrap(), expected(&value));
            // Arbitrary text is either walked or rejected, without a panic.
            let mut broken = text.into_bytes();
            let length = broken.len();
            for (nth, byte) in bytes.iter().enumerate() {
                broken[nth * 7 % length] = *byte;
            }
            let _ = walked(&String::from_utf8_lossy(&broken));
        });
    }
}
