/// The pattern of StringMatches: `*` stands for any text, `\*` for a star and `\\` for a backslash.
#[derive(Debug)]
pub struct Pattern {
    /// The texts between the stars: one where there is no star.
    texts: Box<[String]>,
}

impl Pattern {
    pub fn parse(pattern: &str) -> Pattern {
        let mut texts = Vec::new();
        let mut text = String::new();
        let mut characters = pattern.chars();
        while let Some(character) = characters.next() {
            match character {
                '*' => texts.push(std::mem::take(&mut text)),
                '\\' => match characters.next() {
                    Some(escaped @ ('*' | '\\')) => text.push(escaped),
                    Some(other) => text.extend(['\\', other]),
                    None => text.push('\\'),
                },
                other => text.push(other),
            }
        }
        texts.push(text);
        Pattern { texts: texts.into_boxed_slice() }
    }

    /// The texts between the stars: one where there is no star.
    pub fn texts(&self) -> &[String] {
        &self.texts
    }

    /// Whether the whole text matches. Every star takes as little as it can, which is enough.
    pub fn matches(&self, text: &str) -> bool {
        let (first, rest) = match &*self.texts {
            [whole] => return text == whole,
            [first, rest @ ..] => (first, rest),
            [] => return false,
        };
        let Some((last, middle)) = rest.split_last() else { return false };
        let Some(mut text) = text.strip_prefix(first.as_str()) else { return false };
        for part in middle {
            match text.find(part.as_str()).and_then(|at| text.get(at + part.len()..)) {
                Some(after) => text = after,
                None => return false,
            }
        }
        text.ends_with(last.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::Pattern;

    #[test]
    fn stars_and_escapes() {
        let cases = [
            ("log-*.txt", "log-1.txt", true),
            ("log-*.txt", "log-.txt", true),
            ("log-*.txt", "log-1.txt.gz", false),
            ("*", "", true),
            ("", "", true),
            ("", "a", false),
            ("a*b*c", "abxbc", true),
            ("a*b*c", "acb", false),
            ("a*a", "a", false),
            (r"a\*b", "a*b", true),
            (r"a\*b", "axb", false),
            (r"a\\*", r"a\anything", true),
            ("*é*", "caffé latte", true),
        ];
        for (pattern, text, expected) in cases {
            assert_eq!(Pattern::parse(pattern).matches(text), expected, "{pattern} on {text}");
        }
    }
}
