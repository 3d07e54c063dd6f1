//! Regular expressions with JavaScript's syntax and meaning, without the `u` flag: over UTF-16 units,
//! with look-around, back references and named groups.
//!
//! They are matched by backtracking within a budget of steps, so that every match ends.

mod compile;
mod parse;
mod run;

use std::fmt;

use compile::Instruction;
use parse::Set;

/// A compiled regular expression.
pub(crate) struct Regex {
    source: String,
    program: Vec<Instruction>,
    sets: Vec<Set>,
    groups: usize,
    counters: usize,
    ignore_case: bool,
    multiline: bool,
}

/// The range of the whole match and of each group that took part, in UTF-16 units.
pub(crate) type Captures = Vec<Option<(usize, usize)>>;

/// Why a match was given up.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Failure {
    Budget,
}

impl fmt::Debug for Regex {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "/{}/", self.source)
    }
}

impl Regex {
    /// Compiles a pattern with the flags `i` and `m`.
    pub(crate) fn new(pattern: &str, flags: &str) -> Result<Regex, String> {
        let ignore_case = flags.contains('i');
        let multiline = flags.contains('m');
        if flags.len() > 2 || (flags.len() == 2 && flags.as_bytes()[0] == flags.as_bytes()[1]) {
            return Err("a flag is repeated".to_owned());
        }
        let parsed = parse::parse(pattern)?;
        let compiled = compile::compile(&parsed.root)?;
        Ok(Regex {
            source: pattern.to_owned(),
            program: compiled.program,
            sets: parsed.sets,
            groups: parsed.groups,
            counters: compiled.counters,
            ignore_case,
            multiline,
        })
    }

    pub(crate) fn source(&self) -> &str {
        &self.source
    }
}

/// A text as JavaScript sees it.
pub(crate) fn units_of(text: &str) -> Vec<u16> {
    text.encode_utf16().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(pattern: &str, flags: &str, text: &str, expected: Option<&[Option<&str>]>) {
        let regex = Regex::new(pattern, flags).unwrap_or_else(|problem| panic!("{pattern}: {problem}"));
        let units = units_of(text);
        let mut budget = 100_000;
        let found = regex.find(&units, 0, &mut budget).unwrap();
        let found: Option<Vec<Option<String>>> = found.map(|captures| {
            captures
                .into_iter()
                .map(|range| range.map(|(start, end)| String::from_utf16_lossy(&units[start..end])))
                .collect()
        });
        let expected: Option<Vec<Option<String>>> =
            expected.map(|groups| groups.iter().map(|group| group.map(str::to_owned)).collect());
        assert_eq!(found, expected, "/{pattern}/{flags} on {text:?}");
    }

    #[test]
    fn patterns_match_as_in_javascript() {
        check("a(b)?c", "", "xacabc", Some(&[Some("ac"), None]));
        check("(a+)+c", "", "aaac", Some(&[Some("aaac"), Some("aaa")]));
        check("a{2,3}", "", "aaaa", Some(&[Some("aaa")]));
        check("a{2,3}?", "", "aaaa", Some(&[Some("aa")]));
        check("(?<=\\$)\\d+", "", "cost $42", Some(&[Some("42")]));
        check("(?<!\\$)\\b\\d+", "", "$42 17", Some(&[Some("17")]));
        check("(?=(a+))a*b\\1", "", "baaabac", Some(&[Some("aba"), Some("a")]));
        check("(?!foo)...", "", "foobar", Some(&[Some("oob")]));
        check("(.)\\1", "", "hello", Some(&[Some("ll"), Some("l")]));
        check("(?<n>b)\\k<n>", "", "abbc", Some(&[Some("bb"), Some("b")]));
        check("^b", "m", "a\nb", Some(&[Some("b")]));
        check("HÉ", "i", "hé", Some(&[Some("hé")]));
        check("[^a-c]+", "", "abcxyz", Some(&[Some("xyz")]));
        check("[\\w-]+", "", "a-b c", Some(&[Some("a-b")]));
        check("\\u0041\\x42", "", "AB", Some(&[Some("AB")]));
        check("a{,2}", "", "a{,2}", Some(&[Some("a{,2}")]));
        check(
            "(z)((a+)?(b+)?(c))*",
            "",
            "zaacbbbcac",
            Some(&[Some("zaacbbbcac"), Some("z"), Some("ac"), Some("a"), None, Some("c")]),
        );
        check("(a*)*", "", "b", Some(&[Some(""), None]));
        check("(?:a|ab)(?:c|bcd)(?:d*)", "", "abcd", Some(&[Some("abcd")]));
        check("x*", "", "y", Some(&[Some("")]));
        check("a|b", "", "c", None);
        check(".", "", "\n", None);
        check("^.$", "", "😀", None);
        check("^..$", "", "😀", Some(&[Some("😀")]));
        check("(?<=(\\d+)(\\d+))$", "", "1053", Some(&[Some(""), Some("1"), Some("053")]));
    }

    #[test]
    fn what_is_no_pattern_is_refused() {
        for pattern in ["(", ")", "a**", "[b-a]", "a{2,1}", "(?<n>a)(?<n>b)", "*", "(?<n>a)\\k<m>"] {
            assert!(Regex::new(pattern, "").is_err(), "{pattern}");
        }
    }

    #[test]
    fn exploding_patterns_are_stopped() {
        let regex = Regex::new("(a+)+$", "").unwrap();
        let units = units_of(&format!("{}b", "a".repeat(40)));
        assert_eq!(regex.find(&units, 0, &mut 100_000), Err(Failure::Budget));
    }
}
