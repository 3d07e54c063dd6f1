use super::super::{Context, Findings, Reach, Rule};
use super::loops::{TaskPattern, pattern_of};
use crate::resource::Resource;
use crate::{Severity, State, StateType};

pub(in crate::rules) static RULE: Rule = Rule {
    code: "loop-without-wait",
    title: "A status is polled without a pause",
    explanation: "A loop that looks for a status without a Wait state asks as fast as it can: it costs a state transition each time, runs into the service's rate limits, and fills the history within minutes.",
    reach: Reach::Workflow,
    check,
};

/// Words in the names of calls that look for a state of affairs; calls that give pages of data have none of them.
const STATUS_WORDS: [&str; 5] = ["status", "describe", "getjob", "getexecution", "getqueryexecution"];

fn check(context: &Context<'_>, findings: &mut Findings) {
    for found in context.loops().iter().filter(|found| !found.has_wait() && found.has_way_out()) {
        let waits = found.states.iter().any(|state| {
            state.state_type() == Some(StateType::Task) && pattern_of(*state) != TaskPattern::Answer
        });
        let pages = found.states.iter().filter_map(|state| state.node()).any(|node| {
            let source = context.tree().source(node);
            source.contains("NextToken")
                || source.contains("nextToken")
                || source.contains("LastEvaluatedKey")
                || source.contains("Marker")
        });
        if waits || pages {
            continue;
        }
        let Some(state) = found.states.iter().find(|state| looks_for_a_status(**state)) else { continue };
        let message = format!(
            "{} is asked in a loop without a pause. Add a Wait state to the loop, so that it asks now and then.",
            state.name()
        );
        findings
            .at(context, &RULE, state.member(), message)
            .span(state.name_span())
            .state(Some(state.id()))
            .severity(Severity::Warning)
            .push_to(findings);
    }
}

fn looks_for_a_status(state: State<'_>) -> bool {
    if state.state_type() != Some(StateType::Task) {
        return false;
    }
    let resource = state.string("Resource").unwrap_or_default();
    let action = match Resource::parse(&resource) {
        Some(Resource::Sdk { action, .. } | Resource::Integration { action, .. }) => {
            action.to_ascii_lowercase()
        }
        _ => return false,
    };
    STATUS_WORDS.iter().any(|word| action.contains(word))
}

#[cfg(test)]
mod tests {
    use super::super::super::tests::check_advice;

    #[test]
    fn polling_pauses() {
        let text = |next: &str| {
            format!(
                r#"{{"StartAt": "Look", "States": {{
            "Look": {{"Type": "Task", "Resource": "arn:aws:states:::aws-sdk:rds:describeDBInstances", "Next": "Done?"}},
            "Done?": {{"Type": "Choice", "Choices": [{{"Variable": "$.x", "IsNull": true, "Next": "End"}}], "Default": "{next}"}},
            "Rest": {{"Type": "Wait", "Seconds": 60, "Next": "Look"}},
            "End": {{"Type": "Succeed"}}
        }}}}"#
            )
        };
        check_advice(
            "loop-without-wait",
            &text("Look"),
            &[
                "/States/Look: Look is asked in a loop without a pause. Add a Wait state to the loop, so that it asks now and then.",
            ],
        );
        check_advice("loop-without-wait", &text("Rest"), &[]);
    }
}
