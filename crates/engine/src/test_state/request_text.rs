//! A request as others take it: the JSON of the API, and a command of the AWS CLI.

use asl::{QueryLanguage, Role, State};
use json::{Map, Str, Value};

use super::{FieldValidationMode, InspectionLevel, TestStateRequest};

/// The definition that TestState is given for a state of a workflow, and the state's name where it is a whole
/// machine. A state stands for itself, with its query language. Inside of a Map, the whole machine goes along: AWS
/// gives the state an item then.
pub fn subject_of(state: State<'_>) -> (String, Option<Str>) {
    let document = state.document();
    let is_in_map = std::iter::successors(Some(state.scope()), |scope| Some(scope.owner()?.scope()))
        .any(|scope| scope.role() == Role::ItemProcessor);
    let own = state.node().map(|node| document.tree().value(node));
    match own.as_ref().and_then(Value::as_object) {
        Some(members) if !is_in_map => {
            let mut members = members.clone();
            if state.language() == QueryLanguage::Jsonata {
                members.insert("QueryLanguage", Value::from(QueryLanguage::Jsonata.name()));
            }
            (Value::object(members).to_text(), None)
        }
        _ => (document.text().to_owned(), Some(state.shared_name())),
    }
}

impl TestStateRequest {
    /// The request of the API: members that are not needed are left out.
    pub fn to_json(&self) -> Value {
        let mut members = Map::new();
        for (name, argument) in self.arguments() {
            members.insert(name, argument);
        }
        Value::object(members)
    }

    /// The command of the AWS CLI, each argument on a line of its own and quoted for POSIX shells.
    pub fn to_cli_command(&self) -> String {
        let mut command = "aws stepfunctions test-state".to_owned();
        for (name, argument) in self.arguments() {
            command.push_str(" \\\n  --");
            for letter in name.chars() {
                if letter.is_ascii_uppercase() {
                    command.push('-');
                }
                command.push(letter.to_ascii_lowercase());
            }
            match argument {
                // A flag.
                Value::Bool(_) => {}
                Value::String(text) => {
                    command.push(' ');
                    quote_for_shell(&text, &mut command);
                }
                other => {
                    command.push(' ');
                    quote_for_shell(&other.to_text(), &mut command);
                }
            }
        }
        command
    }

    fn arguments(&self) -> Vec<(&'static str, Value)> {
        let text = |text: &Option<String>| text.as_deref().map(|text| Value::from(compact(text)));
        let name = |name: &Option<Str>| name.clone().map(Value::String);
        let level = match self.inspection_level {
            InspectionLevel::Info => None,
            InspectionLevel::Debug => Some(Value::from("DEBUG")),
            InspectionLevel::Trace => Some(Value::from("TRACE")),
        };
        let arguments = [
            ("definition", Some(Value::from(compact(&self.definition)))),
            ("stateName", name(&self.state_name)),
            ("roleArn", name(&self.role_arn)),
            ("input", text(&self.input)),
            ("inspectionLevel", level),
            ("revealSecrets", self.reveal_secrets.then(|| Value::from(true))),
            ("variables", text(&self.variables)),
            ("context", text(&self.context)),
            ("mock", self.mock_json()),
            ("stateConfiguration", self.configuration_json()),
        ];
        arguments.into_iter().filter_map(|(name, argument)| Some((name, argument?))).collect()
    }

    fn mock_json(&self) -> Option<Value> {
        let mock = self.mock.as_ref()?;
        let mut members = Map::new();
        if let Some(result) = &mock.result {
            members.insert("result", Value::from(compact(result)));
        }
        if let Some(failure) = &mock.error_output {
            let mut error = Map::new();
            for (name, text) in [("error", &failure.error), ("cause", &failure.cause)] {
                if let Some(text) = text {
                    error.insert(name, Value::String(text.clone()));
                }
            }
            members.insert("errorOutput", Value::object(error));
        }
        match mock.field_validation_mode {
            FieldValidationMode::Strict => {}
            FieldValidationMode::Present => {
                members.insert("fieldValidationMode", Value::from("PRESENT"));
            }
            FieldValidationMode::None => {
                members.insert("fieldValidationMode", Value::from("NONE"));
            }
        }
        Some(Value::object(members))
    }

    fn configuration_json(&self) -> Option<Value> {
        let configuration = &self.configuration;
        let mut members = Map::new();
        if let Some(count) = configuration.retrier_retry_count {
            members.insert("retrierRetryCount", Value::int(i64::from(count)));
        }
        if let Some(name) = &configuration.error_caused_by_state {
            members.insert("errorCausedByState", Value::String(name.clone()));
        }
        if let Some(count) = configuration.map_iteration_failure_count {
            members.insert("mapIterationFailureCount", Value::int(i64::try_from(count).unwrap_or(i64::MAX)));
        }
        if let Some(data) = &configuration.map_item_reader_data {
            members.insert("mapItemReaderData", Value::from(compact(data)));
        }
        (!members.is_empty()).then(|| Value::object(members))
    }
}

/// JSON without blanks; what is no JSON stays as it is.
fn compact(text: &str) -> String {
    match json::parse(text) {
        Ok(value) => value.to_text(),
        Err(_) => text.to_owned(),
    }
}

/// Puts a text between single quotes, in which a POSIX shell takes every character for itself.
fn quote_for_shell(text: &str, out: &mut String) {
    let is_plain = |letter: char| letter.is_ascii_alphanumeric() || "-_./:=@%+,".contains(letter);
    if !text.is_empty() && text.chars().all(is_plain) {
        out.push_str(text);
        return;
    }
    out.push('\'');
    out.push_str(&text.replace('\'', r"'\''"));
    out.push('\'');
}

#[cfg(test)]
mod tests {
    use asl::Document;

    use super::super::{InspectionLevel, StateConfiguration, StateMock, TestStateRequest};
    use super::subject_of;
    use crate::history::Failure;

    const WORKFLOW: &str = r#"{"QueryLanguage": "JSONata", "StartAt": "A", "States": {
        "A": {"Type": "Pass", "Output": 1.50, "Next": "M"},
        "M": {"Type": "Map", "ItemProcessor": {"StartAt": "B", "States": {"B": {"Type": "Pass", "End": true}}},
              "End": true}}}"#;

    #[test]
    fn a_state_stands_for_itself_but_inside_of_a_map() {
        let document = Document::parse(WORKFLOW);
        let subject = |name: &str| subject_of(document.state_named(name).unwrap());
        let (definition, name) = subject("A");
        assert_eq!(definition, r#"{"Type":"Pass","Output":1.50,"Next":"M","QueryLanguage":"JSONata"}"#);
        assert_eq!(name, None);
        let (definition, name) = subject("B");
        assert_eq!(definition, WORKFLOW);
        assert_eq!(name.as_deref(), Some("B"));
        // Both are what TestState takes.
        for name in ["A", "B"] {
            let (definition, state_name) = subject(name);
            let request = TestStateRequest { definition, state_name, ..TestStateRequest::default() };
            assert_eq!(super::super::test_state(&request).unwrap().status.name(), "SUCCEEDED");
        }
    }

    #[test]
    fn a_command_has_the_fields_of_the_api_in_quotes_that_hold() {
        let request = TestStateRequest {
            definition: r#"{ "Type": "Task", "Comment": "it's $HOME `x` \\", "End": true }"#.to_owned(),
            input: Some("{ \"a\": 1.0 }".to_owned()),
            inspection_level: InspectionLevel::Debug,
            mock: Some(StateMock { error_output: Some(Failure::new("E", "can't")), ..StateMock::default() }),
            configuration: StateConfiguration {
                retrier_retry_count: Some(1),
                ..StateConfiguration::default()
            },
            ..TestStateRequest::default()
        };
        assert_eq!(
            request.to_cli_command(),
            r#"aws stepfunctions test-state \
  --definition '{"Type":"Task","Comment":"it'\''s $HOME `x` \\","End":true}' \
  --input '{"a":1.0}' \
  --inspection-level DEBUG \
  --mock '{"errorOutput":{"error":"E","cause":"can'\''t"}}' \
  --state-configuration '{"retrierRetryCount":1}'"#
        );
        assert_eq!(
            request.to_json().get("stateConfiguration").unwrap().to_text(),
            r#"{"retrierRetryCount":1}"#
        );
    }

    #[test]
    fn results_are_texts_and_flags_have_no_value() {
        let request = TestStateRequest {
            definition: "{}".to_owned(),
            state_name: Some("Two words".into()),
            role_arn: Some("arn:aws:iam::123456789012:role/r".into()),
            inspection_level: InspectionLevel::Trace,
            reveal_secrets: true,
            mock: Some(StateMock {
                result: Some("[ 1 ]".to_owned()),
                field_validation_mode: super::FieldValidationMode::None,
                ..StateMock::default()
            }),
            ..TestStateRequest::default()
        };
        assert_eq!(
            request.to_cli_command(),
            "aws stepfunctions test-state \\\n  --definition '{}' \\\n  --state-name 'Two words' \\\n  --role-arn \
             arn:aws:iam::123456789012:role/r \\\n  --inspection-level TRACE \\\n  --reveal-secrets \\\n  --mock \
             '{\"result\":\"[1]\",\"fieldValidationMode\":\"NONE\"}'"
        );
    }
}
