//! Where linters' verdicts on definitions are ours, and why where they are not.

mod shared_data;

use json::Value;
use shared_data::{cases, definition, validate_case};

/// Where AWS's rules, which ours follow, are not the linter's.
const DIFFERENCES: [(&str, &str); 21] = [
    ("asl-validator.invalid-json-surround-syntax-extra-spaces", "AWS takes any blanks between {% and %}"),
    ("asl-validator.invalid-jsonata-surround-syntax-no-spaces", "AWS takes {%10%} without blanks"),
    ("asl-validator.valid-cfn-definition-substitutions", "AWS sees ${…} only after it was filled in"),
    ("asl-validator.valid-map-with-item-batcher-jsonata", "AWS refuses JSONPath states in a JSONata machine"),
    ("asl-validator.valid-path-array-context", "AWS's JSONPath has no script expressions [(@.length-1)]"),
    ("asl-validator.valid-task-parameters", "AWS has no tasks of the Simple Workflow Service"),
    ("statelint.backoff-with-backoffrate-decimal", "AWS wants an ARN as Resource, not foo:bar"),
    ("statelint.should_use_Default_field_correctly", "AWS wants a comparison beside Variable"),
    ("statelint.states-array-intrinsic-functions", "AWS wants an ARN as Resource, not foo:bar"),
    ("statelint.states-array-invocation", "AWS wants an ARN as Resource, not foo:bar"),
    ("statelint.states-encoding-decoding-intrinsic-functions", "AWS wants an ARN as Resource, not foo:bar"),
    ("statelint.states-format-invocation", "AWS wants an ARN as Resource, not foo:bar"),
    ("statelint.states-hash-intrinsic-functions", "AWS wants an ARN as Resource, not foo:bar"),
    ("statelint.states-jsontostring-invocation", "AWS wants an ARN as Resource, not foo:bar"),
    ("statelint.states-math-intrinsic-functions", "AWS wants an ARN as Resource, not foo:bar"),
    ("statelint.states-string-intrinsic-functions", "AWS wants an ARN as Resource, not foo:bar"),
    ("statelint.states-stringtojson-invocation", "AWS wants an ARN as Resource, not foo:bar"),
    ("statelint.states-uuid-intrinsic-functions", "AWS wants an ARN as Resource, not foo:bar"),
    ("statelint.task-with-credentials", "AWS wants an ARN as Resource, and RoleArn in Credentials"),
    ("statelint.task-with-parameters", "AWS wants an ARN as Resource, not foo:bar"),
    ("statelint.task-with-resultpath", "AWS wants an ARN as Resource, not foo:bar"),
];

#[test]
fn linters_agree_or_differ_for_a_known_reason() {
    let mut same = 0;
    let mut failed = Vec::new();
    for (name, case) in cases("conformance/linters") {
        // Two cases are parts of states, which no definition can be made of.
        let Some(definition) = definition(&case).filter(|_| case.get("fragment").is_none()) else { continue };
        let wanted =
            case.get("expect").and_then(|expect| expect.get("valid")).and_then(Value::as_bool).unwrap();
        let validation = validate_case(&case, &definition);
        let reason = DIFFERENCES.iter().find(|(known, _)| *known == name).map(|(_, reason)| reason);
        let verdict = if validation.is_valid() { "valid" } else { "not valid" };
        match (validation.is_valid() == wanted, reason) {
            (true, None) => same += 1,
            (false, Some(reason)) => println!("{name} is {verdict}: {reason}"),
            _ => failed.push(format!("{name}: {verdict}, {}", validation.to_json())),
        }
    }
    println!("linters: {same} verdicts are the same");
    assert!(failed.is_empty(), "{}", failed.join("\n"));
}
