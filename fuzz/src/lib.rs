//! What the fuzz targets share.

use json::Value;

/// Between the parts of an input that has several: ASCII's record separator, which no part needs.
pub const SEPARATOR: char = '\u{1e}';

/// Data with something of every kind, for paths and expressions.
pub fn data() -> Value {
    json::parse(
        r#"{"a": [{"b": 1, "c": "x"}, {"b": 2, "c": "y", "d": [1, [2, 3]]}, null], "s": "héllo 😀 wörld",
            "n": -1.5e3, "o": {"2": 1, "k": {"k": {}}}, "e": [], "t": "2024-02-29T12:00:00Z",
            "big": 12345678901234567890, "true": true, "j": "{\"x\": [1]}", "base64": "aGVsbG8="}"#,
    )
    .unwrap_or_default()
}

/// A text of so many parts; those that are missing are empty.
pub fn parts<const N: usize>(text: &str) -> [&str; N] {
    let mut parts = text.split(SEPARATOR);
    [(); N].map(|()| parts.next().unwrap_or_default())
}

/// Small numbers from bytes, without an end.
pub fn numbers(bytes: &[u8]) -> impl Iterator<Item = usize> + '_ {
    bytes.iter().copied().chain(std::iter::repeat(0)).map(usize::from)
}

/// A host with one variable.
pub struct Host;

impl expr::Host for Host {
    fn context_object(&self) -> Value {
        Value::from_members([("Execution", data()), ("State", Value::from("S"))])
    }

    fn variable(&self, name: &str) -> Option<Value> {
        (name == "x").then(data)
    }

    fn random(&self) -> u64 {
        7
    }
}
