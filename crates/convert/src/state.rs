//! One state, from JSONPath to JSONata.

use asl::edit::MemberEdits;
use asl::{State, StateType};
use expr::{Place, ReferencePath};
use json::{NodeId, NodeKind, Str, Tree, Value};

use crate::choice;
use crate::jsonata::{Data, Jsonata, payload};
use crate::notes::{Notes, Unsupported};
use crate::template;

/// `…Path` fields, and what takes their place in JSONata.
pub(crate) const PATH_FIELDS: [(&str, &str); 9] = [
    ("TimeoutSecondsPath", "TimeoutSeconds"),
    ("HeartbeatSecondsPath", "HeartbeatSeconds"),
    ("SecondsPath", "Seconds"),
    ("TimestampPath", "Timestamp"),
    ("ErrorPath", "Error"),
    ("CausePath", "Cause"),
    ("MaxConcurrencyPath", "MaxConcurrency"),
    ("ToleratedFailureCountPath", "ToleratedFailureCount"),
    ("ToleratedFailurePercentagePath", "ToleratedFailurePercentage"),
];

/// The same within ItemReader, ItemBatcher and their like.
pub(crate) const INNER_PATH_FIELDS: [(&str, &str); 3] = [
    ("MaxItemsPath", "MaxItems"),
    ("MaxItemsPerBatchPath", "MaxItemsPerBatch"),
    ("MaxInputBytesPerBatchPath", "MaxInputBytesPerBatch"),
];

/// How deep a result may nest; writing it follows it. Templates have a limit of their own.
const MAX_DEPTH: u32 = 256;

/// Converts the fields of a state. The edits of a state that can't be converted are to be dropped.
pub(crate) fn convert<'d>(
    state: State<'d>,
    edits: &mut MemberEdits<'d>,
    notes: &mut Notes,
) -> Result<(), Unsupported> {
    let node = state.node().ok_or_else(|| Unsupported::new("The state is no object."))?;
    let state_type = state.state_type().ok_or_else(|| Unsupported::new("The state has no type."))?;
    let mut converter =
        Converter { state, tree: state.document().tree(), node, state_type, edits, notes, has_output: false };
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
    /// Whether a field was made the Output already.
    has_output: bool,
}

impl<'d> Converter<'_, 'd> {
    /// An object with two members of a name is for its author to sort out.
    fn check_members(&mut self) -> Result<(), Unsupported> {
        let mut names: Vec<String> =
            self.tree.members(self.node).map(|member| member.name.into_owned()).collect();
        let count = names.len();
        names.sort_unstable();
        names.dedup();
        if names.len() < count {
            return Err(Unsupported::new("The state has a field twice."));
        }
        // They have no effect in JSONPath, and would come into force.
        if let Some(field) =
            ["Arguments", "Output", "Items"].into_iter().find(|field| self.state.field(field).is_some())
        {
            return Err(Unsupported::new(format!("The state has {field} already, a field of JSONata.")));
        }
        Ok(())
    }

    fn all(&mut self) -> Result<(), Unsupported> {
        let input = self.path("InputPath", &Data::expression("$states.input"))?;
        for (path, field) in PATH_FIELDS {
            self.path_field(self.node, path, path, field, &input)?;
        }
        self.template_in_place(self.node, "Credentials", "Credentials", &input)?;
        match self.state_type {
            StateType::Task | StateType::Parallel => {
                self.arguments(&input)?;
                self.result(Data::expression("$states.result"))?;
            }
            StateType::Map => {
                self.map(&input)?;
                self.result(Data::expression("$states.result"))?;
            }
            StateType::Pass => self.pass(&input)?,
            StateType::Choice => self.choice(&input)?,
            StateType::Wait | StateType::Succeed => {
                let output = self.path("OutputPath", &input)?;
                self.template_in_place(self.node, "Assign", "Assign", &input)?;
                self.output(&output, "$states.input", &["OutputPath", "InputPath"])?;
            }
            StateType::Fail => {
                for field in ["Error", "Cause"] {
                    if let Some(value) = self.state.field(field) {
                        template::literal(self.tree, value, self.edits);
                    }
                }
            }
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

    /// `InputPath`, `OutputPath`.
    fn path(&mut self, field: &str, root: &Data) -> Result<Data, Unsupported> {
        let Some(node) = self.state.field(field) else { return Ok(root.clone()) };
        self.at(field, node);
        match self.tree.value(node) {
            Value::Null => Ok(Data::Literal(Value::object(json::Map::new()))),
            Value::String(text) if &*text == "$" => Ok(root.clone()),
            Value::String(text) => template::expression(&text, root, self.notes),
            _ => Err(Unsupported::new("The path is no text.")),
        }
    }

    /// A `…Path` field becomes the field without `Path`, with an expression.
    fn path_field(
        &mut self,
        object: NodeId,
        location: &str,
        path: &str,
        field: &str,
        input: &Data,
    ) -> Result<(), Unsupported> {
        let Some(node) = self.tree.get(object, path) else { return Ok(()) };
        self.at(location, node);
        let text = self.tree.as_str(node).ok_or_else(|| Unsupported::new("The path is no text."))?;
        let value = template::expression(&text, input, self.notes)?.to_jsonata();
        match field {
            "Timestamp" => {}
            "Error" | "Cause" => {
                self.notes.info("The value has to be a text now; other values were written as JSON before.");
            }
            _ => self
                .notes
                .info("The value has to be a number now; a text of digits was taken for one before."),
        }
        if let Some(member) = self.tree.parent(node) {
            self.edits.replace(member, field, payload(&value));
        }
        Ok(())
    }

    /// Converts a template where it stands, under another name perhaps.
    fn template_in_place(
        &mut self,
        object: NodeId,
        field: &str,
        new_name: &str,
        root: &Data,
    ) -> Result<bool, Unsupported> {
        let Some(node) = self.tree.get(object, field) else { return Ok(false) };
        self.at(field, node);
        template::check(&self.tree.value(node))?;
        template::edit(self.tree, node, root, field, self.edits, self.notes)?;
        if let (true, Some(member)) = (field != new_name, self.tree.parent(node)) {
            self.edits.rename(member, new_name);
        }
        Ok(true)
    }

    /// A template as data, which is not to stay where it is.
    fn template(&mut self, field: &str, root: &Data) -> Result<Option<Data>, Unsupported> {
        let Some(node) = self.state.field(field) else { return Ok(None) };
        self.at(field, node);
        let value = self.tree.value(node);
        template::check(&value)?;
        template::data(&value, root, self.notes).map(Some)
    }

    fn arguments(&mut self, input: &Data) -> Result<(), Unsupported> {
        let has_arguments = self.template_in_place(self.node, "Parameters", "Arguments", input)?;
        let Some(member) = self.member(self.node, "InputPath") else { return Ok(()) };
        if has_arguments || input.is("$states.input") {
            self.edits.remove(member);
        } else {
            self.edits.replace(member, "Arguments", input.to_payload());
        }
        Ok(())
    }

    /// ResultSelector, ResultPath and OutputPath become Output; Assign sees what ResultSelector gives.
    fn result(&mut self, result: Data) -> Result<(), Unsupported> {
        let selected = self.template("ResultSelector", &result)?.unwrap_or_else(|| result.clone());
        self.template_in_place(self.node, "Assign", "Assign", &selected)?;
        let selects_only = self.is_whole("ResultPath") && self.is_whole("OutputPath");
        if selects_only && self.template_in_place(self.node, "ResultSelector", "Output", &result)? {
            self.has_output = true;
        }
        let combined = self.result_path(self.state.field("ResultPath"), selected)?;
        let output = self.path("OutputPath", &combined)?;
        self.output(&output, "$states.result", &["ResultSelector", "ResultPath", "OutputPath"])
    }

    fn is_whole(&self, field: &str) -> bool {
        self.state.field(field).is_none_or(|node| self.tree.as_str(node).as_deref() == Some("$"))
    }

    /// The state's input with a result in its place.
    fn result_path(&mut self, path: Option<NodeId>, result: Data) -> Result<Data, Unsupported> {
        let input = Jsonata::single("$states.input", crate::jsonata::Shape::Any);
        let Some(node) = path else { return Ok(result) };
        self.at("ResultPath", node);
        let text = match self.tree.value(node) {
            Value::Null => return Ok(Data::Expression(input)),
            Value::String(text) => text,
            _ => return Err(Unsupported::new("The path is no text.")),
        };
        let path = ReferencePath::parse(&text)
            .map_err(|error| Unsupported::new(format!("The path can't be read: {}", error.message)))?;
        if path.is_root() {
            return Ok(result);
        }
        let mut place: Vec<Str> = Vec::with_capacity(path.places().len());
        for step in path.places() {
            match step {
                Place::Member(name) => place.push(name.clone()),
                Place::Item(_) => {
                    return Err(Unsupported::new(
                        "JSONata has no simple way to replace an item of an array, as this ResultPath does.",
                    ));
                }
            }
        }
        Ok(Data::Merged { base: input, place, value: Box::new(result) })
    }

    /// Puts the output in the place of the first of some fields and removes the others.
    fn output(&mut self, output: &Data, default: &str, fields: &[&str]) -> Result<(), Unsupported> {
        let mut members: Vec<NodeId> =
            fields.iter().filter_map(|field| self.member(self.node, field)).collect();
        members.sort_by_key(|member| self.tree.span(*member).start);
        if self.has_output {
            // The field that became the output is one of them.
            let kept = self.tree.get(self.node, fields.first().copied().unwrap_or_default());
            let kept = kept.and_then(|node| self.tree.parent(node));
            members.retain(|member| Some(*member) != kept);
        } else if !output.is(default) {
            if is_merged_of_missing(output) {
                self.notes.changed(
                    "Where a path finds nothing, its member is now left out; in JSONPath the state failed.",
                );
            }
            let payload = output.to_payload();
            if members.is_empty() {
                self.edits.add(self.node, self.member(self.node, "Type"), "Output", payload);
            } else {
                self.edits.replace(members.remove(0), "Output", payload);
            }
        }
        members.into_iter().for_each(|member| self.edits.remove(member));
        Ok(())
    }

    fn pass(&mut self, input: &Data) -> Result<(), Unsupported> {
        let result = self.state.value("Result");
        if result.as_ref().is_some_and(|result| result.depth() > MAX_DEPTH) {
            return Err(Unsupported::new("The result is nested too deeply."));
        }
        let parameters = match result {
            Some(_) => None,
            None => self.template("Parameters", input)?,
        };
        let result = match (&result, parameters) {
            (Some(result), _) => Data::Literal(result.clone()),
            (None, Some(parameters)) => parameters,
            (None, None) => input.clone(),
        };
        self.template_in_place(self.node, "Assign", "Assign", &result)?;
        let source = if self.state.field("Result").is_some() { "Result" } else { "Parameters" };
        if self.is_whole("ResultPath")
            && self.is_whole("OutputPath")
            && let Some(node) = self.state.field(source)
        {
            if source == "Result" {
                template::literal(self.tree, node, self.edits);
                if let Some(member) = self.tree.parent(node) {
                    self.edits.rename(member, "Output");
                }
            } else {
                self.template_in_place(self.node, source, "Output", input)?;
            }
            self.has_output = true;
        }
        let combined = self.result_path(self.state.field("ResultPath"), result)?;
        let output = self.path("OutputPath", &combined)?;
        let other = if source == "Result" { "Parameters" } else { "Result" };
        self.output(&output, "$states.input", &[source, other, "ResultPath", "OutputPath", "InputPath"])
    }

    fn choice(&mut self, input: &Data) -> Result<(), Unsupported> {
        let output = self.path("OutputPath", input)?;
        self.template_in_place(self.node, "Assign", "Assign", input)?;
        let rules: Vec<NodeId> =
            self.state.field("Choices").into_iter().flat_map(|list| self.tree.items(list)).collect();
        for (position, rule) in rules.into_iter().enumerate() {
            let field = format!("Choices[{position}]");
            self.at(&field, rule);
            let value = self.tree.value(rule);
            expr::ChoiceRule::compile(&value).map_err(|problems| {
                let message = problems.first().map(|problem| problem.message.clone()).unwrap_or_default();
                Unsupported::new(format!("The rule can't be read: {message}."))
            })?;
            let condition = choice::condition(&value, input, self.notes)?;
            let mut members: Vec<NodeId> = self
                .tree
                .members(rule)
                .filter(|member| {
                    matches!(&*member.name, "Variable" | "And" | "Or" | "Not")
                        || expr::choice::OPERATORS.contains(&&*member.name)
                })
                .map(|member| member.node)
                .collect();
            if members.is_empty() {
                return Err(Unsupported::new("The rule has no operator."));
            }
            self.edits.replace(members.remove(0), "Condition", payload(&condition));
            members.into_iter().for_each(|member| self.edits.remove(member));
            self.template_in_place(rule, "Assign", "Assign", input)?;
            if !output.is("$states.input") {
                self.edits.add(rule, None, "Output", output.to_payload());
            }
        }
        self.output(&output, "$states.input", &["OutputPath", "InputPath"])
    }

    fn map(&mut self, input: &Data) -> Result<(), Unsupported> {
        let reads_items = self.state.field("ItemReader").is_some();
        let items = match self.state.field("ItemsPath") {
            Some(node) => {
                self.at("ItemsPath", node);
                let text = self.tree.as_str(node).ok_or_else(|| Unsupported::new("The path is no text."))?;
                template::expression(&text, input, self.notes)?
            }
            None => input.clone(),
        };
        let members: Vec<NodeId> = ["ItemsPath", "InputPath"]
            .into_iter()
            .filter_map(|field| self.member(self.node, field))
            .collect();
        let mut members = members.into_iter();
        // Beside an ItemReader, ItemsPath has no effect.
        if !reads_items
            && !items.is("$states.input")
            && let Some(member) = members.next()
        {
            self.edits.replace(member, "Items", items.to_payload());
        }
        members.for_each(|member| self.edits.remove(member));
        if !self.template_in_place(self.node, "ItemSelector", "ItemSelector", input)? {
            self.template_in_place(self.node, "Parameters", "ItemSelector", input)?;
        }
        for part in ["ItemReader", "ItemBatcher", "ResultWriter"] {
            let Some(node) = self.state.field(part).filter(|node| self.tree.kind(*node) == NodeKind::Object)
            else {
                continue;
            };
            self.template_in_place(node, "Parameters", "Arguments", input)?;
            self.template_in_place(node, "BatchInput", "BatchInput", input)?;
            let config = self.tree.get(node, "ReaderConfig");
            for object in std::iter::once(node).chain(config) {
                for (path, field) in INNER_PATH_FIELDS {
                    self.path_field(object, &format!("{part}/{path}"), path, field, input)?;
                }
            }
        }
        Ok(())
    }

    fn catchers(&mut self) -> Result<(), Unsupported> {
        if !self.state_type.handles_errors() {
            return Ok(());
        }
        let error = Data::expression("$states.errorOutput");
        let catchers: Vec<NodeId> =
            self.state.field("Catch").into_iter().flat_map(|list| self.tree.items(list)).collect();
        let handlers = catchers
            .iter()
            .copied()
            .chain(self.state.field("Retry").into_iter().flat_map(|list| self.tree.items(list)));
        let catches_all = handlers.filter_map(|handler| self.tree.get(handler, "ErrorEquals")).any(|names| {
            self.tree.items(names).any(|name| {
                matches!(self.tree.as_str(name).as_deref(), Some("States.ALL" | "States.TaskFailed"))
            })
        });
        if catches_all {
            self.notes.at("", self.state.name_span());
            self.notes.changed("A path that finds nothing fails with States.QueryEvaluationError now, which States.ALL and States.TaskFailed match; before, it was States.Runtime, which nothing catches.");
        }
        for (position, catcher) in catchers.into_iter().enumerate() {
            self.at(&format!("Catch[{position}]"), catcher);
            self.template_in_place(catcher, "Assign", "Assign", &error)?;
            let Some(node) = self.tree.get(catcher, "ResultPath") else { continue };
            let output = self.result_path(Some(node), error.clone())?;
            let Some(member) = self.tree.parent(node) else { continue };
            if output.is("$states.errorOutput") {
                self.edits.remove(member);
            } else {
                self.edits.replace(member, "Output", output.to_payload());
            }
        }
        Ok(())
    }
}

/// Whether something that may be missing is merged: within an expression, it is then just left out.
fn is_merged_of_missing(data: &Data) -> bool {
    match data {
        Data::Merged { value, .. } => value.can_miss(),
        Data::Object(members) => members.iter().any(|(_, member)| is_merged_of_missing(member)),
        _ => false,
    }
}
