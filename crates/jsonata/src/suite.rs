//! Runs cases of jsonata's test suite and of comparisons with it, one JSON object a line.
//!
//! A line has `id`, `expr`, `bindings` and `data` (absent: no input), and what is expected: `result`,
//! `undefined` or `undef` true, `code`, `err` with a `code`, or `fn` true. `unordered` compares arrays
//! without their order, `depth` limits the depth of the evaluation.

use json::{Map, Value};

use crate::{CompileOptions, Context, Expression, Limits, Outcome, Random};

/// What came of a line.
#[derive(Clone, Debug)]
pub struct CaseResult {
    pub id: String,
    pub expression: String,
    pub passed: bool,
    /// What was expected and what came instead, where it differs.
    pub difference: Option<String>,
}

/// Runs one line; none where it is not a case, or one with half a surrogate pair, which no text here can
/// hold.
pub fn run_line(line: &str) -> Option<CaseResult> {
    if has_lone_surrogate(line) {
        return None;
    }
    let case = json::parse(line).ok()?;
    let id = case.get("id")?.as_str()?.to_owned();
    let expression = case.get("expr")?.as_str()?.to_owned();
    let actual = evaluate(&case, &expression);
    let difference = compare(&case, &actual);
    Some(CaseResult { id, expression, passed: difference.is_none(), difference })
}

/// Whether an escape of one half of a surrogate pair stands without the other half.
fn has_lone_surrogate(line: &str) -> bool {
    let mut high = false;
    let mut rest = line;
    while let Some((before, after)) = rest.split_once('\\') {
        if high && !before.is_empty() {
            return true;
        }
        let unit = after.strip_prefix('u').and_then(|digits| u16::from_str_radix(digits.get(..4)?, 16).ok());
        let is_low = unit.is_some_and(|unit| (0xdc00..0xe000).contains(&unit));
        if high != is_low {
            return true;
        }
        high = unit.is_some_and(|unit| (0xd800..0xdc00).contains(&unit));
        let length = if unit.is_some() { 5 } else { after.chars().next().map_or(0, char::len_utf8) };
        rest = after.get(length..).unwrap_or_default();
    }
    high
}

enum Actual {
    Undefined,
    Value(Value),
    Function,
    Error(String, String),
}

fn evaluate(case: &Value, expression: &str) -> Actual {
    let program = match Expression::compile(expression, &CompileOptions::JSONATA) {
        Ok(program) => program,
        Err(error) => return Actual::Error(error.code.to_owned(), error.message),
    };
    let bindings = case.get("bindings").and_then(Value::as_object).cloned().unwrap_or_else(Map::new);
    let mut random = Random::new(1);
    // 2026-11-22T09:00:00.000Z
    let mut context = Context::new(1_795_338_000_000, &mut random);
    let timed = case.get("timelimit").is_some();
    if let Some(depth) = case.get("depth").and_then(Value::as_i64) {
        context.limits = Limits { depth: u32::try_from(depth).unwrap_or(u32::MAX), ..context.limits };
    }
    match program.evaluate(case.get("data"), &bindings, &mut context) {
        Ok(Outcome::Undefined) => Actual::Undefined,
        Ok(Outcome::Value(value)) => Actual::Value(value),
        Ok(Outcome::Function) => Actual::Function,
        // The suite watches the stack itself and has a code of its own for it.
        Err(error) if timed && matches!(error.code, "D1011" | "D1012") => {
            Actual::Error("U1001".to_owned(), error.message)
        }
        Err(error) => Actual::Error(error.code.to_owned(), error.message),
    }
}

fn compare(case: &Value, actual: &Actual) -> Option<String> {
    let is_set = |name: &str| case.get(name).and_then(Value::as_bool) == Some(true);
    let code = case.get("code").or_else(|| case.get("err").and_then(|error| error.get("code")));
    let (expected, matches) = if let Some(code) = code {
        let code = code.as_str().unwrap_or_default();
        let matches = matches!(actual, Actual::Error(actual, _) if actual == code);
        (format!("error {code}"), matches)
    } else if is_set("undefined") || is_set("undef") {
        ("undefined".to_owned(), matches!(actual, Actual::Undefined))
    } else if is_set("fn") {
        ("a function".to_owned(), matches!(actual, Actual::Function))
    } else {
        let expected = case.get("result").cloned().unwrap_or_default();
        let matches = match actual {
            Actual::Value(actual) if is_set("unordered") => same_items(actual, &expected),
            Actual::Value(actual) => same(actual, &expected),
            _ => false,
        };
        (expected.to_text(), matches)
    };
    if matches {
        return None;
    }
    let shown = match actual {
        Actual::Undefined => "undefined".to_owned(),
        Actual::Value(value) => value.to_text(),
        Actual::Function => "a function".to_owned(),
        Actual::Error(code, message) => format!("error {code} ({message})"),
    };
    Some(format!("expected {expected}, got {shown}"))
}

/// Equality with numbers as floats, as they are in JavaScript.
fn same(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Number(a), Value::Number(b)) => a.as_f64() == b.as_f64(),
        (Value::Array(a), Value::Array(b)) => {
            let (a, b) = (a.items(), b.items());
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same(a, b))
        }
        (Value::Object(a), Value::Object(b)) => {
            let (a, b) = (a.members(), b.members());
            a.len() == b.len()
                && a.iter().all(|(name, value)| b.get(name).is_some_and(|other| same(value, other)))
        }
        (a, b) => a == b,
    }
}

fn same_items(a: &Value, b: &Value) -> bool {
    let (Some(a), Some(b)) = (a.as_array(), b.as_array()) else { return same(a, b) };
    let mut rest: Vec<&Value> = b.iter().collect();
    a.len() == b.len()
        && a.iter().all(|item| match rest.iter().position(|other| same(item, other)) {
            Some(position) => {
                rest.swap_remove(position);
                true
            }
            None => false,
        })
}
