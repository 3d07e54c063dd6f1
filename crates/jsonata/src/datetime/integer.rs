//! Pictures of whole numbers: `#,##0`, `0001`, `I`, `a`, `Ww;o`.

use super::words;
use crate::errors::Fault;
use crate::eval::Outcome;
use crate::numbers;
use crate::values::Val;

/// An analysed picture.
#[derive(Clone, Debug)]
pub(super) struct IntegerFormat {
    pub(super) style: Style,
    pub(super) case: Case,
    pub(super) ordinal: bool,
    pub(super) mandatory_digits: usize,
    pub(super) optional_digits: usize,
    pub(super) zero: u32,
    pub(super) grouping: Grouping,
    /// How many digits a number has exactly when it is read, where another one follows it.
    pub(super) parse_width: Option<usize>,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Style {
    Decimal,
    Letters,
    Roman,
    Words,
    /// A sequence that nobody knows.
    Unknown(String),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Case {
    Upper,
    Lower,
    Title,
}

#[derive(Clone, Debug)]
pub(super) enum Grouping {
    /// The same separator at every multiple.
    Regular(usize, char),
    /// Separators with their distance from the right, from right to left.
    At(Vec<(usize, char)>),
}

/// The zeros of Unicode's families of decimal digits.
const ZEROS: [u32; 37] = [
    0x30, 0x0660, 0x06f0, 0x07c0, 0x0966, 0x09e6, 0x0a66, 0x0ae6, 0x0b66, 0x0be6, 0x0c66, 0x0ce6, 0x0d66,
    0x0de6, 0x0e50, 0x0ed0, 0x0f20, 0x1040, 0x1090, 0x17e0, 0x1810, 0x1946, 0x19d0, 0x1a80, 0x1a90, 0x1b50,
    0x1bb0, 0x1c40, 0x1c50, 0xa620, 0xa8d0, 0xa900, 0xa9d0, 0xa9f0, 0xaa50, 0xabf0, 0xff10,
];

impl IntegerFormat {
    pub(super) fn analyse(picture: &str) -> Outcome<IntegerFormat> {
        let (primary, modifier) = picture.rsplit_once(';').unwrap_or((picture, ""));
        let mut format = IntegerFormat {
            style: Style::Decimal,
            case: Case::Lower,
            ordinal: modifier.starts_with('o'),
            mandatory_digits: 0,
            optional_digits: 0,
            zero: 0x30,
            grouping: Grouping::At(Vec::new()),
            parse_width: None,
        };
        match primary {
            "A" | "a" => format.style = Style::Letters,
            "I" | "i" => format.style = Style::Roman,
            "W" | "w" | "Ww" => format.style = Style::Words,
            _ => format.analyse_digits(primary)?,
        }
        format.case = match primary {
            "A" | "I" | "W" => Case::Upper,
            "Ww" => Case::Title,
            _ => Case::Lower,
        };
        Ok(format)
    }

    fn analyse_digits(&mut self, picture: &str) -> Outcome<()> {
        let mut zero = None;
        let mut separators: Vec<(usize, char)> = Vec::new();
        let mut position = 0;
        for character in picture.chars().rev() {
            let code = character as u32;
            if let Some(family) = ZEROS.iter().find(|zero| (**zero..=**zero + 9).contains(&code)) {
                self.mandatory_digits += 1;
                position += 1;
                if *zero.get_or_insert(*family) != *family {
                    return Err(Fault::new("D3131"));
                }
            } else if character == '#' {
                self.optional_digits += 1;
                position += 1;
            } else {
                separators.push((position, character));
            }
        }
        let Some(zero) = zero else {
            self.style = Style::Unknown(picture.to_owned());
            return Ok(());
        };
        self.zero = zero;
        self.grouping = match (regular_interval(&separators), separators.first()) {
            (Some(interval), Some((_, separator))) => Grouping::Regular(interval, *separator),
            _ => Grouping::At(separators),
        };
        Ok(())
    }

    pub(super) fn format(&self, number: f64) -> Outcome<String> {
        let absolute = number.abs();
        let mut text = match &self.style {
            Style::Letters => words::to_letters(absolute, if self.case == Case::Upper { 'A' } else { 'a' }),
            Style::Roman => {
                let roman = words::to_roman(absolute);
                if self.case == Case::Upper { roman.to_uppercase() } else { roman }
            }
            Style::Words => {
                let words = words::number_to_words(absolute, self.ordinal);
                match self.case {
                    Case::Upper => words.to_uppercase(),
                    Case::Lower => words.to_lowercase(),
                    Case::Title => words,
                }
            }
            Style::Decimal => self.format_digits(absolute),
            Style::Unknown(token) => return Err(Fault::new("D3130").value(Val::string(token.as_str()))),
        };
        if number < 0.0 {
            text.insert(0, '-');
        }
        Ok(text)
    }

    fn format_digits(&self, number: f64) -> String {
        let mut digits: Vec<char> = numbers::to_js_string(number).chars().collect();
        let missing = self.mandatory_digits.saturating_sub(digits.len());
        digits.splice(0..0, std::iter::repeat_n('0', missing));
        if self.zero != 0x30 {
            for digit in &mut digits {
                *digit = char::from_u32(*digit as u32 + self.zero - 0x30).unwrap_or(*digit);
            }
        }
        match &self.grouping {
            Grouping::Regular(interval, separator) => {
                let groups = digits.len().saturating_sub(1) / interval;
                for group in (1..=groups).rev() {
                    digits.insert(digits.len() - group * interval, *separator);
                }
            }
            Grouping::At(separators) => {
                for (position, separator) in separators.iter().rev() {
                    let Some(at) = digits.len().checked_sub(*position) else {
                        // Where the number is shorter, JavaScript's substr counts from the end, and drops what
                        // is before.
                        let from = (digits.len() * 2).saturating_sub(*position);
                        digits.drain(..from);
                        digits.insert(0, *separator);
                        continue;
                    };
                    digits.insert(at, *separator);
                }
            }
        }
        if self.ordinal {
            let last = digits.last().copied();
            let teen = digits.len() > 1 && digits.get(digits.len() - 2) == Some(&'1');
            digits.extend(match last {
                Some('1') if !teen => "st".chars(),
                Some('2') if !teen => "nd".chars(),
                Some('3') if !teen => "rd".chars(),
                _ => "th".chars(),
            });
        }
        digits.into_iter().collect()
    }

    /// Reads a number; not a number where there is none.
    pub(super) fn parse(&self, text: &str) -> Outcome<f64> {
        Ok(match &self.style {
            Style::Letters => words::from_letters(text, if self.case == Case::Upper { 'A' } else { 'a' }),
            Style::Roman if self.case == Case::Upper => words::from_roman(text),
            Style::Roman => words::from_roman(&text.to_uppercase()),
            Style::Words => words::words_to_number(&text.to_lowercase()),
            Style::Decimal => self.parse_digits(text),
            Style::Unknown(token) => return Err(Fault::new("D3130").value(Val::string(token.as_str()))),
        })
    }

    fn parse_digits(&self, text: &str) -> f64 {
        let text = if self.ordinal {
            let end = text.char_indices().rev().nth(1).map_or(0, |(offset, _)| offset);
            &text[..end]
        } else {
            text
        };
        let mut digits: String = match &self.grouping {
            Grouping::Regular(..) => text.replace(',', ""),
            Grouping::At(separators) => text
                .chars()
                .filter(|character| !separators.iter().any(|(_, separator)| separator == character))
                .collect(),
        };
        if self.zero != 0x30 {
            digits = digits
                .chars()
                .map(|digit| {
                    (digit as u32 + 0x30).checked_sub(self.zero).and_then(char::from_u32).unwrap_or('?')
                })
                .collect();
        }
        numbers::parse_int(&digits).unwrap_or(f64::NAN)
    }
}

/// The interval of separators that are all the same and equally far from each other.
fn regular_interval(separators: &[(usize, char)]) -> Option<usize> {
    fn divisor(a: usize, b: usize) -> usize {
        if b == 0 { a } else { divisor(b, a % b) }
    }
    let (_, separator) = separators.first()?;
    if separators.iter().any(|(_, other)| other != separator) {
        return None;
    }
    let interval = separators.iter().map(|(position, _)| *position).reduce(divisor)?;
    let everywhere = (1..=separators.len())
        .all(|index| separators.iter().any(|(position, _)| *position == index * interval));
    (interval > 0 && everywhere).then_some(interval)
}

/// `$formatInteger`
pub(crate) fn format_integer(number: f64, picture: &str) -> Outcome<String> {
    IntegerFormat::analyse(picture)?.format(number.floor())
}

/// `$parseInteger`
pub(crate) fn parse_integer(text: &str, picture: &str) -> Outcome<f64> {
    IntegerFormat::analyse(picture)?.parse(text)
}
