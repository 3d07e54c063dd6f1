use super::super::{Context, Findings, Reach, Rule};
use crate::edit::add_field_patch;
use crate::fields::TASK;
use crate::resource::{Pattern, Resource};
use crate::{Severity, WorkflowType};

pub(in crate::rules) static RULE: Rule = Rule {
    code: "missing-timeout",
    title: "A task can hang for a year",
    explanation: "A task that waits for a token, a job or a worker waits until the execution's own end, after a year at most. A timeout or a heartbeat ends it with States.Timeout.",
    reach: Reach::State,
    check,
};

fn check(context: &Context<'_>, findings: &mut Findings) {
    if context.options.workflow_type == WorkflowType::Express {
        return;
    }
    for object in context.objects().iter().filter(|object| std::ptr::eq(object.of, &TASK)) {
        let has = |field| context.typed.has(object, field);
        let times = ["TimeoutSeconds", "TimeoutSecondsPath", "HeartbeatSeconds", "HeartbeatSecondsPath"];
        if times.into_iter().any(has) {
            continue;
        }
        let Some(node) = context.typed.member(object, "Resource").and_then(|member| member.value) else {
            continue;
        };
        let text = context.text_of(node).unwrap_or_default();
        let waits_for = match Resource::parse(&text) {
            Some(Resource::Activity { .. }) => "a worker",
            Some(resource) => match resource.pattern() {
                Pattern::WaitForTaskToken => "its token",
                Pattern::Sync | Pattern::Sync2 => "its job",
                _ => continue,
            },
            None => continue,
        };
        let message =
            format!("Without a timeout the task waits for {waits_for} for up to a year. Set TimeoutSeconds.");
        let wants_fixes = findings.wants_fixes();
        let mut draft =
            findings.at(context, &RULE, node, message).state(object.state).severity(Severity::Advice);
        let patch = object
            .state
            .filter(|_| wants_fixes)
            .and_then(|state| context.document.state(state))
            .and_then(|state| add_field_patch(state, "TimeoutSeconds", &json::Value::int(3600)));
        if let Some(patch) = patch {
            draft = draft.fix("Set a timeout of an hour", patch);
        }
        draft.push_to(findings);
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::tests::{check_advice, single};

    #[test]
    fn waiting_tasks_have_an_end() {
        let task = |resource: &str, more: &str| {
            single(&format!(r#""Type": "Task", "Resource": "arn:aws:states:::{resource}"{more}"#))
        };
        check_advice("missing-timeout", &task("lambda:invoke", ""), &[]);
        check_advice(
            "missing-timeout",
            &task("sqs:sendMessage.waitForTaskToken", r#", "HeartbeatSeconds": 9"#),
            &[],
        );
        check_advice(
            "missing-timeout",
            &task("sqs:sendMessage.waitForTaskToken", ""),
            &[
                "/States/S/Resource: Without a timeout the task waits for its token for up to a year. Set TimeoutSeconds.",
            ],
        );
    }
}
