use super::super::{Context, Findings, Reach, Rule};
use crate::{QueryLanguage, Severity, State};

pub(in crate::rules) static RULE: Rule = Rule {
    code: "payload-growth",
    title: "Data grows with every round of a loop",
    explanation: "A state's input and output and a variable have at most 256 KiB. What a loop collects reaches that at some point, and the execution fails with States.DataLimitExceeded. Collect in S3 or DynamoDB, or process items in a distributed Map with a ResultWriter.",
    reach: Reach::Workflow,
    check,
};

fn check(context: &Context<'_>, findings: &mut Findings) {
    for found in context.loops().iter() {
        for state in &found.states {
            let Some((field, place)) = collects(context, *state) else { continue };
            let Some(node) = state.field(field) else { continue };
            let message = format!(
                "With every round of the loop, {} adds to {place}. Once that has 256 KiB, the execution fails.",
                state.name()
            );
            findings
                .at(context, &RULE, node, message)
                .state(Some(state.id()))
                .severity(Severity::Advice)
                .push_to(findings);
        }
    }
}

/// The field in which a state puts something beside what is there already, and where.
fn collects(context: &Context<'_>, state: State<'_>) -> Option<(&'static str, String)> {
    let tree = context.tree();
    match state.language() {
        QueryLanguage::JsonPath => {
            // `States.Array($.all, …)` into `$.all`: the old list becomes an item of the new one.
            let assigned = state.field("Assign").into_iter().flat_map(|assign| tree.members(assign));
            for member in assigned {
                let text = member.value.and_then(|value| tree.as_str(value)).unwrap_or_default();
                let name = member.name.strip_suffix(".$").unwrap_or(&member.name);
                if text.starts_with("States.Array(") && mentions(&text, &format!("${name}")) {
                    return Some(("Assign", format!("${name}")));
                }
            }
            let path = state.string("ResultPath")?;
            let field = ["Parameters", "ResultSelector"].into_iter().find(|field| {
                state.field(field).is_some_and(|node| {
                    let source = tree.source(node);
                    source.contains("States.Array(") && mentions(source, &path)
                })
            })?;
            (path.len() > 1).then(|| (field, path.into_owned()))
        }
        QueryLanguage::Jsonata => {
            let assigned = state.field("Assign").into_iter().flat_map(|assign| tree.members(assign));
            for member in assigned {
                let text = member.value.and_then(|value| tree.as_str(value)).unwrap_or_default();
                let variable = format!("${}", member.name);
                let appends =
                    [format!("$append({variable},"), format!("[{variable},"), format!("{variable} & ")];
                if appends.iter().any(|append| text.contains(append.as_str())) {
                    return Some(("Assign", variable));
                }
            }
            let output = state.field("Output")?;
            tree.source(output).contains("$append($states.input.").then(|| ("Output", "its input".to_owned()))
        }
    }
}

/// Whether a text has a path that isn't the beginning of a longer name.
fn mentions(text: &str, path: &str) -> bool {
    text.match_indices(path).any(|(at, _)| {
        text.get(at + path.len()..)
            .and_then(|rest| rest.chars().next())
            .is_none_or(|next| !(next.is_alphanumeric() || next == '_' || next == '.' || next == '['))
    })
}

#[cfg(test)]
mod tests {
    use super::super::super::tests::check_advice;

    #[test]
    fn what_is_collected_grows() {
        let jsonata = |assign: &str| {
            format!(
                r#"{{"QueryLanguage": "JSONata", "StartAt": "A", "States": {{
            "A": {{"Type": "Pass", "Assign": {{{assign}}}, "Next": "C"}},
            "C": {{"Type": "Choice", "Choices": [{{"Condition": "{{% $states.input.more %}}", "Next": "A"}}], "Default": "E"}},
            "E": {{"Type": "Succeed"}}
        }}}}"#
            )
        };
        check_advice(
            "payload-growth",
            &jsonata(r#""all": "{% $append($all, $states.input.page) %}""#),
            &[
                "/States/A/Assign: With every round of the loop, A adds to $all. Once that has 256 KiB, the execution fails.",
            ],
        );
        check_advice("payload-growth", &jsonata(r#""count": "{% $count + 1 %}""#), &[]);
        let text = r#"{"StartAt": "A", "States": {
            "A": {"Type": "Pass", "Parameters": {"list.$": "States.Array($.all, $.page)"}, "ResultPath": "$.all", "Next": "C"},
            "C": {"Type": "Choice", "Choices": [{"Variable": "$.more", "BooleanEquals": true, "Next": "A"}], "Default": "E"},
            "E": {"Type": "Succeed"}
        }}"#;
        check_advice(
            "payload-growth",
            text,
            &[
                "/States/A/Parameters: With every round of the loop, A adds to $.all. Once that has 256 KiB, the execution fails.",
            ],
        );
        check_advice("payload-growth", &text.replace("\"Next\": \"A\"", "\"Next\": \"E\""), &[]);
    }
}
