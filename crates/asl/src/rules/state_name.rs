use super::{Context, Findings, Reach, Rule, Stage};
use crate::fields::MAX_NAME_LEN;

pub(super) static RULE: Rule = Rule {
    code: "state-name",
    title: "The name of a state is empty or too long",
    explanation: "Names of states have up to 80 characters.",
    reach: Reach::State,
    check,
};

fn check(context: &Context<'_>, findings: &mut Findings) {
    for state in context.states() {
        let name = state.name();
        let len = name.encode_utf16().count();
        if name.trim().is_empty() {
            findings
                .at(context, &RULE, state.member(), "The state has no name. Give it one.")
                .span(state.name_span())
                .state(Some(state.id()))
                .stage(Stage::Names)
                .warning()
                .push_to(findings);
        } else if len > MAX_NAME_LEN {
            findings
                .at(context, &RULE, state.member(), format!("The name has {len} characters; {MAX_NAME_LEN} are allowed. Shorten it."))
                .span(state.name_span())
                .state(Some(state.id()))
                .stage(Stage::Names)
                .aws(
                    "INVALID_STATE_NAME",
                    format!("Invalid State name: State '{name}' exceeds the {MAX_NAME_LEN}-character limit allowed by the service"),
                )
                .push_to(findings);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::check;

    #[test]
    fn names_have_at_most_80_characters() {
        let machine = |len: usize| format!(r#"{{"States": {{"{}": {{}}}}}}"#, "x".repeat(len));
        check("state-name", &machine(80), &[]);
        let location = format!("/States/{}", "x".repeat(81));
        let message = format!("{location}: The name has 81 characters; 80 are allowed. Shorten it.");
        check("state-name", &machine(81), &[&message]);
    }
}
