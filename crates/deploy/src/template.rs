//! State machines in templates of CloudFormation and of AWS SAM, in configurations of the Serverless Framework (plugin
//! `serverless-step-functions`), and in answers of DescribeStateMachine.

use json::{Map, Str, Value};

use crate::settings::{LogLevel, Settings};
use crate::text::is_placeholder_name;

/// A state machine of a template.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TemplateMachine {
    /// The name of the resource in the template.
    pub id: String,
    /// The definition as JSON, with `${Name}` where the template fills something in; or why it can't be told.
    pub definition: Result<String, String>,
    pub settings: Settings,
}

/// The state machines of a template, in its order; none if the text is no template, or broken.
pub fn machines_in(text: &str) -> Vec<TemplateMachine> {
    let Some(template) = TemplateText::parse(text) else { return Vec::new() };
    if let Some(described) = described(template.value()) {
        return vec![described];
    }
    let members = |value: Option<&Value>| {
        let members = value.and_then(Value::as_object).into_iter().flat_map(Map::iter);
        members.map(|(id, value)| (id.to_string(), value.clone())).collect::<Vec<_>>()
    };
    let resources = members(template.value().get("Resources")).into_iter();
    let functions = template.value().get("stepFunctions").and_then(|own| own.get("stateMachines"));
    resources
        .filter_map(|(id, resource)| machine(&id, &resource))
        .chain(members(functions).into_iter().filter_map(|(id, value)| of_serverless(&id, &value)))
        .collect()
}

/// What DescribeStateMachine answers, or a definition that was written as a text of JSON.
fn described(value: &Value) -> Option<TemplateMachine> {
    let (text, answer) = match value {
        Value::String(text) => (&**text, None),
        _ => (value.get("definition")?.as_str()?, Some(value)),
    };
    json::parse(text).ok()?.get("States")?;
    let definition = definition_of_text(text.to_owned());
    let of =
        |name: &str| answer.and_then(|answer| answer.get(name)).and_then(Value::as_str).unwrap_or_default();
    let name = if of("name").is_empty() { "workflow" } else { of("name") }.to_owned();
    let settings = Settings {
        name: name.clone(),
        is_express: of("type") == "EXPRESS",
        role_arn: of("roleArn").to_owned(),
        ..Settings::default()
    };
    Some(TemplateMachine { id: name, definition, settings })
}

/// A state machine of the Serverless Framework.
fn of_serverless(id: &str, machine: &Value) -> Option<TemplateMachine> {
    let definition = match machine.get("definition")? {
        Value::String(text) if text.contains("${file(") => {
            Err(format!("Its definition is in another file, {text}: open that."))
        }
        Value::String(text) => definition_of_text(text.to_string()),
        value if value.as_object().is_some() => Ok(Own::Serverless.filled(value).to_pretty() + "\n"),
        _ => Err("Its definition is no object.".to_owned()),
    };
    let of = |path: &[&str]| path.iter().try_fold(machine, |value, name| value.get(name));
    let text = |path: &[&str]| of(path).and_then(|value| text_of(value, 0)).unwrap_or_default();
    let name = text(&["name"]);
    let tags = of(&["tags"]).and_then(Value::as_object).into_iter().flat_map(Map::iter);
    let settings = Settings {
        name: if name.is_empty() || name.contains("${") { id.to_owned() } else { name },
        is_express: text(&["type"]) == "EXPRESS",
        log_level: LogLevel::from_name(&text(&["loggingConfig", "level"])),
        log_data: is_true(of(&["loggingConfig", "includeExecutionData"])),
        tracing: is_true(of(&["tracingConfig", "enabled"])),
        role_arn: own_role(text(&["role"])),
        encryption_key: text(&["encryptionConfig", "KmsKeyId"]),
        tags: tags
            .filter_map(|(name, value)| Some((name.to_string(), variables_opened(&text_of(value, 0)?))))
            .collect(),
    };
    Some(TemplateMachine { id: id.to_owned(), definition, settings })
}

/// A template as it is written.
pub(crate) enum TemplateText {
    Json(Value),
    Yaml(yaml::Yaml),
}

impl TemplateText {
    pub fn parse(text: &str) -> Option<TemplateText> {
        match json::parse(text) {
            Ok(value) => Some(TemplateText::Json(value)),
            Err(_) => yaml::Yaml::parse_template(text).ok().map(TemplateText::Yaml),
        }
    }

    pub fn value(&self) -> &Value {
        match self {
            TemplateText::Json(value) => value,
            TemplateText::Yaml(yaml) => yaml.value(),
        }
    }
}

fn machine(id: &str, resource: &Value) -> Option<TemplateMachine> {
    let is_serverless = match resource.get("Type")?.as_str()? {
        "AWS::StepFunctions::StateMachine" => false,
        "AWS::Serverless::StateMachine" => true,
        _ => return None,
    };
    let empty = Value::object(Map::new());
    let properties = resource.get("Properties").unwrap_or(&empty);
    let definition = definition(properties);
    Some(TemplateMachine { id: id.to_owned(), definition, settings: settings(id, properties, is_serverless) })
}

fn definition(properties: &Value) -> Result<String, String> {
    if let Some(definition) = properties.get("Definition") {
        if definition.as_object().is_none() {
            return Err("Its definition is no object.".to_owned());
        }
        return Ok(Own::CloudFormation.filled(definition).to_pretty() + "\n");
    }
    if let Some(text) = properties.get("DefinitionString") {
        let text =
            text_of(text, 0).ok_or("Its definition is made by a function that can't be followed here.")?;
        return definition_of_text(text);
    }
    for field in ["DefinitionUri", "DefinitionS3Location"] {
        if let Some(place) = properties.get(field) {
            return Err(match place.as_str() {
                Some(file) => format!("Its definition is in the file {file}: open that."),
                None => "Its definition is in S3, and not in the template.".to_owned(),
            });
        }
    }
    Err("It has no definition.".to_owned())
}

/// A definition that stands in a text; in one line it is laid out.
fn definition_of_text(text: String) -> Result<String, String> {
    match json::parse(&text) {
        Ok(value) if value.as_object().is_some() && !text.contains('\n') => Ok(value.to_pretty() + "\n"),
        Ok(value) if value.as_object().is_some() => Ok(text),
        Ok(_) => Err("Its definition is no object.".to_owned()),
        Err(_) => match yaml::Yaml::parse(&text).map(|yaml| yaml.value().clone()) {
            // A definition in YAML inside of a template is a text, too.
            Ok(value) if value.as_object().is_some() => Ok(value.to_pretty() + "\n"),
            _ => Err("Its definition is neither JSON nor YAML.".to_owned()),
        },
    }
}

/// Functions in functions beyond this many are not followed.
pub(crate) const MAX_NESTED: usize = 160;

/// Whose words a template fills in.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Own {
    CloudFormation,
    /// Its variables beside CloudFormation's functions.
    Serverless,
}

impl Own {
    /// A definition with placeholders in the place of what is filled in.
    pub fn filled(self, value: &Value) -> Value {
        let filled = filled(value, 0);
        match self {
            Own::CloudFormation => filled,
            Own::Serverless => with_variables_opened(&filled, 0),
        }
    }

    /// What is in the place of a text or a function that is filled in.
    pub fn placeholder(self, value: &Value) -> Option<String> {
        let function = function(value, 0);
        if self == Own::CloudFormation {
            return function;
        }
        let text = function.as_deref().or(value.as_str())?;
        let opened = variables_opened(text);
        (function.is_some() || opened != text).then_some(opened)
    }
}

fn with_variables_opened(value: &Value, depth: usize) -> Value {
    let inner = |value| {
        if depth > MAX_NESTED { Value::clone(value) } else { with_variables_opened(value, depth + 1) }
    };
    match value {
        Value::String(text) => Value::from(variables_opened(text)),
        Value::Array(_) => Value::array(value.as_array().unwrap_or_default().iter().map(inner).collect()),
        Value::Object(_) => {
            let members = value.as_object().into_iter().flat_map(Map::iter);
            Value::object(members.map(|(name, value)| (Str::clone(name), inner(value))).collect::<Map>())
        }
        _ => value.clone(),
    }
}

/// A text of the Serverless Framework with placeholders for its variables of deployment: parameters, region and
/// account, and the `#{…}` of the plugin. Other variables stay as they are, and `\${` is `${`.
fn variables_opened(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some(at) = rest.find(['$', '#', '\\']) {
        let (before, from) = rest.split_at(at);
        out.push_str(before);
        let slashes = from.len() - from.trim_start_matches('\\').len();
        let behind = from.get(slashes..).unwrap_or_default();
        if slashes > 0 {
            let is_before = behind.starts_with("${");
            out.push_str(&"\\".repeat(if is_before { slashes / 2 } else { slashes }));
            rest = behind;
            if is_before && slashes % 2 == 1 {
                out.push_str("${");
                rest = behind.get(2..).unwrap_or_default();
            }
            continue;
        }
        let inside =
            from.get(1..).and_then(|from| from.strip_prefix('{')).and_then(|from| from.split_once('}'));
        let known = inside.and_then(|(name, after)| {
            let value = match (from.starts_with('#'), name) {
                (true, name) => format!("${{{name}}}"),
                (_, "aws:region") => "${AWS::Region}".to_owned(),
                (_, "aws:accountId") => "${AWS::AccountId}".to_owned(),
                // What our own export calls so.
                (_, "param:aws-partition") => "${AWS::Partition}".to_owned(),
                (_, "param:dollar-sign") => "$".to_owned(),
                _ => {
                    format!("${{{}}}", name.strip_prefix("param:").filter(|name| is_placeholder_name(name))?)
                }
            };
            Some((value, after))
        });
        let (value, after) = known.unwrap_or_else(|| {
            let (mark, after) = from.split_at(1);
            (mark.to_owned(), after)
        });
        out.push_str(&value);
        rest = after;
    }
    out + rest
}

/// A value with functions in the place of texts as placeholders.
fn filled(value: &Value, depth: usize) -> Value {
    if depth > MAX_NESTED {
        return value.clone();
    }
    match value {
        Value::Object(_) => match function(value, depth) {
            Some(text) => Value::from(text),
            None => {
                let members = value.as_object().into_iter().flat_map(Map::iter);
                let members = members.map(|(name, value)| (Str::clone(name), filled(value, depth + 1)));
                Value::object(members.collect::<Map>())
            }
        },
        Value::Array(_) => {
            let items = value.as_array().unwrap_or_default().iter();
            Value::array(items.map(|item| filled(item, depth + 1)).collect())
        }
        _ => value.clone(),
    }
}

/// A text, or what a function makes one of.
pub(crate) fn text_of(value: &Value, depth: usize) -> Option<String> {
    match value {
        Value::String(text) => Some(text.to_string()),
        Value::Number(_) | Value::Bool(_) => Some(value.to_text()),
        Value::Object(_) => function(value, depth),
        _ => None,
    }
}

fn function(value: &Value, depth: usize) -> Option<String> {
    let members = value.as_object().filter(|members| members.len() == 1)?;
    let (name, argument) = members.entry_at(0)?;
    if depth > MAX_NESTED {
        return None;
    }
    match &**name {
        "Ref" => Some(format!("${{{}}}", argument.as_str()?)),
        "Fn::GetAtt" => match argument.as_str() {
            Some(path) => Some(format!("${{{path}}}")),
            None => {
                let parts: Option<Vec<&str>> = argument.as_array()?.iter().map(Value::as_str).collect();
                Some(format!("${{{}}}", parts?.join(".")))
            }
        },
        "Fn::Sub" => {
            let (text, values) = match argument {
                Value::String(text) => (text.to_string(), None),
                _ => (argument.at(0)?.as_str()?.to_owned(), argument.at(1)),
            };
            Some(substituted(&text, values, depth))
        }
        "Fn::Join" => {
            let between = argument.at(0)?.as_str()?;
            let parts = argument.at(1)?.as_array()?;
            let parts: Option<Vec<String>> = parts.iter().map(|part| text_of(part, depth + 1)).collect();
            Some(parts?.join(between))
        }
        // What is chosen or looked up elsewhere gets a name of its own.
        "Fn::ImportValue" => Some(format!("${{{}}}", word(&text_of(argument, depth + 1)?))),
        "Fn::FindInMap" | "Fn::If" | "Fn::Select" => {
            let name = argument.at(0).and_then(Value::as_str).unwrap_or("Value");
            Some(format!("${{{}}}", word(name)))
        }
        _ => None,
    }
}

/// `Fn::Sub`: its own values take the places of their names, `${!Name}` becomes `${Name}`.
fn substituted(text: &str, values: Option<&Value>, depth: usize) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some(at) = rest.find("${") {
        let (before, from) = rest.split_at(at);
        out.push_str(before);
        let inside = from.get(2..).unwrap_or_default();
        let Some((name, after)) = inside.split_once('}') else { break };
        let value = values.and_then(|values| values.get(name)).and_then(|value| text_of(value, depth + 1));
        match (value, name.strip_prefix('!')) {
            (Some(value), _) => out.push_str(&value),
            (None, Some(literal)) => out.push_str(&format!("${{{literal}}}")),
            (None, None) => out.push_str(&format!("${{{name}}}")),
        }
        rest = after;
        if !rest.contains("${") {
            break;
        }
    }
    // A `${` that does not end is a text.
    out.push_str(rest);
    out
}

fn word(text: &str) -> String {
    let word = crate::iam::capitalized(text);
    if word.is_empty() { "Value".to_owned() } else { word }
}

fn is_true(value: Option<&Value>) -> bool {
    value.is_some_and(|value| value.as_bool() == Some(true) || value.as_str() == Some("true"))
}

/// The role that a template names. One that it makes is made by the next one, too.
fn own_role(role: String) -> String {
    if role.starts_with("arn:") && !role.contains("${") { role } else { String::new() }
}

fn settings(id: &str, properties: &Value, is_serverless: bool) -> Settings {
    let text = |value: Option<&Value>| value.and_then(|value| text_of(value, 0)).unwrap_or_default();
    let of = |plain: &str, serverless: &str| properties.get(if is_serverless { serverless } else { plain });
    let logging = of("LoggingConfiguration", "Logging");
    let tracing = of("TracingConfiguration", "Tracing").and_then(|tracing| tracing.get("Enabled"));
    let name = text(of("StateMachineName", "Name"));
    let tags = match properties.get("Tags") {
        Some(Value::Object(tags)) => {
            tags.members().iter().map(|(name, value)| (name.to_string(), text(Some(value)))).collect()
        }
        Some(tags) => {
            let tags = tags.as_array().unwrap_or_default().iter();
            tags.map(|tag| (text(tag.get("Key")), text(tag.get("Value")))).collect()
        }
        None => Vec::new(),
    };
    Settings {
        name: if name.is_empty() || name.contains("${") { id.to_owned() } else { name },
        is_express: text(of("StateMachineType", "Type")) == "EXPRESS",
        log_level: LogLevel::from_name(&text(logging.and_then(|logging| logging.get("Level")))),
        log_data: is_true(logging.and_then(|logging| logging.get("IncludeExecutionData"))),
        tracing: is_true(tracing),
        role_arn: own_role(text(of("RoleArn", "Role"))),
        encryption_key: text(
            properties.get("EncryptionConfiguration").and_then(|configuration| configuration.get("KmsKeyId")),
        ),
        tags,
    }
}
