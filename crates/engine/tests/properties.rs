//! What holds for every run, whatever its seed, order, input and answers.

#![allow(clippy::unwrap_used)]

use std::sync::Arc;

use asl::Document;
use engine::{
    Execution, ExecutionType, Machine, MockHost, Options, Order, RunKind, Status, Step, TimestampStyle,
    mock::TaskHost,
};
use json::Value;
use proptest::prelude::*;

/// A Map around tasks that are retried and caught, then a Choice with a loop and a Wait.
const TASKS: &str = r#"{"StartAt": "Each", "States": {
    "Each": {"Type": "Map", "ItemsPath": "$.items", "MaxConcurrency": 2,
        "ItemSelector": {"value.$": "$$.Map.Item.Value", "id.$": "States.UUID()"},
        "ItemProcessor": {"StartAt": "Call", "States": {
            "Call": {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "TimeoutSeconds": 20,
                "Parameters": {"FunctionName": "f", "Payload.$": "$"}, "ResultPath": "$.answer",
                "Retry": [{"ErrorEquals": ["Flaky"], "IntervalSeconds": 2, "MaxAttempts": 2, "JitterStrategy": "FULL"}],
                "Catch": [{"ErrorEquals": ["States.ALL"], "ResultPath": "$.error", "Next": "Keep"}], "Next": "Keep"},
            "Keep": {"Type": "Pass", "OutputPath": "$.value", "End": true}}},
        "ResultPath": "$.items", "Next": "More?"},
    "More?": {"Type": "Choice", "Choices": [{"Variable": "$.rounds", "NumericGreaterThan": 0, "Next": "Count"}], "Default": "Done"},
    "Count": {"Type": "Pass", "Parameters": {"items.$": "$.items", "rounds.$": "States.MathAdd($.rounds, -1)"}, "Next": "Rest"},
    "Rest": {"Type": "Wait", "Seconds": 3, "Next": "Each"},
    "Done": {"Type": "Succeed"}}}"#;

/// Branches in JSONata, one of which fails for some inputs.
const BRANCHES: &str = r#"{"QueryLanguage": "JSONata", "StartAt": "Both", "TimeoutSeconds": 40, "States": {
    "Both": {"Type": "Parallel", "Branches": [
        {"StartAt": "Sum", "States": {"Sum": {"Type": "Pass", "Output": "{% $sum($states.input.items) + $random() %}", "End": true}}},
        {"StartAt": "Ask", "States": {"Ask": {"Type": "Task", "Resource": "arn:aws:states:::sqs:sendMessage.waitForTaskToken",
            "Arguments": {"token": "{% $states.context.Task.Token %}"}, "HeartbeatSeconds": 30, "Next": "Check"},
            "Check": {"Type": "Choice", "Choices": [{"Condition": "{% $count($states.input.items) > 3 %}", "Next": "Bad"}], "Default": "Good"},
            "Good": {"Type": "Succeed"}, "Bad": {"Type": "Fail", "Error": "Bad", "Cause": "{% $string($states.input) %}"}}}],
        "Assign": {"results": "{% $states.result %}"},
        "Catch": [{"ErrorEquals": ["Good"], "Next": "After"}], "Next": "After"},
    "After": {"Type": "Pass", "Output": "{% $results %}", "End": true}}}"#;

/// A distributed Map over the items, in batches.
const DISTRIBUTED: &str = r#"{"StartAt": "All", "States": {"All": {"Type": "Map", "Label": "All", "ItemsPath": "$.items",
    "ItemBatcher": {"MaxItemsPerBatch": 2}, "ToleratedFailurePercentage": 60, "MaxConcurrency": 2,
    "ItemProcessor": {"ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"}, "StartAt": "Call", "States": {
        "Call": {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "Parameters": {"Payload.$": "$"}, "End": true}}},
    "End": true}}}"#;

/// A loop that only a limit ends.
const ENDLESS: &str = r#"{"StartAt": "A", "States": {
    "A": {"Type": "Pass", "Parameters": {"n.$": "States.MathRandom(1, 1000)"}, "Next": "B"},
    "B": {"Type": "Pass", "Next": "A"}}}"#;

const MOCKS: &str = r#"{"Call": [
    {"Throw": {"Error": "Flaky", "Cause": "once"}, "delayMs": 1500}, {"Return": {"Payload": 1}, "delayMs": 100},
    {"Throw": {"Error": "Gone", "Cause": "for good"}}, {"never": true}, {"Return": {"Payload": 2}}],
    "Ask": [{"Return": {"items": [1, 2]}, "delayMs": 700}, {"Return": {"items": [1, 2, 3, 4]}}]}"#;

#[derive(Clone, Debug)]
struct Given {
    definition: &'static str,
    input: Value,
    options: Options,
}

fn given() -> impl Strategy<Value = Given> {
    let definition = prop_oneof![Just(TASKS), Just(BRANCHES), Just(DISTRIBUTED), Just(ENDLESS)];
    let order = prop_oneof![Just(Order::RoundRobin), Just(Order::DepthFirst), Just(Order::Seeded)];
    let execution_type = prop_oneof![
        3 => Just(ExecutionType::Standard), 1 => Just(ExecutionType::Express), 1 => Just(ExecutionType::ExpressSync)
    ];
    let items = prop::collection::vec(-5i64..500, 0..6);
    (definition, order, execution_type, items, 0i64..3, any::<u64>(), any::<bool>()).prop_map(
        |(definition, order, execution_type, items, rounds, seed, twice)| {
            let items = items.into_iter().map(Value::int).collect();
            let input = Value::from_members([("items", Value::array(items)), ("rounds", Value::int(rounds))]);
            let mut options = Options { order, execution_type, seed, ..Options::default() };
            options.second_starts = if twice { 1.0 } else { 0.0 };
            options.quotas.history_events = 400;
            options.quotas.express_events = 400;
            Given { definition, input, options }
        },
    )
}

fn started(given: &Given) -> (Execution, MockHost) {
    let machine = Arc::new(Machine::compile(&Document::parse(given.definition)).unwrap());
    let mut host = MockHost::from_json(&json::parse(MOCKS).unwrap()).unwrap();
    host.seed = given.options.seed;
    (Execution::start(machine, given.input.clone(), given.options.clone()), host)
}

/// At most so many steps on; whether the run has ended by then.
fn go_on(execution: &mut Execution, host: &mut MockHost, steps: usize) -> bool {
    go_on_by(execution, host, steps, |execution| Some(execution.step()))
}

/// As `go_on`, with what makes a step.
fn go_on_by(
    execution: &mut Execution,
    host: &mut MockHost,
    steps: usize,
    mut step: impl FnMut(&mut Execution) -> Option<Step>,
) -> bool {
    for _ in 0..steps {
        match step(execution) {
            None | Some(Step::Event(_)) => {}
            Some(Step::Task(request)) => assert!(host.request(&request, execution.now())),
            Some(Step::Idle { wake_at }) => {
                let due = [wake_at, host.next_due()].into_iter().flatten().min();
                execution.advance_to(due.expect("a timer or an answer: every task here has a time limit"));
                while let Some((task, answer)) = host.pop_due(execution.now()) {
                    execution.answer(task, answer);
                }
            }
            Some(Step::Done(_)) => return true,
        }
        while let Some((task, answer)) = host.pop_due(execution.now()) {
            execution.answer(task, answer);
        }
    }
    false
}

/// Everything that can be told of a run, as a text.
fn bytes(execution: &Execution) -> String {
    let histories = execution.runs().map(|run| run.history.to_aws_json(TimestampStyle::Iso).to_text());
    let mut text = histories.collect::<Vec<_>>().join("\n");
    text.push_str(&format!("\n{:?} {:?}", execution.outcome(), execution.map_runs()));
    text
}

/// More than any of the runs here takes.
const ENOUGH: usize = 20_000;

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_same_inputs_give_the_same_bytes(given in given()) {
        let [(mut one, mut host), (mut other, mut other_host)] = [started(&given), started(&given)];
        prop_assert!(go_on(&mut one, &mut host, ENOUGH));
        prop_assert!(go_on(&mut other, &mut other_host, ENOUGH));
        prop_assert_eq!(bytes(&one), bytes(&other));
    }

    #[test]
    fn many_steps_at_once_give_the_same_bytes(
        given in given(), at in 0usize..300, most in prop::collection::vec(1u64..40, 1..5)
    ) {
        let [(mut one, mut host), (mut other, mut other_host)] = [started(&given), started(&given)];
        prop_assert!(go_on(&mut one, &mut host, ENOUGH));
        // From any step on, and back to single ones after each that goes on further.
        let ended = go_on(&mut other, &mut other_host, at);
        let mut most = most.into_iter().cycle();
        let stride = |execution: &mut Execution| match most.next() {
            Some(most) if most > 1 => execution.steps(most).1,
            _ => Some(execution.step()),
        };
        prop_assert!(ended || go_on_by(&mut other, &mut other_host, ENOUGH, stride));
        prop_assert_eq!(bytes(&one), bytes(&other));
        prop_assert_eq!(one.transitions(), other.transitions());
    }

    #[test]
    fn a_clone_at_any_step_continues_to_the_same_end(given in given(), at in 0usize..600) {
        let (mut execution, mut host) = started(&given);
        go_on(&mut execution, &mut host, at);
        let (mut copy, mut copied_host) = (execution.clone(), host.clone());
        let before = bytes(&copy);
        prop_assert!(go_on(&mut execution, &mut host, ENOUGH));
        prop_assert_eq!(bytes(&copy), before, "a copy stays what it is");
        prop_assert!(go_on(&mut copy, &mut copied_host, ENOUGH));
        prop_assert_eq!(bytes(&execution), bytes(&copy));
    }

    #[test]
    fn every_run_ends_in_one_terminal_event_and_its_ids_are_dense(given in given(), stop_after in prop::option::of(0usize..300)) {
        let (mut execution, mut host) = started(&given);
        if let Some(steps) = stop_after {
            go_on(&mut execution, &mut host, steps);
            execution.stop(engine::Failure::new("Stopped", "by somebody"));
        }
        prop_assert!(go_on(&mut execution, &mut host, ENOUGH));
        for run in execution.runs() {
            let outcome = run.outcome.as_ref().expect("a run that has ended");
            let ends: Vec<usize> = run
                .history
                .iter()
                .enumerate()
                .filter(|(_, event)| event.event_type.is_terminal())
                .map(|(place, _)| place)
                .collect();
            prop_assert_eq!(ends, vec![run.history.len() - 1], "one end, and nothing after it");
            let name = run.history.last().map(|event| event.event_type.name()).unwrap();
            let expected = match outcome.status {
                Status::Succeeded => "ExecutionSucceeded",
                Status::Failed => "ExecutionFailed",
                Status::TimedOut => "ExecutionTimedOut",
                Status::Aborted => "ExecutionAborted",
                Status::Running => "",
            };
            prop_assert_eq!(name, expected);
            for (event, id) in run.history.iter().zip(1u32..) {
                prop_assert_eq!(event.id.0, id);
                prop_assert!(event.previous_event_id.0 < id);
            }
        }
    }

    #[test]
    fn only_an_asynchronous_express_execution_is_started_twice(given in given()) {
        let (mut execution, mut host) = started(&given);
        prop_assert!(go_on(&mut execution, &mut host, ENOUGH));
        let again: Vec<_> = execution.runs().filter(|run| run.kind == RunKind::Again).collect();
        let expected = given.options.second_starts > 0.0 && given.options.execution_type == ExecutionType::Express;
        prop_assert_eq!(again.len(), usize::from(expected));
        for run in again {
            let first = execution.runs().next().unwrap();
            prop_assert_eq!(run.execution_arn(), first.execution_arn());
            prop_assert_eq!(run.input(), first.input());
            prop_assert!(run.outcome.is_some());
        }
    }
}
