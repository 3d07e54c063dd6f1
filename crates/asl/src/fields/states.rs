//! The eight state types.

use super::{
    Alternatives, BRANCH, CATCHER, CHOICE_RULE, Field, Group, ITEM_BATCHER, ITEM_PROCESSOR, ITEM_READER,
    Kind, MAX_SECONDS, ObjectType, RESULT_WRITER, RETRIER, at_least, field, whole,
};
use crate::vocabulary::{QUERY_LANGUAGES, STATE_TYPES};

const INPUT: Group = Group::Input;
const OUTPUT: Group = Group::Output;
const CONFIGURATION: Group = Group::Configuration;
const PLACE: Kind = Kind::ReferencePath { context: false };

static COMMON: [Field; 3] = [
    field("Type", Kind::OneOf(&STATE_TYPES), CONFIGURATION, "What kind of state this is.").required(),
    field("Comment", Kind::Text, CONFIGURATION, "A note for people; it has no effect."),
    field(
        "QueryLanguage",
        Kind::OneOf(&QUERY_LANGUAGES),
        CONFIGURATION,
        "What the expressions of this state are written in. In a JSONPath machine a single state can use JSONata, not the other way round.",
    ),
];

static INPUT_PATH: [Field; 1] = [field(
    "InputPath",
    Kind::JsonPath,
    INPUT,
    "Which part of the input the state works on: a path, $ for all of it (the default), or null for {}.",
)
.or_null()
.json_path()];

static OUTPUT_PATH: [Field; 1] = [field(
    "OutputPath",
    Kind::JsonPath,
    OUTPUT,
    "Which part of the result the next state gets: a path, $ for all of it (the default), or null for {}.",
)
.or_null()
.json_path()];

static JSONATA_OUTPUT: [Field; 1] = [field(
    "Output",
    Kind::Template,
    OUTPUT,
    "What the next state gets, as JSON with {% … %} expressions. Without it the result, or else the input, is passed on.",
)
.jsonata()];

static ASSIGN: [Field; 1] = [field(
    "Assign",
    Kind::Assignments,
    Group::Variables,
    "Variables to set when the state ends well. Later states of the scope and those inside of them can read them.",
)];

static FLOW: [Field; 2] = [
    field("Next", Kind::Target, Group::Flow, "The state to go on with."),
    field("End", Kind::Boolean, Group::Flow, "Whether the scope ends after this state."),
];

const NEXT_OR_END: Alternatives = Alternatives { fields: &["Next", "End"], needed: true };

static PARAMETERS: [Field; 1] = [field(
    "Parameters",
    Kind::Template,
    INPUT,
    "What the state works on, as JSON. A member whose name ends in .$ is a path or the call of an intrinsic function.",
)
.json_path()];

static ARGUMENTS: [Field; 1] =
    [field("Arguments", Kind::Template, INPUT, "What the state works on, as JSON with {% … %} expressions.")
        .jsonata()];

static RESULT_PATH: [Field; 1] = [field(
    "ResultPath",
    Kind::ResultPath,
    OUTPUT,
    "Where the result goes in the state's input: a path, $ to replace the input (the default), or null to drop the result.",
)
.or_null()
.json_path()];

static RESULT_SELECTOR: [Field; 1] = [field(
    "ResultSelector",
    Kind::Template,
    OUTPUT,
    "The result in another shape, as JSON. Paths in members ending in .$ see the raw result.",
)
.json_path()];

static ERROR_HANDLING: [Field; 2] = [
    field(
        "Retry",
        Kind::Objects { of: &RETRIER, non_empty: false },
        Group::ErrorHandling,
        "When to try again after an error. The first retrier that names the error applies.",
    ),
    field(
        "Catch",
        Kind::Objects { of: &CATCHER, non_empty: false },
        Group::ErrorHandling,
        "Where to go on after an error that isn't retried any more. The first catcher that names the error applies.",
    ),
];

pub static PASS: ObjectType = ObjectType {
    name: "Pass state",
    fields: &[
        &COMMON,
        &INPUT_PATH,
        &PARAMETERS,
        &[field("Result", Kind::Json, OUTPUT, "The state's result, taken literally.").json_path()],
        &RESULT_PATH,
        &ASSIGN,
        &JSONATA_OUTPUT,
        &OUTPUT_PATH,
        &FLOW,
    ],
    alternatives: &[NEXT_OR_END],
    open: false,
};

pub static TASK: ObjectType = ObjectType {
    name: "Task state",
    fields: &[
        &COMMON,
        &[field(
            "Resource",
            Kind::Resource,
            CONFIGURATION,
            "What the task calls: the ARN of a service integration, of a Lambda function or of an activity.",
        )
        .required()],
        &INPUT_PATH,
        &PARAMETERS,
        &ARGUMENTS,
        &[
            field(
                "Credentials",
                Kind::Object(&CREDENTIALS),
                CONFIGURATION,
                "The role to assume for the call, if it isn't the machine's own: for calls into other accounts.",
            ),
            field(
                "TimeoutSeconds",
                whole(1, MAX_SECONDS),
                CONFIGURATION,
                "How long the task may take, in seconds, before it fails with States.Timeout. Without it a task can hang for a year.",
            )
            .or_expression(),
            field(
                "TimeoutSecondsPath",
                PLACE,
                CONFIGURATION,
                "The path to the number of seconds that the task may take.",
            )
            .json_path(),
            field(
                "HeartbeatSeconds",
                whole(1, MAX_SECONDS),
                CONFIGURATION,
                "How long the task may stay silent, in seconds; less than the timeout.",
            )
            .or_expression(),
            field(
                "HeartbeatSecondsPath",
                PLACE,
                CONFIGURATION,
                "The path to the number of seconds that the task may stay silent.",
            )
            .json_path(),
        ],
        &ERROR_HANDLING,
        &RESULT_SELECTOR,
        &RESULT_PATH,
        &ASSIGN,
        &JSONATA_OUTPUT,
        &OUTPUT_PATH,
        &FLOW,
    ],
    alternatives: &[
        NEXT_OR_END,
        Alternatives { fields: &["TimeoutSeconds", "TimeoutSecondsPath"], needed: false },
        Alternatives { fields: &["HeartbeatSeconds", "HeartbeatSecondsPath"], needed: false },
    ],
    open: false,
};

static CREDENTIALS: ObjectType = ObjectType {
    name: "credentials",
    fields: &[&[
        field("RoleArn", Kind::Name, CONFIGURATION, "The ARN of the role to assume.").or_expression(),
        field("RoleArn.$", Kind::PathOrCall, CONFIGURATION, "The path to the ARN of the role to assume.")
            .json_path(),
    ]],
    alternatives: &[],
    open: true,
};

pub static CHOICE: ObjectType = ObjectType {
    name: "Choice state",
    fields: &[
        &COMMON,
        &INPUT_PATH,
        &[
            field(
                "Choices",
                Kind::Objects { of: &CHOICE_RULE, non_empty: true },
                CONFIGURATION,
                "The rules, tried in this order. The first that matches says where to go on.",
            )
            .required(),
            field(
                "Default",
                Kind::Target,
                Group::Flow,
                "The state to go on with if no rule matches. Without it the execution then fails with States.NoChoiceMatched.",
            ),
        ],
        &ASSIGN,
        &JSONATA_OUTPUT,
        &OUTPUT_PATH,
    ],
    alternatives: &[],
    open: false,
};

pub static WAIT: ObjectType = ObjectType {
    name: "Wait state",
    fields: &[
        &COMMON,
        &INPUT_PATH,
        &[
            field("Seconds", whole(0, MAX_SECONDS), CONFIGURATION, "How many seconds to wait.")
                .or_expression(),
            field("SecondsPath", PLACE, CONFIGURATION, "The path to the number of seconds to wait.")
                .json_path(),
            field("Timestamp", Kind::Timestamp, CONFIGURATION, "When to go on, as 2030-01-31T12:00:00Z.")
                .or_expression(),
            field("TimestampPath", PLACE, CONFIGURATION, "The path to the timestamp at which to go on.")
                .json_path(),
        ],
        &ASSIGN,
        &JSONATA_OUTPUT,
        &OUTPUT_PATH,
        &FLOW,
    ],
    alternatives: &[
        NEXT_OR_END,
        Alternatives { fields: &["Seconds", "SecondsPath", "Timestamp", "TimestampPath"], needed: true },
    ],
    open: false,
};

pub static SUCCEED: ObjectType = ObjectType {
    name: "Succeed state",
    fields: &[&COMMON, &INPUT_PATH, &JSONATA_OUTPUT, &OUTPUT_PATH],
    alternatives: &[],
    open: false,
};

pub static FAIL: ObjectType = ObjectType {
    name: "Fail state",
    fields: &[
        &COMMON,
        &[
            field("Error", Kind::Text, CONFIGURATION, "The name of the error, for retriers and catchers.")
                .or_expression(),
            field("ErrorPath", Kind::PathOrCall, CONFIGURATION, "The path to the name of the error.")
                .json_path(),
            field("Cause", Kind::Text, CONFIGURATION, "What happened, for people.").or_expression(),
            field("CausePath", Kind::PathOrCall, CONFIGURATION, "The path to the text of the cause.")
                .json_path(),
        ],
    ],
    alternatives: &[
        Alternatives { fields: &["Error", "ErrorPath"], needed: false },
        Alternatives { fields: &["Cause", "CausePath"], needed: false },
    ],
    open: false,
};

pub static PARALLEL: ObjectType = ObjectType {
    name: "Parallel state",
    fields: &[
        &COMMON,
        &[field(
            "Branches",
            Kind::Objects { of: &BRANCH, non_empty: true },
            CONFIGURATION,
            "The workflows that run side by side on the same input. The result is the list of their outputs.",
        )
        .required()],
        &INPUT_PATH,
        &PARAMETERS,
        &ARGUMENTS,
        &ERROR_HANDLING,
        &RESULT_SELECTOR,
        &RESULT_PATH,
        &ASSIGN,
        &JSONATA_OUTPUT,
        &OUTPUT_PATH,
        &FLOW,
    ],
    alternatives: &[NEXT_OR_END],
    open: false,
};

pub static MAP: ObjectType = ObjectType {
    name: "Map state",
    fields: &[
        &COMMON,
        &INPUT_PATH,
        &[
            field(
                "ItemsPath",
                Kind::ReferencePath { context: true },
                INPUT,
                "The path to the array of items; $ if it isn't set.",
            )
            .json_path(),
            field("Items", Kind::Template, INPUT, "The array of items, or an expression that gives it.")
                .jsonata(),
            field(
                "ItemReader",
                Kind::Object(&ITEM_READER),
                INPUT,
                "Where the items come from, if they are in S3. For distributed maps.",
            ),
            field(
                "ItemSelector",
                Kind::Template,
                INPUT,
                "What each run of the item processor gets, as JSON. The item is $$.Map.Item.Value, in JSONata $states.context.Map.Item.Value.",
            ),
            field("Parameters", Kind::Template, INPUT, "The former name of ItemSelector.").json_path(),
            field(
                "ItemBatcher",
                Kind::Object(&ITEM_BATCHER),
                INPUT,
                "How many items each child execution gets at once. For distributed maps.",
            ),
            field(
                "MaxConcurrency",
                at_least(0),
                CONFIGURATION,
                "How many items are processed at a time at most; 0 for as many as possible.",
            )
            .or_expression(),
            field(
                "MaxConcurrencyPath",
                PLACE,
                CONFIGURATION,
                "The path to the number of items that are processed at a time.",
            )
            .json_path(),
            field(
                "ToleratedFailurePercentage",
                Kind::Decimal { min: 0.0, max: Some(100.0) },
                Group::ErrorHandling,
                "How many percent of the items may fail before the state does.",
            )
            .or_expression(),
            field(
                "ToleratedFailurePercentagePath",
                PLACE,
                Group::ErrorHandling,
                "The path to the percentage of items that may fail.",
            )
            .json_path(),
            field(
                "ToleratedFailureCount",
                at_least(0),
                Group::ErrorHandling,
                "How many items may fail before the state does.",
            )
            .or_expression(),
            field(
                "ToleratedFailureCountPath",
                PLACE,
                Group::ErrorHandling,
                "The path to the number of items that may fail.",
            )
            .json_path(),
            field(
                "Label",
                Kind::Text,
                CONFIGURATION,
                "A part of the map runs' names, of up to 40 characters. For distributed maps.",
            ),
            field(
                "ItemProcessor",
                Kind::Object(&ITEM_PROCESSOR),
                CONFIGURATION,
                "The workflow that runs once for each item.",
            ),
            field(
                "Iterator",
                Kind::Object(&ITEM_PROCESSOR),
                CONFIGURATION,
                "The former name of ItemProcessor.",
            ),
            field(
                "ResultWriter",
                Kind::Object(&RESULT_WRITER),
                OUTPUT,
                "Where in S3 the results of the items go. For distributed maps.",
            ),
        ],
        &ERROR_HANDLING,
        &RESULT_SELECTOR,
        &RESULT_PATH,
        &ASSIGN,
        &JSONATA_OUTPUT,
        &OUTPUT_PATH,
        &FLOW,
    ],
    alternatives: &[
        NEXT_OR_END,
        Alternatives { fields: &["ItemProcessor", "Iterator"], needed: true },
        Alternatives { fields: &["ItemSelector", "Parameters"], needed: false },
        Alternatives { fields: &["MaxConcurrency", "MaxConcurrencyPath"], needed: false },
        Alternatives {
            fields: &["ToleratedFailurePercentage", "ToleratedFailurePercentagePath"],
            needed: false,
        },
        Alternatives { fields: &["ToleratedFailureCount", "ToleratedFailureCountPath"], needed: false },
    ],
    open: false,
};

/// A state whose type is missing or unknown: nothing can be said of its other fields.
pub static UNKNOWN_STATE: ObjectType =
    ObjectType { name: "state", fields: &[&COMMON], alternatives: &[], open: true };
