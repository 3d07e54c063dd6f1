use std::collections::HashMap;

use super::{Context, Findings, Reach, Rule, Stage};
use crate::{ScopeId, StateId};

pub(super) static RULE: Rule = Rule {
    code: "duplicate-state-name",
    title: "Two states have the same name",
    explanation: "The name of a state is unique in the whole machine, branches and map bodies included.",
    reach: Reach::Workflow,
    check,
};

fn check(context: &Context<'_>, findings: &mut Findings) {
    let mut first: HashMap<&str, (ScopeId, StateId)> = HashMap::new();
    let mut states: Vec<_> = context.document.states().collect();
    states.sort_by_key(|state| state.member());
    for state in states {
        let name = state.name();
        let known = *first.entry(name).or_insert((state.scope().id(), state.id()));
        // Within an object the rule for duplicate members says it.
        if known.1 == state.id() || known.0 == state.scope().id() {
            continue;
        }
        findings
            .at(
                context,
                &RULE,
                state.member(),
                format!("Another state of the machine is called {name}. Rename one of them."),
            )
            .span(state.name_span())
            .state(Some(state.id()))
            .stage(Stage::Names)
            .aws("DUPLICATE_STATE_NAME", format!("Duplicate State name: {name}"))
            .push_to(findings);
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::check;

    #[test]
    fn names_are_unique_across_scopes() {
        check(
            "duplicate-state-name",
            r#"{"States": {
                "A": {"Type": "Parallel", "Branches": [{"States": {"B": {}}}, {"States": {"B": {}}}]},
                "C": {}
            }}"#,
            &[
                "/States/A/Branches[1]/States/B: Another state of the machine is called B. Rename one of them.",
            ],
        );
    }
}
