use json::{NodeKind, json_type_name};

use super::{Context, Findings, Reach, Rule};

pub(super) static RULE: Rule = Rule {
    code: "no-definition",
    title: "The text is no definition",
    explanation: "A definition is a JSON object with the fields StartAt and States.",
    reach: Reach::Workflow,
    check,
};

fn check(context: &Context<'_>, findings: &mut Findings) {
    let Some(root) = context.tree().root() else { return };
    if matches!(context.tree().kind(root), NodeKind::Object | NodeKind::Invalid) {
        return;
    }
    let found = json_type_name(&context.tree().value(root));
    let message =
        format!("A definition is a JSON object with StartAt and States; this is the JSON type {found}.");
    findings
        .at(context, &RULE, root, message)
        .aws_schema("Definition must be a valid JSON object")
        .aws_location(None)
        .push_to(findings);
}

#[cfg(test)]
mod tests {
    use super::super::tests::check;

    #[test]
    fn other_json_is_refused() {
        let message =
            "/: A definition is a JSON object with StartAt and States; this is the JSON type array.";
        check("no-definition", "[1]", &[message]);
        check("no-definition", "{}", &[]);
    }
}
