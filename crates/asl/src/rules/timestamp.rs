use expr::timestamp::parse_rfc3339;

use super::{Context, Findings, Reach, Rule};
use crate::QueryLanguage;
use crate::fields::Kind;

pub(super) static RULE: Rule = Rule {
    code: "timestamp",
    title: "A text is no timestamp",
    explanation: "Timestamps follow RFC 3339 with a capital T and a zone, such as 2030-01-31T12:00:00Z.",
    reach: Reach::State,
    check,
};

fn check(context: &Context<'_>, findings: &mut Findings) {
    for (object, member) in context.members() {
        let (Some(field), Some(value)) = (member.field, member.value) else { continue };
        let (Kind::Timestamp, Some(text)) = (field.kind, context.text_of(value)) else { continue };
        let expression =
            field.expression && object.language == QueryLanguage::Jsonata && text.starts_with("{%");
        if expression || context.is_placeholder(&text) || parse_rfc3339(&text).is_some() {
            continue;
        }
        let message = format!("{} must be a timestamp such as 2030-01-31T12:00:00Z.", field.name);
        findings
            .at(context, &RULE, value, message)
            .state(object.state)
            .aws_schema("String does not match RFC3339 timestamp")
            .push_to(findings);
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{check, single};
    use super::parse_rfc3339;

    #[test]
    fn timestamps_are_checked() {
        for good in ["2016-03-14T01:59:00Z", "2016-02-29T23:59:59.000001Z", "2016-03-14T01:59:00+05:30"] {
            assert!(parse_rfc3339(good).is_some(), "{good}");
        }
        for bad in [
            "",
            "2016-03-14",
            "2016-03-14T01:59:00",
            "2016-03-14 01:59:00Z",
            "2016-03-14t01:59:00Z",
            "2016-03-14T01:59:00z",
            "2015-02-29T00:00:00Z",
            "2016-13-01T00:00:00Z",
            "2016-03-14T25:00:00Z",
            "2016-03-14T01:59:00.Z",
            "2016-03-14T01:59:00+0530",
            "2016-03-14T01:59:00Zé",
        ] {
            assert!(parse_rfc3339(bad).is_none(), "{bad}");
        }
    }

    #[test]
    fn waits_and_comparisons_take_timestamps() {
        let message = "/States/S/Timestamp: Timestamp must be a timestamp such as 2030-01-31T12:00:00Z.";
        check("timestamp", &single(r#""Type": "Wait", "Timestamp": "tomorrow""#), &[message]);
        check("timestamp", &single(r#""Type": "Wait", "Timestamp": "{% $now() %}""#), &[message]);
        let jsonata = r#""Type": "Wait", "QueryLanguage": "JSONata", "Timestamp": "{% $now() %}""#;
        check("timestamp", &single(jsonata), &[]);
    }
}
