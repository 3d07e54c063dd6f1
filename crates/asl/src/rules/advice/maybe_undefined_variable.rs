use std::collections::{BTreeMap, BTreeSet, HashMap};

use json::{NodeId, NodeKind, Str};

use super::super::{Context, Findings, Reach, Rule};
use crate::variable_references::visible_scopes;
use crate::{QueryLanguage, Scope, ScopeId, State, StateId, Target, TransitionKind};

pub(in crate::rules) static RULE: Rule = Rule {
    code: "maybe-undefined-variable",
    title: "A variable may not be set yet when it is read",
    explanation: "Some way leads to the state without passing one that sets the variable. Reading it then fails the execution. Set it on every way, or ask whether it is there first.",
    reach: Reach::Workflow,
    check,
};

fn check(context: &Context<'_>, findings: &mut Findings) {
    let references = context.references();
    if references.is_empty() {
        return;
    }
    let assigned = context.assignments();
    let mut flow = Flow { context, names: Vec::new(), entered: HashMap::new() };
    let all: BTreeSet<Str> = assigned.values().flat_map(BTreeMap::keys).cloned().collect();
    flow.names = all.into_iter().collect();
    // Scopes come after the states that they belong to.
    for scope in context.document.scopes() {
        flow.scope(scope);
    }
    for (name, variables) in references {
        let Some(state) = context.document.state_named(name) else { continue };
        let Some(entered) = flow.entered.get(&state.id()) else { continue };
        let visible = visible_scopes(state.scope());
        for variable in variables {
            let is_set_somewhere = visible
                .iter()
                .any(|scope: &ScopeId| assigned.get(scope).is_some_and(|names| names.contains_key(variable)));
            let Ok(number) = flow.names.binary_search(variable) else { continue };
            if !is_set_somewhere
                || entered.has(number)
                || asked_for(context, state).iter().any(|name| **name == **variable)
            {
                continue;
            }
            let message = format!("On some way to {name}, nothing sets ${variable}, which it reads.");
            findings
                .at(context, &RULE, super::reader(context, state, variable), message)
                .state(Some(state.id()))
                .warning()
                .push_to(findings);
        }
    }
}

/// A set of variables, by their numbers.
#[derive(Clone, PartialEq)]
struct Set {
    words: Vec<u64>,
}

impl Set {
    fn of(count: usize, is_full: bool) -> Set {
        Set { words: vec![if is_full { u64::MAX } else { 0 }; count.div_ceil(64)] }
    }

    fn has(&self, number: usize) -> bool {
        self.words.get(number / 64).is_some_and(|word| word >> (number % 64) & 1 == 1)
    }

    fn add(&mut self, number: usize) {
        if let Some(word) = self.words.get_mut(number / 64) {
            *word |= 1 << (number % 64);
        }
    }

    /// Keeps what is in both; tells whether that changed anything.
    fn keep(&mut self, other: &Set) -> bool {
        let mut changed = false;
        for (word, theirs) in self.words.iter_mut().zip(&other.words) {
            changed |= *word & !theirs != 0;
            *word &= theirs;
        }
        changed
    }
}

/// What is certainly set when a state is entered.
struct Flow<'c, 'd> {
    context: &'c Context<'d>,
    names: Vec<Str>,
    entered: HashMap<StateId, Set>,
}

impl<'d> Flow<'_, 'd> {
    fn scope(&mut self, scope: Scope<'d>) {
        let Some(start) = scope.start() else { return };
        let sees_outside = visible_scopes(scope).len() > 1;
        let outside = scope.owner().filter(|_| sees_outside).and_then(|owner| self.entered.get(&owner.id()));
        let first = outside.cloned().unwrap_or_else(|| Set::of(self.names.len(), false));
        let mut waiting = vec![start.id()];
        self.entered.insert(start.id(), first);
        while let Some(id) = waiting.pop() {
            let (Some(state), Some(entered)) =
                (self.context.document.state(id), self.entered.get(&id).cloned())
            else {
                continue;
            };
            for way in state.transitions() {
                let Target::State(target) = way.target else { continue };
                let mut left = entered.clone();
                self.add_set_on(state, way.kind, &mut left);
                match self.entered.get_mut(&target) {
                    Some(known) => {
                        if known.keep(&left) {
                            waiting.push(target);
                        }
                    }
                    None => {
                        self.entered.insert(target, left);
                        waiting.push(target);
                    }
                }
            }
        }
    }

    /// What a state sets when it is left on a way.
    fn add_set_on(&self, state: State<'_>, way: TransitionKind, set: &mut Set) {
        let tree = self.context.tree();
        let item = |list: &str, position: usize| {
            state
                .field(list)
                .and_then(|list| tree.items(list).nth(position))
                .and_then(|item| tree.get(item, "Assign"))
        };
        let assign: Option<NodeId> = match way {
            TransitionKind::Next | TransitionKind::Default => state.field("Assign"),
            TransitionKind::Choice(position) => item("Choices", position),
            TransitionKind::Catch(position) => item("Catch", position),
        };
        for member in assign.into_iter().flat_map(|assign| tree.members(assign)) {
            let name = match state.language() {
                QueryLanguage::JsonPath => member.name.strip_suffix(".$").unwrap_or(&member.name),
                QueryLanguage::Jsonata => &member.name,
            };
            if let Ok(number) = self.names.binary_search_by(|known| known.as_ref().cmp(name)) {
                set.add(number);
            }
        }
        // Behind a Choice that asks whether a variable is there, its author knows.
        if matches!(way, TransitionKind::Choice(_) | TransitionKind::Default) {
            for name in asked_for(self.context, state) {
                if let Ok(number) = self.names.binary_search_by(|known| (**known).cmp(name.as_str())) {
                    set.add(number);
                }
            }
        }
    }
}

/// The variables of which a state asks whether they are there.
fn asked_for(context: &Context<'_>, state: State<'_>) -> Vec<String> {
    let tree = context.tree();
    let Some(node) = state.node() else { return Vec::new() };
    let name_at = |text: &str| -> String {
        text.chars().take_while(|character| character.is_alphanumeric() || *character == '_').collect()
    };
    if state.language() == QueryLanguage::Jsonata {
        let asked = tree.source(node).split("$exists($").skip(1);
        return asked.map(name_at).collect();
    }
    let Some(choices) = state.field("Choices") else { return Vec::new() };
    let mut asked = Vec::new();
    let mut waiting: Vec<NodeId> = tree.items(choices).collect();
    while let Some(node) = waiting.pop() {
        if tree.kind(node) == NodeKind::Array {
            waiting.extend(tree.items(node));
        }
        if tree.get(node, "IsPresent").is_some()
            && let Some(text) = tree.get(node, "Variable").and_then(|text| tree.as_str(text))
        {
            asked.extend(text.strip_prefix('$').map(name_at));
        }
        waiting.extend(tree.members(node).filter_map(|member| member.value));
    }
    asked
}

#[cfg(test)]
mod tests {
    use super::super::super::tests::check_advice;

    fn text(first: &str, b: &str) -> String {
        format!(
            r#"{{"QueryLanguage": "JSONata", "StartAt": "C", "States": {{
            "C": {{"Type": "Choice", "Choices": [{{"Condition": "{{% {first} %}}", "Next": "A"}}], "Default": "B"}},
            "A": {{"Type": "Pass", "Assign": {{"x": 1}}, "Next": "R"}},
            "B": {{"Type": "Pass"{b}, "Next": "R"}},
            "R": {{"Type": "Pass", "Output": "{{% $x %}}", "End": true}}
        }}}}"#
        )
    }

    #[test]
    fn variables_are_set_on_every_way() {
        check_advice(
            "maybe-undefined-variable",
            &text("true", ""),
            &["/States/R/Output: On some way to R, nothing sets $x, which it reads."],
        );
        check_advice("maybe-undefined-variable", &text("true", r#", "Assign": {"x": 2}"#), &[]);
        check_advice("maybe-undefined-variable", &text("$exists($x)", ""), &[]);
    }

    #[test]
    fn catchers_and_loops_count() {
        let text = |catch: &str| {
            format!(
                r#"{{"StartAt": "T", "States": {{
            "T": {{"Type": "Task", "Resource": "arn:aws:states:::sns:publish", "Assign": {{"x": 1}}, "Next": "M",
                "Catch": [{{"ErrorEquals": ["States.ALL"], "Next": "M"{catch}}}]}},
            "M": {{"Type": "Map", "ItemProcessor": {{"StartAt": "I", "States": {{"I": {{"Type": "Pass", "InputPath": "$x", "End": true}}}}}}, "Next": "T"}}
        }}}}"#
            )
        };
        check_advice(
            "maybe-undefined-variable",
            &text(""),
            &[
                "/States/M/ItemProcessor/States/I/InputPath: On some way to I, nothing sets $x, which it reads.",
            ],
        );
        check_advice("maybe-undefined-variable", &text(r#", "Assign": {"x": 0}"#), &[]);
    }
}
