//! The evaluator: walks the code with a context and an environment.

mod call;
mod group;
mod operators;
mod path;
mod scalar;

use std::rc::{Rc, Weak};
use std::sync::Arc;

use json::{Str, Value};

use crate::code::{Code, Kind, Node, NodeId, Path, Symbol};
use crate::errors::Fault;
use crate::functions;
use crate::limits::{Limit, Limits};
use crate::program::{Bindings, CompileOptions};
use crate::random::Random;
use crate::trace::Trace;
use crate::values::{Closure, Flags, Frame, Function, Item, List, Val};

pub(crate) use call::{arity, counts_in_javascript};
pub(crate) use operators::compare_text;

pub(crate) type Outcome<T> = Result<T, Box<Fault>>;

/// How many frames and lists of arguments are kept.
const SPARE: usize = 16;

/// One evaluation in progress.
pub(crate) struct Machine<'h> {
    pub(crate) limits: Limits,
    pub(crate) options: CompileOptions,
    pub(crate) now: i64,
    pub(crate) random: &'h mut Random,
    pub(crate) root: Val,
    pub(crate) symbols: Vec<Str>,
    bindings: &'h dyn Bindings,
    /// The values of variables from outside and of native functions, once they were looked up.
    globals: Vec<Option<Val>>,
    /// That of the first that was looked up: most expressions have no other.
    first_global: Option<(Symbol, Val)>,
    steps_left: u64,
    depth: u32,
    /// Frames that may hold functions that hold the frame.
    cyclic: Vec<Weak<Frame>>,
    /// Frames and lists of arguments of calls that are over, for the next ones.
    spare_frames: Vec<Rc<Frame>>,
    spare_arguments: Vec<Vec<Val>>,
    trace: Option<&'h mut Trace>,
    /// The number of the call that is being evaluated, for the trace.
    call: u32,
    calls: u32,
}

impl<'h> Machine<'h> {
    pub(crate) fn new(
        code: &Code,
        options: CompileOptions,
        limits: Limits,
        now: i64,
        random: &'h mut Random,
        bindings: &'h dyn Bindings,
        trace: Option<&'h mut Trace>,
    ) -> Machine<'h> {
        Machine {
            limits,
            options,
            now,
            random,
            root: Val::Undefined,
            symbols: if options.eval { code.symbols.clone() } else { Vec::new() },
            bindings,
            // Grows when the first is looked up.
            globals: Vec::new(),
            first_global: None,
            steps_left: limits.steps,
            depth: 0,
            cyclic: Vec::new(),
            spare_frames: Vec::new(),
            spare_arguments: Vec::new(),
            trace,
            call: 0,
            calls: 0,
        }
    }

    /// Has the value of a variable from outside that was asked for already.
    pub(crate) fn know(&mut self, symbol: Symbol, value: Val) {
        self.first_global = Some((symbol, value));
    }

    /// Evaluates a whole expression on an input.
    pub(crate) fn run(&mut self, code: &Arc<Code>, input: Val) -> Outcome<Val> {
        let root = code.node(code.root);
        // Most conditions need no more than this.
        if root.scalar > 0
            && self.trace.is_none()
            && let Some(value) = self.scalar(code, root, Item::Val(&input), None)
        {
            self.charge(u64::from(root.scalar)).map_err(|fault| fault.at(root.span))?;
            return Ok(value.into());
        }
        self.root = input.clone();
        let env = Frame::new(None, Vec::new());
        let input = if input.is_array() && !input.flags().has(Flags::SEQUENCE) {
            Val::sequence(vec![input]).with_flags(Flags::SEQUENCE.with(Flags::OUTER))
        } else {
            input
        };
        self.eval(code, code.root, &input, &env)
    }

    /// Breaks the cycles of frames and the functions in them. Nothing can be evaluated after that.
    pub(crate) fn dismantle(&mut self) {
        for frame in self.cyclic.drain(..) {
            if let Some(frame) = frame.upgrade() {
                frame.clear();
            }
        }
    }

    pub(crate) fn steps_used(&self) -> u64 {
        self.limits.steps - self.steps_left
    }

    /// Counts work, so that every evaluation ends.
    #[inline(always)]
    pub(crate) fn charge(&mut self, steps: u64) -> Outcome<()> {
        match self.steps_left.checked_sub(steps) {
            Some(left) => {
                self.steps_left = left;
                Ok(())
            }
            None => {
                self.steps_left = 0;
                Err(Fault::limit(Limit::Steps, self.limits.steps))
            }
        }
    }

    /// Counts a text that is made, and refuses too long a one.
    pub(crate) fn charge_text(&mut self, bytes: usize) -> Outcome<()> {
        if bytes > self.limits.string {
            return Err(Fault::limit(Limit::String, self.limits.string as u64));
        }
        self.charge(bytes as u64 / 64)
    }

    /// Counts an array that is made, and refuses too long a one.
    pub(crate) fn charge_items(&mut self, count: usize) -> Outcome<()> {
        if count > self.limits.sequence {
            return Err(Fault::limit(Limit::Sequence, self.limits.sequence as u64));
        }
        self.charge(count as u64 / 4)
    }

    #[inline(always)]
    pub(crate) fn deeper(&mut self) -> Outcome<()> {
        if self.depth >= self.limits.depth {
            return Err(Fault::limit(Limit::Depth, u64::from(self.limits.depth)));
        }
        self.depth += 1;
        Ok(())
    }

    #[inline(always)]
    pub(crate) fn shallower(&mut self) {
        self.depth -= 1;
    }

    pub(crate) fn check_nesting(&self, value: &Val) -> Outcome<()> {
        if value.depth() > self.limits.nesting {
            return Err(Fault::limit(Limit::Nesting, u64::from(self.limits.nesting)));
        }
        Ok(())
    }

    pub(crate) fn tracing(&self) -> bool {
        self.trace.is_some()
    }

    /// Evaluates a node.
    pub(crate) fn eval(
        &mut self,
        code: &Arc<Code>,
        id: NodeId,
        input: &Val,
        env: &Rc<Frame>,
    ) -> Outcome<Val> {
        let node = code.node(id);
        self.charge(1).map_err(|fault| fault.at(node.span))?;
        if self.trace.is_some() {
            return self.eval_traced(code, id, node, input, env);
        }
        let depth = self.depth;
        let result = self.eval_untraced(code, id, node, input, env);
        self.depth = depth;
        result
    }

    /// The depth may be another one afterwards.
    #[inline(always)]
    fn eval_untraced<'c>(
        &mut self,
        code: &'c Arc<Code>,
        mut id: NodeId,
        mut node: &'c Node,
        input: &Val,
        env: &Rc<Frame>,
    ) -> Outcome<Val> {
        // What needs no further evaluation is answered at once.
        loop {
            if node.has_extras {
                break;
            }
            match &node.kind {
                Kind::Number(number) => return Ok(Val::Number(*number)),
                Kind::Literal(value) => return Ok(Val::Json(value.clone())),
                Kind::Global(symbol) => return Ok(self.global(code, *symbol)),
                Kind::Local(symbol) => {
                    let value = self.variable(code, *symbol, env);
                    return self.finish(value, node.keep_array).map_err(|fault| fault.at(node.span));
                }
                Kind::Path(path) if path.members => match self.eval_members(code, path, input, env) {
                    Some(value) => return self.finish(value, false).map_err(|fault| fault.at(node.span)),
                    None => break,
                },
                Kind::Block { expressions, binds: false } if !node.keep_array => match expressions.as_slice()
                {
                    [only] => {
                        id = *only;
                        node = code.node(id);
                    }
                    _ => break,
                },
                Kind::Binary(..) if node.scalar > 0 => {
                    let Some(value) = self.scalar(code, node, Item::Val(input), Some(env)) else { break };
                    self.charge(u64::from(node.scalar) - 1).map_err(|fault| fault.at(node.span))?;
                    return Ok(value.into());
                }
                // The branch that is taken is the value: it is evaluated in place of the condition.
                Kind::Condition(condition, then, otherwise) if !node.keep_array => {
                    self.deeper().map_err(|fault| fault.at(node.span))?;
                    let truth = self.condition(code, *condition, input, env);
                    match (truth.map_err(|fault| fault.at(node.span))?, otherwise) {
                        (true, _) => id = *then,
                        (false, Some(otherwise)) => id = *otherwise,
                        (false, None) => return Ok(Val::Undefined),
                    }
                    node = code.node(id);
                    self.charge(1).map_err(|fault| fault.at(node.span))?;
                }
                _ => break,
            }
        }
        self.deeper().map_err(|fault| fault.at(node.span))?;
        let result = match &node.kind {
            Kind::Path(path) => match self.eval_path(code, node, path, input, env) {
                Ok(value) => self.finish(value, node.keep_array),
                Err(fault) => Err(fault),
            },
            Kind::Binary(operator, left, right) if !node.has_extras && !node.long_chain => {
                self.eval_binary(code, id, *operator, *left, *right, input, env)
            }
            Kind::Object(group) if !node.has_extras => match self.eval_object(code, group, input, env) {
                Ok(value) => self.finish(value, node.keep_array),
                Err(fault) => Err(fault),
            },
            Kind::Call(call) if !node.has_extras => match self.eval_call(code, call, None, input, env) {
                Ok(value) => self.finish(value, node.keep_array),
                Err(fault) => Err(fault),
            },
            _ => self.eval_node(code, id, node, input, env),
        };
        match result {
            Ok(value) => Ok(value),
            Err(fault) => Err(fault.at(node.span)),
        }
    }

    /// Whether a condition holds.
    fn condition(
        &mut self,
        code: &Arc<Code>,
        condition: NodeId,
        input: &Val,
        env: &Rc<Frame>,
    ) -> Outcome<bool> {
        let node = code.node(condition);
        if node.scalar > 0
            && let Some(truth) = self.truth(code, node, Item::Val(input), Some(env))
        {
            self.charge(u64::from(node.scalar))?;
            return Ok(truth);
        }
        let value = self.eval(code, condition, input, env)?;
        functions::boolean::truthy(&value)
    }

    #[inline(never)]
    fn eval_traced(
        &mut self,
        code: &Arc<Code>,
        id: NodeId,
        node: &Node,
        input: &Val,
        env: &Rc<Frame>,
    ) -> Outcome<Val> {
        self.deeper().map_err(|fault| fault.at(node.span))?;
        let result = self.eval_node(code, id, node, input, env);
        self.depth -= 1;
        self.record(node, id, &result);
        result.map_err(|fault| fault.at(node.span))
    }

    /// Evaluates code that was added while running: a trace has no place for it.
    pub(crate) fn eval_quietly(&mut self, code: &Arc<Code>, input: &Val, env: &Rc<Frame>) -> Outcome<Val> {
        let trace = self.trace.take();
        let result = self.eval(code, code.root, input, env);
        self.trace = trace;
        result
    }

    fn record(&mut self, node: &Node, id: NodeId, result: &Outcome<Val>) {
        if matches!(node.kind, Kind::TailCall(_)) {
            return;
        }
        if let Some(trace) = self.trace.as_deref_mut() {
            trace.record(node.span, id, self.call, self.depth, result);
        }
    }

    #[inline(never)]
    fn eval_node(
        &mut self,
        code: &Arc<Code>,
        id: NodeId,
        node: &Node,
        input: &Val,
        env: &Rc<Frame>,
    ) -> Outcome<Val> {
        let mut result = match &node.kind {
            Kind::Path(path) => self.eval_path(code, node, path, input, env)?,
            Kind::Field(name) => self.lookup(input, name)?,
            Kind::Local(symbol) | Kind::Parent(symbol) => match env.lookup(*symbol) {
                Some(value) => value,
                None => self.global(code, *symbol),
            },
            Kind::Global(symbol) => self.global(code, *symbol),
            Kind::Context => {
                if input.flags().has(Flags::OUTER) {
                    input.at(0)
                } else {
                    input.clone()
                }
            }
            Kind::Root => self.root.clone(),
            Kind::Literal(value) => Val::Json(value.clone()),
            Kind::Number(number) => Val::Number(*number),
            Kind::Binary(..) | Kind::Apply(..) if node.long_chain => self.eval_chain(code, id, input, env)?,
            Kind::Binary(operator, left, right) => {
                self.eval_binary(code, id, *operator, *left, *right, input, env)?
            }
            Kind::Apply(left, right) => {
                let left = self.eval(code, *left, input, env)?;
                self.eval_apply(code, left, *right, input, env)?
            }
            Kind::Call(call) => self.eval_call(code, call, None, input, env)?,
            Kind::Condition(condition, then, otherwise) => {
                let condition = self.eval(code, *condition, input, env)?;
                if functions::boolean::truthy(&condition)? {
                    self.eval(code, *then, input, env)?
                } else if let Some(otherwise) = otherwise {
                    self.eval(code, *otherwise, input, env)?
                } else {
                    Val::Undefined
                }
            }
            Kind::Block { expressions, binds } => self.eval_block(code, expressions, *binds, input, env)?,
            Kind::Bind(symbol, right) => {
                let value = self.eval(code, *right, input, env)?;
                self.bind(env, *symbol, value.clone());
                value
            }
            Kind::Lambda(lambda) => Val::function(Function::Lambda(Closure {
                code: code.clone(),
                body: lambda.body,
                parameters: lambda.parameters.clone(),
                signature: lambda.signature.clone(),
                input: input.clone(),
                env: env.clone(),
            })),
            Kind::TailCall(call) => Val::function(Function::Thunk {
                code: code.clone(),
                node: *call,
                input: input.clone(),
                env: env.clone(),
            }),
            Kind::Array(items) => self.eval_array(code, node, items, input, env)?,
            Kind::Object(group) => self.eval_object(code, group, input, env)?,
            Kind::Negate(operand) => self.eval_negation(code, node, *operand, input, env)?,
            Kind::Elvis(left, right) => {
                let value = self.eval(code, *left, input, env)?;
                if functions::boolean::truthy(&value)? { value } else { self.eval(code, *right, input, env)? }
            }
            Kind::Coalesce(left, right) => {
                let value = self.eval(code, *left, input, env)?;
                if value.is_undefined() { self.eval(code, *right, input, env)? } else { value }
            }
            Kind::Wildcard => self.eval_wildcard(input)?,
            Kind::Descendants => self.eval_descendants(input)?,
            Kind::Regex(regex) => Val::function(Function::Regex(regex.clone())),
            Kind::Partial(procedure, arguments, name) => {
                self.eval_partial(code, *procedure, arguments, name.as_ref(), input, env)?
            }
            Kind::Transform { .. } => {
                Val::function(Function::Transform { code: code.clone(), node: id, env: env.clone() })
            }
            Kind::Sort(_) | Kind::Placeholder => Val::Undefined,
        };
        if node.has_extras {
            result = self.eval_extras(code, node, result, env)?;
        }
        self.finish(result, node.keep_array)
    }

    /// The value of a node from what its kind gives: sequences collapse, and too deep a value is refused.
    #[inline(always)]
    fn finish(&self, value: Val, keep_array: bool) -> Outcome<Val> {
        match value {
            Val::List(..) | Val::Object(_) => self.finish_nested(value, keep_array),
            other => Ok(other),
        }
    }

    #[inline(never)]
    fn finish_nested(&self, value: Val, keep_array: bool) -> Outcome<Val> {
        match value {
            Val::List(list, flags) => {
                if list.depth > self.limits.nesting {
                    return Err(Fault::limit(Limit::Nesting, u64::from(self.limits.nesting)));
                }
                Ok(collapse(list, flags, keep_array))
            }
            Val::Object(members) if members.depth > self.limits.nesting => {
                Err(Fault::limit(Limit::Nesting, u64::from(self.limits.nesting)))
            }
            other => Ok(other),
        }
    }

    fn eval_extras(&mut self, code: &Arc<Code>, node: &Node, value: Val, env: &Rc<Frame>) -> Outcome<Val> {
        let mut result = value;
        if !node.predicates.is_empty() {
            result = self.filter_all(code, &node.predicates, result, env)?;
        }
        if let Some(group) = &node.group
            && !matches!(node.kind, Kind::Path(_))
        {
            result = self.eval_group(code, group, &result, env)?;
        }
        Ok(result)
    }

    fn eval_block(
        &mut self,
        code: &Arc<Code>,
        expressions: &[NodeId],
        binds: bool,
        input: &Val,
        env: &Rc<Frame>,
    ) -> Outcome<Val> {
        let frame = if binds { Some(Frame::new(Some(env.clone()), Vec::new())) } else { None };
        let env = frame.as_ref().unwrap_or(env);
        let mut result = Val::Undefined;
        for expression in expressions {
            result = self.eval(code, *expression, input, env)?;
        }
        Ok(result)
    }

    /// An empty list for the arguments of a call.
    pub(crate) fn arguments(&mut self, capacity: usize) -> Vec<Val> {
        self.spare_arguments.pop().unwrap_or_else(|| Vec::with_capacity(capacity))
    }

    /// Keeps the list of the arguments of a call that is over for another one.
    pub(crate) fn keep_arguments(&mut self, mut arguments: Vec<Val>) {
        if arguments.capacity() > 0 && self.spare_arguments.len() < SPARE {
            arguments.clear();
            self.spare_arguments.push(arguments);
        }
    }

    /// The frame of a call of a function.
    #[inline(always)]
    fn call_frame(&mut self, closure: &Closure, arguments: Vec<Val>) -> Rc<Frame> {
        let (parent, parameters) = (closure.env.clone(), closure.parameters.clone());
        if let Some(mut frame) = self.spare_frames.pop()
            && let Some(spare) = Rc::get_mut(&mut frame)
        {
            let list = spare.start_call(parent, parameters, arguments);
            if self.spare_arguments.len() < SPARE {
                self.spare_arguments.push(list);
            }
            return frame;
        }
        Frame::of_call(parent, parameters, arguments)
    }

    /// Keeps the frame of a call that is over for the next one, unless something still holds it.
    fn end_call(&mut self, mut frame: Rc<Frame>) {
        if self.spare_frames.len() < SPARE
            && let Some(spare) = Rc::get_mut(&mut frame)
        {
            spare.end_call();
            self.spare_frames.push(frame);
        }
    }

    fn bind(&mut self, env: &Rc<Frame>, symbol: Symbol, value: Val) {
        if matches!(value, Val::Function(..) | Val::List(..) | Val::Object(_)) {
            let known = self.cyclic.last().is_some_and(|last| std::ptr::eq(last.as_ptr(), Rc::as_ptr(env)));
            if !known {
                self.cyclic.push(Rc::downgrade(env));
            }
        }
        env.bind(symbol, value);
    }

    /// A path of names on objects; none where it meets anything else on its way.
    fn eval_members(&mut self, code: &Arc<Code>, path: &Path, input: &Val, env: &Rc<Frame>) -> Option<Val> {
        if !path.from_variable {
            return members_of(code, &path.steps, input);
        }
        let (first, rest) = path.steps.split_first()?;
        let symbol = match &code.node(*first).kind {
            Kind::Global(symbol) => *symbol,
            Kind::Local(symbol) => match env.with(*symbol, |value| members_of(code, rest, value)) {
                Some(found) => return found,
                None => *symbol,
            },
            Kind::Context if !input.is_array() => return members_of(code, rest, input),
            _ => return None,
        };
        members_of(code, rest, self.global_ref(code, symbol))
    }

    /// A variable from outside, or a native function.
    pub(crate) fn global(&mut self, code: &Code, symbol: Symbol) -> Val {
        self.global_ref(code, symbol).clone()
    }

    #[inline(always)]
    pub(crate) fn global_ref(&mut self, code: &Code, symbol: Symbol) -> &Val {
        const UNDEFINED: &Val = &Val::Undefined;
        let index = symbol as usize;
        let is_first = self.first_global.as_ref().is_none_or(|(first, _)| *first == symbol);
        if is_first && self.first_global.is_none() {
            let value = self.look_up(code, symbol);
            self.first_global = Some((symbol, value));
        } else if !is_first && !matches!(self.globals.get(index), Some(Some(_))) {
            let value = self.look_up(code, symbol);
            if self.globals.len() <= index {
                self.globals.resize(index + 1, None);
            }
            self.globals[index] = Some(value);
        }
        let known = match is_first {
            true => self.first_global.as_ref().map(|(_, value)| value),
            false => self.globals.get(index).and_then(Option::as_ref),
        };
        known.unwrap_or(UNDEFINED)
    }

    fn look_up(&self, code: &Code, symbol: Symbol) -> Val {
        let index = symbol as usize;
        let name =
            code.symbols.get(index).or_else(|| self.symbols.get(index)).cloned().unwrap_or_else(|| "".into());
        match (self.bindings.get(&name), code.natives.get(index)) {
            (Some(value), _) => Val::Json(value),
            (None, Some(native)) => {
                native.map_or(Val::Undefined, |native| Val::function(Function::Native(native)))
            }
            (None, None) => self.resolve(&name),
        }
    }

    fn resolve(&self, name: &str) -> Val {
        if let Some(value) = self.bindings.get(name) {
            return Val::Json(value);
        }
        match functions::find(name, self.options) {
            Some(native) => Val::function(Function::Native(native)),
            None => Val::Undefined,
        }
    }

    /// A variable by its symbol, wherever it is bound.
    pub(crate) fn variable(&mut self, code: &Code, symbol: Symbol, env: &Frame) -> Val {
        match env.lookup(symbol) {
            Some(value) => value,
            None => self.global(code, symbol),
        }
    }

    /// A variable by its name, for what looks one up by itself.
    pub(crate) fn variable_named(&mut self, code: &Code, name: &str, env: &Frame) -> Val {
        match code.symbols.iter().position(|symbol| &**symbol == name) {
            Some(symbol) => self.variable(code, symbol as Symbol, env),
            None => self.resolve(name),
        }
    }

    /// The names and symbols that code added while running has to go by.
    pub(crate) fn known_symbols(&self) -> Vec<Str> {
        self.symbols.clone()
    }

    pub(crate) fn add_symbols(&mut self, code: &Code) {
        self.symbols.clone_from(&code.symbols);
    }

    /// A member of an object, or the members of the objects of an array.
    #[inline(always)]
    pub(crate) fn lookup(&mut self, input: &Val, name: &str) -> Outcome<Val> {
        if !input.is_array() {
            return Ok(input.get(name));
        }
        let mut found = Vec::new();
        self.lookup_all(input, name, &mut found)?;
        self.charge_items(found.len())?;
        Ok(Val::sequence(found))
    }

    fn lookup_all(&mut self, array: &Val, name: &str, found: &mut Vec<Val>) -> Outcome<()> {
        self.charge(array.len() as u64)?;
        if let Val::Json(Value::Array(array)) = array {
            // The usual case, without a clone of each item.
            for item in array.items() {
                match item {
                    Value::Object(object) => match object.members().get(name) {
                        Some(Value::Array(inner)) => {
                            found.extend(inner.items().iter().cloned().map(Val::Json))
                        }
                        Some(value) => found.push(Val::Json(value.clone())),
                        None => {}
                    },
                    Value::Array(_) => self.lookup_all(&Val::Json(item.clone()), name, found)?,
                    _ => {}
                }
            }
            return Ok(());
        }
        for item in array.items() {
            if item.is_array() {
                self.lookup_all(&item, name, found)?;
                continue;
            }
            let value = item.get(name);
            if value.is_array() {
                self.charge_items(found.len() + value.len())?;
                found.extend(value.items());
            } else if !value.is_undefined() {
                found.push(value);
            }
        }
        Ok(())
    }

    fn eval_wildcard(&mut self, input: &Val) -> Outcome<Val> {
        fn flatten(machine: &mut Machine<'_>, value: &Val, into: &mut Vec<Val>) -> Outcome<()> {
            machine.charge_items(into.len() + value.len())?;
            for item in value.items() {
                if item.is_array() {
                    flatten(machine, &item, into)?;
                } else {
                    into.push(item);
                }
            }
            Ok(())
        }
        let inner;
        let mut input = input;
        if input.flags().has(Flags::OUTER) {
            inner = input.at(0);
            input = &inner;
        }
        let mut results = Vec::new();
        let mut flags = Flags::SEQUENCE;
        let mut values: Vec<Val> = Vec::new();
        if input.is_array() {
            self.charge_items(input.len())?;
            values.extend(input.items());
        } else {
            values.extend(input.entries().into_iter().map(|(_, value)| value));
        }
        for value in values {
            if value.is_array() {
                flatten(self, &value, &mut results)?;
                // What is appended to is no sequence any more.
                flags = Flags::NONE;
            } else {
                results.push(value);
            }
            self.charge_items(results.len())?;
        }
        Ok(Val::list(results).with_flags(flags))
    }

    fn eval_descendants(&mut self, input: &Val) -> Outcome<Val> {
        if input.is_undefined() {
            return Ok(Val::Undefined);
        }
        let mut results = Vec::new();
        // A stack of what is still to be visited, the next on top.
        let mut pending = vec![input.clone()];
        while let Some(value) = pending.pop() {
            self.charge(1)?;
            let from = pending.len();
            if value.is_array() {
                self.charge_items(pending.len() + value.len())?;
                pending.extend(value.items());
            } else {
                pending.extend(value.entries().into_iter().map(|(_, value)| value));
                results.push(value);
            }
            pending[from..].reverse();
        }
        self.charge_items(results.len())?;
        if results.len() == 1 {
            return Ok(results.pop().unwrap_or_default());
        }
        Ok(Val::sequence(results))
    }
}

/// A sequence without items is undefined, one with a single item is the item.
fn collapse(list: Rc<List>, flags: Flags, keep_array: bool) -> Val {
    if !flags.has(Flags::SEQUENCE) || flags.has(Flags::TUPLES) {
        return Val::List(list, flags);
    }
    let flags = if keep_array { flags.with(Flags::KEEP) } else { flags };
    match list.len() {
        0 => Val::Undefined,
        1 if !flags.has(Flags::KEEP) => list.at(0).unwrap_or_default(),
        _ => Val::List(list, flags),
    }
}

/// The variable from outside and the steps of an expression that is a path of names into it.
pub(crate) fn path_into_variable(code: &Code) -> Option<(Symbol, &[NodeId])> {
    let root = code.node(code.root);
    let Kind::Path(Path { members: true, from_variable: true, steps, .. }) = &root.kind else { return None };
    let (first, rest) = steps.split_first().filter(|_| !root.has_extras)?;
    match code.node(*first).kind {
        Kind::Global(symbol) => Some((symbol, rest)),
        _ => None,
    }
}

/// What a path of names on objects comes to; none where it meets anything else on its way.
pub(crate) fn members_of(code: &Code, steps: &[NodeId], start: &Val) -> Option<Val> {
    let mut names = steps.iter().map(|step| match &code.node(*step).kind {
        Kind::Field(name) => &**name,
        _ => "",
    });
    let mut value = start;
    while let Val::Object(members) = value {
        let Some(name) = names.next() else { return Some(value.clone()) };
        match members.get(name) {
            Some(member) => value = member,
            None => return Some(Val::Undefined),
        }
    }
    let Val::Json(json) = value else {
        // A list at the end of the path is what it comes to, one before it has to be iterated over.
        let is_last = names.next().is_none() && !steps.is_empty();
        return match value {
            Val::List(_, flags) if is_last && flags.has(Flags::SEQUENCE) => {
                Some(value.clone().with_flags(Flags::SEQUENCE))
            }
            value if is_last => Some(value.clone()),
            _ => None,
        };
    };
    let mut json = json;
    for name in names {
        match json {
            Value::Object(object) => match object.members().get(name) {
                Some(member) => json = member,
                None => return Some(Val::Undefined),
            },
            Value::Array(_) => return None,
            _ => return Some(Val::Undefined),
        }
    }
    Some(Val::Json(json.clone()))
}
