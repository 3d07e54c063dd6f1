use super::super::{Context, Findings, Reach, Rule};
use super::loops::{TaskPattern, pattern_of};
use crate::{Role, Severity, State, StateType};

pub(in crate::rules) static RULE: Rule = Rule {
    code: "missing-catch",
    title: "One failure ends more than it has to",
    explanation: "A failed item ends a whole Map with all its other items, unless its states catch the error or the Map does. A task that waits for an answer from outside ends the execution when none comes in time, unless States.Timeout is caught.",
    reach: Reach::Workflow,
    check,
};

fn check(context: &Context<'_>, findings: &mut Findings) {
    for state in context.document.states() {
        let message = match state.state_type() {
            Some(StateType::Map) if is_unprotected_map(state) => format!(
                "When one item of {} fails, all others are stopped and the execution fails. Catch errors in the states of its item processor, or of the Map.",
                state.name()
            ),
            Some(StateType::Task) if times_out_uncaught(state) => format!(
                "When {} gets no answer in time, the execution fails with States.Timeout. Catch it, and say what happens then.",
                state.name()
            ),
            _ => continue,
        };
        findings
            .at(context, &RULE, state.member(), message)
            .span(state.name_span())
            .state(Some(state.id()))
            .severity(Severity::Advice)
            .push_to(findings);
    }
}

/// Whether nothing in and around an inline Map catches errors of the tasks in it.
fn is_unprotected_map(map: State<'_>) -> bool {
    let tree = map.document().tree();
    let handles = |state: State<'_>, field: &str| {
        state.field(field).is_some_and(|list| tree.items(list).next().is_some())
    };
    let is_distributed = map.scopes().any(|scope| {
        let mode = scope.field("ProcessorConfig").and_then(|config| tree.get(config, "Mode"));
        mode.and_then(|mode| tree.as_str(mode)).as_deref() == Some("DISTRIBUTED")
    });
    let tolerates = [
        "ToleratedFailureCount",
        "ToleratedFailureCountPath",
        "ToleratedFailurePercentage",
        "ToleratedFailurePercentagePath",
    ];
    if is_distributed || tolerates.into_iter().any(|field| map.field(field).is_some()) {
        return false;
    }
    let around = std::iter::successors(Some(map), |state| state.scope().owner());
    if around.into_iter().any(|state| handles(state, "Catch")) {
        return false;
    }
    let inner: Vec<State<'_>> = map.scopes().flat_map(|scope| scope.states()).collect();
    let tasks = || inner.iter().filter(|state| state.state_type() == Some(StateType::Task));
    tasks().next().is_some() && tasks().all(|task| !handles(*task, "Catch") && !handles(*task, "Retry"))
}

fn times_out_uncaught(task: State<'_>) -> bool {
    if !matches!(pattern_of(task), TaskPattern::Token | TaskPattern::Activity) {
        return false;
    }
    let has_limit = ["TimeoutSeconds", "TimeoutSecondsPath", "HeartbeatSeconds", "HeartbeatSecondsPath"]
        .into_iter()
        .any(|field| task.field(field).is_some());
    let is_in_map = task.scope().role() == Role::ItemProcessor;
    let is_handled = std::iter::successors(Some(task), |state| state.scope().owner())
        .any(|state| state.field("Catch").is_some() || state.field("Retry").is_some());
    has_limit && !is_handled && !is_in_map
}

#[cfg(test)]
mod tests {
    use super::super::super::tests::{check_advice, single};

    #[test]
    fn items_fail_by_themselves() {
        let map = |more: &str, task: &str| {
            single(&format!(
                r#""Type": "Map", "End": true{more}, "ItemProcessor": {{"StartAt": "T", "States": {{"T": {{"Type": "Task", "Resource": "arn:aws:states:::sns:publish", "End": true{task}}}}}}}"#
            ))
        };
        check_advice(
            "missing-catch",
            &map("", ""),
            &[
                "/States/S: When one item of S fails, all others are stopped and the execution fails. Catch errors in the states of its item processor, or of the Map.",
            ],
        );
        let handler = r#", "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "X"}]"#;
        check_advice("missing-catch", &map(handler, ""), &[]);
        check_advice("missing-catch", &map("", handler), &[]);
        check_advice("missing-catch", &map("", r#", "Retry": [{"ErrorEquals": ["States.ALL"]}]"#), &[]);
    }

    #[test]
    fn answers_that_never_come_are_caught() {
        let task = |more: &str| {
            single(&format!(
                r#""Type": "Task", "End": true, "Resource": "arn:aws:states:::sqs:sendMessage.waitForTaskToken"{more}"#
            ))
        };
        let message = "/States/S: When S gets no answer in time, the execution fails with States.Timeout. Catch it, and say what happens then.";
        check_advice("missing-catch", &task(r#", "TimeoutSeconds": 60"#), &[message]);
        check_advice("missing-catch", &task(""), &[]);
        check_advice(
            "missing-catch",
            &task(r#", "TimeoutSeconds": 60, "Catch": [{"ErrorEquals": ["States.Timeout"], "Next": "X"}]"#),
            &[],
        );
    }
}
