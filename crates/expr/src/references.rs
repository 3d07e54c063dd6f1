use std::collections::BTreeSet;

use json::Str;

/// What an expression reads.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct References {
    /// The names of variables.
    pub variables: BTreeSet<Str>,
    /// The members of the context object, as `Task.Token`; empty for the whole of it.
    pub context: BTreeSet<Str>,
    /// Whether `$` is read.
    pub input: bool,
}
