use json::Span;

use super::{Context, Findings, Reach, Rule};
use crate::fields::MAX_DEFINITION_LEN;

pub(super) static RULE: Rule = Rule {
    code: "definition-size",
    title: "The definition is too long",
    explanation: "AWS takes definitions of up to 1 MiB (quota \"Maximum definition size\").",
    reach: Reach::Workflow,
    check,
};

fn check(context: &Context<'_>, findings: &mut Findings) {
    let len = context.document.text().len();
    if let Some(root) = context.tree().root()
        && len > MAX_DEFINITION_LEN
    {
        let message = format!(
            "The definition has {len} bytes; AWS takes {MAX_DEFINITION_LEN}. Move parts into nested workflows."
        );
        let start = context.tree().span(root).start;
        findings.at(context, &RULE, root, message).span(Span::new(start, start + 1)).push_to(findings);
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::check;

    #[test]
    fn a_mebibyte_is_the_limit() {
        let definition = format!("{{\"Comment\": \"{}\"}}", "x".repeat(1_048_576 - 15));
        check("definition-size", &definition, &[]);
        let message =
            "/: The definition has 1048577 bytes; AWS takes 1048576. Move parts into nested workflows.";
        check("definition-size", &definition.replacen('x', "xx", 1), &[message]);
    }
}
