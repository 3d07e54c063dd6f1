//! One state, from JSONata to JSONPath.

mod condition;
mod expression;

use asl::edit::MemberEdits;
use asl::forms::expression_text;
use asl::{State, StateType};
use json::{Map, NodeId, NodeKind, Tree, Value};

use crate::notes::{Notes, Unsupported};
use crate::state::{INNER_PATH_FIELDS, PATH_FIELDS};
use expression::{Root, Roots, Source, Step, Term, member_of, path_text, template_of, term_of_value};

/// Fields of JSONPath that have no effect now and would come into force.
const JSONPATH_FIELDS: [&str; 7] =
    ["InputPath", "Parameters", "ResultSelector", "ResultPath", "OutputPath", "ItemsPath", "Result"];

const INPUT: Roots = Roots { input: Some("$"), result: None, error: None };
const RESULT: Roots = Roots { input: None, result: Some("$"), error: None };

/// How many levels of a place in the input a result may be put at.
const MAX_PLACE: usize = 16;

/// Converts the fields of a state. The edits of a state that can't be converted are to be dropped.
pub(crate) fn convert<'d>(
    state: State<'d>,
    edits: &mut MemberEdits<'d>,
    notes: &mut Notes,
) -> Result<(), Unsupported> {
    let node = state.node().ok_or_else(|| Unsupported::new("The state is no object."))?;
    let state_type = state.state_type().ok_or_else(|| Unsupported::new("The state has no type."))?;
    let tree = state.document().tree();
    let mut converter = Converter { state, tree, node, state_type, edits, notes };
    converter.check_members()?;
    converter.all()
}

struct Converter<'c, 'd> {
    state: State<'d>,
    tree: &'d Tree,
    node: NodeId,
    state_type: StateType,
    edits: &'c mut MemberEdits<'d>,
    notes: &'c mut Notes,
}

/// What an Output comes to.
enum Output {
    /// What there is without one.
    Whole,
    /// The state's input, and a part of it.
    Input(Vec<Step>),
    /// A part of the result, or something beside it.
    Path(String),
    /// The input with something at a place in it.
    Merged {
        place: String,
        term: Box<MergedTerm>,
    },
    Term(Term),
}

/// What is put at a place of the input.
enum MergedTerm {
    /// The result as it is, or the input of a Pass state.
    Whole,
    /// Another part of the input.
    Path(String),
    Term(Term),
}

impl<'d> Converter<'_, 'd> {
    fn check_members(&mut self) -> Result<(), Unsupported> {
        let mut names: Vec<String> =
            self.tree.members(self.node).map(|member| member.name.into_owned()).collect();
        let count = names.len();
        names.sort_unstable();
        names.dedup();
        if names.len() < count {
            return Err(Unsupported::new("The state has a field twice."));
        }
        match JSONPATH_FIELDS.into_iter().find(|field| self.state.field(field).is_some()) {
            Some(field) => {
                Err(Unsupported::new(format!("The state has {field} already, a field of JSONPath.")))
            }
            None => Ok(()),
        }
    }

    fn all(&mut self) -> Result<(), Unsupported> {
        for (path, field) in PATH_FIELDS {
            self.path_field(self.node, field, field, path)?;
        }
        self.template_in_place(self.node, "Credentials", "Credentials", INPUT)?;
        match self.state_type {
            StateType::Task | StateType::Parallel => {
                self.arguments()?;
                self.result()?;
            }
            StateType::Map => {
                self.map()?;
                self.result()?;
            }
            StateType::Pass => self.pass()?,
            StateType::Choice => self.choice()?,
            StateType::Wait | StateType::Succeed => {
                self.template_in_place(self.node, "Assign", "Assign", INPUT)?;
                self.output_path_only()?;
            }
            StateType::Fail => {}
        }
        self.catchers()
    }

    fn member(&self, object: NodeId, name: &str) -> Option<NodeId> {
        self.tree.parent(self.tree.get(object, name)?)
    }

    /// Makes the notes that follow ones about a field.
    fn at(&mut self, field: &str, node: NodeId) {
        self.notes.at(field, self.tree.span(node));
    }

    /// A field with an expression becomes the field with `Path`.
    fn path_field(
        &mut self,
        object: NodeId,
        location: &str,
        field: &str,
        path_field: &str,
    ) -> Result<(), Unsupported> {
        let Some(node) = self.tree.get(object, field) else { return Ok(()) };
        let Some(text) = self.tree.as_str(node) else { return Ok(()) };
        let Some(source) = Source::of(&text) else { return Ok(()) };
        self.at(location, node);
        let source = source?;
        let takes_calls = matches!(field, "Error" | "Cause");
        let text = match source.term(source.root(), INPUT, self.notes)? {
            Term::Path(text) => text,
            Term::Call(text) if takes_calls => text,
            Term::Literal(value) => {
                self.edits.set(node, value);
                return Ok(());
            }
            _ => return Err(Unsupported::new(format!("{path_field} takes nothing but a path."))),
        };
        if let Some(member) = self.tree.parent(node) {
            self.edits.replace(member, path_field, Value::from(text));
        }
        Ok(())
    }

    /// Converts a template where it stands, under another name perhaps.
    fn template_in_place(
        &mut self,
        object: NodeId,
        field: &str,
        new_name: &str,
        roots: Roots,
    ) -> Result<bool, Unsupported> {
        let Some(node) = self.tree.get(object, field) else { return Ok(false) };
        self.at(field, node);
        if self.tree.kind(node) == NodeKind::Object {
            self.template(node, field, roots, 0)?;
            if let (true, Some(member)) = (field != new_name, self.tree.parent(node)) {
                self.edits.rename(member, new_name);
            }
            return Ok(true);
        }
        let term = term_of_value(&self.tree.value(node), roots, self.notes, 0)?;
        let value = template_of(&term)
            .ok()
            .filter(|value| value.as_object().is_some())
            .ok_or_else(|| Unsupported::new(format!("{field} has to be an object in JSONPath.")))?;
        if let Some(member) = self.tree.parent(node) {
            self.edits.replace(member, new_name, value);
        }
        Ok(true)
    }

    /// Converts the members of a template, each where it stands.
    fn template(
        &mut self,
        template: NodeId,
        field: &str,
        roots: Roots,
        depth: usize,
    ) -> Result<(), Unsupported> {
        if depth > 100 {
            return Err(expression::too_deep());
        }
        for member in self.tree.members(template) {
            let Some(value) = member.value else { continue };
            let inner = format!("{field}/{}", member.name);
            if self.tree.kind(value) == NodeKind::Object {
                if member.name.ends_with(".$") {
                    return Err(Unsupported::new(format!(
                        "The name {} would make its value a path in JSONPath.",
                        member.name
                    )));
                }
                self.template(value, &inner, roots, depth + 1)?;
                continue;
            }
            self.at(&inner, value);
            let known = self.tree.value(value);
            let term = term_of_value(&known, roots, self.notes, 0)?;
            let (name, value_now) = member_of(&member.name, &term)?;
            if value_now != known {
                self.edits.set(value, value_now);
            }
            if name != member.name {
                self.edits.rename(member.node, name);
            }
        }
        Ok(())
    }

    fn arguments(&mut self) -> Result<(), Unsupported> {
        let Some(node) = self.state.field("Arguments") else { return Ok(()) };
        self.at("Arguments", node);
        let text = self.tree.as_str(node);
        if let Some(source) = text.as_deref().and_then(Source::of) {
            let source = source?;
            if let Term::Path(path) = source.term(source.root(), INPUT, self.notes)? {
                if let Some(member) = self.tree.parent(node) {
                    match &*path {
                        "$" => self.edits.remove(member),
                        _ => self.edits.replace(member, "InputPath", Value::from(path)),
                    }
                }
                return Ok(());
            }
        }
        self.template_in_place(self.node, "Arguments", "Parameters", INPUT)?;
        Ok(())
    }

    /// Output and Assign of states that have a result.
    fn result(&mut self) -> Result<(), Unsupported> {
        let output = self.read_output(RESULT, Root::Result)?;
        let own = self.state.field("Output");
        let member = self.member(self.node, "Output");
        let is_object = own.is_some_and(|node| self.tree.kind(node) == NodeKind::Object);
        let mut assign_roots = RESULT;
        let mut fields: Vec<(&str, Value)> = Vec::new();
        match output {
            Output::Whole => {}
            Output::Input(steps) => {
                fields.push(("ResultPath", Value::Null));
                if !steps.is_empty() {
                    fields.push(("OutputPath", Value::from(self.input_path(steps)?)));
                }
            }
            Output::Path(path) => fields.push(("OutputPath", Value::from(path))),
            Output::Merged { place, term } => match *term {
                MergedTerm::Whole => fields.push(("ResultPath", Value::from(place))),
                MergedTerm::Path(_) => {
                    return Err(Unsupported::new(
                        "ResultPath puts the result into the input, not a part of it or of the input.",
                    ));
                }
                MergedTerm::Term(term) => {
                    if self.assign_reads_result() {
                        return Err(self.both());
                    }
                    fields.push(("ResultSelector", object_template(&term)?));
                    fields.push(("ResultPath", Value::from(place)));
                }
            },
            Output::Term(term) => {
                let reads_result = self.assign_reads_result();
                if is_object && !reads_result {
                    self.template_in_place(self.node, "Output", "ResultSelector", RESULT)?;
                    self.template_in_place(self.node, "Assign", "Assign", RESULT)?;
                    return Ok(());
                }
                match object_template(&term) {
                    Ok(template) if !reads_result => fields.push(("ResultSelector", template)),
                    _ => {
                        let (name, value) = member_of("output", &term)?;
                        let mut selector = Map::new();
                        selector.insert(name, value);
                        if reads_result {
                            selector.insert("result.$", Value::from("$"));
                            assign_roots = Roots { result: Some("$.result"), ..RESULT };
                        }
                        fields.push(("ResultSelector", Value::object(selector)));
                        fields.push(("OutputPath", Value::from("$.output")));
                    }
                }
            }
        }
        self.put(member, fields);
        self.template_in_place(self.node, "Assign", "Assign", assign_roots)?;
        Ok(())
    }

    fn both(&self) -> Unsupported {
        Unsupported::new(
            "Output and Assign both read the result; in JSONPath, Assign sees what ResultSelector has left of it.",
        )
    }

    /// Whether Assign, which sees the result after ResultSelector, needs it as it came.
    fn assign_reads_result(&mut self) -> bool {
        let Some(node) = self.state.field("Assign") else { return false };
        let value = self.tree.value(node);
        let mut notes = self.notes.scratch();
        term_of_value(&value, Roots::default(), &mut notes, 0).is_err()
    }

    fn pass(&mut self) -> Result<(), Unsupported> {
        let output = self.read_output(INPUT, Root::Input)?;
        let own = self.state.field("Output");
        let member = self.member(self.node, "Output");
        let is_object = own.is_some_and(|node| self.tree.kind(node) == NodeKind::Object);
        let reads_input = self.assign_reads_result();
        let mut assign_roots = INPUT;
        let mut fields: Vec<(&str, Value)> = Vec::new();
        match output {
            Output::Whole => {}
            Output::Input(steps) => fields.push(("OutputPath", Value::from(self.input_path(steps)?))),
            Output::Path(path) => fields.push(("OutputPath", Value::from(path))),
            Output::Merged { place, term } => {
                match *term {
                    MergedTerm::Whole => {}
                    _ if reads_input => return Err(self.both_of_pass()),
                    MergedTerm::Path(path) => fields.push(("InputPath", Value::from(path))),
                    MergedTerm::Term(Term::Literal(value)) => fields.push(("Result", value)),
                    MergedTerm::Term(term) => fields.push(("Parameters", object_template(&term)?)),
                }
                fields.push(("ResultPath", Value::from(place)));
            }
            Output::Term(Term::Literal(value)) if !reads_input => {
                if own.is_some_and(|node| self.tree.value(node) == value) {
                    if let Some(member) = member {
                        self.edits.rename(member, "Result");
                    }
                    self.template_in_place(self.node, "Assign", "Assign", INPUT)?;
                    return Ok(());
                }
                fields.push(("Result", value));
            }
            Output::Term(term) => {
                if is_object && !reads_input {
                    self.template_in_place(self.node, "Output", "Parameters", INPUT)?;
                    self.template_in_place(self.node, "Assign", "Assign", INPUT)?;
                    return Ok(());
                }
                match object_template(&term) {
                    Ok(template) if !reads_input => fields.push(("Parameters", template)),
                    _ => {
                        let (name, value) = member_of("output", &term)?;
                        let mut parameters = Map::new();
                        parameters.insert(name, value);
                        if reads_input {
                            parameters.insert("input.$", Value::from("$"));
                            assign_roots = Roots { input: Some("$.input"), ..INPUT };
                        }
                        fields.push(("Parameters", Value::object(parameters)));
                        fields.push(("OutputPath", Value::from("$.output")));
                    }
                }
            }
        }
        self.put(member, fields);
        self.template_in_place(self.node, "Assign", "Assign", assign_roots)?;
        Ok(())
    }

    fn both_of_pass(&self) -> Unsupported {
        Unsupported::new(
            "Output puts something into the input while Assign reads the input; in JSONPath, Assign sees only what is put there.",
        )
    }

    /// Puts fields in the place of Output; without any, Output goes.
    fn put(&mut self, member: Option<NodeId>, fields: Vec<(&str, Value)>) {
        let Some(member) = member else { return };
        let mut fields = fields.into_iter();
        match fields.next() {
            None => self.edits.remove(member),
            Some((name, value)) => self.edits.replace(member, name, value),
        }
        for (name, value) in fields {
            self.edits.add(self.node, self.member(self.node, "Type"), name, value);
        }
    }

    /// The output of states that can only select.
    fn output_path_only(&mut self) -> Result<(), Unsupported> {
        let member = self.member(self.node, "Output");
        let path = match self.read_output(INPUT, Root::Input)? {
            Output::Whole => None,
            Output::Input(steps) => Some(self.input_path(steps)?),
            Output::Path(path) => Some(path),
            _ => {
                return Err(Unsupported::new(format!(
                    "A {} state in JSONPath passes on a part of its input, and makes nothing new: a Pass state can.",
                    self.state_type.name()
                )));
            }
        };
        self.put(member, path.map(|path| ("OutputPath", Value::from(path))).into_iter().collect());
        Ok(())
    }

    fn input_path(&mut self, steps: Vec<Step>) -> Result<String, Unsupported> {
        path_text(&expression::DataPath { root: Root::Input, steps }, INPUT, self.notes)
    }

    /// What the field Output comes to, where `whole` is what there is without it.
    fn read_output(&mut self, roots: Roots, whole: Root) -> Result<Output, Unsupported> {
        let Some(node) = self.state.field("Output") else { return Ok(Output::Whole) };
        self.at("Output", node);
        let value = self.tree.value(node);
        let source = match value.as_str().and_then(Source::of) {
            Some(source) => source?,
            None => return Ok(Output::Term(term_of_value(&value, roots, self.notes, 0)?)),
        };
        if let Some(path) = source.path(source.root())? {
            return Ok(match path.root {
                root if root == whole && path.steps.is_empty() => Output::Whole,
                Root::Input => Output::Input(path.steps),
                _ => Output::Path(path_text(&path, roots, self.notes)?),
            });
        }
        if let Some((place, term)) = self.merged(&source, source.root(), &[], &whole)? {
            return Ok(Output::Merged { place, term: Box::new(term) });
        }
        Ok(Output::Term(source.term(source.root(), roots, self.notes)?))
    }

    /// `$merge([$states.input, {"a": …}])`: the place in the input, and what is put there.
    fn merged(
        &mut self,
        source: &Source,
        id: jsonata::AstId,
        place: &[Step],
        whole: &Root,
    ) -> Result<Option<(String, MergedTerm)>, Unsupported> {
        if place.len() > MAX_PLACE {
            return Err(expression::too_deep());
        }
        let (_, node) = source.inner(id)?;
        let Some(("merge", [list])) = source.call(node) else { return Ok(None) };
        let jsonata::AstKind::Array(parts) = &source.inner(*list)?.1.kind else { return Ok(None) };
        let [base, added] = parts.as_slice() else { return Ok(None) };
        let is_input = source
            .path(*base)?
            .is_some_and(|path| path.root == Root::Input && path.steps.as_slice() == place);
        let jsonata::AstKind::Object(pairs) = &source.inner(*added)?.1.kind else { return Ok(None) };
        let (true, [(key, value)]) = (is_input, pairs.as_slice()) else { return Ok(None) };
        let jsonata::AstKind::String(name) = &source.inner(*key)?.1.kind else { return Ok(None) };
        let mut inner = place.to_vec();
        inner.push(Step::Name(name.clone()));
        if let Some(found) = self.merged(source, *value, &inner, whole)? {
            return Ok(Some(found));
        }
        let mut quiet = self.notes.scratch();
        let place = path_text(&expression::DataPath { root: Root::Input, steps: inner }, INPUT, &mut quiet)?;
        let term = match source.path(*value)? {
            Some(path) if path.root == *whole && path.steps.is_empty() => MergedTerm::Whole,
            Some(path) => {
                let roots = if *whole == Root::Input { INPUT } else { RESULT };
                MergedTerm::Path(path_text(&path, roots, self.notes)?)
            }
            None => {
                let roots = Roots {
                    error: (*whole == Root::Error).then_some("$"),
                    ..if *whole == Root::Input { INPUT } else { RESULT }
                };
                MergedTerm::Term(source.term(*value, roots, self.notes)?)
            }
        };
        Ok(Some((place, term)))
    }

    fn choice(&mut self) -> Result<(), Unsupported> {
        self.output_path_of_choice()?;
        self.template_in_place(self.node, "Assign", "Assign", INPUT)?;
        let rules: Vec<NodeId> =
            self.state.field("Choices").into_iter().flat_map(|list| self.tree.items(list)).collect();
        for (position, rule) in rules.into_iter().enumerate() {
            let field = format!("Choices[{position}]");
            self.at(&field, rule);
            if self.tree.get(rule, "Output").is_some() {
                return Err(Unsupported::new("A rule has no output of its own in JSONPath."));
            }
            let Some(node) = self.tree.get(rule, "Condition") else {
                return Err(Unsupported::new("The rule has no condition."));
            };
            let condition = match self.tree.value(node) {
                Value::Bool(always) => {
                    let mut condition = Map::new();
                    condition.insert("Variable", Value::from("$"));
                    condition.insert("IsPresent", Value::from(always));
                    condition
                }
                value => match value.as_str().and_then(Source::of) {
                    Some(source) => condition::rule(&source?, self.notes)?,
                    None => return Err(Unsupported::new("The condition is no expression.")),
                },
            };
            self.template_in_place(rule, "Assign", "Assign", INPUT)?;
            let Some(member) = self.tree.parent(node) else { continue };
            let mut fields = condition.iter();
            if let Some((name, value)) = fields.next() {
                self.edits.replace(member, &**name, value.clone());
            }
            for (name, value) in fields {
                self.edits.add(rule, Some(member), &**name, value.clone());
            }
        }
        Ok(())
    }

    fn output_path_of_choice(&mut self) -> Result<(), Unsupported> {
        let member = self.member(self.node, "Output");
        match self.read_output(INPUT, Root::Input)? {
            Output::Whole => {
                self.put(member, Vec::new());
                Ok(())
            }
            _ => Err(Unsupported::new(
                "Output is for the default way alone; in JSONPath, OutputPath is for all ways.",
            )),
        }
    }

    fn map(&mut self) -> Result<(), Unsupported> {
        if let Some(node) = self.state.field("Items") {
            self.at("Items", node);
            let path = match self.tree.as_str(node).as_deref().and_then(Source::of) {
                Some(source) => {
                    let source = source?;
                    source.term(source.root(), INPUT, self.notes)?
                }
                None => Term::Literal(Value::Null),
            };
            let Term::Path(path) = path else {
                return Err(Unsupported::new(
                    "ItemsPath takes nothing but a path: a Pass state can make the list.",
                ));
            };
            if let Some(member) = self.tree.parent(node) {
                match &*path {
                    "$" => self.edits.remove(member),
                    _ => self.edits.replace(member, "ItemsPath", Value::from(path)),
                }
            }
        }
        self.template_in_place(self.node, "ItemSelector", "ItemSelector", INPUT)?;
        for part in ["ItemReader", "ItemBatcher", "ResultWriter"] {
            let Some(node) = self.state.field(part).filter(|node| self.tree.kind(*node) == NodeKind::Object)
            else {
                continue;
            };
            self.template_in_place(node, "Arguments", "Parameters", INPUT)?;
            self.template_in_place(node, "BatchInput", "BatchInput", INPUT)?;
            let config = self.tree.get(node, "ReaderConfig");
            for object in std::iter::once(node).chain(config) {
                for (path, field) in INNER_PATH_FIELDS {
                    self.path_field(object, &format!("{part}/{field}"), field, path)?;
                }
                for member in self.tree.members(object) {
                    let is_known = matches!(&*member.name, "Arguments" | "BatchInput" | "ReaderConfig")
                        || INNER_PATH_FIELDS.iter().any(|(_, field)| *field == member.name);
                    if let (false, Some(value)) = (is_known, member.value)
                        && has_expression(&self.tree.value(value))
                    {
                        self.at(&format!("{part}/{}", member.name), value);
                        return Err(Unsupported::new(format!(
                            "{} can't be computed in JSONPath.",
                            member.name
                        )));
                    }
                }
            }
        }
        Ok(())
    }

    fn catchers(&mut self) -> Result<(), Unsupported> {
        if !self.state_type.handles_errors() {
            return Ok(());
        }
        let catchers: Vec<NodeId> =
            self.state.field("Catch").into_iter().flat_map(|list| self.tree.items(list)).collect();
        let roots = Roots { error: Some("$"), ..Roots::default() };
        for (position, catcher) in catchers.into_iter().enumerate() {
            let field = format!("Catch[{position}]");
            self.at(&field, catcher);
            self.template_in_place(catcher, "Assign", "Assign", roots)?;
            let Some(node) = self.tree.get(catcher, "Output") else { continue };
            let Some(member) = self.tree.parent(node) else { continue };
            self.at(&format!("{field}/Output"), node);
            let source = match self.tree.as_str(node).as_deref().and_then(Source::of) {
                Some(source) => source?,
                None => return Err(only_places()),
            };
            match source.path(source.root())? {
                Some(path) if path.root == Root::Error && path.steps.is_empty() => self.edits.remove(member),
                Some(path) if path.root == Root::Input && path.steps.is_empty() => {
                    self.edits.replace(member, "ResultPath", Value::Null);
                }
                _ => match self.merged(&source, source.root(), &[], &Root::Error)? {
                    Some((place, MergedTerm::Whole)) => {
                        self.edits.replace(member, "ResultPath", Value::from(place));
                    }
                    _ => return Err(only_places()),
                },
            }
        }
        Ok(())
    }
}

fn only_places() -> Unsupported {
    Unsupported::new(
        "A catcher in JSONPath passes on the error, or puts it at a place of the input; it makes nothing new.",
    )
}

/// A term as a template that is an object.
fn object_template(term: &Term) -> Result<Value, Unsupported> {
    let value = template_of(term)?;
    match value.as_object() {
        Some(_) => Ok(value),
        None => Err(Unsupported::new("A template has to be an object in JSONPath.")),
    }
}

fn has_expression(value: &Value) -> bool {
    let mut waiting = vec![value];
    while let Some(value) = waiting.pop() {
        waiting.extend(value.as_array().unwrap_or_default());
        waiting
            .extend(value.as_object().into_iter().flat_map(|members| members.iter()).map(|(_, value)| value));
        if value.as_str().is_some_and(|text| expression_text(text).is_some()) {
            return true;
        }
    }
    false
}
