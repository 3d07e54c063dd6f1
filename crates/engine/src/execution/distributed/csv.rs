//! Comma-separated values as ItemReader reads them.

use std::sync::Arc;

use json::{Str, Value};

/// How a file of separated values is to be read.
pub(super) struct Format {
    pub delimiter: char,
    /// Names of the columns; none: the first row has them.
    pub headers: Option<Vec<Str>>,
}

/// The items of a file: an object a row, all values texts. Short rows are padded with empty texts,
/// surplus cells are dropped.
pub(super) fn items(text: &str, format: &Format, most: usize) -> Result<Vec<Value>, String> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut rows = Rows { rest: text, delimiter: format.delimiter };
    let headers: Vec<Str> = match &format.headers {
        Some(headers) => headers.clone(),
        None => rows.next().unwrap_or_default().into_iter().map(Str::from).collect(),
    };
    let mut seen = std::collections::HashSet::new();
    if !headers.iter().all(|header| seen.insert(header.clone())) {
        return Err("CSV headers cannot contain duplicates.".to_owned());
    }
    let empty: Str = Arc::from("");
    Ok(rows
        .take(most)
        .map(|row| {
            let mut cells = row.into_iter();
            let members = headers.iter().map(|header| {
                let cell = cells.next().map_or_else(|| empty.clone(), Str::from);
                (header.clone(), Value::String(cell))
            });
            expr::object_by_hash(members.collect())
        })
        .collect())
}

struct Rows<'t> {
    rest: &'t str,
    delimiter: char,
}

impl Iterator for Rows<'_> {
    type Item = Vec<String>;

    /// The next row. Empty lines are no rows.
    fn next(&mut self) -> Option<Vec<String>> {
        self.rest = self.rest.trim_start_matches(['\n', '\r']);
        if self.rest.is_empty() {
            return None;
        }
        let mut row = Vec::new();
        let mut cell = String::new();
        let mut quoted = false;
        let mut letters = self.rest.char_indices().peekable();
        let mut end = self.rest.len();
        while let Some((offset, letter)) = letters.next() {
            match letter {
                '\\' => {
                    // A backslash takes what follows as it is.
                    if let Some((_, escaped)) = letters.next() {
                        cell.push(escaped);
                    }
                }
                '"' if quoted => {
                    if letters.peek().is_some_and(|(_, next)| *next == '"') {
                        letters.next();
                        cell.push('"');
                    } else {
                        quoted = false;
                    }
                }
                '"' if cell.is_empty() => quoted = true,
                letter if letter == self.delimiter && !quoted => row.push(std::mem::take(&mut cell)),
                '\n' if !quoted => {
                    end = offset;
                    break;
                }
                '\r' if !quoted && letters.peek().is_none_or(|(_, next)| *next == '\n') => {}
                letter => cell.push(letter),
            }
        }
        row.push(cell);
        self.rest = self.rest.get(end..).unwrap_or_default();
        Some(row)
    }
}

#[cfg(test)]
mod tests {
    use json::Value;

    use super::{Format, items};

    fn read(text: &str, headers: Option<&[&str]>) -> String {
        let headers = headers.map(|names| names.iter().map(|name| (*name).into()).collect());
        match items(text, &Format { delimiter: ',', headers }, usize::MAX) {
            Ok(items) => Value::array(items).to_text(),
            Err(problem) => problem,
        }
    }

    #[test]
    fn rows_fit_their_headers() {
        assert_eq!(
            read("a,b\n1,2\r\n3\n\n4,5,6\n,\n", None),
            r#"[{"a":"1","b":"2"},{"a":"3","b":""},{"a":"4","b":"5"},{"a":"","b":""}]"#
        );
        assert_eq!(read("1,2", Some(&["x", "y"])), r#"[{"x":"1","y":"2"}]"#);
        assert_eq!(read("a,a\n1,2", None), "CSV headers cannot contain duplicates.");
        assert_eq!(read("", None), "[]");
    }

    #[test]
    fn quotes_and_backslashes_escape() {
        assert_eq!(
            read("a,b\n\"x,\"\"y\"\"\",\"line\nbreak\"\nq\\,r,\\\"s", None),
            r#"[{"a":"x,\"y\"","b":"line\nbreak"},{"a":"q,r","b":"\"s"}]"#
        );
    }
}
