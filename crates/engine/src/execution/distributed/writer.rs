//! ResultWriter: the results of children as files in S3.

use json::{Map, Str, Value};

use super::{MapRunRecord, ReadError};
use crate::execution::{Execution, Run, Status};
use crate::machine::WriterDef;
use crate::query::StateHost;

type Files = Vec<(Str, Str, String)>;

/// The state's result, and the files to write: bucket, key, content.
pub(super) fn write(
    execution: &Execution,
    definition: &WriterDef,
    record: &MapRunRecord,
    outputs: Vec<Value>,
    effective: &Value,
    host: &StateHost<'_>,
) -> Result<(Value, Files), ReadError> {
    let config = |name: &str| definition.config.get(name).and_then(Value::as_str);
    let transformation = config("Transformation").unwrap_or("NONE");
    let is_lines = config("OutputType") == Some("JSONL");
    let of_status = |statuses: &[Status]| -> Vec<&Run> {
        record
            .children
            .iter()
            .filter_map(|run| execution.run(*run))
            .filter(|run| statuses.contains(&run.status()))
            .collect()
    };
    let succeeded = of_status(&[Status::Succeeded]);
    let results: Vec<Value> = match transformation {
        "COMPACT" => outputs,
        "FLATTEN" => outputs
            .into_iter()
            .flat_map(|output| match output.as_array() {
                Some(items) => items.to_vec(),
                None => vec![output],
            })
            .collect(),
        _ => succeeded.iter().map(|run| describe(run)).collect(),
    };
    let arguments = match &definition.arguments {
        Some(template) => template.evaluate("ResultWriter/Parameters", effective, host)?,
        None => return Ok((Value::array(results), Vec::new())),
    };
    let text = |name: &str| arguments.get(name).and_then(Value::as_str);
    let Some(bucket) = text("Bucket") else {
        return Err(ReadError::writer("The ResultWriter has no Bucket."));
    };
    if !execution.s3().has_bucket(bucket) {
        return Err(ReadError::writer(format!("The bucket '{bucket}' does not exist.")));
    }
    let bucket: Str = bucket.into();
    let run_name = asl::resource::last_part(&record.arn);
    let folder = match text("Prefix").map(|prefix| prefix.trim_end_matches('/')) {
        Some(prefix) if !prefix.is_empty() => format!("{prefix}/{run_name}"),
        _ => run_name.to_owned(),
    };
    let extension = if is_lines { "jsonl" } else { "json" };
    let mut files: Files = Vec::new();
    let mut listed = Map::with_capacity(3);
    let pending: Vec<Value> = record
        .inputs
        .iter()
        .skip(record.children.len())
        .map(|input| Value::from_members([("Input", Value::string(input.to_text()))]))
        .collect();
    let failed: Vec<Value> =
        of_status(&[Status::Failed, Status::TimedOut, Status::Aborted]).into_iter().map(describe).collect();
    for (name, items) in [("FAILED", failed), ("PENDING", pending), ("SUCCEEDED", results)] {
        let mut entries = Vec::new();
        if !items.is_empty() {
            let key = format!("{folder}/{name}_0.{extension}");
            let body = match is_lines {
                true => items.iter().map(|item| item.to_text() + "\n").collect::<String>(),
                false => Value::array(items).to_text(),
            };
            entries.push(Value::from_members([
                ("Key", Value::from(key.as_str())),
                ("Size", Value::int(i64::try_from(body.len()).unwrap_or(i64::MAX))),
            ]));
            files.push((bucket.clone(), key.into(), body));
        }
        listed.insert(name, Value::array(entries));
    }
    let manifest = Value::from_members([
        ("DestinationBucket", Value::String(bucket.clone())),
        ("MapRunArn", Value::String(record.arn.clone())),
        ("ResultFiles", Value::object(listed)),
    ]);
    let key: Str = format!("{folder}/manifest.json").into();
    files.push((bucket.clone(), key.clone(), manifest.to_text()));
    let result = Value::from_members([
        ("MapRunArn", Value::String(record.arn.clone())),
        (
            "ResultWriterDetails",
            Value::from_members([("Bucket", Value::String(bucket)), ("Key", Value::String(key))]),
        ),
    ]);
    Ok((result, files))
}

/// A child execution as the result files tell it.
fn describe(run: &Run) -> Value {
    let mut members = Map::with_capacity(14);
    let included = || Value::from_members([("Included", Value::Bool(true))]);
    let outcome = run.outcome.as_ref();
    if let Some(cause) = outcome.and_then(|outcome| outcome.cause.clone()) {
        members.insert("Cause", Value::String(cause));
    }
    if let Some(error) = outcome.and_then(|outcome| outcome.error.clone()) {
        members.insert("Error", Value::String(error));
    }
    members.insert("ExecutionArn", Value::String(run.execution_arn().clone()));
    members.insert("Input", Value::string(run.input().to_text()));
    members.insert("InputDetails", included());
    members.insert("Name", Value::String(run.name().clone()));
    if let Some(output) = outcome.and_then(|outcome| outcome.output.as_ref()) {
        members.insert("Output", Value::string(output.to_text()));
        members.insert("OutputDetails", included());
    }
    let is_good = run.status() == Status::Succeeded;
    members.insert("RedriveCount", Value::int(0));
    members.insert(
        "RedriveStatus",
        Value::from(if is_good { "NOT_REDRIVABLE" } else { "REDRIVABLE_BY_MAP_RUN" }),
    );
    if is_good {
        members.insert("RedriveStatusReason", Value::from("Execution is SUCCEEDED and cannot be redriven"));
    }
    members.insert("StartDate", Value::string(run.started_at.to_iso_millis()));
    members.insert("StateMachineArn", Value::String(run.state_machine_arn().clone()));
    members.insert("Status", Value::from(run.status().name()));
    if let Some(outcome) = outcome {
        members.insert("StopDate", Value::string(outcome.stopped_at.to_iso_millis()));
    }
    Value::object(members)
}
