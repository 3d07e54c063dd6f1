//! Words for states and transitions, as short as a picture needs them.

use asl::resource::{Pattern, Resource};
use asl::{QueryLanguage, State, StateType, Target, TransitionKind};
use json::{Str, Value};

/// Labels longer than this are of no use in a picture; the views shorten further to what fits.
const LONGEST: usize = 120;

/// What a state does, in a few words; empty where the type says it all.
pub fn subtitle(state: State<'_>) -> String {
    let text = match state.state_type() {
        Some(StateType::Task) => state.string("Resource").map(|text| resource(&text)).unwrap_or_default(),
        Some(StateType::Wait) => wait(state),
        Some(StateType::Fail) => fail(state),
        Some(StateType::Parallel) => count(state.scopes().count(), "branch", "branches"),
        Some(StateType::Map) => map(state),
        Some(StateType::Choice) => {
            let rules = state.field("Choices").map_or(0, |node| state.document().tree().items(node).count());
            count(rules, "rule", "rules")
        }
        Some(StateType::Pass | StateType::Succeed) => String::new(),
        None => state.string("Type").map_or("No type".to_owned(), |name| format!("Unknown type {name}")),
    };
    let text = if text.is_empty() { state.state_type().map_or("", StateType::name).to_owned() } else { text };
    cut(&text)
}

/// The service that a task calls: `lambda`, also where the resource is a function itself.
pub fn service_of(state: State<'_>) -> Option<Str> {
    if state.state_type() != Some(StateType::Task) {
        return None;
    }
    match Resource::parse(&state.string("Resource")?)? {
        Resource::Integration { service, .. } | Resource::Sdk { service, .. } => Some(service.into()),
        Resource::Lambda { .. } => Some("lambda".into()),
        _ => None,
    }
}

/// What stands at a transition; empty where nothing needs to be said.
pub fn transition_label(state: State<'_>, kind: TransitionKind) -> String {
    let text = match kind {
        TransitionKind::Next => String::new(),
        TransitionKind::Default => "Default".to_owned(),
        TransitionKind::Choice(position) => {
            element(state, "Choices", position).map_or(String::new(), |rule| {
                rule.get("Comment").and_then(Value::as_str).map_or_else(|| choice_rule(&rule), str::to_owned)
            })
        }
        TransitionKind::Catch(position) => {
            let catcher = element(state, "Catch", position);
            let names =
                catcher.as_ref().and_then(|catcher| catcher.get("ErrorEquals")).and_then(Value::as_array);
            let names: Vec<&str> = names.unwrap_or_default().iter().filter_map(Value::as_str).collect();
            format!("Catch {}", names.join(", "))
        }
    };
    cut(text.trim())
}

/// A state for the ear: name, type, what it does, and where it leads.
pub(crate) fn for_the_ear(state: State<'_>) -> String {
    let mut text = state.name().to_owned();
    let type_name = state.state_type().map_or("unknown type", StateType::name);
    text.push_str(&format!(", {type_name} state"));
    let subtitle = subtitle(state);
    if subtitle != type_name {
        text.push_str(&format!(", {subtitle}"));
    }
    for transition in state.transitions() {
        let target = match &transition.target {
            Target::State(id) => state.document().state(*id).map_or("", |target| target.name()).to_owned(),
            Target::End => "the end".to_owned(),
            Target::Missing(name) => format!("{name}, which does not exist"),
        };
        let how = match transition.kind {
            TransitionKind::Next if transition.target == Target::End => ", then ".to_owned(),
            TransitionKind::Next => ", next ".to_owned(),
            TransitionKind::Default => ", by default ".to_owned(),
            TransitionKind::Choice(_) => format!(", if {} ", transition_label(state, transition.kind)),
            TransitionKind::Catch(_) => {
                format!(", {} ", transition_label(state, transition.kind).to_ascii_lowercase())
            }
        };
        text.push_str(&how);
        text.push_str(&target);
    }
    text
}

/// A resource in a few words: `Lambda: invoke, waits for callback`.
pub fn resource(arn: &str) -> String {
    let (service, action, pattern) = match Resource::parse(arn) {
        Some(Resource::Activity { name }) => return format!("Activity: {name}"),
        Some(Resource::Lambda { function }) => {
            return format!("Lambda: {}", function.split(':').next().unwrap_or_default());
        }
        Some(
            Resource::Integration { service, action, pattern } | Resource::Sdk { service, action, pattern },
        ) => (service, action, pattern),
        Some(Resource::Other { .. }) | None => return arn.to_owned(),
    };
    let waits = match pattern {
        Pattern::Sync | Pattern::Sync2 => ", waits for the job".to_owned(),
        Pattern::WaitForTaskToken => ", waits for callback".to_owned(),
        Pattern::Unknown(name) => format!(".{name}"),
        Pattern::RequestResponse => String::new(),
    };
    match (service, action) {
        ("http", "invoke") => format!("HTTP: call an API{waits}"),
        _ => format!("{}: {action}{waits}", service_name(service)),
    }
}

/// The usual spelling of a service's name in resource ARNs.
fn service_name(service: &str) -> String {
    let known = match service {
        "lambda" => "Lambda",
        "dynamodb" => "DynamoDB",
        "sns" => "SNS",
        "sqs" => "SQS",
        "s3" => "S3",
        "states" | "sfn" => "Step Functions",
        "events" | "eventbridge" => "EventBridge",
        "apigateway" => "API Gateway",
        "athena" => "Athena",
        "glue" => "Glue",
        "batch" => "Batch",
        "bedrock" => "Bedrock",
        "bedrockruntime" => "Bedrock Runtime",
        "codebuild" => "CodeBuild",
        "databrew" => "DataBrew",
        "ec2" => "EC2",
        "ecs" => "ECS",
        "eks" => "EKS",
        "elasticmapreduce" => "EMR",
        "emr-containers" => "EMR on EKS",
        "emr-serverless" => "EMR Serverless",
        "mediaconvert" => "MediaConvert",
        "rds" => "RDS",
        "rekognition" => "Rekognition",
        "sagemaker" => "SageMaker",
        "ses" | "sesv2" => "SES",
        "ssm" => "Systems Manager",
        "textract" => "Textract",
        "transcribe" => "Transcribe",
        "translate" => "Translate",
        _ => return service.to_owned(),
    };
    known.to_owned()
}

/// A choice rule as a sentence of symbols: `$.total > 100 and not $.test`.
pub fn choice_rule(rule: &Value) -> String {
    let mut text = String::new();
    write_rule(rule, 0, &mut text);
    text
}

fn write_rule(rule: &Value, depth: usize, out: &mut String) {
    if out.len() > LONGEST || depth > 8 {
        out.push('…');
        return;
    }
    if let Some(condition) = rule.get("Condition") {
        out.push_str(&expression(condition));
        return;
    }
    for (field, word) in [("And", " and "), ("Or", " or ")] {
        if let Some(rules) = rule.get(field).and_then(Value::as_array) {
            for (position, rule) in rules.iter().enumerate() {
                if position > 0 {
                    out.push_str(word);
                }
                let nested = rule.get("And").is_some() || rule.get("Or").is_some();
                out.push_str(if nested { "(" } else { "" });
                write_rule(rule, depth + 1, out);
                out.push_str(if nested { ")" } else { "" });
            }
            return;
        }
    }
    if let Some(rule) = rule.get("Not") {
        out.push_str("not ");
        write_rule(rule, depth + 1, out);
        return;
    }
    let variable = rule.get("Variable").and_then(Value::as_str).unwrap_or("?");
    let comparison = rule.as_object().and_then(|members| {
        members
            .iter()
            .find(|(name, _)| !matches!(&***name, "Variable" | "Next" | "Comment" | "Assign" | "Output"))
    });
    let Some((operator, operand)) = comparison else {
        out.push_str(variable);
        return;
    };
    let operator = operator.strip_suffix("Path").unwrap_or(operator);
    let text = match operand.as_str() {
        Some(path) if path.starts_with('$') => path.to_owned(),
        _ => operand.to_text(),
    };
    match (operator, operand.as_bool()) {
        ("IsPresent", Some(true)) => out.push_str(&format!("{variable} is present")),
        ("IsPresent", Some(false)) => out.push_str(&format!("{variable} is missing")),
        (test, Some(flag)) if test.starts_with("Is") => {
            let what = test.trim_start_matches("Is").to_ascii_lowercase();
            out.push_str(&format!("{variable} is {}{what}", if flag { "" } else { "not " }));
        }
        ("StringMatches", _) => out.push_str(&format!("{variable} matches {text}")),
        _ => {
            let symbol = match operator.trim_start_matches(|c: char| c.is_ascii_uppercase()) {
                rest if rest.ends_with("LessThanEquals") => "≤",
                rest if rest.ends_with("GreaterThanEquals") => "≥",
                rest if rest.ends_with("LessThan") => "<",
                rest if rest.ends_with("GreaterThan") => ">",
                rest if rest.ends_with("Equals") => "=",
                _ => operator,
            };
            out.push_str(&format!("{variable} {symbol} {text}"));
        }
    }
}

/// The text of a field that may be an expression, without the delimiters.
fn expression(value: &Value) -> String {
    match value.as_str() {
        Some(text) => {
            let inner = text.strip_prefix("{%").and_then(|text| text.strip_suffix("%}")).unwrap_or(text);
            inner.split_whitespace().collect::<Vec<_>>().join(" ")
        }
        None => value.to_text(),
    }
}

fn wait(state: State<'_>) -> String {
    if let Some(seconds) = state.value("Seconds") {
        return match seconds.as_i64() {
            Some(seconds) => duration(seconds),
            None => format!("{} seconds", expression(&seconds)),
        };
    }
    if let Some(path) = state.string("SecondsPath") {
        return format!("{path} seconds");
    }
    let until = state.value("Timestamp").or_else(|| state.value("TimestampPath"));
    until.map_or(String::new(), |until| format!("Until {}", expression(&until)))
}

/// A number of seconds in the two largest units that it has.
fn duration(seconds: i64) -> String {
    const UNITS: [(i64, &str); 4] = [(86_400, "d"), (3_600, "h"), (60, "min"), (1, "s")];
    let mut rest = seconds;
    let mut parts = Vec::new();
    for (length, unit) in UNITS {
        if rest >= length && parts.len() < 2 {
            parts.push(format!("{} {unit}", rest / length));
            rest %= length;
        }
    }
    if parts.is_empty() { format!("{seconds} s") } else { parts.join(" ") }
}

fn fail(state: State<'_>) -> String {
    let error = state.value("Error").or_else(|| state.value("ErrorPath"));
    error.map_or(String::new(), |error| expression(&error))
}

fn map(state: State<'_>) -> String {
    let processor = state.value("ItemProcessor");
    let config = processor.as_ref().and_then(|processor| processor.get("ProcessorConfig"));
    let distributed =
        config.and_then(|config| config.get("Mode")).and_then(Value::as_str) == Some("DISTRIBUTED");
    let items = match state.language() {
        QueryLanguage::JsonPath => state.value("ItemsPath"),
        QueryLanguage::Jsonata => state.value("Items"),
    };
    let mode = if distributed { "Distributed" } else { "Inline" };
    match items {
        _ if state.field("ItemReader").is_some() => format!("{mode}, items from S3"),
        Some(items) => format!("{mode}, each of {}", expression(&items)),
        None => mode.to_owned(),
    }
}

fn element(state: State<'_>, field: &str, position: usize) -> Option<Value> {
    let tree = state.document().tree();
    tree.items(state.field(field)?).nth(position).map(|node| tree.value(node))
}

fn count(number: usize, one: &str, many: &str) -> String {
    format!("{number} {}", if number == 1 { one } else { many })
}

fn cut(text: &str) -> String {
    match text.char_indices().nth(LONGEST) {
        None => text.to_owned(),
        Some((offset, _)) => format!("{}…", &text[..offset]),
    }
}

#[cfg(test)]
mod tests {
    use json::parse;

    use super::{choice_rule, duration, resource};

    #[test]
    fn resources_are_named_as_people_name_them() {
        assert_eq!(resource("arn:aws:states:::aws-sdk:s3:listObjectsV2"), "S3: listObjectsV2");
        assert_eq!(
            resource("arn:aws:states:::glue:startJobRun.sync"),
            "Glue: startJobRun, waits for the job"
        );
        assert_eq!(resource("arn:aws:lambda:us-east-1:123456789012:function:Pay:$LATEST"), "Lambda: Pay");
        assert_eq!(resource("arn:aws:states:us-east-1:123456789012:activity:Sign"), "Activity: Sign");
        assert_eq!(resource("${Function}"), "${Function}");
        assert_eq!(resource(""), "");
    }

    #[test]
    fn rules_read_as_sentences() {
        let check = |rule: &str, sentence: &str| assert_eq!(choice_rule(&parse(rule).unwrap()), sentence);
        check(r#"{"Variable": "$.a", "StringEquals": "x", "Next": "N"}"#, "$.a = \"x\"");
        check(r#"{"Variable": "$.a", "NumericLessThanEqualsPath": "$.b"}"#, "$.a ≤ $.b");
        check(r#"{"Variable": "$.a", "IsPresent": false}"#, "$.a is missing");
        check(r#"{"Variable": "$.a", "IsNumeric": false}"#, "$.a is not numeric");
        check(
            r#"{"And": [{"Variable": "$.a", "IsNull": true}, {"Or": [{"Not": {"Variable": "$.b", "BooleanEquals": true}}, {"Variable": "$.c", "StringMatches": "*.csv"}]}]}"#,
            "$.a is null and (not $.b = true or $.c matches \"*.csv\")",
        );
        check(r#"{"Condition": "{% $total > 3\n and $ok %}"}"#, "$total > 3 and $ok");
        check("{}", "?");
    }

    #[test]
    fn durations_have_two_units() {
        assert_eq!(duration(5), "5 s");
        assert_eq!(duration(90), "1 min 30 s");
        assert_eq!(duration(90_061), "1 d 1 h");
        assert_eq!(duration(0), "0 s");
        assert_eq!(duration(-1), "-1 s");
    }
}
