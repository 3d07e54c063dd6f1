//! Many steps at once, for whoever does not look at each event.

use std::sync::Arc;

use crate::execution::states::{choose, pass, succeed};
use crate::execution::turn::{
    COMPACT_INPUTS_SINCE, Exit, assign, check_size, entered_event, exited_event, host_of,
};
use crate::execution::{EventRef, Execution, News, Order, Phase, Run, Slot, Step};
use crate::history::{Details, HistoryEvent};
use crate::machine::{Body, Next};
use crate::query::Fault;

/// What came of a state that was entered.
enum Passed {
    /// It was left for the next one.
    On,
    /// It is to be left otherwise than for another state of its scope.
    Off(Next, Exit),
    Failed(Fault),
}

impl Execution {
    /// Goes on as many calls of [`Execution::step`] do, until there is something else to tell than an event, or until
    /// about so many events have come: how many steps that were, and what the last one has to tell.
    ///
    /// States that do nothing but work on their data are entered and left at once here. The run is the same in the end,
    /// byte for byte, and can be gone on with in either way.
    pub fn steps(&mut self, most: u64) -> (u64, Option<Step>) {
        self.steps_telling(most, |_| {})
    }

    /// As [`Execution::steps`], for somebody who wants to know which events they were, in their order.
    pub fn steps_telling(&mut self, most: u64, mut tell: impl FnMut(EventRef)) -> (u64, Option<Step>) {
        let mut taken = 0;
        loop {
            while let Some(news) = self.news.pop_front() {
                match news {
                    News::Event(event) => {
                        taken += 1;
                        tell(event);
                    }
                    News::Task(task) => {
                        if let Some(request) = self.task_request(task) {
                            return (taken + 1, Some(Step::Task(request)));
                        }
                    }
                }
            }
            if taken >= most {
                return (taken, None);
            }
            if let Some(outcome) = self.last_outcome() {
                return (taken, Some(Step::Done(outcome.clone())));
            }
            if let Some(slot) = self.next_ready() {
                taken += self.stride(slot, most - taken, &mut tell);
            } else if !self.fire_due_timer() {
                return (taken, Some(Step::Idle { wake_at: self.wake_at() }));
            }
        }
    }

    /// Lets frames that can go on do so, this one first, as long as nothing but their data is needed for it. Answers how
    /// many events of that nobody was told.
    fn stride(&mut self, mut slot: Slot, most: u64, tell: &mut impl FnMut(EventRef)) -> u64 {
        let order = self.options.order;
        if order == Order::Seeded {
            self.turn(slot);
            return 0;
        }
        let mut untold = 0;
        loop {
            match self.pass_through(slot, tell) {
                None => {
                    self.turn(slot);
                    return untold;
                }
                Some(Passed::On) => untold += 2,
                Some(Passed::Off(next, exit)) => {
                    self.leave_by(slot, |execution, state| execution.exit(slot, state, exit, &next));
                    return untold + 1;
                }
                Some(Passed::Failed(fault)) => {
                    self.leave_by(slot, |_, _| Err(fault));
                    return untold + 1;
                }
            }
            if untold >= most {
                self.queue(slot, true);
                return untold;
            }
            if order != Order::DepthFirst && !self.ready.is_empty() {
                self.queue(slot, true);
                match self.next_ready() {
                    Some(next) => slot = next,
                    None => return untold,
                }
            }
        }
    }

    fn leave_by(
        &mut self,
        slot: Slot,
        leave: impl FnOnce(&mut Execution, &crate::machine::StateDef) -> Result<(), Fault>,
    ) {
        let Some((run, state)) = self.frame_at(slot).map(|frame| (frame.run, frame.state)) else { return };
        let Some(shared) = self.run(run).map(|run| run.shared.clone()) else { return };
        let Some(state) = shared.machine.state(state) else { return };
        if let Err(fault) = leave(self, state) {
            self.fault(slot, state, fault);
        }
    }

    /// Enters the state that a frame has come to and leaves it for the next one, where that needs nothing but the
    /// frame's data: the same as two turns of the frame. None where it is otherwise; nothing has happened then.
    fn pass_through(&mut self, slot: Slot, tell: &mut impl FnMut(EventRef)) -> Option<Passed> {
        let now = self.now;
        let options = &*self.options;
        let frame = self.frames.get_mut(slot)?.as_mut()?;
        if frame.phase != Phase::Enter {
            return None;
        }
        let Run { shared, history, execution_type, .. } = self.runs.get_mut(frame.run.0 as usize)?;
        let state = shared.machine.state(frame.state)?;
        let is_straight = matches!(state.body, Body::Pass { .. } | Body::Choice { .. } | Body::Succeed);
        // A turn that enters a state and one that works on it each see to it that there is room for more events.
        let has_room = history.len() + 4 < options.quotas.most_events(*execution_type);
        if !is_straight || state.broken.is_some() || !has_room {
            return None;
        }
        if frame.input.holds_text() && options.as_of >= COMPACT_INPUTS_SINCE {
            frame.input = frame.input.without_text();
        }
        let entered = history.next_id();
        history.push(HistoryEvent {
            id: entered,
            previous_event_id: frame.cursor,
            timestamp: now,
            event_type: entered_event(state.state_type),
            frame: frame.id,
            state: Some(state.id),
            details: Details::StateEntered {
                name: state.name.clone(),
                input: frame.input.clone(),
                variables: frame.variables.clone(),
            },
        });
        tell(EventRef { run: frame.run, event: entered });
        frame.before = frame.cursor;
        frame.cursor = entered;
        frame.entered = entered;
        frame.entered_at = now;
        frame.retry_count = 0;
        frame.retrier_attempts.clear();
        frame.phase = Phase::Work;
        self.transitions += 1;
        let host = host_of(frame, shared, state, now, options.seed);
        let worked = match &state.body {
            Body::Pass { result } => pass(state, result.as_ref(), &host),
            Body::Choice { rules, default } => choose(state, rules, default.as_ref(), &host),
            _ => succeed(state, &host),
        };
        let (next, output, assigned, way) = match worked {
            Ok((next, exit)) => (next, exit.output.into_place(), exit.assigned, exit.way),
            Err(fault) => return Some(Passed::Failed(fault)),
        };
        let Next::State(next) = next else {
            return Some(Passed::Off(next.clone(), Exit { output, assigned, way }));
        };
        let mut checked = check_size(&options.quotas, &state.name, &output);
        if checked.is_ok() && !assigned.is_empty() {
            checked = assign(frame, &options.quotas, &assigned);
        }
        if let Err(fault) = checked {
            return Some(Passed::Failed(fault));
        }
        let exited = history.next_id();
        history.push(HistoryEvent {
            id: exited,
            previous_event_id: entered,
            timestamp: now,
            event_type: exited_event(state.state_type),
            frame: frame.id,
            state: Some(state.id),
            details: Details::StateExited {
                name: state.name.clone(),
                output: output.clone(),
                assigned: (!assigned.is_empty()).then(|| Arc::new(assigned)),
                way,
            },
        });
        tell(EventRef { run: frame.run, event: exited });
        frame.cursor = exited;
        frame.state = *next;
        frame.input = output.into_place();
        frame.phase = Phase::Enter;
        Some(Passed::On)
    }
}
