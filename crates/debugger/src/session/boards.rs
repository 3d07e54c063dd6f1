//! The picture of the workflow at any position of a recording.

use engine::{EventRef, Execution, FrameId, RunId};

use crate::status::StatusBoard;

/// Events between pictures that are kept.
const SPACING: usize = 2_048;

/// Pictures along the way, and the one that was asked for last.
#[derive(Clone, Debug, Default)]
pub(crate) struct Boards {
    kept: Vec<StatusBoard>,
    current: StatusBoard,
    position: usize,
}

impl Boards {
    /// The statuses after a number of events. States of nested executions of other definitions are
    /// left out: their numbers mean other states.
    pub fn at(&mut self, position: u32, events: &[EventRef], execution: &Execution) -> &StatusBoard {
        let wanted = (position as usize).min(events.len());
        let nearest = (wanted / SPACING).min(self.kept.len());
        if self.position > wanted || nearest * SPACING > self.position {
            self.current = match nearest.checked_sub(1).and_then(|index| self.kept.get(index)) {
                Some(board) => board.clone(),
                None => StatusBoard::default(),
            };
            self.position = nearest * SPACING;
        }
        let parents = |frame: FrameId| execution.frame(frame).and_then(|info| info.parent);
        while self.position < wanted {
            if let Some(event) = events.get(self.position)
                && let Some(told) = execution.event(*event)
                && is_of_machine(execution, event.run)
            {
                self.current.apply(event.run.0, told, &parents);
            }
            self.position += 1;
            if self.position == (self.kept.len() + 1) * SPACING {
                self.kept.push(self.current.clone());
            }
        }
        &self.current
    }
}

fn is_of_machine(execution: &Execution, run: RunId) -> bool {
    let own = execution.run(run).map(engine::Run::machine);
    matches!((execution.machine(), own), (Some(main), Some(own)) if std::sync::Arc::ptr_eq(main, own))
}
