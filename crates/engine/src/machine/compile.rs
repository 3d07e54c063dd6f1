//! From a document to a machine.

use std::sync::Arc;

use asl::{Document, QueryLanguage, State, StateType, Transition, TransitionKind};
use json::{Span, Str, Value};

use super::{
    BatcherDef, Body, Catcher, DataFlow, Distributed, Machine, MapDef, Next, Problem, ReaderDef, Resource,
    Retrier, RuleDef, ScopeDef, StateDef, TaskDef, WaitDef, WriterDef,
};
use crate::query::{Condition, Dynamic, Items, PathField, ResultPath, Template};

/// `MaxDelaySeconds`, `IntervalSeconds` and `MaxAttempts` where a retrier has none (AWS: error handling).
const DEFAULT_INTERVAL_SECONDS: f64 = 1.0;
const DEFAULT_MAX_ATTEMPTS: u32 = 3;
const DEFAULT_BACKOFF_RATE: f64 = 2.0;

impl Machine {
    /// Compiles a definition. Single states that do not compile are no error: they are listed in
    /// [`Machine::problems`] and fail when they are entered. An error is what leaves nothing to run.
    pub fn compile(document: &Document) -> Result<Machine, Vec<Problem>> {
        let whole = |message: &str| {
            vec![Problem { state: None, span: None, field: String::new(), message: message.to_owned() }]
        };
        if let Some(problem) = document.tree().problems().first() {
            return Err(vec![Problem {
                state: None,
                span: Some(problem.span),
                field: String::new(),
                message: problem.message.clone(),
            }]);
        }
        let Some(root) = document.machine() else {
            return Err(whole("The definition is no JSON object."));
        };
        if root.start().is_none() {
            let message = match root.start_at() {
                Some(name) => format!("StartAt names the state '{name}', which does not exist."),
                None => "The definition has no StartAt.".to_owned(),
            };
            return Err(whole(&message));
        }
        let mut problems = Vec::new();
        let scopes = document
            .scopes()
            .map(|scope| {
                let start = scope.start().map(State::id);
                if start.is_none() {
                    problems.push(Problem {
                        state: scope.owner().map(State::id),
                        span: Some(document.tree().span(scope.node())),
                        field: "StartAt".to_owned(),
                        message: "A branch or ItemProcessor has no state to start at.".to_owned(),
                    });
                }
                ScopeDef { role: scope.role(), owner: scope.owner().map(State::id), start }
            })
            .collect();
        let states = document
            .states()
            .map(|state| {
                let mut compiler = Compiler { state, problems: Vec::new() };
                let mut def = compiler.state();
                def.broken = compiler.problems.first().map(|problem| Str::from(problem.message.as_str()));
                problems.append(&mut compiler.problems);
                def
            })
            .collect();
        Ok(Machine {
            states,
            scopes,
            problems,
            timeout_seconds: root.value("TimeoutSeconds").and_then(|value| value.as_i64()),
            comment: root.string("Comment").map(|comment| Str::from(&*comment)),
            language: root.language(),
            text_len: document.text().len(),
        })
    }
}

/// The compilation of one state.
struct Compiler<'d> {
    state: State<'d>,
    problems: Vec<Problem>,
}

type TemplateResult = Result<Template, Vec<(String, String)>>;

/// How deep Parallel and Map states may be nested: what is around a failure is unwound by recursion.
const MAX_NESTING: usize = 64;

impl Compiler<'_> {
    fn state(&mut self) -> StateDef {
        let state = self.state;
        if state.depth() > MAX_NESTING {
            self.problem("Type", format!("The state is nested deeper than {MAX_NESTING} states."));
        }
        let state_type = state.state_type().unwrap_or_else(|| {
            let message = match state.string("Type") {
                Some(name) => format!("'{name}' is not a type of state."),
                None => "The state has no Type.".to_owned(),
            };
            self.problem("Type", message);
            StateType::Pass
        });
        let transitions = state.transitions();
        let next = match transitions.iter().find(|way| way.kind == TransitionKind::Next) {
            Some(way) => next_of(Some(way)),
            None if state_type == StateType::Choice => Next::End,
            None => next_of(None),
        };
        let data = self.data_flow(state_type);
        let body = self.body(state_type, &transitions);
        let (retry, catch) = match state_type.handles_errors() {
            true => (self.retriers(), self.catchers(&transitions)),
            false => (Vec::new(), Vec::new()),
        };
        StateDef {
            id: state.id(),
            name: state.shared_name(),
            state_type,
            scope: state.scope().id(),
            language: state.language(),
            next,
            data,
            body,
            retry,
            catch,
            broken: None,
        }
    }

    fn is_jsonata(&self) -> bool {
        self.state.language() == QueryLanguage::Jsonata
    }

    fn value(&self, field: &str) -> Option<Value> {
        self.state.value(field)
    }

    fn data_flow(&mut self, state_type: StateType) -> DataFlow {
        let assign = self.template("Assign");
        if self.is_jsonata() {
            return DataFlow {
                arguments: self.template("Arguments"),
                output: self.template("Output"),
                assign,
                ..DataFlow::default()
            };
        }
        // `Parameters` of a Map is the old name of ItemSelector.
        let arguments = if state_type == StateType::Map { None } else { self.template("Parameters") };
        DataFlow {
            input_path: self.path_field("InputPath"),
            arguments,
            result_selector: self.template("ResultSelector"),
            result_path: self.result_path(self.value("ResultPath"), "ResultPath"),
            output_path: self.path_field("OutputPath"),
            output: None,
            assign,
        }
    }

    fn body(&mut self, state_type: StateType, transitions: &[Transition<'_>]) -> Body {
        match state_type {
            StateType::Pass => {
                Body::Pass { result: if self.is_jsonata() { None } else { self.value("Result") } }
            }
            StateType::Task => Body::Task(Box::new(self.task())),
            StateType::Choice => self.choice(transitions),
            StateType::Wait => Body::Wait(self.wait()),
            StateType::Succeed => Body::Succeed,
            StateType::Fail => Body::Fail {
                error: self.function_or_value("Error", "ErrorPath"),
                cause: self.function_or_value("Cause", "CausePath"),
            },
            StateType::Parallel => {
                Body::Parallel { branches: self.state.scopes().map(|scope| scope.id()).collect() }
            }
            StateType::Map => match self.state.scopes().next() {
                Some(scope) => Body::Map(Box::new(self.map(scope))),
                None => {
                    self.problem("ItemProcessor", "The Map state has no ItemProcessor.");
                    Body::Succeed
                }
            },
        }
    }

    fn task(&mut self) -> TaskDef {
        let resource = self.state.string("Resource").unwrap_or_default();
        if resource.is_empty() {
            self.problem("Resource", "The Task has no Resource.");
        }
        TaskDef {
            resource: Arc::new(Resource::parse(&resource)),
            timeout: self.dynamic("TimeoutSeconds", "TimeoutSecondsPath"),
            heartbeat: self.dynamic("HeartbeatSeconds", "HeartbeatSecondsPath"),
            credentials: self.template("Credentials"),
        }
    }

    fn choice(&mut self, transitions: &[Transition<'_>]) -> Body {
        let mut rules = Vec::new();
        let choices = self.value("Choices");
        for (position, rule) in
            choices.as_ref().and_then(Value::as_array).unwrap_or_default().iter().enumerate()
        {
            let field = format!("Choices[{position}]");
            let condition = if self.is_jsonata() {
                Condition::jsonata(rule.get("Condition").unwrap_or(&Value::Null))
            } else {
                expr::ChoiceRule::compile(rule).map(Condition::JsonPath).map_err(|problems| {
                    problems.into_iter().map(|problem| (String::new(), problem.message)).collect::<Vec<_>>()
                })
            };
            let Some(condition) = self.keep(&field, condition) else { continue };
            let kind = TransitionKind::Choice(position);
            let way = transitions.iter().find(|way| way.kind == kind);
            rules.push(RuleDef {
                output_field: format!("{field}/Output").into(),
                condition,
                way: kind.into(),
                next: next_of(way),
                output: self.template_of(rule.get("Output"), &format!("{field}/Output")),
                assign: self.template_of(rule.get("Assign"), &format!("{field}/Assign")),
            });
        }
        let default = transitions.iter().find(|way| way.kind == TransitionKind::Default);
        Body::Choice { rules, default: default.map(|way| next_of(Some(way))) }
    }

    fn wait(&mut self) -> WaitDef {
        if let Some(seconds) = self.dynamic("Seconds", "SecondsPath") {
            return WaitDef::Seconds(seconds);
        }
        match self.dynamic("Timestamp", "TimestampPath") {
            Some(timestamp) => WaitDef::Timestamp(timestamp),
            None => {
                self.problem("Seconds", "The Wait state says neither how long nor until when.");
                WaitDef::Seconds(Dynamic::Literal(Value::int(0)))
            }
        }
    }

    fn map(&mut self, scope: asl::Scope<'_>) -> MapDef {
        let config = scope.value("ProcessorConfig");
        let config_text =
            |member: &str| config.as_ref().and_then(|config| config.get(member)?.as_str().map(Str::from));
        let distributed = config_text("Mode").as_deref() == Some("DISTRIBUTED");
        let items = if self.is_jsonata() {
            match self.value("Items") {
                Some(value) => match Template::jsonata(&value) {
                    Ok(Template::Jsonata(node)) => Items::Jsonata(node),
                    Ok(Template::JsonPath(_)) => Items::Input,
                    Err(problems) => {
                        self.problems_at("Items", problems);
                        Items::Input
                    }
                },
                None => Items::Input,
            }
        } else {
            match self.path("ItemsPath") {
                Some(path) => Items::Path(path),
                None => Items::Input,
            }
        };
        let selector_field = if self.value("ItemSelector").is_some() { "ItemSelector" } else { "Parameters" };
        MapDef {
            scope: scope.id(),
            items,
            item_selector: self.template(selector_field),
            max_concurrency: self.dynamic("MaxConcurrency", "MaxConcurrencyPath"),
            tolerated_failure_count: self.dynamic("ToleratedFailureCount", "ToleratedFailureCountPath"),
            tolerated_failure_percentage: self
                .dynamic("ToleratedFailurePercentage", "ToleratedFailurePercentagePath"),
            distributed: distributed.then(|| Distributed {
                express: config_text("ExecutionType").as_deref() == Some("EXPRESS"),
                label: self.state.string("Label").map(|label| Str::from(&*label)),
                reader: self.reader(),
                batcher: self.batcher(),
                writer: self.writer(),
            }),
        }
    }

    fn reader(&mut self) -> Option<ReaderDef> {
        let reader = self.value("ItemReader")?;
        let config = reader.get("ReaderConfig").cloned().unwrap_or_default();
        let resource = reader.get("Resource").and_then(Value::as_str).unwrap_or_default();
        Some(ReaderDef {
            resource: Arc::new(Resource::parse(resource)),
            arguments: self.arguments_of(&reader, "ItemReader"),
            max_items: self.dynamic_of(&config, "MaxItems", "MaxItemsPath"),
            config,
        })
    }

    fn batcher(&mut self) -> Option<BatcherDef> {
        let batcher = self.value("ItemBatcher")?;
        Some(BatcherDef {
            batch_input: self.template_of(batcher.get("BatchInput"), "ItemBatcher/BatchInput"),
            max_items: self.dynamic_of(&batcher, "MaxItemsPerBatch", "MaxItemsPerBatchPath"),
            max_bytes: self.dynamic_of(&batcher, "MaxInputBytesPerBatch", "MaxInputBytesPerBatchPath"),
        })
    }

    fn writer(&mut self) -> Option<WriterDef> {
        let writer = self.value("ResultWriter")?;
        Some(WriterDef {
            arguments: self.arguments_of(&writer, "ResultWriter"),
            config: writer.get("WriterConfig").cloned().unwrap_or_default(),
        })
    }

    fn arguments_of(&mut self, owner: &Value, field: &str) -> Option<Template> {
        let name = if self.is_jsonata() { "Arguments" } else { "Parameters" };
        self.template_of(owner.get(name), &format!("{field}/{name}"))
    }

    fn retriers(&mut self) -> Vec<Retrier> {
        let retry = self.value("Retry");
        let retriers = retry.as_ref().and_then(Value::as_array).unwrap_or_default();
        retriers
            .iter()
            .map(|retrier| Retrier {
                errors: error_names(retrier),
                interval_seconds: retrier
                    .get("IntervalSeconds")
                    .and_then(Value::as_f64)
                    .unwrap_or(DEFAULT_INTERVAL_SECONDS),
                max_attempts: retrier
                    .get("MaxAttempts")
                    .and_then(Value::as_i64)
                    .map_or(DEFAULT_MAX_ATTEMPTS, |attempts| u32::try_from(attempts).unwrap_or(0)),
                backoff_rate: retrier
                    .get("BackoffRate")
                    .and_then(Value::as_f64)
                    .unwrap_or(DEFAULT_BACKOFF_RATE),
                max_delay_seconds: retrier.get("MaxDelaySeconds").and_then(Value::as_f64),
                full_jitter: retrier.get("JitterStrategy").and_then(Value::as_str) == Some("FULL"),
            })
            .collect()
    }

    fn catchers(&mut self, transitions: &[Transition<'_>]) -> Vec<Catcher> {
        let catch = self.value("Catch");
        let catchers = catch.as_ref().and_then(Value::as_array).unwrap_or_default();
        let mut compiled = Vec::with_capacity(catchers.len());
        for (position, catcher) in catchers.iter().enumerate() {
            let field = format!("Catch[{position}]");
            let kind = TransitionKind::Catch(position);
            let way = transitions.iter().find(|way| way.kind == kind);
            let result_path = match self.is_jsonata() {
                true => ResultPath::Replace,
                false => self.result_path(catcher.get("ResultPath").cloned(), &format!("{field}/ResultPath")),
            };
            let output = match self.is_jsonata() {
                true => self.template_of(catcher.get("Output"), &format!("{field}/Output")),
                false => None,
            };
            compiled.push(Catcher {
                output_field: format!("{field}/Output").into(),
                errors: error_names(catcher),
                way: kind.into(),
                next: next_of(way),
                result_path,
                output,
                assign: self.template_of(catcher.get("Assign"), &format!("{field}/Assign")),
            });
        }
        compiled
    }

    fn path(&mut self, field: &str) -> Option<expr::Path> {
        let value = self.value(field)?;
        self.parse_path(&value, field)
    }

    fn parse_path(&mut self, value: &Value, field: &str) -> Option<expr::Path> {
        let Some(text) = value.as_str() else {
            self.problem(field, "The field is no path.");
            return None;
        };
        let parsed = expr::Path::parse(text);
        self.keep(field, parsed.map_err(|error| vec![(String::new(), error.message)]))
    }

    fn path_field(&mut self, field: &str) -> PathField {
        match self.value(field) {
            None => PathField::Whole,
            Some(Value::Null) => PathField::Null,
            Some(value) => match self.parse_path(&value, field) {
                Some(path) if path.is_identity() => PathField::Whole,
                Some(path) => PathField::Path(path),
                None => PathField::Whole,
            },
        }
    }

    fn result_path(&mut self, value: Option<Value>, field: &str) -> ResultPath {
        match value {
            None => ResultPath::Replace,
            Some(Value::Null) => ResultPath::Discard,
            Some(value) => {
                let text = value.as_str().unwrap_or_default();
                let parsed = expr::ReferencePath::parse(text);
                match self.keep(field, parsed.map_err(|error| vec![(String::new(), error.message)])) {
                    Some(path) if path.is_root() => ResultPath::Replace,
                    Some(path) => ResultPath::Path(path),
                    None => ResultPath::Replace,
                }
            }
        }
    }

    fn template(&mut self, field: &str) -> Option<Template> {
        let value = self.value(field);
        self.template_of(value.as_ref(), field)
    }

    fn template_of(&mut self, value: Option<&Value>, field: &str) -> Option<Template> {
        let compiled: TemplateResult =
            if self.is_jsonata() { Template::jsonata(value?) } else { Template::jsonpath(value?) };
        self.keep(field, compiled)
    }

    /// A field with its `…Path` form; JSONata states have expressions in the plain field.
    fn dynamic(&mut self, field: &'static str, path_field: &'static str) -> Option<Dynamic> {
        let plain = self.value(field);
        let path = self.value(path_field);
        self.dynamic_from(plain, path, field, path_field)
    }

    fn dynamic_of(
        &mut self,
        owner: &Value,
        field: &'static str,
        path_field: &'static str,
    ) -> Option<Dynamic> {
        self.dynamic_from(owner.get(field).cloned(), owner.get(path_field).cloned(), field, path_field)
    }

    fn dynamic_from(
        &mut self,
        plain: Option<Value>,
        path: Option<Value>,
        field: &'static str,
        path_field: &'static str,
    ) -> Option<Dynamic> {
        if self.is_jsonata() {
            let compiled = Dynamic::jsonata(field, &plain?);
            return self.keep(field, compiled);
        }
        if let Some(path) = path {
            let path = self.parse_path(&path, path_field)?;
            return Some(Dynamic::Path { field: path_field, path });
        }
        plain.map(Dynamic::Literal)
    }

    fn function_or_value(&mut self, field: &'static str, path_field: &'static str) -> Option<Dynamic> {
        if self.is_jsonata() {
            return self.dynamic(field, path_field);
        }
        if let Some(path) = self.value(path_field) {
            let text = path.as_str().unwrap_or_default();
            let parsed = expr::Expression::parse(text);
            let expression =
                self.keep(path_field, parsed.map_err(|error| vec![(String::new(), error.message)]))?;
            return Some(Dynamic::Function { field: path_field, expression });
        }
        self.value(field).map(Dynamic::Literal)
    }

    fn keep<T>(&mut self, field: &str, result: Result<T, Vec<(String, String)>>) -> Option<T> {
        match result {
            Ok(compiled) => Some(compiled),
            Err(problems) => {
                self.problems_at(field, problems);
                None
            }
        }
    }

    fn problems_at(&mut self, field: &str, problems: Vec<(String, String)>) {
        for (location, message) in problems {
            let at = if location.is_empty() { field.to_owned() } else { format!("{field}/{location}") };
            self.problem(&at, message);
        }
    }

    fn problem(&mut self, field: &str, message: impl Into<String>) {
        let span = self.span_of(field);
        self.problems.push(Problem {
            state: Some(self.state.id()),
            span: Some(span),
            field: field.to_owned(),
            message: message.into(),
        });
    }

    /// The span of the field, or of the innermost part of its path that is there.
    fn span_of(&self, field: &str) -> Span {
        let tree = self.state.document().tree();
        let first = field.split(['/', '[']).next().unwrap_or_default();
        match self.state.field(first) {
            Some(node) => tree.span(node),
            None => self.state.name_span(),
        }
    }
}

fn next_of(way: Option<&Transition<'_>>) -> Next {
    match way.map(|way| &way.target) {
        Some(asl::Target::State(id)) => Next::State(*id),
        Some(asl::Target::End) => Next::End,
        Some(asl::Target::Missing(name)) => Next::Missing(Str::from(&**name)),
        None => Next::Missing(Str::from("")),
    }
}

fn error_names(handler: &Value) -> Vec<Str> {
    let names = handler.get("ErrorEquals").and_then(Value::as_array).unwrap_or_default();
    names.iter().filter_map(|name| name.as_str().map(Str::from)).collect()
}
