use super::super::{Context, Findings, Reach, Rule};
use super::loops::{TaskPattern, pattern_of};
use crate::resource::{Arn, last_part};
use crate::{Severity, StateType, WorkflowType};

pub(in crate::rules) static RULE: Rule = Rule {
    code: "could-be-express",
    title: "As an Express workflow it would cost less",
    explanation: "Standard workflows cost per state transition, Express workflows per execution, duration and memory. Where all tasks answer at once and may run twice, an Express workflow does the same for a fraction of the price. Its executions are kept in CloudWatch Logs only.",
    reach: Reach::Workflow,
    check,
};

/// With fewer transitions the difference is small.
const MANY_STATES: usize = 10;

/// Calls that may run twice without harm: what an Express workflow, started asynchronously, can do.
const READS: [&str; 9] =
    ["get", "describe", "list", "detect", "query", "scan", "search", "batchget", "analyze"];

fn check(context: &Context<'_>, findings: &mut Findings) {
    if context.options.workflow_type == WorkflowType::Express {
        return;
    }
    let Some(machine) = context.document.machine() else { return };
    let mut tasks = 0;
    let mut states = 0;
    let mut has_map = false;
    for state in context.document.states() {
        states += 1;
        match state.state_type() {
            Some(StateType::Task) => {
                tasks += 1;
                let resource = state.string("Resource").unwrap_or_default();
                let action = last_part(&resource).to_ascii_lowercase();
                let only_reads =
                    Arn::parse(&resource).is_some() && READS.iter().any(|word| action.starts_with(word));
                if pattern_of(state) != TaskPattern::Answer || !only_reads {
                    return;
                }
            }
            Some(StateType::Wait) => return,
            Some(StateType::Map) => {
                has_map = true;
                let tree = context.tree();
                let is_distributed = state.scopes().any(|scope| {
                    let mode = scope.field("ProcessorConfig").and_then(|config| tree.get(config, "Mode"));
                    mode.and_then(|mode| tree.as_str(mode)).as_deref() == Some("DISTRIBUTED")
                });
                if is_distributed {
                    return;
                }
            }
            _ => {}
        }
    }
    if tasks == 0 || !(has_map || states >= MANY_STATES) {
        return;
    }
    let message = "All tasks answer at once and only read. As an Express workflow it would cost per execution, not per state.";
    findings
        .at(context, &RULE, machine.node(), message)
        .span(json::Span::new(0, 1))
        .severity(Severity::Advice)
        .push_to(findings);
}

#[cfg(test)]
mod tests {
    use super::super::super::tests::{check_advice, check_with, single};
    use crate::{CheckOptions, WorkflowType};

    #[test]
    fn what_only_reads_could_be_express() {
        let map = |resource: &str| {
            single(&format!(
                r#""Type": "Map", "End": true, "ItemProcessor": {{"StartAt": "T", "States": {{"T": {{"Type": "Task", "Resource": "{resource}", "End": true}}}}}}"#
            ))
        };
        let reading = map("arn:aws:states:::dynamodb:getItem");
        let message = "/: All tasks answer at once and only read. As an Express workflow it would cost per execution, not per state.";
        check_advice("could-be-express", &reading, &[message]);
        check_advice("could-be-express", &map("arn:aws:states:::dynamodb:putItem"), &[]);
        check_advice("could-be-express", &map("arn:aws:states:::sns:publish"), &[]);
        let express =
            CheckOptions { workflow_type: WorkflowType::Express, advice: true, ..CheckOptions::default() };
        check_with(&express, "could-be-express", &reading, &[]);
    }
}
