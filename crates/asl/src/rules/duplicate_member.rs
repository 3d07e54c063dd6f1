use std::collections::HashSet;

use json::{NodeId, NodeKind};

use super::{Context, Findings, Reach, Rule};

pub(super) static RULE: Rule = Rule {
    code: "duplicate-member",
    title: "A name occurs twice in an object",
    explanation: "Of members with the same name JSON parsers take the last one. The others have no effect.",
    reach: Reach::State,
    check,
};

fn check(context: &Context<'_>, findings: &mut Findings) {
    let tree = context.tree();
    let mut waiting: Vec<NodeId> = context.root().into_iter().collect();
    let mut names = HashSet::new();
    while let Some(node) = waiting.pop() {
        if tree.kind(node) == NodeKind::Array {
            waiting.extend(tree.items(node));
            continue;
        }
        names.clear();
        let mut count = 0;
        for member in tree.members(node) {
            waiting.extend(member.value.filter(|value| !context.is_inner_state(node, *value)));
            names.insert(member.name);
            count += 1;
        }
        if names.len() == count {
            continue;
        }
        names.clear();
        let mut members: Vec<_> = tree.members(node).collect();
        members.reverse();
        for member in members {
            if names.insert(member.name.clone()) {
                continue;
            }
            let message = format!(
                "{} occurs again further down, and only the last one counts. Rename or remove one.",
                member.name
            );
            let state = context.document.state_at(member.name_span.start).map(|state| state.id());
            findings
                .at(context, &RULE, member.node, message)
                .span(member.name_span)
                .state(state)
                .warning()
                .push_to(findings);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::check;

    #[test]
    fn all_but_the_last_are_reported() {
        check(
            "duplicate-member",
            r#"{"States": {"A": {"Type": "Pass"}, "B": {"X": [{"y": 1, "y": 2, "y": 3}]}, "A": {}}}"#,
            &[
                "/States/A: A occurs again further down, and only the last one counts. Rename or remove one.",
                "/States/B/X[0]/y: y occurs again further down, and only the last one counts. Rename or remove one.",
                "/States/B/X[0]/y: y occurs again further down, and only the last one counts. Rename or remove one.",
            ],
        );
    }
}
