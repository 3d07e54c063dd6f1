use super::super::{Context, Findings, Reach, Rule};
use crate::{StateType, WorkflowType};

pub(in crate::rules) static RULE: Rule = Rule {
    code: "express-duration",
    title: "An Express execution ends before this does",
    explanation: "Express executions take five minutes at most, and then end as timed out.",
    reach: Reach::State,
    check,
};

const MAX_SECONDS: i64 = 300;

fn check(context: &Context<'_>, findings: &mut Findings) {
    if context.options.workflow_type != WorkflowType::Express {
        return;
    }
    for state in context.states() {
        let field = match state.state_type() {
            Some(StateType::Wait) => "Seconds",
            Some(StateType::Task) => "TimeoutSeconds",
            _ => continue,
        };
        let Some(node) = state.field(field) else { continue };
        let Some(seconds) = state.value(field).and_then(|value| value.as_i64()) else { continue };
        let message = match field {
            "Seconds" if seconds >= MAX_SECONDS => format!(
                "{} waits for {seconds} seconds, and an Express execution ends after 300. Make it a standard workflow, or wait elsewhere.",
                state.name()
            ),
            "TimeoutSeconds" if seconds > MAX_SECONDS => format!(
                "The execution ends after 300 seconds, before this timeout. Set one that {} can reach.",
                state.name()
            ),
            _ => continue,
        };
        findings.at(context, &RULE, node, message).state(Some(state.id())).warning().push_to(findings);
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::tests::{check_with, single};
    use crate::{CheckOptions, WorkflowType};

    #[test]
    fn express_is_over_after_five_minutes() {
        let options =
            CheckOptions { workflow_type: WorkflowType::Express, advice: true, ..CheckOptions::default() };
        let wait = |seconds: u32| single(&format!(r#""Type": "Wait", "End": true, "Seconds": {seconds}"#));
        check_with(
            &options,
            "express-duration",
            &wait(600),
            &[
                "/States/S/Seconds: S waits for 600 seconds, and an Express execution ends after 300. Make it a standard workflow, or wait elsewhere.",
            ],
        );
        check_with(&options, "express-duration", &wait(30), &[]);
        let standard = CheckOptions { advice: true, ..CheckOptions::default() };
        check_with(&standard, "express-duration", &wait(600), &[]);
    }
}
