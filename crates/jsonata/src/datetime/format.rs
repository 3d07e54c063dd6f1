//! Points in time as text.

use super::calendar::{DAYS, MONTHS, Moment};
use super::integer::{Case, Grouping, IntegerFormat};
use super::picture::{self, Marker, Part};
use crate::errors::Fault;
use crate::eval::Outcome;
use crate::limits::Limit;
use crate::numbers;
use crate::values::Val;

const ISO: &str = "[Y0001]-[M01]-[D01]T[H01]:[m01]:[s01].[f001][Z01:01t]";

/// Prints milliseconds since 1970 by a picture, in a time zone such as `+0530`.
pub(crate) fn format(
    millis: f64,
    picture: Option<&str>,
    zone: Option<&str>,
    limit: usize,
) -> Outcome<String> {
    let offset = match zone {
        None => 0.0,
        Some(zone) => numbers::parse_int(zone).unwrap_or(f64::NAN),
    };
    let hours = (offset / 100.0).floor();
    let minutes = offset % 100.0;
    let moment = Moment::new(millis + (60.0 * hours + minutes) * 60_000.0);
    let mut text = String::new();
    for part in picture::analyse(picture.unwrap_or(ISO))? {
        match part {
            Part::Literal(literal) => text.push_str(&literal),
            Part::Marker(marker) => text.push_str(&format_marker(&moment, &marker, hours, minutes)?),
        }
        if text.len() > limit {
            return Err(Fault::limit(Limit::String, limit as u64));
        }
    }
    Ok(text)
}

fn format_marker(moment: &Moment, marker: &Marker, hours: f64, minutes: f64) -> Outcome<String> {
    let component = marker.component;
    Ok(match component {
        'Y' | 'M' | 'D' | 'd' | 'F' | 'W' | 'w' | 'X' | 'x' | 'H' | 'h' | 'm' | 's' => {
            let mut value = moment.component(component);
            if let Some(digits) = marker.year_digits {
                value %= 10f64.powi(digits as i32);
            }
            match (&marker.names, &marker.integer) {
                (Some(case), _) => format_name(marker, *case, value)?,
                (None, Some(integer)) => integer.format(value)?,
                (None, None) => String::new(),
            }
        }
        'f' => match &marker.integer {
            Some(integer) => integer.format(moment.milli)?,
            None => "undefined".to_owned(),
        },
        'Z' | 'z' => match &marker.integer {
            Some(integer) => format_offset(marker, integer, hours, minutes)?,
            None => String::new(),
        },
        'P' => {
            let half = if moment.hour >= 12.0 { "pm" } else { "am" };
            if marker.names == Some(Case::Upper) { half.to_uppercase() } else { half.to_owned() }
        }
        'C' | 'E' => "ISO".to_owned(),
        _ => "undefined".to_owned(),
    })
}

fn format_name(marker: &Marker, case: Case, value: f64) -> Outcome<String> {
    let names: &[&str] = match marker.component {
        'M' | 'x' => &MONTHS,
        'F' => &DAYS,
        component => return Err(Fault::new("D3133").value(Val::string(component.to_string()))),
    };
    // A date out of range has no month or day.
    let name = (value as usize).checked_sub(1).and_then(|index| names.get(index)).copied();
    let name = name.unwrap_or("undefined");
    let name = match case {
        Case::Upper => name.to_uppercase(),
        Case::Lower => name.to_lowercase(),
        Case::Title => name.to_owned(),
    };
    Ok(match marker.max_width {
        Some(width) if name.len() as f64 > width => name.chars().take(width.max(0.0) as usize).collect(),
        _ => name,
    })
}

fn format_offset(marker: &Marker, integer: &IntegerFormat, hours: f64, minutes: f64) -> Outcome<String> {
    let offset = hours * 100.0 + minutes;
    let mut text = match (&integer.grouping, integer.mandatory_digits) {
        (Grouping::Regular(..), _) => integer.format(offset)?,
        (_, 1 | 2) => {
            let mut text = integer.format(hours)?;
            if minutes != 0.0 {
                text.push(':');
                text.push_str(&super::format_integer(minutes, "00")?);
            }
            text
        }
        (_, 3 | 4) => integer.format(offset)?,
        (_, digits) => return Err(Fault::new("D3134").value(Val::int(digits as i64))),
    };
    if offset >= 0.0 {
        text.insert(0, '+');
    }
    if marker.component == 'z' {
        text.insert_str(0, "GMT");
    }
    if offset == 0.0 && marker.zulu {
        return Ok("Z".to_owned());
    }
    Ok(text)
}
