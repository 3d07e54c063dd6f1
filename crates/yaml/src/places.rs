use json::{Map, Span, Value};

use crate::parse::{Kind, Node, Yaml};

/// Which part of a JSON text is which part of a YAML text.
#[derive(Clone, Debug, Default)]
pub struct Places {
    /// The span in the JSON text, then the one in the YAML text, in the order of the JSON text; what is inside
    /// of something comes after it.
    pairs: Vec<(Span, Span)>,
}

impl Yaml {
    /// The data as a JSON text, and which part of it is which part of this text.
    pub fn to_json(&self) -> (String, Places) {
        let mut writer = Writer { out: String::new(), places: Places::default() };
        writer.node(&self.root, 0);
        writer.out.push('\n');
        (writer.out, writer.places)
    }
}

impl Places {
    /// Where something of the JSON text is in the YAML text. A part of a text is the whole of it there.
    pub fn in_yaml(&self, json: Span) -> Span {
        let around = self.pairs.iter().filter(|(known, _)| known.contains(json));
        let innermost = around.min_by_key(|(known, _)| known.len());
        innermost.map_or(Span::empty_at(0), |(_, yaml)| *yaml)
    }

    /// The offset in the JSON text of what is at an offset of the YAML text.
    pub fn in_json(&self, yaml: usize) -> usize {
        let around = self.pairs.iter().filter(|(_, known)| known.touches(yaml));
        let innermost = around.min_by_key(|(_, known)| known.len());
        innermost.map_or(0, |(json, _)| json.start)
    }
}

struct Writer {
    out: String,
    places: Places,
}

impl Writer {
    fn node(&mut self, node: &Node, depth: usize) {
        let slot = self.places.pairs.len();
        let start = self.out.len();
        self.places.pairs.push((Span::empty_at(start), node.span));
        match &node.kind {
            Kind::Mapping { entries, .. } => {
                let merged = entries.iter().filter(|entry| entry.merges);
                let merged: Vec<(&json::Str, &Value)> = merged
                    .flat_map(|entry| entry.node.value.as_object().into_iter().flat_map(Map::iter))
                    .collect();
                let own = |name: &str| entries.iter().any(|entry| !entry.merges && &*entry.name == name);
                self.out.push('{');
                let mut is_first = true;
                for (name, value) in merged.into_iter().filter(|(name, _)| !own(name)) {
                    self.separate(&mut is_first, depth + 1);
                    json::quote(name, &mut self.out);
                    self.out.push_str(": ");
                    self.value(value, depth + 1);
                }
                for entry in entries.iter().filter(|entry| !entry.merges) {
                    self.separate(&mut is_first, depth + 1);
                    let start = self.out.len();
                    json::quote(&entry.name, &mut self.out);
                    self.places.pairs.push((Span::new(start, self.out.len()), entry.key));
                    self.out.push_str(": ");
                    self.node(&entry.node, depth + 1);
                }
                self.close(is_first, depth, '}');
            }
            Kind::Sequence { items, .. } => {
                self.out.push('[');
                let mut is_first = true;
                for item in items {
                    self.separate(&mut is_first, depth + 1);
                    self.node(item, depth + 1);
                }
                self.close(is_first, depth, ']');
            }
            Kind::Scalar(_) | Kind::Alias | Kind::Tagged => self.value(&node.value, depth),
        }
        let end = self.out.len();
        if let Some((json, _)) = self.places.pairs.get_mut(slot) {
            json.end = end;
        }
    }

    fn value(&mut self, value: &Value, depth: usize) {
        let pretty = value.to_pretty();
        let indent = format!("\n{}", "  ".repeat(depth));
        self.out.push_str(&pretty.replace('\n', &indent));
    }

    fn separate(&mut self, is_first: &mut bool, depth: usize) {
        if !std::mem::replace(is_first, false) {
            self.out.push(',');
        }
        self.out.push('\n');
        self.out.push_str(&"  ".repeat(depth));
    }

    fn close(&mut self, is_empty: bool, depth: usize, bracket: char) {
        if !is_empty {
            self.out.push('\n');
            self.out.push_str(&"  ".repeat(depth));
        }
        self.out.push(bracket);
    }
}

#[cfg(test)]
mod tests {
    use json::Span;

    use crate::Yaml;

    #[test]
    fn places_are_found_both_ways() {
        let text = "StartAt: A # first\nStates:\n  A:\n    Type: Pass\n    End: true\n";
        let (json, places) = Yaml::parse(text).unwrap().to_json();
        assert_eq!(
            json,
            "{\n  \"StartAt\": \"A\",\n  \"States\": {\n    \"A\": {\n      \"Type\": \"Pass\",\n      \"End\": true\n    }\n  }\n}\n"
        );
        let check = |part: &str, yaml: &str| {
            let start = json.find(part).unwrap();
            let span = places.in_yaml(Span::new(start, start + part.len()));
            assert_eq!(text.get(span.range()), Some(yaml), "{part}");
        };
        check("\"Pass\"", "Pass");
        check("Pas", "Pass");
        check("\"Type\"", "Type");
        check("\"StartAt\"", "StartAt");
        let at = |part: &str| json.get(places.in_json(text.find(part).unwrap())..).unwrap();
        assert!(at("Pass").starts_with("\"Pass\""));
        assert!(at("End").starts_with("\"End\""));
        assert!(at("# first").starts_with("{"));
    }
}
