//! A line of metrics in Prometheus' text format: `name{label="value",…} 1.5`.

use std::str::FromStr;

/// A measured value with its labels.
#[derive(Debug, PartialEq)]
pub struct Sample<'a> {
    pub name: &'a str,
    labels: Vec<(&'a str, &'a str)>,
    pub value: f64,
}

impl<'a> Sample<'a> {
    /// Reads a line; `None` for comments and for what is no sample. Labels with escaped characters are kept as they are
    /// written: ours have none.
    pub fn read(line: &'a str) -> Option<Self> {
        if line.starts_with('#') {
            return None;
        }
        let Some((name, rest)) = line.split_once('{') else {
            let (name, value) = line.split_once(' ')?;
            return Some(Self { name, labels: Vec::new(), value: f64::from_str(value).ok()? });
        };
        // A value may contain braces, as the path of an operation does.
        let (inside, value) = rest.rsplit_once("} ")?;
        let labels = inside.split("\",").filter_map(|label| {
            let (name, value) = label.split_once("=\"")?;
            Some((name, value.strip_suffix('"').unwrap_or(value)))
        });
        Some(Self { name, labels: labels.collect(), value: f64::from_str(value.trim()).ok()? })
    }

    /// The value of a label.
    pub fn label(&self, name: &str) -> Option<&'a str> {
        self.labels.iter().find(|(label, _)| *label == name).map(|(_, value)| *value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_a_name_labels_and_a_value() {
        let line = r#"seconds_bucket{method="GET",route="/a/{id}/b,c",le="+Inf"} 12"#;
        let sample = Sample::read(line).unwrap();
        assert_eq!((sample.name, sample.value), ("seconds_bucket", 12.0));
        assert_eq!(sample.label("route"), Some("/a/{id}/b,c"));
        assert_eq!((sample.label("le"), sample.label("status")), (Some("+Inf"), None));
        let up = Sample { name: "up", labels: Vec::new(), value: 1.0 };
        assert_eq!(Sample::read("up 1"), Some(up));
        for other in ["", "# HELP up Whether it is.", "up", "up{a=\"b\"}", "up{a=\"b\"} x", "up x"] {
            assert_eq!(Sample::read(other), None, "{other}");
        }
    }
}
