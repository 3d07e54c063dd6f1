//! Values while an expression is evaluated: JSON, sequences, functions and what mixes them.

use std::cell::{OnceCell, RefCell};
use std::collections::BinaryHeap;
use std::collections::HashMap;
use std::rc::Rc;
use std::sync::Arc;

use json::{Array, Map, Number, Str, Value};

use crate::code::{Code, NodeId, Symbol};
use crate::regex::Regex;
use crate::signature::Signature;

/// A value of an evaluation. Cheap to clone.
#[derive(Clone, Default)]
pub(crate) enum Val {
    #[default]
    Undefined,
    /// A computed number; unlike one in JSON it may be infinite or not a number.
    Number(f64),
    /// What came from outside or from the text of the expression.
    Json(Value),
    List(Rc<List>, Flags),
    Object(Rc<Members>),
    Function(Rc<Function>, Passed),
    Tuple(Rc<Tuple>),
}

/// How a function value got where it is. A function that was passed as an argument is called without
/// a context, whatever its signature says.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Passed {
    Directly,
    AsArgument,
}

/// What the language remembers about an array besides its items.
#[derive(Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Flags(u8);

impl Flags {
    /// An ordinary array.
    pub(crate) const NONE: Flags = Flags(0);
    /// A sequence: it collapses to its only item, and vanishes when it is empty.
    pub(crate) const SEQUENCE: Flags = Flags(1);
    /// A sequence that stays an array with one item.
    pub(crate) const KEEP: Flags = Flags(2);
    /// An array constructor in a path: it is not flattened into the result.
    pub(crate) const CONSTRUCTED: Flags = Flags(4);
    /// The wrapper around an input that is an array.
    pub(crate) const OUTER: Flags = Flags(8);
    /// A sequence of tuples.
    pub(crate) const TUPLES: Flags = Flags(16);

    pub(crate) const fn with(self, other: Flags) -> Flags {
        Flags(self.0 | other.0)
    }

    pub(crate) const fn has(self, other: Flags) -> bool {
        self.0 & other.0 != 0
    }
}

pub(crate) struct List {
    pub(crate) items: Repr,
    pub(crate) depth: u32,
}

pub(crate) enum Repr {
    Vals(Vec<Val>),
    Json(Arc<Array>),
    /// So many integers from a first one on.
    Range(i64, usize),
}

impl List {
    pub(crate) fn new(items: Vec<Val>) -> List {
        let depth = items.iter().map(Val::depth).max().unwrap_or(0) + 1;
        List { items: Repr::Vals(items), depth }
    }

    pub(crate) fn len(&self) -> usize {
        match &self.items {
            Repr::Vals(items) => items.len(),
            Repr::Json(array) => array.items().len(),
            Repr::Range(_, count) => *count,
        }
    }

    pub(crate) fn at(&self, index: usize) -> Option<Val> {
        match &self.items {
            Repr::Vals(items) => items.get(index).cloned(),
            Repr::Json(array) => array.items().get(index).cloned().map(Val::Json),
            Repr::Range(first, count) => (index < *count).then(|| Val::int(first + index as i64)),
        }
    }
}

/// An object that an expression made. Its values may be anything.
pub(crate) struct Members {
    members: Vec<(Str, Val)>,
    index: OnceCell<HashMap<Str, usize>>,
    pub(crate) depth: u32,
}

impl Members {
    /// The names must differ.
    pub(crate) fn new(members: Vec<(Str, Val)>) -> Members {
        let depth = members.iter().map(|(_, value)| value.depth()).max().unwrap_or(0) + 1;
        Members { members, index: OnceCell::new(), depth }
    }

    pub(crate) fn get(&self, key: &str) -> Option<&Val> {
        if self.members.len() <= 12 {
            return self.members.iter().find(|(name, _)| &**name == key).map(|(_, value)| value);
        }
        let index = self.index.get_or_init(|| {
            self.members.iter().enumerate().map(|(position, (name, _))| (name.clone(), position)).collect()
        });
        index.get(key).and_then(|position| self.members.get(*position)).map(|(_, value)| value)
    }

    pub(crate) fn entries(&self) -> &[(Str, Val)] {
        &self.members
    }
}

/// One item of a stream in a path with `@`, `#` or `%`: the context and what is bound along with it.
#[derive(Clone)]
pub(crate) struct Tuple {
    pub(crate) context: Val,
    pub(crate) bindings: Vec<(Symbol, Val)>,
}

impl Tuple {
    pub(crate) fn bind(&mut self, symbol: Symbol, value: Val) {
        bind_in(&mut self.bindings, symbol, value);
    }
}

fn bind_in(bindings: &mut Vec<(Symbol, Val)>, symbol: Symbol, value: Val) {
    match bindings.iter_mut().find(|(name, _)| *name == symbol) {
        Some(slot) => slot.1 = value,
        None => bindings.push((symbol, value)),
    }
}

/// The variables of a block or of a call.
#[derive(Default)]
pub(crate) struct Frame {
    parent: Option<Rc<Frame>>,
    /// The names of the parameters, in a frame of a call.
    parameters: Option<Arc<[Symbol]>>,
    /// The arguments; missing ones are undefined.
    arguments: RefCell<Vec<Val>>,
    bindings: RefCell<Vec<(Symbol, Val)>>,
}

impl Frame {
    pub(crate) fn new(parent: Option<Rc<Frame>>, bindings: Vec<(Symbol, Val)>) -> Rc<Frame> {
        Rc::new(Frame {
            parent,
            parameters: None,
            arguments: RefCell::default(),
            bindings: RefCell::new(bindings),
        })
    }

    /// The frame of a call of a function that was made in a frame.
    pub(crate) fn of_call(parent: Rc<Frame>, parameters: Arc<[Symbol]>, arguments: Vec<Val>) -> Rc<Frame> {
        Rc::new(Frame {
            parent: Some(parent),
            parameters: Some(parameters),
            arguments: RefCell::new(arguments),
            bindings: RefCell::default(),
        })
    }

    /// Which parameter has that name; the last one where there are several.
    fn parameter(&self, symbol: Symbol) -> Option<usize> {
        self.parameters.as_ref()?.iter().rposition(|name| *name == symbol)
    }

    #[inline(always)]
    pub(crate) fn lookup(&self, symbol: Symbol) -> Option<Val> {
        self.with(symbol, Val::clone)
    }

    /// What `read` makes of the value of a variable; none where it is not bound.
    #[inline(always)]
    pub(crate) fn with<R>(&self, symbol: Symbol, read: impl FnOnce(&Val) -> R) -> Option<R> {
        let mut frame = self;
        loop {
            if let Some(index) = frame.parameter(symbol) {
                return Some(read(frame.arguments.borrow().get(index).unwrap_or(&Val::Undefined)));
            }
            if let Some((_, value)) = frame.bindings.borrow().iter().find(|(name, _)| *name == symbol) {
                return Some(read(value));
            }
            frame = frame.parent.as_deref()?;
        }
    }

    /// Makes the frame of a call that is over one of another call. Answers the list for its arguments, empty.
    #[inline(always)]
    pub(crate) fn begin_call(&mut self, parent: Rc<Frame>, parameters: Arc<[Symbol]>) -> &mut Vec<Val> {
        self.parent = Some(parent);
        self.parameters = Some(parameters);
        let arguments = self.arguments.get_mut();
        arguments.clear();
        arguments
    }

    /// Makes the frame of a call that is over one of another call. Answers the list of its arguments, empty.
    pub(crate) fn start_call(
        &mut self,
        parent: Rc<Frame>,
        parameters: Arc<[Symbol]>,
        arguments: Vec<Val>,
    ) -> Vec<Val> {
        self.parent = Some(parent);
        self.parameters = Some(parameters);
        std::mem::replace(self.arguments.get_mut(), arguments)
    }

    /// Lets go of all that the frame of a call holds.
    pub(crate) fn end_call(&mut self) {
        let nests = self.arguments.get_mut().iter().any(Val::may_nest) || !self.bindings.get_mut().is_empty();
        if nests || self.parent.as_ref().is_some_and(|parent| Rc::strong_count(parent) == 1) {
            return self.empty();
        }
        self.arguments.get_mut().clear();
        self.parent = None;
    }

    /// Lets go of all that the frame holds, however deeply it is nested.
    pub(crate) fn empty(&mut self) {
        let mut pending = Vec::new();
        let mut next = self.take_parts(&mut pending);
        while let Some(frame) = next {
            let Ok(mut frame) = Rc::try_unwrap(frame) else { break };
            next = frame.take_parts(&mut pending);
        }
        if !pending.is_empty() {
            take_apart(pending);
        }
    }

    pub(crate) fn bind(&self, symbol: Symbol, value: Val) {
        let Some(index) = self.parameter(symbol) else {
            bind_in(&mut self.bindings.borrow_mut(), symbol, value);
            return;
        };
        let mut arguments = self.arguments.borrow_mut();
        if arguments.len() <= index {
            arguments.resize(index + 1, Val::Undefined);
        }
        arguments[index] = value;
    }

    /// Drops what is bound: functions bound in the frame that they close over would keep it alive.
    pub(crate) fn clear(&self) {
        let bindings = std::mem::take(&mut *self.bindings.borrow_mut());
        let arguments = std::mem::take(&mut *self.arguments.borrow_mut());
        drop((bindings, arguments));
    }

    /// Takes out what is bound, as far as it can hold other values, and the parent.
    fn take_parts(&mut self, pending: &mut Vec<Val>) -> Option<Rc<Frame>> {
        pending.extend(self.arguments.get_mut().drain(..).filter(Val::may_nest));
        let bindings = self.bindings.get_mut().drain(..).map(|(_, value)| value);
        pending.extend(bindings.filter(Val::may_nest));
        self.parent.take()
    }
}

pub(crate) enum Function {
    Native(u16),
    Lambda(Closure),
    /// A native function with some of its arguments given.
    NativePartial {
        native: u16,
        arguments: Vec<Option<Val>>,
    },
    /// `first ~> second`
    Chain(Val, Val),
    Transform {
        code: Arc<Code>,
        node: NodeId,
        env: Rc<Frame>,
    },
    Regex(Arc<Regex>),
    /// The `next` of a match.
    NextMatch {
        regex: Arc<Regex>,
        text: Str,
        units: Rc<Vec<u16>>,
        from: usize,
    },
    /// A call in tail position that is still to be made.
    Thunk {
        code: Arc<Code>,
        node: NodeId,
        input: Val,
        env: Rc<Frame>,
    },
}

pub(crate) struct Closure {
    pub(crate) code: Arc<Code>,
    pub(crate) body: NodeId,
    pub(crate) parameters: Arc<[Symbol]>,
    pub(crate) signature: Option<Arc<Signature>>,
    pub(crate) input: Val,
    pub(crate) env: Rc<Frame>,
}

/// An item of an array, borrowed.
#[derive(Clone, Copy)]
pub(crate) enum Item<'a> {
    Val(&'a Val),
    Json(&'a Value),
}

impl Item<'_> {
    pub(crate) fn to_val(self) -> Val {
        match self {
            Item::Val(value) => value.clone(),
            Item::Json(value) => Val::Json(value.clone()),
        }
    }
}

/// What a value is, for a look at it.
pub(crate) enum View<'a> {
    Undefined,
    Null,
    Bool(bool),
    Number(f64),
    String(&'a str),
    Array,
    Object,
    Function,
}

impl Val {
    pub(crate) const NULL: Val = Val::Json(Value::Null);

    pub(crate) fn bool(flag: bool) -> Val {
        Val::Json(Value::Bool(flag))
    }

    pub(crate) fn int(number: i64) -> Val {
        Val::Json(Value::Number(Number::Int(number)))
    }

    pub(crate) fn string(text: impl Into<Str>) -> Val {
        Val::Json(Value::String(text.into()))
    }

    pub(crate) fn list(items: Vec<Val>) -> Val {
        Val::List(Rc::new(List::new(items)), Flags::NONE)
    }

    pub(crate) fn sequence(items: Vec<Val>) -> Val {
        Val::List(Rc::new(List::new(items)), Flags::SEQUENCE)
    }

    pub(crate) fn object(members: Vec<(Str, Val)>) -> Val {
        Val::Object(Rc::new(Members::new(members)))
    }

    pub(crate) fn function(function: Function) -> Val {
        Val::Function(Rc::new(function), Passed::Directly)
    }

    #[inline(always)]
    pub(crate) fn view(&self) -> View<'_> {
        match self {
            Val::Undefined => View::Undefined,
            Val::Number(number) => View::Number(*number),
            Val::Json(value) => match value {
                Value::Null => View::Null,
                Value::Bool(flag) => View::Bool(*flag),
                Value::Number(number) => View::Number(number.as_f64()),
                Value::String(text) => View::String(text),
                Value::Array(_) => View::Array,
                Value::Object(_) => View::Object,
            },
            Val::List(..) => View::Array,
            Val::Object(_) | Val::Tuple(_) => View::Object,
            Val::Function(..) => View::Function,
        }
    }

    #[inline(always)]
    pub(crate) fn is_undefined(&self) -> bool {
        matches!(self, Val::Undefined)
    }

    pub(crate) fn as_str(&self) -> Option<&str> {
        match self {
            Val::Json(Value::String(text)) => Some(text),
            _ => None,
        }
    }

    /// The shared text of a string.
    pub(crate) fn as_shared_str(&self) -> Option<&Str> {
        match self {
            Val::Json(Value::String(text)) => Some(text),
            _ => None,
        }
    }

    /// The number, be it infinite or not a number.
    #[inline(always)]
    pub(crate) fn as_f64(&self) -> Option<f64> {
        match self {
            Val::Number(number) => Some(*number),
            Val::Json(Value::Number(number)) => Some(number.as_f64()),
            _ => None,
        }
    }

    #[inline(always)]
    pub(crate) fn is_array(&self) -> bool {
        matches!(self, Val::List(..) | Val::Json(Value::Array(_)))
    }

    pub(crate) fn is_function(&self) -> bool {
        matches!(self, Val::Function(..))
    }

    #[inline(always)]
    pub(crate) fn flags(&self) -> Flags {
        match self {
            Val::List(_, flags) => *flags,
            _ => Flags::NONE,
        }
    }

    pub(crate) fn with_flags(self, flags: Flags) -> Val {
        match self {
            Val::List(list, _) => Val::List(list, flags),
            Val::Json(Value::Array(array)) => {
                let depth = array.depth();
                Val::List(Rc::new(List { items: Repr::Json(array), depth }), flags)
            }
            other => other,
        }
    }

    /// The number of items of an array; 0 for anything else.
    pub(crate) fn len(&self) -> usize {
        match self {
            Val::List(list, _) => list.len(),
            Val::Json(Value::Array(array)) => array.items().len(),
            _ => 0,
        }
    }

    /// An item of an array; undefined beyond its end.
    pub(crate) fn at(&self, index: usize) -> Val {
        match self {
            Val::List(list, _) => list.at(index).unwrap_or_default(),
            Val::Json(Value::Array(array)) => {
                array.items().get(index).cloned().map_or(Val::Undefined, Val::Json)
            }
            _ => Val::Undefined,
        }
    }

    /// An item of an array as it is; none beyond its end, and in a range, whose items are made when they are asked for.
    #[inline(always)]
    pub(crate) fn item_at(&self, index: usize) -> Option<Item<'_>> {
        match self {
            Val::List(list, _) => match &list.items {
                Repr::Vals(items) => items.get(index).map(Item::Val),
                Repr::Json(array) => array.items().get(index).map(Item::Json),
                Repr::Range(..) => None,
            },
            Val::Json(Value::Array(array)) => array.items().get(index).map(Item::Json),
            _ => None,
        }
    }

    /// The items of an array, or the value itself as the only item.
    #[inline(always)]
    pub(crate) fn items(&self) -> Items<'_> {
        match self {
            Val::List(list, _) => match &list.items {
                Repr::Vals(items) => Items::Vals(items.iter()),
                Repr::Json(array) => Items::Json(array.items().iter()),
                Repr::Range(first, count) => Items::Range(*first, *count),
            },
            Val::Json(Value::Array(array)) => Items::Json(array.items().iter()),
            other => Items::One(Some(other)),
        }
    }

    pub(crate) fn depth(&self) -> u32 {
        match self {
            Val::Json(value) => value.depth(),
            Val::List(list, _) => list.depth,
            Val::Object(members) => members.depth,
            Val::Tuple(tuple) => tuple.context.depth() + 1,
            _ => 0,
        }
    }

    /// The member of an object; undefined where there is none or it is no object.
    pub(crate) fn get(&self, key: &str) -> Val {
        match self {
            Val::Json(Value::Object(object)) => {
                object.members().get(key).cloned().map_or(Val::Undefined, Val::Json)
            }
            Val::Object(members) => members.get(key).cloned().unwrap_or_default(),
            _ => Val::Undefined,
        }
    }

    /// The members of an object in JavaScript's order; none of anything but an object.
    pub(crate) fn entries(&self) -> Vec<(Str, Val)> {
        let mut entries: Vec<(Str, Val)> = match self {
            Val::Json(Value::Object(object)) => object
                .members()
                .iter()
                .map(|(name, value)| (name.clone(), Val::Json(value.clone())))
                .collect(),
            Val::Object(members) => return members.entries().to_vec(),
            _ => Vec::new(),
        };
        order_as_in_javascript(&mut entries);
        entries
    }

    /// The names of the members in JavaScript's order.
    pub(crate) fn keys(&self) -> Vec<Str> {
        match self {
            Val::Json(Value::Object(object)) => {
                let mut keys: Vec<(Str, ())> =
                    object.members().keys().map(|name| (name.clone(), ())).collect();
                order_as_in_javascript(&mut keys);
                keys.into_iter().map(|(name, ())| name).collect()
            }
            Val::Object(members) => members.entries().iter().map(|(name, _)| name.clone()).collect(),
            _ => Vec::new(),
        }
    }

    /// As [`Val::to_json`], with what nothing else holds moved rather than copied.
    pub(crate) fn into_json(self, budget: &mut usize) -> Result<Option<Value>, NotJson> {
        let Val::List(list, flags) = self else { return self.to_json(budget) };
        if !matches!(list.items, Repr::Vals(_)) {
            return Val::List(list, flags).to_json(budget);
        }
        let items = match Rc::try_unwrap(list) {
            Ok(List { items: Repr::Vals(items), .. }) => items,
            Ok(list) => return Val::List(Rc::new(list), flags).to_json(budget),
            Err(list) => return Val::List(list, flags).to_json(budget),
        };
        *budget = budget.checked_sub(items.len()).ok_or(NotJson::TooLarge)?;
        let mut values = Vec::with_capacity(items.len());
        for item in items {
            values.push(match item {
                Val::Json(value) => value,
                item => item.into_json(budget)?.unwrap_or_default(),
            });
        }
        Ok(Some(Value::array(values)))
    }

    /// The value as JSON: `None` for undefined. Infinite numbers become null and what JavaScript's own functions
    /// are vanishes, as in `JSON.stringify`. At most `budget` items of lists are copied.
    pub(crate) fn to_json(&self, budget: &mut usize) -> Result<Option<Value>, NotJson> {
        Ok(Some(match self {
            Val::Undefined => return Ok(None),
            Val::Number(number) => {
                Number::from_f64_as_integer_where_exact(*number).map_or(Value::Null, Value::Number)
            }
            Val::Json(value) => value.clone(),
            Val::List(list, _) => match &list.items {
                Repr::Json(array) => Value::Array(array.clone()),
                Repr::Vals(_) | Repr::Range(..) => {
                    *budget = budget.checked_sub(list.len()).ok_or(NotJson::TooLarge)?;
                    let mut items = Vec::with_capacity(list.len());
                    for item in self.items() {
                        items.push(item.to_json(budget)?.unwrap_or_default());
                    }
                    Value::array(items)
                }
            },
            Val::Object(members) => {
                *budget = budget.checked_sub(members.entries().len()).ok_or(NotJson::TooLarge)?;
                let mut map = Map::with_capacity(members.entries().len());
                for (name, value) in members.entries() {
                    if let Some(value) = value.to_json(budget)? {
                        map.insert(name.clone(), value);
                    }
                }
                Value::object(map)
            }
            Val::Tuple(tuple) => return tuple.context.to_json(budget),
            Val::Function(function, _) => match &**function {
                Function::Regex(_) | Function::NextMatch { .. } => return Ok(None),
                _ => return Err(NotJson::HoldsFunction),
            },
        }))
    }
}

/// Why a value has no JSON form.
#[derive(Debug)]
pub(crate) enum NotJson {
    HoldsFunction,
    TooLarge,
}

/// JavaScript's objects have the names that are array indices first, ascending.
pub(crate) fn order_as_in_javascript<T>(entries: &mut Vec<(Str, T)>) {
    if !entries.iter().any(|(name, _)| array_index(name).is_some()) {
        return;
    }
    let order = javascript_order(entries.iter().map(|(name, _)| array_index(name)).collect());
    let mut slots: Vec<Option<(Str, T)>> = entries.drain(..).map(Some).collect();
    entries.extend(order.into_iter().filter_map(|index| slots.get_mut(index).and_then(Option::take)));
}

/// The positions of names in JavaScript's order, from the array indices that they are.
fn javascript_order(indices: Vec<Option<u64>>) -> Vec<usize> {
    let numbered = indices.into_iter().enumerate();
    // A heap sorts in a tenth of the code that `sort_unstable` brings along.
    let order: BinaryHeap<(u64, usize)> =
        numbered.map(|(position, index)| (index.unwrap_or(u64::MAX), position)).collect();
    order.into_sorted_vec().into_iter().map(|(_, position)| position).collect()
}

fn array_index(name: &str) -> Option<u64> {
    let bytes = name.as_bytes();
    let first = *bytes.first()?;
    if !first.is_ascii_digit() || bytes.len() > 10 || (first == b'0' && bytes.len() > 1) {
        return None;
    }
    name.parse::<u64>().ok().filter(|index| *index < u64::from(u32::MAX))
}

/// The items of an array, one after the other.
pub(crate) enum Items<'a> {
    Vals(std::slice::Iter<'a, Val>),
    Json(std::slice::Iter<'a, Value>),
    Range(i64, usize),
    One(Option<&'a Val>),
}

impl Iterator for Items<'_> {
    type Item = Val;

    fn next(&mut self) -> Option<Val> {
        match self {
            Items::Vals(items) => items.next().cloned(),
            Items::Json(items) => items.next().cloned().map(Val::Json),
            Items::Range(first, count) => {
                *count = count.checked_sub(1)?;
                let item = *first;
                *first += 1;
                Some(Val::int(item))
            }
            Items::One(item) => item.take().cloned(),
        }
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let count = match self {
            Items::Vals(items) => items.len(),
            Items::Json(items) => items.len(),
            Items::Range(_, count) => *count,
            Items::One(item) => usize::from(item.is_some()),
        };
        (count, Some(count))
    }
}

/// Closures and frames can form chains far longer than any stack, so they are taken apart in a loop.
fn take_apart(mut pending: Vec<Val>) {
    fn take_frame(frame: Rc<Frame>, pending: &mut Vec<Val>) {
        let mut next = Some(frame);
        while let Some(frame) = next {
            let Ok(mut frame) = Rc::try_unwrap(frame) else { return };
            next = frame.take_parts(pending);
        }
    }
    while let Some(value) = pending.pop() {
        match value {
            Val::List(list, _) => {
                if let Ok(List { items: Repr::Vals(items), .. }) = Rc::try_unwrap(list) {
                    pending.extend(items.into_iter().filter(Val::may_nest));
                }
            }
            Val::Object(members) => {
                if let Ok(members) = Rc::try_unwrap(members) {
                    pending.extend(members.members.into_iter().map(|(_, value)| value).filter(Val::may_nest));
                }
            }
            Val::Function(function, _) => {
                if let Ok(mut function) = Rc::try_unwrap(function) {
                    if let Some(env) = function.take_env() {
                        take_frame(env, &mut pending);
                    }
                    function.take_values(&mut pending);
                }
            }
            Val::Tuple(tuple) => {
                if let Ok(tuple) = Rc::try_unwrap(tuple) {
                    pending.push(tuple.context);
                    pending.extend(tuple.bindings.into_iter().map(|(_, value)| value));
                }
            }
            Val::Undefined | Val::Number(_) | Val::Json(_) => {}
        }
    }
}

impl Val {
    fn may_nest(&self) -> bool {
        matches!(self, Val::List(..) | Val::Object(_) | Val::Function(..) | Val::Tuple(_))
    }
}

impl Function {
    /// The frame, where nothing else holds it.
    fn take_env(&mut self) -> Option<Rc<Frame>> {
        match self {
            Function::Lambda(Closure { env, .. })
            | Function::Transform { env, .. }
            | Function::Thunk { env, .. }
                if Rc::strong_count(env) == 1 =>
            {
                Some(std::mem::take(env))
            }
            _ => None,
        }
    }

    fn take_values(&mut self, pending: &mut Vec<Val>) {
        match self {
            Function::Lambda(Closure { input, .. }) | Function::Thunk { input, .. } => {
                if input.may_nest() {
                    pending.push(std::mem::take(input));
                }
            }
            Function::NativePartial { arguments, .. } => pending.extend(arguments.drain(..).flatten()),
            Function::Chain(first, second) => {
                pending.push(std::mem::take(first));
                pending.push(std::mem::take(second));
            }
            Function::Native(_)
            | Function::Transform { .. }
            | Function::Regex(_)
            | Function::NextMatch { .. } => {}
        }
    }
}

impl Drop for Function {
    fn drop(&mut self) {
        let mut pending = Vec::new();
        self.take_values(&mut pending);
        if !pending.is_empty() {
            take_apart(pending);
        }
    }
}

impl Drop for Frame {
    fn drop(&mut self) {
        self.empty();
    }
}
