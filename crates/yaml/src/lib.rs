//! Definitions in YAML: read as JSON, and changed so that what is not touched keeps its bytes.
//!
//! [`Yaml::parse`] reads a text with the places of its parts. [`Yaml::to_json`] gives the same data as a JSON
//! text, with a [`Places`] that says which part of one text is which part of the other. [`Yaml::updated`] gives
//! the text for changed data: comments, order, quotes and indentation of everything else stay. [`cursors`] brings a
//! place in a text that is being typed to JSON, so that what helps with JSON helps with YAML.

mod cursor;
mod parse;
mod places;
mod render;
mod update;

pub use cursor::{Cursor, cursors};
pub use parse::{MAX_DEPTH, MAX_NODES, Yaml, YamlError};
pub use places::Places;
pub use render::{scalar_text, to_yaml};
