//! One event of a history, with values instead of texts: texts are made when a history is exported.

use std::sync::{Arc, OnceLock};

use asl::{StateId, TransitionKind};
use json::{Map, Names, Str, Value};

use crate::history::EventType;
use crate::machine::Resource;
use crate::time::Instant;

/// The position of an event in its history, from 1. 0 is AWS's "nothing before".
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EventId(pub u32);

impl EventId {
    pub const NONE: EventId = EventId(0);
}

/// A path of control of one execution: the execution itself, a branch, an iteration. Never used again
/// for another one, so it names a place of a history for good.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FrameId(pub u32);

impl FrameId {
    pub const ROOT: FrameId = FrameId(0);
}

/// Something that happened, as in GetExecutionHistory.
#[derive(Clone, Debug)]
pub struct HistoryEvent {
    pub id: EventId,
    /// The event that led to this one by AWS's rules, which are not always the intuitive ones.
    pub previous_event_id: EventId,
    pub timestamp: Instant,
    pub event_type: EventType,
    /// The branch or iteration that the event belongs to.
    pub frame: FrameId,
    /// The state that the event belongs to. None for events of the execution itself and where a
    /// history was read without its definition.
    pub state: Option<StateId>,
    pub details: Details,
}

/// What an event tells besides its type.
#[derive(Clone, Debug, Default)]
pub enum Details {
    #[default]
    None,
    ExecutionStarted(Arc<ExecutionStarted>),
    ExecutionRedriven {
        redrive_count: u32,
    },
    /// ExecutionSucceeded, LambdaFunctionSucceeded, ActivitySucceeded.
    Output(Value),
    /// All failures without further details; both members may be absent.
    Failure(Failure),
    StateEntered {
        name: Str,
        input: Value,
        /// The variables that the state sees; none where there is none. Not part of AWS's event.
        variables: Option<Variables>,
    },
    StateExited {
        name: Str,
        output: Value,
        assigned: Option<Variables>,
        /// By which of its ways. Not part of AWS's event.
        way: Way,
    },
    TaskScheduled(Arc<TaskScheduled>),
    LambdaFunctionScheduled(Arc<TaskScheduled>),
    ActivityScheduled(Arc<TaskScheduled>),
    ActivityStarted {
        worker: Option<Str>,
    },
    TaskStarted(Arc<Resource>),
    /// TaskSubmitted, TaskSucceeded.
    TaskOutput(Arc<Resource>, Value),
    /// TaskFailed, TaskTimedOut, TaskStartFailed, TaskSubmitFailed.
    TaskFailure(Arc<Resource>, Failure),
    MapStateStarted {
        length: u64,
    },
    MapIteration {
        name: Str,
        index: u64,
    },
    MapRunStarted {
        map_run_arn: Str,
    },
    MapRunRedriven {
        map_run_arn: Str,
        redrive_count: u32,
    },
    EvaluationFailed(Arc<EvaluationFailed>),
    /// Details of an imported event that no other variant holds without loss, as they were.
    Imported(Value),
}

/// An error name and its cause. AWS leaves either out where a task failed without.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Failure {
    pub error: Option<Str>,
    pub cause: Option<Str>,
}

impl Failure {
    pub fn new(error: impl Into<Str>, cause: impl Into<Str>) -> Failure {
        Failure { error: Some(error.into()), cause: Some(cause.into()) }
    }

    /// The name; empty where there is none.
    pub fn name(&self) -> &str {
        self.error.as_deref().unwrap_or_default()
    }

    /// The object that catchers get.
    pub fn to_output(&self) -> Value {
        static NAMES: OnceLock<Names> = OnceLock::new();
        let names = NAMES.get_or_init(|| Names::from_distinct(vec!["Error".into(), "Cause".into()]));
        let text = |part: &Option<Str>| part.clone().map_or(Value::Null, Value::String);
        Value::object(Map::from_names(names, vec![text(&self.error), text(&self.cause)]))
    }
}

/// By which of its ways a state was left: two bytes, which an event has room for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Way(u16);

impl Way {
    /// A recorded history does not tell, and the last ones of very many rules or catchers are not told either.
    pub const UNTOLD: Way = Way(0);
    pub const NEXT: Way = Way(1);
    pub const DEFAULT: Way = Way(2);
    /// The first rule; catchers stand between the rules.
    const FIRST: u16 = 3;

    pub fn kind(self) -> Option<TransitionKind> {
        match self {
            Way::UNTOLD => None,
            Way::NEXT => Some(TransitionKind::Next),
            Way::DEFAULT => Some(TransitionKind::Default),
            Way(number) => {
                let number = number.checked_sub(Way::FIRST)?;
                let position = usize::from(number / 2);
                Some(match number % 2 {
                    0 => TransitionKind::Choice(position),
                    _ => TransitionKind::Catch(position),
                })
            }
        }
    }
}

impl From<TransitionKind> for Way {
    fn from(kind: TransitionKind) -> Way {
        let numbered = |position: usize, offset: usize| {
            let number = position.checked_mul(2).and_then(|twice| twice.checked_add(offset));
            let number = number.and_then(|number| u16::try_from(number).ok());
            number.and_then(|number| number.checked_add(Way::FIRST)).map_or(Way::UNTOLD, Way)
        };
        match kind {
            TransitionKind::Next => Way::NEXT,
            TransitionKind::Default => Way::DEFAULT,
            TransitionKind::Choice(position) => numbered(position, 0),
            TransitionKind::Catch(position) => numbered(position, 1),
        }
    }
}

/// Variables by name, in the order of their first assignment, shared until somebody assigns.
pub type Variables = Arc<Vec<(Str, Value)>>;

#[derive(Clone, Debug, Default)]
pub struct ExecutionStarted {
    pub input: Value,
    pub role_arn: Str,
    pub state_machine_alias_arn: Option<Str>,
    pub state_machine_version_arn: Option<Str>,
}

/// The scheduling of a task: `parameters` of a service integration, `input` of a Lambda function or activity.
#[derive(Clone, Debug)]
pub struct TaskScheduled {
    pub resource: Arc<Resource>,
    pub region: Str,
    pub parameters: Value,
    pub timeout_seconds: Option<i64>,
    pub heartbeat_seconds: Option<i64>,
    pub credentials_role_arn: Option<Str>,
    /// The task token, where the task has one. Not part of AWS's event.
    pub token: Option<Str>,
}

#[derive(Clone, Debug)]
pub struct EvaluationFailed {
    pub failure: Failure,
    /// The field whose expression failed (`Arguments/Payload`).
    pub location: Option<Str>,
    pub state: Str,
}

impl Details {
    /// The state's or iteration's name, where the event has one.
    pub fn name(&self) -> Option<&Str> {
        match self {
            Details::StateEntered { name, .. }
            | Details::StateExited { name, .. }
            | Details::MapIteration { name, .. } => Some(name),
            Details::EvaluationFailed(details) => Some(&details.state),
            _ => None,
        }
    }

    /// What went in: a state's or execution's input, a task's parameters.
    pub fn input(&self) -> Option<&Value> {
        match self {
            Details::ExecutionStarted(details) => Some(&details.input),
            Details::StateEntered { input, .. } => Some(input),
            Details::TaskScheduled(details)
            | Details::LambdaFunctionScheduled(details)
            | Details::ActivityScheduled(details) => Some(&details.parameters),
            _ => None,
        }
    }

    /// What came out: a state's, execution's or task's output.
    pub fn output(&self) -> Option<&Value> {
        match self {
            Details::Output(output)
            | Details::StateExited { output, .. }
            | Details::TaskOutput(_, output) => Some(output),
            _ => None,
        }
    }

    pub fn failure(&self) -> Option<&Failure> {
        match self {
            Details::Failure(failure) | Details::TaskFailure(_, failure) => Some(failure),
            Details::EvaluationFailed(details) => Some(&details.failure),
            _ => None,
        }
    }

    /// By which of its ways a state was left; none where that is not known, and for other events.
    pub fn way(&self) -> Option<TransitionKind> {
        match self {
            Details::StateExited { way, .. } => way.kind(),
            _ => None,
        }
    }

    pub fn assigned(&self) -> Option<&[(Str, Value)]> {
        match self {
            Details::StateExited { assigned, .. } => assigned.as_deref().map(Vec::as_slice),
            _ => None,
        }
    }

    pub fn resource(&self) -> Option<&Arc<Resource>> {
        match self {
            Details::TaskScheduled(details)
            | Details::LambdaFunctionScheduled(details)
            | Details::ActivityScheduled(details) => Some(&details.resource),
            Details::TaskStarted(resource)
            | Details::TaskOutput(resource, _)
            | Details::TaskFailure(resource, _) => Some(resource),
            _ => None,
        }
    }

    pub fn index(&self) -> Option<u64> {
        match self {
            Details::MapIteration { index, .. } => Some(*index),
            _ => None,
        }
    }
}

// Up to 64 bytes a value is moved word by word in WebAssembly, whose instruction for more than that is slow.
const _: () = assert!(size_of::<HistoryEvent>() <= if size_of::<usize>() == 4 { 64 } else { 96 });

#[cfg(test)]
mod tests {
    use asl::TransitionKind;

    use super::Way;

    #[test]
    fn ways_are_told_as_far_as_there_is_room() {
        let told = |kind| Way::from(kind).kind();
        for kind in [TransitionKind::Next, TransitionKind::Default] {
            assert_eq!(told(kind), Some(kind));
        }
        for position in [0, 1, 2, 999, 32_000] {
            for kind in [TransitionKind::Choice(position), TransitionKind::Catch(position)] {
                assert_eq!(told(kind), Some(kind));
            }
        }
        for position in [32_767, 65_536, usize::MAX] {
            assert_eq!(told(TransitionKind::Choice(position)), None, "{position}");
            assert_eq!(told(TransitionKind::Catch(position)), None, "{position}");
        }
    }
}
