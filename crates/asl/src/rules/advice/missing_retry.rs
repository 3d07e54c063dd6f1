use json::Value;

use super::super::{Context, Findings, Reach, Rule};
use crate::Severity;
use crate::edit::add_field_patch;
use crate::fields::TASK;
use crate::resource::Resource;

pub(in crate::rules) static RULE: Rule = Rule {
    code: "missing-retry",
    title: "A Lambda call isn't retried",
    explanation: "Lambda can fail for a moment, with Lambda.ServiceException, Lambda.AWSLambdaException, Lambda.SdkClientException or Lambda.TooManyRequestsException. AWS recommends to retry these.",
    reach: Reach::State,
    check,
};

fn check(context: &Context<'_>, findings: &mut Findings) {
    for object in context.objects().iter().filter(|object| std::ptr::eq(object.of, &TASK)) {
        if context.typed.has(object, "Retry") {
            continue;
        }
        let Some(node) = context.typed.member(object, "Resource").and_then(|member| member.value) else {
            continue;
        };
        let text = context.text_of(node).unwrap_or_default();
        if !matches!(
            Resource::parse(&text),
            Some(Resource::Lambda { .. } | Resource::Integration { service: "lambda", .. })
        ) {
            continue;
        }
        let message =
            "Lambda can fail for a moment, and the call isn't retried. Add a Retry for its service errors.";
        let wants_fixes = findings.wants_fixes();
        let mut draft =
            findings.at(context, &RULE, node, message).state(object.state).severity(Severity::Advice);
        let patch = object
            .state
            .filter(|_| wants_fixes)
            .and_then(|state| context.document.state(state))
            .and_then(|state| add_field_patch(state, "Retry", &retriers()));
        if let Some(patch) = patch {
            draft = draft.fix("Retry service errors of Lambda", patch);
        }
        draft.push_to(findings);
    }
}

fn retriers() -> Value {
    let errors = [
        "Lambda.ServiceException",
        "Lambda.AWSLambdaException",
        "Lambda.SdkClientException",
        "Lambda.TooManyRequestsException",
    ];
    Value::array(vec![Value::from_members([
        ("ErrorEquals", Value::array(errors.into_iter().map(Value::from).collect())),
        ("IntervalSeconds", Value::int(1)),
        ("MaxAttempts", Value::int(3)),
        ("BackoffRate", Value::int(2)),
        ("JitterStrategy", Value::from("FULL")),
    ])])
}

#[cfg(test)]
mod tests {
    use super::super::super::tests::{check_advice, single};

    #[test]
    fn lambda_is_retried() {
        let message = "/States/S/Resource: Lambda can fail for a moment, and the call isn't retried. Add a Retry for its service errors.";
        let task = |more: &str| {
            single(&format!(r#""Type": "Task", "Resource": "arn:aws:states:::lambda:invoke"{more}"#))
        };
        check_advice("missing-retry", &task(""), &[message]);
        check_advice("missing-retry", &task(r#", "Retry": []"#), &[]);
    }
}
