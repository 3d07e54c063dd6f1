//! Paths as JSONata.

use expr::path::{Filter, FunctionArgument, Operand, Operator, Step, Steps};
use expr::{Path, Root};

use crate::jsonata::{Data, Jsonata, Level, Shape, text_literal};
use crate::notes::{Notes, Unsupported};

/// Slices up to this long are written as the list of their indexes.
const MAX_LISTED: i64 = 20;

const SINGLE_AS_ARRAY: &str =
    "The first and the last item of what is no array is the value itself now; in JSONPath the state failed.";

/// What a path gives; `root` is what `$` stands for.
pub(crate) fn convert(path: &Path, root: &Data, notes: &mut Notes) -> Result<Data, Unsupported> {
    let start = match path.root() {
        Root::Input => root.clone(),
        Root::Context => Data::expression("$states.context"),
        Root::Variable(name) => Data::expression(&format!("${name}")),
    };
    let mut data = start.clone();
    let mut steps = path.steps().iter();
    while let Some(step) = steps.as_slice().first() {
        data = match step {
            Step::Name(name) => data.member(&name.text),
            Step::Index(index) => {
                if matches!(index, 0 | -1) && !matches!(data, Data::Array(_) | Data::Literal(_)) {
                    notes.changed(SINGLE_AS_ARRAY);
                }
                data.item(*index)
            }
            _ => break,
        };
        steps.next();
    }
    let rest = steps.as_slice();
    if rest.is_empty() {
        return Ok(data);
    }
    let selected = data.to_jsonata();
    match rest {
        [Step::Names(names)] => return Ok(Data::Expression(picked(&selected, names))),
        [Step::Function(function)]
            if matches!(&*function.name, "length" | "size")
                && !function
                    .arguments
                    .iter()
                    .any(|argument| matches!(argument, FunctionArgument::Literal(_))) =>
        {
            return Ok(Data::Expression(Jsonata::single(
                format!("$count({})", selected.text),
                Shape::Number,
            )));
        }
        _ => {}
    }
    let mut walk =
        Walk { selected, root: &start, is_single: true, after_name: true, can_flatten: false, notes };
    for (position, step) in rest.iter().enumerate() {
        walk.step(step, rest.get(position + 1..).unwrap_or_default(), path.text())?;
    }
    if walk.can_flatten {
        walk.notes.info("Where the matches are arrays themselves, JSONata joins them into one array; JSONPath gives an array of arrays.");
    }
    Ok(Data::Expression(Jsonata::single(format!("[{}]", walk.selected.text), Shape::Array)))
}

/// The steps of a path that leads to several values. JSONata goes through arrays by itself.
struct Walk<'w> {
    selected: Jsonata,
    root: &'w Data,
    /// Whether there is one value yet.
    is_single: bool,
    /// Whether a predicate would belong to the last step alone.
    after_name: bool,
    can_flatten: bool,
    notes: &'w mut Notes,
}

impl Walk<'_> {
    fn step(&mut self, step: &Step, rest: &[Step], text: &str) -> Result<(), Unsupported> {
        let was_single = self.is_single;
        let after_name = std::mem::replace(&mut self.after_name, false);
        match step {
            Step::Name(name) => {
                if name.text.contains('`') {
                    return Err(Unsupported::new(
                        "JSONata can't write a name with a backtick within a path.",
                    ));
                }
                self.selected = self.selected.member(&name.text);
                self.after_name = true;
                self.can_flatten = true;
            }
            Step::Index(index) if after_name => self.selected = self.selected.predicate(index),
            Step::Wildcard => {
                if !after_name || text.contains(".*") {
                    self.selected = self.selected_of("*");
                    self.after_name = true;
                    self.can_flatten = true;
                } else {
                    self.notes.info("[*] is taken to stand for the items of an array. For the members of an object, JSONata has .* instead.");
                }
            }
            Step::Slice { from, to } if after_name => self.slice(*from, *to, was_single)?,
            Step::Indexes(indexes) if after_name && was_single => self.indexes(indexes, rest)?,
            Step::Filter(filter) => {
                let predicate = self.filter(filter, 0)?;
                self.selected = self.selected.predicate(predicate.text);
            }
            Step::Scan if matches!(rest, [Step::Name(_) | Step::Filter(_), ..]) => {
                self.selected = self.selected_of("**");
                self.can_flatten = true;
            }
            Step::Names(names) if rest.is_empty() => {
                self.selected = Jsonata::single(
                    format!("{}.{}", self.selected.within(Level::Single), picked_text("$", names)),
                    Shape::Any,
                );
            }
            _ => {
                return Err(Unsupported::new(format!(
                    "JSONata has no exact counterpart of the path {text}."
                )));
            }
        }
        self.is_single = false;
        Ok(())
    }

    fn selected_of(&self, wildcard: &str) -> Jsonata {
        Jsonata::single(format!("{}.{wildcard}", self.selected.within(Level::Single)), Shape::Any)
    }

    fn slice(&mut self, from: Option<i64>, to: Option<i64>, is_single: bool) -> Result<(), Unsupported> {
        let array = &self.selected;
        let listed = |first: i64, last: i64| format!("[{first}..{last}]");
        let by_index = |condition: String| {
            Jsonata::single(
                format!("$filter({}, function($item, $index, $array) {{ {condition} }})", array.text),
                Shape::Any,
            )
        };
        let is_short = |count: i64| (1..=MAX_LISTED).contains(&count);
        self.selected = match (from, to) {
            (Some(from), None) if from < 0 && is_short(-from) => array.predicate(listed(from, -1)),
            (None, Some(to)) if is_short(to) => array.predicate(listed(0, to - 1)),
            (Some(from), Some(to)) if from >= 0 && is_short(to - from) => {
                array.predicate(listed(from, to - 1))
            }
            (Some(from), None) if from >= 0 && is_single => by_index(format!("$index >= {from}")),
            (None, Some(to)) if to > 0 && is_single => by_index(format!("$index < {to}")),
            (None, Some(to)) if to < 0 && is_single => by_index(format!("$index < $count($array) - {}", -to)),
            (Some(from), Some(to)) if from >= 0 && to > from && is_single => {
                by_index(format!("$index >= {from} and $index < {to}"))
            }
            _ => return Err(Unsupported::new("JSONata has no exact counterpart of this slice.")),
        };
        Ok(())
    }

    fn indexes(&mut self, indexes: &[i64], rest: &[Step]) -> Result<(), Unsupported> {
        let is_ascending = indexes.iter().zip(indexes.iter().skip(1)).all(|(one, next)| one < next);
        let all_from_start = indexes.iter().all(|index| *index >= 0);
        let list = |items: Vec<String>| items.join(", ");
        if is_ascending && all_from_start {
            let indexes = list(indexes.iter().map(i64::to_string).collect());
            self.selected = self.selected.predicate(format!("[{indexes}]"));
        } else if rest.is_empty() {
            // In the order that is asked for; the brackets of the result are around them anyway.
            let items = indexes.iter().map(|index| self.selected.predicate(index).text).collect();
            self.selected = Jsonata::single(list(items), Shape::Any);
            self.can_flatten = true;
        } else {
            return Err(Unsupported::new("JSONata gives items in the order of the array, not in this one."));
        }
        Ok(())
    }

    fn filter(&mut self, filter: &Filter, depth: usize) -> Result<Jsonata, Unsupported> {
        if depth > 30 {
            return Err(Unsupported::new("The filter is nested too deeply."));
        }
        let mut joined = |parts: &[Filter], level: Level, word: &str| -> Result<Jsonata, Unsupported> {
            let parts: Result<Vec<String>, Unsupported> =
                parts.iter().map(|part| Ok(self.filter(part, depth + 1)?.within(level))).collect();
            Ok(Jsonata::of_level(level, parts?.join(word), Shape::Boolean))
        };
        match filter {
            Filter::And(parts) => joined(parts, Level::And, " and "),
            Filter::Or(parts) => joined(parts, Level::Or, " or "),
            Filter::Not(part) => Ok(negated(&self.filter(part, depth + 1)?)),
            Filter::Exists { path, is_negated } => {
                let path = self.relative(path)?;
                let exists = Jsonata::single(format!("$exists({})", path.text), Shape::Boolean);
                Ok(if *is_negated { negated(&exists) } else { exists })
            }
            Filter::Compare { left, operator, right } => self.comparison(left, *operator, right),
        }
    }

    fn comparison(
        &mut self,
        left: &Operand,
        operator: Operator,
        right: &Operand,
    ) -> Result<Jsonata, Unsupported> {
        let has_number =
            [left, right].iter().any(|operand| matches!(operand, Operand::Literal(json::Value::Number(_))));
        let is_text = matches!(right, Operand::Literal(json::Value::String(_)));
        let (left, right) = (self.operand(left)?, self.operand(right)?);
        let compared = |symbol: &str| {
            let text = format!("{} {symbol} {}", left.within(Level::Sum), right.within(Level::Sum));
            Jsonata::of_level(Level::Comparison, text, Shape::Boolean)
        };
        if matches!(operator, Operator::Equal | Operator::NotEqual) && has_number {
            self.notes.info("In a filter, JSONPath takes a number and the text of that number for equal; JSONata doesn't.");
        }
        Ok(match operator {
            Operator::Equal | Operator::SameTypeEqual => compared("="),
            Operator::NotEqual | Operator::SameTypeNotEqual => negated(&compared("=")),
            Operator::Less | Operator::LessOrEqual | Operator::Greater | Operator::GreaterOrEqual => {
                self.notes.changed("A filter that compares a text with a number fails in JSONata; in JSONPath it doesn't match.");
                compared(match operator {
                    Operator::Less => "<",
                    Operator::LessOrEqual => "<=",
                    Operator::Greater => ">",
                    _ => ">=",
                })
            }
            Operator::In => compared("in"),
            Operator::NotIn => negated(&compared("in")),
            Operator::Contains if is_text => Jsonata::single(
                format!(
                    "($type({0}) = 'array' ? {1} in {0} : $type({0}) = 'string' and $contains({0}, {1}))",
                    left.text, right.text
                ),
                Shape::Boolean,
            ),
            Operator::Contains => {
                let text = format!(
                    "$type({0}) = 'array' and {1} in {0}",
                    left.within(Level::Sum),
                    right.within(Level::Sum)
                );
                Jsonata::of_level(Level::And, text, Shape::Boolean)
            }
            _ => {
                return Err(Unsupported::new(
                    "JSONata has no exact counterpart of an operator of this filter.",
                ));
            }
        })
    }

    fn operand(&mut self, operand: &Operand) -> Result<Jsonata, Unsupported> {
        match operand {
            Operand::Path(path) => self.relative(path),
            Operand::Literal(value) => Ok(Data::Literal(value.clone()).to_jsonata()),
            Operand::Pattern(_) => Err(Unsupported::new(
                "The regular expression of the filter is Java's; write the one of JSONata by hand.",
            )),
        }
    }

    /// A path within a filter: from the item, or from the root of the data.
    fn relative(&self, path: &Steps) -> Result<Jsonata, Unsupported> {
        let mut data =
            if path.is_relative { Data::expression("$") } else { Data::Expression(self.root.to_jsonata()) };
        for step in &path.steps {
            data = match step {
                Step::Name(name) => data.member(&name.text),
                Step::Index(index) => data.item(*index),
                _ => {
                    return Err(Unsupported::new(
                        "JSONata has no exact counterpart of a path with several matches within a filter.",
                    ));
                }
            };
        }
        Ok(data.to_jsonata())
    }
}

pub(crate) fn negated(condition: &Jsonata) -> Jsonata {
    Jsonata::single(format!("$not({})", condition.text), Shape::Boolean)
}

/// An object with those of its members that have one of the names.
fn picked(object: &Jsonata, names: &[expr::path::Name]) -> Jsonata {
    Jsonata::single(picked_text(&object.text, names), Shape::Object)
}

fn picked_text(object: &str, names: &[expr::path::Name]) -> String {
    let names: Vec<String> = names.iter().map(|name| text_literal(&name.text)).collect();
    format!("$merge([$sift({object}, function($value, $name) {{ $name in [{}] }})])", names.join(", "))
}
