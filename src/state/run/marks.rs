//! What stands out on the way through a run, and playing it.

use json::Str;
use leptos::prelude::*;

use super::{RunPhase, Runs};
use crate::platform::dom;
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
}

impl Studio {
    /// Plays the recording from the cursor on, from its start where the cursor is at its end; or stops playing.
    pub fn toggle_playing(self) {
        let runs = self.runs;
        if runs.playing.get_untracked() {
            return self.stop_playing();
        }
        if runs.phase.get_untracked() == RunPhase::Running {
            return;
        }
        if runs.with_run_untracked(|run| run.session.is_at_end()).unwrap_or(true) {
            runs.seek(0);
        }
        runs.playing.set(true);
        self.play_on(dom::now_ms(), 0.0);
    }

    pub fn stop_playing(self) {
        if self.runs.playing.get_untracked() {
            self.runs.playing.set(false);
        }
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
                runs.show_position(position);
                if runs.with_run_untracked(|run| run.session.is_at_end()).unwrap_or(true) {
                    return self.stop_playing();
                }
            }
            self.play_on(now, owed - due);
        });
    }
}
