//! Expressions that people ask: watches, conditions, log points, in JSONPath or JSONata.

use std::sync::Arc;

use asl::QueryLanguage;
use engine::{EventRef, Execution, Failure, Instant};
use expr::{Host, Scope};
use json::{Str, Value};
use jsonata::{CompileOptions, Context, Outcome, Program, Trace};

use crate::visits::{VisitId, Visits};

/// An expression of a person, compiled.
///
/// * JSONata: as in a state, with or without `{%` and `%}`. `$states.input`, `$states.result`,
///   `$states.errorOutput`, `$states.context` and the variables are bound as in AWS, and `$` is the data.
///   JSON with texts in `{% … %}` is a template.
/// * JSONPath: a path, an intrinsic function, or a comparison of two of them or with a JSON literal:
///   `$.total > 100`, `$.status == 'FAILED'`, `States.ArrayLength($.items) >= 3`. A choice rule as JSON works, too, and
///   so does a payload template.
#[derive(Clone, Debug)]
pub struct Query {
    pub text: Str,
    pub language: QueryLanguage,
    code: Arc<Code>,
}

#[derive(Debug)]
enum Code {
    Jsonata(Program),
    Path(expr::Expression),
    Rule(expr::ChoiceRule),
    /// A payload template of JSONPath, with fields that end in `.$`.
    Template(expr::Template),
    /// A value with texts in `{% … %}`.
    Filled(Filled),
    Comparison(Operand, Comparison, Operand),
}

/// A part of a template of JSONata.
#[derive(Debug)]
enum Filled {
    Value(Value),
    Query(Query),
    Array(Vec<Filled>),
    Object(Vec<(Str, Filled)>),
}

#[derive(Debug)]
enum Operand {
    Literal(Value),
    Expression(expr::Expression),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Comparison {
    Equal,
    NotEqual,
    LessOrEqual,
    GreaterOrEqual,
    Less,
    Greater,
}

/// What an evaluation came to, and how.
#[derive(Debug)]
pub struct Traced {
    pub value: Result<Option<Value>, String>,
    /// None for JSONPath.
    pub trace: Option<Trace>,
}

impl Query {
    /// Compiles an expression in a language. A text in `{% %}` is JSONata in any case.
    ///
    /// # Errors
    ///
    /// What is wrong with the text, for people.
    pub fn compile(text: &str, language: QueryLanguage) -> Result<Query, String> {
        let trimmed = text.trim();
        let marked = trimmed.strip_prefix("{%").and_then(|rest| rest.strip_suffix("%}"));
        let language = if marked.is_some() { QueryLanguage::Jsonata } else { language };
        let code = match language {
            QueryLanguage::Jsonata if marked.is_none() && is_filled(trimmed) => {
                let value = json::parse(trimmed).map_err(|error| error.to_string())?;
                Code::Filled(Filled::compile(&value)?)
            }
            QueryLanguage::Jsonata => {
                let source = marked.unwrap_or(trimmed).trim();
                let program = jsonata::Expression::compile(source, &CompileOptions::STEP_FUNCTIONS)
                    .map_err(|error| error.message)?;
                Code::Jsonata(program)
            }
            QueryLanguage::JsonPath => compile_jsonpath(trimmed)?,
        };
        Ok(Query { text: text.into(), language, code: Arc::new(code) })
    }

    /// The value; none where the expression leads nowhere.
    ///
    /// # Errors
    ///
    /// What the evaluation says, for people.
    pub fn evaluate(&self, env: &Env<'_>) -> Result<Option<Value>, String> {
        match &*self.code {
            Code::Jsonata(program) => self.run(program, env, None),
            Code::Path(expression) => evaluate(expression, env),
            Code::Rule(rule) => {
                let matched = rule.matches(&Scope::new(env.data, env)).map_err(|error| error.cause)?;
                Ok(Some(Value::Bool(matched)))
            }
            Code::Template(template) => {
                template.evaluate(&Scope::new(env.data, env)).map(Some).map_err(|error| error.cause)
            }
            Code::Filled(filled) => filled.fill(env),
            Code::Comparison(left, comparison, right) => {
                let (left, right) = (left.evaluate(env)?, right.evaluate(env)?);
                compare(left.as_ref(), *comparison, right.as_ref()).map(|holds| Some(Value::Bool(holds)))
            }
        }
    }

    /// The value, with that of every sub-expression where the language is JSONata. Spans are in bytes of
    /// the text between `{%` and `%}`, or of all of it, as [`Query::source`] gives it.
    pub fn trace(&self, env: &Env<'_>) -> Traced {
        let Code::Jsonata(program) = &*self.code else {
            return Traced { value: self.evaluate(env), trace: None };
        };
        let mut trace = Trace::default();
        let value = self.run(program, env, Some(&mut trace));
        Traced { value, trace: Some(trace) }
    }

    /// The text without what marks it as JSONata.
    pub fn source(&self) -> &str {
        let trimmed = self.text.trim();
        let marked = trimmed.strip_prefix("{%").and_then(|rest| rest.strip_suffix("%}"));
        marked.unwrap_or(trimmed).trim()
    }

    fn run(
        &self,
        program: &Program,
        env: &Env<'_>,
        trace: Option<&mut Trace>,
    ) -> Result<Option<Value>, String> {
        let mut random = jsonata::Random::new(1);
        let mut context = Context::new(env.now.0, &mut random);
        context.trace = trace;
        let reads_context = self.text.contains("context") || !self.text.contains("$states.");
        let bindings = |name: &str| match name {
            "states" => Some(env.states_object(reads_context)),
            name => env.variable(name),
        };
        match program.evaluate(Some(env.data), &bindings, &mut context) {
            Ok(Outcome::Value(value)) => Ok(Some(value)),
            Ok(Outcome::Undefined) => Ok(None),
            Ok(Outcome::Function) => Err("The expression is a function.".to_owned()),
            Err(error) => Err(error.to_string()),
        }
    }

    /// Whether the expression holds: true, or anything but false, null, nothing and an empty array.
    ///
    /// # Errors
    ///
    /// As [`Query::evaluate`].
    pub fn holds(&self, env: &Env<'_>) -> Result<bool, String> {
        Ok(match self.evaluate(env)? {
            None | Some(Value::Null) => false,
            Some(Value::Bool(flag)) => flag,
            Some(Value::Array(items)) => !items.items().is_empty(),
            Some(_) => true,
        })
    }
}

impl Operand {
    fn parse(text: &str) -> Result<Operand, String> {
        let text = text.trim();
        if text.starts_with('$') || text.starts_with("States.") {
            let expression = expr::Expression::parse(text).map_err(|error| error.message)?;
            return Ok(Operand::Expression(expression));
        }
        if let Some(inner) = text.strip_prefix('\'').and_then(|rest| rest.strip_suffix('\'')) {
            return Ok(Operand::Literal(Value::from(inner)));
        }
        json::parse(text).map(Operand::Literal).map_err(|_| format!("'{text}' is neither a path nor JSON."))
    }

    fn evaluate(&self, env: &Env<'_>) -> Result<Option<Value>, String> {
        match self {
            Operand::Literal(value) => Ok(Some(value.clone())),
            Operand::Expression(expression) => evaluate(expression, env),
        }
    }
}

fn evaluate(expression: &expr::Expression, env: &Env<'_>) -> Result<Option<Value>, String> {
    let scope = Scope::new(env.data, env);
    match expression {
        expr::Expression::Path(path) => Ok(path.lookup(&scope).map(std::borrow::Cow::into_owned)),
        expr::Expression::Intrinsic(intrinsic) => {
            intrinsic.evaluate(&scope).map(Some).map_err(|error| error.cause)
        }
    }
}

/// Whether a text is JSON that has expressions in it: a template, not an expression that makes an object or a list.
fn is_filled(text: &str) -> bool {
    text.starts_with(['{', '[']) && text.contains("\"{%") && json::parse(text).is_ok()
}

impl Filled {
    fn compile(value: &Value) -> Result<Filled, String> {
        Ok(match value {
            Value::String(text) if text.trim().starts_with("{%") && text.trim().ends_with("%}") => {
                Filled::Query(Query::compile(text, QueryLanguage::Jsonata)?)
            }
            Value::Array(items) => {
                Filled::Array(items.items().iter().map(Filled::compile).collect::<Result<_, String>>()?)
            }
            Value::Object(members) => {
                let members = members.members().iter();
                let members = members.map(|(name, value)| Ok((name.clone(), Filled::compile(value)?)));
                Filled::Object(members.collect::<Result<_, String>>()?)
            }
            value => Filled::Value(value.clone()),
        })
    }

    fn fill(&self, env: &Env<'_>) -> Result<Option<Value>, String> {
        Ok(match self {
            Filled::Value(value) => Some(value.clone()),
            Filled::Query(query) => {
                let value = query.evaluate(env)?;
                Some(value.ok_or_else(|| format!("The expression '{}' gives nothing.", query.source()))?)
            }
            Filled::Array(items) => {
                let items = items.iter().map(|item| Ok(item.fill(env)?.unwrap_or_default()));
                Some(Value::array(items.collect::<Result<_, String>>()?))
            }
            Filled::Object(members) => {
                let mut filled = json::Map::with_capacity(members.len());
                for (name, value) in members {
                    filled.insert(name.clone(), value.fill(env)?.unwrap_or_default());
                }
                Some(Value::object(filled))
            }
        })
    }
}

fn compile_jsonpath(text: &str) -> Result<Code, String> {
    if text.starts_with('{') {
        let rule = json::parse(text).map_err(|error| error.to_string())?;
        if !["Variable", "And", "Or", "Not"].iter().any(|name| rule.get(name).is_some()) {
            return expr::Template::compile(&rule).map(Code::Template).map_err(|problems| {
                problems
                    .first()
                    .map_or_else(|| "This is no payload template.".to_owned(), |first| first.message.clone())
            });
        }
        return expr::ChoiceRule::compile(&rule).map(Code::Rule).map_err(|problems| {
            problems
                .first()
                .map_or_else(|| "This is no choice rule.".to_owned(), |first| first.message.clone())
        });
    }
    if let Some((left, comparison, right)) = split(text) {
        return Ok(Code::Comparison(Operand::parse(left)?, comparison, Operand::parse(right)?));
    }
    if text.is_empty() {
        return Err("The expression is empty.".to_owned());
    }
    expr::Expression::parse(text).map(Code::Path).map_err(|error| error.message)
}

/// Splits at the first comparison outside of quotes and brackets.
fn split(text: &str) -> Option<(&str, Comparison, &str)> {
    const OPERATORS: [(&str, Comparison); 6] = [
        ("==", Comparison::Equal),
        ("!=", Comparison::NotEqual),
        ("<=", Comparison::LessOrEqual),
        (">=", Comparison::GreaterOrEqual),
        ("<", Comparison::Less),
        (">", Comparison::Greater),
    ];
    let mut depth = 0i32;
    let mut quote = None;
    for (position, letter) in text.char_indices() {
        match (quote, letter) {
            (Some(open), _) if open == letter => quote = None,
            (Some(_), _) => {}
            (None, '\'' | '"') => quote = Some(letter),
            (None, '(' | '[' | '{') => depth += 1,
            (None, ')' | ']' | '}') => depth -= 1,
            (None, _) if depth == 0 => {
                let rest = text.get(position..)?;
                if let Some((operator, comparison)) =
                    OPERATORS.iter().find(|(operator, _)| rest.starts_with(operator))
                {
                    return Some((text.get(..position)?, *comparison, rest.get(operator.len()..)?));
                }
            }
            _ => {}
        }
    }
    None
}

fn compare(left: Option<&Value>, comparison: Comparison, right: Option<&Value>) -> Result<bool, String> {
    match comparison {
        Comparison::Equal => return Ok(left == right),
        Comparison::NotEqual => return Ok(left != right),
        _ => {}
    }
    let order = match (left, right) {
        (Some(Value::Number(left)), Some(Value::Number(right))) => left.as_f64().partial_cmp(&right.as_f64()),
        (Some(Value::String(left)), Some(Value::String(right))) => Some(left.cmp(right)),
        (None, _) | (_, None) => return Ok(false),
        (Some(left), Some(right)) => {
            let (left, right) = (json::json_type_name(left), json::json_type_name(right));
            return Err(format!("A value of type {left} can't be compared with one of type {right}."));
        }
    };
    Ok(order.is_some_and(|order| match comparison {
        Comparison::Less => order.is_lt(),
        Comparison::LessOrEqual => order.is_le(),
        Comparison::Greater => order.is_gt(),
        _ => order.is_ge(),
    }))
}

/// What expressions see at an event.
pub struct Env<'a> {
    /// `$`: the input of the state, after its exit the output.
    pub data: &'a Value,
    /// `$states.input`.
    pub input: &'a Value,
    pub result: Option<&'a Value>,
    pub failure: Option<&'a Failure>,
    pub variables: &'a [(Str, Value)],
    /// Variables that the state's exit assigned, on top of the others.
    pub assigned: &'a [(Str, Value)],
    pub now: Instant,
    execution: &'a Execution,
    event: EventRef,
}

static NOTHING: Value = Value::Null;

impl<'a> Env<'a> {
    /// What expressions see at the event at a position.
    pub fn at(
        execution: &'a Execution,
        visits: &'a Visits,
        events: &[EventRef],
        position: u32,
    ) -> Option<Env<'a>> {
        let event_ref = *events.get((position as usize).checked_sub(1)?)?;
        let event = execution.event(event_ref)?;
        let visit = visits.at(position).and_then(|visit: VisitId| visits.get(visit));
        let entered =
            visit.and_then(|visit| execution.event(EventRef { run: visit.run, event: visit.entered_event }));
        let (input, variables) = match entered.map(|entered| &entered.details) {
            Some(engine::Details::StateEntered { input, variables, .. }) => {
                (input, variables.as_ref().map_or(&[][..], |variables| variables.as_slice()))
            }
            _ => (event.details.input().unwrap_or(&NOTHING), &[][..]),
        };
        let output = event.details.output();
        let is_boundary = event.event_type.is_state_exited() || event.event_type.is_terminal();
        let data = output.filter(|_| is_boundary).unwrap_or(input);
        let result = output.filter(|_| !event.event_type.is_state_exited());
        Some(Env {
            data,
            input,
            result,
            failure: event.details.failure(),
            variables,
            assigned: event.details.assigned().unwrap_or_default(),
            now: event.timestamp,
            execution,
            event: event_ref,
        })
    }

    /// The same with other data: what JSONPath's `$` means in a field that works on what another one made.
    pub fn with_data(self, data: &'a Value) -> Env<'a> {
        Env { data, ..self }
    }

    /// The same with the context object of another event: what the field of a Map state sees that is for its items.
    pub(crate) fn in_context_of(self, event: EventRef) -> Env<'a> {
        Env { event, ..self }
    }

    pub(crate) fn states_object(&self, with_context: bool) -> Value {
        let mut members = json::Map::with_capacity(4);
        members.insert("input", self.input.clone());
        if let Some(result) = self.result {
            members.insert("result", result.clone());
        }
        if let Some(failure) = self.failure {
            members.insert("errorOutput", failure.to_output());
        }
        if with_context {
            members.insert("context", self.context_object());
        }
        Value::object(members)
    }
}

impl Host for Env<'_> {
    fn context_object(&self) -> Value {
        self.execution
            .inspect(self.event)
            .map_or_else(|| Value::object(json::Map::new()), |inspection| inspection.context)
    }

    fn variable(&self, name: &str) -> Option<Value> {
        let find = |variables: &[(Str, Value)]| {
            variables.iter().find(|(known, _)| &**known == name).map(|(_, value)| value.clone())
        };
        find(self.assigned).or_else(|| find(self.variables))
    }

    fn random(&self) -> u64 {
        0x9e37_79b9_7f4a_7c15
    }
}

/// A text with `{expression}` in it: the message of a log point. `{{` and `}}` are braces.
#[derive(Clone, Debug)]
pub struct Message {
    pub text: Str,
    parts: Vec<Part>,
}

#[derive(Clone, Debug)]
enum Part {
    Text(String),
    Query(Query),
}

impl Message {
    /// # Errors
    ///
    /// What is wrong with an expression in it, for people.
    pub fn compile(text: &str, language: QueryLanguage) -> Result<Message, String> {
        let mut parts = Vec::new();
        let mut plain = String::new();
        let mut rest = text;
        while let Some(position) = rest.find(['{', '}']) {
            let (before, at) = rest.split_at(position);
            plain.push_str(before);
            if let Some(after) = at.strip_prefix("{{").or_else(|| at.strip_prefix("}}")) {
                plain.push_str(at.get(..1).unwrap_or_default());
                rest = after;
            } else if let Some(inside) = at.strip_prefix('{') {
                let end = closing_brace(inside).ok_or("A '{' has no '}'.")?;
                parts.push(Part::Text(std::mem::take(&mut plain)));
                parts.push(Part::Query(Query::compile(inside.get(..end).unwrap_or_default(), language)?));
                rest = inside.get(end + 1..).unwrap_or_default();
            } else {
                plain.push('}');
                rest = at.get(1..).unwrap_or_default();
            }
        }
        plain.push_str(rest);
        parts.push(Part::Text(plain));
        Ok(Message { text: text.into(), parts })
    }

    /// The message; an expression that fails is replaced by what it says.
    pub fn render(&self, env: &Env<'_>) -> String {
        const LONGEST: usize = 10_000;
        let mut out = String::new();
        for part in &self.parts {
            match part {
                Part::Text(text) => out.push_str(text),
                Part::Query(query) => match query.evaluate(env) {
                    Ok(Some(Value::String(text))) => out.push_str(&text),
                    Ok(Some(value)) => value.write_text(&mut out),
                    Ok(None) => out.push_str("undefined"),
                    Err(message) => out.push_str(&format!("<{message}>")),
                },
            }
            if out.len() > LONGEST {
                let end = (0..=LONGEST).rev().find(|end| out.is_char_boundary(*end)).unwrap_or(0);
                out.truncate(end);
                out.push('…');
                break;
            }
        }
        out
    }
}

fn closing_brace(text: &str) -> Option<usize> {
    let mut depth = 0u32;
    let mut quote = None;
    for (position, letter) in text.char_indices() {
        match (quote, letter) {
            (Some(open), _) if open == letter => quote = None,
            (Some(_), _) => {}
            (None, '\'' | '"') => quote = Some(letter),
            (None, '{') => depth += 1,
            (None, '}') if depth == 0 => return Some(position),
            (None, '}') => depth -= 1,
            _ => {}
        }
    }
    None
}
