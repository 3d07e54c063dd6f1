//! Both versions of a workflow, run with the same input and the same answers of tasks.

use std::sync::Arc;

use asl::Document;
use engine::mock::run_to_end;
use engine::{Budget, Details, Execution, Machine, MockHost, Options, Status};
use json::{Str, Value};

/// What a workflow is run with.
#[derive(Clone, Debug)]
pub struct ProofCase {
    /// What a person calls it, such as `Current input`.
    pub name: String,
    pub input: Value,
    /// Who answers the tasks; each version gets a copy.
    pub host: MockHost,
    pub options: Options,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ProofOptions {
    /// How many steps of the engine each run may take.
    pub budget: Budget,
}

impl Default for ProofOptions {
    fn default() -> ProofOptions {
        ProofOptions { budget: Budget { steps: 300_000 } }
    }
}

/// What came of running both versions.
#[derive(Clone, Debug, PartialEq)]
pub struct Proof {
    pub cases: Vec<CaseProof>,
}

impl Proof {
    /// Whether no case gave a difference.
    pub fn holds(&self) -> bool {
        self.cases.iter().all(|case| !matches!(case.verdict, Verdict::Different(_)))
    }
}

#[derive(Clone, Debug, PartialEq)]
pub struct CaseProof {
    pub name: String,
    pub verdict: Verdict,
    pub before: RunSummary,
    pub after: RunSummary,
}

#[derive(Clone, Debug, PartialEq)]
pub enum Verdict {
    /// The same states with the same data, and the same end.
    Equal,
    /// Both failed at the same state because of the data, each with the error of its language.
    EqualButForTheError,
    Different(Divergence),
}

/// The first difference of two runs.
#[derive(Clone, Debug, PartialEq)]
pub struct Divergence {
    /// Where it is; none for the run as a whole.
    pub state: Option<Str>,
    /// What differs: `input`, `output`, `variables`, `status`, `error`, `state`, `definition`.
    pub what: &'static str,
    pub before: String,
    pub after: String,
}

/// How a run went.
#[derive(Clone, Debug, PartialEq)]
pub struct RunSummary {
    pub status: Status,
    pub output: Option<Value>,
    pub error: Option<Str>,
    pub cause: Option<Str>,
    /// How many states were entered, those of child executions included.
    pub states_entered: usize,
}

/// Runs both versions of a workflow with each case and compares what they do.
pub fn prove(before: &Document, after: &Document, cases: &[ProofCase], options: ProofOptions) -> Proof {
    let machines = (Machine::compile(before).map(Arc::new), Machine::compile(after).map(Arc::new));
    let proofs = cases.iter().map(|case| {
        let (before, after) = match &machines {
            (Ok(before), Ok(after)) => (before.clone(), after.clone()),
            (before, after) => {
                let word = |result: &Result<Arc<Machine>, Vec<engine::Problem>>| match result {
                    Ok(_) => "compiles".to_owned(),
                    Err(problems) => {
                        problems.first().map(|problem| problem.message.clone()).unwrap_or_default()
                    }
                };
                let divergence =
                    Divergence { state: None, what: "definition", before: word(before), after: word(after) };
                return CaseProof {
                    name: case.name.clone(),
                    verdict: Verdict::Different(divergence),
                    before: RunSummary::default(),
                    after: RunSummary::default(),
                };
            }
        };
        let run = |machine: Arc<Machine>| {
            let mut execution = Execution::start(machine, case.input.clone(), case.options.clone());
            run_to_end(&mut execution, &mut case.host.clone(), options.budget);
            execution
        };
        let (before, after) = (run(before), run(after));
        CaseProof {
            name: case.name.clone(),
            verdict: compare(&before, &after),
            before: RunSummary::of(&before),
            after: RunSummary::of(&after),
        }
    });
    Proof { cases: proofs.collect() }
}

impl Default for RunSummary {
    /// A run that never began.
    fn default() -> RunSummary {
        RunSummary { status: Status::Running, output: None, error: None, cause: None, states_entered: 0 }
    }
}

impl RunSummary {
    fn of(execution: &Execution) -> RunSummary {
        let states_entered = execution.runs().flat_map(|run| run.history.iter());
        let states_entered = states_entered.filter(|event| event.event_type.is_state_entered()).count();
        match execution.outcome() {
            Some(outcome) => RunSummary {
                status: outcome.status,
                output: outcome.output.clone(),
                error: outcome.error.clone(),
                cause: outcome.cause.clone(),
                states_entered,
            },
            None => RunSummary { states_entered, ..RunSummary::default() },
        }
    }
}

/// Errors of JSONPath for data that a state can't work with; JSONata has one for all of them.
pub(crate) const DATA_ERRORS: [&str; 6] = [
    "States.Runtime",
    "States.ParameterPathFailure",
    "States.ReferencePathConflict",
    "States.ResultPathMatchFailure",
    "States.IntrinsicFailure",
    "States.ItemReaderFailed",
];

/// Compares two runs, of one workflow in both languages, event by event.
pub fn compare(before: &Execution, after: &Execution) -> Verdict {
    for (one, other) in before.runs().zip(after.runs()) {
        let mut events = one.history.iter().filter_map(told);
        let mut others = other.history.iter().filter_map(told);
        loop {
            match (events.next(), others.next()) {
                (None, None) => break,
                (Some(one), Some(other)) => {
                    if let Some(divergence) = difference(&one, &other) {
                        return Verdict::Different(divergence);
                    }
                }
                (one, other) => {
                    let (summary, other_summary) = (RunSummary::of(before), RunSummary::of(after));
                    let word = |told: Option<Told<'_>>, summary: &RunSummary| match told {
                        Some(told) => {
                            format!("{} {}", if told.is_entered { "enters" } else { "leaves" }, told.name)
                        }
                        None => match &summary.error {
                            Some(error) => format!("ends as {} with {error}", summary.status.name()),
                            None => format!("ends as {}", summary.status.name()),
                        },
                    };
                    return Verdict::Different(Divergence {
                        state: one.as_ref().or(other.as_ref()).map(|told| told.name.clone()),
                        what: "state",
                        before: word(one, &summary),
                        after: word(other, &other_summary),
                    });
                }
            }
        }
    }
    compare_ends(&RunSummary::of(before), &RunSummary::of(after))
}

fn compare_ends(before: &RunSummary, after: &RunSummary) -> Verdict {
    let different = |what, before: String, after: String| {
        Verdict::Different(Divergence { state: None, what, before, after })
    };
    if before.status != after.status {
        let word = |summary: &RunSummary| match &summary.error {
            Some(error) => format!("{} with {error}", summary.status.name()),
            None => summary.status.name().to_owned(),
        };
        return different("status", word(before), word(after));
    }
    if before.error != after.error {
        let (one, other) =
            (before.error.as_deref().unwrap_or_default(), after.error.as_deref().unwrap_or_default());
        let is_pair =
            |one: &str, other: &str| DATA_ERRORS.contains(&one) && other == "States.QueryEvaluationError";
        if is_pair(one, other) || is_pair(other, one) {
            return Verdict::EqualButForTheError;
        }
        return different("error", one.to_owned(), other.to_owned());
    }
    match (&before.output, &after.output) {
        (Some(one), Some(other)) if !same(one, other) => different("output", short(one), short(other)),
        _ => Verdict::Equal,
    }
}

/// What an event tells about the flow of states and data.
struct Told<'e> {
    is_entered: bool,
    name: &'e Str,
    data: &'e Value,
    assigned: Option<&'e [(Str, Value)]>,
}

fn told(event: &engine::HistoryEvent) -> Option<Told<'_>> {
    match &event.details {
        Details::StateEntered { name, input, .. } => {
            Some(Told { is_entered: true, name, data: input, assigned: None })
        }
        Details::StateExited { name, output, .. } => {
            Some(Told { is_entered: false, name, data: output, assigned: event.details.assigned() })
        }
        _ => None,
    }
}

fn difference(before: &Told<'_>, after: &Told<'_>) -> Option<Divergence> {
    let different = |what, one: String, other: String| {
        Some(Divergence { state: Some(before.name.clone()), what, before: one, after: other })
    };
    if before.name != after.name || before.is_entered != after.is_entered {
        return different("state", before.name.to_string(), after.name.to_string());
    }
    if !same(before.data, after.data) {
        let what = if before.is_entered { "input" } else { "output" };
        return different(what, short(before.data), short(after.data));
    }
    let variables = |told: &Told<'_>| {
        let assigned = told.assigned.unwrap_or_default();
        Value::from_members(assigned.iter().map(|(name, value)| (name.clone(), value.clone())))
    };
    let (one, other) = (variables(before), variables(after));
    if !same(&one, &other) {
        return different("variables", short(&one), short(&other));
    }
    None
}

/// Whether two values are the same, apart from the order of members, from UUIDs, which are made anew,
/// and from how JSON within a text is written.
fn same(one: &Value, other: &Value) -> bool {
    let mut pairs = vec![(one.clone(), other.clone())];
    while let Some((one, other)) = pairs.pop() {
        match (&one, &other) {
            (Value::Array(one), Value::Array(other)) if one.items().len() == other.items().len() => {
                pairs.extend(one.items().iter().cloned().zip(other.items().iter().cloned()));
            }
            (Value::Object(one), Value::Object(other)) if one.members().len() == other.members().len() => {
                for (name, value) in one.members().iter() {
                    match other.members().get(name) {
                        Some(theirs) => pairs.push((value.clone(), theirs.clone())),
                        None => return false,
                    }
                }
            }
            (Value::String(one), Value::String(other)) if one != other => {
                let is_json = |text: &str| text.starts_with(['{', '[']);
                if is_json(one)
                    && is_json(other)
                    && let (Ok(one), Ok(other)) = (json::parse(one), json::parse(other))
                {
                    pairs.push((one, other));
                } else if without_uuids(one) != without_uuids(other) {
                    return false;
                }
            }
            (one, other) if one != other => return false,
            _ => {}
        }
    }
    true
}

fn without_uuids(text: &str) -> String {
    const GROUPS: [usize; 5] = [8, 4, 4, 4, 12];
    let is_uuid = |candidate: &str| {
        let mut parts = candidate.split('-');
        let all = GROUPS.iter().all(|length| {
            parts.next().is_some_and(|part| {
                part.len() == *length && part.bytes().all(|byte| byte.is_ascii_hexdigit())
            })
        });
        all && parts.next().is_none()
    };
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    while let Some(character) = text.get(at..).and_then(|rest| rest.chars().next()) {
        if text.get(at..at + 36).is_some_and(is_uuid) {
            out.push_str("<uuid>");
            at += 36;
        } else {
            out.push(character);
            at += character.len_utf8();
        }
    }
    out
}

/// A value for a message.
fn short(value: &Value) -> String {
    const LONGEST: usize = 300;
    let text = value.without_text().to_text();
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
        None => text,
    }
}

#[cfg(test)]
mod tests {
    use super::{same, without_uuids};

    #[test]
    fn what_counts_as_the_same() {
        let same = |one: &str, other: &str| same(&json::parse(one).unwrap(), &json::parse(other).unwrap());
        assert!(same(r#"{"a": 1, "b": [2.0]}"#, r#"{"b": [2], "a": 1}"#));
        assert!(same(r#""{\"a\":1,\"b\":2}""#, r#""{\"b\":2,\"a\":1}""#));
        assert!(same(
            r#""x-0e4a4f0c-7a1b-4c2d-8e3f-001122334455""#,
            r#""x-ffffffff-7a1b-4c2d-8e3f-001122334455""#
        ));
        assert!(!same(r#"{"a": 1}"#, r#"{"a": null}"#));
        assert!(!same(r#"[1, 2]"#, r#"[2, 1]"#));
        assert!(!same(r#""a""#, r#""b""#));
        assert_eq!(without_uuids("é-0e4a4f0c"), "é-0e4a4f0c");
    }
}
