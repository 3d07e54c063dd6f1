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
            Kind::Binary(operator, left, right) => {
                let left = self.scalar(code, code.node(*left), input, env)?;
                if !operator.is_simple() {
                    let left = left.truth()?;
                    if left == (*operator == Operator::Or) {
                        return Some(Scalar::Bool(left));
                    }
                    let right = self.scalar(code, code.node(*right), input, env)?;
                    return right.truth().map(Scalar::Bool);
                }
                operate(*operator, left, self.scalar(code, code.node(*right), input, env)?)
            }
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

    fn scalar_of_variable(
        &mut self,
        code: &Code,
        symbol: Symbol,
        steps: &[NodeId],
        env: Option<&Frame>,
    ) -> Option<Scalar> {
        let read = |value: &Val| Scalar::of(member(code, steps, Item::Val(value))?);
        if let Some(env) = env
            && let Some(found) = env.with(symbol, read)
        {
            return found;
        }
        read(self.global_ref(code, symbol))
    }
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

fn operate(operator: Operator, left: Scalar, right: Scalar) -> Option<Scalar> {
    match (left, right) {
        (Scalar::Number(a), Scalar::Number(b)) if a.is_finite() && b.is_finite() => Some(match operator {
            Operator::Add => Scalar::Number(a + b),
            Operator::Subtract => Scalar::Number(a - b),
            Operator::Multiply => Scalar::Number(a * b),
            Operator::Divide => Scalar::Number(a / b),
            Operator::Remainder => Scalar::Number(a % b),
            Operator::Equal => Scalar::Bool(a == b),
            Operator::NotEqual => Scalar::Bool(a != b),
            Operator::Less => Scalar::Bool(a < b),
            Operator::LessOrEqual => Scalar::Bool(a <= b),
            Operator::Greater => Scalar::Bool(a > b),
            Operator::GreaterOrEqual => Scalar::Bool(a >= b),
            _ => return None,
        }),
        (Scalar::Text(a), Scalar::Text(b)) => match operator {
            Operator::Equal => Some(Scalar::Bool(a == b)),
            Operator::NotEqual => Some(Scalar::Bool(a != b)),
            _ => None,
        },
        (Scalar::Bool(a), Scalar::Bool(b)) => match operator {
            Operator::Equal => Some(Scalar::Bool(a == b)),
            Operator::NotEqual => Some(Scalar::Bool(a != b)),
            _ => None,
        },
        _ => None,
    }
}
