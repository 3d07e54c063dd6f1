use std::collections::HashMap;

use json::{Map, Number, Span, Value};
use saphyr_parser::{Event, Parser, ScalarStyle, Tag};

/// How deep containers may stand in each other.
pub const MAX_DEPTH: usize = 200;
/// How many values a text may have, those that aliases repeat included.
pub const MAX_NODES: usize = 400_000;

/// A text that was read.
#[derive(Clone, Debug)]
pub struct Yaml {
    pub(crate) text: String,
    pub(crate) root: Node,
}

/// Why a text can't be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct YamlError {
    /// A sentence without a full stop.
    pub message: String,
    pub span: Span,
}

#[derive(Clone, Debug)]
pub(crate) struct Node {
    pub value: Value,
    /// From the first to the last character that belongs to it.
    pub span: Span,
    pub kind: Kind,
}

#[derive(Clone, Debug)]
pub(crate) enum Kind {
    Scalar(ScalarStyle),
    Mapping {
        entries: Vec<Entry>,
        flow: bool,
    },
    Sequence {
        items: Vec<Node>,
        flow: bool,
    },
    /// Repeats what stands elsewhere.
    Alias,
    /// A function of CloudFormation in its short form, from its tag on.
    Tagged,
}

#[derive(Clone, Debug)]
pub(crate) struct Entry {
    pub name: json::Str,
    pub key: Span,
    pub node: Node,
    /// Whether it is `<<: *other`, whose members count as members of the mapping.
    pub merges: bool,
}

impl Yaml {
    /// Reads the first document of a text.
    ///
    /// # Errors
    ///
    /// What is not YAML, several documents, and what JSON can't say: keys that are no texts.
    pub fn parse(text: &str) -> Result<Yaml, YamlError> {
        Yaml::read(text, false)
    }

    /// The same of a template of CloudFormation: what has a tag is read as the function that the tag is short for,
    /// `!GetAtt A.Arn` as `{"Fn::GetAtt": ["A", "Arn"]}`.
    ///
    /// # Errors
    ///
    /// As [`Yaml::parse`].
    pub fn parse_template(text: &str) -> Result<Yaml, YamlError> {
        Yaml::read(text, true)
    }

    fn read(text: &str, has_functions: bool) -> Result<Yaml, YamlError> {
        let offsets = Offsets::new(text);
        let reader = Reader { text, offsets, anchors: HashMap::new(), count: 0, has_functions };
        Ok(Yaml { text: text.to_owned(), root: reader.read()? })
    }

    /// The data.
    pub fn value(&self) -> &Value {
        &self.root.value
    }

    pub fn text(&self) -> &str {
        &self.text
    }
}

/// Positions in characters as offsets in bytes.
struct Offsets {
    /// None for a text in which both are the same.
    starts: Option<Vec<usize>>,
    len: usize,
}

impl Offsets {
    fn new(text: &str) -> Offsets {
        let starts = (!text.is_ascii()).then(|| text.char_indices().map(|(offset, _)| offset).collect());
        Offsets { starts, len: text.len() }
    }

    fn byte(&self, position: usize) -> usize {
        match &self.starts {
            Some(starts) => starts.get(position).copied().unwrap_or(self.len),
            None => position.min(self.len),
        }
    }
}

struct Reader<'t> {
    text: &'t str,
    offsets: Offsets,
    anchors: HashMap<usize, Value>,
    count: usize,
    /// Whether tags stand for functions of CloudFormation.
    has_functions: bool,
}

/// A container that is being read.
enum Open {
    Mapping {
        entries: Vec<Entry>,
        key: Option<(json::Str, Span)>,
        start: usize,
        anchor: usize,
        function: Option<String>,
    },
    Sequence {
        items: Vec<Node>,
        start: usize,
        anchor: usize,
        function: Option<String>,
    },
}

impl Reader<'_> {
    fn read(mut self) -> Result<Node, YamlError> {
        let mut open: Vec<Open> = Vec::new();
        let mut root = None;
        for event in Parser::new_from_str(self.text) {
            let (event, span) = event.map_err(|error| {
                let at = self.offsets.byte(error.marker().index());
                let message = match error.info() {
                    info if info.contains("tabs disallowed") => "a tab can't indent YAML, use spaces",
                    info => info,
                };
                YamlError { message: message.to_owned(), span: self.visible(at) }
            })?;
            let start = self.offsets.byte(span.start.index());
            let end = self.offsets.byte(span.end.index());
            let span = Span::new(start, end.max(start));
            let node = match event {
                Event::Nothing | Event::StreamStart | Event::StreamEnd | Event::DocumentEnd => continue,
                Event::DocumentStart(_) if root.is_some() => {
                    return Err(error(
                        "A definition is one document; the rest after --- is another one",
                        span,
                    ));
                }
                Event::DocumentStart(_) => continue,
                Event::Alias(anchor) => {
                    let value = self.anchors.get(&anchor).cloned().unwrap_or_default();
                    self.count(nodes_in(&value), span)?;
                    Node { value, span, kind: Kind::Alias }
                }
                Event::Scalar(text, style, anchor, tag) => {
                    self.count(1, span)?;
                    let is_plain = style == ScalarStyle::Plain;
                    let is_text = tag.as_deref().is_some_and(|tag| tag.suffix == "str");
                    let value = if is_plain && !is_text { plain_value(&text) } else { Value::from(&*text) };
                    let function = self.function(tag.as_deref());
                    let is_tagged = function.is_some();
                    let value = of_function(function, value);
                    let span = Span::new(start, start + self.content(span).len());
                    self.keep(anchor, &value);
                    self.tagged(is_tagged, Node { value, span, kind: Kind::Scalar(style) })
                }
                Event::MappingStart(anchor, _) | Event::SequenceStart(anchor, _)
                    if open.len() >= MAX_DEPTH =>
                {
                    let _ = anchor;
                    return Err(error("Nothing is nested this deeply", self.visible(start)));
                }
                Event::MappingStart(anchor, tag) => {
                    self.count(1, span)?;
                    let function = self.function(tag.as_deref());
                    open.push(Open::Mapping { entries: Vec::new(), key: None, start, anchor, function });
                    continue;
                }
                Event::SequenceStart(anchor, tag) => {
                    self.count(1, span)?;
                    let function = self.function(tag.as_deref());
                    open.push(Open::Sequence { items: Vec::new(), start, anchor, function });
                    continue;
                }
                Event::MappingEnd | Event::SequenceEnd => {
                    let Some(closed) = open.pop() else { continue };
                    let (node, anchor) = self.close(closed, end);
                    self.keep(anchor, &node.value);
                    node
                }
            };
            match open.last_mut() {
                None => root = Some(node),
                Some(Open::Sequence { items, .. }) => items.push(node),
                Some(Open::Mapping { entries, key, .. }) => match key.take() {
                    None => {
                        let name = match (&node.value, &node.kind) {
                            (Value::String(name), _) => name.clone(),
                            (_, Kind::Scalar(_)) => {
                                self.text.get(node.span.range()).unwrap_or_default().into()
                            }
                            _ => return Err(error("The name of a member has to be a text", node.span)),
                        };
                        *key = Some((name, node.span));
                    }
                    Some((name, span)) => {
                        let merges = &*name == "<<" && matches!(node.kind, Kind::Alias);
                        if !merges && entries.iter().any(|entry| entry.name == name) {
                            return Err(error(&format!("{name} is here twice; names are unique"), span));
                        }
                        entries.push(Entry { name, key: span, node, merges });
                    }
                },
            }
        }
        Ok(root.unwrap_or(Node {
            value: Value::Null,
            span: Span::empty_at(self.text.len()),
            kind: Kind::Scalar(ScalarStyle::Plain),
        }))
    }

    fn close(&self, open: Open, end: usize) -> (Node, usize) {
        match open {
            Open::Mapping { entries, start, anchor, function, .. } => {
                let first = entries.first().map_or(end, |entry| entry.key.start);
                let bracket = self.bracket('{', start, first);
                let flow = bracket.is_some();
                let start = bracket.unwrap_or(start);
                let last = entries.last().map_or(start, |entry| entry.node.span.end.max(entry.key.end));
                let start = if flow { start } else { entries.first().map_or(start, |entry| entry.key.start) };
                let span = Span::new(start, if flow { end } else { last });
                let mut members = Map::new();
                for entry in entries.iter().filter(|entry| entry.merges) {
                    for (name, value) in entry.node.value.as_object().into_iter().flat_map(Map::iter) {
                        members.insert(name.clone(), value.clone());
                    }
                }
                for entry in entries.iter().filter(|entry| !entry.merges) {
                    members.insert(entry.name.clone(), entry.node.value.clone());
                }
                let is_tagged = function.is_some();
                let value = of_function(function, Value::object(members));
                (self.tagged(is_tagged, Node { value, span, kind: Kind::Mapping { entries, flow } }), anchor)
            }
            Open::Sequence { items, start, anchor, function } => {
                let first = items.first().map_or(end, |item| item.span.start);
                let bracket = self.bracket('[', start, first);
                let flow = bracket.is_some();
                let start = bracket.unwrap_or(start);
                let last = items.last().map_or(start, |item| item.span.end);
                let span = Span::new(start, if flow { end } else { last.max(start) });
                let value = Value::array(items.iter().map(|item| item.value.clone()).collect());
                let is_tagged = function.is_some();
                let value = of_function(function, value);
                (self.tagged(is_tagged, Node { value, span, kind: Kind::Sequence { items, flow } }), anchor)
            }
        }
    }

    /// A node with the tag in front of it.
    fn tagged(&self, is_tagged: bool, node: Node) -> Node {
        if !is_tagged {
            return node;
        }
        let source = self.text.get(node.span.range()).unwrap_or_default();
        let before = self.text.get(..node.span.start).unwrap_or_default().trim_end();
        let start = match before.rfind('!') {
            _ if source.starts_with('!') => node.span.start,
            Some(tag) if !before.get(tag..).unwrap_or_default().contains(char::is_whitespace) => tag,
            // An anchor stands between them, or a comment.
            _ => return node,
        };
        Node { span: Span::new(start, node.span.end), kind: Kind::Tagged, ..node }
    }

    /// The function of CloudFormation that a tag is short for.
    fn function(&self, tag: Option<&Tag>) -> Option<String> {
        let tag = tag.filter(|tag| self.has_functions && tag.handle == "!" && !tag.suffix.is_empty())?;
        Some(match tag.suffix.as_str() {
            name @ ("Ref" | "Condition") => name.to_owned(),
            name => format!("Fn::{name}"),
        })
    }

    /// Where the bracket of a container in flow style is: behind its anchor and its tag, before its first part.
    fn bracket(&self, bracket: char, start: usize, first: usize) -> Option<usize> {
        let before = self.text.get(start..first)?;
        before.find(bracket).map(|at| start + at)
    }

    fn keep(&mut self, anchor: usize, value: &Value) {
        if anchor > 0 {
            self.anchors.insert(anchor, value.clone());
        }
    }

    fn count(&mut self, nodes: usize, span: Span) -> Result<(), YamlError> {
        self.count = self.count.saturating_add(nodes);
        if self.count > MAX_NODES {
            return Err(error("The text, with what its aliases repeat, is too large", span));
        }
        Ok(())
    }

    /// The part of a scalar's text without blanks and line ends behind it.
    fn content(&self, span: Span) -> &str {
        self.text.get(span.range()).unwrap_or_default().trim_end()
    }

    /// A place that can be marked: one character, or the last one of the text.
    fn visible(&self, at: usize) -> Span {
        let mut start = at.min(self.text.len());
        while !self.text.is_char_boundary(start) {
            start -= 1;
        }
        let width = self.text.get(start..).and_then(|rest| rest.chars().next()).map_or(0, char::len_utf8);
        Span::new(start, start + width)
    }
}

/// What a function is called with, in the long form.
fn of_function(function: Option<String>, value: Value) -> Value {
    let Some(function) = function else { return value };
    let value = match value.as_str().and_then(|text| text.split_once('.')) {
        Some((resource, attribute)) if function == "Fn::GetAtt" => {
            Value::array(vec![Value::from(resource), Value::from(attribute)])
        }
        _ => value,
    };
    Value::from_members([(function, value)])
}

fn error(message: &str, span: Span) -> YamlError {
    YamlError { message: message.to_owned(), span }
}

/// How many values a value is made of; counting ends soon after the limit.
fn nodes_in(value: &Value) -> usize {
    let mut waiting = vec![value];
    let mut count = 0;
    while let Some(value) = waiting.pop() {
        count += 1;
        if count > MAX_NODES {
            break;
        }
        match value {
            Value::Array(_) => waiting.extend(value.as_array().unwrap_or_default()),
            Value::Object(_) => waiting.extend(value.as_object().into_iter().flat_map(Map::values)),
            _ => {}
        }
    }
    count
}

/// What a scalar without quotes stands for, by the core schema of YAML 1.2.
pub(crate) fn plain_value(text: &str) -> Value {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => return Value::Null,
        "true" | "True" | "TRUE" => return Value::from(true),
        "false" | "False" | "FALSE" => return Value::from(false),
        _ => {}
    }
    if let Some(number) = Number::from_text(text) {
        return Value::from(number);
    }
    let radix = |prefix: &str, radix: u32| {
        let digits = text.strip_prefix(prefix)?;
        i64::from_str_radix(digits, radix).ok().filter(|_| !digits.starts_with(['+', '-']))
    };
    if let Some(number) = radix("0x", 16).or_else(|| radix("0o", 8)) {
        return Value::int(number);
    }
    // `+1`, `.5`, `1.` and `007` are numbers here and none in JSON.
    let is_numeric = text.bytes().any(|byte| byte.is_ascii_digit())
        && text.bytes().all(|byte| byte.is_ascii_digit() || b"+-.eE".contains(&byte));
    if is_numeric && let Ok(number) = text.parse::<f64>() {
        return match number.fract() == 0.0 && number.abs() < 9e15 {
            true => Value::int(number as i64),
            false => Number::from_f64(number).map_or(Value::Null, Value::from),
        };
    }
    Value::from(text)
}

#[cfg(test)]
mod tests {
    use super::Yaml;

    fn check(text: &str, json: &str) {
        let yaml = Yaml::parse(text).unwrap_or_else(|error| panic!("{text}: {error:?}"));
        assert_eq!(yaml.value().to_text(), json, "{text}");
    }

    #[test]
    fn yaml_is_read_as_json() {
        check("", "null");
        check("a: 1\nb: [x, 'y', \"z\\n\"]\n", r#"{"a":1,"b":["x","y","z\n"]}"#);
        check("a:\n- 1\n- b: 2\n  c: ~\n", r#"{"a":[1,{"b":2,"c":null}]}"#);
        check("yes: no\non: True\n", r#"{"yes":"no","on":true}"#);
        check(
            "a: 007\nb: +1\nc: 0x1f\nd: .5\ne: 1.50\nf: 1e3\ng: .inf\n",
            r#"{"a":7,"b":1,"c":31,"d":0.5,"e":1.50,"f":1e3,"g":".inf"}"#,
        );
        check("a: |\n  one\n  two\nb: >-\n  one\n  two\n", r#"{"a":"one\ntwo\n","b":"one two"}"#);
        check(
            "a: &x {b: 1}\nc: *x\nd:\n  <<: *x\n  e: 2\n",
            r#"{"a":{"b":1},"c":{"b":1},"d":{"b":1,"e":2}}"#,
        );
        check("1: a\ntrue: b\n", r#"{"1":"a","true":"b"}"#);
        check("{\"a\": 1, \"é\": \"{% $x %}\"}", r#"{"a":1,"é":"{% $x %}"}"#);
        check("a: !!str 1\nb: !Sub x\n", r#"{"a":"1","b":"x"}"#);
    }

    #[test]
    fn tags_of_templates_are_functions() {
        let text = "a: !Ref X\nb: !GetAtt Y.Arn\nc: !Join ['', [a, !Sub '${Z}']]\nd: !If\n  - A\n  - !Condition B\n  - {}\ne: !Transform {Name: x}\n";
        let yaml = Yaml::parse_template(text).unwrap();
        assert_eq!(
            yaml.value().to_text(),
            r#"{"a":{"Ref":"X"},"b":{"Fn::GetAtt":["Y","Arn"]},"c":{"Fn::Join":["",["a",{"Fn::Sub":"${Z}"}]]},"d":{"Fn::If":["A",{"Condition":"B"},{}]},"e":{"Fn::Transform":{"Name":"x"}}}"#
        );
        check(text, r#"{"a":"X","b":"Y.Arn","c":["",["a","${Z}"]],"d":["A","B",{}],"e":{"Name":"x"}}"#);
    }

    #[test]
    fn mistakes_have_a_place() {
        let fails = |text: &str, at: usize| {
            let error = Yaml::parse(text).unwrap_err();
            assert_eq!(error.span.start, at, "{text}: {error:?}");
        };
        fails("a: 1\na: 2\n", 5);
        fails("? [a]\n: 1\n", 2);
        fails("a: 1\n---\nb: 2\n", 5);
        assert!(Yaml::parse("a: [1, 2").is_err());
        assert!(Yaml::parse(&"[".repeat(10_000)).is_err());
        let bomb = "a: &a [x,x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b,*b]\nd: &d [*c,*c,*c,*c,*c,*c,*c,*c,*c,*c]\ne: &e [*d,*d,*d,*d,*d,*d,*d,*d,*d,*d]\nf: [*e,*e,*e,*e,*e,*e,*e,*e,*e,*e]\n";
        assert!(Yaml::parse(bomb).is_err());
    }
}
