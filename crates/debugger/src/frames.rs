//! Branches, iterations and child executions as a call stack and as threads.

use engine::{FrameId, FrameRole, RunId, RunKind, TaskHost};
use json::Str;

use crate::session::Session;
use crate::status::StateStatus;
use crate::visits::VisitId;

/// A frame as the call stack shows it.
#[derive(Clone, Debug, PartialEq)]
pub struct FrameView {
    pub run: RunId,
    pub frame: FrameId,
    pub role: FrameRole,
    /// The visit that the frame is in, or was in last, at the cursor.
    pub visit: Option<VisitId>,
    pub state: Option<Str>,
    pub status: StateStatus,
}

impl<H: TaskHost + Clone> Session<H> {
    /// The frames around a frame, outermost first, itself last, with the state that each is in at the
    /// cursor. A child execution's stack begins with the frames of the execution that started it.
    pub fn call_stack(&self, frame: FrameId) -> Vec<FrameView> {
        let execution = self.recorded();
        let mut stack = execution.frame_path(frame);
        // A child execution has no parent frame where a task started it.
        while let Some(first) = stack.first().copied() {
            let outer = execution.frame(first).and_then(|info| self.outer_of(info.run));
            match outer.filter(|outer| !stack.contains(outer)) {
                Some(outer) => {
                    let mut path = execution.frame_path(outer);
                    path.append(&mut stack);
                    stack = path;
                }
                None => break,
            }
        }
        stack.into_iter().filter_map(|frame| self.frame_view(frame)).collect()
    }

    /// The frames beside a frame: its siblings, itself included, that have begun at the cursor; at most `limit`.
    pub fn siblings(&self, frame: FrameId, limit: usize) -> Vec<FrameView> {
        let Some(parent) = self.recorded().frame(frame).and_then(|info| info.parent) else {
            return self.frame_view(frame).into_iter().collect();
        };
        self.children(parent, limit)
    }

    /// The frames inside a frame that have begun at the cursor; at most `limit`.
    pub fn children(&self, parent: FrameId, limit: usize) -> Vec<FrameView> {
        let to = self.cursor().position as usize;
        let mut seen: Vec<FrameId> = Vec::new();
        let mut known = std::collections::HashSet::new();
        for event in self.events().iter().take(to) {
            let Some(told) = self.recorded().event(*event) else { continue };
            let is_child = self.recorded().frame(told.frame).is_some_and(|info| info.parent == Some(parent));
            if is_child && known.insert(told.frame) {
                seen.push(told.frame);
                if seen.len() == limit {
                    break;
                }
            }
        }
        seen.into_iter().filter_map(|frame| self.frame_view(frame)).collect()
    }

    /// The frames beside a frame, or inside of it where it has no others beside it, that have begun at the cursor or can
    /// begin there: what can be chosen to go first. At most `limit`.
    pub fn lanes(&mut self, frame: FrameId, limit: usize) -> Vec<FrameView> {
        let ready = self.at_cursor().ready_frames();
        let parent = self.recorded().frame(frame).and_then(|info| info.parent);
        for parent in parent.into_iter().chain([frame]) {
            let mut lanes = self.children(parent, limit);
            let begun: Vec<FrameId> = lanes.iter().map(|lane| lane.frame).collect();
            let is_new = |frame: &&FrameId| {
                !begun.contains(frame)
                    && self.recorded().frame(**frame).is_some_and(|info| info.parent == Some(parent))
            };
            let about_to_begin = ready.iter().filter(is_new).take(limit.saturating_sub(begun.len()));
            lanes.extend(about_to_begin.filter_map(|frame| self.frame_view(*frame)));
            if lanes.len() > 1 || (parent == frame && !lanes.is_empty()) {
                return lanes;
            }
        }
        Vec::new()
    }

    /// A frame as it is at the cursor.
    pub fn frame_view(&self, frame: FrameId) -> Option<FrameView> {
        let info = self.recorded().frame(frame)?;
        let cursor = self.cursor().position;
        let visits = self.visits();
        let latest = visits
            .iter()
            .rev()
            .skip_while(|(_, visit)| visit.entered > cursor)
            .find(|(_, visit)| visit.frame == frame && visit.run == info.run);
        let status = match latest {
            None => StateStatus::Idle,
            Some((_, visit)) => visit.status_at(cursor),
        };
        Some(FrameView {
            run: info.run,
            frame,
            role: info.role,
            visit: latest.map(|(id, _)| id),
            state: latest.map(|(_, visit)| visit.name.clone()),
            status,
        })
    }

    fn outer_of(&self, run: RunId) -> Option<FrameId> {
        let execution = self.recorded();
        let (outer_run, state) = match execution.run(run)?.kind {
            RunKind::Main | RunKind::Again => return None,
            RunKind::MapChild { map_run, .. } => {
                let record = execution.map_runs().get(map_run)?;
                (record.run, Some(record.state))
            }
            RunKind::Nested { parent } => (parent, None),
        };
        let first = self.events().iter().position(|event| event.run == run)?;
        let first = u32::try_from(first).ok()?;
        let around = self.visits().iter().rev().find(|(_, visit)| {
            visit.run == outer_run && visit.entered <= first && (state.is_none() || visit.state == state)
        });
        around.map(|(_, visit)| visit.frame)
    }
}
