//! Reads the text format of Prometheus, in which the registry of metrics tells its values.

use std::collections::BTreeMap;

/// All values of one metric.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Family {
    pub help: String,
    /// `counter`, `gauge` or `histogram`.
    pub kind: String,
    pub samples: Vec<Sample>,
}

/// One value.
#[derive(Clone, Debug, PartialEq)]
pub struct Sample {
    pub part: SamplePart,
    pub labels: BTreeMap<String, String>,
    pub value: f64,
}

/// What a value is of its metric.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SamplePart {
    Value,
    /// The sum of what a histogram measured.
    Sum,
    /// How often it measured.
    Count,
    Bucket,
}

/// The metrics of `text`, by name. Lines that are not in the format are left out.
pub fn families(text: &str) -> BTreeMap<String, Family> {
    let mut families: BTreeMap<String, Family> = BTreeMap::new();
    for line in text.lines() {
        if let Some((name, help)) = comment(line, "# HELP ") {
            help.clone_into(&mut families.entry(name.to_owned()).or_default().help);
        } else if let Some((name, kind)) = comment(line, "# TYPE ") {
            kind.clone_into(&mut families.entry(name.to_owned()).or_default().kind);
        } else if let Some((name, labels, value)) = sample(line) {
            let (name, part) = of_family(name, &families);
            families.entry(name.to_owned()).or_default().samples.push(Sample { part, labels, value });
        }
    }
    families.retain(|_, family| !family.samples.is_empty());
    families
}

fn comment<'a>(line: &'a str, kind: &str) -> Option<(&'a str, &'a str)> {
    line.strip_prefix(kind)?.split_once(' ')
}

/// The metric that a sample belongs to: a histogram has three kinds of samples, each with an ending.
fn of_family<'a>(name: &'a str, families: &BTreeMap<String, Family>) -> (&'a str, SamplePart) {
    let endings = [("_sum", SamplePart::Sum), ("_count", SamplePart::Count), ("_bucket", SamplePart::Bucket)];
    for (ending, part) in endings {
        if let Some(stem) = name.strip_suffix(ending)
            && families.get(stem).is_some_and(|family| family.kind == "histogram")
        {
            return (stem, part);
        }
    }
    (name, SamplePart::Value)
}

fn sample(line: &str) -> Option<(&str, BTreeMap<String, String>, f64)> {
    let end = line.find(['{', ' '])?;
    let (name, rest) = line.split_at(end);
    let (labels, value) = match rest.strip_prefix('{') {
        Some(rest) => labels(rest)?,
        None => (BTreeMap::new(), rest),
    };
    let value = value.split_whitespace().next()?.parse().ok()?;
    (!name.is_empty() && !name.starts_with('#')).then_some((name, labels, value))
}

/// The labels up to the closing brace, and what follows it.
fn labels(mut rest: &str) -> Option<(BTreeMap<String, String>, &str)> {
    let mut labels = BTreeMap::new();
    loop {
        rest = rest.trim_start_matches(',');
        if let Some(after) = rest.strip_prefix('}') {
            return Some((labels, after));
        }
        let (name, quoted) = rest.split_once("=\"")?;
        let (value, after) = unquoted(quoted)?;
        labels.insert(name.to_owned(), value);
        rest = after;
    }
}

/// A label's value up to its closing quote, and what follows it.
fn unquoted(text: &str) -> Option<(String, &str)> {
    let mut value = String::new();
    let mut characters = text.char_indices();
    while let Some((at, character)) = characters.next() {
        match character {
            '"' => return Some((value, text.get(at + 1..)?)),
            '\\' => value.push(match characters.next()?.1 {
                'n' => '\n',
                other => other,
            }),
            other => value.push(other),
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = r#"# HELP requests_total Requests so far.
# TYPE requests_total counter
requests_total{route="/a,b}",said="\"x\"\\n"} 3
requests_total 4

# HELP seconds How long.
# TYPE seconds histogram
seconds_bucket{le="+Inf"} 2
seconds_sum 0.5
seconds_count 2
# TYPE row_count gauge
row_count NaN
nonsense{a="b 1
# TYPE unused gauge
"#;

    #[test]
    fn values_are_read_with_their_labels_and_kinds() {
        let families = families(TEXT);
        assert_eq!(families.keys().collect::<Vec<_>>(), ["requests_total", "row_count", "seconds"]);
        let requests = &families["requests_total"];
        assert_eq!((&*requests.help, &*requests.kind), ("Requests so far.", "counter"));
        let labels: Vec<(&str, &str)> =
            requests.samples[0].labels.iter().map(|(name, value)| (&**name, &**value)).collect();
        assert_eq!(labels, [("route", "/a,b}"), ("said", "\"x\"\\n")]);
        assert!((requests.samples[1].value - 4.0).abs() < f64::EPSILON);
        let parts: Vec<SamplePart> = families["seconds"].samples.iter().map(|sample| sample.part).collect();
        assert_eq!(parts, [SamplePart::Bucket, SamplePart::Sum, SamplePart::Count]);
        assert!(families["row_count"].samples[0].value.is_nan());
    }
}
