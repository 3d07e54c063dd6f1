//! The rules of a Choice state.

use super::{Field, Group, Kind, ObjectType, field};

/// What a comparison compares with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operand {
    Text,
    Number,
    Boolean,
    Timestamp,
    /// A path to the value to compare with.
    Path,
}

/// What the operand of a comparison is; none for a name that is no comparison.
pub fn comparison_operand(name: &str) -> Option<Operand> {
    let field = COMPARISONS.iter().find(|field| field.name == name)?;
    Some(match field.kind {
        Kind::Text => Operand::Text,
        Kind::Decimal { .. } => Operand::Number,
        Kind::Boolean => Operand::Boolean,
        Kind::Timestamp => Operand::Timestamp,
        _ => Operand::Path,
    })
}

const fn comparison(name: &'static str, kind: Kind, doc: &'static str) -> Field {
    field(name, kind, Group::Configuration, doc).json_path()
}

const NUMBER: Kind = Kind::Decimal { min: f64::NEG_INFINITY, max: None };
const PATH: Kind = Kind::ReferencePath { context: true };
const FLAG: Kind = Kind::Boolean;

/// The 39 comparisons. Together with `And`, `Or` and `Not` they are the 42 operators.
pub static COMPARISONS: [Field; 39] = [
    comparison("StringEquals", Kind::Text, "The variable is this text."),
    comparison("StringEqualsPath", PATH, "The variable is the text at this path."),
    comparison("StringLessThan", Kind::Text, "The variable is a text that sorts before this one."),
    comparison("StringLessThanPath", PATH, "The variable is a text that sorts before the one at this path."),
    comparison("StringGreaterThan", Kind::Text, "The variable is a text that sorts after this one."),
    comparison(
        "StringGreaterThanPath",
        PATH,
        "The variable is a text that sorts after the one at this path.",
    ),
    comparison("StringLessThanEquals", Kind::Text, "The variable is this text, or one that sorts before it."),
    comparison(
        "StringLessThanEqualsPath",
        PATH,
        "The variable is the text at this path, or one that sorts before it.",
    ),
    comparison(
        "StringGreaterThanEquals",
        Kind::Text,
        "The variable is this text, or one that sorts after it.",
    ),
    comparison(
        "StringGreaterThanEqualsPath",
        PATH,
        "The variable is the text at this path, or one that sorts after it.",
    ),
    comparison(
        "StringMatches",
        Kind::Text,
        "The variable is a text of this pattern, in which * stands for any characters and \\\\* for an asterisk.",
    ),
    comparison("NumericEquals", NUMBER, "The variable is this number."),
    comparison("NumericEqualsPath", PATH, "The variable is the number at this path."),
    comparison("NumericLessThan", NUMBER, "The variable is a number below this one."),
    comparison("NumericLessThanPath", PATH, "The variable is a number below the one at this path."),
    comparison("NumericGreaterThan", NUMBER, "The variable is a number above this one."),
    comparison("NumericGreaterThanPath", PATH, "The variable is a number above the one at this path."),
    comparison("NumericLessThanEquals", NUMBER, "The variable is a number up to this one."),
    comparison("NumericLessThanEqualsPath", PATH, "The variable is a number up to the one at this path."),
    comparison("NumericGreaterThanEquals", NUMBER, "The variable is a number from this one up."),
    comparison(
        "NumericGreaterThanEqualsPath",
        PATH,
        "The variable is a number from the one at this path up.",
    ),
    comparison("BooleanEquals", FLAG, "The variable is true, or false, as given."),
    comparison("BooleanEqualsPath", PATH, "The variable is the same of true and false as at this path."),
    comparison("TimestampEquals", Kind::Timestamp, "The variable is this point in time."),
    comparison("TimestampEqualsPath", PATH, "The variable is the point in time at this path."),
    comparison("TimestampLessThan", Kind::Timestamp, "The variable is a time before this one."),
    comparison("TimestampLessThanPath", PATH, "The variable is a time before the one at this path."),
    comparison("TimestampGreaterThan", Kind::Timestamp, "The variable is a time after this one."),
    comparison("TimestampGreaterThanPath", PATH, "The variable is a time after the one at this path."),
    comparison("TimestampLessThanEquals", Kind::Timestamp, "The variable is a time up to this one."),
    comparison("TimestampLessThanEqualsPath", PATH, "The variable is a time up to the one at this path."),
    comparison("TimestampGreaterThanEquals", Kind::Timestamp, "The variable is a time from this one on."),
    comparison(
        "TimestampGreaterThanEqualsPath",
        PATH,
        "The variable is a time from the one at this path on.",
    ),
    comparison("IsNull", FLAG, "The variable is null (or, with false, anything else)."),
    comparison("IsPresent", FLAG, "The variable is in the input (or, with false, missing)."),
    comparison("IsNumeric", FLAG, "The variable is a number (or, with false, anything else)."),
    comparison("IsString", FLAG, "The variable is a text (or, with false, anything else)."),
    comparison("IsBoolean", FLAG, "The variable is true or false (or, with false, anything else)."),
    comparison("IsTimestamp", FLAG, "The variable is a timestamp (or, with false, anything else)."),
];

static VARIABLE: [Field; 1] = [field(
    "Variable",
    PATH,
    Group::Configuration,
    "The path to the value that is compared; it may start at the context object ($$) or at a variable.",
)
.json_path()];

static COMBINATIONS: [Field; 3] = [
    field(
        "And",
        Kind::Objects { of: &NESTED_RULE, non_empty: true },
        Group::Configuration,
        "The rule matches if all of these do.",
    )
    .json_path(),
    field(
        "Or",
        Kind::Objects { of: &NESTED_RULE, non_empty: true },
        Group::Configuration,
        "The rule matches if one of these does.",
    )
    .json_path(),
    field("Not", Kind::Object(&NESTED_RULE), Group::Configuration, "The rule matches if this one does not.")
        .json_path(),
];

static COMMENT: [Field; 1] =
    [field("Comment", Kind::Text, Group::Configuration, "A note for people; it has no effect.")];

static CONDITION: [Field; 1] = [field(
    "Condition",
    Kind::Condition,
    Group::Configuration,
    "An expression {% … %} that gives true if the rule matches.",
)
.jsonata()];

static OUTCOME: [Field; 3] = [
    field("Assign", Kind::Assignments, Group::Variables, "Variables to set if the rule matches."),
    field(
        "Output",
        Kind::Template,
        Group::Output,
        "What the next state gets if the rule matches; the state's input if it isn't set.",
    )
    .jsonata(),
    field("Next", Kind::Target, Group::Flow, "The state to go on with if the rule matches.").required(),
];

/// A rule of `Choices`.
pub static CHOICE_RULE: ObjectType = ObjectType {
    name: "choice rule",
    fields: &[&COMMENT, &VARIABLE, &COMPARISONS, &COMBINATIONS, &CONDITION, &OUTCOME],
    alternatives: &[],
    open: false,
};

/// A rule inside of `And`, `Or` or `Not`: it has no `Next`.
pub static NESTED_RULE: ObjectType = ObjectType {
    name: "nested choice rule",
    fields: &[&COMMENT, &VARIABLE, &COMPARISONS, &COMBINATIONS],
    alternatives: &[],
    open: false,
};
