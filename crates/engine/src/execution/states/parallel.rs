use asl::ScopeId;
use json::Value;

use crate::execution::run::Shared;
use crate::execution::{Children, Execution, FrameRole, Phase, Slot};
use crate::history::{Details, EventId, EventType};
use crate::machine::StateDef;
use crate::query::Fault;

impl Execution {
    pub(crate) fn work_parallel(
        &mut self,
        slot: Slot,
        shared: &Shared,
        state: &StateDef,
        branches: &[ScopeId],
    ) -> Result<(), Fault> {
        let Some(frame) = self.frame_at(slot) else { return Ok(()) };
        let host = self.host(frame, shared, state);
        let effective = state.data.input_path.apply(&frame.input, &host)?;
        let input = match &state.data.arguments {
            Some(arguments) => {
                let field = if state.is_jsonata() { "Arguments" } else { "Parameters" };
                arguments.evaluate(field, &effective, &host)?
            }
            None => effective,
        };
        let (run, id, variables, item) = (frame.run, frame.id, frame.variables.clone(), frame.item.clone());
        let started = self.emit_next(slot, EventType::ParallelStateStarted, Details::None);
        let mut children = Children { results: vec![Value::Null; branches.len()], ..Children::default() };
        for (index, branch) in branches.iter().enumerate() {
            let Some(start) = shared.machine.scope(*branch).and_then(|scope| scope.start) else { continue };
            let role = FrameRole::Branch(u32::try_from(index).unwrap_or(u32::MAX));
            let child = self.add_frame(
                run,
                Some((slot, id)),
                Some(state.id),
                role,
                start,
                input.clone(),
                item.clone(),
            );
            if let Some(frame) = self.frame_mut(child) {
                frame.cursor = started;
                frame.variables.clone_from(&variables);
            }
            children.live.push(child);
        }
        let is_empty = children.live.is_empty();
        if let Some(frame) = self.frame_mut(slot) {
            frame.children = Some(Box::new(children));
            frame.phase = if is_empty { Phase::Joined } else { Phase::Children };
        }
        if is_empty {
            self.queue(slot, false);
        }
        Ok(())
    }

    /// A branch has ended well; its last event is `last`.
    pub(crate) fn branch_succeeded(
        &mut self,
        parent: Slot,
        child: Slot,
        index: usize,
        output: Value,
        last: EventId,
    ) {
        let Some(frame) = self.frame_mut(parent) else { return };
        let Some(children) = frame.children.as_mut() else { return };
        children.live.retain(|live| *live != child);
        if let Some(result) = children.results.get_mut(index) {
            *result = output;
        }
        if children.live.is_empty() {
            frame.cursor = last;
            frame.phase = Phase::Joined;
            self.wake(parent);
        }
    }
}
