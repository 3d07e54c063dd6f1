//! Dates and times in pictures, as XPath's functions have them and jsonata implements them.

mod calendar;
mod format;
mod integer;
mod parse;
mod picture;
mod words;

pub(crate) use format::format;
pub(crate) use integer::{format_integer, parse_integer};
pub(crate) use parse::{parse_by_picture, parse_iso};
