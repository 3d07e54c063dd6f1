use super::{Context, Findings, Reach, Rule};
use crate::fields::TASK;
use crate::resource::Resource;
use crate::typed::TypedObject;

pub(super) static RULE: Rule = Rule {
    code: "task-settings",
    title: "Settings of a task don't fit together",
    explanation: "A heartbeat is shorter than the timeout, or it never matters. Activities have no credentials of their own.",
    reach: Reach::State,
    check,
};

fn check(context: &Context<'_>, findings: &mut Findings) {
    for object in context.objects().iter().filter(|object| std::ptr::eq(object.of, &TASK)) {
        check_heartbeat(context, findings, object);
        let value = |field| context.typed.member(object, field).and_then(|member| member.value);
        let resource = value("Resource").and_then(|node| context.text_of(node)).unwrap_or_default();
        if let (Some(credentials), Some(Resource::Activity { .. })) =
            (value("Credentials"), Resource::parse(&resource))
        {
            findings
                .at(
                    context,
                    &RULE,
                    credentials,
                    "Activities have no credentials of their own. Remove the field.",
                )
                .state(object.state)
                .aws_schema("The field 'Credentials' is not supported for activities")
                .push_to(findings);
        }
    }
}

fn check_heartbeat(context: &Context<'_>, findings: &mut Findings, object: &TypedObject) {
    let seconds = |field| {
        let value = context.typed.member(object, field)?.value?;
        Some((value, context.tree().as_number(value)?.as_i64()?))
    };
    if let (Some((node, heartbeat)), Some((_, timeout))) =
        (seconds("HeartbeatSeconds"), seconds("TimeoutSeconds"))
        && heartbeat >= timeout
    {
        let message = format!(
            "The task times out after {timeout} seconds, before a heartbeat can be missed. Make it shorter."
        );
        findings.at(context, &RULE, node, message).state(object.state).warning().push_to(findings);
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{check, single};

    #[test]
    fn settings_fit_together() {
        check(
            "task-settings",
            &single(r#""Type": "Task", "TimeoutSeconds": 60, "HeartbeatSeconds": 60"#),
            &[
                "/States/S/HeartbeatSeconds: The task times out after 60 seconds, before a heartbeat can be missed. Make it shorter.",
            ],
        );
        check(
            "task-settings",
            &single(r#""Type": "Task", "TimeoutSeconds": 60, "HeartbeatSeconds": 59"#),
            &[],
        );
        check(
            "task-settings",
            &single(
                r#""Type": "Task", "Resource": "arn:aws:states:us-east-1:1:activity:a", "Credentials": {"RoleArn": "r"}"#,
            ),
            &["/States/S/Credentials: Activities have no credentials of their own. Remove the field."],
        );
    }
}
