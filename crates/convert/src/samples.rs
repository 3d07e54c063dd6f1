//! Inputs and answers of tasks that a workflow can work with, made up from the paths that it reads.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::sync::Arc;

use asl::{Document, QueryLanguage, State, StateType};
use engine::mock::{MockAnswer, run_to_end};
use engine::{Budget, Execution, Machine, MockEntry, MockHost, Options, Status};
use expr::intrinsic::{Argument, Call, Function};
use expr::path::Step;
use expr::{Expression, Path, Place, ReferencePath};
use json::{Map, NodeId, NodeKind, Str, Tree, Value};

use crate::prove::{DATA_ERRORS, ProofCase};

/// How many cases are made up.
const CASES: usize = 4;
/// How many values of each hint are tried.
const VARIANTS: usize = 4;
/// More is not noted of what a workflow reads.
const MAX_NODES: usize = 20_000;
const MAX_STEPS: usize = 24;

/// Steps of the engine for trying out a case.
const TRIAL: Budget = Budget { steps: 20_000 };

/// Cases to run a workflow with, where nobody has given any: everything that a JSONPath state reads is
/// there, with values that its Choice rules ask for. The input and each task's answer are made alike.
/// Of several tries those are taken that the workflow can work with, as far as there are any.
pub fn samples(document: &Document) -> Vec<ProofCase> {
    let mut reader = Reader { tree: document.tree(), shape: Shape::default(), nodes: 0 };
    for state in document.states().filter(|state| state.language() == QueryLanguage::JsonPath) {
        if let Some(node) = state.node() {
            reader.object(node, 0);
        }
    }
    let shape = reader.shape;
    let tasks: Vec<State<'_>> =
        document.states().filter(|state| state.state_type() == Some(StateType::Task)).collect();
    let machine = Machine::compile(document).map(Arc::new).ok();
    let mut tried = Vec::new();
    for kind in [AnswerKind::ByPlace, AnswerKind::Object, AnswerKind::Array] {
        for takes_object in [true, false] {
            for variant in 0..VARIANTS {
                let case = case_of(&shape, &tasks, variant, kind, takes_object);
                tried.push((machine.as_ref().map(|machine| rank(machine, &case)), case));
            }
        }
    }
    // The sort is stable: of equals, the first stay.
    tried.sort_by_key(|(rank, _)| *rank);
    tried.truncate(CASES);
    let numbered = tried.into_iter().enumerate();
    numbered
        .map(|(number, (_, case))| ProofCase { name: format!("Made-up data {}", number + 1), ..case })
        .collect()
}

/// How useless a case is: one that the workflow can't work with proves little, the less the sooner it fails.
fn rank(machine: &Arc<Machine>, case: &ProofCase) -> (u32, Reverse<u64>) {
    let mut execution = Execution::start(machine.clone(), case.input.clone(), case.options.clone());
    run_to_end(&mut execution, &mut case.host.clone(), TRIAL);
    let progress = Reverse(execution.transitions());
    match execution.outcome() {
        Some(outcome) if outcome.status == Status::Succeeded => (0, Reverse(0)),
        Some(outcome) if outcome.error.as_deref().is_some_and(|error| DATA_ERRORS.contains(&error)) => {
            (2, progress)
        }
        _ => (1, Reverse(0)),
    }
}

fn case_of(
    shape: &Shape,
    tasks: &[State<'_>],
    variant: usize,
    kind: AnswerKind,
    takes_object: bool,
) -> ProofCase {
    // Loops that wait for something see it change.
    let answers = |task: State<'_>| -> Vec<MockEntry> {
        (variant..variant + VARIANTS)
            .map(|variant| MockEntry::new(MockAnswer::Return(answer(task, shape, variant, kind))))
            .collect()
    };
    let mut host = MockHost::default();
    host.scripts = Arc::new(tasks.iter().map(|task| (task.shared_name(), answers(*task))).collect());
    ProofCase {
        name: String::new(),
        input: shape.whole(variant, takes_object),
        host,
        options: Options::default(),
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum AnswerKind {
    /// An array where the place that it goes to is read as one.
    ByPlace,
    Object,
    Array,
}

/// An answer of a task: what is read at the place where it goes, and all that is read anywhere.
fn answer(task: State<'_>, shape: &Shape, variant: usize, kind: AnswerKind) -> Value {
    let path = task.string("ResultPath").and_then(|path| ReferencePath::parse(&path).ok());
    let places = path.as_ref().map(ReferencePath::places).unwrap_or_default();
    let place = places.iter().try_fold(shape, |shape, place| match place {
        Place::Member(name) => shape.members.get(name),
        Place::Item(_) => shape.item.as_deref(),
    });
    let place = place.unwrap_or(shape);
    let all = shape.whole(variant, true);
    if place.item.is_some()
        && kind != AnswerKind::Object
        && (place.members.is_empty() || kind == AnswerKind::Array)
    {
        return with_json(place.value(variant, false), &all);
    }
    let mut members = with_json(place.value(variant, true), &all).as_object().cloned().unwrap_or_default();
    add_missing(&mut members, &all);
    // What goes on to the next state has all of it.
    let output = task.string("OutputPath").and_then(|path| ReferencePath::parse(&path).ok());
    let names: Option<Vec<&Str>> = output.as_ref().and_then(|path| {
        let rest = path.places().strip_prefix(places).unwrap_or(path.places());
        rest.iter().map(|place| if let Place::Member(name) = place { Some(name) } else { None }).collect()
    });
    if let Some(names) = names {
        fill(&mut members, &names, &all);
    }
    // Responses that wrap what a function or an execution gave.
    for wrapper in ["Payload", "Output", "Body", "ResponseBody"] {
        if members.get(wrapper).is_none_or(|known| known.as_object().is_some()) {
            let mut inner = members.get(wrapper).and_then(Value::as_object).cloned().unwrap_or_default();
            add_missing(&mut inner, &all);
            members.insert(wrapper, Value::object(inner));
        } else if members
            .get(wrapper)
            .is_some_and(|known| known.as_str().is_some_and(|text| text.starts_with("value ")))
        {
            members.insert(wrapper, all.clone());
        }
    }
    Value::object(members)
}

/// A text that is to be read as JSON.
const JSON_TEXT: &str = "{json}";

/// Fills in the texts that are to be read as JSON.
fn with_json(value: Value, content: &Value) -> Value {
    match &value {
        Value::String(text) if &**text == JSON_TEXT => Value::from(content.to_text()),
        Value::Array(array) => {
            Value::array(array.items().iter().map(|item| with_json(item.clone(), content)).collect())
        }
        Value::Object(object) => Value::from_members(
            object.members().iter().map(|(name, member)| (name.clone(), with_json(member.clone(), content))),
        ),
        _ => value,
    }
}

/// Adds all that is missing to the object at the end of some names.
fn fill(members: &mut Map, names: &[&Str], all: &Value) {
    let Some((first, rest)) = names.split_first() else { return add_missing(members, all) };
    let mut inner = members.get(first).and_then(Value::as_object).cloned().unwrap_or_default();
    fill(&mut inner, rest, all);
    members.insert((*first).clone(), Value::object(inner));
}

fn add_missing(members: &mut Map, all: &Value) {
    for (name, value) in all.as_object().into_iter().flat_map(Map::iter) {
        if !members.contains_key(name) {
            members.insert(name.clone(), value.clone());
        }
    }
}

/// What is known of a place in the data.
#[derive(Default)]
struct Shape {
    hints: Vec<Value>,
    members: BTreeMap<Str, Shape>,
    item: Option<Box<Shape>>,
}

impl Shape {
    /// As [`Shape::value`], with texts of JSON filled in.
    fn whole(&self, variant: usize, prefers_object: bool) -> Value {
        let value = self.value(variant, prefers_object);
        let all = self.value(variant, true);
        with_json(value, &with_json(all, &Value::from_members([("a", Value::int(1))])))
    }

    /// A value of the shape. The root is an object even where it is read as an array as well, if asked for.
    fn value(&self, variant: usize, prefers_object: bool) -> Value {
        if let Some(item) = &self.item
            && (!prefers_object || self.members.is_empty())
        {
            let items = (0..3).map(|position| {
                let item_value = item.value(variant + position, true);
                if item.is_leaf() && item.hints.is_empty() {
                    self.members_only(variant + position)
                } else {
                    item_value
                }
            });
            return Value::array(items.collect());
        }
        if !self.members.is_empty() {
            return self.members_only(variant);
        }
        match self.hints.len() {
            0 => Value::from(format!("value {variant}")),
            count => self.hints.get(variant % count).cloned().unwrap_or_default(),
        }
    }

    fn is_leaf(&self) -> bool {
        self.members.is_empty() && self.item.is_none()
    }

    fn members_only(&self, variant: usize) -> Value {
        if self.members.is_empty() {
            return Value::from(format!("value {variant}"));
        }
        Value::from_members(
            self.members.iter().map(|(name, member)| (name.clone(), member.value(variant, false))),
        )
    }
}

struct Reader<'d> {
    tree: &'d Tree,
    shape: Shape,
    nodes: usize,
}

impl Reader<'_> {
    /// Notes the paths in the fields of an object and of what is in it, nested states left out.
    fn object(&mut self, node: NodeId, depth: usize) {
        if depth > 100 {
            return;
        }
        for item in self.tree.items(node).collect::<Vec<_>>() {
            self.object(item, depth + 1);
        }
        let members: Vec<(String, NodeId)> = self
            .tree
            .members(node)
            .filter_map(|member| Some((member.name.into_owned(), member.value?)))
            .collect();
        for (name, value) in &members {
            if matches!(name.as_str(), "States" | "Branches") {
                continue;
            }
            if self.tree.kind(*value) != NodeKind::String {
                self.object(*value, depth + 1);
                continue;
            }
            let Some(text) = self.tree.as_str(*value) else { continue };
            if !(text.starts_with('$') || text.starts_with("States.")) || name == "ResultPath" {
                continue;
            }
            let is_path = name.ends_with(".$") || name.ends_with("Path") || name == "Variable";
            if !is_path {
                continue;
            }
            let hints = match name.as_str() {
                "Variable" => compared_with(self.tree, &members),
                "SecondsPath" | "TimeoutSecondsPath" | "HeartbeatSecondsPath" | "MaxConcurrencyPath" => {
                    vec![Value::int(20)]
                }
                "TimestampPath" => vec![Value::from("2024-03-01T10:00:00Z")],
                name if name.starts_with("Numeric") => vec![Value::int(5), Value::int(3)],
                name if name.starts_with("Timestamp") => vec![Value::from("2024-03-01T10:00:00Z")],
                name if name.starts_with("Boolean") => vec![Value::Bool(true), Value::Bool(false)],
                _ => Vec::new(),
            };
            let is_array = name == "ItemsPath";
            match Expression::parse(&text) {
                Ok(Expression::Path(path)) => self.path(&path, &hints, is_array),
                Ok(Expression::Intrinsic(call)) => self.call(call.call()),
                Err(_) => {}
            }
        }
    }

    fn call(&mut self, call: &Call) {
        for (position, argument) in call.arguments.iter().enumerate() {
            let (mut hints, is_array) = wanted(call.function, position);
            if let (Function::StringSplit, 0, Some(Argument::Literal(separators))) =
                (call.function, position, call.arguments.get(1))
            {
                let separator = separators.as_str().and_then(|text| text.chars().next()).unwrap_or(',');
                hints = vec![Value::from(
                    ["a", "b", "c", "d", "e", "f", "g", "h", "i", "j"].join(&separator.to_string()),
                )];
            }
            match argument {
                Argument::Path(path) => self.path(path, &hints, is_array),
                Argument::Call(call) => self.call(call),
                Argument::Literal(_) | Argument::Template(_) => {}
            }
        }
    }

    /// Notes a path, and what is left of it where its first steps lead elsewhere: a ResultPath may have
    /// put data there.
    fn path(&mut self, path: &Path, hints: &[Value], is_array: bool) {
        let steps = path.steps();
        let steps = steps.get(..steps.len().min(MAX_STEPS)).unwrap_or_default();
        for start in 0..steps.len().max(1) {
            let rest = steps.get(start..).unwrap_or_default();
            if start > 0 && !matches!(rest.first(), Some(Step::Name(_))) {
                continue;
            }
            let mut place = &mut self.shape;
            for step in rest {
                self.nodes += 1;
                if self.nodes > MAX_NODES {
                    return;
                }
                place = match step {
                    Step::Name(name) => place.members.entry(name.text.clone()).or_default(),
                    Step::Names(names) => {
                        for name in names {
                            place.members.entry(name.text.clone()).or_default();
                        }
                        break;
                    }
                    Step::Function(_) => break,
                    Step::Scan => continue,
                    _ => place.item.get_or_insert_default(),
                };
            }
            if is_array {
                place.item.get_or_insert_default();
            }
            place.hints.extend(hints.iter().cloned());
        }
    }
}

/// Values that a rule is about: what it compares with first, then others of the type.
fn compared_with(tree: &Tree, members: &[(String, NodeId)]) -> Vec<Value> {
    for (name, value) in members {
        let value = tree.value(*value);
        let values = match name.as_str() {
            "StringMatches" => vec![Value::from(value.as_str().unwrap_or_default().replace('*', "x"))],
            "IsNull" => vec![Value::Null],
            "IsNumeric" => vec![Value::int(7)],
            "IsBoolean" => vec![Value::Bool(true)],
            "IsString" => vec![Value::from("text")],
            "IsTimestamp" => vec![Value::from("2024-03-01T10:00:00Z")],
            name if name.ends_with("Path") && name.starts_with("Numeric") => {
                vec![Value::int(3), Value::int(8)]
            }
            name if name.ends_with("Path") && name.starts_with("Timestamp") => {
                vec![Value::from("2024-03-01T10:00:00Z")]
            }
            name if name.ends_with("Path") && name.starts_with("Boolean") => vec![Value::Bool(true)],
            name if name.starts_with("Numeric") => {
                let number = value.as_f64().unwrap_or_default();
                vec![value, Value::float(number + 1.0), Value::float(number - 1.0)]
            }
            name if name.starts_with("Boolean") => vec![value, Value::Bool(true), Value::Bool(false)],
            name if name.starts_with("String") || name.starts_with("Timestamp") => vec![value],
            _ => continue,
        };
        return values;
    }
    Vec::new()
}

/// What a function takes in a place, and whether it is an array.
fn wanted(function: Function, position: usize) -> (Vec<Value>, bool) {
    let text = |text: &str| (vec![Value::from(text)], false);
    match (function, position) {
        (
            Function::ArrayContains
            | Function::ArrayGetItem
            | Function::ArrayLength
            | Function::ArrayPartition
            | Function::ArrayUnique,
            0,
        ) => (Vec::new(), true),
        (Function::ArrayGetItem | Function::ArrayPartition, _) => (vec![Value::int(1)], false),
        (Function::ArrayRange, 1) => (vec![Value::int(9)], false),
        (Function::ArrayRange | Function::MathAdd | Function::MathRandom, _) => {
            (vec![Value::int(1 + position as i64)], false)
        }
        (Function::Base64Decode, _) => text("aGVsbG8="),
        (Function::StringToJson, _) => (vec![Value::from(JSON_TEXT), Value::from("7")], false),
        (Function::JsonToString, _) => (vec![Value::from_members([("key", Value::from("value"))])], false),
        (Function::Base64Encode | Function::Hash, 0) => text("text"),
        (Function::Hash, _) => text("SHA-256"),
        (Function::JsonMerge, _) => (vec![Value::from_members([("merged", Value::Bool(true))])], false),
        _ => (Vec::new(), false),
    }
}
