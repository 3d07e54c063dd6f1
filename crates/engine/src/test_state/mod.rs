//! TestState, offline: one state on one input, with or without a mock, and what its stages did.

mod context;
mod http;
mod inspect;
mod request_text;
mod shape;

use std::cell::RefCell;
use std::sync::Arc;

use asl::{Document, StateType};
use json::{Map, Str, Value};

use crate::execution::{LazyNames, Names, delay_millis, handler_matches};
use crate::history::{Failure, Variables};
use crate::machine::{Body, Machine, Next, ResourceKind, StateDef};
use crate::query::{Facts, Fault, ItemContext, StateHost};
use crate::time::Instant;
use jsonata::Random;

pub(crate) use inspect::{Ending, Known, inspect};
pub use inspect::{ErrorDetails, InspectionData};
pub use request_text::subject_of;
pub use shape::{FieldValidationMode, ResponseShapes};

/// The name that AWS gives to a state that is tested by itself.
const STATE_NAME: &str = "StateName";

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum InspectionLevel {
    #[default]
    Info,
    Debug,
    Trace,
}

impl InspectionLevel {
    pub fn from_name(name: &str) -> Option<InspectionLevel> {
        match name {
            "INFO" => Some(InspectionLevel::Info),
            "DEBUG" => Some(InspectionLevel::Debug),
            "TRACE" => Some(InspectionLevel::Trace),
            _ => None,
        }
    }
}

/// The request of TestState.
#[derive(Clone, Debug, Default)]
pub struct TestStateRequest {
    /// A state, or a machine with [`TestStateRequest::state_name`].
    pub definition: String,
    pub state_name: Option<Str>,
    /// JSON text; none is `{}`.
    pub input: Option<String>,
    pub inspection_level: InspectionLevel,
    pub reveal_secrets: bool,
    pub role_arn: Option<Str>,
    /// JSON text of an object.
    pub variables: Option<String>,
    /// JSON text of a context object.
    pub context: Option<String>,
    pub mock: Option<StateMock>,
    pub configuration: StateConfiguration,
    /// What a Task without a mock answers. AWS would call the service.
    pub task_result: Option<Result<Value, Failure>>,
    /// What responses of APIs look like; without it, mocked results are not checked against them.
    pub shapes: Option<Arc<ResponseShapes>>,
    pub region: Option<Str>,
    pub account: Option<Str>,
    /// Virtual time, and the seed for what is random.
    pub now: Option<Instant>,
    pub seed: u64,
}

/// The member `mock`.
#[derive(Clone, Debug, Default)]
pub struct StateMock {
    /// JSON text.
    pub result: Option<String>,
    pub error_output: Option<Failure>,
    pub field_validation_mode: FieldValidationMode,
}

/// The member `stateConfiguration`.
#[derive(Clone, Debug, Default)]
pub struct StateConfiguration {
    pub retrier_retry_count: Option<u32>,
    pub error_caused_by_state: Option<Str>,
    pub map_iteration_failure_count: Option<u64>,
    /// JSON text.
    pub map_item_reader_data: Option<String>,
}

/// An error of the API.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TestStateError {
    pub code: &'static str,
    pub message: String,
}

impl TestStateError {
    fn validation(message: impl Into<String>) -> TestStateError {
        TestStateError { code: "ValidationException", message: message.into() }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TestStatus {
    Succeeded,
    Failed,
    Retriable,
    CaughtError,
}

impl TestStatus {
    pub fn name(self) -> &'static str {
        match self {
            TestStatus::Succeeded => "SUCCEEDED",
            TestStatus::Failed => "FAILED",
            TestStatus::Retriable => "RETRIABLE",
            TestStatus::CaughtError => "CAUGHT_ERROR",
        }
    }
}

/// The response of TestState.
#[derive(Clone, Debug)]
pub struct TestStateResponse {
    pub status: TestStatus,
    pub output: Option<Value>,
    pub error: Option<Str>,
    pub cause: Option<Str>,
    pub next_state: Option<Str>,
    /// None at the level INFO.
    pub inspection_data: Option<InspectionData>,
}

impl TestStateResponse {
    pub fn to_json(&self) -> Value {
        let mut members = Map::new();
        if let Some(output) = &self.output {
            members.insert("output", Value::string(output.to_text()));
        }
        let texts = [("error", &self.error), ("cause", &self.cause), ("nextState", &self.next_state)];
        for (name, text) in texts {
            if let Some(text) = text {
                members.insert(name, Value::String(text.clone()));
            }
        }
        members.insert("status", Value::from(self.status.name()));
        if let Some(data) = &self.inspection_data {
            members.insert("inspectionData", data.to_json());
        }
        Value::object(members)
    }
}

/// Tests one state.
pub fn test_state(request: &TestStateRequest) -> Result<TestStateResponse, TestStateError> {
    let (machine, state_name) = compile(request)?;
    let Some(state) = machine.state_named(&state_name) else {
        return Err(TestStateError::validation("State not found in definition"));
    };
    check_mock(request, state)?;
    let input =
        parse(request.input.as_deref().unwrap_or("{}"), "Invalid input: the input is not valid JSON")?;
    let context = match &request.context {
        Some(text) => Some(context::parse(text, state)?),
        None => None,
    };
    let variables = match &request.variables {
        Some(text) => variables_of(text)?,
        None => Vec::new(),
    };
    let known = known_of(request, state)?;
    let facts = facts(request, &input);
    let variables: Variables = Arc::new(variables);
    // Inside of a Map, the state is tested as if it were in the first iteration, on its input.
    let item = ItemContext { index: 0, value: input.clone(), key: None, source: None };
    let item = is_in_map(&machine, state).then_some(&item);
    let test = Test {
        request,
        state,
        facts: &facts,
        input: &input,
        context: context.as_ref(),
        variables: &variables,
        item,
    };
    test.run(known)
}

fn is_in_map(machine: &Machine, state: &StateDef) -> bool {
    let mut scope = machine.scope(state.scope);
    while let Some(inner) = scope {
        if inner.role == asl::Role::ItemProcessor {
            return true;
        }
        scope = inner.owner.and_then(|owner| machine.scope(machine.state(owner)?.scope));
    }
    false
}

struct Test<'a> {
    request: &'a TestStateRequest,
    state: &'a StateDef,
    facts: &'a Facts,
    input: &'a Value,
    context: Option<&'a Value>,
    variables: &'a Variables,
    item: Option<&'a ItemContext>,
}

impl Test<'_> {
    fn host<'h>(&'h self, name: &'h Str, token: Option<&'h Str>) -> StateHost<'h> {
        let now = self.request.now.unwrap_or(Instant::DEFAULT_START);
        let retries = self.request.configuration.retrier_retry_count.unwrap_or(0);
        StateHost {
            facts: self.facts,
            state_name: name,
            entered_at: now,
            retry_count: self.state.state_type.handles_errors().then_some(retries),
            token,
            item: self.item,
            variables: Some(self.variables),
            input: self.input,
            result: None,
            error_output: None,
            context: self.context,
            now,
            is_jsonata: self.state.is_jsonata(),
            random: RefCell::new(Random::new(self.request.seed)),
        }
    }

    fn run(&self, mut known: Known) -> Result<TestStateResponse, TestStateError> {
        let name = Str::from(STATE_NAME);
        let token = self
            .state
            .resource()
            .filter(|resource| resource.is_submitted())
            .map(|_| Str::from(format!("AAAAKgAAAAIAAAAA{:016x}", self.request.seed)));
        let (mut data, mut ending) = inspect(self.state, self.host(&name, token.as_ref()), &known);
        if let Some(threshold) = self.iteration_failures(&data, &known)? {
            known.failure = Some(threshold);
            (data, ending) = inspect(self.state, self.host(&name, token.as_ref()), &known);
        }
        let mut response = match ending {
            Ending::Exit { output, assigned, next, .. } => {
                self.show_variables(&mut data, &assigned);
                TestStateResponse {
                    status: TestStatus::Succeeded,
                    output: Some(output),
                    error: None,
                    cause: None,
                    next_state: self.next_name(&next),
                    inspection_data: None,
                }
            }
            Ending::Failure(failure) => self.failed(failure, &mut data, &name),
            Ending::Fault(fault) => self.failed(Failure::new(fault.name(), fault.cause()), &mut data, &name),
            Ending::Open => {
                return Err(TestStateError::validation("The Task calls a service, which needs a mock here."));
            }
        };
        let is_http = self.state.resource().is_some_and(|resource| resource.kind == ResourceKind::Http);
        if is_http && self.request.inspection_level == InspectionLevel::Trace {
            let parameters = data.after_arguments.as_ref().or(data.after_parameters.as_ref());
            let endpoint = parameters.and_then(|parameters| parameters.get("ApiEndpoint")?.as_str());
            data.response =
                data.result.as_ref().map(|result| http::response_of(result, endpoint.unwrap_or_default()));
            data.request = parameters.map(http::request_of);
        }
        if self.request.inspection_level != InspectionLevel::Info {
            response.inspection_data = Some(data);
        }
        Ok(response)
    }

    fn show_variables(&self, data: &mut InspectionData, assigned: &[(Str, Value)]) {
        let mut variables: Map = self.variables.iter().cloned().collect();
        for (name, value) in assigned {
            variables.insert(name.clone(), value.clone());
        }
        if !variables.is_empty() {
            data.variables = Some(Value::object(variables));
        }
    }

    /// The failure of a Map that has more failed iterations than it tolerates. Where the state sets no
    /// limit, TestState checks none.
    fn iteration_failures(
        &self,
        data: &InspectionData,
        known: &Known,
    ) -> Result<Option<Failure>, TestStateError> {
        let Some(failed) = self.request.configuration.map_iteration_failure_count else { return Ok(None) };
        let items = self.item_count(data, known);
        if failed > items {
            return Err(TestStateError::validation(
                "Map iteration failure count must be less than or equal to the number of Map iterations",
            ));
        }
        let share = failed as f64 / items.max(1) as f64 * 100.0;
        let is_over = data.tolerated_failure_count.is_some_and(|limit| failed > limit)
            || data.tolerated_failure_percentage.is_some_and(|limit| share > limit);
        Ok((is_over && known.failure.is_none()).then(|| {
            Failure::new(
                "States.ExceedToleratedFailureThreshold",
                "The specified tolerated failure threshold was exceeded",
            )
        }))
    }

    fn item_count(&self, data: &InspectionData, known: &Known) -> u64 {
        let Body::Map(map) = &self.state.body else { return u64::MAX };
        let len = |value: &Value| value.as_array().map_or(0, <[Value]>::len) as u64;
        if let Some(batches) = &data.after_item_batcher {
            return len(batches);
        }
        if let Some(items) = data.after_items_pointer.as_ref().or(known.items.as_ref()) {
            return len(items);
        }
        let name = Str::from(STATE_NAME);
        let host = self.host(&name, None);
        let effective = self.state.data.input_path.apply(self.input, &host);
        let items = effective.and_then(|effective| crate::execution::items_of(map, &effective, &host));
        items.map_or(u64::MAX, |items| items.values.len() as u64)
    }

    /// What Retry and Catch make of a failure.
    fn failed(&self, failure: Failure, data: &mut InspectionData, name: &Str) -> TestStateResponse {
        let mut response = TestStateResponse {
            status: TestStatus::Failed,
            output: None,
            error: failure.error.clone(),
            cause: failure.cause.clone(),
            next_state: None,
            inspection_data: None,
        };
        let mut details = ErrorDetails::default();
        let matches =
            |names: &[Str]| names.iter().any(|name| handler_matches(name, &failure, self.state.state_type));
        if let Some(position) = self.state.retry.iter().position(|retrier| matches(&retrier.errors)) {
            details.retry_index = Some(position);
            let used = self.request.configuration.retrier_retry_count.unwrap_or(0);
            if let Some(retrier) =
                self.state.retry.get(position).filter(|retrier| used < retrier.max_attempts)
            {
                details.retry_backoff_interval_seconds = Some(delay_millis(retrier, used, || 1.0) / 1000);
                data.error_details = Some(details);
                response.status = TestStatus::Retriable;
                return response;
            }
        }
        if let Some(position) = self.state.catch.iter().position(|catcher| matches(&catcher.errors))
            && let Some(catcher) = self.state.catch.get(position)
        {
            details.catch_index = Some(position);
            let error = failure.to_output();
            let mut host = self.host(name, None);
            host.error_output = Some(&error);
            let output = match &catcher.output {
                Some(output) => output.evaluate(&catcher.output_field, &error, &host),
                None => catcher.result_path.apply(self.input, error.clone()),
            };
            match output {
                Ok(output) => {
                    response.status = TestStatus::CaughtError;
                    response.output = Some(output);
                    response.next_state = self.next_name(&catcher.next);
                    if let Ok(assigned) =
                        crate::execution::assigned_by(catcher.assign.as_ref(), &error, &host)
                    {
                        self.show_variables(data, &assigned);
                    }
                }
                Err(fault) => self.note_fault(&mut response, &fault),
            }
        }
        if details != ErrorDetails::default() {
            data.error_details = Some(details);
        }
        response
    }

    fn note_fault(&self, response: &mut TestStateResponse, fault: &Fault) {
        response.error = Some(fault.name().into());
        response.cause = Some(fault.cause().into());
    }

    fn next_name(&self, next: &Next) -> Option<Str> {
        match next {
            Next::State(id) => self.state_names().get(id.0 as usize).cloned(),
            Next::Missing(name) if !name.is_empty() => Some(name.clone()),
            _ => None,
        }
    }

    fn state_names(&self) -> Vec<Str> {
        match compile(self.request) {
            Ok((machine, _)) => machine.states().map(|state| state.name.clone()).collect(),
            Err(_) => Vec::new(),
        }
    }
}

/// The machine, and the name of the state in it. A state by itself becomes a machine of one state.
fn compile(request: &TestStateRequest) -> Result<(Machine, Str), TestStateError> {
    let document = Document::parse(&request.definition);
    let is_machine = document.machine().is_some_and(|machine| machine.field("States").is_some());
    let (document, name) = match (is_machine, &request.state_name) {
        (true, Some(name)) => (document, name.clone()),
        (true, None) => {
            return Err(TestStateError::validation(
                "A stateName must be specified when the definition is a state machine",
            ));
        }
        (false, _) => {
            let whole = format!(
                "{{\"StartAt\": \"{STATE_NAME}\", \"States\": {{\"{STATE_NAME}\": {}}}}}",
                request.definition
            );
            (Document::parse(&whole), Str::from(STATE_NAME))
        }
    };
    check_definition(&document)?;
    match Machine::compile(&document) {
        Ok(machine) => Ok((machine, name)),
        Err(problems) => Err(TestStateError {
            code: "InvalidDefinition",
            message: format!(
                "Invalid State Machine Definition: '{}'",
                problems.first().map(|problem| problem.message.as_str()).unwrap_or_default()
            ),
        }),
    }
}

/// What CreateStateMachine would refuse, transitions to other states apart: they need not be there.
fn check_definition(document: &Document) -> Result<(), TestStateError> {
    let validation = asl::validate(document.text(), &asl::ValidateOptions::default());
    let problems: Vec<String> = validation
        .diagnostics
        .iter()
        .filter(|diagnostic| {
            // Where the states around are missing, so are an end and the targets of transitions.
            let code = diagnostic.diagnostic.code;
            !code.contains("TRANSITION_TARGET") && !code.contains("END_STATE")
        })
        .filter(|diagnostic| diagnostic.severity == asl::Severity::Error)
        .map(|diagnostic| {
            let diagnostic = &diagnostic.diagnostic;
            let location = diagnostic.location.as_deref().unwrap_or("/");
            format!("{}: {} at {location}", diagnostic.code, diagnostic.message)
        })
        .collect();
    if problems.is_empty() {
        return Ok(());
    }
    Err(TestStateError {
        code: "InvalidDefinition",
        message: format!("Invalid State Machine Definition: '{}'", problems.join(", ")),
    })
}

fn check_mock(request: &TestStateRequest, state: &StateDef) -> Result<(), TestStateError> {
    let configuration = &request.configuration;
    let Some(mock) = &request.mock else {
        if configuration.map_iteration_failure_count.is_some() {
            return Err(TestStateError::validation(
                "TestState does not support MapIterationFailureCount when a mock is not specified.",
            ));
        }
        if configuration.error_caused_by_state.is_some() {
            return Err(TestStateError::validation(
                "TestState does not support ErrorCausedByState when a mock is not specified.",
            ));
        }
        if configuration.map_item_reader_data.is_some() {
            return Err(TestStateError::validation(
                "TestState does not support MapItemReaderData when a mock is not specified.",
            ));
        }
        if configuration.retrier_retry_count.is_some() {
            return Err(TestStateError::validation(
                "TestState does not support RetrierRetryCount when a mock is not specified.",
            ));
        }
        if request.context.is_some() {
            return Err(TestStateError::validation(
                "TestState does not support Context when a mock is not specified.",
            ));
        }
        if matches!(state.state_type, StateType::Map | StateType::Parallel) {
            return Err(TestStateError {
                code: "InvalidDefinition",
                message:
                    "TestState API does not support Map or Parallel states. Supported state types include: \
                          [Task, Wait, Pass, Succeed, Fail, Choice]"
                        .to_owned(),
            });
        }
        return Ok(());
    };
    if mock.result.is_some() && mock.error_output.is_some() {
        return Err(TestStateError::validation(
            "A test mock should have only one of the following fields: [result, errorOutput].",
        ));
    }
    if request.reveal_secrets {
        return Err(TestStateError::validation(
            "TestState does not support RevealSecrets when a mock is specified.",
        ));
    }
    if !inspect::is_mockable(state.state_type) {
        return Err(TestStateError::validation(format!(
            "State type '{}' is not supported when a mock is specified",
            state.state_type.name()
        )));
    }
    Ok(())
}

/// The mock's result and error, checked against the state.
fn known_of(request: &TestStateRequest, state: &StateDef) -> Result<Known, TestStateError> {
    let mut known = Known::default();
    if let Some(text) = &request.configuration.map_item_reader_data {
        known.items = Some(parse(text, "Map item reader data must be valid JSON")?);
    }
    let Some(mock) = &request.mock else {
        match &request.task_result {
            Some(Ok(result)) => known.result = Some(result.clone()),
            Some(Err(failure)) => known.failure = Some(failure.clone()),
            None => {}
        }
        return Ok(known);
    };
    known.failure.clone_from(&mock.error_output);
    let Some(text) = &mock.result else { return Ok(known) };
    let result = parse(text, "Mocked result must be valid JSON")?;
    let has_writer = matches!(&state.body, Body::Map(map)
        if map.distributed.as_ref().is_some_and(|distributed| distributed.writer.is_some()));
    match &state.body {
        Body::Map(_) if has_writer && result.as_object().is_none() => {
            return Err(TestStateError::validation("Mocked result must be a JSON object."));
        }
        Body::Map(_) if !has_writer && result.as_array().is_none() => {
            return Err(TestStateError::validation("Mocked result must be an array."));
        }
        Body::Parallel { branches } => match result.as_array() {
            None => return Err(TestStateError::validation("Mocked result must be an array.")),
            Some(results) if results.len() != branches.len() => {
                return Err(TestStateError::validation(
                    "Mocked result must have the same number of elements as the number of branches.",
                ));
            }
            Some(_) => {}
        },
        Body::Task(task) => {
            if let Some(shapes) = &request.shapes {
                shapes.check(&task.resource, &result, mock.field_validation_mode).map_err(|problem| {
                    TestStateError::validation(format!("Mock result schema validation error: {problem}"))
                })?;
            }
        }
        _ => {}
    }
    known.result = Some(result);
    Ok(known)
}

fn parse(text: &str, message: &str) -> Result<Value, TestStateError> {
    json::parse_keeping_texts(text).map_err(|_| TestStateError::validation(message))
}

fn variables_of(text: &str) -> Result<Vec<(Str, Value)>, TestStateError> {
    let value = parse(text, "Variables must be a valid JSON object")?;
    match value.as_object() {
        Some(members) => Ok(members.iter().map(|(name, value)| (name.clone(), value.clone())).collect()),
        None => Err(TestStateError::validation("Variables must be a valid JSON object")),
    }
}

/// TestState runs as an Express execution of a machine with made-up names.
fn facts(request: &TestStateRequest, input: &Value) -> Facts {
    let mut random = Random::for_purpose(request.seed, &[11]);
    let region = request.region.as_deref().unwrap_or("us-east-1");
    let account = request.account.as_deref().unwrap_or("123456789012");
    let (name, machine) = (random.uuid(), random.uuid());
    Facts {
        names: LazyNames::from(Names {
            execution_arn: format!("arn:aws:states:{region}:{account}:express:{machine}:{name}").into(),
            name: name.into(),
            state_machine_arn: format!("arn:aws:states:{region}:{account}:stateMachine:{machine}").into(),
            state_machine_name: machine.into(),
            alias_arn: None,
        }),
        input: input.clone(),
        role_arn: request.role_arn.clone().unwrap_or_default(),
        start_time: request.now.unwrap_or(Instant::DEFAULT_START),
        redrive_count: None,
        redrive_time: None,
    }
}
