//! Small runs whose events are known.

#![allow(clippy::unwrap_used)]

use std::sync::Arc;

use asl::Document;
use engine::mock::run_to_end;
use engine::{
    Budget, Execution, Failure, Machine, MockHost, Options, Outcome, Progress, RunId, Status, Step,
    TaskAnswer, VirtualS3,
};
use json::Value;

fn machine(definition: &str) -> Arc<Machine> {
    let machine = Machine::compile(&Document::parse(definition)).unwrap();
    assert_eq!(machine.problems, []);
    Arc::new(machine)
}

fn host(mocks: &str) -> MockHost {
    MockHost::from_json(&json::parse(mocks).unwrap()).unwrap()
}

fn start(definition: &str, input: &str, options: Options) -> Execution {
    Execution::start(machine(definition), json::parse_keeping_text(input).unwrap(), options)
}

fn finish(execution: &mut Execution, host: &mut MockHost) -> Outcome {
    match run_to_end(execution, host, Budget::default()) {
        Progress::Done(outcome) => outcome,
        other => panic!("{other:?}"),
    }
}

/// `id<previous Type`, an event a line.
fn events(execution: &Execution) -> String {
    let line = |event: &engine::HistoryEvent| {
        let name = event.details.name().map(|name| format!(" {name}")).unwrap_or_default();
        format!("{}<{} {}{name}", event.id.0, event.previous_event_id.0, event.event_type.name())
    };
    execution.history().iter().map(line).collect::<Vec<_>>().join("\n")
}

fn tail(execution: &Execution, from: u32) -> String {
    let lines = events(execution);
    lines.lines().skip(from as usize - 1).collect::<Vec<_>>().join("\n")
}

const TWO_TASKS: &str = r#"{"StartAt": "P", "States": {"P": {"Type": "Parallel", "End": true, "Branches": [
    {"StartAt": "A", "States": {"A": {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "End": true}}},
    {"StartAt": "B", "States": {"B": {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "End": true}}}
]}}}"#;

#[test]
fn a_failing_branch_aborts_its_siblings() {
    let mut execution = start(TWO_TASKS, "{}", Options::default());
    let mut host =
        host(r#"{"A": [{"Throw": {"Error": "E"}, "delayMs": 5}], "B": [{"Return": 1, "delayMs": 900}]}"#);
    assert_eq!(finish(&mut execution, &mut host).error.as_deref(), Some("E"));
    let expected = "\
4<3 TaskStateEntered A
5<4 TaskScheduled
6<3 TaskStateEntered B
7<6 TaskScheduled
8<5 TaskStarted
9<7 TaskStarted
10<8 TaskFailed
11<10 TaskStateAborted
12<10 TaskStateAborted
13<10 ParallelStateFailed
14<13 ExecutionFailed";
    assert_eq!(tail(&execution, 4), expected);
}

#[test]
fn a_redrive_runs_only_what_failed() {
    let mut execution = start(TWO_TASKS, "{}", Options::default());
    let mut first = host(r#"{"A": [{"Return": "a"}], "B": [{"Throw": {"Error": "E"}, "delayMs": 10}]}"#);
    assert_eq!(finish(&mut execution, &mut first).status, Status::Failed);
    let length = execution.history().len() as u32;
    execution.redrive().unwrap();
    let mut second = host(r#"{"B": [{"Return": "b"}]}"#);
    let outcome = finish(&mut execution, &mut second);
    assert_eq!(outcome.output.unwrap().to_text(), r#"["a","b"]"#);
    let names = tail(&execution, length + 1);
    assert!(names.contains("ExecutionRedriven"), "{names}");
    assert_eq!(names.matches("TaskScheduled").count(), 1, "{names}");
    assert!(execution.redrive().is_err());
}

#[test]
fn running_iterations_are_aborted_as_recorded() {
    let definition = r#"{"StartAt": "M", "States": {"M": {"Type": "Map", "End": true, "ItemProcessor": {
        "StartAt": "T", "States": {"T": {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke",
        "TimeoutSeconds": 5, "End": true}}}}}}"#;
    let mut execution = start(definition, "[1, 2]", Options::default());
    finish(&mut execution, &mut host(r#"{"T": [{"never": true}]}"#));
    let expected = "\
4<3 MapIterationStarted M
5<3 MapIterationStarted M
6<4 TaskStateEntered T
7<6 TaskScheduled
8<5 TaskStateEntered T
9<8 TaskScheduled
10<7 TaskStarted
11<9 TaskStarted
12<10 TaskTimedOut
13<12 MapIterationFailed M
14<12 TaskStateAborted
15<12 MapIterationAborted M
16<12 TaskStateAborted
17<12 MapStateFailed
18<17 ExecutionFailed";
    assert_eq!(tail(&execution, 4), expected);
}

#[test]
fn tokens_answer_and_heartbeats_keep_alive() {
    let definition = r#"{"StartAt": "T", "States": {"T": {"Type": "Task", "HeartbeatSeconds": 10, "End": true,
        "Resource": "arn:aws:states:::sqs:sendMessage.waitForTaskToken",
        "Parameters": {"QueueUrl": "q", "MessageBody": {"Token.$": "$$.Task.Token"}}}}}"#;
    let run = |heartbeats: i64| {
        let mut execution = start(definition, "{}", Options::default());
        let mut token = None;
        loop {
            match execution.step() {
                Step::Task(request) => {
                    assert_eq!(
                        request.parameters.get("MessageBody").unwrap().get("Token").unwrap().as_str(),
                        request.token.as_deref()
                    );
                    token = request.token;
                }
                Step::Idle { .. } => break,
                _ => {}
            }
        }
        let token = token.unwrap();
        for _ in 0..heartbeats {
            execution.advance_to(execution.now().plus_seconds(9));
            assert!(execution.answer_token(&token, TaskAnswer::Heartbeat));
            while !matches!(execution.step(), Step::Idle { .. }) {}
        }
        execution.advance_to(execution.now().plus_seconds(9 + 9 * (1 - heartbeats.min(1))));
        execution.answer_token(&token, TaskAnswer::Succeeded(Value::int(heartbeats)));
        finish(&mut execution, &mut MockHost::default())
    };
    assert_eq!(run(3).output, Some(Value::int(3)));
    assert_eq!(run(0).error.as_deref(), Some("States.Timeout"));
}

#[test]
fn nested_executions_have_histories_of_their_own() {
    let outer = r#"{"StartAt": "T", "States": {"T": {"Type": "Task", "End": true,
        "Resource": "arn:aws:states:::states:startExecution.sync:2",
        "Parameters": {"StateMachineArn": "arn:aws:states:us-east-1:123456789012:stateMachine:Inner", "Input": {"n": 1}},
        "ResultSelector": {"out.$": "$.Output", "status.$": "$.Status"}}}}"#;
    let inner = r#"{"StartAt": "W", "States": {"W": {"Type": "Wait", "Seconds": 30, "End": true}}}"#;
    let mut execution = start(outer, "{}", Options::default());
    let mut host = MockHost::default();
    host.machines.insert("Inner".into(), machine(inner));
    let outcome = finish(&mut execution, &mut host);
    assert_eq!(outcome.output.unwrap().to_text(), r#"{"out":{"n":1},"status":"SUCCEEDED"}"#);
    assert_eq!(execution.run(RunId(1)).unwrap().history.len(), 4);
    assert_eq!(execution.now() - execution.options().start_time, 30_000);
}

#[test]
fn a_stopped_run_stops_what_it_waits_for() {
    let definition = r#"{"StartAt": "W", "States": {"W": {"Type": "Wait", "Seconds": 30, "End": true}}}"#;
    let mut execution = start(definition, "{}", Options::default());
    while !matches!(execution.step(), Step::Idle { .. }) {}
    execution.stop(Failure::new("Why", "Because"));
    let outcome = finish(&mut execution, &mut MockHost::default());
    assert_eq!(outcome.status, Status::Aborted);
    assert_eq!(tail(&execution, 2), "2<0 WaitStateEntered W\n3<0 ExecutionAborted");
    execution.redrive().unwrap();
    assert_eq!(finish(&mut execution, &mut MockHost::default()).status, Status::Succeeded);
}

const DISTRIBUTED: &str = r#"{"StartAt": "M", "States": {"M": {"Type": "Map", "End": true, "Label": "L",
    "MaxConcurrency": 2, "ToleratedFailureCount": 1,
    "ItemReader": {"Resource": "arn:aws:states:::s3:getObject", "ReaderConfig": {"InputType": "CSV", "CSVHeaderLocation": "FIRST_ROW"},
        "Parameters": {"Bucket": "in", "Key": "rows.csv"}},
    "ItemProcessor": {"ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"},
        "StartAt": "C", "States": {
            "C": {"Type": "Choice", "Choices": [{"Variable": "$.n", "StringEquals": "bad", "Next": "F"}], "Default": "S"},
            "F": {"Type": "Fail", "Error": "Bad"}, "S": {"Type": "Succeed"}}},
    "ResultWriter": {"Resource": "arn:aws:states:::s3:putObject", "Parameters": {"Bucket": "out", "Prefix": "p"}}}}}"#;

fn distributed(rows: &str) -> (Execution, Outcome) {
    distributed_of(rows.as_bytes())
}

fn distributed_of(file: &[u8]) -> (Execution, Outcome) {
    let mut s3 = VirtualS3::default();
    s3.put("in", "rows.csv", file.to_vec(), engine::Instant::DEFAULT_START);
    s3.add_bucket("out");
    let mut execution = start(DISTRIBUTED, "{}", Options { s3, ..Options::default() });
    let outcome = finish(&mut execution, &mut MockHost::default());
    (execution, outcome)
}

#[test]
fn a_distributed_map_counts_and_writes_its_results() {
    let (execution, outcome) = distributed("n\none\nbad\nthree\n");
    assert_eq!(outcome.status, Status::Succeeded);
    let record = &execution.map_runs()[0];
    let counts = record.item_counts;
    assert_eq!((counts.total, counts.succeeded, counts.failed), (3, 2, 1));
    let files: Vec<String> = execution.s3().list("out", "p/").map(|(key, _)| key.to_string()).collect();
    assert_eq!(files.len(), 3);
    for name in ["FAILED_0.json", "SUCCEEDED_0.json", "manifest.json"] {
        assert!(files.iter().any(|file| file.ends_with(name)), "{files:?}");
    }
    let key = outcome
        .output
        .unwrap()
        .get("ResultWriterDetails")
        .unwrap()
        .get("Key")
        .unwrap()
        .as_str()
        .unwrap()
        .to_owned();
    let manifest = json::parse(&execution.s3().get("out", &key).unwrap().text()).unwrap();
    assert_eq!(manifest.get("DestinationBucket").unwrap().as_str(), Some("out"));
    assert_eq!(execution.run(record.children[1]).unwrap().status(), Status::Failed);
}

#[test]
fn a_compressed_file_has_the_same_items() {
    // `printf 'n\none\nbad\nthree\n' | gzip -n`
    let file = [
        31, 139, 8, 0, 0, 0, 0, 0, 0, 3, 203, 227, 202, 207, 75, 229, 74, 74, 76, 225, 42, 201, 40, 74, 77,
        229, 2, 0, 28, 55, 42, 206, 16, 0, 0, 0,
    ];
    let (execution, outcome) = distributed_of(&file);
    assert_eq!(outcome.status, Status::Succeeded);
    let counts = execution.map_runs()[0].item_counts;
    assert_eq!((counts.total, counts.succeeded, counts.failed), (3, 2, 1));
    let (_, broken) = distributed_of(&file[..20]);
    assert_eq!(broken.error.as_deref(), Some("States.ItemReaderFailed"));
}

#[test]
fn too_many_failures_fail_a_distributed_map() {
    let (execution, outcome) = distributed("n\nbad\nbad\nthree\nfour\n");
    assert_eq!(outcome.error.as_deref(), Some("States.ExceedToleratedFailureThreshold"));
    assert!(events(&execution).ends_with("5<4 MapRunFailed\n6<5 MapStateFailed\n7<6 ExecutionFailed"));
    let counts = execution.map_runs()[0].execution_counts;
    assert_eq!(counts.succeeded + counts.failed + counts.aborted + counts.timed_out, counts.total);
}

#[test]
fn a_redriven_map_runs_only_the_children_that_failed() {
    let definition = r#"{"StartAt": "M", "States": {"M": {"Type": "Map", "End": true, "MaxConcurrency": 1,
        "ItemProcessor": {"ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"}, "StartAt": "T", "States": {
            "T": {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "ResultSelector": {"v.$": "$"}, "End": true}}}}}}"#;
    let mut execution = start(definition, "[1, 2, 3]", Options::default());
    let mut first = host(r#"{"T": [{"Return": "a"}, {"Throw": {"Error": "E"}}]}"#);
    assert_eq!(finish(&mut execution, &mut first).status, Status::Failed);
    assert_eq!(execution.map_runs()[0].execution_counts.aborted, 1);
    let length = execution.history().len() as u32;
    execution.redrive().unwrap();
    let outcome = finish(&mut execution, &mut host(r#"{"T": [{"Return": "b"}]}"#));
    assert_eq!(outcome.output.unwrap().to_text(), r#"[{"v":"a"},{"v":"b"},{"v":"b"}]"#);
    assert!(tail(&execution, length + 1).contains("MapRunRedriven"));
    let counts = execution.map_runs()[0].execution_counts;
    assert_eq!((counts.succeeded, counts.failed, counts.total), (3, 0, 3));
}

#[test]
fn an_endless_loop_ends_with_its_history() {
    let definition = r#"{"StartAt": "A", "States": {"A": {"Type": "Pass", "Next": "B"}, "B": {"Type": "Pass", "Next": "A"}}}"#;
    let mut execution = start(definition, "{}", Options::default());
    assert_eq!(finish(&mut execution, &mut MockHost::default()).status, Status::Failed);
    assert!(execution.history().len() <= 25_000);
}

const CHAIN: &str = r#"{"StartAt": "A", "States": {
    "A": {"Type": "Pass", "Assign": {"v": 1}, "Next": "B"},
    "B": {"Type": "Pass", "Parameters": {"in.$": "$", "v.$": "$v"}, "End": true}}}"#;

/// Steps until the state of a name has been entered.
fn until_entered(execution: &mut Execution, name: &str) -> engine::FrameId {
    loop {
        let Step::Event(event) = execution.step() else { panic!("{name} is not entered") };
        let event = execution.event(event).unwrap().clone();
        if event.event_type.is_state_entered() && event.details.name().is_some_and(|found| &**found == name) {
            return event.frame;
        }
    }
}

#[test]
fn data_and_variables_can_be_changed_before_a_state_is_entered() {
    let mut execution = start(CHAIN, "{}", Options::default());
    let frame = until_entered(&mut execution, "A");
    execution.step();
    assert!(execution.replace_input(frame, Value::int(5)));
    assert!(execution.set_variable(frame, "v".into(), Value::int(7)));
    let outcome = finish(&mut execution, &mut MockHost::default());
    assert_eq!(outcome.output.unwrap().to_text(), r#"{"in":5,"v":7}"#);
}

#[test]
fn another_definition_takes_over_by_names() {
    let mut execution = start(CHAIN, "{}", Options::default());
    let mut unchanged = execution.clone();
    until_entered(&mut execution, "A");
    let changed = CHAIN
        .replace(r#""States": {"#, r#""States": {"New": {"Type": "Succeed"}, "#)
        .replace(r#""v": 1"#, r#""v": 2"#);
    execution.replace_machine(machine(&changed)).unwrap();
    let outcome = finish(&mut execution, &mut MockHost::default());
    assert_eq!(outcome.output.unwrap().to_text(), r#"{"in":{},"v":2}"#);
    unchanged.replace_machine(machine(CHAIN)).unwrap();
    let outcome = finish(&mut unchanged, &mut MockHost::default());
    assert_eq!(outcome.output.unwrap().to_text(), r#"{"in":{},"v":1}"#);
    let mut stuck = start(CHAIN, "{}", Options::default());
    until_entered(&mut stuck, "A");
    let other = r#"{"StartAt": "X", "States": {"X": {"Type": "Succeed"}}}"#;
    assert!(stuck.replace_machine(machine(other)).is_err());
}

#[test]
fn deep_nesting_fails_instead_of_overflowing() {
    let mut definition = r#"{"StartAt": "X", "States": {"X": {"Type": "Fail", "Error": "E"}}}"#.to_owned();
    for level in 0..200 {
        definition = format!(
            r#"{{"StartAt": "P{level}", "States": {{"P{level}": {{"Type": "Parallel", "End": true, "Branches": [{definition}]}}}}}}"#
        );
    }
    let compiled = Machine::compile(&Document::parse(&definition)).unwrap();
    assert!(!compiled.problems.is_empty());
    let mut execution = Execution::start(Arc::new(compiled), Value::Null, Options::default());
    assert_eq!(finish(&mut execution, &mut MockHost::default()).error.as_deref(), Some("States.Runtime"));
}

/// What a reader reads is no part of the run's history, so the stages that come of it are not told, least of all as
/// empty lists.
#[test]
fn stages_after_a_reader_are_not_made_up() {
    let definition = r#"{"StartAt": "Rows", "States": {"Rows": {"Type": "Map", "End": true,
        "ItemReader": {"Resource": "arn:aws:states:::s3:getObject", "Parameters": {"Bucket.$": "$.bucket", "Key": "k"},
            "ReaderConfig": {"InputType": "CSV", "CSVHeaderLocation": "FIRST_ROW"}},
        "ItemSelector": {"row.$": "$$.Map.Item.Value"}, "ItemBatcher": {"MaxItemsPerBatch": 2},
        "ItemProcessor": {"ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"},
            "StartAt": "A", "States": {"A": {"Type": "Pass", "End": true}}}}}}"#;
    let mut execution = start(definition, "{}", Options::default());
    assert_eq!(finish(&mut execution, &mut host("{}")).status, Status::Failed);
    let entered = execution.history().iter().find(|event| event.event_type.is_state_entered()).unwrap().id;
    let inspection = execution.inspect(engine::EventRef { run: RunId(0), event: entered }).unwrap();
    assert_eq!(inspection.data.after_item_selector, None);
    assert_eq!(inspection.data.after_item_batcher, None);
}
