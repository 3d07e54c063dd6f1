use super::{Context, Findings, Rule};
use crate::QueryLanguage;
use crate::fields::Kind;

pub(super) static RULE: Rule = Rule {
    code: "timestamp",
    title: "A text is no timestamp",
    explanation: "Timestamps follow RFC 3339 with a capital T and a zone, such as 2030-01-31T12:00:00Z.",
    check,
};

fn check(context: &Context<'_>, findings: &mut Findings) {
    for (object, member) in context.members() {
        let (Some(field), Some(value)) = (member.field, member.value) else { continue };
        let (Kind::Timestamp, Some(text)) = (field.kind, context.text_of(value)) else { continue };
        let expression =
            field.expression && object.language == QueryLanguage::Jsonata && text.starts_with("{%");
        if expression || context.is_placeholder(&text) || is_rfc3339(&text) {
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

/// `YYYY-MM-DDThh:mm:ss[.fraction](Z|±hh:mm)`, with numbers in their ranges.
fn is_rfc3339(text: &str) -> bool {
    let bytes = text.as_bytes();
    let number = |from: usize, to: usize| -> Option<u32> {
        let digits = text.get(from..to)?;
        digits.bytes().all(|byte| byte.is_ascii_digit()).then(|| digits.parse().ok())?
    };
    let is = |at: usize, byte: u8| bytes.get(at) == Some(&byte);
    let (Some(year), Some(month), Some(day)) = (number(0, 4), number(5, 7), number(8, 10)) else {
        return false;
    };
    let (Some(hour), Some(minute), Some(second)) = (number(11, 13), number(14, 16), number(17, 19)) else {
        return false;
    };
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let days = match month {
        2 if leap => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    };
    let separated = is(4, b'-') && is(7, b'-') && is(10, b'T') && is(13, b':') && is(16, b':');
    let in_range =
        (1..=12).contains(&month) && (1..=days).contains(&day) && hour < 24 && minute < 60 && second < 60;
    if !separated || !in_range {
        return false;
    }
    let mut rest = text.get(19..).unwrap_or_default();
    if let Some(fraction) = rest.strip_prefix('.') {
        let after = fraction.trim_start_matches(|character: char| character.is_ascii_digit());
        if after.len() == fraction.len() {
            return false;
        }
        rest = after;
    }
    let zone = |zone: &str| {
        let bytes = zone.as_bytes();
        let pair = |at: usize| zone.get(at..at + 2).and_then(|digits| digits.parse::<u32>().ok());
        bytes.len() == 5
            && bytes.get(2) == Some(&b':')
            && pair(0).is_some_and(|hours| hours < 24)
            && pair(3).is_some_and(|minutes| minutes < 60)
    };
    rest == "Z" || rest.strip_prefix(['+', '-']).is_some_and(zone)
}

#[cfg(test)]
mod tests {
    use super::super::tests::{check, single};
    use super::is_rfc3339;

    #[test]
    fn timestamps_are_checked() {
        for good in ["2016-03-14T01:59:00Z", "2016-02-29T23:59:59.000001Z", "2016-03-14T01:59:00+05:30"] {
            assert!(is_rfc3339(good), "{good}");
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
            assert!(!is_rfc3339(bad), "{bad}");
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
