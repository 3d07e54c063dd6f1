//! Arithmetic, comparisons, `and` and `or` on members of objects, worked out on borrowed data: no value is made
//! but the result. What is not as simple as it usually is (arrays, missing members, errors) is left to the
//! evaluator, which starts anew; nothing here has an effect that would show.

use json::{Str, Value};

use super::Machine;
use crate::code::{Code, Kind, Node, NodeId, Operator, Symbol};
use crate::values::{Frame, Item, Val};

/// What a scalar expression comes to.
pub(super) enum Scalar {
    Number(f64),
    Bool(bool),
    Text(Str),
}

impl Scalar {
    fn of(item: Item<'_>) -> Option<Scalar> {
        match item {
            Item::Val(Val::Number(number)) => Some(Scalar::Number(*number)),
            Item::Val(Val::Json(value)) | Item::Json(value) => match value {
                Value::Number(number) => Some(Scalar::Number(number.as_f64())),
                Value::Bool(flag) => Some(Scalar::Bool(*flag)),
                Value::String(text) => Some(Scalar::Text(text.clone())),
                _ => None,
            },
            Item::Val(_) => None,
        }
    }

    /// Whether it counts as true; none where that is an error.
    fn truth(&self) -> Option<bool> {
        match self {
            Scalar::Number(number) => number.is_finite().then_some(*number != 0.0),
            Scalar::Bool(flag) => Some(*flag),
            Scalar::Text(text) => Some(!text.is_empty()),
        }
    }
}

impl From<Scalar> for Val {
    fn from(scalar: Scalar) -> Val {
        match scalar {
            Scalar::Number(number) => Val::Number(number),
            Scalar::Bool(flag) => Val::bool(flag),
            Scalar::Text(text) => Val::string(text),
        }
    }
}

/// The node that plain parentheses stand around.
pub(super) fn within_parentheses(code: &Code, mut id: NodeId) -> &Node {
    loop {
        let node = code.node(id);
        match &node.kind {
            Kind::Block { expressions, binds: false } if !node.keep_array && !node.has_extras => {
                match expressions.as_slice() {
                    [only] => id = *only,
                    _ => return node,
                }
            }
            _ => return node,
        }
    }
}

impl Machine<'_> {
    /// The value of a node that was compiled as a scalar expression; none where the evaluator has to look itself.
    pub(super) fn scalar(
        &mut self,
        code: &Code,
        node: &Node,
        input: Item<'_>,
        env: Option<&Frame>,
    ) -> Option<Scalar> {
        match &node.kind {
            Kind::Number(number) => Some(Scalar::Number(*number)),
            Kind::Binary(operator, ..) if operator.is_arithmetic() => {
                let number = self.number(code, node, input, env);
                (!number.is_nan()).then_some(Scalar::Number(number))
            }
            Kind::Binary(..) => self.truth(code, node, input, env).map(Scalar::Bool),
            Kind::Block { expressions, .. } => {
                self.scalar(code, code.node(*expressions.first()?), input, env)
            }
            Kind::Literal(value) => Scalar::of(Item::Json(value)),
            Kind::Context => Scalar::of(input),
            Kind::Local(symbol) | Kind::Global(symbol) => self.scalar_of_variable(code, *symbol, &[], env),
            Kind::Path(path) if !path.from_variable => Scalar::of(member(code, &path.steps, input)?),
            Kind::Path(path) => {
                let (first, rest) = path.steps.split_first()?;
                match &code.node(*first).kind {
                    Kind::Local(symbol) | Kind::Global(symbol) => {
                        self.scalar_of_variable(code, *symbol, rest, env)
                    }
                    Kind::Context => Scalar::of(member(code, rest, input)?),
                    _ => None,
                }
            }
            _ => None,
        }
    }

    /// Whether the value of a scalar expression counts as true.
    pub(super) fn truth(
        &mut self,
        code: &Code,
        node: &Node,
        input: Item<'_>,
        env: Option<&Frame>,
    ) -> Option<bool> {
        let Kind::Binary(operator, left, right) = &node.kind else {
            return self.scalar(code, node, input, env)?.truth();
        };
        let (left, right) = (code.node(*left), code.node(*right));
        if operator.is_arithmetic() {
            let number = self.number(code, node, input, env);
            return number.is_finite().then_some(number != 0.0);
        }
        if !operator.is_simple() {
            let left = self.truth(code, left, input, env)?;
            return if left == (*operator == Operator::Or) {
                Some(left)
            } else {
                self.truth(code, right, input, env)
            };
        }
        let a = self.number(code, left, input, env);
        if a.is_finite() {
            let b = self.number(code, right, input, env);
            return if b.is_finite() { compare(*operator, a, b) } else { None };
        }
        let equal = match (self.scalar(code, left, input, env)?, self.scalar(code, right, input, env)?) {
            (Scalar::Text(a), Scalar::Text(b)) => a == b,
            (Scalar::Bool(a), Scalar::Bool(b)) => a == b,
            _ => return None,
        };
        match operator {
            Operator::Equal => Some(equal),
            Operator::NotEqual => Some(!equal),
            _ => None,
        }
    }

    /// The number that a scalar expression comes to; not a number where the evaluator has to look itself.
    fn number(&mut self, code: &Code, node: &Node, input: Item<'_>, env: Option<&Frame>) -> f64 {
        match &node.kind {
            Kind::Number(number) => *number,
            Kind::Binary(operator, left, right) if operator.is_arithmetic() => {
                let a = self.number(code, code.node(*left), input, env);
                if !a.is_finite() {
                    return f64::NAN;
                }
                let b = self.number(code, code.node(*right), input, env);
                if !b.is_finite() {
                    return f64::NAN;
                }
                match operator {
                    Operator::Add => a + b,
                    Operator::Subtract => a - b,
                    Operator::Multiply => a * b,
                    Operator::Divide => a / b,
                    _ => a % b,
                }
            }
            Kind::Block { expressions, .. } => match expressions.first() {
                Some(only) => self.number(code, code.node(*only), input, env),
                None => f64::NAN,
            },
            Kind::Context => number_of(Some(input)),
            Kind::Local(symbol) | Kind::Global(symbol) => {
                self.of_variable(code, *symbol, env, |value| number_of(Some(Item::Val(value))))
            }
            Kind::Path(path) if !path.from_variable => number_of(member(code, &path.steps, input)),
            Kind::Path(path) => {
                let Some((first, rest)) = path.steps.split_first() else { return f64::NAN };
                match &code.node(*first).kind {
                    Kind::Local(symbol) | Kind::Global(symbol) => {
                        let read = |value: &Val| number_of(member(code, rest, Item::Val(value)));
                        self.of_variable(code, *symbol, env, read)
                    }
                    Kind::Context => number_of(member(code, rest, input)),
                    _ => f64::NAN,
                }
            }
            _ => f64::NAN,
        }
    }

    fn scalar_of_variable(
        &mut self,
        code: &Code,
        symbol: Symbol,
        steps: &[NodeId],
        env: Option<&Frame>,
    ) -> Option<Scalar> {
        self.of_variable(code, symbol, env, |value| Scalar::of(member(code, steps, Item::Val(value))?))
    }

    /// What `read` makes of a variable, wherever it is bound.
    #[inline]
    fn of_variable<R>(
        &mut self,
        code: &Code,
        symbol: Symbol,
        env: Option<&Frame>,
        read: impl Fn(&Val) -> R,
    ) -> R {
        match env.and_then(|env| env.with(symbol, &read)) {
            Some(found) => found,
            None => read(self.global_ref(code, symbol)),
        }
    }
}

/// The number that a value is; not a number for all else.
#[inline(always)]
fn number_of(item: Option<Item<'_>>) -> f64 {
    match item {
        Some(Item::Val(Val::Number(number))) => *number,
        Some(Item::Val(Val::Json(Value::Number(number))) | Item::Json(Value::Number(number))) => {
            number.as_f64()
        }
        _ => f64::NAN,
    }
}

/// A comparison of numbers; none for any other operator.
fn compare(operator: Operator, a: f64, b: f64) -> Option<bool> {
    Some(match operator {
        Operator::Equal => a == b,
        Operator::NotEqual => a != b,
        Operator::Less => a < b,
        Operator::LessOrEqual => a <= b,
        Operator::Greater => a > b,
        Operator::GreaterOrEqual => a >= b,
        _ => return None,
    })
}

/// The member of objects that a path of names leads to; none where it meets anything else on its way.
fn member<'a>(code: &Code, steps: &[NodeId], start: Item<'a>) -> Option<Item<'a>> {
    let mut item = start;
    for step in steps {
        let Kind::Field(name) = &code.node(*step).kind else { return None };
        item = match item {
            Item::Val(Val::Json(Value::Object(object))) | Item::Json(Value::Object(object)) => {
                Item::Json(object.members().get(name)?)
            }
            Item::Val(Val::Object(members)) => Item::Val(members.get(name)?),
            _ => return None,
        };
    }
    Some(item)
}
