//! Task states ready to insert.

use asl::{QueryLanguage, StateType};
use json::{Map, Value};

use crate::integration::{Integration, Pattern, integration};
use crate::shapes::{Operation, Shape, Shapes};

/// A state of a type that is valid where it is put, with as little in it as possible.
/// A Task calls a Lambda function. Where a Choice leads follows from its place, as `Next` and `End` do; where nothing
/// follows, it takes [`choice_with_end`].
pub fn flow_state(state_type: StateType, language: QueryLanguage) -> Value {
    let mut state = Map::new();
    state.insert("Type", Value::from(state_type.name()));
    match state_type {
        StateType::Task => {
            return integration("lambda", "invoke")
                .map_or(Value::from(state), |lambda| template(lambda, Pattern::RequestResponse, language));
        }
        StateType::Wait => {
            state.insert("Seconds", Value::int(5));
        }
        StateType::Choice => {
            state.insert("Choices", Value::array(vec![rule(language, "")]));
            state.insert("Default", Value::from(""));
        }
        StateType::Parallel => {
            state.insert("Branches", Value::array(vec![scope(None, "Pass"), scope(None, "Pass 2")]));
        }
        StateType::Map => {
            let inline = Value::from_members([("Mode", Value::from("INLINE"))]);
            state.insert("ItemProcessor", scope(Some(inline), "Pass"));
        }
        StateType::Pass | StateType::Succeed | StateType::Fail => {}
    }
    Value::from(state)
}

/// The definition of a Choice with a state that all its ways lead to.
pub fn choice_with_end(language: QueryLanguage) -> String {
    let choice = Value::from_members([
        ("Type", Value::from("Choice")),
        ("Choices", Value::array(vec![rule(language, "Pass")])),
        ("Default", Value::from("Pass")),
    ]);
    let states = Value::from_members([("Choice", choice), ("Pass", pass())]);
    let definition = [
        ("QueryLanguage", Value::from(language.name())),
        ("StartAt", Value::from("Choice")),
        ("States", states),
    ];
    Value::from_members(definition).to_pretty()
}

fn rule(language: QueryLanguage, next: &str) -> Value {
    let next = ("Next", Value::from(next));
    match language {
        QueryLanguage::JsonPath => {
            Value::from_members([("Variable", Value::from("$")), ("IsPresent", Value::from(true)), next])
        }
        QueryLanguage::Jsonata => Value::from_members([("Condition", Value::from("{% true %}")), next]),
    }
}

fn pass() -> Value {
    Value::from_members([("Type", Value::from("Pass")), ("End", Value::from(true))])
}

fn scope(config: Option<Value>, name: &str) -> Value {
    let config = config.map(|config| ("ProcessorConfig", config));
    let states = Value::from_members([(name, pass())]);
    Value::from_members(config.into_iter().chain([("StartAt", Value::from(name)), ("States", states)]))
}

/// A Task state for an optimized integration, with the required parameters, and with what AWS recommends for it:
/// retries of Lambda's own errors, and the function's answer without the wrapping.
/// `Next` and `End` follow from where it is put.
pub fn template(integration: &Integration, pattern: Pattern, language: QueryLanguage) -> Value {
    let text = match pattern {
        Pattern::WaitForTaskToken => integration.token_parameters,
        _ => integration.parameters,
    };
    let parameters = said_in(language, &json::parse(text).unwrap_or_default());
    let is_lambda = integration.service == "lambda";
    let unwraps = is_lambda && pattern == Pattern::RequestResponse;
    let mut state = task(&integration.resource(pattern));
    if unwraps && language == QueryLanguage::JsonPath {
        state.insert("OutputPath", Value::from("$.Payload"));
    }
    state.insert(parameters_field(language), parameters);
    if is_lambda {
        state.insert("Retry", Value::array(vec![lambda_retrier()]));
    }
    if unwraps && language == QueryLanguage::Jsonata {
        state.insert("Output", Value::from("{% $states.result.Payload %}"));
    }
    Value::from(state)
}

/// A Task state for any action of any service, with the parameters that its shape requires.
/// Without shapes it has no parameters.
pub fn sdk_template(service: &str, action: &str, shapes: Option<&Shapes>, language: QueryLanguage) -> Value {
    let mut state = task(&format!("arn:aws:states:::aws-sdk:{service}:{action}"));
    let operation = shapes.and_then(|shapes| Some((shapes, shapes.operation(action)?)));
    let parameters =
        operation.map_or_else(|| Value::from(Map::new()), |(shapes, operation)| skeleton(shapes, &operation));
    state.insert(parameters_field(language), parameters);
    Value::from(state)
}

/// The required parameters of an action: `${Name}` for texts, the least valid value for others.
pub fn skeleton(shapes: &Shapes, operation: &Operation<'_>) -> Value {
    match operation.input {
        Some(input) => least_value(shapes, &Shape::Of(input), "", 0),
        None => Value::from(Map::new()),
    }
}

/// Structures that require themselves end here.
const DEEPEST: usize = 6;

fn least_value(shapes: &Shapes, shape: &Shape<'_>, name: &str, depth: usize) -> Value {
    if depth > DEEPEST {
        return Value::from(Map::new());
    }
    match shape {
        Shape::Text { .. } | Shape::Blob { .. } | Shape::Timestamp => Value::from(format!("${{{name}}}")),
        Shape::Boolean => Value::from(false),
        Shape::Integer { least, .. } | Shape::Number { least, .. } => {
            Value::int(least.map_or(1, |least| least.max(1.0) as i64))
        }
        Shape::Any | Shape::Map(_) => Value::from(Map::new()),
        Shape::List { item, .. } => {
            Value::array(vec![least_value(shapes, &shapes.read(item), name.trim_end_matches('s'), depth + 1)])
        }
        Shape::Of(index) => {
            let values = shapes.values(*index);
            if let Some(first) = values.first() {
                return Value::from(*first);
            }
            let Some(structure) = shapes.structure(*index) else { return Value::from(Map::new()) };
            let wanted = structure.members.iter().filter(|member| member.is_required);
            Value::from_members(wanted.map(|member| {
                (member.name, least_value(shapes, &shapes.read(member.shape), member.name, depth + 1))
            }))
        }
    }
}

fn task(resource: &str) -> Map {
    let mut state = Map::new();
    state.insert("Type", Value::from("Task"));
    state.insert("Resource", Value::from(resource));
    state
}

fn parameters_field(language: QueryLanguage) -> &'static str {
    match language {
        QueryLanguage::JsonPath => "Parameters",
        QueryLanguage::Jsonata => "Arguments",
    }
}

/// Puts the language's words in the place of `"$input"`, `"$token"` and `"$execution"`.
fn said_in(language: QueryLanguage, value: &Value) -> Value {
    let words = |text: &str| match (language, text) {
        (QueryLanguage::JsonPath, "$input") => Some("$"),
        (QueryLanguage::JsonPath, "$token") => Some("$$.Task.Token"),
        (QueryLanguage::JsonPath, "$execution") => Some("$$.Execution.Id"),
        (QueryLanguage::Jsonata, "$input") => Some("{% $states.input %}"),
        (QueryLanguage::Jsonata, "$token") => Some("{% $states.context.Task.Token %}"),
        (QueryLanguage::Jsonata, "$execution") => Some("{% $states.context.Execution.Id %}"),
        _ => None,
    };
    if let Some(members) = value.as_object() {
        return Value::from_members(members.iter().map(|(name, value)| {
            match (value.as_str().and_then(words), language) {
                (Some(words), QueryLanguage::JsonPath) => (format!("{name}.$"), Value::from(words)),
                (Some(words), QueryLanguage::Jsonata) => (name.to_string(), Value::from(words)),
                (None, _) => (name.to_string(), said_in(language, value)),
            }
        }));
    }
    match value.as_array() {
        Some(items) => Value::array(items.iter().map(|item| said_in(language, item)).collect()),
        None => value.clone(),
    }
}

/// The transient errors of Lambda (developer guide, "Handling transient Lambda service exceptions").
fn lambda_retrier() -> Value {
    let errors = [
        "Lambda.ServiceException",
        "Lambda.AWSLambdaException",
        "Lambda.SdkClientException",
        "Lambda.TooManyRequestsException",
    ];
    Value::from_members([
        ("ErrorEquals", Value::array(errors.map(Value::from).to_vec())),
        ("IntervalSeconds", Value::int(1)),
        ("MaxAttempts", Value::int(3)),
        ("BackoffRate", Value::int(2)),
        ("JitterStrategy", Value::from("FULL")),
    ])
}

#[cfg(test)]
mod tests {
    use asl::edit::{Edit, Place};
    use asl::{
        CheckOptions, Document, QueryLanguage, ScopeId, Severity, StateType, TransitionKind, WorkflowType,
    };

    use super::{choice_with_end, flow_state, sdk_template, template};
    use crate::{INTEGRATIONS, Pattern, Shapes, integration};

    fn inserted(language: QueryLanguage, state: &json::Value) -> Document {
        let text =
            format!("{{\"QueryLanguage\": \"{}\", \"StartAt\": \"\", \"States\": {{}}}}", language.name());
        let mut document = Document::parse(&text);
        let edit =
            Edit::InsertState { place: Place::Start(ScopeId(0)), name: "Call".into(), state: state.clone() };
        let patch = document.plan(&edit).unwrap();
        document.apply(&patch);
        document
    }

    #[test]
    fn all_are_valid_in_both_languages_and_all_patterns() {
        let options = CheckOptions {
            workflow_type: WorkflowType::Standard,
            strict: true,
            advice: false,
            ..CheckOptions::default()
        };
        for integration in INTEGRATIONS {
            for pattern in integration.patterns {
                for language in [QueryLanguage::JsonPath, QueryLanguage::Jsonata] {
                    let document = inserted(language, &template(integration, *pattern, language));
                    let errors: Vec<String> = document
                        .problems_with(&options)
                        .iter()
                        .filter(|problem| problem.severity == Severity::Error)
                        .map(|problem| format!("{}: {}", problem.location, problem.message))
                        .collect();
                    assert!(errors.is_empty(), "{}\n{}", errors.join("\n"), document.text());
                }
            }
        }
    }

    #[test]
    fn states_of_all_types_are_valid_between_others() {
        for language in [QueryLanguage::JsonPath, QueryLanguage::Jsonata] {
            for state_type in StateType::ALL {
                let language_name = language.name();
                let mut document = Document::parse(&format!(
                    r#"{{"QueryLanguage": "{language_name}", "StartAt": "A", "States": {{"A": {{"Type": "Pass", "Next": "B"}}, "B": {{"Type": "Pass", "End": true}}}}}}"#
                ));
                let from =
                    document.state_named(if state_type.is_terminal() { "B" } else { "A" }).unwrap().id();
                let place = Place::On { from, way: TransitionKind::Next };
                let state = flow_state(state_type, language);
                let edit = Edit::InsertState { place, name: "New".into(), state };
                let patch = document.plan(&edit).unwrap();
                document.apply(&patch);
                assert_eq!(document.problems(), [], "{}", document.text());
            }
            let mut document = inserted(language, &flow_state(StateType::Pass, language));
            let from = document.state_named("Call").unwrap().id();
            let place = Place::On { from, way: TransitionKind::Next };
            let patch = document.plan(&Edit::Paste { place, text: choice_with_end(language) }).unwrap();
            document.apply(&patch);
            assert_eq!(document.problems(), [], "{}", document.text());
        }
    }

    #[test]
    fn a_function_is_called_as_aws_recommends() {
        let lambda = integration("lambda", "invoke").unwrap();
        let jsonata = template(lambda, Pattern::RequestResponse, QueryLanguage::Jsonata);
        assert_eq!(
            jsonata.to_text(),
            concat!(
                r#"{"Type":"Task","Resource":"arn:aws:states:::lambda:invoke","#,
                r#""Arguments":{"FunctionName":"${FunctionName}","Payload":"{% $states.input %}"},"#,
                r#""Retry":[{"ErrorEquals":["Lambda.ServiceException","Lambda.AWSLambdaException","#,
                r#""Lambda.SdkClientException","Lambda.TooManyRequestsException"],"IntervalSeconds":1,"#,
                r#""MaxAttempts":3,"BackoffRate":2,"JitterStrategy":"FULL"}],"#,
                r#""Output":"{% $states.result.Payload %}"}"#
            )
        );
        let token = template(lambda, Pattern::WaitForTaskToken, QueryLanguage::JsonPath);
        assert_eq!(
            token.get("Parameters").unwrap().to_text(),
            r#"{"FunctionName":"${FunctionName}","Payload":{"input.$":"$","taskToken.$":"$$.Task.Token"}}"#
        );
        assert!(token.get("OutputPath").is_none());
    }

    #[test]
    fn an_action_gets_what_its_shape_requires() {
        let shapes = Shapes::parse(
            "put 0 -\nnone - -\n\n=Key!:s1..20,Kind!:#1,Tags!:[#2],Size!:i5..,Comment:s\neA|B\n=Key!:s,Self!:#2\n",
        );
        let text = |action| {
            sdk_template("x", action, Some(&shapes), QueryLanguage::Jsonata)
                .get("Arguments")
                .unwrap()
                .to_text()
        };
        let put = text("put");
        assert!(
            put.starts_with(r#"{"Key":"${Key}","Kind":"A","Tags":[{"Key":"${Key}","Self":{"Key""#),
            "{put}"
        );
        assert!(put.ends_with(r#"],"Size":5}"#), "{put}");
        assert_eq!(text("none"), "{}");
        assert_eq!(text("unknown"), "{}");
    }
}
