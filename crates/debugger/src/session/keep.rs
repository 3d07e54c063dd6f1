//! Sessions as JSON: what a run was given, from which it is made again.

use std::sync::Arc;

use engine::{
    ExecutionType, Failure, FrameId, Instant, Machine, MockHost, Options, TaskAnswer, TaskId, Unmocked,
    VirtualS3,
};
use json::{Map, Str, Value};

use super::Session;
use super::world::{Happened, Input, RecordedInput};

/// Steps that are done again at most.
const MOST_STEPS: u64 = 2_000_000;

impl Session<MockHost> {
    /// What the run was given: its input and options, mocks, and all that came from outside. None where
    /// something of it has no text, such as another definition or one of nested executions, or where the run was recorded elsewhere.
    pub fn to_json(&self) -> Option<Value> {
        // Definitions of nested executions have no text here.
        if self.recording.is_some() || !self.first_mocks().machines.is_empty() {
            return None;
        }
        let inputs: Option<Vec<Value>> = self.inputs().iter().map(input_to_json).collect();
        let options = &self.options;
        Some(Value::from_members([
            // The text counts: what is passed through untouched keeps its spelling.
            ("input", Value::string(self.input.to_text())),
            ("express", Value::Bool(options.execution_type.is_express())),
            ("secondStarts", Value::Bool(options.second_starts > 0.0)),
            ("seed", Value::string(options.seed.to_string())),
            ("startTime", Value::int(options.start_time.0)),
            ("s3", options.s3.to_json()),
            ("mocks", self.first_mocks().to_json()),
            ("unmocked", Value::from(unmocked_name(self.first_mocks().unmocked))),
            ("holdsTime", Value::Bool(self.holds_time)),
            ("inputs", Value::array(inputs?)),
            ("steps", number(self.head.steps)),
            ("events", number(u64::from(self.len()))),
        ]))
    }

    /// Makes a run again, as far as it had got; the cursor is at its end. None where the value is no run.
    pub fn from_json(value: &Value, machine: Arc<Machine>) -> Option<Session> {
        let input = json::parse_keeping_text(value.get("input")?.as_str()?).ok()?;
        let s3 = match value.get("s3") {
            Some(buckets) => VirtualS3::from_json(buckets, Instant::DEFAULT_START).ok()?,
            None => VirtualS3::default(),
        };
        let options = Options {
            execution_type: match value.get("express").and_then(Value::as_bool) {
                Some(true) => ExecutionType::Express,
                _ => ExecutionType::Standard,
            },
            second_starts: match value.get("secondStarts").and_then(Value::as_bool) {
                Some(true) => 1.0,
                _ => 0.0,
            },
            seed: value.get("seed").and_then(Value::as_str).and_then(|seed| seed.parse().ok()).unwrap_or(0),
            start_time: value
                .get("startTime")
                .and_then(Value::as_i64)
                .map_or(Instant::DEFAULT_START, Instant),
            s3,
            ..Options::default()
        };
        let mut host = MockHost::from_json(value.get("mocks")?).ok()?;
        host.unmocked = unmocked_of(value.get("unmocked").and_then(Value::as_str));
        let inputs: Option<Vec<RecordedInput<MockHost>>> =
            value.get("inputs")?.as_array()?.iter().map(input_from_json).collect();
        let inputs = inputs?;
        let steps = count(value, "steps").min(MOST_STEPS);
        let mut session = Session::start(machine, input, options, host);
        session.holds_time = value.get("holdsTime").and_then(Value::as_bool).unwrap_or(false);
        let mut applied = 0;
        loop {
            while let Some(next) = inputs.get(applied).filter(|input| input.step <= session.head.steps) {
                applied += 1;
                if session.head.apply(&next.input) {
                    session.inputs.push(next.clone());
                } else {
                    session.head.applied -= 1;
                }
            }
            if session.head.steps >= steps {
                break;
            }
            match session.record() {
                Happened::Event(_) | Happened::Quiet | Happened::NeedsTask(_) => {}
                Happened::Waiting { .. } | Happened::Done(_) => break,
            }
        }
        session.seek(u32::MAX);
        Some(session)
    }
}

fn unmocked_name(unmocked: Unmocked) -> &'static str {
    match unmocked {
        Unmocked::Succeed => "succeed",
        Unmocked::Echo => "echo",
        Unmocked::Stop => "stop",
    }
}

fn unmocked_of(name: Option<&str>) -> Unmocked {
    match name {
        Some("succeed") => Unmocked::Succeed,
        Some("echo") => Unmocked::Echo,
        _ => Unmocked::Stop,
    }
}

fn number(number: u64) -> Value {
    Value::int(i64::try_from(number).unwrap_or(i64::MAX))
}

fn count(value: &Value, name: &str) -> u64 {
    value.get(name).and_then(Value::as_i64).and_then(|count| u64::try_from(count).ok()).unwrap_or(0)
}

fn input_to_json(recorded: &RecordedInput<MockHost>) -> Option<Value> {
    let mut members = Map::new();
    members.insert("step", number(recorded.step));
    members.insert("position", number(u64::from(recorded.position)));
    if let Some((state, invocation)) = &recorded.about {
        members.insert("state", Value::String(state.clone()));
        members.insert("invocation", number(u64::from(*invocation)));
    }
    let kind = match &recorded.input {
        Input::Answer { task, answers } => {
            let answers: Option<Vec<Value>> = answers.iter().map(answer_to_json).collect();
            members.insert("task", number(task.0));
            members.insert("answers", Value::array(answers?));
            "answer"
        }
        Input::TakeOver { task } => {
            members.insert("task", number(task.0));
            "takeOver"
        }
        Input::AnswerToken { token, answer } => {
            members.insert("token", Value::String(token.clone()));
            members.insert("answer", answer_to_json(answer)?);
            "token"
        }
        Input::Stop(failure) => {
            members.insert("failure", failure_to_json(failure));
            "stop"
        }
        Input::Advance { limit } => {
            if let Some(limit) = limit {
                members.insert("limit", Value::int(limit.0));
            }
            "advance"
        }
        Input::Prefer(frame) => {
            members.insert("frame", number(u64::from(frame.0)));
            "prefer"
        }
        Input::ReplaceInput { frame, input } => {
            members.insert("frame", number(u64::from(frame.0)));
            members.insert("input", input.clone());
            "input"
        }
        Input::SetVariable { frame, name, value } => {
            members.insert("frame", number(u64::from(frame.0)));
            members.insert("name", Value::String(name.clone()));
            members.insert("value", value.clone());
            "variable"
        }
        Input::Redrive { machine: None } => "redrive",
        Input::Redrive { machine: Some(_) } => return None,
        Input::Host(host) => {
            members.insert("mocks", host.to_json());
            members.insert("unmocked", Value::from(unmocked_name(host.unmocked)));
            "mocks"
        }
    };
    members.insert("kind", Value::from(kind));
    Some(Value::object(members))
}

fn input_from_json(value: &Value) -> Option<RecordedInput<MockHost>> {
    let text = |name: &str| value.get(name).and_then(Value::as_str).map(Str::from);
    let frame = || u32::try_from(count(value, "frame")).ok().map(FrameId);
    let input = match value.get("kind")?.as_str()? {
        "answer" => {
            let answers: Option<Vec<TaskAnswer>> =
                value.get("answers")?.as_array()?.iter().map(answer_from_json).collect();
            Input::Answer { task: TaskId(count(value, "task")), answers: answers? }
        }
        "takeOver" => Input::TakeOver { task: TaskId(count(value, "task")) },
        "token" => {
            Input::AnswerToken { token: text("token")?, answer: answer_from_json(value.get("answer")?)? }
        }
        "stop" => Input::Stop(failure_from_json(value.get("failure")?)),
        "advance" => Input::Advance { limit: value.get("limit").and_then(Value::as_i64).map(Instant) },
        "prefer" => Input::Prefer(frame()?),
        "input" => Input::ReplaceInput { frame: frame()?, input: value.get("input")?.clone() },
        "variable" => {
            Input::SetVariable { frame: frame()?, name: text("name")?, value: value.get("value")?.clone() }
        }
        "redrive" => Input::Redrive { machine: None },
        "mocks" => {
            let mut host = MockHost::from_json(value.get("mocks")?).ok()?;
            host.unmocked = unmocked_of(value.get("unmocked").and_then(Value::as_str));
            Input::Host(Arc::new(host))
        }
        _ => return None,
    };
    let about =
        text("state").and_then(|state| Some((state, u32::try_from(count(value, "invocation")).ok()?)));
    Some(RecordedInput {
        step: count(value, "step"),
        position: u32::try_from(count(value, "position")).ok()?,
        input,
        about,
    })
}

fn answer_to_json(answer: &TaskAnswer) -> Option<Value> {
    let (kind, value) = match answer {
        TaskAnswer::Submitted(value) => ("submitted", value.clone()),
        TaskAnswer::Succeeded(value) => ("succeeded", value.clone()),
        TaskAnswer::Failed(failure) => ("failed", failure_to_json(failure)),
        TaskAnswer::TimedOut(failure) => ("timedOut", failure_to_json(failure)),
        TaskAnswer::Heartbeat => ("heartbeat", Value::Null),
        TaskAnswer::Started { worker } => ("started", worker.clone().map_or(Value::Null, Value::String)),
        TaskAnswer::FailedToStart { .. } | TaskAnswer::StartMachine { .. } => return None,
    };
    Some(Value::from_members([(kind, value)]))
}

fn answer_from_json(value: &Value) -> Option<TaskAnswer> {
    let (kind, value) = value.as_object()?.iter().next()?;
    Some(match &**kind {
        "submitted" => TaskAnswer::Submitted(value.clone()),
        "succeeded" => TaskAnswer::Succeeded(value.clone()),
        "failed" => TaskAnswer::Failed(failure_from_json(value)),
        "timedOut" => TaskAnswer::TimedOut(failure_from_json(value)),
        "heartbeat" => TaskAnswer::Heartbeat,
        "started" => TaskAnswer::Started { worker: value.as_str().map(Str::from) },
        _ => return None,
    })
}

fn failure_to_json(failure: &Failure) -> Value {
    let told = [("error", &failure.error), ("cause", &failure.cause)];
    Value::from_members(
        told.into_iter().filter_map(|(name, text)| Some((name, Value::String(text.clone()?)))),
    )
}

fn failure_from_json(value: &Value) -> Failure {
    let text = |name: &str| value.get(name).and_then(Value::as_str).map(Str::from);
    Failure { error: text("error"), cause: text("cause") }
}
