//! Executions and Map Runs as the API describes them.

use json::{Map, Str, Value};

use crate::execution::{Execution, ItemCounts, MapRunRecord, Run, RunId, RunKind, Status};
use crate::machine::Body;
use crate::time::Instant;

impl Execution {
    /// The response of DescribeExecution. Dates are ISO 8601.
    pub fn describe(&self, run: RunId) -> Option<Value> {
        let run = self.run(run)?;
        let mut members = self.described(run);
        let facts = &run.shared.facts;
        if let Some(count) = facts.redrive_count {
            members.insert("redriveCount", Value::int(i64::from(count)));
            let (status, reason) = redrive_status(run);
            members.insert("redriveStatus", Value::from(status));
            if let Some(reason) = reason {
                members.insert("redriveStatusReason", Value::from(reason));
            }
        }
        if let (Some(alias), RunKind::Main | RunKind::Again) = (&facts.names.alias_arn, run.kind) {
            members.insert("stateMachineAliasArn", Value::String(alias.clone()));
            members.insert(
                "stateMachineVersionArn",
                Value::from(format!("{}:1", facts.names.state_machine_arn)),
            );
        }
        if let RunKind::MapChild { map_run, .. } = run.kind
            && let Some(record) = self.map_runs().get(map_run)
        {
            members.insert("mapRunArn", Value::String(record.arn.clone()));
        }
        Some(Value::object(members))
    }

    /// The response of StartSyncExecution, with what the execution would be billed.
    pub fn describe_sync(&self) -> Option<Value> {
        let run = self.run(RunId(0))?;
        let mut members = self.described(run);
        let billing = self.express_billing(run);
        members.insert(
            "billingDetails",
            Value::from_members([
                ("billedDurationInMilliseconds", Value::int(billing.billed_millis)),
                ("billedMemoryUsedInMB", Value::int(billing.billed_memory_mb)),
            ]),
        );
        Some(Value::object(members))
    }

    fn described(&self, run: &Run) -> Map {
        let facts = &run.shared.facts;
        let mut members = Map::with_capacity(16);
        let included = || Value::from_members([("included", Value::Bool(true))]);
        members.insert("executionArn", Value::String(facts.names.execution_arn.clone()));
        members.insert("input", Value::string(facts.input.to_text()));
        members.insert("inputDetails", included());
        members.insert("name", Value::String(facts.names.name.clone()));
        members.insert("startDate", date(run.started_at));
        members.insert("stateMachineArn", Value::String(facts.names.state_machine_arn.clone()));
        members.insert("status", Value::from(run.status().name()));
        if let Some(outcome) = &run.outcome {
            members.insert("stopDate", date(outcome.stopped_at));
            if let Some(output) = &outcome.output {
                members.insert("output", Value::string(output.to_text()));
                members.insert("outputDetails", included());
            }
            for (name, text) in [("error", &outcome.error), ("cause", &outcome.cause)] {
                if let Some(text) = text {
                    members.insert(name, Value::String(text.clone()));
                }
            }
        }
        members
    }

    /// What an Express execution costs: duration in steps of 100 ms, memory in steps of 64 MB.
    pub fn express_billing(&self, run: &Run) -> ExpressBilling {
        const BASE_BYTES: usize = 50 * 1024 * 1024;
        const STEP_MB: i64 = 64;
        let stopped = run.outcome.as_ref().map_or(self.now(), |outcome| outcome.stopped_at);
        let millis = (stopped - run.started_at).max(1);
        let machine = run.machine();
        let containers =
            machine.states.iter().filter(|state| matches!(state.body, Body::Parallel { .. } | Body::Map(_)));
        let output = run.outcome.as_ref().and_then(|outcome| outcome.output.as_ref());
        let data = run.input().text_len() + output.map_or(0, Value::text_len);
        let bytes = BASE_BYTES + machine.text_len + data.saturating_mul(containers.count());
        let megabytes = i64::try_from(bytes.div_ceil(1024 * 1024)).unwrap_or(i64::MAX);
        ExpressBilling {
            billed_millis: (millis + 99) / 100 * 100,
            billed_memory_mb: (megabytes + STEP_MB - 1) / STEP_MB * STEP_MB,
        }
    }

    /// The entries of ListMapRuns for an execution.
    pub fn list_map_runs(&self, run: RunId) -> Vec<Value> {
        let records = self.map_runs().iter().filter(|record| record.run == run);
        records
            .map(|record| {
                let mut members = Map::with_capacity(5);
                self.map_run_heading(record, &mut members);
                let machine = self.run(run).map(|run| run.state_machine_arn().clone()).unwrap_or_default();
                members.insert("stateMachineArn", Value::from(format!("{machine}/{}", record.label)));
                Value::object(members)
            })
            .collect()
    }

    /// The response of DescribeMapRun.
    pub fn describe_map_run(&self, index: usize) -> Option<Value> {
        let record = self.map_runs().get(index)?;
        let mut members = Map::with_capacity(12);
        self.map_run_heading(record, &mut members);
        members.insert("executionCounts", counts(&record.execution_counts));
        members.insert("itemCounts", counts(&record.item_counts));
        members.insert("maxConcurrency", int(record.max_concurrency as u64));
        members.insert("status", Value::from(record.status.name()));
        members.insert("toleratedFailureCount", int(record.tolerated_failure_count.unwrap_or(0)));
        members.insert(
            "toleratedFailurePercentage",
            Value::float(record.tolerated_failure_percentage.unwrap_or(0.0)),
        );
        if self.run(record.run).is_some_and(|run| run.shared.facts.redrive_count.is_some()) {
            members.insert("redriveCount", Value::int(i64::from(record.redrive_count)));
        }
        Some(Value::object(members))
    }

    fn map_run_heading(&self, record: &MapRunRecord, members: &mut Map) {
        let execution = self.run(record.run).map(|run| run.execution_arn().clone()).unwrap_or_default();
        members.insert("executionArn", Value::String(execution));
        members.insert("mapRunArn", Value::String(record.arn.clone()));
        members.insert("startDate", date(record.started_at));
        if let Some(stopped) = record.stopped_at {
            members.insert("stopDate", date(stopped));
        }
    }
}

/// What an Express execution is billed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ExpressBilling {
    pub billed_millis: i64,
    pub billed_memory_mb: i64,
}

/// `redriveStatus` and `redriveStatusReason`.
pub(crate) fn redrive_status(run: &Run) -> (&'static str, Option<String>) {
    match run.status() {
        status @ (Status::Running | Status::Succeeded) => {
            ("NOT_REDRIVABLE", Some(format!("Execution is {} and cannot be redriven", status.name())))
        }
        _ if run.execution_type.is_express() => {
            ("NOT_REDRIVABLE", Some("Express executions cannot be redriven".to_owned()))
        }
        _ => ("REDRIVABLE", None),
    }
}

fn counts(counts: &ItemCounts) -> Value {
    Value::from_members([
        ("aborted", int(counts.aborted)),
        ("failed", int(counts.failed)),
        ("pending", int(counts.pending)),
        ("resultsWritten", int(counts.results_written)),
        ("running", int(counts.running)),
        ("succeeded", int(counts.succeeded)),
        ("timedOut", int(counts.timed_out)),
        ("total", int(counts.total)),
    ])
}

fn int(number: u64) -> Value {
    Value::int(i64::try_from(number).unwrap_or(i64::MAX))
}

fn date(instant: Instant) -> Value {
    Value::string(Str::from(instant.to_iso_millis()))
}
