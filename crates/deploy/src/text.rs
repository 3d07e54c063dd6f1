//! Texts of which parts are known only where a workflow is deployed.

use std::fmt;

/// A text with parts that each format of deployment writes in its own way.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Text {
    pub pieces: Vec<Piece>,
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Piece {
    Literal(String),
    /// `aws`, `aws-cn`, …
    Partition,
    /// The region that the workflow is deployed to.
    Region,
    /// The number of the account that it is deployed to.
    Account,
    /// `${Name}` in the definition.
    Placeholder(String),
}

impl Text {
    pub fn literal(text: impl Into<String>) -> Text {
        Text { pieces: vec![Piece::Literal(text.into())] }
    }

    /// A text of a definition: `${Name}` is a placeholder, `${AWS::Region}` and the like are what they say.
    pub fn parse(text: &str) -> Text {
        let mut out = Text::default();
        for part in parts(text) {
            match part {
                Part::Literal(literal) => out.push(Piece::Literal(literal.to_owned())),
                Part::Placeholder(name) => out.push(piece_of(name)),
            }
        }
        out
    }

    /// A text of our own, in which `$P`, `$R` and `$A` are the partition, the region and the account.
    pub fn pattern(text: &str) -> Text {
        let mut out = Text::default();
        let mut rest = text;
        while let Some(at) = rest.find('$') {
            let (before, from) = rest.split_at(at);
            out.push(Piece::Literal(before.to_owned()));
            let piece = match from.get(1..2) {
                Some("P") => Piece::Partition,
                Some("R") => Piece::Region,
                Some("A") => Piece::Account,
                _ => Piece::Literal(from.chars().take(2).collect()),
            };
            out.push(piece);
            rest = from.char_indices().nth(2).and_then(|(end, _)| from.get(end..)).unwrap_or_default();
        }
        out.push(Piece::Literal(rest.to_owned()));
        out
    }

    pub fn push(&mut self, piece: Piece) {
        match (self.pieces.last_mut(), piece) {
            (_, Piece::Literal(text)) if text.is_empty() => {}
            (Some(Piece::Literal(last)), Piece::Literal(text)) => last.push_str(&text),
            (_, piece) => self.pieces.push(piece),
        }
    }

    pub fn push_text(&mut self, text: &Text) {
        for piece in &text.pieces {
            self.push(piece.clone());
        }
    }

    /// The same with something behind it.
    #[must_use]
    pub fn then(mut self, text: &Text) -> Text {
        self.push_text(text);
        self
    }

    /// The text if all of it is known.
    pub fn as_literal(&self) -> Option<&str> {
        match self.pieces.as_slice() {
            [] => Some(""),
            [Piece::Literal(text)] => Some(text),
            _ => None,
        }
    }

    /// The name if it is one placeholder and nothing else.
    pub fn as_placeholder(&self) -> Option<&str> {
        match self.pieces.as_slice() {
            [Piece::Placeholder(name)] => Some(name),
            _ => None,
        }
    }

    pub fn starts_with(&self, start: &str) -> bool {
        matches!(self.pieces.first(), Some(Piece::Literal(text)) if text.starts_with(start))
    }

    pub fn placeholders(&self) -> impl Iterator<Item = &str> {
        self.pieces.iter().filter_map(|piece| match piece {
            Piece::Placeholder(name) => Some(name.as_str()),
            _ => None,
        })
    }

    /// Each literal piece changed, all else as it is.
    #[must_use]
    pub fn map_literals(&self, change: impl Fn(&str) -> String) -> Text {
        let mut out = Text::default();
        for piece in &self.pieces {
            out.push(match piece {
                Piece::Literal(text) => Piece::Literal(change(text)),
                other => other.clone(),
            });
        }
        out
    }

    /// In writing, with a text for each piece.
    pub fn write(&self, piece: impl Fn(&Piece) -> String) -> String {
        self.pieces.iter().map(piece).collect()
    }
}

/// As it stands in a definition, with CloudFormation's names of partition, region and account.
impl fmt::Display for Text {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for piece in &self.pieces {
            match piece {
                Piece::Literal(text) => formatter.write_str(text)?,
                Piece::Partition => formatter.write_str("${AWS::Partition}")?,
                Piece::Region => formatter.write_str("${AWS::Region}")?,
                Piece::Account => formatter.write_str("${AWS::AccountId}")?,
                Piece::Placeholder(name) => write!(formatter, "${{{name}}}")?,
            }
        }
        Ok(())
    }
}

/// What a placeholder's name stands for.
pub fn piece_of(name: &str) -> Piece {
    match name {
        "AWS::Partition" => Piece::Partition,
        "AWS::Region" => Piece::Region,
        "AWS::AccountId" => Piece::Account,
        _ => Piece::Placeholder(name.to_owned()),
    }
}

pub(crate) enum Part<'t> {
    Literal(&'t str),
    /// The name between `${` and `}`.
    Placeholder(&'t str),
}

/// A text of a definition, cut at its placeholders.
///
/// A placeholder's name has letters, digits and underscores, with dots or `::` between: `${id: 1}` is an
/// expression in JSONata, and `${AWS::Region}`, `${Table.Arn}` are none.
pub(crate) fn parts(text: &str) -> Vec<Part<'_>> {
    let mut out = Vec::new();
    let mut literal = 0;
    let mut from = 0;
    while let Some(start) = text.get(from..).and_then(|rest| rest.find("${")).map(|at| from + at) {
        let inside = text.get(start + 2..).unwrap_or_default();
        let name = inside.split('}').next().unwrap_or_default();
        if name.len() < inside.len() && is_placeholder_name(name) {
            if let Some(before) = text.get(literal..start).filter(|before| !before.is_empty()) {
                out.push(Part::Literal(before));
            }
            out.push(Part::Placeholder(name));
            literal = start + 2 + name.len() + 1;
            from = literal;
        } else {
            from = start + 2;
        }
    }
    if let Some(rest) = text.get(literal..).filter(|rest| !rest.is_empty()) {
        out.push(Part::Literal(rest));
    }
    out
}

pub(crate) fn is_placeholder_name(name: &str) -> bool {
    let is_word = |word: &str| {
        word.bytes().next().is_some_and(|first| first.is_ascii_alphabetic() || first == b'_')
            && word.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
    };
    name.split("::").flat_map(|part| part.split('.')).all(is_word)
}

#[cfg(test)]
mod tests {
    use super::{Piece, Text};

    #[test]
    fn placeholders_are_told_from_expressions() {
        let check = |text: &str, expected: &[&str]| {
            let text = Text::parse(text);
            assert_eq!(text.placeholders().collect::<Vec<_>>(), expected);
        };
        check("arn:${Name}:x", &["Name"]);
        check("${A}${B.Arn}", &["A", "B.Arn"]);
        check("{% $states.input.items${id: 1} %}", &[]);
        check("{% $x{'a': ${Table}} %}", &["Table"]);
        check("${", &[]);
        check("${}", &[]);
        check("${a b} ${1} ${${X}}", &["X"]);
        check("${AWS::Region}", &[]);
        assert_eq!(Text::parse("${AWS::Region}").pieces, [Piece::Region]);
        assert_eq!(Text::parse("é${é}${X}é").to_string(), "é${é}${X}é");
    }

    #[test]
    fn patterns_have_the_places() {
        let text = Text::pattern("arn:$P:s3:$R:$A:$x*");
        assert_eq!(text.to_string(), "arn:${AWS::Partition}:s3:${AWS::Region}:${AWS::AccountId}:$x*");
    }
}
