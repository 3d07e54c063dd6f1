//! Validation as the API of AWS Step Functions does it, with its codes, messages and locations.

use json::{Map, Value};

use crate::fields::MAX_DEFINITION_LEN;
use crate::json_error::json_error;
use crate::problem::{AwsDiagnostic, Severity};
use crate::rules::{self, CheckOptions, Finding, Stage, WorkflowType};
use crate::{Document, Problem};

/// The parameters of the call beside the definition.
#[derive(Clone, Copy, Debug, Default)]
pub struct ValidateOptions {
    pub workflow_type: WorkflowType,
    /// `maxResults` of ValidateStateMachineDefinition; 0 stands for 100, which is the most.
    pub max_results: usize,
    /// Whether `severity` is `WARNING`: warnings are reported as well, not only errors.
    pub warnings: bool,
}

/// A diagnostic with its severity.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    pub severity: Severity,
    pub diagnostic: AwsDiagnostic,
}

/// What is wrong with a definition, as AWS says it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Validation {
    /// The call itself is refused, before the definition is looked at.
    pub refusal: Option<ApiError>,
    /// In AWS's order.
    pub diagnostics: Vec<Diagnostic>,
    /// Whether there are more diagnostics than asked for.
    pub truncated: bool,
}

/// An exception of the API.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApiError {
    /// Such as `InvalidDefinition`.
    pub code: &'static str,
    pub message: String,
}

/// Validates a definition, taken as it stands: placeholders such as `${Name}` are ordinary text.
pub fn validate(text: &str, options: &ValidateOptions) -> Validation {
    if let Some(early) = refuse_text(text) {
        return early;
    }
    let document = Document::parse(text);
    if document.machine().is_none() {
        return not_an_object();
    }
    let findings = find(&document, options);
    let stops = findings.iter().any(|finding| finding.stage <= Stage::Schema && is_error(&finding.problem));
    let last = if stops { Stage::Schema } else { Stage::Reachability };
    to_validation(findings, last, options)
}

/// Validates a single state under a name, as TestState does: where its transitions lead is not looked at.
pub fn validate_state(name: &str, state: &str, options: &ValidateOptions) -> Validation {
    if let Some(early) = refuse_text(state) {
        return early;
    }
    let name = crate::edit::quoted(name);
    let document = Document::parse(&format!("{{\"StartAt\": {name}, \"States\": {{{name}: {state}}}}}"));
    if document.states().next().is_none_or(|state| state.node().is_none()) {
        return not_an_object();
    }
    to_validation(find(&document, options), Stage::Expressions, options)
}

fn find(document: &Document, options: &ValidateOptions) -> Vec<Finding> {
    let check = CheckOptions {
        workflow_type: options.workflow_type,
        strict: true,
        advice: options.warnings,
        ..CheckOptions::default()
    };
    rules::find(document, &check)
}

fn is_error(problem: &Problem) -> bool {
    problem.severity == Severity::Error && problem.aws.is_some()
}

/// The diagnostics up to a stage, as many as asked for.
fn to_validation(findings: Vec<Finding>, last: Stage, options: &ValidateOptions) -> Validation {
    let mut diagnostics: Vec<Diagnostic> = findings
        .into_iter()
        .filter(|finding| finding.stage <= last)
        .filter(|finding| finding.problem.severity == Severity::Error || options.warnings)
        .filter_map(|finding| {
            Some(Diagnostic { severity: finding.problem.severity, diagnostic: finding.problem.aws? })
        })
        .collect();
    let limit = if options.max_results == 0 { 100 } else { options.max_results.min(100) };
    let truncated = diagnostics.len() > limit;
    diagnostics.truncate(limit);
    Validation { refusal: None, diagnostics, truncated }
}

fn single_error(code: &'static str, message: String, location: Option<String>) -> Validation {
    let diagnostic = AwsDiagnostic { code, message, location };
    Validation {
        diagnostics: vec![Diagnostic { severity: Severity::Error, diagnostic }],
        ..Validation::default()
    }
}

fn not_an_object() -> Validation {
    single_error("SCHEMA_VALIDATION_FAILED", "Definition must be a valid JSON object".to_owned(), None)
}

/// What is wrong with the text itself.
fn refuse_text(text: &str) -> Option<Validation> {
    if let Some(refusal) = refuse_length(text) {
        return Some(Validation { refusal: Some(refusal), ..Validation::default() });
    }
    let mistake = json_error(text)?;
    let location = mistake.location();
    let message = format!("{}\n at {location}", mistake.message);
    Some(single_error("INVALID_JSON_DESCRIPTION", message, Some(location)))
}

impl Validation {
    /// Whether AWS takes the definition.
    pub fn is_valid(&self) -> bool {
        self.refusal.is_none()
            && !self.diagnostics.iter().any(|diagnostic| diagnostic.severity == Severity::Error)
    }

    /// The exception of CreateStateMachine and UpdateStateMachine; none for a valid definition.
    pub fn error(&self) -> Option<ApiError> {
        if let Some(refusal) = &self.refusal {
            return Some(refusal.clone());
        }
        let errors: Vec<String> = self
            .diagnostics
            .iter()
            .filter(|diagnostic| diagnostic.severity == Severity::Error)
            .map(|Diagnostic { diagnostic, .. }| {
                // A missing location is spelled as Java spells it.
                let location = diagnostic.location.as_deref().unwrap_or("null");
                format!("{}: {} at {location}", diagnostic.code, diagnostic.message)
            })
            .collect();
        (!errors.is_empty()).then(|| ApiError {
            code: "InvalidDefinition",
            message: format!("Invalid State Machine Definition: '{}'", errors.join(", ")),
        })
    }

    /// The response of ValidateStateMachineDefinition.
    pub fn to_json(&self) -> Value {
        let diagnostics = self
            .diagnostics
            .iter()
            .map(|Diagnostic { severity, diagnostic }| {
                let severity = if *severity == Severity::Error { "ERROR" } else { "WARNING" };
                let mut members = Map::new();
                members.insert("severity", Value::from(severity));
                members.insert("code", Value::from(diagnostic.code));
                members.insert("message", Value::from(diagnostic.message.as_str()));
                if let Some(location) = &diagnostic.location {
                    members.insert("location", Value::from(location.as_str()));
                }
                Value::object(members)
            })
            .collect();
        Value::from_members([
            ("result", Value::from(if self.is_valid() { "OK" } else { "FAIL" })),
            ("diagnostics", Value::array(diagnostics)),
            ("truncated", Value::from(self.truncated)),
        ])
    }
}

/// The limits of the parameter `definition`, which AWS checks before anything else.
fn refuse_length(text: &str) -> Option<ApiError> {
    let constraint = if text.is_empty() {
        "Member must have length greater than or equal to 1".to_owned()
    } else if text.encode_utf16().count() > MAX_DEFINITION_LEN {
        format!("Member must have length less than or equal to {MAX_DEFINITION_LEN}")
    } else {
        return None;
    };
    Some(ApiError {
        code: "ValidationException",
        message: format!(
            "1 validation error detected: Value at 'definition' failed to satisfy constraint: {constraint}"
        ),
    })
}

#[cfg(test)]
mod tests {
    use super::{ValidateOptions, validate, validate_state};

    fn check(text: &str, expected: &[&str]) {
        let validation = validate(text, &ValidateOptions::default());
        let found: Vec<String> = validation
            .diagnostics
            .iter()
            .map(|found| {
                let location = found.diagnostic.location.as_deref().unwrap_or("null");
                format!("{}: {} at {location}", found.diagnostic.code, found.diagnostic.message)
            })
            .collect();
        assert_eq!(found, expected, "{text}");
        assert_eq!(validation.is_valid(), expected.is_empty());
        let message = validation.error().map(|error| error.message);
        let joined = format!("Invalid State Machine Definition: '{}'", expected.join(", "));
        assert_eq!(message, (!expected.is_empty()).then_some(joined));
    }

    #[test]
    fn transitions_are_checked_after_the_schema() {
        check(
            r#"{"StartAt": "A", "States": {"A": {"Type": "Pass", "Next": "Nope"}, "B": {"Type": "Pass", "Next": "A"}}}"#,
            &[
                "MISSING_TRANSITION_TARGET: Missing 'Next' target: Nope at /States/A/Next",
                "MISSING_END_STATE: Workflow has no terminal state at null",
            ],
        );
        check(
            r#"{"StartAt": "Nope", "States": {"A": {"Type": "Pass", "End": true}}}"#,
            &[
                "MISSING_TRANSITION_TARGET: Missing 'Next' target: Nope at /StartAt",
                "MISSING_TRANSITION_TARGET: State \"A\" is not reachable. at /States/A",
            ],
        );
        check(
            r#"{"StartAt": "Nope", "States": {"A": {"Type": "Pass", "Catch": [], "End": true}}}"#,
            &["SCHEMA_VALIDATION_FAILED: Field 'Catch' is not supported at /States/A"],
        );
        check(r#"{"StartAt": "A", "States": {"A": {"Type": "Pass", "End": true}}}"#, &[]);
    }

    #[test]
    fn an_object_comes_before_its_fields() {
        check(
            r#"{"StartAt": "X", "States": {"X": {"Type": "Pass", "QueryLanguage": "foo", "InputPath": "$.a", "End": true}}}"#,
            &[
                "SCHEMA_VALIDATION_FAILED: The QueryLanguage is set to 'JSONata', but field 'InputPath' is only supported for the 'JSONPath' QueryLanguage at /States/X",
                "SCHEMA_VALIDATION_FAILED: Value should be one of the following: [JSONPath, JSONata] at /States/X/QueryLanguage",
            ],
        );
    }

    #[test]
    fn a_single_state_may_lead_anywhere() {
        let validate = |state: &str| validate_state("StateName", state, &ValidateOptions::default());
        assert!(validate(r#"{"Type": "Pass", "Next": "Elsewhere"}"#).is_valid());
        let message = |state| validate(state).error().map(|error| error.message);
        assert_eq!(
            message(r#"{"Type": "Parallel", "Branches": [], "End": true}"#).as_deref(),
            Some(
                "Invalid State Machine Definition: 'SCHEMA_VALIDATION_FAILED: Value cannot be empty at /States/StateName/Branches'"
            )
        );
        assert!(message("{").is_some() && message("[]").is_some() && message("").is_some());
    }

    #[test]
    fn results_are_cut() {
        let text = r#"{"StartAt": "X", "States": {"X": {"Type": "Pass", "a": 1, "b": 2, "c": 3}}}"#;
        let options = ValidateOptions { max_results: 2, ..ValidateOptions::default() };
        let validation = validate(text, &options);
        assert_eq!((validation.diagnostics.len(), validation.truncated), (2, true));
        assert!(
            validation
                .to_json()
                .to_text()
                .starts_with(r#"{"result":"FAIL","diagnostics":[{"severity":"ERROR","#)
        );
    }
}
