//! Answers for tasks: scripted, made up, late, or wrong now and then.

mod config_file;
mod drive;
mod generate;
mod script;

use std::cmp::Ordering;
use std::collections::{BTreeMap, BinaryHeap};
use std::sync::Arc;

use json::{Str, Value};

use crate::execution::{Few, TaskAnswer, TaskId, TaskRequest};
use crate::machine::{Machine, Pattern};
use crate::time::Instant;
use jsonata::Random;

pub use config_file::{MockConfigFile, MockError};
pub use drive::{Budget, Progress, TaskHost, run_to_end};
pub use generate::{made_up_response, made_up_result};
pub use script::{Delay, MockAnswer, MockEntry};

/// What to do with a task of a state that has no script.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Unmocked {
    /// Answer something plausible.
    #[default]
    Succeed,
    /// Answer with what the task was given.
    Echo,
    /// Leave it to whoever drives the run.
    Stop,
}

/// A host that answers tasks by scripts on the virtual clock. A clone is a checkpoint.
#[derive(Clone, Debug, Default)]
pub struct MockHost {
    /// The script of each state: an entry a call, the last one repeating. Shared by all clones until one is changed.
    pub scripts: Arc<BTreeMap<Str, Vec<MockEntry>>>,
    pub unmocked: Unmocked,
    /// For latencies and error rates.
    pub seed: u64,
    /// Definitions that `states:startExecution` tasks run, by ARN or by name.
    pub machines: BTreeMap<Str, Arc<Machine>>,
    calls: Few<Str, usize>,
    replies: Replies,
}

impl MockHost {
    /// Scripts in the short form (`{"State": [{"Return": …}, …]}`), or a MockConfigFile.json, of
    /// which the first test case is taken.
    pub fn from_json(value: &Value) -> Result<MockHost, MockError> {
        if MockConfigFile::is_one(value) {
            let file = MockConfigFile::from_json(value.clone())?;
            let (machine, case) = file.test_cases().into_iter().next().ok_or_else(|| MockError {
                message: "The file has no test case.".to_owned(),
                at: "StateMachines".to_owned(),
            })?;
            return file.host(&machine, &case);
        }
        script::host_of(value)
    }

    /// The execution of a machine that is known here, where the task starts one.
    fn nested(&self, request: &TaskRequest) -> Option<TaskAnswer> {
        let resource = &request.resource;
        if resource.api() != "startExecution" || !matches!(resource.service(), "states" | "sfn") {
            return None;
        }
        let arn = request.parameters.get("StateMachineArn")?.as_str()?;
        let name = asl::resource::last_part(arn);
        let machine = self.machines.get(arn).or_else(|| self.machines.get(name))?.clone();
        // An input is an object, or the text of one.
        let input = match request.parameters.get("Input") {
            Some(Value::String(text)) => json::parse(text).unwrap_or_else(|_| Value::String(text.clone())),
            Some(input) => input.clone(),
            None => Value::object(json::Map::new()),
        };
        let name = request.parameters.get("Name").and_then(Value::as_str).map(Str::from);
        Some(TaskAnswer::StartMachine { machine, name, input })
    }

    /// The number of the next call of a state, counted.
    fn next_call(&mut self, state: &Str) -> usize {
        match self.calls.get_mut(state) {
            Some(calls) => std::mem::replace(calls, *calls + 1),
            None => {
                self.calls.insert(state.clone(), 1);
                0
            }
        }
    }
}

impl TaskHost for MockHost {
    fn request(&mut self, request: &TaskRequest, now: Instant) -> bool {
        let scripts = self.scripts.clone();
        let script = scripts.get(&request.state_name);
        if script.is_none()
            && let Some(answer) = self.nested(request)
        {
            self.replies.add(now, request.id, answer);
            return true;
        }
        let unscripted;
        let number = script.map_or(0, |_| self.next_call(&request.state_name));
        let entry = match script.and_then(|entries| entries.get(number).or_else(|| entries.last())) {
            Some(entry) => entry,
            None => {
                unscripted = MockEntry::new(match self.unmocked {
                    Unmocked::Stop => return false,
                    Unmocked::Echo => MockAnswer::Echo,
                    Unmocked::Succeed => {
                        MockAnswer::Return(made_up_result(&request.resource, &request.parameters))
                    }
                });
                &unscripted
            }
        };
        // Most answers leave nothing to chance.
        let mut random = match entry.delay.is_random() || entry.errors.is_some() {
            true => Random::for_purpose(self.seed, &[9, request.id.0, number as u64]),
            false => Random::new(0),
        };
        let at = now + entry.delay.millis(&mut random);
        if request.resource.pattern != Pattern::RequestResponse {
            let response = entry
                .submit
                .clone()
                .unwrap_or_else(|| made_up_response(&request.resource, &request.parameters));
            self.replies.add(now, request.id, TaskAnswer::Submitted(response));
        }
        if let Some(worker) = &entry.worker {
            let started = TaskAnswer::Started { worker: Some(worker.clone()) };
            self.replies.add(now, request.id, started);
        }
        if let Some((rate, failure)) = &entry.errors
            && random.next_f64() < *rate
        {
            self.replies.add(at, request.id, TaskAnswer::Failed(failure.clone()));
            return true;
        }
        let answer = match &entry.answer {
            MockAnswer::Return(value) => TaskAnswer::Succeeded(value.clone()),
            MockAnswer::Throw(failure) => TaskAnswer::Failed(failure.clone()),
            MockAnswer::TimeOut(failure) => TaskAnswer::TimedOut(failure.clone()),
            MockAnswer::Echo => TaskAnswer::Succeeded(generate::echo(&request.resource, &request.parameters)),
            MockAnswer::Never => return true,
        };
        self.replies.add(at, request.id, answer);
        true
    }

    fn next_due(&self) -> Option<Instant> {
        self.replies.next_due()
    }

    fn pop_due(&mut self, now: Instant) -> Option<(TaskId, TaskAnswer)> {
        self.replies.pop_due(now)
    }
}

/// Answers that are on their way, in the order of their times.
///
/// A heap keeps its room when the last one is gone: most tasks are answered before the next one is asked.
#[derive(Clone, Debug, Default)]
pub struct Replies {
    entries: BinaryHeap<Reply>,
    sequence: u64,
}

#[derive(Clone, Debug)]
struct Reply {
    at: Instant,
    sequence: u64,
    task: TaskId,
    answer: TaskAnswer,
}

impl Ord for Reply {
    /// The earliest is the greatest, which a heap gives first; of those at one time, the one that was added first.
    fn cmp(&self, other: &Reply) -> Ordering {
        (other.at, other.sequence).cmp(&(self.at, self.sequence))
    }
}

impl PartialOrd for Reply {
    fn partial_cmp(&self, other: &Reply) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Reply {
    fn eq(&self, other: &Reply) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Reply {}

impl Replies {
    pub fn add(&mut self, at: Instant, task: TaskId, answer: TaskAnswer) {
        self.sequence += 1;
        self.entries.push(Reply { at, sequence: self.sequence, task, answer });
    }

    pub fn next_due(&self) -> Option<Instant> {
        self.entries.peek().map(|reply| reply.at)
    }

    pub fn pop_due(&mut self, now: Instant) -> Option<(TaskId, TaskAnswer)> {
        if self.next_due()? > now {
            return None;
        }
        self.entries.pop().map(|reply| (reply.task, reply.answer))
    }
}

#[cfg(test)]
mod tests {
    use super::Replies;
    use crate::{Instant, TaskAnswer, TaskId};

    #[test]
    fn replies_come_by_time_and_then_in_the_order_in_which_they_were_added() {
        let mut replies = Replies::default();
        for (task, at) in [5, 1, 5, 3, 1, 5].into_iter().enumerate() {
            replies.add(Instant(at), TaskId(task as u64), TaskAnswer::Heartbeat);
        }
        assert_eq!(replies.next_due(), Some(Instant(1)));
        let due = |replies: &mut Replies, now| -> Vec<u64> {
            std::iter::from_fn(|| replies.pop_due(Instant(now))).map(|(task, _)| task.0).collect()
        };
        assert_eq!(due(&mut replies, 3), [1, 4, 3]);
        assert_eq!(due(&mut replies, 4), []);
        assert_eq!(due(&mut replies.clone(), 5), [0, 2, 5]);
        assert_eq!(due(&mut replies, 5), [0, 2, 5]);
    }
}
