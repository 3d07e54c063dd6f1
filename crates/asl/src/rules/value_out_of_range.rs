use super::{Context, Findings, Reach, Rule};
use crate::fields::Kind;

pub(super) static RULE: Rule = Rule {
    code: "value-out-of-range",
    title: "A number is too small or too large",
    explanation: "Times, counts and rates have limits, such as 99,999,999 seconds.",
    reach: Reach::State,
    check,
};

fn check(context: &Context<'_>, findings: &mut Findings) {
    for (object, member) in context.members() {
        let (Some(field), Some(value)) = (member.field, member.value) else { continue };
        let Some(number) = context.tree().as_number(value) else { continue };
        let outside = match field.kind {
            Kind::Integer { min, max } => number.as_i64().and_then(|number| {
                if number < min {
                    Some(("at least", "Minimum", min.to_string()))
                } else {
                    max.filter(|max| number > *max).map(|max| ("at most", "Maximum", max.to_string()))
                }
            }),
            Kind::Decimal { min, max } => {
                let number = number.as_f64();
                if number < min {
                    Some(("at least", "Minimum", format!("{min:.1}")))
                } else {
                    max.filter(|max| number > *max).map(|max| ("at most", "Maximum", format!("{max:.1}")))
                }
            }
            _ => None,
        };
        let Some((words, aws, limit)) = outside else { continue };
        let shown = limit.strip_suffix(".0").unwrap_or(&limit);
        findings
            .at(context, &RULE, value, format!("{} must be {words} {shown}.", field.name))
            .state(object.state)
            .aws_schema(format!("{aws} value is {limit}"))
            .push_to(findings);
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{check, single};

    #[test]
    fn numbers_have_limits() {
        check(
            "value-out-of-range",
            &single(
                r#""Type": "Map", "MaxConcurrency": -1, "ToleratedFailurePercentage": 100.5, "ToleratedFailureCount": 9223372036854775807,
                   "Retry": [{"BackoffRate": 0.5, "MaxDelaySeconds": 31622401, "IntervalSeconds": 0}]"#,
            ),
            &[
                "/States/S/MaxConcurrency: MaxConcurrency must be at least 0.",
                "/States/S/ToleratedFailurePercentage: ToleratedFailurePercentage must be at most 100.",
                "/States/S/Retry[0]/BackoffRate: BackoffRate must be at least 1.",
                "/States/S/Retry[0]/MaxDelaySeconds: MaxDelaySeconds must be at most 31622400.",
            ],
        );
    }
}
