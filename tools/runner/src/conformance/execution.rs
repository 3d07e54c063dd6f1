//! Cases that run a definition.

use std::sync::Arc;

use asl::Document;
use engine::mock::run_to_end;
use engine::{
    Budget, Execution, ExecutionType, Failure, Instant, LogLevel, Machine, MockHost, Options, Progress,
    RunId, Status, TimestampStyle, VirtualS3,
};
use json::{Map, Str, Value};

use super::host::{CaseHost, Guess};
use super::matcher::Matcher;
use super::{definition_text, placeholders, recorded_on, text};

const STEPS: u64 = 1_000_000;

/// The differences between a run and its recording.
pub fn differences(case: &Value) -> Vec<String> {
    let found = differences_with(case, None);
    if found.is_empty() {
        return found;
    }
    let billed = billed_millis(case);
    for answer in CaseHost::guesses(case) {
        // The billed duration tells the latency, in steps of 100 ms; back-offs are part of it.
        for delay_millis in (0..=billed).step_by(100) {
            let guess = Guess { answer: answer.clone(), delay_millis };
            if differences_with(case, Some(guess)).is_empty() {
                return Vec::new();
            }
        }
    }
    found
}

fn billed_millis(case: &Value) -> i64 {
    let description = case.get("expect").and_then(|expect| expect.get("description")?.get("billingDetails"));
    description.and_then(|billing| billing.get("billedDurationInMilliseconds")?.as_i64()).unwrap_or(0)
}

fn differences_with(case: &Value, guess: Option<Guess>) -> Vec<String> {
    let machine = match compile(case) {
        Ok(machine) => machine,
        Err(problem) => return vec![problem],
    };
    let host = match guess {
        Some(guess) => CaseHost::with_guess(case, guess),
        None => CaseHost::new(case),
    };
    let (execution, progress) = match run(case, machine, host) {
        Ok(ran) => ran,
        Err(problem) => return vec![problem],
    };
    let empty = Value::Null;
    let expect = case.get("expect").unwrap_or(&empty);
    let mut found = Vec::new();
    match progress {
        Progress::Done(_) => {}
        Progress::NeedsTask(request) => {
            found.push(format!("no answer for {} {}", request.state_name, request.resource.arn));
        }
        Progress::Waiting => found.push("the run waits for ever".to_owned()),
        Progress::Budget => found.push("the run does not end".to_owned()),
    }
    let mut matcher = Matcher::new(&tokens(case));
    let answer = answer_of(&execution, case, expect);
    let rest = expect.as_object().map(|members| {
        let kept = members
            .iter()
            .filter(|(name, _)| !["events", "unordered", "events_incomplete"].contains(&&***name));
        Value::object(kept.map(|(name, value)| (name.clone(), value.clone())).collect())
    });
    matcher.differences(&rest.unwrap_or_default(), &answer, "$", &mut found);
    if expect.get("events").is_some() {
        let history = execution.history().to_aws_json(TimestampStyle::Omitted);
        let events = history.get("events").and_then(Value::as_array).unwrap_or_default();
        matcher.history_differences(case, events, &mut found);
    }
    found
}

/// Runs a machine as a case says.
pub fn run(case: &Value, machine: Arc<Machine>, mut host: CaseHost) -> Result<(Execution, Progress), String> {
    let input = json::parse_keeping_text(&text(case, "input_text"))
        .map_err(|error| format!("the input does not parse: {error}"))?;
    let empty = Value::Null;
    let expect = case.get("expect").unwrap_or(&empty);
    let options = options_of(case, expect, &host);
    let mut execution = Execution::start(machine, input, options);
    let budget = Budget { steps: STEPS };
    if expect.get("status").and_then(Value::as_str) == Some("ABORTED") {
        run_until_idle(&mut execution, &mut host);
        execution.stop(failure_in(expect));
    }
    let progress = run_to_end(&mut execution, &mut host, budget);
    Ok((execution, progress))
}

/// The differences of a table of definitions, inputs and outputs.
pub fn table_differences(case: &Value) -> Vec<String> {
    let rows = case.get("rows").and_then(Value::as_array).unwrap_or_default();
    let mut found = Vec::new();
    for (number, row) in rows.iter().enumerate() {
        let machine = match compile(row) {
            Ok(machine) => machine,
            Err(problem) => {
                found.push(format!("row {number}: {problem}"));
                continue;
            }
        };
        let input = row.get("input_text").and_then(Value::as_str).and_then(|text| json::parse(text).ok());
        let input = input.or_else(|| row.get("input").cloned()).unwrap_or_default();
        let mut execution = Execution::start(machine, input, Options::default());
        run_to_end(&mut execution, &mut MockHost::default(), Budget { steps: STEPS });
        let empty = Value::Null;
        let expect = row.get("expect").unwrap_or(&empty);
        let answer = answer_of(&execution, row, expect);
        let mut inner = Vec::new();
        Matcher::new(&placeholders(case)).differences(expect, &answer, "$", &mut inner);
        found.extend(inner.into_iter().map(|difference| {
            format!("row {number} {} {}: {difference}", definition_text(row), text(row, "input_text"))
        }));
    }
    found
}

fn compile(case: &Value) -> Result<Arc<Machine>, String> {
    let document = Document::parse(&definition_text(case));
    match Machine::compile(&document) {
        Ok(machine) => Ok(Arc::new(machine)),
        Err(problems) => Err(format!(
            "the definition does not compile: {}",
            problems.first().map(|problem| problem.message.clone()).unwrap_or_default()
        )),
    }
}

fn options_of(case: &Value, expect: &Value, host: &CaseHost) -> Options {
    let context =
        |name: &str| case.get("context").and_then(|context| context.get(name)?.as_str().map(Str::from));
    let mut options = Options::default();
    let is_sync = expect.get("description").is_some_and(|it| it.get("billingDetails").is_some());
    options.execution_type = match (case.get("type").and_then(Value::as_str), is_sync) {
        (Some("EXPRESS"), true) => ExecutionType::ExpressSync,
        (Some("EXPRESS"), false) => ExecutionType::Express,
        _ => ExecutionType::Standard,
    };
    let fields = [
        ("executionArn", &mut options.execution_arn),
        ("stateMachineArn", &mut options.state_machine_arn),
        ("roleArn", &mut options.role_arn),
        ("region", &mut options.region),
        ("account", &mut options.account),
    ];
    for (name, field) in fields {
        if let Some(value) = context(name) {
            *field = value;
        }
    }
    if let Some(start) = context("startTime").and_then(|text| Instant::from_iso(&text)) {
        options.start_time = start;
    }
    if let Some(day) = recorded_on(case) {
        options.as_of = day;
    }
    let mut s3 = VirtualS3::default();
    for (bucket, keys) in case.get("s3").and_then(Value::as_object).into_iter().flat_map(Map::iter) {
        s3.add_bucket(bucket.clone());
        for (key, body) in keys.as_object().into_iter().flat_map(Map::iter) {
            let body = body.as_str().unwrap_or_default().as_bytes().to_vec();
            s3.put(bucket.clone(), key.clone(), body, options.start_time);
        }
    }
    options.s3 = s3;
    options.activities =
        Some(Arc::new(host.resources().filter(|arn| arn.contains(":activity:")).map(Str::from).collect()));
    options
}

/// The members that the case expects, as the run gives them.
fn answer_of(execution: &Execution, case: &Value, expect: &Value) -> Value {
    let mut answer = Map::new();
    let outcome = execution.outcome();
    let status = outcome.map_or(Status::Running, |outcome| outcome.status);
    if expect.get("status").is_some() {
        answer.insert("status", Value::from(status.name()));
    }
    if let Some(outcome) = outcome {
        if let Some(output) = &outcome.output
            && expect.get("output").is_some()
        {
            answer.insert("output", Value::string(output.to_text()));
        }
        for (name, text) in [("error", &outcome.error), ("cause", &outcome.cause)] {
            if let Some(text) = text {
                answer.insert(name, Value::String(text.clone()));
            }
        }
    }
    let is_asked = |name: &str| expect.get(name).is_some();
    if is_asked("description") {
        let description = match execution.options().execution_type {
            ExecutionType::Standard => execution.describe(RunId(0)),
            _ => execution.describe_sync(),
        };
        answer.insert("description", description.unwrap_or_default());
    }
    if let (true, Some(run)) = (is_asked("log_events") || is_asked("last_log_event"), execution.run(RunId(0)))
    {
        let logging = |name: &str| case.get("logging").and_then(|logging| logging.get(name));
        let level =
            logging("level").and_then(Value::as_str).and_then(LogLevel::from_name).unwrap_or_default();
        let has_data = logging("includeExecutionData").and_then(Value::as_bool) != Some(false);
        let events = execution.log_events(run, level, has_data);
        if is_asked("last_log_event") {
            answer.insert("last_log_event", events.last().cloned().unwrap_or_default());
        } else {
            answer.insert("log_events", Value::array(events));
        }
    }
    if let Some(expected) = expect.get("eventbridge_events").and_then(Value::as_array) {
        // A test's rule selects its events by source.
        let sources: Vec<_> = expected.iter().map(|event| event.get("source")).collect();
        let events = execution.event_bridge_events();
        let mut selected: Vec<Value> =
            events.into_iter().filter(|event| sources.contains(&event.get("source"))).collect();
        // EventBridge delivers at least once: an event that was received again is the same event.
        for (position, event) in expected.iter().enumerate() {
            let earlier = expected.iter().position(|other| other == event).unwrap_or(position);
            if earlier < position && selected.len() < expected.len() {
                selected.insert(position, selected.get(earlier).cloned().unwrap_or_default());
            }
        }
        answer.insert("eventbridge_events", Value::array(selected));
    }
    if is_asked("map_runs") {
        answer.insert("map_runs", Value::array(execution.list_map_runs(RunId(0))));
    }
    if is_asked("map_run") {
        answer.insert("map_run", execution.describe_map_run(0).unwrap_or_default());
    }
    Value::object(answer)
}

/// The case's placeholders. The extraction wrote UUIDs in a form of its own for what was made up on
/// AWS; where the case does not give one to the run, it stands for any text.
fn tokens(case: &Value) -> Vec<String> {
    const MADE_UP: &str = "00000000-0000-4000-";
    const UUID_LEN: usize = 36;
    let mut tokens = placeholders(case);
    let text = |name: &str| case.get(name).map(Value::to_text).unwrap_or_default();
    let given = text("context") + &text("tasks") + &text("input") + &text("definition");
    let expect = text("expect");
    for (offset, _) in expect.match_indices(MADE_UP) {
        let Some(uuid) = expect.get(offset..offset + UUID_LEN) else { continue };
        if !given.contains(uuid) && !tokens.iter().any(|token| token == uuid) {
            tokens.push(uuid.to_owned());
        }
    }
    tokens
}

fn failure_in(expect: &Value) -> Failure {
    let text = |name: &str| expect.get(name).and_then(Value::as_str).map(Str::from);
    Failure { error: text("error"), cause: text("cause") }
}

/// Runs until only time or tasks could go on.
fn run_until_idle(execution: &mut Execution, host: &mut CaseHost) -> Progress {
    use engine::{Step, TaskHost};
    for _ in 0..STEPS {
        match execution.step() {
            Step::Task(request) => {
                host.request(&request, execution.now());
                while let Some((task, answer)) = host.pop_due(execution.now()) {
                    execution.answer(task, answer);
                }
            }
            Step::Idle { .. } => return Progress::Waiting,
            Step::Done(outcome) => return Progress::Done(outcome),
            Step::Event(_) => {}
        }
    }
    Progress::Budget
}
