use super::{Context, Findings, Reach, Rule, WorkflowType};
use crate::fields::{Kind, PROCESSOR_CONFIG};
use crate::resource::{Pattern, Resource};

pub(super) static RULE: Rule = Rule {
    code: "express",
    title: "Express workflows can't do this",
    explanation: "Express workflows have no activities, no waiting for jobs or task tokens, and no distributed maps.",
    reach: Reach::State,
    check,
};

fn check(context: &Context<'_>, findings: &mut Findings) {
    if context.options.workflow_type != WorkflowType::Express {
        return;
    }
    for (object, member) in context.members() {
        let (Some(field), Some(value)) = (member.field, member.value) else { continue };
        let Some(text) = context.text_of(value) else { continue };
        let (message, aws) = match field.kind {
            Kind::Resource => match Resource::parse(&text) {
                Some(Resource::Activity { .. }) => (
                    "Express workflows can't use activities. Make it a standard workflow.",
                    "Express state machine does not support Activity ARN".to_owned(),
                ),
                Some(resource) => match resource.pattern() {
                    Pattern::Sync | Pattern::Sync2 => (
                        "Express workflows can't wait for jobs. Remove .sync, or make it a standard workflow.",
                        "Express state machine does not support '.sync' service integration".to_owned(),
                    ),
                    // The blank at the end is AWS's.
                    Pattern::WaitForTaskToken => (
                        "Express workflows can't wait for task tokens. Remove .waitForTaskToken, or make it a standard workflow.",
                        "Express state machine does not support '.waitForTaskToken' service integration ".to_owned(),
                    ),
                    _ => continue,
                },
                None => continue,
            },
            Kind::OneOf(_) if field.name == "Mode" && std::ptr::eq(object.of, &PROCESSOR_CONFIG) && text == "DISTRIBUTED" => (
                "Express workflows can't have distributed maps. Set Mode to INLINE, or make it a standard workflow.",
                "The field 'Mode' with value 'DISTRIBUTED' is not supported inside 'EXPRESS' state machines".to_owned(),
            ),
            _ => continue,
        };
        findings.at(context, &RULE, value, message).state(object.state).aws_schema(aws).push_to(findings);
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{check, check_with, single};
    use super::WorkflowType;
    use crate::rules::CheckOptions;

    #[test]
    fn express_workflows_are_limited() {
        let express = CheckOptions { workflow_type: WorkflowType::Express, ..CheckOptions::default() };
        let task = |resource: &str| single(&format!(r#""Type": "Task", "Resource": "{resource}""#));
        let sync = task("arn:aws:states:::states:startExecution.sync:2");
        check("express", &sync, &[]);
        check_with(
            &express,
            "express",
            &sync,
            &[
                "/States/S/Resource: Express workflows can't wait for jobs. Remove .sync, or make it a standard workflow.",
            ],
        );
        check_with(&express, "express", &task("arn:aws:states:::lambda:invoke"), &[]);
        check_with(
            &express,
            "express",
            &single(r#""Type": "Map", "ItemProcessor": {"ProcessorConfig": {"Mode": "DISTRIBUTED"}}"#),
            &[
                "/States/S/ItemProcessor/ProcessorConfig/Mode: Express workflows can't have distributed maps. Set Mode to INLINE, or make it a standard workflow.",
            ],
        );
    }
}
