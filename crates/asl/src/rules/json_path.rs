use super::{Context, Findings, Reach, Rule};
use crate::QueryLanguage;
use crate::expressions::{self, PathUse};
use crate::fields::Kind;

pub(super) static RULE: Rule = Rule {
    code: "json-path",
    title: "A path can't be read",
    explanation: "Paths start with $ (the data), $$ (the context object) or $name (a variable). Where one place is meant, wildcards, filters, slices and .. are not allowed.",
    reach: Reach::State,
    check,
};

fn check(context: &Context<'_>, findings: &mut Findings) {
    for (object, member) in context.members() {
        let (Some(field), Some(value)) = (member.field, member.value) else { continue };
        let path_use = match field.kind {
            Kind::JsonPath => PathUse::Any,
            Kind::ReferencePath { context } => PathUse::Reference { context },
            Kind::ResultPath => PathUse::Result,
            Kind::PathOrCall => PathUse::OrCall,
            _ => continue,
        };
        if object.language != QueryLanguage::JsonPath {
            continue;
        }
        let Some(text) = context.text_of(value).filter(|text| !context.is_placeholder(text)) else {
            continue;
        };
        if let Err(problem) = expressions::check_path(&text, path_use) {
            findings
                .at(context, &RULE, value, format!("{}: {}", field.name, problem.message))
                .span(context.span_in_text(value, problem.offset))
                .state(object.state)
                .aws_schema(problem.aws)
                .push_to(findings);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{check, single};
    use crate::Document;

    #[test]
    fn paths_start_with_a_dollar() {
        let pass = |field: &str| single(&format!(r#""Type": "Pass", {field}"#));
        for fine in [
            r#""InputPath": "$.a.b[0]""#,
            r#""InputPath": "$$.Execution.Input""#,
            r#""OutputPath": "$total.sum""#,
            r#""InputPath": null"#,
            r#""InputPath": "$.a[?(@.b > 1)].c[*]""#,
            r#""ResultPath": "$.a['b c'][1]""#,
            r#""InputPath": "${Path}""#,
        ] {
            check("json-path", &pass(fine), &[]);
        }
        check(
            "json-path",
            &pass(r#""InputPath": "a.b", "OutputPath": "", "ResultPath": "x""#),
            &[
                "/States/S/InputPath: InputPath: A path starts with $, such as $.order.id.",
                "/States/S/OutputPath: OutputPath: A path starts with $, such as $.order.id.",
                "/States/S/ResultPath: ResultPath: A path starts with $, such as $.order.id.",
            ],
        );
    }

    #[test]
    fn a_place_to_write_to_is_one_place_of_the_data() {
        let pass = |path: &str| single(&format!(r#""Type": "Pass", "ResultPath": "{path}""#));
        let several = "/States/S/ResultPath: ResultPath: This path can match several values; name a single place, such as $.order.items[0].";
        check("json-path", &pass("$.a[*]"), &[several]);
        check("json-path", &pass("$..a"), &[several]);
        let data = "/States/S/ResultPath: ResultPath: The place to write to is in the state's data: start with $. or $[.";
        check("json-path", &pass("$$.Execution"), &[data]);
        check("json-path", &pass("$total"), &[data]);
    }

    /// The text ends within a path: what is marked ends where the text does.
    #[test]
    fn a_path_that_is_not_closed_is_marked_to_its_end() {
        let text = r#"{"StartAt": "A", "States": {"A": {"Type": "Fail", "CausePath": "States.Format('añ"#;
        let document = Document::parse(text);
        let marked: Vec<&str> = document
            .problems()
            .iter()
            .filter(|problem| problem.code == "json-path")
            .map(|problem| text.get(problem.span.range()).unwrap())
            .collect();
        assert_eq!(marked, ["'añ"]);
    }
}
