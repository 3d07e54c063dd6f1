//! MockConfigFile.json of Step Functions Local, which other simulators read as well.

use std::fmt;
use std::sync::Arc;

use json::{Map, Str, Value};

use super::{MockAnswer, MockEntry, MockHost};
use crate::mock::script::{failure_from_json, failure_to_json};

/// A mock file that does not make sense.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MockError {
    pub message: String,
    /// The place in the file, by its member names.
    pub at: String,
}

impl fmt::Display for MockError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.at.is_empty() {
            true => formatter.write_str(&self.message),
            false => write!(formatter, "{}: {}", self.at, self.message),
        }
    }
}

impl std::error::Error for MockError {}

/// A MockConfigFile. It is kept as it was read, so that it is written back without loss.
#[derive(Clone, Debug)]
pub struct MockConfigFile {
    value: Value,
}

impl MockConfigFile {
    /// Whether a value looks like such a file.
    pub fn is_one(value: &Value) -> bool {
        value.get("MockedResponses").is_some() || value.get("StateMachines").is_some()
    }

    pub fn from_json(value: Value) -> Result<MockConfigFile, MockError> {
        let file = MockConfigFile { value };
        for (machine, case) in file.test_cases() {
            file.host(&machine, &case)?;
        }
        Ok(file)
    }

    pub fn to_json(&self) -> Value {
        self.value.clone()
    }

    /// The names of machines and their test cases.
    pub fn test_cases(&self) -> Vec<(Str, Str)> {
        let mut found = Vec::new();
        let machines = self.value.get("StateMachines").and_then(Value::as_object);
        for (machine, definition) in machines.into_iter().flat_map(Map::iter) {
            let cases = definition.get("TestCases").and_then(Value::as_object);
            found.extend(cases.into_iter().flat_map(Map::keys).map(|case| (machine.clone(), case.clone())));
        }
        found
    }

    /// The host that answers as a test case says.
    pub fn host(&self, machine: &str, case: &str) -> Result<MockHost, MockError> {
        let wrong = |at: String, message: &str| MockError { message: message.to_owned(), at };
        let states = self
            .value
            .get("StateMachines")
            .and_then(|machines| machines.get(machine)?.get("TestCases")?.get(case))
            .and_then(Value::as_object)
            .ok_or_else(|| {
                wrong(format!("StateMachines/{machine}/TestCases/{case}"), "There is no such test case.")
            })?;
        let mut host = MockHost::default();
        for (state, response) in states.iter() {
            let at = format!("StateMachines/{machine}/TestCases/{case}/{state}");
            let Some(name) = response.as_str() else {
                return Err(wrong(at, "A state names one of the MockedResponses."));
            };
            let calls = self.value.get("MockedResponses").and_then(|responses| responses.get(name));
            let Some(calls) = calls.and_then(Value::as_object) else {
                return Err(wrong(at, &format!("There is no mocked response '{name}'.")));
            };
            Arc::make_mut(&mut host.scripts).insert(state.clone(), entries_of(calls, name)?);
        }
        Ok(host)
    }

    /// A file with one test case of what a host answers. Latencies and what else the format lacks is
    /// left out.
    pub fn from_host(host: &MockHost, machine: &str, case: &str) -> MockConfigFile {
        let mut states = Map::new();
        let mut responses = Map::new();
        for (state, entries) in host.scripts.iter() {
            let name = format!("{state}Response");
            states.insert(state.clone(), Value::from(name.as_str()));
            let mut calls = Map::new();
            for (number, entry) in entries.iter().enumerate() {
                let answer = match &entry.answer {
                    MockAnswer::Return(result) => ("Return", result.clone()),
                    MockAnswer::Throw(failure) | MockAnswer::TimeOut(failure) => {
                        ("Throw", failure_to_json(failure))
                    }
                    MockAnswer::Echo | MockAnswer::Never => continue,
                };
                calls.insert(number.to_string(), Value::from_members([answer]));
            }
            responses.insert(name, Value::object(calls));
        }
        let cases = Value::from_members([(case, Value::object(states))]);
        let machines = Value::from_members([(machine, Value::from_members([("TestCases", cases)]))]);
        MockConfigFile {
            value: Value::from_members([
                ("StateMachines", machines),
                ("MockedResponses", Value::object(responses)),
            ]),
        }
    }
}

/// How far a range of calls may go, to bound what a file makes us keep.
const MOST_CALLS: usize = 100_000;

/// The calls of a response: `"0"`, `"1-3"`.
fn entries_of(calls: &Map, name: &str) -> Result<Vec<MockEntry>, MockError> {
    let mut entries: Vec<Option<MockEntry>> = Vec::new();
    for (key, answer) in calls.iter() {
        let at = format!("MockedResponses/{name}/{key}");
        let wrong = |message: &str| MockError { message: message.to_owned(), at: at.clone() };
        let (from, to) = key.split_once('-').unwrap_or((key, key));
        let (Ok(from), Ok(to)) = (from.trim().parse::<usize>(), to.trim().parse::<usize>()) else {
            return Err(wrong("A call is a number or a range such as \"1-2\"."));
        };
        if from > to || to >= MOST_CALLS {
            return Err(wrong("The range of calls is empty or too long."));
        }
        let answer = match (answer.get("Return"), answer.get("Throw")) {
            (Some(result), None) => MockAnswer::Return(result.clone()),
            (None, Some(failure)) => MockAnswer::Throw(failure_from_json(failure)),
            _ => return Err(wrong("A call has either \"Return\" or \"Throw\".")),
        };
        if entries.len() <= to {
            entries.resize(to + 1, None);
        }
        for slot in entries.iter_mut().take(to + 1).skip(from) {
            *slot = Some(MockEntry::new(answer.clone()));
        }
    }
    let gap = entries.iter().position(Option::is_none);
    if let Some(number) = gap {
        return Err(MockError {
            message: format!("Call {number} is missing."),
            at: format!("MockedResponses/{name}"),
        });
    }
    Ok(entries.into_iter().flatten().collect())
}

#[cfg(test)]
mod tests {
    use super::MockConfigFile;
    use crate::mock::{MockAnswer, MockHost};

    const FILE: &str = r#"{
        "StateMachines": {"Order": {"TestCases": {"Happy": {"Pay": "PaySucceeds"}, "Sad": {"Pay": "PayFails"}}}},
        "MockedResponses": {
            "PaySucceeds": {"0": {"Return": {"ok": true}}},
            "PayFails": {"0-1": {"Throw": {"Error": "Busy", "Cause": "c"}}, "2": {"Return": 1}}
        },
        "Extra": [1.50]
    }"#;

    #[test]
    fn test_cases_become_scripts() {
        let file = MockConfigFile::from_json(json::parse(FILE).unwrap()).unwrap();
        assert_eq!(file.test_cases().len(), 2);
        let host = file.host("Order", "Sad").unwrap();
        let script = &host.scripts["Pay"];
        assert_eq!(script.len(), 3);
        assert!(matches!(&script[1].answer, MockAnswer::Throw(failure) if failure.name() == "Busy"));
        assert_eq!(file.to_json().to_text(), json::parse(FILE).unwrap().to_text());
        let again = MockConfigFile::from_host(&host, "Order", "Sad");
        assert_eq!(again.host("Order", "Sad").unwrap().scripts, host.scripts);
        assert_eq!(MockHost::from_json(&json::parse(FILE).unwrap()).unwrap().scripts["Pay"].len(), 1);
    }

    #[test]
    fn what_makes_no_sense_is_refused() {
        let problem = |from: &str, to: &str| {
            let value = json::parse(&FILE.replace(from, to)).unwrap();
            MockConfigFile::from_json(value).unwrap_err().at
        };
        assert_eq!(problem("\"0-1\"", "\"1-0\""), "MockedResponses/PayFails/1-0");
        assert_eq!(problem("\"0-1\"", "\"1\""), "MockedResponses/PayFails");
        assert_eq!(problem("\"PayFails\"}", "\"Gone\"}"), "StateMachines/Order/TestCases/Sad/Pay");
    }
}
