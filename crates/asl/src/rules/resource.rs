use super::{Context, Findings, Reach, Rule};
use crate::fields::Kind;
use crate::resource::{Pattern, Resource};

pub(super) static RULE: Rule = Rule {
    code: "resource",
    title: "A resource is no ARN, or AWS doesn't know it",
    explanation: "The resource of a task is the ARN of a service integration (arn:aws:states:::lambda:invoke), of a Lambda function or of an activity. Not every integration can wait for its job (.sync) or for a task token (.waitForTaskToken).",
    reach: Reach::State,
    check,
};

fn check(context: &Context<'_>, findings: &mut Findings) {
    for (object, member) in context.members() {
        let (Some(field), Some(value)) = (member.field, member.value) else { continue };
        let Some(text) = context.text_of(value) else { continue };
        if text.is_empty() || context.is_placeholder(&text) {
            continue;
        }
        let (message, aws) = match field.kind {
            Kind::Resource => match judge(&text) {
                Ok(()) => continue,
                Err(problem) => problem,
            },
            Kind::ResourceOf(allowed) => {
                let rest = Resource::parse(&text).and_then(|resource| resource.integration_text());
                if rest.is_some_and(|rest| allowed.contains(&rest)) {
                    continue;
                }
                let shown: Vec<_> = allowed.iter().map(|name| format!("arn:aws:states:::{name}")).collect();
                let shown: Vec<_> = shown.iter().map(String::as_str).collect();
                (
                    format!("The resource must be {}.", super::or_list(&shown)),
                    format!("The field '{}' does not match any of the allowed values", field.name),
                )
            }
            _ => continue,
        };
        findings.at(context, &RULE, value, message).state(object.state).aws_schema(aws).push_to(findings);
    }
}

fn judge(text: &str) -> Result<(), (String, String)> {
    let not_recognized = |message: String| {
        let aws = format!(
            "The resource provided {text} is not recognized. The value is not a valid resource ARN, or the resource is not available in this region."
        );
        Err((message, aws))
    };
    let no_arn = |message: &str| Err((message.to_owned(), "Value is not a valid resource ARN".to_owned()));
    match Resource::parse(text) {
        None => no_arn("The resource must be an ARN, such as arn:aws:states:::lambda:invoke."),
        Some(Resource::Lambda { function }) if !is_function(function) => no_arn(
            "The ARN ends in the name of a function, and perhaps in a colon with a version or an alias.",
        ),
        Some(Resource::Integration { service, action, pattern }) => {
            let Some(known) = crate::resource::optimized(service) else {
                return not_recognized(format!(
                    "AWS has no integration with {service}. Use aws-sdk:{service}:{action}."
                ));
            };
            if !known.actions.contains(&action) {
                return not_recognized(format!(
                    "The integration with {service} has no action {action}. Use aws-sdk:{service}:{action}, or one of {}.",
                    known.actions.join(", ")
                ));
            }
            match pattern {
                Pattern::Sync if !known.sync => {
                    not_recognized(format!("{service}:{action} can't wait for a job (.sync)."))
                }
                Pattern::Sync2 if service != "states" => {
                    not_recognized("Only states:startExecution has .sync:2. Use .sync.".to_owned())
                }
                Pattern::WaitForTaskToken if !known.token => not_recognized(format!(
                    "{service}:{action} can't wait for a task token (.waitForTaskToken)."
                )),
                Pattern::Unknown(pattern) => {
                    not_recognized(format!("There is no integration pattern .{pattern}."))
                }
                _ => Ok(()),
            }
        }
        Some(Resource::Sdk { service, action, pattern }) => {
            if !action.starts_with(|first: char| first.is_ascii_lowercase()) {
                let mut lower = action.to_owned();
                if let Some(first) = lower.get_mut(..1) {
                    first.make_ascii_lowercase();
                }
                return not_recognized(format!(
                    "The action starts with a small letter: aws-sdk:{service}:{lower}."
                ));
            }
            match pattern {
                Pattern::Sync | Pattern::Sync2 => {
                    not_recognized("Calls of an AWS SDK can't wait for a job (.sync). Poll for its end, or use the optimized integration.".to_owned())
                }
                Pattern::Unknown(pattern) => not_recognized(format!("There is no integration pattern .{pattern}.")),
                _ => Ok(()),
            }
        }
        Some(Resource::Other { .. }) => not_recognized(
            "Tasks call service integrations, Lambda functions and activities only.".to_owned(),
        ),
        Some(Resource::Lambda { .. } | Resource::Activity { .. }) => Ok(()),
    }
}

/// `name`, `name:alias`, `name:$LATEST`; placeholders may stand for any part.
fn is_function(function: &str) -> bool {
    let is_name = |name: &str| {
        !name.is_empty()
            && name.chars().all(|character| character.is_ascii_alphanumeric() || "-_".contains(character))
    };
    match function.split_once(':') {
        None => is_name(function),
        Some((name, alias)) => is_name(name) && (alias == "$LATEST" || is_name(alias)),
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{check, single};

    fn check_task(resource: &str, expected: Option<&str>) {
        let expected: Vec<_> =
            expected.map(|message| format!("/States/S/Resource: {message}")).into_iter().collect();
        let expected: Vec<_> = expected.iter().map(String::as_str).collect();
        check("resource", &single(&format!(r#""Type": "Task", "Resource": "{resource}""#)), &expected);
    }

    #[test]
    fn resources_of_tasks() {
        for fine in [
            "arn:aws:lambda:us-east-1:123456789012:function:f:prod",
            "arn:aws-cn:states:::lambda:invoke.waitForTaskToken",
            "arn:aws:states:us-east-1:123456789012:activity:a",
            "arn:aws:states:::aws-sdk:s3:getObject",
            "arn:aws:states:::states:startExecution.sync:2",
            "${FunctionArn}",
            "arn:${AWS::Partition}:states:::x:y",
            "arn:aws:states:::ecs:runTask.sync",
            "arn:aws:states:::http:invoke",
        ] {
            check_task(fine, None);
        }
        check_task("foo:bar", Some("The resource must be an ARN, such as arn:aws:states:::lambda:invoke."));
        check_task(
            "arn:aws:states:::lambda:invoke.sync",
            Some("lambda:invoke can't wait for a job (.sync)."),
        );
        check_task(
            "arn:aws:states:::glue:startJobRun.sync:2",
            Some("Only states:startExecution has .sync:2. Use .sync."),
        );
        check_task(
            "arn:aws:states:::aws-sdk:s3:GetObject",
            Some("The action starts with a small letter: aws-sdk:s3:getObject."),
        );
        check_task(
            "arn:aws:states:::s3:getObject",
            Some("AWS has no integration with s3. Use aws-sdk:s3:getObject."),
        );
    }

    #[test]
    fn readers_and_writers_have_resources_of_their_own() {
        check(
            "resource",
            &single(
                r#""Type": "Map", "ItemReader": {"Resource": "arn:aws:states:::s3:getobject"},
                   "ResultWriter": {"Resource": "arn:aws:states:::s3:putObject"}"#,
            ),
            &[
                "/States/S/ItemReader/Resource: The resource must be arn:aws:states:::s3:getObject or arn:aws:states:::s3:listObjectsV2.",
            ],
        );
    }
}
