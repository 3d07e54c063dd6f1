use json::NodeKind;

use super::super::{Context, Findings, Reach, Rule};
use super::loops::{Loop, MAX_EVENTS, TaskPattern, pattern_of, thousands};
use crate::{QueryLanguage, Severity, State, StateType, WorkflowType};

pub(in crate::rules) static RULE: Rule = Rule {
    code: "history-limit",
    title: "A loop can use up the 25,000 events of an execution",
    explanation: "A Standard execution fails once its history has 25,000 events. A loop that may go on for longer does its work in child executions of a distributed Map, or starts a new execution now and then.",
    reach: Reach::Workflow,
    check,
};

const SECONDS_PER_HOUR: u64 = 3600;

/// A loop that can go on for half a working day has most likely been thought about.
const LONG_ENOUGH: u64 = 4 * SECONDS_PER_HOUR;

fn check(context: &Context<'_>, findings: &mut Findings) {
    if context.options.workflow_type == WorkflowType::Express {
        return;
    }
    for found in context.loops().iter() {
        // One without a way out has a problem of its own.
        if !found.has_way_out() || is_slow(found) || counts(context, found) || is_handler(found) {
            continue;
        }
        let Some(seconds) = found.waited_seconds() else { continue };
        let events = found.events_of_a_round();
        let rounds = MAX_EVENTS / events;
        let lasts = rounds.saturating_mul(seconds);
        if lasts >= LONG_ENOUGH {
            continue;
        }
        let Some(entry) = found.entry() else { continue };
        let time = match (lasts / SECONDS_PER_HOUR, lasts / 60) {
            (0, 0) => String::new(),
            (0, 1) => ", a minute of waiting".to_owned(),
            (0, minutes) => format!(", {minutes} minutes of waiting"),
            (1, _) => ", an hour of waiting".to_owned(),
            (hours, _) => format!(", {hours} hours of waiting"),
        };
        let message = format!(
            "A round of the loop from {} has {events} events or more: after {} rounds at most{time}, the execution has 25,000 events and fails.",
            entry.name(),
            thousands(rounds)
        );
        findings
            .at(context, &RULE, entry.member(), message)
            .span(entry.name_span())
            .state(Some(entry.id()))
            .severity(Severity::Advice)
            .push_to(findings);
    }
}

/// Whether each round waits for somebody else.
fn is_slow(found: &Loop<'_>) -> bool {
    found
        .states
        .iter()
        .any(|state| state.state_type() == Some(StateType::Task) && pattern_of(*state) != TaskPattern::Answer)
}

/// Whether the loop is one of catchers only: it goes round as long as errors come.
fn is_handler(found: &Loop<'_>) -> bool {
    use crate::{Target, TransitionKind};
    !found.states.iter().any(|state| {
        state.transitions().iter().any(|way| {
            matches!(way.kind, TransitionKind::Choice(_) | TransitionKind::Default)
                && matches!(&way.target, Target::State(target) if found.contains(*target))
        })
    })
}

/// Whether a Choice of the loop compares something with a number: it counts rounds.
fn counts(context: &Context<'_>, found: &Loop<'_>) -> bool {
    let tree = context.tree();
    let is_counter = |state: &State<'_>| {
        let Some(choices) = state.field("Choices") else { return false };
        if state.language() == QueryLanguage::Jsonata {
            let source = tree.source(choices);
            return source.contains('<') || source.contains('>');
        }
        let mut waiting: Vec<_> = tree.items(choices).collect();
        while let Some(node) = waiting.pop() {
            if tree.kind(node) == NodeKind::Array {
                waiting.extend(tree.items(node));
            }
            for member in tree.members(node) {
                if member.name.starts_with("Numeric") || member.name == "BooleanEqualsPath" {
                    return true;
                }
                waiting.extend(member.value);
            }
        }
        false
    };
    found.states.iter().any(is_counter)
}

#[cfg(test)]
mod tests {
    use super::super::super::tests::{check_advice, check_with};
    use crate::{CheckOptions, WorkflowType};

    fn polling(wait: &str, condition: &str) -> String {
        format!(
            r#"{{"StartAt": "Look", "States": {{
            "Look": {{"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "Next": "Done?"}},
            "Done?": {{"Type": "Choice", "Choices": [{{"Variable": "$.x", {condition}, "Next": "End"}}], "Default": "Rest"}},
            "Rest": {{"Type": "Wait", {wait}, "Next": "Look"}},
            "End": {{"Type": "Succeed"}}
        }}}}"#
        )
    }

    #[test]
    fn short_loops_break() {
        let status = r#""StringEquals": "DONE""#;
        check_advice(
            "history-limit",
            &polling(r#""Seconds": 5"#, status),
            &[
                "/States/Look: A round of the loop from Look has 9 events or more: after 2,777 rounds at most, 3 hours of waiting, the execution has 25,000 events and fails.",
            ],
        );
        check_advice("history-limit", &polling(r#""Seconds": 60"#, status), &[]);
        check_advice("history-limit", &polling(r#""SecondsPath": "$.s""#, status), &[]);
        check_advice("history-limit", &polling(r#""Seconds": 5"#, r#""NumericGreaterThan": 10"#), &[]);
        let express =
            CheckOptions { workflow_type: WorkflowType::Express, advice: true, ..CheckOptions::default() };
        check_with(&express, "history-limit", &polling(r#""Seconds": 5"#, status), &[]);
    }
}
