use json::{NodeId, Span};

use super::{Context, Findings, Reach, Rule};
use crate::fields::{MAP, PROCESSOR_CONFIG, READER_CONFIG, RESULT_WRITER};
use crate::typed::TypedObject;

pub(super) static RULE: Rule = Rule {
    code: "distributed-map",
    title: "The parts of a distributed map don't fit together",
    explanation: "Child executions need a type, CSV files a place of their headers, and readers, batchers and writers the mode DISTRIBUTED.",
    reach: Reach::State,
    check,
};

fn check(context: &Context<'_>, findings: &mut Findings) {
    for object in context.objects() {
        if std::ptr::eq(object.of, &PROCESSOR_CONFIG) {
            check_processor(context, findings, object);
        } else if std::ptr::eq(object.of, &READER_CONFIG) {
            check_reader(context, findings, object);
        } else if std::ptr::eq(object.of, &RESULT_WRITER) {
            check_writer(context, findings, object);
        } else if std::ptr::eq(object.of, &MAP) {
            check_map(context, findings, object);
        }
    }
}

fn text(context: &Context<'_>, object: &TypedObject, field: &str) -> Option<String> {
    let value = context.typed.member(object, field)?.value?;
    context.text_of(value).map(|text| text.into_owned())
}

fn brace(context: &Context<'_>, node: NodeId) -> Span {
    let start = context.tree().span(node).start;
    Span::new(start, start + 1)
}

fn report_missing(
    context: &Context<'_>,
    findings: &mut Findings,
    object: &TypedObject,
    message: &str,
    aws: &str,
) {
    findings
        .at(context, &RULE, object.node, message)
        .span(brace(context, object.node))
        .state(object.state)
        .aws_schema(aws)
        .push_to(findings);
}

fn report_surplus(
    context: &Context<'_>,
    findings: &mut Findings,
    object: &TypedObject,
    field: &str,
    message: &str,
) {
    let Some(member) = context.typed.member(object, field) else { return };
    findings
        .at(context, &RULE, member.node, message)
        .span(member.name_span)
        .state(object.state)
        .aws_schema(format!("Field '{field}' is not supported"))
        .of_object(context, object.node)
        .push_to(findings);
}

fn check_processor(context: &Context<'_>, findings: &mut Findings, object: &TypedObject) {
    let distributed = text(context, object, "Mode").as_deref() == Some("DISTRIBUTED");
    if distributed && !context.typed.has(object, "ExecutionType") {
        let message = "Child executions need an ExecutionType: STANDARD or EXPRESS.";
        report_missing(context, findings, object, message, "These fields are required: [ExecutionType]");
    } else if text(context, object, "Mode").is_none_or(|mode| mode == "INLINE") {
        let message =
            "Only distributed maps have child executions. Set Mode to DISTRIBUTED or remove ExecutionType.";
        report_surplus(context, findings, object, "ExecutionType", message);
    }
}

fn check_reader(context: &Context<'_>, findings: &mut Findings, object: &TypedObject) {
    let input_type = text(context, object, "InputType");
    if input_type.as_deref() == Some("CSV") && !context.typed.has(object, "CSVHeaderLocation") {
        let message = "A CSV file needs a CSVHeaderLocation: FIRST_ROW or GIVEN.";
        report_missing(context, findings, object, message, "The field 'CSVHeaderLocation' is required");
    }
    if text(context, object, "CSVHeaderLocation").as_deref() == Some("GIVEN")
        && !context.typed.has(object, "CSVHeaders")
    {
        let message = "Headers that are GIVEN must be listed in CSVHeaders.";
        report_missing(context, findings, object, message, "These fields are required: [CSVHeaders]");
    }
    if matches!(input_type.as_deref(), Some("JSON" | "JSONL" | "PARQUET")) {
        for field in ["CSVDelimiter", "CSVHeaderLocation", "CSVHeaders"] {
            report_surplus(
                context,
                findings,
                object,
                field,
                "Only CSV files have this. Remove it or set InputType to CSV.",
            );
        }
    }
}

fn check_writer(context: &Context<'_>, findings: &mut Findings, object: &TypedObject) {
    let has = |field| context.typed.has(object, field);
    if !has("WriterConfig") && !has("Resource") {
        let message = "A result writer needs a Resource with a bucket, or a WriterConfig.";
        report_missing(context, findings, object, message, "These fields are required: [Resource]");
    } else if has("Resource") && !has("Parameters") && !has("Arguments") {
        let field = if object.language == crate::QueryLanguage::Jsonata { "Arguments" } else { "Parameters" };
        let message = format!("The result writer needs {field} that name a Bucket.");
        let aws = format!("These fields are required: [{field}]");
        report_missing(context, findings, object, &message, &aws);
    }
}

/// AWS takes these fields in any mode, and ignores them or fails at run time.
fn check_map(context: &Context<'_>, findings: &mut Findings, object: &TypedObject) {
    let tree = context.tree();
    let processor = ["ItemProcessor", "Iterator"]
        .into_iter()
        .find_map(|field| context.typed.member(object, field)?.value);
    let mode = processor
        .and_then(|processor| tree.get(processor, "ProcessorConfig"))
        .and_then(|config| tree.get(config, "Mode"))
        .and_then(|mode| tree.as_str(mode));
    if mode.is_some_and(|mode| mode != "INLINE") {
        return;
    }
    for field in ["ItemReader", "ItemBatcher", "ResultWriter"] {
        let Some(member) = context.typed.member(object, field) else { continue };
        let message = format!(
            "{field} is for distributed maps. Set ItemProcessor/ProcessorConfig/Mode to DISTRIBUTED."
        );
        findings
            .at(context, &RULE, member.node, message)
            .span(member.name_span)
            .state(object.state)
            .warning()
            .push_to(findings);
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{check, single};

    #[test]
    fn parts_fit_together() {
        let map = |mode: &str, more: &str| {
            single(&format!(r#""Type": "Map", "ItemProcessor": {{"ProcessorConfig": {{{mode}}}}}{more}"#))
        };
        check("distributed-map", &map(r#""Mode": "DISTRIBUTED", "ExecutionType": "EXPRESS""#, ""), &[]);
        check(
            "distributed-map",
            &map(r#""Mode": "DISTRIBUTED""#, r#", "ItemReader": {"ReaderConfig": {"InputType": "CSV"}}"#),
            &[
                "/States/S/ItemProcessor/ProcessorConfig: Child executions need an ExecutionType: STANDARD or EXPRESS.",
                "/States/S/ItemReader/ReaderConfig: A CSV file needs a CSVHeaderLocation: FIRST_ROW or GIVEN.",
            ],
        );
        check(
            "distributed-map",
            &map(r#""Mode": "INLINE", "ExecutionType": "EXPRESS""#, r#", "ItemBatcher": {}"#),
            &[
                "/States/S/ItemProcessor/ProcessorConfig/ExecutionType: Only distributed maps have child executions. Set Mode to DISTRIBUTED or remove ExecutionType.",
                "/States/S/ItemBatcher: ItemBatcher is for distributed maps. Set ItemProcessor/ProcessorConfig/Mode to DISTRIBUTED.",
            ],
        );
        check(
            "distributed-map",
            &map(
                r#""Mode": "DISTRIBUTED", "ExecutionType": "EXPRESS""#,
                r#", "ResultWriter": {"Resource": "arn:aws:states:::s3:putObject"}"#,
            ),
            &["/States/S/ResultWriter: The result writer needs Parameters that name a Bucket."],
        );
    }
}
