//! The public face: expressions, programs and what an evaluation needs from outside.

use std::sync::Arc;

use json::{Map, Span, Str, Value};

use crate::code::{Code, Kind, NodeId, Symbol};
use crate::compile;
use crate::errors::{CompileError, EvalError, Fault};
use crate::eval::{Machine, members_of, path_into_variable};
use crate::limits::{Limit, Limits};
use crate::random::Random;
use crate::syntax::{self, AstId, AstKind, AstNode, SyntaxError};
use crate::trace::Trace;
use crate::values::{NotJson, Val};

/// The syntax tree of a text, however broken.
#[derive(Clone, Debug)]
pub struct Expression {
    /// The nodes; [`Expression::root`] is the outermost.
    pub nodes: Vec<AstNode>,
    pub root: AstId,
    /// What is wrong, in the order in which it was found; the first is what jsonata reports.
    pub errors: Vec<SyntaxError>,
}

impl Expression {
    /// Parses a text: the part between `{%` and `%}` of a field of a state. Never fails.
    pub fn parse(text: &str) -> Expression {
        let parsed = syntax::parse(text);
        let mut errors = parsed.errors;
        if let Some(node) = parsed.nodes.iter().find(|node| matches!(node.kind, AstKind::Missing)) {
            errors.push(SyntaxError {
                code: UNEXPECTED_END,
                message: "Unexpected end of expression".to_owned(),
                span: node.span,
                expected: vec!["an expression"],
            });
        }
        Expression { nodes: parsed.nodes, root: parsed.root, errors }
    }

    /// Compiles a text for evaluation.
    pub fn compile(text: &str, options: &CompileOptions) -> Result<Program, CompileError> {
        Expression::parse(text).into_program(text, options)
    }

    /// Compiles the parsed text. Some errors are found only here, such as a `%` without a parent.
    pub fn into_program(self, text: &str, options: &CompileOptions) -> Result<Program, CompileError> {
        // That something is missing at the end jsonata notices only after everything else.
        if let Some(error) = self.errors.iter().find(|error| error.code != UNEXPECTED_END) {
            return Err(CompileError { code: error.code, message: error.message.clone(), span: error.span });
        }
        let code = compile::compile(&self.nodes, self.root, Vec::new(), *options).map_err(|error| *error)?;
        Ok(Program { code: Arc::new(code), options: *options, span: Span { start: 0, end: text.len() } })
    }

    /// A node of the tree.
    pub fn node(&self, id: AstId) -> Option<&AstNode> {
        self.nodes.get(id as usize)
    }
}

const UNEXPECTED_END: &str = "S0207";

/// Which functions an expression has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CompileOptions {
    /// The functions that Step Functions adds: `$partition`, `$range`, `$hash`, `$uuid`, `$parse`, and a
    /// `$random` that takes a seed.
    pub step_functions: bool,
    /// `$eval`, which Step Functions does not have.
    pub eval: bool,
}

impl CompileOptions {
    /// The language as Step Functions has it.
    pub const STEP_FUNCTIONS: CompileOptions = CompileOptions { step_functions: true, eval: false };
    /// The language as jsonata itself has it.
    pub const JSONATA: CompileOptions = CompileOptions { step_functions: false, eval: true };

    /// Whether the language has a function of this name, given without its `$`.
    pub fn has_function(&self, name: &str) -> bool {
        crate::functions::find(name, *self).is_some()
    }
}

impl Default for CompileOptions {
    fn default() -> CompileOptions {
        CompileOptions::STEP_FUNCTIONS
    }
}

/// A compiled expression. Cheap to clone; can be evaluated any number of times.
#[derive(Clone, Debug)]
pub struct Program {
    code: Arc<Code>,
    options: CompileOptions,
    span: Span,
}

/// What an evaluation comes to.
#[derive(Clone, Debug, PartialEq)]
pub enum Outcome {
    /// Nothing: "returned nothing (undefined)" in Step Functions' words.
    Undefined,
    Value(Value),
    /// A function, or a value that holds one: "returned an unsupported result type".
    Function,
}

impl Outcome {
    /// The value, if it is one.
    pub fn into_value(self) -> Option<Value> {
        match self {
            Outcome::Value(value) => Some(value),
            Outcome::Undefined | Outcome::Function => None,
        }
    }
}

/// Where an evaluation gets variables from. Each name that is bound is asked for at most once in an evaluation.
pub trait Bindings {
    /// The value of `$name`; none where it is not bound.
    fn get(&self, name: &str) -> Option<Value>;
}

impl Bindings for Map {
    fn get(&self, name: &str) -> Option<Value> {
        Map::get(self, name).cloned()
    }
}

impl Bindings for () {
    fn get(&self, _name: &str) -> Option<Value> {
        None
    }
}

impl<F: Fn(&str) -> Option<Value>> Bindings for F {
    fn get(&self, name: &str) -> Option<Value> {
        self(name)
    }
}

/// What an evaluation needs besides its data.
pub struct Context<'a> {
    pub limits: Limits,
    /// The time that `$now` and `$millis` tell, in milliseconds since 1970.
    pub now_millis: i64,
    /// What `$random`, `$shuffle` and `$uuid` draw from; carries on where the last evaluation stopped.
    pub random: &'a mut Random,
    /// Where to record what sub-expressions came to. Costs nothing when it is none.
    pub trace: Option<&'a mut Trace>,
    /// How many steps the evaluation took; set by the evaluation.
    pub steps_used: u64,
}

impl<'a> Context<'a> {
    /// A context with the default limits and without a trace.
    pub fn new(now_millis: i64, random: &'a mut Random) -> Context<'a> {
        Context { limits: Limits::default(), now_millis, random, trace: None, steps_used: 0 }
    }
}

impl Program {
    /// Evaluates on an input (`$` and `$$`; none is undefined) with variables.
    ///
    /// In Step Functions there is no input: everything comes by `$states` and variables.
    pub fn evaluate(
        &self,
        input: Option<&Value>,
        bindings: &dyn Bindings,
        context: &mut Context<'_>,
    ) -> Result<Outcome, EvalError> {
        // A path of names into a variable, by far the most frequent expression, needs no machine.
        let known = self.variable(bindings, context);
        if let Some((_, value, steps)) = &known {
            let outcome = match members_of(&self.code, steps, value) {
                Some(Val::Json(member)) => Some(Outcome::Value(member)),
                Some(Val::Undefined) => Some(Outcome::Undefined),
                _ => None,
            };
            if let Some(outcome) = outcome {
                context.steps_used = 1;
                return Ok(outcome);
            }
        }
        let mut machine = Machine::new(
            &self.code,
            self.options,
            context.limits,
            context.now_millis,
            context.random,
            bindings,
            context.trace.as_deref_mut(),
        );
        if let Some((symbol, value, _)) = known {
            machine.know(symbol, value);
        }
        let input = input.map_or(Val::Undefined, |input| Val::Json(input.clone()));
        let result = machine.run(&self.code, input);
        context.steps_used = machine.steps_used();
        let outcome = result.and_then(|value| {
            if value.is_function() {
                return Ok(Outcome::Function);
            }
            match value.into_json(&mut { context.limits.sequence }) {
                Ok(Some(value)) => Ok(Outcome::Value(value)),
                Ok(None) => Ok(Outcome::Undefined),
                Err(NotJson::HoldsFunction) => Ok(Outcome::Function),
                Err(NotJson::TooLarge) => Err(Fault::limit(Limit::Sequence, context.limits.sequence as u64)),
            }
        });
        let outcome = outcome.map_err(|fault| fault.into_error(self.span));
        machine.dismantle();
        outcome
    }

    /// Of a path of names into a variable: the variable, its value, and the steps after it.
    fn variable(&self, bindings: &dyn Bindings, context: &Context<'_>) -> Option<(Symbol, Val, &[NodeId])> {
        let (symbol, steps) = path_into_variable(&self.code)?;
        if context.trace.is_some() || context.limits.steps == 0 {
            return None;
        }
        let value = bindings.get(self.code.symbols.get(symbol as usize)?)?;
        Some((symbol, Val::Json(value), steps))
    }

    /// The names of the variables that come from outside: those that the expression reads and does not
    /// only bind itself, functions of the language included.
    pub fn variables(&self) -> Vec<Str> {
        let mut names: Vec<Str> = Vec::new();
        for node in &self.code.nodes {
            if let Kind::Global(symbol) | Kind::Local(symbol) = node.kind
                && let Some(name) = self.code.symbols.get(symbol as usize)
                && !names.contains(name)
            {
                names.push(name.clone());
            }
        }
        names
    }
}
