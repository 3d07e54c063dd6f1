//! What stands out on the way through a run, and playing it: what is recorded of it, and then the run itself.

use debugger::{Run, Stop, Target};
use engine::Budget;
use json::Str;
use leptos::prelude::*;

use super::{KeptRun, RunPhase, Runs, STEPS_AT_ONCE};
use crate::platform::dom;
use crate::state::Mode;
use crate::state::studio::Studio;

/// Why an event is marked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mark {
    Error,
    Retry,
    Iteration,
    Breakpoint,
}

/// A run as its track shows it.
#[derive(Clone, Debug, Default)]
pub struct Marked {
    pub count: u32,
    /// The states of the execution itself: the positions of their entry and exit, and their names.
    pub states: Vec<(u32, u32, Str)>,
    pub marks: Vec<(u32, Mark)>,
}

impl Runs {
    /// What stands out in the current run; follows its recording.
    pub fn marks(self) -> Marked {
        self.version.track();
        let marked = self.touch(|run| {
            let mut marked = Marked { count: run.session.len(), ..Marked::default() };
            for (_, visit) in run.session.visits().iter() {
                let is_outermost = visit.parent.is_none() && visit.run == engine::RunId(0);
                if is_outermost {
                    let to = visit.exited.unwrap_or(visit.last);
                    marked.states.push((visit.entered.saturating_sub(1), to, visit.name.clone()));
                }
                let retries = visit.attempts.iter().skip(1);
                marked.marks.extend(retries.map(|attempt| (attempt.begun, Mark::Retry)));
            }
            for position in 1..=run.session.len() {
                let Some(event) = run.session.event_at(position) else { continue };
                if event.event_type.is_failure() {
                    marked.marks.push((position, Mark::Error));
                } else if event.event_type == engine::EventType::MapIterationStarted {
                    marked.marks.push((position, Mark::Iteration));
                }
            }
            let hits = run.session.breakpoint_positions();
            marked.marks.extend(hits.into_iter().map(|position| (position, Mark::Breakpoint)));
            marked.marks.sort_by_key(|(position, _)| *position);
            marked
        });
        marked.unwrap_or_default()
    }

    /// The position of the next entry of a state, or of the one before the cursor.
    pub fn next_state(self, is_forward: bool) -> u32 {
        let found = self.with_run_untracked(|run| {
            let now = run.session.cursor().position;
            let mut entries = run.session.visits().iter().map(|(_, visit)| visit.entered);
            match is_forward {
                true => entries.find(|entered| *entered > now).unwrap_or(run.session.len()),
                false => entries.rev().find(|entered| *entered < now).unwrap_or(0),
            }
        });
        found.unwrap_or(0)
    }

    pub fn stop_playing(self) {
        if self.playing.get_untracked() {
            self.playing.set(false);
        }
    }
}

impl KeptRun {
    /// Goes to a position: through what is recorded, and beyond its end by letting the run itself go on, which its
    /// breakpoints stop. Answers whether there is more to come.
    pub(super) fn play_to(&mut self, position: u32) -> bool {
        self.session.seek(position);
        let is_over = self.phase(false).is_over();
        if position <= self.session.len() || is_over {
            return !(is_over && self.session.is_at_end());
        }
        let stop = self.session.run(Run::To(Target::Position(position)), Budget { steps: STEPS_AT_ONCE });
        self.session.pause();
        let goes_on = matches!(stop, Stop::Stepped | Stop::Budget);
        self.stop = (!goes_on).then_some((stop, self.session.cursor().position));
        goes_on
    }
}

impl Studio {
    /// Plays the run from the cursor on: what is recorded of it, and then the run itself, which so goes on slowly. Begins
    /// with its start where the cursor is at the end of a run that is over, and a run where there is none. Or stops playing.
    pub fn toggle_playing(self) {
        let runs = self.runs;
        if runs.playing.get_untracked() {
            return runs.stop_playing();
        }
        match runs.phase.get_untracked() {
            RunPhase::Running => return,
            RunPhase::None => self.debug(),
            phase => {
                let is_at_end = runs.with_run_untracked(|run| run.session.is_at_end()).unwrap_or(true);
                if is_at_end && phase.is_over() {
                    runs.seek(0);
                }
            }
        }
        if matches!(runs.phase.get_untracked(), RunPhase::None | RunPhase::Running) {
            return;
        }
        self.shell.mode.set(Mode::Run);
        runs.playing.set(true);
        self.play_on(dom::now_ms(), 0.0);
    }

    /// Goes as many events on as have been due since a time.
    fn play_on(self, since: f64, owed: f64) {
        let runs = self.runs;
        request_animation_frame(move || {
            if !runs.playing.get_untracked() {
                return;
            }
            let now = dom::now_ms();
            let owed = owed + (now - since) / 1000.0 * f64::from(runs.speed.get_untracked());
            let due = owed.floor();
            if due >= 1.0 {
                let position = runs.cursor.get_untracked().position.saturating_add(due as u32);
                if !runs.play_to(position) {
                    return runs.stop_playing();
                }
            }
            self.play_on(now, owed - due);
        });
    }
}
