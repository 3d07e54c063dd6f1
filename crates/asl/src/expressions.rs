//! Whether the expressions of a definition can be read.

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
    /// AWS's message.
    pub aws: String,
}

pub(crate) fn check_path(text: &str, path_use: PathUse) -> Result<(), PathProblem> {
    let problem =
        |message: &str, aws: &str| Err(PathProblem { message: message.to_owned(), aws: aws.to_owned() });
    if path_use == PathUse::OrCall && text.starts_with("States.") {
        return Ok(());
    }
    if !text.starts_with('$') {
        let aws = match path_use {
            PathUse::Any | PathUse::OrCall => "Value must be a valid JSONPath.",
            _ => "Value is not a Reference Path: Reference path didn't start with '$'",
        };
        return problem("A path starts with $.", aws);
    }
    if matches!(path_use, PathUse::Any | PathUse::OrCall) {
        return Ok(());
    }
    let aws = "Value is not a Reference Path";
    if path_use == PathUse::Result && !(text == "$" || text.starts_with("$.") || text.starts_with("$[")) {
        return problem("The place to write to is in the state's data: start with $. or $[.", aws);
    }
    if path_use == (PathUse::Reference { context: false }) && text.starts_with("$$") {
        return problem("The context object can't be used here; take a path into the data.", aws);
    }
    if text.contains(['*', '?', '@']) || text.contains("..") {
        return problem(
            "This path can match several values; name a single place, such as $.order.items[0].",
            aws,
        );
    }
    Ok(())
}

pub(crate) fn check_expression(text: &str) -> Result<(), String> {
    if text.starts_with('$') || text.starts_with("States.") {
        Ok(())
    } else {
        Err("A path starts with $ and a function call with States..".to_owned())
    }
}
