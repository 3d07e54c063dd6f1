//! Pictures of dates and times: literal text and markers such as `[Y0001]`, `[MNn,3-3]`, `[Z01:01t]`.

use super::integer::{Case, Grouping, IntegerFormat};
use crate::errors::Fault;
use crate::eval::Outcome;
use crate::numbers;
use crate::values::Val;

#[derive(Clone, Debug)]
pub(super) enum Part {
    Literal(String),
    Marker(Marker),
}

#[derive(Clone, Debug)]
pub(super) struct Marker {
    pub(super) component: char,
    /// The name of a month or day, or of the half of the day, instead of a number.
    pub(super) names: Option<Case>,
    pub(super) max_width: Option<f64>,
    pub(super) integer: Option<IntegerFormat>,
    /// How many digits of the year are shown.
    pub(super) year_digits: Option<usize>,
    /// A zero offset is shown as `Z`.
    pub(super) zulu: bool,
}

fn default_presentation(component: char) -> Option<&'static str> {
    Some(match component {
        'Y' | 'M' | 'D' | 'd' | 'W' | 'w' | 'X' | 'x' | 'H' | 'h' | 'f' => "1",
        'F' | 'P' | 'C' | 'E' => "n",
        'm' | 's' => "01",
        'Z' | 'z' => "01:01",
        _ => return None,
    })
}

/// The most markers and literals of a picture.
const MAX_WIDTH: f64 = 1000.0;

pub(super) fn analyse(picture: &str) -> Outcome<Vec<Part>> {
    let mut parts: Vec<Part> = Vec::new();
    let literal = |text: &str, parts: &mut Vec<Part>| {
        if !text.is_empty() {
            parts.push(Part::Literal(text.replace("]]", "]")));
        }
    };
    let mut rest = picture;
    while let Some((before, after)) = rest.split_once('[') {
        literal(before, &mut parts);
        if let Some(after) = after.strip_prefix('[') {
            parts.push(Part::Literal("[".to_owned()));
            rest = after;
            continue;
        }
        let Some((marker, after)) = after.split_once(']') else { return Err(Fault::new("D3135")) };
        let marker: String = marker.chars().filter(|character| !character.is_whitespace()).collect();
        let marker = analyse_marker(&marker)?;
        if marker.is_number()
            && let Some(Part::Marker(Marker { integer: Some(before), .. })) = parts.last_mut()
        {
            // Two numbers in a row: the first must have a known width to be read.
            before.parse_width = Some(before.mandatory_digits);
        }
        parts.push(Part::Marker(marker));
        rest = after;
    }
    literal(rest, &mut parts);
    Ok(parts)
}

fn analyse_marker(marker: &str) -> Outcome<Marker> {
    let mut characters = marker.chars();
    let component = characters.next().unwrap_or_default();
    let rest = characters.as_str();
    let (presentation, width) = match rest.rsplit_once(',') {
        Some((presentation, width)) => (presentation, Some(width)),
        None => (rest, None),
    };
    let read = |text: &str| match text {
        "*" => None,
        text => numbers::parse_int(text),
    };
    let (min_width, max_width) = match width {
        None => (None, None),
        Some(width) => match width.split_once('-') {
            None => (read(width), None),
            Some((min, max)) => (read(min), read(max)),
        },
    };
    let mut modifier = None;
    let presentation = match presentation.chars().count() {
        0 => default_presentation(component).unwrap_or_default().to_owned(),
        1 => presentation.to_owned(),
        _ => match presentation.chars().last() {
            Some(last @ ('a' | 't' | 'c' | 'o')) => {
                modifier = Some(last);
                presentation[..presentation.len() - 1].to_owned()
            }
            _ => presentation.to_owned(),
        },
    };
    if presentation.is_empty() {
        return Err(Fault::new("D3132").value(Val::string(component.to_string())));
    }
    let mut result = Marker {
        component,
        names: None,
        max_width,
        integer: None,
        year_digits: None,
        zulu: modifier == Some('t'),
    };
    if presentation.starts_with('n') {
        result.names = Some(Case::Lower);
    } else if presentation.starts_with("Nn") {
        result.names = Some(Case::Title);
    } else if presentation.starts_with('N') {
        result.names = Some(Case::Upper);
    } else if result.has_number() {
        let pattern = match modifier {
            Some(modifier) => format!("{presentation};{modifier}"),
            None => presentation.clone(),
        };
        let mut integer = IntegerFormat::analyse(&pattern)?;
        if let Some(min) = min_width {
            integer.mandatory_digits = integer.mandatory_digits.max(min.clamp(0.0, MAX_WIDTH) as usize);
        }
        if component == 'Y' {
            if let Some(max) = max_width {
                let max = max.clamp(0.0, MAX_WIDTH) as usize;
                result.year_digits = Some(max);
                integer.mandatory_digits = max;
            } else {
                let digits = integer.mandatory_digits + integer.optional_digits;
                if digits >= 2 {
                    result.year_digits = Some(digits);
                }
            }
        }
        result.integer = Some(integer);
    }
    if matches!(component, 'Z' | 'z') {
        result.integer = Some(IntegerFormat::analyse(&presentation)?);
    }
    Ok(result)
}

impl Marker {
    fn has_number(&self) -> bool {
        "YMDdFWwXxHhmsf".contains(self.component)
    }

    /// Whether the marker was analysed as a number, so that the number before it needs a width.
    fn is_number(&self) -> bool {
        self.names.is_none() && self.has_number()
    }

    /// The separator between the hours and minutes of an offset, where there is one.
    pub(super) fn offset_separator(&self) -> Option<char> {
        match self.integer.as_ref()?.grouping {
            Grouping::Regular(_, separator) => Some(separator),
            Grouping::At(_) => None,
        }
    }
}
