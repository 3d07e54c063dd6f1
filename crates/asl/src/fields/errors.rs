//! Retriers and catchers.

use super::{Field, Group, Kind, MAX_SECONDS, ObjectType, field, whole};

/// The error names that the language itself defines.
pub const ERROR_NAMES: [(&str, &str); 17] = [
    (
        "States.ALL",
        "Any error, except States.DataLimitExceeded and States.Runtime. It must stand alone and last.",
    ),
    ("States.BranchFailed", "A branch of a Parallel state failed."),
    ("States.DataLimitExceeded", "An output is larger than 256 KiB. States.ALL doesn't match it."),
    ("States.ExceedToleratedFailureThreshold", "More items of a Map state failed than it tolerates."),
    ("States.HeartbeatTimeout", "A task sent no heartbeat in time."),
    ("States.Http.Socket", "An HTTP task got no answer in time."),
    ("States.IntrinsicFailure", "The call of an intrinsic function failed."),
    ("States.ItemReaderFailed", "A Map state couldn't read its items from S3."),
    ("States.NoChoiceMatched", "No rule of a Choice state matched, and it has no default."),
    ("States.ParameterPathFailure", "A path in a payload template found nothing."),
    ("States.Permissions", "A task lacked a permission."),
    ("States.QueryEvaluationError", "A JSONata expression failed or gave an unexpected type."),
    ("States.ResultPathMatchFailure", "A ResultPath can't be applied to the input."),
    ("States.ResultWriterFailed", "A Map state couldn't write its results to S3."),
    ("States.Runtime", "The execution itself can't go on. Retry and Catch don't see it."),
    ("States.TaskFailed", "A task failed with any error but States.Timeout."),
    ("States.Timeout", "A task or a whole execution took too long."),
];

static ERROR_EQUALS: [Field; 2] = [
    field(
        "ErrorEquals",
        Kind::Texts { non_empty: true },
        Group::ErrorHandling,
        "The names of the errors that this applies to. States.ALL stands for any and must stand alone and last.",
    )
    .required(),
    field("Comment", Kind::Text, Group::Configuration, "A note for people; it has no effect."),
];

pub static RETRIER: ObjectType = ObjectType {
    name: "retrier",
    fields: &[
        &ERROR_EQUALS,
        &[
            field(
                "IntervalSeconds",
                whole(0, MAX_SECONDS),
                Group::ErrorHandling,
                "The seconds before the first retry; 1 if it isn't set.",
            ),
            field(
                "MaxAttempts",
                whole(0, MAX_SECONDS),
                Group::ErrorHandling,
                "How many retries there are at most; 3 if it isn't set, and 0 for none.",
            ),
            field(
                "BackoffRate",
                Kind::Decimal { min: 1.0, max: None },
                Group::ErrorHandling,
                "What the interval is multiplied by after each retry; 2.0 if it isn't set.",
            ),
            field(
                "MaxDelaySeconds",
                whole(1, 31_622_400),
                Group::ErrorHandling,
                "The longest interval between retries, in seconds.",
            ),
            field(
                "JitterStrategy",
                Kind::OneOf(&["NONE", "FULL"]),
                Group::ErrorHandling,
                "FULL waits a random part of the interval, so that many executions don't retry at once. NONE is the default.",
            ),
        ],
    ],
    alternatives: &[],
    open: false,
};

pub static CATCHER: ObjectType = ObjectType {
    name: "catcher",
    fields: &[
        &ERROR_EQUALS,
        &[
            field(
                "Assign",
                Kind::Assignments,
                Group::Variables,
                "Variables to set after one of the errors.",
            ),
            field(
                "ResultPath",
                Kind::ResultPath,
                Group::Output,
                "Where the error output goes in the state's input: a path, $ for all of it, or null to drop it.",
            )
            .or_null()
            .json_path(),
            field(
                "Output",
                Kind::Template,
                Group::Output,
                "What the next state gets; the error output if it isn't set. $states.errorOutput has the error.",
            )
            .jsonata(),
            field("Next", Kind::Target, Group::Flow, "The state to go on with after one of the errors.")
                .required(),
        ],
    ],
    alternatives: &[],
    open: false,
};
