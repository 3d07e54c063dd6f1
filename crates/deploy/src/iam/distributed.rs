//! Distributed Maps: child executions, and the files that they read and write.

use asl::State;
use json::Value;

use crate::given::{Arguments, Constants, Given};
use crate::iam::grants::{BUCKET, Grants};
use crate::iam::{Condition, is_blank};
use crate::text::Text;

/// What a Map state needs (developer guide, "IAM policies for using Distributed Map states").
pub fn map(state: State<'_>, constants: &Constants, grants: &mut Grants) {
    let processor = ["ItemProcessor", "Iterator"].into_iter().find_map(|field| state.value(field));
    let mode =
        processor.as_ref().and_then(|processor| processor.get("ProcessorConfig")?.get("Mode")?.as_str());
    if mode != Some("DISTRIBUTED") {
        return;
    }
    let own = grants.own_arn();
    grants.allow(&["states:StartExecution"], vec![own]);
    let executions = vec![grants.own_executions(":*"), grants.own_executions("/*")];
    grants
        .allow(&["states:DescribeExecution", "states:StopExecution", "states:RedriveExecution"], executions);
    if let Some(reader) = state.value("ItemReader") {
        read(&reader, state, constants, grants);
    }
    if let Some(writer) = state.value("ResultWriter") {
        write(&writer, state, constants, grants);
    }
}

fn arguments<'c>(of: &Value, state: State<'_>, constants: &'c Constants) -> Arguments<'c> {
    let value = of.get("Arguments").or_else(|| of.get("Parameters")).cloned();
    Arguments::new(value, state.language(), constants)
}

fn read(reader: &Value, state: State<'_>, constants: &Constants, grants: &mut Grants) {
    let arguments = arguments(reader, state, constants);
    let bucket = arguments.get("Bucket");
    let bucket = grants.named(&BUCKET, &bucket, "Bucket of ItemReader");
    let resource = reader.get("Resource").and_then(Value::as_str).unwrap_or_default();
    let config = |name: &str| reader.get("ReaderConfig").and_then(|config| config.get(name)?.as_str());
    if resource.ends_with("s3:listObjectsV2") {
        let prefix = arguments.get("Prefix");
        let like = |text: &Text| Condition {
            operator: "StringLike",
            key: "s3:prefix".to_owned(),
            values: vec![text.clone().then(&Text::literal("*"))],
        };
        let conditions = prefix.known().map(like).into_iter().collect();
        grants.allow_if(&["s3:ListBucket"], vec![bucket.clone()], conditions);
        if config("Transformation") == Some("LOAD_AND_FLATTEN") {
            let objects = object(bucket, &prefix, "*");
            grants.allow(&["s3:GetObject"], vec![objects]);
        }
        return;
    }
    let key = arguments.get("Key");
    if key == Given::RunTime {
        grants
            .wide("Key of ItemReader is only known at run time, so every object of the bucket may be read.");
    }
    let file = object(bucket, &key, "");
    grants.allow(&["s3:GetObject"], vec![file]);
    if config("InputType") == Some("MANIFEST") {
        grants.missing(
            "The manifest names the files that are read, which may be in other buckets: allow s3:GetObject on them.",
        );
    }
}

fn write(writer: &Value, state: State<'_>, constants: &Constants, grants: &mut Grants) {
    let has_target =
        writer.get("Arguments").or_else(|| writer.get("Parameters")).is_some_and(|of| !is_blank(of));
    if !has_target {
        return;
    }
    let arguments = arguments(writer, state, constants);
    let bucket = grants.named(&BUCKET, &arguments.get("Bucket"), "Bucket of ResultWriter");
    let objects = object(bucket, &arguments.get("Prefix"), "/*");
    let actions = ["s3:PutObject", "s3:GetObject", "s3:ListMultipartUploadParts", "s3:AbortMultipartUpload"];
    grants.allow(&actions, vec![objects]);
}

/// Objects of a bucket by a key or a prefix; all of them where it is not known.
fn object(bucket: Text, key: &Given, after: &str) -> Text {
    let bucket = bucket.then(&Text::literal("/"));
    match key {
        Given::Known(key) if after == "/*" => bucket
            .then(&key.map_literals(|text| text.trim_end_matches('/').to_owned()))
            .then(&Text::literal(after)),
        Given::Known(key) => bucket.then(key).then(&Text::literal(after)),
        Given::Partly(key) => bucket.then(key),
        Given::RunTime | Given::Missing => bucket.then(&Text::literal("*")),
    }
}
