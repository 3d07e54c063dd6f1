//! Whether a mocked result looks like the response of the API that the task calls.

use std::collections::BTreeMap;

use json::Value;

use crate::machine::{Pattern, Resource, ResourceKind};

/// How a mocked result is checked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum FieldValidationMode {
    /// Required fields have to be there, and all known ones have to be right.
    #[default]
    Strict,
    /// The known fields that are there have to be right.
    Present,
    None,
}

impl FieldValidationMode {
    pub fn from_name(name: &str) -> Option<FieldValidationMode> {
        match name {
            "STRICT" => Some(FieldValidationMode::Strict),
            "PRESENT" => Some(FieldValidationMode::Present),
            "NONE" => Some(FieldValidationMode::None),
            _ => None,
        }
    }
}

/// The shapes of responses of AWS APIs, read from a text: see `data/README.md`.
#[derive(Clone, Debug, Default)]
pub struct ResponseShapes {
    services: BTreeMap<String, Service>,
}

#[derive(Clone, Debug, Default)]
struct Service {
    operations: BTreeMap<String, Option<usize>>,
    structures: Vec<Vec<Member>>,
}

#[derive(Clone, Debug)]
struct Member {
    name: String,
    is_required: bool,
    shape: Shape,
}

#[derive(Clone, Debug)]
enum Shape {
    Text { min: Option<f64>, max: Option<f64> },
    Choice(Vec<String>),
    Boolean,
    Number { min: Option<f64>, max: Option<f64> },
    List(Box<Shape>),
    Map(Box<Shape>),
    Structure(usize),
    Any,
}

impl ResponseShapes {
    /// Reads the table. Lines that make no sense are left out.
    pub fn parse(text: &str) -> ResponseShapes {
        let mut shapes = ResponseShapes::default();
        let mut service = String::new();
        for line in text.lines() {
            if let Some(name) = line.strip_prefix('@') {
                service = name.to_owned();
                continue;
            }
            let entry = shapes.services.entry(service.clone()).or_default();
            if let Some(members) = line.strip_prefix('=') {
                entry.structures.push(split_members(members).filter_map(member).collect());
            } else if let Some((operation, shape)) = line.split_once(' ') {
                let index = shape.strip_prefix('#').and_then(|number| number.parse().ok());
                entry.operations.insert(operation.to_owned(), index);
            }
        }
        shapes
    }

    /// Checks a mocked result. What is not known is fine.
    pub(super) fn check(
        &self,
        resource: &Resource,
        result: &Value,
        mode: FieldValidationMode,
    ) -> Result<(), String> {
        if mode == FieldValidationMode::None {
            return Ok(());
        }
        let Some((service, operation)) = api_of(resource) else { return Ok(()) };
        let Some(service) = self.services.get(service) else { return Ok(()) };
        let Some(Some(structure)) = service.operations.get(&operation) else { return Ok(()) };
        let Some(members) = result.as_object() else {
            return Err("Mock result must be an object".to_owned());
        };
        let mut members = members.clone();
        for name in parsed_members(resource) {
            members.remove(name);
        }
        check_members(service, *structure, &members, mode)
    }
}

/// The members between commas; the values of choices have none of them.
fn split_members(text: &str) -> impl Iterator<Item = &str> {
    text.split(',').filter(|part| !part.is_empty())
}

fn member(text: &str) -> Option<Member> {
    let (name, shape) = text.split_once(':')?;
    let (name, is_required) = name.strip_suffix('!').map_or((name, false), |name| (name, true));
    Some(Member { name: name.to_owned(), is_required, shape: shape_of(shape) })
}

fn shape_of(text: &str) -> Shape {
    let range = |text: &str| match text.split_once("..") {
        Some((min, max)) => (min.parse().ok(), max.parse().ok()),
        None => (None, None),
    };
    let mut letters = text.chars();
    match letters.next() {
        Some('s' | 'b') => {
            let (min, max) = range(letters.as_str());
            Shape::Text { min, max }
        }
        Some('t') => Shape::Text { min: None, max: None },
        Some('e') => {
            let choices = letters.as_str().trim_start_matches('(').trim_end_matches(')');
            Shape::Choice(choices.split('|').map(str::to_owned).collect())
        }
        Some('o') => Shape::Boolean,
        Some('n') => {
            let (min, max) = range(letters.as_str());
            Shape::Number { min, max }
        }
        Some('[') => Shape::List(Box::new(shape_of(letters.as_str().trim_end_matches(']')))),
        Some('{') => Shape::Map(Box::new(shape_of(letters.as_str().trim_end_matches('}')))),
        Some('#') => letters.as_str().parse().map_or(Shape::Any, Shape::Structure),
        _ => Shape::Any,
    }
}

fn check_members(
    service: &Service,
    structure: usize,
    given: &json::Map,
    mode: FieldValidationMode,
) -> Result<(), String> {
    let members = service.structures.get(structure).map(Vec::as_slice).unwrap_or_default();
    for member in members {
        match given.get(&member.name) {
            Some(value) => check_value(service, &member.name, &member.shape, value, mode)?,
            None if member.is_required && mode == FieldValidationMode::Strict => {
                return Err(format!("Required field '{}' is missing", member.name));
            }
            None => {}
        }
    }
    Ok(())
}

fn check_value(
    service: &Service,
    name: &str,
    shape: &Shape,
    value: &Value,
    mode: FieldValidationMode,
) -> Result<(), String> {
    let must_be = |what: &str| Err(format!("Field '{name}' must be {what}"));
    match shape {
        Shape::Text { min, max } => {
            let Some(text) = value.as_str() else { return must_be("a string") };
            let len = text.chars().count() as f64;
            if min.is_some_and(|min| len < min) {
                return Err(format!("Field '{name}' is smaller than the minimum length"));
            }
            if max.is_some_and(|max| len > max) {
                return Err(format!("Field '{name}' exceeds the maximum length"));
            }
            Ok(())
        }
        Shape::Choice(choices) => {
            let Some(text) = value.as_str() else { return must_be("a string") };
            match choices.iter().any(|choice| choice == text) {
                true => Ok(()),
                false => Err(format!("Field '{name}' is not an expected value")),
            }
        }
        Shape::Boolean if value.as_bool().is_none() => must_be("a boolean"),
        Shape::Number { min, max } => {
            let Some(number) = value.as_f64() else { return must_be("a number") };
            if min.is_some_and(|min| number < min) {
                return Err(format!("Field '{name}' is less than the minimum value"));
            }
            if max.is_some_and(|max| number > max) {
                return Err(format!("Field '{name}' exceeds the maximum value"));
            }
            Ok(())
        }
        Shape::List(item) => {
            let Some(items) = value.as_array() else { return must_be("an array") };
            items.iter().try_for_each(|value| check_value(service, name, item, value, mode))
        }
        Shape::Map(item) => {
            let Some(members) = value.as_object() else { return must_be("an object") };
            members.iter().try_for_each(|(name, value)| check_value(service, name, item, value, mode))
        }
        Shape::Structure(index) => match value.as_object() {
            Some(members) => check_members(service, *index, members, mode),
            None => must_be("an object"),
        },
        Shape::Boolean | Shape::Any => Ok(()),
    }
}

/// Members that optimized integrations give as JSON where the API has text.
fn parsed_members(resource: &Resource) -> &'static [&'static str] {
    match (resource.kind, resource.service(), resource.pattern) {
        (ResourceKind::Optimized, "lambda", _) => &["Payload"],
        (ResourceKind::Optimized, "bedrock", _) => &["Body"],
        (ResourceKind::Optimized, "states", Pattern::Sync2) => &["Input", "Output"],
        _ => &[],
    }
}

/// The API whose response a mock stands for: that of the call itself, or of the polling of a `.sync` job.
fn api_of(resource: &Resource) -> Option<(&str, String)> {
    let service = match resource.service() {
        "states" => "sfn",
        "events" => "eventbridge",
        "elasticmapreduce" => "emr",
        "bedrock" => "bedrockruntime",
        other => other,
    };
    match (resource.kind, resource.pattern) {
        (ResourceKind::Optimized | ResourceKind::AwsSdk, Pattern::RequestResponse) => {
            let mut letters = resource.api().chars();
            let first = letters.next()?.to_ascii_uppercase();
            Some((service, format!("{first}{}", letters.as_str())))
        }
        (ResourceKind::Optimized, Pattern::Sync | Pattern::Sync2) => {
            let operation = match (service, resource.api()) {
                ("sfn", "startExecution") => "DescribeExecution",
                ("athena", "startQueryExecution") => "GetQueryExecution",
                ("glue", "startJobRun") => "GetJobRun",
                _ => return None,
            };
            // Glue and Athena answer with the inner object of the polled response.
            (service == "sfn").then(|| (service, operation.to_owned()))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::{FieldValidationMode, ResponseShapes};
    use crate::machine::Resource;

    const TABLE: &str = "@sfn\nStartExecution #0\nStopExecution -\n=ExecutionArn!:s1..256,StartDate!:t,Items:[#1]\n=Count:n1..5,Kind:e(A|B),Tags:{s}";

    fn check(result: &str, mode: FieldValidationMode) -> String {
        let resource = Resource::parse("arn:aws:states:::states:startExecution");
        let shapes = ResponseShapes::parse(TABLE);
        shapes.check(&resource, &json::parse(result).unwrap(), mode).err().unwrap_or_default()
    }

    #[test]
    fn fields_are_checked_by_mode() {
        use FieldValidationMode::{None, Present, Strict};
        assert_eq!(check("{}", Strict), "Required field 'ExecutionArn' is missing");
        assert_eq!(check("{}", Present), "");
        assert_eq!(check(r#"{"StartDate": 1}"#, Present), "Field 'StartDate' must be a string");
        assert_eq!(check(r#"{"StartDate": 1}"#, None), "");
        let item = |item: &str| check(&format!("{{\"Items\": [{item}]}}"), Present);
        assert_eq!(item(r#"{"Count": 6}"#), "Field 'Count' exceeds the maximum value");
        assert_eq!(item(r#"{"Count": 0}"#), "Field 'Count' is less than the minimum value");
        assert_eq!(item(r#"{"Kind": "C"}"#), "Field 'Kind' is not an expected value");
        assert_eq!(item(r#"{"Tags": {"x": 1}}"#), "Field 'x' must be a string");
        assert_eq!(item(r#"{"Other": 1}"#), "");
        assert_eq!(item("1"), "Field 'Items' must be an object");
    }
}
