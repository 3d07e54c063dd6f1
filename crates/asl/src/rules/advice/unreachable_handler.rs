use std::collections::HashSet;

use json::NodeKind;

use super::super::{Context, Findings, Reach, Rule};
use crate::edit::remove_member_patch;
use crate::{Severity, StateType};

pub(in crate::rules) static RULE: Rule = Rule {
    code: "unreachable-handler",
    title: "A retrier or catcher never applies",
    explanation: "The first retrier or catcher that names an error is taken. One whose errors are all named before it has no effect; States.TaskFailed stands for all errors of a task but States.Timeout.",
    reach: Reach::State,
    check,
};

fn check(context: &Context<'_>, findings: &mut Findings) {
    let tree = context.tree();
    for state in context.states() {
        for (field, word) in [("Retry", "retrier"), ("Catch", "catcher")] {
            let Some(list) = state.field(field).filter(|list| tree.kind(*list) == NodeKind::Array) else {
                continue;
            };
            let mut named: HashSet<String> = HashSet::new();
            let mut names_all_of_task = false;
            for handler in tree.items(list) {
                let Some(names) = tree.get(handler, "ErrorEquals") else { continue };
                let errors: Vec<String> = tree
                    .items(names)
                    .filter_map(|name| tree.as_str(name))
                    .map(|name| name.into_owned())
                    .collect();
                // States.ALL in front of others is refused by AWS, and has an error of its own.
                let is_covered = |error: &String| {
                    named.contains(error)
                        || (names_all_of_task
                            && !matches!(
                                error.as_str(),
                                "States.Timeout"
                                    | "States.ALL"
                                    | "States.HeartbeatTimeout"
                                    | "States.DataLimitExceeded"
                            ))
                };
                if !errors.is_empty() && errors.iter().all(is_covered) {
                    let message = format!(
                        "This {word} never applies: what is before it takes {} already. Remove it, or move it up.",
                        errors.join(" and ")
                    );
                    let mut draft = findings
                        .at(context, &RULE, names, message)
                        .state(Some(state.id()))
                        .severity(Severity::Warning);
                    if let Some(patch) = remove_member_patch(tree, handler) {
                        draft = draft.fix(format!("Remove the {word}"), patch);
                    }
                    draft.push_to(findings);
                }
                names_all_of_task |= state.state_type() == Some(StateType::Task)
                    && errors.iter().any(|error| error == "States.TaskFailed");
                named.extend(errors);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::tests::{check_advice, single};

    #[test]
    fn each_handler_has_errors_of_its_own() {
        let task = |catch: &str| {
            single(&format!(
                r#""Type": "Task", "End": true, "Resource": "arn:aws:states:::sns:publish", "Catch": [{catch}]"#
            ))
        };
        let catcher = |errors: &str| format!(r#"{{"ErrorEquals": [{errors}], "Next": "S"}}"#);
        let check = |handlers: &[&str], expected: &[&str]| {
            let handlers: Vec<String> = handlers.iter().map(|errors| catcher(errors)).collect();
            check_advice("unreachable-handler", &task(&handlers.join(", ")), expected);
        };
        check(
            &[r#""States.TaskFailed""#, r#""Order.Refused""#],
            &[
                "/States/S/Catch[1]/ErrorEquals: This catcher never applies: what is before it takes Order.Refused already. Remove it, or move it up.",
            ],
        );
        check(
            &[r#""A", "B""#, r#""B", "A""#, r#""B", "C""#],
            &[
                "/States/S/Catch[1]/ErrorEquals: This catcher never applies: what is before it takes B and A already. Remove it, or move it up.",
            ],
        );
        check(&[r#""States.TaskFailed""#, r#""States.Timeout""#, r#""States.ALL""#], &[]);
    }
}
