use json::{Str, Value};

use super::PathError;
use super::evaluate::Evaluation;
use super::step::Steps;

/// A function at the end of a path: `$.items.length()`.
///
/// Jayway's dialect has them; AWS documents that Step Functions does not support them.
#[derive(Debug)]
pub struct Function {
    pub name: Str,
    pub arguments: Box<[Argument]>,
}

#[derive(Debug)]
pub enum Argument {
    Path(Steps),
    Literal(Value),
}

impl Function {
    /// The result for the value before the function.
    ///
    /// # Errors
    ///
    /// An unknown name, an aggregation over nothing, an index out of range.
    pub(crate) fn call(&self, subject: &Value, evaluation: &Evaluation<'_>) -> Result<Value, PathError> {
        match &*self.name {
            "length" | "size" => self.length(subject, evaluation),
            "keys" => Ok(subject.as_object().map_or(Value::Null, |members| {
                Value::array(members.keys().map(|name| Value::String(name.clone())).collect())
            })),
            "sum" | "min" | "max" | "avg" | "stddev" => self.aggregate(subject, evaluation),
            "concat" => {
                let mut text = String::new();
                for item in subject.as_array().unwrap_or_default() {
                    text.push_str(item.as_str().unwrap_or_default());
                }
                for argument in self.argument_values(evaluation)? {
                    for item in argument.as_array().unwrap_or(std::slice::from_ref(&argument)) {
                        append_text(item, &mut text);
                    }
                }
                Ok(Value::string(text))
            }
            "append" => {
                let Some(items) = subject.as_array() else { return Ok(subject.clone()) };
                let mut items = items.to_vec();
                items.extend(self.argument_values(evaluation)?);
                Ok(Value::array(items))
            }
            "first" => self.item(subject, 0, evaluation),
            "last" => self.item(subject, -1, evaluation),
            "index" => {
                let index = self
                    .argument_values(evaluation)?
                    .first()
                    .and_then(Value::as_i64)
                    .ok_or_else(|| PathError::new("The function index needs a number"))?;
                self.item(subject, index, evaluation)
            }
            name => Err(PathError::new(format!("Function with name: {name} does not exist."))),
        }
    }

    fn argument_values(&self, evaluation: &Evaluation<'_>) -> Result<Vec<Value>, PathError> {
        self.arguments
            .iter()
            .map(|argument| match argument {
                Argument::Path(steps) => evaluation.value_of(steps, evaluation.document),
                Argument::Literal(value) => Ok(value.clone()),
            })
            .collect()
    }

    fn length(&self, subject: &Value, evaluation: &Evaluation<'_>) -> Result<Value, PathError> {
        if let Some(Value::Array(items)) = self.argument_values(evaluation)?.first() {
            return Ok(Value::int(items.items().len() as i64));
        }
        Ok(match subject {
            Value::Array(array) => Value::int(array.items().len() as i64),
            Value::Object(object) => Value::int(object.members().len() as i64),
            _ => Value::Null,
        })
    }

    fn aggregate(&self, subject: &Value, evaluation: &Evaluation<'_>) -> Result<Value, PathError> {
        let mut numbers: Vec<f64> =
            subject.as_array().unwrap_or_default().iter().filter_map(Value::as_f64).collect();
        for argument in self.argument_values(evaluation)? {
            let items = argument.as_array().unwrap_or(std::slice::from_ref(&argument));
            numbers.extend(items.iter().filter_map(Value::as_f64));
        }
        if numbers.is_empty() {
            return Err(PathError::new(
                "Aggregation function attempted to calculate value using empty array",
            ));
        }
        let count = numbers.len() as f64;
        let sum: f64 = numbers.iter().sum();
        Ok(Value::float(match &*self.name {
            "sum" => sum,
            "min" => numbers.iter().copied().fold(f64::INFINITY, f64::min),
            "max" => numbers.iter().copied().fold(f64::NEG_INFINITY, f64::max),
            "avg" => sum / count,
            _ => {
                let squares: f64 = numbers.iter().map(|number| number * number).sum();
                (squares / count - (sum / count).powi(2)).sqrt()
            }
        }))
    }

    fn item(&self, subject: &Value, index: i64, evaluation: &Evaluation<'_>) -> Result<Value, PathError> {
        let Some(items) = subject.as_array() else {
            return Err(PathError::new(
                "Aggregation function attempted to calculate value using empty array",
            ));
        };
        let mut items = items.to_vec();
        for argument in self.argument_values(evaluation)? {
            items.extend_from_slice(argument.as_array().unwrap_or(std::slice::from_ref(&argument)));
        }
        let position = if index < 0 { items.len() as i64 + index } else { index };
        usize::try_from(position).ok().and_then(|position| items.get(position).cloned()).ok_or_else(|| {
            PathError::new(format!("Target index:{index} larger than object count:{}", items.len()))
        })
    }
}

fn append_text(value: &Value, out: &mut String) {
    match value {
        Value::Null => {}
        Value::String(text) => out.push_str(text),
        other => other.write_text(out),
    }
}

/// The Java class that Jayway's default provider holds a value in; messages name it.
pub(crate) fn java_class(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "java.lang.Boolean",
        Value::Number(json::Number::Int(number)) if i32::try_from(*number).is_ok() => "java.lang.Integer",
        Value::Number(json::Number::Int(_)) => "java.lang.Long",
        Value::Number(number) if number.is_spelled_as_integer() => "java.math.BigInteger",
        Value::Number(_) => "java.lang.Double",
        Value::String(_) => "java.lang.String",
        Value::Array(_) => "net.minidev.json.JSONArray",
        Value::Object(_) => "java.util.LinkedHashMap",
    }
}

/// The value as Java's `toString` prints it, for messages: strings bare, all else as JSON.
pub(crate) fn java_text(value: &Value) -> String {
    match value {
        Value::String(text) => text.to_string(),
        other => other.to_text(),
    }
}
