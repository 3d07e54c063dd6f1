//! The 62 types of events that GetExecutionHistory reports.

macro_rules! event_types {
    ($($name:ident $detail:literal,)*) => {
        /// The type of a history event, by AWS's names.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum EventType { $($name,)* }

        impl EventType {
            pub const ALL: &'static [EventType] = &[$(EventType::$name,)*];

            /// AWS's name of the type.
            pub fn name(self) -> &'static str {
                match self { $(EventType::$name => stringify!($name),)* }
            }

            /// The member of an event of this type that holds its details; empty where there is none.
            pub fn details_member(self) -> &'static str {
                match self { $(EventType::$name => $detail,)* }
            }
        }
    };
}

event_types! {
    ActivityFailed "activityFailedEventDetails",
    ActivityScheduled "activityScheduledEventDetails",
    ActivityScheduleFailed "activityScheduleFailedEventDetails",
    ActivityStarted "activityStartedEventDetails",
    ActivitySucceeded "activitySucceededEventDetails",
    ActivityTimedOut "activityTimedOutEventDetails",
    ChoiceStateEntered "stateEnteredEventDetails",
    ChoiceStateExited "stateExitedEventDetails",
    EvaluationFailed "evaluationFailedEventDetails",
    ExecutionAborted "executionAbortedEventDetails",
    ExecutionFailed "executionFailedEventDetails",
    ExecutionRedriven "executionRedrivenEventDetails",
    ExecutionStarted "executionStartedEventDetails",
    ExecutionSucceeded "executionSucceededEventDetails",
    ExecutionTimedOut "executionTimedOutEventDetails",
    FailStateEntered "stateEnteredEventDetails",
    LambdaFunctionFailed "lambdaFunctionFailedEventDetails",
    LambdaFunctionScheduled "lambdaFunctionScheduledEventDetails",
    LambdaFunctionScheduleFailed "lambdaFunctionScheduleFailedEventDetails",
    LambdaFunctionStarted "",
    LambdaFunctionStartFailed "lambdaFunctionStartFailedEventDetails",
    LambdaFunctionSucceeded "lambdaFunctionSucceededEventDetails",
    LambdaFunctionTimedOut "lambdaFunctionTimedOutEventDetails",
    MapIterationAborted "mapIterationAbortedEventDetails",
    MapIterationFailed "mapIterationFailedEventDetails",
    MapIterationStarted "mapIterationStartedEventDetails",
    MapIterationSucceeded "mapIterationSucceededEventDetails",
    MapRunAborted "",
    MapRunFailed "mapRunFailedEventDetails",
    MapRunRedriven "mapRunRedrivenEventDetails",
    MapRunStarted "mapRunStartedEventDetails",
    MapRunSucceeded "",
    MapStateAborted "",
    MapStateEntered "stateEnteredEventDetails",
    MapStateExited "stateExitedEventDetails",
    MapStateFailed "",
    MapStateStarted "mapStateStartedEventDetails",
    MapStateSucceeded "",
    ParallelStateAborted "",
    ParallelStateEntered "stateEnteredEventDetails",
    ParallelStateExited "stateExitedEventDetails",
    ParallelStateFailed "",
    ParallelStateStarted "",
    ParallelStateSucceeded "",
    PassStateEntered "stateEnteredEventDetails",
    PassStateExited "stateExitedEventDetails",
    SucceedStateEntered "stateEnteredEventDetails",
    SucceedStateExited "stateExitedEventDetails",
    TaskFailed "taskFailedEventDetails",
    TaskScheduled "taskScheduledEventDetails",
    TaskStarted "taskStartedEventDetails",
    TaskStartFailed "taskStartFailedEventDetails",
    TaskStateAborted "",
    TaskStateEntered "stateEnteredEventDetails",
    TaskStateExited "stateExitedEventDetails",
    TaskSubmitFailed "taskSubmitFailedEventDetails",
    TaskSubmitted "taskSubmittedEventDetails",
    TaskSucceeded "taskSucceededEventDetails",
    TaskTimedOut "taskTimedOutEventDetails",
    WaitStateAborted "",
    WaitStateEntered "stateEnteredEventDetails",
    WaitStateExited "stateExitedEventDetails",
}

impl EventType {
    pub fn from_name(name: &str) -> Option<EventType> {
        EventType::ALL.iter().copied().find(|event_type| event_type.name() == name)
    }

    pub fn is_state_entered(self) -> bool {
        self.details_member() == "stateEnteredEventDetails"
    }

    pub fn is_state_exited(self) -> bool {
        self.details_member() == "stateExitedEventDetails"
    }

    /// Whether the event ends an execution.
    pub fn is_terminal(self) -> bool {
        matches!(
            self,
            EventType::ExecutionSucceeded
                | EventType::ExecutionFailed
                | EventType::ExecutionAborted
                | EventType::ExecutionTimedOut
        )
    }

    /// Whether the event begins an attempt of its state.
    pub fn begins_attempt(self) -> bool {
        matches!(
            self,
            EventType::TaskScheduled
                | EventType::LambdaFunctionScheduled
                | EventType::ActivityScheduled
                | EventType::MapStateStarted
                | EventType::ParallelStateStarted
        )
    }

    pub fn is_failure(self) -> bool {
        let name = self.name();
        ["Failed", "TimedOut", "Aborted"].iter().any(|ending| name.ends_with(ending))
    }
}

#[cfg(test)]
mod tests {
    use super::EventType;

    #[test]
    fn there_are_62_types_that_read_back() {
        assert_eq!(EventType::ALL.len(), 62);
        for event_type in EventType::ALL {
            assert_eq!(EventType::from_name(event_type.name()), Some(*event_type));
        }
    }
}
