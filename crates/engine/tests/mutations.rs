//! Broken definitions, inputs and answers: whatever they are, a run ends without a panic.

#![allow(clippy::unwrap_used)]

use std::path::{Path, PathBuf};
use std::sync::Arc;

use asl::Document;
use engine::mock::{MockAnswer, MockEntry, run_to_end};
use engine::{
    Budget, Execution, ExecutionType, Failure, Machine, MockHost, Options, Order, Progress, Random,
    TestStateRequest, test_state,
};
use json::{Map, Value};

/// Definitions of this project's own, so that the test means something by itself.
const OWN: [&str; 4] = [
    r#"{"StartAt": "M", "TimeoutSeconds": 100, "States": {"M": {"Type": "Map", "ItemsPath": "$.items", "MaxConcurrency": 2,
        "ItemSelector": {"v.$": "$$.Map.Item.Value", "i.$": "States.MathAdd($$.Map.Item.Index, 1)"},
        "ItemProcessor": {"StartAt": "T", "States": {
            "T": {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "TimeoutSeconds": 5, "HeartbeatSeconds": 2,
                "Parameters": {"Payload.$": "$"}, "ResultSelector": {"p.$": "$.Payload"}, "ResultPath": "$.t",
                "Retry": [{"ErrorEquals": ["States.ALL"], "MaxAttempts": 2, "JitterStrategy": "FULL", "MaxDelaySeconds": 3}],
                "Catch": [{"ErrorEquals": ["States.ALL"], "ResultPath": "$.e", "Next": "P", "Assign": {"e.$": "$.Error"}}], "Next": "P"},
            "P": {"Type": "Pass", "Assign": {"x.$": "$.v"}, "OutputPath": "$.v", "End": true}}}, "Next": "C"},
        "C": {"Type": "Choice", "Choices": [{"And": [{"Variable": "$[0]", "IsPresent": true}, {"Not": {"Variable": "$[0]", "NumericGreaterThan": 3}}], "Next": "W"}], "Default": "F"},
        "W": {"Type": "Wait", "Seconds": 3, "Next": "S"}, "S": {"Type": "Succeed"}, "F": {"Type": "Fail", "ErrorPath": "$[0]", "Cause": "c"}}}"#,
    r#"{"StartAt": "P", "QueryLanguage": "JSONata", "States": {"P": {"Type": "Parallel", "Arguments": {"a": "{% $states.input.items %}"},
        "Branches": [{"StartAt": "A", "States": {"A": {"Type": "Pass", "Output": "{% $sum($states.input.a) %}", "Assign": {"s": "{% $count($states.input.a) %}"}, "End": true}}},
                     {"StartAt": "B", "States": {"B": {"Type": "Wait", "Seconds": "{% $count($states.input.a) %}", "End": true}}}],
        "Catch": [{"ErrorEquals": ["States.ALL"], "Output": "{% $states.errorOutput %}", "Next": "Z"}], "Output": "{% $states.result %}", "Next": "Z"},
        "Z": {"Type": "Choice", "Choices": [{"Condition": "{% $exists($states.input.Error) %}", "Next": "Y"}], "Default": "Y"}, "Y": {"Type": "Succeed"}}}"#,
    r#"{"StartAt": "D", "States": {"D": {"Type": "Map", "Label": "L", "ToleratedFailurePercentage": 50, "ItemsPath": "$.items",
        "ItemBatcher": {"MaxItemsPerBatch": 2, "BatchInput": {"k": 1}}, "ItemProcessor": {"ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"},
        "StartAt": "T", "States": {"T": {"Type": "Task", "Resource": "arn:aws:states:::sqs:sendMessage.waitForTaskToken", "Parameters": {"t.$": "$$.Task.Token"}, "End": true}}},
        "ResultWriter": {"WriterConfig": {"Transformation": "FLATTEN", "OutputType": "JSONL"}}, "End": true}}}"#,
    r#"{"StartAt": "A", "States": {"A": {"Type": "Pass", "Parameters": {"n.$": "$"}, "Next": "B"}, "B": {"Type": "Pass", "Assign": {"v.$": "$"}, "Next": "A"}}}"#,
];

const TEXTS: [&str; 14] = [
    "$",
    "$$",
    "$.items[*]",
    "$.a.b.c",
    "$..*",
    "States.ALL",
    "States.ArrayRange(0, 5000, 1)",
    "{% $states %}",
    "{% [1..100000] %}",
    "{% $f := function($x){$f($x)} %}",
    "A",
    "",
    "arn:aws:states:::aws-sdk:s3:getObject",
    "2024-13-01T00:00:00Z",
];

fn definitions() -> Vec<String> {
    let mut texts: Vec<String> = OWN.iter().map(|text| (*text).to_owned()).collect();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/corpus/definitions");
    match std::fs::read_dir(&folder) {
        Ok(entries) => {
            let mut paths: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
            paths.sort();
            texts.extend(paths.into_iter().map(|path| std::fs::read_to_string(path).unwrap()));
        }
        Err(_) => println!("the shared definitions are left out: {} is not there", folder.display()),
    }
    texts
}

fn pick(random: &mut Random, most: usize) -> usize {
    usize::try_from(random.next_u64() % most.max(1) as u64).unwrap()
}

fn any_value(random: &mut Random) -> Value {
    match pick(random, 9) {
        0 => Value::Null,
        1 => Value::Bool(true),
        2 => Value::int(-1),
        3 => Value::int(i64::MAX),
        4 => Value::float(0.5),
        5 => Value::array(vec![Value::int(1), Value::from("x"), Value::Null]),
        6 => Value::from_members([("a.$", Value::from("$.a")), ("b", Value::array(Vec::new()))]),
        _ => Value::from(TEXTS[pick(random, TEXTS.len())]),
    }
}

/// The value with one place in it changed, dropped or doubled.
fn mutated(value: &Value, random: &mut Random) -> Value {
    if pick(random, 6) == 0 {
        return any_value(random);
    }
    match value {
        Value::Array(array) if !array.items().is_empty() => {
            let mut items = array.items().to_vec();
            let place = pick(random, items.len());
            match pick(random, 8) {
                0 => {
                    items.remove(place);
                }
                1 => items.push(items[place].clone()),
                _ => items[place] = mutated(&items[place], random),
            }
            Value::array(items)
        }
        Value::Object(object) if !object.members().is_empty() => {
            let mut members: Map = object.members().clone();
            let place = pick(random, members.len());
            let (name, inner) =
                members.entry_at(place).map(|(name, inner)| (name.clone(), inner.clone())).unwrap();
            match pick(random, 12) {
                0 => {
                    members.remove(&name);
                }
                1 => {
                    members.insert(format!("{name}Path"), any_value(random));
                }
                _ => {
                    members.insert(name, mutated(&inner, random));
                }
            }
            Value::object(members)
        }
        _ => any_value(random),
    }
}

#[test]
fn mutated_definitions_run_without_a_panic() {
    const EACH: usize = 12;
    let input = json::parse(r#"{"items": [1, 2, 3, "four"], "a": {"b": 1}, "value": "x"}"#).unwrap();
    let mut ended = 0;
    let mut runs = 0;
    for (number, text) in definitions().iter().enumerate() {
        let Ok(definition) = json::parse(text) else { continue };
        let each = if number < OWN.len() { EACH * 40 } else { EACH };
        for round in 0..each {
            let mut random = Random::for_purpose(number as u64, &[round as u64]);
            let mut changed = definition.clone();
            for _ in 0..pick(&mut random, 4) {
                changed = mutated(&changed, &mut random);
            }
            let Ok(machine) = Machine::compile(&Document::parse(&changed.to_text())) else { continue };
            let options = Options {
                order: [Order::RoundRobin, Order::DepthFirst, Order::Seeded][pick(&mut random, 3)],
                execution_type: [ExecutionType::Standard, ExecutionType::Express][pick(&mut random, 2)],
                seed: round as u64,
                ..Options::default()
            };
            let machine = Arc::new(machine);
            let mut host = MockHost::default();
            host.seed = round as u64;
            for state in machine.states() {
                let answer = match pick(&mut random, 4) {
                    0 => MockAnswer::Throw(Failure { error: Some("E".into()), cause: None }),
                    1 => MockAnswer::Never,
                    2 => MockAnswer::Echo,
                    _ => MockAnswer::Return(any_value(&mut random)),
                };
                Arc::make_mut(&mut host.scripts).insert(state.name.clone(), vec![MockEntry::new(answer)]);
            }
            let input = if pick(&mut random, 4) == 0 { any_value(&mut random) } else { input.clone() };
            let mut execution = Execution::start(machine, input, options);
            let progress = run_to_end(&mut execution, &mut host, Budget { steps: 4_000 });
            runs += 1;
            ended += usize::from(matches!(progress, Progress::Done(_)));
            for run in execution.runs() {
                for (position, event) in run.history.iter().enumerate() {
                    assert_eq!(event.id.0 as usize, position + 1);
                }
                let terminal = run.history.iter().filter(|event| event.event_type.is_terminal()).count();
                assert_eq!(terminal, usize::from(run.outcome.is_some()), "{}", changed.to_text());
            }
        }
    }
    println!("{ended} of {runs} runs ended within their budget");
    assert!(ended * 10 > runs * 5, "{ended} of {runs}");
}

#[test]
fn mutated_states_are_tested_without_a_panic() {
    for (number, text) in OWN.iter().enumerate() {
        let definition = json::parse(text).unwrap();
        for round in 0..300 {
            let mut random = Random::for_purpose(number as u64, &[77, round]);
            let changed = mutated(&definition, &mut random);
            let names: Vec<_> =
                definition.get("States").unwrap().as_object().unwrap().keys().cloned().collect();
            let request = TestStateRequest {
                definition: changed.to_text(),
                state_name: names.get(pick(&mut random, names.len())).cloned(),
                input: Some(any_value(&mut random).to_text()),
                task_result: Some(Ok(any_value(&mut random))),
                ..TestStateRequest::default()
            };
            if let Ok(response) = test_state(&request) {
                assert!(response.to_json().get("status").is_some());
            }
        }
    }
}
