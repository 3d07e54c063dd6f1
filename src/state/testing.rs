//! One state by itself: what it is tested with, and what TestState makes of it.

use std::collections::HashSet;
use std::sync::Arc;

use asl::{State, StateType};
use debugger::{StageView, stages_of_visit};
use engine::machine::{Resource, ResourceKind};
use engine::test_state::{
    FieldValidationMode, InspectionLevel, ResponseShapes, StateConfiguration, StateMock, TestStateError,
    subject_of, test_state,
};
use engine::{Failure, TestStateRequest, TestStateResponse};
use json::{Map, Str, Value};
use leptos::prelude::*;

use crate::state::settings::Setting;
use crate::state::studio::Studio;

/// Visits of the state in the current run whose data is offered.
const MOST_VISITS: usize = 12;
/// Items of a Map that a result is made up for.
const MOST_ITEMS: usize = 1_000;

/// The state that is tested, as the definition has it.
#[derive(Clone, PartialEq)]
pub struct TestSubject {
    pub name: Str,
    pub state_type: StateType,
    pub is_jsonata: bool,
    pub resource: Option<String>,
    /// The service that a task calls.
    pub service: Option<Str>,
    pub is_http: bool,
    pub has_retry: bool,
    /// Whether a Map reads its items from S3, and writes its results there.
    pub has_reader: bool,
    pub has_writer: bool,
    /// Of a Parallel state.
    pub branches: usize,
    /// The names of the states within.
    pub inner: Vec<Str>,
    /// Errors to offer for a mock.
    pub errors: Vec<String>,
    /// Whether the workflow has variables, which the state may read.
    pub has_variables: bool,
    definition: String,
    state_name: Option<Str>,
}

impl TestSubject {
    /// Whether its result can be, and has to be, mocked: it calls something, or has states inside.
    pub fn takes_mock(&self) -> bool {
        matches!(self.state_type, StateType::Task | StateType::Map | StateType::Parallel)
    }
}

/// What a state is tested with, as it is typed.
#[derive(Clone, Debug, PartialEq)]
pub struct Trial {
    pub input: Str,
    pub variables: Str,
    pub context: Str,
    pub fails: bool,
    pub result: Str,
    pub validation: FieldValidationMode,
    pub error: Str,
    pub cause: Str,
    pub level: InspectionLevel,
    pub retry_count: Str,
    pub caused_by: Str,
    pub failure_count: Str,
    pub reader_data: Str,
}

/// A field of a [`Trial`] that something can be wrong with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TrialField {
    Input,
    Variables,
    Context,
    Result,
    Error,
    Cause,
    CausedBy,
    RetryCount,
    FailureCount,
    ReaderData,
    /// The state itself, which is nothing that is typed.
    State,
}

impl Trial {
    /// What is typed in a field.
    pub fn text(&self, field: TrialField) -> Str {
        // A clone shares its texts.
        self.clone().text_mut(field).map_or_else(|| Str::from(""), |text| text.clone())
    }

    pub fn set_text(&mut self, field: TrialField, text: Str) {
        if let Some(own) = self.text_mut(field) {
            *own = text;
        }
    }

    fn text_mut(&mut self, field: TrialField) -> Option<&mut Str> {
        Some(match field {
            TrialField::Input => &mut self.input,
            TrialField::Variables => &mut self.variables,
            TrialField::Context => &mut self.context,
            TrialField::Result => &mut self.result,
            TrialField::Error => &mut self.error,
            TrialField::Cause => &mut self.cause,
            TrialField::CausedBy => &mut self.caused_by,
            TrialField::RetryCount => &mut self.retry_count,
            TrialField::FailureCount => &mut self.failure_count,
            TrialField::ReaderData => &mut self.reader_data,
            TrialField::State => return None,
        })
    }
}

/// Data to begin a test with.
#[derive(Clone, PartialEq)]
pub struct TestSource {
    pub title: String,
    pub input: Str,
    pub variables: Str,
}

/// What came of a test.
pub struct Tested {
    pub request: TestStateRequest,
    pub response: TestStateResponse,
    /// The stages of the data, at the levels that show them.
    pub stages: Vec<StageView>,
}

impl Studio {
    /// The state of a node, ready to be tested; none where the text has it no more.
    pub fn test_subject(self, key: &str) -> Option<TestSubject> {
        let state = self.state_of(key)?;
        self.workspace.document.with_untracked(|document| {
            let state = document.state(state)?;
            let resource = state.string("Resource").map(|resource| resource.into_owned());
            let is_http = resource
                .as_deref()
                .is_some_and(|resource| Resource::parse(resource).kind == ResourceKind::Http);
            let (definition, state_name) = subject_of(state);
            Some(TestSubject {
                name: state.shared_name(),
                state_type: state.state_type()?,
                is_jsonata: state.language() == asl::QueryLanguage::Jsonata,
                service: diagram::service_of(state),
                is_http,
                has_retry: state.field("Retry").is_some(),
                has_reader: state.field("ItemReader").is_some(),
                has_writer: state.field("ResultWriter").is_some(),
                branches: state.scopes().count(),
                inner: state.scopes().flat_map(|scope| scope.states()).map(State::shared_name).collect(),
                errors: errors_to_offer(state, resource.as_deref().unwrap_or_default()),
                has_variables: !asl::variable_assignments(document).is_empty(),
                resource,
                definition,
                state_name,
            })
        })
    }

    /// What a test of a state begins with: what the current run gave it last, or the workflow's input; and of a task
    /// that is mocked, the best guess of a result.
    pub fn first_trial(self, subject: &TestSubject) -> Trial {
        let source = self.test_sources(subject).into_iter().next();
        let mut trial = Trial {
            input: source.as_ref().map_or_else(|| "{}".into(), |source| source.input.clone()),
            variables: source.map_or_else(|| "{}".into(), |source| source.variables),
            context: "".into(),
            fails: false,
            result: "".into(),
            validation: FieldValidationMode::Strict,
            error: subject.errors.first().map_or("States.TaskFailed", String::as_str).into(),
            cause: "".into(),
            level: InspectionLevel::Debug,
            retry_count: "".into(),
            caused_by: "".into(),
            failure_count: "".into(),
            reader_data: "".into(),
        };
        if subject.takes_mock() {
            if subject.has_reader {
                trial.reader_data = "[\n  {}\n]".into();
            }
            let proposals = self.proposed_results(subject, &trial);
            trial.result = proposals.first().map_or_else(|| "{}".into(), |(_, value)| pretty(value));
        }
        trial
    }

    /// Data that the state can be tested with: that of its visits in the current run, the last one first, and that of
    /// the workflow.
    pub fn test_sources(self, subject: &TestSubject) -> Vec<TestSource> {
        let visits = self.runs.with_run_untracked(|run| {
            let session = &run.session;
            let visits = session.visits().iter().rev().filter(|(_, visit)| visit.name == subject.name);
            let sources = visits.take(MOST_VISITS).filter_map(|(_, visit)| {
                let input = session.event_at(visit.entered)?.details.input()?;
                let scopes = session.scopes(visit.entered);
                let variables = scopes.iter().flat_map(|scope| scope.variables.iter());
                let variables: Map =
                    variables.map(|variable| (variable.name.clone(), variable.value.clone())).collect();
                Some(TestSource {
                    title: format!("Visit {} in the run", visit.number + 1),
                    input: pretty(input),
                    variables: pretty(&Value::object(variables)),
                })
            });
            sources.collect::<Vec<TestSource>>()
        });
        let mut sources = visits.unwrap_or_default();
        let input = self.workspace.input.get_untracked();
        let input = if input.trim().is_empty() { Str::from("{}") } else { input };
        sources.push(TestSource { title: "The workflow's input".to_owned(), input, variables: "{}".into() });
        sources.push(TestSource { title: "Nothing".to_owned(), input: "{}".into(), variables: "{}".into() });
        sources
    }

    /// Results that the state may get: what it got in the current run, what is prepared, what is made up.
    pub fn proposed_results(self, subject: &TestSubject, trial: &Trial) -> Vec<(&'static str, Value)> {
        let mut found: Vec<(&'static str, Value)> = Vec::new();
        if subject.state_type == StateType::Task {
            found.extend(self.earlier_result(&subject.name).map(|value| ("its answer before", value)));
        }
        found.extend(self.prepared_result(&subject.name).map(|value| ("the prepared answers", value)));
        let title = match subject.state_type {
            StateType::Task => "the service's shape",
            StateType::Parallel => "its branches",
            _ => "its items",
        };
        let made_up = self.made_up_result(subject, trial).without_text();
        if subject.state_type == StateType::Task {
            let read = self.workspace.document.with_untracked(|document| {
                asl::assist::answer_with_what_is_read(document.state_named(&subject.name)?, &made_up)
            });
            found.extend(read.map(|value| ("what is read of it", value)));
        }
        found.push((title, made_up));
        found
    }

    /// Data that a field of a test may be like, the most likely first.
    pub fn trial_examples(self, subject: &TestSubject, trial: &Trial, field: TrialField) -> Vec<Value> {
        let sources = || self.test_sources(subject).into_iter();
        let parsed = |text: Str| json::parse(&text).ok();
        let of_state = |read: &dyn Fn(&asl::Document, State<'_>) -> Value| {
            self.workspace.document.with_untracked(|document| {
                document.state_named(&subject.name).map(|state| read(document, state))
            })
        };
        match field {
            TrialField::Input => {
                let read = of_state(&|_, state| asl::assist::input_read_by(state));
                sources().filter_map(|source| parsed(source.input)).chain(read).collect()
            }
            TrialField::Variables => {
                let assigned = of_state(&|document, _| {
                    let names = asl::variable_assignments(document).into_iter();
                    Value::from_members(names.map(|assignment| (assignment.name, Value::from(""))))
                });
                sources().filter_map(|source| parsed(source.variables)).chain(assigned).collect()
            }
            TrialField::Result => {
                self.proposed_results(subject, trial).into_iter().map(|(_, value)| value).collect()
            }
            TrialField::Context => vec![asl::assist::context_sample()],
            _ => Vec::new(),
        }
    }

    /// What a task of this name answered in the current run.
    pub fn earlier_result(self, name: &str) -> Option<Value> {
        let earlier = self.runs.with_run_untracked(|run| {
            let session = &run.session;
            let visits = session.visits().iter().rev().filter(|(_, visit)| *visit.name == *name);
            let mut outputs = visits.filter_map(|(_, visit)| {
                let ended = visit.attempts.last()?.ended?;
                session.event_at(ended)?.details.output().cloned()
            });
            outputs.next()
        });
        earlier.flatten().map(|value| value.without_text())
    }

    /// What is prepared as the answer of a task of this name.
    pub fn prepared_result(self, name: &str) -> Option<Value> {
        let prepared = self.workspace.answers.with_untracked(|text| json::parse(text)).unwrap_or_default();
        let entries = prepared.get(name)?;
        let single = std::slice::from_ref(entries);
        entries.as_array().unwrap_or(single).iter().rev().find_map(|entry| entry.get("Return").cloned())
    }

    fn made_up_result(self, subject: &TestSubject, trial: &Trial) -> Value {
        // A failure shows what there is before the result.
        let failing = Trial {
            fails: true,
            level: InspectionLevel::Debug,
            context: "".into(),
            failure_count: "".into(),
            ..trial.clone()
        };
        let before = self.tested(subject, &failing, None).ok();
        let data = before.and_then(|before| before.response.inspection_data).unwrap_or_default();
        match subject.state_type {
            StateType::Task => {
                let parameters = data.after_arguments.or(data.after_parameters);
                let resource = Resource::parse(subject.resource.as_deref().unwrap_or_default());
                engine::mock::made_up_result(&resource, &parameters.unwrap_or_default())
            }
            StateType::Map if subject.has_writer => Value::from_members([
                ("MapRunArn", Value::from("arn:aws:states:us-east-1:123456789012:mapRun:workflow/map:run")),
                (
                    "ResultWriterDetails",
                    Value::from_members([("Bucket", Value::from("bucket")), ("Key", Value::from("key"))]),
                ),
            ]),
            StateType::Map => {
                let items = [data.after_item_batcher, data.after_item_selector, data.after_items_pointer];
                let items = items.into_iter().flatten().next().or(data.after_items_path);
                let count = items.as_ref().and_then(Value::as_array).map_or(1, <[Value]>::len);
                Value::array(vec![Value::object(Map::new()); count.min(MOST_ITEMS)])
            }
            _ => Value::array(vec![Value::object(Map::new()); subject.branches]),
        }
    }

    /// Tests a state.
    ///
    /// # Errors
    ///
    /// What has to be corrected before, and where.
    pub fn tested(
        self,
        subject: &TestSubject,
        trial: &Trial,
        shapes: Option<Arc<ResponseShapes>>,
    ) -> Result<Tested, Vec<(TrialField, String)>> {
        let role = untrack(|| self.workspace.setting(Setting::RoleArn));
        let request = request_of(subject, trial, role, shapes)?;
        match test_state(&request) {
            Ok(response) => {
                let data = response.inspection_data.as_ref();
                let stages = data.map(|data| stages_of_visit(data, response.output.as_ref()));
                Ok(Tested { stages: stages.unwrap_or_default(), response, request })
            }
            Err(error) => Err(vec![complaint_of(&error)]),
        }
    }
}

/// The request of TestState for what is typed.
fn request_of(
    subject: &TestSubject,
    trial: &Trial,
    role: String,
    shapes: Option<Arc<ResponseShapes>>,
) -> Result<TestStateRequest, Vec<(TrialField, String)>> {
    let mut complaints = Vec::new();
    let mut json_of = |field: TrialField, text: &str, is_object: bool| -> Option<String> {
        if text.trim().is_empty() {
            return None;
        }
        match json::parse(text) {
            Ok(value) if is_object && value.as_object().is_none() => {
                complaints.push((field, "This has to be a JSON object.".to_owned()));
                None
            }
            Ok(_) => Some(text.to_owned()),
            Err(error) => {
                complaints.push((field, format!("This is not JSON yet: {error}.")));
                None
            }
        }
    };
    let input = json_of(TrialField::Input, &trial.input, false);
    let variables = json_of(TrialField::Variables, &trial.variables, true)
        .filter(|text| text.chars().any(|letter| letter.is_alphanumeric()));
    let (mut mock, mut context) = (None, None);
    let mut configuration = StateConfiguration::default();
    if subject.takes_mock() {
        context = json_of(TrialField::Context, &trial.context, true);
        let mut state_mock = StateMock { field_validation_mode: trial.validation, ..StateMock::default() };
        if trial.fails {
            let text = |text: &Str| (!text.trim().is_empty()).then(|| Str::from(text.trim()));
            state_mock.error_output = Some(Failure { error: text(&trial.error), cause: text(&trial.cause) });
        } else {
            let result = json_of(TrialField::Result, &trial.result, false);
            if trial.result.trim().is_empty() {
                complaints.push((TrialField::Result, "A result has to be given, if only {}.".to_owned()));
            }
            state_mock.result = result;
        }
        if subject.has_reader {
            let data = if complaints.is_empty() { Some(&trial.reader_data) } else { None };
            if let Some(data) = data.filter(|data| !data.trim().is_empty()) {
                match json::parse(data) {
                    Ok(_) => configuration.map_item_reader_data = Some(data.to_string()),
                    Err(error) => {
                        complaints.push((TrialField::ReaderData, format!("This is not JSON yet: {error}.")))
                    }
                }
            }
        }
        let mut count_of = |field: TrialField, text: &str| -> Option<u32> {
            let text = text.trim();
            if text.is_empty() {
                return None;
            }
            let count = text.parse().ok();
            if count.is_none() {
                complaints.push((field, "This has to be a whole number from 0.".to_owned()));
            }
            count
        };
        if subject.has_retry {
            configuration.retrier_retry_count = count_of(TrialField::RetryCount, &trial.retry_count);
        }
        if subject.state_type == StateType::Map {
            configuration.map_iteration_failure_count =
                count_of(TrialField::FailureCount, &trial.failure_count).map(u64::from);
        }
        if trial.fails && !subject.inner.is_empty() && !trial.caused_by.trim().is_empty() {
            configuration.error_caused_by_state = Some(trial.caused_by.trim().into());
        }
        mock = Some(state_mock);
    }
    if !complaints.is_empty() {
        return Err(complaints);
    }
    let level = match trial.level {
        InspectionLevel::Trace if !subject.is_http => InspectionLevel::Debug,
        level => level,
    };
    Ok(TestStateRequest {
        definition: subject.definition.clone(),
        state_name: subject.state_name.clone(),
        input,
        inspection_level: level,
        role_arn: (!role.is_empty()).then(|| role.into()),
        variables,
        context,
        mock,
        configuration,
        shapes,
        ..TestStateRequest::default()
    })
}

/// The field that an error of the API is about.
fn complaint_of(error: &TestStateError) -> (TrialField, String) {
    let message = &error.message;
    let starts = [
        ("Mock result", TrialField::Result),
        ("Mocked result", TrialField::Result),
        ("Invalid Context", TrialField::Context),
        ("Variables must", TrialField::Variables),
        ("Invalid input", TrialField::Input),
        ("Map iteration failure count", TrialField::FailureCount),
        ("Map item reader data", TrialField::ReaderData),
    ];
    let known = starts.into_iter().find(|(start, _)| message.starts_with(start));
    (known.map_or(TrialField::State, |(_, field)| field), message.clone())
}

/// Errors to offer for a state: those that it catches or retries, then AWS's own.
pub fn errors_to_offer(state: State<'_>, resource: &str) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for list in ["Retry", "Catch"].into_iter().filter_map(|field| state.value(field)) {
        for rule in list.as_array().unwrap_or_default() {
            let errors = rule.get("ErrorEquals").and_then(Value::as_array).unwrap_or_default();
            names.extend(errors.iter().filter_map(Value::as_str).map(str::to_owned));
        }
    }
    // It stands for others, and no service answers with it.
    names.retain(|name| name != "States.ALL");
    if resource.contains("lambda") {
        let lambda = [
            "Lambda.ServiceException",
            "Lambda.AWSLambdaException",
            "Lambda.SdkClientException",
            "Lambda.TooManyRequestsException",
            "Lambda.Unknown",
        ];
        names.extend(lambda.map(str::to_owned));
    }
    names.extend(
        ["States.TaskFailed", "States.Timeout", "States.HeartbeatTimeout", "States.Permissions"]
            .map(str::to_owned),
    );
    let mut seen = HashSet::new();
    names.retain(|name| seen.insert(name.clone()));
    names
}

fn pretty(value: &Value) -> Str {
    value.without_text().to_pretty().into()
}
