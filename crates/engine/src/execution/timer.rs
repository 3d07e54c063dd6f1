//! What happens by itself when the clock gets there.

use asl::StateId;

use crate::execution::{Execution, Few, Phase, RunId, Slot, Status};
use crate::history::{EventType, Failure};
use crate::time::Instant;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Timer {
    /// A Wait state or a back-off is over.
    Wake(Slot),
    TaskTimeout(Slot),
    Heartbeat(Slot),
    RunTimeout(RunId),
}

/// What a timer does when its time comes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum TimerKind {
    /// A Wait state ends.
    Wait,
    /// A back-off is over, and the state is tried again.
    Backoff,
    /// A task or an execution times out.
    Timeout,
    /// A heartbeat has failed to come.
    Heartbeat,
}

/// A timer that is the next to fire.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DueTimer {
    pub at: Instant,
    pub kind: TimerKind,
    pub run: RunId,
    /// The state that it is of; none for an execution's.
    pub state: Option<StateId>,
}

/// A timer's place: its time, and its number among all timers.
pub(crate) type TimerKey = (Instant, u64);

/// Timers in the order of their times; those of the same time in the order of their setting.
/// Whoever sets one keeps the key, so that no timer outlives what it is for.
#[derive(Clone, Debug, Default)]
pub(crate) struct Timers {
    entries: Few<TimerKey, Timer>,
    sequence: u64,
}

impl Timers {
    fn add(&mut self, at: Instant, timer: Timer) -> TimerKey {
        self.sequence += 1;
        self.entries.insert((at, self.sequence), timer);
        (at, self.sequence)
    }

    pub fn add_run_timeout(&mut self, at: Instant, run: RunId) -> TimerKey {
        self.add(at, Timer::RunTimeout(run))
    }

    pub fn remove(&mut self, key: TimerKey) {
        self.entries.remove(&key);
    }

    fn pop_due(&mut self, now: Instant) -> Option<Timer> {
        self.entries.first().filter(|((at, _), _)| *at <= now)?;
        self.entries.pop_first().map(|(_, timer)| timer)
    }
}

impl Execution {
    pub(super) fn wake_at(&self) -> Option<Instant> {
        self.timers.entries.first().map(|((at, _), _)| *at)
    }

    /// The timers that fire next, all at the same time. None where nothing happens by itself.
    pub fn due_timers(&self) -> Vec<DueTimer> {
        let Some(first) = self.wake_at() else { return Vec::new() };
        let due = self.timers.entries.iter().take_while(|((at, _), _)| *at == first);
        let told = due.filter_map(|((at, _), timer)| {
            let of_frame = |slot: Slot, kind: TimerKind| {
                let frame = self.frame_at(slot)?;
                let kind = match (kind, frame.phase) {
                    (TimerKind::Wait, Phase::Wait) => TimerKind::Wait,
                    (TimerKind::Wait, _) => TimerKind::Backoff,
                    (kind, _) => kind,
                };
                Some(DueTimer { at: *at, kind, run: frame.run, state: Some(frame.state) })
            };
            match *timer {
                Timer::Wake(slot) => of_frame(slot, TimerKind::Wait),
                Timer::TaskTimeout(slot) => of_frame(slot, TimerKind::Timeout),
                Timer::Heartbeat(slot) => of_frame(slot, TimerKind::Heartbeat),
                Timer::RunTimeout(run) => {
                    Some(DueTimer { at: *at, kind: TimerKind::Timeout, run, state: None })
                }
            }
        });
        told.collect()
    }

    /// Sets a timer of a frame.
    pub(super) fn set_timer(&mut self, slot: Slot, at: Instant, timer: Timer) {
        let key = self.timers.add(at, timer);
        if let Some(frame) = self.frame_mut(slot) {
            frame.timers.push((key, timer));
        }
    }

    /// Drops the timers of a frame.
    pub(super) fn clear_timers(&mut self, slot: Slot) {
        let Some(frame) = self.frames.get_mut(slot).and_then(Option::as_mut) else { return };
        while let Some((key, _)) = frame.timers.pop() {
            self.timers.remove(key);
        }
    }

    pub(super) fn postpone_heartbeat(&mut self, slot: Slot, to: Instant) {
        let heartbeat = Timer::Heartbeat(slot);
        if let Some(frame) = self.frame_mut(slot)
            && let Some(position) = frame.timers.iter().position(|(_, timer)| *timer == heartbeat)
        {
            let (key, _) = frame.timers.remove(position);
            self.timers.remove(key);
            self.set_timer(slot, to, heartbeat);
        }
    }

    /// Lets one timer happen that is due; false where none is.
    pub(super) fn fire_due_timer(&mut self) -> bool {
        let Some(timer) = self.timers.pop_due(self.now) else { return false };
        match timer {
            Timer::Wake(slot) => {
                self.clear_timers(slot);
                if let Some(frame) = self.frame_mut(slot) {
                    frame.phase = if frame.phase == Phase::Wait { Phase::Waited } else { Phase::Work };
                    frame.until = None;
                    self.wake(slot);
                }
            }
            Timer::TaskTimeout(slot) => self.time_out_task(slot, false),
            Timer::Heartbeat(slot) => self.time_out_task(slot, true),
            Timer::RunTimeout(run) => {
                if self.run(run).is_some_and(|run| run.outcome.is_none()) {
                    self.end_run(run, Status::TimedOut, EventType::ExecutionTimedOut, Failure::default());
                }
            }
        }
        true
    }
}
