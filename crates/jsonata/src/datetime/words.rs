//! Whole numbers in words, roman numerals and letters.

const SMALL: [&str; 20] = [
    "Zero",
    "One",
    "Two",
    "Three",
    "Four",
    "Five",
    "Six",
    "Seven",
    "Eight",
    "Nine",
    "Ten",
    "Eleven",
    "Twelve",
    "Thirteen",
    "Fourteen",
    "Fifteen",
    "Sixteen",
    "Seventeen",
    "Eighteen",
    "Nineteen",
];

const ORDINALS: [&str; 20] = [
    "Zeroth",
    "First",
    "Second",
    "Third",
    "Fourth",
    "Fifth",
    "Sixth",
    "Seventh",
    "Eighth",
    "Ninth",
    "Tenth",
    "Eleventh",
    "Twelfth",
    "Thirteenth",
    "Fourteenth",
    "Fifteenth",
    "Sixteenth",
    "Seventeenth",
    "Eighteenth",
    "Nineteenth",
];

const TENS: [&str; 9] =
    ["Twenty", "Thirty", "Forty", "Fifty", "Sixty", "Seventy", "Eighty", "Ninety", "Hundred"];

const MAGNITUDES: [&str; 4] = ["Thousand", "Million", "Billion", "Trillion"];

/// A number that is not negative, in words: `Twelve Thousand, Three Hundred and Fourth`.
pub(super) fn number_to_words(number: f64, ordinal: bool) -> String {
    let mut words = String::new();
    write_words(number, false, ordinal, &mut words);
    words
}

fn ordinal_of_tens(word: &str) -> String {
    format!("{}ieth", &word[..word.len() - 1])
}

fn write_words(number: f64, after_another: bool, ordinal: bool, out: &mut String) {
    if !number.is_finite() {
        out.push_str(&crate::numbers::to_js_string(number));
    } else if number <= 19.0 {
        if after_another {
            out.push_str(" and ");
        }
        let words = if ordinal { &ORDINALS } else { &SMALL };
        out.push_str(words.get(number as usize).copied().unwrap_or("undefined"));
    } else if number < 100.0 {
        if after_another {
            out.push_str(" and ");
        }
        let tens = TENS.get((number / 10.0) as usize - 2).copied().unwrap_or_default();
        let rest = number % 10.0;
        if rest > 0.0 {
            out.push_str(tens);
            out.push('-');
            write_words(rest, false, ordinal, out);
        } else if ordinal {
            out.push_str(&ordinal_of_tens(tens));
        } else {
            out.push_str(tens);
        }
    } else if number < 1000.0 {
        if after_another {
            out.push_str(", ");
        }
        out.push_str(SMALL.get((number / 100.0) as usize).copied().unwrap_or_default());
        out.push_str(" Hundred");
        write_rest(number % 100.0, ordinal, out);
    } else {
        let magnitude = ((number.log10() / 3.0).floor() as usize).clamp(1, MAGNITUDES.len());
        let factor = 10f64.powi(magnitude as i32 * 3);
        let count = (number / factor).floor();
        if after_another {
            out.push_str(", ");
        }
        write_words(count, false, false, out);
        out.push(' ');
        out.push_str(MAGNITUDES.get(magnitude - 1).copied().unwrap_or_default());
        write_rest(number - count * factor, ordinal, out);
    }
}

fn write_rest(rest: f64, ordinal: bool, out: &mut String) {
    if rest > 0.0 {
        write_words(rest, true, ordinal, out);
    } else if ordinal {
        out.push_str("th");
    }
}

/// The value of a word of a number, in lower case.
fn value_of_word(word: &str) -> Option<f64> {
    let position = |words: &[&str]| words.iter().position(|known| known.eq_ignore_ascii_case(word));
    if let Some(value) = position(&SMALL).or_else(|| position(&ORDINALS)) {
        return Some(value as f64);
    }
    for (index, tens) in TENS.iter().enumerate() {
        if tens.eq_ignore_ascii_case(word) || ordinal_of_tens(tens).eq_ignore_ascii_case(word) {
            return Some((index + 2) as f64 * 10.0);
        }
    }
    if word == "hundredth" {
        return Some(100.0);
    }
    let cardinal = word.strip_suffix("th").unwrap_or(word);
    let magnitude = MAGNITUDES.iter().position(|known| known.eq_ignore_ascii_case(cardinal))?;
    Some(10f64.powi((magnitude as i32 + 1) * 3))
}

/// Whether a text is made of nothing but words of numbers and what joins them.
pub(super) fn is_words(text: &str) -> bool {
    !text.is_empty()
        && text.to_lowercase().split([' ', '-', ',']).all(|word| {
            word.is_empty() || word == "and" || value_of_word(word).is_some() || splits_into_words(word)
        })
}

/// The grammar does not ask for anything between two words.
fn splits_into_words(text: &str) -> bool {
    let mut reachable = vec![false; text.len() + 1];
    reachable[0] = true;
    for start in 0..text.len() {
        if !reachable[start] || !text.is_char_boundary(start) {
            continue;
        }
        for end in start + 1..=text.len().min(start + 12) {
            if text.is_char_boundary(end)
                && (&text[start..end] == "and" || value_of_word(&text[start..end]).is_some())
            {
                reachable[end] = true;
            }
        }
    }
    reachable.last() == Some(&true)
}

/// The number that words stand for; not a number where a word is none.
pub(super) fn words_to_number(text: &str) -> f64 {
    let mut segments = vec![0.0];
    let spaced = text.replace(", ", " ").replace(",\t", " ").replace(" and ", " ");
    for word in spaced.split([' ', '\t', '\n', '\r', '\\', '-']) {
        let Some(value) = value_of_word(word) else { return f64::NAN };
        let top = segments.pop().unwrap_or(0.0);
        if value < 100.0 {
            if top >= 1000.0 {
                segments.push(top);
                segments.push(value);
            } else {
                segments.push(top + value);
            }
        } else {
            segments.push(top * value);
        }
    }
    segments.iter().sum()
}

const ROMAN: [(f64, &str); 13] = [
    (1000.0, "m"),
    (900.0, "cm"),
    (500.0, "d"),
    (400.0, "cd"),
    (100.0, "c"),
    (90.0, "xc"),
    (50.0, "l"),
    (40.0, "xl"),
    (10.0, "x"),
    (9.0, "ix"),
    (5.0, "v"),
    (4.0, "iv"),
    (1.0, "i"),
];

/// Roman numerals in lower case; of very large numbers only as many as anybody could want.
pub(super) fn to_roman(mut number: f64) -> String {
    let mut roman = String::new();
    for (value, numeral) in ROMAN {
        while number >= value && roman.len() < 10_000 {
            roman.push_str(numeral);
            number -= value;
        }
    }
    roman
}

/// The value of roman numerals in upper case.
pub(super) fn from_roman(roman: &str) -> f64 {
    let mut total = 0.0;
    let mut largest = 1.0;
    for numeral in roman.chars().rev() {
        let value = match numeral {
            'M' => 1000.0,
            'D' => 500.0,
            'C' => 100.0,
            'L' => 50.0,
            'X' => 10.0,
            'V' => 5.0,
            'I' => 1.0,
            _ => f64::NAN,
        };
        if value < largest {
            total -= value;
        } else {
            largest = value;
            total += value;
        }
    }
    total
}

/// `a`, `b`, … `z`, `aa`, … from 1 on.
pub(super) fn to_letters(mut number: f64, first: char) -> String {
    let mut letters = Vec::new();
    while number > 0.0 && letters.len() < 1000 {
        let letter = ((number - 1.0) % 26.0) as u8;
        letters.push(char::from(first as u8 + letter));
        number = ((number - 1.0) / 26.0).floor();
    }
    letters.iter().rev().collect()
}

pub(super) fn from_letters(letters: &str, first: char) -> f64 {
    let mut total = 0.0;
    for (index, letter) in letters.chars().rev().enumerate() {
        let value = f64::from(letter as u32) - f64::from(first as u32) + 1.0;
        total += value * 26f64.powf(index.min(400) as f64);
    }
    total
}
