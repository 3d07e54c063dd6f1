//! What a distributed Map reads, batches and writes.

use super::{Alternatives, Group, Kind, ObjectType, at_least, field, whole};

const INPUT: Group = Group::Input;
const OUTPUT: Group = Group::Output;
const PLACE: Kind = Kind::ReferencePath { context: false };

pub static ITEM_READER: ObjectType = ObjectType {
    name: "item reader",
    fields: &[&[
        field(
            "Resource",
            Kind::ResourceOf(&["s3:getObject", "s3:listObjectsV2"]),
            INPUT,
            "How to read: arn:aws:states:::s3:getObject for a file, arn:aws:states:::s3:listObjectsV2 for a list of objects.",
        )
        .required(),
        field("ReaderConfig", Kind::Object(&READER_CONFIG), INPUT, "The format of the file."),
        field(
            "Parameters",
            Kind::Template,
            INPUT,
            "Which bucket and key, or prefix, to read.",
        )
        .json_path(),
        field("Arguments", Kind::Template, INPUT, "Which bucket and key, or prefix, to read.").jsonata(),
    ]],
    alternatives: &[],
    open: false,
};

pub static READER_CONFIG: ObjectType = ObjectType {
    name: "reader configuration",
    fields: &[&[
        field(
            "InputType",
            Kind::OneOf(&["CSV", "JSON", "JSONL", "PARQUET", "MANIFEST"]),
            INPUT,
            "The format of the file.",
        ),
        field(
            "Transformation",
            Kind::OneOf(&["NONE", "LOAD_AND_FLATTEN"]),
            INPUT,
            "LOAD_AND_FLATTEN reads the listed objects themselves and takes their contents as items.",
        ),
        field(
            "ManifestType",
            Kind::OneOf(&["ATHENA_DATA", "S3_INVENTORY"]),
            INPUT,
            "What wrote the manifest.",
        ),
        field(
            "CSVDelimiter",
            Kind::OneOf(&["COMMA", "PIPE", "SEMICOLON", "SPACE", "TAB"]),
            INPUT,
            "What stands between the values of a line; COMMA if it isn't set.",
        ),
        field(
            "CSVHeaderLocation",
            Kind::OneOf(&["FIRST_ROW", "GIVEN"]),
            INPUT,
            "Where the names of the columns are: in the first line, or in CSVHeaders.",
        ),
        field("CSVHeaders", Kind::Texts { non_empty: true }, INPUT, "The names of the columns."),
        field(
            "ItemsPointer",
            Kind::Text,
            INPUT,
            "The JSON pointer to the array in the file, such as /report/rows.",
        ),
        field("MaxItems", whole(0, 100_000_000), INPUT, "How many items to read at most; 0 for all.")
            .or_expression(),
        field("MaxItemsPath", PLACE, INPUT, "The path to the number of items to read at most.").json_path(),
    ]],
    alternatives: &[Alternatives { fields: &["MaxItems", "MaxItemsPath"], needed: false }],
    open: false,
};

pub static ITEM_BATCHER: ObjectType = ObjectType {
    name: "item batcher",
    fields: &[&[
        field("BatchInput", Kind::Template, INPUT, "JSON that every batch gets beside its items."),
        field("MaxItemsPerBatch", at_least(0), INPUT, "How many items are in a batch at most.")
            .or_expression(),
        field("MaxItemsPerBatchPath", PLACE, INPUT, "The path to the number of items in a batch.")
            .json_path(),
        field(
            "MaxInputBytesPerBatch",
            whole(0, 262_144),
            INPUT,
            "How large a batch may be, in bytes; up to 262,144.",
        )
        .or_expression(),
        field(
            "MaxInputBytesPerBatchPath",
            PLACE,
            INPUT,
            "The path to the size that a batch may have, in bytes.",
        )
        .json_path(),
    ]],
    alternatives: &[
        Alternatives { fields: &["MaxItemsPerBatch", "MaxItemsPerBatchPath"], needed: false },
        Alternatives { fields: &["MaxInputBytesPerBatch", "MaxInputBytesPerBatchPath"], needed: false },
    ],
    open: false,
};

pub static RESULT_WRITER: ObjectType = ObjectType {
    name: "result writer",
    fields: &[&[
        field(
            "Resource",
            Kind::ResourceOf(&["s3:putObject"]),
            OUTPUT,
            "How to write: arn:aws:states:::s3:putObject.",
        ),
        field("Parameters", Kind::Template, OUTPUT, "Which bucket and prefix to write to.").json_path(),
        field("Arguments", Kind::Template, OUTPUT, "Which bucket and prefix to write to.").jsonata(),
        field("WriterConfig", Kind::Object(&WRITER_CONFIG), OUTPUT, "The format of the files."),
    ]],
    alternatives: &[],
    open: false,
};

pub static WRITER_CONFIG: ObjectType = ObjectType {
    name: "writer configuration",
    fields: &[&[
        field("OutputType", Kind::OneOf(&["JSON", "JSONL"]), OUTPUT, "The format of the result files.")
            .required(),
        field(
            "Transformation",
            Kind::OneOf(&["NONE", "COMPACT", "FLATTEN"]),
            OUTPUT,
            "How much of the child executions is written: everything, the outputs, or the outputs' items.",
        )
        .required(),
    ]],
    alternatives: &[],
    open: false,
};
