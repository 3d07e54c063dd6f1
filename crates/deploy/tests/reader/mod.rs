//! Readers of what the exports write: data in Terraform's language and in TypeScript.

#![allow(clippy::unwrap_used)]

use json::{Map, Number, Value};

/// Reads the data that a text begins with. `fill` says what an expression in a text of Terraform stands for.
pub fn read(text: &str, fill: &dyn Fn(&str) -> Option<String>) -> Value {
    Reader { rest: text, fill }.value()
}

struct Reader<'t> {
    rest: &'t str,
    fill: &'t dyn Fn(&str) -> Option<String>,
}

impl Reader<'_> {
    fn blank(&mut self) {
        self.rest = self.rest.trim_start_matches([' ', '\n', ',']);
    }

    fn take(&mut self, start: &str) -> bool {
        self.blank();
        match self.rest.strip_prefix(start) {
            Some(rest) => {
                self.rest = rest;
                true
            }
            None => false,
        }
    }

    fn value(&mut self) -> Value {
        self.blank();
        if self.take("{") {
            let mut members = Map::new();
            while !self.take("}") {
                let is_computed = self.take("[");
                let name = self.name();
                assert!(!is_computed || self.take("]"), "{}", self.rest);
                assert!(self.take("=") || self.take(":"), "{name}: {}", self.rest);
                let value = self.value();
                assert!(members.insert(name, value).is_none());
            }
            return Value::object(members);
        }
        if self.take("[") {
            let mut items = Vec::new();
            while !self.take("]") {
                items.push(self.value());
            }
            return Value::array(items);
        }
        if self.rest.starts_with(['"', '\'']) {
            return Value::from(self.text());
        }
        let end = self.rest.find([',', '\n', ')']).unwrap();
        let (word, rest) = self.rest.split_at(end);
        self.rest = rest;
        if word.starts_with("var.") || word.starts_with("data.") {
            return Value::from((self.fill)(word).unwrap());
        }
        match word {
            "null" => Value::Null,
            "true" => Value::from(true),
            "false" => Value::from(false),
            word => Value::from(Number::from_text(word).unwrap_or_else(|| panic!("{word}"))),
        }
    }

    fn name(&mut self) -> String {
        self.blank();
        if self.rest.starts_with(['"', '\'']) {
            return self.text();
        }
        let end = self.rest.find(|letter: char| !letter.is_ascii_alphanumeric() && letter != '_').unwrap();
        let (word, rest) = self.rest.split_at(end);
        self.rest = rest;
        word.to_owned()
    }

    fn text(&mut self) -> String {
        let quote = self.rest.chars().next().unwrap();
        let is_terraform = quote == '"';
        let mut out = String::new();
        let mut letters = self.rest.char_indices().skip(1).peekable();
        while let Some((at, letter)) = letters.next() {
            let rest = &self.rest[at..];
            match letter {
                letter if letter == quote => {
                    self.rest = &self.rest[at + 1..];
                    return out;
                }
                '\\' => {
                    let (_, escape) = letters.next().unwrap();
                    match escape {
                        'n' => out.push('\n'),
                        'r' => out.push('\r'),
                        't' => out.push('\t'),
                        'u' => {
                            let digits: String = (0..4).map(|_| letters.next().unwrap().1).collect();
                            out.push(char::from_u32(u32::from_str_radix(&digits, 16).unwrap()).unwrap());
                        }
                        other => out.push(other),
                    }
                }
                '\n' => panic!("a line ends in a text"),
                '$' | '%' if is_terraform && (rest.starts_with("$${") || rest.starts_with("%%{")) => {
                    letters.next();
                    out.push(letter);
                }
                '$' if is_terraform && rest.starts_with("${") => {
                    let (expression, _) = rest[2..].split_once('}').unwrap();
                    match expression {
                        "\"$\"" => out.push('$'),
                        _ => out.push_str(&(self.fill)(expression).unwrap()),
                    }
                    for _ in 0..expression.chars().count() + 2 {
                        letters.next();
                    }
                }
                '%' if is_terraform => assert!(!rest.starts_with("%{"), "a directive: {rest}"),
                other => out.push(other),
            }
            if letter == '%' && is_terraform && !rest.starts_with("%%{") {
                out.push('%');
            }
        }
        panic!("a text does not end");
    }
}

/// What `templatefile` makes of a text.
pub fn template(text: &str, fill: &dyn Fn(&str) -> Option<String>) -> String {
    let mut out = String::new();
    let mut rest = text;
    while !rest.is_empty() {
        if let Some(after) = rest.strip_prefix("$${") {
            out.push_str("${");
            rest = after;
        } else if let Some(after) = rest.strip_prefix("%%{") {
            out.push_str("%{");
            rest = after;
        } else if let Some(after) = rest.strip_prefix("${") {
            let (name, after) = after.split_once('}').unwrap();
            match name {
                "\"$\"" => out.push('$'),
                _ => out.push_str(&fill(name).unwrap_or_else(|| panic!("{name}"))),
            }
            rest = after;
        } else {
            assert!(!rest.starts_with("%{"), "{rest}");
            let letter = rest.chars().next().unwrap();
            out.push(letter);
            rest = &rest[letter.len_utf8()..];
        }
    }
    out
}

/// A text with `${Name}` filled in where the name is known.
pub fn placeholders(text: &str, fill: &dyn Fn(&str) -> Option<String>) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some(at) = rest.find("${") {
        let (before, from) = rest.split_at(at);
        out.push_str(before);
        let name = from[2..].split('}').next().unwrap();
        match fill(name).filter(|_| from.len() > name.len() + 2) {
            Some(value) => {
                out.push_str(&value);
                rest = &from[name.len() + 3..];
            }
            None => {
                out.push_str("${");
                rest = &from[2..];
            }
        }
    }
    out + rest
}

/// A text with the variables of the Serverless Framework filled in, as its parser reads them: an odd number of
/// backslashes keeps `${`, all of them are halved, one right behind a `$` does not count, and every `$` before the
/// bracket belongs to the variable.
pub fn variables(text: &str, fill: &dyn Fn(&str) -> Option<String>) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some(at) = rest.find("${") {
        let (before, from) = rest.split_at(at);
        let head = before.trim_end_matches('\\');
        assert!(!before.ends_with('$'), "a variable takes the $ before it: {text}");
        out.push_str(head);
        let mut slashes = before.len() - head.len();
        if head.ends_with('$') && slashes > 0 {
            out.push('\\');
            slashes -= 1;
        }
        out.push_str(&"\\".repeat(slashes / 2));
        if slashes % 2 == 1 {
            out.push_str("${");
            rest = &from[2..];
            continue;
        }
        let (name, after) = from[2..].split_once('}').unwrap_or_else(|| panic!("{text}"));
        out.push_str(&fill(name).unwrap_or_else(|| panic!("{name} in {text}")));
        rest = after;
    }
    out + rest
}
