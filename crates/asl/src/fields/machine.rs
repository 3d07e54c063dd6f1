//! The machine itself, the branches of a Parallel state and the body of a Map state.

use super::{Field, Group, Kind, MAX_SECONDS, ObjectType, field, whole};
use crate::vocabulary::QUERY_LANGUAGES;

static COMMENT: [Field; 1] =
    [field("Comment", Kind::Text, Group::Configuration, "A note for people; it has no effect.")];

static SCOPE: [Field; 2] = [
    field("StartAt", Kind::Target, Group::Flow, "The name of the state to start with.").required(),
    field("States", Kind::States, Group::Flow, "The states, each under its name.").required(),
];

pub static MACHINE: ObjectType = ObjectType {
    name: "state machine",
    fields: &[
        &COMMENT,
        &[
            field(
                "QueryLanguage",
                Kind::OneOf(&QUERY_LANGUAGES),
                Group::Configuration,
                "What expressions are written in: JSONPath (the default) or JSONata. A JSONPath machine can have single states in JSONata, not the other way round.",
            ),
            field(
                "Version",
                Kind::OneOf(&["1.0"]),
                Group::Configuration,
                "The version of the language; 1.0 is the only one.",
            ),
            field(
                "TimeoutSeconds",
                whole(0, MAX_SECONDS),
                Group::Configuration,
                "How long an execution may take, in seconds. After that it ends as timed out.",
            ),
        ],
        &SCOPE,
    ],
    alternatives: &[],
    open: false,
};

pub static BRANCH: ObjectType =
    ObjectType { name: "branch", fields: &[&COMMENT, &SCOPE], alternatives: &[], open: false };

pub static ITEM_PROCESSOR: ObjectType = ObjectType {
    name: "item processor",
    fields: &[
        &COMMENT,
        &[field(
            "ProcessorConfig",
            Kind::Object(&PROCESSOR_CONFIG),
            Group::Configuration,
            "Whether items are processed in this execution or in child executions of their own.",
        )],
        &SCOPE,
    ],
    alternatives: &[],
    open: false,
};

pub static PROCESSOR_CONFIG: ObjectType = ObjectType {
    name: "processor configuration",
    fields: &[&[
        field(
            "Mode",
            Kind::OneOf(&["INLINE", "DISTRIBUTED"]),
            Group::Configuration,
            "INLINE (the default) processes items within this execution, DISTRIBUTED in up to 10,000 child executions at a time.",
        ),
        field(
            "ExecutionType",
            Kind::OneOf(&["STANDARD", "EXPRESS"]),
            Group::Configuration,
            "The type of the child executions. Needed in DISTRIBUTED mode and not allowed in INLINE mode.",
        ),
    ]],
    alternatives: &[],
    open: false,
};
