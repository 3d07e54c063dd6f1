//! Edits of a definition: each is planned as a minimal patch of the text.

mod text;

pub(crate) use text::{quoted, remove_member_patch};
