//! Paths: steps, filters, sorting, and streams of tuples.

use std::rc::Rc;
use std::sync::Arc;

use json::Value;

use super::{Machine, Outcome};
use crate::code::{Code, Kind, Node, NodeId, Path, Stage};
use crate::errors::Fault;
use crate::functions::{array, boolean};
use crate::values::{Flags, Frame, Tuple, Val, View};

use super::scalar::{Scalar, within_parentheses};

/// A sequence between two steps, without a list for the usual single item.
pub(super) enum Seq {
    Empty,
    One(Val),
    /// An array, with its flags.
    Many(Val),
}

impl Seq {
    fn of(value: Val) -> Seq {
        if value.is_array() { Seq::Many(value) } else { Seq::One(value) }
    }

    fn is_empty(&self) -> bool {
        match self {
            Seq::Empty => true,
            Seq::One(_) => false,
            Seq::Many(array) => array.len() == 0,
        }
    }

    /// The sequence as the array that it is.
    fn into_array(self) -> Val {
        match self {
            Seq::Empty => Val::sequence(Vec::new()),
            Seq::One(item) => Val::sequence(vec![item]),
            Seq::Many(array) => array,
        }
    }
}

/// Collects the results of a step.
#[derive(Default)]
struct Collector {
    items: Vec<Val>,
    results: usize,
    /// The first result, if it is an array that nothing has made a sequence of.
    plain: Option<Val>,
}

impl Collector {
    #[inline]
    fn push(&mut self, result: Val) {
        self.results += 1;
        if !result.is_array() {
            self.items.push(result);
            return;
        }
        if !result.is_array() || result.flags().has(Flags::CONSTRUCTED) {
            if self.results == 1 && result.is_array() && !result.flags().has(Flags::SEQUENCE) {
                self.plain = Some(result.clone());
            }
            self.items.push(result);
            return;
        }
        if self.results == 1 && !result.flags().has(Flags::SEQUENCE) {
            self.plain = Some(result.clone());
        }
        self.items.extend(result.items());
    }

    fn finish(self, last: bool) -> Seq {
        if last
            && self.results == 1
            && let Some(plain) = self.plain
        {
            return Seq::Many(plain);
        }
        if self.items.is_empty() {
            return Seq::Empty;
        }
        Seq::Many(Val::sequence(self.items))
    }
}

impl Machine<'_> {
    pub(super) fn eval_path(
        &mut self,
        code: &Arc<Code>,
        node: &Node,
        path: &Path,
        input: &Val,
        env: &Rc<Frame>,
    ) -> Outcome<Val> {
        let (mut sequence, done) = if path.plain > 0 && !self.tracing() {
            let (sequence, done) = self.walk(code, path, input, env)?;
            // After a step that gives nothing no other is taken.
            let done = if done > 0 && sequence.is_empty() { path.steps.len() } else { done };
            (sequence, done)
        } else if input.is_array() && !path.from_variable {
            (Seq::Many(input.clone()), 0)
        } else {
            (Seq::One(input.clone()), 0)
        };
        let mut tuples: Option<Vec<Rc<Tuple>>> = None;
        let mut is_stream = false;
        for (index, step) in path.steps.iter().enumerate().skip(done) {
            let last = index + 1 == path.steps.len();
            let step_node = code.node(*step);
            is_stream |= step_node.step.as_ref().is_some_and(|step| step.tuple);
            if index == 0 && step_node.constructed {
                let context = sequence.into_array();
                let value = self.eval(code, *step, &context, env)?;
                let binds = step_node.step.as_ref().is_some_and(|step| step.focus.is_some());
                sequence = match value {
                    // As in jsonata, a variable bound to a constructor gets nothing of it.
                    _ if binds => Seq::Many(context),
                    value if value.is_array() => Seq::Many(value),
                    _ => Seq::Empty,
                };
            } else if is_stream {
                let stream = self.eval_tuple_step(code, *step, &sequence, tuples.take(), env)?;
                tuples = Some(stream);
            } else {
                sequence = self.eval_step(code, *step, sequence, env, last)?;
            }
            if !is_stream && sequence.is_empty() {
                break;
            }
        }
        if let Some(stream) = &tuples {
            let (items, flags): (Vec<Val>, Flags) = if path.tuple {
                (stream.iter().cloned().map(Val::Tuple).collect(), Flags::SEQUENCE.with(Flags::TUPLES))
            } else {
                (stream.iter().map(|tuple| tuple.context.clone()).collect(), Flags::SEQUENCE)
            };
            sequence = Seq::Many(Val::list(items).with_flags(flags));
        }
        if path.keep_singleton {
            let array = sequence.into_array();
            let flags = array.flags();
            sequence = Seq::Many(if flags.has(Flags::CONSTRUCTED) && !flags.has(Flags::SEQUENCE) {
                Val::sequence(vec![array]).with_flags(Flags::SEQUENCE.with(Flags::KEEP))
            } else if flags.has(Flags::SEQUENCE) {
                array.with_flags(flags.with(Flags::KEEP))
            } else {
                array
            });
        }
        if let Some(group) = &node.group {
            let items = match tuples {
                Some(stream) => Val::list(stream.into_iter().map(Val::Tuple).collect())
                    .with_flags(Flags::SEQUENCE.with(Flags::TUPLES)),
                None => sequence.into_array(),
            };
            return self.eval_group(code, group, &items, env);
        }
        Ok(match sequence {
            Seq::Empty => Val::Undefined,
            Seq::One(item) if node.keep_array => Val::sequence(vec![item]),
            Seq::One(item) => item,
            Seq::Many(array) => array,
        })
    }

    /// Takes the steps at the beginning of a path that are members of single objects, without a list.
    /// Answers what they come to and how many they are.
    fn walk(&mut self, code: &Arc<Code>, path: &Path, input: &Val, env: &Rc<Frame>) -> Outcome<(Seq, usize)> {
        let count = path.steps.len();
        let variable;
        let mut start: &Val = input;
        let mut done = 0;
        if path.from_variable {
            let Some(first) = path.steps.first() else { return Ok((Seq::Empty, 0)) };
            if code.node(*first).has_extras {
                return Ok((Seq::One(input.clone()), 0));
            }
            variable = self.eval(code, *first, input, env)?;
            start = &variable;
            done = 1;
        }
        let mut members;
        let plain = path.steps.iter().take(path.plain).skip(done);
        let mut names = plain.map_while(|step| match &code.node(*step).kind {
            Kind::Field(name) => Some(name),
            _ => None,
        });
        // An object that the expression made holds any values.
        while let Val::Object(object) = start {
            let Some(name) = names.next() else { break };
            members = object.get(name).cloned().unwrap_or_default();
            start = &members;
            done += 1;
        }
        let Val::Json(value) = start else {
            return Ok((into_sequence(start.clone(), done, count), done));
        };
        let mut value = value;
        while let Value::Object(object) = value {
            let Some(name) = names.next() else { break };
            done += 1;
            match object.members().get(name) {
                Some(member) => value = member,
                None => return Ok((Seq::Empty, count)),
            }
        }
        self.charge(done as u64)?;
        Ok((into_sequence(Val::Json(value.clone()), done, count), done))
    }

    fn eval_step(
        &mut self,
        code: &Arc<Code>,
        step: NodeId,
        input: Seq,
        env: &Rc<Frame>,
        last: bool,
    ) -> Outcome<Seq> {
        let node = code.node(step);
        if let Kind::Sort(terms) = &node.kind {
            let sorted = self.eval_sort(code, node, terms, &input.into_array(), env)?;
            let mut sorted = Seq::Many(sorted);
            if let Some(extras) = &node.step {
                for stage in &extras.stages {
                    if let Stage::Filter(predicate) = stage {
                        sorted = self.filter(code, *predicate, sorted, env)?;
                    }
                }
            }
            return Ok(sorted);
        }
        match input {
            Seq::Empty => Ok(Seq::Empty),
            Seq::One(item) => {
                let Some(result) = self.eval_item(code, step, node, &item, env)? else {
                    return Ok(Seq::Empty);
                };
                let result = match result {
                    Seq::Many(result) => result,
                    other => return Ok(other),
                };
                if result.flags().has(Flags::CONSTRUCTED) {
                    if last && !result.flags().has(Flags::SEQUENCE) {
                        return Ok(Seq::Many(result));
                    }
                    return Ok(Seq::One(result));
                }
                if last && !result.flags().has(Flags::SEQUENCE) {
                    return Ok(Seq::Many(result));
                }
                Ok(Seq::Many(result.with_flags(Flags::SEQUENCE)))
            }
            Seq::Many(array) => {
                let mut collector = Collector::default();
                if let Kind::Field(name) = &node.kind
                    && node.step.is_none()
                    && !node.has_extras
                    && !node.keep_array
                    && !self.tracing()
                {
                    self.charge(array.len() as u64)?;
                    self.collect_fields(&array, name, &mut collector)?;
                } else {
                    let has_stages = node.step.as_ref().is_some_and(|step| !step.stages.is_empty());
                    let scalar = within_parentheses(code, step);
                    let is_scalar = scalar.scalar > 0 && !has_stages && !self.tracing();
                    for index in 0..array.len() {
                        if is_scalar
                            && let Some(item) = array.item_at(index)
                            && let Some(result) = self.scalar(code, scalar, item, Some(env))
                        {
                            self.charge(u64::from(scalar.scalar))?;
                            collector.push(result.into());
                            continue;
                        }
                        let item = array.at(index);
                        if has_stages {
                            match self.eval_item(code, step, node, &item, env)? {
                                None => {}
                                Some(Seq::Empty) => collector.push(Val::sequence(Vec::new())),
                                // With stages the result is an array, of one item where it is an item.
                                Some(Seq::One(result)) if result.is_array() => {
                                    collector.push(Val::sequence(vec![result]));
                                }
                                Some(Seq::One(result) | Seq::Many(result)) => {
                                    self.charge_items(result.len())?;
                                    collector.push(result);
                                }
                            }
                        } else {
                            let result = self.eval(code, step, &item, env)?;
                            if result.len() > self.limits.sequence {
                                self.charge_items(result.len())?;
                            }
                            if !result.is_undefined() {
                                collector.push(result);
                            }
                        }
                        if collector.items.len() > self.limits.sequence {
                            self.charge_items(collector.items.len())?;
                        }
                    }
                }
                self.charge_items(collector.items.len())?;
                Ok(collector.finish(last))
            }
        }
    }

    /// The members of that name of the items, as evaluating the name on each of them gives them.
    fn collect_fields(&mut self, array: &Val, name: &str, collector: &mut Collector) -> Outcome<()> {
        if let Val::Json(Value::Array(array)) = array {
            for item in array.items() {
                match item {
                    Value::Object(object) => {
                        if let Some(value) = object.members().get(name) {
                            collector.push(Val::Json(value.clone()));
                        }
                    }
                    Value::Array(_) => self.collect_nested(&Val::Json(item.clone()), name, collector)?,
                    _ => {}
                }
            }
            return Ok(());
        }
        for item in array.items() {
            if item.is_array() {
                self.collect_nested(&item, name, collector)?;
                continue;
            }
            let value = item.get(name);
            if !value.is_undefined() {
                collector.push(value);
            }
        }
        Ok(())
    }

    fn collect_nested(&mut self, item: &Val, name: &str, collector: &mut Collector) -> Outcome<()> {
        let found = self.lookup(item, name)?;
        match found.len() {
            0 => {}
            1 => collector.push(found.at(0)),
            _ => collector.push(found),
        }
        Ok(())
    }

    /// What a step makes of one item; none for undefined.
    fn eval_item(
        &mut self,
        code: &Arc<Code>,
        step: NodeId,
        node: &Node,
        item: &Val,
        env: &Rc<Frame>,
    ) -> Outcome<Option<Seq>> {
        let value = self.eval(code, step, item, env)?;
        let stages = match &node.step {
            Some(extras) if !extras.stages.is_empty() => &extras.stages,
            _ => {
                return Ok(match value {
                    Val::Undefined => None,
                    value => Some(Seq::of(value)),
                });
            }
        };
        let mut sequence = Seq::of(value);
        for stage in stages {
            if let Stage::Filter(predicate) = stage {
                sequence = self.filter(code, *predicate, sequence, env)?;
            }
        }
        Ok(Some(sequence))
    }

    pub(super) fn filter_all(
        &mut self,
        code: &Arc<Code>,
        predicates: &[NodeId],
        value: Val,
        env: &Rc<Frame>,
    ) -> Outcome<Val> {
        let mut sequence = Seq::of(value);
        for predicate in predicates {
            sequence = self.filter(code, *predicate, sequence, env)?;
        }
        Ok(sequence.into_array())
    }

    /// The items for which a predicate holds, or whose position it gives.
    fn filter(&mut self, code: &Arc<Code>, predicate: NodeId, input: Seq, env: &Rc<Frame>) -> Outcome<Seq> {
        if let Seq::Many(array) = &input
            && array.flags().has(Flags::TUPLES)
        {
            let tuples: Vec<Rc<Tuple>> = array.items().filter_map(as_tuple).collect();
            let kept = self.filter_tuples(code, predicate, tuples, env, false)?;
            let kept = Val::list(kept.into_iter().map(Val::Tuple).collect());
            return Ok(Seq::Many(kept.with_flags(Flags::SEQUENCE.with(Flags::TUPLES))));
        }
        let count = match &input {
            Seq::Empty => 0,
            Seq::One(_) => 1,
            Seq::Many(array) => array.len(),
        };
        let node = code.node(predicate);
        if let Kind::Number(number) = node.kind {
            let item = match position(number, count) {
                None => return Ok(Seq::Empty),
                Some(index) => match input {
                    Seq::Empty => Val::Undefined,
                    Seq::One(item) => item,
                    Seq::Many(array) => array.at(index),
                },
            };
            return Ok(match item {
                Val::Undefined => Seq::Empty,
                item => Seq::of(item),
            });
        }
        let mut kept = Vec::new();
        let scalar = within_parentheses(code, predicate);
        let is_scalar = scalar.scalar > 0 && !self.tracing();
        let visit = |machine: &mut Self, kept: &mut Vec<Val>, index: usize, item: Val| -> Outcome<()> {
            let result = machine.eval(code, predicate, &item, env)?;
            let selected = selections(machine, &result, index, count)?;
            if selected > 0 {
                for _ in 1..selected {
                    kept.push(item.clone());
                }
                kept.push(item);
            }
            Ok(())
        };
        match input {
            Seq::Empty => return Ok(Seq::Empty),
            Seq::One(item) => visit(self, &mut kept, 0, item)?,
            Seq::Many(array) => {
                for index in 0..count {
                    if is_scalar
                        && let Some(item) = array.item_at(index)
                        && let Some(result) = self.scalar(code, scalar, item, Some(env))
                    {
                        self.charge(u64::from(scalar.scalar))?;
                        let is_kept = match result {
                            Scalar::Bool(flag) => flag,
                            Scalar::Number(number) => {
                                let result = Val::Number(number);
                                selections(self, &result, index, count)? > 0
                            }
                            Scalar::Text(text) => !text.is_empty(),
                        };
                        if is_kept {
                            kept.push(item.to_val());
                        }
                        continue;
                    }
                    visit(self, &mut kept, index, array.at(index))?;
                }
            }
        }
        self.charge_items(kept.len())?;
        Ok(match kept.len() {
            0 => Seq::Empty,
            1 => match kept.pop() {
                Some(item) if !item.is_array() => Seq::One(item),
                item => Seq::Many(Val::sequence(item.into_iter().collect())),
            },
            _ => Seq::Many(Val::sequence(kept)),
        })
    }

    fn filter_tuples(
        &mut self,
        code: &Arc<Code>,
        predicate: NodeId,
        tuples: Vec<Rc<Tuple>>,
        env: &Rc<Frame>,
        as_objects: bool,
    ) -> Outcome<Vec<Rc<Tuple>>> {
        let count = tuples.len();
        if let Kind::Number(number) = code.node(predicate).kind {
            let index = position(number, count);
            return Ok(index.and_then(|index| tuples.into_iter().nth(index)).into_iter().collect());
        }
        let mut kept = Vec::new();
        for (index, tuple) in tuples.into_iter().enumerate() {
            let result = if as_objects {
                self.eval(code, predicate, &Val::Tuple(tuple.clone()), env)?
            } else {
                let frame = Frame::new(Some(env.clone()), tuple.bindings.clone());
                self.eval(code, predicate, &tuple.context, &frame)?
            };
            for _ in 0..selections(self, &result, index, count)? {
                kept.push(tuple.clone());
            }
        }
        Ok(kept)
    }

    fn eval_tuple_step(
        &mut self,
        code: &Arc<Code>,
        step: NodeId,
        input: &Seq,
        tuples: Option<Vec<Rc<Tuple>>>,
        env: &Rc<Frame>,
    ) -> Outcome<Vec<Rc<Tuple>>> {
        let node = code.node(step);
        let extras = node.step.as_deref();
        let mut result: Vec<Rc<Tuple>> = Vec::new();
        // What jsonata sorted it does not know as a stream any more: filters see the tuples themselves.
        let mut as_objects = false;
        if let Kind::Sort(terms) = &node.kind {
            match tuples {
                Some(tuples) => {
                    as_objects = tuples.len() > 1;
                    let stream = Val::list(tuples.into_iter().map(Val::Tuple).collect())
                        .with_flags(Flags::SEQUENCE.with(Flags::TUPLES));
                    let sorted = self.eval_sort(code, node, terms, &stream, env)?;
                    result.extend(sorted.items().filter_map(as_tuple));
                }
                None => {
                    let array = match input {
                        Seq::Empty => Val::sequence(Vec::new()),
                        Seq::One(item) => Val::sequence(vec![item.clone()]),
                        Seq::Many(array) => array.clone(),
                    };
                    let sorted = self.eval_sort(code, node, terms, &array, env)?;
                    for (position, item) in sorted.items().enumerate() {
                        let mut tuple = Tuple { context: item, bindings: Vec::new() };
                        if let Some(symbol) = extras.and_then(|extras| extras.index) {
                            tuple.bind(symbol, Val::int(position as i64));
                        }
                        result.push(Rc::new(tuple));
                    }
                }
            }
        } else {
            if let Seq::Many(array) = input {
                self.charge_items(array.len())?;
            }
            let tuples = tuples.unwrap_or_else(|| {
                let tuple = |item| Rc::new(Tuple { context: item, bindings: Vec::new() });
                match input {
                    Seq::Empty => Vec::new(),
                    Seq::One(item) => vec![tuple(item.clone())],
                    Seq::Many(array) => array.items().map(tuple).collect(),
                }
            });
            for tuple in tuples {
                let frame = Frame::new(Some(env.clone()), tuple.bindings.clone());
                let value = self.eval(code, step, &tuple.context, &frame)?;
                if value.is_undefined() {
                    continue;
                }
                self.charge_items(result.len() + value.len())?;
                let is_stream = value.flags().has(Flags::TUPLES);
                for (position, item) in value.items().enumerate() {
                    let mut next = Tuple::clone(&tuple);
                    if let (true, Val::Tuple(inner)) = (is_stream, &item) {
                        next.context = inner.context.clone();
                        for (symbol, value) in &inner.bindings {
                            next.bind(*symbol, value.clone());
                        }
                    } else if let Some(extras) = extras {
                        match extras.focus {
                            Some(symbol) => next.bind(symbol, item),
                            None => next.context = item,
                        }
                        if let Some(symbol) = extras.index {
                            next.bind(symbol, Val::int(position as i64));
                        }
                        if let Some(symbol) = extras.ancestor {
                            next.bind(symbol, tuple.context.clone());
                        }
                    } else {
                        next.context = item;
                    }
                    result.push(Rc::new(next));
                }
                self.charge_items(result.len())?;
            }
        }
        for stage in extras.map(|extras| extras.stages.as_slice()).unwrap_or_default() {
            match stage {
                Stage::Filter(predicate) => {
                    result = self.filter_tuples(code, *predicate, result, env, as_objects)?;
                }
                Stage::Index(symbol) => {
                    for (position, tuple) in result.iter_mut().enumerate() {
                        Rc::make_mut(tuple).bind(*symbol, Val::int(position as i64));
                    }
                }
            }
        }
        Ok(result)
    }

    fn eval_sort_key(&mut self, code: &Arc<Code>, term: NodeId, item: &Val, env: &Rc<Frame>) -> Outcome<Val> {
        match item {
            Val::Tuple(tuple) => {
                let frame = Frame::new(Some(env.clone()), tuple.bindings.clone());
                self.eval(code, term, &tuple.context, &frame)
            }
            item => self.eval(code, term, item, env),
        }
    }

    /// Sorts an array by terms. Each term is evaluated at most once for each item.
    fn eval_sort(
        &mut self,
        code: &Arc<Code>,
        node: &Node,
        terms: &[(NodeId, bool)],
        input: &Val,
        env: &Rc<Frame>,
    ) -> Outcome<Val> {
        if input.len() <= 1 {
            return Ok(input.clone());
        }
        self.charge_items(input.len())?;
        let items: Vec<Val> = input.items().collect();
        let mut keys: Vec<Option<Val>> = vec![None; items.len() * terms.len()];
        self.deeper()?;
        // Every item is compared at least once by the first term.
        for (index, item) in items.iter().enumerate() {
            if let (Some(slot), Some((term, _))) = (keys.get_mut(index * terms.len()), terms.first()) {
                *slot = Some(self.eval_sort_key(code, *term, item, env)?);
            }
        }
        let order = array::merge_sort((0..items.len()).collect(), &mut |left: &usize, right: &usize| {
            self.charge(1)?;
            for (term, (_, descending)) in terms.iter().enumerate() {
                let (a, b) = (left * terms.len() + term, right * terms.len() + term);
                for (slot, item) in [(a, *left), (b, *right)] {
                    if let Some(key @ None) = keys.get_mut(slot) {
                        *key = Some(self.eval_sort_key(code, terms[term].0, &items[item], env)?);
                    }
                }
                let (Some(Some(a)), Some(Some(b))) = (keys.get(a), keys.get(b)) else { continue };
                if let Some(greater) = compare_keys(a, b).map_err(|fault| fault.at(node.span))? {
                    let undefined = a.is_undefined() || b.is_undefined();
                    return Ok(greater != (*descending && !undefined));
                }
            }
            Ok(false)
        })?;
        self.shallower();
        Ok(Val::list(order.into_iter().filter_map(|index| items.get(index).cloned()).collect()))
    }
}

/// What the first steps came to, as the input of the next one or the result of the last.
fn into_sequence(value: Val, done: usize, count: usize) -> Seq {
    match value {
        Val::Undefined if done > 0 => Seq::Empty,
        value if !value.is_array() => Seq::One(value),
        // The input is iterated over as it is, and what the last step gives is not flattened.
        value if done == 0 || (done == count && !value.flags().has(Flags::SEQUENCE)) => Seq::Many(value),
        value if value.flags().has(Flags::CONSTRUCTED) => Seq::One(value),
        value => Seq::Many(value.with_flags(Flags::SEQUENCE)),
    }
}

/// Whether the first of two sort keys comes after the second; none where they are equal.
fn compare_keys(a: &Val, b: &Val) -> Outcome<Option<bool>> {
    match (a.view(), b.view()) {
        (View::Undefined, View::Undefined) => Ok(None),
        (View::Undefined, _) => Ok(Some(true)),
        (_, View::Undefined) => Ok(Some(false)),
        (View::Number(a), View::Number(b)) => {
            Ok(if a == b { None } else { Some(a > b || a.is_nan() || b.is_nan()) })
        }
        (View::String(a), View::String(b)) => {
            let order = super::operators::compare_text(a, b);
            Ok(if order.is_eq() { None } else { Some(order.is_gt()) })
        }
        (View::Number(_) | View::String(_), View::Number(_) | View::String(_)) => {
            Err(Fault::new("T2007").value(a.clone()).value2(b.clone()))
        }
        (View::Number(_) | View::String(_), _) => Err(Fault::new("T2008").value(b.clone())),
        _ => Err(Fault::new("T2008").value(a.clone())),
    }
}

fn as_tuple(value: Val) -> Option<Rc<Tuple>> {
    match value {
        Val::Tuple(tuple) => Some(tuple),
        _ => None,
    }
}

/// The position that a number gives in an array; from the end where it is negative.
fn position(number: f64, count: usize) -> Option<usize> {
    let index = number.floor();
    let index = if index < 0.0 { index + count as f64 } else { index };
    (index >= 0.0 && index < count as f64).then_some(index as usize)
}

/// How many times a predicate's value selects the item at a position.
fn selections(machine: &mut Machine<'_>, result: &Val, index: usize, count: usize) -> Outcome<usize> {
    if let Some(number) = result.as_f64() {
        return match boolean::numeric(result)? {
            Some(_) => Ok(usize::from(position(number, count) == Some(index))),
            None => Ok(0),
        };
    }
    if result.is_array() {
        machine.charge(result.len() as u64 / 8)?;
        let mut selected = 0;
        let mut all_numbers = true;
        for item in result.items() {
            match boolean::numeric(&item)? {
                Some(number) => selected += usize::from(position(number, count) == Some(index)),
                None => {
                    all_numbers = false;
                    break;
                }
            }
        }
        if all_numbers {
            return Ok(selected);
        }
    }
    Ok(usize::from(boolean::truthy(result)?))
}
