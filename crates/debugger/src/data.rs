//! The data at the cursor: the visit's stages, variables by scope, context object, sizes.

use engine::{Details, EventRef, Failure, FrameId, FrameRole, Inspection, TaskHost};
use json::{Str, Value};

use crate::diff::{Diff, diff, differs};
use crate::session::{Cursor, Session};
use crate::stages::{Stage, StageView, stages_at, stages_of_visit};
use crate::visits::VisitId;

/// AWS's limit for the input or output of a state, in bytes.
pub const PAYLOAD_LIMIT: usize = 262_144;

/// Events of a visit that are looked at for its last stage.
const MOST_LOOKED_AT: usize = 50;

/// What there is to see of the visit at the cursor.
#[derive(Clone, Debug)]
pub struct DataView {
    pub visit: VisitId,
    /// All stages of the visit, as far as they are known.
    pub stages: Vec<StageView>,
    /// The stage of [`DataView::stages`] that the cursor is at; those before it have happened.
    pub current: usize,
    /// Whether the visit has come to its end, and with it all of its stages.
    pub is_complete: bool,
    /// Variables by scope, outermost first.
    pub scopes: Vec<VariableScope>,
    pub context: Value,
    pub failure: Option<Failure>,
    /// Where the run was recorded elsewhere: how the definition here fails in a state that did not fail there.
    pub disagreement: Option<Failure>,
    pub inspection: Inspection,
}

impl DataView {
    /// What a stage changed: see [`change_of_stage`].
    pub fn change(&self, stage: usize, limit: usize) -> Option<Diff> {
        change_of_stage(&self.stages, stage, limit)
    }
}

/// The stage that another one is compared with: the one before it, for ResultPath the input that it puts the result
/// into. None for what is no change of data: the result itself, and variables.
pub fn stage_before(stages: &[StageView], stage: usize) -> Option<&StageView> {
    match stages.get(stage)?.stage {
        Stage::Input | Stage::Result | Stage::Assign => None,
        Stage::ResultPath => stages.first(),
        _ => stages.get(stage.checked_sub(1)?),
    }
}

/// What a stage changed, with at most `limit` changes named.
pub fn change_of_stage(stages: &[StageView], stage: usize, limit: usize) -> Option<Diff> {
    let after = stages.get(stage)?;
    Some(diff(&stage_before(stages, stage)?.value, &after.value, limit))
}

/// The variables that a frame has for itself.
#[derive(Clone, Debug, PartialEq)]
pub struct VariableScope {
    pub frame: FrameId,
    pub role: Option<FrameRole>,
    pub variables: Vec<Variable>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Variable {
    pub name: Str,
    pub value: Value,
    pub change: VariableChange,
}

/// What became of a variable since the state before, or by the exit of this one.
#[derive(Clone, Debug, PartialEq)]
pub enum VariableChange {
    Same,
    New,
    Changed { from: Value },
}

impl<H: TaskHost + Clone> Session<H> {
    /// The data of the visit at the cursor; none outside of states.
    pub fn data(&self) -> Option<DataView> {
        self.data_at(self.cursor())
    }

    /// The same for another place than the cursor's, which stays where it is.
    pub fn data_at(&self, Cursor { position, stage }: Cursor) -> Option<DataView> {
        let visit = self.visits().at(position)?;
        let event = *self.events().get((position as usize).checked_sub(1)?)?;
        let inspection = self.recorded().inspect(event)?;
        let stages = stages_of_visit(&inspection.data, inspection.output.as_ref());
        let here = self.stages_of(position);
        let has_exited = self.visits().get(visit)?.exited.is_some_and(|exited| exited <= position);
        let is_complete = has_exited && (stage as usize).saturating_add(1) >= here.len();
        let stage = here.get(stage as usize).or(here.last());
        let stage = stage.map(|view| view.stage).or_else(|| self.last_stage(visit, position));
        let current =
            stage.and_then(|stage| stages.iter().position(|view| view.stage == stage)).unwrap_or_default();
        let has_failed =
            self.recording.is_none() || self.visits().get(visit).is_none_or(|visit| visit.failure.is_some());
        let (failure, disagreement) = match has_failed {
            true => (inspection.failure.clone(), None),
            false => (None, inspection.failure.clone()),
        };
        Some(DataView {
            visit,
            stages,
            current,
            is_complete,
            scopes: self.scopes(position),
            context: inspection.context.clone(),
            failure,
            disagreement,
            inspection,
        })
    }

    /// The last stage that a visit has come to before a position whose event has none of its own: a task that has
    /// started works on its arguments.
    fn last_stage(&self, visit: VisitId, position: u32) -> Option<Stage> {
        let entered = self.visits().get(visit)?.entered;
        let before = (entered..position).rev().filter(|before| self.visits().at(*before) == Some(visit));
        before.take(MOST_LOOKED_AT).find_map(|before| {
            let event = *self.events().get((before as usize).checked_sub(1)?)?;
            stages_at(self.recorded(), event).last().map(|view| view.stage)
        })
    }

    /// The variables at a position, by the frames that they belong to, outermost first.
    pub fn scopes(&self, position: u32) -> Vec<VariableScope> {
        let Some(visit) = self.visits().at(position) else { return Vec::new() };
        let mut chain: Vec<VisitId> =
            std::iter::successors(Some(visit), |visit| self.visits().get(*visit)?.parent).collect();
        chain.reverse();
        let mut known: Vec<(Str, Value)> = Vec::new();
        let mut scopes = Vec::new();
        for visit in chain {
            let Some(told) = self.visits().get(visit) else { continue };
            let before = told.previous.map(|previous| self.variables_of(previous, position));
            let all = self.variables_of(visit, position);
            let entered = self.entered_variables(visit);
            let own = all.iter().filter(|(name, value)| {
                !known.iter().any(|(outer, same)| outer == name && !differs(same, value))
            });
            let variables = own
                .map(|(name, value)| {
                    let at_entry = entered.iter().find(|(known, _)| known == name);
                    let earlier =
                        before.as_ref().map(|before| before.iter().find(|(known, _)| known == name));
                    let from = match (at_entry, earlier) {
                        (Some((_, old)), _) if differs(old, value) => Some(Some(old)),
                        (None, _) => Some(None),
                        (Some(_), Some(Some((_, old)))) if differs(old, value) => Some(Some(old)),
                        (Some(_), Some(None)) => Some(None),
                        _ => None,
                    };
                    let change = match from {
                        None => VariableChange::Same,
                        Some(None) => VariableChange::New,
                        Some(Some(old)) => VariableChange::Changed { from: old.clone() },
                    };
                    Variable { name: name.clone(), value: value.clone(), change }
                })
                .collect();
            scopes.push(VariableScope {
                frame: told.frame,
                role: self.recorded().frame(told.frame).map(|info| info.role),
                variables,
            });
            known = all;
        }
        scopes
    }

    fn entered_variables(&self, visit: VisitId) -> &[(Str, Value)] {
        let Some(visit) = self.visits().get(visit) else { return &[] };
        let entered = self.recorded().event(EventRef { run: visit.run, event: visit.entered_event });
        match entered.map(|entered| &entered.details) {
            Some(Details::StateEntered { variables: Some(variables), .. }) => variables.as_slice(),
            _ => &[],
        }
    }

    /// The variables of a visit's frame at a position: those at the entry, with what the exit assigned.
    fn variables_of(&self, visit: VisitId, position: u32) -> Vec<(Str, Value)> {
        let mut all = self.entered_variables(visit).to_vec();
        let exited =
            self.visits().get(visit).and_then(|visit| visit.exited).filter(|exited| *exited <= position);
        let assigned = exited.and_then(|exited| self.event_at(exited)?.details.assigned());
        for (name, value) in assigned.unwrap_or_default() {
            match all.iter_mut().find(|(known, _)| known == name) {
                Some((_, old)) => *old = value.clone(),
                None => all.push((name.clone(), value.clone())),
            }
        }
        all
    }
}
