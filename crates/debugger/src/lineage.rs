//! Where a value came from: followed back through the states that passed it on.

use engine::{EventRef, TaskHost};
use json::Value;

use crate::diff::{member, value_at};
use crate::session::Session;
use crate::visits::{Visit, VisitId};

/// A place that a value went through, nearest first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin {
    pub kind: OriginKind,
    /// The visit of the state; none for the input of the execution.
    pub visit: Option<VisitId>,
    /// The event to look at.
    pub position: u32,
    /// Where the value is there, as a JSON pointer.
    pub pointer: String,
    /// Whether it is the very value. Else it is an equal one at the same place, which is likely but not
    /// certain to be the same.
    pub is_certain: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum OriginKind {
    /// The input of a state, which passed the value on.
    Input,
    /// The result of a task, of branches or iterations.
    Result,
    /// A state made it with its own expressions.
    Made,
    /// The input of the execution.
    ExecutionInput,
}

/// Values that are looked at for one place.
const MOST_VALUES: usize = 20_000;
/// States that a value is followed through.
const MOST_STATES: usize = 1_000;

impl<H: TaskHost + Clone> Session<H> {
    /// Follows the value at a pointer back to where it came from: of the output of the state where it is
    /// left at the position, else of its input. The last one is where it came into the run.
    pub fn origins(&self, position: u32, pointer: &str) -> Vec<Origin> {
        let mut found = Vec::new();
        let Some(mut id) = self.visits().at(position) else { return found };
        let mut pointer = pointer.to_owned();
        let mut is_certain = true;
        let mut of_output = self.visits().get(id).is_some_and(|visit| visit.exited == Some(position));
        for _ in 0..MOST_STATES {
            let Some(visit) = self.visits().get(id) else { break };
            let Some(input) = self.input_of(visit) else { break };
            if of_output {
                let Some(output) = visit.exited.and_then(|exited| self.event_at(exited)?.details.output())
                else {
                    break;
                };
                let origin = |kind, position, pointer: &str, is_certain| Origin {
                    kind,
                    visit: Some(id),
                    position,
                    pointer: pointer.to_owned(),
                    is_certain,
                };
                let result = self.result_of(visit);
                let (in_input, in_result) = (
                    locate(input, output, &pointer),
                    result.as_ref().and_then(|(_, result)| locate(result, output, &pointer)),
                );
                match (in_input, in_result, &result) {
                    (Some((place, true)), _, _) => pointer = place,
                    (_, Some((place, sure)), Some((at, _))) if sure => {
                        found.push(origin(OriginKind::Result, *at, &place, is_certain));
                        break;
                    }
                    (Some((place, false)), None, _) => {
                        pointer = place;
                        is_certain = false;
                    }
                    (None, Some((place, _)), Some((at, _))) => {
                        found.push(origin(OriginKind::Result, *at, &place, false));
                        break;
                    }
                    _ => {
                        let exited = visit.exited.unwrap_or(visit.last);
                        found.push(origin(OriginKind::Made, exited, &pointer, is_certain));
                        break;
                    }
                }
            } else if value_at(input, &pointer).is_none() {
                break;
            }
            found.push(Origin {
                kind: OriginKind::Input,
                visit: Some(id),
                position: visit.entered,
                pointer: pointer.clone(),
                is_certain,
            });
            let input = input.clone();
            match (visit.previous, visit.parent) {
                (Some(previous), _) => {
                    id = previous;
                    of_output = true;
                }
                (None, Some(parent)) => {
                    // What a branch or an iteration begins with is somewhere in the input around it.
                    let Some(outer) = self.visits().get(parent).and_then(|parent| self.input_of(parent))
                    else {
                        break;
                    };
                    let Some((place, sure)) = locate(outer, &input, &pointer) else { break };
                    pointer = place;
                    is_certain &= sure;
                    id = parent;
                    of_output = false;
                }
                (None, None) => {
                    found.push(Origin {
                        kind: OriginKind::ExecutionInput,
                        visit: None,
                        position: 1,
                        pointer: pointer.clone(),
                        is_certain,
                    });
                    break;
                }
            }
        }
        found
    }

    pub(crate) fn input_of(&self, visit: &Visit) -> Option<&Value> {
        let entered = EventRef { run: visit.run, event: visit.entered_event };
        self.recorded().event(entered)?.details.input()
    }

    /// The result of a visit's last attempt, with the position of its event.
    fn result_of(&self, visit: &Visit) -> Option<(u32, Value)> {
        let ended = visit.attempts.last()?.ended?;
        let event = self.event_at(ended)?;
        if let Some(output) = event.details.output() {
            return Some((ended, output.clone()));
        }
        let inspection = self.recorded().inspect(*self.events().get(ended as usize - 1)?)?;
        Some((ended, inspection.data.result?))
    }
}

/// Finds in `outer` the value that `inner` has at a pointer, and whether it is the very one.
///
/// A container is itself wherever it is shared. A scalar is found through the nearest container around
/// it; else an equal one at the same place will do, without certainty.
pub(crate) fn locate(outer: &Value, inner: &Value, pointer: &str) -> Option<(String, bool)> {
    let wanted = value_at(inner, pointer)?;
    let mut around = pointer;
    loop {
        let container = value_at(inner, around)?;
        let is_shared = matches!(container, Value::Array(_) | Value::Object(_));
        if is_shared {
            if let Some(place) = find_same(outer, container, around) {
                return Some((format!("{place}{}", pointer.get(around.len()..)?), true));
            }
            // A container that is another one has other values, as far as anybody can tell.
            if around == pointer {
                break;
            }
        }
        match around.rfind('/') {
            Some(end) => around = around.get(..end)?,
            None => break,
        }
    }
    let same = value_at(outer, pointer).filter(|value| *value == wanted);
    same.map(|_| (pointer.to_owned(), false))
}

/// The place of a shared container, the expected one first.
pub(crate) fn find_same(outer: &Value, container: &Value, expected: &str) -> Option<String> {
    if value_at(outer, expected).is_some_and(|value| value.is_same(container)) {
        return Some(expected.to_owned());
    }
    let mut waiting = vec![(String::new(), outer)];
    let mut looked_at = 0;
    while let Some((pointer, value)) = waiting.pop() {
        looked_at += 1;
        if value.is_same(container) {
            return Some(pointer);
        }
        if looked_at > MOST_VALUES {
            return None;
        }
        match value {
            Value::Array(items) => {
                let containers = items.items().iter().enumerate().rev();
                waiting.extend(
                    containers
                        .filter(|(_, item)| !is_scalar(item))
                        .map(|(index, item)| (format!("{pointer}/{index}"), item)),
                );
            }
            Value::Object(members) => {
                let containers = members.members().iter().rev();
                waiting.extend(
                    containers
                        .filter(|(_, value)| !is_scalar(value))
                        .map(|(name, value)| (member(&pointer, name), value)),
                );
            }
            _ => {}
        }
    }
    None
}

fn is_scalar(value: &Value) -> bool {
    !matches!(value, Value::Array(_) | Value::Object(_))
}
