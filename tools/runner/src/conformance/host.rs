//! Answers of tasks as a case recorded them.

use engine::machine::ResourceKind;
use engine::mock::Replies;
use engine::{Failure, Instant, TaskAnswer, TaskHost, TaskId, TaskRequest};
use json::{Str, Value};

use super::matcher::Matcher;

pub struct CaseHost {
    rules: Vec<Rule>,
    replies: Replies,
    /// The answer of every task, where the case has none: see [`CaseHost::guesses`].
    guess: Option<Guess>,
}

/// A guessed answer.
#[derive(Clone, Debug)]
pub struct Guess {
    pub answer: TaskAnswer,
    pub delay_millis: i64,
}

struct Rule {
    state: String,
    resource: String,
    parameters: Option<Value>,
    attempts: Vec<Value>,
    used: usize,
    echo: bool,
}

impl CaseHost {
    pub fn new(case: &Value) -> CaseHost {
        let tasks = case.get("tasks").and_then(Value::as_array).unwrap_or_default();
        let text = |value: Option<&Value>| value.and_then(Value::as_str).unwrap_or_default().to_owned();
        let rules = tasks
            .iter()
            .map(|task| {
                let wanted = task.get("match");
                Rule {
                    state: text(wanted.and_then(|wanted| wanted.get("state"))),
                    resource: text(wanted.and_then(|wanted| wanted.get("resource"))),
                    parameters: wanted.and_then(|wanted| wanted.get("parameters").cloned()),
                    attempts: task.get("attempts").and_then(Value::as_array).unwrap_or_default().to_vec(),
                    used: 0,
                    echo: task.get("behaviour").and_then(Value::as_str) == Some("echo"),
                }
            })
            .collect();
        CaseHost { rules, replies: Replies::default(), guess: None }
    }

    pub fn with_guess(case: &Value, guess: Guess) -> CaseHost {
        CaseHost { guess: Some(guess), ..CaseHost::new(case) }
    }

    /// No history of an Express execution was recorded, so its tasks' answers are not known. What its
    /// tasks answered is passed on: the output, or a part of it, or the error that it describes.
    pub fn guesses(case: &Value) -> Vec<TaskAnswer> {
        let has_tasks = !case.get("tasks").and_then(Value::as_array).unwrap_or_default().is_empty();
        let output = case.get("expect").and_then(|expect| expect.get("output"));
        let Some(output) = output.filter(|_| !has_tasks) else { return Vec::new() };
        let text = |name: &str| output.get(name).and_then(Value::as_str).map(Str::from);
        let mut guesses = Vec::new();
        if output.get("Error").is_some() && output.get("Cause").is_some() {
            guesses.push(TaskAnswer::Failed(Failure { error: text("Error"), cause: text("Cause") }));
        }
        guesses.push(TaskAnswer::Succeeded(output.clone()));
        let members = output.as_object().into_iter().flat_map(json::Map::values);
        guesses.extend(members.map(|member| TaskAnswer::Succeeded(member.clone())));
        guesses
    }

    /// The resources that the recorded tasks call.
    pub fn resources(&self) -> impl Iterator<Item = &str> {
        self.rules.iter().map(|rule| rule.resource.as_str())
    }

    /// The rule for a request; where several fit, the one whose parameters are nearest, as times in
    /// them differ from the recording.
    fn rule_for(&mut self, request: &TaskRequest) -> Option<&mut Rule> {
        let distance = |rule: &Rule| -> usize {
            let Some(parameters) = &rule.parameters else { return 0 };
            let mut found = Vec::new();
            Matcher::new(&[]).differences(parameters, &request.parameters, "$", &mut found);
            found.len()
        };
        let fitting = self.rules.iter_mut().filter(|rule| {
            rule.state == *request.state_name
                && rule.resource == *request.resource.arn
                && (rule.echo || rule.used < rule.attempts.len())
        });
        fitting.min_by_key(|rule| distance(rule))
    }
}

impl TaskHost for CaseHost {
    fn request(&mut self, request: &TaskRequest, now: Instant) -> bool {
        if let Some(guess) = &mut self.guess {
            // All of the latency is the first task's: only the sum is known.
            let at = now + std::mem::take(&mut guess.delay_millis);
            let answer = guess.answer.clone();
            self.replies.add(at, request.id, answer);
            return true;
        }
        let Some(rule) = self.rule_for(request) else { return false };
        if rule.echo {
            // A function's ARN passes the payload on, the integration wraps it.
            let result = match request.resource.kind {
                ResourceKind::Lambda => request.parameters.clone(),
                _ => {
                    let payload = request.parameters.get("Payload").cloned().unwrap_or_default();
                    Value::from_members([("Payload", payload), ("StatusCode", Value::int(200))])
                }
            };
            self.replies.add(now, request.id, TaskAnswer::Succeeded(result));
            return true;
        }
        let attempt = rule.attempts.get(rule.used).cloned().unwrap_or_default();
        rule.used += 1;
        if let Some(worker) = attempt.get("worker") {
            let worker = worker.as_str().map(Str::from);
            self.replies.add(now, request.id, TaskAnswer::Started { worker });
        }
        if let Some(submit) = attempt.get("submit") {
            self.replies.add(now, request.id, TaskAnswer::Submitted(submit.clone()));
        }
        let answer = if let Some(text) = attempt.get("return_text").and_then(Value::as_str) {
            let value = json::parse_keeping_text(text).unwrap_or_else(|_| Value::from(text));
            TaskAnswer::Succeeded(value)
        } else if let Some(result) = attempt.get("return") {
            TaskAnswer::Succeeded(result.clone())
        } else if let Some(failure) = attempt.get("throw") {
            TaskAnswer::Failed(failure_of(failure))
        } else if let Some(failure) = attempt.get("timeout") {
            // The clock does it where the state says how long.
            if request.timeout_seconds.is_some() || request.heartbeat_seconds.is_some() {
                return true;
            }
            TaskAnswer::TimedOut(failure_of(failure))
        } else {
            return true;
        };
        self.replies.add(now, request.id, answer);
        true
    }

    fn next_due(&self) -> Option<Instant> {
        self.replies.next_due()
    }

    fn pop_due(&mut self, now: Instant) -> Option<(TaskId, TaskAnswer)> {
        self.replies.pop_due(now)
    }
}

fn failure_of(value: &Value) -> Failure {
    let text = |name: &str| value.get(name).and_then(Value::as_str).map(Str::from);
    Failure { error: text("error"), cause: text("cause") }
}
