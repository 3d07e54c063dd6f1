use json::{Map, Span, Str, Value};

use crate::parse::{Entry, Kind, Node, Yaml};
use crate::render::{after_colon, block, flow, is_empty, scalar, to_yaml};

impl Yaml {
    /// The text for changed data. What has not changed keeps its bytes, comments included; a member that has another
    /// name at the same place keeps what stands beside it; members and items that moved take their comments along.
    pub fn updated(&self, value: &Value) -> String {
        if is_same(&self.root.value, value) {
            return self.text.clone();
        }
        let text = self.pieced_together(value);
        match Yaml::parse(&text) {
            Ok(read) if is_same(&read.root.value, value) => text,
            // Rather without comments than wrong.
            _ => to_yaml(value),
        }
    }

    /// The same for a template, which was read by [`Yaml::parse_template`]. None if it can't be written so that it
    /// is read as this data.
    pub fn updated_template(&self, value: &Value) -> Option<String> {
        let text = self.pieced_together(value);
        let read = Yaml::parse_template(&text).ok()?;
        is_same(&read.root.value, value).then_some(text)
    }
}

impl Yaml {
    fn pieced_together(&self, value: &Value) -> String {
        if self.root.span.is_empty() {
            // A text of comments only, or none at all.
            return format!("{}{}", self.text, to_yaml(value));
        }
        let start = self.text.get(..self.root.span.start).unwrap_or_default();
        let end = self.text.get(self.root.span.end..).unwrap_or_default();
        format!("{start}{}{end}", Updater { text: &self.text }.node(&self.root, value))
    }
}

/// Whether two values are the same, the order of members included.
fn is_same(one: &Value, other: &Value) -> bool {
    match (one, other) {
        (Value::Object(_), Value::Object(_)) => {
            let (Some(one), Some(other)) = (one.as_object(), other.as_object()) else { return false };
            one.len() == other.len()
                && one
                    .iter()
                    .zip(other.iter())
                    .all(|((name, one), (known, other))| name == known && is_same(one, other))
        }
        (Value::Array(_), Value::Array(_)) => {
            let (one, other) = (one.as_array().unwrap_or_default(), other.as_array().unwrap_or_default());
            one.len() == other.len() && one.iter().zip(other).all(|(one, other)| is_same(one, other))
        }
        _ => one == other,
    }
}

struct Updater<'t> {
    text: &'t str,
}

impl Updater<'_> {
    fn source(&self, span: Span) -> &str {
        self.text.get(span.range()).unwrap_or_default()
    }

    fn column(&self, offset: usize) -> usize {
        let before = self.text.get(..offset).unwrap_or_default();
        before.rsplit('\n').next().map_or(0, |line| line.chars().count())
    }

    /// The text of a value in the place of an old one.
    fn node(&self, node: &Node, value: &Value) -> String {
        if is_same(&node.value, value) {
            return self.source(node.span).to_owned();
        }
        match &node.kind {
            Kind::Mapping { entries, flow: false }
                if value.as_object().is_some_and(|new| !new.is_empty()) =>
            {
                self.mapping(entries, value.as_object().unwrap_or(&Map::new()), node)
            }
            Kind::Sequence { items, flow: false } if value.as_array().is_some_and(|new| !new.is_empty()) => {
                self.sequence(items, value.as_array().unwrap_or_default(), node)
            }
            Kind::Mapping { entries, flow: true } => self.flow_mapping(entries, value, node),
            Kind::Sequence { items, flow: true } => self.flow_sequence(items, value, node),
            Kind::Scalar(_) | Kind::Tagged if let Some(text) = self.literal(node, value) => text,
            Kind::Scalar(style) if !matches!(value, Value::Object(_) | Value::Array(_)) => {
                scalar(value, *style)
            }
            _ => inline(value),
        }
    }

    /// Another text of several lines in the place of one in block style, `|`, also where it is what a function is
    /// called with.
    fn literal(&self, node: &Node, value: &Value) -> Option<String> {
        let (before, text) = match &node.kind {
            Kind::Tagged => {
                let (function, before) = node.value.as_object()?.entry_at(0)?;
                let now = value.as_object().filter(|value| value.len() == 1)?.get(function)?;
                (before.as_str()?, now.as_str()?)
            }
            _ => (node.value.as_str()?, value.as_str()?),
        };
        // The mark says how many line ends there are after the text.
        let ends = |text: &str| text.len() - text.trim_end_matches('\n').len();
        let is_odd = |letter: char| (letter.is_control() && letter != '\n') || letter == '\u{feff}';
        if ends(before) != ends(text) || text.trim().is_empty() || text.contains(is_odd) {
            return None;
        }
        // Behind a tag stands the mark of the style; without one, the node begins with its text.
        let source = self.source(node.span);
        let (head, old) = match &node.kind {
            Kind::Tagged => source.split_once('\n')?,
            Kind::Scalar(saphyr_parser::ScalarStyle::Literal) => ("", source),
            _ => return None,
        };
        let first = old.lines().find(|line| !line.trim().is_empty())?;
        let blanks = first.len() - first.trim_start_matches(' ').len();
        let indent = if head.is_empty() { self.column(node.span.start) + blanks } else { blanks };
        if !(head.is_empty() || head.contains('|')) || text.starts_with([' ', '\n']) {
            return None;
        }
        let margin = " ".repeat(indent);
        let newline = if source.contains('\r') { "\r\n" } else { "\n" };
        let mut out =
            if head.is_empty() { " ".repeat(blanks) } else { head.trim_end_matches('\r').to_owned() };
        for (number, line) in text.trim_end_matches('\n').split('\n').enumerate() {
            if number == 0 && head.is_empty() {
                out.push_str(line);
                continue;
            }
            out.push_str(newline);
            if !line.is_empty() {
                out.push_str(&margin);
                out.push_str(line);
            }
        }
        Some(out)
    }

    /// A mapping in block style, from its first name to its last value.
    fn mapping(&self, entries: &[Entry], new: &Map, node: &Node) -> String {
        let indent = self.column(node.span.start);
        let merged: Vec<&Str> = entries
            .iter()
            .filter(|entry| entry.merges)
            .flat_map(|entry| entry.node.value.as_object().into_iter().flat_map(Map::keys))
            .collect();
        let own: Vec<&Entry> = entries.iter().filter(|entry| !entry.merges).collect();
        let chunks =
            self.chunks(node.span, entries.iter().map(|entry| entry.node.span.end.max(entry.key.end)));
        let chunk_of = |entry: &Entry| {
            let position = entries.iter().position(|known| known.key == entry.key);
            position.and_then(|position| chunks.get(position)).copied().unwrap_or(entry.key)
        };
        // Merges stay in front.
        let mut out: Vec<String> = entries
            .iter()
            .filter(|entry| entry.merges)
            .map(|entry| self.separated(chunk_of(entry), indent))
            .collect();
        let names: Vec<&Str> = new
            .keys()
            .filter(|name| {
                let is_own = own.iter().any(|entry| entry.name == **name);
                let comes_from_merge = merged.contains(name)
                    && !is_own
                    && node
                        .value
                        .get(name)
                        .is_some_and(|old| new.get(name).is_some_and(|new| is_same(old, new)));
                !comes_from_merge
            })
            .collect();
        for (position, name) in names.iter().enumerate() {
            let Some(value) = new.get(name) else { continue };
            let known = own.iter().find(|entry| entry.name == **name);
            // A name that is gone where one that is new stands: it was renamed.
            let renamed = || {
                own.get(position).filter(|entry| !new.contains_key(&entry.name) && own.len() == names.len())
            };
            match known.or_else(renamed) {
                Some(entry) => out.push(self.entry(entry, name, value, chunk_of(entry), indent)),
                None => {
                    let mut text = format!("\n{}", " ".repeat(indent));
                    text.push_str(&scalar(
                        &Value::String((*name).clone()),
                        saphyr_parser::ScalarStyle::Plain,
                    ));
                    text.push(':');
                    after_colon(value, indent, &mut text);
                    out.push(text);
                }
            }
        }
        joined(&out, indent)
    }

    fn entry(&self, entry: &Entry, name: &Str, value: &Value, chunk: Span, indent: usize) -> String {
        let Entry { key, node, .. } = entry;
        let before = self.separated(Span::new(chunk.start, key.start), indent);
        let name = match entry.name == *name {
            true => self.source(*key).to_owned(),
            false => scalar(&Value::String(name.clone()), saphyr_parser::ScalarStyle::Plain),
        };
        let after = self.source(Span::new(node.span.end.max(key.end), chunk.end));
        let keeps_place = is_same(&node.value, value)
            || (matches!(node.kind, Kind::Scalar(_) | Kind::Tagged) && self.literal(node, value).is_some())
            || match &node.kind {
                Kind::Mapping { flow: false, .. } => value.as_object().is_some_and(|new| !new.is_empty()),
                Kind::Sequence { flow: false, .. } => value.as_array().is_some_and(|new| !new.is_empty()),
                Kind::Scalar(_) => {
                    !node.span.is_empty()
                        && !self.source(node.span).contains('\n')
                        && (is_empty(value) || !matches!(value, Value::Object(_) | Value::Array(_)))
                }
                Kind::Mapping { .. } | Kind::Sequence { .. } => {
                    matches!(value, Value::Object(_) | Value::Array(_))
                }
                Kind::Tagged => !matches!(value, Value::Object(_) | Value::Array(_)),
                Kind::Alias => false,
            };
        if keeps_place {
            let between = self.source(Span::new(key.end, node.span.start.max(key.end)));
            let text = if node.span.is_empty() { String::new() } else { self.node(node, value) };
            return format!("{before}{name}{between}{text}{after}");
        }
        let mut text = format!("{before}{name}:");
        match value {
            Value::Object(_) | Value::Array(_) if !is_empty(value) => {
                // A comment beside the old value stays beside the name.
                text.push_str(if after.trim().starts_with('#') { after } else { "" });
                after_colon(value, indent, &mut text);
            }
            _ => {
                after_colon(value, indent, &mut text);
                text.push_str(after);
            }
        }
        text
    }

    /// A sequence in block style, from its first dash to its last item.
    fn sequence(&self, items: &[Node], new: &[Value], node: &Node) -> String {
        let dash_of = |item: &Node| {
            let before = self.text.get(..item.span.start).unwrap_or_default();
            before.rfind('-').unwrap_or(item.span.start)
        };
        let indent = self.column(node.span.start);
        let chunks = self.chunks(node.span, items.iter().map(|item| item.span.end));
        let mut used = vec![false; items.len()];
        // Items that are still there keep their text, wherever they have gone.
        let mut of_new: Vec<Option<usize>> = vec![None; new.len()];
        let same_length = new.len() == items.len();
        for (position, value) in new.iter().enumerate() {
            let here = items.get(position).filter(|item| is_same(&item.value, value)).map(|_| position);
            let found = here.filter(|at| !used[*at]).or_else(|| {
                items.iter().enumerate().position(|(at, item)| !used[at] && is_same(&item.value, value))
            });
            if let Some(at) = found {
                used[at] = true;
                of_new[position] = Some(at);
            }
        }
        for (position, slot) in of_new.iter_mut().enumerate() {
            if slot.is_some() {
                continue;
            }
            let candidate = if same_length && !used[position] {
                Some(position)
            } else {
                used.iter().position(|used| !used).filter(|_| new.len() <= items.len())
            };
            if let Some(at) = candidate {
                used[at] = true;
                *slot = Some(at);
            }
        }
        let mut out = Vec::new();
        for (value, old) in new.iter().zip(of_new) {
            let old = old.and_then(|at| Some((items.get(at)?, chunks.get(at).copied()?)));
            out.push(match old {
                Some((item, chunk)) if is_same(&item.value, value) => self.separated(chunk, indent),
                Some((item, chunk)) if !item.span.is_empty() && fits(item, value) => {
                    let start = item.span.start.max(dash_of(item));
                    let before = self.separated(Span::new(chunk.start, start), indent);
                    let after = self.source(Span::new(item.span.end, chunk.end));
                    format!("{before}{}{after}", self.node(item, value))
                }
                _ => {
                    let mut text = format!("\n{}- ", " ".repeat(indent));
                    match value {
                        Value::Object(_) | Value::Array(_) if !is_empty(value) => {
                            block(value, indent + 2, &mut text);
                        }
                        _ => text.push_str(&inline(value)),
                    }
                    text
                }
            });
        }
        joined(&out, indent)
    }

    fn flow_mapping(&self, entries: &[Entry], value: &Value, node: &Node) -> String {
        let Some(new) = value.as_object() else { return inline(value) };
        let same_names = entries.len() == new.len()
            && entries.iter().zip(new.keys()).all(|(entry, name)| entry.name == *name && !entry.merges);
        if !same_names {
            return inline(value);
        }
        let parts = entries.iter().zip(new.values()).map(|(entry, value)| (&entry.node, value));
        self.spliced(node, parts)
    }

    fn flow_sequence(&self, items: &[Node], value: &Value, node: &Node) -> String {
        match value.as_array() {
            Some(new) if new.len() == items.len() => self.spliced(node, items.iter().zip(new)),
            _ => inline(value),
        }
    }

    /// The text of a container in flow style with the texts of some parts replaced.
    fn spliced<'n>(&self, node: &Node, parts: impl Iterator<Item = (&'n Node, &'n Value)>) -> String {
        let mut out = String::new();
        let mut at = node.span.start;
        for (part, value) in parts {
            out.push_str(self.source(Span::new(at, part.span.start.max(at))));
            out.push_str(&match is_same(&part.value, value) {
                true => self.source(part.span).to_owned(),
                false => match &part.kind {
                    Kind::Mapping { .. } | Kind::Sequence { .. } => self.node(part, value),
                    _ => inline(value),
                },
            });
            at = part.span.end.max(at);
        }
        out.push_str(self.source(Span::new(at, node.span.end)));
        out
    }

    /// The parts of a container in block style: each reaches from the end of the line of the one before to the
    /// end of its own line, so that comments above an entry and beside it belong to it. What stands beside the last
    /// one is behind the container, and belongs to what is around.
    fn chunks(&self, container: Span, ends: impl Iterator<Item = usize>) -> Vec<Span> {
        let mut chunks = Vec::new();
        let mut at = container.start;
        for end in ends {
            let rest = self.text.get(end..).unwrap_or_default();
            let line = rest.split('\n').next().unwrap_or_default();
            // Only a comment can follow; anything else belongs to what is around.
            let trailing = if line.trim_start().starts_with('#') { line.trim_end().len() } else { 0 };
            let end = (end + trailing).min(container.end.max(end)).max(at);
            chunks.push(Span::new(at, end));
            at = end;
        }
        chunks
    }

    /// The text of a part with a line end in front, also if it was the first.
    fn separated(&self, part: Span, indent: usize) -> String {
        let text = self.source(part);
        let blank = text.split('\n').next().is_some_and(|line| line.trim().is_empty()) && text.contains('\n');
        if blank { text.to_owned() } else { format!("\n{}{text}", " ".repeat(indent)) }
    }
}

/// Whether the new value can stand where the old one began.
fn fits(old: &Node, new: &Value) -> bool {
    match (&old.kind, new) {
        (Kind::Mapping { .. }, Value::Object(_)) | (Kind::Sequence { .. }, Value::Array(_)) => !is_empty(new),
        (Kind::Scalar(_) | Kind::Tagged, _) => !matches!(new, Value::Object(_) | Value::Array(_)),
        _ => false,
    }
}

fn inline(value: &Value) -> String {
    let mut out = String::new();
    match value {
        Value::Object(_) | Value::Array(_) => flow(value, &mut out),
        _ => out.push_str(&scalar(value, saphyr_parser::ScalarStyle::DoubleQuoted)),
    }
    out
}

/// Parts with line ends in front as one text that begins with the first of them.
fn joined(parts: &[String], indent: usize) -> String {
    let text = parts.concat();
    let text = text.strip_prefix('\n').unwrap_or(&text);
    let margin = " ".repeat(indent);
    text.strip_prefix(&*margin).unwrap_or(text).to_owned()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use crate::Yaml;

    const WORKFLOW: &str = "# Orders\nComment: Takes orders  # shown in the console\nStartAt: Check\nStates:\n  # The first one.\n  Check:\n    Type: Choice\n    Choices:\n      - Variable: $.total   # in cents\n        NumericGreaterThan: 100\n        Next: Review\n      # Then the rest.\n      - Variable: $.vip\n        BooleanEquals: true\n        Next: Ship\n    Default: 'Ship'\n\n  Review:\n    Type: Pass\n    Parameters: {a: 1, b: [x, 'y']}\n    Next: Ship\n  Ship: # the last one\n    Type: Succeed\n";

    fn check(edit: impl Fn(&str) -> String, old: &str, new: &str) {
        let yaml = Yaml::parse(WORKFLOW).unwrap();
        let (json, _) = yaml.to_json();
        let edited = edit(&json);
        assert_ne!(edited, json, "the edit changes nothing");
        let value = json::parse(&edited).unwrap();
        let updated = yaml.updated(&value);
        assert_eq!(
            Yaml::parse(&updated).unwrap().value().to_text(),
            value.without_text().to_text(),
            "{updated}"
        );
        assert_eq!(updated, WORKFLOW.replacen(old, new, 1), "{updated}");
    }

    #[test]
    fn nothing_changes_nothing() {
        let yaml = Yaml::parse(WORKFLOW).unwrap();
        let value = json::parse(&yaml.to_json().0).unwrap();
        assert_eq!(yaml.updated(&value), WORKFLOW);
    }

    #[test]
    fn a_value_changes_alone() {
        check(|json| json.replace("100", "250"), "100", "250");
        check(|json| json.replace("\"Takes orders\"", "\"Takes: all\""), "Takes orders", "\"Takes: all\"");
        check(|json| json.replace("\"Default\": \"Ship\"", "\"Default\": \"It's\""), "'Ship'", "'It''s'");
        check(|json| json.replace("\"x\"", "\"z\""), "[x,", "[\"z\",");
        check(|json| json.replace("\"a\": 1", "\"a\": {\"c\": []}"), "a: 1", "a: {\"c\": []}");
    }

    #[test]
    fn members_come_and_go() {
        check(
            |json| {
                json.replace("\"Type\": \"Succeed\"", "\"Type\": \"Succeed\",\n      \"Comment\": \"End\"")
            },
            "Type: Succeed",
            "Type: Succeed\n    Comment: End",
        );
        check(|json| json.replace("\"BooleanEquals\": true,\n", ""), "        BooleanEquals: true\n", "");
        check(
            |json| json.replace("\"StartAt\"", "\"TimeoutSeconds\": 60,\n  \"StartAt\""),
            "StartAt",
            "TimeoutSeconds: 60\nStartAt",
        );
    }

    #[test]
    fn a_renamed_state_keeps_its_comments() {
        check(|json| json.replace("\"Check\": {", "\"Verify\": {"), "  Check:", "  Verify:");
        check(|json| json.replace("\"Ship\": {", "\"Send it\": {"), "  Ship: #", "  Send it: #");
    }

    #[test]
    fn a_moved_item_takes_its_comments_along() {
        let yaml = Yaml::parse("a:\n  - 1 # one\n  # above two\n  - 2\n  - 3\n").unwrap();
        let moved = yaml.updated(&json::parse(r#"{"a": [2, 1, 3]}"#).unwrap());
        assert_eq!(moved, "a:\n  # above two\n  - 2\n  - 1 # one\n  - 3\n");
        let without = yaml.updated(&json::parse(r#"{"a": [1, 3]}"#).unwrap());
        assert_eq!(without, "a:\n  - 1 # one\n  - 3\n");
        let more = yaml.updated(&json::parse(r#"{"a": [1, 2, 3, {"b": [4]}]}"#).unwrap());
        assert_eq!(more, "a:\n  - 1 # one\n  # above two\n  - 2\n  - 3\n  - b:\n      - 4\n");
    }

    fn values() -> impl Strategy<Value = json::Value> {
        let texts =
            prop::sample::select(vec!["x", "", "a: b", "#", "- 1", "yes", "{% $x %}", "it's", "é\n", "1"]);
        let leaf = prop_oneof![
            Just(json::Value::Null),
            any::<bool>().prop_map(json::Value::from),
            (-9_i64..9).prop_map(json::Value::int),
            texts.prop_map(json::Value::from),
        ];
        leaf.prop_recursive(4, 30, 4, |inner| {
            let names = prop::sample::select(vec!["a", "b", "c", "d e", "no", "f:"]);
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..4).prop_map(json::Value::array),
                prop::collection::vec((names, inner), 0..4).prop_map(json::Value::from_members),
            ]
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2_000))]

        #[test]
        fn any_data_takes_the_place_of_any_other(before in values(), after in values()) {
            let yaml = Yaml::parse(&crate::to_yaml(&before)).unwrap();
            prop_assert!(super::is_same(yaml.value(), &before));
            let text = yaml.pieced_together(&after);
            let read = Yaml::parse(&text);
            prop_assert!(read.is_ok(), "{}\n→\n{}", yaml.text(), text);
            prop_assert_eq!(read.unwrap().value().to_text(), after.to_text(), "{}\n→\n{}", yaml.text(), text);
        }

        #[test]
        fn any_text_is_read_or_refused(text in "[a-c:\\-\\n {}\\[\\],#'\"&*!|>?%]{0,40}") {
            if let Ok(yaml) = Yaml::parse(&text) {
                let (json, places) = yaml.to_json();
                let value = json::parse(&json).unwrap();
                prop_assert_eq!(value.without_text().to_text(), yaml.value().to_text());
                prop_assert_eq!(yaml.updated(yaml.value()), text.clone());
                for at in 0..=json.len() {
                    places.in_yaml(json::Span::empty_at(at));
                }
                let changed = json::Value::from_members([("a", yaml.value().clone())]);
                let updated = yaml.updated(&changed);
                prop_assert_eq!(Yaml::parse(&updated).unwrap().value().to_text(), changed.to_text());
            }
        }
    }

    #[test]
    fn containers_and_scalars_take_each_others_places() {
        let check = |before: &str, json: &str, after: &str| {
            assert_eq!(Yaml::parse(before).unwrap().updated(&json::parse(json).unwrap()), after, "{before}");
        };
        check("a: 1 # c\nb: 2\n", r#"{"a": {"x": 1}, "b": 2}"#, "a: # c\n  x: 1\nb: 2\n");
        check("a:\n  x: 1\nb: 2\n", r#"{"a": 1, "b": 2}"#, "a: 1\nb: 2\n");
        check("a:\nb: 2\n", r#"{"a": "x", "b": 2}"#, "a: x\nb: 2\n");
        check("a:\n  - 1\n", r#"{"a": []}"#, "a: []\n");
        check("a: |\n  one\n  two\nb: 1\n", r#"{"a": "three", "b": 1}"#, "a: three\nb: 1\n");
        check("a: &x {b: 1}\nc: *x\n", r#"{"a": {"b": 1}, "c": {"b": 2}}"#, "a: &x {b: 1}\nc:\n  b: 2\n");
        check("- a: 1\n  b: 2\n- c\n", r#"[{"a": 1, "b": 3}, "c"]"#, "- a: 1\n  b: 3\n- c\n");
        check("", r#"{"a": 1}"#, "a: 1\n");
    }
}
