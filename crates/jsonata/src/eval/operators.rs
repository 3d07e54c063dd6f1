//! Infix and prefix operators, array constructors.

use std::cmp::Ordering;
use std::rc::Rc;
use std::sync::Arc;

use json::Value;

use super::{Machine, Outcome};
use crate::code::{Code, Kind, Node, NodeId, Operator};
use crate::errors::Fault;
use crate::functions::{boolean, string};
use crate::values::{Flags, Frame, List, Repr, Val, View};

/// jsonata refuses to make longer ranges.
const MAX_RANGE: f64 = 1e7;

impl Machine<'_> {
    /// An operator on two operands; chains of them are evaluated in a loop.
    #[allow(clippy::too_many_arguments)]
    pub(super) fn eval_binary(
        &mut self,
        code: &Arc<Code>,
        id: NodeId,
        operator: Operator,
        left: NodeId,
        right: NodeId,
        input: &Val,
        env: &Rc<Frame>,
    ) -> Outcome<Val> {
        let left = self.eval(code, left, input, env)?;
        if !operator.is_simple() {
            let result = self.eval_logic(code, operator, left, right, input, env);
            return result.map_err(|fault| fault.token(operator.symbol()).at(code.node(id).span));
        }
        let right = self.eval(code, right, input, env)?;
        if let (Some(a), Some(b)) = (left.as_f64(), right.as_f64())
            && a.is_finite()
            && b.is_finite()
        {
            let result = match operator {
                Operator::Add => Val::Number(a + b),
                Operator::Subtract => Val::Number(a - b),
                Operator::Multiply => Val::Number(a * b),
                Operator::Divide => Val::Number(a / b),
                Operator::Remainder => Val::Number(a % b),
                Operator::Equal => Val::bool(a == b),
                Operator::NotEqual => Val::bool(a != b),
                Operator::Less => Val::bool(a < b),
                Operator::LessOrEqual => Val::bool(a <= b),
                Operator::Greater => Val::bool(a > b),
                Operator::GreaterOrEqual => Val::bool(a >= b),
                _ => return self.operate_at(code, id, operator, left, right),
            };
            return Ok(result);
        }
        self.operate_at(code, id, operator, left, right)
    }

    #[inline(never)]
    fn operate_at(
        &mut self,
        code: &Arc<Code>,
        id: NodeId,
        operator: Operator,
        left: Val,
        right: Val,
    ) -> Outcome<Val> {
        let result = match self.operate(operator, left, right) {
            Ok(Val::List(list, flags)) => Ok(super::collapse(list, flags, code.node(id).keep_array)),
            result => result,
        };
        result.map_err(|fault| fault.token(operator.symbol()).at(code.node(id).span))
    }

    /// A chain of infix operators, from the innermost left operand outwards, in a loop.
    pub(super) fn eval_chain(
        &mut self,
        code: &Arc<Code>,
        id: NodeId,
        input: &Val,
        env: &Rc<Frame>,
    ) -> Outcome<Val> {
        let left = match &code.node(id).kind {
            Kind::Binary(_, left, _) | Kind::Apply(left, _) => *left,
            _ => return Ok(Val::Undefined),
        };
        if !self.is_link(code, left) {
            let left = self.eval(code, left, input, env)?;
            return self.eval_link(code, id, left, input, env);
        }
        let mut chain = vec![id];
        let mut innermost = left;
        while self.is_link(code, innermost) {
            chain.push(innermost);
            innermost = match &code.node(innermost).kind {
                Kind::Binary(_, left, _) | Kind::Apply(left, _) => *left,
                _ => break,
            };
        }
        let mut value = self.eval(code, innermost, input, env)?;
        while let Some(link) = chain.pop() {
            self.charge(1)?;
            if let Val::List(list, flags) = value {
                value = super::collapse(list, flags, false);
            }
            value = self.eval_link(code, link, value, input, env)?;
        }
        Ok(value)
    }

    /// Whether a left operand can be evaluated as part of the chain that it belongs to. With a trace each
    /// operator is evaluated on its own.
    fn is_link(&self, code: &Code, id: NodeId) -> bool {
        let node = code.node(id);
        matches!(node.kind, Kind::Binary(..)) && !node.has_extras && !node.keep_array && !self.tracing()
            || matches!(node.kind, Kind::Apply(..)) && !self.tracing() && !node.keep_array && !node.has_extras
    }

    fn eval_link(
        &mut self,
        code: &Arc<Code>,
        id: NodeId,
        left: Val,
        input: &Val,
        env: &Rc<Frame>,
    ) -> Outcome<Val> {
        let node = code.node(id);
        match &node.kind {
            Kind::Binary(operator, _, right) => {
                if let Operator::And | Operator::Or = operator {
                    return self
                        .eval_logic(code, *operator, left, *right, input, env)
                        .map_err(|fault| fault.token(operator.symbol()).at(node.span));
                }
                let right = self.eval(code, *right, input, env)?;
                self.operate(*operator, left, right)
                    .map_err(|fault| fault.token(operator.symbol()).at(node.span))
            }
            Kind::Apply(_, right) => {
                self.eval_apply(code, left, *right, input, env).map_err(|fault| fault.at(node.span))
            }
            _ => Ok(Val::Undefined),
        }
    }

    fn eval_logic(
        &mut self,
        code: &Arc<Code>,
        operator: Operator,
        left: Val,
        right: NodeId,
        input: &Val,
        env: &Rc<Frame>,
    ) -> Outcome<Val> {
        let left = boolean::truthy(&left)?;
        if left == (operator == Operator::Or) {
            return Ok(Val::bool(left));
        }
        let right = self.eval(code, right, input, env)?;
        Ok(Val::bool(boolean::truthy(&right)?))
    }

    fn operate(&mut self, operator: Operator, left: Val, right: Val) -> Outcome<Val> {
        match operator {
            Operator::Add
            | Operator::Subtract
            | Operator::Multiply
            | Operator::Divide
            | Operator::Remainder => arithmetic(operator, &left, &right),
            Operator::Equal | Operator::NotEqual => {
                if left.is_undefined() || right.is_undefined() {
                    return Ok(Val::bool(false));
                }
                Ok(Val::bool(self.equal(&left, &right)? == (operator == Operator::Equal)))
            }
            Operator::Less | Operator::LessOrEqual | Operator::Greater | Operator::GreaterOrEqual => {
                compare(operator, &left, &right)
            }
            Operator::Concatenate => {
                let mut text = String::new();
                for operand in [&left, &right] {
                    match operand.as_str() {
                        Some(operand) => text.push_str(operand),
                        None if operand.is_undefined() => {}
                        None => string::stringify(operand, false, self.limits.string, &mut text)?,
                    }
                }
                self.charge_text(text.len())?;
                Ok(Val::string(text))
            }
            Operator::Range => self.range(&left, &right),
            Operator::In => {
                if left.is_undefined() || right.is_undefined() {
                    return Ok(Val::bool(false));
                }
                self.charge(right.len() as u64 / 4)?;
                Ok(Val::bool(right.items().any(|item| identical(&item, &left))))
            }
            Operator::And | Operator::Or => Ok(Val::Undefined),
        }
    }

    fn range(&mut self, left: &Val, right: &Val) -> Outcome<Val> {
        let integer = |value: &Val, code| match value.as_f64() {
            Some(number) if number.is_finite() && number.fract() == 0.0 => Ok(Some(number)),
            _ if value.is_undefined() => Ok(None),
            _ => Err(Fault::new(code).value(value.clone())),
        };
        let from = integer(left, "T2003")?;
        let to = integer(right, "T2004")?;
        let (Some(from), Some(to)) = (from, to) else { return Ok(Val::Undefined) };
        if from > to {
            return Ok(Val::Undefined);
        }
        let count = to - from + 1.0;
        if count > MAX_RANGE {
            return Err(Fault::new("D2014").value(Val::Number(count)));
        }
        let list = List { items: Repr::Range(from as i64, count as usize), depth: 1 };
        Ok(Val::List(Rc::new(list), Flags::SEQUENCE))
    }

    pub(super) fn eval_negation(
        &mut self,
        code: &Arc<Code>,
        node: &Node,
        operand: NodeId,
        input: &Val,
        env: &Rc<Frame>,
    ) -> Outcome<Val> {
        let value = self.eval(code, operand, input, env)?;
        if value.is_undefined() {
            return Ok(Val::Undefined);
        }
        match boolean::numeric(&value)? {
            Some(number) => Ok(Val::Number(-number)),
            None => Err(Fault::new("D1002").value(value).token("-").at(node.span)),
        }
    }

    pub(super) fn eval_array(
        &mut self,
        code: &Arc<Code>,
        node: &Node,
        items: &[(NodeId, bool)],
        input: &Val,
        env: &Rc<Frame>,
    ) -> Outcome<Val> {
        let flags = if node.constructed { Flags::CONSTRUCTED } else { Flags::NONE };
        let mut values = Vec::with_capacity(items.len());
        for (item, is_array) in items {
            let value = self.eval(code, *item, input, env)?;
            if value.is_undefined() {
                continue;
            }
            if *is_array || !value.is_array() {
                values.push(value);
            } else if items.len() == 1 {
                // The only item is an array: its items are shared.
                return Ok(match value {
                    Val::Json(_) if flags == Flags::NONE => value,
                    value => value.with_flags(flags),
                });
            } else {
                self.charge_items(values.len() + value.len())?;
                values.extend(value.items());
            }
        }
        Ok(Val::list(values).with_flags(flags))
    }

    /// Deep equality; functions are equal to themselves only.
    pub(crate) fn equal(&mut self, left: &Val, right: &Val) -> Outcome<bool> {
        match (left.view(), right.view()) {
            (View::Number(a), View::Number(b)) => return Ok(a == b),
            (View::String(a), View::String(b)) => return Ok(a == b),
            (View::Array, View::Array) => {}
            (View::Object, View::Object) => {
                let (left, right) = (left.entries(), right.clone());
                self.charge(left.len() as u64)?;
                if left.len() != right.keys().len() {
                    return Ok(false);
                }
                for (name, value) in left {
                    let other = right.get(&name);
                    if other.is_undefined() || !self.equal(&value, &other)? {
                        return Ok(false);
                    }
                }
                return Ok(true);
            }
            _ => return Ok(identical(left, right)),
        }
        if left.len() != right.len() {
            return Ok(false);
        }
        self.charge(left.len() as u64)?;
        for (a, b) in left.items().zip(right.items()) {
            if !self.equal(&a, &b)? {
                return Ok(false);
            }
        }
        Ok(true)
    }
}

fn arithmetic(operator: Operator, left: &Val, right: &Val) -> Outcome<Val> {
    let a = boolean::numeric(left)?;
    if a.is_none() && !left.is_undefined() {
        return Err(Fault::new("T2001").value(left.clone()));
    }
    let b = boolean::numeric(right)?;
    if b.is_none() && !right.is_undefined() {
        return Err(Fault::new("T2002").value(right.clone()));
    }
    let (Some(a), Some(b)) = (a, b) else { return Ok(Val::Undefined) };
    Ok(Val::Number(match operator {
        Operator::Add => a + b,
        Operator::Subtract => a - b,
        Operator::Multiply => a * b,
        Operator::Divide => a / b,
        _ => a % b,
    }))
}

fn compare(operator: Operator, left: &Val, right: &Val) -> Outcome<Val> {
    let comparable =
        |value: &Val| matches!(value.view(), View::Undefined | View::Number(_) | View::String(_));
    if !comparable(left) || !comparable(right) {
        let blamed = if matches!(left.view(), View::Number(_) | View::String(_)) { right } else { left };
        return Err(Fault::new("T2010").value(blamed.clone()));
    }
    let order = match (left.view(), right.view()) {
        (View::Number(a), View::Number(b)) => a.partial_cmp(&b),
        (View::String(a), View::String(b)) => Some(compare_text(a, b)),
        (View::Undefined, _) | (_, View::Undefined) => return Ok(Val::Undefined),
        _ => return Err(Fault::new("T2009").value(left.clone()).value2(right.clone())),
    };
    Ok(Val::bool(order.is_some_and(|order| match operator {
        Operator::Less => order.is_lt(),
        Operator::LessOrEqual => order.is_le(),
        Operator::Greater => order.is_gt(),
        _ => order.is_ge(),
    })))
}

/// JavaScript's order of strings, that of their UTF-16 units.
pub(crate) fn compare_text(left: &str, right: &str) -> Ordering {
    let differing = left.bytes().zip(right.bytes()).find(|(a, b)| a != b);
    match differing {
        None => left.len().cmp(&right.len()),
        // Only the characters beyond the basic plane and those of its end are in another order.
        Some((a @ 0xf0.., b @ 0xee..=0xef)) | Some((a @ 0xee..=0xef, b @ 0xf0..)) => b.cmp(&a),
        Some((a, b)) => a.cmp(&b),
    }
}

/// JavaScript's `===`: equal scalars, or the same array, object or function.
pub(crate) fn identical(left: &Val, right: &Val) -> bool {
    match (left, right) {
        (Val::List(a, _), Val::List(b, _)) => Rc::ptr_eq(a, b),
        (Val::Object(a), Val::Object(b)) => Rc::ptr_eq(a, b),
        (Val::Function(a, _), Val::Function(b, _)) => Rc::ptr_eq(a, b),
        (Val::Tuple(a), Val::Tuple(b)) => Rc::ptr_eq(a, b),
        (Val::Json(a @ (Value::Array(_) | Value::Object(_))), Val::Json(b)) => a.is_same(b),
        _ => match (left.view(), right.view()) {
            (View::Undefined, View::Undefined) | (View::Null, View::Null) => true,
            (View::Bool(a), View::Bool(b)) => a == b,
            (View::Number(a), View::Number(b)) => a == b,
            (View::String(a), View::String(b)) => a == b,
            _ => false,
        },
    }
}
