use json::NodeKind;

use super::{Context, Findings, Reach, Rule};
use crate::fields::ERROR_NAMES;

pub(super) static RULE: Rule = Rule {
    code: "error-equals",
    title: "States.ALL doesn't stand alone and last, or an error name is unknown",
    explanation: "States.ALL stands for all errors. Beside other names, or before other retriers and catchers, it would leave them without effect. Names that start with States. belong to the language.",
    reach: Reach::State,
    check,
};

fn check(context: &Context<'_>, findings: &mut Findings) {
    let tree = context.tree();
    for (object, member) in context.members() {
        let (Some(field), Some(list)) = (member.field, member.value) else { continue };
        if !matches!(field.name, "Retry" | "Catch") || tree.kind(list) != NodeKind::Array {
            continue;
        }
        let mut handlers = tree.items(list).peekable();
        while let Some(handler) = handlers.next() {
            let Some(names) = tree.get(handler, "ErrorEquals") else { continue };
            let count = tree.items(names).count();
            for item in tree.items(names) {
                let Some(name) = tree.as_str(item) else { continue };
                if name == "States.ALL" {
                    let message = if count > 1 {
                        "States.ALL stands for all errors. Remove the other names, or States.ALL."
                    } else if handlers.peek().is_some() {
                        "States.ALL matches before those after it can. Move it to the end."
                    } else {
                        continue;
                    };
                    let location = context.location(names);
                    findings
                        .at(context, &RULE, item, message)
                        .state(object.state)
                        .aws_schema("States.ALL must appear alone and at end of list")
                        .aws_location(Some(location))
                        .push_to(findings);
                } else if name.starts_with("States.")
                    && !is_known(&name)
                    // A Fail state can raise any name, also one that looks like the language's own.
                    && !context.surroundings.raised.contains(&*name)
                    && !context.is_placeholder(&name)
                {
                    let message = format!(
                        "The language has no error {name}. Names of your own can't start with States."
                    );
                    findings
                        .at(context, &RULE, item, message)
                        .state(object.state)
                        .warning()
                        .push_to(findings);
                }
            }
        }
    }
}

pub(crate) fn is_known(name: &str) -> bool {
    name.starts_with("States.Http.StatusCode.") || ERROR_NAMES.iter().any(|(known, _)| *known == name)
}

#[cfg(test)]
mod tests {
    use super::super::tests::{check, single};

    fn check_retry(retry: &str, expected: &[&str]) {
        check("error-equals", &single(&format!(r#""Type": "Task", "Retry": [{retry}]"#)), expected);
    }

    #[test]
    fn all_stands_alone_and_last() {
        check_retry(r#"{"ErrorEquals": ["a"]}, {"ErrorEquals": ["States.ALL"]}"#, &[]);
        check_retry(
            r#"{"ErrorEquals": ["States.ALL"]}, {"ErrorEquals": ["a"]}"#,
            &[
                "/States/S/Retry[0]/ErrorEquals[0]: States.ALL matches before those after it can. Move it to the end.",
            ],
        );
        check_retry(
            r#"{"ErrorEquals": ["a", "States.ALL"]}"#,
            &[
                "/States/S/Retry[0]/ErrorEquals[1]: States.ALL stands for all errors. Remove the other names, or States.ALL.",
            ],
        );
    }

    #[test]
    fn reserved_names_are_known() {
        check_retry(
            r#"{"ErrorEquals": ["States.Timeout", "States.Http.StatusCode.429", "States.TimedOut"]}"#,
            &[
                "/States/S/Retry[0]/ErrorEquals[2]: The language has no error States.TimedOut. Names of your own can't start with States.",
            ],
        );
    }
}
