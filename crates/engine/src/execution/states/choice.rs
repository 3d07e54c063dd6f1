use crate::execution::run::Shared;
use crate::execution::turn::{Exit, assigned_by};
use crate::execution::{Execution, Slot};
use crate::history::Way;
use crate::machine::{Next, RuleDef, StateDef};
use crate::query::{Fault, StateHost};

impl Execution {
    pub(crate) fn work_choice(
        &mut self,
        slot: Slot,
        shared: &Shared,
        state: &StateDef,
        rules: &[RuleDef],
        default: Option<&Next>,
    ) -> Result<(), Fault> {
        let Some(frame) = self.frame_at(slot) else { return Ok(()) };
        let (next, exit) = choose(state, rules, default, &self.host(frame, shared, state))?;
        self.exit(slot, state, exit, next)
    }
}

/// What a Choice state leaves with, and for where.
pub(crate) fn choose<'s>(
    state: &'s StateDef,
    rules: &'s [RuleDef],
    default: Option<&'s Next>,
    host: &StateHost<'_>,
) -> Result<(&'s Next, Exit), Fault> {
    let data = &state.data;
    let effective = data.input_path.view(host.input, host)?;
    for (position, rule) in rules.iter().enumerate() {
        if rule.condition.matches(position, &effective, host)? {
            // A rule that matches brings its own Assign and Output, the state's are for Default.
            let output = match &rule.output {
                Some(output) => output.evaluate(&rule.output_field, &effective, host)?,
                None => data.output_path.apply(&effective, host)?,
            };
            let assigned = assigned_by(rule.assign.as_ref(), &effective, host)?;
            return Ok((&rule.next, Exit { output, assigned, way: rule.way }));
        }
    }
    match default {
        Some(default) => {
            let exit = Exit::without_result(data, &effective, host)?;
            Ok((default, Exit { way: Way::DEFAULT, ..exit }))
        }
        None => Err(Fault::Error {
            name: "States.NoChoiceMatched".into(),
            cause: "Failed to transition out of the state. The state does not point to a next state."
                .to_owned(),
        }),
    }
}
