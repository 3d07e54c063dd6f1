//! Whether the expressions of a definition can be read.

use expr::{Expression, Path, ReferencePath, Root, SyntaxError};

/// What a path is used for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum PathUse {
    /// It may select several values.
    Any,
    /// It names one place; perhaps also one of the context object.
    Reference { context: bool },
    /// It names one place of the data.
    Result,
    /// As any path, or the call of an intrinsic function.
    OrCall,
}

pub(crate) struct PathProblem {
    /// A sentence for people.
    pub message: String,
    /// Where in the text, in bytes.
    pub offset: usize,
    /// AWS's message.
    pub aws: String,
}

const NO_PATH: &str = "A path starts with $, such as $.order.id.";
const UNCLOSED: &str =
    "The path goes on after its last step. Complete it, such as $.order.items[0], or remove the end.";
const SEVERAL: &str = "This path can match several values; name a single place, such as $.order.items[0].";

pub(crate) fn check_path(text: &str, path_use: PathUse) -> Result<(), PathProblem> {
    let result = match path_use {
        PathUse::Any => Path::parse(text).map(|_| ()),
        PathUse::OrCall => Expression::parse(text).map(|_| ()),
        PathUse::Reference { context } => return check_reference(text, context),
        PathUse::Result => return check_result_path(text),
    };
    result.map_err(|error| PathProblem {
        message: if text.starts_with('$') || text.starts_with("States.") {
            sentence(text, &error)
        } else {
            NO_PATH.to_owned()
        },
        offset: error.offset,
        aws: "Value must be a valid JSONPath.".to_owned(),
    })
}

fn check_reference(text: &str, context: bool) -> Result<(), PathProblem> {
    let path = Path::parse(text).map_err(|error| no_reference(text, &error))?;
    let message = if !path.is_reference_path() {
        SEVERAL
    } else if *path.root() == Root::Context && !context {
        "The context object can't be used here. Take a path into the data."
    } else {
        return Ok(());
    };
    Err(PathProblem {
        message: message.to_owned(),
        offset: 0,
        aws: "Value is not a Reference Path".to_owned(),
    })
}

fn check_result_path(text: &str) -> Result<(), PathProblem> {
    let Err(error) = ReferencePath::parse(text) else { return Ok(()) };
    let mut problem = no_reference(text, &error);
    if let Ok(path) = Path::parse(text) {
        problem.message = match path.root() {
            Root::Input if path.has_ignored_end() => UNCLOSED.to_owned(),
            Root::Input => SEVERAL.to_owned(),
            _ => "The place to write to is in the state's data: start with $. or $[.".to_owned(),
        };
    }
    Err(problem)
}

fn no_reference(text: &str, error: &SyntaxError) -> PathProblem {
    PathProblem {
        message: if text.starts_with('$') { sentence(text, error) } else { NO_PATH.to_owned() },
        offset: error.offset,
        aws: format!("Value is not a Reference Path: {}", error.message),
    }
}

/// Whether the text is a path that is read without its last character, such as `$.a[`.
pub(crate) fn has_ignored_end(text: &str) -> bool {
    Path::parse(text).is_ok_and(|path| path.has_ignored_end())
}

/// A path or the call of an intrinsic function.
pub(crate) fn check_expression(text: &str) -> Result<(), (String, usize)> {
    Expression::parse(text).map(|_| ()).map_err(|error| {
        let message = if text.starts_with('$') || text.starts_with("States.") {
            sentence(text, &error)
        } else {
            "Because the name ends in .$, the value must be a path ($.order.id) or a function call (States.UUID())."
                .to_owned()
        };
        (message, error.offset)
    })
}

/// What the parser says, and for what is written wrong most often how to write it.
fn sentence(text: &str, error: &SyntaxError) -> String {
    let message = error.message.trim_end_matches('.');
    let help = if message.starts_with("Path must not end with a '.'") {
        "A path can't end with a dot. Complete it, such as $.order.id, or remove the dot."
    } else if message.starts_with("Illegal character at position 1") {
        "After $ comes a dot or a bracket, such as $.order or $['order']."
    } else if message.starts_with("Use bracket notion") {
        "A name with blanks stands in brackets and quotes, such as $['my order']."
    } else if message.starts_with("Could not parse token") {
        match text.get(error.offset..).and_then(|rest| rest.chars().next()) {
            Some('[') => {
                "Between [ and ] stands an index ([0]), a name in quotes (['my order']), * or a filter ([?(@.x > 1)])."
            }
            _ => "A name is missing here, as in $.order.id.",
        }
    } else {
        return format!("{message}.");
    };
    help.to_owned()
}
