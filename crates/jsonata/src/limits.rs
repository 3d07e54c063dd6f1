//! Limits that make every evaluation end, deterministically and before it hurts.

/// How much an evaluation may do. All limits are exact: the same expression on the same data stops at
/// the same place everywhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Steps: a sub-expression evaluated, an item visited, some bytes of text written.
    pub steps: u64,
    /// Sub-expressions within each other, through function calls.
    pub depth: u32,
    /// Items of one array.
    pub sequence: usize,
    /// Bytes of one string.
    pub string: usize,
    /// Steps of one match of a regular expression.
    pub regex_steps: u64,
    /// Arrays and objects within each other, in one value.
    pub nesting: u32,
}

impl Default for Limits {
    /// A depth of 500 is a function that calls itself, not as the last thing it does, about 160 times; it takes
    /// about half of the stack that a browser gives to WebAssembly.
    /// Work on the largest payloads of Step Functions (256 KiB) stays far below these; what exceeds
    /// them takes about a second in a browser.
    fn default() -> Limits {
        Limits {
            steps: 10_000_000,
            depth: 500,
            sequence: 2_000_000,
            string: 8 * 1024 * 1024,
            regex_steps: 5_000_000,
            nesting: 1000,
        }
    }
}

/// One of the [`Limits`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Limit {
    Steps,
    Depth,
    Sequence,
    String,
    RegexSteps,
    Nesting,
}

impl Limit {
    /// jsonata has codes for a stack, a time and a length that were exceeded; the others are ours.
    pub(crate) fn code(self) -> &'static str {
        match self {
            Limit::Steps => "D1012",
            Limit::Depth => "D1011",
            Limit::Sequence => "D2015",
            Limit::String => "D1020",
            Limit::RegexSteps => "D1021",
            Limit::Nesting => "D1022",
        }
    }

    pub(crate) fn message(self, allowed: &str) -> String {
        match self {
            Limit::Steps => {
                format!("Evaluation stopped at its limit of {allowed} steps. Check for infinite loop")
            }
            Limit::Depth => {
                "Stack overflow. Check for non-terminating recursive function.  Consider rewriting \
                             as tail-recursive"
                    .to_owned()
            }
            Limit::Sequence => format!("The maximum sequence length of {allowed} was exceeded."),
            Limit::String => format!("The maximum string length of {allowed} bytes was exceeded."),
            Limit::RegexSteps => format!(
                "The regular expression was stopped at its limit of {allowed} steps. Check for nested repetitions"
            ),
            Limit::Nesting => format!("The maximum nesting of {allowed} arrays and objects was exceeded."),
        }
    }
}
