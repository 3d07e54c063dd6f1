//! Workflows that are the same in every run.

use serde_json::{Map, Value, json};

/// A workflow of so many states: tasks with Retry and Catch, choices, waits, and a Parallel or a Map with a scope of
/// its own, now and then inside of another one.
pub fn of_states(count: usize) -> String {
    let mut maker = Maker { left: count, number: 0 };
    let (start, states) = maker.scope(count, 0);
    let definition = json!({ "Comment": "Made to measure", "QueryLanguage": "JSONata", "StartAt": start, "States": states });
    serde_json::to_string_pretty(&definition).expect("a value is JSON")
}

struct Maker {
    left: usize,
    number: usize,
}

impl Maker {
    /// At most so many states of one scope, those inside of them included, one after the other.
    fn scope(&mut self, most: usize, depth: usize) -> (String, Value) {
        let end = self.left.saturating_sub(most);
        let mut states: Vec<(String, Map<String, Value>)> = Vec::new();
        while self.left > end {
            self.left -= 1;
            self.number += 1;
            let number = self.number;
            let inside = (self.left - end).min(12);
            let (name, state) = match number % 11 {
                3 if inside >= 9 && depth < 3 => {
                    let branches: Vec<Value> = (0..3).map(|_| self.processor(inside / 3, depth)).collect();
                    (format!("In parallel {number}"), json!({ "Type": "Parallel", "Branches": branches }))
                }
                7 if inside >= 6 && depth < 3 => {
                    let mut processor = self.processor(inside / 2, depth);
                    processor["ProcessorConfig"] = json!({ "Mode": "INLINE" });
                    let items = json!("{% $states.input.items %}");
                    (
                        format!("For each {number}"),
                        json!({ "Type": "Map", "Items": items, "ItemProcessor": processor }),
                    )
                }
                5 => (format!("Decide {number}"), json!({ "Type": "Choice" })),
                9 => (format!("Wait {number}"), json!({ "Type": "Wait", "Seconds": 5 })),
                1 | 6 => (format!("Note {number}"), json!({ "Type": "Pass", "Assign": { "n": number } })),
                _ => (format!("Call service {number}"), task(number)),
            };
            let Value::Object(state) = state else { continue };
            states.push((name, state));
        }
        let names: Vec<String> = states.iter().map(|(name, _)| name.clone()).collect();
        let mut linked = Map::new();
        for (index, (name, mut state)) in states.into_iter().enumerate() {
            let next = names.get(index + 1).cloned();
            let skip = names.get(index + 4).or(names.last()).filter(|other| **other != name).cloned();
            if state["Type"] == "Choice" {
                match (&next, &skip) {
                    (Some(next), Some(skip)) => {
                        let rule = json!({ "Condition": "{% $states.input.n > 10 %}", "Next": skip });
                        state.insert("Choices".into(), json!([rule]));
                        state.insert("Default".into(), json!(next));
                    }
                    _ => state = Map::from_iter([("Type".to_owned(), json!("Succeed"))]),
                }
            } else {
                match &next {
                    Some(next) => state.insert("Next".into(), json!(next)),
                    None => state.insert("End".into(), json!(true)),
                };
                if let (Some(skip), true) = (skip, state["Type"] == "Task" && index % 3 == 0) {
                    let catcher = json!({ "ErrorEquals": ["States.ALL"], "Next": skip });
                    state.insert("Catch".into(), json!([catcher]));
                }
            }
            linked.insert(name, Value::Object(state));
        }
        (names.into_iter().next().unwrap_or_default(), Value::Object(linked))
    }

    fn processor(&mut self, most: usize, depth: usize) -> Value {
        let (start, states) = self.scope(most.max(1).min(self.left.max(1)), depth + 1);
        json!({ "StartAt": start, "States": states })
    }
}

fn task(number: usize) -> Value {
    json!({
        "Type": "Task",
        "Resource": "arn:aws:states:::lambda:invoke",
        "Arguments": { "FunctionName": "worker", "Payload": { "order": "{% $states.input.order %}", "step": number } },
        "Retry": [{ "ErrorEquals": ["States.TaskFailed"], "IntervalSeconds": 1, "MaxAttempts": 3 }],
        "TimeoutSeconds": 60
    })
}

/// A loop that calls a task and counts, until its run has just under 25,000 events.
pub const LOOP: &str = r#"{"QueryLanguage": "JSONata", "StartAt": "Count", "States": {
    "Count": {"Type": "Pass", "Assign": {"n": "{% ($exists($n) ? $n : 0) + 1 %}"},
        "Output": {"n": "{% ($exists($n) ? $n : 0) + 1 %}", "order": {"id": "A-17", "lines": [{"sku": "a", "count": 2}, {"sku": "b", "count": 1}]}},
        "Next": "Ask"},
    "Ask": {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke",
        "Arguments": {"FunctionName": "f", "Payload": {"n": "{% $states.input.n %}"}},
        "Output": {"n": "{% $states.input.n %}", "order": "{% $states.input.order %}", "answer": "{% $states.result.Payload %}"},
        "Next": "More"},
    "More": {"Type": "Choice", "Choices": [{"Condition": "{% $states.input.n < 2777 %}", "Next": "Count"}], "Default": "Done"},
    "Done": {"Type": "Succeed"}}}"#;

/// What the task of the loop answers.
pub const ANSWERS: &str = r#"{"Ask": [{"Return": {"Payload": "prepared"}}]}"#;

/// A recorded history with a value of so many megabytes in it, and where its state was entered.
pub fn recording_of(megabytes: usize) -> String {
    let mut items = String::from("[");
    let mut number = 0;
    while items.len() < megabytes * 1_048_576 {
        if number > 0 {
            items.push(',');
        }
        items.push_str(&format!(
            r#"{{"id":{number},"name":"item number {number}","tags":["a","b","c"],"price":{}.25,"note":"{}"}}"#,
            number % 997,
            "some text of no great length ".repeat(4)
        ));
        number += 1;
    }
    items.push(']');
    let event = |id: usize, kind: &str, details: &str, body: Value| {
        let mut event = json!({ "id": id, "previousEventId": id - 1, "timestamp": 1_700_000_000.0 + id as f64, "type": kind });
        event[details] = body;
        event
    };
    let events = [
        event(
            1,
            "ExecutionStarted",
            "executionStartedEventDetails",
            json!({ "input": "{}", "roleArn": "arn:aws:iam::123456789012:role/r" }),
        ),
        event(2, "PassStateEntered", "stateEnteredEventDetails", json!({ "name": "Large", "input": items })),
        event(3, "PassStateExited", "stateExitedEventDetails", json!({ "name": "Large", "output": items })),
        event(4, "ExecutionSucceeded", "executionSucceededEventDetails", json!({ "output": "{}" })),
    ];
    json!({ "events": events }).to_string()
}
