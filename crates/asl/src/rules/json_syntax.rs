use json::Span;

use super::{Context, Finding, Findings, Reach, Rule, Stage};
use crate::Patch;
use crate::problem::{Fix, Problem, Severity};

pub(super) static RULE: Rule = Rule {
    code: "json-syntax",
    title: "The text is not JSON",
    explanation: "A definition is a JSON text (RFC 8259). What can be read of it is still shown.",
    reach: Reach::Workflow,
    check,
};

fn check(context: &Context<'_>, findings: &mut Findings) {
    for found in context.tree().problems() {
        if findings.is_full() {
            return;
        }
        findings.list.push(Finding {
            stage: Stage::Text,
            anchor: None,
            rule: 0,
            problem: Problem {
                severity: Severity::Error,
                code: RULE.code,
                message: format!("{}.", found.message),
                span: found.span,
                state: context.document.state_at(found.span.start).map(|state| state.id()),
                location: "/".to_owned(),
                aws: None,
                fixes: found.mended.iter().map(|mended| fix(context, found.span, mended)).collect(),
            },
        });
    }
}

fn fix(context: &Context<'_>, span: Span, mended: &str) -> Fix {
    let title = match (mended, context.tree().text().get(span.range())) {
        ("", Some(",")) => "Remove the comma".to_owned(),
        ("", _) => "Remove the comment".to_owned(),
        (mended, _) if span.is_empty() => format!("Insert {mended}"),
        (mended, _) => format!("Change to {mended}"),
    };
    Fix { title, patch: Patch::replace(span, mended) }
}

#[cfg(test)]
mod tests {
    use super::super::tests::check;

    #[test]
    fn every_mistake_is_reported() {
        check("json-syntax", r#"{"StartAt": "S",}"#, &["/: Comma after the last element."]);
        check("json-syntax", "{\"StartAt\": \"S\"", &["/: Missing } at the end."]);
    }
}
