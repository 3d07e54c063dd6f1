use super::super::{Context, Findings, Reach, Rule};
use super::loops::{TaskPattern, pattern_of};
use crate::edit::add_field_patch;
use crate::{Severity, StateType};

pub(in crate::rules) static RULE: Rule = Rule {
    code: "missing-heartbeat",
    title: "A worker that is gone isn't noticed before the timeout",
    explanation: "An activity's worker can send heartbeats. With HeartbeatSeconds, the task fails soon after they stop, and a retry can give it to another worker, long before TimeoutSeconds is over.",
    reach: Reach::State,
    check,
};

/// Timeouts up to this are short enough to wait for.
const SHORT_SECONDS: i64 = 600;

fn check(context: &Context<'_>, findings: &mut Findings) {
    for state in context.states().filter(|state| state.state_type() == Some(StateType::Task)) {
        if pattern_of(state) != TaskPattern::Activity
            || state.field("HeartbeatSeconds").is_some()
            || state.field("HeartbeatSecondsPath").is_some()
        {
            continue;
        }
        let Some(node) = state.field("TimeoutSeconds") else { continue };
        let seconds = state.value("TimeoutSeconds").and_then(|value| value.as_i64()).unwrap_or(0);
        if seconds <= SHORT_SECONDS {
            continue;
        }
        let message = format!(
            "If the worker of {} stops, nobody notices for up to {seconds} seconds. Set HeartbeatSeconds, and have the worker send heartbeats.",
            state.name()
        );
        let wants_fixes = findings.wants_fixes();
        let mut draft =
            findings.at(context, &RULE, node, message).state(Some(state.id())).severity(Severity::Advice);
        let patch = add_field_patch(state, "HeartbeatSeconds", &json::Value::int(60));
        if let Some(patch) = patch.filter(|_| wants_fixes) {
            draft = draft.fix("Expect a heartbeat every minute", patch);
        }
        draft.push_to(findings);
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::tests::{check_advice, single};

    #[test]
    fn workers_send_heartbeats() {
        let task = |resource: &str, more: &str| {
            single(&format!(
                r#""Type": "Task", "End": true, "Resource": "{resource}", "TimeoutSeconds": {more}"#
            ))
        };
        let activity = "arn:aws:states:us-east-1:111111111111:activity:a";
        check_advice(
            "missing-heartbeat",
            &task(activity, "3600"),
            &[
                "/States/S/TimeoutSeconds: If the worker of S stops, nobody notices for up to 3600 seconds. Set HeartbeatSeconds, and have the worker send heartbeats.",
            ],
        );
        check_advice("missing-heartbeat", &task(activity, "60"), &[]);
        check_advice("missing-heartbeat", &task(activity, r#"3600, "HeartbeatSeconds": 30"#), &[]);
        check_advice(
            "missing-heartbeat",
            &task("arn:aws:states:::sqs:sendMessage.waitForTaskToken", "3600"),
            &[],
        );
    }
}
