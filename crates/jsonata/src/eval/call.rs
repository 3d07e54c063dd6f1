//! Calling functions of every kind, partial application and `~>`.

use std::rc::Rc;
use std::sync::Arc;

use json::{Str, Value};

use super::{Machine, Outcome};
use crate::code::{Call, Code, Kind, NodeId, Symbol};
use crate::errors::Fault;
use crate::functions::{self, matching, transform};
use crate::signature::pass;
use crate::values::{Closure, Frame, Function, Passed, Val, View};

impl Machine<'_> {
    pub(super) fn eval_call(
        &mut self,
        code: &Arc<Code>,
        call: &Call,
        applied_to: Option<Val>,
        input: &Val,
        env: &Rc<Frame>,
    ) -> Outcome<Val> {
        if let Kind::Global(symbol) = code.node(call.procedure).kind
            && !self.tracing()
            && let Some(native) = self.native(code, symbol)
        {
            self.charge(1)?;
            let arguments = self.evaluate_arguments(code, call, applied_to, input, env)?;
            let result = self.apply_native(native, arguments, input, env);
            return result.map_err(|fault| fault.within(call.name.as_ref()));
        }
        let procedure = self.eval(code, call.procedure, input, env)?;
        if procedure.is_undefined()
            && let Some(meant) = call.meant
            && counts_in_javascript(&self.variable(code, meant, env))
        {
            let name = call.name.clone().unwrap_or_else(|| "".into());
            return Err(Fault::new("T1005").detail(name.clone()).token(name));
        }
        let arguments = self.evaluate_arguments(code, call, applied_to, input, env)?;
        self.apply(&procedure, arguments, input, env).map_err(|fault| fault.within(call.name.as_ref()))
    }

    fn evaluate_arguments(
        &mut self,
        code: &Arc<Code>,
        call: &Call,
        applied_to: Option<Val>,
        input: &Val,
        env: &Rc<Frame>,
    ) -> Outcome<Vec<Val>> {
        let mut arguments = self.arguments(call.arguments.len() + usize::from(applied_to.is_some()));
        arguments.extend(applied_to);
        for argument in &call.arguments {
            let argument = self.eval(code, *argument, input, env)?;
            arguments.push(pass(argument));
        }
        Ok(arguments)
    }

    /// The native function that a variable holds which the expression does not bind.
    fn native(&mut self, code: &Code, symbol: Symbol) -> Option<u16> {
        match self.global_ref(code, symbol) {
            Val::Function(function, Passed::Directly) => match **function {
                Function::Native(native) => Some(native),
                _ => None,
            },
            _ => None,
        }
    }

    /// `left ~> right`
    pub(super) fn eval_apply(
        &mut self,
        code: &Arc<Code>,
        left: Val,
        right: NodeId,
        input: &Val,
        env: &Rc<Frame>,
    ) -> Outcome<Val> {
        let right_node = code.node(right);
        // As in jsonata, predicates after the call are not looked at.
        if let Kind::Call(call) = &right_node.kind {
            self.deeper()?;
            let result = self.eval_call(code, call, Some(left), input, env);
            self.shallower();
            if self.tracing() {
                self.record(right_node, right, &result);
            }
            return result.map_err(|fault| fault.at(right_node.span));
        }
        let function = self.eval(code, right, input, env)?;
        if !function.is_function() {
            return Err(Fault::new("T2006").value(function));
        }
        if left.is_function() {
            return Ok(Val::function(Function::Chain(left, function)));
        }
        self.apply(&function, vec![left], &Val::NULL, env)
    }

    /// Calls a function with arguments, and makes the calls that it ends with.
    pub(crate) fn apply(
        &mut self,
        function: &Val,
        arguments: Vec<Val>,
        context: &Val,
        env: &Rc<Frame>,
    ) -> Outcome<Val> {
        let result = self.apply_once(function, arguments, context, env)?;
        self.make_calls(result, context, env)
    }

    /// Calls a function with one to a few arguments, as the functions do that call functions.
    #[inline(always)]
    pub(crate) fn apply_each(
        &mut self,
        function: &Val,
        fill: impl FnOnce(&mut Vec<Val>),
        env: &Rc<Frame>,
    ) -> Outcome<Val> {
        if let Val::Function(lambda, _) = function
            && let Function::Lambda(closure) = &**lambda
            && closure.signature.is_none()
            && !self.tracing()
        {
            let mut frame = self.spare_frames.pop().unwrap_or_default();
            if let Some(spare) = Rc::get_mut(&mut frame) {
                fill(spare.begin_call(closure.env.clone(), closure.parameters.clone()));
            }
            let result = self.eval(&closure.code, closure.body, &closure.input, &frame);
            self.end_call(frame);
            return match result {
                Ok(result @ Val::Function(..)) => self.make_calls(result, &Val::NULL, env),
                result => result,
            };
        }
        let mut arguments = self.arguments(4);
        fill(&mut arguments);
        self.apply(function, arguments, &Val::NULL, env)
    }

    /// Makes the calls that a function ends with.
    fn make_calls(&mut self, mut result: Val, context: &Val, env: &Rc<Frame>) -> Outcome<Val> {
        while let Val::Function(thunk, _) = &result {
            let Function::Thunk { code, node, input, env: thunk_env } = &**thunk else { break };
            let Kind::Call(call) = &code.node(*node).kind else { break };
            let span = code.node(*node).span;
            let mut step = || -> Outcome<Val> {
                self.charge(1)?;
                let next = self.eval(code, call.procedure, input, thunk_env)?;
                let mut arguments = self.arguments(call.arguments.len());
                for argument in &call.arguments {
                    arguments.push(self.eval(code, *argument, input, thunk_env)?);
                }
                self.apply_once(&next, arguments, context, env)
            };
            let next = step().map_err(|fault| fault.within(call.name.as_ref()).at(span))?;
            result = next;
        }
        Ok(result)
    }

    fn apply_once(
        &mut self,
        function: &Val,
        arguments: Vec<Val>,
        context: &Val,
        env: &Rc<Frame>,
    ) -> Outcome<Val> {
        let Val::Function(function, passed) = function else { return Err(Fault::new("T1006")) };
        let null = Val::NULL;
        let context = if *passed == Passed::AsArgument { &null } else { context };
        match &**function {
            Function::Lambda(closure) => self.apply_closure(closure, arguments, context),
            Function::Native(native) => self.apply_native(*native, arguments, context, env),
            Function::NativePartial { native, arguments: given } => {
                let mut arguments = arguments.into_iter();
                let mut arguments: Vec<Val> = given
                    .iter()
                    .map(|given| match given {
                        Some(given) => given.clone(),
                        None => arguments.next().unwrap_or_default(),
                    })
                    .collect();
                functions::coercion::coerce(self, *native, &mut arguments)?;
                self.deeper()?;
                let result = functions::call(self, *native, arguments, context, env);
                self.shallower();
                result
            }
            Function::Chain(first, second) => {
                self.deeper()?;
                let argument = arguments.into_iter().next().unwrap_or_default();
                let result = self
                    .apply(first, vec![argument], &null, env)
                    .and_then(|value| self.apply(second, vec![pass(value)], &null, env));
                self.shallower();
                result
            }
            Function::Transform { code, node, env } => {
                let arguments = transform::signature().validate(arguments, context)?;
                let object = arguments.into_iter().next().unwrap_or_default();
                transform::apply(self, code, *node, object, env)
            }
            Function::Regex(regex) => {
                let mut arguments = arguments.into_iter();
                let text = arguments.next().unwrap_or_default();
                let from = arguments.next().and_then(|from| from.as_f64()).unwrap_or(0.0).max(0.0) as usize;
                let text = match text.view() {
                    View::String(_) => text.as_shared_str().cloned().unwrap_or_else(|| "".into()),
                    View::Undefined => "undefined".into(),
                    _ => {
                        let mut printed = String::new();
                        functions::string::stringify(&text, false, self.limits.string, &mut printed)?;
                        printed.into()
                    }
                };
                matching::first_match(self, regex, &text, from)
            }
            Function::NextMatch { regex, text, units, from } => {
                matching::next_match(self, regex, text, units, *from)
            }
            Function::Thunk { .. } => Ok(Val::Undefined),
        }
    }

    fn apply_native(
        &mut self,
        native: u16,
        arguments: Vec<Val>,
        context: &Val,
        env: &Rc<Frame>,
    ) -> Outcome<Val> {
        // Native functions that call functions take the stack of two levels.
        self.deeper()?;
        self.deeper()?;
        let result = functions::signature(native)
            .validate(arguments, context)
            .and_then(|arguments| functions::call(self, native, arguments, context, env));
        self.shallower();
        self.shallower();
        let result = result?;
        self.check_nesting(&result)?;
        Ok(result)
    }

    fn apply_closure(&mut self, closure: &Closure, arguments: Vec<Val>, context: &Val) -> Outcome<Val> {
        let arguments = match &closure.signature {
            Some(signature) => signature.validate(arguments, context)?,
            None => arguments,
        };
        let frame = self.call_frame(closure, arguments);
        if self.trace.is_none() {
            let result = self.eval(&closure.code, closure.body, &closure.input, &frame);
            self.end_call(frame);
            return result;
        }
        self.calls += 1;
        let outer = std::mem::replace(&mut self.call, self.calls);
        let result = self.eval(&closure.code, closure.body, &closure.input, &frame);
        self.call = outer;
        result
    }

    pub(super) fn eval_partial(
        &mut self,
        code: &Arc<Code>,
        procedure: NodeId,
        arguments: &[Option<NodeId>],
        name: Option<&Str>,
        input: &Val,
        env: &Rc<Frame>,
    ) -> Outcome<Val> {
        let mut given = Vec::with_capacity(arguments.len());
        for argument in arguments {
            given.push(match argument {
                Some(argument) => Some(self.eval(code, *argument, input, env)?),
                None => None,
            });
        }
        let value = self.eval(code, procedure, input, env)?;
        let name = name.cloned();
        let Val::Function(function, _) = &value else {
            if value.is_undefined()
                && matches!(code.node(procedure).kind, Kind::Path(_))
                && let Some(name) = &name
                && counts_in_javascript(&self.variable_named(code, name, env))
            {
                return Err(Fault::new("T1007").detail(name.clone()).token(name.clone()));
            }
            let fault = Fault::new("T1008");
            return Err(match name {
                Some(name) => fault.token(name),
                None => fault,
            });
        };
        let hole = |given: &[Option<Val>], index: usize| matches!(given.get(index), Some(None));
        match &**function {
            Function::Lambda(closure) => {
                let mut unbound = Vec::new();
                let mut bindings = Vec::new();
                for (index, parameter) in closure.parameters.iter().enumerate() {
                    if hole(&given, index) {
                        unbound.push(*parameter);
                    } else {
                        let argument = given.get_mut(index).and_then(Option::take).unwrap_or_default();
                        bindings.push((*parameter, argument));
                    }
                }
                Ok(Val::function(Function::Lambda(Closure {
                    code: closure.code.clone(),
                    body: closure.body,
                    parameters: unbound.into(),
                    signature: None,
                    input: closure.input.clone(),
                    env: Frame::new(Some(closure.env.clone()), bindings),
                })))
            }
            Function::Native(native) => {
                let count = functions::parameter_count(*native);
                given.resize(count, Some(Val::Undefined));
                Ok(Val::function(Function::NativePartial { native: *native, arguments: given }))
            }
            Function::NativePartial { native, arguments: before } => {
                let mut given = given.into_iter();
                let arguments = before
                    .iter()
                    .map(|argument| match argument {
                        Some(argument) => Some(argument.clone()),
                        None => given.next().unwrap_or(Some(Val::Undefined)),
                    })
                    .collect();
                Ok(Val::function(Function::NativePartial { native: *native, arguments }))
            }
            _ => Ok(value.clone()),
        }
    }
}

/// Whether JavaScript would take the value for true: something of that name is there.
pub(crate) fn counts_in_javascript(value: &Val) -> bool {
    match value {
        Val::Undefined | Val::Json(Value::Null | Value::Bool(false)) => false,
        value => match value.view() {
            View::Number(number) => number != 0.0,
            View::String(text) => !text.is_empty(),
            _ => true,
        },
    }
}

/// How many parameters a function takes, as the functions that call functions go by.
pub(crate) fn arity(function: &Val) -> usize {
    let Val::Function(function, _) = function else { return 0 };
    match &**function {
        Function::Lambda(closure) => closure.parameters.len(),
        Function::Native(native) => functions::arity(*native),
        Function::NativePartial { arguments, .. } => {
            arguments.iter().filter(|argument| argument.is_none()).count()
        }
        Function::Chain(..) | Function::Transform { .. } => 1,
        Function::Regex(_) => 2,
        Function::NextMatch { .. } | Function::Thunk { .. } => 0,
    }
}
