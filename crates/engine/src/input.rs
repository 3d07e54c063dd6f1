//! The input of an execution as StartExecution takes it.

use json::Value;

/// The longest input that StartExecution takes, in bytes of UTF-8.
const MAX_INPUT_BYTES: usize = 262_144;

/// Why StartExecution refuses an input.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InputError {
    pub code: &'static str,
    pub message: String,
}

/// Reads the text of an input, with the text kept: what a state does not change is passed on as it was written.
pub fn read_input(text: &str) -> Result<Value, InputError> {
    let refused = |reason: &str| InputError {
        code: "InvalidExecutionInput",
        message: format!("Invalid State Machine Execution Input: '{reason}'"),
    };
    if text.len() > MAX_INPUT_BYTES {
        return Err(InputError {
            code: "ValidationException",
            message: format!("The input is longer than {MAX_INPUT_BYTES} bytes"),
        });
    }
    if text.trim().is_empty() {
        return Err(refused("Invalid execution input."));
    }
    if let Some(error) = asl::json_error(text) {
        return Err(refused(&error.message));
    }
    json::parse_keeping_text(text).map_err(|error| refused(&error.to_string()))
}

#[cfg(test)]
mod tests {
    use super::read_input;

    #[test]
    fn texts_are_kept_or_refused() {
        assert_eq!(read_input("[1, 2]").unwrap().to_text(), "[1, 2]");
        assert_eq!(
            read_input(" ").unwrap_err().message,
            "Invalid State Machine Execution Input: 'Invalid execution input.'"
        );
        assert_eq!(read_input("{").unwrap_err().code, "InvalidExecutionInput");
    }
}
